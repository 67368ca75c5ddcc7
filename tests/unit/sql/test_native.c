/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native language: what is refused and where, and what becomes of what is
 * accepted.
 */
#include "sql/parse.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "parse_helper.h"
#include "sql/print.h"

static const struct {
	const char *text;
	int code;
	int position;
	const char *message;
} error_case[] = {
	{ "STORE", STELE_E_SYNTAX, 6,
	    "syntax error at end of input: expected an event type" },
	{ "STORE t c", STELE_E_SYNTAX, 9,
	    "syntax error at or near \"c\": expected FOR" },
	{ "STORE 'ä' FOR c", STELE_E_SYNTAX, 7,
	    "syntax error at or near \"'ä'\": expected an event type" },
	{ "STORE t FOR c PAYLOAD 7", STELE_E_SYNTAX, 23,
	    "syntax error at or near \"7\": expected a JSON object, a string "
	    "or $n" },
	{ "STORE t FOR c PAYLOAD {\"a\": {}", STELE_E_SYNTAX, 23,
	    "unterminated JSON object" },
	{ "STORE t FOR \"ä PAYLOAD {}", STELE_E_SYNTAX, 13,
	    "unterminated quoted string" },
	{ "STORE t FOR \"\\ud800\" PAYLOAD {}", STELE_E_SYNTAX, 14,
	    "invalid Unicode surrogate pair" },
	{ "STORE t FOR \"\\u0000\" PAYLOAD {}", STELE_E_SYNTAX, 14,
	    "invalid Unicode escape" },
	{ "STORE t FOR c PAYLOAD {} x", STELE_E_SYNTAX, 26,
	    "syntax error at or near \"x\": expected the end of the "
	    "statement" },
	{ "STORE t FOR $70000 PAYLOAD {}", STELE_E_UNDEFINED_PARAMETER, 13,
	    "there is no parameter $70000" },
	{ "PING PING", STELE_E_SYNTAX, 6,
	    "syntax error at or near \"PING\": expected the end of the "
	    "statement" },
	{ "PING /* x", STELE_E_SYNTAX, 6, "unterminated /* comment" },
	{ "DEFINE t FIELDS {}", STELE_E_SYNTAX, 18,
	    "syntax error at or near \"}\": expected at least one field" },
	{ "DEFINE t FIELDS { a: strnig }", STELE_E_UNDEFINED_OBJECT, 22,
	    "type \"strnig\" does not exist" },
	{ "DEFINE t FIELDS { a: \"null\" }", STELE_E_SYNTAX, 22,
	    "invalid field type: expected a type besides null" },
	{ "DEFINE t FIELDS { a: int | text }", STELE_E_SYNTAX, 22,
	    "invalid field type: expected one type" },
	{ "DEFINE t FIELDS { a: decimal(39,1) }", STELE_E_SYNTAX, 22,
	    "invalid field type: expected a precision from 1 to 38" },
	{ "DEFINE t FIELDS { a: decimal(9,10) }", STELE_E_SYNTAX, 22,
	    "invalid field type: expected a scale that is not above the "
	    "precision" },
	{ "DEFINE t FIELDS { a: int(4) }", STELE_E_SYNTAX, 22,
	    "invalid field type: expected \"|\" or the end" },
	{ "DEFINE t FIELDS { a: [] }", STELE_E_SYNTAX, 23,
	    "syntax error at or near \"]\": expected at least one label" },
	{ "DEFINE t FIELDS { a: {} }", STELE_E_SYNTAX, 22,
	    "syntax error at or near \"{\": expected the type of a field" },
	{ "DEFINE t AS 0 FIELDS { a: int }", STELE_E_NUMERIC_OUT_OF_RANGE, 13,
	    "version of a schema is out of range" },
	{ "DEFINE t AS x FIELDS { a: int }", STELE_E_SYNTAX, 13,
	    "syntax error at or near \"x\": expected a version from 1 on" },
	{ "DEFINE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaa FIELDS { a: int }",
	    STELE_E_NAME_TOO_LONG, 8, "name is longer than 63 bytes" },
	{ "QUERY t LIMIT -1", STELE_E_SYNTAX, 15,
	    "syntax error at or near \"-1\": expected a count" },
	{ "QUERY t LIMIT 1.5", STELE_E_SYNTAX, 15,
	    "syntax error at or near \"1.5\": expected a count" },
	{ "QUERY t LIMIT10", STELE_E_SYNTAX, 9,
	    "syntax error at or near \"LIMIT10\": expected the end of the "
	    "statement" },
	{ "QUERY t LIMIT 1 LIMIT 2", STELE_E_SYNTAX, 17,
	    "LIMIT is given more than once" },
	{ "QUERY t WHERE", STELE_E_SYNTAX, 14,
	    "syntax error at end of input: expected a field" },
	{ "QUERY t WHERE a =", STELE_E_SYNTAX, 18,
	    "syntax error at end of input: expected a value" },
	{ "QUERY t WHERE (a = 1", STELE_E_SYNTAX, 21,
	    "syntax error at end of input: expected \")\"" },
	{ "QUERY t WHERE a IN (1,", STELE_E_SYNTAX, 23,
	    "syntax error at end of input: expected a value" },
	{ "QUERY t WHERE a == 1", STELE_E_SYNTAX, 18,
	    "syntax error at or near \"=\": expected a value" },
	{ "QUERY t WHERE a é 1", STELE_E_SYNTAX, 17,
	    "syntax error at or near \"é\": expected the end of the "
	    "statement" },
	{ "QUERY t PER MINUTE", STELE_E_SYNTAX, 13,
	    "syntax error at or near \"MINUTE\": expected HOUR, DAY, WEEK, "
	    "MONTH or YEAR" },
	{ "QUERY t RETURN [u.a]", STELE_E_UNDEFINED_TABLE, 17,
	    "event type \"u\" is not part of this query" },
	{ "QUERY a FOLLOWED BY b", STELE_E_SYNTAX, 22,
	    "a sequence of event types needs LINKED BY" },
	{ "QUERY a FOLLOWED BY b PRECEDED BY c LINKED BY f",
	    STELE_E_FEATURE_NOT_SUPPORTED, 23,
	    "a sequence in both directions is not supported" },
	{ "QUERY a FOLLOWED b LINKED BY f", STELE_E_SYNTAX, 18,
	    "syntax error at or near \"b\": expected BY" },
	{ "QUERY a LINKED BY f", STELE_E_SYNTAX, 9,
	    "LINKED is for sequences of event types" },
	{ "QUERY a WITHIN 1 DAY", STELE_E_SYNTAX, 9,
	    "WITHIN is for sequences of event types" },
	{ "QUERY a FOLLOWED BY b LINKED BY f WITHIN 1 MONTH", STELE_E_SYNTAX,
	    44,
	    "syntax error at or near \"MONTH\": expected SECONDS, MINUTES, "
	    "HOURS, DAYS or WEEKS" },
	{ "QUERY a FOLLOWED BY b LINKED BY f WITHIN 1.5 DAYS", STELE_E_SYNTAX,
	    42, "syntax error at or near \"1.5\": expected a number" },
	{ "QUERY a FOLLOWED BY b LINKED BY f COUNT UNIQUE c.f",
	    STELE_E_UNDEFINED_TABLE, 48,
	    "event type \"c\" is not part of this query" },
	{ "QUERY a WHERE b = 1 FOLLOWED BY c", STELE_E_SYNTAX, 21,
	    "syntax error at or near \"FOLLOWED\": expected the end of the "
	    "statement" },
	{ "QUERY a FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b "
	  "FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b "
	  "FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b "
	  "FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b FOLLOWED BY b",
	    STELE_E_LIMIT, 231, "a sequence can have at most 16 steps" },
	{ "REPLAY t", STELE_E_SYNTAX, 9,
	    "syntax error at end of input: expected FOR" },
	{ "REPLAY FOR c WHERE a", STELE_E_SYNTAX, 14,
	    "syntax error at or near \"WHERE\": expected the end of the "
	    "statement" },
	{ "BATCH [PING", STELE_E_SYNTAX, 12,
	    "syntax error at end of input: expected \";\" or \"]\"" },
	{ "BATCH [SELECT 1]", STELE_E_SYNTAX, 8,
	    "syntax error at or near \"SELECT\": expected a statement" },
	{ "BATCH [BATCH [PING]]", STELE_E_FEATURE_NOT_SUPPORTED, 8,
	    "a BATCH in a BATCH is not supported" },
	{ "PLOT", STELE_E_SYNTAX, 5,
	    "syntax error at end of input: expected COUNT, TOTAL, SUM, AVG, "
	    "MIN, MAX or UNIQUE" },
	{ "PLOT total OF t", STELE_E_SYNTAX, 12,
	    "syntax error at or near \"OF\": expected \"(\"" },
	{ "PLOT total(u.x) OF t", STELE_E_UNDEFINED_TABLE, 12,
	    "event type \"u\" is not part of this query" },
	{ "PLOT count OF t - > u", STELE_E_SYNTAX, 17,
	    "syntax error at or near \"-\": expected the end of the "
	    "statement" },
	{ "PLOT count OF t AS a", STELE_E_SYNTAX, 20,
	    "AS is for the steps of a sequence" },
	{ "PLOT count OF t LINKED BY f", STELE_E_SYNTAX, 17,
	    "LINKED is for sequences of event types" },
	{ "PLOT count OF t -> u WITHIN 1 DAY WITHIN 1 DAY", STELE_E_SYNTAX, 35,
	    "WITHIN is given more than once" },
	{ "PLOT count OF t TOP x", STELE_E_SYNTAX, 21,
	    "syntax error at or near \"x\": expected a count" },
	{ "PLOT count OF t TOP 1 BREAKDOWN BY f TOP 2", STELE_E_SYNTAX, 38,
	    "TOP is given more than once" },
	{ "PLOT count OF t FILTER a = 1 OR EXISTS(u)",
	    STELE_E_FEATURE_NOT_SUPPORTED, 33, "EXISTS is not supported" },
	{ "PLOT count OF t VS count OF u BREAKDOWN BY t.f",
	    STELE_E_UNDEFINED_TABLE, 44,
	    "event type \"t\" is not part of this query" },
	{ "PLOT count OF t OVER minute(f)", STELE_E_SYNTAX, 22,
	    "syntax error at or near \"minute\": expected HOUR, DAY, WEEK, "
	    "MONTH or YEAR" },
	{ "QUERY t COUNT PER WEEK FROM noon", STELE_E_SYNTAX, 29,
	    "syntax error at or near \"noon\": expected a day of the week" },
	{ "QUERY t COUNT PER DAY FROM MONDAY", STELE_E_SYNTAX, 23,
	    "syntax error at or near \"FROM\": expected the end of the "
	    "statement" },
	{ "EXPLAIN PLOT", STELE_E_SYNTAX, 13,
	    "syntax error at end of input: expected COUNT, TOTAL, SUM, AVG, "
	    "MIN, MAX or UNIQUE" },
	{ "DESCRIBE", STELE_E_SYNTAX, 9,
	    "syntax error at end of input: expected an event type" },
	{ "HELP ME", STELE_E_SYNTAX, 6, "there is no statement of that name" },
	{ "HELP STORE IT NOW", STELE_E_SYNTAX, 6,
	    "there is no statement of that name" },
	{ "LIST THINGS", STELE_E_SYNTAX, 6,
	    "syntax error at or near \"THINGS\": expected USERS, TYPES or "
	    "REMEMBERED" },
	{ "PING; REMEMBER QUERY t", STELE_E_SYNTAX, 23,
	    "syntax error at end of input: expected AS" },
	{ "REMEMBER REPLAY t FOR c AS x", STELE_E_SYNTAX, 10,
	    "syntax error at or near \"REPLAY\": expected QUERY or FIND" },
	{ "REMEMBER QUERY a AS x FOLLOWED BY b LINKED BY c", STELE_E_SYNTAX, 48,
	    "syntax error at end of input: expected AS" },
	{ "FORGET", STELE_E_SYNTAX, 7,
	    "syntax error at end of input: expected a kept query" },
	{ "CREATE USER u WITH KEY", STELE_E_SYNTAX, 23,
	    "syntax error at end of input: expected a key" },
	{ "CREATE USER u WITH KEY [k]", STELE_E_SYNTAX, 24,
	    "syntax error at or near \"[\": expected a key" },
	{ "CREATE USER u WITH ROLES reader", STELE_E_SYNTAX, 26,
	    "syntax error at or near \"reader\": expected \"[\"" },
	{ "CREATE USER u WITH KEY k WITH ROLES [a] WITH KEY l", STELE_E_SYNTAX,
	    46, "KEY is given more than once" },
	{ "CREATE USER u WITH ROLES [a] WITH ROLES [b]", STELE_E_SYNTAX, 35,
	    "ROLES is given more than once" },
	{ "CREATE USER u WITH ROLES [a, b, c] WITH ROLES [d]", STELE_E_SYNTAX,
	    41, "ROLES is given more than once" },
	{ "CREATE USER u WITH ROLES [] WITH ROLES []", STELE_E_SYNTAX, 34,
	    "ROLES is given more than once" },
	{ "ROTATE u", STELE_E_SYNTAX, 8,
	    "syntax error at or near \"u\": expected KEY" },
	{ "ROTATE KEY u WITH ROLES []", STELE_E_SYNTAX, 19,
	    "syntax error at or near \"ROLES\": expected KEY" },
	{ "REVOKE KEY", STELE_E_SYNTAX, 11,
	    "syntax error at end of input: expected a user" },
	{ "SHOW PERMISSIONS OF u", STELE_E_SYNTAX, 18,
	    "syntax error at or near \"OF\": expected FOR" },
	{ "EXPLAIN (ANALYZE", STELE_E_SYNTAX, 17,
	    "syntax error at end of input" },
};

