/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push.h -- conditions as far down a plan as they go; private to src/plan/.
 *
 * A condition moves to where all its columns are: into a side of a join, below
 * a projection or a sort, below a grouping if it is about the keys, into each
 * part of a UNION.  Conditions of a filter over inner joins become conditions
 * of the joins.  An outer join whose filter no row with nulls passes is an inner
 * one.  What is volatile stays where it is.
 */
#pragma once

#include "plan/rewrite.h"

/* The relation with its own conditions and `above`, each where it belongs. */
struct rel *push_down(struct binder *binder, struct rel *rel,
    const struct conditions *above);

/* inner_join.c: the same for an inner join, with all inner joins below it. */
struct rel *push_inner_join(struct binder *binder, struct rel *rel,
    const struct conditions *above);
