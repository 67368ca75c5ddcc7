/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_peer.c -- what certificates say: the client's, and ours for channel
 * binding.
 */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "net/tls_private.h"

/* The names of one certificate. */
#define NAMES_MAX 256

/* The text of a BIO in memory, which this frees. */
static struct str
bio_text(BIO *bio, struct arena *arena)
{
	char *data = NULL;
	long len = bio == NULL ? 0 : BIO_get_mem_data(bio, &data);
	struct str text =
	    len <= 0 ? STR("") : arena_str(arena, str_of(data, (size_t)len));

	BIO_free(bio);
	return text;
}

/* Each part after a slash, as PostgreSQL shows names. */
static struct str
name_text(const X509_NAME *name, struct arena *arena)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int count = X509_NAME_entry_count(name);

	for (int i = 0; bio != NULL && i < count; i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
		const char *field = OBJ_nid2sn(nid);

		(void)BIO_printf(bio, "/%s=",
		    nid == NID_undef || field == NULL ? "UNDEF" : field);
		(void)ASN1_STRING_print_ex(bio, X509_NAME_ENTRY_get_data(entry),
		    (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) |
			ASN1_STRFLGS_UTF8_CONVERT);
	}
	return bio_text(bio, arena);
}

static struct str
name_rfc2253(const X509_NAME *name, struct arena *arena)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL)
		(void)X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	return bio_text(bio, arena);
}

/* A text of a certificate in UTF-8; empty if it has a NUL or is no text. */
static struct str
asn1_text(const ASN1_STRING *from, struct arena *arena)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, from);
	struct str text = STR("");

	if (len > 0 && memchr(utf8, 0, (size_t)len) == NULL)
		text =
		    arena_str(arena, str_of((const char *)utf8, (size_t)len));
	OPENSSL_free(utf8);
	return text;
}

static struct str
common_name(const X509_NAME *name, struct arena *arena)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

	if (at < 0)
		return STR("");
	return asn1_text(X509_NAME_ENTRY_get_data(
			     X509_NAME_get_entry(name, at)),
	    arena);
}

static struct str
serial_text(const X509 *certificate, struct arena *arena)
{
	BIGNUM *number =
	    ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *digits = number == NULL ? NULL : BN_bn2dec(number);
	struct str text =
	    digits == NULL ? STR("") : arena_str(arena, str_of_cstr(digits));

	OPENSSL_free(digits);
	BN_free(number);
	return text;
}

static bool
alt_name(const GENERAL_NAME *from, struct arena *arena, struct tls_name *out)
{
	switch (from->type) {
	case GEN_DNS:
		out->kind = TLS_NAME_DNS;
		break;
	case GEN_EMAIL:
		out->kind = TLS_NAME_EMAIL;
		break;
	case GEN_URI:
		out->kind = TLS_NAME_URI;
		break;
	default:
		return false;
	}
	out->text = asn1_text(from->d.ia5, arena);
	return out->text.len > 0;
}

static void
alt_names(const X509 *certificate, struct arena *arena, struct tls_client *out)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = sk_GENERAL_NAME_num(names);
	struct tls_name *list;

	if (count <= 0 || count > NAMES_MAX)
		count = 0;
	list = arena_alloc_array(arena, (size_t)count + 1, sizeof(*list));
	for (int i = 0; i < count; i++)
		if (alt_name(sk_GENERAL_NAME_value(names, i), arena,
			&list[out->name_count]))
			out->name_count++;
	out->names = list;
	GENERAL_NAMES_free(names);
}

int
tls_facts_get(const struct tls *tls, struct arena *arena, struct tls_facts *out,
    struct error *err)
{
	X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
	const SSL_CIPHER *cipher = SSL_get_current_cipher(tls->ssl);
	struct tls_client *client = &out->client;
	const X509_NAME *subject;

	*out = (struct tls_facts){
		.version = SSL_get_version(tls->ssl),
		.cipher = SSL_CIPHER_get_name(cipher),
		.bits = SSL_CIPHER_get_bits(cipher, NULL),
		.has_client = certificate != NULL &&
		    SSL_get_verify_result(tls->ssl) == X509_V_OK,
	};
	if (!out->has_client)
		return 0;
	subject = X509_get_subject_name(certificate);
	client->common_name = common_name(subject, arena);
	client->subject = name_text(subject, arena);
	client->subject_dn = name_rfc2253(subject, arena);
	client->issuer = name_text(X509_get_issuer_name(certificate), arena);
	client->serial = serial_text(certificate, arena);
	alt_names(certificate, arena, client);
	ERR_clear_error();
	return arena_check(arena, err);
}

size_t
tls_server_end_point(const struct tls *tls, uint8_t hash[TLS_HASH_MAX])
{
	X509 *certificate = SSL_get_certificate(tls->ssl);
	const EVP_MD *digest;
	unsigned int len = 0;
	int nid;

	static_assert(TLS_HASH_MAX >= EVP_MAX_MD_SIZE, "TLS_HASH_MAX");
	if (certificate == NULL ||
	    X509_get_signature_info(certificate, &nid, NULL, NULL, NULL) != 1)
		return 0;
	if (nid == NID_md5 || nid == NID_sha1)
		nid = NID_sha256;
	digest = EVP_get_digestbynid(nid);
	if (digest == NULL || X509_digest(certificate, digest, hash, &len) != 1)
		len = 0;
	ERR_clear_error();
	return len;
}
