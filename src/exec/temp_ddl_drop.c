/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl_drop.c -- what is dropped, and what goes with it.
 */
#include "exec/temp_ddl_private.h"

#include <inttypes.h>

#include "common/buf.h"
#include "exec/temp_tables.h"

/* What goes with what is dropped, "view v" a line each. */
struct cascade {
	struct buf text;
	uint32_t count;
	struct error in_use; /* 55006 of the first that an open query reads */
};

static bool
is_dropped(const struct temp_run *run, uint32_t oid)
{
	for (uint32_t i = 0; i < run->ddl->oid_count; i++)
		if (run->ddl->oids[i] == oid)
			return true;
	return false;
}

/* A view that needs an object, and does not go with it. */
static const struct sql_view *
find_dependent(const struct temp_run *run, uint32_t oid)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++) {
		const struct sql_view *view = &catalog->views[i]->view;

		if (!is_dropped(run, view->oid) &&
		    view_dependency(view, oid) != NULL)
			return view;
	}
	return NULL;
}

/* A default that needs an object, and does not go with it. */
static bool
find_default(const struct temp_run *run, uint32_t oid, uint32_t *skip,
    struct temp_use *use)
{
	while (temp_use_find(run->temp->catalog, oid, 0, *skip, use)) {
		if (!is_dropped(run, use->table->oid))
			return true;
		++*skip;
	}
	return false;
}

/* "view v depends on table t", a line each. */
static int
tell_dependents(const struct temp_run *run, uint32_t oid, const char *kind,
    struct str name, struct error *err)
{
	const struct temp_catalog *catalog = run->temp->catalog;
	struct temp_use use;
	struct buf text;

	buf_init(&text);
	for (uint32_t i = 0; find_default(run, oid, &i, &use); i++)
		buf_printf(&text,
		    "%sdefault value for column %.*s of table %.*s depends on"
		    " sequence %.*s",
		    text.len > 0 ? "\n" : "", STR_FMT(use.column->name),
		    STR_FMT(use.table->name), STR_FMT(use.sequence->name));
	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = &catalog->views[i]->view;

		if (is_dropped(run, view->oid) ||
		    view_dependency(view, oid) == NULL)
			continue;
		buf_printf(&text, "%sview %.*s depends on %s %.*s",
		    text.len > 0 ? "\n" : "", STR_FMT(view->name), kind,
		    STR_FMT(name));
	}
	(void)error_detail(err, "%.*s", STR_FMT(buf_str(&text)));
	buf_release(&text);
	return err->code;
}

static int
still_needed(const struct temp_run *run, uint32_t oid, struct error *err)
{
	const struct temp_catalog *catalog = run->temp->catalog;
	const struct temp_table *table = temp_table_by_oid(catalog, oid);
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(catalog, oid);
	const char *kind = table != NULL ? "table"
	    : sequence != NULL           ? "sequence"
					 : "view";
	struct str name = table != NULL ? table->name
	    : sequence != NULL          ? sequence->name
					: temp_view_by_oid(catalog, oid)->name;

	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop %s %.*s because other objects depend on it", kind,
	    STR_FMT(name));
	(void)tell_dependents(run, oid, kind, name, err);
	return error_hint(err,
	    "Use DROP ... CASCADE to drop the dependent objects too.");
}

/* One thing more goes: a line of the text has been put. */
static void
cascades(const struct temp_run *run)
{
	struct buf *text = &run->cascade->text;

	run->cascade->count++;
	buf_put_u8(text, '\n');
}

static void
tell_cascade(const struct temp_run *run)
{
	struct error notice = { .code = 0 };
	struct str text = buf_str(&run->cascade->text);

	if (run->cascade->count == 0 || text.len == 0)
		return;
	text.len--; /* the last line's end */
	if (run->cascade->count == 1) {
		(void)error_set(&notice, STELE_E_INTERNAL, "%.*s",
		    STR_FMT(text));
	} else {
		(void)error_set(&notice, STELE_E_INTERNAL,
		    "drop cascades to %" PRIu32 " other objects",
		    run->cascade->count);
		(void)error_detail(&notice, "%.*s", STR_FMT(text));
	}
	temp_ddl_tell(run, 0, &notice);
}

/* Defaults that took numbers of it are no more. */
static int
drop_defaults(const struct temp_run *run, uint32_t oid, struct error *err)
{
	struct temp_use use;
	uint32_t skip = 0;
	int rc = 0;

	while (rc == 0 && find_default(run, oid, &skip, &use)) {
		if (!run->ddl->is_cascade)
			return still_needed(run, oid, err);
		buf_printf(&run->cascade->text,
		    "drop cascades to default value for column %.*s of table"
		    " %.*s",
		    STR_FMT(use.column->name), STR_FMT(use.table->name));
		cascades(run);
		rc = temp_default_remove(run->temp, &use, err);
	}
	return rc;
}

/* It is told once the notice of what else is dropped has been. */
static void
note_use(const struct temp_run *run, uint32_t oid)
{
	const struct temp_catalog *catalog = run->temp->catalog;
	const struct temp_table *table = temp_table_by_oid(catalog, oid);
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(catalog, oid);
	struct error use;

	if ((table == NULL && sequence == NULL) ||
	    run->cascade->in_use.code != 0)
		return;
	if (exec_check_unused(run->context, oid,
		table != NULL ? table->name : sequence->name, "DROP TABLE",
		&use) != 0)
		run->cascade->in_use = use;
}

static int
drop_object(const struct temp_run *run, uint32_t oid, struct error *err)
{
	const struct sql_view *view;
	int rc = drop_defaults(run, oid, err);

	note_use(run, oid);
	while (rc == 0 && (view = find_dependent(run, oid)) != NULL) {
		if (!run->ddl->is_cascade)
			return still_needed(run, oid, err);
		buf_printf(&run->cascade->text, "drop cascades to view %.*s",
		    STR_FMT(view->name));
		cascades(run);
		rc = drop_object(run, view->oid, err);
	}
	if (rc == 0)
		rc = temp_tables_remove_owned(run->temp, oid, err);
	return rc != 0 ? rc : temp_tables_remove(run->temp, oid, err);
}

static const struct temp_table *
table_of_index(const struct temp_run *run, uint32_t oid, uint32_t *key)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		for (*key = 0; *key < catalog->tables[i]->key_count; ++*key)
			if (catalog->tables[i]->keys[*key].oid == oid)
				return catalog->tables[i];
	return NULL;
}

int
temp_ddl_drop(const struct temp_run *given, struct error *err)
{
	struct cascade cascade = { .in_use = { .code = 0 } };
	struct temp_run with_cascade = *given;
	const struct temp_run *run = &with_cascade;
	int rc = 0;

	with_cascade.cascade = &cascade;
	buf_init(&cascade.text);

	for (uint32_t i = 0; i < run->ddl->oid_count && rc == 0; i++) {
		uint32_t oid = run->ddl->oids[i], key;
		const struct temp_table *table = table_of_index(run, oid, &key);

		rc = table != NULL ? temp_ddl_drop_index(run, table, key, err)
				   : drop_object(run, oid, err);
	}
	if (rc == 0)
		tell_cascade(run);
	if (rc == 0 && cascade.in_use.code != 0) {
		*err = cascade.in_use;
		rc = err->code;
	}
	buf_release(&cascade.text);
	return rc;
}
