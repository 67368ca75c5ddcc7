/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_identity.h -- who somebody has proved to be, as it is kept: of a
 * connection after AUTH, and of a session token.
 *
 * It is looked at again before each command, so that a role that was dropped,
 * cannot log in any more, has expired, or has another key or none, ends what it
 * has opened.  One from before there were roles ends with the first role.
 *
 * Threads: any; the catalogue of the moment is asked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

struct catalog;
struct engine;
struct role;

#define NATIVE_NAME_SIZE 64

struct native_identity {
	uint32_t role_oid;
	uint64_t key_print; /* of the key as it was kept then */
	bool was_open;      /* there were no roles */
	uint8_t name_len;
	char
	    name[NATIVE_NAME_SIZE]; /* of the role at that time; may be empty */
};

/*
 * The identity of a role as it is now; NULL: of the owner while there are no
 * roles, under this name, which is cut if it is longer than any.
 */
struct native_identity native_identity_of(const struct role *role,
    struct str name);

/* That of the role with this name; false if there is none. */
bool native_identity_find(struct engine *engine, struct str name,
    struct native_identity *out);

/*
 * Why it is worth nothing now; NULL: it stands, and its name is that of the role
 * now.
 */
const char *native_identity_check(struct engine *engine, int64_t now_us,
    struct native_identity *identity);

static inline struct str
native_identity_name(const struct native_identity *identity)
{
	return str_of(identity->name, identity->name_len);
}
