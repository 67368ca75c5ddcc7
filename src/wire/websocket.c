/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket.c -- wslay takes frames apart and unmasks them; what they say
 * together is looked at here.
 *
 * Its frame layer alone is used: the layer above it allocates a message by the
 * length that its header tells, or bounds no message at all.  It reads ahead
 * by up to 4 KiB, which its caller could not wait for; so a context lives only
 * while a frame is in work, and what it has of the next one is given back.
 */
#include "wire/websocket.h"

#include <assert.h>
#include <string.h>
#include <wslay/wslay.h>

#include "common/crypto.h"
#include "common/error.h"
#include "common/utf8.h"

/* ---- the handshake ---- */

#define NONCE_SIZE 16

int
websocket_accept(struct str key, char out[WEBSOCKET_ACCEPT_SIZE],
    struct error *err)
{
	uint8_t nonce[NONCE_SIZE], digest[CRYPTO_SHA1_SIZE];
	struct buf text;
	int rc;

	if (key.len != BASE64_SIZE(NONCE_SIZE) ||
	    crypto_base64_decode(key, nonce, sizeof(nonce)) != NONCE_SIZE)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid Sec-WebSocket-Key");
	buf_init(&text);
	buf_put_str(&text, key);
	buf_put_cstr(&text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	rc = text.failed ? error_no_memory(err)
			 : crypto_sha1(buf_str(&text), digest, err);
	buf_reset(&text);
	if (rc == 0)
		crypto_put_base64(&text,
		    str_of((const char *)digest, sizeof(digest)));
	if (rc == 0 && text.failed)
		rc = error_no_memory(err);
	if (rc == 0)
		memcpy(out, text.data, WEBSOCKET_ACCEPT_SIZE);
	buf_release(&text);
	return rc;
}

/* ---- out ---- */

#define LAST_FRAME 0x80
#define MASKED     0x80

static void
put_header(struct buf *out, uint8_t first_byte, uint64_t len)
{
	buf_put_u8(out, first_byte);
	if (len < 126) {
		buf_put_u8(out, (uint8_t)len);
	} else if (len <= UINT16_MAX) {
		buf_put_u8(out, 126);
		buf_put_u16_be(out, (uint16_t)len);
	} else {
		buf_put_u8(out, 127);
		buf_put_u64_be(out, len);
	}
}

void
websocket_put_header(struct buf *out, bool is_first, bool is_last, uint64_t len)
{
	uint8_t opcode = is_first ? WSLAY_TEXT_FRAME : WSLAY_CONTINUATION_FRAME;

	put_header(out, (uint8_t)(opcode | (is_last ? LAST_FRAME : 0)), len);
}

static void
put_control(struct buf *out, enum wslay_opcode opcode, struct str data)
{
	assert(data.len <= WEBSOCKET_CONTROL_MAX);
	put_header(out, (uint8_t)(opcode | LAST_FRAME), data.len);
	buf_put_str(out, data);
}

void
websocket_put_close(struct buf *out, enum websocket_code code,
    struct str reason)
{
	if (reason.len > WEBSOCKET_CONTROL_MAX - 2)
		reason.len = WEBSOCKET_CONTROL_MAX - 2;
	reason.len = utf8_valid_prefix(reason);
	put_header(out, WSLAY_CONNECTION_CLOSE | LAST_FRAME, 2 + reason.len);
	buf_put_u16_be(out, (uint16_t)code);
	buf_put_str(out, reason);
}

/* ---- frames ---- */

static ssize_t
feed(uint8_t *data, size_t len, int flags UNUSED, void *arg)
{
	struct websocket *ws = arg;
	size_t left = ws->input.len - ws->fed;

	if (left == 0)
		return -1; /* comes again */
	if (len > left)
		len = left;
	memcpy(data, ws->input.data + ws->fed, len);
	ws->fed += len;
	ws->ahead += len;
	return (ssize_t)len;
}

static bool
open_frames(struct websocket *ws)
{
	static const struct wslay_frame_callbacks callbacks = {
		.recv_callback = feed,
	};

	return ws->frames != NULL ||
	    wslay_frame_context_init(&ws->frames, &callbacks, ws) == 0;
}

static void
close_frames(struct websocket *ws)
{
	if (ws->frames != NULL)
		wslay_frame_context_free(ws->frames);
	ws->frames = NULL;
}

/* Length of the header of a client's frame. */
static size_t
header_len(uint64_t payload_len)
{
	return 2 +
	    (payload_len < 126                  ? 0
		    : payload_len <= UINT16_MAX ? 2
						: 8) +
	    4;
}

size_t
websocket_ping_len(const struct websocket *ws, struct str input)
{
	size_t len;

	if (ws->frames != NULL || input.len < header_len(0) ||
	    ((uint8_t)input.data[0] != (WSLAY_PING | LAST_FRAME) &&
		(uint8_t)input.data[0] != (WSLAY_PONG | LAST_FRAME)) ||
	    ((uint8_t)input.data[1] & MASKED) == 0)
		return 0;
	len = (uint8_t)input.data[1] & (MASKED - 1);
	if (len > WEBSOCKET_CONTROL_MAX || input.len < header_len(len) + len)
		return 0;
	return header_len(len) + len;
}

static bool
is_control(uint8_t opcode)
{
	return wslay_is_ctrl_frame(opcode);
}

/* Begin a frame of data: 0, or why it cannot be. */
static int
begin_data(struct websocket *ws, uint64_t len)
{
	switch (ws->opcode) {
	case WSLAY_TEXT_FRAME:
	case WSLAY_BINARY_FRAME:
		if (ws->is_message_open)
			return WEBSOCKET_PROTOCOL_ERROR;
		ws->is_message_open = true;
		ws->fragment_count = 0;
		ws->is_text = ws->opcode == WSLAY_TEXT_FRAME;
		break;
	case WSLAY_CONTINUATION_FRAME:
		if (!ws->is_message_open)
			return WEBSOCKET_PROTOCOL_ERROR;
		break;
	default:
		return WEBSOCKET_PROTOCOL_ERROR;
	}
	if (++ws->fragment_count > ws->fragments_max ||
	    ws->message.len > ws->message_size_max ||
	    len > ws->message_size_max - ws->message.len)
		return WEBSOCKET_TOO_BIG;
	return 0;
}

/* The first that is seen of a frame: 0, or why it cannot be. */
static int
begin_frame(struct websocket *ws, const struct wslay_frame_iocb *frame)
{
	if (frame->rsv != 0 || !frame->mask)
		return WEBSOCKET_PROTOCOL_ERROR;
	ws->is_frame_open = true;
	ws->is_last = frame->fin;
	ws->opcode = frame->opcode;
	ws->frame_left = frame->payload_length;
	ws->control_len = 0;
	ws->ahead -= header_len(frame->payload_length);
	if (!is_control(ws->opcode))
		return begin_data(ws, frame->payload_length);
	switch (ws->opcode) {
	case WSLAY_CONNECTION_CLOSE:
	case WSLAY_PING:
	case WSLAY_PONG:
		return 0;
	default:
		return WEBSOCKET_PROTOCOL_ERROR;
	}
}

/* More of the frame in work: 0, or why not. */
static int
take_data(struct websocket *ws, struct str data)
{
	ws->ahead -= data.len;
	ws->frame_left -= data.len;
	if (!is_control(ws->opcode)) {
		buf_put_str(&ws->message, data);
		return ws->message.failed ? WEBSOCKET_INTERNAL_ERROR : 0;
	}
	if (data.len > 0)
		memcpy(ws->control + ws->control_len, data.data, data.len);
	ws->control_len += data.len;
	return 0;
}

/* ---- messages ---- */

/* A NUL is a character of Unicode, whatever a text may hold elsewhere. */
static bool
is_utf8(struct str text)
{
	for (;;) {
		size_t valid = utf8_valid_prefix(text);

		if (valid == text.len)
			return true;
		if (text.data[valid] != '\0')
			return false;
		text = str_of(text.data + valid + 1, text.len - valid - 1);
	}
}

/* What a peer may send: RFC 6455, 7.4.2. */
static bool
is_close_code(uint16_t code)
{
	return (code >= 1000 && code <= 1003) ||
	    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static void
end_with(struct websocket *ws, struct buf *out, enum websocket_code code)
{
	websocket_put_close(out, code, STR(""));
	ws->is_over = true;
}

/* The peer closes: with its own words, or with what is wrong about them. */
static void
confirm_close(struct websocket *ws, struct buf *out)
{
	struct str data = str_of((const char *)ws->control, ws->control_len);
	uint16_t code = (uint16_t)(ws->control[0] << 8 | ws->control[1]);

	if (data.len == 1 || (data.len > 1 && !is_close_code(code))) {
		end_with(ws, out, WEBSOCKET_PROTOCOL_ERROR);
	} else if (data.len > 2 &&
	    !is_utf8(str_of(data.data + 2, data.len - 2))) {
		end_with(ws, out, WEBSOCKET_INVALID_TEXT);
	} else {
		put_control(out, WSLAY_CONNECTION_CLOSE, data);
		ws->is_over = true;
	}
}

/* A frame is whole: whether a message is. */
static bool
end_frame(struct websocket *ws, struct buf *out)
{
	ws->is_frame_open = false;
	if (ws->opcode == WSLAY_CONNECTION_CLOSE) {
		confirm_close(ws, out);
		return false;
	}
	if (ws->opcode == WSLAY_PING)
		put_control(out, WSLAY_PONG,
		    str_of((const char *)ws->control, ws->control_len));
	if (is_control(ws->opcode) || !ws->is_last)
		return false;
	ws->is_message_open = false;
	if (ws->is_text && !is_utf8(buf_str(&ws->message))) {
		end_with(ws, out, WEBSOCKET_INVALID_TEXT);
		return false;
	}
	return true;
}

/* The next piece of a frame: whether it was the last of a message. */
static bool
step(struct websocket *ws, struct buf *out, bool *is_dry)
{
	struct wslay_frame_iocb frame = { .data = NULL };
	ssize_t rc;
	int code = 0;

	if (!open_frames(ws)) {
		end_with(ws, out, WEBSOCKET_INTERNAL_ERROR);
		return false;
	}
	rc = wslay_frame_recv(ws->frames, &frame);
	if (rc == WSLAY_ERR_WANT_READ) {
		*is_dry = true;
		return false;
	}
	if (rc < 0)
		code = WEBSOCKET_PROTOCOL_ERROR;
	if (code == 0 && !ws->is_frame_open)
		code = begin_frame(ws, &frame);
	if (code == 0)
		code = take_data(ws,
		    str_of((const char *)frame.data, frame.data_length));
	if (code != 0) {
		end_with(ws, out, (enum websocket_code)code);
		return false;
	}
	return ws->frame_left == 0 && end_frame(ws, out);
}

void
websocket_init(struct websocket *ws, size_t message_size_max,
    uint32_t fragments_max, struct mem_budget *budget)
{
	*ws = (struct websocket){
		.message_size_max = message_size_max,
		.fragments_max = fragments_max,
	};
	buf_init_charged(&ws->message, budget);
}

void
websocket_release(struct websocket *ws)
{
	close_frames(ws);
	buf_release(&ws->message);
}

enum websocket_event
websocket_next(struct websocket *ws, struct str input, size_t *used,
    struct buf *out, struct str *message)
{
	bool is_whole = false, is_dry = false;

	*message = STR("");
	if (ws->is_taken)
		buf_release(&ws->message);
	ws->is_taken = false;
	ws->input = input;
	ws->fed = 0;
	while (!is_whole && !is_dry && !ws->is_over) {
		if (ws->frames == NULL && ws->fed == input.len)
			break; /* no frame has begun */
		is_whole = step(ws, out, &is_dry);
		if (ws->frames != NULL && !ws->is_frame_open && !is_dry) {
			/* What it has read ahead is read anew. */
			close_frames(ws);
			ws->fed -= ws->ahead;
			ws->ahead = 0;
		}
	}
	*used = ws->is_over ? input.len : ws->fed;
	if (ws->is_over)
		return WEBSOCKET_END;
	ws->is_taken = is_whole;
	*message = is_whole ? buf_str(&ws->message) : STR("");
	return is_whole ? WEBSOCKET_MESSAGE : WEBSOCKET_MORE;
}
