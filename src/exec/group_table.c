/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_table.c -- see group_table.h.  Open addressing with linear probes; the
 * hashes of a batch are computed column by column.
 *
 * A large table is far memory, and slot, key and the key's bytes are dependent
 * reads of it.  So a batch is looked up in passes: the slot tells each row a
 * group that it may have, then keys are compared column by column, and each pass
 * asks for the memory of rows ahead.  Rows for which that was not their group
 * are looked up one by one.
 */
#include "exec/group_table.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "exec/group_texts.h"
#include "exec/key_runs.h"

#define SLOTS_MIN 64
/* Groups that are entered anew between two tests of the flag. */
#define REHASH_GROUPS 65536u

void
group_table_init(struct group_table *table, const struct type *types,
    uint32_t key_count, enum key_rule rule, struct mem_budget *budget)
{
	*table = (struct group_table){ .types = types,
		.kept_types = types,
		.key_count = key_count,
		.rule = rule };
	arena_init(&table->arena, budget);
	arena_init(&table->texts_arena, budget);
	row_store_init(&table->keys, types, key_count, budget);
}

void
group_table_release(struct group_table *table)
{
	for (uint32_t k = 0; table->texts != NULL && k < table->key_count; k++)
		if (table->texts[k] != NULL)
			group_texts_release(table->texts[k]);
	table->texts = NULL;
	row_store_release(&table->keys);
	arena_release(&table->arena);
	arena_release(&table->texts_arena);
}

/* ---- strings as numbers ---- */

void
group_table_number_texts(struct group_table *table, size_t limit_bytes)
{
	struct mem_budget *budget = table->arena.budget;
	const atomic_bool *cancel = table->keys.cancel;
	size_t count = table->key_count;
	struct group_texts **texts = arena_try_alloc(&table->texts_arena,
	    (count + 1) * sizeof(struct group_texts *));
	struct group_texts *each = arena_try_alloc(&table->texts_arena,
	    (count + 1) * sizeof(struct group_texts));
	struct type *types = arena_try_alloc(&table->texts_arena,
	    (count + 1) * sizeof(struct type));

	if (texts == NULL || each == NULL || types == NULL)
		return;
	for (uint32_t k = 0; k < count; k++) {
		texts[k] = NULL;
		types[k] = table->types[k];
		if (!type_is_bytewise(&types[k]))
			continue;
		texts[k] = &each[k];
		types[k] = type_of(TYPE_INT8);
		group_texts_init(texts[k], &table->types[k], limit_bytes,
		    budget);
		texts[k]->values.keys.cancel = cancel;
	}
	table->texts = texts;
	table->kept_types = types;
	row_store_release(&table->keys);
	row_store_init(&table->keys, types, table->key_count, budget);
	table->keys.cancel = cancel;
}

uint64_t
group_table_merge_count(const struct group_table *table)
{
	uint64_t count = 0;

	for (uint32_t k = 0; table->texts != NULL && k < table->key_count; k++)
		if (table->texts[k] != NULL)
			count += table->texts[k]->codes.order.merge_count;
	return count;
}

/* The keys of rows as they are kept; *keys becomes a list of them. */
static int
number_texts(const struct group_table *table, const struct vec **keys,
    struct sel sel, struct arena *scratch, struct error *err)
{
	struct vec *kept;
	int rc = 0;

	if (table->texts == NULL)
		return 0;
	kept = arena_alloc_array(scratch, table->key_count, sizeof(*kept));
	for (uint32_t k = 0; k < table->key_count && rc == 0; k++) {
		kept[k] = (*keys)[k];
		if (table->texts[k] != NULL)
			rc = group_texts_number(table->texts[k], &(*keys)[k],
			    sel, scratch, &kept[k], err);
	}
	*keys = kept;
	return rc;
}

static const struct vec *
look_up_texts(const struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch)
{
	struct vec *kept;

	if (table->texts == NULL)
		return keys;
	kept = arena_alloc_array(scratch, table->key_count, sizeof(*kept));
	for (uint32_t k = 0; k < table->key_count; k++) {
		kept[k] = keys[k];
		if (table->texts[k] != NULL)
			group_texts_lookup(table->texts[k], &keys[k], sel,
			    scratch, &kept[k]);
	}
	return kept;
}

