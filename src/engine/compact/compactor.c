/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/compactor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/compact/compact_task.h"
#include "engine/engine_private.h"
#include "os/clock.h"

#define COMPACTOR_NICE 5                   /* compactor.h */
#define RETRY_NS       INT64_C(5000000000) /* after a failure */
#define LOOK_NS        INT64_C(50000000)   /* of who waits, for a cancel */

/* ---- what is next; under the lock ---- */

bool
compactor_is_due(const struct compactor *c, const struct compact_shard *shard,
    int64_t now_ns)
{
	if (shard->is_busy || shard->retry_ns > now_ns)
		return false;
	return shard->is_forced ||
	    (shard->is_changed && c->engine->options.compaction);
}

/* A shard to look at, or NULL; *deadline is when one will be due. */
static struct compact_shard *
next_shard(struct compactor *c, int64_t *deadline_ns)
{
	uint32_t count = c->engine->shard_count;
	int64_t now_ns = os_clock_monotonic_ns(os_clock_real());

	*deadline_ns = INT64_MAX;
	if (c->is_paused || c->engine_failure.code != 0)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t s = (c->next_shard + i) % count;
		struct compact_shard *shard = &c->shards[s];

		if (compactor_is_due(c, shard, now_ns)) {
			c->next_shard = s + 1;
			return shard;
		}
		if (shard->retry_ns > now_ns && shard->retry_ns < *deadline_ns)
			*deadline_ns = shard->retry_ns;
	}
	return NULL;
}

static struct compact_shard *
wait_for_shard(struct compactor *c)
{
	while (!c->is_stopping) {
		int64_t deadline_ns;
		struct compact_shard *shard = next_shard(c, &deadline_ns);

		if (shard != NULL)
			return shard;
		if (deadline_ns == INT64_MAX)
			pthread_cond_wait(&c->wake, &c->lock);
		else
			(void)os_cond_wait_until(&c->wake, &c->lock,
			    deadline_ns);
	}
	return NULL;
}

/* ---- what came of it; under the lock ---- */

static bool
leave_alone(struct compact_shard *shard, uint64_t number)
{
	uint64_t *bad =
	    realloc(shard->bad, (shard->bad_count + (size_t)1) * sizeof(*bad));

	if (bad == NULL)
		return false;
	shard->bad = bad;
	shard->bad[shard->bad_count++] = number;
	return true;
}

static void
end_force(struct compactor *c, struct compact_shard *shard)
{
	shard->is_forced = false;
	shard->forced_us = 0;
	pthread_cond_broadcast(&c->done);
}

static void
has_failed(struct compactor *c, struct compact_shard *shard,
    const struct compact_task *task, const struct error *err)
{
	if (err->code == STELE_E_ADMIN_SHUTDOWN)
		return;
	if (shard->last_code != err->code)
		log_warn(LOG_SEGMENT, "could not compact",
		    LOG_UINT("shard", task->shard), LOG_FAILURE(err));
	shard->last_code = err->code;
	if (task->bad_segment != 0 && leave_alone(shard, task->bad_segment))
		return; /* to go on with the others */
	shard->retry_ns = os_clock_monotonic_ns(os_clock_real()) + RETRY_NS;
	if (!shard->is_forced)
		return;
	c->failure = *err;
	c->failure_count++;
	end_force(c, shard);
}

static void
has_run(struct compactor *c, struct compact_shard *shard,
    const struct compact_task *task, int rc, const struct error *err)
{
	if (rc < 0) {
		shard->is_changed = true;
		has_failed(c, shard, task, err);
		return;
	}
	shard->last_code = 0;
	shard->is_changed |= rc > 0;
	if (!shard->is_forced)
		return;
	shard->forced_us = task->choice.window_us;
	if (rc == 0 || shard->forced_left-- == 0)
		end_force(c, shard);
}

