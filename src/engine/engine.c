/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's life: what is opened in which order, and closed in reverse.
 */
#include "engine/engine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/keep/salvage.h"
#include "engine/recovery.h"
#include "engine/segment/block_cache.h"
#include "os/clock.h"
#include "os/memory.h"

#define DAY_US            INT64_C(86400000000)
#define BLOCK_CACHE_SHARE 4 /* of the memory, if nothing is said */

/* ---- failure ---- */

void
engine_fail(struct engine *engine, const struct error *err)
{
	void (*fn)(void *arg, const struct error *err) = NULL;
	void *arg = NULL;
	bool is_first;

	pthread_mutex_lock(&engine->failure_lock);
	is_first = !engine->has_failed;
	if (is_first) {
		engine->has_failed = true;
		engine->failure = *err;
		engine->failure.code = STELE_E_OS;
		fn = engine->failure_fn;
		arg = engine->failure_arg;
	}
	pthread_mutex_unlock(&engine->failure_lock);
	if (!is_first)
		return;
	commit_stop(engine);
	view_close(&engine->view);
	flusher_fail(&engine->flusher, &engine->failure);
	compactor_fail(&engine->compactor, &engine->failure);
	if (fn != NULL)
		fn(arg, err);
}

void
engine_on_failure(struct engine *engine,
    void (*fn)(void *arg, const struct error *err), void *arg)
{
	struct error err;
	bool has_failed;

	pthread_mutex_lock(&engine->failure_lock);
	engine->failure_fn = fn;
	engine->failure_arg = arg;
	has_failed = engine->has_failed;
	err = engine->failure;
	pthread_mutex_unlock(&engine->failure_lock);
	if (has_failed) /* before anybody could be told */
		fn(arg, &err);
}

/* ---- opening ---- */

static int
set_paths(struct engine *engine, const char *dir, struct error *err)
{
	int len = snprintf(engine->dir, sizeof(engine->dir), "%s", dir);

	if (len < 0 || (size_t)len >= sizeof(engine->dir))
		return error_set(err, STELE_E_LIMIT,
		    "path of the data directory is too long");
	return os_path(engine->wal_dir, dir, WAL_DIRECTORY, err);
}

static int
lock_directory(struct engine *engine, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_mkdir(engine->fs, engine->dir, err);

	if (rc == 0)
		rc = os_path(path, engine->dir, LOCK_NAME, err);
	if (rc == 0)
		rc = os_lock(engine->fs, path, &engine->lock, err);
	return rc;
}

static int
init_shards(struct engine *engine, const struct manifest_state *state,
    struct error *err)
{
	int rc = 0;

	engine->shards = calloc(engine->shard_count, sizeof(engine->shards[0]));
	if (engine->shards == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < engine->shard_count && rc == 0; i++)
		rc = shard_init(&engine->shards[i], engine, i,
		    state->flushed[i], err);
	return rc;
}

static int
start_wal(struct engine *engine, const struct wal_replay *replay,
    struct error *err)
{
	const struct wal_options options = {
		.dir = engine->wal_dir,
		.key = wal_key(&engine->directory),
		.file_size_bytes =
		    engine->options.wal_file_size_bytes / WAL_ALIGN * WAL_ALIGN,
		.sync_interval_ns =
		    (int64_t)engine->options.wal_sync_interval_ms * 1000000,
		.next_file_number = replay->next_file_number,
		.next_group_number = replay->next_group_number,
		.next_event_id = engine->commit.next_event_id,
		.is_archived = archiver_is_on(&engine->archiver),
	};
	const struct wal_hooks hooks = commit_hooks(engine);

	return wal_open(engine->fs, &options, replay->files, replay->file_count,
	    &hooks, &engine->wal, err);
}

static int
start_threads(struct engine *engine, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < engine->shard_count && rc == 0; i++)
		rc = shard_start(&engine->shards[i], err);
	if (rc == 0)
		rc = flusher_start(&engine->flusher, err);
	if (rc == 0)
		rc = compactor_start(&engine->compactor, err);
	if (rc == 0 && !engine->options.is_retention_off)
		rc = retention_start(&engine->retention, err);
	if (rc == 0)
		rc = archiver_start(&engine->archiver, err);
	return rc;
}

/* From the MANIFEST to a running engine. */
static int
recover(struct engine *engine, struct manifest *manifest, struct error *err)
{
	const struct manifest_state *state = manifest_state(manifest);
	const struct catalog *catalog = NULL;
	struct wal_replay replay = { .files = NULL };
	uint64_t next_event_id;
	int rc;

	publisher_init(&engine->publisher, engine, manifest);
	flusher_init(&engine->flusher, engine);
	retention_init(&engine->retention, engine);
	rc = view_init(&engine->view, engine->shard_count, err);
	if (rc == 0)
		rc = archiver_init(&engine->archiver, engine, err);
	if (rc == 0)
		rc = init_shards(engine, state, err);
	if (rc == 0)
		rc = compactor_init(&engine->compactor, engine, err);
	if (rc == 0)
		rc = recovery_run(engine, manifest, &catalog, &replay, err);
	if (rc == 0) {
		next_event_id = state->next_event_id;
		if (replay.next_event_id > next_event_id)
			next_event_id = replay.next_event_id;
		if (engine->options.salvage != NULL &&
		    engine->options.salvage->event_id_floor > next_event_id)
			next_event_id = engine->options.salvage->event_id_floor;
		atomic_init(&engine->next_oid,
		    catalog->next_oid > state->next_oid ? catalog->next_oid
							: state->next_oid);
		view_publish(&engine->view, next_event_id - 1,
		    catalog_ref(catalog));
		committer_init(&engine->commit, catalog, next_event_id);
		rc = start_wal(engine, &replay, err);
	}
	if (rc == 0)
		rc = start_threads(engine, err);
	wal_replay_release(&replay);
	return rc;
}

