/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_sequence_rows.c -- QUERY a FOLLOWED BY b ... without aggregates: the
 * events of the matches, a row each.
 *
 *	SELECT a.context_id, 'a', a.timestamp, a.event_id, a.x, null,
 *	       b.context_id, 'b', b.timestamp, b.event_id, null, b.y
 *	  FROM the sequence ORDER BY ... LIMIT ...
 *
 * is bound as any SELECT; then each row becomes one for each step.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind_native.h"
#include "plan/bind_sequence.h"

/* A column of the result, and where each step has it. */
struct row_column {
	struct str name;
	struct str field; /* core column or field of the types */
	struct type type;
	const struct event_type *owner; /* NULL: all that have the field */
};

struct row_columns {
	struct binder *binder;
	const struct ast_query *query;
	struct sequence_steps steps;
	struct row_column *items;
	uint32_t count;
	uint32_t capacity;
};

/* ---- which columns ---- */

static void
add_column(struct row_columns *rows, const struct row_column *column)
{
	rows->items = arena_grow(rows->binder->arena, rows->items, rows->count,
	    &rows->capacity, sizeof(*rows->items));
	rows->items[rows->count++] = *column;
}

static struct type
field_type(const struct event_type *type, struct str name)
{
	uint32_t attnum = event_type_column(type, name);

	return attnum == 0 ? type_of(0) : event_type_column_type(type, attnum);
}

/* Whether types have a field of this name that are not of one type. */
static bool
is_divided(const struct row_columns *rows, struct str name)
{
	uint32_t oid = 0;

	for (uint32_t k = 0; k < rows->steps.count; k++) {
		struct type type = field_type(rows->steps.types[k], name);

		if (type.oid == 0)
			continue;
		if (oid != 0 && oid != type.oid)
			return true;
		oid = type.oid;
	}
	return false;
}

static bool
has_column(const struct row_columns *rows, struct str name,
    const struct event_type *owner)
{
	for (uint32_t i = 0; i < rows->count; i++)
		if (str_equal(rows->items[i].field, name) &&
		    rows->items[i].owner == owner)
			return true;
	return false;
}

/* A field of one type under its full name, or of all that have it. */
static void
add_field(struct row_columns *rows, const struct event_type *type,
    struct str name, bool is_owned)
{
	struct row_column column = { .name = name,
		.field = name,
		.type = field_type(type, name),
		.owner = is_owned ? type : NULL };

	if (is_owned)
		column.name = arena_printf(rows->binder->arena, "%.*s.%.*s",
		    STR_FMT(type->name), STR_FMT(name));
	if (!has_column(rows, name, column.owner))
		add_column(rows, &column);
}

static void
add_core(struct row_columns *rows)
{
	static const struct {
		const char *name;
		uint32_t type;
	} core[] = {
		{ "context_id", TYPE_TEXT },
		{ "event_type", TYPE_TEXT },
		{ "timestamp", TYPE_TIMESTAMPTZ },
		{ "event_id", TYPE_INT8 },
	};

	for (size_t i = 0; i < ARRAY_LEN(core); i++) {
		struct str name = str_of_cstr(core[i].name);
		const struct row_column column = { .name = name,
			.field = name,
			.type = type_of(core[i].type) };

		add_column(rows, &column);
	}
}

static void
add_all_fields(struct row_columns *rows)
{
	for (uint32_t k = 0; k < rows->steps.count; k++) {
		const struct event_type *type = rows->steps.types[k];

		for (uint32_t i = 0; i < type->field_count; i++)
			add_field(rows, type, type->fields[i].name,
			    is_divided(rows, type->fields[i].name));
	}
}

static int
add_returned(struct row_columns *rows, const struct ast_field *field,
    struct error *err)
{
	bool is_found = has_column(rows, field->name, NULL); /* core */

	if (is_found && field->type.len == 0)
		return 0;
	for (uint32_t k = 0; k < rows->steps.count; k++) {
		const struct event_type *type = rows->steps.types[k];

		if ((field->type.len > 0 &&
			!str_equal(field->type, rows->steps.labels[k])) ||
		    event_type_column(type, field->name) == 0)
			continue;
		add_field(rows, type, field->name,
		    field->type.len > 0 || is_divided(rows, field->name));
		is_found = true;
	}
	if (is_found)
		return 0;
	return error_at(err, field->location, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" does not exist", STR_FMT(field->name));
}

