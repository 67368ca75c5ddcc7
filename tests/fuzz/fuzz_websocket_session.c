/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the WebSocket door: whatever comes, what comes back is an answer of
 * HTTP, and once that is 101, whole frames as a server may send them, none behind
 * a close; and the session ends when its client has ended.
 *
 * The input is pieces: a byte of how it is sent, one of its length, and the
 * bytes.  Between them the client reads what is there.
 */
#include <string.h>
#include <sys/socket.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/must.h"
#include "common/str.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_server.h"
#include "server/native/websocket_door.h"

#define PAUSE_MS 1

enum piece {
	PIECE_RAW,     /* as it is */
	PIECE_TEXT,    /* a whole message, masked */
	PIECE_HELLO,   /* a handshake, and nothing of the piece */
	PIECE_AWAITED, /* as text; and wait for what comes */
	PIECE_KINDS,
};

static const char hello[] =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/* ---- what comes back ---- */

struct replies {
	struct buf bytes; /* that were not looked at yet */
	bool is_open;     /* 101 has come: frames follow */
	bool has_closed;  /* the server's close frame has come */
};

/* The size of a frame that is whole, or 0. */
static size_t
frame_size(const struct buf *bytes)
{
	const uint8_t *data = bytes->data;
	size_t head = 2, len;

	if (bytes->len < head)
		return 0;
	len = data[1] & 0x7f;
	if (len == 126)
		head = 4;
	else if (len == 127)
		head = 10;
	if (bytes->len < head)
		return 0;
	if (head > 2)
		len = 0;
	for (size_t i = 2; i < head; i++)
		len = len << 8 | data[i];
	return bytes->len - head < len ? 0 : head + len;
}

/* RFC 6455, 5.2: not masked, no extension, an opcode that there is. */
static void
check_frame(struct replies *replies)
{
	uint8_t first = replies->bytes.data[0];
	uint8_t opcode = first & 0x0f;

	MUST(!replies->has_closed);
	MUST((first & 0x70) == 0);
	MUST((replies->bytes.data[1] & 0x80) == 0);
	MUST(opcode <= 1 || (opcode >= 8 && opcode <= 10));
	if (opcode >= 8) /* control */
		MUST((first & 0x80) != 0 && replies->bytes.data[1] <= 125);
	replies->has_closed = opcode == 8;
}

static void
drop(struct buf *bytes, size_t len)
{
	memmove(bytes->data, bytes->data + len, bytes->len - len);
	bytes->len -= len;
}

static void
look(struct replies *replies)
{
	static const char accepted[] = "HTTP/1.1 101 ";
	struct buf *bytes = &replies->bytes;
	size_t size;

	if (!replies->is_open && bytes->len >= sizeof(accepted) - 1 &&
	    memcmp(bytes->data, accepted, sizeof(accepted) - 1) == 0) {
		const uint8_t *end =
		    memmem(bytes->data, bytes->len, "\r\n\r\n", 4);

		if (end == NULL)
			return;
		drop(bytes, (size_t)(end - bytes->data) + 4);
		replies->is_open = true;
	}
	while (replies->is_open && (size = frame_size(bytes)) > 0) {
		check_frame(replies);
		drop(bytes, size);
	}
}

static void
take_cb(void *arg, const uint8_t *data, size_t len)
{
	struct replies *replies = arg;

	buf_put(&replies->bytes, data, len);
	look(replies);
}

/* ---- what is sent ---- */

/* Its mask is zero: the bytes stay what they are. */
static void
send_text(struct fuzz_client *client, struct str text)
{
	uint8_t head[8] = { 0x81, 0xfe, 0, (uint8_t)text.len };

	fuzz_send(client, str_of((const char *)head, sizeof(head)));
	fuzz_send(client, text);
}

static void
send_piece(struct fuzz_client *client, uint8_t kind, struct str piece)
{
	switch ((enum piece)(kind % PIECE_KINDS)) {
	case PIECE_RAW:
		fuzz_send(client, piece);
		break;
	case PIECE_TEXT:
	case PIECE_AWAITED:
		send_text(client, piece);
		break;
	case PIECE_HELLO:
		fuzz_send(client, str_of(hello, sizeof(hello) - 1));
		break;
	case PIECE_KINDS:
		break;
	}
	fuzz_take(client, kind == PIECE_AWAITED ? PAUSE_MS : 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replies replies = { .is_open = false };
	struct fuzz_client client = { .take = take_cb, .arg = &replies };
	size_t at = 0;

	fuzz_connect(&client, &voice_websocket);
	buf_init(&replies.bytes);
	while (size - at >= 2) {
		size_t len = data[at + 1];
		uint8_t kind = data[at];

		at += 2;
		if (len > size - at)
			len = size - at;
		send_piece(&client, kind, str_of((const char *)data + at, len));
		at += len;
	}
	(void)shutdown(client.fd, SHUT_WR);
	fuzz_end(&client);
	/* Nothing is left of a frame, if the end was one. */
	MUST(client.was_reset || !replies.is_open || replies.bytes.len == 0);
	buf_release(&replies.bytes);
	return 0;
}
