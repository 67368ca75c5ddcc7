/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SnelDB's commands in JSON become statements of the native language.
 */
#include "server/http/json_command.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct error err;

#define QUERY(more) "{\"type\":\"Query\",\"event_type\":\"order\"" more "}"
#define WHERE(what) QUERY(",\"where\":" what)

static const struct {
	const char *what;
	const char *json;
	const char *text; /* or the message */
	int rc;
} command_case[] = {
	{ "define",
	    "{\"type\":\"Define\",\"event_type\":\"order\",\"version\":1,"
	    "\"schema\":{\"fields\":{\"id\":\"int\",\"plan\":[\"pro\"]}}}",
	    "DEFINE \"order\" AS 1 FIELDS {\"id\":\"int\",\"plan\":[\"pro\"]}",
	    0 },
	{ "define without a version",
	    "{\"type\":\"Define\",\"event_type\":\"order\","
	    "\"schema\":{\"fields\":{\"id\":\"int\"}}}",
	    "DEFINE \"order\" FIELDS {\"id\":\"int\"}", 0 },
	{ "store",
	    "{\"type\":\"Store\",\"event_type\":\"order\","
	    "\"context_id\":\"c 1\",\"payload\":{\"id\":1e+5}}",
	    "STORE \"order\" FOR \"c 1\" PAYLOAD {\"id\":1e+5}", 0 },
	{ "any order of keys",
	    "{ \"payload\" : {} ,\"context_id\":\"c\",\"at\":1732100000,"
	    "\"event_type\":\"a\",\"type\":\"Store\"}",
	    "STORE \"a\" FOR \"c\" AT 1732100000 PAYLOAD {}", 0 },
	{ "what would be a statement stays a string",
	    "{\"type\":\"Store\",\"event_type\":\"a\\\"; PING\","
	    "\"context_id\":\"\\u0022 PAYLOAD {}; FLUSH\",\"payload\":{}}",
	    "STORE \"a\\\"; PING\" FOR \"\\u0022 PAYLOAD {}; FLUSH\" "
	    "PAYLOAD {}",
	    0 },
	{ "query", QUERY(""), "QUERY \"order\"", 0 },
	{ "every clause of a query",
	    QUERY(",\"context_id\":\"c\",\"since\":\"2025-01-01\","
		  "\"time_field\":\"at\",\"where\":{\"field\":\"id\","
		  "\"op\":\"gte\",\"value\":-1.5},\"limit\":10,\"offset\":2,"
		  "\"order_by\":{\"field\":\"id\",\"desc\":true}"),
	    "QUERY \"order\" FOR \"c\" SINCE \"2025-01-01\" USING TIME \"at\" "
	    "WHERE \"id\" >= -1.5 ORDER BY \"id\" DESC LIMIT 10 OFFSET 2",
	    0 },
	{ "null is nothing",
	    QUERY(",\"context_id\":null,\"since\":null,\"where\":null,"
		  "\"limit\":null,\"order_by\":null"),
	    "QUERY \"order\"", 0 },
	{ "a time in seconds", QUERY(",\"since\":1732100000"),
	    "QUERY \"order\" SINCE 1732100000", 0 },
	{ "rising", QUERY(",\"order_by\":{\"desc\":false,\"field\":\"id\"}"),
	    "QUERY \"order\" ORDER BY \"id\"", 0 },
	{ "conditions",
	    WHERE("{\"and\":[{\"field\":\"id\",\"op\":\"gte\",\"value\":1},"
		  "{\"field\":\"plan\",\"in\":[\"pro\",null,2]},"
		  "{\"not\":{\"or\":[{\"field\":\"id\",\"op\":\"eq\","
		  "\"value\":3}]}}]}"),
	    "QUERY \"order\" WHERE (\"id\" >= 1 AND \"plan\" IN "
	    "(\"pro\",null,2) AND NOT ((\"id\" = 3)))",
	    0 },
	{ "the operator is equality, if there is none",
	    WHERE("{\"field\":\"a\",\"value\":true}"),
	    "QUERY \"order\" WHERE \"a\" = true", 0 },
	{ "a value that is null",
	    WHERE("{\"value\":null,\"op\":\"<>\",\"field\":\"a\"}"),
	    "QUERY \"order\" WHERE \"a\" != null", 0 },
	{ "no value of many", WHERE("{\"field\":\"a\",\"in\":[]}"),
	    "QUERY \"order\" WHERE \"a\" IN ()", 0 },
	{ "the other name of where",
	    QUERY(",\"where_clause\":{\"field\":\"a\",\"value\":1}"),
	    "QUERY \"order\" WHERE \"a\" = 1", 0 },
	{ "replay", "{\"type\":\"Replay\",\"context_id\":\"c\"}",
	    "REPLAY FOR \"c\"", 0 },
	{ "replay of a type",
	    "{\"type\":\"Replay\",\"event_type\":\"order\","
	    "\"context_id\":\"c\",\"since\":\"2025-01-01\","
	    "\"time_field\":\"at\"}",
	    "REPLAY \"order\" FOR \"c\" SINCE \"2025-01-01\" USING TIME "
	    "\"at\"",
	    0 },
	{ "ping", "{\"type\":\"Ping\"}", "PING", 0 },
	{ "flush", " {\"type\":\"Flush\"}\n", "FLUSH", 0 },
	{ "batch",
	    "{\"type\":\"Batch\",\"commands\":[{\"type\":\"Ping\"},"
	    "{\"type\":\"Store\",\"event_type\":\"a\",\"context_id\":\"c\","
	    "\"payload\":{\"b\":[1]}}]}",
	    "BATCH [PING;STORE \"a\" FOR \"c\" PAYLOAD {\"b\":[1]};]", 0 },
	{ "an empty batch", "{\"type\":\"Batch\",\"commands\":[]}", "BATCH []",
	    0 },

	{ "no JSON", "PING", "invalid input syntax for type json",
	    STELE_E_INVALID_TEXT_REPRESENTATION },
	{ "nothing", "", "invalid input syntax for type json",
	    STELE_E_INVALID_TEXT_REPRESENTATION },
	{ "more than one", "{\"type\":\"Ping\"}{}",
	    "invalid input syntax for type json",
	    STELE_E_INVALID_TEXT_REPRESENTATION },
	{ "not closed", "{\"type\":\"Ping\"",
	    "invalid input syntax for type json",
	    STELE_E_INVALID_TEXT_REPRESENTATION },
	{ "an array", "[]", "a JSON command is an object", STELE_E_SYNTAX },
	{ "no type", "{}", "\"type\" of the JSON command is not a string",
	    STELE_E_SYNTAX },
	{ "an unknown type", "{\"type\":\"Drop\"}",
	    "JSON command \"Drop\" is not known", STELE_E_SYNTAX },
	{ "an unknown key", "{\"type\":\"Ping\",\"x\":1}",
	    "key \"x\" of the JSON command is not known", STELE_E_SYNTAX },
	{ "a key of another", "{\"type\":\"Ping\",\"limit\":1}",
	    "a JSON command \"Ping\" has no \"limit\"", STELE_E_SYNTAX },
	{ "a key twice", "{\"type\":\"Ping\",\"type\":\"Flush\"}",
	    "key \"type\" of the JSON command is given more than once",
	    STELE_E_SYNTAX },
	{ "store without a context",
	    "{\"type\":\"Store\",\"event_type\":\"a\",\"payload\":{}}",
	    "the JSON command has no \"context_id\"", STELE_E_SYNTAX },
	{ "a context that is a number",
	    "{\"type\":\"Store\",\"event_type\":\"a\",\"context_id\":1,"
	    "\"payload\":{}}",
	    "\"context_id\" of the JSON command is not a string",
	    STELE_E_SYNTAX },
	{ "a payload that is a string",
	    "{\"type\":\"Store\",\"event_type\":\"a\",\"context_id\":\"c\","
	    "\"payload\":\"{}\"}",
	    "\"payload\" of the JSON command is not an object",
	    STELE_E_SYNTAX },
	{ "a limit that is a string", QUERY(",\"limit\":\"1\""),
	    "\"limit\" of the JSON command is not a number", STELE_E_SYNTAX },
	{ "an unknown operator",
	    WHERE("{\"field\":\"a\",\"op\":\"like\",\"value\":1}"),
	    "operator \"like\" of the JSON command is not known",
	    STELE_E_SYNTAX },
	{ "a condition that says nothing", WHERE("{}"),
	    "\"where\" of the JSON command is not a condition: it has no "
	    "field, \"and\", \"or\" or \"not\"",
	    STELE_E_SYNTAX },
	{ "a condition without a value", WHERE("{\"field\":\"a\"}"),
	    "\"where\" of the JSON command is not a field with one value",
	    STELE_E_SYNTAX },
	{ "a value that is an array", WHERE("{\"field\":\"a\",\"value\":[1]}"),
	    "\"where\" of the JSON command is not a field with one value",
	    STELE_E_SYNTAX },
	{ "two conditions in one",
	    WHERE("{\"field\":\"a\",\"value\":1,\"not\":{\"field\":\"b\","
		  "\"value\":1}}"),
	    "\"where\" of the JSON command is not one condition",
	    STELE_E_SYNTAX },
	{ "two joins in one",
	    WHERE("{\"and\":[{\"field\":\"a\",\"value\":1}],\"or\":[]}"),
	    "\"where\" of the JSON command is not one condition",
	    STELE_E_SYNTAX },
	{ "an empty join", WHERE("{\"and\":[]}"),
	    "\"where\" of the JSON command is not an array of conditions "
	    "behind \"and\" or \"or\"",
	    STELE_E_SYNTAX },
	{ "a join of numbers", WHERE("{\"or\":[1]}"),
	    "\"where\" of the JSON command is not an array of conditions "
	    "behind \"and\" or \"or\"",
	    STELE_E_SYNTAX },
	{ "arrays in a list", WHERE("{\"field\":\"a\",\"in\":[[1]]}"),
	    "\"in\" of the JSON command is not an array of values",
	    STELE_E_SYNTAX },
	{ "a batch in a batch",
	    "{\"type\":\"Batch\",\"commands\":[{\"type\":\"Batch\","
	    "\"commands\":[]}]}",
	    "JSON command \"Batch\" is not known in a batch", STELE_E_SYNTAX },
	{ "a batch of words", "{\"type\":\"Batch\",\"commands\":[\"PING\"]}",
	    "\"commands\" of the JSON command is not an array of commands",
	    STELE_E_SYNTAX },
};

