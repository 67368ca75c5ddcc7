/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_native.c -- QUERY, FIND and REPLAY, as the SELECT that says the same.
 *
 *	QUERY t FOR c SINCE s WHERE w		SELECT context_id, 't' AS
 *						event_type, timestamp, event_id,
 *						fields ... FROM t WHERE
 *						context_id = c AND timestamp >=
 *						s AND w ORDER BY event_id
 *	... COUNT BY f PER DAY			SELECT date_trunc('day',
 *						timestamp) AS bucket, f,
 *						count(*) AS count ... GROUP BY
 *						bucket, f ORDER BY 1, 2
 *	REPLAY FOR c				SELECT ... payload FROM events
 *						WHERE context_id = c
 *
 * The tree is rewritten and then bound as SQL is, so the two languages cannot
 * disagree.  A literal takes its type from the field it is compared with, a
 * number beside a datetime counts seconds (or finer, by its digits) from 1970.
 */
#include "plan/bind_native.h"
#include "engine/catalog/catalog.h"
#include "plan/bind_notes.h"
#include "plan/bind_sequence.h"

static void
add_target(struct rewrite *rw, struct ast_expr *expr, struct str alias)
{
	rw->targets[rw->target_count++] = (struct ast_target){ .expr = expr,
		.alias = alias,
		.location = expr->location };
}

/* ---- what is selected ---- */

/* What a field stands for in the select list, BY or ORDER BY. */
static int
field_expr(struct rewrite *rw, const struct ast_field *field,
    struct ast_expr **out, struct error *err)
{
	if (rw->query->sequence != NULL)
		return sequence_field_expr(rw->binder, rw->query, rw->steps,
		    field, out, err);
	return native_field_expr(rw, field->name, field->location, out, err);
}

/* The type of a field that field_expr() takes. */
static struct type
field_type(const struct rewrite *rw, const struct ast_field *field)
{
	if (rw->query->sequence != NULL)
		return sequence_field_type(rw->query, rw->steps, field);
	return native_field_type(rw, field->name);
}

/* 42804: what a clause needs, and what the field is. */
static int
wrong_type(const struct rewrite *rw, const struct ast_field *field,
    const char *need, struct error *err)
{
	struct type type = field_type(rw, field);

	return error_at(err, field->location, STELE_E_DATATYPE_MISMATCH,
	    "%s, and field \"%.*s\" is of type %s", need, STR_FMT(field->name),
	    type_text(rw->binder, &type));
}

/* Its name in the result: that of a step of a sequence as it was written. */
static struct str
field_text(const struct rewrite *rw, const struct ast_field *field)
{
	if (rw->query->sequence == NULL || field->type.len == 0)
		return field->name;
	return arena_printf(rw->arena, "%.*s.%.*s", STR_FMT(field->type),
	    STR_FMT(field->name));
}

static int
add_field(struct rewrite *rw, const struct ast_field *field, struct error *err)
{
	struct ast_expr *expr;
	int rc;

	rc = field_expr(rw, field, &expr, err);
	if (rc == 0)
		add_target(rw, expr, field_text(rw, field));
	return rc;
}

/* A field that the query does not name, at its own place. */
static int
add_named(struct rewrite *rw, struct str name, struct error *err)
{
	const struct ast_field field = { .name = name,
		.location = rw->query->location };

	return add_field(rw, &field, err);
}

static bool
is_core(struct str name)
{
	return str_equal(name, STR("context_id")) ||
	    str_equal(name, STR("event_type")) ||
	    str_equal(name, STR("timestamp")) ||
	    str_equal(name, STR("event_id"));
}

static bool
is_field_of_any(const struct rewrite *rw, struct str name)
{
	const struct catalog *catalog = rw->binder->context->catalog;

	for (uint32_t i = 0; i < catalog->type_count; i++) {
		if (event_type_has_name(catalog->types[i]) &&
		    event_type_column(catalog->types[i], name) != 0)
			return true;
	}
	return false;
}

/* RETURN of a replay over all types: a member of the payload. */
static int
add_member(struct rewrite *rw, const struct ast_field *field, struct error *err)
{
	struct str name = field->name;
	int location = field->location;

	if (native_field_type(rw, name).oid != 0)
		return add_field(rw, field, err);
	if (!is_field_of_any(rw, name))
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	add_target(rw,
	    tree_op(rw->arena, STR("->"),
		tree_column(rw->arena, STR("payload"), location),
		tree_string(rw->arena, name, location)),
	    name);
	return 0;
}

static int
add_returns(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	int rc = 0;

	for (uint32_t i = 0; i < query->return_count && rc == 0; i++) {
		const struct ast_field *field = &query->returns[i];

		if (is_core(field->name))
			continue;
		rc = native_is_events(rw) ? add_member(rw, field, err)
					  : add_field(rw, field, err);
	}
	return rc;
}

