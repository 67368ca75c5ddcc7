/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logical.h -- the logical plan: a tree of relations, leaves are what is
 * stored or written down, and the parts of plans that write.
 *
 * A relation makes columns, named elsewhere by (id, index); those that pass
 * their inputs' columns through (filter, sort, limit) make none and have their
 * input's id.  While a statement is bound, column_count and types say what a
 * relation makes: a scan has all columns of its type, column i is attnum i + 1.
 * In a finished plan (layout.h) they say what its batches hold: only what is
 * wanted above, at the positions that expressions then name.
 *
 * Order.  A scan that is ordered gives rows by event_id, the transaction's own
 * rows last; sorting is stable, so equal keys stay in that order (O4).
 *
 * Memory: the plan's arena.  Threads: immutable.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "plan/expr.h"
#include "plan/set_function.h"
#include "sql/ast_role.h"
#include "types/type.h"

struct ast_expr;
struct event_type;

struct rel;
struct plan_temp_ddl;
struct system_table;
struct sql_view;
struct view_reading;
struct table_key;
struct temp_sequence;
struct temp_table;

enum rel_kind {
	REL_SCAN,     /* events of one type */
	REL_EVENTS,   /* the relation `events`: of all types */
	REL_SYSTEM,   /* one of the server's own relations */
	REL_PAYLOAD,  /* payloads for rows of `events` that came without */
	REL_VALUES,   /* rows of expressions; one without columns: no FROM */
	REL_FUNCTION, /* the sets that functions return */
	REL_FILTER,
	REL_PROJECT,
	REL_JOIN,
	REL_AGG, /* GROUP BY, DISTINCT */
	REL_SORT,
	REL_UNIQUE, /* DISTINCT ON */
	REL_LIMIT,
	REL_APPEND, /* UNION ALL */
	REL_WINDOW,
	REL_PROJECT_SET, /* sets for each row of the input */
	REL_SEQUENCE,
	REL_UNPIVOT,
	REL_SET_OP,    /* INTERSECT, EXCEPT */
	REL_WITH,      /* what its input and the CTEs refer to */
	REL_CTE,       /* the rows of a CTE */
	REL_RECURSIVE, /* of a recursive CTE */
	REL_WORK,      /* the rows of its last round */
	REL_TEMP,      /* the rows of a temporary table, and their numbers */
	REL_MODIFY,  /* rows written to one, and what RETURNING says of them */
	REL_READING, /* computed by the settings of a kept query */
};

/* Columns of `events`, as attnums. */
enum events_column {
	EVENTS_EVENT_ID = 1,
	EVENTS_EVENT_TYPE,
	EVENTS_CONTEXT_ID,
	EVENTS_TIMESTAMP,
	EVENTS_VERSION,
	EVENTS_PAYLOAD,
	EVENTS_COLUMN_COUNT = EVENTS_PAYLOAD,
};

enum bound_kind {
	BOUND_EQ,
	BOUND_LT,
	BOUND_LE,
	BOUND_GT,
	BOUND_GE,
	BOUND_ANY, /* equal to an element of an array; of REL_SYSTEM alone */
};

/*
 * A row can only be in the result if its column compares so with the value,
 * which is fixed during one execution and in the column's physical form; of
 * BOUND_ANY, its elements are.
 */
struct scan_bound {
	uint32_t attnum;
	enum bound_kind kind;
	const struct expr *value;
};

struct rel_scan {
	const struct event_type *type;        /* REL_SCAN */
	const struct system_table *system;    /* REL_SYSTEM */
	const struct temp_table *temp;        /* REL_TEMP, or ... */
	const struct temp_sequence *sequence; /* ... this, as one row */
	uint32_t role_oid; /* REL_EVENTS: whose types; 0: current_user's */
	/*
	 * REL_SCAN, not 0: only events that are not in the rows of this kept
	 * query yet, as the snapshot has them, or the transaction that makes
	 * it; this reads with its own, maybe older, catalogue.
	 */
	uint32_t kept_oid;
	uint64_t after;  /* of its refresh: those up to here are, else; or 0 */
	bool is_ordered; /* rows must come by event_id */
	bool is_payload_late; /* REL_EVENTS: what is committed comes
					  with a null payload, see rel_payload */
	/* of a finished plan: */
	uint32_t *attnums; /* of the columns, column_count */
	const struct scan_bound *bounds;
	uint32_t bound_count;
	/* 0, or 1 + a slot: while it is not null, rows of that context only */
	uint32_t context_slot;
};

