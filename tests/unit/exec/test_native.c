/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native language from text to rows: DEFINE, STORE, QUERY, REPLAY, and that
 * `events` shows the same.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

static struct sql_runner *runner;

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} cases[] = {
	{ "DEFINE pay FIELDS "
	    "{\"id\":\"int\",\"amount\":\"decimal(10,2)\",\"who\":\"string | "
	    "null\",\"st\":[\"new\",\"paid\"],\"at\":\"datetime | null\",\"ok\":\"bool "
	    "| null\",\"d\":\"date | null\",\"j\":\"json | null\",\"f\":\"float | "
	    "null\",\"u\":\"uuid | null\"}",
	    "CREATE TABLE\n" },
	{ "STORE pay FOR c1 AT \"2026-01-01T10:00:00Z\" PAYLOAD "
	    "{\"id\":1,\"amount\":12.50,\"who\":\"ann\",\"st\":\"new\",\"at\":\"2026-01"
	    "-02T03:04:05.5+02:00\",\"ok\":true,\"d\":\"2026-01-03\",\"j\":{\"b\":1"
	    ",\"a\":[1,{\"x\":null}]},\"f\":1e3,\"u\":\"00000000-0000-0000-0000-0"
	    "0000000000a\"}",
	    "INSERT 0 1\n" },
	{ "STORE pay FOR c1 AT 1767348000 PAYLOAD "
	    "{\"id\":2,\"amount\":\"7.5\",\"st\":\"paid\",\"at\":1767348000123}",
	    "INSERT 0 1\n" },
	{ "STORE pay FOR \"c 2\" AT \"2026-01-05\" PAYLOAD "
	    "{\"id\":3,\"amount\":1,\"st\":\"new\",\"who\":\"bob\"}",
	    "INSERT 0 1\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1,\"amount\":1.234,\"st\":\"new\"}",
	    "ERROR: 22023: field \"amount\" does not match its type "
	    "numeric(10,2) [43]\n"
	    " DETAIL: The payload has a number there.\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1,\"st\":\"new\"}",
	    "ERROR: 23502: missing field \"amount\" in payload [26]\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1,\"amount\":1,\"st\":\"nope\"}",
	    "ERROR: 22P02: invalid input value for enum pay_st: \"nope\" [50]\n"
	    " CONTEXT: field \"st\"\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":\"1\",\"amount\":1,\"st\":\"new\"}",
	    "ERROR: 22023: field \"id\" does not match its type bigint [32]\n"
	    " DETAIL: The payload has a string there.\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1.5,\"amount\":1,\"st\":\"new\"}",
	    "ERROR: 22023: field \"id\" does not match its type bigint [32]\n"
	    " DETAIL: The payload has a number there.\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1,\"id\":2,\"amount\":1,\"st\":\"new\"}",
	    "ERROR: 22030: field \"id\" is in the payload twice [34]\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":1,\"amount\":1,\"st\":\"new\",\"zz\":1}",
	    "ERROR: 22023: payload contains a field that event type "
	    "\"pay\" does not have: \"zz\" [56]\n" },
	{ "STORE pay FOR c1 PAYLOAD {\"id\":null,\"amount\":1,\"st\":\"new\"}",
	    "ERROR: 23502: field \"id\" must not be null [32]\n" },
	{ "STORE pay FOR c1 PAYLOAD '[1]'",
	    "ERROR: 22023: payload must be a JSON object [27]\n"
	    " DETAIL: It is an array.\n" },
	{ "STORE pay FOR c1 PAYLOAD '{\"id\":1,'",
	    "ERROR: 22P02: invalid input syntax for type json [27]\n"
	    " DETAIL: The input string ended unexpectedly.\n" },
	{ "STORE nosuch FOR c1 PAYLOAD {\"id\":1}",
	    "ERROR: 42P01: relation \"nosuch\" does not exist [7]\n" },
	{ "QUERY pay",
	    "context_id|event_type|timestamp|event_id|id|amount|who|st|a"
	    "t|ok|d|j|f|u\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1|12.50|ann|new|2026-01-02 "
	    "01:04:05.5+00|t|2026-01-03|{\"a\": [1, {\"x\": null}], \"b\": "
	    "1}|1000|00000000-0000-0000-0000-00000000000a\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2|7.50|-|paid|2026-01-02 "
	    "10:00:00.123+00|-|-|-|-|-\n"
	    "c 2|pay|2026-01-05 00:00:00+00|3|3|1.00|bob|new|-|-|-|-|-|-\n" },
	{ "FIND pay FOR c1 WHERE amount > 10 RETURN [id, who]",
	    "context_id|event_type|timestamp|event_id|id|who\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1|ann\n" },
	{ "QUERY pay WHERE who = \"ann\" OR NOT st = \"new\"",
	    "context_id|event_type|timestamp|event_id|id|amount|who|st|a"
	    "t|ok|d|j|f|u\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1|12.50|ann|new|2026-01-02 "
	    "01:04:05.5+00|t|2026-01-03|{\"a\": [1, {\"x\": null}], \"b\": "
	    "1}|1000|00000000-0000-0000-0000-00000000000a\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2|7.50|-|paid|2026-01-02 "
	    "10:00:00.123+00|-|-|-|-|-\n" },
	{ "QUERY pay WHERE id IN (1, 3) AND st != \"paid\" RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1\n"
	    "c 2|pay|2026-01-05 00:00:00+00|3|3\n" },
	{ "QUERY pay SINCE \"2026-01-02\" RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2\n"
	    "c 2|pay|2026-01-05 00:00:00+00|3|3\n" },
	{ "QUERY pay SINCE \"1767348000\" RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2\n"
	    "c 2|pay|2026-01-05 00:00:00+00|3|3\n" },
	{ "QUERY pay WHERE at >= 1767348000 RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2\n" },
	{ "QUERY pay COUNT, COUNT who, COUNT UNIQUE st, TOTAL amount, "
	    "AVG amount, MIN id, MAX who",
	    "count|count_who|count_unique_st|total_amount|avg_amount|min"
	    "_id|max_who\n"
	    "3|2|2|21.00|7.0000000000000000|1|bob\n" },
	{ "QUERY pay COUNT BY st, who",
	    "st|who|count\n"
	    "new|ann|1\n"
	    "new|bob|1\n"
	    "paid|-|1\n" },
	{ "QUERY pay COUNT PER DAY",
	    "bucket|count\n"
	    "2026-01-01 00:00:00+00|1\n"
	    "2026-01-02 00:00:00+00|1\n"
	    "2026-01-05 00:00:00+00|1\n" },
	{ "QUERY pay COUNT PER MONTH BY st ORDER BY count DESC LIMIT 1",
	    "bucket|st|count\n"
	    "2026-01-01 00:00:00+00|new|2\n" },
	{ "QUERY pay ORDER BY amount DESC LIMIT 2 RETURN [amount]",
	    "context_id|event_type|timestamp|event_id|amount\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|12.50\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|7.50\n" },
	{ "QUERY pay WHERE nosuch = 1",
	    "ERROR: 42703: column \"nosuch\" does not exist [17]\n" },
	{ "QUERY pay RETURN [nosuch]",
	    "ERROR: 42703: column \"nosuch\" does not exist [19]\n" },
	{ "QUERY nosuch",
	    "ERROR: 42P01: relation \"nosuch\" does not exist [7]\n" },
	{ "QUERY pay WHERE ok",
	    "context_id|event_type|timestamp|event_id|id|amount|who|st|a"
	    "t|ok|d|j|f|u\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1|12.50|ann|new|2026-01-02 "
	    "01:04:05.5+00|t|2026-01-03|{\"a\": [1, {\"x\": null}], \"b\": "
	    "1}|1000|00000000-0000-0000-0000-00000000000a\n" },
	{ "QUERY pay WHERE who = 5",
	    "context_id|event_type|timestamp|event_id|id|amount|who|st|a"
	    "t|ok|d|j|f|u\n" },
	{ "REPLAY FOR c1",
	    "context_id|event_type|timestamp|event_id|payload\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|{\"d\": \"2026-01-03\", \"f\": "
	    "1000, \"j\": {\"a\": [1, {\"x\": null}], \"b\": 1}, \"u\": "
	    "\"00000000-0000-0000-0000-00000000000a\", \"at\": "
	    "\"2026-01-02T01:04:05.5+00:00\", \"id\": 1, \"ok\": true, \"st\": "
	    "\"new\", \"who\": \"ann\", \"amount\": 12.50}\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|{\"at\": "
	    "\"2026-01-02T10:00:00.123+00:00\", \"id\": 2, \"st\": \"paid\", "
	    "\"amount\": 7.50}\n" },
	{ "REPLAY pay FOR c1 SINCE \"2026-01-02\" RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2\n" },
	{ "REPLAY FOR c1 RETURN [id]",
	    "context_id|event_type|timestamp|event_id|id\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2\n" },
	{ "select * from events where context_id = 'c 2'",
	    "event_id|event_type|context_id|timestamp|version|payload\n"
	    "3|pay|c 2|2026-01-05 00:00:00+00|1|{\"id\": 3, \"st\": \"new\", "
	    "\"who\": \"bob\", \"amount\": 1.00}\n" },
	{ "select * from events where event_type = 'pay' and "
	    "payload->>'who' = 'ann'",
	    "event_id|event_type|context_id|timestamp|version|payload\n"
	    "1|pay|c1|2026-01-01 10:00:00+00|1|{\"d\": \"2026-01-03\", \"f\": "
	    "1000, \"j\": {\"a\": [1, {\"x\": null}], \"b\": 1}, \"u\": "
	    "\"00000000-0000-0000-0000-00000000000a\", \"at\": "
	    "\"2026-01-02T01:04:05.5+00:00\", \"id\": 1, \"ok\": true, \"st\": "
	    "\"new\", \"who\": \"ann\", \"amount\": 12.50}\n" },
	{ "DEFINE pay FIELDS {\"id\":\"int\"}",
	    "ERROR: 42P07: event type \"pay\" is already defined [8]\n"
	    " HINT: DEFINE pay AS 2 makes another version of it.\n" },
	{ "DEFINE pay AS 2 FIELDS "
	    "{\"id\":\"int\",\"amount\":\"decimal(10,2)\",\"who\":\"string | "
	    "null\",\"st\":[\"new\",\"paid\",\"void\"],\"at\":\"datetime | "
	    "null\",\"ok\":\"bool | null\",\"d\":\"date | null\",\"j\":\"json | "
	    "null\",\"f\":\"float | null\",\"u\":\"uuid | null\",\"extra\":\"int | "
	    "null\"}",
	    "CREATE TABLE\n" },
	{ "STORE pay FOR c1 AT \"2026-02-01\" PAYLOAD "
	    "{\"id\":9,\"amount\":1,\"st\":\"void\",\"extra\":5}",
	    "INSERT 0 1\n" },
	{ "QUERY pay RETURN [id, st, extra]",
	    "context_id|event_type|timestamp|event_id|id|st|extra\n"
	    "c1|pay|2026-01-01 10:00:00+00|1|1|new|-\n"
	    "c1|pay|2026-01-02 10:00:00+00|2|2|paid|-\n"
	    "c 2|pay|2026-01-05 00:00:00+00|3|3|new|-\n"
	    "c1|pay|2026-02-01 00:00:00+00|4|9|void|5\n" },
	{ "select version, event_id from events",
	    "version|event_id\n"
	    "1|1\n"
	    "1|2\n"
	    "1|3\n"
	    "2|4\n" },
};
/* clang-format on */

START_TEST(native_statements)
{
	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = sql_run(runner, cases[i].sql);

		ck_assert_msg(strcmp(answer, cases[i].answer) == 0,
		    "%s\nexpected:\n%s\ngot:\n%s", cases[i].sql,
		    cases[i].answer, answer);
	}
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native");
	TCase *tcase = tcase_create("native");
	SRunner *srunner;
	int failed;

	tcase_add_test(tcase, native_statements);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
