/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine from end to end on a temporary directory: what is committed is
 * there, whole and in order, from MemTables, from segments and after a restart.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../check_each.h"
#include "common/error.h"
#include "fixture.h"
#include "os/memory.h"

static struct fixture world;
static struct error err;

static void
setup(void)
{
	fixture_init(&world);
	fixture_open(&world);
	fixture_define(&world);
}

/* Rows are staged as soon as there are some. */
static void
setup_staging(void)
{
	fixture_init(&world);
	world.options.batch_memory_bytes = 1024;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

START_TEST(reads_back_from_everywhere)
{
	fixture_store(&world, 0, 1);
	fixture_check(&world, 1);
	fixture_store(&world, 1, 5000);
	fixture_check(&world, 5001);
	fixture_reopen(&world);
	fixture_check(&world, 5001);
	fixture_flush(&world);
	fixture_check(&world, 5001);
	fixture_store(&world, 5001, 300);
	fixture_check(&world, 5301);
	fixture_reopen(&world);
	fixture_check(&world, 5301);
	fixture_store(&world, 5301, 10);
	fixture_check(&world, 5311);
}
END_TEST

START_TEST(limits_of_event_id)
{
	static const struct {
		uint64_t first, last;
		size_t count;
	} cases[] = {
		{ 0, 0, 1000 },
		{ 1, 1, 1 },
		{ 500, 0, 501 },
		{ 0, 500, 500 },
		{ 300, 700, 401 },
		{ 1001, 0, 0 },
		{ 990, 5000, 11 },
	};

	fixture_store(&world, 0, 600);
	if (_i == 1)
		fixture_flush(&world);
	fixture_store(&world, 600, 400);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t count;

		free(fixture_scan(&world, NULL, cases[i].first, cases[i].last,
		    &count));
		ck_assert_uint_eq(count, cases[i].count);
	}
}
END_TEST

/* Lists of all densities, of events that are there and that are not. */
static void
find_some(size_t stored)
{
	for (int64_t step = 1; step < 5000; step = step * 3 + 1) {
		int64_t ids[6000];
		uint32_t id_count = 0;
		size_t count, expected = 0;
		struct fixture_row *rows;

		for (int64_t id = step % 7; id <= 6200 && id_count < 6000;
		     id += 1 + id % step) {
			expected += id > 0 && id <= (int64_t)stored;
			ids[id_count++] = id;
		}
		rows = fixture_find(&world, ids, id_count, &count);
		ck_assert_uint_eq(count, expected);
		for (size_t i = 0; i < count; i++) {
			CHECK_EACH(rows[i].event_id == ids[i + (ids[0] == 0)]);
			CHECK_EACH(rows[i].amount == rows[i].event_id - 1);
		}
		free(rows);
	}
}

START_TEST(events_are_found_by_their_ids)
{
	fixture_store(&world, 0, 3000);
	find_some(3000);
	fixture_flush(&world);
	find_some(3000);
	fixture_store(&world, 3000, 3000);
	find_some(6000);
	fixture_reopen(&world);
	find_some(6000);
}
END_TEST

START_TEST(snapshot_does_not_move)
{
	struct snapshot *old;

	fixture_store(&world, 0, 100);
	old = engine_snapshot(world.engine, 0, NULL, NULL);
	fixture_store(&world, 100, 100);
	ck_assert_uint_eq(snapshot_position(old), 100);
	fixture_flush(&world);
	{
		const uint32_t attnums[] = { COLUMN_EVENT_ID };
		struct scan_spec spec = {
			.snapshot = old,
			.type = fixture_type(&world),
			.attnums = attnums,
			.attnum_count = 1,
		};
		struct arena arena;
		struct scan *scan;

		arena_init(&arena, NULL);
		ck_assert_int_eq(scan_open(world.engine, &spec, &arena, &scan,
				     &err),
		    0);
		ck_assert_uint_eq(scan_row_estimate(scan), 100);
		scan_close(scan);
		arena_release(&arena);
	}
	snapshot_unref(old);
	fixture_check(&world, 200);
}
END_TEST

