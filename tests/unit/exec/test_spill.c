/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that spill: the same rows in the same order as in memory, and a
 * disk that fails under the temporary files fails the statement alone.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "exec/temp_file.h"
#include "sql_runner.h"

#define WORK_MEM ((size_t)64 << 10)

static struct sql_runner *runner;

static const char *const prepare[] = {
	"create table e (a int, b text, f float8)",
	"insert into e (context_id, a, b, f) with recursive r (x) as"
	" (select 1 union all select x + 1 from r where x < 9000) select"
	" 'c' || x % 7, x * 7919 % 1000, nullif(repeat('x', x % 50), ''),"
	" nullif(x * 0.37, 0.37) from r",
};

/* All forms: numbers with and without limbs, nulls, equal keys. */
#define T \
	"(select event_id, context_id, a, b, f, case a % 3 when 0 then null when" \
	" 1 then a / 7.0 else a * 1e60 end as n, (a % 5) * interval '1 day 2" \
	" hours' as i, lpad((a % 97)::text, 32, '0')::uuid as u, nullif(a % 3," \
	" 0) = 1 as o from e) t "

#define R \
	"(select event_id * 5 % 9001 as k, * from (select event_id, context_id, a," \
	" b, f, a * 1e60 as n, (a % 5) * interval '1 day' as i, lpad((a %" \
	" 97)::text, 32, '0')::uuid as u from e) s) y "

static const char *const queries[] = {
	"select * from " T "order by a",
	"select b, n, event_id from " T "order by b desc nulls last, n",
	"select * from " T "order by n desc",
	"select * from " T "order by f nulls first, b",
	"select i, u, o, event_id from " T "order by o, i desc, u",
	"select b, a from " T "order by b, a limit 20 offset 7000",
	"select repeat(b, 3000) from " T "where a < 9 order by a, b limit 300",
	"select distinct on (a) a, b, n from " T "order by a, f desc",
	/* groups come in the order of their first rows, sums add up in it */
	"select event_id / 2, count(*), sum(f), avg(n), max(b), max(i) from " T
	"group by 1",
	"select event_id * 7919 % 5003 as k, sum(f), string_agg(a::text, ',')"
	" from " T "group by 1",
	"select event_id * 7919 % 5003 as k, sum(f) from " T "group by 1 order"
	" by k",
	"select distinct f, n from " T,
	"select f, b, i, count(*) from " T "group by f, b, i",
	"select f, o, grouping(f, o), sum(f), count(*) from " T
	"group by cube (f, o)",
	"select f, sum(n), count(*) from " T "group by grouping sets ((f), (),"
	" (context_id, f))",
	"select event_id / 3, count(distinct b), sum(distinct f) filter (where"
	" a > 9) from " T "group by 1",
	"select count(*), count(f) from (select f from " T
	"union select n from " T ") q",
	"select event_id / 2, string_agg(b, '-' order by f desc), mode() within"
	" group (order by a % 3), stddev(f), corr(f, a) from " T "group by 1",
	"select count(distinct f), count(distinct n), sum(distinct event_id)"
	" filter (where o) from " T,
	"select context_id, count(distinct event_id), sum(distinct a) from " T
	"group by 1",
	"with c as materialized (select * from " T ") select c.event_id, d.n,"
	" d.i from c join c d on c.event_id = d.event_id + 1 and d.o",
	/* others read on while a batch of its first rows is used */
	"with c as materialized (select repeat('a', 100) || event_id as s, a *"
	" 1e60 as n from e) select s, n, (select count(n) from c) from c",
	"with c as materialized (select repeat('a', 100) || event_id as s, a"
	" from e) select x.s, y.s from c x, lateral (select min(s) as s from c"
	" where c.a < x.a) y where x.a < 3",
	"with recursive r (k, x) as (select event_id, b from " T "union all"
	" select k + 9000, x from r where k < 27000) select k, x from r",
	/* in the order of the probing side, the table's own rows last */
	"select t.*, y.b, y.u from " T "join " R "on t.event_id = y.k where"
	" t.event_id > 10",
	"select t.event_id, t.n, y.event_id, y.i from " T "left join " R
	"on t.f = y.f and y.a > t.a - 100",
	"select t.event_id, y.event_id, y.n from " T "full join " R
	"on t.event_id = y.k + 4500 and t.o",
	"select t.event_id, t.b from " T "where exists (select 1 from " R
	"where t.event_id = y.k and y.a < t.a)",
	"select t.event_id, t.b from " T "where not exists (select 1 from " R
	"where t.event_id = y.k and y.b is not null)",
	"select count(*), sum(y.f) from " T "join " R "on t.event_id = y.k",
	/* keys that are too much for work_mem whatever they are cut by */
	"select t.event_id, y.event_id from " T "join " R "on t.a % 2 = y.k % 2"
	" and t.event_id % 3000 = 1 and y.k > 100",
	"select t.a, count(*) from " T "join " R "on t.context_id ="
	" y.context_id and t.event_id % 1000 = 1 and y.k > 100 group by t.a",
	"select f, event_id from " T "except select f, k from " R,
	"select a, b from " T "except all select k, b from " R,
	"select a, b, event_id from " T "intersect select a, b, event_id + 1 -"
	" event_id % 2 from " R,
	"select count(*) from (select a, b, event_id from " T "intersect all"
	" select a, b, event_id from " R ") q",
	"select event_id, row_number() over w, sum(f) over w, lag(b) over w,"
	" first_value(n) over w from " T "window w as (partition by a order by"
	" f desc)",
	"select event_id, rank() over (order by o), max(b) over (partition by"
	" context_id order by a rows 3 preceding), ntile(5) over (partition by"
	" i) from " T,
};

