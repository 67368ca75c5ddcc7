/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_plot.c -- PLOT, as the SELECT that says the same.
 *
 *	PLOT total(x) OF a FILTER w		SELECT date_trunc('day', t) AS
 *	  BREAKDOWN BY g OVER day(t)		bucket, g, sum(x) AS total_x
 *	  TOP 3					FROM a WHERE w GROUP BY 1, 2
 *						ORDER BY 3 DESC NULLS LAST, 1, 2
 *						LIMIT 3
 *	PLOT total(x) OF a VS count OF b	SELECT k1 AS g, max(m1) AS
 *	  BREAKDOWN BY g			"a.total_x", max(m2) AS
 *						"b.count" FROM (SELECT k1, m1,
 *						null FROM (that of a) UNION ALL
 *						SELECT k1, null, m2 FROM (that
 *						of b)) GROUP BY k1 ORDER BY 1
 *
 * That is a full join of the sides, in which null is equal to null, and of any
 * number of them at once: each side has a group once, so that the greatest of
 * one value and of nulls is that value.
 */
#include "plan/bind_native.h"

#define TOP_NOTHING UINT32_MAX

struct plot_side {
	struct ast_select *select;
	struct query query; /* bound for the types of its columns */
};

struct plot {
	struct binder *binder;
	struct arena *arena;
	const struct ast_plot *ast;
	struct plot_side *sides;
	uint32_t key_count;
	uint32_t column_count; /* of the result */
};

/* ---- one side ---- */

/* The rows with the greatest metric, or field, first: so many of them. */
static void
set_top(struct arena *arena, const struct ast_plot_side *side,
    struct ast_select *select)
{
	struct ast_sort_list *order = &select->order_by;
	struct ast_sort *sorts;

	select->limit = side->top.count;
	if (side->top.field.name.len > 0) {
		order->items[0].nulls = AST_NULLS_LAST;
		return;
	}
	sorts = arena_zalloc(arena, (order->count + 1) * sizeof(*sorts));
	for (uint32_t i = 0; i < order->count; i++)
		sorts[i + 1] = order->items[i];
	sorts[0] = (struct ast_sort){
		/* its metric, the second one if it names another */
		.expr = tree_position(arena,
		    select->group_count +
			(side->top.has_metric ? side->query.agg_count : 1),
		    side->top.location),
		.is_descending = true,
		.nulls = AST_NULLS_LAST,
	};
	order->items = sorts;
	order->count++;
}

static int
side_select(struct binder *binder, const struct ast_plot_side *side,
    struct ast_select **out, struct error *err)
{
	struct ast_query *query = arena_zalloc(binder->arena, sizeof(*query));
	int rc;

	*query = side->query;
	query->order_by = side->top.field;
	query->is_descending = true;
	rc = native_select(binder, query, out, err);
	if (rc == 0 && side->top.count != NULL)
		set_top(binder->arena, side, *out);
	return rc;
}

/* ---- several ---- */

static int
bind_sides(struct plot *plot, struct error *err)
{
	const struct ast_plot *ast = plot->ast;
	int rc = 0;

	plot->sides =
	    arena_zalloc(plot->arena, ast->side_count * sizeof(*plot->sides));
	for (uint32_t i = 0; i < ast->side_count && rc == 0; i++) {
		struct plot_side *side = &plot->sides[i];

		rc = side_select(plot->binder, &ast->sides[i], &side->select,
		    err);
		if (rc == 0)
			rc = bind_select(plot->binder, NULL, side->select,
			    UNKNOWNS_TEXT, &side->query, err);
		if (rc == 0)
			plot->column_count += ast->sides[i].query.agg_count;
	}
	plot->key_count = plot->sides[0].select->group_count;
	plot->column_count += plot->key_count;
	return rc;
}

static struct str
column_name_of(struct plot *plot, uint32_t column)
{
	return arena_printf(plot->arena, "c%u", column + 1);
}

static struct ast_expr *
column_of(struct plot *plot, uint32_t column)
{
	return tree_column(plot->arena, column_name_of(plot, column),
	    plot->ast->location);
}

/* A query as the only item of FROM, with columns c1, c2 ... */
static void
set_from(struct plot *plot, struct ast_select *select,
    struct ast_select *subquery, uint32_t column_count)
{
	struct ast_from *from = arena_zalloc(plot->arena, sizeof(*from));

