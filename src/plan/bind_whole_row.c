/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_whole_row.c -- rows as values (ADR 26): ROW(a, b), whole rows of FROM's
 * items, and the fields of rows.
 *
 * A row is a call of the function ROW over its columns, of a type that knows
 * them.  Where an outer join may put nulls in a whole row's place, the row is
 * null if a column of its side is that never is by itself: one of the table's,
 * or one that is added below the join.
 */
#include "plan/bind.h"
#include "types/record.h"

/* ---- rows ---- */

static const struct row_type *
new_row_type(struct binder *binder, struct expr *const *fields,
    const struct str *names, uint32_t count)
{
	struct row_type *row = arena_alloc(binder->arena, sizeof(*row));
	struct type *types =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*types));

	for (uint32_t i = 0; i < count; i++)
		types[i] = fields[i]->type;
	*row =
	    (struct row_type){ .count = count, .types = types, .names = names };
	return row;
}

struct expr *
expr_row(struct binder *binder, struct expr *const *fields,
    const struct str *names, uint32_t count, int location)
{
	struct expr *expr = expr_new(binder->arena, EXPR_CALL,
	    type_of_row(new_row_type(binder, fields, names, count)), location,
	    count);

	expr->function = function_by_id(FN_ROW);
	for (uint32_t i = 0; i < count; i++)
		expr->args[i] = fields[i];
	return expr;
}

struct expr *
expr_row_unless_null(struct binder *binder, struct expr *solid,
    struct expr *row)
{
	struct expr *test = expr_new(binder->arena, EXPR_TEST,
	    type_of(TYPE_BOOL), row->location, 1);
	struct expr *expr =
	    expr_new(binder->arena, EXPR_CASE, row->type, row->location, 3);

	test->test = TEST_NULL;
	test->args[0] = solid;
	expr->args[0] = test;
	expr->args[1] =
	    expr_const(binder->arena, row->type, row->location, NULL);
	expr->args[2] = row;
	return expr;
}

/* Field `index` of a row whose type knows its columns. */
static struct expr *
expr_field(struct binder *binder, struct expr *row, uint32_t index,
    int location)
{
	const struct datum number = { .i64 = index };
	struct expr *expr;

	if (expr_is_row(row))
		return row->args[index];
	expr = expr_new(binder->arena, EXPR_CALL, row->type.row->types[index],
	    location, 2);
	expr->function = function_by_id(FN_ROW_FIELD);
	expr->args[0] = row;
	expr->args[1] =
	    expr_const(binder->arena, type_of(TYPE_INT4), location, &number);
	return expr;
}

/* ---- whole rows ---- */

/* A column that is null only where the outer join has put it. */
static struct expr *
solid_column(struct binder *binder, const struct range *range, int location)
{
	struct null_side *side = range->null_side;
	const struct datum yes = { .boolean = true };
	struct set_call *call;
	struct rel *rel;

	if (range->solid_column > 0)
		return range_column_expr(binder, range, range->solid_column - 1,
		    location);
	if (side->marker == 0) {
		rel = rel_new(binder, REL_PROJECT_SET, *side->slot, 1);
		call = arena_zalloc(binder->arena, sizeof(*call));
		call->args = arena_alloc(binder->arena, sizeof(*call->args));
		call->args[0] = expr_const(binder->arena, type_of(TYPE_BOOL),
		    location, &yes);
		call->arg_count = 1;
		call->column_count = 1;
		call->types[0] = type_of(TYPE_BOOL);
		rel->types[0] = call->types[0];
		rel->project_set.calls = call;
		rel->project_set.call_count = 1;
		*side->slot = rel;
		side->marker = rel->id;
	}
	return expr_column(binder->arena, type_of(TYPE_BOOL), location,
	    side->marker, 0);
}

struct expr *
range_unless_null(struct binder *binder, const struct range *range,
    struct expr *value)
{
	return range->null_side == NULL
	    ? value
	    : expr_row_unless_null(binder,
		  solid_column(binder, range, value->location), value);
}

struct expr *
bind_whole_row(struct binder *binder, const struct range *range, int location)
{
	uint32_t count = range->column_count;
	struct expr **fields = arena_alloc_array(binder->arena,
	    (size_t)count + 1, sizeof(*fields));
	struct str *names =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*names));

	if (range->is_value)
		return range_column_expr(binder, range, 0, location);
	for (uint32_t i = 0; i < count; i++) {
		fields[i] = range_column_expr(binder, range, i, location);
		names[i] = range->columns[i].name;
	}
	return range_unless_null(binder, range,
	    expr_row(binder, fields, names, count, location));
}

/* ---- (x).* ---- */

/* The range whose row an expression names; NULL: it does not name one. */
static int
find_named_row(struct scope *scope, const struct ast_expr *ast,
    const struct range **out, struct error *err)
{
	*out = NULL;
	if (ast->kind != AST_COLUMN || ast->column.name.count != 1)
		return 0;
	return scope_find_row(scope, ast->column.name.parts[0],
	    ast->column.has_star, ast->location, out, err);
}

