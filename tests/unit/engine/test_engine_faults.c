/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine on a disk that fails: a sync that fails ends it and loses nothing
 * that was acknowledged; a full disk refuses appends, answers reads, and goes
 * on by itself; verification finds damage.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "engine/append/write_batch.h"
#include "engine/append/write_stage.h"
#include "fixture.h"

static struct fixture world;
static struct error err;

/* The real file system, but for calls that are told to fail. */
static struct os_fs faulty;
static atomic_bool sync_fails;
static atomic_bool disk_is_full;

/* What is written into a file that exists in full needs no room. */
static ssize_t
faulty_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	uint64_t size = 0;

	if (atomic_load(&disk_is_full) &&
	    (os_fs_real()->size(file, &size) != 0 || offset + len > size))
		return -ENOSPC;
	return os_fs_real()->pwrite(file, data, len, offset);
}

static int
faulty_allocate(struct os_file *file, uint64_t size)
{
	if (atomic_load(&disk_is_full))
		return -ENOSPC;
	return os_fs_real()->allocate(file, size);
}

/* Syncs of files whose names end so wait here while it is closed. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static const char *gate_ending; /* NULL: it is open */
static unsigned gate_waiting;

#define GATE_SEGMENTS ".seg.tmp" /* and with them flushes */
#define GATE_LOG      ".wal"

static void
gate_set(const char *ending)
{
	pthread_mutex_lock(&gate_lock);
	gate_ending = ending;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate_lock);
}

static bool
gate_holds(const char *path)
{
	size_t len = strlen(path);
	size_t end = gate_ending == NULL ? SIZE_MAX : strlen(gate_ending);

	return len >= end && strcmp(path + len - end, gate_ending) == 0;
}

static void
gate_pass(const struct os_file *file)
{
	pthread_mutex_lock(&gate_lock);
	while (gate_holds(file->path)) {
		gate_waiting++;
		pthread_cond_broadcast(&gate_moved);
		pthread_cond_wait(&gate_moved, &gate_lock);
		gate_waiting--;
	}
	pthread_mutex_unlock(&gate_lock);
}

/* Until somebody waits at the gate, which is closed. */
static void
gate_wait(void)
{
	pthread_mutex_lock(&gate_lock);
	while (gate_waiting == 0)
		pthread_cond_wait(&gate_moved, &gate_lock);
	pthread_mutex_unlock(&gate_lock);
}

static int
gated_fsync(struct os_file *file)
{
	gate_pass(file);
	return os_fs_real()->fsync(file);
}

static int
faulty_fdatasync(struct os_file *file)
{
	gate_pass(file);
	if (atomic_load(&sync_fails))
		return -EIO;
	return os_fs_real()->fdatasync(file);
}

static void
setup(void)
{
	faulty = *os_fs_real();
	faulty.fdatasync = faulty_fdatasync;
	faulty.pwrite = faulty_pwrite;
	faulty.allocate = faulty_allocate;
	faulty.fsync = gated_fsync;
	gate_set(NULL);
	atomic_store(&sync_fails, false);
	atomic_store(&disk_is_full, false);
	fixture_init(&world);
	world.fs = &faulty;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

static atomic_int failures;

static void
on_failure(void *arg, const struct error *failure)
{
	ck_assert_ptr_eq(arg, &failures);
	ck_assert_int_eq(failure->code, STELE_E_OS);
	atomic_fetch_add(&failures, 1);
}

static int
try_store(int64_t first, uint32_t count)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;

	fixture_add(&world, batch, first, count);
	return fixture_commit(&world, batch, SYNC_ON, &commit);
}

START_TEST(failed_sync_ends_the_log)
{
	size_t count;

	fixture_store(&world, 0, 10);
	engine_on_failure(world.engine, on_failure, &failures);
	atomic_store(&sync_fails, true);
	ck_assert_int_eq(try_store(10, 5), STELE_E_OS);
	atomic_store(&sync_fails, false); /* it is not tried again */
	ck_assert_int_eq(try_store(10, 5), STELE_E_OS);
	ck_assert_int_eq(atomic_load(&failures), 1);
	fixture_check(&world, 10); /* reads go on, what failed is unseen */
	fixture_reopen(&world);
	free(fixture_scan(&world, NULL, 0, 0, &count));
	/* Stored or not: the answer said so; but whole. */
	ck_assert(count == 10 || count == 15);
	fixture_check(&world, count);
	fixture_store(&world, (int64_t)count, 3);
	fixture_check(&world, count + 3);
}
END_TEST

