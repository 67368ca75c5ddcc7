/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/zone/zone_map.h"

#include <string.h>

#include "engine/engine.h"

bool
zone_map_has_order(const struct type *type)
{
	switch (type_phys(type)) {
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_F64:
	case PHYS_NUMERIC:
	case PHYS_UUID:
		return true;
	case PHYS_STR:
		return type->oid == TYPE_TEXT || type->oid == TYPE_VARCHAR ||
		    type->oid == TYPE_NAME || type->oid == TYPE_BYTEA;
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return false;
}

bool
zone_map_is_equality(const struct type *type, const struct scan_range *range)
{
	return range->has_low && range->has_high &&
	    type_compare(type, &range->low, &range->high) == 0;
}

/* A bound as a value of its form; not for strings. */
static struct datum
bound_value(enum phys phys, const uint8_t bound[16], uint16_t scale)
{
	struct datum value = { .is_null = false };
	int64_t number;

	switch (phys) {
	case PHYS_BOOL:
		memcpy(&number, bound, sizeof(number));
		value.boolean = number != 0;
		break;
	case PHYS_I64:
		memcpy(&value.i64, bound, sizeof(value.i64));
		break;
	case PHYS_F64:
		memcpy(&value.f64, bound, sizeof(value.f64));
		break;
	case PHYS_NUMERIC:
		value.numeric = (struct numeric){ .scale = scale };
		memcpy(&value.numeric.small, bound, 16);
		break;
	case PHYS_UUID:
		memcpy(value.uuid.bytes, bound, 16);
		break;
	case PHYS_STR:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return value;
}

void
zone_map_bounds(const struct chunk_info *info, enum phys phys,
    struct datum *low, struct datum *high)
{
	*low = bound_value(phys, info->low, info->scale);
	*high = bound_value(phys, info->high, info->scale);
}

static struct str
bound_str(const uint8_t bound[16])
{
	size_t len = bound[BOUND_STR_BYTES];

	if (len > BOUND_STR_BYTES)
		len = BOUND_STR_BYTES;
	return str_of((const char *)bound, len);
}

/* `low` may be cut short: then it is less than the least, which is fine. */
static bool
strs_may_match(const struct chunk_info *info, const struct scan_range *range)
{
	struct str low = bound_str(info->low);
	struct str high = bound_str(info->high);

	if (range->has_high && str_compare(range->high.str, low) < 0)
		return false;
	if (!range->has_low || str_compare(range->low.str, high) <= 0)
		return true;
	/* The greatest value may go on behind the prefix. */
	return (info->flags & CHUNK_HIGH_IS_PREFIX) != 0 &&
	    str_starts_with(range->low.str, high);
}

/* Has the chunk's set one of the integers first..last? */
static bool
set_may_match(const struct chunk_info *info, struct code_range range)
{
	int64_t low;

	memcpy(&low, info->low, sizeof(low));
	if (range.first < low)
		range.first = low;
	for (int64_t value = range.first; value <= range.last; value++) {
		if ((uint64_t)value - (uint64_t)low >= CHUNK_SET_BITS)
			return false;
		if (chunk_set_has(info, value))
			return true;
	}
	return false;
}

bool
zone_map_may_match(const struct chunk_info *info, const struct type *type,
    const struct scan_range *range)
{
	enum phys phys = type_phys(type);
	struct datum low, high;

	if (info->encoding == ENC_NULL)
		return false; /* Z2 */
	if ((info->flags & CHUNK_HAS_BOUNDS) == 0 || !zone_map_has_order(type))
		return true;
	if (phys == PHYS_STR)
		return strs_may_match(info, range);
	if (phys == PHYS_I64)
		return zone_map_may_match_codes(info,
		    (struct code_range){
			range->has_low ? range->low.i64 : INT64_MIN,
			range->has_high ? range->high.i64 : INT64_MAX,
		    });
	zone_map_bounds(info, phys, &low, &high);
	return (!range->has_high ||
		   type_compare(type, &range->high, &low) >= 0) &&
	    (!range->has_low || type_compare(type, &range->low, &high) <= 0);
}

bool
zone_map_may_match_codes(const struct chunk_info *info, struct code_range range)
{
	int64_t low, high;

	if (info->encoding == ENC_NULL)
		return false; /* Z2 */
	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	return range.first <= range.last && range.first <= high &&
	    range.last >= low &&
	    ((info->flags & CHUNK_HAS_SET) == 0 || set_may_match(info, range));
}

bool
zone_map_value_matches(const struct datum *value, const struct type *type,
    const struct scan_range *range)
{
	if (value->is_null)
		return false; /* Z2 */
	return (!range->has_high ||
		   type_compare(type, &range->high, value) >= 0) &&
	    (!range->has_low || type_compare(type, &range->low, value) <= 0);
}
