/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of text.  Positions and lengths count characters; where a text is
 * ASCII throughout, which most are, that is bytes.
 *
 * Results that are part of an argument borrow from it.
 */
#include "common/utf8.h"
#include "exec/func_like.h"
#include "exec/func_private.h"
#include "exec/unicode.h"
#include "types/text.h"

#define TEXT_SIZE_MAX ((size_t)1 << 30) /* as PostgreSQL's */

static struct str *
result_str(struct function_call *call, uint32_t row)
{
	return &call->result->str[row];
}

/* Room for a text whose size a user chose; NULL with the error set. */
static char *
text_alloc(struct function_call *call, size_t len, int *rc)
{
	char *text;

	if (len >= TEXT_SIZE_MAX) {
		*rc = error_set(call->err, STELE_E_LIMIT,
		    "requested length too large");
		return NULL;
	}
	text = arena_try_alloc(call->arena, len + 1);
	if (text == NULL)
		*rc = error_no_memory(call->err);
	return text;
}

static char *
append(char *at, struct str text)
{
	if (text.len > 0)
		memcpy(at, text.data, text.len);
	return at + text.len;
}

static int
text_length(struct function_call *call)
{
	UNARY_LOOP(call, struct str, str,
		   call->result->i64[row] = (int64_t)utf8_length(x););
	return 0;
}

static int
bpchar_length(struct function_call *call)
{
	UNARY_LOOP(call, struct str, str,
		   call->result->i64[row] =
		       (int64_t)utf8_length(text_trim_blanks(x)););
	return 0;
}

static int
byte_length(struct function_call *call)
{
	UNARY_LOOP(call, struct str, str,
		   call->result->i64[row] = (int64_t)x.len;);
	return 0;
}

/* Any text, character by character; a character may grow to four bytes. */
static int
map_unicode(struct function_call *call, struct str text, unicode_map_fn map,
    struct str *out)
{
	int rc = 0;
	char *mapped = text_alloc(call, text.len * 2, &rc);
	size_t len = 0, at = 0;

	if (mapped == NULL)
		return rc;
	while (call_has_byte(call, at, text.len))
		len += utf8_encode(map(unicode_next(text, &at)), mapped + len);
	*out = str_of(mapped, len);
	return 0;
}

static bool
is_ascii(struct str text)
{
	unsigned char bits = 0;

	for (size_t i = 0; i < text.len; i++)
		bits |= (unsigned char)text.data[i];
	return bits < 0x80;
}

/* From byte `at` on, CANCEL_BYTES: letters from `first` on in the other case. */
static void
flip_case(struct str text, size_t at, char first, char *out)
{
	size_t left = text.len - at;
	size_t limit = at + (left < CANCEL_BYTES ? left : CANCEL_BYTES);

	for (; at < limit; at++) {
		unsigned char c = (unsigned char)text.data[at];
		bool is_letter = (unsigned char)(c - first) < 26;

		out[at] = (char)(c ^ (is_letter ? 0x20 : 0));
	}
}

/* `first` is the first letter of the case that is left. */
static int
map_case(struct function_call *call, char first, unicode_map_fn map)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str text = ARG(call, 0, str, row);
		int rc = 0;
		char *mapped;

		if (!is_ascii(text)) {
			rc =
			    map_unicode(call, text, map, result_str(call, row));
			if (rc != 0)
				return rc;
			continue;
		}
		mapped = text_alloc(call, text.len, &rc);
		if (mapped == NULL)
			return rc;
		for (size_t at = 0; call_has_byte(call, at, text.len);
		     at += CANCEL_BYTES)
			flip_case(text, at, first, mapped);
		*result_str(call, row) = str_of(mapped, text.len);
	}
	return 0;
}

static int
text_lower(struct function_call *call)
{
	return map_case(call, 'A', unicode_to_lower);
}

static int
text_upper(struct function_call *call)
{
	return map_case(call, 'a', unicode_to_upper);
}

