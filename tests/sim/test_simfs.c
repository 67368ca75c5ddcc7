/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What simfs keeps over a power cut, what it may lose, and that it does lose
 * it: a rule that forbids an outcome is checked over many seeds, one that
 * allows it is seen to happen.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "os/file.h"
#include "sim/faultfs.h"
#include "sim/simfs.h"

#define SEEDS 400

static struct simfs *fs;
static struct os_fs *os;
static struct error err;

#define OK(call) \
	do { \
		int ok_rc = (call); \
		ck_assert_msg(ok_rc == 0, "%s: %s", #call, err.message); \
	} while (0)

static void
setup(void)
{
	fs = simfs_new();
	os = simfs_process(fs);
	OK(os_mkdir(os, "/d", &err));
	OK(os_fsync_dir(os, "/", &err));
}

static void
teardown(void)
{
	simfs_free(fs);
}

/* ---- verbs ---- */

static struct os_file *
open_file(const char *path)
{
	struct os_file *file;

	OK(os_open(os, path, OS_READ | OS_WRITE | OS_CREATE, &file, &err));
	return file;
}

static void
put(struct os_file *file, char c, size_t len, uint64_t offset)
{
	char bytes[8192];

	ck_assert_uint_le(len, sizeof(bytes));
	memset(bytes, c, len);
	OK(os_pwrite_full(file, bytes, len, offset, &err));
}

/* A file of one letter, synced, with its name. */
static void
make(const char *path, char c, size_t len)
{
	struct os_file *file = open_file(path);

	put(file, c, len, 0);
	OK(os_fsync(file, &err));
	os_close(file);
	OK(os_fsync_dir(os, "/d", &err));
}

/* What a file has after a crash; its length, or -1 if there is none. */
static int
crashed(uint64_t seed, const char *path, char out[static 8192])
{
	struct simfs *after = simfs_crash(fs, seed);
	struct os_fs *process = simfs_process(after);
	struct os_file *file;
	uint64_t size = 0;
	int len = -1;

	if (os_open(process, path, OS_READ, &file, &err) == 0) {
		OK(os_size(file, &size, &err));
		ck_assert_uint_le(size, 8192);
		OK(os_pread_full(file, out, (size_t)size, 0, &err));
		os_close(file);
		len = (int)size;
	}
	simfs_free(after);
	return len;
}

/* Only this letter? */
static bool
is_all(const char *bytes, int len, char c)
{
	for (int i = 0; i < len; i++)
		if (bytes[i] != c)
			return false;
	return true;
}

/* ---- what is kept ---- */

START_TEST(synced_is_kept)
{
	char bytes[8192];

	make("/d/f", 'a', 3000);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 3000);
		ck_assert(is_all(bytes, 3000, 'a'));
	}
}
END_TEST

START_TEST(name_without_sync_may_go)
{
	struct os_file *file = open_file("/d/f");
	char bytes[8192];
	int there = 0;

	put(file, 'a', 100, 0);
	OK(os_fsync(file, &err)); /* of the file, not of its name */
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int len = crashed(seed, "/d/f", bytes);

		ck_assert(len == -1 || len == 100);
		there += len == 100;
	}
	ck_assert_int_gt(there, SEEDS / 10);
	ck_assert_int_lt(there, SEEDS * 9 / 10);
}
END_TEST

START_TEST(directory_without_sync_may_go)
{
	char bytes[8192];
	struct os_file *file;
	int gone = 0;

	OK(os_mkdir(os, "/e", &err));
	file = open_file("/e/f");
	put(file, 'a', 100, 0);
	OK(os_fsync(file, &err));
	os_close(file);
	OK(os_fsync_dir(os, "/e", &err)); /* not of the one above */
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		gone += crashed(seed, "/e/f", bytes) == -1;
	ck_assert_int_gt(gone, SEEDS / 10);
}
END_TEST

