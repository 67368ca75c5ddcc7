/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/tree.h"

struct ast_expr *
tree_expr(struct arena *arena, enum ast_expr_kind kind, int location)
{
	struct ast_expr *expr = arena_zalloc(arena, sizeof(*expr));

	expr->kind = kind;
	expr->location = location;
	return expr;
}

struct ast_name
tree_name(struct str name, int location)
{
	return (struct ast_name){ .parts = { name },
		.count = 1,
		.location = location };
}

struct ast_expr *
tree_column(struct arena *arena, struct str name, int location)
{
	struct ast_expr *expr = tree_expr(arena, AST_COLUMN, location);

	expr->column.name = tree_name(name, location);
	return expr;
}

struct ast_expr *
tree_string(struct arena *arena, struct str text, int location)
{
	struct ast_expr *expr = tree_expr(arena, AST_CONST, location);

	expr->constant.kind = AST_STRING;
	expr->constant.text = text;
	return expr;
}

struct ast_expr *
tree_position(struct arena *arena, uint32_t position, int location)
{
	struct ast_expr *expr = tree_expr(arena, AST_CONST, location);

	expr->constant.kind = AST_INTEGER;
	expr->constant.integer = (int32_t)position;
	return expr;
}

struct ast_expr *
tree_cast(struct arena *arena, struct ast_expr *arg, const struct type *type)
{
	struct ast_expr *cast = tree_expr(arena, AST_CAST, arg->location);
	struct ast_name *name = &cast->cast.type.name;

	cast->cast.arg = arg;
	if (type->enum_type != NULL) {
		*name = tree_name(type->enum_type->name, arg->location);
		return cast;
	}
	*name = tree_name(STR("pg_catalog"), arg->location);
	name->parts[name->count++] = str_of_cstr(type_info(type->oid)->name);
	return cast;
}

struct ast_expr *
tree_null(struct arena *arena, const struct type *type)
{
	struct ast_expr *null = tree_expr(arena, AST_CONST, 0);

	null->constant.kind = AST_NULL;
	return tree_cast(arena, null, type);
}

struct ast_expr *
tree_op(struct arena *arena, struct str name, struct ast_expr *left,
    struct ast_expr *right)
{
	struct ast_expr *expr = tree_expr(arena, AST_OP, left->location);

	expr->op.name = tree_name(name, left->location);
	expr->op.left = left;
	expr->op.right = right;
	return expr;
}

struct ast_expr *
tree_call(struct arena *arena, const char *name, struct ast_expr **args,
    uint32_t count, int location)
{
	struct ast_expr *expr = tree_expr(arena, AST_CALL, location);

	expr->call.name = tree_name(str_of_cstr(name), location);
	expr->call.args.items =
	    arena_alloc_array(arena, count + 1, sizeof(*args));
	for (uint32_t i = 0; i < count; i++)
		expr->call.args.items[i] = args[i];
	expr->call.args.count = count;
	return expr;
}

struct ast_expr *
tree_and(struct arena *arena, struct ast_expr *left, struct ast_expr *right)
{
	struct ast_expr *both;

	if (left == NULL)
		return right;
	both = tree_expr(arena, AST_BOOL, right->location);
	both->boolean.op = AST_AND;
	both->boolean.args.items =
	    arena_alloc_array(arena, 2, sizeof(struct ast_expr *));
	both->boolean.args.items[0] = left;
	both->boolean.args.items[1] = right;
	both->boolean.args.count = 2;
	return both;
}
