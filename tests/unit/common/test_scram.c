/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifiers: those of RFC 7677 and of PostgreSQL 15, their text and what is
 * none, clear passwords against them; base64.
 */
#include "common/scram.h"

#include <check.h>
#include <stdlib.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"

static struct error err;

/* RFC 7677 §3: its salt; the keys follow from its proof and signature. */
#define RFC_VERIFIER \
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:" \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

/* What pg_authid of PostgreSQL 15.14 had after CREATE ROLE ... PASSWORD. */
static const struct {
	const char *what;
	const char *password;
	const char *verifier;
} made_elsewhere[] = {
	{ "RFC 7677", "pencil", RFC_VERIFIER },
	{ "ASCII", "pencil",
	    "SCRAM-SHA-256$4096:QRZHqAst0DiYONui+XoqkQ==$"
	    "B4lgWKs8/+J/E5jQ8q1X1nEI/ZisuItmbUIzOH0NJ28=:"
	    "wJK6uWBhXvhqJ2DH2iExcewyj72mSVUj3IxF6kZmRMo=" },
	{ "a soft hyphen is nothing",
	    "I\xc2\xad"
	    "X",
	    "SCRAM-SHA-256$4096:xd219O8ebDHEHio+HJuHCg==$"
	    "t8Oa++Fmzf711aSFbOLmrnrVxH++RVbczCMFRUDmkXc=:"
	    "ai/QZvxtxiwC7oV5hVza3J+V8eDQxuHlpxHQV9y/nhU=" },
	{ "a roman nine is two letters", "\xe2\x85\xa8",
	    "SCRAM-SHA-256$4096:xd219O8ebDHEHio+HJuHCg==$"
	    "t8Oa++Fmzf711aSFbOLmrnrVxH++RVbczCMFRUDmkXc=:"
	    "ai/QZvxtxiwC7oV5hVza3J+V8eDQxuHlpxHQV9y/nhU=" },
	{ "a roman nine", "\xe2\x85\xa8",
	    "SCRAM-SHA-256$4096:BRktDoGkNsqoP7ozGFcosA==$"
	    "dNjCD2qc5Ap2VLWssuqvc4yFfqJJ1AaSytZW8ht+cVw=:"
	    "s7dZp/atTfViFJboDqS7B99cFsf91QDJoIBuDIDRbV4=" },
	{ "a hard space is a space",
	    "a\xc2\xa0"
	    "b",
	    "SCRAM-SHA-256$4096:w0fr7pNLvAigPSiTYKHbEg==$"
	    "ZX/TmoqXTChd9uz1kA15apOa4KLm0H9A4pM9q1r3unM=:"
	    "YXiRGONjd3Gag+500wYeYcSPZFRzi9/P/SwXjr0jieY=" },
	{ "unassigned in Unicode 3.2: taken as it is",
	    "\xf0\x9f\x98\x80 \xc2\xaa",
	    "SCRAM-SHA-256$4096:4NF8iGYX2M9QGD1m9yIPXA==$"
	    "HAnTWKhj2AZO0DRbn3o7i0vdocC+nE3veg5Bya7S41Q=:"
	    "cQirBZGfmzt+A2hVgXDS7VPUNFx2832dkDNxuG/BMKA=" },
	{ "right to left, and a left to right: taken as it is",
	    "\xd8\xa7\xc2\xaa\xd8\xa8",
	    "SCRAM-SHA-256$4096:si0/8q3/LZF+dMpkn78EZg==$"
	    "m+FwMiQKiSzdrLByX3017iGHt8X2QilPmtZG5kyK8QA=:"
	    "r6t5NOVXBpjyiuRaJzVVz3STu90NOYhmWdaHyStlQHY=" },
	{ "right to left, not at the end: taken as it is",
	    "\xd8\xa7\xd9\xa1\xc2\xb2",
	    "SCRAM-SHA-256$4096:JX54I5U0xP/crafvLew/Xw==$"
	    "dluj6KOGzAiRkhZnnPvGnm3h5nwDJNk/zho/nZEtThI=:"
	    "8CioXoODSIFp9u7oPqoEHwdePtifRUTU7AOePSJU6gU=" },
	{ "right to left with a digit within", "\xd8\xa7\xc2\xb2\xd8\xa8",
	    "SCRAM-SHA-256$4096:V75ASGupXAHK1KvOvmA88w==$"
	    "dGXRUy5UHcSsqp+0aP1SGRobH3n3q0jnon8QmQsLcAY=:"
	    "tsPyavK9FsVcv8LV7yQGrY5Mop0zDuM5AGkdGcmYsfI=" },
	{ "accents are composed",
	    "\xc3\xa9t"
	    "e\xcc\x81",
	    "SCRAM-SHA-256$4096:hHtTJfoEvl2OWlUcK5wqCA==$"
	    "ugPNNjR/ejt61E8jkywQau1UmsX2dGH9ZmKu9xcgg/g=:"
	    "ClEDnqVtytJx7AROgb0NwadWioLYuW2MfMUEcSviF2c=" },
	{ "a control is prohibited: taken as it is",
	    "\x07"
	    "\xc2\xaa",
	    "SCRAM-SHA-256$4096:kmRbUxSUI/puqGCgnYNuzw==$"
	    "9cX0NgQwO3pVXKycDth0acNwFgcnTBOPpxUOxtaKM60=:"
	    "s8xmhbhXr2dwkNnDxcCg9PqPgTSjrBBMgWHEOpYdQ/w=" },
};

