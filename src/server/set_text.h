/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_text.h -- the values of SET, as one text: what the setting is set to.
 */
#pragma once

#include "common/attr.h"

struct ast_const;
struct ast_expr;
struct ast_set;
struct buf;
struct error;
struct type_settings;

/* The constant of a value: bare, or in a cast (INTERVAL '+01:00'); or NULL. */
const struct ast_const *set_constant(const struct ast_expr *value);

/* Append the text; 0A000 for what is no constant, 22023, 53200. */
MUST_USE int set_text(const struct ast_set *set,
    const struct type_settings *types, struct buf *out, struct error *err);
