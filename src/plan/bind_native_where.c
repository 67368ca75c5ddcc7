/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_native_where.c -- fields, literals and conditions of the native
 * language, as SQL's.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind_native.h"
#include "plan/native_time.h"

/* ---- fields ---- */

/* The type of a field that the query names; oid 0 if it has no such field. */
struct type
native_field_type(const struct rewrite *rw, struct str name)
{
	static const struct {
		const char *name;
		uint32_t type;
	} columns[] = {
		{ "event_type", TYPE_TEXT },
		{ "context_id", TYPE_TEXT },
		{ "timestamp", TYPE_TIMESTAMPTZ },
		{ "event_id", TYPE_INT8 },
		{ "version", TYPE_INT4 },
		{ "payload", TYPE_JSONB },
	};
	uint32_t attnum;

	if (!native_is_events(rw)) {
		attnum = event_type_column(rw->type, name);
		if (attnum != 0)
			return event_type_column_type(rw->type, attnum);
	}
	for (size_t i = 0; i < (native_is_events(rw) ? ARRAY_LEN(columns) : 1);
	     i++) {
		if (str_equal(name, str_of_cstr(columns[i].name)))
			return type_of(columns[i].type);
	}
	return type_of(0);
}

/*
 * A field by its name, "type.field" too.  Every event has an event_type, which
 * a table does not store.
 */
int
native_field_expr(struct rewrite *rw, struct str name, int location,
    struct ast_expr **out, struct error *err)
{
	if (native_field_type(rw, name).oid == 0)
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	if (!native_is_events(rw) && str_equal(name, STR("event_type")) &&
	    event_type_column(rw->type, name) == 0) {
		struct ast_expr *cast =
		    tree_expr(rw->arena, AST_CAST, location);

		cast->cast.arg =
		    tree_string(rw->arena, rw->type->name, location);
		cast->cast.type.name = tree_name(STR("text"), location);
		*out = cast;
	} else {
		*out = tree_column(rw->arena, name, location);
	}
	return 0;
}

/* ---- literals ---- */

static bool
is_number_const(const struct ast_expr *ast)
{
	return ast->kind == AST_CONST &&
	    (ast->constant.kind == AST_INTEGER ||
		ast->constant.kind == AST_NUMBER);
}

int
bind_native_time(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	struct type type = type_of(TYPE_TIMESTAMPTZ);
	struct scope scope = { .place = PLACE_STORE };
	struct datum value = { .is_null = false };
	struct str text = STR("");
	int rc;

	if (ast->kind == AST_CONST)
		text = ast->constant.text;
	if (is_number_const(ast) || native_time_is_integer(text)) {
		if (!native_time_read(text, &value.i64))
			return error_at(err, ast->location,
			    STELE_E_DATETIME_OVERFLOW,
			    "timestamp out of range: \"%.*s\"", STR_FMT(text));
		*out = expr_const(binder->arena, type, ast->location, &value);
		return 0;
	}
	rc = bind_expr(binder, &scope, ast, out, err);
	if (rc != 0)
		return rc;
	if (!can_coerce(&(*out)->type, &type, CAST_ASSIGNMENT))
		return error_at(err, ast->location, STELE_E_DATATYPE_MISMATCH,
		    "a time must be of type %s, not type %s",
		    type_text(binder, &type), type_text(binder, &(*out)->type));
	return coerce(binder, out, &type, CAST_ASSIGNMENT, err);
}

/* A number that stands beside a datetime or a date, as a literal of it. */
static int
time_literal(struct rewrite *rw, const struct ast_expr *ast,
    const struct type *type, struct ast_expr **out, struct error *err)
{
	struct str text = ast->constant.text;
	struct type timestamptz = type_of(TYPE_TIMESTAMPTZ);
	struct vec vec = { .phys = PHYS_I64, .is_constant = true };
	struct buf buf;
	int64_t us;

	if (!native_time_read(text, &us))
		return error_at(err, ast->location,
		    STELE_E_INVALID_DATETIME_FORMAT,
		    "invalid input syntax for type %s: \"%.*s\"",
		    type_text(rw->binder, type), STR_FMT(text));
	vec.data = &us;
	buf_init(&buf);
	type_out_text(&timestamptz, &type_settings_default, &vec, 0, &buf);
	*out = tree_string(rw->arena, arena_str(rw->arena, buf_str(&buf)),
	    ast->location);
	buf_release(&buf);
	return 0;
}

/* Let a literal be read, as it was written, as the field beside it. */
static int
type_literal(struct rewrite *rw, struct str field, struct ast_expr **literal,
    struct error *err)
{
	struct type type = native_field_type(rw, field);
	const struct ast_expr *ast = *literal;

	if (ast->kind != AST_CONST)
		return 0;
	if (type.oid == TYPE_TIMESTAMPTZ || type.oid == TYPE_DATE) {
		if (is_number_const(ast) ||
		    (ast->constant.kind == AST_STRING &&
			native_time_is_integer(ast->constant.text)))
			return time_literal(rw, ast, &type, literal, err);
		return 0;
	}
	if ((is_number_const(ast) && type_category(&type) != 'N') ||
	    (ast->constant.kind == AST_BOOLEAN && type_category(&type) != 'B'))
		*literal =
		    tree_string(rw->arena, ast->constant.text, ast->location);
	return 0;
}

