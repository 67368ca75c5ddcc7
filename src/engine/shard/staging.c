/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staging.c -- parts of large batches (append/stage_part.h) on the threads of
 * the flusher: a worker claims one shard of the oldest part and writes it.
 */
#include "common/error.h"
#include "engine/append/stage_part.h"
#include "engine/engine_private.h"
#include "engine/shard/flush.h"

/* ---- the queue, under the lock ---- */

/* The next shard that has rows to be written. */
static void
find_shard(struct stage_part *part)
{
	while (part->next_shard < part->engine->shard_count &&
	    part->shards[part->next_shard].row_count == 0)
		part->next_shard++;
}

static bool
has_shard(const struct stage_part *part)
{
	return part->next_shard < part->engine->shard_count;
}

static void
queue_part(struct flusher *flusher, struct stage_part *part)
{
	struct stage_part **link = &flusher->parts;

	while (*link != NULL)
		link = &(*link)->next;
	*link = part;
	part->next = NULL;
	part->state = STAGE_UNDER_WAY;
	part->err.code = 0;
	part->next_shard = 0;
	find_shard(part);
}

/* Nobody claims any more of it. */
static void
unqueue_part(struct flusher *flusher, struct stage_part *part)
{
	struct stage_part **link = &flusher->parts;

	while (*link != NULL && *link != part)
		link = &(*link)->next;
	if (*link != NULL)
		*link = part->next;
	part->next_shard = part->engine->shard_count;
}

/* ---- the batch's side ---- */

/* What holds it up is told once; then it may be tried again. */
static int
tell_failure(struct stage_part *part, struct error *err)
{
	*err = part->err;
	part->state = STAGE_HELD;
	return err->code;
}

void
flusher_retry_stage(struct flusher *flusher, struct stage_part *part)
{
	if (part == NULL || part->state != STAGE_HELD)
		return;
	queue_part(flusher, part);
	flusher->has_work = true;
}

int
flusher_stage_ask(struct flusher *flusher, struct stage_part *part,
    void (*wake)(void *arg), void *arg, struct error *err)
{
	int rc = 0;

	pthread_mutex_lock(&flusher->lock);
	switch (part->state) {
	case STAGE_HELD:
		if (flusher->failure.code != 0) {
			part->err = flusher->failure;
			rc = tell_failure(part, err);
		} else {
			flusher_retry_stage(flusher, part);
		}
		break;
	case STAGE_UNDER_WAY:
		break;
	case STAGE_DONE:
		rc = 1;
		break;
	case STAGE_FAILED:
		rc = tell_failure(part, err);
		break;
	}
	if (rc == 0 && wake != NULL) {
		part->wake = wake;
		part->wake_arg = arg;
	}
	pthread_mutex_unlock(&flusher->lock);
	/* A worker for each shard, if there are so many. */
	if (rc == 0)
		pthread_cond_broadcast(&flusher->wake);
	return rc;
}

void
flusher_stage_wait(struct flusher *flusher, const struct stage_part *part)
{
	pthread_mutex_lock(&flusher->lock);
	while (part->state == STAGE_UNDER_WAY)
		pthread_cond_wait(&flusher->staged, &flusher->lock);
	pthread_mutex_unlock(&flusher->lock);
}

/* Under no lock: whoever waits is told, and what nobody wants any more goes. */
static void
part_ended(struct stage_part *part, bool is_given_up, void (*wake)(void *arg),
    void *arg)
{
	if (is_given_up)
		stage_part_free(part);
	if (wake != NULL)
		wake(arg);
}

void
flusher_stage_give_up(struct flusher *flusher, struct stage_part *part)
{
	void (*wake)(void *arg);
	void *arg;
	bool is_ours;

	pthread_mutex_lock(&flusher->lock);
	unqueue_part(flusher, part);
	part->is_given_up = true;
	is_ours = part->claimed == 0;
	wake = part->wake;
	arg = part->wake_arg;
	pthread_mutex_unlock(&flusher->lock);
	if (is_ours)
		part_ended(part, true, wake, arg);
}

/* ---- the workers' side ---- */

/* The next shard to write of the oldest part; NULL: there is none. */
static struct stage_part *
claim(struct flusher *flusher, uint32_t *shard)
{
	struct stage_part *part;

	pthread_mutex_lock(&flusher->lock);
	part = flusher->parts;
	if (part != NULL) {
		*shard = part->next_shard++;
		part->claimed++;
		find_shard(part);
		if (!has_shard(part))
			unqueue_part(flusher, part);
	}
	pthread_mutex_unlock(&flusher->lock);
	return part;
}

/* Whoever waits for a part has to look again. */
static void
end_part(struct flusher *flusher, struct stage_part *part, bool has_failed)
{
	void (*wake)(void *arg);
	void *arg;
	bool is_given_up;

	if (has_failed)
		stage_part_drop_segments(part); /* gives the room back */
	else
		buf_release(&part->bytes);
	pthread_mutex_lock(&flusher->lock);
	part->claimed--;
	part->state = has_failed ? STAGE_FAILED : STAGE_DONE;
	is_given_up = part->is_given_up;
	wake = part->wake;
	arg = part->wake_arg;
	part->wake = NULL;
	pthread_cond_broadcast(&flusher->staged);
	pthread_mutex_unlock(&flusher->lock);
	part_ended(part, is_given_up, wake, arg);
}

bool
flusher_do_stage(struct flusher *flusher)
{
	uint32_t shard;
	struct stage_part *part = claim(flusher, &shard);
	struct error err;
	bool is_last, has_failed;
	int rc;

	if (part == NULL)
		return false;
	rc = stage_part_write(part, shard, &err);
	pthread_mutex_lock(&flusher->lock);
	if (rc != 0) {
		part->err = err;
		unqueue_part(flusher, part);
	}
	/* The last one ends it, and until then has still claimed its own. */
	is_last = part->claimed == 1 && !has_shard(part);
	if (!is_last)
		part->claimed--;
	has_failed = part->err.code != 0;
	pthread_mutex_unlock(&flusher->lock);
	if (is_last)
		end_part(flusher, part, has_failed);
	return true;
}

/* Take a part that no worker is at from the queue, and fail it. */
static struct stage_part *
fail_part(struct flusher *flusher, const struct error *err)
{
	struct stage_part *part;

	pthread_mutex_lock(&flusher->lock);
	while ((part = flusher->parts) != NULL) {
		unqueue_part(flusher, part);
		part->err = *err;
		if (part->claimed == 0)
			break;
	}
	if (part != NULL)
		part->claimed = 1; /* ours */
	pthread_mutex_unlock(&flusher->lock);
	return part;
}

void
flusher_fail_parts(struct flusher *flusher, const struct error *err)
{
	struct stage_part *part;

	while ((part = fail_part(flusher, err)) != NULL)
		end_part(flusher, part, true);
}
