/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relation_rows.c -- pg_class, pg_attribute, pg_attrdef.
 */
#include "common/attr.h"
#include "common/buf.h"
#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "plan/temp_table.h"
#include "server/pgcatalog/rows.h"
#include "server/pgcatalog/type_row.h"
#include "types/array.h"

/* ---- pg_class ---- */

static void
put_storage(struct system_rows *rows, const struct relation *relation)
{
	char kind = relation_kind(relation);
	bool is_table = kind == 'r' || kind == 'm';
	bool is_stored = is_table || kind == 'S';

	system_put_i64(rows, pg_class_relam,
	    is_table                    ? HEAP_AM_OID
		: relation->key != NULL ? BTREE_AM_OID
					: 0);
	system_put_i64(rows, pg_class_relfilenode,
	    is_stored ? relation->oid : 0);
	system_put_i64(rows, pg_class_reltablespace, 0);
	/* no blocks: nobody may scan ranges of ctid */
	system_put_i64(rows, pg_class_relpages, 0);
	system_put_f64(rows, pg_class_reltuples,
	    is_table          ? -1
		: kind == 'S' ? 1
			      : 0);
	system_put_i64(rows, pg_class_relallvisible, 0);
	system_put_i64(rows, pg_class_reltoastrelid, 0);
	system_put_char(rows, pg_class_relpersistence,
	    relation_persistence(relation));
	system_put_i64(rows, pg_class_relfrozenxid, is_table ? 3 : 0);
	system_put_i64(rows, pg_class_relminmxid, is_table ? 1 : 0);
}

static void
put_flags(struct system_rows *rows, const struct relation *relation)
{
	char kind = relation_kind(relation);

	system_put_bool(rows, pg_class_relhasindex,
	    relation->type != NULL ||
		(relation->temp != NULL && relation->temp->key_count > 0));
	system_put_bool(rows, pg_class_relisshared,
	    relation_is_shared(relation));
	system_put_i64(rows, pg_class_relchecks,
	    relation->temp == NULL ? 0 : relation->temp->check_count);
	system_put_bool(rows, pg_class_relhasrules, kind == 'v' || kind == 'm');
	system_put_bool(rows, pg_class_relhastriggers, false);
	system_put_bool(rows, pg_class_relhassubclass, false);
	system_put_bool(rows, pg_class_relrowsecurity, false);
	system_put_bool(rows, pg_class_relforcerowsecurity, false);
	system_put_bool(rows, pg_class_relispopulated,
	    kind != 'm' || relation->view->kept.is_populated);
	system_put_char(rows, pg_class_relreplident,
	    relation->type != NULL || relation->temp != NULL || kind == 'm'
		? 'd'
		: 'n');
	system_put_bool(rows, pg_class_relispartition, false);
	system_put_i64(rows, pg_class_relrewrite, 0);
}

int
pg_class_rows(void *session, struct system_rows *rows, struct error *err UNUSED)
{
	struct wanted_relations wanted;
	struct relation relation;

	wanted_relations_init(&wanted, rows, pg_class_oid, pg_class_relname);
	while (wanted_relations_next(&wanted, &relation)) {
		if (!system_wants_i64(rows, pg_class_relnamespace,
			relation.schema) ||
		    !system_wants_str(rows, pg_class_relname, relation.name))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_class_oid, relation.oid);
		system_put_str(rows, pg_class_relname, relation.name);
		system_put_i64(rows, pg_class_relnamespace, relation.schema);
		system_put_i64(rows, pg_class_reltype,
		    relation_row_type(&relation));
		system_put_i64(rows, pg_class_reloftype, 0);
		system_put_i64(rows, pg_class_relowner,
		    owner_of(rows,
			relation.key_of != NULL ? relation.key_of->oid
						: relation.oid));
		put_acl(rows, pg_class_relacl, session, relation.oid);
		system_put_char(rows, pg_class_relkind,
		    relation_kind(&relation));
		system_put_i64(rows, pg_class_relnatts,
		    relation_column_count(&relation));
		put_storage(rows, &relation);
		put_flags(rows, &relation);
	}
	return 0;
}

/* ---- defaults ---- */

/* Whether a constant is written as it prints: numbers, true, false. */
static bool
is_bare(const struct type *type, struct str text)
{
	switch (type->oid) {
	case TYPE_BOOL:
		return true;
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
	case TYPE_NUMERIC:
		return text.len > 0 && text.data[0] >= '0' &&
		    text.data[0] <= '9';
	}
	return false;
}

/* The default as SQL: what pg_get_expr() prints of it. */
static struct str
default_text(const struct field *field, struct arena *arena)
{
	const struct type *type = &field->type;
	struct buf value, text;
	struct vec vec;
	struct str out;

	buf_init(&value);
	buf_init(&text);
	vec_init_constant(&vec, field_phys(field), &field->default_value,
	    arena);
	if (field->default_value.is_null)
		buf_put_cstr(&value, "NULL");
	else if (type->oid == TYPE_BOOL)
		buf_put_cstr(&value,
		    field->default_value.boolean ? "true" : "false");
	else
		type_out_text(type, &type_settings_default, &vec, 0, &value);
	if (field->default_value.is_null || is_bare(type, buf_str(&value))) {
		buf_put_str(&text, buf_str(&value));
	} else {
		quote_put_literal(&text, buf_str(&value));
		buf_put_cstr(&text, "::");
		buf_put_str(&text, type_format_bare(type, arena));
	}
	out = arena_str(arena, buf_str(&text));
	buf_release(&value);
	buf_release(&text);
	return out;
}

