/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.h -- one connected socket: bytes in, bytes out, and when to stop
 * reading.  The bytes are the same whether TLS carries them or not.
 *
 *   OPEN ---> CLOSING ---> CLOSED
 *     |                      ^
 *     +----------------------+
 *
 * OPEN     reading, unless more than enough is waiting to be consumed
 * CLOSING  no more input; what is queued is sent first
 * CLOSED   the socket is gone and the owner told; freed on a later turn of the
 *          loop, when no event can name it any more
 *
 * Input.  Bytes wait in the connection until its owner consumes them.  While
 * the owner has consumed all, nothing is kept: an idle connection holds no
 * buffer.
 *
 * Output.  A queue of chunks; what is short is put together.  Above CONN_OUT_HIGH the owner is expected to
 * produce nothing more until it is below CONN_OUT_LOW.
 *
 * Thread: that of its loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "net/loop.h"
#include "net/tls.h"

struct arena;
struct conn;
struct error;
struct mem_budget;

#define CONN_OUT_HIGH   ((size_t)1 << 20)
#define CONN_OUT_LOW    ((size_t)256 << 10)
#define CONN_READ_AHEAD ((size_t)256 << 10)

/* A piece of output; whoever has it owns it. */
struct net_chunk {
	struct loop_post post; /* to hand it from another thread to a loop */
	struct net_chunk *next;
	void *owner; /* free for the sender */
	struct buf bytes;
	size_t sent; /* private to conn.c */
};

/* Its bytes are charged, as buf_init_charged() says.  NULL: no memory. */
struct net_chunk *net_chunk_new(struct mem_budget *budget);
void net_chunk_free(struct net_chunk *chunk);

struct conn_handler {
	/* Input has come: conn_input() is not empty, but for its end. */
	void (*input)(void *owner);
	/* After conn_notify_drained(): output is below CONN_OUT_LOW. */
	void (*drained)(void *owner);
	/* The last call: the peer has gone, or conn_close() was called. */
	void (*closed)(void *owner);
};

/*
 * Takes the descriptor, which is closed if this fails.  Input that waits is
 * charged to the budget, as buf_init_charged() says: a connection whose input
 * it does not allow is closed.
 */
MUST_USE int conn_open(struct loop *loop, int fd,
    const struct conn_handler *handler, void *owner, struct mem_budget *budget,
    struct conn **out, struct error *err);

#define CONN_ADDRESS_SIZE 64

/* Whether it is a UNIX socket; also known of one that was reset. */
bool conn_is_local(const struct conn *conn);

/*
 * The number and the port of this end, or of the peer's.  False for a UNIX
 * socket, and for one that has been closed, or reset by the peer: what it sent
 * before can still be read.
 */
bool conn_own_address(const struct conn *conn, char address[CONN_ADDRESS_SIZE],
    uint16_t *port);
bool conn_peer_address(const struct conn *conn, char address[CONN_ADDRESS_SIZE],
    uint16_t *port);

/* Who is at the other end of a UNIX socket; false if it is none. */
bool conn_peer_uid(const struct conn *conn, uid_t *uid);

/* ---- TLS ---- */

/*
 * Send what is queued as it is; whatever comes after that, both ways, is TLS.
 * Bytes that were not consumed are the first of the client's handshake: who
 * has invited it with a byte of plain text sees to it that there are none.
 *
 * Nothing is called when the handshake is done: input() when the first bytes
 * have come through it, closed() if it fails.  How long it may take is the
 * owner's to watch.  A failure of this leaves the connection of no use.
 */
MUST_USE int conn_start_tls(struct conn *conn, struct tls_context *context,
    const struct tls_wish *wish, struct error *err);

bool conn_is_tls(const struct conn *conn);

/*
 * Version, cipher, and the client's certificate.  Only while conn_is_tls() and
 * once input has come.
 */
MUST_USE int conn_tls_facts(const struct conn *conn, struct arena *arena,
    struct tls_facts *out, struct error *err);

/*
 * The data of channel binding "tls-server-end-point"; its length, 0: there is
 * none.  See tls_server_end_point().
 */
size_t conn_channel_binding(const struct conn *conn,
    uint8_t hash[TLS_HASH_MAX]);

/* ---- input ---- */

/* Bytes that were not consumed; valid until the next call about input. */
struct str conn_input(const struct conn *conn);
void conn_consume(struct conn *conn, size_t len);

/*
 * The owner cannot go on with less than this many bytes: read on until then,
 * past CONN_READ_AHEAD.  0 takes it back.
 */
void conn_want(struct conn *conn, size_t len);

/*
 * From now on read on only while fewer than so many bytes wait, at least
 * CONN_INPUT_LEAST; 0: as many as conn_want() and CONN_READ_AHEAD say.  What
 * waits is never twice as much.
 */
#define CONN_INPUT_LEAST ((size_t)16 << 10)
void conn_limit_input(struct conn *conn, size_t bytes);

/*
 * A peer that has ended its side may still take what it has asked for: from now on
 * the end of the input is no end of the connection.  input() is called then,
 * once, and conn_input_has_ended(); the owner finishes.  TLS ends both sides.
 */
void conn_keep_half_closed(struct conn *conn);
bool conn_input_has_ended(const struct conn *conn);

/*
 * Whether the peer has sent more than has been read: the owner's input() will be
 * called for it, once it returns.  Of a TLS record it may be a part.
 */
bool conn_has_more(const struct conn *conn);

/* ---- output and the end ---- */

/*
 * Close if the peer takes nothing of what is queued, or of what the kernel has of
 * it, for this long; 0, as at first, is never.  From the next time on that the socket is full.
 */
void conn_set_read_timeout(struct conn *conn, uint64_t timeout_ms);

/*
 * How a peer that is gone is found out: the options of the same names.  0 is what
 * the system has; nothing happens to a UNIX socket.  Thread: the loop's.
 */
struct conn_keepalive {
	unsigned idle_s;
	unsigned interval_s;
	unsigned count;
	unsigned user_timeout_ms;
};

void conn_set_keepalive(struct conn *conn,
    const struct conn_keepalive *keepalive);

/* Queue a chunk, which this takes. */
void conn_write(struct conn *conn, struct net_chunk *chunk);

/* Bytes queued and not yet taken by the kernel. */
size_t conn_out_bytes(const struct conn *conn);

/*
 * Ask for one call of drained().  Only while conn_out_bytes() is CONN_OUT_LOW
 * or more after conn_settle().
 */
void conn_notify_drained(struct conn *conn);

/*
 * Send what is queued, as far as the socket takes it, and read or not,
 * according to what is left unconsumed.  Call it when a turn of work is done.
 * May close: nothing of the connection may be used after it returned false.
 */
bool conn_settle(struct conn *conn);

/* Send what is queued, then close. */
void conn_finish(struct conn *conn);

/* Close at once; handler->closed is called. */
void conn_close(struct conn *conn);
