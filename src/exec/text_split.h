/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_split.h -- the parts of a text between delimiters, as string_to_array()
 * and string_to_table() have them: of an empty text there are none; an empty
 * delimiter leaves it whole; without a delimiter each character is a part.
 */
#pragma once

#include <stdbool.h>

#include "common/str.h"

struct text_split {
	struct str text;
	struct str delimiter;
	bool by_char;
	bool is_done;
	size_t at; /* of the next part */
};

void text_split_init(struct text_split *split, struct str text, bool by_char,
    struct str delimiter);

/* The next part, borrowed from the text; false if there is none. */
bool text_split_next(struct text_split *split, struct str *out);
