/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast.h -- the syntax tree that both languages are parsed into.
 *
 * Names are not resolved and types are not known here.  SQL comes from
 * PostgreSQL's grammar (parse_sql.h), the native language from a parser of
 * ours (parse_native.h); a native QUERY becomes the same ast_select that the
 * SQL which says the same becomes, and STORE an ast_insert, so that one binder
 * serves both.
 *
 * What PostgreSQL's grammar accepts and this tree cannot hold, the parser
 * refuses with STELE_E_FEATURE_NOT_SUPPORTED, naming the construct and its
 * position.  Nothing is dropped silently.
 *
 * `location` is the position in the text in characters from 1, 0 if unknown.
 *
 * Memory: a tree lives in the arena that its parser was given, and borrows
 * from the text too.  Threads: immutable once parsed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "sql/ast_role.h"

struct ast_expr;
struct ast_select;
struct ast_stmt;

/* ---- names ---- */

/* A dotted name, at most catalog.schema.object. */
struct ast_name {
	struct str parts[4];
	uint32_t count;
	int location;
};

/* Without its schema; empty if there is no name. */
static inline struct str
ast_name_last(const struct ast_name *name)
{
	return name->count == 0 ? STR("") : name->parts[name->count - 1];
}

/* A type as written: "numeric(10,2)[]", "timestamp with time zone". */
struct ast_type {
	struct ast_name name; /* pg_catalog.int4 for INT */
	int32_t mods[2];      /* numeric(p,s), varchar(n) */
	uint32_t mod_count;
	uint32_t array_bounds; /* number of [] */
	bool is_setof;
	int location;
};

/* ---- expressions ---- */

enum ast_expr_kind {
	AST_CONST,         /* constant */
	AST_PARAM,         /* param: $n */
	AST_COLUMN,        /* column: a, t.a, s.t.a, t.* */
	AST_STAR,          /* * in a select list or count(*) */
	AST_CALL,          /* call: f(...) */
	AST_OP,            /* op: a + b, -a */
	AST_BOOL,          /* boolean: AND, OR, NOT */
	AST_IS,            /* is: IS NULL, IS TRUE ... */
	AST_DISTINCT_FROM, /* op with name "=": IS [NOT] DISTINCT FROM */
	AST_BETWEEN,       /* between */
	AST_IN,            /* in: x IN (list) or x IN (SELECT) by sublink */
	AST_LIKE,          /* op: ~~, ~~*, !~~, !~~*; SIMILAR TO */
	AST_CASE,          /* case_ */
	AST_COALESCE,      /* list */
	AST_GREATEST,      /* list */
	AST_LEAST,         /* list */
	AST_NULLIF,        /* op */
	AST_CAST,          /* cast */
	AST_SUBLINK,       /* sublink: EXISTS, scalar, IN, ANY, ALL, ARRAY */
	AST_ANY_ALL,       /* any_all: x op ANY (array) */
	AST_ARRAY,         /* list: ARRAY[...] */
	AST_ROW,           /* list: ROW(...) */
	AST_SUBSCRIPT,     /* subscript: a[i], a[i:j] */
	AST_FIELD,         /* field: (expr).name */
	AST_COLLATE,       /* collate */
	AST_SQL_VALUE, /* value function: CURRENT_TIMESTAMP, CURRENT_USER ... */
	AST_DEFAULT,   /* DEFAULT in VALUES */
};

enum ast_const_kind {
	AST_NULL,
	AST_INTEGER, /* fits int4: integer */
	AST_NUMBER,  /* any other number, as written: text */
	AST_STRING,  /* an unknown literal: text */
	AST_BOOLEAN, /* TRUE, FALSE: boolean */
	AST_BITS,    /* B'..', X'..': text with its letter first */
};

struct ast_const {
	enum ast_const_kind kind;
	int32_t integer;
	bool boolean;
	struct str text; /* in the native language of integers and booleans
			    too: as they were written */
};

struct ast_expr_list {
	struct ast_expr **items;
	uint32_t count;
};

