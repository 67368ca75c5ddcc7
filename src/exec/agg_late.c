/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_late.h"

#include "common/cancel.h"
#include "common/error.h"
#include "types/array_list.h"

bool
agg_kind_collects(enum agg_kind kind)
{
	switch (kind) {
	case AGG_ARRAY_AGG:
	case AGG_STRING_AGG:
	case AGG_JSON_AGG:
	case AGG_JSONB_AGG:
	case AGG_JSON_OBJECT_AGG:
	case AGG_JSONB_OBJECT_AGG:
		return true;
	default:
		return false;
	}
}

static bool
is_set(const struct agg_late *late)
{
	return agg_is_ordered_set(late->call->kind);
}

/* ---- adding ---- */

static void
add_column(struct agg_late *late, const struct expr *expr)
{
	if (expr != NULL)
		late->types[late->column_count++] = expr->type;
}

/* The columns, and the keys: the group, then those of ORDER BY. */
static struct sort_key *
choose_columns(struct agg_late *late)
{
	const struct agg_call *call = late->call;
	size_t keys_max = (size_t)call->order_count + 1;
	struct sort_key *keys =
	    arena_zalloc(&late->shape, keys_max * sizeof(*keys));

	late->types = arena_alloc_array(&late->shape,
	    keys_max + call->direct_count + 2, sizeof(*late->types));
	late->types[0] = type_of(TYPE_INT8);
	late->column_count = 1;
	add_column(late, call->arg);
	add_column(late, call->second);
	late->direct_at = late->column_count;
	for (uint32_t i = 0; i < call->direct_count; i++)
		add_column(late, call->direct[i]);
	late->keys_at = late->column_count;
	for (uint32_t i = 0; i < call->order_count; i++) {
		keys[i + 1] = (struct sort_key){ .column = late->column_count,
			.is_descending = call->order[i].is_descending,
			.nulls_first = call->order[i].nulls_first };
		add_column(late, call->order[i].key);
	}
	return keys;
}

static int
begin(struct agg_late *late, const struct agg_call *call,
    const struct exec_context *context, struct error *err)
{
	const struct sort_key *keys;

	*late = (struct agg_late){ .is_begun = true, .call = call };
	arena_init(&late->shape, context->budget);
	keys = choose_columns(late);
	sorter_init(&late->sorter, context, late->types, late->column_count,
	    keys, call->order_count + 1);
	arena_init(&late->arena, context->budget);
	row_store_init(&late->last, late->types, late->column_count,
	    context->budget);
	agg_state_init(&late->state, call, context->settings, context->budget);
	agg_set_init(&late->set, call, &late->sorter.order, late->direct_at,
	    late->keys_at, context->budget);
	return arena_check(&late->shape, err);
}

/* Percentiles have to know of how many values. */
static void
count_values(const struct agg_late *late, const struct vec *columns,
    struct sel sel, const uint32_t *groups, struct agg_state *before)
{
	const struct vec *key = &columns[late->keys_at];

	for (uint32_t i = 0; i < sel.count; i++)
		before->cells[groups[i]].count +=
		    !vec_is_null(key, sel_row(sel, i));
}

