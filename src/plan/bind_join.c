/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_join.c -- JOIN: its condition, and which columns come out of it.
 *
 * Columns merged by USING and NATURAL come first.  A side's ranges stay
 * reachable by their names, unless the join has an alias; unqualified names
 * are looked for in the join's own range.
 */
#include "plan/bind.h"
#include "plan/rel_walk.h"

/* One JOIN while it is bound. */
struct join {
	const struct ast_from *from;
	struct rel *left_rel;
	struct rel *right_rel;
	uint32_t first;  /* item of the scope where the left side starts */
	uint32_t middle; /* and the right one */
	const struct range *left;
	const struct range *right;
	struct expr *condition; /* NULL: none */
	struct range *range;    /* what comes out */
	uint32_t merged_count;
	bool *is_merged_left; /* of the sides' columns */
	bool *is_merged_right;
};

/*
 * All columns of a side, as one range: that of its last item, which is the
 * only one whose columns unqualified names still find.
 */
static const struct range *
side_range(const struct scope *scope, uint32_t limit)
{
	return scope->items[limit - 1].range;
}

/* One side; a recursive query may not name itself where nulls are put in. */
static int
bind_side(struct binder *binder, struct scope *scope,
    const struct ast_from *from, bool is_nullable, struct rel **out,
    struct error *err)
{
	enum recursion around = binder->recursion;
	int rc;

	if (is_nullable && around == RECURSION_OK)
		binder->recursion = RECURSION_OUTER_JOIN;
	rc = bind_from_item(binder, scope, from, out, err);
	binder->recursion = around;
	return rc;
}

static int
bind_sides(struct binder *binder, struct scope *scope, struct join *join,
    struct error *err)
{
	const struct ast_from *from = join->from;
	bool is_lateral_ok =
	    from->join != AST_JOIN_RIGHT && from->join != AST_JOIN_FULL;
	int rc;

	join->first = scope->item_count;
	rc = bind_side(binder, scope, from->left,
	    from->join == AST_JOIN_RIGHT || from->join == AST_JOIN_FULL,
	    &join->left_rel, err);
	if (rc != 0)
		return rc;
	join->middle = scope->item_count;
	join->left = side_range(scope, join->middle);
	scope_show_lateral(scope, join->first, join->middle, true,
	    is_lateral_ok);
	rc = bind_side(binder, scope, from->right,
	    from->join == AST_JOIN_LEFT || from->join == AST_JOIN_FULL,
	    &join->right_rel, err);
	if (rc != 0)
		return rc;
	join->right = side_range(scope, scope->item_count);
	scope_show_lateral(scope, join->first, join->middle, false, true);
	return scope_check_names(scope, join->first, join->middle, err);
}

/* ---- USING ---- */

static int
find_using(const struct range *range, struct str name, const char *side,
    uint32_t *out, struct error *err)
{
	if (!range_find_column(range, name, out))
		return error_set(err, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" specified in USING clause does not exist"
		    " in %s table",
		    STR_FMT(name), side);
	for (uint32_t i = *out + 1; i < range->column_count; i++) {
		if (str_equal(range->columns[i].name, name))
			return error_set(err, STELE_E_AMBIGUOUS_COLUMN,
			    "common column name \"%.*s\" appears more than"
			    " once in %s table",
			    STR_FMT(name), side);
	}
	return 0;
}

static void
and_condition(struct binder *binder, struct join *join, struct expr *more)
{
	struct expr *both;

	if (join->condition == NULL) {
		join->condition = more;
		return;
	}
	both = expr_new(binder->arena, EXPR_AND, type_of(TYPE_BOOL),
	    join->from->location, 2);
	both->args[0] = join->condition;
	both->args[1] = more;
	join->condition = both;
}

/* The column that stands for both: PostgreSQL's buildMergedJoinVar(). */
static int
merged_column(struct binder *binder, const struct join *join, struct expr *left,
    struct expr *right, struct expr **out, struct error *err)
{
	struct expr *sides[2] = { left, right };
	struct type type;
	int rc;

