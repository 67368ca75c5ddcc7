/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_effects.c -- the settings that change what a session does.
 */
#include <ctype.h>
#include <stdlib.h>

#include "common/error.h"
#include "server/settings_private.h"
#include "types/encoding.h"
#include "types/time_zone.h"

/* ---- DateStyle ---- */

static const struct {
	const char *word;
	int style; /* enum date_style, -1: none */
	int order; /* enum date_order, -1: none */
} date_words[] = {
	{ "ISO", DATE_STYLE_ISO, -1 },
	{ "SQL", DATE_STYLE_SQL, -1 },
	{ "POSTGRES", DATE_STYLE_POSTGRES, -1 },
	{ "GERMAN", DATE_STYLE_GERMAN, -1 },
	{ "YMD", -1, DATE_ORDER_YMD },
	{ "DMY", -1, DATE_ORDER_DMY },
	{ "EURO", -1, DATE_ORDER_DMY },
	{ "EUROPEAN", -1, DATE_ORDER_DMY },
	{ "MDY", -1, DATE_ORDER_MDY },
	{ "US", -1, DATE_ORDER_MDY },
	{ "NONEURO", -1, DATE_ORDER_MDY },
	{ "NONEUROPEAN", -1, DATE_ORDER_MDY },
};

/* The next word between commas and blanks; false at the end. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t begin = 0, end;

	while (begin < rest->len &&
	    (rest->data[begin] == ',' ||
		isspace((unsigned char)rest->data[begin])))
		begin++;
	for (end = begin; end < rest->len; end++)
		if (rest->data[end] == ',' ||
		    isspace((unsigned char)rest->data[end]))
			break;
	*word = str_of(rest->data + begin, end - begin);
	*rest = str_of(rest->data + end, rest->len - end);
	return word->len > 0;
}

static int
date_style_word(struct str word, int *style, int *order)
{
	for (size_t i = 0; i < ARRAY_LEN(date_words); i++) {
		if (!str_equal_nocase(word, str_of_cstr(date_words[i].word)))
			continue;
		if ((date_words[i].style >= 0 && *style >= 0 &&
			*style != date_words[i].style) ||
		    (date_words[i].order >= 0 && *order >= 0 &&
			*order != date_words[i].order))
			return -1;
		if (date_words[i].style >= 0)
			*style = date_words[i].style;
		else
			*order = date_words[i].order;
		return 1;
	}
	return 0;
}

/* PostgreSQL names it in lower case. */
static int
unknown_word(struct str word, struct error *err)
{
	char lower[64];
	size_t len = word.len < sizeof(lower) ? word.len : sizeof(lower);

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)word.data[i]);
	return error_detail(err, "Unrecognized key word: \"%.*s\".", (int)len,
	    lower);
}

static int
assign_date_style(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	static const char *const styles[] = { "ISO", "SQL", "Postgres",
		"German" };
	static const char *const orders[] = { "MDY", "DMY", "YMD" };
	struct str rest = value, word;
	int style = -1, order = -1;
	int rc;

	while (next_word(&rest, &word)) {
		if (str_equal_nocase(word, STR("DEFAULT")))
			continue;
		rc = date_style_word(word, &style, &order);
		if (rc == 1)
			continue;
		(void)setting_value_invalid(row->name, value, err);
		if (rc < 0)
			return error_detail(err,
			    "Conflicting \"datestyle\" specifications.");
		return unknown_word(word, err);
	}
	if (order < 0 && style == DATE_STYLE_GERMAN)
		order = DATE_ORDER_DMY;
	if (style >= 0)
		settings->types.date_style = (enum date_style)style;
	if (order >= 0)
		settings->types.date_order = (enum date_order)order;
	buf_printf(canonical, "%s, %s", styles[settings->types.date_style],
	    orders[settings->types.date_order]);
	return 0;
}

/* ---- enums ---- */

/* The place of the value among the choices. */
static int
enum_parse(const struct setting_row *row, struct str value,
    const char *const *choices, int count, int *out, struct buf *canonical,
    struct error *err)
{
	const struct setting_limits *limits = setting_limits_find(row->name);
	struct str word;
	int rc;

	rc =
	    setting_choice_parse(row->name, limits->choices, value, &word, err);
	if (rc != 0)
		return rc;
	buf_put_str(canonical, word);
	for (*out = 0; *out + 1 < count; (*out)++)
		if (str_equal(word, str_of_cstr(choices[*out])))
			break;
	return 0;
}

static int
assign_interval_style(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	static const char *const choices[] = { "postgres", "postgres_verbose",
		"sql_standard", "iso_8601" };
	int choice, rc;

	rc = enum_parse(row, value, choices, ARRAY_LEN(choices), &choice,
	    canonical, err);
	if (rc == 0)
		settings->types.interval_style = (enum interval_style)choice;
	return rc;
}

