/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in their log form and MemTables: every form of value comes back, chunks
 * and contexts lead to all rows, malformed rows are refused.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/append/row_format.h"
#include "engine/catalog/catalog.h"
#include "engine/memtable/mem_scan.h"
#include "engine/memtable/memtable.h"

static struct arena arena;
static struct memtable *memtable;
static struct field fields[7];
static struct schema_version versions[2];
static struct event_type type;
static struct vec cols[9];

#define ROWS 100

/* One column of each form a field can have; odd rows are all null. */
static void
setup(void)
{
	static const uint32_t oids[] = { TYPE_BOOL, TYPE_INT8, TYPE_FLOAT8,
		TYPE_NUMERIC, TYPE_TEXT, TYPE_UUID, TYPE_INTERVAL };

	arena_init(&arena, NULL);
	memtable = memtable_new(7, 1 << 20);
	for (uint32_t i = 0; i < 7; i++)
		fields[i] = (struct field){ .name = STR("f"),
			.type = type_of(oids[i]) };
	versions[0] = (struct schema_version){ .number = 4, .field_count = 7 };
	type = (struct event_type){ .oid = 20000,
		.field_count = 7,
		.fields = fields,
		.version_count = 1,
		.versions = versions };
	vec_init(&cols[0], PHYS_STR, ROWS, &arena);
	vec_init(&cols[1], PHYS_I64, ROWS, &arena);
	for (uint32_t i = 0; i < 7; i++) {
		vec_init(&cols[2 + i], field_phys(&fields[i]), ROWS, &arena);
		(void)vec_need_nulls(&cols[2 + i], ROWS, &arena);
	}
	for (uint32_t row = 0; row < ROWS; row++) {
		for (uint32_t i = 0; i < 7; i++)
			cols[2 + i].nulls[row] = row % 2;
		cols[0].str[row] = STR("order-1");
		cols[1].i64[row] = 99;
		cols[2].boolean[row] = 1;
		cols[3].i64[row] = INT64_MIN;
		cols[4].f64[row] = -0.0;
		cols[5].numeric[row] =
		    (struct numeric){ .small = I128_MIN + 1, .scale = 38 };
		cols[6].str[row] = STR("text");
		memset(cols[7].uuid[row].bytes, 0xab, 16);
		cols[8].interval[row] =
		    (struct interval){ INT64_MAX, -1, INT32_MIN };
	}
}

static void
teardown(void)
{
	memtable_unref(memtable);
	arena_release(&arena);
}

/* Rows `from` to `from + count - 1` of cols as one entry. */
static void
encode(struct buf *bytes, uint32_t from, uint32_t count, uint64_t ordinal,
    const uint16_t *offsets)
{
	uint16_t selected[ROWS];
	const struct rows_source source = {
		.type_oid = type.oid,
		.version = event_type_current(&type)->number,
		.field_count = type.field_count,
		.cols = cols,
		.timestamps = &cols[1],
		.shard = 3,
		.sel = { selected, count },
		.first_ordinal = ordinal,
		.offsets = offsets,
	};

	for (uint32_t i = 0; i < count; i++)
		selected[i] = (uint16_t)(from + i);
	buf_reset(bytes);
	rows_encode(bytes, &source);
	ck_assert(!bytes->failed);
}

static enum memtable_result
append_from(struct str bytes, uint32_t first, uint64_t batch_event_id)
{
	struct reader r = reader_over(bytes.data, bytes.len);
	struct entry entry;
	struct rows rows;

	if (entry_next(&r, &entry) != 1 || entry.kind != ENTRY_ROWS ||
	    !rows_decode(&entry, &rows) || !rows_bind(&rows, &type))
		return MEMTABLE_MALFORMED;
	ck_assert_uint_eq(entry.shard, 3);
	return memtable_append(memtable, &type, &rows, first, batch_event_id);
}

static enum memtable_result
append(struct str bytes, uint64_t batch_event_id)
{
	return append_from(bytes, 0, batch_event_id);
}

