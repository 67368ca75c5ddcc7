/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results in each text format: every type, its ends and nulls; and the same
 * bytes however they are cut into buffers.
 */
#include "wire/result_format.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "types/type.h"
#include "wire/pg_backend.h"

static struct arena arena;
static struct buf out;
static struct result_writer w;

static void
setup(void)
{
	arena_init(&arena, NULL);
	buf_init(&out);
	result_writer_init(&w, result_format_of_name(STR("frames")), NULL);
}

/* `out` anew: it has so many bytes and gets no more. */
static void
use_buffer_of(size_t limit)
{
	buf_release(&out);
	buf_init(&out);
	out.data = malloc(limit + 1);
	out.capacity = out.limit_bytes = limit;
}

static void
teardown(void)
{
	result_writer_release(&w);
	buf_release(&out);
	arena_release(&arena);
}

static const struct str labels[] = { { "new", 3 }, { "pa\"id", 5 } };
static const struct enum_type status = { .oid = FIRST_USER_OID,
	.array_oid = FIRST_USER_OID + 1,
	.label_count = 2,
	.labels = labels };

static struct type
type_named(uint32_t oid, int32_t mod)
{
	return (struct type){ .oid = oid,
		.mod = mod,
		.enum_type = oid >= FIRST_USER_OID ? &status : NULL };
}

static struct pg_column
column_of(const char *name, uint32_t oid, int32_t mod)
{
	return (struct pg_column){ .name = str_of_cstr(name),
		.type = type_named(oid, mod) };
}

/* Row `row` of the vector, from its text; NULL is null. */
static void
set_text(struct vec *vec, const struct type *type, uint32_t row,
    const char *text)
{
	struct error err = { .code = 0 };
	struct datum value;

	if (text == NULL) {
		vec_need_nulls(vec, VEC_ROWS, &arena)[row] = 1;
		return;
	}
	ck_assert_msg(type_in_text(type, &type_settings_default,
			  str_of_cstr(text), &arena, &value, &err) == 0,
	    "%s: %s", text, err.message);
	value.is_null = false;
	vec_set(vec, row, &value);
}

static void
use(const char *format, enum result_times times)
{
	w.format = result_format_of_name(str_of_cstr(format));
	ck_assert_ptr_nonnull(w.format);
	w.times = times;
	buf_reset(&out);
}

static void
check_out(const char *what, const char *expected)
{
	ck_assert_msg(str_equal(buf_str(&out), str_of_cstr(expected)),
	    "%s: got      %.*s\nexpected %s", what, STR_FMT(buf_str(&out)),
	    expected);
	ck_assert(!out.failed);
}

/* ---- one value in each format ---- */

