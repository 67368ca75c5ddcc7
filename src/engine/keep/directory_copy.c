/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of a directory that may be in use: its segments, as they are, the log
 * as far as it goes, the segments that only the log names, what else the caller
 * adds, and last a MANIFEST, by which the copy becomes a directory.
 */
#include <stdlib.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_format.h"
#include "engine/engine_private.h"
#include "engine/keep/keep_lock.h"
#include "engine/keep/restore_mark.h"
#include "engine/manifest/manifest.h"
#include "engine/segment/segment.h"
#include "engine/wal/wal_copy.h"
#include "engine/wal/wal_replay.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

#define TRIES_MAX 100 /* to find all segments there */
#define RETRY_NS  ((int64_t)20 * 1000000)

struct copy {
	struct os_fs *fs;
	const char *from;
	const char *to;
	const struct copy_options *options;
	struct copy_report *report;
	uint64_t next_segment; /* above all that are copied */
	struct buf kept;       /* struct kept_segment: those that are there */
};

struct kept_segment {
	uint64_t number;
	uint64_t size_bytes;
	bool is_linked;
};

/* ---- files ---- */

/* Two names for one file, which nobody writes, or two files. */
static int
keep_file(struct copy *c, const char *from, const char *to, bool *is_linked,
    struct error *err)
{
	int rc;

	/* Not all file systems can, nor is it always one: then it is copied. */
	*is_linked =
	    !c->options->must_copy && c->fs->link(c->fs, from, to) == 0;
	if (*is_linked)
		return 0;
	rc = os_copy_file(c->fs, from, to, err);
	if (rc != 0)
		(void)c->fs->unlink(c->fs, to); /* it may be there in part */
	return rc;
}

static int
keep_segment(struct copy *c, const struct segment_meta *meta, struct error *err)
{
	char from[OS_PATH_SIZE], to[OS_PATH_SIZE];
	struct kept_segment kept = {
		.number = meta->number,
		.size_bytes = meta->size_bytes,
	};
	int rc = segment_path(from, sizeof(from), c->from, meta->number, err);

	if (rc == 0)
		rc = segment_path(to, sizeof(to), c->to, meta->number, err);
	if (rc == 0)
		rc = keep_file(c, from, to, &kept.is_linked, err);
	if (rc != 0)
		return rc;
	buf_put(&c->kept, &kept, sizeof(kept));
	return c->kept.failed ? error_no_memory(err) : 0;
}

/* A folder whose files go. */
struct removal {
	struct os_fs *fs;
	const char *dir;
};

static void
remove_name(void *arg, const char *name)
{
	const struct removal *removal = arg;
	char path[OS_PATH_SIZE];
	struct error err;

	if (os_path(path, removal->dir, name, &err) == 0)
		(void)removal->fs->unlink(removal->fs, path);
}

/* What is there of a try that has failed. */
static int
remove_log(struct copy *c, struct error *err)
{
	char dir[OS_PATH_SIZE];
	struct removal removal = { .fs = c->fs, .dir = dir };
	int rc = os_path(dir, c->to, WAL_DIRECTORY, err);

	return rc == 0 ? os_list(c->fs, dir, remove_name, &removal, err) : rc;
}

/* ---- segments ---- */

static int
remove_segment(struct copy *c, uint64_t number, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = segment_path(path, sizeof(path), c->to, number, err);

	return rc == 0 ? os_unlink(c->fs, path, err) : rc;
}

/*
 * Of those that earlier tries have copied the ones stay that the MANIFEST still
 * names: a number is one file for ever.  is_there: for each of its segments.
 */
static int
sift_kept(struct copy *c, const struct manifest_state *state, bool *is_there,
    struct error *err)
{
	struct kept_segment *kept = (void *)c->kept.data;
	size_t count = c->kept.len / sizeof(*kept), left = 0;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		if (manifest_has(state, kept[i].number)) {
			is_there[manifest_find(state, kept[i].number)] = true;
			kept[left++] = kept[i];
		} else {
			rc = remove_segment(c, kept[i].number, err);
		}
	}
	c->kept.len = left * sizeof(*kept);
	return rc;
}

/*
 * All segments that the MANIFEST names.  The newest first: they are the ones
 * that merges take away, and are small.
 */
static int
keep_segments(struct copy *c, const struct manifest_state *state,
    struct error *err)
{
	bool *is_there = calloc((size_t)state->segment_count + 1, sizeof(bool));
	int rc;

