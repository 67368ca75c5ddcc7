/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/commit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/append/write_batch.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"

/* Numbered but not yet published, before others have to wait. */
#define BYTES_IN_FLIGHT_MAX ((size_t)256 * 1024 * 1024)

struct room_waiter {
	struct room_waiter *next;
	void (*wake)(void *arg);
	void *arg;
};

void
committer_init(struct committer *committer, const struct catalog *head,
    uint64_t next_event_id)
{
	*committer = (struct committer){
		.next_event_id = next_event_id,
		.head = head,
	};
	committer->waiting_tail = &committer->waiting_head;
	committer->groups_tail = &committer->groups_head;
	pthread_mutex_init(&committer->groups_lock, NULL);
}

static void
free_batches(struct write_batch *batches)
{
	while (batches != NULL) {
		struct write_batch *batch = batches;

		batches = batch->next;
		write_batch_free(batch);
	}
}

void
committer_release(struct committer *committer)
{
	if (committer->head == NULL)
		return;
	while (committer->groups_head != NULL) { /* of a log that failed */
		struct commit_group *group = committer->groups_head;

		committer->groups_head = group->next;
		free_batches(group->head);
		catalog_unref(group->catalog);
		free(group);
	}
	free_batches(committer->waiting_head);
	catalog_unref(committer->head);
	committer->head = NULL;
	pthread_mutex_destroy(&committer->groups_lock);
}

/* ---- telling ---- */

static void
finish(struct commit *commit, int rc, const struct error *err)
{
	commit->rc = rc;
	if (rc != 0)
		commit->err = *err;
	commit->done(commit);
}

/* Tell a batch's owner, once. */
static void
finish_batch(struct write_batch *batch, int rc, const struct error *err)
{
	struct commit *commit = batch->commit;

	batch->commit = NULL;
	if (commit == NULL)
		return;
	commit->first_event_id =
	    batch->row_count == 0 ? 0 : batch->first_event_id;
	commit->last_event_id = batch->row_count == 0
	    ? 0
	    : batch->first_event_id + batch->row_count - 1;
	finish(commit, rc, err);
}

/* ---- the critical section, under the log's lock ---- */

static struct commit_group *
group_new(struct engine *engine)
{
	struct commit_group *group = calloc(1,
	    sizeof(*group) + engine->shard_count * sizeof(group->work[0]));

	if (group == NULL)
		return NULL;
	group->tail = &group->head;
	atomic_init(&group->pending, 1); /* the sync */
	for (uint32_t i = 0; i < engine->shard_count; i++) {
		group->work[i].group = group;
		group->work[i].tail = &group->work[i].head;
	}
	return group;
}

/* 1, 0 if a shard is full, or why it will stay so. */
static int
shards_have_room(struct engine *engine, const struct write_batch *batch,
    struct error *err)
{
	int room = 1;

	for (uint32_t i = 0; i < engine->shard_count; i++) {
		int rc;

		if (batch->tickets[i].row_count == 0 ||
		    !(batch->staged_count > 0
			    ? shard_is_behind(&engine->shards[i])
			    : shard_is_full(&engine->shards[i])))
			continue;
		rc = shard_check_flush(&engine->shards[i], err);
		if (rc != 0)
			return rc;
		room = 0;
	}
	return room;
}

static int
has_room(struct engine *engine, const struct write_batch *batch,
    struct error *err)
{
	/*
	 * Sequentially consistent, as is has_waiting: either this sees the
	 * room that a publisher gave, or the publisher sees that one waits.
	 */
	size_t in_flight = atomic_load(&engine->commit.bytes_in_flight);

	if (in_flight != 0 &&
	    in_flight + batch->bytes.len > BYTES_IN_FLIGHT_MAX)
		return 0;
	return shards_have_room(engine, batch, err);
}

/* A new group, known as one in flight; the batch is its first. */
static void
begin_group(struct engine *engine, struct commit_group *group,
    struct write_batch *batch)
{
	struct committer *committer = &engine->commit;
	uint64_t len = batch->bytes.len - WAL_GROUP_HEADER_SIZE;

	group->wal.first_event_id = committer->next_event_id;
	if (len > WAL_COPY_SIZE_MAX)
		wal_adopt(engine->wal, &group->wal, batch->bytes.data,
		    batch->bytes.len);
	else
		wal_begin(engine->wal, &group->wal, len);
	pthread_mutex_lock(&committer->groups_lock);
	*committer->groups_tail = group;
	committer->groups_tail = &group->next;
	pthread_mutex_unlock(&committer->groups_lock);
}

/* Numbers, bytes, tickets: nothing here waits or fails. */
static void
enter_group(struct engine *engine, struct commit_group *group,
    struct write_batch *batch)
{
	struct committer *committer = &engine->commit;

