/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is charged for parsing: the guard's estimate is never below what
 * libpg_query really takes, a budget that does not allow it refuses the text,
 * and everything is given back.
 */
#include <check.h>
#include <pg_query.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check_each.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "sql/parse.h"
#include "sql/scan.h"

#define REPEATS 20000
/* What the process itself may grow by, stacks and all. */
#define SLACK_BYTES ((size_t)3 << 20)

/* ---- the estimate ---- */

/* What costs most for each token. */
static const struct {
	const char *head, *body, *tail;
} costly[] = {
	{ "select 1 in (", "1,", "1)" },
	{ "select 1 in (", "a,", "a)" },
	{ "select 1 in (", "$1,", "1)" },
	{ "select 1 in (", "a.b.c.d.e,", "1)" },
	{ "select 1 in (", "a>b,", "1)" },
	{ "select 1 in (", "x::int,", "1)" },
	{ "select 1 in (", "a[1],", "1)" },
	{ "select 1 in (", "f(),", "1)" },
	{ "select 1 in (", "f() over (),", "1)" },
	{ "select 1 in (", "case when a then b end,", "1)" },
	{ "select 1 in (", "(select),", "1)" },
	{ "select 1 in (", "array(table a),", "1)" },
	{ "select 1 in (", "u&'x',", "1)" },
	{ "select 1 in (", "date 'x',", "1)" },
	{ "select 1 from ", "a,", "b" },
	{ "select 1 from ", "(a join b on c),", "b" },
	{ "select 1 order by ", "a,", "1" },
	{ "select 1 group by ", "(),", "()" },
	{ "select 1 from a window ", "w as (),", "v as ()" },
	{ "with ", "a as (select),", "b as (select) select" },
	{ "values ", "(a),", "(1)" },
	{ "insert into t values ", "('order-9001', 1234, 'some text'),",
	    "('c', 1, 'x')" },
	{ "create table t (", "a int,", "b int)" },
	{ "create table t (", "a int[][][],", "b int)" },
	{ "", "select;", "" },
	{ "", "select a,a,a,a,a,a,a,a;", "" },
	{ "", "select *,*,*,*;", "" },
	{ "", "table a;", "" },
	{ "", "begin;", "" },
	{ "", "insert into a table b;", "" },
	{ "", "create table a();", "" },
	{ "select '", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	    "'" },
	{ "select '", "''", "'" },
	{ "select 1", "                                                  ",
	    "" },
};

static size_t
estimate(struct str text)
{
	static struct scan_guard guard;
	struct scanner scanner = scanner_at(text, 0);
	struct scan_token token;

	scan_guard_init(&guard);
	while ((token = scan_next(&scanner)).kind != SCAN_END)
		CHECK_EACH(scan_guard_take(&guard, &scanner, token) <=
		    SCAN_STATEMENT_ENDS);
	return guard.memory_bytes + 4 * text.len;
}

static size_t
peak_bytes(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (size_t)usage.ru_maxrss << 10;
}

static void *
parse(void *text)
{
	PgQueryProtobufParseResult result = pg_query_parse_protobuf(text);

	return result.error == NULL ? text : NULL;
}

/* In a process of its own, which has not grown before. */
static int
measure(const struct buf *text, size_t limit)
{
	pthread_attr_t attr;
	pthread_t thread;
	void *parsed = NULL;
	size_t before = peak_bytes(), grown;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, SQL_STACK_SIZE);
	if (pthread_create(&thread, &attr, parse, text->data) != 0 ||
	    pthread_join(thread, &parsed) != 0 || parsed == NULL)
		return 2;
	grown = peak_bytes() - before;
	if (grown <= limit + SLACK_BYTES)
		return 0;
	printf("%zu bytes, not %zu\n", grown, limit);
	return 1;
}

START_TEST(estimate_is_enough)
{
	struct buf text;
	int status;
	pid_t child;

#if defined(HAVE_SANITIZERS)
	return; /* a sanitizer's memory is not what is asked about */
#endif
	buf_init(&text);
	buf_put_cstr(&text, costly[_i].head);
	for (uint32_t i = 0; i < REPEATS; i++)
		buf_put_cstr(&text, costly[_i].body);
	buf_put(&text, costly[_i].tail, strlen(costly[_i].tail) + 1);
	child = fork();
	if (child == 0)
		_exit(measure(&text,
		    estimate(str_of((char *)text.data, text.len - 1))));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "%s...%s...%s: %d", costly[_i].head, costly[_i].body,
	    costly[_i].tail, status);
	buf_release(&text);
}
END_TEST

/* ---- the budget ---- */

struct job {
	struct str text;
	struct arena *arena;
	struct error *err;
	int rc;
};

static void *
run_job(void *arg)
{
	struct job *job = arg;
	struct sql_statements statements;

	job->rc = sql_parse(job->text, SQL_DIALECT_POSTGRES, job->arena,
	    &statements, job->err);
	return NULL;
}

static int
parse_within(struct str text, struct arena *arena, struct error *err)
{
	struct job job = { .text = text, .arena = arena, .err = err };
	pthread_attr_t attr;
	pthread_t thread;

	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, SQL_STACK_SIZE), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, run_job, &job), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	return job.rc;
}

START_TEST(budget_is_charged)
{
	struct mem_budget budget = { .limit_bytes = (size_t)4 << 20 };
	struct arena arena;
	struct error err = { .code = 0 };
	struct buf text;

	buf_init(&text);
	buf_put_cstr(&text, "select 1 in (1");
	for (uint32_t i = 0; i < REPEATS; i++)
		buf_put_cstr(&text, ", 1");
	buf_put_cstr(&text, ")");
	arena_init(&arena, &budget);
	ck_assert_int_eq(parse_within(buf_str(&text), &arena, &err),
	    STELE_E_OUT_OF_MEMORY);
	ck_assert_str_eq(err.message, "statement is too large to be parsed");
	ck_assert_str_ne(err.hint, "");
	budget.limit_bytes = (size_t)64 << 20;
	ck_assert_int_eq(parse_within(buf_str(&text), &arena, &err), 0);
	ck_assert_uint_eq(atomic_load(&budget.used_bytes), arena.used_bytes);
	/* An error of the grammar gives it back too. */
	text.len--;
	ck_assert_int_eq(parse_within(buf_str(&text), &arena, &err),
	    STELE_E_SYNTAX);
	arena_release(&arena);
	ck_assert_uint_eq(atomic_load(&budget.used_bytes), 0);
	buf_release(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_memory");
	TCase *tests = tcase_create("memory");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, estimate_is_enough, 0,
	    sizeof(costly) / sizeof(costly[0]));
	tcase_add_test(tests, budget_is_charged);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
