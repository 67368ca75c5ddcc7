/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shard with too many small segments: flushes wait for merges, and then who
 * appends does, but only for merges that go on.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "fixture.h"

#define SMALL_MAX 6   /* max_small_segments */
#define BATCH     700 /* rows: a MemTable has some times as many */

static struct fixture world;

/* The real file system; merges wait at a gate for it, or fail in it. */
static struct os_fs gated;
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;
static bool gate_is_closed;
static atomic_bool merges_fail;

static void
gate_set(bool is_closed)
{
	pthread_mutex_lock(&gate_lock);
	gate_is_closed = is_closed;
	pthread_mutex_unlock(&gate_lock);
	pthread_cond_broadcast(&gate_opened);
}

static int
gated_open(struct os_fs *fs UNUSED, const char *path, unsigned flags,
    struct os_file **out)
{
	char name[16] = "";

	(void)pthread_getname_np(pthread_self(), name, sizeof(name));
	if (strncmp(name, "compact", 7) == 0 && (flags & OS_CREATE) != 0) {
		pthread_mutex_lock(&gate_lock);
		while (gate_is_closed)
			pthread_cond_wait(&gate_opened, &gate_lock);
		pthread_mutex_unlock(&gate_lock);
		if (atomic_load(&merges_fail))
			return -EIO;
	}
	return os_fs_real()->open(os_fs_real(), path, flags, out);
}

static void
setup(void)
{
	gated = *os_fs_real();
	gated.open = gated_open;
	gate_set(true);
	atomic_store(&merges_fail, false);
	fixture_init(&world);
	world.fs = &gated;
	world.options.shard_count = 1;
	world.options.zone_rows = 128;
	world.options.memtable_size_bytes = 128 << 10;
	world.options.compaction = true;
	world.options.max_small_segments = SMALL_MAX;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	gate_set(false);
	fixture_remove(&world);
}

/* ---- commits and flushes that may have to wait ---- */

struct held {
	struct commit commit;
	atomic_bool is_done;
};

static void
held_done(struct commit *commit)
{
	struct held *held = commit->arg;

	atomic_store(&held->is_done, true);
}

static void
held_init(struct held *held)
{
	held->commit = (struct commit){ .done = held_done, .arg = held };
	atomic_init(&held->is_done, false);
}

static void
wait_for(struct held *held)
{
	while (!atomic_load(&held->is_done))
		sched_yield();
	ck_assert_msg(held->commit.rc == 0, "%s", held->commit.err.message);
}

static void
woken(void *arg UNUSED)
{
}

/* Store a batch; false if it waits for room. */
static bool
store_or_wait(struct held *held, int64_t first)
{
	struct write_batch *batch = write_batch_new(world.engine);

	held_init(held);
	fixture_add(&world, batch, first, BATCH);
	engine_commit(world.engine, batch, SYNC_ON, &held->commit);
	while (!atomic_load(&held->is_done)) {
		if (engine_is_full(world.engine, woken, NULL))
			return false;
		sched_yield();
	}
	return true;
}

static struct shard_status
status(void)
{
	struct shard_status out;

	engine_shard_status(world.engine, 0, &out);
	return out;
}

/* Store until a commit has to wait, as a flush does: the rows with it. */
static int64_t
outrun_merges(struct held *commit, struct held *flush)
{
	int64_t stored = 0;

	for (int i = 0; i < SMALL_MAX; i++) {
		fixture_store(&world, stored, BATCH);
		stored += BATCH;
		fixture_flush(&world); /* nothing holds it yet */
	}
	fixture_store(&world, stored, BATCH);
	stored += BATCH;
	held_init(flush);
	engine_flush(world.engine, &flush->commit);
	while (!compactor_holds_flush(&world.engine->compactor, 0))
		sched_yield();
	ck_assert_int_eq(status().writers_wait_for, SHARD_HAS_ROOM);
	while (store_or_wait(commit, stored))
		stored += BATCH;
	ck_assert_int_eq(status().writers_wait_for, SHARD_WAITS_FOR_MERGE);
	ck_assert_uint_eq(status().segment_count, SMALL_MAX);
	ck_assert(!atomic_load(&flush->is_done));
	return stored + BATCH;
}

/* They are let go: all goes on, and all is there. */
static void
check_let_go(struct held *commit, struct held *flush, int64_t stored)
{
	wait_for(commit);
	wait_for(flush);
	fixture_check(&world, (size_t)stored);
}

START_TEST(appends_go_on_with_merges)
{
	struct held commit, flush;
	int64_t stored = outrun_merges(&commit, &flush);

	gate_set(false);
	check_let_go(&commit, &flush, stored);
	for (int i = 0; i < 40; i++, stored += BATCH)
		fixture_store(&world, stored, BATCH);
	fixture_flush(&world);
	fixture_check(&world, (size_t)stored);
	fixture_reopen(&world);
	fixture_check(&world, (size_t)stored);
}
END_TEST

START_TEST(a_pause_holds_nobody)
{
	struct held commit, flush;
	int64_t stored = outrun_merges(&commit, &flush);

	engine_compact_pause(world.engine);
	check_let_go(&commit, &flush, stored);
	for (int i = 0; i < 40; i++, stored += BATCH)
		fixture_store(&world, stored, BATCH);
	fixture_flush(&world);
	ck_assert_uint_gt(status().segment_count, SMALL_MAX);
	engine_compact_resume(world.engine);
	gate_set(false);
	fixture_check(&world, (size_t)stored);
}
END_TEST

START_TEST(merges_that_fail_hold_nobody)
{
	struct held commit, flush;
	int64_t stored = outrun_merges(&commit, &flush);

	atomic_store(&merges_fail, true);
	gate_set(false);
	check_let_go(&commit, &flush, stored);
	ck_assert_uint_gt(status().segment_count, SMALL_MAX);
}
END_TEST

START_TEST(a_greater_limit_lets_go)
{
	struct held commit, flush;
	int64_t stored = outrun_merges(&commit, &flush);

	world.options.max_small_segments = _i == 0 ? 0 : 1000;
	engine_reload(world.engine, &world.options);
	check_let_go(&commit, &flush, stored);
	gate_set(false);
}
END_TEST

/* A limit that is below what merges leave is none. */
START_TEST(nothing_to_merge_holds_nobody)
{
	int64_t stored = 0;

	gate_set(false);
	world.options.max_small_segments = 1;
	engine_reload(world.engine, &world.options);
	for (int i = 0; i < 40; i++, stored += BATCH) {
		fixture_store(&world, stored, BATCH);
		fixture_flush(&world);
	}
	fixture_check(&world, (size_t)stored);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hold");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, appends_go_on_with_merges);
	tcase_add_test(tc, a_pause_holds_nobody);
	tcase_add_test(tc, merges_that_fail_hold_nobody);
	tcase_add_loop_test(tc, a_greater_limit_lets_go, 0, 2);
	tcase_add_test(tc, nothing_to_merge_holds_nobody);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
