/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bits.h -- bit strings: bit(n) and bit varying(n).
 *
 * A value is its digits, '0' and '1', a byte each: so it compares, is hashed,
 * cut and put together as a string is, and is its own text form.  They are short
 * lived: none is stored.
 */
#pragma once

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "types/type.h"

struct error;

#define BITS_LENGTH_MAX 83886080 /* what a modifier may be at most */

/*
 * Apply the modifier: a cast that was asked for cuts and pads with zeros, else
 * another length is an error.
 */
MUST_USE int bits_fit(const struct type *type, bool is_explicit,
    struct str *bits, struct arena *arena, struct error *err);

enum bits_logic { BITS_AND, BITS_OR, BITS_XOR };

/* Digit by digit into out[], which may be those of `a`; 22026 unless `b` is as
 * long. */
MUST_USE int bits_combine(enum bits_logic logic, struct str a, struct str b,
    char *out, struct error *err);

/*
 * The last `length` digits of a number in two's complement; with no memory
 * none, and the arena has failed.
 */
struct str bits_of_integer(int64_t value, size_t length, struct arena *arena);

/* The number of `width` bits at most; false if there are more. */
MUST_USE bool bits_to_integer(struct str bits, size_t width, int64_t *out);
