/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ends of TLS in one thread, over a socket pair: what the handshake tells,
 * the data of channel binding, and sockets that are full or silent.
 */
#include <check.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/error.h"
#include "net/tls.h"

#define DAY 86400L

static char dir[] = "/tmp/stele-test-tls-XXXXXX";
static struct error err;

/* ---- certificates ---- */

static EVP_PKEY *
make_key(const char *kind)
{
	if (strncmp(kind, "RSA", 3) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	if (strcmp(kind, "EC") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, kind, "P-256");
	return EVP_PKEY_Q_keygen(NULL, NULL, kind);
}

static void
add_names(X509 *certificate, const char *names)
{
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

	ck_assert_ptr_nonnull(extension);
	ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
sign(X509 *certificate, EVP_PKEY *key, const char *digest, bool is_pss)
{
	const EVP_MD *md = digest == NULL ? NULL : EVP_get_digestbyname(digest);
	EVP_MD_CTX *signing = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;

	ck_assert_int_eq(EVP_DigestSignInit(signing, &how, md, NULL, key), 1);
	if (is_pss) {
		EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
	}
	ck_assert_int_gt(X509_sign_ctx(certificate, signing), 0);
	EVP_MD_CTX_free(signing);
}

/* Signed by its own key; /O=Acme/CN=common_name, number 258. */
static X509 *
make_certificate(EVP_PKEY *key, const char *digest, bool is_pss,
    const char *common_name, int name_len, const char *names)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 258);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), DAY);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)"Acme", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)common_name, name_len, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	if (names != NULL)
		add_names(certificate, names);
	sign(certificate, key, digest, is_pss);
	return certificate;
}

static const char *
in_dir(const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
	return path;
}

static void
write_pem(const char *name, X509 *certificate, EVP_PKEY *key)
{
	char path[128];
	FILE *file = fopen(in_dir(name, path), "w");

	ck_assert_ptr_nonnull(file);
	if (certificate != NULL)
		PEM_write_X509(file, certificate);
	else
		PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

/* ---- two ends ---- */

static struct tls_context *context;
static struct tls *server;
static SSL_CTX *client_context;
static SSL *client;
static int ends[2]; /* the server's, the client's */

static void
open_ends(bool has_ca, EVP_PKEY *client_key, X509 *client_certificate)
{
	static const struct tls_wish wish = { .protocol = "postgresql" };
	char cert[128], key[128], ca[128];
	struct tls_options options = {
		.cert_file = in_dir("server.crt", cert),
		.key_file = in_dir("server.key", key),
		.ca_file = has_ca ? in_dir("client.crt", ca) : "",
		.crl_file = "",
		.ciphers = "HIGH:!aNULL",
		.groups = "X25519:prime256v1",
		.min_version = TLS_VERSION_1_2,
		.max_version = TLS_VERSION_1_3,
	};

	ck_assert_msg(tls_context_new(&options, &context, &err) == 0, "%s",
	    err.message);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     ends),
	    0);
	ck_assert_int_eq(tls_open(context, ends[0], &wish, STR(""), &server,
			     &err),
	    0);
	client_context = SSL_CTX_new(TLS_client_method());
	if (client_key != NULL) {
		SSL_CTX_use_certificate(client_context, client_certificate);
		SSL_CTX_use_PrivateKey(client_context, client_key);
	}
	client = SSL_new(client_context);
	SSL_set_fd(client, ends[1]);
}

static void
close_ends(void)
{
	tls_close(server);
	tls_context_unref(context);
	SSL_free(client);
	SSL_CTX_free(client_context);
	close(ends[0]);
	close(ends[1]);
}

/* Until both have the other's Finished. */
static void
shake_hands(void)
{
	char bytes[TLS_RECORD_MAX];

	for (int i = 0; i < 10 && !tls_is_established(server); i++) {
		(void)SSL_connect(client);
		ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), -1);
		ck_assert_int_eq(errno, EAGAIN);
	}
	ck_assert(tls_is_established(server));
}

/* ---- channel binding ---- */

static const struct {
	const char *key;
	const char *signed_by;
	const char *bound_by; /* NULL: there is none */
} binding_case[] = {
	{ "RSA", "SHA256", "SHA256" },
	{ "RSA", "SHA1", "SHA256" }, /* too weak: RFC 5929, 4.1 */
	{ "RSA", "SHA512", "SHA512" },
	{ "RSA-PSS", "SHA384", "SHA384" },
	{ "EC", "SHA256", "SHA256" },
	{ "EC", "SHA384", "SHA384" },
	{ "ED25519", NULL, NULL },
};

