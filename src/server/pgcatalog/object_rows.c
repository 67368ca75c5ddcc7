/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_rows.c -- what there is one of, or a few: schemas, the database, access
 * methods, languages, collations.
 */
#include "common/attr.h"
#include "plan/temp_table.h"
#include "server/pgcatalog/rows.h"
#include "types/collation.h"

#define UTF8_ENCODING 6 /* PostgreSQL's number of it */

int
pg_namespace_rows(void *session, struct system_rows *rows,
    struct error *err UNUSED)
{
	for (uint32_t i = 0; i < SCHEMA_COUNT; i++) {
		const struct schema *schema = schema_at(i);

		if (schema->oid == SCHEMA_PG_TEMP &&
		    system_rows_space(rows)->temp == NULL)
			continue; /* it is there once there is something */
		system_rows_next(rows);
		system_put_i64(rows, pg_namespace_oid, schema->oid);
		system_put_cstr(rows, pg_namespace_nspname, schema->name);
		system_put_i64(rows, pg_namespace_nspowner,
		    owner_of(rows, schema->oid));
		if (schema->oid != SCHEMA_PG_TOAST &&
		    schema->oid != SCHEMA_PG_TEMP)
			put_schema_acl(rows, pg_namespace_nspacl, session,
			    schema->oid);
	}
	return 0;
}

/*
 * Rights from the beginning, which pg_dump does not write down: of PostgreSQL's
 * schemas by initdb, of ours by the extension that all that is Stele's own is of.
 */
int
pg_init_privs_rows(void *session, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t schema;
		char type;
	} known[] = {
		{ SCHEMA_PG_CATALOG, 'i' },
		{ SCHEMA_PUBLIC, 'i' },
		{ SCHEMA_STELE, 'e' },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_init_privs_objoid, known[i].schema);
		system_put_i64(rows, pg_init_privs_classoid, PG_NAMESPACE_OID);
		system_put_i64(rows, pg_init_privs_objsubid, 0);
		system_put_char(rows, pg_init_privs_privtype, known[i].type);
		put_first_acl(rows, pg_init_privs_initprivs, session,
		    known[i].schema);
	}
	return 0;
}

/* ---- comments ---- */

static void
put_description(struct system_rows *rows, uint32_t class_oid, uint32_t oid,
    uint32_t attnum, struct str text)
{
	if (!system_wants_i64(rows, pg_description_objoid, oid))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_description_objoid, oid);
	system_put_i64(rows, pg_description_classoid, class_oid);
	system_put_i64(rows, pg_description_objsubid, attnum);
	system_put_str(rows, pg_description_description, text);
}

/* Of a temporary table or view, and of its columns. */
static void
put_temp_descriptions(struct system_rows *rows, const struct relation *relation)
{
	const struct relation_space *space = system_rows_space(rows);
	uint32_t count = relation_column_count(relation);
	struct str text;

	for (uint32_t i = 0; i <= count; i++)
		if (comment_find(space, PG_CLASS_OID, relation->oid, i, &text))
			put_description(rows, PG_CLASS_OID, relation->oid, i,
			    text);
}

static void
put_all_temp_descriptions(struct system_rows *rows)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;

	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++) {
		const struct relation table = { .oid = temp->tables[i]->oid,
			.temp = temp->tables[i] };

		put_temp_descriptions(rows, &table);
	}
	for (uint32_t i = 0; temp != NULL && i < temp->view_count; i++) {
		const struct sql_view *its = &temp->views[i]->view;
		const struct relation view = { .oid = its->oid, .view = its };

		put_temp_descriptions(rows, &view);
	}
	for (uint32_t i = 0; temp != NULL && i < temp->sequence_count; i++) {
		const struct relation sequence = { .oid =
						       temp->sequences[i]->oid,
			.sequence = temp->sequences[i] };

		put_temp_descriptions(rows, &sequence);
	}
}

int
pg_description_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	struct str text;

	for (uint32_t i = 0; i < SCHEMA_COUNT; i++) {
		uint32_t oid = schema_at(i)->oid;

		if (comment_find(system_rows_space(rows), PG_NAMESPACE_OID, oid,
			0, &text))
			put_description(rows, PG_NAMESPACE_OID, oid, 0, text);
	}
	for (uint32_t i = 0; i < catalog->comment_count; i++) {
		const struct object_comment *comment = catalog->comments[i];
		const struct object_name *object = &comment->object;

		if (object->class == OBJECT_RELATION ||
		    object->class == OBJECT_TYPE)
			put_description(rows, comment_class_oid(object->class),
			    object->oid, object->attnum, comment->text);
	}
	put_all_temp_descriptions(rows);
	return 0;
}

