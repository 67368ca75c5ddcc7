/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_rows.c -- rows into a batch: checked column by column, sorted by their
 * shards, encoded as one entry for each; one row at a time is gathered first.
 */
#include <assert.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "engine/append/write_batch.h"
#include "engine/engine_private.h"
#include "os/clock.h"

#define ENTRY_SIZE_WANTED   ((size_t)1 << 20) /* one row may be larger */
#define GATHER_BYTES_WANTED ((size_t)64 << 10)

static size_t
size_max_of(const struct engine *engine, bool is_context)
{
	return is_context ? ENGINE_TUNED(engine, max_context_size_bytes)
			  : ENGINE_TUNED(engine, max_string_size_bytes);
}

static int
check_value(const struct engine *engine, const struct event_type *type,
    uint32_t attnum, const struct vec *vec, uint32_t row, struct error *err)
{
	uint32_t at = vec_index(vec, row);
	size_t size_max = size_max_of(engine, attnum == COLUMN_CONTEXT_ID);

	if (vec->phys == PHYS_NUMERIC && vec->numeric[at].limbs != NULL) {
		(void)error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "numeric field overflow");
		return error_detail(err,
		    "Column \"%.*s\" can hold at most 38 digits.",
		    STR_FMT(event_type_column_name(type, attnum)));
	}
	if (vec->phys == PHYS_NUMERIC) {
		struct datum value = vec_get(vec, row);

		return field_check(&type->fields[attnum - COLUMN_FIRST_FIELD],
		    &value, err);
	}
	if (vec->phys != PHYS_STR)
		return 0;
	if (vec->str[at].len <= size_max)
		return 0;
	(void)error_set(err, STELE_E_LIMIT,
	    "value for column \"%.*s\" is too long",
	    STR_FMT(event_type_column_name(type, attnum)));
	return error_detail(err, "It has %zu bytes, the limit is %zu.",
	    vec->str[at].len, size_max);
}

/* attnum of the vector with index `col`: event_id has none. */
static uint32_t
attnum_of(uint32_t col)
{
	return col < 2 ? COLUMN_CONTEXT_ID + col : COLUMN_FIRST_FIELD + col - 2;
}

/* Of a column of write_batch_rows(). */
static bool
is_not_null(const struct event_type *type, uint32_t col)
{
	return col < 2 ? col == 0 : type->fields[col - 2].is_not_null;
}

static int
check_column(const struct engine *engine, const struct event_type *type,
    uint32_t col, const struct vec *vec, struct sel sel, struct error *err)
{
	uint32_t attnum = attnum_of(col);
	bool has_size = vec->phys == PHYS_STR || vec->phys == PHYS_NUMERIC;

	if (!has_size && (!is_not_null(type, col) || vec->nulls == NULL))
		return 0;
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		if (!vec_is_null(vec, row)) {
			int rc =
			    check_value(engine, type, attnum, vec, row, err);

			if (rc != 0)
				return rc;
		} else if (is_not_null(type, col)) {
			return error_null_value(err, type->name,
			    event_type_column_name(type, attnum));
		}
	}
	return 0;
}

static void
note_time(struct batch_type *type, int64_t time_min)
{
	if (time_min < type->time_min)
		type->time_min = time_min;
}

/*
 * Remember the type and its oldest row, for the check at commit; few are used
 * by one batch.  A batch that is rewound remembers too much, which may refuse
 * what it could take, and does so only when a horizon passes it by.
 */
static void
note_type(struct write_batch *batch, uint32_t oid, int64_t time_min)
{
	struct batch_type *types =
	    (struct batch_type *)(void *)batch->more_types.data;
	size_t count = batch->more_types.len / sizeof(*types);
	const struct batch_type noted = { .oid = oid, .time_min = time_min };

	if (batch->first_type.oid == 0)
		batch->first_type = noted;
	if (batch->first_type.oid == oid) {
		note_time(&batch->first_type, time_min);
		return;
	}
	for (size_t i = count; i > 0; i--) {
		if (types[i - 1].oid == oid) {
			note_time(&types[i - 1], time_min);
			return;
		}
	}
	buf_put(&batch->more_types, &noted, sizeof(noted));
}

