/* SPDX-License-Identifier: Apache-2.0 */
#include "types/encoding.h"

#include <assert.h>
#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/utf8.h"
#include "types/encoding_multi.h"
#include "types/encoding_single.h"

struct text_encoding {
	const char *name;
	uint8_t length_max;
	const char *library_name; /* iconv's; NULL: it is not converted */
	enum encoding_shape shape;
};

/* PostgreSQL's, by their numbers. */
/* clang-format off */
#define SINGLE(its_name, library) { its_name, 1, library, SHAPE_SINGLE }
#define MULTI(its_name, length, library, its_shape) \
	{ its_name, length, library, SHAPE_##its_shape }
#define OTHER(its_name, length)   { its_name, length, NULL, SHAPE_SINGLE }
/* clang-format on */
static const struct text_encoding encodings[] = {
	OTHER("SQL_ASCII", 1),
	MULTI("EUC_JP", 3, "EUC-JP-MS", EUC_JP),
	MULTI("EUC_CN", 3, "EUC-CN", EUC),
	MULTI("EUC_KR", 3, "EUC-KR", EUC),
	MULTI("EUC_TW", 4, "EUC-TW", EUC_TW),
	MULTI("EUC_JIS_2004", 3, "EUC-JISX0213", EUC_JP),
	OTHER("UTF8", 4),
	OTHER("MULE_INTERNAL", 4),
	SINGLE("LATIN1", "ISO-8859-1"),
	SINGLE("LATIN2", "ISO-8859-2"),
	SINGLE("LATIN3", "ISO-8859-3"),
	SINGLE("LATIN4", "ISO-8859-4"),
	SINGLE("LATIN5", "ISO-8859-9"),
	SINGLE("LATIN6", "ISO-8859-10"),
	SINGLE("LATIN7", "ISO-8859-13"),
	SINGLE("LATIN8", "ISO-8859-14"),
	SINGLE("LATIN9", "ISO-8859-15"),
	SINGLE("LATIN10", "ISO-8859-16"),
	SINGLE("WIN1256", "CP1256"),
	SINGLE("WIN1258", "CP1258"),
	SINGLE("WIN866", "CP866"),
	SINGLE("WIN874", "CP874"),
	SINGLE("KOI8R", "KOI8-R"),
	SINGLE("WIN1251", "CP1251"),
	SINGLE("WIN1252", "CP1252"),
	SINGLE("ISO_8859_5", "ISO-8859-5"),
	SINGLE("ISO_8859_6", "ISO-8859-6"),
	SINGLE("ISO_8859_7", "ISO-8859-7"),
	SINGLE("ISO_8859_8", "ISO-8859-8"),
	SINGLE("WIN1250", "CP1250"),
	SINGLE("WIN1253", "CP1253"),
	SINGLE("WIN1254", "CP1254"),
	SINGLE("WIN1255", "CP1255"),
	SINGLE("WIN1257", "CP1257"),
	SINGLE("KOI8U", "KOI8-U"),
	MULTI("SJIS", 2, "CP932", SJIS),
	MULTI("BIG5", 2, "BIG5", PAIR),
	MULTI("GBK", 2, "GBK", PAIR),
	MULTI("UHC", 2, "UHC", PAIR),
	MULTI("GB18030", 4, "GB18030", GB18030),
	OTHER("JOHAB", 3),
	MULTI("SHIFT_JIS_2004", 2, "SHIFT_JISX0213", SJIS),
};

#define SQL_ASCII 0
#define UTF8      6

/* Made when they are first wanted, and kept; as `encodings`. */
static _Atomic(struct upper_half *) upper_halves[ARRAY_LEN(encodings)];

const struct text_encoding *const encoding_utf8 = &encodings[UTF8];
const struct text_encoding *const encoding_sql_ascii = &encodings[SQL_ASCII];

/* ---- names ---- */

static const struct {
	const char *alias; /* letters and digits, in lower case */
	const char *name;
} aliases[] = {
	{ "abc", "WIN1258" },
	{ "alt", "WIN866" },
	{ "iso88591", "LATIN1" },
	{ "iso885910", "LATIN6" },
	{ "iso885913", "LATIN7" },
	{ "iso885914", "LATIN8" },
	{ "iso885915", "LATIN9" },
	{ "iso885916", "LATIN10" },
	{ "iso88592", "LATIN2" },
	{ "iso88593", "LATIN3" },
	{ "iso88594", "LATIN4" },
	{ "iso88599", "LATIN5" },
	{ "koi8", "KOI8R" },
	{ "mskanji", "SJIS" },
	{ "shiftjis", "SJIS" },
	{ "tcvn", "WIN1258" },
	{ "tcvn5712", "WIN1258" },
	{ "unicode", "UTF8" },
	{ "vscii", "WIN1258" },
	{ "win", "WIN1251" },
	{ "win932", "SJIS" },
	{ "win936", "GBK" },
	{ "win949", "UHC" },
	{ "win950", "BIG5" },
	{ "windows1250", "WIN1250" },
	{ "windows1251", "WIN1251" },
	{ "windows1252", "WIN1252" },
	{ "windows1253", "WIN1253" },
	{ "windows1254", "WIN1254" },
	{ "windows1255", "WIN1255" },
	{ "windows1256", "WIN1256" },
	{ "windows1257", "WIN1257" },
	{ "windows1258", "WIN1258" },
	{ "windows866", "WIN866" },
	{ "windows874", "WIN874" },
	{ "windows932", "SJIS" },
	{ "windows936", "GBK" },
	{ "windows949", "UHC" },
	{ "windows950", "BIG5" },
};

/* Whether the letters and digits of both are the same. */
static bool
is_same_name(struct str a, const char *b)
{
	size_t at = 0;

	for (size_t i = 0; i < a.len; i++) {
		if (!isalnum((unsigned char)a.data[i]))
			continue;
		while (b[at] == '_')
			at++;
		if (b[at] == '\0' ||
		    tolower((unsigned char)a.data[i]) !=
			tolower((unsigned char)b[at]))
			return false;
		at++;
	}
	return b[at] == '\0' && at > 0;
}

const struct text_encoding *
encoding_at(int64_t number)
{
	if (number < 0 || number >= (int64_t)ARRAY_LEN(encodings))
		return NULL;
	return &encodings[number];
}

const struct text_encoding *
encoding_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(encodings); i++)
		if (is_same_name(name, encodings[i].name))
			return &encodings[i];
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (is_same_name(name, aliases[i].alias))
			return encoding_find(str_of_cstr(aliases[i].name));
	return NULL;
}