/* Eight sectors of 'a' become 'b', unsynced: each is one or the other. */
START_TEST(writes_tear_at_sectors)
{
	int old = 0, new = 0, torn = 0, backwards = 0;
	struct os_file *file;
	char bytes[8192];

	make("/d/f", 'a', 4096);
	file = open_file("/d/f");
	put(file, 'b', 4096, 0);
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int changed = 0;

		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 4096);
		for (int s = 0; s < 8; s++) {
			char c = bytes[s * SIMFS_SECTOR];

			ck_assert(c == 'a' || c == 'b');
			ck_assert(
			    is_all(bytes + s * SIMFS_SECTOR, SIMFS_SECTOR, c));
			changed += c == 'b';
		}
		old += changed == 0;
		new += changed == 8;
		torn += changed > 0 && changed < 8;
		backwards += bytes[0] == 'a' && bytes[4095] == 'b';
	}
	ck_assert_int_gt(old, 0);
	ck_assert_int_gt(new, 0);
	ck_assert_int_gt(torn, SEEDS / 20);
	ck_assert_int_gt(backwards, SEEDS / 40);
}
END_TEST

/* A sector sees writes in their order: 'c' in its first half needs 'b'. */
START_TEST(sectors_are_as_they_were)
{
	int halves = 0;
	struct os_file *file;
	char bytes[8192];

	make("/d/f", 'a', 512);
	file = open_file("/d/f");
	put(file, 'b', 512, 0);
	put(file, 'c', 256, 0);
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 512);
		if (bytes[0] == 'c')
			ck_assert(is_all(bytes + 256, 256, 'b'));
		else
			ck_assert(is_all(bytes, 512, bytes[0]));
		halves += bytes[0] == 'b';
	}
	ck_assert_int_gt(halves, 0); /* the second write alone was lost */
}
END_TEST

START_TEST(growth_may_be_lost_or_hollow)
{
	int short_ = 0, whole = 0, hollow = 0;
	struct os_file *file;
	char bytes[8192];

	make("/d/f", 'a', 1024);
	file = open_file("/d/f");
	put(file, 'b', 2048, 1024);
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int len = crashed(seed, "/d/f", bytes);

		ck_assert(len == 1024 || len == 3072);
		ck_assert(is_all(bytes, 1024, 'a'));
		short_ += len == 1024;
		whole += len == 3072 && is_all(bytes + 1024, 2048, 'b');
		hollow += len == 3072 && !is_all(bytes + 1024, 2048, 'b');
	}
	ck_assert_int_gt(short_, 0);
	ck_assert_int_gt(whole, 0);
	ck_assert_int_gt(hollow, SEEDS / 20);
}
END_TEST

