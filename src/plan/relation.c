/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/relation.h"

#include "engine/catalog/catalog.h"
#include "plan/schema.h"
#include "plan/temp_table.h"

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
of_key(const struct event_type *type)
{
	return (struct relation){ .oid = type->key.oid,
		.schema = SCHEMA_PUBLIC,
		.name = type->key.name,
		.key = &type->key,
		.key_of = type };
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

static struct relation
of_temp_table(const struct temp_table *table)
{
	return (struct relation){ .oid = table->oid,
		.schema = SCHEMA_PG_TEMP,
		.name = table->name,
		.temp = table };
}

static struct relation
of_temp_view(const struct sql_view *view)
{
	struct relation relation = of_view(view);

	relation.schema = SCHEMA_PG_TEMP;
	return relation;
}

static struct relation
of_temp_key(const struct temp_table *table, const struct table_key *key)
{
	return (struct relation){ .oid = key->oid,
		.schema = SCHEMA_PG_TEMP,
		.name = key->name,
		.index_of = table,
		.key = key };
}

/* One of the two, or neither. */
static bool
of_temp(const struct temp_table *table, const struct sql_view *view,
    struct relation *out)
{
	if (table != NULL)
		*out = of_temp_table(table);
	else if (view != NULL)
		*out = of_temp_view(view);
	return table != NULL || view != NULL;
}

static bool
of_temp_sequence(const struct temp_sequence *sequence, struct relation *out)
{
	if (sequence == NULL)
		return false;
	*out = (struct relation){ .oid = sequence->oid,
		.schema = SCHEMA_PG_TEMP,
		.name = sequence->name,
		.sequence = sequence };
	return true;
}

/* An index, by its OID, or if that is 0 by its name. */
static bool
find_key(const struct temp_catalog *temp, uint32_t oid, struct str name,
    struct relation *out)
{
	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++) {
		const struct temp_table *table = temp->tables[i];

		for (uint32_t k = 0; k < table->key_count; k++) {
			const struct table_key *key = &table->keys[k];

			if (oid != 0 ? key->oid != oid
				     : !str_equal(key->name, name))
				continue;
			*out = of_temp_key(table, key);
			return true;
		}
	}
	return false;
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
	if (oid >= TEMP_OID_FIRST)
		return of_temp(temp_table_by_oid(space->temp, oid),
			   temp_view_by_oid(space->temp, oid), out) ||
		    of_temp_sequence(temp_sequence_by_oid(space->temp, oid),
			out) ||
		    find_key(space->temp, oid, STR(""), out);
	if (oid >= KEY_OID_FIRST) {
		type = catalog_type_by_key(space->catalog, oid);
		if (type != NULL)
			*out = of_key(type);
		return type != NULL;
	}
	type = catalog_type_by_oid(space->catalog, oid);
	if (type != NULL) {
		*out = of_type(type);
		return event_type_has_name(type);
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
	if (schema == SCHEMA_PG_TEMP)
		return of_temp(temp_table_by_name(space->temp, name),
			   temp_view_by_name(space->temp, name), out) ||
		    of_temp_sequence(temp_sequence_by_name(space->temp, name),
			out) ||
		    find_key(space->temp, 0, name, out);
	if (schema != SCHEMA_PUBLIC)
		return false;
	type = catalog_type_by_name(space->catalog, name);
	if (type != NULL) {
		*out = of_type(type);
		return true;
	}
	view = catalog_view_by_name(space->catalog, name);
	if (view != NULL) {
		*out = of_view(view);
		return true;
	}
	type = catalog_type_by_key_name(space->catalog, name);
	if (type != NULL)
		*out = of_key(type);
	return type != NULL;
}

bool
relation_of_rows(const struct relation_space *space, uint32_t type_oid,
    struct relation *out)
{
	const struct event_type *type =
	    catalog_type_of_rows(space->catalog, type_oid);
	const struct sql_view *view;

	if (type_oid >= TEMP_OID_FIRST)
		return of_temp(temp_table_of_rows(space->temp, type_oid),
		    temp_view_of_rows(space->temp, type_oid), out);
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

	if (at->is_at_key) {
		at->is_at_key = false;
		*out = of_key(catalog->types[at->type - 1]);
		return true;
	}
	while (at->type < catalog->type_count) {
		const struct event_type *type = catalog->types[at->type++];

		if (event_type_has_name(type)) {
			*out = of_type(type);
			at->is_at_key = true;
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

static bool
next_temp(struct relation_cursor *at, struct relation *out)
{
	const struct temp_catalog *temp = at->space->temp;

	if (temp == NULL)
		return false;
	if (at->temp_table < temp->table_count) {
		const struct temp_table *table = temp->tables[at->temp_table];

		*out = at->temp_key == 0
		    ? of_temp_table(table)
		    : of_temp_key(table, &table->keys[at->temp_key - 1]);
		if (at->temp_key++ == table->key_count) {
			at->temp_table++;
			at->temp_key = 0;
		}
		return true;
	}
	if (at->temp_view < temp->view_count) {
		*out = of_temp_view(&temp->views[at->temp_view++]->view);
		return true;
	}
	return at->temp_sequence < temp->sequence_count &&
	    of_temp_sequence(temp->sequences[at->temp_sequence++], out);
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
	return next_system(at, out) || next_type(at, out) ||
	    next_view(at, out) || next_temp(at, out);
}

/* ---- what it is ---- */

char
relation_kind(const struct relation *relation)
{
	if (relation->type != NULL || relation->temp != NULL)
		return 'r';
	if (relation->key != NULL)
		return 'i';
	if (relation->sequence != NULL)
		return 'S';
	if (relation->view != NULL)
		return view_is_kept(relation->view) ? 'm' : 'v';
	return relation->system->kind;
}

struct relation
relation_of_index(const struct relation *index)
{
	return index->key_of != NULL ? of_type(index->key_of)
				     : of_temp_table(index->index_of);
}

bool
relation_is_shared(const struct relation *relation)
{
	static const uint32_t shared[] = { 1213, 1214, 1260, 1261, 1262, 2396,
		2964, 3592, 6000, 6100, 6243 };

	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		if (shared[i] == relation->oid)
			return true;
	return false;
}

char
relation_persistence(const struct relation *relation)
{
	return relation->schema == SCHEMA_PG_TEMP ? 't' : 'p';
}

uint32_t
relation_row_type(const struct relation *relation)
{
	if (relation->type != NULL)
		return relation->type->row_type_oid;
	if (relation->temp != NULL)
		return relation->temp->row_type_oid;
	return relation->view != NULL ? relation->view->row_type_oid : 0;
}

uint32_t
relation_array_type(const struct relation *relation)
{
	if (relation->type != NULL)
		return relation->type->array_type_oid;
	if (relation->temp != NULL)
		return relation->temp->array_type_oid;
	return relation->view != NULL ? relation->view->array_type_oid : 0;
}

uint32_t
relation_column_count(const struct relation *relation)
{
	if (relation->type != NULL)
		return COLUMN_FIRST_FIELD - 1 + relation->type->field_count;
	if (relation->temp != NULL)
		return relation->temp->column_count;
	if (relation->key != NULL)
		return relation->key->count;
	if (relation->sequence != NULL)
		return TEMP_SEQUENCE_IS_CALLED;
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

/* An enum has got more labels, maybe, or has been dropped since. */
static struct type
temp_column_type(const struct catalog *catalog,
    const struct temp_column *column)
{
	struct type type = column->type;
	const struct enum_type *now;

	if (type.enum_type == NULL)
		return type;
	now = catalog_enum_of_type(catalog, type.oid);
	if (now != NULL)
		type.enum_type = now;
	return type;
}

static struct relation_column
sequence_column(uint32_t attnum)
{
	static const struct relation_column columns[] = {
		[TEMP_SEQUENCE_LAST_VALUE] = { { "last_value",
						   sizeof("last_value") - 1 },
		    { .oid = TYPE_INT8, .mod = -1 }, true },
		[TEMP_SEQUENCE_LOG_CNT] = { { "log_cnt",
						sizeof("log_cnt") - 1 },
		    { .oid = TYPE_INT8, .mod = -1 }, true },
		[TEMP_SEQUENCE_IS_CALLED] = { { "is_called",
						  sizeof("is_called") - 1 },
		    { .oid = TYPE_BOOL, .mod = -1 }, true },
	};

	return columns[attnum];
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
	if (relation->key != NULL) {
		const struct relation table = relation_of_index(relation);

		return relation_column(space, &table,
		    relation->key->columns[attnum - 1] + 1);
	}
	if (relation->sequence != NULL)
		return sequence_column(attnum);
	if (relation->temp != NULL) {
		const struct temp_column *column =
		    &relation->temp->columns[attnum - 1];

		return (struct relation_column){ .name = column->name,
			.type = temp_column_type(space->catalog, column),
			.is_not_null = column->is_not_null };
	}
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

/* ---- defaults ---- */

bool
relation_has_default(const struct relation *relation, uint32_t attnum)
{
	const struct event_type *type = relation->type;

	if (relation->temp != NULL) {
		const struct temp_column *column =
		    &relation->temp->columns[attnum - 1];

		return column->identity == 0 &&
		    (column->default_text.len > 0 || column->sequence_oid != 0);
	}
	if (type == NULL)
		return false;
	if (attnum < COLUMN_FIRST_FIELD)
		return attnum == COLUMN_TIMESTAMP;
	return type->fields[attnum - COLUMN_FIRST_FIELD].has_default;
}

bool
relation_of_default(const struct relation_space *space, uint32_t oid,
    struct relation *out, uint32_t *attnum)
{
	uint32_t base = oid / RELATION_DEFAULT_OIDS;

	*attnum = oid % RELATION_DEFAULT_OIDS;
	if (*attnum == 0)
		return false;
	/* the higher bits of a temporary relation's are not in it */
	return (relation_by_oid(space, base, out) ||
		   relation_by_oid(space, TEMP_OID_FIRST + base, out)) &&
	    *attnum <= relation_column_count(out) &&
	    relation_has_default(out, *attnum);
}
