/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window_call.c -- the functions of windows, a partition at a time.
 *
 * Aggregates.  A frame that begins with its partition only grows from row to
 * row: one state is added to, and asked whenever the frame has grown.  Other
 * frames are computed for many rows at once, each row a group of its own.
 */
#include "common/error.h"
#include "exec/agg_state.h"
#include "exec/eval.h"
#include "exec/window_private.h"

/* Positions come in order; those that are left out are null. */
static void
put_result(struct window_result *result, uint32_t position,
    const struct datum *value)
{
	const struct datum null = { .is_null = true };

	while (result->pages->row_count < position && result->pages->rc == 0)
		row_pages_put(result->pages, &null, 1);
	row_pages_put(result->pages, value, 1);
}

static void
set_result(struct window_result *result, uint32_t position,
    const struct datum *value)
{
	if (result->pages == NULL)
		vec_set(&result->values, position, value);
	else
		put_result(result, position, value);
}

static void
set_i64(struct window_result *result, uint32_t position, uint64_t value)
{
	set_result(result, position, &(struct datum){ .i64 = (int64_t)value });
}

static void
set_f64(struct window_result *result, uint32_t position, double value)
{
	set_result(result, position, &(struct datum){ .f64 = value });
}

/* ---- ranks ---- */

static void
run_row_number(struct window_result *result, struct window_span partition)
{
	for (uint32_t i = partition.first; i < partition.limit; i++)
		set_i64(result, i, i - partition.first + 1);
}

static void
run_rank(const struct window_op *window, struct window_result *result,
    struct window_span partition)
{
	for (uint32_t i = partition.first; i < partition.limit; i++)
		set_i64(result, i,
		    window_peers_first(window, i) - partition.first + 1);
}

static void
run_dense_rank(const struct window_op *window, struct window_result *result,
    struct window_span partition)
{
	uint64_t rank = 0;

	for (uint32_t i = partition.first; i < partition.limit; i++) {
		rank += window_peers_first(window, i) == i;
		set_i64(result, i, rank);
	}
}

static void
run_percent_rank(const struct window_op *window, struct window_result *result,
    struct window_span partition)
{
	uint32_t count = partition.limit - partition.first;

	for (uint32_t i = partition.first; i < partition.limit; i++)
		set_f64(result, i,
		    count < 2 ? 0
			      : (double)(window_peers_first(window, i) -
				    partition.first) /
			    (double)(count - 1));
}

static void
run_cume_dist(const struct window_op *window, struct window_result *result,
    struct window_span partition)
{
	double count = partition.limit - partition.first;

	for (uint32_t i = partition.first; i < partition.limit; i++)
		set_f64(result, i,
		    (double)(window_peers_limit(window, i) - partition.first) /
			count);
}

/*
 * The partition's first number of buckets that is not null, and the position of
 * its row: those before it have null.
 */
static uint32_t
first_buckets(const struct window_op *window,
    const struct window_result *result, struct window_span partition,
    struct datum *buckets)
{
	uint32_t at = partition.first;

	*buckets = (struct datum){ .is_null = true };
	for (; at < partition.limit; at++) {
		*buckets = window_value(window, result->columns.args[0], at);
		if (!buckets->is_null)
			break;
	}
	return at;
}

/* As many rows in each bucket, the first ones have one more. */
static int
run_ntile(const struct window_op *window, struct window_result *result,
    struct window_span partition, struct error *err)
{
	const struct datum null = { .is_null = true };
	struct datum buckets;
	uint32_t first = first_buckets(window, result, partition, &buckets);
	uint64_t count = partition.limit - partition.first;
	uint64_t size, larger;

	for (uint32_t i = partition.first; i < first; i++)
		set_result(result, i, &null);
	if (buckets.is_null)
		return 0;
	if (buckets.i64 <= 0)
		return error_set(err, STELE_E_INVALID_NTILE,
		    "argument of ntile must be greater than zero");
	size = count / (uint64_t)buckets.i64;
	larger = count % (uint64_t)buckets.i64;
	for (uint64_t i = 0; i < partition.limit - first; i++) {
		uint64_t bucket = i < larger * (size + 1)
		    ? i / (size + 1)
		    : larger + (i - larger * (size + 1)) / size;

		set_i64(result, first + (uint32_t)i, bucket + 1);
	}
	return 0;
}

/* ---- other rows ---- */

static int
run_lag(const struct window_op *window, struct window_result *result,
    struct window_span partition, int direction, struct error *err)
{
	const uint32_t *args = result->columns.args;
	int rc = 0;

