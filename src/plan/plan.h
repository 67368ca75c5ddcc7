/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h -- a syntax tree of either language bound to the catalogue: names
 * found, types known, parameters typed, ready for src/exec/.
 *
 * A plan is immutable.  It lives in the arena it was made in, borrows from the
 * catalogue of its plan_context and from the text of the tree, and may be
 * executed many times, with different parameters, by several threads at once.
 * Nothing of the session is frozen in it: settings, user and time are asked
 * for at execution.
 *
 * A plan is stale once the catalogue that the statement would see has another
 * generation, or the session other temporary tables; the caller compares and
 * plans again.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "plan/relation.h"
#include "plan/rights.h"
#include "types/type.h"

struct advisory_owner;
struct ast_expr;
struct ast_set;
struct ast_stmt;
struct catalog;
struct datum;
struct expr;
struct kept_setting;
struct plan_copy;
struct plan_ddl;
struct plan_explain;
struct plan_insert;
struct plan_right;
struct plan_temp_ddl;
struct rel;
struct search_path;
struct temp_catalog;

/* One take of an advisory lock. */
struct advisory_request {
	uint64_t id;  /* one number, or two of 32 bits ... */
	bool is_pair; /* ... which is another lock */
	bool is_shared;
	bool is_transaction; /* ends with the transaction */
};

/* A wait for one; all but the request is who keeps the locks', and zeroed. */
struct advisory_wait {
	struct advisory_request request;
	struct advisory_wait *next;   /* that has come later */
	struct advisory_owner *owner; /* NULL: it does not wait */
};

/* What functions do to the session or the server; `arg` is the session's. */
struct session_calls {
	/* pg_notify(): 22023, 53200, 54000. */
	int (*notify)(void *arg, struct str channel, struct str payload,
	    struct error *err);
	/* The channels that the session listens on, in the arena. */
	uint32_t (*channels)(void *arg, struct arena *arena, struct str **out);
	/* How full the queue of notices is, from 0 to 1. */
	double (*notify_usage)(void *arg);
	/*
	 * Cancel what a session does, or end it: 1; 0 if there is none; 42501 for
	 * one of a role that current_user may not do this to.
	 */
	int (*signal)(void *arg, int32_t pid, bool is_end, struct error *err);
	/* Forget what statements took. */
	void (*forget_statements)(void *arg);
	/* The transaction's number; 0: it has none, and is to get none. */
	uint64_t (*transaction_id)(void *arg, bool give);
	/* Those that run, in the arena, and the number that the next will get. */
	uint32_t (*running_transactions)(void *arg, struct arena *arena,
	    uint64_t **out, uint64_t *next);
	/* The text that the client has sent; without passwords. */
	struct str (*query)(void *arg);
	/* What a setting is as PostgreSQL has it: words; NULL: there is none. */
	const char *(*setting_flags)(void *arg, struct str name);
	/* Ask for the options to be read anew; false if that cannot be. */
	bool (*reload)(void *arg);
	/* Forget what was counted: pg_stat_reset(). */
	void (*reset_statistics)(void *arg);
	/* 1: the session has the lock; 0: another has it; 53200. */
	int (*advisory_try)(void *arg, const struct advisory_request *request,
	    struct error *err);
	/*
	 * The same in turn, as often as it takes: it waits from the first time
	 * on, until it has it or leaves.  advisory_check(): 40P01 if those that
	 * it waits for wait for it.
	 */
	int (*advisory_wait)(void *arg, struct advisory_wait *wait,
	    struct error *err);
	int (*advisory_check)(void *arg, struct advisory_wait *wait,
	    struct error *err);
	void (*advisory_leave)(void *arg, struct advisory_wait *wait);
	/* How long to wait for one at most; 0: as long as it takes. */
	int64_t (*lock_timeout_ms)(void *arg);
	/* False if the session does not have it. */
	bool (*advisory_unlock)(void *arg,
	    const struct advisory_request *request);
	void (*advisory_unlock_all)(void *arg);
	/*
	 * What current_user may keep for sessions to come: the setting's own
	 * name, and the text of the value that is said, in the arena; no value
	 * where it is reset.  22023, 42501, 42704, 55P02, as SET tells them.
	 */
	int (*setting_to_keep)(void *arg, const struct ast_set *set,
	    struct arena *arena, struct kept_setting *out, struct error *err);
};

