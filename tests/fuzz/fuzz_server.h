/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_server.h -- a whole server in this process, for targets that speak to its
 * sessions.
 */
#pragma once

#include <stdbool.h>

struct voice;

/* No statement takes as long: a session that is silent for longer hangs. */
#define FUZZ_SILENCE_MS 30000

/*
 * The client's end of a new session, which does not block.  The first one starts
 * the server, which ends with the process.
 */
int fuzz_connect(const struct voice *voice);

/* Wait this long for one of poll()'s events; false if nothing came. */
bool fuzz_wait(int fd, short events, int timeout_ms);
