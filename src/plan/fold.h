/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h -- expressions of constants become their values, as PostgreSQL's
 * eval_const_expressions() has it; private to src/plan/.
 *
 * What takes part says the same whenever it is asked: functions that are
 * immutable, and casts that no setting has a say in.  A value that cannot be
 * computed is a failure of the whole statement, whether a row would ever ask for
 * it or not; but of CASE, COALESCE, AND and OR the parts behind a constant that
 * decides are dropped unseen.
 *
 * Only what takes no longer than to read it is computed, since this may be a net
 * thread: no text is repeated, nothing is searched.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct error;
struct expr;
struct plan_context;

/* What was seen. */
struct fold_notes {
	const struct error *failure; /* the first; NULL: there is none */
	bool waits_for_params;       /* more has values once they are known */
};

struct fold {
	struct arena *arena;
	const struct plan_context *context; /* that evaluates, or not */
	struct fold_notes *notes;
	struct expr **operand; /* for EXPR_OPERAND, if it is known, or NULL */
	/* A copy of a part, with its own parts folded. */
	struct expr *(*place)(struct fold *fold, const struct expr *expr);
};

/*
 * Of a copied expression: with its arguments placed, its value if it has one
 * already; and one whose later arguments may not count, which are not placed.
 */
struct expr *fold_value(struct fold *fold, struct expr *placed);
bool fold_is_lazy(const struct expr *expr);
struct expr *fold_lazy(struct fold *fold, struct expr *placed);

/*
 * The parts of a filter, of which those that always hold go; false if one never
 * does.
 */
bool fold_conjuncts(struct fold *fold, struct expr ***conjuncts,
    uint32_t *count);
