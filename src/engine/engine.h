/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h -- all that the upper layers see of the storage engine: schema
 * changes and appends in atomic batches, snapshots, scans, flush.
 *
 * The engine knows no SQL and no sockets.
 *
 * Threads: every function may be called from any thread unless it says more.
 * The engine runs threads of its own: one for the log, one per shard, workers
 * for flushes and for merges.  Callbacks run on one of these and must be short
 * and not block.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "engine/catalog/catalog.h"
#include "vec/vec.h"

struct buf;
struct engine;
struct mem_budget;
struct os_clock;
struct os_fs;
struct salvage;
struct snapshot;
struct write_batch;

/* ---- life ---- */

struct engine_options {
	uint32_t shard_count;       /* of a new directory; 0: processor cores */
	uint32_t worker_count;      /* background threads; 0: cores */
	size_t memtable_size_bytes; /* per shard, then it is flushed */
	uint64_t memtable_age_ms;   /* flushed when older; 0: never for age */
	uint32_t zone_rows;
	uint64_t max_wal_size_bytes; /* flush the oldest past this */
	uint64_t wal_file_size_bytes;
	uint64_t wal_sync_interval_ms; /* for synchronous_commit = off */
	uint64_t manifest_log_bytes;   /* then it is rewritten; 0: 1 MiB */
	size_t batch_memory_bytes;     /* rows past it are staged in files */
	/*
	 * Charged for the rows of batches, from when they are added until they
	 * are published; NULL: nothing is.  Outlives the engine.
	 */
	struct mem_budget *memory;
	size_t block_cache_size_bytes;    /* 0: from the machine's memory */
	size_t old_snapshot_memory_bytes; /* 0: no limit */
	bool is_retention_off;       /* tests that move horizons themselves */
	bool is_restoring;           /* engine_archive_restore() opens it */
	struct salvage *salvage;     /* engine_salvage() opens it; else NULL */
	const char *wal_archive_dir; /* from the directory; NULL or "": none */
	struct os_clock
	    *clock; /* of events and retention; NULL: the kernel's */
	uint32_t max_fields;
	uint32_t max_event_types;
	uint32_t max_context_size_bytes;
	size_t max_string_size_bytes;
	size_t max_row_size_bytes;
	bool compaction; /* merge when it is worth while, drop what is old */
	int64_t compaction_window_us;   /* 0: a day */
	uint64_t compaction_rate_bytes; /* a second; 0: any */
	/*
	 * Of a shard; then its MemTables are flushed no faster than segments
	 * are merged, and who appends faster waits.  0: any.
	 */
	uint32_t max_small_segments;
};

/*
 * Open the directory `dir` on the file system `fs` (os/file.h; os_fs_real()
 * outside tests), making it if it is not there (0700), recovering from its log
 * if it is.  Holds a lock on it; a second server is refused by name and pid.
 *
 * Returns 0; STELE_E_OBJECT_IN_USE (locked), STELE_E_OS, STELE_E_CORRUPT with
 * file and offset, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int engine_open(struct os_fs *fs, const char *dir,
    const struct engine_options *options, struct engine **out,
    struct error *err);

/*
 * Take from now on what `options` says of memtable_size_bytes, memtable_age_ms,
 * max_wal_size_bytes, batch_memory_bytes, old_snapshot_memory_bytes,
 * max_small_segments, max_fields, max_event_types and the greatest sizes of
 * contexts, strings and rows.  All else stays as it was opened.
 */
void engine_reload(struct engine *engine, const struct engine_options *options);

/* Stop the threads, sync the log, release the lock.  No calls may be running. */
void engine_close(struct engine *engine);

/*
 * What ends the process in a controlled way (a failed sync of the log, D3) is
 * told here, once, on an engine thread; afterwards commits answer 58030.
 */
void engine_on_failure(struct engine *engine,
    void (*fn)(void *arg, const struct error *err), void *arg);

/* A new reference to the current catalogue. */
const struct catalog *engine_catalog(struct engine *engine);

/* ---- writing ---- */

/*
 * A batch is what becomes visible and durable entirely or not at all: one
 * statement, or one transaction.  Schema changes come first or between rows;
 * rows that follow a change are checked against the batch's own catalogue.
 *
 * A batch belongs to one thread at a time.  Rows are encoded as they are
 * added, or some hundred at a time if they come one by one, into the log's row
 * form; nothing is shared until engine_commit().
 *
 * A batch may have any size: when its rows take more than batch_memory they are
 * staged, written to segments that nobody sees before it is committed and that
 * go with it if it is not.
 */
