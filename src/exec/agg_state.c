/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_state.c -- see agg_state.h.  Integers are summed in 128 bits, which
 * cannot overflow; floats in the order of the rows, as PostgreSQL does.
 */
#include <math.h>
#include <string.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "common/error.h"
#include "exec/agg_distinct.h"
#include "exec/agg_private.h"
#include "types/bits.h"
#include "types/interval.h"
#include "types/type.h"

#define CELLS_MIN 16

void
agg_state_init(struct agg_state *state, const struct agg_call *call,
    const struct type_settings *settings, struct mem_budget *budget)
{
	*state = (struct agg_state){ .call = call, .settings = settings };
	arena_init(&state->arena, budget);
	arena_init(&state->cells_arena, budget);
}

void
agg_state_release(struct agg_state *state)
{
	arena_release(&state->arena);
	arena_release(&state->cells_arena);
}

void
agg_state_reset(struct agg_state *state)
{
	arena_reset(&state->arena);
	state->count = 0;
}

static uint32_t
capacity_for(const struct agg_state *state, uint32_t count)
{
	uint32_t capacity = state->capacity == 0 ? CELLS_MIN : state->capacity;

	while (capacity < count)
		capacity *= 2;
	return capacity;
}

size_t
agg_state_bytes_with(const struct agg_state *state, uint32_t count)
{
	return state->arena.used_bytes +
	    capacity_for(state, count) * sizeof(*state->cells);
}

/* The cells move into a new arena, and the old one goes. */
static int
grow_cells(struct agg_state *state, uint32_t count, struct error *err)
{
	uint32_t capacity = capacity_for(state, count);
	struct agg_cell *cells;
	struct arena arena;
	int rc;

	arena_init(&arena, state->cells_arena.budget);
	cells = arena_try_alloc(&arena, capacity * sizeof(*cells));
	if (cells == NULL)
		return error_no_memory(err);
	rc = cancel_memcpy(cells, state->cells, state->count * sizeof(*cells),
	    state->cancel, err);
	if (rc != 0) {
		arena_release(&arena);
		return rc;
	}
	arena_release(&state->cells_arena);
	state->cells_arena = arena;
	state->cells = cells;
	state->capacity = capacity;
	return 0;
}

int
agg_state_reserve(struct agg_state *state, uint32_t count, struct error *err)
{
	int rc = 0;

	if (count > state->capacity)
		rc = grow_cells(state, count, err);
	if (rc != 0 || count <= state->count)
		return rc;
	memset(state->cells + state->count, 0,
	    (count - state->count) * sizeof(*state->cells));
	state->count = count;
	return 0;
}

/* ---- adding ---- */

#define AHEAD 16 /* rows, of whose cells memory is asked for */

/* Cells of many groups are far memory. */
static void
hint_cell(const struct agg_state *state, const uint32_t *groups, uint32_t i,
    uint32_t count)
{
	if (i < count)
		__builtin_prefetch(&state->cells[groups[i]], 1);
}

STELE_CLONES static bool
is_one_group(const uint32_t *restrict groups, uint32_t count)
{
	uint32_t others = 0;

	for (uint32_t i = 0; i < count; i++)
		others |= groups[i] ^ groups[0];
	return others == 0;
}

static void
count_rows(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups)
{
	if ((arg == NULL || arg->nulls == NULL) && sel.count > 0 &&
	    is_one_group(groups, sel.count)) {
		state->cells[groups[0]].count += sel.count;
		return;
	}
	for (uint32_t i = 0; i < sel.count; i++)
		state->cells[groups[i]].count +=
		    arg == NULL || !vec_is_null(arg, sel_row(sel, i));
}

static void
sum_i64(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups)
{
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];

		hint_cell(state, groups, i + AHEAD, sel.count);
		cell->i128 += arg->i64[at];
		cell->count++;
	}
}

int
agg_float_overflow(struct error *err)
{
	return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value out of range: overflow");
}

