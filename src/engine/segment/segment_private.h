/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_private.h -- an opened segment, for the files of this folder.
 *
 * What is read once (footer, tables of sections) is built aside and published
 * with a compare-and-swap: two threads may do the same work, one result stays.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/block_cache.h"
#include "engine/segment/chunk.h"
#include "engine/segment/context_index.h"
#include "engine/segment/dict.h"
#include "engine/segment/segment.h"
#include "engine/segment/segment_format.h"
#include "engine/zone/zone_map.h"
#include "os/file.h"

struct segment_section {
	struct segment *segment; /* borrowed: it owns this */
	const struct segment_state *state;
	struct section_info info;
	struct column_info *columns; /* column_count; owned */
	uint32_t *zone_first;        /* first row of each zone, then the row
					count; owned */
	uint32_t *zone_granule;      /* first granule of each zone, in the
					segment; then one past the last; owned */
	_Atomic(struct segment_desk *) desk; /* NULL: no lookup yet; owned */
};

/* The opened file and its footer.  Immutable but for `sections`. */
struct segment_state {
	struct block_file file;
	struct segment_header header;
	struct segment_footer footer;
	uint64_t footer_offset;
	uint64_t id_base;                            /* G5 */
	_Atomic(struct segment_section *) *sections; /* NULL: not asked for */
};

struct segment {
	atomic_uint_least32_t refs;
	atomic_bool is_removed_at_end;
	struct os_fs *fs;          /* borrowed */
	struct block_cache *cache; /* borrowed */
	struct segment_meta meta;
	struct uuid directory;
	uint64_t cache_key;
	_Atomic(struct segment_state *) state;   /* NULL: not opened */
	_Atomic(struct context_desk *) contexts; /* NULL: no lookup; owned */
	char path[OS_PATH_SIZE];
};

/* A chunk in use, and the pages of its text that were needed. */
struct segment_chunk {
	const struct block *block; /* pinned; NULL: it has no bytes, or */
	struct block_slot *slot;   /* entered; or NULL */
	bool is_nulls;             /* its nulls are known, and no value */
	const struct block *
	    *text;             /* pinned or NULL, one for each page; owned */
	const uint8_t **pages; /* their bytes; in the same allocation */
	struct segment_chunk *ids; /* event_ids of the zone, if needed; owned */
	struct chunk_view view;
};

/* Open and check the file (C3); *out belongs to the segment. */
MUST_USE int segment_load(struct segment *segment, struct segment_state **out,
    struct error *err);

/* The same without a cache, or a segment, for verifying. */
MUST_USE int segment_state_open(struct os_fs *fs, const char *path,
    const struct segment_meta *meta, const struct uuid *directory,
    struct segment_state **out, struct error *err);
void segment_state_free(struct segment_state *state);

/* Which zone has a row, or a granule. */
uint32_t segment_section_zone_of_granule(const struct segment_section *section,
    uint32_t granule);
uint32_t segment_section_zone_of(const struct segment_section *section,
    uint32_t row);

/* A column by its attnum; NULL: it is younger than the segment. */
static inline const struct column_info *
segment_section_column(const struct segment_section *section, uint32_t attnum)
{
	uint32_t index = segment_column_index(attnum);

	return index < section->info.column_count ? &section->columns[index]
						  : NULL;
}

/* Form of what the chunks of a column hold: codes are integers. */
static inline enum phys
column_chunk_phys(const struct column_info *column)
{
	return column->has_dict ? PHYS_I64 : column->phys;
}

/*
 * Pin the table of a column's chunks, which has `count` entries, and take that
 * of a zone: with as many rows as this has, and in a core column without nulls.
 */
MUST_USE int segment_chunk_table(struct segment *segment,
    const struct segment_state *state, const struct block_ref *ref,
    uint32_t count, const struct block **out, uint64_t *bytes_read,
    struct error *err);
MUST_USE int segment_chunk_info(const struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    struct chunk_info *out, struct error *err);

/* What is added to the integers of a column's chunks: see G5. */
static inline int64_t
segment_column_base(const struct segment_section *section,
    const struct column_info *column)
{
	return column == &section->columns[COLUMN_EVENT_ID - 1]
	    ? (int64_t)section->state->id_base
	    : 0;
}

/* That of a column's chunk in a zone, with the bounds that its values have. */
MUST_USE int segment_zone_info(const struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    struct chunk_info *out, struct error *err);