struct write_batch *write_batch_new(struct engine *engine); /* or NULL */
void write_batch_free(struct write_batch *batch);

/* The catalogue as the batch sees it; borrowed until the next change. */
const struct catalog *write_batch_catalog(const struct write_batch *batch);

/* Whether it makes the view: no catalogue but its own can have it. */
bool write_batch_makes_view(const struct write_batch *batch, uint32_t oid);

/*
 * Add a schema change.  New objects get their OIDs here; *ddl is updated.
 * Errors as catalog_apply(); the batch is unchanged then.
 */
MUST_USE int write_batch_ddl(struct write_batch *batch, struct ddl *ddl,
    struct error *err);

/*
 * Add rows of one event type.  `cols` is one vector for context_id (text),
 * timestamp (timestamptz; a null is "the server's clock") and each field of
 * the type's current version, in that order, in the forms of their types; only
 * the rows of `sel` are added, in order.  Types were cast by the caller; here
 * are checked: not null (23502, naming the column), the limits of sizes
 * (54000), that they are not older than what the type retains (22008) and that it
 * has not been dropped (40001); an empty context_id is allowed.
 */
MUST_USE int write_batch_rows(struct write_batch *batch,
    const struct event_type *type, const struct vec *cols, uint32_t col_count,
    struct sel sel, struct error *err);

/*
 * The same for one row that is built where it stays: what statements with a row
 * each cost least with.  begin() says where; the caller sets row `row` of each
 * of `cols`, whose null flags exist, with strings in the arena, and end() checks
 * it and adds it.  A row that end() refuses, or does not get, is not added.
 * Nothing else is asked of the batch between the two.
 */
struct row_slot {
	struct vec *cols;
	uint32_t row;
	struct arena *arena;
};
void write_batch_row_begin(struct write_batch *batch,
    const struct event_type *type, struct row_slot *out);
MUST_USE int write_batch_row_end(struct write_batch *batch,
    const struct event_type *type, struct error *err);

/*
 * Its rows take more than batch_memory: whoever adds rows has those that there
 * are staged before more come.  Workers do it while the next rows are added,
 * but one such part is under way at a time: so a batch takes at most twice
 * batch_memory, and who adds rows faster than they are staged has to wait.
 * Threads that must not wait try: 1, a part was begun; 0, one is under way, and
 * `wake` will be called when it is not, once, on any thread, whatever becomes
 * of the batch.
 *
 * Errors are those of the part before, STELE_E_DISK_FULL, STELE_E_OS, or
 * STELE_E_OUT_OF_MEMORY.  The batch has all its rows then: it may be tried
 * again, which a commit and a scan do, or gone back.
 */
bool write_batch_is_full(const struct write_batch *batch);
MUST_USE int write_batch_stage(struct write_batch *batch, struct error *err);
MUST_USE int write_batch_try_stage(struct write_batch *batch,
    void (*wake)(void *arg), void *arg, struct error *err);

/* Rows so far, and a mark to go back to (a statement that fails half-way). */
uint64_t write_batch_row_count(const struct write_batch *batch);
bool write_batch_is_empty(const struct write_batch *batch);

/* Has it, or had it, rows of a type? */
bool write_batch_has_type(const struct write_batch *batch, uint32_t oid);

/* Call fn with the OID of each type that it has, or had, rows of. */
void write_batch_each_type(const struct write_batch *batch,
    void (*fn)(void *arg, uint32_t oid), void *arg);

struct write_batch_mark {
	size_t bytes;
	uint64_t rows;
	uint32_t ddls;
	uint32_t stagings;
};
struct write_batch_mark write_batch_mark(struct write_batch *batch);
void write_batch_rewind(struct write_batch *batch,
    struct write_batch_mark mark);

/*
 * The horizon of a type that is to be retained so long from now on: by the
 * newest stored time, or the clock where that is earlier or nothing is stored.
 * Whoever adds a DDL_SET_RETAIN adds a DDL_SET_HORIZON with it, which then
 * moves on by itself.
 */
int64_t engine_horizon(struct engine *engine, int64_t retain_us);

enum sync_mode {
	SYNC_ON,  /* done when every byte is on disk */
	SYNC_OFF, /* done when the kernel has every byte */
};

/* Embedded in what waits for it.  All but `done` and `arg` is the engine's. */
struct commit {
	void (*done)(struct commit *commit); /* on an engine thread, once */
	void *arg;
	int rc;                  /* 0 or the code in err */
	uint64_t first_event_id; /* of the batch's rows, in their order */
	uint64_t last_event_id;  /* 0 if it has no rows */
	struct commit *next;     /* free for done() to queue it by */
	void *private_state;
	struct error err; /* if rc is not 0; large, hence last */
};