/* Entries of so many rows, one after the other, ended by 0. */
static const uint32_t layouts[][4] = {
	{ 1, 1 },     /* no null, all null */
	{ 2 },        /* some null */
	{ 1, 2, 1 },  /* a column's row in the middle */
	{ 63, 2, 5 }, /* over the end of the first chunk */
	{ 100 },      /* more than a first chunk holds */
};

/* Row `row` of what the MemTable holds is that of cols, of all fields. */
static void
check_row(const struct mem_chunk *chunk, uint32_t at, uint32_t row)
{
	for (uint32_t i = 0; i < 7; i++) {
		struct datum is, was = vec_get(&cols[2 + i], row);
		struct vec vec;

		mem_chunk_vec(chunk, &type, COLUMN_FIRST_FIELD + i, 0, &arena,
		    &vec);
		is = vec_get(&vec, at);
		ck_assert_int_eq(is.is_null, was.is_null);
		if (was.is_null)
			continue;
		if (i == 4)
			ck_assert(str_equal(is.str, was.str));
		else if (i == 3)
			ck_assert(is.numeric.small == was.numeric.small &&
			    is.numeric.scale == 38);
		else
			ck_assert_int_eq(memcmp((char *)vec.data +
						 at * phys_size(vec.phys),
					     (char *)cols[2 + i].data +
						 row * phys_size(vec.phys),
					     phys_size(vec.phys)),
			    0);
	}
	ck_assert(str_equal(chunk->contexts[at], STR("order-1")));
	ck_assert_int_eq(chunk->timestamps[at], 99);
	ck_assert_int_eq(chunk->event_ids[at], 1 + (int64_t)row);
}

START_TEST(every_form_comes_back)
{
	const struct mem_chunk *chunk;
	uint32_t rows = 0, seen = 0;
	struct buf bytes;

	buf_init(&bytes);
	for (uint32_t i = 0; i < 4 && layouts[_i][i] > 0; i++) {
		encode(&bytes, rows, layouts[_i][i], rows, NULL);
		ck_assert_int_eq(append(buf_str(&bytes), 1), MEMTABLE_OK);
		rows += layouts[_i][i];
	}
	chunk = mem_type_first(memtable_type(memtable, type.oid));
	for (; chunk != NULL; chunk = mem_chunk_next(chunk))
		for (uint32_t i = 0; i < mem_chunk_count(chunk); i++)
			check_row(chunk, i, seen++);
	ck_assert_uint_eq(seen, rows);
	ck_assert_uint_eq(memtable_row_count(memtable), rows);
	buf_release(&bytes);
}
END_TEST

/* Each width that integers and decimals are stored in. */
static const struct {
	int64_t least, greatest;
} ranges[] = {
	{ 7, 7 },
	{ -1, 254 },
	{ -1, 255 },
	{ 5, 5 + UINT16_MAX },
	{ 5, 6 + UINT16_MAX },
	{ -9, -9 + (int64_t)UINT32_MAX },
	{ -9, -8 + (int64_t)UINT32_MAX },
	{ INT64_MIN, INT64_MAX },
};

START_TEST(integers_come_back)
{
	const struct mem_chunk *chunk;
	struct buf bytes;

	buf_init(&bytes);
	for (uint32_t i = 0; i < 3; i++) {
		int64_t value = i == 1 ? ranges[_i].greatest : ranges[_i].least;

		cols[3].nulls[i] = cols[5].nulls[i] = 0;
		cols[3].i64[i] = value;
		cols[5].numeric[i] =
		    (struct numeric){ .small = value, .scale = 38 };
	}
	encode(&bytes, 0, 3, 0, NULL);
	ck_assert_int_eq(append(buf_str(&bytes), 1), MEMTABLE_OK);
	chunk = mem_type_first(memtable_type(memtable, type.oid));
	for (uint32_t i = 0; i < 3; i++)
		check_row(chunk, i, i);
	buf_release(&bytes);
}
END_TEST