	rc = common_type(binder, sides, 2, "JOIN/USING", &type, err);
	if (rc == 0)
		type.mod = common_mod(sides, 2, &type);
	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = coerce_common(binder, &sides[i], &type, "JOIN/USING", err);
		if (rc == 0 && sides[i]->type.mod != type.mod) {
			sides[i] = expr_copy(binder->arena, sides[i]);
			sides[i]->type.mod = type.mod;
		}
	}
	if (rc != 0)
		return rc;
	switch (join->from->join) {
	case AST_JOIN_INNER:
	case AST_JOIN_CROSS:
		*out = sides[0]->kind != EXPR_COLUMN &&
			sides[1]->kind == EXPR_COLUMN
		    ? sides[1]
		    : sides[0];
		break;
	case AST_JOIN_LEFT:
		*out = sides[0];
		break;
	case AST_JOIN_RIGHT:
		*out = sides[1];
		break;
	case AST_JOIN_FULL:
		*out = expr_new(binder->arena, EXPR_COALESCE, type,
		    join->from->location, 2);
		(*out)->args[0] = sides[0];
		(*out)->args[1] = sides[1];
		break;
	}
	return 0;
}

static struct range_column
column_of(const struct range *range, uint32_t index, const struct expr *expr)
{
	struct range_column column = range->columns[index];

	column.type = expr->type;
	if (expr->kind != EXPR_COLUMN) {
		column.table_oid = 0;
		column.attnum = 0;
	}
	return column;
}

static int
add_using(struct binder *binder, struct join *join, struct str name,
    struct range_column *columns, struct error *err)
{
	int location = join->from->location;
	uint32_t left, right;
	struct expr *sides[2];
	struct expr *equal;
	struct expr *merged = NULL;
	int rc;

	rc = find_using(join->left, name, "left", &left, err);
	if (rc == 0)
		rc = find_using(join->right, name, "right", &right, err);
	if (rc != 0)
		return rc;
	sides[0] = range_column_expr(binder, join->left, left, location);
	sides[1] = range_column_expr(binder, join->right, right, location);
	rc = bind_operator(binder, STR("="), sides[0], sides[1], location,
	    &equal, err);
	if (rc == 0)
		rc = coerce_boolean(binder, &equal, "JOIN/USING", err);
	if (rc == 0)
		rc = merged_column(binder, join, sides[0], sides[1], &merged,
		    err);
	if (rc != 0)
		return rc;
	and_condition(binder, join, equal);
	join->is_merged_left[left] = true;
	join->is_merged_right[right] = true;
	join->range->exprs[join->merged_count] = merged;
	columns[join->merged_count++] = join->from->join == AST_JOIN_RIGHT
	    ? column_of(join->right, right, merged)
	    : column_of(join->left, left, merged);
	return 0;
}

/* NATURAL: all names that both sides have, in the order of the left one. */
static int
add_natural(struct binder *binder, struct join *join,
    struct range_column *columns, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < join->left->column_count && rc == 0; i++) {
		struct str name = join->left->columns[i].name;
		uint32_t ignored;

		if (range_find_column(join->right, name, &ignored))
			rc = add_using(binder, join, name, columns, err);
	}
	return rc;
}

static int
check_using_twice(const struct ast_from *from, uint32_t i, struct error *err)
{
	for (uint32_t k = 0; k < i; k++) {
		if (str_equal(from->using_columns[k], from->using_columns[i]))
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column name \"%.*s\" appears more than once in"
			    " USING clause",
			    STR_FMT(from->using_columns[i]));
	}
	return 0;
}

static int
merge_columns(struct binder *binder, struct join *join,
    struct range_column *columns, struct error *err)
{
	const struct ast_from *from = join->from;
	int rc = 0;

	if (from->is_natural)
		return add_natural(binder, join, columns, err);
	for (uint32_t i = 0; i < from->using_count && rc == 0; i++) {
		rc = check_using_twice(from, i, err);
		if (rc == 0)
			rc = add_using(binder, join, from->using_columns[i],
			    columns, err);
	}
	return rc;
}

/* ---- what comes out ---- */

static void
add_others(struct binder *binder, struct join *join, const struct range *side,
    const bool *is_merged, struct range_column *columns)
{
	for (uint32_t i = 0; i < side->column_count; i++) {
		uint32_t at = join->range->column_count;

		if (is_merged[i])
			continue;
		join->range->exprs[at] = range_column_shown(binder, side, i, 0);
		columns[at] = side->columns[i];
		join->range->column_count++;
	}
}

static int
make_range(struct binder *binder, struct join *join, struct error *err)
{
	uint32_t count = join->left->column_count + join->right->column_count;
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct range_column *columns =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*columns));
	int rc;

	join->range = range;
	join->is_merged_left = arena_zalloc(binder->arena, count + 1);
	join->is_merged_right = arena_zalloc(binder->arena, count + 1);
	range->name = join->from->alias.name;
	range->columns = columns;
	range->exprs =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*range->exprs));
	rc = merge_columns(binder, join, columns, err);
	range->column_count = join->merged_count;
	add_others(binder, join, join->left, join->is_merged_left, columns);
	add_others(binder, join, join->right, join->is_merged_right, columns);
	return rc;
}

