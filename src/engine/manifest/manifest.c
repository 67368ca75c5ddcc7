/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.c -- opening and making a MANIFEST, and appending steps to it.
 */
#include "engine/manifest/manifest.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

#define REWRITE_BYTES ((uint64_t)1 << 20) /* log behind the checkpoint */

int
manifest_new(struct os_fs *fs, const char *dir, struct manifest **out,
    struct error *err)
{
	struct manifest *m = calloc(1, sizeof(*m));

	*out = m;
	if (m == NULL)
		return error_no_memory(err);
	m->fs = fs;
	m->name = MANIFEST_NAME;
	m->rewrite_bytes = REWRITE_BYTES;
	if (snprintf(m->dir, sizeof(m->dir), "%s", dir) < (int)sizeof(m->dir))
		return 0;
	return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long", dir);
}

void
manifest_close(struct manifest *m)
{
	union {
		const char *data;
		void *owned;
	} catalog;

	if (m == NULL)
		return;
	for (uint32_t i = 0; i < m->state.segment_count; i++)
		segment_meta_release(&m->state.segments[i]);
	catalog.data = m->state.catalog.data;
	free(catalog.owned);
	free(m->state.segments);
	free(m->state.flushed);
	os_close(m->file);
	os_close(m->copy);
	free(m);
}

void
manifest_set_log_size(struct manifest *m, uint64_t bytes)
{
	m->rewrite_bytes = bytes == 0 ? REWRITE_BYTES : bytes;
}

const struct manifest_state *
manifest_state(const struct manifest *manifest)
{
	return &manifest->state;
}

void
manifest_write_seal(struct manifest *m)
{
	struct error err;
	struct buf seal;
	size_t start;

	buf_init(&seal);
	start = manifest_begin_record(&seal);
	manifest_end_record(&seal, start, RECORD_SEAL, m->sequence, m->identity,
	    m->size);
	if (!seal.failed &&
	    os_pwrite_full(m->file, seal.data, seal.len, m->size, &err) != 0)
		log_debug(LOG_SEGMENT, "could not seal the MANIFEST",
		    LOG_FAILURE(&err));
	manifest_copy_seal(m, &seal);
	buf_release(&seal);
}

/* ---- opening ---- */

/*
 * A last step without a seal may be in the page cache alone, left there by a
 * process that ended before its sync was done, or whose sync failed; the same
 * holds for the name of a file without steps.  Nobody may rely on either
 * before it is synced.  The step is written again, as pages of a failed sync
 * count as clean.  Needs no free space: a full disk must not hinder a start.
 */
static int
resync(struct manifest *m, struct error *err)
{
	size_t len = (size_t)(m->size - m->last_step);
	uint8_t *step = malloc(len);
	int rc = 0;

	if (step == NULL)
		return error_no_memory(err);
	/* The checkpoint was synced before it had its name. */
	if (m->last_step >= m->base_size) {
		rc = os_pread_full(m->file, step, len, m->last_step, err);
		if (rc == 0)
			rc = os_pwrite_full(m->file, step, len, m->last_step,
			    err);
	}
	free(step);
	if (rc == 0)
		rc = os_truncate(m->file, m->size, err);
	if (rc == 0)
		rc = os_fsync(m->file, err);
	if (rc == 0)
		rc = os_fsync_dir(m->fs, m->dir, err);
	if (rc == 0)
		manifest_write_seal(m);
	return rc;
}

int
manifest_open(struct os_fs *fs, const char *dir, struct manifest **out,
    uint64_t *torn_bytes, struct error *err)
{
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	struct manifest *m = NULL;
	int rc;

	*out = NULL;
	rc = manifest_load(fs, dir, &m, torn_bytes, err);
	if (rc == 0)
		rc = os_path(path, dir, MANIFEST_NAME, err);
	if (rc == 0)
		rc = os_path(temp, dir, MANIFEST_NAME OS_TEMP_SUFFIX, err);
	if (rc == 0)
		rc = os_open(fs, path, OS_READ | OS_WRITE, &m->file, err);
	if (rc == 0 && (*torn_bytes > 0 || !m->is_sealed))
		rc = resync(m, err);
	if (rc != 0) {
		manifest_close(m);
		return rc;
	}
	(void)fs->unlink(fs, temp); /* of a rewrite that did not end */
	manifest_copy_open(m);
	*out = m;
	return 0;
}

static int
make_folder(struct os_fs *fs, const char *dir, const char *name,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, name, err);

	return rc == 0 ? os_mkdir(fs, path, err) : rc;
}

