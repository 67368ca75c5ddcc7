/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage.c -- bytes on the disk are not what was written (C1, C2, C3).
 *
 * The script runs and is stopped cleanly; then one file is damaged: a bit
 * flipped, a block zeroed, taken from another place or another time, an end
 * cut off, a file gone.  What the engine says afterwards must be the truth:
 *
 *   - a start is refused with XX001, naming a damaged file, or
 *   - every row that is read is right, and what cannot be read is XX001,
 *     naming the file and, of blocks, the offset; other data stays readable;
 *   - verification finds each damage of a segment, and wherever the engine
 *     meets with one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/manifest/manifest.h"
#include "os/file.h"
#include "sim/alloc.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/sim.h"
#include "sim/step.h"
#include "sim/world.h"

#define CASES      200
#define CASES_LONG 400 /* of each of */
#define SEEDS_LONG 12
#define OLD_EVERY  100 /* changes: how often the past is kept */
#define BLOCK_MAX  4096
#define MANIFEST   "/MANIFEST"

#define SALVAGE_CUTS    3  /* of power, in one salvage */
#define SALVAGE_CHANGES 60 /* before each */

static const int corrupt[] = { STELE_E_CORRUPT, STELE_E_FILE_MISSING, 0 };

enum damage_kind {
	DAMAGE_FLIP,  /* one bit */
	DAMAGE_ZERO,  /* a block */
	DAMAGE_SWAP,  /* a block of another place */
	DAMAGE_STALE, /* a block as it was at some time before */
	DAMAGE_CUT,   /* the file's end is gone */
	DAMAGE_GONE,  /* the file is */
	DAMAGE_KIND_COUNT,
};

static const char *const kind_names[] = { "flip", "zero", "swap", "stale",
	"cut", "gone" };

struct damage {
	enum damage_kind kind;
	const char *path;
	uint64_t offset;
	size_t len;
};

struct file {
	char path[OS_PATH_SIZE];
	uint64_t size;
};

struct files {
	struct file *items;
	size_t count;
};

/* What the cases are made from. */
struct sources {
	struct world *world;
	struct simfs *fs; /* after a clean stop */
	struct files files;
	struct simfs **old; /* as it was before */
	size_t old_count;
	struct oracle *oracle;
	uint64_t moment;
};

/* ---- the run ---- */

static void
keep_old(void *arg, uint64_t change)
{
	struct sources *sources = arg;

	if (change % OLD_EVERY != 0)
		return;
	sources->old =
	    sim_grow(sources->old, sources->old_count, sizeof(struct simfs *));
	sources->old[sources->old_count++] = simfs_copy(sources->world->fs);
}

/* All files with a meaning: not the lock, nor the reserve. */
static void
note_file(void *arg, const char *path, uint64_t size)
{
	struct files *files = arg;

	if (size == 0 || strstr(path, "/LOCK") != NULL ||
	    strstr(path, "/RESERVE") != NULL)
		return;
	files->items =
	    sim_grow(files->items, files->count, sizeof(*files->items));
	snprintf(files->items[files->count].path, OS_PATH_SIZE, "%s", path);
	files->items[files->count++].size = size;
}

static void
make_sources(struct sources *sources, struct world *world)
{
	*sources = (struct sources){ .world = world };
	world_on_change(world, keep_old, sources);
	world_open(world);
	script_run(world, script_length());
	world_wait(world);
	world_stop(world);
	world_on_change(world, NULL, NULL);
	sources->fs = simfs_copy(world->fs);
	sources->moment = simfs_change_count(world->fs);
	sources->oracle = oracle_at(world->oracle, UINT64_MAX);
	simfs_each_file(sources->fs, note_file, &sources->files);
}

static void
free_sources(struct sources *sources)
{
	simfs_free(sources->fs);
	for (size_t i = 0; i < sources->old_count; i++)
		simfs_free(sources->old[i]);
	free(sources->old);
	free(sources->files.items);
	oracle_free(sources->oracle);
}

/* ---- doing damage ---- */

