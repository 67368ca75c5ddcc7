/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_binary.c -- the binary form of COPY.
 *
 *   header   "PGCOPY\n\377\r\n\0", u32 flags, u32 length of what follows, that
 *   row      i16 number of fields, and for each: i32 length or -1, the value
 *   trailer  i16 -1
 *
 * The decoder gives the values as they are, for whoever knows their types.
 */
#include <assert.h>

#include "common/reader.h"
#include "wire/pg_copy_private.h"

#define SIGNATURE_SIZE 11
#define HEADER_SIZE    PG_COPY_BINARY_HEADER_SIZE
#define WITH_OIDS      UINT32_C(0x00010000)
#define CRITICAL_FLAGS UINT32_C(0xffff0000)

static_assert(HEADER_SIZE == SIGNATURE_SIZE + 8, "two numbers follow");

static const char signature[SIGNATURE_SIZE] = { 'P', 'G', 'C', 'O', 'P', 'Y',
	'\n', '\377', '\r', '\n', '\0' };

static int
bad_format(struct error *err, const char *message)
{
	return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT, "%s", message);
}

/* ---- in ---- */

static int
check_header(uint32_t flags, int32_t length, size_t length_max,
    struct error *err)
{
	if ((flags & WITH_OIDS) != 0)
		return bad_format(err, "invalid COPY file header (WITH OIDS)");
	if ((flags & CRITICAL_FLAGS) != 0)
		return bad_format(err,
		    "unrecognized critical flags in COPY file header");
	if (length < 0 || (size_t)length > length_max)
		return bad_format(err,
		    "invalid COPY file header (missing length)");
	return 0;
}

static bool
may_have_signature(const struct pg_copy_decoder *decoder)
{
	size_t len = decoder->raw.len;

	if (len >= SIGNATURE_SIZE)
		len = SIGNATURE_SIZE;
	else if (decoder->at_end)
		return false;
	return len == 0 || memcmp(decoder->raw.data, signature, len) == 0;
}

/* 1 when it has been read, 0 if there is not all of it, or a code. */
static int
read_header(struct pg_copy_decoder *decoder, struct error *err)
{
	struct reader reader = reader_over(decoder->raw.data, decoder->raw.len);
	uint32_t flags;
	int32_t length;
	int rc;

	if (!may_have_signature(decoder))
		return bad_format(err, "COPY file signature not recognized");
	if (decoder->raw.len < HEADER_SIZE)
		return decoder->at_end
		    ? bad_format(err,
			  "invalid COPY file header (missing flags)")
		    : 0;
	(void)reader_take(&reader, SIGNATURE_SIZE);
	flags = reader_u32_be(&reader);
	length = reader_i32_be(&reader);
	rc = check_header(flags, length, decoder->line_size_max, err);
	if (rc != 0)
		return rc;
	if (reader_left(&reader) < (size_t)length)
		return decoder->at_end
		    ? bad_format(err, "invalid COPY file header (wrong length)")
		    : 0;
	decoder->next = HEADER_SIZE + (size_t)length;
	decoder->has_header = true;
	return 1;
}

static int
bad_field(const struct pg_copy_decoder *decoder, uint32_t column, int code,
    const char *message, struct error *err)
{
	(void)error_set(err, code, "%s", message);
	error_add_context(err, "COPY %.*s, line %llu, column %.*s",
	    STR_FMT(decoder->table), (unsigned long long)decoder->line,
	    STR_FMT(decoder->columns[column]));
	return code;
}

/* 1, 0 if there is not all of it, or a code. */
static int
read_field(struct pg_copy_decoder *decoder, struct reader *reader,
    size_t row_size, uint32_t column, struct error *err)
{
	uint32_t row = decoder->row_count;
	int32_t size = reader_i32_be(reader);

	if (reader->failed)
		return 0;
	decoder->cols[column].nulls[row] = size == -1;
	decoder->cols[column].str[row] = str_of("", 0);
	if (size == -1)
		return 1;
	if (size < 0)
		return bad_field(decoder, column, STELE_E_BAD_COPY_FILE_FORMAT,
		    "invalid field size", err);
	if (row_size + (size_t)size > decoder->line_size_max)
		return bad_field(decoder, column, STELE_E_LIMIT,
		    "row of COPY is too long", err);
	decoder->cols[column].str[row] = reader_str(reader, (size_t)size);
	return reader->failed ? 0 : 1;
}

