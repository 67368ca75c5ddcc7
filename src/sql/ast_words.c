/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/ast_words.h"

/* ---- expressions ---- */

const char *
ast_value_fn_word(enum ast_value_fn fn)
{
	static const char *const words[] = {
		[AST_CURRENT_DATE] = "CURRENT_DATE",
		[AST_CURRENT_TIME] = "CURRENT_TIME",
		[AST_CURRENT_TIMESTAMP] = "CURRENT_TIMESTAMP",
		[AST_LOCALTIME] = "LOCALTIME",
		[AST_LOCALTIMESTAMP] = "LOCALTIMESTAMP",
		[AST_CURRENT_ROLE] = "CURRENT_ROLE",
		[AST_CURRENT_USER] = "CURRENT_USER",
		[AST_SESSION_USER] = "SESSION_USER",
		[AST_USER] = "USER",
		[AST_CURRENT_CATALOG] = "CURRENT_CATALOG",
		[AST_CURRENT_SCHEMA] = "CURRENT_SCHEMA",
	};

	return words[fn];
}

const char *
ast_is_words(enum ast_is_kind kind)
{
	static const char *const words[] = {
		[AST_IS_NULL] = "IS NULL",
		[AST_IS_NOT_NULL] = "IS NOT NULL",
		[AST_IS_TRUE] = "IS TRUE",
		[AST_IS_NOT_TRUE] = "IS NOT TRUE",
		[AST_IS_FALSE] = "IS FALSE",
		[AST_IS_NOT_FALSE] = "IS NOT FALSE",
		[AST_IS_UNKNOWN] = "IS UNKNOWN",
		[AST_IS_NOT_UNKNOWN] = "IS NOT UNKNOWN",
	};

	return words[kind];
}

bool
ast_is_grouping(const struct ast_name *name)
{
	return name->count == 1 && str_equal(name->parts[0], STR("grouping"));
}

/* ---- queries ---- */

const char *
ast_join_words(enum ast_join_kind kind)
{
	static const char *const words[] = {
		[AST_JOIN_INNER] = "JOIN",
		[AST_JOIN_LEFT] = "LEFT JOIN",
		[AST_JOIN_RIGHT] = "RIGHT JOIN",
		[AST_JOIN_FULL] = "FULL JOIN",
		[AST_JOIN_CROSS] = "CROSS JOIN",
	};

	return words[kind];
}

const char *
ast_materialized_words(enum ast_materialized materialized)
{
	static const char *const words[] = {
		[AST_MATERIALIZED_DEFAULT] = "",
		[AST_MATERIALIZED_ALWAYS] = "MATERIALIZED",
		[AST_MATERIALIZED_NEVER] = "NOT MATERIALIZED",
	};

	return words[materialized];
}

const char *
ast_group_words(enum ast_group_kind kind)
{
	static const char *const words[] = {
		[AST_GROUP_EXPR] = "",
		[AST_GROUP_SETS] = "GROUPING SETS",
		[AST_GROUP_ROLLUP] = "ROLLUP",
		[AST_GROUP_CUBE] = "CUBE",
		[AST_GROUP_EMPTY] = "",
	};

	return words[kind];
}

const char *
ast_set_op_word(enum ast_set_op op)
{
	static const char *const words[] = {
		[AST_SET_NONE] = "",
		[AST_UNION] = "UNION",
		[AST_INTERSECT] = "INTERSECT",
		[AST_EXCEPT] = "EXCEPT",
	};

	return words[op];
}

/* ---- windows ---- */

const char *
ast_frame_word(enum ast_frame_mode mode)
{
	static const char *const words[] = {
		[AST_FRAME_RANGE] = "RANGE",
		[AST_FRAME_ROWS] = "ROWS",
		[AST_FRAME_GROUPS] = "GROUPS",
	};

	return words[mode];
}

const char *
ast_bound_words(enum ast_bound_kind kind)
{
	static const char *const words[] = {
		[AST_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING",
		[AST_OFFSET_PRECEDING] = "PRECEDING",
		[AST_CURRENT_ROW] = "CURRENT ROW",
		[AST_OFFSET_FOLLOWING] = "FOLLOWING",
		[AST_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING",
	};

	return words[kind];
}

const char *
ast_exclude_words(enum ast_exclude exclude)
{
	static const char *const words[] = {
		[AST_EXCLUDE_NONE] = "",
		[AST_EXCLUDE_CURRENT_ROW] = "EXCLUDE CURRENT ROW",
		[AST_EXCLUDE_GROUP] = "EXCLUDE GROUP",
		[AST_EXCLUDE_TIES] = "EXCLUDE TIES",
	};

	return words[exclude];
}
