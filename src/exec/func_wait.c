/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that wait.  They hold their thread, but give its place in the pool
 * to others (struct exec_wait), and look for a cancel all the time.
 */
#include <math.h>

#include "exec/exec.h"
#include "exec/func_private.h"
#include "os/clock.h"
#include "os/thread.h"

#define LOOK_NS INT64_C(20000000) /* between two looks for a cancel */

int
call_wait_begin(struct function_call *call)
{
	const struct exec_wait *wait =
	    call->context == NULL ? NULL : call->context->wait;

	if (wait != NULL && wait->begin(wait->arg))
		return 0;
	return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "function %s cannot wait here", call->function->name);
}

void
call_wait_end(struct function_call *call)
{
	call->context->wait->end(call->context->wait->arg);
}

int
call_check_cancel(struct function_call *call)
{
	const atomic_bool *cancel = call->context->cancel;

	if (cancel != NULL &&
	    atomic_load_explicit(cancel, memory_order_relaxed))
		return error_set(call->err, STELE_E_QUERY_CANCELED,
		    "canceling statement due to user request");
	return 0;
}

/* Until a moment of the monotonic clock, or a cancel. */
static int
sleep_until(struct function_call *call, int64_t deadline_ns)
{
	for (;;) {
		int64_t now_ns = os_clock_monotonic_ns(os_clock_real());
		int64_t next_ns = now_ns + LOOK_NS;
		int rc = call_check_cancel(call);

		if (rc != 0 || now_ns >= deadline_ns)
			return rc;
		os_sleep_until(next_ns < deadline_ns ? next_ns : deadline_ns);
	}
}

#define SLEEP_SECONDS_MAX 1e9 /* decades; the clock's range is not left */

static int
run_sleep(struct function_call *call)
{
	int rc = call_wait_begin(call);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		double seconds = ARG(call, 0, f64, row);

		call->result->str[row] = STR("");
		if (isnan(seconds) || seconds <= 0)
			continue;
		if (seconds > SLEEP_SECONDS_MAX)
			seconds = SLEEP_SECONDS_MAX;
		rc = sleep_until(call,
		    os_clock_monotonic_ns(os_clock_real()) +
			(int64_t)(seconds * 1e9));
	}
	call_wait_end(call);
	return rc;
}

static const struct func_row rows[] = {
	{ FN_PG_SLEEP, { run_sleep, false } },
};

const struct func_family func_wait = { rows, ARRAY_LEN(rows) };
