/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advisory_private.h -- who is in the way of whom, for the two files that keep
 * advisory locks.
 *
 * Threads: all with the mutex of the locks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/advisory_lock.h"

/* What one session holds of one number, in one mode. */
struct advisory_hold {
	struct advisory_hold *next; /* of its bucket */
	struct advisory_hold *next_own, *previous_own;
	struct advisory_owner *owner;
	struct advisory_request taken;
	uint32_t session_count;      /* how often, */
	uint64_t transaction_number; /* in the order of taking; 0: not for it */
};

/* Those of a number, and of others that share its bucket; NULL: none. */
struct advisory_hold *advisory_bucket(const struct advisory_locks *locks,
    uint64_t id);

bool advisory_same_number(const struct advisory_request *a,
    const struct advisory_request *b);

/* One number, and not both shared. */
bool advisory_conflict(const struct advisory_request *a,
    const struct advisory_request *b);

/* Who holds a number, in whatever mode, need not wait for those who wait. */
bool advisory_holds_number(const struct advisory_locks *locks,
    const struct advisory_owner *owner, const struct advisory_request *request);

/* Take it out of the queue that it is in. */
void advisory_dequeue(struct advisory_locks *locks, struct advisory_wait *wait);