/* ---- several threads ---- */

#define THREADS         6
#define BATCHES         60
#define ROWS_OF_A_BATCH 5

static void *
store_batches(void *arg)
{
	int64_t thread = (int64_t)(intptr_t)arg;

	for (int64_t i = 0; i < BATCHES; i++)
		fixture_store(&world, (thread * BATCHES + i) * 1000,
		    ROWS_OF_A_BATCH);
	return NULL;
}

/* Each batch's rows are neighbours, whole, whoever wrote beside. */
static void
check_batches(void)
{
	size_t count;
	struct fixture_row *rows = fixture_scan(&world, NULL, 0, 0, &count);
	bool seen[THREADS * BATCHES] = { false };

	ck_assert_uint_eq(count, THREADS * BATCHES * ROWS_OF_A_BATCH);
	for (size_t i = 0; i < count; i++) {
		CHECK_EACH(rows[i].event_id == (int64_t)i + 1);
		ck_assert_int_eq(rows[i].amount % 1000,
		    (int64_t)(i % ROWS_OF_A_BATCH));
		if (i % ROWS_OF_A_BATCH == 0) {
			ck_assert(!seen[rows[i].amount / 1000]);
			seen[rows[i].amount / 1000] = true;
		} else {
			ck_assert_int_eq(rows[i].amount,
			    rows[i - 1].amount + 1);
		}
	}
	free(rows);
}

START_TEST(concurrent_batches_are_atomic_and_gapless)
{
	pthread_t threads[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
				     store_batches, (void *)i),
		    0);
	/* What a reader sees is at every moment a prefix of whole batches. */
	for (int i = 0; i < 50; i++) {
		size_t count;
		struct fixture_row *rows =
		    fixture_scan(&world, NULL, 0, 0, &count);

		ck_assert_uint_eq(count % ROWS_OF_A_BATCH, 0);
		for (size_t k = 0; k < count; k++)
			CHECK_EACH(rows[k].event_id == (int64_t)k + 1);
		free(rows);
		if (i == 20)
			fixture_flush(&world);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	check_batches();
	fixture_reopen(&world);
	check_batches();
}
END_TEST

START_TEST(sync_off_is_visible_soon)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;
	struct snapshot *snapshot;
	bool told = false;

	fixture_add(&world, batch, 0, 10);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_OFF, &commit), 0);
	ck_assert_uint_eq(commit.last_event_id, 10);
	/* Another, durable one brings it along. */
	fixture_store(&world, 10, 1);
	snapshot =
	    engine_snapshot(world.engine, commit.last_event_id, NULL, &told);
	ck_assert_ptr_nonnull(snapshot);
	snapshot_unref(snapshot);
	fixture_check(&world, 11);
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, 11, 10);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_OFF, &commit), 0);
	fixture_reopen(&world);
	fixture_check(&world, 21);
}
END_TEST

START_TEST(small_memtables_rotate_and_recycle)
{
	fixture_close(&world);
	world.options.memtable_size_bytes = 256 * 1024;
	world.options.max_wal_size_bytes = 2 << 20;
	fixture_open(&world);
	for (int64_t i = 0; i < 40; i++)
		fixture_store(&world, i * 1000, 1000);
	fixture_check(&world, 40000);
	fixture_flush(&world);
	fixture_check(&world, 40000);
	fixture_reopen(&world);
	fixture_check(&world, 40000);
}
END_TEST

START_TEST(large_batch_is_a_group_of_its_own)
{
	fixture_store(&world, 0, 3);
	fixture_store(&world, 3, 60000); /* past a log file's size */
	fixture_store(&world, 60003, 3);
	fixture_check(&world, 60006);
	fixture_reopen(&world);
	fixture_check(&world, 60006);
}
END_TEST

/* ---- schema changes ---- */

