/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h -- immutable files of columns: writing, opening, pruning, reading.
 *
 * A segment holds events of one shard, of any number of event types, in the
 * order of the log.  Each type is a section; a section is cut into zones of
 * zone_rows rows (fewer when strings are very long); each column of a zone is
 * a chunk that is read, checked and decoded by itself, and in which row i is
 * reached in O(1).  An exact context index leads from a context to its rows.
 * The bytes are described in segment_format.h and doc/format.md.
 *
 * Files are <dir>/segments/<16 hexadecimal digits of the number>.seg, where
 * <dir> is the server's directory.
 *
 * Invariants
 *   G1  event_id ascends strictly within a section.
 *   G2  A file has its final name only when all its bytes are synced.
 *   G3  Every byte of a file lies under exactly one checksum, which also
 *       covers the file's identity (directory and number) and the offset; the
 *       footer holds the checksums of the blocks, so that its hash, kept in
 *       the MANIFEST, stands for the whole content.
 *   G4  Pruning errs on one side only: what it drops holds no match.
 *   G5  An event_id is what the file has of it plus a base, which is 0 but for
 *       segments that were written before their events had ids.  The file does
 *       not know it: it is how far the least event_id of the segment_meta is
 *       above that of the footer.
 *
 * Threads: a writer or a cursor belongs to one thread at a time; a segment and
 * its sections may be used by any, and do not change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "engine/engine.h"
#include "vec/value.h"
#include "vec/vec.h"

struct block_cache;
struct buf;
struct os_fs;
struct reader;
struct segment;
struct segment_cursor;
struct segment_section;
struct segment_writer;

#define SEGMENT_DIRECTORY         "segments"
#define SEGMENT_CONTEXT_BYTES_MAX 65536 /* of one context_id */

/* ---- what the MANIFEST knows of a segment ---- */

struct segment_type_rows {
	uint32_t type_oid;
	uint64_t row_count;
};

struct segment_meta {
	uint64_t number; /* names the file; never reused */
	uint32_t shard;
	uint64_t size_bytes;
	uint64_t hash; /* of the footer, hence of everything (G3) */
	uint64_t row_count;
	uint64_t event_id_first; /* least and greatest in it */
	uint64_t event_id_last;
	int64_t time_min; /* of column timestamp */
	int64_t time_max;
	uint32_t zone_count; /* over all types */
	uint32_t type_count;
	struct segment_type_rows *types; /* ascending oid; owned, malloc'd */
};

void segment_meta_release(struct segment_meta *meta);
MUST_USE int segment_meta_copy(struct segment_meta *out,
    const struct segment_meta *meta, struct error *err);

/*
 * As bytes, at least so many; release *meta after an error too.  Returns 0;
 * STELE_E_CORRUPT, STELE_E_OUT_OF_MEMORY.
 */
#define SEGMENT_META_SIZE 76
void segment_meta_put(struct buf *out, const struct segment_meta *meta);
MUST_USE int segment_meta_take(struct reader *r, struct segment_meta *meta,
    struct error *err);

/* Rows of one type, 0 if it has none: prunes without reading the file. */
uint64_t segment_meta_type_rows(const struct segment_meta *meta,
    uint32_t type_oid);

/* The file's path in the server's directory. */
MUST_USE int segment_path(char *out, size_t size, const char *dir,
    uint64_t number, struct error *err);

/* ---- writing ---- */

struct segment_options {
	struct uuid directory; /* identity of the server's directory */
	uint32_t zone_rows;    /* multiple of 128, at most 65536 */
	int zstd_level;        /* of text; 0: a fast one, -1: none */
	/* Sync as often as this while writing, so that the sync at the end is
	   short for others that use the disk; 0: only at the end. */
	uint32_t sync_bytes;
};

/*
 * Start a segment under its temporary name.  Memory: the string columns'
 * distinct values and 4 bytes a row and string column of one type, the
 * contexts and 4 bytes a row of all.
 */
MUST_USE int segment_writer_open(struct os_fs *fs, const char *dir,
    uint64_t number, uint32_t shard, const struct segment_options *options,
    struct segment_writer **out, struct error *err);

/* The columns of a section: context_id, timestamp, event_id, version, fields. */
#define SEGMENT_CORE_COLUMNS 4

/* Where a column stands among them. */
static inline uint32_t
segment_column_index(uint32_t attnum)
{
	if (attnum == COLUMN_VERSION)
		return COLUMN_EVENT_ID;
	return attnum < COLUMN_FIRST_FIELD ? attnum - 1 : attnum;
}

