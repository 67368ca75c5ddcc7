/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_format.h -- the bytes of the log: encode and decode only.
 *
 * A log file is "wal/" and its number in 16 hexadecimal digits and ".wal".  It
 * holds groups, each at a multiple of WAL_ALIGN, and zeros or what an earlier
 * life of the file left after them.  A group is what one write made durable:
 *
 *   offset size
 *   0      4    magic "SGRP"
 *   4      4    format, 1
 *   8      8    number of the file
 *   16     8    offset of the group in it
 *   24     8    number of the group, 1, 2, 3 ... over all files
 *   32     8    length of the content
 *   40     8    number of the last group known to be synced when it was written
 *   48     8    event_id of its first row, or the next one if it has none
 *   56     8    XXH3 over bytes 0..55 and the content, keyed by the directory
 *   64          content: batches, one after the other
 *
 * A batch is 16 bytes, u64 length of its entries and u64 rows, and the entries
 * of row_format.h.  Integers are little-endian.
 *
 * The checksum covers place and directory, so that a group which another life
 * of the file, another file or another directory left is not taken for one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAL_ALIGN             512u /* the grain in which a disk tears */
#define WAL_GROUP_HEADER_SIZE 64u
#define WAL_BATCH_HEADER_SIZE 16u

struct wal_group_header {
	uint64_t file;
	uint64_t offset;
	uint64_t number;
	uint64_t len; /* of the content */
	uint64_t synced;
	uint64_t first_event_id;
};

struct wal_batch_header {
	uint64_t len; /* of the entries */
	uint64_t row_count;
};

/* Bytes that a group takes in its file. */
static inline uint64_t
wal_group_size(uint64_t content_len)
{
	uint64_t size = WAL_GROUP_HEADER_SIZE + content_len;

	return (size + WAL_ALIGN - 1) / WAL_ALIGN * WAL_ALIGN;
}

/*
 * Write the header in front of the content, which follows it in `group`, and
 * seal both with the checksum.
 */
void wal_group_encode(uint8_t *group, const struct wal_group_header *header,
    uint64_t key);

/*
 * Read the header at `offset` of file number `file`: false if these are not
 * the first bytes of a group of this place.  Nothing in it is to be believed
 * before wal_group_is_valid(), which needs all of the group's bytes.
 */
bool wal_group_decode(const uint8_t header_bytes[WAL_GROUP_HEADER_SIZE],
    uint64_t file, uint64_t offset, struct wal_group_header *out);
bool wal_group_is_valid(const uint8_t *group, uint64_t content_len,
    uint64_t key);

void wal_batch_encode(uint8_t bytes[WAL_BATCH_HEADER_SIZE],
    const struct wal_batch_header *header);
struct wal_batch_header wal_batch_decode(
    const uint8_t bytes[WAL_BATCH_HEADER_SIZE]);
