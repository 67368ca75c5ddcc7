/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/system_table.h"

#include <stddef.h>

#include "plan/logical.h"
#include "plan/schema.h"

static const struct system_column events_columns[EVENTS_COLUMN_COUNT] = {
	[EVENTS_EVENT_ID - 1] = { "event_id", TYPE_INT8, false },
	[EVENTS_EVENT_TYPE - 1] = { "event_type", TYPE_TEXT, false },
	[EVENTS_CONTEXT_ID - 1] = { "context_id", TYPE_TEXT, false },
	[EVENTS_TIMESTAMP - 1] = { "timestamp", TYPE_TIMESTAMPTZ, false },
	[EVENTS_VERSION - 1] = { "version", TYPE_INT4, false },
	[EVENTS_PAYLOAD - 1] = { "payload", TYPE_JSONB, false },
};

const struct system_table events_table = {
	.schema = SCHEMA_PUBLIC,
	.name = "events",
	.oid = 15010,
	.kind = 'v',
	.columns = events_columns,
	.column_count = EVENTS_COLUMN_COUNT,
};

/* Two schemas may have a name, side by side then: pg_catalog comes first. */
static const struct system_table *
find_in(const struct system_tables *tables, uint32_t schema, struct str name)
{
	uint32_t low = 0, high = tables->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (str_compare(str_of_cstr(tables->items[middle]->name),
			name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < tables->count; low++) {
		const struct system_table *table = tables->items[low];

		if (!str_equal(str_of_cstr(table->name), name))
			return NULL;
		if (table->schema == schema)
			return table;
	}
	return NULL;
}

const struct system_table *
system_table_find(const struct system_tables *tables, uint32_t schema,
    struct str name)
{
	const struct system_table *found = NULL;

	if (schema == SCHEMA_PUBLIC && str_equal(name, STR("events")))
		return &events_table;
	for (; tables != NULL && found == NULL; tables = tables->next)
		found = find_in(tables, schema, name);
	return found;
}

static const struct system_table *
find_function(const struct system_table *const *tables, uint32_t count,
    struct str name)
{
	for (uint32_t i = 0; i < count; i++)
		if (tables[i]->function != NULL &&
		    str_equal(name, str_of_cstr(tables[i]->function)))
			return tables[i];
	return NULL;
}

const struct system_table *
system_table_by_function(const struct system_tables *tables, struct str name)
{
	const struct system_table *found = NULL;

	for (; tables != NULL && found == NULL; tables = tables->next) {
		found = find_function(tables->items, tables->count, name);
		if (found == NULL)
			found = find_function(tables->functions,
			    tables->function_count, name);
	}
	return found;
}
