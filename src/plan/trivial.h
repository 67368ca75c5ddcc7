/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trivial.h -- which queries are so little work that handing them to a worker
 * would cost more.
 */
#pragma once

#include <stdbool.h>

struct expr;
struct function;
struct rel;

/* Whether it is an operator of one of these names, the last of which is NULL. */
bool function_is_operator(const struct function *function,
    const char *const *names);

/* Whether a call takes and gives values of fixed size only. */
bool expr_is_of_fixed_size(const struct expr *call);

/*
 * Whether a finished query makes at most one row, of written values, parameters
 * and facts of the session, by a bounded number of steps each of which takes
 * constant time but for reading or writing the text of a value: microseconds,
 * if statement and parameters are short.
 */
bool rel_is_trivial(const struct rel *root);

/*
 * Whether a finished query gives events of one context as they are, by scans
 * that the context index answers, and filters that compare: so little for each
 * event that the work is in finding and reading them, which may turn out to be
 * too much while it is done (engine_haste_begin()).
 */
bool rel_is_lookup(const struct rel *root);