/* Where other bytes come from. */
static void
take_block(const struct sources *sources, const struct damage *damage,
    uint64_t *random, uint8_t *block)
{
	const struct files *files = &sources->files;
	const struct file *other =
	    &files->items[random_below(random, files->count)];
	struct simfs *from = sources->fs;
	const char *path = damage->path;
	uint64_t offset = damage->offset;

	memset(block, 0, damage->len);
	if (damage->kind == DAMAGE_STALE && sources->old_count > 0)
		from = sources->old[random_below(random, sources->old_count)];
	else if (random_once_in(random, 2))
		path = other->path; /* the same place of another file */
	else
		offset = random_below(random, other->size) / SIMFS_SECTOR *
		    SIMFS_SECTOR;
	(void)simfs_peek(from, path, block, damage->len, offset);
}

/* False: nothing has changed by it. */
static bool
change_bytes(const struct sources *sources, struct simfs *fs,
    const struct damage *damage, uint64_t *random)
{
	uint8_t before[BLOCK_MAX] = { 0 }, after[BLOCK_MAX] = { 0 };

	(void)simfs_peek(fs, damage->path, before, damage->len, damage->offset);
	if (damage->kind == DAMAGE_FLIP) {
		memcpy(after, before, damage->len);
		after[0] ^= (uint8_t)(1u << random_below(random, 8));
	} else if (damage->kind != DAMAGE_ZERO) {
		take_block(sources, damage, random, after);
	}
	(void)simfs_poke(fs, damage->path, after, damage->len, damage->offset);
	return memcmp(before, after, damage->len) != 0;
}

static bool
do_damage(const struct sources *sources, struct simfs *fs,
    const struct damage *damage, uint64_t *random)
{
	struct os_fs *os = simfs_process(fs);
	struct os_file *file;
	struct error err;
	int rc;

	switch (damage->kind) {
	case DAMAGE_GONE:
		rc = os_unlink(os, damage->path, &err);
		break;
	case DAMAGE_CUT:
		rc = os_open(os, damage->path, OS_WRITE, &file, &err);
		if (rc == 0)
			rc = os_truncate(file, damage->offset, &err);
		if (rc == 0)
			os_close(file);
		break;
	default:
		return change_bytes(sources, fs, damage, random);
	}
	if (rc != 0)
		world_fail("could not do damage: %s", err.message);
	return true;
}

static struct damage
draw_damage(const struct sources *sources, uint64_t *random)
{
	const struct file *file =
	    &sources->files.items[random_below(random, sources->files.count)];
	struct damage damage = {
		.kind =
		    (enum damage_kind)random_below(random, DAMAGE_KIND_COUNT),
		.path = file->path,
		.offset = random_below(random, file->size),
		.len = 1,
	};

	/* The first kilobytes of a log file are where its groups are. */
	if (random_once_in(random, 2))
		damage.offset =
		    random_below(random, file->size < 4096 ? file->size : 4096);
	if (damage.kind == DAMAGE_FLIP || damage.kind == DAMAGE_CUT)
		return damage;
	damage.len = random_once_in(random, 2) ? SIMFS_SECTOR : BLOCK_MAX;
	damage.offset = damage.offset / SIMFS_SECTOR * SIMFS_SECTOR;
	if (damage.len > file->size - damage.offset)
		damage.len = (size_t)(file->size - damage.offset);
	return damage;
}

/* ---- what is said of it ---- */

/*
 * A log file whose end is gone or whose beginning is damaged is told of in the
 * place where the group before ends.  A MANIFEST that ends early is as a power
 * cut may leave it; the other files tell that it was longer.
 */
static bool
names_it(const char *message, const struct damage *damage)
{
	const char *name = damage->path;

	if (strstr(name, "/wal/") != NULL)
		name = "/wal/";
	if (strstr(name, MANIFEST) != NULL)
		name = WORLD_DIR;
	return strstr(message, name) != NULL;
}

/*
 * The last error names the damaged file, a block of it also by its place; but
 * one of the end of the MANIFEST is told by what the other files lack.
 */
static void
must_name(const struct world *world, const struct damage *damage)
{
	const char *message = world->error.message;
	bool is_manifest = strstr(damage->path, MANIFEST) != NULL;

	if (!names_it(message, damage))
		world_fail("an error does not name the damaged file: %s",
		    message);
	if (damage->kind != DAMAGE_GONE && damage->kind != DAMAGE_CUT &&
	    !(is_manifest && strstr(message, MANIFEST) == NULL) &&
	    strstr(message, "offset") == NULL)
		world_fail("an error does not tell where: %s", message);
}

