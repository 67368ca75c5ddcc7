/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments against a naive model: every row comes back by zones and by rows,
 * limits of event_id and contexts are exact, pruning never drops a match, and
 * damage is an error or does no harm.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check_each.h"
#include "../draws.h"
#include "common/error.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment.h"
#include "os/file.h"
#include "segment_model.h"

#define NUMBER 0x1234

static struct error err;
static char dir[64];
static char folder[OS_PATH_SIZE];
static char path[OS_PATH_SIZE];
static struct block_cache *cache;
static struct arena arena;
static struct model model;
static struct segment_meta meta;
static struct segment *segment;
static struct segment_section *section;
static uint32_t all_attnums[MODEL_COLUMNS + 1];
static uint64_t id_base; /* of all segments of a test */
static struct scan_spec spec;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/stele-segment-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(os_path(folder, dir, SEGMENT_DIRECTORY, &err), 0);
	ck_assert_int_eq(os_mkdir(os_fs_real(), folder, &err), 0);
	ck_assert_int_eq(segment_path(path, sizeof(path), dir, NUMBER, &err),
	    0);
	cache = block_cache_new(1 << 20);
	ck_assert_ptr_nonnull(cache);
	arena_init(&arena, NULL);
	segment = NULL;
	meta = (struct segment_meta){ 0 };
	id_base = 0;
	for (uint32_t i = 0; i <= MODEL_COLUMNS; i++)
		all_attnums[i] = COLUMN_VERSION + i;
}

static void
setup_adopted(void)
{
	setup();
	id_base = (uint64_t)1 << 40;
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
	segment_unref(segment);
	segment_meta_release(&meta);
	model_release(&model);
	arena_release(&arena);
	block_cache_free(cache);
	ck_assert_int_eq(os_list(os_fs_real(), folder, remove_entry, folder,
			     &err),
	    0);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* The file has the model's ids, the segment has them above the base. */
static void
adopt(void)
{
	meta.event_id_first += id_base;
	meta.event_id_last += id_base;
	for (uint32_t i = 0; i < model.row_count; i++)
		model.cols[COLUMN_EVENT_ID - 1].i64[i] += (int64_t)id_base;
}

static void
make(uint64_t seed, uint32_t row_count, uint32_t zone_rows)
{
	model_init(&model, seed, row_count, zone_rows);
	model_write(&model, os_fs_real(), dir, NUMBER, &meta);
	adopt();
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &model.directory, cache, &segment, &err),
	    0);
	spec = (struct scan_spec){
		.type = &model.type,
		.attnums = all_attnums,
		.attnum_count = MODEL_COLUMNS + 1,
	};
}

static void
open_section(void)
{
	ck_assert_msg(segment_section(segment, MODEL_OID, &section, &err) == 0,
	    "%s", err.message);
	ck_assert_ptr_nonnull(section);
}

/* Read all that a cursor gives; rows of the model are next[0..count-1]. */
static void
check_rows(struct segment_cursor *cursor, const uint32_t *rows, uint32_t count)
{
	struct batch batch;
	uint32_t done = 0;
	int rc;

	while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1) {
		ck_assert_uint_le(batch.row_count, VEC_ROWS);
		ck_assert_uint_le(batch.row_count, count - done);
		for (uint32_t i = 0; i < batch.row_count; i++)
			model_check_row(&model, &batch, spec.attnums, i,
			    rows[done + i]);
		done += batch.row_count;
	}
	ck_assert_msg(rc == 0, "%s", err.message);
	ck_assert_uint_eq(done, count);
	segment_cursor_close(cursor);
}

static uint32_t *
model_rows(uint32_t *count)
{
	uint32_t *rows =
	    arena_alloc_array(&arena, model.row_count + 1, sizeof(*rows));

	*count = 0;
	for (uint32_t i = 0; i < model.row_count; i++) {
		uint64_t id = (uint64_t)model.cols[2].i64[i];

		if (id >= spec.event_id_first &&
		    (spec.event_id_last == 0 || id <= spec.event_id_last) &&
		    (!spec.has_context ||
			str_equal(model.cols[0].str[i], spec.context)))
			rows[(*count)++] = i;
	}
	return rows;
}

static const struct {
	uint32_t row_count;
	uint32_t zone_rows;
} size_case[] = { { 1, 128 }, { 127, 128 }, { 128, 128 }, { 129, 128 },
	{ 3000, 128 }, { 9000, 4096 }, { 5000, 8192 } };

static uint32_t chunks_by_id; /* of times */

static void
add_bytes(void *arg, const struct segment_part *part)
{
	ck_assert(
	    (part->kind == SEGMENT_PART_CHUNKS) == (part->encoding != NULL));
	if (part->place == COLUMN_TIMESTAMP && part->encoding != NULL &&
	    strcmp(part->encoding, "integers by id") == 0)
		chunks_by_id += part->count;
	*(uint64_t *)arg += part->bytes;
}

START_TEST(every_row_comes_back)
{
	uint64_t bytes = 0;
	struct segment_cursor *cursor;
	struct segment_parts parts;
	uint32_t *rows, count;

	make((uint64_t)_i, size_case[_i].row_count, size_case[_i].zone_rows);
	open_section();
	ck_assert_uint_eq(meta.row_count, model.row_count);
	ck_assert_uint_eq(segment_section_row_count(section), model.row_count);
	ck_assert_int_eq(segment_verify(os_fs_real(), dir, &meta,
			     &model.directory, &err),
	    0);
	ck_assert_int_eq(segment_describe(segment, add_bytes, &bytes, &err), 0);
	ck_assert_uint_eq(bytes, meta.size_bytes);
	/* Times of the model follow the ids, which have gaps. */
	ck_assert(chunks_by_id > 0 || model.row_count < 4096);
	rows = model_rows(&count);
	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	ck_assert_uint_eq(parts.zone_count,
	    (model.row_count + model.zone_rows - 1) / model.zone_rows);
	ck_assert_int_eq(segment_cursor_open_zones(section, &spec, parts.zones,
			     parts.zone_count, &cursor, &err),
	    0);
	check_rows(cursor, rows, count);
	ck_assert_int_eq(segment_cursor_open_rows(section, &spec, rows, count,
			     &cursor, &err),
	    0);
	check_rows(cursor, rows, count);
	ck_assert_int_eq(segment_section(segment, MODEL_OID + 1, &section,
			     &err),
	    0);
	ck_assert_ptr_null(section);
}
END_TEST

