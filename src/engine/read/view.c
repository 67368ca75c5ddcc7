/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/read/view.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "os/clock.h"
#include "os/thread.h"

#define REST_NS INT64_C(100000000)

struct view_waiter {
	struct view_waiter *next;
	uint64_t position;
	void (*wake)(void *arg);
	void *arg;
};

static bool
give_back(atomic_uint *refs)
{
	return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

static void
take(atomic_uint *refs)
{
	atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

void
view_rest(void)
{
	os_sleep_until(os_clock_monotonic_ns(os_clock_real()) + REST_NS);
}

/* ---- parts of a shard ---- */

/* Room for what `old` has, if it is not NULL, and as much more. */
static struct shard_view *
shard_view_new(const struct shard_view *old, size_t segments, size_t adopted,
    size_t memtables)
{
	struct shard_view *part = calloc(1, sizeof(*part));

	if (part == NULL)
		return NULL;
	if (old != NULL) {
		segments += old->segment_count;
		adopted += old->adopted_count;
		memtables += old->memtable_count;
	}
	atomic_init(&part->refs, 1);
	part->segments = calloc(segments + 1, sizeof(void *));
	part->adopted = calloc(adopted + 1, sizeof(void *));
	part->memtables = calloc(memtables + 1, sizeof(void *));
	if (part->segments != NULL && part->adopted != NULL &&
	    part->memtables != NULL)
		return part;
	free(part->segments);
	free(part->adopted);
	free(part->memtables);
	free(part);
	return NULL;
}

void
shard_view_unref(struct shard_view *part)
{
	if (part == NULL || !give_back(&part->refs))
		return;
	for (uint32_t i = 0; i < part->segment_count; i++)
		segment_unref(part->segments[i]);
	for (uint32_t i = 0; i < part->adopted_count; i++)
		segment_unref(part->adopted[i]);
	for (uint32_t i = 0; i < part->memtable_count; i++)
		memtable_unref(part->memtables[i]);
	free(part->segments);
	free(part->adopted);
	free(part->memtables);
	free(part);
}

static void
put_segment(struct shard_view *part, struct segment *segment)
{
	part->segments[part->segment_count++] = segment_ref(segment);
}

static void
put_adopted(struct shard_view *part, struct segment *segment)
{
	part->adopted[part->adopted_count++] = segment_ref(segment);
}

static void
put_memtable(struct shard_view *part, struct memtable *memtable)
{
	part->memtables[part->memtable_count++] = memtable_ref(memtable);
}

static void
put_segments_of(struct shard_view *part, const struct shard_view *old)
{
	for (uint32_t i = 0; i < old->segment_count; i++)
		put_segment(part, old->segments[i]);
}

/* Those from `first` on. */
static void
put_adopted_of(struct shard_view *part, const struct shard_view *old,
    uint32_t first)
{
	for (uint32_t i = first; i < old->adopted_count; i++)
		put_adopted(part, old->adopted[i]);
}

static void
put_memtables_of(struct shard_view *part, const struct shard_view *old,
    uint32_t first)
{
	for (uint32_t i = first; i < old->memtable_count; i++)
		put_memtable(part, old->memtables[i]);
}

/* ---- views ---- */

void
view_unref(struct view *view)
{
	if (view == NULL || !give_back(&view->refs))
		return;
	for (uint32_t i = 0; i < view->shard_count; i++)
		shard_view_unref(view->shards[i]);
	free(view);
}

static struct view *
view_new(uint32_t shard_count)
{
	struct view *view =
	    calloc(1, sizeof(*view) + shard_count * sizeof(view->shards[0]));

	if (view == NULL)
		return NULL;
	atomic_init(&view->refs, 1);
	view->shard_count = shard_count;
	return view;
}

int
view_init(struct view_holder *holder, uint32_t shard_count, struct error *err)
{
	struct view *view = view_new(shard_count);
	bool is_whole = view != NULL;

	for (uint32_t i = 0; i < shard_count && is_whole; i++) {
		view->shards[i] = shard_view_new(NULL, 0, 0, 0);
		is_whole = view->shards[i] != NULL;
	}
	if (!is_whole) {
		view_unref(view);
		return error_no_memory(err);
	}
	pthread_mutex_init(&holder->lock, NULL);
	os_cond_init(&holder->moved);
	holder->shard_count = shard_count;
	holder->view = view;
	atomic_init(&holder->position, 0);
	return 0;
}

void
view_release(struct view_holder *holder)
{
	if (holder->view == NULL)
		return;
	MUST(holder->waiters == NULL);
	view_unref(holder->view);
	catalog_unref(holder->catalog);
	pthread_mutex_destroy(&holder->lock);
	pthread_cond_destroy(&holder->moved);
	holder->view = NULL;
}

/*
 * Make the view in which `part` stands for one shard the current one.  Only
 * one thread changes a shard at a time, but several change several.
 */
static int
swap_part(struct view_holder *holder, uint32_t shard, struct shard_view *part,
    struct error *err)
{
	struct view *fresh = view_new(holder->shard_count);
	struct view *old;

	if (fresh == NULL || part == NULL) {
		view_unref(fresh);
		shard_view_unref(part);
		return error_no_memory(err);
	}
	pthread_mutex_lock(&holder->lock);
	old = holder->view;
	for (uint32_t i = 0; i < old->shard_count; i++) {
		fresh->shards[i] = i == shard ? part : old->shards[i];
		if (i != shard)
			take(&old->shards[i]->refs);
	}
	holder->view = fresh;
	pthread_mutex_unlock(&holder->lock);
	view_unref(old);
	return 0;
}

/*
 * The part of a shard as it is.  Rotation (the shard's thread) and flush (a
 * worker) both change it: they hold the shard's view_lock.
 */
static struct shard_view *
part_of(struct view_holder *holder, uint32_t shard)
{
	struct shard_view *part;

	pthread_mutex_lock(&holder->lock);
	part = holder->view->shards[shard];
	pthread_mutex_unlock(&holder->lock);
	return part;
}

struct shard_view *
view_shard(struct view_holder *holder, uint32_t shard)
{
	struct shard_view *part;

	pthread_mutex_lock(&holder->lock);
	part = holder->view->shards[shard];
	take(&part->refs);
	pthread_mutex_unlock(&holder->lock);
	return part;
}

int
view_add_memtable(struct view_holder *holder, uint32_t shard,
    struct memtable *memtable, struct error *err)
{
	struct shard_view *old = part_of(holder, shard);
	struct shard_view *fresh = shard_view_new(old, 0, 0, 1);

	if (fresh != NULL) {
		put_segments_of(fresh, old);
		put_adopted_of(fresh, old, 0);
		put_memtables_of(fresh, old, 0);
		put_memtable(fresh, memtable);
	}
	return swap_part(holder, shard, fresh, err);
}

int
view_replace_memtable(struct view_holder *holder, uint32_t shard,
    struct memtable *oldest, struct segment *segment, struct error *err)
{
	struct shard_view *old = part_of(holder, shard);
	struct shard_view *fresh = shard_view_new(old, 1, 0, 0);

	MUST(old->memtable_count > 0 && old->memtables[0] == oldest);
	if (fresh != NULL) {
		put_segments_of(fresh, old);
		put_segment(fresh, segment);
		put_adopted_of(fresh, old, 0);
		put_memtables_of(fresh, old, 1);
	}
	return swap_part(holder, shard, fresh, err);
}

int
view_add_adopted(struct view_holder *holder, uint32_t shard,
    struct segment *const *segments, uint32_t count, struct error *err)
{
	struct shard_view *old = part_of(holder, shard);
	struct shard_view *fresh = shard_view_new(old, 0, count, 0);

	if (fresh != NULL) {
		put_segments_of(fresh, old);
		put_adopted_of(fresh, old, 0);
		for (uint32_t i = 0; i < count; i++)
			put_adopted(fresh, segments[i]);
		put_memtables_of(fresh, old, 0);
	}
	return swap_part(holder, shard, fresh, err);
}

int
view_settle_adopted(struct view_holder *holder, uint32_t shard, uint32_t count,
    struct error *err)
{
	struct shard_view *old = part_of(holder, shard);
	struct shard_view *fresh = shard_view_new(old, count, 0, 0);

	MUST(count <= old->adopted_count);
	if (fresh != NULL) {
		put_segments_of(fresh, old);
		for (uint32_t i = 0; i < count; i++)
			put_segment(fresh, old->adopted[i]);
		put_adopted_of(fresh, old, count);
		put_memtables_of(fresh, old, 0);
	}
	return swap_part(holder, shard, fresh, err);
}

static bool
is_among(const struct segment *segment, struct segment *const *segments,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (segments[i] == segment)
			return true;
	return false;
}

static int
compare_segments(const void *a, const void *b)
{
	const struct segment_meta *x =
	    segment_meta(*(struct segment *const *)a);
	const struct segment_meta *y =
	    segment_meta(*(struct segment *const *)b);

	return (x->event_id_first > y->event_id_first) -
	    (x->event_id_first < y->event_id_first);
}

int
view_replace_segments(struct view_holder *holder, uint32_t shard,
    struct segment *const *removed, uint32_t removed_count,
    struct segment *const *added, uint32_t added_count, struct error *err)
{
	struct shard_view *old = part_of(holder, shard);
	struct shard_view *fresh = shard_view_new(old, added_count, 0, 0);

	if (fresh != NULL) {
		for (uint32_t i = 0; i < old->segment_count; i++)
			if (!is_among(old->segments[i], removed, removed_count))
				put_segment(fresh, old->segments[i]);
		MUST(
		    fresh->segment_count == old->segment_count - removed_count);
		for (uint32_t i = 0; i < added_count; i++)
			put_segment(fresh, added[i]);
		qsort(fresh->segments, fresh->segment_count,
		    sizeof(fresh->segments[0]), compare_segments);
		put_adopted_of(fresh, old, 0);
		put_memtables_of(fresh, old, 0);
	}
	return swap_part(holder, shard, fresh, err);
}

/* ---- publishing ---- */

static void
wake_all(struct view_waiter *waiters)
{
	while (waiters != NULL) {
		struct view_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->wake(waiter->arg);
		free(waiter);
	}
}

/* Under the lock: take out of the list who waits for at most `position`. */
static struct view_waiter *
take_waiters(struct view_holder *holder, uint64_t position)
{
	struct view_waiter **link = &holder->waiters;
	struct view_waiter *taken = NULL;

	while (*link != NULL) {
		struct view_waiter *waiter = *link;

		if (waiter->position > position) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		waiter->next = taken;
		taken = waiter;
	}
	return taken;
}

void
view_publish(struct view_holder *holder, uint64_t position,
    const struct catalog *catalog)
{
	const struct catalog *old = NULL;
	struct view_waiter *woken;

	pthread_mutex_lock(&holder->lock);
	MUST(position >=
	    atomic_load_explicit(&holder->position, memory_order_relaxed));
	atomic_store_explicit(&holder->position, position,
	    memory_order_release);
	if (catalog != NULL) {
		old = holder->catalog;
		holder->catalog = catalog;
	}
	woken = take_waiters(holder, position);
	pthread_cond_broadcast(&holder->moved);
	pthread_mutex_unlock(&holder->lock);
	catalog_unref(old);
	wake_all(woken);
}

void
view_close(struct view_holder *holder)
{
	struct view_waiter *woken;

	pthread_mutex_lock(&holder->lock);
	holder->is_closed = true;
	woken = take_waiters(holder, UINT64_MAX);
	pthread_cond_broadcast(&holder->moved);
	pthread_mutex_unlock(&holder->lock);
	wake_all(woken);
}

bool
view_wait(struct view_holder *holder, uint64_t position)
{
	bool is_reached;

	pthread_mutex_lock(&holder->lock);
	while (atomic_load_explicit(&holder->position, memory_order_relaxed) <
		position &&
	    !holder->is_closed)
		pthread_cond_wait(&holder->moved, &holder->lock);
	is_reached = atomic_load_explicit(&holder->position,
			 memory_order_relaxed) >= position;
	pthread_mutex_unlock(&holder->lock);
	return is_reached;
}

uint64_t
engine_position(struct engine *engine)
{
	/* Pairs with the release in view_publish(). */
	return atomic_load_explicit(&engine->view.position,
	    memory_order_acquire);
}

const struct catalog *
engine_catalog(struct engine *engine)
{
	struct view_holder *holder = &engine->view;
	const struct catalog *catalog;

	pthread_mutex_lock(&holder->lock);
	catalog = catalog_ref(holder->catalog);
	pthread_mutex_unlock(&holder->lock);
	return catalog;
}

/* ---- snapshots ---- */

/* Under the holder's lock: the youngest, of what there is now. */
static void
snapshot_init(struct snapshot *snapshot, struct view_holder *holder)
{
	atomic_init(&snapshot->refs, 1);
	atomic_init(&snapshot->is_too_old, false);
	pthread_mutex_init(&snapshot->lock, NULL);
	snapshot->user_count = 0;
	snapshot->catalog = catalog_ref(holder->catalog);
	snapshot->view = holder->view;
	take(&holder->view->refs);
	snapshot->holder = holder;
	snapshot->younger = NULL;
	snapshot->older = holder->youngest;
	if (holder->youngest != NULL)
		holder->youngest->younger = snapshot;
	else
		holder->oldest = snapshot;
	holder->youngest = snapshot;
}

static void
unlink_snapshot(struct snapshot *snapshot)
{
	struct view_holder *holder = snapshot->holder;

	pthread_mutex_lock(&holder->lock);
	if (snapshot->older != NULL)
		snapshot->older->younger = snapshot->younger;
	else
		holder->oldest = snapshot->younger;
	if (snapshot->younger != NULL)
		snapshot->younger->older = snapshot->older;
	else
		holder->youngest = snapshot->older;
	pthread_mutex_unlock(&holder->lock);
}

struct snapshot *
engine_snapshot(struct engine *engine, uint64_t after, void (*wake)(void *arg),
    void *arg)
{
	struct view_holder *holder = &engine->view;
	struct snapshot *snapshot = malloc(sizeof(*snapshot));
	struct view_waiter *waiter = NULL;

	if (after != 0)
		waiter = malloc(sizeof(*waiter));
	if (snapshot == NULL || (after != 0 && waiter == NULL)) {
		free(snapshot);
		free(waiter);
		if (after != 0)
			wake(arg); /* to try again */
		return NULL;
	}
	pthread_mutex_lock(&holder->lock); /* keeps R3 */
	snapshot->position =
	    atomic_load_explicit(&holder->position, memory_order_relaxed);
	if (waiter != NULL && snapshot->position < after &&
	    !holder->is_closed) {
		*waiter = (struct view_waiter){
			.next = holder->waiters,
			.position = after,
			.wake = wake,
			.arg = arg,
		};
		holder->waiters = waiter;
		pthread_mutex_unlock(&holder->lock);
		free(snapshot);
		return NULL;
	}
	snapshot_init(snapshot, holder);
	pthread_mutex_unlock(&holder->lock);
	free(waiter);
	return snapshot;
}

struct snapshot *
snapshot_ref(struct snapshot *snapshot)
{
	take(&snapshot->refs);
	return snapshot;
}

void
snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot == NULL || !give_back(&snapshot->refs))
		return;
	unlink_snapshot(snapshot);
	catalog_unref(snapshot->catalog);
	view_unref(snapshot->view);
	pthread_mutex_destroy(&snapshot->lock);
	free(snapshot);
}

uint64_t
snapshot_position(const struct snapshot *snapshot)
{
	return snapshot->position;
}

const struct catalog *
snapshot_catalog(const struct snapshot *snapshot)
{
	return snapshot->catalog;
}
