/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text and csv forms of COPY: the same bytes give the same rows and the same
 * error, whole or cut anywhere, and every field lies in memory that is there.
 *
 * The first bytes choose the form and where the data is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/pg_copy.h"

#define COLUMNS_MAX   4
#define HEADER_BYTES  4
#define LINE_SIZE_MAX 300
#define PIECES_MAX    40 /* each marks a block, however short it is */

/* What a decoding came to. */
struct outcome {
	uint64_t hash;
	uint64_t row_count;
	int rc;
	struct error err;
};

static const struct str columns[COLUMNS_MAX] = { { "a", 1 }, { "b", 1 },
	{ "c", 1 }, { "d", 1 } };

static struct pg_copy_options
options_of(const uint8_t *data)
{
	static const char delimiters[] = "\t,|;: ";
	static const bool force[COLUMNS_MAX + 1] = { true, false, true, false,
		true };
	struct pg_copy_options options = pg_copy_defaults((data[0] & 1) != 0);

	if ((data[0] & 2) != 0)
		options.delimiter =
		    delimiters[data[1] % (sizeof(delimiters) - 1)];
	if ((data[0] & 4) != 0)
		options.null = STR("NULL");
	if ((data[0] & 8) != 0)
		options.header =
		    (data[0] & 16) != 0 ? PG_COPY_HEADER_MATCH : PG_COPY_HEADER;
	if (options.is_csv && (data[0] & 32) != 0)
		options.escape = '\\';
	if (options.is_csv && (data[0] & 64) != 0) {
		options.force_null = force;
		options.force_not_null = force + 1;
	}
	/* Nothing else counts then. */
	options.is_binary = (data[0] & 128) != 0;
	return options;
}

static void
add_value(struct outcome *outcome, const struct vec *column, uint32_t row)
{
	uint64_t hash = 1;

	if (!vec_is_null(column, row)) {
		struct str text = column->str[vec_index(column, row)];

		hash = hash_bytes(text.data, text.len);
	}
	outcome->hash = hash_combine(outcome->hash, hash);
}

static void
take_rows(struct pg_copy_decoder *decoder, struct outcome *outcome)
{
	struct batch batch;

	while ((outcome->rc = pg_copy_decoder_next(decoder, &batch,
		    &outcome->err)) == 1) {
		MUST(batch.sel.count > 0 && batch.sel.count <= VEC_ROWS);
		for (uint32_t i = 0; i < batch.sel.count; i++)
			for (uint32_t c = 0; c < batch.col_count; c++)
				add_value(outcome, &batch.cols[c],
				    sel_row(batch.sel, i));
		outcome->row_count += batch.sel.count;
	}
}

/* Pieces of `piece` bytes, the last one shorter. */
static struct outcome
decode(const struct pg_copy_options *options, uint32_t column_count,
    const uint8_t *data, size_t size, size_t piece, bool hurry)
{
	struct pg_copy_decoder decoder;
	struct outcome outcome = { .rc = 0 };

	MUST(pg_copy_decoder_init(&decoder, options, STR("t"), columns,
		 column_count, LINE_SIZE_MAX, &outcome.err) == 0);
	if (hurry)
		pg_copy_decoder_hurry(&decoder);
	for (size_t at = 0; at < size && outcome.rc == 0; at += piece) {
		size_t len = size - at < piece ? size - at : piece;
		char *copy = malloc(len);

		MUST(copy != NULL);
		memcpy(copy, data + at, len);
		MUST(pg_copy_decoder_feed(&decoder, str_of(copy, len),
			 &outcome.err) == 0);
		free(copy);
		take_rows(&decoder, &outcome);
	}
	if (outcome.rc == 0) {
		pg_copy_decoder_end(&decoder);
		take_rows(&decoder, &outcome);
	}
	pg_copy_decoder_release(&decoder);
	return outcome;
}

static void
check_same(const struct outcome *a, const struct outcome *b)
{
	MUST(a->rc == b->rc);
	MUST(a->hash == b->hash && a->row_count == b->row_count);
	if (a->rc < 0) {
		MUST(strcmp(a->err.message, b->err.message) == 0);
		MUST(strcmp(a->err.context, b->err.context) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_copy_options options;
	struct outcome whole, cut;
	uint32_t column_count;
	bool is_hurried;
	size_t piece;

	if (size < HEADER_BYTES)
		return 0;
	options = options_of(data);
	column_count = data[2] % COLUMNS_MAX + 1;
	is_hurried = (data[2] & 128) == 0;
	piece = data[3] + (size_t)1;
	data += HEADER_BYTES;
	size -= HEADER_BYTES;
	if (piece < size / PIECES_MAX)
		piece = size / PIECES_MAX;
	whole = decode(&options, column_count, data, size, size + 1, false);
	cut = decode(&options, column_count, data, size, piece, is_hurried);
	check_same(&whole, &cut);
	return 0;
}
