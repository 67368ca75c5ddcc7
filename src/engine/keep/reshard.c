/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another number of shards for a directory that no server uses.
 *
 * The log is recovered and flushed.  Then all events are read in the order of
 * event_id, a range of ids after the other, and written into segments of their
 * new shards.  The new MANIFEST takes the old one's place in one step: until
 * then the new segments are unknown files, and after it the old ones are.
 */
#include "engine/keep/reshard.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "engine/append/row_format.h"
#include "engine/engine_private.h"
#include "engine/keep/flush_all.h"

#define RANGE_EVENTS ((uint64_t)1 << 20) /* in one segment of each shard */

/* One run of a scan: rows that ascend in event_id. */
struct run {
	struct scan *scan;
	uint32_t number;
	uint32_t part; /* next to be opened */
	struct scan_cursor *cursor;
	struct batch batch;
	uint32_t at; /* in the batch's selection; its count: at the end */
	int64_t last_event_id; /* of what was read; 0: nothing */
};

struct resharder {
	struct os_fs *fs;
	const char *dir;
	struct engine *engine;
	struct snapshot *snapshot;
	const struct catalog *catalog; /* the snapshot's; a reference */
	uint64_t position;
	struct reshard_output output;
	const struct event_type **types; /* ascending oid */
	uint32_t type_count;
};

/* ---- merging runs ---- */

static int64_t
event_id_at(const struct run *run, uint32_t at)
{
	const struct vec *ids =
	    &run->batch.cols[segment_column_index(COLUMN_EVENT_ID)];

	return ids->i64[vec_index(ids, sel_row(run->batch.sel, at))];
}

static bool
is_at_end(const struct run *run)
{
	return run->at == run->batch.sel.count;
}

/* Which files were read is not known here; nobody but a forger gets here. */
static int
breaks_order(int64_t event_id, struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "event_id %" PRId64 " does not ascend", event_id);
	return error_hint(err, "\"stele verify\" may name the file.");
}

static int
check_order(struct run *run, struct error *err)
{
	for (uint32_t i = 0; i < run->batch.sel.count; i++) {
		int64_t event_id = event_id_at(run, i);

		if (event_id <= run->last_event_id)
			return breaks_order(event_id, err);
		run->last_event_id = event_id;
	}
	return 0;
}

/* The next batch, of the next part if this one ends. */
static int
run_advance(struct run *run, struct error *err)
{
	int rc = 0;

	run->at = run->batch.sel.count = 0;
	while (rc == 0) {
		if (run->cursor != NULL)
			rc = scan_cursor_next(run->cursor, &run->batch, err);
		if (rc != 0)
			break;
		scan_cursor_close(run->cursor);
		run->cursor = NULL;
		if (run->part == scan_part_count(run->scan, run->number))
			break;
		rc = scan_cursor_open(run->scan, run->number, run->part++,
		    &run->cursor, err);
	}
	if (rc == 1)
		return check_order(run, err);
	run->batch.sel.count = 0;
	return rc;
}

/* The run whose next event is first, and the id that the others begin at. */
static struct run *
first_run(struct run *runs, uint32_t count, int64_t *limit)
{
	struct run *first = NULL;

	*limit = INT64_MAX;
	for (uint32_t r = 0; r < count; r++) {
		int64_t id;

		if (is_at_end(&runs[r]))
			continue;
		id = event_id_at(&runs[r], runs[r].at);
		if (first != NULL && id > event_id_at(first, first->at)) {
			if (id < *limit)
				*limit = id;
			continue;
		}
		if (first != NULL)
			*limit = event_id_at(first, first->at);
		first = &runs[r];
	}
	return first;
}

static int
merge_runs(struct resharder *r, struct run *runs, uint32_t count,
    struct error *err)
{
	struct run *run;
	int64_t limit;
	int rc = 0;

	while (rc == 0 && (run = first_run(runs, count, &limit)) != NULL) {
		uint32_t end = run->at;

		if (event_id_at(run, end) == limit)
			return breaks_order(limit, err);
		while (
		    end < run->batch.sel.count && event_id_at(run, end) < limit)
			end++;
		rc = reshard_output_rows(&r->output, &run->batch, run->at, end,
		    err);
		run->at = end;
		if (rc == 0 && is_at_end(run))
			rc = run_advance(run, err);
	}
	return rc;
}

static int
copy_scan(struct resharder *r, struct scan *scan, struct error *err)
{
	uint32_t count = scan_run_count(scan);
	struct run *runs = calloc(count + (size_t)1, sizeof(*runs));
	int rc = 0;

	if (runs == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		runs[i].scan = scan;
		runs[i].number = i;
		rc = run_advance(&runs[i], err);
	}
	if (rc == 0)
		rc = merge_runs(r, runs, count, err);
	for (uint32_t i = 0; i < count; i++)
		scan_cursor_close(runs[i].cursor);
	free(runs);
	return rc;
}

/* ---- all events ---- */

/* The columns in the order of a segment. */
static uint32_t
attnum_of(uint32_t column)
{
	if (column == segment_column_index(COLUMN_VERSION))
		return COLUMN_VERSION;
	return column < SEGMENT_CORE_COLUMNS ? column + 1 : column;
}

/* The events of one type with ids from `first` on, as many as a range has. */
static int
copy_type(struct resharder *r, const struct event_type *type, uint64_t first,
    struct error *err)
{
	uint32_t count = SEGMENT_CORE_COLUMNS + type->field_count;
	uint32_t *attnums = malloc(count * sizeof(*attnums));
	const struct scan_spec spec = {
		.snapshot = r->snapshot,
		.type = type,
		.attnums = attnums,
		.attnum_count = count,
		.event_id_first = first,
		.event_id_last = first + RANGE_EVENTS - 1,
	};
	struct scan *scan = NULL;
	struct arena arena;
	int rc;

