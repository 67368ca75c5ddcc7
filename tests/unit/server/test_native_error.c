/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "server/native/native_error.h"
#include "sql/ast.h"

static const struct {
	const char *sqlstate;
	int status;
} statuses[] = {
	{ "42601", 400 },
	{ "22P02", 400 },
	{ "23502", 400 },
	{ "0A000", 400 },
	{ "25006", 400 },
	{ "28000", 401 },
	{ "28P01", 401 },
	{ "42501", 403 },
	{ "53100", 503 },
	{ "53200", 503 },
	{ "53300", 503 },
	{ "57014", 500 },
	{ "57P01", 503 },
	{ "58030", 500 },
	{ "72000", 500 },
	{ "XX000", 500 },
	{ "XX001", 500 },
};

START_TEST(status)
{
	ck_assert_int_eq(native_status(statuses[_i].sqlstate),
	    statuses[_i].status);
}
END_TEST

/* Messages of ours, and what SnelDB's clients read. */
static const struct {
	const char *ours;
	const char *theirs;
} wordings[] = {
	{ "missing field \"n\" in payload", "Missing field 'n' in payload" },
	{ "missing field \"a\" in \"b\" in payload",
	    "Missing field 'a\" in \"b' in payload" },
	{ "field \"n\" must not be null",
	    "Field 'n' does not match expected type" },
	{ "field \"n\" does not match its type integer",
	    "Field 'n' does not match expected type" },
	{ "payload contains a field that event type \"t\" does not have: "
	  "\"x\"",
	    "Payload contains fields not defined in schema: x" },
	{ "payload must be a JSON object", "Payload must be a JSON object" },
	{ "relation \"t\" does not exist",
	    "No schema defined for event type 't'" },
	{ "invalid input syntax for type timestamp with time zone: \"a\"b\"",
	    "Invalid time string: 'a\"b'" },
	{ "field \"id\" is of event types \"a\" and \"b\"",
	    "WHERE clause validation failed: Ambiguous field 'id' exists in"
	    " multiple event types: a, b. Use event-prefixed fields (e.g., "
	    "'a.id' or 'b.id') to disambiguate." },
	{ "invalid input syntax for type json",
	    "Invalid JSON: invalid input syntax for type json" },
	/* not quite one of them */
	{ "missing field \"n\" in payloads",
	    "missing field \"n\" in payloads" },
	{ "missing field \"", "missing field \"" },
	{ "", "" },
};

static void
make(const struct native_fault *fault, const char *text)
{
	struct native_error error;
	struct buf buf;

	buf_init(&buf);
	native_error_make(fault, &buf, &error);
	ck_assert_msg(str_equal(error.text, str_of_cstr(text)),
	    "\"%.*s\" is not \"%s\"", STR_FMT(error.text), text);
	buf_release(&buf);
}

START_TEST(wording)
{
	struct ast_stmt stmt = { .kind = AST_STORE, .is_native = true };
	struct error err;
	struct native_fault fault = { .err = &err, .stmt = &stmt };

	(void)error_set(&err, STELE_E_INVALID_PARAMETER_VALUE, "%s",
	    wordings[_i].ours);
	make(&fault, wordings[_i].theirs);
	/* SQL's stay as they are. */
	stmt.is_native = false;
	make(&fault, wordings[_i].ours);
}
END_TEST

static const struct {
	enum ast_stmt_kind kind;
	const char *text;
} refusals[] = {
	{ AST_STORE, "Write permission denied for event type 't'" },
	{ AST_BATCH, "Write permission denied for event type 't'" },
	{ AST_QUERY, "Read permission denied for event type 't'" },
	{ AST_DEFINE, "Only admin users can define schemas" },
	{ AST_CREATE_ROLE, "Only admin users can manage users" },
	{ AST_ALTER_ROLE, "Only admin users can manage users" },
	{ AST_GRANT, "Only admin users can manage permissions" },
};