struct rel_values {
	struct expr ***rows; /* row_count of column_count */
	uint32_t row_count;
};

/* A call of a function that returns a set: set_function.h. */
struct set_call {
	const struct set_function *function; /* NULL: args[0], one row */
	struct expr **args;
	uint32_t arg_count;
	uint32_t column_count;
	struct type types[SET_COLUMNS_MAX]; /* of the columns */
};

/* The columns of all calls, then maybe their rows' numbers; args are fixed. */
struct rel_function {
	struct set_call *calls;
	uint32_t call_count;
};

/* The input's columns, then those of each call. */
struct rel_project_set {
	struct set_call *calls;
	uint32_t call_count;
};

struct rel_filter {
	struct expr **conjuncts;
	uint32_t count;
};

enum join_kind {
	JOIN_INNER,
	JOIN_LEFT, /* every row of the left side, with nulls if none matches */
	JOIN_FULL, /* every row of both */
	JOIN_SEMI, /* rows of the left side that have a match, once */
	JOIN_ANTI, /* rows of the left side that have none */
};

/* An equality between both sides; a null is equal to nothing. */
struct join_key {
	struct expr *left;
	struct expr *right;
	struct type type; /* that both compare as */
};

/* A column of the outer row, for the slots of EXPR_OUTER. */
struct outer_value {
	uint32_t slot;
	uint32_t column; /* of the outer row's batch */
	struct type type;
};

enum subquery_kind {
	SUBQUERY_EXISTS,
	SUBQUERY_SCALAR, /* the first column of its only row, or null */
	SUBQUERY_ARRAY,  /* of its first column's values */
	SUBQUERY_ROW,    /* `test` of its only row, or null */
	SUBQUERY_ANY,    /* whether `test` is true for any row */
	SUBQUERY_ALL,    /* or for all */
};

/*
 * A query inside an expression.  It may name columns of the relations around
 * it.  `test` is over its own columns and over the operands (the arguments of
 * the expression), which it names as columns of the relation operand_rel.
 */
struct subquery {
	enum subquery_kind kind;
	struct rel *rel;
	uint32_t column_count;      /* of rel, that are the result */
	struct expr *test;          /* NULL: EXISTS, SCALAR, ARRAY */
	uint32_t operand_rel;       /* not the id of any relation */
	const struct ast_expr *ast; /* as it was written */
	bool is_improved;           /* see improve.h */

	/* Of a finished plan: */
	uint32_t index; /* among the plan's subqueries */
	/* columns of the outer row that it needs; 0: it runs once */
	struct outer_value *outers;
	uint32_t outer_count;
	uint32_t operand_slot; /* of the first operand; the others follow */
	bool is_volatile;      /* equal outer rows may give other results */
	bool can_remember;     /* results may be kept by outer row */
	bool can_hash;         /* IN may be looked up in a hash table */
};

/* Passes the columns of both sides through; of semi and anti, the left's. */
struct rel_join {
	enum join_kind kind;
	/*
	 * The right side names columns of the left one, and runs again for
	 * each of its rows.  Only inner and left joins may.
	 */
	bool is_lateral;
	bool is_ordered;   /* the order of its rows is seen: see order.h */
	struct rel *right; /* the left side is rel->input */
	struct expr **conjuncts;
	uint32_t conjunct_count;

