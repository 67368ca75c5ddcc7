/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position.h -- from byte offsets to positions in characters.
 *
 * PostgreSQL reports where in a statement's text something is, in characters
 * from 1; parsers work with bytes.  One pass over the text counts the
 * characters before each block of bytes, so that a lookup reads one block.
 *
 * Memory: the map lives in the arena that it was built in and borrows the
 * text.  Threads: immutable once built.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"

#define POSITION_BLOCK ((size_t)1024)

struct position_map {
	struct str text;
	uint32_t *before; /* characters before each block; NULL: all ASCII */
};

/* False when there is no memory. */
MUST_USE bool position_map_build(struct position_map *map, struct str text,
    struct arena *arena);

/* Position of the character that begins at byte `off`, from 1. */
int position_of(const struct position_map *map, size_t off);
