/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_activity.h -- what was done with each event type, counted for who
 * watches.
 *
 * Invariants
 *   A1  A counter once made stays until the engine is closed: it may be kept.
 *
 * Threads: any; nobody waits.  Without memory nothing is counted.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define TYPE_ACTIVITY_BUCKETS 1024u

struct type_activity;

enum type_count {
	TYPE_SCANS,       /* that read whole types, or what indexes leave */
	TYPE_SCAN_ROWS,   /* that these have handed out */
	TYPE_LOOKUPS,     /* scans of one context, or of given events */
	TYPE_LOOKUP_ROWS, /* likewise */
	TYPE_INSERTED,    /* rows, also those of batches that were given up */
	TYPE_BLOCKS_READ, /* of segments, by scans: from files, and .. */
	TYPE_BLOCKS_HIT,  /* .. from the cache */
	TYPE_COUNTS,
};

struct type_counter {
	struct type_counter *next; /* in its bucket; constant */
	uint32_t oid;
	atomic_uint_least64_t counts[TYPE_COUNTS];
};

/* All private; zeroed before the first use. */
struct type_counters {
	_Atomic(struct type_counter *) buckets[TYPE_ACTIVITY_BUCKETS];
};

void type_counters_release(struct type_counters *counters);

/* The counter of a type, made if it is new; NULL: no memory. */
struct type_counter *type_counter(struct type_counters *counters, uint32_t oid);

/* NULL is allowed. */
void type_count_add(struct type_counter *counter, enum type_count what,
    uint64_t more);

/* Of one type, or with oid 0 of all. */
void type_counters_get(struct type_counters *counters, uint32_t oid,
    struct type_activity *out);
void type_counters_reset(struct type_counters *counters, uint32_t oid);