/* ON sees both sides and nothing else of this FROM. */
static int
bind_on(struct binder *binder, struct scope *scope, struct join *join,
    struct error *err)
{
	struct scope sides = *scope;

	if (join->from->on == NULL)
		return 0;
	sides.items = scope->items + join->first;
	sides.item_count = scope->item_count - join->first;
	sides.item_capacity = sides.item_count;
	sides.place = PLACE_JOIN_ON;
	return bind_condition(binder, &sides, join->from->on, "JOIN/ON",
	    &join->condition, err);
}

/* JOIN ... USING (...) AS name: the merged columns alone. */
static int
add_using_alias(struct binder *binder, struct scope *scope,
    const struct join *join, struct error *err)
{
	struct range *range = arena_alloc(binder->arena, sizeof(*range));
	uint32_t limit = scope->item_count;

	*range = *join->range;
	range->name = join->from->using_alias;
	range->column_count = join->merged_count;
	scope_add(binder, scope, range)->has_columns = false;
	return scope_check_names(scope, join->first, limit, err);
}

/* The sides' items give way to the join's. */
static int
add_items(struct binder *binder, struct scope *scope, struct join *join,
    struct error *err)
{
	const struct ast_from *from = join->from;
	bool has_alias = from->alias.name.len > 0;
	int rc = 0;

	if (from->alias.column_count > join->range->column_count)
		return error_at(err, from->location, STELE_E_SYNTAX,
		    "column alias list for \"%.*s\" has too many entries",
		    STR_FMT(from->alias.name));
	rc = range_rename_columns(binder, join->range, from, err);
	if (has_alias)
		scope->item_count = join->first;
	for (uint32_t i = join->first; i < scope->item_count; i++)
		scope->items[i].has_columns = false;
	if (rc == 0 && from->using_alias.len > 0 && !has_alias)
		rc = add_using_alias(binder, scope, join, err);
	scope_add(binder, scope, join->range)->has_table = has_alias;
	return rc;
}

/* The items of a side that the join fills with nulls. */
static void
mark_null_side(struct binder *binder, struct scope *scope, uint32_t first,
    uint32_t limit, struct rel **slot)
{
	struct null_side *side = arena_zalloc(binder->arena, sizeof(*side));

	side->slot = slot;
	for (uint32_t i = first; i < limit; i++)
		if (scope->items[i].range->null_side == NULL)
			scope->items[i].range->null_side = side;
}

static void
mark_null_sides(struct binder *binder, struct scope *scope,
    const struct join *join, struct rel *rel)
{
	enum ast_join_kind kind = join->from->join;

	if (kind == AST_JOIN_LEFT || kind == AST_JOIN_FULL)
		mark_null_side(binder, scope, join->middle, scope->item_count,
		    rel_input(rel, 1));
	if (kind == AST_JOIN_RIGHT)
		mark_null_side(binder, scope, join->first, join->middle,
		    rel_input(rel, 1));
	if (kind == AST_JOIN_FULL)
		mark_null_side(binder, scope, join->first, join->middle,
		    rel_input(rel, 0));
}

int
bind_join(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	static const enum join_kind kinds[] = {
		[AST_JOIN_INNER] = JOIN_INNER,
		[AST_JOIN_LEFT] = JOIN_LEFT,
		[AST_JOIN_RIGHT] = JOIN_LEFT,
		[AST_JOIN_FULL] = JOIN_FULL,
		[AST_JOIN_CROSS] = JOIN_INNER,
	};
	struct join join = { .from = from };
	bool is_swapped = from->join == AST_JOIN_RIGHT;
	int rc;

	rc = bind_sides(binder, scope, &join, err);
	if (rc == 0)
		rc = make_range(binder, &join, err);
	if (rc == 0)
		rc = bind_on(binder, scope, &join, err);
	if (rc != 0)
		return rc;
	if (!binder_may_join(binder))
		return error_at(err, from->location, STELE_E_TOO_COMPLEX,
		    "the statement has too many relations in FROM");
	*out = from_join(binder, scope, kinds[from->join],
	    is_swapped ? join.right_rel : join.left_rel,
	    is_swapped ? join.left_rel : join.right_rel);
	if (join.condition != NULL)
		rel_set_conjuncts(binder, join.condition,
		    &(*out)->join.conjuncts, &(*out)->join.conjunct_count);
	mark_null_sides(binder, scope, &join, *out);
	return add_items(binder, scope, &join, err);
}
