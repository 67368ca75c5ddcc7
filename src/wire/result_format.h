/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_format.h -- how the rows of a query look on the native doors.
 *
 * A format is a constant table of functions that append to a struct buf; a
 * struct result_writer is what one result needs meanwhile.  What carries the
 * bytes (a line connection, HTTP's chunks, WebSocket messages) is not known
 * here, nor are replies that are no rows.
 *
 *	result_writer_init(&w, result_format_of_name(STR("frames")), budget);
 *	w.format->begin(&w, out, columns, column_count, settings);
 *	for each batch
 *		for (i = 0; i < batch.sel.count;)
 *			i += w.format->rows(&w, out, &batch, i, limit);
 *	w.format->end(&w, out, row_count);
 *
 * The formats; those that are text are UTF-8 without a mark at its start:
 *
 *   frames   what SnelDB sends: a line of JSON that is the schema, lines of
 *            batches of rows, a line with their number
 *   ndjson   one JSON object a row, one a line
 *   json     one JSON array of such objects, one a line
 *   csv      RFC 4180: a line of names, then one a row, each with CRLF; nulls
 *            are empty, the empty string is ""
 *   text     the same between tabs, each line with LF, escapes and \N for null
 *            as COPY writes them: for cut, sort and awk
 *   arrow    an Apache Arrow IPC stream: see arrow.h
 *
 * Values in JSON.  Integers and decimals are numbers with all their digits: a
 * reader that keeps them as doubles loses those past the 15th.  Floats are the
 * shortest number that reads back, with a point or an exponent.  NaN and the
 * infinities, of times too, are strings, as in PostgreSQL's to_json().  json
 * and jsonb are the JSON they hold, arrays are arrays, enums their labels, and
 * all else is its text.  Two columns of one name are two members of that name.
 *
 * Times are RFC 3339 in UTC with six digits of the second (of timestamp
 * without time zone: without an offset); years that do not have four digits
 * have a sign and six at least, as in ISO 8601.
 *
 * Invariants
 *   R1  The bytes of a result do not depend on how it is cut into buffers.
 *   R2  Where `out` fails it ends with a whole row, or before the first.
 *
 * Threads: a writer belongs to one thread at a time; the tables are constant.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/vec.h"

struct arrow_column;
struct error;
struct pg_column;
struct result_field;
struct result_form;
struct result_writer;

struct result_format {
	const char *name;
	const char *content_type;
	const struct result_form *form; /* of csv and text */

	/* The columns and settings are borrowed until the end of the result. */
	void (*begin)(struct result_writer *w, struct buf *out,
	    const struct pg_column *columns, uint32_t count,
	    const struct type_settings *settings);

	/*
	 * Rows `first` and on of the batch's selection, until `out` has `limit`
	 * bytes or more; returns how many, at least one.  A row that `out` has
	 * no memory for is not there: `out` ends before it, `failed` is set,
	 * and the rows before it are counted.
	 */
	uint32_t (*rows)(struct result_writer *w, struct buf *out,
	    const struct batch *batch, uint32_t first, size_t limit);

	/*
	 * What is open is closed and what is kept is put, so that a reader can
	 * use all rows so far: before an error, and before a wait.  More rows
	 * may follow.
	 */
	void (*close)(struct result_writer *w, struct buf *out);

	/* The end of the result, close() included. */
	void (
	    *end)(struct result_writer *w, struct buf *out, uint64_t row_count);

	/*
	 * Between close() and nothing: the result ends here, and is not whole.
	 * NULL: the format has no word for it, and the bytes must break off in
	 * a way that the transport shows.  Who reads lines until one that is an
	 * end wants an error line of the door after it.
	 */
	void (*error)(struct result_writer *w, struct buf *out,
	    const struct error *err);
};

/* How formats that SnelDB's clients read have times. */
enum result_times {
	/* whole seconds since 1970: in frames numbers, in arrow see there */
	RESULT_TIMES_SECONDS,
	/* as the other formats have them */
	RESULT_TIMES_TRUE,
};

struct result_writer {
	const struct result_format *format;
	enum result_times times; /* may be set before begin() */
	/* arrow: text may be dictionaries; likewise */
	bool has_dictionaries;
	/* frames: the end has the time that it took; both before end() */
	bool has_time;
	int64_t time_us;

	/* private */
	const struct type_settings *settings; /* borrowed */
	bool in_seconds;                      /* times are, of this result */
	struct result_field *fields;          /* one a column; in `arena` */
	uint32_t field_count;
	struct arena arena;   /* of the result */
	struct arena scratch; /* of one value */
	struct buf text;      /* of one value */
	bool is_open;         /* a batch of rows, or a list of them */
	uint32_t open_rows;   /* in it */
	size_t open_bytes;
	struct arrow_column *arrow; /* owned; what is gathered */
	uint32_t arrow_count;
};

/* The format of a name; NULL if there is none. */
const struct result_format *result_format_of_name(struct str name);

/*
 * The format of a media type without parameters ("text/csv"), in any case:
 * what an Accept header asks for, so "application/json" is json, not frames.
 */
const struct result_format *result_format_of_type(struct str type);

/* Format `i` from 0, NULL behind the last: for lists of them. */
const struct result_format *result_format_at(uint32_t i);

/*
 * A writer may write any number of results, one after another; what is not
 * private may be changed between them.  A NULL budget has no limit.
 */
void result_writer_init(struct result_writer *w,
    const struct result_format *format, struct mem_budget *budget);
void result_writer_release(struct result_writer *w);
