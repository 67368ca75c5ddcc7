/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor_private.h -- what the kinds of actions share.
 *
 * An action returns nothing: what is wrong is in actor->failure, and whatever
 * it leaves open (results, a transaction) is closed after it.
 */
#pragma once

#include <stdbool.h>

#include "sim/random.h"
#include "stress/actor.h"

typedef void (*action_fn)(struct actor *actor);

/* A kind of action, and how often it is picked against the others. */
struct action {
	action_fn run;
	unsigned weight;
};

extern const struct action write_actions[]; /* write.c */
extern const struct action read_actions[];  /* read.c */
extern const struct action admin_actions[]; /* admin.c */

/* leave.c: end the connection in the middle of something. */
void leave_rudely(struct actor *actor);

/* Remember the first thing that went wrong. */
void actor_fail(struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Whether a result, which this clears, is what was expected.  A statement that
 * was cancelled or ran out of time is not, and is no failure either.
 */
bool actor_expect(struct actor *actor, PGresult *result, ExecStatusType status);

/* The same for the result of a statement. */
bool actor_command(struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Rows of a query: NULL if it was cancelled or failed. */
PGresult *actor_query(struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Send a statement without waiting for the answer. */
bool actor_send(struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline uint32_t
pick(struct actor *actor, uint32_t limit)
{
	return (uint32_t)random_below(&actor->random, limit);
}
