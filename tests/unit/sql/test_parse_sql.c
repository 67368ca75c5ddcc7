/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL: what is refused and how, positions, the guards, and the shape of what
 * is accepted (the whole of it is test_print.c's).
 */
#include "sql/parse.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "parse_helper.h"

/* ---- errors ---- */

static const struct {
	const char *text;
	int code;
	int position;
	const char *message;
} error_case[] = {
	{ "selec 1", STELE_E_SYNTAX, 1, "syntax error at or near \"selec\"" },
	{ "select 1; selec 1", STELE_E_SYNTAX, 11,
	    "syntax error at or near \"selec\"" },
	{ "select 'ä', foo bar baz", STELE_E_SYNTAX, 21,
	    "syntax error at or near \"baz\"" },
	{ "PING; select 'ä' x y", STELE_E_SYNTAX, 20,
	    "syntax error at or near \"y\"" },
	{ "/*/* x */", STELE_E_SYNTAX, 1,
	    "unterminated /* comment at or near \"/*/* x */\"" },
	{ "select 1 /* x", STELE_E_SYNTAX, 10,
	    "unterminated /* comment at or near \"/* x\"" },
	{ "select (1", STELE_E_SYNTAX, 10, "syntax error at end of input" },
	{ "select 'abc", STELE_E_SYNTAX, 8,
	    "unterminated quoted string at or near \"'abc\"" },
	{ "select U&'\\zz'", STELE_E_SYNTAX, 11, "invalid Unicode escape" },
	{ "select E'\\u12'", STELE_E_INVALID_ESCAPE_SEQUENCE, 10,
	    "invalid Unicode escape" },
	{ "select E'\\xff'", STELE_E_CHARACTER_NOT_IN_REPERTOIRE, 0,
	    "invalid byte sequence for encoding \"UTF8\": 0xff" },
	{ "select '\xff'", STELE_E_CHARACTER_NOT_IN_REPERTOIRE, 0,
	    "invalid byte sequence for encoding \"UTF8\": 0xff" },
	{ "merge into t using s on true when matched then do nothing",
	    STELE_E_FEATURE_NOT_SUPPORTED, 1, "MERGE is not supported" },
	{ "create temp table t (a int unique deferrable)",
	    STELE_E_FEATURE_NOT_SUPPORTED, 35,
	    "a deferrable constraint is not supported" },
	{ "update t set (a, b) = (select 1, 2)", STELE_E_FEATURE_NOT_SUPPORTED,
	    15,
	    "UPDATE of several columns from one expression is not supported" },
	{ "update t set (a, b) = (1, 2, 3)", STELE_E_SYNTAX, 15,
	    "number of columns does not match number of values" },
	{ "update t set a[1] = 2", STELE_E_FEATURE_NOT_SUPPORTED, 14,
	    "a part of a column as a target of UPDATE is not supported" },
	{ "select 1 union select 2 into t", STELE_E_SYNTAX, 30,
	    "SELECT ... INTO is not allowed here" },
	{ "create table t (a int references u)", STELE_E_FEATURE_NOT_SUPPORTED,
	    23, "REFERENCES is not supported" },
	{ "create table t (a int) inherits (u)", STELE_E_FEATURE_NOT_SUPPORTED,
	    1, "INHERITS is not supported" },
	{ "create table t (a int) partition by range (a)",
	    STELE_E_FEATURE_NOT_SUPPORTED, 24,
	    "PARTITION BY is not supported" },
	{ "create table t (a int) with (toast.b = 70)",
	    STELE_E_FEATURE_NOT_SUPPORTED, 30,
	    "an option with a namespace (\"toast.b\") is not supported" },
	{ "create table t (a int) tablespace x", STELE_E_FEATURE_NOT_SUPPORTED,
	    1, "TABLESPACE is not supported" },
	{ "create table t (a int) using heap", STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "USING access method is not supported" },
	{ "create unlogged table t (a int)", STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "UNLOGGED is not supported" },
	{ "create table t (like u)", STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "LIKE in CREATE TABLE is not supported" },
	{ "create table t (a int null not null)", STELE_E_SYNTAX, 28,
	    "conflicting NULL/NOT NULL declarations for column \"a\"" },
	{ "select * from t tablesample system (1)",
	    STELE_E_FEATURE_NOT_SUPPORTED, 29, "TABLESAMPLE is not supported" },
	{ "insert into t (a[1]) values (1)", STELE_E_FEATURE_NOT_SUPPORTED, 16,
	    "a part of a column as a target of INSERT is not supported" },
	{ "select xmlelement(name a)", STELE_E_FEATURE_NOT_SUPPORTED, 8,
	    "XML is not supported" },
	{ "with recursive a as (select 1) search depth first by x set y "
	  "select 1",
	    STELE_E_FEATURE_NOT_SUPPORTED, 32, "SEARCH is not supported" },
	{ "alter type e rename value 'a' to 'b'", STELE_E_FEATURE_NOT_SUPPORTED,
	    1, "ALTER TYPE RENAME VALUE is not supported" },
	{ "drop domain s", STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "DROP of what is not a table, type, view, index or sequence is not "
	    "supported" },
	{ "set x = $1", STELE_E_SYNTAX, 9, "syntax error at or near \"$1\"" },
	{ "select $0", STELE_E_UNDEFINED_PARAMETER, 8,
	    "there is no parameter $0" },
	{ "select a.b.c.d.e", STELE_E_SYNTAX, 8,
	    "improper qualified name (too many dotted names)" },
	{ "comment on index i is 'x'", STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "COMMENT ON what is not a table, column, view, sequence, type, "
	    "schema or database is not supported" },
	{ "create function f() returns int begin atomic select 1; end",
	    STELE_E_FEATURE_NOT_SUPPORTED, 1,
	    "CREATE FUNCTION is not supported" },
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

/* ---- statements, their texts and kinds ---- */

START_TEST(splits_statements)
{
	const char *text =
	    " ;select 'a;b', \"c;d\", $x$ ; $x$ ; /* ; */\n"
	    "STORE t FOR c PAYLOAD {\"a\": \"};{\"} ; -- ; x\n"
	    "select 1 as case; PING;FLUSH;; select E'a'\n '\\';' as é";
	static const enum ast_stmt_kind kinds[] = { AST_SELECT, AST_STORE,
		AST_SELECT, AST_PING, AST_CHECKPOINT, AST_SELECT };
	struct parsed parsed;

	parsed_init(&parsed, str_of_cstr(text), SQL_DIALECT_POSTGRES);
	ck_assert_msg(parsed.rc == 0, "%s", parsed.err.message);
	ck_assert_uint_eq(parsed.statements.count, ARRAY_LEN(kinds));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		ck_assert_int_eq(parsed.statements.items[i]->kind, kinds[i]);
	ck_assert(str_equal(parsed.statements.items[0]->text,
	    STR("select 'a;b', \"c;d\", $x$ ; $x$")));
	ck_assert_int_eq(parsed.statements.items[0]->location, 3);
	ck_assert(str_equal(parsed.statements.items[1]->text,
	    STR("STORE t FOR c PAYLOAD {\"a\": \"};{\"}")));
	ck_assert(!parsed.statements.items[0]->is_native);
	ck_assert(parsed.statements.items[1]->is_native);
	ck_assert(str_equal(parsed.statements.items[2]->text,
	    STR("select 1 as case")));
	parsed_release(&parsed);
}
END_TEST

START_TEST(nothing_is_no_statement)
{
	static const char *const texts[] = { "", " ", ";", "-- x",
		"/* ; */ ;" };
	struct parsed parsed;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		parsed_init(&parsed, str_of_cstr(texts[i]),
		    SQL_DIALECT_POSTGRES);
		ck_assert_int_eq(parsed.rc, 0);
		ck_assert_uint_eq(parsed.statements.count, 0);
		parsed_release(&parsed);
	}
}
END_TEST

START_TEST(shapes)
{
	struct parsed parsed;
	const struct ast_stmt *stmt;
	const struct ast_expr *expr;

	stmt = parsed_one(&parsed, "select 'é', a.b + $2 from t");
	expr = stmt->select->targets.items[1].expr;
	ck_assert_int_eq(expr->kind, AST_OP);
	ck_assert_int_eq(expr->location, 17);
	ck_assert_int_eq(expr->op.left->location, 13);
	ck_assert_uint_eq(expr->op.left->column.name.count, 2);
	ck_assert_uint_eq(stmt->param_count, 2);
	parsed_release(&parsed);

	stmt = parsed_one(&parsed,
	    "select 2147483647, 2147483648, -2147483648,"
	    " true, null, 1.5e3, b'101'");
	static const enum ast_const_kind kinds[] = { AST_INTEGER, AST_NUMBER,
		AST_INTEGER, AST_BOOLEAN, AST_NULL, AST_NUMBER, AST_BITS };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		expr = stmt->select->targets.items[i].expr;
		ck_assert_int_eq(expr->kind, AST_CONST);
		ck_assert_int_eq(expr->constant.kind, kinds[i]);
	}
	parsed_release(&parsed);

	stmt = parsed_one(&parsed, "SET TIME ZONE 'UTC'");
	ck_assert(str_equal(stmt->set.name, STR("timezone")));
	parsed_release(&parsed);

	stmt = parsed_one(&parsed, "prepare p (int) as select $1");
	ck_assert_uint_eq(stmt->param_count, 0);
	ck_assert_uint_eq(stmt->prepare.stmt->param_count, 1);
	parsed_release(&parsed);

	stmt = parsed_one(&parsed, "explain (analyze, format json) QUERY t");
	ck_assert_int_eq(stmt->kind, AST_EXPLAIN);
	ck_assert_uint_eq(stmt->explain.option_count, 2);
	ck_assert_int_eq(stmt->explain.stmt->kind, AST_QUERY);
	parsed_release(&parsed);
}
END_TEST

