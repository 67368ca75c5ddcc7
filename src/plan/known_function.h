/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known_function.h -- which of PostgreSQL's functions a statement may call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/*
 * Whether a call of this name with arguments of these types finds a function:
 * a plain one or an aggregate with exactly these, as pg_proc has them; or any
 * window function, function that returns a set or fact of the session of this
 * name.
 */
bool function_is_known(struct str name, const uint32_t *args, uint32_t count);

/* The same of an operator; a prefix one has one argument. */
bool operator_is_known(struct str name, const uint32_t *args, uint32_t count);
