/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions as PostgreSQL's parser would have them.  Which casts there are, the
 * notes say: a node is noted with its expression, and that with what became of it
 * where its place asked for another type.
 */
#include "plan/deparse_private.h"
#include "sql/ast_words.h"
#include "types/array.h"

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

static struct term *
term_pair(struct deparse *d, enum term_kind kind, struct str text,
    struct term *left, struct term *right)
{
	struct term *term = term_new(d, kind, 2);

	term->text = text;
	term->args[0] = left;
	term->args[1] = right;
	return term;
}

static struct term *
term_one(struct deparse *d, enum term_kind kind, struct str text,
    struct term *arg)
{
	struct term *term = term_new(d, kind, 1);

	term->text = text;
	term->args[0] = arg;
	return term;
}

static struct term *
term_not(struct deparse *d, bool is_negated, struct term *arg)
{
	return is_negated ? term_one(d, TERM_NOT, STR(""), arg) : arg;
}

struct term *
term_null(struct deparse *d, const struct type *type)
{
	struct term *term = term_new(d, TERM_CONST, 0);

	term->type = *type;
	term->is_null = true;
	return term;
}

struct term *
term_cast(struct deparse *d, struct term *arg, const struct type *type,
    bool is_implicit)
{
	struct term *term = term_one(d, TERM_CAST, STR(""), arg);

	term->type = *type;
	term->is_implicit = is_implicit;
	return term;
}

/* ---- constants ---- */

static struct type
unknown_type(void)
{
	struct type type = type_of(TYPE_UNKNOWN);

	return type;
}

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

	return expr == NULL ? unknown_type() : expr->type;
}

/* What a literal was read as, without the modifier that was applied then. */
static struct type
literal_type(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *literal = bind_noted_expr(d->notes, ast);
	const struct expr *read =
	    literal == NULL ? NULL : bind_noted_expr(d->notes, literal);
	struct type type = read == NULL ? unknown_type() : read->type;

	if (type.oid != TYPE_INTERVAL)
		type.mod = -1;
	return type;
}

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

static struct term *
term_of_const(struct deparse *d, const struct ast_expr *ast)
{
	const struct type type = literal_type(d, ast);

	return is_literal(ast) ? term_of_literal(d, ast, &type)
			       : term_of_number(d, ast);
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
	const struct expr *expr = bind_noted_expr(d->notes, ast);
	const struct range *range = bind_noted_range(d->notes, ast);
	struct term *term = term_of_expr(d, expr);
	const struct ast_name *name = &ast->column.name;

	if (term != NULL)
		return term;
	if (range != NULL) {
		term = term_new(d, TERM_ROW_OF, 0);
		term->qualifier = deparse_range_name(d, range);
		term->type = expr == NULL ? unknown_type() : expr->type;
		return term;
	}
	return term_named(d, STR(""), name->parts[name->count - 1]);
}

static struct term *
term_of_field(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_of_expr(d, bind_noted_expr(d->notes, ast));

	return term != NULL ? term
			    : term_one(d, TERM_FIELD, ast->field.name,
				  term_of(d, ast->field.arg));
}

/* ---- casts ---- */

static bool
is_same_type(const struct type *from, const struct type *to)
{
	return from->oid == to->oid && (to->mod == -1 || to->mod == from->mod);
}

static struct term *
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

static struct term **
terms_of(struct deparse *d, const struct ast_expr_list *list)
{
	struct term **terms = arena_alloc_array(d->arena,
	    (size_t)list->count + 1, sizeof(struct term *));

	for (uint32_t i = 0; i < list->count; i++)
		terms[i] = term_cast_of(d, list->items[i]);
	return terms;
}

static struct term *
term_of_list(struct deparse *d, enum term_kind kind, const char *word,
    const struct ast_expr_list *list)
{
	struct term *term = term_new(d, kind, 0);

	term->text = str_of_cstr(word);
	term->args = terms_of(d, list);
	term->arg_count = list->count;
	return term;
}

/* ---- operators ---- */

/* What PostgreSQL compares as it is, needs no cast that is needed here. */
static struct term *
term_of_op(struct deparse *d, struct str name, const struct ast_expr *left,
    const struct ast_expr *right)
{
	const struct type left_type = term_own_type(d, left);
	const struct type right_type = term_own_type(d, right);
	bool is_plain = term_has_operator(name, &left_type, &right_type);

	return term_pair(d, TERM_OP, name,
	    is_plain ? term_of(d, left) : term_cast_of(d, left),
	    is_plain ? term_of(d, right) : term_cast_of(d, right));
}

static struct str
last_part(const struct ast_name *name)
{
	return name->parts[name->count - 1];
}