/* Nothing is pinned: it may be released. */
static inline void
segment_chunk_init(struct segment_chunk *chunk)
{
	chunk->block = NULL;
	chunk->slot = NULL;
	chunk->is_nulls = false;
	chunk->text = NULL;
	chunk->ids = NULL;
}

/* Pin and open a chunk.  *out can be released even after a failure. */
MUST_USE int segment_chunk_get(struct segment *segment,
    const struct segment_state *state, const struct chunk_info *info,
    enum phys phys, struct segment_chunk *out, uint64_t *bytes_read,
    struct error *err);
void segment_chunk_release(struct segment *segment,
    struct segment_chunk *chunk);

/* Room for the pages of an open chunk's text, none of them there. */
MUST_USE int segment_chunk_init_pages(struct segment_chunk *chunk,
    struct error *err);

/*
 * The same for the chunk of a column in a zone, of which `table` is its table,
 * with what else its values need.  `ids` are NULL, or the zone's event_ids if
 * they are open as long as *out and nothing is added to them.  *info is set
 * too.
 */
MUST_USE int segment_zone_chunk(struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    const struct segment_chunk *ids, struct chunk_info *info,
    struct segment_chunk *out, uint64_t *bytes_read, struct error *err);

/*
 * Pin the pages of text that rows first..first+count-1 need, before they are
 * decoded; and let go those that were pinned for rows before `row`.
 */
MUST_USE int segment_chunk_need(struct segment *segment,
    const struct segment_state *state, struct segment_chunk *chunk,
    uint32_t first, uint32_t count, uint64_t *bytes_read, struct error *err);

void segment_chunk_let_go(struct segment *segment, struct segment_chunk *chunk,
    uint32_t row);

/* Pin one page; *bytes are its strings, borrowed from the block. */
MUST_USE int segment_text_page(struct segment *segment,
    const struct segment_state *state, const struct chunk_view *view,
    uint32_t p, const struct block **out, const uint8_t **bytes,
    uint64_t *bytes_read, struct error *err);

/* Pin a dictionary's root, which has `count` strings, or one of its pages. */
MUST_USE int segment_dict_root(struct segment *segment,
    const struct segment_state *state, const struct block_ref *ref,
    uint32_t count, const struct block **out, uint64_t *bytes_read,
    struct error *err);
MUST_USE int segment_dict_page(struct segment *segment,
    const struct segment_state *state, const struct dict_root *root,
    uint32_t page, const struct block **out, uint64_t *bytes_read,
    struct error *err);

/* Granules of all sections. */
uint32_t segment_granule_count(const struct segment_state *state);

/*
 * The codes of a column's dictionary that lie in a range of strings, none:
 * first > last.
 */
MUST_USE int segment_range_in_codes(const struct segment_section *section,
    const struct column_info *column, const struct scan_range *range,
    struct code_range *out, uint64_t *bytes_read, struct error *err);

/*
 * Pin the group of a column's filters that has a hash's strip, which begins at
 * *offset: one block of each zone.
 */
MUST_USE int segment_filter_strip(struct segment_section *section,
    const struct column_info *column, uint64_t hash, const struct block **out,
    size_t *offset, uint64_t *bytes_read, struct error *err);

/*
 * Number of strings in a dictionary that are less than `s`, and whether s is
 * the next.
 */
MUST_USE int segment_dict_find(struct segment *segment,
    const struct segment_state *state, const struct block_ref *ref,
    uint32_t count, struct str s, uint32_t *code, bool *is_found,
    uint64_t *bytes_read, struct error *err);

/* ---- pruning ---- */

struct prune {
	struct segment_section *section;
	const struct scan_spec *spec;
	struct arena *arena;
	bool *keep;   /* per zone */
	uint8_t *why; /* per zone that is not kept: enum scan_pruner */
	uint64_t bytes_read;
};

/* The limits of event_id as a range; false if there are none. */
bool prune_event_id_range(const struct scan_spec *spec,
    struct scan_range *range);

/*
 * segment_find.c: all rows of the spec's list of events; and of some rows those
 * within limits of event_id.
 */
MUST_USE int prune_find_events(struct prune *p, struct segment_parts *out,
    struct error *err);
MUST_USE int prune_limit_rows(struct prune *p, const struct scan_range *ids,
    struct segment_parts *out, struct error *err);
