/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the line door: whatever lines come, what comes back is whole
 * lines without control characters, and the session ends when its client has
 * ended.
 *
 * The input is sent as it is; a byte of 0x1e is not sent, it means: wait for the
 * answers to what was sent so far.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/must.h"
#include "common/str.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_server.h"
#include "server/native/line_door.h"

#define PAUSE    0x1e
#define PAUSE_MS 1

struct replies {
	uint8_t last; /* byte; 0: nothing has come */
	bool at_end;
	bool was_reset;
};

/* Read what is there. */
static void
read_replies(int fd, struct replies *replies)
{
	static uint8_t data[65536];

	while (!replies->at_end) {
		ssize_t len = read(fd, data, sizeof(data));

		if (len < 0 && errno == EAGAIN)
			return;
		replies->was_reset |= len < 0;
		replies->at_end = len <= 0;
		if (len <= 0)
			return;
		/* Texts of replies have no control characters. */
		for (ssize_t i = 0; i < len; i++)
			MUST(data[i] >= ' ' || data[i] == '\n');
		replies->last = data[len - 1];
	}
}

static void
send_all(int fd, struct replies *replies, struct str out)
{
	while (out.len > 0 && !replies->at_end) {
		ssize_t len = send(fd, out.data, out.len, MSG_NOSIGNAL);

		if (len > 0) {
			out = str_of(out.data + len, out.len - (size_t)len);
		} else if (len < 0 && errno == EAGAIN) {
			MUST(fuzz_wait(fd, POLLIN | POLLOUT, FUZZ_SILENCE_MS));
			read_replies(fd, replies);
		} else {
			replies->was_reset = true;
			read_replies(fd, replies);
			return; /* it has ended the session */
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replies replies = { .last = 0 };
	struct str rest = str_of((const char *)data, size);
	int fd = fuzz_connect(&voice_line);

	while (rest.len > 0) {
		const char *pause = memchr(rest.data, PAUSE, rest.len);
		size_t len =
		    pause == NULL ? rest.len : (size_t)(pause - rest.data);

		send_all(fd, &replies, str_of(rest.data, len));
		len += pause != NULL;
		rest = str_of(rest.data + len, rest.len - len);
		if (fuzz_wait(fd, POLLIN, PAUSE_MS))
			read_replies(fd, &replies);
	}
	(void)shutdown(fd, SHUT_WR);
	while (!replies.at_end) {
		MUST(fuzz_wait(fd, POLLIN, FUZZ_SILENCE_MS));
		read_replies(fd, &replies);
	}
	MUST(replies.was_reset || replies.last == 0 || replies.last == '\n');
	close(fd);
	return 0;
}
