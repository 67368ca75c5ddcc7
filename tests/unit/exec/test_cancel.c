/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancelling: what takes long notices the flag soon, counted in comparisons or
 * in values, never in time.
 */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cancel.h"
#include "exec/func_to_char.h"
#include "exec/group_order.h"
#include "exec/group_table.h"
#include "exec/row_sort.h"
#include "exec/row_store.h"
#include "exec/sequence_private.h"
#include "sql_runner.h"
#include "vec/value.h"

static struct error err;
static atomic_bool cancel;

static void
setup(void)
{
	atomic_store(&cancel, false);
}

/* ---- sorting ---- */

struct keys {
	uint32_t *keys;
	uint64_t compared;
	uint64_t cancel_at; /* comparisons; 0: never */
};

static int
compare_keys(const void *a, const void *b, void *arg)
{
	struct keys *keys = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t i = keys->keys[x], j = keys->keys[y];

	if (++keys->compared == keys->cancel_at)
		atomic_store(&cancel, true);
	if (i != j)
		return i < j ? -1 : 1;
	return (x > y) - (x < y);
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static int
sort(struct keys *keys, uint32_t *rows, uint32_t count)
{
	uint32_t *scratch = calloc(count + 1, sizeof(*scratch));
	int rc;

	for (uint32_t i = 0; i < count; i++)
		rows[i] = i;
	rc = row_sort(rows, scratch, count, compare_keys, keys, &cancel, &err);
	free(scratch);
	return rc;
}

static const uint32_t sizes[] = { 0, 1, 2, 4095, 4096, 4097, 8192, 8193, 20000,
	100000 };

/* `range` different keys: few make many equal ones, 0 keeps them ascending. */
static void
check_sorted(uint32_t count, uint32_t range)
{
	uint32_t *rows = calloc(count + 1, sizeof(*rows));
	uint32_t random = count;
	struct keys keys = { .keys = calloc(count + 1, sizeof(uint32_t)) };

	for (uint32_t i = 0; i < count; i++)
		keys.keys[i] = range == 0 ? i : next_random(&random) % range;
	ck_assert_int_eq(sort(&keys, rows, count), 0);
	for (uint32_t i = 1; i < count; i++)
		if (compare_keys(&rows[i - 1], &rows[i], &keys) >= 0)
			ck_abort_msg("%u of %u, %u keys", i, count, range);
	free(keys.keys);
	free(rows);
}

START_TEST(sorts)
{
	check_sorted(sizes[_i], 0);
	check_sorted(sizes[_i], 3);
	check_sorted(sizes[_i], 1u << 24);
}
END_TEST

/* Noticed within the sort of a run, or the merge of as many rows. */
START_TEST(a_sort_is_cancelled)
{
	const uint32_t count = 200000;
	uint32_t *rows = calloc(count, sizeof(*rows));
	uint32_t random = 1;
	struct keys keys = { .keys = calloc(count, sizeof(uint32_t)) };
	uint64_t all;

	for (uint32_t i = 0; i < count; i++)
		keys.keys[i] = next_random(&random);
	ck_assert_int_eq(sort(&keys, rows, count), 0);
	all = keys.compared;
	for (uint64_t at = 1; at < all - 60000; at += all / 7) {
		atomic_store(&cancel, false);
		keys.compared = 0;
		keys.cancel_at = at;
		ck_assert_int_eq(sort(&keys, rows, count),
		    STELE_E_QUERY_CANCELED);
		ck_assert_uint_lt(keys.compared, at + 60000);
	}
	free(keys.keys);
	free(rows);
}
END_TEST

/* ---- the events of a unit ---- */

#define UNIT_ROWS (32 * VEC_ROWS)

/* One unit, whose events come in the reverse of their order. */
static void
make_unit(struct sequence_op *sequence, struct step_state *step)
{
	const struct type int8 = type_of(TYPE_INT8);
	const struct type types[KEY_COUNT] = { int8, int8, int8 };
	const struct datum first = { .i64 = 0 };
	struct vec columns[KEY_COUNT];
	struct arena arena;
	uint32_t group;

	arena_init(&arena, NULL);
	arena_init(&sequence->arena, NULL);
	sequence->steps = step;
	group_table_init(&sequence->units, &int8, 1, KEY_EQUAL, NULL);
	row_store_init(&step->keys, types, KEY_COUNT, NULL);
	vec_init_constant(&columns[KEY_UNIT], PHYS_I64, &first, &arena);
	ck_assert_int_eq(group_table_find(&sequence->units, &columns[KEY_UNIT],
			     sel_all(1), &arena, &group, NULL, &err),
	    0);
	vec_init(&columns[KEY_TIME], PHYS_I64, VEC_ROWS, &arena);
	columns[KEY_ID] = columns[KEY_TIME];
	for (uint32_t at = 0; at < UNIT_ROWS; at += VEC_ROWS) {
		for (uint32_t i = 0; i < VEC_ROWS; i++)
			columns[KEY_TIME].i64[i] = UNIT_ROWS - at - i;
		ck_assert_int_eq(row_store_add(&step->keys, columns,
				     sel_all(VEC_ROWS), &err),
		    0);
	}
	arena_release(&arena);
}

/* Its memory is counted, too. */
START_TEST(the_order_of_a_unit_is_cancelled)
{
	struct mem_budget little = { .limit_bytes = 1024 };
	struct exec_context context = { .cancel = &cancel };
	struct exec_env env = { .context = &context };
	const struct rel rel = { .kind = REL_SEQUENCE };
	struct step_state step = { .order = NULL };
	struct sequence_op sequence = { .op = { .env = &env, .rel = &rel } };

	make_unit(&sequence, &step);
	ck_assert_int_eq(sequence_order(&sequence, 0, &err), 0);
	for (uint32_t i = 0; i < UNIT_ROWS; i++)
		ck_assert_int_eq(step.times[i], i + 1);
	context.budget = &little;
	ck_assert_int_eq(sequence_order(&sequence, 0, &err),
	    STELE_E_OUT_OF_MEMORY);
	atomic_store(&cancel, true);
	ck_assert_int_eq(sequence_order(&sequence, 0, &err),
	    STELE_E_QUERY_CANCELED);
	row_store_release(&step.keys);
	group_table_release(&sequence.units);
	arena_release(&sequence.arena);
}
END_TEST

/* ---- tables that grow ---- */

START_TEST(growing_is_cancelled)
{
	const struct type type = type_of(TYPE_INT8);
	struct row_store store;
	struct group_table table;
	struct arena arena;
	struct vec column;
	uint32_t rows[] = { 1, 0 };
	uint32_t groups[VEC_ROWS];
	int rc = 0;

	arena_init(&arena, NULL);
	row_store_init(&store, &type, 1, NULL);
	group_table_init(&table, &type, 1, KEY_EQUAL, NULL);
	store.cancel = &cancel;
	table.keys.cancel = &cancel;
	vec_init(&column, PHYS_I64, VEC_ROWS, &arena);
	for (int64_t i = 0; i < VEC_ROWS; i++)
		column.i64[i] = i;
	ck_assert_int_eq(row_store_add(&store, &column, sel_all(64), &err), 0);
	ck_assert_int_eq(group_table_find(&table, &column, sel_all(64), &arena,
			     groups, NULL, &err),
	    0);
	atomic_store(&cancel, true);
	ck_assert_int_eq(row_store_add(&store, &column, sel_all(64), &err),
	    STELE_E_QUERY_CANCELED);
	ck_assert_int_eq(row_store_keep(&store, rows, 2, &err),
	    STELE_E_QUERY_CANCELED);
	rc = group_table_find(&table, &column, sel_all(VEC_ROWS), &arena,
	    groups, NULL, &err);
	ck_assert_int_eq(rc, STELE_E_QUERY_CANCELED);
	row_store_release(&store);
	group_table_release(&table);
	arena_release(&arena);
}
END_TEST

/* ---- merges of ordered groups ---- */

#define PLACES (32 * VEC_ROWS)

struct dictionary {
	struct vec_late late;
	uint32_t filled;    /* strings made so far, */
	uint32_t cancel_at; /* after so many; 0: never */
};

static struct str place_names[PLACES];

static int
fill_names(const struct vec_late *late, const struct vec *vec, struct sel sel,
    struct error *its_err UNUSED)
{
	struct dictionary *its = (struct dictionary *)(uintptr_t)late;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		vec->str[row] = place_names[vec->codes.of[row]];
	}
	its->filled += sel.count;
	if (its->cancel_at > 0 && its->filled >= its->cancel_at)
		atomic_store(&cancel, true);
	return 0;
}