enum ast_bool_op { AST_AND, AST_OR, AST_NOT };
enum ast_is_kind {
	AST_IS_NULL,
	AST_IS_NOT_NULL,
	AST_IS_TRUE,
	AST_IS_NOT_TRUE,
	AST_IS_FALSE,
	AST_IS_NOT_FALSE,
	AST_IS_UNKNOWN,
	AST_IS_NOT_UNKNOWN,
};
enum ast_sublink_kind {
	AST_SUBLINK_EXISTS,
	AST_SUBLINK_SCALAR,
	AST_SUBLINK_ANY, /* x op ANY (SELECT), x IN (SELECT) */
	AST_SUBLINK_ALL,
	AST_SUBLINK_ARRAY,
};
enum ast_value_fn {
	AST_CURRENT_DATE,
	AST_CURRENT_TIME,
	AST_CURRENT_TIMESTAMP,
	AST_LOCALTIME,
	AST_LOCALTIMESTAMP,
	AST_CURRENT_ROLE,
	AST_CURRENT_USER,
	AST_SESSION_USER,
	AST_USER,
	AST_CURRENT_CATALOG,
	AST_CURRENT_SCHEMA,
};

enum ast_nulls { AST_NULLS_DEFAULT, AST_NULLS_FIRST, AST_NULLS_LAST };

struct ast_sort {
	struct ast_expr *expr;
	bool is_descending;
	enum ast_nulls nulls;
	struct ast_name using_op; /* ORDER BY x USING >: no parts if none */
	int location;
};

struct ast_sort_list {
	struct ast_sort *items;
	uint32_t count;
};

enum ast_frame_mode { AST_FRAME_RANGE, AST_FRAME_ROWS, AST_FRAME_GROUPS };
enum ast_bound_kind {
	AST_UNBOUNDED_PRECEDING,
	AST_OFFSET_PRECEDING,
	AST_CURRENT_ROW,
	AST_OFFSET_FOLLOWING,
	AST_UNBOUNDED_FOLLOWING,
};
enum ast_exclude {
	AST_EXCLUDE_NONE,
	AST_EXCLUDE_CURRENT_ROW,
	AST_EXCLUDE_GROUP,
	AST_EXCLUDE_TIES,
};

struct ast_window {
	struct str name;     /* WINDOW name AS (...) and OVER name, or empty */
	struct str ref_name; /* OVER (ref_name ...): copied from, or empty */
	struct ast_expr_list partition_by;
	struct ast_sort_list order_by;
	bool has_frame;
	enum ast_frame_mode mode;
	enum ast_bound_kind start;
	enum ast_bound_kind end;
	struct ast_expr *start_offset;
	struct ast_expr *end_offset;
	enum ast_exclude exclude;
	int location;
};

struct ast_call {
	struct ast_name name;
	struct ast_expr_list args;
	struct str *arg_names; /* NULL, or one a piece: f(a => 1) */
	bool has_star;         /* count(*) */
	bool is_distinct;
	bool is_variadic;
	struct ast_sort_list order_by; /* agg(x ORDER BY y) */
	struct ast_sort_list within_group;
	struct ast_expr *filter;
	struct ast_window *over; /* NULL: not a window function */
};

struct ast_op {
	struct ast_name name;  /* "+", or OPERATOR(pg_catalog.+) */
	struct ast_expr *left; /* NULL for a prefix operator */
	struct ast_expr *right;
	bool
	    is_negated; /* AST_DISTINCT_FROM: IS NOT DISTINCT FROM; AST_LIKE: NOT */
	struct ast_expr *escape; /* AST_LIKE; NULL if none */
	bool is_similar;         /* AST_LIKE: SIMILAR TO */
};

struct ast_when {
	struct ast_expr *when;
	struct ast_expr *then;
	int location; /* of the word WHEN */
};

struct ast_expr {
	enum ast_expr_kind kind;
	int location;
	union {
		struct ast_const constant;
		uint32_t param; /* n of $n, from 1 */
		struct {
			struct ast_name name; /* without the star */
			bool has_star;        /* t.* */
		} column;
		struct ast_call call;
		struct ast_op op;
		struct {
			enum ast_bool_op op;
			struct ast_expr_list args;
		} boolean;
		struct {
			enum ast_is_kind kind;
			struct ast_expr *arg;
		} is;
		struct {
			struct ast_expr *arg, *low, *high;
			bool is_negated;
			bool is_symmetric;
		} between;
		struct {
			struct ast_expr *arg;
			struct ast_expr_list list;
			bool is_negated;
		} in;
		struct {
			struct ast_expr *arg; /* NULL for a searched CASE */
			struct ast_when *whens;
			uint32_t when_count;
			struct ast_expr *otherwise; /* NULL if no ELSE */
		} case_;
		struct ast_expr_list list;
		struct {
			struct ast_expr *arg;
			struct ast_type type;
		} cast;
		struct {
			enum ast_sublink_kind kind;
			struct ast_expr *test; /* left side of ANY and ALL */
			struct ast_name op;    /* "=" for IN */
			struct ast_select *query;
		} sublink;
		struct {
			struct ast_expr *left;
			struct ast_name op;
			struct ast_expr *array;
			bool is_all;
		} any_all;
		struct {
			struct ast_expr *arg;
			struct ast_expr *lower; /* a[i]: the index is lower */
			struct ast_expr *upper;
			bool is_slice;
			bool is_next; /* the second or later of a[i][j] */
		} subscript;
		struct {
			struct ast_expr *arg;
			struct str name; /* empty: (expr).* */
		} field;
		struct {
			struct ast_expr *arg;
			struct ast_name name;
		} collate;
		struct {
			enum ast_value_fn fn;
			int32_t precision; /* -1 if none */
		} value;
	};
};

