/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_backend.h -- what the server sends in PostgreSQL's protocol 3: messages
 * to bytes.
 *
 * Each function appends whole messages to a struct buf, whose `failed` tells
 * the caller that there was no memory.
 */
#pragma once

#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;

/* Begin a message; pg_end() with the result writes its length. */
static inline size_t
pg_begin(struct buf *out, char type)
{
	buf_put_u8(out, (uint8_t)type);
	buf_put_u32_be(out, 0);
	return out->len;
}

static inline void
pg_end(struct buf *out, size_t begin)
{
	buf_patch_u32_be(out, begin - 4, (uint32_t)(out->len - begin + 4));
}

/* A message without a body: '1', '2', '3', 'n', 'I', 's', 'c'. */
void pg_put_empty(struct buf *out, char type);

void pg_put_authentication_ok(struct buf *out);
/* AuthenticationCleartextPassword: a PasswordMessage is to come. */
void pg_put_authentication_clear(struct buf *out);
/* AuthenticationSASL: the mechanisms' names, the best first. */
void pg_put_authentication_sasl(struct buf *out, const char *const *mechanisms,
    uint32_t count);
/* AuthenticationSASLContinue and, is_final, AuthenticationSASLFinal. */
void pg_put_authentication_data(struct buf *out, bool is_final,
    struct str data);
void pg_put_parameter_status(struct buf *out, struct str name,
    struct str value);
void pg_put_backend_key(struct buf *out, int32_t pid, struct str key);

/* Answers a client that asks for more than 3.0 or for options. */
void pg_put_negotiate(struct buf *out, uint32_t version,
    const struct str *options, uint32_t option_count);

/* The transaction's state: 'I', 'T' or 'E'. */
void pg_put_ready(struct buf *out, char status);
void pg_put_command_complete(struct buf *out, const char *tag);

enum pg_severity {
	PG_ERROR,
	PG_FATAL,
	PG_WARNING,
	PG_NOTICE,
};

/* ErrorResponse, or NoticeResponse for the two that are no errors. */
void pg_put_error(struct buf *out, enum pg_severity severity,
    const struct error *err);

/* A notice or warning that is no struct error. */
void pg_put_notice(struct buf *out, enum pg_severity severity,
    const char *sqlstate, const char *message);

struct pg_column {
	struct str name;
	struct type type;
	bool is_array; /* the type is one, which its OID may not tell */
	uint32_t table_oid;
	int16_t attnum;
};

/* formats as in Bind: none, one for all, or one a column. */
void pg_put_row_description(struct buf *out, const struct pg_column *columns,
    uint32_t column_count, const uint16_t *formats, uint32_t format_count);
void pg_put_parameter_description(struct buf *out, const struct type *types,
    uint32_t count);

/* DataRow: row `row` of a batch whose vectors are the columns. */
void pg_put_data_row(struct buf *out, const struct pg_column *columns,
    const uint16_t *formats, uint32_t format_count,
    const struct type_settings *settings, const struct batch *batch,
    uint32_t row);

/* DataRow of texts, for what is no query. */
void pg_put_text_row(struct buf *out, const struct str *values, uint32_t count);

/* CopyInResponse 'G' or CopyOutResponse 'H', all columns in one form. */
void pg_put_copy_response(struct buf *out, char type, bool is_binary,
    uint32_t column_count);
