/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str_heads.h -- where a string belongs among sorted ones, found in numbers.
 *
 * A binary search in strings waits for memory twice a step: for where the string
 * is, and for its bytes.  What all of them begin with need be compared only once.
 * Of each string the four bytes behind it, its head, are a number, and numbers of
 * all strings lie together: with every HEADS_STEP-th once more, so that a search
 * in a thousand touches three or four lines of the processor's cache.  Strings
 * whose heads are equal are left to the caller.
 *
 * Threads: it does not change once all heads are put.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

#define HEADS_STEP 32

struct str_heads {
	struct str prefix;       /* of all; borrowed from the first string */
	const uint32_t *of;      /* of each string, ascending */
	const uint32_t *samples; /* of the last of each HEADS_STEP */
	uint32_t count;
};

/* Numbers that `count` strings take. */
static inline size_t
str_heads_numbers(uint32_t count)
{
	return (size_t)count + count / HEADS_STEP;
}

/*
 * Make them, of 1 or more ascending strings of which the first stands at `first`
 * and each other `stride` bytes behind the one before; they are not kept, but
 * for the bytes of the first.  `numbers` has room for str_heads_numbers().
 */
void str_heads_init(struct str_heads *heads, uint32_t *numbers,
    const struct str *first, size_t stride, uint32_t count);

/*
 * Strings before number *first are less than s, those from *limit on greater;
 * those between, in most cases one or none, are to be compared.
 */
void str_heads_find(const struct str_heads *heads, struct str s,
    uint32_t *first, uint32_t *limit);

/* Ask for the memory in which a search begins. */
void str_heads_hint(const struct str_heads *heads);
