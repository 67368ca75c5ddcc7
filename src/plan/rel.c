/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rel.c -- making relations, and what prunes scans.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"

struct rel *
rel_new(struct binder *binder, enum rel_kind kind, struct rel *input,
    uint32_t column_count)
{
	struct rel *rel = arena_zalloc(binder->arena, sizeof(*rel));

	rel->kind = kind;
	rel->id = binder->next_rel_id++;
	rel->input = input;
	rel->column_count = column_count;
	rel->types = arena_alloc_array(binder->arena,
	    column_count == 0 ? 1 : column_count, sizeof(*rel->types));
	return rel;
}

struct rel *
rel_new_over(struct binder *binder, enum rel_kind kind, struct rel *input)
{
	struct rel *rel = arena_zalloc(binder->arena, sizeof(*rel));

	rel->kind = kind;
	rel->id = input->id;
	rel->input = input;
	rel->column_count = input->column_count;
	rel->types = input->types;
	return rel;
}

struct rel *
rel_new_project(struct binder *binder, struct rel *input, struct expr **exprs,
    uint32_t count)
{
	struct rel *rel = rel_new(binder, REL_PROJECT, input, count);

	rel->project = exprs;
	for (uint32_t i = 0; i < count; i++)
		rel->types[i] = exprs[i]->type;
	return rel;
}

void
rel_finish(struct rel *rel)
{
	if (rel->kind == REL_APPEND) {
		for (uint32_t i = 0; i < rel->append.count; i++)
			rel_finish(rel->append.inputs[i]);
	}
	if (rel->input == NULL)
		return;
	rel_finish(rel->input);
	if (rel->id == rel->input->id) {
		rel->column_count = rel->input->column_count;
		rel->types = rel->input->types;
	}
}

struct rel *
rel_new_sort(struct binder *binder, struct rel *input,
    const struct sort_key *keys, uint32_t key_count)
{
	struct rel *rel = rel_new_over(binder, REL_SORT, input);

	rel->sort.keys =
	    arena_alloc_array(binder->arena, key_count + 1, sizeof(*keys));
	if (key_count > 0)
		memcpy(rel->sort.keys, keys, key_count * sizeof(*keys));
	rel->sort.key_count = key_count;
	return rel;
}

struct rel *
rel_new_distinct(struct binder *binder, struct rel *input)
{
	uint32_t count = input->column_count;
	struct rel *rel = rel_new(binder, REL_AGG, input, count);

	rel->agg.keys =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*rel->agg.keys));
	rel->agg.key_count = count;
	for (uint32_t i = 0; i < count; i++) {
		rel->types[i] = input->types[i];
		rel->agg.keys[i] = expr_column(binder->arena, input->types[i],
		    0, input->id, i);
	}
	return rel;
}

/* ---- scans ---- */

static const struct {
	const char *name;
	enum type_oid type;
} events_columns[EVENTS_COLUMN_COUNT] = {
	[EVENTS_EVENT_ID - 1] = { "event_id", TYPE_INT8 },
	[EVENTS_EVENT_TYPE - 1] = { "event_type", TYPE_TEXT },
	[EVENTS_CONTEXT_ID - 1] = { "context_id", TYPE_TEXT },
	[EVENTS_TIMESTAMP - 1] = { "timestamp", TYPE_TIMESTAMPTZ },
	[EVENTS_VERSION - 1] = { "version", TYPE_INT4 },
	[EVENTS_PAYLOAD - 1] = { "payload", TYPE_JSONB },
};

static struct range_column *
events_range_columns(struct binder *binder)
{
	struct range_column *columns =
	    arena_zalloc(binder->arena, EVENTS_COLUMN_COUNT * sizeof(*columns));

	for (uint32_t i = 0; i < EVENTS_COLUMN_COUNT; i++)
		columns[i] = (struct range_column){
			.name = str_of_cstr(events_columns[i].name),
			.type = type_of(events_columns[i].type),
			.attnum = (int16_t)(i + 1),
		};
	return columns;
}

static struct range_column *
type_range_columns(struct binder *binder, const struct event_type *type,
    uint32_t count)
{
	struct range_column *columns =
	    arena_zalloc(binder->arena, count * sizeof(*columns));

	for (uint32_t i = 0; i < count; i++)
		columns[i] = (struct range_column){
			.name = event_type_column_name(type, i + 1),
			.type = event_type_column_type(type, i + 1),
			.table_oid = type->oid,
			.attnum = (int16_t)(i + 1),
		};
	return columns;
}

struct range *
range_new_scan(struct binder *binder, const struct event_type *type,
    struct str alias)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	uint32_t count = type == NULL
	    ? EVENTS_COLUMN_COUNT
	    : COLUMN_FIRST_FIELD - 1 + type->field_count;
	struct rel *rel =
	    rel_new(binder, type == NULL ? REL_EVENTS : REL_SCAN, NULL, count);

	/* room for all; there are as many as have been named */
	rel->column_count = 0;
	rel->scan.type = type;
	rel->scan.is_ordered = true;
	rel->scan.attnums =
	    arena_alloc_array(binder->arena, count, sizeof(uint32_t));
	range->rel = rel;
	range->is_scan = true;
	range->table_name = type == NULL ? STR("events") : type->name;
	range->name = alias.len > 0 ? alias : range->table_name;
	range->column_count = count;
	range->columns = type == NULL ? events_range_columns(binder)
				      : type_range_columns(binder, type, count);
	binder->reads_events = true;
	return range;
}