/* ---- queries ---- */

struct ast_alias {
	struct str name; /* empty: none */
	struct str *columns;
	uint32_t column_count;
};

enum ast_from_kind {
	AST_FROM_TABLE,
	AST_FROM_SUBQUERY,
	AST_FROM_FUNCTION,
	AST_FROM_JOIN,
	AST_FROM_SEQUENCE, /* no parser makes it: plan/ does */
};
enum ast_join_kind {
	AST_JOIN_INNER,
	AST_JOIN_LEFT,
	AST_JOIN_RIGHT,
	AST_JOIN_FULL,
	AST_JOIN_CROSS,
};

enum ast_constraint_kind {
	AST_CHECK,
	AST_PRIMARY_KEY,
	AST_UNIQUE,
	AST_IDENTITY, /* of a column alone */
};

/* What CREATE and ALTER SEQUENCE say, and identity columns in parentheses. */
enum ast_sequence_word {
	AST_SEQUENCE_AS,
	AST_SEQUENCE_INCREMENT,
	AST_SEQUENCE_MINVALUE,
	AST_SEQUENCE_MAXVALUE,
	AST_SEQUENCE_START,
	AST_SEQUENCE_RESTART,
	AST_SEQUENCE_CACHE,
	AST_SEQUENCE_CYCLE,
	AST_SEQUENCE_OWNED_BY,
	AST_SEQUENCE_NAME, /* of an identity column's */
	AST_SEQUENCE_WORDS,
};

struct ast_sequence_option {
	enum ast_sequence_word word;
	bool has_value; /* or: NO MINVALUE, NO CYCLE, RESTART alone, ... */
	int64_t value;
	struct ast_type type; /* AS */
	struct ast_name name; /* OWNED BY, which may be "none"; NAME */
	int location;
};

struct ast_sequence_options {
	struct ast_sequence_option *items;
	uint32_t count;
};

/* Of a column, which is not named then, or of a table. */
struct ast_constraint {
	enum ast_constraint_kind kind;
	struct str name; /* empty: not given */
	struct str *columns;
	uint32_t column_count;
	struct ast_expr *check;
	bool nulls_are_equal;                /* NULLS NOT DISTINCT */
	bool is_always;                      /* GENERATED ALWAYS */
	struct ast_sequence_options options; /* of an identity */
	int location;
};

struct ast_column_def {
	struct str name;
	struct ast_type type;
	struct ast_name collation; /* COLLATE: no parts if none */
	bool is_unsigned;          /* DEFINE only: u64 */
	bool is_not_null;
	struct ast_expr *default_value; /* NULL if none */
	struct ast_constraint *constraints;
	uint32_t constraint_count;
	int location;
};

struct ast_query;

struct ast_from {
	enum ast_from_kind kind;
	struct ast_alias alias;
	bool is_lateral;
	int location;
	struct ast_name table;
	struct ast_select *subquery;
	struct ast_expr_list functions; /* AST_CALLs; several: ROWS FROM */
	bool with_ordinality;
	bool is_only; /* ONLY t: nothing inherits, so it changes nothing */
	struct ast_column_def *column_defs; /* f() AS t(a int) */
	uint32_t column_def_count;
	enum ast_join_kind join;
	bool is_natural;
	struct ast_from *left, *right;
	struct ast_expr *on;
	struct str *using_columns;
	uint32_t using_count;
	struct str using_alias; /* USING (...) AS name; empty if none */
	const struct ast_query *sequence;
};

struct ast_from_list {
	struct ast_from **items;
	uint32_t count;
};

/* One item of a select list or of RETURNING. */
struct ast_target {
	struct ast_expr *expr;
	struct str alias; /* empty: PostgreSQL's rules name the column */
	int location;
};

struct ast_target_list {
	struct ast_target *items;
	uint32_t count;
};

