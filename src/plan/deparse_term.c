/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions as PostgreSQL's parser would have them.
 */
#include "plan/deparse_private.h"
#include "sql/ast_words.h"

/* ---- making them ---- */

struct term *
term_new(struct deparse *d, enum term_kind kind, uint32_t count)
{
	struct term *term = arena_zalloc(d->arena, sizeof(*term));

	term->kind = kind;
	term->type.mod = -1;
	term->args =
	    arena_zalloc(d->arena, ((size_t)count + 1) * sizeof(struct term *));
	term->arg_count = count;
	return term;
}

struct term *
term_pair(struct deparse *d, enum term_kind kind, struct str text,
    struct term *left, struct term *right)
{
	struct term *term = term_new(d, kind, 2);

	term->text = text;
	term->args[0] = left;
	term->args[1] = right;
	return term;
}

struct term *
term_one(struct deparse *d, enum term_kind kind, struct str text,
    struct term *arg)
{
	struct term *term = term_new(d, kind, 1);

	term->text = text;
	term->args[0] = arg;
	return term;
}

struct term *
term_null(struct deparse *d, const struct type *type)
{
	struct term *term = term_new(d, TERM_CONST, 0);

	term->type = *type;
	term->is_null = true;
	return term;
}

struct term **
terms_of(struct deparse *d, const struct ast_expr_list *list)
{
	struct term **terms = arena_alloc_array(d->arena,
	    (size_t)list->count + 1, sizeof(struct term *));

	for (uint32_t i = 0; i < list->count; i++)
		terms[i] = term_cast_of(d, list->items[i]);
	return terms;
}

struct term *
term_of_list(struct deparse *d, enum term_kind kind, const char *word,
    const struct ast_expr_list *list)
{
	struct term *term = term_new(d, kind, 0);

	term->text = str_of_cstr(word);
	term->args = terms_of(d, list);
	term->arg_count = list->count;
	return term;
}

/* ---- columns ---- */

static struct term *
term_named(struct deparse *d, struct str qualifier, struct str name)
{
	struct term *term = term_new(d, TERM_COLUMN, 0);

	term->qualifier = qualifier;
	term->text = name;
	return term;
}

/* NULL: it is no column of FROM. */
static struct term *
term_of_expr(struct deparse *d, const struct expr *expr)
{
	struct str qualifier, name;

	if (expr == NULL || expr->kind != EXPR_COLUMN ||
	    !deparse_column_name(d, expr, &qualifier, &name))
		return NULL;
	return term_named(d, qualifier, name);
}

struct term *
term_of_column(struct deparse *d, const struct range *range, uint32_t index)
{
	struct str name = deparse_range_name(d, range);
	struct term *term = NULL;

	if (name.len == 0 && range->exprs != NULL)
		term = term_of_expr(d, range->exprs[index]);
	return term != NULL
	    ? term
	    : term_named(d, name, deparse_range_column(d, range, index));
}

static struct term *
term_of_name(struct deparse *d, const struct ast_expr *ast)
{
	const struct range *range = bind_noted_range(d->notes, ast);
	struct term *term = term_of_expr(d, bind_noted_expr(d->notes, ast));

	if (term != NULL)
		return term;
	if (range != NULL) {
		term = term_new(d, TERM_ROW_OF, 0);
		term->qualifier = deparse_range_name(d, range);
		term->type = term_own_type(d, ast);
		return term;
	}
	return term_named(d, STR(""), ast_name_last(&ast->column.name));
}

static struct term *
term_of_field(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_of_expr(d, bind_noted_expr(d->notes, ast));

	return term != NULL ? term
			    : term_one(d, TERM_FIELD, ast->field.name,
				  term_of(d, ast->field.arg));
}

/* ---- logic ---- */

static struct term *
term_of_bool(struct deparse *d, const struct ast_expr *ast)
{
	static const enum term_kind kinds[] = {
		[AST_AND] = TERM_AND,
		[AST_OR] = TERM_OR,
		[AST_NOT] = TERM_NOT,
	};

	return term_of_list(d, kinds[ast->boolean.op], "", &ast->boolean.args);
}

