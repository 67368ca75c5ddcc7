/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.h -- events that are too old go, by event type.
 *
 * A type that is to be retained for some time has a horizon: events with an
 * older timestamp are not there any more.  It is in the catalogue, so that it
 * is logged, ordered with the rows and part of each snapshot, and it never goes
 * back (K6); whoever sets `retain` sets it in the same batch.  A thread moves
 * it on, as retention_rule.h says.
 *
 * Invariants
 *   H1  What a snapshot sees does not change: it reads with its own horizon.
 *   H2  No event older than the horizon at its commit is taken (22008).
 *
 * Threads: the thread's own, but for the functions here, which are any's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/retain/retention_rule.h"
#include "os/thread.h"

struct engine;
struct error;

/* A type whose horizon the thread moves. */
struct retained_type {
	uint32_t oid;
	int64_t retain_us;
	int64_t horizon; /* as it was last seen */
	int64_t moving;  /* .. and is to be */
	struct retention_anchor anchor;
	bool is_held; /* and that was told */
};

struct retention {
	struct engine *engine;
	struct os_thread thread;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t wake;
	bool is_stopping;

	struct retained_type *types; /* ascending oid; the thread's own */
	uint32_t type_count;
};

void retention_init(struct retention *retention, struct engine *engine);
MUST_USE int retention_start(struct retention *retention, struct error *err);
void retention_stop(struct retention *retention);
void retention_release(struct retention *retention);

/* One look at all types, as the thread does; for tests without the thread. */
void retention_run(struct retention *retention);
