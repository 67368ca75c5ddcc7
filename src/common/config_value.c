/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_value.c -- values of options as text, the way PostgreSQL reads and
 * prints them: 64MB, 1.5GB, 10ms, on.
 */
#include "common/config_private.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/boolean.h"
#include "common/error.h"

/* Doubles hold whole numbers exactly up to 2^53. */
#define NUMBER_MAX 9007199254740992.0

#define NUMBER_TEXT_SIZE 64

struct unit {
	const char *name;
	double factor; /* of bytes or milliseconds */
};

/* Largest first: SHOW takes the first that divides the value. */
static const struct unit size_units[] = {
	{ "TB", 1099511627776.0 },
	{ "GB", 1073741824.0 },
	{ "MB", 1048576.0 },
	{ "kB", 1024.0 },
	{ "B", 1.0 },
	{ NULL, 0 },
};

static const struct unit duration_units[] = {
	{ "d", 86400000.0 },
	{ "h", 3600000.0 },
	{ "min", 60000.0 },
	{ "s", 1000.0 },
	{ "ms", 1.0 },
	{ "us", 0.001 },
	{ NULL, 0 },
};

static const struct unit *
units_of(const struct config_option *opt)
{
	if (opt->type == CONFIG_SIZE)
		return size_units;
	return opt->type == CONFIG_DURATION ? duration_units : NULL;
}

static const struct unit *
unit_find(const struct config_option *opt, const char *name)
{
	const struct unit *unit = units_of(opt);

	if (unit == NULL)
		return NULL;
	while (unit->name != NULL && strcmp(unit->name, name) != 0)
		unit++;
	return unit->name == NULL ? NULL : unit;
}

int64_t
config_unit_factor(const struct config_option *opt)
{
	const struct unit *unit;

	if (opt->unit == NULL)
		return 1;
	unit = unit_find(opt, opt->unit);
	assert(unit != NULL);
	return (int64_t)unit->factor;
}

static int
invalid_value(const struct config_option *opt, struct str text,
    struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid value for parameter \"%s\": \"%.*s\"", opt->name,
	    STR_FMT(text));
}

static int
invalid_unit(const struct config_option *opt, struct str text,
    struct error *err)
{
	(void)invalid_value(opt, text, err);
	if (opt->type == CONFIG_SIZE)
		error_hint(err,
		    "Valid units for this parameter are \"B\", "
		    "\"kB\", \"MB\", \"GB\", and \"TB\".");
	else if (opt->type == CONFIG_DURATION)
		error_hint(err,
		    "Valid units for this parameter are \"us\", "
		    "\"ms\", \"s\", \"min\", \"h\", and \"d\".");
	return err->code;
}

static int
parse_bool(const struct config_option *opt, struct str text, int64_t *number,
    struct error *err)
{
	bool value;

	if (!boolean_parse(text, &value))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "parameter \"%s\" requires a Boolean value", opt->name);
	*number = value;
	return 0;
}

static int
parse_enum(const struct config_option *opt, struct str text, int64_t *number,
    struct error *err)
{
	char list[ERROR_HINT_SIZE / 2] = "";
	size_t used = 0;

	for (int i = 0; opt->choices[i] != NULL; i++) {
		if (str_equal_nocase(text, str_of_cstr(opt->choices[i]))) {
			*number = i;
			return 0;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%s%s", i == 0 ? "" : ", ", opt->choices[i]);
		assert(used < sizeof(list));
	}
	(void)invalid_value(opt, text, err);
	return error_hint(err, "Available values: %s.", list);
}

/* The number at the start of `text`, which *end is then past. */
static bool
scan_number(const char *text, char **end, double *number)
{
	long long whole;

	errno = 0;
	whole = strtoll(text, end, 0);
	*number = (double)whole;
	if (**end == '.' || **end == 'e' || **end == 'E' || errno == ERANGE) {
		errno = 0;
		*number = strtod(text, end);
	}
	return *end != text && errno == 0 && !isnan(*number);
}

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t\n\r\f\v");
}

/* Cut blanks off the end. */
static void
trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\n\r\f\v", text[len - 1]) != NULL)
		text[--len] = '\0';
}

static int
check_range(const struct config_option *opt, int64_t number, struct error *err)
{
	int64_t factor = config_unit_factor(opt);

	if (number < opt->min || number > opt->max)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "%" PRId64 "%s%s is outside the valid range for parameter "
		    "\"%s\" (%" PRId64 " .. %" PRId64 ")",
		    number / factor, opt->unit == NULL ? "" : " ",
		    opt->unit == NULL ? "" : opt->unit, opt->name,
		    opt->min / factor, opt->max / factor);
	if (opt->multiple != 0 && number % opt->multiple != 0) {
		error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid value for parameter \"%s\": %" PRId64, opt->name,
		    number);
		return error_hint(err, "It must be a multiple of %" PRId64 ".",
		    opt->multiple);
	}
	return 0;
}

static int
parse_number(const struct config_option *opt, struct str text, int64_t *number,
    struct error *err)
{
	char copy[NUMBER_TEXT_SIZE];
	const struct unit *unit;
	double value, factor = (double)config_unit_factor(opt);
	const char *rest;
	char *end;

	if (text.len >= sizeof(copy))
		return invalid_value(opt, text, err);
	snprintf(copy, sizeof(copy), "%.*s", STR_FMT(text));
	trim(copy);
	if (!scan_number(copy, &end, &value))
		return invalid_value(opt, text, err);
	rest = skip_blanks(end);
	if (*rest != '\0') {
		unit = unit_find(opt, rest);
		if (unit == NULL)
			return invalid_unit(opt, text, err);
		value = value * unit->factor / factor;
	}
	value = rint(value);
	if (fabs(value) > NUMBER_MAX / factor) {
		(void)invalid_value(opt, text, err);
		return error_hint(err, "Value exceeds integer range.");
	}
	*number = (int64_t)value;
	/* -1 is a word, not a quantity: it has no unit. */
	if (*number != -1)
		*number *= (int64_t)factor;
	return check_range(opt, *number, err);
}

int
config_value_parse(const struct config_option *opt, struct str text,
    struct config_value *value, struct error *err)
{
	*value = (struct config_value){ .text = text };
	switch (opt->type) {
	case CONFIG_BOOL:
		return parse_bool(opt, text, &value->number, err);
	case CONFIG_ENUM:
		return parse_enum(opt, text, &value->number, err);
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		return parse_number(opt, text, &value->number, err);
	case CONFIG_STRING:
		if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
			return invalid_value(opt, text, err);
		return 0;
	}
	return invalid_value(opt, text, err);
}

void
config_value_show(const struct config_option *opt, int64_t number,
    struct buf *out)
{
	const struct unit *unit = units_of(opt);

	if (opt->type == CONFIG_BOOL) {
		buf_put_cstr(out, number != 0 ? "on" : "off");
		return;
	}
	if (opt->type == CONFIG_ENUM) {
		buf_put_cstr(out, opt->choices[number]);
		return;
	}
	if (unit == NULL || number <= 0) {
		buf_printf(out, "%" PRId64, number);
		return;
	}
	while (number % (int64_t)unit->factor != 0)
		unit++;
	buf_printf(out, "%" PRId64 "%s", number / (int64_t)unit->factor,
	    unit->name);
}