static const struct {
	const char *in; /* NULL: a null */
	uint32_t oid;
	int32_t mod;
	const char *logical;
	const char *seconds; /* in frames */
	const char *json;    /* where times are true */
	const char *csv;
	const char *text;
} value_case[] = {
	/* clang-format off */
	{ "t", TYPE_BOOL, -1, "Boolean", "true", "true", "true", "true" },
	{ "f", TYPE_BOOL, -1, "Boolean", "false", "false", "false", "false" },
	{ NULL, TYPE_BOOL, -1, "Boolean", "null", "null", "", "\\N" },
	{ "-32768", TYPE_INT2, -1, "Integer", "-32768", "-32768", "-32768", "-32768" },
	{ "0", TYPE_INT4, -1, "Integer", "0", "0", "0", "0" },
	{ "9", TYPE_INT4, -1, "Integer", "9", "9", "9", "9" },
	{ "10", TYPE_INT4, -1, "Integer", "10", "10", "10", "10" },
	{ "-99", TYPE_INT4, -1, "Integer", "-99", "-99", "-99", "-99" },
	{ "100", TYPE_INT4, -1, "Integer", "100", "100", "100", "100" },
	{ "9999", TYPE_INT4, -1, "Integer", "9999", "9999", "9999", "9999" },
	{ "10000", TYPE_INT4, -1, "Integer", "10000", "10000", "10000", "10000" },
	{ "99999", TYPE_INT4, -1, "Integer", "99999", "99999", "99999", "99999" },
	{ "9223372036854775807", TYPE_INT8, -1, "Integer", "9223372036854775807", "9223372036854775807", "9223372036854775807", "9223372036854775807" },
	{ "-9223372036854775808", TYPE_INT8, -1, "Integer", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808" },
	{ "4294967295", TYPE_OID, -1, "Integer", "4294967295", "4294967295", "4294967295", "4294967295" },
	{ "20", TYPE_FLOAT8, -1, "Float", "20.0", "20.0", "20", "20" },
	{ "18.333333333333332", TYPE_FLOAT8, -1, "Float", "18.333333333333332", "18.333333333333332", "18.333333333333332", "18.333333333333332" },
	{ "-0", TYPE_FLOAT8, -1, "Float", "-0.0", "-0.0", "-0", "-0" },
	{ "1e300", TYPE_FLOAT8, -1, "Float", "1e+300", "1e+300", "1e+300", "1e+300" },
	{ "-1.7976931348623157e308", TYPE_FLOAT8, -1, "Float", "-1.7976931348623157e+308", "-1.7976931348623157e+308", "-1.7976931348623157e+308", "-1.7976931348623157e+308" },
	{ "5e-324", TYPE_FLOAT8, -1, "Float", "5e-324", "5e-324", "5e-324", "5e-324" },
	{ "NaN", TYPE_FLOAT8, -1, "Float", "\"NaN\"", "\"NaN\"", "NaN", "NaN" },
	{ "-inf", TYPE_FLOAT8, -1, "Float", "\"-Infinity\"", "\"-Infinity\"", "-Infinity", "-Infinity" },
	{ "0.1", TYPE_FLOAT4, -1, "Float", "0.1", "0.1", "0.1", "0.1" },
	{ "16777216", TYPE_FLOAT4, -1, "Float", "1.6777216e+07", "1.6777216e+07", "1.6777216e+07", "1.6777216e+07" },
	{ "18446744073709551615", TYPE_NUMERIC, (20 << 16) + 4, "Integer", "18446744073709551615", "18446744073709551615", "18446744073709551615", "18446744073709551615" },
	{ "12300", TYPE_NUMERIC, (5 << 16) + (-2 & 0x7ff) + 4, "Integer", "12300", "12300", "12300", "12300" },
	{ "-12.50", TYPE_NUMERIC, (12 << 16) + 2 + 4, "Float", "-12.50", "-12.50", "-12.50", "-12.50" },
	{ "0.1234567890123456789012345678901234567890123456789", TYPE_NUMERIC, -1, "Float", "0.1234567890123456789012345678901234567890123456789", "0.1234567890123456789012345678901234567890123456789", "0.1234567890123456789012345678901234567890123456789", "0.1234567890123456789012345678901234567890123456789" },
	{ "NaN", TYPE_NUMERIC, -1, "Float", "\"NaN\"", "\"NaN\"", "NaN", "NaN" },
	{ "-Infinity", TYPE_NUMERIC, -1, "Float", "\"-Infinity\"", "\"-Infinity\"", "-Infinity", "-Infinity" },
	{ "plain", TYPE_TEXT, -1, "String", "\"plain\"", "\"plain\"", "plain", "plain" },
	{ "", TYPE_TEXT, -1, "String", "\"\"", "\"\"", "\"\"", "" },
	{ NULL, TYPE_TEXT, -1, "String", "null", "null", "", "\\N" },
	{ "\\N", TYPE_TEXT, -1, "String", "\"\\\\N\"", "\"\\\\N\"", "\\N", "\\\\N" },
	{ " a b ", TYPE_TEXT, -1, "String", "\" a b \"", "\" a b \"", "\" a b \"", " a b " },
	{ "a,b", TYPE_TEXT, -1, "String", "\"a,b\"", "\"a,b\"", "\"a,b\"", "a,b" },
	{ "say \"hi\"", TYPE_TEXT, -1, "String", "\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"", "\"say \"\"hi\"\"\"", "say \"hi\"" },
	{ "1\t2\n3\r4\\5", TYPE_TEXT, -1, "String", "\"1\\t2\\n3\\r4\\\\5\"", "\"1\\t2\\n3\\r4\\\\5\"", "\"1\t2\n3\r4\\5\"", "1\\t2\\n3\\r4\\\\5" },
	{ "\b\f\v\x01\x1f\x7f", TYPE_TEXT, -1, "String", "\"\\b\\f\\u000b\\u0001\\u001f\x7f\"", "\"\\b\\f\\u000b\\u0001\\u001f\x7f\"", "\b\f\v\x01\x1f\x7f", "\\b\\f\\v\x01\x1f\x7f" },
	{ "eight by\"te", TYPE_TEXT, -1, "String", "\"eight by\\\"te\"", "\"eight by\\\"te\"", "\"eight by\"\"te\"", "eight by\"te" },
	{ "h\xc3\xa9llo w\xf0\x9f\x98\x80rld", TYPE_VARCHAR, -1, "String", "\"h\xc3\xa9llo w\xf0\x9f\x98\x80rld\"", "\"h\xc3\xa9llo w\xf0\x9f\x98\x80rld\"", "h\xc3\xa9llo w\xf0\x9f\x98\x80rld", "h\xc3\xa9llo w\xf0\x9f\x98\x80rld" },
	{ "{\"a\":\r\n[1, \"\\ud800\\n\"]}", TYPE_JSON, -1, "Unknown", "{\"a\":  [1, \"\\ud800\\n\"]}", "{\"a\":  [1, \"\\ud800\\n\"]}", "\"{\"\"a\"\":\r\n[1, \"\"\\ud800\\n\"\"]}\"", "{\"a\":\\r\\n[1, \"\\\\ud800\\\\n\"]}" },
	{ "{\"b\":1,\"a\":null}", TYPE_JSONB, -1, "Unknown", "{\"a\": null, \"b\": 1}", "{\"a\": null, \"b\": 1}", "\"{\"\"a\"\": null, \"\"b\"\": 1}\"", "{\"a\": null, \"b\": 1}" },
	{ "2024-05-06 09:08:09.123456+02", TYPE_TIMESTAMPTZ, -1, "Timestamp", "1714979289", "\"2024-05-06T07:08:09.123456Z\"", "2024-05-06T07:08:09.123456Z", "2024-05-06T07:08:09.123456Z" },
	{ "1969-12-31 23:59:59.5+00", TYPE_TIMESTAMPTZ, -1, "Timestamp", "-1", "\"1969-12-31T23:59:59.500000Z\"", "1969-12-31T23:59:59.500000Z", "1969-12-31T23:59:59.500000Z" },
	{ "1970-01-01 00:00:00+00", TYPE_TIMESTAMPTZ, -1, "Timestamp", "0", "\"1970-01-01T00:00:00.000000Z\"", "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z" },
	{ "0044-03-15 00:00:00+00 BC", TYPE_TIMESTAMPTZ, -1, "Timestamp", "-63517824000", "\"-000043-03-15T00:00:00.000000Z\"", "-000043-03-15T00:00:00.000000Z", "-000043-03-15T00:00:00.000000Z" },
	{ "294276-12-31 23:59:59.999999+00", TYPE_TIMESTAMPTZ, -1, "Timestamp", "9224318015999", "\"+294276-12-31T23:59:59.999999Z\"", "+294276-12-31T23:59:59.999999Z", "+294276-12-31T23:59:59.999999Z" },
	{ "infinity", TYPE_TIMESTAMPTZ, -1, "Timestamp", "\"infinity\"", "\"infinity\"", "infinity", "infinity" },
	{ "2024-05-06 07:08:09", TYPE_TIMESTAMP, -1, "Timestamp", "1714979289", "\"2024-05-06T07:08:09.000000\"", "2024-05-06T07:08:09.000000", "2024-05-06T07:08:09.000000" },
	{ "2024-05-06", TYPE_DATE, -1, "Date", "1714953600", "\"2024-05-06\"", "2024-05-06", "2024-05-06" },
	{ "0001-01-01 BC", TYPE_DATE, -1, "Date", "-62167219200", "\"0000-01-01\"", "0000-01-01", "0000-01-01" },
	{ "5874897-12-31", TYPE_DATE, -1, "Date", "185331706992000", "\"+5874897-12-31\"", "+5874897-12-31", "+5874897-12-31" },
	{ "-infinity", TYPE_DATE, -1, "Date", "\"-infinity\"", "\"-infinity\"", "-infinity", "-infinity" },
	{ "07:08:09.5", TYPE_TIME, -1, "String", "\"07:08:09.5\"", "\"07:08:09.5\"", "07:08:09.5", "07:08:09.5" },
	{ "1 day 2 hours", TYPE_INTERVAL, -1, "String", "\"1 day 02:00:00\"", "\"1 day 02:00:00\"", "1 day 02:00:00", "1 day 02:00:00" },
	{ "A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11", TYPE_UUID, -1, "String", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
	{ "\\x00ff", TYPE_BYTEA, -1, "String", "\"\\\\x00ff\"", "\"\\\\x00ff\"", "\\x00ff", "\\\\x00ff" },
	{ "pa\"id", FIRST_USER_OID, -1, "Enum", "\"pa\\\"id\"", "\"pa\\\"id\"", "\"pa\"\"id\"", "pa\"id" },
	{ "{1,NULL,-3}", TYPE_INT4_ARRAY, -1, "Unknown", "[1,null,-3]", "[1,null,-3]", "\"{1,NULL,-3}\"", "{1,NULL,-3}" },
	{ "{}", TYPE_TEXT_ARRAY, -1, "Unknown", "[]", "[]", "{}", "{}" },
	{ "{{a,NULL},{\"c\\\"d\",\"\"}}", TYPE_TEXT_ARRAY, -1, "Unknown", "[[\"a\",null],[\"c\\\"d\",\"\"]]", "[[\"a\",null],[\"c\\\"d\",\"\"]]", "\"{{a,NULL},{\"\"c\\\"\"d\"\",\"\"\"\"}}\"", "{{a,NULL},{\"c\\\\\"d\",\"\"}}" },
	{ "{new,\"pa\\\"id\"}", FIRST_USER_OID + 1, -1, "Unknown", "[\"new\",\"pa\\\"id\"]", "[\"new\",\"pa\\\"id\"]", "\"{new,\"\"pa\\\"\"id\"\"}\"", "{new,\"pa\\\\\"id\"}" },
	{ "{1.50,NaN,123456789012345678901234567890123456789012345}", TYPE_NUMERIC_ARRAY, -1, "Unknown", "[1.50,\"NaN\",123456789012345678901234567890123456789012345]", "[1.50,\"NaN\",123456789012345678901234567890123456789012345]", "\"{1.50,NaN,123456789012345678901234567890123456789012345}\"", "{1.50,NaN,123456789012345678901234567890123456789012345}" },
	{ "{1970-01-02}", TYPE_DATE_ARRAY, -1, "Unknown", "[86400]", "[\"1970-01-02\"]", "{1970-01-02}", "{1970-01-02}" },
	/* clang-format on */
};

static void
put_one(const struct pg_column *column, const struct batch *batch)
{
	w.format->begin(&w, &out, column, 1, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, batch, 0, SIZE_MAX), 1);
	w.format->end(&w, &out, 1);
}

static void
check_value(int i, const char *format, enum result_times times,
    const struct batch *batch, const char *before, const char *value,
    const char *after)
{
	struct pg_column column =
	    column_of("v", value_case[i].oid, value_case[i].mod);
	struct str expected =
	    arena_printf(&arena, "%s%s%s", before, value, after);

	use(format, times);
	put_one(&column, batch);
	check_out(format, expected.data);
}

START_TEST(writes_each_value)
{
	struct type type = type_named(value_case[_i].oid, value_case[_i].mod);
	struct batch batch = { .row_count = 1,
		.col_count = 1,
		.cols = arena_alloc(&arena, sizeof(struct vec)),
		.sel = sel_all(1) };
	const char *schema = arena_printf(&arena,
	    "{\"type\":\"schema\",\"columns\":[{\"name\":\"v\",\"logical_type\""
	    ":\"%s\"}]}\n{\"type\":\"batch\",\"rows\":[[",
	    value_case[_i].logical)
				 .data;
	const char *end = "]]}\n{\"type\":\"end\",\"row_count\":1}\n";

	vec_init(batch.cols, type_phys(&type), VEC_ROWS, &arena);
	set_text(batch.cols, &type, 0, value_case[_i].in);
	check_value(_i, "frames", RESULT_TIMES_SECONDS, &batch, schema,
	    value_case[_i].seconds, end);
	check_value(_i, "frames", RESULT_TIMES_TRUE, &batch, schema,
	    value_case[_i].json, end);
	check_value(_i, "ndjson", RESULT_TIMES_SECONDS, &batch,
	    "{\"v\":", value_case[_i].json, "}\n");
	check_value(_i, "json", RESULT_TIMES_SECONDS, &batch,
	    "[{\"v\":", value_case[_i].json, "}]\n");
	check_value(_i, "csv", RESULT_TIMES_SECONDS, &batch, "v\r\n",
	    value_case[_i].csv, "\r\n");
	check_value(_i, "text", RESULT_TIMES_SECONDS, &batch, "v\n",
	    value_case[_i].text, "\n");
}
END_TEST

/* ---- results of many rows ---- */

#define MANY 10000

static const char *const some_texts[] = { "one", NULL, "tw\"o", "", "a\nb",
	"three, four" };

static struct pg_column table[4];

/* Rows n, n + 1 ... with every third one not selected. */
static struct batch
table_batch(uint32_t n, uint32_t count)
{
	struct batch batch = { .row_count = count, .col_count = 4 };
	uint16_t *rows = arena_alloc_array(&arena, count, sizeof(*rows));

	batch.cols = arena_alloc_array(&arena, 4, sizeof(struct vec));
	batch.sel = (struct sel){ .rows = rows };
	for (uint32_t c = 0; c < 4; c++)
		vec_init(&batch.cols[c], type_phys(&table[c].type), VEC_ROWS,
		    &arena);
	for (uint32_t i = 0; i < count; i++) {
		batch.cols[0].i64[i] = n + i;
		set_text(&batch.cols[1], &table[1].type, i,
		    some_texts[(n + i) % ARRAY_LEN(some_texts)]);
		batch.cols[2].f64[i] = (n + i) / 4.0;
		batch.cols[3].i64[i] = i % 2;
		if (i % 3 != 2)
			rows[batch.sel.count++] = (uint16_t)i;
	}
	return batch;
}

static void
table_columns(void)
{
	table[0] = column_of("id", TYPE_INT8, -1);
	table[1] = column_of("na\"me", TYPE_TEXT, -1);
	table[2] = column_of("quarter", TYPE_FLOAT8, -1);
	table[3] = column_of("status", FIRST_USER_OID, -1);
}

/* The whole result, in buffers that end at `limit`. */
static struct buf
write_table(const char *format, uint32_t row_count, size_t limit)
{
	struct buf whole;
	uint64_t written = 0;

	buf_init(&whole);
	use(format, RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, table, 4, &type_settings_default);
	for (uint32_t n = 0; n < row_count; n += 1000) {
		struct batch batch = table_batch(n, 1000);

		for (uint32_t i = 0; i < batch.sel.count;) {
			uint32_t count =
			    w.format->rows(&w, &out, &batch, i, limit);

			ck_assert_uint_gt(count, 0);
			ck_assert_uint_le(count, batch.sel.count - i);
			i += count;
			written += count;
			ck_assert(i == batch.sel.count || out.len >= limit);
			if (out.len < limit)
				continue;
			buf_put_str(&whole, buf_str(&out));
			buf_reset(&out);
		}
		arena_reset(&arena);
	}
	w.format->end(&w, &out, written);
	buf_put_str(&whole, buf_str(&out));
	return whole;
}

static const char *const every_format[] = { "frames", "ndjson", "json", "csv",
	"text", "arrow" };
#define TEXT_FORMATS (ARRAY_LEN(every_format) - 1)

START_TEST(does_not_depend_on_buffers)
{
	static const size_t limits[] = { 1, 2, 63, 64, 1000, 65536 };
	struct buf whole, cut;

	table_columns();
	whole = write_table(every_format[_i], MANY, SIZE_MAX);
	ck_assert_uint_gt(whole.len, MANY * 10);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		cut = write_table(every_format[_i], MANY, limits[i]);
		ck_assert_msg(str_equal(buf_str(&whole), buf_str(&cut)),
		    "%s in buffers of %zu", every_format[_i], limits[i]);
		buf_release(&cut);
	}
	buf_release(&whole);
}
END_TEST