START_TEST(merging_groups_is_cancelled)
{
	static char names[PLACES][8];
	static uint32_t groups[PLACES];
	const struct vec keys = { .phys = PHYS_STR, .str = place_names };
	struct dictionary dictionary = { .late.fill = fill_names };
	const struct vec_codes codes = { .count = PLACES,
		.late = &dictionary.late };
	struct group_order order;
	struct arena arena;

	for (uint32_t i = 0; i < PLACES; i++) {
		snprintf(names[i], sizeof(names[i]), "%06u", i);
		place_names[i] = str_of_cstr(names[i]);
		groups[i] = i + 1;
	}
	arena_init(&arena, NULL);
	group_order_init(&order, PLACES * sizeof(struct group_place), NULL);
	order.cancel = &cancel;
	ck_assert_int_eq(group_order_add(&order, groups, PLACES, &keys, PLACES,
			     &err),
	    0);
	ck_assert_uint_eq(order.count, PLACES);
	dictionary.cancel_at = 3 * VEC_ROWS;
	ck_assert_int_eq(group_order_tell(&order, &codes, &arena, groups, &err),
	    STELE_E_QUERY_CANCELED);
	ck_assert_uint_eq(dictionary.filled, 3 * VEC_ROWS);
	ck_assert_uint_eq(order.count, 0);
	ck_assert_int_eq(group_order_add(&order, groups, PLACES, &keys, PLACES,
			     &err),
	    STELE_E_QUERY_CANCELED);
	ck_assert_uint_eq(order.count, 0);
	group_order_release(&order);
	arena_release(&arena);
}
END_TEST

