/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_door.c -- the WebSocket door: one message, one command, one message
 * back, which is what the line door would have said.
 *
 *   HANDSHAKE ---> OPEN ---> (the peer's close, or ours)
 *
 * HANDSHAKE  a request of HTTP/1.1 is read and answered; any path will do.  The
 *            HTTP door does that itself
 * OPEN       messages are commands; replies come in their order
 *
 * A reply is a text message in several frames, as its parts come: the first
 * one, which is empty, is put before the command is run, the last one, empty
 * too, at the end of the request.  So whatever is put between them, by a worker
 * or in place of what a failed commit has taken back, is a frame amid the message.
 *
 * A ping is answered at once, unless a command stands before it that waits.
 */
#include "server/native/websocket_door.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "os/clock.h"
#include "server/http/http_gate.h"
#include "server/native/line_reply.h"
#include "server/native/native.h"
#include "server/session_private.h"
#include "wire/http_reply.h"
#include "wire/http_request.h"
#include "wire/websocket.h"

#define HEAD_SIZE_MAX (CONN_INPUT_LEAST - 1)

struct websocket_state {
	bool is_answering;            /* a reply has begun, and not ended */
	bool is_over;                 /* a close frame has been put */
	bool has_message;             /* it has to be looked at again: */
	struct str message;           /* in `frames` */
	struct http_request *request; /* owned; of the handshake, else NULL */
	struct websocket frames;
};

static bool
is_open(const struct websocket_state *state)
{
	return state->request == NULL;
}

static struct websocket_state *
state_of(const struct session *session)
{
	return session->native->websocket;
}

/* ---- the handshake ---- */

/* In seconds since 1970. */
static int64_t
unix_now(const struct session *session)
{
	return os_clock_wall_us(session->server->clock) / 1000000 +
	    OS_EPOCH_2000_SECONDS;
}

/* Whether one of the words of a list is this one. */
static bool
has_word(struct str list, struct str word)
{
	const char *at = list.data, *end = list.data + list.len;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *next = comma == NULL ? end : comma;
		struct str part = str_of(at, (size_t)(next - at));

		while (part.len > 0 &&
		    (part.data[0] == ' ' || part.data[0] == '\t'))
			part = str_of(part.data + 1, part.len - 1);
		while (part.len > 0 &&
		    (part.data[part.len - 1] == ' ' ||
			part.data[part.len - 1] == '\t'))
			part.len--;
		if (str_equal_nocase(part, word))
			return true;
		at = next + 1;
	}
	return false;
}

static int
refuse(struct error *err, int status, const char *message)
{
	(void)error_set(err, STELE_E_PROTOCOL_VIOLATION, "%s", message);
	return status;
}

/* 0, or the status of what is wrong about the request. */
static int
check_request(struct session *session, const struct http_request *request,
    struct error *err)
{
	struct str value;
	int status = http_gate(session, request, err);

	if (status != 0)
		return status;
	if (request->method != HTTP_METHOD_GET)
		return refuse(err, 405, "a WebSocket begins with GET");
	if (request->is_http_1_0 || !request->is_upgrade ||
	    !http_request_field(request, HTTP_FIELD_UPGRADE, &value) ||
	    !has_word(value, STR("websocket")))
		return refuse(err, 426, "nothing but WebSocket is spoken here");
	if (!http_request_field(request, HTTP_FIELD_SEC_WEBSOCKET_VERSION,
		&value) ||
	    !str_equal(value, STR("13")))
		return refuse(err, 426,
		    "only version 13 of the WebSocket protocol is spoken");
	if (request->is_chunked || request->content_length > 0)
		return refuse(err, 400, "a WebSocket begins without a body");
	return 0;
}

