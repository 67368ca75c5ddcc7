/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reshard.h -- what the parts of engine_reshard() have of each other.
 *
 * The output: segments of the new shards, one each at a time.  Rows come
 * type by type (ascending oid) and, within a type, in the order of event_id;
 * reshard_output_end() ends the segments that there are, and begins anew.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/segment/segment.h"

struct catalog;
struct engine;
struct error;
struct event_type;
struct os_fs;

/* A shard's segment that is being written. */
struct reshard_shard {
	struct segment_writer *writer; /* NULL: no row yet */
	bool has_type;                 /* the type has been begun in it */
	uint16_t *rows;                /* VEC_ROWS: of the batch, its own */
	uint32_t row_count;
};

struct reshard_output {
	struct engine *engine; /* whose directory it is */
	uint32_t shard_count;
	uint64_t next_segment;
	struct reshard_shard *shards; /* shard_count */
	const struct event_type *type;
	struct buf metas; /* struct segment_meta, of all that are done */
};

MUST_USE int reshard_output_init(struct reshard_output *output,
    struct engine *engine, uint32_t shard_count, uint64_t next_segment,
    struct error *err);

/* Segments that were not ended are given up. */
void reshard_output_release(struct reshard_output *output);

void reshard_output_begin_type(struct reshard_output *output,
    const struct event_type *type);

/* The rows `first` .. `limit` - 1 of the batch's selection. */
MUST_USE int reshard_output_rows(struct reshard_output *output,
    const struct batch *batch, uint32_t first, uint32_t limit,
    struct error *err);
MUST_USE int reshard_output_end_type(struct reshard_output *output,
    struct error *err);
MUST_USE int reshard_output_end(struct reshard_output *output,
    struct error *err);

/* All segments that were made, by ascending number. */
struct segment_meta *reshard_output_metas(struct reshard_output *output,
    uint32_t *count);

/* All that is needed to make them the directory's; the engine is closed. */
struct reshard_done {
	struct os_fs *fs;
	const char *dir;
	struct reshard_output *output;
	const struct catalog *catalog; /* of the end */
	uint64_t position;             /* the last event */
};

/*
 * Take the directory's locks, put the new MANIFEST in the place of the old one
 * and remove what that alone knew: old segments, and the log.
 * STELE_E_OBJECT_IN_USE if somebody was there since the engine was closed.
 */
MUST_USE int reshard_publish(const struct reshard_done *done,
    struct error *err);