	/*
	 * Of a finished plan.  Conjuncts, those that no key says, are over the
	 * columns of the left side followed by those of the right one, and so
	 * are the positions of the columns that come out.
	 */
	struct join_key *keys;
	uint32_t key_count;
	uint32_t *outputs; /* column_count */
	struct outer_value *outers;
	uint32_t outer_count;
};

enum agg_kind {
	AGG_COUNT_STAR,
	AGG_COUNT,
	AGG_SUM,
	AGG_AVG,
	AGG_MIN,
	AGG_MAX,
	AGG_BOOL_AND,
	AGG_BOOL_OR,
	AGG_STRING_AGG,
	AGG_ARRAY_AGG,
	AGG_JSON_AGG,
	AGG_JSONB_AGG,
	AGG_JSON_OBJECT_AGG,
	AGG_JSONB_OBJECT_AGG,
	AGG_BIT_AND,
	AGG_BIT_OR,
	AGG_BIT_XOR,
	AGG_VAR_POP,
	AGG_VAR_SAMP,
	AGG_STDDEV_POP,
	AGG_STDDEV_SAMP,
	AGG_COVAR_POP,
	AGG_COVAR_SAMP,
	AGG_CORR,
	AGG_REGR_COUNT,
	AGG_REGR_SXX,
	AGG_REGR_SYY,
	AGG_REGR_SXY,
	AGG_REGR_AVGX,
	AGG_REGR_AVGY,
	AGG_REGR_R2,
	AGG_REGR_SLOPE,
	AGG_REGR_INTERCEPT,
	AGG_APPROX_COUNT_DISTINCT,
	/* ordered sets: of all rows of a group, in the order of their keys */
	AGG_MODE,
	AGG_PERCENTILE_CONT,
	AGG_PERCENTILE_DISC,
	AGG_RANK, /* and the next three: of a row that is not there */
	AGG_DENSE_RANK,
	AGG_PERCENT_RANK,
	AGG_CUME_DIST,
};

static inline bool
agg_is_ordered_set(enum agg_kind kind)
{
	return kind >= AGG_MODE;
}

struct order_key {
	struct expr *key;
	bool is_descending;
	bool nulls_first;
};

/*
 * With an order, rows are taken in it; then DISTINCT leaves out those whose
 * keys all equal those of the row before.
 */
struct agg_call {
	enum agg_kind kind;
	bool is_distinct;
	struct expr *arg;     /* NULL: count(*), ordered sets */
	struct expr *second;  /* delimiter, or X of a pair (Y, X); or NULL */
	struct expr **direct; /* of an ordered set: one value a group */
	struct order_key *order;
	uint32_t direct_count;
	uint32_t order_count;
	struct expr *filter; /* NULL: all rows */
	struct type type;    /* of the result */
	int location;
};

/* One of GROUPING SETS: the keys that it groups by; the others are null. */
struct grouping_set {
	uint32_t *keys;
	uint32_t count;
};

/* GROUPING(): a number for each of the sets. */
struct grouping_call {
	int32_t *values;
};

/* Columns: the keys, then the aggregates, then the GROUPING()s. */
struct rel_agg {
	struct expr **keys;
	uint32_t key_count;
	struct agg_call *calls;
	uint32_t call_count;
	struct grouping_set *sets;
	uint32_t set_count; /* 0: one, of all keys */
	struct grouping_call *groupings;
	uint32_t grouping_count;
	bool is_unordered; /* nobody sees the order of the groups */
};

struct sort_key {
	uint32_t column; /* of the relation with the sort's id */
	bool is_descending;
	bool nulls_first;
};

struct rel_sort {
	struct sort_key *keys;
	uint32_t key_count;
};

/*
 * Positions of columns of `events` in a finished plan.  The payload is filled
 * in where it was left out: rows without an event_id are the transaction's own
 * and have theirs.  In a logical plan the columns of `events` bear the names
 * that they have below as columns 0.. of `source`, and the payload's relation
 * has the id of `events`.
 */
struct rel_payload {
	uint32_t source;
	uint32_t event_id;
	uint32_t event_type;
	uint32_t payload;
};

