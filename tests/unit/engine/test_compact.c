/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compaction in a running engine: what is merged, published and removed, and
 * that nobody who reads or appends can tell, whatever goes wrong.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check_each.h"
#include "common/error.h"
#include "engine/compact/policy.h"
#include "fixture.h"

#define WINDOW_US INT64_C(1000000000)
#define BATCH     300 /* rows, of three shards: far less than a window's worth */

static struct fixture world;
static struct error err;

/* The real file system, but for calls that are told to fail or to be slow. */
static struct os_fs faulty;
static atomic_bool is_disk_full;   /* for segments */
static atomic_bool is_little_left; /* says the file system */
static atomic_bool are_reads_slow; /* of segments */

static bool
is_segment(const struct os_file *file)
{
	return strstr(file->path, "/segments/") != NULL;
}

static ssize_t
faulty_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	if (atomic_load(&is_disk_full) && is_segment(file))
		return -ENOSPC;
	return os_fs_real()->pwrite(file, data, len, offset);
}

static ssize_t
faulty_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	if (atomic_load(&are_reads_slow) && is_segment(file))
		usleep(5000);
	return os_fs_real()->pread(file, data, len, offset);
}

static int
faulty_space_left(struct os_fs *fs, const char *path, uint64_t *out)
{
	int rc = os_fs_real()->space_left(fs, path, out);

	if (atomic_load(&is_little_left))
		*out = 4096;
	return rc;
}

/*
 * Times in some windows, most of them ascending, some late, few far away: what
 * SplitMix64 makes of the amount says which.
 */
static int64_t
time_of(int64_t amount)
{
	uint64_t hash = (uint64_t)amount * UINT64_C(0x9e3779b97f4a7c15);

	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	hash ^= hash >> 27;
	if (hash % 100 == 0)
		return (int64_t)(hash >> 8) - (INT64_C(1) << 55);
	if (hash % 10 == 0)
		return (int64_t)(hash % (uint64_t)(8 * WINDOW_US));
	return amount * (WINDOW_US / 1000) +
	    (int64_t)(hash % (uint64_t)WINDOW_US) / 10;
}

