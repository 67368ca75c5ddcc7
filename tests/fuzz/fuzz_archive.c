/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archived log files over any bytes.  The first byte says what the others are:
 * a file as it is; a compressed piece, or the content of a group, in a file
 * whose checksums are right, which a fuzzer would not get past.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "engine/archive/archive.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/segment/codec_zstd.h"
#include "engine/wal/wal_format.h"
#include "fuzz/fuzz.h"

enum target {
	TARGET_FILE,
	TARGET_PIECE,
	TARGET_CONTENT,
	TARGET_COUNT,
};

static struct error err;

/* ---- one file in memory ---- */

static struct buf content;

static int
memory_open(struct os_fs *fs, const char *path UNUSED, unsigned flags UNUSED,
    struct os_file **out)
{
	static char name[] = "fuzz";
	static struct os_file file = { .path = name };

	file.fs = fs;
	*out = &file;
	return 0;
}

static void
memory_close(struct os_file *file UNUSED)
{
}

static ssize_t
memory_pread(struct os_file *file UNUSED, void *data, size_t len,
    uint64_t offset)
{
	if (offset >= content.len)
		return 0;
	if (len > content.len - offset)
		len = (size_t)(content.len - offset);
	memcpy(data, content.data + offset, len);
	return (ssize_t)len;
}

static int
memory_size(struct os_file *file UNUSED, uint64_t *out)
{
	*out = content.len;
	return 0;
}

static struct os_fs memory_fs = {
	.open = memory_open,
	.close = memory_close,
	.pread = memory_pread,
	.size = memory_size,
};

/* ---- a file that is well-formed but for what it is given ---- */

static const struct archive_header header = {
	.shard_count = 1,
	.file = 1,
	.first_group = 1,
	.first_event_id = 1,
};

static const struct field fields[] = {
	{ .name = { "a", 1 }, .type = { .oid = TYPE_BOOL, .mod = -1 } },
	{ .name = { "b", 1 }, .type = { .oid = TYPE_INT8, .mod = -1 } },
	{ .name = { "c", 1 }, .type = { .oid = TYPE_FLOAT8, .mod = -1 } },
	{ .name = { "d", 1 }, .type = { .oid = TYPE_NUMERIC, .mod = -1 } },
	{ .name = { "e", 1 }, .type = { .oid = TYPE_TEXT, .mod = -1 } },
	{ .name = { "f", 1 }, .type = { .oid = TYPE_UUID, .mod = -1 } },
	{ .name = { "g", 1 }, .type = { .oid = TYPE_INTERVAL, .mod = -1 } },
};

/* With the type of fuzz_rows. */
static void
encode_catalog(struct buf *out)
{
	const struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.oid = FIRST_USER_OID,
		.row_type_oid = FIRST_USER_OID + 1,
		.array_type_oid = FIRST_USER_OID + 2,
		.name = { "t", 1 },
		.fields = fields,
		.field_count = ARRAY_LEN(fields),
	};
	const struct catalog *empty, *catalog;

	if (catalog_new(&empty, &err) != 0 ||
	    catalog_apply(empty, &ddl, 0, &catalog, &err) != 0)
		abort();
	catalog_encode(catalog, out);
	catalog_unref(catalog);
	catalog_unref(empty);
}

static uint64_t identity;
static struct archive_trailer trailer;

static void
put_header(void)
{
	uint8_t bytes[ARCHIVE_HEADER_SIZE];

	identity = archive_header_encode(bytes, &header);
	trailer = (struct archive_trailer){
		.last_group = 1,
		.next_event_id = 1,
	};
	buf_put(&content, bytes, sizeof(bytes));
}

/* Any bytes, said to be the compressed form of `len` others. */
static void
put_packed(enum archive_piece kind, uint64_t offset, size_t len,
    const uint8_t *packed, size_t packed_len)
{
	const struct archive_block block = {
		.kind = kind,
		.offset = offset,
		.len = (uint32_t)len,
		.packed_len = (uint32_t)packed_len,
	};
	uint8_t bytes[ARCHIVE_BLOCK_SIZE];

	trailer.pieces_hash = hash_combine(trailer.pieces_hash,
	    archive_block_encode(bytes, &block, packed, identity, content.len));
	buf_put(&content, bytes, sizeof(bytes));
	buf_put(&content, packed, packed_len);
}

/* Its memory is kept: it is more than all else that an input takes. */
static void
put_piece(enum archive_piece kind, const uint8_t *bytes, size_t len)
{
	static struct zstd_encoder *encoder;
	static struct buf packed;

	if (encoder == NULL)
		encoder = zstd_encoder_new(ZSTD_LEVEL_DEFAULT);
	buf_reset(&packed);
	if (encoder == NULL ||
	    zstd_compress(encoder, bytes, len, ARCHIVE_PACKED_MAX, &packed) ==
		0)
		abort();
	put_packed(kind, 0, len, packed.data, packed.len);
}

static void
put_trailer(void)
{
	uint8_t bytes[ARCHIVE_TRAILER_SIZE];

	archive_trailer_encode(bytes, &trailer, identity, content.len);
	buf_put(&content, bytes, sizeof(bytes));
}

/* A group of any content, as the only one of the log. */
static void
put_group(const uint8_t *data, size_t len)
{
	const struct wal_group_header group = {
		.file = 1,
		.number = 1,
		.len = len,
		.first_event_id = 1,
	};
	size_t size = (size_t)wal_group_size(len);
	uint8_t *bytes = calloc(1, size);

	if (bytes == NULL)
		abort();
	if (len > 0)
		memcpy(bytes + WAL_GROUP_HEADER_SIZE, data, len);
	wal_group_encode(bytes, &group, wal_key(&header.directory));
	put_piece(ARCHIVE_LOG, bytes, size);
	trailer.log_bytes = size;
	free(bytes);
}

/* ---- who reads ---- */

static void
change_cb(void *arg UNUSED, uint64_t event_id UNUSED, const char *kind UNUSED,
    struct str name UNUSED)
{
}

/* Every value is there. */
static int
batch_cb(void *arg, const struct archived_rows *parts, uint32_t part_count,
    struct error *failure UNUSED)
{
	uint64_t *sum = arg;

	for (uint32_t p = 0; p < part_count; p++)
		for (uint32_t i = 0; i < parts[p].count; i++) {
			*sum += parts[p].event_ids[i];
			*sum += (uint64_t)parts[p].cols[0].i64[i];
			*sum += hash_bytes(parts[p].cols[1].str[i].data,
			    parts[p].cols[1].str[i].len);
		}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint64_t sum;
	const struct archive_visitor visitor = {
		.arg = &sum,
		.change = change_cb,
		.batch = batch_cb,
	};
	static struct buf catalog;

	if (len == 0 || len > ARCHIVE_PIECE_SIZE / 2)
		return 0;
	if (catalog.len == 0)
		encode_catalog(&catalog);
	buf_reset(&content);
	if (data[0] % TARGET_COUNT == TARGET_FILE) {
		buf_put(&content, data + 1, len - 1);
	} else {
		put_header();
		put_piece(ARCHIVE_CATALOG, catalog.data, catalog.len);
		trailer.log_bytes = WAL_ALIGN;
		if (data[0] % TARGET_COUNT == TARGET_CONTENT)
			put_group(data + 1, len - 1);
		else
			put_packed(ARCHIVE_LOG, 0, WAL_ALIGN, data + 1,
			    len - 1);
		put_trailer();
	}
	if (engine_visit_archived(&memory_fs, "fuzz", &visitor, &err) == 0)
		sum++;
	return 0;
}