int
websocket_answer(struct session *session, const struct http_request *request,
    struct buf *out, struct error *err)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];
	struct str key;
	int status = check_request(session, request, err);

	if (status != 0)
		return status;
	if (!http_request_field(request, HTTP_FIELD_SEC_WEBSOCKET_KEY, &key))
		return refuse(err, 400, "Sec-WebSocket-Key is missing");
	if (websocket_accept(key, accept, err) != 0)
		return err->code == STELE_E_PROTOCOL_VIOLATION ? 400 : 503;
	http_put_status(out, 101, unix_now(session));
	http_put_field(out, "Upgrade", STR("websocket"));
	http_put_field(out, "Connection", STR("Upgrade"));
	http_put_field(out, "Sec-WebSocket-Accept",
	    str_of(accept, sizeof(accept)));
	http_end_head(out);
	return 0;
}

/* A reply of HTTP, after which the connection closes. */
static void
put_refusal(struct session *session, struct buf *out, int status,
    struct str message)
{
	struct buf body;

	buf_init(&body);
	http_put_error(&body, status, message, 0);
	http_put_status(out, status, unix_now(session));
	if (status == 405)
		http_put_field(out, "Allow", STR("GET"));
	if (status == 426) {
		http_put_field(out, "Upgrade", STR("websocket"));
		http_put_field(out, "Sec-WebSocket-Version", STR("13"));
	}
	http_put_field(out, "Connection",
	    status == 426 ? STR("Upgrade, close") : STR("close"));
	http_put_field(out, "Content-Type", STR("application/json"));
	http_put_length(out, body.len);
	http_end_head(out);
	buf_put_str(out, buf_str(&body));
	out->failed |= body.failed;
	buf_release(&body);
}

static enum step
refuse_handshake(struct session *session, int status)
{
	log_warn(LOG_SESSION, "WebSocket refused",
	    LOG_STR("address", session->facts.client.address),
	    LOG_INT("status", status),
	    LOG_CSTR("reason", session->err.message));
	put_refusal(session, session_out(session), status,
	    str_of_cstr(session->err.message));
	session_goodbye(session);
	return STEP_IDLE;
}

static void
end_handshake(struct websocket_state *state)
{
	if (state->request != NULL)
		http_request_release(state->request);
	free(state->request);
	state->request = NULL;
}

static enum step
shake_hands(struct session *session)
{
	struct websocket_state *state = state_of(session);
	size_t used;
	int event = http_request_next(state->request, conn_input(session->conn),
	    &used, &session->err);
	int status;

	conn_consume(session->conn, used);
	if (event < 0)
		return refuse_handshake(session, state->request->status);
	if (event == HTTP_EVENT_MORE)
		return STEP_IDLE;
	assert(event == HTTP_EVENT_HEAD);
	status = websocket_answer(session, state->request, session_out(session),
	    &session->err);
	if (status != 0)
		return refuse_handshake(session, status);
	session_flush(session);
	end_handshake(state);
	return STEP_DONE;
}

/* ---- replies ---- */

/* Room for a header, whose length depends on what comes behind it. */
static size_t
begin_part(struct session *session UNUSED, struct buf *out)
{
	size_t begin = out->len;

	return buf_take(out, WEBSOCKET_HEADER_MAX) == NULL ? SIZE_MAX : begin;
}

static void
end_part(struct session *session UNUSED, struct buf *out, size_t begin)
{
	uint8_t header_bytes[WEBSOCKET_HEADER_MAX + 1];
	struct buf header = { .data = header_bytes,
		.capacity = sizeof(header_bytes) };
	size_t len;

	if (begin == SIZE_MAX)
		return;
	len = out->len - begin - WEBSOCKET_HEADER_MAX;
	out->len = begin;
	if (len == 0)
		return;
	websocket_put_header(&header, false, false, len);
	memcpy(out->data + begin, header.data, header.len);
	memmove(out->data + begin + header.len,
	    out->data + begin + WEBSOCKET_HEADER_MAX, len);
	out->len = begin + header.len + len;
}

static void
begin_reply(struct session *session, struct buf *out)
{
	state_of(session)->is_answering = true;
	websocket_put_header(out, true, false, 0);
}

