/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto.h -- the few primitives that passwords and keys need; the door to
 * OpenSSL's libcrypto below TLS.
 *
 * All may fail: the library allocates, and a policy of the system may forbid an
 * algorithm.  Then they return STELE_E_INTERNAL with err filled, and what they
 * were to write is zeroed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct buf;
struct error;

#define CRYPTO_SHA1_SIZE   20
#define CRYPTO_SHA256_SIZE 32

/* Bytes that nobody can guess. */
MUST_USE int crypto_random(void *out, size_t len, struct error *err);

/* For protocols that name it, never for a secret. */
MUST_USE int crypto_sha1(struct str data, uint8_t out[CRYPTO_SHA1_SIZE],
    struct error *err);
MUST_USE int crypto_sha256(struct str data, uint8_t out[CRYPTO_SHA256_SIZE],
    struct error *err);
MUST_USE int crypto_hmac_sha256(struct str key, struct str data,
    uint8_t out[CRYPTO_SHA256_SIZE], struct error *err);

/* PBKDF2 with HMAC-SHA-256: about half a microsecond an iteration. */
MUST_USE int crypto_pbkdf2_sha256(struct str password, struct str salt,
    uint32_t iterations, uint8_t out[CRYPTO_SHA256_SIZE], struct error *err);

/*
 * Bytes that nobody can read, or change unnoticed, without the key: AES-256-GCM
 * with a random nonce.  They are CRYPTO_SEAL_SIZE longer, and of the same bytes
 * they are others each time.  crypto_unseal() returns STELE_E_CORRUPT for what
 * was not sealed with the key.
 */
#define CRYPTO_SEAL_KEY_SIZE 32
#define CRYPTO_SEAL_SIZE     28

MUST_USE int crypto_seal(const uint8_t key[CRYPTO_SEAL_KEY_SIZE],
    struct str plain, uint8_t *out, struct error *err);
MUST_USE int crypto_unseal(const uint8_t key[CRYPTO_SEAL_KEY_SIZE],
    struct str sealed, uint8_t *out, struct error *err);

/* In a time that depends on the lengths only. */
bool crypto_equal(struct str a, struct str b);

/* Overwrite a secret; the compiler does not leave it out. */
void crypto_wipe(void *secret, size_t len);

/* Wipe what a buf holds and has held, and release it. */
void crypto_release_buf(struct buf *secret);

/* ---- 32 bytes, such as a hash, as hexadecimal digits, without a NUL ---- */

#define CRYPTO_HEX_SIZE ((size_t)2 * CRYPTO_SHA256_SIZE)

void crypto_hex_put(const uint8_t bytes[CRYPTO_SHA256_SIZE],
    char out[CRYPTO_HEX_SIZE]);

/* Of either case; false for what is anything else. */
bool crypto_hex_parse(struct str text, uint8_t out[CRYPTO_SHA256_SIZE]);

/* ---- base64 (RFC 4648 §4), without line breaks ---- */

#define BASE64_SIZE(len) (((len) + 2) / 3 * 4)

void crypto_put_base64(struct buf *out, struct str bytes);

/*
 * Decode what crypto_put_base64() would write of the same bytes, and nothing
 * else.  Returns the count of bytes, at most `size`, or -1.
 */
int crypto_base64_decode(struct str text, uint8_t *out, size_t size);