static int
initcap(struct function_call *call, struct str text, struct str *out)
{
	int rc = 0;
	char *mapped = text_alloc(call, text.len * 2, &rc);
	size_t len = 0, at = 0;
	bool in_word = false;

	if (mapped == NULL)
		return rc;
	while (call_has_byte(call, at, text.len)) {
		uint32_t c = unicode_next(text, &at);

		len += utf8_encode(in_word ? unicode_to_lower(c)
					   : unicode_to_upper(c),
		    mapped + len);
		in_word = unicode_is_alphanumeric(c);
	}
	*out = str_of(mapped, len);
	return 0;
}

static int
text_initcap(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int rc = initcap(call, ARG(call, 0, str, row),
		    result_str(call, row));

		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Characters first..limit-1 of a text, counted from 0. */
static struct str
slice(struct str text, int64_t first, int64_t limit)
{
	size_t from, to;

	if (first < 0)
		first = 0;
	if (limit <= first)
		return STR("");
	from = utf8_offset(text, (size_t)first);
	text = str_of(text.data + from, text.len - from);
	to = utf8_offset(text, (size_t)(limit - first));
	return str_of(text.data, to);
}

static int
text_substring(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t first = ARG(call, 1, i64, row) - 1;
		int64_t limit = INT64_MAX;

		if (call->arg_count == 3) {
			int64_t length = ARG(call, 2, i64, row);

			if (length < 0)
				return error_set(call->err,
				    STELE_E_SUBSTRING_ERROR,
				    "negative substring length not allowed");
			limit = first + length;
		}
		*result_str(call, row) =
		    slice(ARG(call, 0, str, row), first, limit);
	}
	return 0;
}

/* overlay(text placing other from first [for length]) */
static int
overlay(struct function_call *call, uint32_t row)
{
	struct str text = ARG(call, 0, str, row);
	struct str other = ARG(call, 1, str, row);
	int64_t first = ARG(call, 2, i64, row);
	int64_t length = call->arg_count > 3 ? ARG(call, 3, i64, row)
					     : (int64_t)utf8_length(other);
	struct str before = slice(text, 0, first - 1);
	struct str after = slice(text, first - 1 + length, INT64_MAX);
	int rc = 0;
	char *joined, *at;

	if (first <= 0)
		return error_set(call->err, STELE_E_SUBSTRING_ERROR,
		    "negative substring length not allowed");
	if (first + length > INT32_MAX)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "integer out of range");
	joined = text_alloc(call, before.len + other.len + after.len, &rc);
	if (joined == NULL)
		return rc;
	at = append(append(append(joined, before), other), after);
	*result_str(call, row) = str_of(joined, (size_t)(at - joined));
	return 0;
}

static int
text_overlay(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = overlay(call, sel_row(call->sel, i));
	return rc;
}

/* left(text, -n) leaves n characters out. */
static int
text_left(struct function_call *call)
{
	EACH_COSTLY_ROW(call, row,
			const struct str text = ARG(call, 0, str, row);
			int64_t n = ARG(call, 1, i64, row);
			if (n < 0) n += (int64_t)utf8_length(text);
			*result_str(call, row) = slice(text, 0, n););
	return 0;
}

static int
text_right(struct function_call *call)
{
	EACH_COSTLY_ROW(call, row,
			const struct str text = ARG(call, 0, str, row);
			int64_t n = ARG(call, 1, i64, row);
			int64_t length = (int64_t)utf8_length(text);
			*result_str(call, row) =
			    slice(text, n < 0 ? -n : length - n, length););
	return 0;
}

/*
 * Byte offset of `part` in `text` from `from` on, or SIZE_MAX.  A long text is
 * searched in stretches that overlap.
 */
static size_t
find(const struct function_call *call, struct str text, struct str part,
    size_t from)
{
	size_t step = part.len > CANCEL_BYTES ? part.len : CANCEL_BYTES;

	if (part.len == 0)
		return from;
	for (; from + part.len <= text.len && !cancel_is_set(call->cancel);
	     from += step) {
		size_t left = text.len - from;
		size_t size = step + part.len - 1;
		const char *found = memmem(text.data + from,
		    left < size ? left : size, part.data, part.len);

		if (found != NULL)
			return (size_t)(found - text.data);
	}
	return SIZE_MAX;
}

