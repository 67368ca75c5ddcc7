/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequences from text to rows: the example of doc/sequences.md in both
 * languages, what WHERE may say, own rows of a transaction, and random events
 * against a self-join that says the same.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

static struct sql_runner *runner;

#define CORE       "context_id|event_type|timestamp|event_id|"
#define DAY        "2026-01-01 "
#define VIEW1      "v|view|" DAY "10:00:00+00|1|"
#define VIEW2      "v|view|" DAY "10:05:00+00|2|"
#define VIEW4      "v|view|" DAY "10:05:00+00|4|"
#define PAY3       "p|pay|" DAY "10:05:00+00|3|"
#define PAY5       "p|pay|" DAY "10:09:00+00|5|"
#define PAY6       "p|pay|" DAY "10:11:00+00|6|"
#define FROM_PAIRS " FROM stele.sequence('view FOLLOWED BY pay LINKED BY who') "

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} cases[] = {
	{ "DEFINE view FIELDS {\"who\": \"string | null\", \"page\": \"string\","
	  " \"n\": \"int\"}", "CREATE TABLE\n" },
	{ "DEFINE pay FIELDS {\"who\": \"string\", \"amount\": \"int\","
	  " \"n\": \"string | null\"}", "CREATE TABLE\n" },
	{ "STORE view FOR v AT \"2026-01-01T10:00:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"page\": \"/a\", \"n\": 1}", "INSERT 0 1\n" },
	{ "STORE view FOR v AT \"2026-01-01T10:05:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"page\": \"/b\", \"n\": 2}", "INSERT 0 1\n" },
	{ "STORE pay FOR p AT \"2026-01-01T10:05:00Z\" PAYLOAD"
	  " {\"who\": \"bob\", \"amount\": 1}", "INSERT 0 1\n" },
	{ "STORE view FOR v AT \"2026-01-01T10:05:00Z\" PAYLOAD"
	  " {\"who\": \"bob\", \"page\": \"/a\", \"n\": 3}", "INSERT 0 1\n" },
	{ "STORE pay FOR p AT \"2026-01-01T10:09:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"amount\": 2}", "INSERT 0 1\n" },
	{ "STORE pay FOR p AT \"2026-01-01T10:11:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"amount\": 3}", "INSERT 0 1\n" },
	{ "STORE view FOR v AT \"2026-01-01T10:00:00Z\" PAYLOAD"
	  " {\"page\": \"/nobody\", \"n\": 9}", "INSERT 0 1\n" },

	/* rows: fields of both types, a divided name apart */
	{ "QUERY view FOLLOWED BY pay LINKED BY who",
	  CORE "who|page|view.n|amount|pay.n\n"
	  VIEW1 "ann|/a|1|-|-\n" PAY5 "ann|-|-|2|-\n"
	  VIEW2 "ann|/b|2|-|-\n" PAY5 "ann|-|-|2|-\n"
	  VIEW4 "bob|/a|3|-|-\n" PAY3 "bob|-|-|1|-\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WITHIN 5 MINUTES"
	  " RETURN [amount]",
	  CORE "amount\n" VIEW2 "-\n" PAY5 "2\n" VIEW4 "-\n" PAY3 "1\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WITHIN 239 SECONDS"
	  " RETURN [who]",
	  CORE "who\n" VIEW4 "bob\n" PAY3 "bob\n" },
	{ "QUERY view FOLLOWED BY view LINKED BY who RETURN [page, view.n]",
	  CORE "page|view.n\n" VIEW1 "/a|1\n" VIEW2 "/b|2\n" },
	{ "QUERY pay PRECEDED BY view LINKED BY who RETURN [who]",
	  CORE "who\n" PAY3 "bob\n" VIEW4 "bob\n" PAY5 "ann\n" VIEW2 "ann\n"
	  PAY6 "ann\n" VIEW2 "ann\n" },
	{ "QUERY view FOLLOWED BY pay FOLLOWED BY pay LINKED BY who"
	  " RETURN [amount]",
	  CORE "amount\n" VIEW1 "-\n" PAY5 "2\n" PAY6 "3\n"
	  VIEW2 "-\n" PAY5 "2\n" PAY6 "3\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who ORDER BY pay.amount DESC"
	  " LIMIT 1 OFFSET 1 RETURN [amount]",
	  CORE "amount\n" VIEW2 "-\n" PAY5 "2\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who FOR v",
	  CORE "who|page|view.n|amount|pay.n\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who SINCE"
	  " \"2026-01-01T10:05:00Z\" COUNT", "count\n2\n" },

	/* aggregates: matches, and units */
	{ "QUERY view FOLLOWED BY pay LINKED BY who COUNT, COUNT UNIQUE who,"
	  " AVG amount, MAX view.n BY view.page",
	  "view.page|count|count_unique_who|avg_amount|max_view.n\n"
	  "/a|2|2|1.5000000000000000|3\n/b|1|1|2.0000000000000000|2\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who COUNT PER HOUR"
	  " ORDER BY bucket", "bucket|count\n" DAY "10:00:00+00|3\n" },

	/* WHERE */
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE page = \"/a\" AND"
	  " pay.amount > 1 COUNT", "count\n1\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE (page = \"/a\" OR"
	  " view.n = 2) AND who = \"ann\" COUNT", "count\n2\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE timestamp >="
	  " \"2026-01-01T10:05:00Z\" COUNT", "count\n2\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE amount > 2 COUNT",
	  "count\n2\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE page = \"/a\" OR"
	  " amount = 1",
	  "ERROR: 0A000: a condition on fields of several event types is not"
	  " supported in a sequence [63]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE n = 1",
	  "ERROR: 42702: field \"n\" is of event types \"view\" and \"pay\""
	  " [48]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE nosuch = 1",
	  "ERROR: 42703: column \"nosuch\" does not exist [48]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WHERE x.n = 1",
	  "ERROR: 42P01: event type \"x\" is not part of this query [48]\n" },

	/* steps with names of their own */
	{ "QUERY view AS first FOLLOWED BY view AS second FOLLOWED BY pay"
	  " LINKED BY who WHERE first.page = \"/a\" AND second.page = \"/b\""
	  " AND amount < 3 COUNT, MIN first.n, MAX second.n BY second.page",
	  "second.page|count|min_first.n|max_second.n\n/b|1|1|2\n" },
	{ "QUERY view AS first FOLLOWED BY view AS second LINKED BY who"
	  " WHERE first.page = \"/b\" COUNT", "count\n0\n" },
	{ "QUERY pay AS done PRECEDED BY view LINKED BY who WHERE done.amount"
	  " > 2 RETURN [done.amount, page]",
	  CORE "pay.amount|page\n" PAY6 "3|-\n" VIEW2 "-|/b\n" },
	{ "QUERY view AS first FOLLOWED BY view AS second LINKED BY who"
	  " WHERE page = \"/a\"",
	  "ERROR: 42702: field \"page\" is of event types \"first\" and"
	  " \"second\" [68]\n" },
	{ "QUERY view AS first FOLLOWED BY view AS second LINKED BY who"
	  " WHERE view.page = \"/a\"",
	  "ERROR: 42P01: event type \"view\" is not part of this query [68]\n" },
	{ "QUERY view AS x FOLLOWED BY view AS x LINKED BY who",
	  "ERROR: 42712: step name \"x\" specified more than once [15]\n" },
	{ "QUERY view AS pay FOLLOWED BY pay LINKED BY who",
	  "ERROR: 42712: step name \"pay\" specified more than once [15]\n" },
	{ "QUERY view AS x",
	  "ERROR: 42601: AS is for the steps of a sequence [15]\n" },
	{ "QUERY view AS FOLLOWED BY pay LINKED BY who",
	  "ERROR: 42601: syntax error at or near \"FOLLOWED\": expected a name"
	  " for the step [15]\n" },

	/* what links, and the time */
	{ "QUERY view FOLLOWED BY pay LINKED BY context_id COUNT",
	  "count\n0\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY page",
	  "ERROR: 42703: event type \"pay\" has no field \"page\" [38]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY n",
	  "ERROR: 42804: LINKED BY types bigint and text cannot be matched"
	  " [38]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who USING who",
	  "ERROR: 42804: a sequence needs a time of type datetime, and \"who\""
	  " of event type \"view\" is of type text [48]\n" },
	{ "QUERY view FOLLOWED BY nosuch LINKED BY who",
	  "ERROR: 42P01: relation \"nosuch\" does not exist [24]\n" },
	{ "QUERY view FOLLOWED BY pay LINKED BY who WITHIN"
	  " 9223372036854775807 WEEKS COUNT",
	  "count\nERROR: 22003: WITHIN is out of range\n" },

	/* SQL */
	{ "SELECT view.who, view.event_id, pay.event_id, pay.timestamp -"
	  " view.timestamp AS took" FROM_PAIRS "ORDER BY 2",
	  "who|event_id|event_id|took\nann|1|5|00:09:00\nann|2|5|00:04:00\n"
	  "bob|4|3|00:00:00\n" },
	{ "SELECT count(*), count(DISTINCT view.who), min(view.page)"
	  FROM_PAIRS "WHERE amount + view.n > 3",
	  "count|count|min\n2|2|/a\n" },
	{ "SELECT view.event_id, view_2.event_id FROM"
	  " stele.sequence('view FOLLOWED BY view LINKED BY who')",
	  "event_id|event_id\n1|2\n" },
	{ "SELECT a.event_id, view.event_id FROM"
	  " stele.sequence('view AS a FOLLOWED BY view LINKED BY who"
	  " WHERE view.page = \"/b\"')",
	  "event_id|event_id\n1|2\n" },
	{ "SELECT 1 FROM stele.sequence('view')",
	  "ERROR: 42601: the text of stele.sequence() must be a FOLLOWED BY b"
	  " LINKED BY f, or a PRECEDED BY b LINKED BY f [30]\n" },
	{ "SELECT 1 FROM stele.sequence('view FOLLOWED BY pay LINKED BY who"
	  " LIMIT 1')",
	  "ERROR: 42601: the text of stele.sequence() can have FOR, SINCE,"
	  " USING and WHERE; all else is for the SELECT to say [30]\n" },
	{ "SELECT 1 FROM stele.sequence('view FOLLOWED BY pay')",
	  "ERROR: 42601: a sequence of event types needs LINKED BY [51]\n" },
	{ "SELECT 1 FROM stele.sequence('view FOLLOWED BY x LINKED BY who')",
	  "ERROR: 42P01: relation \"x\" does not exist [48]\n" },
	{ "SELECT 1 FROM stele.sequence('PING; PING')",
	  "ERROR: 42601: the text of stele.sequence() must be a single sequence"
	  " [30]\n" },

	/* rows that are not committed come last */
	{ "BEGIN", "" },
	{ "STORE pay FOR p AT \"2026-01-01T10:01:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"amount\": 9}", "INSERT 0 1\n" },
	{ "STORE pay FOR p AT \"2026-01-01T10:01:00Z\" PAYLOAD"
	  " {\"who\": \"ann\", \"amount\": 8}", "INSERT 0 1\n" },
	{ "SELECT view.event_id, pay.amount, pay_2.amount FROM stele.sequence("
	  "'view FOLLOWED BY pay FOLLOWED BY pay LINKED BY who')",
	  "event_id|amount|amount\n1|9|8\n2|2|3\n" },
	/* which is which does not depend on a step's conditions */
	{ "SELECT a.amount, b.amount FROM stele.sequence('pay AS a FOLLOWED BY"
	  " pay AS b LINKED BY who WHERE b.amount = 8 AND a.amount > 7') ORDER"
	  " BY 1", "amount|amount\n9|8\n" },
	{ "SELECT a.amount, b.amount FROM stele.sequence('pay AS a FOLLOWED BY"
	  " pay AS b LINKED BY who WHERE a.amount = 8 AND b.amount = 8')",
	  "amount|amount\n" },
	{ "ROLLBACK", "" },
};
/* clang-format on */

