/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_scan.c -- the operator over a system table: its provider's rows are
 * gathered when the first is asked for, then handed out.  Equalities of the
 * filter above, and keys of joins, tell the provider which rows are wanted.
 */
#include "exec/system_scan.h"

#include <stdlib.h>

#include "exec/op.h"
#include "exec/row_store.h"
#include "exec/scan_spec.h"
#include "types/array.h"

#define COLUMN_UNUSED UINT32_MAX

/* Longer lists are no keys: all rows are told then. */
#define KEY_VALUES_MAX 65536

struct system_rows {
	const struct exec_env *env;
	const struct system_table *table;
	struct row_store store;   /* of the columns that are read */
	uint32_t *positions;      /* in it, of each of the table's columns */
	struct system_key **keys; /* of each of them; NULL: it has none */
	bool is_full;             /* no memory for another row */
	struct error err;         /* then: why */
};

struct system_op {
	struct op_state op;
	struct system_rows rows;
	bool is_filled; /* the provider has been asked */
	uint32_t at;    /* next row */
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

void
system_put_cstr(struct system_rows *rows, uint32_t column, const char *value)
{
	system_put_str(rows, column, str_of_cstr(value));
}

void
system_put_char(struct system_rows *rows, uint32_t column, char value)
{
	system_put_str(rows, column, (struct str){ &value, 1 });
}

/* Arrays that count from 0. */
static bool
is_vector(uint32_t type)
{
	return type == TYPE_OIDVECTOR || type == TYPE_INT2VECTOR;
}

void
system_put_array(struct system_rows *rows, uint32_t column, uint32_t element,
    const struct datum *values, uint32_t count)
{
	struct array_shape shape = array_shape_list(count);
	const struct type type = type_of(element);
	struct datum datum = { 0 };

	if (rows->positions[column] == COLUMN_UNUSED || rows->is_full)
		return;
	if (is_vector(rows->table->columns[column].type))
		shape.lowers[0] = 0;
	rows->is_full = array_make(&shape, type_phys(&type), values,
			    rows->env->arena, &datum.str, &rows->err) != 0;
	system_put(rows, column, &datum);
}

/* ---- what is wanted ---- */

/* Values are ascending and differ. */
static bool
key_has(const struct system_key *key, const struct type *type,
    const struct datum *value)
{
	uint32_t low = 0, high = key->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = type_compare(type, &key->values[middle], value);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

const struct system_key *
system_rows_key(const struct system_rows *rows, uint32_t column)
{
	return rows->keys[column];
}

bool
system_wants_i64(const struct system_rows *rows, uint32_t column, int64_t value)
{
	const struct type type = type_of(TYPE_INT8);
	const struct datum datum = { .i64 = value };

	return rows->keys[column] == NULL ||
	    key_has(rows->keys[column], &type, &datum);
}

bool
system_wants_str(const struct system_rows *rows, uint32_t column,
    struct str value)
{
	const struct type type = type_of(TYPE_TEXT);
	const struct datum datum = { .str = value };

	return rows->keys[column] == NULL ||
	    key_has(rows->keys[column], &type, &datum);
}

bool
system_reads(const struct system_rows *rows, uint32_t column)
{
	return rows->positions[column] != COLUMN_UNUSED;
}

const struct relation_space *
system_rows_space(const struct system_rows *rows)
{
	return &rows->env->plan->space;
}

struct arena *
system_rows_arena(struct system_rows *rows)
{
	return rows->env->arena;
}

static int
compare_values(const void *a, const void *b, void *type)
{
	return type_compare(type, a, b);
}

/* A column's key is what both its old one and the values say. */
static void
add_key(struct system_rows *rows, uint32_t column, struct type *type,
    struct datum *values, uint32_t count)
{
	const struct system_key *old = rows->keys[column];
	struct system_key *key = arena_alloc(rows->env->arena, sizeof(*key));
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++)
		if (!values[i].is_null &&
		    (old == NULL || key_has(old, type, &values[i])))
			values[kept++] = values[i];
	if (kept > 1)
		qsort_r(values, kept, sizeof(*values), compare_values, type);
	*key = (struct system_key){ .values = values };
	for (uint32_t i = 0; i < kept; i++)
		if (key->count == 0 ||
		    type_compare(type, &values[key->count - 1], &values[i]) !=
			0)
			values[key->count++] = values[i];
	rows->keys[column] = key;
}

static int
add_bound(struct system_rows *rows, const struct scan_bound *bound,
    struct error *err)
{
	struct type type = bound->value->type;
	struct arena *arena = rows->env->arena;
	struct type element = type_element(&type);
	struct datum *value = arena_alloc(arena, sizeof(*value));
	bool is_known;
	int rc;

