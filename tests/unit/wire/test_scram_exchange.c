/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of SCRAM: the exchange that RFC 7677 shows, all that a
 * client may get wrong, channel binding and what forbids to give it up, and
 * mocks, which never let anybody in.
 */
#include "wire/scram_exchange.h"

#include <check.h>
#include <stdlib.h>

#include "common/attr.h"
#include "common/error.h"

#define RFC_VERIFIER \
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:" \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
#define RFC_CLIENT_NONCE "rOprNGfwEbeRWgbNEkqO"
#define RFC_NONCE        RFC_CLIENT_NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define RFC_FIRST        "n,,n=user,r=" RFC_CLIENT_NONCE
#define RFC_ANSWER       "r=" RFC_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define RFC_PROOF        "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
#define RFC_FINAL        "c=biws,r=" RFC_NONCE ",p=" RFC_PROOF
#define RFC_SIGNATURE    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

static struct scram_exchange exchange;
static struct buf out;
static struct error err;

static void
begin(bool is_mock, struct str binding)
{
	struct scram_verifier verifier;

	ck_assert(scram_parse(STR(RFC_VERIFIER), &verifier));
	scram_exchange_init(&exchange, &verifier, is_mock, binding);
	buf_init(&out);
}

static void
end(void)
{
	scram_exchange_release(&exchange);
	buf_release(&out);
}

/* As if our nonce had been that of the RFC. */
static void
take_rfc_nonce(void)
{
	struct str answer = STR(RFC_ANSWER);

	memcpy(exchange.server_first.data, answer.data, answer.len);
	exchange.server_first.len = answer.len;
	exchange.nonce_len = sizeof(RFC_NONCE) - 1;
	buf_reset(&out);
}

START_TEST(the_exchange_of_the_rfc)
{
	begin(false, STR(""));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR(RFC_FIRST), &out, &err),
	    0);
	ck_assert(str_starts_with(buf_str(&out), STR("r=" RFC_CLIENT_NONCE)));
	ck_assert_uint_eq(out.len,
	    sizeof("r=" RFC_CLIENT_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") -
		1 + SCRAM_NONCE_SIZE);
	take_rfc_nonce();
	ck_assert_int_eq(scram_exchange_final(&exchange, STR(RFC_FINAL), &out,
			     &err),
	    0);
	ck_assert(str_equal(buf_str(&out), STR(RFC_SIGNATURE)));
	ck_assert_int_eq(exchange.state, SCRAM_DONE);
	end();
}
END_TEST

START_TEST(nonces_differ)
{
	struct buf first;

	begin(false, STR(""));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR(RFC_FIRST), &out, &err),
	    0);
	first = out;
	begin(false, STR(""));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR(RFC_FIRST), &out, &err),
	    0);
	ck_assert_uint_eq(first.len, out.len);
	ck_assert(!str_equal(buf_str(&first), buf_str(&out)));
	buf_release(&first);
	end();
}
END_TEST

#define WRONG STELE_E_INVALID_PASSWORD
#define BAD   STELE_E_PROTOCOL_VIOLATION

