/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the line door: whatever lines come, what comes back is whole
 * lines without control characters, and the session ends when its client has
 * ended.
 *
 * The input is sent as it is; a byte of 0x1e is not sent, it means: wait for the
 * answers to what was sent so far.
 */
#include <string.h>
#include <sys/socket.h>

#include "common/must.h"
#include "common/str.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_server.h"
#include "server/native/line_door.h"

#define PAUSE    0x1e
#define PAUSE_MS 1

/* Texts of replies have no control characters. */
static void
take_cb(void *arg, const uint8_t *data, size_t len)
{
	uint8_t *last = arg;

	for (size_t i = 0; i < len; i++)
		MUST(data[i] >= ' ' || data[i] == '\n');
	*last = data[len - 1];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t last = '\n'; /* byte that has come */
	struct fuzz_client client = { .take = take_cb, .arg = &last };
	struct str rest = str_of((const char *)data, size);

	fuzz_connect(&client, &voice_line);
	while (rest.len > 0) {
		const char *pause = memchr(rest.data, PAUSE, rest.len);
		size_t len =
		    pause == NULL ? rest.len : (size_t)(pause - rest.data);

		fuzz_send(&client, str_of(rest.data, len));
		len += pause != NULL;
		rest = str_of(rest.data + len, rest.len - len);
		fuzz_take(&client, PAUSE_MS);
	}
	(void)shutdown(client.fd, SHUT_WR);
	fuzz_end(&client);
	MUST(client.was_reset || last == '\n');
	return 0;
}
