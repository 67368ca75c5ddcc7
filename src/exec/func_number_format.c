/* SPDX-License-Identifier: Apache-2.0 */
/*
 * to_char() of numbers, and to_number().
 *
 * A template is read once a batch, or whenever the next row has another.
 */
#include <float.h>

#include "exec/func_private.h"
#include "exec/number_format.h"
#include "types/numeric.h"

/* The template of the row at hand. */
struct reader {
	struct function_call *call;
	struct number_format format;
	struct str text;
	bool is_read;
};

static int
prepare(struct reader *reader, uint32_t row)
{
	struct function_call *call = reader->call;
	struct str text = ARG(call, 1, str, row);

	if (reader->is_read && str_equal(text, reader->text))
		return 0;
	reader->text = text;
	reader->is_read = true;
	return number_format_parse(text, call->arena, &reader->format,
	    call->err);
}

static int
put_row(struct reader *reader, uint32_t row, struct buf *out)
{
	struct function_call *call = reader->call;
	const struct number_format *format = &reader->format;
	struct numeric integer;

	switch (call->function->args[0]) {
	case TYPE_FLOAT4:
		number_format_put_float(format, ARG(call, 0, f64, row), FLT_DIG,
		    out);
		return 0;
	case TYPE_FLOAT8:
		number_format_put_float(format, ARG(call, 0, f64, row), DBL_DIG,
		    out);
		return 0;
	case TYPE_NUMERIC:
		return number_format_put(format, &ARG(call, 0, numeric, row),
		    call->arena, out, call->err);
	default:
		if ((format->flags & NUMBER_ROMAN) != 0 &&
		    ARG(call, 0, i64, row) != (int32_t)ARG(call, 0, i64, row))
			return error_set(call->err,
			    STELE_E_NUMERIC_OUT_OF_RANGE,
			    "integer out of range");
		integer = numeric_of_i64(ARG(call, 0, i64, row));
		return number_format_put(format, &integer, call->arena, out,
		    call->err);
	}
}

static int
number_to_char(struct function_call *call)
{
	struct reader reader = { .call = call };
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		buf_reset(&text);
		rc = prepare(&reader, row);
		if (rc == 0)
			rc = put_row(&reader, row, &text);
		if (rc == 0)
			rc = put_text(call, row, &text);
	}
	buf_release(&text);
	return rc;
}

/* Without a template there is no number. */
static int
to_number(struct function_call *call)
{
	struct reader reader = { .call = call };
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = prepare(&reader, row);
		if (rc == 0 && reader.text.len == 0)
			vec_need_nulls(call->result, call->row_count,
			    call->arena)[row] = 1;
		else if (rc == 0)
			rc = number_format_read(&reader.format,
			    ARG(call, 0, str, row), call->arena,
			    &call->result->numeric[row], call->err);
	}
	return rc;
}

static const struct func_row rows[] = {
	{ FN_TO_CHAR_FLOAT4_TEXT, { number_to_char, false } },
	{ FN_TO_CHAR_FLOAT8_TEXT, { number_to_char, false } },
	{ FN_TO_CHAR_INT4_TEXT, { number_to_char, false } },
	{ FN_TO_CHAR_INT8_TEXT, { number_to_char, false } },
	{ FN_TO_CHAR_NUMERIC_TEXT, { number_to_char, false } },
	{ FN_TO_NUMBER, { to_number, false } },
};

const struct func_family func_number_format = { rows, ARRAY_LEN(rows) };
