/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_sequence.c -- nextval(), currval(), setval(), lastval(): of the session's
 * sequences.  That of event_id gives its numbers to events alone.
 */
#include "exec/func_catalog.h"
#include "exec/temp_sequence.h"
#include "exec/temp_tables.h"

static int
refuse(struct function_call *call, const struct relation *relation)
{
	if (relation_kind(relation) != 'S')
		return error_set(call->err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a sequence", STR_FMT(relation->name));
	(void)error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s of \"%.*s\" is not supported", call->function->name,
	    STR_FMT(relation->name));
	return error_hint(call->err,
	    "Its numbers are given to events, as they are stored: RETURNING"
	    " event_id tells them.");
}

/* As it is now: the statement itself may have changed its definition. */
static int
find(struct function_call *call, const struct plan_context *names, uint32_t row,
    const struct temp_sequence **out)
{
	uint32_t oid = arg_oid(call, 0, row);
	struct temp_tables *temp = call->context->temp_tables;
	struct relation relation;

	*out = temp == NULL ? NULL : temp_sequence_by_oid(temp->catalog, oid);
	if (*out != NULL)
		return 0;
	if (find_relation(names, oid, &relation) && relation.sequence == NULL)
		return refuse(call, &relation);
	return error_set(call->err, STELE_E_UNDEFINED_TABLE,
	    "could not open relation with OID %u", (unsigned)oid);
}

static int
nextval(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct temp_sequence *sequence;
	int rc = find(call, names, row, &sequence);

	return rc != 0 ? rc
		       : temp_sequence_next(call->context->temp_tables,
			     sequence, &call->result->i64[row], call->err);
}
CATALOG_KERNEL(nextval)

static int
currval(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct temp_sequence *sequence;
	int rc = find(call, names, row, &sequence);

	return rc != 0 ? rc
		       : temp_sequence_current(sequence,
			     &call->result->i64[row], call->err);
}
CATALOG_KERNEL(currval)

static int
lastval(struct function_call *call, uint32_t row,
    const struct plan_context *names UNUSED)
{
	static const struct temp_tables none;
	const struct temp_tables *temp = call->context->temp_tables;

	return temp_sequence_last(temp == NULL ? &none : temp,
	    &call->result->i64[row], call->err);
}
CATALOG_KERNEL(lastval)

/* Without the third argument, the number has been given. */
static int
setval(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	bool is_called = call->arg_count < 3 || ARG(call, 2, boolean, row) != 0;
	const struct temp_sequence *sequence;
	int rc = find(call, names, row, &sequence);

	if (rc == 0)
		rc = temp_sequence_set(sequence, ARG(call, 1, i64, row),
		    is_called, call->err);
	call->result->i64[row] = ARG(call, 1, i64, row);
	return rc;
}
CATALOG_KERNEL(setval)

/* Null before the first, and where pg_sequences looks itself. */
static int
last_value(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;

	if (!find_relation(names, arg_oid(call, 0, row), &relation))
		return error_set(call->err, STELE_E_UNDEFINED_TABLE,
		    "could not open relation with OID %u",
		    (unsigned)arg_oid(call, 0, row));
	if (relation_kind(&relation) != 'S')
		return refuse(call, &relation);
	if (relation.sequence != NULL && relation.sequence->counter->is_called)
		call->result->i64[row] = relation.sequence->counter->last_value;
	else
		put_null(call, row);
	return 0;
}
CATALOG_KERNEL(last_value)

static const struct func_row rows[] = {
	{ FN_CURRVAL, { run_currval, false } },
	{ FN_LASTVAL, { run_lastval, false } },
	{ FN_NEXTVAL, { run_nextval, false } },
	{ FN_PG_SEQUENCE_LAST_VALUE, { run_last_value, false } },
	{ FN_SETVAL_REGCLASS_INT8, { run_setval, false } },
	{ FN_SETVAL_REGCLASS_INT8_BOOL, { run_setval, false } },
};

const struct func_family func_sequence = { rows, ARRAY_LEN(rows) };
