/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relations.c -- which relations a scan wants: those that a key names are
 * looked up, each by itself.
 */
#include "server/pgcatalog/rows.h"

void
wanted_relations_init(struct wanted_relations *wanted,
    const struct system_rows *rows, uint32_t oid_column, uint32_t name_column)
{
	*wanted = (struct wanted_relations){
		.space = system_rows_space(rows),
		.oids = oid_column == NO_COLUMN
		    ? NULL
		    : system_rows_key(rows, oid_column),
		.names = name_column == NO_COLUMN
		    ? NULL
		    : system_rows_key(rows, name_column),
	};
	relation_cursor_init(&wanted->all, wanted->space);
}

static bool
next_by_oid(struct wanted_relations *wanted, struct relation *out)
{
	while (wanted->at < wanted->oids->count) {
		int64_t oid = wanted->oids->values[wanted->at++].i64;

		if (oid > 0 && oid <= UINT32_MAX &&
		    relation_by_oid(wanted->space, (uint32_t)oid, out))
			return true;
	}
	return false;
}

/* A name may be one in each schema. */
static bool
next_by_name(struct wanted_relations *wanted, struct relation *out)
{
	for (; wanted->at < wanted->names->count; wanted->at++) {
		struct str name = wanted->names->values[wanted->at].str;

		while (wanted->schema < SCHEMA_COUNT) {
			uint32_t schema = schema_at(wanted->schema++)->oid;

			if (relation_by_name(wanted->space, schema, name, out))
				return true;
		}
		wanted->schema = 0;
	}
	return false;
}

bool
wanted_relations_next(struct wanted_relations *wanted, struct relation *out)
{
	if (wanted->oids != NULL)
		return next_by_oid(wanted, out);
	if (wanted->names != NULL)
		return next_by_name(wanted, out);
	return relation_next(&wanted->all, out);
}
