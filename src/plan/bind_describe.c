/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_describe.c -- LIST TYPES and DESCRIBE: a SELECT over what the catalogue
 * has, as rows of constants.
 *
 *	SELECT event_type, version, fields, pg_stat_get_live_tuples(oid) AS
 *	events, retain FROM (VALUES (16384, 't', 1, 2, interval '...'), ...)
 *	AS types (...) WHERE has_table_privilege(oid, 'SELECT') ORDER BY 1
 *
 * A plan does not outlive its catalogue; who may read a type is asked each time
 * that it is run.
 */
#include <inttypes.h>

#include "common/json.h"
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/rights.h"
#include "plan/tree.h"
#include "sql/print.h"

/* Rows of constants, and the SELECT over them. */
struct listing {
	struct binder *binder;
	struct arena *arena;
	struct ast_select *select;
	struct ast_select *values;
	uint32_t column_count;
	int location;
};

/* ---- values ---- */

static struct ast_expr *
of_type(struct listing *list, uint32_t oid, struct str text)
{
	const struct type type = type_of(oid);

	return tree_cast(list->arena,
	    tree_string(list->arena, text, list->location), &type);
}

static struct ast_expr *
null_of_type(struct listing *list, uint32_t oid)
{
	const struct type type = type_of(oid);

	return tree_null(list->arena, &type);
}

static struct ast_expr *
number(struct listing *list, uint32_t oid, int64_t value)
{
	return of_type(list, oid, arena_printf(list->arena, "%" PRId64, value));
}

static struct ast_expr *
truth(struct listing *list, bool value)
{
	return of_type(list, TYPE_BOOL, value ? STR("true") : STR("false"));
}

/* ---- the select ---- */

static struct ast_expr **
add_row(struct listing *list)
{
	struct ast_expr_list *row =
	    &list->values->values[list->values->value_count++];

	row->items = arena_alloc_array(list->arena, list->column_count,
	    sizeof(*row->items));
	row->count = list->column_count;
	return row->items;
}

static void
begin(struct listing *list, const char *const *names, uint32_t column_count,
    uint32_t row_count)
{
	struct ast_from *from = arena_zalloc(list->arena, sizeof(*from));
	struct ast_alias *alias = &from->alias;

	list->column_count = column_count;
	list->select = arena_zalloc(list->arena, sizeof(*list->select));
	list->select->location = list->location;
	list->values = arena_zalloc(list->arena, sizeof(*list->values));
	list->values->values = arena_zalloc(list->arena,
	    (row_count + (size_t)1) * sizeof(*list->values->values));
	from->kind = AST_FROM_SUBQUERY;
	from->subquery = list->values;
	alias->name = STR("listing");
	alias->column_count = column_count;
	alias->columns = arena_alloc_array(list->arena, column_count,
	    sizeof(*alias->columns));
	for (uint32_t i = 0; i < column_count; i++)
		alias->columns[i] = str_of_cstr(names[i]);
	list->select->from.items =
	    arena_alloc_array(list->arena, 1, sizeof(from));
	list->select->from.items[0] = from;
	list->select->from.count = 1;
	list->select->targets.items = arena_zalloc(list->arena,
	    (column_count + (size_t)1) * sizeof(struct ast_target));
}

static void
add_target(struct listing *list, struct ast_expr *expr, const char *name)
{
	struct ast_target_list *targets = &list->select->targets;

	targets->items[targets->count++] =
	    (struct ast_target){ .expr = expr, .alias = str_of_cstr(name) };
}

static struct ast_expr *
column(struct listing *list, const char *name)
{
	return tree_column(list->arena, str_of_cstr(name), list->location);
}

/* ---- LIST TYPES ---- */

enum types_column {
	TYPES_OID,
	TYPES_NAME,
	TYPES_VERSION,
	TYPES_FIELDS,
	TYPES_RETAIN,
	TYPES_COLUMN_COUNT,
};

