/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_bound.c -- see top_bound.h.
 *
 * The scan of a type, and those of all types that `events` is made of, are one
 * search: their zones are looked at in the order of what they promise.
 */
#include "exec/top_bound.h"

#include "common/cancel.h"
#include "engine/catalog/catalog.h"
#include "exec/eval.h"
#include "exec/top_parts.h"

#define COUNT_MAX (1u << 16) /* more rows are not kept here */
#define ROWS_MIN  512        /* fewer are sorted sooner than looked at */

/* ---- whether ---- */

static bool
is_costly(const struct expr *expr)
{
	return expr->kind == EXPR_SUBQUERY || expr_is_volatile_call(expr);
}

static bool
are_plain(const struct rel *rel)
{
	for (uint32_t i = 0; i < rel->filter.count; i++) {
		if (expr_any(rel->filter.conjuncts[i], is_costly))
			return false;
	}
	return true;
}

/* Whether nulls can come before values, which then bound nothing. */
static bool
has_nulls_first(const struct rel *scan, uint32_t attnum, bool nulls_first)
{
	return nulls_first && attnum >= COLUMN_FIRST_FIELD &&
	    !scan->scan.type->fields[attnum - COLUMN_FIRST_FIELD].is_not_null;
}

/* Of `events`, every event has one; the version is no column of a segment. */
static bool
is_bounded(const struct rel *scan, uint32_t column, bool nulls_first)
{
	uint32_t attnum = top_attnum_of(scan, column);
	enum phys phys = type_phys(&scan->types[column]);

	if (scan->kind == REL_EVENTS)
		return attnum == COLUMN_EVENT_ID || attnum == COLUMN_TIMESTAMP;
	return (phys == PHYS_I64 || phys == PHYS_F64) &&
	    !has_nulls_first(scan, attnum, nulls_first);
}

/*
 * Whether it is a stored number, of a scan with filters at most, and a projection,
 * above.
 */
static bool
find_key(struct top_search *search, const struct rel *rel,
    const struct sort_key *key)
{
	uint32_t column = key->column;

	if (rel->kind == REL_PROJECT) {
		const struct expr *expr = rel->project[column];

		if (expr->kind != EXPR_COLUMN)
			return false;
		column = expr->column.column;
		rel = rel->input;
	}
	search->filters = rel;
	for (; rel->kind == REL_FILTER; rel = rel->input) {
		if (!are_plain(rel))
			return false;
	}
	if (rel->kind != REL_SCAN && rel->kind != REL_EVENTS)
		return false;
	search->scan_rel = rel;
	search->column = column;
	search->best.phys = type_phys(&rel->types[column]);
	search->best.is_descending = key->is_descending;
	return is_bounded(rel, column, key->nulls_first);
}

/* ---- the best values ---- */

/* Leave the rows that the filters let pass. */
static int
apply_filters(struct top_search *search, const struct eval *eval,
    struct sel *sel, struct error *err)
{
	const struct rel *filter = search->filters;
	uint16_t *rows =
	    arena_alloc_array(&search->rows, sel->count + 1, sizeof(*rows));

	for (; filter != search->scan_rel; filter = filter->input) {
		for (uint32_t i = 0; i < filter->filter.count; i++) {
			uint32_t count;
			int rc;

			rc = eval_filter(eval, filter->filter.conjuncts[i],
			    *sel, rows, &count, err);
			if (rc != 0)
				return rc;
			*sel = (struct sel){ .rows = rows, .count = count };
		}
	}
	return 0;
}

/* The columns of scan_rel that are looked at. */
static void
set_columns(struct top_search *search, const struct top_source *source,
    const struct batch *batch)
{
	struct datum name = { .str = source->type->name };

	for (uint32_t i = 0; i < search->attnum_count; i++)
		search->vecs[search->columns[i]] = batch->cols[i];
	if (search->type_column != UINT32_MAX)
		vec_init_constant(&search->vecs[search->type_column], PHYS_STR,
		    &name, &search->rows);
}

static int
look_at(struct top_search *search, const struct top_source *source,
    const struct batch *batch, struct error *err)
{
	const struct vec *key = &search->vecs[search->column];
	const struct eval eval = { .env = search->env,
		.arena = &search->rows,
		.columns = search->vecs,
		.row_count = batch->row_count };
	struct sel sel = batch->sel;
	int rc;

	set_columns(search, source, batch);
	rc = apply_filters(search, &eval, &sel, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i);
		struct datum value;
		int64_t rank;

		if (vec_is_null(key, row))
			continue;
		if (key->phys == PHYS_F64)
			value.f64 = key->f64[vec_index(key, row)];
		else
			value.i64 = key->i64[vec_index(key, row)];
		rank = best_rank_of(&search->best, &value);
		if (!best_ranks_exclude(&search->best, rank))
			best_ranks_keep(&search->best, rank);
	}
	return rc;
}