void
group_table_batch(const struct group_table *table, uint32_t first,
    uint32_t count, struct arena *arena, struct batch *out)
{
	row_store_batch(&table->keys, NULL, first, count, arena, out);
	for (uint32_t k = 0; table->texts != NULL && k < table->key_count;
	     k++) {
		const struct vec numbers = out->cols[k];

		if (table->texts[k] != NULL)
			group_texts_strings(table->texts[k], &numbers, count,
			    arena, &out->cols[k]);
	}
}

/* ---- the table ---- */

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
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
	return slots * sizeof(struct group_slot) + slots / 2 * sizeof(uint64_t);
}

/* `count`: each key's strings may be that many more. */
static size_t
texts_bytes(const struct group_table *table, uint32_t count)
{
	size_t bytes = 0;

	for (uint32_t k = 0; table->texts != NULL && k < table->key_count; k++)
		if (table->texts[k] != NULL)
			bytes +=
			    group_table_bytes_with(&table->texts[k]->values,
				count) +
			    group_codes_bytes(&table->texts[k]->codes);
	return bytes;
}

size_t
group_table_bytes(const struct group_table *table)
{
	return row_store_bytes(&table->keys) + table->arena.used_bytes +
	    texts_bytes(table, 0);
}

size_t
group_table_bytes_with(const struct group_table *table, uint32_t count)
{
	return row_store_bytes_with(&table->keys, count) +
	    slots_size(slots_for(table, count)) + texts_bytes(table, count);
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

static int
rehash(const struct group_table *table, struct group_slot *slots,
    uint32_t slot_count, struct error *err)
{
	for (uint32_t g = 0; g < group_table_count(table); g++) {
		uint32_t at = (uint32_t)table->hashes[g] & (slot_count - 1);

		if (g % REHASH_GROUPS == 0 &&
		    cancel_check(table->keys.cancel, err) != 0)
			return err->code;
		while (slots[at].number != 0)
			at = (at + 1) & (slot_count - 1);
		slots[at] = (struct group_slot){ .number = g + 1,
			.tag = tag_of(table->hashes[g]) };
	}
	return 0;
}

/* Slots and hashes move into a new arena, and the old one goes. */
static int
grow(struct group_table *table, uint32_t slot_count, struct error *err)
{
	struct group_slot *slots;
	struct arena arena;
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
	table->slots[slot] =
	    (struct group_slot){ .number = group + 1, .tag = tag_of(hash) };
	return row_store_add(&table->keys, keys, sel, err);
}

/* ---- one row ---- */

static bool
is_group(const struct group_table *table, uint32_t group,
    const struct vec *keys, uint32_t row)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		if (!row_key_equal(&table->kept_types[k], table->rule,
			&table->keys.columns[k], group, &keys[k], row))
			return false;
	}
	return true;
}

/* The slot of a row's group, or the empty one where it would be put. */
static uint32_t
find_slot(const struct group_table *table, const struct vec *keys, uint32_t row,
    uint64_t hash)
{
	uint32_t mask = table->slot_count - 1;
	uint32_t at = (uint32_t)hash & mask;

	while (table->slots[at].number != 0 &&
	    (table->slots[at].tag != tag_of(hash) ||
		!is_group(table, table->slots[at].number - 1, keys, row)))
		at = (at + 1) & mask;
	return at;
}

/* ---- a batch ---- */

#define AHEAD 16 /* rows, of which memory is asked for */

/* The first group whose tag each row has, or GROUP_NONE. */
static void
guess_groups(const struct group_table *table, const uint64_t *hashes,
    uint32_t count, uint32_t *groups)
{
	const struct group_slot *slots = table->slots;
	uint32_t mask = table->slot_count - 1;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (uint32_t)hashes[i] & mask;

		if (i + AHEAD < count)
			__builtin_prefetch(
			    &slots[(uint32_t)hashes[i + AHEAD] & mask]);
		while (
		    slots[at].number != 0 && slots[at].tag != tag_of(hashes[i]))
			at = (at + 1) & mask;
		groups[i] = slots[at].number - 1; /* 0: GROUP_NONE */
	}
}

