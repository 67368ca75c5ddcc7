/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modify.c -- INSERT, UPDATE and DELETE of a temporary table, and CREATE TABLE
 * AS: all is written when the first row is asked for; then RETURNING's rows
 * come.
 *
 * What the input reads is what was there before: rows that are added meanwhile
 * have a later stamp.
 */
#include <assert.h>
#include <string.h>

#include "exec/eval.h"
#include "exec/row_spool.h"
#include "exec/temp_ddl.h"
#include "exec/temp_tables.h"
#include "exec/temp_writer.h"

struct modify_op {
	struct op_state op;
	struct temp_writer writer;
	struct row_spool returned;
	struct spool_reader reader;
	struct arena arena; /* of the batch that is written */
	uint64_t count;
	bool is_done;
};

static const struct rel_modify *
modify_of(const struct modify_op *op)
{
	return &op->op.rel->modify;
}

/* The values of the table's columns in a batch of the input. */
static const struct vec *
values_of(const struct modify_op *op, const struct batch *batch)
{
	return modify_of(op)->kind == MODIFY_INSERT ? batch->cols
						    : batch->cols + 1;
}

/* ---- RETURNING ---- */

/* Rows of a batch, which are written, and what is said of them. */
static int
give_back(struct modify_op *op, const struct batch *batch, struct sel sel,
    struct error *err)
{
	const struct rel *rel = op->op.rel;
	const struct eval eval = eval_of_batch(op->op.env, &op->arena, batch);
	struct vec *cols;

	op->count += sel.count;
	if (rel->column_count == 0 || sel.count == 0)
		return 0;
	cols = arena_alloc_array(&op->arena, rel->column_count, sizeof(*cols));
	for (uint32_t i = 0; i < rel->column_count; i++) {
		int rc = eval_expr(&eval, rel->modify.returning[i], sel,
		    &cols[i], err);

		if (rc != 0)
			return rc;
	}
	if (arena_check(&op->arena, err) != 0)
		return err->code;
	return row_spool_add(&op->returned, cols, sel, err);
}

/* ---- ON CONFLICT ---- */

/* A row that is there and has a key of row `from`; TEMP_NO_ROW: none. */
static int
find_conflict(const struct modify_op *op, const struct vec *values,
    uint32_t from, uint64_t *row, struct error *err)
{
	const struct temp_table *table = op->writer.table;
	uint32_t key = modify_of(op)->conflict->key;
	int rc = 0;

	*row = TEMP_NO_ROW;
	for (uint32_t k = 0; k < table->key_count && rc == 0; k++)
		if (table->keys[k].is_unique && *row == TEMP_NO_ROW &&
		    (key == UINT32_MAX || key == k))
			rc = temp_index_find(table->rows, k, values, from, row,
			    err);
	return rc;
}

/* One row of columns as constants, at `to`. */
static void
one_row(const struct vec *columns, uint32_t count, uint32_t row,
    struct arena *arena, struct vec *to)
{
	for (uint32_t i = 0; i < count; i++) {
		struct datum value = vec_get(&columns[i], row);

		vec_init_constant(&to[i], columns[i].phys, &value, arena);
	}
}

/* The new row in the place of number `row`, if the condition allows it. */
static int
replace_row(struct modify_op *op, const struct vec *both, uint64_t row,
    struct error *err)
{
	const struct modify_conflict *conflict = modify_of(op)->conflict;
	uint32_t n = op->writer.table->column_count;
	const struct eval eval = { .env = op->op.env,
		.arena = &op->arena,
		.columns = both,
		.row_count = 1 };
	struct vec *values =
	    arena_alloc_array(&op->arena, (size_t)n + 1, sizeof(*values));
	const struct batch after = { .row_count = 1,
		.col_count = n,
		.cols = values,
		.sel = sel_all(1) };
	const struct eval checked =
	    eval_of_batch(op->op.env, &op->arena, &after);
	uint16_t rows[1];
	uint32_t count = 1;
	int rc = 0;

