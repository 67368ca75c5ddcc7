/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/recovery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/append/row_format.h"
#include "engine/archive/archive_segments.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/keep/keep_lock.h"
#include "engine/keep/restore_mark.h"
#include "engine/keep/salvage.h"
#include "engine/segment/segment.h"

/* ---- the directory ---- */

int
recovery_sync_name(struct os_fs *fs, const char *dir, struct error *err)
{
	int rc = os_fsync_parent(fs, dir, err);

	return rc != 0 && err->os_errno == EACCES ? 0 : rc;
}

static void
note_any(void *arg, const char *name UNUSED)
{
	*(bool *)arg = true;
}

static void
note_keep(void *arg, const char *name)
{
	*(bool *)arg |= strcmp(name, KEEP_NAME) == 0;
}

/*
 * Without a MANIFEST the directory is a new one; then no log file and no
 * segment has ever been made in it, nor was it to be a copy.
 */
static int
check_is_new(struct engine *engine, struct error *err)
{
	static const char *const folders[] = { WAL_DIRECTORY,
		SEGMENT_DIRECTORY };
	char path[OS_PATH_SIZE];
	bool is_used = false;

	if (os_list(engine->fs, engine->dir, note_keep, &is_used, err) != 0)
		return err->code;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		int rc = os_path(path, engine->dir, folders[i], err);

		if (rc == 0)
			rc = os_list(engine->fs, path, note_any, &is_used, err);
		if (rc != 0 && rc != STELE_E_FILE_MISSING)
			return rc;
	}
	if (!is_used)
		return 0;
	(void)error_set(err, STELE_E_CORRUPT,
	    "file \"%s/" MANIFEST_NAME "\" is missing", engine->dir);
	return error_detail(err,
	    "There are log files or segments, which nothing can be known of "
	    "without it, or it was to be a copy, which was not finished.");
}

static int
make_manifest(struct engine *engine, struct manifest **out, struct error *err)
{
	uint8_t random[sizeof(struct uuid) + sizeof(uint64_t)];
	struct manifest_state initial = {
		.shard_count = engine->options.shard_count,
		.next_event_id = 1,
		.next_oid = FIRST_USER_OID,
		.next_segment = 1,
		.wal_file = 1,
		.wal_group = 1,
	};
	int rc;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set_os(err, "could not get random bytes");
	memcpy(&initial.directory, random, sizeof(initial.directory));
	memcpy(&initial.hash_seed, random + sizeof(initial.directory),
	    sizeof(initial.hash_seed));
	if (initial.shard_count == 0)
		initial.shard_count = os_core_count();
	if (initial.shard_count > SHARD_COUNT_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "shard_count is at most %d", SHARD_COUNT_MAX);
	rc = check_is_new(engine, err);
	if (rc == 0)
		rc = recovery_sync_name(engine->fs, engine->dir, err);
	if (rc != 0)
		return rc;
	return manifest_create(engine->fs, engine->dir, &initial, out, err);
}

int
recovery_open_directory(struct engine *engine, struct manifest **out,
    struct error *err)
{
	const struct manifest_state *state;
	uint64_t torn_bytes;
	int rc;

	rc = engine->options.is_restoring
	    ? 0
	    : restore_mark_refuse(engine->fs, engine->dir, err);
	if (rc == 0)
		rc = os_mkdir(engine->fs, engine->wal_dir, err);
	if (rc == 0)
		rc = manifest_open(engine->fs, engine->dir, out, &torn_bytes,
		    err);
	if (rc == STELE_E_FILE_MISSING)
		rc = make_manifest(engine, out, err);
	else if (rc == 0 && torn_bytes > 0)
		log_warn(LOG_SEGMENT, "cut the torn end of the MANIFEST",
		    LOG_UINT("bytes", torn_bytes));
	if (rc != 0)
		return rc;
	manifest_set_log_size(*out, engine->options.manifest_log_bytes);
	if (engine->options.salvage != NULL)
		manifest_defer(*out);
	state = manifest_state(*out);
	engine->directory = state->directory;
	engine->shard_count = state->shard_count;
	engine->hash_seed = state->hash_seed;
	if (engine->options.shard_count != 0 &&
	    engine->options.shard_count != state->shard_count)
		log_warn(LOG_SERVER,
		    "shard_count is that of the directory, the option is "
		    "ignored",
		    LOG_UINT("shard_count", state->shard_count));
	return 0;
}