	if (is_there == NULL)
		return error_no_memory(err);
	rc = sift_kept(c, state, is_there, err);
	for (uint32_t i = state->segment_count; i > 0 && rc == 0; i--)
		if (!is_there[i - 1])
			rc = keep_segment(c, &state->segments[i - 1], err);
	free(is_there);
	return rc;
}

static int
try_segments(struct copy *c, struct manifest **out, struct error *err)
{
	uint64_t torn_bytes;
	int rc = manifest_load(c->fs, c->from, out, &torn_bytes, err);

	if (rc != 0)
		return rc;
	c->next_segment = manifest_state(*out)->next_segment;
	return keep_segments(c, manifest_state(*out), err);
}

static void
report_segments(const struct copy *c)
{
	const struct kept_segment *kept = (const void *)c->kept.data;

	for (size_t i = 0; i < c->kept.len / sizeof(*kept); i++) {
		c->report->segments++;
		c->report->linked += kept[i].is_linked;
		c->report->segment_bytes += kept[i].size_bytes;
	}
}

/* ---- the log ---- */

static int
copy_log(struct copy *c, const struct manifest_state *state, struct error *err)
{
	char from[OS_PATH_SIZE], to[OS_PATH_SIZE];
	const struct wal_copy_options options = {
		.from = from,
		.to = to,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
	};
	struct wal_copied copied;
	int rc = os_path(from, c->from, WAL_DIRECTORY, err);

	if (rc == 0)
		rc = os_path(to, c->to, WAL_DIRECTORY, err);
	if (rc == 0)
		rc = wal_copy(c->fs, &options, &copied, err);
	if (rc != 0)
		return rc;
	c->report->log_files = copied.files;
	c->report->log_bytes = copied.bytes;
	if (copied.next_group > state->wal_synced)
		return 0;
	return error_set(err, STELE_E_CORRUPT,
	    "log in \"%s\" ends before group %llu, which the MANIFEST knows",
	    from, (unsigned long long)state->wal_synced);
}

/* ---- segments that only the log names ---- */

struct adopted_copier {
	struct copy *copy;
	const struct manifest_state *state;
};

/*
 * One whose rows were flushed may have been merged away.  If it is still there
 * the archive waits for it (V4), and will for the copy's.
 */
static int
keep_named(struct copy *c, const struct manifest_state *state,
    const struct segment_meta *meta, struct error *err)
{
	bool is_flushed = meta->event_id_last <= state->flushed[meta->shard];
	int rc;

	if (manifest_has(state, meta->number))
		return 0; /* it has been copied */
	rc = keep_segment(c, meta, err);
	if (rc == STELE_E_FILE_MISSING && is_flushed)
		return 0;
	if (meta->number >= c->next_segment)
		c->next_segment = meta->number + 1;
	return rc;
}

static int
keep_adopted(void *arg, struct wal_replay_batch *batch, struct error *err)
{
	const struct adopted_copier *copier = arg;
	const struct manifest_state *state = copier->state;
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	int rc = 0;

	while (rc == 0 && entry_next(&r, &entry) == 1) {
		struct segment_meta meta;

		if (entry.kind != ENTRY_SEGMENT ||
		    entry.shard >= state->shard_count)
			continue;
		rc = entry_segment_decode(&entry, batch->first_event_id, &meta,
		    err);
		if (rc == 0)
			rc = keep_named(copier->copy, state, &meta, err);
		segment_meta_release(&meta);
	}
	return rc;
}

/* By the log's copy, so that it is the same log. */
static int
copy_adopted(struct copy *c, const struct manifest_state *state,
    struct error *err)
{
	char dir[OS_PATH_SIZE];
	struct adopted_copier copier = { .copy = c, .state = state };
	const struct wal_replay_options options = {
		.dir = dir,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
		.is_read_only = true,
		.arg = &copier,
		.batch = keep_adopted,
	};
	struct wal_replay replay;
	int rc = os_path(dir, c->to, WAL_DIRECTORY, err);

	if (rc != 0)
		return rc;
	rc = wal_replay(c->fs, &options, &replay, err);
	wal_replay_release(&replay);
	return rc;
}

/* ---- the directory ---- */

/*
 * A server may be at work: a MANIFEST that is read while it is written looks
 * torn, and a segment may be merged into another while it is looked for.  What
 * is copied stays, so that each try has less to do than the one before.
 */
static int
try_copy(struct copy *c, struct manifest **manifest, bool *must_retry,
    struct error *err)
{
	int rc = try_segments(c, manifest, err);

