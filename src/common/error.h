/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h -- the one error type of the server.
 *
 * A function that can fail returns 0 or a negative enum stele_error and, when
 * it fails, has filled the struct error that its caller passed as the last
 * argument.  Whoever detects a failure words it; those in between only add
 * context; the session (or main) reports it, once.
 *
 * Grammar of the texts (as PostgreSQL's): the message is lower case, without
 * full stop, names in double quotes, "could not ..."; detail and hint are
 * sentences.
 */
#pragma once

#include <errno.h>

#include "common/attr.h"
#include "common/errcodes.h"
#include "common/str.h"

#define ERROR_MESSAGE_SIZE 512
#define ERROR_DETAIL_SIZE  512
#define ERROR_HINT_SIZE    256
#define ERROR_CONTEXT_SIZE 512
#define ERROR_NAME_SIZE    64

/* Generates the negative codes: STELE_E_PROTOCOL_VIOLATION = -1 and so on. */
enum stele_error_index {
	STELE_E_NONE_INDEX = 0,
#define X(name, sqlstate) STELE_E_##name##_INDEX,
	ERRCODES(X)
#undef X
	    STELE_E_COUNT,
};

enum stele_error {
#define X(name, sqlstate) STELE_E_##name = -STELE_E_##name##_INDEX,
	ERRCODES(X)
#undef X
};

struct error {
	int code;     /* enum stele_error, 0 if unset */
	int os_errno; /* errno at detection, or 0 */
	int position; /* in the statement's text, in characters from 1; 0 none */
	const char *file; /* where it was detected */
	int line;
	char message[ERROR_MESSAGE_SIZE]; /* for the user; no newline, no dot */
	char detail[ERROR_DETAIL_SIZE];   /* sentences, or empty */
	char hint[ERROR_HINT_SIZE];       /* sentences, or empty */
	char context[ERROR_CONTEXT_SIZE]; /* "while ..." parts, inner first */
	char table[ERROR_NAME_SIZE];      /* what it is about, or empty */
	char column[ERROR_NAME_SIZE];
	char constraint[ERROR_NAME_SIZE];
	char schema[ERROR_NAME_SIZE]; /* of the table; empty: public */
};

/* What is set is a failure: callers are compiled and analyzed with that known. */
static inline int
error_is_negative(int code)
{
	if (code >= 0)
		__builtin_unreachable();
	return code;
}

/* Fill err and return code, so that a failure is one statement. */
#define error_set(err, code, ...) \
	error_is_negative( \
	    error_set_at((err), __FILE__, __LINE__, (code), 0, __VA_ARGS__))

/* The one way to say it, unless there is more to say. */
#define error_no_memory(err) \
	error_set((err), STELE_E_OUT_OF_MEMORY, "out of memory")

/* The same for a failed system call: appends ": " and the text of errno. */
#define error_set_os(err, ...) \
	error_is_negative(error_set_at((err), __FILE__, __LINE__, STELE_E_OS, \
	    errno, __VA_ARGS__))

int error_set_at(struct error *err, const char *file, int line, int code,
    int os_errno, const char *fmt, ...) PRINTF_LIKE(6, 7);

/* A null in a column that must not have one; table and column are set. */
#define error_null_value(err, table, column) \
	error_is_negative( \
	    error_null_value_at((err), __FILE__, __LINE__, (table), (column)))
int error_null_value_at(struct error *err, const char *file, int line,
    struct str table, struct str column);

/* What an error that is set is about; an empty name changes nothing. */
void error_about(struct error *err, struct str schema, struct str table,
    struct str constraint);

void error_about_column(struct error *err, struct str column);

/*
 * More of an error that is set; each returns err->code, for
 * `return error_hint(err, ...)` after a set.
 */
#define error_detail(err, ...) \
	error_is_negative(error_put_detail((err), __VA_ARGS__))
#define error_hint(err, ...) \
	error_is_negative(error_put_hint((err), __VA_ARGS__))
#define error_position(err, position) \
	error_is_negative(error_put_position((err), (position)))

int error_put_detail(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
int error_put_hint(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
int error_put_position(struct error *err, int position);

/* Add one outer layer of context, a line, to an error that is already set. */
void error_add_context(struct error *err, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* The five characters of a code's SQLSTATE; "XX000" for what is no code. */
const char *error_sqlstate(int code);