/* What was held for it may be flushed now; the lock is let go meanwhile. */
static void
let_flush(struct compactor *c, const struct compact_shard *shard)
{
	if (!shard->holds_flush)
		return;
	pthread_mutex_unlock(&c->lock);
	flusher_wake(&c->engine->flusher);
	pthread_mutex_lock(&c->lock);
}

static void
compactor_thread(void *arg)
{
	struct compact_task *task = arg;
	struct compactor *c = task->compactor;
	struct compact_shard *shard;

	pthread_mutex_lock(&c->lock);
	while ((shard = wait_for_shard(c)) != NULL) {
		struct compact_policy policy = c->policy;
		struct error err;
		int rc;

		policy.is_forced = shard->is_forced;
		policy.forced_us = shard->forced_us;
		shard->is_busy = true;
		shard->is_changed = false;
		pthread_mutex_unlock(&c->lock);
		rc = compact_task_run(task, (uint32_t)(shard - c->shards),
		    &policy, &err);
		pthread_mutex_lock(&c->lock);
		shard->is_busy = false;
		/* It may have been asked for meanwhile: then it comes next. */
		if (policy.is_forced || !shard->is_forced || rc < 0)
			has_run(c, shard, task, rc, &err);
		else
			shard->is_changed = true;
		let_flush(c, shard);
	}
	pthread_mutex_unlock(&c->lock);
}

/* ---- for others ---- */

int
compactor_check(const struct compactor *c, struct error *err)
{
	if (c->engine_failure.code != 0) {
		*err = c->engine_failure;
		return err->code;
	}
	if (c->is_stopping)
		return error_set(err, STELE_E_ADMIN_SHUTDOWN,
		    "terminating compaction due to administrator command");
	return 0;
}

void
compactor_wake(struct compactor *c, uint32_t shard)
{
	pthread_mutex_lock(&c->lock);
	c->shards[shard].is_changed = true;
	c->shards[shard].merges_at_flush = c->shards[shard].merges;
	/* Threads that rest in a merge wait for it, too. */
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void
compactor_fail(struct compactor *c, const struct error *err)
{
	if (c->engine == NULL) /* before there are segments to merge */
		return;
	pthread_mutex_lock(&c->lock);
	c->engine_failure = *err;
	pthread_cond_broadcast(&c->wake);
	pthread_cond_broadcast(&c->done);
	pthread_mutex_unlock(&c->lock);
}

static void
set_paused(struct compactor *c, bool is_paused)
{
	pthread_mutex_lock(&c->lock);
	c->is_paused = is_paused;
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
	flusher_wake(&c->engine->flusher); /* a pause holds nothing (K5) */
}

void
engine_compact_pause(struct engine *engine)
{
	set_paused(&engine->compactor, true);
}

void
engine_compact_resume(struct engine *engine)
{
	set_paused(&engine->compactor, false);
}

static bool
is_any_forced(const struct compactor *c)
{
	for (uint32_t i = 0; i < c->engine->shard_count; i++)
		if (c->shards[i].is_forced)
			return true;
	return false;
}

static void
force_all(struct compactor *c)
{
	for (uint32_t i = 0; i < c->engine->shard_count; i++) {
		struct compact_shard *shard = &c->shards[i];
		struct shard_view *part = view_shard(&c->engine->view, i);

		shard->is_forced = true;
		shard->retry_ns = 0;
		/* Far more than any layout needs; a bound, in any case. */
		shard->forced_left = 4 * part->segment_count + 16;
		shard_view_unref(part);
	}
	pthread_cond_broadcast(&c->wake);
}

int
engine_compact(struct engine *engine, const atomic_bool *cancel,
    uint64_t *merge_count, struct error *err)
{
	struct compactor *c = &engine->compactor;
	uint64_t merges, failures;
	int rc = 0;

	*merge_count = 0;
	pthread_mutex_lock(&c->lock);
	merges = c->merge_count;
	failures = c->failure_count;
	if (c->is_paused)
		rc = error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "compaction is paused");
	else
		force_all(c);
	while (rc == 0 && is_any_forced(c)) {
		rc = compactor_check(c, err);
		if (rc == 0)
			rc = cancel_check(cancel, err);
		if (rc == 0)
			(void)os_cond_wait_until(&c->done, &c->lock,
			    os_clock_monotonic_ns(os_clock_real()) + LOOK_NS);
	}
	if (rc == 0 && c->failure_count != failures) {
		*err = c->failure;
		rc = err->code;
	}
	*merge_count = c->merge_count - merges;
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* ---- watching ---- */

/* All there are, the newest last; malloc'd. */
static struct compaction_status *
copy_status(struct compactor *c, uint32_t *count)
{
	struct compaction_status *all =
	    calloc(COMPACT_HISTORY + (size_t)c->thread_count, sizeof(*all));
	uint64_t first;

	*count = 0;
	if (all == NULL)
		return NULL;
	pthread_mutex_lock(&c->lock);
	first = c->history_count < COMPACT_HISTORY
	    ? 0
	    : c->history_count - COMPACT_HISTORY;
	for (uint64_t i = first; i < c->history_count; i++)
		all[(*count)++] = c->history[i % COMPACT_HISTORY];
	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->tasks[i].is_running)
			compact_task_status(&c->tasks[i], &all[(*count)++]);
	pthread_mutex_unlock(&c->lock);
	return all;
}