static int
add_selection(struct rewrite *rw, struct error *err)
{
	static const char *const core[] = { "context_id", "event_type",
		"timestamp", "event_id" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(core) && rc == 0; i++)
		rc = add_named(rw, str_of_cstr(core[i]), err);
	if (rc != 0)
		return rc;
	if (rw->query->has_return && rw->query->return_count > 0)
		return add_returns(rw, err);
	if (native_is_events(rw))
		return add_named(rw, STR("payload"), err);
	for (uint32_t i = 0; i < rw->type->field_count && rc == 0; i++)
		rc = add_named(rw, rw->type->fields[i].name, err);
	return rc;
}

/*
 * A week that begins some days before a Monday is that Monday's, some days
 * earlier.
 */
static struct ast_expr *
shift_week(struct rewrite *rw, struct ast_expr *time, const char *op)
{
	const struct type timestamptz = type_of(TYPE_TIMESTAMPTZ);
	const struct type interval = type_of(TYPE_INTERVAL);
	struct str days =
	    arena_printf(rw->arena, "%u days", 7 - rw->query->week_start);

	return tree_op(rw->arena, str_of_cstr(op),
	    tree_cast(rw->arena, time, &timestamptz),
	    tree_cast(rw->arena, tree_string(rw->arena, days, time->location),
		&interval));
}

static int
add_bucket(struct rewrite *rw, struct error *err)
{
	static const char *const units[] = {
		[AST_HOUR] = "hour",
		[AST_DAY] = "day",
		[AST_WEEK] = "week",
		[AST_MONTH] = "month",
		[AST_YEAR] = "year",
	};
	struct ast_field time = rw->query->time_field;
	struct ast_expr *args[2];
	struct ast_expr *bucket;
	struct type type;
	int rc;

	if (!rw->query->has_per)
		return 0;
	if (time.name.len == 0)
		time = (struct ast_field){ .name = STR("timestamp"),
			.location = rw->query->location };
	args[0] = tree_string(rw->arena, str_of_cstr(units[rw->query->per]),
	    time.location);
	rc = field_expr(rw, &time, &args[1], err);
	if (rc != 0)
		return rc;
	type = field_type(rw, &time);
	if (type.oid != TYPE_TIMESTAMPTZ && type.oid != TYPE_DATE)
		return wrong_type(rw, &time,
		    "groups of time need a datetime or a date", err);
	if (rw->query->week_start > 0)
		args[1] = shift_week(rw, args[1], "+");
	bucket = tree_call(rw->arena, "date_trunc", args, 2, time.location);
	if (rw->query->week_start > 0)
		bucket = shift_week(rw, bucket, "-");
	add_target(rw, bucket, STR("bucket"));
	return 0;
}

/* COUNT takes any field. */
static int
check_aggregate(const struct rewrite *rw, const struct ast_native_agg *agg,
    struct error *err)
{
	static const char *const needs[] = {
		[AST_TOTAL] = "TOTAL needs a number",
		[AST_AVG] = "AVG needs a number",
		[AST_MIN] = "MIN needs a number, a string, a time or an enum",
		[AST_MAX] = "MAX needs a number, a string, a time or an enum",
	};
	struct type type;
	char category;

	if (agg->kind < AST_TOTAL)
		return 0;
	type = field_type(rw, &agg->field);
	category = type_category(&type);
	if (category == 'N' ||
	    (agg->kind >= AST_MIN && strchr("SDE", category) != NULL))
		return 0;
	return wrong_type(rw, &agg->field, needs[agg->kind], err);
}

static int
add_aggregate(struct rewrite *rw, const struct ast_native_agg *agg,
    struct error *err)
{
	static const struct {
		const char *function;
		const char *prefix;
	} kinds[] = {
		[AST_COUNT] = { "count", "count" },
		[AST_COUNT_FIELD] = { "count", "count_" },
		[AST_COUNT_UNIQUE] = { "count", "count_unique_" },
		[AST_TOTAL] = { "sum", "total_" },
		[AST_AVG] = { "avg", "avg_" },
		[AST_MIN] = { "min", "min_" },
		[AST_MAX] = { "max", "max_" },
	};
	struct ast_expr *field = NULL;
	struct ast_expr *call;
	int rc = 0;

	if (agg->kind != AST_COUNT)
		rc = field_expr(rw, &agg->field, &field, err);
	if (rc == 0)
		rc = check_aggregate(rw, agg, err);
	if (rc != 0)
		return rc;
	call = tree_call(rw->arena, kinds[agg->kind].function, &field,
	    agg->kind == AST_COUNT ? 0 : 1, agg->location);
	call->call.has_star = agg->kind == AST_COUNT;
	call->call.is_distinct = agg->kind == AST_COUNT_UNIQUE;
	add_target(rw, call,
	    arena_printf(rw->arena, "%s%.*s", kinds[agg->kind].prefix,
		STR_FMT(agg->kind == AST_COUNT ? STR("")
					       : field_text(rw, &agg->field))));
	return 0;
}

