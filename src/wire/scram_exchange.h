/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scram_exchange.h -- the server's side of a SCRAM-SHA-256 login: two messages
 * of the client, two answers (RFC 5802, RFC 7677, RFC 5929 for the binding to
 * the channel).
 *
 *   FIRST ---> FINAL ---> DONE
 *     |          |
 *     +----------+------> FAILED
 *
 * The bytes come from anybody: messages are at most SCRAM_MESSAGE_MAX long and
 * are kept in fixed arrays; nothing is allocated.  The client's name in the
 * message is ignored, as PostgreSQL does: the startup packet has told it.
 *
 * Whose name cannot log in gets an exchange all the same, with a mock verifier
 * (scram_mock()): it takes as long and fails at its end.
 *
 * Threads: no state but the struct's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/scram.h"
#include "common/str.h"

struct error;

#define SCRAM_MECHANISM      "SCRAM-SHA-256"
#define SCRAM_MECHANISM_PLUS "SCRAM-SHA-256-PLUS"

#define SCRAM_MESSAGE_MAX      1024
#define SCRAM_NONCE_SIZE       24 /* ours, in base64 */
#define SCRAM_BINDING_SIZE_MAX 64 /* SHA-512 */
#define SCRAM_SERVER_FIRST_MAX \
	(SCRAM_MESSAGE_MAX + SCRAM_NONCE_SIZE + \
	    BASE64_SIZE(SCRAM_SALT_SIZE_MAX) + 32)

enum scram_state {
	SCRAM_FIRST,
	SCRAM_FINAL,
	SCRAM_DONE,
	SCRAM_FAILED,
};

/* A text of bounded length.  Private, like what follows. */
struct scram_text {
	size_t len;
	char data[SCRAM_SERVER_FIRST_MAX];
};

struct scram_exchange {
	enum scram_state state;
	bool is_mock;
	bool is_plus; /* the client has chosen the mechanism with binding */
	struct scram_verifier verifier;
	size_t binding_len; /* 0: no TLS, or no certificate to be bound to */
	uint8_t binding[SCRAM_BINDING_SIZE_MAX];
	char gs2_flag;    /* 'n', 'y' or 'p' */
	size_t nonce_off; /* in server_first, of both nonces together */
	size_t nonce_len;
	struct scram_text client_first; /* its bare part */
	struct scram_text server_first;
};

/*
 * Begin: the verifier is copied.  `binding` is tls-server-end-point's hash of
 * the server's certificate (RFC 5929), of at most SCRAM_BINDING_SIZE_MAX bytes;
 * empty without TLS: then SCRAM_MECHANISM_PLUS is not offered.
 */
void scram_exchange_init(struct scram_exchange *exchange,
    const struct scram_verifier *verifier, bool is_mock, struct str binding);

/* Wipe what it knew. */
void scram_exchange_release(struct scram_exchange *exchange);

/*
 * The client's first message, by the mechanism that it has chosen; the answer
 * is appended to *out.  Not 0 ends the exchange:
 *
 *   08P01   what is no such message
 *   0A000   an authorization identity, a mandatory extension
 *   28000   the client thinks that we know no binding, which we have offered:
 *           somebody has changed what we said
 */
MUST_USE int scram_exchange_first(struct scram_exchange *exchange,
    struct str mechanism, struct str message, struct buf *out,
    struct error *err);

/*
 * The client's last message.  0: it knows the password, and *out tells it that
 * we do.  STELE_E_INVALID_PASSWORD: it does not, with nothing said of why;
 * 28000: its binding is that of another channel; or as above.
 */
MUST_USE int scram_exchange_final(struct scram_exchange *exchange,
    struct str message, struct buf *out, struct error *err);
