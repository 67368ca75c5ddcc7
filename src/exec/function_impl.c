/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kernels, and what all calls have in common: nulls, constants,
 * the memory of the result.
 */
#include "exec/function_impl.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "common/cancel.h"
#include "common/must.h"
#include "exec/func_private.h"

static struct function_impl impls[FUNCTION_COUNT];
static pthread_once_t impls_once = PTHREAD_ONCE_INIT;

static void
impls_build(void)
{
	const struct func_family *families[] = {
		&func_acl,
		&func_advisory,
		&func_arith,
		&func_array,
		&func_array_find,
		&func_array_text,
		&func_bits,
		&func_bytes,
		&func_bytes_part,
		&func_compare,
		&func_config,
		&func_convert,
		&func_datetime,
		&func_describe,
		&func_enum,
		&func_from_char,
		&func_function,
		&func_information,
		&func_integer,
		&func_json,
		&func_json_build,
		&func_jsonb_edit,
		&func_jsonb_test,
		&func_jsonpath,
		&func_math,
		&func_names,
		&func_network,
		&func_key,
		&func_none,
		&func_number_format,
		&func_numeric,
		&func_object,
		&func_parse_ident,
		&func_period,
		&func_place,
		&func_privilege,
		&func_quote,
		&func_record,
		&func_regex,
		&func_regex_list,
		&func_sequence,
		&func_server,
		&func_session,
		&func_size,
		&func_size_text,
		&func_statistics,
		&func_storage,
		&func_text,
		&func_transaction,
		&func_trig,
		&func_unicode,
		&func_visible,
		&func_wait,
	};

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		for (size_t j = 0; j < families[i]->count; j++) {
			const struct func_row *row = &families[i]->rows[j];

			MUST(impls[row->id].run == NULL);
			impls[row->id] = row->impl;
		}
	}
	for (size_t id = 0; id < FUNCTION_COUNT; id++)
		MUST(impls[id].run != NULL);
}

/* NULL only for an id out of range. */
static const struct function_impl *
function_impl(enum function_id id)
{
	(void)pthread_once(&impls_once, impls_build);
	return id < FUNCTION_COUNT ? &impls[id] : NULL;
}

static bool
all_constant(const struct function_call *call)
{
	if (call->function->volatility == FUNCTION_VOLATILE)
		return false;
	for (uint32_t i = 0; i < call->arg_count; i++)
		if (!call->args[i].is_constant)
			return false;
	return true;
}

/* Rows of the selection whose arguments are not null. */
static struct sel
select_present(const struct function_call *call, const uint8_t *nulls)
{
	uint16_t *rows =
	    arena_try_alloc(call->arena, (call->sel.count + 1) * sizeof(*rows));
	uint32_t count = 0;

	if (rows == NULL) {
		call->arena->failed = true;
		return sel_all(0);
	}
	EACH_ROW(call->sel, row, rows[count] = (uint16_t)row;
		 count += nulls[row] == 0;);
	return (struct sel){ .rows = rows, .count = count };
}

/*
 * Give a strict call's result the nulls of its arguments.  True if any row is
 * null; *all says that every one is.
 */
static bool
combine_nulls(struct function_call *call, bool *all)
{
	uint8_t *nulls;

	*all = false;
	for (uint32_t i = 0; i < call->arg_count; i++)
		*all |=
		    call->args[i].is_constant && vec_is_null(&call->args[i], 0);
	if (*all) {
		nulls =
		    vec_need_nulls(call->result, call->row_count, call->arena);
		memset(nulls, 1, call->row_count);
		return true;
	}
	for (uint32_t i = 0; i < call->arg_count; i++) {
		const uint8_t *more = call->args[i].nulls;

		if (more == NULL || call->args[i].is_constant)
			continue;
		nulls =
		    vec_need_nulls(call->result, call->row_count, call->arena);
		for (uint32_t row = 0; row < call->row_count; row++)
			nulls[row] |= more[row];
	}
	return call->result->nulls != NULL;
}

static int
eval_rows(struct function_call *call)
{
	const struct function_impl *impl = function_impl(call->function->id);
	struct sel wanted = call->sel;
	bool all;
	int rc;

	assert(impl != NULL);
	vec_init(call->result, type_phys(&call->result_type), call->row_count,
	    call->arena);
	if (call->function->is_strict && combine_nulls(call, &all)) {
		if (all)
			return 0;
		if (!impl->is_total)
			call->sel = select_present(call, call->result->nulls);
	}
	rc = impl->run(call);
	call->sel = wanted;
	if (rc == 0)
		rc = cancel_check(call->cancel, call->err);
	if (rc != 0)
		return rc;
	return arena_check(call->arena, call->err);
}

int
function_eval(struct function_call *call)
{
	struct function_call once = *call;
	int rc;

	if (!all_constant(call))
		return eval_rows(call);
	if (call->sel.count == 0) { /* nobody asked: no error may come of it */
		vec_init(call->result, type_phys(&call->result_type), 1,
		    call->arena);
		memset(call->result->data, 0, phys_size(call->result->phys));
		call->result->is_constant = true;
		return 0;
	}
	once.row_count = 1;
	once.sel = sel_all(1);
	rc = eval_rows(&once);
	call->result->is_constant = true;
	return rc;
}
