/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_char_private.h -- between the files of from_char.h.
 */
#pragma once

#include "exec/from_char.h"

enum time_pattern {
	T_AD,
	T_AM,
	T_CC,
	T_D,
	T_DAY,
	T_DD,
	T_DDD,
	T_DY,
	T_FF,
	T_FX,
	T_HH12,
	T_HH24,
	T_ID,
	T_IDDD,
	T_IW,
	T_IYYY,
	T_J,
	T_MI,
	T_MM,
	T_MON,
	T_MONTH,
	T_MS,
	T_ONLY_TO_CHAR, /* OF, TZ */
	T_Q,
	T_RM,
	T_SS,
	T_SSSS,
	T_TZH,
	T_TZM,
	T_US,
	T_W,
	T_WW,
	T_YYYY,
	T_Y_YYY,
};

enum date_convention { DATE_ANY, DATE_GREGORIAN, DATE_ISO };

struct time_keyword {
	const char *text;
	enum time_pattern pattern;
	int width; /* digits, or letters that a number of them says */
	bool is_digits;
	enum date_convention convention;
};

struct time_template_node {
	enum { NODE_CHAR, NODE_SEPARATOR, NODE_FIELD } kind;
	const struct time_keyword *keyword; /* NODE_FIELD */
	struct str written;                 /* the keyword in its case */
	bool is_filled;                     /* FM before it */
	bool has_ordinal;                   /* TH behind it */
	bool is_digit;                      /* NODE_CHAR */
};

/* What was read; 0: not given. */
struct read_fields {
	int year, year_digits, century, month, day, weekday, year_day;
	int week, month_week, julian;
	int hour, minute, second, milliseconds, microseconds, day_seconds;
	int zone_sign, zone_hour, zone_minute;
	bool is_bc, is_pm, is_12_hours;
	enum date_convention convention;
};

/* from_char_fields.c: the fields together. */
MUST_USE int read_fields_join(const struct read_fields *fields, struct str text,
    struct read_time *out, struct error *err);
