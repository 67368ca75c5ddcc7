/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request.c -- see http_request.h.
 *
 * The library gets whole lines that have been checked, and pieces of bodies that
 * end where their length does: it never sees a byte behind the request.  What is
 * read is its to say: the method, both lengths, whether the connection stays.
 */
#include "wire/http_request.h"

#include <http_parser.h>
#include <stdlib.h>

#include "common/error.h"
#include "wire/http_private.h"
#include "wire/http_target.h"

/* ---- what the library tells ---- */

static int
on_url(http_parser *parser, const char *at, size_t len)
{
	struct http_request *request = parser->data;

	request->path = str_of(at, len);
	return 0;
}

static int
on_field_name(http_parser *parser, const char *at, size_t len)
{
	struct http_request *request = parser->data;

	request->is_known_field = request->state == HTTP_IN_HEAD &&
	    http_field_find(str_of(at, len), &request->field_name);
	return 0;
}

static int
on_field_value(http_parser *parser, const char *at, size_t len)
{
	struct http_request *request = parser->data;

	if (!request->is_known_field)
		return 0;
	if (request->field_count == HTTP_FIELDS_MAX)
		return -1;
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	request->fields[request->field_count++] = (struct http_field){
		.name = request->field_name,
		.value = str_of(at, len),
	};
	return 0;
}

static int
on_head_end(http_parser *parser)
{
	struct http_request *request = parser->data;

	request->is_chunked = (parser->flags & F_CHUNKED) != 0;
	request->left_bytes =
	    request->is_chunked || parser->content_length == UINT64_MAX
	    ? 0
	    : parser->content_length;
	request->content_length = request->left_bytes;
	return 0;
}

static int
on_chunk(http_parser *parser)
{
	struct http_request *request = parser->data;

	request->left_bytes = parser->content_length;
	return 0;
}

static int
on_end(http_parser *parser)
{
	struct http_request *request = parser->data;

	if (request->state != HTTP_IN_HEAD)
		request->state = HTTP_AT_END;
	return 0;
}

static const http_parser_settings callbacks = {
	.on_url = on_url,
	.on_header_field = on_field_name,
	.on_header_value = on_field_value,
	.on_headers_complete = on_head_end,
	.on_message_complete = on_end,
	.on_chunk_header = on_chunk,
};

/* Bytes to the library, which takes all of them or fails. */
static int
feed(struct http_request *request, const char *data, size_t len,
    struct error *err)
{
	size_t taken =
	    http_parser_execute(request->parser, &callbacks, data, len);
	enum http_errno failure = HTTP_PARSER_ERRNO(request->parser);

	if (failure == HPE_OK && taken == len)
		return 0;
	if (failure == HPE_INVALID_METHOD)
		return http_refuse(request, 501, err,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "the method of the HTTP request is not known");
	if (failure == HPE_CB_header_value)
		return http_refuse(request, 431, err, STELE_E_LIMIT,
		    "the HTTP request has more than %d fields that count",
		    HTTP_FIELDS_MAX);
	return http_bad(request, err, "invalid HTTP request: %s",
	    http_errno_description(failure));
}

/* ---- the head ---- */

static enum http_request_method
method_of(const http_parser *parser)
{
	if (parser->method == HTTP_GET)
		return HTTP_METHOD_GET;
	if (parser->method == HTTP_HEAD)
		return HTTP_METHOD_HEAD;
	if (parser->method == HTTP_POST)
		return HTTP_METHOD_POST;
	if (parser->method == HTTP_DELETE)
		return HTTP_METHOD_DELETE;
	return HTTP_METHOD_OTHER;
}

static void
begin_head(struct http_request *request)
{
	http_parser_init(request->parser, HTTP_REQUEST);
	request->parser->data = request;
	request->state = HTTP_IN_HEAD;
	request->head_begin = 0;
	request->head_checked = 0;
	request->expects_continue = false;
	request->host = str_of(NULL, 0);
	request->port = 0;
	request->field_count = 0;
	request->body_bytes = 0;
	request->body_size_max = UINT64_MAX;
	request->trailer_bytes = 0;
	request->line_count = 0;
	buf_reset(&request->head);
}