/* Columns in any order, some twice, and limits of event_id that fall anywhere */
START_TEST(limits_are_exact)
{
	static const uint32_t attnums[] = { 10, 3, 16, 1, 3 };
	struct segment_cursor *cursor;
	struct segment_parts parts;
	uint32_t *rows, count;

	make(11, 3000, 256);
	open_section();
	spec.attnums = attnums;
	spec.attnum_count = ARRAY_LEN(attnums);
	for (int i = 0; i < 200; i++) {
		uint64_t last = meta.event_id_last + 10 - id_base;

		spec.event_id_first = id_base + model_draw(&model) % last;
		spec.event_id_last = id_base + model_draw(&model) % last;
		if (i % 3 == 0)
			spec.event_id_last = 0;
		if (i % 5 == 0)
			spec.event_id_last = UINT64_MAX;
		if (i % 2 == 0 && spec.event_id_last != 0)
			spec.event_id_last = spec.event_id_first + 3;
		rows = model_rows(&count);
		ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts,
				     &err),
		    0);
		ck_assert_uint_le(parts.zone_count, count / 256 + 2);
		ck_assert_int_eq(segment_cursor_open_zones(section, &spec,
				     parts.zones, parts.zone_count, &cursor,
				     &err),
		    0);
		check_rows(cursor, rows, count);
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(contexts_are_exact)
{
	struct segment_cursor *cursor;
	struct segment_parts parts;
	uint32_t *rows, count;

	make(12, 5000, 512);
	open_section();
	spec.has_context = true;
	for (int i = 0; i < 300; i++) {
		uint32_t row = (uint32_t)model_draw(&model) % model.row_count;

		spec.context = model.cols[0].str[row];
		if (i == 7)
			spec.context = STR("user-000x");
		spec.event_id_first = 0;
		spec.event_id_last = 0;
		if (i % 3 == 1)
			spec.event_id_first = (uint64_t)model.cols[2].i64[row];
		if (i % 3 == 2)
			spec.event_id_last = (uint64_t)model.cols[2].i64[row];
		rows = model_rows(&count);
		ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts,
				     &err),
		    0);
		ck_assert_uint_eq(parts.zone_count, 0);
		ck_assert_uint_eq(parts.row_count, count);
		for (uint32_t k = 0; k < count; k++)
			CHECK_EACH(parts.rows[k] == rows[k]);
		ck_assert_int_eq(segment_cursor_open_rows(section, &spec,
				     parts.rows, parts.row_count, &cursor,
				     &err),
		    0);
		check_rows(cursor, rows, count);
		arena_reset(&arena);
	}
}
END_TEST

/* Of rows whose turns go `turn`, those of one of two segments. */
static struct segment_piece
take_turns(struct segment_section *of, uint32_t count, const uint32_t turn[2],
    bool is_second)
{
	uint32_t *rows = arena_alloc_array(&arena, count, sizeof(*rows));
	struct segment_piece piece = { .section = of, .rows = rows };

	for (uint32_t row = 0; row < count; row++)
		if ((row % (turn[0] + turn[1]) >= turn[0]) == is_second)
			rows[piece.row_count++] = row;
	return piece;
}

static const struct {
	uint32_t row_count;
	uint32_t turn[2];
} piece_case[] = { { 2, { 1, 1 } }, { 300, { 1, 1 } }, { 700, { 3, 50 } },
	{ 2000, { 1000, 1000 } }, { VEC_ROWS - 1, { 2, 1 } },
	{ VEC_ROWS, { 1, 4 } } };

/* Rows of two segments with the same events, taken by turns, are one batch. */
START_TEST(rows_of_segments_are_put_in_order)
{
	uint32_t row_count = piece_case[_i].row_count, *rows, count;
	struct segment_meta other_meta = { 0 };
	struct segment_section *other_section;
	struct segment_cursor *cursor;
	struct segment_piece pieces[2];
	struct segment *other;

	make((uint64_t)_i + 40, row_count, 128);
	open_section();
	model_write(&model, os_fs_real(), dir, NUMBER + 1, &other_meta);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &other_meta,
			     &model.directory, cache, &other, &err),
	    0);
	ck_assert_int_eq(segment_section(other, MODEL_OID, &other_section,
			     &err),
	    0);
	rows = model_rows(&count);
	for (int swap = 0; swap < 2; swap++) {
		pieces[swap] =
		    take_turns(section, row_count, piece_case[_i].turn, false);
		pieces[!swap] = take_turns(other_section, row_count,
		    piece_case[_i].turn, true);
		ck_assert_int_eq(segment_cursor_open_pieces(&spec, pieces, 2,
				     &cursor, &err),
		    0);
		check_rows(cursor, rows, count);
	}
	segment_unref(other);
	segment_meta_release(&other_meta);
}
END_TEST

/* A range from values that are there, of any column, with limits left out. */
static struct scan_range
draw_range(void)
{
	struct scan_range range = {
		.attnum = COLUMN_VERSION +
		    (uint32_t)(model_draw(&model) % (MODEL_COLUMNS + 1)),
		.has_low = model_draw(&model) % 4 != 0,
		.has_high = model_draw(&model) % 4 != 0,
	};
	const struct vec *vec;

	if (range.attnum == COLUMN_FIRST_FIELD + MODEL_FIELDS) {
		range.low.str =
		    model_draw(&model) % 2 == 0 ? STR("none") : STR("z");
		range.high = range.low;
		return range;
	}
	vec = &model.cols[segment_column_index(range.attnum)];
	for (int tries = 0; tries < 100; tries++) {
		range.low = vec_get(vec,
		    (uint32_t)model_draw(&model) % model.row_count);
		range.high = vec_get(vec,
		    (uint32_t)model_draw(&model) % model.row_count);
		if (model_draw(&model) % 2 == 0)
			range.high = range.low;
		if (!range.low.is_null && !range.high.is_null)
			return range;
	}
	range.has_low = range.has_high = false;
	return range;
}

