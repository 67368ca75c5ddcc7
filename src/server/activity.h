/* SPDX-License-Identifier: Apache-2.0 */
/*
 * activity.h -- what a session does, for others to see: pg_stat_activity.
 *
 * Threads: the session's writes, any thread reads; a lock that nobody holds for
 * longer than a copy takes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/str.h"
#include "os/thread.h"

struct database_stats;

#define ACTIVITY_QUERY_SIZE   1024 /* a longer one is cut */
#define ACTIVITY_NAME_SIZE    64
#define ACTIVITY_REQUEST_SIZE 64

enum activity_state {
	ACTIVITY_IDLE,
	ACTIVITY_ACTIVE,
	ACTIVITY_IN_TRANSACTION, /* idle in one */
	ACTIVITY_IN_FAILED_TRANSACTION,
};

/* Times are microseconds, 0: none. */
struct activity_view {
	enum activity_state state;
	int64_t session_start;
	int64_t transaction_start;
	int64_t query_start;
	int64_t state_change;
	size_t application_name_len;
	char application_name[ACTIVITY_NAME_SIZE];
	size_t request_id_len; /* of what it does for its client now */
	char request_id[ACTIVITY_REQUEST_SIZE];
	size_t query_len; /* of the last one, when idle */
	char query[ACTIVITY_QUERY_SIZE];
};

struct activity {
	pthread_mutex_t mutex; /* private, like all */
	struct activity_view view;
	struct database_stats *stats; /* NULL until the session begins, .. */
	int64_t counted_until;        /* .. of its time */
};

void activity_init(struct activity *activity, int64_t now);
void activity_release(struct activity *activity);

/* From now on to its end, the session's time is counted. */
void activity_count(struct activity *activity, struct database_stats *stats,
    int64_t now);
void activity_close(struct activity *activity, int64_t now);

void activity_set_name(struct activity *activity, struct str application_name);
/* How the client calls its present request; empty: it has no name. */
void activity_set_request(struct activity *activity, struct str request_id);
/* A statement begins. */
void activity_begin(struct activity *activity, struct str query, int64_t now);
/* Nothing is done any more. */
void activity_end(struct activity *activity, enum activity_state state,
    int64_t now);
void activity_get(struct activity *activity, struct activity_view *out);
