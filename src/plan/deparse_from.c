/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/deparse_private.h"
#include "plan/schema.h"
#include "sql/ast_words.h"

static void put_item(struct deparse *d, const struct ast_from *from);

/* ---- tables ---- */

/* Whether a query around this place has one of WITH by the name. */
static bool
is_hidden_by_with(const struct deparse *d, struct str name)
{
	for (const struct deparse_with *with = d->with; with != NULL;
	     with = with->outer)
		for (uint32_t i = 0; i < with->select->cte_count; i++)
			if (str_equal(with->select->ctes[i].name, name))
				return true;
	return false;
}

static void
put_relation(struct deparse *d, const struct relation *relation)
{
	const struct schema *schema = schema_by_oid(relation->schema);
	bool is_bare = names_relation_is_visible(d->context, relation) &&
	    !is_hidden_by_with(d, relation->name);

	if (!is_bare && schema != NULL) {
		deparse_put_name(d, str_of_cstr(schema->name));
		deparse_put(d, ".");
	}
	deparse_put_name(d, relation->name);
}

static void
put_table(struct deparse *d, const struct ast_from *from)
{
	const struct range *range = bind_noted_range(d->notes, from);
	const struct ast_name *name = &from->table;
	struct relation relation;
	bool is_of_with = range != NULL && range->schema.len == 0;

	deparse_put(d, from->is_only ? "ONLY " : "");
	if (!is_of_with && names_relation(d->inside, name, &relation))
		put_relation(d, &relation);
	else
		deparse_put_name(d, ast_name_last(name));
}

/* ---- functions ---- */

static bool
is_column(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN;
}

/* Of a function whose arguments name what stands left of it. */
static bool
is_lateral(const struct deparse *d, const struct ast_from *from)
{
	for (uint32_t f = 0; f < from->functions.count; f++) {
		const struct ast_call *call = &from->functions.items[f]->call;

		for (uint32_t i = 0; i < call->args.count; i++) {
			const struct expr *arg =
			    bind_noted_expr(d->notes, call->args.items[i]);

			if (arg != NULL && expr_any(arg, is_column))
				return true;
		}
	}
	return from->is_lateral;
}

static void
put_functions(struct deparse *d, const struct ast_from *from)
{
	bool is_list = from->functions.count > 1;

	deparse_put(d, is_list ? "ROWS FROM(" : "");
	for (uint32_t i = 0; i < from->functions.count; i++) {
		deparse_put(d, i > 0 ? ", " : "");
		deparse_expr(d, from->functions.items[i], false);
	}
	deparse_put(d, is_list ? ")" : "");
	deparse_put(d, from->with_ordinality ? " WITH ORDINALITY" : "");
}

static void
put_column_defs(struct deparse *d, const struct ast_from *from)
{
	const struct range *range = bind_noted_range(d->notes, from);

	for (uint32_t i = 0; i < from->column_def_count; i++) {
		deparse_put(d, i == 0 ? "(" : ", ");
		deparse_put_name(d, from->column_defs[i].name);
		deparse_put(d, " ");
		if (range != NULL && i < range->column_count)
			deparse_put_type(d, &range->columns[i].type);
	}
	deparse_put(d, ")");
}

/* ---- aliases ---- */

static void
put_columns(struct deparse *d, const struct ast_from *from)
{
	const struct range *range = bind_noted_range(d->notes, from);

	if (from->column_def_count > 0) {
		put_column_defs(d, from);
		return;
	}
	if (range == NULL ||
	    (from->alias.column_count == 0 && from->kind != AST_FROM_FUNCTION))
		return;
	for (uint32_t i = 0; i < range->column_count; i++) {
		deparse_put(d, i == 0 ? "(" : ", ");
		deparse_put_name(d, deparse_range_column(d, range, i));
	}
	deparse_put(d, ")");
}

static void
put_alias(struct deparse *d, const struct ast_from *from)
{
	const struct deparse_name *name = deparse_name_of(d, from);
	const struct ast_name *table = &from->table;

	if (name == NULL)
		return;
	if (from->kind != AST_FROM_TABLE || from->alias.name.len > 0 ||
	    !str_equal(name->name, ast_name_last(table))) {
		deparse_put(d, " ");
		deparse_put_name(d, name->name);
	}
	put_columns(d, from);
}