static int
read_fields(struct pg_copy_decoder *decoder, struct reader *reader,
    struct error *err)
{
	const uint8_t *begin = reader->next;
	int rc = 1;

	for (uint32_t i = 0; i < decoder->column_count && rc == 1; i++)
		rc = read_field(decoder, reader, (size_t)(reader->next - begin),
		    i, err);
	return rc;
}

/* A row, or the trailer: 1, 0 if there is not all of it, or a code. */
static int
read_row(struct pg_copy_decoder *decoder, struct error *err)
{
	struct reader reader = reader_over(decoder->raw.data + decoder->next,
	    decoder->raw.len - decoder->next);
	int16_t count = reader_i16_be(&reader);
	int rc = 1;

	if (reader.failed)
		return 0;
	decoder->line++;
	if (count == -1) {
		decoder->saw_marker = true;
	} else if (count < 0 || (uint32_t)count != decoder->column_count) {
		(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "row field count is %d, expected %u", count,
		    decoder->column_count);
		return err->code;
	} else {
		rc = read_fields(decoder, &reader, err);
	}
	if (rc != 1) {
		if (rc == 0)
			decoder->line--;
		return rc;
	}
	decoder->next = (size_t)(reader.next - decoder->raw.data);
	if (!decoder->saw_marker)
		decoder->numbers[decoder->row_count++] = decoder->line;
	return 1;
}

/* What is left when no row can be read: nothing, once all is there. */
static int
check_rest(struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->next == decoder->raw.len)
		return 0;
	if (decoder->saw_marker)
		return bad_format(err, "received copy data after EOF marker");
	if (!decoder->at_end)
		return 0;
	decoder->line++;
	return bad_format(err, "unexpected EOF in COPY data");
}

int
copy_binary_rows(struct pg_copy_decoder *decoder, struct error *err)
{
	int rc = 1;

	if (!decoder->has_header) {
		rc = read_header(decoder, err);
		if (rc != 1)
			return rc;
	}
	while (rc == 1 && decoder->row_count < decoder->rows_max &&
	    !decoder->saw_marker)
		rc = read_row(decoder, err);
	if (rc == 0 || (rc == 1 && decoder->saw_marker))
		rc = check_rest(decoder, err);
	if (rc < 0 && err->context[0] == '\0')
		error_add_context(err, "COPY %.*s, line %llu",
		    STR_FMT(decoder->table), (unsigned long long)decoder->line);
	return rc;
}

/* ---- out ---- */

static void
put_header(struct buf *out)
{
	buf_put(out, signature, SIGNATURE_SIZE);
	buf_put_u32_be(out, 0);
	buf_put_u32_be(out, 0);
}

void
copy_put_binary_row(struct buf *out, const struct pg_column *columns,
    const struct batch *batch, uint32_t row, bool is_first)
{
	if (is_first)
		put_header(out);
	buf_put_u16_be(out, (uint16_t)batch->col_count);
	for (uint32_t i = 0; i < batch->col_count; i++) {
		size_t at;

		if (vec_is_null(&batch->cols[i], row)) {
			buf_put_u32_be(out, UINT32_MAX);
			continue;
		}
		buf_put_u32_be(out, 0);
		at = out->len;
		type_out_binary(&columns[i].type, &batch->cols[i], row, out);
		buf_patch_u32_be(out, at - 4, (uint32_t)(out->len - at));
	}
}

void
pg_put_copy_trailer(struct buf *out, const struct pg_copy_options *options,
    bool is_first)
{
	size_t begin;

	if (!options->is_binary)
		return;
	begin = pg_begin(out, 'd');
	if (is_first)
		put_header(out);
	buf_put_u16_be(out, UINT16_MAX);
	pg_end(out, begin);
}
