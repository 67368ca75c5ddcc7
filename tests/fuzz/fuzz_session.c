/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of a whole server in this process: whatever messages come, in any
 * order, the answer is a sequence of whole messages, and the session ends when
 * it is told to.
 *
 * The input is a sequence of messages: a type, two bytes of length, and as much
 * of the body as there is.  An 'M' is not sent, it means: wait for the answers
 * to what was sent so far.  A session's start comes before them; CopyFail, Sync
 * and Terminate after them.
 */
#include <string.h>

#include "common/buf.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_server.h"
#include "server/voice_pg.h"

#define PAUSE_MS   1
#define TYPES_SENT "RKSZTDCIEN12nst3AGHWcdVv"

/* What has come so far, less the messages that are whole. */
struct answers {
	uint8_t header[5];
	size_t header_len;
	size_t body_left;
};

static void
take_byte(struct answers *answers, uint8_t byte)
{
	uint32_t len;

	answers->header[answers->header_len++] = byte;
	if (answers->header_len < sizeof(answers->header))
		return;
	len = (uint32_t)answers->header[1] << 24 |
	    (uint32_t)answers->header[2] << 16 |
	    (uint32_t)answers->header[3] << 8 | answers->header[4];
	MUST(
	    memchr(TYPES_SENT, answers->header[0], strlen(TYPES_SENT)) != NULL);
	MUST(len >= 4 && len < (1u << 30));
	answers->body_left = len - 4;
	answers->header_len = 0;
}

static void
take_cb(void *arg, const uint8_t *data, size_t len)
{
	struct answers *answers = arg;

	while (len > 0) {
		size_t part =
		    answers->body_left < len ? answers->body_left : len;

		answers->body_left -= part;
		data += part;
		len -= part;
		if (len > 0 && answers->body_left == 0) {
			take_byte(answers, *data++);
			len--;
		}
	}
}

static void
put_message(struct buf *out, char type, const uint8_t *body, size_t len)
{
	uint32_t size = (uint32_t)len + 4;
	const uint8_t header[] = { (uint8_t)type, (uint8_t)(size >> 24),
		(uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size };

	buf_put(out, header, sizeof(header));
	buf_put(out, body, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t start[] = "\0\0\0\25\0\3\0\0user\0fuzzer\0";
	struct answers answers = { .header_len = 0 };
	struct fuzz_client client = { .take = take_cb, .arg = &answers };
	struct buf out;

	fuzz_connect(&client, &voice_pg);
	buf_init(&out);
	buf_put(&out, start, sizeof(start));
	while (size >= 3) {
		size_t len = (size_t)data[1] << 8 | data[2];
		char type = (char)data[0];

		data += 3;
		size -= 3;
		len = len < size ? len : size;
		if (type == 'M') {
			fuzz_send(&client, buf_str(&out));
			out.len = 0;
			fuzz_take(&client, PAUSE_MS);
		} else {
			put_message(&out, type, data, len);
		}
		data += len;
		size -= len;
	}
	put_message(&out, 'f', (const uint8_t *)"", 1);
	put_message(&out, 'S', NULL, 0);
	put_message(&out, 'X', NULL, 0);
	MUST(!out.failed);
	fuzz_send(&client, buf_str(&out));
	fuzz_end(&client);
	/*
	 * All that came was whole messages; but a session that ends before it
	 * has read all it was sent resets the connection, and what was on its
	 * way is lost.
	 */
	MUST(client.was_reset ||
	    (answers.body_left == 0 && answers.header_len == 0));
	buf_release(&out);
	return 0;
}
