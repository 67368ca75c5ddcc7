/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_format.h -- a batch's rows and schema changes as bytes: what the log
 * holds and what shards apply.  Encode and decode only.
 *
 * A batch is a sequence of entries:
 *
 *   u32 length of what follows · u8 kind · content
 *
 *   ENTRY_ROW:  u16 shard · varint type oid · varint schema version ·
 *               i64 timestamp · varint length, context ·
 *               null bitmap, one bit a field, 1 is null ·
 *               each field that is not null, as in value_format.h
 *   ENTRY_DDL:  u64 generation of the catalogue that it makes · the change
 *
 * The schema version is the one that the row was bound to; the catalogue says
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
struct event_type;

enum entry_kind { /* on disk: do not renumber */
	ENTRY_ROW = 1,
	ENTRY_DDL = 2,
};

#define ENTRY_HEADER_SIZE  5
#define ENTRY_SHARD_OFFSET ENTRY_HEADER_SIZE
#define SHARD_COUNT_MAX    1024

struct entry {
	enum entry_kind kind;
	uint32_t shard; /* ENTRY_ROW */
	struct reader content;
};

/* One row, decoded as far as its fields; those only when it is bound. */
struct row {
	uint32_t type_oid;
	uint32_t version;
	int64_t timestamp;
	struct str context;   /* borrowed */
	uint32_t field_count; /* bound: of its version */
	const uint8_t *nulls; /* bound: the bitmap, borrowed */
	struct reader fields; /* bound: the values, in field order */
};

static inline bool
row_field_is_null(const struct row *row, uint32_t field)
{
	return (row->nulls[field / 8] >> (field % 8) & 1) != 0;
}

/*
 * Append row `at` of the vectors (context_id, timestamp, fields) as an entry,
 * bound to the type's current version.  A failure is buf->failed.  Values were
 * checked: see write_batch_rows().
 */
void row_encode(struct buf *out, const struct event_type *type, uint32_t shard,
    int64_t timestamp, const struct vec *cols, uint32_t at);

/* The next entry: 1, 0 at the end, -1 if the bytes are no entry. */
int entry_next(struct reader *r, struct entry *out);

/* The content of an ENTRY_ROW; false if it is malformed. */
bool row_decode(struct entry *entry, struct row *out);

/*
 * Bind a decoded row to its type, as any later catalogue has it; false if the
 * type has no such version, or the row is too short for it.
 */
bool row_bind(struct row *row, const struct event_type *type);

/*
 * Step over a schema change that catalog_format.h encoded: begin, encode into
 * `out`, end.  The generation is written later, by entry_ddl_stamp().
 */
size_t entry_ddl_begin(struct buf *out);
void entry_ddl_end(struct buf *out, size_t begin);
void entry_ddl_stamp(uint8_t *entry, uint64_t generation);
