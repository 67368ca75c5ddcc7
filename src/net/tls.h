/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h -- TLS on a connected socket, by OpenSSL.
 *
 * A context is what all connections of one configuration share: the server's
 * certificate and key, whom it trusts, which versions and ciphers.  It does
 * not change; a reload makes another one, and connections keep that which
 * they began with.
 *
 * A struct tls is one connection's.  It reads and writes the socket itself,
 * and while the connection is idle it holds no buffer.  Session tickets,
 * renegotiation and compression are off.
 *
 * Errors of a connection end it; they are logged, not told.
 *
 * Threads: a context may be referred to by any; a struct tls belongs to its
 * connection's loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "common/attr.h"
#include "common/str.h"

struct arena;
struct error;
struct tls;
struct tls_context;

enum tls_version {
	TLS_VERSION_1_2,
	TLS_VERSION_1_3,
};

/* All borrowed.  Files are PEM; an empty name is no file. */
struct tls_options {
	const char *cert_file; /* the certificate, then those that vouch */
	const char *key_file;  /* without a passphrase */
	const char *ca_file;   /* asks clients for certificates */
	const char *crl_file;
	const char *ciphers; /* of TLS 1.2, as OpenSSL lists them */
	const char *groups;  /* of key exchange, likewise */
	bool prefer_server_ciphers;
	enum tls_version min_version;
	enum tls_version max_version;
};

/*
 * Reads the files.  Returns 0, or STELE_E_CONFIG_FILE, STELE_E_OS,
 * STELE_E_OUT_OF_MEMORY, naming the file or the option.
 */
MUST_USE int tls_context_new(const struct tls_options *options,
    struct tls_context **out, struct error *err);
struct tls_context *tls_context_ref(struct tls_context *context);
/* NULL is allowed. */
void tls_context_unref(struct tls_context *context);

/* What a connection is to be. */
struct tls_wish {
	const char *protocol; /* of ALPN: refuses clients that want others */
	bool needs_protocol;  /* refuses those that name none, too */
	/* Lines are a record each, but for many answers that are sent at once. */
	bool has_line_records;
};

/*
 * The server's end of TLS on `fd`, not blocking.  `early` is what was received
 * of the client's first bytes.  The wish's name lives on; the descriptor stays
 * the caller's.
 */
MUST_USE int tls_open(struct tls_context *context, int fd,
    const struct tls_wish *wish, struct str early, struct tls **out,
    struct error *err);

/* Says goodbye, if that is possible without waiting.  NULL is allowed. */
void tls_close(struct tls *tls);

/* The least that tls_receive() is asked for: a whole record. */
#define TLS_RECORD_MAX ((size_t)16 << 10)

/*
 * As recv(2) and sendmsg(2): bytes, 0 for the end, or -1 and errno, EAGAIN
 * among others.  Receiving makes the handshake first.  When EAGAIN is returned
 * nothing is left but what the socket will tell of.
 */
ssize_t tls_receive(struct tls *tls, void *bytes, size_t size);
ssize_t tls_send(struct tls *tls, const struct iovec *vectors, size_t count);

/* The last tls_receive() waits for room in the socket. */
bool tls_wants_write(const struct tls *tls);

/* After bytes, the last tls_receive() met the end or a failure. */
bool tls_is_over(const struct tls *tls);

/* The handshake is done: what follows may be asked. */
bool tls_is_established(const struct tls *tls);

enum tls_name_kind {
	TLS_NAME_DNS,
	TLS_NAME_EMAIL,
	TLS_NAME_URI,
};

/* A subject alternative name. */
struct tls_name {
	enum tls_name_kind kind;
	struct str text;
};

/*
 * Who the client is, by a certificate for which ssl_ca_file vouches: one that
 * it does not vouch for ends the handshake.
 */
struct tls_client {
	struct str common_name; /* empty: none, or one with a NUL in it */
	struct str subject;     /* as PostgreSQL shows it: /O=Acme/CN=bob */
	struct str subject_dn;  /* as RFC 2253 writes it: CN=bob,O=Acme */
	struct str issuer;      /* as `subject` */
	struct str serial;      /* decimal digits */
	const struct tls_name *names;
	uint32_t name_count;
};

struct tls_facts {
	const char *version; /* "TLSv1.3"; static, like cipher */
	const char *cipher;
	int bits;
	bool has_client; /* it gave a certificate: `client` is set */
	struct tls_client client;
};

/* What the handshake has settled; texts go into the arena. */
MUST_USE int tls_facts_get(const struct tls *tls, struct arena *arena,
    struct tls_facts *out, struct error *err);

#define TLS_HASH_MAX 64

/*
 * tls-server-end-point of RFC 5929: the hash of our certificate, by the hash
 * function of its signature, or by SHA-256 if that is MD5 or SHA-1.  Returns
 * its length; 0 if the signature has none (Ed25519): then there is no channel
 * binding.
 */
size_t tls_server_end_point(const struct tls *tls, uint8_t hash[TLS_HASH_MAX]);
