/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_bound.c -- see top_bound.h.
 *
 * Values become integers, ranks, of which the least is the best.
 */
#include "exec/top_bound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/cancel.h"
#include "engine/catalog/catalog.h"
#include "exec/eval.h"
#include "exec/scan_spec.h"

#define COUNT_MAX (1u << 16) /* more rows are not kept here */
#define ROWS_MIN  512        /* fewer are sorted sooner than looked at */

/* A part of the scan, by the best rank that it may have. */
struct candidate {
	int64_t best;
	uint32_t run;
	uint32_t part;
};

struct search {
	const struct exec_env *env;
	const struct rel *scan_rel;
	const struct rel *filters; /* the first of those above the scan */
	uint32_t column;           /* of the key among the scan's */
	enum phys phys;
	bool is_descending;

	struct scan *scan;
	struct arena arena;      /* of the scan and what is here */
	struct arena rows;       /* of a batch */
	uint32_t *attnums;       /* of the columns that are read */
	uint32_t *columns;       /* which of scan_rel's they are */
	uint32_t attnum_count;   /* the first is the key */
	struct vec *vecs;        /* of scan_rel's columns */
	struct candidate *parts; /* the best first */
	uint32_t part_count;
	int64_t *heap; /* the best ranks, the worst of them on top */
	uint32_t count;
	uint32_t wanted;
};

/* ---- ranks ---- */

/* NaN is the greatest, zeros are equal. */
static int64_t
rank_of_f64(double value)
{
	int64_t bits;

	if (isnan(value))
		return INT64_MAX;
	value += 0.0; /* of -0, 0 */
	memcpy(&bits, &value, sizeof(bits));
	return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double
f64_of_rank(int64_t rank)
{
	int64_t bits = rank < 0 ? rank ^ INT64_MAX : rank;
	double value;

	if (rank == INT64_MAX)
		return NAN;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static int64_t
rank_of(const struct search *search, const struct datum *value)
{
	int64_t rank =
	    search->phys == PHYS_F64 ? rank_of_f64(value->f64) : value->i64;

	return search->is_descending ? ~rank : rank;
}

static struct datum
value_of(const struct search *search, int64_t rank)
{
	struct datum value = { .is_null = false };

	rank = search->is_descending ? ~rank : rank;
	if (search->phys == PHYS_F64)
		value.f64 = f64_of_rank(rank);
	else
		value.i64 = rank;
	return value;
}

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

/* A sort by a stored number, over filters at most, and a projection. */
static bool
find_key(struct search *search, const struct rel *sort)
{
	const struct sort_key *key = &sort->sort.keys[0];
	const struct rel *rel = sort->input;
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
	if (rel->kind != REL_SCAN)
		return false;
	search->scan_rel = rel;
	search->column = column;
	search->phys = type_phys(&rel->types[column]);
	search->is_descending = key->is_descending;
	return (search->phys == PHYS_I64 || search->phys == PHYS_F64) &&
	    !has_nulls_first(rel, rel->scan.attnums[column], key->nulls_first);
}

/* ---- the scan ---- */

/* The key, and what the filters name. */
static void
choose_columns(struct search *search)
{
	const struct rel *rel = search->scan_rel;
	size_t count = (size_t)rel->column_count + 1;
	bool *marks = arena_zalloc(&search->arena, count);

	for (const struct rel *filter = search->filters; filter != rel;
	     filter = filter->input) {
		for (uint32_t i = 0; i < filter->filter.count; i++)
			expr_mark_columns(filter->filter.conjuncts[i], marks);
	}
	search->attnums =
	    arena_alloc_array(&search->arena, count, sizeof(*search->attnums));
	search->columns =
	    arena_alloc_array(&search->arena, count, sizeof(*search->columns));
	search->vecs =
	    arena_zalloc(&search->arena, count * sizeof(*search->vecs));
	marks[search->column] = true;
	for (uint32_t c = 0; c < rel->column_count; c++) {
		if (!marks[c])
			continue;
		search->columns[search->attnum_count] = c;
		search->attnums[search->attnum_count++] = rel->scan.attnums[c];
	}
}

static int
open_scan(struct search *search, struct error *err)
{
	const struct exec_env *env = search->env;
	const struct rel *rel = search->scan_rel;
	struct scan_spec spec = { .snapshot = env->context->snapshot,
		.type = rel->scan.type,
		.without = env->context->scan_without,
		.has_small_parts = true };
	bool is_empty;
	int rc;

	if (catalog_type_by_oid(snapshot_catalog(spec.snapshot),
		rel->scan.type->oid) == NULL)
		return 0;
	rc = scan_spec_bounds(env, rel, &spec, &is_empty, err);
	if (rc != 0 || is_empty || spec.has_context)
		return rc;
	choose_columns(search);
	spec.attnums = search->attnums;
	spec.attnum_count = search->attnum_count;
	spec.is_estimate = true;
	return scan_open(env->context->engine, &spec, &search->arena,
	    &search->scan, err);
}

static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a;
	const struct candidate *y = b;

	return (x->best > y->best) - (x->best < y->best);
}

static int
add_candidate(struct search *search, uint32_t run, uint32_t part,
    struct error *err)
{
	struct candidate *candidate = &search->parts[search->part_count];
	struct scan_range range;
	bool is_known;
	int rc;

	rc = scan_part_range(search->scan, run, part,
	    search->scan_rel->scan.attnums[search->column], &range, err);
	if (rc != 0)
		return rc;
	is_known = search->is_descending ? range.has_high : range.has_low;
	*candidate = (struct candidate){ .run = run,
		.part = part,
		.best = !is_known
		    ? INT64_MIN
		    : rank_of(search,
			  search->is_descending ? &range.high : &range.low) };
	search->part_count++;
	return 0;
}

static int
list_parts(struct search *search, struct error *err)
{
	uint32_t run_count = scan_run_count(search->scan);
	size_t total = 0;
	int rc = 0;

	for (uint32_t run = 0; run < run_count; run++)
		total += scan_part_count(search->scan, run);
	search->parts = arena_try_alloc(&search->arena,
	    (total + 1) * sizeof(*search->parts));
	if (search->parts == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t run = 0; run < run_count; run++) {
		uint32_t count = scan_part_count(search->scan, run);

		for (uint32_t part = 0; part < count && rc == 0; part++)
			rc = add_candidate(search, run, part, err);
	}
	qsort(search->parts, search->part_count, sizeof(*search->parts),
	    compare_candidates);
	return rc;
}

/* ---- the best ranks ---- */

static void
sift_down(struct search *search, uint32_t at, int64_t rank)
{
	int64_t *heap = search->heap;

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= search->count)
			break;
		if (child + 1 < search->count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= rank)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = rank;
}