START_TEST(pruning_never_drops_a_match)
{
	struct segment_parts parts;
	uint64_t kept = 0, zones = 0;

	make(13, 3000, 128);
	open_section();
	for (int i = 0; i < DRAWS(2000); i++) {
		struct scan_range range = draw_range();
		uint32_t at = 0;

		spec.ranges = &range;
		spec.range_count = 1;
		ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts,
				     &err),
		    0);
		kept += parts.zone_count;
		zones += segment_section_zone_count(section);
		for (uint32_t row = 0; row < model.row_count; row++) {
			uint32_t zone = row / model.zone_rows;

			while (at < parts.zone_count && parts.zones[at] < zone)
				at++;
			if (at < parts.zone_count && parts.zones[at] == zone)
				continue;
			if (model_in_range(&model, row, &range))
				ck_abort_msg("column %u, row %u was dropped",
				    range.attnum, row);
		}
		arena_reset(&arena);
	}
	/* Measured 54 %: ranges are wide, values random. */
	ck_assert_msg(kept < zones * 7 / 10, "kept %llu of %llu zones",
	    (unsigned long long)kept, (unsigned long long)zones);
}
END_TEST

/* Is a row of the model within the limits, ranges and sets of the scan? */
static bool
is_wanted(uint32_t row)
{
	uint64_t id = (uint64_t)model.cols[2].i64[row];
	bool is_in = id >= spec.event_id_first &&
	    (spec.event_id_last == 0 || id <= spec.event_id_last) &&
	    (!spec.has_context ||
		str_equal(model.cols[0].str[row], spec.context));

	for (uint32_t i = 0; i < spec.range_count; i++)
		is_in = is_in && model_in_range(&model, row, &spec.ranges[i]);
	for (uint32_t i = 0; i < spec.set_count; i++) {
		bool any = false;

		for (uint32_t k = 0; k < spec.sets[i].value_count; k++) {
			struct scan_range one = { .attnum = spec.sets[i].attnum,
				.has_low = true,
				.has_high = true,
				.low = spec.sets[i].values[k],
				.high = spec.sets[i].values[k] };

			any = any || model_in_range(&model, row, &one);
		}
		is_in = is_in && any;
	}
	return is_in;
}

/*
 * Every row that is wanted comes once and as it is, in order; rows that are
 * not in the ranges and sets may come too.  Returns how many came.
 */
static uint64_t
check_scan(void)
{
	struct segment_cursor *cursor;
	struct segment_parts parts;
	struct batch batch;
	uint32_t next = 0; /* row of the model */
	uint64_t came = 0;
	int rc;

	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	rc = spec.has_context
	    ? segment_cursor_open_rows(section, &spec, parts.rows,
		  parts.row_count, &cursor, &err)
	    : segment_cursor_open_zones(section, &spec, parts.zones,
		  parts.zone_count, &cursor, &err);
	ck_assert_int_eq(rc, 0);
	while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1) {
		ck_assert_uint_gt(batch.sel.count, 0);
		for (uint32_t i = 0; i < batch.row_count; i++, came++) {
			int64_t id = batch.cols[2].i64[i];

			for (; model.cols[2].i64[next] != id; next++)
				if (is_wanted(next))
					ck_abort_msg("row %u is missing", next);
			model_check_row(&model, &batch, spec.attnums, i,
			    next++);
		}
	}
	ck_assert_msg(rc == 0, "%s", err.message);
	for (; next < model.row_count; next++)
		if (is_wanted(next))
			ck_abort_msg("row %u is missing", next);
	segment_cursor_close(cursor);
	return came;
}

/* Some values of a column, some of which are there. */
static void
draw_set(struct scan_set *set, struct datum *values, uint32_t most)
{
	do {
		struct scan_range range = draw_range();

		set->attnum = range.attnum;
		set->value_count = 1 + (uint32_t)(model_draw(&model) % most);
		set->values = values;
		values[0] = range.low;
		if (!range.has_low && !range.has_high)
			continue;
		if (set->attnum == COLUMN_FIRST_FIELD + MODEL_FIELDS) {
			set->value_count = 1;
			return;
		}
	} while (values[0].is_null);
	for (uint32_t i = 1; i < set->value_count; i++) {
		do
			values[i] = vec_get(
			    &model.cols[segment_column_index(set->attnum)],
			    (uint32_t)model_draw(&model) % model.row_count);
		while (values[i].is_null);
	}
}

/* With and without each index: the same rows, of fewer that are read. */
START_TEST(rows_are_the_same_without_indexes)
{
	static const uint32_t attnums[] = { 1, 2, 3, 10, 4, 13, 17, 16, 0 };
	uint64_t came[SCAN_WITHOUT_ALL + 1] = { 0 };

	make(100 + (uint64_t)_i, 3000, 128u << _i);
	open_section();
	spec.attnums = attnums;
	spec.attnum_count = ARRAY_LEN(attnums);
	for (int i = 0; i < DRAWS(100); i++) {
		struct scan_range ranges[2];
		struct datum values[20];
		struct scan_set set;
		uint32_t row = (uint32_t)model_draw(&model) % model.row_count;

		ranges[0] = draw_range();
		ranges[1] = draw_range();
		draw_set(&set, values, i % 2 == 0 ? 3 : 20);
		spec.ranges = ranges;
		spec.range_count = (uint32_t)(model_draw(&model) % 3);
		spec.sets = &set;
		spec.set_count = (uint32_t)(model_draw(&model) % 2);
		spec.has_context = i % 5 == 0;
		spec.context = model.cols[0].str[row];
		spec.event_id_last =
		    i % 4 == 0 ? (uint64_t)model.cols[2].i64[row] : 0;
		for (unsigned w = 0; w <= SCAN_WITHOUT_ALL; w++) {
			/* Without one, or all; without some each fourth time. */
			if (i % 4 != 0 && w != SCAN_WITHOUT_ALL &&
			    (w & (w - 1)) != 0)
				continue;
			spec.without = w;
			came[w] += check_scan();
		}
		arena_reset(&arena);
	}
	ck_assert_uint_lt(came[0], came[SCAN_WITHOUT_ALL] * 2 / 3);
	ck_assert_uint_lt(came[0], came[SCAN_WITHOUT_ZONE_MAPS]);
	ck_assert_uint_lt(came[0], came[SCAN_WITHOUT_ROW_FILTER]);
	ck_assert_uint_eq(came[0], came[SCAN_WITHOUT_CONTEXT_INDEX]);
}
END_TEST

