/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deparse_private.h -- what the parts of deparse.h share; private to src/plan/.
 */
#pragma once

#include "common/buf.h"
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "plan/deparse.h"
#include "plan/names.h"

/* ---- names of what is in FROM ---- */

struct deparse_name {
	struct deparse_name *next;
	const struct ast_from *from;
	const struct range *range;
	const struct deparse_name
	    *hidden_by;  /* a join with an alias, or NULL */
	bool is_open;    /* such a join is being written: its sides are seen */
	struct str name; /* unique here and in all queries around */
};

/* A query with a WITH, and those around it. */
struct deparse_with {
	const struct deparse_with *outer;
	const struct ast_select *select;
};

/* ---- the state ---- */

struct deparse {
	const struct plan_context *context; /* whose names are shown */
	const struct plan_context *inside;  /* of the view */
	const struct binder *binder;        /* that bound it, */
	const struct bind_notes *notes;     /* and what it noted */
	struct arena *arena;
	struct deparse_style style;
	struct buf *out;
	int indent;
	struct deparse_name *names;      /* of this query and those around */
	const struct ast_select *select; /* the innermost, */
	const struct deparse_with *with; /* and those around that have a WITH */
	struct error *err;
	int rc; /* of the first failure */
};

/* ---- terms ---- */

enum term_kind {
	TERM_CONST,    /* text: as it stands in a literal */
	TERM_COLUMN,   /* qualifier, name */
	TERM_ROW_OF,   /* qualifier.* */
	TERM_CAST,     /* args[0] to type */
	TERM_OP,       /* name; args: one or two */
	TERM_ANY_ALL,  /* args[0] name ANY (args[1]) */
	TERM_AND,      /* args */
	TERM_OR,       /* args */
	TERM_NOT,      /* args[0] */
	TERM_TEST,     /* args[0] word */
	TERM_DISTINCT, /* args[0] IS DISTINCT FROM args[1] */
	TERM_CALL,     /* call, args */
	TERM_LIST,     /* word(args): COALESCE ... */
	TERM_CASE,     /* case_; args: operand or NULL, pairs, else */
	TERM_ARRAY,    /* args; of type */
	TERM_ROW,      /* args */
	TERM_ROWS,     /* ROW(args[0]'s) name ROW(args[1]'s) */
	TERM_SUBSCRIPT,
	TERM_FIELD,   /* args[0].name */
	TERM_COLLATE, /* args[0] COLLATE name */
	TERM_WORD,    /* word */
	TERM_SUBLINK, /* ast; args[0]: what is compared, or none */
};

struct term {
	enum term_kind kind;
	bool is_implicit; /* TERM_CAST that nobody wrote */
	bool is_all;      /* TERM_ANY_ALL */
	bool is_null;     /* TERM_CONST */
	struct type type; /* TERM_CONST, TERM_CAST, TERM_ARRAY */
	struct str text;  /* see term_kind: text, word, name */
	struct str qualifier;
	const struct ast_expr
	    *ast; /* TERM_CALL, TERM_SUBLINK, TERM_SUBSCRIPT */
	struct term **args;
	uint32_t arg_count;
};

/* ---- deparse_text.c ---- */

#define INDENT_STD  8
#define INDENT_JOIN 4
#define INDENT_VAR  4

/*
 * A new line with a word: the level changes by `before`, then the line has its
 * indentation and `plus` blanks more, and the level changes by `after`.
 */
void deparse_line(struct deparse *d, const char *word, int before, int after,
    int plus);

/*
 * What is put between these is one item of a list: what does not fit into the
 * line begins a new one.  `may_break`: it is not the first.
 */
struct deparse_item {
	struct buf *around;
	struct buf text;
};
void deparse_item_begin(struct deparse *d, struct deparse_item *item);
/* Returns whether it has several lines. */
bool deparse_item_end(struct deparse *d, struct deparse_item *item,
    bool may_break, bool must_break);

void deparse_put(struct deparse *d, const char *text);
void deparse_put_name(struct deparse *d, struct str name);
void deparse_put_names(struct deparse *d, const struct str *names,
    uint32_t count);
void deparse_put_type(struct deparse *d, const struct type *type);

/* ---- deparse_names.c ---- */

/* Name the items of a query's FROM. */
void deparse_name_from(struct deparse *d, const struct ast_from_list *list);
struct deparse_name *deparse_name_of(const struct deparse *d,
    const struct ast_from *from);