START_TEST(refuses)
{
	struct parsed parsed;

	parsed_init(&parsed, str_of_cstr(error_case[_i].text),
	    SQL_DIALECT_POSTGRES);
	ck_assert_msg(parsed.rc == error_case[_i].code, "%s: %d, \"%s\"",
	    error_case[_i].text, parsed.rc, parsed.err.message);
	ck_assert_str_eq(parsed.err.message, error_case[_i].message);
	ck_assert_msg(parsed.err.position == error_case[_i].position,
	    "%s: at %d", error_case[_i].text, parsed.err.position);
	parsed_release(&parsed);
}
END_TEST

/* psql cuts a text at a semicolon inside of brackets. */
START_TEST(hints_at_psql)
{
	static const struct {
		const char *text;
		const char *hint;
	} cases[] = {
		{ "BATCH [PING", "In psql, use BEGIN and COMMIT." },
		{ "STORE t FOR c PAYLOAD {\"a\":",
		    "In psql, write the payload as a string: PAYLOAD "
		    "'{...}'." },
	};
	struct parsed parsed;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		parsed_init(&parsed, str_of_cstr(cases[i].text),
		    SQL_DIALECT_POSTGRES);
		ck_assert_str_eq(parsed.err.hint, cases[i].hint);
		parsed_release(&parsed);
		parsed_init(&parsed, str_of_cstr(cases[i].text),
		    SQL_DIALECT_NATIVE);
		ck_assert_str_eq(parsed.err.hint, "");
		parsed_release(&parsed);
	}
}
END_TEST

