/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments that somebody has made, with right checksums: whoever reads them gets
 * an error that says what is wrong, and none ends the process or goes on for
 * ever.  Every checksum is 0 here, so that bytes can be changed.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "engine/append/row_format.h"
#include "engine/archive/visit_segments.h"
#include "engine/engine_private.h"
#include "engine/segment/segment_private.h"
#include "engine/wal/wal_replay.h"
#include "fixture.h"

#define ZONE_ROWS  128u
#define EVENTS     300 /* of a segment: two whole zones, and a third */
#define TIMEOUT_S  20
#define ALL_EVENTS UINT64_MAX

static struct fixture world;
static struct error err;

/* Names that the linker's --wrap makes: NOLINTBEGIN(bugprone-reserved-identifier) */
uint64_t __wrap_block_checksum(const void *data, size_t len, uint64_t identity,
    uint64_t offset);
/* NOLINTEND(bugprone-reserved-identifier) */

uint64_t
__wrap_block_checksum(const void *data UNUSED, size_t len UNUSED,
    uint64_t identity UNUSED, uint64_t offset UNUSED)
{
	return 0;
}

static void
setup(void)
{
	fixture_init(&world);
	world.options.shard_count = 1;
	world.options.zone_rows = ZONE_ROWS;
	fixture_open(&world);
	fixture_define(&world);
	fixture_store(&world, 0, EVENTS);
	fixture_flush(&world);
	fixture_store(&world, EVENTS, EVENTS);
	fixture_flush(&world);
	fixture_close(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* ---- changes ---- */

static struct manifest *
load_manifest(void)
{
	struct manifest *manifest;
	uint64_t torn_bytes;

	ck_assert_int_eq(manifest_load(world.fs, world.dir, &manifest,
			     &torn_bytes, &err),
	    0);
	ck_assert_uint_ge(manifest_state(manifest)->segment_count, 2);
	return manifest;
}

static int
open_segment(const struct segment_meta *meta, char path[OS_PATH_SIZE])
{
	int fd;

	ck_assert_int_eq(segment_path(path, OS_PATH_SIZE, world.dir,
			     meta->number, &err),
	    0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ne(fd, -1);
	return fd;
}

/* Where the first segment has its table of the column's chunks. */
static uint64_t
find_chunks(const struct segment_meta *meta, const struct uuid *directory,
    const char *path, int fd, uint32_t column)
{
	struct segment_state *state;
	uint8_t bytes[COLUMN_INFO_SIZE];
	struct column_info info;
	uint64_t offset;

	ck_assert_int_eq(segment_state_open(world.fs, path, meta, directory,
			     &state, &err),
	    0);
	offset = state->footer.sections[0].columns.offset;
	segment_state_free(state);
	offset += (uint64_t)column * sizeof(bytes);
	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), (off_t)offset),
	    (ssize_t)sizeof(bytes));
	ck_assert(segment_take_column_info(bytes, &info));
	return info.chunks.offset;
}

/* Zone `to` of a column of the first segment gets what zone `from` has. */
static void
change_chunk(uint32_t column, uint32_t from, uint32_t to,
    void (*change)(struct chunk_info *info))
{
	struct manifest *manifest = load_manifest();
	const struct manifest_state *state = manifest_state(manifest);
	uint8_t bytes[CHUNK_INFO_SIZE];
	char path[OS_PATH_SIZE];
	struct chunk_info info;
	struct buf changed;
	int fd = open_segment(&state->segments[0], path);
	uint64_t at = find_chunks(&state->segments[0], &state->directory, path,
	    fd, column);

	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes),
			     (off_t)(at + (uint64_t)from * sizeof(bytes))),
	    (ssize_t)sizeof(bytes));
	ck_assert(segment_take_chunk_info(bytes, &info));
	if (change != NULL)
		change(&info);
	buf_init(&changed);
	segment_put_chunk_info(&changed, &info);
	ck_assert_int_eq(pwrite(fd, changed.data, changed.len,
			     (off_t)(at + (uint64_t)to * sizeof(bytes))),
	    (ssize_t)sizeof(bytes));
	buf_release(&changed);
	close(fd);
	manifest_close(manifest);
}

