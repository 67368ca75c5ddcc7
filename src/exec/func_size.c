/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_size.c -- how much is on disk: of an event type its share, by rows, of
 * the segments that it is in; of the database all segments.
 */
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/func_catalog.h"

/* ---- segments ---- */

struct size_sum {
	uint32_t type_oid; /* 0: all */
	uint64_t bytes;
};

/* a * b / c, for b <= c. */
static uint64_t
share_of(uint64_t a, uint64_t b, uint64_t c)
{
	return (uint64_t)((double)a * ((double)b / (double)c));
}

static void
add_segment(void *arg, const struct segment_status *segment)
{
	struct size_sum *sum = arg;

	if (sum->type_oid == 0) {
		sum->bytes += segment->size_bytes;
		return;
	}
	for (uint32_t i = 0; i < segment->type_count; i++)
		if (segment->types[i]->oid == sum->type_oid)
			sum->bytes += share_of(segment->size_bytes,
			    segment->type_rows[i], segment->row_count);
}

static int
sum_segments(struct function_call *call, uint32_t type_oid, int64_t *out)
{
	struct size_sum sum = { .type_oid = type_oid };
	int rc = engine_each_segment(call->context->engine, add_segment, &sum,
	    call->err);

	*out = (int64_t)sum.bytes;
	return rc;
}

static int
relation_size(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;
	uint32_t oid; /* of the event type; 0: it has none */

	if (!find_relation(names, arg_oid(call, 0, row), &relation)) {
		put_null(call, row);
		return 0;
	}
	oid = relation.type != NULL ? relation.oid
	    : relation.view != NULL ? relation.view->kept.type_oid
				    : 0;
	call->result->i64[row] = 0;
	return oid == 0 ? 0 : sum_segments(call, oid, &call->result->i64[row]);
}
CATALOG_KERNEL(relation_size)

/* Only the first fork of a relation has anything. */
static int
fork_size(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	static const char *const forks[] = { "main", "fsm", "vm", "init" };
	struct str fork = ARG(call, 1, str, row);

	for (size_t i = 0; i < ARRAY_LEN(forks); i++) {
		if (!str_equal(fork, str_of_cstr(forks[i])))
			continue;
		call->result->i64[row] = 0;
		return i == 0 ? relation_size(call, row, names) : 0;
	}
	(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid fork name");
	return error_hint(call->err,
	    "Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".");
}
CATALOG_KERNEL(fork_size)

static int
indexes_size(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;

	call->result->i64[row] = 0;
	if (!find_relation(names, arg_oid(call, 0, row), &relation))
		put_null(call, row);
	return 0;
}
CATALOG_KERNEL(indexes_size)

static int
database_size_of_oid(struct function_call *call, uint32_t row,
    const struct plan_context *names UNUSED)
{
	if (arg_oid(call, 0, row) != DATABASE_OID) {
		put_null(call, row);
		return 0;
	}
	return sum_segments(call, 0, &call->result->i64[row]);
}
CATALOG_KERNEL(database_size_of_oid)

static int
database_size_of_name(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct str name = ARG(call, 0, str, row);

	if (!str_equal(name, names->session->database))
		return error_set(call->err, STELE_E_INVALID_CATALOG_NAME,
		    "database \"%.*s\" does not exist", STR_FMT(name));
	return sum_segments(call, 0, &call->result->i64[row]);
}
CATALOG_KERNEL(database_size_of_name)

#define DEFAULT_TABLESPACE 1663u

static int
tablespace_size_of_oid(struct function_call *call, uint32_t row,
    const struct plan_context *names UNUSED)
{
	if (arg_oid(call, 0, row) != DEFAULT_TABLESPACE) {
		put_null(call, row);
		return 0;
	}
	return sum_segments(call, 0, &call->result->i64[row]);
}
CATALOG_KERNEL(tablespace_size_of_oid)

static int
tablespace_size_of_name(struct function_call *call, uint32_t row,
    const struct plan_context *names UNUSED)
{
	struct str name = ARG(call, 0, str, row);

	if (!str_equal(name, STR("pg_default")))
		return error_set(call->err, STELE_E_UNDEFINED_OBJECT,
		    "tablespace \"%.*s\" does not exist", STR_FMT(name));
	return sum_segments(call, 0, &call->result->i64[row]);
}
CATALOG_KERNEL(tablespace_size_of_name)

/* All there is lies in the data directory. */
static int
run_tablespace_location(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->str[row] = STR(""););
	return 0;
}

/* ---- of a value ---- */

#define VARLENA_BYTES 4 /* the length before what has no fixed one */

/* Of an array whose elements have a fixed length: what their lengths take. */
static int64_t
element_lengths(const struct type *type, const struct vec *value, uint32_t row)
{
	struct type element = type_element(type);
	const struct type_info *info = type_info(element.oid);

	if (!type_is_array(type) || info == NULL || info->len < 0)
		return 0;
	return (int64_t)sizeof(uint32_t) *
	    array_open(value->str[vec_index(value, row)]).count;
}

/*
 * What a value takes in PostgreSQL, before it is compressed: what has no fixed
 * length is about as long as its binary form.  In that, a numeric has eight
 * bytes before its digits and not two, an address four and not two, and elements
 * of an array have their lengths.
 */
static int
column_size_row(struct function_call *call, uint32_t row)
{
	const struct type *type = &call->arg_types[0];
	const struct type_info *info = type_info(type->oid);
	const struct vec *value = &call->args[0];
	struct buf form;
	int64_t size = info == NULL ? 4 : info->len; /* an enum: 4 */

	if (size > 0) {
		call->result->i64[row] = size;
		return 0;
	}
	buf_init_charged(&form, call->arena->budget);
	type_out_binary(type, value, vec_index(value, row), &form);
	size = VARLENA_BYTES + (int64_t)form.len;
	if (form.failed) {
		buf_release(&form);
		return error_no_memory(call->err);
	}
	buf_release(&form);
	if (type->oid == TYPE_NUMERIC)
		size -= 6;
	else if (type->oid == TYPE_INET || type->oid == TYPE_CIDR)
		size -= 2;
	else
		size -= element_lengths(type, value, row);
	call->result->i64[row] = size;
	return 0;
}
ROW_KERNEL(column_size)

static const struct func_row rows[] = {
	{ FN_PG_COLUMN_SIZE, { column_size, false } },
	{ FN_PG_DATABASE_SIZE_NAME, { run_database_size_of_name, false } },
	{ FN_PG_DATABASE_SIZE_OID, { run_database_size_of_oid, false } },
	{ FN_PG_INDEXES_SIZE, { run_indexes_size, false } },
	{ FN_PG_RELATION_SIZE_REGCLASS, { run_relation_size, false } },
	{ FN_PG_RELATION_SIZE_REGCLASS_TEXT, { run_fork_size, false } },
	{ FN_PG_TABLESPACE_LOCATION, { run_tablespace_location, false } },
	{ FN_PG_TABLESPACE_SIZE_NAME, { run_tablespace_size_of_name, false } },
	{ FN_PG_TABLESPACE_SIZE_OID, { run_tablespace_size_of_oid, false } },
	{ FN_PG_TABLE_SIZE, { run_relation_size, false } },
	{ FN_PG_TOTAL_RELATION_SIZE, { run_relation_size, false } },
};

const struct func_family func_size = { rows, ARRAY_LEN(rows) };