/* ---- STORE ---- */

static const struct {
	const char *text;
	const char *context;
	const char *payload;
	bool is_raw;
	bool is_verbatim;
} store_case[] = {
	{ "STORE t FOR c PAYLOAD {\"a\": \"}{\\\"\", \"b\": {}}", "c",
	    "{\"a\": \"}{\\\"\", \"b\": {}}", true, true },
	{ "store T for 9:user-1.x PAYLOAD {}", "9:user-1.x", "{}", true, true },
	{ "STORE t FOR a--b PAYLOAD {} -- end", "a--b", "{}", true, true },
	{ "STORE t FOR \"a\\\"\\u00e9\\ud83d\\ude00\\n\" PAYLOAD '{\"a\":1}'",
	    "a\"é😀\n", "{\"a\":1}", false, true },
	{ "STORE t FOR 'it''s \\n' PAYLOAD '{}'", "it's \\n", "{}", false,
	    true },
	{ "STORE t FOR E'a\\\\b' PAYLOAD E'{\"a\":\"\\\\\"x\"}'", "a\\b",
	    "{\"a\":\"\\\"x\"}", false, false },
	{ "STORE t/**/FOR/*;*/c\nPAYLOAD\t{}", "c", "{}", true, true },
	{ "STORE t FOR \"\" PAYLOAD {}", "", "{}", true, true },
	{ "STORE t FOR c PAYLOAD '{\"a\":\"it''s\"}'", "c", "{\"a\":\"it's\"}",
	    false, false },
};