/* Header and trailer are that of another number. */
static void
renumber(const struct segment_meta *meta, const struct segment_meta *twin,
    const struct uuid *directory)
{
	uint64_t was = segment_identity(directory, meta->number);
	uint64_t is = segment_identity(directory, twin->number);
	uint64_t end = twin->size_bytes - SEGMENT_TRAILER_SIZE;
	uint8_t bytes[SEGMENT_HEADER_SIZE];
	struct segment_header header;
	char path[OS_PATH_SIZE];
	struct block_ref footer;
	struct buf changed;
	int fd = open_segment(twin, path);

	buf_init(&changed);
	ck_assert_int_eq(pread(fd, bytes, SEGMENT_HEADER_SIZE, 0),
	    SEGMENT_HEADER_SIZE);
	ck_assert(segment_take_header(bytes, was, &header));
	header.number = twin->number;
	segment_put_header(&changed, &header, is);
	ck_assert_int_eq(pwrite(fd, changed.data, changed.len, 0),
	    SEGMENT_HEADER_SIZE);
	buf_reset(&changed);
	ck_assert_int_eq(pread(fd, bytes, SEGMENT_TRAILER_SIZE, (off_t)end),
	    SEGMENT_TRAILER_SIZE);
	ck_assert(segment_take_trailer(bytes, was, end, &footer));
	segment_put_trailer(&changed, &footer, is, end);
	ck_assert_int_eq(pwrite(fd, changed.data, changed.len, (off_t)end),
	    SEGMENT_TRAILER_SIZE);
	buf_release(&changed);
	close(fd);
}

/* The first segment once more, under the next number. */
static void
add_twin(void)
{
	const struct segment_meta *meta;
	struct manifest *manifest;
	uint64_t torn_bytes;
	struct segment_meta twin;
	struct manifest_step step = { .added = &twin, .added_count = 1 };
	char from[OS_PATH_SIZE], to[OS_PATH_SIZE];

	ck_assert_int_eq(manifest_open(world.fs, world.dir, &manifest,
			     &torn_bytes, &err),
	    0);
	meta = &manifest_state(manifest)->segments[0];
	twin = *meta;
	twin.number = manifest_state(manifest)->next_segment;
	ck_assert_int_eq(segment_path(from, sizeof(from), world.dir,
			     meta->number, &err),
	    0);
	ck_assert_int_eq(segment_path(to, sizeof(to), world.dir, twin.number,
			     &err),
	    0);
	ck_assert_int_eq(os_copy_file(world.fs, from, to, &err), 0);
	renumber(meta, &twin, &manifest_state(manifest)->directory);
	step.next_segment = twin.number + 1;
	ck_assert_int_eq(manifest_append(manifest, &step, &err), 0);
	manifest_close(manifest);
}

/* ---- who reads ---- */

static int
read_part(struct scan *scan, uint32_t run, uint32_t part)
{
	struct scan_cursor *cursor = NULL;
	struct batch batch;
	int rc = scan_cursor_open(scan, run, part, &cursor, &err);

	while (rc == 0 && (rc = scan_cursor_next(cursor, &batch, &err)) == 1)
		rc = 0;
	scan_cursor_close(cursor);
	return rc;
}

/* All columns of the events with these ids, or of all. */
static int
read_events(const int64_t *ids, uint32_t count)
{
	static const uint32_t attnums[] = { COLUMN_EVENT_ID, COLUMN_TIMESTAMP,
		COLUMN_CONTEXT_ID, PAYMENT_AMOUNT, PAYMENT_NOTE, PAYMENT_PRICE,
		COLUMN_VERSION };
	struct scan_spec spec = {
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.event_id_last = ALL_EVENTS,
		.event_ids = ids,
		.event_id_count = count,
	};
	struct arena arena;
	struct scan *scan = NULL;
	int rc;

	spec.snapshot = engine_snapshot(world.engine, 0, NULL, NULL);
	arena_init(&arena, NULL);
	rc = scan_open(world.engine, &spec, &arena, &scan, &err);
	for (uint32_t run = 0; rc == 0 && run < scan_run_count(scan); run++)
		for (uint32_t part = 0;
		     rc == 0 && part < scan_part_count(scan, run); part++)
			rc = read_part(scan, run, part);
	if (scan != NULL)
		scan_close(scan);
	arena_release(&arena);
	snapshot_unref(spec.snapshot);
	return rc;
}