START_TEST(statements)
{
	runner = sql_runner_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = sql_run(runner, cases[i].sql);

		ck_assert_msg(strcmp(answer, cases[i].answer) == 0,
		    "%s\nexpected:\n%s\ngot:\n%s\n", cases[i].sql,
		    cases[i].answer, answer);
	}
	sql_runner_close(runner);
}
END_TEST

/* ---- against joins ---- */

static void
store_random(uint64_t *state)
{
	char text[8192];
	size_t at = 0;

	at += (size_t)snprintf(text, sizeof(text), "BEGIN;");
	for (int i = 0; i < 60; i++) {
		unsigned r;

		*state = *state * UINT64_C(6364136223846793005) + 99991;
		r = (unsigned)(*state >> 33);
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "STORE %s FOR c%u AT 17000000%02u PAYLOAD"
		    " {\"k\": %u, \"x\": %u};",
		    r % 2 == 0 ? "a" : "b", r / 2 % 5, r / 16 % 30, r / 512 % 4,
		    r / 2048 % 3);
	}
	snprintf(text + at, sizeof(text) - at, "COMMIT");
	ck_assert_ptr_null(strstr(sql_run(runner, text), "ERROR"));
}

/*
 * For each a the first b in time, and of those at that time the one stored
 * first; PostgreSQL would say DISTINCT ON.
 */
