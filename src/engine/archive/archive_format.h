/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_format.h -- the bytes of an archived log file: encode and decode
 * only.
 *
 * An archived file is "<16 hexadecimal digits>.wal.zst", the number of the log
 * file.  It is a sequence of frames as zstd knows them: `zstd -d` makes of it
 * the log file, cut behind its last group; what is ours alone lies in frames
 * that zstd skips.
 *
 *   header · pieces of the catalogue · pieces of the log file · trailer
 *
 *   header              piece, before its bytes      trailer
 *    0  4  0x184D2A5B    0  4  0x184D2A5B             0  4  0x184D2A5B
 *    4  4  88            4  4  40, or 40 + length     4  4  88
 *    8  8  "STELEARC"    8  4  kind: 1 of the         8  8  "STELEEND"
 *   16  4  format, 1           catalogue, 2 of the   16  8  last group
 *   20  4  shards              log                   24  8  next event_id
 *   24 16  directory    12  4  zero                  32  8  bytes of the log
 *   40  8  hash seed    16  8  where its bytes       40  8  schema changes
 *   48  8  log file            belong                48  8  least timestamp
 *   56  8  first group  24  8  how many              56  8  greatest one
 *   64  8  event_id     32  8  length, compressed    64  8  last group with
 *   72  8  archived at  40  8  checksum                     content, or 0
 *   80  8  zero                                      72  8  hash of it
 *   88  8  checksum                                  80  8  hash of all
 *                                                           pieces' checksums
 *                                                    88  8  checksum
 *
 * Integers are little-endian, times microseconds since 2000-01-01 UTC.  A
 * piece is at most ARCHIVE_PIECE_SIZE bytes, one zstd frame with its size
 * known.  That of a log file stands behind the frame that describes it, that of
 * the catalogue within.  The catalogue is as it was when the file was archived:
 * it has every version of every type whose rows are in it.
 *
 * Checksums are XXH3-64.  That of the header is over the bytes before it; it is
 * the identity of the file, which keys the others, with their offset in it.
 * So nothing passes in another file or place.  The event_id of the header is
 * that of the first row, or of the next one if there is none; the times are of
 * all events, the least above the greatest if there are none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vec/value.h"

#define ARCHIVE_SUFFIX       ".wal.zst"
#define ARCHIVE_HEADER_SIZE  96u
#define ARCHIVE_BLOCK_SIZE   48u /* what describes a piece */
#define ARCHIVE_TRAILER_SIZE 96u
#define ARCHIVE_PIECE_SIZE   ((size_t)1 << 20)
/* No compressed piece is longer. */
#define ARCHIVE_PACKED_MAX (ARCHIVE_PIECE_SIZE + ((size_t)1 << 16))

struct archive_header {
	struct uuid directory;
	uint32_t shard_count;
	uint64_t hash_seed;
	uint64_t file; /* its number */
	uint64_t first_group;
	uint64_t first_event_id;
	int64_t archived_us;
};

enum archive_piece { /* on disk: do not renumber */
	ARCHIVE_CATALOG = 1,
	ARCHIVE_LOG = 2,
};

struct archive_block {
	enum archive_piece kind;
	uint64_t offset; /* in the log file, or in the catalogue's bytes */
	uint32_t len;
	uint32_t packed_len;
};

struct archive_trailer {
	uint64_t last_group;
	uint64_t next_event_id;
	uint64_t log_bytes;
	uint64_t schema_changes;
	int64_t time_min;
	int64_t time_max;
	uint64_t content_group; /* the last that is not empty; 0: none */
	uint64_t content_hash;  /* archive_content_hash() */
	uint64_t pieces_hash;
};

/* Each seals the bytes with their checksum, and returns it. */
uint64_t archive_header_encode(uint8_t out[ARCHIVE_HEADER_SIZE],
    const struct archive_header *header);
uint64_t archive_block_encode(uint8_t out[ARCHIVE_BLOCK_SIZE],
    const struct archive_block *block, const uint8_t *packed, uint64_t identity,
    uint64_t file_offset);
void archive_trailer_encode(uint8_t out[ARCHIVE_TRAILER_SIZE],
    const struct archive_trailer *trailer, uint64_t identity,
    uint64_t file_offset);

/* False if these are not such bytes, or were changed. */
bool archive_header_decode(const uint8_t bytes[ARCHIVE_HEADER_SIZE],
    struct archive_header *out, uint64_t *identity);
bool archive_trailer_decode(const uint8_t bytes[ARCHIVE_TRAILER_SIZE],
    uint64_t identity, uint64_t file_offset, struct archive_trailer *out);

/*
 * What describes a piece: lengths are within their bounds, nothing else is to
 * be believed before archive_block_is_valid(), which needs the piece.
 */
bool archive_block_decode(const uint8_t bytes[ARCHIVE_BLOCK_SIZE],
    struct archive_block *out);
bool archive_block_is_valid(const uint8_t bytes[ARCHIVE_BLOCK_SIZE],
    const uint8_t *packed, size_t packed_len, uint64_t identity,
    uint64_t file_offset, uint64_t *checksum);

/*
 * What tells the content of one group from that of another with its number: two
 * logs in which it is the same have the same history up to it.
 */
uint64_t archive_content_hash(uint64_t group, uint64_t first_event_id,
    const uint8_t *content, size_t len);