	from->kind = AST_FROM_SUBQUERY;
	from->location = plot->ast->location;
	from->subquery = subquery;
	from->alias.name = STR("plot");
	from->alias.columns = arena_alloc_array(plot->arena, column_count,
	    sizeof(*from->alias.columns));
	from->alias.column_count = column_count;
	for (uint32_t i = 0; i < column_count; i++)
		from->alias.columns[i] = column_name_of(plot, i);
	select->from.items =
	    arena_alloc_array(plot->arena, 1, sizeof(*select->from.items));
	select->from.items[0] = from;
	select->from.count = 1;
}

static struct ast_select *
new_select(struct plot *plot)
{
	struct ast_select *select = arena_zalloc(plot->arena, sizeof(*select));

	select->location = plot->ast->location;
	select->targets.items = arena_zalloc(plot->arena,
	    plot->column_count * sizeof(*select->targets.items));
	return select;
}

static void
add_target(struct ast_select *select, struct ast_expr *expr, struct str alias)
{
	select->targets.items[select->targets.count++] =
	    (struct ast_target){ .expr = expr, .alias = alias };
}

/* Enums of different types, or one beside another type, meet as text. */
static bool
meets_as_text(const struct plot *plot, uint32_t key)
{
	const struct type *first = &plot->sides[0].query.columns[key].type;
	bool is_enum = false, is_same = true;

	for (uint32_t i = 0; i < plot->ast->side_count; i++) {
		const struct type *type =
		    &plot->sides[i].query.columns[key].type;

		is_enum |= type->enum_type != NULL;
		is_same &= type->oid == first->oid;
	}
	return is_enum && !is_same;
}

/* The rows of a side, with nulls in the columns of the others. */
static struct ast_select *
wide_side(struct plot *plot, uint32_t index)
{
	const struct plot_side *side = &plot->sides[index];
	const struct type text = type_of(TYPE_TEXT);
	struct ast_select *select = new_select(plot);

	for (uint32_t i = 0; i < plot->key_count; i++) {
		struct ast_expr *key = column_of(plot, i);

		if (meets_as_text(plot, i))
			key = tree_cast(plot->arena, key, &text);
		add_target(select, key, STR(""));
	}
	for (uint32_t s = 0; s < plot->ast->side_count; s++) {
		const struct query *query = &plot->sides[s].query;

		for (uint32_t i = plot->key_count; i < query->column_count; i++)
			add_target(select,
			    s == index ? column_of(plot, i)
				       : tree_null(plot->arena,
					     &query->columns[i].type),
			    STR(""));
	}
	set_from(plot, select, side->select, side->query.column_count);
	return select;
}

static struct ast_select *
union_of_sides(struct plot *plot)
{
	struct ast_select *all = wide_side(plot, 0);

	for (uint32_t i = 1; i < plot->ast->side_count; i++) {
		struct ast_select *both = new_select(plot);

		both->set_op = AST_UNION;
		both->is_set_all = true;
		both->left = all;
		both->right = wide_side(plot, i);
		all = both;
	}
	return all;
}

/* The event type; of a type that comes again the place of the side. */
static struct str
side_name(struct plot *plot, uint32_t index)
{
	static const char *const places[] = { "left", "right", "third",
		"fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
		"tenth" };
	const struct ast_plot_side *sides = plot->ast->sides;
	struct str type = sides[index].query.event_type.parts[0];
	uint32_t first = 0;

	while (!str_equal(sides[first].query.event_type.parts[0], type))
		first++;
	if (first == index)
		return type;
	if (index < sizeof(places) / sizeof(places[0]))
		return str_of_cstr(places[index]);
	return arena_printf(plot->arena, "side_%u", index + 1);
}

static void
add_metrics(struct plot *plot, struct ast_select *select)
{
	for (uint32_t s = 0; s < plot->ast->side_count; s++) {
		const struct ast_target_list *targets =
		    &plot->sides[s].select->targets;
		struct str side = side_name(plot, s);

		for (uint32_t i = plot->key_count; i < targets->count; i++) {
			struct str metric = targets->items[i].alias;
			struct ast_expr *column =
			    column_of(plot, select->targets.count);

			add_target(select,
			    tree_call(plot->arena, "max", &column, 1,
				plot->ast->location),
			    arena_printf(plot->arena, "%.*s.%.*s",
				STR_FMT(side), STR_FMT(metric)));
		}
	}
}

/* ---- TOP of all ---- */