static void
setup(void)
{
	faulty = *os_fs_real();
	faulty.pwrite = faulty_pwrite;
	faulty.pread = faulty_pread;
	faulty.space_left = faulty_space_left;
	atomic_store(&is_disk_full, false);
	atomic_store(&is_little_left, false);
	atomic_store(&are_reads_slow, false);
	fixture_init(&world);
	world.fs = &faulty;
	world.time_of = time_of;
	world.options.zone_rows = 128;
	world.options.compaction_window_us = WINDOW_US;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* Batches that become a segment in each shard. */
static int64_t
store_segments(int64_t first, int count)
{
	for (int i = 0; i < count; i++) {
		fixture_store(&world, first, BATCH);
		fixture_flush(&world);
		first += BATCH;
	}
	return first;
}

static uint64_t
compact(void)
{
	uint64_t merges;

	ck_assert_msg(engine_compact(world.engine, NULL, &merges, &err) == 0,
	    "%s", err.message);
	return merges;
}

static unsigned
count_files(const char *folder, const char *suffix)
{
	char path[128];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", world.dir, folder);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);
		size_t end = strlen(suffix);

		count +=
		    len > end && strcmp(entry->d_name + len - end, suffix) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

static unsigned
count_segments(void)
{
	struct shard_status status;
	unsigned count = 0;

	for (uint32_t i = 0; i < engine_shard_count(world.engine); i++) {
		engine_shard_status(world.engine, i, &status);
		count += status.segment_count;
	}
	return count;
}

/* How many shards have rows: contexts fall where they fall. */
static unsigned
count_shards(void)
{
	struct shard_status status;
	unsigned count = 0;

	for (uint32_t i = 0; i < engine_shard_count(world.engine); i++) {
		engine_shard_status(world.engine, i, &status);
		count += status.segment_count > 0;
	}
	return count;
}

static void
on_problem(void *arg, const struct error *problem)
{
	(void)arg;
	ck_abort_msg("%s", problem->message);
}

static void
verify(void)
{
	const struct verify_watcher watcher = { .problem = on_problem };
	struct verify_report report;

	fixture_close(&world);
	ck_assert_int_eq(engine_verify(os_fs_real(), world.dir, &watcher,
			     &report, &err),
	    0);
	fixture_open(&world);
}

/* ---- results ---- */

START_TEST(rows_are_the_same_before_and_after)
{
	int64_t stored = store_segments(0, 10);

	ck_assert_uint_eq(count_segments(), 10 * count_shards());
	fixture_check(&world, (size_t)stored);
	ck_assert_uint_ge(compact(), count_shards());
	/* All were small, and are together: one a shard. */
	ck_assert_uint_eq(count_segments(), count_shards());
	ck_assert_uint_eq(count_files("segments", ".seg"), count_shards());
	fixture_check(&world, (size_t)stored);
	ck_assert_uint_eq(compact(), 0);
	verify();
	ck_assert_uint_eq(count_segments(), count_shards());
	fixture_check(&world, (size_t)stored);
	stored = store_segments(stored, 3);
	fixture_store(&world, stored, 50); /* in MemTables */
	compact();
	fixture_check(&world, (size_t)stored + 50);
}
END_TEST

/* Enough rows for windows of their own: segments interleave by event_id. */
START_TEST(windows_of_many_rows)
{
	const uint32_t big = 64 * 128 * 3 / 2; /* a few windows' worth each */
	size_t stored = 0;

	for (int i = 0; i < 12; i++) {
		fixture_store(&world, (int64_t)stored, big);
		fixture_flush(&world);
		stored += big;
	}
	ck_assert_uint_ge(compact(), 1);
	ck_assert_uint_gt(count_segments(), count_shards()); /* cut */
	fixture_check(&world, stored);
	world.options.compaction_window_us = 16 * WINDOW_US;
	fixture_reopen(&world);
	compact();
	fixture_check(&world, stored);
	verify();
	fixture_check(&world, stored);
}
END_TEST

static void
count_one(void *arg, const struct compaction_status *compaction)
{
	unsigned *counts = arg;

	counts[compaction->state]++;
}

static unsigned
count_compactions(enum compaction_state state)
{
	unsigned counts[COMPACTION_FAILED + 1] = { 0 };

	ck_assert_int_eq(engine_each_compaction(world.engine, count_one, counts,
			     &err),
	    0);
	return counts[state];
}

static void
wait_for_compactions(enum compaction_state state, unsigned count)
{
	while (count_compactions(state) < count)
		usleep(1000);
}

START_TEST(it_runs_by_itself)
{
	int64_t stored;

	world.options.compaction = true;
	fixture_reopen(&world);
	stored = store_segments(0, COMPACT_FAN_IN);
	wait_for_compactions(COMPACTION_DONE, count_shards());
	while (
	    count_segments() > count_shards()) /* published after it was told */
		usleep(1000);
	fixture_check(&world, (size_t)stored);
	/* What was left at the end is found at the start. */
	world.options.compaction = false;
	fixture_reopen(&world);
	stored = store_segments(stored, COMPACT_FAN_IN);
	ck_assert_uint_eq(count_compactions(COMPACTION_DONE), 0);
	world.options.compaction = true;
	fixture_reopen(&world);
	wait_for_compactions(COMPACTION_DONE, count_shards());
	fixture_check(&world, (size_t)stored);
}
END_TEST

/* ---- a dropped type ---- */

/* Event type "letter" with a field whose labels go when it is dropped. */
static uint32_t
define_letters(void)
{
	static const struct str labels[] = { { "glad", 4 }, { "sad", 3 } };
	struct field mood = { .name = STR("mood"), .is_not_null = true };
	struct ddl make_enum = {
		.kind = DDL_CREATE_INLINE_ENUM,
		.name = STR("letter_mood"),
		.labels = labels,
		.label_count = ARRAY_LEN(labels),
	};
	struct ddl make_type = {
		.kind = DDL_CREATE_TYPE,
		.name = STR("letter"),
		.fields = &mood,
		.field_count = 1,
	};
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;

	ck_assert_int_eq(write_batch_ddl(batch, &make_enum, &err), 0);
	mood.type = type_of(make_enum.oid);
	ck_assert_int_eq(write_batch_ddl(batch, &make_type, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	return make_type.oid;
}

static void
drop_letters(uint32_t oid)
{
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = oid };
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;

	ck_assert_int_eq(write_batch_ddl(batch, &drop, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

/* One in three is sad. */
static void
store_letters(uint32_t oid)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct vec cols[3];
	struct arena arena;
	struct commit commit;

	arena_init(&arena, NULL);
	vec_init(&cols[0], PHYS_STR, BATCH, &arena);
	vec_init(&cols[1], PHYS_I64, BATCH, &arena);
	vec_init(&cols[2], PHYS_I64, BATCH, &arena);
	for (uint32_t i = 0; i < BATCH; i++) {
		cols[0].str[i] = fixture_context(i);
		cols[1].i64[i] = time_of(i);
		cols[2].i64[i] = i % 3 == 0;
	}
	ck_assert_int_eq(write_batch_rows(batch,
			     catalog_type_by_oid(write_batch_catalog(batch),
				 oid),
			     cols, ARRAY_LEN(cols), sel_all(BATCH), &err),
	    0);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	arena_release(&arena);
}

static void
count_labels(struct scan *scan, uint32_t run, uint32_t part, uint64_t counts[2])
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc;

	ck_assert_int_eq(scan_cursor_open(scan, run, part, &cursor, &err), 0);
	while ((rc = scan_cursor_next(cursor, &batch, &err)) > 0)
		for (uint32_t i = 0; i < batch.sel.count; i++)
			counts[vec_get(&batch.cols[0], sel_row(batch.sel, i))
				   .i64]++;
	ck_assert_msg(rc == 0, "%s", err.message);
	scan_cursor_close(cursor);
}

/* How many have each label. */
static void
count_letters(uint32_t oid, uint64_t counts[2])
{
	static const uint32_t attnums[] = { COLUMN_FIRST_FIELD };
	struct snapshot *snapshot =
	    engine_snapshot(world.engine, 0, NULL, NULL);
	struct scan_spec spec = {
		.snapshot = snapshot,
		.type = catalog_type_by_oid(snapshot_catalog(snapshot), oid),
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
	};
	struct arena arena;
	struct scan *scan;

	arena_init(&arena, NULL);
	ck_assert_ptr_null(spec.type->fields[0].type.enum_type);
	ck_assert_int_eq(scan_open(world.engine, &spec, &arena, &scan, &err),
	    0);
	counts[0] = counts[1] = 0;
	for (uint32_t run = 0; run < scan_run_count(scan); run++)
		for (uint32_t p = 0; p < scan_part_count(scan, run); p++)
			count_labels(scan, run, p, counts);
	scan_close(scan);
	snapshot_unref(snapshot);
	arena_release(&arena);
}

/*
 * Events of a type that was dropped stay in their segments, and are merged,
 * when a start has found none of its labels any more.
 */
START_TEST(labels_may_be_gone)
{
	uint32_t oid = define_letters();
	uint64_t counts[2];

	for (int i = 0; i < COMPACT_FAN_IN; i++) {
		store_letters(oid);
		fixture_flush(&world);
	}
	drop_letters(oid);
	fixture_store(&world, 0, BATCH);
	fixture_flush(&world); /* writes the catalogue */
	fixture_reopen(&world);
	count_letters(oid, counts);
	ck_assert_uint_eq(counts[0], COMPACT_FAN_IN * BATCH / 3 * 2);
	ck_assert_uint_eq(counts[1], COMPACT_FAN_IN * BATCH / 3);
	ck_assert_uint_ge(compact(), count_shards());
	ck_assert_uint_eq(count_segments(), count_shards());
	count_letters(oid, counts);
	ck_assert_uint_eq(counts[0], COMPACT_FAN_IN * BATCH / 3 * 2);
	ck_assert_uint_eq(counts[1], COMPACT_FAN_IN * BATCH / 3);
	verify();
}
END_TEST

/* ---- files ---- */

static uint64_t
read_all(struct scan *scan)
{
	uint64_t rows = 0;

	for (uint32_t run = 0; run < scan_run_count(scan); run++)
		for (uint32_t p = 0; p < scan_part_count(scan, run); p++) {
			struct scan_cursor *cursor;
			struct batch batch;
			int rc;

			ck_assert_int_eq(scan_cursor_open(scan, run, p, &cursor,
					     &err),
			    0);
			while (
			    (rc = scan_cursor_next(cursor, &batch, &err)) > 0)
				rows += batch.sel.count;
			ck_assert_msg(rc == 0, "%s", err.message);
			scan_cursor_close(cursor);
		}
	return rows;
}

START_TEST(inputs_stay_for_who_reads_them)
{
	static const uint32_t attnums[] = { COLUMN_CONTEXT_ID, PAYMENT_NOTE };
	int64_t stored = store_segments(0, 6);
	struct scan_spec spec = {
		.snapshot = engine_snapshot(world.engine, 0, NULL, NULL),
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
	};
	struct arena arena;
	struct scan *scan;

	arena_init(&arena, NULL);
	ck_assert_int_eq(scan_open(world.engine, &spec, &arena, &scan, &err),
	    0);
	compact();
	ck_assert_uint_eq(count_segments(), count_shards());
	ck_assert_uint_eq(count_files("segments", ".seg"),
	    (6 + 1) * count_shards());
	fixture_check(&world, (size_t)stored);
	ck_assert_uint_eq(read_all(scan), (uint64_t)stored);
	scan_close(scan);
	snapshot_unref(spec.snapshot);
	arena_release(&arena);
	ck_assert_uint_eq(count_files("segments", ".seg"), count_shards());
	ck_assert_uint_eq(count_files("quarantine", ".seg"), 0);
	fixture_check(&world, (size_t)stored);
}
END_TEST

/* ---- pause, cancel, stop ---- */

START_TEST(it_can_be_paused)
{
	uint64_t merges;
	int64_t stored;

	world.options.compaction = true;
	fixture_reopen(&world);
	engine_compact_pause(world.engine);
	stored = store_segments(0, COMPACT_FAN_IN);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	ck_assert_uint_eq(count_segments(), COMPACT_FAN_IN * count_shards());
	ck_assert_uint_eq(count_compactions(COMPACTION_DONE), 0);
	engine_compact_resume(world.engine);
	wait_for_compactions(COMPACTION_DONE, count_shards());
	fixture_check(&world, (size_t)stored);
}
END_TEST

struct forced {
	pthread_t thread;
	atomic_bool cancel;
	int rc;
	struct error err;
};

static void *
force(void *arg)
{
	struct forced *forced = arg;
	uint64_t merges;

	forced->rc = engine_compact(world.engine, &forced->cancel, &merges,
	    &forced->err);
	return NULL;
}

static void
force_start(struct forced *forced)
{
	atomic_init(&forced->cancel, false);
	ck_assert_int_eq(pthread_create(&forced->thread, NULL, force, forced),
	    0);
}

static int
force_join(struct forced *forced)
{
	ck_assert_int_eq(pthread_join(forced->thread, NULL), 0);
	return forced->rc;
}

START_TEST(a_merge_is_watched_and_given_up)
{
	struct forced forced;
	int64_t stored;
	unsigned shards;

	world.options.compaction_rate_bytes = 1;
	world.options.block_cache_size_bytes = 1;
	fixture_reopen(&world);
	stored = store_segments(0, 6);
	atomic_store(&are_reads_slow, true);
	force_start(&forced);
	wait_for_compactions(COMPACTION_WAITING, 1);
	engine_compact_pause(world.engine);
	wait_for_compactions(COMPACTION_PAUSED, 1);
	atomic_store(&are_reads_slow, false);
	fixture_check(&world, (size_t)stored); /* reads go on */
	stored = store_segments(stored, 1);    /* and appends */
	atomic_store(&are_reads_slow, true);
	engine_compact_resume(world.engine);
	wait_for_compactions(COMPACTION_WAITING, 1);
	/* Who waits can go; the merge does not end for that. */
	atomic_store(&forced.cancel, true);
	ck_assert_int_eq(force_join(&forced), STELE_E_QUERY_CANCELED);
	ck_assert_uint_eq(count_compactions(COMPACTION_DONE), 0);
	atomic_store(&are_reads_slow, false);
	/* The end of the engine does: nothing is left of it. */
	shards = count_shards();
	fixture_close(&world);
	ck_assert_uint_eq(count_files("segments", ".seg"), 7 * shards);
	ck_assert_uint_eq(count_files("segments", ".tmp"), 0);
	world.options.compaction_rate_bytes = 0;
	fixture_open(&world);
	fixture_check(&world, (size_t)stored);
	compact();
	ck_assert_uint_eq(count_segments(), count_shards());
	fixture_check(&world, (size_t)stored);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(a_full_disk_is_waited_for)
{
	struct write_batch *batch;
	int64_t stored = store_segments(0, 6);
	struct commit commit;
	uint64_t merges;

	/* There is little room: it does not begin. */
	atomic_store(&is_little_left, true);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err),
	    STELE_E_DISK_FULL);
	ck_assert_uint_eq(merges, 0);
	atomic_store(&is_little_left, false);
	/* There is none any more in the middle of it. */
	atomic_store(&is_disk_full, true);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err),
	    STELE_E_DISK_FULL);
	ck_assert_uint_eq(count_files("segments", ".tmp"), 0);
	ck_assert_uint_ge(count_compactions(COMPACTION_FAILED), 2);
	/* Appends do not notice. */
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, stored, BATCH);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	stored += BATCH;
	fixture_check(&world, (size_t)stored);
	atomic_store(&is_disk_full, false);
	ck_assert_uint_ge(compact(), count_shards());
	fixture_check(&world, (size_t)stored);
	verify();
}
END_TEST