/* One end of a connection. */
struct plan_endpoint {
	struct str address; /* a number of IPv4 or IPv6; empty: a UNIX socket */
	uint16_t port;
};

/* Facts of a session that expressions may ask for. */
struct random_state;

struct plan_session {
	struct str user;         /* current_user */
	struct str session_user; /* who logged in */
	uint32_t role_oid;       /* of current_user: who rights are asked of */
	uint32_t session_role_oid; /* of session_user */
	struct str database;       /* current_database() */
	struct str version;        /* version() */
	int32_t backend_pid;       /* pg_backend_pid() */
	int64_t start_time;        /* of the server, */
	int64_t load_time;         /* and of its settings' last reload */
	struct plan_endpoint client, server;

	/*
	 * The text of a setting as SHOW gives it, for current_setting(); false
	 * if there is none.  `out` is allocated in the arena.
	 */
	bool (*setting)(void *arg, struct str name, struct arena *arena,
	    struct str *out);
	void *arg;

	/*
	 * Change a setting as SET does, or RESET if value is NULL; for
	 * set_config().  NULL: none may be changed.
	 */
	int (*set)(void *arg, struct str name, const struct str *value,
	    bool is_local, struct error *err);

	const struct session_calls *calls; /* NULL: there are none */

	const atomic_bool *cancel; /* ends long planning; NULL: nothing does */

	const struct search_path *path; /* of the setting; NULL: the default */
	struct random_state *random;    /* exec/random.h; NULL: no setseed() */
};

struct plan_context {
	/*
	 * As the statement sees it: of the snapshot, or of the transaction's
	 * batch.  The caller holds it as long as the plan lives.
	 */
	const struct catalog *catalog;
	const struct plan_session *session;
	const struct type_settings *settings; /* to read literals */
	const struct system_tables *system;   /* the server's; NULL: none */
	const struct temp_catalog *temp;      /* the session's; NULL: none */
	const struct search_path *path;       /* NULL: the default one */
	/*
	 * The value of an expression of constants, in which nothing else has a
	 * say (exec/constant.h).  NULL: all is computed when the plan runs.
	 */
	int (*evaluate)(const struct plan_context *context,
	    const struct expr *expr, struct arena *arena, struct datum *out,
	    struct error *err);
};

enum plan_kind {
	PLAN_QUERY,     /* exec_open() */
	PLAN_INSERT,    /* exec_insert(); STORE too */
	PLAN_COPY_FROM, /* copy_sink_open() */
	PLAN_COPY_TO,   /* exec_open(); `columns` are what is copied */
	PLAN_DDL,       /* exec_ddl(); `columns` if a key is told */
	PLAN_KEEP,      /* exec_keep(): what is kept of a query */
	PLAN_TEMP_DDL,  /* exec_temp_ddl(): of temporary tables and views */
	PLAN_UTILITY,   /* the server does it, from the syntax tree */
	PLAN_LATER,     /* is to be planned when it runs: plan_is_late() */
};

/* A column of the result, or of the input of COPY FROM. */
struct plan_column {
	struct str name;
	struct type type;
	uint32_t table_oid; /* 0: not a column of a table */
	int16_t attnum;     /* 0: likewise */
};

