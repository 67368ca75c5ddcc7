/* SPDX-License-Identifier: Apache-2.0 */
#include "common/boolean.h"

bool
boolean_parse(struct str text, bool *out)
{
	static const struct {
		const char *word;
		size_t unique_len; /* so many letters are enough */
		bool value;
	} words[] = {
		{ "true", 1, true },
		{ "false", 1, false },
		{ "yes", 1, true },
		{ "no", 1, false },
		{ "on", 2, true },
		{ "off", 2, false },
		{ "1", 1, true },
		{ "0", 1, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct str prefix = str_of_cstr(words[i].word);

		if (text.len < words[i].unique_len || text.len > prefix.len)
			continue;
		prefix.len = text.len;
		if (str_equal_nocase(text, prefix)) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}