static const struct {
	const char *format;
	const char *expected;
} small_case[] = {
	{ "frames",
	    "{\"type\":\"schema\",\"columns\":[{\"name\":\"id\","
	    "\"logical_type\":\"Integer\"},{\"name\":\"na\\\"me\","
	    "\"logical_type\":\"String\"},{\"name\":\"quarter\","
	    "\"logical_type\":\"Float\"},{\"name\":\"status\","
	    "\"logical_type\":\"Enum\"}]}\n"
	    "{\"type\":\"batch\",\"rows\":[[0,\"one\",0.0,\"new\"],"
	    "[1,null,0.25,\"pa\\\"id\"],[3,\"\",0.75,\"pa\\\"id\"]]}\n"
	    "{\"type\":\"end\",\"row_count\":3}\n" },
	{ "ndjson",
	    "{\"id\":0,\"na\\\"me\":\"one\",\"quarter\":0.0,\"status\":\"new\"}\n"
	    "{\"id\":1,\"na\\\"me\":null,\"quarter\":0.25,"
	    "\"status\":\"pa\\\"id\"}\n"
	    "{\"id\":3,\"na\\\"me\":\"\",\"quarter\":0.75,"
	    "\"status\":\"pa\\\"id\"}\n" },
	{ "json",
	    "[{\"id\":0,\"na\\\"me\":\"one\",\"quarter\":0.0,"
	    "\"status\":\"new\"},\n"
	    "{\"id\":1,\"na\\\"me\":null,\"quarter\":0.25,"
	    "\"status\":\"pa\\\"id\"},\n"
	    "{\"id\":3,\"na\\\"me\":\"\",\"quarter\":0.75,"
	    "\"status\":\"pa\\\"id\"}]\n" },
	{ "csv",
	    "id,\"na\"\"me\",quarter,status\r\n"
	    "0,one,0,new\r\n1,,0.25,\"pa\"\"id\"\r\n"
	    "3,\"\",0.75,\"pa\"\"id\"\r\n" },
	{ "text",
	    "id\tna\"me\tquarter\tstatus\n"
	    "0\tone\t0\tnew\n1\t\\N\t0.25\tpa\"id\n3\t\t0.75\tpa\"id\n" },
};

