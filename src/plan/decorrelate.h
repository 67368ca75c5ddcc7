/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decorrelate.h -- subqueries of conditions as joins; private to src/plan/.
 *
 *	WHERE EXISTS (SELECT ... WHERE c)	semi join on c
 *	WHERE NOT EXISTS (SELECT ... WHERE c)	anti join on c
 *	WHERE x IN (SELECT y ... WHERE c)	semi join on x = y and c
 *
 * Whole conditions only, and only where the inner query names the outer one in
 * its own WHERE and nowhere deeper.  All else stays a subquery and runs for each
 * different outer row; so does NOT IN, for the sake of its nulls.
 */
#pragma once

#include "plan/bind.h"

/* Apply the rule to a plan from its leaves up; subqueries in it stay. */
struct rel *decorrelate(struct binder *binder, struct rel *rel);
