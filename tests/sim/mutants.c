/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutants.c -- the list of mistakes, and the test that they are found.
 *
 * Each runs in a process of its own, through power cuts, random runs and
 * damages, until one of them fails.
 */
#include "sim/mutant.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/attr.h"
#include "sim/sim.h"
#include "sim/world.h"

#define ROUNDS_LONG   5 /* with other seeds, until it is found */
#define ROUNDS_SHORT  8 /* chance: most are found in the first */
#define ROUNDS_DAMAGE 4 /* the same */

#define SKIP(calls_, path_) \
	.rule = { .calls = (calls_), \
		.path = (path_), \
		.first = 1, \
		.times = UINT64_MAX, \
		.way = FAULT_SKIP }
#define INSTEAD(calls_, path_, way_) \
	.rule = { .calls = (calls_), \
		.path = (path_), \
		.first = 1, \
		.times = UINT64_MAX, \
		.way = (way_) }

/* clang-format off */
static const struct mutant mutants[] = {
	{ "no sync of a group of the log",
	    SKIP(FAULT_FDATASYNC, ".wal$") },
	{ "no sync of a log file's name",
	    SKIP(FAULT_FSYNC_DIR, "/wal$"), .phase = PHASE_RUNNING },
	{ "no sync of a new log file's zeros",
	    SKIP(FAULT_FSYNC, ".wal.tmp$"), .phase = PHASE_RUNNING,
	    .harmless = "the sync of a group covers the file" },
	{ "the end of the log is not copied at start",
	    SKIP(FAULT_RENAME, ".wal.tmp$"), .phase = PHASE_START },
	{ "no sync of that copy",
	    SKIP(FAULT_FSYNC, ".wal.tmp$"), .phase = PHASE_START },
	{ "no sync of that copy's name",
	    SKIP(FAULT_FSYNC_DIR, "/wal$"), .phase = PHASE_START,
	    .is_rare = true },
	{ "that copy takes its place in two steps",
	    INSTEAD(FAULT_RENAME, ".wal.tmp$", FAULT_APART),
	    .phase = PHASE_START, .is_rare = true },
	{ "no sync of an archived file",
	    SKIP(FAULT_FSYNC, ".wal.zst.tmp$"), .is_archive = true },
	{ "no sync of an archived file's name",
	    SKIP(FAULT_FSYNC_DIR, WORLD_ARCHIVE "$"), .is_archive = true },
	{ "the log goes before it is archived",
	    .code = MUTANT_UNARCHIVED, .is_archive = true },
	{ "no sync of a segment",
	    SKIP(FAULT_FSYNC, ".seg.tmp$") },
	{ "no sync of a segment's name",
	    SKIP(FAULT_FSYNC_DIR, "/segments$") },
	{ "no sync of a step of the MANIFEST",
	    SKIP(FAULT_FDATASYNC, "/MANIFEST$") },
	{ "no sync of the MANIFEST's last step at start",
	    SKIP(FAULT_FSYNC, "/MANIFEST$"), .is_rare = true },
	{ "no sync of a MANIFEST written anew",
	    SKIP(FAULT_FSYNC, "/MANIFEST.tmp$") },
	{ "no sync of its name",
	    SKIP(FAULT_FSYNC_DIR, WORLD_DIR "$"), .phase = PHASE_RUNNING },
	{ "no sync of the names in a directory at start",
	    SKIP(FAULT_FSYNC_DIR, WORLD_DIR "$"), .phase = PHASE_START },
	{ "no sync of a new directory's own name",
	    SKIP(FAULT_FSYNC_DIR, "/$") },
	{ "a MANIFEST written anew takes its place in two steps",
	    INSTEAD(FAULT_RENAME, "/MANIFEST.tmp$", FAULT_APART),
	    .is_rare = true },
	{ "a MANIFEST is written anew in its place",
	    INSTEAD(FAULT_OPEN, "/MANIFEST.tmp$", FAULT_IN_PLACE) },
	{ "a flush does not wait for the sync of its rows",
	    .code = MUTANT_FLUSH_UNSYNCED, .is_rare = true },
	{ "the log goes before its rows are in segments",
	    .code = MUTANT_RELEASE_UNFLUSHED },
	{ "the log goes as far as one shard has got",
	    .code = MUTANT_SHARDS_FLUSHED },
	{ "the log goes before its schema changes are in the MANIFEST",
	    .code = MUTANT_RELEASE_CATALOG },
	{ "the log goes before the MANIFEST says so",
	    .code = MUTANT_RELEASE_EARLY, .is_rare = true },
	{ "success is told before the sync",
	    .code = MUTANT_ACK_WRITTEN },
	{ "no checksum of a group of the log",
	    .code = MUTANT_LOG_UNCHECKED, .is_checksum = true },
	{ "a group of the log may be anywhere",
	    .code = MUTANT_LOG_ANYWHERE, .is_checksum = true,
	    .harmless = "the number of the group tells as much" },
	{ "no checksum of a block",
	    .code = MUTANT_BLOCK_UNCHECKED, .is_checksum = true },
	{ "a block may be anywhere",
	    .code = MUTANT_BLOCK_ANYWHERE, .is_checksum = true,
	    .harmless = "the block that leads to it has its checksum" },
	{ "a block may be of any file",
	    .code = MUTANT_BLOCK_ANY_FILE, .is_checksum = true,
	    .harmless = "the block that leads to it has its checksum" },
	{ "segments are not held against the MANIFEST at start",
	    .code = MUTANT_FILES_UNCHECKED, .is_checksum = true },
	{ "inputs of a merge go before the MANIFEST names its outputs",
	    .code = MUTANT_INPUTS_EARLY },
	{ "no sync of a batch's staged segments",
	    .code = MUTANT_STAGED_UNSYNCED },
	{ "staged segments go with their batch though it is committed",
	    .code = MUTANT_STAGED_GO },
	{ "segments that only the log names are removed at start",
	    .code = MUTANT_ADOPTED_CLEARED },
	{ "batches join the group of a large one, which does not have their bytes",
	    .code = MUTANT_ADOPTED_FILLS },
};
/* clang-format on */

