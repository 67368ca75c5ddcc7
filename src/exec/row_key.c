/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_key.c -- see row_key.h.  Hashes are computed column by column.
 */
#include "exec/row_key.h"

#include <math.h>

#include "common/hash.h"

#define HASH_NULL UINT64_C(0x6e756c6c)

#define AHEAD 16 /* rows, of which memory is asked for */

static uint64_t
hash_value(const struct type *type, const struct vec *vec, uint32_t row)
{
	struct datum value;

	if (vec_is_null(vec, row))
		return HASH_NULL;
	value = vec_get(vec, row);
	return type_hash(type, &value);
}

static void
hash_i64s(const struct vec *vec, struct sel sel, uint64_t *hashes)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint64_t value = (uint64_t)vec->i64[vec_index(vec, row)];

		hashes[i] = hash_combine(hashes[i],
		    vec_is_null(vec, row) ? HASH_NULL : hash_u64(value));
	}
}

/* Ask for the bytes of a string of the selection, if there is such a row. */
static void
hint_text(const struct vec *vec, struct sel sel, uint32_t i)
{
	if (i < sel.count)
		__builtin_prefetch(
		    vec->str[vec_index(vec, sel_row(sel, i))].data);
}

static void
hash_texts(const struct vec *vec, struct sel sel, uint64_t *hashes)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		struct str text = vec->str[vec_index(vec, row)];

		hint_text(vec, sel, i + AHEAD);
		hashes[i] = hash_combine(hashes[i],
		    vec_is_null(vec, row) ? HASH_NULL
					  : hash_bytes(text.data, text.len));
	}
}

void
row_key_hash(const struct type *types, uint32_t key_count,
    const struct vec *keys, struct sel sel, uint64_t *hashes)
{
	for (uint32_t i = 0; i < sel.count; i++)
		hashes[i] = 0;
	for (uint32_t k = 0; k < key_count; k++) {
		if (keys[k].phys == PHYS_I64)
			hash_i64s(&keys[k], sel, hashes);
		else if (type_is_bytewise(&types[k]))
			hash_texts(&keys[k], sel, hashes);
		else
			for (uint32_t i = 0; i < sel.count; i++)
				hashes[i] = hash_combine(hashes[i],
				    hash_value(&types[k], &keys[k],
					sel_row(sel, i)));
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

/* A value and whether it is null, which lie apart. */
static void
hint_list_i64(const struct vec *list, const uint32_t *at, uint32_t i,
    uint32_t count)
{
	if (i >= count || at[i] == UINT32_MAX)
		return;
	__builtin_prefetch(&list->i64[at[i]]);
	if (list->nulls != NULL)
		__builtin_prefetch(&list->nulls[at[i]]);
}

static void
compare_i64s(const struct vec *list, const struct vec *keys, struct sel sel,
    uint32_t *at)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		hint_list_i64(list, at, i + AHEAD, sel.count);
		if (at[i] != UINT32_MAX &&
		    (vec_is_null(list, at[i]) != vec_is_null(keys, row) ||
			(!vec_is_null(keys, row) &&
			    list->i64[at[i]] !=
				keys->i64[vec_index(keys, row)])))
			at[i] = UINT32_MAX;
	}
}

/* Where a string is, then its bytes: two reads of far memory. */
static void
hint_list_text(const struct vec *list, const uint32_t *at, uint32_t i,
    uint32_t count)
{
	if (i + (size_t)2 * AHEAD < count && at[i + 2 * AHEAD] != UINT32_MAX)
		__builtin_prefetch(&list->str[at[i + 2 * AHEAD]]);
	if (i + AHEAD < count && at[i + AHEAD] != UINT32_MAX)
		__builtin_prefetch(list->str[at[i + AHEAD]].data);
}

static void
compare_texts(const struct vec *list, const struct vec *keys, struct sel sel,
    uint32_t *at)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		hint_list_text(list, at, i, sel.count);
		if (at[i] != UINT32_MAX &&
		    (vec_is_null(list, at[i]) != vec_is_null(keys, row) ||
			(!vec_is_null(keys, row) &&
			    !str_equal(list->str[at[i]],
				keys->str[vec_index(keys, row)]))))
			at[i] = UINT32_MAX;
	}
}

void
row_key_compare(const struct type *type, enum key_rule rule,
    const struct vec *list, const struct vec *keys, struct sel sel,
    uint32_t *at)
{
	if (list->phys == PHYS_I64) {
		compare_i64s(list, keys, sel, at);
	} else if (type_is_bytewise(type)) {
		compare_texts(list, keys, sel, at);
	} else {
		for (uint32_t i = 0; i < sel.count; i++)
			if (at[i] != UINT32_MAX &&
			    !row_key_equal(type, rule, list, at[i], keys,
				sel_row(sel, i)))
				at[i] = UINT32_MAX;
	}
}
