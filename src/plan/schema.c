/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/schema.h"

#include <assert.h>
#include <stddef.h>

#include "common/attr.h"

static const struct schema schemas[] = {
	{ SCHEMA_PG_CATALOG, "pg_catalog", "system catalog schema" },
	{ SCHEMA_PG_TOAST, "pg_toast", "reserved schema for TOAST tables" },
	{ SCHEMA_PUBLIC, "public", "standard public schema" },
	{ SCHEMA_STELE, "stele", "what the server tells of itself" },
	{ SCHEMA_INFORMATION, "information_schema", NULL },
	{ SCHEMA_PG_TEMP, "pg_temp_1", NULL },
};
static_assert(ARRAY_LEN(schemas) == SCHEMA_COUNT, "one row a schema");

const struct schema *
schema_at(uint32_t index)
{
	assert(index < SCHEMA_COUNT);
	return &schemas[index];
}

const struct schema *
schema_by_oid(uint32_t oid)
{
	for (uint32_t i = 0; i < SCHEMA_COUNT; i++)
		if (schemas[i].oid == oid)
			return &schemas[i];
	return NULL;
}

const struct schema *
schema_by_name(struct str name)
{
	if (str_equal(name, STR("pg_temp")))
		return schema_by_oid(SCHEMA_PG_TEMP);
	for (uint32_t i = 0; i < SCHEMA_COUNT; i++)
		if (str_equal(str_of_cstr(schemas[i].name), name))
			return &schemas[i];
	return NULL;
}
