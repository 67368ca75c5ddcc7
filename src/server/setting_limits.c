/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_limits.c -- which values the settings that clients know take.
 */
#include <float.h>
#include <string.h>
#include <strings.h>

#include "common/attr.h"
#include "common/error.h"
#include "server/settings_private.h"

static const struct setting_limits limits[] = {
#define LIMITS(name, least, greatest) { name, least, greatest, NULL },
#define CHOICES(name, words)          { name, 0, 0, words },
#include "server/setting_limits.def"
#undef LIMITS
#undef CHOICES
};

const struct setting_limits *
setting_limits_find(const char *name)
{
	size_t first = 0, limit = ARRAY_LEN(limits);

	while (first < limit) {
		size_t middle = (first + limit) / 2;
		int order = strcasecmp(name, limits[middle].name);

		if (order == 0)
			return &limits[middle];
		if (order < 0)
			limit = middle;
		else
			first = middle + 1;
	}
	return NULL;
}

/* The next of the words, which ", " parts; false at their end. */
static bool
next_word(struct str *rest, struct str *word)
{
	const char *comma;

	if (rest->len == 0)
		return false;
	comma = memchr(rest->data, ',', rest->len);
	*word = str_of(rest->data,
	    comma == NULL ? rest->len : (size_t)(comma - rest->data));
	*rest = comma == NULL
	    ? str_of(NULL, 0)
	    : str_of(comma + 2, rest->len - (size_t)(comma + 2 - rest->data));
	return true;
}

static bool
has_word(struct str words, struct str value, struct str *found)
{
	while (next_word(&words, found))
		if (str_equal_nocase(value, *found))
			return true;
	return false;
}

/* PostgreSQL takes these, too, and does not show them. */
static struct str
hidden_word(struct str value)
{
	static const char *const words[][2] = {
		{ "true", "on" },
		{ "yes", "on" },
		{ "1", "on" },
		{ "false", "off" },
		{ "no", "off" },
		{ "0", "off" },
		{ "debug", "debug2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_equal_nocase(value, str_of_cstr(words[i][0])))
			return str_of_cstr(words[i][1]);
	return value;
}

int
setting_choice_parse(const char *name, const char *choices, struct str value,
    struct str *out, struct error *err)
{
	struct str words = str_of_cstr(choices);

	if (has_word(words, value, out) ||
	    has_word(words, hidden_word(value), out))
		return 0;
	(void)setting_value_invalid(name, value, err);
	return error_hint(err, "Available values: %s.", choices);
}
