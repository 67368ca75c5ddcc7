/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_names.c -- objects by their names: to_regclass() and its like, which
 * give null where the cast of a text fails.
 */
#include "exec/func_array.h"
#include "types/object_names.h"

/* Whether an error says that there is no such object. */
static bool
is_missing(int code)
{
	return code == STELE_E_UNDEFINED_TABLE ||
	    code == STELE_E_UNDEFINED_OBJECT ||
	    code == STELE_E_UNDEFINED_FUNCTION ||
	    code == STELE_E_AMBIGUOUS_FUNCTION ||
	    code == STELE_E_INVALID_SCHEMA_NAME;
}

static int
to_reg_row(struct function_call *call, uint32_t row)
{
	const struct object_names *names = call->settings->names;
	struct error failure = { 0 };
	uint32_t oid = 0;
	int rc;

	if (names == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %s needs a catalogue", call->function->name);
	rc = names->find(names, call->result_type.oid, ARG(call, 0, str, row),
	    &oid, &failure);
	if (is_missing(rc)) {
		put_null(call, row);
		return 0;
	}
	if (rc != 0)
		*call->err = failure;
	call->result->i64[row] = oid;
	return rc;
}

static int
run_to_reg(struct function_call *call)
{
	return each_row(call, to_reg_row);
}

static const struct func_row rows[] = {
	{ FN_TO_REGCLASS, { run_to_reg, false } },
	{ FN_TO_REGCOLLATION, { run_to_reg, false } },
	{ FN_TO_REGNAMESPACE, { run_to_reg, false } },
	{ FN_TO_REGOPER, { run_to_reg, false } },
	{ FN_TO_REGOPERATOR, { run_to_reg, false } },
	{ FN_TO_REGPROC, { run_to_reg, false } },
	{ FN_TO_REGPROCEDURE, { run_to_reg, false } },
	{ FN_TO_REGROLE, { run_to_reg, false } },
	{ FN_TO_REGTYPE, { run_to_reg, false } },
};

const struct func_family func_names = { rows, ARRAY_LEN(rows) };