	for (uint32_t i = partition.first; i < partition.limit && rc == 0;
	     i++) {
		struct datum value = { .is_null = true };
		struct datum offset = { .i64 = 1 };
		int64_t at;

		rc = op_check_cancel(&window->op, err);
		if (args[1] != NO_COLUMN)
			offset = window_value(window, args[1], i);
		if (offset.is_null) {
			set_result(result, i, &value);
			continue;
		}
		/* offsets are integer, positions far from int64's ends */
		at = (int64_t)i + direction * offset.i64;
		if (at >= partition.first && at < partition.limit)
			value = window_value(window, args[0], (uint32_t)at);
		else if (args[2] != NO_COLUMN)
			value = window_value(window, args[2], i);
		set_result(result, i, &value);
	}
	return rc;
}

/* The n-th row of a frame that is not excluded; limit if there is none. */
static uint32_t
nth_of_frame(const struct window_frames *frames, uint32_t position,
    struct window_span span, uint64_t n)
{
	if (frames->result->call->frame.exclude == FRAME_EXCLUDE_NONE)
		return n <= span.limit - span.first
		    ? span.first + (uint32_t)(n - 1)
		    : span.limit;
	for (uint32_t i = span.first; i < span.limit; i++)
		if (!window_is_excluded(frames, position, i) && --n == 0)
			return i;
	return span.limit;
}

static uint32_t
last_of_frame(const struct window_frames *frames, uint32_t position,
    struct window_span span)
{
	for (uint32_t i = span.limit; i > span.first; i--)
		if (!window_is_excluded(frames, position, i - 1))
			return i - 1;
	return span.limit;
}

static int
nth_argument(const struct window_frames *frames, uint32_t position,
    struct datum *out, struct error *err)
{
	*out = window_value(frames->window, frames->result->columns.args[1],
	    position);
	if (!out->is_null && out->i64 <= 0)
		return error_set(err, STELE_E_INVALID_NTH_VALUE,
		    "argument of nth_value must be greater than zero");
	return 0;
}

static int
run_value_of_frame(struct window_frames *frames, struct window_result *result,
    struct error *err)
{
	enum window_kind kind = result->call->kind;
	struct window_span partition = frames->partition;

	for (uint32_t i = partition.first; i < partition.limit; i++) {
		struct window_span span;
		struct datum value = { .is_null = true };
		struct datum n = { .i64 = 1 };
		uint32_t at;
		int rc = op_check_cancel(&frames->window->op, err);

		if (rc == 0)
			rc = window_frames_at(frames, i, &span);
		if (rc == 0 && kind == WINDOW_NTH_VALUE)
			rc = nth_argument(frames, i, &n, err);
		if (rc != 0)
			return rc;
		at = span.limit;
		if (kind == WINDOW_LAST_VALUE)
			at = last_of_frame(frames, i, span);
		else if (!n.is_null)
			at = nth_of_frame(frames, i, span, (uint64_t)n.i64);
		if (at < span.limit)
			value = window_value(frames->window,
			    result->columns.args[0], at);
		set_result(result, i, &value);
	}
	return 0;
}

/* ---- aggregates ---- */

/* Rows that wait to be added, each to its group. */
struct pending {
	struct window_op *window;
	const struct window_result *result;
	struct agg_state *state;
	uint32_t rows[VEC_ROWS]; /* of the store */
	uint32_t groups[VEC_ROWS];
	uint32_t count;
	enum phys phys;       /* of results */
	struct arena *values; /* of them: the load's, or of the last alone */
	struct datum last;    /* result */
};

static void
column_of(const struct window_op *window, uint32_t expr,
    const uint32_t *positions, uint32_t count, struct arena *arena,
    struct vec *out)
{
	uint32_t column = window_column(window, expr);

	if (window->pages == NULL)
		row_store_column(&window->rows, column, positions, 0, count,
		    arena, out);
	else
		row_pages_column(window->pages, column, positions, 0, count,
		    arena, out);
}

static int
flush(struct pending *pending, struct error *err)
{
	const uint32_t *args = pending->result->columns.args;
	const struct window_op *window = pending->window;
	struct arena *arena = &pending->window->op.batch_arena;
	struct vec values[2];
	int rc;

	for (uint32_t i = 0; i < 2; i++)
		if (args[i] != NO_COLUMN)
			column_of(window, args[i], pending->rows,
			    pending->count, arena, &values[i]);
	rc = agg_state_add(pending->state,
	    args[0] == NO_COLUMN ? NULL : &values[0], &values[1],
	    sel_all(pending->count), pending->groups, err);
	pending->count = 0;
	if (rc == 0)
		rc = op_forget(&pending->window->op, err);
	return rc != 0 ? rc : op_check_cancel(&pending->window->op, err);
}

