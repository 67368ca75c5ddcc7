/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h -- an event loop: a thread that waits for sockets, timers and
 * messages of other threads.
 *
 * Messages (loop_post) are how engine threads and workers reach a loop.  They
 * are intrusive and arrive in the order in which one thread sent them.  The
 * loop is woken when its queue turns from empty to not empty, so that a group
 * of completions costs one wake-up.
 *
 * Threads: loop_post() and loop_stop() may be called by any thread; all else
 * belongs to the loop's own thread, or to the one that opens and closes it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct error;
struct event_base;
struct loop;
struct net_chunk;

/* Embedded in what is sent.  Free to use again once fn has been called. */
struct loop_post {
	struct loop_post *next; /* private */
	void (*fn)(struct loop_post *post);
};

MUST_USE int loop_open(struct loop **out, struct error *err);

/* Run the loop on a thread of its own with this much stack. */
MUST_USE int loop_start(struct loop *loop, const char *name,
    size_t stack_size_bytes, struct error *err);

/* Leave the loop after what it does now; messages may be left. */
void loop_stop(struct loop *loop);

/* Wait for its thread, if it was started. */
void loop_join(struct loop *loop);

/* After loop_join(); NULL is allowed. */
void loop_close(struct loop *loop);

void loop_post(struct loop *loop, struct loop_post *post);

/*
 * Send a message to the loop from the fn of another: it arrives when all that
 * came together with that one have been delivered.  What has to be done once
 * for a group of messages is done there.
 */
void loop_defer(struct loop *loop, struct loop_post *post);

/*
 * Whether nothing else that has happened waits for the loop, as far as it knows:
 * what has come since it began its turn is not counted.
 */
bool loop_is_idle(const struct loop *loop);

/* ---- timers ---- */

/* All private, zeroed before the first use.  Costs nothing until armed. */
struct loop_timer {
	struct event *event;
	void (*fn)(void *arg);
	void *arg;
	struct loop *loop;
	bool is_armed; /* private, as the others */
};

/* Call fn(arg) once, after this time; arming again starts anew. */
MUST_USE int loop_timer_arm(struct loop *loop, struct loop_timer *timer,
    uint64_t delay_ms, void (*fn)(void *arg), void *arg, struct error *err);
void loop_timer_disarm(struct loop_timer *timer);
void loop_timer_release(struct loop_timer *timer);

/* ---- for the rest of net/ ---- */

struct event_base *loop_base(struct loop *loop);

/*
 * What the loop's connections hold of input and output; `more` wraps around
 * when it gets less.  Any thread may ask.
 */
void loop_add_conn_bytes(struct loop *loop, size_t more);
size_t loop_conn_bytes(const struct loop *loop);

/* Bytes to read into, shared by all connections of the loop. */
#define LOOP_SCRATCH_SIZE ((size_t)64 << 10)
uint8_t *loop_scratch(struct loop *loop);
