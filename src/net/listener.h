/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h -- sockets that accept connections.
 *
 * Which addresses may be listened on is the caller's to say (promise S1).
 *
 * Thread: that of the loop, which is stopped or not yet started when listeners
 * are opened and closed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "net/loop.h"

struct error;
struct listener;

/* Bytes of a UNIX socket's path: sun_path less its NUL. */
#define LISTENER_UNIX_PATH_MAX 107

/* A new connection; the descriptor is the callee's.  Not blocking. */
typedef void listener_accept_fn(void *arg, int fd);

/*
 * Listen on one address: a number of IPv4 or IPv6, "localhost", or "*" for all
 * addresses of this machine.  The two words may open two sockets.
 *
 * Returns 0; STELE_E_INVALID_PARAMETER_VALUE for what is no address, STELE_E_OS.
 */
MUST_USE int listener_open_tcp(struct loop *loop, struct str address,
    uint16_t port, listener_accept_fn *fn, void *arg, struct listener **list,
    struct error *err);

/*
 * Listen on the UNIX socket `path`.  A socket that nobody listens on any more
 * is replaced; one that somebody does is STELE_E_OBJECT_IN_USE.
 */
MUST_USE int listener_open_unix(struct loop *loop, const char *path,
    listener_accept_fn *fn, void *arg, struct listener **list,
    struct error *err);

/* Close all of a list and remove the names of its UNIX sockets. */
void listener_close_all(struct listener *list);