#define QUERY_COUNT (sizeof(queries) / sizeof(queries[0]))

/* Those of which calls fail. */
static const uint32_t faulty_queries[] = { 0, 8, 18, 20 };
#define FAULTY_COUNT (sizeof(faulty_queries) / sizeof(faulty_queries[0]))

static char *expected;

/* ---- a file system that fails when it is told to ---- */

static struct os_fs faulty;
static struct {
	uint32_t calls;   /* of files that were opened here */
	uint32_t fail_at; /* the number of the call that fails; 0: none */
	int error;
	bool damages; /* it succeeds, with another byte */
	bool cancels; /* it succeeds, and the statement is cancelled */
} faults;

static bool
is_due(void)
{
	if (++faults.calls != faults.fail_at)
		return false;
	if (faults.cancels)
		sql_runner_cancel(runner, true);
	return !faults.cancels;
}

static bool
fails(void)
{
	return !faults.damages && is_due();
}

static int
faulty_open(struct os_fs *fs, const char *path, unsigned flags,
    struct os_file **out)
{
	int rc;

	if (fails())
		return -faults.error;
	rc = os_fs_real()->open(os_fs_real(), path, flags, out);
	if (rc == 0)
		(*out)->fs = fs;
	return rc;
}

static ssize_t
faulty_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	if (fails())
		return -faults.error;
	/* short, as the kernel may */
	return os_fs_real()->pwrite(file, data, len > 5000 ? 5000 : len,
	    offset);
}

static ssize_t
faulty_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	ssize_t count = os_fs_real()->pread(file, data, len, offset);

	if (!is_due())
		return count;
	if (!faults.damages)
		return -faults.error;
	((char *)data)[len / 2] ^= 1;
	return count;
}

static int
faulty_unlink(struct os_fs *fs, const char *path)
{
	(void)fs;
	if (fails())
		return -faults.error;
	return os_fs_real()->unlink(os_fs_real(), path);
}

static void
set_fault(uint32_t at, int error, bool damages)
{
	faults.calls = 0;
	faults.fail_at = at;
	faults.error = error;
	faults.damages = damages;
	faults.cancels = false;
}

/* ---- tests ---- */

static void
setup(void)
{
	faulty = *os_fs_real();
	faulty.open = faulty_open;
	faulty.pwrite = faulty_pwrite;
	faulty.pread = faulty_pread;
	faulty.unlink = faulty_unlink;
	set_fault(0, 0, false);
	runner = sql_runner_open();
	sql_runner_add_in_order(runner); /* as what spills does */
	for (size_t i = 0; i < sizeof(prepare) / sizeof(prepare[0]); i++) {
		const char *answer = sql_run(runner, prepare[i]);

		ck_assert_msg(strncmp(answer, "ERROR", 5) != 0, "%s", answer);
	}
}

static void
teardown(void)
{
	free(expected);
	expected = NULL;
	sql_runner_close(runner);
}

/* The answer without spilling; from now on everything spills. */
static void
expect(const char *query)
{
	free(expected);
	sql_runner_set_work_mem(runner, WORK_MEM, NULL);
	expected = strdup(sql_run(runner, query));
	ck_assert_msg(strstr(expected, "ERROR") == NULL, "%s: %s", query,
	    expected);
	sql_runner_set_work_mem(runner, WORK_MEM, &faulty);
}