/* ---- joins ---- */

/* The columns that NATURAL merges stand first in what comes out. */
static void
put_natural(struct deparse *d, const struct ast_from *from)
{
	const struct range *left = bind_noted_range(d->notes, from->left);
	const struct range *right = bind_noted_range(d->notes, from->right);
	uint32_t count = 0, ignored;

	for (uint32_t i = 0; left != NULL && i < left->column_count; i++) {
		if (right == NULL ||
		    !range_find_column(right, left->columns[i].name, &ignored))
			continue;
		deparse_put(d, count++ == 0 ? " USING (" : ", ");
		deparse_put_name(d, left->columns[i].name);
	}
	if (count > 0)
		deparse_put(d, ")");
	else if (from->join != AST_JOIN_INNER)
		deparse_put(d, " ON TRUE");
}

static void
put_condition(struct deparse *d, const struct ast_from *from)
{
	if (from->is_natural) {
		put_natural(d, from);
	} else if (from->using_count > 0) {
		deparse_put(d, " USING ");
		deparse_put_names(d, from->using_columns, from->using_count);
		if (from->using_alias.len > 0) {
			deparse_put(d, " AS ");
			deparse_put_name(d, from->using_alias);
		}
	} else if (from->on != NULL) {
		deparse_put(d, d->style.is_pretty ? " ON " : " ON (");
		deparse_expr(d, from->on, false);
		deparse_put(d, d->style.is_pretty ? "" : ")");
	}
}

/* A NATURAL join of nothing in common is one without a condition. */
static bool
is_cross(const struct deparse *d, const struct ast_from *from)
{
	const struct range *left = bind_noted_range(d->notes, from->left);
	const struct range *right = bind_noted_range(d->notes, from->right);
	uint32_t ignored;

	if (!from->is_natural || from->join != AST_JOIN_INNER)
		return from->join == AST_JOIN_CROSS;
	for (uint32_t i = 0; left != NULL && i < left->column_count; i++)
		if (right != NULL &&
		    range_find_column(right, left->columns[i].name, &ignored))
			return false;
	return true;
}

static void
put_join(struct deparse *d, const struct ast_from *from)
{
	struct deparse_name *name = deparse_name_of(d, from);
	bool is_closed = !d->style.is_pretty || name != NULL;
	bool closes_right = d->style.is_pretty &&
	    from->right->kind == AST_FROM_JOIN &&
	    from->right->alias.name.len == 0;

	if (name != NULL)
		name->is_open = true;
	deparse_put(d, is_closed ? "(" : "");
	put_item(d, from->left);
	deparse_line(d, " ", -INDENT_STD, INDENT_STD, INDENT_JOIN);
	deparse_put(d,
	    ast_join_words(is_cross(d, from) ? AST_JOIN_CROSS : from->join));
	deparse_put(d, " ");
	deparse_put(d, closes_right ? "(" : "");
	put_item(d, from->right);
	deparse_put(d, closes_right ? ")" : "");
	put_condition(d, from);
	deparse_put(d, is_closed ? ")" : "");
	if (name != NULL)
		name->is_open = false;
}

/* ---- any ---- */

static void
put_item(struct deparse *d, const struct ast_from *from)
{
	switch (from->kind) {
	case AST_FROM_TABLE:
		put_table(d, from);
		break;
	case AST_FROM_SUBQUERY:
		deparse_put(d, from->is_lateral ? "LATERAL (" : "(");
		deparse_query(d, from->subquery, NULL, true);
		deparse_put(d, ")");
		break;
	case AST_FROM_FUNCTION:
		deparse_put(d, is_lateral(d, from) ? "LATERAL " : "");
		put_functions(d, from);
		break;
	case AST_FROM_JOIN:
		put_join(d, from);
		break;
	case AST_FROM_SEQUENCE: /* of the native language alone */
		break;
	}
	put_alias(d, from);
}

void
deparse_from(struct deparse *d, const struct ast_from_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		struct deparse_item item;

		if (i == 0) {
			deparse_line(d, " FROM ", -INDENT_STD, INDENT_STD, 2);
			put_item(d, list->items[i]);
			continue;
		}
		deparse_put(d, ", ");
		deparse_item_begin(d, &item);
		put_item(d, list->items[i]);
		(void)deparse_item_end(d, &item, true, false);
	}
}
