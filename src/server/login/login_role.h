/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login_role.h -- what a login asks of a role.
 *
 * Threads: any; the catalogue of the moment is asked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/crypto.h"
#include "common/scram.h"
#include "common/str.h"

struct engine;
struct error;

/* What a name's password is checked against. */
struct login_secret {
	struct scram_verifier verifier;
	/* The name cannot log in by a password, for this reason: for the log. */
	bool is_mock;
	const char *reason;
};

/*
 * The verifier of a name; a mock one, by `mock_secret`, if there is no such
 * role, if it cannot log in, has no password, or one that has expired.
 */
MUST_USE int login_secret_find(struct engine *engine, struct str name,
    int64_t now_us, struct str mock_secret, uint32_t mock_iterations,
    struct login_secret *out, struct error *err);

/*
 * Why the name cannot log in by a password at this moment, as above; NULL if it
 * can: to be asked again when the client has shown that it knows the password.
 */
const char *login_reason_against(struct engine *engine, struct str name,
    int64_t now_us);

/*
 * Whether a superuser can log in by a password or a key: until then nobody
 * beyond this machine is listened to (promise S1).
 */
bool login_has_admin(struct engine *engine);

/* How many roles have a key that was not wrapped with this one. */
uint32_t login_lost_keys(struct engine *engine,
    const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE]);

/* Whether a role is another one, or a member of it. */
bool login_role_is_member(struct engine *engine, struct str name,
    struct str group);
