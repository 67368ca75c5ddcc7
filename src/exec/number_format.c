/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_format.c -- reading templates, and numbers by them.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/utf8.h"
#include "exec/number_format_private.h"
#include "types/numeric.h"
#include "types/type.h"

/* Longer keywords before their beginnings. */
static const struct {
	const char *text;
	enum number_pattern pattern;
	bool is_lower; /* only in this case: RN and TH show it */
} keywords[] = {
	{ ",", NUM_COMMA, false },
	{ ".", NUM_POINT, false },
	{ "0", NUM_0, false },
	{ "9", NUM_9, false },
	{ "EEEE", NUM_EEEE, false },
	{ "FM", NUM_FM, false },
	{ "MI", NUM_MI, false },
	{ "PL", NUM_PL, false },
	{ "PR", NUM_PR, false },
	{ "RN", NUM_RN, false },
	{ "SG", NUM_SG, false },
	{ "SP", NUM_NONE, false },
	{ "TH", NUM_TH, false },
	{ "B", NUM_B, false },
	{ "C", NUM_NONE, false },
	{ "D", NUM_D, false },
	{ "G", NUM_G, false },
	{ "L", NUM_L, false },
	{ "S", NUM_S, false },
	{ "V", NUM_V, false },
};

static int
format_error(struct error *err, const char *what)
{
	return error_set(err, STELE_E_SYNTAX, "%s", what);
}

/* ---- what a pattern says of the whole ---- */

static int
add_digit(struct number_format *f, bool is_zero, struct error *err)
{
	if (f->flags & NUMBER_BRACKET)
		return format_error(err,
		    is_zero ? "\"0\" must be ahead of \"PR\""
			    : "\"9\" must be ahead of \"PR\"");
	if (!is_zero && (f->flags & NUMBER_MULTI)) {
		f->multi++;
		return 0;
	}
	if (is_zero && (f->flags & (NUMBER_ZERO | NUMBER_DECIMAL)) == 0) {
		f->flags |= NUMBER_ZERO;
		f->zero_start = f->pre + 1;
	}
	if (f->flags & NUMBER_DECIMAL)
		f->post++;
	else
		f->pre++;
	if (is_zero)
		f->zero_end = f->pre + f->post;
	return 0;
}

static int
add_point(struct number_format *f, struct error *err)
{
	if (f->flags & NUMBER_DECIMAL)
		return format_error(err, "multiple decimal points");
	if (f->flags & NUMBER_MULTI)
		return format_error(err,
		    "cannot use \"V\" and decimal point together");
	f->flags |= NUMBER_DECIMAL;
	return 0;
}

static int
add_sign(struct number_format *f, struct error *err)
{
	if (f->flags & NUMBER_SIGN)
		return format_error(err, "cannot use \"S\" twice");
	if (f->flags & (NUMBER_PLUS | NUMBER_MINUS | NUMBER_BRACKET))
		return format_error(err,
		    "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\""
		    " together");
	f->flags |= NUMBER_SIGN;
	if ((f->flags & NUMBER_DECIMAL) == 0) {
		f->flags |= NUMBER_SIGN_BEFORE;
		f->pre_sign = f->pre;
	}
	return 0;
}

static int
add_other_sign(struct number_format *f, enum number_pattern pattern,
    struct error *err)
{
	if (f->flags & NUMBER_SIGN) {
		const char *what = pattern == NUM_MI
		    ? "cannot use \"S\" and \"MI\" together"
		    : pattern == NUM_PL
		    ? "cannot use \"S\" and \"PL\" together"
		    : "cannot use \"S\" and \"SG\" together";

		return format_error(err, what);
	}
	if (pattern != NUM_PL)
		f->flags |= NUMBER_MINUS;
	if (pattern != NUM_MI)
		f->flags |= NUMBER_PLUS;
	return 0;
}

