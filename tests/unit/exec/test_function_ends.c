/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every function, operator and cast at the ends of what its arguments can be:
 * each combination of the values below is a result that its type can hold, or
 * an error that is not ours.  What the results are is test_function_eval.c's;
 * here sanitizers look for what happens on the way.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/utf8.h"
#include "exec/function_impl.h"
#include "types/cast.h"
#include "types/datetime.h"
#include "types/record.h"
#include "types/time_zone.h"

/* Longer lists of arguments are tried with this many random picks. */
#define PICKS_MAX 3000

/* Functions that one process tries. */
#define SLICE 50

#define NUMBERS \
	"0", "1", "-1", "2", "-2", "7", "-7", "100", "-100", "32767", "-32768"
#define FULL_MOMENTS \
	"epoch", "infinity", "-infinity", "4714-11-24 00:00:00 BC", \
	    "294276-12-31 23:59:59.999999", "2000-02-29 12:34:56.789", \
	    "1999-12-31 23:59:59.999999", "0001-01-01 00:00:00", \
	    "0001-12-31 23:59:59 BC", "2024-03-31 02:30:00"

static const struct {
	uint32_t oid;
	const char *texts[40];
} ends[] = {
	{ TYPE_BOOL, { "t", "f" } },
	{ TYPE_INT2, { NUMBERS } },
	{ TYPE_INT4, { NUMBERS, "2147483647", "-2147483648", "1114111" } },
	{ TYPE_INT8,
	    { NUMBERS, "2147483647", "-2147483648", "9223372036854775807",
		"-9223372036854775808", "4611686018427387904", "3037000500" } },
	{ TYPE_OID, { "0", "1", "2147483648", "4294967295" } },
	{ TYPE_FLOAT4,
	    { "0", "-0", "1", "-1.5", "1e-45", "1.1754944e-38", "3.4028235e38",
		"-3.4028235e38", "NaN", "Infinity", "-Infinity", "32767.5",
		"2147483648", "9223372036854775808" } },
	{ TYPE_FLOAT8,
	    { "0", "-0", "1", "-1.5", "0.5", "-1", "5e-324",
		"2.2250738585072014e-308", "1.7976931348623157e308",
		"-1.7976931348623157e308", "NaN", "Infinity", "-Infinity",
		"32767.5", "-32768.5", "2147483647.5", "-2147483648.5",
		"9223372036854775807", "-9223372036854775808", "1e19", "-1e19",
		"3.4028236e38", "253402300800", "-210866803200",
		"9224318016000", "1e15" } },
	{ TYPE_NUMERIC,
	    { "0", "0.00", "1", "-1", "0.5", "-0.5", "NaN", "Infinity",
		"-Infinity", "1e-16383", "1e131071",
		"170141183460469231731687303715884105727",
		"-170141183460469231731687303715884105728",
		"99999999999999999999999999999999999999",
		"18446744073709551616", "9223372036854775807.5",
		"-9223372036854775808.5", "1e308", "1.7976931348623159e308",
		"1e-400", "32767.5", "2.50",
		"10000000000000000000000000000000000000000.000000000001" } },
	{ TYPE_TEXT,
	    { "", " ", "a", "A b", "%", "_", "\\", "%a%", "\\%", "a\\",
		"\xc3\xa9", "\xf0\x9f\xaa\xb6", "\xe6\xbc\xa2\xe5\xad\x97x",
		"\xc4\xb0\xc3\x9f\xef\xac\x83", "year", "epoch", "century",
		"week", "microseconds", "timezone_hour", "UTC", "EST5EDT",
		"+15:59", "UTC-24", "{a,0}", "{}", "-1", "0",
		"YYYY-MM-DD HH24:MI:SS.US TZ OF J Q WW IW CC BC",
		"FMMonth FMDay \"q\\\"x\" Y,YYY IYYY ID SSSS", "FM\"",
		"9223372036854775807" } },
	{ TYPE_BPCHAR, { "", " ", "a", "a  ", "\xc3\xa9 " } },
	{ TYPE_VARCHAR, { "", "a", "\xc3\xa9" } },
	{ TYPE_NAME, { "", "a", "%" } },
	{ TYPE_CHAR, { "", "a", "\xc3" } },
	{ TYPE_BYTEA, { "", "\\x00", "\\xff80", "\\x5c" } },
	{ TYPE_DATE,
	    { "4714-11-24 BC", "5874897-12-31", "infinity", "-infinity",
		"epoch", "2000-02-29", "0001-01-01", "0001-12-31 BC",
		"294276-12-31", "294277-01-01", "1600-02-29" } },
	{ TYPE_TIME,
	    { "00:00:00", "24:00:00", "23:59:59.999999", "12:34:56.789" } },
	{ TYPE_TIMESTAMP, { FULL_MOMENTS } },
	{ TYPE_TIMESTAMPTZ, { FULL_MOMENTS } },
	{ TYPE_INTERVAL,
	    { "0", "1 microsecond", "-1 microsecond", "1 day", "1 month",
		"-1 month", "178956970 years 7 months", "-178956970 years",
		"2147483647 days", "-2147483648 days",
		"2562047788:00:54.775807", "-2562047788:00:54.775807",
		"178956970 years 7 months 2147483647 days "
		"2562047788:00:54.775807",
		"-178956970 years -8 months -2147483648 days "
		"-2562047788:00:54.775807",
		"1 month -30 days 720:00:00", "15:59:59", "-24:00:00",
		"1 year 2 months 3 days 04:05:06.7" } },
	{ TYPE_UUID,
	    { "00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff" } },
	{ TYPE_JSON,
	    { "null", "0", "-1e400", "\"\"", "\"a\\u0041\\ud83e\\udeb6\"", "[]",
		"{}", "[1,[2,[3]],null,\"x\"]",
		"{\"a\": {\"0\": [true]}, \"a\": 1, \"\": {}}" } },
	{ TYPE_JSONB,
	    { "null", "0", "-1e40", "1.00", "\"\"",
		"\"a\\u0041\\ud83e\\udeb6\"", "[]", "{}",
		"[1,[2,[3]],null,\"x\"]",
		"{\"a\": {\"0\": [true]}, \"b\": 1, \"\": {}}" } },
	{ TYPE_JSONPATH,
	    { "$", "strict $[*].a", "$.** ? (@ > 0 || exists (@.b))",
		"-$ * 1e400 % 0", "$[last to 0, 2147483647]",
		"$.*.keyvalue().size()", "(1 == $) is unknown",
		"$.double()" } },
	{ TYPE_PG_SNAPSHOT,
	    { "1:1:", "10:20:10,14,19",
		"18446744073709551615:18446744073709551615:" } },
	{ TYPE_TXID_SNAPSHOT, { "1:1:", "10:20:10,14,19" } },
	{ TYPE_INT4_ARRAY,
	    { "{}", "{1}", "{NULL}", "{1,2,3,-7,2}", "{{1,2},{3,NULL}}",
		"[2147483646:2147483646]={100}",
		"[-2147483648:-2147483647]={0,2}", "[0:1][5:5]={{1},{2}}",
		"{-1}" } },
	{ TYPE_TEXT_ARRAY,
	    { "{}", "{a,NULL,\"\"}", "{\xc3\xa9,\"b \\\\ \\\"\"}",
		"{{a},{NULL}}", "{a,0}", "[-2147483648:-2147483648]={a}" } },
	{ TYPE_INT2VECTOR, { "", "1 -32768 0" } },
	{ TYPE_OIDVECTOR, { "", "0", "4294967295 1" } },
	{ TYPE_REGCLASS, { "-", "4294967295" } },
	{ TYPE_REGTYPE, { "0", "23" } },
	{ TYPE_PG_NODE_TREE, { "", "'x'::text" } },
	{ TYPE_XID, { "0", "4294967295" } },
	{ TYPE_CID, { "0", "4294967295" } },
	{ TYPE_XID8, { "0", "18446744073709551615" } },
	{ TYPE_TID, { "(0,0)", "(4294967295,65535)" } },
	{ TYPE_PG_LSN, { "0/0", "FFFFFFFF/FFFFFFFF" } },
	{ TYPE_INET,
	    { "0.0.0.0/0", "255.255.255.255", "10.1.2.3/9", "::/0",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1::2/65" } },
	{ TYPE_CIDR, { "0.0.0.0/0", "10.0.0.0/8", "::1/128", "8000::/1" } },
	{ TYPE_MACADDR, { "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff" } },
	{ TYPE_BIT, { "", "1", "0", "101", "x00000000ffffffff80" } },
	{ TYPE_VARBIT, { "", "1", "1010101010101010101" } },
	{ TYPE_ACLITEM, { "=/a", "\"a b\"=r*w/a" } },
	{ TYPE_NUMERIC_ARRAY,
	    { "{}", "{NaN,0.00,1e400}", "{{1},{0}}", "[5:5]={NULL}" } },
};

static const struct str labels[] = { { "low", 3 }, { "high", 4 } };
static const struct enum_type level = {
	.oid = FIRST_USER_OID,
	.array_oid = FIRST_USER_OID + 1,
	.name = { "level", 5 },
	.label_count = 2,
	.labels = labels,
};

/* The values of one type, ready to be an argument. */
struct values {
	struct type type;
	uint32_t count;
	struct vec vecs[40]; /* one value each */
};

static struct arena lasting, arena;
static struct error err;
static struct type_settings settings;
static struct values values[ARRAY_LEN(ends) + 2];

static void
read_values(struct values *to, struct type type, const char *const *texts)
{
	to->type = type;
	to->count = 0;
	if (type.oid == TYPE_PG_NODE_TREE) /* nobody can write one */
		type.oid = TYPE_TEXT;
	for (; texts[to->count] != NULL; to->count++) {
		struct datum datum;

		ck_assert_msg(type_in_text(&type, &settings,
				  str_of_cstr(texts[to->count]), &lasting,
				  &datum, &err) == 0,
		    "%s: %s", texts[to->count], err.message);
		vec_init_constant(&to->vecs[to->count], type_phys(&type),
		    &datum, &lasting);
	}
}

/* Rows of two shapes, of one with nulls, too. */
static void
make_records(struct values *to)
{
	static const struct str names[] = { { "a", 1 }, { "b", 1 } };
	static struct type types[2][2];
	static const struct row_type shapes[] = { { 2, types[0], names },
		{ 1, types[1], names } };
	static const struct datum fields[][2] = {
		{ { .i64 = 5 }, { .str = { "x,y", 3 } } },
		{ { .i64 = INT32_MIN }, { .is_null = true } },
		{ { .is_null = true }, { .str = { "", 0 } } },
		{ { .i64 = 5 } },
	};

	types[0][0] = types[1][0] = type_of(TYPE_INT4);
	types[0][1] = type_of(TYPE_TEXT);
	to->type = type_of_row(NULL);
	to->count = 0;
	for (; to->count < ARRAY_LEN(fields); to->count++) {
		struct datum datum = { .is_null = false };

		ck_assert_int_eq(record_make(&shapes[to->count == 3],
				     fields[to->count], &lasting, &datum.str,
				     &err),
		    0);
		vec_init_constant(&to->vecs[to->count], PHYS_STR, &datum,
		    &lasting);
	}
}

static void
setup(void)
{
	static const char *const labels_list[] = { "low", "high", NULL };
	const struct type level_type = { .oid = level.oid,
		.mod = -1,
		.enum_type = &level };

	arena_init(&lasting, NULL);
	arena_init(&arena, NULL);
	settings = type_settings_default;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		read_values(&values[i], type_of(ends[i].oid), ends[i].texts);
	read_values(&values[ARRAY_LEN(ends)], level_type, labels_list);
	make_records(&values[ARRAY_LEN(ends) + 1]);
	settings.time_zones = time_zone_set_new(NULL, NULL);
	settings.time_zone =
	    time_zone_find(settings.time_zones, STR("EST5EDT"));
	ck_assert_ptr_nonnull(settings.time_zone);
}

static void
teardown(void)
{
	time_zone_set_free(settings.time_zones);
	arena_release(&arena);
	arena_release(&lasting);
}

/* "any" is tried with text and with what has the widest text forms. */
static uint32_t
concrete(uint32_t oid, uint32_t variant)
{
	static const uint32_t any[] = { TYPE_TEXT, TYPE_NUMERIC,
		TYPE_INTERVAL };
	static const uint32_t elements[] = { TYPE_INT4, TYPE_NUMERIC,
		TYPE_TEXT };

	switch (oid) {
	case TYPE_ANY:
		return any[variant % ARRAY_LEN(any)];
	case TYPE_ANYENUM:
		return level.oid;
	case TYPE_ANYELEMENT:
	case TYPE_ANYNONARRAY:
	case TYPE_ANYCOMPATIBLE:
		return elements[variant % ARRAY_LEN(elements)];
	case TYPE_ANYARRAY:
	case TYPE_ANYCOMPATIBLEARRAY:
		return type_info(concrete(TYPE_ANYELEMENT, variant))->array_oid;
	default:
		return oid;
	}
}

static struct type
result_of(const struct function *f, uint32_t variant)
{
	struct type type = { .oid = level.oid, .mod = -1, .enum_type = &level };

	if (f->result == TYPE_ANYENUM)
		return type;
	if (f->result == TYPE_ANYARRAY && f->args[0] == TYPE_ANYENUM) {
		type.oid = level.array_oid;
		return type;
	}
	return type_of(concrete(f->result, variant));
}

static const struct values *
values_of(uint32_t oid)
{
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i].type.oid == oid)
			return &values[i];
	ck_abort_msg("no values of type %u", oid);
	return NULL;
}