static bool
passes_filter(const struct pending *pending, uint32_t position)
{
	uint32_t filter = pending->result->columns.filter;
	struct datum value;

	if (filter == NO_COLUMN)
		return true;
	value = window_value(pending->window, filter, position);
	return !value.is_null && value.boolean;
}

static int
add_row(struct pending *pending, uint32_t position, uint32_t group,
    struct error *err)
{
	if (!passes_filter(pending, position))
		return 0;
	pending->rows[pending->count] = position;
	pending->groups[pending->count++] = group;
	return pending->count == VEC_ROWS ? flush(pending, err) : 0;
}

/* The last result: of a load in a file, until there is another. */
static int
keep_result(struct pending *pending, const struct datum *value,
    struct error *err)
{
	if (pending->window->pages != NULL)
		arena_reset(pending->values);
	pending->last = datum_copy(pending->phys, value, pending->values);
	return arena_check(pending->values, err);
}

/* The results of groups 0..count-1 to the positions from `first` on. */
static int
take_results(struct pending *pending, struct window_result *result,
    uint32_t first, uint32_t count, struct error *err)
{
	struct vec values;
	int rc;

	rc = pending->count > 0 ? flush(pending, err) : 0;
	if (rc == 0)
		rc = agg_state_reserve(pending->state, count, err);
	if (rc == 0)
		rc = agg_state_result(pending->state, 0, count,
		    &pending->window->op.batch_arena, &values, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct datum value = vec_get(&values, i);

		rc = keep_result(pending, &value, err);
		if (rc == 0)
			set_result(result, first + i, &pending->last);
	}
	return rc != 0 ? rc : op_forget(&pending->window->op, err);
}

/* Add rows of a load in memory, where they are, at most VEC_ROWS. */
static int
add_in_place(struct pending *pending, struct window_span span,
    struct error *err)
{
	static const uint32_t groups[VEC_ROWS]; /* the only one */
	const struct window_op *window = pending->window;
	const struct vec *columns = window->rows.columns;
	const uint32_t *args = pending->result->columns.args;
	struct sel sel = sel_all(span.limit - span.first);
	struct vec values[2];
	uint16_t rows[VEC_ROWS];

	for (uint32_t i = 0; i < 2; i++)
		if (args[i] != NO_COLUMN)
			values[i] = window_slice(
			    &columns[window_column(window, args[i])],
			    span.first);
	if (pending->result->columns.filter != NO_COLUMN) {
		sel = (struct sel){ .rows = rows };
		for (uint32_t i = span.first; i < span.limit; i++)
			if (passes_filter(pending, i))
				rows[sel.count++] = (uint16_t)(i - span.first);
	}
	return agg_state_add(pending->state,
	    args[0] == NO_COLUMN ? NULL : &values[0], &values[1], sel, groups,
	    err);
}

/* Add rows to the only group; those of a file wait for others. */
static int
add_rows(struct pending *pending, struct window_span span, struct error *err)
{
	int rc = 0;

	while (span.first < span.limit && rc == 0) {
		struct window_span some = span;

		if (pending->window->pages != NULL) {
			rc = add_row(pending, span.first++, 0, err);
			continue;
		}
		if (span.limit - span.first > VEC_ROWS)
			some.limit = span.first + VEC_ROWS;
		rc = add_in_place(pending, some, err);
		span.first = some.limit;
	}
	return rc;
}

/* The result of all that was added to the only group. */
static int
take_result(struct pending *pending, struct error *err)
{
	struct datum value;
	int rc;

	rc = pending->count > 0 ? flush(pending, err) : 0;
	if (rc == 0)
		rc = agg_state_value(pending->state, 0,
		    &pending->window->op.batch_arena, &value, err);
	if (rc == 0)
		rc = keep_result(pending, &value, err);
	return rc != 0 ? rc : op_forget(&pending->window->op, err);
}

/* Every frame begins with the partition: one state is added to. */
static int
run_growing(struct window_frames *frames, struct pending *pending,
    struct window_result *result, struct error *err)
{
	struct window_span partition = frames->partition;
	struct window_span more = { partition.first, partition.first };
	bool has_result = false;
	int rc = agg_state_reserve(pending->state, 1, err);

