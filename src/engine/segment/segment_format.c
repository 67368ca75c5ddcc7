/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_format.c -- the layout of a segment file, version 2.
 *
 *   header      64 bytes
 *   blocks      one after the other, without gaps: chunks, columns' chunk
 *               tables, sections' column tables, dictionary pages and roots
 *   footer      one block
 *   trailer     40 bytes
 *
 * All integers are little-endian.  A block ref is where a block lies: offset
 * (8), length (4), checksum (8).  A checksum is XXH3-64 of the bytes, seeded
 * with a hash of the file's identity and the offset; the identity is XXH3-64
 * of the directory's uuid seeded with the segment's number.
 *
 * header: offset, bytes          trailer: offset, bytes
 *    0  8  "STELESEG"               0  8  "STELEEND"
 *    8  2  version, 2               8  8  footer's offset
 *   10  2  zero                    16  4  footer's length
 *   12  4  zone_rows               20  4  version, 2
 *   16  8  number                  24  8  footer's checksum
 *   24  4  shard                   32  8  checksum of bytes 0..31
 *   28  4  zero
 *   32 16  directory's uuid
 *   48  8  zero
 *   56  8  checksum of bytes 0..55
 *
 * footer: offset, bytes          section (40 bytes)
 *    0  4  sections S               0  4  type oid
 *    4  4  contexts C               4  4  rows
 *    8  8  rows                     8  4  zones
 *   16  8  least event_id          12  4  columns
 *   24  8  greatest event_id       16  4  granules (context_index.h)
 *   32  8  least timestamp         20 20  ref of the column table
 *   40  8  greatest timestamp
 *   48  4  indexes there are     column (68 bytes)
 *   52 20  contexts' dictionary     0  1  physical form, enum phys
 *   72 20  context index            1  1  1: has a dictionary
 *   92  .  S sections               2  2  zero
 *                                   4  4  dictionary's strings
 * context index: one ref (20) for   8 20  ref of the dictionary's root
 *   each page, context_index.h     28 20  ref of the chunk table
 *                                  48 20  ref of the filters' directory,
 *                                         zone_filter.h; length 0: none
 *
 * chunk table: one entry a zone
 *    0  1  encoding                dictionary's root
 *    1  1  flags                    0  4  strings
 *    2  2  scale                    4  4  pages P
 *    4  4  nulls                    8  .  P times: ref (20), length of the
 *    8  4  rows                           first string (varint), its bytes
 *   12  4  block's length
 *   16  8  block's offset          dictionary's page: 1024 strings, the last
 *   24  8  block's checksum         0  4  strings
 *   32 16  low                      4  .  each: bytes shared with the one
 *   48 16  high                           before (varint), others (varint),
 *                                         the others
 * Bytes of a chunk: chunk_encode.c.  Pages of text are blocks before the chunk
 * whose strings they have: text.h.
 *
 * Columns of a section: context_id, timestamp, event_id, schema version, then
 * the fields that its type had when the segment was written.
 * The event_ids in a file may all lie the same distance below what they are: the
 * MANIFEST's record of the segment says so (segment.h, G5).
 *
 * Strings of a dictionary ascend bytewise, so that codes compare as strings.
 * A segment has one dictionary of contexts, shared by its sections.
 */
#include "engine/segment/segment_format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hash.h"
#include "common/reader.h"

static_assert(PHYS_BOOL == 0 && PHYS_I64 == 1 && PHYS_F64 == 2 &&
	PHYS_NUMERIC == 3 && PHYS_STR == 4 && PHYS_UUID == 5 &&
	PHYS_INTERVAL == 6,
    "on disk: do not renumber");

static const char header_magic[8] = { 'S', 'T', 'E', 'L', 'E', 'S', 'E', 'G' };
static const char trailer_magic[8] = { 'S', 'T', 'E', 'L', 'E', 'E', 'N', 'D' };