/* ---- one value that takes long ---- */

static char *
repeated(const char *part, size_t count, const char *end)
{
	size_t len = strlen(part);
	char *text = malloc(count * len + strlen(end) + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * len, part, len);
	strcpy(text + count * len, end);
	return text;
}

#define MANY ((size_t)3000000)

/*
 * Hours of work each.  The flag is set while they run: whenever it is, the
 * answer is the same.
 */
static const struct {
	const char *sql;
	const char *parts[2]; /* of $1 and $2, repeated ... */
	const char *ends[2];  /* ... and then */
	size_t count;         /* repetitions; 0: MANY */
} endless[] = {
	{ "btrim($1, $2)", { "b", "xy" }, { "", "b" }, 0 },
	{ "rtrim($1, $2)", { "b", "xy\xc3\xa4" }, { "", "b" }, 0 },
	{ "translate($1, $2, '')", { "ab", "xy" }, { "", "" }, 0 },
	{ "($1::text LIKE ('%' || $2::text))::text", { "ab", "_b" },
	    { "", "x" }, 0 },
	{ "repeat(repeat($1, 100), 100)", { "ab", "" }, { "", "" }, 0 },
	{ "jsonb_path_exists(('{\"a\": [' || $1 || ']}')::jsonb,"
	  " '$ ? (@.a[*] == $b[*])',"
	  " ('{\"b\": [' || $2 || ']}')::jsonb)::text",
	    { "1,", "3," }, { "1", "3" }, 100000 },
	{ "(('[' || $1 || '3]')::jsonb @> ('[' || $2 || '3]')::jsonb)::text",
	    { "1,", "3," }, { "", "" }, 100000 },
	{ "(('[' || $1 || '3]')::jsonb - string_to_array($2, ','))::text",
	    { "1,", "a," }, { "", "" }, 300000 },
	{ "(('[' || $1 || '3]')::jsonb ?| string_to_array($2, ','))::text",
	    { "1,", "a," }, { "", "" }, 300000 },
};

