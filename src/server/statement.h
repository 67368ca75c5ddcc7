/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h -- what a session keeps of statements: their text and tree, the
 * plan made of them, prepared statements and portals by name.
 *
 *   source    text and tree of one message; never changes
 *   planned   a plan of one of the source's statements, bound to one
 *             catalogue; replaced when names have another meaning
 *   prepared  a name for a source and its present plan
 *   portal    a plan with parameters, maybe half-way through its rows
 *
 * Sources and plans are counted references: a portal goes on with its plan
 * when the statement is closed or planned anew.
 *
 * Thread: one at a time, that of the session or of the worker it waits for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/exec.h"
#include "exec/temp_file.h"
#include "plan/names.h"
#include "plan/plan.h"
#include "server/name_table.h"
#include "sql/parse.h"
#include "wire/pg_copy.h"
#include "wire/pg_frontend.h"

struct ast_stmt;
struct catalog;
struct cursor_tape;
struct error;
struct exec;
struct snapshot;

struct source {
	uint32_t refs;
	struct mem_budget budget;
	struct mem_budget plan_budget; /* of all its plans, in the total */
	struct arena arena;            /* text, tree; plans have their own */
	struct str text;
	struct str shown; /* the same, once it is parsed, without passwords */
	struct sql_statements statements;
	bool is_parsed;    /* without an error */
	bool is_large;     /* past what a net thread parses and plans itself */
	uint64_t stats_id; /* of its one statement; 0: not known yet */
};

/*
 * A copy of the text, not yet parsed.  Its tree may take so much memory (0: no
 * limit), and the plans that are made of it as much of the total, as long as they
 * are kept; NULL if there is no memory.
 */
struct source *source_new(struct str text, size_t memory_bytes,
    struct mem_budget *total);
struct source *source_ref(struct source *source);
/* Its first statement, once it is parsed; NULL if it has none. */
const struct ast_stmt *source_stmt(const struct source *source);
void source_unref(struct source *source);

/* Parse the text, as sql_parse() does. */
MUST_USE int source_parse(struct source *source, enum sql_dialect dialect,
    struct error *err);

struct planned {
	uint32_t refs;
	struct source *source; /* a reference */
	struct source
	    *inner; /* the same, of a prepared statement in it; or NULL */
	const struct ast_stmt *stmt;
	const struct catalog *catalog; /* a reference; NULL: PLAN_LATER */
	struct temp_catalog *temp;     /* a reference; NULL: empty */
	struct search_path path;       /* that its names were found by */
	struct arena arena;
	struct plan *plan;
	/* What Describe says; filled by the session for a utility. */
	bool has_rows; /* Describe tells of columns, maybe none */
	const struct pg_column *columns;
	uint32_t column_count;
};

/* Rows of a utility statement, all text. */
struct text_rows {
	struct str *values; /* row by row */
	uint32_t column_count;
	uint32_t row_count;
};

struct planned *planned_ref(struct planned *planned);
void planned_unref(struct planned *planned);

/*
 * Plan a statement against a catalogue.  *out is a new reference.
 */
MUST_USE int planned_new(struct source *source, const struct ast_stmt *stmt,
    const struct catalog *catalog, struct temp_catalog *temp,
    const struct plan_session *session, const struct type_settings *settings,
    const uint32_t *param_oids, uint32_t param_oid_count, struct planned **out,
    struct error *err);

/*
 * The same of a statement that is planned when it runs: a PLAN_LATER.  NULL if
 * there is no memory.
 */
struct planned *planned_late(struct source *source,
    const struct ast_stmt *stmt);

/* Whether both give the same columns: "cached plan must not change ...". */
bool planned_same_result(const struct planned *a, const struct planned *b);

struct prepared {
	struct named named;          /* first; "": the unnamed one */
	struct source *source;       /* a reference */
	const struct ast_stmt *stmt; /* NULL: an empty statement */
	uint32_t *param_oids;        /* owned; as the client gave them */
	uint32_t param_oid_count;
	struct planned *planned; /* a reference; NULL if empty */
	int64_t made_at;         /* microseconds */
	bool is_from_sql;        /* by PREPARE */
};