int
pg_shdescription_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct str text;

	if (!comment_find(system_rows_space(rows), PG_DATABASE_OID,
		DATABASE_OID, 0, &text))
		return 0;
	system_rows_next(rows);
	system_put_i64(rows, pg_shdescription_objoid, DATABASE_OID);
	system_put_i64(rows, pg_shdescription_classoid, PG_DATABASE_OID);
	system_put_str(rows, pg_shdescription_description, text);
	return 0;
}

/* ---- the database and its owner ---- */

/* Whatever name the session gave the database, it is this one. */
int
pg_database_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;

	system_rows_next(rows);
	system_put_i64(rows, pg_database_oid, DATABASE_OID);
	system_put_str(rows, pg_database_datname, session->facts.database);
	system_put_i64(rows, pg_database_datdba, OWNER_OID);
	put_acl(rows, pg_database_datacl, session, ACL_DATABASE_OID);
	system_put_i64(rows, pg_database_encoding, UTF8_ENCODING);
	system_put_char(rows, pg_database_datlocprovider, 'c');
	system_put_bool(rows, pg_database_datistemplate, false);
	system_put_bool(rows, pg_database_datallowconn, true);
	system_put_i64(rows, pg_database_datconnlimit, -1);
	system_put_i64(rows, pg_database_datfrozenxid, 3);
	system_put_i64(rows, pg_database_datminmxid, 1);
	system_put_i64(rows, pg_database_dattablespace, TABLESPACE_OID);
	system_put_cstr(rows, pg_database_datcollate, "C.UTF-8");
	system_put_cstr(rows, pg_database_datctype, "C.UTF-8");
	return 0;
}

int
pg_am_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t oid;
		const char *name;
		uint32_t handler;
		char type;
	} methods[] = {
		{ HEAP_AM_OID, "heap", 3, 't' },
		{ 403, "btree", 330, 'i' },
		{ 405, "hash", 331, 'i' },
		{ 783, "gist", 332, 'i' },
		{ 2742, "gin", 333, 'i' },
		{ 3580, "brin", 335, 'i' },
		{ 4000, "spgist", 334, 'i' },
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_am_oid, methods[i].oid);
		system_put_cstr(rows, pg_am_amname, methods[i].name);
		system_put_i64(rows, pg_am_amhandler, methods[i].handler);
		system_put_char(rows, pg_am_amtype, methods[i].type);
	}
	return 0;
}

int
pg_tablespace_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t oid;
		const char *name;
	} spaces[] = { { TABLESPACE_OID, "pg_default" },
		{ 1664, "pg_global" } };

	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_tablespace_oid, spaces[i].oid);
		system_put_cstr(rows, pg_tablespace_spcname, spaces[i].name);
		system_put_i64(rows, pg_tablespace_spcowner, OWNER_OID);
	}
	return 0;
}

int
pg_language_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t oid;
		const char *name;
		uint32_t validator;
	} languages[] = { { 12, "internal", 2246 }, { 13, "c", 2247 },
		{ 14, "sql", 2248 } };

	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_language_oid, languages[i].oid);
		system_put_cstr(rows, pg_language_lanname, languages[i].name);
		system_put_i64(rows, pg_language_lanowner, OWNER_OID);
		system_put_bool(rows, pg_language_lanispl, false);
		system_put_bool(rows, pg_language_lanpltrusted,
		    languages[i].oid == 14);
		system_put_i64(rows, pg_language_lanplcallfoid, 0);
		system_put_i64(rows, pg_language_laninline, 0);
		system_put_i64(rows, pg_language_lanvalidator,
		    languages[i].validator);
	}
	return 0;
}

/* All order strings by their bytes. */
int
pg_collation_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		enum collation_oid oid;
		char provider;
		int encoding;       /* -1: any */
		const char *locale; /* NULL: the database's */
	} collations[] = {
		{ COLLATION_DEFAULT, 'd', -1, NULL },
		{ COLLATION_C, 'c', -1, "C" },
		{ COLLATION_POSIX, 'c', -1, "POSIX" },
		{ COLLATION_UCS_BASIC, 'c', UTF8_ENCODING, "C" },
	};

	for (size_t i = 0; i < ARRAY_LEN(collations); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_collation_oid, collations[i].oid);
		system_put_str(rows, pg_collation_collname,
		    collation_name(collations[i].oid));
		system_put_i64(rows, pg_collation_collnamespace,
		    SCHEMA_PG_CATALOG);
		system_put_i64(rows, pg_collation_collowner, OWNER_OID);
		system_put_char(rows, pg_collation_collprovider,
		    collations[i].provider);
		system_put_bool(rows, pg_collation_collisdeterministic, true);
		system_put_i64(rows, pg_collation_collencoding,
		    collations[i].encoding);
		if (collations[i].locale == NULL)
			continue;
		system_put_cstr(rows, pg_collation_collcollate,
		    collations[i].locale);
		system_put_cstr(rows, pg_collation_collctype,
		    collations[i].locale);
	}
	return 0;
}
