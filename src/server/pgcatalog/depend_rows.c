/* SPDX-License-Identifier: Apache-2.0 */
/*
 * depend_rows.c -- pg_depend, pg_rewrite, pg_sequence, pg_extension: what goes with what else
 * goes, of all that users have made.
 *
 * Everything that is told of a relation hangs on it: its row type, its defaults,
 * its keys, the sequence of its event_id; what a view reads.  Where keys leave few
 * objects, only those relations are told of that these can be, or be parts of.
 */
#include "common/attr.h"
#include "engine/catalog/catalog.h"
#include "plan/comment.h"
#include "plan/pg_function.h"
#include "plan/system_table.h"
#include "plan/temp_table.h"
#include "server/pgcatalog/rows.h"

/* An object, or a column of it. */
struct address {
	uint32_t class_oid;
	uint32_t oid;
	uint32_t column;
};

/* pg_depend.deptype */
#define NORMAL   'n' /* it can be dropped with CASCADE */
#define AUTO     'a' /* goes with it */
#define INTERNAL 'i' /* is a part of it */
#define MEMBER   'e' /* is one of the extension */

static void
put_depend(struct system_rows *rows, struct address what, struct address on,
    char type)
{
	if (!system_wants_i64(rows, pg_depend_objid, what.oid) ||
	    !system_wants_i64(rows, pg_depend_refobjid, on.oid))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_depend_classid, what.class_oid);
	system_put_i64(rows, pg_depend_objid, what.oid);
	system_put_i64(rows, pg_depend_objsubid, what.column);
	system_put_i64(rows, pg_depend_refclassid, on.class_oid);
	system_put_i64(rows, pg_depend_refobjid, on.oid);
	system_put_i64(rows, pg_depend_refobjsubid, on.column);
	system_put_char(rows, pg_depend_deptype, type);
}

static struct address
relation_address(const struct relation *relation, uint32_t column)
{
	return (struct address){ PG_CLASS_OID, relation->oid, column };
}

/* ---- parts of a relation ---- */

static void
put_row_type(struct system_rows *rows, const struct relation *relation)
{
	struct address type = { PG_TYPE_OID, relation_row_type(relation), 0 };
	struct address array = { PG_TYPE_OID, relation_array_type(relation),
		0 };

	put_depend(rows, type, relation_address(relation, 0), INTERNAL);
	put_depend(rows, array, type, INTERNAL);
}

/* The default of a column may be the next number of a sequence. */
static void
put_default_sequence(struct system_rows *rows, const struct relation *relation,
    uint32_t attnum)
{
	const struct address sequence = { PG_CLASS_OID,
		relation->temp->columns[attnum - 1].sequence_oid, 0 };

	if (sequence.oid != 0 && relation_has_default(relation, attnum))
		put_depend(rows,
		    (struct address){ PG_ATTRDEF_OID,
			relation_default_oid(relation, attnum), 0 },
		    sequence, NORMAL);
}

/* A sequence goes with the column that owns it. */
static void
put_sequence(struct system_rows *rows, const struct temp_sequence *its)
{
	const struct address sequence = { PG_CLASS_OID, its->oid, 0 };
	const struct address column = { PG_CLASS_OID, its->owner_oid,
		its->owner_column };

	if (its->owner_oid != 0)
		put_depend(rows, sequence, column,
		    its->is_identity ? INTERNAL : AUTO);
}

static void
put_columns(struct system_rows *rows, const struct relation *relation)
{
	uint32_t count = relation_column_count(relation);

	for (uint32_t i = 1; i <= count; i++) {
		const struct address column = relation_address(relation, i);
		const struct relation_column its =
		    relation_column(system_rows_space(rows), relation, i);

		if (relation_has_default(relation, i))
			put_depend(rows,
			    (struct address){ PG_ATTRDEF_OID,
				relation_default_oid(relation, i), 0 },
			    column, AUTO);
		if (relation->temp != NULL)
			put_default_sequence(rows, relation, i);
		if (its.type.oid >= FIRST_USER_OID)
			put_depend(rows, column,
			    (struct address){ PG_TYPE_OID, its.type.oid, 0 },
			    NORMAL);
	}
}

static void
put_key(struct system_rows *rows, const struct relation *relation,
    const struct table_key *key)
{
	const struct address index = { PG_CLASS_OID, key->oid, 0 };
	const struct address constraint = { PG_CONSTRAINT_OID,
		key->constraint_oid, 0 };
	const bool is_index_alone = key->constraint_oid == 0;

	if (!is_index_alone)
		put_depend(rows, index, constraint, INTERNAL);
	for (uint32_t i = 0; i < key->count; i++)
		put_depend(rows, is_index_alone ? index : constraint,
		    relation_address(relation, key->columns[i] + 1), AUTO);
}

