/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/reader.h"
#include "engine/archive/archive.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/segment/codec_zstd.h"
#include "engine/wal/wal_replay.h"

#define NAME_DIGITS 16

struct archive_reader {
	struct os_file *file;
	struct archive_info info;
	uint64_t key; /* of the log's checksums */
	uint64_t at;  /* of the next piece in the file */
	uint64_t pieces_hash;
	struct buf packed;
	struct buf catalog;
	struct buf log; /* its bytes from log_offset on, as far as pieces go */
	size_t taken;   /* of these, by groups */
	uint64_t log_offset;

	/* Behind the last group. */
	uint64_t next_group;
	uint64_t next_event_id;
	uint64_t content_group; /* as in the trailer */
	uint64_t content_hash;
};

/* ---- names ---- */

int
archive_path(char out[OS_PATH_SIZE], const char *dir, uint64_t number,
    struct error *err)
{
	char name[NAME_DIGITS + sizeof(ARCHIVE_SUFFIX)];

	snprintf(name, sizeof(name), "%016" PRIx64 ARCHIVE_SUFFIX, number);
	return os_path(out, dir, name, err);
}

bool
archive_file_number(const char *name, uint64_t *number)
{
	char expected[NAME_DIGITS + sizeof(ARCHIVE_SUFFIX)];
	char *end;

	*number = strtoull(name, &end, 16);
	snprintf(expected, sizeof(expected), "%016" PRIx64 ARCHIVE_SUFFIX,
	    *number);
	return strcmp(name, expected) == 0;
}

static void
note_name(void *arg, const char *name)
{
	struct buf *numbers = arg;
	uint64_t number;

	if (archive_file_number(name, &number))
		buf_put(numbers, &number, sizeof(number));
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int
archive_list(struct os_fs *fs, const char *dir, uint64_t **numbers,
    size_t *count, struct error *err)
{
	struct buf found;
	int rc;

	*numbers = NULL;
	*count = 0;
	buf_init(&found);
	rc = os_list(fs, dir, note_name, &found, err);
	if (rc == 0 && found.failed)
		rc = error_no_memory(err);
	if (rc != 0) {
		buf_release(&found);
		return rc;
	}
	*numbers = (uint64_t *)(void *)found.data; /* malloc aligns it */
	*count = found.len / sizeof(uint64_t);
	if (*count > 1)
		qsort(*numbers, *count, sizeof(uint64_t), compare_numbers);
	return 0;
}

/* ---- what a file says of itself ---- */

static int
damaged(const struct os_file *file, uint64_t offset, const char *why,
    struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "archived log file \"%s\" is damaged at offset %" PRIu64,
	    file->path, offset);
	return error_detail(err, "%s", why);
}

/* A file whose name is a number is the one with this number. */
static bool
has_its_name(const struct os_file *file, const struct archive_header *header)
{
	const char *slash = strrchr(file->path, '/');
	uint64_t number;

	return !archive_file_number(slash == NULL ? file->path : slash + 1,
		   &number) ||
	    number == header->file;
}

static int
read_info(struct os_file *file, struct archive_info *out, struct error *err)
{
	uint8_t head[ARCHIVE_HEADER_SIZE], end[ARCHIVE_TRAILER_SIZE];
	uint64_t end_offset;
	int rc = os_size(file, &out->file_bytes, err);

	if (rc != 0)
		return rc;
	if (out->file_bytes < sizeof(head) + sizeof(end))
		return damaged(file, out->file_bytes, "It ends there.", err);
	end_offset = out->file_bytes - sizeof(end);
	rc = os_pread_full(file, head, sizeof(head), 0, err);
	if (rc == 0)
		rc = os_pread_full(file, end, sizeof(end), end_offset, err);
	if (rc != 0)
		return rc;
	if (!archive_header_decode(head, &out->header, &out->identity))
		return damaged(file, 0,
		    "This is no header of an archived log file.", err);
	if (!has_its_name(file, &out->header))
		return damaged(file, 0, "This is another file's content.", err);
	if (!archive_trailer_decode(end, out->identity, end_offset,
		&out->trailer) ||
	    out->trailer.last_group < out->header.first_group ||
	    out->trailer.next_event_id < out->header.first_event_id)
		return damaged(file, end_offset,
		    "The end of it is missing, or is that of another file.",
		    err);
	return 0;
}