static void
keep(struct search *search, int64_t rank)
{
	int64_t *heap = search->heap;
	uint32_t at = search->count;

	if (search->count == search->wanted) {
		if (rank < heap[0])
			sift_down(search, 0, rank);
		return;
	}
	search->count++;
	while (at > 0 && heap[(at - 1) / 2] < rank) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = rank;
}

/* Leave the rows that the filters let pass. */
static int
apply_filters(struct search *search, const struct eval *eval, struct sel *sel,
    struct error *err)
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

static int
look_at(struct search *search, const struct batch *batch, struct error *err)
{
	const struct vec *key = &search->vecs[search->column];
	const struct eval eval = { .env = search->env,
		.arena = &search->rows,
		.columns = search->vecs,
		.row_count = batch->row_count };
	struct sel sel = batch->sel;
	int rc;

	for (uint32_t i = 0; i < search->attnum_count; i++)
		search->vecs[search->columns[i]] = batch->cols[i];
	rc = apply_filters(search, &eval, &sel, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i);
		struct datum value;

		if (vec_is_null(key, row))
			continue;
		if (search->phys == PHYS_F64)
			value.f64 = key->f64[vec_index(key, row)];
		else
			value.i64 = key->i64[vec_index(key, row)];
		keep(search, rank_of(search, &value));
	}
	return rc;
}

static int
read_part(struct search *search, const struct candidate *part,
    struct error *err)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc;

	rc =
	    scan_cursor_open(search->scan, part->run, part->part, &cursor, err);
	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, err)) > 0) {
		rc = look_at(search, &batch, err);
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
read_parts(struct search *search, struct error *err)
{
	int rc = 0;

	search->heap = arena_try_alloc(&search->arena,
	    search->wanted * sizeof(*search->heap));
	if (search->heap == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t i = 0; i < search->part_count && rc == 0; i++) {
		if (search->count == search->wanted &&
		    search->parts[i].best >= search->heap[0])
			break;
		rc = read_part(search, &search->parts[i], err);
	}
	return rc;
}

static int
find(struct search *search, struct top_bound *out, struct error *err)
{
	int rc = open_scan(search, err);

	if (rc != 0 || search->scan == NULL ||
	    scan_row_estimate(search->scan) < ROWS_MIN ||
	    scan_row_estimate(search->scan) / 4 < search->wanted)
		return rc;
	rc = list_parts(search, err);
	if (rc == 0)
		rc = read_parts(search, err);
	if (rc != 0 || search->count < search->wanted)
		return rc;
	*out = (struct top_bound){ .is_known = true,
		.attnum = search->scan_rel->scan.attnums[search->column],
		.is_least = search->is_descending,
		.value = value_of(search, search->heap[0]) };
	return 0;
}

int
top_bound_find(const struct exec_env *env, const struct rel *sort,
    uint32_t count, struct top_bound *out, struct error *err)
{
	struct search search = { .env = env, .wanted = count };
	int rc;

	*out = (struct top_bound){ .is_known = false };
	/* the transaction's own rows are in no part */
	if (count == 0 || count > COUNT_MAX || env->context->batch != NULL ||
	    env->pieces != NULL || !env->plan->bounds_tops ||
	    !find_key(&search, sort))
		return 0;
	arena_init(&search.arena, env->context->budget);
	arena_init(&search.rows, env->context->budget);
	rc = find(&search, out, err);
	if (search.scan != NULL)
		scan_close(search.scan);
	arena_release(&search.rows);
	arena_release(&search.arena);
	return rc;
}
