/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_private.h -- the state of a connection of the HTTP door.
 *
 * Requests, one after another:
 *
 *   BETWEEN --> TAKING --> RUNNING --> BETWEEN
 *      |  ^ ^     |
 *      |  | +-- DROPPING
 *      |  +---- APPENDING
 *      +------> LEAVING
 *      |          +-> KNOWING --> DROPPING
 *      +------> UPGRADING
 *
 * BETWEEN   the next head is awaited
 * TAKING    a command's body is collected
 * RUNNING   the command has been given to the session, or is to be once more
 * KNOWING   the request is whole; once it is known who asks, the door answers
 *           itself (http_user.c)
 * APPENDING the body's lines are stored as they come (http_events.h)
 * DROPPING  the request is answered; the rest of its body is passed over
 * UPGRADING the connection is to be a WebSocket: what was asked for before is
 *           answered, and who asks is looked at; then there is no such state
 * LEAVING   the last request is answered; what comes is passed over until the
 *           client has gone or some time is over, since what a socket has not
 *           read when it is closed makes it take back what it has sent
 *
 * The reply.  Lines of statements without rows are kept until all statements are
 * answered: then the length of the reply is known.  With the first rows it
 * becomes chunks, sent while the query runs; what fails from then on breaks the
 * reply off, and the connection is closed without the last chunk.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "server/native/native.h"
#include "wire/http_request.h"

struct error;
struct http_events;
struct http_route;
struct native_basic;
struct native_request;
struct session;

enum http_stage {
	HTTP_BETWEEN,
	HTTP_TAKING,
	HTTP_RUNNING,
	HTTP_KNOWING,
	HTTP_APPENDING,
	HTTP_DROPPING,
	HTTP_UPGRADING,
	HTTP_LEAVING,
};

enum http_answer {
	HTTP_UNANSWERED,
	HTTP_IN_LINES,
	HTTP_IN_ROWS, /* the head has been put, and chunks */
	HTTP_BROKEN,  /* likewise, and something has failed */
	HTTP_ANSWERED,
};

enum http_patience {
	HTTP_NO_TIMER,
	HTTP_AWAITS_NEXT,  /* request */
	HTTP_AWAITS_MORE,  /* of the request */
	HTTP_AWAITS_LINES, /* of a COPY */
	HTTP_AWAITS_END,   /* of the connection */
};

/* What has been put for a request. */
struct http_reply {
	enum http_answer answer;
	struct buf lines; /* as they are, each ended by NUL */
	uint32_t line_count;
	/* As it was before rows were tried (voice.h). */
	enum http_answer tried_answer;
	bool tried_is_last;
};

struct http_door {
	enum http_stage stage;
	struct http_request request;
	const struct http_route *route; /* NULL: none is known */
	struct str parameter;           /* of its path */
	struct arena arena;             /* of the request */
	struct buf body;                /* of a command, as a text */
	struct buf raw;             /* what it was, if it is a translation */
	struct http_events *events; /* owned; while APPENDING */
	bool has_full_errors; /* ?errors=full: all that is known of them */
	int64_t started_ns;
	uint32_t request_count;
	bool is_last; /* the connection ends with this request */
	bool has_id;  /* the session's activity has the request's */
	/* What session->timer, or `lines_timer`, is for. */
	enum http_patience patience;
	/* While a COPY is on, the session's may be the statement's. */
	struct loop_timer lines_timer;
	struct http_reply reply;
};

/* ---- http_door.c ---- */

/* The answer has been put: of the body what is left is read, if it is little. */
enum step http_answered(struct session *session);
/* The request is answered by session->err. */
enum step http_refuse(struct session *session, int status);
/* What a session has for this door. */
void http_free_state(struct session *session);

/* ---- http_head.c ---- */

/* A request begins: nothing of the one before holds for it. */
void http_begin_request(struct session *session);
/* A head has come: what it asks for is answered, or its body is awaited. */
enum step http_take_head(struct session *session);
/* Nobody is let in like this: session->err, and the status. */
int http_not_let_in(struct session *session);

/* ---- http_translate.c ---- */

/* The body, once it is whole, becomes a statement's text; errors are answered. */
enum step http_translate(struct session *session);

/* ---- http_upgrade.c ---- */

/* The next step of a request that is UPGRADING. */
enum step http_upgrade(struct session *session);

/* ---- http_who.c ---- */

/* Run a command as whom the request is from: as native_request_run(). */
enum step http_run(struct session *session, struct str command);
/*
 * Who the request says it is from, by its fields or its command.  Strings are
 * borrowed, of `space` too, which the caller wipes.
 */
void http_know_request(struct session *session, struct str command,
    struct native_basic *space, struct native_request *out);

/* ---- http_user.c ---- */

/* The next step of a request that is KNOWING. */
enum step http_user_step(struct session *session);

/* ---- http_answer.c ---- */

/* The functions that a native door has. */
extern const struct native_door http_native_door;

/* A reply that comes in parts: its head, if that has not been put. */
void http_begin_stream(struct session *session, struct buf *out,
    const char *type);
size_t http_begin_part(struct session *session, struct buf *out);
void http_end_part(struct session *session, struct buf *out, size_t begin);
void http_end_stream(struct session *session, struct buf *out);
/* It cannot be ended. */
void http_break_stream(struct session *session);

/* A reply that stands for itself, whatever was put for the request before. */
void http_answer(struct session *session, int status, const char *type,
    struct str body);
/* One that is session->err: the object of SnelDB's. */
void http_answer_error(struct session *session, int status);
/* What the voice of the door does itself. */
void http_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid);
void http_committed(struct session *session, struct buf *out,
    uint64_t first_event_id);

/* ---- http_patience.c ---- */

/* What was waited for has come. */
void http_end_patience(struct session *session);
/*
 * In the middle of a request: a head is to be whole in time, a body to go on, and
 * not too slowly.  Who has not been let in has authentication_timeout for all
 * that he does, and a statement that runs its own.
 */
void http_await_more(struct session *session);
/* Between two requests; idle_session_timeout may be the shorter one. */
void http_await_next(struct session *session);
/* The client is to close the connection. */
void http_await_end(struct session *session);
/* The request cannot be answered as it should: with an error, or not to the end. */
void http_give_up(struct session *session, int status);