static void
put_default(struct system_rows *rows, const struct relation *relation,
    uint32_t attnum)
{
	struct arena *arena = system_rows_arena(rows);

	system_rows_next(rows);
	system_put_i64(rows, pg_attrdef_oid,
	    relation_default_oid(relation, attnum));
	system_put_i64(rows, pg_attrdef_adrelid, relation->oid);
	system_put_i64(rows, pg_attrdef_adnum, attnum);
	if (relation->temp != NULL)
		system_put_str(rows, pg_attrdef_adbin,
		    temp_default_text(system_rows_space(rows)->temp,
			&relation->temp->columns[attnum - 1], arena));
	else if (attnum < COLUMN_FIRST_FIELD)
		system_put_cstr(rows, pg_attrdef_adbin, "now()");
	else if (system_reads(rows, pg_attrdef_adbin))
		system_put_str(rows, pg_attrdef_adbin,
		    default_text(
			&relation->type->fields[attnum - COLUMN_FIRST_FIELD],
			arena));
}

int
pg_attrdef_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct wanted_relations wanted;
	struct relation relation;

	wanted_relations_init(&wanted, rows, pg_attrdef_adrelid, NO_COLUMN);
	while (wanted_relations_next(&wanted, &relation)) {
		uint32_t count = relation_column_count(&relation);

		for (uint32_t i = 1; i <= count; i++)
			if (relation_has_default(&relation, i) &&
			    system_wants_i64(rows, pg_attrdef_adnum, i))
				put_default(rows, &relation, i);
	}
	return 0;
}

/* ---- pg_attribute ---- */

static void
put_type(struct system_rows *rows, const struct relation_space *space,
    const struct relation_column *column)
{
	struct type_row type = { .align = 'i', .storage = 'p' };

	(void)type_row_by_oid(space, column->type.oid, &type);
	system_put_i64(rows, pg_attribute_atttypid, column->type.oid);
	system_put_i64(rows, pg_attribute_atttypmod, column->type.mod);
	system_put_i64(rows, pg_attribute_attlen, type.len);
	system_put_bool(rows, pg_attribute_attbyval, type.is_by_value);
	system_put_char(rows, pg_attribute_attalign, type.align);
	system_put_char(rows, pg_attribute_attstorage, type.storage);
	system_put_i64(rows, pg_attribute_attcollation, type.collation);
	system_put_i64(rows, pg_attribute_attndims,
	    type_is_array(&column->type) ? 1 : 0);
}

/* event_id cannot be given: GENERATED ALWAYS AS IDENTITY. */
static struct str
identity_of(const struct relation *relation, uint32_t attnum)
{
	char identity = 0;

	if (relation->temp != NULL)
		identity = relation->temp->columns[attnum - 1].identity;
	else if (relation->type != NULL && attnum == COLUMN_EVENT_ID)
		identity = 'a';
	return identity == 'a' ? STR("a")
	    : identity == 'd'  ? STR("d")
			       : STR("");
}

static void
put_attribute(struct system_rows *rows, const struct session *session,
    const struct relation *relation, uint32_t attnum)
{
	const struct relation_space *space = system_rows_space(rows);
	const struct relation_column column =
	    relation_column(space, relation, attnum);

	if (!system_wants_str(rows, pg_attribute_attname, column.name) ||
	    !system_wants_i64(rows, pg_attribute_attnum, attnum))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_attribute_attrelid, relation->oid);
	system_put_str(rows, pg_attribute_attname, column.name);
	put_type(rows, space, &column);
	system_put_i64(rows, pg_attribute_attnum, attnum);
	system_put_i64(rows, pg_attribute_attstattarget, -1);
	system_put_i64(rows, pg_attribute_attcacheoff, -1);
	system_put_str(rows, pg_attribute_attcompression, STR(""));
	system_put_bool(rows, pg_attribute_attnotnull,
	    column.is_not_null && relation->key == NULL);
	system_put_bool(rows, pg_attribute_atthasdef,
	    relation_has_default(relation, attnum));
	system_put_bool(rows, pg_attribute_atthasmissing, false);
	system_put_str(rows, pg_attribute_attidentity,
	    identity_of(relation, attnum));
	system_put_str(rows, pg_attribute_attgenerated, STR(""));
	system_put_bool(rows, pg_attribute_attisdropped, false);
	system_put_bool(rows, pg_attribute_attislocal, true);
	system_put_i64(rows, pg_attribute_attinhcount, 0);
	put_column_acl(rows, pg_attribute_attacl, session, relation->oid,
	    attnum);
}

int
pg_attribute_rows(void *session, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct wanted_relations wanted;
	struct relation relation;

	wanted_relations_init(&wanted, rows, pg_attribute_attrelid, NO_COLUMN);
	while (wanted_relations_next(&wanted, &relation)) {
		uint32_t count = relation_column_count(&relation);

		for (uint32_t i = 1; i <= count; i++)
			put_attribute(rows, session, &relation, i);
	}
	return 0;
}
