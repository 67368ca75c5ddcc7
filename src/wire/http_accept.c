/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_accept.c -- see http_accept.h.
 */
#include "wire/http_accept.h"

#include "wire/http_request.h"

#define QUALITY_MAX 1000

static struct str
trim(struct str s)
{
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 &&
	    (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* What is before the next `by`, without spaces; *rest is what is behind. */
static struct str
take_part(struct str *rest, char by)
{
	const char *end =
	    rest->len == 0 ? NULL : memchr(rest->data, by, rest->len);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->data);
	size_t taken = end == NULL ? len : len + 1;
	struct str part = trim(str_of(rest->data, len));

	if (taken > 0)
		rest->data += taken;
	rest->len -= taken;
	return part;
}

/* "0.35" in thousandths; QUALITY_MAX + 1 for what is none. */
static uint32_t
read_quality(struct str text)
{
	uint32_t value, unit = 100;

	if (text.len == 0 || (text.data[0] != '0' && text.data[0] != '1') ||
	    (text.len > 1 && text.data[1] != '.') || text.len > 5)
		return QUALITY_MAX + 1;
	value = text.data[0] == '1' ? QUALITY_MAX : 0;
	for (size_t i = 2; i < text.len; i++, unit /= 10) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return QUALITY_MAX + 1;
		value += unit * (uint32_t)(text.data[i] - '0');
	}
	return value;
}

/* How exactly the range names the type: 3 as it is, 1 for all, 0 not. */
static int
match(struct str range, struct str type)
{
	const char *slash = memchr(type.data, '/', type.len);
	size_t main_len = (size_t)(slash - type.data) + 1;

	if (str_equal_nocase(range, type))
		return 3;
	if (str_equal(range, STR("*/*")))
		return 1;
	if (range.len == main_len + 1 && range.data[main_len] == '*' &&
	    str_equal_nocase(str_of(range.data, main_len),
		str_of(type.data, main_len)))
		return 2;
	return 0;
}

/* Of parameters, only q counts. */
static uint32_t
quality_of(struct str parameters)
{
	uint32_t value = QUALITY_MAX;

	while (parameters.len > 0) {
		struct str parameter = take_part(&parameters, ';');
		struct str name = take_part(&parameter, '=');

		if (str_equal_nocase(name, STR("q")))
			value = read_quality(parameter);
	}
	return value;
}

/* One range with its parameters. */
static void
read_range(struct str text, struct str type, int *best, uint32_t *quality)
{
	int exactness = match(take_part(&text, ';'), type);
	uint32_t value = quality_of(text);

	if (value > QUALITY_MAX || exactness <= *best)
		return;
	*best = exactness;
	*quality = value;
}

uint32_t
http_accept_rank(const struct http_request *request, struct str type)
{
	struct str media = take_part(&type, ';');
	uint32_t at = 0, quality = QUALITY_MAX;
	int best = 1;
	struct str list;

	if (!http_request_field(request, HTTP_FIELD_ACCEPT, &list))
		return quality * HTTP_ACCEPT_EXACT + (uint32_t)best;
	best = 0;
	quality = 0;
	while (http_request_field_next(request, HTTP_FIELD_ACCEPT, &at, &list))
		while (list.len > 0)
			read_range(take_part(&list, ','), media, &best,
			    &quality);
	return quality == 0 ? 0 : quality * HTTP_ACCEPT_EXACT + (uint32_t)best;
}

/* 2: what it is named, 1: what it is among all, 0: neither. */
static int
match_coding(struct str name, struct str coding)
{
	if (str_equal_nocase(name, coding))
		return 2;
	return str_equal(name, STR("*")) ? 1 : 0;
}

bool
http_accepts_coding(const struct http_request *request, struct str coding)
{
	uint32_t at = 0, quality = 0;
	struct str list;
	int best = 0;

	while (http_request_field_next(request, HTTP_FIELD_ACCEPT_ENCODING, &at,
	    &list))
		while (list.len > 0) {
			struct str part = take_part(&list, ',');
			int exactness =
			    match_coding(take_part(&part, ';'), coding);
			uint32_t value = quality_of(part);

			if (value > QUALITY_MAX || exactness <= best)
				continue;
			best = exactness;
			quality = value;
		}
	return quality > 0;
}

/* Without what says that it is weak: that does not count here. */
static struct str
opaque(struct str tag)
{
	if (str_starts_with(tag, STR("W/")))
		return str_of(tag.data + 2, tag.len - 2);
	return tag;
}

bool
http_has_tag(const struct http_request *request, struct str tag)
{
	uint32_t at = 0;
	struct str list;

	while (http_request_field_next(request, HTTP_FIELD_IF_NONE_MATCH, &at,
	    &list))
		while (list.len > 0) {
			struct str one = take_part(&list, ',');

			if (str_equal(one, STR("*")) ||
			    str_equal(opaque(one), opaque(tag)))
				return true;
		}
	return false;
}