	if (conflict->where != NULL)
		rc = eval_filter(&eval, conflict->where, sel_all(1), rows,
		    &count, err);
	if (rc != 0 || count == 0)
		return rc;
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = eval_expr(&eval, conflict->values[i], sel_all(1),
		    &values[i], err);
	if (rc == 0)
		rc = temp_writer_check(&op->writer, &checked, values,
		    modify_of(op)->checks, modify_of(op)->check_count,
		    sel_all(1), err);
	if (rc == 0)
		rc = temp_writer_delete(&op->writer, row, err);
	if (rc == 0)
		rc = temp_writer_add(&op->writer, values, 0, err);
	return rc != 0 ? rc : give_back(op, &after, sel_all(1), err);
}

static int
update_conflict(struct modify_op *op, const struct vec *values, uint32_t from,
    uint64_t row, struct error *err)
{
	const struct temp_table *table = op->writer.table;
	uint32_t n = table->column_count;
	const struct temp_page *page = temp_rows_page(table->rows, row);
	struct vec *both =
	    arena_alloc_array(&op->arena, 2 * (size_t)n + 1, sizeof(*both));

	if (!temp_writer_may_change(&op->writer, row)) {
		(void)error_set(err, STELE_E_CARDINALITY_VIOLATION,
		    "ON CONFLICT DO UPDATE command cannot affect row a second"
		    " time");
		return error_hint(err,
		    "Ensure that no rows proposed for insertion within the same"
		    " command have duplicate constrained values.");
	}
	one_row(page->columns, n, (uint32_t)(row % VEC_ROWS), &op->arena, both);
	one_row(values, n, from, &op->arena, both + n);
	return replace_row(op, both, row, err);
}

/* Row by row: what is added is in the way of the next ones. */
static int
insert_or(struct modify_op *op, const struct batch *batch, struct error *err)
{
	const struct vec *values = values_of(op, batch);
	uint16_t *rows = arena_alloc_array(&op->arena,
	    (size_t)batch->sel.count + 1, sizeof(*rows));
	struct sel added = { .rows = rows };
	int rc = 0;

	for (uint32_t i = 0; i < batch->sel.count && rc == 0; i++) {
		uint32_t from = sel_row(batch->sel, i);
		uint64_t row;

		rc = find_conflict(op, values, from, &row, err);
		if (rc != 0)
			break;
		if (row == TEMP_NO_ROW) {
			rc = temp_writer_add(&op->writer, values, from, err);
			rows[added.count++] = (uint16_t)from;
			continue;
		}
		if (!modify_of(op)->conflict->is_update)
			continue;
		rc = give_back(op, batch, added, err); /* in their order */
		rows += added.count;
		added = (struct sel){ .rows = rows };
		if (rc == 0)
			rc = update_conflict(op, values, from, row, err);
	}
	return rc != 0 ? rc : give_back(op, batch, added, err);
}

/* ---- the three ---- */

static int
insert_batch(struct modify_op *op, const struct batch *batch, struct error *err)
{
	int rc;

	if (modify_of(op)->conflict != NULL)
		return insert_or(op, batch, err);
	rc = temp_writer_add_all(&op->writer, values_of(op, batch), batch->sel,
	    err);
	return rc != 0 ? rc : give_back(op, batch, batch->sel, err);
}

/*
 * Row after row, as a new one may have the key of one that is still to be
 * changed.  A join may bring a row twice: the first time counts.
 */
static int
change_batch(struct modify_op *op, const struct batch *batch, struct sel sel,
    struct error *err)
{
	const struct vec *numbers = &batch->cols[0];
	bool is_update = modify_of(op)->kind == MODIFY_UPDATE;
	int rc = 0;

	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t at = sel_row(sel, i);

		rc = temp_writer_delete(&op->writer,
		    (uint64_t)numbers->i64[vec_index(numbers, at)], err);
		if (rc == 0 && is_update)
			rc = temp_writer_add(&op->writer, values_of(op, batch),
			    at, err);
	}
	return rc != 0 ? rc : give_back(op, batch, sel, err);
}

#define NUMBER_SLOTS 4096
static_assert(NUMBER_SLOTS >= 2 * VEC_ROWS, "half of them are empty");

/* A set of row numbers of one batch; NULL: none is there twice. */
static int64_t *
new_numbers(struct modify_op *op)
{
	int64_t *slots;

	if (!modify_of(op)->may_repeat)
		return NULL;
	slots = arena_alloc_array(&op->arena, NUMBER_SLOTS, sizeof(*slots));
	memset(slots, 0xFF, NUMBER_SLOTS * sizeof(*slots));
	return slots;
}

