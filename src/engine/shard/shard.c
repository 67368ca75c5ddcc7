/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shard/shard.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/append/write_batch.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "engine/shard/shard_private.h"
#include "engine/wal/wal_replay.h"
#include "os/clock.h"

#define RETRY_NS 100000000 /* without memory */

/* ---- MemTables ---- */

static struct memtable *
new_memtable(struct shard *shard)
{
	const struct engine *engine = shard->engine;

	return memtable_new(engine->hash_seed,
	    ENGINE_TUNED(engine, memtable_size_bytes));
}

/* Start a MemTable, in the view first (S2). */
static int
start_memtable(struct shard *shard, struct error *err)
{
	struct memtable *memtable = new_memtable(shard);
	int rc;

	if (memtable == NULL)
		return error_no_memory(err);
	pthread_mutex_lock(&shard->view_lock);
	rc = view_add_memtable(&shard->engine->view, shard->id, memtable, err);
	pthread_mutex_unlock(&shard->view_lock);
	if (rc != 0)
		memtable_unref(memtable);
	else
		shard->active = memtable;
	return rc;
}

void
shard_update_full(struct shard *shard)
{
	bool is_behind = shard->frozen_count >= FROZEN_MAX;
	bool is_full = is_behind &&
	    shard->active_bytes >=
		ENGINE_TUNED(shard->engine, memtable_size_bytes);

	atomic_store(&shard->is_full, is_full);
	atomic_store(&shard->is_behind, is_behind);
}

/* ---- what is frozen ---- */

void
frozen_free(struct frozen *frozen)
{
	if (frozen == NULL)
		return;
	memtable_unref(frozen->memtable);
	for (uint32_t i = 0; i < frozen->segment_count; i++)
		segment_unref(frozen->segments[i]);
	free(frozen->segments);
	free(frozen);
}

static uint64_t
frozen_first_event_id(const struct frozen *frozen)
{
	return frozen->memtable != NULL
	    ? memtable_first_event_id(frozen->memtable)
	    : segment_meta(frozen->segments[0])->event_id_first;
}

void
shard_push_frozen(struct shard *shard, struct frozen *frozen)
{
	*shard->frozen_tail = frozen;
	shard->frozen_tail = &frozen->next;
	shard->frozen_count++;
}

/*
 * Without memory the active MemTable goes on growing: rotation is tried again
 * soon, or when there is work.
 */
static void
rotate_later(struct shard *shard)
{
	pthread_mutex_lock(&shard->lock);
	shard->must_rotate = true;
	shard->is_waiting = true;
	if (shard->work_head == NULL && !shard->is_stopping)
		(void)os_cond_wait_until(&shard->wake, &shard->lock,
		    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS);
	shard->is_waiting = false;
	pthread_mutex_unlock(&shard->lock);
}

bool
shard_rotate(struct shard *shard)
{
	struct frozen *frozen = malloc(sizeof(*frozen));
	struct memtable *full = shard->active;
	struct error err;

	if (frozen == NULL || start_memtable(shard, &err) != 0) {
		free(frozen);
		return false;
	}
	*frozen = (struct frozen){ .memtable = full };
	pthread_mutex_lock(&shard->lock);
	shard_push_frozen(shard, frozen);
	shard->active_bytes = 0;
	shard->active_rows = 0;
	shard->active_first_event_id = 0;
	shard_update_full(shard);
	pthread_mutex_unlock(&shard->lock);
	flusher_wake(&shard->engine->flusher);
	return true;
}

/* ---- applying ---- */

/* What is in the log cannot be refused any more. */
static void
wait_for_memory(struct shard *shard)
{
	log_error(LOG_SHARD, "out of memory, waiting for some",
	    LOG_UINT("shard", shard->id));
	pthread_mutex_lock(&shard->lock);
	(void)os_cond_wait_until(&shard->wake, &shard->lock,
	    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS);
	pthread_mutex_unlock(&shard->lock);
}

