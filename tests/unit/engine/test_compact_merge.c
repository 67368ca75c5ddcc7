/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges against a naive model: whatever the inputs are, and however they are
 * cut, each row comes back once, in order, with every value; a merge that ends
 * early leaves nothing.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check_each.h"
#include "../draws.h"
#include "common/error.h"
#include "common/hash.h"
#include "engine/compact/content_hash.h"
#include "engine/compact/merge.h"
#include "engine/compact/policy.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/int_packed.h"
#include "engine/segment/segment.h"
#include "os/file.h"
#include "segment_model.h"

#define INPUTS_MAX    9
#define ZONE_ROWS     256u
#define SHORT_FIELDS  7 /* of inputs that are older than the other fields */
#define SHORT_COLUMNS (SEGMENT_CORE_COLUMNS + SHORT_FIELDS)
#define NOTE_FIELD    8
#define KEY           (COLUMN_FIRST_FIELD + 9)
#define SERIAL        (COLUMN_FIRST_FIELD + 12)
#define TOKEN         (COLUMN_FIRST_FIELD + 13)
#define ACCOUNT       (COLUMN_FIRST_FIELD + 14)
#define SECOND_US     INT64_C(1000000)

static struct error err;
static char dir[64];
static char folder[OS_PATH_SIZE];
static struct block_cache *cache;
static struct model model;
static struct event_type types[2]; /* of the same fields */
static const struct event_type *type_list[2] = { &types[0], &types[1] };
static struct catalog catalog = { .type_count = 2, .types = type_list };
static struct compact_policy policy;
static struct segment_meta metas[INPUTS_MAX];
static const struct segment_meta *inputs[INPUTS_MAX];
static uint8_t *input_of; /* by row of the model */
static uint32_t input_count;
static uint64_t next_number;
static uint64_t pace_calls, pace_limit;
static uint64_t paced_rows, paced_most;
static uint64_t batch_bytes; /* of the policy; 0: its own */
static struct merge_spec spec;
static struct merge_result result;

static void
setup(void)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(dir, sizeof(dir), "%s/stele-merge-XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(os_path(folder, dir, SEGMENT_DIRECTORY, &err), 0);
	ck_assert_int_eq(os_mkdir(os_fs_real(), folder, &err), 0);
	cache = block_cache_new(1 << 20);
	ck_assert_ptr_nonnull(cache);
	next_number = 1;
	pace_calls = 0;
	pace_limit = UINT64_MAX;
	paced_rows = paced_most = 0;
	batch_bytes = 0;
	result = (struct merge_result){ .outputs = NULL };
}

static void
remove_entry(void *arg, const char *name)
{
	char entry[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(entry, arg, name, &err), 0);
	ck_assert_int_eq(os_unlink(os_fs_real(), entry, &err), 0);
}

