/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of HTTP: each stream of bytes is one story, however it is cut, and
 * what can be read in two ways ends it.
 */
#include "wire/http_request.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define LINES_MAX 60
#define HEAD_MAX  512
#define BODY_MAX  1000

static struct error err;

/* ---- a stream to its story ---- */

static const char *const method_name[] = {
	[HTTP_METHOD_GET] = "GET",
	[HTTP_METHOD_HEAD] = "HEAD",
	[HTTP_METHOD_POST] = "POST",
	[HTTP_METHOD_DELETE] = "DELETE",
	[HTTP_METHOD_OTHER] = "OTHER",
};

static void
tell_head(const struct http_request *request, struct buf *story)
{
	buf_printf(story, "%s%s %.*s", method_name[request->method],
	    request->is_http_1_0 ? "/1.0" : "", STR_FMT(request->path));
	if (request->query.len > 0)
		buf_printf(story, "?%.*s", STR_FMT(request->query));
	if (request->host.len > 0)
		buf_printf(story, " @%.*s", STR_FMT(request->host));
	if (request->port != 0)
		buf_printf(story, ":%u", request->port);
	if (request->is_chunked)
		buf_put_cstr(story, " chunked");
	if (request->content_length > 0)
		buf_printf(story, " length=%llu",
		    (unsigned long long)request->content_length);
	if (request->expects_continue)
		buf_put_cstr(story, " expects");
	if (request->is_upgrade)
		buf_put_cstr(story, " upgrade");
	if (!request->keeps_alive)
		buf_put_cstr(story, " last");
	buf_put_cstr(story, "\n");
}

/*
 * One event to the story: "body" and pieces in brackets, joined.  Returns what
 * http_request_next() did.
 */
static int
tell_next(struct http_request *request, struct str input, size_t *used,
    bool *in_body, struct buf *story)
{
	int rc = http_request_next(request, input, used, &err);

	ck_assert_uint_le(*used, input.len);
	if (rc == HTTP_EVENT_HEAD) {
		tell_head(request, story);
		*in_body = false;
		rc = http_request_limit_body(request, BODY_MAX, &err);
		if (rc == 0)
			rc = HTTP_EVENT_HEAD;
	} else if (rc == HTTP_EVENT_BODY) {
		ck_assert_uint_gt(request->piece.len, 0);
		if (!*in_body)
			buf_put_cstr(story, "body ");
		*in_body = true;
		buf_put_str(story, request->piece);
	} else if (rc == HTTP_EVENT_END) {
		buf_put_cstr(story, *in_body ? "\nend\n" : "end\n");
		*in_body = false;
	}
	if (rc < 0)
		buf_printf(story, "%s%d %s %s\n", *in_body ? "\n" : "",
		    request->status, error_sqlstate(rc), err.message);
	return rc;
}

/* The stream in pieces of so many bytes, each on the heap by itself. */
static char *
story_of(struct str stream, size_t piece)
{
	struct http_request request;
	struct buf story, waiting;
	bool in_body = false;
	int rc = 0;

	buf_init(&story);
	buf_init(&waiting);
	ck_assert_int_eq(http_request_init(&request, HEAD_MAX, LINES_MAX, &err),
	    0);
	for (size_t at = 0; at < stream.len && rc >= 0; at += piece) {
		size_t len = stream.len - at < piece ? stream.len - at : piece;

		buf_put(&waiting, stream.data + at, len);
		do {
			size_t used;
			char *copy = malloc(waiting.len + 1);

			memcpy(copy, waiting.data, waiting.len);
			rc = tell_next(&request, str_of(copy, waiting.len),
			    &used, &in_body, &story);
			free(copy);
			memmove(waiting.data, waiting.data + used,
			    waiting.len - used);
			waiting.len -= used;
		} while (rc > 0);
	}
	if (rc >= 0 && in_body)
		buf_put_cstr(&story, "...\n");
	if (rc < 0) {
		size_t used;

		ck_assert_int_lt(http_request_next(&request, STR("GET / "),
				     &used, &err),
		    0);
	}
	buf_put_u8(&story, 0);
	http_request_release(&request);
	buf_release(&waiting);
	return (char *)story.data;
}

