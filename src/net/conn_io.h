/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_io.h -- how a connection's bytes get to the socket and from it: as they
 * are, or by TLS.  conn.c knows only the table.
 *
 * Thread: that of the connection's loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "common/attr.h"
#include "common/str.h"

struct conn_io;
struct error;
struct tls;
struct tls_context;
struct tls_wish;

struct conn_io_table {
	/*
	 * As recv(2) and sendmsg(2): bytes, 0 for the end, or -1 and errno,
	 * EAGAIN and EINTR among others.
	 */
	ssize_t (*receive)(struct conn_io *io, void *bytes, size_t size);
	ssize_t (
	    *send)(struct conn_io *io, struct iovec *vectors, size_t count);
	/* The last receive() waits for room in the socket. */
	bool (*wants_write)(const struct conn_io *io);
	/* Nothing more can be received, and the socket will not say so. */
	bool (*is_over)(const struct conn_io *io);
};

struct conn_io {
	const struct conn_io_table *table;
	int fd;
	struct tls *tls; /* owned; NULL: plain */
};

/* Takes the descriptor. */
void conn_io_open_plain(struct conn_io *io, int fd);

/* From now on it is TLS: see tls_open(). */
MUST_USE int conn_io_start_tls(struct conn_io *io, struct tls_context *context,
    const struct tls_wish *wish, struct str early, struct error *err);

/* Close the descriptor; goodbyes are said as far as that needs no waiting. */
void conn_io_close(struct conn_io *io);
