/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_show.c -- what the settings of a session are: SHOW, pg_settings.
 */
#include <strings.h>

#include "common/error.h"
#include "server/settings_private.h"

/* ---- showing ---- */

const char *
setting_transaction_text(const struct settings *settings, const char *name)
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
	    settings_value_find(settings, str_of_cstr(row->name));
	const char *text = setting_transaction_text(settings, row->name);

	if (text == NULL)
		text = value == NULL || value->value == NULL ? row->def
							     : value->value;
	return text;
}

void
setting_row_show(const struct settings *settings, const struct setting_row *row,
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
	const struct setting_row *row = setting_row_find(name);
	const struct setting_value *custom;
	struct buf text;

	buf_init(&text);
	if (option != NULL) {
		config_session_show(&settings->config, settings->server, option,
		    &text);
		*name_out = arena_str(arena, str_of_cstr(option->name));
	} else if (row != NULL) {
		setting_row_show(settings, row, &text);
		*name_out = arena_str(arena, str_of_cstr(row->name));
	} else {
		custom = settings_value_find(settings, name);
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

/* Both tables are sorted by name: the next of either, NULL for the other. */
struct walk {
	size_t row, option;
};

static bool
walk_next(struct walk *walk, const struct setting_row **row,
    const struct config_option **option)
{
	*row =
	    walk->row < setting_row_count() ? setting_row_at(walk->row) : NULL;
	*option = walk->option < config_option_count()
	    ? config_option_at(walk->option)
	    : NULL;
	if (*row != NULL && *option != NULL) {
		if (strcasecmp((*row)->name, (*option)->name) < 0)
			*option = NULL;
		else
			*row = NULL;
	}
	walk->row += *row != NULL;
	walk->option += *option != NULL;
	return *row != NULL || *option != NULL;
}

void
settings_each(const struct settings *settings, struct arena *arena,
    void (*fn)(void *arg, struct str name, struct str value), void *arg)
{
	struct walk walk = { .row = 0 };
	const struct config_option *option;
	const struct setting_row *row;
	struct buf text;

	buf_init(&text);
	while (walk_next(&walk, &row, &option)) {
		if (row != NULL)
			setting_row_show(settings, row, &text);
		else
			config_session_show(&settings->config, settings->server,
			    option, &text);
		fn(arg, str_of_cstr(row != NULL ? row->name : option->name),
		    to_arena(&text, arena));
	}
	buf_release(&text);
}

/* ---- describing ---- */

static void
describe_row(const struct settings *settings, const struct setting_row *row,
    struct setting_info *out)
{
	const struct setting_value *value =
	    settings_value_find(settings, str_of_cstr(row->name));
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
	struct walk walk = { .row = 0 };
	const struct config_option *option;
	const struct setting_row *row;

	while (walk_next(&walk, &row, &option)) {
		struct setting_info info;

		if (row != NULL)
			describe_row(settings, row, &info);
		else
			describe_option(settings, option, arena, &info);
		fn(arg, &info);
	}
}
