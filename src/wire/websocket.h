/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket.h -- the frames of a WebSocket connection, a server's end (RFC
 * 6455): bytes to messages, and what is put before bytes that go out.
 *
 * Bytes come in pieces cut anywhere.  websocket_next() takes them from the front
 * of what waits until a message is whole; what is behind it is not touched, so
 * that messages are handled one after another.  Pings are answered and a close
 * is confirmed on the way: those frames are appended to `out`.
 *
 * Nothing is allocated for a length that is only told, and a connection between
 * two messages holds no memory.  Frames must be masked; extensions are not
 * offered, so that there is no compression and no reserved bit.
 *
 * A reply is a text message in any number of frames, each with a header before
 * it; control frames may go between them.
 *
 * Thread: one at a time.  The only state is the struct's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;
struct wslay_frame_context;

enum websocket_event {
	WEBSOCKET_MORE,    /* more bytes are needed */
	WEBSOCKET_MESSAGE, /* text, or binary that is taken for text */
	WEBSOCKET_END,     /* close once `out` is sent; there are no more */
};

/* Why a connection ends: RFC 6455, 7.4.1. */
enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_INVALID_TEXT = 1007,
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL_ERROR = 1011,
};

#define WEBSOCKET_CONTROL_MAX 125 /* bytes of a control frame */
#define WEBSOCKET_HEADER_MAX  10  /* of a frame that we send */

struct websocket {
	/* May be changed between calls. */
	size_t message_size_max;
	uint32_t fragments_max; /* frames of one message */

	/* private */
	struct wslay_frame_context *frames; /* owned; NULL between frames */
	size_t ahead; /* bytes that it has and has not given back as a frame */
	struct buf message;
	bool is_message_open;
	bool is_text;
	bool is_taken;           /* `message` was handed out */
	bool is_over;            /* a close frame was put */
	uint32_t fragment_count; /* of the message that is open */

	/* Of the frame in work. */
	bool is_frame_open;
	bool is_last;
	uint8_t opcode;
	uint64_t frame_left;
	uint8_t control[WEBSOCKET_CONTROL_MAX];
	size_t control_len;

	/* Of the call in work. */
	struct str input;
	size_t fed; /* bytes of it that the library has */
};

#define WEBSOCKET_ACCEPT_SIZE 28

/*
 * What Sec-WebSocket-Accept answers to a Sec-WebSocket-Key.  0, or
 * STELE_E_PROTOCOL_VIOLATION: it is not the base64 of 16 bytes.
 */
MUST_USE int websocket_accept(struct str key, char out[WEBSOCKET_ACCEPT_SIZE],
    struct error *err);

/* The message's bytes are charged as buf_init_charged() says. */
void websocket_init(struct websocket *ws, size_t message_size_max,
    uint32_t fragments_max, struct mem_budget *budget);
void websocket_release(struct websocket *ws);

/*
 * What the first bytes of `input` are; *used of them are done with.  After
 * WEBSOCKET_MORE come again with those that are left and more behind them.
 * *message is valid until the next call.
 */
enum websocket_event websocket_next(struct websocket *ws, struct str input,
    size_t *used, struct buf *out, struct str *message);

/*
 * How long the frame is that `input` begins with, if it is a ping or a pong, whole
 * and as it should be; 0 if it is anything else.  So many bytes may be given to
 * websocket_next() while a message is being handled.
 */
size_t websocket_ping_len(const struct websocket *ws, struct str input);

/*
 * The header of a frame of `len` bytes of a text message that has begun or
 * not, and ends with it or not.
 */
void websocket_put_header(struct buf *out, bool is_first, bool is_last,
    uint64_t len);

/* A close frame of ours; the peer's answer is not waited for. */
void websocket_put_close(struct buf *out, enum websocket_code code,
    struct str reason);
