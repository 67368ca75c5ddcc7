/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The new MANIFEST of a directory with other shards, and what goes with the
 * old one.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/keep/keep_lock.h"
#include "engine/keep/reshard.h"
#include "engine/wal/wal_private.h"

static void
note_last_file(void *arg, const char *name)
{
	uint64_t *last = arg, number;

	if (wal_file_number(name, &number) && number > *last)
		*last = number;
}

struct removal {
	struct os_fs *fs;
	const char *folder;
	const struct manifest_state *state; /* what is in it stays */
};

static void
remove_old(void *arg, const char *name)
{
	const struct removal *removal = arg;
	char path[OS_PATH_SIZE];
	char kept[OS_PATH_SIZE];
	struct error err;

	for (uint32_t i = 0; i < removal->state->segment_count; i++)
		if (segment_path(kept, sizeof(kept), "",
			removal->state->segments[i].number, &err) == 0 &&
		    strcmp(strrchr(kept, '/') + 1, name) == 0)
			return;
	if (os_path(path, removal->folder, name, &err) == 0)
		(void)removal->fs->unlink(removal->fs, path);
}

/* What stays is moved to quarantine/ by the next start: no harm, only bytes. */
static void
remove_old_files(const struct reshard_done *r,
    const struct manifest_state *state)
{
	static const char *const folders[] = { SEGMENT_DIRECTORY,
		WAL_DIRECTORY };
	char folder[OS_PATH_SIZE];
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct removal removal = {
			.fs = r->fs,
			.folder = folder,
			.state = state,
		};

		if (os_path(folder, r->dir, folders[i], &err) == 0 &&
		    os_list(r->fs, folder, remove_old, &removal, &err) == 0)
			(void)r->fs->fsync_dir(r->fs, folder);
	}
}

/* The whole state of the directory with its new shards; the log is empty. */
static int
write_state(const struct reshard_done *r, const struct manifest_state *old,
    struct error *err)
{
	const struct catalog *catalog = r->catalog;
	struct manifest_state state = *old;
	char folder[OS_PATH_SIZE];
	uint64_t last_file = old->wal_file;
	struct buf bytes;
	int rc = os_path(folder, r->dir, WAL_DIRECTORY, err);

	if (rc == 0)
		rc = os_list(r->fs, folder, note_last_file, &last_file, err);
	if (rc != 0)
		return rc;
	buf_init(&bytes);
	catalog_encode(catalog, &bytes);
	state.shard_count = r->output->shard_count;
	state.flushed = malloc(state.shard_count * sizeof(*state.flushed));
	if (state.flushed == NULL || bytes.failed) {
		rc = error_no_memory(err);
		goto out;
	}
	for (uint32_t s = 0; s < state.shard_count; s++)
		state.flushed[s] = state.next_event_id - 1;
	state.segments = reshard_output_metas(r->output, &state.segment_count);
	state.next_segment = r->output->next_segment;
	state.catalog = buf_str(&bytes);
	if (catalog->next_oid > state.next_oid)
		state.next_oid = catalog->next_oid;
	state.wal_file = last_file + 1;
	state.wal_group = state.wal_synced + 1;
	rc = manifest_write(r->fs, r->dir, &state, err);
	if (rc == 0)
		remove_old_files(r, &state);
out:
	free(state.flushed);
	buf_release(&bytes);
	return rc;
}

static int
compare_metas(const void *a, const void *b)
{
	const struct segment_meta *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Under the locks of the directory, which nobody has used since. */
static int
replace_manifest(const struct reshard_done *r, struct error *err)
{
	struct manifest *manifest = NULL;
	struct segment_meta *metas;
	uint64_t torn_bytes;
	uint32_t count;
	int rc = manifest_load(r->fs, r->dir, &manifest, &torn_bytes, err);

	if (rc == 0 &&
	    manifest_state(manifest)->next_event_id != r->position + 1)
		rc = error_set(err, STELE_E_OBJECT_IN_USE,
		    "directory \"%s\" was used meanwhile", r->dir);
	metas = reshard_output_metas(r->output, &count);
	if (count > 0)
		qsort(metas, count, sizeof(*metas), compare_metas);
	if (rc == 0)
		rc = write_state(r, manifest_state(manifest), err);
	manifest_close(manifest);
	return rc;
}

int
reshard_publish(const struct reshard_done *r, struct error *err)
{
	struct os_file *lock = NULL, *keep = NULL;
	char path[OS_PATH_SIZE];
	int rc = os_path(path, r->dir, LOCK_NAME, err);

	if (rc == 0)
		rc = os_lock(r->fs, path, &lock, err);
	if (rc == 0)
		rc = keep_lock_wait(r->fs, r->dir, &keep, err);
	if (rc == 0)
		rc = replace_manifest(r, err);
	os_close(keep);
	os_close(lock);
	return rc;
}