START_TEST(commands)
{
	struct buf out;
	int rc;

	buf_init(&out);
	rc = json_command_put(&out, str_of_cstr(command_case[_i].json), &err);
	ck_assert_msg(rc == command_case[_i].rc, "%s: %d %s",
	    command_case[_i].what, rc, err.message);
	if (rc == 0)
		ck_assert_msg(str_equal(buf_str(&out),
				  str_of_cstr(command_case[_i].text)),
		    "%s: %.*s", command_case[_i].what, STR_FMT(buf_str(&out)));
	else
		ck_assert_str_eq(err.message, command_case[_i].text);
	buf_release(&out);
}
END_TEST

/* A condition is as deep as it likes, up to a limit; no stack is too small. */
START_TEST(depth_is_bounded)
{
	for (int depth = 100; depth < 100000; depth *= 10) {
		struct buf json, out;
		int rc;

		buf_init(&json);
		buf_init(&out);
		buf_put_cstr(&json,
		    "{\"type\":\"Query\",\"event_type\":\"a\","
		    "\"where\":");
		for (int i = 0; i < depth; i++)
			buf_put_cstr(&json, "{\"not\":");
		buf_put_cstr(&json, "{\"field\":\"b\",\"value\":1}");
		for (int i = 0; i <= depth; i++)
			buf_put_cstr(&json, "}");
		rc = json_command_put(&out, buf_str(&json), &err);
		ck_assert_int_eq(rc, depth == 100 ? 0 : STELE_E_TOO_COMPLEX);
		buf_release(&json);
		buf_release(&out);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_command");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, commands, 0, ARRAY_LEN(command_case));
	tcase_add_test(tc, depth_is_bounded);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
