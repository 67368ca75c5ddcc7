/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_reader.h -- lines out of a stream of bytes: what the line door reads.
 *
 * A line ends with LF; a CR before it does not belong to the line.  What comes
 * behind the last LF is no line yet.
 *
 * A line that comes in many pieces is looked at once: the reader knows how much
 * of the input it has seen.
 *
 * Threads: a reader belongs to one thread; no memory.
 */
#pragma once

#include <stddef.h>

#include "common/attr.h"
#include "common/str.h"

struct line_reader {
	size_t seen; /* private: bytes of the input without an LF */
};

enum line_result {
	LINE_WHOLE,
	LINE_MORE,     /* it has not ended, and may be of the length allowed */
	LINE_TOO_LONG, /* it has, or is going to have, more than max bytes */
};

/*
 * The first line of the input, which begins where the last call left it unless
 * that gave a line.  *line borrows from the input; *size is what the line takes
 * of it.  Both are set for LINE_WHOLE only.  The CR counts as a byte of the line.
 */
MUST_USE enum line_result line_read(struct line_reader *reader,
    struct str input, size_t max, struct str *line, size_t *size);
