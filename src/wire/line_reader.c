/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/line_reader.h"

#include <assert.h>
#include <string.h>

enum line_result
line_read(struct line_reader *reader, struct str input, size_t max,
    struct str *line, size_t *size)
{
	const char *end = NULL;
	size_t len;

	assert(reader->seen <= input.len);
	if (input.len > reader->seen)
		end = memchr(input.data + reader->seen, '\n',
		    input.len - reader->seen);
	len = end == NULL ? input.len : (size_t)(end - input.data);
	if (len > max) {
		reader->seen = 0;
		return LINE_TOO_LONG;
	}
	if (end == NULL) {
		reader->seen = input.len;
		return LINE_MORE;
	}
	reader->seen = 0;
	*size = len + 1;
	if (len > 0 && input.data[len - 1] == '\r')
		len--;
	*line = str_of(input.data, len);
	return LINE_WHOLE;
}