/* The answers are long: only where they begin to differ is shown. */
static void
check_expected(const char *query, const char *answer)
{
	size_t at = 0;

	while (answer[at] != '\0' && answer[at] == expected[at])
		at++;
	ck_assert_msg(answer[at] == expected[at], "%s: %.80s instead of %.80s",
	    query, answer + at, expected + at);
}

/*
 * How many calls can be hit.  The first statement that spills makes one more: it
 * finds that the directory is not there.
 */
static uint32_t
count_calls(const char *query, bool damages)
{
	check_expected(query, sql_run(runner, query));
	set_fault(0, 0, damages);
	check_expected(query, sql_run(runner, query));
	return faults.calls;
}

/* The first ones, some, and the last. */
static uint32_t
next_call(uint32_t at, uint32_t count)
{
	uint32_t next = at + (at < 8 ? 1 : count / 12 + 1);

	return at < count && next > count ? count : next;
}

/* Calls of the query's files fail once; then all is well again. */
static void
fail_each_call(const char *query, int error, bool damages, const char *answer)
{
	uint32_t count;

	expect(query);
	count = count_calls(query, damages);
	ck_assert_uint_gt(count, 10);
	for (uint32_t at = 1; at <= count; at = next_call(at, count)) {
		const char *got;

		set_fault(at, error, damages);
		got = sql_run(runner, query);
		ck_assert_msg(strstr(got, answer) != NULL, "%u of %u: %s", at,
		    count, got);
	}
	set_fault(0, 0, false);
	check_expected(query, sql_run(runner, query));
}

START_TEST(disk_is_full)
{
	fail_each_call(queries[faulty_queries[_i]], ENOSPC, false,
	    "ERROR: 53100: could not ");
}
END_TEST

START_TEST(disk_fails)
{
	fail_each_call(queries[faulty_queries[_i]], EIO, false,
	    "ERROR: 58030: could not ");
}
END_TEST

START_TEST(blocks_are_damaged)
{
	fail_each_call(queries[faulty_queries[_i]], EIO, true,
	    "ERROR: XX001: temporary file is damaged");
}
END_TEST

/* So many calls may come until it is noticed: a block of each part or run. */
#define CALLS_AFTER_CANCEL 64

/* The same rows; and a statement that is cancelled soon ends. */
START_TEST(same_rows)
{
	const char *query = queries[_i];
	uint32_t count;

	expect(query);
	count = count_calls(query, false);
	ck_assert_uint_gt(count, 0);
	for (uint32_t at = 1; at < count; at += count / 5 + 1) {
		const char *got;

		set_fault(at, 0, false);
		faults.cancels = true;
		got = sql_run(runner, query);
		sql_runner_cancel(runner, false);
		ck_assert_uint_le(faults.calls, at + CALLS_AFTER_CANCEL);
		ck_assert_msg(strstr(got, "ERROR: 57014: ") != NULL ||
			at + CALLS_AFTER_CANCEL > count,
		    "%s: %u of %u: %.80s", query, at, count, got);
	}
	set_fault(0, 0, false);
	check_expected(query, sql_run(runner, query));
}
END_TEST

START_TEST(limit_of_files)
{
	expect(queries[0]);
	sql_runner_set_temp_limit(runner, (uint64_t)100 << 10);
	ck_assert_ptr_nonnull(strstr(sql_run(runner, queries[0]),
	    "ERROR: 53400: temporary file size exceeds temp_file_limit"
	    " (100kB)\n"));
	sql_runner_set_temp_limit(runner, UINT64_MAX);
	check_expected(queries[0], sql_run(runner, queries[0]));
}
END_TEST

/* What a process left that died between two calls goes at the next start. */
START_TEST(left_over_files)
{
	char dir[] = "/tmp/stele-temp-XXXXXX";
	char path[64];
	struct error err;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(temp_directory_clean(os_fs_real(), dir, &err), 0);
	snprintf(path, sizeof(path), "%s/temp", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/temp/7.tmp", dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(temp_directory_clean(os_fs_real(), dir, &err), 0);
	ck_assert_ptr_null(fopen(path, "r"));
	snprintf(path, sizeof(path), "%s/temp", dir);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("spill");
	TCase *tcase = tcase_create("spill");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, same_rows, 0, (int)QUERY_COUNT);
	tcase_add_loop_test(tcase, disk_is_full, 0, (int)FAULTY_COUNT);
	tcase_add_loop_test(tcase, disk_fails, 0, (int)FAULTY_COUNT);
	tcase_add_loop_test(tcase, blocks_are_damaged, 0, (int)FAULTY_COUNT);
	tcase_add_test(tcase, limit_of_files);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("directory");
	tcase_add_test(tcase, left_over_files);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_ENV);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
