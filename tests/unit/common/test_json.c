/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader: tokens, faults with their places, depth; the canonical form.
 * Every prefix of a document is tried too, and must end in a fault or a value.
 */
#include "common/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct error err;

/* One letter a token. */
static const char *
tokens_of(struct str text, uint32_t depth_max, char out[64])
{
	static const char letters[] = "$oOaAkstTFn";
	struct json_reader r;
	enum json_token token;
	size_t len = 0;

	json_reader_init(&r, text, depth_max);
	while ((token = json_next(&r)) > JSON_END && len < 62)
		out[len++] = token == JSON_NUMBER ? '1' : letters[token];
	out[len++] = token == JSON_END ? '$' : '!';
	out[len] = '\0';
	return out;
}

static const struct {
	const char *text;
	const char *tokens; /* '!' at the end: a fault */
	size_t fault_off;
} documents[] = {
	{ " {\"a\": 1, \"b\": [true, null, \"x\\n\"]} ", "ok1kaTnsAO$", 0 },
	{ "[]", "aA$", 0 },
	{ "{}", "oO$", 0 },
	{ "-0.5e+10", "1$", 0 },
	{ "", "!", 0 },
	{ "01", "!", 0 },
	{ "1.", "!", 0 },
	{ "-", "!", 0 },
	{ "tru", "!", 0 },
	{ "[1,]", "a1!", 3 },
	{ "[1 2]", "a1!", 3 },
	{ "{\"a\" 1}", "o!", 5 },
	{ "{a: 1}", "o!", 1 },
	{ "{\"a\": 1,}", "ok1!", 8 },
	{ "1 2", "1!", 2 },
	{ "\"a\tb\"", "!", 2 },
	{ "\"\\x\"", "!", 1 },
	{ "\"\\u12g4\"", "!", 1 },
	{ "\"open", "!", 0 },
	{ "\"\xc3\x28\"", "!", 1 },
	{ "[[[[]]]]", "aaaaAAAA$", 0 },
	{ "[[[[[]]]]]", "aaaa!", 4 },
};

START_TEST(tokens)
{
	struct str text = str_of_cstr(documents[_i].text);
	struct json_reader r;
	char found[64];

	ck_assert_str_eq(tokens_of(text, 4, found), documents[_i].tokens);
	for (size_t len = 0; len < text.len; len++) {
		char *prefix = malloc(len + 1); /* exactly: for ASan */

		memcpy(prefix, text.data, len);
		(void)tokens_of(str_of(prefix, len), 4, found);
		free(prefix);
	}
	json_reader_init(&r, text, 4);
	while (json_next(&r) > JSON_END)
		continue;
	ck_assert_uint_eq(r.fault_off, documents[_i].fault_off);
}
END_TEST

static const struct {
	const char *text;
	const char *canonical; /* or the SQLSTATE, after '!' */
} canonicals[] = {
	{ "{\"bb\":1,\"a\":2,\"c\":3}", "{\"a\": 2, \"c\": 3, \"bb\": 1}" },
	{ "{\"a\":1,\"a\":[1,2],\"\\u0061\":{}}", "{\"a\": {}}" },
	{ "[1.50,1e3,-0,-0.0,1.5e-3,12e-1,0.5e1]",
	    "[1.50, 1000, 0, 0.0, 0.0015, 1.2, 5]" },
	{ "\"\\u00e9\\/\\ud83d\\ude00\\u0001\"",
	    "\"é/\xf0\x9f\x98\x80\\u0001\"" },
	{ "\"\\u0000\"", "!22P05" },
	{ "\"\\ud800\"", "!22P02" },
	{ "\"\\udc00\"", "!22P02" },
	{ "1e200000", "!22003" },
	{ "[1", "!22P02" },
};

START_TEST(canonical)
{
	struct arena scratch;
	struct buf out;
	const char *expected = canonicals[_i].canonical;
	int rc;

	arena_init(&scratch, NULL);
	buf_init(&out);
	rc = json_canonical(str_of_cstr(canonicals[_i].text), 64, &scratch,
	    &out, &err);
	if (expected[0] == '!')
		ck_assert_str_eq(error_sqlstate(rc), expected + 1);
	else
		ck_assert_msg(rc == 0 &&
			str_equal(buf_str(&out), str_of_cstr(expected)),
		    "%.*s", STR_FMT(buf_str(&out)));
	buf_release(&out);
	arena_release(&scratch);
}
END_TEST