enum portal_state {
	PORTAL_NEW,
	PORTAL_STARTED, /* rows are left */
	PORTAL_DONE,
	PORTAL_FAILED, /* so are they, but cannot be had */
};

/*
 * What runs a plan.  The members from `exec` on are those of a query that has
 * been started.
 */
struct portal {
	struct named named; /* first; "": the unnamed one */
	enum portal_state state;
	uint64_t number;         /* in the order of what they read; see below */
	int64_t made_at;         /* microseconds */
	bool is_cursor;          /* made by DECLARE, */
	bool is_scroll;          /* goes back and forth on a tape, .. */
	bool goes_back;          /* .. or will, once it is asked to go back */
	bool is_hold;            /* WITH HOLD */
	bool is_held;            /* and its transaction has ended */
	struct planned *planned; /* a reference; NULL: an empty statement */
	struct arena arena;      /* parameters, formats, options of COPY */
	struct datum *params;
	uint32_t param_count;
	bool is_checked;        /* Bind has looked what they make of the plan */
	size_t param_bytes;     /* as they came */
	uint32_t execute_depth; /* EXECUTEs that it has been before */
	struct str stored; /* the text that parameters were taken of, if any */
	const uint16_t *formats; /* of the result, as in Bind */
	uint32_t format_count;
	struct pg_copy_options copy; /* of COPY */
	struct text_rows *rows;      /* of a utility that has rows */

	struct exec *exec;
	struct exec_context context;
	struct type_settings types; /* as they were when it was started */
	struct plan_context names_context; /* of the plan, for the next */
	struct plan_names names;           /* of `types` */
	struct mem_budget budget;
	struct temp_space temp;
	struct snapshot *snapshot; /* a reference */
	struct batch batch;        /* of exec_next(), and the first row of it */
	uint32_t batch_next;       /* that was not sent yet */
	/* Rows passed: the last of them is the one that it stands on. */
	uint64_t position;
	bool at_end;              /* past that */
	struct cursor_tape *tape; /* owned; NULL: no rows are kept */
	uint64_t tape_from;       /* rows passed before those kept */
	uint64_t tag_count;       /* of INSERT ... RETURNING */
};

struct statement_table {
	struct name_table prepared;
	struct name_table portals;
	uint64_t portal_number; /* of the last portal */
};

/* The table's own memory, once it is empty. */
void statement_table_release(struct statement_table *table);

struct prepared *prepared_find(const struct statement_table *table,
    struct str name);

/* All of them, newest first. */
struct prepared *prepared_first(const struct statement_table *table);
struct prepared *prepared_next(const struct prepared *prepared);

/*
 * A new one in the table, which the name must not be in.  NULL and 54000 if
 * there are count_max already, 53200 without memory.
 */
struct prepared *prepared_add(struct statement_table *table, struct str name,
    uint32_t count_max, struct error *err);
void prepared_remove(struct statement_table *table, struct prepared *prepared);
void prepared_remove_all(struct statement_table *table);

struct portal *portal_find(const struct statement_table *table,
    struct str name);
/* All of them, newest first. */
struct portal *portal_first(const struct statement_table *table);
struct portal *portal_next(const struct portal *portal);
struct portal *portal_add(struct statement_table *table, struct str name,
    uint32_t count_max, struct error *err);
void portal_remove(struct statement_table *table, struct portal *portal);

/*
 * It counts as made now: its content is another, or it begins to read what is
 * its transaction's own, as much of that as there is by now.
 */
void portal_renumber(struct statement_table *table, struct portal *portal);

/* One that has failed, in a savepoint that it is older than, has no more rows. */
MUST_USE int portal_check_runs(const struct portal *portal, struct error *err);

/* Close its query and drop what it holds, but keep its memory and name. */
void portal_reset(struct portal *portal);
void portal_init(struct portal *portal);
void portal_release(struct portal *portal);

/*
 * The portals with a number past `number`, but not the cursors that outlive
 * their transaction.
 */
void portal_remove_newer(struct statement_table *table, uint64_t number);
/* All of them. */
void portal_remove_all(struct statement_table *table);