enum ast_group_kind {
	AST_GROUP_EXPR,
	AST_GROUP_SETS,
	AST_GROUP_ROLLUP,
	AST_GROUP_CUBE,
	AST_GROUP_EMPTY,
};

struct ast_group {
	enum ast_group_kind kind;
	struct ast_expr *expr; /* an AST_ROW is a set of several */
	struct ast_group *items;
	uint32_t count;
	int location;
};

enum ast_materialized {
	AST_MATERIALIZED_DEFAULT,
	AST_MATERIALIZED_ALWAYS,
	AST_MATERIALIZED_NEVER,
};

struct ast_cte {
	struct str name;
	struct str *columns;
	uint32_t column_count;
	enum ast_materialized materialized;
	struct ast_stmt *query;
	int location;
};

enum ast_set_op { AST_SET_NONE, AST_UNION, AST_INTERSECT, AST_EXCEPT };

enum ast_lock_strength {
	AST_FOR_KEY_SHARE,
	AST_FOR_SHARE,
	AST_FOR_NO_KEY_UPDATE,
	AST_FOR_UPDATE,
};

/* FOR UPDATE and its like: checked, and of no effect, as events do not change. */
struct ast_locking {
	enum ast_lock_strength strength;
	bool is_nowait;
	bool skips_locked;
	struct ast_name *names; /* OF these; none: of all */
	uint32_t name_count;
};

/*
 * PER of a native query: the bucket becomes the first output column, named
 * `bucket`, grouped by.  Native aggregates use SQL's functions and the
 * native names as aliases, so nothing else is special.
 */
struct ast_select {
	/* a set operation has left and right and none of the next group */
	enum ast_set_op set_op;
	bool is_set_all;
	struct ast_select *left, *right;

	struct ast_target_list targets;
	bool is_distinct;
	struct ast_expr_list distinct_on;
	struct ast_from_list from;
	struct ast_expr *where;
	struct ast_group *groups;
	uint32_t group_count;
	bool is_group_distinct;
	struct ast_expr *having;
	struct ast_window **windows;
	uint32_t window_count;
	struct ast_expr_list *values; /* VALUES: one list a row */
	uint32_t value_count;

	/* of the whole */
	struct ast_cte *ctes;
	uint32_t cte_count;
	bool is_recursive;
	struct ast_sort_list order_by;
	struct ast_expr *limit; /* NULL: none, or LIMIT ALL */
	struct ast_expr *offset;
	bool with_ties;
	struct ast_locking *locks;
	uint32_t lock_count;
	int location;
};

/* ---- native queries ---- */

enum ast_time_unit {
	AST_SECOND, /* WITHIN only, as is AST_MINUTE */
	AST_MINUTE,
	AST_HOUR,
	AST_DAY,
	AST_WEEK,
	AST_MONTH, /* PER only, as is AST_YEAR */
	AST_YEAR,
};

static const char *const ast_week_days[] = { "MONDAY", "TUESDAY", "WEDNESDAY",
	"THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY" };

/* A field of an event type, as QUERY names it. */
struct ast_field {
	struct str type; /* of "type.field"; empty: not given */
	struct str name; /* empty: there is no field */
	int location;
};

enum ast_native_agg_kind {
	AST_COUNT,        /* COUNT */
	AST_COUNT_FIELD,  /* COUNT f */
	AST_COUNT_UNIQUE, /* COUNT UNIQUE f */
	AST_TOTAL,
	AST_AVG,
	AST_MIN,
	AST_MAX,
};

struct ast_native_agg {
	enum ast_native_agg_kind kind;
	struct ast_field field;
	int location;
};

/* An event type of a sequence, and what it goes by there. */
struct ast_step {
	struct ast_name type;
	struct str alias; /* empty: not given */
	int alias_location;
};

/* What conditions and columns name it by. */
static inline struct str
ast_step_name(const struct ast_step *step)
{
	return step->alias.len > 0 ? step->alias : step->type.parts[0];
}

/* a FOLLOWED BY b ... LINKED BY f WITHIN n units: doc/sequences.md. */
struct ast_sequence {
	struct ast_step *steps; /* all, the first too */
	uint32_t step_count;
	bool is_preceded;        /* PRECEDED BY */
	struct ast_field link;   /* without a type */
	struct ast_expr *within; /* a count of `unit`; NULL: not given */
	enum ast_time_unit unit;
};