/* A number ends where it is said to: digits behind it are another's. */
START_TEST(numbers_have_an_end)
{
	static const char text[] = "1e-35";
	struct buf out;

	buf_init(&out);
	ck_assert_int_eq(json_put_number(&out, str_of(text, 4), &err), 0);
	ck_assert(str_equal(buf_str(&out), STR("0.001")));
	buf_reset(&out);
	ck_assert_int_eq(json_put_number(&out, str_of("12e15", 4), &err), 0);
	ck_assert(str_equal(buf_str(&out), STR("120")));
	buf_reset(&out);
	ck_assert_int_eq(json_put_number(&out,
			     STR("1e99999999999999999999999999"), &err),
	    STELE_E_NUMERIC_OUT_OF_RANGE);
	buf_release(&out);
}
END_TEST

/* Nine bytes of text are 131072 of output: who has no room for it ends soon. */
START_TEST(numbers_may_outgrow_the_output)
{
	const char *number = "1e131071,";
	struct buf text, out;
	struct arena scratch;

	arena_init(&scratch, NULL);
	buf_init(&text);
	buf_init(&out);
	out.limit_bytes = 1 << 20;
	buf_put_cstr(&text, "[");
	for (int i = 0; i < 100000; i++)
		buf_put_cstr(&text, number);
	buf_put_cstr(&text, "1]");
	ck_assert_int_eq(json_canonical(buf_str(&text), 64, &scratch, &out,
			     &err),
	    STELE_E_OUT_OF_MEMORY);
	buf_release(&out);
	buf_release(&text);
	arena_release(&scratch);
}
END_TEST

START_TEST(skip_steps_over_whole_values)
{
	struct json_reader r;

	json_reader_init(&r, STR("{\"a\":[1,{\"b\":[]}],\"c\":2}"), 64);
	ck_assert_int_eq(json_next(&r), JSON_OBJECT_BEGIN);
	ck_assert_int_eq(json_next(&r), JSON_KEY);
	ck_assert(json_skip(&r, json_next(&r)));
	ck_assert_uint_eq(json_offset(&r), 17);
	ck_assert_int_eq(json_next(&r), JSON_KEY);
	ck_assert(str_equal(r.text, STR("c")));
}
END_TEST

static const struct {
	const char *object;
	const char *members; /* that are peeked at, one behind the other */
} objects[] = {
	{ "{\"a\":1,\"b\":-20.50 , \"c\" : \"x y\"}",
	    "a=1/0 b=-2050/2 c=\"x y\" " },
	{ "{ \"long name of it\":\"a longer value\" , \"t\":true}",
	    "long name of it=\"a longer value\" t=T " },
	{ "{\"f\":false,\"n\":null\n}", "f=F n=n " },
	{ "{\"z\":-0,\"y\":0.0,\"x\":123456789012345678}",
	    "z=-0/0 y=0/1 x=123456789012345678/0 " },
	{ "{\"\xc3\xbc\":\"\xc3\xa9t\xc3\xa9 d'hiver\"}",
	    "\xc3\xbc=\"\xc3\xa9t\xc3\xa9 d'hiver\" " },
	{ "{\"a\":1,\"b\":[2]}", "a=1/0 " },
	{ "{\"a\":\"\\n\"}", "" },
	{ "{\"a\\u0062\":1}", "" },
	{ "{\"a\":\"\xc3\"}", "" },
	{ "{\"a\":\"b\tc\"}", "" },
	{ "{\"a\":1234567890123456789}", "" },
	{ "{\"a\":1234567890.123456789}", "" },
	{ "{\"a\":1e3}", "" },
	{ "{\"a\":01}", "" },
	{ "{\"a\":-}", "" },
	{ "{\"a\":1.}", "" },
	{ "{\"a\":.5}", "" },
	{ "{\"a\":1.2.3}", "" },
	{ "{\"a\":1x}", "" },
	{ "{\"a\":truer}", "" },
	{ "{\"a\" 1}", "" },
	{ "{a:1}", "" },
	{ "{\"a\":1 \"b\":2}", "a=1/0 " },
	{ "{\"a\":1,}", "a=1/0 " },
	{ "[\"a\",1]", "" },
};

static void
print_member(const struct json_member *member, char *out, size_t size)
{
	if (member->token == JSON_NUMBER)
		(void)snprintf(out, size, "%.*s=%s%llu/%d ",
		    STR_FMT(member->key), member->is_negative ? "-" : "",
		    (unsigned long long)member->digits, member->scale);
	else if (member->token == JSON_STRING)
		(void)snprintf(out, size, "%.*s=\"%.*s\" ",
		    STR_FMT(member->key), STR_FMT(member->text));
	else
		(void)snprintf(out, size, "%.*s=%c ", STR_FMT(member->key),
		    "TFn"[member->token - JSON_TRUE]);
}

