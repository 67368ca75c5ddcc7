/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_frontend.h -- what a client sends in PostgreSQL's protocol 3: bytes to
 * messages.
 *
 * Pure functions over bytes; no socket, no state.  A message borrows from the
 * bytes it was read from.  Frames are walls: a field never reaches beyond its
 * frame, and what a frame has too much is an error.
 *
 * The formats: PostgreSQL 18 documentation, chapter 54.7 "Message Formats".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/reader.h"
#include "common/str.h"

struct error;

/* ---- before the session ---- */

#define PG_PROTOCOL_3_0      0x00030000u
#define PG_PROTOCOL_3_2      0x00030002u
#define PG_CANCEL_CODE       80877102u
#define PG_SSL_CODE          80877103u
#define PG_GSSENC_CODE       80877104u
#define PG_STARTUP_SIZE_MAX  10000u
#define PG_SHORT_SIZE_MAX    10000u
#define PG_MESSAGE_SIZE_MAX  ((size_t)0x3fffffff)
#define PG_FRAME_HEADER_SIZE 5u

/*
 * The first frame: a length that counts itself, then a code.  Returns 1 and
 * *body (code included), 0 if more bytes are needed, or
 * STELE_E_PROTOCOL_VIOLATION: close without an answer, as PostgreSQL does for
 * what is not its protocol.
 */
MUST_USE int pg_startup_frame(const uint8_t *data, size_t len, struct str *body,
    struct error *err);

enum pg_startup_kind {
	PG_STARTUP_SSL,
	PG_STARTUP_GSSENC,
	PG_STARTUP_CANCEL,
	PG_STARTUP_SESSION,
};

struct pg_startup {
	enum pg_startup_kind kind;
	uint32_t version;         /* PG_STARTUP_SESSION: as the client asked */
	struct reader parameters; /* name and value, NUL-terminated */
	int32_t cancel_pid;       /* PG_STARTUP_CANCEL */
	struct str cancel_key;
};

/*
 * Returns 0, or STELE_E_PROTOCOL_VIOLATION, or STELE_E_FEATURE_NOT_SUPPORTED
 * with PostgreSQL's text for another major version.
 */
MUST_USE int pg_startup_decode(struct str body, struct pg_startup *out,
    struct error *err);

/*
 * The next parameter: 1, 0 at the end, or STELE_E_PROTOCOL_VIOLATION
 * ("invalid startup packet layout: expected terminator as last byte").
 */
MUST_USE int pg_startup_next(struct pg_startup *startup, struct str *name,
    struct str *value, struct error *err);

/*
 * The next setting of the startup parameter "options": -c name=value,
 * -cname=value or --name=value; a backslash takes the next character as it is.
 * *name and *value are copies in the arena; a '-' in a name is a '_'.  Returns
 * 1, 0 at the end, or STELE_E_SYNTAX.
 */
MUST_USE int pg_options_next(struct str *options, struct arena *arena,
    struct str *name, struct str *value, struct error *err);

/* ---- to log in ---- */

/* SASL messages and passwords are shorter. */
#define PG_PASSWORD_SIZE_MAX 2048u

/*
 * The next frame while a client logs in: of type 'p', whatever it answers.
 * Returns 1 and *body, 0 if more bytes are needed, or
 * STELE_E_PROTOCOL_VIOLATION as soon as its header is there.
 */
MUST_USE int pg_password_frame(const uint8_t *data, size_t len,
    struct str *body, struct error *err);

/* SASLInitialResponse: a mechanism's name, and its first message. */
MUST_USE int pg_sasl_initial_decode(struct str body, struct str *mechanism,
    struct str *message, struct error *err);

/* PasswordMessage: the password in clear text. */
MUST_USE int pg_password_decode(struct str body, struct str *password,
    struct error *err);

/* ---- in a session ---- */

struct pg_frame {
	char type;
	struct str body;
	size_t size; /* bytes from the type to the end of the body */
};

/*
 * The next frame of `data`.  Returns 1; 0 if more bytes are needed (at least
 * out->size of them, when that is known and not 0); or, as soon as the header
 * is there, STELE_E_PROTOCOL_VIOLATION for a type or a length that cannot be,
 * STELE_E_LIMIT for a message above size_max: the stream has no frames any more.
 *
 * `size_max` bounds the messages that may be long: Q, P, B, F and d.  S, H, X
 * and c have no body; the others are at most PG_SHORT_SIZE_MAX.
 */
MUST_USE int pg_frame_next(const uint8_t *data, size_t len, size_t size_max,
    struct pg_frame *out, struct error *err);

/* True for the types that a client may send. */
bool pg_frame_is_known(char type);

struct pg_parse {
	struct str name;
	struct str query;
	uint32_t type_count;
	const uint32_t *types; /* in the arena */
};

struct pg_value {
	struct str bytes;
	bool is_null;
};

struct pg_bind {
	struct str portal;
	struct str statement;
	uint32_t format_count; /* 0, 1 or one a parameter */
	const uint16_t *formats;
	uint32_t param_count;
	const struct pg_value *params;
	uint32_t result_format_count; /* 0, 1 or one a column */
	const uint16_t *result_formats;
	/* What the body has between the names and the values, and behind these. */
	struct str head, tail;
};

struct pg_execute {
	struct str portal;
	uint32_t row_max; /* 0: all */
};

/* Describe and Close. */
struct pg_target {
	char kind; /* 'S' or 'P' */
	struct str name;
};

/* All return 0 or STELE_E_PROTOCOL_VIOLATION; arrays go into the arena. */
MUST_USE int pg_query_decode(struct str body, struct str *out,
    struct error *err);
MUST_USE int pg_parse_decode(struct str body, struct arena *arena,
    struct pg_parse *out, struct error *err);
MUST_USE int pg_bind_decode(struct str body, struct arena *arena,
    struct pg_bind *out, struct error *err);
MUST_USE int pg_execute_decode(struct str body, struct pg_execute *out,
    struct error *err);
MUST_USE int pg_target_decode(struct str body, const char *message,
    struct pg_target *out, struct error *err);
MUST_USE int pg_copy_fail_decode(struct str body, struct str *out,
    struct error *err);

/*
 * What most clients send behind the Bind of an unnamed portal: Execute of it,
 * with Describe of it in front or not.  Returns the size of these messages, 0
 * if something else comes or they are not all there.
 */
size_t pg_execution_at(struct str input, bool *is_described);

/*
 * The next Bind of a pipeline, if it is of the same portal and formats as `like`:
 * its statement, and `values` for as many parameters.  Returns its size; 0 if
 * something else comes, or a longer one than size_max, or it is not all there.
 */
size_t pg_bind_at(struct str input, const struct pg_bind *like, size_t size_max,
    struct str *statement, struct pg_value *values);

/* The format of parameter or column `index`: 0 text, 1 binary. */
static inline uint16_t
pg_format_of(const uint16_t *formats, uint32_t format_count, uint32_t index)
{
	if (format_count == 0)
		return 0;
	return formats[format_count == 1 ? 0 : index];
}

/*
 * Text from a client: STELE_E_CHARACTER_NOT_IN_REPERTOIRE, with the offending
 * bytes, unless it is UTF-8 without a NUL.
 */
MUST_USE int pg_check_text(struct str text, struct error *err);
