/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_room.c -- how much the settings of a session may take: names of the
 * client's own, long values, and what a transaction would go back to.
 */
#include <stdlib.h>

#include "common/error.h"
#include "server/settings_private.h"

/*
 * What a name or a record counts for besides its texts.  More than it takes:
 * they are lists, which are searched.
 */
#define ENTRY_BYTES ((size_t)512)

static size_t
text_len(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

/* What the session began with has limits of its own. */
static bool
is_of_start(const struct setting_value *value)
{
	return value->value != NULL && value->startup_value != NULL &&
	    strcmp(value->value, value->startup_value) == 0;
}

static size_t
value_bytes(const struct setting_value *value)
{
	return is_of_start(value) ? 0 : text_len(value->value);
}

static size_t
kept_bytes(const struct settings *settings)
{
	size_t bytes = 0;

	for (const struct setting_value *value = settings->values;
	     value != NULL; value = value->next) {
		bytes += value_bytes(value);
		if (value->startup_value == NULL)
			bytes += ENTRY_BYTES + strlen(value->name);
	}
	for (const struct setting_undo *undo = settings->undo; undo != NULL;
	     undo = undo->next)
		bytes += ENTRY_BYTES + strlen(undo->name) +
		    text_len(undo->value) + text_len(undo->masked);
	return bytes;
}

/* What they will take once this one is set. */
static size_t
bytes_with(const struct settings *settings, struct str name, struct str text,
    enum setting_scope scope)
{
	const struct setting_value *value = settings_value_find(settings, name);
	const struct setting_undo *undo = settings_undo_find(settings, name);
	size_t bytes = kept_bytes(settings), old_len = 0;

	if (value != NULL) {
		old_len = text_len(value->value);
		bytes -= value_bytes(value);
	}
	if (config_option_find(name) == NULL) {
		bytes += text.len;
		if (value == NULL)
			bytes += ENTRY_BYTES + name.len;
	}
	if (undo == NULL)
		bytes += ENTRY_BYTES + name.len + old_len;
	else if (setting_undo_masks(undo, scope))
		bytes += old_len;
	return bytes;
}

/* Names that a client has used, and that have no value any more. */
static void
sweep(struct settings *settings)
{
	struct setting_value **at = &settings->values;

	while (*at != NULL) {
		struct setting_value *value = *at;

		if (value->value != NULL || value->startup_value != NULL ||
		    settings_undo_has(settings, str_of_cstr(value->name))) {
			at = &value->next;
			continue;
		}
		*at = value->next;
		free(value->name);
		free(value);
	}
}

int
settings_check_room(struct settings *settings, struct str name, struct str text,
    enum setting_scope scope, struct error *err)
{
	if (bytes_with(settings, name, text, scope) <= SETTINGS_BYTES_MAX)
		return 0;
	sweep(settings);
	if (bytes_with(settings, name, text, scope) <= SETTINGS_BYTES_MAX)
		return 0;
	(void)error_set(err, STELE_E_LIMIT,
	    "settings of a session must not take more than %zu bytes",
	    SETTINGS_BYTES_MAX);
	return error_hint(err,
	    "What a transaction has changed counts twice until it ends; RESET "
	    "gives back what a value takes.");
}
