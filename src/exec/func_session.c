/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that act on sessions: this one's notices, what others do.  All ask
 * struct session_calls; where there is none, 0A000.
 */
#include <string.h>

#include "exec/exec.h"
#include "exec/func_array.h"

int
call_session_calls(struct function_call *call, const struct session_calls **out)
{
	*out = call->context == NULL || call->context->session == NULL
	    ? NULL
	    : call->context->session->calls;
	if (*out != NULL)
		return 0;
	return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "function %s cannot be called here", call->function->name);
}

static void *
calls_arg(const struct function_call *call)
{
	return call->context->session->arg;
}

/* A null channel is an empty one, and a null payload, as in PostgreSQL. */
static struct str
text_or_empty(const struct vec *vec, uint32_t row)
{
	return vec_is_null(vec, row) ? str_of("", 0)
				     : vec->str[vec_index(vec, row)];
}

static int
run_notify(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = calls->notify(calls_arg(call),
		    text_or_empty(&call->args[0], row),
		    text_or_empty(&call->args[1], row), call->err);
		call->result->str[row] = str_of("", 0);
	}
	return rc;
}

static int
run_usage(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row,
		 call->result->f64[row] =
		     calls->notify_usage(calls_arg(call)););
	return 0;
}

/* PostgreSQL's warning for a pid that nobody has. */
static void
warn_no_process(struct function_call *call, int64_t pid)
{
	struct error notice;

	(void)error_set(&notice, STELE_E_WARNING,
	    "PID %lld is not a PostgreSQL backend process", (long long)pid);
	if (call->context->notice != NULL)
		call->context->notice(call->context->notice_arg, &notice);
}

static int
signal_each(struct function_call *call, bool is_end)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t pid = call->args[0].i64[vec_index(&call->args[0], row)];
		int done = calls->signal(calls_arg(call), (int32_t)pid, is_end,
		    call->err);

		if (done == 0)
			warn_no_process(call, pid);
		call->result->boolean[row] = done == 1;
		rc = done < 0 ? done : 0;
	}
	return rc;
}

static int
run_cancel(struct function_call *call)
{
	return signal_each(call, false);
}

static int
run_terminate(struct function_call *call)
{
	return signal_each(call, true);
}

static int
run_statements_reset(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row, {
		calls->forget_statements(calls_arg(call));
		call->result->str[row] = str_of("", 0);
	});
	return 0;
}

static int
run_query(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row,
		 call->result->str[row] = calls->query(calls_arg(call)););
	return 0;
}

/* The server reads its options some time after that. */
static int
run_reload(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row,
		 call->result->boolean[row] = calls->reload(calls_arg(call)););
	return 0;
}

#define FLAGS_MAX 8

/* Null where there is no such setting. */
static int
put_flags(struct function_call *call, uint32_t row, const char *flags)
{
	struct datum words[FLAGS_MAX] = { 0 };
	struct array_shape shape;
	uint32_t count = 0;

	if (flags == NULL) {
		put_null(call, row);
		return 0;
	}
	while (*flags != '\0' && count < FLAGS_MAX) {
		size_t len = strcspn(flags, " ");

		words[count++].str = str_of(flags, len);
		flags += len + strspn(flags + len, " ");
	}
	shape = array_shape_list(count);
	return put_array(call, row, &shape, PHYS_STR, words);
}

static int
run_flags(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; rc == 0 && call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = put_flags(call, row,
		    calls->setting_flags(calls_arg(call),
			ARG(call, 0, str, row)));
	}
	return rc;
}

static const struct func_row rows[] = {
	{ FN_CURRENT_QUERY, { run_query, false } },
	{ FN_PG_CANCEL_BACKEND, { run_cancel, false } },
	{ FN_PG_NOTIFICATION_QUEUE_USAGE, { run_usage, false } },
	{ FN_PG_NOTIFY, { run_notify, false } },
	{ FN_PG_RELOAD_CONF, { run_reload, false } },
	{ FN_PG_SETTINGS_GET_FLAGS, { run_flags, false } },
	{ FN_PG_TERMINATE_BACKEND, { run_terminate, false } },
	{ FN_PG_TERMINATE_BACKEND_WAIT, { run_terminate, false } },
	{ FN_STELE_STATEMENTS_RESET, { run_statements_reset, false } },
};

const struct func_family func_session = { rows, ARRAY_LEN(rows) };
