/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/compact_task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/compact/compactor.h"
#include "engine/compact/merge.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "os/clock.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- choosing ---- */

static bool
is_bad(const struct compact_shard *shard, uint64_t number)
{
	for (uint32_t i = 0; i < shard->bad_count; i++)
		if (shard->bad[i] == number)
			return true;
	return false;
}

/* The segments that may be merged, as the policy looks at them. */
static uint32_t
describe_segments(const struct compact_task *task, struct segment **segments,
    struct compact_segment *out)
{
	const struct compact_shard *shard =
	    &task->compactor->shards[task->shard];
	uint32_t count = 0;

	for (uint32_t i = 0; i < task->part->segment_count; i++) {
		const struct segment_meta *meta =
		    segment_meta(task->part->segments[i]);

		/* Nobody else changes what this thread has of the shard. */
		if (is_bad(shard, meta->number))
			continue;
		segments[count] = task->part->segments[i];
		out[count] = compact_segment_of(meta);
		out[count].past_rows = compact_past_rows(task, segments[count]);
		count++;
	}
	return count;
}

static int
choose(struct compact_task *task, struct compact_policy policy,
    struct error *err)
{
	uint32_t count = task->part->segment_count;
	struct segment **segments = arena_try_alloc(&task->arena,
	    (count + (size_t)1) * sizeof(struct segment *));
	struct compact_segment *described = arena_try_alloc(&task->arena,
	    (count + (size_t)1) * sizeof(*described));

	if (segments == NULL || described == NULL)
		return no_memory(err);
	count = describe_segments(task, segments, described);
	if (policy.forced_us == 0)
		policy.forced_us =
		    compact_window(&policy, described, count, &task->arena);
	compact_choose(&policy, described, count, &task->arena, &task->choice);
	for (uint32_t i = 0; i < task->choice.input_count; i++) {
		task->inputs[i] = segments[task->choice.inputs[i]];
		task->metas[i] = segment_meta(task->inputs[i]);
	}
	return 0;
}

/* ---- watching ---- */

static void
begin_status(struct compact_task *task)
{
	struct compactor *c = task->compactor;
	struct compaction_status status = {
		.shard = task->shard,
		.kind = compact_kind_name(task->choice.kind),
		.input_count = task->choice.input_count,
		.started_us = os_clock_wall_us(os_clock_real()),
	};

	for (uint32_t i = 0; i < task->choice.input_count; i++) {
		status.input_rows += task->metas[i]->row_count;
		status.input_bytes += task->metas[i]->size_bytes;
	}
	pthread_mutex_lock(&c->lock);
	status.id = ++c->next_id;
	task->status = status;
	task->started_ns = os_clock_monotonic_ns(os_clock_real());
	task->is_running = true;
	pthread_mutex_unlock(&c->lock);
	compact_pace_start(task);
}

void
compact_task_status(const struct compact_task *task,
    struct compaction_status *out)
{
	uint64_t rows =
	    atomic_load_explicit(&task->row_count, memory_order_relaxed);
	int64_t elapsed_ns =
	    os_clock_monotonic_ns(os_clock_real()) - task->started_ns;

	*out = task->status;
	out->state = (enum compaction_state)atomic_load_explicit(&task->state,
	    memory_order_relaxed);
	/* Each row is read twice: to be written, and to be verified. */
	out->progress = (double)rows / (2 * (double)out->input_rows);
	if (elapsed_ns > 0)
		out->bytes_per_second = (uint64_t)(out->progress *
		    (double)out->input_bytes / ((double)elapsed_ns / 1e9));
}

/* It has ended: remember how. */
static void
end_status(struct compact_task *task, const struct merge_result *result, int rc,
    const struct error *err)
{
	struct compactor *c = task->compactor;
	struct compaction_status *entry;

	pthread_mutex_lock(&c->lock);
	entry = &c->history[c->history_count++ % COMPACT_HISTORY];
	compact_task_status(task, entry);
	task->is_running = false;
	entry->state = rc == 0 ? COMPACTION_DONE : COMPACTION_FAILED;
	entry->finished_us = os_clock_wall_us(os_clock_real());
	entry->output_count = result->output_count;
	for (uint32_t i = 0; i < result->output_count; i++)
		entry->output_bytes += result->outputs[i].size_bytes;
	c->merge_count += rc == 0;
	c->shards[task->shard].merges += rc == 0;
	if (rc != 0)
		(void)snprintf(entry->message, sizeof(entry->message), "%s",
		    err->message);
	pthread_mutex_unlock(&c->lock);
}

/* ---- publishing ---- */

void
compact_swap_view(struct compact_task *task, uint32_t input_count,
    struct segment **outputs, uint32_t count)
{
	struct engine *engine = task->compactor->engine;
	struct shard *shard = &engine->shards[task->shard];
	struct error err;

	pthread_mutex_lock(&shard->view_lock);
	while (view_replace_segments(&engine->view, task->shard, task->inputs,
		   input_count, outputs, count, &err) != 0) {
		/* The MANIFEST says so: it cannot be taken back. */
		log_error(LOG_SEGMENT, "out of memory, trying again",
		    LOG_UINT("shard", task->shard));
		view_rest();
	}
	pthread_mutex_unlock(&shard->view_lock);
	for (uint32_t i = 0; i < input_count; i++)
		segment_remove_at_end(task->inputs[i]);
}

static int
open_outputs(struct compact_task *task, const struct merge_result *result,
    struct segment **outputs, struct error *err)
{
	struct engine *engine = task->compactor->engine;
	int rc = 0;

