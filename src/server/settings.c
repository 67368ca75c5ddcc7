/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.c -- the values of a session, their undo log, their reports.
 *
 * A setting is one of three kinds: a row of the table of PostgreSQL's
 * settings, an option of the server (common/config.h), or a dotted name of
 * the client's own.  All are set, shown and undone by name and text.
 */
#include "server/settings.h"

#include <ctype.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "server/settings_private.h"

#define BOOL   SETTING_BOOL
#define INT    SETTING_INT
#define REAL   SETTING_REAL
#define STRING SETTING_STRING
#define ENUM   SETTING_ENUM

static const struct setting_row rows[] = {
#define SETTING(name, type, context, unit, def) \
	{ name, type, SETTING_##context, unit, def },
#include "server/pg_settings.def"
#undef SETTING
};

/* In the order in which PostgreSQL sends them at the start. */
static const char *const reported_names[] = { "application_name",
	"client_encoding", "DateStyle", "default_transaction_read_only",
	"in_hot_standby", "integer_datetimes", "IntervalStyle", "is_superuser",
	"server_encoding", "server_version", "session_authorization",
	"standard_conforming_strings", "TimeZone" };
_Static_assert(ARRAY_LEN(reported_names) == SETTINGS_REPORTED,
    "one hash for each");

struct setting_value {
	struct setting_value *next;
	char *name;          /* owned */
	char *value;         /* owned; NULL: at its default */
	char *startup_value; /* owned; what RESET goes back to, or NULL */
};

struct setting_undo {
	struct setting_undo *next; /* older */
	char *name;                /* owned */
	char *value;               /* owned; NULL: it was at its default */
	bool is_local;             /* undone at commit too */
};

static const struct setting_row *
row_find(struct str name)
{
	size_t first = 0, limit = ARRAY_LEN(rows);

	while (first < limit) {
		size_t middle = (first + limit) / 2;
		struct str at = str_of_cstr(rows[middle].name);
		size_t len = name.len < at.len ? name.len : at.len;
		int order = len == 0 ? 0 : strncasecmp(name.data, at.data, len);

		if (order == 0)
			order = (name.len > at.len) - (name.len < at.len);
		if (order == 0)
			return &rows[middle];
		if (order < 0)
			limit = middle;
		else
			first = middle + 1;
	}
	return NULL;
}

static char *
copy(struct str s)
{
	char *text = malloc(s.len + 1);

	if (text == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return text;
}

static struct setting_value *
value_find(const struct settings *settings, struct str name)
{
	struct setting_value *value = settings->values;

	while (
	    value != NULL && !str_equal_nocase(name, str_of_cstr(value->name)))
		value = value->next;
	return value;
}

static struct setting_value *
value_need(struct settings *settings, struct str name, struct error *err)
{
	struct setting_value *value = value_find(settings, name);

	if (value != NULL)
		return value;
	value = calloc(1, sizeof(*value));
	if (value != NULL)
		value->name = copy(name);
	if (value == NULL || value->name == NULL) {
		free(value);
		(void)error_no_memory(err);
		return NULL;
	}
	value->next = settings->values;
	settings->values = value;
	return value;
}

void
settings_init(struct settings *settings, struct config *config,
    struct time_zone_set *zones)
{
	*settings = (struct settings){
		.types = type_settings_default,
		.server = config_ref(config),
		.config = config->session,
		.client_min_messages = MESSAGE_NOTICE,
		.defaults.isolation = ISOLATION_READ_COMMITTED,
		.current.isolation = ISOLATION_READ_COMMITTED,
		.search_path = search_path_default,
		.report_is_due = true,
		.role = STR("none"),
		.is_superuser = true,
	};
	settings->types.time_zones = zones;
}

void
settings_follow(struct settings *settings, struct config *config)
{
	config_unref(settings->server);
	settings->server = config_ref(config);
	config_session_follow(&settings->config, config);
	settings->report_is_due = true; /* of what the session does with them */
}

static void
undo_free(struct setting_undo *undo)
{
	free(undo->name);
	free(undo->value);
	free(undo);
}

void
settings_release(struct settings *settings)
{
	while (settings->undo != NULL) {
		struct setting_undo *next = settings->undo->next;

		undo_free(settings->undo);
		settings->undo = next;
	}
	while (settings->values != NULL) {
		struct setting_value *next = settings->values->next;

		free(settings->values->name);
		free(settings->values->value);
		free(settings->values->startup_value);
		free(settings->values);
		settings->values = next;
	}
	if (settings->server != NULL)
		config_unref(settings->server);
	settings->server = NULL;
}

/* ---- showing ---- */

/* Those of the running transaction are not kept as values. */
static const char *
transaction_text(const struct settings *settings, const char *name)
{
	if (strcmp(name, "transaction_isolation") == 0)
		return isolation_name(settings->current.isolation);
	if (strcmp(name, "transaction_read_only") == 0)
		return settings->current.is_read_only ||
			settings->is_read_only_held
		    ? "on"
		    : "off";
	if (strcmp(name, "transaction_deferrable") == 0)
		return settings->current.is_deferrable ? "on" : "off";
	return NULL;
}

/* Those that the session's roles are. */
static bool
session_text(const struct settings *settings, const char *name, struct str *out)
{
	if (strcmp(name, "session_authorization") == 0)
		*out = settings->user;
	else if (strcmp(name, "role") == 0)
		*out = settings->role;
	else if (strcmp(name, "is_superuser") == 0)
		*out = settings->is_superuser ? STR("on") : STR("off");
	else
		return false;
	return true;
}

/* The text that is kept, numbers in the row's unit. */
static const char *
row_text(const struct settings *settings, const struct setting_row *row)
{
	const struct setting_value *value =
	    value_find(settings, str_of_cstr(row->name));
	const char *text = transaction_text(settings, row->name);

	if (text == NULL)
		text = value == NULL || value->value == NULL ? row->def
							     : value->value;
	return text;
}

static void
row_show(const struct settings *settings, const struct setting_row *row,
    struct buf *out)
{
	struct str text;

	if (session_text(settings, row->name, &text))
		buf_put_str(out, text);
	else
		setting_value_show(row, str_of_cstr(row_text(settings, row)),
		    out);
}

static struct str
to_arena(struct buf *buf, struct arena *arena)
{
	struct str copied = arena_str(arena, buf_str(buf));

	buf_reset(buf);
	return copied;
}

int
settings_show(const struct settings *settings, struct str name,
    struct arena *arena, struct str *name_out, struct str *value,
    struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	const struct setting_value *custom;
	struct buf text;

	buf_init(&text);
	if (option != NULL) {
		config_session_show(&settings->config, settings->server, option,
		    &text);
		*name_out = arena_str(arena, str_of_cstr(option->name));
	} else if (row != NULL) {
		row_show(settings, row, &text);
		*name_out = arena_str(arena, str_of_cstr(row->name));
	} else {
		custom = value_find(settings, name);
		if (custom == NULL)
			return error_set(err, STELE_E_UNDEFINED_OBJECT,
			    "unrecognized configuration parameter \"%.*s\"",
			    STR_FMT(name));
		*name_out = arena_str(arena, str_of_cstr(custom->name));
		if (custom->value != NULL)
			buf_put_cstr(&text, custom->value);
	}
	*value = to_arena(&text, arena);
	buf_release(&text);
	return 0;
}

void
settings_each(const struct settings *settings, struct arena *arena,
    void (*fn)(void *arg, struct str name, struct str value), void *arg)
{
	size_t r = 0, o = 0;
	struct buf text;

	buf_init(&text);
	/* Both tables are sorted by name: merge them. */
	while (r < ARRAY_LEN(rows) || o < config_option_count()) {
		const struct config_option *option =
		    o < config_option_count() ? config_option_at(o) : NULL;

		if (r < ARRAY_LEN(rows) &&
		    (option == NULL ||
			strcasecmp(rows[r].name, option->name) < 0)) {
			row_show(settings, &rows[r], &text);
			fn(arg, str_of_cstr(rows[r].name),
			    to_arena(&text, arena));
			r++;
		} else if (option != NULL) {
			config_session_show(&settings->config, settings->server,
			    option, &text);
			fn(arg, str_of_cstr(option->name),
			    to_arena(&text, arena));
			o++;
		}
	}
	buf_release(&text);
}

/* ---- describing ---- */

static void
describe_row(const struct settings *settings, const struct setting_row *row,
    struct setting_info *out)
{
	const struct setting_value *value =
	    value_find(settings, str_of_cstr(row->name));
	struct str text = str_of_cstr(row_text(settings, row));

	(void)session_text(settings, row->name, &text);
	*out = (struct setting_info){
		.name = row->name,
		.type = row->type,
		.context = row->context,
		.unit = row->unit,
		.category = "What clients of PostgreSQL set",
		.description = "",
		.value = text,
		.boot_value = str_of_cstr(row->def),
		.reset_value =
		    str_of_cstr(value == NULL || value->startup_value == NULL
			    ? row->def
			    : value->startup_value),
		.limits = setting_limits_find(row->name),
		.is_changed = value != NULL && value->value != NULL,
	};
}

/* In its unit; what is not more than 0 has a meaning of its own. */
static double
limit_of(const struct config_option *option, int64_t limit)
{
	return (
	    double)(limit <= 0 ? limit : limit / config_unit_factor(option));
}

static const struct setting_limits *
limits_of(const struct config_option *option, struct arena *arena)
{
	struct setting_limits *limits;

	if (option->type != CONFIG_INT && option->type != CONFIG_SIZE &&
	    option->type != CONFIG_DURATION)
		return NULL;
	limits = arena_alloc(arena, sizeof(*limits));
	*limits = (struct setting_limits){
		.name = option->name,
		.least = limit_of(option, option->min),
		.greatest = limit_of(option, option->max),
	};
	return limits;
}

static void
describe_option(const struct settings *settings,
    const struct config_option *option, struct arena *arena,
    struct setting_info *out)
{
	static const enum setting_type types[] = {
		[CONFIG_BOOL] = SETTING_BOOL,
		[CONFIG_INT] = SETTING_INT,
		[CONFIG_SIZE] = SETTING_INT,
		[CONFIG_DURATION] = SETTING_INT,
		[CONFIG_STRING] = SETTING_STRING,
		[CONFIG_ENUM] = SETTING_ENUM,
	};
	static const enum setting_context contexts[] = {
		[CONFIG_STARTUP] = SETTING_POSTMASTER,
		[CONFIG_SIGHUP] = SETTING_SIGHUP,
		[CONFIG_SUPERUSER] = SETTING_SUPERUSER,
		[CONFIG_SESSION] = SETTING_USER,
	};
	struct buf text;

	*out = (struct setting_info){
		.name = option->name,
		.type = types[option->type],
		.context = contexts[option->reload],
		.unit = option->unit == NULL ? "" : option->unit,
		.category = config_group_title(option->group),
		.description = option->doc,
		.choices = option->choices,
		.limits = limits_of(option, arena),
		.is_changed = config_option_is_of_session(option) &&
		    config_session_is_set(&settings->config, option),
	};
	out->source =
	    config_source_of(settings->server, option, &out->source_line);
	buf_init(&text);
	config_session_show_setting(&settings->config, settings->server, option,
	    &text);
	out->value = to_arena(&text, arena);
	config_show_default(option, &text);
	out->boot_value = to_arena(&text, arena);
	config_show_setting(settings->server, option, &text);
	out->reset_value = to_arena(&text, arena);
	buf_release(&text);
}

void
settings_describe(const struct settings *settings, struct arena *arena,
    void (*fn)(void *arg, const struct setting_info *info), void *arg)
{
	size_t r = 0, o = 0;

	/* Both tables are sorted by name: merge them. */
	while (r < ARRAY_LEN(rows) || o < config_option_count()) {
		const struct config_option *option =
		    o < config_option_count() ? config_option_at(o) : NULL;
		struct setting_info info;

		if (r < ARRAY_LEN(rows) &&
		    (option == NULL ||
			strcasecmp(rows[r].name, option->name) < 0))
			describe_row(settings, &rows[r++], &info);
		else
			describe_option(settings, config_option_at(o++), arena,
			    &info);
		fn(arg, &info);
	}
}

/* ---- setting ---- */

/* Clients of PostgreSQL know more values than on and off. */
static struct str
config_value(const struct config_option *option, struct str value)
{
	static const char *const more[] = { "local", "remote_write",
		"remote_apply" };

	if (strcmp(option->name, "synchronous_commit") != 0)
		return value;
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		if (str_equal_nocase(value, str_of_cstr(more[i])))
			return STR("on");
	return value;
}

/* Whether sessions begin with it. */
static bool
is_start(enum setting_scope scope)
{
	return scope == SETTING_STARTUP || scope == SETTING_KEPT;
}

static int
check_context(const struct setting_row *row, enum setting_scope scope,
    struct error *err)
{
	switch (row->context) {
	case SETTING_INTERNAL:
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be changed", row->name);
	case SETTING_POSTMASTER:
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be changed without restarting "
		    "the server",
		    row->name);
	case SETTING_SIGHUP:
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be changed now", row->name);
	case SETTING_BACKEND:
		if (is_start(scope))
			return 0;
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be set after connection start",
		    row->name);
	case SETTING_SUPERUSER: /* of options alone */
	case SETTING_USER:
		break;
	}
	return 0;
}