static int
not_composite(struct binder *binder, const struct expr *row, struct str name,
    int location, struct error *err)
{
	if (row->type.oid == TYPE_RECORD)
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "could not identify column \"%.*s\" in record data type",
		    STR_FMT(name));
	return error_at(err, location, STELE_E_WRONG_OBJECT_TYPE,
	    "column notation .%.*s applied to type %s, which is not a composite"
	    " type",
	    STR_FMT(name), type_text(binder, &row->type));
}

static void
fields_of_range(struct binder *binder, const struct range *range, int location,
    struct field_list *out)
{
	uint32_t count = range->column_count;
	struct expr **fields = arena_alloc_array(binder->arena,
	    (size_t)count + 1, sizeof(*fields));
	struct str *names =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*names));

	for (uint32_t i = 0; i < count; i++) {
		fields[i] = range_column_expr(binder, range, i, location);
		names[i] = range->columns[i].name;
	}
	*out = (struct field_list){ fields, names, count };
}

static int
fields_of_value(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct field_list *out, struct error *err)
{
	const struct row_type *row;
	struct expr **fields;
	struct expr *value;
	int rc;

	rc = bind_value(binder, scope, ast, &value, err);
	if (rc != 0)
		return rc;
	row = value->type.row;
	if (row == NULL)
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "type %s is not composite",
		    type_text(binder, &value->type));
	fields = arena_alloc_array(binder->arena, (size_t)row->count + 1,
	    sizeof(*fields));
	for (uint32_t i = 0; i < row->count; i++)
		fields[i] = expr_field(binder, value, i, ast->location);
	*out = (struct field_list){ fields, row->names, row->count };
	return 0;
}

int
bind_row_star(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct field_list *out, struct error *err)
{
	const struct range *range;
	int rc;

	if (ast->kind == AST_COLUMN) {
		rc = bind_star_range(binder, scope, ast, &range, err);
		if (rc == 0)
			fields_of_range(binder, range, ast->location, out);
		return rc;
	}
	rc = find_named_row(scope, ast->field.arg, &range, err);
	if (rc == 0 && range != NULL)
		fields_of_range(binder, range, ast->location, out);
	else if (rc == 0)
		rc = fields_of_value(binder, scope, ast->field.arg, out, err);
	return rc;
}

/* ---- (x).f, ROW(...) ---- */

static int
bind_range_field(struct binder *binder, const struct range *range,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	uint32_t index;

	if (!range_find_column(range, ast->field.name, &index))
		return error_at(err, ast->location, STELE_E_UNDEFINED_COLUMN,
		    "column %.*s.%.*s does not exist", STR_FMT(range->name),
		    STR_FMT(ast->field.name));
	*out = range_column_expr(binder, range, index, ast->location);
	return 0;
}

int
bind_row_field(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct range *range;
	struct expr *row;
	int rc;

	if (ast->field.name.len == 0)
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "row expansion via \"*\" is not supported here");
	rc = find_named_row(scope, ast->field.arg, &range, err);
	if (rc == 0 && range != NULL)
		return bind_range_field(binder, range, ast, out, err);
	if (rc == 0)
		rc = bind_value(binder, scope, ast->field.arg, &row, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; row->type.row != NULL && i < row->type.row->count;
	     i++) {
		if (!str_equal(row->type.row->names[i], ast->field.name) ||
		    row->type.oid != TYPE_RECORD)
			continue;
		*out = expr_field(binder, row, i, ast->location);
		return 0;
	}
	return not_composite(binder, row, ast->field.name, ast->location, err);
}

int
bind_row_items(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr ***out, uint32_t *count,
    struct error *err)
{
	uint32_t capacity = ast->list.count + 1;
	struct expr **items =
	    arena_alloc_array(binder->arena, capacity, sizeof(*items));
	int rc = 0;

	*count = 0;
	for (uint32_t i = 0; i < ast->list.count && rc == 0; i++) {
		const struct ast_expr *item = ast->list.items[i];
		struct field_list fields = { .count = 1 };
		struct expr *one;

		if (ast_is_row_star(item)) {
			rc = bind_row_star(binder, scope, item, &fields, err);
		} else {
			rc = bind_expr(binder, scope, item, &one, err);
			fields.exprs = &one;
		}
		if (rc != 0)
			break;
		for (uint32_t f = 0; f < fields.count; f++) {
			items = arena_grow(binder->arena, items, *count,
			    &capacity, sizeof(*items));
			items[(*count)++] = fields.exprs[f];
		}
	}
	*out = items;
	return rc;
}

int
bind_row_constructor(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct expr **items;
	struct str *names;
	uint32_t count;
	int rc;

	rc = bind_row_items(binder, scope, ast, &items, &count, err);
	names =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*names));
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		names[i] = arena_printf(binder->arena, "f%u", i + 1);
		rc = coerce_unknown(binder, &items[i], err);
	}
	if (rc == 0)
		*out = expr_row(binder, items, names, count, ast->location);
	return rc;
}
