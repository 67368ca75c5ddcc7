/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The printer, and with it that the parsers lose nothing: each sample of
 * data/sql/print.txt is printed as the line after it says, and what is printed
 * parses to what prints the same.
 *
 * With STELE_SQL_CORPUS in the environment, a directory of *.sql files whose
 * texts begin at lines "-- [n] ...", those are held to the second rule too.
 */
#include "sql/print.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse_helper.h"

#define ARROW "-> "

/* Parse and print a text; returns what sql_parse() did. */
static int
reprint(struct str text, struct buf *out, struct error *err)
{
	struct parsed parsed;
	int rc;

	parsed_init(&parsed, text, SQL_DIALECT_POSTGRES);
	for (uint32_t i = 0; i < parsed.statements.count && parsed.rc == 0;
	     i++) {
		if (i > 0)
			buf_put_cstr(out, "; ");
		print_stmt(out, parsed.statements.items[i]);
	}
	*err = parsed.err;
	rc = parsed.rc;
	parsed_release(&parsed);
	return rc;
}

static void
check_fixpoint(const struct buf *once)
{
	struct error err;
	struct buf twice;

	buf_init(&twice);
	ck_assert_msg(reprint(buf_str(once), &twice, &err) == 0, "%.*s: %s",
	    STR_FMT(buf_str(once)), err.message);
	ck_assert_msg(str_equal(buf_str(once), buf_str(&twice)),
	    "%.*s\nbecomes %.*s", STR_FMT(buf_str(once)),
	    STR_FMT(buf_str(&twice)));
	buf_release(&twice);
}

static void
check_sample(struct str text, struct str expected)
{
	struct error err;
	struct buf once;

	buf_init(&once);
	ck_assert_msg(reprint(text, &once, &err) == 0, "%.*s: %s",
	    STR_FMT(text), err.message);
	ck_assert_msg(str_equal(buf_str(&once), expected),
	    "%.*s\nis printed %.*s", STR_FMT(text), STR_FMT(buf_str(&once)));
	check_fixpoint(&once);
	buf_release(&once);
}

START_TEST(samples)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	char *text = NULL, *expected = NULL;
	size_t text_size = 0, expected_size = 0, count = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/data/sql/print.txt",
	    dir == NULL ? "." : dir);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	while (getline(&text, &text_size, file) > 0) {
		ck_assert_int_gt(getline(&expected, &expected_size, file), 0);
		text[strcspn(text, "\n")] = '\0';
		expected[strcspn(expected, "\n")] = '\0';
		ck_assert(strncmp(expected, ARROW, strlen(ARROW)) == 0);
		check_sample(str_of_cstr(text),
		    str_of_cstr(expected + strlen(ARROW)));
		count++;
	}
	ck_assert_uint_gt(count, 150);
	free(text);
	free(expected);
	ck_assert_int_eq(fclose(file), 0);
}
END_TEST

/* ---- recorded statements of clients ---- */

static size_t printed_count, refused_count;

static void
check_recorded(struct str text)
{
	struct error err;
	struct buf once;

	buf_init(&once);
	if (reprint(text, &once, &err) == 0) {
		check_fixpoint(&once);
		printed_count++;
	} else {
		ck_assert_int_ne(err.code, STELE_E_INTERNAL);
		refused_count++;
	}
	buf_release(&once);
}

static int
visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
	char *text, *next;
	size_t len;
	FILE *file;

	(void)where;
	len = strlen(path);
	if (type != FTW_F || len < 4 || strcmp(path + len - 4, ".sql") != 0)
		return 0;
	text = calloc(1, (size_t)status->st_size + 1);
	file = fopen(path, "r");
	ck_assert(text != NULL && file != NULL);
	len = fread(text, 1, (size_t)status->st_size, file);
	text[len] = '\0';
	for (char *at = text; at != NULL; at = next) {
		next = strstr(at + 1, "\n-- [");
		if (next != NULL)
			*next++ = '\0';
		check_recorded(str_of_cstr(at));
	}
	free(text);
	return fclose(file);
}

START_TEST(recorded_statements)
{
	const char *dir = getenv("STELE_SQL_CORPUS");

	if (dir == NULL) {
		puts(
		    "STELE_SQL_CORPUS is not set: recorded statements skipped");
		return;
	}
	ck_assert_int_eq(nftw(dir, visit, 16, FTW_PHYS), 0);
	printf("recorded: %zu printed, %zu refused\n", printed_count,
	    refused_count);
	ck_assert_uint_gt(printed_count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("print");
	TCase *tests = tcase_create("print");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, samples);
	tcase_add_test(tests, recorded_statements);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