static int
add_scientific(struct number_format *f, struct error *err)
{
	const unsigned others = NUMBER_FILL | NUMBER_SIGN | NUMBER_BRACKET |
	    NUMBER_MINUS | NUMBER_PLUS | NUMBER_ROMAN | NUMBER_MULTI;

	if (f->flags & NUMBER_SCIENTIFIC)
		return format_error(err, "cannot use \"EEEE\" twice");
	if (f->flags & others) {
		(void)format_error(err,
		    "\"EEEE\" is incompatible with other formats");
		return error_detail(err,
		    "\"EEEE\" may only be used together with digit and decimal"
		    " point patterns.");
	}
	f->flags |= NUMBER_SCIENTIFIC;
	return 0;
}

static int
add_pattern(struct number_format *f, enum number_pattern pattern,
    struct error *err)
{
	if (f->flags & NUMBER_SCIENTIFIC && pattern != NUM_EEEE)
		return format_error(err,
		    "\"EEEE\" must be the last pattern"
		    " used");
	switch (pattern) {
	case NUM_9:
	case NUM_0:
		return add_digit(f, pattern == NUM_0, err);
	case NUM_POINT:
	case NUM_D:
		return add_point(f, err);
	case NUM_S:
		return add_sign(f, err);
	case NUM_MI:
	case NUM_PL:
	case NUM_SG:
		return add_other_sign(f, pattern, err);
	case NUM_PR:
		if (f->flags & (NUMBER_SIGN | NUMBER_PLUS | NUMBER_MINUS))
			return format_error(err,
			    "cannot use \"PR\" and"
			    " \"S\"/\"PL\"/\"MI\"/\"SG\" together");
		f->flags |= NUMBER_BRACKET;
		return 0;
	case NUM_FM:
		f->flags |= NUMBER_FILL;
		return 0;
	case NUM_RN:
		f->flags |= NUMBER_ROMAN;
		return 0;
	case NUM_V:
		if (f->flags & NUMBER_DECIMAL)
			return format_error(err,
			    "cannot use \"V\" and decimal point together");
		f->flags |= NUMBER_MULTI;
		return 0;
	case NUM_EEEE:
		return add_scientific(f, err);
	case NUM_B:
	case NUM_COMMA:
	case NUM_G:
	case NUM_L:
	case NUM_TH:
	case NUM_TEXT:
	case NUM_NONE:
		return 0;
	}
	return 0;
}

/* ---- the template ---- */

/* The pattern that stands at the beginning; NUM_TEXT if none does. */
static enum number_pattern
find_pattern(struct str text, size_t *len, bool *is_lower)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		struct str word = str_of_cstr(keywords[i].text);
		struct str start = str_of(text.data, word.len);

		if (text.len < word.len || !str_equal_nocase(start, word))
			continue;
		/* all of one case, but for EEEE's and the like */
		*len = word.len;
		*is_lower = start.data[0] >= 'a' && start.data[0] <= 'z';
		return keywords[i].pattern;
	}
	return NUM_TEXT;
}

static void
put_text(struct number_node *nodes, uint32_t *count, const char *data,
    size_t len)
{
	nodes[(*count)++] = (struct number_node){ .pattern = NUM_TEXT,
		.text = str_of(data, len) };
}

/* "text": character by character, for to_number() counts them. */
static size_t
put_quoted(struct str text, struct number_node *nodes, uint32_t *count)
{
	size_t at = 1;

	while (at < text.len && text.data[at] != '"') {
		struct str rest;
		size_t len;

		if (text.data[at] == '\\' && at + 1 < text.len)
			at++;
		rest = str_of(text.data + at, text.len - at);
		len = utf8_offset(rest, 1);
		put_text(nodes, count, rest.data, len);
		at += len;
	}
	return at < text.len ? at + 1 : at;
}