static const struct {
	const char *what;
	const char *mechanism;
	const char *message;
	int code;
} firsts[] = {
	{ "no name, as libpq", "SCRAM-SHA-256", "n,,n=,r=x", 0 },
	{ "any name, as pgjdbc", "SCRAM-SHA-256", "n,,n=*,r=x", 0 },
	{ "thinks we have no binding", "SCRAM-SHA-256", "y,,n=,r=x", 0 },
	{ "optional extensions", "SCRAM-SHA-256", "n,,n=,r=x,a=b,Z=", 0 },
	{ "empty", "SCRAM-SHA-256", "", BAD },
	{ "another mechanism", "SCRAM-SHA-1", "n,,n=,r=x", BAD },
	{ "no mechanism", "", "n,,n=,r=x", BAD },
	{ "PLUS without TLS", "SCRAM-SHA-256-PLUS",
	    "p=tls-server-end-point,,n=,r=x", BAD },
	{ "binding without PLUS", "SCRAM-SHA-256",
	    "p=tls-server-end-point,,n=,r=x", BAD },
	{ "no flag", "SCRAM-SHA-256", ",,n=,r=x", BAD },
	{ "another flag", "SCRAM-SHA-256", "x,,n=,r=x", BAD },
	{ "half a header", "SCRAM-SHA-256", "n", BAD },
	{ "a header", "SCRAM-SHA-256", "n,,", BAD },
	{ "no comma", "SCRAM-SHA-256", "nn=,r=x", BAD },
	{ "one comma", "SCRAM-SHA-256", "n,n=,r=x", BAD },
	{ "another identity", "SCRAM-SHA-256", "n,a=root,n=,r=x",
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "mandatory extension", "SCRAM-SHA-256", "n,,m=1,n=,r=x",
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "no name", "SCRAM-SHA-256", "n,,r=x", BAD },
	{ "no nonce", "SCRAM-SHA-256", "n,,n=", BAD },
	{ "no nonce either", "SCRAM-SHA-256", "n,,n=,", BAD },
	{ "empty nonce", "SCRAM-SHA-256", "n,,n=,r=", BAD },
	{ "nonce with a space", "SCRAM-SHA-256", "n,,n=,r=a b", BAD },
	{ "nonce not ASCII", "SCRAM-SHA-256", "n,,n=,r=\xc3\xa9", BAD },
	{ "junk behind", "SCRAM-SHA-256", "n,,n=,r=x,junk", BAD },
	{ "digit for a letter", "SCRAM-SHA-256", "n,,n=,r=x,1=", BAD },
};

START_TEST(first_messages)
{
	int code;

	begin(false, STR(""));
	code =
	    scram_exchange_first(&exchange, str_of_cstr(firsts[_i].mechanism),
		str_of_cstr(firsts[_i].message), &out, &err);
	ck_assert_msg(code == firsts[_i].code, "%s: %d", firsts[_i].what, code);
	ck_assert_int_eq(exchange.state,
	    code == 0 ? SCRAM_FINAL : SCRAM_FAILED);
	ck_assert(code == 0 || out.len == 0);
	end();
}
END_TEST

START_TEST(a_zero_byte_is_refused)
{
	begin(false, STR(""));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR("n,,n=\0,r=x"), &out, &err),
	    BAD);
	end();
}
END_TEST

/* The longest message, and one byte more. */
START_TEST(lengths_of_messages)
{
	char message[SCRAM_MESSAGE_MAX + 1];

	memset(message, 'x', sizeof(message));
	memcpy(message, "n,,n=,r=", 8);
	for (size_t len = SCRAM_MESSAGE_MAX - 1; len <= sizeof(message);
	     len++) {
		begin(false, STR(""));
		ck_assert_int_eq(scram_exchange_first(&exchange,
				     STR(SCRAM_MECHANISM), str_of(message, len),
				     &out, &err),
		    len <= SCRAM_MESSAGE_MAX ? 0 : BAD);
		end();
	}
}
END_TEST

