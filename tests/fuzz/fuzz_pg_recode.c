/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client sends in an encoding of its own: a value in binary form becomes
 * UTF-8, and the same bytes again on the way back if the encoding has a character
 * for each byte; a text that comes in pieces is what it is as a whole.
 *
 * The first bytes choose the encoding, the type and where the text is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/must.h"
#include "common/utf8.h"
#include "fuzz/fuzz.h"
#include "types/encoding.h"
#include "wire/pg_recode.h"

#define HEADER_BYTES 3
#define ROW_OVERHEAD 11 /* of a DataRow with one value, in front of it */

static struct error err;

static const struct text_encoding *
encoding_of(uint8_t choice)
{
	/* The first has a character for each byte. */
	static const char *const names[] = { "latin1", "latin1", "win1252",
		"koi8r", "euc_jp", "euc_tw", "sjis", "big5", "gb18030", "uhc",
		"gbk" };

	return encoding_find(
	    str_of_cstr(names[choice % (sizeof(names) / sizeof(names[0]))]));
}

static struct type
type_of_choice(uint8_t choice)
{
	static const uint32_t oids[] = { TYPE_TEXT_ARRAY, TYPE_TEXT_ARRAY,
		TYPE_JSONB_ARRAY, TYPE_TEXT, TYPE_JSONB, TYPE_BYTEA,
		TYPE_INT4_ARRAY, TYPE_RECORD };

	return type_of(oids[choice % (sizeof(oids) / sizeof(oids[0]))]);
}

/* ---- values ---- */

static void
check_back(const struct text_encoding *encoding, const struct type *type,
    struct str value, struct str expected)
{
	static const uint16_t binary[] = { 1 };
	const struct pg_column column = { .type = *type };
	struct buf out;
	size_t at;

	buf_init(&out);
	at = pg_begin(&out, 'D');
	buf_put_u16_be(&out, 1);
	buf_put_u32_be(&out, (uint32_t)value.len);
	buf_put_str(&out, value);
	pg_end(&out, at);
	MUST(pg_recode_row(&out, 0, &column, binary, 1, encoding, &err) == 0);
	MUST(!out.failed && out.len == ROW_OVERHEAD + expected.len);
	MUST(expected.len == 0 ||
	    memcmp(out.data + ROW_OVERHEAD, expected.data, expected.len) == 0);
	buf_release(&out);
}

static void
recode_value(const struct text_encoding *encoding, const struct type *type,
    struct str bytes)
{
	struct str value = bytes;
	struct arena arena;

	arena_init(&arena, NULL);
	if (pg_recode_value(encoding, type, &arena, &value, &err) == 0) {
		MUST(type->oid != TYPE_TEXT || str_equal(value, bytes) ||
		    utf8_is_valid(value));
		if (encoding == encoding_of(0))
			check_back(encoding, type, value, bytes);
	}
	arena_release(&arena);
}

/* ---- texts ---- */

static int
recode_pieces(const struct text_encoding *encoding, struct str text,
    size_t piece, struct buf *out)
{
	struct pg_recode_rest rest = { .len = 0 };
	int rc = 0;

	for (size_t at = 0; at < text.len && rc == 0; at += piece) {
		size_t left = text.len - at;

		rc = pg_recode_piece(encoding, &rest,
		    str_of(text.data + at, left < piece ? left : piece), out,
		    &err);
	}
	return rc == 0 ? pg_recode_end(encoding, &rest, &err) : rc;
}

static void
recode_text(const struct text_encoding *encoding, struct str text, size_t piece)
{
	struct buf whole, cut;
	bool is_good;

	buf_init(&whole);
	buf_init(&cut);
	is_good =
	    encoding_convert(encoding, encoding_utf8, text, &whole, &err) == 0;
	/* Which error it is depends on what comes first. */
	MUST((recode_pieces(encoding, text, piece, &cut) == 0) == is_good);
	if (is_good)
		MUST(str_equal(buf_str(&whole), buf_str(&cut)));
	buf_release(&whole);
	buf_release(&cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text_encoding *encoding;
	struct type type;
	struct str bytes;

	if (size < HEADER_BYTES)
		return 0;
	encoding = encoding_of(data[0]);
	type = type_of_choice(data[1]);
	bytes = str_of((const char *)data + HEADER_BYTES, size - HEADER_BYTES);
	recode_value(encoding, &type, bytes);
	recode_text(encoding, bytes, (size_t)data[2] % 16 + 1);
	return 0;
}
