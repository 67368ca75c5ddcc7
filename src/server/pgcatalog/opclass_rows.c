/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opclass_rows.c -- pg_opclass, pg_opfamily: how the columns of keys are compared.
 */
#include "common/attr.h"
#include "server/pgcatalog/rows.h"
#include "server/pgcatalog/type_row.h"

static const struct {
	uint32_t oid;
	const char *name;
} families[] = {
#define OPFAMILY(oid, name) { oid, name },
#define OPCLASS(oid, name, family, type, is_default, key_type)
#include "server/pgcatalog/opclasses.def"
#undef OPFAMILY
#undef OPCLASS
};

static const struct {
	uint32_t oid;
	const char *name;
	uint32_t family;
	uint32_t type;
	bool is_default;
	uint32_t key_type;
} classes[] = {
#define OPFAMILY(oid, name)
#define OPCLASS(oid, name, family, type, is_default, key_type) \
	{ oid, name, family, type, is_default, key_type },
#include "server/pgcatalog/opclasses.def"
#undef OPFAMILY
#undef OPCLASS
};

#define ANYENUM 3500u

static uint32_t
default_class(uint32_t type_oid)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (classes[i].is_default && classes[i].type == type_oid)
			return classes[i].oid;
	return 0;
}

uint32_t
opclass_of_type(const struct type_row *type)
{
	uint32_t own = default_class(type->oid);

	if (own != 0)
		return own;
	if (type->oid == TYPE_VARCHAR)
		return default_class(TYPE_TEXT);
	return default_class(type->type == 'e' ? ANYENUM
		: type->element != 0           ? TYPE_ANYARRAY
					       : 0);
}

int
pg_opclass_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (!system_wants_i64(rows, pg_opclass_oid, classes[i].oid))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_opclass_oid, classes[i].oid);
		system_put_i64(rows, pg_opclass_opcmethod, BTREE_AM_OID);
		system_put_cstr(rows, pg_opclass_opcname, classes[i].name);
		system_put_i64(rows, pg_opclass_opcnamespace,
		    SCHEMA_PG_CATALOG);
		system_put_i64(rows, pg_opclass_opcowner, OWNER_OID);
		system_put_i64(rows, pg_opclass_opcfamily, classes[i].family);
		system_put_i64(rows, pg_opclass_opcintype, classes[i].type);
		system_put_bool(rows, pg_opclass_opcdefault,
		    classes[i].is_default);
		system_put_i64(rows, pg_opclass_opckeytype,
		    classes[i].key_type);
	}
	return 0;
}

int
pg_opfamily_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (!system_wants_i64(rows, pg_opfamily_oid, families[i].oid))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_opfamily_oid, families[i].oid);
		system_put_i64(rows, pg_opfamily_opfmethod, BTREE_AM_OID);
		system_put_cstr(rows, pg_opfamily_opfname, families[i].name);
		system_put_i64(rows, pg_opfamily_opfnamespace,
		    SCHEMA_PG_CATALOG);
		system_put_i64(rows, pg_opfamily_opfowner, OWNER_OID);
	}
	return 0;
}