/* Whether a number was not in the set; then it is. */
static bool
add_number(int64_t *slots, int64_t number)
{
	uint32_t at = (uint32_t)number % NUMBER_SLOTS;

	if (slots == NULL)
		return true;
	while (slots[at] >= 0 && slots[at] != number)
		at = (at + 1) % NUMBER_SLOTS;
	if (slots[at] == number)
		return false;
	slots[at] = number;
	return true;
}

/* Those that are still to be changed, each once. */
static struct sel
changeable(struct modify_op *op, const struct batch *batch)
{
	const struct vec *numbers = &batch->cols[0];
	int64_t *slots = new_numbers(op);
	uint16_t *rows = arena_alloc_array(&op->arena,
	    (size_t)batch->sel.count + 1, sizeof(*rows));
	struct sel sel = { .rows = rows };

	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t at = sel_row(batch->sel, i);
		int64_t number = numbers->i64[vec_index(numbers, at)];

		rows[sel.count] = (uint16_t)at;
		sel.count +=
		    temp_writer_may_change(&op->writer, (uint64_t)number) &&
		    add_number(slots, number);
	}
	return sel;
}

static int
write_batch_of(struct modify_op *op, const struct batch *batch,
    struct error *err)
{
	const struct rel_modify *modify = modify_of(op);
	const struct eval eval = eval_of_batch(op->op.env, &op->arena, batch);
	struct sel sel = batch->sel;
	int rc = 0;

	if (modify->kind != MODIFY_INSERT)
		sel = changeable(op, batch);
	if (modify->kind != MODIFY_DELETE)
		rc = temp_writer_check(&op->writer, &eval, values_of(op, batch),
		    modify->checks, modify->check_count, sel, err);
	if (rc != 0)
		return rc;
	return modify->kind == MODIFY_INSERT
	    ? insert_batch(op, batch, err)
	    : change_batch(op, batch, sel, err);
}

static int
open_writer(struct modify_op *op, struct error *err)
{
	const struct exec_context *context = op->op.env->context;
	const struct rel_modify *modify = modify_of(op);
	const struct temp_table *table = modify->table;
	int rc = 0;

	if (table == NULL)
		rc = temp_ddl_create(op->op.env->plan, modify->create, context,
		    &table, err);
	if (rc == 0)
		temp_writer_init(&op->writer, table, context);
	return rc;
}

/* Whether it is what the statement does: WITH may be around that. */
static bool
is_of_statement(const struct modify_op *op)
{
	const struct rel *rel = op->op.env->plan->root;

	while (rel->kind == REL_WITH)
		rel = rel->input;
	return rel == op->op.rel;
}

static int
write_all(struct modify_op *op, struct error *err)
{
	struct batch batch;
	int rc = open_writer(op, err);

	while (rc == 0 && (rc = op_next(op->op.input, &batch, err)) > 0) {
		rc = write_batch_of(op, &batch, err);
		if (rc == 0)
			rc = arena_check(&op->arena, err);
		arena_reset(&op->arena);
	}
	op->is_done = true;
	if (is_of_statement(op))
		*op->op.env->modified = op->count;
	return rc;
}

/* ---- the operator ---- */

static int
modify_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct modify_op *modify = (struct modify_op *)op;
	int rc = modify->is_done ? 0 : write_all(modify, err);

	if (rc != 0 || op->rel->column_count == 0)
		return rc;
	return row_spool_next(&modify->returned, &modify->reader, op, out, err);
}

static void
modify_close(struct op_state *op)
{
	struct modify_op *modify = (struct modify_op *)op;

	row_spool_release(&modify->returned);
	arena_release(&modify->arena);
}

static const struct op_class modify_class = {
	.name = "modify",
	.next = modify_next,
	.close = modify_close,
};

struct op_state *
modify_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct modify_op *modify = arena_zalloc(env->arena, sizeof(*modify));

	op_init(&modify->op, &modify_class, env, rel);
	arena_init(&modify->arena, env->context->budget);
	row_spool_init(&modify->returned, env->context, rel->types,
	    rel->column_count);
	return &modify->op;
}