static int
assign_bytea_output(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	static const char *const choices[] = { "hex", "escape" };
	int choice, rc;

	rc = enum_parse(row, value, choices, ARRAY_LEN(choices), &choice,
	    canonical, err);
	if (rc == 0)
		settings->types.bytea_escape = choice == 1;
	return rc;
}

static int
assign_min_messages(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	static const char *const choices[] = { "debug5", "debug4", "debug3",
		"debug2", "debug1", "log", "notice", "warning", "error" };
	int choice, rc;

	rc = enum_parse(row, value, choices, ARRAY_LEN(choices), &choice,
	    canonical, err);
	if (rc == 0)
		settings->client_min_messages = choice <= 6 ? MESSAGE_NOTICE
		    : choice == 7                           ? MESSAGE_WARNING
							    : MESSAGE_ERROR;
	return rc;
}

static const char *const isolation_names[] = {
	[ISOLATION_READ_UNCOMMITTED] = "read uncommitted",
	[ISOLATION_READ_COMMITTED] = "read committed",
	[ISOLATION_REPEATABLE_READ] = "repeatable read",
	[ISOLATION_SERIALIZABLE] = "serializable",
};

const char *
isolation_name(enum isolation isolation)
{
	return isolation_names[isolation];
}

static int
assign_isolation(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	struct transaction_modes *modes = strncmp(row->name, "default_", 8) == 0
	    ? &settings->defaults
	    : &settings->current;
	int choice, rc;

	rc = enum_parse(row, value, isolation_names, ARRAY_LEN(isolation_names),
	    &choice, canonical, err);
	if (rc == 0)
		modes->isolation = (enum isolation)choice;
	return rc;
}

/* ---- booleans ---- */

static int
bool_assign(const struct setting_row *row, struct str value, bool *out,
    struct buf *canonical, struct error *err)
{
	int rc = setting_bool_parse(row->name, value, out, err);

	if (rc == 0)
		buf_put_cstr(canonical, *out ? "on" : "off");
	return rc;
}

static int
assign_read_only(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	bool *out = strncmp(row->name, "default_", 8) == 0
	    ? &settings->defaults.is_read_only
	    : &settings->current.is_read_only;
	bool on;
	int rc = bool_assign(row, value, &on, canonical, err);

	if (rc == 0 && !on && settings->is_read_only_held)
		rc = error_set(err, STELE_E_ACTIVE_TRANSACTION,
		    "cannot set transaction read-write mode inside a read-only "
		    "request");
	if (rc == 0)
		*out = on;
	return rc;
}

static int
assign_deferrable(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	bool *out = strncmp(row->name, "default_", 8) == 0
	    ? &settings->defaults.is_deferrable
	    : &settings->current.is_deferrable;

	return bool_assign(row, value, out, canonical, err);
}

static int
assign_standard_strings(struct settings *settings UNUSED,
    const struct setting_row *row, struct str value, struct buf *canonical,
    struct error *err)
{
	bool on;
	int rc = bool_assign(row, value, &on, canonical, err);

	if (rc == 0 && !on)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "parameter \"%s\" cannot be off", row->name);
	return rc;
}

/* ---- others ---- */

static int
assign_float_digits(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	size_t begin = canonical->len;
	long digits;
	int rc;

	rc = setting_value_parse(row, value, canonical, err);
	if (rc != 0)
		return rc;
	buf_put_u8(canonical, 0);
	if (canonical->failed)
		return error_no_memory(err);
	digits = strtol((const char *)canonical->data + begin, NULL, 10);
	canonical->len--;
	settings->types.extra_float_digits = (int)digits;
	return 0;
}

/* Encodings of PostgreSQL that are not ours. */
static int
assign_client_encoding(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	const struct text_encoding *encoding;

	/* asyncpg sends the name in quotes. */
	if (value.len >= 2 && value.data[0] == '\'' &&
	    value.data[value.len - 1] == '\'')
		value = str_of(value.data + 1, value.len - 2);
	encoding = encoding_find(value);
	if (encoding == NULL)
		return setting_value_invalid(row->name, value, err);
	if (!encoding_is_known(encoding))
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "conversion between %s and UTF8 is not supported",
		    encoding_name(encoding));
	/* An old JDBC driver wants to read the name that it has given. */
	buf_put_cstr(canonical,
	    str_equal_nocase(value, STR("unicode")) ? "UNICODE"
						    : encoding_name(encoding));
	settings->types.encoding = encoding == encoding_utf8 ? NULL : encoding;
	return 0;
}

/* A number is hours from Greenwich. */
static bool
zone_hours(struct str value, double *hours)
{
	char text[32];
	char *end;

	if (value.len == 0 || value.len >= sizeof(text))
		return false;
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	*hours = strtod(text, &end);
	return *end == '\0';
}