static void
teardown(void)
{
	for (uint32_t i = 0; i < input_count; i++)
		segment_meta_release(&metas[i]);
	merge_result_release(&result);
	input_count = 0;
	free(input_of);
	input_of = NULL;
	model_release(&model);
	block_cache_free(cache);
	ck_assert_int_eq(os_list(os_fs_real(), folder, remove_entry, folder,
			     &err),
	    0);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* ---- inputs ---- */

/* Odd inputs are of the time before the last fields. */
static bool
is_short(uint32_t row)
{
	return input_of[row] % 2 == 1;
}

static uint32_t
type_of_row(uint32_t row)
{
	return hash_u64(row) % 5 == 0;
}

/* Rows of one input and one type, window by window of the model. */
static void
append_rows(struct segment_writer *writer, uint32_t input, uint32_t type,
    uint32_t columns)
{
	for (uint32_t done = 0; done < model.row_count; done += VEC_ROWS) {
		struct vec cols[MODEL_COLUMNS];
		uint16_t rows[VEC_ROWS];
		struct batch batch = { .cols = cols, .col_count = columns };

		batch.row_count = model.row_count - done < VEC_ROWS
		    ? model.row_count - done
		    : VEC_ROWS;
		batch.sel.rows = rows;
		for (uint32_t i = 0; i < batch.row_count; i++)
			if (input_of[done + i] == input &&
			    type_of_row(done + i) == type)
				rows[batch.sel.count++] = (uint16_t)i;
		for (uint32_t c = 0; c < columns; c++) {
			cols[c] = model.cols[c];
			cols[c].data = (char *)cols[c].data +
			    done * phys_size(cols[c].phys);
			if (cols[c].nulls != NULL)
				cols[c].nulls += done;
		}
		ck_assert_int_eq(segment_writer_append(writer, &batch, &err),
		    0);
	}
}

static void
write_input(uint32_t input)
{
	const struct segment_options options = {
		.directory = model.directory,
		.zone_rows = ZONE_ROWS,
	};
	uint32_t columns = input % 2 == 1 ? SHORT_COLUMNS : MODEL_COLUMNS;
	enum phys phys[MODEL_COLUMNS];
	struct segment_writer *writer;

	for (uint32_t c = 0; c < columns; c++)
		phys[c] = model.cols[c].phys;
	ck_assert_int_eq(segment_writer_open(os_fs_real(), dir, next_number++,
			     3, &options, &writer, &err),
	    0);
	for (uint32_t t = 0; t < ARRAY_LEN(types); t++) {
		ck_assert_int_eq(segment_writer_begin_type(writer, types[t].oid,
				     phys, columns, &err),
		    0);
		append_rows(writer, input, t, columns);
		ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	}
	ck_assert_int_eq(segment_writer_finish(writer, &metas[input], &err), 0);
	inputs[input] = &metas[input];
}

enum layout { IN_TURN, MIXED, LUMPS };

static uint8_t
choose_input(enum layout layout, uint32_t row)
{
	if (layout == IN_TURN)
		return (uint8_t)(row * input_count / model.row_count);
	if (layout == MIXED)
		return (uint8_t)(hash_u64(row) % input_count);
	return (uint8_t)(hash_u64(row / 300) % input_count);
}

static void
make(uint64_t seed, uint32_t row_count, uint32_t count, enum layout layout)
{
	model_init(&model, seed, row_count, ZONE_ROWS);
	model.fields[NOTE_FIELD].has_default = true;
	model.fields[NOTE_FIELD].default_value.str = STR("not noted");
	for (uint32_t t = 0; t < ARRAY_LEN(types); t++) {
		types[t] = model.type;
		types[t].oid = MODEL_OID + t;
		types[t].horizon = HORIZON_NONE;
	}
	input_count = count;
	input_of = malloc(row_count);
	ck_assert_ptr_nonnull(input_of);
	for (uint32_t i = 0; i < row_count; i++)
		input_of[i] = choose_input(layout, i);
	for (uint32_t i = 0; i < count; i++)
		write_input(i);
}

/* ---- merging ---- */

static int
new_number(void *arg UNUSED, uint64_t *out, struct error *error UNUSED)
{
	*out = next_number++;
	return 0;
}

static int
pace(void *arg UNUSED, uint64_t row_count, struct error *error)
{
	CHECK_EACH(row_count >= paced_rows);
	if (row_count - paced_rows > paced_most)
		paced_most = row_count - paced_rows;
	paced_rows = row_count;
	if (pace_calls++ == pace_limit)
		return error_set(error, STELE_E_QUERY_CANCELED, "enough");
	return 0;
}

static int
run(struct os_fs *fs, int64_t window_us, uint64_t weight_min)
{
	policy = compact_policy(window_us, ZONE_ROWS);
	policy.weight_min = weight_min;
	if (batch_bytes > 0)
		policy.batch_bytes = batch_bytes;
	spec = (struct merge_spec){
		.fs = fs,
		.dir = dir,
		.directory = model.directory,
		.shard = 3,
		.zone_rows = ZONE_ROWS,
		.catalog = &catalog,
		.policy = &policy,
		.window_us = window_us,
		.inputs = inputs,
		.input_count = input_count,
		.new_number = new_number,
		.pace = pace,
	};
	return merge_run(&spec, &result, &err);
}

/* ---- what came of it ---- */

static uint32_t
row_of_event(int64_t event_id)
{
	uint32_t first = 0, limit = model.row_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (model.cols[2].i64[middle] < event_id)
			first = middle + 1;
		else
			limit = middle;
	}
	CHECK_EACH(model.cols[2].i64[first] == event_id);
	return first;
}

/* A field that the row's input did not have reads as its default. */
static void
check_row(const struct batch *batch, const uint32_t *attnums, uint32_t at,
    uint32_t row)
{
	struct batch known = *batch;

	if (is_short(row)) {
		known.col_count = SHORT_FIELDS + COLUMN_FIRST_FIELD;
		for (uint32_t c = known.col_count; c < batch->col_count; c++) {
			struct datum have = vec_get(&batch->cols[c], at);
			bool has_default =
			    attnums[c] == COLUMN_FIRST_FIELD + NOTE_FIELD ||
			    (attnums[c] == COLUMN_FIRST_FIELD + MODEL_FIELDS &&
				model.fields[MODEL_FIELDS].has_default);

			CHECK_EACH(have.is_null == !has_default);
			CHECK_EACH(
			    attnums[c] != COLUMN_FIRST_FIELD + NOTE_FIELD ||
			    str_equal(have.str, STR("not noted")));
		}
	}
	model_check_row(&model, &known, attnums, at, row);
}

