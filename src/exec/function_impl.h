/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function_impl.h -- evaluating a scalar function over a batch.
 *
 * function_eval() is the only way in.  It allocates the result, gives strict
 * functions their nulls, computes a call whose arguments are all constant
 * once, and runs the kernel over the rows that are left.
 *
 * Kernels write result values at the rows of the selection and nowhere else
 * (the rest is unspecified but readable); errors come only from those rows.
 * Strings of the result live in the arena or are borrowed from arguments.
 *
 * A kernel whose rows may cost much stops, with any result, once `cancel` is
 * set: function_eval() finds it set afterwards and answers.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "types/function.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;
struct exec_context;

struct function_call {
	const struct function *function;
	const struct type *arg_types; /* arg_count of them, as bound */
	const struct vec *args;
	uint32_t arg_count; /* more than function's if that is variadic */
	struct type result_type;
	const struct type_settings *settings;
	const struct exec_context *context; /* NULL where nothing is executed */
	struct regex_cache *regexes;        /* NULL likewise */
	const atomic_bool *cancel;          /* NULL: none */
	uint32_t row_count; /* rows the result must have room for */
	struct sel sel;
	struct arena *arena; /* the result's; lives as long as the batch */
	struct vec *result;  /* filled by function_eval() */
	struct error *err;
	uint32_t memo; /* the kernel's own, 0 at first: of constant arguments */
};

typedef int (*function_fn)(struct function_call *call);

struct function_impl {
	function_fn run;
	bool is_total; /* never fails and reads nulls' values harmlessly */
};

/*
 * Evaluate a call.  All members but `result`'s content are set by the caller,
 * which keeps them unchanged meanwhile.  The result is constant if all
 * arguments are and the function is not volatile.
 */
MUST_USE int function_eval(struct function_call *call);

/* Which rows a comparison keeps. */
enum compare_op {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
};

/*
 * Filter: write the rows of `sel` where `a op b` is true (a null never is) to
 * rows[], which has room for sel.count, and return their number.  Both vectors
 * hold values of `type`.
 */
uint32_t compare_select(enum compare_op op, const struct type *type,
    const struct vec *a, const struct vec *b, struct sel sel, uint16_t *rows);

/*
 * The comparison that a function is, for filters that run it by
 * compare_select(); false if it is none or compares different types.
 */
bool function_is_comparison(enum function_id id, enum compare_op *op);