/* ---- segments ---- */

/* Open the segments of one shard into `opened`; *count says how many. */
static int
open_shard_segments(struct engine *engine, const struct manifest_state *state,
    uint32_t shard, struct segment **opened, uint32_t *count, struct error *err)
{
	int rc = 0;

	*count = 0;
	for (uint32_t i = 0; i < state->segment_count && rc == 0; i++) {
		if (state->segments[i].shard != shard)
			continue;
		rc = segment_open(engine->fs, engine->dir, &state->segments[i],
		    &engine->directory, engine->cache, &opened[*count], err);
		if (rc == 0)
			(*count)++;
	}
	return rc;
}

static int
open_segments(struct engine *engine, const struct manifest_state *state,
    struct error *err)
{
	struct segment **opened =
	    calloc((size_t)state->segment_count + 1, sizeof(struct segment *));
	int rc = 0;

	if (opened == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < state->segment_count && rc == 0; i++)
		if (state->segments[i].shard >= engine->shard_count)
			rc = error_set(err, STELE_E_CORRUPT,
			    "segment %" PRIu64 " is of no shard",
			    state->segments[i].number);
	for (uint32_t s = 0; s < engine->shard_count && rc == 0; s++) {
		uint32_t count;

		rc = open_shard_segments(engine, state, s, opened, &count, err);
		if (rc == 0)
			rc = view_replace_segments(&engine->view, s, NULL, 0,
			    opened, count, err);
		for (uint32_t i = 0; i < count; i++)
			segment_unref(opened[i]);
	}
	free(opened);
	return rc;
}

/* ---- the log ---- */

struct log_reader {
	struct engine *engine;
	const struct catalog *catalog; /* owned */
	struct buf named; /* numbers of segments that stay, uint64_t */
};

int
recovery_first_catalog(const struct manifest_state *state,
    const struct catalog **out, struct error *err)
{
	if (state->catalog.len == 0)
		return catalog_new(out, err);
	return catalog_decode(state->catalog, out, err);
}

/* One schema change, unless the checkpoint has it already. */
static int
apply_change(const struct catalog **catalog, struct entry *entry,
    uint64_t event_id, uint64_t *generation, struct error *err)
{
	const struct catalog *after;
	struct arena arena;
	struct ddl ddl;
	int rc;

	*generation = reader_u64(&entry->content);
	if (*generation <= (*catalog)->generation)
		return 0;
	if (*generation != (*catalog)->generation + 1)
		return error_set(err, STELE_E_CORRUPT,
		    "log lacks schema changes before generation %" PRIu64,
		    *generation);
	arena_init(&arena, NULL);
	rc = ddl_decode(&entry->content, &arena, &ddl, err);
	if (rc == 0)
		rc = catalog_apply(*catalog, &ddl, event_id, &after, err);
	if (rc == 0) {
		catalog_unref(*catalog);
		*catalog = after;
	}
	arena_release(&arena);
	return rc;
}

/* What the entries of a batch are counted against. */
struct batch_count {
	uint32_t shard_count;
	uint64_t row_count; /* of the batch, by its header */
	uint64_t in_segments;
	uint64_t in_entries;
	uint64_t first_ordinal; /* of rows in entries */
};