static int
choose_columns(struct row_columns *rows, struct error *err)
{
	const struct ast_query *query = rows->query;
	int rc = 0;

	add_core(rows);
	if (!query->has_return || query->return_count == 0)
		add_all_fields(rows);
	for (uint32_t i = 0; i < query->return_count && rc == 0; i++)
		rc = add_returned(rows, &query->returns[i], err);
	return rc;
}

/* ---- the SELECT ---- */

static struct ast_expr *
step_value(struct row_columns *rows, uint32_t k,
    const struct row_column *column)
{
	struct arena *arena = rows->binder->arena;
	const struct event_type *type = rows->steps.types[k];
	struct ast_expr *value;

	if (str_equal(column->field, STR("event_type")) &&
	    event_type_column(type, column->field) == 0)
		return tree_cast(arena, tree_string(arena, type->name, 0),
		    &column->type);
	if (event_type_column(type, column->field) == 0 ||
	    (column->owner != NULL && column->owner != type))
		return tree_null(arena, &column->type);
	value = tree_column(arena, rows->steps.names[k], 0);
	value->column.name.parts[value->column.name.count++] = column->field;
	return value;
}

static void
set_targets(struct row_columns *rows, struct ast_select *select)
{
	struct ast_target *targets = arena_zalloc(rows->binder->arena,
	    ((size_t)rows->steps.count * rows->count + 1) * sizeof(*targets));

	for (uint32_t k = 0; k < rows->steps.count; k++)
		for (uint32_t i = 0; i < rows->count; i++)
			targets[k * rows->count + i].expr =
			    step_value(rows, k, &rows->items[i]);
	select->targets.items = targets;
	select->targets.count = rows->steps.count * rows->count;
}

static int
set_order(struct row_columns *rows, struct ast_select *select,
    struct error *err)
{
	const struct ast_field *field = &rows->query->order_by;
	struct arena *arena = rows->binder->arena;
	struct ast_sort *sort = arena_zalloc(arena, sizeof(*sort));
	int rc;

	if (field->name.len == 0)
		return 0;
	rc = sequence_field_expr(rows->binder, rows->query, &rows->steps, field,
	    &sort->expr, err);
	sort->is_descending = rows->query->is_descending;
	select->order_by.items = sort;
	select->order_by.count = 1;
	return rc;
}

/* ---- one row a step ---- */

static void
unpivot(struct row_columns *rows, struct query *query)
{
	struct binder *binder = rows->binder;
	struct rel *rel = rel_new(binder, REL_UNPIVOT, query->rel, rows->count);

	rel->unpivot.row_count = rows->steps.count;
	query->rel = rel;
	query->exprs = NULL;
	query->column_count = rows->count;
	query->columns = arena_zalloc(binder->arena,
	    (rows->count + 1) * sizeof(*query->columns));
	for (uint32_t i = 0; i < rows->count; i++) {
		rel->types[i] = rows->items[i].type;
		query->columns[i].name = rows->items[i].name;
		query->columns[i].type = rows->items[i].type;
	}
}

int
bind_sequence_rows(struct binder *binder, const struct ast_query *query,
    struct query *out, struct error *err)
{
	struct row_columns rows = { .binder = binder, .query = query };
	struct ast_select *select =
	    arena_zalloc(binder->arena, sizeof(*select));
	int rc;

	rc = sequence_steps(binder, query, &rows.steps, err);
	if (rc == 0)
		rc = choose_columns(&rows, err);
	if (rc != 0)
		return rc;
	set_targets(&rows, select);
	rc = set_order(&rows, select, err);
	if (rc != 0)
		return rc;
	sequence_from(binder, query, &select->from);
	select->limit = query->limit;
	select->offset = query->offset;
	select->location = query->location;
	rc = bind_select(binder, NULL, select, UNKNOWNS_TEXT, out, err);
	if (rc == 0)
		unpivot(&rows, out);
	return rc;
}
