/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/reader.h"
#include "engine/archive/archive.h"
#include "engine/archive/archive_segments.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/segment/codec_zstd.h"
#include "engine/wal/wal_read.h"
#include "engine/wal/wal_replay.h"

struct writer {
	struct os_fs *fs;
	const char *dir; /* the archive */
	const struct archive_source *source;
	struct zstd_encoder *encoder;
	struct os_file *file;
	uint64_t at; /* where the next bytes go */
	struct archive_info *info;
	uint64_t *lost_segment; /* archive_write()'s */
	struct archive_counts counts;
	struct wal_source log;
	struct buf group;
	struct buf pending; /* of the log, not yet a piece */
	struct buf packed;
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static int
put(struct writer *w, const void *bytes, size_t len, struct error *err)
{
	int rc = os_pwrite_full(w->file, bytes, len, w->at, err);

	w->at += len;
	return rc;
}

/* ---- pieces ---- */

static int
put_piece(struct writer *w, enum archive_piece kind, uint64_t offset,
    const uint8_t *bytes, size_t len, struct error *err)
{
	struct archive_block block = {
		.kind = kind,
		.offset = offset,
		.len = (uint32_t)len,
	};
	uint8_t head[ARCHIVE_BLOCK_SIZE];
	uint64_t checksum;
	int rc;

	buf_reset(&w->packed);
	block.packed_len = (uint32_t)zstd_compress(w->encoder, bytes, len,
	    ARCHIVE_PACKED_MAX, &w->packed);
	if (block.packed_len == 0) /* there was room for any bytes */
		return no_memory(err);
	checksum = archive_block_encode(head, &block, w->packed.data,
	    w->info->identity, w->at);
	w->info->trailer.pieces_hash =
	    hash_combine(w->info->trailer.pieces_hash, checksum);
	rc = put(w, head, sizeof(head), err);
	return rc == 0 ? put(w, w->packed.data, block.packed_len, err) : rc;
}

static int
put_catalog(struct writer *w, struct error *err)
{
	struct buf bytes;
	int rc = 0;

	buf_init(&bytes);
	catalog_encode(w->source->catalog, &bytes);
	if (bytes.failed)
		rc = no_memory(err);
	for (size_t at = 0; at < bytes.len && rc == 0;
	     at += ARCHIVE_PIECE_SIZE) {
		size_t len = bytes.len - at;

		if (len > ARCHIVE_PIECE_SIZE)
			len = ARCHIVE_PIECE_SIZE;
		rc = put_piece(w, ARCHIVE_CATALOG, at, bytes.data + at, len,
		    err);
	}
	buf_release(&bytes);
	return rc;
}

/* The pending bytes as a piece. */
static int
end_piece(struct writer *w, struct error *err)
{
	uint64_t *log_bytes = &w->info->trailer.log_bytes;
	int rc;

	if (w->pending.len == 0)
		return 0;
	rc = put_piece(w, ARCHIVE_LOG, *log_bytes, w->pending.data,
	    w->pending.len, err);
	*log_bytes += w->pending.len;
	buf_reset(&w->pending);
	return rc;
}

static int
put_log(struct writer *w, const uint8_t *bytes, size_t len, struct error *err)
{
	int rc = 0;

	while (len > 0 && rc == 0) {
		size_t room = ARCHIVE_PIECE_SIZE - w->pending.len;
		size_t part = len < room ? len : room;

		buf_put(&w->pending, bytes, part);
		if (w->pending.failed)
			return no_memory(err);
		bytes += part;
		len -= part;
		if (w->pending.len == ARCHIVE_PIECE_SIZE)
			rc = end_piece(w, err);
	}
	return rc;
}

/* ---- groups ---- */

static int
lacks_group(const struct writer *w, uint64_t number, uint64_t offset,
    struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "log file \"%s\" is corrupt at offset %" PRIu64, w->log.file->path,
	    offset);
	return error_detail(err,
	    "Group number %" PRIu64 " is missing there; it cannot be archived.",
	    number);
}

static int
copy_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	const struct writer *w = arg;
	const struct uuid *directory = &w->source->header.directory;
	int rc = archive_copy_segment(w->fs, w->source->dir, w->dir, meta,
	    directory, err);

	if (rc == STELE_E_FILE_MISSING &&
	    archive_segment_is_lost(w->fs, w->source->dir, w->dir, meta,
		directory))
		*w->lost_segment = meta->number;
	return rc;
}

/* What the trailer will say of a group; its segments are archived. */
static int
take_group(struct writer *w, const struct wal_group_header *header,
    struct error *err)
{
	struct archive_trailer *trailer = &w->info->trailer;
	const uint8_t *content = w->group.data + WAL_GROUP_HEADER_SIZE;
	struct reader r = reader_over(content, (size_t)header->len);
	struct wal_replay_batch batch;
	int more, rc = 0;

	trailer->last_group = header->number;
	trailer->next_event_id = header->first_event_id;
	while (rc == 0 &&
	    (more = wal_next_batch(&r, &trailer->next_event_id, &batch)) != 0) {
		if (more < 0 || !archive_count(&w->counts, &batch))
			return lacks_group(w, header->number, header->offset,
			    err);
		rc = archive_each_segment(&batch, copy_segment, w, err);
	}
	if (header->len > 0) {
		trailer->content_group = header->number;
		trailer->content_hash = archive_content_hash(header->number,
		    header->first_event_id, content, (size_t)header->len);
	}
	return rc;
}

