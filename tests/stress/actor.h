/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor.h -- one of the stress test's clients: connects, does a few things of
 * all kinds, leaves politely or not, and again.
 *
 * An actor writes to an event type of its own, in units: what is stored
 * entirely or not at all.  Each row tells its unit and the unit's size, so
 * that any reader can see half a unit at any time.  Rows that must never be
 * seen, because they are rolled back, have the unit -1.
 *
 * Threads: an actor belongs to the thread that runs actor_run(), until that is
 * joined; struct stress says what is shared.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

enum {
	ACTOR_COUNT = 12,
	CONTEXT_COUNT = 64,
};

struct stress {
	const char *conninfo;
	const char *socket_path;
	/* Set once, by main or by an actor that failed; only a flag. */
	atomic_bool is_over;
	pthread_mutex_t lock;           /* of: */
	PGcancel *cancels[ACTOR_COUNT]; /* of connected actors, else NULL */
};

struct actor {
	struct stress *stress;
	uint32_t number;
	uint64_t random; /* state of the generator */
	PGconn *conn;
	int32_t unit;          /* the last one that was begun */
	uint64_t sent;         /* rows of units that may be there, */
	uint64_t acked;        /* and that must be */
	uint64_t position;     /* the greatest event_id that it has seen */
	uint32_t column_count; /* that it has added to its type */
	uint32_t table_count;  /* that it has made beside that */
	uint64_t actions;
	uint64_t cancelled;
	char failure[256]; /* what the server should not have answered */
};

/* For pthread_create(); arg is a struct actor. */
void *actor_run(void *arg);

/* The statement that makes the actor's event type; once, before it runs. */
void actor_define(struct actor *actor, PGconn *conn);

/* The rules for what is stored, when nobody writes any more. */
void actor_judge(struct actor *actor, PGconn *conn);