/* Some events by their ids, some that are not there. */
START_TEST(events_are_found_by_id)
{
	struct segment_cursor *cursor;
	struct segment_parts parts;
	int64_t *ids, id;
	uint32_t *rows, count = 0;

	make(7, 3000, 128);
	open_section();
	ids = arena_alloc_array(&arena, model.row_count, sizeof(*ids));
	rows = arena_alloc_array(&arena, model.row_count, sizeof(*rows));
	for (uint32_t i = 0; i < model.row_count; i += 37) {
		id = model.cols[COLUMN_EVENT_ID - 1].i64[i];
		if (i > 0 &&
		    model.cols[COLUMN_EVENT_ID - 1].i64[i - 1] < id - 1 &&
		    i % 2 == 0)
			ids[spec.event_id_count++] = id - 1;
		ids[spec.event_id_count++] = id;
		rows[count++] = i;
	}
	spec.event_ids = ids;
	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	ck_assert_uint_eq(parts.row_count, count);
	ck_assert_int_eq(segment_cursor_open_rows(section, &spec, parts.rows,
			     parts.row_count, &cursor, &err),
	    0);
	check_rows(cursor, rows, count);
}
END_TEST

/* A key that is nowhere, or in one row: filters leave next to no zone. */
START_TEST(filters_find_keys)
{
	static const struct {
		const char *what;
		uint32_t field;
	} keys[] = { { "uuid", 9 }, { "serial", 12 }, { "token", 13 } };
	const uint32_t attnum = COLUMN_FIRST_FIELD + keys[_i].field;
	const struct vec *vec;
	struct segment_parts parts;
	uint64_t with = 0, without = 0;

	make(14, 6000, 128);
	open_section();
	vec = &model.cols[segment_column_index(attnum)];
	for (uint32_t row = 0; row < model.row_count; row += 7) {
		struct datum value = vec_get(vec, row);
		struct scan_range range = { .attnum = attnum,
			.has_low = true,
			.has_high = true,
			.low = value,
			.high = value };

		if (value.is_null)
			continue;
		spec.ranges = &range;
		spec.range_count = 1;
		spec.without = SCAN_WITHOUT_FILTERS;
		ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts,
				     &err),
		    0);
		without += parts.zone_count;
		spec.without = 0;
		ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts,
				     &err),
		    0);
		with += parts.zone_count;
		ck_assert_uint_ge(parts.zone_count, 1);
		arena_reset(&arena);
	}
	ck_assert_msg(with * 10 < without, "%s: %llu of %llu zones",
	    keys[_i].what, (unsigned long long)with,
	    (unsigned long long)without);
}
END_TEST

/* ---- damage ---- */

/* A file system whose only file is this. */
static uint8_t *image;
static size_t image_len;
static struct os_fs image_fs;

static int
image_open(struct os_fs *fs, const char *name, unsigned flags UNUSED,
    struct os_file **out)
{
	*out = calloc(1, sizeof(**out));
	ck_assert_ptr_nonnull(*out);
	(*out)->fs = fs;
	(*out)->path = strdup(name);
	return 0;
}

static void
image_close(struct os_file *file)
{
	free(file->path);
	free(file);
}

static ssize_t
image_pread(struct os_file *file UNUSED, void *data, size_t len,
    uint64_t offset)
{
	if (offset >= image_len)
		return 0;
	len = len > image_len - offset ? image_len - offset : len;
	memcpy(data, image + offset, len);
	return (ssize_t)len;
}

static int
image_size(struct os_file *file UNUSED, uint64_t *out)
{
	*out = image_len;
	return 0;
}

/* Read all rows afresh: 0 and all of them right, or an error. */
static int
read_all(void)
{
	struct segment_cursor *cursor = NULL;
	struct segment_section *damaged;
	struct segment_parts parts;
	struct segment *again;
	struct batch batch;
	uint32_t done = 0;
	int rc;

	ck_assert_int_eq(segment_open(&image_fs, dir, &meta, &model.directory,
			     cache, &again, &err),
	    0);
	rc = segment_section(again, MODEL_OID, &damaged, &err);
	if (rc == 0)
		rc = segment_prune(damaged, &spec, &arena, &parts, &err);
	if (rc == 0)
		rc = segment_cursor_open_zones(damaged, &spec, parts.zones,
		    parts.zone_count, &cursor, &err);
	while (
	    rc == 0 && (rc = segment_cursor_next(cursor, &batch, &err)) == 1) {
		for (uint32_t i = 0; i < batch.row_count; i++)
			model_check_row(&model, &batch, spec.attnums, i,
			    done + i);
		done += batch.row_count;
		rc = 0;
	}
	if (rc == 0)
		ck_assert_uint_eq(done, model.row_count);
	segment_cursor_close(cursor);
	segment_unref(again);
	return rc;
}

static int
verify_file(void)
{
	return segment_verify(&image_fs, dir, &meta, &model.directory, &err);
}

static void
make_image(void)
{
	make(21, 140, 128);
	image_fs.open = image_open;
	image_fs.close = image_close;
	image_fs.pread = image_pread;
	image_fs.size = image_size;
	ck_assert_int_eq(os_read_file(os_fs_real(), path, 1 << 20, &image,
			     &image_len, &err),
	    0);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(verify_file(), 0);
}

/*
 * Every byte lies under a checksum: a whole reading finds any flipped bit, and
 * a scan finds it or does not come by it, and never gives a wrong row (C1).
 */
START_TEST(any_flipped_byte_is_found)
{
	uint64_t found = 0;

	make_image();
	for (size_t at = 0; at < image_len; at++) {
		int rc;

		image[at] ^= (uint8_t)(1u << (at % 8));
		ck_assert_msg(verify_file() == STELE_E_CORRUPT,
		    "byte %zu is not covered", at);
		rc = read_all();
		image[at] ^= (uint8_t)(1u << (at % 8));
		ck_assert(rc == 0 || rc == STELE_E_CORRUPT);
		if (rc != 0)
			ck_assert_ptr_nonnull(strstr(err.message, path));
		found += rc != 0;
	}
	/* All but the context index, which a scan does not read. */
	ck_assert_uint_gt(found, image_len * 8 / 10);
	free(image);
}
END_TEST

START_TEST(any_truncation_is_found)
{
	make_image();
	while (image_len-- > 0)
		ck_assert_int_eq(read_all(), STELE_E_CORRUPT);
	free(image);
}
END_TEST