START_TEST(ordinals_become_event_ids)
{
	static const uint16_t offsets[] = { 0, 2, 300, 301 };
	static const int64_t event_ids[] = { 1012, 1310, 1311, 1312, 1313 };
	const struct mem_chunk *chunk;
	struct buf bytes;

	buf_init(&bytes);
	encode(&bytes, 0, 4, 10, offsets);
	ck_assert_int_eq(append_from(buf_str(&bytes), 1, 1000), MEMTABLE_OK);
	ck_assert_uint_eq(memtable_first_event_id(memtable), 1012);
	ck_assert_uint_eq(memtable_last_event_id(memtable), 1311);
	encode(&bytes, 0, 2, 312, NULL);
	ck_assert_int_eq(append(buf_str(&bytes), 1000), MEMTABLE_OK);
	chunk = mem_type_first(memtable_type(memtable, type.oid));
	ck_assert_uint_eq(mem_chunk_count(chunk), 5);
	for (uint32_t i = 0; i < 5; i++)
		ck_assert_int_eq(chunk->event_ids[i], event_ids[i]);
	ck_assert(vec_is_null(&cols[2], 1) && chunk->columns[0].nulls[0]);
	/* an event_id that is not above the last */
	ck_assert_int_eq(append(buf_str(&bytes), 1001), MEMTABLE_MALFORMED);
	ck_assert_uint_eq(memtable_row_count(memtable), 5);
	buf_release(&bytes);
}
END_TEST

START_TEST(cut_rows_are_malformed)
{
	static const uint16_t offsets[] = { 0, 2, 3 };
	struct buf bytes;

	buf_init(&bytes);
	encode(&bytes, 0, 3, 0, offsets);
	for (uint32_t len = 1; len < bytes.len - 4; len++) {
		struct buf cut;

		buf_init(&cut);
		buf_put_u32(&cut, len);
		buf_put(&cut, bytes.data + 4, len);
		ck_assert_int_eq(append(buf_str(&cut), 1), MEMTABLE_MALFORMED);
		buf_release(&cut);
	}
	ck_assert_uint_eq(memtable_row_count(memtable), 0);
	buf_release(&bytes);
}
END_TEST

/* Whatever the bytes say: refused, or rows of some values. */
START_TEST(changed_bytes_are_no_danger)
{
	static const uint16_t offsets[] = { 0, 2, 3 };
	uint64_t next = 1;
	struct buf bytes;

	buf_init(&bytes);
	encode(&bytes, 0, 3, 0, offsets);
	for (size_t at = 7; at < bytes.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes.data[at] ^= (uint8_t)(1u << bit);
			if (append(buf_str(&bytes), next) == MEMTABLE_OK)
				next = memtable_last_event_id(memtable) + 1;
			bytes.data[at] ^= (uint8_t)(1u << bit);
		}
	ck_assert_uint_gt(memtable_row_count(memtable), 0);
	buf_release(&bytes);
}
END_TEST

#define MANY_ROWS 20000

