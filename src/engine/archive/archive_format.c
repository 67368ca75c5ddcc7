/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive/archive_format.h"

#include <assert.h>
#include <string.h>

#include "common/hash.h"
#include "common/reader.h"

#define SKIPPED       0x184d2a5bu /* a frame that zstd steps over */
#define SKIPPED_SIZE  8u          /* its header */
#define FORMAT        1u
#define CHECKSUM_SIZE 8u
#define MAGIC_SIZE    8u

static const char header_magic[] = "STELEARC";
static const char trailer_magic[] = "STELEEND";

static_assert(ARCHIVE_CATALOG == 1 && ARCHIVE_LOG == 2,
    "on disk: do not renumber");

/* Bytes that are put one behind the other. */
struct cursor {
	uint8_t *at;
};

static void
put(struct cursor *c, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		*c->at++ = (uint8_t)(value >> (8 * i));
}

static void
put_bytes(struct cursor *c, const void *bytes, size_t len)
{
	memcpy(c->at, bytes, len);
	c->at += len;
}

static void
put_frame(struct cursor *c, uint64_t content_size)
{
	put(c, SKIPPED, 4);
	put(c, content_size, 4);
}

static bool
take_frame(struct reader *r, uint64_t content_size)
{
	return reader_u32(r) == SKIPPED && reader_u32(r) == content_size;
}

static bool
take_magic(struct reader *r, const char *magic)
{
	const uint8_t *bytes = reader_take(r, MAGIC_SIZE);

	return bytes != NULL && memcmp(bytes, magic, MAGIC_SIZE) == 0;
}

/* ---- header ---- */

uint64_t
archive_header_encode(uint8_t out[ARCHIVE_HEADER_SIZE],
    const struct archive_header *header)
{
	struct cursor c = { .at = out };
	uint64_t identity;

	put_frame(&c, ARCHIVE_HEADER_SIZE - SKIPPED_SIZE);
	put_bytes(&c, header_magic, MAGIC_SIZE);
	put(&c, FORMAT, 4);
	put(&c, header->shard_count, 4);
	put_bytes(&c, header->directory.bytes, sizeof(header->directory.bytes));
	put(&c, header->hash_seed, 8);
	put(&c, header->file, 8);
	put(&c, header->first_group, 8);
	put(&c, header->first_event_id, 8);
	put(&c, (uint64_t)header->archived_us, 8);
	put(&c, 0, 8);
	identity = hash_bytes(out, ARCHIVE_HEADER_SIZE - CHECKSUM_SIZE);
	put(&c, identity, 8);
	assert(c.at == out + ARCHIVE_HEADER_SIZE);
	return identity;
}

bool
archive_header_decode(const uint8_t bytes[ARCHIVE_HEADER_SIZE],
    struct archive_header *out, uint64_t *identity)
{
	struct reader r = reader_over(bytes, ARCHIVE_HEADER_SIZE);
	const uint8_t *directory;

	if (!take_frame(&r, ARCHIVE_HEADER_SIZE - SKIPPED_SIZE) ||
	    !take_magic(&r, header_magic) || reader_u32(&r) != FORMAT)
		return false;
	out->shard_count = reader_u32(&r);
	directory = reader_take(&r, sizeof(out->directory.bytes));
	if (directory != NULL)
		memcpy(out->directory.bytes, directory,
		    sizeof(out->directory.bytes));
	out->hash_seed = reader_u64(&r);
	out->file = reader_u64(&r);
	out->first_group = reader_u64(&r);
	out->first_event_id = reader_u64(&r);
	out->archived_us = reader_i64(&r);
	if (reader_u64(&r) != 0)
		return false;
	*identity = reader_u64(&r);
	return !r.failed &&
	    *identity ==
	    hash_bytes(bytes, ARCHIVE_HEADER_SIZE - CHECKSUM_SIZE) &&
	    out->first_group != 0 && out->first_event_id != 0;
}

/* ---- pieces ---- */

/* The hash of the piece keys that of what describes it. */
static uint64_t
block_checksum(const uint8_t block[ARCHIVE_BLOCK_SIZE], const uint8_t *packed,
    size_t packed_len, uint64_t identity, uint64_t file_offset)
{
	uint64_t piece = hash_bytes_seeded(packed, packed_len,
	    hash_combine(identity, file_offset));

	return hash_bytes_seeded(block, ARCHIVE_BLOCK_SIZE - CHECKSUM_SIZE,
	    piece);
}

/* How many bytes zstd steps over behind the frame's header. */
static uint64_t
frame_size(enum archive_piece kind, uint64_t packed_len)
{
	return ARCHIVE_BLOCK_SIZE - SKIPPED_SIZE +
	    (kind == ARCHIVE_CATALOG ? packed_len : 0);
}

