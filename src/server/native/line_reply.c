/* SPDX-License-Identifier: Apache-2.0 */
#include "server/native/line_reply.h"

void
line_put_error(struct buf *out, const struct native_error *error)
{
	/* A client of SnelDB's waits behind a line that begins with 503. */
	if (error->is_front_end || error->status == 503)
		buf_put_cstr(out, "ERROR: ");
	else
		buf_printf(out, "%d ", error->status);
	buf_put_str(out, error->text);
	buf_put_u8(out, '\n');
}

void
line_put_lines(struct buf *out, const struct str *lines, uint32_t count)
{
	buf_put_cstr(out, "200 OK\n");
	for (uint32_t i = 0; i < count; i++) {
		buf_put_str(out, lines[i]);
		buf_put_u8(out, '\n');
	}
}

void
line_put_token(struct buf *out, struct str line)
{
	buf_put_str(out, line);
	buf_put_u8(out, '\n');
}
