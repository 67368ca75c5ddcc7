/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_function_table.h -- the rows of pg_functions.def and pg_operators.def, by
 * OID; for pg_function.c, which says which of them there are.  The tables have a
 * file of their own, as there is nothing in them to analyze, and much to read.
 *
 * Threads: constant.
 */
#pragma once

#include <stddef.h>

#include "plan/pg_function.h"

extern const struct pg_function pg_functions[];
extern const size_t pg_function_count;

extern const struct pg_operator pg_operators[];
extern const size_t pg_operator_count;

/* What `of_operator` is of a function that is shown wherever it is named. */
extern const char pg_function_referenced[];
