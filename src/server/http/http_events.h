/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_events.h -- POST /v1/events: events as lines of JSON, any number of them.
 *
 * The lines are added by COPY events, in groups: as many as there are when the
 * client pauses, or as fit into some hundred kilobytes.  Each group is one
 * transaction.  When it is durable its lines are reported, one a line:
 *
 *	{"line":1,"ok":true,"event_id":7}
 *	{"line":2,"ok":false,"sqlstate":"42P01","message":"...","position":9}
 *
 * and at the end how many there were.  A line that is wrong is left out, and the
 * others are stored.  With ?atomic=1 all lines are one transaction, which the
 * first wrong line undoes, and only the end is reported.
 *
 * Memory: a group, and its report.  A client that does not read the reports is
 * not read from.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "server/voice.h"

struct buf;
struct error;
struct http_events;
struct session;

/* A request that may append; its body is to come.  0, or a status. */
MUST_USE int http_events_begin(struct session *session);
/* More of its body, and the end of it. */
void http_events_feed(struct session *session);
void http_events_end(struct session *session);
/* Whether enough of the body has come to go on with. */
bool http_events_has_enough(const struct session *session);
/* Go on: STEP_IDLE when more of the body is needed. */
enum step http_events_step(struct session *session);
/* It has been answered, whatever is left of its body. */
bool http_events_is_over(const struct session *session);
void http_events_free(struct http_events *events);

/* COPY is for this only. */
bool http_events_may_copy(const struct session *session);
/* COPY is over: a group that has no good line waits for nothing. */
void http_events_ended(struct session *session, struct buf *out);
/* Its transaction is durable. */
void http_events_stored(struct session *session, struct buf *out,
    uint64_t first_event_id);
/* It is not: false if no reports are given, and the request has failed. */
bool http_events_not_stored(struct session *session, struct buf *out,
    const struct error *err);