START_TEST(channel_binding)
{
	const char *bound_by = binding_case[_i].bound_by;
	EVP_PKEY *key = make_key(binding_case[_i].key);
	X509 *certificate = make_certificate(key, binding_case[_i].signed_by,
	    strcmp(binding_case[_i].key, "RSA-PSS") == 0, "localhost", -1,
	    NULL);
	uint8_t wanted[EVP_MAX_MD_SIZE], got[TLS_HASH_MAX];
	unsigned int len = 0;

	if (bound_by != NULL)
		X509_digest(certificate, EVP_get_digestbyname(bound_by), wanted,
		    &len);
	write_pem("server.crt", certificate, NULL);
	write_pem("server.key", NULL, key);
	open_ends(false, NULL, NULL);
	shake_hands();
	ck_assert_uint_eq(tls_server_end_point(server, got), len);
	ck_assert_mem_eq(got, wanted, len);
	close_ends();
	X509_free(certificate);
	EVP_PKEY_free(key);
}
END_TEST

/* ---- who the client is ---- */

/* A server and a client with certificates of their own. */
static void
open_with_client(const char *common_name, int name_len, const char *names)
{
	EVP_PKEY *key = make_key("EC");
	X509 *certificate = make_certificate(key, "SHA256", false, common_name,
	    name_len, names);

	write_pem("server.crt", certificate, NULL);
	write_pem("server.key", NULL, key);
	write_pem("client.crt", certificate, NULL);
	open_ends(true, key, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
assert_str(struct str got, const char *wanted)
{
	ck_assert_msg(str_equal(got, str_of_cstr(wanted)), "%.*s, not %s",
	    STR_FMT(got), wanted);
}

START_TEST(the_clients_names)
{
	struct tls_facts facts;
	struct arena arena;

	open_with_client("bob, \xc3\xb6", -1,
	    "DNS:bob.example,IP:10.0.0.1,email:bob@example.org");
	shake_hands();
	arena_init(&arena, NULL);
	ck_assert_int_eq(tls_facts_get(server, &arena, &facts, &err), 0);
	ck_assert_str_eq(facts.version, "TLSv1.3");
	ck_assert_str_eq(facts.cipher, "TLS_AES_256_GCM_SHA384");
	ck_assert_int_eq(facts.bits, 256);
	ck_assert(facts.has_client);
	assert_str(facts.client.common_name, "bob, \xc3\xb6");
	assert_str(facts.client.subject, "/O=Acme/CN=bob\\, \xc3\xb6");
	assert_str(facts.client.subject_dn, "CN=bob\\, \\C3\\B6,O=Acme");
	assert_str(facts.client.issuer, "/O=Acme/CN=bob\\, \xc3\xb6");
	assert_str(facts.client.serial, "258");
	ck_assert_uint_eq(facts.client.name_count, 2);
	ck_assert_int_eq(facts.client.names[0].kind, TLS_NAME_DNS);
	assert_str(facts.client.names[0].text, "bob.example");
	ck_assert_int_eq(facts.client.names[1].kind, TLS_NAME_EMAIL);
	assert_str(facts.client.names[1].text, "bob@example.org");
	arena_release(&arena);
	close_ends();
}
END_TEST

/* "admin\0.evil.example" must not be taken for "admin". */
START_TEST(a_name_with_a_nul)
{
	static const char name[] = "admin\0.evil.example";
	struct tls_facts facts;
	struct arena arena;

	open_with_client(name, sizeof(name) - 1, NULL);
	shake_hands();
	arena_init(&arena, NULL);
	ck_assert_int_eq(tls_facts_get(server, &arena, &facts, &err), 0);
	ck_assert(facts.has_client);
	assert_str(facts.client.common_name, "");
	ck_assert_uint_eq(facts.client.name_count, 0);
	arena_release(&arena);
	close_ends();
}
END_TEST

/* ---- bytes ---- */

#define TOTAL ((size_t)1 << 20)

/* Chunks of all sizes, into a socket that is full most of the time. */
START_TEST(a_full_socket)
{
	static const size_t sizes[] = { 1, 7, 300, 16000, 16384, 40000 };
	unsigned char *bytes = malloc(TOTAL), *back = malloc(TOTAL);
	size_t sent = 0, got = 0, full = 0;

	for (size_t i = 0; i < TOTAL; i++)
		bytes[i] = (unsigned char)(i * 2654435761u >> 13);
	open_with_client("bob", -1, NULL);
	shake_hands();
	while (got < TOTAL) {
		struct iovec vectors[8];
		size_t count = 0, part;
		ssize_t rc;

		/* The same bytes as before, in other pieces. */
		for (size_t at = sent; count < 8 && at < TOTAL; at += part) {
			part = sizes[(at + full + count) % ARRAY_LEN(sizes)];
			if (part > TOTAL - at)
				part = TOTAL - at;
			vectors[count++] = (struct iovec){
				.iov_base = bytes + at,
				.iov_len = part,
			};
		}
		rc = count == 0 ? -1 : tls_send(server, vectors, count);
		if (rc > 0) {
			sent += (size_t)rc;
			continue;
		}
		ck_assert(count == 0 || errno == EAGAIN);
		full++;
		while (
		    (rc = SSL_read(client, back + got, (int)(TOTAL - got))) > 0)
			got += (size_t)rc;
	}
	ck_assert_uint_gt(full, 2);
	ck_assert_mem_eq(bytes, back, TOTAL);
	close_ends();
	free(bytes);
	free(back);
}
END_TEST

/* Nothing is left inside when the socket has nothing more to tell. */
START_TEST(records_are_read_to_the_end)
{
	static char bytes[4 * TLS_RECORD_MAX], record[TLS_RECORD_MAX - 100];
	size_t total = 0;

	open_with_client("bob", -1, NULL);
	shake_hands();
	/* The last one lies across the end of what is asked for. */
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(SSL_write(client, record, sizeof(record)),
		    (int)sizeof(record));
	for (;;) {
		char byte;
		bool is_readable =
		    recv(ends[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
		ssize_t rc = tls_receive(server, bytes, sizeof(bytes));

		ck_assert_int_eq(rc > 0, is_readable);
		if (rc <= 0)
			break;
		total += (size_t)rc;
	}
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_eq(total, 5 * sizeof(record));
	ck_assert(!tls_is_over(server));
	close_ends();
}
END_TEST

/* The end may come together with the last bytes. */
START_TEST(the_end)
{
	char bytes[TLS_RECORD_MAX * 2];

	open_with_client("bob", -1, NULL);
	shake_hands();
	ck_assert_int_eq(SSL_write(client, "bye", 3), 3);
	(void)SSL_shutdown(client);
	ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), 3);
	ck_assert(tls_is_over(server));
	close_ends();
}
END_TEST

START_TEST(a_damaged_record)
{
	char bytes[TLS_RECORD_MAX];

	open_with_client("bob", -1, NULL);
	shake_hands();
	ck_assert_int_eq(send(ends[1], "\x17\3\3\0\x20", 5, 0), 5);
	memset(bytes, 'x', 32);
	ck_assert_int_eq(send(ends[1], bytes, 32, 0), 32);
	ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert(tls_is_over(server));
	close_ends();
}
END_TEST

static void
change_keys(int count)
{
	for (int i = 0; i < count; i++) {
		ck_assert_int_eq(SSL_key_update(client,
				     SSL_KEY_UPDATE_NOT_REQUESTED),
		    1);
		ck_assert_int_eq(SSL_do_handshake(client), 1);
	}
}

/* Who has to say something may change keys before it, each time. */
START_TEST(new_keys)
{
	char bytes[TLS_RECORD_MAX];

	open_with_client("bob", -1, NULL);
	shake_hands();
	for (int i = 0; i < 10; i++) {
		change_keys(20);
		ck_assert_int_eq(SSL_write(client, "x", 1), 1);
		ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), 1);
	}
	ck_assert(!tls_is_over(server));
	close_ends();
}
END_TEST