static bool
overflows(double before, double value, double sum)
{
	return isinf(sum) && !isinf(before) && !isinf(value);
}

/* The same of float8 where all rows are there and none is null. */
static int
sum_plain_f64(struct agg_cell *cells, const double *values, uint32_t count,
    const uint32_t *groups, struct error *err)
{
	for (uint32_t i = 0; i < count; i++) {
		struct agg_cell *cell = &cells[groups[i]];
		double sum = cell->f64 + values[i];

		if (overflows(cell->f64, values[i], sum))
			return agg_float_overflow(err);
		cell->f64 = sum;
		cell->count++;
	}
	return 0;
}

static int
sum_f64(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	bool is_float4 = state->call->type.oid == TYPE_FLOAT4;

	if (!is_float4 && sel.rows == NULL && arg->nulls == NULL &&
	    !arg->is_constant)
		return sum_plain_f64(state->cells, arg->f64, sel.count, groups,
		    err);
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		double value = arg->f64[at];
		double sum = cell->f64 + value;

		if (is_float4)
			sum = (double)(float)sum;
		if (overflows(cell->f64, value, sum))
			return agg_float_overflow(err);
		cell->f64 = sum;
		cell->count++;
	}
	return 0;
}

static int
sum_numeric(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		int rc;

		rc = numeric_sum_add(&cell->sum, &arg->numeric[at],
		    &state->arena, err);
		if (rc != 0)
			return rc;
		cell->count++;
	}
	return 0;
}

int
agg_take_interval(struct agg_cell *cell, const struct interval *value,
    struct error *err)
{
	if (interval_add(&cell->interval, value, &cell->interval))
		return 0;
	return error_set(err, STELE_E_DATETIME_OVERFLOW,
	    "interval out of range");
}

static int
sum_interval(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];

		if (agg_take_interval(cell, &arg->interval[at], err) != 0)
			return err->code;
		cell->count++;
	}
	return 0;
}

static int
add_to_sum(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	switch (arg->phys) {
	case PHYS_I64:
		sum_i64(state, arg, sel, groups);
		return 0;
	case PHYS_F64:
		return sum_f64(state, arg, sel, groups, err);
	case PHYS_NUMERIC:
		return sum_numeric(state, arg, sel, groups, err);
	case PHYS_INTERVAL:
		return sum_interval(state, arg, sel, groups, err);
	case PHYS_BOOL:
	case PHYS_STR:
	case PHYS_UUID:
	case PHYS_COUNT:
		break; /* have no sum */
	}
	return 0;
}

static void
extreme_i64(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups)
{
	bool is_max = state->call->kind == AGG_MAX;

	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		int64_t value = arg->i64[at];

		hint_cell(state, groups, i + AHEAD, sel.count);
		if (cell->count++ == 0 ||
		    (is_max ? value > cell->datum.i64
			    : value < cell->datum.i64))
			cell->datum.i64 = value;
	}
}

/* Room for `size` bytes, those that are there forgotten; NULL without memory. */
static void *
room_for(struct agg_state *state, struct agg_cell *cell, size_t size)
{
	size_t capacity = 2 * cell->extreme.capacity;
	void *room = cell->extreme.room;

	if (size <= cell->extreme.capacity)
		return room;
	if (capacity < size)
		capacity = size;
	room = arena_try_alloc(&state->arena, capacity);
	if (room == NULL) {
		state->arena.failed = true;
		return NULL;
	}
	cell->extreme.room = room;
	cell->extreme.capacity = capacity;
	return room;
}

void
agg_keep_extreme(struct agg_state *state, struct agg_cell *cell,
    const struct datum *value)
{
	enum phys phys = type_phys(&state->call->arg->type);
	struct datum kept = *value;
	const void *bytes = NULL;
	size_t size = 0;
	void *room;

	if (phys == PHYS_STR) {
		bytes = value->str.data;
		size = value->str.len;
	} else if (phys == PHYS_NUMERIC && value->numeric.limbs != NULL) {
		bytes = value->numeric.limbs;
		size = value->numeric.limb_count * sizeof(uint64_t);
	}
	room = room_for(state, cell, size);
	if (size > 0 && room != NULL)
		memcpy(room, bytes, size);
	if (phys == PHYS_STR)
		kept.str = room == NULL ? STR("") : str_of(room, size);
	else if (phys == PHYS_NUMERIC && size > 0)
		kept.numeric.limbs = room;
	cell->extreme.value = kept;
}