static int
check_superuser(const struct settings *settings,
    const struct config_option *option, enum setting_scope scope,
    struct error *err)
{
	if (option->reload != CONFIG_SUPERUSER || settings->is_superuser ||
	    scope == SETTING_KEPT)
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied to set parameter \"%s\"", option->name);
}

static int
check_custom_name(struct str name, struct error *err)
{
	bool has_dot = false, is_start = true;

	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (c == '.' && !is_start) {
			has_dot = is_start = true;
			continue;
		}
		if (!isalpha(c) && c != '_' && c < 0x80 &&
		    (is_start || (!isdigit(c) && c != '$')))
			return error_set(err, STELE_E_INVALID_NAME,
			    "invalid configuration parameter name \"%.*s\"",
			    STR_FMT(name));
		is_start = false;
	}
	if (!has_dot || is_start)
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "unrecognized configuration parameter \"%.*s\"",
		    STR_FMT(name));
	return 0;
}

/* Take the effect and set *canonical; nothing is remembered yet. */
static int
take_effect(struct settings *settings, struct str name, struct str value,
    struct buf *canonical, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	setting_assign_fn *assign;

	settings->report_is_due = true;
	if (option != NULL)
		return config_session_set(&settings->config, option,
		    config_value(option, value), err);
	if (row == NULL) {
		buf_put_str(canonical, value);
		return 0;
	}
	assign = setting_assign_of(row->name);
	if (assign != NULL)
		return assign(settings, row, value, canonical, err);
	return setting_value_parse(row, value, canonical, err);
}

