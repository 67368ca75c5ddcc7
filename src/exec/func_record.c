/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows: making them, their fields, comparing them, and as json.
 */
#include "exec/func_array.h"
#include "exec/json_value.h"
#include "types/record.h"

/* ROW(a, b ...), whose columns are those of the result's type. */
static int
make_row_row(struct function_call *call, uint32_t row)
{
	struct datum *fields = arena_alloc_array(call->arena,
	    (size_t)call->arg_count + 1, sizeof(*fields));

	for (uint32_t i = 0; i < call->arg_count; i++)
		fields[i] = arg_datum(call, i, row);
	return record_make(call->result_type.row, fields, call->arena,
	    &call->result->str[row], call->err);
}
ROW_KERNEL(make_row)

/* The n-th field, from 0; rows of other shapes may come by way of arrays. */
static int
field_row(struct function_call *call, uint32_t row)
{
	const struct record record = record_open(ARG(call, 0, str, row));
	uint32_t index = (uint32_t)ARG(call, 1, i64, row);
	struct datum field;

	if (index >= record.row->count ||
	    record.row->types[index].oid != call->result_type.oid)
		return error_set(call->err, STELE_E_DATATYPE_MISMATCH,
		    "a row has other columns than were expected");
	field = record_get(&record, index, call->arena);
	if (field.is_null)
		vec_need_nulls(call->result, call->row_count, call->arena);
	vec_set(call->result, row, &field);
	return 0;
}
ROW_KERNEL(field)

/* ---- comparison ---- */

static int
check_comparable(struct function_call *call, const struct row_type *a,
    const struct row_type *b)
{
	for (uint32_t i = 0; i < a->count && i < b->count; i++) {
		if (a->types[i].oid == b->types[i].oid)
			continue;
		return error_set(call->err, STELE_E_DATATYPE_MISMATCH,
		    "cannot compare dissimilar column types %.*s and %.*s at"
		    " record column %u",
		    STR_FMT(type_format_bare(&a->types[i], call->arena)),
		    STR_FMT(type_format_bare(&b->types[i], call->arena)),
		    i + 1);
	}
	if (a->count == b->count)
		return 0;
	return error_set(call->err, STELE_E_DATATYPE_MISMATCH,
	    "cannot compare record types with different numbers of columns");
}

static int
compare_row(struct function_call *call, uint32_t row, int *order)
{
	struct str a = ARG(call, 0, str, row);
	struct str b = ARG(call, 1, str, row);
	const struct row_type *left = record_open(a).row;
	const struct row_type *right = record_open(b).row;
	int rc = left == right ? 0 : check_comparable(call, left, right);

	*order = rc == 0 ? record_compare(a, b) : 0;
	return rc;
}

#define COMPARE_KERNEL(name, op) \
	static int name##_row(struct function_call *call, uint32_t row) \
	{ \
		int order; \
		int rc = compare_row(call, row, &order); \
\
		call->result->boolean[row] = order op 0; \
		return rc; \
	} \
	ROW_KERNEL(name)
COMPARE_KERNEL(record_eq, ==)
COMPARE_KERNEL(record_ne, !=)
COMPARE_KERNEL(record_lt, <)
COMPARE_KERNEL(record_le, <=)
COMPARE_KERNEL(record_gt, >)
COMPARE_KERNEL(record_ge, >=)

/* ---- json ---- */

static int
row_to_json_row(struct function_call *call, uint32_t row)
{
	bool has_lines = call->arg_count > 1 && ARG(call, 1, boolean, row) != 0;
	struct buf text;
	int rc;

	buf_init_charged(&text, call->arena->budget);
	json_record_put(call->settings, ARG(call, 0, str, row), has_lines,
	    &text);
	rc = put_json(call, row, &text);
	buf_release(&text);
	return rc;
}
ROW_KERNEL(row_to_json)

static const struct func_row rows[] = {
	{ FN_ROW, { make_row, false } },
	{ FN_ROW_FIELD, { field, false } },
	{ FN_ROW_TO_JSON, { row_to_json, false } },
	{ FN_ROW_TO_JSON_PRETTY, { row_to_json, false } },
	{ FN_RECORD_EQ, { record_eq, false } },
	{ FN_RECORD_NE, { record_ne, false } },
	{ FN_RECORD_LT, { record_lt, false } },
	{ FN_RECORD_LE, { record_le, false } },
	{ FN_RECORD_GT, { record_gt, false } },
	{ FN_RECORD_GE, { record_ge, false } },
};

const struct func_family func_record = { rows, ARRAY_LEN(rows) };
