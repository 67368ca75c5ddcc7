/* SPDX-License-Identifier: Apache-2.0 */
/*
 * polymorphic.h -- what anyelement, anyarray and their kin mean in a call.
 *
 * Of anyelement, anynonarray, anyenum and anyarray, all arguments have the same
 * type, or arrays of it.  Those named anycompatible... have a type that all can
 * become.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "plan/bind.h"

struct polymorph {
	/* oid 0: no argument says; TYPE_UNKNOWN: only literals do */
	struct type element;    /* what anyelement is */
	struct type compatible; /* what anycompatible is */
};

bool type_is_polymorphic(uint32_t oid);

/* False if the arguments do not go together, or not with the candidate. */
MUST_USE bool polymorph_find(const struct candidate *candidate,
    const struct type *args, uint32_t arg_count, struct polymorph *out);

/*
 * The type that a declared one stands for, itself unless it is polymorphic.
 * oid 0 if it cannot be known.
 */
struct type polymorph_type(const struct polymorph *polymorph,
    uint32_t declared);
