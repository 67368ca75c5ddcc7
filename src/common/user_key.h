/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_key.h -- the key of a user: what the native doors' signatures are made
 * with, and how the server keeps it.
 *
 * A signature is checked by making it again, so a key cannot be kept as a hash,
 * as passwords are.  It is kept *wrapped*: sealed with a key of the server that
 * is in a file of its own (native_key_file), and in no log, backup or archive.
 * Whoever has the wrapped key alone has nothing; wrapped twice, a key looks
 * different each time.
 *
 *   u8 form (1) · the key, sealed (crypto_seal())
 *
 * Threads: no state.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/crypto.h"
#include "common/str.h"

struct buf;
struct error;

#define USER_KEY_SIZE_MAX    512 /* bytes */
#define USER_KEY_RANDOM_SIZE 64  /* of keys that are made here: hex */
#define USER_KEY_WRAPPED_MAX (1 + USER_KEY_SIZE_MAX + CRYPTO_SEAL_SIZE)

struct user_key {
	size_t len;
	char text[USER_KEY_SIZE_MAX];
};

/* A random one.  STELE_E_INTERNAL. */
MUST_USE int user_key_make(struct user_key *out, struct error *err);

/* 22023 for a key that is empty, or longer than USER_KEY_SIZE_MAX. */
MUST_USE int user_key_check(struct str key, struct error *err);

/* Append the key, which has been checked, as it is kept. */
MUST_USE int user_key_wrap(const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE],
    struct str key, struct buf *out, struct error *err);

/* STELE_E_CORRUPT for what was not wrapped with this; *out is zeroed then. */
MUST_USE int user_key_unwrap(const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE],
    struct str wrapped, struct user_key *out, struct error *err);

static inline struct str
user_key_str(const struct user_key *key)
{
	return str_of(key->text, key->len);
}
