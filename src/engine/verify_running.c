/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking the directory of a running engine: what lies on the disk is read
 * again, past the cache and what is in memory.
 */
#include "common/cancel.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/keep/keep_lock.h"
#include "engine/segment/segment.h"
#include "engine/wal/wal_copy.h"
#include "os/clock.h"

#define TRIES_MAX 50 /* to read a MANIFEST that is being written */
#define RETRY_NS  ((int64_t)10 * 1000000)

struct running_verifier {
	struct engine *engine;
	const atomic_bool *cancel;
	const struct verify_watcher *watcher;
	struct verify_report *report;
};

/* ---- what others see of it ---- */

void
verification_init(struct verification *verification)
{
	*verification = (struct verification){ .status.is_running = false };
	pthread_mutex_init(&verification->lock, NULL);
}

void
verification_release(struct verification *verification)
{
	pthread_mutex_destroy(&verification->lock);
}

void
engine_verify_status(struct engine *engine, struct verify_status *out)
{
	struct verification *verification = &engine->verification;

	pthread_mutex_lock(&verification->lock);
	*out = verification->status;
	pthread_mutex_unlock(&verification->lock);
}

static int
begin(struct verification *verification, struct error *err)
{
	int rc = 0;

	pthread_mutex_lock(&verification->lock);
	if (verification->status.is_running)
		rc = error_set(err, STELE_E_OBJECT_IN_USE,
		    "a verification is already running");
	else
		verification->status = (struct verify_status){
			.is_running = true,
			.started_us = os_clock_wall_us(os_clock_real()),
		};
	pthread_mutex_unlock(&verification->lock);
	return rc;
}

static void
end(struct verification *verification, int rc)
{
	pthread_mutex_lock(&verification->lock);
	verification->status.is_running = false;
	verification->status.rc = rc;
	verification->status.finished_us = os_clock_wall_us(os_clock_real());
	pthread_mutex_unlock(&verification->lock);
}

static void
show_progress(struct running_verifier *v)
{
	struct verification *verification = &v->engine->verification;

	pthread_mutex_lock(&verification->lock);
	verification->status.report = *v->report;
	pthread_mutex_unlock(&verification->lock);
	if (v->watcher->progress != NULL)
		v->watcher->progress(v->watcher->arg, v->report);
}

static void
count_files(struct running_verifier *v, uint64_t files, uint64_t bytes)
{
	v->report->files += files;
	v->report->bytes += bytes;
	show_progress(v);
}

/* A problem is told, and is no reason to end; anything else is one. */
static int
judge(struct running_verifier *v, int rc, const struct error *err)
{
	if (rc != STELE_E_CORRUPT && rc != STELE_E_FILE_MISSING &&
	    rc != STELE_E_OS)
		return rc;
	v->report->problems++;
	v->watcher->problem(v->watcher->arg, err);
	return 0;
}

/* ---- segments ---- */

static void
count_totals(struct running_verifier *v, const struct view *view)
{
	v->report->files_total = 1; /* the MANIFEST */
	for (uint32_t s = 0; s < v->engine->shard_count; s++) {
		const struct shard_view *part = view->shards[s];

		v->report->files_total +=
		    part->segment_count + (uint64_t)part->adopted_count;
		for (uint32_t i = 0; i < part->segment_count; i++)
			v->report->bytes_total +=
			    segment_meta(part->segments[i])->size_bytes;
		for (uint32_t i = 0; i < part->adopted_count; i++)
			v->report->bytes_total +=
			    segment_meta(part->adopted[i])->size_bytes;
	}
}

static int
verify_segment(struct running_verifier *v, const struct segment_meta *meta,
    struct error *err)
{
	struct engine *engine = v->engine;
	int rc;

	if (cancel_is_set(v->cancel))
		return error_set(err, STELE_E_QUERY_CANCELED,
		    "canceling statement due to user request");
	rc = judge(v,
	    segment_verify(engine->fs, engine->dir, meta, &engine->directory,
		err),
	    err);
	v->report->rows += meta->row_count;
	count_files(v, 1, meta->size_bytes);
	return rc;
}

/* Files that a snapshot has stay until it goes. */
static int
verify_segments(struct running_verifier *v, struct error *err)
{
	struct snapshot *snapshot = engine_snapshot(v->engine, 0, NULL, NULL);
	int rc;

	if (snapshot == NULL)
		return error_no_memory(err);
	rc = snapshot_enter(snapshot, err);
	if (rc != 0) {
		snapshot_unref(snapshot);
		return rc;
	}
	count_totals(v, snapshot->view);
	show_progress(v);
	for (uint32_t s = 0; s < v->engine->shard_count; s++) {
		const struct shard_view *part = snapshot->view->shards[s];

		for (uint32_t i = 0; i < part->segment_count && rc == 0; i++)
			rc = verify_segment(v, segment_meta(part->segments[i]),
			    err);
		for (uint32_t i = 0; i < part->adopted_count && rc == 0; i++)
			rc = verify_segment(v, segment_meta(part->adopted[i]),
			    err);
	}
	snapshot_leave(snapshot);
	snapshot_unref(snapshot);
	return rc;
}

/* ---- the MANIFEST and the log ---- */

/* What is read while a step is written may look torn: that passes. */
static int
load_manifest(struct engine *engine, struct manifest **out, struct error *err)
{
	uint64_t torn_bytes;
	int rc = 0;

	for (int i = 0; i < TRIES_MAX; i++) {
		rc = manifest_load(engine->fs, engine->dir, out, &torn_bytes,
		    err);
		if (rc != STELE_E_CORRUPT)
			break;
		os_sleep_until(
		    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS);
	}
	return rc;
}

static int
verify_log(struct running_verifier *v, const struct manifest_state *state,
    struct error *err)
{
	const struct wal_copy_options options = {
		.from = v->engine->wal_dir,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
	};
	struct wal_copied read;
	int rc = wal_copy(v->engine->fs, &options, &read, err);

	if (rc == 0 && read.next_group <= state->wal_synced)
		rc = error_set(err, STELE_E_CORRUPT,
		    "log in \"%s\" ends before group %llu, which the MANIFEST "
		    "knows",
		    v->engine->wal_dir, (unsigned long long)state->wal_synced);
	v->report->files_total += read.files;
	v->report->bytes_total += read.bytes;
	count_files(v, read.files, read.bytes);
	return judge(v, rc, err);
}

/* Under the lock that keeps the log. */
static int
verify_kept(struct running_verifier *v, struct error *err)
{
	struct manifest *manifest = NULL;
	int rc = load_manifest(v->engine, &manifest, err);

	count_files(v, 1, 0);
	if (rc == 0)
		rc = verify_log(v, manifest_state(manifest), err);
	else
		rc = judge(v, rc, err);
	manifest_close(manifest);
	return rc;
}

int
engine_verify_running(struct engine *engine, const atomic_bool *cancel,
    const struct verify_watcher *watcher, struct verify_report *report,
    struct error *err)
{
	struct running_verifier v = {
		.engine = engine,
		.cancel = cancel,
		.watcher = watcher,
		.report = report,
	};
	struct os_file *keep = NULL;
	int rc = begin(&engine->verification, err);

	*report = (struct verify_report){ .files = 0 };
	if (rc != 0)
		return rc;
	rc = verify_segments(&v, err);
	if (rc == 0)
		rc = keep_lock_wait(engine->fs, engine->dir, &keep, err);
	if (rc == 0)
		rc = verify_kept(&v, err);
	os_close(keep);
	show_progress(&v);
	end(&engine->verification, rc);
	return rc;
}