static void
extreme_any(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups)
{
	const struct type *type = &state->call->arg->type;
	bool is_max = state->call->kind == AGG_MAX;

	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		struct datum value = vec_get(arg, at);
		int order = 0;

		if (cell->count++ > 0) {
			order = type_compare(type, &value, &cell->datum);
			if (is_max ? order <= 0 : order >= 0)
				continue;
		}
		agg_keep_extreme(state, cell, &value);
	}
}

static void
add_to_bool(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups)
{
	enum agg_kind kind = state->call->kind;

	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];

		agg_take_bool(kind, cell, arg->boolean[at] != 0);
		cell->count++;
	}
}

static enum bits_logic
logic_of(enum agg_kind kind)
{
	if (kind == AGG_BIT_AND)
		return BITS_AND;
	return kind == AGG_BIT_OR ? BITS_OR : BITS_XOR;
}

int
agg_take_bit_string(struct agg_state *state, struct agg_cell *cell,
    struct str bits, struct error *err)
{
	if (cell->count == 0)
		return agg_text_append(state, cell, bits, err);
	return bits_combine(logic_of(state->call->kind),
	    str_of(cell->text.data, cell->text.len), bits, cell->text.data,
	    err);
}

static int
add_to_bits(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	enum agg_kind kind = state->call->kind;

	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		int rc = 0;

		if (arg->phys == PHYS_STR)
			rc =
			    agg_take_bit_string(state, cell, arg->str[at], err);
		else
			agg_take_bits(kind, cell, arg->i64[at]);
		if (rc != 0)
			return rc;
		cell->count++;
	}
	return 0;
}