uint32_t
scan_column(struct binder *binder UNUSED, struct rel *scan, uint32_t attnum,
    struct type type)
{
	for (uint32_t i = 0; i < scan->column_count; i++) {
		if (scan->scan.attnums[i] == attnum)
			return i;
	}
	scan->scan.attnums[scan->column_count] = attnum;
	scan->types[scan->column_count] = type;
	return scan->column_count++;
}

/* ---- filters ---- */

static uint32_t
count_conjuncts(const struct expr *condition)
{
	uint32_t count = 0;

	if (condition->kind != EXPR_AND)
		return 1;
	for (uint32_t i = 0; i < condition->arg_count; i++)
		count += count_conjuncts(condition->args[i]);
	return count;
}

static struct expr **
put_conjuncts(struct expr *condition, struct expr **at)
{
	if (condition->kind != EXPR_AND) {
		*at = condition;
		return at + 1;
	}
	for (uint32_t i = 0; i < condition->arg_count; i++)
		at = put_conjuncts(condition->args[i], at);
	return at;
}

static const struct {
	const char *name;
	enum bound_kind kind;
	enum bound_kind mirrored; /* of "value op column" */
} bound_ops[] = {
	{ "=", BOUND_EQ, BOUND_EQ },
	{ "<", BOUND_LT, BOUND_GT },
	{ "<=", BOUND_LE, BOUND_GE },
	{ ">", BOUND_GT, BOUND_LT },
	{ ">=", BOUND_GE, BOUND_LE },
};

/* A column of the scan, maybe under casts that change no value. */
static const struct expr *
plain_column(const struct expr *expr, const struct rel *scan)
{
	while (expr->kind == EXPR_CAST &&
	    cast_is_relabel(&expr->args[0]->type, &expr->type))
		expr = expr->args[0];
	if (expr->kind != EXPR_COLUMN || expr->column.rel != scan->id)
		return NULL;
	return expr;
}

static bool
is_integer(uint32_t oid)
{
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8;
}

/* Whether values of both types compare as their physical forms do. */
static bool
is_comparable(uint32_t column, uint32_t value)
{
	return column == value || (is_integer(column) && is_integer(value));
}

/* blanks at the end of char(n) count for the form, not for the comparison */
static bool
is_prunable(const struct type *type)
{
	return type->oid != TYPE_BPCHAR;
}

static bool
bound_of(const struct expr *conjunct, const struct rel *scan,
    struct scan_bound *out)
{
	const struct expr *column;
	size_t op = 0;

	if (conjunct->kind != EXPR_CALL || conjunct->arg_count != 2 ||
	    conjunct->function->kind != FUNCTION_OPERATOR ||
	    conjunct->function->result != TYPE_BOOL)
		return false;
	while (op < ARRAY_LEN(bound_ops) &&
	    strcmp(conjunct->function->name, bound_ops[op].name) != 0)
		op++;
	if (op == ARRAY_LEN(bound_ops))
		return false;
	for (uint32_t side = 0; side < 2; side++) {
		const struct expr *value = conjunct->args[1 - side];

		column = plain_column(conjunct->args[side], scan);
		if (column == NULL || !expr_is_fixed(value) ||
		    !is_prunable(&column->type) ||
		    !is_comparable(conjunct->args[side]->type.oid,
			value->type.oid))
			continue;
		out->attnum = scan->scan.attnums[column->column.column];
		out->kind =
		    side == 0 ? bound_ops[op].kind : bound_ops[op].mirrored;
		out->value = value;
		return true;
	}
	return false;
}

static void
set_bounds(struct binder *binder, struct rel *scan,
    const struct rel_filter *filter)
{
	struct scan_bound *bounds = arena_alloc_array(binder->arena,
	    filter->count + scan->scan.bound_count, sizeof(*bounds));
	uint32_t count = 0;

	for (uint32_t i = 0; i < scan->scan.bound_count; i++)
		bounds[count++] = scan->scan.bounds[i];
	for (uint32_t i = 0; i < filter->count; i++) {
		if (bound_of(filter->conjuncts[i], scan, &bounds[count]))
			count++;
	}
	scan->scan.bounds = bounds;
	scan->scan.bound_count = count;
}

struct rel *
rel_new_filter(struct binder *binder, struct rel *input, struct expr *condition)
{
	struct rel *rel = rel_new_over(binder, REL_FILTER, input);

	rel->filter.count = count_conjuncts(condition);
	rel->filter.conjuncts = arena_alloc_array(binder->arena,
	    rel->filter.count, sizeof(*rel->filter.conjuncts));
	put_conjuncts(condition, rel->filter.conjuncts);
	if (input->kind == REL_SCAN || input->kind == REL_EVENTS)
		set_bounds(binder, input, &rel->filter);
	return rel;
}
