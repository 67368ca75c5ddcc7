/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_object.c -- pg_describe_object().  The functions with rows that go with it
 * are in set_object.c.
 */
#include "exec/func_catalog.h"
#include "exec/object_address.h"

static int
describe_object(struct function_call *call, uint32_t row,
    const struct plan_context *context UNUSED)
{
	const struct object_address address = {
		.class_oid = arg_oid(call, 0, row),
		.oid = arg_oid(call, 1, row),
		.column = ARG(call, 2, i64, row),
	};
	struct buf text;
	int rc = 0;

	buf_init(&text);
	if (object_describe(call->context->names, &address, &text))
		rc = put_text(call, row, &text);
	else
		put_null(call, row);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(describe_object)

static const struct func_row rows[] = {
	{ FN_PG_DESCRIBE_OBJECT, { run_describe_object, false } },
};

const struct func_family func_object = { rows, ARRAY_LEN(rows) };
