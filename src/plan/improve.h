/* SPDX-License-Identifier: Apache-2.0 */
/*
 * improve.h -- the rules that make a plan a better one with the same rows;
 * private to src/plan/.
 *
 * Each rule is a file of its own and can be switched off: option.h.
 */
#pragma once

#include "plan/bind.h"

/* The plan of a query, and of all queries inside its expressions. */
struct rel *improve_rel(struct binder *binder, struct rel *rel);

/* Those inside an expression that has no plan around it. */
void improve_expr(struct binder *binder, const struct expr *expr);
