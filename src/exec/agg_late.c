/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_late.h"

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

/* ---- adding ---- */

static void
begin(struct agg_late *late, const struct agg_call *call,
    const struct exec_context *context)
{
	late->is_begun = true;
	late->types[0] = type_of(TYPE_INT8);
	late->types[1] = call->arg->type;
	late->column_count = 2;
	if (call->second != NULL)
		late->types[late->column_count++] = call->second->type;
	late->by_group = (struct sort_key){ .column = 0 };
	sorter_init(&late->sorter, context, late->types, late->column_count,
	    &late->by_group, 1);
	arena_init(&late->arena, context->budget);
	agg_state_init(&late->state, call, context->settings, context->budget);
}

int
agg_late_add(struct agg_late *late, const struct agg_call *call,
    const struct exec_context *context, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    uint32_t row_count, struct arena *scratch, struct error *err)
{
	struct vec columns[3];

	if (!late->is_begun)
		begin(late, call, context);
	vec_init(&columns[0], PHYS_I64, row_count, scratch);
	for (uint32_t i = 0; i < sel.count; i++)
		columns[0].i64[sel_row(sel, i)] = groups[i];
	columns[1] = *arg;
	if (call->second != NULL)
		columns[2] = *second;
	return sorter_add(&late->sorter, columns, sel, err);
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

	agg_state_release(&late->state);
	agg_state_init(&late->state, before->call, before->settings, budget);
	late->state.cancel = before->cancel;
	return agg_state_reserve(&late->state, count, err);
}

/* The cell goes on in memory of its own. */
static int
move_cell(struct agg_late *late, const struct agg_cell *from,
    struct agg_cell *to, struct error *err)
{
	struct array_list *list;

	*to = *from;
	if (late->state.call->kind != AGG_ARRAY_AGG || from->list == NULL)
		return 0;
	list = arena_try_alloc(&late->state.arena, sizeof(*list));
	if (list == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	*list = *from->list;
	to->list = list;
	return 0;
}

/* Have a row at hand: 1, 0 at the end, or a code. */
static int
need_row(struct agg_late *late, struct error *err)
{
	int rc;

	if (late->is_done || late->at < late->rows.sel.count)
		return !late->is_done;
	arena_reset(&late->arena);
	rc = sorter_next(&late->sorter, &late->arena, &late->rows, err);
	late->is_done = rc == 0;
	late->at = 0;
	return rc;
}

/* Rows of the group in the batch at hand. */
static int
add_rows(struct agg_late *late, uint32_t group, uint32_t index,
    struct error *err)
{
	const struct vec *groups = &late->rows.cols[0];
	struct sel sel = late->rows.sel;
	uint16_t rows[VEC_ROWS];
	uint32_t numbers[VEC_ROWS];
	uint32_t count = 0;

	for (; late->at < sel.count; late->at++, count++) {
		uint32_t row = sel_row(sel, late->at);

		if (groups->i64[vec_index(groups, row)] != group)
			break;
		rows[count] = (uint16_t)row;
		numbers[count] = index;
	}
	return agg_state_add(&late->state, &late->rows.cols[1],
	    late->column_count > 2 ? &late->rows.cols[2] : NULL,
	    (struct sel){ .rows = rows, .count = count }, numbers, err);
}

int
agg_late_take(struct agg_late *late, const struct agg_state *before,
    uint32_t group, uint32_t index, struct error *err)
{
	int rc = move_cell(late, &before->cells[group],
	    &late->state.cells[index], err);

	while (rc == 0 && (rc = need_row(late, err)) > 0) {
		const struct vec *groups = &late->rows.cols[0];
		uint32_t row = sel_row(late->rows.sel, late->at);

		if (groups->i64[vec_index(groups, row)] != group)
			return 0;
		rc = add_rows(late, group, index, err);
	}
	return rc;
}

void
agg_late_release(struct agg_late *late)
{
	if (!late->is_begun)
		return;
	sorter_release(&late->sorter);
	agg_state_release(&late->state);
	arena_release(&late->arena);
	*late = (struct agg_late){ .is_begun = false };
}