/* Change a byte in the middle of a file. */
static void
damage(uint64_t number)
{
	char path[160];
	long size;
	FILE *file;
	int byte;

	snprintf(path, sizeof(path), "%s/segments/%016llx.seg", world.dir,
	    (unsigned long long)number);
	file = fopen(path, "r+b");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	ck_assert_int_eq(fseek(file, size / 2, SEEK_SET), 0);
	byte = fgetc(file);
	ck_assert_int_eq(fseek(file, size / 2, SEEK_SET), 0);
	ck_assert_int_ne(fputc(byte ^ 0x40, file), EOF);
	ck_assert_int_eq(fclose(file), 0);
}

struct named_segment {
	unsigned seen;
	unsigned wanted;
	uint64_t number;
};

static void
note_segment(void *arg, const struct segment_status *segment)
{
	struct named_segment *named = arg;

	if (named->seen++ == named->wanted)
		named->number = segment->number;
}

static void
note_message(void *arg, const struct compaction_status *compaction)
{
	if (compaction->state == COMPACTION_FAILED)
		snprintf(arg, ERROR_MESSAGE_SIZE, "%s", compaction->message);
}

START_TEST(a_damaged_segment_is_left_alone)
{
	struct named_segment victim = { .wanted = 3 }; /* of the first shard */
	char message[ERROR_MESSAGE_SIZE] = "";
	char name[32];

	(void)store_segments(0, 6);
	ck_assert_int_eq(engine_each_segment(world.engine, note_segment,
			     &victim, &err),
	    0);
	fixture_close(&world);
	damage(victim.number);
	fixture_open(&world);
	compact();
	/* All others of its shard are one, and it stays for who can mend it. */
	ck_assert_uint_eq(count_segments(), 1 + count_shards());
	ck_assert_int_eq(engine_each_compaction(world.engine, note_message,
			     message, &err),
	    0);
	snprintf(name, sizeof(name), "%016llx.seg",
	    (unsigned long long)victim.number);
	ck_assert_msg(strstr(message, name) != NULL, "%s", message);
	ck_assert_uint_eq(compact(), 0);
}
END_TEST

