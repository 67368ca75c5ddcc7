/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem_scan.h -- columns of chunks as vectors, without a copy.
 */
#pragma once

#include <stdint.h>

#include "engine/memtable/memtable.h"
#include "vec/vec.h"

struct arena;
struct event_type;
struct field;

/*
 * Column `attnum` of the chunk from row `from` on.  The version is a constant,
 * and so is a field that the chunk does not have: its default, or null.
 * Constants are made in the arena, all else is borrowed from the chunk.
 */
void mem_chunk_vec(const struct mem_chunk *chunk, const struct event_type *type,
    uint32_t attnum, uint32_t from, struct arena *arena, struct vec *out);

/* The value that rows older than a field read: its default, or null. */
void field_absent_vec(const struct field *field, struct arena *arena,
    struct vec *out);
