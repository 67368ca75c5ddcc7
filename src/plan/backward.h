/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backward.h -- which cursors scroll though nobody has said so.
 */
#pragma once

#include <stdbool.h>

struct rel;

/*
 * Whether a cursor over a finished plan goes back in PostgreSQL, whose operators
 * can do so or cannot: scans and sorts can, and what passes their rows on;
 * joins, groups and single rows cannot.  What sorts though there is no ORDER BY
 * (is_ordered) does not sort in PostgreSQL.
 */
bool rel_goes_back(const struct rel *root, bool is_ordered);