/*
 * Take the batch (freed by the engine) and make it durable and visible.  done()
 * is called exactly once, maybe before this returns; never under a lock.
 *
 * commit->rc afterwards: 0; STELE_E_SERIALIZATION_FAILURE or a code of
 * catalog_apply() when schemas changed meanwhile; STELE_E_DISK_FULL;
 * STELE_E_OS (the log failed, or MemTables are full and flushing them fails:
 * the next commit may succeed).
 */
void engine_commit(struct engine *engine, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit);

/*
 * The same with SYNC_ON, and wait until it is done: for threads that may.
 * Returns what commit->rc would be, with err filled.
 */
MUST_USE int engine_commit_wait(struct engine *engine,
    struct write_batch *batch, struct error *err);

/*
 * Give up a commit that waits for room.  Returns true if it did: done() has been
 * called, with STELE_E_QUERY_CANCELED.  False if it does not wait for that: it
 * is answered as soon as the log has it.  `commit` is one whose done()
 * may have been called already, but whose memory is still there.
 */
bool engine_commit_cancel(struct engine *engine, const struct commit *commit);

/*
 * True if a commit would have to wait for room (backpressure): the caller
 * stops reading its peer until `wake` is called, once, on an engine thread.
 */
bool engine_is_full(struct engine *engine, void (*wake)(void *arg), void *arg);

/* The same as a hint, for who has another way: nobody is called. */
bool engine_may_be_full(struct engine *engine);

/*
 * Flush every MemTable that holds rows now; done() when they are segments, or
 * with what the first of them failed with.
 */
void engine_flush(struct engine *engine, struct commit *commit);

/* ---- reading ---- */

/*
 * The state as of the visible position.  With `after` not 0, a position that
 * the session has committed with SYNC_OFF: the snapshot is taken only when it
 * is visible; until then NULL is returned and `wake` will be called once.
 */
struct snapshot *engine_snapshot(struct engine *engine, uint64_t after,
    void (*wake)(void *arg), void *arg);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

/* Every event up to here is in it, none after. */
uint64_t snapshot_position(const struct snapshot *snapshot);
const struct catalog *snapshot_catalog(const struct snapshot *snapshot);

/* A closed range of values of a column, for pruning only: see Z2. */
struct scan_range {
	uint32_t attnum;
	bool has_low, has_high;
	struct datum low, high; /* in the column's form; strings borrowed */
};

/* One of some values of a column, for pruning only. */
struct scan_set {
	uint32_t attnum;
	uint32_t value_count;
	const struct datum *values; /* in the column's form; none is null */
};

/*
 * Indexes, and what is known of order, that a scan does without, for tests and
 * in doubt: its rows are the same.
 */
enum scan_without {
	SCAN_WITHOUT_ZONE_MAPS = 1,
	SCAN_WITHOUT_FILTERS = 2,
	SCAN_WITHOUT_CONTEXT_INDEX = 4, /* nor the chains of MemTables */
	SCAN_WITHOUT_ROW_FILTER = 8,    /* which leaves rows out within zones */
	SCAN_WITHOUT_ZONE_SETS = 16,    /* the values in a zone, as bits */
	SCAN_WITHOUT_SEGMENT_RANGES = 32, /* of event_id and timestamp */
	SCAN_WITHOUT_ALL = 63
};

/*
 * How far the scans of a statement are, for those who watch; zeroed as it begins.
 * Counted some ten thousand events at a time.
 */
struct scan_progress {
	atomic_uint_least64_t events;       /* that were handed out */
	atomic_uint_least64_t events_total; /* about: as scan_row_estimate() */
	atomic_size_t memory_bytes;         /* of the statement, meanwhile */
};

struct scan_spec {
	struct snapshot *snapshot; /* borrowed by the scan: hold it */
	const struct event_type *type;
	const uint32_t *attnums; /* columns wanted, any order */
	uint32_t attnum_count;
	/* Those of which strings may come late: see vec_need_strings(). */
	const uint32_t *late_attnums;
	uint32_t late_count;
	bool has_context; /* only events of this context */
	struct str context;
	/* NULL, or what context_places_find() says of it and the snapshot. */
	const struct context_places *places;
	uint64_t event_id_first; /* inclusive; 0 from the start */
	uint64_t event_id_last;  /* inclusive; 0 to the end */
	/*
	 * Not NULL: only these events of the type, by their event_id, ascending;
	 * those that are not there are passed over.  Not with a context.
	 */
	const int64_t *event_ids;
	uint32_t event_id_count;
	const struct scan_range *ranges; /* rows outside may be left out */
	uint32_t range_count;
	const struct scan_set *sets; /* rows with another value may be too */
	uint32_t set_count;
	bool has_small_parts; /* of one zone each, for who looks at ranges */
	unsigned without;     /* enum scan_without */
	bool is_estimate; /* only looked at: not one of type_activity.scans */
	struct scan_progress *progress; /* NULL: nobody watches */
	const struct mem_budget
	    *budget; /* that says how much memory; NULL: none */
};