static const char *const types_columns[TYPES_COLUMN_COUNT] = {
	[TYPES_OID] = "oid",
	[TYPES_NAME] = "event_type",
	[TYPES_VERSION] = "version",
	[TYPES_FIELDS] = "fields",
	[TYPES_RETAIN] = "retain",
};

static struct ast_expr *
retain_value(struct listing *list, int64_t retain_us)
{
	const int64_t day_us = INT64_C(86400000000);

	if (retain_us == 0)
		return null_of_type(list, TYPE_INTERVAL);
	return of_type(list, TYPE_INTERVAL,
	    arena_printf(list->arena, "%" PRId64 " days %" PRId64 " us",
		retain_us / day_us, retain_us % day_us));
}

static void
put_type(struct listing *list, const struct event_type *type)
{
	struct ast_expr **row = add_row(list);

	row[TYPES_OID] = number(list, TYPE_OID, type->oid);
	row[TYPES_NAME] = of_type(list, TYPE_TEXT, type->name);
	row[TYPES_VERSION] =
	    number(list, TYPE_INT4, event_type_current(type)->number);
	row[TYPES_FIELDS] = number(list, TYPE_INT4, type->field_count);
	row[TYPES_RETAIN] = retain_value(list, type->retain_us);
}

/* VALUES has a row at least: nobody may read what there is not. */
static void
put_no_type(struct listing *list)
{
	struct ast_expr **row = add_row(list);

	row[TYPES_OID] = number(list, TYPE_OID, 0);
	row[TYPES_NAME] = of_type(list, TYPE_TEXT, STR(""));
	row[TYPES_VERSION] = number(list, TYPE_INT4, 0);
	row[TYPES_FIELDS] = number(list, TYPE_INT4, 0);
	row[TYPES_RETAIN] = retain_value(list, 0);
}

static struct ast_expr *
may_read(struct listing *list)
{
	struct ast_expr *args[2] = { column(list, "oid"),
		of_type(list, TYPE_TEXT, STR("SELECT")) };

	return tree_call(list->arena, "has_table_privilege", args, 2,
	    list->location);
}

int
bind_list_types(struct binder *binder, const struct ast_stmt *stmt,
    struct query *out, struct error *err)
{
	const struct catalog *catalog = binder->context->catalog;
	struct listing list = { .binder = binder,
		.arena = binder->arena,
		.location = stmt->location };
	struct ast_sort *order = arena_zalloc(binder->arena, sizeof(*order));
	struct ast_expr *oid;

	begin(&list, types_columns, TYPES_COLUMN_COUNT, catalog->type_count);
	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (catalog->types[i]->dropped_at == 0)
			put_type(&list, catalog->types[i]);
	if (list.values->value_count == 0)
		put_no_type(&list);
	oid = column(&list, "oid");
	add_target(&list, column(&list, "event_type"), "event_type");
	add_target(&list, column(&list, "version"), "version");
	add_target(&list, column(&list, "fields"), "fields");
	add_target(&list,
	    tree_call(list.arena, "pg_stat_get_live_tuples", &oid, 1,
		list.location),
	    "events");
	add_target(&list, column(&list, "retain"), "retain");
	list.select->where = may_read(&list);
	order->expr = tree_position(list.arena, 1, list.location);
	list.select->order_by.items = order;
	list.select->order_by.count = 1;
	return bind_select(binder, NULL, list.select, UNKNOWNS_TEXT, out, err);
}

/* ---- DESCRIBE ---- */

enum fields_column {
	FIELDS_NAME,
	FIELDS_TYPE,
	FIELDS_OPTIONAL,
	FIELDS_DEFAULT,
	FIELDS_VERSION,
	FIELDS_COLUMN_COUNT,
};

static const char *const fields_columns[FIELDS_COLUMN_COUNT] = {
	[FIELDS_NAME] = "field",
	[FIELDS_TYPE] = "type",
	[FIELDS_OPTIONAL] = "optional",
	[FIELDS_DEFAULT] = "default",
	[FIELDS_VERSION] = "version",
};

