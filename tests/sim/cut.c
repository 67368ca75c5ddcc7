/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut.c -- power is cut at every change of a file in the scripted run.
 *
 * The script runs once.  After each change the file system is copied, with
 * what is not synced; later each copy loses its power, or its process, and an
 * engine opens what is left, is held against what was acknowledged until then,
 * and has to go on working.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/moment.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define POINTS       200
#define IMAGES       2
#define IMAGES_LONG  6
#define SOON_CHANGES 40 /* until power is cut after a start */

/* Start, look and work until power is cut, soon. */
static void
work_until_cut(struct world *world, uint64_t seed)
{
	world_arm_end(world, 1 + random_below(&world->random, SOON_CHANGES),
	    END_CUT, random_mix(seed, 5));
	if (world_try_open(world) == 0 && world_look_after_end(world) == 0)
		while (!world->is_over)
			step_run_random(world);
	world_after_end(world);
}

/*
 * The engine opens what is left, is right, and goes on.  What is left is that
 * of a power cut; or all that a killed process has written, synced or not,
 * and power is cut when the next has begun to rely on it; or that of a power
 * cut, and it is cut again.
 */
static void
check_image(struct world *world, const struct moment *moment,
    const struct oracle *oracle, uint64_t seed, uint64_t image)
{
	sched_reseed(seed);
	world->random = random_mix(seed, 4);
	moment_take(moment, world, oracle, seed, image);
	if (image % 3 != 0)
		work_until_cut(world, seed);
	world_open(world);
	(void)world_look_after_end(world);
	step_run_random(world);
	(void)world_look(world);
	world_stop(world);
	world_verify(world);
}

void
sim_cut(const struct sim_options *options)
{
	struct world world;
	struct moments moments;
	struct oracle *oracle;
	uint64_t wanted, images = options->images, tried = 0;

	world_set_case("sim cut --seed %" PRIu64, options->seed);
	world_init(&world, options->seed);
	moments_begin(&moments, &world);
	world_open(&world);
	script_run(&world, script_length());
	world_stop(&world);
	moments_end(&moments);
	wanted = sim_case_count(options, POINTS, moments.count);
	if (images == 0)
		images = options->is_long ? IMAGES_LONG : IMAGES;
	oracle = oracle_at(world.oracle, UINT64_MAX);
	for (size_t i = 0; i < moments.count; i++) {
		if (sim_is_wanted(options, i, moments.count, wanted))
			for (uint64_t k = 0; k < images; k++) {
				world_set_case("sim cut --seed %" PRIu64
					       " --only %zu --images %" PRIu64
					       " (the last of them)",
				    options->seed, i + 1, k + 1);
				check_image(&world, &moments.items[i], oracle,
				    random_mix(random_mix(options->seed, i), k),
				    k);
				tried++;
			}
	}
	printf("%" PRIu64 " power cuts, %zu moments, %" PRIu64 " events, "
	       "%u batches\n",
	    tried, moments.count, oracle->event_count,
	    (unsigned)oracle->batch_count - 1);
	moments_release(&moments);
	oracle_free(oracle);
	world_release(&world);
}