	for (uint32_t i = partition.first; i < partition.limit && rc == 0;
	     i++) {
		struct window_span frame;

		rc = window_frames_at(frames, i, &frame);
		more.limit = frame.limit;
		if (rc == 0 && (!has_result || more.first < more.limit)) {
			rc = add_rows(pending, more, err);
			if (rc == 0)
				rc = take_result(pending, err);
			more.first = more.limit;
			has_result = true;
		}
		if (rc == 0)
			set_result(result, i, &pending->last);
		if (rc == 0)
			rc = op_check_cancel(&pending->window->op, err);
	}
	return rc;
}

#define ROWS_AT_ONCE 1024

static int
run_apart(struct window_frames *frames, struct pending *pending,
    struct window_result *result, struct window_span span, struct error *err)
{
	int rc =
	    agg_state_reserve(pending->state, span.limit - span.first, err);

	for (uint32_t i = span.first; i < span.limit && rc == 0; i++) {
		struct window_span frame;

		rc = window_frames_at(frames, i, &frame);
		if (rc == 0)
			rc = op_check_cancel(&frames->window->op, err);
		for (uint32_t k = frame.first; k < frame.limit && rc == 0; k++)
			if (!window_is_excluded(frames, i, k))
				rc = add_row(pending, k, i - span.first, err);
	}
	return rc != 0 ? rc
		       : take_results(pending, result, span.first,
			     span.limit - span.first, err);
}

/* No rows: the state of the last partition, if there was one. */
static void
begin_state(struct agg_state *state, const struct agg_call *call,
    const struct exec_context *context)
{
	if (state->call == NULL)
		agg_state_init(state, call, context->settings, context->budget);
	else
		agg_state_reset(state);
}

static int
run_aggregate(struct window_op *window, struct window_frames *frames,
    struct window_result *result, struct error *err)
{
	const struct exec_context *context = window->op.env->context;
	const struct window_frame *frame = &result->call->frame;
	struct window_span span = frames->partition;
	struct arena last;
	struct pending pending = { .window = window,
		.result = result,
		.state = &result->state,
		.phys = type_phys(&result->call->type),
		.values = result->pages == NULL ? &window->arena : &last };
	bool is_growing = frame->start == FRAME_UNBOUNDED_PRECEDING &&
	    frame->exclude == FRAME_EXCLUDE_NONE;
	int rc = 0;

	arena_init(&last, context->budget);
	while (span.first < frames->partition.limit && rc == 0) {
		begin_state(&result->state, &result->call->agg, context);
		if (!is_growing && span.first + ROWS_AT_ONCE < span.limit)
			span.limit = span.first + ROWS_AT_ONCE;
		if (!is_growing)
			rc = run_apart(frames, &pending, result, span, err);
		else
			rc = run_growing(frames, &pending, result, err);
		span =
		    (struct window_span){ span.limit, frames->partition.limit };
	}
	arena_release(&last);
	return rc;
}

/* ---- all ---- */

static int
run_in_frames(struct window_op *window, struct window_result *result,
    struct window_span partition, struct error *err)
{
	struct window_frames frames;
	int rc = window_frames_init(&frames, window, result, partition, err);

	if (rc != 0)
		return rc;
	return result->call->kind == WINDOW_AGGREGATE
	    ? run_aggregate(window, &frames, result, err)
	    : run_value_of_frame(&frames, result, err);
}

int
window_call_run(struct window_op *window, struct window_result *result,
    struct window_span partition, struct error *err)
{
	switch (result->call->kind) {
	case WINDOW_ROW_NUMBER:
		run_row_number(result, partition);
		return 0;
	case WINDOW_RANK:
		run_rank(window, result, partition);
		return 0;
	case WINDOW_DENSE_RANK:
		run_dense_rank(window, result, partition);
		return 0;
	case WINDOW_PERCENT_RANK:
		run_percent_rank(window, result, partition);
		return 0;
	case WINDOW_CUME_DIST:
		run_cume_dist(window, result, partition);
		return 0;
	case WINDOW_NTILE:
		return run_ntile(window, result, partition, err);
	case WINDOW_LAG:
		return run_lag(window, result, partition, -1, err);
	case WINDOW_LEAD:
		return run_lag(window, result, partition, 1, err);
	case WINDOW_AGGREGATE:
	case WINDOW_FIRST_VALUE:
	case WINDOW_LAST_VALUE:
	case WINDOW_NTH_VALUE:
		break;
	}
	return run_in_frames(window, result, partition, err);
}
