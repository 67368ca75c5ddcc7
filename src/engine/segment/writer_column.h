/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_column.h -- one column of a section while it is collected.
 *
 * All forms but strings are encoded zone by zone.  A string column starts as
 * codes of a dictionary, which is sorted and written with all its zones at
 * the end of the section; when it turns out to repeat little, all zones so far
 * are written plain, and the rest zone by zone.  If its dictionary is known
 * beforehand, it is written first, rows come as codes, and they are encoded
 * zone by zone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "engine/segment/dict.h"
#include "engine/segment/segment_format.h"
#include "engine/zone/zone_filter.h"
#include "vec/vec.h"

struct error;
struct segment_output;
struct segment_strings;

struct writer_column {
	enum phys phys;
	enum phys chunk_phys; /* of rows that come: PHYS_I64 for codes */
	uint32_t zone_limit;  /* rows of a full zone */
	struct filter_builder filter;
	uint32_t fill;      /* rows in the zone that is collected */
	void *values;       /* its values: zone_limit of the form */
	uint8_t *nulls;     /* its null flags */
	bool has_nulls;     /* one of them is set */
	struct arena arena; /* of its strings, when plain */
	bool is_coded;      /* strings: still with a dictionary */
	bool is_known;      /* strings: they come as codes of this one: */
	struct block_ref known_root;
	uint32_t known_count;
	bool is_long;          /* a string was too long for one */
	uint64_t string_bytes; /* of all rows */
	uint64_t null_count;   /* of all rows */
	struct dict_builder dict;
	uint32_t *codes; /* of all rows, DICT_FULL is null */
	uint32_t row_count;
	uint32_t row_capacity;
	struct chunk_info *infos; /* of the zones that are written */
	uint32_t info_count;
	uint32_t info_capacity;
};

struct writer_column_options {
	enum phys phys;
	uint32_t zone_limit;     /* rows of a full zone */
	uint64_t seed;           /* of hashes */
	uint64_t *filter_budget; /* bytes that filters may still take */
	bool is_filtered;        /* equality is asked for */
};

/* Release in any case. */
MUST_USE int writer_column_init(struct writer_column *column,
    const struct writer_column_options *options, struct error *err);
void writer_column_release(struct writer_column *column);

/* Before the first row of a string column: its dictionary, or that none is. */
MUST_USE int writer_column_use_dict(struct writer_column *column,
    struct segment_output *out, const struct segment_strings *strings,
    struct error *err);
void writer_column_use_plain(struct writer_column *column);

/* Bytes of the strings of selected rows first..first+count-1. */
size_t writer_column_bytes(const struct vec *vec, struct sel sel,
    uint32_t first, uint32_t count);

/* Add selected rows first..first+count-1; they fit the zone. */
MUST_USE int writer_column_append(struct writer_column *column,
    const struct vec *vec, struct sel sel, uint32_t first, uint32_t count,
    struct error *err);

/*
 * The zone ends here.  `ids` are the event_ids of its rows if the column may
 * follow them, else NULL.
 */
MUST_USE int writer_column_end_zone(struct writer_column *column,
    struct segment_output *out, const int64_t *ids, const uint32_t *zone_rows,
    uint32_t zone_count, struct error *err);

/* The section ends; all zones are ended.  zone_rows: rows of each zone. */
MUST_USE int writer_column_finish(struct writer_column *column,
    struct segment_output *out, const uint32_t *zone_rows, uint32_t zone_count,
    struct column_info *info, struct error *err);