/* Bucket and groups come first, and are what is grouped by. */
static int
add_aggregation(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_select *select = rw->select;
	int rc;

	rc = add_bucket(rw, err);
	for (uint32_t i = 0; i < query->group_count && rc == 0; i++)
		rc = add_field(rw, &query->group_by[i], err);
	if (rc != 0)
		return rc;
	select->group_count = rw->target_count;
	select->groups = arena_zalloc(rw->arena,
	    (rw->target_count + 1) * sizeof(*select->groups));
	for (uint32_t i = 0; i < rw->target_count; i++)
		select->groups[i].expr = rw->targets[i].expr;
	for (uint32_t i = 0; i < query->agg_count && rc == 0; i++)
		rc = add_aggregate(rw, &query->aggs[i], err);
	return rc;
}

/* ---- the whole ---- */

static bool
is_target(const struct rewrite *rw, struct str name)
{
	for (uint32_t i = 0; i < rw->target_count; i++) {
		if (str_equal(rw->targets[i].alias, name))
			return true;
	}
	return false;
}

/* What ORDER BY names, or for events their ids. */
static int
order_target(struct rewrite *rw, const struct ast_field *field,
    struct ast_sort *sort, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct str name = field_text(rw, field);

	sort->is_descending =
	    query->order_by.name.len > 0 && query->is_descending;
	if (!is_target(rw, name))
		return field_expr(rw, field, &sort->expr, err);
	sort->expr = tree_column(rw->arena, name, field->location);
	return 0;
}

/* Groups come by their bucket and fields, after what ORDER BY names. */
static int
set_order(struct rewrite *rw, struct error *err)
{
	const struct ast_field event_id = { .name = STR("event_id") };
	const struct ast_field *named = &rw->query->order_by;
	struct ast_select *select = rw->select;
	bool is_aggregation = rw->is_aggregation;
	uint32_t key_count = is_aggregation ? select->group_count : 0;
	struct ast_sort *sorts =
	    arena_zalloc(rw->arena, (key_count + 1) * sizeof(*sorts));
	uint32_t count = 0;
	int rc = 0;

	if (named->name.len == 0 && !is_aggregation)
		named = &event_id;
	if (named->name.len > 0)
		rc = order_target(rw, named, &sorts[count++], err);
	for (uint32_t i = 1; i <= key_count; i++)
		sorts[count++].expr =
		    tree_position(rw->arena, i, rw->query->location);
	select->order_by.items = sorts;
	select->order_by.count = count;
	return rc;
}

static int
set_from_sequence(struct rewrite *rw, struct error *err)
{
	struct sequence_steps *steps = arena_zalloc(rw->arena, sizeof(*steps));

	sequence_from(rw->binder, rw->query, &rw->select->from);
	rw->steps = steps;
	return sequence_steps(rw->binder, rw->query, steps, err);
}

static int
set_from(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_from *from = arena_zalloc(rw->arena, sizeof(*from));
	struct ast_from_list *list = &rw->select->from;
	int rc = 0;

	from->kind = AST_FROM_TABLE;
	from->location = query->location;
	from->table = query->event_type.count > 0
	    ? query->event_type
	    : tree_name(STR("events"), query->location);
	if (!name_is_events(rw->binder, &from->table))
		rc = bind_event_type_name(rw->binder, &from->table, &rw->type,
		    err);
	list->items = arena_alloc_array(rw->arena, 1, sizeof(*list->items));
	list->items[0] = from;
	list->count = 1;
	return rc;
}

static int
set_targets(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	uint32_t room = 6 + query->return_count + query->group_count +
	    query->agg_count +
	    (native_is_events(rw) ? 0 : rw->type->field_count);
	int rc;

	rw->targets = arena_alloc_array(rw->arena, room, sizeof(*rw->targets));
	rc = rw->is_aggregation ? add_aggregation(rw, err)
				: add_selection(rw, err);
	rw->select->targets.items = rw->targets;
	rw->select->targets.count = rw->target_count;
	return rc;
}

int
native_select(struct binder *binder, const struct ast_query *query,
    struct ast_select **out, struct error *err)
{
	struct rewrite rw = { .binder = binder,
		.arena = binder->arena,
		.query = query,
		.is_aggregation = native_is_aggregation(query) };
	int rc;

	rw.select = arena_zalloc(rw.arena, sizeof(*rw.select));
	rc = query->sequence != NULL ? set_from_sequence(&rw, err)
				     : set_from(&rw, err);
	if (rc == 0)
		rc = set_targets(&rw, err);
	if (rc == 0 && query->sequence == NULL)
		rc = native_conditions(&rw, err);
	if (rc == 0)
		rc = set_order(&rw, err);
	rw.select->limit = query->limit;
	rw.select->offset = query->offset;
	rw.select->location = query->location;
	*out = rw.select;
	return rc;
}

int
bind_native_query(struct binder *binder, const struct ast_query *query,
    struct query *out, struct error *err)
{
	struct ast_select *select;
	int rc;

	if (query->sequence != NULL && !native_is_aggregation(query))
		return bind_sequence_rows(binder, query, out, err);
	rc = native_select(binder, query, &select, err);
	if (rc != 0)
		return rc;
	bind_note_select(binder->notes, query, select);
	return bind_select(binder, NULL, select, UNKNOWNS_TEXT, out, err);
}
