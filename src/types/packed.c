/* SPDX-License-Identifier: Apache-2.0 */
#include "types/packed.h"

#include <string.h>

#define NUMERIC_HEADER   4
#define NUMERIC_SMALL    0
#define NUMERIC_POSITIVE 1
#define NUMERIC_NEGATIVE 2

size_t
packed_size(enum phys phys, const struct datum *value)
{
	if (value->is_null)
		return 0;
	switch (phys) {
	case PHYS_BOOL:
		return 1;
	case PHYS_STR:
		return value->str.len;
	case PHYS_NUMERIC:
		return NUMERIC_HEADER +
		    (value->numeric.limbs == NULL
			    ? sizeof(value->numeric.small)
			    : value->numeric.limb_count * sizeof(uint64_t));
	case PHYS_I64:
	case PHYS_F64:
	case PHYS_UUID:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return phys_size(phys);
}

static void
write_numeric(const struct numeric *n, char *at)
{
	at[0] = (char)n->kind;
	at[1] = NUMERIC_SMALL;
	memcpy(at + 2, &n->scale, sizeof(n->scale));
	if (n->limbs == NULL) {
		memcpy(at + NUMERIC_HEADER, &n->small, sizeof(n->small));
		return;
	}
	at[1] = n->small < 0 ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE;
	memcpy(at + NUMERIC_HEADER, n->limbs,
	    n->limb_count * sizeof(*n->limbs));
}

void
packed_write(enum phys phys, const struct datum *value, char *at)
{
	switch (phys) {
	case PHYS_BOOL:
		at[0] = (char)value->boolean;
		break;
	case PHYS_I64:
		memcpy(at, &value->i64, sizeof(value->i64));
		break;
	case PHYS_F64:
		memcpy(at, &value->f64, sizeof(value->f64));
		break;
	case PHYS_NUMERIC:
		write_numeric(&value->numeric, at);
		break;
	case PHYS_STR:
		if (value->str.len > 0)
			memcpy(at, value->str.data, value->str.len);
		break;
	case PHYS_UUID:
		memcpy(at, &value->uuid, sizeof(value->uuid));
		break;
	case PHYS_INTERVAL:
		memcpy(at, &value->interval, sizeof(value->interval));
		break;
	case PHYS_COUNT:
		break;
	}
}

static struct numeric
read_numeric(struct str bytes, struct arena *arena)
{
	struct numeric n = { .kind = (uint8_t)bytes.data[0] };
	uint8_t how = (uint8_t)bytes.data[1];
	size_t size = bytes.len - NUMERIC_HEADER;
	uint64_t *limbs;

	memcpy(&n.scale, bytes.data + 2, sizeof(n.scale));
	if (how == NUMERIC_SMALL) {
		memcpy(&n.small, bytes.data + NUMERIC_HEADER, sizeof(n.small));
		return n;
	}
	limbs = arena_alloc(arena, size);
	memcpy(limbs, bytes.data + NUMERIC_HEADER, size);
	n.limbs = limbs;
	n.limb_count = (uint32_t)(size / sizeof(*limbs));
	n.small = how == NUMERIC_NEGATIVE ? -1 : 1;
	return n;
}

struct datum
packed_read(enum phys phys, struct str bytes, struct arena *arena)
{
	struct datum value = { .is_null = false };

	switch (phys) {
	case PHYS_BOOL:
		value.boolean = bytes.data[0] != 0;
		break;
	case PHYS_I64:
		memcpy(&value.i64, bytes.data, sizeof(value.i64));
		break;
	case PHYS_F64:
		memcpy(&value.f64, bytes.data, sizeof(value.f64));
		break;
	case PHYS_NUMERIC:
		value.numeric = read_numeric(bytes, arena);
		break;
	case PHYS_STR:
		value.str = bytes;
		break;
	case PHYS_UUID:
		memcpy(&value.uuid, bytes.data, sizeof(value.uuid));
		break;
	case PHYS_INTERVAL:
		memcpy(&value.interval, bytes.data, sizeof(value.interval));
		break;
	case PHYS_COUNT:
		break;
	}
	return value;
}