START_TEST(writes_a_result)
{
	struct batch batch;

	table_columns();
	batch = table_batch(0, 4);
	use(small_case[_i].format, RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, table, 4, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX), 3);
	w.format->end(&w, &out, 3);
	check_out(small_case[_i].format, small_case[_i].expected);
}
END_TEST

static const struct {
	const char *format;
	const char *expected; /* of no row of no column */
	const char *one;      /* of one row */
} empty_case[] = {
	{ "frames",
	    "{\"type\":\"schema\",\"columns\":[]}\n"
	    "{\"type\":\"end\",\"row_count\":0}\n",
	    "{\"type\":\"schema\",\"columns\":[]}\n"
	    "{\"type\":\"batch\",\"rows\":[[]]}\n"
	    "{\"type\":\"end\",\"row_count\":1}\n" },
	{ "ndjson", "", "{}\n" },
	{ "json", "[]\n", "[{}]\n" },
	{ "csv", "\r\n", "\r\n\r\n" },
	{ "text", "\n", "\n\n" },
};

START_TEST(writes_results_without_columns)
{
	struct batch batch = { .row_count = 1, .sel = sel_all(1) };

	use(empty_case[_i].format, RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, NULL, 0, &type_settings_default);
	w.format->end(&w, &out, 0);
	check_out(empty_case[_i].format, empty_case[_i].expected);
	buf_reset(&out);
	w.format->begin(&w, &out, NULL, 0, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, 1), 1);
	w.format->end(&w, &out, 1);
	check_out(empty_case[_i].format, empty_case[_i].one);
}
END_TEST

