/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is found in a STORE without a parser is what the parser finds, and has
 * the same normal form as the statement that stands for all of them.
 */
#include "sql/store_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "parse_helper.h"
#include "sql/normal.h"

/* A name of 64 bytes, one too many. */
#define LONG_NAME \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const plain[] = {
	"STORE payment FOR \"order-9001\" PAYLOAD {\"amount\": 19.90}",
	"STORE t FOR c PAYLOAD {}",
	"store T1 for user:7.a-b payload {}",
	"Store\t_t\nFOR  c\r\n PAYLOAD  { \"a\" : [1, {}] }  ; ",
	"STORE \"a-b\" FOR \"it's 5 o'clock; ü\" PAYLOAD {\"s\": \"} x\"};",
	"STORE payload FOR payload PAYLOAD {}",
	"STORE \"for\" FOR for PAYLOAD {}",
	"STORE user FOR 12 PAYLOAD {}",
	"STORE t FOR 2024-01-01 PAYLOAD {}",
	"STORE t FOR _ PAYLOAD {\"a\":\"\\\"\"}",
	"STORE t FOR a--b PAYLOAD {}",
	"STORE \"x y\" FOR trueish PAYLOAD {\"-- /*\": \";\"}",
};

static const char *const other[] = {
	"",
	"STORE",
	"STORE ",
	"STORE t",
	"STORE t ",
	"STORE t FOR ",
	"STORE t FOR \"",
	"STORE \"",
	"STORE t FOR c PAYLOAD",
	"STORE t FOR c PAYLOAD {",
	"STORE t FOR c PAYLOAD }",
	"STORE t FOR c PAYLOAD{}",
	"STOREt FOR c PAYLOAD {}",
	"STORE t FOR c AT 1 PAYLOAD {}",
	"STORE t FOR c PAYLOAD '{}'",
	"STORE t FOR c PAYLOAD $1",
	"STORE t FOR $1 PAYLOAD {}",
	"STORE t FOR 'c' PAYLOAD {}",
	"STORE t FOR E'c' PAYLOAD {}",
	"STORE t FOR \"\" PAYLOAD {}",
	"STORE t FOR \"a\\n\" PAYLOAD {}",
	"STORE t FOR \"a\"\"b\" PAYLOAD {}",
	"STORE t FOR TRUE PAYLOAD {}",
	"STORE t FOR null PAYLOAD {}",
	"STORE t FOR -1 PAYLOAD {}",
	"STORE t FOR .5 PAYLOAD {}",
	"STORE t FOR \xc3\xbc PAYLOAD {}",
	"STORE for FOR c PAYLOAD {}",
	"STORE Key FOR c PAYLOAD {}",
	"STORE a-b FOR c PAYLOAD {}",
	"STORE 1t FOR c PAYLOAD {}",
	"STORE \"\" FOR c PAYLOAD {}",
	"STORE 't' FOR c PAYLOAD {}",
	"STORE t /* x */ FOR c PAYLOAD {}",
	"STORE t -- x\n FOR c PAYLOAD {}",
	"STORE t FOR c PAYLOAD {} x",
	"STORE t FOR c PAYLOAD {};;",
	"QUERY t FOR c",
	"STORE " LONG_NAME " FOR c PAYLOAD {}",
};

/* In memory of exactly that size. */
static char *
copy_of(struct str text)
{
	char *copy = malloc(text.len + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text.data, text.len);
	return copy;
}

static void
check_normal(const struct store_text *store)
{
	struct buf written, general, statement;

	buf_init(&written);
	buf_init(&general);
	buf_init(&statement);
	buf_put_cstr(&statement, "STORE ");
	buf_put_str(&statement, store->name);
	buf_put_cstr(&statement, " FOR $1 PAYLOAD $2");
	ck_assert_uint_eq(native_put_normal(&written, store->statement, 0, 512),
	    native_put_normal(&general, buf_str(&statement), 2, 512));
	ck_assert_msg(str_equal(buf_str(&written), buf_str(&general)),
	    "%.*s, not %.*s", STR_FMT(buf_str(&written)),
	    STR_FMT(buf_str(&general)));
	buf_release(&statement);
	buf_release(&general);
	buf_release(&written);
}

START_TEST(parts_are_those_of_the_tree)
{
	struct str text = str_of_cstr(plain[_i]);
	char *copy = copy_of(text);
	struct store_text store;
	struct parsed parsed;
	const struct ast_stmt *stmt;
	struct str name;

	ck_assert(store_text_scan(str_of(copy, text.len), &store));
	stmt = parsed_one(&parsed, plain[_i]);
	ck_assert_int_eq(stmt->kind, AST_STORE);
	name = store.name;
	if (name.data[0] == '"')
		name = str_of(name.data + 1, name.len - 2);
	ck_assert(str_equal(stmt->store.event_type.parts[0], name));
	ck_assert(str_equal(stmt->store.context->constant.text, store.context));
	ck_assert(str_equal(stmt->store.payload->constant.text, store.payload));
	ck_assert(stmt->store.at == NULL);
	ck_assert(str_equal(stmt->text, store.statement));
	check_normal(&store);
	parsed_release(&parsed);
	free(copy);
}
END_TEST

START_TEST(all_else_is_the_parser_s)
{
	struct str text = str_of_cstr(other[_i]);
	char *copy = copy_of(text);
	struct store_text store;

	ck_assert(!store_text_scan(str_of(copy, text.len), &store));
	free(copy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_text");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, parts_are_those_of_the_tree, 0,
	    ARRAY_LEN(plain));
	tcase_add_loop_test(tc, all_else_is_the_parser_s, 0, ARRAY_LEN(other));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