	if (attnums == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		attnums[i] = attnum_of(i);
	arena_init(&arena, NULL);
	rc = scan_open(r->engine, &spec, &arena, &scan, err);
	if (rc == 0) {
		reshard_output_begin_type(&r->output, type);
		rc = copy_scan(r, scan, err);
		scan_close(scan);
	}
	if (rc == 0)
		rc = reshard_output_end_type(&r->output, err);
	arena_release(&arena);
	free(attnums);
	return rc;
}

static int
copy_events(struct resharder *r, struct error *err)
{
	int rc = 0;

	for (uint64_t first = 1; first <= r->position && rc == 0;
	     first += RANGE_EVENTS) {
		for (uint32_t i = 0; i < r->type_count && rc == 0; i++)
			rc = copy_type(r, r->types[i], first, err);
		if (rc == 0)
			rc = reshard_output_end(&r->output, err);
	}
	return rc;
}

static int
compare_types(const void *a, const void *b)
{
	const struct event_type *const *x = a, *const *y = b;

	return ((*x)->oid > (*y)->oid) - ((*x)->oid < (*y)->oid);
}

static int
sort_types(struct resharder *r, struct error *err)
{
	const struct catalog *catalog = r->catalog;

	r->type_count = catalog->type_count;
	r->types = calloc(r->type_count + (size_t)1, sizeof(*r->types));
	if (r->types == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < r->type_count; i++)
		r->types[i] = catalog->types[i];
	qsort(r->types, r->type_count, sizeof(*r->types), compare_types);
	return 0;
}

/* ---- the engine ---- */

/* New numbers begin above all that the MANIFEST has given out. */
static int
begin_output(struct resharder *r, uint32_t shard_count, struct error *err)
{
	struct manifest *manifest = NULL;
	uint64_t torn_bytes;
	int rc = manifest_load(r->fs, r->dir, &manifest, &torn_bytes, err);

	if (rc == 0)
		rc = reshard_output_init(&r->output, r->engine, shard_count,
		    manifest_state(manifest)->next_segment, err);
	manifest_close(manifest);
	return rc;
}

/* ---- all of it ---- */

/* Recover, flush, and write everything once more. */
static int
write_segments(struct resharder *r, const struct engine_options *options,
    uint32_t shard_count, struct error *err)
{
	struct engine_options own = *options;
	int rc;

	own.is_retention_off = true; /* the catalogue is that of the snapshot */
	rc = engine_open(r->fs, r->dir, &own, &r->engine, err);
	if (rc == 0)
		rc = flush_all(r->engine, err);
	if (rc == 0) {
		r->snapshot = engine_snapshot(r->engine, 0, NULL, NULL);
		if (r->snapshot == NULL)
			rc = error_no_memory(err);
	}
	if (rc == 0) {
		r->catalog = catalog_ref(snapshot_catalog(r->snapshot));
		r->position = snapshot_position(r->snapshot);
		rc = sort_types(r, err);
	}
	if (rc == 0)
		rc = begin_output(r, shard_count, err);
	if (rc == 0)
		rc = copy_events(r, err);
	if (r->snapshot != NULL)
		snapshot_unref(r->snapshot);
	engine_close(r->engine);
	return rc;
}

static int
publish(struct resharder *r, struct error *err)
{
	const struct reshard_done done = {
		.fs = r->fs,
		.dir = r->dir,
		.output = &r->output,
		.catalog = r->catalog,
		.position = r->position,
	};

	return reshard_publish(&done, err);
}

/* No MANIFEST knows them. */
static void
remove_new_files(struct resharder *r)
{
	uint32_t count;
	struct segment_meta *metas = reshard_output_metas(&r->output, &count);
	char path[OS_PATH_SIZE];
	struct error err;

	for (uint32_t i = 0; i < count; i++)
		if (segment_path(path, sizeof(path), r->dir, metas[i].number,
			&err) == 0)
			(void)r->fs->unlink(r->fs, path);
}

/* Is it a directory at all?  Opening an engine would make it one. */
static int
read_shard_count(struct resharder *r, uint32_t *count, struct error *err)
{
	struct manifest *manifest = NULL;
	uint64_t torn_bytes;
	int rc = manifest_load(r->fs, r->dir, &manifest, &torn_bytes, err);

	if (rc == 0)
		*count = manifest_state(manifest)->shard_count;
	manifest_close(manifest);
	return rc;
}

int
engine_reshard(struct os_fs *fs, const char *dir,
    const struct engine_options *options, uint32_t shard_count,
    struct reshard_report *report, struct error *err)
{
	struct resharder r = { .fs = fs, .dir = dir };
	int rc;

	*report = (struct reshard_report){ .shard_count_before = 0 };
	if (shard_count == 0 || shard_count > SHARD_COUNT_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "a directory has 1 to %d shards", SHARD_COUNT_MAX);
	rc = read_shard_count(&r, &report->shard_count_before, err);
	if (rc != 0)
		return rc;
	rc = write_segments(&r, options, shard_count, err);
	if (rc != 0)
		remove_new_files(&r);
	else
		rc = publish(&r, err);
	(void)reshard_output_metas(&r.output, &report->segment_count);
	report->position = r.position;
	reshard_output_release(&r.output);
	catalog_unref(r.catalog);
	free(r.types);
	return rc;
}
