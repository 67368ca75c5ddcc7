/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of segments that a batch names, in the order of event_id.
 */
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "engine/archive/archive_segments.h"
#include "engine/archive/visit_segments.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment.h"

#define CACHE_BYTES ((size_t)8 << 20)

/* The rows of one type in one segment, read in their order. */
struct row_run {
	struct scan_spec spec;
	struct segment *segment; /* a reference */
	struct segment_cursor *cursor;
	struct batch batch;
	uint32_t at; /* the next row; batch.row_count: there is none */
	int64_t last_event_id; /* of what was read; 0: nothing */
	uint64_t event_ids[VEC_ROWS];
};

struct run_reader {
	const struct segment_visit *visit;
	struct block_cache *cache;
	struct arena arena;    /* of the batch: attnums */
	struct row_run **runs; /* owned, each too */
	uint32_t count;
};

static uint64_t
next_id(const struct row_run *run)
{
	return run->at < run->batch.row_count ? run->event_ids[run->at]
					      : UINT64_MAX;
}

/* The columns of a batch: event_id, then as those of struct archived_rows. */
static int
advance(struct row_run *run, struct error *err)
{
	const struct vec *ids;
	int rc = segment_cursor_next(run->cursor, &run->batch, err);

	run->at = 0;
	if (rc != 1) {
		run->batch.row_count = 0;
		return rc;
	}
	ids = &run->batch.cols[0];
	for (uint32_t i = 0; i < run->batch.row_count; i++) {
		int64_t event_id = ids->i64[vec_index(ids, i)];

		if (event_id <= run->last_event_id)
			return segment_breaks_order(run->segment, event_id,
			    err);
		run->last_event_id = event_id;
		run->event_ids[i] = (uint64_t)event_id;
	}
	return 0;
}

static struct row_run *
add_run(struct run_reader *reader, struct error *err)
{
	struct row_run **runs = realloc(reader->runs,
	    (reader->count + (size_t)1) * sizeof(struct row_run *));
	struct row_run *run = calloc(1, sizeof(*run));

	if (runs != NULL)
		reader->runs = runs;
	if (runs == NULL || run == NULL) {
		free(run);
		(void)error_no_memory(err);
		return NULL;
	}
	runs[reader->count++] = run;
	return run;
}

static int
open_run(struct run_reader *reader, struct segment *segment,
    const struct event_type *type, struct error *err)
{
	uint32_t count = 3 + type->field_count;
	uint32_t *attnums =
	    arena_alloc_array(&reader->arena, count, sizeof(*attnums));
	struct segment_section *section = NULL;
	struct row_run *run = add_run(reader, err);
	int rc;

	if (run == NULL)
		return err->code;
	attnums[0] = COLUMN_EVENT_ID;
	attnums[1] = COLUMN_TIMESTAMP;
	attnums[2] = COLUMN_CONTEXT_ID;
	for (uint32_t f = 0; f < type->field_count; f++)
		attnums[3 + f] = COLUMN_FIRST_FIELD + f;
	run->spec = (struct scan_spec){
		.type = type,
		.attnums = attnums,
		.attnum_count = count,
	};
	run->segment = segment_ref(segment);
	rc = segment_section(segment, type->oid, &section, err);
	if (rc == 0 && section != NULL)
		rc = segment_cursor_open_all(section, &run->spec, &run->cursor,
		    err);
	return rc == 0 && run->cursor != NULL ? advance(run, err) : rc;
}

static int
open_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	struct run_reader *reader = arg;
	const struct segment_visit *visit = reader->visit;
	struct segment *segment = NULL;
	int rc = segment_open(visit->fs, visit->archive_dir, meta,
	    visit->directory, reader->cache, &segment, err);

	for (uint32_t i = 0; i < meta->type_count && rc == 0; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(visit->catalog,
			meta->types[i].type_oid);

		if (type != NULL)
			rc = open_run(reader, segment, type, err);
	}
	segment_unref(segment);
	return rc;
}

/* The run that comes first, and the id at which another does. */
static struct row_run *
first_run(const struct run_reader *reader, uint64_t *limit)
{
	struct row_run *first = NULL;

	*limit = UINT64_MAX;
	for (uint32_t i = 0; i < reader->count; i++) {
		struct row_run *run = reader->runs[i];

		if (next_id(run) == UINT64_MAX)
			continue;
		if (first == NULL || next_id(run) < next_id(first)) {
			if (first != NULL)
				*limit = next_id(first);
			first = run;
		} else if (next_id(run) < *limit) {
			*limit = next_id(run);
		}
	}
	return first;
}

static int
tell_runs(struct run_reader *reader, struct error *err)
{
	const struct archive_visitor *visitor = reader->visit->visitor;
	struct row_run *run;
	uint64_t limit;
	int rc = 0;

	while (rc == 0 && (run = first_run(reader, &limit)) != NULL) {
		struct archived_rows rows = {
			.type = run->spec.type,
			.first = run->at,
			.event_ids = run->event_ids,
			.cols = run->batch.cols + 1,
		};

		if (next_id(run) == limit)
			return segment_breaks_order(run->segment,
			    (int64_t)limit, err);
		while (next_id(run) < limit) {
			run->at++;
			rows.count++;
		}
		rc = visitor->batch(visitor->arg, &rows, 1, err);
		if (rc == 0 && run->at == run->batch.row_count)
			rc = advance(run, err);
	}
	return rc;
}

int
visit_segments(const struct segment_visit *visit,
    const struct wal_replay_batch *batch, struct error *err)
{
	struct run_reader reader = {
		.visit = visit,
		.cache = block_cache_new(CACHE_BYTES),
	};
	int rc;

	if (reader.cache == NULL)
		return error_no_memory(err);
	arena_init(&reader.arena, NULL);
	rc = archive_each_segment(batch, open_segment, &reader, err);
	if (rc == 0)
		rc = tell_runs(&reader, err);
	for (uint32_t i = 0; i < reader.count; i++) {
		segment_cursor_close(reader.runs[i]->cursor);
		segment_unref(reader.runs[i]->segment);
		free(reader.runs[i]);
	}
	free(reader.runs);
	arena_release(&reader.arena);
	block_cache_free(reader.cache);
	return rc;
}
