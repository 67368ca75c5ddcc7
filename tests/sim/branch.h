/* SPDX-License-Identifier: Apache-2.0 */
/*
 * branch.h -- one run, from whose moments cases go on that are tried each in a
 * process of its own.
 *
 * The run itself goes on as if there were none.  Where it could go wrong it
 * asks branch_off(): a case is a copy of the process, made there (fork), in
 * which that is answered with true; it lets something fail, and ends with
 * branches_end().  So no case has to come to its moment again from the start.
 * Threads are contexts of one real thread (sched.h): a copy has all of them.
 *
 * Cases are numbered from 1 as the run comes to them.  That of --only is not
 * tried in a copy but by the run itself, for a debugger.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"

struct sim_options;

struct branches {
	const struct sim_options *options;
	const char *name; /* of the subcommand */
	uint64_t total;   /* cases there are; 0: they are counted */
	uint64_t wanted;  /* so many of them, evenly spread */
	uint64_t number;  /* of the case that is, or was last */
	uint64_t tried;
	unsigned running;
	unsigned running_max;
	unsigned failed;
	bool is_case; /* that is what this process goes on with */
};

/* A run that counts what there is, before the one that tries it. */
void branches_count(struct branches *branches,
    const struct sim_options *options, const char *name);
void branches_begin(struct branches *branches, uint64_t wanted);

/* One more case, of which `fmt` says what it is: true in its own process. */
bool branch_off(struct branches *branches, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/*
 * The run has ended: wait for all cases.  A case has ended well: it was that of
 * --only, or the process ends.  If some were not good, each has said so, and the
 * process ends with status 1.
 */
void branches_end(struct branches *branches);