/* Go back to a text that was valid before; NULL is the default. */
static void
restore(struct settings *settings, struct str name, const char *text)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	struct setting_value *value = value_find(settings, name);
	struct error ignored;
	struct buf canonical;
	int rc = 0;

	buf_init(&canonical);
	settings->report_is_due = true;
	if (text == NULL && option != NULL)
		rc = config_session_reset(&settings->config, settings->server,
		    option, &ignored);
	else if (text != NULL || row != NULL)
		rc = take_effect(settings, name,
		    str_of_cstr(text != NULL ? text : row->def), &canonical,
		    &ignored);
	/* It was valid before; if memory is out, the old effect stays. */
	(void)rc;
	if (value != NULL) {
		free(value->value);
		value->value = text == NULL ? NULL : copy(str_of_cstr(text));
	}
	buf_release(&canonical);
}

/* Remember what a setting was, so that the transaction's end can go back. */
static int
push_undo(struct settings *settings, struct str name, bool is_local,
    struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_value *value = value_find(settings, name);
	struct setting_undo *undo = calloc(1, sizeof(*undo));
	struct buf text;

	buf_init(&text);
	if (undo == NULL)
		goto fail;
	undo->name = copy(name);
	undo->is_local = is_local;
	/* One that follows the server's goes back to that. */
	if (option != NULL &&
	    config_session_is_set(&settings->config, option)) {
		config_session_show(&settings->config, settings->server, option,
		    &text);
		undo->value = copy(buf_str(&text));
	} else if (option == NULL && value != NULL && value->value != NULL) {
		undo->value = copy(str_of_cstr(value->value));
	}
	buf_release(&text);
	if (undo->name == NULL)
		goto fail;
	undo->next = settings->undo;
	settings->undo = undo;
	return 0;
fail:
	if (undo != NULL)
		undo_free(undo);
	return error_no_memory(err);
}