	if (group->wal.is_adopted)
		MUST(group->head == NULL); /* W5, or it were not in the log */
	else
		wal_append(engine->wal, &group->wal,
		    batch->bytes.data + WAL_GROUP_HEADER_SIZE,
		    batch->bytes.len - WAL_GROUP_HEADER_SIZE);
	batch->first_event_id = committer->next_event_id; /* keeps C1 */
	batch->is_numbered = true;
	committer->next_event_id += batch->row_count;
	group->position = committer->next_event_id - 1;
	if (batch->row_count > 0)
		group->wal.last_event_id = group->position;
	for (uint32_t i = 0; i < engine->shard_count; i++) {
		struct ticket *ticket = &batch->tickets[i];

		if (ticket->row_count == 0)
			continue;
		*group->work[i].tail = ticket;
		group->work[i].tail = &ticket->next;
	}
	if (batch->ddl_count > 0) {
		catalog_unref(committer->head);
		committer->head = catalog_ref(batch->catalog);
		catalog_unref(group->catalog);
		group->catalog = catalog_ref(batch->catalog);
		group->wal.generation = batch->catalog->generation;
	}
	if (batch->mode == SYNC_ON || batch->ddl_count > 0)
		group->wal.must_sync = true;
	batch->next = NULL;
	*group->tail = batch;
	group->tail = &batch->next;
	group->bytes += batch->bytes.len;
	atomic_fetch_add_explicit(&committer->bytes_in_flight, batch->bytes.len,
	    memory_order_relaxed);
}

/*
 * Admit and number a batch: 1; 0 if it has to wait for room; or the error that
 * it is to be answered with.
 */
static int
try_commit(struct engine *engine, struct write_batch *batch, struct error *err)
{
	struct committer *committer = &engine->commit;
	struct commit_group *group;
	struct wal_group *wal_group;
	int rc;

	if (committer->has_failed) {
		pthread_mutex_lock(&engine->failure_lock);
		*err = engine->failure;
		pthread_mutex_unlock(&engine->failure_lock);
		return err->code;
	}
	rc = has_room(engine, batch, err);
	if (rc != 1)
		return rc;
	rc = wal_admit(engine->wal, batch->bytes.len - WAL_GROUP_HEADER_SIZE,
	    &wal_group, err);
	if (rc != 1)
		return rc;
	/* A batch that is written from its own memory stamps it before. */
	rc = write_batch_rebase(batch, committer->head,
	    committer->next_event_id, &batch->catalog, err);
	if (rc != 0)
		return rc;
	group = (struct commit_group *)wal_group;
	if (group == NULL) {
		group = group_new(engine);
		if (group == NULL)
			return error_no_memory(err);
		begin_group(engine, group, batch);
	}
	enter_group(engine, group, batch);
	return 1;
}

void
commit_refuse(struct write_batch *batch, int rc, const struct error *err)
{
	finish_batch(batch, rc, err);
	write_batch_free(batch);
}

void
engine_commit(struct engine *engine, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit)
{
	batch->commit = commit;
	batch->mode = mode;
	if (write_batch_is_empty(batch))
		commit_refuse(batch, 0, NULL);
	else if (!write_batch_is_settled(batch))
		flusher_settle(&engine->flusher, batch); /* writes files */
	else
		commit_settled(engine, batch);
}

void
commit_settled(struct engine *engine, struct write_batch *batch)
{
	struct committer *committer = &engine->commit;
	struct error err;
	int rc = write_batch_seal(batch, &err);

	if (rc != 0) {
		commit_refuse(batch, rc, &err);
		return;
	}
	wal_lock(engine->wal);
	if (committer->waiting_head == NULL)
		rc = try_commit(engine, batch, &err);
	if (rc == 0) {
		batch->next = NULL;
		*committer->waiting_tail = batch;
		committer->waiting_tail = &batch->next;
		atomic_store(&committer->has_waiting, true);
	}
	wal_unlock(engine->wal);
	if (rc == 0)
		/* Room that came between the asking and the queueing. */
		commit_admit_waiting(engine);
	if (rc < 0)
		commit_refuse(batch, rc, &err);
}

const struct catalog *
commit_catalog(struct engine *engine)
{
	const struct catalog *catalog;

	wal_lock(engine->wal);
	catalog = catalog_ref(engine->commit.head);
	wal_unlock(engine->wal);
	return catalog;
}

/* ---- those who wait ---- */

static void
wake_room_waiters(struct room_waiter *waiters)
{
	while (waiters != NULL) {
		struct room_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->wake(waiter->arg);
		free(waiter);
	}
}

/*
 * Try the first of those who wait: 1 it is in the log, 0 there is none or no
 * room, or the error that *batch is to be answered with.
 */
