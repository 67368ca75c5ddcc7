/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem_append.c -- the rows of an entry of the log into chunks, column by column.
 *
 * Everything is put into its place behind the published rows first: a failure
 * leaves what readers see as it was.
 */
#include <assert.h>
#include <string.h>

#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/catalog/catalog.h"
#include "engine/memtable/memtable_private.h"

static_assert(VEC_ROWS <= MEM_CHUNK_ROWS, "an entry fits a chunk");

struct append {
	struct memtable *memtable;
	const struct event_type *type;
	struct rows rows;
	uint32_t first; /* row of the entry */
	uint32_t count; /* of rows from there on */
	struct mem_place places[MEM_PLACES_MAX];
	uint32_t place_count;
	struct mem_context *contexts[VEC_ROWS];
};

/* Strings that lie one behind the other, into the generation's memory. */
static bool
keep_strs(struct memtable *memtable, struct str *strs, uint32_t count)
{
	const char *from = strs[0].data;
	size_t total = 0;
	char *copy;

	for (uint32_t i = 0; i < count; i++)
		total += strs[i].len;
	if (total == 0) {
		for (uint32_t i = 0; i < count; i++)
			strs[i] = STR("");
		return true;
	}
	copy = memtable_alloc(memtable, total, 1);
	if (copy == NULL)
		return false;
	memcpy(copy, from, total);
	for (uint32_t i = 0; i < count; i++)
		strs[i].data = copy + (strs[i].data - from);
	return true;
}

/* The next `count` rows of a column to row `at` of one in a chunk. */
static enum memtable_result
put_column(struct memtable *memtable, struct row_column *source,
    struct mem_column *target, uint32_t at, uint32_t count)
{
	void *values = (char *)target->data + at * phys_size(target->phys);

	/* Ordered before the rows by the release of the count. */
	if (row_column_has_null(source))
		atomic_store_explicit(&target->has_null, true,
		    memory_order_relaxed);
	if (!row_column_read(source, count, values, target->nulls + at))
		return MEMTABLE_MALFORMED;
	if (target->phys == PHYS_STR && !source->is_all_null &&
	    !keep_strs(memtable, values, count))
		return MEMTABLE_NO_MEMORY;
	return MEMTABLE_OK;
}

/* A column of the entry, its rows before `first` read. */
static bool
take_column(struct append *append, enum phys phys, struct row_column *out)
{
	struct numeric passed[VEC_ROWS]; /* the widest of all forms */
	uint8_t nulls[VEC_ROWS];

	if (!row_column_take(&append->rows.columns, phys, append->rows.count,
		out))
		return false;
	return append->first == 0 ||
	    row_column_read(out, append->first, passed, nulls);
}

static enum memtable_result
put_fields(struct append *append)
{
	enum memtable_result result = MEMTABLE_OK;

	for (uint32_t i = 0; i < append->rows.field_count; i++) {
		struct row_column column;

		if (!take_column(append, field_phys(&append->type->fields[i]),
			&column))
			return MEMTABLE_MALFORMED;
		for (uint32_t p = 0; p < append->place_count; p++) {
			const struct mem_place *place = &append->places[p];

			result = put_column(append->memtable, &column,
			    &place->chunk->columns[i], place->at, place->count);
			if (result != MEMTABLE_OK)
				return result;
		}
	}
	return reader_left(&append->rows.columns) == 0 ? MEMTABLE_OK
						       : MEMTABLE_MALFORMED;
}