/* fdatasync() keeps a growth but not a shrinking; fsync() keeps both. */
START_TEST(sizes)
{
	struct os_file *file;
	char bytes[8192];
	int came_back = 0;

	make("/d/f", 'a', 2000);
	file = open_file("/d/f");
	OK(os_truncate(file, 500, &err));
	OK(os_fdatasync(file, &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int len = crashed(seed, "/d/f", bytes);

		ck_assert(len == 500 || len == 2000);
		ck_assert(is_all(bytes, 500, 'a'));
		/* What was cut off may have been cleared all the same. */
		for (int i = 500; i < len; i++)
			ck_assert(bytes[i] == 'a' || bytes[i] == '\0');
		came_back += len == 2000;
	}
	ck_assert_int_gt(came_back, 0);
	OK(os_fsync(file, &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 500);
	put(file, 'b', 3000, 500);
	OK(os_fdatasync(file, &err));
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 3500);
}
END_TEST

START_TEST(rename_is_old_or_new)
{
	char bytes[8192];
	int old = 0, new = 0;

	make("/d/f", 'a', 100);
	make("/d/g", 'b', 200);
	OK(os_rename(os, "/d/g", "/d/f", &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int len = crashed(seed, "/d/f", bytes);
		bool is_old = len == 100 && is_all(bytes, 100, 'a');

		ck_assert(is_old || (len == 200 && is_all(bytes, 200, 'b')));
		old += is_old;
		new += !is_old;
		len = crashed(seed, "/d/g", bytes);
		ck_assert_int_eq(len, is_old ? 200 : -1);
	}
	ck_assert_int_gt(old, SEEDS / 10);
	ck_assert_int_gt(new, SEEDS / 10);
	OK(os_fsync_dir(os, "/d", &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 200);
}
END_TEST

START_TEST(unlink_may_be_undone)
{
	char bytes[8192];
	int back = 0;

	make("/d/f", 'a', 100);
	OK(os_unlink(os, "/d/f", &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		back += crashed(seed, "/d/f", bytes) == 100;
	ck_assert_int_gt(back, SEEDS / 10);
	ck_assert_int_lt(back, SEEDS * 9 / 10);
	OK(os_fsync_dir(os, "/d", &err));
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), -1);
}
END_TEST

/* Of names made one after the other, a later one may come without an earlier. */
START_TEST(names_are_apart)
{
	char bytes[8192];
	int only_second = 0;

	os_close(open_file("/d/f"));
	os_close(open_file("/d/g"));
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		only_second += crashed(seed, "/d/f", bytes) == -1 &&
		    crashed(seed, "/d/g", bytes) == 0;
	ck_assert_int_gt(only_second, SEEDS / 40);
}
END_TEST

START_TEST(failed_sync_is_not_made_up_for)
{
	struct faultfs *faults = faultfs_new(os);
	const struct fault_rule rule = { .calls = FAULT_FDATASYNC,
		.first = 1,
		.way = FAULT_ERROR,
		.error = -EIO };
	struct os_file *file;
	char bytes[8192];
	int lost = 0;

	make("/d/f", 'a', 512);
	faultfs_on_failed_sync(faults, simfs_lose);
	OK(os_open(faultfs_os(faults), "/d/f", OS_WRITE, &file, &err));
	put(file, 'b', 512, 0);
	faultfs_set(faults, &rule);
	ck_assert_int_eq(os_fdatasync(file, &err), STELE_E_OS);
	OK(os_fdatasync(file, &err)); /* says so, and keeps nothing */
	put(file, 'c', 512, 512);
	OK(os_fsync(file, &err));
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 1024);
		ck_assert(is_all(bytes + 512, 512, 'c'));
		lost += bytes[0] == 'a';
	}
	ck_assert_int_gt(lost, SEEDS / 10);
	faultfs_free(faults);
}
END_TEST

/* A file that is written anew, after a sync of its first writing has failed. */
START_TEST(what_is_written_anew_is_kept)
{
	struct os_file *file;
	char bytes[8192];

	make("/d/f", 'a', 3000);
	OK(os_open(os, "/d/f", OS_WRITE, &file, &err));
	OK(os_truncate(file, 0, &err));
	put(file, 'b', 2000, 0);
	put(file, 'c', 900, 2000);
	simfs_lose(file);
	OK(os_truncate(file, 0, &err));
	put(file, 'd', 1000, 0);
	OK(os_fsync(file, &err));
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 1000);
		ck_assert(is_all(bytes, 1000, 'd'));
	}
}
END_TEST

/* ---- processes ---- */

START_TEST(kill_keeps_all_but_the_lock)
{
	struct os_file *lock, *file, *second;
	char bytes[100];

	OK(os_lock(os, "/d/LOCK", &lock, &err));
	file = open_file("/d/f");
	put(file, 'a', 100, 0);
	ck_assert_int_eq(os_lock(simfs_process(fs), "/d/LOCK", &second, &err),
	    STELE_E_OBJECT_IN_USE);
	simfs_kill(os);
	ck_assert_int_eq(os_pread_full(file, bytes, 100, 0, &err), STELE_E_OS);
	ck_assert_int_eq(os_unlink(os, "/d/f", &err), STELE_E_OS);
	os_close(file);
	os_close(lock);
	os = simfs_process(fs);
	file = open_file("/d/f");
	OK(os_pread_full(file, bytes, 100, 0, &err));
	ck_assert(is_all(bytes, 100, 'a'));
	os_close(file);
	OK(os_lock(os, "/d/LOCK", &lock, &err));
	os_close(lock);
}
END_TEST

