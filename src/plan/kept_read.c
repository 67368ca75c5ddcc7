/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_read.c -- the rows that are kept, what is not in them yet, and both
 * together.
 */
#include "plan/kept.h"
#include "plan/rel_walk.h"
#include "plan/rewrite.h"

/* ---- what is kept ---- */

static int
check_fields(const struct sql_view *view, const struct kept_cut *cut,
    const struct event_type *type, const struct field *fields,
    struct error *err)
{
	bool is_same = type != NULL && type->field_count == cut->column_count;

	for (uint32_t i = 0; is_same && i < cut->column_count; i++)
		is_same = str_equal(type->fields[i].name, fields[i].name) &&
		    type->fields[i].type.oid == fields[i].type.oid;
	if (is_same)
		return 0;
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "the kept rows of \"%.*s\" are not those that its query needs",
	    STR_FMT(view->name));
	return error_hint(err,
	    "They were made by another version of the server: drop \"%.*s\" and"
	    " make it again.",
	    STR_FMT(view->name));
}

static int
stored_column(struct binder *binder, const struct kept_cut *cut,
    const struct rel *scan, uint32_t i, struct expr **out, struct error *err)
{
	uint32_t at = COLUMN_FIRST_FIELD - 1 + i;

	*out = expr_column(binder->arena, scan->types[at], 0, scan->id, at);
	return cut->columns[i].is_text
	    ? coerce_explicit(binder, out, &cut->columns[i].type, 0, err)
	    : 0;
}

static int
scan_stored(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, struct rel **out, struct error *err)
{
	const struct event_type *type =
	    catalog_type_by_oid(binder->context->catalog, view->kept.type_oid);
	int rc = check_fields(view, cut, type, kept_fields(binder, cut), err);

	if (rc == 0)
		(void)range_new_scan(binder, type, STR(""), out);
	return rc;
}

/* ---- of an aggregation ---- */

/* Groups in the order of their keys, so that it need not be that of events. */
static struct rel *
sorted_groups(struct binder *binder, const struct kept_cut *cut,
    struct rel *rel)
{
	struct sort_key *keys = arena_zalloc(binder->arena,
	    (cut->key_count + (size_t)1) * sizeof(*keys));

	for (uint32_t i = 0; i < cut->key_count; i++)
		keys[i].column = i;
	return cut->key_count == 0
	    ? rel
	    : rel_new_sort(binder, rel, keys, cut->key_count);
}

static struct rel *
append(struct binder *binder, struct rel *first, struct rel *second)
{
	struct rel *rel =
	    rel_new(binder, REL_APPEND, NULL, first->column_count);

	rel->append.count = 2;
	rel->append.inputs =
	    arena_alloc_array(binder->arena, 2, sizeof(*rel->append.inputs));
	rel->append.inputs[0] = first;
	rel->append.inputs[1] = second;
	for (uint32_t i = 0; i < first->column_count; i++)
		rel->types[i] = first->types[i];
	return rel;
}

/* States that are kept, and those of new events. */
static int
all_states(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, struct rel **out, struct error *err)
{
	struct expr **exprs = arena_alloc_array(binder->arena,
	    (size_t)cut->column_count + 1, sizeof(*exprs));
	struct rel *scan, *stored;
	int rc = scan_stored(binder, view, cut, &scan, err);

	for (uint32_t i = 0; i < cut->column_count && rc == 0; i++)
		rc = stored_column(binder, cut, scan, i, &exprs[i], err);
	if (rc != 0)
		return rc;
	stored = rel_new_project(binder, scan, exprs, cut->column_count);
	*out = append(binder, stored, sorted_groups(binder, cut, cut->partial));
	return 0;
}

/* ---- of a selection ---- */

/* The new events, by another name: *names are all columns of the scan. */
static struct rel *
new_events(struct binder *binder, const struct kept_cut *cut,
    struct expr ***names)
{
	struct rel *old = cut->scan, *fresh;
	struct conditions conditions = { .count = 0 };

	(void)range_new_scan(binder, old->scan.type, STR(""), &fresh);
	fresh->scan.kept_oid = old->scan.kept_oid;
	fresh->scan.after = old->scan.after;
	*names = arena_alloc_array(binder->arena, (size_t)old->column_count + 1,
	    sizeof(**names));
	for (uint32_t i = 0; i < old->column_count; i++)
		(*names)[i] = expr_column(binder->arena, fresh->types[i], 0,
		    fresh->id, i);
	for (const struct rel *rel = *cut->slot; rel != old; rel = rel->input)
		for (uint32_t i = 0; i < rel->filter.count; i++)
			conditions_add(binder, &conditions,
			    expr_substitute(binder, rel->filter.conjuncts[i],
				old->id, *names));
	return conditions_above(binder, fresh, &conditions);
}

