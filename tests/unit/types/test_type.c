/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and binary forms of every type, against what PostgreSQL 15 gives:
 * tests/data/type_vectors.tsv has type, OID, input, output and binary form.
 */
#include "types/type.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/bits.h"
#include "types/object_names.h"

static struct error err;
static struct arena arena;
static struct buf out;

static void
setup(void)
{
	arena_init(&arena, NULL);
	buf_init(&out);
}

static void
teardown(void)
{
	arena_release(&arena);
	buf_release(&out);
}

static struct str
text_of(const struct type *type, const struct datum *value)
{
	struct vec vec;

	vec_init_constant(&vec, type_phys(type), value, &arena);
	buf_reset(&out);
	type_out_text(type, &type_settings_default, &vec, 0, &out);
	return buf_str(&out);
}

/* The text form of a value read from text, or the error's SQLSTATE: text. */
static const char *
round_trip(const struct type *type, const char *text)
{
	struct datum value;
	int rc = type_in_text(type, &type_settings_default, str_of_cstr(text),
	    &arena, &value, &err);
	struct str shown;

	if (rc != 0)
		return arena_printf(&arena, "%s: %s", error_sqlstate(rc),
		    err.message)
		    .data;
	shown = text_of(type, &value);
	return arena_str(&arena, shown).data;
}

static size_t
hex_decode(const char *hex, char *bytes)
{
	size_t len = 0;
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[len++] = (char)byte;
	return len;
}

static void
check_vector(uint32_t oid, const char *input, const char *text, const char *hex)
{
	struct type type = type_of(oid);
	struct datum value;
	struct vec vec;
	char bytes[256];
	struct str binary = str_of(bytes, hex_decode(hex, bytes));
	struct str shown;

	ck_assert_int_eq(type_in_text(&type, &type_settings_default,
			     str_of_cstr(input), &arena, &value, &err),
	    0);
	shown = text_of(&type, &value);
	ck_assert_msg(str_equal(shown, str_of_cstr(text)),
	    "%u '%s': '%.*s', not '%s'", oid, input, STR_FMT(shown), text);
	vec_init_constant(&vec, type_phys(&type), &value, &arena);
	buf_reset(&out);
	type_out_binary(&type, &vec, 0, &out);
	ck_assert_msg(str_equal(buf_str(&out), binary), "%u '%s': binary", oid,
	    input);
	ck_assert_int_eq(type_in_binary(&type, binary, &arena, &value, &err),
	    0);
	shown = text_of(&type, &value);
	ck_assert_msg(str_equal(shown, str_of_cstr(text)),
	    "%u '%s' from binary: '%.*s'", oid, input, STR_FMT(shown));
	if (binary.len == 0 || type_info(oid)->len < 0)
		return;
	binary.len--;
	ck_assert_int_eq(type_in_binary(&type, binary, &arena, &value, &err),
	    oid == TYPE_NAME ? 0 : STELE_E_PROTOCOL_VIOLATION);
}

START_TEST(vectors)
{
	const char *folder = getenv("srcdir");
	struct str path = arena_printf(&arena, "%s/data/type_vectors.tsv",
	    folder == NULL ? "." : folder);
	FILE *file = fopen(path.data, "r");
	char line[1024];
	unsigned int count = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *rest = line, *field[5];

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		for (size_t i = 0; i < 5; i++) {
			field[i] = strsep(&rest, "\t");
			ck_assert_ptr_nonnull(field[i]);
		}
		check_vector((uint32_t)strtoul(field[1], NULL, 10), field[2],
		    field[3], field[4]);
		count++;
	}
	fclose(file);
	ck_assert_uint_gt(count, 80);
}
END_TEST