/* A block at another place, another segment's file, no file (C1, C3). */
START_TEST(what_is_swapped_is_found)
{
	struct segment_meta other;
	char other_path[OS_PATH_SIZE];

	make_image();
	memmove(image + 512, image + 1024, 512);
	ck_assert_int_eq(verify_file(), STELE_E_CORRUPT);
	model_write(&model, os_fs_real(), dir, NUMBER + 1, &other);
	ck_assert_int_eq(segment_path(other_path, sizeof(other_path), dir,
			     NUMBER + 1, &err),
	    0);
	ck_assert_int_eq(os_rename(os_fs_real(), other_path, path, &err), 0);
	image_fs = *os_fs_real();
	meta.size_bytes = other.size_bytes;
	ck_assert_int_eq(read_all(), STELE_E_CORRUPT);
	ck_assert_int_eq(os_unlink(os_fs_real(), path, &err), 0);
	ck_assert_int_eq(read_all(), STELE_E_FILE_MISSING);
	segment_meta_release(&other);
	free(image);
}
END_TEST

/* ---- strings, types, files ---- */

/* One text field; its i-th value is made by `value`. */
static void
write_strings(struct str (*value)(uint32_t i), uint32_t row_count,
    uint32_t zone_rows)
{
	static const enum phys phys[] = { PHYS_STR, PHYS_I64, PHYS_I64,
		PHYS_I64, PHYS_STR };
	struct segment_options options = { .zone_rows = zone_rows };
	struct segment_writer *writer;

	ck_assert_int_eq(segment_writer_open(os_fs_real(), dir, NUMBER, 0,
			     &options, &writer, &err),
	    0);
	ck_assert_int_eq(segment_writer_begin_type(writer, MODEL_OID, phys, 5,
			     &err),
	    0);
	for (uint32_t i = 0; i < row_count; i++) {
		struct str context = STR("one"), text = value(i);
		int64_t time = 0, id = i + 1, version = 1;
		struct vec cols[] = {
			{ .phys = PHYS_STR, .str = &context },
			{ .phys = PHYS_I64, .i64 = &time },
			{ .phys = PHYS_I64, .i64 = &id },
			{ .phys = PHYS_I64, .i64 = &version },
			{ .phys = PHYS_STR, .str = &text },
		};
		struct batch batch = { .row_count = 1,
			.col_count = 5,
			.cols = cols,
			.sel = sel_all(1) };

		ck_assert_int_eq(segment_writer_append(writer, &batch, &err),
		    0);
	}
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	ck_assert_int_eq(segment_writer_finish(writer, &meta, &err), 0);
	ck_assert_int_eq(segment_verify(os_fs_real(), dir, &meta,
			     &options.directory, &err),
	    0);
}

static struct str
distinct(uint32_t i)
{
	static char text[32];

	return str_of(text,
	    (size_t)snprintf(text, sizeof(text), "%u-distinct", i * 7919));
}

static struct str
repeated(uint32_t i)
{
	static char text[32];

	return str_of(text,
	    (size_t)snprintf(text, sizeof(text), "value %u", i % 3000));
}

static struct str
enormous(uint32_t i)
{
	static char text[6 << 20];

	memset(text, 'a' + (int)(i % 26), sizeof(text));
	return str_of(text, sizeof(text));
}

static const struct {
	const char *what;
	struct str (*value)(uint32_t i);
	uint32_t row_count;
	uint32_t zone_rows;
	uint32_t zone_count;
	size_t size_max;
} string_case[] = {
	/* A dictionary is begun and given up, after some zones. */
	{ "distinct", distinct, 70000, 8192, 9, 1600000 },
	/* One of several pages is kept. */
	{ "repeated", repeated, 9000, 1024, 9, 48000 },
	/* Zones end early, so that no chunk grows without bound. */
	{ "enormous", enormous, 7, 256, 2, 50u << 20 },
};

START_TEST(strings_of_all_kinds)
{
	struct field field = { .name = STR("text"),
		.type = { .oid = TYPE_TEXT, .mod = -1 } };
	uint32_t attnum = COLUMN_FIRST_FIELD, done = 0;
	struct segment_cursor *cursor;
	struct segment_parts parts;
	struct batch batch;

	write_strings(string_case[_i].value, string_case[_i].row_count,
	    string_case[_i].zone_rows);
	ck_assert_uint_le(meta.size_bytes, string_case[_i].size_max);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &(struct uuid){ 0 }, cache, &segment, &err),
	    0);
	model_init(&model, 1, 1, 128);
	model.type.fields = &field;
	model.type.field_count = 1;
	spec = (struct scan_spec){ .type = &model.type,
		.attnums = &attnum,
		.attnum_count = 1 };
	open_section();
	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	ck_assert_uint_eq(parts.zone_count, string_case[_i].zone_count);
	ck_assert_int_eq(segment_cursor_open_zones(section, &spec, parts.zones,
			     parts.zone_count, &cursor, &err),
	    0);
	while (segment_cursor_next(cursor, &batch, &err) == 1)
		for (uint32_t i = 0; i < batch.row_count; i++)
			CHECK_EACH(str_equal(vec_get(&batch.cols[0], i).str,
			    string_case[_i].value(done++)));
	ck_assert_uint_eq(done, string_case[_i].row_count);
	segment_cursor_close(cursor);
}
END_TEST

#define LONG_FIELDS 8
#define LONG_ROWS   6

/* Rows of one batch, with a MiB in each of the fields. */
static void
write_long_rows(void)
{
	static char text[1 << 20];
	const struct segment_options options = { .zone_rows = 256 };
	enum phys phys[SEGMENT_CORE_COLUMNS + LONG_FIELDS] = { PHYS_STR,
		PHYS_I64, PHYS_I64, PHYS_I64 };
	struct vec cols[ARRAY_LEN(phys)];
	struct segment_writer *writer;
	struct batch batch = { .row_count = LONG_ROWS,
		.col_count = ARRAY_LEN(cols),
		.cols = cols,
		.sel = sel_all(LONG_ROWS) };

	memset(text, 'a', sizeof(text));
	for (uint32_t c = 0; c < ARRAY_LEN(cols); c++) {
		if (c >= SEGMENT_CORE_COLUMNS)
			phys[c] = PHYS_STR;
		vec_init(&cols[c], phys[c], LONG_ROWS, &arena);
		for (uint32_t i = 0; i < LONG_ROWS; i++)
			if (phys[c] == PHYS_STR)
				cols[c].str[i] = str_of(text, sizeof(text));
			else
				cols[c].i64[i] = i + 1;
	}
	for (uint32_t i = 0; i < LONG_ROWS; i++)
		cols[0].str[i] = STR("one");
	ck_assert_int_eq(segment_writer_open(os_fs_real(), dir, NUMBER, 0,
			     &options, &writer, &err),
	    0);
	ck_assert_int_eq(segment_writer_begin_type(writer, MODEL_OID, phys,
			     ARRAY_LEN(cols), &err),
	    0);
	ck_assert_int_eq(segment_writer_append(writer, &batch, &err), 0);
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	ck_assert_int_eq(segment_writer_finish(writer, &meta, &err), 0);
	ck_assert_int_eq(segment_verify(os_fs_real(), dir, &meta,
			     &options.directory, &err),
	    0);
}