/* The column of the first side that has the metric, from 0. */
static uint32_t
find_metric(const struct plot *plot, const struct ast_native_agg *metric)
{
	uint32_t column = plot->key_count;

	for (uint32_t s = 0; s < plot->ast->side_count; s++) {
		const struct ast_query *query = &plot->ast->sides[s].query;

		for (uint32_t i = 0; i < query->agg_count; i++, column++) {
			const struct ast_native_agg *agg = &query->aggs[i];

			if (agg->kind == metric->kind &&
			    str_equal(agg->field.type, metric->field.type) &&
			    str_equal(agg->field.name, metric->field.name))
				return column;
		}
	}
	return TOP_NOTHING;
}

/* A column by its name in the result, which may be "type.metric". */
static uint32_t
find_column(struct plot *plot, const struct ast_select *select,
    const struct ast_field *field)
{
	struct str name = field->name;

	if (field->type.len > 0)
		name = arena_printf(plot->arena, "%.*s.%.*s",
		    STR_FMT(field->type), STR_FMT(field->name));
	for (uint32_t i = 0; i < select->targets.count; i++)
		if (str_equal(select->targets.items[i].alias, name))
			return i;
	return TOP_NOTHING;
}

static int
top_column(struct plot *plot, const struct ast_select *select, uint32_t *out,
    struct error *err)
{
	const struct ast_top *top = &plot->ast->top;

	if (top->has_metric)
		*out = find_metric(plot, &top->metric);
	else if (top->field.name.len > 0)
		*out = find_column(plot, select, &top->field);
	else
		*out = plot->key_count;
	if (*out != TOP_NOTHING)
		return 0;
	(void)error_at(err,
	    top->has_metric ? top->metric.location : top->field.location,
	    STELE_E_UNDEFINED_COLUMN,
	    "no column of the PLOT is what TOP names");
	return error_hint(err,
	    "TOP of several sides is by a metric that one of them has, or by a"
	    " column of the result.");
}

static int
order_all(struct plot *plot, struct ast_select *select, struct error *err)
{
	struct ast_sort *sorts = arena_zalloc(plot->arena,
	    (plot->key_count + (size_t)1) * sizeof(*sorts));
	int location = plot->ast->location;
	uint32_t count = 0, column;
	int rc = 0;

	if (plot->ast->top.count != NULL) {
		rc = top_column(plot, select, &column, err);
		if (rc != 0)
			return rc;
		sorts[count].expr =
		    tree_position(plot->arena, column + 1, location);
		sorts[count].is_descending = true;
		sorts[count++].nulls = AST_NULLS_LAST;
	}
	for (uint32_t i = 1; i <= plot->key_count; i++)
		sorts[count++].expr = tree_position(plot->arena, i, location);
	select->order_by.items = sorts;
	select->order_by.count = count;
	select->limit = plot->ast->top.count;
	return 0;
}

/* ---- the whole ---- */

static int
bind_versus(struct plot *plot, struct query *out, struct error *err)
{
	const struct ast_target *keys;
	struct ast_select *select;
	int rc = bind_sides(plot, err);

	if (rc != 0)
		return rc;
	select = new_select(plot);
	set_from(plot, select, union_of_sides(plot), plot->column_count);
	keys = plot->sides[0].select->targets.items;
	select->groups = arena_zalloc(plot->arena,
	    (plot->key_count + (size_t)1) * sizeof(*select->groups));
	select->group_count = plot->key_count;
	for (uint32_t i = 0; i < plot->key_count; i++) {
		select->groups[i].expr = column_of(plot, i);
		add_target(select, column_of(plot, i), keys[i].alias);
	}
	add_metrics(plot, select);
	rc = order_all(plot, select, err);
	return rc != 0
	    ? rc
	    : bind_select(plot->binder, NULL, select, UNKNOWNS_TEXT, out, err);
}

int
bind_plot(struct binder *binder, const struct ast_plot *ast, struct query *out,
    struct error *err)
{
	struct plot plot = { .binder = binder,
		.arena = binder->arena,
		.ast = ast };
	struct ast_select *select;
	int rc;

	if (ast->side_count > 1)
		return bind_versus(&plot, out, err);
	rc = side_select(binder, &ast->sides[0], &select, err);
	return rc != 0
	    ? rc
	    : bind_select(binder, NULL, select, UNKNOWNS_TEXT, out, err);
}
