/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/catalog/value_format.h"

#include <assert.h>

#define NUMERIC_SCALE_MAX 16383

/* Coefficients past 128 bits cannot be stored: the caller has refused them. */
static void
value_put_numeric(struct buf *buf, const struct numeric *value)
{
	u128 bits = (u128)value->small;

	assert(value->limbs == NULL);
	buf_put_varint(buf, (uint64_t)value->scale * 4 + value->kind);
	if (value->kind != NUMERIC_FINITE)
		return;
	buf_put_u64(buf, (uint64_t)bits);
	buf_put_u64(buf, (uint64_t)(bits >> 64));
}

static struct numeric
value_get_numeric(struct reader *r)
{
	uint64_t head = reader_varint(r);
	struct numeric value = { .kind = (uint8_t)(head & 3) };
	uint64_t low;

	if (head / 4 > NUMERIC_SCALE_MAX) {
		r->failed = true;
		return value;
	}
	value.scale = (uint16_t)(head / 4);
	if (value.kind != NUMERIC_FINITE)
		return value;
	low = reader_u64(r);
	value.small = (i128)((u128)reader_u64(r) << 64 | low);
	return value;
}

void
value_put_interval(struct buf *buf, const struct interval *value)
{
	buf_put_u64(buf, (uint64_t)value->microseconds);
	buf_put_u32(buf, (uint32_t)value->days);
	buf_put_u32(buf, (uint32_t)value->months);
}

struct interval
value_get_interval(struct reader *r)
{
	struct interval value = { .microseconds = reader_i64(r) };

	value.days = (int32_t)reader_u32(r);
	value.months = (int32_t)reader_u32(r);
	return value;
}

void
value_put(struct buf *buf, enum phys phys, const struct datum *value)
{
	switch (phys) {
	case PHYS_BOOL:
		buf_put_u8(buf, value->boolean);
		break;
	case PHYS_I64:
		value_put_i64(buf, value->i64);
		break;
	case PHYS_F64:
		value_put_f64(buf, value->f64);
		break;
	case PHYS_NUMERIC:
		value_put_numeric(buf, &value->numeric);
		break;
	case PHYS_STR:
		value_put_str(buf, value->str);
		break;
	case PHYS_UUID:
		buf_put(buf, value->uuid.bytes, sizeof(value->uuid.bytes));
		break;
	case PHYS_INTERVAL:
		value_put_interval(buf, &value->interval);
		break;
	case PHYS_COUNT:
		break;
	}
}

static struct uuid
get_uuid(struct reader *r)
{
	struct uuid uuid = { { 0 } };
	const uint8_t *bytes = reader_take(r, sizeof(uuid.bytes));

	if (bytes != NULL)
		memcpy(uuid.bytes, bytes, sizeof(uuid.bytes));
	return uuid;
}

struct datum
value_get(struct reader *r, enum phys phys)
{
	struct datum value = { .is_null = false };

	switch (phys) {
	case PHYS_BOOL:
		value.boolean = reader_u8(r) != 0;
		break;
	case PHYS_I64:
		value.i64 = value_get_i64(r);
		break;
	case PHYS_F64:
		value.f64 = value_get_f64(r);
		break;
	case PHYS_NUMERIC:
		value.numeric = value_get_numeric(r);
		break;
	case PHYS_STR:
		value.str = value_get_str(r);
		break;
	case PHYS_UUID:
		value.uuid = get_uuid(r);
		break;
	case PHYS_INTERVAL:
		value.interval = value_get_interval(r);
		break;
	case PHYS_COUNT:
		r->failed = true;
		break;
	}
	return value;
}