/* Timestamps and contexts, which have no nulls. */
static enum memtable_result
put_core(struct append *append)
{
	struct mem_context **contexts = append->contexts;
	struct row_column times, names;
	uint8_t nulls[VEC_ROWS];

	if (!take_column(append, PHYS_I64, &times) ||
	    !take_column(append, PHYS_STR, &names) ||
	    row_column_has_null(&times) || row_column_has_null(&names))
		return MEMTABLE_MALFORMED;
	for (uint32_t p = 0; p < append->place_count; p++) {
		const struct mem_place *place = &append->places[p];
		struct str *strs = place->chunk->contexts + place->at;

		if (!row_column_read(&times, place->count,
			place->chunk->timestamps + place->at, nulls) ||
		    !row_column_read(&names, place->count, strs, nulls))
			return MEMTABLE_MALFORMED;
		if (!memtable_need_contexts(append->memtable, strs,
			place->count, contexts))
			return MEMTABLE_NO_MEMORY;
		for (uint32_t i = 0; i < place->count; i++)
			strs[i] = contexts[i]->name;
		contexts += place->count;
	}
	return MEMTABLE_OK;
}

static void
put_event_ids(struct append *append, uint64_t batch_event_id)
{
	uint32_t row = append->first;

	for (uint32_t p = 0; p < append->place_count; p++) {
		const struct mem_place *place = &append->places[p];
		int64_t *event_ids = place->chunk->event_ids + place->at;

		for (uint32_t i = 0; i < place->count; i++)
			event_ids[i] = (int64_t)(batch_event_id +
			    rows_ordinal(&append->rows, row++));
	}
}

static void
note_times(const struct append *append)
{
	atomic_int_least64_t *time_max = &append->memtable->time_max;
	int64_t greatest = atomic_load_explicit(time_max, memory_order_relaxed);

	for (uint32_t p = 0; p < append->place_count; p++) {
		const struct mem_place *place = &append->places[p];
		const int64_t *times = place->chunk->timestamps + place->at;

		for (uint32_t i = 0; i < place->count; i++)
			greatest = times[i] > greatest ? times[i] : greatest;
	}
	atomic_store_explicit(time_max, greatest, memory_order_relaxed);
}

/* Let readers see the rows. */
static void
publish(struct append *append)
{
	struct mem_context **context = append->contexts;

	/* T2: the rows are complete, but for the links. */
	for (uint32_t p = 0; p < append->place_count; p++) {
		const struct mem_place *place = &append->places[p];

		atomic_store_explicit(&place->chunk->count,
		    place->at + place->count, memory_order_release);
	}
	/* These are followed from the newest row on only, which comes last. */
	for (uint32_t p = 0; p < append->place_count; p++) {
		const struct mem_place *place = &append->places[p];

		for (uint32_t i = 0; i < place->count; i++, context++) {
			uint32_t at = place->at + i;

			place->chunk->previous[at] =
			    atomic_load_explicit(&(*context)->newest,
				memory_order_relaxed);
			atomic_store_explicit(&(*context)->newest,
			    (mem_ref)place->chunk | at, memory_order_release);
		}
	}
}

enum memtable_result
memtable_append(struct memtable *memtable, const struct event_type *type,
    const struct rows *rows, uint32_t first, uint64_t batch_event_id)
{
	struct mem_type *mem_type = memtable_need_type(memtable, type->oid);
	uint64_t first_id = batch_event_id + rows_ordinal(rows, first);
	struct append append;
	enum memtable_result result;

	if (rows->field_count > type->field_count ||
	    first_id <= memtable->last_event_id) /* keeps T1 */
		return MEMTABLE_MALFORMED;
	if (mem_type == NULL)
		return MEMTABLE_NO_MEMORY;
	append.memtable = memtable;
	append.type = type;
	append.rows = *rows;
	append.first = first;
	append.count = rows->count - first;
	append.place_count = memtable_places(memtable, mem_type, type, rows,
	    append.count, append.places);
	if (append.place_count == 0)
		return MEMTABLE_NO_MEMORY;
	result = put_core(&append);
	if (result == MEMTABLE_OK)
		result = put_fields(&append);
	if (result != MEMTABLE_OK)
		return result;
	put_event_ids(&append, batch_event_id);
	note_times(&append);
	publish(&append);
	if (memtable->row_count == 0)
		memtable->first_event_id = first_id;
	memtable->row_count += append.count;
	memtable->last_event_id =
	    batch_event_id + rows_ordinal(rows, rows->count - 1);
	return MEMTABLE_OK;
}