const char *
encoding_name(const struct text_encoding *encoding)
{
	return encoding->name;
}

int64_t
encoding_number(const struct text_encoding *encoding)
{
	return encoding - encodings;
}

int
encoding_length_max(const struct text_encoding *encoding)
{
	return encoding->length_max;
}

bool
encoding_is_known(const struct text_encoding *encoding)
{
	return encoding == encoding_utf8 || encoding == encoding_sql_ascii ||
	    (encoding->library_name != NULL &&
		encoding_library_has(encoding->library_name));
}

/* ---- tables ---- */

/* NULL: no memory.  Whoever is first keeps his. */
static const struct upper_half *
upper_of(const struct text_encoding *encoding)
{
	_Atomic(struct upper_half *) *kept =
	    &upper_halves[encoding - encodings];
	/* Acquire: pairs with the release of who has made it. */
	struct upper_half *upper =
	    atomic_load_explicit(kept, memory_order_acquire);
	struct upper_half *made;

	if (upper != NULL)
		return upper;
	made = upper_half_new(encoding->library_name);
	if (made == NULL ||
	    atomic_compare_exchange_strong_explicit(kept, &upper, made,
		memory_order_acq_rel, memory_order_acquire))
		return made;
	free(made);
	return upper;
}

/* ---- checks ---- */

static void
list_bytes(struct str bytes, char out[4 * 5 + 1])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < bytes.len && i < 4; i++)
		used += (size_t)snprintf(out + used, 4 * 5 + 1 - used,
		    i == 0 ? "0x%02x" : " 0x%02x",
		    (unsigned)(uint8_t)bytes.data[i]);
}

/* Bytes that the character starting with this byte should have. */
static size_t
utf8_wanted(uint8_t lead)
{
	if (lead >= 0xf0 && lead < 0xf8)
		return 4;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xc0 && lead < 0xe0 ? 2 : 1;
}

static bool
is_utf8(const struct text_encoding *encoding)
{
	return encoding == encoding_utf8;
}

static struct str
rest_of(struct str text, size_t at)
{
	return str_of(text.data + at, text.len - at);
}

/* Whole characters, up to what is none. */
static size_t
multi_prefix(const struct text_encoding *encoding, struct str text)
{
	size_t at = 0, len = 1;

	while (at < text.len && len > 0) {
		len = encoding_character(encoding->shape, rest_of(text, at));
		at += len;
	}
	return at;
}

