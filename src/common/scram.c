/* SPDX-License-Identifier: Apache-2.0 */
#include "common/scram.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/saslprep.h"

#define PREFIX "SCRAM-SHA-256$"

static struct str
key_str(const uint8_t key[SCRAM_KEY_SIZE])
{
	return str_of((const char *)key, SCRAM_KEY_SIZE);
}

static struct str
salt_str(const struct scram_verifier *verifier)
{
	return str_of((const char *)verifier->salt, verifier->salt_len);
}

/* ---- making ---- */

static int
salt_password(struct str password, struct str salt, uint32_t iterations,
    uint8_t out[SCRAM_KEY_SIZE], struct error *err)
{
	struct buf prepared;
	int rc;

	if (password.len == 0)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "password must not be empty");
	if (password.len > SCRAM_PASSWORD_SIZE_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "password must not have more than %d bytes",
		    SCRAM_PASSWORD_SIZE_MAX);
	buf_init(&prepared);
	saslprep_put(&prepared, password);
	rc = prepared.failed ? error_no_memory(err)
			     : crypto_pbkdf2_sha256(buf_str(&prepared), salt,
				   iterations, out, err);
	crypto_release_buf(&prepared);
	return rc;
}

static int
scram_derive(struct str password, struct str salt, uint32_t iterations,
    struct scram_verifier *out, struct error *err)
{
	uint8_t salted[SCRAM_KEY_SIZE], client_key[SCRAM_KEY_SIZE];
	int rc;

	assert(salt.len <= SCRAM_SALT_SIZE_MAX && iterations > 0);
	*out = (struct scram_verifier){ .iterations = iterations };
	out->salt_len = (uint32_t)salt.len;
	memcpy(out->salt, salt.data, salt.len);
	rc = salt_password(password, salt, iterations, salted, err);
	if (rc != 0)
		return rc;
	rc = crypto_hmac_sha256(key_str(salted), STR("Client Key"), client_key,
	    err);
	if (rc == 0)
		rc = crypto_sha256(key_str(client_key), out->stored_key, err);
	if (rc == 0)
		rc = crypto_hmac_sha256(key_str(salted), STR("Server Key"),
		    out->server_key, err);
	crypto_wipe(salted, sizeof(salted));
	crypto_wipe(client_key, sizeof(client_key));
	return rc;
}

int
scram_make(struct str password, uint32_t iterations, struct scram_verifier *out,
    struct error *err)
{
	char salt[SCRAM_SALT_SIZE];
	int rc = crypto_random(salt, sizeof(salt), err);

	if (rc != 0)
		return rc;
	return scram_derive(password, str_of(salt, sizeof(salt)), iterations,
	    out, err);
}

int
scram_mock(struct str secret, struct str name, uint32_t iterations,
    struct scram_verifier *out, struct error *err)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];
	int rc = crypto_hmac_sha256(secret, name, hash, err);

	*out = (struct scram_verifier){
		.iterations = iterations,
		.salt_len = SCRAM_SALT_SIZE,
	};
	memcpy(out->salt, hash, SCRAM_SALT_SIZE);
	if (rc == 0)
		rc = crypto_random(out->stored_key, SCRAM_KEY_SIZE, err);
	if (rc == 0)
		rc = crypto_random(out->server_key, SCRAM_KEY_SIZE, err);
	return rc;
}

/* ---- as text ---- */

/* Take what is before `end` off *rest; false if it is not there. */
static bool
take_until(struct str *rest, char end, struct str *out)
{
	const char *at =
	    rest->len == 0 ? NULL : memchr(rest->data, end, rest->len);

	if (at == NULL)
		return false;
	*out = str_of(rest->data, (size_t)(at - rest->data));
	*rest = str_of(at + 1, rest->len - out->len - 1);
	return true;
}

/* 0 for what is no count of iterations. */
static uint32_t
parse_iterations(struct str text)
{
	uint32_t value = 0;

	for (size_t i = 0; i < text.len; i++) {
		char digit = text.data[i];

		if (digit < '0' || digit > '9')
			return 0;
		value = value * 10 + (uint32_t)(digit - '0');
		if (value > SCRAM_ITERATIONS_MAX)
			return 0;
	}
	return value;
}

static bool
parse_key(struct str text, uint8_t key[SCRAM_KEY_SIZE])
{
	return crypto_base64_decode(text, key, SCRAM_KEY_SIZE) ==
	    SCRAM_KEY_SIZE;
}

static bool
parse_parts(struct str text, struct scram_verifier *out)
{
	struct str iterations, salt, stored_key, rest = text;
	int salt_len;

	if (!str_starts_with(text, STR(PREFIX)))
		return false;
	rest = str_of(text.data + sizeof(PREFIX) - 1,
	    text.len - (sizeof(PREFIX) - 1));
	if (!take_until(&rest, ':', &iterations) ||
	    !take_until(&rest, '$', &salt) ||
	    !take_until(&rest, ':', &stored_key))
		return false;
	out->iterations = parse_iterations(iterations);
	salt_len = crypto_base64_decode(salt, out->salt, sizeof(out->salt));
	if (salt_len > 0)
		out->salt_len = (uint32_t)salt_len;
	return out->iterations > 0 && salt_len > 0 &&
	    parse_key(stored_key, out->stored_key) &&
	    parse_key(rest, out->server_key);
}

bool
scram_parse(struct str text, struct scram_verifier *out)
{
	bool is_verifier;

	*out = (struct scram_verifier){ .iterations = 0 };
	is_verifier = text.len < SCRAM_TEXT_SIZE && parse_parts(text, out);
	if (!is_verifier)
		crypto_wipe(out, sizeof(*out));
	return is_verifier;
}

void
scram_put(const struct scram_verifier *verifier, struct buf *out)
{
	buf_printf(out, PREFIX "%u:", (unsigned)verifier->iterations);
	crypto_put_base64(out, salt_str(verifier));
	buf_put_u8(out, '$');
	crypto_put_base64(out, key_str(verifier->stored_key));
	buf_put_u8(out, ':');
	crypto_put_base64(out, key_str(verifier->server_key));
}

/* ---- checking ---- */

int
scram_check(const struct scram_verifier *verifier, struct str password,
    struct error *err)
{
	struct scram_verifier given;
	int rc = scram_derive(password, salt_str(verifier),
	    verifier->iterations, &given, err);

	/* Both keys, so that a verifier of two passwords is nobody's. */
	if (rc == 0 &&
	    (!crypto_equal(key_str(given.stored_key),
		 key_str(verifier->stored_key)) ||
		!crypto_equal(key_str(given.server_key),
		    key_str(verifier->server_key))))
		rc = error_set(err, STELE_E_INVALID_PASSWORD,
		    "password does not match");
	crypto_wipe(&given, sizeof(given));
	return rc;
}
