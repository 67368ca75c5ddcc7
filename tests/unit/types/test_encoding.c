/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encodings: every byte and every text comes back or is refused by name; names
 * and numbers are PostgreSQL's.
 */
#include "types/encoding.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/utf8.h"

static struct error err;
static struct buf out;

static void
setup(void)
{
	buf_init(&out);
}

static void
teardown(void)
{
	buf_release(&out);
}

static const struct text_encoding *
named(const char *name)
{
	const struct text_encoding *encoding = encoding_find(str_of_cstr(name));

	ck_assert_msg(encoding != NULL, "%s", name);
	return encoding;
}

static const struct {
	const char *written;
	const char *name;
	int64_t number;
} names[] = {
	{ "utf8", "UTF8", 6 },
	{ "Utf-8", "UTF8", 6 },
	{ "UNICODE", "UTF8", 6 },
	{ "latin1", "LATIN1", 8 },
	{ "ISO-8859-1", "LATIN1", 8 },
	{ "iso_8859_15", "LATIN9", 16 },
	{ "windows-1252", "WIN1252", 24 },
	{ "win", "WIN1251", 23 },
	{ "koi8", "KOI8R", 22 },
	{ "ISO_8859_5", "ISO_8859_5", 25 },
	{ "SQL_ASCII", "SQL_ASCII", 0 },
	{ "euc_jp", "EUC_JP", 1 },
};

START_TEST(finds_by_name)
{
	const struct text_encoding *encoding = named(names[_i].written);

	ck_assert_str_eq(encoding_name(encoding), names[_i].name);
	ck_assert_int_eq(encoding_number(encoding), names[_i].number);
	ck_assert_ptr_eq(encoding_at(names[_i].number), encoding);
}
END_TEST

START_TEST(finds_no_others)
{
	ck_assert_ptr_null(encoding_find(STR("")));
	ck_assert_ptr_null(encoding_find(STR("latin11")));
	ck_assert_ptr_null(encoding_find(STR("latin")));
	ck_assert_ptr_null(encoding_at(-1));
	ck_assert_ptr_null(encoding_at(42));
	ck_assert(!encoding_is_known(named("EUC_JP")));
}
END_TEST

/* Each byte of each encoding: to UTF-8 and back, or nothing. */
START_TEST(bytes_come_back)
{
	const struct text_encoding *encoding = encoding_at(_i);

	if (!encoding_is_known(encoding) || encoding == encoding_sql_ascii ||
	    encoding == encoding_utf8)
		return;
	for (unsigned byte = 1; byte < 256; byte++) {
		char text = (char)(uint8_t)byte, utf8[4];
		size_t len;
		int rc;

		buf_reset(&out);
		rc = encoding_convert(encoding, encoding_utf8, str_of(&text, 1),
		    &out, &err);
		if (rc == STELE_E_UNTRANSLATABLE_CHARACTER && byte >= 0x80)
			continue;
		ck_assert_int_eq(rc, 0);
		ck_assert(utf8_is_valid(buf_str(&out)));
		ck_assert(byte >= 0x80 || out.len == 1);
		len = out.len;
		memcpy(utf8, out.data, len);
		buf_reset(&out);
		ck_assert_int_eq(encoding_convert(encoding_utf8, encoding,
				     str_of(utf8, len), &out, &err),
		    0);
		ck_assert_uint_eq(out.len, 1);
		ck_assert_uint_eq(out.data[0], byte);
	}
}
END_TEST

static const struct {
	const char *from, *to;
	const char *text;
	const char *result; /* NULL: an error */
	const char *message;
} conversions[] = {
	{ "UTF8", "LATIN1", "a\xc3\xa9z", "a\xe9z", NULL },
	{ "LATIN1", "UTF8", "a\xe9z", "a\xc3\xa9z", NULL },
	{ "UTF8", "LATIN9", "\xe2\x82\xac", "\xa4", NULL },
	{ "UTF8", "WIN1252", "\xe2\x82\xac", "\x80", NULL },
	{ "UTF8", "LATIN1", "\xe2\x82\xac", NULL,
	    "character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" "
	    "has no equivalent in encoding \"LATIN1\"" },
	{ "WIN1252", "UTF8", "a\x81", NULL,
	    "character with byte sequence 0x81 in encoding \"WIN1252\" has no "
	    "equivalent in encoding \"UTF8\"" },
	{ "UTF8", "LATIN1", "\xe9z", NULL,
	    "invalid byte sequence for encoding \"UTF8\": 0xe9 0x7a" },
	{ "SQL_ASCII", "UTF8", "\xc3\xa9", "\xc3\xa9", NULL },
	{ "SQL_ASCII", "UTF8", "\xff", NULL,
	    "invalid byte sequence for encoding \"UTF8\": 0xff" },
	{ "UTF8", "SQL_ASCII", "\xc3\xa9", "\xc3\xa9", NULL },
	{ "LATIN1", "LATIN1", "\xff", "\xff", NULL },
	{ "UTF8", "KOI8R", "\xd0\x96", "\xf6", NULL },
	{ "UTF8", "LATIN1", "\xf0\x9f\x98\x80", NULL,
	    "character with byte sequence 0xf0 0x9f 0x98 0x80 in encoding "
	    "\"UTF8\" has no equivalent in encoding \"LATIN1\"" },
};

START_TEST(converts)
{
	int rc = encoding_convert(named(conversions[_i].from),
	    named(conversions[_i].to), str_of_cstr(conversions[_i].text), &out,
	    &err);

	if (conversions[_i].result == NULL) {
		ck_assert_int_ne(rc, 0);
		ck_assert_str_eq(err.message, conversions[_i].message);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert(
	    str_equal(buf_str(&out), str_of_cstr(conversions[_i].result)));
}
END_TEST

START_TEST(nul_is_no_text)
{
	ck_assert_int_eq(encoding_check(named("LATIN1"), str_of("a\0b", 3),
			     &err),
	    STELE_E_CHARACTER_NOT_IN_REPERTOIRE);
	ck_assert_str_eq(err.message,
	    "invalid byte sequence for encoding \"LATIN1\": 0x00");
}
END_TEST

START_TEST(puts_what_there_is)
{
	encoding_put(named("LATIN1"), STR("\xc3\xa9\xe2\x82\xacz"), &out);
	ck_assert(str_equal(buf_str(&out), STR("\xe9?z")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("encoding");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, finds_by_name, 0, ARRAY_LEN(names));
	tcase_add_test(tc, finds_no_others);
	tcase_add_loop_test(tc, bytes_come_back, 0, 42);
	tcase_add_loop_test(tc, converts, 0, ARRAY_LEN(conversions));
	tcase_add_test(tc, nul_is_no_text);
	tcase_add_test(tc, puts_what_there_is);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
