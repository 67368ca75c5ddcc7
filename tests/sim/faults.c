/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c -- a file call or an allocation fails, each of the scripted run in
 * turn.
 *
 * The script runs once, and at each call a case branches off (branch.h) in
 * which that call fails, in each way that it can.  The case goes on with the
 * script for some lines; then its process ends, in one way or another, and the
 * next one starts and looks.
 *
 * Whatever fails: the engine does not crash or hang, answers with the code
 * that it should, gives no wrong row and loses nothing that was acknowledged.
 * What is over is over: when calls succeed again, so do appends, unless a sync
 * has failed (D3), after which nothing is acknowledged until the next start.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "os/file.h"
#include "sim/branch.h"
#include "sim/memfault.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define CASES        240
#define LINES_AFTER  2    /* that a case goes on */
#define WHOLE_ONE_IN 64   /* ... and one in so many to the end of the script */
#define START_ONE_IN 8    /* of those that nobody may notice is started again */
#define LOOK_ONE_IN  4    /* at what the last process has stored */
#define MANY_ONE_IN  16   /* allocations is the first of several that fail */
#define RETRY_MS     1100 /* when the engine tries again */
#define FOR_EVER     UINT64_MAX

static const int io_errors[] = { STELE_E_OS, STELE_E_FILE_MISSING, 0 };
static const int full_errors[] = { STELE_E_DISK_FULL, STELE_E_OS, 0 };
static const int memory_errors[] = { STELE_E_OUT_OF_MEMORY, 0 };

/* A way of failing. */
struct fault {
	const char *name;
	unsigned calls;
	enum fault_way way;
	int error;
	uint64_t times;
	const int *allowed; /* errors; NULL: nobody may notice */
};

enum {
	CALLS_OF_SPACE = FAULT_OPEN | FAULT_WRITE | FAULT_TRUNCATE |
	    FAULT_ALLOCATE | FAULT_RENAME | FAULT_LINK | FAULT_MKDIR |
	    FAULT_FSYNC | FAULT_FDATASYNC,
	CALLS_CUT_SHORT = FAULT_READ | FAULT_WRITE,
	CALLS_INTERRUPTED =
	    FAULT_OPEN | FAULT_READ | FAULT_WRITE | FAULT_TRUNCATE,
};

static const struct fault faults[] = {
	{ "EIO", FAULT_ALL, FAULT_ERROR, -EIO, 1, io_errors },
	{ "EIO for ever", FAULT_ALL, FAULT_ERROR, -EIO, FOR_EVER, io_errors },
	{ "ENOSPC", CALLS_OF_SPACE, FAULT_ERROR, -ENOSPC, 1, full_errors },
	{ "ENOSPC for 30 calls", CALLS_OF_SPACE, FAULT_ERROR, -ENOSPC, 30,
	    full_errors },
	{ "short", CALLS_CUT_SHORT, FAULT_SHORT, 0, 3, NULL },
	{ "EINTR", CALLS_INTERRUPTED, FAULT_ERROR, -EINTR, 2, NULL },
};

/* ---- afterwards ---- */

/* Nothing fails any more: an append succeeds, soon. */
static void
must_resume(struct world *world, const int *allowed)
{
	uint64_t acked = world->acked_count;

	for (int i = 0; i < 3 && world->acked_count == acked; i++) {
		world->allowed = allowed;
		step_run(world, "store-each", 1);
		if (world->acked_count == acked)
			sched_sleep_ms(RETRY_MS);
	}
	world->allowed = NULL;
	if (world->acked_count == acked && world_type_count(world) > 0 &&
	    world->failures == 0) /* of a call that failed just before */
		world_fail("appends do not resume: %s", world->error.message);
}

/* After a failure: refused, with 58030, and no file changes any more. */
static void
must_refuse(struct world *world)
{
	static const int allowed[] = { STELE_E_OS, 0 };
	uint64_t errors = world->error_count, changes;

	world->allowed = allowed;
	step_run(world, "store-each", 1);
	if (world->error_count == errors && world_type_count(world) > 0)
		world_fail("an append is not refused after a failure");
	sched_sleep_ms(RETRY_MS);
	changes = simfs_change_count(world->fs);
	sched_sleep_ms(3 * RETRY_MS);
	if (simfs_change_count(world->fs) != changes)
		world_fail("files change after a failure");
}

/* Nobody has noticed: files are as if nothing had been. */
static void
check_unnoticed(struct world *world)
{
	world_stop(world);
	world_verify(world);
}