uint32_t
engine_shard_of(const struct engine *engine, struct str context)
{
	uint64_t hash =
	    hash_bytes_seeded(context.data, context.len, engine->hash_seed);

	return (uint32_t)(hash % engine->shard_count);
}

/* Rows on their way to entries: at most VEC_ROWS. */
struct new_rows {
	uint32_t type_oid;
	uint32_t version;
	uint32_t field_count;
	const struct vec *cols;
	struct sel sel;
	struct vec timestamps;          /* without nulls */
	int64_t stamped[VEC_ROWS];      /* theirs, if there were nulls */
	size_t sizes[VEC_ROWS];         /* bytes of each row, about */
	uint16_t shards[VEC_ROWS];      /* of each row */
	uint16_t by_shard[VEC_ROWS];    /* rows, those of a shard together */
	uint16_t offsets[VEC_ROWS];     /* of these, in the order of the call */
	uint32_t ends[SHARD_COUNT_MAX]; /* of each shard's in by_shard */
};

/* A null timestamp is the server's clock. */
static void
stamp(const struct engine *engine, struct new_rows *rows)
{
	const struct vec *given = &rows->cols[1];
	int64_t now;

	rows->timestamps = *given;
	if (given->nulls == NULL)
		return;
	now = os_clock_wall_us(engine->clock);
	for (uint32_t i = 0; i < rows->sel.count; i++) {
		uint32_t row = sel_row(rows->sel, i);

		rows->stamped[row] = vec_is_null(given, row)
		    ? now
		    : given->i64[vec_index(given, row)];
	}
	rows->timestamps = (struct vec){ .phys = PHYS_I64 };
	rows->timestamps.i64 = rows->stamped;
}

static int64_t
oldest(const struct new_rows *rows)
{
	int64_t time_min = INT64_MAX;

	for (uint32_t i = 0; i < rows->sel.count; i++) {
		uint32_t at =
		    vec_index(&rows->timestamps, sel_row(rows->sel, i));

		if (rows->timestamps.i64[at] < time_min)
			time_min = rows->timestamps.i64[at];
	}
	return time_min;
}

/*
 * The type as the batch knows it, which whoever has planned the rows may have done
 * too early for; the commit knows what has become of it since.
 */
static const struct event_type *
type_known(const struct write_batch *batch, const struct event_type *type)
{
	const struct event_type *known =
	    catalog_type_by_oid(write_batch_catalog(batch), type->oid);

	return known == NULL ? type : known;
}

static void
add_text_sizes(struct new_rows *rows, const struct vec *vec)
{
	for (uint32_t i = 0; i < rows->sel.count; i++) {
		uint32_t row = sel_row(rows->sel, i);

		if (!vec_is_null(vec, row))
			rows->sizes[i] += vec->str[vec_index(vec, row)].len;
	}
}

static int
check_row_size(const struct engine *engine, size_t size, struct error *err)
{
	if (size <= ENGINE_TUNED(engine, max_row_size_bytes))
		return 0;
	(void)error_set(err, STELE_E_LIMIT, "row is too large");
	return error_detail(err, "It has %zu bytes, the limit is %zu.", size,
	    ENGINE_TUNED(engine, max_row_size_bytes));
}

static void
measure(struct new_rows *rows)
{
	uint32_t col_count = 2 + rows->field_count;
	size_t fixed = 0;

	for (uint32_t i = 0; i < col_count; i++)
		fixed += phys_size(rows->cols[i].phys);
	for (uint32_t i = 0; i < rows->sel.count; i++)
		rows->sizes[i] = fixed;
	for (uint32_t i = 0; i < col_count; i++)
		if (rows->cols[i].phys == PHYS_STR)
			add_text_sizes(rows, &rows->cols[i]);
}

static int
check_row_sizes(const struct engine *engine, const struct new_rows *rows,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < rows->sel.count && rc == 0; i++)
		rc = check_row_size(engine, rows->sizes[i], err);
	return rc;
}

