/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind.h -- from the syntax tree to bound expressions and relations; private
 * to src/plan/.
 *
 * Each function takes the struct binder of its statement and allocates in its
 * arena.  Errors carry the position of what is wrong.
 *
 *   bind_name.c    names of tables and types
 *   bind_depth.c   how deep the whole may be
 *   bind_scope.c   names of columns
 *   bind_expr.c    expressions; bind_call.c functions and aggregates
 *   bind_arguments.c  which parameters a call's arguments are for
 *   bind_array.c   what makes and takes apart arrays
 *   bind_collate.c  COLLATE
 *   coerce.c       casts that the text does not write; common types
 *   resolve.c      which of several functions a call means
 *   bind_system_column.c  tableoid, xmin, xmax, ctid
 *   bind_whole_row.c  rows as values; bind_row.c comparisons of them
 *   bind_select.c  queries; bind_group.c grouping, bind_order.c ORDER BY
 *   bind_from.c    FROM; bind_join.c JOIN; bind_from_function.c functions,
 *                  bind_from_record.c with columns said there
 *   bind_native.c  QUERY, FIND and REPLAY, as the SELECT that says the same;
 *                  bind_native_where.c their conditions
 *   bind_insert.c, bind_copy.c, bind_ddl.c; bind_target.c what is written to
 *   bind_notes.c  what became of the tree's nodes
 *   bind_modify.c INSERT, UPDATE, DELETE of temporary tables, which
 *   bind_temp.c defines
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "plan/expr.h"
#include "plan/fold.h"
#include "plan/logical.h"
#include "plan/plan.h"
#include "plan/relation.h"
#include "sql/ast.h"

/* Fail at a position of the text. */
#define error_at(err, location, code, ...) \
	(error_set((err), (code), __VA_ARGS__), \
	    error_position((err), (location)))

/* Where a recursive query is being bound, for what may not stand there. */
enum recursion {
	RECURSION_OK,
	RECURSION_FIRST_TERM,
	RECURSION_SUBQUERY,
	RECURSION_OUTER_JOIN,
	RECURSION_INTERSECT,
	RECURSION_EXCEPT,
};

/* The name of a scalar subquery's column. */
struct sublink_name {
	const struct sublink_name *next;
	const struct ast_expr *ast;
	struct str name;
};

/* What stands for a system column, for the row description. */
struct system_column_use {
	const struct expr *expr; /* NULL: none yet */
	uint32_t table_oid;
	int16_t attnum;
};

struct bind_notes;
struct dependency_list;
struct plan_right;
struct sql_view;
struct temp_column;
struct temp_table;
struct view_dependency;

struct binder {
	const struct plan_context *context;
	struct arena *arena;
	struct type *param_types; /* oid 0 while open */
	uint32_t param_count;
	uint32_t param_capacity;
	uint32_t next_rel_id;
	struct range **ranges; /* by the id of their relation */
	uint32_t range_capacity;
	uint32_t scope_count;                     /* ids given to scopes */
	const struct sublink_name *sublink_names; /* newest first */
	uint32_t subquery_count; /* of the finished plan; see layout.h */
	uint32_t slot_count;     /* likewise */
	uint32_t cte_count;      /* likewise */
	uint32_t work_count;     /* of recursive queries */
	uint32_t options;        /* bits by enum plan_option: is on */
	uint32_t options_known;  /* has been asked for */
	uint32_t rel_count;      /* likewise, of relations */
	enum recursion recursion;
	bool reads_events;
	uint32_t depth;      /* of what is being bound: bind_depth.c */
	uint32_t deepest;    /* so far */
	uint32_t copy_depth; /* what is bound is not of the statement's text */
	uint32_t copy_count; /* of what is not: effort.c */
	uint32_t join_count; /* in all of FROM */
	const struct sql_view
	    *view; /* whose query is being bound; NULL: none */
	uint32_t view_depth;
	uint32_t system_view_depth; /* in the query of one of the server's */
	struct plan_right *rights;  /* what is needed so far */
	uint32_t right_count;
	struct dependency_list *dependencies; /* of CREATE VIEW; NULL */
	struct bind_notes *notes; /* of who writes it down again; NULL */
	struct fold_notes folded; /* of the finished plan */
	/*
	 * FOR UPDATE or the like of the query around, which is said of the rows
	 * of the query that is bound next; NULL.
	 */
	const struct ast_locking *locked;
	struct system_column_use system_column; /* the newest */
};

/* What the query of a new view names. */
struct dependency_list {
	struct view_dependency *items;
	uint32_t count;
	uint32_t capacity;
};

/* ---- bind_depth.c ---- */

/*
 * So many levels deeper, and back; 54001, naming `what`, if it is too deep.
 * _reach: what has been bound elsewhere goes down so far from here.
 */
int binder_enter(struct binder *binder, uint32_t levels, const char *what,
    int location, struct error *err);
void binder_leave(struct binder *binder, uint32_t levels);
int binder_reach(struct binder *binder, uint32_t levels, const char *what,
    int location, struct error *err);

/* ---- what names can mean ---- */

struct range_column {
	struct str name;
	struct type type;
	enum collation_oid collation; /* if not the type's own */
	uint32_t table_oid;
	int16_t attnum;
};

/*
 * A side of an outer join that has a row of nulls where none matches.  To tell
 * this row, a column `marker`.0 that is never null is added to the side.
 */
struct null_side {
	struct rel **slot;
	uint32_t marker; /* 0: nobody has asked for it */
};

/*
 * One item of FROM, or the two sides of a JOIN together: its columns are those
 * of the relation rel_id, or expressions over other ranges' columns.
 */
