/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_comment.c -- COMMENT ON.  As with other changes of the schema, whether
 * the object exists is asked when the statement runs; of what is temporary, it is
 * known at once.
 */
#include "plan/bind.h"
#include "plan/names.h"

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
		ddl->name = ast_name_last(&name);
		return 0;
	case AST_OBJECT_COLUMN:
		if (name.count < 2)
			return error_at(err, name.location, STELE_E_SYNTAX,
			    "column name must be qualified");
		ddl->column = ast_name_last(&name);
		name = owner_of(&name);
		break;
	case AST_OBJECT_TABLE:
	case AST_OBJECT_TYPE:
	case AST_OBJECT_VIEW:
	case AST_OBJECT_KEPT:
	case AST_OBJECT_INDEX: /* the parser makes none of these */
	case AST_OBJECT_SEQUENCE:
		break;
	}
	return bind_changed_name(binder, &name, &ddl->name, err);
}

/* ---- what is temporary ---- */

static int
check_kind(const struct relation *relation, enum ast_object_kind kind,
    struct error *err)
{
	const char *wanted = kind == AST_OBJECT_TABLE ? "table"
	    : kind == AST_OBJECT_VIEW                 ? "view"
	    : kind == AST_OBJECT_SEQUENCE             ? "sequence"
						      : "materialized view";
	char is = relation_kind(relation);

	if (kind == AST_OBJECT_SEQUENCE && is == 'S')
		return 0;
	if (is != 'i' && is != 'S' &&
	    (kind == AST_OBJECT_COLUMN ||
		(kind == AST_OBJECT_TABLE && is == 'r') ||
		(kind == AST_OBJECT_VIEW && is == 'v')))
		return 0;
	if (kind == AST_OBJECT_COLUMN) {
		(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "cannot set comment on relation \"%.*s\"",
		    STR_FMT(relation->name));
		return error_detail(err,
		    "This operation is not supported for %s.",
		    is == 'S' ? "sequences" : "indexes");
	}
	return error_set(err, STELE_E_WRONG_OBJECT_TYPE, "\"%.*s\" is not a %s",
	    STR_FMT(relation->name), wanted);
}

int
bind_temp_comment(struct binder *binder, const struct ast_comment *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	const struct relation_space space = names_space(binder->context);
	struct ast_name name =
	    ast->kind == AST_OBJECT_COLUMN ? owner_of(&ast->name) : ast->name;
	struct str column = ast_name_last(&ast->name);
	struct relation relation;
	int rc;

	rc = bind_relation_nowhere(binder, &name, &relation, err);
	if (rc == 0)
		rc = check_kind(&relation, ast->kind, err);
	ddl->op = TEMP_OP_COMMENT;
	ddl->oid = relation.oid;
	ddl->text = ast->text;
	if (rc != 0 || ast->kind != AST_OBJECT_COLUMN)
		return rc;
	ddl->attnum = relation_column_find(&space, &relation, column);
	if (ddl->attnum != 0)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(column), STR_FMT(relation.name));
}