static void
end_reply(struct session *session, struct buf *out)
{
	state_of(session)->is_answering = false;
	websocket_put_header(out, false, true, 0);
}

static void
begin_rows(struct session *session UNUSED, struct buf *out UNUSED)
{
}

static void
end_rows(struct session *session UNUSED, struct buf *out UNUSED)
{
}

/* An error is in a reply, or one of its own; before those, one of HTTP. */
static void
put_error(struct session *session, struct buf *out,
    const struct native_error *error)
{
	struct websocket_state *state = state_of(session);
	bool is_alone = !state->is_answering;
	size_t begin;

	if (!is_open(state)) {
		put_refusal(session, out, error->status, error->text);
		return;
	}
	if (is_alone)
		begin_reply(session, out);
	begin = begin_part(session, out);
	line_put_error(out, error);
	end_part(session, out, begin);
	if (is_alone)
		end_reply(session, out);
}

/* Frames and ndjson have said it. */
static void
break_rows(struct session *session, struct buf *out,
    const struct native_error *error)
{
	if (session->native->format->error == NULL)
		put_error(session, out, error);
}

static void
put_lines(struct session *session, struct buf *out, const struct str *lines,
    uint32_t count)
{
	size_t begin = begin_part(session, out);

	line_put_lines(out, lines, count);
	end_part(session, out, begin);
}

static void
put_token(struct session *session, struct buf *out, struct str line)
{
	size_t begin = begin_part(session, out);

	line_put_token(out, line);
	end_part(session, out, begin);
}

static const struct native_door door = {
	.name = "WebSocket",
	.alpn = "http/1.1",
	.begin_rows = begin_rows,
	.begin_part = begin_part,
	.end_part = end_part,
	.end_rows = end_rows,
	.break_rows = break_rows,
	.put_lines = put_lines,
	.put_error = put_error,
	.put_token = put_token,
	.end_request = end_reply,
};

/* The last words of a connection are a close frame. */
static void
websocket_put_error(struct session *session, struct buf *out,
    enum voice_severity severity, const struct error *err)
{
	struct websocket_state *state = state_of(session);

	native_put_error(session, out, severity, err);
	if (severity != VOICE_FATAL || !is_open(state) || state->is_over)
		return;
	if (state->is_answering)
		end_reply(session, out);
	websocket_put_close(out,
	    err->code == STELE_E_ADMIN_SHUTDOWN ? WEBSOCKET_GOING_AWAY
						: WEBSOCKET_POLICY,
	    str_of_cstr(err->message));
	state->is_over = true;
}

/* The reply had ended, but its end was taken back; another may have begun. */
static void
websocket_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid)
{
	struct websocket_state *state = state_of(session);
	bool is_answering = state->is_answering;

	state->is_answering = true;
	native_commit_failed(session, out, err, is_amid);
	state->is_answering = is_answering;
}

/* ---- messages ---- */

/* The longest message: of one that nobody has been let in by, much less. */
static size_t
message_max(const struct session *session)
{
	if (!session->native->has_begun)
		return CONN_INPUT_LEAST - 1;
	return (size_t)session->settings.server->max_statement_size_bytes;
}

/* The connection ends when what was asked for has been answered. */
static enum step
end(struct session *session)
{
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	session_goodbye(session);
	return STEP_IDLE;
}

/* Who has failed before waits, and his message with him. */
static enum step
run(struct session *session, struct str message)
{
	struct websocket_state *state = state_of(session);
	enum step step = native_command(session, message);

	state->has_message = step == STEP_MORE;
	state->message = message;
	return step;
}

