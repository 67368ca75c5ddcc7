/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voice.h -- how a session speaks: what its requests look like, and the bytes
 * of its replies.
 *
 * A session knows statements, transactions and what to wait for.  What a client
 * asks, and how it is told what came of it, is the business of the session's
 * voice: a const table of functions, chosen when the connection is accepted.
 * voice_pg.c is PostgreSQL's protocol; native/ is that of the native doors.
 *
 * One request is any number of statements; each is answered by
 *
 *   [columns rows*] complete | empty | suspended | error
 *
 * notices among them, and the request by ready.  The functions append to `out`;
 * that they had no memory is told by out->failed, unless they say otherwise.
 *
 * A voice may keep the columns until it has to put rows, or their end, so that an
 * error that comes first stands alone: it sets session->is_amid_rows when it has
 * put something that only an end, or an error amid rows, may follow.
 *
 * Rules
 *   V1  What is put is whole: `out` may be sent as it is after each call; and
 *       after pause(), which follows the last rows() of a job, it may stay so.
 *   V2  Nothing that confirms a write is put before complete().  All that
 *       was put from the first complete() of a write on may be cut off again;
 *       commit_failed() is called instead.
 *   V3  One call at a time for a session, on its net thread or the worker that
 *       has its job: rows(), pause(), notice(), and copy->header().
 *   V4  A voice says nothing by itself: what is put where the session does not
 *       ask for it would stand amid the replies that wait for a commit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "sql/parse.h"

struct batch;
struct buf;
struct error;
struct planned;
struct portal;
struct session;
struct text_rows;

/* What a step of the session came to. */
enum step {
	STEP_DONE,  /* go on with the next */
	STEP_AGAIN, /* waiting; then the same step again */
	STEP_LATER, /* waiting; what comes back finishes the step itself */
	STEP_IDLE,  /* more input is needed */
	STEP_MORE,  /* likewise; then the same message again */
	STEP_YIELD, /* the same message again, after others had their turn */
	STEP_FAIL,  /* session->err says why */
};

/* How rows are sent, as in Bind. */
struct row_format {
	const uint16_t *formats;
	uint32_t count;
};

enum voice_severity {
	VOICE_ERROR,
	VOICE_FATAL, /* the connection ends after it */
	VOICE_WARNING,
	VOICE_NOTICE,
};

/* Whether a statement is a transaction of its own. */
enum alone { IS_ALONE, IS_NOT_ALONE, NOT_KNOWN };

/* COPY FROM STDIN and TO STDOUT; the rows of the latter are put by rows(). */
struct voice_copy {
	/* Whether this request may; NULL: any. */
	bool (*may)(const struct session *session);
	/* Data may come. */
	void (*begin_in)(struct session *session, struct buf *out,
	    const struct portal *portal);
	void (*begin_out)(struct session *session, struct buf *out,
	    const struct portal *portal);
	/* The line of names; on the worker.  0 or a code. */
	int (*header)(struct session *session, struct buf *out,
	    const struct portal *portal);
	void (*end_out)(struct session *session, struct buf *out,
	    const struct portal *portal, uint64_t row_count);
};

struct voice {
	/* Whose meaning words have that both languages own. */
	enum sql_dialect dialect;
	/* LISTEN: messages that nobody has asked for may be sent. */
	bool can_listen;
	/* Nothing of a request is left for the next: session_reset(). */
	bool is_stateless;
	const struct voice_copy *copy; /* NULL: cannot COPY */
	/*
	 * How long a statement may run where statement_timeout is 0; 0 is any
	 * time, and so is NULL.
	 */
	int64_t (*statement_timeout_ms)(const struct session *session);

	/* ---- requests ---- */

	/* The session has its connection: false if there is no memory. */
	bool (*open)(struct session *session); /* NULL: nothing to do */
	/* The session ends: free what open() has made. */
	void (*release)(struct session *session);
	/* The next step of a session that has not begun, in SESSION_STARTUP. */
	enum step (*startup)(struct session *session);
	/*
	 * The next request, or part of one, from conn_input(); consumed unless the
	 * result says that it is to be seen again.
	 */
	enum step (*input)(struct session *session);
	/*
	 * Input has come while a request is being handled.  What needs no session
	 * may be consumed and answered at once, by conn_write().  NULL: nothing does.
	 */
	void (*glance)(struct session *session);
	/*
	 * Whether what follows the request that is being handled leaves its
	 * statement alone.  Not asked about texts, whose statements are known.
	 */
	enum alone (*follows)(const struct session *session);

	/* ---- replies ---- */

	/* What the rows to come from the portal, maybe none, have. */
	void (*columns)(struct session *session, struct buf *out,
	    const struct portal *portal, struct row_format format);
	/*
	 * Selected rows of the batch of session->job, from the `first` of them on:
	 * one at least, `count` at most, and no more once `out` has limit_bytes.
	 * Returns how many; if not all that it could, session->job.rc says why,
	 * and `out` ends with the last row that is whole.
	 */
	uint32_t (*rows)(struct session *session, struct buf *out,
	    const struct batch *batch, uint32_t first, uint32_t count,
	    size_t limit_bytes);
	/*
	 * Rows are tried, the first of a statement: forget_rows() may say that what
	 * has been put of them since is taken away from the replies again, and
	 * then they come anew.  False: they are not to be tried.  NULL, both: the
	 * voice remembers nothing of rows.
	 */
	bool (*try_rows)(struct session *session);
	void (*forget_rows)(struct session *session);
	/*
	 * No rows come for a while, or at all: what the client has got so far is to
	 * be of use to it.  NULL: it is.
	 */
	void (*pause)(struct session *session, struct buf *out);
	/* Rows of a utility: 0, or a code in session->err. */
	MUST_USE int (*text_rows)(struct session *session, struct buf *out,
	    const struct text_rows *rows, uint32_t first, uint32_t count);
	/* Rows are left for another Execute. */
	void (*suspended)(struct session *session, struct buf *out);
	/* A text without a statement. */
	void (*empty)(struct session *session, struct buf *out);
	/* session->logged_stmt has succeeded. */
	void (*complete)(struct session *session, struct buf *out,
	    const char *tag);
	void (*error)(struct session *session, struct buf *out,
	    enum voice_severity severity, const struct error *err);
	/* VOICE_WARNING or VOICE_NOTICE; a code of 0 has no SQLSTATE of its own. */
	void (*notice)(struct session *session, struct buf *out,
	    enum voice_severity severity, const struct error *notice);
	/* One whose SQLSTATE is no code of ours. */
	void (*note)(struct session *session, struct buf *out,
	    enum voice_severity severity, const char *sqlstate,
	    const char *message);
	/* Settings that the client does not know yet. */
	void (*settings)(struct session *session, struct buf *out);
	/* The end of a request; the transaction's state: 'I', 'T' or 'E'. */
	void (*ready)(struct session *session, struct buf *out, char status);
	/*
	 * The commit of a request that has been put is done: more may follow what
	 * waited for it.  NULL: nothing.
	 */
	void (*committed)(struct session *session, struct buf *out,
	    uint64_t first_event_id);
	/*
	 * The end of a request whose commit has failed, with err.  is_amid: rows of
	 * the statement that the error replaces stand before it.
	 */
	void (*commit_failed)(struct session *session, struct buf *out,
	    const struct error *err, bool is_amid);
};