const char *
segment_encoding_name(enum encoding encoding)
{
	static const char *const names[] = {
		[ENC_NULL] = "null",
		[ENC_CONSTANT] = "constant",
		[ENC_INT] = "integers",
		[ENC_F64_DECIMAL] = "decimals",
		[ENC_PARTS] = "parts",
		[ENC_NUMERIC_INT] = "numeric integers",
		[ENC_STR] = "strings",
		[ENC_STR_CONSTANT] = "constant string",
		[ENC_INT_BY_ID] = "integers by id",
	};

	static_assert(ARRAY_LEN(names) == SEGMENT_ENCODINGS, "one each");
	return names[encoding];
}

uint64_t
segment_identity(const struct uuid *directory, uint64_t number)
{
	return hash_bytes_seeded(directory->bytes, sizeof(directory->bytes),
	    number);
}

uint64_t
block_checksum(const void *data, size_t len, uint64_t identity, uint64_t offset)
{
	return hash_bytes_seeded(data, len, hash_combine(identity, offset));
}

void
segment_put_header(struct buf *out, const struct segment_header *header,
    uint64_t identity)
{
	size_t start = out->len;

	buf_put(out, header_magic, sizeof(header_magic));
	buf_put_u16(out, SEGMENT_VERSION);
	buf_put_u16(out, 0);
	buf_put_u32(out, header->zone_rows);
	buf_put_u64(out, header->number);
	buf_put_u32(out, header->shard);
	buf_put_u32(out, 0);
	buf_put(out, header->directory.bytes, sizeof(header->directory.bytes));
	buf_put_u64(out, 0);
	if (!out->failed)
		buf_put_u64(out,
		    block_checksum(out->data + start, SEGMENT_HEADER_SIZE - 8,
			identity, 0));
	assert(out->failed || out->len - start == SEGMENT_HEADER_SIZE);
}

bool
segment_take_header(const uint8_t data[SEGMENT_HEADER_SIZE], uint64_t identity,
    struct segment_header *out)
{
	struct reader r = reader_over(data, SEGMENT_HEADER_SIZE);
	const uint8_t *magic = reader_take(&r, sizeof(header_magic));
	uint16_t version = reader_u16(&r);
	uint64_t zeros = reader_u16(&r);
	const uint8_t *uuid;

	out->zone_rows = reader_u32(&r);
	out->number = reader_u64(&r);
	out->shard = reader_u32(&r);
	zeros |= reader_u32(&r);
	uuid = reader_take(&r, sizeof(out->directory.bytes));
	zeros |= reader_u64(&r);
	if (reader_u64(&r) !=
		block_checksum(data, SEGMENT_HEADER_SIZE - 8, identity, 0) ||
	    r.failed)
		return false;
	memcpy(out->directory.bytes, uuid, sizeof(out->directory.bytes));
	return memcmp(magic, header_magic, sizeof(header_magic)) == 0 &&
	    version == SEGMENT_VERSION && zeros == 0;
}

void
segment_put_trailer(struct buf *out, const struct block_ref *footer,
    uint64_t identity, uint64_t offset)
{
	size_t start = out->len;

	buf_put(out, trailer_magic, sizeof(trailer_magic));
	buf_put_u64(out, footer->offset);
	buf_put_u32(out, footer->len);
	buf_put_u32(out, SEGMENT_VERSION);
	buf_put_u64(out, footer->checksum);
	if (!out->failed)
		buf_put_u64(out,
		    block_checksum(out->data + start, SEGMENT_TRAILER_SIZE - 8,
			identity, offset));
	assert(out->failed || out->len - start == SEGMENT_TRAILER_SIZE);
}

