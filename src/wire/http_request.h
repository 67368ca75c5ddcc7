/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request.h -- what a client sends in HTTP/1.1 and HTTP/1.0: bytes to
 * requests (RFC 9110, RFC 9112).
 *
 * Bytes come in pieces cut anywhere.  http_request_next() takes them from the
 * front of what waits, and says what they are:
 *
 *	HEAD ---> BODY* ---> END ---> HEAD ...
 *
 * The head is taken when all of it is there, and is kept until the next one
 * begins.  The body is handed out as it comes, without its chunks; nothing of it
 * is kept.
 *
 * Who sits between a client and us must never see other borders of requests than
 * we do.  So a request that can be read in two ways is none (RFC 9112, 11.2): the
 * lines of heads, chunks and trailers are checked by the letter before the
 * library sees them, which in Debian's build takes much for a line.  After an
 * error there are no more requests: answer `status`, and close.
 *
 * Thread: one at a time.  The only state is the struct's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;
struct http_parser;

/* What the head of a request may have at most, whatever the option says. */
#define HTTP_HEAD_SIZE_MAX  ((size_t)64 << 10)
#define HTTP_CHUNK_LINE_MAX ((size_t)256)
#define HTTP_FIELDS_MAX     32

/* The methods that a resource of ours may have. */
enum http_request_method {
	HTTP_METHOD_GET,
	HTTP_METHOD_HEAD,
	HTTP_METHOD_POST,
	HTTP_METHOD_DELETE,
	HTTP_METHOD_OTHER, /* one that HTTP has */
};

/* The fields of a head that are kept; others are checked and dropped. */
enum http_field_name {
	HTTP_FIELD_ACCEPT,
	HTTP_FIELD_ACCEPT_ENCODING,
	HTTP_FIELD_AUTHORIZATION,
	HTTP_FIELD_CONTENT_ENCODING,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_CONTENT_TYPE,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_HOST,
	HTTP_FIELD_IF_NONE_MATCH,
	HTTP_FIELD_ORIGIN,
	HTTP_FIELD_SEC_FETCH_SITE,
	HTTP_FIELD_SEC_WEBSOCKET_EXTENSIONS,
	HTTP_FIELD_SEC_WEBSOCKET_KEY,
	HTTP_FIELD_SEC_WEBSOCKET_PROTOCOL,
	HTTP_FIELD_SEC_WEBSOCKET_VERSION,
	HTTP_FIELD_TRANSFER_ENCODING,
	HTTP_FIELD_UPGRADE,
	HTTP_FIELD_X_AUTH_SIGNATURE,
	HTTP_FIELD_X_AUTH_USER,
	HTTP_FIELD_X_REQUEST_ID,
	HTTP_FIELD_COUNT,
};

struct http_field {
	enum http_field_name name;
	struct str value; /* without spaces around it */
};

enum http_event {
	HTTP_EVENT_MORE, /* more bytes are needed */
	HTTP_EVENT_HEAD, /* the members below are those of a new request */
	HTTP_EVENT_BODY, /* `piece` is more of its body */
	HTTP_EVENT_END,  /* the request is whole */
};

enum http_state {
	HTTP_IN_HEAD,
	HTTP_IN_BODY,       /* of known length */
	HTTP_IN_CHUNK_LINE, /* the size of the next chunk */
	HTTP_IN_CHUNK,
	HTTP_BEHIND_CHUNK, /* the end of its line */
	HTTP_IN_TRAILERS,
	HTTP_AT_END,   /* HTTP_EVENT_END is to be told */
	HTTP_BEYOND,   /* it has been told: the next request begins */
	HTTP_IN_ERROR, /* stays */
};

struct http_request {
	/* The head: from HTTP_EVENT_HEAD until bytes of another are taken. */
	enum http_request_method method;
	bool is_http_1_0;
	bool keeps_alive;      /* another request may follow */
	bool expects_continue; /* the client waits for 100 before its body */
	bool is_chunked;
	bool is_upgrade;         /* see HTTP_FIELD_UPGRADE */
	uint64_t content_length; /* of the body; 0 while it is chunked */
	struct str host;         /* that it is for; empty: not told */
	uint16_t port;           /* 0: not told */
	struct str path;         /* as it is written, with its escapes */
	struct str query;        /* what follows '?', likewise */
	uint32_t field_count;
	struct http_field fields[HTTP_FIELDS_MAX];

	/* The body. */
	struct str piece;    /* HTTP_EVENT_BODY: borrowed from the input */
	uint64_t body_bytes; /* with this piece */

	/* After an error: the status to answer. */
	int status;

	/* private */
	enum http_state state;
	struct http_parser *parser; /* owned */
	size_t head_size_max;
	uint32_t line_count_max;
	uint32_t line_count; /* of fields, in head and trailers */
	uint64_t body_size_max;
	size_t head_begin;   /* in the input: behind empty lines */
	size_t head_checked; /* in the input: whole lines */
	struct buf head;     /* a copy; the strings above are in it */
	uint64_t left_bytes; /* of the body or of the chunk */
	size_t trailer_bytes;
	bool is_known_field; /* the parser's: of the field in work */
	enum http_field_name field_name;
};

/*
 * `head_size_max` bounds the request line and the fields, with all their line
 * ends; at most HTTP_HEAD_SIZE_MAX.  `line_count_max` bounds the lines of fields.
 * 0 or STELE_E_OUT_OF_MEMORY; after both, http_request_release() is allowed.
 */
MUST_USE int http_request_init(struct http_request *request,
    size_t head_size_max, uint32_t line_count_max, struct error *err);
void http_request_release(struct http_request *request);

/*
 * What the first bytes of `input` are; *used of them are done with, whatever is
 * returned.  After HTTP_EVENT_MORE come again with those that are left and more
 * behind them.
 * Returns an enum http_event, or a code, with `status` set:
 *
 *   400  08P01   no request, or one that can be read in two ways
 *   413  54000   more body than http_request_limit_body() allows
 *   417  0A000   an Expect that is not 100-continue
 *   431  54000   a head or trailers above head_size_max, more lines of fields
 *                than line_count_max, or too many that are kept
 *   500  53200   no memory
 *   501  0A000   a method or a transfer encoding that is not known
 *   505  0A000   another version of HTTP
 */
MUST_USE int http_request_next(struct http_request *request, struct str input,
    size_t *used, struct error *err);

/*
 * After HTTP_EVENT_HEAD: the body may have as many bytes, 0 or 413 at once if
 * its length is known to be more.  There is no bound otherwise.
 */
MUST_USE int http_request_limit_body(struct http_request *request,
    uint64_t size_max, struct error *err);

/* The first field of this name; false and an empty value if there is none. */
bool http_request_field(const struct http_request *request,
    enum http_field_name name, struct str *value);

/*
 * All fields of this name, for those that may come in several lines, which are
 * one list: *at is 0 at first.
 */
bool http_request_field_next(const struct http_request *request,
    enum http_field_name name, uint32_t *at, struct str *value);
