/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_values.c -- texts of settings to values and back.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "common/boolean.h"
#include "common/error.h"
#include "server/settings_private.h"

/* Sizes count in bytes, times in microseconds. */
static const struct unit {
	const char *name;
	bool is_time;
	int64_t factor;
} units[] = {
	/* From the largest, so that showing takes the largest that divides. */
	{ "TB", false, INT64_C(1) << 40 },
	{ "GB", false, 1 << 30 },
	{ "MB", false, 1 << 20 },
	{ "8kB", false, 8192 },
	{ "kB", false, 1024 },
	{ "B", false, 1 },
	{ "d", true, INT64_C(86400000000) },
	{ "h", true, INT64_C(3600000000) },
	{ "min", true, 60000000 },
	{ "s", true, 1000000 },
	{ "ms", true, 1000 },
	{ "us", true, 1 },
};

static const struct unit *
unit_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_equal(name, str_of_cstr(units[i].name)))
			return &units[i];
	return NULL;
}

int
setting_value_invalid(const char *name, struct str value, struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid value for parameter \"%s\": \"%.*s\"", name,
	    STR_FMT(value));
}

int
setting_bool_parse(const char *name, struct str value, bool *out,
    struct error *err)
{
	if (boolean_parse(value, out))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "parameter \"%s\" requires a Boolean value", name);
}

static int
bad_unit(const struct setting_row *row, struct str value,
    const struct unit *own, struct error *err)
{
	(void)setting_value_invalid(row->name, value, err);
	if (own == NULL)
		return err->code;
	return error_hint(err, "Valid units for this parameter are %s.",
	    own->is_time ? "\"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\""
			 : "\"B\", \"kB\", \"MB\", \"GB\", and \"TB\"");
}

/* "5s", "64 MB", "1.5", "0x10": a number in the row's unit. */
static int
number_parse(const struct setting_row *row, struct str value, double *out,
    struct error *err)
{
	const struct unit *own = unit_find(str_of_cstr(row->unit));
	const struct unit *given;
	char text[64];
	char *end, *last;

	if (value.len == 0 || value.len >= sizeof(text))
		return setting_value_invalid(row->name, value, err);
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	errno = 0;
	*out = strtod(text, &end);
	if (end == text || errno != 0 || !isfinite(*out))
		return setting_value_invalid(row->name, value, err);
	while (isspace((unsigned char)*end))
		end++;
	if (*end == '\0')
		return 0;
	last = end + strlen(end);
	while (isspace((unsigned char)last[-1]))
		*--last = '\0';
	given = unit_find(str_of_cstr(end));
	/* 8kB is a unit of ours alone. */
	if (own == NULL || given == NULL || given->factor == 8192 ||
	    given->is_time != own->is_time)
		return bad_unit(row, value, own, err);
	*out = *out * (double)given->factor / (double)own->factor;
	return 0;
}

static int
out_of_range(const struct setting_row *row, const struct setting_limits *limits,
    double number, struct error *err)
{
	const char *gap = row->unit[0] == '\0' ? "" : " ";

	if (row->type == SETTING_INT)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "%.0f%s%s is outside the valid range for parameter \"%s\" "
		    "(%.0f .. %.0f)",
		    number, gap, row->unit, row->name, limits->least,
		    limits->greatest);
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "%g%s%s is outside the valid range for parameter \"%s\" (%g .. %g)",
	    number, gap, row->unit, row->name, limits->least, limits->greatest);
}

static int
number_assign(const struct setting_row *row, struct str value,
    struct buf *canonical, struct error *err)
{
	const struct setting_limits *limits = setting_limits_find(row->name);
	double number = 0;
	int rc = number_parse(row, value, &number, err);

	if (rc != 0)
		return rc;
	if (row->type == SETTING_INT) {
		number = rint(number);
		if (number < INT32_MIN || number > INT32_MAX) {
			(void)setting_value_invalid(row->name, value, err);
			return error_hint(err, "Value exceeds integer range.");
		}
	}
	if (limits != NULL &&
	    (number < limits->least || number > limits->greatest))
		return out_of_range(row, limits, number, err);
	buf_printf(canonical, row->type == SETTING_INT ? "%.0f" : "%.15g",
	    number);
	return 0;
}

static int
enum_assign(const struct setting_row *row, struct str value,
    struct buf *canonical, struct error *err)
{
	const struct setting_limits *limits = setting_limits_find(row->name);
	struct str word = value;
	int rc = 0;

	if (limits != NULL)
		rc = setting_choice_parse(row->name, limits->choices, value,
		    &word, err);
	if (rc == 0)
		buf_put_str(canonical, word);
	return rc;
}

int
setting_value_parse(const struct setting_row *row, struct str value,
    struct buf *canonical, struct error *err)
{
	bool on;
	int rc;

	switch (row->type) {
	case SETTING_BOOL:
		rc = setting_bool_parse(row->name, value, &on, err);
		if (rc == 0)
			buf_put_cstr(canonical, on ? "on" : "off");
		return rc;
	case SETTING_INT:
	case SETTING_REAL:
		return number_assign(row, value, canonical, err);
	case SETTING_STRING:
		buf_put_str(canonical, value);
		return 0;
	case SETTING_ENUM:
		return enum_assign(row, value, canonical, err);
	}
	return 0;
}

/* In the largest unit of which it is a whole number, else in the smallest. */
static void
real_show(const struct unit *own, double number, struct buf *out)
{
	double bare = own == NULL ? 0 : number * (double)own->factor;
	const struct unit *best = own;

	for (size_t i = 0; own != NULL && number > 0 && i < ARRAY_LEN(units);
	     i++) {
		double value = bare / (double)units[i].factor;

		if (units[i].is_time != own->is_time || units[i].factor == 8192)
			continue;
		best = &units[i];
		if (rint(value) > 0 && fabs(rint(value) / value - 1) <= 1e-8)
			break;
	}
	if (own != NULL && number > 0)
		buf_printf(out, "%g%s", bare / (double)best->factor,
		    best->name);
	else
		buf_printf(out, "%g", number);
}

void
setting_value_show(const struct setting_row *row, struct str canonical,
    struct buf *out)
{
	const struct unit *own = unit_find(str_of_cstr(row->unit));
	char text[32];
	int64_t number;

	if ((own == NULL && row->type != SETTING_REAL) || canonical.len == 0 ||
	    row->type == SETTING_STRING || canonical.len >= sizeof(text)) {
		buf_put_str(out, canonical);
		return;
	}
	memcpy(text, canonical.data, canonical.len);
	text[canonical.len] = '\0';
	if (row->type == SETTING_REAL) {
		real_show(own, strtod(text, NULL), out);
		return;
	}
	number = strtoll(text, NULL, 10);
	if (number <= 0) { /* 0 and -1 mean something else than an amount */
		buf_put_str(out, canonical);
		return;
	}
	number *= own->factor;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (units[i].is_time != own->is_time ||
		    units[i].factor == 8192 || number % units[i].factor != 0)
			continue;
		buf_printf(out, "%" PRId64 "%s", number / units[i].factor,
		    units[i].name);
		return;
	}
}