struct plan {
	enum plan_kind kind;
	uint64_t generation;             /* of the catalogue it is bound to */
	enum right_need need;            /* of the statement, and of .. */
	const struct plan_right *rights; /* .. what it names: rights.h */
	uint32_t right_count;
	struct relation_space space;       /* that it is bound in */
	const struct plan_column *columns; /* of the result; see plan_kind */
	uint32_t column_count;             /* 0: the statement has no rows */
	const struct type *param_types;    /* $1 is the first */
	uint32_t param_count;
	/*
	 * The parameter, from 1, that is the payload of a STORE: its JSON is
	 * checked when it is stored, it need not be when it is bound.
	 */
	uint32_t payload_param;
	uint32_t slot_count;     /* of values of outer rows */
	uint32_t subquery_count; /* in expressions */
	uint32_t cte_count;
	uint32_t work_count; /* of recursive ones */
	uint32_t rel_count;  /* relations, for statistics about each */
	bool reads_events;   /* exec_context needs a snapshot */
	bool is_trivial;     /* PLAN_QUERY of microseconds, see trivial.h */
	bool is_lookup;      /* PLAN_QUERY of one context, likewise */
	bool bounds_tops;    /* exec/top_bound.h */
	bool spills_all;     /* as if work_mem were nothing: for tests */
	/*
	 * PLAN_QUERY that changes rows of temporary tables: the tag counts
	 * those, and rows come only if there is RETURNING.
	 */
	bool is_modify;
	uint32_t shown_oid; /* PLAN_QUERY: SHOW of a kept query; 0: another */
	const char *tag;    /* "SELECT", "INSERT 0", "CREATE TABLE" ... */
	bool tag_has_count;
	/*
	 * Why an expression of constants has no value: to run such a plan fails
	 * with this before anything else is done.  NULL: all have one.
	 */
	const struct error *constant_failure;
	bool folds_params; /* fold_params() has something to do */

	/* for src/exec/ */
	const struct rel *root;               /* PLAN_QUERY, PLAN_COPY_TO */
	const struct plan_insert *insert;     /* PLAN_INSERT */
	const struct plan_copy *copy;         /* PLAN_COPY_FROM */
	const struct plan_ddl *ddl;           /* PLAN_DDL, PLAN_KEEP */
	const struct plan_temp_ddl *temp_ddl; /* PLAN_TEMP_DDL */

	/* EXPLAIN: a PLAN_QUERY whose rows are about `root`; else NULL */
	const struct plan_explain *explain;
};

/*
 * Plan a statement.  param_oids are the types that the client gave its
 * parameters, 0 where it left one open; more parameters than those may be
 * used.  An open one takes the type its context asks for, or text.
 *
 * Returns 0 and *out, or PostgreSQL's error with the position: STELE_E_
 * UNDEFINED_TABLE, _UNDEFINED_COLUMN, _UNDEFINED_FUNCTION, _DATATYPE_MISMATCH,
 * _INDETERMINATE_DATATYPE, _GROUPING ...; STELE_E_FEATURE_NOT_SUPPORTED names
 * what PostgreSQL could do and we cannot.
 */
MUST_USE int plan_statement(const struct plan_context *context,
    const struct ast_stmt *stmt, const uint32_t *param_oids,
    uint32_t param_oid_count, struct arena *arena, struct plan **out,
    struct error *err);

/*
 * Whether PostgreSQL would not look at the names in a statement before it runs:
 * it changes or locks what they mean, and has neither parameters nor rows.
 */
bool plan_is_late(const struct ast_stmt *stmt);

/*
 * Plan the arguments of EXECUTE, `count` expressions without columns, as a
 * query of one row in which they have the parameters' types: a literal is read
 * as such, others are cast as in an assignment, or it is 42804.
 */
MUST_USE int plan_arguments(const struct plan_context *context,
    struct ast_expr *const *args, const struct type *types, uint32_t count,
    struct arena *arena, struct plan **out, struct error *err);

/*
 * What a refresh of a kept query stores: rows of what is new, or all rows anew,
 * where that makes few of many.
 */
struct kept_refresh {
	uint32_t oid;
	bool wants_merge;
	bool is_merge;          /* whether it is one: plan_refresh() says */
	int64_t generation;     /* timestamp of the rows; .. */
	int64_t new_generation; /* .. of merged ones */
};

/*
 * Plan a refresh as of the context's catalogue, in which the kept query is: a
 * PLAN_INSERT.
 */
MUST_USE int plan_refresh(const struct plan_context *context,
    struct kept_refresh *refresh, struct arena *arena, struct plan **out,
    struct error *err);

#define PLAN_TAG_SIZE 64

/* The tag of CommandComplete: "SELECT 3", "INSERT 0 1", "CREATE TABLE". */
void plan_tag(const struct plan *plan, uint64_t row_count,
    char out[PLAN_TAG_SIZE]);