/* QUERY and FIND; REPLAY too, with is_replay. */
struct ast_query {
	bool is_replay;
	struct ast_name event_type;    /* REPLAY without a type: count is 0 */
	struct ast_sequence *sequence; /* NULL: events of one type */
	struct ast_expr *context; /* FOR: AST_CONST string or AST_PARAM; NULL */
	struct ast_expr *since;   /* NULL if none */
	struct ast_field time_field; /* USING; none: timestamp */
	struct ast_field *returns;   /* RETURN [...] */
	uint32_t return_count;
	bool has_return;
	struct ast_expr *where;
	struct ast_native_agg *aggs;
	uint32_t agg_count;
	bool has_per;
	enum ast_time_unit per;
	uint32_t week_start; /* PER WEEK FROM: 0 is Monday */
	struct ast_field *group_by;
	uint32_t group_count;
	struct ast_field order_by;
	bool is_descending;
	struct ast_expr *limit;
	struct ast_expr *offset;
	int location;
};

/* TOP n BY ...: the n rows with the greatest of it. */
struct ast_top {
	struct ast_expr *count; /* NULL: not given */
	bool has_metric;
	struct ast_native_agg metric;
	struct ast_field field; /* no name, and no metric: the side's metric */
	int location;
};

/*
 * A side of a PLOT is a QUERY of its metric, the first of its aggregates; that
 * of its TOP is the second, if it is another one.  PER and BY, which are OVER
 * and BREAKDOWN BY, are those of all sides.
 */
struct ast_plot_side {
	struct ast_query query;
	struct ast_top top;
};

struct ast_plot {
	struct ast_plot_side *sides;
	uint32_t side_count; /* at least 1 */
	struct ast_top top;  /* of what VS makes of several sides */
	int location;
};

/* ---- statements ---- */

enum ast_stmt_kind {
	AST_SELECT,
	AST_INSERT,
	AST_COPY,
	AST_CREATE_TABLE,
	AST_ALTER_TABLE,
	AST_DROP,
	AST_CREATE_ENUM,
	AST_ALTER_ENUM,
	AST_CREATE_VIEW, /* and what is kept: REMEMBER, too */
	AST_REFRESH,
	AST_COMMENT,
	AST_TRANSACTION,
	AST_SET,
	AST_SHOW,
	AST_CHECKPOINT, /* FLUSH too */
	AST_EXPLAIN,
	AST_PREPARE,
	AST_EXECUTE,
	AST_DEALLOCATE,
	AST_DISCARD,
	AST_DEFINE, /* native; its fields are an ast_create_table */
	AST_STORE,
	AST_QUERY, /* QUERY, FIND, REPLAY */
	AST_PLOT,
	AST_LIST_TYPES,
	AST_DESCRIBE,
	AST_PING,
	AST_BATCH, /* native BATCH [...] */
	AST_LISTEN,
	AST_UNLISTEN,
	AST_NOTIFY,
	AST_DECLARE_CURSOR,
	AST_FETCH, /* FETCH and MOVE */
	AST_CLOSE_CURSOR,
	AST_CREATE_ROLE,
	AST_ALTER_ROLE,    /* RENAME too */
	AST_ALTER_SETTING, /* ALTER ROLE, ALTER DATABASE ... SET and RESET */
	AST_DROP_ROLE,
	AST_GRANT, /* REVOKE too */
	AST_GRANT_ROLE,
	AST_ALTER_OWNER, /* REASSIGN and DROP OWNED too */
	AST_UPDATE,
	AST_DELETE,
	AST_TRUNCATE,
	AST_CREATE_TABLE_AS, /* SELECT INTO too */
	AST_CREATE_INDEX,
	AST_LOCK_TABLE,
	AST_VACUUM, /* ANALYZE too */
	AST_CREATE_SEQUENCE,
	AST_ALTER_SEQUENCE,
	AST_CREATE_SCHEMA,
};

struct ast_create_schema {
	struct str name;
	bool if_not_exists;
};

/* column = value */
struct ast_assignment {
	struct str column;
	struct ast_expr *value; /* AST_DEFAULT too */
	int location;
};

/* ON CONFLICT */
struct ast_conflict {
	bool is_update;
	struct str *columns; /* of the key; NULL: not given */
	uint32_t column_count;
	struct str constraint; /* ON CONSTRAINT; empty: not given */
	struct ast_assignment *assignments;
	uint32_t assignment_count;
	struct ast_expr *where;
	int location;
};

enum ast_overriding {
	AST_OVERRIDING_NOTHING,
	AST_OVERRIDING_SYSTEM_VALUE,
	AST_OVERRIDING_USER_VALUE,
};

