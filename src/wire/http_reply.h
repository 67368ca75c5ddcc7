/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_reply.h -- what the server sends in HTTP/1.1: replies to bytes.
 *
 * A reply is written in this order:
 *
 *	http_put_status()  http_put_field()*  http_put_length() or
 *	http_put_chunked()  http_end_head()  the body
 *
 * Each function appends to a struct buf, whose `failed` tells the caller that
 * there was no memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"

struct error;

/* The words behind a status; "Error" for one that is not sent. */
const char *http_reason(int status);

/* The status line, and what every reply has: Date, of this time, and Server. */
void http_put_status(struct buf *out, int status, int64_t now_s);

/* A field that is known to have no control characters. */
void http_put_field(struct buf *out, const char *name, struct str value);
void http_put_length(struct buf *out, uint64_t length);
void http_put_chunked(struct buf *out);
void http_end_head(struct buf *out);

/* "HTTP/1.1 100 Continue": the client may send its body. */
void http_put_continue(struct buf *out);

/*
 * Around what is put between them: a chunk.  An empty one is taken back, since
 * it would be the last.
 */
size_t http_begin_chunk(struct buf *out);
void http_end_chunk(struct buf *out, size_t begin);
void http_put_last_chunk(struct buf *out);

/*
 * The object that answers what has no rows, as SnelDB writes it:
 * {"count":0,"status":400,"message":"...","results":[]} and a newline.
 */
void http_put_result(struct buf *out, int status, struct str message,
    const struct str *results, uint32_t result_count);

/*
 * The same of an error; the character of the request that it is about, from 1
 * on, is "position" behind the results, unless it is 0.
 */
void http_put_error(struct buf *out, int status, struct str message,
    int position);

/* In the error's own words, with its sqlstate, and detail and hint if it has them. */
void http_put_full_error(struct buf *out, int status, const struct error *err,
    int position);