/* What was added after a mark is gone, much or little of it. */
START_TEST(rewinds)
{
	static const uint32_t parts[][2] = { { 0, 500 }, { 500, 3 }, { 3, 500 },
		{ 200, 200 }, { 0, 0 }, { 1100, 1100 } };
	int64_t stored = 0;

	world.rows = (enum fixture_rows)_i;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct write_batch *batch = write_batch_new(world.engine);
		struct write_batch_mark mark;
		struct commit commit;

		fixture_add(&world, batch, stored, parts[i][0]);
		mark = write_batch_mark(batch);
		fixture_add(&world, batch, 1000000, parts[i][1]);
		write_batch_rewind(batch, mark);
		stored += parts[i][0];
		/* Each shard is told of as many rows as the batch has for it. */
		fixture_add(&world, batch, stored, 10);
		stored += 10;
		ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON,
				     &commit),
		    0);
		fixture_check(&world, (size_t)stored);
	}
}
END_TEST

/* Rows that come alone are seen, counted and stored as any others. */
START_TEST(rows_one_by_one)
{
	static const uint32_t counts[] = { 1, 7, 8, 9, 511, 512, 513, 2000 };
	int64_t stored = 0;

	world.rows = (enum fixture_rows)_i;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct write_batch *batch = write_batch_new(world.engine);
		struct commit commit;

		ck_assert(write_batch_is_empty(batch));
		for (uint32_t k = 0; k < counts[i]; k++) {
			fixture_add(&world, batch, stored++, 1);
			ck_assert_uint_eq(write_batch_row_count(batch), k + 1);
		}
		ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON,
				     &commit),
		    0);
		ck_assert_uint_eq(commit.last_event_id, (uint64_t)stored);
		fixture_check(&world, (size_t)stored);
	}
	fixture_reopen(&world);
	fixture_check(&world, (size_t)stored);
}
END_TEST

START_TEST(ddl_in_a_batch_and_rewind)
{
	const struct field extra = {
		.name = STR("extra"),
		.type = type_of(TYPE_INT8),
		.has_default = true,
		.default_value = { .i64 = 42 },
	};
	struct ddl ddl = {
		.kind = DDL_ADD_FIELDS,
		.oid = world.payment,
		.fields = &extra,
		.field_count = 1,
	};
	struct write_batch *batch = write_batch_new(world.engine);
	struct write_batch_mark mark;
	const struct event_type *type;
	struct commit commit;

	fixture_add(&world, batch, 0, 4);
	mark = write_batch_mark(batch);
	fixture_add(&world, batch, 100, 50);
	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err),
	    STELE_E_DUPLICATE_COLUMN);
	write_batch_rewind(batch, mark);
	ck_assert_uint_eq(write_batch_row_count(batch), 4);
	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
	type = catalog_type_by_oid(write_batch_catalog(batch), world.payment);
	ck_assert_uint_eq(type->field_count, 4);
	/* Nobody else sees it before the commit. */
	ck_assert_uint_eq(fixture_type(&world)->field_count, 3);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	for (int i = 0; i < 2; i++) {
		type = fixture_type(&world);
		ck_assert_uint_eq(type->field_count, 4);
		ck_assert_uint_eq(type->version_count, 2);
		ck_assert_int_eq(type->fields[3].default_value.i64, 42);
		fixture_check(&world, 4);
		fixture_flush(&world);
		fixture_reopen(&world);
	}
}
END_TEST

static void
add_version(uint32_t number, const struct field *fields, uint32_t field_count)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct ddl ddl = {
		.kind = DDL_ADD_FIELDS,
		.oid = world.payment,
		.version = number,
		.fields = fields,
		.field_count = field_count,
	};
	struct commit commit;

	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

