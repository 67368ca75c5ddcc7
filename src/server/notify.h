/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h -- who listens on which channel, and what they have been told.
 *
 * What is published on a channel goes to every session that listens on it, in
 * the order of publishing, which is that of commits.  A session takes it when
 * it is idle and outside a transaction.  What waits for a session is bounded: it
 * is told that it was too slow, and nothing more, once there is no room.
 *
 * An event that was committed is told of by its number.  Those of one type that
 * follow each other are one notice: a load of millions costs as much as one.
 *
 * Threads: every function may be called by any thread but those that take a
 * listener, which its session alone calls.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "os/thread.h"

struct error;
struct notice;
struct notify_channel;

#define NOTIFY_QUEUE_BYTES  ((size_t)8 << 20) /* of one listener */
#define NOTIFY_PAYLOAD_MAX  8000              /* a payload is shorter */
#define NOTIFY_CHANNELS_MAX 1024              /* of one listener */
#define NOTIFY_BUCKETS      64u

struct notify_hub {
	pthread_mutex_t mutex;
	atomic_uint channel_count; /* that somebody listens on */
	struct notify_channel *buckets[NOTIFY_BUCKETS];
};

void notify_hub_init(struct notify_hub *hub);
/* When nobody listens any more. */
void notify_hub_release(struct notify_hub *hub);

/* ---- listening ---- */

/* A notice in one listener's queue. */
struct notify_entry;
/* One channel of one listener. */
struct notify_link;

/* Part of a session; zeroed but for wake and arg. */
struct notify_listener {
	/* Its queue is no longer empty; with the hub's mutex held. */
	void (*wake)(void *arg);
	void *arg;

	/* all private, and the hub's mutex guards them */
	struct notify_link *links;
	uint32_t link_count;
	struct notify_entry *first, *last;
	size_t queue_bytes;
	bool is_lost; /* something did not fit */
};

/* 0, also if it does already, or 53200 or 53400. */
MUST_USE int notify_listen(struct notify_hub *hub,
    struct notify_listener *listener, struct str channel, struct error *err);
bool notify_listens(struct notify_hub *hub,
    const struct notify_listener *listener, struct str channel);
void notify_unlisten(struct notify_hub *hub, struct notify_listener *listener,
    struct str channel);
/* No channel is left, and nothing in the queue. */
void notify_unlisten_all(struct notify_hub *hub,
    struct notify_listener *listener);

/* Call fn with each of the listener's channels. */
void notify_each_channel(struct notify_hub *hub,
    const struct notify_listener *listener,
    void (*fn)(void *arg, struct str channel), void *arg);

/*
 * Put what waits for the listener as NotificationResponses, as long as `out`
 * has less than out_max bytes.  Returns true if something is left.  *is_lost is
 * set when there was no room for all: what followed is gone.
 */
bool notify_put(struct notify_hub *hub, struct notify_listener *listener,
    struct buf *out, size_t out_max, bool *is_lost);

/* Whether something waits; a glance. */
bool notify_is_waiting(struct notify_hub *hub,
    const struct notify_listener *listener);

/* How full the fullest queue is, from 0 to 1. */
double notify_usage(struct notify_hub *hub);

/* ---- publishing ---- */

/* Whether anybody listens on anything: one load. */
static inline bool
notify_is_used(struct notify_hub *hub)
{
	return atomic_load_explicit(&hub->channel_count, memory_order_acquire) >
	    0;
}

bool notify_is_listened(struct notify_hub *hub, struct str channel);

void notify_publish(struct notify_hub *hub, int32_t pid, struct str channel,
    struct str payload);

/* Something on the channel could not be published: who listens has lost it. */
void notify_lose(struct notify_hub *hub, struct str channel);

/* "channel:id" of `count` events, the first of which is first_id. */
void notify_publish_events(struct notify_hub *hub, int32_t pid,
    struct str channel, uint64_t first_id, uint64_t count);