/* Pairs of fields: all equal, or one that is not; or compared as rows. */
static struct term *
term_of_rows(struct deparse *d, struct str op, const struct ast_expr *left,
    const struct ast_expr *right)
{
	bool is_equal = str_equal(op, STR("="));
	uint32_t count = left->list.count;
	struct term *term;

	if (!is_equal && !str_equal(op, STR("<>")) && count > 1)
		return term_pair(d, TERM_ROWS, op,
		    term_of_list(d, TERM_ROW, "", &left->list),
		    term_of_list(d, TERM_ROW, "", &right->list));
	term = term_new(d, is_equal ? TERM_AND : TERM_OR, count);
	for (uint32_t i = 0; i < count; i++)
		term->args[i] = term_of_op(d, op, left->list.items[i],
		    right->list.items[i]);
	return count == 1 ? term->args[0] : term;
}

static struct term *
term_of_sublink(struct deparse *d, const struct ast_expr *ast,
    const struct ast_expr *test, struct str op)
{
	struct term *term = term_new(d, TERM_SUBLINK, 0);

	term->ast = ast;
	term->text = op;
	if (test != NULL && test->kind == AST_ROW) {
		term->args = terms_of(d, &test->list);
		term->arg_count = test->list.count;
	} else if (test != NULL) {
		term->args[0] = term_cast_of(d, test);
		term->arg_count = 1;
	}
	return term;
}

static struct term *
term_of_operation(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *left = ast->op.left, *right = ast->op.right;
	struct str name = last_part(&ast->op.name);

	if (left == NULL)
		return term_one(d, TERM_OP, name, term_cast_of(d, right));
	if (left->kind == AST_ROW && right->kind == AST_ROW &&
	    left->list.count == right->list.count)
		return term_of_rows(d, name, left, right);
	if (left->kind == AST_ROW && right->kind == AST_SUBLINK)
		return term_of_sublink(d, right, left, name);
	return term_of_op(d, name, left, right);
}

static struct term *
term_of_like(struct deparse *d, const struct ast_expr *ast)
{
	struct str name = last_part(&ast->op.name);
	uint32_t count = ast->op.escape != NULL ? 2 : 1;
	struct term *call;

	if (ast->op.is_negated && name.data[0] != '!')
		name = arena_printf(d->arena, "!%.*s", STR_FMT(name));
	if (count == 1 && !ast->op.is_similar)
		return term_of_op(d, name, ast->op.left, ast->op.right);
	call = term_new(d, TERM_CALL, count);
	call->text =
	    ast->op.is_similar ? STR("similar_to_escape") : STR("like_escape");
	call->args[0] = term_cast_of(d, ast->op.right);
	if (count == 2)
		call->args[1] = term_cast_of(d, ast->op.escape);
	return term_pair(d, TERM_OP, name, term_cast_of(d, ast->op.left), call);
}

static bool
is_null(const struct ast_expr *ast)
{
	return ast->kind == AST_CONST && ast->constant.kind == AST_NULL;
}

static struct term *
term_of_distinct(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *left = ast->op.left, *right = ast->op.right;
	struct term *term;

	if (is_null(left) || is_null(right))
		return term_one(d, TERM_TEST,
		    ast->op.is_negated ? STR("IS NULL") : STR("IS NOT NULL"),
		    term_of(d, is_null(right) ? left : right));
	if (left->kind == AST_ROW && right->kind == AST_ROW) {
		term = term_of_rows(d, STR("<>"), left, right);
		for (uint32_t i = 0;
		     term->kind == TERM_OR && i < term->arg_count; i++)
			term->args[i]->kind = TERM_DISTINCT;
		if (term->kind == TERM_OP)
			term->kind = TERM_DISTINCT;
	} else {
		term = term_of_op(d, STR("="), left, right);
		term->kind = TERM_DISTINCT;
	}
	return term_not(d, ast->op.is_negated, term);
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

/* x BETWEEN low AND high, or what is not so. */
static struct term *
term_of_range(struct deparse *d, const struct ast_expr *ast,
    const struct ast_expr *low, const struct ast_expr *high)
{
	bool is_not = ast->between.is_negated;

	return term_pair(d, is_not ? TERM_OR : TERM_AND, STR(""),
	    term_of_op(d, is_not ? STR("<") : STR(">="), ast->between.arg, low),
	    term_of_op(d, is_not ? STR(">") : STR("<="), ast->between.arg,
		high));
}

static struct term *
term_of_between(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *low = ast->between.low;
	const struct ast_expr *high = ast->between.high;
	struct term *term = term_of_range(d, ast, low, high);

	if (!ast->between.is_symmetric)
		return term;
	return term_pair(d, ast->between.is_negated ? TERM_AND : TERM_OR,
	    STR(""), term, term_of_range(d, ast, high, low));
}

/* ---- IN ---- */

static bool
is_column(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN;
}

/* Items that name columns are compared one by one. */
static bool
has_column(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);

	return expr != NULL && expr_any(expr, is_column);
}

