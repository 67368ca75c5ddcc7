/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_list.h -- all that a regular expression finds in a text: its matches,
 * or what lies between them.
 *
 * What is found borrows from the text; lists and arrays are in the arena.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "exec/regex_cache.h"
#include "vec/value.h"

struct error;

/*
 * The flags of a function; 'g' only where it has a meaning.  22023 for one that
 * is none.
 */
MUST_USE int regex_read_flags(const char *function, struct str flags,
    bool may_be_global, struct regex_options *options, bool *is_global,
    struct error *err);

/* Past one match, so far that the next search finds another one. */
size_t regex_after(struct str text, struct regex_span span);

struct regex_search {
	const char *function; /* for messages */
	struct str text;
	struct str pattern;
	struct str flags;
	struct regex_cache *regexes;
	const atomic_bool *cancel; /* NULL: none */
	struct arena *arena;
};

struct regex_list {
	struct datum *items;
	uint32_t count;
};

/*
 * Each match as an array of text: its groups, or all of it if there are none.
 * Without `may_be_global` at most one, with it as many as 'g' says.
 */
MUST_USE int regex_matches(const struct regex_search *search,
    bool may_be_global, struct regex_list *out, struct error *err);

/*
 * The pieces between matches, one more than those; an empty match counts only
 * inside the text, and not right behind another one.
 */
MUST_USE int regex_split(const struct regex_search *search,
    struct regex_list *out, struct error *err);