/* One event of each zone. */
static int
find_events(void)
{
	static const int64_t ids[] = { 1, ZONE_ROWS + 1, 2 * ZONE_ROWS + 1 };

	return read_events(ids, ARRAY_LEN(ids));
}

static void
note_failure(void *arg, const struct compaction_status *compaction)
{
	int *code = arg;

	if (compaction->state != COMPACTION_FAILED)
		return;
	*code = STELE_E_CORRUPT;
	snprintf(err.message, sizeof(err.message), "%s", compaction->message);
}

/* What has failed leaves out its segment, and then there is nothing to do. */
static int
merge(void)
{
	uint64_t merges;
	int code = 0;
	int rc = engine_compact(world.engine, NULL, &merges, &err);

	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(engine_each_compaction(world.engine, note_failure,
			     &code, &err),
	    0);
	return code;
}

static int
count_rows(void *arg, const struct archived_rows *parts, uint32_t part_count,
    struct error *e UNUSED)
{
	uint64_t *rows = arg;

	for (uint32_t i = 0; i < part_count; i++)
		*rows += parts[i].count;
	return 0;
}

/* What `stele archive export` does with a batch that names all segments. */
static int export(uint64_t *rows)
{
	const struct archive_visitor visitor = {
		.arg = rows,
		.batch = count_rows,
	};
	struct manifest *manifest = load_manifest();
	const struct manifest_state *state = manifest_state(manifest);
	const struct catalog *catalog = engine_catalog(world.engine);
	const struct segment_visit visit = {
		.fs = world.fs,
		.archive_dir = world.dir,
		.directory = &state->directory,
		.catalog = catalog,
		.visitor = &visitor,
	};
	struct wal_replay_batch batch = { .first_event_id = 1 };
	struct buf entries;
	int rc;

	buf_init(&entries);
	for (uint32_t i = 0; i < state->segment_count; i++)
		entry_segment_encode(&entries, &state->segments[i]);
	batch.entries = entries.data;
	batch.len = entries.len;
	*rows = 0;
	rc = visit_segments(&visit, &batch, &err);
	buf_release(&entries);
	catalog_unref(catalog);
	manifest_close(manifest);
	return rc;
}

static int
reshard(void)
{
	struct engine_options options = world.options;
	struct reshard_report report;

	options.shard_count = 0;
	return engine_reshard(world.fs, world.dir, &options, 2, &report, &err);
}

/* Does the error say so, or where? */
#define CHECK_ERROR(rc, what) \
	do { \
		ck_assert_int_eq(rc, STELE_E_CORRUPT); \
		ck_assert_msg(strstr(err.message, what) != NULL, "%s", \
		    err.message); \
	} while (0)

static void
make_null(struct chunk_info *info)
{
	*info = (struct chunk_info){
		.encoding = ENC_NULL,
		.null_count = info->row_count,
		.row_count = info->row_count,
	};
}

START_TEST(what_is_not_changed_is_read)
{
	uint64_t rows;

	fixture_open(&world);
	ck_assert_int_eq(find_events(), 0);
	ck_assert_int_eq(read_events(NULL, 0), 0);
	ck_assert_int_eq(export(&rows), 0);
	ck_assert_uint_eq(rows, 2 * EVENTS);
	ck_assert_int_eq(merge(), 0);
	fixture_check(&world, 2 * EVENTS);
	fixture_close(&world);
	ck_assert_int_eq(reshard(), 0);
	fixture_open(&world);
	fixture_check(&world, 2 * EVENTS);
}
END_TEST