/* A sketch is made with the first value. */
static int
add_to_sketch(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	const struct type *type = &state->call->arg->type;

	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		struct datum value = vec_get(arg, at);
		int rc = 0;

		cell->count++;
		if (cell->sketch == NULL)
			rc = distinct_sketch_new(&state->arena, &cell->sketch,
			    err);
		if (rc == 0)
			rc = distinct_sketch_add(cell->sketch,
			    type_hash(type, &value), &state->arena, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

#define TEXT_MAX ((size_t)1 << 30) /* PostgreSQL's limit of a value, too */

int
agg_text_append(struct agg_state *state, struct agg_cell *cell, struct str text,
    struct error *err)
{
	size_t len = cell->text.len + text.len;

	if (len >= TEXT_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "out of memory: a string cannot exceed %zu bytes",
		    TEXT_MAX);
	if (len > cell->text.capacity) {
		size_t capacity = len * 2 < 64 ? 64 : len * 2;
		char *data = arena_try_alloc(&state->arena, capacity);

		if (data == NULL)
			return error_no_memory(err);
		if (cell->text.len > 0)
			memcpy(data, cell->text.data, cell->text.len);
		cell->text.data = data;
		cell->text.capacity = capacity;
	}
	if (text.len > 0)
		memcpy(cell->text.data + cell->text.len, text.data, text.len);
	cell->text.len = len;
	return 0;
}

static int
add_to_text(struct agg_state *state, const struct vec *arg,
    const struct vec *delimiter, struct sel sel, const uint32_t *groups,
    struct error *err)
{
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		int rc = 0;

		if (cell->count++ > 0 && !vec_is_null(delimiter, row))
			rc = agg_text_append(state, cell,
			    delimiter->str[vec_index(delimiter, row)], err);
		if (rc == 0)
			rc = agg_text_append(state, cell, arg->str[at], err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
agg_state_add(struct agg_state *state, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    struct error *err)
{
	switch (state->call->kind) {
	case AGG_COUNT_STAR:
	case AGG_COUNT:
		count_rows(state, arg, sel, groups);
		return 0;
	case AGG_SUM:
	case AGG_AVG:
		return add_to_sum(state, arg, sel, groups, err);
	case AGG_MIN:
	case AGG_MAX:
		if (arg->phys == PHYS_I64)
			extreme_i64(state, arg, sel, groups);
		else
			extreme_any(state, arg, sel, groups);
		return arena_check(&state->arena, err);
	case AGG_BOOL_AND:
	case AGG_BOOL_OR:
		add_to_bool(state, arg, sel, groups);
		return 0;
	case AGG_STRING_AGG:
		return add_to_text(state, arg, second, sel, groups, err);
	case AGG_ARRAY_AGG:
	case AGG_JSON_AGG:
	case AGG_JSONB_AGG:
	case AGG_JSON_OBJECT_AGG:
	case AGG_JSONB_OBJECT_AGG:
		return agg_collect_add(state, arg, second, sel, groups, err);
	case AGG_BIT_AND:
	case AGG_BIT_OR:
	case AGG_BIT_XOR:
		return add_to_bits(state, arg, sel, groups, err);
	case AGG_APPROX_COUNT_DISTINCT:
		return add_to_sketch(state, arg, sel, groups, err);
	case AGG_VAR_POP:
	case AGG_VAR_SAMP:
	case AGG_STDDEV_POP:
	case AGG_STDDEV_SAMP:
		return agg_variance_add(state, arg, sel, groups, err);
	case AGG_COVAR_POP:
	case AGG_COVAR_SAMP:
	case AGG_CORR:
	case AGG_REGR_COUNT:
	case AGG_REGR_SXX:
	case AGG_REGR_SYY:
	case AGG_REGR_SXY:
	case AGG_REGR_AVGX:
	case AGG_REGR_AVGY:
	case AGG_REGR_R2:
	case AGG_REGR_SLOPE:
	case AGG_REGR_INTERCEPT:
		return agg_regression_add(state, arg, second, sel, groups, err);
	case AGG_MODE:
	case AGG_PERCENTILE_CONT:
	case AGG_PERCENTILE_DISC:
	case AGG_RANK:
	case AGG_DENSE_RANK:
	case AGG_PERCENT_RANK:
	case AGG_CUME_DIST:
		break; /* agg_ordered.c sets their cells */
	}
	return 0;
}

/* ---- results ---- */

static int
sum_result(const struct agg_state *state, struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	switch (type_phys(&state->call->arg->type)) {
	case PHYS_I64:
		if (state->call->type.oid == TYPE_NUMERIC) {
			out->numeric = numeric_of_i128(cell->i128, 0);
			return 0;
		}
		if (cell->i128 > INT64_MAX || cell->i128 < INT64_MIN)
			return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
			    "bigint out of range");
		out->i64 = (int64_t)cell->i128;
		return 0;
	case PHYS_F64:
		out->f64 = cell->f64;
		return 0;
	case PHYS_NUMERIC:
		return numeric_sum_total(&cell->sum, arena, &out->numeric, err);
	case PHYS_INTERVAL:
		out->interval = cell->interval;
		return 0;
	case PHYS_BOOL:
	case PHYS_STR:
	case PHYS_UUID:
	case PHYS_COUNT:
		break; /* have no sum */
	}
	return 0;
}

static int
avg_result(const struct agg_state *state, struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	enum phys phys = type_phys(&state->call->arg->type);
	struct numeric count = numeric_of_i64(cell->count);
	struct numeric sum;
	int rc = 0;

	if (phys == PHYS_F64) {
		out->f64 = cell->f64 / (double)cell->count;
		return 0;
	}
	if (phys == PHYS_INTERVAL) {
		if (!interval_divide(&cell->interval, (double)cell->count,
			&out->interval))
			return error_set(err, STELE_E_DATETIME_OVERFLOW,
			    "interval out of range");
		return 0;
	}
	if (phys == PHYS_I64)
		sum = numeric_of_i128(cell->i128, 0);
	else
		rc = numeric_sum_total(&cell->sum, arena, &sum, err);
	if (rc == 0)
		rc = numeric_divide(&sum, &count, arena, &out->numeric, err);
	return rc;
}

static int
cell_result(const struct agg_state *state, struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	*out = (struct datum){ .is_null = cell->count == 0 };
	switch (state->call->kind) {
	case AGG_COUNT_STAR:
	case AGG_COUNT:
		*out = (struct datum){ .i64 = cell->count };
		return 0;
	case AGG_SUM:
		return out->is_null ? 0
				    : sum_result(state, cell, arena, out, err);
	case AGG_AVG:
		return out->is_null ? 0
				    : avg_result(state, cell, arena, out, err);
	case AGG_MIN:
	case AGG_MAX:
		if (!out->is_null)
			*out = cell->datum;
		return 0;
	case AGG_BOOL_AND:
	case AGG_BOOL_OR:
		out->boolean = cell->i128 != 0;
		return 0;
	case AGG_STRING_AGG:
		out->str = str_of(cell->text.data, cell->text.len);
		return 0;
	case AGG_ARRAY_AGG:
	case AGG_JSON_AGG:
	case AGG_JSONB_AGG:
	case AGG_JSON_OBJECT_AGG:
	case AGG_JSONB_OBJECT_AGG:
		return agg_collect_result(state, cell, arena, out, err);
	case AGG_APPROX_COUNT_DISTINCT:
		*out = (struct datum){ .i64 = cell->sketch == NULL
			    ? 0
			    : distinct_sketch_count(cell->sketch) };
		return 0;
	case AGG_VAR_POP:
	case AGG_VAR_SAMP:
	case AGG_STDDEV_POP:
	case AGG_STDDEV_SAMP:
		return agg_variance_result(state, cell, arena, out, err);
	case AGG_COVAR_POP:
	case AGG_COVAR_SAMP:
	case AGG_CORR:
	case AGG_REGR_COUNT:
	case AGG_REGR_SXX:
	case AGG_REGR_SYY:
	case AGG_REGR_SXY:
	case AGG_REGR_AVGX:
	case AGG_REGR_AVGY:
	case AGG_REGR_R2:
	case AGG_REGR_SLOPE:
	case AGG_REGR_INTERCEPT:
		agg_regression_result(state, cell, out);
		return 0;
	case AGG_BIT_AND:
	case AGG_BIT_OR:
	case AGG_BIT_XOR:
		if (type_phys(&state->call->type) == PHYS_STR)
			out->str = str_of(cell->text.data, cell->text.len);
		else if (!out->is_null)
			*out = cell->datum;
		return 0;
	case AGG_MODE:
	case AGG_PERCENTILE_CONT:
	case AGG_PERCENTILE_DISC:
	case AGG_RANK:
	case AGG_DENSE_RANK:
	case AGG_PERCENT_RANK:
	case AGG_CUME_DIST:
		if (!out->is_null)
			*out = cell->datum;
		return 0;
	}
	return 0;
}

int
agg_state_value(const struct agg_state *state, uint32_t group,
    struct arena *arena, struct datum *out, struct error *err)
{
	return cell_result(state, &state->cells[group], arena, out, err);
}

int
agg_state_result(struct agg_state *state, uint32_t first, uint32_t count,
    struct arena *arena, struct vec *out, struct error *err)
{
	vec_init(out, type_phys(&state->call->type), count, arena);
	vec_need_nulls(out, count, arena);
	for (uint32_t i = 0; i < count; i++) {
		struct datum value;
		int rc;

		rc = cell_result(state, &state->cells[first + i], arena, &value,
		    err);
		if (rc != 0)
			return rc;
		vec_set(out, i, &value);
	}
	return 0;
}