int
archive_read_info(struct os_fs *fs, const char *path, struct archive_info *out,
    struct error *err)
{
	struct os_file *file = NULL;
	int rc = os_open(fs, path, OS_READ | OS_FOLLOW, &file, err);

	if (rc == 0)
		rc = read_info(file, out, err);
	os_close(file);
	return rc;
}

/* ---- pieces ---- */

static uint64_t
pieces_end(const struct archive_reader *reader)
{
	return reader->info.file_bytes - ARCHIVE_TRAILER_SIZE;
}

/* What describes the piece at reader->at, and the piece in `packed`. */
static int
read_piece(struct archive_reader *reader, struct archive_block *block,
    struct error *err)
{
	uint64_t left = pieces_end(reader) - reader->at;
	uint8_t head[ARCHIVE_BLOCK_SIZE];
	uint64_t checksum;
	uint8_t *bytes;
	int rc;

	if (left < sizeof(head))
		return damaged(reader->file, reader->at,
		    "A piece is missing there.", err);
	rc = os_pread_full(reader->file, head, sizeof(head), reader->at, err);
	if (rc != 0)
		return rc;
	if (!archive_block_decode(head, block) ||
	    block->packed_len > left - sizeof(head))
		return damaged(reader->file, reader->at,
		    "A piece is missing there.", err);
	buf_reset(&reader->packed);
	bytes = buf_take(&reader->packed, block->packed_len);
	if (bytes == NULL)
		return error_no_memory(err);
	rc = os_pread_full(reader->file, bytes, block->packed_len,
	    reader->at + sizeof(head), err);
	if (rc != 0)
		return rc;
	if (!archive_block_is_valid(head, bytes, block->packed_len,
		reader->info.identity, reader->at, &checksum))
		return damaged(reader->file, reader->at, "A checksum is wrong.",
		    err);
	reader->pieces_hash = hash_combine(reader->pieces_hash, checksum);
	return 0;
}

/* Append what was compressed, and step over the piece. */
static int
unpack_piece(struct archive_reader *reader, const struct archive_block *block,
    struct buf *out, struct error *err)
{
	void *raw = NULL;
	size_t len = 0;
	int rc = zstd_block_decode(reader->packed.data, block->packed_len, NULL,
	    &raw, &len, err);

	if (rc == STELE_E_OUT_OF_MEMORY)
		return rc;
	if (rc != 0 || len != block->len) {
		free(raw);
		return damaged(reader->file, reader->at,
		    "A piece cannot be decompressed.", err);
	}
	buf_put(out, raw, len);
	free(raw);
	if (out->failed)
		return error_no_memory(err);
	reader->at += ARCHIVE_BLOCK_SIZE + block->packed_len;
	return 0;
}

/* All pieces before the first of the log. */
static int
read_catalog(struct archive_reader *reader, struct error *err)
{
	struct archive_block block;
	uint64_t hash;
	int rc = 0;

	while (rc == 0) {
		hash = reader->pieces_hash;
		rc = read_piece(reader, &block, err);
		if (rc != 0)
			return rc;
		if (block.kind != ARCHIVE_CATALOG)
			break;
		if (block.offset != reader->catalog.len)
			return damaged(reader->file, reader->at,
			    "A piece of the catalogue is missing.", err);
		rc = unpack_piece(reader, &block, &reader->catalog, err);
	}
	reader->pieces_hash = hash; /* this one is read again */
	return rc;
}

static int
read_log_piece(struct archive_reader *reader, struct error *err)
{
	struct archive_block block;
	int rc = read_piece(reader, &block, err);

	if (rc != 0)
		return rc;
	if (block.kind != ARCHIVE_LOG ||
	    block.offset != reader->log_offset + reader->log.len)
		return damaged(reader->file, reader->at,
		    "A piece of the log is missing.", err);
	return unpack_piece(reader, &block, &reader->log, err);
}

/* ---- groups ---- */

static uint64_t
group_offset(const struct archive_reader *reader)
{
	return reader->log_offset + reader->taken;
}

/* Have so many bytes behind those that were taken. */
static int
need_log(struct archive_reader *reader, uint64_t len, struct error *err)
{
	struct buf *log = &reader->log;
	int rc = 0;

	if (log->len - reader->taken >= len)
		return 0;
	if (reader->taken > 0) {
		memmove(log->data, log->data + reader->taken,
		    log->len - reader->taken);
		log->len -= reader->taken;
		reader->log_offset += reader->taken;
		reader->taken = 0;
	}
	while (log->len < len && rc == 0)
		rc = read_log_piece(reader, err);
	return rc;
}