/* What a zone holds is limited, not what each of its columns does. */
START_TEST(many_strings_end_a_zone)
{
	uint32_t attnum = COLUMN_EVENT_ID;
	struct segment_cursor *cursor;
	struct batch batch;

	write_long_rows();
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &(struct uuid){ 0 }, cache, &segment, &err),
	    0);
	model_init(&model, 1, 1, 128);
	spec = (struct scan_spec){ .type = &model.type,
		.attnums = &attnum,
		.attnum_count = 1 };
	open_section();
	ck_assert_int_eq(segment_cursor_open_all(section, &spec, &cursor, &err),
	    0);
	/* Four rows have 32 MiB, the fifth brings it past this. */
	ck_assert_int_eq(segment_cursor_next(cursor, &batch, &err), 1);
	ck_assert_uint_eq(batch.row_count, 5);
	ck_assert_int_eq(segment_cursor_next(cursor, &batch, &err), 1);
	ck_assert_uint_eq(batch.row_count, 1);
	ck_assert_int_eq(segment_cursor_next(cursor, &batch, &err), 0);
	segment_cursor_close(cursor);
}
END_TEST

/* ---- copies by codes ---- */

#define COPY_NUMBER 0x1235

/* A column of the copied section: its attnum, in the order of the section. */
static uint32_t
copied_attnum(uint32_t index)
{
	return index == segment_column_index(COLUMN_VERSION) ? COLUMN_VERSION
	    : index < SEGMENT_CORE_COLUMNS                   ? index + 1
							     : index;
}

static int
next_string(void *arg, struct str *out, struct error *error)
{
	return segment_dict_cursor_next(arg, out, error);
}

/* Give the writer a column's dictionary, by `use`. */
static void
copy_dict(struct segment_writer *writer, uint32_t attnum)
{
	struct segment_dict_cursor *cursor;
	struct segment_strings strings = { .next = next_string };

	ck_assert_int_eq(segment_dict_cursor_open(section, attnum, &cursor,
			     &err),
	    0);
	strings.arg = cursor;
	ck_assert_int_eq(attnum == COLUMN_CONTEXT_ID
		? segment_writer_use_contexts(writer, &strings, &err)
		: segment_writer_use_dict(writer, attnum, &strings, &err),
	    0);
	segment_dict_cursor_close(cursor);
}

static void
copy_rows(struct segment_writer *writer, const uint32_t *attnums)
{
	struct scan_spec copied = { .type = &model.type,
		.attnums = attnums,
		.attnum_count = MODEL_COLUMNS };
	struct segment_cursor *cursor;
	struct segment_parts parts;
	struct batch batch;
	int rc;

	ck_assert_int_eq(segment_prune(section, &copied, &arena, &parts, &err),
	    0);
	ck_assert_int_eq(segment_cursor_open_zones(section, &copied,
			     parts.zones, parts.zone_count, &cursor, &err),
	    0);
	for (uint32_t i = 0; i < MODEL_COLUMNS; i++)
		if (segment_section_dict_count(section, attnums[i]) > 0)
			segment_cursor_want_codes(cursor, i);
	while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1)
		ck_assert_int_eq(segment_writer_append(writer, &batch, &err),
		    0);
	ck_assert_msg(rc == 0, "%s", err.message);
	segment_cursor_close(cursor);
}

/* Copy the segment without looking at a string; then it is the segment. */
static void
copy_segment(void)
{
	struct segment_options options = { .directory = model.directory,
		.zone_rows = model.zone_rows,
		.sync_bytes = 1 };
	struct segment_writer *writer;
	uint32_t attnums[MODEL_COLUMNS];
	enum phys phys[MODEL_COLUMNS];

	ck_assert_int_eq(segment_writer_open(os_fs_real(), dir, COPY_NUMBER, 3,
			     &options, &writer, &err),
	    0);
	copy_dict(writer, COLUMN_CONTEXT_ID);
	for (uint32_t i = 0; i < MODEL_COLUMNS; i++) {
		attnums[i] = copied_attnum(i);
		phys[i] = model.cols[i].phys;
	}
	ck_assert_int_eq(segment_writer_begin_type(writer, MODEL_OID, phys,
			     MODEL_COLUMNS, &err),
	    0);
	for (uint32_t i = SEGMENT_CORE_COLUMNS; i < MODEL_COLUMNS; i++) {
		if (segment_section_dict_count(section, attnums[i]) > 0)
			copy_dict(writer, attnums[i]);
		else if (phys[i] == PHYS_STR)
			segment_writer_use_plain(writer, attnums[i]);
	}
	copy_rows(writer, attnums);
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	segment_meta_release(&meta);
	ck_assert_int_eq(segment_writer_finish(writer, &meta, &err), 0);
	segment_unref(segment);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &model.directory, cache, &segment, &err),
	    0);
	open_section();
}

START_TEST(a_copy_by_codes_has_the_same_rows)
{
	uint64_t size;
	struct segment_cursor *cursor;
	struct segment_parts parts;
	uint32_t *rows, count, dicts = 0;

	make(100 + (uint64_t)_i, _i == 0 ? 1 : 5000, 512);
	size = meta.size_bytes;
	open_section();
	ck_assert_uint_eq(segment_section_column_count(section), MODEL_COLUMNS);
	for (uint32_t a = COLUMN_VERSION; a <= MODEL_COLUMNS; a++)
		dicts += segment_section_dict_count(section, a) > 0;
	ck_assert_uint_ge(dicts, _i == 0 ? 1 : 2);
	copy_segment();
	ck_assert_msg(segment_verify(os_fs_real(), dir, &meta, &model.directory,
			  &err) == 0,
	    "%s", err.message);
	ck_assert_uint_eq(meta.size_bytes, size);
	ck_assert_uint_eq(meta.row_count, model.row_count);
	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	rows = model_rows(&count);
	ck_assert_int_eq(segment_cursor_open_zones(section, &spec, parts.zones,
			     parts.zone_count, &cursor, &err),
	    0);
	check_rows(cursor, rows, count);
	spec.has_context = true;
	spec.context = model.cols[0].str[model.row_count / 2];
	ck_assert_int_eq(segment_prune(section, &spec, &arena, &parts, &err),
	    0);
	rows = model_rows(&count);
	ck_assert_int_eq(segment_cursor_open_rows(section, &spec, parts.rows,
			     parts.row_count, &cursor, &err),
	    0);
	check_rows(cursor, rows, count);
}
END_TEST