struct ast_insert {
	struct ast_name table;
	struct str alias;
	struct str *columns; /* NULL: all */
	int *column_locations;
	uint32_t column_count;
	bool has_columns;
	struct ast_select *source; /* NULL: DEFAULT VALUES */
	struct ast_target_list returning;
	struct ast_conflict *conflict; /* NULL: none */
	enum ast_overriding overriding;
};

/* UPDATE, and DELETE, which assigns nothing. */
struct ast_modify {
	struct ast_name table;
	struct str alias;
	struct ast_assignment *assignments;
	uint32_t assignment_count;
	struct ast_from_list from; /* FROM, USING */
	struct ast_expr *where;
	struct ast_target_list returning;
	struct ast_select *with; /* that has the WITH and no more; NULL */
};

/* What LOCK TABLE asks for, from the weakest; as libpg_query numbers them. */
enum ast_lock_mode {
	AST_LOCK_ACCESS_SHARE = 1,
	AST_LOCK_ROW_SHARE,
	AST_LOCK_ROW_EXCLUSIVE,
	AST_LOCK_SHARE_UPDATE_EXCLUSIVE,
	AST_LOCK_SHARE,
	AST_LOCK_SHARE_ROW_EXCLUSIVE,
	AST_LOCK_EXCLUSIVE,
	AST_LOCK_ACCESS_EXCLUSIVE,
};

struct ast_option;

/* Columns of a table that ANALYZE is to look at; none: all. */
struct ast_columns {
	struct str *names;
	uint32_t count;
};

/* Tables that a statement names: TRUNCATE, LOCK TABLE, VACUUM, ANALYZE. */
struct ast_tables {
	struct ast_name *names;
	uint32_t count;
	bool restarts;               /* TRUNCATE ... RESTART IDENTITY */
	bool is_analyze;             /* ANALYZE, not VACUUM */
	struct ast_columns *columns; /* of both, one a table; NULL: none */
	struct ast_option *options;  /* of both */
	uint32_t option_count;
	enum ast_lock_mode lock_mode; /* LOCK TABLE ... IN ... MODE, */
	bool is_nowait;               /* ... NOWAIT */
};

/* STORE t FOR c [AT time] PAYLOAD p: p is JSON text, or a parameter. */
struct ast_store {
	struct ast_name event_type;
	struct ast_expr *context;
	struct ast_expr *at; /* NULL: now */
	struct ast_expr
	    *payload;            /* AST_CONST string (the JSON), or AST_PARAM */
	int payload_location;    /* of the JSON's first character, or of $n */
	bool payload_is_raw;     /* JSON as it stands, not a quoted literal */
	bool payload_is_of_psql; /* perhaps: raw, and PostgreSQL's dialect */
	/*
	 * Its characters stand in the statement as they are, so that a place
	 * in the JSON is one in the text; else the location is the literal's.
	 */
	bool payload_is_verbatim;
};

struct ast_option {
	struct str name;           /* lower case */
	struct ast_expr *value;    /* NULL if none; a bare word is a string */
	struct ast_expr_list list; /* FORCE_QUOTE (a, b) */
	int location;
};

struct ast_copy {
	struct ast_name table; /* count 0: query */
	struct ast_select *query;
	struct str *columns;
	uint32_t column_count;
	bool has_columns;
	bool is_from;
	bool is_program;
	struct str filename; /* empty: STDIN or STDOUT */
	struct ast_option *options;
	uint32_t option_count;
	struct ast_expr *where;
};

enum ast_on_commit {
	AST_ON_COMMIT_PRESERVE,
	AST_ON_COMMIT_DELETE,
	AST_ON_COMMIT_DROP,
};

/* CREATE TABLE and DEFINE. */
struct ast_create_table {
	struct ast_name name;
	bool if_not_exists;
	bool is_temporary;
	bool has_on_commit;
	enum ast_on_commit on_commit;
	struct ast_constraint *constraints; /* of the table */
	uint32_t constraint_count;
	uint32_t version; /* DEFINE t AS n; 0 if not given */
	struct ast_column_def *columns;
	uint32_t column_count;
	struct ast_option *options; /* WITH (...) */
	uint32_t option_count;
	/*
	 * DEFINE only, one a column: the enum's labels if the field's type was
	 * written ["a", "b"]; its type is then named t_field.
	 */
	struct ast_enum_labels {
		struct str *labels;
		uint32_t count;
	} * enums;
};

