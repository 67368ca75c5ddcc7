/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"

#define BUF_SIZE_MIN 256
/* Smaller ones are left out: their budget may be one that all share. */
#define CHARGED_MIN ((size_t)64 << 10)
/* Below that what is needed is taken alone, when it cannot be doubled any more. */
#define MORE_MIN ((size_t)4 << 10)

void
buf_init(struct buf *buf)
{
	*buf = (struct buf){ .data = NULL };
}

void
buf_init_charged(struct buf *buf, struct mem_budget *budget)
{
	*buf = (struct buf){ .budget = budget };
}

/* What is charged for so much memory. */
static size_t
charge_of(size_t capacity)
{
	return capacity < CHARGED_MIN ? 0 : capacity;
}

void
buf_release(struct buf *buf)
{
	free(buf->data);
	mem_budget_give(buf->budget, charge_of(buf->capacity));
	buf->data = NULL;
	buf->len = buf->capacity = 0;
	buf->failed = false;
}

static bool
grow(struct buf *buf, size_t capacity)
{
	size_t charge = charge_of(capacity) - charge_of(buf->capacity);
	uint8_t *data;

	/* One that is overdrawn would refuse even nothing. */
	if (charge > 0 && !mem_budget_take(buf->budget, charge))
		return false;
	data = realloc(buf->data, capacity);
	if (data == NULL) {
		mem_budget_give(buf->budget, charge);
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

bool
buf_reserve(struct buf *buf, size_t len)
{
	size_t need, capacity, more;

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
	/*
	 * There may be room for what is needed, but not for twice as much: half of
	 * what is left is taken each time, so that there are few times.
	 */
	more = capacity - need;
	while (!grow(buf, need + more)) {
		if (more == 0) {
			buf->failed = true;
			return false;
		}
		more = more < MORE_MIN ? 0 : more / 2;
	}
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
