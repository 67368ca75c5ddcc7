/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scram_exchange.c -- messages are attributes, each a letter, '=' and a value
 * without commas, separated by commas.
 */
#include "wire/scram_exchange.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/reader.h"

#define BINDING_TYPE "tls-server-end-point"

/* "p=", the type and two commas before the binding itself. */
#define GS2_SIZE_MAX (sizeof("p=" BINDING_TYPE ",,") - 1)

static int
malformed(struct error *err, const char *detail)
{
	(void)error_set(err, STELE_E_PROTOCOL_VIOLATION,
	    "malformed SCRAM message");
	return error_detail(err, "%s", detail);
}

static struct str
text_str(const struct scram_text *text)
{
	return str_of(text->data, text->len);
}

/* There is always room: who calls has bounded what he puts. */
static void
text_put(struct scram_text *text, struct str s)
{
	assert(s.len <= sizeof(text->data) - text->len);
	if (s.len > 0)
		memcpy(text->data + text->len, s.data, s.len);
	text->len += s.len;
}

static void
text_put_base64(struct scram_text *text, struct str bytes, struct error *err,
    int *rc)
{
	struct buf base64;

	buf_init(&base64);
	crypto_put_base64(&base64, bytes);
	if (base64.failed)
		*rc = error_no_memory(err);
	else
		text_put(text, buf_str(&base64));
	buf_release(&base64);
}

/* ---- reading ---- */

/* The next byte is this one. */
static bool
take_char(struct reader *r, char wanted)
{
	return reader_u8(r) == (uint8_t)wanted && !r->failed;
}

/* Up to the next comma, which is taken too, or to the end. */
static struct str
take_value(struct reader *r)
{
	const char *first = (const char *)r->next;
	size_t left = reader_left(r);
	const char *comma = left == 0 ? NULL : memchr(first, ',', left);
	struct str value =
	    str_of(first, comma == NULL ? left : (size_t)(comma - first));

	r->next += value.len + (comma == NULL ? 0 : 1);
	return value;
}

/* A letter of any attribute, and its value. */
static bool
take_attribute(struct reader *r, char *letter, struct str *value)
{
	*letter = (char)reader_u8(r);
	if (r->failed || !take_char(r, '='))
		return false;
	*value = take_value(r);
	return (*letter >= 'a' && *letter <= 'z') ||
	    (*letter >= 'A' && *letter <= 'Z');
}

static bool
take_named(struct reader *r, char name, struct str *value)
{
	char letter;

	return take_attribute(r, &letter, value) && letter == name;
}

static int
check_message(struct str message, struct error *err)
{
	if (message.len == 0)
		return malformed(err, "The message is empty.");
	if (message.len > SCRAM_MESSAGE_MAX)
		return malformed(err, "The message is too long.");
	if (memchr(message.data, '\0', message.len) != NULL)
		return malformed(err, "The message has a zero byte.");
	return 0;
}

/* ---- the client's first message ---- */

static int
check_flag(const struct scram_exchange *exchange, struct error *err)
{
	if (exchange->is_plus && exchange->gs2_flag != 'p')
		return malformed(err,
		    "The client selected " SCRAM_MECHANISM_PLUS
		    ", but the SCRAM message does not include channel binding "
		    "data.");
	if (!exchange->is_plus && exchange->gs2_flag == 'p')
		return malformed(err,
		    "The client selected " SCRAM_MECHANISM
		    " without channel binding, but the SCRAM message includes "
		    "channel binding data.");
	if (exchange->gs2_flag != 'y' || exchange->binding_len == 0)
		return 0;
	(void)error_set(err, STELE_E_INVALID_AUTHORIZATION,
	    "SCRAM channel binding negotiation error");
	return error_detail(err,
	    "The client supports SCRAM channel binding but thinks the server "
	    "does not. However, this server does support channel binding.");
}

/* Whether the client binds to the channel, and that it names nobody else. */
static int
read_gs2_header(struct scram_exchange *exchange, struct reader *r,
    struct error *err)
{
	struct str type;
	int rc;

	exchange->gs2_flag = (char)reader_u8(r);
	switch (exchange->gs2_flag) {
	case 'n':
	case 'y':
		if (!take_char(r, ','))
			return malformed(err, "A comma is missing.");
		break;
	case 'p':
		if (!take_char(r, '='))
			return malformed(err, "A channel binding is missing.");
		type = take_value(r);
		if (!str_equal(type, STR(BINDING_TYPE)))
			return error_set(err, STELE_E_PROTOCOL_VIOLATION,
			    "unsupported SCRAM channel-binding type");
		break;
	default:
		return malformed(err,
		    "The channel-binding flag is none of \"n\", \"y\" and "
		    "\"p\".");
	}
	rc = check_flag(exchange, err);
	if (rc != 0)
		return rc;
	if (reader_left(r) > 0 && *r->next == 'a')
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "client uses authorization identity, but it is not "
		    "supported");
	if (!take_char(r, ','))
		return malformed(err, "A comma is missing.");
	return 0;
}

