/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h -- what a session has SET: the settings of PostgreSQL that
 * clients know, those of the server that a session may change, and names of
 * the clients' own (a.b).
 *
 * Every value is kept as the text that SHOW gives.  Those with an effect are
 * also parsed, into the members of struct settings.  A change inside a
 * transaction is undone if it rolls back; SET LOCAL is undone at its end.
 *
 * Errors have PostgreSQL's codes and words: 42704 for an unknown name, 22023
 * for a bad value, 55P02 for what cannot be changed, 42501 for what only a
 * superuser may.
 *
 * Thread: one at a time, that of the session.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/config.h"
#include "common/str.h"
#include "plan/search_path.h"
#include "types/type.h"

struct error;
struct setting_undo;
struct setting_value;

enum isolation {
	ISOLATION_READ_UNCOMMITTED,
	ISOLATION_READ_COMMITTED,
	ISOLATION_REPEATABLE_READ,
	ISOLATION_SERIALIZABLE,
};

/* What a transaction is begun with. */
struct transaction_modes {
	enum isolation isolation;
	bool is_read_only;
	bool is_deferrable;
};

/* The values of client_min_messages that tell our messages apart. */
enum message_level {
	MESSAGE_NOTICE,
	MESSAGE_WARNING,
	MESSAGE_ERROR,
};

#define SETTINGS_REPORTED 13

struct settings {
	struct type_settings types; /* `now` is the transaction's */
	struct config *server;      /* a reference */
	struct config_session config;
	enum message_level client_min_messages;
	struct transaction_modes defaults; /* default_transaction_... */
	struct transaction_modes current;  /* transaction_isolation ... */
	/* The request may write nothing, whatever it SETs. */
	bool is_read_only_held;
	struct search_path search_path;
	struct str user;   /* borrowed; session_authorization */
	struct str role;   /* borrowed; "none" */
	bool is_superuser; /* of current_user */
	/*
	 * Take the effect of SET SESSION AUTHORIZATION (empty: the default) or SET
	 * ROLE ("none"); NULL: there is nobody to be.
	 */
	int (*set_role)(void *arg, bool is_session, struct str name,
	    struct error *err);
	void *set_role_arg;

	struct setting_value *values; /* private: what is not at its default */
	struct setting_undo *undo;    /* private: newest first */
	/* private: what was the newest at the last savepoint */
	const struct setting_undo *undo_level;
	bool report_is_due; /* private: something changed since the last */
	uint64_t reported[SETTINGS_REPORTED]; /* private: hashes as last sent */
};

/* Takes a reference to config; borrows zones. */
void settings_init(struct settings *settings, struct config *config,
    struct time_zone_set *zones);
void settings_release(struct settings *settings);

/*
 * A reload has published another config: take it, and of the options that a
 * session may SET what this one has not.  Takes a reference.
 */
void settings_follow(struct settings *settings, struct config *config);

/*
 * What all that is SET, and what a transaction would go back to, may take: 54000.
 * Each counts for 512 bytes and its texts.  What a session begins with does not.
 */
#define SETTINGS_BYTES_MAX ((size_t)1 << 20)

enum setting_scope {
	SETTING_SESSION,
	SETTING_LOCAL,   /* until the transaction ends */
	SETTING_STARTUP, /* from the startup packet: what RESET goes back to */
	SETTING_KEPT,    /* likewise, from the catalogue: its maker was asked */
};

MUST_USE int settings_set(struct settings *settings, struct str name,
    struct str value, enum setting_scope scope, struct error *err);
MUST_USE int settings_reset(struct settings *settings, struct str name,
    enum setting_scope scope, struct error *err);
void settings_reset_all(struct settings *settings);

/* Another user is to begin: RESET goes back to nothing of the last one's. */
void settings_forget_start(struct settings *settings);

/*
 * Whether current_user may make a value, or NULL: none, one that sessions begin
 * with: nothing is changed.  *own_name is the name in its own spelling, which
 * lasts as long as `name` does.
 */
MUST_USE int settings_check(const struct settings *settings, struct str name,
    const struct str *value, struct str *own_name, struct error *err);

/*
 * The value as SHOW prints it; 42704 if there is none.  *name_out is the name
 * in its own spelling ("TimeZone"); both go into the arena.
 */
MUST_USE int settings_show(const struct settings *settings, struct str name,
    struct arena *arena, struct str *name_out, struct str *value,
    struct error *err);

/* Call fn with every setting, by name: SHOW ALL. */
void settings_each(const struct settings *settings, struct arena *arena,
    void (*fn)(void *arg, struct str name, struct str value), void *arg);

enum setting_type {
	SETTING_BOOL,
	SETTING_INT,
	SETTING_REAL,
	SETTING_STRING,
	SETTING_ENUM,
};

/* Who may change it, and when. */
enum setting_context {
	SETTING_INTERNAL,
	SETTING_POSTMASTER,
	SETTING_SIGHUP,
	SETTING_BACKEND,
	SETTING_SUPERUSER,
	SETTING_USER,
};

/* Which values a setting takes: a row of setting_limits.def. */
struct setting_limits {
	const char *name;
	double least, greatest; /* of a number, in its unit */
	const char *choices;    /* of an enum: "a, b, c"; else NULL */
};

/* A setting as pg_settings shows it; numbers are in its unit. */
struct setting_info {
	const char *name;
	enum setting_type type;
	enum setting_context context;
	const char *unit; /* empty: none */
	const char *category;
	const char *description;
	struct str value;
	struct str boot_value;               /* without a configuration file */
	struct str reset_value;              /* what RESET goes back to */
	const char *const *choices;          /* NULL, or ended by NULL */
	const struct setting_limits *limits; /* NULL: see choices */
	bool is_changed;                     /* by the session */
	enum config_source source; /* of what the session began with */
	uint32_t source_line;      /* of the file; 0: not from there */
};

/* Call fn with every setting, by name; texts are in the arena. */
void settings_describe(const struct settings *settings, struct arena *arena,
    void (*fn)(void *arg, const struct setting_info *info), void *arg);

/* The end of a transaction, or the way back to a savepoint's mark. */
void settings_commit(struct settings *settings);
void settings_rollback(struct settings *settings);
const struct setting_undo *settings_mark(struct settings *settings);
void settings_rewind(struct settings *settings,
    const struct setting_undo *mark);
/* The savepoint of `mark` is released; `outer` is that of the one around it. */
void settings_merge(struct settings *settings, const struct setting_undo *mark,
    const struct setting_undo *outer);

/* user, role or is_superuser is another one. */
void settings_changed(struct settings *settings);

/* Call fn with each reported setting that the client does not know yet. */
void settings_report(struct settings *settings,
    void (*fn)(void *arg, struct str name, struct str value), void *arg);
/* The client wants no reports. */
void settings_skip_reports(struct settings *settings);
/* The client may not have got what was reported. */
void settings_forget_reports(struct settings *settings);

/* Of pg_settings_get_flags(), with blanks between; NULL: no such setting. */
const char *setting_flags(struct str name);

/* "read committed" and so on. */
const char *isolation_name(enum isolation isolation);
