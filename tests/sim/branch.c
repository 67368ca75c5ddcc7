/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/branch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/sim.h"
#include "sim/world.h"

#define FAILED_MAX 20 /* then it is enough */

void
branches_count(struct branches *branches, const struct sim_options *options,
    const char *name)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*branches = (struct branches){ .options = options, .name = name };
	branches->running_max = processors < 1 ? 1 : (unsigned)processors;
	world_set_case("sim %s --seed %" PRIu64 ", counting", name,
	    options->seed);
}

void
branches_begin(struct branches *branches, uint64_t wanted)
{
	branches->total = branches->number;
	branches->wanted = wanted;
	branches->number = 0;
	world_set_case("sim %s --seed %" PRIu64, branches->name,
	    branches->options->seed);
}

/* Until one of the cases has ended. */
static void
wait_for_one(struct branches *branches)
{
	int status;

	if (wait(&status) == -1) {
		perror("sim: wait");
		exit(EXIT_FAILURE);
	}
	branches->running--;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
		branches->failed++;
}

static void
wait_for_all(struct branches *branches)
{
	while (branches->running > 0)
		wait_for_one(branches);
	if (branches->failed > 0)
		exit(EXIT_FAILURE);
}

static bool
is_copy(struct branches *branches)
{
	pid_t child;

	while (branches->running >= branches->running_max)
		wait_for_one(branches);
	if (branches->failed >= FAILED_MAX)
		wait_for_all(branches);
	fflush(NULL);
	child = fork();
	if (child == -1) {
		perror("sim: fork");
		exit(EXIT_FAILURE);
	}
	branches->running++;
	return child == 0;
}

bool
branch_off(struct branches *branches, const char *fmt, ...)
{
	char what[128];
	va_list ap;

	branches->number++;
	if (branches->total == 0 ||
	    !sim_is_wanted(branches->options, branches->number - 1,
		branches->total, branches->wanted))
		return false;
	branches->tried++;
	if (branches->options->only == 0 && !is_copy(branches))
		return false;
	branches->is_case = true;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	world_set_case("sim %s --seed %" PRIu64 " --only %" PRIu64
		       " (%s, of %" PRIu64 ")",
	    branches->name, branches->options->seed, branches->number, what,
	    branches->total);
	return true;
}

void
branches_end(struct branches *branches)
{
	if (branches->is_case && branches->options->only == 0)
		_exit(EXIT_SUCCESS);
	wait_for_all(branches);
	if (!branches->is_case && branches->total != 0 &&
	    branches->number != branches->total)
		world_fail("there were %" PRIu64 " cases, and then %" PRIu64,
		    branches->total, branches->number);
}
