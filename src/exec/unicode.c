/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/unicode.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "common/must.h"

uint32_t
unicode_next(struct str text, size_t *at)
{
	utf8proc_int32_t code_point;
	utf8proc_ssize_t used;

	assert(*at < text.len);
	used = utf8proc_iterate((const utf8proc_uint8_t *)text.data + *at,
	    (utf8proc_ssize_t)(text.len - *at), &code_point);
	MUST(used > 0); /* texts are checked where they come in */
	*at += (size_t)used;
	return (uint32_t)code_point;
}

uint32_t
unicode_to_lower(uint32_t code_point)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

uint32_t
unicode_to_upper(uint32_t code_point)
{
	if (code_point == 0xdf)
		return code_point; /* the sharp s, whose capital is rare */
	return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

bool
unicode_is_alphanumeric(uint32_t code_point)
{
	switch (utf8proc_category((utf8proc_int32_t)code_point)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

/* ---- normal forms ---- */

/* What is normalized at once, and is in memory as code points. */
#define PIECE_BYTES ((size_t)256 << 10)

/* More than the longest decomposition of one, U+FDFA's 18. */
#define DECOMPOSED_MAX 32

/* Of one piece after the other. */
struct normalizer {
	utf8proc_option_t options;
	const atomic_bool *cancel;
	struct buf points; /* of the piece: utf8proc_int32_t */
	struct buf marks;  /* a run of them in order: the same */
	struct buf out;    /* UTF-8 */
};

static bool
goes_on(const struct normalizer *n)
{
	return !n->points.failed && !n->marks.failed && !n->out.failed &&
	    !cancel_is_set(n->cancel);
}

/* What never joins what is before it: ASCII, and U+4000..U+9FFF, ideographs. */
static bool
begins_piece(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x80 || (byte >= 0xe4 && byte <= 0xe9);
}

/* How much of a long text can be normalized apart from the rest. */
static size_t
piece_of(struct str text)
{
	size_t at = PIECE_BYTES;

	while (at < text.len && !begins_piece(text.data[at]))
		at++;
	return at < text.len ? at : text.len;
}

static void
decompose(struct normalizer *n, struct str piece)
{
	int boundary = UTF8PROC_BOUNDCLASS_START;

	for (size_t at = 0; at < piece.len && goes_on(n);) {
		utf8proc_int32_t points[DECOMPOSED_MAX];
		utf8proc_ssize_t count = utf8proc_decompose_char(
		    (utf8proc_int32_t)unicode_next(piece, &at), points,
		    DECOMPOSED_MAX, n->options, &boundary);

		MUST(count >= 0 && count <= DECOMPOSED_MAX);
		buf_put(&n->points, points, (size_t)count * sizeof(points[0]));
	}
}

/* 0 for what is no mark. */
static uint32_t
combining_class(utf8proc_int32_t point)
{
	return (uint8_t)utf8proc_get_property(point)->combining_class;
}

/*
 * Marks in the order of their classes, those of one class as they come; by
 * counting, as there may be as many as a text is long.
 */
static void
sort_marks(struct normalizer *n, utf8proc_int32_t *marks, size_t count)
{
	size_t places[UINT8_MAX + 2] = { 0 };
	utf8proc_int32_t *sorted;

	n->marks.len = 0;
	sorted = (void *)buf_take(&n->marks, count * sizeof(*marks));
	if (sorted == NULL)
		return;
	for (size_t i = 0; i < count && goes_on(n); i++)
		places[combining_class(marks[i]) + 1]++;
	for (size_t i = 1; i <= UINT8_MAX; i++)
		places[i] += places[i - 1];
	for (size_t i = 0; i < count && goes_on(n); i++)
		sorted[places[combining_class(marks[i])]++] = marks[i];
	if (goes_on(n))
		memcpy(marks, sorted, count * sizeof(*marks));
}

/* Each run of marks that is not in order. */
static void
sort_runs(struct normalizer *n, utf8proc_int32_t *points, size_t count)
{
	size_t first = 0; /* of the run */
	uint32_t before = 0;
	bool is_sorted = true;

	for (size_t i = 0; i < count && goes_on(n); i++) {
		uint32_t its = combining_class(points[i]);

		if (its == 0) {
			if (!is_sorted)
				sort_marks(n, points + first, i - first);
			first = i + 1;
			is_sorted = true;
		}
		is_sorted &= its == 0 || its >= before;
		before = its;
	}
	if (!is_sorted && goes_on(n))
		sort_marks(n, points + first, count - first);
}

static void
put_points(struct normalizer *n, const utf8proc_int32_t *points, size_t count)
{
	for (size_t i = 0; i < count && goes_on(n); i++) {
		utf8proc_uint8_t bytes[4];
		utf8proc_ssize_t len = utf8proc_encode_char(points[i], bytes);

		buf_put(&n->out, bytes, (size_t)len);
	}
}

static void
normalize_piece(struct normalizer *n, struct str piece)
{
	utf8proc_int32_t *points;
	utf8proc_ssize_t count;

	n->points.len = 0;
	decompose(n, piece);
	if (!goes_on(n))
		return;
	points = (void *)n->points.data;
	count = (utf8proc_ssize_t)(n->points.len / sizeof(*points));
	sort_runs(n, points, (size_t)count);
	if (!goes_on(n))
		return;
	count = utf8proc_normalize_utf32(points, count, n->options);
	MUST(count >= 0);
	put_points(n, points, (size_t)count);
}

static utf8proc_option_t
options_of(enum unicode_form form)
{
	utf8proc_option_t options = UTF8PROC_STABLE;

	options |= form == UNICODE_NFC || form == UNICODE_NFKC
	    ? UTF8PROC_COMPOSE
	    : UTF8PROC_DECOMPOSE;
	if (form == UNICODE_NFKC || form == UNICODE_NFKD)
		options |= UTF8PROC_COMPAT;
	return options;
}

bool
unicode_normalize(struct str text, enum unicode_form form,
    const atomic_bool *cancel, struct arena *arena, struct str *out)
{
	struct normalizer n = { .options = options_of(form), .cancel = cancel };
	bool has_memory;

	buf_init_charged(&n.points, arena->budget);
	buf_init_charged(&n.marks, arena->budget);
	buf_init_charged(&n.out, arena->budget);
	while (text.len > 0 && goes_on(&n)) {
		size_t piece = piece_of(text);

		normalize_piece(&n, str_of(text.data, piece));
		text = str_of(text.data + piece, text.len - piece);
	}
	has_memory = !n.points.failed && !n.marks.failed && !n.out.failed;
	buf_release(&n.points);
	buf_release(&n.marks);
	*out = arena_str(arena, buf_str(&n.out));
	buf_release(&n.out);
	return has_memory;
}
