/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c -- a file call or an allocation fails, each of the scripted run in
 * turn.
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
#include "sim/memfault.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define SCRIPT_LINES 24 /* of the script, unless it is the long run */
#define IO_CASES     240
#define MEMORY_CASES 240
#define LONG         40   /* times as many in the long run */
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

/* So much of the script is run: one of each kind, or all. */
static uint32_t
script_lines(const struct sim_options *options)
{
	return options->is_long ? script_length() : SCRIPT_LINES;
}

static const char *
long_option(const struct sim_options *options)
{
	return options->is_long ? " --long" : "";
}

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
	(void)world_look(world);
	world_stop(world);
	world_verify(world);
}

/* ---- file calls ---- */

/* The script under a rule; the calls that the rule is about. */
static uint64_t
run_fault(const struct sim_options *options, const struct fault *fault,
    uint64_t first, uint64_t number)
{
	const struct fault_rule rule = {
		.calls = fault->calls,
		.first = first,
		.times = fault->times,
		.way = fault->way,
		.error = fault->error,
	};
	struct world world;
	uint64_t calls;

	world_init(&world, options->seed);
	faultfs_set(world.faults, &rule);
	world.allowed = fault->allowed;
	if (world_try_open(&world) == 0)
		script_run(&world, script_lines(options));
	calls = faultfs_calls(world.faults);
	world_say(&world, "hit: %s", faultfs_last_hit(world.faults));
	faultfs_set(world.faults, NULL);
	if (first != FOR_EVER)
		check_afterwards(&world, fault->allowed, number);
	else
		world_stop(&world);
	world_release(&world);
	return calls;
}

void
sim_io(const struct sim_options *options)
{
	uint64_t wanted = options->count != 0 ? options->count : IO_CASES;
	uint64_t calls[ARRAY_LEN(faults)], total = 0, tried = 0, number = 0;

	if (options->is_long && options->count == 0)
		wanted *= LONG;
	for (size_t f = 0; f < ARRAY_LEN(faults); f++) {
		world_set_case("sim io --seed %" PRIu64 ", counting",
		    options->seed);
		calls[f] = run_fault(options, &faults[f], FOR_EVER, number);
		total += calls[f];
	}
	for (size_t f = 0; f < ARRAY_LEN(faults); f++)
		for (uint64_t k = 1; k <= calls[f]; k++, number++) {
			if (!sim_is_wanted(options, number, total, wanted))
				continue;
			world_set_case("sim io%s --seed %" PRIu64
				       " --only %" PRIu64
				       " (%s at call %" PRIu64 " of %" PRIu64
				       ")",
			    long_option(options), options->seed, number + 1,
			    faults[f].name, k, calls[f]);
			(void)run_fault(options, &faults[f], k, number);
			tried++;
		}
	printf("%" PRIu64 " of %" PRIu64 " failing file calls\n", tried, total);
}

/* ---- allocations ---- */

static uint64_t
run_memory(const struct sim_options *options, uint64_t first, uint64_t times,
    uint64_t number)
{
	struct world world;
	uint64_t count;

	world_init(&world, options->seed);
	world.allowed = memory_errors;
	memfault_set(first, first == FOR_EVER ? FOR_EVER : first + times - 1);
	if (world_try_open(&world) == 0)
		script_run(&world, script_lines(options));
	count = memfault_count();
	memfault_set(0, 0);
	if (first != FOR_EVER)
		check_afterwards(&world, memory_errors, number);
	else
		world_stop(&world);
	world_release(&world);
	return count;
}

void
sim_memory(const struct sim_options *options)
{
	static const uint64_t times[] = { 1, 3, 40 };
	uint64_t wanted = options->count != 0 ? options->count : MEMORY_CASES;
	uint64_t count, total, tried = 0;

	if (options->is_long && options->count == 0)
		wanted *= LONG;
	world_set_case("sim memory --seed %" PRIu64 ", counting",
	    options->seed);
	count = run_memory(options, FOR_EVER, 1, 0);
	total = count * ARRAY_LEN(times);
	for (uint64_t number = 0; number < total; number++) {
		uint64_t first = number / ARRAY_LEN(times) + 1;

		if (!sim_is_wanted(options, number, total, wanted))
			continue;
		world_set_case("sim memory%s --seed %" PRIu64 " --only %" PRIu64
			       " (allocations from %" PRIu64 " of %" PRIu64
			       " on, %" PRIu64 " times)",
		    long_option(options), options->seed, number + 1, first,
		    count, times[number % ARRAY_LEN(times)]);
		(void)run_memory(options, first,
		    times[number % ARRAY_LEN(times)],
		    number / ARRAY_LEN(times));
		tried++;
	}
	printf("%" PRIu64 " of %" PRIu64 " failing allocations\n", tried,
	    total);
}