static int
text_position(struct function_call *call)
{
	EACH_COSTLY_ROW(call, row,
			const struct str text = ARG(call, 0, str, row);
			const size_t at =
			    find(call, text, ARG(call, 1, str, row), 0);
			call->result->i64[row] = at == SIZE_MAX
			    ? 0
			    : (int64_t)utf8_length(str_of(text.data, at)) + 1;);
	return 0;
}

/* Whether the character at set[0..] is among those of `characters`. */
static bool
has_character(struct str characters, struct str one)
{
	for (size_t at = 0; at < characters.len;) {
		struct str rest =
		    str_of(characters.data + at, characters.len - at);
		size_t len = utf8_offset(rest, 1);

		if (str_equal(str_of(rest.data, len), one))
			return true;
		at += len;
	}
	return false;
}

enum side { SIDE_LEFT = 1, SIDE_RIGHT = 2, SIDE_BOTH = 3 };

static struct str
trim(const struct function_call *call, struct str text, struct str characters,
    enum side side)
{
	while ((side & SIDE_LEFT) != 0 && text.len > 0 &&
	    !cancel_is_set(call->cancel)) {
		size_t len = utf8_offset(text, 1);

		if (!has_character(characters, str_of(text.data, len)))
			break;
		text = str_of(text.data + len, text.len - len);
	}
	while ((side & SIDE_RIGHT) != 0 && text.len > 0 &&
	    !cancel_is_set(call->cancel)) {
		size_t at = text.len - 1;

		while (at > 0 && ((unsigned char)text.data[at] & 0xc0) == 0x80)
			at--;
		if (!has_character(characters,
			str_of(text.data + at, text.len - at)))
			break;
		text.len = at;
	}
	return text;
}

static int
trim_rows(struct function_call *call, enum side side)
{
	EACH_COSTLY_ROW(call, row,
			*result_str(call, row) =
			    trim(call, ARG(call, 0, str, row),
				call->arg_count == 1 ? STR(" ")
						     : ARG(call, 1, str, row),
				side););
	return 0;
}

static int
text_btrim(struct function_call *call)
{
	return trim_rows(call, SIDE_BOTH);
}

static int
text_ltrim(struct function_call *call)
{
	return trim_rows(call, SIDE_LEFT);
}

static int
text_rtrim(struct function_call *call)
{
	return trim_rows(call, SIDE_RIGHT);
}

/* `part` again and again, up to `len` bytes; part.len is not 0. */
static char *
fill(const struct function_call *call, char *out, struct str part, size_t len)
{
	size_t step_max = CANCEL_BYTES / part.len * part.len;
	size_t done = part.len < len ? part.len : len;

	if (step_max == 0)
		step_max = part.len;
	memcpy(out, part.data, done);
	while (done < len && !cancel_is_set(call->cancel)) {
		/* Whole parts: what is copied continues what there is. */
		size_t step = done < step_max ? done : step_max;

		if (step > len - done)
			step = len - done;
		memcpy(out + done, out, step);
		done += step;
	}
	return out + len;
}

/* lpad and rpad: to `length` characters, cut if the text is longer. */
static int
pad(struct function_call *call, uint32_t row, enum side side)
{
	struct str text = ARG(call, 0, str, row);
	int64_t wanted = ARG(call, 1, i64, row);
	struct str filler =
	    call->arg_count == 3 ? ARG(call, 2, str, row) : STR(" ");
	int64_t length = (int64_t)utf8_length(text), missing;
	int64_t filler_length = (int64_t)utf8_length(filler);
	size_t fill_len;
	char *out, *at;
	int rc = 0;

	if (wanted < 0)
		wanted = 0;
	if (length >= wanted || filler.len == 0) {
		*result_str(call, row) = slice(text, 0, wanted);
		return 0;
	}
	missing = wanted - length;
	fill_len = (size_t)(missing / filler_length) * filler.len +
	    slice(filler, 0, missing % filler_length).len;
	out = text_alloc(call, text.len + fill_len, &rc);
	if (out == NULL)
		return rc;
	at = side == SIDE_RIGHT ? append(out, text) : out;
	at = fill(call, at, filler, fill_len);
	if (side == SIDE_LEFT)
		at = append(at, text);
	*result_str(call, row) = str_of(out, (size_t)(at - out));
	return 0;
}

