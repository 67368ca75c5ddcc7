/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.c -- the values of a session, and their reports.
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

/* In the order in which PostgreSQL sends them at the start. */
static const char *const reported_names[] = { "application_name",
	"client_encoding", "DateStyle", "default_transaction_read_only",
	"in_hot_standby", "integer_datetimes", "IntervalStyle", "is_superuser",
	"server_encoding", "server_version", "session_authorization",
	"standard_conforming_strings", "TimeZone" };
_Static_assert(ARRAY_LEN(reported_names) == SETTINGS_REPORTED,
    "one hash for each");

char *
setting_text(struct str s)
{
	char *text = malloc(s.len + 1);

	if (text == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return text;
}

struct setting_value *
settings_value_find(const struct settings *settings, struct str name)
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
	struct setting_value *value = settings_value_find(settings, name);

	if (value != NULL)
		return value;
	value = calloc(1, sizeof(*value));
	if (value != NULL)
		value->name = setting_text(name);
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

void
settings_release(struct settings *settings)
{
	settings_undo_release(settings);
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
	const struct setting_row *row = setting_row_find(name);
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

void
settings_restore(struct settings *settings, struct str name, const char *text)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = setting_row_find(name);
	struct setting_value *value = settings_value_find(settings, name);
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
		value->value =
		    text == NULL ? NULL : setting_text(str_of_cstr(text));
	}
	buf_release(&canonical);
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
	text = value == NULL ? NULL : setting_text(buf_str(canonical));
	if (text == NULL)
		return error_no_memory(err);
	free(value->value);
	value->value = text;
	if (is_start(scope)) {
		free(value->startup_value);
		value->startup_value = setting_text(buf_str(canonical));
	}
	return 0;
}

int
settings_set(struct settings *settings, struct str name, struct str value,
    enum setting_scope scope, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = setting_row_find(name);
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
	if (row != NULL &&
	    setting_transaction_text(settings, row->name) != NULL) {
		rc = take_effect(settings, name, value, &canonical, err);
		goto out;
	}
	/* Who fails from here on rolls back, and what was noted with it. */
	if (!is_start(scope))
		rc = settings_check_room(settings, name, value, scope, err);
	if (rc == 0 && !is_start(scope))
		rc = settings_undo_note(settings, name, scope, err);
	if (rc == 0)
		rc = take_effect(settings, name, value, &canonical, err);
	if (rc == 0)
		rc = remember(settings, name, &canonical, scope, err);
out:
	buf_release(&canonical);
	return rc;
}

int
settings_reset(struct settings *settings, struct str name,
    enum setting_scope scope, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = setting_row_find(name);
	const struct setting_value *value = settings_value_find(settings, name);
	int rc = 0;

	if (row != NULL)
		rc = check_context(row, scope, err);
	else if (option != NULL)
		rc = check_superuser(settings, option, scope, err);
	else if (value == NULL)
		return check_custom_name(name, err); /* there is none to go */
	if (rc == 0)
		rc = settings_undo_note(settings, name, scope, err);
	if (rc == 0)
		settings_restore(settings, name,
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
			settings_restore(settings, str_of_cstr(value->name),
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
		settings_restore(settings, str_of_cstr(value->name), NULL);
	}
}

int
settings_check(const struct settings *settings, struct str name,
    const struct str *value, struct str *own_name, struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_row *row = setting_row_find(name);
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

/* ---- reports ---- */

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
		const struct setting_row *row = setting_row_find(name);
		uint64_t hash;

		MUST(row != NULL);
		buf_reset(&text);
		setting_row_show(settings, row, &text);
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