START_TEST(stores)
{
	struct parsed parsed;
	const struct ast_store *store;

	store = &parsed_one(&parsed, store_case[_i].text)->store;
	ck_assert_msg(str_equal(store->context->constant.text,
			  str_of_cstr(store_case[_i].context)),
	    "%s: context %.*s", store_case[_i].text,
	    STR_FMT(store->context->constant.text));
	ck_assert_msg(str_equal(store->payload->constant.text,
			  str_of_cstr(store_case[_i].payload)),
	    "%s: payload %.*s", store_case[_i].text,
	    STR_FMT(store->payload->constant.text));
	ck_assert_int_eq(store->payload_is_raw, store_case[_i].is_raw);
	ck_assert_int_eq(store->payload_is_verbatim,
	    store_case[_i].is_verbatim);
	parsed_release(&parsed);
}
END_TEST

START_TEST(stores_parameters)
{
	struct parsed parsed;
	const struct ast_stmt *stmt = parsed_one(&parsed,
	    "STORE t FOR $2 AT 2024-01-02T03:04:05+02:00 PAYLOAD $1");

	ck_assert_int_eq(stmt->kind, AST_STORE);
	ck_assert_uint_eq(stmt->param_count, 2);
	ck_assert_uint_eq(stmt->store.context->param, 2);
	ck_assert_uint_eq(stmt->store.payload->param, 1);
	ck_assert_int_eq(stmt->store.payload_location, 53);
	ck_assert(str_equal(stmt->store.at->constant.text,
	    STR("2024-01-02T03:04:05+02:00")));
	parsed_release(&parsed);
}
END_TEST