static bool
is_range(int64_t value, int64_t min, int64_t max)
{
	return value >= min && value <= max;
}

/* Whether a value, which is not null, is one of its type. */
static bool
is_of_type(const struct type *type, const struct vec *vec)
{
	switch (type->oid) {
	case TYPE_BOOL:
		return vec->boolean[0] <= 1;
	case TYPE_INT2:
		return is_range(vec->i64[0], INT16_MIN, INT16_MAX);
	case TYPE_INT4:
		return is_range(vec->i64[0], INT32_MIN, INT32_MAX);
	case TYPE_OID:
		return is_range(vec->i64[0], 0, UINT32_MAX);
	case TYPE_DATE:
		/* West of Greenwich the first moment is a day earlier. */
		return is_range(vec->i64[0], DATE_MIN - 1, DATE_LIMIT - 1) ||
		    vec->i64[0] == DATE_INFINITY ||
		    vec->i64[0] == DATE_MINUS_INFINITY;
	case TYPE_TIME:
		return is_range(vec->i64[0], 0, USECS_PER_DAY);
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		/* Rounded to a second, the last microsecond is one past. */
		return !timestamp_is_finite(vec->i64[0]) ||
		    is_range(vec->i64[0], TIMESTAMP_MIN, TIMESTAMP_LIMIT);
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
	case TYPE_NAME:
	case TYPE_JSON:
	case TYPE_JSONB:
	case TYPE_JSONPATH:
		return utf8_is_valid(vec->str[0]);
	default:
		return true;
	}
}