/*
 * Append the rows of one entry.  The record is in the log: it cannot be refused
 * any more, so a lack of memory is waited out.
 */
static enum memtable_result
append_rows(struct shard *shard, const struct catalog *catalog,
    const struct entry *entry, uint64_t batch_event_id)
{
	const struct event_type *type = NULL;
	struct rows rows;
	uint32_t first = 0;

	if (rows_decode(entry, &rows))
		type = catalog_type_by_oid(catalog, rows.type_oid);
	if (type == NULL || !rows_bind(&rows, type))
		return MEMTABLE_MALFORMED;
	while (first < rows.count &&
	    batch_event_id + rows_ordinal(&rows, first) <=
		shard->flushed_event_id)
		first++;
	if (first == rows.count)
		return MEMTABLE_OK;
	for (;;) {
		enum memtable_result result = memtable_append(shard->active,
		    type, &rows, first, batch_event_id);

		if (result != MEMTABLE_NO_MEMORY)
			return result;
		wait_for_memory(shard);
	}
}

/* The rows of this shard among the entries: false if they are malformed. */
static bool
apply_entries(struct shard *shard, const struct catalog *catalog,
    struct reader entries, uint64_t first_event_id)
{
	struct entry entry;
	int rc;

	while ((rc = entry_next(&entries, &entry)) == 1)
		if (entry.kind == ENTRY_ROWS && entry.shard == shard->id &&
		    append_rows(shard, catalog, &entry, first_event_id) !=
			MEMTABLE_OK)
			return false;
	return rc == 0;
}

/* What others may know about the active MemTable. */
static void
note_active(struct shard *shard)
{
	if (memtable_row_count(shard->active) == 0)
		return;
	if (shard->active_first_event_id == 0)
		shard->active_since_ns = os_clock_monotonic_ns(os_clock_real());
	pthread_mutex_lock(&shard->lock);
	shard->active_first_event_id = memtable_first_event_id(shard->active);
	shard->active_bytes = memtable_bytes(shard->active);
	shard->active_rows = memtable_row_count(shard->active);
	shard_update_full(shard);
	pthread_mutex_unlock(&shard->lock);
}

static void
apply_work(struct shard *shard, struct shard_work *work)
{
	for (struct ticket *ticket = work->head; ticket != NULL;
	     ticket = ticket->next) {
		struct write_batch *batch = ticket->batch;
		struct error err;

		while (batch->staged_count > 0 &&
		    shard_adopt(shard, write_batch_entries(batch),
			batch->first_event_id, false, &err) != 0) {
			MUST(err.code == STELE_E_OUT_OF_MEMORY);
			wait_for_memory(shard);
		}
		/* We have encoded these bytes ourselves. */
		MUST(apply_entries(shard, batch->catalog,
		    write_batch_entries(batch), batch->first_event_id));
	}
	note_active(shard);
	commit_applied(shard->engine, work->group);
}

int
shard_replay(struct shard *shard, const struct catalog *catalog,
    const struct wal_replay_batch *batch, struct error *err)
{
	if (batch->first_event_id + batch->row_count <=
	    shard->flushed_event_id + 1)
		return 0;
	if (batch->has_segments) {
		int rc =
		    shard_adopt(shard, reader_over(batch->entries, batch->len),
			batch->first_event_id, true, err);

		if (rc != 0)
			return rc;
	}
	if (!apply_entries(shard, catalog,
		reader_over(batch->entries, batch->len), batch->first_event_id))
		return error_set(err, STELE_E_CORRUPT,
		    "log record of event %llu is malformed",
		    (unsigned long long)batch->first_event_id);
	note_active(shard);
	if (memtable_bytes(shard->active) >=
	    ENGINE_TUNED(shard->engine, memtable_size_bytes))
		(void)shard_rotate(shard); /* or the thread does, later */
	return 0;
}

/* ---- the thread ---- */