/* ---- keys ---- */

static const struct {
	const char *text;
	enum ast_key_change change;
	const char *key;
	const char *shown; /* NULL: as it was written */
} key_case[] = {
	{ "CREATE USER u WITH ROLES [reader]", AST_KEY_MADE, "", NULL },
	{ "CREATE USER u WITH KEY 'it''s' WITH ROLES [\"admin\", reader]",
	    AST_KEY_GIVEN, "it's",
	    "CREATE USER \"u\" WITH KEY '********' WITH ROLES "
	    "[\"reader\", \"admin\"]" },
	{ "create user u with key \"a\\tb\"", AST_KEY_GIVEN, "a\tb",
	    "CREATE USER \"u\" WITH KEY '********' WITH ROLES []" },
	{ "CREATE USER u WITH ROLES [x] WITH KEY 9-a.b:c", AST_KEY_GIVEN,
	    "9-a.b:c",
	    "CREATE USER \"u\" WITH KEY '********' WITH ROLES [\"x\"]" },
	{ "ROTATE KEY \"a \\\" b\"", AST_KEY_MADE, "", NULL },
	{ "ROTATE KEY u WITH KEY secret", AST_KEY_GIVEN, "secret",
	    "ROTATE KEY \"u\" WITH KEY '********'" },
	{ "REVOKE KEY u", AST_KEY_REVOKED, "", NULL },
};

/* What is shown of it has no key, and says the same. */
START_TEST(keys_are_taken_and_not_shown)
{
	const char *text = key_case[_i].text;
	struct parsed parsed, again;
	const struct ast_stmt *stmt = parsed_one(&parsed, text);
	const char *shown =
	    key_case[_i].shown == NULL ? text : key_case[_i].shown;
	struct buf first, second;

	ck_assert_int_eq(stmt->role_def.key_change, key_case[_i].change);
	ck_assert(str_equal(stmt->role_def.key, str_of_cstr(key_case[_i].key)));
	ck_assert_int_eq(stmt->has_secret,
	    key_case[_i].change == AST_KEY_GIVEN);
	ck_assert_msg(str_equal(stmt->text, str_of_cstr(shown)), "%.*s",
	    STR_FMT(stmt->text));
	buf_init(&first);
	buf_init(&second);
	print_stmt(&first, stmt);
	buf_put_u8(&first, '\0');
	print_stmt(&second, parsed_one(&again, (const char *)first.data));
	buf_put_u8(&second, '\0');
	ck_assert_str_eq((const char *)first.data, (const char *)second.data);
	buf_release(&first);
	buf_release(&second);
	parsed_release(&again);
	parsed_release(&parsed);
}
END_TEST

/* ---- limits ---- */

START_TEST(nesting_is_bounded)
{
	static const struct {
		size_t count;
		int code;
	} cases[] = {
		{ 1000, 0 },
		{ 1001, STELE_E_TOO_COMPLEX },
		{ 1000000, STELE_E_TOO_COMPLEX },
	};
	struct parsed parsed;
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&text);
		buf_put_cstr(&text, "QUERY t WHERE ");
		for (size_t j = 0; j < cases[i].count; j++)
			buf_put_cstr(&text, "NOT (");
		buf_put_cstr(&text, "a");
		for (size_t j = 0; j < cases[i].count; j++)
			buf_put_cstr(&text, ")");
		parsed_init(&parsed, buf_str(&text), SQL_DIALECT_NATIVE);
		ck_assert_int_eq(parsed.rc, cases[i].code);
		parsed_release(&parsed);
	}
	buf_release(&text);
}
END_TEST