static int
admit_first(struct engine *engine, struct write_batch **batch,
    struct room_waiter **woken, struct error *err)
{
	struct committer *committer = &engine->commit;
	struct write_batch *after = NULL;
	int rc = 0;

	wal_lock(engine->wal);
	*batch = committer->waiting_head;
	if (*batch != NULL) {
		after = (*batch)->next; /* try_commit() links it anew */
		rc = try_commit(engine, *batch, err);
	}
	if (rc != 0)
		committer->waiting_head = after;
	if (committer->waiting_head == NULL) {
		committer->waiting_tail = &committer->waiting_head;
		atomic_store(&committer->has_waiting, false);
		*woken = committer->room_waiters;
		committer->room_waiters = NULL;
	}
	wal_unlock(engine->wal);
	return rc;
}

void
commit_admit_waiting(struct engine *engine)
{
	int rc;

	do {
		struct room_waiter *woken = NULL;
		struct write_batch *batch;
		struct error err;

		rc = admit_first(engine, &batch, &woken, &err);
		if (rc < 0)
			commit_refuse(batch, rc, &err);
		wake_room_waiters(woken);
	} while (rc != 0);
}

/* Take the batch of a commit from those who wait; NULL: it does not. */
static struct write_batch *
take_waiting(struct committer *committer, const struct commit *commit)
{
	struct write_batch **link = &committer->waiting_head;
	struct write_batch *batch;

	while (*link != NULL && (*link)->commit != commit)
		link = &(*link)->next;
	batch = *link;
	if (batch == NULL)
		return NULL;
	*link = batch->next;
	if (batch->next == NULL)
		committer->waiting_tail = link;
	return batch;
}

bool
engine_commit_cancel(struct engine *engine, const struct commit *commit)
{
	struct write_batch *batch;
	struct error err;

	if (!atomic_load(&engine->commit.has_waiting))
		return false;
	wal_lock(engine->wal);
	batch = take_waiting(&engine->commit, commit);
	wal_unlock(engine->wal);
	if (batch == NULL)
		return false;
	commit_refuse(batch,
	    error_set(&err, STELE_E_QUERY_CANCELED,
		"canceling statement due to user request"),
	    &err);
	/* It may have been what the others waited behind. */
	commit_admit_waiting(engine);
	return true;
}

bool
engine_may_be_full(struct engine *engine)
{
	return atomic_load(&engine->commit.has_waiting);
}

bool
engine_is_full(struct engine *engine, void (*wake)(void *arg), void *arg)
{
	struct committer *committer = &engine->commit;
	struct room_waiter *waiter;
	bool is_full;

	if (!engine_may_be_full(engine))
		return false;
	waiter = malloc(sizeof(*waiter));
	wal_lock(engine->wal);
	is_full = committer->waiting_head != NULL && waiter != NULL;
	if (is_full) {
		*waiter = (struct room_waiter){
			.next = committer->room_waiters,
			.wake = wake,
			.arg = arg,
		};
		committer->room_waiters = waiter;
	}
	wal_unlock(engine->wal);
	if (!is_full)
		free(waiter);
	return is_full;
}

/* ---- publication ---- */

/* Take the groups off the front whose turn has come. */
static struct commit_group *
take_ready(struct committer *committer)
{
	struct commit_group *first = committer->groups_head;
	struct commit_group **link = &committer->groups_head;

	/* Acquire: pairs with the release of whoever brought it to 0. */
	while (*link != NULL &&
	    atomic_load_explicit(&(*link)->pending, memory_order_acquire) == 0)
		link = &(*link)->next;
	if (link == &committer->groups_head)
		return NULL;
	committer->groups_head = *link;
	if (committer->groups_head == NULL)
		committer->groups_tail = &committer->groups_head;
	*link = NULL;
	return first;
}

/* The position and catalogue after these groups become what readers see. */
static void
publish_groups(struct engine *engine, struct commit_group *groups)
{
	const struct catalog *catalog = NULL;
	uint64_t position = 0;

	for (struct commit_group *group = groups; group != NULL;
	     group = group->next) {
		position = group->position;
		if (group->catalog == NULL)
			continue;
		catalog_unref(catalog);
		catalog = group->catalog;
		group->catalog = NULL;
	}
	view_publish(&engine->view, position, catalog);
}

static void
tell_and_free(struct engine *engine, struct commit_group *groups)
{
	size_t bytes = 0;

	while (groups != NULL) {
		struct commit_group *group = groups;

		groups = group->next;
		bytes += group->bytes;
		for (struct write_batch *batch = group->head; batch != NULL;
		     batch = batch->next)
			finish_batch(batch, 0, NULL);
		free_batches(group->head);
		free(group);
	}
	atomic_fetch_sub(&engine->commit.bytes_in_flight, bytes);
}

