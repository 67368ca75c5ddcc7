/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h -- lengths of text types: varchar(n), bpchar(n), name.
 */
#pragma once

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "types/type.h"

struct error;

/* What may be cut from a string that is too long. */
enum text_cut {
	TEXT_CUT_BLANKS, /* else it is 22001 */
	TEXT_CUT_ANY,    /* explicit casts */
};

/*
 * Apply the modifier of a varchar or bpchar to a string: cut it, or pad it
 * with blanks from the arena.
 */
MUST_USE int text_fit(const struct type *type, enum text_cut cut,
    struct str *text, struct arena *arena, struct error *err);

/* As much of `text` as a name can hold, whole characters. */
struct str text_name(struct str text);

/* Without the blanks at the end, which bpchar does not count. */
struct str text_trim_blanks(struct str text);
