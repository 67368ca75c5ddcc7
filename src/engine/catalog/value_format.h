/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_format.h -- one value as bytes: in defaults, and its parts elsewhere.
 *
 * The form is known from the column, nulls are told apart beside the value:
 *
 *   PHYS_BOOL      1 byte, 0 or 1
 *   PHYS_I64       varint of its zigzag form: small magnitudes are short
 *   PHYS_F64       8 bytes, IEEE 754
 *   PHYS_NUMERIC   varint scale * 4 + kind; if finite, 16 bytes coefficient
 *   PHYS_STR       varint length, bytes
 *   PHYS_UUID      16 bytes in network order
 *   PHYS_INTERVAL  8 bytes microseconds, 4 days, 4 months
 *
 * All integers little-endian.  On disk: the forms never change.
 */
#pragma once

#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "vec/value.h"

static inline uint64_t
zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t
unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static inline void
value_put_i64(struct buf *buf, int64_t value)
{
	buf_put_varint(buf, zigzag(value));
}

static inline int64_t
value_get_i64(struct reader *r)
{
	return unzigzag(reader_varint(r));
}

static inline void
value_put_f64(struct buf *buf, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	buf_put_u64(buf, bits);
}

static inline double
value_get_f64(struct reader *r)
{
	uint64_t bits = reader_u64(r);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline void
value_put_str(struct buf *buf, struct str s)
{
	buf_put_varint(buf, s.len);
	buf_put_str(buf, s);
}

static inline struct str
value_get_str(struct reader *r)
{
	uint64_t len = reader_varint(r);

	if (len > reader_left(r)) {
		r->failed = true;
		return str_of(NULL, 0);
	}
	return reader_str(r, (size_t)len);
}

void value_put_interval(struct buf *buf, const struct interval *value);
struct interval value_get_interval(struct reader *r);

/* One value of any form, not null.  Strings read are borrowed. */
void value_put(struct buf *buf, enum phys phys, const struct datum *value);
struct datum value_get(struct reader *r, enum phys phys);
