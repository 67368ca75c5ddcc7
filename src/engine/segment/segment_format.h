/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_format.h -- the bytes of a segment file, and nothing else: puts and
 * takes for each fixed part.  Layouts stand at the top of segment_format.c.
 *
 * Takes check all that can be checked without the rest of the file; what they
 * answer false to is damaged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/block_cache.h"
#include "engine/segment/int_codec.h"
#include "engine/segment/segment.h"
#include "vec/value.h"

struct buf;
struct reader;

#define SEGMENT_VERSION      2
#define SEGMENT_HEADER_SIZE  64
#define SEGMENT_TRAILER_SIZE 40
#define CHUNK_INFO_SIZE      64
#define COLUMN_INFO_SIZE     68
#define SECTION_INFO_SIZE    40
#define BLOCK_REF_SIZE       20
#define FOOTER_FIXED_SIZE    92
#define DICT_PAGE_STRINGS    1024

struct segment_header {
	uint64_t number;
	uint32_t shard;
	uint32_t zone_rows;
	struct uuid directory;
};

enum encoding {              /* on disk: do not renumber */
	ENC_NULL = 0,        /* every row is null; no bytes */
	ENC_CONSTANT = 1,    /* every row that is not null has `low` */
	ENC_INT = 2,         /* PHYS_I64, PHYS_BOOL, dictionary codes */
	ENC_F64_DECIMAL = 3, /* PHYS_F64: f64_codec.h */
	ENC_PARTS = 4,       /* PHYS_F64, _UUID, _INTERVAL, _NUMERIC: parts.h */
	ENC_NUMERIC_INT = 5, /* one scale: coefficient - low, as integers */
	ENC_STR = 6,         /* ends as integers, bytes in pages of text */
	ENC_STR_CONSTANT = 7, /* the bytes of the one string */
	ENC_INT_BY_ID = 8     /* PHYS_I64 near a line over event_id */
};

#define SEGMENT_ENCODINGS 9

/* For people: "constant", "integers" ... */
const char *segment_encoding_name(enum encoding encoding);

enum chunk_flag {                 /* on disk: do not renumber */
	CHUNK_HAS_BOUNDS = 1,     /* low and high hold for what is not null */
	CHUNK_HIGH_IS_PREFIX = 2, /* strings: the greatest only starts so */
	CHUNK_DENSE = 4,          /* only rows that are not null have values */
	CHUNK_HAS_SET = 8,        /* which integers from low on are there */
	CHUNK_FLAGS = 15
};

/*
 * Zone map and place of one chunk.  Bounds are little-endian 128-bit numbers
 * for numerics (of scale `scale`), 64-bit ones for integers, bools and codes,
 * the bits of doubles, the bytes of uuids; of strings without a dictionary up
 * to 15 bytes, then their number.  The set is 128 bits, those of low + 0 to
 * low + 63 in low[8..15], the others in high[8..15].
 */
#define BOUND_STR_BYTES 15
#define CHUNK_SET_BITS  128

struct chunk_info {
	uint8_t encoding;
	uint8_t flags;
	uint16_t scale; /* numerics of one scale */
	uint32_t null_count;
	uint32_t row_count;
	struct block_ref block; /* len 0: no bytes */
	uint8_t low[16];
	uint8_t high[16];
};

/* Is an integer in the chunk's set, which it has? */
bool chunk_set_has(const struct chunk_info *info, int64_t value);

/* A column of a section. */
struct column_info {
	enum phys phys;
	bool has_dict;
	uint32_t dict_count;
	struct block_ref dict_root;
	struct block_ref chunks; /* chunk_info of each zone */
	struct block_ref filter; /* directory of zone_filter.h; len 0: none */
};

struct section_info {
	uint32_t type_oid;
	uint32_t row_count;
	uint32_t zone_count;
	uint32_t column_count;
	uint32_t granule_count;   /* of all zones, context_index.h */
	uint32_t granule_first;   /* not in the file: of all sections' */
	struct block_ref columns; /* column_info of each column */
};

/* `contexts` and `index` have a page each for the same contexts. */
enum segment_index { /* on disk: do not renumber */
	SEGMENT_ZONE_MAPS = 1,
	SEGMENT_CONTEXTS = 2, /* context_index.h */
	SEGMENT_FILTERS = 4,  /* some column has one, zone_filter.h */
};

struct segment_footer {
	uint64_t row_count;
	uint64_t event_id_first;
	uint64_t event_id_last;
	int64_t time_min;
	int64_t time_max;
	uint32_t section_count;
	uint32_t context_count;
	uint32_t indexes;              /* enum segment_index */
	struct block_ref contexts;     /* dictionary root */
	struct block_ref index;        /* refs of the index's pages */
	struct section_info *sections; /* ascending type_oid; malloc'd */
};

/* What every checksum of a segment is mixed with. */
uint64_t segment_identity(const struct uuid *directory, uint64_t number);

void segment_put_header(struct buf *out, const struct segment_header *header,
    uint64_t identity);
bool segment_take_header(const uint8_t data[SEGMENT_HEADER_SIZE],
    uint64_t identity, struct segment_header *out);

void segment_put_trailer(struct buf *out, const struct block_ref *footer,
    uint64_t identity, uint64_t offset);
bool segment_take_trailer(const uint8_t data[SEGMENT_TRAILER_SIZE],
    uint64_t identity, uint64_t offset, struct block_ref *footer);

void segment_put_footer(struct buf *out, const struct segment_footer *footer);

/* 0, STELE_E_CORRUPT or STELE_E_OUT_OF_MEMORY; frees nothing on success. */
MUST_USE int segment_take_footer(const uint8_t *data, size_t len,
    struct segment_footer *out, struct error *err);

void segment_put_ref(struct buf *out, const struct block_ref *ref);
struct block_ref segment_take_ref(struct reader *reader);
void segment_put_chunk_info(struct buf *out, const struct chunk_info *info);
bool segment_take_chunk_info(const uint8_t data[CHUNK_INFO_SIZE],
    struct chunk_info *out);
void segment_put_column_info(struct buf *out, const struct column_info *info);
bool segment_take_column_info(const uint8_t data[COLUMN_INFO_SIZE],
    struct column_info *out);
