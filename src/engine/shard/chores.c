/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chores.c -- files of sessions' batches, on the threads of the flusher: who
 * commits or rolls back may be a thread that must not touch a file.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/append/stage_part.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "engine/shard/flush.h"

struct doomed {
	struct doomed *next;
	struct segment *segment; /* referenced */
};

static void
bury(struct segment *segment)
{
	segment_remove_at_end(segment);
	segment_unref(segment);
}

void
flusher_discard(struct flusher *flusher, struct segment *segment)
{
	struct doomed *doomed = malloc(sizeof(*doomed));

	if (doomed == NULL) {
		bury(segment); /* better late than never */
		return;
	}
	doomed->segment = segment;
	pthread_mutex_lock(&flusher->lock);
	doomed->next = flusher->doomed;
	flusher->doomed = doomed;
	pthread_mutex_unlock(&flusher->lock);
	flusher_wake(flusher);
}

bool
flusher_bury(struct flusher *flusher)
{
	struct doomed *doomed;
	bool is_any;

	pthread_mutex_lock(&flusher->lock);
	doomed = flusher->doomed;
	flusher->doomed = NULL;
	pthread_mutex_unlock(&flusher->lock);
	is_any = doomed != NULL;
	while (doomed != NULL) {
		struct doomed *next = doomed->next;

		bury(doomed->segment);
		free(doomed);
		doomed = next;
	}
	return is_any;
}

void
flusher_settle(struct flusher *flusher, struct write_batch *batch)
{
	struct error err = { .code = 0 };

	pthread_mutex_lock(&flusher->lock);
	if (flusher->failure.code != 0) {
		err = flusher->failure;
	} else {
		flusher_retry_stage(flusher, batch->part);
		batch->next = flusher->unsettled;
		flusher->unsettled = batch;
	}
	pthread_mutex_unlock(&flusher->lock);
	if (err.code != 0)
		commit_refuse(batch, err.code, &err);
	else
		flusher_wake(flusher);
}

void
flusher_refuse_unsettled(struct flusher *flusher, const struct error *err)
{
	struct write_batch *batch;

	pthread_mutex_lock(&flusher->lock);
	batch = flusher->unsettled;
	flusher->unsettled = NULL;
	pthread_mutex_unlock(&flusher->lock);
	while (batch != NULL) {
		struct write_batch *next = batch->next;

		commit_refuse(batch, err->code, err);
		batch = next;
	}
}

/* One that can be settled without waiting for other workers. */
static struct write_batch *
take_unsettled(struct flusher *flusher)
{
	struct write_batch **link = &flusher->unsettled;
	struct write_batch *batch;

	pthread_mutex_lock(&flusher->lock);
	while (*link != NULL && (*link)->part != NULL &&
	    (*link)->part->state == STAGE_UNDER_WAY)
		link = &(*link)->next;
	batch = *link;
	if (batch != NULL)
		*link = batch->next;
	pthread_mutex_unlock(&flusher->lock);
	return batch;
}

bool
flusher_do_chores(struct flusher *flusher)
{
	bool was_busy = flusher_bury(flusher);
	struct write_batch *batch;
	struct error err;

	while ((batch = take_unsettled(flusher)) != NULL) {
		was_busy = true;
		int rc = write_batch_settle(batch, &err);

		if (rc == 0)
			commit_settled(flusher->engine, batch);
		else
			commit_refuse(batch, rc, &err);
	}
	return was_busy;
}