static int
bad_group(const struct archive_reader *reader, struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "archived log file \"%s\" lacks group %" PRIu64, reader->file->path,
	    reader->next_group);
	return error_detail(err,
	    "It should stand at offset %" PRIu64 " of the log file.",
	    group_offset(reader));
}

/* Its batches give the number of the next event. */
static bool
follow_group(struct archive_reader *reader, const struct archive_group *group)
{
	size_t len = (size_t)group->header.len;
	struct reader r = reader_over(group->content, len);
	struct wal_replay_batch batch;
	int more;

	if (group->header.number != reader->next_group ||
	    group->header.first_event_id != reader->next_event_id)
		return false;
	while ((more = wal_next_batch(&r, &reader->next_event_id, &batch)) == 1)
		continue;
	reader->next_group++;
	if (len > 0) {
		reader->content_group = group->header.number;
		reader->content_hash =
		    archive_content_hash(group->header.number,
			group->header.first_event_id, group->content, len);
	}
	return more == 0;
}

/* At the end of the log's bytes. */
static int
check_end(const struct archive_reader *reader, struct error *err)
{
	const struct archive_trailer *trailer = &reader->info.trailer;

	if (reader->at == pieces_end(reader) &&
	    reader->pieces_hash == trailer->pieces_hash &&
	    reader->next_group == trailer->last_group + 1 &&
	    reader->next_event_id == trailer->next_event_id &&
	    reader->content_group == trailer->content_group &&
	    reader->content_hash == trailer->content_hash)
		return 0;
	return damaged(reader->file, reader->at,
	    "What is in it is not what its end says.", err);
}

int
archive_next_group(struct archive_reader *reader, struct archive_group *out,
    struct error *err)
{
	uint64_t left = reader->info.trailer.log_bytes - group_offset(reader);
	const uint8_t *bytes;
	uint64_t size;
	int rc;

	if (left == 0)
		return check_end(reader, err);
	if (left < WAL_ALIGN)
		return bad_group(reader, err);
	rc = need_log(reader, WAL_GROUP_HEADER_SIZE, err);
	if (rc != 0)
		return rc;
	if (!wal_group_decode(reader->log.data + reader->taken,
		reader->info.header.file, group_offset(reader), &out->header) ||
	    out->header.len > left ||
	    (size = wal_group_size(out->header.len)) > left)
		return bad_group(reader, err);
	rc = need_log(reader, size, err);
	if (rc != 0)
		return rc;
	bytes = reader->log.data + reader->taken;
	out->content = bytes + WAL_GROUP_HEADER_SIZE;
	if (!wal_group_is_valid(bytes, out->header.len, reader->key) ||
	    !follow_group(reader, out))
		return bad_group(reader, err);
	reader->taken += (size_t)size;
	return 1;
}

/* ---- life ---- */

int
archive_open(struct os_fs *fs, const char *path, struct archive_reader **out,
    struct error *err)
{
	struct archive_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	*out = NULL;
	if (reader == NULL)
		return error_no_memory(err);
	buf_init(&reader->packed);
	buf_init(&reader->catalog);
	buf_init(&reader->log);
	rc = os_open(fs, path, OS_READ | OS_FOLLOW, &reader->file, err);
	if (rc == 0)
		rc = read_info(reader->file, &reader->info, err);
	if (rc == 0) {
		reader->key = wal_key(&reader->info.header.directory);
		reader->at = ARCHIVE_HEADER_SIZE;
		reader->next_group = reader->info.header.first_group;
		reader->next_event_id = reader->info.header.first_event_id;
		rc = read_catalog(reader, err);
	}
	if (rc != 0)
		archive_close(reader);
	else
		*out = reader;
	return rc;
}

void
archive_close(struct archive_reader *reader)
{
	if (reader == NULL)
		return;
	os_close(reader->file);
	buf_release(&reader->packed);
	buf_release(&reader->catalog);
	buf_release(&reader->log);
	free(reader);
}

const struct archive_info *
archive_info(const struct archive_reader *reader)
{
	return &reader->info;
}

int
archive_catalog(const struct archive_reader *reader, const struct catalog **out,
    struct error *err)
{
	return catalog_decode(buf_str(&reader->catalog), out, err);
}