static void
check_section(struct segment *segment, uint32_t type, uint8_t *seen)
{
	uint32_t attnums[MODEL_COLUMNS + 1];
	struct scan_spec all = { .type = &types[type],
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums) };
	struct segment_section *section;
	struct segment_parts parts;
	struct segment_cursor *cursor;
	struct arena arena;
	struct batch batch;
	int64_t last = 0;
	int rc;

	for (uint32_t i = 0; i < ARRAY_LEN(attnums); i++)
		attnums[i] = i;
	ck_assert_int_eq(segment_section(segment, types[type].oid, &section,
			     &err),
	    0);
	if (section == NULL)
		return;
	arena_init(&arena, NULL);
	ck_assert_int_eq(segment_prune(section, &all, &arena, &parts, &err), 0);
	ck_assert_int_eq(segment_cursor_open_zones(section, &all, parts.zones,
			     parts.zone_count, &cursor, &err),
	    0);
	while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1)
		for (uint32_t i = 0; i < batch.row_count; i++) {
			int64_t id =
			    vec_get(&batch.cols[COLUMN_EVENT_ID], i).i64;
			uint32_t row = row_of_event(id);

			CHECK_EACH(id > last);
			last = id;
			CHECK_EACH(type_of_row(row) == type);
			CHECK_EACH(seen[row]++ == 0);
			check_row(&batch, attnums, i, row);
		}
	ck_assert_msg(rc == 0, "%s", err.message);
	segment_cursor_close(cursor);
	arena_release(&arena);
}

/* Before the horizon of its type. */
static bool
is_past(uint32_t row)
{
	return model.cols[1].i64[row] < types[type_of_row(row)].horizon;
}

/* Each row once, unless it is past; and nobody else's file was touched. */
static void
check_outputs(void)
{
	uint8_t *seen = calloc(1, model.row_count);

	for (uint32_t i = 0; i < result.output_count; i++) {
		const struct segment_meta *meta = &result.outputs[i];
		struct segment *segment;

		ck_assert_uint_eq(meta->shard, 3);
		ck_assert_msg(segment_verify(os_fs_real(), dir, meta,
				  &model.directory, &err) == 0,
		    "%s", err.message);
		ck_assert_int_eq(segment_open(os_fs_real(), dir, meta,
				     &model.directory, cache, &segment, &err),
		    0);
		for (uint32_t t = 0; t < ARRAY_LEN(types); t++)
			check_section(segment, t, seen);
		segment_unref(segment);
	}
	for (uint32_t row = 0; row < model.row_count; row++)
		CHECK_EACH(seen[row] == (is_past(row) ? 0 : 1));
	free(seen);
	for (uint32_t i = 0; i < input_count; i++)
		ck_assert_int_eq(segment_verify(os_fs_real(), dir, inputs[i],
				     &model.directory, &err),
		    0);
}

/* No window's rows are in two outputs. */
static void
check_windows(int64_t window_us)
{
	for (uint32_t row = 0; row < model.row_count; row++) {
		int64_t time = model.cols[1].i64[row];
		int64_t low = compact_window_of(time, window_us) * window_us;
		uint32_t holders = 0;

		for (uint32_t i = 0; i < result.output_count; i++)
			holders += result.outputs[i].time_max >= low &&
			    result.outputs[i].time_min < low + window_us;
		/* What is put together may lie around what stands alone. */
		CHECK_EACH(holders == 1 || holders == 2);
	}
}

static void
count_entry(void *arg, const char *name UNUSED)
{
	++*(uint32_t *)arg;
}

static void
check_entries(uint32_t count)
{
	uint32_t entries = 0;

	ck_assert_int_eq(os_list(os_fs_real(), folder, count_entry, &entries,
			     &err),
	    0);
	ck_assert_uint_eq(entries, count);
}

/* ---- tests ---- */

static const struct {
	uint32_t row_count;
	uint32_t input_count;
	enum layout layout;
	int64_t window_s;
	uint64_t weight_min;
	uint32_t outputs_min, outputs_max;
} merge_case[] = {
	{ 2, 2, MIXED, 1000000, 1000, 1, 1 },
	{ 100, 2, IN_TURN, 1000000, 1000, 1, 1 },
	{ 5000, 4, IN_TURN, 1000000, 1000, 1, 1 },
	{ 5000, 9, MIXED, 1000000, 1000, 1, 1 },
	{ 20000, 5, LUMPS, 1000000, 1000, 1, 1 },
	/* About four rows in three seconds. */
	{ 5000, 4, IN_TURN, 1000, 1000, 3, 5 },
	{ 5000, 4, MIXED, 1000, 1000, 3, 5 },
	{ 20000, 6, LUMPS, 300, 1000, 5, 25 },
	{ 5000, 3, LUMPS, 1, 700, 5, 7 },
	{ 5000, 3, MIXED, 1, 100000, 1, 1 },
};

