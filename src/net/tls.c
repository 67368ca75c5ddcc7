/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.c -- one connection's TLS.
 *
 * OpenSSL reads and writes through a BIO of ours: it begins with the bytes
 * that the connection has received already, counts those of the handshake, and
 * raises no signal.  OpenSSL does not read ahead, so that once a whole record
 * was asked for nothing is left in its buffers, and it can release them: the
 * socket alone tells whether there is more.
 */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/log.h"
#include "net/tls_private.h"

/* A client's hello and certificates are small. */
#define HANDSHAKE_SIZE_MAX ((size_t)64 << 10)
/*
 * Records in a row that bring no bytes: new keys, warnings, ClientHellos that are
 * refused.  OpenSSL reads on behind each, for as long as there is another.
 */
#define IDLE_RECORDS_MAX 32
/* One client's, before it is another's turn: they may be as short as a byte. */
#define TURN_RECORDS_MAX 256

/* ---- the BIO ---- */

static int
early_read(struct tls *tls, char *bytes, size_t size)
{
	size_t left = tls->early.len - tls->early_read;
	size_t len = left < size ? left : size;

	memcpy(bytes, tls->early.data + tls->early_read, len);
	tls->early_read += len;
	return (int)len;
}

static int
socket_read(BIO *bio, char *bytes, int size)
{
	struct tls *tls = BIO_get_data(bio);
	ssize_t got;

	BIO_clear_retry_flags(bio);
	if (bytes == NULL || size <= 0)
		return 0;
	if (tls->handshake_bytes > HANDSHAKE_SIZE_MAX ||
	    tls->idle_records > IDLE_RECORDS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (tls->early_read < tls->early.len)
		got = early_read(tls, bytes, (size_t)size);
	else
		got = recv(tls->fd, bytes, (size_t)size, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	if (got > 0 && !tls->is_established)
		tls->handshake_bytes += (size_t)got;
	return (int)got;
}

static int
socket_write(BIO *bio, const char *bytes, int size)
{
	const struct tls *tls = BIO_get_data(bio);
	ssize_t sent;

	BIO_clear_retry_flags(bio);
	if (size <= 0)
		return 0;
	sent = send(tls->fd, bytes, (size_t)size, MSG_NOSIGNAL);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)sent;
}

static long
socket_ctrl(BIO *bio UNUSED, int command, long number UNUSED,
    void *pointer UNUSED)
{
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/* Never freed: BIOs of all contexts refer to it. */
static BIO_METHOD *socket_method;
static CRYPTO_ONCE socket_method_once = CRYPTO_ONCE_STATIC_INIT;

static void
make_socket_method(void)
{
	BIO_METHOD *method =
	    BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
		"stele socket");

	if (method == NULL)
		return;
	(void)BIO_meth_set_read(method, socket_read);
	(void)BIO_meth_set_write(method, socket_write);
	(void)BIO_meth_set_ctrl(method, socket_ctrl);
	socket_method = method;
}

static BIO *
socket_bio_new(struct tls *tls)
{
	BIO *bio;

	if (CRYPTO_THREAD_run_once(&socket_method_once, make_socket_method) !=
		1 ||
	    socket_method == NULL)
		return NULL;
	bio = BIO_new(socket_method);
	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	return bio;
}

/* ---- a connection ---- */

/* Called with whatever goes through: the header of a record has come. */
static void
count_record(int is_written, int version UNUSED, int content_type,
    const void *bytes UNUSED, size_t len UNUSED, SSL *ssl UNUSED, void *arg)
{
	struct tls *tls = arg;

	if (is_written || content_type != SSL3_RT_HEADER ||
	    !tls->is_established)
		return;
	tls->turn_records++;
	/* Until it has been read it has brought nothing. */
	tls->idle_records++;
}

int
tls_select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned int in_len, void *arg UNUSED)
{
	const struct tls *tls = SSL_get_app_data(ssl);
	size_t len = strlen(tls->wish.protocol);

	/* A list of names, each after its length in a byte; OpenSSL has
	 * checked their sum. */
	while (in_len > 0 && in[0] < in_len) {
		if (in[0] == len &&
		    memcmp(in + 1, tls->wish.protocol, len) == 0) {
			*out = in + 1;
			*out_len = in[0];
			return SSL_TLSEXT_ERR_OK;
		}
		in_len -= 1u + in[0];
		in += 1u + in[0];
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int
tls_open(struct tls_context *context, int fd, const struct tls_wish *wish,
    struct str early, struct tls **out, struct error *err)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	BIO *bio;

	*out = NULL;
	if (tls == NULL)
		return error_no_memory(err);
	tls->context = tls_context_ref(context);
	tls->fd = fd;
	tls->wish = *wish;
	buf_init(&tls->early);
	buf_put(&tls->early, early.data, early.len);
	tls->ssl = SSL_new(context->ssl);
	bio = socket_bio_new(tls);
	if (tls->ssl == NULL || bio == NULL || tls->early.failed) {
		BIO_free(bio);
		tls_close(tls);
		return error_no_memory(err);
	}
	SSL_set_bio(tls->ssl, bio, bio);
	(void)SSL_set_app_data(tls->ssl, tls);
	SSL_set_msg_callback(tls->ssl, count_record);
	SSL_set_msg_callback_arg(tls->ssl, tls);
	SSL_set_accept_state(tls->ssl);
	*out = tls;
	return 0;
}

void
tls_close(struct tls *tls)
{
	if (tls == NULL)
		return;
	ERR_clear_error();
	if (tls->is_established && !tls->is_over)
		(void)SSL_shutdown(tls->ssl);
	ERR_clear_error();
	SSL_free(tls->ssl);
	tls_context_unref(tls->context);
	buf_release(&tls->early);
	free(tls);
}

bool
tls_wants_write(const struct tls *tls)
{
	return tls->wants_write;
}

bool
tls_is_over(const struct tls *tls)
{
	return tls->is_over;
}

bool
tls_is_established(const struct tls *tls)
{
	return tls->is_established;
}

/* What OpenSSL's answer `rc` is to those who know sockets. */
static ssize_t
outcome(struct tls *tls, int rc)
{
	int why = SSL_get_error(tls->ssl, rc);

	switch (why) {
	case SSL_ERROR_WANT_READ:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_WANT_WRITE:
		tls->wants_write = true;
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		tls->is_over = true;
		return 0;
	default:
		tls->is_over = true;
		errno = EPROTO;
		return -1;
	}
}

static void
log_failure(const struct tls *tls)
{
	long verified = SSL_get_verify_result(tls->ssl);

	if (verified != X509_V_OK)
		log_info(LOG_NET, "no TLS: the client's certificate is bad",
		    LOG_CSTR("reason",
			X509_verify_cert_error_string(verified)));
	else if (ERR_peek_error() != 0)
		log_info(LOG_NET, "no TLS: the handshake failed",
		    LOG_CSTR("reason", tls_reason()));
	else
		log_debug(LOG_NET, "no TLS: the client has gone");
}

/* 1 when it is done, or as outcome(). */
static ssize_t
shake_hands(struct tls *tls)
{
	const unsigned char *protocol;
	unsigned int len;
	ssize_t rc;

	ERR_clear_error();
	rc = SSL_do_handshake(tls->ssl);
	if (rc != 1) {
		rc = outcome(tls, (int)rc);
		if (tls->is_over)
			log_failure(tls);
		return rc;
	}
	buf_release(&tls->early);
	buf_init(&tls->early);
	tls->early_read = 0;
	SSL_get0_alpn_selected(tls->ssl, &protocol, &len);
	if (len == 0 && tls->wish.needs_protocol) {
		log_info(LOG_NET, "no TLS: the client named no protocol");
		tls->is_over = true;
		errno = EPROTO;
		return -1;
	}
	tls->is_established = true;
	return 1;
}

ssize_t
tls_receive(struct tls *tls, void *bytes, size_t size)
{
	size_t total = 0;
	ssize_t rc = 1;

	tls->wants_write = false;
	if (!tls->is_established)
		rc = shake_hands(tls);
	if (rc != 1)
		return rc;
	ERR_clear_error();
	tls->turn_records = 0;
	while (rc == 1 && size - total >= TLS_RECORD_MAX &&
	    tls->turn_records < TURN_RECORDS_MAX) {
		size_t got;

		if (SSL_read_ex(tls->ssl, (char *)bytes + total, size - total,
			&got) == 1) {
			tls->idle_records = 0;
			total += got;
		} else {
			rc = outcome(tls, 0);
		}
	}
	return total > 0 ? (ssize_t)total : rc;
}

/* More than this at once are no answers that somebody waits for one by one. */
#define LINE_RECORDS_MAX 512

/* What a record will hold: the first vector, or several that are short. */
static struct iovec
gather(const struct iovec *vectors, size_t count, char record[TLS_RECORD_MAX])
{
	size_t len = 0;

	if (count == 1 || vectors[0].iov_len >= TLS_RECORD_MAX)
		return vectors[0];
	for (size_t i = 0; i < count && len < TLS_RECORD_MAX; i++) {
		size_t left = TLS_RECORD_MAX - len;
		size_t part =
		    vectors[i].iov_len < left ? vectors[i].iov_len : left;

		memcpy(record + len, vectors[i].iov_base, part);
		len += part;
	}
	return (struct iovec){ .iov_base = record, .iov_len = len };
}

/*
 * A piece that is short, or begins with a frame, up to the end of its first line.
 * Bytes are only ever added behind, so that what is offered again is never less.
 */
static size_t
line_len(const struct iovec *piece)
{
	const char *bytes = piece->iov_base;
	const char *end = NULL;

	if (piece->iov_len <= LINE_RECORDS_MAX || bytes[0] == '{')
		end = memchr(bytes, '\n', piece->iov_len);
	return end == NULL ? piece->iov_len : (size_t)(end - bytes) + 1;
}

ssize_t
tls_send(struct tls *tls, const struct iovec *vectors, size_t count)
{
	char record[TLS_RECORD_MAX];
	struct iovec piece = gather(vectors, count, record);
	size_t sent;

	if (tls->wish.has_line_records)
		piece.iov_len = line_len(&piece);
	if (!tls->is_established || tls->is_over) {
		errno = EPIPE;
		return -1;
	}
	ERR_clear_error();
	/*
	 * After EAGAIN the same bytes are offered again, maybe with more behind
	 * them: OpenSSL finishes the record that it has made of them.
	 */
	if (SSL_write_ex(tls->ssl, piece.iov_base, piece.iov_len, &sent) == 1)
		return (ssize_t)sent;
	switch (SSL_get_error(tls->ssl, 0)) {
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		break;
	default:
		tls->is_over = true;
		errno = EPIPE;
		break;
	}
	return -1;
}
