/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_command.h -- stele admin-password: the first superuser's password, or a
 * forgotten one's, without a server.
 */
#pragma once

struct config;

#define ADMIN_NAME "stele" /* who is made if none is named */

/*
 * Give the superuser `name` of a directory that no server uses a password, read
 * from the terminal, or as a line of standard input; a role of this name that
 * is not there is made.  Prints what was done; the status of the process.
 */
int admin_password_command(const char *dir, const char *name,
    const struct config *config);