/* Start a section; oids ascend.  `phys` has the form of each column. */
MUST_USE int segment_writer_begin_type(struct segment_writer *writer,
    uint32_t type_oid, const enum phys *phys, uint32_t column_count,
    struct error *err);

/* The same with the columns that an event type has now. */
MUST_USE int segment_writer_begin_event_type(struct segment_writer *writer,
    const struct event_type *type, struct error *err);

/*
 * Strings in ascending order, without repeats: next() gives one that is valid
 * until its next call and returns 1, 0 at the end, or a code.
 */
struct segment_strings {
	int (*next)(void *arg, struct str *out, struct error *err);
	void *arg;
};

/*
 * For who knows what is to come (a merge): rows then name strings by their
 * place in a dictionary, and the writer keeps none.
 *
 * _use_contexts(), before the first type: all contexts; each is to be used by a
 * row of the segment.  _use_dict(), in a type before its first row: all strings
 * of the column `attnum`, at least one.  The vectors of such columns are of
 * PHYS_I64 from then on.  _use_plain(): the column gets no dictionary.
 */
MUST_USE int segment_writer_use_contexts(struct segment_writer *writer,
    const struct segment_strings *strings, struct error *err);
MUST_USE int segment_writer_use_dict(struct segment_writer *writer,
    uint32_t attnum, const struct segment_strings *strings, struct error *err);
void segment_writer_use_plain(struct segment_writer *writer, uint32_t attnum);

/*
 * Add the selected rows: one vector for each column, nothing borrowed
 * afterwards.  Core columns have no null.
 * Event ids ascend over all calls of one type (MUST).
 *
 * Returns 0; STELE_E_LIMIT (a context past SEGMENT_CONTEXT_BYTES_MAX),
 * STELE_E_NUMERIC_OUT_OF_RANGE (a numeric past 128 bits), STELE_E_OUT_OF_MEMORY
 * or what a file call answers.  After an error only _abort() is allowed.
 */
MUST_USE int segment_writer_append(struct segment_writer *writer,
    const struct batch *batch, struct error *err);

MUST_USE int segment_writer_end_type(struct segment_writer *writer,
    struct error *err);

/*
 * Write the indexes and the footer, sync, rename, sync the directory.  Frees
 * the writer in any case; on failure the temporary file is removed.  A
 * segment without rows is not made: MUST.  `out` is released by the caller.
 */
MUST_USE int segment_writer_finish(struct segment_writer *writer,
    struct segment_meta *out, struct error *err);

/* Remove the temporary file and free the writer; NULL is allowed. */
void segment_writer_abort(struct segment_writer *writer);

/* ---- opening ---- */

/*
 * A segment as the MANIFEST knows it, with one reference.  Reads nothing: the
 * file is opened and its footer checked against `meta` (C3) when a section is
 * first asked for.  `cache` and `fs` outlive it; meta is copied.
 */
MUST_USE int segment_open(struct os_fs *fs, const char *dir,
    const struct segment_meta *meta, const struct uuid *directory,
    struct block_cache *cache, struct segment **out, struct error *err);
struct segment *segment_ref(struct segment *segment);
void segment_unref(struct segment *segment); /* NULL is allowed */

/* Remove the file when the last reference goes. */
void segment_remove_at_end(struct segment *segment);

/* Do not, whoever has asked for it. */
void segment_keep_file(struct segment *segment);

const struct segment_meta *segment_meta(const struct segment *segment);

/*
 * Is the file there, with the footer that it should have?  Else
 * STELE_E_CORRUPT, naming the file, or what a file call answers.
 */
MUST_USE int segment_check(struct segment *segment, struct error *err);

/*
 * STELE_E_CORRUPT: who reads rows in the order of event_id has met this one
 * behind itself, or behind a later one.
 */
int segment_breaks_order(const struct segment *segment, int64_t event_id,
    struct error *err);

/*
 * The section of a type, borrowed from the segment; NULL in *out if it has no
 * row of it.  May read: STELE_E_CORRUPT naming file and offset, STELE_E_OS,
 * STELE_E_FILE_MISSING, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int segment_section(struct segment *segment, uint32_t type_oid,
    struct segment_section **out, struct error *err);
uint32_t segment_section_row_count(const struct segment_section *section);
uint32_t segment_section_zone_count(const struct segment_section *section);

/* Rows of a zone. */
uint32_t segment_section_zone_rows(const struct segment_section *section,
    uint32_t zone);