#define GET(fields)  "GET / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define POST(fields) "POST / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define CHUNKED      "Transfer-Encoding: chunked\r\n"
#define TEN          "0123456789"
#define HUNDRED      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *what;
	const char *stream;
	const char *story;
} stream_case[] = {
	/* heads */
	{ "a request", GET(""), "GET / @a\nend\n" },
	{ "not whole", "GET / HTTP/1.1\r\nHost: a\r\n", "" },
	{ "a path and a query", "GET /a/b?c=d&e HTTP/1.1\r\nHost: a:80\r\n\r\n",
	    "GET /a/b?c=d&e @a:80\nend\n" },
	{ "the name of a field has no case", "GET / HTTP/1.1\r\nhOsT:a\r\n\r\n",
	    "GET / @a\nend\n" },
	{ "spaces around a value", "GET / HTTP/1.1\r\nHost: \ta \t \r\n\r\n",
	    "GET / @a\nend\n" },
	{ "an address of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8085\r\n\r\n",
	    "GET / @::1:8085\nend\n" },
	{ "the target's authority counts",
	    "GET http://b:1/c?d HTTP/1.1\r\nHost: a\r\n\r\n",
	    "GET /c?d @b:1\nend\n" },
	{ "an authority alone", "GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n",
	    "GET / @b\nend\n" },
	{ "an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	    "OTHER * @a\nend\n" },
	{ "other methods",
	    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
	    "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n",
	    "HEAD / @a\nend\nDELETE / @a\nend\n" },
	{ "empty lines before", "\r\n\r\n" GET(""), "GET / @a\nend\n" },
	{ "letters of Latin 1 in a value", GET("X: \xe4\r\n"),
	    "GET / @a\nend\n" },
	{ "an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET /\nend\n" },

	/* one after another */
	{ "pipelined", GET("") GET("Connection: close\r\n"),
	    "GET / @a\nend\nGET / @a last\nend\n" },
	{ "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET/1.0 / last\nend\n" },
	{ "HTTP/1.0 that stays",
	    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	    "GET/1.0 /\nend\n" },
	{ "close among others", GET("Connection: x, close\r\n"),
	    "GET / @a last\nend\n" },
	{ "an upgrade", GET("Connection: Upgrade\r\nUpgrade: websocket\r\n"),
	    "GET / @a upgrade\nend\n" },
	{ "an upgrade that is passed over",
	    POST("Connection: upgrade\r\nUpgrade: h2c\r\n"
		 "Content-Length: 2\r\n") "ab" GET(""),
	    "POST / @a length=2 upgrade\nbody ab\nend\nGET / @a\nend\n" },

	/* bodies */
	{ "a body", POST("Content-Length: 5\r\n") "PING\n" GET(""),
	    "POST / @a length=5\nbody PING\n\nend\nGET / @a\nend\n" },
	{ "a body without bytes", POST("Content-Length: 0\r\n") GET(""),
	    "POST / @a\nend\nGET / @a\nend\n" },
	{ "a body that is cut", POST("Content-Length: 5\r\n") "PI",
	    "POST / @a length=5\nbody PI...\n" },
	{ "a GET with a body", GET("Content-Length: 2\r\n") "ab" GET(""),
	    "GET / @a length=2\nbody ab\nend\nGET / @a\nend\n" },
	{ "expects", POST("Expect: 100-Continue\r\nContent-Length: 1\r\n") "x",
	    "POST / @a length=1 expects\nbody x\nend\n" },
	{ "expects without a body", POST("Expect: 100-continue\r\n"),
	    "POST / @a\nend\n" },
	{ "chunks",
	    POST(CHUNKED) "3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\n\r\n" GET(""),
	    "POST / @a chunked\nbody abcd\nend\nGET / @a\nend\n" },
	{ "chunks with capitals and zeros",
	    POST("transfer-encoding: Chunked\r\n") "00A\r\n" TEN
						   "\r\n000\r\n\r\n",
	    "POST / @a chunked\nbody " TEN "\nend\n" },
	{ "no chunk", POST(CHUNKED) "0\r\n\r\n", "POST / @a chunked\nend\n" },
	{ "trailers",
	    POST(CHUNKED) "1\r\na\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n" GET(
		""),
	    "POST / @a chunked\nbody a\nend\nGET / @a\nend\n" },

	/* borders that two readers may see in two places */
	{ "two lengths", POST("Content-Length: 1\r\nContent-Length: 1\r\n"),
	    "400 08P01 invalid HTTP request: unexpected content-length "
	    "header\n" },
	{ "a list of lengths", POST("Content-Length: 1, 1\r\n"),
	    "400 08P01 invalid HTTP request: invalid character in "
	    "content-length header\n" },
	{ "a length with a sign", POST("Content-Length: +1\r\n"),
	    "400 08P01 invalid HTTP request: invalid character in "
	    "content-length header\n" },
	{ "a length without digits", POST("Content-Length:\r\n"),
	    "400 08P01 invalid HTTP request: invalid character in "
	    "content-length header\n" },
	{ "a length past 64 bits",
	    POST("Content-Length: 18446744073709551617\r\n"),
	    "400 08P01 invalid HTTP request: invalid character in "
	    "content-length header\n" },
	{ "a length and chunks", POST("Content-Length: 1\r\n" CHUNKED),
	    "400 08P01 invalid HTTP request: unexpected content-length "
	    "header\n" },
	{ "chunks and a length", POST(CHUNKED "Content-Length: 1\r\n"),
	    "400 08P01 invalid HTTP request: unexpected content-length "
	    "header\n" },
	{ "chunks twice", POST(CHUNKED CHUNKED),
	    "400 08P01 the HTTP request has the field \"transfer-encoding\" "
	    "more than once\n" },
	{ "chunks and another encoding",
	    POST(CHUNKED "Transfer-Encoding: identity\r\n"),
	    "400 08P01 invalid HTTP request: request has invalid "
	    "transfer-encoding\n" },
	{ "an encoding behind chunks",
	    POST("Transfer-Encoding: chunked, gzip\r\n"),
	    "400 08P01 invalid HTTP request: request has invalid "
	    "transfer-encoding\n" },
	{ "an encoding before chunks",
	    POST("Transfer-Encoding: gzip, chunked\r\n"),
	    "501 0A000 transfer encoding \"gzip, chunked\" is not "
	    "supported\n" },
	{ "an encoding that is nearly chunks",
	    POST("Transfer-Encoding: xchunked\r\n"),
	    "400 08P01 invalid HTTP request: request has invalid "
	    "transfer-encoding\n" },
	{ "chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" CHUNKED "\r\n",
	    "400 08P01 HTTP/1.0 has no field \"transfer-encoding\"\n" },
	{ "a space before the colon", POST("Content-Length : 1\r\n"),
	    "400 08P01 no colon behind the name of the HTTP request's field "
	    "\"Content-Length\"\n" },
	{ "a folded line", GET("X: a\r\n b\r\n"),
	    "400 08P01 a line of the HTTP request's head does not begin with "
	    "a field's name\n" },
	{ "a space before the first field",
	    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
	    "400 08P01 a line of the HTTP request's head does not begin with "
	    "a field's name\n" },
	{ "no colon", GET("X\r\n"),
	    "400 08P01 no colon behind the name of the HTTP request's field "
	    "\"X\"\n" },
	{ "LF alone", "GET / HTTP/1.1\nHost: a\n\n",
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "LF alone among fields", GET("X: a\nContent-Length: 1\r\n"),
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "LF before a request", "\n" GET(""),
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "CR alone", GET("X: a\rContent-Length: 1\r\n"),
	    "400 08P01 control character 0x0d in the HTTP request\n" },
	{ "CR twice", GET("X: a\r\r\n"),
	    "400 08P01 control character 0x0d in the HTTP request\n" },
	{ "DEL", GET("X: \x7f\r\n"),
	    "400 08P01 control character 0x7f in the HTTP request\n" },
	{ "a separator in a name", GET("X(y): a\r\n"),
	    "400 08P01 no colon behind the name of the HTTP request's field "
	    "\"X\"\n" },
	{ "no host", "GET / HTTP/1.1\r\n\r\n",
	    "400 08P01 the HTTP request has no field \"host\"\n" },
	{ "two hosts", GET("Host: a\r\n"),
	    "400 08P01 the HTTP request has the field \"host\" more than "
	    "once\n" },
	{ "a host that is none", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
	    "400 08P01 \"a/b\" is no host of an HTTP request\n" },
	{ "a user in the target", "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 \"u@b\" is no host of an HTTP request\n" },
	{ "signed twice", POST("X-Auth-User: a\r\nX-Auth-User: b\r\n"),
	    "400 08P01 the HTTP request has the field \"x-auth-user\" more "
	    "than once\n" },

	/* first lines */
	{ "HTTP/0.9", "GET /\r\n",
	    "400 08P01 the first line of the HTTP request has no target\n" },
	{ "nearly a version", "GET / HTXP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the first line of the HTTP request does not end in a "
	    "version\n" },
	{ "two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n",
	    "400 08P01 the first line of the HTTP request does not end in a "
	    "version\n" },
	{ "two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the first line of the HTTP request has no target\n" },
	{ "a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the first line of the HTTP request does not end in a "
	    "version\n" },
	{ "a tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the first line of the HTTP request does not begin with "
	    "a method\n" },
	{ "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	    "505 0A000 version HTTP/2.0 is not supported\n" },
	{ "an unknown method", "STELE / HTTP/1.1\r\nHost: a\r\n\r\n",
	    "501 0A000 the method of the HTTP request is not known\n" },
	{ "a tunnel", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
	    "501 0A000 method CONNECT is not supported\n" },
	{ "another protocol", "\x16\x03\x01\x02\n",
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "a message of PostgreSQL's", "Q\x0f\x0f\x0f\r\n",
	    "400 08P01 control character 0x0f in the HTTP request\n" },
	{ "a target without a slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 invalid HTTP request: invalid URL\n" },
	{ "a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the target of the HTTP request has a fragment\n" },
	{ "a wrong escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n",
	    "400 08P01 the target of the HTTP request has a \"%\" that is not "
	    "followed by two hexadecimal digits\n" },
	{ "another expectation", POST("Expect: 200-ok\r\n"),
	    "417 0A000 expectation \"200-ok\" is not supported\n" },

	/* chunks */
	{ "a chunk longer than its size", POST(CHUNKED) "1\r\nab\r\n",
	    "POST / @a chunked\nbody a\n"
	    "400 08P01 a chunk of the HTTP request is longer than its "
	    "size\n" },
	{ "a chunk that ends in LF", POST(CHUNKED) "1\r\na\n0\r\n\r\n",
	    "POST / @a chunked\nbody a\n"
	    "400 08P01 a chunk of the HTTP request is longer than its "
	    "size\n" },
	{ "a chunk that ends in CR", POST(CHUNKED) "1\r\na\rb0\r\n\r\n",
	    "POST / @a chunked\nbody a\n"
	    "400 08P01 a chunk of the HTTP request is longer than its "
	    "size\n" },
	{ "a size that ends in LF", POST(CHUNKED) "1\na\r\n",
	    "POST / @a chunked\n"
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "LF in an extension", POST(CHUNKED) "1;a\nb\r\na\r\n",
	    "POST / @a chunked\n"
	    "400 08P01 a line of the HTTP request ends without CR\n" },
	{ "CR in an extension", POST(CHUNKED) "1;a\rb\r\na\r\n",
	    "POST / @a chunked\n"
	    "400 08P01 control character 0x0d in the HTTP request\n" },
	{ "a size with words", POST(CHUNKED) "1 a\r\na\r\n",
	    "POST / @a chunked\n400 08P01 a chunk of the HTTP request does "
	    "not begin with its size\n" },
	{ "a size with a sign", POST(CHUNKED) "-1\r\na\r\n",
	    "POST / @a chunked\n400 08P01 a chunk of the HTTP request does "
	    "not begin with its size\n" },
	{ "a size as in C", POST(CHUNKED) "0x1\r\na\r\n",
	    "POST / @a chunked\n400 08P01 a chunk of the HTTP request does "
	    "not begin with its size\n" },
	{ "a size past 64 bits", POST(CHUNKED) "10000000000000001\r\na\r\n",
	    "POST / @a chunked\n400 08P01 invalid HTTP request: invalid "
	    "character in content-length header\n" },
	{ "a trailer that is none", POST(CHUNKED) "0\r\nX : y\r\n\r\n",
	    "POST / @a chunked\n400 08P01 no colon behind the name of the "
	    "HTTP request's field \"X\"\n" },

	/* limits */
	{ "a body above the limit", POST("Content-Length: 1001\r\n") "x",
	    "POST / @a length=1001\n"
	    "413 54000 the body of the HTTP request is longer than 1000 "
	    "bytes\n" },
	{ "many fields",
	    GET("Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"
		"Accept:\r\nAccept:\r\nAccept:\r\nAccept:\r\n"),
	    "431 54000 the HTTP request has more than 32 fields that "
	    "count\n" },
	{ "a long head",
	    GET("X: " HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "\r\n"),
	    "431 54000 the head of the HTTP request is longer than 512 "
	    "bytes\n" },
	{ "a long first line",
	    "GET /" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED,
	    "431 54000 the head of the HTTP request is longer than 512 "
	    "bytes\n" },
	{ "many empty lines",
	    "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"
	    "GET /" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED,
	    "431 54000 the head of the HTTP request is longer than 512 "
	    "bytes\n" },
	{ "a long extension", POST(CHUNKED) "1;" HUNDRED HUNDRED HUNDRED,
	    "POST / @a chunked\n400 54000 a line of the HTTP request's body "
	    "is too long\n" },
	{ "long trailers",
	    POST(CHUNKED) "0\r\nX: " HUNDRED HUNDRED "\r\nX: " HUNDRED HUNDRED
			  "\r\nX: " HUNDRED HUNDRED "\r\n",
	    "POST / @a chunked\n431 54000 a line of the HTTP request's body "
	    "is too long\n" },
};

START_TEST(streams)
{
	struct str stream = str_of_cstr(stream_case[_i].stream);

	for (size_t piece = 1; piece <= stream.len; piece++) {
		char *story = story_of(stream, piece);

		ck_assert_msg(strcmp(story, stream_case[_i].story) == 0,
		    "%s, in pieces of %zu: %s", stream_case[_i].what, piece,
		    story);
		free(story);
	}
}
END_TEST

/* ---- bounds and fields ---- */

static int
next(struct http_request *request, struct str *input)
{
	size_t used;
	int rc = http_request_next(request, *input, &used, &err);

	input->data += used;
	input->len -= used;
	return rc;
}

START_TEST(a_body_may_be_longer_than_memory)
{
	struct str input = STR(POST("Content-Length: 1000000000000\r\n") "ab");
	struct http_request request;

	ck_assert_int_eq(http_request_init(&request, HEAD_MAX, LINES_MAX, &err),
	    0);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_HEAD);
	ck_assert_uint_eq(request.content_length, 1000000000000);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_BODY);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_MORE);
	ck_assert_uint_eq(request.body_bytes, 2);
	http_request_release(&request);
}
END_TEST

