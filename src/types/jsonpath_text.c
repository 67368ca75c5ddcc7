/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_text.c -- the spelling of a jsonpath.
 */
#include <inttypes.h>

#include "common/json.h"
#include "types/jsonpath.h"

static const struct {
	const char *name;
	int priority; /* of operators, the weaker less */
} kinds[JSONPATH_KIND_COUNT] = {
	[JSONPATH_OR] = { "||", 1 },
	[JSONPATH_AND] = { "&&", 2 },
	[JSONPATH_EQUAL] = { "==", 3 },
	[JSONPATH_NOT_EQUAL] = { "!=", 3 },
	[JSONPATH_LESS] = { "<", 3 },
	[JSONPATH_GREATER] = { ">", 3 },
	[JSONPATH_LESS_EQUAL] = { "<=", 3 },
	[JSONPATH_GREATER_EQUAL] = { ">=", 3 },
	[JSONPATH_STARTS_WITH] = { "starts with", 3 },
	[JSONPATH_ADD] = { "+", 4 },
	[JSONPATH_SUBTRACT] = { "-", 4 },
	[JSONPATH_MULTIPLY] = { "*", 5 },
	[JSONPATH_DIVIDE] = { "/", 5 },
	[JSONPATH_MODULO] = { "%", 5 },
	[JSONPATH_PLUS] = { "+", 6 },
	[JSONPATH_MINUS] = { "-", 6 },
	[JSONPATH_NULL] = { "null", 0 },
	[JSONPATH_TRUE] = { "true", 0 },
	[JSONPATH_FALSE] = { "false", 0 },
	[JSONPATH_ROOT] = { "$", 0 },
	[JSONPATH_CURRENT] = { "@", 0 },
	[JSONPATH_LAST] = { "last", 0 },
	[JSONPATH_TYPE] = { "type", 0 },
	[JSONPATH_SIZE] = { "size", 0 },
	[JSONPATH_ABS] = { "abs", 0 },
	[JSONPATH_FLOOR] = { "floor", 0 },
	[JSONPATH_CEILING] = { "ceiling", 0 },
	[JSONPATH_DOUBLE] = { "double", 0 },
	[JSONPATH_KEYVALUE] = { "keyvalue", 0 },
	[JSONPATH_DATETIME] = { "datetime", 0 },
};

#define PRIORITY_NONE 7

const char *
jsonpath_name(enum jsonpath_kind kind)
{
	return kinds[kind].name;
}

static int
priority_of(enum jsonpath_kind kind)
{
	return kinds[kind].priority == 0 ? PRIORITY_NONE : kinds[kind].priority;
}

static void put(const struct jsonpath_node *node, bool has_brackets,
    struct buf *out);

/* An operand, in brackets where it binds no better, or goes on behind them. */
static void
put_operand(const struct jsonpath_node *node, enum jsonpath_kind around,
    struct buf *out)
{
	put(node,
	    node->next != NULL ||
		priority_of(node->kind) <= priority_of(around),
	    out);
}

static void
put_binary(const struct jsonpath_node *node, bool has_brackets, struct buf *out)
{
	buf_put_cstr(out, has_brackets ? "(" : "");
	put_operand(node->left, node->kind, out);
	buf_printf(out, " %s ", jsonpath_name(node->kind));
	put_operand(node->right, node->kind, out);
	buf_put_cstr(out, has_brackets ? ")" : "");
}

static void
put_sign(const struct jsonpath_node *node, bool has_brackets, struct buf *out)
{
	buf_put_cstr(out, has_brackets ? "(" : "");
	buf_put_cstr(out, jsonpath_name(node->kind));
	put_operand(node->left, node->kind, out);
	buf_put_cstr(out, has_brackets ? ")" : "");
}

static void
put_regex(const struct jsonpath_node *node, bool has_brackets, struct buf *out)
{
	static const char letters[] = "ismxq";

	buf_put_cstr(out, has_brackets ? "(" : "");
	put_operand(node->left, node->kind, out);
	buf_put_cstr(out, " like_regex ");
	json_put_string(out, node->text);
	buf_put_cstr(out, node->flags != 0 ? " flag \"" : "");
	for (unsigned i = 0; letters[i] != '\0'; i++) {
		if ((node->flags & 1u << i) != 0)
			buf_put(out, &letters[i], 1);
	}
	buf_put_cstr(out, node->flags != 0 ? "\"" : "");
	buf_put_cstr(out, has_brackets ? ")" : "");
}

static void
put_around(const char *before, const struct jsonpath_node *node,
    const char *after, struct buf *out)
{
	buf_put_cstr(out, before);
	put(node, false, out);
	buf_put_cstr(out, after);
}

static void
put_number(const struct jsonpath_node *node, struct buf *out)
{
	buf_put_cstr(out, node->next != NULL ? "(" : "");
	buf_put_str(out, node->text);
	buf_put_cstr(out, node->next != NULL ? ")" : "");
}

