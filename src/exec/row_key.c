/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_key.c -- see row_key.h.  Hashes are computed column by column.
 */
#include "exec/row_key.h"

#include <math.h>

#include "common/hash.h"

#define HASH_NULL UINT64_C(0x6e756c6c)

static uint64_t
hash_value(const struct type *type, const struct vec *vec, uint32_t row)
{
	struct datum value;

	if (vec_is_null(vec, row))
		return HASH_NULL;
	if (vec->phys == PHYS_I64)
		return hash_u64((uint64_t)vec->i64[vec_index(vec, row)]);
	if (type_is_bytewise(type)) {
		struct str text = vec->str[vec_index(vec, row)];

		return hash_bytes(text.data, text.len);
	}
	value = vec_get(vec, row);
	return type_hash(type, &value);
}

void
row_key_hash(const struct type *types, uint32_t key_count,
    const struct vec *keys, struct sel sel, uint64_t *hashes)
{
	for (uint32_t i = 0; i < sel.count; i++)
		hashes[i] = 0;
	for (uint32_t k = 0; k < key_count; k++) {
		for (uint32_t i = 0; i < sel.count; i++)
			hashes[i] = hash_combine(hashes[i],
			    hash_value(&types[k], &keys[k], sel_row(sel, i)));
	}
}

/* Whether two values that are equal are written the same way, too. */
static bool
looks_same(enum phys phys, const struct datum *a, const struct datum *b)
{
	switch (phys) {
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_UUID:
	case PHYS_COUNT:
		return true;
	case PHYS_F64:
		return signbit(a->f64) == signbit(b->f64);
	case PHYS_NUMERIC:
		return a->numeric.scale == b->numeric.scale;
	case PHYS_STR:
		return str_equal(a->str, b->str);
	case PHYS_INTERVAL:
		return a->interval.microseconds == b->interval.microseconds &&
		    a->interval.days == b->interval.days &&
		    a->interval.months == b->interval.months;
	}
	return true;
}

bool
row_key_equal(const struct type *type, enum key_rule rule, const struct vec *a,
    uint32_t a_row, const struct vec *b, uint32_t b_row)
{
	bool is_null = vec_is_null(a, a_row);
	struct datum x, y;

	if (is_null || vec_is_null(b, b_row))
		return is_null && vec_is_null(b, b_row);
	if (a->phys == PHYS_I64)
		return a->i64[vec_index(a, a_row)] ==
		    b->i64[vec_index(b, b_row)];
	if (type_is_bytewise(type))
		return str_equal(a->str[vec_index(a, a_row)],
		    b->str[vec_index(b, b_row)]);
	x = vec_get(a, a_row);
	y = vec_get(b, b_row);
	return type_compare(type, &x, &y) == 0 &&
	    (rule == KEY_EQUAL || looks_same(a->phys, &x, &y));
}