/* What no MANIFEST names may be all there is, while something is wrong. */
START_TEST(a_refused_start_removes_nothing)
{
	struct named_segment old = { .wanted = 0 };
	char name[96], path[128], command[512];
	FILE *file;

	(void)store_segments(0, 3);
	ck_assert_int_eq(engine_each_segment(world.engine, note_segment, &old,
			     &err),
	    0);
	compact(); /* its number is not used any more */
	fixture_store(&world, 3 * BATCH, BATCH);
	fixture_close(&world);
	snprintf(path, sizeof(path), "%s/segments/%016llx.seg", world.dir,
	    (unsigned long long)old.number);
	ck_assert_int_ne(access(path, F_OK), 0);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	snprintf(name, sizeof(name), "%s/wal", world.dir);
	snprintf(command, sizeof(command), "mv '%s' '%s.away'", name, name);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_ne(engine_open(world.fs, world.dir, &world.options,
			     &world.engine, &err),
	    0);
	ck_assert_int_eq(access(path, F_OK), 0);
	snprintf(command, sizeof(command), "rm -r '%s'; mv '%s.away' '%s'",
	    name, name, name);
	ck_assert_int_eq(system(command), 0);
	fixture_open(&world);
	ck_assert_int_ne(access(path, F_OK), 0);
	fixture_check(&world, (size_t)4 * BATCH);
}
END_TEST

