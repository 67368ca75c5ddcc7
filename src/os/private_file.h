/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private_file.h -- is a file that holds a secret one that others can read, a
 * directory one that others can write to?
 */
#pragma once

#include "common/attr.h"

struct error;

/*
 * PostgreSQL's rule for a private key: a regular file, owned by the server's
 * user with no rights for others, or owned by root and readable by a group at
 * most.  `what` names it in messages: "private key file".
 *
 * Returns 0, STELE_E_OS if it cannot be looked at, STELE_E_CONFIG_FILE if it is
 * not as it should be.
 */
MUST_USE int os_check_private_file(const char *path, const char *what,
    struct error *err);

/*
 * A directory in which nobody else can put or replace a name, a symbolic link
 * for a file among them: owned by the server's user, and not writable by others.
 *
 * Returns 0, STELE_E_OS, STELE_E_NOT_IN_PREREQUISITE_STATE.
 */
MUST_USE int os_check_private_dir(const char *path, const char *what,
    struct error *err);