int
number_format_parse(struct str text, struct arena *arena,
    struct number_format *out, struct error *err)
{
	struct number_node *nodes =
	    arena_try_array(arena, text.len + 1, sizeof(*nodes));
	uint32_t count = 0;
	size_t at = 0;
	int rc = 0;

	if (nodes == NULL)
		return error_no_memory(err);
	*out = (struct number_format){ .nodes = nodes };
	while (at < text.len && rc == 0) {
		struct str rest = str_of(text.data + at, text.len - at);
		bool is_lower = false;
		size_t len = 0;
		enum number_pattern pattern =
		    find_pattern(rest, &len, &is_lower);

		if (pattern != NUM_TEXT) {
			rc = add_pattern(out, pattern, err);
			nodes[count++] =
			    (struct number_node){ .pattern = pattern,
				    .is_lower = is_lower };
		} else if (rest.data[0] == '"') {
			len = put_quoted(rest, nodes, &count);
		} else {
			if (rest.data[0] == '\\' && rest.len > 1 &&
			    rest.data[1] == '"') {
				at++;
				rest = str_of(rest.data + 1, rest.len - 1);
			}
			len = utf8_offset(rest, 1);
			put_text(nodes, &count, rest.data, len);
		}
		at += len;
	}
	out->node_count = count;
	return rc != 0 ? rc : arena_check(arena, err);
}

/* ---- to_number() ---- */

struct number_reader {
	const struct number_format *format;
	struct str in;
	size_t at;
	char *number; /* sign, then digits */
	size_t len;
	int32_t read_pre, read_post;
	bool has_point;
	bool is_read; /* the last place gave a digit or the point */
};

static char
peek(const struct number_reader *r)
{
	return r->at < r->in.len ? r->in.data[r->at] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
read_leading_sign(struct number_reader *r, enum number_pattern pattern)
{
	unsigned flags = r->format->flags;
	char c = peek(r);

	if (r->number[0] != ' ' || (pattern != NUM_0 && pattern != NUM_9) ||
	    r->read_pre + r->read_post > 0)
		return;
	if (c == '-' || ((flags & NUMBER_BRACKET) && c == '<'))
		r->number[0] = '-';
	else if (c == '+')
		r->number[0] = '+';
	else
		return;
	r->at++;
}

/* A sign behind the last digit. */
static void
read_trailing_sign(struct number_reader *r)
{
	unsigned flags = r->format->flags;
	char next = r->at + 1 < r->in.len ? r->in.data[r->at + 1] : '\0';

	if (r->number[0] != ' ' || r->read_pre + r->read_post == 0)
		return;
	if ((flags & NUMBER_SIGN) && r->is_read && next != '\0' &&
	    !is_digit(next)) {
		if (next == '-' || next == '+') {
			r->number[0] = next;
			r->at++;
		}
	} else if (!r->is_read && !(flags & NUMBER_SIGN) &&
	    (flags & (NUMBER_PLUS | NUMBER_MINUS)) &&
	    (peek(r) == '-' || peek(r) == '+')) {
		r->number[0] = peek(r);
	}
}

static void
read_place(struct number_reader *r, enum number_pattern pattern)
{
	r->is_read = false;
	if (peek(r) == ' ')
		r->at++;
	if (r->at >= r->in.len)
		return;
	read_leading_sign(r, pattern);
	if (r->at >= r->in.len)
		return;
	if (is_digit(peek(r))) {
		if (r->has_point && r->read_post == r->format->post)
			return;
		r->number[r->len++] = peek(r);
		if (r->has_point)
			r->read_post++;
		else
			r->read_pre++;
		r->is_read = true;
	} else if ((r->format->flags & NUMBER_DECIMAL) && !r->has_point &&
	    peek(r) == '.') {
		r->number[r->len++] = '.';
		r->has_point = true;
		r->is_read = true;
	}
	read_trailing_sign(r);
}

/* Up to n characters that are not part of a number. */
static void
skip_other(struct number_reader *r, uint32_t n)
{
	while (n-- > 0 && r->at < r->in.len &&
	    strchr("0123456789.,+-", peek(r)) == NULL) {
		struct str rest = str_of(r->in.data + r->at, r->in.len - r->at);

		r->at += utf8_offset(rest, 1);
	}
}

static int
read_node(struct number_reader *r, const struct number_node *node,
    struct error *err)
{
	char c = peek(r);

	switch (node->pattern) {
	case NUM_9:
	case NUM_0:
	case NUM_POINT:
	case NUM_D:
		read_place(r, node->pattern);
		r->at++;
		break;
	case NUM_COMMA:
	case NUM_G:
		if (!(r->format->flags & NUMBER_FILL) && c == ',')
			r->at++;
		break;
	case NUM_L:
		skip_other(r, 1);
		break;
	case NUM_TH:
		skip_other(r, 2);
		break;
	case NUM_MI:
	case NUM_PL:
	case NUM_SG:
		if ((c == '-' && node->pattern != NUM_PL) ||
		    (c == '+' && node->pattern != NUM_MI)) {
			r->number[0] = c;
			r->at++;
		} else {
			skip_other(r, 1);
		}
		break;
	case NUM_TEXT:
		if (r->at < r->in.len) {
			struct str rest =
			    str_of(r->in.data + r->at, r->in.len - r->at);

			r->at += utf8_offset(rest, 1);
		}
		break;
	case NUM_RN:
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "\"RN\" not supported for input");
	case NUM_EEEE:
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "\"EEEE\" not supported for input");
	case NUM_B:
	case NUM_FM:
	case NUM_NONE:
	case NUM_PR:
	case NUM_S:
	case NUM_V:
		break;
	}
	return 0;
}

