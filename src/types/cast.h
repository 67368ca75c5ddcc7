/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cast.h -- which type becomes which, and the kernels that do it.
 *
 * The casts are those of PostgreSQL's pg_cast, and any type to and from text
 * through its text form.  A cast also applies the target's modifier: varchar(n)
 * and numeric(p,s).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "common/arena.h"
#include "common/attr.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;

/* How a cast was asked for; each includes those before it. */
enum cast_context {
	CAST_IMPLICIT,   /* an operand, an argument */
	CAST_ASSIGNMENT, /* INSERT into a column */
	CAST_EXPLICIT,   /* CAST(... AS ...) */
};

/*
 * Whether there is a cast, modifiers aside.  A type casts to itself; an array as
 * its elements do.  Literals of TYPE_UNKNOWN become anything, by reading their
 * text.
 */
bool cast_exists(const struct type *from, const struct type *to,
    enum cast_context context);

/*
 * Whether the cast changes no value, so that the vector can be used as it is:
 * text to varchar without a length, int4 to int8 ...
 */
bool cast_is_relabel(const struct type *from, const struct type *to);

/*
 * Whether, besides, the values compare as they did.  Those of char(n), and of
 * arrays of it, ignore blanks at their ends.
 */
bool cast_keeps_order(const struct type *from, const struct type *to);

/*
 * Cast the selected rows of `in` into `out`, which this initialises for
 * `row_count` rows at the same positions (constant if `in` is); nulls stay
 * null.  An over-long varchar is cut by an explicit cast and 22001 by another,
 * unless only blanks are cut.  Strings live in the arena or are borrowed from
 * `in`.  Where a value may be long, `cancel` (common/cancel.h) is tested:
 * STELE_E_QUERY_CANCELED.
 */
MUST_USE int cast_vec(const struct type *from, const struct type *to,
    enum cast_context context, const struct type_settings *settings,
    const struct vec *in, uint32_t row_count, struct sel sel,
    const atomic_bool *cancel, struct arena *arena, struct vec *out,
    struct error *err);

/* The same for one value: literals when binding, defaults, parameters. */
MUST_USE int cast_datum(const struct type *from, const struct type *to,
    enum cast_context context, const struct type_settings *settings,
    const struct datum *in, struct arena *arena, struct datum *out,
    struct error *err);