START_TEST(every_row_comes_back)
{
	uint32_t i = (uint32_t)_i % ARRAY_LEN(merge_case);
	int64_t window_us = merge_case[i].window_s * SECOND_US;

	make(1000 + (uint64_t)_i, merge_case[i].row_count,
	    merge_case[i].input_count, merge_case[i].layout);
	ck_assert_msg(run(os_fs_real(), window_us, merge_case[i].weight_min) ==
		0,
	    "%s", err.message);
	ck_assert_msg(result.output_count >= merge_case[i].outputs_min &&
		result.output_count <= merge_case[i].outputs_max,
	    "%u outputs", result.output_count);
	check_outputs();
	check_windows(window_us);
	check_entries(input_count + result.output_count);
	/* Once to be written, once to be verified. */
	ck_assert_uint_eq(paced_rows, 2 * (uint64_t)model.row_count);
}
END_TEST

/* Of many columns of many inputs few rows are read at a time. */
START_TEST(batches_are_bounded)
{
	make(7, 5000, 4, MIXED);
	batch_bytes = 1;
	ck_assert_msg(run(os_fs_real(), 1000 * SECOND_US, 1000) == 0, "%s",
	    err.message);
	check_outputs();
	check_entries(input_count + result.output_count);
	ck_assert_uint_eq(paced_rows, 2 * (uint64_t)model.row_count);
	ck_assert_uint_le(paced_most, INT_BLOCK_ROWS);
}
END_TEST

/* By the zone maps, over all types. */
static uint64_t
rows_before_horizons(const struct segment_meta *meta)
{
	struct segment *segment;
	uint64_t rows, sum = 0;

	ck_assert_int_eq(segment_open(os_fs_real(), dir, meta, &model.directory,
			     cache, &segment, &err),
	    0);
	for (uint32_t t = 0; t < ARRAY_LEN(types); t++) {
		struct segment_section *section;

		ck_assert_int_eq(segment_section(segment, types[t].oid,
				     &section, &err),
		    0);
		if (section == NULL)
			continue;
		ck_assert_int_eq(segment_rows_before(section, types[t].horizon,
				     &rows, &err),
		    0);
		ck_assert_uint_le(rows, segment_section_row_count(section));
		sum += rows;
	}
	segment_unref(segment);
	return sum;
}

/* A guess, but for none and all. */
static void
check_guess(uint32_t input)
{
	uint64_t past = 0, all = 0;
	uint64_t guess = rows_before_horizons(inputs[input]);

	for (uint32_t row = 0; row < model.row_count; row++) {
		past += input_of[row] == input && is_past(row);
		all += input_of[row] == input;
	}
	ck_assert(guess == 0 ? past == 0 : past > 0);
	ck_assert(guess == all ? past == all : past < all);
	/* The model's times go on evenly, about. */
	ck_assert_uint_le(guess, past + ZONE_ROWS);
	ck_assert_uint_le(past, guess + ZONE_ROWS);
}

static int
compare_times(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* A time that so many percent of all rows are before; 0: before all. */
static int64_t
time_after(uint32_t percent)
{
	size_t size = model.row_count * sizeof(int64_t);
	int64_t *times = malloc(size), time;

	if (percent == 0) {
		free(times);
		return HORIZON_NONE;
	}
	memcpy(times, model.cols[1].i64, size);
	qsort(times, model.row_count, sizeof(*times), compare_times);
	time = percent == 100
	    ? times[model.row_count - 1] + 1
	    : times[(uint64_t)model.row_count * percent / 100];
	free(times);
	return time;
}

static struct datum
value_of(uint32_t row, uint32_t attnum)
{
	bool is_missing =
	    attnum >= COLUMN_FIRST_FIELD + SHORT_FIELDS && is_short(row);
	struct datum value = { .is_null = true };

	if (!is_missing)
		return vec_get(&model.cols[segment_column_index(attnum)], row);
	if (attnum == COLUMN_FIRST_FIELD + NOTE_FIELD)
		value = model.fields[NOTE_FIELD].default_value;
	return value;
}

static int
compare_strings(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Of the one output: it has the strings of its rows, and no other. */
static void
check_dictionary(uint32_t type)
{
	struct str *strings = calloc(model.row_count, sizeof(*strings));
	struct segment_section *section;
	struct segment *segment;
	uint32_t count = 0, different = 0;

	for (uint32_t row = 0; row < model.row_count; row++) {
		struct datum value = value_of(row, ACCOUNT);

		if (type_of_row(row) == type && !is_past(row) && !value.is_null)
			strings[count++] = value.str;
	}
	qsort(strings, count, sizeof(*strings), compare_strings);
	for (uint32_t i = 0; i < count; i++)
		different += i == 0 || !str_equal(strings[i], strings[i - 1]);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, result.outputs,
			     &model.directory, cache, &segment, &err),
	    0);
	ck_assert_int_eq(segment_section(segment, types[type].oid, &section,
			     &err),
	    0);
	ck_assert((section == NULL) == (count == 0));
	if (section != NULL) {
		count = segment_section_dict_count(section, ACCOUNT);
		/* Of few, with little that repeats, it has none. */
		ck_assert(count == different || (count == 0 && different < 60));
	}
	segment_unref(segment);
	free(strings);
}