struct held_commit {
	struct commit commit;
	atomic_bool is_done;
};

static void
held_done(struct commit *commit)
{
	struct held_commit *held = commit->arg;

	atomic_store(&held->is_done, true);
}

static void
woken(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

/* Commit, and wait for nothing; the bytes of it in the log. */
static size_t
begin_commit(struct held_commit *held, int64_t first, uint32_t count)
{
	struct write_batch *batch = write_batch_new(world.engine);
	size_t bytes;

	held->commit = (struct commit){ .done = held_done, .arg = held };
	atomic_store(&held->is_done, false);
	fixture_add(&world, batch, first, count);
	write_batch_encode_gathered(batch);
	bytes = batch->bytes.len;
	engine_commit(world.engine, batch, SYNC_ON, &held->commit);
	return bytes;
}

static void
finish_commit(const struct held_commit *held)
{
	while (!atomic_load(&held->is_done))
		sched_yield();
	ck_assert_int_eq(held->commit.rc, 0);
}

/* Commit; true if it is done, false if it waits for room. */
static bool
commit_or_wait(struct held_commit *held, int64_t first, uint32_t count)
{
	static atomic_int ignored;

	(void)begin_commit(held, first, count);
	while (!atomic_load(&held->is_done)) {
		if (engine_is_full(world.engine, woken, &ignored))
			return false;
		sched_yield();
	}
	return true;
}

START_TEST(a_commit_that_waits_can_be_cancelled)
{
	struct held_commit first, second;
	atomic_int wakes = 0;
	int64_t stored = 0;

	gate_set(GATE_SEGMENTS);
	while (commit_or_wait(&first, stored, 5000)) {
		ck_assert_int_eq(first.commit.rc, 0);
		stored += 5000;
	}
	/* Another behind it, who gets its place and its event_ids. */
	ck_assert(!commit_or_wait(&second, stored, 10));
	ck_assert(engine_is_full(world.engine, woken, &wakes));
	ck_assert(engine_commit_cancel(world.engine, &first.commit));
	ck_assert(atomic_load(&first.is_done));
	ck_assert_int_eq(first.commit.rc, STELE_E_QUERY_CANCELED);
	ck_assert(!engine_commit_cancel(world.engine, &first.commit));
	ck_assert(!atomic_load(&second.is_done));
	gate_set(NULL);
	while (!atomic_load(&second.is_done))
		sched_yield();
	ck_assert_int_eq(second.commit.rc, 0);
	while (atomic_load(&wakes) == 0)
		sched_yield();
	/* One that is done cannot be. */
	ck_assert(!engine_commit_cancel(world.engine, &second.commit));
	fixture_check(&world, (size_t)stored + 10);
	fixture_reopen(&world);
	fixture_check(&world, (size_t)stored + 10);
}
END_TEST

/* The last that waits is cancelled: who asked for room is told at once. */
START_TEST(a_cancelled_commit_wakes_who_waits_behind_it)
{
	struct held_commit held;
	atomic_int wakes = 0;
	int64_t stored = 0;

	gate_set(GATE_SEGMENTS);
	while (commit_or_wait(&held, stored, 5000))
		stored += 5000;
	ck_assert(engine_is_full(world.engine, woken, &wakes));
	ck_assert(engine_commit_cancel(world.engine, &held.commit));
	ck_assert_int_eq(atomic_load(&wakes), 1);
	ck_assert(!engine_is_full(world.engine, woken, &wakes));
	gate_set(NULL);
	fixture_check(&world, (size_t)stored);
}
END_TEST

/*
 * While the log thread is in a sync, a batch that is written from its own
 * memory is committed, and behind it one that the same group had room for.
 */
START_TEST(a_batch_behind_a_large_one_is_in_the_log)
{
	struct held_commit first, large, small;
	size_t bytes;

	world.options.wal_file_size_bytes = 8 << 20;
	fixture_reopen(&world);
	gate_set(GATE_LOG);
	(void)begin_commit(&first, 0, 1);
	gate_wait();
	bytes = begin_commit(&large, 1, 20000);
	ck_assert_uint_gt(bytes, WAL_COPY_SIZE_MAX);
	ck_assert_uint_lt(bytes, WAL_BUFFER_SIZE / 2);
	(void)begin_commit(&small, 20001, 1);
	gate_set(NULL);
	finish_commit(&first);
	finish_commit(&large);
	finish_commit(&small);
	fixture_check(&world, 20002);
	if (_i == 0) { /* else the log ends with it */
		fixture_store(&world, 20002, 1);
		fixture_check(&world, 20003);
	}
	fixture_reopen(&world);
	fixture_check(&world, _i == 0 ? 20003 : 20002);
}
END_TEST

/* The disk has room again: a file is tried again within about a second. */
static void
store_in_time(int64_t first, uint32_t count)
{
	int rc = try_store(first, count);

	for (int i = 0; i < 100 && rc != 0; i++) {
		ck_assert_int_eq(rc, STELE_E_DISK_FULL);
		usleep(100000);
		rc = try_store(first, count);
	}
	ck_assert_int_eq(rc, 0);
}

START_TEST(full_disk_refuses_and_recovers)
{
	int64_t stored = 0;
	int rc = 0;

	atomic_store(&disk_is_full, true);
	for (int i = 0; i < 200 && rc == 0; i++) {
		rc = try_store(stored, 700);
		if (rc == 0)
			stored += 700;
	}
	ck_assert_int_eq(rc, STELE_E_DISK_FULL);
	fixture_check(&world, (size_t)stored);
	atomic_store(&disk_is_full, false);
	store_in_time(stored, 700);
	fixture_check(&world, (size_t)stored + 700);
	fixture_reopen(&world);
	fixture_check(&world, (size_t)stored + 700);
}
END_TEST

static struct log_status
log_status(void)
{
	struct log_status status;

	engine_log_status(world.engine, &status);
	return status;
}

/*
 * There is no room for a file as large as one commit needs, which is refused;
 * others go on in the file that is ready.
 */
START_TEST(a_large_commit_on_a_full_disk_hinders_no_other)
{
	const int64_t large = 60000;
	int64_t stored = 0;
	uint64_t file;

	while (log_status().spare_count == 0)
		sched_yield();
	file = log_status().current_file;
	atomic_store(&disk_is_full, true);
	ck_assert_int_eq(try_store(0, (uint32_t)large), STELE_E_DISK_FULL);
	while (log_status().current_file == file) {
		ck_assert_int_eq(try_store(stored, 700), 0);
		stored += 700;
	}
	fixture_check(&world, (size_t)stored);
	atomic_store(&disk_is_full, false);
	store_in_time(stored, (uint32_t)large);
	fixture_check(&world, (size_t)(stored + large));
	fixture_reopen(&world);
	fixture_check(&world, (size_t)(stored + large));
}
END_TEST

/* ---- verification ---- */

static unsigned problems;

static void
on_problem(void *arg, const struct error *problem)
{
	(void)arg;
	ck_assert_int_ne(problem->code, 0);
	problems++;
}

static void
verify(struct verify_report *report)
{
	const struct verify_watcher watcher = { .problem = on_problem };

	problems = 0;
	ck_assert_msg(engine_verify(os_fs_real(), world.dir, &watcher, report,
			  &err) == 0,
	    "%s", err.message);
	ck_assert_uint_eq(report->problems, problems);
}

/* The first log file with the byte at `offset` changed. */
static void
damage_log(off_t offset)
{
	char command[256];

	snprintf(command, sizeof(command),
	    "f=$(ls '%s'/wal/*.wal | head -1); printf X | "
	    "dd of=\"$f\" bs=1 seek=%lld conv=notrunc 2>/dev/null",
	    world.dir, (long long)offset);
	ck_assert_int_eq(system(command), 0);
}

/* ---- large batches ---- */

static void
count_name(void *arg, const char *name UNUSED)
{
	++*(unsigned *)arg;
}

/* Workers remove files that were given up: wait until so many are left. */
static void
wait_for_files(unsigned count)
{
	char folder[OS_PATH_SIZE];
	unsigned found = count + 1;

	ck_assert_int_eq(os_path(folder, world.dir, "segments", &err), 0);
	for (int i = 0; i < 20000 && found != count; i++) {
		const struct timespec a_while = { .tv_nsec = 1000000 };

		found = 0;
		ck_assert_int_eq(os_list(world.fs, folder, count_name, &found,
				     &err),
		    0);
		(void)nanosleep(&a_while, NULL);
	}
	ck_assert_uint_eq(found, count);
}

static void
open_for_large_batches(void)
{
	world.options.batch_memory_bytes = 4096;
	fixture_reopen(&world);
}

/* What cannot be staged is refused, leaves no file, and may be tried again. */
START_TEST(a_full_disk_refuses_to_stage)
{
	struct write_batch *batch;
	struct commit commit;

	open_for_large_batches();
	fixture_store(&world, 0, 10);
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, 10, 2048);
	ck_assert(write_batch_is_full(batch));
	atomic_store(&disk_is_full, true);
	ck_assert_int_eq(write_batch_stage(batch, &err), 0); /* begins it */
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(_i == 0 ? write_batch_stage(batch, &err)
					 : write_batch_settle(batch, &err),
		    STELE_E_DISK_FULL);
	wait_for_files(0);
	ck_assert_uint_eq(write_batch_row_count(batch), 2048);
	fixture_check(&world, 10);
	atomic_store(&disk_is_full, false);
	if (_i == 0)
		ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	fixture_add(&world, batch, 2058, 5);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	fixture_check(&world, 2063);
	fixture_reopen(&world);
	fixture_check(&world, 2063);
}
END_TEST