static int
read_part(struct top_search *search, const struct top_part *part,
    struct error *err)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc;

	rc = scan_cursor_open(part->source->scan, part->run, part->part,
	    &cursor, err);
	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, err)) > 0) {
		rc = look_at(search, part->source, &batch, err);
		if (rc == 0)
			rc = arena_check(&search->rows, err);
		arena_reset(&search->rows);
		if (rc == 0)
			rc = cancel_check(search->env->context->cancel, err);
		if (rc != 0)
			break;
	}
	scan_cursor_close(cursor);
	return rc;
}

/* Read parts until no other can have a better value. */
static int
read_parts(struct top_search *search, struct error *err)
{
	int rc = 0;

	search->best.heap = arena_try_alloc(&search->arena,
	    search->best.wanted * sizeof(*search->best.heap));
	if (search->best.heap == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < search->part_count && rc == 0; i++) {
		if (best_ranks_exclude(&search->best, search->parts[i].best))
			break;
		rc = read_part(search, &search->parts[i], err);
	}
	return rc;
}

/* What a search has come to. */
struct found {
	bool is_searched; /* else it would not have been worth it */
	uint32_t count;   /* of the best values */
	struct datum worst;
};

static int
search_scans(struct top_search *search, struct found *out, struct error *err)
{
	const struct best_ranks *best = &search->best;
	int rc = top_parts_open(search, err);
	uint64_t rows = top_parts_rows(search);

	if (rc != 0 || rows < ROWS_MIN || rows / 4 < best->wanted)
		return rc;
	rc = top_parts_list(search, err);
	if (rc == 0)
		rc = read_parts(search, err);
	if (rc != 0)
		return rc;
	out->is_searched = true;
	out->count = best->count;
	if (best->count > 0)
		out->worst = best_value_of(best, best->heap[0]);
	return 0;
}

static int
find(struct top_search *search, struct found *out, struct error *err)
{
	struct mem_budget *budget = search->env->context->budget;
	int rc;

	arena_init(&search->arena, budget);
	arena_init(&search->rows, budget);
	rc = search_scans(search, out, err);
	top_parts_close(search);
	arena_release(&search->rows);
	arena_release(&search->arena);
	return rc;
}

/* Not with rows of the transaction's own, which are in no part. */
static bool
is_possible(const struct exec_env *env)
{
	return env->context->batch == NULL && env->pieces == NULL &&
	    env->plan->bounds_tops;
}

int
top_bound_find(const struct exec_env *env, const struct rel *sort,
    uint32_t count, struct top_bound *out, struct error *err)
{
	struct top_search search = { .env = env, .best = { .wanted = count } };
	struct found found = { .is_searched = false };
	const struct rel *scan;
	int rc;

	*out = (struct top_bound){ .is_known = false };
	if (count == 0 || count > COUNT_MAX || !is_possible(env) ||
	    !find_key(&search, sort->input, &sort->sort.keys[0]))
		return 0;
	rc = find(&search, &found, err);
	if (rc != 0 || found.count < count)
		return rc;
	scan = search.scan_rel;
	*out = (struct top_bound){ .is_known = true,
		.attnum = top_attnum_of(scan, search.column),
		.type = scan->types[search.column],
		.is_least = search.best.is_descending,
		.value = found.worst };
	return 0;
}

int
top_value_find(const struct exec_env *env, const struct rel *input,
    uint32_t column, bool is_greatest, bool *is_known, struct datum *out,
    struct error *err)
{
	struct top_search search = { .env = env, .best = { .wanted = 1 } };
	const struct sort_key key = { .column = column,
		.is_descending = is_greatest };
	struct found found = { .is_searched = false };
	int rc;

	*is_known = false;
	/* filters could make it read all; and -0 becomes 0 here */
	if (!is_possible(env) || !find_key(&search, input, &key) ||
	    search.filters != search.scan_rel || search.best.phys != PHYS_I64)
		return 0;
	rc = find(&search, &found, err);
	*is_known = rc == 0 && found.is_searched;
	*out = found.worst;
	out->is_null = found.count == 0;
	return rc;
}
