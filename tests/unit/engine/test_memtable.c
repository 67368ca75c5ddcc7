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

/* One column of each form a field can have; row 1 is all null. */
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
	vec_init(&cols[0], PHYS_STR, 2, &arena);
	vec_init(&cols[1], PHYS_I64, 2, &arena);
	for (uint32_t i = 0; i < 7; i++) {
		vec_init(&cols[2 + i], field_phys(&fields[i]), 2, &arena);
		vec_need_nulls(&cols[2 + i], 2, &arena)[1] = 1;
	}
	cols[0].str[0] = cols[0].str[1] = STR("order-1");
	cols[2].boolean[0] = 1;
	cols[3].i64[0] = INT64_MIN;
	cols[4].f64[0] = -0.0;
	cols[5].numeric[0] =
	    (struct numeric){ .small = I128_MIN + 1, .scale = 38 };
	cols[6].str[0] = STR("text");
	memset(cols[7].uuid[0].bytes, 0xab, 16);
	cols[8].interval[0] = (struct interval){ INT64_MAX, -1, INT32_MIN };
}

static void
teardown(void)
{
	memtable_unref(memtable);
	arena_release(&arena);
}

static enum memtable_result
append(struct str bytes, uint64_t event_id)
{
	struct reader r = reader_over(bytes.data, bytes.len);
	struct entry entry;
	struct row row;

	if (entry_next(&r, &entry) != 1 || entry.kind != ENTRY_ROW ||
	    !row_decode(&entry, &row) || !row_bind(&row, &type))
		return MEMTABLE_MALFORMED;
	return memtable_append(memtable, &type, &row, event_id);
}

START_TEST(every_form_comes_back)
{
	const struct mem_chunk *chunk;
	struct buf bytes;
	struct vec vec;

	buf_init(&bytes);
	for (uint32_t row = 0; row < 2; row++) {
		buf_reset(&bytes);
		row_encode(&bytes, &type, 3, 99, cols, row);
		ck_assert_int_eq(append(buf_str(&bytes), row + 1), MEMTABLE_OK);
	}
	chunk = mem_type_first(memtable_type(memtable, type.oid));
	ck_assert_uint_eq(mem_chunk_count(chunk), 2);
	for (uint32_t i = 0; i < 7; i++) {
		struct datum is, was = vec_get(&cols[2 + i], 0);

		mem_chunk_vec(chunk, &type, COLUMN_FIRST_FIELD + i, 0, &arena,
		    &vec);
		is = vec_get(&vec, 0);
		ck_assert(!is.is_null);
		ck_assert(vec_get(&vec, 1).is_null);
		if (i == 4)
			ck_assert(str_equal(is.str, was.str));
		else if (i == 3)
			ck_assert(is.numeric.small == was.numeric.small &&
			    is.numeric.scale == 38);
		else
			ck_assert_int_eq(memcmp(vec.data, cols[2 + i].data,
					     phys_size(vec.phys)),
			    0);
	}
	mem_chunk_vec(chunk, &type, COLUMN_TIMESTAMP, 1, &arena, &vec);
	ck_assert_int_eq(vec.i64[0], 99);
	buf_release(&bytes);
}
END_TEST

START_TEST(cut_rows_are_malformed)
{
	struct buf bytes;

	buf_init(&bytes);
	row_encode(&bytes, &type, 3, 99, cols, 0);
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

#define ROWS 20000

START_TEST(chunks_and_contexts_lead_to_all_rows)
{
	const struct mem_type *mem_type;
	size_t rows = 0, followed = 0;
	uint64_t last = ROWS + 1;
	struct buf bytes;

	buf_init(&bytes);
	for (uint64_t i = 1; i <= ROWS; i++) {
		cols[0].str[0] = i % 4 == 0 ? STR("often") : STR("mostly");
		buf_reset(&bytes);
		row_encode(&bytes, &type, 3, 99, cols, 0);
		if (append(buf_str(&bytes), i) != MEMTABLE_OK)
			ck_abort_msg("row %llu", (unsigned long long)i);
	}
	mem_type = memtable_type(memtable, type.oid);
	for (const struct mem_chunk *chunk = mem_type_first(mem_type);
	     chunk != NULL; chunk = mem_chunk_next(chunk)) {
		ck_assert_int_eq(chunk->event_ids[0], (int64_t)rows + 1);
		rows += mem_chunk_count(chunk);
		ck_assert_uint_eq(mem_chunk_count_upto(chunk, rows - 3),
		    mem_chunk_count(chunk) - 3);
	}
	ck_assert_uint_eq(rows, ROWS);
	for (mem_ref ref = memtable_context_newest(memtable, STR("often"));
	     ref != 0; ref = mem_ref_chunk(ref)->previous[mem_ref_row(ref)]) {
		uint64_t event_id =
		    (uint64_t)mem_ref_chunk(ref)->event_ids[mem_ref_row(ref)];

		ck_assert_uint_lt(event_id, last);
		ck_assert_uint_eq(event_id % 4, 0);
		last = event_id;
		followed++;
	}
	ck_assert_uint_eq(followed, ROWS / 4);
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
	row_encode(&bytes, &type, 3, 99, cols, 0);
	ck_assert_int_eq(append(buf_str(&bytes), 1), MEMTABLE_OK);
	type.field_count = 7;
	type.version_count = 2;
	versions[1] = (struct schema_version){ .number = 9, .field_count = 7 };
	buf_reset(&bytes);
	row_encode(&bytes, &type, 3, 99, cols, 0);
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
	row_encode(&bytes, &type, 3, 99, cols, 0);
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
	tcase_add_test(tc, every_form_comes_back);
	tcase_add_test(tc, cut_rows_are_malformed);
	tcase_add_test(tc, chunks_and_contexts_lead_to_all_rows);
	tcase_add_test(tc, older_rows_read_the_default);
	tcase_add_test(tc, unknown_versions_are_malformed);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
