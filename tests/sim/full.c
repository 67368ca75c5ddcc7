/* SPDX-License-Identifier: Apache-2.0 */
/*
 * full.c -- the disk fills up at some moment of a random run, and has room
 * again later (D4).
 *
 * Meanwhile appends are refused with 53100 or go into what room there is;
 * reads go on; a start needs no room, after a kill or a power cut and several
 * times over.  Afterwards appends resume by themselves.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define SEEDS      60
#define SEEDS_LONG 1500
#define STEPS_MAX  10
#define ENDS_MAX   3
#define RETRY_MS   1100

static const int full_errors[] = { STELE_E_DISK_FULL, 0 };

static void
work(struct world *world, uint64_t steps)
{
	while (steps-- > 0 && world->engine != NULL)
		step_run_random(world);
}

/* No more room than there is, or hardly more. */
static void
fill(struct world *world)
{
	uint64_t left = random_once_in(&world->random, 2)
	    ? 0
	    : random_below(&world->random, 128 << 10);

	simfs_set_space(world->fs, simfs_space_used(world->fs) + left);
	world->allowed = full_errors;
}

/* The process ends and starts again on the full disk. */
static void
end_and_start(struct world *world)
{
	enum world_end end =
	    random_once_in(&world->random, 2) ? END_KILL : END_CUT;

	world_end(world, end, random_next(&world->random));
	world_open(world);
	(void)world_look_after_end(world);
}

static void
must_resume(struct world *world)
{
	uint64_t acked = world->acked_count;

	simfs_set_space(world->fs, 0);
	for (int i = 0; i < 3 && world->acked_count == acked; i++) {
		step_run(world, "store-each", 1);
		if (world->acked_count == acked)
			sched_sleep_ms(RETRY_MS);
	}
	if (world->acked_count == acked)
		world_fail("appends do not resume: %s", world->error.message);
	world->allowed = NULL;
	(void)world_look(world);
}

static void
run_seed(uint64_t seed)
{
	struct world world;

	world_init(&world, seed);
	world_open(&world);
	step_run(&world, "create-type", 2);
	work(&world, random_below(&world.random, STEPS_MAX));
	world_wait(&world);
	fill(&world);
	work(&world, 1 + random_below(&world.random, STEPS_MAX));
	for (uint64_t ends = random_below(&world.random, ENDS_MAX + 1);
	     ends > 0; ends--) {
		end_and_start(&world);
		work(&world, random_below(&world.random, STEPS_MAX));
	}
	if (world.engine == NULL)
		world_fail("a start on a full disk has failed: %s",
		    world.error.message);
	(void)world_look(&world);
	must_resume(&world);
	world_stop(&world);
	world_verify(&world);
	world_release(&world);
}

void
sim_full(const struct sim_options *options)
{
	uint64_t count = sim_case_count(options, SEEDS, SEEDS_LONG);

	for (uint64_t i = 0; i < count; i++) {
		uint64_t seed =
		    options->only != 0 ? options->only : options->seed + i;

		world_set_case("sim full --only %" PRIu64, seed);
		run_seed(seed);
		if (options->only != 0)
			return;
	}
	printf("%" PRIu64 " full disks\n", count);
}
