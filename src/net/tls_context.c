/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_context.c -- what ssl = on and the other ssl_... options make.
 *
 * The words are PostgreSQL's, where it has the error.
 */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "net/tls_private.h"
#include "os/private_file.h"

/* Of a client's certificate with those that vouch for it. */
#define CERTIFICATES_SIZE_MAX (32L << 10)

const char *
tls_reason(void)
{
	static _Thread_local char system_text[128];
	unsigned long first = ERR_peek_error();
	const char *text = first == 0 ? NULL : ERR_reason_error_string(first);

	/* System errors are no strings of OpenSSL's. */
	if (text == NULL && ERR_SYSTEM_ERROR(first))
		text = strerror_r((int)ERR_GET_REASON(first), system_text,
		    sizeof(system_text));
	ERR_clear_error();
	return text != NULL ? text : "no reason is given";
}

/* OpenSSL would ask the terminal. */
static int
no_passphrase(char *buf UNUSED, int size UNUSED, int is_writing UNUSED,
    void *arg UNUSED)
{
	return -1;
}

static int
protocol_version(enum tls_version version)
{
	switch (version) {
	case TLS_VERSION_1_2:
		return TLS1_2_VERSION;
	case TLS_VERSION_1_3:
		return TLS1_3_VERSION;
	}
	return 0;
}

static void
set_manners(SSL_CTX *ssl)
{
	(void)SSL_CTX_set_mode(ssl,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_options(ssl,
	    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_SINGLE_ECDH_USE);
	(void)SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(ssl, 0);
	(void)SSL_CTX_set_max_cert_list(ssl, CERTIFICATES_SIZE_MAX);
	SSL_CTX_set_default_passwd_cb(ssl, no_passphrase);
	SSL_CTX_set_alpn_select_cb(ssl, tls_select_protocol, NULL);
}

static int
set_certificate(SSL_CTX *ssl, const struct tls_options *options,
    struct error *err)
{
	int rc;

	if (SSL_CTX_use_certificate_chain_file(ssl, options->cert_file) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not load server certificate file \"%s\": %s",
		    options->cert_file, tls_reason());
	rc = os_check_private_file(options->key_file, "private key file", err);
	if (rc != 0)
		return rc;
	if (SSL_CTX_use_PrivateKey_file(ssl, options->key_file,
		SSL_FILETYPE_PEM) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not load private key file \"%s\": %s",
		    options->key_file, tls_reason());
	if (SSL_CTX_check_private_key(ssl) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "check of private key failed: %s", tls_reason());
	return 0;
}

static int
set_ciphers(SSL_CTX *ssl, const struct tls_options *options, struct error *err)
{
	union {
		const char *given;
		char *taken;
	} groups;

	if (SSL_CTX_set_cipher_list(ssl, options->ciphers) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not set the cipher list \"%s\" (no valid ciphers "
		    "available): %s",
		    options->ciphers, tls_reason());
	/* The library's macro casts const away, and only reads. */
	groups.given = options->groups;
	if (SSL_CTX_set1_groups_list(ssl, groups.taken) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not set \"ssl_ecdh_curve\" to \"%s\": %s",
		    options->groups, tls_reason());
	if (options->prefer_server_ciphers)
		(void)SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
	return 0;
}

static int
set_versions(SSL_CTX *ssl, const struct tls_options *options, struct error *err)
{
	if (options->max_version < options->min_version)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not set SSL protocol version range: "
		    "\"ssl_min_protocol_version\" cannot be higher than "
		    "\"ssl_max_protocol_version\"");
	if (SSL_CTX_set_min_proto_version(ssl,
		protocol_version(options->min_version)) != 1 ||
	    SSL_CTX_set_max_proto_version(ssl,
		protocol_version(options->max_version)) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not set SSL protocol versions: %s", tls_reason());
	return 0;
}

/* Whom clients' certificates must come from, and which are revoked. */
static int
set_clients(SSL_CTX *ssl, const struct tls_options *options, struct error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);
	STACK_OF(X509_NAME) * names;

	if (options->ca_file[0] == '\0')
		return 0;
	names = SSL_load_client_CA_file(options->ca_file);
	if (names == NULL ||
	    SSL_CTX_load_verify_file(ssl, options->ca_file) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not load root certificate file \"%s\": %s",
		    options->ca_file, tls_reason());
	}
	SSL_CTX_set_client_CA_list(ssl, names);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, NULL);
	if (options->crl_file[0] == '\0')
		return 0;
	if (X509_STORE_load_file(store, options->crl_file) != 1)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "could not load SSL certificate revocation list file "
		    "\"%s\": %s",
		    options->crl_file, tls_reason());
	(void)X509_STORE_set_flags(store,
	    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	return 0;
}

int
tls_context_new(const struct tls_options *options, struct tls_context **out,
    struct error *err)
{
	struct tls_context *context = malloc(sizeof(*context));
	int rc;

	*out = NULL;
	if (context == NULL)
		return error_no_memory(err);
	ERR_clear_error();
	atomic_init(&context->ref_count, 1);
	context->ssl = SSL_CTX_new(TLS_server_method());
	if (context->ssl == NULL) {
		rc = error_set(err, STELE_E_OUT_OF_MEMORY,
		    "could not create SSL context: %s", tls_reason());
		goto out;
	}
	set_manners(context->ssl);
	rc = set_certificate(context->ssl, options, err);
	if (rc == 0)
		rc = set_versions(context->ssl, options, err);
	if (rc == 0)
		rc = set_ciphers(context->ssl, options, err);
	if (rc == 0)
		rc = set_clients(context->ssl, options, err);
out:
	if (rc == 0)
		*out = context;
	else
		tls_context_unref(context);
	return rc;
}

struct tls_context *
tls_context_ref(struct tls_context *context)
{
	atomic_fetch_add_explicit(&context->ref_count, 1, memory_order_relaxed);
	return context;
}

void
tls_context_unref(struct tls_context *context)
{
	/* Acquire and release: what others did with it is over. */
	if (context == NULL ||
	    atomic_fetch_sub_explicit(&context->ref_count, 1,
		memory_order_acq_rel) > 1)
		return;
	SSL_CTX_free(context->ssl);
	free(context);
}