static void
pop_undo(struct settings *settings)
{
	struct setting_undo *undo = settings->undo;

	settings->undo = undo->next;
	undo_free(undo);
}

/* A plain SET outlives the transaction's earlier SET LOCAL of that name. */
static void
forget_local(struct settings *settings, struct str name)
{
	for (struct setting_undo *undo = settings->undo; undo != NULL;
	     undo = undo->next)
		if (str_equal_nocase(name, str_of_cstr(undo->name)))
			undo->is_local = false;
}

static int
remember(struct settings *settings, struct str name, struct buf *canonical,
    enum setting_scope scope, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	struct setting_value *value;
	char *text;

	/* Options keep their values themselves, but not what RESET means. */
	if (option != NULL && !is_start(scope))
		return 0;
	if (option != NULL)
		config_session_show(&settings->config, settings->server, option,
		    canonical);
	value = value_need(settings, name, err);
	text = value == NULL ? NULL : copy(buf_str(canonical));
	if (text == NULL)
		return error_no_memory(err);
	free(value->value);
	value->value = text;
	if (is_start(scope)) {
		free(value->startup_value);
		value->startup_value = copy(buf_str(canonical));
	}
	return 0;
}

int
settings_set(struct settings *settings, struct str name, struct str value,
    enum setting_scope scope, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	struct buf canonical;
	int rc = 0;

	if (row != NULL)
		rc = check_context(row, scope, err);
	else if (option == NULL)
		rc = check_custom_name(name, err);
	else
		rc = check_superuser(settings, option, scope, err);
	if (rc != 0)
		return rc;
	buf_init(&canonical);
	/* The modes of the running transaction end with it anyway. */
	if (row != NULL && transaction_text(settings, row->name) != NULL) {
		rc = take_effect(settings, name, value, &canonical, err);
		goto out;
	}
	if (!is_start(scope)) {
		rc = push_undo(settings, name, scope == SETTING_LOCAL, err);
		if (rc != 0)
			goto out;
	}
	rc = take_effect(settings, name, value, &canonical, err);
	if (rc == 0)
		rc = remember(settings, name, &canonical, scope, err);
	if (rc != 0 && !is_start(scope))
		pop_undo(settings);
	if (rc == 0 && scope == SETTING_SESSION)
		forget_local(settings, name);
out:
	buf_release(&canonical);
	return rc;
}