static int64_t
age_deadline_ns(const struct shard *shard)
{
	uint64_t age_ms = ENGINE_TUNED(shard->engine, memtable_age_ms);

	if (age_ms == 0 || shard->active_first_event_id == 0)
		return INT64_MAX;
	return shard->active_since_ns + (int64_t)age_ms * 1000000;
}

static bool
is_due(const struct shard *shard)
{
	int64_t deadline = age_deadline_ns(shard);

	return deadline != INT64_MAX &&
	    os_clock_monotonic_ns(os_clock_real()) >= deadline;
}

/* Under the lock: wait until there is something to do. */
static void
wait_for_work(struct shard *shard)
{
	int64_t deadline = age_deadline_ns(shard);

	shard->is_waiting = true;
	if (deadline == INT64_MAX || shard->frozen_count >= FROZEN_MAX)
		pthread_cond_wait(&shard->wake, &shard->lock);
	else
		(void)os_cond_wait_until(&shard->wake, &shard->lock, deadline);
	shard->is_waiting = false;
}

/* The next work; NULL when there is none but maybe a rotation. */
static struct shard_work *
next_work(struct shard *shard, bool *must_rotate, bool *must_stop)
{
	struct shard_work *work;

	pthread_mutex_lock(&shard->lock);
	while (shard->work_head == NULL && !shard->is_stopping &&
	    !(shard->must_rotate && shard->frozen_count < FROZEN_MAX) &&
	    !(is_due(shard) && shard->frozen_count < FROZEN_MAX))
		wait_for_work(shard);
	work = shard->work_head;
	if (work != NULL) {
		shard->work_head = work->next;
		if (shard->work_head == NULL)
			shard->work_tail = &shard->work_head;
	}
	*must_stop = work == NULL && shard->is_stopping;
	*must_rotate = shard->frozen_count < FROZEN_MAX &&
	    (shard->must_rotate || is_due(shard) ||
		shard->active_bytes >=
		    ENGINE_TUNED(shard->engine, memtable_size_bytes));
	if (*must_rotate)
		shard->must_rotate = false;
	pthread_mutex_unlock(&shard->lock);
	return work;
}

static void
shard_thread(void *arg)
{
	struct shard *shard = arg;
	bool must_rotate, must_stop;

	log_context_push("shard", shard->id);
	for (;;) {
		struct shard_work *work =
		    next_work(shard, &must_rotate, &must_stop);

		if (must_stop)
			break;
		if (must_rotate && memtable_row_count(shard->active) > 0 &&
		    !shard_rotate(shard))
			rotate_later(shard);
		if (work != NULL)
			apply_work(shard, work);
	}
	log_context_pop();
}

void
shard_push(struct shard *shard, struct shard_work *work)
{
	bool wake;

	work->next = NULL;
	pthread_mutex_lock(&shard->lock);
	*shard->work_tail = work;
	shard->work_tail = &work->next;
	wake = shard->is_waiting;
	pthread_mutex_unlock(&shard->lock);
	if (wake)
		pthread_cond_signal(&shard->wake);
}

void
shard_request_flush(struct shard *shard)
{
	pthread_mutex_lock(&shard->lock);
	if (shard->active_first_event_id != 0)
		shard->must_rotate = true;
	pthread_mutex_unlock(&shard->lock);
	pthread_cond_signal(&shard->wake);
}

/* ---- flushing ---- */

const struct frozen *
shard_take_frozen(struct shard *shard)
{
	const struct frozen *frozen = NULL;

	pthread_mutex_lock(&shard->lock);
	if (!shard->is_flushing && shard->frozen_head != NULL) {
		shard->is_flushing = true; /* keeps S3 */
		frozen = shard->frozen_head;
	}
	pthread_mutex_unlock(&shard->lock);
	return frozen;
}

