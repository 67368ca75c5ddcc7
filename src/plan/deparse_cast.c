/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Casts, and the types of constants.  Which casts there are, the notes say: a node
 * is noted with its expression, and that with what became of it where its place
 * asked for another type.
 */
#include "plan/deparse_private.h"
#include "types/array.h"

/* ---- types ---- */

static bool
is_literal(const struct ast_expr *ast)
{
	return ast->kind == AST_CONST &&
	    (ast->constant.kind == AST_STRING ||
		ast->constant.kind == AST_NULL);
}

struct type
term_own_type(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);

	return expr == NULL ? type_of(TYPE_UNKNOWN) : expr->type;
}

/* What a literal was read as, without the modifier that was applied then. */
static struct type
literal_type(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *literal = bind_noted_expr(d->notes, ast);
	const struct expr *read =
	    literal == NULL ? NULL : bind_noted_expr(d->notes, literal);
	struct type type = read == NULL ? type_of(TYPE_UNKNOWN) : read->type;

	if (type.oid != TYPE_INTERVAL)
		type.mod = -1;
	return type;
}

/* ---- constants ---- */

/* The text of a value as the session reads it. */
static struct str
value_text(struct deparse *d, const struct type *type,
    const struct datum *value)
{
	struct str text;
	struct vec vec;
	struct buf out;

	vec_init_constant(&vec, type_phys(type), value, d->arena);
	buf_init(&out);
	type_out_text(type, d->context->settings, &vec, 0, &out);
	text = arena_str(d->arena, buf_str(&out));
	buf_release(&out);
	return text;
}

static struct term *
term_of_literal(struct deparse *d, const struct ast_expr *ast,
    const struct type *type)
{
	struct term *term = term_null(d, type);
	struct datum value;

	if (ast->constant.kind == AST_NULL)
		return term;
	term->is_null = false;
	term->text = ast->constant.text;
	if (type->oid == TYPE_UNKNOWN || d->rc != 0)
		return term;
	d->rc = type_in_text(type, d->inside->settings, term->text, d->arena,
	    &value, d->err);
	if (d->rc == 0)
		term->text = value_text(d, type, &value);
	return term;
}

static struct term *
term_of_number(struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);
	const struct type type = term_own_type(d, ast);
	struct term *term = term_null(d, &type);

	term->is_null = false;
	term->text = expr == NULL ? ast->constant.text
				  : value_text(d, &type, &expr->value);
	return term;
}

struct term *
term_of_const(struct deparse *d, const struct ast_expr *ast)
{
	const struct type type = literal_type(d, ast);

	return is_literal(ast) ? term_of_literal(d, ast, &type)
			       : term_of_number(d, ast);
}

/* ---- casts ---- */

struct term *
term_cast(struct deparse *d, struct term *arg, const struct type *type,
    bool is_implicit)
{
	struct term *term = term_one(d, TERM_CAST, STR(""), arg);

	term->type = *type;
	term->is_implicit = is_implicit;
	return term;
}

static bool
is_same_type(const struct type *from, const struct type *to)
{
	return from->oid == to->oid && (to->mod == -1 || to->mod == from->mod);
}

struct term *
term_of_cast(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *arg = ast->cast.arg;
	const struct type to = term_own_type(d, ast);
	struct type from = term_own_type(d, arg);
	struct term *term = term_of(d, arg);

	if (is_literal(arg))
		from = term->type;
	if (bind_noted_expr(d->notes, arg) == NULL && arg->kind == AST_ARRAY) {
		term->type = to; /* it was made as one of these */
		return term;
	}
	return is_same_type(&from, &to) ? term : term_cast(d, term, &to, false);
}

struct term *
term_cast_of(struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);
	struct term *term = term_of(d, ast);
	const struct expr *to;

	if (expr != NULL && is_literal(ast))
		expr = bind_noted_expr(d->notes, expr);
	for (; expr != NULL; expr = to) {
		to = bind_noted_expr(d->notes, expr);
		if (to != NULL && to->type.oid != expr->type.oid)
			term = term_cast(d, term, &to->type, true);
	}
	return term;
}

struct term *
term_as(struct deparse *d, const struct ast_expr *ast, const struct type *type)
{
	const struct type own = term_own_type(d, ast);

	if (is_literal(ast))
		return term_of_literal(d, ast, type);
	return own.oid == type->oid ? term_of(d, ast)
				    : term_cast(d, term_of(d, ast), type, true);
}