static int
pad_rows(struct function_call *call, enum side side)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = pad(call, sel_row(call->sel, i), side);
	return rc;
}

static int
text_lpad(struct function_call *call)
{
	return pad_rows(call, SIDE_LEFT);
}

static int
text_rpad(struct function_call *call)
{
	return pad_rows(call, SIDE_RIGHT);
}

static int
concat_two(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str a = ARG(call, 0, str, row);
		struct str b = ARG(call, 1, str, row);
		int rc = 0;
		char *text = text_alloc(call, a.len + b.len, &rc);

		if (text == NULL)
			return rc;
		append(append(text, a), b);
		*result_str(call, row) = str_of(text, a.len + b.len);
	}
	return 0;
}

/* An argument of any type as concat() shows it: booleans as t and f. */
static void
put_any(const struct function_call *call, uint32_t arg, uint32_t row,
    struct buf *out)
{
	if (!vec_is_null(&call->args[arg], row))
		type_out_text(&call->arg_types[arg], call->settings,
		    &call->args[arg], row, out);
}

/* Whether a text that grows is past what a text can be, or has failed. */
static bool
is_too_long(const struct buf *text)
{
	return text->failed || text->len >= TEXT_SIZE_MAX;
}

/* Keep what a buffer holds as the result of a row. */
static int
keep(struct function_call *call, uint32_t row, const struct buf *text)
{
	if (text->failed)
		return error_no_memory(call->err);
	if (is_too_long(text))
		return error_set(call->err, STELE_E_LIMIT,
		    "requested length too large");
	*result_str(call, row) = arena_str(call->arena, buf_str(text));
	return 0;
}

/* The operators cast to text, where a boolean is a word. */
static void
put_operand(const struct function_call *call, uint32_t arg, uint32_t row,
    struct buf *out)
{
	if (call->function->kind == FUNCTION_OPERATOR &&
	    call->arg_types[arg].oid == TYPE_BOOL)
		buf_put_cstr(out,
		    ARG(call, arg, boolean, row) ? "true" : "false");
	else
		put_any(call, arg, row, out);
}

/* text || any, any || text, concat(): strict ones see no nulls here. */
static int
concat_any(struct function_call *call)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		buf_reset(&text);
		for (uint32_t arg = 0;
		     arg < call->arg_count && !is_too_long(&text); arg++)
			put_operand(call, arg, row, &text);
		rc = keep(call, row, &text);
	}
	buf_release(&text);
	return rc;
}

static int
concat_ws_row(struct function_call *call, uint32_t row, struct buf *text)
{
	bool is_first = true;

	buf_reset(text);
	if (vec_is_null(&call->args[0], row)) {
		vec_need_nulls(call->result, call->row_count,
		    call->arena)[row] = 1;
		*result_str(call, row) = STR("");
		return 0;
	}
	for (uint32_t arg = 1; arg < call->arg_count && !is_too_long(text);
	     arg++) {
		if (vec_is_null(&call->args[arg], row))
			continue;
		if (!is_first)
			buf_put_str(text, ARG(call, 0, str, row));
		is_first = false;
		put_any(call, arg, row, text);
	}
	return keep(call, row, text);
}

static int
concat_ws(struct function_call *call)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = concat_ws_row(call, sel_row(call->sel, i), &text);
	buf_release(&text);
	return rc;
}

static int
text_repeat(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str part = ARG(call, 0, str, row);
		int64_t count = ARG(call, 1, i64, row);
		size_t len;
		int rc = 0;
		char *text;

		if (count < 0)
			count = 0;
		if (__builtin_mul_overflow(part.len, (size_t)count, &len))
			len = SIZE_MAX;
		text = text_alloc(call, len, &rc);
		if (text == NULL)
			return rc;
		if (len > 0)
			(void)fill(call, text, part, len);
		*result_str(call, row) = str_of(text, len);
	}
	return 0;
}