/* ---- all at once ---- */

#define STORES 60

static atomic_llong stored_rows;
static atomic_bool is_over;

static void *
store_all(void *arg)
{
	for (int i = 0; i < STORES; i++) {
		fixture_store(&world, (int64_t)i * BATCH, BATCH);
		atomic_store(&stored_rows, (long long)(i + 1) * BATCH);
		if (i % 2 == 0)
			fixture_flush(&world);
	}
	atomic_store(&is_over, true);
	return arg;
}

static void *
compact_all(void *arg)
{
	uint64_t merges;

	while (!atomic_load(&is_over))
		CHECK_EACH(
		    engine_compact(world.engine, NULL, &merges, arg) == 0);
	return NULL;
}

static void *
read_prefix(void *arg)
{
	unsigned *rounds = arg;

	while (!atomic_load(&is_over)) {
		size_t least = (size_t)atomic_load(&stored_rows), count;
		struct fixture_row *rows =
		    fixture_scan(&world, NULL, 0, 0, &count);

		CHECK_EACH(count >= least);
		for (size_t i = 0; i < count; i++)
			fixture_check_row(&world, &rows[i], (int64_t)i);
		free(rows);
		++*rounds;
	}
	return NULL;
}

START_TEST(nobody_notices)
{
	pthread_t threads[4];
	struct error compact_err;
	unsigned rounds = 0;

	world.options.compaction = true;
	world.options.worker_count = 8; /* two threads for merges */
	world.options.block_cache_size_bytes = 64 << 10;
	fixture_reopen(&world);
	pthread_create(&threads[0], NULL, store_all, NULL);
	pthread_create(&threads[1], NULL, read_prefix, &rounds);
	pthread_create(&threads[2], NULL, compact_all, &compact_err);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_ge(rounds, 1);
	ck_assert_uint_ge(count_compactions(COMPACTION_DONE), 1);
	fixture_check(&world, (size_t)STORES * BATCH);
	fixture_flush(&world);
	compact();
	ck_assert_uint_eq(count_files("segments", ".seg"), count_segments());
	verify();
	fixture_check(&world, (size_t)STORES * BATCH);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compact");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rows_are_the_same_before_and_after);
	tcase_add_test(tc, windows_of_many_rows);
	tcase_add_test(tc, it_runs_by_itself);
	tcase_add_test(tc, labels_may_be_gone);
	tcase_add_test(tc, inputs_stay_for_who_reads_them);
	tcase_add_test(tc, it_can_be_paused);
	tcase_add_test(tc, a_merge_is_watched_and_given_up);
	tcase_add_test(tc, a_full_disk_is_waited_for);
	tcase_add_test(tc, a_damaged_segment_is_left_alone);
	tcase_add_test(tc, a_refused_start_removes_nothing);
	tcase_add_test(tc, nobody_notices);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
