/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SELECT, VALUES, set operations, and the parts that other statements share.
 */
#include "common/attr.h"
#include "sql/ast_words.h"
#include "sql/print_private.h"

static void print_from(struct buf *out, const struct ast_from *from);

static void
put_comma(struct buf *out, uint32_t i)
{
	if (i > 0)
		buf_put_cstr(out, ", ");
}

void
print_sorts(struct buf *out, const struct ast_sort_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct ast_sort *sort = &list->items[i];

		put_comma(out, i);
		print_expr(out, sort->expr);
		if (sort->is_descending)
			buf_put_cstr(out, " DESC");
		if (sort->using_op.count > 0) {
			buf_put_cstr(out, " USING ");
			print_operator(out, &sort->using_op);
		}
		if (sort->nulls == AST_NULLS_FIRST)
			buf_put_cstr(out, " NULLS FIRST");
		if (sort->nulls == AST_NULLS_LAST)
			buf_put_cstr(out, " NULLS LAST");
	}
}

static void
print_bound(struct buf *out, enum ast_bound_kind kind,
    const struct ast_expr *offset)
{
	if (offset != NULL) {
		print_expr(out, offset);
		buf_put_cstr(out, " ");
	}
	buf_put_cstr(out, ast_bound_words(kind));
}

/* The part in parentheses. */
void
print_window(struct buf *out, const struct ast_window *window)
{
	const char *gap = "";

	buf_put_cstr(out, "(");
	if (window->ref_name.len > 0) {
		print_name(out, window->ref_name);
		gap = " ";
	}
	if (window->partition_by.count > 0) {
		buf_printf(out, "%sPARTITION BY ", gap);
		print_exprs(out, &window->partition_by);
		gap = " ";
	}
	if (window->order_by.count > 0) {
		buf_printf(out, "%sORDER BY ", gap);
		print_sorts(out, &window->order_by);
		gap = " ";
	}
	if (window->has_frame) {
		buf_printf(out, "%s%s BETWEEN ", gap,
		    ast_frame_word(window->mode));
		print_bound(out, window->start, window->start_offset);
		buf_put_cstr(out, " AND ");
		print_bound(out, window->end, window->end_offset);
		if (window->exclude != AST_EXCLUDE_NONE)
			buf_printf(out, " %s",
			    ast_exclude_words(window->exclude));
	}
	buf_put_cstr(out, ")");
}

void
print_targets(struct buf *out, const struct ast_target_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		put_comma(out, i);
		print_expr(out, list->items[i].expr);
		if (list->items[i].alias.len > 0) {
			buf_put_cstr(out, " AS ");
			print_name(out, list->items[i].alias);
		}
	}
}

void
print_column_defs(struct buf *out, const struct ast_column_def *defs,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put_comma(out, i);
		print_name(out, defs[i].name);
		buf_put_cstr(out, " ");
		print_type(out, &defs[i].type);
		if (defs[i].collation.count > 0) {
			buf_put_cstr(out, " COLLATE ");
			print_dotted(out, &defs[i].collation);
		}
		if (defs[i].default_value != NULL) {
			buf_put_cstr(out, " DEFAULT ");
			print_expr(out, defs[i].default_value);
		}
		if (defs[i].is_not_null)
			buf_put_cstr(out, " NOT NULL");
		print_constraints(out, defs[i].constraints,
		    defs[i].constraint_count, " ");
	}
}

/* ---- FROM ---- */

static void
print_alias(struct buf *out, const struct ast_from *from)
{
	const struct ast_alias *alias = &from->alias;

	if (alias->name.len == 0 && from->column_def_count == 0)
		return;
	buf_put_cstr(out, " AS");
	if (alias->name.len > 0) {
		buf_put_cstr(out, " ");
		print_name(out, alias->name);
	}
	if (from->column_def_count > 0) {
		buf_put_cstr(out, " (");
		print_column_defs(out, from->column_defs,
		    from->column_def_count);
		buf_put_cstr(out, ")");
	} else if (alias->column_count > 0) {
		buf_put_cstr(out, " (");
		print_names(out, alias->columns, alias->column_count);
		buf_put_cstr(out, ")");
	}
}

