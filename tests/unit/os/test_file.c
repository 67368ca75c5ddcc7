/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: calls that are cut short are finished, errors have the right code,
 * the lock keeps others out, and a file that is replaced is replaced whole.
 */
#include "os/file.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"

static struct error err;
static char dir[] = "/tmp/stele-file-XXXXXX";
static char path[OS_PATH_SIZE];

/* ---- a file system whose calls are cut short, and whose n-th fails ---- */

static struct os_fs mean_fs;
static int calls_left; /* the call that finds 0 fails with fail_errno */
static int fail_errno;
static int interruptions;

static int
mean_call(void)
{
	if (interruptions > 0) {
		interruptions--;
		return -EINTR;
	}
	return calls_left-- == 0 ? -fail_errno : 0;
}

static ssize_t
mean_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	int rc = mean_call();

	return rc != 0
	    ? rc
	    : os_fs_real()->pread(file, data, len > 3 ? 3 : len, offset);
}

static ssize_t
mean_pwrite(struct os_file *file, const void *data, size_t len, uint64_t offset)
{
	int rc = mean_call();

	return rc != 0
	    ? rc
	    : os_fs_real()->pwrite(file, data, len > 3 ? 3 : len, offset);
}

static int
mean_fsync(struct os_file *file)
{
	int rc = mean_call();

	return rc != 0 ? rc : os_fs_real()->fsync(file);
}

static int
mean_rename(struct os_fs *fs, const char *from, const char *to)
{
	int rc = mean_call();

	return rc != 0 ? rc : os_fs_real()->rename(fs, from, to);
}

static int
mean_allocate(struct os_file *file, uint64_t size)
{
	int rc = mean_call();

	return rc != 0 ? rc : os_fs_real()->allocate(file, size);
}