static const struct {
	uint32_t oid;
	const char *in;
	const char *out;
} texts[] = {
	{ TYPE_BOOL, " yes ", "t" },
	{ TYPE_BOOL, "of", "f" },
	{ TYPE_BOOL, "o",
	    "22P02: invalid input syntax for type boolean: \"o\"" },
	{ TYPE_INT2, "32768",
	    "22003: value \"32768\" is out of range for type smallint" },
	{ TYPE_INT4, " +7 ", "7" },
	{ TYPE_INT4, "", "22P02: invalid input syntax for type integer: \"\"" },
	{ TYPE_INT4, "1x",
	    "22P02: invalid input syntax for type integer: \"1x\"" },
	{ TYPE_INT8, "-9223372036854775808", "-9223372036854775808" },
	{ TYPE_INT8, "9223372036854775808",
	    "22003: value \"9223372036854775808\" is out of range for type "
	    "bigint" },
	{ TYPE_OID, "-1", "4294967295" },
	{ TYPE_FLOAT8, "0.30000000000000004", "0.30000000000000004" },
	{ TYPE_FLOAT8, "1e400",
	    "22003: \"1e400\" is out of range for type double precision" },
	{ TYPE_FLOAT8, "1.5.2",
	    "22P02: invalid input syntax for type double precision: "
	    "\"1.5.2\"" },
	{ TYPE_FLOAT4, "16777217", "1.6777216e+07" },
	{ TYPE_NUMERIC, "1.50e3", "1500" },
	{ TYPE_NUMERIC, "1.5e-3", "0.0015" },
	{ TYPE_NUMERIC, ".5", "0.5" },
	{ TYPE_NUMERIC, "5.", "5" },
	{ TYPE_NUMERIC, "-0.00", "0.00" },
	{ TYPE_NUMERIC, "-inf", "-Infinity" },
	{ TYPE_NUMERIC, "1e131072", "22003: value overflows numeric format" },
	{ TYPE_NUMERIC, "1 2",
	    "22P02: invalid input syntax for type numeric: \"1 2\"" },
	{ TYPE_BYTEA, "a\\\\b\\001", "\\x615c6201" },
	{ TYPE_BYTEA, "\\xabc",
	    "22023: invalid hexadecimal data: odd number of digits" },
	{ TYPE_UUID, "{A0EEBC99-9C0B4EF8-BB6D6BB9BD380A11}",
	    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
	{ TYPE_UUID, "a0ee",
	    "22P02: invalid input syntax for type uuid: \"a0ee\"" },
	{ TYPE_DATE, "2024-02-30",
	    "22008: date/time field value out of range: \"2024-02-30\"" },
	{ TYPE_DATE, "January 8, 1999", "1999-01-08" },
	{ TYPE_DATE, "1/8/1999", "1999-01-08" },
	{ TYPE_DATE, "19990108", "1999-01-08" },
	{ TYPE_DATE, "99-Jan-08",
	    "22008: date/time field value out of range: \"99-Jan-08\"" },
	{ TYPE_DATE, "08-Jan-99", "1999-01-08" },
	{ TYPE_DATE, "J2451187", "1999-01-08" },
	{ TYPE_TIME, "04:05 PM", "16:05:00" },
	{ TYPE_TIME, "040506", "04:05:06" },
	{ TYPE_TIME, "25:00",
	    "22008: date/time field value out of range: \"25:00\"" },
	{ TYPE_TIMESTAMPTZ, "2024-05-06T07:08:09.5+02:00",
	    "2024-05-06 05:08:09.5+00" },
	{ TYPE_TIMESTAMPTZ, "2024-05-06 07:08:09 PST",
	    "2024-05-06 15:08:09+00" },
	{ TYPE_TIMESTAMPTZ, "Mon May 06 07:08:09 2024 UTC",
	    "2024-05-06 07:08:09+00" },
	{ TYPE_TIMESTAMPTZ, "epoch", "1970-01-01 00:00:00+00" },
	{ TYPE_TIMESTAMPTZ, "nonsense",
	    "22007: invalid input syntax for type timestamp with time zone: "
	    "\"nonsense\"" },
	{ TYPE_DATE, "99999999999-01-01",
	    "22008: date/time field value out of range: "
	    "\"99999999999-01-01\"" },
	{ TYPE_DATE, "000000000000000000001999-01-08", "1999-01-08" },
	{ TYPE_DATE, "J99999999999999999999",
	    "22008: date/time field value out of range: "
	    "\"J99999999999999999999\"" },
	{ TYPE_TIMESTAMPTZ, "2,24-029223372036854775808",
	    "22008: date/time field value out of range: "
	    "\"2,24-029223372036854775808\"" },
	/* The last local time that has a number is past the last valid one. */
	{ TYPE_TIMESTAMPTZ, "294277-01-09 04:00:54-15",
	    "22008: timestamp out of range: \"294277-01-09 04:00:54-15\"" },
	{ TYPE_TIMESTAMPTZ, "294276-12-31 23:59:59+15",
	    "294276-12-31 08:59:59+00" },
	{ TYPE_TIMESTAMPTZ, "4714-11-23 20:00:00-15 BC",
	    "4714-11-24 11:00:00+00 BC" },
	{ TYPE_TIMESTAMP, "300000-01-01",
	    "22008: timestamp out of range: \"300000-01-01\"" },
	{ TYPE_INTERVAL, "1.5 days", "1 day 12:00:00" },
	{ TYPE_INTERVAL, "P1Y2M3DT4H5M6.5S",
	    "1 year 2 mons 3 days 04:05:06.5" },
	{ TYPE_INTERVAL, "1 day 2:03:04 ago", "-1 days -02:03:04" },
	{ TYPE_INTERVAL, "1-2", "1 year 2 mons" },
	{ TYPE_INTERVAL, "1 fortnight",
	    "22007: invalid input syntax for type interval: "
	    "\"1 fortnight\"" },
	{ TYPE_JSON, " {\"a\" : 1 } ", " {\"a\" : 1 } " },
	{ TYPE_JSON, "{\"a\":}", "22P02: invalid input syntax for type json" },
	{ TYPE_JSONB, "{\"bb\":1.50,\"a\":[1,2e2],\"bb\":null}",
	    "{\"a\": [1, 200], \"bb\": null}" },
	{ TYPE_XID, "0x10", "16" },
	{ TYPE_XID, " -1 ", "4294967295" },
	{ TYPE_XID, "4294967296", "0" },
	{ TYPE_CID, "", "0" },
	{ TYPE_XID8, "18446744073709551616", "18446744073709551615" },
	{ TYPE_TID, "(-1,2)", "(4294967295,2)" },
	{ TYPE_TID, "(1,65536)",
	    "22P02: invalid input syntax for type tid: \"(1,65536)\"" },
	{ TYPE_PG_LSN, "16/b374d848", "16/B374D848" },
	{ TYPE_PG_LSN, "16/B374D8481",
	    "22P02: invalid input syntax for type pg_lsn: \"16/B374D8481\"" },
	{ TYPE_PG_LSN, "/1",
	    "22P02: invalid input syntax for type pg_lsn: \"/1\"" },
	{ TYPE_INET, "10.1",
	    "22P02: invalid input syntax for type inet: \"10.1\"" },
	{ TYPE_INET, "10.0.0.256",
	    "22P02: invalid input syntax for type inet: \"10.0.0.256\"" },
	{ TYPE_INET, "10.0.0.1/33",
	    "22P02: invalid input syntax for type inet: \"10.0.0.1/33\"" },
	{ TYPE_INET, "1:2:3:4:5:6:7:8:9",
	    "22P02: invalid input syntax for type inet:"
	    " \"1:2:3:4:5:6:7:8:9\"" },
	{ TYPE_INET, "1::2::3",
	    "22P02: invalid input syntax for type inet: \"1::2::3\"" },
	{ TYPE_INET, "1:2",
	    "22P02: invalid input syntax for type inet: \"1:2\"" },
	{ TYPE_INET, "::1.2.3.4", "::1.2.3.4" },
	{ TYPE_CIDR, "10.0.0.1/8",
	    "22P02: invalid cidr value: \"10.0.0.1/8\"" },
	{ TYPE_CIDR, "10", "10.0.0.0/8" },
	{ TYPE_BIT, "101", "101" },
	{ TYPE_BIT, "b", "" },
	{ TYPE_BIT, "X1f", "00011111" },
	{ TYPE_BIT, "12", "22P02: \"2\" is not a valid binary digit" },
	{ TYPE_VARBIT, "x\xc3\xa9",
	    "22P02: \"\xc3\xa9\" is not a valid hexadecimal digit" },
	{ TYPE_MACADDR, "8-0-2B-1-2-3", "08:00:2b:01:02:03" },
	{ TYPE_MACADDR, "08002b010203", "08:00:2b:01:02:03" },
	{ TYPE_MACADDR, "08:00:2b:01:02:100",
	    "22003: invalid octet value in \"macaddr\" value:"
	    " \"08:00:2b:01:02:100\"" },
	{ TYPE_MACADDR, "08:00-2b:01:02:03",
	    "22P02: invalid input syntax for type macaddr:"
	    " \"08:00-2b:01:02:03\"" },
	{ TYPE_ACLITEM, "joe=xr*/ann", "joe=r*x/ann" },
	{ TYPE_ACLITEM, "=/\"a/b\"", "=/\"a/b\"" },
	{ TYPE_ACLITEM, "joe=rz/ann",
	    "22P02: invalid mode character: must be one of"
	    " \"arwdDxtXUCTcsA\"" },
	{ TYPE_ACLITEM, "joe", "22P02: missing \"=\" sign" },
	{ TYPE_ACLITEM, "joe=r/", "22P02: a name must follow the \"/\" sign" },
	{ TYPE_PG_NODE_TREE, "a",
	    "0A000: cannot accept a value of type pg_node_tree" },
	{ TYPE_OIDVECTOR, "1 x",
	    "22P02: invalid input syntax for type oid: \"x\"" },
	{ TYPE_REGCLASS, "4294967296",
	    "22003: value \"4294967296\" is out of range for type oid" },
	{ TYPE_JSONPATH, "strict$ . a[ 1,last-1 ]?(@>-1&&!(@==2))",
	    "strict $.\"a\"[1,last - 1]?(@ > -1 && !(@ == 2))" },
	{ TYPE_JSONPATH, "$ ? (@.a",
	    "42601: syntax error at end of jsonpath input" },
	{ TYPE_PG_SNAPSHOT, "10:20:10,10,14", "10:20:10,14" },
	{ TYPE_PG_SNAPSHOT, "10:5:",
	    "22P02: invalid input syntax for type pg_snapshot: \"10:5:\"" },
	{ TYPE_TXID_SNAPSHOT, "10:20:25",
	    "22P02: invalid input syntax for type pg_snapshot: \"10:20:25\"" },
	{ TYPE_TEXT, "\xff",
	    "22021: invalid byte sequence for encoding \"UTF8\": 0xff" },
};

START_TEST(text)
{
	struct type type = type_of(texts[_i].oid);

	ck_assert_str_eq(round_trip(&type, texts[_i].in), texts[_i].out);
}
END_TEST

static const struct {
	uint32_t oid;
	int32_t mod;
	const char *name;
	const char *in;
	const char *out;
} modified[] = {
	{ TYPE_VARCHAR, 7, "character varying(3)", "abc  ", "abc" },
	{ TYPE_VARCHAR, 7, "character varying(3)", "abcd",
	    "22001: value too long for type character varying(3)" },
	{ TYPE_VARCHAR, 7, "character varying(3)", "äöü", "äöü" },
	{ TYPE_BPCHAR, 7, "character(3)", "é", "é  " },
	{ TYPE_NUMERIC, ((5 << 16) | 2) + 4, "numeric(5,2)", "123.455",
	    "123.46" },
	{ TYPE_NUMERIC, ((5 << 16) | 2) + 4, "numeric(5,2)", "999.995",
	    "22003: numeric field overflow" },
	{ TYPE_NUMERIC, ((3 << 16) | (-2 & 0x7ff)) + 4, "numeric(3,-2)",
	    "12345", "12300" },
	{ TYPE_TIMESTAMP, 3, "timestamp(3) without time zone",
	    "2024-01-01 00:00:00.9996", "2024-01-01 00:00:01" },
};

START_TEST(modifier)
{
	struct type type = { .oid = modified[_i].oid, .mod = modified[_i].mod };

	ck_assert_str_eq(round_trip(&type, modified[_i].in), modified[_i].out);
	ck_assert(str_equal(type_format(&type, &arena),
	    str_of_cstr(modified[_i].name)));
}
END_TEST

START_TEST(enum_labels)
{
	const struct str labels[] = { STR("new"), STR("paid") };
	const struct enum_type status = {
		.oid = FIRST_USER_OID,
		.name = STR("Status"),
		.label_count = 2,
		.labels = labels,
	};
	struct type type = { .oid = status.oid, .enum_type = &status };

	ck_assert_str_eq(round_trip(&type, "paid"), "paid");
	ck_assert_str_eq(round_trip(&type, "Paid"),
	    "22P02: invalid input value for enum Status: \"Paid\"");
	type.mod = -1;
	ck_assert(str_equal(type_format(&type, &arena), STR("\"Status\"")));
}
END_TEST

START_TEST(order_and_hash)
{
	struct type numeric = type_of(TYPE_NUMERIC);
	struct type float8 = type_of(TYPE_FLOAT8);
	struct datum a, b;

	ck_assert_int_eq(type_in_text(&numeric, &type_settings_default,
			     STR("1.0"), &arena, &a, &err),
	    0);
	ck_assert_int_eq(type_in_text(&numeric, &type_settings_default,
			     STR("1.000"), &arena, &b, &err),
	    0);
	ck_assert_int_eq(type_compare(&numeric, &a, &b), 0);
	ck_assert(type_hash(&numeric, &a) == type_hash(&numeric, &b));
	ck_assert_int_eq(type_in_text(&float8, &type_settings_default,
			     STR("NaN"), &arena, &a, &err),
	    0);
	b.f64 = 1e308;
	ck_assert_int_gt(type_compare(&float8, &a, &b), 0);
	a.f64 = 0.0;
	b.f64 = -0.0;
	ck_assert_int_eq(type_compare(&float8, &a, &b), 0);
	ck_assert(type_hash(&float8, &a) == type_hash(&float8, &b));
}
END_TEST

/* Ascending: families, networks, their sizes, addresses; no sign in 64 bits. */
START_TEST(order_of_networks)
{
	static const char *const networks[] = { "10.0.0.0/8", "10.0.0.1/8",
		"10.0.0.0/16", "10.0.0.0", "10.128.0.0/9", "11.0.0.0/8", "::/0",
		"::1", "8000::" };
	static const char *const numbers[] = { "0", "9223372036854775807",
		"9223372036854775808", "18446744073709551615" };
	struct type inet = type_of(TYPE_INET), xid8 = type_of(TYPE_XID8);
	struct datum last, next;

	for (size_t i = 0; i < ARRAY_LEN(networks); i++, last = next) {
		ck_assert_int_eq(type_in_text(&inet, &type_settings_default,
				     str_of_cstr(networks[i]), &arena, &next,
				     &err),
		    0);
		ck_assert_int_eq(type_compare(&inet, &next, &next), 0);
		if (i > 0)
			ck_assert_msg(type_compare(&inet, &last, &next) < 0,
			    "%s", networks[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++, last = next) {
		ck_assert_int_eq(type_in_text(&xid8, &type_settings_default,
				     str_of_cstr(numbers[i]), &arena, &next,
				     &err),
		    0);
		if (i > 0)
			ck_assert_msg(type_compare(&xid8, &last, &next) < 0,
			    "%s", numbers[i]);
	}
}
END_TEST

/* What may name objects, here two. */
static int
find_name(const struct object_names *names UNUSED, uint32_t type,
    struct str name, uint32_t *oid, struct error *e)
{
	if (!str_equal(name, STR("\"T\"")))
		return error_set(e, STELE_E_UNDEFINED_TABLE, "%.*s of %u",
		    STR_FMT(name), type);
	*oid = 16384;
	return 0;
}

static bool
put_name(const struct object_names *names UNUSED, uint32_t type UNUSED,
    uint32_t oid, struct buf *to)
{
	if (oid != 16384)
		return false;
	buf_put_cstr(to, "\"T\"");
	return true;
}

START_TEST(names_of_objects)
{
	static const struct object_names names = { find_name, put_name };
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "\"T\"", "\"T\"" },
		{ "16384", "\"T\"" },
		{ "16385", "16385" },
		{ "-", "-" },
		{ "0", "-" },
		{ "1t", "42P01: 1t of 2205" },
		{ "", "42P01:  of 2205" },
	};
	struct type_settings settings = type_settings_default;
	struct type regclass = type_of(TYPE_REGCLASS);

	settings.names = &names;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct datum value;
		struct vec vec;

		if (type_in_text(&regclass, &settings, str_of_cstr(cases[i].in),
			&arena, &value, &err) != 0) {
			struct str shown = arena_printf(&arena, "%s: %s",
			    error_sqlstate(err.code), err.message);

			ck_assert_str_eq(shown.data, cases[i].out);
			continue;
		}
		vec_init_constant(&vec, PHYS_I64, &value, &arena);
		buf_reset(&out);
		type_out_text(&regclass, &settings, &vec, 0, &out);
		ck_assert(str_equal(buf_str(&out), str_of_cstr(cases[i].out)));
	}
}
END_TEST

START_TEST(bits_without_memory)
{
	struct mem_budget budget = { .limit_bytes = 1024 };
	struct arena small;

	arena_init(&small, &budget);
	ck_assert_uint_eq(bits_of_integer(5, 8, &small).len, 8);
	ck_assert_int_eq(arena_check(&small, &err), 0);
	ck_assert_uint_eq(bits_of_integer(5, 4096, &small).len, 0);
	ck_assert_int_eq(arena_check(&small, &err), STELE_E_OUT_OF_MEMORY);
	arena_release(&small);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("type");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, vectors);
	tcase_add_loop_test(tc, text, 0, ARRAY_LEN(texts));
	tcase_add_test(tc, order_of_networks);
	tcase_add_test(tc, names_of_objects);
	tcase_add_loop_test(tc, modifier, 0, ARRAY_LEN(modified));
	tcase_add_test(tc, enum_labels);
	tcase_add_test(tc, order_and_hash);
	tcase_add_test(tc, bits_without_memory);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