static void
print_join(struct buf *out, const struct ast_from *from)
{
	buf_put_cstr(out, "(");
	print_from(out, from->left);
	buf_printf(out, "%s %s ", from->is_natural ? " NATURAL" : "",
	    ast_join_words(from->join));
	print_from(out, from->right);
	if (from->on != NULL) {
		buf_put_cstr(out, " ON ");
		print_expr(out, from->on);
	}
	if (from->using_count > 0) {
		buf_put_cstr(out, " USING (");
		print_names(out, from->using_columns, from->using_count);
		buf_put_cstr(out, ")");
	}
	if (from->using_alias.len > 0) {
		buf_put_cstr(out, " AS ");
		print_name(out, from->using_alias);
	}
	buf_put_cstr(out, ")");
}

static void
print_functions(struct buf *out, const struct ast_from *from)
{
	if (from->functions.count == 1) {
		print_expr(out, from->functions.items[0]);
		return;
	}
	buf_put_cstr(out, "ROWS FROM (");
	for (uint32_t i = 0; i < from->functions.count; i++) {
		put_comma(out, i);
		print_expr(out, from->functions.items[i]);
	}
	buf_put_cstr(out, ")");
}

static void
print_from(struct buf *out, const struct ast_from *from)
{
	if (from->is_lateral)
		buf_put_cstr(out, "LATERAL ");
	switch (from->kind) {
	case AST_FROM_TABLE:
		buf_put_cstr(out, from->is_only ? "ONLY " : "");
		print_dotted(out, &from->table);
		break;
	case AST_FROM_SUBQUERY:
		buf_put_cstr(out, "(");
		print_select(out, from->subquery);
		buf_put_cstr(out, ")");
		break;
	case AST_FROM_FUNCTION:
		print_functions(out, from);
		if (from->with_ordinality)
			buf_put_cstr(out, " WITH ORDINALITY");
		break;
	case AST_FROM_JOIN:
		print_join(out, from);
		break;
	case AST_FROM_SEQUENCE: /* only while a plan is made */
		break;
	}
	print_alias(out, from);
}

/* ---- clauses ---- */

void
print_from_list(struct buf *out, const struct ast_from_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		put_comma(out, i);
		print_from(out, list->items[i]);
	}
}

void
print_ctes(struct buf *out, const struct ast_select *select)
{
	if (select->cte_count == 0)
		return;
	buf_put_cstr(out, select->is_recursive ? "WITH RECURSIVE " : "WITH ");
	for (uint32_t i = 0; i < select->cte_count; i++) {
		const struct ast_cte *cte = &select->ctes[i];

		put_comma(out, i);
		print_name(out, cte->name);
		if (cte->column_count > 0) {
			buf_put_cstr(out, " (");
			print_names(out, cte->columns, cte->column_count);
			buf_put_cstr(out, ")");
		}
		buf_put_cstr(out, " AS ");
		if (cte->materialized != AST_MATERIALIZED_DEFAULT)
			buf_printf(out, "%s ",
			    ast_materialized_words(cte->materialized));
		buf_put_cstr(out, "(");
		print_stmt(out, cte->query);
		buf_put_cstr(out, ")");
	}
	buf_put_cstr(out, " ");
}

static void
print_groups(struct buf *out, const struct ast_group *groups, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put_comma(out, i);
		if (groups[i].kind == AST_GROUP_EXPR) {
			print_expr(out, groups[i].expr);
			continue;
		}
		if (groups[i].kind != AST_GROUP_EMPTY)
			buf_printf(out, "%s ", ast_group_words(groups[i].kind));
		buf_put_cstr(out, "(");
		print_groups(out, groups[i].items, groups[i].count);
		buf_put_cstr(out, ")");
	}
}

static void
print_values(struct buf *out, const struct ast_select *select)
{
	buf_put_cstr(out, "VALUES ");
	for (uint32_t i = 0; i < select->value_count; i++) {
		put_comma(out, i);
		buf_put_cstr(out, "(");
		print_exprs(out, &select->values[i]);
		buf_put_cstr(out, ")");
	}
}

