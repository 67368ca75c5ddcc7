/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.h -- what one address may have of the server before anybody has logged
 * in: so many sockets at a time, and so many cancel requests a second.
 *
 * Whoever has neither an open socket nor asked lately to cancel is forgotten,
 * and no more than PEER_MAX are remembered.  Addresses are keys of
 * offenders_key(); UNIX sockets are not counted.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "os/thread.h"

struct peer;

#define PEER_BUCKETS     1024u
#define PEER_MAX         65536u
#define PEER_CANCELS     100 /* at once */
#define PEER_CANCEL_RATE 20  /* more of them a second */

struct peers {
	pthread_mutex_t mutex;
	uint32_t count;
	struct peer *buckets[PEER_BUCKETS];
};

void peers_init(struct peers *peers);
void peers_release(struct peers *peers);

/* One more socket that has not logged in; false above `limit`. */
bool peers_enter(struct peers *peers, uint64_t key, uint32_t limit,
    int64_t now_ms);
/* It has logged in, or is gone. */
void peers_leave(struct peers *peers, uint64_t key);

/* A cancel request; false if there were too many. */
bool peers_may_cancel(struct peers *peers, uint64_t key, int64_t now_ms);