static bool
is_nonce(struct str nonce)
{
	for (size_t i = 0; i < nonce.len; i++)
		if (nonce.data[i] < 0x21 || nonce.data[i] > 0x7e)
			return false;
	return nonce.len > 0;
}

/* The name is ignored; the nonce is the client's; what follows is optional. */
static int
read_client_first(struct reader *r, struct str *nonce, struct error *err)
{
	struct str ignored;
	char letter;

	if (reader_left(r) > 0 && *r->next == 'm')
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "client requires an unsupported SCRAM extension");
	if (!take_named(r, 'n', &ignored))
		return malformed(err, "The name is missing.");
	if (!take_named(r, 'r', nonce))
		return malformed(err, "The nonce is missing.");
	if (!is_nonce(*nonce))
		return malformed(err, "The nonce is not printable.");
	while (reader_left(r) > 0)
		if (!take_attribute(r, &letter, &ignored))
			return malformed(err, "An attribute was expected.");
	return 0;
}

/* r=<both nonces>,s=<salt>,i=<iterations> */
static int
make_server_first(struct scram_exchange *exchange, struct str client_nonce,
    struct error *err)
{
	struct scram_text *text = &exchange->server_first;
	const struct scram_verifier *verifier = &exchange->verifier;
	char nonce[SCRAM_NONCE_SIZE / 4 * 3], iterations[24];
	int rc = crypto_random(nonce, sizeof(nonce), err);

	if (rc != 0)
		return rc;
	text->len = 0;
	text_put(text, STR("r="));
	exchange->nonce_off = text->len;
	text_put(text, client_nonce);
	text_put_base64(text, str_of(nonce, sizeof(nonce)), err, &rc);
	exchange->nonce_len = text->len - exchange->nonce_off;
	text_put(text, STR(",s="));
	text_put_base64(text,
	    str_of((const char *)verifier->salt, verifier->salt_len), err, &rc);
	(void)snprintf(iterations, sizeof(iterations), ",i=%u",
	    (unsigned)verifier->iterations);
	text_put(text, str_of_cstr(iterations));
	return rc;
}

static int
choose(struct scram_exchange *exchange, struct str mechanism, struct error *err)
{
	exchange->is_plus = str_equal(mechanism, STR(SCRAM_MECHANISM_PLUS));
	if (exchange->is_plus && exchange->binding_len > 0)
		return 0;
	if (!exchange->is_plus && str_equal(mechanism, STR(SCRAM_MECHANISM)))
		return 0;
	return error_set(err, STELE_E_PROTOCOL_VIOLATION,
	    "client selected an invalid SASL authentication mechanism");
}

static int
first(struct scram_exchange *exchange, struct str mechanism, struct str message,
    struct error *err)
{
	struct reader r = reader_over(message.data, message.len);
	struct str nonce;
	int rc = choose(exchange, mechanism, err);

	if (rc == 0)
		rc = check_message(message, err);
	if (rc == 0)
		rc = read_gs2_header(exchange, &r, err);
	if (rc != 0)
		return rc;
	exchange->client_first.len = 0;
	text_put(&exchange->client_first,
	    str_of((const char *)r.next, reader_left(&r)));
	rc = read_client_first(&r, &nonce, err);
	if (rc != 0)
		return rc;
	return make_server_first(exchange, nonce, err);
}

int
scram_exchange_first(struct scram_exchange *exchange, struct str mechanism,
    struct str message, struct buf *out, struct error *err)
{
	int rc;

	assert(exchange->state == SCRAM_FIRST);
	rc = first(exchange, mechanism, message, err);
	exchange->state = rc == 0 ? SCRAM_FINAL : SCRAM_FAILED;
	if (rc == 0)
		buf_put_str(out, text_str(&exchange->server_first));
	return rc;
}

/* ---- the client's last message ---- */

struct client_final {
	struct str binding; /* in base64 */
	struct str nonce;
	struct str without_proof;
	uint8_t proof[SCRAM_KEY_SIZE];
};

static int
read_client_final(struct str message, struct client_final *out,
    struct error *err)
{
	struct reader r = reader_over(message.data, message.len);
	struct str value;
	size_t proof_off = 0;
	char letter = 0;

	if (!take_named(&r, 'c', &out->binding))
		return malformed(err, "The channel binding is missing.");
	if (!take_named(&r, 'r', &out->nonce))
		return malformed(err, "The nonce is missing.");
	while (letter != 'p') {
		proof_off = message.len - reader_left(&r);
		if (!take_attribute(&r, &letter, &value))
			return malformed(err, "The proof is missing.");
	}
	if (reader_left(&r) > 0 || message.data[message.len - 1] == ',')
		return malformed(err, "The proof is not the last attribute.");
	if (crypto_base64_decode(value, out->proof, sizeof(out->proof)) !=
	    SCRAM_KEY_SIZE)
		return malformed(err, "The proof has no right form.");
	/* Without the comma before it. */
	out->without_proof = str_of(message.data, proof_off - 1);
	return 0;
}

/* The client repeats its header, with the binding if it has one. */
static int
check_binding(const struct scram_exchange *exchange, struct str given,
    struct error *err)
{
	char wanted[GS2_SIZE_MAX + SCRAM_BINDING_SIZE_MAX];
	struct scram_text base64 = { .len = 0 };
	size_t len = 0;
	int rc = 0;

