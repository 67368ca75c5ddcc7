/* SPDX-License-Identifier: Apache-2.0 */
/*
 * step.h -- what a workload is made of.
 *
 * To have the harness test something new, add a row to the table in step.c: a
 * name, a function, how often random runs take it; and, if power is to be cut
 * in the midst of it again and again, its name to the script below the table.
 */
#pragma once

#include <stdint.h>

struct world;

struct step {
	const char *name;
	void (*run)(struct world *world, uint32_t n);
	uint32_t weight; /* in random runs; 0: never */
	uint32_t most;   /* n of random runs is 1 .. most */
};

/*
 * The scripted run: all kinds of steps, in an order that makes sense.  A run
 * may be brief (world.h): the same steps over fewer events, for who runs it
 * tens of thousands of times.
 */
struct script_line {
	const char *step;
	uint32_t n;   /* 0: not then */
	uint32_t few; /* n of a brief run */
};

/* Run the whole script, or its first lines. */
uint32_t script_length(void);
void script_run(struct world *world, uint32_t lines);

/* Let it end so many lines after that which is run. */
void script_end_after(struct world *world, uint32_t lines);

void step_run(struct world *world, const char *name, uint32_t n);

/* Send a few events, sometimes many, and do not wait for the answer. */
void step_send(struct world *world);

/* One step, drawn by weight. */
void step_run_random(struct world *world);
