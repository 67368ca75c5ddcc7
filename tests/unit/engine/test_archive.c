/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive of the log: what is in it comes back, any damage is found, the
 * log waits for it, and it takes the files of one history only.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/archive/archive.h"
#include "engine/engine_private.h"
#include "fixture.h"

#define ARCHIVE  "archive" /* in the directory */
#define EVENTS   3000
#define MANY     60000   /* events in a log of several files */
#define SMALL    20      /* events in a file that is damaged byte by byte */
#define PATIENCE 2000000 /* turns */

static struct fixture world;
static struct error err;
static char archive_dir[80];

/* The real file system, but that names of archived files can be refused. */
static struct os_fs faulty;
static atomic_bool is_refused;

static int
faulty_rename(struct os_fs *fs UNUSED, const char *from, const char *to)
{
	if (atomic_load(&is_refused) && strstr(to, ARCHIVE_SUFFIX) != NULL)
		return -EIO;
	return os_fs_real()->rename(os_fs_real(), from, to);
}

static void
setup(void)
{
	faulty = *os_fs_real();
	faulty.rename = faulty_rename;
	atomic_store(&is_refused, false);
	fixture_init(&world);
	world.fs = &faulty;
	world.options.wal_archive_dir = ARCHIVE;
	snprintf(archive_dir, sizeof(archive_dir), "%s/%s", world.dir, ARCHIVE);
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

static size_t
archived_count(void)
{
	uint64_t *numbers;
	size_t count;

	ck_assert_int_eq(archive_list(world.fs, archive_dir, &numbers, &count,
			     &err),
	    0);
	free(numbers);
	return count;
}

static void
wait_for_files(size_t count)
{
	for (int i = 0; archived_count() < count; i++) {
		ck_assert_int_lt(i, PATIENCE);
		(void)sched_yield();
	}
}

static void
store(int64_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += 500)
		fixture_store(&world, first + i,
		    count - i < 500 ? count - i : 500);
}