START_TEST(refusal)
{
	struct ast_stmt stmt = { .kind = refusals[_i].kind, .is_native = true };
	struct error err;
	struct native_fault fault = { .err = &err, .stmt = &stmt };

	(void)error_set(&err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for table t");
	make(&fault, refusals[_i].text);
}
END_TEST

/* Each kind of statement has its own words for the same. */
static const struct {
	enum ast_stmt_kind kind;
	bool is_revoke;
	const char *ours;
	const char *theirs;
} kinds[] = {
	{ AST_CREATE_ROLE, false, "role \"u\" already exists",
	    "User already exists" },
	{ AST_CREATE_ROLE, false, "role \"u\" does not exist",
	    "role \"u\" does not exist" },
	{ AST_ALTER_ROLE, false, "role \"u\" does not exist",
	    "User not found: u" },
	{ AST_GRANT, false, "role \"u\" does not exist",
	    "Failed to grant permission: User not found: u" },
	{ AST_GRANT, true, "role \"u\" does not exist",
	    "Failed to revoke permission: User not found: u" },
	{ AST_CREATE_VIEW, false, "relation \"k\" already exists",
	    "Materialization 'k' already exists" },
	{ AST_SHOW, false, "kept query \"k\" does not exist",
	    "Materialization 'k' not found" },
	{ AST_DROP, false, "materialized view \"k\" does not exist",
	    "Materialization 'k' not found" },
};

START_TEST(words_of_kinds)
{
	struct ast_stmt stmt = { .kind = kinds[_i].kind, .is_native = true };
	struct error err;
	struct native_fault fault = { .err = &err, .stmt = &stmt };

	stmt.grant.is_revoke = kinds[_i].is_revoke;
	(void)error_set(&err, STELE_E_UNDEFINED_OBJECT, "%s", kinds[_i].ours);
	make(&fault, kinds[_i].theirs);
}
END_TEST

/* Of texts that are no statement: with their place. */
static const struct {
	const char *ours;
	const char *theirs;
} texts[] = {
	{ "syntax error at end of input: expected a context",
	    "Missing argument: a context, at character 9" },
	{ "syntax error at or near \"5\": expected an event type",
	    "Invalid event type: 5, at character 9" },
	{ "syntax error at or near \"x\": expected FOR",
	    "Expected keyword 'FOR', but found 'x', at character 9" },
	{ "syntax error at or near \"x\": expected a count",
	    "Unexpected token: \"x\", expected a count, at character 9" },
	{ "syntax error at or near \"}\": expected at least one field",
	    "Schema cannot be empty, at character 9" },
	/* the grammar of SQL has no more to say */
	{ "syntax error at or near \"x\"",
	    "syntax error at or near \"x\", at character 9" },
};

START_TEST(words_of_texts)
{
	struct error err;
	struct native_fault fault = {
		.err = &err,
		.request = STR("a text that is no statement"),
		.is_parse = true,
	};

	(void)error_set(&err, STELE_E_SYNTAX, "%s", texts[_i].ours);
	(void)error_position(&err, 9);
	make(&fault, texts[_i].theirs);
}
END_TEST

/* Which of several it is, only the place says. */
START_TEST(words_of_a_batch)
{
	struct ast_stmt stmt = { .kind = AST_BATCH, .is_native = true };
	struct error err;
	struct native_fault fault = { .err = &err, .stmt = &stmt };

	(void)error_set(&err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input value for enum t_e: \"x\"");
	error_add_context(&err, "field \"e\"");
	(void)error_position(&err, 50);
	make(&fault, "Field 'e' does not match expected type, at character 50");
	stmt.kind = AST_STORE;
	make(&fault, "Field 'e' does not match expected type");
	stmt.kind = AST_QUERY;
	make(&fault,
	    "invalid input value for enum t_e: \"x\", at character 50");
}
END_TEST

START_TEST(place_detail_and_hint)
{
	struct error err;
	struct native_fault fault = { .err = &err };

	(void)error_set(&err, STELE_E_SYNTAX, "so not");
	make(&fault, "so not");
	(void)error_hint(&err, "But so.");
	make(&fault, "so not. But so.");
	(void)error_position(&err, 7);
	make(&fault, "so not, at character 7. But so.");
	(void)error_detail(&err, "Two\nlines.");
	make(&fault, "so not, at character 7. Two lines. But so.");
}
END_TEST

/* Only the first word makes a command unknown. */
static const struct {
	const char *request;
	int position;
	const char *text;
} unknown[] = {
	{ "NO such", 1, "Unknown command: NO such" },
	{ " \tNO such ", 3, "Unknown command: NO such" },
	{ "SELECT no such", 8, "why, at character 8" },
	{ "", 0, "Unknown command: " },
	{ " ", 0, "Unknown command: " },
};

START_TEST(unknown_command)
{
	struct error err;
	struct native_fault fault = {
		.err = &err,
		.request = str_of_cstr(unknown[_i].request),
		.is_parse = true,
	};

	(void)error_set(&err, STELE_E_SYNTAX, "why");
	(void)error_position(&err, unknown[_i].position);
	make(&fault, unknown[_i].text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native_error");
	TCase *tcase = tcase_create("native_error");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, status, 0, (int)ARRAY_LEN(statuses));
	tcase_add_loop_test(tcase, wording, 0, (int)ARRAY_LEN(wordings));
	tcase_add_loop_test(tcase, refusal, 0, (int)ARRAY_LEN(refusals));
	tcase_add_loop_test(tcase, words_of_kinds, 0, (int)ARRAY_LEN(kinds));
	tcase_add_loop_test(tcase, words_of_texts, 0, (int)ARRAY_LEN(texts));
	tcase_add_test(tcase, words_of_a_batch);
	tcase_add_test(tcase, place_detail_and_hint);
	tcase_add_loop_test(tcase, unknown_command, 0, (int)ARRAY_LEN(unknown));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
