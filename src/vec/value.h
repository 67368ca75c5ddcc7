/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h -- the physical forms of a value, in memory.
 *
 * Many SQL types share few physical forms; src/types/ says which.  The form is
 * what vectors, kernels, MemTables and segments know.
 *
 *   PHYS_BOOL      uint8_t, 0 or 1
 *   PHYS_I64       int64_t: integers, oid, date (days since 2000-01-01),
 *                  timestamp and timestamptz (microseconds since 2000-01-01
 *                  UTC, PostgreSQL's epoch; INT64_MIN and INT64_MAX are the
 *                  infinities), time of day (microseconds), enums (the label's
 *                  index in its type, which is its order)
 *   PHYS_F64       double: float8, and float4 already rounded to float
 *   PHYS_NUMERIC   struct numeric: exact decimal
 *   PHYS_STR       struct str: text and its kin, json (as written), jsonb (in
 *                  its canonical text), bytea, name
 *   PHYS_UUID      struct uuid, 16 bytes in network order
 *   PHYS_INTERVAL  struct interval
 *
 * Zero is never a null: nulls are told apart beside the values.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/int128.h"
#include "common/str.h"

enum phys {
	PHYS_BOOL,
	PHYS_I64,
	PHYS_F64,
	PHYS_NUMERIC,
	PHYS_STR,
	PHYS_UUID,
	PHYS_INTERVAL,
	PHYS_COUNT,
};

enum numeric_kind {
	NUMERIC_FINITE,
	NUMERIC_NAN,      /* equal to itself, greater than all others */
	NUMERIC_INFINITY, /* plus */
	NUMERIC_MINUS_INFINITY,
};

/*
 * coefficient * 10^-scale.  While the coefficient fits 128 bits, `limbs` is
 * NULL and `small` holds it; otherwise its magnitude is limb_count 64-bit
 * limbs, least significant first (GMP's form), and `small` holds -1 or 1 for
 * its sign.  The limbs belong to the arena of whoever made the value.
 */
struct numeric {
	i128 small;
	const uint64_t *limbs;
	uint32_t limb_count;
	uint16_t scale; /* digits after the point that are shown, 0..16383 */
	uint8_t kind;   /* enum numeric_kind */
};

struct uuid {
	uint8_t bytes[16];
};

/* The three parts are independent, as in PostgreSQL. */
struct interval {
	int64_t microseconds;
	int32_t days;
	int32_t months;
};

/* One value or null. */
struct datum {
	union {
		bool boolean;
		int64_t i64;
		double f64;
		struct numeric numeric;
		struct str str;
		struct uuid uuid;
		struct interval interval;
	};
	bool is_null;
};

/* Bytes that one value of a form takes in a vector. */
size_t phys_size(enum phys phys);