/* The path of the archive's only file. */
static void
only_file(char path[OS_PATH_SIZE])
{
	uint64_t *numbers;
	size_t count;

	ck_assert_int_eq(archive_list(world.fs, archive_dir, &numbers, &count,
			     &err),
	    0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(archive_path(path, archive_dir, numbers[0], &err), 0);
	free(numbers);
}

/* Read a file to its end: 0 or the error. */
static int
read_through(const char *path, struct archive_info *info, uint64_t *groups)
{
	struct archive_reader *reader = NULL;
	const struct catalog *catalog = NULL;
	struct archive_group group;
	int rc = archive_open(world.fs, path, &reader, &err);

	*groups = 0;
	if (rc == 0) {
		*info = *archive_info(reader);
		rc = archive_catalog(reader, &catalog, &err);
	}
	while (
	    rc == 0 && (rc = archive_next_group(reader, &group, &err)) == 1) {
		(*groups)++;
		rc = 0;
	}
	catalog_unref(catalog);
	archive_close(reader);
	return rc;
}

START_TEST(a_clean_stop_archives_all)
{
	char path[OS_PATH_SIZE];
	struct archive_info info;
	uint64_t groups;

	store(0, EVENTS);
	fixture_close(&world);
	only_file(path);
	ck_assert_msg(read_through(path, &info, &groups) == 0, "%s",
	    err.message);
	ck_assert_uint_eq(info.header.first_group, 1);
	ck_assert_uint_eq(info.header.first_event_id, 1);
	ck_assert_uint_eq(info.header.shard_count, 3);
	ck_assert_uint_eq(info.trailer.next_event_id, EVENTS + 1);
	ck_assert_uint_eq(info.trailer.schema_changes, 1);
	ck_assert_uint_eq(info.trailer.last_group, groups);
	/* The last group is the mark of a clean stop. */
	ck_assert_uint_eq(info.trailer.content_group, groups - 1);
	ck_assert_int_le(info.trailer.time_min, info.trailer.time_max);
	ck_assert_uint_lt(info.file_bytes, info.trailer.log_bytes);
}
END_TEST

/* A file with a few events, as bytes; the engine is closed. */
static uint8_t *
small_file(char path[OS_PATH_SIZE], size_t *len)
{
	uint8_t *bytes;

	store(0, SMALL);
	fixture_close(&world);
	only_file(path);
	ck_assert_int_eq(os_read_file(world.fs, path, 1 << 20, &bytes, len,
			     &err),
	    0);
	return bytes;
}

static void
write_bytes(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

START_TEST(any_flipped_bit_is_found)
{
	char path[OS_PATH_SIZE];
	struct archive_info info;
	uint64_t groups;
	size_t len;
	uint8_t *bytes = small_file(path, &len);

	for (size_t i = 0; i < len; i++) {
		uint8_t bit = (uint8_t)(1u << (i % 8));

		bytes[i] ^= bit;
		write_bytes(path, bytes, len);
		if (read_through(path, &info, &groups) != STELE_E_CORRUPT)
			ck_abort_msg("byte %zu of %zu", i, len);
		bytes[i] ^= bit;
	}
	write_bytes(path, bytes, len);
	ck_assert_int_eq(read_through(path, &info, &groups), 0);
	free(bytes);
}
END_TEST

START_TEST(any_truncation_is_found)
{
	char path[OS_PATH_SIZE];
	struct archive_info info;
	uint64_t groups;
	size_t len;
	uint8_t *bytes = small_file(path, &len);

	for (size_t i = 0; i < len; i++) {
		write_bytes(path, bytes, i);
		if (read_through(path, &info, &groups) != STELE_E_CORRUPT)
			ck_abort_msg("%zu bytes of %zu", i, len);
	}
	free(bytes);
}
END_TEST

START_TEST(the_log_waits_for_the_archive)
{
	uint64_t first_group, first = 0;

	atomic_store(&is_refused, true);
	store(0, MANY);
	fixture_flush(&world);
	ck_assert_uint_eq(archived_count(), 0);
	/* All is in segments, and no file may go. */
	ck_assert_uint_eq(wal_first_needed(world.engine->wal, MANY, UINT64_MAX,
			      &first_group),
	    1);
	ck_assert_uint_eq(first_group, 1);
	atomic_store(&is_refused, false);
	wait_for_files(1);
	for (int i = 0; first < 2 && i < PATIENCE; i++) {
		first = wal_first_needed(world.engine->wal, MANY, UINT64_MAX,
		    &first_group);
		(void)sched_yield();
	}
	ck_assert_uint_gt(first, 1);
}
END_TEST

/* Files go on from each other, over restarts, and none is archived twice. */
START_TEST(nothing_is_missing_between_files)
{
	uint64_t next_group = 1, next_event_id = 1;
	uint64_t *numbers;
	size_t count;

	for (int i = 0; i < 4; i++) {
		store((int64_t)i * MANY / 4, MANY / 4);
		if (i % 2 == 0)
			fixture_flush(&world);
		fixture_reopen(&world);
	}
	fixture_close(&world);
	ck_assert_int_eq(archive_list(world.fs, archive_dir, &numbers, &count,
			     &err),
	    0);
	ck_assert_uint_ge(count, 4);
	for (size_t i = 0; i < count; i++) {
		char path[OS_PATH_SIZE];
		struct archive_info info;
		uint64_t groups;

		ck_assert_int_eq(archive_path(path, archive_dir, numbers[i],
				     &err),
		    0);
		ck_assert_msg(read_through(path, &info, &groups) == 0, "%s",
		    err.message);
		ck_assert_uint_eq(info.header.first_group, next_group);
		ck_assert_uint_eq(info.header.first_event_id, next_event_id);
		next_group = info.trailer.last_group + 1;
		next_event_id = info.trailer.next_event_id;
	}
	ck_assert_uint_eq(next_event_id, MANY + 1);
	free(numbers);
}
END_TEST

/* An older copy of the directory, and one that has gone its own way. */
START_TEST(another_history_is_refused)
{
	char command[512];

	store(0, EVENTS);
	fixture_close(&world);
	snprintf(command, sizeof(command),
	    "cp -a '%s' '%s.old' && rm -rf '%s.old/archive'", world.dir,
	    world.dir, world.dir);
	ck_assert_int_eq(system(command), 0);
	fixture_open(&world);
	store(EVENTS, 1);
	fixture_close(&world);
	snprintf(command, sizeof(command),
	    "mv '%s/archive' '%s.old/' && rm -rf '%s' && mv '%s.old' '%s'",
	    world.dir, world.dir, world.dir, world.dir, world.dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(engine_open(world.fs, world.dir, &world.options,
			     &world.engine, &err),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	ck_assert_ptr_null(world.engine);
	/* It gets as long without the archive, but with another event. */
	world.options.wal_archive_dir = NULL;
	fixture_open(&world);
	store(EVENTS + 7, 1);
	fixture_close(&world);
	world.options.wal_archive_dir = ARCHIVE;
	ck_assert_int_eq(engine_open(world.fs, world.dir, &world.options,
			     &world.engine, &err),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	ck_assert_msg(strstr(err.detail, "differ") != NULL, "%s", err.detail);
}
END_TEST

START_TEST(one_server_at_a_time)
{
	struct engine *second = NULL;
	struct engine_options options = world.options;
	char other[96], command[128];

	snprintf(other, sizeof(other), "%s.other", world.dir);
	options.wal_archive_dir = archive_dir;
	ck_assert_int_eq(engine_open(world.fs, other, &options, &second, &err),
	    STELE_E_OBJECT_IN_USE);
	ck_assert_ptr_null(second);
	snprintf(command, sizeof(command), "rm -rf '%s'", other);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* Until a path is there, for at most a minute. */
static void
wait_for_path(const char *path)
{
	const struct timespec a_while = { .tv_nsec = 1000000 };

	for (int i = 0; access(path, F_OK) != 0; i++) {
		ck_assert_int_lt(i, 60000);
		(void)nanosleep(&a_while, NULL);
	}
}

/* Once it can be opened, no failure before that holds up what a stop does. */
START_TEST(an_archive_that_comes_late_is_complete)
{
	char parent[80], path[OS_PATH_SIZE];
	struct archive_status status = { .failures = 0 };

	fixture_remove(&world);
	fixture_init(&world);
	snprintf(parent, sizeof(parent), "%.60s/late", world.dir);
	snprintf(archive_dir, sizeof(archive_dir), "%.70s/a", parent);
	write_bytes(parent, (const uint8_t *)"", 0); /* no folder */
	world.options.wal_archive_dir = archive_dir;
	fixture_open(&world);
	while (status.failures == 0)
		engine_archive_status(world.engine, &status);
	ck_assert_int_eq(unlink(parent), 0);
	ck_assert_int_eq(os_mkdir(world.fs, parent, &err), 0);
	snprintf(path, sizeof(path), "%.76s/" LOCK_NAME, archive_dir);
	wait_for_path(path);
	fixture_define(&world);
	store(0, EVENTS);
	fixture_close(&world);
	ck_assert_uint_eq(archived_count(), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("archive");
	TCase *tc = tcase_create("archive");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_clean_stop_archives_all);
	tcase_add_test(tc, any_flipped_bit_is_found);
	tcase_add_test(tc, any_truncation_is_found);
	tcase_add_test(tc, the_log_waits_for_the_archive);
	tcase_add_test(tc, nothing_is_missing_between_files);
	tcase_add_test(tc, another_history_is_refused);
	tcase_add_test(tc, one_server_at_a_time);
	tcase_add_test(tc, an_archive_that_comes_late_is_complete);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