static void
setup(void)
{
	strcpy(dir, "/tmp/stele-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(os_path(path, dir, "f", &err), 0);
	mean_fs = *os_fs_real();
	mean_fs.pread = mean_pread;
	mean_fs.pwrite = mean_pwrite;
	mean_fs.allocate = mean_allocate;
	mean_fs.fsync = mean_fsync;
	mean_fs.rename = mean_rename;
	calls_left = -1;
	interruptions = 0;
}

static void
remove_entry(void *arg, const char *name)
{
	char entry[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(entry, arg, name, &err), 0);
	ck_assert_int_eq(os_unlink(os_fs_real(), entry, &err), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(os_list(os_fs_real(), dir, remove_entry, dir, &err),
	    0);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(finishes_what_is_cut_short)
{
	struct os_file *file;
	char data[64];
	uint64_t size;

	ck_assert_int_eq(os_open(&mean_fs, path,
			     OS_READ | OS_WRITE | OS_CREATE | OS_EXCLUSIVE,
			     &file, &err),
	    0);
	interruptions = 2;
	ck_assert_int_eq(os_pwrite_full(file, "0123456789", 10, 5, &err), 0);
	interruptions = 2;
	ck_assert_int_eq(os_pread_full(file, data, 10, 5, &err), 0);
	ck_assert_mem_eq(data, "0123456789", 10);
	ck_assert_int_eq(os_size(file, &size, &err), 0);
	ck_assert_uint_eq(size, 15);
	ck_assert_int_eq(os_pread_full(file, data, 10, 6, &err),
	    STELE_E_CORRUPT);
	os_close(file);
}
END_TEST

static const struct {
	int os_errno;
	int code;
} code_case[] = {
	{ ENOSPC, STELE_E_DISK_FULL },
	{ EDQUOT, STELE_E_DISK_FULL },
	{ EIO, STELE_E_OS },
	{ ENFILE, STELE_E_INSUFFICIENT_RESOURCES },
};

START_TEST(errors_have_their_code)
{
	struct os_file *file;

	ck_assert_int_eq(os_open(&mean_fs, path, OS_READ, &file, &err),
	    STELE_E_FILE_MISSING);
	ck_assert_int_eq(err.os_errno, ENOENT);
	ck_assert_int_eq(os_open(&mean_fs, path, OS_WRITE | OS_CREATE, &file,
			     &err),
	    0);
	calls_left = 0;
	fail_errno = code_case[_i].os_errno;
	ck_assert_int_eq(os_pwrite_full(file, "x", 1, 0, &err),
	    code_case[_i].code);
	os_close(file);
}
END_TEST

/* The size is there and zero, or the caller is told to write it himself. */
START_TEST(room_is_taken_where_that_is_known)
{
	struct os_file *file;
	bool is_done;
	uint64_t size;
	char byte = 1;

	ck_assert_int_eq(os_open(&mean_fs, path, OS_READ | OS_WRITE | OS_CREATE,
			     &file, &err),
	    0);
	calls_left = 0;
	fail_errno = EOPNOTSUPP;
	is_done = true;
	ck_assert_int_eq(os_allocate(file, 100000, &is_done, &err), 0);
	ck_assert(!is_done);
	calls_left = 0;
	fail_errno = ENOSPC;
	ck_assert_int_eq(os_allocate(file, 100000, &is_done, &err),
	    STELE_E_DISK_FULL);
	interruptions = 2;
	ck_assert_int_eq(os_allocate(file, 100000, &is_done, &err), 0);
	if (is_done) { /* not every file system of /tmp has it */
		ck_assert_int_eq(os_pread_full(file, &byte, 1, 99999, &err), 0);
		ck_assert_int_eq(byte, 0);
	}
	ck_assert_int_eq(os_size(file, &size, &err), 0);
	ck_assert_uint_eq(size, is_done ? 100000 : 0);
	mean_fs.allocate = NULL;
	ck_assert_int_eq(os_allocate(file, 100000, &is_done, &err), 0);
	ck_assert(!is_done);
	os_close(file);
}
END_TEST

START_TEST(lock_keeps_others_out)
{
	struct os_file *lock, *other;
	char holder[64];
	int status;
	pid_t child;

	ck_assert_int_eq(os_lock(os_fs_real(), path, &lock, &err), 0);
	snprintf(holder, sizeof(holder), "The process with id %ld holds it.",
	    (long)getpid());
	child = fork();
	if (child == 0) {
		int rc = os_lock(os_fs_real(), path, &other, &err);

		_exit(rc != STELE_E_OBJECT_IN_USE ||
		    strcmp(err.detail, holder) != 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	os_close(lock);
	ck_assert_int_eq(os_lock(os_fs_real(), path, &lock, &err), 0);
	os_close(lock);
}
END_TEST

static void
count_entry(void *arg, const char *name UNUSED)
{
	++*(int *)arg;
}

/* Whichever call fails, the name has the old content, and nothing is left. */
START_TEST(a_file_is_replaced_whole)
{
	uint8_t *data;
	size_t len;
	int rc, entries = 0;

	ck_assert_int_eq(os_write_file(&mean_fs, dir, "f", "old", 3, &err), 0);
	calls_left = _i;
	fail_errno = EIO;
	rc = os_write_file(&mean_fs, dir, "f", "newer", 5, &err);
	calls_left = -1;
	ck_assert_int_eq(rc, _i < 4 ? STELE_E_OS : 0);
	ck_assert_int_eq(os_read_file(&mean_fs, path, 5, &data, &len, &err), 0);
	ck_assert_str_eq((char *)data, rc == 0 ? "newer" : "old");
	free(data);
	ck_assert_int_eq(os_list(&mean_fs, dir, count_entry, &entries, &err),
	    0);
	ck_assert_int_eq(entries, 1);
	if (rc == 0)
		ck_assert_int_eq(os_read_file(&mean_fs, path, 4, &data, &len,
				     &err),
		    STELE_E_LIMIT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, finishes_what_is_cut_short);
	tcase_add_loop_test(tc, errors_have_their_code, 0,
	    ARRAY_LEN(code_case));
	tcase_add_test(tc, room_is_taken_where_that_is_known);
	tcase_add_test(tc, lock_keeps_others_out);
	tcase_add_loop_test(tc, a_file_is_replaced_whole, 0, 5);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
