/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scram.h -- what the server keeps of a password: a SCRAM-SHA-256 verifier.
 *
 * From a verifier a password can be checked, and cannot be told or used to log
 * in elsewhere (RFC 5802, RFC 7677).  Its text is PostgreSQL's, so that roles
 * can be moved between the two:
 *
 *     SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
 *
 *     SaltedPassword = PBKDF2(SASLprep(password), salt, iterations)
 *     StoredKey      = SHA-256(HMAC(SaltedPassword, "Client Key"))
 *     ServerKey      = HMAC(SaltedPassword, "Server Key")
 *
 * A password costs `iterations` of PBKDF2 to turn into a verifier and to check
 * in clear text: some milliseconds, so not on a net thread.
 *
 * Threads: no state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/crypto.h"
#include "common/str.h"

struct buf;
struct error;

#define SCRAM_KEY_SIZE      CRYPTO_SHA256_SIZE
#define SCRAM_SALT_SIZE     16 /* of verifiers that are made here */
#define SCRAM_SALT_SIZE_MAX 64 /* of those that others have made */

/* RFC 7677 asks for 4096 at least, and for 15000 as a rule. */
#define SCRAM_ITERATIONS     15000 /* the default of scram_iterations */
#define SCRAM_ITERATIONS_LOW 4096
#define SCRAM_ITERATIONS_MAX 10000000
/* Of a verifier that is made, or given: a check in clear text holds a worker. */
#define SCRAM_ITERATIONS_GIVEN_MAX 1000000

/* Clear text of more bytes is no password. */
#define SCRAM_PASSWORD_SIZE_MAX 1024

/* The text of a verifier has fewer bytes. */
#define SCRAM_TEXT_SIZE 256

struct scram_verifier {
	uint32_t iterations;
	uint32_t salt_len;
	uint8_t salt[SCRAM_SALT_SIZE_MAX];
	uint8_t stored_key[SCRAM_KEY_SIZE];
	uint8_t server_key[SCRAM_KEY_SIZE];
};

/*
 * The verifier of a clear password.  scram_make() takes a random salt;
 * scram_derive() is the same with the caller's, of at most SCRAM_SALT_SIZE_MAX
 * bytes.  22023 for an empty password or one of more than
 * SCRAM_PASSWORD_SIZE_MAX bytes, STELE_E_OUT_OF_MEMORY, STELE_E_INTERNAL.
 */
MUST_USE int scram_make(struct str password, uint32_t iterations,
    struct scram_verifier *out, struct error *err);

/*
 * A verifier that nobody has a password for, for exchanges with names that
 * cannot log in: with one secret, a name always gets the same salt.
 */
MUST_USE int scram_mock(struct str secret, struct str name, uint32_t iterations,
    struct scram_verifier *out, struct error *err);

/* False for what is no text of a verifier; *out is zeroed then. */
bool scram_parse(struct str text, struct scram_verifier *out);

/* Append its text. */
void scram_put(const struct scram_verifier *verifier, struct buf *out);

/*
 * Whether the clear password is the verifier's: 0, STELE_E_INVALID_PASSWORD if
 * it is not, or as scram_derive().
 */
MUST_USE int scram_check(const struct scram_verifier *verifier,
    struct str password, struct error *err);