#define LONG10 "aaaaaaaaaa"
#define LONG60 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10

START_TEST(notes_truncated_names)
{
	struct parsed parsed;
	const struct ast_stmt *stmt;

	stmt =
	    parsed_one(&parsed, "select \"" LONG60 "é\"\"é\", " LONG60 "aaa");
	ck_assert_uint_eq(parsed.statements.truncation_count, 1);
	ck_assert(str_equal(parsed.statements.truncations[0].written,
	    STR(LONG60 "é\"é")));
	ck_assert(str_equal(parsed.statements.truncations[0].kept,
	    STR(LONG60 "é\"")));
	ck_assert(
	    str_equal(stmt->select->targets.items[0].expr->column.name.parts[0],
		parsed.statements.truncations[0].kept));
	parsed_release(&parsed);
}
END_TEST

/* ---- guards ---- */

static void
repeat(struct buf *buf, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_put_cstr(buf, text);
}

/* head, n times body, middle, n times tail */
static const struct {
	const char *what;
	const char *head, *body, *middle, *tail;
	size_t count;
	int code;
} guard_case[] = {
	{ "5,000 parentheses", "select ", "(", "1", ")", 5000,
	    STELE_E_TOO_COMPLEX },
	{ "1,000 parentheses", "select ", "(", "1", ")", 1000, 0 },
	{ "1,001 parentheses", "select ", "(", "1", ")", 1001,
	    STELE_E_TOO_COMPLEX },
	{ "parentheses that do not close", "select ", "(", "", "", 1000000,
	    STELE_E_TOO_COMPLEX },
	{ "30,000 additions", "select 1", "+1", "", "", 30000,
	    STELE_E_TOO_COMPLEX },
	{ "9,000 additions", "select 1", "+1", "", "", 9000, 0 },
	{ "19,990 additions, nested", "select 1", "+(1", "", ")", 990, 0 },
	{ "30,000 NOT", "select ", "NOT ", "true", "", 30000,
	    STELE_E_TOO_COMPLEX },
	{ "9,000 NOT", "select ", "NOT ", "true", "", 9000, 0 },
	{ "12,000 NOT: too many for the grammar", "select ", "NOT ", "true", "",
	    12000, STELE_E_TOO_COMPLEX },
	{ "30,000 signs", "select ", "- ", "1", "", 30000,
	    STELE_E_TOO_COMPLEX },
	{ "signs without blanks", "select ", "+~", "1", "", 15000,
	    STELE_E_TOO_COMPLEX },
	{ "19,000 ISNULL", "select 1", " ISNULL", "", "", 19000, 0 },
	{ "30,000 ISNULL", "select 1", " ISNULL", "", "", 30000,
	    STELE_E_TOO_COMPLEX },
	{ "9,900 casts", "select 1", "::int", "", "", 6600, 0 },
	{ "1,001 CASE", "select ", "case when a then ", "1", " end", 1001,
	    STELE_E_TOO_COMPLEX },
	{ "1,000 CASE", "select ", "case when a then ", "1", " end", 1000, 0 },
	{ "1,001 arrays", "select array", "[", "1", "]", 1001,
	    STELE_E_TOO_COMPLEX },
	{ "1,000 arrays", "select array", "[", "1", "]", 1000, 0 },
	{ "a long chain of OR", "select true", " or a = 1", "", "", 6000,
	    STELE_E_TOO_COMPLEX },
	{ "an IN list of 20,000", "select a in (1", ", 1", ")", "", 20000, 0 },
	{ "commas do not hide unions", "select 1, 1", " union select 1, 1", "",
	    "", 30000, STELE_E_TOO_COMPLEX },
	{ "4,000 unions", "select 1, 1", " union select 1, 1", "", "", 3900,
	    0 },
	{ "commas do not hide calls", "select ", "NOT NOT NOT NOT f(1, ", "1",
	    ")", 999, 0 },
	{ "nor what hangs between them", "select ",
	    "- - - - - - - - - - - - - - - - - - - - - - - f(1, ", "1", ")",
	    999, STELE_E_TOO_COMPLEX },
	{ "6,000 joins", "select 1 from t", " natural join t", "", "", 6600,
	    0 },
	{ "subqueries", "select ", "(select ", "1", ")", 1000, 0 },
	{ "many statements", "select 1", "; select 1", "", "", 20000, 0 },
	{ "1,664 columns", "select 1", ", 1", "", "", 1663, 0 },
	{ "1,665 columns", "select 1", ", 1", "", "", 1664,
	    STELE_E_TOO_MANY_COLUMNS },
	{ "the same in a subquery", "select (select 1", ", a", ")", "", 1664,
	    STELE_E_TOO_MANY_COLUMNS },
	{ "2,000,000 columns", "select 1", ",1", "", "", 2000000,
	    STELE_E_TOO_MANY_COLUMNS },
	{ "columns that are lists", "select (1", ", 1", "), f(1)", "", 3000,
	    0 },
	{ "other lists of a SELECT", "select a from t order by 1", ", 1", "",
	    "", 3000, 0 },
	{ "of each of many SELECTs", "select 1, 2", " union all select 1, 2",
	    "", "", 2000, 0 },
	{ "tables", "select 1 from t a", ", t", "", "", 3000, 0 },
	{ "rows of an INSERT from a SELECT's place", "insert into t values (1)",
	    ", ((select 1))", "", "", 3000, 0 },
	{ "AS case", "select 1 as case", "; select 1 as case", "", "", 5000,
	    0 },
};