/* CREATE TABLE AS, SELECT INTO */
struct ast_create_table_as {
	struct ast_name name;
	bool if_not_exists;
	bool is_temporary;
	bool has_on_commit;
	enum ast_on_commit on_commit;
	struct str *columns;
	uint32_t column_count;
	struct ast_select *query; /* NULL: it is .. */
	struct ast_stmt *execute; /* .. what this one gives */
	bool has_no_data;
	bool is_select_into;
};

struct ast_create_index {
	struct ast_name table;
	struct str name;     /* empty: not given */
	struct str *columns; /* an expression has no name */
	uint32_t column_count;
	bool is_unique;
	bool nulls_are_equal;
	bool if_not_exists;
	bool is_plain; /* no expressions, conditions, other columns */
};

struct ast_create_sequence {
	struct ast_name name;
	bool is_temporary;
	bool if_not_exists;
	struct ast_sequence_options options;
};

struct ast_alter_sequence {
	struct ast_name name;
	bool if_exists;
	struct ast_sequence_options options;
};

enum ast_alter_kind {
	AST_ADD_COLUMN,
	AST_DROP_COLUMN,
	AST_RENAME_COLUMN,
	AST_RENAME_TABLE,
	AST_ALTER_DEFAULT, /* DROP DEFAULT: to nothing */
	AST_ADD_IDENTITY,
	AST_SET_IDENTITY,
	AST_DROP_IDENTITY,
	AST_SET_OPTIONS,
	AST_RESET_OPTIONS, /* without values */
};

struct ast_alter_table {
	struct ast_name name;
	bool if_exists;
	bool is_sequence; /* ALTER SEQUENCE ... RENAME */
	struct ast_alter_action {
		enum ast_alter_kind kind;
		bool if_not_exists;
		bool if_exists;                 /* DROP */
		bool is_cascade;                /* DROP */
		struct ast_column_def column;   /* ADD */
		struct str name, new_name;      /* RENAME; of others the name */
		struct ast_expr *default_value; /* SET DEFAULT, or NULL */
		bool has_generated;             /* SET_IDENTITY: it says ... */
		bool is_always;                 /* ... ALWAYS, or BY DEFAULT */
		struct ast_sequence_options sequence; /* of an identity */
		struct ast_option *options;           /* SET, RESET */
		uint32_t option_count;
		int location;
	} * actions;
	uint32_t action_count;
};

enum ast_object_kind {
	AST_OBJECT_TABLE,
	AST_OBJECT_TYPE,
	AST_OBJECT_VIEW,
	AST_OBJECT_KEPT, /* a materialized view */
	AST_OBJECT_INDEX,
	AST_OBJECT_SEQUENCE,
	AST_OBJECT_COLUMN, /* COMMENT only, as are .. */
	AST_OBJECT_SCHEMA,
	AST_OBJECT_DATABASE, /* .. these */
};

struct ast_drop {
	enum ast_object_kind kind;
	struct ast_name *names;
	uint32_t count;
	bool if_exists;
	bool is_cascade;
};

struct ast_create_enum {
	struct ast_name name;
	struct str *labels;
	uint32_t count;
};

struct ast_alter_enum {
	struct ast_name name;
	struct str label;
	bool if_not_exists;
	struct str neighbor; /* BEFORE or AFTER a label; empty: at the end */
	bool is_after;
};

/* COMMENT ON */
struct ast_comment {
	enum ast_object_kind kind;
	struct ast_name name; /* of a column: it comes last */
	struct str text;      /* empty: NULL */
};

struct ast_create_view {
	struct ast_name name;
	struct str *columns;
	uint32_t column_count;
	struct ast_select *query;
	const struct ast_query *native; /* REMEMBER: instead of `query` */
	bool or_replace;
	bool is_temporary;
	bool is_kept; /* CREATE MATERIALIZED VIEW */
	bool if_not_exists;
	bool has_no_data;
};

/* REFRESH MATERIALIZED VIEW */
struct ast_refresh {
	struct ast_name name;
	bool is_concurrent; /* readers do not wait in any case */
	bool has_no_data;
};

enum ast_transaction_kind {
	AST_BEGIN,
	AST_START,
	AST_COMMIT,
	AST_ROLLBACK,
	AST_SAVEPOINT,
	AST_RELEASE,
	AST_ROLLBACK_TO,
	AST_PREPARE_TRANSACTION,
	AST_COMMIT_PREPARED,
	AST_ROLLBACK_PREPARED,
};

struct ast_transaction {
	enum ast_transaction_kind kind;
	struct str name;            /* savepoint */
	struct ast_option *options; /* transaction_isolation, _read_only, ... */
	uint32_t option_count;
	bool is_chain;
};

