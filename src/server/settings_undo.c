/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_undo.c -- what the settings go back to when a transaction ends, or at
 * ROLLBACK TO.
 *
 * A record is what one setting was before the transaction, or what follows a
 * savepoint, first changed it.  Further changes only note what they are, so that
 * a setting has one record for each savepoint, however often it is set.  At a
 * commit it
 *
 *   stays, after SET
 *   goes back to the value, after SET LOCAL
 *   goes back to what SET had made of it, after SET and then SET LOCAL: `masked`
 *
 * RELEASE adds the records of what ends to those of what is around it.
 */
#include <stdlib.h>

#include "common/error.h"
#include "server/settings_private.h"

static void
undo_free(struct setting_undo *undo)
{
	free(undo->name);
	free(undo->value);
	free(undo->masked);
	free(undo);
}

static void
pop(struct settings *settings)
{
	struct setting_undo *undo = settings->undo;

	settings->undo = undo->next;
	undo_free(undo);
}

void
settings_undo_release(struct settings *settings)
{
	while (settings->undo != NULL)
		pop(settings);
}

/* The newest record of a name, of those before `end`. */
static struct setting_undo *
find(struct setting_undo *undo, const struct setting_undo *end, struct str name)
{
	while (undo != end && !str_equal_nocase(name, str_of_cstr(undo->name)))
		undo = undo->next;
	return undo == end ? NULL : undo;
}

bool
settings_undo_has(const struct settings *settings, struct str name)
{
	return find(settings->undo, NULL, name) != NULL;
}

const struct setting_undo *
settings_undo_find(const struct settings *settings, struct str name)
{
	return find(settings->undo, settings->undo_level, name);
}

/*
 * The text that brings back what a setting is now; NULL: it is at its default.
 * An option that follows the server's goes back to that.
 */
static int
current_text(const struct settings *settings, struct str name, char **out,
    struct error *err)
{
	const struct config_option *option = config_option_find(name);
	const struct setting_value *value = settings_value_find(settings, name);
	struct buf text;

	*out = NULL;
	if (option == NULL) {
		if (value == NULL || value->value == NULL)
			return 0;
		*out = setting_text(str_of_cstr(value->value));
		return *out == NULL ? error_no_memory(err) : 0;
	}
	if (!config_session_is_set(&settings->config, option))
		return 0;
	buf_init(&text);
	config_session_show(&settings->config, settings->server, option, &text);
	if (!text.failed)
		*out = setting_text(buf_str(&text));
	buf_release(&text);
	return *out == NULL ? error_no_memory(err) : 0;
}

static int
push(struct settings *settings, struct str name, bool is_local,
    struct error *err)
{
	struct setting_undo *undo = calloc(1, sizeof(*undo));

	if (undo == NULL)
		return error_no_memory(err);
	undo->name = setting_text(name);
	undo->has_set = !is_local;
	undo->is_local = is_local;
	if (undo->name == NULL ||
	    current_text(settings, name, &undo->value, err) != 0) {
		undo_free(undo);
		return error_no_memory(err);
	}
	undo->next = settings->undo;
	settings->undo = undo;
	return 0;
}

bool
setting_undo_masks(const struct setting_undo *undo, enum setting_scope scope)
{
	return scope == SETTING_LOCAL && undo->has_set && !undo->is_local;
}

int
settings_undo_note(struct settings *settings, struct str name,
    enum setting_scope scope, struct error *err)
{
	struct setting_undo *undo =
	    find(settings->undo, settings->undo_level, name);
	bool is_local = scope == SETTING_LOCAL;

	if (undo == NULL)
		return push(settings, name, is_local, err);
	if (setting_undo_masks(undo, scope) &&
	    current_text(settings, name, &undo->masked, err) != 0)
		return err->code;
	if (!is_local) {
		free(undo->masked);
		undo->masked = NULL;
		undo->has_set = true;
	}
	undo->is_local = is_local;
	return 0;
}

/* What is in force goes with it. */
static void
give_masked(struct setting_undo *to, char **text)
{
	free(to->masked);
	to->masked = *text;
	*text = NULL;
}

/* A record of what has ended is added to an older one of that name. */
static void
merge(struct setting_undo *older, struct setting_undo *newer)
{
	if (newer->has_set) {
		give_masked(older, &newer->masked);
		older->has_set = true;
		older->is_local = newer->is_local;
	} else if (older->has_set && !older->is_local) {
		give_masked(older, &newer->value);
		older->is_local = true;
	}
}

void
settings_merge(struct settings *settings, const struct setting_undo *mark,
    const struct setting_undo *outer)
{
	struct setting_undo **at = &settings->undo;

	settings->undo_level = outer;
	while (*at != mark) {
		struct setting_undo *newer = *at;
		struct setting_undo *older =
		    find(newer->next, outer, str_of_cstr(newer->name));

		if (older == NULL) {
			at = &newer->next;
			continue;
		}
		merge(older, newer);
		*at = newer->next;
		undo_free(newer);
	}
}

void
settings_commit(struct settings *settings)
{
	settings_merge(settings, NULL, NULL);
	while (settings->undo != NULL) {
		const struct setting_undo *undo = settings->undo;

		if (undo->is_local)
			settings_restore(settings, str_of_cstr(undo->name),
			    undo->has_set ? undo->masked : undo->value);
		pop(settings);
	}
	settings->current = settings->defaults;
}

const struct setting_undo *
settings_mark(struct settings *settings)
{
	settings->undo_level = settings->undo;
	return settings->undo;
}

void
settings_rewind(struct settings *settings, const struct setting_undo *mark)
{
	while (settings->undo != NULL && settings->undo != mark) {
		const struct setting_undo *undo = settings->undo;

		settings_restore(settings, str_of_cstr(undo->name),
		    undo->value);
		pop(settings);
	}
	settings->undo_level = settings->undo;
}

void
settings_rollback(struct settings *settings)
{
	settings_rewind(settings, NULL);
	settings->current = settings->defaults;
}
