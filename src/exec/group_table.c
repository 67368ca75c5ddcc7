/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_table.c -- see group_table.h.  Open addressing with linear probes; the
 * hashes of a batch are computed column by column.
 */
#include "exec/group_table.h"

#include <string.h>

#include "common/error.h"
#include "common/hash.h"

#define SLOTS_MIN 64

void
group_table_init(struct group_table *table, const struct type *types,
    uint32_t key_count, struct mem_budget *budget)
{
	*table = (struct group_table){ .types = types, .key_count = key_count };
	arena_init(&table->arena, budget);
	row_store_init(&table->keys, types, key_count, budget);
}

void
group_table_release(struct group_table *table)
{
	row_store_release(&table->keys);
	arena_release(&table->arena);
}

/* ---- hashes ---- */

#define HASH_NULL UINT64_C(0x6e756c6c)

/* Text and its kin, where equal means the same bytes. */
static bool
is_bytewise(const struct type *type)
{
	return type_phys(type) == PHYS_STR && type->oid != TYPE_BPCHAR &&
	    type->oid != TYPE_JSONB;
}

static uint64_t
hash_value(const struct type *type, const struct vec *vec, uint32_t row)
{
	struct datum value;

	if (vec_is_null(vec, row))
		return HASH_NULL;
	if (vec->phys == PHYS_I64)
		return hash_u64((uint64_t)vec->i64[vec_index(vec, row)]);
	if (is_bytewise(type)) {
		struct str text = vec->str[vec_index(vec, row)];

		return hash_bytes(text.data, text.len);
	}
	value = vec_get(vec, row);
	return type_hash(type, &value);
}

static void
hash_rows(const struct group_table *table, const struct vec *keys,
    struct sel sel, uint64_t *hashes)
{
	for (uint32_t i = 0; i < sel.count; i++)
		hashes[i] = 0;
	for (uint32_t k = 0; k < table->key_count; k++) {
		for (uint32_t i = 0; i < sel.count; i++)
			hashes[i] = hash_combine(hashes[i],
			    hash_value(&table->types[k], &keys[k],
				sel_row(sel, i)));
	}
}

/* ---- equality ---- */

static bool
key_equal(const struct type *type, const struct vec *a, uint32_t a_row,
    const struct vec *b, uint32_t b_row)
{
	bool is_null = vec_is_null(a, a_row);
	struct datum x, y;

	if (is_null || vec_is_null(b, b_row))
		return is_null && vec_is_null(b, b_row);
	if (a->phys == PHYS_I64)
		return a->i64[vec_index(a, a_row)] ==
		    b->i64[vec_index(b, b_row)];
	if (is_bytewise(type))
		return str_equal(a->str[vec_index(a, a_row)],
		    b->str[vec_index(b, b_row)]);
	x = vec_get(a, a_row);
	y = vec_get(b, b_row);
	return type_compare(type, &x, &y) == 0;
}

static bool
is_group(const struct group_table *table, uint32_t group,
    const struct vec *keys, uint32_t row)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		if (!key_equal(&table->types[k], &table->keys.columns[k], group,
			&keys[k], row))
			return false;
	}
	return true;
}

/* ---- the table ---- */

static int
out_of_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

/* Room for `count` more groups, at most half full. */
static int
reserve(struct group_table *table, uint32_t count, struct error *err)
{
	uint64_t wanted = 2 * ((uint64_t)group_table_count(table) + count);
	uint32_t slots = table->slot_count == 0 ? SLOTS_MIN : table->slot_count;

	while (slots < wanted && slots <= UINT32_MAX / 2)
		slots *= 2;
	if (slots == table->slot_count)
		return 0;
	table->slots =
	    arena_try_alloc(&table->arena, slots * sizeof(*table->slots));
	if (table->slots == NULL)
		return out_of_memory(err);
	memset(table->slots, 0, slots * sizeof(*table->slots));
	table->slot_count = slots;
	for (uint32_t g = 0; g < group_table_count(table); g++) {
		uint32_t at = (uint32_t)table->hashes[g] & (slots - 1);

		while (table->slots[at] != 0)
			at = (at + 1) & (slots - 1);
		table->slots[at] = g + 1;
	}
	return 0;
}

static int
put_hash(struct group_table *table, uint32_t group, uint64_t hash,
    struct error *err)
{
	if (group == table->hash_capacity) {
		uint32_t capacity = group == 0 ? SLOTS_MIN : group * 2;
		uint64_t *hashes =
		    arena_try_alloc(&table->arena, capacity * sizeof(*hashes));

		if (hashes == NULL)
			return out_of_memory(err);
		if (group > 0)
			memcpy(hashes, table->hashes, group * sizeof(*hashes));
		table->hashes = hashes;
		table->hash_capacity = capacity;
	}
	table->hashes[group] = hash;
	return 0;
}

static int
add_group(struct group_table *table, const struct vec *keys, uint16_t row,
    uint64_t hash, uint32_t slot, struct error *err)
{
	uint32_t group = group_table_count(table);
	const struct sel sel = { .rows = &row, .count = 1 };
	int rc;

	rc = put_hash(table, group, hash, err);
	if (rc != 0)
		return rc;
	table->slots[slot] = group + 1;
	return row_store_add(&table->keys, keys, sel, err);
}

int
group_table_find(struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups, bool *is_new,
    struct error *err)
{
	uint64_t *hashes =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*hashes));
	int rc;

	rc = reserve(table, sel.count, err);
	if (rc != 0)
		return rc;
	hash_rows(table, keys, sel, hashes);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint32_t mask = table->slot_count - 1;
		uint32_t at = (uint32_t)hashes[i] & mask;

		while (table->slots[at] != 0 &&
		    (table->hashes[table->slots[at] - 1] != hashes[i] ||
			!is_group(table, table->slots[at] - 1, keys, row)))
			at = (at + 1) & mask;
		if (is_new != NULL)
			is_new[i] = table->slots[at] == 0;
		if (table->slots[at] == 0) {
			rc = add_group(table, keys, (uint16_t)row, hashes[i],
			    at, err);
			if (rc != 0)
				return rc;
		}
		groups[i] = table->slots[at] - 1;
	}
	return 0;
}