/* Of rows that are equal in some columns, and come together, the first. */
struct rel_unique {
	uint32_t *columns; /* of the relation with its id */
	uint32_t count;
};

/* NULL: none.  Both are bigint and fixed. */
struct rel_limit {
	struct expr *limit;
	struct expr *offset;
	/* WITH TIES: rows equal to the last one in these columns come, too */
	uint32_t *ties; /* of the relation with its id */
	uint32_t tie_count;
};

/* A row of the left side as often as both sides, or only the left, have it. */
struct rel_set_op {
	bool is_except;
	bool is_all;
	bool is_unordered; /* nobody sees the order of the rows */
	struct rel *right;
};

/* A query of WITH, or a statement, that runs once, whoever refers to it. */
struct cte {
	struct str name;
	struct rel *rel;
	uint32_t column_count;
	uint32_t index; /* of a finished plan: among its CTEs */
	bool is_modify; /* it runs to its end, whoever refers to it */
};

struct rel_with {
	struct cte **ctes;
	uint32_t count;
};

/*
 * The rows of the input, then those that the step makes of them, then those it
 * makes of these, until there are none.  If is_distinct, a row that was there
 * before is none.
 */
struct rel_recursive {
	struct rel *step;
	bool is_distinct;
	uint32_t work; /* by which REL_WORK in the step finds its rows */
};

/* A column by its name in the logical plan. */
struct column_id {
	uint32_t rel;
	uint32_t column;
};

/* One step: events in the order of event_id, and what is asked of each. */
struct sequence_input {
	struct rel *rel;
	struct expr *link; /* of the sequence's link_type */
	struct expr *time; /* timestamptz */
	struct expr *id;   /* event_id */
	/* Of a finished plan: which of its columns the matches have. */
	uint32_t *kept;
	uint32_t kept_count;
	/*
	 * The first step of the same event type, which this one's events may
	 * serve, too; its own index if there is none.
	 */
	uint32_t same_as;
};

/*
 * Each row is a match (doc/sequences.md), in the order of the first step's
 * events; the steps' columns stand side by side under their own names.
 */
struct rel_sequence {
	struct sequence_input *steps;
	uint32_t step_count; /* 2 to 16 */
	bool is_preceded;
	struct type link_type;
	bool is_by_context; /* the link is context_id */
	/*
	 * Of a finished plan: 0, or 1 + the slot by which the scans of all
	 * steps but the first can be held to a context.
	 */
	uint32_t context_slot;
	bool keeps_all; /* of a finished plan: also what can be in no match */
	struct expr *within; /* bigint, fixed: how many units; NULL: no limit */
	int64_t within_unit_us;
};

/* ---- window functions ---- */

enum window_kind {
	WINDOW_AGGREGATE,
	WINDOW_ROW_NUMBER,
	WINDOW_RANK,
	WINDOW_DENSE_RANK,
	WINDOW_PERCENT_RANK,
	WINDOW_CUME_DIST,
	WINDOW_NTILE,
	WINDOW_LAG,
	WINDOW_LEAD,
	WINDOW_FIRST_VALUE,
	WINDOW_LAST_VALUE,
	WINDOW_NTH_VALUE,
};

enum frame_mode { FRAME_RANGE, FRAME_ROWS, FRAME_GROUPS };

enum frame_bound {
	FRAME_UNBOUNDED_PRECEDING,
	FRAME_PRECEDING, /* by an offset */
	FRAME_CURRENT_ROW,
	FRAME_FOLLOWING, /* by an offset */
	FRAME_UNBOUNDED_FOLLOWING,
};

enum frame_exclude {
	FRAME_EXCLUDE_NONE,
	FRAME_EXCLUDE_CURRENT_ROW,
	FRAME_EXCLUDE_GROUP,
	FRAME_EXCLUDE_TIES,
};

/*
 * The rows around a row that a function sees.  An offset is a fixed bigint; of
 * FRAME_RANGE it is the least or greatest key that a row of the frame has,
 * over the row at hand.
 */
