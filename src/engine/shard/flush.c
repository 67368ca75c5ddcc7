/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shard/flush.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "engine/shard/memtable_segment.h"
#include "os/clock.h"

#define RETRY_NS    1000000000 /* after a failure, for instance disk full */
#define TICK_NS     1000000000 /* how often the size of the log is looked at */
#define WORKER_NICE 5          /* gives way to the log, shards and sessions */

/* One engine_flush(). */
struct flush_request {
	struct flush_request *next;
	struct commit *commit;
	uint64_t position; /* rows up to it are to be in segments */
};

/* ---- one flush ---- */

static int
write_segment(struct engine *engine, uint32_t shard,
    const struct memtable *memtable, uint64_t number, struct segment_meta *meta,
    struct error *err)
{
	const struct catalog *catalog = engine_catalog(engine);
	int rc = memtable_write_segment(engine, memtable, catalog, shard,
	    number, meta, err);

	catalog_unref(catalog);
	return rc;
}

/* Make the segment and swap it in. */
static int
flush_memtable(struct flusher *flusher, struct shard *shard,
    struct memtable *memtable, struct error *err)
{
	struct engine *engine = flusher->engine;
	struct segment *segment = NULL;
	struct segment_meta meta = { .number = 0 };
	uint64_t number;
	int rc;