/* Values that PostgreSQL makes and shows too, but does not read. */
static bool
is_past_the_end(const struct type *type, const struct vec *vec)
{
	switch (type->oid) {
	case TYPE_DATE:
		return vec->i64[0] == DATE_MIN - 1;
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		return vec->i64[0] == TIMESTAMP_LIMIT;
	case TYPE_INTERVAL:
		return vec->interval[0].microseconds == INT64_MIN;
	default:
		return false;
	}
}

/* NULL if a result is a value that can be sent, shown and read again. */
static const char *
value_fault(const struct type *type, const struct vec *vec)
{
	const char *fault = NULL;
	struct datum again;
	struct buf text;

	if (vec_is_null(vec, 0))
		return NULL;
	if (!is_of_type(type, vec))
		return "not of its type";
	buf_init(&text);
	type_out_binary(type, vec, 0, &text);
	buf_reset(&text);
	type_out_text(type, &settings, vec, 0, &text);
	if (type->oid != TYPE_RECORD && type->oid != TYPE_PG_NODE_TREE &&
	    !is_past_the_end(type, vec) &&
	    type_in_text(type, &settings, buf_str(&text), &arena, &again,
		&err) != 0)
		fault = err.message;
	buf_release(&text);
	return fault;
}

/* NULL if an error is one of what was asked. */
static const char *
error_fault(int rc)
{
	const char *state = error_sqlstate(rc);

	if (rc != err.code)
		return "another error is told than returned";
	return strncmp(state, "22", 2) == 0 || strncmp(state, "54", 2) == 0 ||
		strncmp(state, "0A", 2) == 0 ||
		strcmp(state, "42804") == 0 || /* rows of other columns */
		strcmp(state, "55000") == 0 || /* there is no recovery */
		strcmp(state, "42601") == 0    /* unistr() has a syntax */
	    ? NULL
	    : err.message;
}