/* The rows 0, 1, 2 ... have these versions, of one context too. */
static void
check_versions(const int64_t *versions, size_t count)
{
	struct str context = fixture_context(0);
	struct fixture_row *rows;
	size_t found;

	rows = fixture_scan(&world, NULL, 0, 0, &found);
	ck_assert_uint_eq(found, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(rows[i].version, versions[i]);
	free(rows);
	rows = fixture_scan(&world, &context, 0, 0, &found);
	for (size_t i = 0; i < found; i++)
		ck_assert_int_eq(rows[i].version, versions[rows[i].amount]);
	free(rows);
}

/*
 * A row keeps the version that it was bound to: also when another came before
 * its commit, when a version has no field of its own, and when the catalogue
 * that the log is read with is younger than the row.
 */
START_TEST(rows_keep_their_version)
{
	static const int64_t expected[] = { 1, 1, 1, 1, 1, 1, 1, 1, 7, 7, 7, 7,
		1, 1, 8, 8, 8, 9 };
	const struct field extra = { .name = STR("extra"),
		.type = type_of(TYPE_BOOL) };
	struct write_batch *stale;
	struct commit commit;

	fixture_store(&world, 0, 8);
	stale = write_batch_new(world.engine);
	fixture_add(&world, stale, 12, 2);
	add_version(7, NULL, 0);
	fixture_store(&world, 8, 4);
	ck_assert_int_eq(fixture_commit(&world, stale, SYNC_ON, &commit), 0);
	add_version(0, &extra, 1);
	fixture_store(&world, 14, 3);
	check_versions(expected, 17);
	fixture_reopen(&world);
	check_versions(expected, 17);
	add_version(0, NULL, 0);
	fixture_store(&world, 17, 1);
	check_versions(expected, 18);
	fixture_flush(&world);
	check_versions(expected, 18);
	fixture_reopen(&world);
	check_versions(expected, 18);
}
END_TEST

START_TEST(conflicting_ddl_fails_one)
{
	struct ddl ddl = { .kind = DDL_CREATE_TYPE, .name = STR("refund") };
	struct write_batch *first = write_batch_new(world.engine);
	struct write_batch *second = write_batch_new(world.engine);
	struct write_batch *stale = write_batch_new(world.engine);
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = world.payment };
	struct commit commit;

	ck_assert_int_eq(write_batch_ddl(first, &ddl, &err), 0);
	ck_assert_int_eq(write_batch_ddl(second, &ddl, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, first, SYNC_ON, &commit), 0);
	ck_assert_int_eq(fixture_commit(&world, second, SYNC_ON, &commit),
	    STELE_E_DUPLICATE_TABLE);
	ck_assert_str_eq(commit.err.message,
	    "relation \"refund\" already exists");
	fixture_add(&world, stale, 0, 1);
	first = write_batch_new(world.engine);
	ck_assert_int_eq(write_batch_ddl(first, &drop, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, first, SYNC_ON, &commit), 0);
	ck_assert_int_eq(fixture_commit(&world, stale, SYNC_ON, &commit),
	    STELE_E_SERIALIZATION_FAILURE);
}
END_TEST

START_TEST(own_rows_are_seen)
{
	const uint32_t attnums[] = { COLUMN_EVENT_ID, PAYMENT_AMOUNT,
		PAYMENT_NOTE, COLUMN_CONTEXT_ID };
	struct write_batch *batch = write_batch_new(world.engine);
	struct scan_cursor *cursor;
	struct batch rows;
	int64_t amount = 0;

	fixture_add(&world, batch, 0, 3000);
	ck_assert_int_eq(write_batch_scan(batch, fixture_type(&world), attnums,
			     ARRAY_LEN(attnums), &cursor, &err),
	    0);
	while (scan_cursor_next(cursor, &rows, &err) == 1)
		for (uint32_t i = 0; i < rows.sel.count; i++, amount++) {
			ck_assert(vec_get(&rows.cols[0], i).is_null);
			ck_assert_int_eq(rows.cols[0].i64[i], amount);
			ck_assert_int_eq(vec_get(&rows.cols[1], i).i64, amount);
			ck_assert_int_eq(vec_get(&rows.cols[2], i).is_null,
			    amount % 2);
		}
	ck_assert_int_eq(amount, 3000);
	scan_cursor_close(cursor);
	write_batch_free(batch);
}
END_TEST

/* ---- refusals ---- */

