/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/func_like.h"

#include "common/cancel.h"
#include "common/error.h"
#include "common/utf8.h"
#include "exec/unicode.h"

/* Lower case of a valid text, in the arena; not all of it once cancelled. */
static struct str
fold(struct str text, const atomic_bool *cancel, struct arena *arena)
{
	char *folded = arena_try_alloc(arena, text.len * 2 + 1);
	size_t len = 0, at = 0;

	if (folded == NULL) {
		arena->failed = true;
		return STR("");
	}
	while (at < text.len && !cancel_is_set(cancel)) {
		unsigned char c = (unsigned char)text.data[at];

		if (c >= 0x80) {
			len += utf8_encode(unicode_to_lower(
					       unicode_next(text, &at)),
			    folded + len);
			continue;
		}
		folded[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
		at++;
	}
	return str_of(folded, len);
}

int
like_compile(struct str pattern, enum like_case letter_case,
    const atomic_bool *cancel, struct arena *arena, struct like_pattern *out,
    struct error *err)
{
	char *chars;
	uint8_t *any;
	size_t count = 1, len = 0, piece = 0;

	*out = (struct like_pattern){
		.letter_case = letter_case,
		.arena = arena,
		.cancel = cancel,
	};
	if (letter_case == LIKE_ANY_CASE)
		pattern = fold(pattern, cancel, arena);
	for (size_t i = 0; i < pattern.len; i++)
		count += pattern.data[i] == '%';
	chars = arena_try_alloc(arena, pattern.len + 1);
	any = arena_try_alloc(arena, pattern.len + 1);
	out->pieces = arena_try_alloc(arena, count * sizeof(*out->pieces));
	if (chars == NULL || any == NULL || out->pieces == NULL)
		return error_no_memory(err);
	out->pieces[0] = (struct like_piece){ .chars = chars };
	for (size_t i = 0; i < pattern.len && !cancel_is_set(cancel); i++) {
		char c = pattern.data[i];

		if (c == '%') {
			out->starts_open |= i == 0;
			out->ends_open = true;
			out->pieces[piece].len =
			    (size_t)(chars + len - out->pieces[piece].chars);
			if (out->pieces[piece].len > 0)
				piece++;
			out->pieces[piece] = (struct like_piece){
				.chars = chars + len,
			};
			continue;
		}
		out->ends_open = false;
		any[len] = c == '_';
		if (c == '\\') {
			if (++i == pattern.len) {
				out->is_broken = true;
				any[len] = 1;
			} else {
				c = pattern.data[i];
			}
		}
		if (any[len])
			out->pieces[piece].any =
			    any + (out->pieces[piece].chars - chars);
		chars[len++] = c;
	}
	out->pieces[piece].len =
	    (size_t)(chars + len - out->pieces[piece].chars);
	out->ends_open |= out->is_broken;
	out->piece_count = piece + (out->pieces[piece].len > 0);
	return 0;
}

/* Past the character at `at`. */
static size_t
past_one(const struct like_pattern *pattern, struct str text, size_t at)
{
	if (pattern->letter_case == LIKE_BYTES)
		return at + 1;
	return at + utf8_offset(str_of(text.data + at, text.len - at), 1);
}

/*
 * Match a piece at text[at..]: the offset after it, or SIZE_MAX.
 */
static size_t
match_at(const struct like_pattern *pattern, const struct like_piece *piece,
    struct str text, size_t at)
{
	if (piece->any == NULL) {
		if (text.len - at < piece->len ||
		    memcmp(text.data + at, piece->chars, piece->len) != 0)
			return SIZE_MAX;
		return at + piece->len;
	}
	for (size_t i = 0; i < piece->len; i++) {
		if (at == text.len)
			return SIZE_MAX;
		if (piece->any[i] != 0)
			at = past_one(pattern, text, at);
		else if (text.data[at++] != piece->chars[i])
			return SIZE_MAX;
	}
	return at;
}

/* The first place from `at` on where a piece matches: the offset after it. */
static size_t
search(const struct like_pattern *pattern, const struct like_piece *piece,
    struct str text, size_t at)
{
	if (piece->any == NULL) {
		const char *found = memmem(text.data + at, text.len - at,
		    piece->chars, piece->len);

		return found == NULL ? SIZE_MAX
				     : (size_t)(found - text.data) + piece->len;
	}
	while (at <= text.len && !cancel_is_set(pattern->cancel)) {
		size_t end = match_at(pattern, piece, text, at);

		if (end != SIZE_MAX)
			return end;
		if (at == text.len)
			break;
		at = past_one(pattern, text, at);
	}
	return SIZE_MAX;
}

/* The last piece must match at the very end. */
static bool
match_end(const struct like_pattern *pattern, const struct like_piece *piece,
    struct str text, size_t at)
{
	size_t start;

	if (piece->any == NULL) {
		if (text.len - at < piece->len)
			return false;
		return match_at(pattern, piece, text, text.len - piece->len) ==
		    text.len;
	}
	for (start = at;
	     start <= text.len && !cancel_is_set(pattern->cancel);) {
		if (match_at(pattern, piece, text, start) == text.len)
			return true;
		if (start == text.len)
			break;
		start = past_one(pattern, text, start);
	}
	return false;
}

static bool
matches(const struct like_pattern *pattern, struct str text)
{
	size_t at = 0, first = 0, last = pattern->piece_count;

	if (pattern->letter_case == LIKE_ANY_CASE)
		text = fold(text, pattern->cancel, pattern->arena);
	if (text.len == 0)
		text.data = "";
	if (last == 0)
		return pattern->starts_open || text.len == 0;
	if (!pattern->starts_open) {
		at = match_at(pattern, &pattern->pieces[first++], text, 0);
		if (at == SIZE_MAX)
			return false;
		if (first == last)
			return pattern->ends_open || at == text.len;
	}
	if (!pattern->ends_open)
		last--;
	for (; first < last; first++) {
		at = search(pattern, &pattern->pieces[first], text, at);
		if (at == SIZE_MAX)
			return false;
	}
	return pattern->ends_open ||
	    match_end(pattern, &pattern->pieces[last], text, at);
}

int
like_match(const struct like_pattern *pattern, struct str text, bool *out,
    struct error *err)
{
	*out = matches(pattern, text);
	if (!pattern->is_broken || !*out)
		return 0;
	return error_set(err, STELE_E_INVALID_ESCAPE_SEQUENCE,
	    "LIKE pattern must not end with escape character");
}

int
like_escape(struct str pattern, struct str escape, enum like_case letter_case,
    struct arena *arena, struct str *out, struct error *err)
{
	char *text = arena_try_alloc(arena, pattern.len * 2 + 1);
	size_t len = 0;

	if (text == NULL)
		return error_no_memory(err);
	if ((letter_case == LIKE_BYTES ? escape.len : utf8_length(escape)) >
	    1) {
		(void)error_set(err, STELE_E_INVALID_ESCAPE_SEQUENCE,
		    "invalid escape string");
		return error_hint(err,
		    "Escape string must be empty or one character.");
	}
	for (size_t i = 0; i < pattern.len;) {
		struct str rest = str_of(pattern.data + i, pattern.len - i);

		if (escape.len > 0 && str_starts_with(rest, escape)) {
			text[len++] = '\\';
			i += escape.len;
			if (i == pattern.len)
				break;
			text[len++] = pattern.data[i++];
		} else {
			if (pattern.data[i] == '\\')
				text[len++] = '\\';
			text[len++] = pattern.data[i++];
		}
	}
	*out = str_of(text, len);
	return 0;
}
