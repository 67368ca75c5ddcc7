/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.c -- power is cut at every change of a file while a directory is copied
 * (`stele backup`, `stele restore`) or gets other shards (`stele reshard`).
 *
 * The directory itself is whole at every moment.  Its copy is either whole, with
 * all that was acknowledged before it was begun, or nobody takes it for a
 * directory; when the copy has been finished it is whole.  What is added to it
 * that the engine does not know is there as well.
 */
#include <inttypes.h>
#include <stdio.h>

#include "os/file.h"
#include "sim/moment.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define COPY_DIR      "/copy"
#define SETTINGS_NAME "settings"
#define LINES         20 /* of the script, before */
#define POINTS        40 /* of each kind of work */
#define IMAGES        2
#define IMAGES_LONG   6
#define UNDER_LOAD    30 /* batches that are on their way meanwhile */

/* One kind of work, at all its moments. */
struct work {
	const struct work_kind *kind;
	struct world *world;
	struct moments moments;
	uint64_t begun_at;
	int64_t begun_us;
	struct oracle *oracle; /* of the end */
};

struct work_kind {
	const char *name;
	uint32_t shard_count; /* reshard; 0: copy */
	bool must_copy;       /* without links */
	bool is_running;      /* a server uses the directory meanwhile */
};

static const struct work_kind kinds[] = {
	{ "a copy of links", 0, false, false },
	{ "a copy", 0, true, false },
	{ "a copy under load", 0, false, true },
	{ "more shards", 5, false, false },
	{ "one shard", 1, false, false },
};

/* ---- the work ---- */

/* A directory is more than the engine knows of. */
static int
add_settings(void *process, struct error *err)
{
	return os_write_file(process, COPY_DIR, SETTINGS_NAME, "#", 1, err);
}

/* On a process of its own. */
static void
do_work(struct work *work)
{
	const struct work_kind *kind = work->kind;
	struct world *world = work->world;
	struct os_fs *process = simfs_process(world->fs);
	struct engine_options options = world->options;
	const struct copy_options copy = {
		.must_copy = kind->must_copy,
		.add = add_settings,
		.arg = process,
	};
	struct reshard_report resharded;
	struct copy_report copied;
	struct error err;
	int rc;

	options.shard_count = 0;
	options.compaction = false;
	rc = kind->shard_count != 0
	    ? engine_reshard(process, WORLD_DIR, &options, kind->shard_count,
		  &resharded, &err)
	    : engine_copy(process, WORLD_DIR, COPY_DIR, &copy, &copied, &err);
	if (rc != 0)
		world_fail("%s: %s (%s)", kind->name, err.message, err.detail);
	if (kind->shard_count == 0 && (copied.linked > 0) == kind->must_copy)
		world_fail("%" PRIu64 " segments are linked", copied.linked);
	simfs_kill(process);
}

static void
prepare(struct work *work, uint64_t seed)
{
	struct world *world = work->world;

	world_init(world, seed);
	world_open(world);
	script_run(world, LINES);
	if (work->kind->is_running)
		step_run(world, "flush", 1);
	world_wait(world);
	if (!work->kind->is_running)
		world_close(world);
	for (int i = 0; i < UNDER_LOAD && work->kind->is_running; i++)
		step_send(world);
	work->begun_at = simfs_change_count(world->fs);
	work->begun_us = sched_now_us();
	moments_begin(&work->moments, world);
	do_work(work);
	moments_end(&work->moments);
	moments_note_now(&work->moments);
	world_wait(world);
	world_close(world);
	work->oracle = oracle_at(world->oracle, UINT64_MAX);
}

/* ---- what is left of it ---- */

static void
go_on(struct world *world)
{
	world_open(world);
	(void)world_look_after_end(world);
	step_run_random(world);
	(void)world_look(world);
	world_stop(world);
	world_verify(world);
}

static void
check_directory(const struct work *work, const struct moment *moment,
    uint64_t seed, uint64_t image)
{
	moment_take(moment, work->world, work->oracle, seed, image);
	go_on(work->world);
}

