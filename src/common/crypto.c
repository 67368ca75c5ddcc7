/* SPDX-License-Identifier: Apache-2.0 */
#include "common/crypto.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "common/buf.h"
#include "common/error.h"

/* The longest base64 that is taken: what comes before a login is short. */
#define BASE64_TEXT_MAX 4096

static int
crypto_failed(void *out, size_t len, struct error *err)
{
	crypto_wipe(out, len);
	return error_set(err, STELE_E_INTERNAL,
	    "the cryptographic library has failed");
}

static const unsigned char *
bytes_of(struct str s)
{
	return (const unsigned char *)(s.len == 0 ? "" : s.data);
}

int
crypto_random(void *out, size_t len, struct error *err)
{
	if (len > INT_MAX || RAND_bytes(out, (int)len) != 1)
		return crypto_failed(out, len, err);
	return 0;
}

int
crypto_sha1(struct str data, uint8_t out[CRYPTO_SHA1_SIZE], struct error *err)
{
	if (EVP_Digest(bytes_of(data), data.len, out, NULL, EVP_sha1(), NULL) !=
	    1)
		return crypto_failed(out, CRYPTO_SHA1_SIZE, err);
	return 0;
}

int
crypto_sha256(struct str data, uint8_t out[CRYPTO_SHA256_SIZE],
    struct error *err)
{
	if (EVP_Digest(bytes_of(data), data.len, out, NULL, EVP_sha256(),
		NULL) != 1)
		return crypto_failed(out, CRYPTO_SHA256_SIZE, err);
	return 0;
}

int
crypto_hmac_sha256(struct str key, struct str data,
    uint8_t out[CRYPTO_SHA256_SIZE], struct error *err)
{
	if (key.len > INT_MAX ||
	    HMAC(EVP_sha256(), bytes_of(key), (int)key.len, bytes_of(data),
		data.len, out, NULL) == NULL)
		return crypto_failed(out, CRYPTO_SHA256_SIZE, err);
	return 0;
}

int
crypto_pbkdf2_sha256(struct str password, struct str salt, uint32_t iterations,
    uint8_t out[CRYPTO_SHA256_SIZE], struct error *err)
{
	if (password.len > INT_MAX || salt.len > INT_MAX ||
	    iterations > INT_MAX ||
	    PKCS5_PBKDF2_HMAC((const char *)bytes_of(password),
		(int)password.len, bytes_of(salt), (int)salt.len,
		(int)iterations, EVP_sha256(), CRYPTO_SHA256_SIZE, out) != 1)
		return crypto_failed(out, CRYPTO_SHA256_SIZE, err);
	return 0;
}

/* ---- sealing: 12 bytes of nonce, as many as the plain text has, 16 of tag ---- */

#define SEAL_NONCE_SIZE 12
#define SEAL_TAG_SIZE   16

static_assert(SEAL_NONCE_SIZE + SEAL_TAG_SIZE == CRYPTO_SEAL_SIZE,
    "what sealing adds");

static bool
seal(EVP_CIPHER_CTX *context, const uint8_t *key, struct str plain,
    uint8_t *out)
{
	uint8_t *body = out + SEAL_NONCE_SIZE;
	int len = 0, rest = 0;

	return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, out) ==
	    1 &&
	    EVP_EncryptUpdate(context, body, &len, bytes_of(plain),
		(int)plain.len) == 1 &&
	    EVP_EncryptFinal_ex(context, body + len, &rest) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_SIZE,
		body + plain.len) == 1;
}

int
crypto_seal(const uint8_t key[CRYPTO_SEAL_KEY_SIZE], struct str plain,
    uint8_t *out, struct error *err)
{
	size_t size = plain.len + CRYPTO_SEAL_SIZE;
	EVP_CIPHER_CTX *context;
	bool is_sealed;

	if (plain.len > INT_MAX || RAND_bytes(out, SEAL_NONCE_SIZE) != 1)
		return crypto_failed(out, size, err);
	context = EVP_CIPHER_CTX_new();
	is_sealed = context != NULL && seal(context, key, plain, out);
	EVP_CIPHER_CTX_free(context);
	return is_sealed ? 0 : crypto_failed(out, size, err);
}

