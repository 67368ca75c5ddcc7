/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_head.c -- see http_private.h.
 *
 * The library's strictness is decided where it is built, and Debian builds it
 * without: it takes LF for CRLF, any byte for the LF behind a CR, spaces in names,
 * "HTXP/1.1", and goes on in a folded line.  Each of these is a way to show one
 * request to a proxy and another one to us.  So nothing is left to it that
 * RFC 9112 does not say.
 */
#include "wire/http_private.h"

#include "common/error.h"

#define VERSION_SIZE 8 /* "HTTP/1.1" */

/* ---- bytes ---- */

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_hex(char c)
{
	char lower = (char)(c | 0x20);

	return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

/* RFC 9110, 5.6.2: tchar. */
static inline bool
is_token(char c)
{
	char lower = (char)(c | 0x20);

	if ((lower >= 'a' && lower <= 'z') || is_digit(c))
		return true;
	return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static inline bool
is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

/* What a line may have: RFC 9110, 5.5, obs-text included. */
static inline bool
is_text(char c)
{
	return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7f);
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* ---- lines ---- */

int
http_line(struct http_request *request, struct str input, size_t size_max,
    size_t *size, struct error *err)
{
	size_t seen = input.len < size_max ? input.len : size_max;
	const char *end = seen == 0 ? NULL : memchr(input.data, '\n', seen);
	size_t len;

	if (end == NULL)
		return input.len < size_max ? 0 : STELE_E_LIMIT;
	len = (size_t)(end - input.data);
	if (len == 0 || input.data[len - 1] != '\r')
		return http_bad(request, err,
		    "a line of the HTTP request ends without CR");
	for (size_t i = 0; i < len - 1; i++)
		if (!is_text(input.data[i]))
			return http_bad(request, err,
			    "control character 0x%02x in the HTTP request",
			    (unsigned char)input.data[i]);
	*size = len + 1;
	return 1;
}

/* "HTTP/1.1" */
static int
check_version(struct http_request *request, struct str version,
    struct error *err)
{
	if (version.len != VERSION_SIZE ||
	    !str_starts_with(version, STR("HTTP/")) ||
	    !is_digit(version.data[5]) || version.data[6] != '.' ||
	    !is_digit(version.data[7]))
		return http_bad(request, err,
		    "the first line of the HTTP request does not end in a "
		    "version");
	if (version.data[5] != '1')
		return http_refuse(request, 505, err,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "version %.*s is not supported", STR_FMT(version));
	return 0;
}

/* "GET /path HTTP/1.1" */
static int
check_request_line(struct http_request *request, struct str line,
    struct error *err)
{
	size_t method_end = 0, target_end;

	while (method_end < line.len && is_token(line.data[method_end]))
		method_end++;
	if (method_end == 0 || method_end == line.len ||
	    line.data[method_end] != ' ')
		return http_bad(request, err,
		    "the first line of the HTTP request does not begin with a "
		    "method");
	target_end = method_end + 1;
	while (target_end < line.len && is_visible(line.data[target_end]))
		target_end++;
	if (target_end == method_end + 1 || target_end == line.len ||
	    line.data[target_end] != ' ')
		return http_bad(request, err,
		    "the first line of the HTTP request has no target");
	return check_version(request,
	    str_of(line.data + target_end + 1, line.len - target_end - 1), err);
}

int
http_field_check(struct http_request *request, struct str line,
    struct error *err)
{
	size_t name_end = 0;

	if (++request->line_count > request->line_count_max)
		return http_refuse(request, 431, err, STELE_E_LIMIT,
		    "the HTTP request has more than %u fields",
		    request->line_count_max);
	while (name_end < line.len && is_token(line.data[name_end]))
		name_end++;
	if (name_end == 0)
		return http_bad(request, err,
		    "a line of the HTTP request's head does not begin with a "
		    "field's name");
	if (name_end == line.len || line.data[name_end] != ':')
		return http_bad(request, err,
		    "no colon behind the name of the HTTP request's field "
		    "\"%.*s\"",
		    STR_FMT(str_of(line.data, name_end)));
	return 0;
}

int
http_chunk_line_check(struct http_request *request, struct str line,
    struct error *err)
{
	size_t at = 0;

	while (at < line.len && is_hex(line.data[at]))
		at++;
	if (at != 0) {
		while (at < line.len && is_space(line.data[at]))
			at++;
		if (at == line.len || line.data[at] == ';')
			return 0;
	}
	return http_bad(request, err,
	    "a chunk of the HTTP request does not begin with its size");
}

int
http_head_check(struct http_request *request, struct str input,
    struct error *err)
{
	for (;;) {
		size_t begin = request->head_checked, size = 0;
		struct str line;
		bool is_first = begin == request->head_begin;
		int rc;

		rc = http_line(request,
		    str_of(input.data + begin, input.len - begin),
		    request->head_size_max - begin, &size, err);
		if (rc == STELE_E_LIMIT)
			return http_refuse(request, 431, err, STELE_E_LIMIT,
			    "the head of the HTTP request is longer than %zu "
			    "bytes",
			    request->head_size_max);
		if (rc <= 0)
			return rc;
		request->head_checked = begin + size;
		line = str_of(input.data + begin, size - 2);
		if (line.len == 0 && !is_first)
			return 1;
		if (line.len == 0) { /* before a request: RFC 9112, 2.2 */
			request->head_begin = request->head_checked;
			continue;
		}
		rc = is_first ? check_request_line(request, line, err)
			      : http_field_check(request, line, err);
		if (rc != 0)
			return rc;
	}
}

/* ---- fields ---- */

static const struct {
	struct str name;
	bool is_list; /* may come more than once */
} fields[] = {
	[HTTP_FIELD_ACCEPT] = { { "accept", 6 }, true },
	[HTTP_FIELD_ACCEPT_ENCODING] = { { "accept-encoding", 15 }, true },
	[HTTP_FIELD_AUTHORIZATION] = { { "authorization", 13 }, false },
	[HTTP_FIELD_CONTENT_ENCODING] = { { "content-encoding", 16 }, false },
	[HTTP_FIELD_CONTENT_LENGTH] = { { "content-length", 14 }, false },
	[HTTP_FIELD_CONTENT_TYPE] = { { "content-type", 12 }, false },
	[HTTP_FIELD_EXPECT] = { { "expect", 6 }, false },
	[HTTP_FIELD_HOST] = { { "host", 4 }, false },
	[HTTP_FIELD_IF_NONE_MATCH] = { { "if-none-match", 13 }, true },
	[HTTP_FIELD_ORIGIN] = { { "origin", 6 }, false },
	[HTTP_FIELD_SEC_FETCH_SITE] = { { "sec-fetch-site", 14 }, false },
	[HTTP_FIELD_SEC_WEBSOCKET_EXTENSIONS] = { { "sec-websocket-extensions",
						      24 },
	    true },
	[HTTP_FIELD_SEC_WEBSOCKET_KEY] = { { "sec-websocket-key", 17 }, false },
	[HTTP_FIELD_SEC_WEBSOCKET_PROTOCOL] = { { "sec-websocket-protocol",
						    22 },
	    true },
	[HTTP_FIELD_SEC_WEBSOCKET_VERSION] = { { "sec-websocket-version", 21 },
	    false },
	[HTTP_FIELD_TRANSFER_ENCODING] = { { "transfer-encoding", 17 }, false },
	[HTTP_FIELD_UPGRADE] = { { "upgrade", 7 }, true },
	[HTTP_FIELD_X_AUTH_SIGNATURE] = { { "x-auth-signature", 16 }, false },
	[HTTP_FIELD_X_AUTH_USER] = { { "x-auth-user", 11 }, false },
	[HTTP_FIELD_X_REQUEST_ID] = { { "x-request-id", 12 }, false },
};

_Static_assert(ARRAY_LEN(fields) == HTTP_FIELD_COUNT,
    "a row for each enum http_field_name");

bool
http_field_find(struct str name, enum http_field_name *out)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_equal_nocase(fields[i].name, name)) {
			*out = (enum http_field_name)i;
			return true;
		}
	}
	return false;
}

