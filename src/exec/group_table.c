/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_table.c -- see group_table.h.  Open addressing with linear probes; the
 * hashes of a batch are computed column by column.
 */
#include "exec/group_table.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"

#define SLOTS_MIN 64
/* Groups that are entered anew between two tests of the flag. */
#define REHASH_GROUPS 65536u

void
group_table_init(struct group_table *table, const struct type *types,
    uint32_t key_count, enum key_rule rule, struct mem_budget *budget)
{
	*table = (struct group_table){ .types = types,
		.key_count = key_count,
		.rule = rule };
	arena_init(&table->arena, budget);
	row_store_init(&table->keys, types, key_count, budget);
}

void
group_table_release(struct group_table *table)
{
	row_store_release(&table->keys);
	arena_release(&table->arena);
}

static bool
is_group(const struct group_table *table, uint32_t group,
    const struct vec *keys, uint32_t row)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		if (!row_key_equal(&table->types[k], table->rule,
			&table->keys.columns[k], group, &keys[k], row))
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

/* Slots for `count` more groups, at most half full. */
static uint32_t
slots_for(const struct group_table *table, uint32_t count)
{
	uint64_t wanted = 2 * ((uint64_t)group_table_count(table) + count);
	uint32_t slots = table->slot_count == 0 ? SLOTS_MIN : table->slot_count;

	while (slots < wanted && slots <= UINT32_MAX / 2)
		slots *= 2;
	return slots;
}

static size_t
slots_size(uint32_t slots)
{
	return slots * sizeof(uint32_t) + slots / 2 * sizeof(uint64_t);
}

size_t
group_table_bytes_with(const struct group_table *table, uint32_t count)
{
	return row_store_bytes_with(&table->keys, count) +
	    slots_size(slots_for(table, count));
}

static int
rehash(const struct group_table *table, uint32_t *slots, uint32_t slot_count,
    struct error *err)
{
	for (uint32_t g = 0; g < group_table_count(table); g++) {
		uint32_t at = (uint32_t)table->hashes[g] & (slot_count - 1);

		if (g % REHASH_GROUPS == 0 &&
		    cancel_check(table->keys.cancel, err) != 0)
			return err->code;
		while (slots[at] != 0)
			at = (at + 1) & (slot_count - 1);
		slots[at] = g + 1;
	}
	return 0;
}

/* Slots and hashes move into a new arena, and the old one goes. */
static int
grow(struct group_table *table, uint32_t slot_count, struct error *err)
{
	struct arena arena;
	uint32_t *slots;
	uint64_t *hashes;
	int rc = 0;

	arena_init(&arena, table->arena.budget);
	slots = arena_try_alloc(&arena, slot_count * sizeof(*slots));
	hashes = arena_try_alloc(&arena, slot_count / 2 * sizeof(*hashes));
	if (slots == NULL || hashes == NULL)
		rc = out_of_memory(err);
	if (rc == 0)
		rc = cancel_memcpy(hashes, table->hashes,
		    group_table_count(table) * sizeof(*hashes),
		    table->keys.cancel, err);
	if (rc == 0) {
		memset(slots, 0, slot_count * sizeof(*slots));
		rc = rehash(table, slots, slot_count, err);
	}
	if (rc != 0) {
		arena_release(&arena);
		return rc;
	}
	arena_release(&table->arena);
	table->arena = arena;
	table->slots = slots;
	table->hashes = hashes;
	table->slot_count = slot_count;
	return 0;
}

static int
reserve(struct group_table *table, uint32_t count, struct error *err)
{
	uint32_t slots = slots_for(table, count);

	return slots == table->slot_count ? 0 : grow(table, slots, err);
}

static int
add_group(struct group_table *table, const struct vec *keys, uint16_t row,
    uint64_t hash, uint32_t slot, struct error *err)
{
	uint32_t group = group_table_count(table);
	const struct sel sel = { .rows = &row, .count = 1 };

	if (group >= table->slot_count / 2)
		return out_of_memory(err);
	table->hashes[group] = hash;
	table->slots[slot] = group + 1;
	return row_store_add(&table->keys, keys, sel, err);
}

/* The slot of a row's group, or the empty one where it would be put. */
static uint32_t
find_slot(const struct group_table *table, const struct vec *keys, uint32_t row,
    uint64_t hash)
{
	uint32_t mask = table->slot_count - 1;
	uint32_t at = (uint32_t)hash & mask;

	while (table->slots[at] != 0 &&
	    (table->hashes[table->slots[at] - 1] != hash ||
		!is_group(table, table->slots[at] - 1, keys, row)))
		at = (at + 1) & mask;
	return at;
}

void
group_table_lookup(const struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups)
{
	uint64_t *hashes =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*hashes));

	row_key_hash(table->types, table->key_count, keys, sel, hashes);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t slot = table->slot_count == 0
		    ? 0
		    : find_slot(table, keys, sel_row(sel, i), hashes[i]);

		groups[i] = table->slot_count == 0 || table->slots[slot] == 0
		    ? GROUP_NONE
		    : table->slots[slot] - 1;
	}
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
	row_key_hash(table->types, table->key_count, keys, sel, hashes);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint32_t at = find_slot(table, keys, row, hashes[i]);

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