struct window_frame {
	enum frame_mode mode;
	enum frame_bound start;
	enum frame_bound end;
	enum frame_exclude exclude;
	struct expr *start_offset; /* NULL: none */
	struct expr *end_offset;
	struct expr *range_key; /* RANGE with an offset: the key, of its type */
};

#define WINDOW_ARGS_MAX 3

struct window_call {
	enum window_kind kind;
	struct agg_call agg; /* of WINDOW_AGGREGATE */
	/* lag, lead: value, offset or NULL, default or NULL */
	struct expr *args[WINDOW_ARGS_MAX];
	struct window_frame frame;
	struct type type; /* of the result */
};

/* The input's columns, then those of the calls; rows in the window's order. */
struct rel_window {
	struct expr **partition;
	uint32_t partition_count;
	struct order_key *order;
	uint32_t order_count;
	struct window_call *calls;
	uint32_t call_count;
};

/* An input row of row_count times the columns becomes that many rows. */
struct rel_unpivot {
	uint32_t row_count;
};

/* ---- changes of temporary tables ---- */

enum modify_kind { MODIFY_INSERT, MODIFY_UPDATE, MODIFY_DELETE };

/*
 * ON CONFLICT: values and condition are over the columns of the row that is
 * there, then those of the row that was to be.
 */
struct modify_conflict {
	bool is_update;
	uint32_t key;         /* among the table's keys; UINT32_MAX: any */
	struct expr **values; /* of each column; NULL: DO NOTHING */
	struct expr *where;   /* NULL: always */
	struct column_id *names;
};

/*
 * The input's columns are the number of the row (not of INSERT), the values of
 * the table's columns (of DELETE those that it had), and what else RETURNING
 * needs.  Conditions and RETURNING know them by `names`.  All is written before
 * the first row comes out.
 */
struct rel_modify {
	enum modify_kind kind;
	bool may_repeat; /* the input may have a row twice: it is a join */
	const struct temp_table *table;     /* NULL: it is made first ... */
	const struct plan_temp_ddl *create; /* ... so; NULL */
	struct expr **checks;               /* of the table */
	uint32_t check_count;
	struct expr **returning; /* column_count */
	struct column_id *names;
	struct modify_conflict *conflict; /* NULL: none */
};

struct rel {
	enum rel_kind kind;
	uint32_t id;
	uint32_t index; /* of a finished plan: among its relations */
	uint32_t column_count;
	struct type *types;        /* of the columns */
	struct column_id *columns; /* of a finished plan: their names before */
	struct rel *input;         /* NULL: a leaf */
	union {
		struct rel_scan scan; /* REL_EVENTS, _SYSTEM, _TEMP too */
		struct rel_values values;
		struct rel_function function;
		struct rel_filter filter;
		struct expr **project; /* column_count */
		struct rel_join join;
		struct rel_agg agg;
		struct rel_sort sort;
		struct rel_unique unique;
		struct rel_limit limit;
		struct rel_payload payload;
		struct {
			struct rel **inputs;
			uint32_t count;
		} append;
		struct rel_window window;
		struct rel_project_set project_set;
		struct rel_sequence sequence;
		struct rel_unpivot unpivot;
		struct rel_set_op set_op;
		struct rel_with with;
		const struct cte *cte; /* column i is columns[i].column of it */
		struct rel_recursive recursive;
		struct rel_modify modify;
		const struct view_reading *reading; /* of the catalogue */
		uint32_t work;                      /* likewise */
	};
};

/* ---- writing ---- */

/* How a STORE gives its row; see src/exec/store.c. */
struct plan_store {
	struct expr *context; /* text */
	struct expr *at;      /* timestamptz; NULL: now */
	struct expr *payload; /* text, json or jsonb */
	int payload_location; /* of the JSON's first character; 0: a parameter */
	/* As in the syntax tree. */
	bool payload_is_of_psql;
	bool payload_is_verbatim;
};