static int
check_once(struct http_request *request, struct error *err)
{
	bool is_there[HTTP_FIELD_COUNT] = { false };

	for (uint32_t i = 0; i < request->field_count; i++) {
		enum http_field_name name = request->fields[i].name;

		if (is_there[name] && !fields[name].is_list)
			return http_bad(request, err,
			    "the HTTP request has the field \"%s\" more than "
			    "once",
			    fields[name].name.data);
		is_there[name] = true;
	}
	if (!request->is_http_1_0 && !is_there[HTTP_FIELD_HOST])
		return http_bad(request, err,
		    "the HTTP request has no field \"host\"");
	return 0;
}

/* The library has looked at both lengths: this is about what it lets by. */
static int
check_transfer_encoding(struct http_request *request, struct error *err)
{
	struct str encoding;

	if (!http_request_field(request, HTTP_FIELD_TRANSFER_ENCODING,
		&encoding))
		return 0;
	if (request->is_http_1_0)
		return http_bad(request, err,
		    "HTTP/1.0 has no field \"transfer-encoding\"");
	if (!str_equal_nocase(encoding, STR("chunked")))
		return http_refuse(request, 501, err,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "transfer encoding \"%.*s\" is not supported",
		    STR_FMT(encoding));
	return 0;
}

static int
check_expect(struct http_request *request, struct error *err)
{
	struct str expected;

	if (request->is_http_1_0 ||
	    !http_request_field(request, HTTP_FIELD_EXPECT, &expected))
		return 0;
	if (!str_equal_nocase(expected, STR("100-continue")))
		return http_refuse(request, 417, err,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "expectation \"%.*s\" is not supported", STR_FMT(expected));
	request->expects_continue =
	    request->is_chunked || request->content_length > 0;
	return 0;
}

int
http_fields_check(struct http_request *request, struct error *err)
{
	int rc = check_once(request, err);

	if (rc == 0)
		rc = check_transfer_encoding(request, err);
	if (rc == 0)
		rc = check_expect(request, err);
	return rc;
}