struct range {
	struct str name;       /* alias or table; empty: has none */
	struct str table_name; /* empty: not a table */
	struct str schema;     /* of the table */
	const struct range_column *columns;
	uint32_t column_count;
	uint32_t rel_id;
	struct expr **exprs;   /* of a JOIN, else NULL */
	uint32_t scope_id;     /* of the query whose FROM has it */
	bool is_self;          /* a recursive query's reference to itself */
	bool is_value;         /* a function whose rows are single values */
	uint32_t system_oid;   /* of a table with system columns, else 0 */
	uint32_t solid_column; /* from 1, one that is never null; 0: unknown */
	struct null_side *null_side; /* the innermost it is in; NULL: none */
};

/* Where an expression stands, for what is allowed and for messages. */
enum bind_place {
	PLACE_SELECT,
	PLACE_FROM_SUBQUERY,
	PLACE_FROM_FUNCTION,
	PLACE_JOIN_ON,
	PLACE_WHERE,
	PLACE_GROUP_BY,
	PLACE_HAVING,
	PLACE_ORDER_BY,
	PLACE_LIMIT,
	PLACE_OFFSET,
	PLACE_VALUES,
	PLACE_RETURNING,
	PLACE_DEFAULT,
	PLACE_CHECK,
	PLACE_COPY_WHERE,
	PLACE_UPDATE,
	PLACE_STORE,
	PLACE_EXECUTE,
	PLACE_FILTER,
	PLACE_WINDOW, /* PARTITION BY, ORDER BY and frame of one */
	PLACE_COUNT,
};

/* Window functions of a query. */
struct window_use {
	const struct ast_select *select; /* that has the WINDOW clause */
	bool is_used;
};

struct agg_list {
	uint32_t rel_id; /* of the aggregation to be */
	struct agg_call *items;
	uint32_t count;
	uint32_t capacity;
	bool has_grouping; /* GROUPING() is in the query */
};

/* A range as the expressions of a query see it. */
struct scope_item {
	struct range *range;
	bool has_table;   /* "t.c" and "t.*" find it */
	bool has_columns; /* "c" and "*" find it */
	/* While FROM is bound: items to the left, for LATERAL alone. */
	bool is_lateral_only;
	bool is_lateral_ok; /* the kind of join between allows it */
};

struct with_item;

/* Whether a select list has functions that return sets. */
struct set_use {
	bool is_used;
};

/* What the names in a query can mean. */
struct scope {
	uint32_t id;         /* of the query; 0: has no FROM */
	struct scope *outer; /* of the query around this one; NULL */
	struct scope_item *items;
	uint32_t item_count;
	uint32_t item_capacity;
	uint32_t table_count;   /* items of FROM that are no joins */
	struct with_item *with; /* queries of its WITH, newest first */
	const struct ast_select *with_ast; /* all of them; NULL: no WITH */
	bool is_lateral_active; /* the item of FROM being bound is LATERAL */
	bool has_lateral_use;   /* one of is_lateral_only was named */
	enum bind_place place;
	struct agg_list *aggs; /* NULL: aggregates are not allowed */
	bool in_aggregate;
	struct window_use *windows; /* NULL: windows are not allowed */
	bool in_window;
	const struct ast_select
	    *select; /* whose FROM this is; NULL: no query's */
	const struct ast_locking *locked; /* all items are, as binder->locked */
	struct set_use *sets;   /* NULL: functions of sets are not allowed */
	const char *no_sets_in; /* nor in this construct; NULL: none */
};

/* ---- effort.c ---- */

/* Count expressions and relations that the statement's text does not say. */
void binder_add_copies(struct binder *binder, uint32_t count);

/* Whether a rule may make so many more; it does without if it may not. */
bool binder_has_room(const struct binder *binder, uint32_t count);

/* Whether there may be one more join. */
bool binder_may_join(const struct binder *binder);

/*
 * Whether planning has failed, for want of memory, by too many copies or by a
 * cancel: who loops or recurses for long looks at this, and leaves.
 */
bool binder_is_over(const struct binder *binder);

/* 0, or why it has: 53200, 54001, 57014. */
MUST_USE int binder_check(const struct binder *binder, struct error *err);
int too_complex(struct error *err);

/* 54011: more than SQL_TARGETS_MAX columns, or expressions to group or sort by. */
int too_many_targets(struct error *err);

/* ---- bind_scope.c ---- */

/* Ranges of one relation, found by its id: not those of joins. */
void binder_add_range(struct binder *binder, struct range *range);
const struct range *binder_range_of(const struct binder *binder,
    uint32_t rel_id);

/*
 * Column `index` of a range as an expression, which reads it; _shown: for another
 * range to show, which is not to read it yet.
 */
struct expr *range_column_shown(struct binder *binder,
    const struct range *range, uint32_t index, int location);
struct expr *range_column_expr(struct binder *binder, const struct range *range,
    uint32_t index, int location);
bool range_find_column(const struct range *range, struct str name,
    uint32_t *index);

/* Add a range as the last item, seen by all names. */
struct scope_item *scope_add(struct binder *binder, struct scope *scope,
    struct range *range);

/* Set the flags of items first..limit-1 that are for LATERAL. */
void scope_show_lateral(struct scope *scope, uint32_t first, uint32_t limit,
    bool is_lateral_only, bool is_lateral_ok);

/* 42712 if an item from `middle` on has the name of one in first..middle-1. */
int scope_check_names(const struct scope *scope, uint32_t first,
    uint32_t middle, struct error *err);

/* Whether an unqualified name is a column of this very query. */
bool scope_has_column(const struct scope *scope, struct str name);

