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

#define SEEDS         100
#define SEEDS_LONG    2000
#define CUTS_MAX      4   /* in one run */
#define STEPS_MAX     12  /* between two of them */
#define CHANGES_MAX   400 /* the same */
#define RECOVERY_CUTS 3   /* of 4 cuts, so many come soon after a start */

/* Work until power is cut, or for some steps. */
static void
work(struct world *world)
{
	uint64_t steps = 1 + random_below(&world->random, STEPS_MAX);

	while (steps-- > 0 && !world->is_cut)
		step_run_random(world);
}

/* The next cut: somewhere in the work, or in the recovery. */
static void
arm(struct world *world)
{
	uint64_t changes = 1 +
	    (random_once_in(&world->random, 2)
		    ? random_below(&world->random, 12)
		    : random_below(&world->random, CHANGES_MAX));

	world_arm_cut(world, changes, random_next(&world->random));
}

static void
run_seed(uint64_t seed)
{
	struct world world;
	uint64_t cuts;

	world_init(&world, seed);
	cuts = random_below(&world.random, CUTS_MAX + 1);
	for (;;) {
		if (cuts > 0)
			arm(&world);
		if (world_try_open(&world) == 0 && !world.is_cut)
			(void)world_look(&world, LOOK_AFTER_CUT);
		if (!world.is_cut)
			work(&world);
		if (cuts == 0)
			break;
		cuts--;
		if (!world.is_cut) /* not that many changes */
			world_cut(&world, random_next(&world.random));
		else
			world_after_cut(&world);
	}
	(void)world_look(&world, LOOK_LIVE);
	world_stop(&world);
	world_verify(&world);
	world_release(&world);
}

void
sim_random(const struct sim_options *options)
{
	uint64_t count = options->count;

	if (count == 0)
		count = options->is_long ? SEEDS_LONG : SEEDS;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t seed =
		    options->only != 0 ? options->only : options->seed + i;

		world_set_case("sim random --only %" PRIu64, seed);
		run_seed(seed);
		if (options->only != 0)
			return;
	}
	printf("%" PRIu64 " random runs\n", count);
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
