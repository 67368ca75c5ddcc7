/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rel.c -- making relations.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/schema.h"
#include "plan/system_table.h"
#include "plan/temp_table.h"

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

void
rel_name_columns(struct binder *binder, struct rel *rel)
{
	rel->columns = arena_alloc_array(binder->arena,
	    (size_t)rel->column_count + 1, sizeof(*rel->columns));
	for (uint32_t i = 0; i < rel->column_count; i++)
		rel->columns[i] =
		    (struct column_id){ .rel = rel->id, .column = i };
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

static struct range_column *
system_range_columns(struct binder *binder, const struct system_table *table)
{
	struct range_column *columns =
	    arena_zalloc(binder->arena, table->column_count * sizeof(*columns));

	for (uint32_t i = 0; i < table->column_count; i++)
		columns[i] = (struct range_column){
			.name = str_of_cstr(table->columns[i].name),
			.type = type_of(table->columns[i].type),
			.table_oid = table->oid,
			.attnum = (int16_t)(i + 1),
		};
	return columns;
}

static struct range *
range_of(struct binder *binder, const struct rel *rel, struct str schema,
    struct str name, struct str alias, const struct range_column *columns,
    uint32_t count)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));

	range->rel_id = rel->id;
	range->schema = schema;
	range->table_name = name;
	range->name = alias.len > 0 ? alias : name;
	range->column_count = count;
	range->columns = columns;
	binder_add_range(binder, range);
	return range;
}

/* A leaf. */
static struct rel *
leaf_new(struct binder *binder, enum rel_kind kind,
    const struct range_column *columns, uint32_t count)
{
	struct rel *rel = rel_new(binder, kind, NULL, count);

	for (uint32_t i = 0; i < count; i++)
		rel->types[i] = columns[i].type;
	return rel;
}

static void
set_events_scan(struct binder *binder, struct rel *rel,
    const struct event_type *type)
{
	rel->scan.type = type;
	rel->scan.is_ordered = true;
	binder->reads_events = true;
}

struct range *
range_new_scan(struct binder *binder, const struct event_type *type,
    struct str alias, struct rel **out)
{
	const struct range_column *columns;
	struct range *range;
	uint32_t count;

	if (type == NULL)
		return range_new_system(binder, &events_table, alias, out);
	count = COLUMN_FIRST_FIELD - 1 + type->field_count;
	columns = type_range_columns(binder, type, count);
	*out = leaf_new(binder, REL_SCAN, columns, count);
	set_events_scan(binder, *out, type);
	range = range_of(binder, *out, STR("public"), type->name, alias,
	    columns, count);
	range->solid_column = COLUMN_CONTEXT_ID;
	range->system_oid = type->oid;
	return range;
}

struct range *
range_new_temp(struct binder *binder, const struct relation *table,
    struct str alias, struct rel **out)
{
	const struct relation_space space = names_space(binder->context);
	uint32_t count = table->temp->column_count;
	struct range_column *columns =
	    arena_zalloc(binder->arena, (count + 1) * sizeof(*columns));
	struct range *range;

	for (uint32_t i = 0; i < count; i++) {
		const struct relation_column column =
		    relation_column(&space, table, i + 1);

		columns[i] = (struct range_column){
			.name = column.name,
			.type = column.type,
			.table_oid = table->oid,
			.attnum = (int16_t)(i + 1),
		};
	}
	columns[count].type = type_of(TYPE_INT8); /* the row's number */
	*out = leaf_new(binder, REL_TEMP, columns, count + 1);
	(*out)->scan.temp = table->temp;
	range = range_of(binder, *out,
	    str_of_cstr(schema_by_oid(SCHEMA_PG_TEMP)->name), table->temp->name,
	    alias, columns, count);
	range->system_oid = table->oid;
	for (uint32_t i = 0; i < count && range->solid_column == 0; i++)
		if (table->temp->columns[i].is_not_null)
			range->solid_column = i + 1;
	return range;
}

struct range *
range_new_sequence(struct binder *binder, const struct relation *sequence,
    struct str alias, struct rel **out)
{
	const struct relation_space space = names_space(binder->context);
	uint32_t count = relation_column_count(sequence);
	struct range_column *columns =
	    arena_zalloc(binder->arena, (count + 1) * sizeof(*columns));
	struct range *range;

	for (uint32_t i = 0; i < count; i++) {
		const struct relation_column column =
		    relation_column(&space, sequence, i + 1);

		columns[i] = (struct range_column){
			.name = column.name,
			.type = column.type,
			.table_oid = sequence->oid,
			.attnum = (int16_t)(i + 1),
		};
	}
	*out = leaf_new(binder, REL_TEMP, columns, count);
	(*out)->scan.sequence = sequence->sequence;
	range = range_of(binder, *out,
	    str_of_cstr(schema_by_oid(SCHEMA_PG_TEMP)->name), sequence->name,
	    alias, columns, count);
	range->system_oid = sequence->oid;
	range->solid_column = TEMP_SEQUENCE_LAST_VALUE;
	return range;
}

/* From 1, a column that is never null; 0 if none is known. */
static uint32_t
solid_column(const struct system_table *table)
{
	if (table == &events_table)
		return EVENTS_EVENT_TYPE;
	for (uint32_t i = 0; i < table->column_count; i++)
		if (table->columns[i].is_not_null)
			return i + 1;
	return 0;
}

struct range *
range_new_over(struct binder *binder, const struct system_table *table,
    struct str alias, const struct rel *rel)
{
	struct range *range = range_of(binder, rel,
	    str_of_cstr(schema_by_oid(table->schema)->name),
	    str_of_cstr(table->name), alias,
	    system_range_columns(binder, table), table->column_count);

	range->solid_column = solid_column(table);
	return range;
}

struct range *
range_new_system(struct binder *binder, const struct system_table *table,
    struct str alias, struct rel **out)
{
	bool is_events = table == &events_table;
	struct range *range;

	*out = leaf_new(binder, is_events ? REL_EVENTS : REL_SYSTEM,
	    system_range_columns(binder, table), table->column_count);
	if (is_events) {
		set_events_scan(binder, *out, NULL);
		(*out)->scan.role_oid =
		    binder->view == NULL ? 0 : binder->view->owner;
	} else
		(*out)->scan.system = table;
	range = range_new_over(binder, table, alias, *out);
	range->system_oid = table->kind == 'r' ? table->oid : 0;
	return range;
}

/* ---- joins ---- */

struct rel *
rel_new_join(struct binder *binder, enum join_kind kind, struct rel *left,
    struct rel *right)
{
	struct rel *rel = rel_new(binder, REL_JOIN, left, 0);

	rel->join.kind = kind;
	rel->join.is_ordered = true;
	rel->join.right = right;
	return rel;
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

void
rel_set_conjuncts(struct binder *binder, struct expr *condition,
    struct expr ***conjuncts, uint32_t *count)
{
	*count = count_conjuncts(condition);
	*conjuncts =
	    arena_alloc_array(binder->arena, *count, sizeof(**conjuncts));
	put_conjuncts(condition, *conjuncts);
}

struct rel *
rel_new_filter(struct binder *binder, struct rel *input, struct expr *condition)
{
	struct rel *rel = rel_new_over(binder, REL_FILTER, input);

	rel_set_conjuncts(binder, condition, &rel->filter.conjuncts,
	    &rel->filter.count);
	return rel;
}