/* A type as DEFINE has it; one that only SQL has, as there. */
static struct str
field_type(struct listing *list, const struct field *field)
{
	const struct type *type = &field->type;
	const struct enum_type *labels = type->enum_type;
	const char *word, *modifier;
	struct str text;
	struct buf buf;

	if (field->is_unsigned)
		return STR("u64");
	buf_init(&buf);
	if (labels != NULL && type->oid == labels->oid) {
		for (uint32_t i = 0; i < labels->label_count; i++) {
			buf_put_cstr(&buf, i == 0 ? "[" : ", ");
			json_put_string(&buf, labels->labels[i]);
		}
		buf_put_cstr(&buf, "]");
	} else {
		text = str_of_cstr(type_text_whole(list->binder, type));
		word = labels == NULL
		    ? print_native_type(str_of_cstr(type_info(type->oid)->name))
		    : NULL;
		modifier =
		    type->oid == TYPE_NUMERIC ? strchr(text.data, '(') : NULL;
		buf_put_cstr(&buf, word != NULL ? word : text.data);
		if (word != NULL && modifier != NULL)
			buf_put_cstr(&buf, modifier);
	}
	text = arena_str(list->arena, buf_str(&buf));
	buf_release(&buf);
	return text;
}

static struct ast_expr *
default_value(struct listing *list, const struct field *field)
{
	struct vec vec;
	struct str text;
	struct buf buf;

	if (!field->has_default || field->default_value.is_null)
		return null_of_type(list, TYPE_TEXT);
	vec_init_constant(&vec, field_phys(field), &field->default_value,
	    list->arena);
	buf_init(&buf);
	type_out_text(&field->type, &type_settings_default, &vec, 0, &buf);
	text = arena_str(list->arena, buf_str(&buf));
	buf_release(&buf);
	return of_type(list, TYPE_TEXT, text);
}

/* The first version that has the field. */
static uint32_t
field_version(const struct event_type *type, uint32_t index)
{
	uint32_t v = 0;

	while (type->versions[v].field_count <= index)
		v++;
	return type->versions[v].number;
}

static void
put_field(struct listing *list, const struct event_type *type, uint32_t index)
{
	const struct field *field = &type->fields[index];
	struct ast_expr **row = add_row(list);

	row[FIELDS_NAME] = of_type(list, TYPE_TEXT, field->name);
	row[FIELDS_TYPE] = of_type(list, TYPE_TEXT, field_type(list, field));
	row[FIELDS_OPTIONAL] =
	    truth(list, !field->is_not_null || field->has_default);
	row[FIELDS_DEFAULT] = default_value(list, field);
	row[FIELDS_VERSION] =
	    number(list, TYPE_INT4, field_version(type, index));
}

/* A table may have no columns of its own. */
static void
put_no_field(struct listing *list)
{
	struct ast_expr **row = add_row(list);

	row[FIELDS_NAME] = row[FIELDS_TYPE] = row[FIELDS_DEFAULT] =
	    null_of_type(list, TYPE_TEXT);
	row[FIELDS_OPTIONAL] = truth(list, false);
	row[FIELDS_VERSION] = number(list, TYPE_INT4, 0);
	list->select->where = truth(list, false);
}

int
bind_describe(struct binder *binder, const struct ast_stmt *stmt,
    struct query *out, struct error *err)
{
	struct listing list = { .binder = binder,
		.arena = binder->arena,
		.location = stmt->location };
	const struct event_type *type;
	int rc;

	rc = bind_event_type_name(binder, &stmt->describe, &type, err);
	if (rc != 0)
		return rc;
	binder_need_relation(binder, type->oid, RIGHT_SELECT);
	begin(&list, fields_columns, FIELDS_COLUMN_COUNT, type->field_count);
	for (uint32_t i = 0; i < type->field_count; i++)
		put_field(&list, type, i);
	if (type->field_count == 0)
		put_no_field(&list);
	for (uint32_t i = 0; i < FIELDS_COLUMN_COUNT; i++)
		add_target(&list, column(&list, fields_columns[i]),
		    fields_columns[i]);
	return bind_select(binder, NULL, list.select, UNKNOWNS_TEXT, out, err);
}
