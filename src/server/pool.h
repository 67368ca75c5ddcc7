/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h -- the workers: threads that run queries and parse long texts.
 *
 * They run at a lower priority than the threads of network, shards and log, so
 * that scans do not delay durable stores; a machine that is not full gives
 * them all the rest.  Their stacks are those that SQL needs.
 *
 * At most as many jobs run at once as the pool was opened for.  A job that
 * waits says so and does not count meanwhile: a thread is started in its place
 * if too few are left, and stays.
 *
 * Threads: pool_submit() may be called by any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"

struct error;
struct pool;

/* Embedded in what is to be done; the pool holds no reference after run(). */
struct pool_job {
	struct pool_job *next; /* private */
	void (*run)(struct pool_job *job);
};

MUST_USE int pool_open(uint32_t thread_count, struct pool **out,
    struct error *err);

/* Finish what is queued, then end the threads.  NULL is allowed. */
void pool_close(struct pool *pool);

void pool_submit(struct pool *pool, struct pool_job *job);

/*
 * Take a job back that no thread has begun.  False: it runs or has run; then
 * run() is called as if this had not been.
 */
bool pool_remove(struct pool *pool, struct pool_job *job);

/*
 * Called by a job's run() around a wait that may be long.  False if the caller is
 * no thread of the pool, which has others to serve: then nothing has begun.
 */
MUST_USE bool pool_wait_begin(struct pool *pool);
void pool_wait_end(struct pool *pool);