static const struct {
	const char *what;
	const char *message;
	int code;
} finals[] = {
	{ "right", RFC_FINAL, 0 },
	{ "wrong proof",
	    "c=biws,r=" RFC_NONCE
	    ",p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    WRONG },
	{ "what was signed has changed",
	    "c=biws,r=" RFC_NONCE ",x=y,p=" RFC_PROOF, WRONG },
	{ "empty", "", BAD },
	{ "another header", "c=eSws,r=" RFC_NONCE ",p=" RFC_PROOF, BAD },
	{ "binding that was not announced",
	    "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws,r=" RFC_NONCE ",p=" RFC_PROOF,
	    BAD },
	{ "the client's nonce only",
	    "c=biws,r=" RFC_CLIENT_NONCE ",p=" RFC_PROOF, BAD },
	{ "a longer nonce", "c=biws,r=" RFC_NONCE "x,p=" RFC_PROOF, BAD },
	{ "no nonce", "c=biws,p=" RFC_PROOF, BAD },
	{ "no binding", "r=" RFC_NONCE ",p=" RFC_PROOF, BAD },
	{ "no proof", "c=biws,r=" RFC_NONCE, BAD },
	{ "no proof either", "c=biws,r=" RFC_NONCE ",", BAD },
	{ "empty proof", "c=biws,r=" RFC_NONCE ",p=", BAD },
	{ "short proof", "c=biws,r=" RFC_NONCE ",p=AAAA", BAD },
	{ "long proof", "c=biws,r=" RFC_NONCE ",p=AAAA" RFC_PROOF, BAD },
	{ "proof with a newline", "c=biws,r=" RFC_NONCE ",p=" RFC_PROOF "\n",
	    BAD },
	{ "something behind", RFC_FINAL ",x=y", BAD },
	{ "a comma behind", RFC_FINAL ",", BAD },
	{ "two proofs", RFC_FINAL ",p=" RFC_PROOF, BAD },
};

static int
finish_rfc(bool is_mock, struct str message)
{
	begin(is_mock, STR(""));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR(RFC_FIRST), &out, &err),
	    0);
	take_rfc_nonce();
	return scram_exchange_final(&exchange, message, &out, &err);
}

START_TEST(final_messages)
{
	int code = finish_rfc(false, str_of_cstr(finals[_i].message));

	ck_assert_msg(code == finals[_i].code, "%s: %d", finals[_i].what, code);
	ck_assert_int_eq(exchange.state, code == 0 ? SCRAM_DONE : SCRAM_FAILED);
	ck_assert(code == 0 || out.len == 0);
	end();
}
END_TEST

START_TEST(no_prefix_of_a_final_message_is_one)
{
	struct str message = STR(RFC_FINAL);

	for (size_t len = 0; len < message.len; len++) {
		ck_assert_int_eq(finish_rfc(false, str_of(message.data, len)),
		    BAD);
		end();
	}
}
END_TEST

/* Any one character changed is a wrong proof, or no message. */
START_TEST(no_change_is_right)
{
	char message[] = RFC_FINAL;

	for (size_t i = 0; i < sizeof(message) - 1; i++) {
		int code;

		message[i] ^= 1;
		code = finish_rfc(false, str_of(message, sizeof(message) - 1));
		ck_assert(code == WRONG || code == BAD);
		end();
		message[i] ^= 1;
	}
}
END_TEST

START_TEST(a_mock_lets_nobody_in)
{
	ck_assert_int_eq(finish_rfc(true, STR(RFC_FINAL)), WRONG);
	ck_assert_str_eq(err.message, "password authentication failed");
	ck_assert_uint_eq(out.len, 0);
	end();
}
END_TEST

/* ---- channel binding ---- */

#define HASH "0123456789abcdef0123456789abcdef"

START_TEST(giving_up_binding_is_noticed)
{
	begin(false, STR(HASH));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR("y,,n=,r=x"), &out, &err),
	    STELE_E_INVALID_AUTHORIZATION);
	end();
	begin(false, STR(HASH));
	ck_assert_int_eq(scram_exchange_first(&exchange, STR(SCRAM_MECHANISM),
			     STR("n,,n=,r=x"), &out, &err),
	    0);
	end();
	begin(false, STR(HASH));
	ck_assert_int_eq(scram_exchange_first(&exchange,
			     STR(SCRAM_MECHANISM_PLUS), STR("n,,n=,r=x"), &out,
			     &err),
	    BAD);
	end();
	begin(false, STR(HASH));
	ck_assert_int_eq(scram_exchange_first(&exchange,
			     STR(SCRAM_MECHANISM_PLUS),
			     STR("p=tls-unique,,n=,r=x"), &out, &err),
	    BAD);
	end();
}
END_TEST

