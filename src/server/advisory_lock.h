/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advisory_lock.h -- locks on numbers, which mean what the clients agree on:
 * pg_advisory_lock() and its like.
 *
 * A session holds a lock as often as it has taken it for itself, and until the
 * end of the transaction, or of the part of it, that took it first.  Shared holds of several sessions get along, an exclusive one
 * with none of another session.  Nobody sleeps here: who waits has a place in the
 * queue, and tries again.  Who comes later does not get in before him, unless he
 * holds the number already.  There are at most so many holds of all sessions together: 53200.
 *
 * Threads: any; all is under one mutex.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "os/thread.h"
#include "plan/plan.h"

struct advisory_hold;
struct error;

/* What a session holds; all zero at first, and empty when it ends. */
struct advisory_owner {
	/* under the mutex of the locks */
	struct advisory_hold *holds;
	uint32_t transaction_hold_count; /* of them */
	uint64_t last_number;            /* of a hold of a transaction */
	uint64_t search_number; /* the last search that has been here */
	int32_t pid;            /* for messages; the session sets it */
};

/* As PostgreSQL's max_locks_per_transaction is by default. */
#define ADVISORY_HOLDS_PER_CONNECTION 64

struct advisory_locks {
	uint32_t hold_count_max; /* immutable */
	pthread_mutex_t mutex;   /* all below */
	uint32_t hold_count;
	uint32_t bucket_count;            /* a power of two; 0: none yet */
	struct advisory_hold **buckets;   /* owned, by number */
	struct advisory_wait *first_wait; /* in the order of coming */
	uint64_t search_number; /* of the last search for a deadlock */
};

void advisory_init(struct advisory_locks *locks, uint32_t hold_count_max);
void advisory_release(struct advisory_locks *locks);

/*
 * 1: the owner holds it now; 0: another does, or waits for it;
 * STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int advisory_try(struct advisory_locks *locks,
    struct advisory_owner *owner, const struct advisory_request *request,
    struct error *err);

/*
 * The same, from the first time on with a place in the queue, which has to be
 * left when it was had or is given up.
 */
MUST_USE int advisory_wait(struct advisory_locks *locks,
    struct advisory_owner *owner, struct advisory_wait *wait,
    struct error *err);
void advisory_leave(struct advisory_locks *locks, struct advisory_wait *wait);

/*
 * STELE_E_DEADLOCK_DETECTED if sessions wait for each other, this one among
 * them.  Where one only waits for another's turn, it is let in before it.
 */
MUST_USE int advisory_check(struct advisory_locks *locks,
    const struct advisory_wait *wait, struct error *err);

/* Give back one hold of the session; false if it has none. */
bool advisory_unlock(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request);

/* All that the session holds for itself. */
void advisory_unlock_session(struct advisory_locks *locks,
    struct advisory_owner *owner);

/* What it holds for its transaction: whether it does; a mark in it; ... */
bool advisory_has_transaction(struct advisory_locks *locks,
    const struct advisory_owner *owner);
uint64_t advisory_mark(struct advisory_locks *locks,
    const struct advisory_owner *owner);
/* ... all that was taken after the mark, or with 0 all, is given back. */
void advisory_unlock_transaction(struct advisory_locks *locks,
    struct advisory_owner *owner, uint64_t mark);
