/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sorts, groups and makes windows: names and numbers of targets give way to
 * what they stand for.
 */
#include "plan/deparse_private.h"
#include "sql/ast_words.h"

/* ---- which target ---- */

static bool
has_input_column(const struct deparse *d, struct str name)
{
	const struct ast_from_list *from = &d->select->from;
	uint32_t ignored;

	for (uint32_t i = 0; i < from->count; i++) {
		const struct range *range =
		    bind_noted_range(d->notes, from->items[i]);

		if (range != NULL && range_find_column(range, name, &ignored))
			return true;
	}
	return false;
}

/* The target that a number or an alias means; NULL: none. */
static const struct term *
named_target(struct deparse *d, const struct ast_expr *ast, bool is_group)
{
	struct str name = ast_bare_column(ast);
	struct deparse_target *targets;
	uint32_t count;

	if (ast->kind == AST_CONST && ast->constant.kind == AST_INTEGER) {
		count = deparse_targets(d, d->select, &targets);
		return ast->constant.integer >= 1 &&
			(uint32_t)ast->constant.integer <= count
		    ? targets[ast->constant.integer - 1].term
		    : NULL;
	}
	if (name.len == 0 || (is_group && has_input_column(d, name)))
		return NULL;
	count = deparse_targets(d, d->select, &targets);
	for (uint32_t i = 0; i < count; i++)
		if (str_equal(targets[i].name, name))
			return targets[i].term;
	return NULL;
}

/* A call alone has parentheses, or it would be taken for something else. */
static void
put_key(struct deparse *d, const struct term *term)
{
	bool is_call = term->kind == TERM_CALL ||
	    (term->kind == TERM_CAST && type_category(&term->type) != 'S');
	bool has_parentheses =
	    is_call || (d->style.is_pretty && term->kind != TERM_COLUMN);

	if (term->kind == TERM_CONST) {
		deparse_const(d, term, true);
		return;
	}
	deparse_put(d, has_parentheses ? "(" : "");
	deparse_term(d, term, true);
	deparse_put(d, has_parentheses ? ")" : "");
}

void
deparse_key(struct deparse *d, const struct ast_expr *ast, bool is_group)
{
	const struct term *term = named_target(d, ast, is_group);

	put_key(d, term != NULL ? term : term_cast_of(d, ast));
}

/* ---- ORDER BY ---- */

/* Of a set operation: the number of the column. */
static void
put_number(struct deparse *d, const struct ast_expr *ast)
{
	const struct query *query = bind_noted_query(d->notes, d->select);
	struct str name = ast_bare_column(ast);
	uint32_t count = query == NULL ? 0 : query->column_count;
	uint32_t i = 0;

	if (ast->kind == AST_CONST) {
		buf_printf(d->out, "%d", ast->constant.integer);
		return;
	}
	while (i < count && !str_equal(query->columns[i].name, name))
		i++;
	buf_printf(d->out, "%u", i + 1);
}

static bool
is_descending(const struct ast_sort *sort)
{
	const struct ast_name *op = &sort->using_op;

	return sort->is_descending || str_equal(ast_name_last(op), STR(">"));
}

void
deparse_sorts(struct deparse *d, const struct ast_sort_list *list,
    bool has_targets)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct ast_sort *sort = &list->items[i];
		bool is_down = is_descending(sort);

		if (i > 0)
			deparse_put(d, ", ");
		if (has_targets && d->select->set_op != AST_SET_NONE)
			put_number(d, sort->expr);
		else if (has_targets)
			deparse_key(d, sort->expr, false);
		else
			put_key(d, term_cast_of(d, sort->expr));
		if (is_down)
			deparse_put(d, " DESC");
		if (sort->nulls == AST_NULLS_FIRST && !is_down)
			deparse_put(d, " NULLS FIRST");
		if (sort->nulls == AST_NULLS_LAST && is_down)
			deparse_put(d, " NULLS LAST");
	}
}

/* ---- GROUP BY ---- */

static void
put_group_row(struct deparse *d, const struct ast_expr_list *list,
    bool is_plain)
{
	bool has_parentheses = !is_plain || list->count != 1;

	deparse_put(d, has_parentheses ? "(" : "");
	for (uint32_t i = 0; i < list->count; i++) {
		deparse_put(d, i > 0 ? ", " : "");
		deparse_key(d, list->items[i], true);
	}
	deparse_put(d, has_parentheses ? ")" : "");
}

static void
put_group(struct deparse *d, const struct ast_group *group, bool is_plain)
{
	const struct ast_expr *expr = group->expr;
	struct ast_expr *items[] = { group->expr };

	switch (group->kind) {
	case AST_GROUP_EMPTY:
		deparse_put(d, "()");
		return;
	case AST_GROUP_EXPR:
		if (expr->kind == AST_ROW)
			put_group_row(d, &expr->list, is_plain);
		else
			put_group_row(d, &(struct ast_expr_list){ items, 1 },
			    is_plain);
		return;
	case AST_GROUP_SETS:
	case AST_GROUP_ROLLUP:
	case AST_GROUP_CUBE:
		break;
	}
	buf_printf(d->out, "%s%s(", ast_group_words(group->kind),
	    group->kind == AST_GROUP_SETS ? " " : "");
	deparse_groups(d, group->items, group->count,
	    group->kind != AST_GROUP_SETS);
	deparse_put(d, ")");
}

void
deparse_groups(struct deparse *d, const struct ast_group *groups,
    uint32_t count, bool is_plain)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			deparse_put(d, ", ");
		put_group(d, &groups[i], is_plain);
	}
}

/* ---- windows ---- */

static void
put_bound(struct deparse *d, enum ast_bound_kind kind,
    const struct ast_expr *offset)
{
	if (offset != NULL) {
		deparse_expr(d, offset, false);
		deparse_put(d, " ");
	}
	deparse_put(d, ast_bound_words(kind));
}

static void
put_frame(struct deparse *d, const struct ast_window *window)
{
	buf_printf(d->out, "%s BETWEEN ", ast_frame_word(window->mode));
	put_bound(d, window->start, window->start_offset);
	deparse_put(d, " AND ");
	put_bound(d, window->end, window->end_offset);
	if (window->exclude != AST_EXCLUDE_NONE)
		buf_printf(d->out, " %s", ast_exclude_words(window->exclude));
}

void
deparse_window(struct deparse *d, const struct ast_window *window)
{
	const char *gap = "";

	deparse_put(d, "(");
	if (window->ref_name.len > 0) {
		deparse_put_name(d, window->ref_name);
		gap = " ";
	}
	if (window->partition_by.count > 0) {
		buf_printf(d->out, "%sPARTITION BY ", gap);
		for (uint32_t i = 0; i < window->partition_by.count; i++) {
			deparse_put(d, i > 0 ? ", " : "");
			put_key(d,
			    term_cast_of(d, window->partition_by.items[i]));
		}
		gap = " ";
	}
	if (window->order_by.count > 0) {
		buf_printf(d->out, "%sORDER BY ", gap);
		deparse_sorts(d, &window->order_by, false);
		gap = " ";
	}
	if (window->has_frame) {
		deparse_put(d, gap);
		put_frame(d, window);
	}
	deparse_put(d, ")");
}
