/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h -- bytes that grow at the end: output for a peer or a file.
 *
 * A failed allocation, or growth past `limit_bytes`, sets `failed`, which
 * stays set; what is put afterwards is dropped.  The writer tests once.
 * Little-endian puts are for files, big-endian ones (_be) for PostgreSQL's
 * protocol.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/attr.h"
#include "common/str.h"

struct mem_budget;

struct buf {
	uint8_t *data; /* owned, malloc'd */
	size_t len;
	size_t capacity;
	size_t limit_bytes;        /* 0 is no limit */
	struct mem_budget *budget; /* borrowed; NULL: none is charged */
	bool failed;
};

void buf_init(struct buf *buf);

/*
 * The same, charged to a budget (common/arena.h) once it is large: for bytes
 * whose number a user chooses.  NULL is allowed.
 */
void buf_init_charged(struct buf *buf, struct mem_budget *budget);
void buf_release(struct buf *buf);

/* Forget the content, keep the memory, clear `failed`. */
static inline void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

/* Make room for `len` more bytes; false (and `failed`) if it cannot. */
bool buf_reserve(struct buf *buf, size_t len);

/* Room for exactly `len` bytes, counted as written; NULL when `failed`. */
static inline uint8_t *
buf_take(struct buf *buf, size_t len)
{
	uint8_t *at;

	if (buf->failed ||
	    (len > buf->capacity - buf->len && !buf_reserve(buf, len)))
		return NULL;
	at = buf->data + buf->len;
	buf->len += len;
	return at;
}

static inline void
buf_put(struct buf *buf, const void *data, size_t len)
{
	uint8_t *at;

	if (len == 0)
		return; /* an empty buf has no memory to point into */
	at = buf_take(buf, len);
	if (at != NULL)
		memcpy(at, data, len);
}

static inline void
buf_put_str(struct buf *buf, struct str s)
{
	buf_put(buf, s.data, s.len);
}

static inline void
buf_put_cstr(struct buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

static inline void
buf_put_u8(struct buf *buf, uint8_t value)
{
	buf_put(buf, &value, 1);
}

static inline void
buf_put_uint(struct buf *buf, uint64_t value, size_t width)
{
	uint8_t *at = buf_take(buf, width);

	if (at == NULL)
		return;
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
buf_put_u16(struct buf *buf, uint16_t value)
{
	buf_put_uint(buf, value, 2);
}

static inline void
buf_put_u32(struct buf *buf, uint32_t value)
{
	buf_put_uint(buf, value, 4);
}

static inline void
buf_put_u64(struct buf *buf, uint64_t value)
{
	buf_put_uint(buf, value, 8);
}

static inline void
buf_put_uint_be(struct buf *buf, uint64_t value, size_t width)
{
	uint8_t *at = buf_take(buf, width);

	if (at == NULL)
		return;
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static inline void
buf_put_u16_be(struct buf *buf, uint16_t value)
{
	buf_put_uint_be(buf, value, 2);
}

static inline void
buf_put_u32_be(struct buf *buf, uint32_t value)
{
	buf_put_uint_be(buf, value, 4);
}

static inline void
buf_put_u64_be(struct buf *buf, uint64_t value)
{
	buf_put_uint_be(buf, value, 8);
}

/* Unsigned LEB128: seven bits a byte, low bits first. */
static inline void
buf_put_varint(struct buf *buf, uint64_t value)
{
	while (value >= 0x80) {
		buf_put_u8(buf, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	buf_put_u8(buf, (uint8_t)value);
}

void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Overwrite four bytes at `at`, big-endian: a length known only afterwards. */
static inline void
buf_patch_u32_be(struct buf *buf, size_t at, uint32_t value)
{
	if (buf->failed)
		return;
	for (size_t i = 0; i < 4; i++)
		buf->data[at + i] = (uint8_t)(value >> (8 * (3 - i)));
}

static inline struct str
buf_str(const struct buf *buf)
{
	return str_of((const char *)buf->data, buf->len);
}