/* ---- WHERE ---- */

static int rewrite_where(struct rewrite *rw, const struct ast_expr *ast,
    struct ast_expr **out, struct error *err);

/* The field a WHERE names, "t.f" too; other types' fields are an error. */
static int
where_field(struct rewrite *rw, const struct ast_expr *ast, struct str *name,
    struct ast_expr **out, struct error *err)
{
	const struct ast_name *path = &ast->column.name;
	struct str label = rw->label;

	if (label.len == 0 && !native_is_events(rw))
		label = rw->type->name;
	*name = ast_name_last(path);
	if (path->count == 2 && !native_is_events(rw) &&
	    !str_equal(path->parts[0], label))
		return error_at(err, ast->location, STELE_E_UNDEFINED_TABLE,
		    "missing FROM-clause entry for table \"%.*s\"",
		    STR_FMT(path->parts[0]));
	return native_field_expr(rw, *name, ast->location, out, err);
}

static int
rewrite_operand(struct rewrite *rw, struct ast_expr **operand,
    struct ast_expr **literal, struct error *err)
{
	struct str name;
	int rc;

	if ((*operand)->kind != AST_COLUMN)
		return 0;
	rc = where_field(rw, *operand, &name, operand, err);
	if (rc == 0 && literal != NULL)
		rc = type_literal(rw, name, literal, err);
	return rc;
}

static int
rewrite_in(struct rewrite *rw, struct ast_expr *ast, struct error *err)
{
	const struct ast_expr_list from = ast->in.list;
	struct str name = STR("");
	int rc = 0;

	if (ast->in.arg->kind == AST_COLUMN)
		rc = where_field(rw, ast->in.arg, &name, &ast->in.arg, err);
	ast->in.list.items =
	    arena_alloc_array(rw->arena, from.count + 1, sizeof(*from.items));
	for (uint32_t i = 0; i < from.count && rc == 0; i++) {
		ast->in.list.items[i] = from.items[i];
		rc = type_literal(rw, name, &ast->in.list.items[i], err);
	}
	return rc;
}

static int
rewrite_bool(struct rewrite *rw, struct ast_expr *ast, struct error *err)
{
	const struct ast_expr_list from = ast->boolean.args;
	int rc = 0;

	ast->boolean.args.items =
	    arena_alloc_array(rw->arena, from.count + 1, sizeof(*from.items));
	for (uint32_t i = 0; i < from.count && rc == 0; i++)
		rc = rewrite_where(rw, from.items[i],
		    &ast->boolean.args.items[i], err);
	return rc;
}

/* A copy of the condition: the tree that was parsed stays as it is. */
static int
rewrite_where(struct rewrite *rw, const struct ast_expr *ast,
    struct ast_expr **out, struct error *err)
{
	struct ast_expr *copy = tree_expr(rw->arena, ast->kind, ast->location);
	struct str name;
	int rc;

	*copy = *ast;
	*out = copy;
	switch (ast->kind) {
	case AST_BOOL:
		return rewrite_bool(rw, copy, err);
	case AST_OP:
		if (copy->op.left == NULL)
			return 0;
		rc = rewrite_operand(rw, &copy->op.left, &copy->op.right, err);
		if (rc == 0)
			rc = rewrite_operand(rw, &copy->op.right,
			    &copy->op.left, err);
		return rc;
	case AST_IS:
		return rewrite_operand(rw, &copy->is.arg, NULL, err);
	case AST_IN:
		return rewrite_in(rw, copy, err);
	case AST_COLUMN:
		return where_field(rw, ast, &name, out, err);
	default: /* the native grammar has no others */
		return 0;
	}
}

/* ---- conditions ---- */

static void
and_condition(struct rewrite *rw, struct ast_expr *condition)
{
	rw->select->where = tree_and(rw->arena, rw->select->where, condition);
}

/* What USING names, or timestamp. */
static struct str
time_field(const struct rewrite *rw)
{
	return rw->query->time_field.name.len > 0 ? rw->query->time_field.name
						  : STR("timestamp");
}

/* USING must name a field even where nothing asks for its time. */
static int
add_since(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_expr *literal = query->since;
	struct ast_expr *field;
	int rc;

	rc = native_field_expr(rw, time_field(rw), query->time_field.location,
	    &field, err);
	if (rc != 0 || query->since == NULL)
		return rc;
	rc = type_literal(rw, time_field(rw), &literal, err);
	if (rc == 0)
		and_condition(rw,
		    tree_op(rw->arena, STR(">="), field, literal));
	return rc;
}

int
native_conditions(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_expr *where;
	int rc;

	if (query->context != NULL)
		and_condition(rw,
		    tree_op(rw->arena, STR("="),
			tree_column(rw->arena, STR("context_id"),
			    query->context->location),
			query->context));
	rc = add_since(rw, err);
	if (rc != 0 || query->where == NULL)
		return rc;
	rc = rewrite_where(rw, query->where, &where, err);
	if (rc == 0)
		and_condition(rw, where);
	return rc;
}
