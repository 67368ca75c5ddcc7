/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_to_char_private.h -- between the templates of to_char() and what they
 * show: times in func_to_char.c, spans of time in func_to_char_interval.c.
 */
#pragma once

#include "exec/func_to_char.h"
#include "types/datetime.h"

enum pattern {
	P_AD,
	P_AD_DOTS,
	P_AM,
	P_AM_DOTS,
	P_CC,
	P_D,
	P_DAY,
	P_DD,
	P_DDD,
	P_DY,
	P_FF,
	P_HH12,
	P_HH24,
	P_ID,
	P_IDDD,
	P_IW,
	P_IYYY,
	P_J,
	P_MI,
	P_MM,
	P_MON,
	P_MONTH,
	P_MS,
	P_OF,
	P_Q,
	P_RM,
	P_SS,
	P_SSSS,
	P_TZ,
	P_TZH,
	P_TZM,
	P_US,
	P_W,
	P_WW,
	P_YYYY,
	P_Y_YYY,
};

struct to_char_keyword {
	const char *text;
	enum pattern pattern;
	int width; /* digits, or which of a pattern's forms */
};

/* All that a pattern may show. */
struct shown {
	/* of a time; of a span each with its sign, and its hours and days */
	struct civil civil;
	int64_t hours;
	int64_t date;
	const struct time_zone_moment *moment;
	bool fill;         /* off after FM: no padding */
	bool is_localized; /* after TM: names are not padded */
	const atomic_bool *cancel;
	struct buf *out;
};

enum letters { LETTERS_UPPER, LETTERS_FIRST, LETTERS_LOWER };

/* Show a pattern; `keyword` is as it was written. */
typedef int (*to_char_fn)(struct shown *s, const struct to_char_keyword *k,
    struct str keyword, struct error *err);

/* Append what a template shows. */
MUST_USE int to_char_put(struct shown *s, struct str format, to_char_fn put,
    struct error *err);

enum letters to_char_letters(struct str keyword);

/* At least as many digits, unless FM was before it; a sign is one more. */
void to_char_number(struct shown *s, int64_t value, int width);

/* The month, from 0, as a Roman number. */
void to_char_roman(struct shown *s, int month, enum letters letters);

/* AM, PM and their like, of an hour of a day. */
void to_char_half_day(struct shown *s, enum pattern pattern, int64_t hour,
    enum letters letters);
