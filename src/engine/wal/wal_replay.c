/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wal/wal_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "common/reader.h"
#include "engine/wal/wal_private.h"
#include "engine/wal/wal_read.h"
#include "os/file.h"

#define COPY_BLOCK_SIZE (1024u * 1024)

/* State of one replay. */
struct replayer {
	struct os_fs *fs;
	const struct wal_replay_options *options;
	struct wal_replay *out;
	struct buf names; /* uint64_t numbers of the files there are */
	struct buf group; /* the group being read */

	/* The file being read. */
	struct wal_source source;
	uint64_t offset; /* after the last valid group */

	/* The last valid group: its number, or the one before the first of all,
	   and where it ends. */
	uint64_t last_number;
	uint64_t end_file;
	uint64_t end_offset;
	uint64_t max_synced; /* that any valid group knows of */
};

/* ---- the folder ---- */

static void
note_name(void *arg, const char *name)
{
	struct replayer *r = arg;
	uint64_t number;

	if (wal_file_number(name, &number))
		buf_put(&r->names, &number, sizeof(number));
	else if (strlen(name) > strlen(OS_TEMP_SUFFIX) &&
	    strcmp(name + strlen(name) - strlen(OS_TEMP_SUFFIX),
		OS_TEMP_SUFFIX) == 0 &&
	    !r->options->is_read_only) {
		char path[OS_PATH_SIZE];
		struct error err;

		/* Half-made.  If it stays, it is overwritten some day. */
		if (os_path(path, r->options->dir, name, &err) != 0 ||
		    os_unlink(r->fs, path, &err) != 0)
			log_warn(LOG_WAL, "could not remove temporary file",
			    LOG_FAILURE(&err));
	}
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static int
remove_file(struct replayer *r, uint64_t number, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc;

	if (r->options->is_read_only)
		return 0;
	rc = wal_file_path(r->options->dir, number, path, err);
	return rc == 0 ? os_unlink(r->fs, path, err) : rc;
}

/* The numbers of the files to read, ascending. */
static int
list_files(struct replayer *r, uint64_t **numbers, size_t *count,
    struct error *err)
{
	size_t total, kept = 0;
	uint64_t *all;
	int rc = os_list(r->fs, r->options->dir, note_name, r, err);

	if (rc != 0)
		return rc;
	if (r->names.failed)
		return error_no_memory(err);
	total = r->names.len / sizeof(uint64_t);
	all = (uint64_t *)(void *)r->names.data; /* malloc aligns it */
	if (total > 1)
		qsort(all, total, sizeof(uint64_t), compare_u64);
	r->out->next_file_number = r->options->first_file;
	for (size_t i = 0; i < total && rc == 0; i++) {
		if (all[i] + 1 > r->out->next_file_number)
			r->out->next_file_number = all[i] + 1;
		if (all[i] >= r->options->first_file)
			all[kept++] = all[i];
		else
			rc = remove_file(r, all[i], err);
	}
	*numbers = all;
	*count = kept;
	return rc;
}

static int
open_file(struct replayer *r, uint64_t number, struct error *err)
{
	r->offset = 0;
	return wal_source_open(&r->source, r->fs, r->options->dir, number, err);
}

/* ---- groups ---- */

static int
corrupt(const struct replayer *r, uint64_t offset, const char *what,
    struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "log file \"%s\" is corrupt at offset %" PRIu64,
	    r->source.file->path, offset);
	return error_detail(err, "%s", what);
}

/* What comes after the last valid group has been there, and is not. */
static int
lacks_groups(const struct replayer *r, const char *why, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = wal_file_path(r->options->dir, r->end_file, path, err);

	if (rc != 0)
		return rc;
	(void)error_set(err, STELE_E_CORRUPT,
	    "log file \"%s\" is corrupt at offset %" PRIu64, path,
	    r->end_offset);
	return error_detail(err,
	    "Group number %" PRIu64
	    " is missing there, or at the beginning of a later file. %s",
	    r->last_number + 1, why);
}

