/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY's text and csv forms.  Every case is decoded whole, byte by byte, and
 * cut in two at every place, at once and as soon as a line is there: the result
 * is always the same.
 */
#include "wire/pg_copy.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct str columns[] = { { "a", 1 }, { "b", 1 } };

static const struct {
	const char *what;
	bool is_csv;
	enum pg_copy_header header;
	const char *data;
	size_t len;
	/* rows end with ';', fields are in [], a null is <> */
	const char *rows;
	const char *message; /* of the error after them, or NULL */
	const char *context;
} copy_case[] = {
	/* clang-format off */
	{ "plain", false, 0, BYTES("1\tx\n2\ty\n"), "[1][x];[2][y];", NULL, NULL },
	{ "no last newline", false, 0, BYTES("1\tx\n2\ty"), "[1][x];[2][y];", NULL, NULL },
	{ "crlf", false, 0, BYTES("1\tx\r\n2\ty\r\n"), "[1][x];[2][y];", NULL, NULL },
	{ "cr", false, 0, BYTES("1\tx\r2\ty\r"), "[1][x];[2][y];", NULL, NULL },
	{ "null", false, 0, BYTES("\\N\t\\\\N\n"), "<>[\\N];", NULL, NULL },
	{ "empty fields", false, 0, BYTES("\t\n"), "[][];", NULL, NULL },
	{ "escapes", false, 0, BYTES("\\t\\n\\x41\\102\\q\tz\n"), "[\t\nABq][z];", NULL, NULL },
	{ "escaped tab and newline", false, 0, BYTES("a\\\tb\\\nc\td\n"), "[a\tb\nc][d];", NULL, NULL },
	{ "marker", false, 0, BYTES("1\tx\n\\.\n2\ty\n"), "[1][x];", NULL, NULL },
	{ "corrupt marker", false, 0, BYTES("1\t\\.x\n"), "", "end-of-copy marker corrupt", "COPY t, line 1: \"1\t\\.x\"" },
	{ "too many fields", false, 0, BYTES("1\tx\n1\t2\t3\t4\n"), "[1][x];", "extra data after last expected column", "COPY t, line 2: \"1\t2\t3\t4\"" },
	{ "too few fields", false, 0, BYTES("1\tx\n1\n"), "[1][x];", "missing data for column \"b\"", "COPY t, line 2: \"1\"" },
	{ "stray return", false, 0, BYTES("1\tx\n2\r\ty\n"), "[1][x];", "literal carriage return found in data", "COPY t, line 2" },
	{ "bad utf8", false, 0, BYTES("1\tx\n\xff\t\n"), "[1][x];", "invalid byte sequence for encoding \"UTF8\": 0xff", "COPY t, line 2" },
	{ "bad utf8 by escape", false, 0, BYTES("\\xff\t\n"), "", "invalid byte sequence for encoding \"UTF8\": 0xff", "COPY t, line 1: \"\\xff\t\"" },
	{ "backslash at the end", false, 0, BYTES("1\tx\n2\ty\\"), "[1][x];[2][y];", NULL, NULL },
	{ "null and backslash", false, 0, BYTES("1\t\\N\\"), "[1]<>;", NULL, NULL },
	{ "pair at the end", false, 0, BYTES("1\ty\\\\"), "[1][y\\];", NULL, NULL },
	{ "three at the end", false, 0, BYTES("1\t\\\\\\"), "[1][\\];", NULL, NULL },
	{ "nothing", false, 0, BYTES(""), "", NULL, NULL },
	{ "header", false, PG_COPY_HEADER, BYTES("any\n1\tx\n"), "[1][x];", NULL, NULL },
	{ "csv", true, 0, BYTES("1,x\n2,\"y,z\"\n"), "[1][x];[2][y,z];", NULL, NULL },
	{ "csv nulls", true, 0, BYTES(",\"\"\n"), "<>[];", NULL, NULL },
	{ "csv quotes", true, 0, BYTES("\"a\"\"b\",c\"d\ne\"f\n"), "[a\"b][cd\nef];", NULL, NULL },
	{ "csv crlf", true, 0, BYTES("1,x\r\n2,\"y\r\n\"\r\n"), "[1][x];[2][y\r\n];", NULL, NULL },
	{ "csv unterminated", true, 0, BYTES("1,\"x\n"), "", "unterminated CSV quoted field", "COPY t, line 1: \"1,\"x\n\"" },
	{ "csv header match", true, PG_COPY_HEADER_MATCH, BYTES("a,b\n1,x\n"), "[1][x];", NULL, NULL },
	{ "csv header mismatch", true, PG_COPY_HEADER_MATCH, BYTES("a,zz\n"), "", "column name mismatch in header line field 2: got \"zz\", expected \"b\"", "COPY t, line 1: \"a,zz\"" },
	{ "csv header too short", true, PG_COPY_HEADER_MATCH, BYTES("a\n"), "", "wrong number of fields in header line: field count is 1, expected 2", "COPY t, line 1: \"a\"" },
	{ "csv backslash at the end", true, 0, BYTES("1,x\\"), "[1][x\\];", NULL, NULL },
	{ "csv lines in quotes", true, 0, BYTES("1,x\n2,\"y\nz\"\n\n"), "[1][x];[2][y\nz];", "missing data for column \"b\"", "COPY t, line 4: \"\"" },
	{ "csv lines in this one", true, 0, BYTES("1,x\n\"\n\n\"\n"), "[1][x];", "missing data for column \"b\"", "COPY t, line 4: \"\"\n\n\"\"" },
	{ "csv lines in the first", true, 0, BYTES("1,\"\n\"\n2\n"), "[1][\n];", "missing data for column \"b\"", "COPY t, line 2: \"2\"" },
	{ "csv lines and returns", true, 0, BYTES("1,\"\r\n\"\r\n2,\"\r\n\"\r\n2\r\n"), "[1][\r\n];[2][\r\n];", "missing data for column \"b\"", "COPY t, line 5: \"2\"" },
	{ "csv lines in a header", true, PG_COPY_HEADER, BYTES("\"\r\",b\n1,x\n2\n"), "[1][x];", "missing data for column \"b\"", "COPY t, line 4: \"2\"" },
	{ "csv stray return", true, 0, BYTES("1,x\n\"\n\",\r\n"), "[1][x];", "unquoted carriage return found in data", "COPY t, line 3" },
	{ "csv marker", true, 0, BYTES("1,x\n\\.\nrest"), "[1][x];", NULL, NULL },
	{ "line too long", false, 0, BYTES("01234567890123456789012345678901234567890123456789\n"), "", "line 1 of COPY is longer than 40 bytes", "" },
	/* clang-format on */
};