/* ---- frames ---- */

static uint32_t
count_lines(void)
{
	uint32_t lines = 0;

	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	return lines;
}

START_TEST(frames_are_few_lines)
{
	struct buf whole;

	table_columns();
	whole = write_table("frames", 30000, SIZE_MAX); /* 20,000 selected */
	buf_release(&out);
	out = whole;
	/* 4,096 rows each, 5 batches; none has 256 KiB. */
	ck_assert_uint_eq(count_lines(), 1 + 5 + 1);
}
END_TEST

START_TEST(frames_end_when_they_are_large)
{
	struct pg_column column = column_of("v", TYPE_TEXT, -1);
	static char text[100000];
	struct batch batch = { .row_count = 7,
		.col_count = 1,
		.cols = arena_alloc(&arena, sizeof(struct vec)),
		.sel = sel_all(7) };

	memset(text, 'x', sizeof(text));
	vec_init(batch.cols, PHYS_STR, 7, &arena);
	for (uint32_t i = 0; i < 7; i++)
		batch.cols->str[i] = str_of(text, sizeof(text));
	use("frames", RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX), 7);
	w.format->end(&w, &out, 7);
	/* Three rows pass 256 KiB: batches of 3, 3 and 1. */
	ck_assert_uint_eq(count_lines(), 1 + 3 + 1);
}
END_TEST

