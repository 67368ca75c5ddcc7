/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line of the native doors is taken apart into, well formed or not;
 * signatures in both forms, and those that clients of SnelDB make.
 */
#include "server/login/native_request.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "server/login/native_headers.h"

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
#define FRESH "1732100000.nonce-01." HEX64

static const struct {
	const char *line;
	enum native_proof proof;
	const char *user;
	const char *signature; /* or the token */
	const char *command;
} lines[] = {
	{ "", NATIVE_NO_PROOF, "", "", "" },
	{ " \t\r\n", NATIVE_NO_PROOF, "", "", "" },
	{ "PING", NATIVE_NO_PROOF, "", "", "PING" },
	{ "  PING \r\n", NATIVE_NO_PROOF, "", "", "PING" },

	/* a token */
	{ "PING TOKEN " HEX64, NATIVE_TOKEN, "", HEX64, "PING" },
	{ "PING TOKEN " HEX64 "\r\n", NATIVE_TOKEN, "", HEX64, "PING" },
	{ "PING   TOKEN    " HEX64, NATIVE_TOKEN, "", HEX64, "PING" },
	{ "A TOKEN b TOKEN " HEX64, NATIVE_TOKEN, "", HEX64, "A TOKEN b" },
	{ "x:y:PING TOKEN " HEX64, NATIVE_TOKEN, "", HEX64, "x:y:PING" },
	{ "AUTH TOKEN " HEX64, NATIVE_TOKEN, "", HEX64, "AUTH" },
	/* the word stands between blanks, in upper case */
	{ "TOKEN " HEX64, NATIVE_NO_PROOF, "", "", "TOKEN " HEX64 },
	{ " TOKEN " HEX64, NATIVE_NO_PROOF, "", "", "TOKEN " HEX64 },
	{ "PING token " HEX64, NATIVE_NO_PROOF, "", "", "PING token " HEX64 },
	{ "PINGTOKEN " HEX64, NATIVE_NO_PROOF, "", "", "PINGTOKEN " HEX64 },
	{ "PING TOKEN" HEX64, NATIVE_NO_PROOF, "", "", "PING TOKEN" HEX64 },
	{ "PING TOKEN " HEX64 "0", NATIVE_NO_PROOF, "", "",
	    "PING TOKEN " HEX64 "0" },
	{ "PING TOKEN abc", NATIVE_NO_PROOF, "", "", "PING TOKEN abc" },
	{ "PING TOKEN ", NATIVE_NO_PROOF, "", "", "PING TOKEN" },
	{ "S PAYLOAD {\"a\": \" TOKEN " HEX64 "\"}", NATIVE_NO_PROOF, "", "",
	    "S PAYLOAD {\"a\": \" TOKEN " HEX64 "\"}" },

	/* AUTH */
	{ "AUTH bob:" HEX64, NATIVE_AUTH, "bob", HEX64, "" },
	{ "auth  bob:" HEX64 " \r", NATIVE_AUTH, "bob", HEX64, "" },
	{ "AUTH bob:" FRESH, NATIVE_AUTH, "bob", FRESH, "" },
	{ "AUTH", NATIVE_AUTH, "", "", "" },
	{ "AUTH bob", NATIVE_AUTH, "", "", "" },
	{ "AUTH :" HEX64, NATIVE_AUTH, "", "", "" },
	{ "AUTH bob:", NATIVE_AUTH, "bob", "", "" },
	{ "AUTH b b:x", NATIVE_AUTH, "", "", "" },
	{ "AUTHOR bob:x", NATIVE_NO_PROOF, "", "", "AUTHOR bob:x" },
	{ "AUTHbob:" HEX64 ":PING", NATIVE_INLINE, "AUTHbob", HEX64, "PING" },

	/* user:signature:command */
	{ "bob:" HEX64 ":PING", NATIVE_INLINE, "bob", HEX64, "PING" },
	{ "bob:" HEX64 ": PING ", NATIVE_INLINE, "bob", HEX64, "PING" },
	{ "bob:" FRESH ":a:b:c", NATIVE_INLINE, "bob", FRESH, "a:b:c" },
	{ "bob:bad:PING", NATIVE_INLINE, "bob", "bad", "PING" },
	{ "b.o-b_1@x:bad:", NATIVE_INLINE, "b.o-b_1@x", "bad", "" },
	{ "\xc3\xa4:bad:PING", NATIVE_INLINE, "\xc3\xa4", "bad", "PING" },
	{ HEX64 ":" HEX64 ":PING", NATIVE_INLINE, HEX64, HEX64, "PING" },

	/* signature:command */
	{ HEX64 ":PING", NATIVE_SIGNED, "", HEX64, "PING" },
	{ FRESH ":PING", NATIVE_SIGNED, "", FRESH, "PING" },
	{ HEX64 ":", NATIVE_SIGNED, "", HEX64, "" },
	{ HEX64 ":STORE t FOR a:b PAYLOAD {}", NATIVE_SIGNED, "", HEX64,
	    "STORE t FOR a:b PAYLOAD {}" },
	{ HEX64 ":STORE t FOR a PAYLOAD {\"b\": 1}", NATIVE_SIGNED, "", HEX64,
	    "STORE t FOR a PAYLOAD {\"b\": 1}" },

	/* neither */
	{ "bob:PING", NATIVE_NO_PROOF, "", "", "bob:PING" },
	{ ":" HEX64 ":PING", NATIVE_NO_PROOF, "", "", ":" HEX64 ":PING" },
	{ "::PING", NATIVE_NO_PROOF, "", "", "::PING" },
	{ "bob::PING", NATIVE_NO_PROOF, "", "", "bob::PING" },
	{ "REPLAY FOR a:b:c", NATIVE_NO_PROOF, "", "", "REPLAY FOR a:b:c" },
	{ "SELECT-1::int4::text", NATIVE_NO_PROOF, "", "",
	    "SELECT-1::int4::text" },
	{ "SELECT'a:b:c'", NATIVE_NO_PROOF, "", "", "SELECT'a:b:c'" },
	{ "SELECT\"a:b:c\"", NATIVE_NO_PROOF, "", "", "SELECT\"a:b:c\"" },
	{ "b\x01:bad:PING", NATIVE_NO_PROOF, "", "", "b\x01:bad:PING" },
};

