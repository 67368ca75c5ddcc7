/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c -- one queue under one mutex: a job is a slice of a query, long
 * against the lock.
 */
#include "server/pool.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "os/thread.h"
#include "sql/parse.h"

/* Measured: at 19 scans do not lengthen a store's 99th percentile. */
#define WORKER_NICE 19

struct pool {
	pthread_mutex_t mutex; /* all below */
	pthread_cond_t work;
	struct pool_job *first;
	struct pool_job *last;
	bool is_closing;

	uint32_t thread_count;
	struct os_thread threads[];
};

static void
worker_main(void *arg)
{
	struct pool *pool = arg;

	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		struct pool_job *job = pool->first;

		if (job == NULL && pool->is_closing)
			break;
		if (job == NULL) {
			pthread_cond_wait(&pool->work, &pool->mutex);
			continue;
		}
		pool->first = job->next;
		if (pool->first == NULL)
			pool->last = NULL;
		pthread_mutex_unlock(&pool->mutex);
		job->run(job);
		pthread_mutex_lock(&pool->mutex);
	}
	pthread_mutex_unlock(&pool->mutex);
}

int
pool_open(uint32_t thread_count, struct pool **out, struct error *err)
{
	struct pool *pool =
	    calloc(1, sizeof(*pool) + thread_count * sizeof(pool->threads[0]));
	char name[24];

	*out = NULL;
	if (pool == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	pthread_mutex_init(&pool->mutex, NULL);
	os_cond_init(&pool->work);
	for (uint32_t i = 0; i < thread_count; i++) {
		struct os_thread_options options = {
			.name = name,
			.stack_size_bytes = SQL_STACK_SIZE,
			.nice = WORKER_NICE,
		};
		int rc;

		(void)snprintf(name, sizeof(name), "worker %u", i % 10000);
		rc = os_thread_start(&pool->threads[i], &options, worker_main,
		    pool, err);
		if (rc != 0) {
			pool_close(pool);
			return rc;
		}
		pool->thread_count++;
	}
	*out = pool;
	return 0;
}

void
pool_close(struct pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->is_closing = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	for (uint32_t i = 0; i < pool->thread_count; i++)
		os_thread_join(&pool->threads[i]);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

void
pool_submit(struct pool *pool, struct pool_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&pool->mutex);
	if (pool->last == NULL)
		pool->first = job;
	else
		pool->last->next = job;
	pool->last = job;
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
}