int
wal_next_batch(struct reader *content, uint64_t *event_id,
    struct wal_replay_batch *out)
{
	struct wal_batch_header header;
	const uint8_t *bytes;

	if (reader_left(content) == 0)
		return 0;
	bytes = reader_take(content, WAL_BATCH_HEADER_SIZE);
	if (bytes == NULL)
		return -1;
	header = wal_batch_decode(bytes);
	if (header.len > reader_left(content))
		return -1;
	*out = (struct wal_replay_batch){
		.first_event_id = *event_id,
		.row_count = header.row_count,
		.entries = reader_take(content, (size_t)header.len),
		.len = (size_t)header.len,
	};
	*event_id += header.row_count;
	return 1;
}

static int
replay_batches(struct replayer *r, const struct wal_group_header *header,
    struct wal_old_file *file, struct error *err)
{
	struct reader content =
	    reader_over(r->group.data + WAL_GROUP_HEADER_SIZE,
		(size_t)header->len);
	uint64_t event_id = header->first_event_id;
	struct wal_replay_batch batch;
	int more;

	while ((more = wal_next_batch(&content, &event_id, &batch)) == 1) {
		int rc = r->options->batch(r->options->arg, &batch, err);

		if (rc != 0)
			return rc;
		if (batch.row_count > 0)
			file->last_event_id = event_id - 1;
		if (batch.generation > file->generation)
			file->generation = batch.generation;
	}
	if (more < 0)
		return corrupt(r, r->offset, "A batch is malformed.", err);
	r->out->next_event_id = event_id;
	return 0;
}

/* The file that is being read, in the list of those with groups. */
static int
need_old_file(struct replayer *r, struct wal_old_file **out, struct error *err)
{
	struct wal_replay *replay = r->out;
	struct wal_old_file *files;

	if (replay->file_count > 0 &&
	    replay->files[replay->file_count - 1].number == r->source.number) {
		*out = &replay->files[replay->file_count - 1];
		return 0;
	}
	files =
	    realloc(replay->files, (replay->file_count + 1) * sizeof(*files));
	if (files == NULL)
		return error_no_memory(err);
	replay->files = files;
	*out = &files[replay->file_count++];
	**out = (struct wal_old_file){
		.number = r->source.number,
		.size_bytes = r->source.size_bytes,
		.first_group = r->last_number + 1,
	};
	return 0;
}

/* The valid groups of one file, in order, up to the first that is not. */
static int
replay_file(struct replayer *r, struct error *err)
{
	struct wal_group_header header;
	int rc;

	while ((rc = wal_read_group(&r->source, r->offset, &r->group, &header,
		    err)) == 1) {
		struct wal_old_file *file = NULL;

		if (header.number <= r->last_number)
			return 0; /* stale; scan_rest() judges it */
		if (header.number != r->last_number + 1)
			return lacks_groups(r, "Later ones are there.", err);
		if (r->out->group_count > 0 &&
		    header.first_event_id != r->out->next_event_id)
			return corrupt(r, r->offset,
			    "Its events do not follow those before.", err);
		rc = need_old_file(r, &file, err);
		if (rc == 0)
			rc = replay_batches(r, &header, file, err);
		if (rc != 0)
			return rc;
		r->last_number = header.number;
		if (header.synced > r->max_synced)
			r->max_synced = header.synced;
		r->offset += wal_group_size(header.len);
		r->end_file = r->source.number;
		r->end_offset = r->offset;
		r->out->group_count++;
		r->out->bytes += wal_group_size(header.len);
	}
	return rc;
}

/* ---- the end ---- */

/*
 * After the last valid group: is there, anywhere, a later one that knows the
 * missing one to be synced?  *found_torn: there are remains of a group here.
 */
