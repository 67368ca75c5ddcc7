/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enum_first(), enum_last(), enum_range(): labels by their order, which is
 * known from the type of an argument that may be null.
 */
#include "exec/func_array.h"

static const struct enum_type *
enum_of(const struct function_call *call)
{
	return call->arg_types[0].enum_type;
}

static int
put_label(struct function_call *call, uint32_t row, int64_t label)
{
	if (enum_of(call)->label_count == 0)
		return error_set(call->err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "enum %.*s contains no values",
		    STR_FMT(enum_of(call)->name));
	call->result->i64[row] = label;
	return 0;
}

static int
first_row(struct function_call *call, uint32_t row)
{
	return put_label(call, row, 0);
}
ROW_KERNEL(first)

static int
last_row(struct function_call *call, uint32_t row)
{
	return put_label(call, row, (int64_t)enum_of(call)->label_count - 1);
}
ROW_KERNEL(last)

/* From one label to another; of a null one, from or to the end. */
static int
range_row(struct function_call *call, uint32_t row)
{
	int64_t low = 0;
	int64_t high = (int64_t)enum_of(call)->label_count - 1;
	struct array_shape shape;
	struct datum *labels;

	if (call->arg_count > 1 && !arg_is_null(call, 0, row))
		low = ARG(call, 0, i64, row);
	if (call->arg_count > 1 && !arg_is_null(call, 1, row))
		high = ARG(call, 1, i64, row);
	shape = array_shape_list(low > high ? 0 : (uint32_t)(high - low + 1));
	labels = arena_alloc_array(call->arena,
	    (size_t)(low > high ? 0 : high - low) + 1, sizeof(*labels));
	for (int64_t label = low; label <= high; label++)
		labels[label - low] = (struct datum){ .i64 = label };
	return put_array(call, row, &shape, PHYS_I64, labels);
}
ROW_KERNEL(range)

static const struct func_row rows[] = {
	{ FN_ENUM_FIRST, { first, false } },
	{ FN_ENUM_LAST, { last, false } },
	{ FN_ENUM_RANGE, { range, false } },
	{ FN_ENUM_RANGE_BOUNDS, { range, false } },
};

const struct func_family func_enum = { rows, ARRAY_LEN(rows) };