START_TEST(chunks_and_contexts_lead_to_all_rows)
{
	const struct mem_type *mem_type;
	size_t rows = 0, followed = 0;
	uint64_t last = MANY_ROWS + 1;
	struct buf bytes;

	buf_init(&bytes);
	for (uint64_t i = 1; i <= MANY_ROWS;) {
		uint32_t count = (uint32_t)(i * 7 % ROWS) + 1;

		if (count > MANY_ROWS + 1 - i)
			count = (uint32_t)(MANY_ROWS + 1 - i);
		for (uint32_t row = 0; row < count; row++)
			cols[0].str[row] =
			    (i + row) % 4 == 0 ? STR("often") : STR("mostly");
		encode(&bytes, 0, count, 0, NULL);
		if (append(buf_str(&bytes), i) != MEMTABLE_OK)
			ck_abort_msg("row %llu", (unsigned long long)i);
		i += count;
	}
	mem_type = memtable_type(memtable, type.oid);
	for (const struct mem_chunk *chunk = mem_type_first(mem_type);
	     chunk != NULL; chunk = mem_chunk_next(chunk)) {
		ck_assert_int_eq(chunk->event_ids[0], (int64_t)rows + 1);
		rows += mem_chunk_count(chunk);
		ck_assert_uint_eq(mem_chunk_count_upto(chunk, rows - 3),
		    mem_chunk_count(chunk) - 3);
	}
	ck_assert_uint_eq(rows, MANY_ROWS);
	for (mem_ref ref = memtable_context_newest(memtable, STR("often"));
	     ref != 0; ref = mem_ref_chunk(ref)->previous[mem_ref_row(ref)]) {
		uint64_t event_id =
		    (uint64_t)mem_ref_chunk(ref)->event_ids[mem_ref_row(ref)];

		ck_assert_uint_lt(event_id, last);
		ck_assert_uint_eq(event_id % 4, 0);
		last = event_id;
		followed++;
	}
	ck_assert_uint_eq(followed, MANY_ROWS / 4);
	ck_assert_uint_eq(memtable_context_newest(memtable, STR("never")), 0);
	buf_release(&bytes);
}
END_TEST

START_TEST(older_rows_read_the_default)
{
	const struct mem_chunk *chunk;
	struct buf bytes;
	struct vec vec;

	buf_init(&bytes);
	type.field_count = versions[0].field_count = 5;
	encode(&bytes, 0, 1, 0, NULL);
	ck_assert_int_eq(append(buf_str(&bytes), 1), MEMTABLE_OK);
	type.field_count = 7;
	type.version_count = 2;
	versions[1] = (struct schema_version){ .number = 9, .field_count = 7 };
	encode(&bytes, 0, 1, 0, NULL);
	ck_assert_int_eq(append(buf_str(&bytes), 2), MEMTABLE_OK);
	fields[5].has_default = true;
	memset(fields[5].default_value.uuid.bytes, 1, 16);
	chunk = mem_type_first(memtable_type(memtable, type.oid));
	ck_assert_uint_eq(mem_chunk_count(chunk), 1);
	mem_chunk_vec(chunk, &type, COLUMN_FIRST_FIELD + 5, 0, &arena, &vec);
	ck_assert_uint_eq(vec_get(&vec, 0).uuid.bytes[7], 1);
	mem_chunk_vec(chunk, &type, COLUMN_FIRST_FIELD + 6, 0, &arena, &vec);
	ck_assert(vec_get(&vec, 0).is_null);
	mem_chunk_vec(chunk, &type, COLUMN_VERSION, 0, &arena, &vec);
	ck_assert_int_eq(vec_get(&vec, 0).i64, 4);
	chunk = mem_chunk_next(chunk);
	ck_assert_ptr_nonnull(chunk);
	mem_chunk_vec(chunk, &type, COLUMN_VERSION, 0, &arena, &vec);
	ck_assert_int_eq(vec_get(&vec, 0).i64, 9);
	buf_release(&bytes);
}
END_TEST

START_TEST(unknown_versions_are_malformed)
{
	struct buf bytes;

	buf_init(&bytes);
	encode(&bytes, 0, 1, 0, NULL);
	versions[0].number = 5;
	ck_assert_int_eq(append(buf_str(&bytes), 1), MEMTABLE_MALFORMED);
	buf_release(&bytes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memtable");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_form_comes_back, 0,
	    sizeof(layouts) / sizeof(layouts[0]));
	tcase_add_loop_test(tc, integers_come_back, 0,
	    sizeof(ranges) / sizeof(ranges[0]));
	tcase_add_test(tc, ordinals_become_event_ids);
	tcase_add_test(tc, cut_rows_are_malformed);
	tcase_add_test(tc, changed_bytes_are_no_danger);
	tcase_add_test(tc, chunks_and_contexts_lead_to_all_rows);
	tcase_add_test(tc, older_rows_read_the_default);
	tcase_add_test(tc, unknown_versions_are_malformed);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
