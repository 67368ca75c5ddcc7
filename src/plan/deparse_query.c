/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/deparse_private.h"
#include "sql/ast_words.h"
#include "sql/print.h"
#include "types/record.h"

/* ---- targets ---- */

static uint32_t
column_count(const struct deparse *d, const struct ast_select *select)
{
	const struct query *query = bind_noted_query(d->notes, select);

	return query == NULL ? select->targets.count : query->column_count;
}

static void
add_target(struct deparse *d, struct deparse_target *targets, uint32_t limit,
    uint32_t *count, struct term *term)
{
	const struct query *query = bind_noted_query(d->notes, d->select);

	if (*count == limit)
		return;
	targets[*count] = (struct deparse_target){ .term = term };
	if (query != NULL)
		targets[*count].name = query->columns[*count].name;
	(*count)++;
}

static void
add_range(struct deparse *d, struct deparse_target *targets, uint32_t limit,
    uint32_t *count, const struct range *range)
{
	for (uint32_t i = 0; range != NULL && i < range->column_count; i++)
		add_target(d, targets, limit, count,
		    term_of_column(d, range, i));
}

/* (x).* */
static void
add_fields(struct deparse *d, struct deparse_target *targets, uint32_t limit,
    uint32_t *count, const struct ast_expr *ast)
{
	const struct type type = term_own_type(d, ast->field.arg);

	for (uint32_t i = 0; type.row != NULL && i < type.row->count; i++) {
		struct term *term = term_new(d, TERM_FIELD, 1);

		term->args[0] = term_of(d, ast->field.arg);
		term->text = type.row->names[i];
		add_target(d, targets, limit, count, term);
	}
}

uint32_t
deparse_targets(struct deparse *d, const struct ast_select *select,
    struct deparse_target **out)
{
	uint32_t limit = column_count(d, select), count = 0;
	struct deparse_target *targets =
	    arena_alloc_array(d->arena, (size_t)limit + 1, sizeof(*targets));

	for (uint32_t i = 0; i < select->targets.count; i++) {
		const struct ast_expr *ast = select->targets.items[i].expr;

		if (ast->kind == AST_STAR)
			for (uint32_t f = 0; f < select->from.count; f++)
				add_range(d, targets, limit, &count,
				    bind_noted_range(d->notes,
					select->from.items[f]));
		else if (ast->kind == AST_FIELD && ast->field.name.len == 0)
			add_fields(d, targets, limit, &count, ast);
		else if (ast->kind == AST_COLUMN && ast->column.has_star)
			add_range(d, targets, limit, &count,
			    bind_noted_range(d->notes, ast));
		else
			add_target(d, targets, limit, &count, term_of(d, ast));
	}
	*out = targets;
	return count;
}

/* A row of a table alone would be its columns: a cast keeps it one. */
static void
put_target(struct deparse *d, const struct term *term)
{
	deparse_term(d, term, true);
	if (term->kind != TERM_ROW_OF)
		return;
	deparse_put(d, "::");
	deparse_put_type(d, &term->type);
}

static void
put_targets(struct deparse *d, const struct view_column *names,
    bool shows_names)
{
	struct deparse_target *targets;
	uint32_t count = deparse_targets(d, d->select, &targets);
	bool has_lines = false;

	for (uint32_t i = 0; i < count; i++) {
		const struct term *term = targets[i].term;
		struct str name =
		    names != NULL ? names[i].name : targets[i].name;
		struct str shown = shows_names ? STR("") : STR("?column?");
		struct deparse_item item;

		if (term->kind == TERM_COLUMN)
			shown = term->text;
		deparse_put(d, i > 0 ? ", " : " ");
		deparse_item_begin(d, &item);
		put_target(d, term);
		if (!str_equal(name, shown)) {
			deparse_put(d, " AS ");
			deparse_put_name(d, name);
		}
		has_lines = deparse_item_end(d, &item, i > 0, has_lines);
	}
}

/* ---- WITH ---- */

static void
put_ctes(struct deparse *d, const struct ast_select *select)
{
	if (select->cte_count == 0)
		return;
	d->indent += INDENT_STD;
	deparse_put(d, select->is_recursive ? " WITH RECURSIVE " : " WITH ");
	for (uint32_t i = 0; i < select->cte_count; i++) {
		const struct ast_cte *cte = &select->ctes[i];

		deparse_put(d, i > 0 ? ", " : "");
		deparse_put_name(d, cte->name);
		if (cte->column_count > 0)
			deparse_put_names(d, cte->columns, cte->column_count);
		deparse_put(d, " AS ");
		if (cte->materialized != AST_MATERIALIZED_DEFAULT)
			buf_printf(d->out, "%s ",
			    ast_materialized_words(cte->materialized));
		deparse_put(d, "(");
		deparse_line(d, "", 0, 0, 0);
		deparse_query(d, cte->query->select, NULL, true);
		deparse_line(d, ")", 0, 0, 0);
	}
	d->indent -= INDENT_STD;
	deparse_line(d, "", 0, 0, 0);
}

