/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_segment.c -- the rows of one shard from the entries of a part to the
 * file of a segment.  No MemTable lies between: nobody looks for these rows
 * before they are in the file, and their values are read from the entries.
 */
#include <stdlib.h>

#include "common/arena.h"
#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/append/stage_part.h"
#include "engine/engine_private.h"
#include "engine/memtable/mem_scan.h"
#include "engine/segment/segment.h"

static int
malformed(struct error *err)
{
	return error_set(err, STELE_E_INTERNAL,
	    "rows of a batch are not what its catalogue says");
}

/* ---- which entries ---- */

/* As a segment has them: by type, and then as they came. */
static int
compare_places(const void *a, const void *b)
{
	const struct stage_place *x = a, *y = b;

	if (x->type_oid != y->type_oid)
		return x->type_oid < y->type_oid ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

int
stage_find_entries(const struct stage_part *part, uint32_t shard,
    struct reader *entries, struct buf *places, struct error *err)
{
	size_t limit = ENGINE_TUNED(part->engine, memtable_size_bytes);
	size_t bytes = 0;

	buf_reset(places);
	while (bytes < limit) {
		struct stage_place place = { .entry = entries->next };
		struct entry entry;
		struct rows rows;

		if (entry_next(entries, &entry) != 1)
			break;
		if (entry.kind != ENTRY_ROWS || entry.shard != shard)
			continue;
		bytes += reader_left(&entry.content);
		if (!rows_decode(&entry, &rows))
			return malformed(err);
		place.type_oid = rows.type_oid;
		buf_put(places, &place, sizeof(place));
	}
	if (places->failed)
		return error_no_memory(err);
	if (places->len > 0)
		qsort(places->data, places->len / sizeof(struct stage_place),
		    sizeof(struct stage_place), compare_places);
	return 0;
}

/* ---- their columns ---- */

/* Numbered as if the batch began with event 1. */
static void
number_rows(const struct rows *rows, struct arena *arena, struct vec *out)
{
	vec_init(out, PHYS_I64, rows->count, arena);
	for (uint32_t i = 0; i < rows->count; i++)
		out->i64[i] = (int64_t)rows_ordinal(rows, i) + 1;
}

/* Those of an entry, in the order that a segment has them. */
static bool
take_columns(struct rows *rows, const struct event_type *type,
    struct arena *arena, struct vec *cols)
{
	const struct datum version = { .i64 = rows->version };
	bool is_sound =
	    row_column_vec(&rows->columns, PHYS_I64, rows->count, arena,
		&cols[segment_column_index(COLUMN_TIMESTAMP)]) &&
	    row_column_vec(&rows->columns, PHYS_STR, rows->count, arena,
		&cols[segment_column_index(COLUMN_CONTEXT_ID)]);

	number_rows(rows, arena, &cols[segment_column_index(COLUMN_EVENT_ID)]);
	vec_init_constant(&cols[segment_column_index(COLUMN_VERSION)], PHYS_I64,
	    &version, arena);
	for (uint32_t f = 0; f < type->field_count && is_sound; f++) {
		struct vec *out =
		    &cols[segment_column_index(COLUMN_FIRST_FIELD + f)];

		if (f < rows->field_count)
			is_sound = row_column_vec(&rows->columns,
			    field_phys(&type->fields[f]), rows->count, arena,
			    out);
		else
			field_absent_vec(&type->fields[f], arena, out);
	}
	return is_sound;
}

static int
write_entry(struct segment_writer *writer, struct reader bytes,
    const struct event_type *type, struct arena *arena, struct error *err)
{
	struct batch batch = {
		.col_count = SEGMENT_CORE_COLUMNS + type->field_count,
	};
	struct entry entry;
	struct rows rows;
	int rc;

	if (entry_next(&bytes, &entry) != 1 || !rows_decode(&entry, &rows) ||
	    !rows_bind(&rows, type) || rows.field_count > type->field_count)
		return malformed(err);
	batch.cols =
	    arena_alloc_array(arena, batch.col_count, sizeof(struct vec));
	if (!take_columns(&rows, type, arena, batch.cols))
		return malformed(err);
	batch.row_count = rows.count;
	batch.sel = sel_all(rows.count);
	rc = arena_check(arena, err);
	return rc == 0 ? segment_writer_append(writer, &batch, err) : rc;
}

/* ---- the file ---- */

/* The entries of one type. */
static int
write_type(struct segment_writer *writer, const struct stage_part *part,
    const struct stage_place *places, size_t count, struct error *err)
{
	const uint8_t *end = part->bytes.data + part->bytes.len;
	const struct event_type *type =
	    catalog_type_by_oid(part->catalog, places->type_oid);
	struct arena arena;
	int rc;

	if (type == NULL)
		return malformed(err);
	arena_init(&arena, NULL);
	rc = segment_writer_begin_event_type(writer, type, err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = write_entry(writer,
		    reader_over(places[i].entry,
			(size_t)(end - places[i].entry)),
		    type, &arena, err);
		arena_reset(&arena);
	}
	if (rc == 0)
		rc = segment_writer_end_type(writer, err);
	arena_release(&arena);
	return rc;
}

static int
write_types(struct segment_writer *writer, const struct stage_part *part,
    const struct buf *found, struct error *err)
{
	const struct stage_place *places =
	    (const struct stage_place *)(const void *)found->data;
	size_t total = found->len / sizeof(*places);
	size_t count;
	int rc = 0;

	for (size_t i = 0; i < total && rc == 0; i += count) {
		count = 1;
		while (i + count < total &&
		    places[i + count].type_oid == places[i].type_oid)
			count++;
		rc = write_type(writer, part, places + i, count, err);
	}
	return rc;
}

int
stage_write_segment(const struct stage_part *part, uint32_t shard,
    const struct buf *places, uint64_t number, struct segment_meta *out,
    struct error *err)
{
	struct engine *engine = part->engine;
	const struct segment_options options = {
		.directory = engine->directory,
		.zone_rows = engine->options.zone_rows,
		.sync_bytes = STAGE_SYNC_BYTES,
	};
	struct segment_writer *writer = NULL;
	int rc = segment_writer_open(engine->fs, engine->dir, number, shard,
	    &options, &writer, err);

	if (rc == 0)
		rc = write_types(writer, part, places, err);
	if (rc == 0)
		return segment_writer_finish(writer, out, err);
	segment_writer_abort(writer);
	return rc;
}
