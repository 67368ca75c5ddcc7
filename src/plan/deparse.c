/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/deparse.h"

#include "plan/bind_view.h"
#include "plan/deparse_private.h"
#include "sql/print.h"

/* A sequence is nothing that SQL can say. */
static bool
is_of_sequence(const struct ast_select *select)
{
	return select == NULL ||
	    (select->from.count > 0 &&
		select->from.items[0]->kind == AST_FROM_SEQUENCE);
}

static int
put_select(struct deparse *d, const struct ast_select *select,
    const struct view_column *names, struct str *out)
{
	struct buf text;
	int rc;

	buf_init(&text);
	d->out = &text;
	deparse_query(d, select, names, true);
	deparse_put(d, ";");
	rc = d->rc;
	if (rc == 0 && text.failed)
		rc = error_no_memory(d->err);
	if (rc == 0)
		*out = arena_str(d->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

static int
put_view(struct deparse *d, struct binder *binder, const struct sql_view *view,
    struct str *out)
{
	const struct ast_select *select;
	struct view_inside inside;
	struct query query;
	int rc = bind_view_query(binder, view, &inside, &query, d->err);

	if (rc != 0)
		return rc;
	select = inside.stmt->kind == AST_SELECT
	    ? inside.stmt->select
	    : bind_noted_select(d->notes, &inside.stmt->query);
	if (is_of_sequence(select)) {
		*out = arena_printf(d->arena, " %.*s;", STR_FMT(view->query));
		return 0;
	}
	d->inside = &inside.context;
	return put_select(d, select, view->columns, out);
}

static int
put_system_view(struct deparse *d, struct binder *binder,
    const struct system_table *table, struct str *out)
{
	struct view_column *names =
	    arena_zalloc(d->arena, (table->column_count + 1) * sizeof(*names));
	const struct ast_select *select;
	struct rel *rel;
	int rc = bind_system_query(binder, table, &select, &rel, d->err);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < table->column_count; i++)
		names[i].name = str_of_cstr(table->columns[i].name);
	d->inside = d->context;
	return put_select(d, select, names, out);
}

int
deparse_view(const struct plan_context *context,
    const struct relation *relation, struct deparse_style style,
    struct arena *arena, struct str *out, struct error *err)
{
	struct bind_notes notes = { .arena = arena };
	struct binder binder = { .context = context,
		.arena = arena,
		.notes = &notes };
	struct deparse d = { .context = context,
		.binder = &binder,
		.notes = &notes,
		.arena = arena,
		.style = style,
		.err = err };
	int rc = 0;

	*out = STR("");
	if (relation->view != NULL)
		rc = put_view(&d, &binder, relation->view, out);
	else if (relation->system != NULL && relation->system->query != NULL)
		rc = put_system_view(&d, &binder, relation->system, out);
	if (rc != 0) /* a position in the view's text would mislead */
		return error_position(err, 0);
	return arena_check(arena, err);
}
