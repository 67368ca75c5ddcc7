/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive/archive_segments.h"

#include <stdio.h>

#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_format.h"
#include "engine/segment/segment.h"
#include "engine/wal/wal_replay.h"
#include "os/file.h"

int
archive_each_segment(const struct wal_replay_batch *batch,
    int (*fn)(void *arg, const struct segment_meta *meta, struct error *err),
    void *arg, struct error *err)
{
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	int rc = 0;

	while (rc == 0 && entry_next(&r, &entry) == 1) {
		struct segment_meta meta;

		if (entry.kind != ENTRY_SEGMENT)
			continue;
		rc = entry_segment_decode(&entry, batch->first_event_id, &meta,
		    err);
		if (rc == 0)
			rc = fn(arg, &meta, err);
		segment_meta_release(&meta);
	}
	return rc;
}

static int
copy_under_name(struct os_fs *fs, const char *from, const char *path,
    const char *folder, struct error *err)
{
	char temp[OS_PATH_SIZE];
	int rc;

	if (snprintf(temp, sizeof(temp), "%s%s", path, OS_TEMP_SUFFIX) >=
	    (int)sizeof(temp))
		return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long",
		    path);
	(void)fs->unlink(fs, temp); /* of a try that was interrupted */
	rc = os_copy_file(fs, from, temp, err);
	if (rc == 0)
		rc = os_rename(fs, temp, path, err);
	if (rc != 0) {
		(void)fs->unlink(fs, temp); /* gives room back */
		return rc;
	}
	return os_fsync_dir(fs, folder, err);
}

int
archive_copy_segment(struct os_fs *fs, const char *from, const char *to,
    const struct segment_meta *meta, const struct uuid *directory,
    struct error *err)
{
	char source[OS_PATH_SIZE], path[OS_PATH_SIZE], folder[OS_PATH_SIZE];
	int rc = segment_path(source, sizeof(source), from, meta->number, err);

	if (rc == 0)
		rc = segment_path(path, sizeof(path), to, meta->number, err);
	if (rc == 0)
		rc = os_path(folder, to, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = os_mkdir(fs, folder, err);
	if (rc == 0)
		rc = os_fsync_dir(fs, to, err);
	if (rc != 0)
		return rc;
	if (segment_verify(fs, to, meta, directory, err) == 0)
		return os_fsync_dir(fs, folder, err);
	rc = copy_under_name(fs, source, path, folder, err);
	return rc == 0 ? segment_verify(fs, to, meta, directory, err) : rc;
}

bool
archive_segment_is_lost(struct os_fs *fs, const char *from, const char *to,
    const struct segment_meta *meta, const struct uuid *directory)
{
	char path[OS_PATH_SIZE];
	struct os_file *file = NULL;
	struct error err;
	int rc = segment_path(path, sizeof(path), from, meta->number, &err);

	if (rc == 0)
		rc = os_open(fs, path, OS_READ, &file, &err);
	os_close(file);
	if (rc != STELE_E_FILE_MISSING)
		return false;
	rc = segment_verify(fs, to, meta, directory, &err);
	return rc == STELE_E_FILE_MISSING || rc == STELE_E_CORRUPT;
}
