/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long and deep jsonpaths: what is read can be read again from its one spelling,
 * and runs; what is too much is refused.
 */
#include <check.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "exec/jsonpath_run.h"
#include "os/thread.h"
#include "sql/parse.h"

#define HEIGHT_MAX 2500 /* as in jsonpath_parse.c */

static struct arena arena;
static struct error err;

/* `before`, and each part so many times, with what is between the two. */
struct shape {
	const char *what;
	const char *before;
	const char *first;
	const char *middle;
	const char *last;
	uint32_t levels_each; /* of the tree, for each part */
	uint32_t levels_else; /* beside these */
};

/* clang-format off */
static const struct shape shapes[] = {
	{ "alternatives", "$ == 1", " || $ == 1", "", "", 1, 2 },
	{ "all of them", "$ == 1", " && $ == 1", "", "", 1, 2 },
	{ "a sum", "1", " + 1", "", "", 1, 1 },
	{ "a product", "strict $", " * 1", "", "", 1, 1 },
	{ "signs", "strict ", "+", "$", "", 1, 1 },
	{ "negations", "", "-", "$", "", 1, 1 },
	{ "members", "$", ".a", "", "", 1, 1 },
	{ "not", "", "!(", "$ == 1", ")", 1, 2 },
	{ "unknown", "", "(", "$ == 1", ") is unknown", 1, 2 },
	{ "filters", "$", "?(exists (@", "", "))", 3, 1 },
	{ "subscripts", "$", "[1 + $", "", "]", 4, 1 },
};
/* clang-format on */

static void
put_times(struct buf *to, const char *part, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		buf_put_cstr(to, part);
}

static struct str
make(const struct shape *shape, uint32_t count, struct buf *text)
{
	buf_init(text);
	buf_put_cstr(text, shape->before);
	put_times(text, shape->first, count);
	buf_put_cstr(text, shape->middle);
	put_times(text, shape->last, count);
	ck_assert(!text->failed);
	return buf_str(text);
}

static int
run(const struct jsonpath *path)
{
	struct regex_cache regexes = { .use_count = 0 };
	struct json_items found = { .count = 0 };
	struct jsonpath_input input = { .path = path,
		.is_silent = true,
		.regexes = &regexes,
		.arena = &arena };
	enum jsonpath_result result;
	int rc;

	rc = json_tree_read(STR("1"), &arena, &input.document, &err);
	if (rc == 0)
		rc = jsonpath_run(&input, &found, &result, &err);
	regex_cache_release(&regexes);
	return rc;
}

#define SPELT_OTHERWISE 1

/* What is read is run, spelt, read again, and spelt the same. */
static int
respell(struct str text)
{
	struct buf once, twice;
	struct jsonpath path;
	int rc;

	rc = jsonpath_parse(text, &arena, &path, &err);
	if (rc == 0)
		rc = run(&path);
	if (rc != 0)
		return rc;
	buf_init(&once);
	buf_init(&twice);
	jsonpath_put(&path, &once);
	if (jsonpath_parse(buf_str(&once), &arena, &path, &err) == 0)
		jsonpath_put(&path, &twice);
	rc = str_equal(buf_str(&once), buf_str(&twice)) ? 0 : SPELT_OTHERWISE;
	buf_release(&once);
	buf_release(&twice);
	return rc;
}

struct reading {
	struct str text;
	int rc;
};

static void
read_it(void *arg)
{
	struct reading *reading = arg;

	reading->rc = respell(reading->text);
}

/* On a stack as those have that run SQL. */
static int
outcome(const struct shape *shape, uint32_t count)
{
	const struct os_thread_options options = { .name = "reader",
		.stack_size_bytes = SQL_STACK_SIZE };
	struct os_thread thread;
	struct buf text;
	struct reading reading = { .text = make(shape, count, &text) };

	ck_assert_int_eq(os_thread_start(&thread, &options, read_it, &reading,
			     &err),
	    0);
	os_thread_join(&thread);
	buf_release(&text);
	return reading.rc;
}

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

START_TEST(reads_what_it_spells)
{
	const struct shape *shape = &shapes[_i];
	uint32_t highest =
	    (HEIGHT_MAX - shape->levels_else) / shape->levels_each;
	const uint32_t too_high[] = { highest + 1, 3 * HEIGHT_MAX, 100000 };

	ck_assert_msg(outcome(shape, highest - 1) == 0, "%s", shape->what);
	ck_assert_msg(outcome(shape, highest) == 0, "%s", shape->what);
	for (size_t i = 0; i < sizeof(too_high) / sizeof(too_high[0]); i++)
		ck_assert_msg(outcome(shape, too_high[i]) ==
			STELE_E_TOO_COMPLEX,
		    "%s", shape->what);
}
END_TEST

START_TEST(bounds_brackets)
{
	const struct shape brackets = { "", "", "(", "$", ")", 0, 0 };

	ck_assert_int_eq(outcome(&brackets, HEIGHT_MAX + 1), 0);
	ck_assert_int_eq(outcome(&brackets, HEIGHT_MAX + 2), 0);
	ck_assert_int_eq(outcome(&brackets, HEIGHT_MAX + 3),
	    STELE_E_TOO_COMPLEX);
	ck_assert_int_eq(outcome(&brackets, 1000000), STELE_E_TOO_COMPLEX);
}
END_TEST

START_TEST(takes_long_lists)
{
	const struct shape signs = { "", "", "-", "1", "", 0, 0 };
	const struct shape list = { "", "$?(@.b.c == 0", " || @.b.c == \"x\"",
		")", "", 0, 0 };

	ck_assert_int_eq(outcome(&signs, 3 * HEIGHT_MAX), 0);
	ck_assert_int_eq(outcome(&list, 2000), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jsonpath");
	TCase *tcase = tcase_create("depth");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, reads_what_it_spells, 0,
	    sizeof(shapes) / sizeof(shapes[0]));
	tcase_add_test(tcase, bounds_brackets);
	tcase_add_test(tcase, takes_long_lists);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