/* Sort rows [first, limit) of the selection by their shards. */
static void
sort_by_shard(const struct engine *engine, struct new_rows *rows,
    uint32_t first, uint32_t limit)
{
	uint32_t *ends = rows->ends;
	uint32_t at = 0;

	memset(ends, 0, engine->shard_count * sizeof(ends[0]));
	for (uint32_t i = first; i < limit; i++) {
		uint32_t row = sel_row(rows->sel, i);
		uint32_t shard = engine_shard_of(engine,
		    rows->cols[0].str[vec_index(&rows->cols[0], row)]);

		rows->shards[i] = (uint16_t)shard;
		ends[shard]++;
	}
	for (uint32_t shard = 0; shard < engine->shard_count; shard++) {
		uint32_t count = ends[shard];

		ends[shard] = at; /* for now: where they begin */
		at += count;
	}
	for (uint32_t i = first; i < limit; i++) {
		at = ends[rows->shards[i]]++;
		rows->by_shard[at] = (uint16_t)sel_row(rows->sel, i);
		rows->offsets[at] = (uint16_t)(i - first);
	}
}

/* One entry for each shard that rows [first, limit) belong to. */
static void
encode_rows(struct write_batch *batch, struct new_rows *rows, uint32_t first,
    uint32_t limit)
{
	const struct engine *engine = batch->engine;
	uint32_t begin = 0;

	sort_by_shard(engine, rows, first, limit);
	for (uint32_t shard = 0; begin < limit - first; shard++) {
		uint32_t count = rows->ends[shard] - begin;
		uint16_t *offsets = rows->offsets + begin;
		uint16_t base = offsets[0];
		const struct rows_source source = {
			.type_oid = rows->type_oid,
			.version = rows->version,
			.field_count = rows->field_count,
			.cols = rows->cols,
			.timestamps = &rows->timestamps,
			.shard = shard,
			.sel = { rows->by_shard + begin, count },
			.first_ordinal = batch->row_count + base,
			.offsets = offsets,
		};

		if (count == 0)
			continue;
		for (uint32_t i = 0; i < count; i++)
			offsets[i] = (uint16_t)(offsets[i] - base);
		rows_encode(&batch->bytes, &source);
		if (batch->bytes.failed)
			return; /* what is whole can be uncounted */
		batch->tickets[shard].row_count += count;
		begin += count;
	}
	batch->row_count += limit - first;
}

/* As many rows at a time as keep entries, and what is refused, small. */
static int
add_rows(struct write_batch *batch, struct new_rows *rows, struct error *err)
{
	uint32_t first = 0;
	int rc = 0;

	while (first < rows->sel.count && rc == 0) {
		size_t size = rows->sizes[first];
		uint32_t limit = first + 1;

		while (limit < rows->sel.count &&
		    size + rows->sizes[limit] <= ENTRY_SIZE_WANTED)
			size += rows->sizes[limit++];
		encode_rows(batch, rows, first, limit);
		rc = write_batch_check_size(batch, err);
		first = limit;
	}
	return rc;
}

static void
count_inserted(struct write_batch *batch, uint32_t oid, uint64_t rows)
{
	type_count_add(type_counter(&batch->engine->activity, oid),
	    TYPE_INSERTED, rows);
}

int
write_batch_rows(struct write_batch *batch, const struct event_type *type,
    const struct vec *cols, uint32_t col_count, struct sel sel,
    struct error *err)
{
	const struct engine *engine = batch->engine;
	struct write_batch_mark mark = write_batch_mark(batch);
	struct new_rows rows;
	int64_t time_min;
	int rc = 0;

	assert(col_count == 2 + type->field_count && sel.count <= VEC_ROWS);
	for (uint32_t i = 0; i < col_count && rc == 0; i++)
		rc = check_column(engine, type, i, &cols[i], sel, err);
	if (rc != 0)
		return rc;
	rows.type_oid = type->oid;
	rows.version = event_type_current(type)->number;
	rows.field_count = type->field_count;
	rows.cols = cols;
	rows.sel = sel;
	measure(&rows);
	rc = check_row_sizes(engine, &rows, err);
	if (rc != 0)
		return rc;
	stamp(batch->engine, &rows);
	time_min = oldest(&rows);
	rc = write_batch_check_type(type_known(batch, type), time_min, err);
	if (rc != 0)
		return rc;
	note_type(batch, type->oid, time_min);
	rc = add_rows(batch, &rows, err);
	write_batch_count_bytes(batch);
	count_inserted(batch, type->oid, sel.count);
	if (rc != 0)
		write_batch_rewind(batch, mark);
	return rc;
}