/* Nulls, for the columns of the scan that nothing needs. */
static struct expr **
null_columns(struct binder *binder, const struct kept_cut *cut)
{
	struct expr **exprs = arena_alloc_array(binder->arena,
	    (size_t)cut->scan->column_count + 1, sizeof(*exprs));

	for (uint32_t i = 0; i < cut->scan->column_count; i++)
		exprs[i] =
		    expr_const(binder->arena, cut->scan->types[i], 0, NULL);
	return exprs;
}

static int
read_selection(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, struct error *err)
{
	uint32_t count = cut->scan->column_count;
	struct expr **old = null_columns(binder, cut);
	struct expr **new = null_columns(binder, cut);
	struct expr **names;
	struct rel *stored, *fresh;
	int rc = scan_stored(binder, view, cut, &stored, err);

	fresh = new_events(binder, cut, &names);
	for (uint32_t i = 0; i < cut->column_count && rc == 0; i++) {
		uint32_t at = cut->columns[i].event_column;

		new[at] = names[at];
		rc = stored_column(binder, cut, stored, i, &old[at], err);
	}
	if (rc != 0)
		return rc;
	*cut->slot = append(binder, rel_new_project(binder, stored, old, count),
	    rel_new_project(binder, fresh, new, count));
	(*cut->slot)->id = cut->scan->id; /* what is above names it so */
	return 0;
}

int
kept_read(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, struct error *err)
{
	struct rel *states;
	int rc;

	if (cut->slot == NULL)
		return 0;
	cut->scan->scan.kept_oid = view->oid;
	if (cut->agg == NULL)
		return read_selection(binder, view, cut, err);
	rc = all_states(binder, view, cut, &states, err);
	return rc != 0 ? rc : kept_finish(binder, cut, states, cut->slot, err);
}

/* ---- to be stored ---- */

/* A relation with rows only if there were events: the last state counts them.
 */
static int
unless_empty(struct binder *binder, const struct kept_cut *cut,
    struct rel **rel, struct error *err)
{
	const struct datum zero = { .i64 = 0 };
	uint32_t last = cut->column_count - 1;
	struct expr *condition;
	int rc;

	if (cut->key_count > 0)
		return 0;
	rc = bind_operator(binder, STR(">"),
	    expr_column(binder->arena, type_of(TYPE_INT8), 0, (*rel)->id, last),
	    expr_const(binder->arena, type_of(TYPE_INT8), 0, &zero), 0,
	    &condition, err);
	if (rc == 0)
		*rel = rel_new_filter(binder, *rel, condition);
	return rc;
}

static int
states_to_store(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, bool is_merge, struct rel **out,
    struct error *err)
{
	struct rel *states = cut->partial;
	int rc = 0;

	if (is_merge) {
		rc = all_states(binder, view, cut, &states, err);
		if (rc == 0)
			rc = kept_merge(binder, cut, states, &states, err);
	} else {
		rc = unless_empty(binder, cut, &states, err);
	}
	*out = rc != 0 ? NULL : sorted_groups(binder, cut, states);
	return rc;
}

/* A context's column, and no row. */
static struct rel *
no_rows(struct binder *binder)
{
	struct rel *rel = rel_new(binder, REL_VALUES, NULL, 1);

	rel->types[0] = type_of(TYPE_TEXT);
	return rel;
}

int
kept_rows(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, bool is_merge, struct rel **out,
    struct error *err)
{
	const struct datum empty = { .str = STR("") };
	struct expr **exprs = arena_alloc_array(binder->arena,
	    (size_t)cut->column_count + 1, sizeof(*exprs));
	struct type text = type_of(TYPE_TEXT);
	struct expr **names = NULL;
	struct rel *rel;
	int rc = 0;

	if (cut->slot == NULL) {
		*out = no_rows(binder);
		return 0;
	}
	cut->scan->scan.kept_oid = view->oid;
	cut->scan->scan.after = view->kept.position;
	if (cut->agg == NULL)
		rel = new_events(binder, cut, &names);
	else
		rc = states_to_store(binder, view, cut, is_merge, &rel, err);
	exprs[0] = cut->agg != NULL ? expr_const(binder->arena, text, 0, &empty)
				    : names[COLUMN_CONTEXT_ID - 1];
	for (uint32_t i = 0; i < cut->column_count && rc == 0; i++) {
		const struct kept_column *column = &cut->columns[i];

		exprs[i + 1] = cut->agg == NULL
		    ? names[column->event_column]
		    : expr_column(binder->arena, column->type, 0, rel->id, i);
		if (column->is_text)
			rc = coerce_explicit(binder, &exprs[i + 1], &text, 0,
			    err);
	}
	if (rc == 0)
		*out =
		    rel_new_project(binder, rel, exprs, cut->column_count + 1);
	return rc;
}