	rc = publish_new_number(&engine->publisher, &number, err);
	if (rc == 0)
		rc = write_segment(engine, shard->id, memtable, number, &meta,
		    err);
	if (rc != 0)
		return rc;
	rc = segment_open(engine->fs, engine->dir, &meta, &engine->directory,
	    engine->cache, &segment, err);
	if (rc != 0) {
		segment_file_remove(engine, number);
		goto out;
	}
	rc = publish_flush(&engine->publisher, &meta, 1, err);
	if (rc != 0) {
		/* The MANIFEST that the next start reads may know it. */
		if (publish_is_taken_back(rc))
			segment_file_remove(engine, number);
		goto out;
	}
	pthread_mutex_lock(&shard->view_lock);
	while (view_replace_memtable(&engine->view, shard->id, memtable,
		   segment, err) != 0) {
		log_error(LOG_SHARD, "out of memory, trying again",
		    LOG_UINT("shard", shard->id));
		view_rest();
	}
	pthread_mutex_unlock(&shard->view_lock);
	view_limit_snapshots(&engine->view, memtable,
	    ENGINE_TUNED(engine, old_snapshot_memory_bytes));
	log_debug(LOG_SHARD, "flushed", LOG_UINT("shard", shard->id),
	    LOG_UINT("segment", number), LOG_UINT("rows", meta.row_count),
	    LOG_UINT("bytes", meta.size_bytes));
out:
	segment_unref(segment);
	segment_meta_release(&meta);
	return rc;
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct segment_meta *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* The files are there: the MANIFEST takes them all, in one step. */
static int
flush_adopted(struct flusher *flusher, struct shard *shard,
    const struct frozen *frozen, struct error *err)
{
	struct engine *engine = flusher->engine;
	uint32_t count = frozen->segment_count;
	struct segment_meta *metas = malloc(count * sizeof(*metas));
	int rc;

	if (metas == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		metas[i] = *segment_meta(frozen->segments[i]);
	qsort(metas, count, sizeof(*metas), compare_numbers);
	rc = publish_flush(&engine->publisher, metas, count, err);
	free(metas);
	if (rc != 0)
		return rc;
	pthread_mutex_lock(&shard->view_lock);
	while (view_settle_adopted(&engine->view, shard->id, count, err) != 0) {
		log_error(LOG_SHARD, "out of memory, trying again",
		    LOG_UINT("shard", shard->id));
		view_rest();
	}
	pthread_mutex_unlock(&shard->view_lock);
	log_debug(LOG_SHARD, "adopted", LOG_UINT("shard", shard->id),
	    LOG_UINT("segments", count));
	return 0;
}

static int
flush_frozen(struct flusher *flusher, struct shard *shard,
    const struct frozen *frozen, struct error *err)
{
	return frozen->memtable != NULL
	    ? flush_memtable(flusher, shard, frozen->memtable, err)
	    : flush_adopted(flusher, shard, frozen, err);
}

static uint64_t
last_event_id(const struct frozen *frozen)
{
	if (frozen->memtable != NULL)
		return memtable_last_event_id(frozen->memtable);
	return segment_meta(frozen->segments[frozen->segment_count - 1])
	    ->event_id_last;
}

/* Under no lock: tell those whose rows are all in segments now. */
static void
finish_requests(struct flusher *flusher, const struct error *failure)
{
	struct engine *engine = flusher->engine;
	struct flush_request *done = NULL;
	struct flush_request **link;

	pthread_mutex_lock(&flusher->lock);
	link = &flusher->requests;
	while (*link != NULL) {
		struct flush_request *request = *link;
		bool is_done = true;

		for (uint32_t i = 0; i < engine->shard_count; i++)
			if (shard_flushed_position(&engine->shards[i],
				request->position) < request->position)
				is_done = false;
		if (!is_done && failure == NULL) {
			link = &request->next;
			continue;
		}
		*link = request->next;
		request->next = done;
		done = request;
	}
	pthread_mutex_unlock(&flusher->lock);
	while (done != NULL) {
		struct flush_request *request = done;

		done = request->next;
		request->commit->rc = failure == NULL ? 0 : failure->code;
		if (failure != NULL)
			request->commit->err = *failure;
		request->commit->done(request->commit);
		free(request);
	}
}

/* What is not durable will never be flushed: the engine has failed. */
static void
fail_requests(struct flusher *flusher)
{
	struct engine *engine = flusher->engine;
	struct error err;

	pthread_mutex_lock(&engine->failure_lock);
	err = engine->failure;
	pthread_mutex_unlock(&engine->failure_lock);
	finish_requests(flusher, &err);
}

/* Flush the oldest that a shard has frozen: true if there was one. */
static bool
flush_shard(struct flusher *flusher, struct shard *shard)
{
	const struct frozen *frozen = shard_take_frozen(shard);
	struct error err;

	if (frozen == NULL)
		return false;
	if (!compactor_lets_flush(&flusher->engine->compactor, shard->id)) {
		shard_put_back(shard);
		return false;
	}
	if (!view_wait(&flusher->engine->view, last_event_id(frozen))) {
		shard_put_back(shard); /* the log has failed */
		fail_requests(flusher);
		return false;
	}
	if (flush_frozen(flusher, shard, frozen, &err) != 0) {
		log_error(LOG_SHARD, "could not flush", LOG_FAILURE(&err));
		shard_flush_failed(shard, &err);
		finish_requests(flusher, &err);
		commit_admit_waiting(flusher->engine); /* answers who waits */
		pthread_mutex_lock(&flusher->lock);
		flusher->retry_ns =
		    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS;
		pthread_mutex_unlock(&flusher->lock);
		return false;
	}
	shard_flushed(shard);
	compactor_wake(&flusher->engine->compactor, shard->id);
	publish_log_release(&flusher->engine->publisher);
	finish_requests(flusher, NULL);
	commit_admit_waiting(flusher->engine);
	return true;
}

/* ---- workers ---- */

static bool
flush_any(struct flusher *flusher)
{
	struct engine *engine = flusher->engine;
	uint32_t first;

	pthread_mutex_lock(&flusher->lock);
	first = flusher->next_shard++;
	flusher->has_work = false;
	pthread_mutex_unlock(&flusher->lock);
	for (uint32_t i = 0; i < engine->shard_count; i++)
		if (flush_shard(flusher,
			&engine->shards[(first + i) % engine->shard_count]))
			return true;
	return false;
}

/* The log has grown past its bound: store elsewhere what holds it. */
static void
check_log_size(struct flusher *flusher)
{
	struct engine *engine = flusher->engine;

	if (ENGINE_TUNED(engine, max_wal_size_bytes) == 0 ||
	    publish_log_size(&engine->publisher) <=
		ENGINE_TUNED(engine, max_wal_size_bytes))
		return;
	for (uint32_t i = 0; i < engine->shard_count; i++)
		shard_request_flush(&engine->shards[i]);
	publish_catalog(&engine->publisher);
	publish_log_release(&engine->publisher);
}

/*
 * Until there is work; false: stop.  A failed engine has none any more, whatever
 * was waited for when it failed: it would make segments that no MANIFEST names.
 */
static bool
wait_for_flush(struct flusher *flusher)
{
	bool go_on;

	pthread_mutex_lock(&flusher->lock);
	if (!flusher->has_work && !flusher->is_stopping)
		(void)os_cond_wait_until(&flusher->wake, &flusher->lock,
		    os_clock_monotonic_ns(os_clock_real()) + TICK_NS);
	while (flusher->retry_ns != 0 && !flusher->is_stopping &&
	    os_cond_wait_until(&flusher->wake, &flusher->lock,
		flusher->retry_ns))
		continue;
	flusher->retry_ns = 0;
	while (flusher->failure.code != 0 && !flusher->is_stopping)
		pthread_cond_wait(&flusher->wake, &flusher->lock);
	go_on = !flusher->is_stopping;
	pthread_mutex_unlock(&flusher->lock);
	return go_on;
}

static void
worker_thread(void *arg)
{
	struct flusher *flusher = arg;

	while (wait_for_flush(flusher)) {
		do {
			while (flusher_do_chores(flusher) || flush_any(flusher))
				continue;
			check_log_size(flusher);
		} while (flusher_do_stage(flusher));
	}
}

/*
 * Bytes that recovery can have when the disk is full: as many as it copies of
 * the log.  Best effort; tried again at every start.
 */
static void
make_reserve(struct flusher *flusher)
{
	struct engine *engine = flusher->engine;
	size_t size = (size_t)engine->options.wal_file_size_bytes;
	uint8_t *zeros = NULL;
	char path[OS_PATH_SIZE];
	struct os_file *file = NULL;
	struct error err;
	uint64_t there = 0;
	int rc = os_path(path, engine->dir, RESERVE_NAME, &err);

	if (rc == 0)
		rc = os_open(engine->fs, path, OS_READ | OS_WRITE | OS_CREATE,
		    &file, &err);
	if (rc == 0)
		rc = os_size(file, &there, &err);
	if (rc == 0 && there < size) {
		zeros = calloc(1, size);
		if (zeros != NULL)
			rc = os_pwrite_full(file, zeros, size, 0, &err);
		if (rc == 0)
			rc = os_fsync(file, &err);
	}
	if (rc != 0)
		log_warn(LOG_WAL, "could not make the reserve for recovery",
		    LOG_FAILURE(&err));
	free(zeros);
	os_close(file);
}

static void
reserve_worker_thread(void *arg)
{
	make_reserve(arg);
	worker_thread(arg);
}

void
flusher_wake(struct flusher *flusher)
{
	pthread_mutex_lock(&flusher->lock);
	flusher->has_work = true;
	pthread_mutex_unlock(&flusher->lock);
	pthread_cond_signal(&flusher->wake);
}

void
engine_flush(struct engine *engine, struct commit *commit)
{
	struct flusher *flusher = &engine->flusher;
	struct flush_request *request = malloc(sizeof(*request));
	struct error failure;

	commit->first_event_id = commit->last_event_id = 0;
	if (request == NULL) {
		commit->rc = error_no_memory(&commit->err);
		commit->done(commit);
		return;
	}
	*request = (struct flush_request){
		.commit = commit,
		.position = engine_position(engine),
	};
	pthread_mutex_lock(&flusher->lock);
	request->next = flusher->requests;
	flusher->requests = request;
	failure = flusher->failure;
	pthread_mutex_unlock(&flusher->lock);
	for (uint32_t i = 0; i < engine->shard_count; i++)
		shard_request_flush(&engine->shards[i]);
	/* Maybe all is flushed already. */
	finish_requests(flusher, failure.code != 0 ? &failure : NULL);
}

void
flusher_fail(struct flusher *flusher, const struct error *err)
{
	pthread_mutex_lock(&flusher->lock);
	flusher->failure = *err;
	pthread_mutex_unlock(&flusher->lock);
	finish_requests(flusher, err);
	flusher_fail_parts(flusher, err);
	flusher_refuse_unsettled(flusher, err);
}

/* ---- life ---- */

void
flusher_init(struct flusher *flusher, struct engine *engine)
{
	*flusher = (struct flusher){ .engine = engine };
	pthread_mutex_init(&flusher->lock, NULL);
	os_cond_init(&flusher->wake);
	os_cond_init(&flusher->staged);
}

int
flusher_start(struct flusher *flusher, struct error *err)
{
	uint32_t count = flusher->engine->options.worker_count;
	char name[24];
	const struct os_thread_options options = {
		.name = name,
		.nice = WORKER_NICE,
	};
	int rc = 0;

	flusher->workers = calloc(count, sizeof(flusher->workers[0]));
	if (flusher->workers == NULL)
		return error_no_memory(err);
	flusher->worker_count = count;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		snprintf(name, sizeof(name), "flush-%u", (unsigned)i);
		rc = os_thread_start(&flusher->workers[i], &options,
		    i == 0 ? reserve_worker_thread : worker_thread, flusher,
		    err);
	}
	return rc;
}

void
flusher_stop(struct flusher *flusher)
{
	if (flusher->engine == NULL)
		return;
	pthread_mutex_lock(&flusher->lock);
	flusher->is_stopping = true;
	pthread_mutex_unlock(&flusher->lock);
	pthread_cond_broadcast(&flusher->wake);
	for (uint32_t i = 0; i < flusher->worker_count; i++)
		os_thread_join(&flusher->workers[i]);
	if (flusher->requests != NULL) {
		struct error err;

		(void)error_set(&err, STELE_E_ADMIN_SHUTDOWN,
		    "terminating flush due to administrator command");
		finish_requests(flusher, &err);
	}
	if (flusher->unsettled != NULL) {
		struct error err;

		(void)error_set(&err, STELE_E_ADMIN_SHUTDOWN,
		    "terminating commit due to administrator command");
		flusher_refuse_unsettled(flusher, &err);
	}
}

void
flusher_release(struct flusher *flusher)
{
	if (flusher->engine == NULL)
		return;
	flusher_bury(flusher);
	free(flusher->workers);
	pthread_mutex_destroy(&flusher->lock);
	pthread_cond_destroy(&flusher->wake);
	pthread_cond_destroy(&flusher->staged);
}
