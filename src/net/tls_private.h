/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_private.h -- between the files tls*.c.
 */
#pragma once

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "common/buf.h"
#include "net/tls.h"

struct tls_context {
	atomic_uint ref_count;
	SSL_CTX *ssl;
};

struct tls {
	struct tls_context *context; /* a reference */
	SSL *ssl;
	int fd; /* borrowed */
	struct tls_wish wish;
	bool is_established;
	bool wants_write;
	bool is_over;

	struct buf early; /* received before TLS began; */
	size_t early_read;
	size_t handshake_bytes; /* received until it was established */

	unsigned idle_records; /* since then, in a row: they bring no bytes */
	unsigned turn_records; /* in this tls_receive() */
};

/* The first of OpenSSL's errors, which are forgotten. */
const char *tls_reason(void);

/* ALPN: the protocol of the connection's wish, or an alert. */
int tls_select_protocol(SSL *ssl, const unsigned char **out,
    unsigned char *out_len, const unsigned char *in, unsigned int in_len,
    void *arg);
