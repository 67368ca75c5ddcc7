/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_format.h -- a batch's rows and schema changes as bytes: what the log
 * holds and what shards apply.  Encode and decode only.
 *
 * A batch is a sequence of entries:
 *
 *   u32 length of what follows · u8 kind · content
 *
 *   ENTRY_ROWS:  u16 shard · varint type oid · varint schema version ·
 *                varint count, 1 to VEC_ROWS · varint ordinal of the first row ·
 *                varint how far the last one's is above it · unless they follow
 *                each other, u16 each of how far it is above the first ·
 *                columns as in row_column.h: timestamp, context, each field
 *   ENTRY_DDL:   u64 generation of the catalogue that it makes · the change
 *   ENTRY_SEGMENT: u16 shard · the segment as segment_meta.c has it, with the
 *                event_ids of a batch that begins with event 1
 *
 * A row's ordinal is its place in the batch, from 0: its event_id is that of
 * the batch's first row plus the ordinal.  The rows of one entry belong to one
 * shard and ascend; those of several shards interleave, as they came.  The
 * first rows of a large batch lie in segments (write_stage.c); all that are in
 * entries come after all of these.
 *
 * The schema version is the one that the rows were bound to; the catalogue says
 * how many fields it has, and a reader with more fields takes their defaults.
 * An entry knows its length, so a shard steps over the rows of others without
 * looking into them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/reader.h"
#include "common/str.h"
#include "vec/vec.h"

struct buf;
struct error;
struct event_type;
struct segment_meta;

enum entry_kind { /* on disk: do not renumber */
	ENTRY_DDL = 2,
	ENTRY_ROWS = 3,
	ENTRY_SEGMENT = 4,
};

#define ENTRY_HEADER_SIZE 5
#define SHARD_COUNT_MAX   1024

struct entry {
	enum entry_kind kind;
	uint32_t shard; /* not of ENTRY_DDL */
	struct reader content;
};

/* Rows, decoded as far as their columns; those only when they are bound. */
struct rows {
	uint32_t type_oid;
	uint32_t version;
	uint32_t count;
	uint64_t first_ordinal;
	const uint8_t *offsets; /* u16 each, borrowed; NULL: one by one */
	uint32_t field_count;   /* bound: of the version */
	struct reader columns;
};

static inline uint64_t
rows_ordinal(const struct rows *rows, uint32_t i)
{
	if (rows->offsets == NULL)
		return rows->first_ordinal + i;
	return rows->first_ordinal + rows->offsets[2 * i] +
	    ((uint64_t)rows->offsets[2 * i + 1] << 8);
}

/* Where the rows come from and go to. */
struct rows_source {
	uint32_t type_oid;
	uint32_t version; /* of the type, with these fields */
	uint32_t field_count;
	const struct vec *cols;       /* context_id, timestamp, fields */
	const struct vec *timestamps; /* without nulls */
	uint32_t shard;
	struct sel sel; /* at most VEC_ROWS */
	uint64_t first_ordinal;
	const uint16_t *offsets; /* of each from the first; NULL: one by one */
};

/*
 * Append the rows as one entry.  A failure is buf->failed.  Values were
 * checked: see write_batch_rows().
 */
void rows_encode(struct buf *out, const struct rows_source *source);

/* The next entry: 1, 0 at the end, -1 if the bytes are no entry. */
int entry_next(struct reader *r, struct entry *out);

/*
 * The content of an ENTRY_ROWS; false if it is malformed.  The ordinals ascend;
 * whether the batch has them all is for the caller to say.
 */
bool rows_decode(const struct entry *entry, struct rows *out);

/*
 * Bind decoded rows to their type, as any later catalogue has it; false if the
 * type has no such version.
 */
bool rows_bind(struct rows *rows, const struct event_type *type);

/*
 * Step over a schema change that catalog_format.h encoded: begin, encode into
 * `out`, end.  The generation is written later, by entry_ddl_stamp().
 */
size_t entry_ddl_begin(struct buf *out);
void entry_ddl_end(struct buf *out, size_t begin);
void entry_ddl_stamp(uint8_t *entry, uint64_t generation);

/* Append a segment. */
void entry_segment_encode(struct buf *out, const struct segment_meta *meta);

/*
 * The content of an ENTRY_SEGMENT, for a batch whose first row is this event;
 * released by the caller, after an error too.  STELE_E_CORRUPT if it is
 * malformed, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int entry_segment_decode(const struct entry *entry,
    uint64_t first_event_id, struct segment_meta *out, struct error *err);