	for (uint32_t i = 0; i < result->output_count && rc == 0; i++)
		rc = segment_open(engine->fs, engine->dir, &result->outputs[i],
		    &engine->directory, engine->cache, &outputs[i], err);
	return rc;
}

/* Outputs for inputs, in the MANIFEST, then in the view (K1). */
static int
publish(struct compact_task *task, const struct merge_spec *spec,
    const struct merge_result *result, struct error *err)
{
	struct engine *engine = task->compactor->engine;
	struct segment **outputs =
	    calloc(result->output_count + (size_t)1, sizeof(struct segment *));
	uint64_t numbers[COMPACT_INPUTS_MAX];
	bool is_known_lost = true;
	int rc;

	for (uint32_t i = 0; i < task->choice.input_count; i++)
		numbers[i] = task->metas[i]->number;
	rc = outputs == NULL ? no_memory(err)
			     : open_outputs(task, result, outputs, err);
	if (rc == 0) {
		rc = publish_merge(&engine->publisher, result->outputs,
		    result->output_count, numbers, task->choice.input_count,
		    err);
		is_known_lost = publish_is_taken_back(rc);
	}
	if (rc == 0)
		compact_swap_view(task, task->choice.input_count, outputs,
		    result->output_count);
	else if (is_known_lost)
		merge_result_remove(spec, result);
	for (uint32_t i = 0; outputs != NULL && i < result->output_count; i++)
		segment_unref(outputs[i]);
	free(outputs);
	return rc;
}

/* ---- one merge ---- */

static int
new_number(void *arg, uint64_t *out, struct error *err)
{
	const struct compact_task *task = arg;

	return publish_new_number(&task->compactor->engine->publisher, out,
	    err);
}

/*
 * Room for the outputs, and for flushes meanwhile: a merge must not be what
 * makes an append fail.
 */
static int
check_space(const struct compact_task *task, struct error *err)
{
	struct engine *engine = task->compactor->engine;
	uint64_t need = 0, left;
	struct error ignored;

	for (uint32_t i = 0; i < task->choice.input_count; i++)
		need += task->metas[i]->size_bytes;
	need += need / 4 +
	    2 * ENGINE_TUNED(engine, memtable_size_bytes) * engine->shard_count;
	if (os_space_left(engine->fs, engine->dir, &left, &ignored) != 0 ||
	    left >= need)
		return 0;
	return error_set(err, STELE_E_DISK_FULL,
	    "not enough room on the disk for compaction: %" PRIu64
	    " bytes are left, %" PRIu64 " are wanted",
	    left, need);
}

/* Which input cannot be read, if that is why the merge has failed. */
static void
find_bad(struct compact_task *task, int rc)
{
	struct engine *engine = task->compactor->engine;
	struct error ignored;

	task->bad_segment = 0;
	if (rc != STELE_E_CORRUPT && rc != STELE_E_INTERNAL &&
	    rc != STELE_E_FILE_MISSING)
		return;
	/* Without a culprit the first is it, so that others are merged. */
	task->bad_segment = task->metas[0]->number;
	for (uint32_t i = 0; i < task->choice.input_count; i++)
		if (segment_verify(engine->fs, engine->dir, task->metas[i],
			&engine->directory, &ignored) != 0) {
			task->bad_segment = task->metas[i]->number;
			return;
		}
}

static int
merge(struct compact_task *task, const struct compact_policy *policy,
    struct error *err)
{
	struct engine *engine = task->compactor->engine;
	const struct merge_spec spec = {
		.fs = engine->fs,
		.dir = engine->dir,
		.directory = engine->directory,
		.shard = task->shard,
		.zone_rows = engine->options.zone_rows,
		.catalog = task->catalog,
		.policy = policy,
		.window_us = task->choice.window_us,
		.inputs = task->metas,
		.input_count = task->choice.input_count,
		.new_number = new_number,
		.pace = compact_pace,
		.arg = task,
	};
	struct merge_result result = { .outputs = NULL };
	int rc;

	begin_status(task);
	rc = check_space(task, err);
	if (rc == 0)
		rc = merge_run(&spec, &result, err);
	if (rc == 0)
		rc = publish(task, &spec, &result, err);
	end_status(task, &result, rc, err);
	if (rc == 0)
		log_debug(LOG_SEGMENT, "merged", LOG_UINT("shard", task->shard),
		    LOG_CSTR("kind", task->status.kind),
		    LOG_UINT("inputs", task->choice.input_count),
		    LOG_UINT("outputs", result.output_count),
		    LOG_UINT("rows", task->status.input_rows),
		    LOG_UINT("left_out", result.past_rows));
	else
		find_bad(task, rc);
	merge_result_release(&result);
	return rc;
}

int
compact_task_run(struct compact_task *task, uint32_t shard,
    const struct compact_policy *policy, struct error *err)
{
	int rc;

	task->shard = shard;
	task->bad_segment = 0;
	task->choice.input_count = 0;
	task->choice.window_us = policy->forced_us; /* 0: not known yet */
	task->part = view_shard(&task->compactor->engine->view, shard);
	task->catalog = engine_catalog(task->compactor->engine);
	rc = compact_drop(task, err);
	if (rc == 0)
		rc = choose(task, *policy, err);
	if (rc == 0 && task->choice.kind != COMPACT_NOTHING) {
		rc = merge(task, policy, err);
		if (rc == 0)
			rc = 1;
	}
	/* Here files of inputs go, if nobody else has them. */
	shard_view_unref(task->part);
	task->part = NULL;
	catalog_unref(task->catalog);
	task->catalog = NULL;
	arena_reset(&task->arena);
	return rc;
}
