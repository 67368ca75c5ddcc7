/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_private.h -- what the parts of settings.h share: the table
 * (setting_table.c), values that a session has (settings.c), and how texts become
 * values (setting_values.c) and take effect (setting_effects.c).
 */
#pragma once

#include "server/settings.h"

#define STELE_SERVER_VERSION     "15.20 (Stele " VERSION ")"
#define STELE_SERVER_VERSION_NUM "150020"

/* One row of pg_settings.def. */
struct setting_row {
	const char *name;
	enum setting_type type;
	enum setting_context context;
	const char *unit;
	const char *def;
};

/* The table, sorted by name; NULL: there is none of this name. */
const struct setting_row *setting_row_find(struct str name);
size_t setting_row_count(void);
const struct setting_row *setting_row_at(size_t i);

struct setting_value {
	struct setting_value *next;
	char *name;          /* owned */
	char *value;         /* owned; NULL: at its default */
	char *startup_value; /* owned; what RESET goes back to, or NULL */
};

/* What a setting was before a transaction, or what follows a savepoint. */
struct setting_undo {
	struct setting_undo *next; /* older */
	char *name;                /* owned */
	char *value;               /* owned; NULL: it was at its default */
	bool has_set;              /* a SET, which outlives the transaction */
	bool is_local;             /* a SET LOCAL is in force */
	char *
	    masked; /* owned; what SET LOCAL covers of SET; NULL: the default */
};

/* A copy on the heap; NULL: no memory. */
char *setting_text(struct str s);

/* NULL: it is at its default, and nobody has set it. */
struct setting_value *settings_value_find(const struct settings *settings,
    struct str name);

/* A mode of the running transaction is no value that is kept; NULL: another. */
const char *setting_transaction_text(const struct settings *settings,
    const char *name);
/* What a row is, as SHOW prints it. */
void setting_row_show(const struct settings *settings,
    const struct setting_row *row, struct buf *out);

/* NULL: every value of the type is taken. */
const struct setting_limits *setting_limits_find(const char *name);

/* One of the choices, as it is spelled there; 22023. */
MUST_USE int setting_choice_parse(const char *name, const char *choices,
    struct str value, struct str *out, struct error *err);

/*
 * Read a value of a row's type, and within its limits, and append its canonical
 * text, as it is kept: numbers in the row's unit.
 */
MUST_USE int setting_value_parse(const struct setting_row *row,
    struct str value, struct buf *canonical, struct error *err);

/* The canonical text as SHOW prints it: 5000 of unit ms is "5s". */
void setting_value_show(const struct setting_row *row, struct str canonical,
    struct buf *out);

int setting_value_invalid(const char *name, struct str value,
    struct error *err);
MUST_USE int setting_bool_parse(const char *name, struct str value, bool *out,
    struct error *err);

/*
 * Settings with an effect: check the value, take the effect, append the
 * canonical text.
 */
typedef int setting_assign_fn(struct settings *settings,
    const struct setting_row *row, struct str value, struct buf *canonical,
    struct error *err);

/* That of role and session_authorization, which RESET ALL leaves alone. */
setting_assign_fn setting_assign_role;

/* The effect of a setting, or NULL if it has none. */
setting_assign_fn *setting_assign_of(const char *name);

/* Go back to a text that was valid before; NULL is the default. */
void settings_restore(struct settings *settings, struct str name,
    const char *text);

/* ---- settings_undo.c ---- */

/* Before a setting is changed, by SET or SET LOCAL. */
MUST_USE int settings_undo_note(struct settings *settings, struct str name,
    enum setting_scope scope, struct error *err);
/* The record of a name, if it has one since the last savepoint. */
const struct setting_undo *settings_undo_find(const struct settings *settings,
    struct str name);
/* Whether it has one at all. */
bool settings_undo_has(const struct settings *settings, struct str name);
/* Whether the record has to keep what is in force, if the setting is changed. */
bool setting_undo_masks(const struct setting_undo *undo,
    enum setting_scope scope);
void settings_undo_release(struct settings *settings);

/* ---- settings_room.c ---- */

/*
 * Whether a value may be set: 54000.  What no transaction would go back to and
 * has no value may be forgotten for it.
 */
MUST_USE int settings_check_room(struct settings *settings, struct str name,
    struct str text, enum setting_scope scope, struct error *err);
