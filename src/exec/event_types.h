/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_types.h -- which event types the relation `events` is made of, and where
 * its columns are in theirs.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "exec/op.h"

struct context_places;
struct error;
struct event_type;

struct event_types {
	const struct event_type **types; /* in the arena of the execution */
	uint32_t count;
	uint32_t left_out_count; /* others, which the reader may not read */
};

/*
 * The types whose events a REL_EVENTS gives: those that may be read, the one of
 * event_type = 'x', and with `places` (NULL: not known) only those that the
 * context has.  Errors of the value that event_type is compared with.
 */
MUST_USE int event_types_choose(const struct exec_env *env,
    const struct rel *rel, const struct context_places *places,
    struct event_types *out, struct error *err);

/* Which column of a type an enum events_column is. */
#define ATTNUM_NONE UINT32_MAX /* none: it is made */
uint32_t events_attnum(uint32_t column);