/* False if the entry cannot be one of the batch. */
static bool
count_rows(struct batch_count *count, const struct entry *entry)
{
	struct rows rows;

	if (entry->shard >= count->shard_count || !rows_decode(entry, &rows) ||
	    rows_ordinal(&rows, rows.count - 1) >= count->row_count)
		return false;
	if (rows.first_ordinal < count->first_ordinal)
		count->first_ordinal = rows.first_ordinal;
	count->in_entries += rows.count;
	return true;
}

static int
count_segment(struct batch_count *count, const struct entry *entry,
    struct error *err)
{
	struct segment_meta meta;
	int rc = entry_segment_decode(entry, 1, &meta, err);

	if (rc == 0 &&
	    (meta.shard >= count->shard_count ||
		meta.event_id_last > count->row_count ||
		meta.row_count > count->row_count - count->in_segments))
		rc = error_set(err, STELE_E_CORRUPT,
		    "invalid segment in a batch");
	if (rc == 0)
		count->in_segments += meta.row_count;
	segment_meta_release(&meta);
	return rc;
}

/* Has it as many rows as it says, those in segments first? */
static bool
is_whole(const struct batch_count *count)
{
	return count->in_segments + count->in_entries == count->row_count &&
	    (count->in_segments == 0 ||
		count->first_ordinal >= count->in_segments);
}

int
recovery_apply_changes(const struct catalog **catalog, uint32_t shard_count,
    struct wal_replay_batch *batch, struct error *err)
{
	struct reader r = reader_over(batch->entries, batch->len);
	struct batch_count count = {
		.shard_count = shard_count,
		.row_count = batch->row_count,
		.first_ordinal = UINT64_MAX,
	};
	struct entry entry;
	int more, rc = 0;

	while (rc == 0 && (more = entry_next(&r, &entry)) == 1) {
		if (entry.kind == ENTRY_DDL)
			rc = apply_change(catalog, &entry,
			    batch->first_event_id, &batch->generation, err);
		else if (entry.kind == ENTRY_SEGMENT)
			rc = count_segment(&count, &entry, err);
		else if (!count_rows(&count, &entry))
			more = -1;
		if (more < 0)
			break;
	}
	batch->has_segments = count.in_segments > 0;
	if (rc == 0 && (more < 0 || !is_whole(&count)))
		return error_set(err, STELE_E_CORRUPT,
		    "log record of event %" PRIu64 " is malformed",
		    batch->first_event_id);
	return rc;
}

uint64_t
recovery_least_next(const struct manifest_state *state)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < state->shard_count; i++)
		if (state->flushed[i] < least)
			least = state->flushed[i];
	return least + 1;
}

/*
 * The log is archived, and names a segment: the file stays until it is archived
 * too, also when it has been merged into others (V4).
 */
static int
hold_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	struct log_reader *reader = arg;
	struct shard_view *part =
	    view_shard(&reader->engine->view, meta->shard);
	bool is_held = true;

	for (uint32_t i = 0; i < part->segment_count; i++)
		if (segment_meta(part->segments[i])->number == meta->number)
			is_held = archiver_hold(&reader->engine->archiver,
			    &part->segments[i], 1);
	shard_view_unref(part);
	buf_put(&reader->named, &meta->number, sizeof(meta->number));
	if (!is_held || reader->named.failed)
		return error_no_memory(err);
	return 0;
}

static int
replay_batch(void *arg, struct wal_replay_batch *batch, struct error *err)
{
	struct log_reader *reader = arg;
	struct engine *engine = reader->engine;
	int rc = recovery_apply_changes(&reader->catalog, engine->shard_count,
	    batch, err);

	if (batch->row_count == 0)
		return rc;
	if (rc == 0 && batch->has_segments && archiver_is_on(&engine->archiver))
		rc = archive_each_segment(batch, hold_segment, reader, err);
	for (uint32_t i = 0; i < engine->shard_count && rc == 0; i++)
		rc = shard_replay(&engine->shards[i], reader->catalog, batch,
		    err);
	return rc;
}