static bool
unseal(EVP_CIPHER_CTX *context, const uint8_t *key, const uint8_t *sealed,
    int body_len, uint8_t *out)
{
	uint8_t tag[SEAL_TAG_SIZE], ignored[16];
	int len = 0, rest = 0;

	memcpy(tag, sealed + SEAL_NONCE_SIZE + body_len, sizeof(tag));
	return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key,
		   sealed) == 1 &&
	    EVP_DecryptUpdate(context, out, &len, sealed + SEAL_NONCE_SIZE,
		body_len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, SEAL_TAG_SIZE,
		tag) == 1 &&
	    EVP_DecryptFinal_ex(context, ignored, &rest) == 1;
}

int
crypto_unseal(const uint8_t key[CRYPTO_SEAL_KEY_SIZE], struct str sealed,
    uint8_t *out, struct error *err)
{
	EVP_CIPHER_CTX *context;
	size_t len;
	bool is_ours;

	if (sealed.len < CRYPTO_SEAL_SIZE || sealed.len > INT_MAX)
		return error_set(err, STELE_E_CORRUPT,
		    "what is sealed has no such length");
	len = sealed.len - CRYPTO_SEAL_SIZE;
	context = EVP_CIPHER_CTX_new();
	if (context == NULL)
		return crypto_failed(out, len, err);
	is_ours = unseal(context, key, bytes_of(sealed), (int)len, out);
	EVP_CIPHER_CTX_free(context);
	if (is_ours)
		return 0;
	crypto_wipe(out, len);
	return error_set(err, STELE_E_CORRUPT,
	    "what is sealed was sealed with another key, or changed");
}

bool
crypto_equal(struct str a, struct str b)
{
	return a.len == b.len &&
	    CRYPTO_memcmp(bytes_of(a), bytes_of(b), a.len) == 0;
}

void
crypto_wipe(void *secret, size_t len)
{
	if (len > 0)
		OPENSSL_cleanse(secret, len);
}

void
crypto_release_buf(struct buf *secret)
{
	crypto_wipe(secret->data, secret->capacity);
	buf_release(secret);
}

void
crypto_hex_put(const uint8_t bytes[CRYPTO_SHA256_SIZE],
    char out[CRYPTO_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < CRYPTO_SHA256_SIZE; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

/* -1 for what is no digit. */
static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
crypto_hex_parse(struct str text, uint8_t out[CRYPTO_SHA256_SIZE])
{
	if (text.len != CRYPTO_HEX_SIZE)
		return false;
	for (size_t i = 0; i < CRYPTO_SHA256_SIZE; i++) {
		int high = digit_of(text.data[2 * i]);
		int low = digit_of(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void
crypto_put_base64(struct buf *out, struct str bytes)
{
	size_t size = BASE64_SIZE(bytes.len);
	uint8_t *at;

	/* The library ends its text with a NUL, which is none of it. */
	if (bytes.len > INT_MAX / 2 || !buf_reserve(out, size + 1)) {
		out->failed = true;
		return;
	}
	at = buf_take(out, size);
	if (at != NULL && size > 0)
		(void)EVP_EncodeBlock(at, bytes_of(bytes), (int)bytes.len);
}

/* '=' at the end of the text: none, one or two. */
static size_t
padding_of(struct str text)
{
	size_t count = 0;

	while (count < 2 && text.data[text.len - 1 - count] == '=')
		count++;
	return count;
}

int
crypto_base64_decode(struct str text, uint8_t *out, size_t size)
{
	uint8_t bytes[BASE64_TEXT_MAX / 4 * 3];
	char again[BASE64_TEXT_MAX + 1];
	size_t len;
	bool is_same;

	if (text.len == 0)
		return 0;
	if (text.len > BASE64_TEXT_MAX || text.len % 4 != 0 ||
	    EVP_DecodeBlock(bytes, bytes_of(text), (int)text.len) < 0)
		return -1;
	len = text.len / 4 * 3 - padding_of(text);
	/* The library is lenient; there is but one text for these bytes. */
	(void)EVP_EncodeBlock((unsigned char *)again, bytes, (int)len);
	is_same = memcmp(again, text.data, text.len) == 0;
	if (is_same && len <= size)
		memcpy(out, bytes, len);
	crypto_wipe(bytes, sizeof(bytes));
	crypto_wipe(again, sizeof(again));
	return is_same && len <= size ? (int)len : -1;
}