#define NEAREST \
	"SELECT a.event_id, b.event_id FROM a JOIN b ON a.k = b.k AND" \
	" b.timestamp >= a.timestamp AND b.x <> 2 LEFT JOIN b AS c ON" \
	" c.k = a.k AND c.x <> 2 AND c.timestamp >= a.timestamp AND" \
	" (c.timestamp < b.timestamp OR (c.timestamp = b.timestamp AND" \
	" c.event_id < b.event_id)) WHERE c.event_id IS NULL ORDER BY 1"

START_TEST(agrees_with_joins)
{
	uint64_t state = 4711;
	char *expected;

	runner = sql_runner_open();
	sql_run(runner,
	    "DEFINE a FIELDS {\"k\": \"int\", \"x\": \"int\"};"
	    "DEFINE b FIELDS {\"k\": \"int\", \"x\": \"int\"}");
	for (int round = 0; round < 6; round++) {
		store_random(&state);
		if (round % 2 == 1)
			sql_run(runner, "FLUSH");
		expected = strdup(sql_run(runner, NEAREST));
		ck_assert_ptr_null(strstr(expected, "ERROR"));
		ck_assert_str_eq(
		    sql_run(runner,
			"SELECT a.event_id, b.event_id FROM stele.sequence("
			"'a FOLLOWED BY b LINKED BY k WHERE b.x != 2')"),
		    expected);
		free(expected);
	}
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sequence");
	TCase *tcase = tcase_create("all");
	SRunner *srunner;
	int failed;

	tcase_add_test(tcase, statements);
	tcase_add_test(tcase, agrees_with_joins);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? 0 : 1;
}
