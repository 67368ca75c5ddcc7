/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_store.c -- see row_store.h.  Columns double when they are full, all at
 * once, and move: for that moment there is half as much memory again.
 */
#include "exec/row_store.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"

#define ROWS_MIN 64
#define ROWS_MAX (UINT32_MAX / 2)

void
row_store_init(struct row_store *store, const struct type *types,
    uint32_t column_count, struct mem_budget *budget)
{
	*store = (struct row_store){ .column_count = column_count };
	arena_init(&store->arena, budget);
	arena_init(&store->strings, budget);
	store->columns = arena_zalloc(&store->arena,
	    (column_count + 1) * sizeof(*store->columns));
	for (uint32_t i = 0; i < column_count; i++)
		store->columns[i].phys = type_phys(&types[i]);
}

void
row_store_release(struct row_store *store)
{
	arena_release(&store->arena);
	arena_release(&store->strings);
	*store = (struct row_store){ .row_count = 0 };
}

void
row_store_reset(struct row_store *store)
{
	store->row_count = 0;
	arena_release(&store->strings);
}

int
row_store_check(const struct row_store *store, struct error *err)
{
	int rc = arena_check(&store->arena, err);

	return rc != 0 ? rc : arena_check(&store->strings, err);
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* Of one row, without its strings. */
static size_t
row_size(const struct row_store *store)
{
	size_t size = 0;

	for (uint32_t i = 0; i < store->column_count; i++)
		size += phys_size(store->columns[i].phys) + 1;
	return size;
}

static uint32_t
capacity_for(const struct row_store *store, uint32_t count)
{
	uint32_t capacity = store->capacity == 0 ? ROWS_MIN : store->capacity;

	while (capacity < store->row_count + count)
		capacity *= 2;
	return capacity;
}

size_t
row_store_content_bytes(const struct row_store *store)
{
	return store->row_count * row_size(store) + store->strings.used_bytes;
}

size_t
row_store_bytes_with(const struct row_store *store, uint32_t count)
{
	if (count > ROWS_MAX - store->row_count)
		return SIZE_MAX;
	return capacity_for(store, count) * row_size(store) +
	    store->strings.used_bytes;
}

/* The column with room for more rows, in `arena`. */
static int
grow_column(struct row_store *store, struct vec *column, uint32_t capacity,
    struct arena *arena, struct error *err)
{
	size_t size = phys_size(column->phys);
	void *data = arena_try_alloc(arena, size * capacity);
	uint8_t *nulls = arena_try_alloc(arena, capacity);
	int rc;

	if (data == NULL || nulls == NULL)
		return out_of_memory(err);
	rc = cancel_memcpy(data, column->data, size * store->row_count,
	    store->cancel, err);
	if (rc == 0)
		rc = cancel_memcpy(nulls, column->nulls, store->row_count,
		    store->cancel, err);
	column->data = data;
	column->nulls = nulls;
	return rc;
}

/* All columns move into a new arena, and the old one goes. */
static int
grow(struct row_store *store, uint32_t capacity, struct error *err)
{
	struct vec *columns;
	struct arena arena;
	int rc = 0;

	arena_init(&arena, store->arena.budget);
	columns = arena_alloc_array(&arena, (size_t)store->column_count + 1,
	    sizeof(*columns));
	memcpy(columns, store->columns, store->column_count * sizeof(*columns));
	for (uint32_t i = 0; i < store->column_count && rc == 0; i++)
		rc = grow_column(store, &columns[i], capacity, &arena, err);
	if (rc == 0)
		rc = arena_check(&arena, err);
	if (rc != 0) {
		arena_release(&arena);
		return rc;
	}
	arena_release(&store->arena);
	store->arena = arena;
	store->columns = columns;
	store->capacity = capacity;
	return 0;
}

static int
reserve(struct row_store *store, uint32_t count, struct error *err)
{
	uint32_t capacity;

	if (count > ROWS_MAX - store->row_count)
		return out_of_memory(err);
	capacity = capacity_for(store, count);
	return capacity == store->capacity ? 0 : grow(store, capacity, err);
}

static void
add_column(struct row_store *store, struct vec *column,
    const struct vec *source, struct sel sel)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		struct datum value = vec_get(source, sel_row(sel, i));

		value = datum_copy(column->phys, &value, &store->strings);
		vec_set(column, store->row_count + i, &value);
	}
}

int
row_store_add_columns(struct row_store *store, const struct vec *columns,
    const uint32_t *numbers, struct sel sel, struct error *err)
{
	int rc;

	rc = reserve(store, sel.count, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < store->column_count; i++)
		add_column(store, &store->columns[i],
		    &columns[numbers == NULL ? i : numbers[i]], sel);
	store->row_count += sel.count;
	return row_store_check(store, err);
}

int
row_store_add(struct row_store *store, const struct vec *columns,
    struct sel sel, struct error *err)
{
	return row_store_add_columns(store, columns, NULL, sel, err);
}

int
row_store_next(struct row_store *store, struct error *err)
{
	const struct datum null = { .is_null = true };
	int rc = reserve(store, 1, err);

	if (rc != 0)
		return rc;
	for (uint32_t c = 0; c < store->column_count; c++)
		vec_set(&store->columns[c], store->row_count, &null);
	store->row_count++;
	return row_store_check(store, err);
}

void
row_store_set(struct row_store *store, uint32_t column,
    const struct datum *value)
{
	struct vec *vec = &store->columns[column];
	struct datum copy = datum_copy(vec->phys, value, &store->strings);

	vec_set(vec, store->row_count - 1, &copy);
}

