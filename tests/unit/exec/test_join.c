/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins of all kinds over tables larger than a batch, with chains of equal keys
 * longer than one, either side the smaller: counts and sums are those of two
 * loops.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

#define NO_KEY   INT64_MIN
#define ROWS_MAX 8000

struct table {
	int64_t count;
	int64_t keys[ROWS_MAX]; /* NO_KEY: null */
};

static struct sql_runner *runner;
static struct table left_table, right_table;

/* Row i has value i; every eleventh has no key. */
static void
make_table(struct table *table, const char *name, int64_t count,
    int64_t key_count)
{
	char text[512];
	const char *answer;

	table->count = count;
	for (int64_t i = 0; i < count; i++)
		table->keys[i] = i % 11 == 10 ? NO_KEY : i % key_count;
	snprintf(text, sizeof(text),
	    "create table %s (k int, v int);"
	    "insert into %s (context_id, k, v) with recursive r (i) as (select"
	    " 0 union all select i + 1 from r where i + 1 < %" PRId64
	    ") select 'c' || i %% 3, case when i %% 11 < 10 then i %% %" PRId64
	    " end, i from r where i < %" PRId64,
	    name, name, count, key_count, count);
	answer = sql_run(runner, text);
	ck_assert_msg(strstr(answer, "ERROR") == NULL, "%s", answer);
}

/* ---- the model ---- */

enum kind { INNER, LEFT, RIGHT, FULL, SEMI, ANTI, KIND_COUNT };

struct result {
	int64_t count;
	int64_t left_sum;
	int64_t right_sum;
};

static bool
matches(int64_t l, int64_t r, bool has_condition)
{
	return left_table.keys[l] != NO_KEY &&
	    left_table.keys[l] == right_table.keys[r] &&
	    (!has_condition || (l + r) % 3 == 0);
}

static void
add(struct result *result, int64_t l, int64_t r)
{
	result->count++;
	result->left_sum += l;
	result->right_sum += r;
}

static struct result
model(enum kind kind, bool has_condition)
{
	static bool is_matched[ROWS_MAX];
	struct result result = { 0 };
	bool pairs = kind != SEMI && kind != ANTI;

	memset(is_matched, 0, sizeof(is_matched));
	for (int64_t l = 0; l < left_table.count; l++) {
		bool has_match = false;

		for (int64_t r = 0; r < right_table.count; r++) {
			if (!matches(l, r, has_condition))
				continue;
			has_match = true;
			is_matched[r] = true;
			if (pairs)
				add(&result, l, r);
		}
		if (has_match ? kind == SEMI
			      : kind == ANTI || kind == LEFT || kind == FULL)
			add(&result, l, 0);
	}
	for (int64_t r = 0; r < right_table.count; r++) {
		if (!is_matched[r] && (kind == RIGHT || kind == FULL))
			add(&result, 0, r);
	}
	return result;
}

/* ---- the queries ---- */

#define SUMS \
	"select count(*), coalesce(sum(l.v), 0), coalesce(sum(r.v), 0) from l "
#define COUNT "select count(*), coalesce(sum(l.v), 0), 0 from l where "

/* With the condition between. */
static const char *const forms[][2] = {
	[INNER] = { SUMS "join r on l.k = r.k", "" },
	[LEFT] = { SUMS "left join r on l.k = r.k", "" },
	[RIGHT] = { SUMS "right join r on l.k = r.k", "" },
	[FULL] = { SUMS "full join r on l.k = r.k", "" },
	[SEMI] = { COUNT "exists (select 1 from r where l.k = r.k", ")" },
	[ANTI] = { COUNT "not exists (select 1 from r where l.k = r.k", ")" },
};

static void
check(enum kind kind, bool has_condition)
{
	struct result result = model(kind, has_condition);
	char text[512], expected[128];
	const char *answer;

	snprintf(text, sizeof(text), "%s%s%s", forms[kind][0],
	    has_condition ? " and (l.v + r.v) % 3 = 0" : "", forms[kind][1]);
	snprintf(expected, sizeof(expected),
	    "%" PRId64 "|%" PRId64 "|%" PRId64 "\n", result.count,
	    result.left_sum, result.right_sum);
	answer = sql_run(runner, text);
	ck_assert_msg(strchr(answer, '\n') != NULL, "%s", answer);
	ck_assert_msg(strcmp(strchr(answer, '\n') + 1, expected) == 0,
	    "%s\n%sbut it should be\n%s", text, answer, expected);
}

static const struct {
	int64_t left_count, left_keys, right_count, right_keys;
} cases[] = {
	{ 1, 1, 0, 1 }, /* no row is a row less than one */
	{ 5, 2, 7, 3 },
	{ 2500, 2, 6000, 3 },
	{ 6000, 3, 2500, 2 },
	{ 300, 1, 7000, 1 },
	{ 3000, 1, 7000, 7000 }, /* one row on the right for a long chain */
	{ 7000, 1, 300, 1 },
	{ 5000, 4999, 5000, 100 },
	{ 2048, 2048, 8000, 8000 },
};

START_TEST(all_kinds)
{
	make_table(&left_table, "l", cases[_i].left_count, cases[_i].left_keys);
	make_table(&right_table, "r", cases[_i].right_count,
	    cases[_i].right_keys);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		check((enum kind)kind, false);
		check((enum kind)kind, true);
	}
}
END_TEST

static void
open_runner(void)
{
	runner = sql_runner_open();
}

static void
close_runner(void)
{
	sql_runner_close(runner);
}

int
main(void)
{
	Suite *suite = suite_create("join");
	TCase *tcase = tcase_create("kinds");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, open_runner, close_runner);
	tcase_add_loop_test(tcase, all_kinds, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
