/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_activity.c -- counters in a hash of lists that only grow at their heads.
 */
#include "engine/read/type_activity.h"

#include <stdlib.h>

#include "engine/engine.h"

static _Atomic(struct type_counter *) *
bucket_of(struct type_counters *counters, uint32_t oid)
{
	return &counters->buckets[oid % TYPE_ACTIVITY_BUCKETS];
}

void
type_counters_release(struct type_counters *counters)
{
	for (uint32_t i = 0; i < TYPE_ACTIVITY_BUCKETS; i++) {
		struct type_counter *counter =
		    atomic_load_explicit(&counters->buckets[i],
			memory_order_relaxed);

		while (counter != NULL) {
			struct type_counter *next = counter->next;

			free(counter);
			counter = next;
		}
	}
}

static struct type_counter *
find(struct type_counter *counter, uint32_t oid)
{
	while (counter != NULL && counter->oid != oid)
		counter = counter->next;
	return counter;
}

struct type_counter *
type_counter(struct type_counters *counters, uint32_t oid)
{
	_Atomic(struct type_counter *) *bucket = bucket_of(counters, oid);
	/* Acquire: pairs with the release below. */
	struct type_counter *head =
	    atomic_load_explicit(bucket, memory_order_acquire);
	struct type_counter *counter = find(head, oid), *made;

	if (counter != NULL)
		return counter;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return NULL;
	made->oid = oid;
	do {
		counter = find(head, oid); /* of who was faster */
		if (counter != NULL) {
			free(made);
			return counter;
		}
		made->next = head;
	} while (!atomic_compare_exchange_weak_explicit(bucket, &head, made,
	    memory_order_release, memory_order_acquire));
	return made;
}

/* Relaxed all: a number says nothing of other memory. */
void
type_count_add(struct type_counter *counter, enum type_count what,
    uint64_t more)
{
	if (counter != NULL && more > 0)
		atomic_fetch_add_explicit(&counter->counts[what], more,
		    memory_order_relaxed);
}

static uint64_t
count_of(const struct type_counter *counter, enum type_count what)
{
	return atomic_load_explicit(&counter->counts[what],
	    memory_order_relaxed);
}

static void
add_cb(void *arg, struct type_counter *counter)
{
	struct type_activity *out = arg;

	out->scans += count_of(counter, TYPE_SCANS);
	out->scan_rows += count_of(counter, TYPE_SCAN_ROWS);
	out->lookups += count_of(counter, TYPE_LOOKUPS);
	out->lookup_rows += count_of(counter, TYPE_LOOKUP_ROWS);
	out->inserted += count_of(counter, TYPE_INSERTED);
	out->blocks_read += count_of(counter, TYPE_BLOCKS_READ);
	out->blocks_hit += count_of(counter, TYPE_BLOCKS_HIT);
}

/* Call fn with each counter, or the one of a type. */
static void
each(struct type_counters *counters, uint32_t oid,
    void (*fn)(void *arg, struct type_counter *counter), void *arg)
{
	uint32_t first = oid == 0 ? 0 : oid % TYPE_ACTIVITY_BUCKETS;
	uint32_t limit = oid == 0 ? TYPE_ACTIVITY_BUCKETS : first + 1;

	for (uint32_t i = first; i < limit; i++) {
		struct type_counter *counter =
		    atomic_load_explicit(&counters->buckets[i],
			memory_order_acquire);

		for (; counter != NULL; counter = counter->next)
			if (oid == 0 || counter->oid == oid)
				fn(arg, counter);
	}
}

void
type_counters_get(struct type_counters *counters, uint32_t oid,
    struct type_activity *out)
{
	*out = (struct type_activity){ .scans = 0 };
	each(counters, oid, add_cb, out);
}

static void
reset_cb(void *arg UNUSED, struct type_counter *counter)
{
	for (uint32_t i = 0; i < TYPE_COUNTS; i++)
		atomic_store_explicit(&counter->counts[i], 0,
		    memory_order_relaxed);
}

void
type_counters_reset(struct type_counters *counters, uint32_t oid)
{
	each(counters, oid, reset_cb, NULL);
}