int
settings_reset(struct settings *settings, struct str name,
    enum setting_scope scope, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	const struct setting_value *value = value_find(settings, name);
	int rc = 0;

	if (row != NULL)
		rc = check_context(row, scope, err);
	else if (option != NULL)
		rc = check_superuser(settings, option, scope, err);
	else if (value == NULL)
		rc = check_custom_name(name, err);
	if (rc == 0)
		rc = push_undo(settings, name, scope == SETTING_LOCAL, err);
	if (rc == 0)
		restore(settings, name,
		    value == NULL ? NULL : value->startup_value);
	return rc;
}

void
settings_reset_all(struct settings *settings)
{
	settings->config = settings->server->session;
	settings->report_is_due = true;
	for (struct setting_value *value = settings->values; value != NULL;
	     value = value->next)
		if (setting_assign_of(value->name) != setting_assign_role)
			restore(settings, str_of_cstr(value->name),
			    value->startup_value);
}

void
settings_forget_start(struct settings *settings)
{
	settings->config = settings->server->session;
	settings->report_is_due = true;
	for (struct setting_value *value = settings->values; value != NULL;
	     value = value->next) {
		free(value->startup_value);
		value->startup_value = NULL;
		restore(settings, str_of_cstr(value->name), NULL);
	}
}