static const struct {
	const char *what;
	uint32_t percent[2]; /* by type: before its horizon */
	uint32_t input_count;
	int64_t window_s;
	uint32_t outputs_min, outputs_max;
} past_case[] = {
	{ "of one type half", { 50, 0 }, 4, 1000000, 1, 1 },
	{ "of each some", { 10, 75 }, 3, 1000000, 1, 1 },
	{ "one type as a whole", { 0, 100 }, 4, 1000000, 1, 1 },
	{ "all", { 100, 100 }, 4, 1000000, 0, 0 },
	{ "of one segment", { 40, 30 }, 1, 1000000, 1, 1 },
	{ "one segment as a whole", { 100, 100 }, 1, 1000, 0, 0 },
	{ "cut by windows", { 50, 20 }, 4, 300, 3, 9 },
	{ "cut, all", { 100, 100 }, 4, 300, 0, 0 },
	{ "cut, one type as a whole", { 100, 0 }, 5, 300, 1, 3 },
};

START_TEST(what_is_past_is_left_out)
{
	uint32_t i = (uint32_t)_i % ARRAY_LEN(past_case);
	uint64_t past = 0;

	make(2000 + (uint64_t)_i, 6000, past_case[i].input_count,
	    (enum layout)(_i % 3));
	for (uint32_t t = 0; t < ARRAY_LEN(types); t++)
		types[t].horizon = time_after(past_case[i].percent[t]);
	for (uint32_t row = 0; row < model.row_count; row++)
		past += is_past(row);
	ck_assert_msg(run(os_fs_real(), past_case[i].window_s * SECOND_US,
			  700) == 0,
	    "%s: %s", past_case[i].what, err.message);
	ck_assert_msg(result.output_count >= past_case[i].outputs_min &&
		result.output_count <= past_case[i].outputs_max,
	    "%s: %u outputs", past_case[i].what, result.output_count);
	ck_assert_uint_gt(past, 0);
	ck_assert_uint_eq(result.past_rows, past);
	check_outputs();
	check_entries(input_count + result.output_count);
	if (result.output_count > 0) /* else there was nothing to do */
		ck_assert_uint_eq(paced_rows, 2 * (uint64_t)model.row_count);
	for (uint32_t k = 0; k < result.output_count; k++)
		ck_assert_uint_eq(rows_before_horizons(&result.outputs[k]), 0);
	for (uint32_t k = 0; k < input_count; k++)
		check_guess(k);
	if (result.output_count == 1)
		for (uint32_t t = 0; t < ARRAY_LEN(types); t++)
			check_dictionary(t);
}
END_TEST

/* Dictionaries stay: what repeats takes codes, whatever the inputs had. */
START_TEST(dictionaries_stay)
{
	struct segment_section *section;
	struct segment *segment;

	make(7, 4000, 4, LUMPS);
	ck_assert_int_eq(run(os_fs_real(), 1000000 * SECOND_US, 1000), 0);
	ck_assert_uint_eq(result.output_count, 1);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, result.outputs,
			     &model.directory, cache, &segment, &err),
	    0);
	ck_assert_int_eq(segment_section(segment, MODEL_OID, &section, &err),
	    0);
	/* status: "", created, paid, shipped, done\0too */
	ck_assert_uint_eq(segment_section_dict_count(section,
			      COLUMN_FIRST_FIELD + SHORT_FIELDS),
	    5);
	ck_assert_uint_gt(segment_section_dict_count(section,
			      COLUMN_CONTEXT_ID),
	    500);
	segment_unref(segment);
}
END_TEST

/* ---- finding one value ---- */

static bool
has_value(uint32_t row, uint32_t attnum, const struct datum *wanted)
{
	struct type type = attnum == COLUMN_CONTEXT_ID
	    ? type_of(TYPE_TEXT)
	    : model.fields[attnum - COLUMN_FIRST_FIELD].type;
	struct datum value = value_of(row, attnum);

	return !value.is_null && type_compare(&type, &value, wanted) == 0;
}

/* Where one value is asked for, and what of it is found in all outputs. */
struct finding {
	uint32_t attnum;
	struct datum value;
	uint64_t found;
	uint64_t zones_kept;
	uint64_t zones_mapped; /* kept without filters */
};