static void
expect(const char *what, const char *line, struct str got, const char *wanted)
{
	ck_assert_msg(str_equal(got, str_of_cstr(wanted)),
	    "%s: %s is \"%.*s\", not \"%s\"", line, what, STR_FMT(got), wanted);
}

START_TEST(takes_apart)
{
	const char *line = lines[_i].line;
	struct native_request request;

	native_request_parse(str_of_cstr(line), &request);
	ck_assert_msg(request.proof == lines[_i].proof, "%s: %d", line,
	    request.proof);
	expect("user", line, request.user, lines[_i].user);
	expect("proof", line,
	    request.proof == NATIVE_TOKEN ? request.token : request.signature,
	    lines[_i].signature);
	expect("command", line, request.command, lines[_i].command);
}
END_TEST

/* Words are bounded, whatever comes. */
START_TEST(long_words_are_none)
{
	char line[2000];
	struct native_request request;

	memset(line, 'a', sizeof(line));
	native_request_parse(str_of(line, sizeof(line)), &request);
	ck_assert_int_eq(request.proof, NATIVE_NO_PROOF);
	line[256] = line[257 + 256] = ':';
	native_request_parse(str_of(line, sizeof(line)), &request);
	ck_assert_int_eq(request.proof, NATIVE_INLINE);
	ck_assert_uint_eq(request.user.len, 256);
	line[256] = 'a';
	line[257] = ':';
	native_request_parse(str_of(line, sizeof(line)), &request);
	ck_assert_int_eq(request.proof, NATIVE_NO_PROOF);
	ck_assert_uint_eq(request.command.len, sizeof(line));
}
END_TEST

