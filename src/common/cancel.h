/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cancel.h -- whether somebody wants a long loop to end.
 *
 * A flag that any thread sets at any time.  Who loops for long tests it often
 * enough to end within some milliseconds, and seldom enough not to feel it.  NULL
 * cannot be cancelled.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"

#define CANCEL_BYTES ((size_t)4 << 20)

static inline bool
cancel_is_set(const atomic_bool *cancel)
{
	/* Nothing is published with it: relaxed. */
	return cancel != NULL &&
	    atomic_load_explicit(cancel, memory_order_relaxed);
}

/* 0 or STELE_E_QUERY_CANCELED; who knows the reason words it anew. */
MUST_USE static inline int
cancel_check(const atomic_bool *cancel, struct error *err)
{
	if (!cancel_is_set(cancel))
		return 0;
	return error_set(err, STELE_E_QUERY_CANCELED,
	    "canceling statement due to user request");
}

/* memcpy() of what may be very much. */
MUST_USE static inline int
cancel_memcpy(void *target, const void *source, size_t size,
    const atomic_bool *cancel, struct error *err)
{
	for (size_t at = 0; at < size; at += CANCEL_BYTES) {
		size_t left = size - at;
		int rc = cancel_check(cancel, err);

		if (rc != 0)
			return rc;
		memcpy((char *)target + at, (const char *)source + at,
		    left < CANCEL_BYTES ? left : CANCEL_BYTES);
	}
	return 0;
}