int
agg_late_add(struct agg_late *late, struct agg_state *before,
    const struct eval *eval, const struct vec *args, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	const struct agg_call *call = before->call;
	struct vec *columns;
	uint32_t count = 1;
	int rc = 0;

	if (!late->is_begun)
		rc = begin(late, call, eval->env->context, err);
	columns = arena_alloc_array(eval->arena,
	    (size_t)call->direct_count + call->order_count + 3,
	    sizeof(*columns));
	vec_init(&columns[0], PHYS_I64, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		columns[0].i64[sel_row(sel, i)] = groups[i];
	if (call->arg != NULL)
		columns[count++] = args[0];
	if (call->second != NULL)
		columns[count++] = args[1];
	for (uint32_t i = 0; i < call->direct_count && rc == 0; i++)
		rc = eval_expr(eval, call->direct[i], sel, &columns[count++],
		    err);
	for (uint32_t i = 0; i < call->order_count && rc == 0; i++)
		rc = eval_expr(eval, call->order[i].key, sel, &columns[count++],
		    err);
	if (rc == 0 && is_set(late))
		count_values(late, columns, sel, groups, before);
	return rc != 0 ? rc : sorter_add(&late->sorter, columns, sel, err);
}

int
agg_late_finish(struct agg_late *late, struct error *err)
{
	return late->is_begun ? sorter_finish(&late->sorter, err) : 0;
}

/* ---- giving ---- */

int
agg_late_begin(struct agg_late *late, const struct agg_state *before,
    uint32_t count, struct error *err)
{
	struct mem_budget *budget = before->arena.budget;
	int rc;

	agg_state_release(&late->state);
	agg_state_init(&late->state, before->call, before->settings, budget);
	late->state.cancel = before->cancel;
	rc = agg_state_reserve(&late->state, count, err);
	if (rc == 0 && is_set(late))
		agg_set_no_rows(&late->state);
	return rc;
}

/* The cell goes on in memory of its own. */
static int
move_cell(struct agg_late *late, const struct agg_cell *from,
    struct agg_cell *to, struct error *err)
{
	struct array_list *list;

	if (is_set(late))
		return 0;
	*to = *from;
	if (late->call->kind != AGG_ARRAY_AGG || from->list == NULL)
		return 0;
	list = arena_try_alloc(&late->state.arena, sizeof(*list));
	if (list == NULL)
		return error_no_memory(err);
	*list = *from->list;
	to->list = list;
	return 0;
}

/* What rows of the next batch are compared with. */
static int
keep_last(struct agg_late *late, struct error *err)
{
	struct sel sel = late->rows.sel;
	uint16_t row;

	if (late->call->order_count == 0 || sel.count == 0)
		return 0;
	row = (uint16_t)sel_row(sel, sel.count - 1);
	row_store_reset(&late->last);
	return row_store_add(&late->last, late->rows.cols,
	    (struct sel){ .rows = &row, .count = 1 }, err);
}

/* Have a row at hand: 1, 0 at the end, or a code. */
static int
need_row(struct agg_late *late, struct error *err)
{
	int rc;

	if (late->is_done || late->at < late->rows.sel.count)
		return !late->is_done;
	rc = keep_last(late, err);
	if (rc == 0)
		rc = cancel_check(late->sorter.context->cancel, err);
	if (rc != 0)
		return rc;
	arena_reset(&late->arena);
	rc = sorter_next(&late->sorter, &late->arena, &late->rows, err);
	late->is_done = rc == 0;
	late->at = 0;
	if (rc > 0 && arena_check(&late->arena, err) != 0)
		return err->code;
	return rc;
}

static uint32_t
group_at_hand(const struct agg_late *late)
{
	const struct vec *groups = &late->rows.cols[0];
	uint32_t row = sel_row(late->rows.sel, late->at);

	return (uint32_t)groups->i64[vec_index(groups, row)];
}

/* Whether the row at hand has the group and the keys of the one before it. */
static bool
is_repeated(const struct agg_late *late)
{
	const struct row_order *order = &late->sorter.order;
	const struct batch *rows = &late->rows;
	uint32_t row = sel_row(rows->sel, late->at);

	if (late->at > 0)
		return row_order_compare(order, rows->cols,
			   sel_row(rows->sel, late->at - 1), rows->cols,
			   row) == 0;
	return late->last.row_count > 0 &&
	    row_order_compare(order, late->last.columns, 0, rows->cols, row) ==
	    0;
}

/* Rows of the group in the batch at hand. */
static int
add_rows(struct agg_late *late, uint32_t group, uint32_t index,
    struct error *err)
{
	const struct vec *args = &late->rows.cols[1];
	bool is_distinct =
	    late->call->is_distinct && late->call->order_count > 0;
	uint16_t rows[VEC_ROWS];
	uint32_t numbers[VEC_ROWS];
	uint32_t count = 0;

	for (; late->at < late->rows.sel.count && group_at_hand(late) == group;
	     late->at++) {
		if (is_distinct && is_repeated(late))
			continue;
		rows[count] = (uint16_t)sel_row(late->rows.sel, late->at);
		numbers[count++] = index;
	}
	return agg_state_add(&late->state,
	    late->call->arg == NULL ? NULL : &args[0], &args[1],
	    (struct sel){ .rows = rows, .count = count }, numbers, err);
}

/* The same of an ordered set. */
static int
add_to_set(struct agg_late *late, uint32_t group, struct error *err)
{
	int rc = 0;

	for (; late->at < late->rows.sel.count && rc == 0 &&
	     group_at_hand(late) == group;
	     late->at++)
		rc = agg_set_add(&late->set, late->rows.cols,
		    sel_row(late->rows.sel, late->at), is_repeated(late), err);
	return rc;
}

int
agg_late_take(struct agg_late *late, const struct agg_state *before,
    uint32_t group, uint32_t index, struct error *err)
{
	struct agg_cell *cell = &late->state.cells[index];
	int rc = move_cell(late, &before->cells[group], cell, err);

	if (is_set(late))
		agg_set_begin(&late->set, before->cells[group].count);
	while (rc == 0 && (rc = need_row(late, err)) > 0) {
		rc = 0;
		if (group_at_hand(late) != group)
			break;
		rc = is_set(late) ? add_to_set(late, group, err)
				  : add_rows(late, group, index, err);
	}
	return rc == 0 && is_set(late)
	    ? agg_set_end(&late->set, &late->state, cell, err)
	    : rc;
}

void
agg_late_release(struct agg_late *late)
{
	if (!late->is_begun)
		return;
	sorter_release(&late->sorter);
	agg_state_release(&late->state);
	agg_set_release(&late->set);
	row_store_release(&late->last);
	arena_release(&late->arena);
	arena_release(&late->shape);
	*late = (struct agg_late){ .is_begun = false };
}