START_TEST(checks_rows)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct vec cols[5];
	struct arena arena;
	const struct datum null = { .is_null = true };

	arena_init(&arena, NULL);
	vec_init(&cols[0], PHYS_STR, 1, &arena);
	cols[0].str[0] = STR("c");
	vec_init_constant(&cols[1], PHYS_I64, &null, &arena);
	vec_init_constant(&cols[2], PHYS_I64, &null, &arena);
	vec_init_constant(&cols[3], PHYS_STR, &null, &arena);
	vec_init_constant(&cols[4], PHYS_NUMERIC, &null, &arena);
	ck_assert_int_eq(write_batch_rows(batch, fixture_type(&world), cols, 5,
			     sel_all(1), &err),
	    STELE_E_NOT_NULL_VIOLATION);
	ck_assert_str_eq(err.message,
	    "null value in column \"amount\" of relation \"payment\" violates "
	    "not-null constraint");
	vec_init(&cols[2], PHYS_I64, 1, &arena);
	cols[2].i64[0] = 1;
	cols[0].str[0] = str_of(calloc(1, 2000), 2000);
	ck_assert_int_eq(write_batch_rows(batch, fixture_type(&world), cols, 5,
			     sel_all(1), &err),
	    STELE_E_LIMIT);
	ck_assert(write_batch_is_empty(batch));
	free((void *)(uintptr_t)cols[0].str[0].data);
	arena_release(&arena);
	write_batch_free(batch);
}
END_TEST

/* One that is refused leaves no trace among those that are not. */
START_TEST(checks_one_row)
{
	static const struct {
		const char *context;
		bool has_amount;
		int rc;
	} rows[] = {
		{ "order-0", true, 0 },
		{ "order-1", false, STELE_E_NOT_NULL_VIOLATION },
		{ NULL, true, STELE_E_NOT_NULL_VIOLATION },
		{ "order-1", true, 0 },
	};
	struct write_batch *batch = write_batch_new(world.engine);
	const struct event_type *type = fixture_type(&world);
	struct commit commit;
	int64_t amount = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct datum null = { .is_null = true };
		struct row_slot slot;

		write_batch_row_begin(batch, type, &slot);
		for (uint32_t c = 0; c < 5; c++)
			vec_set(&slot.cols[c], slot.row, &null);
		if (rows[i].context != NULL)
			vec_set(&slot.cols[0], slot.row,
			    &(struct datum){
				.str = str_of_cstr(rows[i].context) });
		if (rows[i].has_amount)
			vec_set(&slot.cols[2], slot.row,
			    &(struct datum){ .i64 = amount });
		if (amount % 2 == 0)
			vec_set(&slot.cols[3], slot.row,
			    &(struct datum){ .str = STR("note 0") });
		vec_set(&slot.cols[4], slot.row,
		    &(struct datum){
			.numeric = { .small = amount * 25, .scale = 2 } });
		ck_assert_int_eq(write_batch_row_end(batch, type, &err),
		    rows[i].rc);
		amount += rows[i].rc == 0;
		ck_assert_uint_eq(write_batch_row_count(batch),
		    (uint64_t)amount);
	}
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	fixture_check(&world, 2);
}
END_TEST

