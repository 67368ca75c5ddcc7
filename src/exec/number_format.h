/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_format.h -- templates of numbers, as to_char() and to_number() have
 * them: 'FM999,990.00'.
 *
 * Patterns are PostgreSQL's, signs and separators those of the C locale.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "vec/value.h"

struct error;
struct number_node;

enum number_flag {
	NUMBER_DECIMAL = 1 << 0, /* has a decimal point */
	NUMBER_ZERO = 1 << 1,
	NUMBER_BLANK = 1 << 2,
	NUMBER_FILL = 1 << 3,         /* FM: no padding */
	NUMBER_SIGN = 1 << 4,         /* S */
	NUMBER_BRACKET = 1 << 5,      /* PR */
	NUMBER_MINUS = 1 << 6,        /* MI, SG */
	NUMBER_PLUS = 1 << 7,         /* PL, SG */
	NUMBER_ROMAN = 1 << 8,        /* RN */
	NUMBER_MULTI = 1 << 9,        /* V */
	NUMBER_SCIENTIFIC = 1 << 10,  /* EEEE */
	NUMBER_SIGN_BEFORE = 1 << 11, /* S stands before the digits */
};

/* A template that was read. */
struct number_format {
	const struct number_node *nodes;
	uint32_t node_count;
	unsigned flags;     /* enum number_flag */
	int32_t pre, post;  /* digits before and after the point */
	int32_t multi;      /* digits after V */
	int32_t zero_start; /* first and last place that 0 fills */
	int32_t zero_end;
	int32_t pre_sign; /* digits before S */
};

/* 42601 for patterns that do not go together. */
MUST_USE int number_format_parse(struct str text, struct arena *arena,
    struct number_format *out, struct error *err);

/*
 * Append a number in the form of the template.  Of a float, `digits` are the
 * significant ones of its type.
 */
MUST_USE int number_format_put(const struct number_format *format,
    const struct numeric *n, struct arena *arena, struct buf *out,
    struct error *err);
void number_format_put_float(const struct number_format *format, double value,
    int digits, struct buf *out);

/* 22P02 for what is no number. */
MUST_USE int number_format_read(const struct number_format *format,
    struct str text, struct arena *arena, struct numeric *out,
    struct error *err);