START_TEST(copies_are_apart)
{
	struct os_file *file = open_file("/d/f");
	struct simfs *copy, *original = fs;
	char bytes[8192];

	put(file, 'a', 4096, 0);
	OK(os_fsync(file, &err));
	OK(os_fsync_dir(os, "/d", &err));
	put(file, 'b', 512, 0);
	copy = simfs_copy(fs);
	put(file, 'c', 4096, 0);
	OK(os_fsync(file, &err));
	os_close(file);
	ck_assert(simfs_peek(copy, "/d/f", bytes, 4096, 0));
	ck_assert(is_all(bytes, 512, 'b'));
	ck_assert(is_all(bytes + 512, 3584, 'a'));
	fs = copy;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ck_assert_int_eq(crashed(seed, "/d/f", bytes), 4096);
		ck_assert(bytes[0] == 'a' || bytes[0] == 'b');
	}
	fs = original;
	simfs_free(copy);
}
END_TEST

START_TEST(same_seed_same_image)
{
	struct os_file *file = open_file("/d/f");
	char one[8192] = "", two[8192] = "";

	put(file, 'a', 8192, 0);
	os_close(file);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		int len = crashed(seed, "/d/f", one);

		ck_assert_int_eq(crashed(seed, "/d/f", two), len);
		ck_assert(len <= 0 || memcmp(one, two, (size_t)len) == 0);
	}
}
END_TEST

/* ---- the rest of the table ---- */

static void
count_name(void *arg, const char *name)
{
	int *count = arg;

	ck_assert(strcmp(name, "f") == 0 || strcmp(name, "g") == 0);
	++*count;
}

START_TEST(names)
{
	struct os_file *file;
	int count = 0;

	make("/d/f", 'a', 10);
	OK(os_link(os, "/d/f", "/d/g", &err));
	ck_assert_int_ne(os_link(os, "/d/f", "/d/g", &err), 0);
	ck_assert_int_eq(err.os_errno, EEXIST);
	OK(os_list(os, "/d", count_name, &count, &err));
	ck_assert_int_eq(count, 2);
	OK(os_unlink(os, "/d/f", &err));
	ck_assert_int_eq(os_open(os, "/d/f", OS_READ, &file, &err),
	    STELE_E_FILE_MISSING);
	ck_assert_int_eq(os_open(os, "/x/f", OS_READ | OS_CREATE, &file, &err),
	    STELE_E_FILE_MISSING);
	OK(os_open(os, "/d/g", OS_READ, &file, &err));
	OK(os_unlink(os, "/d/g", &err)); /* stays while it is open */
	{
		char bytes[10];

		OK(os_pread_full(file, bytes, 10, 0, &err));
		ck_assert(is_all(bytes, 10, 'a'));
	}
	os_close(file);
	OK(os_mkdir(os, "/d", &err)); /* there already */
	ck_assert_int_eq(os_open(os, "/d/h",
			     OS_WRITE | OS_CREATE | OS_EXCLUSIVE, &file, &err),
	    0);
	os_close(file);
	ck_assert_int_ne(os_open(os, "/d/h",
			     OS_WRITE | OS_CREATE | OS_EXCLUSIVE, &file, &err),
	    0);
}
END_TEST

