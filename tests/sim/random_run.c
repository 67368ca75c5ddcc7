/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random_run.c -- workloads drawn from a seed, with power cuts at any moment,
 * also while the engine recovers from the one before.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define SEEDS              100
#define SEEDS_LONG         2000
#define ARCHIVE_SEEDS      40
#define ARCHIVE_SEEDS_LONG 800
#define ENDS_MAX           5   /* in one run */
#define STEPS_MAX          12  /* between two of them */
#define CHANGES_MAX        400 /* the same */
#define START_MAX          14 /* changes of which some are made in a recovery */
#define SIZES_SALT         11

/* Work until the end comes, or for some steps. */
static void
work(struct world *world)
{
	uint64_t steps = 1 + random_below(&world->random, STEPS_MAX);

	if (world_type_count(world) == 0)
		step_run(world, "create-type", 2);
	while (steps-- > 0 && !world->is_over)
		step_run_random(world);
}

static enum world_end
draw_end(struct world *world)
{
	return random_once_in(&world->random, 3) ? END_KILL : END_CUT;
}

/* The next end: somewhere in the work, or in the recovery. */
static void
arm(struct world *world)
{
	uint64_t changes = 1 +
	    random_below(&world->random,
		random_once_in(&world->random, 2) ? START_MAX : CHANGES_MAX);
	enum world_end end = draw_end(world);

	world_arm_end(world, changes, end, random_next(&world->random));
}

/*
 * In one run of three, files of the log that have room for a large batch and
 * more behind it, and memory for such a batch; in the others it is staged, or
 * fills a file of its own.
 */
static void
draw_sizes(struct world *world)
{
	if (random_mix(world->seed, SIZES_SALT) % 3 != 0)
		return;
	world->options.wal_file_size_bytes = 1 << 20;
	world->options.max_wal_size_bytes = 3 << 20;
	world->options.batch_memory_bytes = 1 << 20;
}

/* Until the last process, which looks, and stops. */
static void
run(struct world *world)
{
	uint64_t ends = random_below(&world->random, ENDS_MAX + 1);

	draw_sizes(world);
	for (;;) {
		world->end_at = 0; /* of one that has not come */
		if (ends > 0)
			arm(world);
		if (world_try_open(world) == 0 && !world->is_over)
			(void)world_look_after_end(world);
		if (!world->is_over)
			work(world);
		if (ends-- == 0)
			break;
		if (world->is_over)
			world_after_end(world);
		else /* not that many changes */
			world_end(world, draw_end(world),
			    random_next(&world->random));
	}
	(void)world_look(world);
	world_stop(world);
	world_verify(world);
}

static void
run_seed(uint64_t seed)
{
	struct world world;

	world_init(&world, seed);
	run(&world);
	world_release(&world);
}

/*
 * The same while the log is archived.  Then all that is left is the archive:
 * what is restored of it is as if nothing had happened, whatever the restore
 * was interrupted by.
 */
static void
run_archived_seed(uint64_t seed)
{
	struct world world;
	uint64_t ends;

	world_init(&world, seed);
	world_archive(&world);
	run(&world);
	ends = random_below(&world.random, ENDS_MAX + 1);
	for (;;) {
		world.end_at = 0;
		if (ends > 0)
			arm(&world);
		if (world_restore(&world))
			break;
		world_after_end(&world);
		ends--;
	}
	world.end_at = 0;
	world_open(&world);
	(void)world_look_after_end(&world);
	work(&world);
	(void)world_look(&world);
	world_stop(&world);
	world_verify(&world);
	world_release(&world);
}

static void
run_seeds(const struct sim_options *options, const char *name, uint64_t count,
    void (*fn)(uint64_t seed))
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t seed =
		    options->only != 0 ? options->only : options->seed + i;

		world_set_case("sim %s --only %" PRIu64, name, seed);
		fn(seed);
		if (options->only != 0)
			return;
	}
	printf("%" PRIu64 " %s runs\n", count, name);
}

void
sim_random(const struct sim_options *options)
{
	run_seeds(options, "random", sim_case_count(options, SEEDS, SEEDS_LONG),
	    run_seed);
}

void
sim_archive(const struct sim_options *options)
{
	run_seeds(options, "archive",
	    sim_case_count(options, ARCHIVE_SEEDS, ARCHIVE_SEEDS_LONG),
	    run_archived_seed);
}

void
sim_run(const struct sim_options *options)
{
	struct world world;

	world_set_case("sim run --seed %" PRIu64, options->seed);
	world_init(&world, options->seed);
	world_open(&world);
	script_run(&world, script_length());
	world_stop(&world);
	world_verify(&world);
	printf("%" PRIu64 " events, %u batches, %" PRIu64 " changes, %" PRIu64
	       " turns\n",
	    world.oracle->event_count, (unsigned)world.oracle->batch_count - 1,
	    simfs_change_count(world.fs), sched_turns());
	world_release(&world);
}