/* Fail the n-th call: no file under the final name, no temporary file. */
static int calls_left;

static ssize_t
failing_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	return calls_left-- == 0
	    ? -ENOSPC
	    : os_fs_real()->pwrite(file, data, len, offset);
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

static void
count_entry(void *arg, const char *name UNUSED)
{
	++*(int *)arg;
}

START_TEST(a_failure_leaves_no_file)
{
	static const enum phys phys[] = { PHYS_STR, PHYS_I64, PHYS_I64,
		PHYS_I64 };
	struct segment_options options = { .zone_rows = 128 };
	struct str context = STR("c");
	int64_t one = 1;
	struct vec cols[] = {
		{ .phys = PHYS_STR, .is_constant = true, .str = &context },
		{ .phys = PHYS_I64, .is_constant = true, .i64 = &one },
		{ .phys = PHYS_I64, .is_constant = true, .i64 = &one },
		{ .phys = PHYS_I64, .is_constant = true, .i64 = &one },
	};
	struct batch batch = { .row_count = 1,
		.col_count = SEGMENT_CORE_COLUMNS,
		.cols = cols,
		.sel = sel_all(1) };
	struct os_fs fs = *os_fs_real();
	struct segment_writer *writer;
	int entries = 0, rc;

	model_init(&model, 1, 1, 128);
	fs.pwrite = failing_pwrite;
	fs.fsync = failing_fsync;
	fs.rename = failing_rename;
	calls_left = _i;
	ck_assert_int_eq(segment_writer_open(&fs, dir, NUMBER, 0, &options,
			     &writer, &err),
	    0);
	ck_assert_int_eq(segment_writer_begin_type(writer, 1, phys,
			     SEGMENT_CORE_COLUMNS, &err),
	    0);
	ck_assert_int_eq(segment_writer_append(writer, &batch, &err), 0);
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	rc = segment_writer_finish(writer, &meta, &err);
	ck_assert_int_eq(rc,
	    _i == 0      ? STELE_E_DISK_FULL
		: _i < 3 ? STELE_E_OS
			 : 0);
	ck_assert_int_eq(os_list(&fs, folder, count_entry, &entries, &err), 0);
	ck_assert_int_eq(entries, rc == 0 ? 1 : 0);
}
END_TEST

/* Drop the segment and read through a cache of another size. */
static void
use_cache(size_t limit_bytes)
{
	segment_unref(segment);
	segment = NULL;
	block_cache_free(cache);
	cache = block_cache_new(limit_bytes);
	ck_assert_ptr_nonnull(cache);
}

static const uint32_t summed[] = { 1, 2, 3, 5, 11, 12, 16, 17 };

static uint64_t
sum_batch(const struct batch *batch)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < batch->row_count; i++)
		for (uint32_t c = 0; c < batch->col_count; c++) {
			struct datum value = vec_get(&batch->cols[c], i);

			if (value.is_null)
				sum += 7;
			else if (batch->cols[c].phys == PHYS_STR)
				sum += value.str.len == 0
				    ? 1
				    : (uint64_t)value.str.data[0];
			else if (batch->cols[c].phys == PHYS_I64)
				sum += (uint64_t)value.i64;
		}
	return sum;
}

/* B3 with and without pins, and a cache that is too small for anything. */
START_TEST(the_cache_is_bounded)
{
	struct block_cache_stats stats;

	make(5, 9000, 512);
	image_fs = *os_fs_real();
	use_cache(100000);
	ck_assert_int_eq(read_all(), 0);
	stats = block_cache_stats(cache);
	ck_assert_uint_le(stats.bytes, 100000);
	ck_assert_uint_gt(stats.evictions, 0);
	use_cache(0);
	ck_assert_int_eq(read_all(), 0);
	stats = block_cache_stats(cache);
	ck_assert_uint_eq(stats.bytes, 0);
	use_cache((size_t)64 << 20); /* of many parts */
	ck_assert_int_eq(read_all(), 0);
	stats = block_cache_stats(cache);
	ck_assert_uint_eq(stats.evictions, 0);
	ck_assert_uint_gt(stats.bytes, meta.size_bytes / 2);
}
END_TEST

/* A sum over all that a reader sees of the segment: the same each time. */
static int64_t
sum_rows(const uint32_t *attnums, uint32_t attnum_count, struct error *error)
{
	struct scan_spec own = { .type = &model.type,
		.attnums = attnums,
		.attnum_count = attnum_count };
	struct segment_section *of = NULL;
	struct segment_cursor *cursor = NULL;
	struct segment_parts parts;
	struct batch batch;
	struct arena scratch;
	uint64_t sum = 0;
	int rc;

	arena_init(&scratch, NULL);
	rc = segment_section(segment, MODEL_OID, &of, error);
	if (rc == 0)
		rc = segment_prune(of, &own, &scratch, &parts, error);
	if (rc == 0)
		rc = segment_cursor_open_zones(of, &own, parts.zones,
		    parts.zone_count, &cursor, error);
	while (
	    rc == 0 && (rc = segment_cursor_next(cursor, &batch, error)) == 1) {
		sum += sum_batch(&batch);
		rc = 0;
	}
	segment_cursor_close(cursor);
	arena_release(&scratch);
	return rc == 0 ? (int64_t)sum : -1;
}

static int64_t expected_sum;

static void *
read_for_a_while(void *arg)
{
	struct error error;

	for (int i = 0; i < 20; i++)
		if (sum_rows(summed, ARRAY_LEN(summed), &error) != expected_sum)
			return NULL;
	return arg;
}

/* Readers that evict each other's blocks see what is there. */
START_TEST(threads_share_the_cache)
{
	static const size_t limits[] = { 0, 30000, (size_t)4 << 20 };
	pthread_t threads[4];

	make(6, 6000, 1024);
	use_cache(limits[_i]);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &model.directory, cache, &segment, &err),
	    0);
	expected_sum = sum_rows(summed, ARRAY_LEN(summed), &err);
	ck_assert_int_ne(expected_sum, -1);
	for (size_t t = 0; t < ARRAY_LEN(threads); t++)
		ck_assert_int_eq(pthread_create(&threads[t], NULL,
				     read_for_a_while, &expected_sum),
		    0);
	for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
		void *result;

		ck_assert_int_eq(pthread_join(threads[t], &result), 0);
		ck_assert_ptr_eq(result, &expected_sum);
	}
	ck_assert_uint_le(block_cache_stats(cache).bytes, limits[_i]);
}
END_TEST