/* The call, for messages. */
static const char *
describe(const char *name, const struct type *types, const struct vec *args,
    uint32_t count)
{
	struct buf text;
	struct str copy;

	buf_init(&text);
	buf_put_cstr(&text, name);
	buf_put_cstr(&text, "(");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_cstr(&text, ", ");
		type_out_text(&types[i], &settings, &args[i], 0, &text);
	}
	buf_put_cstr(&text, ")");
	copy = arena_str(&arena, buf_str(&text));
	buf_release(&text);
	return copy.data;
}

static void
call(const struct function *f, uint32_t variant, const struct type *types,
    struct vec *args, uint32_t count)
{
	struct vec result;
	struct function_call call = {
		.function = f,
		.arg_types = types,
		.args = args,
		.arg_count = count,
		.result_type = result_of(f, variant),
		.settings = &settings,
		.row_count = 1,
		.sel = sel_all(1),
		.arena = &arena,
		.result = &result,
		.err = &err,
	};
	int rc = function_eval(&call);
	const char *fault =
	    rc != 0 ? error_fault(rc) : value_fault(&call.result_type, &result);

	ck_assert_msg(fault == NULL, "%s: %s",
	    describe(f->name, types, args, count), fault);
	arena_reset(&arena);
}

/* Combination number `pick` of a function's arguments; false past the last. */
static bool
pick_arguments(const struct function *f, uint32_t pick, struct type *types,
    struct vec *args)
{
	uint32_t variant = pick;
	uint64_t all = 1;

