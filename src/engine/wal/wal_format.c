/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wal/wal_format.h"

#include <string.h>

#include "common/hash.h"
#include "common/reader.h"

#define WAL_MAGIC       0x50524753u /* "SGRP" */
#define WAL_FORMAT      1u
#define CHECKSUM_OFFSET 56

static void
put_uint(uint8_t *at, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/*
 * XXH3 in two steps, as the checksum lies between what it covers: the hash of
 * the content keys that of the header.
 */
static uint64_t
group_checksum(const uint8_t *group, uint64_t content_len, uint64_t key)
{
	uint64_t content = hash_bytes_seeded(group + WAL_GROUP_HEADER_SIZE,
	    (size_t)content_len, key);

	return hash_bytes_seeded(group, CHECKSUM_OFFSET, content);
}

void
wal_group_encode(uint8_t *group, const struct wal_group_header *header,
    uint64_t key)
{
	put_uint(group, WAL_MAGIC, 4);
	put_uint(group + 4, WAL_FORMAT, 4);
	put_uint(group + 8, header->file, 8);
	put_uint(group + 16, header->offset, 8);
	put_uint(group + 24, header->number, 8);
	put_uint(group + 32, header->len, 8);
	put_uint(group + 40, header->synced, 8);
	put_uint(group + 48, header->first_event_id, 8);
	put_uint(group + CHECKSUM_OFFSET,
	    group_checksum(group, header->len, key), 8);
}

bool
wal_group_decode(const uint8_t header_bytes[WAL_GROUP_HEADER_SIZE],
    uint64_t file, uint64_t offset, struct wal_group_header *out)
{
	struct reader r = reader_over(header_bytes, WAL_GROUP_HEADER_SIZE);

	if (reader_u32(&r) != WAL_MAGIC || reader_u32(&r) != WAL_FORMAT)
		return false;
	out->file = reader_u64(&r);
	out->offset = reader_u64(&r);
	out->number = reader_u64(&r);
	out->len = reader_u64(&r);
	out->synced = reader_u64(&r);
	out->first_event_id = reader_u64(&r);
	return out->file == file && out->offset == offset;
}

bool
wal_group_is_valid(const uint8_t *group, uint64_t content_len, uint64_t key)
{
	struct reader r = reader_over(group + CHECKSUM_OFFSET, 8);

	return reader_u64(&r) == group_checksum(group, content_len, key);
}

void
wal_batch_encode(uint8_t bytes[WAL_BATCH_HEADER_SIZE],
    const struct wal_batch_header *header)
{
	put_uint(bytes, header->len, 8);
	put_uint(bytes + 8, header->row_count, 8);
}

struct wal_batch_header
wal_batch_decode(const uint8_t bytes[WAL_BATCH_HEADER_SIZE])
{
	struct reader r = reader_over(bytes, WAL_BATCH_HEADER_SIZE);
	struct wal_batch_header header = { .len = reader_u64(&r) };

	header.row_count = reader_u64(&r);
	return header;
}
