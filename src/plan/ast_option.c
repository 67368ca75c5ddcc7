/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast_option.c -- values of options in parentheses: EXPLAIN (ANALYZE off).
 */
#include "plan/bind.h"

int
ast_option_is_on(const struct ast_option *option, bool *out, struct error *err)
{
	const struct ast_expr *value = option->value;
	struct str text;

	*out = true;
	if (value == NULL)
		return 0;
	if (value->kind == AST_CONST && value->constant.kind == AST_BOOLEAN) {
		*out = value->constant.boolean;
		return 0;
	}
	if (value->kind == AST_CONST && value->constant.kind == AST_INTEGER &&
	    (value->constant.integer == 0 || value->constant.integer == 1)) {
		*out = value->constant.integer == 1;
		return 0;
	}
	text = value->kind == AST_CONST ? value->constant.text : STR("");
	*out = str_equal_nocase(text, STR("on")) ||
	    str_equal_nocase(text, STR("true"));
	if (*out || str_equal_nocase(text, STR("off")) ||
	    str_equal_nocase(text, STR("false")))
		return 0;
	return error_set(err, STELE_E_SYNTAX, "%.*s requires a Boolean value",
	    STR_FMT(option->name));
}