static void
note_any(void *arg, const char *name UNUSED)
{
	*(bool *)arg = true;
}

/* Is there anything in the copy, and a MANIFEST? */
static void
look_into_copy(struct world *world, bool *is_begun, bool *is_whole)
{
	struct error err;
	char byte;

	*is_begun = false;
	if (os_list(simfs_process(world->fs), COPY_DIR, note_any, is_begun,
		&err) != 0 &&
	    err.code != STELE_E_FILE_MISSING)
		world_fail("%s", err.message);
	*is_whole = simfs_peek(world->fs, COPY_DIR "/MANIFEST", &byte, 1, 0);
	if (*is_whole &&
	    !simfs_peek(world->fs, COPY_DIR "/" SETTINGS_NAME, &byte, 1, 0))
		world_fail("the copy lacks what was added to it");
}

static void
check_copy(const struct work *work, const struct moment *moment, bool is_last,
    uint64_t seed, uint64_t image)
{
	static const int allowed[] = { STELE_E_CORRUPT, 0 };
	struct world *world = work->world;
	bool is_begun, is_whole;

	world_take(world, moment_image(moment, seed, image),
	    oracle_at(work->oracle, work->begun_at), work->begun_at,
	    work->begun_us);
	world->was_cut = false; /* what is whole is synced */
	look_into_copy(world, &is_begun, &is_whole);
	if (is_last && !is_whole)
		world_fail("the copy was finished, and is not whole");
	if (!is_begun)
		return;
	world->dir = COPY_DIR;
	world->allowed = is_whole ? NULL : allowed;
	if (is_whole)
		go_on(world);
	else if (world_try_open(world) == 0)
		world_fail("a copy that is not whole is opened");
	world_close(world);
	world->allowed = NULL;
	world->dir = WORLD_DIR;
}

/* ---- all of it ---- */

static void
check_point(const struct work *work, const struct sim_options *options,
    size_t i, uint64_t number)
{
	const struct moment *moment = &work->moments.items[i];
	uint64_t images = options->images;

	if (images == 0)
		images = options->is_long ? IMAGES_LONG : IMAGES;
	for (uint64_t k = 0; k < images; k++) {
		uint64_t seed =
		    random_mix(random_mix(options->seed, number), k);

		world_set_case("sim keep --seed %" PRIu64 " --only %" PRIu64
			       " --images %" PRIu64 " (%s, the last image)",
		    options->seed, number + 1, k + 1, work->kind->name);
		sched_reseed(seed);
		work->world->random = random_mix(seed, 4);
		check_directory(work, moment, seed, k);
		if (work->kind->shard_count == 0)
			check_copy(work, moment, i + 1 == work->moments.count,
			    seed, k);
	}
}

/* The number of cases so far, which goes on over all kinds. */
static uint64_t
run_kind(const struct work_kind *kind, const struct sim_options *options,
    uint64_t first, uint64_t *tried)
{
	struct world world;
	struct work work = { .kind = kind, .world = &world };
	uint64_t wanted;

	world_set_case("sim keep --seed %" PRIu64 " (%s)", options->seed,
	    kind->name);
	prepare(&work, options->seed);
	wanted = sim_case_count(options, POINTS, work.moments.count);
	for (size_t i = 0; i < work.moments.count; i++) {
		uint64_t number = first + i;
		bool is_wanted = options->only != 0
		    ? number + 1 == options->only
		    : i + 1 == work.moments.count ||
			sim_is_wanted(options, i, work.moments.count, wanted);

		if (is_wanted) {
			check_point(&work, options, i, number);
			++*tried;
		}
	}
	first += work.moments.count;
	moments_release(&work.moments);
	oracle_free(work.oracle);
	world_release(&world);
	return first;
}

void
sim_keep(const struct sim_options *options)
{
	uint64_t number = 0, tried = 0;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		number = run_kind(&kinds[k], options, number, &tried);
	printf("%" PRIu64 " of %" PRIu64
	       " moments of copies and changes of shards\n",
	    tried, number);
}