/* A commit that has to copy what is left of a segment, and cannot. */
START_TEST(a_full_disk_refuses_to_settle)
{
	struct write_batch *batch;
	struct write_batch_mark mark;
	struct commit commit;

	open_for_large_batches();
	fixture_store(&world, 0, 10);
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, 10, 20);
	mark = write_batch_mark(batch);
	fixture_add(&world, batch, 30, 2048);
	ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	ck_assert_int_eq(write_batch_settle(batch, &err), 0);
	write_batch_rewind(batch, mark);
	atomic_store(&disk_is_full, true);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit),
	    STELE_E_DISK_FULL);
	wait_for_files(0);
	fixture_check(&world, 10);
	atomic_store(&disk_is_full, false);
	fixture_store(&world, 10, 3000);
	fixture_check(&world, 3010);
}
END_TEST

/* Adopted, and the MANIFEST has no room for it: it is told later. */
START_TEST(a_full_disk_does_not_hinder_adoption)
{
	struct write_batch *batch;
	struct commit commit;

	open_for_large_batches();
	fixture_store(&world, 0, 10);
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, 10, 2048);
	ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	ck_assert_int_eq(write_batch_settle(batch, &err), 0);
	atomic_store(&disk_is_full, true);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	fixture_check(&world, 2058);
	atomic_store(&disk_is_full, false);
	fixture_reopen(&world);
	fixture_check(&world, 2058);
	fixture_flush(&world);
	fixture_check(&world, 2058);
}
END_TEST

