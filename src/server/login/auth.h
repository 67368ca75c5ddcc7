/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth.h -- what the server knows to let people in: the rules of hba_file, who
 * has failed, the secret from which names that cannot log in get a salt, the key
 * that users' keys are wrapped with, session tokens, and nonces.
 *
 * The rules are replaced as a whole, by a reload whose file has no mistake.
 *
 * Threads: any, but for init, open and release.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/crypto.h"
#include "common/str.h"
#include "common/user_key.h"
#include "os/thread.h"
#include "server/hba/hba.h"
#include "server/login/native_nonces.h"
#include "server/login/native_tokens.h"
#include "server/login/offenders.h"
#include "server/login/peers.h"

struct config;
struct error;

#define AUTH_SECRET_NAME "login.key" /* in the data directory */
#define AUTH_SECRET_SIZE 32

struct auth {
	struct offenders offenders;
	struct peers peers;
	uint8_t secret[AUTH_SECRET_SIZE]; /* of mock exchanges */
	uint8_t key_wrapping[CRYPTO_SEAL_KEY_SIZE];
	uint8_t mock_key[USER_KEY_WRAPPED_MAX]; /* nobody's, wrapped */
	size_t mock_key_len;
	struct native_tokens tokens;
	struct native_nonces nonces;

	pthread_mutex_t mutex;
	struct hba *hba; /* a reference; `mutex` */
};

void auth_init(struct auth *auth);

/*
 * Reads the rules, the secret and the key of the directory, and makes them where
 * they are not there yet.  F0000 for a file with a mistake, 58P01 for an hba_file
 * or native_key_file of another name that is missing, STELE_E_OS.
 */
MUST_USE int auth_open(struct auth *auth, const char *dir,
    const struct config *config, struct error *err);
/* Also if it was not opened. */
void auth_release(struct auth *auth);

/* The rules as the file has them now, with its mistakes: hba_check(). */
MUST_USE int auth_read_hba(const char *dir, const struct config *config,
    struct hba **out, struct error *err);

/* The same, without a mistake: F0000. */
MUST_USE int auth_load_hba(const char *dir, const struct config *config,
    struct hba **out, struct error *err);

/* The rules from now on; takes the reference. */
void auth_set_hba(struct auth *auth, struct hba *hba);

/* The present rules, a new reference. */
struct hba *auth_hba(struct auth *auth);

struct str auth_secret(const struct auth *auth);

/* A key that nobody has, as it is kept: of names that have none. */
struct str auth_mock_key(const struct auth *auth);
