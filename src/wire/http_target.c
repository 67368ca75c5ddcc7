/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_target.c -- see http_target.h.
 */
#include "wire/http_target.h"

#include "common/arena.h"
#include "common/error.h"
#include "common/utf8.h"

/* Up to the first of these bytes, which stays in *rest. */
static struct str
take_until(struct str *rest, const char *stops)
{
	struct str part = { .data = rest->data };

	while (part.len < rest->len &&
	    (rest->data[part.len] == '\0' ||
		strchr(stops, rest->data[part.len]) == NULL))
		part.len++;
	if (part.len > 0)
		rest->data += part.len;
	rest->len -= part.len;
	return part;
}

static void
drop_byte(struct str *rest)
{
	rest->data++;
	rest->len--;
}

/* ---- targets ---- */

static bool
starts_nocase(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    str_equal_nocase(str_of(s.data, prefix.len), prefix);
}

/* The value of a digit of base 16, or -1. */
static int
hex_value(char c)
{
	char lower = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that the escape at `at` stands for, or -1. */
static int
escape_at(struct str text, size_t at)
{
	int high, low;

	if (text.len - at < 3)
		return -1;
	high = hex_value(text.data[at + 1]);
	low = hex_value(text.data[at + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int
check_escapes(struct str target, struct error *err)
{
	for (size_t i = 0; i < target.len; i++) {
		if (target.data[i] == '#')
			return error_set(err, STELE_E_PROTOCOL_VIOLATION,
			    "the target of the HTTP request has a fragment");
		if (target.data[i] == '%' && escape_at(target, i) < 0)
			return error_set(err, STELE_E_PROTOCOL_VIOLATION,
			    "the target of the HTTP request has a \"%%\" that "
			    "is not followed by two hexadecimal digits");
	}
	return 0;
}

int
http_target_parse(struct str target, struct http_target *out, struct error *err)
{
	struct str rest = target;
	int rc;

	*out = (struct http_target){ .has_authority = false };
	if (str_equal(target, STR("*"))) {
		out->path = target;
		return 0;
	}
	rc = check_escapes(target, err);
	if (rc != 0)
		return rc;
	if (starts_nocase(target, STR("http://")) ||
	    starts_nocase(target, STR("https://"))) {
		size_t scheme = target.data[4] == ':' ? 7 : 8;

		rest = str_of(target.data + scheme, target.len - scheme);
		out->has_authority = true;
		out->authority = take_until(&rest, "/?");
	} else if (target.len == 0 || target.data[0] != '/') {
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "the target of the HTTP request does not begin with a "
		    "slash");
	}
	out->path = take_until(&rest, "?");
	if (out->path.len == 0)
		out->path = STR("/");
	if (rest.len > 0)
		drop_byte(&rest);
	out->query = rest;
	return 0;
}

bool
http_path_next(struct str *rest, struct str *segment)
{
	if (rest->len == 0 || rest->data[0] != '/')
		return false;
	drop_byte(rest);
	*segment = take_until(rest, "/");
	return true;
}

/* Into as many bytes as the text has. */
static int
unescape_to(struct str text, bool plus_is_space, char *bytes, size_t *len,
    struct error *err)
{
	for (size_t i = 0; i < text.len; i++) {
		int byte = (unsigned char)text.data[i];

		if (byte == '%') {
			byte = escape_at(text, i);
			if (byte < 0)
				return error_set(err,
				    STELE_E_PROTOCOL_VIOLATION,
				    "\"%%\" is not followed by two "
				    "hexadecimal digits");
			i += 2;
		} else if (byte == '+' && plus_is_space) {
			byte = ' ';
		}
		bytes[(*len)++] = (char)byte;
	}
	return 0;
}

int
http_unescape(struct str text, enum http_escapes kind, struct arena *arena,
    struct str *out, struct error *err)
{
	bool is_query = kind == HTTP_IN_QUERY;
	struct str rest = text;

	*out = text;
	if (take_until(&rest, is_query ? "%+" : "%").len < text.len) {
		char *bytes = arena_alloc(arena, text.len);
		size_t len = 0;
		int rc = unescape_to(text, is_query, bytes, &len, err);

		if (rc != 0)
			return rc;
		*out = str_of(bytes, len);
	}
	if (!utf8_is_valid(*out))
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "the target of the HTTP request is not UTF-8");
	return 0;
}

int
http_query_next(struct str *query, struct arena *arena, struct str *name,
    struct str *value, struct error *err)
{
	struct str pair;
	int rc;

	while (query->len > 0 && query->data[0] == '&')
		drop_byte(query);
	if (query->len == 0)
		return 0;
	pair = take_until(query, "&");
	*name = take_until(&pair, "=");
	if (pair.len > 0)
		drop_byte(&pair);
	rc = http_unescape(*name, HTTP_IN_QUERY, arena, name, err);
	if (rc == 0)
		rc = http_unescape(pair, HTTP_IN_QUERY, arena, value, err);
	return rc != 0 ? rc : 1;
}

/* ---- authorities ---- */

static int
refuse_authority(struct str authority, struct error *err)
{
	return error_set(err, STELE_E_PROTOCOL_VIOLATION,
	    "\"%.*s\" is no host of an HTTP request", STR_FMT(authority));
}

/* Letters, digits and what RFC 3986 has besides; no user's name. */
static bool
is_host(struct str host, const char *others)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.data[i];
		char lower = (char)(c | 0x20);

		if ((c < '0' || c > '9') && (lower < 'a' || lower > 'z') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return host.len > 0;
}

static bool
take_port(struct str text, uint16_t *port)
{
	uint32_t value = 0;

	*port = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text.data[i] - '0');
		if (value > UINT16_MAX)
			return false;
	}
	*port = (uint16_t)value;
	return true;
}

int
http_authority_parse(struct str authority, struct str *host, uint16_t *port,
    struct error *err)
{
	struct str rest = authority;
	const char *others = "-._~";

	*port = 0;
	if (rest.len > 0 && rest.data[0] == '[') {
		drop_byte(&rest);
		*host = take_until(&rest, "]");
		others = ":.%";
		if (rest.len == 0)
			return refuse_authority(authority, err);
		drop_byte(&rest);
	} else {
		*host = take_until(&rest, ":");
	}
	if (!is_host(*host, others))
		return refuse_authority(authority, err);
	if (rest.len == 0)
		return 0;
	if (rest.data[0] != ':')
		return refuse_authority(authority, err);
	drop_byte(&rest);
	if (!take_port(rest, port))
		return refuse_authority(authority, err);
	return 0;
}
