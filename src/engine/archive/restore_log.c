/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive/restore_log.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/keep/flush_all.h"
#include "engine/wal/wal_private.h"

#define SIZE_MAX_DEFAULT ((uint64_t)128 << 20)

void
restore_log_init(struct restore_log *log, struct os_fs *fs, const char *dir,
    const struct engine_options *options, uint64_t key)
{
	*log = (struct restore_log){
		.fs = fs,
		.dir = dir,
		.options = *options,
		.key = key,
		.size_max = SIZE_MAX_DEFAULT,
	};
	if (options->max_wal_size_bytes != 0 &&
	    options->max_wal_size_bytes < log->size_max)
		log->size_max = options->max_wal_size_bytes;
	/* It only replays and flushes. */
	log->options.is_restoring = true;
	log->options.is_retention_off = true;
	log->options.compaction = false;
	log->options.wal_archive_dir = NULL;
	log->options.shard_count = 0;
	buf_init(&log->group);
}

void
restore_log_release(struct restore_log *log)
{
	os_close(log->file);
	buf_release(&log->group);
}

/* ---- a file ---- */

static void
note_number(void *arg, const char *name)
{
	uint64_t *last = arg, number;

	if (wal_file_number(name, &number) && number > *last)
		*last = number;
}

static int
open_manifest(const struct restore_log *log, struct os_file **lock,
    struct manifest **manifest, struct error *err)
{
	char path[OS_PATH_SIZE];
	uint64_t torn_bytes;
	int rc = os_path(path, log->dir, LOCK_NAME, err);

	*lock = NULL;
	*manifest = NULL;
	if (rc == 0)
		rc = os_lock(log->fs, path, lock, err);
	return rc == 0
	    ? manifest_open(log->fs, log->dir, manifest, &torn_bytes, err)
	    : rc;
}

/*
 * Behind all that are there, also those that hold nothing, and behind those that
 * are there no more: a start has no use for a file before the MANIFEST's first.
 * And behind the archive's, which the directory may go on with: what it archives
 * has the numbers of its log.
 */
static int
choose_number(struct restore_log *log, const char *wal_dir, struct error *err)
{
	struct manifest *manifest;
	struct os_file *lock;
	uint64_t last = log->archived_file;
	int rc = os_list(log->fs, wal_dir, note_number, &last, err);

	log->number = last + 1;
	if (rc != 0)
		return rc;
	rc = open_manifest(log, &lock, &manifest, err);
	if (rc == 0 && log->number < manifest_state(manifest)->wal_file)
		log->number = manifest_state(manifest)->wal_file;
	manifest_close(manifest);
	os_close(lock);
	return rc;
}

static int
begin_file(struct restore_log *log, struct error *err)
{
	char wal_dir[OS_PATH_SIZE], path[OS_PATH_SIZE];
	int rc = os_path(wal_dir, log->dir, WAL_DIRECTORY, err);

	log->offset = 0;
	if (rc == 0)
		rc = choose_number(log, wal_dir, err);
	if (rc == 0)
		rc = wal_file_path(wal_dir, log->number, path, err);
	if (rc != 0)
		return rc;
	if (snprintf(log->path, sizeof(log->path), "%s%s", path,
		OS_TEMP_SUFFIX) >= (int)sizeof(log->path))
		return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long",
		    path);
	rc = os_open(log->fs, log->path, OS_WRITE | OS_CREATE, &log->file, err);
	return rc == 0 ? os_truncate(log->file, 0, err) : rc;
}

static int
name_file(struct restore_log *log, struct error *err)
{
	char wal_dir[OS_PATH_SIZE], path[OS_PATH_SIZE];
	int rc = os_fsync(log->file, err);

	os_close(log->file);
	log->file = NULL;
	if (rc == 0)
		rc = os_path(wal_dir, log->dir, WAL_DIRECTORY, err);
	if (rc == 0)
		rc = wal_file_path(wal_dir, log->number, path, err);
	if (rc == 0)
		rc = os_rename(log->fs, log->path, path, err);
	return rc == 0 ? os_fsync_dir(log->fs, wal_dir, err) : rc;
}

/* From now on a log without them lacks something. */
static int
note_synced(struct restore_log *log, struct error *err)
{
	const struct manifest_step step = { .wal_synced = log->last_group };
	struct manifest *manifest;
	struct os_file *lock;
	int rc = open_manifest(log, &lock, &manifest, err);

	if (rc == 0)
		rc = manifest_append(manifest, &step, err);
	manifest_close(manifest);
	os_close(lock);
	return rc;
}

int
restore_log_end(struct restore_log *log, struct error *err)
{
	int rc = 0;

	if (log->file == NULL)
		return 0;
	rc = name_file(log, err);
	return rc == 0 ? note_synced(log, err) : rc;
}

/* A start makes the end of the log, as it was read, last. */
static int
recover(struct restore_log *log, struct error *err)
{
	struct engine *engine = NULL;
	int rc = 0;

	if (log->must_recover)
		rc =
		    engine_open(log->fs, log->dir, &log->options, &engine, err);
	engine_close(engine);
	log->must_recover = false;
	return rc;
}

/* What is in the log becomes segments. */
static int
flush_log(struct restore_log *log, struct error *err)
{
	struct engine *engine = NULL;
	int rc = engine_open(log->fs, log->dir, &log->options, &engine, err);

	if (rc == 0)
		rc = flush_all(engine, err);
	engine_close(engine);
	return rc;
}

/* ---- groups ---- */

int
restore_log_make_room(struct restore_log *log, size_t len, struct error *err)
{
	uint64_t size = wal_group_size(len);
	int rc = 0;

	if (log->file != NULL && log->offset + size > log->size_max) {
		rc = restore_log_end(log, err);
		if (rc == 0)
			rc = flush_log(log, err);
	}
	if (rc == 0 && log->file == NULL) {
		rc = recover(log, err);
		if (rc == 0)
			rc = begin_file(log, err);
	}
	return rc;
}

int
restore_log_add(struct restore_log *log, const struct wal_group_header *header,
    const uint8_t *content, size_t len, struct error *err)
{
	struct wal_group_header placed = *header;
	uint64_t size = wal_group_size(len);
	uint8_t *bytes;
	int rc;

	buf_reset(&log->group);
	bytes = buf_take(&log->group, (size_t)size);
	if (bytes == NULL)
		return error_no_memory(err);
	memset(bytes, 0, (size_t)size);
	if (len > 0)
		memcpy(bytes + WAL_GROUP_HEADER_SIZE, content, len);
	placed.file = log->number;
	placed.offset = log->offset;
	placed.len = len;
	wal_group_encode(bytes, &placed, log->key);
	rc = os_pwrite_full(log->file, bytes, (size_t)size, log->offset, err);
	log->offset += size;
	log->last_group = header->number;
	return rc;
}