START_TEST(an_error_ends_a_result)
{
	struct error err = { .code = 0 };
	struct batch batch;

	(void)error_set(&err, STELE_E_DIVISION_BY_ZERO, "division by \"zero\"");
	table_columns();
	batch = table_batch(0, 1);
	use("frames", RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, table, 4, &type_settings_default);
	buf_reset(&out);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, 1), 1);
	w.format->close(&w, &out);
	w.format->close(&w, &out);
	w.format->error(&w, &out, &err);
	check_out("frames",
	    "{\"type\":\"batch\",\"rows\":[[0,\"one\",0.0,\"new\"]]}\n"
	    "{\"type\":\"error\",\"sqlstate\":\"22012\","
	    "\"message\":\"division by \\\"zero\\\"\"}\n");
	ck_assert(result_format_of_name(STR("ndjson"))->error != NULL);
	ck_assert(result_format_of_name(STR("json"))->error == NULL);
	ck_assert(result_format_of_name(STR("csv"))->error == NULL);
}
END_TEST

START_TEST(more_rows_may_follow_a_close)
{
	struct batch batch;

	table_columns();
	batch = table_batch(0, 2);
	use("frames", RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, table, 4, &type_settings_default);
	buf_reset(&out);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, 1), 1);
	w.format->close(&w, &out);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 1, 1), 1);
	w.format->end(&w, &out, 2);
	check_out("frames",
	    "{\"type\":\"batch\",\"rows\":[[0,\"one\",0.0,\"new\"]]}\n"
	    "{\"type\":\"batch\",\"rows\":[[1,null,0.25,\"pa\\\"id\"]]}\n"
	    "{\"type\":\"end\",\"row_count\":2}\n");
}
END_TEST