/* OpenSSL would read them for as long as they come. */
START_TEST(new_keys_and_nothing_else)
{
	char bytes[TLS_RECORD_MAX];

	open_with_client("bob", -1, NULL);
	shake_hands();
	change_keys(100);
	ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert(tls_is_over(server));
	close_ends();
}
END_TEST

#define SHORT_RECORDS 400 /* of what the socket takes */

/* Nobody has the thread to himself by records of a byte. */
START_TEST(short_records_take_turns)
{
	static char bytes[4 * TLS_RECORD_MAX];
	size_t total = 0, turns = 0;
	int room = 4 << 20;

	open_with_client("bob", -1, NULL);
	shake_hands();
	ck_assert_int_eq(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room,
			     sizeof(room)),
	    0);
	for (int i = 0; i < SHORT_RECORDS; i++)
		ck_assert_int_eq(SSL_write(client, "x", 1), 1);
	while (total < SHORT_RECORDS) {
		ssize_t got = tls_receive(server, bytes, sizeof(bytes));

		ck_assert_int_gt(got, 0);
		total += (size_t)got;
		turns++;
	}
	ck_assert_uint_gt(turns, 1);
	ck_assert_int_eq(tls_receive(server, bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close_ends();
}
END_TEST

static void
make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
remove_dir(void)
{
	static const char *const names[] = {
		"server.crt",
		"server.key",
		"client.crt",
	};
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(in_dir(names[i], path));
	(void)rmdir(dir);
}

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, all);
	tcase_add_unchecked_fixture(all, make_dir, remove_dir);
	tcase_add_loop_test(all, channel_binding, 0, ARRAY_LEN(binding_case));
	tcase_add_test(all, the_clients_names);
	tcase_add_test(all, a_name_with_a_nul);
	tcase_add_test(all, a_full_socket);
	tcase_add_test(all, records_are_read_to_the_end);
	tcase_add_test(all, the_end);
	tcase_add_test(all, a_damaged_record);
	tcase_add_test(all, new_keys);
	tcase_add_test(all, new_keys_and_nothing_else);
	tcase_add_test(all, short_records_take_turns);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
