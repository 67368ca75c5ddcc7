/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_copy.c -- the second file with the bytes of the MANIFEST: M5.
 *
 * Without it the engine goes on: what fails here is logged.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

#define COPY_TEMP_NAME MANIFEST_COPY_NAME OS_TEMP_SUFFIX

int
manifest_read_file(struct os_fs *fs, const char *dir, const char *name,
    uint8_t **out, size_t *size, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, name, err);

	return rc == 0
	    ? os_read_file(fs, path, MANIFEST_FILE_MAX, out, size, err)
	    : rc;
}

/* Sequence of the last step that the steps from the first on lead to, or 0. */
static uint64_t
last_sequence(const uint8_t *file, size_t size, uint64_t identity)
{
	size_t offset = MANIFEST_HEADER_SIZE;
	uint64_t sequence = 0;
	struct record record;

	while (offset < size &&
	    manifest_take_record(file, size, offset, identity, &record) &&
	    record.kind == RECORD_STEP) {
		sequence = record.sequence;
		offset += MANIFEST_RECORD_HEADER_SIZE + record.body_len;
	}
	return sequence;
}

/*
 * A copy that is damaged itself may still have the next step.  One that leads
 * further tells of a MANIFEST as it was before it was written anew, whose steps
 * lay elsewhere.
 */
static bool
is_further(const struct manifest *m, const uint8_t *copy, size_t size)
{
	struct record record;

	if (m->size < size &&
	    manifest_take_record(copy, size, m->size, m->identity, &record) &&
	    record.kind == RECORD_STEP && record.sequence == m->sequence + 1)
		return true;
	return last_sequence(copy, size, m->identity) > m->sequence;
}

int
manifest_check_copy(const struct manifest *m, struct error *err)
{
	uint8_t *copy = NULL;
	size_t size;
	int rc = manifest_read_file(m->fs, m->dir, MANIFEST_COPY_NAME, &copy,
	    &size, err);
	bool has_more = rc == 0 && is_further(m, copy, size);

	free(copy);
	if (!has_more)
		return 0; /* also if it cannot be read */
	return error_set(err, STELE_E_CORRUPT,
	    "file \"%s/%s\" ends before its copy, at offset %" PRIu64, m->dir,
	    m->name, m->size);
}

/* ---- keeping it ---- */

/* None is better than one that is behind. */
static void
give_up(struct manifest *m, const struct error *failure)
{
	char path[OS_PATH_SIZE];
	struct error err;
	int rc = os_path(path, m->dir, MANIFEST_COPY_NAME, &err);

	log_warn(LOG_SEGMENT, "could not copy the MANIFEST",
	    LOG_FAILURE(failure));
	os_close(m->copy);
	m->copy = NULL;
	if (rc == 0)
		rc = m->fs->unlink(m->fs, path);
	if (rc == 0)
		rc = os_fsync_dir(m->fs, m->dir, &err);
	if (rc != 0)
		log_debug(LOG_SEGMENT, "there may be an old copy");
}

static int
open_copy(struct manifest *m, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, m->dir, MANIFEST_COPY_NAME, err);

	if (rc == 0)
		rc = os_open(m->fs, path, OS_READ | OS_WRITE, &m->copy, err);
	return rc;
}

/* The MANIFEST as far as its last step. */
static int
read_synced(const struct manifest *m, uint8_t **out, struct error *err)
{
	*out = malloc((size_t)m->size);
	if (*out == NULL)
		return error_no_memory(err);
	return os_pread_full(m->file, *out, (size_t)m->size, 0, err);
}

void
manifest_copy_make(struct manifest *m)
{
	uint8_t *data = NULL;
	struct error err;
	int rc = read_synced(m, &data, &err);

	os_close(m->copy);
	m->copy = NULL;
	if (rc == 0)
		rc = os_write_file(m->fs, m->dir, MANIFEST_COPY_NAME, data,
		    (size_t)m->size, &err);
	if (rc == 0)
		rc = open_copy(m, &err);
	free(data);
	if (rc != 0)
		give_up(m, &err);
}

/* Has the copy all that the MANIFEST has?  It may be that it is not synced. */
static bool
is_the_same(const struct manifest *m)
{
	uint8_t *data = NULL, *copy = NULL;
	struct error err;
	size_t size = 0;
	bool is_same = manifest_read_file(m->fs, m->dir, MANIFEST_COPY_NAME,
			   &copy, &size, &err) == 0 &&
	    read_synced(m, &data, &err) == 0 && size >= m->size &&
	    memcmp(copy, data, (size_t)m->size) == 0;

	free(data);
	free(copy);
	return is_same;
}

void
manifest_copy_open(struct manifest *m)
{
	char temp[OS_PATH_SIZE];
	struct error err;

	if (os_path(temp, m->dir, COPY_TEMP_NAME, &err) == 0)
		(void)m->fs->unlink(m->fs, temp); /* it did not end */
	/* A last step without a seal may be in the page cache alone. */
	if (!m->is_sealed || !is_the_same(m))
		manifest_copy_make(m);
	else if (open_copy(m, &err) != 0)
		give_up(m, &err);
}

void
manifest_copy_append(struct manifest *m, const struct buf *record)
{
	struct error err;
	int rc;

	if (m->copy == NULL) {
		manifest_copy_make(m); /* maybe there is room again */
		return;
	}
	rc = os_pwrite_full(m->copy, record->data, record->len,
	    m->size - record->len, &err);
	if (rc == 0)
		rc = os_fdatasync(m->copy, &err);
	if (rc != 0)
		give_up(m, &err);
}

void
manifest_copy_seal(struct manifest *m, const struct buf *seal)
{
	struct error err;

	if (m->copy != NULL && !seal->failed &&
	    os_pwrite_full(m->copy, seal->data, seal->len, m->size, &err) != 0)
		log_debug(LOG_SEGMENT, "could not seal the copy",
		    LOG_FAILURE(&err));
}

int
manifest_copy_remove(struct os_fs *fs, const char *dir, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, MANIFEST_COPY_NAME, err);

	if (rc == 0)
		rc = os_unlink(fs, path, err);
	if (rc == STELE_E_FILE_MISSING)
		return 0;
	return rc == 0 ? os_fsync_dir(fs, dir, err) : rc;
}