/* ---- memory ---- */

START_TEST(a_row_without_memory_is_not_there)
{
	struct batch batch;
	size_t whole, row_ends[16], rows = 0;

	table_columns();
	batch = table_batch(0, 12); /* 8 selected */
	use(every_format[_i], RESULT_TIMES_SECONDS);
	w.format->begin(&w, &out, table, 4, &type_settings_default);
	for (uint32_t i = 0; i < batch.sel.count;) {
		row_ends[rows++] = out.len;
		i += w.format->rows(&w, &out, &batch, i, 1);
	}
	row_ends[rows++] = whole = out.len;
	/* A limit of 0 is none. */
	for (size_t limit = row_ends[0] + 1; limit < whole; limit++) {
		uint32_t count, fit = 0;

		use_buffer_of(limit);
		w.format->begin(&w, &out, table, 4, &type_settings_default);
		ck_assert(!out.failed);
		count = w.format->rows(&w, &out, &batch, 0, SIZE_MAX);
		ck_assert(out.failed);
		while (fit + 1 < rows && row_ends[fit + 1] <= out.len)
			fit++;
		ck_assert_uint_eq(count, fit);
		ck_assert_uint_eq(out.len, row_ends[fit]);
	}
}
END_TEST

/* Neither a row nor a name is made up when the budget is used up. */
START_TEST(a_result_without_memory_has_failed)
{
	enum { COLUMNS = 200 };
	static struct pg_column columns[COLUMNS];
	bool has_begun = false;

	for (uint32_t i = 0; i < COLUMNS; i++)
		columns[i] = column_of("a column with a name", TYPE_INT8, -1);
	for (size_t limit = 1024; !has_begun; limit += 1024) {
		struct mem_budget budget = { .limit_bytes = limit };
		struct result_writer poor;

		buf_reset(&out);
		use(every_format[_i], RESULT_TIMES_TRUE);
		result_writer_init(&poor, w.format, &budget);
		poor.format->begin(&poor, &out, columns, COLUMNS,
		    &type_settings_default);
		has_begun = !out.failed;
		ck_assert(
		    out.failed == (poor.arena.failed || poor.text.failed));
		result_writer_release(&poor);
	}
}
END_TEST

