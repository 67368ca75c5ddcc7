/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/http_openapi.h"

#include "common/buf.h"

static const char *const lines[] = {
#include "server/http/openapi.inc"
};

void
http_openapi_put(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		buf_put_cstr(out, lines[i]);
	buf_put_u8(out, '\n');
}