/*
 * The groups of the selected rows, as far as all is as it mostly is; GROUP_NONE
 * where the row has another one, or none.
 */
static void
find_usual(const struct group_table *table, const struct vec *keys,
    struct sel sel, const uint64_t *hashes, uint32_t *groups)
{
	guess_groups(table, hashes, sel.count, groups);
	for (uint32_t k = 0; k < table->key_count; k++)
		row_key_compare(&table->kept_types[k], table->rule,
		    &table->keys.columns[k], &keys[k], sel, groups);
}

void
group_table_lookup(const struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups)
{
	uint64_t *hashes =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*hashes));

	if (table->slot_count == 0) {
		memset(groups, 0xff, sel.count * sizeof(*groups));
		return;
	}
	keys = look_up_texts(table, keys, sel, scratch);
	row_key_hash(table->kept_types, table->key_count, keys, sel, hashes);
	find_usual(table, keys, sel, hashes, groups);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t slot;

		if (groups[i] != GROUP_NONE)
			continue;
		slot = find_slot(table, keys, sel_row(sel, i), hashes[i]);
		groups[i] = table->slots[slot].number - 1; /* 0: GROUP_NONE */
	}
}

static int
find_each(struct group_table *table, const struct vec *keys, struct sel sel,
    struct arena *scratch, uint32_t *groups, bool *is_new, struct error *err)
{
	uint64_t *hashes =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*hashes));
	int rc;

	rc = reserve(table, sel.count, err);
	if (rc != 0)
		return rc;
	row_key_hash(table->kept_types, table->key_count, keys, sel, hashes);
	find_usual(table, keys, sel, hashes, groups);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		bool is_missing = false;
		uint32_t at;

		if (groups[i] == GROUP_NONE) {
			at = find_slot(table, keys, row, hashes[i]);
			is_missing = table->slots[at].number == 0;
			if (is_missing)
				rc = add_group(table, keys, (uint16_t)row,
				    hashes[i], at, err);
			if (rc != 0)
				return rc;
			groups[i] = table->slots[at].number - 1;
		}
		if (is_new != NULL)
			is_new[i] = is_missing;
	}
	return 0;
}

/* The same, of rows of which `starts` says where runs of equal keys begin. */
static int
find_runs(struct group_table *table, const struct vec *keys, struct sel sel,
    const uint16_t *starts, uint32_t run_count, struct arena *scratch,
    uint32_t *groups, bool *is_new, struct error *err)
{
	uint16_t *rows = arena_alloc_array(scratch, run_count, sizeof(*rows));
	uint32_t *found = arena_alloc_array(scratch, run_count, sizeof(*found));
	bool *are_new = arena_alloc_array(scratch, run_count, sizeof(*are_new));
	const struct sel heads = { .rows = rows, .count = run_count };
	int rc;

	for (uint32_t r = 0; r < run_count; r++)
		rows[r] = (uint16_t)sel_row(sel, starts[r]);
	rc = find_each(table, keys, heads, scratch, found, are_new, err);
	if (rc != 0)
		return rc;
	if (is_new != NULL)
		memset(is_new, 0, sel.count * sizeof(*is_new));
	for (uint32_t r = 0; r < run_count; r++) {
		uint32_t limit = r + 1 < run_count ? starts[r + 1] : sel.count;

		if (is_new != NULL)
			is_new[starts[r]] = are_new[r];
		for (uint32_t i = starts[r]; i < limit; i++)
			groups[i] = found[r];
	}
	return 0;
}

int
group_table_find(struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups, bool *is_new,
    struct error *err)
{
	uint16_t *starts =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*starts));
	uint32_t run_count = 0;
	int rc = number_texts(table, &keys, sel, scratch, err);

	if (rc != 0)
		return rc;
	if (table->key_count == 1)
		run_count = key_runs_find(&keys[0], sel, starts);
	return run_count > 0
	    ? find_runs(table, keys, sel, starts, run_count, scratch, groups,
		  is_new, err)
	    : find_each(table, keys, sel, scratch, groups, is_new, err);
}