static void
ignore_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* Whatever the damage is, the file can be looked at. */
static void
dump(struct world *world, const struct damage *damage)
{
	uint64_t problems;
	struct error err;

	if (damage->kind == DAMAGE_GONE)
		return;
	if (engine_dump(simfs_process(world->fs), damage->path, ignore_line,
		NULL, &problems, &err) != 0 &&
	    err.code != STELE_E_WRONG_OBJECT_TYPE)
		world_fail("could not dump: %s", err.message);
}

struct found {
	unsigned problems;
	bool is_named;
	const struct damage *damage;
	struct error last;
};

static void
on_problem(void *arg, const struct error *err)
{
	struct found *found = arg;

	found->problems++;
	found->last = *err;
	found->is_named |= names_it(err->message, found->damage);
}

static unsigned
verify(struct world *world, const struct damage *damage)
{
	struct found found = { .damage = damage };
	const struct verify_watcher watcher = {
		.problem = on_problem,
		.arg = &found,
	};
	struct verify_report report;
	struct error err;

	if (engine_verify(simfs_process(world->fs), WORLD_DIR, &watcher,
		&report, &err) != 0) {
		world->error = err;
		must_name(world, damage);
		return 1;
	}
	if (found.problems > 0 && !found.is_named)
		world_fail("verification does not name the damaged file: %s",
		    found.last.message);
	return found.problems;
}

/* Read what can be read.  True: all of it. */
static bool
read_all(struct world *world, const struct damage *damage)
{
	uint64_t readable, unreadable;

	if (world_look_after_end(world) == 0)
		return true;
	must_name(world, damage);
	world_look_by_context(world, &readable, &unreadable);
	if (unreadable > 0)
		must_name(world, damage);
	/* One file is damaged, of one shard of three: about a third. */
	if (3 * readable < unreadable)
		world_fail("%" PRIu64 " contexts can be read, %" PRIu64
			   " cannot",
		    readable, unreadable);
	return false;
}

/* ---- salvage ---- */

struct losses {
	struct salvage_loss *items;
	size_t count;
	bool is_new; /* what comes is of another salvage */
};

/*
 * One that was cut has told all or left the directory as it was, so that the
 * next tells all again: the list of the last that has told anything counts.
 */
static void
on_loss(void *arg, const struct salvage_loss *loss)
{
	struct losses *losses = arg;

	if (losses->is_new)
		losses->count = 0;
	losses->is_new = false;
	losses->items =
	    sim_grow(losses->items, losses->count, sizeof(*losses->items));
	losses->items[losses->count++] = *loss;
}

static bool
is_lost(void *arg, uint64_t id)
{
	const struct losses *losses = arg;

	for (size_t i = 0; i < losses->count; i++)
		if (id >= losses->items[i].first_event_id &&
		    (id <= losses->items[i].last_event_id ||
			losses->items[i].last_event_id == 0))
			return true;
	return false;
}

/*
 * A start was refused for the log, or the MANIFEST: salvaged, it has all but what
 * is told.  Power is cut some times on the way, and it is done again.
 */
static void
salvage(struct world *world, bool is_log, uint64_t *random, unsigned *salvaged)
{
	struct losses losses = { .count = 0 };
	uint64_t cuts = random_below(random, SALVAGE_CUTS + 1);
	bool was_cut = false;
	uint64_t lost;

	world_close(world);
	for (;;) {
		world->end_at = 0;
		losses.is_new = true;
		if (cuts > 0)
			world_arm_end(world,
			    1 + random_below(random, SALVAGE_CHANGES), END_CUT,
			    random_next(random));
		if (world_salvage(world, on_loss, &losses))
			break;
		world_after_end(world);
		was_cut = true;
		cuts--;
	}
	world->end_at = 0;
	/*
	 * The damage was not synced: a cut may have undone it.  The MANIFEST
	 * has a copy.
	 */
	if (losses.count == 0 && !was_cut && is_log)
		world_fail("a corrupt log has lost nothing");
	if (losses.count > 0 && !is_log)
		world_fail("a MANIFEST with a copy has lost something");
	world->allowed = NULL;
	world_open(world);
	lost = world_look_salvaged(world, is_lost, &losses);
	world_say(world, "   %" PRIu64 " events lost, %zu losses", lost,
	    losses.count);
	world_close(world);
	world_verify(world);
	free(losses.items);
	++*salvaged;
}

