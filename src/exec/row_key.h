/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_key.h -- hashes and equality of the keys that rows are found by.
 *
 * A key is a tuple of values; nulls are equal to each other here, as in GROUP
 * BY.  Who needs otherwise leaves nulls out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "types/type.h"
#include "vec/vec.h"

enum key_rule {
	KEY_EQUAL, /* as = says: 1.0 is 1.00, 'a' is 'a ' for char(n) */
	KEY_SAME,  /* no function can tell the values apart */
};

/* The hashes of the selected rows, by position in the selection; for both
 * rules. */
void row_key_hash(const struct type *types, uint32_t key_count,
    const struct vec *keys, struct sel sel, uint64_t *hashes);

/*
 * One column of keys in a list against that of rows: where the value of row
 * at[i] of `list` is not equal to that of the i-th selected row, at[i] becomes
 * UINT32_MAX, which is passed over.  The list's memory may be far.
 */
void row_key_compare(const struct type *type, enum key_rule rule,
    const struct vec *list, const struct vec *keys, struct sel sel,
    uint32_t *at);

bool row_key_equal(const struct type *type, enum key_rule rule,
    const struct vec *a, uint32_t a_row, const struct vec *b, uint32_t b_row);