/* Without a point places behind D have given digits before it, too many. */
static int
check_digits(const struct number_reader *r, struct numeric *n,
    struct arena *arena, struct error *err)
{
	int32_t whole = r->format->pre + r->format->multi;
	int32_t scale = r->read_post;

	return numeric_fit(type_numeric_mod(whole + scale, scale), n, arena,
	    err);
}

/* V moves the point to the left. */
static int
divide_by_multi(const struct number_format *f, struct numeric *n,
    struct arena *arena, struct error *err)
{
	struct numeric ten = numeric_of_i64(10), factor;
	struct numeric exponent = numeric_of_i64(-f->multi);
	int rc;

	if (f->multi == 0)
		return 0;
	rc = numeric_power(&ten, &exponent, arena, &factor, err);
	return rc != 0 ? rc : numeric_multiply(n, &factor, arena, n, err);
}

int
number_format_read(const struct number_format *format, struct str text,
    struct arena *arena, struct numeric *out, struct error *err)
{
	struct number_reader r = { .format = format, .in = text, .len = 1 };
	struct str number;
	int rc = 0;

	if (format->flags & NUMBER_SCIENTIFIC)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "\"EEEE\" not supported for input");
	if (format->flags & NUMBER_ROMAN)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "\"RN\" not supported for input");
	r.number = arena_try_alloc(arena, (size_t)format->node_count + 2);
	if (r.number == NULL)
		return error_no_memory(err);
	r.number[0] = ' ';
	for (uint32_t i = 0;
	     i < format->node_count && r.at < text.len && rc == 0; i++)
		rc = read_node(&r, &format->nodes[i], err);
	if (rc != 0)
		return rc;
	if (r.number[r.len - 1] == '.')
		r.len--;
	number = str_of(r.number, r.len);
	if (number.data[0] == ' ') {
		number.data++;
		number.len--;
	}
	if (numeric_parse(number, arena, out) != NUMERIC_PARSE_OK)
		return error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "invalid input syntax for type %s: \"%.*s\"", "numeric",
		    (int)r.len, r.number);
	rc = check_digits(&r, out, arena, err);
	return rc != 0 ? rc : divide_by_multi(format, out, arena, err);
}
