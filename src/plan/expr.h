/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h -- bound expressions: every name found, every type known.
 *
 * While a statement is bound and its plan improved, a column is named by the
 * relation that makes it (struct rel, id) and its index among that relation's
 * columns, wherever it is used: expressions can move between relations as they
 * are.  layout.h turns such names into what runs: a position in the batch of
 * the operator's input (rel is not looked at any more), or, if a relation
 * around the one at hand makes the column, a slot that is filled with the outer
 * row's value before the inner relation runs.
 *
 * Memory: an arena's.  Threads: immutable once the plan is made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "types/cast.h"
#include "types/collation.h"
#include "types/function.h"
#include "types/type.h"
#include "vec/value.h"

enum expr_kind {
	EXPR_CONST,    /* value */
	EXPR_PARAM,    /* param */
	EXPR_COLUMN,   /* column */
	EXPR_CALL,     /* function of args */
	EXPR_CAST,     /* args[0], as `cast` allows */
	EXPR_AND,      /* args, two and more, left to right */
	EXPR_OR,       /* likewise */
	EXPR_NOT,      /* args[0] */
	EXPR_TEST,     /* args[0] IS `test` */
	EXPR_DISTINCT, /* args[0] IS DISTINCT FROM args[1]; function is = */
	EXPR_IN,       /* args[0] = any of the other args; function is = */
	EXPR_ANY,      /* args[0] function ANY (args[1]), an array */
	EXPR_ALL,      /* likewise */
	EXPR_NULLIF,   /* args[0] unless it = args[1]; function is = */
	/* args: what is compared if has_operand; when, then ..., else */
	EXPR_CASE,
	EXPR_OPERAND,  /* in a WHEN: that of the nearest CASE that has one */
	EXPR_COALESCE, /* args */
	EXPR_GREATEST, /* args */
	EXPR_LEAST,    /* args */
	EXPR_ARRAY,    /* args: the elements, or arrays of them */
	/* args: an array, indexes or, if is_slice, lower and upper bounds */
	EXPR_SUBSCRIPT,
	EXPR_FACT,   /* fact of the session; args[0] of FACT_SETTING */
	EXPR_TYPEOF, /* value: pg_typeof's answer, args[0] is not evaluated */
	EXPR_COLLATION, /* value: pg_collation_for's, likewise */
	EXPR_SUBQUERY,  /* subquery; args: what ANY and ALL compare with it */
	EXPR_AGG,       /* agg; only while binding, then a column */
	EXPR_WINDOW,    /* window; likewise, see bind_window.c */
	EXPR_GROUPING,  /* args: likewise, GROUPING(args) */
	EXPR_SET,       /* set of args: likewise, see bind_set.c */
	EXPR_OUTER,     /* slot; only in a plan, see below */
};

enum expr_test {
	TEST_NULL,
	TEST_NOT_NULL,
	TEST_TRUE,
	TEST_NOT_TRUE,
	TEST_FALSE,
	TEST_NOT_FALSE,
	TEST_UNKNOWN,
	TEST_NOT_UNKNOWN,
};

enum expr_fact {
	FACT_USER,
	FACT_SESSION_USER,
	FACT_DATABASE,
	FACT_SCHEMA,
	FACT_VERSION,
	FACT_BACKEND_PID,
	FACT_SETTING,         /* current_setting(name) */
	FACT_SETTING_OR_NULL, /* current_setting(name, true) */
};

/* Who says which collation an expression has, the weaker first. */
enum collate_strength {
	COLLATE_OPEN, /* not known yet, or it has none */
	COLLATE_IMPLICIT,
	COLLATE_CONFLICT, /* several, implicitly: none */
	COLLATE_EXPLICIT,
};

/* See bind_collate.c; of no use after binding. */
struct collate {
	enum collate_strength strength;
	enum collation_oid collation;
	int location; /* of the word COLLATE, if explicit */
};

struct set_call;
struct subquery;
struct window_spec;

struct expr {
	enum expr_kind kind;
	/* EXPR_CALL: the last argument is an array of what may repeat */
	bool is_variadic;
	bool is_derived;  /* derive_collation() has nothing more to say */
	uint32_t weight;  /* see expr_weight(); 0: nobody has asked */
	struct type type; /* TYPE_UNKNOWN only while binding */
	struct collate collate;
	int location; /* in the text, in characters from 1; 0 unknown */
	uint32_t arg_count;
	struct expr **args;
	union {
		struct datum value; /* of TYPE_UNKNOWN: its text, in str */
		uint32_t param;     /* from 0 */
		struct {
			uint32_t rel;
			uint32_t column;
		} column;
		const struct function *function;
		enum cast_context cast;
		enum expr_test test;
		enum expr_fact fact;
		bool is_slice;
		bool has_operand;
		struct {
			uint32_t rel;   /* of the aggregation to be */
			uint32_t index; /* among its calls */
		} agg;
		uint32_t slot;
		struct subquery *subquery; /* see logical.h */
		const struct window_spec *window;
		const struct set_call *set; /* its args are those here */
	};
};

/* A new expression with room for its arguments, the rest zero. */
struct expr *expr_new(struct arena *arena, enum expr_kind kind,
    struct type type, int location, uint32_t arg_count);

struct expr *expr_column(struct arena *arena, struct type type, int location,
    uint32_t rel, uint32_t column);

/* The same node with room for its arguments, which are still the old ones. */
struct expr *expr_copy(struct arena *arena, const struct expr *expr);

/* A constant; a null one if value is NULL. */
struct expr *expr_const(struct arena *arena, struct type type, int location,
    const struct datum *value);

/*
 * How many nodes it is to who goes through all parts: what stands in two places
 * counts twice.  UINT32_MAX: more than that.
 */
uint32_t expr_weight(struct expr *expr);

/* Where the text of an expression starts: the leftmost of its parts. */
int expr_start(const struct expr *expr);

/* The same computation; locations do not count. */
bool expr_equal(const struct expr *a, const struct expr *b);

/* bind_window.c: the same function over the same window, but for arguments. */
bool window_spec_equal(const struct window_spec *a,
    const struct window_spec *b);

/* Whether any expression in the tree satisfies `test`. */
bool expr_any(const struct expr *expr, bool (*test)(const struct expr *expr));

/* A call of a function that may give another result each time. */
bool expr_is_volatile_call(const struct expr *expr);

/*
 * Of a finished plan: whether a value is the same for all rows, having no
 * columns and nothing volatile.
 */
bool expr_is_fixed(const struct expr *expr);

/*
 * Whether it is a call of = that two values' hashes can decide; *type is what
 * both compare as.
 */
bool expr_is_equality(const struct expr *expr, struct type *type);

/* Of a CASE: the place of the first WHEN among its arguments. */
uint32_t case_first_when(const struct expr *expr);

/* A call of ROW: a row of these fields, never null. */
bool expr_is_row(const struct expr *expr);

/* A null or a constant, as known when planning. */
bool expr_is_null_const(const struct expr *expr);

/* Of a finished plan: set marks[i] for each position that is read. */
void expr_mark_columns(const struct expr *expr, bool *marks);