/* A start holds the sizes of all segments against the MANIFEST (C3). */
static bool
changes_size(const struct damage *damage)
{
	return damage->kind == DAMAGE_GONE || damage->kind == DAMAGE_CUT;
}

static void
run_case(const struct sources *sources, uint64_t seed, unsigned *refused,
    unsigned *salvaged, unsigned *unreadable)
{
	struct world *world = sources->world;
	struct simfs *fs = simfs_copy(sources->fs);
	uint64_t random = seed;
	struct damage damage = draw_damage(sources, &random);
	bool is_changed = do_damage(sources, fs, &damage, &random);
	bool is_segment = strstr(damage.path, "/segments/") != NULL;
	uint64_t errors = world->error_count;
	unsigned problems;

	sched_reseed(seed);
	world_take(world, fs, oracle_at(sources->oracle, UINT64_MAX),
	    sources->moment, sched_now_us());
	world->was_cut = false;
	world_say(world, "%s of \"%s\" at %" PRIu64 ", %zu bytes%s",
	    kind_names[damage.kind], damage.path, damage.offset, damage.len,
	    is_changed ? "" : ", which changes nothing");
	dump(world, &damage);
	problems = verify(world, &damage);
	if (is_segment && is_changed && problems == 0)
		world_fail("verification does not find it");
	world->allowed = corrupt;
	if (world_try_open(world) != 0) {
		must_name(world, &damage);
		++*refused;
		if (strstr(damage.path, "/wal/") != NULL)
			salvage(world, true, &random, salvaged);
		else if (strstr(damage.path, "/" MANIFEST_NAME) != NULL)
			salvage(world, false, &random, salvaged);
	} else if (is_segment && changes_size(&damage)) {
		world_fail("a start does not miss a segment, or its end");
	} else if (!read_all(world, &damage)) {
		++*unreadable;
	} else {
		step_run(world, "store-pipelined", 3);
		/* Other contexts: of their indexes not all was read. */
		if (world_look(world) != 0)
			must_name(world, &damage);
	}
	if (problems == 0 && world->error_count > errors)
		world_fail(
		    "verification does not find what the engine does: %s",
		    world->error.message);
	world->allowed = NULL;
	world_close(world);
}

struct tally {
	unsigned refused, salvaged, unreadable;
};

/* The script of one seed, and what can happen to its files. */
static void
run_seed(const struct sim_options *options, uint64_t seed, uint64_t count,
    struct tally *tally)
{
	struct sources sources;
	struct world world;

	world_set_case("sim damage --seed %" PRIu64, seed);
	world_init(&world, seed);
	make_sources(&sources, &world);
	for (uint64_t i = 0; i < count; i++) {
		if (options->only != 0 && i + 1 != options->only)
			continue;
		world_set_case("sim damage --seed %" PRIu64 " --count %" PRIu64
			       " --only %" PRIu64,
		    seed, count, i + 1);
		run_case(&sources, random_mix(seed, i), &tally->refused,
		    &tally->salvaged, &tally->unreadable);
	}
	free_sources(&sources);
	world_release(&world);
}

void
sim_damage(const struct sim_options *options)
{
	uint64_t count = sim_case_count(options, CASES, CASES_LONG);
	uint64_t seeds =
	    options->is_long && options->count == 0 ? SEEDS_LONG : 1;
	struct tally tally = { .refused = 0 };

	for (uint64_t i = 0; i < seeds; i++)
		run_seed(options, options->seed + i, count, &tally);
	printf("%" PRIu64 " damages: %u starts refused, %u of them salvaged, "
	       "%u reads, the rest harmless\n",
	    seeds * count, tally.refused, tally.salvaged, tally.unreadable);
}