/* Once for each of the core columns, and each zone. */
START_TEST(core_columns_have_no_nulls)
{
	uint32_t column = (uint32_t)_i / 3, zone = (uint32_t)_i % 3;
	uint64_t rows;

	change_chunk(column, zone, zone, make_null);
	fixture_open(&world);
	CHECK_ERROR(find_events(), ".seg\"");
	CHECK_ERROR(read_events(NULL, 0), ".seg\"");
	CHECK_ERROR(merge(), ".seg\"");
	if (column != segment_column_index(COLUMN_VERSION))
		CHECK_ERROR(export(&rows), ".seg\"");
	fixture_close(&world);
	CHECK_ERROR(reshard(), ".seg\"");
}
END_TEST

/* A zone's event_ids once more: they do not ascend. */
START_TEST(event_ids_ascend)
{
	uint64_t rows;

	change_chunk(COLUMN_EVENT_ID - 1, 0, 1, NULL);
	fixture_open(&world);
	CHECK_ERROR(merge(), "event_id");
	CHECK_ERROR(export(&rows), "event_id");
	fixture_close(&world);
	CHECK_ERROR(reshard(), "event_id");
}
END_TEST

START_TEST(no_event_is_in_two_segments)
{
	uint64_t rows;

	add_twin();
	fixture_open(&world);
	CHECK_ERROR(merge(), "event_id");
	CHECK_ERROR(export(&rows), "event_id");
	fixture_close(&world);
	CHECK_ERROR(reshard(), "event_id");
}
END_TEST

/* Two zones, and lookups that ask for both. */
START_TEST(no_block_is_in_two_places)
{
	change_chunk(PAYMENT_AMOUNT, 0, 1, NULL);
	fixture_open(&world);
	CHECK_ERROR(find_events(), ".seg\"");
}
END_TEST

/*
 * What is kept of a block is what its first reader has made of it: others that
 * take it for something else, or for longer, have no use for it.
 */
START_TEST(a_block_is_one_thing)
{
	struct manifest *manifest = load_manifest();
	const struct manifest_state *state = manifest_state(manifest);
	struct block_cache *cache = block_cache_new(1 << 20);
	const struct block *root, *raw, *again;
	struct segment_state *opened;
	char path[OS_PATH_SIZE];
	struct block_ref ref;
	uint64_t bytes_read = 0;

	close(open_segment(&state->segments[0], path));
	ck_assert_int_eq(segment_state_open(world.fs, path, &state->segments[0],
			     &state->directory, &opened, &err),
	    0);
	ref = opened->footer.contexts;
	ck_assert_int_eq(block_cache_get(cache, &opened->file, &ref,
			     dict_root_decode, &root, &bytes_read, &err),
	    0);
	CHECK_ERROR(block_cache_get(cache, &opened->file, &ref, NULL, &again,
			&bytes_read, &err),
	    path);
	ck_assert_ptr_null(again);
	ref = opened->footer.index;
	ck_assert_int_eq(block_cache_get(cache, &opened->file, &ref, NULL, &raw,
			     &bytes_read, &err),
	    0);
	CHECK_ERROR(block_cache_get(cache, &opened->file, &ref,
			dict_root_decode, &again, &bytes_read, &err),
	    path);
	ref.len--;
	CHECK_ERROR(block_cache_get(cache, &opened->file, &ref, NULL, &again,
			&bytes_read, &err),
	    path);
	block_cache_unpin(cache, root);
	block_cache_unpin(cache, raw);
	segment_state_free(opened);
	block_cache_free(cache);
	manifest_close(manifest);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("made files");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, TIMEOUT_S);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_not_changed_is_read);
	tcase_add_loop_test(tc, core_columns_have_no_nulls, 0,
	    3 * SEGMENT_CORE_COLUMNS);
	tcase_add_test(tc, event_ids_ascend);
	tcase_add_test(tc, no_event_is_in_two_segments);
	tcase_add_test(tc, no_block_is_in_two_places);
	tcase_add_test(tc, a_block_is_one_thing);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