/* What tells that a segment, or a zone of one that is looked at, has no row. */
enum scan_pruner {
	/* of segments */
	PRUNED_BY_TYPE, /* it has none of this type */
	PRUNED_BY_EVENT_ID,
	PRUNED_BY_TIME,
	/* of zones */
	PRUNED_BY_ZONE_MAP,   /* least and greatest value; event_ids too */
	PRUNED_BY_ZONE_SET,   /* the codes that there are */
	PRUNED_BY_DICTIONARY, /* the segment does not have the value */
	PRUNED_BY_FILTER,
	PRUNED_BY_DEFAULT, /* of a column younger than the segment */
	PRUNED_BY_CONTEXT_INDEX,
	PRUNER_COUNT,
};

struct scan_stats {
	uint64_t segments, segments_pruned;
	uint64_t zones, zones_pruned;
	uint64_t pruned_by[PRUNER_COUNT]; /* the same, by what */
	uint64_t rows;                    /* handed out */
	uint64_t bytes_read;
};

/*
 * Where the events of spec->context are, of whatever type, before scans of many
 * types are opened: which types have some, and where in segments.  Used of the
 * spec are snapshot, context, limits of event_id, ranges and `without`; without
 * the context index it costs a scan.  Lies in the arena, as long as the scans.
 */
struct context_places;
MUST_USE int context_places_find(struct engine *engine,
    const struct scan_spec *spec, struct arena *arena,
    struct context_places **out, struct error *err);

/* Whether a scan of this type may find any; it may be one too many. */
bool context_places_has(const struct context_places *places, uint32_t type_oid);

/*
 * A scan is cut into runs, one or a few a shard: each is a sequence of parts
 * whose rows ascend in event_id, over all parts of the run; different runs
 * interleave.  Parts can be read by different threads at the same time.
 */
struct scan;
MUST_USE int scan_open(struct engine *engine, const struct scan_spec *spec,
    struct arena *arena, struct scan **out, struct error *err);
uint32_t scan_run_count(const struct scan *scan);
uint32_t scan_part_count(const struct scan *scan, uint32_t run);
uint32_t scan_run_shard(const struct scan *scan, uint32_t run); /* ascending */

/*
 * Between which values those of a column of integers or floats lie in a part,
 * nulls left out: out->has_low and has_high say whether that is known without
 * reading rows, of a MemTable for event_id and timestamp.  Rows that are left out
 * by spec->event_id_first, or of zones for their age, may count.  Errors of
 * reading indexes, and STELE_E_SNAPSHOT_TOO_OLD.
 */
MUST_USE int scan_part_range(const struct scan *scan, uint32_t run,
    uint32_t part, uint32_t attnum, struct scan_range *out, struct error *err);

/*
 * Rows before any filter, without reading one: about, of all or of a run; and
 * exactly, where that is known (zone maps may be believed, no row may be older than the horizon).
 */
uint64_t scan_row_estimate(const struct scan *scan);
uint64_t scan_run_estimate(const struct scan *scan, uint32_t run);
bool scan_row_count(const struct scan *scan, uint64_t *out);
struct scan_stats scan_stats(const struct scan *scan);
void scan_close(struct scan *scan);

struct scan_cursor;
MUST_USE int scan_cursor_open(struct scan *scan, uint32_t run, uint32_t part,
    struct scan_cursor **out, struct error *err);

/*
 * The next batch: columns in the order of spec->attnums, at most VEC_ROWS
 * rows, ascending event_id, which with a context or a list of events is so only
 * if it is one of the columns; has_context and event_id limits are exact, ranges
 * only prune.  Valid until the next call.  Returns 1, 0 at the end, or a code:
 * STELE_E_CORRUPT with file and offset, STELE_E_OS, STELE_E_OUT_OF_MEMORY,
 * STELE_E_SNAPSHOT_TOO_OLD.
 */
MUST_USE int scan_cursor_next(struct scan_cursor *cursor, struct batch *out,
    struct error *err);

/* Whether it is known that no batch follows the last one, which stays valid. */
bool scan_cursor_is_over(const struct scan_cursor *cursor);
void scan_cursor_close(struct scan_cursor *cursor);