START_TEST(without_a_token_it_is_signed)
{
	struct native_request request;

	native_request_parse_signed(STR("bob:bad:PING TOKEN " HEX64), &request);
	ck_assert_int_eq(request.proof, NATIVE_INLINE);
	ck_assert(str_equal(request.command, STR("PING TOKEN " HEX64)));
}
END_TEST

/* ---- signatures ---- */

static const struct {
	const char *text;
	bool is_one;
	bool is_fresh;
	int64_t time_s;
	const char *nonce;
	const char *salt;
} signatures[] = {
	{ HEX64, true, false, 0, "", "" },
	{ "0123456789ABCDEF" HEX16 HEX16 HEX16, true, false, 0, "", "" },
	{ "1.12345678." HEX64, true, true, 1, "12345678", "1.12345678" },
	{ "999999999999.aA-_0000." HEX64, true, true, 999999999999, "aA-_0000",
	    "999999999999.aA-_0000" },
	{ "0." HEX64 "." HEX64, true, true, 0, HEX64, "0." HEX64 },
	{ "", false, false, 0, "", "" },
	{ "x", false, false, 0, "", "" },
	{ HEX16 HEX16 HEX16 "0123456789abcde", false, false, 0, "", "" },
	{ HEX64 "0", false, false, 0, "", "" },
	{ HEX16 HEX16 HEX16 "0123456789abcdeg", false, false, 0, "", "" },
	{ ".12345678." HEX64, false, false, 0, "", "" },
	{ "1..", false, false, 0, "", "" },
	{ "1.1234567." HEX64, false, false, 0, "", "" },
	{ "1.1234567:." HEX64, false, false, 0, "", "" },
	{ "1." HEX64 "0." HEX64, false, false, 0, "", "" },
	{ "-1.12345678." HEX64, false, false, 0, "", "" },
	{ "1e3.12345678." HEX64, false, false, 0, "", "" },
	{ "1234567890123.12345678." HEX64, false, false, 0, "", "" },
	{ "1.12345678." HEX64 "0", false, false, 0, "", "" },
	{ "1.12345678.", false, false, 0, "", "" },
};

START_TEST(reads_signatures)
{
	const char *text = signatures[_i].text;
	struct native_signature signature;

	ck_assert_msg(native_signature_parse(str_of_cstr(text), &signature) ==
		signatures[_i].is_one,
	    "%s", text);
	if (!signatures[_i].is_one)
		return;
	ck_assert_int_eq(signature.is_fresh, signatures[_i].is_fresh);
	ck_assert_int_eq(signature.time_s, signatures[_i].time_s);
	expect("nonce", text, signature.nonce, signatures[_i].nonce);
	expect("salt", text, signature.salt, signatures[_i].salt);
	ck_assert_uint_eq(signature.mac[0], 0x01);
	ck_assert_uint_eq(signature.mac[31], 0xef);
}
END_TEST

/* ---- fields of HTTP ---- */