int
settings_check(const struct settings *settings, struct str name,
    const struct str *value, struct str *own_name, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = row_find(name);
	struct settings scratch;
	int rc;

	*own_name = option != NULL ? str_of_cstr(option->name)
	    : row != NULL          ? str_of_cstr(row->name)
				   : name;
	/* what is in nobody's table may mean anything to a client */
	if (option == NULL && row == NULL && !settings->is_superuser) {
		rc = check_custom_name(name, err);
		return rc != 0 ? rc
			       : error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
				     "permission denied to set parameter "
				     "\"%.*s\"",
				     STR_FMT(name));
	}
	settings_init(&scratch, settings->server, settings->types.time_zones);
	scratch.is_superuser = settings->is_superuser;
	rc = value == NULL
	    ? settings_reset(&scratch, name, SETTING_SESSION, err)
	    : settings_set(&scratch, name, *value, SETTING_SESSION, err);
	settings_release(&scratch);
	return rc;
}

/* ---- the end of a transaction ---- */

void
settings_commit(struct settings *settings)
{
	while (settings->undo != NULL) {
		struct setting_undo *undo = settings->undo;

		if (undo->is_local)
			restore(settings, str_of_cstr(undo->name), undo->value);
		pop_undo(settings);
	}
	settings->current = settings->defaults;
}

const struct setting_undo *
settings_mark(const struct settings *settings)
{
	return settings->undo;
}

void
settings_rewind(struct settings *settings, const struct setting_undo *mark)
{
	while (settings->undo != NULL && settings->undo != mark) {
		struct setting_undo *undo = settings->undo;

		restore(settings, str_of_cstr(undo->name), undo->value);
		pop_undo(settings);
	}
}

void
settings_rollback(struct settings *settings)
{
	settings_rewind(settings, NULL);
	settings->current = settings->defaults;
}

void
settings_changed(struct settings *settings)
{
	settings->report_is_due = true;
}

void
settings_report(struct settings *settings,
    void (*fn)(void *arg, struct str name, struct str value), void *arg)
{
	struct buf text;

	if (!settings->report_is_due)
		return;
	settings->report_is_due = false;
	buf_init(&text);
	for (size_t i = 0; i < SETTINGS_REPORTED; i++) {
		struct str name = str_of_cstr(reported_names[i]);
		const struct setting_row *row = row_find(name);
		uint64_t hash;

		MUST(row != NULL);
		buf_reset(&text);
		row_show(settings, row, &text);
		hash = hash_bytes(text.data, text.len) | 1; /* 0: never sent */
		if (hash == settings->reported[i])
			continue;
		settings->reported[i] = hash;
		fn(arg, name, buf_str(&text));
	}
	buf_release(&text);
}

void
settings_skip_reports(struct settings *settings)
{
	settings->report_is_due = false;
}

void
settings_forget_reports(struct settings *settings)
{
	memset(settings->reported, 0, sizeof(settings->reported));
	settings->report_is_due = true;
}
