/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_rows.c -- pg_settings: what the session sees of each setting.
 */
#include <stdio.h>

#include "common/attr.h"
#include "server/directory_command.h"
#include "server/pgcatalog/rows.h"

static const char *const type_names[] = {
	[SETTING_BOOL] = "bool",
	[SETTING_INT] = "integer",
	[SETTING_REAL] = "real",
	[SETTING_STRING] = "string",
	[SETTING_ENUM] = "enum",
};

static const char *const context_names[] = {
	[SETTING_INTERNAL] = "internal",
	[SETTING_POSTMASTER] = "postmaster",
	[SETTING_SIGHUP] = "sighup",
	[SETTING_BACKEND] = "backend",
	[SETTING_SUPERUSER] = "superuser",
	[SETTING_USER] = "user",
};

static void
put_choices(struct system_rows *rows, const char *const *choices)
{
	struct arena *arena = system_rows_arena(rows);
	struct datum *values;
	uint32_t count = 0;

	if (choices == NULL)
		return;
	while (choices[count] != NULL)
		count++;
	values = arena_zalloc(arena, ((size_t)count + 1) * sizeof(*values));
	for (uint32_t i = 0; i < count; i++)
		values[i].str = str_of_cstr(choices[i]);
	system_put_array(rows, pg_settings_enumvals, TYPE_TEXT, values, count);
}

/* "a, b, c". */
static void
put_words(struct system_rows *rows, struct str words)
{
	struct arena *arena = system_rows_arena(rows);
	struct datum *values;
	uint32_t count = 0;
	const char *comma;

	values = arena_zalloc(arena, (words.len + 1) * sizeof(*values));
	do {
		comma = memchr(words.data, ',', words.len);
		values[count].str = words;
		if (comma != NULL) {
			size_t len = (size_t)(comma - words.data);

			values[count].str.len = len;
			words = str_of(comma + 2, words.len - len - 2);
		}
		count++;
	} while (comma != NULL);
	system_put_array(rows, pg_settings_enumvals, TYPE_TEXT, values, count);
}

static void
put_number(struct system_rows *rows, uint32_t column, enum setting_type type,
    double number)
{
	char text[32];

	(void)snprintf(text, sizeof(text), type == SETTING_INT ? "%.0f" : "%g",
	    number);
	system_put_cstr(rows, column, text);
}

static void
put_limits(struct system_rows *rows, const struct setting_info *info)
{
	const struct setting_limits *limits = info->limits;

	if (limits == NULL)
		return;
	if (limits->choices != NULL) {
		put_words(rows, str_of_cstr(limits->choices));
		return;
	}
	put_number(rows, pg_settings_min_val, info->type, limits->least);
	put_number(rows, pg_settings_max_val, info->type, limits->greatest);
}

/* PostgreSQL's words. */
static const char *const source_names[] = {
	[CONFIG_FROM_DEFAULT] = "default",
	[CONFIG_FROM_FILE] = "configuration file",
	[CONFIG_FROM_ARGUMENT] = "command line",
};

static void
put_source(struct system_rows *rows, const struct setting_info *info)
{
	if (info->is_changed) {
		system_put_cstr(rows, pg_settings_source, "session");
		return;
	}
	system_put_cstr(rows, pg_settings_source, source_names[info->source]);
	if (info->source == CONFIG_FROM_FILE) {
		system_put_cstr(rows, pg_settings_sourcefile, CONFIG_NAME);
		system_put_i64(rows, pg_settings_sourceline, info->source_line);
	}
}

static void
put_setting(void *arg, const struct setting_info *info)
{
	struct system_rows *rows = arg;

	if (!system_wants_str(rows, pg_settings_name, str_of_cstr(info->name)))
		return;
	system_rows_next(rows);
	system_put_cstr(rows, pg_settings_name, info->name);
	system_put_str(rows, pg_settings_setting, info->value);
	if (info->unit[0] != '\0')
		system_put_cstr(rows, pg_settings_unit, info->unit);
	system_put_cstr(rows, pg_settings_category, info->category);
	system_put_cstr(rows, pg_settings_short_desc, info->description);
	system_put_cstr(rows, pg_settings_context,
	    context_names[info->context]);
	system_put_cstr(rows, pg_settings_vartype, type_names[info->type]);
	put_source(rows, info);
	put_choices(rows, info->choices);
	put_limits(rows, info);
	system_put_str(rows, pg_settings_boot_val, info->boot_value);
	system_put_str(rows, pg_settings_reset_val, info->reset_value);
	system_put_bool(rows, pg_settings_pending_restart, false);
}

int
pg_settings_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;

	settings_describe(&session->settings, system_rows_arena(rows),
	    put_setting, rows);
	return 0;
}
