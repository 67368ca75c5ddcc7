/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/text_split.h"

#include <string.h>

#include "common/utf8.h"

void
text_split_init(struct text_split *split, struct str text, bool by_char,
    struct str delimiter)
{
	*split = (struct text_split){ .text = text,
		.delimiter = delimiter,
		.by_char = by_char,
		.is_done = text.len == 0 };
}

/* Up to the next delimiter, or to the end. */
static size_t
part_length(const struct text_split *split)
{
	struct str rest =
	    str_of(split->text.data + split->at, split->text.len - split->at);
	const char *found = NULL;

	if (split->by_char)
		return utf8_offset(rest, 1);
	if (split->delimiter.len > 0)
		found = memmem(rest.data, rest.len, split->delimiter.data,
		    split->delimiter.len);
	return found == NULL ? rest.len : (size_t)(found - rest.data);
}

bool
text_split_next(struct text_split *split, struct str *out)
{
	size_t length;

	if (split->is_done)
		return false;
	length = part_length(split);
	*out = str_of(split->text.data + split->at, length);
	split->at += length;
	/* behind a delimiter there is one part more, maybe an empty one */
	split->is_done = split->at == split->text.len;
	split->at += split->by_char ? 0 : split->delimiter.len;
	return true;
}
