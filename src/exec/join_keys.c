/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_keys.c -- see join_keys.h.  A key goes down to the scan that makes its
 * column: through filters, projections and those sides of joins whose rows
 * without a partner do not come out.
 */
#include "exec/join_keys.h"

#include "types/cast.h"

/* Longer tables are worth a scan. */
#define KEYS_MAX 4096

/* The column behind an expression, under casts that change no comparison. */
static bool
plain_column(const struct expr *expr, uint32_t *column)
{
	while (expr->kind == EXPR_CAST &&
	    cast_keeps_order(&expr->args[0]->type, &expr->type))
		expr = expr->args[0];
	if (expr->kind != EXPR_COLUMN)
		return false;
	*column = expr->column.column;
	return true;
}

/* The side of a join that makes a column, if its rows may be left out. */
static struct op_state *
join_side_of(struct op_state *op, uint32_t *column)
{
	const struct rel_join *rel = &op->rel->join;
	uint32_t left_count = op->input->rel->column_count;
	uint32_t position = rel->outputs[*column];

	if (rel->kind == JOIN_FULL || rel->is_lateral)
		return NULL;
	if (position < left_count) {
		*column = position;
		return op->input;
	}
	*column = position - left_count;
	return rel->kind == JOIN_INNER ? ((struct join_op *)op)->right : NULL;
}

/* The scan of a system table that makes a column of `op`; NULL: none. */
static struct op_state *
find_scan(struct op_state *op, uint32_t *column)
{
	while (op != NULL) {
		switch (op->rel->kind) {
		case REL_SYSTEM:
			return op;
		case REL_FILTER:
			op = op->input;
			break;
		case REL_PROJECT:
			if (!plain_column(op->rel->project[*column], column))
				return NULL;
			op = op->input;
			break;
		case REL_JOIN:
			op = join_side_of(op, column);
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static void
offer_key(struct join_op *join, uint32_t k)
{
	const struct join_key *key = &join->op.rel->join.keys[k];
	const struct row_store *rows = &join->table.rows;
	const struct vec *values = &rows->columns[join->table.column_count + k];
	struct op_state *scan;
	struct datum *datums;
	uint32_t column;

	if (!plain_column(join->is_left_built ? key->right : key->left,
		&column))
		return;
	scan = find_scan(join_probing_side(join), &column);
	if (scan == NULL)
		return;
	datums = arena_alloc_array(join->op.env->arena,
	    (size_t)rows->row_count + 1, sizeof(*datums));
	for (uint32_t i = 0; i < rows->row_count; i++)
		datums[i] = vec_get(values, i);
	system_op_add_key(scan, column, &key->type, datums, rows->row_count);
}

void
join_offer_keys(struct join_op *join)
{
	if (join->parts != NULL || join->output->probe_unmatched ||
	    join->table.rows.row_count > KEYS_MAX)
		return;
	for (uint32_t k = 0; k < join->op.rel->join.key_count; k++)
		offer_key(join, k);
}