/*
 * Publish what is ready.  One thread does it at a time, so that positions only
 * rise; another that comes meanwhile leaves its group to that one, which looks
 * again under the lock before it stops.
 */
static void
publish_ready(struct engine *engine)
{
	struct committer *committer = &engine->commit;
	struct commit_group *groups;

	pthread_mutex_lock(&committer->groups_lock);
	if (committer->is_publishing) {
		pthread_mutex_unlock(&committer->groups_lock);
		return;
	}
	committer->is_publishing = true;
	while ((groups = take_ready(committer)) != NULL) {
		pthread_mutex_unlock(&committer->groups_lock);
		publish_groups(engine, groups);
		tell_and_free(engine, groups);
		if (atomic_load(&committer->has_waiting))
			commit_admit_waiting(engine);
		pthread_mutex_lock(&committer->groups_lock);
	}
	committer->is_publishing = false;
	pthread_mutex_unlock(&committer->groups_lock);
}

/* One of those that a group waits for is done: true for the last of them. */
static bool
is_last(struct commit_group *group)
{
	return atomic_fetch_sub_explicit(&group->pending, 1,
		   memory_order_acq_rel) == 1;
}

void
commit_applied(struct engine *engine, struct commit_group *group)
{
	if (is_last(group))
		publish_ready(engine);
}

/* ---- the log's hooks, on its threads ---- */

static void
on_closed(void *arg, struct wal_group *wal_group)
{
	struct engine *engine = arg;
	struct commit_group *group = (struct commit_group *)wal_group;
	unsigned shards = 0;

	for (uint32_t i = 0; i < engine->shard_count; i++)
		shards += group->work[i].head != NULL;
	/* Before any shard gets it: it cannot reach 0 without the sync. */
	atomic_fetch_add_explicit(&group->pending, shards,
	    memory_order_relaxed);
	for (uint32_t i = 0; i < engine->shard_count; i++)
		if (group->work[i].head != NULL)
			shard_push(&engine->shards[i], &group->work[i]);
}

/* Those who do not wait for the disk. */
static void
on_written(void *arg, struct wal_group *wal_group)
{
	struct commit_group *group = (struct commit_group *)wal_group;

	(void)arg;
	for (struct write_batch *batch = group->head; batch != NULL;
	     batch = batch->next)
		if (batch->mode == SYNC_OFF && batch->ddl_count == 0)
			finish_batch(batch, 0, NULL);
}

static void
on_synced(void *arg, struct wal_group *groups)
{
	struct engine *engine = arg;
	bool is_ready = false;

	while (groups != NULL) {
		struct commit_group *group = (struct commit_group *)groups;

		groups = groups->next; /* it may be freed by another thread */
		group->is_durable = true;
		if (is_last(group))
			is_ready = true;
	}
	if (is_ready)
		publish_ready(engine);
}

static void
on_room(void *arg)
{
	commit_admit_waiting(arg);
}

static void
on_grown(void *arg, uint64_t size_bytes)
{
	struct engine *engine = arg;

	if (ENGINE_TUNED(engine, max_wal_size_bytes) != 0 &&
	    size_bytes > ENGINE_TUNED(engine, max_wal_size_bytes))
		flusher_wake(&engine->flusher);
	archiver_wake(&engine->archiver);
}

/*
 * The log has failed: groups that are not durable never will be.  They stay in
 * flight until engine_close(), as shards may still read them.
 */
static void
on_failed(void *arg, const struct error *err)
{
	struct engine *engine = arg;
	struct committer *committer = &engine->commit;
	struct commit_group *group;

	engine_fail(engine, err);
	/* From the first that is not durable on, the list does not change. */
	pthread_mutex_lock(&committer->groups_lock);
	group = committer->groups_head;
	while (group != NULL && group->is_durable)
		group = group->next;
	pthread_mutex_unlock(&committer->groups_lock);
	for (; group != NULL; group = group->next)
		for (struct write_batch *batch = group->head; batch != NULL;
		     batch = batch->next)
			finish_batch(batch, err->code, err);
}

struct wal_hooks
commit_hooks(struct engine *engine)
{
	return (struct wal_hooks){
		.arg = engine,
		.closed = on_closed,
		.written = on_written,
		.synced = on_synced,
		.room = on_room,
		.grown = on_grown,
		.failed = on_failed,
	};
}

/* ---- failure ---- */

void
commit_stop(struct engine *engine)
{
	wal_lock(engine->wal);
	engine->commit.has_failed = true;
	wal_unlock(engine->wal);
	commit_admit_waiting(engine); /* answers them all with the failure */
}
