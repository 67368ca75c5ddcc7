/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_like.h -- patterns of LIKE: '%' is anything, '_' one character, a
 * backslash takes the next one as it is.
 *
 * A pattern is compiled once into its pieces between the '%'; each is searched
 * for in turn, so that matching never goes back over more than one piece.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"

struct error;

/* Of bytes, '_' is one of them. */
enum like_case { LIKE_EXACT, LIKE_ANY_CASE, LIKE_BYTES };

/* What stands between two '%'. */
struct like_piece {
	const char *chars; /* characters, UTF-8; where `any` is set, one byte */
	const uint8_t *any; /* beside chars: 1 where '_' stands; or NULL */
	size_t len;
};

struct like_pattern {
	enum like_case letter_case;
	bool starts_open; /* begins with '%' */
	bool ends_open;
	/* ends with an escape of nothing, compiled as "one more, then any" */
	bool is_broken;
	size_t piece_count;
	struct like_piece *pieces;
	struct arena *arena; /* for texts folded to lower case */
	const atomic_bool *cancel;
};

MUST_USE int like_compile(struct str pattern, enum like_case letter_case,
    const atomic_bool *cancel, struct arena *arena, struct like_pattern *out,
    struct error *err);

/*
 * Any answer once `cancel` is set.  22025 where a pattern that ends with the
 * escape character matches up to there with some of the text left, as only then
 * PostgreSQL sees it.
 */
MUST_USE int like_match(const struct like_pattern *pattern, struct str text,
    bool *out, struct error *err);

/* Write a pattern with another escape character (or none) with a backslash. */
MUST_USE int like_escape(struct str pattern, struct str escape,
    enum like_case letter_case, struct arena *arena, struct str *out,
    struct error *err);