bool
segment_take_trailer(const uint8_t data[SEGMENT_TRAILER_SIZE],
    uint64_t identity, uint64_t offset, struct block_ref *footer)
{
	struct reader r = reader_over(data, SEGMENT_TRAILER_SIZE);
	const uint8_t *magic = reader_take(&r, sizeof(trailer_magic));
	uint32_t version;

	footer->offset = reader_u64(&r);
	footer->len = reader_u32(&r);
	version = reader_u32(&r);
	footer->checksum = reader_u64(&r);
	if (reader_u64(&r) !=
	    block_checksum(data, SEGMENT_TRAILER_SIZE - 8, identity, offset))
		return false;
	return memcmp(magic, trailer_magic, sizeof(trailer_magic)) == 0 &&
	    version == SEGMENT_VERSION && footer->offset <= offset &&
	    footer->len == offset - footer->offset;
}

void
segment_put_ref(struct buf *out, const struct block_ref *ref)
{
	buf_put_u64(out, ref->offset);
	buf_put_u32(out, ref->len);
	buf_put_u64(out, ref->checksum);
}

struct block_ref
segment_take_ref(struct reader *reader)
{
	struct block_ref ref;

	ref.offset = reader_u64(reader);
	ref.len = reader_u32(reader);
	ref.checksum = reader_u64(reader);
	return ref;
}

void
segment_put_footer(struct buf *out, const struct segment_footer *footer)
{
	buf_put_u32(out, footer->section_count);
	buf_put_u32(out, footer->context_count);
	buf_put_u64(out, footer->row_count);
	buf_put_u64(out, footer->event_id_first);
	buf_put_u64(out, footer->event_id_last);
	buf_put_u64(out, (uint64_t)footer->time_min);
	buf_put_u64(out, (uint64_t)footer->time_max);
	buf_put_u32(out, footer->indexes);
	segment_put_ref(out, &footer->contexts);
	segment_put_ref(out, &footer->index);
	for (uint32_t i = 0; i < footer->section_count; i++) {
		const struct section_info *section = &footer->sections[i];

		buf_put_u32(out, section->type_oid);
		buf_put_u32(out, section->row_count);
		buf_put_u32(out, section->zone_count);
		buf_put_u32(out, section->column_count);
		buf_put_u32(out, section->granule_count);
		segment_put_ref(out, &section->columns);
	}
}

static bool
take_sections(struct reader *r, struct segment_footer *footer)
{
	uint64_t row_count = 0;
	uint32_t granule = 0; /* a granule has a row, and rows are bounded */

	for (uint32_t i = 0; i < footer->section_count; i++) {
		struct section_info *section = &footer->sections[i];

		section->type_oid = reader_u32(r);
		section->row_count = reader_u32(r);
		section->zone_count = reader_u32(r);
		section->column_count = reader_u32(r);
		section->granule_count = reader_u32(r);
		section->columns = segment_take_ref(r);
		section->granule_first = granule;
		granule += section->granule_count;
		row_count += section->row_count;
		if (section->row_count == 0 ||
		    section->zone_count > section->row_count ||
		    section->granule_count < section->zone_count ||
		    section->granule_count > section->row_count ||
		    section->column_count < SEGMENT_CORE_COLUMNS ||
		    section->columns.len / COLUMN_INFO_SIZE !=
			section->column_count ||
		    section->columns.len % COLUMN_INFO_SIZE != 0 ||
		    (i > 0 && section->type_oid <= section[-1].type_oid))
			return false;
	}
	return row_count == footer->row_count && row_count <= UINT32_MAX;
}

int
segment_take_footer(const uint8_t *data, size_t len, struct segment_footer *out,
    struct error *err)
{
	struct reader r = reader_over(data, len);

