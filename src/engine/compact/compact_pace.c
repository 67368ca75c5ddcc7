/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_pace.c -- when a merge works and when it rests.
 *
 * Its work is the time that it has had a processor.  On a busy machine it gets
 * few of them: that it had to wait for one was a rest already.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/compact/compact_task.h"
#include "engine/compact/compactor.h"
#include "engine/engine_private.h"
#include "os/clock.h"

#define SLICE_NS      INT64_C(4000000)   /* of work, before it looks around */
#define REST_MAX_NS   INT64_C(100000000) /* at once */
#define RATE_SLACK_NS INT64_C(1000000000)
#define FULL_NS       INT64_C(20000000) /* between two looks at full shards */

/* Rest until then, or until the compactor stops, fails or is paused. */
static void
rest_until(struct compactor *c, int64_t deadline_ns)
{
	struct error ignored;

	pthread_mutex_lock(&c->lock);
	while (!c->is_paused && compactor_check(c, &ignored) == 0 &&
	    os_cond_wait_until(&c->wake, &c->lock, deadline_ns))
		continue;
	pthread_mutex_unlock(&c->lock);
}

static void
set_state(struct compact_task *task, enum compaction_state state)
{
	/* For who watches: no order with other memory. */
	atomic_store_explicit(&task->state, (int)state, memory_order_relaxed);
}

/* While it is paused nothing goes on; an error to stop. */
static int
wait_while_paused(struct compact_task *task, struct error *err)
{
	struct compactor *c = task->compactor;
	int rc;

	pthread_mutex_lock(&c->lock);
	if (c->is_paused)
		set_state(task, COMPACTION_PAUSED);
	while ((rc = compactor_check(c, err)) == 0 && c->is_paused)
		pthread_cond_wait(&c->wake, &c->lock);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* A shard that is full, and not because it waits for merges; NULL: none is. */
static struct shard *
full_shard(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->shard_count; i++)
		if (shard_is_full(&engine->shards[i]) &&
		    !compactor_holds_flush(&engine->compactor, i))
			return &engine->shards[i];
	return NULL;
}

/*
 * Flushes come first: who appends waits for them.  One that finds no room on
 * the disk gets that of the merge.
 */
static int
wait_for_flushes(struct compact_task *task, struct error *err)
{
	struct engine *engine = task->compactor->engine;
	struct shard *shard;
	int rc = 0;

	while (rc == 0 && (shard = full_shard(engine)) != NULL) {
		rc = shard_check_flush(shard, err);
		if (rc != 0) {
			error_add_context(err,
			    "compaction gives way to a flush that has failed");
			return rc;
		}
		set_state(task, COMPACTION_WAITING);
		rest_until(task->compactor,
		    os_clock_monotonic_ns(os_clock_real()) + FULL_NS);
		rc = wait_while_paused(task, err);
	}
	return rc;
}

/* Whether others have appended or read since it was asked last. */
static bool
are_others_busy(struct compact_task *task)
{
	struct engine *engine = task->compactor->engine;
	uint64_t position = engine_position(engine);
	uint64_t scans =
	    atomic_load_explicit(&engine->scan_count, memory_order_relaxed);
	bool are_busy =
	    position != task->pace.position || scans != task->pace.scans;

	task->pace.position = position;
	task->pace.scans = scans;
	return are_busy;
}

/* Until then it rests, as others are busy. */
static int64_t
rest_deadline_ns(const struct compact_task *task, int64_t now_ns)
{
	int64_t worked_ns = os_clock_thread_ns() - task->pace.thread_ns;
	uint32_t small = compactor_count_small(task->compactor, task->shard);
	int64_t deadline_ns =
	    task->pace.since_ns + (1 + compact_rest_share(small)) * worked_ns;

	return deadline_ns < now_ns + REST_MAX_NS ? deadline_ns
						  : now_ns + REST_MAX_NS;
}

/* When the configured rate allows the merge to have got as far as this. */
static int64_t
rate_deadline_ns(struct compact_task *task, int64_t now_ns, uint64_t row_count)
{
	const struct compaction_status *status = &task->status;
	uint64_t rate = task->compactor->engine->options.compaction_rate_bytes;
	int64_t deadline_ns;
	double bytes;

	if (rate == 0)
		return 0;
	bytes = (double)row_count * (double)status->input_bytes /
	    (double)status->input_rows;
	deadline_ns =
	    task->pace.rate_ns + (int64_t)(bytes / (double)rate * 1e9);
	/* What a pause has cost is not made up for. */
	if (deadline_ns < now_ns - RATE_SLACK_NS)
		task->pace.rate_ns += now_ns - RATE_SLACK_NS - deadline_ns;
	return deadline_ns;
}

void
compact_pace_start(struct compact_task *task)
{
	int64_t now_ns = os_clock_monotonic_ns(os_clock_real());

	atomic_store_explicit(&task->row_count, 0, memory_order_relaxed);
	set_state(task, COMPACTION_RUNNING);
	task->pace = (struct compact_pace){
		.since_ns = now_ns,
		.thread_ns = os_clock_thread_ns(),
		.rate_ns = now_ns,
	};
	(void)are_others_busy(task);
}

int
compact_pace(void *arg, uint64_t row_count, struct error *err)
{
	struct compact_task *task = arg;
	int64_t now_ns = os_clock_monotonic_ns(os_clock_real());
	int64_t deadline_ns = now_ns, rate_ns;
	int rc;

	atomic_store_explicit(&task->row_count, row_count,
	    memory_order_relaxed);
	rc = wait_while_paused(task, err);
	if (rc != 0 || now_ns - task->pace.since_ns < SLICE_NS)
		return rc;
	rc = wait_for_flushes(task, err);
	if (rc != 0)
		return rc;
	if (are_others_busy(task) && !compactor_holds_any(task->compactor))
		deadline_ns = rest_deadline_ns(task, now_ns);
	rate_ns = rate_deadline_ns(task, now_ns, row_count);
	if (rate_ns > now_ns + REST_MAX_NS)
		rate_ns = now_ns + REST_MAX_NS;
	if (rate_ns > deadline_ns)
		deadline_ns = rate_ns;
	if (deadline_ns > now_ns) {
		set_state(task, COMPACTION_WAITING);
		rest_until(task->compactor, deadline_ns);
	}
	set_state(task, COMPACTION_RUNNING);
	task->pace.since_ns = os_clock_monotonic_ns(os_clock_real());
	task->pace.thread_ns = os_clock_thread_ns();
	return 0;
}