	*must_retry = rc == STELE_E_FILE_MISSING || rc == STELE_E_CORRUPT;
	if (rc != 0)
		return rc;
	rc = copy_log(c, manifest_state(*manifest), err);
	if (rc != 0)
		return rc;
	rc = copy_adopted(c, manifest_state(*manifest), err);
	*must_retry = rc == STELE_E_FILE_MISSING;
	return rc;
}

static int
copy_files(struct copy *c, struct manifest **manifest, struct error *err)
{
	bool must_retry = true;
	int rc = 0;

	for (int i = 0; i < TRIES_MAX && must_retry; i++) {
		if (i > 0) {
			manifest_close(*manifest);
			*manifest = NULL;
			os_sleep_until(
			    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS);
			if (remove_log(c, err) != 0)
				return err->code;
		}
		rc = try_copy(c, manifest, &must_retry, err);
	}
	return rc;
}

static void
note_any(void *arg, const char *name UNUSED)
{
	*(bool *)arg = true;
}

static int
make_folder(struct copy *c, const char *name, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, c->to, name, err);

	return rc == 0 ? os_mkdir(c->fs, path, err) : rc;
}

/* From now on, whatever happens, nobody takes it for a new directory. */
static int
make_mark(struct copy *c, struct error *err)
{
	char path[OS_PATH_SIZE];
	struct os_file *file = NULL;
	int rc = os_path(path, c->to, KEEP_NAME, err);

	if (rc == 0)
		rc = os_open(c->fs, path, OS_WRITE | OS_CREATE | OS_EXCLUSIVE,
		    &file, err);
	if (rc == 0)
		rc = os_fsync(file, err);
	if (rc == 0)
		rc = os_fsync_dir(c->fs, c->to, err);
	os_close(file);
	return rc;
}

/* A directory that nobody uses for anything, with our folders. */
static int
make_directory(struct copy *c, struct error *err)
{
	bool is_used = false;
	int rc = os_mkdir(c->fs, c->to, err);

	if (rc == 0)
		rc = os_list(c->fs, c->to, note_any, &is_used, err);
	if (rc == 0 && is_used)
		rc = error_set(err, STELE_E_OBJECT_IN_USE,
		    "directory \"%s\" is not empty", c->to);
	if (rc == 0)
		rc = make_mark(c, err);
	if (rc == 0)
		rc = make_folder(c, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = make_folder(c, WAL_DIRECTORY, err);
	if (rc == 0)
		rc = make_folder(c, QUARANTINE_DIRECTORY, err);
	return rc;
}

static int
sync_names(struct copy *c, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, c->to, SEGMENT_DIRECTORY, err);

	if (rc == 0)
		rc = os_fsync_dir(c->fs, path, err);
	if (rc == 0)
		rc = os_fsync_dir(c->fs, c->to, err);
	if (rc == 0)
		rc = os_fsync_parent(c->fs, c->to, err);
	return rc;
}

/* Under the lock on the source. */
static int
copy_all(struct copy *c, struct error *err)
{
	struct manifest *manifest = NULL;
	struct manifest_state state;
	int rc = copy_files(c, &manifest, err);

	if (rc == 0)
		rc = sync_names(c, err);
	if (rc == 0 && c->options->add != NULL)
		rc = c->options->add(c->options->arg, err);
	if (rc == 0) {
		state = *manifest_state(manifest);
		state.next_segment = c->next_segment;
		rc = manifest_write(c->fs, c->to, &state, err);
	}
	report_segments(c);
	manifest_close(manifest);
	return rc;
}

int
engine_copy(struct os_fs *fs, const char *from, const char *to,
    const struct copy_options *options, struct copy_report *report,
    struct error *err)
{
	struct copy c = {
		.fs = fs,
		.from = from,
		.to = to,
		.options = options,
		.report = report,
	};
	struct manifest *manifest = NULL;
	struct os_file *keep = NULL;
	uint64_t torn_bytes;
	int rc;

	*report = (struct copy_report){ .segments = 0 };
	buf_init(&c.kept);
	/* Is there anything to copy?  Nothing is made before that is known. */
	rc = manifest_load(fs, from, &manifest, &torn_bytes, err);
	manifest_close(manifest);
	if (rc == STELE_E_CORRUPT)
		rc = 0; /* maybe it was being written: tried again below */
	if (rc == 0)
		rc = restore_mark_refuse(fs, from, err);
	if (rc == 0)
		rc = make_directory(&c, err);
	if (rc == 0)
		rc = keep_lock_wait(fs, from, &keep, err);
	if (rc == 0)
		rc = copy_all(&c, err);
	buf_release(&c.kept);
	os_close(keep);
	return rc;
}