enum ast_set_kind {
	AST_SET_VALUE,
	AST_SET_DEFAULT,
	AST_SET_RESET,
	AST_SET_RESET_ALL,
	AST_SET_CURRENT,
	AST_SET_MULTI,
};

/*
 * The name is lower case: "timezone" for SET TIME ZONE, "client_encoding" for
 * SET NAMES.  AST_SET_MULTI is SET TRANSACTION and SET SESSION
 * CHARACTERISTICS: `name` is "transaction", "session characteristics" or
 * "transaction snapshot" (which has a value), `options` as in BEGIN.
 */
struct ast_set {
	enum ast_set_kind kind;
	struct str name;
	struct ast_expr_list values;
	struct ast_option *options;
	uint32_t option_count;
	bool is_local;
	int location;
};

/* What sessions begin with. */
struct ast_alter_setting {
	bool is_of_database; /* ALTER DATABASE */
	bool has_role;       /* else of all roles */
	struct ast_role role;
	struct str database; /* empty: in any */
	struct ast_set set;
};

struct ast_alter_owner {
	enum ast_owner_kind kind;
	struct ast_name name; /* ALTER */
	bool if_exists;
	struct ast_role_list roles; /* OWNED BY */
	struct ast_role owner;      /* TO; not of DROP */
	bool is_cascade;
};

struct ast_declare_cursor {
	struct str name;
	struct ast_select *query;
	bool is_binary;
	bool is_scroll;
	bool is_no_scroll;
	bool is_insensitive; /* every cursor of ours is */
	bool is_asensitive;
	bool with_hold;
};

enum ast_fetch_direction {
	AST_FETCH_FORWARD,
	AST_FETCH_BACKWARD,
	AST_FETCH_ABSOLUTE,
	AST_FETCH_RELATIVE,
};

#define AST_FETCH_ALL INT64_MAX

struct ast_fetch {
	enum ast_fetch_direction direction;
	int64_t count; /* AST_FETCH_ALL for ALL */
	struct str cursor;
	bool is_move;
};

struct ast_stmt {
	enum ast_stmt_kind kind;
	int location; /* of the statement's first character */
	/*
	 * The statement's own text, trimmed; with a password as it prints, so
	 * without.
	 */
	struct str text;
	bool has_secret;      /* its source has a password */
	bool is_native;       /* written in the native language */
	uint32_t param_count; /* highest $n */
	union {
		struct ast_select *select;
		struct ast_insert insert;
		struct ast_modify modify; /* UPDATE, DELETE */
		struct ast_tables tables;
		struct ast_create_table_as create_table_as;
		struct ast_create_index create_index;
		struct ast_create_sequence create_sequence;
		struct ast_alter_sequence alter_sequence;
		struct ast_create_schema create_schema;
		struct ast_copy copy;
		struct ast_create_table create_table; /* AST_DEFINE too */
		struct ast_alter_table alter_table;
		struct ast_drop drop;
		struct ast_create_enum create_enum;
		struct ast_alter_enum alter_enum;
		struct ast_create_view create_view;
		struct ast_refresh refresh;
		struct ast_comment comment;
		struct ast_transaction transaction;
		struct ast_set set;
		struct ast_alter_setting alter_setting;
		struct str show; /* a setting, or a kept query; "all" */
		struct {
			struct ast_stmt *stmt;
			struct ast_option *options; /* analyze, format ... */
			uint32_t option_count;
		} explain;
		struct {
			struct str name;
			struct ast_type *types;
			uint32_t type_count;
			struct ast_stmt *stmt;
		} prepare;
		struct {
			struct str name;
			struct ast_expr_list args;
		} execute;
		struct str deallocate; /* empty: ALL */
		struct str discard;    /* "all", "plans", "sequences", "temp" */
		struct ast_store store;
		struct ast_query query;
		struct ast_plot plot;
		struct ast_name describe; /* an event type */
		struct {
			struct ast_stmt **items;
			uint32_t count;
		} batch;
		struct {
			struct str channel; /* UNLISTEN *: empty */
			struct str payload; /* of NOTIFY */
		} notify;                   /* LISTEN and UNLISTEN too */
		struct ast_declare_cursor declare_cursor;
		struct ast_fetch fetch;
		struct str close_cursor; /* empty: ALL */
		struct ast_role_def role_def;
		struct ast_drop_role drop_role;
		struct ast_grant grant;
		struct ast_grant_role grant_role;
		struct ast_alter_owner alter_owner;
	};
};