/*
 * About how many of its rows have an earlier timestamp, by the zone maps: 0 if
 * none has, all if all have, and between them it is a guess.  May read: errors
 * as segment_section().
 */
MUST_USE int segment_rows_before(struct segment_section *section, int64_t time,
    uint64_t *out, struct error *err);

/* Its columns, as segment_writer_begin_type() had them. */
uint32_t segment_section_column_count(const struct segment_section *section);

/*
 * The dictionary of a string column by its attnum: how many strings, 0 if it
 * has none.  That of context_id is one for all sections of the segment.
 */
uint32_t segment_section_dict_count(const struct segment_section *section,
    uint32_t attnum);

/*
 * A walk over its strings, in the order of codes: next() as that of struct
 * segment_strings.
 */
struct segment_dict_cursor;
MUST_USE int segment_dict_cursor_open(struct segment_section *section,
    uint32_t attnum, struct segment_dict_cursor **out, struct error *err);
MUST_USE int segment_dict_cursor_next(struct segment_dict_cursor *cursor,
    struct str *out, struct error *err);
void segment_dict_cursor_close(struct segment_dict_cursor *cursor);

/* ---- pruning ---- */

/*
 * What of a section can hold rows for a scan: the zones, ascending.  With a
 * context or a list of events: the exact rows (numbers in the section,
 * ascending), within the limits of event_id, and no zones; ranges are not
 * applied then.
 */
struct segment_parts {
	uint32_t zone_count;
	uint32_t *zones; /* of the arena */
	uint32_t row_count;
	uint32_t *rows;                   /* of the arena */
	uint32_t pruned_by[PRUNER_COUNT]; /* zones that are left out */
};

/*
 * Of `spec` are used: type, has_context, context, event_id_first and _last,
 * event_ids (which are within these limits), ranges.  Reads zone maps and the context index through the cache.
 */
MUST_USE int segment_prune(struct segment_section *section,
    const struct scan_spec *spec, struct arena *arena,
    struct segment_parts *out, struct error *err);

/*
 * Where a context is in a segment, for the scans of several types: the granules
 * of all sections that have it (context_index.h), by its index; without it all.
 */
struct segment_context {
	bool is_asked; /* else nothing is known */
	uint32_t code;
	uint32_t count;     /* 0: it is nowhere in the segment */
	uint32_t *granules; /* of the arena, ascending */
};

/*
 * Into out[i] for each segment that is not NULL, which is not asked.  `without`:
 * enum scan_without.  Reads dictionaries and indexes through the cache.
 */
MUST_USE int segment_contexts_find(struct segment *const *segments,
    uint32_t count, struct str context, unsigned without, struct arena *arena,
    struct segment_context *out, struct error *err);

/*
 * The types of which there are granules, from that with number *at, which
 * begins as 0, on; false at the end.  By the index, these are the types that
 * the context has rows of.
 */
bool segment_context_next_type(struct segment *segment,
    const struct segment_context *context, uint32_t *at, uint32_t *type_oid);

/* segment_prune() with a context that has been found. */
MUST_USE int segment_prune_context(struct segment_section *section,
    const struct scan_spec *spec, const struct segment_context *context,
    struct arena *arena, struct segment_parts *out, struct error *err);

/*
 * A context may have so many rows in a section that their numbers are not to be
 * in memory at once.  Such rows are found in one list of granules after the
 * other, whole zones each.
 */
bool segment_context_is_large(const struct segment_section *section,
    const struct segment_context *context);

struct segment_places {
	const uint32_t *granules; /* some of the context's; NULL: none yet */
	uint32_t count;
	uint32_t zone_count; /* in which they lie */
};

/* The next list; false at the end. */
bool segment_places_next(const struct segment_section *section,
    const struct segment_context *context, struct segment_places *places);

/* Between which ids its events lie, as scan_part_range() says. */
MUST_USE int segment_places_range(struct segment_section *section,
    const struct segment_places *places, struct scan_range *out,
    struct error *err);

/* The exact rows, as segment_prune() finds them, of context `code`. */
MUST_USE int segment_find_places(struct segment_section *section,
    const struct scan_spec *spec, uint32_t code, struct segment_places places,
    struct arena *arena, struct segment_parts *out, struct error *err);

/*
 * Between which values those of the column out->attnum, one of integers or
 * floats, lie in some zones, as scan_part_range() says.
 */
MUST_USE int segment_zones_range(struct segment_section *section,
    const uint32_t *zones, uint32_t count, struct scan_range *out,
    struct error *err);

