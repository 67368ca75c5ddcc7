/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of a WebSocket client, in one piece and in two: the messages and what
 * is answered are the same, no message is longer than it may be, text is UTF-8
 * but for its NULs, and what is not used is asked for again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/websocket.h"

#define FRAGMENTS_MAX 20
#define MESSAGE_MAX   300

/* What comes of data[*from..to) is appended to `seen`. */
static bool
take(struct websocket *ws, const uint8_t *data, size_t *from, size_t to,
    struct buf *seen)
{
	for (;;) {
		size_t used, len = to - *from;
		char *copy = malloc(len + 1);
		struct str message;
		enum websocket_event event;

		MUST(copy != NULL);
		memcpy(copy, data + *from, len);
		event = websocket_next(ws, str_of(copy, len), &used, seen,
		    &message);
		free(copy);
		MUST(used <= len);
		*from += used;
		if (event == WEBSOCKET_END)
			return true;
		if (event == WEBSOCKET_MORE) {
			MUST(*from == to);
			return false;
		}
		MUST(used > 0 && message.len <= MESSAGE_MAX);
		buf_put_u32(seen, (uint32_t)message.len);
		buf_put_str(seen, message);
	}
}

static void
take_cut(const uint8_t *data, size_t size, size_t cut, struct buf *seen)
{
	struct websocket ws;
	size_t from = 0;

	buf_init(seen);
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	if (!take(&ws, data, &from, cut, seen) &&
	    !take(&ws, data, &from, size, seen))
		MUST(from == size);
	websocket_release(&ws);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;

	if (size == 0)
		return 0;
	/* Where it is cut. */
	size--;
	take_cut(data + 1, size, size, &whole);
	take_cut(data + 1, size, size * data[0] / 255, &cut);
	MUST(str_equal(buf_str(&whole), buf_str(&cut)));
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