/* The name of a column of a range, which no column before it has. */
struct str deparse_range_column(struct deparse *d, const struct range *range,
    uint32_t index);
/* The name of a range, or an empty one. */
struct str deparse_range_name(const struct deparse *d,
    const struct range *range);
/* Of an EXPR_COLUMN; false if it is not one of FROM. */
bool deparse_column_name(struct deparse *d, const struct expr *expr,
    struct str *qualifier, struct str *name);

/* ---- deparse_term.c ---- */

struct term *term_new(struct deparse *d, enum term_kind kind, uint32_t count);
/* With one argument, and two; `text` is what the kind says. */
struct term *term_one(struct deparse *d, enum term_kind kind, struct str text,
    struct term *arg);
struct term *term_pair(struct deparse *d, enum term_kind kind, struct str text,
    struct term *left, struct term *right);
/* A null of a type. */
struct term *term_null(struct deparse *d, const struct type *type);
/* Items with the casts that their place asks for, as arguments of one term. */
struct term **terms_of(struct deparse *d, const struct ast_expr_list *list);
struct term *term_of_list(struct deparse *d, enum term_kind kind,
    const char *word, const struct ast_expr_list *list);
/* Column `index` of a range. */
struct term *term_of_column(struct deparse *d, const struct range *range,
    uint32_t index);
/* Any, as it stands, without the casts that its place asks for. */
struct term *term_of(struct deparse *d, const struct ast_expr *ast);

/* ---- deparse_cast.c ---- */

/* Its type before such casts; that of unknown if nothing is noted. */
struct type term_own_type(const struct deparse *d, const struct ast_expr *ast);
struct term *term_cast(struct deparse *d, struct term *arg,
    const struct type *type, bool is_implicit);
/* With the casts that its place asks for. */
struct term *term_cast_of(struct deparse *d, const struct ast_expr *ast);
/* With a cast to this type, if it is of another. */
struct term *term_as(struct deparse *d, const struct ast_expr *ast,
    const struct type *type);
struct term *term_of_const(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_cast(struct deparse *d, const struct ast_expr *ast);

/* ---- deparse_op.c ---- */

struct term *term_of_operation(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_like(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_distinct(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_nullif(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_between(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_in(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_any_all(struct deparse *d, const struct ast_expr *ast);
/* A subquery, and what is compared with its rows by `op`; NULL: nothing is. */
struct term *term_of_sublink(struct deparse *d, const struct ast_expr *ast,
    const struct ast_expr *test, struct str op);

/* ---- deparse_call.c ---- */

struct term *term_of_call(struct deparse *d, const struct ast_expr *ast);
struct term *term_of_value_function(struct deparse *d,
    const struct ast_expr *ast);
/* Whether PostgreSQL has this operator for types as they are. */
bool term_has_operator(struct str name, const struct type *left,
    const struct type *right);

/* ---- deparse_expr.c ---- */

/* `parent` decides on parentheses where no more than needed are wanted. */
void deparse_term(struct deparse *d, const struct term *term,
    bool shows_implicit);
void deparse_term_in(struct deparse *d, const struct term *term,
    const struct term *parent, bool shows_implicit);
/* A constant, with its type or without. */
void deparse_const(struct deparse *d, const struct term *term, bool has_type);
void deparse_expr(struct deparse *d, const struct ast_expr *ast,
    bool shows_implicit);

/* ---- deparse_function.c ---- */

void deparse_call(struct deparse *d, const struct term *term);

/* ---- deparse_query.c ---- */

/* `names` are those of the columns; NULL: the query's own. */
void deparse_query(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names);

/* The targets with stars written out. */
struct deparse_target {
	struct term *term;
	struct str name; /* of the column */
};
uint32_t deparse_targets(struct deparse *d, const struct ast_select *select,
    struct deparse_target **out);

/* ---- deparse_from.c ---- */

void deparse_from(struct deparse *d, const struct ast_from_list *list);

/* ---- deparse_sort.c ---- */

/* What an item of GROUP BY or ORDER BY stands for, as one prints it there. */
void deparse_key(struct deparse *d, const struct ast_expr *ast, bool is_group);
void deparse_sorts(struct deparse *d, const struct ast_sort_list *list,
    bool has_targets);
void deparse_groups(struct deparse *d, const struct ast_group *groups,
    uint32_t count, bool is_plain);
void deparse_window(struct deparse *d, const struct ast_window *window);