static void
find_in_section(struct finding *f, struct segment_section *section,
    uint32_t type)
{
	static const uint32_t attnums[] = { COLUMN_EVENT_ID };
	const struct scan_range range = {
		.attnum = f->attnum,
		.has_low = true,
		.has_high = true,
		.low = f->value,
		.high = f->value,
	};
	const bool is_context = f->attnum == COLUMN_CONTEXT_ID;
	struct scan_spec one = {
		.type = &types[type],
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.has_context = is_context,
		.context = is_context ? f->value.str : STR(""),
		.ranges = &range,
		.range_count = is_context ? 0 : 1,
	};
	struct segment_cursor *cursor;
	struct segment_parts parts;
	struct arena arena;
	struct batch batch;
	int rc;

	arena_init(&arena, NULL);
	one.without = SCAN_WITHOUT_FILTERS;
	ck_assert_int_eq(segment_prune(section, &one, &arena, &parts, &err), 0);
	f->zones_mapped += parts.zone_count;
	one.without = 0;
	ck_assert_int_eq(segment_prune(section, &one, &arena, &parts, &err), 0);
	f->zones_kept += parts.zone_count;
	rc = is_context ? segment_cursor_open_rows(section, &one, parts.rows,
			      parts.row_count, &cursor, &err)
			: segment_cursor_open_zones(section, &one, parts.zones,
			      parts.zone_count, &cursor, &err);
	ck_assert_int_eq(rc, 0);
	while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1)
		for (uint32_t i = 0; i < batch.row_count; i++) {
			int64_t id = vec_get(&batch.cols[0], i).i64;
			bool is_it =
			    has_value(row_of_event(id), f->attnum, &f->value);

			CHECK_EACH(is_it || !is_context); /* rows are exact */
			f->found += is_it;
		}
	ck_assert_msg(rc == 0, "%s", err.message);
	segment_cursor_close(cursor);
	arena_release(&arena);
}

static void
find_value(struct finding *f, struct segment **segments)
{
	uint64_t expected = 0;

	for (uint32_t row = 0; row < model.row_count; row++)
		expected += has_value(row, f->attnum, &f->value);
	f->found = 0;
	for (uint32_t i = 0; i < result.output_count; i++)
		for (uint32_t t = 0; t < ARRAY_LEN(types); t++) {
			struct segment_section *section;

			ck_assert_int_eq(segment_section(segments[i],
					     types[t].oid, &section, &err),
			    0);
			if (section != NULL)
				find_in_section(f, section, t);
		}
	ck_assert_msg(f->found == expected,
	    "column %u: %llu rows instead of %llu", f->attnum,
	    (unsigned long long)f->found, (unsigned long long)expected);
}

/* Values of some rows; what filters leave of the zones that maps leave. */
static double
find_values(uint32_t attnum, struct segment **segments)
{
	struct finding f = { .attnum = attnum };

	for (int i = 0; i < DRAWS(60); i++) {
		uint32_t row = (uint32_t)(model_draw(&model) % model.row_count);

		f.value = value_of(row, attnum);
		if (!f.value.is_null)
			find_value(&f, segments);
	}
	return (double)f.zones_kept / ((double)f.zones_mapped + 1);
}

/*
 * What a scan prunes by is as true of a merged segment as of any: equality
 * finds each row, over every type, and what repeats little by filters.
 */
START_TEST(equality_finds_all)
{
	static const uint32_t filtered[] = { KEY, SERIAL, TOKEN, ACCOUNT };
	const bool is_whole = _i < 2;
	double share[COLUMN_FIRST_FIELD + MODEL_FIELDS];
	struct segment_section *section;
	struct segment *segments[32];

	make(61 + (uint64_t)_i, 12000, 4, _i % 2 == 0 ? LUMPS : MIXED);
	ck_assert_int_eq(run(os_fs_real(),
			     (is_whole ? 1000000 : 900) * SECOND_US, 1000),
	    0);
	ck_assert_uint_le(result.output_count, ARRAY_LEN(segments));
	ck_assert(
	    is_whole ? result.output_count == 1 : result.output_count > 2);
	for (uint32_t i = 0; i < result.output_count; i++)
		ck_assert_int_eq(segment_open(os_fs_real(), dir,
				     &result.outputs[i], &model.directory,
				     cache, &segments[i], &err),
		    0);
	find_values(COLUMN_CONTEXT_ID, segments);
	for (uint32_t a = COLUMN_FIRST_FIELD; a < ARRAY_LEN(share); a++)
		share[a] = find_values(a, segments);
	ck_assert_int_eq(segment_section(segments[0], MODEL_OID, &section,
			     &err),
	    0);
	ck_assert_uint_gt(segment_section_dict_count(section, ACCOUNT), 0);
	/* Those that repeat little have filters: plain, and of codes. */
	for (uint32_t i = 0; is_whole && i < ARRAY_LEN(filtered); i++)
		ck_assert_msg(share[filtered[i]] < 0.8, "column %u: %.2f",
		    filtered[i], share[filtered[i]]);
	for (uint32_t i = 0; i < result.output_count; i++)
		segment_unref(segments[i]);
}
END_TEST

