/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_private.h -- what http_request.c asks of http_head.c: lines by the
 * letter, and the table of fields.
 */
#pragma once

#include "wire/http_request.h"

/*
 * Check the lines of a head that are whole, from request->head_checked on.
 * Returns 1 when the empty line at its end is there (then the head is
 * [head_begin, head_checked) of the input), 0 if more is needed, or a code, with
 * request->status set.
 */
MUST_USE int http_head_check(struct http_request *request, struct str input,
    struct error *err);

/*
 * The first line of `input`: 1 and its length with the CRLF at its end, 0 if it is
 * not whole, 400 for what no line may have: a CR or LF alone, another control
 * character.  STELE_E_LIMIT, without a status or words, if it is longer than
 * size_max: that is known as soon as so many bytes are there.
 */
MUST_USE int http_line(struct http_request *request, struct str input,
    size_t size_max, size_t *size, struct error *err);

/* "name: value", without the end of the line. */
MUST_USE int http_field_check(struct http_request *request, struct str line,
    struct error *err);

/* "size;extensions", likewise. */
MUST_USE int http_chunk_line_check(struct http_request *request,
    struct str line, struct error *err);

/* False for a name that is not kept. */
bool http_field_find(struct str name, enum http_field_name *out);

/*
 * The rules that a head as a whole must keep, once its fields are in the table:
 * one Host, no field twice that may come once, encodings, expectations.
 */
MUST_USE int http_fields_check(struct http_request *request, struct error *err);

/* Fill err and request->status; returns the code. */
#define http_refuse(request, http_status, err, code, ...) \
	((request)->status = (http_status), \
	    error_set((err), (code), __VA_ARGS__))

#define http_bad(request, err, ...) \
	http_refuse(request, 400, err, STELE_E_PROTOCOL_VIOLATION, __VA_ARGS__)