/* utf8_valid_prefix() ends before a NUL. */
static size_t
valid_prefix(const struct text_encoding *encoding, struct str text)
{
	const char *zero;

	if (is_utf8(encoding))
		return utf8_valid_prefix(text);
	if (encoding->shape != SHAPE_SINGLE)
		return multi_prefix(encoding, text);
	zero = text.len == 0 ? NULL : memchr(text.data, '\0', text.len);
	return zero == NULL ? text.len : (size_t)(zero - text.data);
}

/* Bytes that the character at the front of a text should have. */
static size_t
character_wanted(const struct text_encoding *encoding, struct str text)
{
	return is_utf8(encoding) ? utf8_wanted((uint8_t)text.data[0])
				 : encoding_wanted(encoding->shape, text);
}

int
encoding_check(const struct text_encoding *encoding, struct str text,
    struct error *err)
{
	size_t good = valid_prefix(encoding, text), count = 1;
	char list[4 * 5 + 1];

	if (good == text.len)
		return 0;
	count = character_wanted(encoding, rest_of(text, good));
	if (count > text.len - good)
		count = text.len - good;
	list_bytes(str_of(text.data + good, count), list);
	return error_set(err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
	    "invalid byte sequence for encoding \"%s\": %s", encoding->name,
	    list);
}

uint64_t
encoding_length(const struct text_encoding *encoding, struct str text)
{
	uint64_t count = 0;

	if (is_utf8(encoding))
		return utf8_length(text);
	if (encoding->shape == SHAPE_SINGLE)
		return text.len;
	for (size_t at = 0; at < text.len; count++)
		at += encoding_wanted(encoding->shape, rest_of(text, at));
	return count;
}

size_t
encoding_whole(const struct text_encoding *encoding, struct str text)
{
	size_t at = 0;

	if (encoding->shape == SHAPE_SINGLE && !is_utf8(encoding))
		return text.len;
	while (at < text.len) {
		struct str rest = rest_of(text, at);
		size_t len = character_wanted(encoding, rest);

		/* the second byte of GB18030 says how many there are */
		if (len > rest.len || (rest.len == 1 && len > 1))
			return at;
		at += len;
	}
	return at;
}

/* ---- conversion ---- */

static int
no_equivalent(const struct text_encoding *from, const struct text_encoding *to,
    struct str character, struct error *err)
{
	char list[4 * 5 + 1];

	list_bytes(character, list);
	return error_set(err, STELE_E_UNTRANSLATABLE_CHARACTER,
	    "character with byte sequence %s in encoding \"%s\" has no"
	    " equivalent in encoding \"%s\"",
	    list, from->name, to->name);
}

static size_t
ascii_prefix(struct str text)
{
	size_t len = 0;

	while (len < text.len && (uint8_t)text.data[len] < 0x80)
		len++;
	return len;
}

static int
to_utf8(const struct text_encoding *from, const struct upper_half *upper,
    struct str text, struct buf *out, struct error *err)
{
	size_t at = 0;

	for (;;) {
		size_t plain = ascii_prefix(rest_of(text, at));
		char encoded[4];
		uint32_t code;

		buf_put(out, text.data + at, plain);
		at += plain;
		if (at == text.len)
			return 0;
		code = upper->codes[(uint8_t)text.data[at] - 0x80];
		if (code == 0)
			return no_equivalent(from, encoding_utf8,
			    str_of(text.data + at, 1), err);
		buf_put(out, encoded, utf8_encode(code, encoded));
		at++;
	}
}

