/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_ordered.h"

#include "common/cancel.h"
#include "common/error.h"
#include "exec/agg_set.h"
#include "exec/row_sort.h"

void
agg_ordered_init(struct agg_ordered *ordered, const struct agg_call *call,
    struct arena *arena, struct mem_budget *budget, const atomic_bool *cancel)
{
	uint32_t capacity = 2 + call->direct_count + call->order_count;
	uint32_t count = 0;

	*ordered = (struct agg_ordered){ .call = call };
	ordered->exprs =
	    arena_alloc_array(arena, capacity, sizeof(*ordered->exprs));
	ordered->types = arena_alloc_array(arena, (size_t)capacity + 1,
	    sizeof(*ordered->types));
	if (call->arg != NULL)
		ordered->exprs[count++] = call->arg;
	if (call->second != NULL)
		ordered->exprs[count++] = call->second;
	ordered->direct_at = count + 1;
	for (uint32_t i = 0; i < call->direct_count; i++)
		ordered->exprs[count++] = call->direct[i];
	ordered->keys_at = count + 1;
	for (uint32_t i = 0; i < call->order_count; i++)
		ordered->exprs[count++] = call->order[i].key;
	ordered->expr_count = count;
	ordered->types[0] = type_of(TYPE_INT8);
	for (uint32_t i = 0; i < count; i++)
		ordered->types[i + 1] = ordered->exprs[i]->type;
	row_store_init(&ordered->store, ordered->types, count + 1, budget);
	ordered->store.cancel = cancel;
}

void
agg_ordered_release(struct agg_ordered *ordered)
{
	if (ordered->call != NULL)
		row_store_release(&ordered->store);
}

int
agg_ordered_add(struct agg_ordered *ordered, const struct eval *eval,
    struct sel sel, const uint32_t *groups, struct error *err)
{
	struct vec *columns = arena_alloc_array(eval->arena,
	    (size_t)ordered->expr_count + 1, sizeof(*columns));
	int rc = 0;

	vec_init(&columns[0], PHYS_I64, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		columns[0].i64[sel_row(sel, i)] = groups[i];
	for (uint32_t i = 0; i < ordered->expr_count && rc == 0; i++)
		rc = eval_expr(eval, ordered->exprs[i], sel, &columns[i + 1],
		    err);
	return rc != 0 ? rc : row_store_add(&ordered->store, columns, sel, err);
}

/* ---- order ---- */

int
agg_ordered_compare(const struct agg_ordered *ordered, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < ordered->call->order_count; i++) {
		const struct order_key *key = &ordered->call->order[i];
		uint32_t column = ordered->keys_at + i;
		struct datum x = vec_get(&ordered->store.columns[column], a);
		struct datum y = vec_get(&ordered->store.columns[column], b);
		int order;

		if (x.is_null || y.is_null) {
			order = (int)x.is_null - (int)y.is_null;
			order = key->nulls_first ? -order : order;
		} else {
			order = type_compare(&ordered->types[column], &x, &y);
			order = key->is_descending ? -order : order;
		}
		if (order != 0)
			return order;
	}
	return 0;
}

static uint32_t
group_of(const struct agg_ordered *ordered, uint32_t row)
{
	return (uint32_t)ordered->store.columns[0].i64[row];
}

static int
compare_rows(const void *a, const void *b, void *arg)
{
	const struct agg_ordered *ordered = arg;
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;
	uint32_t x_group = group_of(ordered, x);
	uint32_t y_group = group_of(ordered, y);
	int order = (x_group > y_group) - (x_group < y_group);

	if (order == 0)
		order = agg_ordered_compare(ordered, x, y);
	return order != 0 ? order : (x > y) - (x < y);
}

/* Row numbers in order, in `arena`. */
static int
sort_rows(struct agg_ordered *ordered, struct arena *arena, uint32_t **out,
    struct error *err)
{
	uint32_t count = ordered->store.row_count;
	uint32_t *rows =
	    arena_try_alloc(arena, (count + (size_t)1) * sizeof(*rows));
	uint32_t *scratch =
	    arena_try_alloc(arena, (count / 2 + (size_t)1) * sizeof(*scratch));

	if (rows == NULL || scratch == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t i = 0; i < count; i++)
		rows[i] = i;
	*out = rows;
	return row_sort(rows, scratch, count, compare_rows, ordered,
	    ordered->store.cancel, err);
}

/* ---- to the state ---- */

static int
feed(struct agg_ordered *ordered, struct agg_state *state, const uint32_t *rows,
    const uint32_t *groups, uint32_t count, struct error *err)
{
	const struct agg_call *call = ordered->call;
	struct arena arena;
	struct vec values[2];
	uint32_t value_count = 0;
	int rc;

	arena_init(&arena, ordered->store.arena.budget);
	for (uint32_t i = 1; i < ordered->direct_at; i++)
		row_store_column(&ordered->store, i, rows, 0, count, &arena,
		    &values[value_count++]);
	rc = arena_check(&arena, err);
	if (rc == 0)
		rc = agg_state_add(state, call->arg == NULL ? NULL : &values[0],
		    &values[1], sel_all(count), groups, err);
	arena_release(&arena);
	return rc != 0 ? rc : cancel_check(ordered->store.cancel, err);
}

static bool
is_repeated(const struct agg_ordered *ordered, uint32_t row, uint32_t previous)
{
	return ordered->call->is_distinct &&
	    group_of(ordered, row) == group_of(ordered, previous) &&
	    agg_ordered_compare(ordered, row, previous) == 0;
}

static int
feed_all(struct agg_ordered *ordered, struct agg_state *state,
    const uint32_t *rows, struct error *err)
{
	uint32_t some[VEC_ROWS];
	uint32_t groups[VEC_ROWS];
	uint32_t count = 0;
	int rc = 0;

	for (uint32_t i = 0; i < ordered->store.row_count && rc == 0; i++) {
		if (i > 0 && is_repeated(ordered, rows[i], rows[i - 1]))
			continue;
		some[count] = rows[i];
		groups[count++] = group_of(ordered, rows[i]);
		if (count < VEC_ROWS)
			continue;
		rc = feed(ordered, state, some, groups, count, err);
		count = 0;
	}
	return rc != 0 ? rc : feed(ordered, state, some, groups, count, err);
}

/* Each group that has rows is a span of them. */
static int
set_all(struct agg_ordered *ordered, struct agg_state *state,
    const uint32_t *rows, struct error *err)
{
	uint32_t count = ordered->store.row_count;
	uint32_t first = 0;
	int rc = 0;

	if (ordered->call->direct_count > 0)
		agg_set_no_rows(state);
	while (first < count && rc == 0) {
		uint32_t group = group_of(ordered, rows[first]);
		uint32_t limit = first;

		while (limit < count && group_of(ordered, rows[limit]) == group)
			limit++;
		rc = agg_set_result(ordered, rows + first, limit - first, state,
		    &state->cells[group], err);
		if (rc == 0)
			rc = cancel_check(ordered->store.cancel, err);
		first = limit;
	}
	return rc;
}

int
agg_ordered_finish(struct agg_ordered *ordered, struct agg_state *state,
    struct error *err)
{
	struct arena arena;
	uint32_t *rows = NULL;
	int rc;

	arena_init(&arena, ordered->store.arena.budget);
	rc = sort_rows(ordered, &arena, &rows, err);
	if (rc == 0)
		rc = agg_is_ordered_set(ordered->call->kind)
		    ? set_all(ordered, state, rows, err)
		    : feed_all(ordered, state, rows, err);
	arena_release(&arena);
	row_store_reset(&ordered->store);
	return rc;
}
