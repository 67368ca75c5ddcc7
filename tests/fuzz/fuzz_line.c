/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines: the first bytes say the longest line and how large the pieces are in
 * which the rest comes.  However it is cut, the lines are those that a plain
 * search finds.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "wire/line_reader.h"

/* The next line the plain way; false if there is none that is whole. */
static bool
plain_line(struct str *rest, size_t max, struct str *line)
{
	const char *end =
	    rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);

	if (end == NULL || (size_t)(end - rest->data) > max)
		return false;
	*line = str_of(rest->data, (size_t)(end - rest->data));
	*rest = str_of(end + 1, rest->len - line->len - 1);
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* What has come, of `all`, begins at `from`; returns where it is read up to. */
static size_t
take_lines(struct line_reader *reader, struct str all, size_t from, size_t to,
    size_t max, struct str *expected)
{
	struct str line, wanted;
	size_t size;

	for (;;) {
		struct str input = str_of(all.data + from, to - from);

		switch (line_read(reader, input, max, &line, &size)) {
		case LINE_MORE:
			if (input.len > max)
				abort();
			return from;
		case LINE_TOO_LONG:
			if (plain_line(expected, max, &wanted))
				abort();
			return SIZE_MAX;
		case LINE_WHOLE:
			if (!plain_line(expected, max, &wanted) ||
			    !str_equal(line, wanted) || size > input.len)
				abort();
			from += size;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader = { .seen = 0 };
	struct str all, expected, ignored;
	size_t from = 0, step, max;

	if (size < 2)
		return 0;
	max = data[0];
	step = (size_t)data[1] % 16 + 1;
	all = str_of((const char *)data + 2, size - 2);
	expected = all;
	for (size_t to = 0; from != SIZE_MAX && to < all.len;) {
		to = to + step < all.len ? to + step : all.len;
		from = take_lines(&reader, all, from, to, max, &expected);
	}
	if (from != SIZE_MAX && plain_line(&expected, max, &ignored))
		abort();
	return 0;
}