/*
 * Between both, the calling thread reads only what is in memory, and so many
 * steps of it, some hundred nanoseconds each: then haste has failed, and so
 * does what reads.  Its scans are closed before the end, so that they do not
 * count as lookups, its error is forgotten, and all is read once more without
 * haste.  Not for writes, nor for a batch's rows.
 */
void engine_haste_begin(uint64_t steps);
bool engine_haste_has_failed(void); /* false without haste */
void engine_haste_end(void);

/*
 * Rows that a batch holds and has not committed, of one type, in insertion
 * order, with event_id null: what a transaction sees of itself.  The slots of
 * these nulls hold the rows' ordinals in the batch, over all types.  The cursor
 * is used and closed as above, before the batch changes again.
 */
MUST_USE int write_batch_scan(struct write_batch *batch,
    const struct event_type *type, const uint32_t *attnums,
    uint32_t attnum_count, struct scan_cursor **out, struct error *err);

/* ---- watching ---- */

/* What who appends to a shard waits for, because its MemTables are full. */
enum shard_wait {
	SHARD_HAS_ROOM,
	SHARD_WAITS_FOR_FLUSH,
	SHARD_WAITS_FOR_MERGE, /* as the flush does: max_small_segments */
};

/* One shard as it is now. */
struct shard_status {
	enum shard_wait writers_wait_for;
	size_t memtable_bytes; /* of the MemTable that takes rows */
	uint64_t memtable_rows;
	uint32_t passive_count; /* MemTables that wait to be segments */
	size_t passive_bytes;
	uint64_t passive_rows;
	uint64_t flushed_event_id; /* its rows up to here are in segments */
	uint32_t segment_count;
	uint64_t segment_rows;
	uint64_t segment_bytes;
};

/* The visible position. */
uint64_t engine_last_event_id(struct engine *engine);

uint32_t engine_shard_count(const struct engine *engine);
void engine_shard_status(struct engine *engine, uint32_t shard,
    struct shard_status *out);

/* How long something took that was done so often. */
struct log_times {
	uint64_t count;
	uint64_t total_ns;
	uint64_t median_ns; /* at most a quarter too much, as is .. */
	uint64_t p99_ns;    /* .. this */
	uint64_t max_ns;
};

/* The log as it is now, and what was done since the engine was opened. */
struct log_status {
	uint32_t file_count; /* that are needed, the current one too */
	uint64_t file_bytes;
	uint32_t spare_count;       /* more, of zeros or to be renamed */
	uint64_t current_file;      /* number; 0: none yet */
	uint64_t current_offset;    /* where the next group begins */
	uint32_t unarchived_count;  /* finished files; 0 without an archive */
	uint64_t appended_event_id; /* the last that has a number */
	uint64_t written_event_id;  /* the kernel has its bytes */
	uint64_t synced_event_id;   /* it is on disk */
	uint64_t visible_event_id;  /* readers see it */
	bool is_full;               /* commits wait for room */
	uint64_t group_count;
	uint64_t row_count;
	uint64_t group_rows_p99; /* at most a quarter too much */
	uint64_t group_rows_max;
	uint64_t written_bytes; /* of groups, with their padding */
	struct log_times writes;
	struct log_times syncs;
	size_t buffer_bytes; /* for groups that fill, constant */
};

void engine_log_status(struct engine *engine, struct log_status *out);

/* What the engine holds in memory besides the MemTables of its shards. */
struct engine_memory {
	size_t cache_bytes;
	size_t cache_limit_bytes;
	size_t desk_bytes; /* of lookups, beside the cache */
	uint64_t cache_hits;
	uint64_t cache_misses;
	uint64_t cache_evictions;
	size_t log_buffer_bytes;
	size_t batch_bytes;    /* of large ones, till they are published */
	size_t snapshot_bytes; /* MemTables that snapshots alone keep */
	size_t snapshot_limit_bytes; /* SIZE_MAX: none */
	size_t memtable_limit_bytes; /* of one shard's active MemTable */
	uint32_t passive_max;        /* MemTables of a shard that wait */
};

void engine_memory(struct engine *engine, struct engine_memory *out);

struct segment_status {
	uint32_t shard;
	uint64_t number; /* in its file's name, in hexadecimal */
	uint64_t row_count;
	uint32_t zone_count;
	uint64_t size_bytes;
	uint64_t event_id_first;
	uint64_t event_id_last;
	int64_t time_min; /* of column timestamp */
	int64_t time_max;
	/*
	 * How compaction sees it: "small", "mixed", or "window" if all its
	 * times lie in one; then that begins and ends so (both inclusive).
	 */
	const char *level;
	bool has_window;
	int64_t window_min;
	int64_t window_max;
	uint32_t type_count;
	const struct event_type *const *types; /* ascending oid; borrowed */
	const uint64_t *type_rows;             /* of each; borrowed */
};