struct plain_row; /* plain_row.h */

/*
 * Row `column i` of the type (context_id, timestamp, then the fields) is
 * values[i] over the source's columns, NULL meaning null, or the field's
 * default.
 */
struct plan_insert {
	const struct event_type *type;
	const struct rel *source; /* NULL: `store` */
	struct expr **values;
	uint32_t value_count;
	/*
	 * The source is a single row of fixed expressions: no operator is
	 * needed, `values` refer to no column.
	 */
	bool is_single_row;
	struct plan_store store;
	const struct plain_row *plain; /* NULL: it is not as simple */
	/* RETURNING: over (context_id, timestamp, event_id, fields ...) */
	struct expr **returning;
	uint32_t returning_count;
	int event_id_location; /* where RETURNING names event_id; 0: nowhere */
};

struct plan_copy {
	const struct event_type *type; /* NULL: events, or ... */
	const struct temp_table *temp; /* NULL: ... a temporary table */
	/* of that: the columns' values where no field has them; else NULL */
	struct expr **defaults;
	struct expr **checks; /* over its columns */
	struct expr *where;   /* likewise, of whichever; NULL: all rows */
	bool *is_in_where;    /* by attnum - 1; NULL if `where` is */
	struct str name;
	/*
	 * Of each field of a line: its attnum in the type, or enum
	 * events_column.
	 */
	uint32_t *attnums;
	uint32_t count;
};

enum ddl_op {
	DDL_OP_CREATE_TABLE,
	DDL_OP_DEFINE,
	DDL_OP_ALTER_TABLE,
	DDL_OP_DROP_TABLE,
	DDL_OP_CREATE_ENUM,
	DDL_OP_ADD_LABEL,
	DDL_OP_DROP_ENUM,
	DDL_OP_CREATE_VIEW,
	DDL_OP_CREATE_KEPT,
	DDL_OP_REFRESH_KEPT,
	DDL_OP_DROP_VIEW,
	DDL_OP_DROP_KEPT,
	DDL_OP_CREATE_ROLE,
	DDL_OP_ALTER_ROLE,
	DDL_OP_ALTER_SETTING,
	DDL_OP_DROP_ROLE,
	DDL_OP_GRANT, /* and REVOKE, as GRANT_ROLE */
	DDL_OP_GRANT_ROLE,
	DDL_OP_ALTER_OWNER,
	DDL_OP_REASSIGN_OWNED,
	DDL_OP_DROP_OWNED,
	DDL_OP_COMMENT,
};

enum comment_target {
	COMMENT_ON_TABLE,
	COMMENT_ON_COLUMN,
	COMMENT_ON_VIEW,
	COMMENT_ON_KEPT,
	COMMENT_ON_TYPE,
	COMMENT_ON_SCHEMA,
	COMMENT_ON_DATABASE,
};

/* A field as declared. */
struct ddl_field {
	struct str name;
	struct type type;         /* oid 0: of the enum made from labels */
	const struct str *labels; /* DEFINE: the enum to make */
	uint32_t label_count;
	bool is_not_null;
	bool is_unsigned;           /* u64 */
	bool if_not_exists;         /* ADD COLUMN */
	struct expr *default_value; /* fixed; NULL: none */
	int location;
	int type_location;
};