	if (exchange->gs2_flag == 'p') {
		memcpy(wanted, "p=" BINDING_TYPE ",,", GS2_SIZE_MAX);
		memcpy(wanted + GS2_SIZE_MAX, exchange->binding,
		    exchange->binding_len);
		len = GS2_SIZE_MAX + exchange->binding_len;
	} else {
		wanted[len++] = exchange->gs2_flag;
		wanted[len++] = ',';
		wanted[len++] = ',';
	}
	text_put_base64(&base64, str_of(wanted, len), err, &rc);
	if (rc != 0 || crypto_equal(text_str(&base64), given))
		return rc;
	if (exchange->gs2_flag == 'p')
		return error_set(err, STELE_E_INVALID_AUTHORIZATION,
		    "SCRAM channel binding check failed");
	return error_set(err, STELE_E_PROTOCOL_VIOLATION,
	    "unexpected SCRAM channel-binding attribute in "
	    "client-final-message");
}

/* HMAC of all that was said, with one of the verifier's keys. */
static int
sign(const struct scram_exchange *exchange, const uint8_t key[SCRAM_KEY_SIZE],
    struct str without_proof, uint8_t out[SCRAM_KEY_SIZE], struct error *err)
{
	char said[2 * SCRAM_MESSAGE_MAX + SCRAM_SERVER_FIRST_MAX + 2];
	const struct str parts[] = {
		text_str(&exchange->client_first),
		STR(","),
		text_str(&exchange->server_first),
		STR(","),
		without_proof,
	};
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		assert(parts[i].len <= sizeof(said) - len);
		memcpy(said + len, parts[i].data, parts[i].len);
		len += parts[i].len;
	}
	return crypto_hmac_sha256(str_of((const char *)key, SCRAM_KEY_SIZE),
	    str_of(said, len), out, err);
}

/* The proof is the client's key, hidden by the signature. */
static int
check_proof(const struct scram_exchange *exchange,
    const struct client_final *message, struct error *err)
{
	const struct scram_verifier *verifier = &exchange->verifier;
	uint8_t key[SCRAM_KEY_SIZE], hash[SCRAM_KEY_SIZE];
	bool is_right;
	int rc = sign(exchange, verifier->stored_key, message->without_proof,
	    key, err);

	if (rc == 0) {
		for (size_t i = 0; i < SCRAM_KEY_SIZE; i++)
			key[i] ^= message->proof[i];
		rc = crypto_sha256(str_of((const char *)key, SCRAM_KEY_SIZE),
		    hash, err);
	}
	crypto_wipe(key, sizeof(key));
	if (rc != 0)
		return rc;
	is_right = crypto_equal(str_of((const char *)hash, SCRAM_KEY_SIZE),
	    str_of((const char *)verifier->stored_key, SCRAM_KEY_SIZE));
	if (is_right && !exchange->is_mock)
		return 0;
	return error_set(err, STELE_E_INVALID_PASSWORD,
	    "password authentication failed");
}

static int
final(const struct scram_exchange *exchange, struct str message,
    struct buf *out, struct error *err)
{
	struct client_final parts = { .proof = { 0 } };
	uint8_t signature[SCRAM_KEY_SIZE];
	int rc = check_message(message, err);

	if (rc == 0)
		rc = read_client_final(message, &parts, err);
	if (rc == 0)
		rc = check_binding(exchange, parts.binding, err);
	if (rc == 0 &&
	    !crypto_equal(parts.nonce,
		str_of(exchange->server_first.data + exchange->nonce_off,
		    exchange->nonce_len)))
		rc = malformed(err, "The nonce is another one.");
	if (rc == 0)
		rc = check_proof(exchange, &parts, err);
	if (rc == 0)
		rc = sign(exchange, exchange->verifier.server_key,
		    parts.without_proof, signature, err);
	if (rc != 0)
		return rc;
	buf_put_cstr(out, "v=");
	crypto_put_base64(out,
	    str_of((const char *)signature, sizeof(signature)));
	return 0;
}

int
scram_exchange_final(struct scram_exchange *exchange, struct str message,
    struct buf *out, struct error *err)
{
	int rc;

	assert(exchange->state == SCRAM_FINAL);
	rc = final(exchange, message, out, err);
	exchange->state = rc == 0 ? SCRAM_DONE : SCRAM_FAILED;
	return rc;
}

/* ---- its life ---- */

void
scram_exchange_init(struct scram_exchange *exchange,
    const struct scram_verifier *verifier, bool is_mock, struct str binding)
{
	assert(binding.len <= SCRAM_BINDING_SIZE_MAX);
	memset(exchange, 0, sizeof(*exchange));
	exchange->state = SCRAM_FIRST;
	exchange->is_mock = is_mock;
	exchange->verifier = *verifier;
	exchange->binding_len = binding.len;
	if (binding.len > 0)
		memcpy(exchange->binding, binding.data, binding.len);
}

void
scram_exchange_release(struct scram_exchange *exchange)
{
	crypto_wipe(exchange, sizeof(*exchange));
}
