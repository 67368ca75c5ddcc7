/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/parts.h"

#include <string.h>

#define NUMERIC_SCALE_MAX 16383

unsigned
parts_count(enum phys phys)
{
	switch (phys) {
	case PHYS_F64:
		return 1;
	case PHYS_UUID:
		return 2;
	case PHYS_INTERVAL:
		return 3;
	case PHYS_NUMERIC:
		return 4;
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_STR:
	case PHYS_COUNT:
		break;
	}
	return 0;
}

/* Its own inverse: the sign stays. */
static int64_t
turn_negative(int64_t bits)
{
	return bits < 0 ? bits ^ INT64_MAX : bits;
}

static int64_t
from_big_endian(const uint8_t bytes[8])
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return (int64_t)__builtin_bswap64(value);
}

static void
to_big_endian(int64_t value, uint8_t bytes[8])
{
	uint64_t swapped = __builtin_bswap64((uint64_t)value);

	memcpy(bytes, &swapped, sizeof(swapped));
}

static int64_t
interval_part(const struct interval *value, unsigned p)
{
	return p == 0 ? value->microseconds
	    : p == 1  ? value->days
		      : value->months;
}

static int64_t
numeric_part(const struct numeric *value, unsigned p)
{
	switch (p) {
	case 0:
		return (int64_t)(uint64_t)value->small;
	case 1:
		return (int64_t)(value->small >> 64);
	case 2:
		return value->scale;
	default:
		return value->kind;
	}
}

void
parts_take(enum phys phys, unsigned p, const void *values, uint32_t count,
    int64_t *out)
{
	const struct uuid *uuids = values;
	const struct interval *intervals = values;
	const struct numeric *numerics = values;

	switch (phys) {
	case PHYS_F64:
		memcpy(out, values, count * sizeof(*out));
		for (uint32_t i = 0; i < count; i++)
			out[i] = turn_negative(out[i]);
		break;
	case PHYS_UUID:
		for (uint32_t i = 0; i < count; i++)
			out[i] = from_big_endian(uuids[i].bytes + 8 * p);
		break;
	case PHYS_INTERVAL:
		for (uint32_t i = 0; i < count; i++)
			out[i] = interval_part(&intervals[i], p);
		break;
	case PHYS_NUMERIC:
		for (uint32_t i = 0; i < count; i++)
			out[i] = numeric_part(&numerics[i], p);
		break;
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_STR:
	case PHYS_COUNT:
		break;
	}
}

static void
put_interval_part(struct interval *value, unsigned p, int64_t part)
{
	if (p == 0)
		value->microseconds = part;
	else if (p == 1)
		value->days = (int32_t)part;
	else
		value->months = (int32_t)part;
}

static void
put_numeric_part(struct numeric *value, unsigned p, int64_t part)
{
	switch (p) {
	case 0:
		*value = (struct numeric){ .small = (i128)(uint64_t)part };
		break;
	case 1:
		value->small |= (i128)((u128)(uint64_t)part << 64);
		break;
	case 2: /* one that does not fit is not valid */
		value->scale = part < 0 || part > NUMERIC_SCALE_MAX
		    ? UINT16_MAX
		    : (uint16_t)part;
		break;
	default:
		value->kind = part < 0 || part > NUMERIC_MINUS_INFINITY
		    ? UINT8_MAX
		    : (uint8_t)part;
		break;
	}
}

void
parts_put(enum phys phys, unsigned p, const int64_t *in, uint32_t count,
    void *values)
{
	struct uuid *uuids = values;
	struct interval *intervals = values;
	struct numeric *numerics = values;
	char *doubles = values;

	switch (phys) {
	case PHYS_F64:
		for (uint32_t i = 0; i < count; i++) {
			int64_t bits = turn_negative(in[i]);

			memcpy(doubles + i * sizeof(bits), &bits, sizeof(bits));
		}
		break;
	case PHYS_UUID:
		for (uint32_t i = 0; i < count; i++)
			to_big_endian(in[i], uuids[i].bytes + 8 * p);
		break;
	case PHYS_INTERVAL:
		for (uint32_t i = 0; i < count; i++)
			put_interval_part(&intervals[i], p, in[i]);
		break;
	case PHYS_NUMERIC:
		for (uint32_t i = 0; i < count; i++)
			put_numeric_part(&numerics[i], p, in[i]);
		break;
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_STR:
	case PHYS_COUNT:
		break;
	}
}

bool
parts_are_valid(enum phys phys, const void *values, uint32_t count)
{
	const struct numeric *numerics = values;
	bool is_valid = true;

	for (uint32_t i = 0; phys == PHYS_NUMERIC && i < count; i++)
		is_valid &= numerics[i].scale <= NUMERIC_SCALE_MAX &&
		    numerics[i].kind <= NUMERIC_MINUS_INFINITY;
	return is_valid;
}