static void
put_row(struct buf *out, const struct batch *batch, uint32_t row)
{
	for (uint32_t i = 0; i < batch->col_count; i++) {
		if (batch->cols[i].nulls[row])
			buf_put_cstr(out, "<>");
		else
			buf_printf(out, "[%.*s]",
			    STR_FMT(batch->cols[i].str[row]));
	}
	buf_put_u8(out, ';');
}

/* Take what there is; returns the last code. */
static int
drain(struct pg_copy_decoder *decoder, struct buf *out, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = pg_copy_decoder_next(decoder, &batch, err)) == 1)
		for (uint32_t i = 0; i < batch.row_count; i++)
			put_row(out, &batch, i);
	return rc;
}

/* Decode pieces of these lengths and compare with what the case says. */
static void
check_at_speed(int i, bool is_hurried, const size_t *cuts, size_t cut_count)
{
	struct pg_copy_options options = pg_copy_defaults(copy_case[i].is_csv);
	struct pg_copy_decoder decoder;
	struct error err = { .code = 0 };
	struct buf rows;
	size_t at = 0;
	int rc;

	options.header = copy_case[i].header;
	buf_init(&rows);
	ck_assert_int_eq(pg_copy_decoder_init(&decoder, &options, STR("t"),
			     columns, 2, 40, &err),
	    0);
	if (is_hurried)
		pg_copy_decoder_hurry(&decoder);
	rc = 0;
	for (size_t c = 0; c <= cut_count && rc == 0; c++) {
		size_t end = c == cut_count ? copy_case[i].len : cuts[c];
		char *piece = malloc(end - at + 1);

		memcpy(piece, copy_case[i].data + at, end - at);
		ck_assert_int_eq(pg_copy_decoder_feed(&decoder,
				     str_of(piece, end - at), &err),
		    0);
		free(piece);
		rc = drain(&decoder, &rows, &err);
		at = end;
	}
	if (rc == 0) {
		pg_copy_decoder_end(&decoder);
		rc = drain(&decoder, &rows, &err);
	}
	ck_assert_msg(str_equal(buf_str(&rows), str_of_cstr(copy_case[i].rows)),
	    "%s: %.*s", copy_case[i].what, STR_FMT(buf_str(&rows)));
	if (copy_case[i].message == NULL) {
		ck_assert_msg(rc == 0, "%s: %s", copy_case[i].what,
		    err.message);
	} else {
		ck_assert_msg(rc < 0, "%s: no error", copy_case[i].what);
		ck_assert_str_eq(err.message, copy_case[i].message);
		ck_assert_str_eq(err.context, copy_case[i].context);
	}
	pg_copy_decoder_release(&decoder);
	buf_release(&rows);
}