static void
print_grouping(struct buf *out, const struct ast_select *select)
{
	if (select->group_count > 0) {
		buf_put_cstr(out,
		    select->is_group_distinct ? " GROUP BY DISTINCT "
					      : " GROUP BY ");
		print_groups(out, select->groups, select->group_count);
	}
	if (select->having != NULL) {
		buf_put_cstr(out, " HAVING ");
		print_expr(out, select->having);
	}
	for (uint32_t i = 0; i < select->window_count; i++) {
		buf_put_cstr(out, i == 0 ? " WINDOW " : ", ");
		print_name(out, select->windows[i]->name);
		buf_put_cstr(out, " AS ");
		print_window(out, select->windows[i]);
	}
}

static void
print_core(struct buf *out, const struct ast_select *select)
{
	if (select->value_count > 0) {
		print_values(out, select);
		return;
	}
	buf_put_cstr(out, select->is_distinct ? "SELECT DISTINCT" : "SELECT");
	if (select->distinct_on.count > 0) {
		buf_put_cstr(out, " DISTINCT ON (");
		print_exprs(out, &select->distinct_on);
		buf_put_cstr(out, ")");
	}
	if (select->targets.count > 0)
		buf_put_cstr(out, " ");
	print_targets(out, &select->targets);
	if (select->from.count > 0)
		buf_put_cstr(out, " FROM ");
	print_from_list(out, &select->from);
	if (select->where != NULL) {
		buf_put_cstr(out, " WHERE ");
		print_expr(out, select->where);
	}
	print_grouping(out, select);
}

static void
print_set_operation(struct buf *out, const struct ast_select *select)
{
	buf_put_cstr(out, "(");
	print_select(out, select->left);
	buf_printf(out, ") %s%s (", ast_set_op_word(select->set_op),
	    select->is_set_all ? " ALL" : "");
	print_select(out, select->right);
	buf_put_cstr(out, ")");
}

static void
print_limit(struct buf *out, const struct ast_select *select)
{
	if (select->offset != NULL) {
		buf_put_cstr(out, " OFFSET ");
		print_expr(out, select->offset);
	}
	if (select->limit != NULL && select->with_ties) {
		buf_put_cstr(out, " FETCH FIRST (");
		print_expr(out, select->limit);
		buf_put_cstr(out, ") ROWS WITH TIES");
	} else if (select->limit != NULL) {
		buf_put_cstr(out, " LIMIT ");
		print_expr(out, select->limit);
	}
}

const char *
print_lock_strength(enum ast_lock_strength strength)
{
	static const char *const words[] = {
		[AST_FOR_KEY_SHARE] = "FOR KEY SHARE",
		[AST_FOR_SHARE] = "FOR SHARE",
		[AST_FOR_NO_KEY_UPDATE] = "FOR NO KEY UPDATE",
		[AST_FOR_UPDATE] = "FOR UPDATE",
	};

	return words[strength];
}

static void
print_locking(struct buf *out, const struct ast_locking *lock)
{
	buf_put_u8(out, ' ');
	buf_put_cstr(out, print_lock_strength(lock->strength));
	for (uint32_t i = 0; i < lock->name_count; i++) {
		buf_put_cstr(out, i == 0 ? " OF " : ", ");
		print_dotted(out, &lock->names[i]);
	}
	buf_put_cstr(out, lock->is_nowait ? " NOWAIT" : "");
	buf_put_cstr(out, lock->skips_locked ? " SKIP LOCKED" : "");
}

void
print_select(struct buf *out, const struct ast_select *select)
{
	print_ctes(out, select);
	if (select->set_op == AST_SET_NONE)
		print_core(out, select);
	else
		print_set_operation(out, select);
	if (select->order_by.count > 0)
		buf_put_cstr(out, " ORDER BY ");
	print_sorts(out, &select->order_by);
	print_limit(out, select);
	for (uint32_t i = 0; i < select->lock_count; i++)
		print_locking(out, &select->locks[i]);
}