/* Chunks do not say how many there will be. */
START_TEST(chunks_are_counted)
{
	struct str input = STR(POST(CHUNKED) "3\r\nabc\r\n3\r\ndef\r\n");
	struct http_request request;

	ck_assert_int_eq(http_request_init(&request, HEAD_MAX, LINES_MAX, &err),
	    0);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_HEAD);
	ck_assert_int_eq(http_request_limit_body(&request, 5, &err), 0);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_BODY);
	ck_assert_int_eq(next(&request, &input), STELE_E_LIMIT);
	ck_assert_int_eq(request.status, 413);
	ck_assert(!request.keeps_alive);
	http_request_release(&request);
}
END_TEST

/* Also those that are not kept, and trailers. */
START_TEST(fields_are_counted)
{
	struct http_request request;
	struct buf text;

	for (uint32_t count = LINES_MAX - 1; count <= LINES_MAX + 1; count++) {
		bool is_chunked = count % 2 == 0;
		struct str input;
		int rc;

		buf_init(&text);
		buf_put_cstr(&text, "POST / HTTP/1.1\r\nHost: a\r\n" CHUNKED);
		for (uint32_t i = 2; i < count; i++) {
			if (i == 5 && is_chunked) /* the rest is trailers */
				buf_put_cstr(&text, "\r\n0\r\n");
			buf_put_cstr(&text, "X: y\r\n");
		}
		buf_put_cstr(&text, is_chunked ? "\r\n" : "\r\n0\r\n\r\n");
		input = buf_str(&text);
		ck_assert_int_eq(http_request_init(&request, HEAD_MAX,
				     LINES_MAX, &err),
		    0);
		do
			rc = next(&request, &input);
		while (rc == HTTP_EVENT_HEAD);
		if (count <= LINES_MAX) {
			ck_assert_int_eq(rc, HTTP_EVENT_END);
		} else {
			ck_assert_int_eq(rc, STELE_E_LIMIT);
			ck_assert_int_eq(request.status, 431);
		}
		http_request_release(&request);
		buf_release(&text);
	}
}
END_TEST