/* Who has planned rows for a type begins to write when it has gone. */
START_TEST(a_dropped_type_takes_no_rows)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = world.payment };
	const struct event_type *type;
	struct vec cols[5];
	struct arena arena;
	struct datum row[] = { { .str = STR("c") }, { .is_null = true },
		{ .i64 = 1 }, { .is_null = true }, { .is_null = true } };
	struct commit commit;

	fixture_add(&world, batch, 0, 3);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	batch = write_batch_new(world.engine);
	ck_assert_int_eq(write_batch_ddl(batch, &drop, &err), 0);
	type = catalog_type_by_oid(write_batch_catalog(batch), world.payment);
	arena_init(&arena, NULL);
	for (uint32_t i = 0; i < ARRAY_LEN(cols); i++) {
		static const enum phys phys[] = { PHYS_STR, PHYS_I64, PHYS_I64,
			PHYS_STR, PHYS_NUMERIC };

		vec_init_constant(&cols[i], phys[i], &row[i], &arena);
	}
	/* by its own drop, and by another's before it */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(write_batch_rows(batch, type, cols,
				     ARRAY_LEN(cols), sel_all(1), &err),
		    STELE_E_SERIALIZATION_FAILURE);
		ck_assert_int_eq(fixture_add_one_by_one(batch, type, cols, 1,
				     &err),
		    STELE_E_SERIALIZATION_FAILURE);
		ck_assert_uint_eq(write_batch_row_count(batch), 0);
		ck_assert(!write_batch_has_type(batch, world.payment));
		ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON,
				     &commit),
		    0);
		batch = write_batch_new(world.engine);
		type = catalog_type_by_oid(write_batch_catalog(batch),
		    world.payment);
	}
	write_batch_free(batch);
	arena_release(&arena);
}
END_TEST

START_TEST(block_cache_fits_the_machine)
{
	struct engine_memory memory;

	fixture_close(&world);
	world.options.block_cache_size_bytes = 0;
	fixture_open(&world);
	fixture_store(&world, 0, 5000);
	fixture_flush(&world);
	fixture_check(&world, 5000);
	engine_memory(world.engine, &memory);
	ck_assert_uint_eq(memory.cache_limit_bytes, os_memory_limit("") / 4);
	ck_assert_uint_gt(memory.cache_bytes, 0);
}
END_TEST

START_TEST(second_engine_is_refused)
{
	struct engine *other;

	ck_assert_int_eq(engine_open(os_fs_real(), world.dir, &world.options,
			     &other, &err),
	    STELE_E_OBJECT_IN_USE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tc = tcase_create("all");
	TCase *staging = tcase_create("all but single rows are staged");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_back_from_everywhere);
	tcase_add_loop_test(tc, limits_of_event_id, 0, 2);
	tcase_add_test(tc, events_are_found_by_their_ids);
	tcase_add_test(tc, snapshot_does_not_move);
	tcase_add_test(tc, concurrent_batches_are_atomic_and_gapless);
	tcase_add_test(tc, sync_off_is_visible_soon);
	tcase_add_test(tc, small_memtables_rotate_and_recycle);
	tcase_add_test(tc, large_batch_is_a_group_of_its_own);
	tcase_add_loop_test(tc, rewinds, 0, 3);
	tcase_add_loop_test(tc, rows_one_by_one, 1, 3);
	tcase_add_test(tc, checks_one_row);
	tcase_add_test(tc, ddl_in_a_batch_and_rewind);
	tcase_add_test(tc, rows_keep_their_version);
	tcase_add_test(tc, conflicting_ddl_fails_one);
	tcase_add_test(tc, a_dropped_type_takes_no_rows);
	tcase_add_test(tc, own_rows_are_seen);
	tcase_add_test(tc, checks_rows);
	tcase_add_test(tc, block_cache_fits_the_machine);
	tcase_add_test(tc, second_engine_is_refused);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(staging, 60);
	tcase_add_checked_fixture(staging, setup_staging, teardown);
	tcase_add_test(staging, reads_back_from_everywhere);
	tcase_add_loop_test(staging, limits_of_event_id, 0, 2);
	tcase_add_test(staging, events_are_found_by_their_ids);
	tcase_add_test(staging, snapshot_does_not_move);
	tcase_add_test(staging, concurrent_batches_are_atomic_and_gapless);
	tcase_add_test(staging, small_memtables_rotate_and_recycle);
	tcase_add_loop_test(staging, rewinds, 0, 3);
	tcase_add_loop_test(staging, rows_one_by_one, 1, 3);
	tcase_add_test(staging, ddl_in_a_batch_and_rewind);
	tcase_add_test(staging, rows_keep_their_version);
	tcase_add_test(staging, own_rows_are_seen);
	suite_add_tcase(suite, staging);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