int bind_column_ref(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/*
 * The range whose whole row a name means; NULL if it means a column first
 * (unless `is_star`: name.*), or nothing, or a value.
 */
int scope_find_row(struct scope *scope, struct str name, bool is_star,
    int location, const struct range **out, struct error *err);

/* The range of a qualified star. */
int bind_star_range(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct range **out, struct error *err);

/* ---- bind_name.c ---- */

/* The relation of a name (plan/names.h); 42P01 if there is none. */
int bind_relation(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err);

/*
 * As PostgreSQL's utility statements look for it: 3F000 if there is no such
 * schema, and no error says where the name stands.
 */
int bind_relation_nowhere(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err);

/* The same of one that rows are written to: events, or temporary; else 42809. */
int bind_table_name(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err);

/* The same of an event type alone. */
int bind_event_type_name(struct binder *binder, const struct ast_name *name,
    const struct event_type **out, struct error *err);
bool name_is_events(const struct binder *binder, const struct ast_name *name);

/* The unqualified name of a column, or an empty string. */
struct str ast_bare_column(const struct ast_expr *ast);
int bind_type_name(struct binder *binder, const struct ast_type *type,
    struct type *out, struct error *err);

/* The OID alone, of any type that has a name: as regtype reads it. */
int bind_any_type_name(struct binder *binder, const struct ast_type *type,
    uint32_t *out, struct error *err);

/* bind_type_name() for a column of a table: what we do not store is refused. */
int bind_column_type(struct binder *binder, const struct ast_type *type,
    struct type *out, struct error *err);

/*
 * An operator's name, which is a qualified one's last part in pg_catalog, and
 * all of it (so that none has it) in another schema; 3F000 if there is no such.
 */
int bind_operator_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err);

/* All parts of a dotted name, for messages. */
struct str name_format(const struct ast_name *name, struct arena *arena);

/* ---- bind_collate.c ---- */

/* COLLATE of a column, if it has one: it may be what all text here is. */
int bind_column_collation(struct binder *binder,
    const struct ast_column_def *def, const struct type *type,
    struct error *err);

/* What a column has by the query that makes it; COLLATION_NONE: its type's. */
void set_collation(struct expr *expr, enum collation_oid collation);

/* Fill in `collate` of a tree; 42P21 if two COLLATE clauses contradict. */
int derive_collation(struct expr *expr, struct error *err);

/* The same for expressions that are one column's. */
int derive_common_collation(struct expr *const *exprs, uint32_t count,
    enum collation_oid *out, struct error *err);

/* The same for a call whose arguments are not yet those of `expr`, or not all. */
int derive_call_collation(struct expr *expr, struct expr *const *args,
    uint32_t count, struct error *err);
int derive_aggregate_collation(struct expr *expr, const struct agg_call *agg,
    struct error *err);