static int
scan_rest(struct replayer *r, uint64_t offset, bool *found_torn,
    struct error *err)
{
	uint64_t missing = r->last_number + 1;

	for (uint64_t at = offset; at + WAL_ALIGN <= r->source.size_bytes;
	     at += WAL_ALIGN) {
		uint8_t bytes[WAL_GROUP_HEADER_SIZE];
		struct wal_group_header header;
		int rc = os_pread_full(r->source.file, bytes, sizeof(bytes), at,
		    err);

		if (rc != 0)
			return rc;
		if (!wal_group_decode(bytes, r->source.number, at, &header))
			continue;
		*found_torn = true;
		rc = wal_read_group(&r->source, at, &r->group, &header, err);
		if (rc < 0)
			return rc;
		if (rc == 1 && header.number > missing &&
		    header.synced >= missing)
			return corrupt(r, offset,
			    "A later group says that the damaged one was "
			    "synced.",
			    err);
	}
	return 0;
}

static int
copy_bytes(struct os_file *from, struct os_file *to, uint64_t len,
    uint8_t block[COPY_BLOCK_SIZE], struct error *err)
{
	int rc = 0;

	for (uint64_t at = 0; at < len && rc == 0; at += COPY_BLOCK_SIZE) {
		size_t piece = COPY_BLOCK_SIZE;

		if (len - at < piece)
			piece = (size_t)(len - at);
		rc = os_pread_full(from, block, piece, at, err);
		if (rc == 0)
			rc = os_pwrite_full(to, block, piece, at, err);
	}
	return rc;
}

/*
 * Copy the valid part of the last file, synced, over it.  Then what was read
 * is on disk, and the torn tail is gone.
 */
static int
copy_tail(struct replayer *r, uint64_t len, struct error *err)
{
	char path[OS_PATH_SIZE], temp[OS_PATH_SIZE + sizeof(OS_TEMP_SUFFIX)];
	struct os_file *copy = NULL;
	uint8_t *block;
	int rc = wal_file_path(r->options->dir, r->source.number, path, err);

	if (rc != 0)
		return rc;
	snprintf(temp, sizeof(temp), "%s%s", path, OS_TEMP_SUFFIX);
	block = malloc(COPY_BLOCK_SIZE);
	if (block == NULL)
		return error_no_memory(err);
	rc = os_open(r->fs, temp, OS_READ | OS_WRITE | OS_CREATE, &copy, err);
	if (rc == 0)
		rc = copy_bytes(r->source.file, copy, len, block, err);
	if (rc == 0)
		rc = os_truncate(copy, len, err);
	if (rc == 0)
		rc = os_fsync(copy, err);
	if (rc == 0)
		rc = os_rename(r->fs, temp, path, err);
	if (rc == 0)
		rc = os_fsync_dir(r->fs, r->options->dir, err);
	os_close(copy);
	if (rc != 0) {
		error_add_context(err, "while copying the end of the log");
		(void)r->fs->unlink(r->fs, temp); /* gives room back */
	}
	free(block);
	return rc;
}

/*
 * The same without a copy, for a full disk: the valid part is written again in
 * its place, as pages of a failed sync count as clean, the rest is cut off.
 */
static int
rewrite_tail(struct replayer *r, uint64_t len, struct error *err)
{
	char path[OS_PATH_SIZE];
	struct os_file *file = NULL;
	uint8_t *block = malloc(COPY_BLOCK_SIZE);
	int rc;

	if (block == NULL)
		return error_no_memory(err);
	rc = wal_file_path(r->options->dir, r->source.number, path, err);
	if (rc == 0)
		rc = os_open(r->fs, path, OS_READ | OS_WRITE, &file, err);
	if (rc == 0)
		rc = copy_bytes(file, file, len, block, err);
	if (rc == 0)
		rc = os_truncate(file, len, err);
	if (rc == 0)
		rc = os_fsync(file, err);
	if (rc == 0)
		rc = os_fsync_dir(r->fs, r->options->dir, err);
	if (rc != 0)
		error_add_context(err, "while rewriting the end of the log");
	os_close(file);
	free(block);
	return rc;
}