int
engine_each_compaction(struct engine *engine,
    void (*fn)(void *arg, const struct compaction_status *compaction),
    void *arg, struct error *err)
{
	struct compaction_status *all;
	uint32_t count;

	all = copy_status(&engine->compactor, &count);
	if (all == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		fn(arg, &all[i]);
	free(all);
	return 0;
}

/* ---- life ---- */

int
compactor_init(struct compactor *c, struct engine *engine, struct error *err)
{
	*c = (struct compactor){
		.engine = engine,
		.policy = compact_policy(engine->options.compaction_window_us,
		    engine->options.zone_rows),
	};
	pthread_mutex_init(&c->lock, NULL);
	os_cond_init(&c->wake);
	os_cond_init(&c->done);
	c->shards = calloc(engine->shard_count, sizeof(*c->shards));
	if (c->shards == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < engine->shard_count; i++)
		c->shards[i].is_changed = true;
	return 0;
}

int
compactor_start(struct compactor *c, struct error *err)
{
	uint32_t count = (c->engine->options.worker_count + 3) / 4;
	char name[24];
	const struct os_thread_options options = {
		.name = name,
		.nice = COMPACTOR_NICE,
	};
	int rc = 0;

	c->threads = calloc(count, sizeof(*c->threads));
	c->tasks = calloc(count, sizeof(*c->tasks));
	if (c->threads == NULL || c->tasks == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++) {
		c->tasks[i].compactor = c;
		arena_init(&c->tasks[i].arena, NULL);
	}
	c->thread_count = count;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		(void)snprintf(name, sizeof(name), "compact-%u", (unsigned)i);
		rc = os_thread_start(&c->threads[i], &options, compactor_thread,
		    &c->tasks[i], err);
	}
	return rc;
}

void
compactor_stop(struct compactor *c)
{
	if (c->engine == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->is_stopping = true;
	pthread_cond_broadcast(&c->wake);
	pthread_cond_broadcast(&c->done);
	pthread_mutex_unlock(&c->lock);
	for (uint32_t i = 0; i < c->thread_count; i++)
		os_thread_join(&c->threads[i]);
}

void
compactor_release(struct compactor *c)
{
	if (c->engine == NULL)
		return;
	for (uint32_t i = 0; i < c->thread_count; i++)
		arena_release(&c->tasks[i].arena);
	for (uint32_t i = 0; c->shards != NULL && i < c->engine->shard_count;
	     i++)
		free(c->shards[i].bad);
	free(c->shards);
	free(c->tasks);
	free(c->threads);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	pthread_cond_destroy(&c->done);
}