static void
put_keys(struct system_rows *rows, const struct relation *relation)
{
	const struct address sequence = { PG_CLASS_OID, EVENT_ID_SEQUENCE_OID,
		0 };
	const struct temp_table *temp = relation->temp;

	for (uint32_t i = 0; temp != NULL && i < temp->key_count; i++)
		put_key(rows, relation, &temp->keys[i]);
	for (uint32_t i = 0; temp != NULL && i < temp->check_count; i++)
		put_depend(rows,
		    (struct address){ PG_CONSTRAINT_OID, temp->checks[i].oid,
			0 },
		    relation_address(relation, 0), AUTO);
	if (relation->type == NULL)
		return;
	put_key(rows, relation, &relation->type->key);
	/* of all types, so owned by none: pg_dump would make it a part of each */
	put_depend(rows, sequence, relation_address(relation, COLUMN_EVENT_ID),
	    NORMAL);
}

/* ---- views ---- */

/* A view is its rule, which has its OID; the rule reads the others. */
static void
put_rule(struct system_rows *rows, const struct relation *relation)
{
	const struct sql_view *view = relation->view;
	const struct address rule = { PG_REWRITE_OID, relation->oid, 0 };
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	put_depend(rows, rule, relation_address(relation, 0), INTERNAL);
	for (uint32_t i = 0; i < view->dependency_count; i++) {
		uint32_t oid = view->dependencies[i].oid;
		bool is_enum = catalog_enum_of_type(catalog, oid) != NULL;

		put_depend(rows, rule,
		    (struct address){ is_enum ? PG_TYPE_OID : PG_CLASS_OID, oid,
			0 },
		    NORMAL);
	}
}

static void
put_relation(struct system_rows *rows, const struct relation *relation)
{
	if (relation->sequence != NULL) {
		put_sequence(rows, relation->sequence);
		return;
	}
	if (relation_row_type(relation) == 0)
		return; /* the server's own, or an index, told of its table */
	put_row_type(rows, relation);
	put_columns(rows, relation);
	put_keys(rows, relation);
	if (relation->view != NULL)
		put_rule(rows, relation);
}

/* ---- which relations are asked for ---- */

/* Whether one of the objects of a key may be a part of the relation. */
static bool
may_have(const struct system_key *key, const struct relation *relation)
{
	const struct temp_table *temp = relation->temp;

	for (uint32_t i = 0; i < key->count; i++) {
		uint32_t oid = (uint32_t)key->values[i].i64;

		if (oid == relation->oid ||
		    oid == relation_row_type(relation) ||
		    oid == relation_array_type(relation) ||
		    oid - oid % RELATION_DEFAULT_OIDS ==
			relation_default_oid(relation, 0))
			return true;
		if (relation->type != NULL &&
		    (oid == relation->type->key.oid ||
			oid == EVENT_ID_SEQUENCE_OID))
			return true;
		if (temp != NULL && oid >= TEMP_OID_FIRST)
			return true; /* a key, a condition, a sequence, maybe */
	}
	return false;
}

/* Whether it may depend on one of the objects of a key that is another's. */
static bool
may_read(const struct system_rows *rows, const struct system_key *key,
    const struct relation *relation)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	for (uint32_t i = 0; i < key->count; i++) {
		uint32_t oid = (uint32_t)key->values[i].i64;

		if (catalog_enum_of_type(catalog, oid) != NULL ||
		    (relation->view != NULL &&
			view_dependency(relation->view, oid) != NULL))
			return true;
	}
	return false;
}

static bool
is_wanted(const struct system_rows *rows, const struct relation *relation)
{
	const struct system_key *objects =
	    system_rows_key(rows, pg_depend_objid);
	const struct system_key *others =
	    system_rows_key(rows, pg_depend_refobjid);

	return (objects == NULL || may_have(objects, relation)) &&
	    (others == NULL || may_have(others, relation) ||
		may_read(rows, others, relation));
}

/* ---- the extension "stele" ---- */

static void
put_member(struct system_rows *rows, uint32_t class_oid, uint32_t oid)
{
	put_depend(rows, (struct address){ class_oid, oid, 0 },
	    (struct address){ PG_EXTENSION_OID, STELE_EXTENSION_OID, 0 },
	    MEMBER);
}