int bind_collate(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* pg_collation_for(arg), COLLATION FOR (arg). */
int bind_collation_for(struct binder *binder, struct expr *arg, int location,
    struct expr **out, struct error *err);

/* ---- ast_option.c ---- */

/* Without a value it is on; 42601 for what is no truth. */
int ast_option_is_on(const struct ast_option *option, bool *out,
    struct error *err);

/* ---- rights.c ---- */

/*
 * Note what the statement needs, or the owner of the view that is being bound:
 * rights of acl.h on an event type or a view, to read a relation of the server,
 * to call a function.
 */
void binder_need_relation(struct binder *binder, uint32_t oid, uint32_t rights);

/* One of these rights is enough. */
void binder_need_any(struct binder *binder, uint32_t oid, uint32_t rights);

/* What reading its table needs, to be asked in the function's name. */
void binder_need_table_function(struct binder *binder,
    const struct system_table *table);

/* To do more than read a relation of the server. */
void binder_need_superuser(struct binder *binder,
    const struct system_table *table);

/*
 * Of the columns that binder_use_column() tells; of any, if it tells none.  What
 * is not noted before is not looked at: it is not of an event type or a view.
 */
void binder_need_columns(struct binder *binder, const struct relation *relation,
    uint32_t right);
void binder_use_column(struct binder *binder, uint32_t oid, uint32_t attnum,
    uint32_t right);
void binder_need_system(struct binder *binder,
    const struct system_table *table);
void binder_need_function(struct binder *binder,
    const struct function *function);

/* ---- bind_view.c ---- */

/* A relation or an enum was named; an enum has no columns. */
void binder_note_dependency(struct binder *binder, uint32_t oid,
    uint32_t column_count);

/*
 * In a view, a relation has no more columns than when the view was made, beside
 * those that all event types have.
 */
void binder_limit_columns(const struct binder *binder, uint32_t oid,
    struct range *range, uint32_t core_count);

/* A view in FROM; one of the server's own. */
int bind_view(struct binder *binder, struct scope *scope,
    const struct sql_view *view, const struct ast_from *from, struct rel **out,
    struct error *err);
int bind_system_view(struct binder *binder, struct scope *scope,
    const struct system_table *table, const struct ast_from *from,
    struct rel **out, struct error *err);

/* All of the plan but the name. */
int bind_create_view(struct binder *binder, const struct ast_create_view *ast,
    struct plan_ddl *ddl, struct error *err);

/* ---- bind_ddl.c, bind_comment.c ---- */

/* The name of an object that is changed or dropped: not `events`. */
MUST_USE int bind_changed_name(struct binder *binder,
    const struct ast_name *name, struct str *out, struct error *err);

MUST_USE int bind_comment(struct binder *binder, const struct ast_comment *ast,
    struct plan_ddl *ddl, struct error *err);
MUST_USE int bind_temp_comment(struct binder *binder,
    const struct ast_comment *ast, struct plan_temp_ddl *ddl,
    struct error *err);

/* ---- bind_system_column.c ---- */

/* tableoid, xmin, xmax or ctid of a range; NULL: it has no such column. */
struct expr *range_system_column(struct binder *binder,
    const struct range *range, struct str name, int location);

/* ---- bind_expr.c ---- */

int bind_expr(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* A condition: `what` is "WHERE", "argument of AND" ... */
int bind_condition(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const char *what, struct expr **out,
    struct error *err);

/* An expression that stands alone: an unknown literal is text. */
int bind_value(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* ---- bind_subquery.c ---- */

int bind_sublink(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* (a, b) op (SELECT c, d), of one row. */
int bind_row_sublink(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* ---- bind_row.c ---- */

/*
 * (a, b) op (c, d): equality, inequality, or the order of the first pair that
 * differs.  One pair is the plain operator.
 */
int bind_row_comparison(struct binder *binder, struct str op,
    struct expr **left, struct expr **right, uint32_t count, int location,
    struct expr **out, struct error *err);

/* The same of two row constructors, the left one maybe bound once more. */
int bind_row_pair(struct binder *binder, struct scope *scope, struct str op,
    const struct ast_expr *left, const struct ast_expr *right, bool is_again,
    int location, struct expr **out, struct error *err);

int bind_row_test(struct binder *binder, struct scope *scope,
    const struct ast_expr *row, enum expr_test test, int location,
    struct expr **out, struct error *err);

/* ---- bind_call.c ---- */

int bind_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);
int bind_function(struct binder *binder, enum function_kind kind,
    struct str name, struct expr **args, uint32_t arg_count, int location,
    struct expr **out, struct error *err);
int bind_operator(struct binder *binder, struct str name, struct expr *left,
    struct expr *right, int location, struct expr **out, struct error *err);
int bind_value_function(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err);

/* A function whose call is no EXPR_CALL: version(), pg_typeof(). */
bool is_fact_function(struct str name);

/* ---- bind_arguments.c ---- */

struct candidate;

/* How a call gives its arguments; NULL stands for one without both. */
struct call_form {
	const struct str *names; /* one a piece, or empty; NULL: no names */
	bool is_variadic; /* the last one is an array of what may repeat */
};

static inline struct call_form
call_form_of(const struct ast_call *call)
{
	return (struct call_form){ .names = call->arg_names,
		.is_variadic = call->is_variadic };
}

/* The name of an argument; empty: it has none. */
struct str call_form_name(const struct call_form *form, uint32_t i);

/* How many arguments there are, and whether their names make sense. */
int check_call_form(const struct ast_expr *ast, struct error *err);

/*
 * Make a candidate one with a parameter for each argument; false if it cannot
 * be.  Those of plain functions only may have defaults or be variadic.
 */
bool candidate_fit(struct binder *binder, struct candidate *candidate,
    const struct call_form *form, uint32_t arg_count);

/* Whether the last argument is an array of what the function repeats. */
bool candidate_takes_array(const struct candidate *candidate,
    const struct call_form *form);

/* The number of arguments, those left out too, and all of them in order. */
uint32_t candidate_param_count(const struct candidate *candidate,
    uint32_t arg_count);
int candidate_place_args(struct binder *binder,
    const struct candidate *candidate, struct expr **args, uint32_t arg_count,
    struct expr **out, struct error *err);

/* ---- bind_call.c ---- */

/*
 * A function's name as functions.def has it; an empty one if it is not that of
 * a function.  Those of the schema stele have their schema's name with them,
 * and are found by no other.
 */
struct str builtin_name(struct binder *binder, const struct ast_name *name);

/* 42809 for what only aggregates have: DISTINCT, ORDER BY, FILTER ... */
int check_plain_call(const struct ast_expr *ast, struct str name,
    struct error *err);

/* The function of a call of a set, and its types; the arguments are cast. */
int resolve_set_function(struct binder *binder, struct str name,
    const struct call_form *form, struct expr **args, uint32_t arg_count,
    int location, struct set_call *out, struct error *err);

/* Signatures of aggregates: aggregate.c. */
struct aggregate {
	const char *name;
	enum agg_kind kind;
	uint32_t arg_count;
	uint32_t args[2];
	uint32_t result;
};
int resolve_aggregate(struct binder *binder, struct str name,
    struct expr **args, uint32_t arg_count, int location,
    const struct aggregate **out, struct type *type, struct error *err);

/* ---- bind_aggregate.c ---- */

/*
 * The order of an aggregate's rows, if they need one; kind, arguments and
 * DISTINCT are there.
 */
int bind_aggregate_order(struct binder *binder, struct scope *scope,
    const struct ast_call *call, struct expr **args, uint32_t arg_count,
    struct agg_call *agg, struct error *err);

/* rank and its like, which are window functions, too. */
bool is_hypothetical_set(struct str name);

/* An ordered-set aggregate: all but its filter. */
int bind_within_group(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct agg_call *agg,
    struct error *err);

/* 42809: it has no WITHIN GROUP. */
int within_group_error(struct str name, int location, struct error *err);

/* The same of a call without names. */
int function_error(struct binder *binder, struct str name, struct expr **args,
    uint32_t arg_count, int location, bool is_ambiguous, struct error *err);
const char *bind_place_name(enum bind_place place);

/* ---- bind_window.c ---- */

bool is_window_function(struct str name);

/* A call with OVER. */
int bind_window_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);
const char *agg_name(enum agg_kind kind);
const struct aggregate *aggregate_next(struct str name,
    const struct aggregate *previous);

/* ---- bind_set.c ---- */

/* A call of a function that returns a set; its arguments are cast. */
int bind_set_call(struct binder *binder, struct str name,
    const struct call_form *form, struct expr **args, uint32_t count,
    int location, struct set_call *out, struct error *err);

/* In a select list: EXPR_SET, while binding. */
int bind_set_expr(struct binder *binder, struct scope *scope, struct str name,
    const struct call_form *form, struct expr **args, uint32_t count,
    int location, struct expr **out, struct error *err);

/* ---- bind_whole_row.c ---- */

/* t.* and (x).*, which stand for the fields of a row. */
static inline bool
ast_is_row_star(const struct ast_expr *ast)
{
	return (ast->kind == AST_COLUMN && ast->column.has_star &&
		   ast->column.name.count > 0) ||
	    (ast->kind == AST_FIELD && ast->field.name.len == 0);
}

/* A row of these values; the names are borrowed. */
struct expr *expr_row(struct binder *binder, struct expr *const *fields,
    const struct str *names, uint32_t count, int location);

/* The row where `solid` is not null, else null. */
struct expr *expr_row_unless_null(struct binder *binder, struct expr *solid,
    struct expr *row);

/* A value that is null where an outer join has put nulls for the range. */
struct expr *range_unless_null(struct binder *binder, const struct range *range,
    struct expr *value);

/* The row of a range; the value, if its rows are single values. */
struct expr *bind_whole_row(struct binder *binder, const struct range *range,
    int location);

/* The fields that ast_is_row_star() stands for. */
struct field_list {
	struct expr **exprs;
	const struct str *names;
	uint32_t count;
};
int bind_row_star(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct field_list *out, struct error *err);

/* (x).f */
int bind_row_field(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* What is between the parentheses of a row; literals stay unknown. */
int bind_row_items(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr ***out, uint32_t *count,
    struct error *err);

/* ROW(a, b), as a value: its columns are f1, f2 ... */
int bind_row_constructor(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* ---- bind_array.c ---- */

/* ARRAY[...]; `element` is that of a cast around it, or NULL. */
int bind_array(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct type *element, struct expr **out,
    struct error *err);
int bind_subscript(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* x op ANY (array), x op ALL (array) */
int bind_any_all_array(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err);

/* ---- coerce.c ---- */

/* PostgreSQL's typcategory and typispreferred, enums and pseudo-types too. */
char type_category(const struct type *type);
bool type_is_preferred(const struct type *type);

bool can_coerce(const struct type *from, const struct type *to,
    enum cast_context context);

/*
 * Make *expr a value of `target`.  There must be such a cast, see
 * can_coerce(); a literal that does not read as the type is an error here.
 */
int coerce(struct binder *binder, struct expr **expr, const struct type *target,
    enum cast_context context, struct error *err);

/* An explicit cast; 42846 if there is none. */
int coerce_explicit(struct binder *binder, struct expr **expr,
    const struct type *target, int location, struct error *err);

/* To boolean; `what` names the construct. */
int coerce_boolean(struct binder *binder, struct expr **expr, const char *what,
    struct error *err);

/* An unknown literal or an open parameter to text. */
int coerce_unknown(struct binder *binder, struct expr **expr,
    struct error *err);

/* The type that all can become, bare; `what` is "CASE", "UNION" ... */
int common_type(struct binder *binder, struct expr **exprs, uint32_t count,
    const char *what, struct type *out, struct error *err);

/* The same of types alone; false if *odd, an index, has none with the others. */
bool common_type_of(const struct type *types, uint32_t count, struct type *out,
    uint32_t *odd);

int coerce_common(struct binder *binder, struct expr **expr,
    const struct type *type, const char *what, struct error *err);

/* The modifier that all have, or -1: what comes of their common type. */
int32_t common_mod(struct expr *const *exprs, uint32_t count,
    const struct type *type);

/* 42883 if values of the type have no order, hence no equality. */
int need_ordering(struct binder *binder, const struct type *type, int location,
    struct error *err);
int need_equality(struct binder *binder, const struct type *type, int location,
    struct error *err);

/* Text of a type for messages: "numeric"; the whole: "numeric(10,2)". */
const char *type_text(struct binder *binder, const struct type *type);
const char *type_text_whole(struct binder *binder, const struct type *type);

/* ---- resolve.c ---- */

struct candidate {
	const uint32_t *args;
	uint32_t arg_count;
	bool is_variadic;
	const void *what;
	/* parameters' names, and the defaults of the last: blanks between */
	const char *arg_names, *defaults;
	/* set by candidate_fit(), if it must: all parameters, and whose */
	const uint32_t *params;
	uint32_t param_count;
	const uint32_t *order; /* ... each argument is; NULL: as they stand */
};

enum resolve_result { RESOLVE_FOUND, RESOLVE_NONE, RESOLVE_AMBIGUOUS };

#define CALL_ARGS_MAX 100 /* as PostgreSQL's FUNC_MAX_ARGS */

/*
 * Choose by PostgreSQL's rules ("Operator Type Resolution" and "Function Type
 * Resolution" in its manual).
 */
enum resolve_result resolve_candidate(const struct candidate *candidates,
    uint32_t count, enum function_kind kind, const struct type *args,
    uint32_t arg_count, const struct candidate **out);

/* Type that parameter `i` of a call has by its candidate. */
uint32_t candidate_arg(const struct candidate *candidate, uint32_t i);

/* ---- queries ---- */

/* A bound query and the names of its columns. */
struct query {
	struct rel *rel;
	struct range_column *columns;
	uint32_t column_count;
	/*
	 * The expressions behind the columns, so that unknown literals can
	 * still become something; NULL if there is more above them.
	 */
	struct expr **exprs;
};

/* What becomes of literals in a select list that nothing gives a type. */
enum unknowns { UNKNOWNS_TEXT, UNKNOWNS_STAY };

/* `outer` is the scope of the query around it; NULL: there is none. */
int bind_select(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err);

/* bind_values.c: VALUES; bind_set_op.c: UNION, INTERSECT, EXCEPT. */
int bind_values(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err);
int bind_set_op(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err);

/* ---- bind_with.c ---- */

/* Those of one WITH that are bound, in that order: none names a later one. */
struct with_list {
	struct with_item **items; /* room for all */
	uint32_t count;
};

/* A query of WITH while the statement is bound. */
struct with_item {
	struct with_list *list;  /* of its WITH */
	struct with_item *older; /* of the same WITH */
	const struct ast_cte *ast;
	struct scope scope; /* that it is bound in */
	enum { WITH_NEW, WITH_BINDING, WITH_BOUND } state;
	struct cte cte;
	struct range_column *columns;
	uint32_t column_count;
	uint32_t height; /* levels of what it consists of */
	/* references to it: one can take its place */
	uint32_t ref_count;
	struct rel *ref;
	/* recursive: its references to itself */
	bool may_recurse; /* the term that may is being bound */
	uint32_t self_count;
	uint32_t work;
};

/* The query of an unqualified name in FROM; NULL: it is none. */
struct with_item *with_find(struct scope *scope, const struct ast_name *name);

/* A table was not found: say so if WITH has that name further on. */
int with_explain_missing(const struct scope *scope, const struct ast_name *name,
    struct error *err);
int bind_with_ref(struct binder *binder, struct with_item *item,
    const struct ast_from *from, struct range **range, struct rel **out,
    struct error *err);

/*
 * The queries of a WITH into the scope of what it stands before; and, when that
 * is bound, they and `body` together.
 */
int with_begin(struct binder *binder, const struct ast_select *select,
    struct scope *scope, struct with_list **out, struct error *err);
struct rel *with_finish(struct binder *binder, const struct with_list *list,
    struct rel *body);

/* A SELECT with WITH: the queries, then what they are for. */
int bind_with(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err);

/* What WITH stands before. */
int bind_select_body(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err);

/* ---- bind_set_op.c ---- */

/* Two bound queries as one; `select` has the operation, ORDER BY is not done.
 */
int combine_sides(struct binder *binder, const struct ast_select *select,
    struct query *sides, struct query *out, struct error *err);

/* The types of both sides' columns together. */
int set_op_types(struct binder *binder, const struct ast_select *select,
    struct query *sides, struct type *types, struct error *err);

/* Give a query's columns these types, by assignment casts. */
int query_coerce(struct binder *binder, struct query *query,
    const struct type *types, enum cast_context context, struct error *err);

/* What is still an unknown literal among a query's columns becomes text. */
int query_settle(struct binder *binder, struct query *query, struct error *err);

/* The columns of a query by their names and ordinals, then ORDER BY, LIMIT. */
int bind_order_of_result(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *query, struct error *err);

/* LIMIT and OFFSET; `keys` are those of ORDER BY, for WITH TIES. */
int bind_limit(struct binder *binder, struct scope *scope,
    const struct ast_select *select, const struct sort_key *keys,
    struct rel **rel, struct error *err);

/* Duplicates out; the rows sorted by all columns, so that they have an order.
 */
struct rel *rel_new_distinct(struct binder *binder, struct rel *input);
struct rel *rel_new_sort(struct binder *binder, struct rel *input,
    const struct sort_key *keys, uint32_t key_count);

/* FROM: its ranges into the scope, and all of them joined into *out. */
int bind_from(struct binder *binder, struct scope *scope,
    const struct ast_from_list *list, struct rel **out, struct error *err);
int bind_from_item(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err);
int bind_join(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err);

int bind_from_function(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err);

/* The columns that a definition list says of the documents of `input`. */
int bind_defined_columns(struct binder *binder, const struct ast_from *from,
    struct rel *input, struct range *range, struct rel **out,
    struct error *err);

/* A join in the FROM of this scope, LATERAL if it has to be. */
struct rel *from_join(struct binder *binder, const struct scope *scope,
    enum join_kind kind, struct rel *left, struct rel *right);

/* FROM t AS a (x, y): other names for the first columns. */
int range_rename_columns(struct binder *binder, struct range *range,
    const struct ast_from *from, struct error *err);

/*
 * A relation over `input`: one with new columns, or one that passes its
 * input's through.
 */
struct rel *rel_new(struct binder *binder, enum rel_kind kind,
    struct rel *input, uint32_t column_count);
struct rel *rel_new_over(struct binder *binder, enum rel_kind kind,
    struct rel *input);
/* For layout_expr() over it: all columns stand where they are. */
void rel_name_columns(struct binder *binder, struct rel *rel);
struct rel *rel_new_project(struct binder *binder, struct rel *input,
    struct expr **exprs, uint32_t count);

/*
 * The scan of one event type (NULL: events), or of one of the server's own,
 * `events` too.
 */
struct range *range_new_scan(struct binder *binder,
    const struct event_type *type, struct str alias, struct rel **rel);
struct range *range_new_system(struct binder *binder,
    const struct system_table *table, struct str alias, struct rel **rel);

/*
 * The scan of a temporary table: its columns, then the number of the row, which
 * is no column of the range.
 */
struct range *range_new_temp(struct binder *binder,
    const struct relation *table, struct str alias, struct rel **rel);
/* The one row of a temporary sequence. */
struct range *range_new_sequence(struct binder *binder,
    const struct relation *sequence, struct str alias, struct rel **out);

/* A relation that makes the columns of one of the server's own. */
struct range *range_new_over(struct binder *binder,
    const struct system_table *table, struct str alias, const struct rel *rel);

/*
 * A join of all rows with all: conditions come later.  RIGHT is LEFT with its
 * sides exchanged, as columns are found by their names.
 */
struct rel *rel_new_join(struct binder *binder, enum join_kind kind,
    struct rel *left, struct rel *right);

struct rel *rel_new_filter(struct binder *binder, struct rel *input,
    struct expr *condition);

/* A condition as the list of what AND combines. */
void rel_set_conjuncts(struct binder *binder, struct expr *condition,
    struct expr ***conjuncts, uint32_t *count);

/* The items of a select list or of RETURNING, stars expanded. */
struct target {
	struct expr *expr;
	struct range_column column; /* name and origin */
};
struct target_list {
	struct target *items;
	uint32_t count;
	uint32_t capacity;
};
int bind_targets(struct binder *binder, struct scope *scope,
    const struct ast_target_list *list, enum unknowns unknowns,
    struct target_list *out, struct error *err);
void target_list_add(struct binder *binder, struct target_list *list,
    const struct target *target);

/* A SELECT while it is bound: bind_select.c, bind_group.c, bind_order.c. */
struct select_state {
	const struct ast_select *select;
	struct scope scope;
	struct rel *rel;
	struct agg_list aggs;
	struct window_use windows;
	struct set_use set_use;
	struct target_list targets; /* those of ORDER BY alone come last */
	uint32_t visible_count;     /* targets of the select list */
	struct expr **groups;
	uint32_t group_count;
	uint32_t group_capacity;
	struct grouping_set *sets; /* over groups */
	uint32_t set_count;        /* 0: one, of all groups */
	uint32_t *distinct;        /* DISTINCT ON: targets */
	uint32_t distinct_count;
	struct expr *having;
	struct sort_key *sort_keys; /* over targets */
	uint32_t sort_key_count;
	uint32_t sort_key_capacity;
	bool is_aggregated;
};

/*
 * bind_locking.c: whether FOR UPDATE and its like may be said here, of the rows
 * of a select list; of UNION and its like, or a side of it (is_of_set), or of
 * VALUES, of which they may not; of a cursor.
 */
MUST_USE int bind_locking(struct binder *binder, struct select_state *state,
    struct error *err);
MUST_USE int bind_no_locking(const struct ast_select *select, bool is_of_set,
    struct error *err);
/* The same of UNION and its like whose rows are locked by a query around it. */
MUST_USE int bind_locked_set(struct binder *binder,
    const struct ast_locking *lock, struct error *err);
/* What is said of the rows of an item of FROM; NULL: nothing. */
const struct ast_locking *locking_of_item(const struct scope *scope,
    const struct ast_from *from);
/* Rows that are there to be read only: the statement fails when it is run. */
void bind_not_lockable(struct binder *binder, const struct scope *scope,
    const struct ast_from *from, const char *kind, struct str name);
MUST_USE int bind_cursor_locking(const struct ast_declare_cursor *declare,
    struct error *err);

int bind_group_by(struct binder *binder, struct select_state *state,
    struct error *err);
int bind_order_by(struct binder *binder, struct select_state *state,
    struct error *err);

/*
 * DISTINCT ON: which targets, and sort keys such that rows equal in them come
 * together.  After ORDER BY is bound.
 */
int bind_distinct_on(struct binder *binder, struct select_state *state,
    struct error *err);
void select_add_sort_key(struct binder *binder, struct select_state *state,
    uint32_t column);

/* bind_grouping_sets.c: the sets of GROUP BY, and its expressions. */
int bind_grouping_sets(struct binder *binder, struct select_state *state,
    struct error *err);

/* An expression of GROUP BY as one of state->groups. */
int bind_group_index(struct binder *binder, struct select_state *state,
    const struct ast_expr *ast, uint32_t *out, struct error *err);

/* Put the aggregation and HAVING on state->rel, lift targets over it. */
int select_aggregate(struct binder *binder, struct select_state *state,
    struct error *err);

/*
 * Put the windows on state->rel; calls in targets become their columns.  54001 if
 * there are very many.
 */
int select_windows(struct binder *binder, struct select_state *state,
    struct error *err);

/* Likewise the functions that return sets; and those that are grouped by. */
void select_sets(struct binder *binder, struct select_state *state);
void select_group_sets(struct binder *binder, struct select_state *state);

/* A target meant by its place in the select list; 42P10 if there is none. */
int target_by_ordinal(const struct ast_expr *ast, uint32_t count,
    const char *clause, uint32_t *out, struct error *err);

/* By its name: NULL if there is none; 42702 if there are several. */
int target_by_alias(const struct select_state *state, struct str name,
    const char *clause, int location, const struct target **out,
    struct error *err);

/* How ORDER BY x sorts, but for the column. */
int bind_sort_direction(struct binder *binder, const struct ast_sort *sort,
    struct sort_key *out, struct error *err);

/* The name PostgreSQL gives a column without an alias. */
struct str column_name(const struct binder *binder, const struct ast_expr *ast);

/*
 * A moment as the native language writes it: RFC 3339, a date, or a number of
 * seconds, milliseconds, microseconds or nanoseconds by its digits.
 */
int bind_native_time(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err);
int bind_native_query(struct binder *binder, const struct ast_query *query,
    struct query *out, struct error *err);
int bind_list_types(struct binder *binder, const struct ast_stmt *stmt,
    struct query *out, struct error *err);
int bind_describe(struct binder *binder, const struct ast_stmt *stmt,
    struct query *out, struct error *err);
int bind_plot(struct binder *binder, const struct ast_plot *plot,
    struct query *out, struct error *err);

/* ---- bind_target.c: what INSERT, UPDATE and COPY write to ---- */

/* A table of events, or a temporary one. */
struct write_target {
	struct relation relation; /* type or temp */
	struct relation_space space;
};

/* Columns that can be given, in order: of an event type all but event_id. */
uint32_t target_width(const struct write_target *target);
uint32_t target_attnum(const struct write_target *target, uint32_t index);
uint32_t target_index(const struct write_target *target, uint32_t attnum);

struct type target_type(const struct write_target *target, uint32_t attnum);
struct str target_column_name(const struct write_target *target,
    uint32_t attnum);

/* attnum of a column; 42703 if there is none. */
MUST_USE int target_find(const struct write_target *target, struct str name,
    int location, uint32_t *attnum, struct error *err);

/* An assignment cast to the column's type; 42804. */
MUST_USE int target_coerce(struct binder *binder,
    const struct write_target *target, uint32_t attnum, struct expr **expr,
    struct error *err);

/* What a column that is not given gets; NULL is null. */
MUST_USE int target_default(struct binder *binder,
    const struct write_target *target, uint32_t attnum, struct expr **out,
    struct error *err);

/* The conditions of a temporary table, over the columns of `range`. */
MUST_USE int bind_temp_checks(struct binder *binder,
    const struct temp_table *table, const struct range *range,
    struct expr ***out, struct error *err);

/* An expression that a temporary table keeps as text, over its columns. */
MUST_USE int bind_temp_text(struct binder *binder, struct str text,
    struct range *range, struct expr **out, struct error *err);

/* ---- other statements ---- */

/* Which columns INSERT names, or all of the target. */
struct insert_columns {
	uint32_t *attnums;
	uint32_t count;
	const int *locations; /* NULL: not named */
};
int bind_insert_columns(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, struct insert_columns *out,
    struct error *err);

/*
 * The rows of INSERT: a relation whose first *given columns are for those of
 * `columns`.  NULL and *given 0 for DEFAULT VALUES.
 */
int bind_insert_rows(struct binder *binder, struct scope *outer,
    const struct ast_insert *insert, const struct write_target *target,
    const struct insert_columns *columns, struct rel **out, uint32_t *given,
    struct error *err);

/*
 * bind_modify.c: INSERT, UPDATE, DELETE as a query, whose rows are RETURNING's;
 * `outer` is of the WITH that it stands in, or NULL.
 */
int bind_modify_query(struct binder *binder, struct scope *outer,
    const struct ast_stmt *stmt, struct query *out, struct error *err);
int bind_temp_insert(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, struct plan *plan, struct error *err);
int bind_modify(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);

/*
 * The first `count` columns of the input become the rows of a new table, which
 * bind_temp.c defines.
 */
int bind_temp_fill(struct binder *binder, const struct plan_temp_ddl *create,
    struct rel *input, uint32_t count, struct plan *plan, struct error *err);
int bind_create_table_as(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);

/* A query's root and columns become those of the plan. */
int plan_set_query(struct binder *binder, const struct query *query,
    struct plan *plan, struct error *err);

/*
 * bind_temp.c: false if a statement that defines something defines nothing that
 * is temporary.
 */
bool stmt_is_temp(struct binder *binder, const struct ast_stmt *stmt);

/* A view of what is temporary is temporary, too; else the plan stays. */
int plan_temp_view(struct binder *binder, const struct plan_ddl *ddl,
    struct plan *plan, struct error *err);

/* bind_schema.c: CREATE SCHEMA of what is there. */
int bind_create_schema(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err);

/* bind_vacuum.c: VACUUM, ANALYZE. */
int bind_vacuum(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err);

/* bind_lock.c: LOCK TABLE. */
int bind_lock(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err);

/* bind_temp_alter.c */
int bind_temp_alter(struct binder *binder, const struct ast_alter_table *ast,
    struct plan_temp_ddl *ddl, struct error *err);

int bind_temp_change(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct plan *plan, struct error *err);

/* One more column of a temporary table, which has room, as it is declared. */
int bind_temp_column(struct binder *binder, const struct ast_column_def *def,
    struct temp_table *table, struct plan_temp_ddl *ddl, struct error *err);
/* The column's default from now on; its name and type are there. */
int bind_temp_default(struct binder *binder, const struct ast_expr *ast,
    struct temp_column *out, struct error *err);
/* Keys, conditions and identities are added to a table that has all columns. */
int bind_temp_constraint(struct binder *binder, struct temp_table *table,
    const struct ast_constraint *constraint, struct plan_temp_ddl *ddl,
    struct error *err);
/* The name of what is made; a schema that it has must be the temporary one. */
int bind_temp_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err);
/* IF NOT EXISTS finds the name taken: there is nothing to do but to say so. */
bool temp_name_is_there(struct binder *binder, struct str name,
    bool if_not_exists, struct plan_temp_ddl *ddl);
/* A notice is all that comes of the statement; code 0 names no condition. */
void temp_ddl_nothing(struct binder *binder, struct plan_temp_ddl *ddl,
    int code, struct str text);
/* A name for an object of the table: PostgreSQL's, made from these parts. */
struct str temp_object_name(struct binder *binder,
    const struct temp_table *table, const char *suffix,
    const struct str *columns, uint32_t column_count);
int bind_temp_ddl(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);

/* bind_temp_sequence.c: CREATE and ALTER SEQUENCE. */
int bind_temp_sequence(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err);
int bind_rename_sequence(const struct temp_sequence *sequence,
    const struct ast_alter_action *action, struct binder *binder,
    struct plan_temp_ddl *ddl);
/*
 * A column's type, which may be serial.  What it and identities need is added to
 * ddl->sequences, which has room.
 */
int bind_serial_type(struct binder *binder, const struct temp_table *table,
    const struct ast_column_def *def, struct type *out, bool *is_serial,
    struct error *err);
int bind_serial(struct binder *binder, struct temp_table *table,
    uint32_t column, struct plan_temp_ddl *ddl, struct error *err);
MUST_USE int check_identity_type(const struct type *type, struct error *err);
int bind_identity(struct binder *binder, struct temp_table *table,
    uint32_t column, bool is_always, const struct ast_sequence_options *options,
    int location, struct plan_temp_ddl *ddl, struct error *err);
int bind_set_identity(struct binder *binder, struct temp_column *column,
    const struct ast_alter_action *action, struct plan_temp_ddl *ddl,
    struct error *err);
/* The temporary sequence whose next number a default is; 0: it is none. */
uint32_t default_sequence(const struct binder *binder,
    const struct expr *value);
/* nextval() of a sequence. */
int bind_next_number(struct binder *binder, uint32_t oid, struct expr **out,
    struct error *err);

/* Any statement; what it does not plan is PLAN_UTILITY. */
int bind_stmt(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);
int bind_explain(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);
int bind_query_plan(struct binder *binder, const struct ast_select *select,
    struct plan *plan, struct error *err);
int bind_insert(struct binder *binder, const struct ast_insert *insert,
    struct plan *plan, struct error *err);
int bind_store(struct binder *binder, const struct ast_store *store,
    struct plan *plan, struct error *err);
/* The types of its parameters; its statements are planned when they are run. */
int bind_batch(struct binder *binder, const struct ast_stmt *stmt,
    struct error *err);
int bind_copy(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);
int bind_ddl(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err);
int bind_refresh(struct binder *binder, const struct ast_refresh *ast,
    struct plan *plan, struct error *err);

/* The name of an object that is changed or dropped: not `events`. */
int bind_changed_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err);

/* ---- bind_role.c ---- */

/* The part of bind_ddl() that is about roles and rights. */
int bind_role_stmt(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct plan_ddl *ddl, struct error *err);
