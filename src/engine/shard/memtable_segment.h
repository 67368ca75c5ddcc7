/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memtable_segment.h -- a MemTable as the file of a segment.
 *
 * Threads: those that may write files; nobody appends to the MemTable.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"

struct catalog;
struct engine;
struct error;
struct memtable;
struct segment_meta;

/*
 * Write all rows of a MemTable, which has some, in the shape that the catalogue
 * gives their types.  On failure no file is left.  Errors as those of a
 * segment_writer.
 */
MUST_USE int memtable_write_segment(struct engine *engine,
    const struct memtable *memtable, const struct catalog *catalog,
    uint32_t shard, uint64_t number, struct segment_meta *out,
    struct error *err);

/* Remove the file of a segment that nobody knows. */
void segment_file_remove(struct engine *engine, uint64_t number);