/* What the library has seen of a head, to the members; then its rules. */
static int
take_head(struct http_request *request, struct error *err)
{
	const http_parser *parser = request->parser;
	struct http_target target;
	int rc;

	request->method = method_of(parser);
	request->is_http_1_0 = parser->http_minor == 0;
	request->keeps_alive = http_should_keep_alive(parser) != 0;
	request->is_upgrade =
	    parser->upgrade != 0 && parser->method != HTTP_CONNECT;
	rc = http_fields_check(request, err);
	if (rc != 0)
		return rc;
	/* What follows such a head is another protocol, which we are no end of. */
	if (parser->method == HTTP_CONNECT)
		return http_refuse(request, 501, err,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "method CONNECT is not supported");
	request->status = 400; /* of what may be wrong below */
	rc = http_target_parse(request->path, &target, err);
	if (rc != 0)
		return rc;
	request->path = target.path;
	request->query = target.query;
	if (!target.has_authority)
		(void)http_request_field(request, HTTP_FIELD_HOST,
		    &target.authority);
	if (target.authority.len > 0)
		rc = http_authority_parse(target.authority, &request->host,
		    &request->port, err);
	return rc;
}

static int
next_of_head(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	size_t size;
	int rc = http_head_check(request, input, err);

	if (rc <= 0)
		return rc < 0 ? rc : (int)HTTP_EVENT_MORE;
	*used = request->head_checked;
	size = request->head_checked - request->head_begin;
	buf_put(&request->head, input.data + request->head_begin, size);
	if (request->head.failed)
		return http_refuse(request, 500, err, STELE_E_OUT_OF_MEMORY,
		    "out of memory");
	rc = feed(request, (const char *)request->head.data, size, err);
	if (rc == 0)
		rc = take_head(request, err);
	if (rc != 0)
		return rc;
	if (request->is_chunked)
		request->state = HTTP_IN_CHUNK_LINE;
	else
		request->state =
		    request->left_bytes == 0 ? HTTP_AT_END : HTTP_IN_BODY;
	return HTTP_EVENT_HEAD;
}

/* ---- the body ---- */

static int
refuse_body(struct http_request *request, struct error *err)
{
	return http_refuse(request, 413, err, STELE_E_LIMIT,
	    "the body of the HTTP request is longer than %llu bytes",
	    (unsigned long long)request->body_size_max);
}

/* As many bytes as belong to the body, or to its chunk. */
static int
next_of_body(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	size_t len = input.len < request->left_bytes
	    ? input.len
	    : (size_t)request->left_bytes;
	int rc;

	if (len == 0)
		return HTTP_EVENT_MORE; /* lines before it were all there is */
	if (request->body_size_max - request->body_bytes < request->left_bytes)
		return refuse_body(request, err);
	rc = feed(request, input.data, len, err);
	if (rc != 0)
		return rc;
	request->left_bytes -= len;
	if (request->left_bytes == 0 && request->state == HTTP_IN_CHUNK)
		request->state = HTTP_BEHIND_CHUNK;
	request->body_bytes += len;
	request->piece = str_of(input.data, len);
	*used = len;
	return HTTP_EVENT_BODY;
}

/*
 * The next line of chunks, checked and given to the library: 1 and its length, 0
 * if it is not whole yet.
 */
static int
take_line(struct http_request *request, struct str input, size_t *size,
    struct error *err)
{
	bool is_trailer = request->state == HTTP_IN_TRAILERS;
	struct str line;
	int rc;

	rc = http_line(request, input,
	    is_trailer ? request->head_size_max - request->trailer_bytes
		       : HTTP_CHUNK_LINE_MAX,
	    size, err);
	if (rc == STELE_E_LIMIT)
		return http_refuse(request, is_trailer ? 431 : 400, err,
		    STELE_E_LIMIT,
		    "a line of the HTTP request's body is too long");
	if (rc <= 0)
		return rc;
	line = str_of(input.data, *size - 2);
	if (!is_trailer)
		rc = http_chunk_line_check(request, line, err);
	else
		rc = line.len == 0 ? 0 : http_field_check(request, line, err);
	if (rc == 0)
		rc = feed(request, input.data, *size, err);
	return rc != 0 ? rc : 1;
}

/* A line behind the size of a chunk, or one of the trailers. */
static int
pass_line(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	size_t size;
	int rc = take_line(request, input, &size, err);

	if (rc <= 0)
		return rc;
	*used += size;
	if (request->state == HTTP_IN_TRAILERS)
		request->trailer_bytes += size;
	else if (request->state == HTTP_IN_CHUNK_LINE)
		request->state =
		    request->left_bytes == 0 ? HTTP_IN_TRAILERS : HTTP_IN_CHUNK;
	return 1;
}