/* ---- reading ---- */

struct segment_cursor_stats {
	uint64_t rows;       /* handed out */
	uint64_t bytes_read; /* from the file; not what the cache had */
};

/*
 * Read zones (ascending) or rows (ascending) of a section into batches of the
 * columns spec->attnums, in that order.  Of `spec` are used type, attnums and
 * the limits of event_id, which are exact, and with rows the context, which is
 * that of all of them; it and the arrays stay valid until the cursor is closed,
 * the section's segment is referenced by the cursor.  Fields that the segment
 * does not have read as their default, or null.  A batch has up to `batch_rows`
 * rows, or else VEC_ROWS.
 */
MUST_USE int segment_cursor_open_batches(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *zones, uint32_t zone_count,
    uint32_t batch_rows, struct segment_cursor **out, struct error *err);
MUST_USE int segment_cursor_open_zones(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *zones, uint32_t zone_count,
    struct segment_cursor **out, struct error *err);
MUST_USE int segment_cursor_open_all(struct segment_section *section,
    const struct scan_spec *spec, struct segment_cursor **out,
    struct error *err); /* all zones */
MUST_USE int segment_cursor_open_rows(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *rows, uint32_t row_count,
    struct segment_cursor **out, struct error *err);

/*
 * The same of rows of several segments' sections of one type, at most VEC_ROWS:
 * one batch, which ascends by event_id if that is one of the columns.
 */
struct segment_piece {
	struct segment_section *section;
	const uint32_t *rows; /* ascending */
	uint32_t row_count;
};
MUST_USE int segment_cursor_open_pieces(const struct scan_spec *spec,
    const struct segment_piece *pieces, uint32_t piece_count,
    struct segment_cursor **out, struct error *err);

/*
 * Rows will be read, but not yet: ask for the memory of what leads to them, all
 * of it together.  A cursor that is open has asked for the first rows' own.
 */
void segment_hint_rows(const struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *rows, uint32_t row_count);

/*
 * Of zones, before the first batch: the cursor's column i, which has a
 * dictionary, gives codes (PHYS_I64) instead of strings.
 */
void segment_cursor_want_codes(struct segment_cursor *cursor, uint32_t i);

/*
 * 1 and the next batch (all its rows selected, ascending event_id), 0 at the
 * end, or an error.  The batch and its strings are valid until the next call.
 */
MUST_USE int segment_cursor_next(struct segment_cursor *cursor,
    struct batch *out, struct error *err);

/* Reading rows: whether the last of them are in the last batch. */
bool segment_cursor_is_over(const struct segment_cursor *cursor);
struct segment_cursor_stats segment_cursor_stats(
    const struct segment_cursor *cursor);
void segment_cursor_close(struct segment_cursor *cursor); /* NULL allowed */

/* ---- describing ---- */

enum segment_part_kind {
	SEGMENT_PART_FRAME,       /* header, footer, tables of columns */
	SEGMENT_PART_CHUNKS,      /* of one column and encoding */
	SEGMENT_PART_CHUNK_TABLE, /* with the zone maps */
	SEGMENT_PART_TEXT,        /* pages of strings without a dictionary */
	SEGMENT_PART_DICTIONARY,
	SEGMENT_PART_FILTERS, /* of a column's zones */
	SEGMENT_PART_INDEX,   /* of contexts */
};

/* Parts of one kind; those of type 0 belong to the segment: its contexts. */
struct segment_part {
	enum segment_part_kind kind;
	uint32_t type_oid;
	uint32_t place;       /* of a column, from 1; 0: of none */
	const char *encoding; /* of chunks */
	uint32_t count;       /* chunks, pages; strings of a dictionary */
	uint64_t bytes;
};
typedef void (*segment_part_fn)(void *arg, const struct segment_part *part);

/*
 * Tell what each part takes; their bytes add up to the file's.  Reads tables
 * and directories.  Errors as segment_section().
 */
MUST_USE int segment_describe(struct segment *segment, segment_part_fn fn,
    void *arg, struct error *err);

/* ---- checking ---- */

/*
 * Read all of a segment, without a cache, and check every checksum and rule:
 * blocks tile the file, ids ascend, zone maps contain their values,
 * dictionaries are sorted, the context index agrees with the rows, and all
 * agrees with `meta`.  The first problem is the answer (STELE_E_CORRUPT).
 */
MUST_USE int segment_verify(struct os_fs *fs, const char *dir,
    const struct segment_meta *meta, const struct uuid *directory,
    struct error *err);
