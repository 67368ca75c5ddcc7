/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/normal.h"

#include <ctype.h>
#include <inttypes.h>

#include "common/hash.h"
#include "sql/scan.h"

static void
put_lower(struct buf *out, struct str word)
{
	size_t at = out->len;

	buf_put_str(out, word);
	for (; at < out->len; at++)
		out->data[at] = (uint8_t)tolower(out->data[at]);
}

static void
put_token(struct buf *out, const struct scanner *scanner,
    struct scan_token token, uint32_t *param)
{
	switch (token.kind) {
	case SCAN_STRING:
	case SCAN_NUMBER:
		buf_printf(out, "$%" PRIu32, ++*param);
		break;
	case SCAN_WORD:
		put_lower(out, scan_text(scanner, token));
		break;
	case SCAN_QUOTED:
	case SCAN_PARAM:
	case SCAN_PUNCT:
		buf_put_str(out, scan_text(scanner, token));
		break;
	case SCAN_END:
		break;
	}
}

uint64_t
sql_put_normal(struct buf *out, struct str text, uint32_t param_count,
    size_t max_bytes)
{
	struct scanner scanner = scanner_at(text, 0);
	size_t begin = out->len, end = 0;
	uint64_t hash = 0;

	for (;;) {
		struct scan_token token = scan_next(&scanner);
		size_t from = out->len;
		bool is_cut = from - begin >= max_bytes;

		if (token.kind == SCAN_END || out->failed)
			break;
		if (end > 0 && token.start > end && !is_cut) {
			buf_put_u8(out, ' ');
			from++;
		}
		put_token(out, &scanner, token, &param_count);
		if (!out->failed)
			hash = hash_bytes_seeded(out->data + from,
			    out->len - from, hash);
		if (is_cut)
			out->len = from;
		end = token.end;
	}
	return hash | 1;
}
