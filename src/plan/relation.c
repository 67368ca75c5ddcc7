/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/relation.h"

#include "engine/catalog/catalog.h"
#include "plan/schema.h"

/* ---- one of each kind ---- */

static struct relation
of_type(const struct event_type *type)
{
	return (struct relation){ .oid = type->oid,
		.schema = SCHEMA_PUBLIC,
		.name = type->name,
		.type = type };
}

static struct relation
of_view(const struct sql_view *view)
{
	return (struct relation){ .oid = view->oid,
		.schema = SCHEMA_PUBLIC,
		.name = view->name,
		.view = view };
}

static struct relation
of_system(const struct system_table *table)
{
	return (struct relation){ .oid = table->oid,
		.schema = table->schema,
		.name = str_of_cstr(table->name),
		.system = table };
}

/* ---- finding one ---- */

static const struct system_table *
system_by_oid(const struct system_tables *tables, uint32_t oid)
{
	if (oid == events_table.oid)
		return &events_table;
	for (; tables != NULL; tables = tables->next)
		for (uint32_t i = 0; i < tables->count; i++)
			if (tables->items[i]->oid == oid)
				return tables->items[i];
	return NULL;
}

bool
relation_by_oid(const struct relation_space *space, uint32_t oid,
    struct relation *out)
{
	const struct event_type *type;
	const struct sql_view *view;
	const struct system_table *system;

	if (oid < FIRST_USER_OID) {
		system = system_by_oid(space->system, oid);
		if (system != NULL)
			*out = of_system(system);
		return system != NULL;
	}
	type = catalog_type_by_oid(space->catalog, oid);
	if (type != NULL) {
		*out = of_type(type);
		return type->dropped_at == 0;
	}
	view = catalog_view_by_oid(space->catalog, oid);
	if (view != NULL)
		*out = of_view(view);
	return view != NULL;
}

bool
relation_by_name(const struct relation_space *space, uint32_t schema,
    struct str name, struct relation *out)
{
	const struct system_table *system =
	    system_table_find(space->system, schema, name);
	const struct event_type *type;
	const struct sql_view *view;

	if (system != NULL) {
		*out = of_system(system);
		return true;
	}
	if (schema != SCHEMA_PUBLIC)
		return false;
	type = catalog_type_by_name(space->catalog, name);
	if (type != NULL) {
		*out = of_type(type);
		return true;
	}
	view = catalog_view_by_name(space->catalog, name);
	if (view != NULL)
		*out = of_view(view);
	return view != NULL;
}

bool
relation_of_rows(const struct relation_space *space, uint32_t type_oid,
    struct relation *out)
{
	const struct event_type *type =
	    catalog_type_of_rows(space->catalog, type_oid);
	const struct sql_view *view;

	if (type != NULL) {
		*out = of_type(type);
		return true;
	}
	view = catalog_view_of_rows(space->catalog, type_oid);
	if (view != NULL)
		*out = of_view(view);
	return view != NULL;
}

/* ---- all of them ---- */

/* The next of the server's own: `events`, then list by list. */
static bool
next_system(struct relation_cursor *at, struct relation *out)
{
	const struct system_tables **list = &at->system;

	while (*list != NULL && at->index == (*list)->count) {
		*list = (*list)->next;
		at->index = 0;
	}
	if (*list == NULL)
		return false;
	*out = of_system((*list)->items[at->index++]);
	return true;
}

static bool
next_type(struct relation_cursor *at, struct relation *out)
{
	const struct catalog *catalog = at->space->catalog;

	while (at->type < catalog->type_count) {
		const struct event_type *type = catalog->types[at->type++];

		if (type->dropped_at == 0) {
			*out = of_type(type);
			return true;
		}
	}
	return false;
}

static bool
next_view(struct relation_cursor *at, struct relation *out)
{
	const struct catalog *catalog = at->space->catalog;

	if (at->view == catalog->view_count)
		return false;
	*out = of_view(catalog->views[at->view++]);
	return true;
}

void
relation_cursor_init(struct relation_cursor *cursor,
    const struct relation_space *space)
{
	*cursor =
	    (struct relation_cursor){ .space = space, .system = space->system };
}

bool
relation_next(struct relation_cursor *at, struct relation *out)
{
	if (!at->has_events) {
		at->has_events = true;
		*out = of_system(&events_table);
		return true;
	}
	return next_system(at, out) || next_type(at, out) || next_view(at, out);
}

/* ---- what it is ---- */

char
relation_kind(const struct relation *relation)
{
	if (relation->type != NULL)
		return 'r';
	return relation->view != NULL ? 'v' : relation->system->kind;
}

uint32_t
relation_row_type(const struct relation *relation)
{
	if (relation->type != NULL)
		return relation->type->row_type_oid;
	return relation->view != NULL ? relation->view->row_type_oid : 0;
}

uint32_t
relation_array_type(const struct relation *relation)
{
	if (relation->type != NULL)
		return relation->type->array_type_oid;
	return relation->view != NULL ? relation->view->array_type_oid : 0;
}

uint32_t
relation_column_count(const struct relation *relation)
{
	if (relation->type != NULL)
		return COLUMN_FIRST_FIELD - 1 + relation->type->field_count;
	if (relation->view != NULL)
		return relation->view->column_count;
	return relation->system->column_count;
}

/* An enum's labels come from the catalogue. */
static struct type
view_column_type(const struct catalog *catalog,
    const struct view_column *column)
{
	struct type type = { .oid = column->type_oid, .mod = column->type_mod };

	if (column->type_oid >= FIRST_USER_OID)
		type.enum_type =
		    catalog_enum_of_type(catalog, column->type_oid);
	return type;
}

struct relation_column
relation_column(const struct relation_space *space,
    const struct relation *relation, uint32_t attnum)
{
	const struct event_type *type = relation->type;

	if (type != NULL)
		return (struct relation_column){
			.name = event_type_column_name(type, attnum),
			.type = event_type_column_type(type, attnum),
			.is_not_null = attnum < COLUMN_FIRST_FIELD ||
			    type->fields[attnum - COLUMN_FIRST_FIELD]
				.is_not_null,
		};
	if (relation->view != NULL) {
		const struct view_column *column =
		    &relation->view->columns[attnum - 1];

		return (struct relation_column){ .name = column->name,
			.type = view_column_type(space->catalog, column) };
	}
	return (struct relation_column){
		.name = str_of_cstr(relation->system->columns[attnum - 1].name),
		.type = type_of(relation->system->columns[attnum - 1].type),
		.is_not_null =
		    relation->system->columns[attnum - 1].is_not_null,
	};
}

uint32_t
relation_column_find(const struct relation_space *space,
    const struct relation *relation, struct str name)
{
	uint32_t count = relation_column_count(relation);

	for (uint32_t i = 1; i <= count; i++)
		if (str_equal(relation_column(space, relation, i).name, name))
			return i;
	return 0;
}