START_TEST(passwords_of_others_fit)
{
	struct scram_verifier verifier;
	struct str text = str_of_cstr(made_elsewhere[_i].verifier);
	struct buf again;

	ck_assert(scram_parse(text, &verifier));
	ck_assert_msg(scram_check(&verifier,
			  str_of_cstr(made_elsewhere[_i].password), &err) == 0,
	    "%s", made_elsewhere[_i].what);
	ck_assert_int_eq(scram_check(&verifier, STR("pencil "), &err),
	    STELE_E_INVALID_PASSWORD);
	buf_init(&again);
	scram_put(&verifier, &again);
	ck_assert(str_equal(buf_str(&again), text));
	buf_release(&again);
}
END_TEST

START_TEST(own_verifiers_differ_by_salt)
{
	struct scram_verifier first, second, parsed;
	struct buf text;

	ck_assert_int_eq(scram_make(STR("s3cret"), 5, &first, &err), 0);
	ck_assert_int_eq(scram_make(STR("s3cret"), 5, &second, &err), 0);
	ck_assert_uint_eq(first.iterations, 5);
	ck_assert_uint_eq(first.salt_len, SCRAM_SALT_SIZE);
	ck_assert_mem_ne(first.salt, second.salt, SCRAM_SALT_SIZE);
	ck_assert_mem_ne(first.stored_key, second.stored_key, SCRAM_KEY_SIZE);
	buf_init(&text);
	scram_put(&first, &text);
	ck_assert_uint_lt(text.len, SCRAM_TEXT_SIZE);
	ck_assert(scram_parse(buf_str(&text), &parsed));
	ck_assert_mem_eq(&parsed, &first, sizeof(first));
	ck_assert_int_eq(scram_check(&parsed, STR("s3cret"), &err), 0);
	ck_assert_int_eq(scram_check(&parsed, STR("S3cret"), &err),
	    STELE_E_INVALID_PASSWORD);
	buf_release(&text);
}
END_TEST

/* Both keys have to fit. */
START_TEST(half_a_verifier_is_none)
{
	struct scram_verifier verifier;

	ck_assert(scram_parse(STR(RFC_VERIFIER), &verifier));
	verifier.server_key[31] ^= 1;
	ck_assert_int_eq(scram_check(&verifier, STR("pencil"), &err),
	    STELE_E_INVALID_PASSWORD);
	verifier.server_key[31] ^= 1;
	verifier.stored_key[0] ^= 0x80;
	ck_assert_int_eq(scram_check(&verifier, STR("pencil"), &err),
	    STELE_E_INVALID_PASSWORD);
}
END_TEST

START_TEST(lengths_of_passwords)
{
	char longest[SCRAM_PASSWORD_SIZE_MAX + 1];
	struct scram_verifier verifier;

	memset(longest, 'x', sizeof(longest));
	ck_assert_int_eq(scram_make(STR(""), 1, &verifier, &err),
	    STELE_E_INVALID_PARAMETER_VALUE);
	ck_assert_int_eq(scram_make(str_of(longest, SCRAM_PASSWORD_SIZE_MAX), 1,
			     &verifier, &err),
	    0);
	ck_assert_int_eq(scram_make(str_of(longest, sizeof(longest)), 1,
			     &verifier, &err),
	    STELE_E_INVALID_PARAMETER_VALUE);
	/* A password that is no UTF-8 is one all the same. */
	ck_assert_int_eq(scram_make(STR("\xff\xfe"), 1, &verifier, &err), 0);
	ck_assert_int_eq(scram_check(&verifier, STR("\xff\xfe"), &err), 0);
}
END_TEST

#define KEYS \
	"$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:" \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