/*
 * What was done with the events of a type, or with oid 0 of all, since the
 * engine was opened or this was reset.  Scans count when they end.
 */
struct type_activity {
	uint64_t scans; /* of whole types, or of what indexes leave of them */
	uint64_t scan_rows;   /* that these have handed out */
	uint64_t lookups;     /* scans of one context, or of given events */
	uint64_t lookup_rows; /* likewise */
	uint64_t inserted;    /* rows, also those that were not committed */
	uint64_t blocks_read; /* of segments, by scans: from files, and .. */
	uint64_t blocks_hit;  /* .. from the cache */
};

void engine_type_activity(struct engine *engine, uint32_t oid,
    struct type_activity *out);
void engine_reset_activity(struct engine *engine, uint32_t oid);

struct type_rows {
	uint32_t oid;
	uint64_t rows;
	uint64_t bytes; /* of segments: their share, about, .. */
	uint64_t zones; /* .. and of their zones */
};

/*
 * How many events there are of each type, those that are older than its horizon
 * and not yet removed too: ascending oid, malloc'd.  STELE_E_OUT_OF_MEMORY,
 * STELE_E_SNAPSHOT_TOO_OLD.
 */
MUST_USE int engine_type_rows(struct engine *engine, struct type_rows **out,
    uint32_t *count, struct error *err);

/* Those of one type; all 0 if it is not among them. */
struct type_rows type_rows_find(const struct type_rows *types, uint32_t count,
    uint32_t oid);

/* Tell each segment there is now, shard by shard; STELE_E_OUT_OF_MEMORY. */
MUST_USE int engine_each_segment(struct engine *engine,
    void (*fn)(void *arg, const struct segment_status *segment), void *arg,
    struct error *err);

/* ---- compaction ---- */

enum compaction_state {
	COMPACTION_RUNNING,
	COMPACTION_WAITING, /* gives way to others, or keeps to its rate */
	COMPACTION_PAUSED,
	COMPACTION_DONE,
	COMPACTION_FAILED, /* will be tried again */
};

/* One merge: running, or one of the last that have ended. */
struct compaction_status {
	uint64_t id; /* 1, 2, 3 ... since the start */
	uint32_t shard;
	enum compaction_state state;
	const char *kind; /* what was merged: small, mixed, window; static */
	uint32_t input_count;
	uint64_t input_rows;
	uint64_t input_bytes;
	uint32_t output_count; /* 0 until it has ended */
	uint64_t output_bytes;
	double progress;           /* 0 .. 1 */
	uint64_t bytes_per_second; /* of input */
	int64_t started_us;
	int64_t finished_us;              /* 0: not yet */
	char message[ERROR_MESSAGE_SIZE]; /* why it failed */
};

/* Tell each, the oldest first.  STELE_E_OUT_OF_MEMORY. */
MUST_USE int engine_each_compaction(struct engine *engine,
    void (*fn)(void *arg, const struct compaction_status *compaction),
    void *arg, struct error *err);

/*
 * Merge all that can be merged, without waiting for more, and return when that
 * is done, or cancelled: this may take long.  *merge_count is the number of
 * merges that were published meanwhile.
 *
 * Returns 0; STELE_E_NOT_IN_PREREQUISITE_STATE (paused), STELE_E_QUERY_CANCELED,
 * STELE_E_ADMIN_SHUTDOWN, STELE_E_DISK_FULL, or why a merge has failed.
 */
MUST_USE int engine_compact(struct engine *engine, const atomic_bool *cancel,
    uint64_t *merge_count, struct error *err);

/* From now on no merge goes on, or begins; and all do again. */
void engine_compact_pause(struct engine *engine);
void engine_compact_resume(struct engine *engine);

/* ---- keeping copies ---- */

struct copy_options {
	bool must_copy; /* no links */

	/*
	 * Puts what else belongs to a directory into the copy, synced.  What it
	 * returns but 0 ends the copy; NULL: there is nothing.
	 */
	int (*add)(void *arg, struct error *err);
	void *arg;
};

struct copy_report {
	uint64_t segments;
	uint64_t linked; /* of these; the others were copied */
	uint64_t segment_bytes;
	uint64_t log_files;
	uint64_t log_bytes;
};

