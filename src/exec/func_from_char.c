/* SPDX-License-Identifier: Apache-2.0 */
/*
 * to_timestamp() and to_date() by a template, which is read once a batch, or
 * whenever the next row has another.
 */
#include "exec/from_char.h"
#include "exec/func_private.h"
#include "types/datetime.h"

static int
set_date(struct function_call *call, uint32_t row, const struct read_time *time,
    struct str text)
{
	if (!date_is_valid(time->date))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range: \"%.*s\"", STR_FMT(text));
	call->result->i64[row] = time->date;
	return 0;
}

static int
set_timestamp(struct function_call *call, uint32_t row,
    const struct read_time *time, struct str text)
{
	int64_t at;
	bool is_valid =
	    !__builtin_mul_overflow(time->date, USECS_PER_DAY, &at) &&
	    !__builtin_add_overflow(at, time->time, &at) &&
	    timestamp_is_valid(at);

	if (is_valid)
		at = time->has_offset
		    ? at - time->offset * USECS_PER_SEC
		    : timestamp_of_local(call->settings->time_zone, at);
	if (!is_valid || !timestamp_is_valid(at))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: \"%.*s\"", STR_FMT(text));
	call->result->i64[row] = at;
	return 0;
}

static int
from_char(struct function_call *call)
{
	bool is_date = call->function->result == TYPE_DATE;
	struct time_template template = { 0 };
	struct str known = STR("");
	bool is_known = false;
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str text = ARG(call, 0, str, row);
		struct str format = ARG(call, 1, str, row);
		struct read_time time;

		if (!is_known || !str_equal(known, format))
			rc = time_template_parse(format, call->arena, &template,
			    call->err);
		known = format;
		is_known = true;
		if (rc == 0)
			rc = time_template_read(&template, text, &time,
			    call->err);
		if (rc == 0)
			rc = is_date ? set_date(call, row, &time, text)
				     : set_timestamp(call, row, &time, text);
	}
	return rc;
}

static const struct func_row rows[] = {
	{ FN_TO_DATE, { from_char, false } },
	{ FN_TO_TIMESTAMP_TEXT, { from_char, false } },
};

const struct func_family func_from_char = { rows, ARRAY_LEN(rows) };