START_TEST(fields_are_found)
{
	struct str input = STR(GET("Accept: a\r\nX-Other: b\r\n"
				   "ACCEPT: c\r\nOrigin:\r\n"));
	struct http_request request;
	struct str value;
	uint32_t at = 0;

	ck_assert_int_eq(http_request_init(&request, HEAD_MAX, LINES_MAX, &err),
	    0);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_HEAD);
	ck_assert(http_request_field(&request, HTTP_FIELD_ACCEPT, &value));
	ck_assert(str_equal(value, STR("a")));
	ck_assert(
	    http_request_field_next(&request, HTTP_FIELD_ACCEPT, &at, &value));
	ck_assert(
	    http_request_field_next(&request, HTTP_FIELD_ACCEPT, &at, &value));
	ck_assert(str_equal(value, STR("c")));
	ck_assert(
	    !http_request_field_next(&request, HTTP_FIELD_ACCEPT, &at, &value));
	ck_assert(http_request_field(&request, HTTP_FIELD_ORIGIN, &value));
	ck_assert_uint_eq(value.len, 0);
	ck_assert(
	    !http_request_field(&request, HTTP_FIELD_AUTHORIZATION, &value));
	/* What is kept stays when the input is gone. */
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_END);
	ck_assert_int_eq(next(&request, &input), HTTP_EVENT_MORE);
	ck_assert(str_equal(request.host, STR("a")));
	http_request_release(&request);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_request");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, streams, 0, ARRAY_LEN(stream_case));
	tcase_add_test(tc, a_body_may_be_longer_than_memory);
	tcase_add_test(tc, chunks_are_counted);
	tcase_add_test(tc, fields_are_counted);
	tcase_add_test(tc, fields_are_found);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
