/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_reply.c -- see http_reply.h.
 */
#include "wire/http_reply.h"

#include <time.h>

#include "common/error.h"
#include "common/json.h"
#include "common/utf8.h"

#define CHUNK_DIGITS 8
#define CHUNK_HEAD   (CHUNK_DIGITS + 2) /* with CRLF */

const char *
http_reason(int status)
{
	switch (status) {
	case 100:
		return "Continue";
	case 101:
		return "Switching Protocols";
	case 200:
		return "OK";
	case 204:
		return "No Content";
	case 304:
		return "Not Modified";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 406:
		return "Not Acceptable";
	case 408:
		return "Request Timeout";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	case 415:
		return "Unsupported Media Type";
	case 417:
		return "Expectation Failed";
	case 421:
		return "Misdirected Request";
	case 426:
		return "Upgrade Required";
	case 431:
		return "Request Header Fields Too Large";
	case 500:
		return "Internal Server Error";
	case 501:
		return "Not Implemented";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Error";
	}
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), in no locale. */
static void
put_date(struct buf *out, int64_t now_s)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)now_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return; /* the clock is millions of years off */
	buf_printf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
	    &days[3 * tm.tm_wday], tm.tm_mday, &months[3 * tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
http_put_status(struct buf *out, int status, int64_t now_s)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
	put_date(out, now_s);
	buf_put_cstr(out, "Server: Stele\r\n");
}

void
http_put_field(struct buf *out, const char *name, struct str value)
{
	buf_put_cstr(out, name);
	buf_put_str(out, STR(": "));
	buf_put_str(out, value);
	buf_put_str(out, STR("\r\n"));
}

void
http_put_length(struct buf *out, uint64_t length)
{
	buf_printf(out, "Content-Length: %llu\r\n", (unsigned long long)length);
}

void
http_put_chunked(struct buf *out)
{
	buf_put_str(out, STR("Transfer-Encoding: chunked\r\n"));
}

void
http_end_head(struct buf *out)
{
	buf_put_str(out, STR("\r\n"));
}

void
http_put_continue(struct buf *out)
{
	buf_put_str(out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* The size is known afterwards: it has always as many digits. */
size_t
http_begin_chunk(struct buf *out)
{
	buf_put_str(out, STR("00000000\r\n"));
	return out->len;
}

void
http_end_chunk(struct buf *out, size_t begin)
{
	size_t size = out->len - begin;

	if (out->failed)
		return;
	if (size == 0) {
		out->len -= CHUNK_HEAD;
		return;
	}
	for (size_t i = 0; i < CHUNK_DIGITS; i++)
		out->data[begin - CHUNK_HEAD + i] =
		    (uint8_t) "0123456789abcdef"[size >>
			    (4 * (CHUNK_DIGITS - 1 - i)) &
			15];
	buf_put_str(out, STR("\r\n"));
}

void
http_put_last_chunk(struct buf *out)
{
	buf_put_str(out, STR("0\r\n\r\n"));
}

/* All but the end. */
static void
begin_object(struct buf *out, int status, struct str message,
    const struct str *results, uint32_t result_count)
{
	buf_printf(out,
	    "{\"count\":%u,\"status\":%d,\"message\":", result_count, status);
	json_put_string(out, message);
	buf_put_str(out, STR(",\"results\":["));
	for (uint32_t i = 0; i < result_count; i++) {
		if (i > 0)
			buf_put_u8(out, ',');
		json_put_string(out, results[i]);
	}
	buf_put_u8(out, ']');
}

void
http_put_result(struct buf *out, int status, struct str message,
    const struct str *results, uint32_t result_count)
{
	begin_object(out, status, message, results, result_count);
	buf_put_str(out, STR("}\n"));
}

void
http_put_error(struct buf *out, int status, struct str message, int position)
{
	begin_object(out, status, message, NULL, 0);
	if (position > 0)
		buf_printf(out, ",\"position\":%d", position);
	buf_put_str(out, STR("}\n"));
}

/* A text that was cut to its size may end in half a character. */
static struct str
whole_characters(const char *text)
{
	struct str whole = str_of_cstr(text);

	whole.len = utf8_valid_prefix(whole);
	return whole;
}

static void
put_member(struct buf *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_printf(out, ",\"%s\":", name);
	json_put_string(out, whole_characters(text));
}

void
http_put_full_error(struct buf *out, int status, const struct error *err,
    int position)
{
	begin_object(out, status, whole_characters(err->message), NULL, 0);
	put_member(out, "sqlstate", error_sqlstate(err->code));
	put_member(out, "detail", err->detail);
	put_member(out, "hint", err->hint);
	if (position > 0)
		buf_printf(out, ",\"position\":%d", position);
	buf_put_str(out, STR("}\n"));
}