static void
put_index(const struct jsonpath_node *node, struct buf *out)
{
	buf_put_cstr(out, "[");
	for (const struct jsonpath_node *at = node->left; at != NULL;
	     at = at->next) {
		put(at->left, false, out);
		if (at->right != NULL) {
			buf_put_cstr(out, " to ");
			put(at->right, false, out);
		}
		buf_put_cstr(out, at->next != NULL ? "," : "");
	}
	buf_put_cstr(out, "]");
}

static void
put_level(uint32_t level, struct buf *out)
{
	if (level == JSONPATH_LEVEL_LAST)
		buf_put_cstr(out, "last");
	else
		buf_printf(out, "%" PRIu32, level);
}

static void
put_any(const struct jsonpath_node *node, struct buf *out)
{
	buf_put_cstr(out, ".**");
	if (node->first == 0 && node->last == JSONPATH_LEVEL_LAST)
		return;
	buf_put_cstr(out, "{");
	put_level(node->first, out);
	if (node->first != node->last) {
		buf_put_cstr(out, " to ");
		put_level(node->last, out);
	}
	buf_put_cstr(out, "}");
}

static void
put_method(const struct jsonpath_node *node, struct buf *out)
{
	buf_printf(out, ".%s(", jsonpath_name(node->kind));
	if (node->flags != 0)
		json_put_string(out, node->text);
	buf_put_cstr(out, ")");
}

/* The node itself. */
static void
put_one(const struct jsonpath_node *node, bool has_brackets, struct buf *out)
{
	switch (node->kind) {
	case JSONPATH_AND:
	case JSONPATH_OR:
	case JSONPATH_EQUAL:
	case JSONPATH_NOT_EQUAL:
	case JSONPATH_LESS:
	case JSONPATH_GREATER:
	case JSONPATH_LESS_EQUAL:
	case JSONPATH_GREATER_EQUAL:
	case JSONPATH_STARTS_WITH:
	case JSONPATH_ADD:
	case JSONPATH_SUBTRACT:
	case JSONPATH_MULTIPLY:
	case JSONPATH_DIVIDE:
	case JSONPATH_MODULO:
		put_binary(node, has_brackets, out);
		return;
	case JSONPATH_PLUS:
	case JSONPATH_MINUS:
		put_sign(node, has_brackets, out);
		return;
	case JSONPATH_LIKE_REGEX:
		put_regex(node, has_brackets, out);
		return;
	case JSONPATH_NOT:
		put_around("!(", node->left, ")", out);
		return;
	case JSONPATH_IS_UNKNOWN:
		put_around("(", node->left, ") is unknown", out);
		return;
	case JSONPATH_EXISTS:
		put_around("exists (", node->left, ")", out);
		return;
	case JSONPATH_FILTER:
		put_around("?(", node->left, ")", out);
		return;
	case JSONPATH_NULL:
	case JSONPATH_TRUE:
	case JSONPATH_FALSE:
	case JSONPATH_ROOT:
	case JSONPATH_CURRENT:
	case JSONPATH_LAST:
		buf_put_cstr(out, jsonpath_name(node->kind));
		return;
	case JSONPATH_NUMBER:
		put_number(node, out);
		return;
	case JSONPATH_VARIABLE:
		buf_put_cstr(out, "$");
		json_put_string(out, node->text);
		return;
	case JSONPATH_KEY:
		buf_put_cstr(out, ".");
		json_put_string(out, node->text);
		return;
	case JSONPATH_STRING:
		json_put_string(out, node->text);
		return;
	case JSONPATH_ANY_KEY:
		buf_put_cstr(out, ".*");
		return;
	case JSONPATH_ANY_ARRAY:
		buf_put_cstr(out, "[*]");
		return;
	case JSONPATH_INDEX:
		put_index(node, out);
		return;
	case JSONPATH_ANY:
		put_any(node, out);
		return;
	case JSONPATH_TYPE:
	case JSONPATH_SIZE:
	case JSONPATH_ABS:
	case JSONPATH_FLOOR:
	case JSONPATH_CEILING:
	case JSONPATH_DOUBLE:
	case JSONPATH_KEYVALUE:
	case JSONPATH_DATETIME:
		put_method(node, out);
		return;
	case JSONPATH_SUBSCRIPT: /* put_index() */
	case JSONPATH_KIND_COUNT:
		return;
	}
}

static void
put(const struct jsonpath_node *node, bool has_brackets, struct buf *out)
{
	put_one(node, has_brackets, out);
	for (node = node->next; node != NULL; node = node->next)
		put_one(node, true, out);
}

void
jsonpath_put(const struct jsonpath *path, struct buf *out)
{
	buf_put_cstr(out, path->is_strict ? "strict " : "");
	put(path->root, true, out);
}
