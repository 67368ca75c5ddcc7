/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trivial.h -- which queries are so little work that handing them to a worker
 * would cost more.
 */
#pragma once

#include <stdbool.h>

struct rel;

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