static void
check(int i, const size_t *cuts, size_t cut_count)
{
	check_at_speed(i, true, cuts, cut_count);
	check_at_speed(i, false, cuts, cut_count);
}

START_TEST(whole)
{
	check(_i, NULL, 0);
}
END_TEST

START_TEST(cut_in_two)
{
	for (size_t cut = 0; cut <= copy_case[_i].len; cut++)
		check(_i, &cut, 1);
}
END_TEST

START_TEST(byte_by_byte)
{
	size_t cuts[128];

	ck_assert_uint_lt(copy_case[_i].len, ARRAY_LEN(cuts));
	for (size_t i = 0; i < copy_case[_i].len; i++)
		cuts[i] = i + 1;
	check(_i, cuts, copy_case[_i].len);
}
END_TEST

/* A header must be there, and whole; `len` bytes of it are. */
START_TEST(binary_headers)
{
	static const char header[PG_COPY_BINARY_HEADER_SIZE] =
	    "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	struct pg_copy_options options = { .is_binary = true };
	size_t len = (size_t)_i;
	struct pg_copy_decoder decoder;
	struct error err = { .code = 0 };
	struct buf rows;
	int rc;

	buf_init(&rows);
	ck_assert_int_eq(pg_copy_decoder_init(&decoder, &options, STR("t"),
			     columns, 2, 40, &err),
	    0);
	if (len > 0)
		ck_assert_int_eq(pg_copy_decoder_feed(&decoder,
				     str_of(header, len), &err),
		    0);
	ck_assert_int_eq(drain(&decoder, &rows, &err), 0);
	pg_copy_decoder_end(&decoder);
	rc = drain(&decoder, &rows, &err);
	if (len == sizeof(header)) {
		ck_assert_int_eq(rc, 0);
	} else {
		ck_assert_int_eq(rc, STELE_E_BAD_COPY_FILE_FORMAT);
		ck_assert_str_eq(err.message,
		    len < 11 ? "COPY file signature not recognized"
			     : "invalid COPY file header (missing flags)");
		pg_copy_decoder_context(&decoder, &err);
		ck_assert_str_eq(err.context, "");
	}
	pg_copy_decoder_release(&decoder);
	buf_release(&rows);
}
END_TEST

/* ---- COPY TO ---- */

static const struct {
	const char *what;
	bool is_csv;
	const char *value; /* NULL: a null */
	const char *text;
} out_case[] = {
	{ "plain", false, "x", "x\n" },
	{ "null", false, NULL, "\\N\n" },
	{ "escapes", false, "a\tb\nc\\d\re", "a\\tb\\nc\\\\d\\re\n" },
	{ "csv", true, "x", "x\n" },
	{ "csv null", true, NULL, "\n" },
	{ "csv empty", true, "", "\"\"\n" },
	{ "csv quotes", true, "a,\"b", "\"a,\"\"b\"\n" },
	{ "csv newline", true, "a\nb", "\"a\nb\"\n" },
	{ "csv marker", true, "\\.", "\"\\.\"\n" },
};

START_TEST(encodes)
{
	struct pg_copy_options options = pg_copy_defaults(out_case[_i].is_csv);
	const char *value = out_case[_i].value;
	struct pg_column column = { .name = STR("a"),
		.type = type_of(TYPE_TEXT) };
	struct str str = str_of_cstr(value == NULL ? "" : value);
	uint8_t null = value == NULL;
	struct vec vec = { .phys = PHYS_STR, .str = &str, .nulls = &null };
	struct batch batch = {
		.row_count = 1,
		.col_count = 1,
		.cols = &vec,
		.sel = sel_all(1),
	};
	struct buf out, scratch;

	buf_init(&out);
	buf_init(&scratch);
	pg_put_copy_row(&out, &options, &column, &type_settings_default, &batch,
	    0, false, &scratch);
	ck_assert_uint_eq(out.data[0], 'd');
	ck_assert_uint_eq(out.data[4], out.len - 1);
	ck_assert_msg(str_equal(str_of((const char *)out.data + 5, out.len - 5),
			  str_of_cstr(out_case[_i].text)),
	    "%s: %.*s", out_case[_i].what, (int)out.len - 5, out.data + 5);
	buf_release(&out);
	buf_release(&scratch);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pg_copy");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, whole, 0, ARRAY_LEN(copy_case));
	tcase_add_loop_test(tc, cut_in_two, 0, ARRAY_LEN(copy_case));
	tcase_add_loop_test(tc, byte_by_byte, 0, ARRAY_LEN(copy_case));
	tcase_add_loop_test(tc, binary_headers, 0,
	    PG_COPY_BINARY_HEADER_SIZE + 1);
	tcase_add_loop_test(tc, encodes, 0, ARRAY_LEN(out_case));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
