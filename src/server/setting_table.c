/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_table.c -- the settings that clients of PostgreSQL set, by name.
 */
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

const struct setting_row *
setting_row_find(struct str name)
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

size_t
setting_row_count(void)
{
	return ARRAY_LEN(rows);
}

const struct setting_row *
setting_row_at(size_t i)
{
	return &rows[i];
}