/* The end of a chunk's line, byte by byte. */
static int
pass_chunk_end(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	size_t seen = input.len < 2 ? input.len : 2;
	int rc;

	if (seen > 0 && memcmp(input.data, "\r\n", seen) != 0)
		return http_bad(request, err,
		    "a chunk of the HTTP request is longer than its size");
	if (seen < 2)
		return 0;
	rc = feed(request, input.data, 2, err);
	if (rc != 0)
		return rc;
	*used += 2;
	request->state = HTTP_IN_CHUNK_LINE;
	return 1;
}

/* What is around chunks, until there is one, the end, or nothing whole. */
static int
pass_lines(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	int rc = 1;

	while (rc == 1 && request->state != HTTP_IN_CHUNK &&
	    request->state != HTTP_AT_END) {
		struct str rest = str_of(input.data + *used, input.len - *used);

		if (request->state == HTTP_BEHIND_CHUNK)
			rc = pass_chunk_end(request, rest, used, err);
		else
			rc = pass_line(request, rest, used, err);
	}
	return rc < 0 ? rc : 0;
}

static int
next_of_chunks(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	size_t lines = 0, data = 0;
	int rc = pass_lines(request, input, &lines, err);

	if (rc == 0 && request->state == HTTP_IN_CHUNK)
		rc = next_of_body(request,
		    str_of(input.data + lines, input.len - lines), &data, err);
	*used = lines + data;
	return rc;
}

/* ---- the interface ---- */

int
http_request_init(struct http_request *request, size_t head_size_max,
    uint32_t line_count_max, struct error *err)
{
	*request = (struct http_request){
		.state = HTTP_BEYOND,
		.head_size_max = head_size_max < HTTP_HEAD_SIZE_MAX
		    ? head_size_max
		    : HTTP_HEAD_SIZE_MAX,
		.line_count_max = line_count_max,
	};
	buf_init(&request->head);
	request->parser = malloc(sizeof(*request->parser));
	if (request->parser == NULL)
		return error_no_memory(err);
	return 0;
}

void
http_request_release(struct http_request *request)
{
	buf_release(&request->head);
	free(request->parser);
	request->parser = NULL;
}

static int
next_of_state(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	switch (request->state) {
	case HTTP_BEYOND:
		begin_head(request);
		return next_of_head(request, input, used, err);
	case HTTP_IN_HEAD:
		return next_of_head(request, input, used, err);
	case HTTP_IN_BODY:
		return next_of_body(request, input, used, err);
	case HTTP_IN_CHUNK_LINE:
	case HTTP_IN_CHUNK:
	case HTTP_BEHIND_CHUNK:
	case HTTP_IN_TRAILERS:
		return next_of_chunks(request, input, used, err);
	case HTTP_AT_END:
		return HTTP_EVENT_MORE;
	case HTTP_IN_ERROR:
		break;
	}
	return error_set(err, STELE_E_PROTOCOL_VIOLATION,
	    "the HTTP connection is to be closed");
}

int
http_request_next(struct http_request *request, struct str input, size_t *used,
    struct error *err)
{
	int rc;

	*used = 0;
	if (input.len == 0 && request->state != HTTP_AT_END &&
	    request->state != HTTP_IN_ERROR)
		return HTTP_EVENT_MORE;
	rc = next_of_state(request, input, used, err);
	if (rc < 0) {
		request->state = HTTP_IN_ERROR;
		request->keeps_alive = false;
	} else if (rc == HTTP_EVENT_MORE && request->state == HTTP_AT_END) {
		request->state = HTTP_BEYOND;
		return HTTP_EVENT_END;
	}
	return rc;
}

int
http_request_limit_body(struct http_request *request, uint64_t size_max,
    struct error *err)
{
	request->body_size_max = size_max;
	if (request->content_length <= size_max)
		return 0;
	request->state = HTTP_IN_ERROR;
	request->keeps_alive = false;
	return refuse_body(request, err);
}

bool
http_request_field_next(const struct http_request *request,
    enum http_field_name name, uint32_t *at, struct str *value)
{
	while (*at < request->field_count) {
		const struct http_field *field = &request->fields[(*at)++];

		if (field->name == name) {
			*value = field->value;
			return true;
		}
	}
	*value = str_of(NULL, 0);
	return false;
}

bool
http_request_field(const struct http_request *request,
    enum http_field_name name, struct str *value)
{
	uint32_t at = 0;

	return http_request_field_next(request, name, &at, value);
}
