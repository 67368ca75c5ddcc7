/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native.h -- what the native doors have in common: how a session of theirs
 * begins, who it is for, and its replies.
 *
 * A reply of the native language is one of three:
 *
 *   rows    in a result format (wire/result_format.h)
 *   lines   what a statement without rows has to say, as text
 *   error   a code as HTTP's, and a line of text
 *
 * Which of them a statement gets, and with which words, is decided here; a door
 * is a `struct native_door` that puts them into what its clients read: bare
 * lines, HTTP's messages, WebSocket's.  A door's voice is
 *
 *	const struct voice voice_x = {
 *		.startup = ..., .input = ..., NATIVE_REPLIES,
 *	};
 *
 * Memory: `struct native` is the session's, from session_open() on.
 * Threads: as voice.h says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "net/loop.h"
#include "server/native/admit.h"
#include "server/voice.h"
#include "wire/line_reader.h"
#include "wire/result_format.h"

struct ast_stmt;
struct error;
struct native_password;
struct http_door;
struct session;
struct websocket_state;

/* ---- replies ---- */

/* An error as the clients of a native door get it. */
struct native_error {
	int status; /* 400, 401, 403, 500 or 503 */
	/* It is said before a statement was understood, or about none. */
	bool is_front_end;
	struct str text;         /* one line */
	const struct error *err; /* what that was made of; borrowed */
};

struct native_door {
	const char *name; /* for the log */
	const char *alpn; /* what TLS clients may name; NULL is "stele" */
	bool is_of_lines; /* over TLS a short reply is a record a line */

	/* Rows follow, in the format of `native->writer`. */
	void (*begin_rows)(struct session *session, struct buf *out);
	/* voice.h, try_rows() and forget_rows(); NULL: nothing to remember. */
	bool (*try_rows)(struct session *session);
	void (*forget_rows)(struct session *session);
	/* Around each part of them; NULL: nothing. */
	size_t (*begin_part)(struct session *session, struct buf *out);
	void (
	    *end_part)(struct session *session, struct buf *out, size_t begin);
	/* They have all been put. */
	void (*end_rows)(struct session *session, struct buf *out);
	/*
	 * An error amid rows, behind what the format has to say of it, if it has
	 * a word for errors: the reader has to see that they are not whole.
	 */
	void (*break_rows)(struct session *session, struct buf *out,
	    const struct native_error *error);

	void (*put_lines)(struct session *session, struct buf *out,
	    const struct str *lines, uint32_t count);
	void (*put_error)(struct session *session, struct buf *out,
	    const struct native_error *error);
	/* AUTH has succeeded: "OK TOKEN ..."; NULL: a line as others are. */
	void (*put_token)(struct session *session, struct buf *out,
	    struct str line);
	/* All statements of a request are answered. */
	void (*end_request)(struct session *session, struct buf *out);
};

/* What a statement's rows become. */
enum native_shape {
	NATIVE_ROWS,
	NATIVE_TEXTS,       /* a line each: the values */
	NATIVE_USERS,       /* of LIST USERS */
	NATIVE_PERMISSIONS, /* of SHOW PERMISSIONS */
	NATIVE_KEY,         /* of CREATE USER and ROTATE KEY */
};

struct native {
	const struct native_door *door;
	/* For the next result; a door may choose another before a request. */
	const struct result_format *format;
	bool has_begun; /* the client has been admitted, once at least, .. */
	struct native_identity acts_as; /* .. and then as this role last */
	struct native_peer peer;
	char peer_name[NATIVE_NAME_SIZE]; /* of peer.socket_user */
	bool has_identity;                /* AUTH has shown .. */
	struct native_identity identity;  /* .. this one */
	struct loop_timer wait; /* after failures, until the next attempt */
	bool is_waiting;
	struct native_password *password; /* owned; it is being looked at */

	struct line_reader line;           /* the line door's, and */
	bool has_read;                     /* whether one has come */
	struct websocket_state *websocket; /* the WebSocket door's */
	struct http_door *http;            /* the HTTP door's; owned */

	/* private: the rows that are being put */
	struct result_writer writer;
	bool has_columns;            /* there are rows, or may be, ... */
	const struct portal *portal; /* ... of this; borrowed */
	enum native_shape shape;
	uint64_t row_count;
	struct buf lines; /* each ended by NUL */
	uint32_t line_count;
};

/* ---- native_session.c ---- */

/* What the open() of a door's voice does. */
bool native_open(struct session *session, const struct native_door *door);
/*
 * The first byte has come: TLS begins with it, if the server has a certificate.
 * STEP_DONE once there is plain text to read, and the session is READY; else
 * STEP_IDLE, and the connection may be gone.
 */
enum step native_startup(struct session *session);
/*
 * Another door's functions from the next request on, and what its replies
 * begin with.
 */
void native_enter(struct session *session, const struct native_door *door);
/*
 * A command as it came: let it in (admit.h) and run it.  The client's errors are
 * answered; as simple_begin().
 */
enum step native_command(struct session *session, struct str line);
/*
 * The same of a request whose proof is known already, from HTTP's headers.
 * STEP_MORE: it has to be seen again, for after failures it has to wait, and a
 * password is looked at by a worker.
 */
enum step native_request_run(struct session *session,
    const struct native_request *request);
/*
 * Who a request without a command is from is whom the connection is from then
 * on, as by AUTH.  STEP_DONE; STEP_MORE as above; STEP_FAIL, session->err says
 * why, and nothing is answered; STEP_IDLE, the session is over.
 */
enum step native_identify(struct session *session,
    const struct native_request *request);
void native_release(struct session *session);

/* ---- native_reply.c ---- */

void native_columns(struct session *session, struct buf *out,
    const struct portal *portal, struct row_format format);
uint32_t native_rows(struct session *session, struct buf *out,
    const struct batch *batch, uint32_t first, uint32_t count,
    size_t limit_bytes);
bool native_try_rows(struct session *session);
void native_forget_rows(struct session *session);
void native_pause(struct session *session, struct buf *out);
int native_text_rows(struct session *session, struct buf *out,
    const struct text_rows *rows, uint32_t first, uint32_t count);
void native_suspended(struct session *session, struct buf *out);
void native_empty(struct session *session, struct buf *out);
void native_complete(struct session *session, struct buf *out, const char *tag);
void native_put_error(struct session *session, struct buf *out,
    enum voice_severity severity, const struct error *err);
void native_notice(struct session *session, struct buf *out,
    enum voice_severity severity, const struct error *notice);
void native_note(struct session *session, struct buf *out,
    enum voice_severity severity, const char *sqlstate, const char *message);
void native_settings(struct session *session, struct buf *out);
void native_ready(struct session *session, struct buf *out, char status);
void native_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid);

/*
 * The members of a native door's voice but for how it begins, reads and ends, and
 * for what it says when a commit has failed.
 */
#define NATIVE_REPLIES \
	.dialect = SQL_DIALECT_NATIVE, .columns = native_columns, \
	.rows = native_rows, .try_rows = native_try_rows, \
	.forget_rows = native_forget_rows, .pause = native_pause, \
	.text_rows = native_text_rows, .suspended = native_suspended, \
	.empty = native_empty, .complete = native_complete, \
	.error = native_put_error, .notice = native_notice, \
	.note = native_note, .settings = native_settings, \
	.ready = native_ready
