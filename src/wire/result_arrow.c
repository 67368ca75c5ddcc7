/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_arrow.c -- Arrow IPC streams: see arrow.h.
 *
 * A record batch goes out once it has BATCH_ROWS rows or BATCH_BYTES: enough
 * for a reader's loops, little for a server that serves many.
 */
#include <stdlib.h>

#include "wire/arrow.h"
#include "wire/arrow_dictionary.h"
#include "wire/result_private.h"

#define BATCH_ROWS  16384
#define BATCH_BYTES ((size_t)1 << 20)

void
result_arrow_release(struct result_writer *w)
{
	for (uint32_t i = 0; i < w->arrow_count; i++)
		arrow_column_release(&w->arrow[i]);
	free(w->arrow);
	w->arrow = NULL;
	w->arrow_count = 0;
}

/* The schema, and the dictionaries that stay. */
static void
put_start(struct result_writer *w, struct buf *out)
{
	size_t begin = out->len;

	arrow_put_schema(out, w->arrow, w->arrow_count);
	arena_reset(&w->scratch);
	for (uint32_t i = 0; i < w->arrow_count; i++)
		if (w->arrow[i].type == ARROW_ENUM)
			arrow_put_labels(out, i, w->fields[i].type.enum_type,
			    &w->scratch);
	if (out->failed)
		out->len = begin;
	else
		w->is_open = true;
}

static void
arrow_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	result_arrow_release(w);
	if (!result_start(w, out, columns, count, settings))
		return;
	w->arrow = calloc(count == 0 ? 1 : count, sizeof(*w->arrow));
	if (w->arrow == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		arrow_column_init(&w->arrow[i], &w->fields[i], w->times,
		    w->arena.budget);
	w->arrow_count = count;
	if (!w->has_dictionaries)
		put_start(w, out);
}

/* Which text is a dictionary: what the first rows have codes for. */
static void
choose_dictionaries(struct result_writer *w, struct buf *out,
    const struct batch *batch)
{
	for (uint32_t i = 0; i < w->arrow_count; i++)
		if (w->fields[i].kind == RESULT_STRING &&
		    w->arrow[i].type == ARROW_LARGE_UTF8 &&
		    batch->cols[i].codes.of != NULL &&
		    batch->cols[i].codes.count <= ARROW_CODES_MAX &&
		    !arrow_column_use_dictionary(&w->arrow[i], w->arena.budget))
			out->failed = true;
	if (!out->failed)
		put_start(w, out);
}

/* What is gathered becomes a record batch; without memory it stays. */
static void
arrow_close(struct result_writer *w, struct buf *out)
{
	size_t begin = out->len;

	if (w->open_rows == 0)
		return;
	arena_reset(&w->scratch);
	for (uint32_t i = 0; i < w->arrow_count; i++)
		if (w->arrow[i].type == ARROW_DICTIONARY)
			arrow_put_dictionary(out, i, &w->arrow[i], &w->scratch);
	arrow_put_batch(out, w->arrow, w->arrow_count, w->open_rows,
	    &w->scratch);
	if (out->failed) {
		out->len = begin;
		return;
	}
	for (uint32_t i = 0; i < w->arrow_count; i++)
		arrow_column_reset(&w->arrow[i]);
	w->open_rows = 0;
	w->open_bytes = 0;
}

static size_t
string_bytes(const struct vec *vec, uint32_t row)
{
	return vec->phys == PHYS_STR && !vec_is_null(vec, row)
	    ? vec->str[vec_index(vec, row)].len
	    : sizeof(int64_t);
}

/* About what a row takes; *strings grows by what dictionaries may not have. */
static size_t
row_bytes(const struct result_writer *w, const struct batch *batch,
    uint32_t row, size_t *strings)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < w->arrow_count; i++) {
		const struct vec *vec = &batch->cols[i];

		if (w->arrow[i].width > 0)
			bytes += w->arrow[i].width;
		else
			bytes += sizeof(int64_t) + string_bytes(vec, row);
		if (w->arrow[i].type == ARROW_DICTIONARY)
			*strings += string_bytes(vec, row);
	}
	return bytes;
}

static size_t
dictionary_bytes(const struct result_writer *w)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < w->arrow_count; i++)
		if (w->arrow[i].type == ARROW_DICTIONARY)
			bytes += w->arrow[i].dictionary->strings.len;
	return bytes;
}

/*
 * Rows that the record batch still takes, whatever the dictionaries have: at
 * least one.
 */
static uint32_t
choose_rows(struct result_writer *w, const struct batch *batch, uint32_t first,
    uint16_t *rows)
{
	size_t strings = 0;
	uint32_t count = 0;

	do {
		uint32_t row = sel_row(batch->sel, first + count);

		rows[count++] = (uint16_t)row;
		w->open_bytes += row_bytes(w, batch, row, &strings);
	} while (first + count < batch->sel.count &&
	    w->open_rows + count < BATCH_ROWS &&
	    w->open_bytes + strings < BATCH_BYTES);
	return count;
}

/* False without memory: then no column has any of the rows. */
static bool
gather(struct result_writer *w, const struct batch *batch, const uint16_t *rows,
    uint32_t count)
{
	uint32_t indexes[VEC_ROWS];

	for (uint32_t c = 0; c < w->arrow_count; c++) {
		const struct vec *vec = &batch->cols[c];

		for (uint32_t i = 0; i < count; i++)
			indexes[i] = vec_index(vec, rows[i]);
		if (arrow_column_append(&w->arrow[c], w->settings, vec, indexes,
			count, w->open_rows))
			continue;
		while (c-- > 0)
			arrow_column_cut(&w->arrow[c], w->open_rows);
		return false;
	}
	w->open_rows += count;
	return true;
}

static uint32_t
arrow_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	uint16_t rows[VEC_ROWS];
	uint32_t i = first;

	if (!w->is_open)
		choose_dictionaries(w, out, batch);
	if (out->failed)
		return 0;
	do {
		size_t before = dictionary_bytes(w);
		uint32_t count = choose_rows(w, batch, i, rows);

		if (!gather(w, batch, rows, count)) {
			out->failed = true;
			break;
		}
		i += count;
		w->open_bytes += dictionary_bytes(w) - before;
		if (w->open_rows >= BATCH_ROWS || w->open_bytes >= BATCH_BYTES)
			arrow_close(w, out);
	} while (!out->failed && i < batch->sel.count && out->len < limit);
	return i - first;
}

static void
arrow_end(struct result_writer *w, struct buf *out, uint64_t row_count UNUSED)
{
	if (!w->is_open)
		put_start(w, out);
	arrow_close(w, out);
	arrow_put_end(out);
}

const struct result_format result_arrow = {
	.name = "arrow",
	.content_type = "application/vnd.apache.arrow.stream",
	.begin = arrow_begin,
	.rows = arrow_rows,
	.close = arrow_close,
	.end = arrow_end,
};