static struct term *
term_of_test(struct deparse *d, const struct ast_expr *ast)
{
	return term_one(d, TERM_TEST, str_of_cstr(ast_is_words(ast->is.kind)),
	    term_cast_of(d, ast->is.arg));
}

/* ---- parts and wholes ---- */

static struct term *
term_of_case(struct deparse *d, const struct ast_expr *ast)
{
	uint32_t count = ast->case_.when_count;
	struct term *term = term_new(d, TERM_CASE, 2 * count + 2);
	const struct type type = term_own_type(d, ast);

	if (ast->case_.arg != NULL)
		term->args[0] = term_of(d, ast->case_.arg);
	for (uint32_t i = 0; i < count; i++) {
		const struct ast_when *when = &ast->case_.whens[i];

		term->args[2 * i + 1] = term_cast_of(d, when->when);
		term->args[2 * i + 2] = term_cast_of(d, when->then);
	}
	term->args[2 * count + 1] = ast->case_.otherwise == NULL
	    ? term_null(d, &type)
	    : term_cast_of(d, ast->case_.otherwise);
	return term;
}

static struct term *
term_of_array(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_of_list(d, TERM_ARRAY, "", &ast->list);

	term->type = term_own_type(d, ast);
	return term;
}

static struct term *
term_of_subscript(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_new(d, TERM_SUBSCRIPT, 3);

	term->ast = ast;
	term->args[0] = term_of(d, ast->subscript.arg);
	if (ast->subscript.lower != NULL)
		term->args[1] = term_cast_of(d, ast->subscript.lower);
	if (ast->subscript.upper != NULL)
		term->args[2] = term_cast_of(d, ast->subscript.upper);
	return term;
}

/* ---- any ---- */

struct term *
term_of(struct deparse *d, const struct ast_expr *ast)
{
	switch (ast->kind) {
	case AST_CONST:
		return term_of_const(d, ast);
	case AST_COLUMN:
		return term_of_name(d, ast);
	case AST_CALL:
		return term_of_call(d, ast);
	case AST_OP:
		return term_of_operation(d, ast);
	case AST_LIKE:
		return term_of_like(d, ast);
	case AST_BOOL:
		return term_of_bool(d, ast);
	case AST_IS:
		return term_of_test(d, ast);
	case AST_DISTINCT_FROM:
		return term_of_distinct(d, ast);
	case AST_NULLIF:
		return term_of_nullif(d, ast);
	case AST_BETWEEN:
		return term_of_between(d, ast);
	case AST_IN:
		return term_of_in(d, ast);
	case AST_CASE:
		return term_of_case(d, ast);
	case AST_COALESCE:
		return term_of_list(d, TERM_LIST, "COALESCE", &ast->list);
	case AST_GREATEST:
		return term_of_list(d, TERM_LIST, "GREATEST", &ast->list);
	case AST_LEAST:
		return term_of_list(d, TERM_LIST, "LEAST", &ast->list);
	case AST_CAST:
		return term_of_cast(d, ast);
	case AST_COLLATE:
		return term_one(d, TERM_COLLATE,
		    ast_name_last(&ast->collate.name),
		    term_cast_of(d, ast->collate.arg));
	case AST_SQL_VALUE:
		return term_of_value_function(d, ast);
	case AST_SUBLINK:
		return term_of_sublink(d, ast, ast->sublink.test,
		    ast_name_last(&ast->sublink.op));
	case AST_ANY_ALL:
		return term_of_any_all(d, ast);
	case AST_ARRAY:
		return term_of_array(d, ast);
	case AST_SUBSCRIPT:
		return term_of_subscript(d, ast);
	case AST_ROW:
		return term_of_list(d, TERM_ROW, "", &ast->list);
	case AST_FIELD:
		return term_of_field(d, ast);
	case AST_PARAM: /* a view has none, nor what only other places have */
	case AST_STAR:
	case AST_DEFAULT:
		break;
	}
	return term_named(d, STR(""), STR("*"));
}