START_TEST(long_texts_take_linear_time)
{
	struct parsed parsed;
	struct buf text;

	buf_init(&text);
	buf_put_cstr(&text, "BATCH [");
	for (size_t i = 0; i < 50000; i++)
		buf_put_cstr(&text,
		    "STORE t FOR \"a\\n\" PAYLOAD {\"a\": {\"{\": \"}\"}}; ");
	buf_put_cstr(&text, "QUERY t WHERE a IN (1");
	for (size_t i = 0; i < 100000; i++)
		buf_put_cstr(&text, ", 1");
	buf_put_cstr(&text, ") OR a");
	for (size_t i = 0; i < 100000; i++)
		buf_put_cstr(&text, " OR NOT NOT NOT b");
	buf_put_cstr(&text, "]");
	parsed_init(&parsed, buf_str(&text), SQL_DIALECT_NATIVE);
	ck_assert_msg(parsed.rc == 0, "%s", parsed.err.message);
	ck_assert_uint_eq(parsed.statements.items[0]->batch.count, 50001);
	parsed_release(&parsed);
	buf_release(&text);
}
END_TEST

START_TEST(who_owns_a_word)
{
	static const struct {
		const char *text;
		enum sql_dialect dialect;
		bool is_native;
	} cases[] = {
		{ "SHOW x", SQL_DIALECT_POSTGRES, false },
		{ "SHOW x", SQL_DIALECT_NATIVE, true },
		{ "GRANT READ ON t TO u", SQL_DIALECT_POSTGRES, false },
		{ "GRANT READ ON t TO u", SQL_DIALECT_NATIVE, true },
		{ "GRANT write, read ON t TO u", SQL_DIALECT_NATIVE, true },
		{ "GRANT SELECT ON t TO u", SQL_DIALECT_NATIVE, false },
		{ "GRANT staff TO u", SQL_DIALECT_NATIVE, false },
		{ "REVOKE READ ON t FROM u", SQL_DIALECT_NATIVE, true },
		{ "REVOKE ON t FROM u", SQL_DIALECT_NATIVE, true },
		{ "REVOKE INSERT ON t FROM u", SQL_DIALECT_NATIVE, false },
		{ "CREATE USER u", SQL_DIALECT_POSTGRES, false },
		{ "CREATE USER u", SQL_DIALECT_NATIVE, true },
		{ "CREATE TABLE t ()", SQL_DIALECT_NATIVE, false },
		{ "EXPLAIN SELECT 1", SQL_DIALECT_NATIVE, false },
		{ "EXPLAIN ANALYZE VERBOSE QUERY t", SQL_DIALECT_POSTGRES,
		    true },
		{ "EXPLAIN (COSTS OFF) REPLAY FOR c", SQL_DIALECT_POSTGRES,
		    true },
	};
	struct parsed parsed;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		parsed_init(&parsed, str_of_cstr(cases[i].text),
		    cases[i].dialect);
		/* what is refused is refused by the owner's words */
		if (parsed.rc == 0)
			ck_assert_msg(parsed.statements.items[0]->is_native ==
				cases[i].is_native,
			    "%s", cases[i].text);
		else
			ck_assert_msg((strstr(parsed.err.message, "and") ==
					      NULL &&
					  strstr(parsed.err.message, "ROLE") ==
					      NULL) == cases[i].is_native,
			    "%s: %s", cases[i].text, parsed.err.message);
		parsed_release(&parsed);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native");
	TCase *tests = tcase_create("native");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, refuses, 0, ARRAY_LEN(error_case));
	tcase_add_test(tests, hints_at_psql);
	tcase_add_loop_test(tests, stores, 0, ARRAY_LEN(store_case));
	tcase_add_test(tests, stores_parameters);
	tcase_add_loop_test(tests, keys_are_taken_and_not_shown, 0,
	    ARRAY_LEN(key_case));
	tcase_add_test(tests, nesting_is_bounded);
	tcase_add_test(tests, long_texts_take_linear_time);
	tcase_add_test(tests, who_owns_a_word);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
