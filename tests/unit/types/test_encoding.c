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
static struct buf out, again;

static void
setup(void)
{
	buf_init(&out);
	buf_init(&again);
}

static void
teardown(void)
{
	buf_release(&out);
	buf_release(&again);
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
	ck_assert(encoding_is_known(named("EUC_JP")));
	ck_assert(!encoding_is_known(named("JOHAB")));
	ck_assert(!encoding_is_known(named("MULE_INTERNAL")));
}
END_TEST

/* Each byte of each encoding: to UTF-8 and back, or nothing. */
START_TEST(bytes_come_back)
{
	const struct text_encoding *encoding = encoding_at(_i);

	if (!encoding_is_known(encoding) || encoding_length_max(encoding) > 1 ||
	    encoding == encoding_sql_ascii)
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

/*
 * Each pair of bytes, the first not ASCII, of encodings that have them: to UTF-8,
 * back, and to the same again.  Some characters have two spellings.
 */
START_TEST(pairs_mean_the_same)
{
	const struct text_encoding *encoding = encoding_at(_i);
	unsigned count = 0;
	struct buf back;

	if (!encoding_is_known(encoding) ||
	    encoding_length_max(encoding) == 1 || encoding == encoding_utf8)
		return;
	buf_init(&back);
	for (unsigned pair = 0x8101; pair <= 0xffff; pair++) {
		const char text[] = { (char)(pair >> 8), (char)pair };

		if ((pair & 0xff) == 0)
			continue;
		buf_reset(&out);
		if (encoding_convert(encoding, encoding_utf8, str_of(text, 2),
			&out, &err) != 0)
			continue;
		count++;
		ck_assert(utf8_is_valid(buf_str(&out)));
		buf_reset(&back);
		ck_assert_int_eq(encoding_convert(encoding_utf8, encoding,
				     buf_str(&out), &back, &err),
		    0);
		buf_reset(&again);
		ck_assert_int_eq(encoding_convert(encoding, encoding_utf8,
				     buf_str(&back), &again, &err),
		    0);
		ck_assert(str_equal(buf_str(&again), buf_str(&out)));
	}
	buf_release(&back);
	ck_assert_uint_gt(count, 5000);
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
	/* several bytes a character: PostgreSQL 15's answers */
	{ "SJIS", "UTF8", "\x83\x5c|\xb1\\", "\xe3\x82\xbd|\xef\xbd\xb1\\",
	    NULL },
	{ "UTF8", "SJIS", "\xe3\x82\xbd|\xef\xbd\xb1\\~", "\x83\x5c|\xb1\\~",
	    NULL },
	{ "EUC_JP", "UTF8", "\xc6\xfc\x8e\xb1\x8f\xb0\xa1",
	    "\xe6\x97\xa5\xef\xbd\xb1\xe4\xb8\x82", NULL },
	{ "UTF8", "EUC_JP", "\xe6\x97\xa5z\xe4\xb8\x82",
	    "\xc6\xfcz\x8f\xb0\xa1", NULL },
	{ "EUC_JP", "UTF8", "a\xc6", NULL,
	    "invalid byte sequence for encoding \"EUC_JP\": 0xc6" },
	{ "EUC_JP", "UTF8", "\xc6 \xc6", NULL,
	    "invalid byte sequence for encoding \"EUC_JP\": 0xc6 0x20" },
	{ "SJIS", "UTF8",
	    "\x80"
	    "a",
	    NULL, "invalid byte sequence for encoding \"SJIS\": 0x80 0x61" },
	{ "SJIS", "UTF8", "\x81\xad", NULL,
	    "character with byte sequence 0x81 0xad in encoding \"SJIS\" has "
	    "no equivalent in encoding \"UTF8\"" },
	{ "UTF8", "SJIS", "\xe6\x97\xa5\xf0\x9f\x98\x80", NULL,
	    "character with byte sequence 0xf0 0x9f 0x98 0x80 in encoding "
	    "\"UTF8\" has no equivalent in encoding \"SJIS\"" },
	{ "GBK", "UTF8", "\xd6\xd0\x81\x5c", "\xe4\xb8\xad\xe4\xb9\x97", NULL },
	/* The library's euro, which would make pairs of what follows. */
	{ "GBK", "UTF8", "\xd6\xd0\x80\xd6\xd0\xd6", NULL,
	    "character with byte sequence 0x80 0xd6 in encoding \"GBK\" has no "
	    "equivalent in encoding \"UTF8\"" },
	{ "GBK", "UTF8",
	    "\x80"
	    "a",
	    NULL,
	    "character with byte sequence 0x80 0x61 in encoding \"GBK\" has no "
	    "equivalent in encoding \"UTF8\"" },
	{ "BIG5", "UTF8", "\x80\x40", NULL,
	    "character with byte sequence 0x80 0x40 in encoding \"BIG5\" has no "
	    "equivalent in encoding \"UTF8\"" },
	{ "UTF8", "GBK", "\xe2\x82\xac", "\x80", NULL },
	{ "BIG5", "UTF8", "\xa4\xa4", "\xe4\xb8\xad", NULL },
	{ "UHC", "UTF8", "\xc7\xd1", "\xed\x95\x9c", NULL },
	{ "EUC_KR", "UTF8", "\xc7\xd1", "\xed\x95\x9c", NULL },
	{ "EUC_CN", "UTF8", "\xd6\xd0", "\xe4\xb8\xad", NULL },
	{ "EUC_TW", "UTF8", "\x8e\xa2\xa1\xa1", "\xe4\xb9\x82", NULL },
	{ "GB18030", "UTF8", "\x81\x30\x81\x30\xd6\xd0", "\xc2\x80\xe4\xb8\xad",
	    NULL },
	{ "UTF8", "GB18030", "\xf0\x9f\x98\x80", "\x94\x39\xfc\x36", NULL },
	{ "SHIFT_JIS_2004", "UTF8", "\x82\xf5", "\xe3\x81\x8b\xe3\x82\x9a",
	    NULL },
	{ "UTF8", "SHIFT_JIS_2004", "\xe3\x81\x8b\xe3\x82\x9a\xe3\x81\x8b",
	    "\x82\xf5\x82\xa9", NULL },
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

/* Two characters and a byte of a third: what is whole ends before it. */
static const struct {
	const char *encoding;
	const char *text;
	size_t whole;
} pieces[] = {
	{ "LATIN1", "a\xe9", 2 },
	{ "SJIS",
	    "\x83\x5c"
	    "a\x83",
	    3 },
	{ "SJIS", "\xb1", 1 },
	{ "EUC_JP", "\x8f\xb0\xa1\x8f\xb0", 3 },
	{ "EUC_TW", "\x8e\xa2\xa1\xa1\x8e\xa2\xa1", 4 },
	{ "GB18030", "\xd6\xd0\x81", 2 },
	{ "GB18030", "\xd6\xd0\x81\x30\x81", 2 },
	{ "GB18030", "\x81\x30\x81\x30", 4 },
	{ "UTF8", "a\xc3\xa9", 3 },
	{ "UTF8", "a\xe2\x82", 1 },
	{ "UTF8", "\xf0\x90\x8c\x80\xf0\x90\x8c", 4 },
};

START_TEST(knows_what_is_whole)
{
	ck_assert_uint_eq(encoding_whole(named(pieces[_i].encoding),
			      str_of_cstr(pieces[_i].text)),
	    pieces[_i].whole);
}
END_TEST

START_TEST(counts_characters)
{
	ck_assert_uint_eq(encoding_length(named("SJIS"), STR("\x83\x5c|\xb1")),
	    3);
	ck_assert_uint_eq(encoding_length(named("GB18030"),
			      STR("\x81\x30\x81\x30\xd6\xd0")),
	    2);
}
END_TEST

START_TEST(puts_what_there_is)
{
	encoding_put(named("SJIS"),
	    STR("\xe3\x82\xbd\xf0\x9f\x98\x80\xe3\x82\xbd!"), &out);
	ck_assert(str_equal(buf_str(&out), STR("\x83\x5c?\x83\x5c!")));
	buf_reset(&out);

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
	tcase_add_loop_test(tc, pairs_mean_the_same, 0, 42);
	tcase_add_loop_test(tc, converts, 0, ARRAY_LEN(conversions));
	tcase_add_test(tc, nul_is_no_text);
	tcase_add_loop_test(tc, knows_what_is_whole, 0, ARRAY_LEN(pieces));
	tcase_add_test(tc, counts_characters);
	tcase_add_test(tc, puts_what_there_is);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