/* The next start, without failures, after an end of some kind. */
static void
check_afterwards(struct world *world, const int *allowed, uint64_t number)
{
	bool has_failed = world->failures > 0;

	if (world->engine != NULL && !world->is_unsure) {
		if (has_failed)
			must_refuse(world);
		else
			must_resume(world, allowed);
	}
	world->allowed = allowed;
	switch (number % 3) {
	case 0:
		world_stop(world);
		break;
	case 1:
		world_end(world, END_KILL, 0);
		break;
	case 2:
		world_end(world, END_CUT, random_next(&world->random));
		break;
	}
	world->allowed = NULL;
	world_open(world);
	(void)world_look_after_end(world);
	step_run(world, "create-type", 1);
	step_run(world, "store-pipelined", 3);
	if (number % LOOK_ONE_IN == 0)
		(void)world_look(world);
	world_stop(world);
	world_verify(world);
}

/* ---- branching off ---- */

/* A run, and what a case of it has let fail. */
struct run {
	struct branches branches;
	struct world world;
	const int *allowed; /* errors of the case; NULL: nobody may notice */
	uint64_t allocations;
};

/* From here on this process is a case. */
static void
begin_case(struct run *run, const int *allowed)
{
	faultfs_on_call(run->world.faults, NULL, NULL);
	memfault_on_call(NULL, NULL);
	run->world.allowed = run->allowed = allowed;
	if (run->branches.number % WHOLE_ONE_IN != 0)
		script_end_after(&run->world,
		    allowed == NULL ? 0 : LINES_AFTER);
}

/* The script; `watch` has somebody told of each call. */
static void
run_script(struct run *run, void (*watch)(struct run *run))
{
	struct world *world = &run->world;

	run->allocations = 0;
	world_init(world, run->branches.options->seed);
	world->is_brief = true;
	watch(run);
	if (world_try_open(world) == 0)
		script_run(world, script_length());
	world_say(world, "hit: %s", faultfs_last_hit(world->faults));
	faultfs_set(world->faults, NULL);
	faultfs_on_call(world->faults, NULL, NULL);
	memfault_set(0);
	memfault_on_call(NULL, NULL);
	if (!run->branches.is_case)
		world_stop(world);
	else if (run->allowed == NULL &&
	    run->branches.number % START_ONE_IN != 0)
		check_unnoticed(world);
	else
		check_afterwards(world, run->allowed, run->branches.number);
	world_release(world);
	branches_end(&run->branches);
}

static void
try_all(const struct sim_options *options, const char *name,
    void (*watch)(struct run *run), const char *what)
{
	struct run run;

	branches_count(&run.branches, options, name);
	run_script(&run, watch);
	branches_begin(&run.branches,
	    sim_case_count(options, CASES, run.branches.number));
	run_script(&run, watch);
	printf("%" PRIu64 " of %" PRIu64 " failing %s\n", run.branches.tried,
	    run.branches.total, what);
}

/* ---- file calls ---- */

static void
on_file_call(void *arg, enum fault_call call)
{
	struct run *run = arg;

	for (size_t f = 0; f < ARRAY_LEN(faults); f++) {
		const struct fault *fault = &faults[f];
		const struct fault_rule rule = {
			.calls = fault->calls,
			.first = 1,
			.times = fault->times,
			.way = fault->way,
			.error = fault->error,
		};

		if ((fault->calls & (unsigned)call) == 0 ||
		    !branch_off(&run->branches, "%s", fault->name))
			continue;
		begin_case(run, fault->allowed);
		faultfs_set(run->world.faults, &rule);
		return;
	}
}

static void
watch_files(struct run *run)
{
	faultfs_on_call(run->world.faults, on_file_call, run);
}

void
sim_io(const struct sim_options *options)
{
	try_all(options, "io", watch_files, "file calls");
}

/* ---- allocations ---- */

static void
on_allocation(void *arg)
{
	static const uint64_t times[] = { 1, 3, 40 };
	struct run *run = arg;

	run->allocations++;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		if (i != 0 && run->allocations % MANY_ONE_IN != i)
			continue;
		if (!branch_off(&run->branches, "%" PRIu64 " times", times[i]))
			continue;
		begin_case(run, memory_errors);
		memfault_set(times[i]);
		return;
	}
}

static void
watch_memory(struct run *run)
{
	memfault_on_call(on_allocation, run);
}

void
sim_memory(const struct sim_options *options)
{
	try_all(options, "memory", watch_memory, "allocations");
}
