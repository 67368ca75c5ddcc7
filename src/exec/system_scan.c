/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_scan.c -- the operator over a system table: its provider's rows are
 * gathered when it is opened, then handed out.
 */
#include "exec/system_scan.h"

#include "exec/op.h"
#include "exec/row_store.h"

#define COLUMN_UNUSED UINT32_MAX

struct system_rows {
	struct row_store store; /* of the columns that are read */
	uint32_t *positions;    /* in it, of each of the table's columns */
	bool is_full;           /* no memory for another row */
	struct error err;       /* then: why */
};

struct system_op {
	struct op_state op;
	struct system_rows rows;
	uint32_t at; /* next row */
};

/* ---- gathering ---- */

void
system_rows_next(struct system_rows *rows)
{
	if (!rows->is_full)
		rows->is_full = row_store_next(&rows->store, &rows->err) != 0;
}

void
system_put(struct system_rows *rows, uint32_t column, const struct datum *value)
{
	uint32_t position = rows->positions[column];

	if (position != COLUMN_UNUSED && !rows->is_full)
		row_store_set(&rows->store, position, value);
}

void
system_put_bool(struct system_rows *rows, uint32_t column, bool value)
{
	const struct datum datum = { .boolean = value };

	system_put(rows, column, &datum);
}

void
system_put_i64(struct system_rows *rows, uint32_t column, int64_t value)
{
	const struct datum datum = { .i64 = value };

	system_put(rows, column, &datum);
}

void
system_put_f64(struct system_rows *rows, uint32_t column, double value)
{
	const struct datum datum = { .f64 = value };

	system_put(rows, column, &datum);
}

void
system_put_str(struct system_rows *rows, uint32_t column, struct str value)
{
	const struct datum datum = { .str = value };

	system_put(rows, column, &datum);
}

/* ---- the operator ---- */

static const struct system_provider *
provider_of(const struct system_table *table)
{
	return (const struct system_provider *)table; /* its first member */
}

static int
system_open(struct op_state *op, struct error *err)
{
	struct system_rows *rows = &((struct system_op *)op)->rows;
	const struct rel_scan *scan = &op->rel->scan;
	uint32_t count = scan->system->column_count;
	int rc;

	rows->positions =
	    arena_alloc_array(op->env->arena, count, sizeof(*rows->positions));
	rc = arena_check(op->env->arena, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++)
		rows->positions[i] = COLUMN_UNUSED;
	for (uint32_t i = 0; i < op->rel->column_count; i++)
		rows->positions[scan->attnums[i] - 1] = i;
	rc = provider_of(scan->system)
		 ->fill(op->env->context->system_arg, rows, err);
	if (rc == 0 && rows->is_full) {
		*err = rows->err;
		rc = err->code;
	}
	return rc == 0 ? row_store_check(&rows->store, err) : rc;
}

static int
system_next(struct op_state *op, struct batch *out, struct error *err UNUSED)
{
	struct system_op *system = (struct system_op *)op;
	const struct row_store *store = &system->rows.store;
	uint32_t count = store->row_count - system->at;

	if (count == 0)
		return 0;
	if (count > VEC_ROWS)
		count = VEC_ROWS;
	row_store_batch(store, NULL, system->at, count, &op->batch_arena, out);
	system->at += count;
	return 1;
}

static void
system_close(struct op_state *op)
{
	row_store_release(&((struct system_op *)op)->rows.store);
}

static const struct op_class system_class = {
	.name = "system",
	.open = system_open,
	.next = system_next,
	.close = system_close,
};

struct op_state *
system_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct system_op *system = arena_zalloc(env->arena, sizeof(*system));

	op_init(&system->op, &system_class, env, rel);
	row_store_init(&system->rows.store, rel->types, rel->column_count,
	    env->context->budget);
	return &system->op;
}
