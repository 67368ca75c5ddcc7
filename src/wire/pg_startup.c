/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_startup.c -- decoders of what comes before a session.
 *
 * These bytes come from anybody: nothing is allocated for them but what
 * pg_options_next() copies out of a packet of at most PG_STARTUP_SIZE_MAX.
 */
#include <ctype.h>

#include "common/error.h"
#include "wire/pg_frontend.h"

int
pg_startup_frame(const uint8_t *data, size_t len, struct str *body,
    struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t length;

	*body = str_of(NULL, 0);
	if (len < 4)
		return 0;
	length = reader_u32_be(&r);
	if (length < 8 || length > PG_STARTUP_SIZE_MAX)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid length of startup packet");
	if (len < length)
		return 0;
	*body = reader_str(&r, length - 4);
	return 1;
}

static int
decode_cancel(struct reader *r, struct pg_startup *out, struct error *err)
{
	out->kind = PG_STARTUP_CANCEL;
	out->cancel_pid = reader_i32_be(r);
	out->cancel_key = reader_str(r, reader_left(r));
	if (r->failed || out->cancel_key.len < 4 || out->cancel_key.len > 256)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid length of cancel request packet");
	return 0;
}

int
pg_startup_decode(struct str body, struct pg_startup *out, struct error *err)
{
	struct reader r = reader_over(body.data, body.len);

	*out = (struct pg_startup){ .kind = PG_STARTUP_SESSION };
	out->version = reader_u32_be(&r);
	switch (out->version) {
	case PG_SSL_CODE:
		out->kind = PG_STARTUP_SSL;
		break;
	case PG_GSSENC_CODE:
		out->kind = PG_STARTUP_GSSENC;
		break;
	case PG_CANCEL_CODE:
		return decode_cancel(&r, out, err);
	default:
		if (out->version >> 16 != 3)
			return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "unsupported frontend protocol %u.%u: server "
			    "supports 3.0 to 3.2",
			    out->version >> 16, out->version & 0xffff);
		out->parameters = r;
		return 0;
	}
	if (reader_left(&r) != 0)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid length of startup packet");
	return 0;
}

int
pg_startup_next(struct pg_startup *startup, struct str *name, struct str *value,
    struct error *err)
{
	struct reader *r = &startup->parameters;

	*name = reader_cstr(r);
	*value = str_of(NULL, 0);
	if (!r->failed && name->len == 0 && reader_left(r) == 0)
		return 0;
	if (!r->failed && name->len > 0)
		*value = reader_cstr(r);
	else
		r->failed = true;
	if (r->failed)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid startup packet layout: expected terminator as "
		    "last byte");
	return 1;
}

/* The next word, unescaped into the arena; false at the end. */
static bool
next_word(struct str *rest, struct arena *arena, struct str *out)
{
	size_t at = 0, len = 0;
	char *word;

	while (at < rest->len && isspace((unsigned char)rest->data[at]))
		at++;
	if (at == rest->len)
		return false;
	word = arena_alloc(arena, rest->len - at + 1);
	while (at < rest->len && !isspace((unsigned char)rest->data[at])) {
		if (rest->data[at] == '\\' && at + 1 < rest->len)
			at++;
		word[len++] = rest->data[at++];
	}
	word[len] = '\0';
	*out = str_of(word, len);
	*rest = str_of(rest->data + at, rest->len - at);
	return true;
}

static struct str
option_name(struct str text, struct arena *arena)
{
	char *name = arena_alloc(arena, text.len + 1);

	for (size_t i = 0; i < text.len; i++)
		name[i] = text.data[i] == '-' ? '_' : text.data[i];
	name[text.len] = '\0';
	return str_of(name, text.len);
}

int
pg_options_next(struct str *options, struct arena *arena, struct str *name,
    struct str *value, struct error *err)
{
	struct str word, setting;
	const char *equals;

	if (!next_word(options, arena, &word))
		return 0;
	if (str_equal(word, STR("-c"))) {
		if (!next_word(options, arena, &setting))
			setting = str_of("", 0);
	} else if (str_starts_with(word, STR("-c")) ||
	    str_starts_with(word, STR("--"))) {
		setting = str_of(word.data + 2, word.len - 2);
	} else {
		return error_set(err, STELE_E_SYNTAX,
		    "invalid command-line argument for server process: %.*s",
		    STR_FMT(word));
	}
	equals =
	    setting.len == 0 ? NULL : memchr(setting.data, '=', setting.len);
	if (equals == NULL || equals == setting.data)
		return error_set(err, STELE_E_SYNTAX, "%s%.*s requires a value",
		    str_starts_with(word, STR("--")) ? "--" : "-c ",
		    STR_FMT(setting));
	*name =
	    option_name(str_of(setting.data, (size_t)(equals - setting.data)),
		arena);
	*value = str_of(equals + 1,
	    setting.len - (size_t)(equals + 1 - setting.data));
	return 1;
}