/*
 * Make `to`, which must not be there or be empty, a copy of the directory
 * `from`, which a server may be using: all that was acknowledged before the
 * call is in it, and whatever is in it is whole.  Segments are linked where
 * that is possible.  All is synced; the MANIFEST is written last, after what
 * options->add() adds, so that without it there is no copy.  The log of `from`
 * does not get shorter meanwhile.
 *
 * Returns 0; STELE_E_OBJECT_IN_USE (`to` is not empty, or `from` is being
 * copied already); STELE_E_FILE_MISSING, STELE_E_CORRUPT, with file and place;
 * STELE_E_DISK_FULL, STELE_E_OS, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int engine_copy(struct os_fs *fs, const char *from, const char *to,
    const struct copy_options *options, struct copy_report *report,
    struct error *err);

struct reshard_report {
	uint32_t shard_count_before;
	uint32_t segment_count; /* new ones */
	uint64_t position;      /* the last event */
};

/*
 * Give a directory that no server uses another number of shards: all events
 * are written anew, with the ids that they have, and take the place of the old
 * ones in one step.  Needs room for both.
 *
 * Returns 0; STELE_E_INVALID_PARAMETER_VALUE; STELE_E_OBJECT_IN_USE; errors of
 * engine_open(), of reading and of writing, after which it is as it was.
 */
MUST_USE int engine_reshard(struct os_fs *fs, const char *dir,
    const struct engine_options *options, uint32_t shard_count,
    struct reshard_report *report, struct error *err);

/* The archive of the log, since the engine was opened. */
struct archive_status {
	const char *dir;     /* NULL: there is none */
	uint64_t files;      /* archived */
	uint64_t log_bytes;  /* of these, before and .. */
	uint64_t bytes;      /* .. after compression */
	uint64_t event_id;   /* the last of them; 0: no file yet */
	int64_t archived_us; /* when that was; 0: no file yet */
	uint64_t failures;
	int64_t failed_us;                /* the last; 0: none */
	char message[ERROR_MESSAGE_SIZE]; /* of it */
};

void engine_archive_status(struct engine *engine, struct archive_status *out);

/* What an archived log file says of itself. */
struct archived_file {
	const char *path; /* borrowed */
	uint64_t number;
	uint64_t first_event_id;
	uint64_t last_event_id; /* below the first: it has no events */
	int64_t time_min;       /* of column timestamp, if it has events */
	int64_t time_max;
	uint64_t schema_changes;
	uint64_t first_group;
	uint64_t last_group;
	uint64_t bytes;
	uint64_t log_bytes; /* before it was compressed */
	int64_t archived_us;
	uint32_t shard_count;
	struct uuid directory;
};

/*
 * Tell each file of an archive, in the order of the log, or the one file that
 * `path` names.  `damage` is NULL, or why nothing is known of it but its
 * number.  STELE_E_FILE_MISSING if there is no archive; errors of the files.
 */
MUST_USE int engine_each_archived(struct os_fs *fs, const char *path,
    void (*fn)(void *arg, const struct archived_file *file,
	const struct error *damage),
    void *arg, struct error *err);

/* Rows of one type in a batch; its others may lie between them. */
struct archived_rows {
	const struct event_type *type;
	uint32_t first; /* of the arrays, and so many of them */
	uint32_t count;
	const uint64_t *event_ids; /* ascending */
	/* timestamp, context_id, each field; null where their version has none */
	const struct vec *cols;
};

/* Who is told what is in an archived file, in the order of the log. */
struct archive_visitor {
	void *arg;
	/* A schema change before event `event_id`; `name` may be empty. */
	void (*change)(void *arg, uint64_t event_id, const char *kind,
	    struct str name);
	/* Rows of one batch, all or some; valid during the call.  An error ends it. */
	int (*batch)(void *arg, const struct archived_rows *parts,
	    uint32_t part_count, struct error *err);
};

/*
 * Read one file entirely.  Returns 0; STELE_E_CORRUPT with file and place,
 * after what lies before it was told; what else keeps it from being read.
 */
MUST_USE int engine_visit_archived(struct os_fs *fs, const char *path,
    const struct archive_visitor *visitor, struct error *err);

/* What is restored; all zero: everything there is. */
struct restore_until {
	bool has_event_id;
	uint64_t event_id; /* nothing after it */
	bool has_time;
	int64_t
	    time; /* nothing from the first statement with a later event on */
};

struct restore_report {
	uint64_t files;    /* of the archive, that were read */
	uint64_t groups;   /* of the log, that the directory has got */
	uint64_t event_id; /* the last one that it has now */
	bool is_cut;       /* the archive has more */
};

