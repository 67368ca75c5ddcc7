/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_door.c -- the line door: one command a line, over TCP, TLS or a UNIX
 * socket.
 *
 * The replies are those of line_reply.h and, where there are rows, frames.
 * Nothing marks the end of the lines of a 200; line_reply_blank_line puts an
 * empty one there, for clients that else wait whether there is more.  Over TLS a
 * client that asks the socket whether there is more, and not its own buffer, is
 * right: a short reply is a record a line.
 */
#include "server/native/line_door.h"

#include <string.h>

#include "server/native/line_reply.h"
#include "server/native/native.h"
#include "server/session_private.h"
#include "wire/line_reader.h"

/* ---- replies ---- */

static void
begin_rows(struct session *session UNUSED, struct buf *out UNUSED)
{
}

static void
end_rows(struct session *session UNUSED, struct buf *out UNUSED)
{
}

static void
put_error(struct session *session UNUSED, struct buf *out,
    const struct native_error *error)
{
	line_put_error(out, error);
}

static void
put_lines(struct session *session, struct buf *out, const struct str *lines,
    uint32_t count)
{
	line_put_lines(out, lines, count);
	if (session->settings.server->line_reply_blank_line)
		buf_put_u8(out, '\n');
}

static void
put_token(struct session *session UNUSED, struct buf *out, struct str line)
{
	line_put_token(out, line);
}

static void
end_request(struct session *session UNUSED, struct buf *out UNUSED)
{
}

/* Frames and ndjson have said it. */
static void
break_rows(struct session *session, struct buf *out,
    const struct native_error *error)
{
	if (session->native->format->error == NULL)
		put_error(session, out, error);
}

static const struct native_door door = {
	.name = "line",
	.is_of_lines = true,
	.begin_rows = begin_rows,
	.end_rows = end_rows,
	.break_rows = break_rows,
	.put_lines = put_lines,
	.put_error = put_error,
	.put_token = put_token,
	.end_request = end_request,
};

/* ---- requests ---- */

/* The longest line: of one that nobody has been let in by, much less. */
static size_t
line_max(const struct session *session)
{
	if (!session->native->has_begun)
		return CONN_INPUT_LEAST - 1;
	return (size_t)session->settings.server->max_statement_size_bytes;
}

static enum step
too_long(struct session *session)
{
	(void)error_set(&session->err, STELE_E_PROTOCOL_VIOLATION,
	    "line is longer than %zu bytes", line_max(session));
	session_fatal(session);
	return STEP_IDLE;
}

/*
 * "POST / HTTP/1.1": any page on the web can make a browser send that to this
 * machine, and lines of its own choice behind it.
 */
static bool
is_http(struct str line)
{
	static const struct str version = { "HTTP/", 5 };
	const char *space =
	    line.len == 0 ? NULL : memrchr(line.data, ' ', line.len);

	return space != NULL &&
	    str_starts_with(str_of(space + 1,
				(size_t)(line.data + line.len - space - 1)),
		version);
}

static enum step
not_http(struct session *session)
{
	(void)error_set(&session->err, STELE_E_PROTOCOL_VIOLATION,
	    "this port takes lines, not HTTP");
	session_fatal(session);
	return STEP_IDLE;
}

/* The client has said all; it may still read what it has asked for. */
static enum step
end_of_lines(struct session *session)
{
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	session_goodbye(session);
	return STEP_IDLE;
}

static enum step
next_line(struct session *session)
{
	struct native *native = session->native;
	struct str input = conn_input(session->conn), line;
	enum step step;
	size_t size;

	switch (
	    line_read(&native->line, input, line_max(session), &line, &size)) {
	case LINE_WHOLE:
		break;
	case LINE_MORE:
		if (conn_input_has_ended(session->conn))
			return end_of_lines(session);
		conn_want(session->conn, input.len + 1);
		return STEP_IDLE;
	case LINE_TOO_LONG:
		return too_long(session);
	}
	conn_want(session->conn, 0);
	if (!native->has_read && is_http(line))
		return not_http(session);
	native->has_read = true;
	step = native_command(session, line);
	if (step != STEP_MORE && step != STEP_IDLE && session->conn != NULL)
		conn_consume(session->conn, size);
	return step;
}

static bool
line_open(struct session *session)
{
	conn_keep_half_closed(session->conn);
	return native_open(session, &door);
}

const struct voice voice_line = {
	.open = line_open,
	.startup = native_startup,
	.input = next_line,
	.release = native_release,
	.commit_failed = native_commit_failed,
	NATIVE_REPLIES,
};
