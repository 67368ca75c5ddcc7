/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a directory that no server uses: the MANIFEST and its segments,
 * then every group and record of the log, and the segments that only it names.
 */
#include <inttypes.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/engine_private.h"
#include "engine/recovery.h"
#include "engine/segment/segment.h"

struct verifier {
	const struct verify_watcher *watcher;
	struct verify_report *report;
	struct os_fs *fs;
	const char *dir;
	const struct manifest_state *state;
	const struct catalog *catalog; /* as the log has made it; owned */
};

static void
tell(struct verifier *verifier, const struct error *err)
{
	verifier->report->problems++;
	verifier->watcher->problem(verifier->watcher->arg, err);
}

static bool
is_column_sound(struct rows *rows, enum phys phys, bool may_be_null)
{
	struct numeric values[VEC_ROWS]; /* the widest of all forms */
	uint8_t nulls[VEC_ROWS];
	struct row_column column;

	return row_column_take(&rows->columns, phys, rows->count, &column) &&
	    row_column_read(&column, rows->count, values, nulls) &&
	    (may_be_null || !row_column_has_null(&column));
}

static bool
are_rows_sound(const struct verifier *verifier, const struct entry *entry,
    struct rows *rows)
{
	const struct event_type *type = NULL;

	if (rows_decode(entry, rows))
		type = catalog_type_by_oid(verifier->catalog, rows->type_oid);
	if (type == NULL || !rows_bind(rows, type) ||
	    !is_column_sound(rows, PHYS_I64, false) ||
	    !is_column_sound(rows, PHYS_STR, false))
		return false;
	for (uint32_t i = 0; i < rows->field_count; i++)
		if (!is_column_sound(rows, field_phys(&type->fields[i]), true))
			return false;
	return reader_left(&rows->columns) == 0;
}

/* A segment of a batch, unless the MANIFEST has named it since. */
static int
verify_segment(struct verifier *verifier, const struct entry *entry,
    uint64_t first_event_id, struct error *err)
{
	const struct manifest_state *state = verifier->state;
	struct segment_meta meta;
	int rc = entry_segment_decode(entry, first_event_id, &meta, err);

	if (rc == 0 && meta.event_id_last > state->flushed[meta.shard]) {
		rc = segment_verify(verifier->fs, verifier->dir, &meta,
		    &state->directory, err);
		verifier->report->files++;
		verifier->report->files_total++;
		verifier->report->bytes += meta.size_bytes;
		verifier->report->bytes_total += meta.size_bytes;
	}
	segment_meta_release(&meta);
	if (rc == 0 || rc == STELE_E_OUT_OF_MEMORY)
		return rc;
	tell(verifier, err);
	return 0;
}

static int
verify_batch(void *arg, struct wal_replay_batch *batch, struct error *err)
{
	struct verifier *verifier = arg;
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	struct rows rows;
	int rc = recovery_apply_changes(&verifier->catalog,
	    verifier->state->shard_count, batch, err);

	if (rc != 0) {
		tell(verifier, err);
		return rc == STELE_E_OUT_OF_MEMORY ? rc : 0;
	}
	verifier->report->rows += batch->row_count;
	while ((rc = entry_next(&r, &entry)) == 1) {
		if (entry.kind == ENTRY_ROWS &&
		    !are_rows_sound(verifier, &entry, &rows))
			break;
		if (entry.kind == ENTRY_SEGMENT &&
		    verify_segment(verifier, &entry, batch->first_event_id,
			err) != 0)
			return err->code;
	}
	if (rc != 0) {
		(void)error_set(err, STELE_E_CORRUPT,
		    "log record of event %" PRIu64 " is malformed",
		    batch->first_event_id);
		tell(verifier, err);
	}
	return 0;
}

/* The log, by what the MANIFEST says of the directory. */
static int
verify_log(struct os_fs *fs, const char *dir,
    const struct manifest_state *state, struct verifier *verifier,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	struct wal_replay replay;
	const struct wal_replay_options options = {
		.dir = path,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
		.synced_group = state->wal_synced,
		.is_read_only = true,
		.arg = verifier,
		.batch = verify_batch,
	};
	int rc = os_path(path, dir, WAL_DIRECTORY, err);

	if (rc == 0)
		rc = recovery_first_catalog(state, &verifier->catalog, err);
	if (rc != 0)
		return rc;
	verifier->fs = fs;
	verifier->dir = dir;
	verifier->state = state;
	rc = wal_replay(fs, &options, &replay, err);
	catalog_unref(verifier->catalog);
	verifier->report->files += replay.file_count;
	verifier->report->bytes += replay.bytes;
	verifier->report->files_total += replay.file_count;
	verifier->report->bytes_total += replay.bytes;
	if (verifier->watcher->progress != NULL)
		verifier->watcher->progress(verifier->watcher->arg,
		    verifier->report);
	wal_replay_release(&replay);
	if (rc != STELE_E_CORRUPT && rc != STELE_E_FILE_MISSING)
		return rc;
	tell(verifier, err);
	return 0;
}

int
engine_verify(struct os_fs *fs, const char *dir,
    const struct verify_watcher *watcher, struct verify_report *report,
    struct error *err)
{
	struct verifier verifier = { .watcher = watcher, .report = report };
	char path[OS_PATH_SIZE];
	struct manifest *manifest = NULL;
	struct os_file *lock = NULL;
	uint64_t torn_bytes;
	int rc;

	*report = (struct verify_report){ .files = 0 };
	rc = os_path(path, dir, LOCK_NAME, err);
	if (rc == 0)
		rc = os_lock(fs, path, &lock, err);
	if (rc == 0)
		rc = manifest_verify(fs, dir, watcher, report, err);
	if (rc == 0)
		rc = manifest_load(fs, dir, &manifest, &torn_bytes, err);
	if (rc == 0)
		rc = verify_log(fs, dir, manifest_state(manifest), &verifier,
		    err);
	else if (report->problems > 0)
		rc = 0; /* without a MANIFEST there is no key to the log */
	manifest_close(manifest);
	os_close(lock);
	return rc;
}
