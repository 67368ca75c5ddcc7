/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h -- a bounds-checked cursor over bytes that we did not write.
 *
 * Reading past the end yields zeros and sets `failed`, which stays set: a
 * decoder reads all its fields in a row and tests once.  Plain integers are
 * little-endian (files), those with _be big-endian (PostgreSQL's protocol).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/str.h"

struct reader {
	const uint8_t *next;
	const uint8_t *end;
	bool failed;
};

static inline struct reader
reader_over(const void *data, size_t len)
{
	const uint8_t *first = data;
	/* NULL for no bytes is allowed, but no sum with it. */
	const uint8_t *end = len == 0 ? first : first + len;

	return (struct reader){ .next = first, .end = end };
}

static inline size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->next);
}

/* Borrow the next len bytes, or NULL if there are fewer. */
static inline const uint8_t *
reader_take(struct reader *r, size_t len)
{
	const uint8_t *bytes = r->next;

	if (r->failed || len > reader_left(r)) {
		r->failed = true;
		return NULL;
	}
	r->next += len;
	return bytes;
}

/* Borrow the next len bytes as a string; empty if there are fewer. */
static inline struct str
reader_str(struct reader *r, size_t len)
{
	const uint8_t *bytes = reader_take(r, len);

	return str_of((const char *)bytes, bytes == NULL ? 0 : len);
}

/* Borrow up to and past the next NUL byte; the string excludes it. */
static inline struct str
reader_cstr(struct reader *r)
{
	const uint8_t *first = r->next;
	const uint8_t *nul = NULL;

	if (!r->failed && first != r->end)
		nul = memchr(first, 0, reader_left(r));
	if (nul == NULL) {
		r->failed = true;
		return str_of(NULL, 0);
	}
	r->next = nul + 1;
	return str_of((const char *)first, (size_t)(nul - first));
}

static inline uint64_t
reader_uint(struct reader *r, size_t width)
{
	const uint8_t *bytes = reader_take(r, width);
	uint64_t value = 0;

	if (bytes == NULL)
		return 0;
	for (size_t i = 0; i < width; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static inline uint64_t
reader_uint_be(struct reader *r, size_t width)
{
	const uint8_t *bytes = reader_take(r, width);
	uint64_t value = 0;

	if (bytes == NULL)
		return 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

static inline uint8_t
reader_u8(struct reader *r)
{
	return (uint8_t)reader_uint(r, 1);
}

static inline uint16_t
reader_u16(struct reader *r)
{
	return (uint16_t)reader_uint(r, 2);
}

static inline uint32_t
reader_u32(struct reader *r)
{
	return (uint32_t)reader_uint(r, 4);
}

static inline uint64_t
reader_u64(struct reader *r)
{
	return reader_uint(r, 8);
}

static inline int64_t
reader_i64(struct reader *r)
{
	return (int64_t)reader_uint(r, 8);
}

static inline uint16_t
reader_u16_be(struct reader *r)
{
	return (uint16_t)reader_uint_be(r, 2);
}

static inline int16_t
reader_i16_be(struct reader *r)
{
	return (int16_t)reader_uint_be(r, 2);
}

static inline uint32_t
reader_u32_be(struct reader *r)
{
	return (uint32_t)reader_uint_be(r, 4);
}

static inline int32_t
reader_i32_be(struct reader *r)
{
	return (int32_t)reader_uint_be(r, 4);
}

static inline uint64_t
reader_u64_be(struct reader *r)
{
	return reader_uint_be(r, 8);
}

/* Unsigned LEB128, as buf_put_varint() writes it; more than 64 bits fails. */
static inline uint64_t
reader_varint(struct reader *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = reader_u8(r);

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return value;
	}
	r->failed = true;
	return 0;
}
