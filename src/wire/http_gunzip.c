/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_gunzip.c -- the one door to zlib.
 */
#include "wire/http_gunzip.h"

#include <zlib.h>

#include "common/error.h"

#define GZIP_WINDOW (15 + 16) /* the largest, with gzip's head and tail */

int
http_gunzip(const uint8_t *data, size_t data_len, size_t size, struct buf *out,
    struct error *err)
{
	z_stream stream = { .next_in = (z_const Bytef *)(uintptr_t)data };
	int status;

	if (data_len > UINT32_MAX || size >= UINT32_MAX)
		return error_set(err, STELE_E_LIMIT, "too large for gzip");
	if (!buf_reserve(out, size + 1) ||
	    inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return error_no_memory(err);
	stream.avail_in = (uInt)data_len;
	stream.next_out = out->data + out->len;
	stream.avail_out = (uInt)size + 1; /* one too many would be seen */
	status = inflate(&stream, Z_FINISH);
	(void)inflateEnd(&stream);
	if (status != Z_STREAM_END || stream.total_out != size)
		return error_set(err, STELE_E_CORRUPT,
		    "compressed bytes are damaged");
	out->len += size;
	return 0;
}