uint64_t
archive_block_encode(uint8_t out[ARCHIVE_BLOCK_SIZE],
    const struct archive_block *block, const uint8_t *packed, uint64_t identity,
    uint64_t file_offset)
{
	struct cursor c = { .at = out };
	uint64_t checksum;

	assert(block->len <= ARCHIVE_PIECE_SIZE);
	assert(block->packed_len <= ARCHIVE_PACKED_MAX);
	put_frame(&c, frame_size(block->kind, block->packed_len));
	put(&c, block->kind, 4);
	put(&c, 0, 4);
	put(&c, block->offset, 8);
	put(&c, block->len, 8);
	put(&c, block->packed_len, 8);
	checksum = block_checksum(out, packed, block->packed_len, identity,
	    file_offset);
	put(&c, checksum, 8);
	assert(c.at == out + ARCHIVE_BLOCK_SIZE);
	return checksum;
}

bool
archive_block_decode(const uint8_t bytes[ARCHIVE_BLOCK_SIZE],
    struct archive_block *out)
{
	struct reader r = reader_over(bytes, ARCHIVE_BLOCK_SIZE);
	uint32_t magic = reader_u32(&r);
	uint32_t size = reader_u32(&r);
	uint32_t kind = reader_u32(&r);
	uint32_t zero = reader_u32(&r);
	uint64_t len, packed_len;

	out->offset = reader_u64(&r);
	len = reader_u64(&r);
	packed_len = reader_u64(&r);
	if (magic != SKIPPED || zero != 0 ||
	    (kind != ARCHIVE_CATALOG && kind != ARCHIVE_LOG) || len == 0 ||
	    len > ARCHIVE_PIECE_SIZE || packed_len == 0 ||
	    packed_len > ARCHIVE_PACKED_MAX)
		return false;
	out->kind = (enum archive_piece)kind;
	out->len = (uint32_t)len;
	out->packed_len = (uint32_t)packed_len;
	return size == frame_size(out->kind, packed_len);
}

bool
archive_block_is_valid(const uint8_t bytes[ARCHIVE_BLOCK_SIZE],
    const uint8_t *packed, size_t packed_len, uint64_t identity,
    uint64_t file_offset, uint64_t *checksum)
{
	struct reader r =
	    reader_over(bytes + ARCHIVE_BLOCK_SIZE - CHECKSUM_SIZE,
		CHECKSUM_SIZE);

	*checksum = reader_u64(&r);
	return *checksum ==
	    block_checksum(bytes, packed, packed_len, identity, file_offset);
}

/* ---- trailer ---- */

static uint64_t
trailer_checksum(const uint8_t bytes[ARCHIVE_TRAILER_SIZE], uint64_t identity,
    uint64_t file_offset)
{
	return hash_bytes_seeded(bytes, ARCHIVE_TRAILER_SIZE - CHECKSUM_SIZE,
	    hash_combine(identity, file_offset));
}

void
archive_trailer_encode(uint8_t out[ARCHIVE_TRAILER_SIZE],
    const struct archive_trailer *trailer, uint64_t identity,
    uint64_t file_offset)
{
	struct cursor c = { .at = out };

	put_frame(&c, ARCHIVE_TRAILER_SIZE - SKIPPED_SIZE);
	put_bytes(&c, trailer_magic, MAGIC_SIZE);
	put(&c, trailer->last_group, 8);
	put(&c, trailer->next_event_id, 8);
	put(&c, trailer->log_bytes, 8);
	put(&c, trailer->schema_changes, 8);
	put(&c, (uint64_t)trailer->time_min, 8);
	put(&c, (uint64_t)trailer->time_max, 8);
	put(&c, trailer->content_group, 8);
	put(&c, trailer->content_hash, 8);
	put(&c, trailer->pieces_hash, 8);
	put(&c, trailer_checksum(out, identity, file_offset), 8);
	assert(c.at == out + ARCHIVE_TRAILER_SIZE);
}

bool
archive_trailer_decode(const uint8_t bytes[ARCHIVE_TRAILER_SIZE],
    uint64_t identity, uint64_t file_offset, struct archive_trailer *out)
{
	struct reader r = reader_over(bytes, ARCHIVE_TRAILER_SIZE);

	if (!take_frame(&r, ARCHIVE_TRAILER_SIZE - SKIPPED_SIZE) ||
	    !take_magic(&r, trailer_magic))
		return false;
	out->last_group = reader_u64(&r);
	out->next_event_id = reader_u64(&r);
	out->log_bytes = reader_u64(&r);
	out->schema_changes = reader_u64(&r);
	out->time_min = reader_i64(&r);
	out->time_max = reader_i64(&r);
	out->content_group = reader_u64(&r);
	out->content_hash = reader_u64(&r);
	out->pieces_hash = reader_u64(&r);
	return reader_u64(&r) == trailer_checksum(bytes, identity, file_offset);
}

uint64_t
archive_content_hash(uint64_t group, uint64_t first_event_id,
    const uint8_t *content, size_t len)
{
	return hash_bytes_seeded(content, len,
	    hash_combine(group, first_event_id));
}
