/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/moment.h"

#include <stdlib.h>

#include "sim/alloc.h"
#include "sim/sched.h"
#include "sim/world.h"

static void
note(void *arg, uint64_t change)
{
	struct moments *moments = arg;

	moments->items =
	    sim_grow(moments->items, moments->count, sizeof(*moments->items));
	moments->items[moments->count++] = (struct moment){
		.change = change,
		.us = sched_now_us(),
		.fs = simfs_copy(moments->world->fs),
	};
}

void
moments_begin(struct moments *moments, struct world *world)
{
	*moments = (struct moments){ .world = world };
	world_on_change(world, note, moments);
}

void
moments_end(struct moments *moments)
{
	world_on_change(moments->world, NULL, NULL);
}

void
moments_note_now(struct moments *moments)
{
	note(moments, simfs_change_count(moments->world->fs));
}

void
moments_release(struct moments *moments)
{
	for (size_t i = 0; i < moments->count; i++)
		simfs_free(moments->items[i].fs);
	free(moments->items);
	*moments = (struct moments){ .items = NULL };
}

bool
moment_is_killed(uint64_t image)
{
	return image % 3 == 1;
}

struct simfs *
moment_image(const struct moment *moment, uint64_t seed, uint64_t image)
{
	return moment_is_killed(image) ? simfs_copy(moment->fs)
				       : simfs_crash(moment->fs, seed);
}

void
moment_take(const struct moment *moment, struct world *world,
    const struct oracle *oracle, uint64_t seed, uint64_t image)
{
	world_take(world, moment_image(moment, seed, image),
	    oracle_at(oracle, moment->change), moment->change, moment->us);
	world->was_cut = !moment_is_killed(image);
}
