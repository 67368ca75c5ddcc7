/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_request.h"

#include <assert.h>
#include <string.h>

#include "common/attr.h"

#define TIME_DIGITS_MAX 12

/* ---- text ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
native_trim(struct str text)
{
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_blank(text.data[0]))
		text = str_of(text.data + 1, text.len - 1);
	return text;
}

static struct str
behind(struct str text, size_t len)
{
	return str_of(text.data + len, text.len - len);
}

/* ---- signatures ---- */

static bool
is_nonce_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* The bytes before `end`, at most `len_max`; false if it is not there. */
static bool
take_until(struct str *rest, char end, size_t len_max, struct str *out)
{
	size_t room = rest->len < len_max + 1 ? rest->len : len_max + 1;
	const char *at = room == 0 ? NULL : memchr(rest->data, end, room);

	if (at == NULL)
		return false;
	*out = str_of(rest->data, (size_t)(at - rest->data));
	*rest = behind(*rest, out->len + 1);
	return true;
}

static bool
parse_time(struct str text, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	return text.len > 0;
}

static bool
is_nonce(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_nonce_char(text.data[i]))
			return false;
	return text.len >= NATIVE_NONCE_MIN;
}

bool
native_signature_parse(struct str text, struct native_signature *out)
{
	struct str rest = text, time;

	*out = (struct native_signature){ .is_fresh = false };
	if (crypto_hex_parse(text, out->mac))
		return true;
	if (!take_until(&rest, '.', TIME_DIGITS_MAX, &time) ||
	    !take_until(&rest, '.', NATIVE_NONCE_MAX, &out->nonce))
		return false;
	out->is_fresh = true;
	out->salt = str_of(text.data, time.len + 1 + out->nonce.len);
	return parse_time(time, &out->time_s) && is_nonce(out->nonce) &&
	    crypto_hex_parse(rest, out->mac);
}

/* ---- lines ---- */

/* What names and signatures are written with, and no operator of SQL. */
static bool
is_word_char(char c)
{
	return is_nonce_char(c) || c == '.' || c == '@' ||
	    (unsigned char)c >= 0x80;
}

/* A word that a colon ends. */
static bool
take_word(struct str *rest, size_t len_max, struct str *out)
{
	struct str before = *rest;
	bool is_word;

	if (!take_until(rest, ':', len_max, out))
		return false;
	is_word = out->len > 0;
	for (size_t i = 0; i < out->len; i++)
		is_word = is_word && is_word_char(out->data[i]);
	if (!is_word) {
		*rest = before;
		*out = str_of("", 0);
	}
	return is_word;
}

/* The verb is followed by a blank, or nothing. */
static bool
is_auth(struct str line)
{
	static const struct str verb = { "AUTH", 4 };

	return line.len >= verb.len &&
	    str_equal_nocase(str_of(line.data, verb.len), verb) &&
	    (line.len == verb.len || is_blank(line.data[verb.len]));
}

void
native_request_parse_signed(struct str line, struct native_request *out)
{
	struct str text = native_trim(line), rest = text, first, second;
	struct native_signature signature;

	*out = (struct native_request){ .command = text };
	if (is_auth(text)) {
		rest = native_trim(behind(text, 4));
		out->proof = NATIVE_AUTH;
		out->command = str_of("", 0);
		if (take_word(&rest, NATIVE_USER_MAX, &out->user))
			out->signature = rest;
		out->text = out->user;
		return;
	}
	if (!take_word(&rest, NATIVE_SIGNATURE_MAX, &first))
		return;
	out->command = native_trim(rest);
	if (take_word(&rest, NATIVE_SIGNATURE_MAX, &second)) {
		out->proof = NATIVE_INLINE;
		out->user = first;
		out->signature = second;
		out->command = native_trim(rest);
	} else if (native_signature_parse(first, &signature)) {
		out->proof = NATIVE_SIGNED;
		out->signature = first;
	} else {
		out->command = text;
	}
	out->text = out->command;
}

/* The last " TOKEN " and what a token looks like behind it. */
static bool
take_token(struct str text, struct str *command, struct str *token)
{
	static const struct str word = { " TOKEN ", 7 };
	uint8_t ignored[CRYPTO_SHA256_SIZE];
	size_t at;

	if (text.len < word.len + NATIVE_TOKEN_SIZE)
		return false;
	at = text.len - NATIVE_TOKEN_SIZE;
	*token = behind(text, at);
	if (!crypto_hex_parse(*token, ignored))
		return false;
	/* what is between may be more than one blank */
	while (at > word.len && is_blank(text.data[at - 1]) &&
	    is_blank(text.data[at - 2]))
		at--;
	if (at < word.len ||
	    !str_equal(str_of(text.data + at - word.len, word.len), word))
		return false;
	*command = native_trim(str_of(text.data, at - word.len));
	return true;
}

void
native_request_parse(struct str line, struct native_request *out)
{
	struct str text = native_trim(line), command, token;

	if (!take_token(text, &command, &token)) {
		native_request_parse_signed(text, out);
		return;
	}
	*out = (struct native_request){
		.proof = NATIVE_TOKEN,
		.token = token,
		.command = command,
	};
}
