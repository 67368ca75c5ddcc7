/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_comment.c -- COMMENT ON.  As with other changes of the schema, whether
 * the object exists is asked when the statement runs.
 */
#include "plan/bind.h"

static const enum comment_target targets[] = {
	[AST_OBJECT_TABLE] = COMMENT_ON_TABLE,
	[AST_OBJECT_COLUMN] = COMMENT_ON_COLUMN,
	[AST_OBJECT_VIEW] = COMMENT_ON_VIEW,
	[AST_OBJECT_KEPT] = COMMENT_ON_KEPT,
	[AST_OBJECT_TYPE] = COMMENT_ON_TYPE,
	[AST_OBJECT_SCHEMA] = COMMENT_ON_SCHEMA,
	[AST_OBJECT_DATABASE] = COMMENT_ON_DATABASE,
};

/* The table's name without the column's. */
static struct ast_name
owner_of(const struct ast_name *column)
{
	struct ast_name owner = *column;

	owner.count--;
	return owner;
}

int
bind_comment(struct binder *binder, const struct ast_comment *ast,
    struct plan_ddl *ddl, struct error *err)
{
	struct ast_name name = ast->name;

	ddl->op = DDL_OP_COMMENT;
	ddl->target = targets[ast->kind];
	ddl->text = ast->text;
	ddl->location = name.location;
	switch (ast->kind) {
	case AST_OBJECT_SCHEMA:
	case AST_OBJECT_DATABASE:
		ddl->name = name.parts[name.count - 1];
		return 0;
	case AST_OBJECT_COLUMN:
		if (name.count < 2)
			return error_at(err, name.location, STELE_E_SYNTAX,
			    "column name must be qualified");
		ddl->column = name.parts[name.count - 1];
		name = owner_of(&name);
		break;
	case AST_OBJECT_TABLE:
	case AST_OBJECT_TYPE:
	case AST_OBJECT_VIEW:
	case AST_OBJECT_KEPT:
	case AST_OBJECT_INDEX: /* the parser makes none of these */
		break;
	}
	return bind_changed_name(binder, &name, &ddl->name, err);
}
