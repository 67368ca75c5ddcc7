/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h -- one of the kill test's connections: sends unit after unit, in
 * all the ways that events can be sent, until the server dies.
 *
 * Threads: all but `acked` belongs to the thread that runs writer_run(), until it
 * is joined.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct writer_record;

struct writer {
	const char *conninfo;
	struct writer_record *own;
	uint64_t random;   /* state of the generator, not 0 */
	bool async_commit; /* synchronous_commit = off */
	/* Of all writers: how many units were acknowledged; only a counter. */
	atomic_uint *acked;
	char failure[256]; /* what the server should not have answered */
};

/* A step of xorshift64: Marsaglia, "Xorshift RNGs", 2003. */
uint32_t random_below(uint64_t *state, uint32_t limit);

/* For pthread_create(); arg is a struct writer. */
void *writer_run(void *arg);