static int
check_events(const struct manifest_state *state,
    const struct wal_replay *replay, struct error *err)
{
	uint64_t next = replay->next_event_id;

	if (next == 0 || next >= state->next_event_id)
		return 0;
	(void)error_set(err, STELE_E_CORRUPT, "log ends before event %" PRIu64,
	    state->next_event_id);
	return error_detail(err,
	    "Segments hold later events than the log, which ends at %" PRIu64
	    ".",
	    next);
}

/* Files stay that the MANIFEST names, or the log. */
static int
clear_files(struct engine *engine, struct manifest *manifest, struct buf *kept,
    struct manifest_files *done, struct error *err)
{
	for (uint32_t i = 0; i < engine->shard_count; i++)
		shard_adopted_numbers(&engine->shards[i], kept);
	if (kept->failed)
		return error_no_memory(err);
	return manifest_clear_files(manifest,
	    (const uint64_t *)(const void *)kept->data,
	    kept->len / sizeof(uint64_t), done, err);
}

static void
tell_files(const struct manifest_files *files)
{
	if (files->removed > 0)
		log_info(LOG_SEGMENT, "removed files left by a crash",
		    LOG_UINT("count", files->removed));
	if (files->quarantined > 0)
		log_warn(LOG_SEGMENT, "unknown files moved to quarantine",
		    LOG_UINT("count", files->quarantined));
}

static void
tell_recovery(const struct wal_replay *replay)
{
	if (replay->is_torn)
		log_warn(LOG_WAL, "cut the torn end of the log",
		    LOG_UINT("file", replay->torn_file),
		    LOG_UINT("offset", replay->torn_offset));
	log_info(LOG_WAL, "log recovered",
	    LOG_UINT("files", replay->file_count),
	    LOG_UINT("groups", replay->group_count),
	    LOG_UINT("bytes", replay->bytes),
	    LOG_INT("copied_tail", replay->has_copied_tail));
}

static int
replay_log(struct engine *engine, const struct wal_replay_options *options,
    const struct manifest_state *state, struct log_reader *reader,
    struct wal_replay *replay, struct error *err)
{
	if (engine->options.salvage == NULL)
		return wal_replay(engine->fs, options, replay, err);
	return salvage_replay(engine->options.salvage, engine->fs, engine->dir,
	    options, state, &reader->catalog, engine->shard_count, replay, err);
}

int
recovery_run(struct engine *engine, struct manifest *manifest,
    const struct catalog **catalog, struct wal_replay *replay,
    struct error *err)
{
	const struct manifest_state *state = manifest_state(manifest);
	struct log_reader reader = { .engine = engine };
	char reserve[OS_PATH_SIZE];
	const struct wal_replay_options options = {
		.dir = engine->wal_dir,
		.key = wal_key(&engine->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
		.synced_group = state->wal_synced,
		.reserve = reserve,
		.arg = &reader,
		.batch = replay_batch,
	};
	struct manifest_files files;
	int rc = os_path(reserve, engine->dir, RESERVE_NAME, err);

	if (rc != 0)
		return rc;
	buf_init(&reader.named);
	rc = recovery_first_catalog(state, &reader.catalog, err);
	if (rc == 0)
		engine->publisher.generation = reader.catalog->generation;
	if (rc == 0)
		rc = manifest_check_files(manifest, err);
	if (rc == 0)
		rc = open_segments(engine, state, err);
	if (rc == 0)
		rc = replay_log(engine, &options, state, &reader, replay, err);
	if (rc == 0 && engine->options.salvage == NULL)
		rc = check_events(state, replay, err);
	if (rc == 0)
		rc = clear_files(engine, manifest, &reader.named, &files, err);
	buf_release(&reader.named);
	if (rc != 0) {
		catalog_unref(reader.catalog);
		return rc;
	}
	tell_recovery(replay);
	tell_files(&files);
	*catalog = reader.catalog;
	return 0;
}
