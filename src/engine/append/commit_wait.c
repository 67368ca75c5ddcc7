/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_wait.c -- a commit for a thread that has nothing else to do meanwhile.
 */
#include "common/error.h"
#include "engine/engine.h"
#include "os/thread.h"

struct waiting {
	struct commit commit;
	pthread_mutex_t mutex;
	pthread_cond_t done;
	bool is_done;
};

static void
done_cb(struct commit *commit)
{
	struct waiting *waiting = commit->arg;

	pthread_mutex_lock(&waiting->mutex);
	waiting->is_done = true;
	pthread_cond_signal(&waiting->done);
	pthread_mutex_unlock(&waiting->mutex);
}

int
engine_commit_wait(struct engine *engine, struct write_batch *batch,
    struct error *err)
{
	struct waiting waiting = { .is_done = false };

	waiting.commit.done = done_cb;
	waiting.commit.arg = &waiting;
	pthread_mutex_init(&waiting.mutex, NULL);
	pthread_cond_init(&waiting.done, NULL);
	engine_commit(engine, batch, SYNC_ON, &waiting.commit);
	pthread_mutex_lock(&waiting.mutex);
	while (!waiting.is_done)
		pthread_cond_wait(&waiting.done, &waiting.mutex);
	pthread_mutex_unlock(&waiting.mutex);
	pthread_cond_destroy(&waiting.done);
	pthread_mutex_destroy(&waiting.mutex);
	if (waiting.commit.rc != 0)
		*err = waiting.commit.err;
	return waiting.commit.rc;
}
