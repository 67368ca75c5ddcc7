/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_advisory.c -- pg_advisory_lock() and its like: locks on one number of 64
 * bits, or two of 32, which are others.
 */
#include "exec/exec.h"
#include "exec/func_private.h"
#include "os/clock.h"
#include "os/thread.h"

#define TRY_NS INT64_C(5000000) /* between two tries */
/* PostgreSQL's deadlock_timeout, as it is by default. */
#define DEADLOCK_NS INT64_C(1000000000)

static struct advisory_request
request_of(const struct function_call *call, uint32_t row, bool is_shared,
    bool is_transaction)
{
	struct advisory_request request = {
		.id = (uint64_t)ARG(call, 0, i64, row),
		.is_pair = call->arg_count == 2,
		.is_shared = is_shared,
		.is_transaction = is_transaction,
	};

	if (request.is_pair)
		request.id =
		    request.id << 32 | (uint32_t)ARG(call, 1, i64, row);
	return request;
}

static int
try_lock(struct function_call *call, const struct advisory_request *request)
{
	return call->context->session->calls->advisory_try(
	    call->context->session->arg, request, call->err);
}

static int64_t
now_ns(void)
{
	return os_clock_monotonic_ns(os_clock_real());
}

/* When lock_timeout ends the wait that begins now. */
static int64_t
deadline_ns(const struct function_call *call)
{
	const struct plan_session *session = call->context->session;
	int64_t timeout_ms = session->calls->lock_timeout_ms(session->arg);

	return timeout_ms == 0 ? INT64_MAX : now_ns() + timeout_ms * 1000000;
}

/* Until the lock is had: 1; or a cancel, a deadlock, lock_timeout. */
static int
wait_in_queue(struct function_call *call, struct advisory_wait *wait)
{
	const struct plan_session *session = call->context->session;
	int64_t deadline = deadline_ns(call);
	int64_t check_ns = now_ns() + DEADLOCK_NS;
	int rc = 0;

	while (rc == 0) {
		os_sleep_until(now_ns() + TRY_NS);
		rc = call_check_cancel(call);
		if (rc == 0)
			rc = session->calls->advisory_wait(session->arg, wait,
			    call->err);
		if (rc == 0 && now_ns() >= check_ns) {
			rc = session->calls->advisory_check(session->arg, wait,
			    call->err);
			check_ns = now_ns() + DEADLOCK_NS;
		}
		if (rc == 0 && now_ns() >= deadline)
			rc = error_set(call->err, STELE_E_LOCK_NOT_AVAILABLE,
			    "canceling statement due to lock timeout");
	}
	return rc;
}

static int
wait_for(struct function_call *call, const struct advisory_request *request)
{
	const struct plan_session *session = call->context->session;
	struct advisory_wait wait = { .request = *request };
	int rc;

	rc = session->calls->advisory_wait(session->arg, &wait, call->err);
	if (rc == 0)
		rc = call_wait_begin(call);
	if (rc == 0) {
		rc = wait_in_queue(call, &wait);
		call_wait_end(call);
	}
	session->calls->advisory_leave(session->arg, &wait);
	return rc < 0 ? rc : 0;
}

static int
lock_rows(struct function_call *call, bool is_shared, bool is_transaction)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct advisory_request request =
		    request_of(call, row, is_shared, is_transaction);

		rc = wait_for(call, &request);
		call->result->str[row] = str_of("", 0);
	}
	return rc;
}

static int
try_rows(struct function_call *call, bool is_shared, bool is_transaction)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; call_has_row(call, i) && rc >= 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct advisory_request request =
		    request_of(call, row, is_shared, is_transaction);

		rc = try_lock(call, &request);
		call->result->boolean[row] = rc == 1;
	}
	return rc < 0 ? rc : 0;
}

/* PostgreSQL's warning for a lock that the session does not have. */
static void
warn_not_held(struct function_call *call, bool is_shared)
{
	struct error notice;

	(void)error_set(&notice, STELE_E_WARNING,
	    "you don't own a lock of type %s",
	    is_shared ? "ShareLock" : "ExclusiveLock");
	if (call->context->notice != NULL)
		call->context->notice(call->context->notice_arg, &notice);
}

static int
unlock_rows(struct function_call *call, bool is_shared)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct advisory_request request =
		    request_of(call, row, is_shared, false);

		call->result->boolean[row] =
		    calls->advisory_unlock(call->context->session->arg,
			&request);
		if (!call->result->boolean[row])
			warn_not_held(call, is_shared);
	}
	return rc;
}

static int
run_unlock_all(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		calls->advisory_unlock_all(call->context->session->arg);
		call->result->str[sel_row(call->sel, i)] = str_of("", 0);
	}
	return rc;
}

#define KERNEL(name, what, ...) \
	static int run_##name(struct function_call *call) \
	{ \
		return what##_rows(call, __VA_ARGS__); \
	}
KERNEL(lock, lock, false, false)
KERNEL(lock_shared, lock, true, false)
KERNEL(xact_lock, lock, false, true)
KERNEL(xact_lock_shared, lock, true, true)
KERNEL(try_lock, try, false, false)
KERNEL(try_lock_shared, try, true, false)
KERNEL(try_xact_lock, try, false, true)
KERNEL(try_xact_lock_shared, try, true, true)
KERNEL(unlock, unlock, false)
KERNEL(unlock_shared, unlock, true)

/* clang-format off */
#define BOTH(id, kernel) \
	{ FN_##id##_INT8, { run_##kernel, false } }, \
	{ FN_##id##_INT4_INT4, { run_##kernel, false } },

static const struct func_row rows[] = {
	BOTH(PG_ADVISORY_LOCK, lock)
	BOTH(PG_ADVISORY_LOCK_SHARED, lock_shared)
	BOTH(PG_ADVISORY_UNLOCK, unlock)
	BOTH(PG_ADVISORY_UNLOCK_SHARED, unlock_shared)
	BOTH(PG_ADVISORY_XACT_LOCK, xact_lock)
	BOTH(PG_ADVISORY_XACT_LOCK_SHARED, xact_lock_shared)
	BOTH(PG_TRY_ADVISORY_LOCK, try_lock)
	BOTH(PG_TRY_ADVISORY_LOCK_SHARED, try_lock_shared)
	BOTH(PG_TRY_ADVISORY_XACT_LOCK, try_xact_lock)
	BOTH(PG_TRY_ADVISORY_XACT_LOCK_SHARED, try_xact_lock_shared)
	{ FN_PG_ADVISORY_UNLOCK_ALL, { run_unlock_all, false } },
};
/* clang-format on */

const struct func_family func_advisory = { rows, ARRAY_LEN(rows) };
