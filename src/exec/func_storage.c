/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the schema stele that act on the storage engine.
 */
#include "engine/engine.h"
#include "exec/exec.h"
#include "exec/func_private.h"

/* stele.compact(): all that can be merged is; how many merges that took. */
static int
run_compact(struct function_call *call)
{
	int rc = call_wait_begin(call);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		uint64_t merges;

		rc = engine_compact(call->context->engine,
		    call->context->cancel, &merges, call->err);
		call->result->i64[sel_row(call->sel, i)] = (int64_t)merges;
	}
	call_wait_end(call);
	return rc;
}

static int
run_for_each(struct function_call *call, void (*fn)(struct engine *engine))
{
	if (call->context == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %s cannot be called here", call->function->name);
	for (uint32_t i = 0; i < call->sel.count; i++) {
		fn(call->context->engine);
		call->result->str[sel_row(call->sel, i)] = STR("");
	}
	return 0;
}

static int
run_compact_pause(struct function_call *call)
{
	return run_for_each(call, engine_compact_pause);
}

static int
run_compact_resume(struct function_call *call)
{
	return run_for_each(call, engine_compact_resume);
}

/* Each problem is a notice, with its code and the file. */
static void
tell_problem(void *arg, const struct error *problem)
{
	const struct exec_context *context = arg;

	if (context->notice != NULL)
		context->notice(context->notice_arg, problem);
}

/* stele.verify(): everything on the disk is read; how many problems it has. */
static int
run_verify(struct function_call *call)
{
	union { /* the watcher's arg is not const */
		const struct exec_context *context;
		void *arg;
	} told = { .context = call->context };
	const struct verify_watcher watcher = {
		.problem = tell_problem,
		.arg = told.arg,
	};
	int rc = call_wait_begin(call);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		struct verify_report report;

		rc = engine_verify_running(call->context->engine,
		    call->context->cancel, &watcher, &report, call->err);
		call->result->i64[sel_row(call->sel, i)] =
		    (int64_t)report.problems;
	}
	call_wait_end(call);
	return rc;
}

static const struct func_row rows[] = {
	{ FN_STELE_COMPACT, { run_compact, false } },
	{ FN_STELE_COMPACT_PAUSE, { run_compact_pause, false } },
	{ FN_STELE_COMPACT_RESUME, { run_compact_resume, false } },
	{ FN_STELE_VERIFY, { run_verify, false } },
};

const struct func_family func_storage = { rows, ARRAY_LEN(rows) };