/* ---- names ---- */

START_TEST(formats_are_found)
{
	static const struct {
		const char *type;
		const char *name;
	} types[] = {
		{ "application/json", "json" },
		{ "Application/X-NDJSON", "ndjson" },
		{ "text/csv", "csv" },
		{ "text/plain", "text" },
		{ "application/vnd.apache.arrow.stream", "arrow" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		ck_assert_str_eq(
		    result_format_of_type(str_of_cstr(types[i].type))->name,
		    types[i].name);
	ck_assert_ptr_null(result_format_of_type(STR("text")));
	ck_assert_ptr_null(result_format_of_name(STR("FRAMES")));
	for (uint32_t i = 0; result_format_at(i) != NULL; i++)
		ck_assert_ptr_eq(result_format_at(i),
		    result_format_of_name(
			str_of_cstr(result_format_at(i)->name)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("result_format");
	TCase *tcase = tcase_create("result_format");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, writes_each_value, 0, ARRAY_LEN(value_case));
	tcase_add_loop_test(tcase, does_not_depend_on_buffers, 0,
	    ARRAY_LEN(every_format));
	tcase_add_loop_test(tcase, writes_a_result, 0, ARRAY_LEN(small_case));
	tcase_add_loop_test(tcase, writes_results_without_columns, 0,
	    ARRAY_LEN(empty_case));
	tcase_add_test(tcase, frames_are_few_lines);
	tcase_add_test(tcase, frames_end_when_they_are_large);
	tcase_add_test(tcase, an_error_ends_a_result);
	tcase_add_test(tcase, more_rows_may_follow_a_close);
	tcase_add_loop_test(tcase, a_row_without_memory_is_not_there, 0,
	    TEXT_FORMATS);
	tcase_add_loop_test(tcase, a_result_without_memory_has_failed, 0,
	    ARRAY_LEN(every_format));
	tcase_add_test(tcase, formats_are_found);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
