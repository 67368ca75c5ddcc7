/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_request.h -- what a line of the native doors says of who sends it.
 *
 *   AUTH user:signature            a token, please; of the user's name
 *   command TOKEN token
 *   signature:command              of the user whom AUTH has shown
 *   user:signature:command
 *   command
 *
 * A signature is hex(HMAC-SHA-256(key, text)), where text is the trimmed
 * command; of AUTH, the user's name.  Or it is a *fresh* one,
 *
 *   time.nonce.hex(HMAC-SHA-256(hex(HMAC-SHA-256(key, time.nonce.user)), text))
 *
 * with the time in seconds since 1970 and 8 to 64 letters, digits, '-' and '_'
 * that were not used before: it is good once, and for a short while.
 *
 * This only takes apart: nothing here is believed.  No command begins with two
 * words with colons behind them, or is followed by TOKEN and 64 hexadecimal
 * digits; so what has that form is no part of a command, whoever sends it.  A
 * word has letters, digits, '-', '_', '.', '@' and bytes beyond ASCII.
 *
 * Threads: no state.  Everything is borrowed from the line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto.h"
#include "common/str.h"

#define NATIVE_USER_MAX      64 /* bytes */
#define NATIVE_SIGNATURE_MAX 256
#define NATIVE_TOKEN_SIZE    CRYPTO_HEX_SIZE
#define NATIVE_NONCE_MIN     8
#define NATIVE_NONCE_MAX     64

enum native_proof {
	NATIVE_NO_PROOF,
	NATIVE_AUTH,
	NATIVE_TOKEN,
	NATIVE_SIGNED, /* by the connection's user */
	NATIVE_INLINE,
	NATIVE_PASSWORD, /* of HTTP: Basic */
};

struct native_request {
	enum native_proof proof;
	struct str user;      /* AUTH, INLINE, PASSWORD */
	struct str signature; /* AUTH, SIGNED, INLINE */
	struct str token;     /* TOKEN */
	struct str password;  /* PASSWORD */
	struct str command;   /* trimmed; of AUTH empty */
	struct str text; /* that is signed: of AUTH the user, else command */
	/* AUTH but for the token: what follows it is the user's. */
	bool is_lasting;
};

/* Blanks, carriage returns and newlines off both ends. */
struct str native_trim(struct str text);

/* A line, without its end. */
void native_request_parse(struct str line, struct native_request *out);

/*
 * The same without a look for TOKEN: what remains to be tried when the token is
 * none.
 */
void native_request_parse_signed(struct str line, struct native_request *out);

struct native_signature {
	bool is_fresh;
	int64_t time_s;   /* of a fresh one; since 1970 */
	struct str salt;  /* likewise: "time.nonce" */
	struct str nonce; /* likewise */
	uint8_t mac[CRYPTO_SHA256_SIZE];
};

/* False for what is no signature of either form. */
bool native_signature_parse(struct str text, struct native_signature *out);