static struct sql_runner *runner;

static void *
cancel_later(void *arg UNUSED)
{
	usleep(300000);
	sql_runner_cancel(runner, true);
	return NULL;
}

START_TEST(one_value_is_cancelled)
{
	size_t count = endless[_i].count == 0 ? MANY : endless[_i].count;
	char *values[2];
	pthread_t thread;
	struct buf sql;

	runner = sql_runner_open();
	buf_init(&sql);
	for (int i = 0; i < 2; i++)
		values[i] =
		    repeated(endless[_i].parts[i], count, endless[_i].ends[i]);
	ck_assert_str_eq(sql_run(runner, "CREATE TABLE t (s text)"),
	    "CREATE TABLE\n");
	buf_printf(&sql, "INSERT INTO t (context_id, s) VALUES ('c', %s || $2)",
	    endless[_i].sql);
	buf_put_u8(&sql, '\0');
	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_later, NULL), 0);
	ck_assert_str_eq(sql_run_params(runner, (const char *)sql.data, NULL,
			     (const char *const *)values, 2),
	    "ERROR: 57014: canceling statement due to user request\n");
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++)
		free(values[i]);
	buf_release(&sql);
	sql_runner_close(runner);
}
END_TEST

/* A template is as long as a user likes. */
START_TEST(templates_are_cancelled)
{
	const struct interval hour = { .microseconds = INT64_C(3600000000) };
	struct buf out;

	buf_init(&out);
	ck_assert_int_eq(to_char_timestamp(0, NULL, STR("YYYY"), &cancel, &out,
			     &err),
	    0);
	atomic_store(&cancel, true);
	ck_assert_int_eq(to_char_timestamp(0, NULL, STR("YYYY"), &cancel, &out,
			     &err),
	    STELE_E_QUERY_CANCELED);
	ck_assert_int_eq(to_char_interval(&hour, STR("HH24"), &cancel, &out,
			     &err),
	    STELE_E_QUERY_CANCELED);
	buf_release(&out);
}
END_TEST

/* Rows of a statement that reads them: INSERT ... SELECT in a transaction. */
START_TEST(statements_are_cancelled)
{
	static const char *const statements[] = {
		"SELECT a FROM t",
		"SELECT a FROM t ORDER BY a",
		"SELECT a, count(*) FROM t GROUP BY a",
		"SELECT count(*) FROM t WHERE a % 7 = 1",
		"SELECT count(*) FROM events WHERE event_id > 0",
		"INSERT INTO t (context_id, a) SELECT context_id, a FROM t",
		"INSERT INTO t (context_id, a) VALUES ('c', 1), ('c', 2)",
		"INSERT INTO t (context_id, a) VALUES ('c', abs(-1))",
	};
	runner = sql_runner_open();
	ck_assert_str_eq(sql_run(runner, "CREATE TABLE t (a bigint)"),
	    "CREATE TABLE\n");
	ck_assert_str_eq(
	    sql_run(runner,
		"INSERT INTO t (context_id, a) VALUES ('c', 1), ('c', 2)"),
	    "INSERT 0 2\n");
	sql_runner_cancel(runner, true);
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		ck_assert_msg(strstr(sql_run(runner, statements[i]),
				  "ERROR: 57014: ") != NULL,
		    "%s: %s", statements[i], sql_run(runner, statements[i]));
	sql_runner_cancel(runner, false);
	ck_assert_str_eq(sql_run(runner, "SELECT count(*) FROM t"),
	    "count\n2\n");
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cancel");
	TCase *tcase = tcase_create("cancel");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, sorts, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tcase, a_sort_is_cancelled);
	tcase_add_test(tcase, the_order_of_a_unit_is_cancelled);
	tcase_add_test(tcase, growing_is_cancelled);
	tcase_add_test(tcase, merging_groups_is_cancelled);
	tcase_add_loop_test(tcase, one_value_is_cancelled, 0,
	    sizeof(endless) / sizeof(endless[0]));
	tcase_add_test(tcase, templates_are_cancelled);
	tcase_add_test(tcase, statements_are_cancelled);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_ENV);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