/* ---- one row at a time ---- */

void
write_batch_encode_gathered(struct write_batch *batch)
{
	struct row_gather *gather = &batch->gather;
	struct new_rows rows;
	struct error ignored;

	if (gather->count == 0) {
		row_gather_clear(gather);
		return;
	}
	rows.type_oid = gather->type_oid;
	rows.version = gather->version;
	rows.field_count = gather->field_count;
	rows.cols = gather->cols;
	rows.sel = sel_all(gather->count);
	rows.timestamps = gather->cols[1];
	measure(&rows);
	note_type(batch, gather->type_oid, oldest(&rows));
	if (gather->arena.failed || add_rows(batch, &rows, &ignored) != 0)
		batch->is_lost = true;
	write_batch_count_bytes(batch);
	row_gather_clear(gather);
}

/* The rows before it are of another type, or enough. */
static void
start_gather(struct write_batch *batch, const struct event_type *type)
{
	const struct event_type *known = type_known(batch, type);

	write_batch_encode_gathered(batch);
	row_gather_start(&batch->gather, type, known);
	if (!batch->gather.is_refused)
		note_type(batch, type->oid, INT64_MAX);
}

void
write_batch_row_begin(struct write_batch *batch, const struct event_type *type,
    struct row_slot *out)
{
	struct row_gather *gather = &batch->gather;

	if (!row_gather_takes(gather, type) ||
	    gather->count == GATHER_ROWS_MAX ||
	    gather->size_bytes >= GATHER_BYTES_WANTED)
		start_gather(batch, type);
	row_gather_begin(gather);
	*out = (struct row_slot){
		.cols = gather->cols,
		.row = gather->count,
		.arena = &gather->arena,
	};
}

/* The value of the row in one column, which is not null. */
static int
check_gathered_value(const struct write_batch *batch,
    const struct event_type *type, uint32_t col, size_t *size,
    struct error *err)
{
	const struct row_gather *gather = &batch->gather;
	const struct vec *vec = &gather->cols[col];

	if (vec->phys == PHYS_STR) {
		size_t len = vec->str[gather->count].len;

		*size += len;
		if (len <= size_max_of(batch->engine, col == 0))
			return 0;
	}
	return check_value(batch->engine, type, attnum_of(col), vec,
	    gather->count, err);
}

/* What the row takes, about, into *size. */
static int
check_gathered(const struct write_batch *batch, const struct event_type *type,
    size_t *size, struct error *err)
{
	const struct row_gather *gather = &batch->gather;
	uint32_t row = gather->count;

	*size = gather->fixed_bytes;
	for (uint32_t i = 0; i < 2 + gather->field_count; i++) {
		const struct vec *col = &gather->cols[i];
		int rc = 0;

		if (col->nulls[row] != 0) {
			if (is_not_null(type, i))
				return error_null_value(err, type->name,
				    event_type_column_name(type, attnum_of(i)));
			continue;
		}
		if (col->phys == PHYS_STR || col->phys == PHYS_NUMERIC)
			rc = check_gathered_value(batch, type, i, size, err);
		if (rc != 0)
			return rc;
	}
	return check_row_size(batch->engine, *size, err);
}

/* Now, unless the row says when. */
static int64_t
stamp_gathered(const struct write_batch *batch)
{
	const struct row_gather *gather = &batch->gather;
	const struct vec *col = &gather->cols[1];

	if (col->nulls[gather->count] != 0) {
		col->nulls[gather->count] = 0;
		col->i64[gather->count] =
		    os_clock_wall_us(batch->engine->clock);
	}
	return col->i64[gather->count];
}

int
write_batch_row_end(struct write_batch *batch, const struct event_type *type,
    struct error *err)
{
	struct row_gather *gather = &batch->gather;
	int64_t time;
	size_t size;
	int rc = arena_check(&gather->arena, err);

	if (rc == 0)
		rc = check_gathered(batch, type, &size, err);
	if (rc != 0)
		return rc;
	time = stamp_gathered(batch);
	if (gather->is_refused || time < gather->horizon)
		rc = write_batch_check_type(type_known(batch, type), time, err);
	if (rc != 0)
		return rc;
	row_gather_keep(gather, size);
	count_inserted(batch, type->oid, 1);
	return 0;
}