static int
keep_column(struct row_store *kept, const struct vec *source,
    const uint32_t *rows, uint32_t count, struct vec *column, struct error *err)
{
	for (uint32_t i = 0; i < count; i++) {
		struct datum value = vec_get(source, rows[i]);

		if (i % VEC_ROWS == 0 && cancel_check(kept->cancel, err) != 0)
			return err->code;
		value = datum_copy(column->phys, &value, &kept->strings);
		vec_set(column, i, &value);
	}
	return 0;
}

int
row_store_keep(struct row_store *store, const uint32_t *rows, uint32_t count,
    struct error *err)
{
	struct row_store kept = {
		.column_count = store->column_count,
		.cancel = store->cancel,
	};
	int rc;

	arena_init(&kept.arena, store->arena.budget);
	arena_init(&kept.strings, store->arena.budget);
	kept.columns = arena_zalloc(&kept.arena,
	    (store->column_count + 1) * sizeof(*kept.columns));
	for (uint32_t c = 0; c < store->column_count; c++)
		kept.columns[c].phys = store->columns[c].phys;
	rc = reserve(&kept, count, err);
	for (uint32_t c = 0; c < store->column_count && rc == 0; c++)
		rc = keep_column(&kept, &store->columns[c], rows, count,
		    &kept.columns[c], err);
	kept.row_count = count;
	if (rc == 0)
		rc = row_store_check(&kept, err);
	row_store_release(store);
	*store = kept;
	return rc;
}

/* Values of `size` bytes, in the order of rows. */
static void
gather_values(const void *values, size_t size, const uint32_t *rows,
    uint32_t count, void *out)
{
	const uint8_t *from = values;
	uint8_t *to = out;

	if (size == sizeof(uint64_t)) {
		for (uint32_t i = 0; i < count; i++)
			((uint64_t *)out)[i] =
			    ((const uint64_t *)values)[rows[i]];
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		memcpy(to + i * size, from + rows[i] * size, size);
}

/* One array of a column, by way of `room`. */
static int
reorder_values(struct row_store *store, void *values, size_t size,
    const uint32_t *rows, void *room, struct error *err)
{
	for (uint32_t at = 0; at < store->row_count; at += VEC_ROWS) {
		uint32_t left = store->row_count - at;

		if (cancel_check(store->cancel, err) != 0)
			return err->code;
		gather_values(values, size, rows + at,
		    left < VEC_ROWS ? left : VEC_ROWS,
		    (uint8_t *)room + at * size);
	}
	return cancel_memcpy(values, room, store->row_count * size,
	    store->cancel, err);
}

int
row_store_reorder(struct row_store *store, const uint32_t *rows,
    struct error *err)
{
	size_t size_max = 1;
	struct arena arena;
	void *room;
	int rc = 0;

	for (uint32_t c = 0; c < store->column_count; c++)
		if (phys_size(store->columns[c].phys) > size_max)
			size_max = phys_size(store->columns[c].phys);
	arena_init(&arena, store->arena.budget);
	room =
	    arena_try_alloc(&arena, (store->row_count + (size_t)1) * size_max);
	if (room == NULL)
		rc = out_of_memory(err);
	for (uint32_t c = 0; c < store->column_count && rc == 0; c++) {
		const struct vec *column = &store->columns[c];

		rc = reorder_values(store, column->data,
		    phys_size(column->phys), rows, room, err);
		if (rc == 0)
			rc = reorder_values(store, column->nulls, 1, rows, room,
			    err);
	}
	arena_release(&arena);
	return rc;
}

void
row_store_column(const struct row_store *store, uint32_t number,
    const uint32_t *rows, uint32_t first, uint32_t count, struct arena *arena,
    struct vec *out)
{
	const struct vec *column = &store->columns[number];
	size_t size = phys_size(column->phys);
	const uint8_t *data = column->data;
	uint8_t *nulls;
	uint8_t *to;

	vec_init(out, column->phys, count, arena);
	nulls = vec_need_nulls(out, count, arena);
	to = out->data;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = rows == NULL ? first + i : rows[first + i];

		memcpy(to + i * size, data + row * size, size);
		nulls[i] = column->nulls[row];
	}
}

void
row_store_batch(const struct row_store *store, const uint32_t *rows,
    uint32_t first, uint32_t count, struct arena *arena, struct batch *out)
{
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = store->column_count;
	out->cols = arena_alloc_array(arena, store->column_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < store->column_count; c++)
		row_store_column(store, c, rows, first, count, arena,
		    &out->cols[c]);
}

#define GATHER(member) \
	for (uint32_t i = 0; i < count; i++) { \
		if (rows[i] != UINT32_MAX) \
			out->member[i] = from->member[rows[i]]; \
	}

void
row_store_gather(const struct row_store *store, uint32_t column,
    const uint32_t *rows, uint32_t count, struct arena *arena, struct vec *out)
{
	const struct vec *from = &store->columns[column];

	vec_init(out, from->phys, count, arena);
	(void)vec_need_nulls(out, count, arena);
	for (uint32_t i = 0; i < count; i++)
		out->nulls[i] =
		    rows[i] == UINT32_MAX ? 1 : from->nulls[rows[i]];
	switch (from->phys) {
	case PHYS_BOOL:
		GATHER(boolean);
		break;
	case PHYS_I64:
		GATHER(i64);
		break;
	case PHYS_F64:
		GATHER(f64);
		break;
	case PHYS_NUMERIC:
		GATHER(numeric);
		break;
	case PHYS_STR:
		GATHER(str);
		break;
	case PHYS_UUID:
		GATHER(uuid);
		break;
	case PHYS_INTERVAL:
		GATHER(interval);
		break;
	case PHYS_COUNT:
		break;
	}
}
