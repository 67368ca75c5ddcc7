/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What snapshots keep from being freed, and its limit.
 *
 * A snapshot keeps the MemTables of its view, also when they have become
 * segments meanwhile.  Their number is bounded when it is taken and does not
 * grow; but snapshots may be many.  After each flush, from the youngest to the
 * oldest, what they keep is added up; who does not fit, and all that are older,
 * are too old: they give up their views as soon as nobody is opening something
 * in them.  Cursors hold what they are reading themselves, until they are
 * closed.
 */
#include "common/error.h"
#include "engine/memtable/memtable.h"
#include "engine/read/view.h"

static int
too_old(struct error *err)
{
	(void)error_set(err, STELE_E_SNAPSHOT_TOO_OLD, "snapshot too old");
	return error_detail(err,
	    "What was flushed since it was taken is more than "
	    "old_snapshot_memory.");
}

int
snapshot_check(const struct snapshot *snapshot, struct error *err)
{
	/* A question of time alone: what is read is held. */
	if (!atomic_load_explicit(&snapshot->is_too_old, memory_order_relaxed))
		return 0;
	return too_old(err);
}

int
snapshot_enter(struct snapshot *snapshot, struct error *err)
{
	int rc;

	pthread_mutex_lock(&snapshot->lock);
	rc = snapshot_check(snapshot, err);
	if (rc == 0)
		snapshot->user_count++;
	pthread_mutex_unlock(&snapshot->lock);
	return rc;
}

/* Under the lock: the view, if it is to go now. */
static struct view *
give_up(struct snapshot *snapshot)
{
	struct view *view = NULL;

	if (snapshot->user_count == 0 &&
	    atomic_load_explicit(&snapshot->is_too_old, memory_order_relaxed)) {
		view = snapshot->view;
		snapshot->view = NULL;
	}
	return view;
}

void
snapshot_leave(struct snapshot *snapshot)
{
	struct view *view;

	pthread_mutex_lock(&snapshot->lock);
	snapshot->user_count--;
	view = give_up(snapshot);
	pthread_mutex_unlock(&snapshot->lock);
	view_unref(view);
}

/* Bytes of flushed MemTables in the view that have not this mark; they get it. */
static size_t
kept_bytes(const struct view *view, uint64_t mark)
{
	size_t bytes = 0;

	for (uint32_t s = 0; s < view->shard_count; s++) {
		const struct shard_view *part = view->shards[s];

		for (uint32_t m = 0; m < part->memtable_count; m++)
			bytes += memtable_mark_kept(part->memtables[m], mark);
	}
	return bytes;
}

/*
 * Under the holder's lock: the oldest of those that fit; they and what is
 * younger stay.
 */
static struct snapshot *
oldest_that_fits(struct view_holder *holder, size_t limit_bytes)
{
	uint64_t mark = ++holder->kept_mark;
	struct snapshot *fits = NULL;
	size_t bytes = 0;

	for (struct snapshot *s = holder->youngest; s != NULL; s = s->older) {
		pthread_mutex_lock(&s->lock);
		if (s->view != NULL)
			bytes += kept_bytes(s->view, mark);
		pthread_mutex_unlock(&s->lock);
		if (bytes > limit_bytes)
			break;
		fits = s;
	}
	return fits;
}

size_t
view_kept_bytes(struct view_holder *holder)
{
	size_t bytes = 0;
	uint64_t mark;

	pthread_mutex_lock(&holder->lock);
	mark = ++holder->kept_mark;
	for (struct snapshot *s = holder->youngest; s != NULL; s = s->older) {
		pthread_mutex_lock(&s->lock);
		if (s->view != NULL)
			bytes += kept_bytes(s->view, mark);
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_unlock(&holder->lock);
	return bytes;
}

/* One that is too old and does not know yet: its view is given up. */
static bool
end_one(struct view_holder *holder, const struct snapshot *fits)
{
	struct snapshot *s = holder->oldest;
	struct view *view = NULL;
	bool is_found = false;

	for (; s != fits && !is_found; s = s->younger) {
		pthread_mutex_lock(&s->lock);
		is_found =
		    !atomic_load_explicit(&s->is_too_old, memory_order_relaxed);
		if (is_found) {
			atomic_store_explicit(&s->is_too_old, true,
			    memory_order_relaxed);
			view = give_up(s);
		}
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_unlock(&holder->lock);
	view_unref(view); /* frees memory: not under the lock */
	pthread_mutex_lock(&holder->lock);
	return is_found;
}

void
view_limit_snapshots(struct view_holder *holder, struct memtable *flushed,
    size_t limit_bytes)
{
	struct snapshot *fits;

	pthread_mutex_lock(&holder->lock);
	memtable_set_flushed(flushed);
	do
		fits = oldest_that_fits(holder, limit_bytes);
	while (end_one(holder, fits));
	pthread_mutex_unlock(&holder->lock);
}
