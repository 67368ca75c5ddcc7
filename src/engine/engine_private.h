/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_private.h -- struct engine, for the parts of the engine.
 *
 * The path of a batch: write_batch (append/) -> committer, which numbers it
 * and copies it into the log (append/commit.h, wal/) -> shards, which apply
 * it (shard/) -> committer again, which publishes it.  Flushes (shard/flush.h)
 * turn MemTables into segments.  Reads see a view (read/view.h).
 */
#pragma once

#include <stdatomic.h>

#include "common/hash.h"
#include "engine/append/commit.h"
#include "engine/archive/archiver.h"
#include "engine/compact/compactor.h"
#include "engine/engine.h"
#include "engine/manifest/manifest.h"
#include "engine/read/type_activity.h"
#include "engine/read/view.h"
#include "engine/retain/retention.h"
#include "engine/shard/flush.h"
#include "engine/shard/publish.h"
#include "engine/shard/shard.h"
#include "engine/wal/wal.h"
#include "os/file.h"
#include "os/thread.h"

#define WAL_DIRECTORY "wal"
#define LOCK_NAME     "LOCK"    /* holds the process id of the server */
#define RESERVE_NAME  "RESERVE" /* zeros, given up on a full disk (D4) */

/* engine_verify_running(), as others see it. */
struct verification {
	pthread_mutex_t lock;
	struct verify_status status;
};

/*
 * Options that engine_reload() sets while others read them; each is a number by
 * itself, hence relaxed: ENGINE_TUNED.
 */
struct engine_tuning {
	atomic_size_t memtable_size_bytes;
	atomic_uint_least64_t memtable_age_ms;
	atomic_uint_least64_t max_wal_size_bytes;
	atomic_size_t batch_memory_bytes;
	atomic_size_t old_snapshot_memory_bytes;
	atomic_uint max_small_segments;
	atomic_uint max_fields;
	atomic_uint max_event_types;
	atomic_uint max_context_size_bytes;
	atomic_size_t max_string_size_bytes;
	atomic_size_t max_row_size_bytes;
};

#define ENGINE_TUNED(engine, option) \
	atomic_load_explicit(&(engine)->tuning.option, memory_order_relaxed)

struct engine {
	struct os_fs *fs;
	char dir[OS_PATH_SIZE];
	char wal_dir[OS_PATH_SIZE];
	struct engine_options options; /* those that do not change */
	struct engine_tuning tuning;
	struct os_file *lock; /* held while open */
	struct block_cache *cache;
	struct os_clock *clock; /* that of events and of retention */

	/* Constant while open. */
	struct uuid directory;
	uint32_t shard_count;
	uint64_t hash_seed;

	atomic_size_t batch_bytes; /* write_batch_count_bytes() */
	struct type_counters activity;

	/* Next OID to give; gaps are fine. */
	atomic_uint next_oid;

	struct wal *wal;
	struct committer commit;
	struct view_holder view;
	struct shard *shards; /* shard_count */
	struct publisher publisher;
	struct flusher flusher;
	struct compactor compactor;
	struct retention retention;
	struct archiver archiver;

	/* Parts of scans that were opened: others are busy while it moves. */
	atomic_uint_least64_t scan_count;
	struct verification verification;

	/* engine_on_failure(); under failure_lock. */
	pthread_mutex_t failure_lock;
	void (*failure_fn)(void *arg, const struct error *err);
	void *failure_arg;
	bool has_failed;
	struct error failure; /* what commits get after commit_stop() */
};

/* The shard that owns a context. */
uint32_t engine_shard_of(const struct engine *engine, struct str context);

/* What keys the checksums of a directory's log. */
static inline uint64_t
wal_key(const struct uuid *directory)
{
	return hash_bytes(directory->bytes, sizeof(directory->bytes));
}

void verification_init(struct verification *verification);
void verification_release(struct verification *verification);

/* The visible position. */
uint64_t engine_position(struct engine *engine);

/*
 * The log or the MANIFEST cannot go on: commits fail from now on, whoever
 * waits is told, and engine_on_failure()'s function is called, once.
 */
void engine_fail(struct engine *engine, const struct error *err);