/*
 * Recovery needs no free space (D4): on a full disk there is the reserve, and
 * where that is not enough, or gone, the place that the file has.
 */
static int
copy_tail_somehow(struct replayer *r, uint64_t len, struct error *err)
{
	struct error ignored;
	int rc = copy_tail(r, len, err);

	if (rc != STELE_E_DISK_FULL)
		return rc;
	if (r->options->reserve != NULL &&
	    os_unlink(r->fs, r->options->reserve, &ignored) == 0) {
		log_warn(LOG_WAL, "disk is full, used the reserve");
		rc = copy_tail(r, len, err);
	}
	return rc == STELE_E_DISK_FULL ? rewrite_tail(r, len, err) : rc;
}

/* Are all groups there that the MANIFEST knows of? */
static int
check_end(struct replayer *r, struct error *err)
{
	if (r->last_number >= r->options->synced_group)
		return 0;
	return lacks_groups(r, "The MANIFEST says that it was synced.", err);
}

/* Make what was read last, and only that, the end of the log. */
static int
settle_end(struct replayer *r, const uint64_t *numbers, size_t count,
    struct error *err)
{
	struct wal_replay *out = r->out;
	const uint64_t end = r->end_offset;
	uint64_t last_file = 0;
	bool found_torn = false;
	int rc = 0;

	if (out->file_count > 0)
		last_file = out->files[out->file_count - 1].number;
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (numbers[i] < last_file)
			continue;
		rc = open_file(r, numbers[i], err);
		if (rc == 0)
			rc = scan_rest(r, numbers[i] == last_file ? end : 0,
			    &found_torn, err);
		if (rc == 0 && found_torn && !out->is_torn) {
			out->is_torn = true;
			out->torn_file = numbers[i];
			out->torn_offset = numbers[i] == last_file ? end : 0;
		}
	}
	if (rc != 0 || r->options->is_read_only)
		return rc;
	if (out->file_count > 0 &&
	    (r->last_number > r->max_synced || out->is_torn)) {
		rc = open_file(r, last_file, err);
		if (rc == 0)
			rc = copy_tail_somehow(r, end, err);
		out->files[out->file_count - 1].size_bytes = end;
		out->has_copied_tail = true;
	}
	/* Files that were ready for use, or torn at their start. */
	for (size_t i = 0; i < count && rc == 0; i++)
		if (numbers[i] > last_file)
			rc = remove_file(r, numbers[i], err);
	return rc;
}

int
wal_replay(struct os_fs *fs, const struct wal_replay_options *options,
    struct wal_replay *out, struct error *err)
{
	struct replayer r = {
		.fs = fs,
		.options = options,
		.out = out,
		.source.key = options->key,
		.last_number = options->first_group - 1,
		.end_file = options->first_file,
		.max_synced = options->synced_group,
	};
	uint64_t *numbers = NULL;
	size_t count = 0;
	int rc;

	*out = (struct wal_replay){ .next_group_number = options->first_group };
	buf_init(&r.names);
	buf_init(&r.group);
	rc = list_files(&r, &numbers, &count, err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = open_file(&r, numbers[i], err);
		if (rc == 0)
			rc = replay_file(&r, err);
	}
	if (rc == 0)
		rc = check_end(&r, err);
	if (rc == 0)
		rc = settle_end(&r, numbers, count, err);
	if (rc == 0)
		out->next_group_number = r.last_number + 1;
	wal_source_close(&r.source);
	buf_release(&r.names);
	buf_release(&r.group);
	return rc;
}

void
wal_replay_release(struct wal_replay *replay)
{
	free(replay->files);
	*replay = (struct wal_replay){ .files = NULL };
}
