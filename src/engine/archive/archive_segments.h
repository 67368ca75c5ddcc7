/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_segments.h -- segments that batches of the log name.
 *
 * The first rows of a large batch lie in segments, which its record names.  An
 * archive has them beside its files, in "segments/" and under their numbers, as
 * a directory has: who archives or restores a record copies its segments first.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"

struct error;
struct os_fs;
struct segment_meta;
struct uuid;
struct wal_replay_batch;

/* Call fn for each segment of a batch until one returns something but 0. */
MUST_USE int archive_each_segment(const struct wal_replay_batch *batch,
    int (*fn)(void *arg, const struct segment_meta *meta, struct error *err),
    void *arg, struct error *err);

/*
 * Have a copy of the segment in `to`, synced, its name too, and verified.  One
 * that is there already is left; what else has its name is replaced: the caller
 * knows that no MANIFEST names it.  Errors as segment_verify(), of the files.
 */
MUST_USE int archive_copy_segment(struct os_fs *fs, const char *from,
    const char *to, const struct segment_meta *meta,
    const struct uuid *directory, struct error *err);

/*
 * After a copy that has failed: will it always?  True if `from` has no such file
 * and `to` no whole one: a merge has replaced it that nobody kept it over.
 */
bool archive_segment_is_lost(struct os_fs *fs, const char *from, const char *to,
    const struct segment_meta *meta, const struct uuid *directory);
