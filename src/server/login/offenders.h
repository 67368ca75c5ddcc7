/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offenders.h -- who has failed to log in, and how long the next attempt waits.
 *
 * Failures are counted for an address and a role together: the first
 * OFFENDER_FREE cost nothing, and each one after doubles the wait from
 * OFFENDER_DELAY_MIN_MS to OFFENDER_DELAY_MAX_MS.  Attempts take turns: many at
 * a time are no faster than one after the other.  A success, or
 * OFFENDER_FORGET_MS without a failure, ends the count.  Names of roles that do
 * not exist are counted like others.
 *
 * The table has OFFENDER_COUNT places for whatever number of offenders.  A newcomer
 * takes the place of who has failed least among a few, and chance, by a key that
 * nobody knows, says which few: to be forgotten one has to make all of one's
 * neighbours worse than oneself, and wait for each failure of theirs.
 *
 * An address of IPv6 counts by its first 64 bits, which one customer has whole.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "os/thread.h"
#include "server/hba/hba.h"

struct error;
struct offender;

#define OFFENDER_COUNT        65536u
#define OFFENDER_FREE         5u
#define OFFENDER_DELAY_MIN_MS INT64_C(100)
#define OFFENDER_DELAY_MAX_MS INT64_C(30000)
#define OFFENDER_FORGET_MS    INT64_C(900000)

struct offenders {
	pthread_mutex_t mutex;
	uint64_t seed;          /* constant */
	struct offender *table; /* owned; NULL until somebody fails */
};

void offenders_init(struct offenders *offenders);
/* Take the key; before anybody fails.  STELE_E_INTERNAL. */
MUST_USE int offenders_open(struct offenders *offenders, struct error *err);
void offenders_release(struct offenders *offenders);

/* Not 0.  `role` is empty for what counts by the address alone. */
uint64_t offenders_key(const struct offenders *offenders,
    const struct hba_address *address, struct str role);

/*
 * Before a password is looked at: 0 if it may be now, else how many
 * milliseconds to wait before asking again.
 */
int64_t offenders_begin(struct offenders *offenders, uint64_t key,
    int64_t now_ms);

/* How it came out. */
void offenders_failed(struct offenders *offenders, uint64_t key,
    int64_t now_ms);
void offenders_succeeded(struct offenders *offenders, uint64_t key);
