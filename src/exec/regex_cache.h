/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_cache.h -- the regular expressions that an execution has compiled.
 *
 * A constant pattern is compiled once, and becomes machine code when it has
 * been matched often; patterns that change from row to row take each other's
 * place, the one that was used longest ago first.
 *
 * Threads: one at a time; each thread of a statement has its own.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "exec/regex.h"

#define REGEX_CACHE_SIZE 8

struct regex_cache_entry {
	char *pattern; /* owned; NULL: the entry is free */
	size_t len;
	struct regex_options options;
	struct regex regex;
	uint64_t last_use;
};

struct regex_cache { /* zeroed at first; for regex_cache.c alone */
	struct regex_cache_entry entries[REGEX_CACHE_SIZE];
	uint64_t use_count;
};

/*
 * The pattern, compiled; valid until as many others have been asked for as the
 * cache has room for.  Errors of regex_compile().
 */
MUST_USE int regex_cache_get(struct regex_cache *cache, struct str pattern,
    const struct regex_options *options, struct regex **out, struct error *err);

/* Forget all. */
void regex_cache_release(struct regex_cache *cache);