/* The same sum over some of the rows, which are looked up. */
static int64_t
sum_some_rows(struct error *error)
{
	struct scan_spec own = { .type = &model.type,
		.attnums = summed,
		.attnum_count = ARRAY_LEN(summed) };
	struct segment_section *of = NULL;
	struct segment_cursor *cursor = NULL;
	struct batch batch;
	uint32_t rows[100], count = 0;
	uint64_t sum = 0;
	int rc = segment_section(segment, MODEL_OID, &of, error);

	for (uint32_t row = 3; row < model.row_count; row += 67)
		rows[count++] = row;
	if (rc == 0)
		rc = segment_cursor_open_rows(of, &own, rows, count, &cursor,
		    error);
	while (
	    rc == 0 && (rc = segment_cursor_next(cursor, &batch, error)) == 1) {
		sum += sum_batch(&batch);
		rc = 0;
	}
	segment_cursor_close(cursor);
	return rc == 0 ? (int64_t)sum : -1;
}

static void *
look_up_for_a_while(void *arg)
{
	struct error error;

	for (int i = 0; i < 20; i++)
		if (sum_some_rows(&error) != expected_sum)
			return NULL;
	return arg;
}

/*
 * Lookups come back to the places of chunks that they know, while scans take
 * these out of the cache; what is left is within the limit again.
 */
START_TEST(lookups_and_scans_share_the_cache)
{
	static const size_t limits[] = { 0, 30000, (size_t)4 << 20 };
	pthread_t threads[4];
	struct error error;

	make(6, 6000, 1024);
	use_cache(limits[_i]);
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &model.directory, cache, &segment, &err),
	    0);
	expected_sum = sum_some_rows(&err);
	ck_assert_int_ne(expected_sum, -1);
	for (size_t t = 0; t < ARRAY_LEN(threads); t++)
		ck_assert_int_eq(pthread_create(&threads[t], NULL,
				     look_up_for_a_while, &expected_sum),
		    0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_ne(sum_rows(summed, ARRAY_LEN(summed), &error),
		    -1);
	for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
		void *result;

		ck_assert_int_eq(pthread_join(threads[t], &result), 0);
		ck_assert_ptr_eq(result, &expected_sum);
	}
	ck_assert_uint_le(block_cache_stats(cache).bytes, limits[_i]);
}
END_TEST

/* Blocks outlive the places that knew them, and go as others do. */
START_TEST(a_desk_goes_with_its_segment)
{
	make(6, 6000, 1024);
	use_cache(100000);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
				     &model.directory, cache, &segment, &err),
		    0);
		ck_assert_int_ne(sum_some_rows(&err), -1);
		segment_unref(segment);
	}
	ck_assert_int_eq(segment_open(os_fs_real(), dir, &meta,
			     &model.directory, cache, &segment, &err),
	    0);
	ck_assert_int_ne(sum_rows(summed, ARRAY_LEN(summed), &err), -1);
	ck_assert_uint_le(block_cache_stats(cache).bytes, 100000);
}
END_TEST

START_TEST(a_removed_file_goes_with_its_last_user)
{
	struct segment *second;

	make(5, 100, 128);
	second = segment_ref(segment);
	segment_remove_at_end(segment);
	segment_unref(segment);
	segment = second;
	open_section();
	ck_assert_int_eq(access(path, F_OK), 0);
	segment_unref(segment);
	segment = NULL;
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* The sanitizer of threads would see nothing where there is one. */
#if defined(HAVE_THREAD_SANITIZER)
#define CASES "threads"
#else
#define CASES NULL
#endif

int
main(void)
{
	Suite *suite = suite_create("segment");
	TCase *tc = tcase_create("all");
	TCase *adopted = tcase_create("ids above a base");
	TCase *threads = tcase_create("threads");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_row_comes_back, 0, ARRAY_LEN(size_case));
	tcase_add_test(tc, limits_are_exact);
	tcase_add_test(tc, contexts_are_exact);
	tcase_add_loop_test(tc, rows_of_segments_are_put_in_order, 0,
	    ARRAY_LEN(piece_case));
	tcase_add_test(tc, pruning_never_drops_a_match);
	tcase_add_loop_test(tc, rows_are_the_same_without_indexes, 0, 5);
	tcase_add_test(tc, events_are_found_by_id);
	tcase_add_loop_test(tc, filters_find_keys, 0, 3);
	tcase_add_test(tc, any_flipped_byte_is_found);
	tcase_add_test(tc, any_truncation_is_found);
	tcase_add_test(tc, what_is_swapped_is_found);
	tcase_add_loop_test(tc, a_copy_by_codes_has_the_same_rows, 0, 6);
	tcase_add_loop_test(tc, strings_of_all_kinds, 0,
	    ARRAY_LEN(string_case));
	tcase_add_test(tc, many_strings_end_a_zone);
	tcase_add_loop_test(tc, a_failure_leaves_no_file, 0, 4);
	tcase_add_test(tc, the_cache_is_bounded);
	tcase_add_test(tc, a_removed_file_goes_with_its_last_user);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(adopted, 60);
	tcase_add_checked_fixture(adopted, setup_adopted, teardown);
	tcase_add_loop_test(adopted, every_row_comes_back, 0,
	    ARRAY_LEN(size_case));
	tcase_add_test(adopted, limits_are_exact);
	tcase_add_test(adopted, contexts_are_exact);
	tcase_add_test(adopted, pruning_never_drops_a_match);
	tcase_add_loop_test(adopted, rows_are_the_same_without_indexes, 0, 2);
	tcase_add_test(adopted, events_are_found_by_id);
	suite_add_tcase(suite, adopted);
	tcase_set_timeout(threads, 60);
	tcase_add_checked_fixture(threads, setup, teardown);
	tcase_add_loop_test(threads, threads_share_the_cache, 0, 3);
	tcase_add_loop_test(threads, lookups_and_scans_share_the_cache, 0, 3);
	tcase_add_test(threads, a_desk_goes_with_its_segment);
	suite_add_tcase(suite, threads);
	srunner_run(runner, NULL, CASES, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
