/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rel_walk.h -- going through a logical plan without knowing every kind of
 * relation; private to src/plan/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "plan/expr.h"
#include "plan/logical.h"

/*
 * Call `fn` with the place of each expression of one relation (those of its
 * inputs are not its own), until it returns anything but 0; that is returned.
 */
typedef int (*expr_slot_fn)(struct expr **slot, void *arg);
int rel_each_expr(struct rel *rel, expr_slot_fn fn, void *arg);

uint32_t rel_input_count(const struct rel *rel);
struct rel **rel_input(struct rel *rel, uint32_t i);

/* The same for a plan that is only looked at: `fn` must not change it. */
int rel_each_expr_of(const struct rel *rel, expr_slot_fn fn, void *arg);
const struct rel *rel_child(const struct rel *rel, uint32_t i);

/* Whether a relation, or one below it that is none of a subquery, has an id. */
bool rel_makes(struct rel *rel, uint32_t id);

/*
 * Whether `test` holds for any expression within one, those of subqueries and
 * all their relations included.
 */
typedef bool (*expr_test_fn)(const struct expr *expr, void *arg);
bool expr_find(const struct expr *expr, expr_test_fn test, void *arg);
bool rel_find(struct rel *rel, expr_test_fn test, void *arg);
