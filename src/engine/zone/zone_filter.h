/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_filter.h -- which zones of a section may hold a key: split-block Bloom
 * filters, for equality on columns that no minimum and maximum can prune by.
 *
 * A zone's filter is B blocks of 256 bits, about 10 bits a key.  A key chooses
 * one block and one bit in each of its eight words (Putze, Sanders and Singler,
 * "Cache-, Hash- and Space-Efficient Bloom Filters", WEA 2007); one key of some
 * 80 that are not there seems to be.
 *
 * The filters of all zones of a column lie side by side: strip j is block j of
 * each zone.  A key is looked for in one strip, 32 bytes a zone, which is read
 * at once, where filters one after the other would all have to be read.
 *
 * Directory, a block of its own:
 *
 *   offset  bytes
 *    0      4      blocks of each zone's filter, B
 *    4      4      zones Z
 *    8      4      strips in a group, S
 *   12      4      zero
 *   16      20 G   ref of each group, G = ceil(B / S)
 *
 * A group is a block: strips g * S to g * S + S - 1 (fewer in the last), each
 * Z times 32 bytes, little-endian words.
 *
 * Invariants
 *   F1  A filter errs on one side only: it may find a key that is not there,
 *       it never misses one that is.
 *   F2  Nulls are no keys.
 *
 * Threads: a builder belongs to one thread; the rest are pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/segment/block_cache.h"
#include "vec/value.h"

struct buf;
struct chunk_info;
struct error;

#define FILTER_BLOCK_BYTES     32
#define FILTER_DIRECTORY_FIXED 16

/* Do values of a form have keys?  Codes of a dictionary are PHYS_I64. */
bool filter_has_keys(enum phys phys);

/* The hash of a value; stored, so it may never change. */
uint64_t filter_hash(enum phys phys, const void *value);

/* ---- building ---- */

#define FILTER_SAMPLE_ZONES 4
#define FILTER_SAMPLE_KEYS  32 /* of each of these zones */

struct filter_sample {
	uint64_t hash;
	int64_t value; /* of PHYS_I64 */
};

struct filter_builder {
	bool is_off; /* given up, or never begun */
	enum phys phys;
	uint32_t block_count; /* of each zone */
	uint32_t key_max;     /* of the keys of a zone */
	uint32_t zone_count;
	uint32_t zone_capacity;
	uint32_t *words;  /* zone by zone, block_count * 8 each; owned */
	uint64_t *budget; /* bytes that builders may still take; borrowed */
	/* Of the first zones with different keys: can they be told apart? */
	uint32_t sample_count; /* of zones */
	uint32_t sample_zone[FILTER_SAMPLE_ZONES];
	struct filter_sample samples[FILTER_SAMPLE_ZONES][FILTER_SAMPLE_KEYS];
	int64_t low[FILTER_SAMPLE_ZONES]; /* of PHYS_I64 */
	int64_t high[FILTER_SAMPLE_ZONES];
};

/* For zones of at most zone_limit rows. */
void filter_builder_init(struct filter_builder *builder, enum phys phys,
    uint32_t zone_limit, uint64_t *budget);
void filter_builder_release(struct filter_builder *builder);

/*
 * Add a zone; `nulls` has a byte a row, or is NULL; `info` is its zone map.
 * When the first zones are there and the filters would not tell them apart, or
 * the zone maps do, or no memory is left of the budget, it is given up.
 */
void filter_builder_add(struct filter_builder *builder, const void *values,
    const uint8_t *nulls, uint32_t row_count, const struct chunk_info *info);

/* Is there a filter to be written?  Makes it as small as its zones allow. */
bool filter_builder_finish(struct filter_builder *builder);

/* The number of groups of a finished builder. */
uint32_t filter_group_count(uint32_t block_count, uint32_t zone_count);

/* The bytes of a group, and the directory; appended to the empty `out`. */
void filter_put_group(const struct filter_builder *builder, uint32_t group,
    struct buf *out);
void filter_put_directory(const struct filter_builder *builder,
    const struct block_ref *groups, struct buf *out);

/* ---- asking ---- */

struct filter_directory {
	uint32_t block_count;
	uint32_t zone_count;
	uint32_t group_strips;
	const uint8_t *refs;
};

/* False if the bytes cannot be the directory of filters of zone_count zones. */
bool filter_open(const void *data, size_t len, uint32_t zone_count,
    struct filter_directory *directory);

/* Where a key's strip is: the group's number, its ref, the offset in it. */
uint32_t filter_group_number(const struct filter_directory *directory,
    uint64_t hash);
struct block_ref filter_group_of(const struct filter_directory *directory,
    uint64_t hash, size_t *offset);

/* Clear keep[z] of the zones that do not have the key. */
void filter_drop_zones(const uint8_t *strip, uint32_t zone_count, uint64_t hash,
    bool *keep);
