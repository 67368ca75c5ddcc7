/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h -- the one gate of the native doors: who a command is from, and
 * whether that may run commands at all.
 *
 * Every command of every native door passes native_admit() before anything else
 * looks at it.  What the role may do is then checked as on PostgreSQL's port.
 *
 * Thread: the session's.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"
#include "common/str.h"

#define NATIVE_ROLE_NAME 64 /* the bytes of a role's name, and one more */

struct error;
struct session;

/* A command that is let in. */
struct native_admission {
	/* Without what proves who it is from; borrows from the line. */
	struct str command;
	/* The role that it runs as. */
	struct str role; /* in role_name */
	char role_name[NATIVE_ROLE_NAME];
};

/*
 * Whether the connection is trusted, with whatever comes over it; then *out has
 * the role, and no command.
 */
bool native_is_trusted(struct session *session, struct native_admission *out);

/*
 * 0, or STELE_E_INVALID_AUTHORIZATION: nobody is let in like this.  The
 * connection stays open, and the client is told no reason.
 */
MUST_USE int native_admit(struct session *session, struct str line,
    struct native_admission *out, struct error *err);