/* Wherever it ends, nothing is left and the inputs are as they were. */
START_TEST(an_end_leaves_nothing)
{
	uint64_t calls;

	make(8, 4000, 4, MIXED);
	ck_assert_int_eq(run(os_fs_real(), 1000 * SECOND_US, 1000), 0);
	calls = pace_calls;
	ck_assert_uint_gt(calls, 20);
	merge_result_remove(&spec, &result);
	merge_result_release(&result);
	check_entries(input_count);
	for (pace_limit = 0; pace_limit < calls;
	     pace_limit += 1 + pace_limit / 4) {
		pace_calls = paced_rows = 0;
		ck_assert_int_eq(run(os_fs_real(), 1000 * SECOND_US, 1000),
		    STELE_E_QUERY_CANCELED);
		ck_assert_ptr_null(result.outputs);
		check_entries(input_count);
	}
	for (uint32_t i = 0; i < input_count; i++)
		ck_assert_int_eq(segment_verify(os_fs_real(), dir, inputs[i],
				     &model.directory, &err),
		    0);
}
END_TEST

/* Every call of the file system in turn fails. */
static uint64_t calls_left;

static ssize_t
failing_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	return calls_left-- == 0
	    ? -ENOSPC
	    : os_fs_real()->pwrite(file, data, len, offset);
}

static ssize_t
failing_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	return calls_left-- == 0 ? -EIO
				 : os_fs_real()->pread(file, data, len, offset);
}

static int
failing_fsync(struct os_file *file UNUSED)
{
	return calls_left-- == 0 ? -EIO : 0;
}

static int
failing_rename(struct os_fs *fs, const char *from, const char *to)
{
	return calls_left-- == 0 ? -EIO : os_fs_real()->rename(fs, from, to);
}

static int
failing_open(struct os_fs *fs, const char *path, unsigned flags,
    struct os_file **out)
{
	return calls_left-- == 0 ? -EMFILE
				 : os_fs_real()->open(fs, path, flags, out);
}

START_TEST(a_failing_call_leaves_nothing)
{
	struct os_fs fs = *os_fs_real();
	uint64_t n = 0;
	int rc = -1;

	fs.pwrite = failing_pwrite;
	fs.pread = failing_pread;
	fs.fsync = failing_fsync;
	fs.fdatasync = failing_fsync;
	fs.rename = failing_rename;
	fs.open = failing_open;
	make(9, 1000, 3, MIXED);
	for (; rc != 0; n += 1 + n / 16) {
		calls_left = n;
		paced_rows = 0;
		rc = run(&fs, 1000 * SECOND_US, 500);
		if (rc == 0)
			break;
		ck_assert(rc == STELE_E_DISK_FULL || rc == STELE_E_OS ||
		    rc == STELE_E_INSUFFICIENT_RESOURCES);
		check_entries(input_count);
	}
	ck_assert_uint_gt(n, 30);
	check_outputs();
}
END_TEST

/* A damaged input is an error that names its file. */
START_TEST(a_damaged_input_is_an_error)
{
	char path[OS_PATH_SIZE];
	struct os_file *file;
	uint8_t byte;

	make(10, 3000, 3, LUMPS);
	ck_assert_int_eq(segment_path(path, sizeof(path), dir, metas[1].number,
			     &err),
	    0);
	ck_assert_int_eq(os_open(os_fs_real(), path, OS_READ | OS_WRITE, &file,
			     &err),
	    0);
	ck_assert_int_eq(os_pread_full(file, &byte, 1, 1000, &err), 0);
	byte ^= 1;
	ck_assert_int_eq(os_pwrite_full(file, &byte, 1, 1000, &err), 0);
	os_close(file);
	ck_assert_int_eq(run(os_fs_real(), 1000 * SECOND_US, 500),
	    STELE_E_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.message, path));
	check_entries(input_count);
}
END_TEST

/* ---- what verification rests on ---- */

static const uint32_t *no_codes[MODEL_COLUMNS];

static struct content_hash
hash_of(struct vec *cols, struct sel sel, uint32_t type_oid)
{
	const struct batch batch = { .row_count = model.row_count,
		.col_count = MODEL_COLUMNS,
		.cols = cols,
		.sel = sel };
	struct content_hash hash = { .row_count = 0 };

	content_hash_add(&hash, type_oid, &batch, no_codes);
	return hash;
}

