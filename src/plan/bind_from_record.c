/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_from_record.c -- functions in FROM whose columns are said where they are
 * called: jsonb_to_recordset(x) AS t (a int, b text).
 *
 * The function gives documents; each column is a member of them, read as its
 * type.
 */
#include "plan/bind.h"
#include "types/array.h"

static int
check_names(const struct ast_from *from, struct error *err)
{
	for (uint32_t i = 1; i < from->column_def_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (str_equal(from->column_defs[i].name,
				from->column_defs[k].name))
				return error_set(err, STELE_E_DUPLICATE_COLUMN,
				    "column name \"%.*s\" specified more than"
				    " once",
				    STR_FMT(from->column_defs[i].name));
	return 0;
}

/* A member of the document by an operator: -> or ->>. */
static int
bind_member(struct binder *binder, struct str op, struct expr *document,
    struct str name, struct expr **out, struct error *err)
{
	const struct datum value = { .str = name };

	return bind_operator(binder, op, document,
	    expr_const(binder->arena, type_of(TYPE_TEXT), document->location,
		&value),
	    document->location, out, err);
}

/* json null is null, also where the column is json. */
static int
bind_document(struct binder *binder, struct expr *document, struct str name,
    struct expr *text, struct expr **out, struct error *err)
{
	struct expr *is_null = expr_new(binder->arena, EXPR_TEST,
	    type_of(TYPE_BOOL), document->location, 1);
	struct expr *member;
	int rc;

	rc = bind_member(binder, STR("->"), document, name, &member, err);
	if (rc != 0)
		return rc;
	is_null->test = TEST_NULL;
	is_null->args[0] = text;
	*out = expr_new(binder->arena, EXPR_CASE, document->type,
	    document->location, 3);
	(*out)->args[0] = is_null;
	(*out)->args[1] =
	    expr_const(binder->arena, document->type, document->location, NULL);
	(*out)->args[2] = member;
	return 0;
}

static int
bind_defined(struct binder *binder, struct expr *document,
    const struct ast_column_def *def, const struct type *type,
    struct expr **out, struct error *err)
{
	struct type bare = *type;
	int rc;

	bare.mod = -1;
	rc = bind_member(binder, STR("->>"), document, def->name, out, err);
	if (rc == 0 && (type->oid == TYPE_JSON || type->oid == TYPE_JSONB))
		rc = bind_document(binder, document, def->name, *out, out, err);
	if (rc == 0)
		rc = coerce_explicit(binder, out, &bare, def->location, err);
	return rc != 0 ? rc : coerce(binder, out, type, CAST_ASSIGNMENT, err);
}

int
bind_defined_columns(struct binder *binder, const struct ast_from *from,
    struct rel *input, struct range *range, struct rel **out, struct error *err)
{
	uint32_t count = from->column_def_count;
	struct range_column *columns =
	    arena_zalloc(binder->arena, (size_t)count * sizeof(*columns));
	struct expr **exprs =
	    arena_alloc_array(binder->arena, count, sizeof(*exprs));
	struct expr *document = expr_column(binder->arena, input->types[0],
	    from->location, input->id, 0);
	int rc = check_names(from, err);

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct ast_column_def *def = &from->column_defs[i];

		columns[i].name = def->name;
		rc = bind_type_name(binder, &def->type, &columns[i].type, err);
		if (rc == 0)
			rc = bind_column_collation(binder, def,
			    &columns[i].type, err);
		if (rc == 0 && type_is_array(&columns[i].type))
			rc = error_at(err, def->location,
			    STELE_E_FEATURE_NOT_SUPPORTED,
			    "a member of a document as %s is not supported",
			    type_text(binder, &columns[i].type));
		if (rc == 0)
			rc = bind_defined(binder, document, def,
			    &columns[i].type, &exprs[i], err);
	}
	if (rc != 0)
		return rc;
	*out = rel_new_project(binder, input, exprs, count);
	range->columns = columns;
	range->column_count = count;
	range->rel_id = (*out)->id;
	return 0;
}