static const char *const no_verifiers[] = {
	"",
	"pencil",
	"md5c0ffee00c0ffee00c0ffee00c0ffee00",
	"SCRAM-SHA-256$",
	"SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"scram-sha-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$-1:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$+1:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$4096 :W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$10000001:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$18446744073709551617:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS,
	"SCRAM-SHA-256$4096:" KEYS,
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=" KEYS,
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gR==" KEYS,
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS "=",
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==" KEYS "\n",
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA",
};

START_TEST(what_is_no_verifier)
{
	static const struct scram_verifier zero;
	struct scram_verifier verifier;

	ck_assert_msg(!scram_parse(str_of_cstr(no_verifiers[_i]), &verifier),
	    "%s", no_verifiers[_i]);
	ck_assert_mem_eq(&verifier, &zero, sizeof(zero));
}
END_TEST

/* More than may be given now, but may be stored. */
START_TEST(the_most_iterations)
{
	struct scram_verifier verifier;

	ck_assert(scram_parse(STR("SCRAM-SHA-256$10000000"
				  ":W22ZaJ0SNY7soEsUEjb6gQ==" KEYS),
	    &verifier));
	ck_assert_uint_eq(verifier.iterations, SCRAM_ITERATIONS_MAX);
}
END_TEST

START_TEST(no_prefix_is_a_verifier)
{
	struct str text = STR(RFC_VERIFIER);
	struct scram_verifier verifier;

	for (size_t len = 0; len < text.len; len++)
		ck_assert(!scram_parse(str_of(text.data, len), &verifier));
}
END_TEST

START_TEST(mocks_keep_their_salt)
{
	struct scram_verifier first, second, other, elsewhere;

	ck_assert_int_eq(scram_mock(STR("key"), STR("x"), 4096, &first, &err),
	    0);
	ck_assert_int_eq(scram_mock(STR("key"), STR("x"), 4096, &second, &err),
	    0);
	ck_assert_int_eq(scram_mock(STR("key"), STR("y"), 4096, &other, &err),
	    0);
	ck_assert_int_eq(scram_mock(STR("kez"), STR("x"), 4096, &elsewhere,
			     &err),
	    0);
	ck_assert_uint_eq(first.salt_len, SCRAM_SALT_SIZE);
	ck_assert_mem_eq(first.salt, second.salt, SCRAM_SALT_SIZE);
	ck_assert_mem_ne(first.salt, other.salt, SCRAM_SALT_SIZE);
	ck_assert_mem_ne(first.salt, elsewhere.salt, SCRAM_SALT_SIZE);
	ck_assert_mem_ne(first.stored_key, second.stored_key, SCRAM_KEY_SIZE);
}
END_TEST

/* RFC 4648 §10, and texts that are not what the bytes are written as. */
static const struct {
	const char *text;
	const char *bytes; /* NULL: no base64 */
} base64[] = {
	{ "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" }, { "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" }, { "Zm9vYmE=", "fooba" },
	{ "Zm9vYmFy", "foobar" }, { "Zg", NULL }, { "Zg=", NULL },
	{ "Zh==", NULL }, { "Zm9=", NULL }, { "====", NULL }, { "Z===", NULL },
	{ "Zg==Zg==", NULL }, { " Zm9v", NULL }, { " Zm9vYm", NULL },
	{ "Zm9v\n\n\n\n", NULL }, { "Zm-v", NULL },
	{ "Zm9vYmFyYg==", NULL }, /* longer than the room */
};

START_TEST(base64_is_strict)
{
	struct str text = str_of_cstr(base64[_i].text);
	uint8_t bytes[6];
	int len = crypto_base64_decode(text, bytes, sizeof(bytes));
	struct buf again;

	if (base64[_i].bytes == NULL) {
		ck_assert_msg(len == -1, "\"%s\"", base64[_i].text);
		return;
	}
	ck_assert_int_eq(len, (int)strlen(base64[_i].bytes));
	ck_assert(
	    len == 0 || memcmp(bytes, base64[_i].bytes, (size_t)len) == 0);
	buf_init(&again);
	crypto_put_base64(&again, str_of((const char *)bytes, (size_t)len));
	ck_assert(str_equal(buf_str(&again), text));
	buf_release(&again);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scram");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, passwords_of_others_fit, 0,
	    ARRAY_LEN(made_elsewhere));
	tcase_add_test(tc, own_verifiers_differ_by_salt);
	tcase_add_test(tc, half_a_verifier_is_none);
	tcase_add_test(tc, lengths_of_passwords);
	tcase_add_loop_test(tc, what_is_no_verifier, 0,
	    ARRAY_LEN(no_verifiers));
	tcase_add_test(tc, the_most_iterations);
	tcase_add_test(tc, no_prefix_is_a_verifier);
	tcase_add_test(tc, mocks_keep_their_salt);
	tcase_add_loop_test(tc, base64_is_strict, 0, ARRAY_LEN(base64));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