/* A client, which knows StoredKey's key as PBKDF2 of "pencil" makes it. */
static void
client_final(struct str binding, struct buf *message)
{
	uint8_t salted[SCRAM_KEY_SIZE], key[SCRAM_KEY_SIZE];
	uint8_t stored[SCRAM_KEY_SIZE], signature[SCRAM_KEY_SIZE];
	struct str answer = buf_str(&out);
	size_t nonce_len =
	    (size_t)((const char *)memchr(answer.data, ',', answer.len) -
		answer.data);
	struct buf header, said;

	ck_assert_int_eq(crypto_pbkdf2_sha256(STR("pencil"),
			     str_of((const char *)exchange.verifier.salt,
				 exchange.verifier.salt_len),
			     4096, salted, &err),
	    0);
	ck_assert_int_eq(crypto_hmac_sha256(str_of((const char *)salted,
						SCRAM_KEY_SIZE),
			     STR("Client Key"), key, &err),
	    0);
	ck_assert_int_eq(crypto_sha256(str_of((const char *)key,
					   SCRAM_KEY_SIZE),
			     stored, &err),
	    0);
	buf_init(&header);
	buf_put_cstr(&header, "p=tls-server-end-point,,");
	buf_put_str(&header, binding);
	buf_put_cstr(message, "c=");
	crypto_put_base64(message, buf_str(&header));
	buf_put_u8(message, ',');
	buf_put(message, answer.data, nonce_len);
	buf_init(&said);
	buf_put_cstr(&said, "n=,r=x,");
	buf_put_str(&said, answer);
	buf_put_u8(&said, ',');
	buf_put_str(&said, buf_str(message));
	ck_assert_int_eq(crypto_hmac_sha256(str_of((const char *)stored,
						SCRAM_KEY_SIZE),
			     buf_str(&said), signature, &err),
	    0);
	for (size_t i = 0; i < SCRAM_KEY_SIZE; i++)
		key[i] ^= signature[i];
	buf_put_cstr(message, ",p=");
	crypto_put_base64(message, str_of((const char *)key, SCRAM_KEY_SIZE));
	buf_release(&header);
	buf_release(&said);
}

static int
login_bound(struct str server_binding, struct str client_binding)
{
	struct buf message;
	int code;

	begin(false, server_binding);
	ck_assert_int_eq(scram_exchange_first(&exchange,
			     STR(SCRAM_MECHANISM_PLUS),
			     STR("p=tls-server-end-point,,n=,r=x"), &out, &err),
	    0);
	buf_init(&message);
	client_final(client_binding, &message);
	buf_reset(&out);
	code = scram_exchange_final(&exchange, buf_str(&message), &out, &err);
	buf_release(&message);
	end();
	return code;
}

START_TEST(bindings_must_be_the_same)
{
	ck_assert_int_eq(login_bound(STR(HASH), STR(HASH)), 0);
	ck_assert_int_eq(login_bound(STR(HASH HASH), STR(HASH HASH)), 0);
	ck_assert_int_eq(login_bound(STR(HASH), STR("1" HASH)),
	    STELE_E_INVALID_AUTHORIZATION);
	ck_assert_int_eq(login_bound(STR(HASH), STR("")),
	    STELE_E_INVALID_AUTHORIZATION);
	ck_assert_int_eq(login_bound(STR(HASH HASH), STR(HASH)),
	    STELE_E_INVALID_AUTHORIZATION);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scram_exchange");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, the_exchange_of_the_rfc);
	tcase_add_test(tc, nonces_differ);
	tcase_add_loop_test(tc, first_messages, 0, ARRAY_LEN(firsts));
	tcase_add_test(tc, a_zero_byte_is_refused);
	tcase_add_test(tc, lengths_of_messages);
	tcase_add_loop_test(tc, final_messages, 0, ARRAY_LEN(finals));
	tcase_add_test(tc, no_prefix_of_a_final_message_is_one);
	tcase_add_test(tc, no_change_is_right);
	tcase_add_test(tc, a_mock_lets_nobody_in);
	tcase_add_test(tc, giving_up_binding_is_noticed);
	tcase_add_test(tc, bindings_must_be_the_same);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
