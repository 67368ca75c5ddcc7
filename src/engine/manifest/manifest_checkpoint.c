/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_checkpoint.c -- the whole state as a new file in place of the old.
 */
#include <stdlib.h>

#include "common/buf.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

static int
put_checkpoint(const struct manifest *m, struct buf *out, struct error *err)
{
	struct manifest_header header = {
		.shard_count = m->state.shard_count,
		.directory = m->state.directory,
		.hash_seed = m->state.hash_seed,
	};
	struct buf record;
	size_t start;

	buf_init(&record);
	start = manifest_begin_record(&record);
	manifest_put_state(&record, &m->state);
	manifest_end_record(&record, start, RECORD_STEP, m->sequence,
	    m->identity, MANIFEST_HEADER_SIZE);
	header.base_size = MANIFEST_HEADER_SIZE + record.len;
	manifest_put_header(out, &header);
	buf_put(out, record.data, record.len);
	out->failed |= record.failed;
	buf_release(&record);
	return out->failed ? error_no_memory(err) : 0;
}

/* A new file under a temporary name, synced; it stays open. */
static int
write_temp(struct manifest *m, const char *temp, const struct buf *content,
    struct os_file **out, struct error *err)
{
	int rc = os_open(m->fs, temp, OS_READ | OS_WRITE | OS_CREATE, out, err);

	if (rc == 0)
		rc = os_truncate(*out, 0, err);
	if (rc == 0)
		rc = os_pwrite_full(*out, content->data, content->len, 0, err);
	if (rc == 0)
		rc = os_fsync(*out, err);
	return rc;
}

/*
 * The file takes the name of the old one.  All that this needs is there before:
 * what is wanting then, descriptors or memory, is an error like a full disk,
 * but from the rename on an error means that nobody knows whose the name is.
 */
static int
take_name(struct manifest *m, const char *temp, const char *path,
    struct os_file *file, struct os_file *dir, struct error *err)
{
	int rc = os_rename(m->fs, temp, path, err);

	if (rc == 0)
		rc = os_fsync(dir, err);
	if (rc == 0)
		os_renamed(file, path);
	return rc;
}

int
manifest_write_checkpoint(struct manifest *m, bool *is_renamed,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	struct os_file *file = NULL, *dir = NULL;
	struct buf content;
	int rc;

	*is_renamed = false;
	buf_init(&content);
	rc = os_path(path, m->dir, MANIFEST_NAME, err);
	if (rc == 0)
		rc = os_path(temp, m->dir, MANIFEST_NAME OS_TEMP_SUFFIX, err);
	if (rc == 0)
		rc = put_checkpoint(m, &content, err);
	if (rc == 0)
		rc = os_open_dir(m->fs, m->dir, &dir, err);
	if (rc != 0)
		goto out;
	rc = write_temp(m, temp, &content, &file, err);
	if (rc != 0) {
		(void)m->fs->unlink(m->fs, temp);
		goto out;
	}
	*is_renamed = true;
	rc = take_name(m, temp, path, file, dir, err);
	if (rc != 0)
		goto out;
	os_close(m->file);
	m->file = file;
	file = NULL;
	m->base_size = content.len;
	m->size = content.len;
	manifest_copy_make(m);
	manifest_write_seal(m);
out:
	os_close(file);
	os_close(dir);
	buf_release(&content);
	return rc;
}

int
manifest_write(struct os_fs *fs, const char *dir,
    const struct manifest_state *state, struct error *err)
{
	struct manifest *m;
	bool is_renamed;
	int rc = manifest_new(fs, dir, &m, err);

	if (rc == 0) {
		m->identity = manifest_identity(&state->directory);
		m->sequence = 1;
		m->state = *state;
		rc = manifest_copy_remove(fs, dir, err);
		if (rc == 0)
			rc = manifest_write_checkpoint(m, &is_renamed, err);
		os_close(m->file); /* the state is the caller's */
		os_close(m->copy);
	}
	free(m);
	return rc;
}
