/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_server.h -- a whole server in this process, for targets that speak to its
 * sessions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

struct voice;

/* A client of one session, on a socket that does not block. */
struct fuzz_client {
	int fd;
	bool at_end;    /* nothing more comes */
	bool was_reset; /* and what was on its way may be lost */

	/* Gets all that comes, piece by piece. */
	void (*take)(void *arg, const uint8_t *data, size_t len);
	void *arg;
};

/*
 * Begin a session of a client whose `take` and `arg` are set.  The first one
 * starts the server, which ends with the process.
 */
void fuzz_connect(struct fuzz_client *client, const struct voice *voice);

/* Send all of it, unless the session ends, and take what comes meanwhile. */
void fuzz_send(struct fuzz_client *client, struct str out);

/* Wait this long for something to come, and take what is there. */
void fuzz_take(struct fuzz_client *client, int timeout_ms);

/* Take what comes until the session has ended, which it must. */
void fuzz_end(struct fuzz_client *client);