/*
 * Bring a directory that no server uses up to an archive's end, or to an event:
 * one that is restored from a backup, or a new one, if the archive begins with
 * the first event.  A statement is restored entirely or not at all.  All that
 * is needed of the archive is read and checked before anything is changed; one
 * that was interrupted is to be run again, and nobody takes the directory for
 * one that is restored meanwhile.
 *
 * Returns 0; STELE_E_NOT_IN_PREREQUISITE_STATE: the archive does not fit the
 * directory (another one's, another history, a gap, other shards), or has not
 * so many events; STELE_E_FILE_MISSING: there is no archive;
 * STELE_E_OBJECT_IN_USE: the directory is no new one, or a server has it;
 * STELE_E_CORRUPT with file and place; errors of engine_open() and of writing.
 */
MUST_USE int engine_archive_restore(struct os_fs *fs, const char *dir,
    const char *archive_dir, const struct engine_options *options,
    const struct restore_until *until, struct restore_report *report,
    struct error *err);

/* Events that were in a damaged part of the log. */
struct salvage_loss {
	uint64_t first_event_id;
	uint64_t last_event_id; /* below the first: none; 0: to the log's end */
	const char *why;        /* NULL, or what the batch alone lacks */
	uint64_t first_group;   /* of the log; 0 with `why` */
	uint64_t last_group;    /* below the first: none, or not known */
	const char *path;       /* of the file in which it begins; borrowed */
	uint64_t offset;
};

/* A line that tells of it, with its newline. */
void salvage_loss_put(struct buf *out, const struct salvage_loss *loss);

struct salvage_report {
	bool has_repaired;    /* the MANIFEST, of its copy */
	uint64_t losses;      /* that were told */
	uint64_t quarantined; /* files */
	uint64_t event_id;    /* the last one that is there */
};

/*
 * Make a directory whose log or MANIFEST is corrupt one that can be opened.  The
 * MANIFEST becomes what it and its copy have, with nothing lost.  What can still
 * be read of the log becomes segments, each loss is told, and written to
 * quarantine/lost.N, where files that are suspected get a second name, and the
 * log begins anew; the next start removes the old one.  Events keep their ids,
 * those that are lost leave holes, and none is given out again.  A directory in
 * which neither is corrupt is left as it is.
 *
 * It becomes another by one write, when all has been told: interrupted before,
 * it is as it was, and is salvaged alike.
 *
 * Returns 0; errors of engine_open() but for the log's corruption, and that of a
 * MANIFEST whose copy has what it lacks.
 */
MUST_USE int engine_salvage(struct os_fs *fs, const char *dir,
    const struct engine_options *options,
    void (*loss)(void *arg, const struct salvage_loss *loss), void *arg,
    struct salvage_report *report, struct error *err);

/* ---- checking ---- */

struct verify_report {
	uint64_t files;
	uint64_t bytes;
	uint64_t rows;
	uint64_t problems;
	/* Of the MANIFEST and its segments; the log adds to both as it is read. */
	uint64_t files_total;
	uint64_t bytes_total;
};

/* Who is told, while it goes on.  `progress` may be NULL: after each file. */
struct verify_watcher {
	void (*problem)(void *arg, const struct error *err);
	void (*progress)(void *arg, const struct verify_report *so_far);
	void *arg;
};

/*
 * Read everything in a directory that no server uses and check every checksum
 * and every rule of the formats.
 */
MUST_USE int engine_verify(struct os_fs *fs, const char *dir,
    const struct verify_watcher *watcher, struct verify_report *report,
    struct error *err);

/*
 * The same of the directory of a running engine: its segments, as a snapshot
 * has them, its MANIFEST, and every group of the log that is still needed.
 * One at a time (STELE_E_OBJECT_IN_USE).  A cancel is seen between two files.
 */
MUST_USE int engine_verify_running(struct engine *engine,
    const atomic_bool *cancel, const struct verify_watcher *watcher,
    struct verify_report *report, struct error *err);

/* The running one or the last, since the start. */
struct verify_status {
	struct verify_report report; /* so far */
	bool is_running;
	int rc;              /* of one that has ended */
	int64_t started_us;  /* 0: there was none */
	int64_t finished_us; /* 0: not yet */
};

void engine_verify_status(struct engine *engine, struct verify_status *out);

/*
 * Any file of ours as text, a line at a time: a log file, a MANIFEST, a
 * segment.  What is damaged is told among the rest, and counted in *problems.
 * STELE_E_WRONG_OBJECT_TYPE for a file of another kind.
 */
MUST_USE int engine_dump(struct os_fs *fs, const char *path,
    void (*line)(void *arg, const char *text), void *arg, uint64_t *problems,
    struct error *err);