	*out = (struct segment_footer){ 0 };
	out->section_count = reader_u32(&r);
	out->context_count = reader_u32(&r);
	out->row_count = reader_u64(&r);
	out->event_id_first = reader_u64(&r);
	out->event_id_last = reader_u64(&r);
	out->time_min = reader_i64(&r);
	out->time_max = reader_i64(&r);
	out->indexes = reader_u32(&r);
	out->contexts = segment_take_ref(&r);
	out->index = segment_take_ref(&r);
	if (r.failed || out->section_count == 0 || out->context_count == 0 ||
	    out->context_count > out->row_count ||
	    reader_left(&r) / SECTION_INFO_SIZE != out->section_count ||
	    reader_left(&r) % SECTION_INFO_SIZE != 0)
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid footer");
	out->sections = calloc(out->section_count, sizeof(*out->sections));
	if (out->sections == NULL)
		return error_no_memory(err);
	if (!take_sections(&r, out)) {
		free(out->sections);
		out->sections = NULL;
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid list of sections");
	}
	return 0;
}

void
segment_put_chunk_info(struct buf *out, const struct chunk_info *info)
{
	buf_put_u8(out, info->encoding);
	buf_put_u8(out, info->flags);
	buf_put_u16(out, info->scale);
	buf_put_u32(out, info->null_count);
	buf_put_u32(out, info->row_count);
	buf_put_u32(out, info->block.len);
	buf_put_u64(out, info->block.offset);
	buf_put_u64(out, info->block.checksum);
	buf_put(out, info->low, sizeof(info->low));
	buf_put(out, info->high, sizeof(info->high));
}

bool
segment_take_chunk_info(const uint8_t data[CHUNK_INFO_SIZE],
    struct chunk_info *out)
{
	struct reader r = reader_over(data, CHUNK_INFO_SIZE);

	out->encoding = reader_u8(&r);
	out->flags = reader_u8(&r);
	out->scale = reader_u16(&r);
	out->null_count = reader_u32(&r);
	out->row_count = reader_u32(&r);
	out->block.len = reader_u32(&r);
	out->block.offset = reader_u64(&r);
	out->block.checksum = reader_u64(&r);
	memcpy(out->low, data + 32, sizeof(out->low));
	memcpy(out->high, data + 48, sizeof(out->high));
	return out->encoding < SEGMENT_ENCODINGS && out->flags <= CHUNK_FLAGS &&
	    out->row_count > 0 && out->row_count <= INT_ROWS_MAX &&
	    out->null_count <= out->row_count &&
	    (out->null_count == out->row_count) == (out->encoding == ENC_NULL);
}

bool
chunk_set_has(const struct chunk_info *info, int64_t value)
{
	uint64_t words[CHUNK_SET_BITS / 64], bit;
	int64_t low;

	memcpy(&low, info->low, sizeof(low));
	memcpy(&words[0], info->low + 8, sizeof(words[0]));
	memcpy(&words[1], info->high + 8, sizeof(words[1]));
	bit = (uint64_t)value - (uint64_t)low;
	return bit < CHUNK_SET_BITS && (words[bit / 64] >> bit % 64 & 1) != 0;
}

void
segment_put_column_info(struct buf *out, const struct column_info *info)
{
	buf_put_u8(out, (uint8_t)info->phys);
	buf_put_u8(out, info->has_dict);
	buf_put_u16(out, 0);
	buf_put_u32(out, info->dict_count);
	segment_put_ref(out, &info->dict_root);
	segment_put_ref(out, &info->chunks);
	segment_put_ref(out, &info->filter);
}

bool
segment_take_column_info(const uint8_t data[COLUMN_INFO_SIZE],
    struct column_info *out)
{
	struct reader r = reader_over(data, COLUMN_INFO_SIZE);
	uint8_t phys = reader_u8(&r);
	uint8_t has_dict = reader_u8(&r);
	uint16_t zero = reader_u16(&r);

	out->phys = (enum phys)phys;
	out->has_dict = has_dict == 1;
	out->dict_count = reader_u32(&r);
	out->dict_root = segment_take_ref(&r);
	out->chunks = segment_take_ref(&r);
	out->filter = segment_take_ref(&r);
	return phys < PHYS_COUNT && has_dict <= 1 && zero == 0 &&
	    (!out->has_dict || (phys == PHYS_STR && out->dict_count > 0));
}