static int
text_reverse(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str text = ARG(call, 0, str, row);
		int rc = 0;
		char *out = text_alloc(call, text.len, &rc);
		size_t left = text.len;

		if (out == NULL)
			return rc;
		for (size_t at = 0; call_has_byte(call, at, text.len);) {
			struct str rest = str_of(text.data + at, text.len - at);
			size_t len = utf8_offset(rest, 1);

			left -= len;
			memcpy(out + left, rest.data, len);
			at += len;
		}
		*result_str(call, row) = str_of(out, text.len);
	}
	return 0;
}

static int
replace(struct function_call *call, uint32_t row, struct buf *out)
{
	struct str text = ARG(call, 0, str, row);
	struct str from = ARG(call, 1, str, row);
	struct str to = ARG(call, 2, str, row);
	size_t at = 0, found;

	if (from.len == 0 || find(call, text, from, 0) == SIZE_MAX) {
		*result_str(call, row) = text;
		return 0;
	}
	buf_reset(out);
	while (!is_too_long(out) && !cancel_is_set(call->cancel) &&
	    (found = find(call, text, from, at)) != SIZE_MAX) {
		buf_put(out, text.data + at, found - at);
		buf_put_str(out, to);
		at = found + from.len;
	}
	buf_put(out, text.data + at, text.len - at);
	return keep(call, row, out);
}

static int
text_replace(struct function_call *call)
{
	struct buf out;
	int rc = 0;

	buf_init_charged(&out, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = replace(call, sel_row(call->sel, i), &out);
	buf_release(&out);
	return rc;
}

/* translate(text, from, to): character by character; without a pair: gone. */
static int
translate(struct function_call *call, uint32_t row, struct buf *out)
{
	struct str text = ARG(call, 0, str, row);
	struct str from = ARG(call, 1, str, row);
	struct str to = ARG(call, 2, str, row);

	buf_reset(out);
	for (size_t at = 0; at < text.len && !is_too_long(out) &&
	     !cancel_is_set(call->cancel);) {
		struct str rest = str_of(text.data + at, text.len - at);
		struct str one = str_of(rest.data, utf8_offset(rest, 1));
		int64_t index = 0;
		size_t in_from = 0;

		while (in_from < from.len) {
			struct str other =
			    str_of(from.data + in_from, from.len - in_from);

			other.len = utf8_offset(other, 1);
			if (str_equal(other, one))
				break;
			in_from += other.len;
			index++;
		}
		if (in_from < from.len)
			buf_put_str(out, slice(to, index, index + 1));
		else
			buf_put_str(out, one);
		at += one.len;
	}
	return keep(call, row, out);
}

static int
text_translate(struct function_call *call)
{
	struct buf out;
	int rc = 0;

	buf_init_charged(&out, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = translate(call, sel_row(call->sel, i), &out);
	buf_release(&out);
	return rc;
}

/* Field `n` of a text; from the end if n is negative. */
static struct str
split_part(const struct function_call *call, struct str text,
    struct str separator, int64_t n)
{
	size_t at = 0, end;
	int64_t count = 1;

	if (separator.len == 0)
		return n == 1 || n == -1 ? text : STR("");
	if (n < 0) {
		while ((end = find(call, text, separator, at)) != SIZE_MAX) {
			at = end + separator.len;
			count++;
		}
		n += count + 1;
		at = 0;
	}
	if (n < 1)
		return STR("");
	for (;; n--) {
		end = find(call, text, separator, at);
		if (n == 1) {
			if (end == SIZE_MAX)
				end = text.len;
			return str_of(text.data + at, end - at);
		}
		if (end == SIZE_MAX)
			return STR("");
		at = end + separator.len;
	}
}

static int
text_split_part(struct function_call *call)
{
	EACH_COSTLY_ROW(call, row, const int64_t n = ARG(call, 2, i64, row);
			if (n == 0) return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "field position must not be zero");
			*result_str(call, row) =
			    split_part(call, ARG(call, 0, str, row),
				ARG(call, 1, str, row), n););
	return 0;
}

static int
text_starts_with(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->boolean[row] =
		     str_starts_with(ARG(call, 0, str, row),
			 ARG(call, 1, str, row)););
	return 0;
}