#define ZONE_HOURS_MAX 167

static int
zone_of(struct settings *settings, const struct setting_row *row,
    struct str value, const struct time_zone **zone, struct error *err)
{
	struct time_zone_set *zones = settings->types.time_zones;
	double hours;

	if (!zone_hours(value, &hours)) {
		*zone = time_zone_find(zones, value);
		return *zone != NULL
		    ? 0
		    : setting_value_invalid(row->name, value, err);
	}
	if (!(hours >= -ZONE_HOURS_MAX && hours <= ZONE_HOURS_MAX)) {
		(void)setting_value_invalid(row->name, value, err);
		return error_detail(err,
		    "UTC timezone offset is out of range.");
	}
	*zone = time_zone_fixed(zones, (int32_t)(hours * 3600));
	if (*zone == NULL)
		return error_no_memory(err);
	return 0;
}

static int
assign_time_zone(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	const struct time_zone *zone;
	int rc = zone_of(settings, row, value, &zone, err);

	if (rc != 0)
		return rc;
	settings->types.time_zone = zone;
	buf_put_cstr(canonical, time_zone_name(zone));
	return 0;
}

/* The log's times are UTC; a zone is checked and remembered. */
static int
assign_log_time_zone(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	const struct time_zone *zone;
	int rc = zone_of(settings, row, value, &zone, err);

	if (rc == 0)
		buf_put_cstr(canonical, time_zone_name(zone));
	return rc;
}

static int
assign_access_method(struct settings *settings UNUSED,
    const struct setting_row *row, struct str value, struct buf *canonical,
    struct error *err)
{
	if (str_equal(value, STR("heap"))) {
		buf_put_str(canonical, value);
		return 0;
	}
	(void)setting_value_invalid(row->name, value, err);
	if (value.len == 0)
		return error_detail(err, "%s cannot be empty.", row->name);
	return error_detail(err, "Table access method \"%.*s\" does not exist.",
	    STR_FMT(value));
}

static int
assign_tablespace(struct settings *settings UNUSED,
    const struct setting_row *row, struct str value, struct buf *canonical,
    struct error *err)
{
	if (value.len > 0 && !str_equal(value, STR("pg_default")) &&
	    !str_equal(value, STR("pg_global"))) {
		(void)setting_value_invalid(row->name, value, err);
		return error_detail(err, "Tablespace \"%.*s\" does not exist.",
		    STR_FMT(value));
	}
	buf_put_str(canonical, value);
	return 0;
}

/* As PostgreSQL does: what is no printable ASCII becomes '?'. */
static int
assign_application_name(struct settings *settings UNUSED,
    const struct setting_row *row UNUSED, struct str value,
    struct buf *canonical, struct error *err UNUSED)
{
	if (value.len > 63)
		value.len = 63;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		buf_put_u8(canonical, c < 32 || c > 126 ? '?' : (uint8_t)c);
	}
	return 0;
}

static int
assign_search_path(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	struct search_path path;

	if (!search_path_parse(value, &path)) {
		(void)setting_value_invalid(row->name, value, err);
		return error_detail(err, "List syntax is invalid.");
	}
	settings->search_path = path;
	buf_put_str(canonical, value);
	return 0;
}

int
setting_assign_role(struct settings *settings, const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err)
{
	bool is_session = strcmp(row->name, "session_authorization") == 0;

	buf_put_str(canonical, value);
	if (settings->set_role == NULL)
		return 0;
	return settings->set_role(settings->set_role_arg, is_session, value,
	    err);
}

static const struct {
	const char *name;
	setting_assign_fn *assign;
} effects[] = {
	{ "application_name", assign_application_name },
	{ "bytea_output", assign_bytea_output },
	{ "client_encoding", assign_client_encoding },
	{ "client_min_messages", assign_min_messages },
	{ "DateStyle", assign_date_style },
	{ "default_table_access_method", assign_access_method },
	{ "default_tablespace", assign_tablespace },
	{ "default_transaction_deferrable", assign_deferrable },
	{ "default_transaction_isolation", assign_isolation },
	{ "default_transaction_read_only", assign_read_only },
	{ "extra_float_digits", assign_float_digits },
	{ "IntervalStyle", assign_interval_style },
	{ "log_timezone", assign_log_time_zone },
	{ "role", setting_assign_role },
	{ "search_path", assign_search_path },
	{ "session_authorization", setting_assign_role },
	{ "standard_conforming_strings", assign_standard_strings },
	{ "TimeZone", assign_time_zone },
	{ "transaction_deferrable", assign_deferrable },
	{ "transaction_isolation", assign_isolation },
	{ "transaction_read_only", assign_read_only },
};

setting_assign_fn *
setting_assign_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(effects); i++)
		if (strcmp(name, effects[i].name) == 0)
			return effects[i].assign;
	return NULL;
}