/* ---- one SELECT ---- */

static void
deparse_values(struct deparse *d, const struct ast_select *select)
{
	deparse_put(d, "VALUES ");
	for (uint32_t r = 0; r < select->value_count; r++) {
		deparse_put(d, r > 0 ? ", (" : "(");
		for (uint32_t i = 0; i < select->values[r].count; i++) {
			deparse_put(d, i > 0 ? "," : "");
			deparse_expr(d, select->values[r].items[i], false);
		}
		deparse_put(d, ")");
	}
}

/* As SELECT from them, which can give the columns other names than they have. */
static void
put_named_values(struct deparse *d, const struct ast_select *select,
    const struct view_column *names)
{
	uint32_t count = select->values[0].count;

	deparse_put(d, "SELECT");
	for (uint32_t i = 0; i < count; i++) {
		struct deparse_item item;

		deparse_put(d, i > 0 ? ", " : " ");
		deparse_item_begin(d, &item);
		buf_printf(d->out, "\"*VALUES*\".column%u AS ", i + 1);
		deparse_put_name(d, names[i].name);
		(void)deparse_item_end(d, &item, i > 0, false);
	}
	deparse_line(d, " FROM (", -INDENT_STD, INDENT_STD, 2);
	deparse_values(d, select);
	deparse_put(d, ") \"*VALUES*\"");
}

static void
put_values(struct deparse *d, const struct ast_select *select,
    const struct view_column *names)
{
	for (uint32_t i = 0; names != NULL && i < select->values[0].count;
	     i++) {
		struct str own = arena_printf(d->arena, "column%u", i + 1);

		if (!str_equal(names[i].name, own)) {
			put_named_values(d, select, names);
			return;
		}
	}
	deparse_values(d, select);
}

static void
put_distinct(struct deparse *d, const struct ast_select *select)
{
	if (select->is_distinct)
		deparse_put(d, " DISTINCT");
	for (uint32_t i = 0; i < select->distinct_on.count; i++) {
		deparse_put(d, i == 0 ? " DISTINCT ON (" : ", ");
		deparse_key(d, select->distinct_on.items[i], false);
	}
	if (select->distinct_on.count > 0)
		deparse_put(d, ")");
}

static void
put_windows(struct deparse *d, const struct ast_select *select)
{
	for (uint32_t i = 0; i < select->window_count; i++) {
		if (i == 0)
			deparse_line(d, " WINDOW ", -INDENT_STD, INDENT_STD, 1);
		else
			deparse_put(d, ", ");
		deparse_put_name(d, select->windows[i]->name);
		deparse_put(d, " AS ");
		deparse_window(d, select->windows[i]);
	}
}

static void
put_core(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names)
{
	d->indent += INDENT_STD;
	deparse_put(d, " ");
	if (select->value_count > 0) {
		put_values(d, select, names);
		return;
	}
	deparse_put(d, "SELECT");
	put_distinct(d, select);
	put_targets(d, names, shows_names);
	deparse_from(d, &select->from);
	if (select->where != NULL) {
		deparse_line(d, " WHERE ", -INDENT_STD, INDENT_STD, 1);
		deparse_expr(d, select->where, false);
	}
	if (select->group_count > 0) {
		deparse_line(d, " GROUP BY ", -INDENT_STD, INDENT_STD, 1);
		if (select->is_group_distinct)
			deparse_put(d, "DISTINCT ");
		deparse_groups(d, select->groups, select->group_count, true);
	}
	if (select->having != NULL) {
		deparse_line(d, " HAVING ", -INDENT_STD, INDENT_STD, 0);
		deparse_expr(d, select->having, false);
	}
	put_windows(d, select);
}

/* ---- set operations ---- */

/* A part of one, without parts of its own: not a query in parentheses. */
static bool
is_bare_set(const struct ast_select *select)
{
	return select->set_op != AST_SET_NONE && select->cte_count == 0 &&
	    select->order_by.count == 0 && select->limit == NULL &&
	    select->offset == NULL && select->lock_count == 0;
}

static bool
needs_parentheses(const struct ast_select *select)
{
	return select->set_op != AST_SET_NONE || select->cte_count > 0 ||
	    select->order_by.count > 0 || select->limit != NULL ||
	    select->offset != NULL || select->lock_count > 0;
}

static void put_set(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names);