static int
text_ascii(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str text = ARG(call, 0, str, row);
		size_t at = 0;

		call->result->i64[row] =
		    text.len == 0 ? 0 : unicode_next(text, &at);
	}
	return 0;
}

static int
text_chr(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t code_point = ARG(call, 0, i64, row);
		char bytes[4];

		if (code_point == 0)
			return error_set(call->err, STELE_E_LIMIT,
			    "null character not permitted");
		if (code_point < 0)
			return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "character number must be positive");
		if (code_point > 0x10ffff ||
		    (code_point >= 0xd800 && code_point <= 0xdfff))
			return error_set(call->err, STELE_E_LIMIT,
			    "requested character %s for encoding: %lld",
			    code_point > 0x10ffff ? "too large" : "not valid",
			    (long long)code_point);
		*result_str(call, row) = arena_str(call->arena,
		    str_of(bytes, utf8_encode((uint32_t)code_point, bytes)));
	}
	return 0;
}

static int
int_to_hex(struct function_call *call)
{
	bool narrow = call->function->args[0] == TYPE_INT4;

	EACH_ROW(call->sel, row, uint64_t x = (uint64_t)ARG(call, 0, i64, row);
		 if (narrow) x = (uint32_t)x;
		 *result_str(call, row) =
		     arena_printf(call->arena, "%llx", (unsigned long long)x););
	return 0;
}

/* LIKE: the pattern is compiled once if it is constant. */
static int
like_rows(struct function_call *call, enum like_case letter_case, bool negate)
{
	struct like_pattern pattern;
	bool is_constant = call->args[1].is_constant;
	bool is_match = false;
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		if (i == 0 || !is_constant)
			rc = like_compile(ARG(call, 1, str, row), letter_case,
			    call->cancel, call->arena, &pattern, call->err);
		if (rc != 0)
			return rc;
		rc = like_match(&pattern, ARG(call, 0, str, row), &is_match,
		    call->err);
		call->result->boolean[row] = is_match != negate;
	}
	return rc;
}

static int
text_like(struct function_call *call)
{
	return like_rows(call, LIKE_EXACT, false);
}

static int
text_not_like(struct function_call *call)
{
	return like_rows(call, LIKE_EXACT, true);
}

static int
text_ilike(struct function_call *call)
{
	return like_rows(call, LIKE_ANY_CASE, false);
}

static int
text_not_ilike(struct function_call *call)
{
	return like_rows(call, LIKE_ANY_CASE, true);
}

static int
bytea_like(struct function_call *call)
{
	return like_rows(call, LIKE_BYTES, false);
}

static int
bytea_not_like(struct function_call *call)
{
	return like_rows(call, LIKE_BYTES, true);
}

/* like_escape(pattern, escape): the pattern with a backslash for escape. */
static int
like_escape_rows(struct function_call *call)
{
	enum like_case letter_case =
	    call->function->result == TYPE_BYTEA ? LIKE_BYTES : LIKE_EXACT;
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = like_escape(ARG(call, 0, str, row), ARG(call, 1, str, row),
		    letter_case, call->arena, result_str(call, row), call->err);
	}
	return rc;
}

