/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast_words.h -- SQL's words for what the tree says by numbers.
 *
 * They have no blanks around them; "" is what goes without saying.
 */
#pragma once

#include <stdbool.h>

#include "sql/ast.h"

/* CURRENT_DATE, without its precision */
const char *ast_value_fn_word(enum ast_value_fn fn);
/* IS NOT NULL */
const char *ast_is_words(enum ast_is_kind kind);
/* The grammar makes a call of GROUPING(), which is no function. */
bool ast_is_grouping(const struct ast_name *name);

/* LEFT JOIN */
const char *ast_join_words(enum ast_join_kind kind);
/* NOT MATERIALIZED */
const char *ast_materialized_words(enum ast_materialized materialized);
/* GROUPING SETS */
const char *ast_group_words(enum ast_group_kind kind);
/* UNION, without ALL */
const char *ast_set_op_word(enum ast_set_op op);

/* ROWS */
const char *ast_frame_word(enum ast_frame_mode mode);
/* UNBOUNDED PRECEDING; PRECEDING, behind its offset */
const char *ast_bound_words(enum ast_bound_kind kind);
/* EXCLUDE TIES */
const char *ast_exclude_words(enum ast_exclude exclude);
