/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.c -- see crew.h.
 */
#include "server/crew.h"

#include <stdatomic.h>

#include "os/thread.h"
#include "server/pool.h"

#define HELPERS_MAX 63u

struct crew;

struct helper {
	struct pool_job job; /* first: a job is its helper */
	struct crew *crew;
};

struct crew {
	void (*fn)(void *fn_arg, uint32_t i);
	void *fn_arg;
	uint32_t count;
	atomic_uint next; /* the first task that nobody has; relaxed */

	pthread_mutex_t mutex; /* all below */
	pthread_cond_t gone;
	uint32_t gone_count; /* helpers that touch nothing here any more */
};

static void
work(struct crew *crew)
{
	for (;;) {
		uint32_t i = atomic_fetch_add_explicit(&crew->next, 1,
		    memory_order_relaxed);

		if (i >= crew->count)
			return;
		crew->fn(crew->fn_arg, i);
	}
}

static void
help(struct pool_job *job)
{
	struct crew *crew = ((struct helper *)job)->crew;

	work(crew);
	pthread_mutex_lock(&crew->mutex);
	crew->gone_count++;
	pthread_cond_signal(&crew->gone);
	pthread_mutex_unlock(&crew->mutex);
}

/* Helpers that have not begun never will; wait for the others. */
static void
dismiss(struct crew *crew, struct pool *pool, struct helper *helpers,
    uint32_t count)
{
	uint32_t removed = 0;
	bool is_told;

	for (uint32_t i = 0; i < count; i++)
		removed += pool_remove(pool, &helpers[i].job);
	if (removed == count)
		return;
	is_told = pool_wait_begin(pool);
	pthread_mutex_lock(&crew->mutex);
	while (crew->gone_count + removed < count)
		pthread_cond_wait(&crew->gone, &crew->mutex);
	pthread_mutex_unlock(&crew->mutex);
	if (is_told)
		pool_wait_end(pool);
}

void
crew_run(struct pool *pool, uint32_t count,
    void (*fn)(void *fn_arg, uint32_t i), void *fn_arg)
{
	struct crew crew = { .fn = fn, .fn_arg = fn_arg, .count = count };
	struct helper helpers[HELPERS_MAX];
	uint32_t helper_count = count <= HELPERS_MAX ? count : HELPERS_MAX + 1;

	helper_count -= helper_count > 0; /* the caller is one */
	atomic_init(&crew.next, 0);
	pthread_mutex_init(&crew.mutex, NULL);
	os_cond_init(&crew.gone);
	for (uint32_t i = 0; i < helper_count; i++) {
		helpers[i] =
		    (struct helper){ .job = { .run = help }, .crew = &crew };
		pool_submit(pool, &helpers[i].job);
	}
	work(&crew);
	dismiss(&crew, pool, helpers, helper_count);
	pthread_cond_destroy(&crew.gone);
	pthread_mutex_destroy(&crew.mutex);
}