/* Two readers of one text: what is taken as a member is what tokens say. */
static void
check_tokens(struct json_reader *r, const struct json_member *member)
{
	ck_assert_int_eq(json_next(r), JSON_KEY);
	ck_assert(!r->has_escape && str_equal(r->text, member->key));
	ck_assert_int_eq(json_next(r), member->token);
	if (member->token == JSON_STRING)
		ck_assert(!r->has_escape && str_equal(r->text, member->text));
}

static void
peek_members(struct str text, char *out, size_t size)
{
	struct json_reader plain, general;
	struct json_member member;
	enum json_token token;
	size_t len = 0;

	json_reader_init(&plain, text, 4);
	json_reader_init(&general, text, 4);
	(void)json_next(&plain);
	(void)json_next(&general);
	out[0] = '\0';
	while (json_peek_member(&plain, &member)) {
		json_take_member(&plain, &member);
		check_tokens(&general, &member);
		ck_assert_uint_eq(plain.token_off, general.token_off);
		ck_assert_uint_eq(json_offset(&plain), json_offset(&general));
		print_member(&member, out + len, size - len);
		len = strlen(out);
	}
	do {
		token = json_next(&plain);
		ck_assert_int_eq(json_next(&general), token);
	} while (token > JSON_END);
	ck_assert_uint_eq(plain.fault_off, general.fault_off);
}

START_TEST(members)
{
	struct str text = str_of_cstr(objects[_i].object);
	char found[200];

	peek_members(text, found, sizeof(found));
	ck_assert_str_eq(found, objects[_i].members);
	for (size_t len = 0; len < text.len; len++) {
		char *prefix = malloc(len + 1); /* exactly: for ASan */

		memcpy(prefix, text.data, len);
		peek_members(str_of(prefix, len), found, sizeof(found));
		free(prefix);
	}
}
END_TEST

static const struct {
	const char *text;
	size_t end; /* of the object at 0; 0: it has none */
} ends[] = {
	{ "{}", 2 },
	{ "{\"a\":{\"b\":[{}]}} {}", 16 },
	{ "{\"}\":\"{{\"}", 10 },
	{ "{\"a\":\"\\\"}\"}", 11 },
	{ "{\"a\":\"\\\\\"}", 10 },
	{ "{\"a long string with }\":\"and {{{ another one\"}", 46 },
	{ "{", 0 },
	{ "{\"", 0 },
	{ "{\"}", 0 },
	{ "{\"\\", 0 },
	{ "{\"\\}", 0 },
	{ "{{}", 0 },
};

START_TEST(objects_end)
{
	struct str text = str_of_cstr(ends[_i].text);
	char *copy = malloc(text.len); /* exactly: for ASan */

	memcpy(copy, text.data, text.len);
	ck_assert_uint_eq(json_object_end(str_of(copy, text.len), 0),
	    ends[_i].end);
	free(copy);
}
END_TEST

/* Of a limit of 1,024 levels; brackets in strings are none. */
START_TEST(depth_is_checked)
{
	char text[2 * JSON_DEPTH_LIMIT + 16] = "\"[\\\"[\", ";
	size_t first = strlen(text);

	memset(text + first, '[', JSON_DEPTH_LIMIT);
	memset(text + first + JSON_DEPTH_LIMIT, ']', JSON_DEPTH_LIMIT);
	ck_assert_int_eq(json_check_depth(str_of_cstr(text), &err), 0);
	text[first + JSON_DEPTH_LIMIT] = '{';
	ck_assert_int_eq(json_check_depth(str_of_cstr(text), &err),
	    STELE_E_TOO_COMPLEX);
	ck_assert_int_eq(json_check_depth(STR("[\"["), &err), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, tokens, 0, ARRAY_LEN(documents));
	tcase_add_loop_test(tc, canonical, 0, ARRAY_LEN(canonicals));
	tcase_add_loop_test(tc, members, 0, ARRAY_LEN(objects));
	tcase_add_loop_test(tc, objects_end, 0, ARRAY_LEN(ends));
	tcase_add_test(tc, depth_is_checked);
	tcase_add_test(tc, numbers_have_an_end);
	tcase_add_test(tc, numbers_may_outgrow_the_output);
	tcase_add_test(tc, skip_steps_over_whole_values);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