	for (uint32_t i = 0; i < f->arg_count; i++)
		all *= values_of(concrete(f->args[i], variant))->count;
	if (pick >= all)
		return false;
	for (uint32_t i = 0; i < f->arg_count; i++) {
		const struct values *of =
		    values_of(concrete(f->args[i], variant));
		uint32_t which = all > PICKS_MAX ? (uint32_t)rand() : pick;

		types[i] = of->type;
		args[i] = of->vecs[which % of->count];
		pick /= of->count;
	}
	return true;
}

static void
call_with_all(const struct function *f)
{
	struct type types[FUNCTION_ARGS_MAX];
	struct vec args[FUNCTION_ARGS_MAX];
	uint32_t pick = 0;

	for (; pick < PICKS_MAX && pick_arguments(f, pick, types, args); pick++)
		call(f, pick, types, args, f->arg_count);
}

START_TEST(functions)
{
	for (int id = _i * SLICE; id < (_i + 1) * SLICE; id++)
		if (id < FUNCTION_COUNT &&
		    function_by_id((enum function_id)id)->kind !=
			FUNCTION_INTERNAL)
			call_with_all(function_by_id((enum function_id)id));
}
END_TEST

/* Modifiers that some values do not fit. */
static int32_t
modifier_of(uint32_t oid, int i)
{
	static const int32_t numeric[][2] = { { 1, 0 }, { 5, 2 }, { 38, 10 },
		{ 1000, 1000 }, { 3, -2 } };

	switch (oid) {
	case TYPE_NUMERIC:
		return type_numeric_mod(numeric[i % 5][0], numeric[i % 5][1]);
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
		return 4 + 1 + i;
	case TYPE_TIME:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		return i;
	default:
		return -1;
	}
}

static void
cast(const struct type *from, const struct type *to, enum cast_context context,
    const struct vec *value)
{
	struct vec result;
	int rc = cast_vec(from, to, context, &settings, value, 1, sel_all(1),
	    NULL, &arena, &result, &err);
	const char *fault =
	    rc != 0 ? error_fault(rc) : value_fault(to, &result);

	ck_assert_msg(fault == NULL, "%s: %s",
	    describe(type_format(to, &arena).data, from, value, 1), fault);
	arena_reset(&arena);
}

START_TEST(casts)
{
	const struct values *from = &values[_i];

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct type to = values[i].type;

		if (!cast_exists(&from->type, &to, CAST_EXPLICIT))
			continue;
		for (int mod = -1; mod < 5; mod++) {
			to.mod = mod == -1 ? -1 : modifier_of(to.oid, mod);
			for (uint32_t j = 0; j < from->count; j++) {
				cast(&from->type, &to, CAST_EXPLICIT,
				    &from->vecs[j]);
				cast(&from->type, &to, CAST_ASSIGNMENT,
				    &from->vecs[j]);
			}
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("function_ends");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, functions, 0, FUNCTION_COUNT / SLICE + 1);
	tcase_add_loop_test(tc, casts, 0, (int)ARRAY_LEN(values));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
