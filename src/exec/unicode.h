/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unicode.h -- what lower(), upper(), initcap() and ILIKE need to know of
 * characters; the door to utf8proc.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"

typedef uint32_t (*unicode_map_fn)(uint32_t code_point);

/*
 * The character of valid UTF-8 at text.data[*at], which is then past it.
 * Only for *at < text.len.
 */
uint32_t unicode_next(struct str text, size_t *at);

/* Simple case mapping, one character to one. */
uint32_t unicode_to_lower(uint32_t code_point);
uint32_t unicode_to_upper(uint32_t code_point);

/* A letter or a decimal digit. */
bool unicode_is_alphanumeric(uint32_t code_point);

enum unicode_form {
	UNICODE_NFC,
	UNICODE_NFD,
	UNICODE_NFKC,
	UNICODE_NFKD,
};

/*
 * A text in a normal form; false when there is no memory.  Once `cancel` is set,
 * it is not all of it.
 */
MUST_USE bool unicode_normalize(struct str text, enum unicode_form form,
    const atomic_bool *cancel, struct arena *arena, struct str *out);
