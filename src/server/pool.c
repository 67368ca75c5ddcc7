/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c -- one queue under one mutex: a job is a slice of a query, long
 * against the lock.
 */
#include "server/pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/log.h"
#include "os/thread.h"
#include "sql/parse.h"

/*
 * Behind what stores need, and yet a quarter of a core beside a process that never
 * waits; the rest is done by os/rest.h.
 */
#define WORKER_NICE 5

struct worker {
	struct worker *next;
	struct os_thread thread;
};

struct pool {
	pthread_mutex_t mutex; /* all below */
	pthread_cond_t work;
	struct pool_job *first;
	struct pool_job *last;
	bool is_closing;
	uint32_t running_max;
	uint32_t running; /* jobs; passes the limit when a wait ends */
	uint32_t waiting; /* jobs between begin and end of a wait */
	uint32_t worker_count;
	struct worker *workers; /* owned */
};

/* The pool that the thread belongs to; NULL: none. */
static _Thread_local const struct pool *own_pool;

static struct pool_job *
take_job(struct pool *pool)
{
	struct pool_job *job = pool->first;

	pool->first = job->next;
	if (pool->first == NULL)
		pool->last = NULL;
	return job;
}

static void
worker_main(void *arg)
{
	struct pool *pool = arg;

	own_pool = pool;
	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		struct pool_job *job;

		if (pool->first == NULL && pool->is_closing)
			break;
		if (pool->first == NULL || pool->running >= pool->running_max) {
			pthread_cond_wait(&pool->work, &pool->mutex);
			continue;
		}
		job = take_job(pool);
		pool->running++;
		pthread_mutex_unlock(&pool->mutex);
		job->run(job);
		pthread_mutex_lock(&pool->mutex);
		pool->running--;
	}
	/* Others may have gone to sleep over what was still running. */
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
}

/* One more thread; under the mutex. */
static int
add_worker(struct pool *pool, struct error *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	char name[24];
	const struct os_thread_options options = {
		.name = name,
		.stack_size_bytes = SQL_STACK_SIZE,
		.nice = WORKER_NICE,
	};
	int rc;

	if (worker == NULL)
		return error_no_memory(err);
	(void)snprintf(name, sizeof(name), "worker %u",
	    pool->worker_count % 10000);
	rc = os_thread_start(&worker->thread, &options, worker_main, pool, err);
	if (rc != 0) {
		free(worker);
		return rc;
	}
	worker->next = pool->workers;
	pool->workers = worker;
	pool->worker_count++;
	return 0;
}

int
pool_open(uint32_t thread_count, struct pool **out, struct error *err)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int rc = 0;

	*out = NULL;
	if (pool == NULL)
		return error_no_memory(err);
	pthread_mutex_init(&pool->mutex, NULL);
	os_cond_init(&pool->work);
	pool->running_max = thread_count;
	pthread_mutex_lock(&pool->mutex);
	for (uint32_t i = 0; i < thread_count && rc == 0; i++)
		rc = add_worker(pool, err);
	pthread_mutex_unlock(&pool->mutex);
	if (rc != 0)
		pool_close(pool);
	else
		*out = pool;
	return rc;
}

void
pool_close(struct pool *pool)
{
	struct worker *worker;

	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->is_closing = true; /* no thread is added any more */
	pthread_cond_broadcast(&pool->work);
	worker = pool->workers;
	pthread_mutex_unlock(&pool->mutex);
	while (worker != NULL) {
		struct worker *next = worker->next;

		os_thread_join(&worker->thread);
		free(worker);
		worker = next;
	}
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

bool
pool_remove(struct pool *pool, struct pool_job *job)
{
	struct pool_job **link = &pool->first, *before = NULL;
	bool is_there;

	pthread_mutex_lock(&pool->mutex);
	while (*link != NULL && *link != job) {
		before = *link;
		link = &before->next;
	}
	is_there = *link != NULL;
	if (is_there) {
		*link = job->next;
		if (pool->last == job)
			pool->last = before;
	}
	pthread_mutex_unlock(&pool->mutex);
	return is_there;
}

/* ---- waits ---- */

bool
pool_wait_begin(struct pool *pool)
{
	struct error err;
	int rc = 0;

	if (own_pool != pool)
		return false;
	pthread_mutex_lock(&pool->mutex);
	pool->running--;
	pool->waiting++;
	if (pool->worker_count - pool->waiting < pool->running_max &&
	    !pool->is_closing)
		rc = add_worker(pool, &err);
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	if (rc != 0) /* then the others wait with us */
		log_warn(LOG_SESSION, "could not replace a waiting worker",
		    LOG_FAILURE(&err));
	return true;
}

void
pool_wait_end(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->waiting--;
	pool->running++;
	pthread_mutex_unlock(&pool->mutex);
}