START_TEST(verify_finds_damage)
{
	struct verify_report report;

	fixture_store(&world, 0, 1000);
	fixture_flush(&world);
	fixture_store(&world, 1000, 50);
	fixture_store(&world, 1050, 50);
	fixture_close(&world);
	verify(&report);
	ck_assert_uint_eq(report.problems, 0);
	ck_assert_uint_ge(report.files, 4); /* three segments and the log */
	ck_assert_uint_ge(report.rows, 1100);
	damage_log(600);
	verify(&report);
	ck_assert_uint_ge(report.problems, 1);
	ck_assert_int_eq(engine_open(os_fs_real(), world.dir, &world.options,
			     &world.engine, &err),
	    STELE_E_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.message, ".wal"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("engine faults");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, failed_sync_ends_the_log);
	tcase_add_test(tc, a_commit_that_waits_can_be_cancelled);
	tcase_add_test(tc, a_cancelled_commit_wakes_who_waits_behind_it);
	tcase_add_loop_test(tc, a_batch_behind_a_large_one_is_in_the_log, 0, 2);
	tcase_add_test(tc, full_disk_refuses_and_recovers);
	tcase_add_test(tc, a_large_commit_on_a_full_disk_hinders_no_other);
	tcase_add_loop_test(tc, a_full_disk_refuses_to_stage, 0, 2);
	tcase_add_test(tc, a_full_disk_refuses_to_settle);
	tcase_add_test(tc, a_full_disk_does_not_hinder_adoption);
	tcase_add_test(tc, verify_finds_damage);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
