/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_headers.h -- who an HTTP request says it is from: by its fields, or by
 * its body, as a line does.
 *
 *   X-Auth-User, X-Auth-Signature   the user, and a signature of the body; of a
 *                                   request without one, of path and query
 *   Authorization: Bearer token
 *   Authorization: Basic base64(user:password)
 *
 * Threads: no state.
 */
#pragma once

#include <stdbool.h>

#include "common/scram.h"
#include "common/str.h"
#include "server/login/native_request.h"

struct native_headers {
	struct str authorization; /* empty: there is none */
	struct str user;          /* likewise */
	struct str signature;
};

/* What Basic is decoded into. */
struct native_basic {
	char text[NATIVE_USER_MAX + 1 + SCRAM_PASSWORD_SIZE_MAX];
};

/*
 * `text` is what a signature in the headers is of, `command` what is to be run.
 * Strings are borrowed from the headers, both texts and `space`, which may hold a
 * password afterwards: the caller wipes it.  What is malformed is a proof that
 * nobody has.
 */
void native_request_of_headers(const struct native_headers *headers,
    struct str text, struct str command, struct native_basic *space,
    struct native_request *out);