/* "bob:pencil", "bob:", ":", "bob", "b:a:c" */
static const struct {
	const char *authorization;
	const char *user;
	const char *signature;
	const char *body;
	enum native_proof proof;
	const char *named;
	const char *proved; /* signature, token or password */
	const char *command;
} heads[] = {
	{ "", "", "", " PING\n", NATIVE_NO_PROOF, "", "", "PING" },
	{ "", "", "", "bob:bad:PING", NATIVE_INLINE, "bob", "bad", "PING" },
	{ "", "", "", "PING TOKEN " HEX64, NATIVE_TOKEN, "", HEX64, "PING" },
	{ "", "bob", HEX64, " PING\n", NATIVE_INLINE, "bob", HEX64, "PING" },
	{ "", "bob", "", "PING", NATIVE_INLINE, "bob", "", "PING" },
	{ "", "", HEX64, "PING", NATIVE_INLINE, "", HEX64, "PING" },
	/* then the body is nothing but the command */
	{ "", "bob", HEX64, "eve:bad:PING", NATIVE_INLINE, "bob", HEX64,
	    "eve:bad:PING" },
	{ "Bearer " HEX64, "", "", " PING ", NATIVE_TOKEN, "", HEX64, "PING" },
	{ "bearer\t" HEX64, "", "", "PING", NATIVE_TOKEN, "", HEX64, "PING" },
	{ "Bearer", "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
	{ "Bearer x", "", "", "PING", NATIVE_TOKEN, "", "x", "PING" },
	{ HEX64, "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
	{ "Digest a", "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
	{ "Bearer " HEX64, "bob", HEX64, "PING", NATIVE_INLINE, "bob", HEX64,
	    "PING" },
	{ "Basic Ym9iOnBlbmNpbA==", "", "", "PING", NATIVE_PASSWORD, "bob",
	    "pencil", "PING" },
	{ "BASIC  Ym9iOg==", "", "", "PING", NATIVE_PASSWORD, "bob", "",
	    "PING" },
	{ "Basic Og==", "", "", "PING", NATIVE_PASSWORD, "", "", "PING" },
	{ "Basic YjphOmM=", "", "", "PING", NATIVE_PASSWORD, "b", "a:c",
	    "PING" },
	{ "Basic Ym9i", "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
	{ "Basic ====", "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
	{ "Basic ", "", "", "PING", NATIVE_TOKEN, "", "", "PING" },
};

START_TEST(reads_heads)
{
	const struct native_headers headers = {
		.authorization = str_of_cstr(heads[_i].authorization),
		.user = str_of_cstr(heads[_i].user),
		.signature = str_of_cstr(heads[_i].signature),
	};
	const char *what = heads[_i].authorization;
	struct native_request request;
	struct native_basic space;

	native_request_of_headers(&headers, str_of_cstr(heads[_i].body),
	    str_of_cstr(heads[_i].body), &space, &request);
	ck_assert_msg(request.proof == heads[_i].proof, "%s: %d", what,
	    request.proof);
	expect("user", what, request.user, heads[_i].named);
	expect("proof", what,
	    request.proof == NATIVE_TOKEN          ? request.token
		: request.proof == NATIVE_PASSWORD ? request.password
						   : request.signature,
	    heads[_i].proved);
	expect("command", what, request.command, heads[_i].command);
}
END_TEST

/* From the tests of SnelDB's clients: their key is "secret-key". */
static const struct {
	const char *text;
	const char *mac;
} vectors[] = {
	{ "example",
	    "2324d3fbf5f36d5d59f01b2ce68178667d4c4cb7d06e82e48248d070ecfcc865" },
	{ "PING",
	    "5e30fe82c73083d961cb1772bde18879a3a9a3570f48fb19ebff403db4fb9ff7" },
	{ "user",
	    "df37b567e8b2a3219bae6fcb3e68f24e890403f78002120106c7f3b8a93a8b6d" },
};

START_TEST(signs_as_clients_do)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char text[CRYPTO_HEX_SIZE];
	struct error err;

	ck_assert_int_eq(crypto_hmac_sha256(STR("secret-key"),
			     str_of_cstr(vectors[_i].text), mac, &err),
	    0);
	crypto_hex_put(mac, text);
	ck_assert(str_equal(str_of(text, sizeof(text)),
	    str_of_cstr(vectors[_i].mac)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native_request");
	TCase *tests = tcase_create("native_request");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, takes_apart, 0, ARRAY_LEN(lines));
	tcase_add_test(tests, long_words_are_none);
	tcase_add_test(tests, without_a_token_it_is_signed);
	tcase_add_loop_test(tests, reads_signatures, 0, ARRAY_LEN(signatures));
	tcase_add_loop_test(tests, reads_heads, 0, ARRAY_LEN(heads));
	tcase_add_loop_test(tests, signs_as_clients_do, 0, ARRAY_LEN(vectors));
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