void
engine_reload(struct engine *engine, const struct engine_options *options)
{
	struct engine_tuning *tuning = &engine->tuning;
	size_t snapshots = options->old_snapshot_memory_bytes;

#define SET(member, value) \
	atomic_store_explicit(&tuning->member, value, memory_order_relaxed)
	SET(memtable_size_bytes, options->memtable_size_bytes);
	SET(memtable_age_ms, options->memtable_age_ms);
	SET(max_wal_size_bytes, options->max_wal_size_bytes);
	SET(batch_memory_bytes, options->batch_memory_bytes);
	SET(old_snapshot_memory_bytes, snapshots == 0 ? SIZE_MAX : snapshots);
	SET(max_small_segments, options->max_small_segments);
	SET(max_fields, options->max_fields);
	SET(max_event_types, options->max_event_types);
	SET(max_context_size_bytes, options->max_context_size_bytes);
	SET(max_string_size_bytes, options->max_string_size_bytes);
	SET(max_row_size_bytes, options->max_row_size_bytes);
#undef SET
}

static void
set_defaults(struct engine_options *options)
{
	if (options->worker_count == 0)
		options->worker_count = os_core_count();
	if (options->block_cache_size_bytes == 0)
		options->block_cache_size_bytes =
		    os_memory_limit("") / BLOCK_CACHE_SHARE;
	if (options->compaction_window_us == 0)
		options->compaction_window_us = DAY_US;
}

int
engine_open(struct os_fs *fs, const char *dir,
    const struct engine_options *options, struct engine **out,
    struct error *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	struct manifest *manifest = NULL;
	int rc;

	*out = NULL;
	if (engine == NULL)
		return error_no_memory(err);
	engine->fs = fs;
	engine->options = *options;
	engine->clock =
	    options->clock != NULL ? options->clock : os_clock_real();
	set_defaults(&engine->options);
	engine_reload(engine, options);
	pthread_mutex_init(&engine->failure_lock, NULL);
	verification_init(&engine->verification);
	rc = set_paths(engine, dir, err);
	if (rc == 0)
		rc = lock_directory(engine, err);
	if (rc != 0)
		goto out;
	engine->cache = block_cache_new(engine->options.block_cache_size_bytes);
	if (engine->cache == NULL) {
		rc = error_no_memory(err);
		goto out;
	}
	rc = recovery_open_directory(engine, &manifest, err);
	if (rc == 0)
		rc = recover(engine, manifest, err);
out:
	if (rc == 0)
		*out = engine;
	else
		engine_close(engine);
	return rc;
}

/*
 * Batches that still wait for room are answered; the log writes the rest.
 * That may fail, and is then a failure like any other: has_failed stays.
 */
static void
refuse_waiting(struct engine *engine)
{
	pthread_mutex_lock(&engine->failure_lock);
	if (!engine->has_failed)
		(void)error_set(&engine->failure, STELE_E_ADMIN_SHUTDOWN,
		    "terminating commit due to administrator command");
	pthread_mutex_unlock(&engine->failure_lock);
	if (engine->wal != NULL)
		commit_stop(engine);
}

/*
 * In the order in which work flows: the log hands its last groups to the
 * shards, these publish them, then nobody is left who waits.
 */
void
engine_close(struct engine *engine)
{
	uint64_t synced_group = 0;

	if (engine == NULL)
		return;
	refuse_waiting(engine);
	retention_stop(&engine->retention);
	compactor_stop(&engine->compactor);
	flusher_stop(&engine->flusher);
	archiver_stop(&engine->archiver);
	if (engine->wal != NULL)
		synced_group = wal_stop(engine->wal);
	archiver_finish(&engine->archiver);
	wal_close(engine->wal);
	for (uint32_t i = 0; engine->shards != NULL && i < engine->shard_count;
	     i++) {
		shard_stop(&engine->shards[i]);
		shard_release(&engine->shards[i]);
	}
	if (synced_group != 0 && !engine->has_failed &&
	    engine->options.salvage == NULL)
		publish_log_end(&engine->publisher, synced_group);
	archiver_release(&engine->archiver);
	committer_release(&engine->commit);
	compactor_release(&engine->compactor);
	flusher_release(&engine->flusher);
	publisher_release(&engine->publisher);
	retention_release(&engine->retention);
	view_release(&engine->view);
	free(engine->shards);
	type_counters_release(&engine->activity);
	block_cache_free(engine->cache);
	os_close(engine->lock);
	verification_release(&engine->verification);
	pthread_mutex_destroy(&engine->failure_lock);
	free(engine);
}