struct plan_ddl {
	enum ddl_op op;
	struct str name; /* the object */
	int location;    /* of the name */
	bool if_exists;
	bool if_not_exists;
	uint32_t version; /* DEFINE AS n; 0: not given */
	struct ddl_field *fields;
	uint32_t field_count;
	const struct str *labels; /* CREATE_ENUM; ADD_LABEL has one */
	uint32_t label_count;
	const struct str *names; /* DROP */
	const int *locations;
	uint32_t name_count;
	bool is_cascade;             /* DROP */
	const struct sql_view *view; /* CREATE_VIEW: all but OIDs and name */
	bool or_replace;
	/* CREATE_KEPT: those of the rows */
	const struct field *kept_fields;
	uint32_t kept_field_count;
	bool has_no_data;  /* CREATE_KEPT, REFRESH_KEPT */
	bool tells;        /* likewise: what was stored, in a notice */
	bool has_retain;   /* CREATE_TABLE, ALTER_TABLE: it is set */
	int64_t retain_us; /* 0: for ever */
	/*
	 * Of roles and rights, as they were parsed: roles are looked up when it
	 * is done.  Objects of GRANT are in `names`, the server's own apart.
	 */
	const struct system_table *const *systems; /* GRANT */
	uint32_t system_count;
	const struct ast_role_def *role_def;     /* CREATE_ROLE, ALTER_ROLE */
	const struct ast_alter_setting *setting; /* ALTER_SETTING */
	const struct ast_drop_role *drop_role;
	const struct ast_grant *grant;
	const struct ast_grant_role *grant_role;
	enum ast_owner_kind owner_kind;        /* ALTER_OWNER, and its .. */
	const struct ast_role *owner;          /* .. new one; REASSIGN_OWNED */
	const struct ast_role_list *old_owner; /* REASSIGN, DROP_OWNED */
	enum comment_target target;            /* COMMENT: on what */
	struct str column;                     /* likewise: of a column */
	struct str text; /* likewise; empty: none any more */
};

/* ---- temporary tables, as they are defined ---- */

enum temp_op {
	TEMP_OP_CREATE_TABLE,
	TEMP_OP_CREATE_VIEW,
	TEMP_OP_DROP,
	TEMP_OP_TRUNCATE,
	TEMP_OP_ALTER_TABLE,
	TEMP_OP_CREATE_INDEX,
	TEMP_OP_COMMENT,
	TEMP_OP_CREATE_SEQUENCE,
	TEMP_OP_ALTER_SEQUENCE,
	TEMP_OP_NOTHING, /* LOCK TABLE, VACUUM, ANALYZE */
};

/* What is said instead of an error: IF [NOT] EXISTS. */
struct temp_notice {
	int code;
	struct str text;
};

/* A sequence that a statement makes, or what one becomes. */
struct plan_temp_sequence {
	const struct temp_sequence *definition; /* all but the OIDs, if new */
	uint32_t column; /* from 1: its next number is this one's default; 0 */
	bool restarts;   /* its next number is `restart` */
	int64_t restart;
};

struct plan_temp_ddl {
	enum temp_op op;
	struct str name; /* of what is made */
	/* CREATE TABLE, ALTER TABLE: all but OIDs, rows and references */
	const struct temp_table *definition;
	const struct sql_view *view; /* likewise */
	bool or_replace;
	bool is_rename;     /* ALTER TABLE: of names only */
	bool if_not_exists; /* CREATE INDEX */
	uint32_t oid;    /* ALTER TABLE, CREATE INDEX, COMMENT: of the table */
	uint32_t attnum; /* COMMENT: of the column, or 0 */
	struct str text; /* likewise: what is said; empty: nothing more */
	/*
	 * ALTER TABLE: the rows' new columns, over the old ones, and the
	 * conditions, over the new ones; NULL: the rows stay as they are.
	 */
	struct expr **values;
	struct expr **checks;
	const struct table_key *key; /* CREATE INDEX: all but its OID */
	/* DROP, TRUNCATE; ALTER TABLE: sequences that go */
	const uint32_t *oids;
	uint32_t oid_count;
	bool is_cascade;
	bool restarts_identity; /* TRUNCATE */
	/*
	 * CREATE TABLE, ALTER TABLE: of the table's columns.  The rows' values
	 * of a column that gets a new one are NULL: they are its numbers.
	 */
	struct plan_temp_sequence *sequences;
	uint32_t sequence_count;
	/* ALTER TABLE: columns that were there, from 1; those of no name are 0 */
	const uint32_t *moved;
	const struct temp_notice *notices;
	uint32_t notice_count;
	const struct error *failure; /* comes behind the notices; NULL: none */
};