int
manifest_create(struct os_fs *fs, const char *dir,
    const struct manifest_state *initial, struct manifest **out,
    struct error *err)
{
	struct manifest *m = NULL;
	bool is_renamed;
	int rc;

	*out = NULL;
	MUST(initial->shard_count > 0 &&
	    initial->shard_count <= MANIFEST_SHARDS_MAX);
	rc = manifest_new(fs, dir, &m, err);
	if (rc != 0)
		goto out;
	m->identity = manifest_identity(&initial->directory);
	m->sequence = 1;
	m->state = *initial;
	m->state.segments = NULL;
	m->state.segment_count = 0;
	m->state.catalog = str_of(NULL, 0);
	m->state.flushed =
	    calloc(initial->shard_count, sizeof(*m->state.flushed));
	if (m->state.flushed == NULL) {
		rc = error_no_memory(err);
		goto out;
	}
	rc = make_folder(fs, dir, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = make_folder(fs, dir, QUARANTINE_DIRECTORY, err);
	if (rc == 0) /* where there is a MANIFEST there are folders */
		rc = os_fsync_dir(fs, dir, err);
	if (rc == 0)
		rc = manifest_copy_remove(fs, dir, err);
	if (rc == 0)
		rc = manifest_write_checkpoint(m, &is_renamed, err);
out:
	if (rc != 0) {
		manifest_close(m);
		return rc;
	}
	*out = m;
	return 0;
}

/* ---- appending ---- */

/* What the file has is not known any more: also if the disk was full. */
static int
fail(struct manifest *m, struct error *err)
{
	err->code = STELE_E_OS;
	m->failure = *err;
	return err->code;
}

/* Write and sync one record behind the last; keeps M1. */
static int
write_record(struct manifest *m, const struct buf *record, struct error *err)
{
	struct error second;
	int rc =
	    os_pwrite_full(m->file, record->data, record->len, m->size, err);

	if (rc != 0) {
		if (os_truncate(m->file, m->size, &second) != 0)
			return fail(m, err); /* half of it may stand there */
		manifest_write_seal(m);      /* again */
		return rc;
	}
	return os_fdatasync(m->file, err) == 0 ? 0 : fail(m, err);
}

static void
rewrite_if_long(struct manifest *m)
{
	struct error err;
	bool is_renamed;

	if (m->size - m->base_size < m->rewrite_bytes)
		return;
	if (manifest_write_checkpoint(m, &is_renamed, &err) != 0 && is_renamed)
		(void)fail(m, &err); /* whose the name is is not known */
}

/* Write a step that is prepared and apply it. */
static int
append_record(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *prepared, struct error *err)
{
	struct buf record;
	size_t start;
	int rc;

	buf_init(&record);
	start = manifest_begin_record(&record);
	manifest_put_step(&record, step);
	manifest_end_record(&record, start, RECORD_STEP, m->sequence + 1,
	    m->identity, m->size);
	rc = record.failed ? error_no_memory(err)
			   : write_record(m, &record, err);
	if (rc == 0) {
		m->sequence++;
		m->size += record.len;
		manifest_copy_append(m, &record);
		manifest_apply_step(m, step, prepared);
		manifest_write_seal(m);
		rewrite_if_long(m);
	}
	buf_release(&record);
	return rc;
}

int
manifest_append(struct manifest *m, const struct manifest_step *step,
    struct error *err)
{
	struct prepared_step prepared;
	int rc;

	if (m->failure.code != 0) {
		*err = m->failure;
		return err->code;
	}
	MUST(manifest_step_fault(&m->state, step) == NULL);
	if (step->has_catalog && step->catalog.len > MANIFEST_CATALOG_MAX)
		return error_set(err, STELE_E_LIMIT, "catalog is too large");
	rc = manifest_prepare_step(m, step, &prepared, err);
	if (rc != 0)
		return rc;
	if (m->is_deferred)
		manifest_apply_step(m, step, &prepared);
	else
		rc = append_record(m, step, &prepared, err);
	manifest_prepared_release(&prepared);
	return rc;
}

/* ---- many steps at once ---- */

void
manifest_defer(struct manifest *m)
{
	m->is_deferred = true;
}

int
manifest_commit(struct manifest *m, struct error *err)
{
	bool is_renamed;
	int rc;

	if (m->failure.code != 0) {
		*err = m->failure;
		return err->code;
	}
	m->sequence++; /* all of them are one */
	rc = manifest_write_checkpoint(m, &is_renamed, err);
	if (rc == 0) {
		m->is_deferred = false;
		return 0;
	}
	m->sequence--;
	return is_renamed ? fail(m, err) : rc; /* as in rewrite_if_long() */
}
