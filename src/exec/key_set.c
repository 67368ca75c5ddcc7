/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/key_set.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "exec/row_sort.h"

#define RUNS_MIN 8

void
key_set_init(struct key_set *set, const struct exec_context *context,
    const struct type *types, uint32_t key_count, struct arena *lasting)
{
	struct type *all =
	    arena_alloc_array(lasting, (size_t)key_count + 1, sizeof(*all));

	memcpy(all, types, key_count * sizeof(*all));
	all[key_count] = type_of(TYPE_INT8);
	*set = (struct key_set){ .context = context };
	group_table_init(&set->table, types, key_count, KEY_EQUAL,
	    context->budget);
	set->table.keys.cancel = context->cancel;
	spill_init(&set->spill, context, all, key_count + 1);
	arena_init(&set->arena, context->budget);
}

void
key_set_release(struct key_set *set)
{
	group_table_release(&set->table);
	spill_release(&set->spill);
	arena_release(&set->arena);
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- writing ---- */

/* What is made of the table while it is written. */
struct sorted {
	uint64_t *hashes; /* of each key */
	uint32_t *rows;   /* the keys, by their hashes */
	struct arena arena;
};

static int
compare_hashes(const void *a, const void *b, void *arg)
{
	const uint64_t *hashes = arg;
	uint64_t x = hashes[*(const uint32_t *)a];
	uint64_t y = hashes[*(const uint32_t *)b];

	return (x > y) - (x < y);
}

static void
hash_keys(const struct key_set *set, struct sorted *sorted)
{
	const struct group_table *table = &set->table;
	uint32_t count = group_table_count(table);

	for (uint32_t at = 0; at < count; at += VEC_ROWS) {
		uint32_t left = count - at;
		struct arena_mark mark = arena_mark(&sorted->arena);
		struct batch batch;

		row_store_batch(&table->keys, NULL, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &sorted->arena, &batch);
		row_key_hash(table->types, table->key_count, batch.cols,
		    batch.sel, sorted->hashes + at);
		arena_rewind(&sorted->arena, mark);
	}
}

static int
sort_keys(const struct key_set *set, struct sorted *sorted, struct error *err)
{
	uint32_t count = group_table_count(&set->table);
	uint32_t *scratch;

	sorted->hashes =
	    arena_try_alloc(&sorted->arena, count * sizeof(*sorted->hashes));
	sorted->rows = arena_try_alloc(&sorted->arena,
	    ((size_t)count + count / 2 + 1) * sizeof(*sorted->rows));
	if (sorted->hashes == NULL || sorted->rows == NULL)
		return out_of_memory(err);
	scratch = sorted->rows + count;
	hash_keys(set, sorted);
	for (uint32_t i = 0; i < count; i++)
		sorted->rows[i] = i;
	return row_sort(sorted->rows, scratch, count, compare_hashes,
	    sorted->hashes, set->context->cancel, err);
}

static int
write_keys(struct key_set *set, struct sorted *sorted, struct error *err)
{
	const struct group_table *table = &set->table;
	uint32_t count = group_table_count(table);
	int rc = spill_add_runs(&set->spill, 1, err);

	for (uint32_t at = 0; at < count && rc == 0; at += VEC_ROWS) {
		uint32_t left = count - at;
		struct arena_mark mark = arena_mark(&sorted->arena);
		struct vec *columns = arena_alloc_array(&sorted->arena,
		    (size_t)table->key_count + 1, sizeof(*columns));
		struct vec *hashes = &columns[table->key_count];
		struct batch batch;

		row_store_batch(&table->keys, sorted->rows, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &sorted->arena, &batch);
		memcpy(columns, batch.cols,
		    table->key_count * sizeof(*columns));
		vec_init(hashes, PHYS_I64, batch.row_count, &sorted->arena);
		for (uint32_t i = 0; i < batch.row_count; i++)
			hashes->i64[i] =
			    (int64_t)sorted->hashes[sorted->rows[at + i]];
		rc = arena_check(&sorted->arena, err);
		if (rc == 0)
			rc = spill_write(&set->spill, set->spill.run_count - 1,
			    columns, batch.sel, err);
		arena_rewind(&sorted->arena, mark);
	}
	return rc;
}

static int
reserve_firsts(struct key_set *set, struct error *err)
{
	uint32_t capacity =
	    set->run_capacity == 0 ? RUNS_MIN : 2 * set->run_capacity;
	uint64_t **firsts;

	if (set->spill.run_count < set->run_capacity)
		return 0;
	firsts = arena_try_alloc(&set->arena, capacity * sizeof(*firsts));
	if (firsts == NULL)
		return out_of_memory(err);
	if (set->run_capacity > 0)
		memcpy(firsts, set->firsts,
		    set->run_capacity * sizeof(*firsts));
	set->firsts = firsts;
	set->run_capacity = capacity;
	return 0;
}

/* The first hashes of the last run's blocks. */
static int
note_firsts(struct key_set *set, const struct sorted *sorted, struct error *err)
{
	uint32_t last = set->spill.run_count - 1;
	const struct spill_run *run = &set->spill.runs[last];
	uint64_t *firsts = arena_try_alloc(&set->arena,
	    ((size_t)run->block_count + 1) * sizeof(*firsts));
	uint32_t row = 0;

	if (firsts == NULL)
		return out_of_memory(err);
	for (uint32_t b = 0; b < run->block_count; b++) {
		firsts[b] = sorted->hashes[sorted->rows[row]];
		row += run->blocks[b].row_count;
	}
	set->firsts[last] = firsts;
	return 0;
}

/* All keys that are in memory, to the file. */
static int
write_table(struct key_set *set, struct error *err)
{
	const struct type *types = set->table.types;
	uint32_t key_count = set->table.key_count;
	struct sorted sorted;
	int rc;

	arena_init(&sorted.arena, set->context->budget);
	rc = reserve_firsts(set, err);
	if (rc == 0)
		rc = sort_keys(set, &sorted, err);
	if (rc == 0)
		rc = write_keys(set, &sorted, err);
	if (rc == 0)
		rc = note_firsts(set, &sorted, err);
	arena_release(&sorted.arena);
	if (rc != 0)
		return rc;
	group_table_release(&set->table);
	group_table_init(&set->table, types, key_count, KEY_EQUAL,
	    set->context->budget);
	set->table.keys.cancel = set->context->cancel;
	set->disk_bytes = spill_size(&set->spill);
	return 0;
}

/* ---- looking in runs ---- */

/* Keys that are looked for, and the block at hand. */
struct search {
	const struct key_set *set;
	const struct vec *keys;
	struct sel sel;
	uint64_t *hashes; /* by position in `sel` */
	uint32_t *order;  /* positions, by these */
	bool *found;
	uint32_t run;
	uint32_t block; /* in `rows`; UINT32_MAX: none */
	struct batch rows;
	struct arena arena; /* of them */
};

static int
start_search(struct search *search, struct arena *scratch, struct error *err)
{
	const struct group_table *table = &search->set->table;
	uint32_t count = search->sel.count;
	uint32_t *room =
	    arena_alloc_array(scratch, (size_t)count + 1, sizeof(*room));

	search->hashes = arena_alloc_array(scratch, (size_t)count + 1,
	    sizeof(*search->hashes));
	search->order = arena_alloc_array(scratch, (size_t)count + 1,
	    sizeof(*search->order));
	row_key_hash(table->types, table->key_count, search->keys, search->sel,
	    search->hashes);
	for (uint32_t i = 0; i < count; i++)
		search->order[i] = i;
	return row_sort(search->order, room, count, compare_hashes,
	    search->hashes, search->set->context->cancel, err);
}

/* The first block that may have a hash. */
static uint32_t
block_of(const uint64_t *firsts, uint32_t count, uint64_t hash)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (firsts[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : low - 1;
}

static int
load_block(struct search *search, uint32_t block, struct error *err)
{
	const struct key_set *set = search->set;

	if (search->block == block)
		return 0;
	arena_reset(&search->arena);
	search->block = block;
	return spill_read(&set->spill, search->run, block, &search->arena,
	    &search->rows, err);
}

static bool
is_key(const struct search *search, uint32_t position, uint32_t row)
{
	const struct group_table *table = &search->set->table;
	uint32_t its = sel_row(search->sel, position);

	for (uint32_t k = 0; k < table->key_count; k++)
		if (!row_key_equal(&table->types[k], KEY_EQUAL,
			&search->keys[k], its, &search->rows.cols[k], row))
			return false;
	return true;
}

static void
look_in_block(struct search *search, uint32_t position)
{
	const int64_t *hashes =
	    search->rows.cols[search->set->table.key_count].i64;
	uint64_t hash = search->hashes[position];
	uint32_t low = 0, high = search->rows.row_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if ((uint64_t)hashes[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < search->rows.row_count && (uint64_t)hashes[low] == hash &&
	     !search->found[position];
	     low++)
		search->found[position] = is_key(search, position, low);
}

static int
look_in_run(struct search *search, uint32_t run, struct error *err)
{
	const uint64_t *firsts = search->set->firsts[run];
	uint32_t blocks = search->set->spill.runs[run].block_count;
	int rc = 0;

	search->run = run;
	search->block = UINT32_MAX;
	for (uint32_t i = 0; i < search->sel.count && rc == 0; i++) {
		uint32_t position = search->order[i];
		uint64_t hash = search->hashes[position];
		uint32_t block = block_of(firsts, blocks, hash);

		for (; !search->found[position] && block < blocks &&
		     firsts[block] <= hash && rc == 0;
		     block++) {
			rc = load_block(search, block, err);
			if (rc == 0)
				look_in_block(search, position);
		}
	}
	return rc != 0 ? rc : cancel_check(search->set->context->cancel, err);
}

/* found[] of keys in runs; the others' are false. */
static int
look_in_runs(const struct key_set *set, const struct vec *keys, struct sel sel,
    struct arena *scratch, bool *found, struct error *err)
{
	struct search search = { .set = set,
		.keys = keys,
		.sel = sel,
		.found = found };
	int rc = 0;

	memset(found, 0, sel.count);
	if (set->spill.run_count == 0)
		return 0;
	arena_init(&search.arena, set->context->budget);
	rc = start_search(&search, scratch, err);
	for (uint32_t r = set->spill.run_count; r > 0 && rc == 0; r--)
		rc = look_in_run(&search, r - 1, err);
	arena_release(&search.arena);
	return rc;
}

/* ---- the set ---- */

static bool
is_full(const struct key_set *set, uint32_t count)
{
	return set->context->temp != NULL &&
	    group_table_count(&set->table) > 0 &&
	    group_table_bytes_with(&set->table, count) >
	    set->context->work_mem_bytes;
}

int
key_set_add(struct key_set *set, const struct vec *keys, struct sel sel,
    struct arena *scratch, bool *is_new, struct error *err)
{
	bool *found =
	    arena_alloc_array(scratch, (size_t)sel.count + 1, sizeof(*found));
	bool *added =
	    arena_alloc_array(scratch, (size_t)sel.count + 1, sizeof(*added));
	uint32_t *groups =
	    arena_alloc_array(scratch, (size_t)sel.count + 1, sizeof(*groups));
	uint16_t *rows =
	    arena_alloc_array(scratch, (size_t)sel.count + 1, sizeof(*rows));
	struct sel others = { .rows = rows };
	uint32_t at = 0;
	int rc = 0;

	if (is_full(set, sel.count))
		rc = write_table(set, err);
	if (rc == 0)
		rc = look_in_runs(set, keys, sel, scratch, found, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < sel.count; i++) {
		rows[others.count] = (uint16_t)sel_row(sel, i);
		others.count += !found[i];
	}
	rc = group_table_find(&set->table, keys, others, scratch, groups, added,
	    err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++)
		is_new[i] = !found[i] && added[at++];
	if (group_table_bytes(&set->table) > set->memory_bytes)
		set->memory_bytes = group_table_bytes(&set->table);
	return rc;
}

int
key_set_find(const struct key_set *set, const struct vec *keys, struct sel sel,
    struct arena *scratch, bool *found, struct error *err)
{
	uint32_t *groups =
	    arena_alloc_array(scratch, (size_t)sel.count + 1, sizeof(*groups));
	int rc = look_in_runs(set, keys, sel, scratch, found, err);

	if (rc != 0)
		return rc;
	group_table_lookup(&set->table, keys, sel, scratch, groups);
	for (uint32_t i = 0; i < sel.count; i++)
		found[i] |= groups[i] != GROUP_NONE;
	return 0;
}