static int
put_group(struct writer *w, const struct wal_group_header *header,
    struct error *err)
{
	static const uint8_t zeros[WAL_ALIGN];
	int rc = take_group(w, header, err);

	if (rc == 0)
		rc = put_log(w, w->group.data, w->group.len, err);
	if (rc != 0)
		return rc;
	return put_log(w, zeros,
	    (size_t)(wal_group_size(header->len) - w->group.len), err);
}

static int
put_groups(struct writer *w, struct error *err)
{
	const struct archive_source *source = w->source;
	uint64_t offset = 0;
	int rc = 0;

	for (uint64_t number = source->header.first_group;
	     number <= source->last_group && rc == 0; number++) {
		struct wal_group_header header;

		rc = wal_read_group(&w->log, offset, &w->group, &header, err);
		if (rc < 0)
			return rc;
		if (rc == 0 || header.number != number)
			return lacks_group(w, number, offset, err);
		rc = put_group(w, &header, err);
		offset += wal_group_size(header.len);
	}
	return rc == 0 ? end_piece(w, err) : rc;
}

/* ---- the file ---- */

static int
put_header(struct writer *w, struct error *err)
{
	uint8_t bytes[ARCHIVE_HEADER_SIZE];
	struct wal_group_header first;
	int rc = wal_read_group(&w->log, 0, &w->group, &first, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return lacks_group(w, w->source->header.first_group, 0, err);
	w->info->header.first_event_id = first.first_event_id;
	w->info->identity = archive_header_encode(bytes, &w->info->header);
	return put(w, bytes, sizeof(bytes), err);
}

static int
put_trailer(struct writer *w, struct error *err)
{
	struct archive_trailer *trailer = &w->info->trailer;
	uint8_t bytes[ARCHIVE_TRAILER_SIZE];
	int rc;

	trailer->schema_changes = w->counts.schema_changes;
	trailer->time_min = w->counts.time_min;
	trailer->time_max = w->counts.time_max;
	archive_trailer_encode(bytes, trailer, w->info->identity, w->at);
	rc = put(w, bytes, sizeof(bytes), err);
	if (rc == 0)
		rc = os_truncate(w->file, w->at, err);
	w->info->file_bytes = w->at;
	return rc == 0 ? os_fsync(w->file, err) : rc;
}

static int
write_file(struct writer *w, const char *path, struct error *err)
{
	const struct archive_source *source = w->source;
	int rc = wal_source_open(&w->log, w->fs, source->wal_dir,
	    source->header.file, err);

	if (rc == 0)
		rc = os_open(w->fs, path, OS_WRITE | OS_CREATE, &w->file, err);
	if (rc == 0)
		rc = put_header(w, err);
	if (rc == 0)
		rc = put_catalog(w, err);
	if (rc == 0)
		rc = put_groups(w, err);
	if (rc == 0)
		rc = put_trailer(w, err);
	wal_source_close(&w->log);
	os_close(w->file);
	return rc;
}

/* Before the log file may go, what was written is seen to be whole. */
static int
read_back(struct os_fs *fs, const char *path, struct error *err)
{
	struct archive_reader *reader = NULL;
	struct archive_group group;
	int rc = archive_open(fs, path, &reader, err);

	if (rc == 0)
		while ((rc = archive_next_group(reader, &group, err)) == 1)
			continue;
	archive_close(reader);
	return rc;
}

static int
write_and_name(struct writer *w, const char *dir, struct error *err)
{
	char path[OS_PATH_SIZE], temp[OS_PATH_SIZE + sizeof(OS_TEMP_SUFFIX)];
	int rc = archive_path(path, dir, w->source->header.file, err);

	if (rc != 0)
		return rc;
	snprintf(temp, sizeof(temp), "%s%s", path, OS_TEMP_SUFFIX);
	rc = write_file(w, temp, err);
	if (rc == 0)
		rc = read_back(w->fs, temp, err);
	if (rc == 0)
		rc = os_rename(w->fs, temp, path, err);
	if (rc != 0) {
		(void)w->fs->unlink(w->fs, temp); /* gives room back */
		return rc;
	}
	return os_fsync_dir(w->fs, dir, err);
}

int
archive_write(struct os_fs *fs, const char *dir,
    const struct archive_source *source, struct archive_info *out,
    uint64_t *lost_segment, struct error *err)
{
	struct writer w = {
		.fs = fs,
		.dir = dir,
		.source = source,
		.info = out,
		.lost_segment = lost_segment,
		.log.key = wal_key(&source->header.directory),
		.encoder = zstd_encoder_new(ZSTD_LEVEL_DEFAULT),
	};
	int rc;

	*lost_segment = 0;
	if (w.encoder == NULL)
		return no_memory(err);
	*out = (struct archive_info){ .header = source->header };
	archive_counts_init(&w.counts);
	buf_init(&w.group);
	buf_init(&w.pending);
	buf_init(&w.packed);
	rc = write_and_name(&w, dir, err);
	buf_release(&w.group);
	buf_release(&w.pending);
	buf_release(&w.packed);
	zstd_encoder_free(w.encoder);
	return rc;
}