	if (bound->kind != BOUND_EQ && bound->kind != BOUND_ANY)
		return 0;
	rc = scan_bound_value(rows->env, bound->value, value, &is_known, err);
	if (rc != 0 || !is_known)
		return rc;
	if (bound->kind == BOUND_EQ) {
		add_key(rows, bound->attnum - 1, &type, value, 1);
	} else if (value->is_null) {
		add_key(rows, bound->attnum - 1, &element, value, 0);
	} else {
		const struct array array = array_open(value->str);

		if (array.count > KEY_VALUES_MAX)
			return 0;
		rc = array_elements(&array, type_phys(&element), arena, &value,
		    err);
		if (rc == 0)
			add_key(rows, bound->attnum - 1, &element, value,
			    array.count);
	}
	return rc;
}

/* The keys of the columns; *is_empty if one has no value. */
static int
find_keys(struct system_rows *rows, const struct rel_scan *scan, bool *is_empty,
    struct error *err)
{
	int rc = 0;

	*is_empty = false;
	for (uint32_t i = 0; i < scan->bound_count && rc == 0; i++)
		rc = add_bound(rows, &scan->bounds[i], err);
	if (rc == 0)
		rc = arena_check(rows->env->arena, err);
	for (uint32_t i = 0; i < scan->system->column_count && rc == 0; i++)
		*is_empty |= rows->keys[i] != NULL && rows->keys[i]->count == 0;
	return rc;
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

	rows->positions =
	    arena_alloc_array(op->env->arena, count, sizeof(*rows->positions));
	rows->keys = arena_zalloc(op->env->arena,
	    ((size_t)count + 1) * sizeof(*rows->keys));
	for (uint32_t i = 0; i < count; i++)
		rows->positions[i] = COLUMN_UNUSED;
	for (uint32_t i = 0; i < op->rel->column_count; i++)
		rows->positions[scan->attnums[i] - 1] = i;
	return arena_check(op->env->arena, err);
}

void
system_op_add_key(struct op_state *op, uint32_t column, const struct type *type,
    struct datum *values, uint32_t count)
{
	struct system_op *system = (struct system_op *)op;
	struct type copy = *type;

	if (!system->is_filled)
		add_key(&system->rows, op->rel->scan.attnums[column] - 1, &copy,
		    values, count);
}

static int
fill(struct system_op *system, struct error *err)
{
	struct system_rows *rows = &system->rows;
	const struct rel_scan *scan = &system->op.rel->scan;
	const struct system_provider *provider = provider_of(scan->system);
	bool is_empty;
	int rc;

	system->is_filled = true;
	rc = find_keys(rows, scan, &is_empty, err);
	if (rc != 0 || is_empty || provider->fill == NULL)
		return rc;
	rc = provider->fill(system->op.env->context->system_arg, rows, err);
	if (rc == 0 && rows->is_full) {
		*err = rows->err;
		rc = err->code;
	}
	return rc == 0 ? row_store_check(&rows->store, err) : rc;
}

static int
system_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct system_op *system = (struct system_op *)op;
	const struct row_store *store = &system->rows.store;
	uint32_t count;
	int rc;

	if (!system->is_filled) {
		rc = fill(system, err);
		if (rc != 0)
			return rc;
	}
	count = store->row_count - system->at;
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
	system->rows.env = env;
	system->rows.table = rel->scan.system;
	row_store_init(&system->rows.store, rel->types, rel->column_count,
	    env->context->budget);
	return &system->op;
}