/* Another value for one row of a column; false if it has none to lend. */
static bool
change_value(struct vec *vec, uint32_t row)
{
	size_t size = phys_size(vec->phys);
	uint32_t other = (row + 1) % model.row_count;

	(void)vec_need_nulls(vec, model.row_count, &model.arena);
	if (vec->nulls[row] == 0) {
		vec->nulls[row] = 1; /* a value goes */
		return true;
	}
	if (vec->nulls[other] != 0)
		return false;
	vec->nulls[row] = 0; /* one comes */
	memcpy((char *)vec->data + row * size, (char *)vec->data + other * size,
	    size);
	return true;
}

START_TEST(content_is_told_apart)
{
	struct vec cols[MODEL_COLUMNS];
	struct content_hash all, changed;
	uint16_t backwards[200], twice[] = { 5, 5 };
	uint32_t changes = 0;

	model_init(&model, 11, ARRAY_LEN(backwards), ZONE_ROWS);
	for (uint32_t i = 0; i < model.row_count; i++)
		backwards[i] = (uint16_t)(model.row_count - 1 - i);
	all = hash_of(model.cols, sel_all(model.row_count), 1);
	ck_assert_uint_eq(all.row_count, model.row_count);
	/* The order is nothing; a row more or less, and the type, are. */
	changed =
	    hash_of(model.cols, (struct sel){ backwards, model.row_count }, 1);
	ck_assert_uint_eq(changed.sum, all.sum);
	changed = hash_of(model.cols, sel_all(model.row_count - 1), 1);
	ck_assert_uint_ne(changed.sum, all.sum);
	changed = hash_of(model.cols, (struct sel){ twice, 2 }, 1);
	ck_assert_uint_ne(changed.sum, 0);
	changed = hash_of(model.cols, sel_all(model.row_count), 2);
	ck_assert_uint_ne(changed.sum, all.sum);
	for (uint32_t c = 0; c < MODEL_COLUMNS; c++) {
		memcpy(cols, model.cols, sizeof(cols));
		for (uint32_t row = 0; row < model.row_count; row += 13) {
			if (!change_value(&cols[c], row))
				continue;
			changes++;
			changed = hash_of(cols, sel_all(model.row_count), 1);
			ck_assert_msg(changed.sum != all.sum,
			    "column %u, row %u", c, row);
			all.sum = changed.sum;
		}
		all = hash_of(model.cols, sel_all(model.row_count), 1);
	}
	ck_assert_uint_gt(changes, 150);
	/* Two rows that exchange a value are two other rows. */
	memcpy(cols, model.cols, sizeof(cols));
	cols[1].i64[3]++;
	cols[1].i64[4]--;
	changed = hash_of(cols, sel_all(model.row_count), 1);
	ck_assert_uint_ne(changed.sum, all.sum);
}
END_TEST

START_TEST(codes_count_as_their_strings)
{
	static int64_t codes[] = { 1, 0, 2, 2 };
	static struct str strings[] = { { "b", 1 }, { "", 0 }, { "c", 1 },
		{ "c", 1 } };
	uint32_t hashes[] = { content_hash_string(STR("")),
		content_hash_string(STR("b")), content_hash_string(STR("c")) };
	const uint32_t *string_hashes = hashes, *none = NULL;
	struct vec by_code = { .phys = PHYS_I64, .i64 = codes };
	struct vec by_string = { .phys = PHYS_STR, .str = strings };
	struct batch batch = { 4, 1, &by_code, sel_all(4) };
	struct content_hash a = { 0 }, b = { 0 };

	model_init(&model, 1, 1, ZONE_ROWS);
	content_hash_add(&a, 1, &batch, &string_hashes);
	batch.cols = &by_string;
	content_hash_add(&b, 1, &batch, &none);
	ck_assert_uint_eq(a.sum, b.sum);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compact_merge");
	TCase *tcase = tcase_create("compact_merge");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, every_row_comes_back, 0,
	    3 * ARRAY_LEN(merge_case));
	tcase_add_test(tcase, batches_are_bounded);
	tcase_add_loop_test(tcase, what_is_past_is_left_out, 0,
	    2 * ARRAY_LEN(past_case));
	tcase_add_test(tcase, dictionaries_stay);
	tcase_add_loop_test(tcase, equality_finds_all, 0, 4);
	tcase_add_test(tcase, an_end_leaves_nothing);
	tcase_add_test(tcase, a_failing_call_leaves_nothing);
	tcase_add_test(tcase, a_damaged_input_is_an_error);
	tcase_add_test(tcase, content_is_told_apart);
	tcase_add_test(tcase, codes_count_as_their_strings);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
