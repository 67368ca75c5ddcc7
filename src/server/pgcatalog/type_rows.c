/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_rows.c -- pg_type, pg_enum.
 */
#include "common/attr.h"
#include "engine/catalog/catalog.h"
#include "server/pgcatalog/rows.h"
#include "server/pgcatalog/type_row.h"

#define NAME_MAX_LEN 63

static struct str
type_name(const struct type_row *type, char buffer[NAME_MAX_LEN])
{
	size_t len = type->name.len;

	if (!type->is_array_of_name)
		return type->name;
	if (len > NAME_MAX_LEN - 1)
		len = NAME_MAX_LEN - 1;
	buffer[0] = '_';
	memcpy(buffer + 1, type->name.data, len);
	return (struct str){ buffer, len + 1 };
}

static void
put_functions(struct system_rows *rows, const struct type_row *type)
{
	system_put_i64(rows, pg_type_typsubscript, type->subscript);
	system_put_i64(rows, pg_type_typinput, type->input);
	system_put_i64(rows, pg_type_typoutput, type->output);
	system_put_i64(rows, pg_type_typreceive, type->receive);
	system_put_i64(rows, pg_type_typsend, type->send);
	system_put_i64(rows, pg_type_typmodin, type->mod_in);
	system_put_i64(rows, pg_type_typmodout, type->mod_out);
	system_put_i64(rows, pg_type_typanalyze, type->analyze);
}

static int
put_type(void *arg, const struct type_row *type)
{
	struct system_rows *rows = arg;
	char buffer[NAME_MAX_LEN];
	struct str name = type_name(type, buffer);

	if (!system_wants_str(rows, pg_type_typname, name) ||
	    !system_wants_i64(rows, pg_type_typelem, type->element) ||
	    !system_wants_i64(rows, pg_type_typrelid, type->relation))
		return 0;
	system_rows_next(rows);
	system_put_i64(rows, pg_type_oid, type->oid);
	system_put_str(rows, pg_type_typname, name);
	system_put_i64(rows, pg_type_typnamespace, type->schema);
	system_put_i64(rows, pg_type_typowner, owner_of(rows, type->oid));
	system_put_i64(rows, pg_type_typlen, type->len);
	system_put_bool(rows, pg_type_typbyval, type->is_by_value);
	system_put_char(rows, pg_type_typtype, type->type);
	system_put_char(rows, pg_type_typcategory, type->category);
	system_put_bool(rows, pg_type_typispreferred, type->is_preferred);
	system_put_bool(rows, pg_type_typisdefined, true);
	system_put_char(rows, pg_type_typdelim, type->delimiter);
	system_put_i64(rows, pg_type_typrelid, type->relation);
	system_put_i64(rows, pg_type_typelem, type->element);
	system_put_i64(rows, pg_type_typarray, type->array);
	put_functions(rows, type);
	system_put_char(rows, pg_type_typalign, type->align);
	system_put_char(rows, pg_type_typstorage, type->storage);
	system_put_bool(rows, pg_type_typnotnull, false);
	system_put_i64(rows, pg_type_typbasetype, type->base);
	system_put_i64(rows, pg_type_typtypmod, type->base_mod);
	system_put_i64(rows, pg_type_typndims, 0);
	system_put_i64(rows, pg_type_typcollation, type->collation);
	return 0;
}

int
pg_type_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct relation_space *space = system_rows_space(rows);
	const struct system_key *oids = system_rows_key(rows, pg_type_oid);
	struct type_row type;

	if (oids == NULL)
		return type_rows_each(space, put_type, rows);
	for (uint32_t i = 0; i < oids->count; i++) {
		int64_t oid = oids->values[i].i64;

		if (oid > 0 && oid <= UINT32_MAX &&
		    type_row_by_oid(space, (uint32_t)oid, &type))
			(void)put_type(rows, &type);
	}
	return 0;
}

/* ---- pg_enum ---- */

/* Labels are only appended: this one keeps its OID. */
#define LABEL_OIDS 4096u

static void
put_labels(struct system_rows *rows, const struct enum_type *type)
{
	for (uint32_t i = 0; i < type->label_count; i++) {
		if (!system_wants_str(rows, pg_enum_enumlabel, type->labels[i]))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_enum_oid,
		    (uint32_t)(type->oid * LABEL_OIDS + i));
		system_put_i64(rows, pg_enum_enumtypid, type->oid);
		system_put_f64(rows, pg_enum_enumsortorder, i + 1);
		system_put_str(rows, pg_enum_enumlabel, type->labels[i]);
	}
}

int
pg_enum_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	const struct system_key *types =
	    system_rows_key(rows, pg_enum_enumtypid);

	for (uint32_t i = 0; types == NULL && i < catalog->enum_count; i++)
		put_labels(rows, catalog->enums[i]);
	for (uint32_t i = 0; types != NULL && i < types->count; i++) {
		const struct enum_type *type = catalog_enum_by_oid(catalog,
		    (uint32_t)types->values[i].i64);

		if (type != NULL)
			put_labels(rows, type);
	}
	return 0;
}