static void
put_side(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names)
{
	bool has_parentheses;

	if (is_bare_set(select)) {
		put_set(d, select, names, shows_names);
		return;
	}
	has_parentheses = needs_parentheses(select);
	deparse_put(d, has_parentheses ? "(" : "");
	deparse_query(d, select, names, shows_names);
	deparse_put(d, has_parentheses ? ")" : "");
}

/*
 * Parentheses show where the operation changes; without them one after the other
 * is one list.
 */
static void
put_set(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names)
{
	const struct ast_select *left = select->left;
	bool is_other = is_bare_set(left) &&
	    (left->set_op != select->set_op ||
		left->is_set_all != select->is_set_all);
	int indent = is_other ? INDENT_STD : 0;

	if (is_other) {
		deparse_put(d, "(");
		deparse_line(d, "", indent, 0, 0);
	}
	put_side(d, left, names, shows_names);
	deparse_line(d, is_other ? ") " : "", -indent, 0, 0);
	buf_printf(d->out, "%s %s", ast_set_op_word(select->set_op),
	    select->is_set_all ? "ALL " : "");
	is_other = is_bare_set(select->right);
	indent = is_other ? INDENT_STD : 0;
	deparse_put(d, is_other ? "(" : "");
	deparse_line(d, "", indent, 0, 0);
	put_side(d, select->right, names, false);
	d->indent -= indent;
	if (is_other)
		deparse_line(d, ")", 0, 0, 0);
}

/* ---- the whole ---- */

static void
put_limit(struct deparse *d, const struct ast_select *select)
{
	if (select->offset != NULL) {
		deparse_line(d, " OFFSET ", -INDENT_STD, INDENT_STD, 0);
		deparse_expr(d, select->offset, false);
	}
	if (select->limit == NULL)
		return;
	deparse_line(d, select->with_ties ? " FETCH FIRST (" : " LIMIT ",
	    -INDENT_STD, INDENT_STD, 0);
	deparse_expr(d, select->limit, false);
	deparse_put(d, select->with_ties ? ") ROWS WITH TIES" : "");
}

static void
put_lock_of(struct deparse *d, const struct ast_locking *lock, struct str name)
{
	deparse_line(d, " ", -INDENT_STD, INDENT_STD, 0);
	deparse_put(d, print_lock_strength(lock->strength));
	deparse_put(d, " OF ");
	deparse_put_name(d, name);
	deparse_put(d, lock->is_nowait ? " NOWAIT" : "");
	deparse_put(d, lock->skips_locked ? " SKIP LOCKED" : "");
}

static bool
is_cte(const struct deparse *d, const struct ast_name *name)
{
	for (const struct deparse_with *with = d->with; with != NULL;
	     with = with->outer)
		for (uint32_t i = 0; i < with->select->cte_count; i++)
			if (name->count == 1 &&
			    str_equal(with->select->ctes[i].name,
				name->parts[0]))
				return true;
	return false;
}

/* What a clause without names is about: tables and subqueries. */
static void
put_lock_of_item(struct deparse *d, const struct ast_locking *lock,
    const struct ast_from *from)
{
	struct str name = from->alias.name;

	if (from->kind == AST_FROM_JOIN) {
		put_lock_of_item(d, lock, from->left);
		put_lock_of_item(d, lock, from->right);
		return;
	}
	if (from->kind == AST_FROM_TABLE && is_cte(d, &from->table))
		return;
	if (name.len == 0 && from->kind == AST_FROM_TABLE)
		name = ast_name_last(&from->table);
	if (from->kind == AST_FROM_TABLE || from->kind == AST_FROM_SUBQUERY)
		put_lock_of(d, lock, name);
}

static void
put_lock(struct deparse *d, const struct ast_locking *lock)
{
	for (uint32_t i = 0; i < lock->name_count; i++)
		put_lock_of(d, lock, lock->names[i].parts[0]);
	for (uint32_t i = 0; lock->name_count == 0 && i < d->select->from.count;
	     i++)
		put_lock_of_item(d, lock, d->select->from.items[i]);
}

void
deparse_query(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, bool shows_names)
{
	const struct deparse around = *d;
	const struct deparse_with with = { .outer = d->with, .select = select };

	d->select = select;
	if (select->cte_count > 0)
		d->with = &with;
	deparse_name_from(d, &select->from);
	put_ctes(d, select);
	if (select->set_op == AST_SET_NONE)
		put_core(d, select, names, shows_names);
	else
		put_set(d, select, names, shows_names);
	if (select->order_by.count > 0)
		deparse_line(d, " ORDER BY ", -INDENT_STD, INDENT_STD, 1);
	deparse_sorts(d, &select->order_by, true);
	put_limit(d, select);
	for (uint32_t i = 0; i < select->lock_count; i++)
		put_lock(d, &select->locks[i]);
	d->select = around.select;
	d->with = around.with;
	d->names = around.names;
	d->indent = around.indent;
}
