/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BUF_SIZE_MIN 256

void
buf_init(struct buf *buf)
{
	*buf = (struct buf){ .data = NULL };
}

void
buf_release(struct buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->capacity = 0;
	buf->failed = false;
}

bool
buf_reserve(struct buf *buf, size_t len)
{
	size_t need, capacity;
	uint8_t *data;

	if (buf->failed)
		return false;
	if (len <= buf->capacity - buf->len)
		return true;
	if (__builtin_add_overflow(buf->len, len, &need) ||
	    (buf->limit_bytes != 0 && need > buf->limit_bytes)) {
		buf->failed = true;
		return false;
	}
	capacity = buf->capacity < BUF_SIZE_MIN ? BUF_SIZE_MIN : buf->capacity;
	while (capacity < need)
		capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
	data = realloc(buf->data, capacity);
	if (data == NULL) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || !buf_reserve(buf, (size_t)len + 1))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)len;
}