void
shard_flushed(struct shard *shard)
{
	struct frozen *frozen;

	pthread_mutex_lock(&shard->lock);
	frozen = shard->frozen_head;
	shard->frozen_head = frozen->next;
	if (shard->frozen_head == NULL)
		shard->frozen_tail = &shard->frozen_head;
	shard->frozen_count--;
	shard->is_flushing = false;
	shard->flush_error.code = 0;
	shard_update_full(shard);
	pthread_mutex_unlock(&shard->lock);
	pthread_cond_signal(&shard->wake);
	frozen_free(frozen);
}

void
shard_flush_failed(struct shard *shard, const struct error *err)
{
	pthread_mutex_lock(&shard->lock);
	shard->is_flushing = false;
	shard->flush_error = *err;
	pthread_mutex_unlock(&shard->lock);
}

void
shard_put_back(struct shard *shard)
{
	pthread_mutex_lock(&shard->lock);
	shard->is_flushing = false;
	pthread_mutex_unlock(&shard->lock);
}

int
shard_check_flush(struct shard *shard, struct error *err)
{
	int rc;

	pthread_mutex_lock(&shard->lock);
	rc = shard->flush_error.code;
	if (rc != 0)
		*err = shard->flush_error;
	pthread_mutex_unlock(&shard->lock);
	return rc;
}

uint64_t
shard_flushed_position(struct shard *shard, uint64_t visible)
{
	uint64_t first;

	pthread_mutex_lock(&shard->lock);
	first = shard->active_first_event_id;
	if (shard->frozen_head != NULL)
		first = frozen_first_event_id(shard->frozen_head);
	pthread_mutex_unlock(&shard->lock);
	return first == 0 || first > visible ? visible : first - 1;
}

void
shard_status(struct shard *shard, struct shard_status *out)
{
	pthread_mutex_lock(&shard->lock);
	out->memtable_bytes = shard->active_bytes;
	out->memtable_rows = shard->active_rows;
	for (const struct frozen *frozen = shard->frozen_head; frozen != NULL;
	     frozen = frozen->next) {
		if (frozen->memtable == NULL)
			continue;
		out->passive_count++;
		out->passive_bytes += memtable_bytes(frozen->memtable);
		out->passive_rows += memtable_row_count(frozen->memtable);
	}
	pthread_mutex_unlock(&shard->lock);
}

/* ---- life ---- */

int
shard_init(struct shard *shard, struct engine *engine, uint32_t id,
    uint64_t flushed_event_id, struct error *err)
{
	*shard = (struct shard){
		.engine = engine,
		.id = id,
		.flushed_event_id = flushed_event_id,
	};
	shard->work_tail = &shard->work_head;
	shard->frozen_tail = &shard->frozen_head;
	pthread_mutex_init(&shard->lock, NULL);
	pthread_mutex_init(&shard->view_lock, NULL);
	os_cond_init(&shard->wake);
	return start_memtable(shard, err);
}

int
shard_start(struct shard *shard, struct error *err)
{
	char name[16];
	struct os_thread_options options = { .name = name };

	snprintf(name, sizeof(name), "shard-%u", (unsigned)shard->id);
	return os_thread_start(&shard->thread, &options, shard_thread, shard,
	    err);
}

void
shard_stop(struct shard *shard)
{
	if (shard->engine == NULL)
		return;
	pthread_mutex_lock(&shard->lock);
	shard->is_stopping = true;
	pthread_mutex_unlock(&shard->lock);
	pthread_cond_signal(&shard->wake);
	os_thread_join(&shard->thread);
}

void
shard_release(struct shard *shard)
{
	if (shard->engine == NULL)
		return;
	while (shard->frozen_head != NULL) {
		struct frozen *frozen = shard->frozen_head;

		shard->frozen_head = frozen->next;
		frozen_free(frozen);
	}
	memtable_unref(shard->active);
	pthread_mutex_destroy(&shard->lock);
	pthread_mutex_destroy(&shard->view_lock);
	pthread_cond_destroy(&shard->wake);
}