static const struct mutant *now;

const struct mutant *
mutant_now(void)
{
	return now;
}

bool
mutant_is(enum mutant_switch code)
{
	return now != NULL && now->code == code;
}

/* ---- finding them ---- */

struct stage {
	const char *name;
	void (*run)(const struct sim_options *options);
	uint64_t count, images;
};

/* Of damage only mistakes about checksums can make anything. */
static const struct stage damage_stage = { "damage", sim_damage, 250, 0 };
static const struct stage archive_stage = { "archive", sim_archive, 300, 0 };
static const struct stage stages[] = {
	{ "cut", sim_cut, 200, 2 },
	{ "random", sim_random, 200, 0 },
	{ "cut", sim_cut, 100000, 3 },
	{ "random", sim_random, 1000, 0 },
};
#define STAGES_SHORT 2

/* True if a run of the stage with this mutant fails. */
static bool
fails(const struct mutant *mutant, const struct stage *stage, uint64_t seed,
    bool is_shown)
{
	const struct sim_options options = {
		.seed = seed,
		.count = stage->count,
		.images = stage->images,
	};
	pid_t child;
	int status, null;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		null = open("/dev/null", O_WRONLY);
		(void)dup2(null, STDOUT_FILENO);
		if (!is_shown)
			(void)dup2(null, STDERR_FILENO);
		now = mutant;
		stage->run(&options);
		_exit(EXIT_SUCCESS);
	}
	if (child == -1 || waitpid(child, &status, 0) != child) {
		perror("sim mutants");
		exit(EXIT_FAILURE);
	}
	return !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
}

/* The stage that found it, or NULL. */
static const struct stage *
find(const struct mutant *mutant, const struct sim_options *options)
{
	bool is_long = options->is_long || mutant->is_rare;
	uint64_t rounds = is_long ? ROUNDS_LONG : ROUNDS_SHORT;
	size_t count = is_long ? ARRAY_LEN(stages) : STAGES_SHORT;
	bool is_shown = options->only != 0;

	for (uint64_t round = 0; mutant->is_checksum && round < ROUNDS_DAMAGE;
	     round++)
		if (fails(mutant, &damage_stage, options->seed + 1000 * round,
			is_shown))
			return &damage_stage;
	if (mutant->harmless != NULL)
		rounds = 1; /* none will find it */
	if (mutant->is_archive)
		return fails(mutant, &archive_stage, options->seed, is_shown)
		    ? &archive_stage
		    : NULL;
	for (uint64_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < count; i++)
			if (fails(mutant, &stages[i], options->seed + round,
				is_shown))
				return &stages[i];
	return NULL;
}

void
sim_mutants(const struct sim_options *options)
{
	unsigned caught = 0, missed = 0, tried = 0;

	for (size_t i = 0; i < ARRAY_LEN(mutants); i++) {
		const struct mutant *mutant = &mutants[i];
		const struct stage *stage;

		if (options->only != 0 && i + 1 != options->only)
			continue;
		if ((mutant->harmless != NULL || mutant->is_rare) &&
		    !options->is_long && options->only == 0)
			continue; /* it would take minutes */
		tried++;
		stage = find(mutant, options);
		if (options->is_long || options->only != 0)
			printf("%2zu %-6s %s\n", i + 1,
			    stage == NULL ? "-" : stage->name, mutant->name);
		caught += stage != NULL;
		if (stage != NULL && mutant->harmless != NULL)
			printf("not harmless: %s (%s)\n", mutant->name,
			    mutant->harmless);
		if (stage != NULL || mutant->harmless != NULL)
			continue;
		missed++;
		printf("not found: %s\n", mutant->name);
	}
	printf("%u of %u mutants found\n", caught, tried);
	if (missed > 0)
		exit(EXIT_FAILURE);
}
