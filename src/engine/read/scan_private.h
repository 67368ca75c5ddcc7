/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_private.h -- a scan and its cursors from the inside.
 *
 * A scan has runs, and a run has parts: some zones of one segment; rows of one
 * segment, or of several if they fit into one batch (scan_rows.c); some chunks of
 * one MemTable; or the rows of one context, or of a list of events, in one
 * MemTable.  A cursor reads one part.
 *
 * Segments of a shard may interleave: merges cut by time, not by event_id.  So
 * a shard has as many runs as lie over one event_id at most: in the order of
 * their first ids, each segment goes to the run that ends last before it.
 */
#pragma once

#include <stdatomic.h>

#include "common/arena.h"
#include "engine/engine.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"

enum scan_part_kind {
	PART_ZONES,   /* of a segment */
	PART_ROWS,    /* of segments: exact rows */
	PART_PLACES,  /* of a segment: where a context has many rows */
	PART_CHUNKS,  /* of a MemTable */
	PART_CONTEXT, /* of a MemTable */
	PART_EVENTS,  /* of a MemTable */
};

struct scan_part {
	enum scan_part_kind kind;
	struct segment_section *section; /* ZONES, PLACES: in the snapshot */
	const uint32_t *numbers;         /* zones or granules, in the arena */
	uint32_t code;                   /* PART_PLACES: the context */
	const struct segment_piece *pieces; /* PART_ROWS: in the arena */
	uint32_t count;
	const struct mem_chunk *chunk; /* PART_CHUNKS: first of `count`;
					  else first of the type */
	struct memtable *memtable;
	bool is_aged; /* it may have rows from before the horizon */
};

struct scan_run {
	struct scan_part *parts; /* in the arena */
	uint32_t part_count;
	uint32_t part_room;
	uint64_t last_event_id; /* no row has a greater one, so far */
	uint64_t row_estimate;
	uint32_t shard;
};

/* Rows of a segment that a lookup has found. */
struct found_piece {
	struct segment_piece rows;
	uint64_t event_id_first; /* of the segment */
	uint64_t event_id_last;
	bool is_aged; /* it may have rows from before the horizon */
};

/* In the caller's arena; borrows the snapshot. */
struct scan {
	struct scan_spec spec; /* event_id limits as they apply */
	/*
	 * Events with an older timestamp are not there any more.  Parts that
	 * may have some are read with another spec: the timestamp is one more
	 * column, the last.
	 */
	int64_t horizon;
	struct scan_spec aged_spec;
	bool has_aged;        /* such parts */
	bool is_aging;        /* the parts that are being added are such */
	bool is_counted_late; /* opened in haste: when it is closed */
	struct arena *arena;
	struct engine *engine;
	struct scan_run *runs;
	uint32_t run_count;
	uint32_t run_room;
	struct found_piece *found; /* of the shard, not in runs yet */
	uint32_t found_count;
	uint32_t found_room;
	uint32_t shard;                   /* whose runs are being added */
	struct scan_stats opened;         /* what pruning has seen */
	atomic_uint_least64_t rows;       /* handed out by closed cursors */
	atomic_uint_least64_t bytes_read; /* by closed cursors */
	struct type_counter *counter;     /* of its type, or NULL */
};

/* What a cursor reads; each has a file of its own. */
struct scan_cursor_class {
	int (*next)(struct scan_cursor *cursor, struct batch *out,
	    struct error *err);
	void (*close)(struct scan_cursor *cursor);
};

struct scan_cursor {
	const struct scan_cursor_class *class;
	struct scan *scan;            /* NULL: of a write batch */
	const struct scan_spec *spec; /* what it reads; not of a batch */
	uint16_t *young; /* VEC_ROWS, to filter an aged part; owned, or NULL */
	bool is_over;    /* next() knows that it has given its last batch */
	uint64_t rows;
	uint64_t bytes_read;
};

/* How a part is read. */
static inline const struct scan_spec *
scan_part_spec(const struct scan *scan, const struct scan_part *part)
{
	return part->is_aged ? &scan->aged_spec : &scan->spec;
}

/* The snapshot's position bounds every scan (T4). */
void scan_bound_spec(struct scan_spec *spec);

/*
 * Of the shard's runs, those from `first` on, the one that ends last before an
 * event_id; a new one if there is none.  NULL without memory.
 */
struct scan_run *scan_run_before(struct scan *scan, uint32_t first,
    uint64_t event_id);

/* One more part of a run, zeroed but for its age; NULL without memory. */
struct scan_part *scan_add_part(struct scan *scan, struct scan_run *run,
    bool is_aged);

/*
 * scan_rows.c: rows of a segment that were found; and, of all of the shard's
 * segments, into runs from `first` on.
 */
MUST_USE int scan_find_rows(struct scan *scan, struct segment_section *section,
    const struct segment_meta *meta, const struct segment_parts *found,
    struct error *err);
MUST_USE int scan_add_rows(struct scan *scan, uint32_t first,
    struct error *err);

/* scan_places.c: the rows of a context that has many, to be found by cursors. */
MUST_USE int scan_add_places(struct scan *scan, uint32_t first,
    struct segment_section *section, const struct segment_meta *meta,
    const struct segment_context *context, struct error *err);

/* Whether a segment may hold a row within the spec's limits; else *why not. */
bool scan_may_hold(const struct scan_spec *spec,
    const struct segment_meta *meta, enum scan_pruner *why);

/*
 * scan_age.c: take the horizon from the snapshot into the scan's specs; and
 * leave in a batch of an aged part what is not older.
 */
MUST_USE int scan_age_init(struct scan *scan, struct error *err);
void scan_age_filter(struct scan_cursor *cursor, struct batch *out);

/* mem_cursor.c */
MUST_USE int mem_chunks_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err);
MUST_USE int mem_rows_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err);

/* segment_scan.c */
MUST_USE int segment_part_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err);

/* batch_cursor.c: a batch's own rows that are in its entries. */
MUST_USE int batch_cursor_open(const struct write_batch *batch,
    const struct event_type *type, const uint32_t *attnums,
    uint32_t attnum_count, struct scan_cursor **out, struct error *err);