static enum step
next_message(struct session *session)
{
	struct websocket_state *state = state_of(session);
	struct str input = conn_input(session->conn), message;
	struct buf answers;
	enum websocket_event event;
	size_t used;

	if (!is_open(state))
		return shake_hands(session);
	if (state->is_over)
		return end(session);
	if (state->has_message)
		return run(session, state->message);
	buf_init(&answers);
	state->frames.message_size_max = message_max(session);
	state->frames.fragments_max =
	    (uint32_t)session->settings.server->ws_max_fragments;
	event =
	    websocket_next(&state->frames, input, &used, &answers, &message);
	conn_consume(session->conn, used);
	if (answers.len > 0 || answers.failed) {
		buf_put_str(session_out(session), buf_str(&answers));
		session_out(session)->failed |= answers.failed;
		session_flush(session);
	}
	buf_release(&answers);
	if (session->conn == NULL)
		return STEP_IDLE;
	switch (event) {
	case WEBSOCKET_MORE:
		return STEP_IDLE;
	case WEBSOCKET_MESSAGE:
		begin_reply(session, session_out(session));
		return run(session, message);
	case WEBSOCKET_END:
		break;
	}
	state->is_over = true;
	return end(session);
}

/*
 * Pings that come while a command is run are not to wait for its end, unless the
 * client does not take what there is already.  While a message waits to be run
 * they wait with it: its bytes are the reader's until the next frame is read.
 */
static void
answer_pings(struct session *session)
{
	struct websocket_state *state = state_of(session);
	struct net_chunk *chunk;
	struct str message;
	size_t len, used;

	while (is_open(state) && !state->is_over && !state->has_message &&
	    conn_out_bytes(session->conn) < CONN_OUT_HIGH &&
	    (len = websocket_ping_len(&state->frames,
		 conn_input(session->conn))) > 0) {
		struct str ping = str_of(conn_input(session->conn).data, len);

		chunk = net_chunk_new(&session->server->memory);
		if (chunk == NULL)
			return;
		(void)websocket_next(&state->frames, ping, &used, &chunk->bytes,
		    &message);
		conn_consume(session->conn, used);
		if (chunk->bytes.len > 0 && !chunk->bytes.failed)
			conn_write(session->conn, chunk);
		else
			net_chunk_free(chunk);
	}
}

static void
state_free(struct websocket_state *state)
{
	if (state == NULL)
		return;
	end_handshake(state);
	websocket_release(&state->frames);
	free(state);
}

static struct websocket_state *
state_new(struct session *session)
{
	struct websocket_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return NULL;
	websocket_init(&state->frames, CONN_INPUT_LEAST - 1, 1,
	    &session->server->memory);
	return state;
}

static bool
begin_handshake(struct session *session, struct websocket_state *state)
{
	struct config *config = server_config(session->server);
	uint32_t line_count_max = (uint32_t)config->http_header_count;

	config_unref(config);
	state->request = calloc(1, sizeof(*state->request));
	return state->request != NULL &&
	    http_request_init(state->request, HEAD_SIZE_MAX, line_count_max,
		&session->err) == 0;
}

static bool
websocket_open(struct session *session)
{
	struct websocket_state *state;

	if (!native_open(session, &door))
		return false;
	state = state_new(session);
	session->native->websocket = state;
	return state != NULL && begin_handshake(session, state);
}

bool
websocket_take_over(struct session *session)
{
	struct websocket_state *state = state_new(session);

	if (state == NULL)
		return false;
	session->native->websocket = state;
	native_enter(session, &door);
	session->voice = &voice_websocket;
	return true;
}

static void
websocket_voice_release(struct session *session)
{
	if (session->native != NULL)
		state_free(session->native->websocket);
	native_release(session);
}

const struct voice voice_websocket = {
	.dialect = SQL_DIALECT_NATIVE,
	.open = websocket_open,
	.release = websocket_voice_release,
	.startup = native_startup,
	.input = next_message,
	.glance = answer_pings,
	.columns = native_columns,
	.rows = native_rows,
	.try_rows = native_try_rows,
	.forget_rows = native_forget_rows,
	.pause = native_pause,
	.text_rows = native_text_rows,
	.suspended = native_suspended,
	.empty = native_empty,
	.complete = native_complete,
	.error = websocket_put_error,
	.notice = native_notice,
	.note = native_note,
	.settings = native_settings,
	.ready = native_ready,
	.commit_failed = websocket_commit_failed,
};
