/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba.h -- stele.hba: who may connect from where, and how he proves who he is.
 *
 * The form is that of pg_hba.conf: a rule a line, the first that fits the
 * connection decides, and where none fits nobody connects.
 *
 *     local     DATABASES  ROLES            METHOD  [OPTION=VALUE ...]
 *     host      DATABASES  ROLES  ADDRESS   METHOD  [OPTION=VALUE ...]
 *     hostssl, hostnossl   likewise, with TLS or without
 *
 *   DATABASES  names, separated by commas; all, sameuser, samerole; never fits
 *              "replication", which there is none of
 *   ROLES      names; all; +name is the members of a role
 *   ADDRESS    a number and /bits, or a number and a mask; all, samehost,
 *              samenet.  No host names: nothing waits for a name server
 *   METHOD     trust, reject, scram-sha-256, password (hostssl), cert
 *              (hostssl), peer (local).  md5 is scram-sha-256, as in PostgreSQL
 *              for roles whose verifier is one: there are no others here
 *   OPTION     clientcert=verify-ca or verify-full, clientname=CN or DN
 *
 * A '#' begins a comment; in double quotes a name loses its special meaning,
 * and "" is a quote; a backslash at the end of a line continues it, in
 * quotes and comments too.
 *
 * A rule that admits other machines by trust is refused, unless the reader of
 * the file says that this is meant.
 *
 * Threads: immutable once parsed; the references are counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct error;
struct hba;

#define HBA_NAME     "stele.hba" /* in the data directory */
#define HBA_SIZE_MAX ((size_t)4 << 20)

enum hba_type {
	HBA_LOCAL,
	HBA_HOST,
	HBA_HOSTSSL,
	HBA_HOSTNOSSL,
};

enum hba_method {
	HBA_TRUST,
	HBA_REJECT,
	HBA_SCRAM,
	HBA_PASSWORD,
	HBA_CERT,
	HBA_PEER,
};

enum hba_client_cert {
	HBA_CERT_ANY,    /* one or none */
	HBA_CERT_SIGNED, /* clientcert=verify-ca */
	HBA_CERT_NAMED,  /* clientcert=verify-full, and method cert */
};

/* An address of the internet: 4 bytes or 16. */
struct hba_address {
	uint8_t len; /* 0: none, a UNIX socket's */
	uint8_t bytes[16];
};

/* One of this machine's: samehost, samenet. */
struct hba_network {
	struct hba_address address;
	struct hba_address mask;
};

enum hba_address_kind {
	HBA_ADDRESS_NONE, /* of local rules */
	HBA_ADDRESS_ALL,
	HBA_ADDRESS_SAMEHOST,
	HBA_ADDRESS_SAMENET,
	HBA_ADDRESS_MASK,
};

/* What a list of names has; `text` is as the file has it, without quotes. */
struct hba_name {
	struct str text;
	bool is_quoted;
};

struct hba_names {
	const struct hba_name *names;
	uint32_t count;
};

struct hba_rule {
	int line; /* where it begins, from 1 */
	enum hba_type type;
	struct hba_names databases;
	struct hba_names roles;
	enum hba_address_kind address_kind;
	struct hba_address address; /* HBA_ADDRESS_MASK */
	struct hba_address mask;
	enum hba_method method;
	enum hba_client_cert client_cert;
	bool name_is_dn; /* clientname=DN: the whole subject is the name */
	/* A mistake: the line is no rule, and this says why. */
	struct str mistake;
	int mistake_line; /* where in the file, from 1, columns in bytes */
	int mistake_column;
};

struct hba_reader {
	bool allows_remote_trust;
	/* The machine's addresses, for samehost and samenet; may be none. */
	const struct hba_network *networks;
	uint32_t network_count;
};

/*
 * Read a whole file.  Lines with mistakes are kept as such: see
 * hba_check().  STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int hba_parse(struct str text, const struct hba_reader *reader,
    struct hba **out, struct error *err);
struct hba *hba_ref(struct hba *hba);
/* NULL is allowed. */
void hba_unref(struct hba *hba);

/* F0000 for the first mistake, with its place in `file_name`. */
MUST_USE int hba_check(const struct hba *hba, const char *file_name,
    struct error *err);

uint32_t hba_rule_count(const struct hba *hba);
const struct hba_rule *hba_rule_at(const struct hba *hba, uint32_t index);

/* Who connects. */
struct hba_client {
	bool is_local; /* over a UNIX socket; else it has an .. */
	struct hba_address address;
	bool is_tls;
	struct str database;
	struct str role;
	/* Whether the role is a member of `group`, or is it. */
	bool (*is_member)(void *arg, struct str group);
	void *arg;
};

/* The first rule that fits; NULL if none does. */
const struct hba_rule *hba_match(const struct hba *hba,
    const struct hba_client *client);

/* A number of IPv4 or IPv6, without a mask.  False if it is none. */
bool hba_address_parse(struct str text, struct hba_address *out);
bool hba_address_is_loopback(const struct hba_address *address);
/* The same number as text, in `text` of HBA_ADDRESS_TEXT bytes. */
#define HBA_ADDRESS_TEXT 48
void hba_address_print(const struct hba_address *address,
    char text[HBA_ADDRESS_TEXT]);

const char *hba_type_name(enum hba_type type);
const char *hba_method_name(enum hba_method method);

/* What is written into a new data directory. */
struct str hba_default_text(void);