/* The code point that valid UTF-8 begins with, not ASCII, and its bytes. */
static uint32_t
code_of(struct str text, size_t *len)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	uint32_t code;

	*len = utf8_wanted(bytes[0]);
	assert(*len >= 2 && *len <= text.len);
	code = bytes[0] & (0x7fu >> *len);
	for (size_t i = 1; i < *len; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

/* Of valid UTF-8: what there is no byte for is an error, or with NULL '?'. */
static int
from_utf8(const struct text_encoding *to, const struct upper_half *upper,
    struct str text, struct buf *out, struct error *err)
{
	size_t at = 0;

	for (;;) {
		size_t plain = ascii_prefix(rest_of(text, at)), len;
		uint8_t byte;

		buf_put(out, text.data + at, plain);
		at += plain;
		if (at == text.len)
			return 0;
		byte = upper_half_byte(upper, code_of(rest_of(text, at), &len));
		if (byte == 0 && err != NULL)
			return no_equivalent(encoding_utf8, to,
			    str_of(text.data + at, len), err);
		buf_put_u8(out, byte == 0 ? '?' : byte);
		at += len;
	}
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- several bytes a character ---- */

/* A character that begins a text; its bytes. */
static struct str
first_of(const struct text_encoding *encoding, struct str text)
{
	size_t len = character_wanted(encoding, text);

	return str_of(text.data, len < text.len ? len : text.len);
}

/* What `to` does not have is an error, or without one '?'. */
static int
put_lost(const struct text_encoding *from, const struct text_encoding *to,
    struct str lost, struct buf *out, struct error *err)
{
	if (err != NULL)
		return no_equivalent(from, to, lost, err);
	buf_put_u8(out, '?');
	return 0;
}

/* Of what is a text in `from`, what other_prefix() is. */
static int
put_run(struct recoder *recoder, const struct text_encoding *from,
    const struct text_encoding *to, struct str run, struct buf *out,
    struct error *err)
{
	for (;;) {
		size_t done = recoder_put(recoder, run, out);
		struct str lost;
		int rc;

		run = rest_of(run, done);
		if (run.len == 0)
			return 0;
		lost = first_of(from, run);
		rc = put_lost(from, to, lost, out, err);
		if (rc != 0)
			return rc;
		run = rest_of(run, lost.len);
	}
}

/*
 * PostgreSQL knows no pair that begins with 0x80, which to the library is a
 * character by itself: it would see others in what follows.
 */
static bool
is_no_lead(const struct text_encoding *encoding, char byte)
{
	return encoding->shape == SHAPE_PAIR && (uint8_t)byte == 0x80;
}

/* All before ASCII, and before what the library must not see. */
static size_t
other_prefix(const struct text_encoding *encoding, struct str text)
{
	size_t at = 0;

	while (at < text.len && (uint8_t)text.data[at] >= 0x80 &&
	    !is_no_lead(encoding, text.data[at]))
		at += first_of(encoding, rest_of(text, at)).len;
	return at;
}

/* ASCII is itself in all of them, whatever the library thinks of a backslash. */
static int
convert_multi(const struct text_encoding *from, const struct text_encoding *to,
    struct str text, struct buf *out, struct error *err)
{
	struct recoder recoder;
	size_t at = 0;
	int rc = 0;

	if (!recoder_open(&recoder,
		is_utf8(from) ? "UTF-8" : from->library_name,
		is_utf8(to) ? "UTF-8" : to->library_name)) {
		out->failed = true;
		return 0;
	}
	while (at < text.len && rc == 0) {
		size_t plain = ascii_prefix(rest_of(text, at));
		size_t other;

		buf_put(out, text.data + at, plain);
		at += plain;
		other = other_prefix(from, rest_of(text, at));
		rc = put_run(&recoder, from, to, str_of(text.data + at, other),
		    out, err);
		at += other;
		if (rc == 0 && at < text.len &&
		    is_no_lead(from, text.data[at])) {
			struct str lost = first_of(from, rest_of(text, at));

			rc = put_lost(from, to, lost, out, err);
			at += lost.len;
		}
	}
	recoder_close(&recoder);
	return rc;
}

/* One of the two is UTF-8, and the other another. */
static int
convert_known(const struct text_encoding *from, const struct text_encoding *to,
    struct str text, struct buf *out, struct error *err)
{
	const struct text_encoding *other = is_utf8(from) ? to : from;
	const struct upper_half *upper;

	if (other->shape != SHAPE_SINGLE)
		return convert_multi(from, to, text, out, err);
	upper = upper_of(other);
	if (upper == NULL) {
		out->failed = true;
		return 0;
	}
	return is_utf8(from) ? from_utf8(to, upper, text, out, err)
			     : to_utf8(from, upper, text, out, err);
}

int
encoding_convert(const struct text_encoding *from,
    const struct text_encoding *to, struct str text, struct buf *out,
    struct error *err)
{
	int rc = encoding_check(from, text, err);

	if (rc == 0 && from == encoding_sql_ascii)
		rc = encoding_check(to, text, err);
	if (rc != 0)
		return rc;
	if (from == to || from == encoding_sql_ascii ||
	    to == encoding_sql_ascii) {
		buf_put_str(out, text);
	} else {
		assert(is_utf8(from) || is_utf8(to));
		rc = convert_known(from, to, text, out, err);
	}
	return rc == 0 && out->failed ? out_of_memory(err) : rc;
}

void
encoding_put(const struct text_encoding *to, struct str text, struct buf *out)
{
	if (to->library_name == NULL)
		buf_put_str(out, text);
	else
		(void)convert_known(encoding_utf8, to, text, out, NULL);
}