/* The type that x and all items without columns can have; false: none. */
static bool
common_in_type(struct deparse *d, const struct ast_expr *ast, struct type *out)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct type *types = arena_alloc_array(d->arena,
	    (size_t)list->count + 1, sizeof(*types));
	uint32_t count = 0, odd;

	types[count++] = term_own_type(d, ast->in.arg);
	for (uint32_t i = 0; i < list->count; i++)
		if (!has_column(d, list->items[i]))
			types[count++] = term_own_type(d, list->items[i]);
	return count > 2 && common_type_of(types, count, out, &odd) &&
	    type_array_of(out).oid != 0;
}

/* What = compares the items as: see bind_in(). */
static const struct type *
compared_type(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);

	if (expr != NULL && expr->kind == EXPR_NOT)
		expr = expr->args[0];
	if (expr != NULL && expr->kind == EXPR_OR && expr->arg_count > 0)
		expr = expr->args[0];
	return expr == NULL || expr->arg_count == 0 ? NULL
						    : &expr->args[0]->type;
}

static struct term *
term_as(struct deparse *d, const struct ast_expr *ast, const struct type *type)
{
	const struct type own = term_own_type(d, ast);

	if (is_literal(ast))
		return term_of_literal(d, ast, type);
	return own.oid == type->oid ? term_of(d, ast)
				    : term_cast(d, term_of(d, ast), type, true);
}

/* x = ANY (ARRAY[...]) */
static struct term *
term_of_in_array(struct deparse *d, const struct ast_expr *ast,
    const struct type *type, struct str op)
{
	const struct ast_expr_list *list = &ast->in.list;
	const struct type own = term_own_type(d, ast->in.arg);
	const struct type *compared = compared_type(d, ast);
	struct term *array = term_new(d, TERM_ARRAY, list->count);
	struct term *left =
	    term_as(d, ast->in.arg, own.oid == TYPE_UNKNOWN ? type : &own);
	struct term *term;

	array->arg_count = 0;
	array->type = type_array_of(type);
	for (uint32_t i = 0; i < list->count; i++)
		if (!has_column(d, list->items[i]))
			array->args[array->arg_count++] =
			    term_as(d, list->items[i], type);
	if (compared != NULL && compared->oid != type->oid &&
	    !term_has_operator(op, &own, type)) {
		const struct type arrays = type_array_of(compared);

		left = term_as(d, ast->in.arg, compared);
		array = term_cast(d, array, &arrays, true);
	} else if (!term_has_operator(op, &own, type)) {
		left = term_as(d, ast->in.arg, type);
	}
	term = term_pair(d, TERM_ANY_ALL, op, left, array);
	term->is_all = ast->in.is_negated;
	return term;
}

static struct term *
term_of_in(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct str op = ast->in.is_negated ? STR("<>") : STR("=");
	bool is_row = ast->in.arg->kind == AST_ROW;
	struct type type;
	bool has_array = !is_row && common_in_type(d, ast, &type);
	struct term *term =
	    term_new(d, ast->in.is_negated ? TERM_AND : TERM_OR, list->count);

	term->arg_count = 0;
	if (has_array)
		term->args[term->arg_count++] =
		    term_of_in_array(d, ast, &type, op);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct ast_expr *item = list->items[i];

		if (has_array && !has_column(d, item))
			continue;
		term->args[term->arg_count++] = is_row && item->kind == AST_ROW
		    ? term_of_rows(d, op, ast->in.arg, item)
		    : term_of_op(d, op, ast->in.arg, item);
	}
	return term->arg_count == 1 ? term->args[0] : term;
}

/* ---- the others ---- */

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

static struct term *
term_of_any_all(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_pair(d, TERM_ANY_ALL,
	    last_part(&ast->any_all.op), term_cast_of(d, ast->any_all.left),
	    term_cast_of(d, ast->any_all.array));

	term->is_all = ast->any_all.is_all;
	return term;
}

static struct term *
term_of_nullif(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term =
	    term_of_op(d, STR("="), ast->op.left, ast->op.right);

	term->kind = TERM_LIST;
	term->text = STR("NULLIF");
	return term;
}

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
		return term_one(d, TERM_COLLATE, last_part(&ast->collate.name),
		    term_cast_of(d, ast->collate.arg));
	case AST_SQL_VALUE:
		return term_of_value_function(d, ast);
	case AST_SUBLINK:
		return term_of_sublink(d, ast, ast->sublink.test,
		    ast->sublink.op.count == 0 ? STR("")
					       : last_part(&ast->sublink.op));
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
