/* SPDX-License-Identifier: Apache-2.0 */
#include "types/encoding_multi.h"

#include <errno.h>
#include <iconv.h>

/* ---- characters ---- */

static bool
is_between(uint8_t byte, uint8_t first, uint8_t last)
{
	return byte >= first && byte <= last;
}

/* Of the upper half's part that has characters. */
static bool
is_euc(uint8_t byte)
{
	return is_between(byte, 0xa1, 0xfe);
}

static size_t
promised(enum encoding_shape shape, const uint8_t *bytes, size_t len)
{
	if (bytes[0] < 0x80)
		return 1;
	switch (shape) {
	case SHAPE_SINGLE:
		return 1;
	case SHAPE_EUC_JP:
		return bytes[0] == 0x8f ? 3 : 2;
	case SHAPE_EUC_TW:
		return bytes[0] == 0x8e ? 4 : bytes[0] == 0x8f ? 3 : 2;
	case SHAPE_SJIS:
		return is_between(bytes[0], 0xa1, 0xdf) ? 1 : 2;
	case SHAPE_GB18030:
		return len > 1 && is_between(bytes[1], '0', '9') ? 4 : 2;
	case SHAPE_EUC:
	case SHAPE_PAIR:
		break;
	}
	return 2;
}

size_t
encoding_wanted(enum encoding_shape shape, struct str text)
{
	return promised(shape, (const uint8_t *)text.data, text.len);
}

static bool
is_euc_jp(const uint8_t *bytes)
{
	if (bytes[0] == 0x8e)
		return is_between(bytes[1], 0xa1, 0xdf);
	if (bytes[0] == 0x8f)
		return is_euc(bytes[1]) && is_euc(bytes[2]);
	return is_euc(bytes[0]) && is_euc(bytes[1]);
}

static bool
is_euc_tw(const uint8_t *bytes)
{
	if (bytes[0] == 0x8e)
		return is_between(bytes[1], 0xa1, 0xa7) && is_euc(bytes[2]) &&
		    is_euc(bytes[3]);
	return bytes[0] != 0x8f && is_euc(bytes[0]) && is_euc(bytes[1]);
}

static bool
is_sjis(const uint8_t *bytes)
{
	if (is_between(bytes[0], 0xa1, 0xdf))
		return true;
	return (is_between(bytes[0], 0x81, 0x9f) ||
		   is_between(bytes[0], 0xe0, 0xfc)) &&
	    (is_between(bytes[1], 0x40, 0x7e) ||
		is_between(bytes[1], 0x80, 0xfc));
}

static bool
is_gb18030(const uint8_t *bytes)
{
	if (!is_between(bytes[0], 0x81, 0xfe))
		return false;
	if (is_between(bytes[1], '0', '9'))
		return is_between(bytes[2], 0x81, 0xfe) &&
		    is_between(bytes[3], '0', '9');
	return is_between(bytes[1], 0x40, 0x7e) ||
	    is_between(bytes[1], 0x80, 0xfe);
}

/* Whether bytes, as many as are promised, not ASCII, are a character. */
static bool
is_character(enum encoding_shape shape, const uint8_t *bytes)
{
	switch (shape) {
	case SHAPE_EUC:
		return is_euc(bytes[0]) && is_euc(bytes[1]);
	case SHAPE_EUC_JP:
		return is_euc_jp(bytes);
	case SHAPE_EUC_TW:
		return is_euc_tw(bytes);
	case SHAPE_SJIS:
		return is_sjis(bytes);
	case SHAPE_PAIR:
		return bytes[1] != 0;
	case SHAPE_GB18030:
		return is_gb18030(bytes);
	case SHAPE_SINGLE:
		break;
	}
	return true;
}

size_t
encoding_character(enum encoding_shape shape, struct str text)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	size_t len = promised(shape, bytes, text.len);

	if (bytes[0] == 0 || len > text.len)
		return 0;
	return bytes[0] < 0x80 || is_character(shape, bytes) ? len : 0;
}

/* ---- the library ---- */

bool
recoder_open(struct recoder *recoder, const char *from, const char *to)
{
	iconv_t library = iconv_open(to, from);

	recoder->library = library == (iconv_t)-1 ? NULL : library;
	return recoder->library != NULL;
}

void
recoder_close(struct recoder *recoder)
{
	if (recoder->library != NULL)
		(void)iconv_close((iconv_t)recoder->library);
}

bool
encoding_library_has(const char *name)
{
	struct recoder recoder;
	bool has = recoder_open(&recoder, name, "UTF-8");

	recoder_close(&recoder);
	return has;
}

size_t
recoder_put(struct recoder *recoder, struct str text, struct buf *out)
{
	iconv_t library = (iconv_t)recoder->library;
	char *from = (char *)(uintptr_t)text.data; /* it is only read */
	size_t left = text.len;
	bool is_flushing = false;

	(void)iconv(library, NULL, NULL, NULL, NULL);
	for (;;) {
		char piece[256];
		char *to = piece;
		size_t room = sizeof(piece);
		size_t rc = is_flushing
		    ? iconv(library, NULL, NULL, &to, &room)
		    : iconv(library, &from, &left, &to, &room);

		buf_put(out, piece, sizeof(piece) - room);
		if (rc == (size_t)-1 && errno == E2BIG)
			continue;
		/* it may have waited for what combines with the last one */
		if (is_flushing)
			return text.len - left;
		is_flushing = true;
	}
}
