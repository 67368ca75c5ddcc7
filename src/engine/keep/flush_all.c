/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/keep/flush_all.h"

#include "common/error.h"
#include "engine/engine.h"
#include "os/thread.h"

struct flush_wait {
	struct commit commit; /* first */
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
};

static void
flushed(struct commit *commit)
{
	struct flush_wait *wait = (struct flush_wait *)commit;

	pthread_mutex_lock(&wait->lock);
	wait->is_done = true;
	pthread_cond_signal(&wait->done);
	pthread_mutex_unlock(&wait->lock);
}

int
flush_all(struct engine *engine, struct error *err)
{
	struct flush_wait wait = { .commit.done = flushed };

	pthread_mutex_init(&wait.lock, NULL);
	os_cond_init(&wait.done);
	engine_flush(engine, &wait.commit);
	pthread_mutex_lock(&wait.lock);
	while (!wait.is_done)
		pthread_cond_wait(&wait.done, &wait.lock);
	pthread_mutex_unlock(&wait.lock);
	pthread_mutex_destroy(&wait.lock);
	pthread_cond_destroy(&wait.done);
	if (wait.commit.rc != 0)
		*err = wait.commit.err;
	return wait.commit.rc;
}