START_TEST(guards)
{
	struct parsed parsed;
	struct buf text;

	buf_init(&text);
	buf_put_cstr(&text, guard_case[_i].head);
	repeat(&text, guard_case[_i].body, guard_case[_i].count);
	buf_put_cstr(&text, guard_case[_i].middle);
	repeat(&text, guard_case[_i].tail, guard_case[_i].count);
	parsed_init(&parsed, buf_str(&text), SQL_DIALECT_POSTGRES);
	ck_assert_msg(parsed.rc == guard_case[_i].code, "%s: %d, %s",
	    guard_case[_i].what, parsed.rc, parsed.err.message);
	parsed_release(&parsed);
	buf_release(&text);
}
END_TEST

START_TEST(ten_megabytes)
{
	struct parsed parsed;
	struct buf text;
	size_t rows = 0;

	buf_init(&text);
	buf_put_cstr(&text, "insert into t values ('c', 1, 'x')");
	while (text.len < ((size_t)10 << 20)) {
		buf_put_cstr(&text,
		    ", ('order-9001', 123456, 'a string of a row')");
		rows++;
	}
	parsed_init(&parsed, buf_str(&text), SQL_DIALECT_POSTGRES);
	ck_assert_msg(parsed.rc == 0, "%s", parsed.err.message);
	ck_assert_uint_eq(
	    parsed.statements.items[0]->insert.source->value_count, rows + 1);
	parsed_release(&parsed);
	buf_release(&text);
}
END_TEST

START_TEST(memory_is_bounded)
{
	struct mem_budget budget = { .limit_bytes = 64 * 1024 };
	struct sql_statements statements;
	struct arena arena;
	struct error err;
	struct buf text;

	buf_init(&text);
	buf_put_cstr(&text, "select 1 in (1");
	repeat(&text, ", 1", 10000);
	buf_put_cstr(&text, ")");
	arena_init(&arena, &budget);
	ck_assert_int_eq(sql_parse(buf_str(&text), SQL_DIALECT_POSTGRES, &arena,
			     &statements, &err),
	    STELE_E_OUT_OF_MEMORY);
	arena_release(&arena);
	ck_assert_uint_eq(atomic_load(&budget.used_bytes), 0);
	buf_release(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_sql");
	TCase *tests = tcase_create("sql");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, refuses, 0, ARRAY_LEN(error_case));
	tcase_add_test(tests, splits_statements);
	tcase_add_test(tests, nothing_is_no_statement);
	tcase_add_test(tests, shapes);
	tcase_add_test(tests, notes_truncated_names);
	tcase_add_loop_test(tests, guards, 0, ARRAY_LEN(guard_case));
	tcase_add_test(tests, ten_megabytes);
	tcase_add_test(tests, memory_is_bounded);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