static const struct func_row rows[] = {
	{ FN_ANYTEXTCAT, { concat_any, false } },
	{ FN_ASCII, { text_ascii, false } },
	{ FN_BYTEALIKE, { bytea_like, false } },
	{ FN_BYTEANLIKE, { bytea_not_like, false } },
	{ FN_BPCHARICLIKE, { text_ilike, false } },
	{ FN_BPCHARICNLIKE, { text_not_ilike, false } },
	{ FN_BPCHARLIKE, { text_like, false } },
	{ FN_BPCHARNLIKE, { text_not_like, false } },
	{ FN_BTRIM_TEXT, { text_btrim, false } },
	{ FN_BTRIM_TEXT_TEXT, { text_btrim, false } },
	{ FN_BYTEACAT, { concat_two, false } },
	{ FN_CHARACTER_LENGTH_BPCHAR, { bpchar_length, false } },
	{ FN_CHARACTER_LENGTH_TEXT, { text_length, false } },
	{ FN_CHAR_LENGTH_BPCHAR, { bpchar_length, false } },
	{ FN_CHAR_LENGTH_TEXT, { text_length, false } },
	{ FN_CHR, { text_chr, false } },
	{ FN_CONCAT, { concat_any, false } },
	{ FN_CONCAT_WS, { concat_ws, false } },
	{ FN_INITCAP, { text_initcap, false } },
	{ FN_LEFT, { text_left, false } },
	{ FN_LENGTH_BPCHAR, { bpchar_length, false } },
	{ FN_LENGTH_BYTEA, { byte_length, false } },
	{ FN_LENGTH_TEXT, { text_length, false } },
	{ FN_LIKE_ESCAPE, { like_escape_rows, false } },
	{ FN_LIKE_ESCAPE_BYTEA, { like_escape_rows, false } },
	{ FN_LOWER, { text_lower, false } },
	{ FN_LPAD_TEXT_INT4, { text_lpad, false } },
	{ FN_LPAD_TEXT_INT4_TEXT, { text_lpad, false } },
	{ FN_LTRIM_TEXT, { text_ltrim, false } },
	{ FN_LTRIM_TEXT_TEXT, { text_ltrim, false } },
	{ FN_NAMEICLIKE, { text_ilike, false } },
	{ FN_NAMEICNLIKE, { text_not_ilike, false } },
	{ FN_NAMELIKE, { text_like, false } },
	{ FN_NAMENLIKE, { text_not_like, false } },
	{ FN_OCTET_LENGTH_BPCHAR, { byte_length, false } },
	{ FN_OCTET_LENGTH_BYTEA, { byte_length, false } },
	{ FN_OCTET_LENGTH_TEXT, { byte_length, false } },
	{ FN_OVERLAY, { text_overlay, false } },
	{ FN_OVERLAY_LENGTH, { text_overlay, false } },
	{ FN_POSITION, { text_position, false } },
	{ FN_REPEAT, { text_repeat, false } },
	{ FN_REPLACE, { text_replace, false } },
	{ FN_REVERSE, { text_reverse, false } },
	{ FN_RIGHT, { text_right, false } },
	{ FN_RPAD_TEXT_INT4, { text_rpad, false } },
	{ FN_RPAD_TEXT_INT4_TEXT, { text_rpad, false } },
	{ FN_RTRIM_TEXT, { text_rtrim, false } },
	{ FN_RTRIM_TEXT_TEXT, { text_rtrim, false } },
	{ FN_SPLIT_PART, { text_split_part, false } },
	{ FN_STARTS_WITH, { text_starts_with, false } },
	{ FN_STARTS_WITH_CALL, { text_starts_with, false } },
	{ FN_STRPOS, { text_position, false } },
	{ FN_SUBSTRING_TEXT_INT4, { text_substring, false } },
	{ FN_SUBSTRING_TEXT_INT4_INT4, { text_substring, false } },
	{ FN_SUBSTR_TEXT_INT4, { text_substring, false } },
	{ FN_SUBSTR_TEXT_INT4_INT4, { text_substring, false } },
	{ FN_TEXTANYCAT, { concat_any, false } },
	{ FN_TEXTCAT, { concat_two, false } },
	{ FN_TEXTICLIKE, { text_ilike, false } },
	{ FN_TEXTICNLIKE, { text_not_ilike, false } },
	{ FN_TEXTLIKE, { text_like, false } },
	{ FN_TEXTNLIKE, { text_not_like, false } },
	{ FN_TO_HEX_INT4, { int_to_hex, false } },
	{ FN_TO_HEX_INT8, { int_to_hex, false } },
	{ FN_TRANSLATE, { text_translate, false } },
	{ FN_UPPER, { text_upper, false } },
};

const struct func_family func_text = { rows, ARRAY_LEN(rows) };
