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
#include "types/timestamp_math.h"

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
sleep_seconds(struct function_call *call, double seconds)
{
	if (isnan(seconds) || seconds <= 0)
		return 0;
	if (seconds > SLEEP_SECONDS_MAX)
		seconds = SLEEP_SECONDS_MAX;
	return sleep_until(call,
	    os_clock_monotonic_ns(os_clock_real()) + (int64_t)(seconds * 1e9));
}

/* Until a timestamp, as the wall clock is now. */
static int
sleep_until_time(struct function_call *call, int64_t until)
{
	int64_t now = os_clock_wall_us(os_clock_real());

	return sleep_seconds(call, ((double)until - (double)now) / 1e6);
}

static int
run_each(struct function_call *call, row_fn fn)
{
	int rc = call_wait_begin(call);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		call->result->str[row] = STR("");
		rc = fn(call, row);
	}
	call_wait_end(call);
	return rc;
}

static int
sleep_row(struct function_call *call, uint32_t row)
{
	return sleep_seconds(call, ARG(call, 0, f64, row));
}

static int
run_sleep(struct function_call *call)
{
	return run_each(call, sleep_row);
}

/* Months and days are those of the calendar from now on. */
static int
sleep_for_row(struct function_call *call, uint32_t row)
{
	int64_t until;

	if (!timestamp_add(os_clock_wall_us(os_clock_real()),
		&ARG(call, 0, interval, row), call->settings->time_zone,
		&until))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range");
	return sleep_until_time(call, until);
}

static int
run_sleep_for(struct function_call *call)
{
	return run_each(call, sleep_for_row);
}

static int
sleep_until_row(struct function_call *call, uint32_t row)
{
	return sleep_until_time(call, ARG(call, 0, i64, row));
}

static int
run_sleep_until(struct function_call *call)
{
	return run_each(call, sleep_until_row);
}

static const struct func_row rows[] = {
	{ FN_PG_SLEEP, { run_sleep, false } },
	{ FN_PG_SLEEP_FOR, { run_sleep_for, false } },
	{ FN_PG_SLEEP_UNTIL, { run_sleep_until, false } },
};

const struct func_family func_wait = { rows, ARRAY_LEN(rows) };