/* What the server has, and PostgreSQL has not: nobody dumps or drops it. */
static void
put_members(struct system_rows *rows)
{
	const struct relation_space *space = system_rows_space(rows);
	const struct system_tables *tables = space->system;
	const struct pg_function *function = NULL;
	uint32_t schema;

	put_member(rows, PG_NAMESPACE_OID, SCHEMA_STELE);
	put_member(rows, PG_CLASS_OID, events_table.oid);
	for (; tables != NULL; tables = tables->next)
		for (uint32_t i = 0; i < tables->count; i++)
			if (tables->items[i]->schema == SCHEMA_STELE)
				put_member(rows, PG_CLASS_OID,
				    tables->items[i]->oid);
	while ((function = pg_function_next(function)) != NULL) {
		(void)pg_function_name(function, &schema);
		if (schema == SCHEMA_STELE)
			put_member(rows, PG_PROC_OID, function->oid);
	}
}

int
pg_extension_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	system_rows_next(rows);
	system_put_i64(rows, pg_extension_oid, STELE_EXTENSION_OID);
	system_put_cstr(rows, pg_extension_extname, "stele");
	system_put_i64(rows, pg_extension_extowner, OWNER_OID);
	system_put_i64(rows, pg_extension_extnamespace, SCHEMA_STELE);
	system_put_bool(rows, pg_extension_extrelocatable, false);
	system_put_cstr(rows, pg_extension_extversion, PACKAGE_VERSION);
	return 0;
}

int
pg_depend_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct relation_cursor cursor;
	struct relation relation;

	put_members(rows);
	relation_cursor_init(&cursor, system_rows_space(rows));
	while (relation_next(&cursor, &relation))
		if (relation.sequence != NULL ||
		    (relation_row_type(&relation) != 0 &&
			is_wanted(rows, &relation)))
			put_relation(rows, &relation);
	return 0;
}

/* ---- pg_rewrite ---- */

/* The rule that makes a relation a view; what it does has no form here. */
int
pg_rewrite_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct wanted_relations wanted;
	struct relation relation;

	wanted_relations_init(&wanted, rows,
	    system_rows_key(rows, pg_rewrite_ev_class) != NULL
		? pg_rewrite_ev_class
		: pg_rewrite_oid,
	    NO_COLUMN);
	while (wanted_relations_next(&wanted, &relation)) {
		char kind = relation_kind(&relation);

		if (kind != 'v' && kind != 'm')
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_rewrite_oid, relation.oid);
		system_put_cstr(rows, pg_rewrite_rulename, "_RETURN");
		system_put_i64(rows, pg_rewrite_ev_class, relation.oid);
		system_put_char(rows, pg_rewrite_ev_type, '1');
		system_put_char(rows, pg_rewrite_ev_enabled, 'O');
		system_put_bool(rows, pg_rewrite_is_instead, true);
		system_put_cstr(rows, pg_rewrite_ev_qual, "<>");
		system_put_cstr(rows, pg_rewrite_ev_action, "<>");
	}
	return 0;
}

/* ---- pg_sequence ---- */

static void
put_temp_sequence(struct system_rows *rows, const struct temp_sequence *its)
{
	system_rows_next(rows);
	system_put_i64(rows, pg_sequence_seqrelid, its->oid);
	system_put_i64(rows, pg_sequence_seqtypid, its->type_oid);
	system_put_i64(rows, pg_sequence_seqstart, its->start);
	system_put_i64(rows, pg_sequence_seqincrement, its->increment);
	system_put_i64(rows, pg_sequence_seqmax, its->max);
	system_put_i64(rows, pg_sequence_seqmin, its->min);
	system_put_i64(rows, pg_sequence_seqcache, its->cache);
	system_put_bool(rows, pg_sequence_seqcycle, its->cycles);
}

int
pg_sequence_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;

	for (uint32_t i = 0; temp != NULL && i < temp->sequence_count; i++)
		put_temp_sequence(rows, temp->sequences[i]);
	system_rows_next(rows);
	system_put_i64(rows, pg_sequence_seqrelid, EVENT_ID_SEQUENCE_OID);
	system_put_i64(rows, pg_sequence_seqtypid, TYPE_INT8);
	system_put_i64(rows, pg_sequence_seqstart, 1);
	system_put_i64(rows, pg_sequence_seqincrement, 1);
	system_put_i64(rows, pg_sequence_seqmax, INT64_MAX);
	system_put_i64(rows, pg_sequence_seqmin, 1);
	system_put_i64(rows, pg_sequence_seqcache, 1);
	system_put_bool(rows, pg_sequence_seqcycle, false);
	return 0;
}