START_TEST(space_ends)
{
	struct os_file *file = open_file("/d/f");
	uint64_t left;

	simfs_set_space(fs, 8192);
	put(file, 'a', 8192, 0);
	OK(os_space_left(os, "/d", &left, &err));
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(os_pwrite_full(file, "x", 1, 8192, &err),
	    STELE_E_DISK_FULL);
	put(file, 'b', 8192, 0); /* over what is there */
	OK(os_unlink(os, "/d/f", &err));
	ck_assert_uint_eq(simfs_space_used(fs), 8192); /* still open */
	os_close(file);
	ck_assert_uint_eq(simfs_space_used(fs), 0);
}
END_TEST

/* ---- faultfs ---- */

START_TEST(kth_call_fails)
{
	struct faultfs *faults = faultfs_new(os);
	struct fault_rule rule = { .calls = FAULT_WRITE,
		.path = "f$",
		.first = 2,
		.way = FAULT_ERROR,
		.error = -ENOSPC };
	struct os_file *file, *other;

	OK(os_open(faultfs_os(faults), "/d/f", OS_WRITE | OS_CREATE, &file,
	    &err));
	OK(os_open(faultfs_os(faults), "/d/fg", OS_WRITE | OS_CREATE, &other,
	    &err));
	faultfs_set(faults, &rule);
	put(file, 'a', 1, 0);
	put(other, 'a', 1, 0); /* another name */
	ck_assert_int_eq(os_pwrite_full(file, "a", 1, 0, &err),
	    STELE_E_DISK_FULL);
	put(file, 'a', 1, 0); /* once */
	ck_assert_uint_eq(faultfs_hits(faults), 1);
	rule.times = UINT64_MAX;
	faultfs_set(faults, &rule);
	put(file, 'a', 1, 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(os_pwrite_full(file, "a", 1, 0, &err),
		    STELE_E_DISK_FULL);
	ck_assert_uint_eq(faultfs_hits(faults), 3);
	os_close(file);
	os_close(other);
	faultfs_free(faults);
}
END_TEST

START_TEST(short_calls_are_gone_on_with)
{
	struct faultfs *faults = faultfs_new(os);
	struct fault_rule rule = { .calls = FAULT_ALL,
		.first = 1,
		.times = UINT64_MAX,
		.way = FAULT_SHORT };
	struct os_file *file;
	char bytes[8192];

	OK(os_open(faultfs_os(faults), "/d/f", OS_READ | OS_WRITE | OS_CREATE,
	    &file, &err));
	faultfs_set(faults, &rule);
	put(file, 'a', 3000, 0);
	OK(os_pread_full(file, bytes, 3000, 0, &err));
	ck_assert(is_all(bytes, 3000, 'a'));
	ck_assert_uint_gt(faultfs_hits(faults), 4);
	rule.times = 0;
	rule.way = FAULT_ERROR;
	rule.error = -EINTR;
	faultfs_set(faults, &rule);
	put(file, 'b', 3000, 0);
	ck_assert_uint_eq(faultfs_hits(faults), 1);
	os_close(file);
	faultfs_free(faults);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("simfs");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, synced_is_kept);
	tcase_add_test(tc, name_without_sync_may_go);
	tcase_add_test(tc, directory_without_sync_may_go);
	tcase_add_test(tc, writes_tear_at_sectors);
	tcase_add_test(tc, sectors_are_as_they_were);
	tcase_add_test(tc, growth_may_be_lost_or_hollow);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, rename_is_old_or_new);
	tcase_add_test(tc, unlink_may_be_undone);
	tcase_add_test(tc, names_are_apart);
	tcase_add_test(tc, failed_sync_is_not_made_up_for);
	tcase_add_test(tc, what_is_written_anew_is_kept);
	tcase_add_test(tc, kill_keeps_all_but_the_lock);
	tcase_add_test(tc, copies_are_apart);
	tcase_add_test(tc, same_seed_same_image);
	tcase_add_test(tc, names);
	tcase_add_test(tc, space_ends);
	tcase_add_test(tc, kth_call_fails);
	tcase_add_test(tc, short_calls_are_gone_on_with);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
