/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of a client: what is whole decodes, every shorter piece waits or
 * fails, and nothing reads past its frame.
 */
#include "wire/pg_frontend.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct error err;
static struct arena arena;

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

/* Exactly these bytes on the heap, so that reading further is seen. */
static uint8_t *
exact(const void *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	memcpy(copy, data, len);
	return copy;
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
	const char *what;
	const char *data;
	size_t len;
	int rc; /* 1, 0, or the code */
	const char *message;
} frame_case[] = {
	{ "nothing", BYTES(""), 0, NULL },
	{ "type alone", BYTES("Q"), 0, NULL },
	{ "half a length", BYTES("Q\0\0"), 0, NULL },
	{ "body missing", BYTES("Q\0\0\0\6a"), 0, NULL },
	{ "sync", BYTES("S\0\0\0\4"), 1, NULL },
	{ "query", BYTES("Q\0\0\0\6a\0"), 1, NULL },
	{ "more than one", BYTES("S\0\0\0\4S\0\0\0\4"), 1, NULL },
	{ "length below itself", BYTES("Q\0\0\0\3"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid message length" },
	{ "short type, long body", BYTES("E\0\1\0\0"),
	    STELE_E_PROTOCOL_VIOLATION, "invalid message length" },
	{ "sync with a body", BYTES("S\0\0\0\5"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid message length" },
	{ "sync below itself", BYTES("S\0\0\0\3"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid message length" },
	{ "flush with a body", BYTES("H\0\0\0\5x"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid message length" },
	{ "the end of a copy with a body", BYTES("c\0\0\0\10"),
	    STELE_E_PROTOCOL_VIOLATION, "invalid message length" },
	{ "the longest there is", BYTES("Q\0\0\xc3\x50"), 0, NULL },
	{ "one more", BYTES("Q\0\0\xc3\x51"), STELE_E_LIMIT,
	    "message is too long" },
	{ "a gigabyte", BYTES("Q\x40\0\0\0"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid message length" },
	{ "negative length", BYTES("Q\xff\xff\xff\xff"),
	    STELE_E_PROTOCOL_VIOLATION, "invalid message length" },
	{ "unknown type", BYTES("!"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid frontend message type 33" },
	{ "password", BYTES("p\0\0\0\5x"), STELE_E_PROTOCOL_VIOLATION,
	    "invalid frontend message type 112" },
};

START_TEST(frames)
{
	uint8_t *data = exact(frame_case[_i].data, frame_case[_i].len);
	struct pg_frame frame;
	int rc = pg_frame_next(data, frame_case[_i].len, 50000, &frame, &err);

	ck_assert_msg(rc == frame_case[_i].rc, "%s: %d", frame_case[_i].what,
	    rc);
	if (rc < 0)
		ck_assert_str_eq(err.message, frame_case[_i].message);
	if (rc == 1)
		ck_assert_uint_eq(frame.size, frame.body.len + 5);
	free(data);
}
END_TEST

#define DESCRIBE "D\0\0\0\6P\0"
#define EXECUTE  "E\0\0\0\x09\0\0\0\0\5"

static const struct {
	const char *what;
	const char *data;
	size_t len;
	size_t size;
	bool is_described;
} execution_case[] = {
	{ "nothing", BYTES(""), 0, false },
	{ "both", BYTES(DESCRIBE EXECUTE), 17, true },
	{ "both, and more", BYTES(DESCRIBE EXECUTE "S\0\0\0\4"), 17, true },
	{ "no Describe", BYTES(EXECUTE), 10, false },
	{ "no Execute", BYTES(DESCRIBE), 0, true },
	{ "cut", BYTES(DESCRIBE "E\0\0\0\x09\0\0\0\0"), 0, true },
	{ "cut Describe", BYTES("D\0\0\0\6P"), 0, false },
	{ "of a statement", BYTES("D\0\0\0\6S\0" EXECUTE), 0, false },
	{ "of a portal with a name", BYTES("D\0\0\0\7Pp\0" EXECUTE), 0, false },
	{ "Execute of one", BYTES("E\0\0\0\x0ap\0\0\0\0\5"), 0, false },
	{ "Sync", BYTES("S\0\0\0\4" EXECUTE), 0, false },
};

START_TEST(executions_are_found)
{
	size_t len = execution_case[_i].len;
	uint8_t *data = exact(execution_case[_i].data, len);
	bool is_described;

	ck_assert_uint_eq(pg_execution_at(str_of((const char *)data, len),
			      &is_described),
	    execution_case[_i].size);
	ck_assert_msg(is_described == execution_case[_i].is_described, "%s",
	    execution_case[_i].what);
	free(data);
}
END_TEST

#define PARSE_BODY "name\0select $1\0\0\2\0\0\0\x17\0\0\0\0"
#define BIND_BODY  "p\0s\0\0\1\0\1\0\2\0\0\0\4\0\0\0\7\xff\xff\xff\xff\0\1\0\1"

START_TEST(parse_decodes)
{
	struct pg_parse parse;

	ck_assert_int_eq(pg_parse_decode(str_of(BYTES(PARSE_BODY)), &arena,
			     &parse, &err),
	    0);
	ck_assert(str_equal(parse.name, STR("name")));
	ck_assert(str_equal(parse.query, STR("select $1")));
	ck_assert_uint_eq(parse.type_count, 2);
	ck_assert_uint_eq(parse.types[0], 23);
	ck_assert_uint_eq(parse.types[1], 0);
}
END_TEST

START_TEST(bind_decodes)
{
	struct pg_bind bind;

	ck_assert_int_eq(pg_bind_decode(str_of(BYTES(BIND_BODY)), &arena, &bind,
			     &err),
	    0);
	ck_assert(str_equal(bind.portal, STR("p")));
	ck_assert(str_equal(bind.statement, STR("s")));
	ck_assert_uint_eq(bind.format_count, 1);
	ck_assert_uint_eq(pg_format_of(bind.formats, 1, 5), 1);
	ck_assert_uint_eq(bind.param_count, 2);
	ck_assert(!bind.params[0].is_null);
	ck_assert_uint_eq(bind.params[0].bytes.len, 4);
	ck_assert(bind.params[1].is_null);
	ck_assert_uint_eq(bind.result_format_count, 1);
}
END_TEST

/* What may follow BIND_BODY, and how much of it is taken. */
static const struct {
	const char *what;
	const char *data;
	size_t len;
	size_t size;
} again_case[] = {
	{ "nothing", BYTES(""), 0 },
	{ "the same", BYTES("B\0\0\0\x1e" BIND_BODY), 31 },
	{ "the same, and more", BYTES("B\0\0\0\x1e" BIND_BODY "S\0\0\0\4"),
	    31 },
	{ "cut", BYTES("B\0\0\0\x1ep\0s\0\0\1\0\1\0\2\0\0\0\4"), 0 },
	{ "another statement, other values",
	    BYTES("B\0\0\0\x1bp\0st\0\0\1\0\1\0\2\xff\xff\xff\xff\0\0\0"
		  "\0\0\1\0\1"),
	    28 },
	{ "another portal",
	    BYTES("B\0\0\0\x1eq\0s\0\0\1\0\1\0\2\0\0\0\4\0\0\0\7\xff"
		  "\xff\xff\xff\0\1\0\1"),
	    0 },
	{ "another format",
	    BYTES("B\0\0\0\x1ep\0s\0\0\1\0\0\0\2\0\0\0\4\0\0\0\7\xff"
		  "\xff\xff\xff\0\1\0\1"),
	    0 },
	{ "another format of results",
	    BYTES("B\0\0\0\x1ep\0s\0\0\1\0\1\0\2\0\0\0\4\0\0\0\7\xff"
		  "\xff\xff\xff\0\1\0\0"),
	    0 },
	{ "a value less",
	    BYTES("B\0\0\0\x1ap\0s\0\0\1\0\1\0\1\0\0\0\4\0\0\0\7\0\1"
		  "\0\1"),
	    0 },
	{ "a value that is too long",
	    BYTES("B\0\0\0\x1ep\0s\0\0\1\0\1\0\2\0\0\0\x7f\0\0\0\7\xff"
		  "\xff\xff\xff\0\1\0\1"),
	    0 },
	{ "a length below zero",
	    BYTES("B\0\0\0\x1ap\0s\0\0\1\0\1\0\2\xff\xff\xff\xfe\xff\xff"
		  "\xff\xff\0\1\0\1"),
	    0 },
	{ "no room for the names", BYTES("B\0\0\0\5pS\0\0\0\4"), 0 },
	{ "a length that cannot be", BYTES("B\0\0\0\3" BIND_BODY), 0 },
	{ "a long one", BYTES("B\0\0\1\1" BIND_BODY), 0 },
	{ "Parse", BYTES("P\0\0\0\x1e" BIND_BODY), 0 },
};

START_TEST(binds_are_found)
{
	size_t len = again_case[_i].len;
	uint8_t *data = exact(again_case[_i].data, len);
	struct pg_value values[2];
	struct str statement;
	struct pg_bind bind;
	size_t size;

	ck_assert_int_eq(pg_bind_decode(str_of(BYTES(BIND_BODY)), &arena, &bind,
			     &err),
	    0);
	size = pg_bind_at(str_of((const char *)data, len), &bind, 256,
	    &statement, values);
	ck_assert_msg(size == again_case[_i].size, "%s", again_case[_i].what);
	if (size == 31) {
		ck_assert(str_equal(statement, STR("s")));
		ck_assert_uint_eq(values[0].bytes.len, 4);
		ck_assert(values[1].is_null);
		ck_assert_uint_eq(pg_bind_at(str_of((const char *)data, len),
				      &bind, 29, &statement, values),
		    0);
	} else if (size > 0) {
		ck_assert(str_equal(statement, STR("st")));
		ck_assert(values[0].is_null && !values[1].is_null);
	}
	free(data);
}
END_TEST

/* Every truncation and one byte too many: an error, never a read beyond. */
START_TEST(bodies_are_walls)
{
	static const struct {
		const char *data;
		size_t len;
	} body[] = { { BYTES(PARSE_BODY) }, { BYTES(BIND_BODY) } };
	struct pg_parse parse;
	struct pg_bind bind;

	for (size_t b = 0; b < ARRAY_LEN(body); b++) {
		for (size_t len = 0; len <= body[b].len + 1; len++) {
			uint8_t *copy = calloc(1, len + 1);
			struct str bytes = str_of((const char *)copy, len);
			int rc;

			memcpy(copy, body[b].data,
			    len < body[b].len ? len : body[b].len);
			rc = b == 0
			    ? pg_parse_decode(bytes, &arena, &parse, &err)
			    : pg_bind_decode(bytes, &arena, &bind, &err);
			ck_assert_int_eq(rc,
			    len == body[b].len ? 0
					       : STELE_E_PROTOCOL_VIOLATION);
			free(copy);
		}
	}
}
END_TEST

/* A count of parameters that the frame has no bytes for allocates nothing. */
START_TEST(counts_are_not_believed)
{
	struct pg_bind bind;

	ck_assert_int_eq(pg_bind_decode(str_of(
					    BYTES("\0\0\0\0\xff\xff\0\0\0\1")),
			     &arena, &bind, &err),
	    STELE_E_PROTOCOL_VIOLATION);
	ck_assert_uint_eq(arena.used_bytes, 0);
}
END_TEST

START_TEST(formats_must_fit_parameters)
{
	struct pg_bind bind;

	ck_assert_int_eq(pg_bind_decode(str_of(BYTES(
					    "\0\0\0\3\0\0\0\0\0\0\0\0\0\0")),
			     &arena, &bind, &err),
	    STELE_E_PROTOCOL_VIOLATION);
	ck_assert_str_eq(err.message,
	    "bind message has 3 parameter formats but 0 parameters");
}
END_TEST

static const struct {
	const char *what;
	const char *data;
	size_t len;
	int rc;
} packet_case[] = {
	{ "nothing", BYTES(""), 0 },
	{ "half a length", BYTES("\0\0\0"), 0 },
	{ "too short", BYTES("\0\0\0\7\0\0\0"), STELE_E_PROTOCOL_VIOLATION },
	{ "too long", BYTES("\0\0\x27\x11"), STELE_E_PROTOCOL_VIOLATION },
	{ "http", BYTES("GET / HTTP/1.1\r\n"), STELE_E_PROTOCOL_VIOLATION },
	{ "tls", BYTES("\x16\3\1\2\0"), STELE_E_PROTOCOL_VIOLATION },
	{ "ssl request", BYTES("\0\0\0\10\4\xd2\x16\x2f"), 1 },
	{ "ssl request, cut", BYTES("\0\0\0\10\4\xd2\x16"), 0 },
};

START_TEST(startup_frames)
{
	uint8_t *data = exact(packet_case[_i].data, packet_case[_i].len);
	struct str body;
	int rc = pg_startup_frame(data, packet_case[_i].len, &body, &err);

	ck_assert_msg(rc == packet_case[_i].rc, "%s: %d", packet_case[_i].what,
	    rc);
	free(data);
}
END_TEST

START_TEST(startup_decodes)
{
	struct pg_startup startup;
	struct str name, value;

	ck_assert_int_eq(
	    pg_startup_decode(str_of(BYTES("\0\3\0\0user\0me\0database\0\0\0")),
		&startup, &err),
	    0);
	ck_assert_int_eq(startup.kind, PG_STARTUP_SESSION);
	ck_assert_int_eq(pg_startup_next(&startup, &name, &value, &err), 1);
	ck_assert(str_equal(name, STR("user")) && str_equal(value, STR("me")));
	ck_assert_int_eq(pg_startup_next(&startup, &name, &value, &err), 1);
	ck_assert(str_equal(name, STR("database")) && value.len == 0);
	ck_assert_int_eq(pg_startup_next(&startup, &name, &value, &err), 0);
	ck_assert_int_eq(pg_startup_decode(str_of(BYTES("\0\4\0\0\0")),
			     &startup, &err),
	    STELE_E_FEATURE_NOT_SUPPORTED);
	ck_assert_str_eq(err.message,
	    "unsupported frontend protocol 4.0: server supports 3.0 to 3.2");
	ck_assert_int_eq(pg_startup_decode(str_of(BYTES(
					       "\4\xd2\x16\x2e\0\0\0\5abcd")),
			     &startup, &err),
	    0);
	ck_assert_int_eq(startup.kind, PG_STARTUP_CANCEL);
	ck_assert_int_eq(startup.cancel_pid, 5);
	ck_assert(str_equal(startup.cancel_key, STR("abcd")));
}
END_TEST

static const struct {
	const char *text;
	const char *names[3];
	const char *values[3];
	int rc; /* of the last call */
} option_case[] = {
	{ "", { NULL }, { NULL }, 0 },
	{ " -c a=b -cc-d=e  --f=g ", { "a", "c_d", "f" }, { "b", "e", "g" },
	    0 },
	{ "-c a=x\\ y\\\\z", { "a" }, { "x y\\z" }, 0 },
	{ "-c a=", { "a" }, { "" }, 0 },
	{ "-c", { NULL }, { NULL }, STELE_E_SYNTAX },
	{ "-c a", { NULL }, { NULL }, STELE_E_SYNTAX },
	{ "-x a=b", { NULL }, { NULL }, STELE_E_SYNTAX },
};

START_TEST(options_split)
{
	struct str rest = str_of_cstr(option_case[_i].text), name, value;
	int rc;

	for (int i = 0; i < 3 && option_case[_i].names[i] != NULL; i++) {
		ck_assert_int_eq(pg_options_next(&rest, &arena, &name, &value,
				     &err),
		    1);
		ck_assert_str_eq(name.data, option_case[_i].names[i]);
		ck_assert(
		    str_equal(value, str_of_cstr(option_case[_i].values[i])));
	}
	rc = pg_options_next(&rest, &arena, &name, &value, &err);
	ck_assert_msg(rc == option_case[_i].rc, "\"%s\": %d",
	    option_case[_i].text, rc);
}
END_TEST

static const struct {
	const char *data;
	size_t len;
	const char *bytes; /* NULL: valid */
} text_case[] = {
	{ BYTES("gr\xc3\xbc\xc3\x9f"), NULL },
	{ BYTES("a\xff"), "0xff" },
	{ BYTES("a\0b"), "0x00" },
	{ BYTES("\xe2\x28\xa1"), "0xe2 0x28 0xa1" },
	{ BYTES("\xf0\x9f"), "0xf0 0x9f" },
};

START_TEST(texts_are_utf8)
{
	char message[128];
	int rc =
	    pg_check_text(str_of(text_case[_i].data, text_case[_i].len), &err);

	if (text_case[_i].bytes == NULL) {
		ck_assert_int_eq(rc, 0);
		return;
	}
	ck_assert_int_eq(rc, STELE_E_CHARACTER_NOT_IN_REPERTOIRE);
	(void)snprintf(message, sizeof(message),
	    "invalid byte sequence for encoding \"UTF8\": %s",
	    text_case[_i].bytes);
	ck_assert_str_eq(err.message, message);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pg_frontend");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, frames, 0, ARRAY_LEN(frame_case));
	tcase_add_loop_test(tc, executions_are_found, 0,
	    ARRAY_LEN(execution_case));
	tcase_add_test(tc, parse_decodes);
	tcase_add_test(tc, bind_decodes);
	tcase_add_loop_test(tc, binds_are_found, 0, ARRAY_LEN(again_case));
	tcase_add_test(tc, bodies_are_walls);
	tcase_add_test(tc, counts_are_not_believed);
	tcase_add_test(tc, formats_must_fit_parameters);
	tcase_add_loop_test(tc, startup_frames, 0, ARRAY_LEN(packet_case));
	tcase_add_test(tc, startup_decodes);
	tcase_add_loop_test(tc, options_split, 0, ARRAY_LEN(option_case));
	tcase_add_loop_test(tc, texts_are_utf8, 0, ARRAY_LEN(text_case));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
