/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/zone/zone_filter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hash.h"
#include "common/reader.h"
#include "common/str.h"
#include "engine/segment/bitpack.h"
#include "engine/segment/segment_format.h"

#define WORDS       8 /* of 32 bits, of a block */
#define KEY_BITS    10
#define GROUP_BYTES 16384 /* about; at least one strip */
#define HIT_SHARE \
	8 /* one probe of as many may hit: more, and it is no
			      use */

/* Odd numbers without pattern: digits of pi. */
static const uint32_t salts[WORDS] = { 0x243f6a89, 0x85a308d3, 0x13198a2f,
	0x03707345, 0xa4093823, 0x299f31d1, 0x082efa99, 0xec4e6c89 };

bool
filter_has_keys(enum phys phys)
{
	return phys == PHYS_I64 || phys == PHYS_UUID || phys == PHYS_STR;
}

uint64_t
filter_hash(enum phys phys, const void *value)
{
	const struct str *s = value;
	uint64_t bits;

	switch (phys) {
	case PHYS_I64:
		memcpy(&bits, value, sizeof(bits));
		return hash_u64(bits + UINT64_C(0x9e3779b97f4a7c15));
	case PHYS_UUID:
		return hash_bytes(value, sizeof(struct uuid));
	case PHYS_STR:
		return hash_bytes(s->data, s->len);
	case PHYS_BOOL:
	case PHYS_F64:
	case PHYS_NUMERIC:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return 0;
}

/* The block of a hash; halves with block_count, if that is even. */
static uint32_t
block_of(uint64_t hash, uint32_t block_count)
{
	return (uint32_t)((hash >> 32) * block_count >> 32);
}

static uint32_t
bit_of(uint64_t hash, unsigned word)
{
	return UINT32_C(1) << ((uint32_t)hash * salts[word] >> 27);
}

static bool
block_has(const uint32_t *block, uint64_t hash)
{
	bool has = true;

	for (unsigned w = 0; w < WORDS; w++)
		has &= (block[w] & bit_of(hash, w)) != 0;
	return has;
}

/* ---- building ---- */

void
filter_builder_init(struct filter_builder *builder, enum phys phys,
    uint32_t zone_limit, uint64_t *budget)
{
	uint64_t blocks = ((uint64_t)zone_limit * KEY_BITS + 255) / 256;
	unsigned twos = bits_of(blocks) < 3 ? 0 : bits_of(blocks) - 3;

	/* A few times a power of two: it may be halved as often later. */
	blocks = ((blocks - 1) >> twos) + 1;
	*builder = (struct filter_builder){
		.is_off = !filter_has_keys(phys),
		.phys = phys,
		.block_count = (uint32_t)(blocks << twos),
		.budget = budget,
	};
}

static void
give_up(struct filter_builder *builder)
{
	*builder->budget += (uint64_t)builder->zone_capacity *
	    builder->block_count * FILTER_BLOCK_BYTES;
	free(builder->words);
	builder->words = NULL;
	builder->zone_capacity = 0;
	builder->is_off = true;
}

void
filter_builder_release(struct filter_builder *builder)
{
	free(builder->words);
	builder->words = NULL;
}

static uint32_t *
zone_words(const struct filter_builder *builder, uint32_t zone)
{
	return builder->words + (size_t)zone * builder->block_count * WORDS;
}

static bool
zone_has(const struct filter_builder *builder, uint32_t zone, uint64_t hash)
{
	return block_has(zone_words(builder, zone) +
		(size_t)block_of(hash, builder->block_count) * WORDS,
	    hash);
}

/* Room for one more zone, cleared. */
static bool
reserve_zone(struct filter_builder *builder)
{
	size_t zone_bytes = (size_t)builder->block_count * FILTER_BLOCK_BYTES;
	uint32_t capacity = 2 * builder->zone_capacity + FILTER_SAMPLE_ZONES;
	uint64_t more = (capacity - builder->zone_capacity) * zone_bytes;
	uint32_t *words;

	if (builder->zone_count == builder->zone_capacity) {
		if (more > *builder->budget)
			return false;
		words = realloc(builder->words, capacity * zone_bytes);
		if (words == NULL)
			return false;
		*builder->budget -= more;
		builder->words = words;
		builder->zone_capacity = capacity;
	}
	memset(zone_words(builder, builder->zone_count), 0, zone_bytes);
	return true;
}

/*
 * Of keys from one zone and another zone: do zone maps keep the zone, and does
 * the filter drop it most often?
 */
static bool
is_useful(const struct filter_builder *builder)
{
	uint32_t probes = 0, hits = 0;

	for (uint32_t a = 0; a < FILTER_SAMPLE_ZONES; a++) {
		for (uint32_t k = 0; k < FILTER_SAMPLE_KEYS; k++) {
			const struct filter_sample *s = &builder->samples[a][k];

			for (uint32_t b = 0; b < FILTER_SAMPLE_ZONES; b++) {
				if (a == b ||
				    (builder->phys == PHYS_I64 &&
					(s->value < builder->low[b] ||
					    s->value > builder->high[b])))
					continue;
				probes++;
				hits += zone_has(builder,
				    builder->sample_zone[b], s->hash);
			}
		}
	}
	return probes > FILTER_SAMPLE_KEYS * FILTER_SAMPLE_ZONES / 4 &&
	    hits * HIT_SHARE <= probes;
}

/* Is the zone one to sample? */
static bool
is_sample_zone(const struct filter_builder *builder, uint32_t key_count,
    const struct chunk_info *info)
{
	return builder->sample_count < FILTER_SAMPLE_ZONES &&
	    key_count >= FILTER_SAMPLE_KEYS && info->encoding != ENC_CONSTANT &&
	    info->encoding != ENC_STR_CONSTANT;
}

/* Sample number k of the zone that is being added. */
static void
take_sample(struct filter_builder *builder, uint32_t k, uint64_t hash,
    const char *value)
{
	struct filter_sample *sample =
	    &builder->samples[builder->sample_count][k];

	sample->hash = hash;
	if (builder->phys == PHYS_I64)
		memcpy(&sample->value, value, sizeof(sample->value));
}

static void
end_sample(struct filter_builder *builder, const struct chunk_info *info)
{
	uint32_t s = builder->sample_count++;

	builder->sample_zone[s] = builder->zone_count;
	memcpy(&builder->low[s], info->low, sizeof(builder->low[s]));
	memcpy(&builder->high[s], info->high, sizeof(builder->high[s]));
}

void
filter_builder_add(struct filter_builder *builder, const void *values,
    const uint8_t *nulls, uint32_t row_count, const struct chunk_info *info)
{
	size_t size = phys_size(builder->phys);
	uint32_t key_count = info->row_count - info->null_count;
	uint32_t step = key_count / FILTER_SAMPLE_KEYS, keys = 0;
	bool is_sample = is_sample_zone(builder, key_count, info);
	const char *value = values;
	uint32_t *words;

	if (builder->is_off)
		return;
	if (!reserve_zone(builder)) {
		give_up(builder);
		return;
	}
	words = zone_words(builder, builder->zone_count);
	for (uint32_t i = 0; i < row_count; i++, value += size) {
		uint64_t hash;
		uint32_t *block;

		if (nulls != NULL && nulls[i] != 0)
			continue; /* F2 */
		hash = filter_hash(builder->phys, value);
		block = words +
		    (size_t)block_of(hash, builder->block_count) * WORDS;
		for (unsigned w = 0; w < WORDS; w++)
			block[w] |= bit_of(hash, w);
		if (is_sample && keys % step == 0 &&
		    keys / step < FILTER_SAMPLE_KEYS)
			take_sample(builder, keys / step, hash, value);
		keys++;
	}
	builder->key_max = keys > builder->key_max ? keys : builder->key_max;
	if (is_sample)
		end_sample(builder, info);
	builder->zone_count++;
	if (is_sample && builder->sample_count == FILTER_SAMPLE_ZONES &&
	    !is_useful(builder))
		give_up(builder);
}

/* Half as many blocks in each zone: neighbours are put together. */
static void
halve(struct filter_builder *builder)
{
	uint32_t half = builder->block_count / 2;
	uint32_t *to = builder->words;
	const uint32_t *from = builder->words;

	for (uint32_t z = 0; z < builder->zone_count; z++) {
		for (uint32_t b = 0; b < half; b++, from += 2 * WORDS)
			for (unsigned w = 0; w < WORDS; w++)
				*to++ = from[w] | from[WORDS + w];
	}
	builder->block_count = half;
}

bool
filter_builder_finish(struct filter_builder *builder)
{
	if (builder->is_off || builder->sample_count < FILTER_SAMPLE_ZONES) {
		give_up(builder);
		return false;
	}
	while (builder->block_count % 2 == 0 &&
	    (uint64_t)builder->block_count * 256 >=
		2 * (uint64_t)builder->key_max * KEY_BITS)
		halve(builder);
	return true;
}

/* Strips in a group. */
static uint32_t
filter_group_strips(uint32_t zone_count)
{
	uint32_t strips = GROUP_BYTES / FILTER_BLOCK_BYTES / zone_count;

	return strips == 0 ? 1 : strips;
}

uint32_t
filter_group_count(uint32_t block_count, uint32_t zone_count)
{
	uint32_t strips = filter_group_strips(zone_count);

	return (block_count + strips - 1) / strips;
}

void
filter_put_group(const struct filter_builder *builder, uint32_t group,
    struct buf *out)
{
	uint32_t strips = filter_group_strips(builder->zone_count);
	uint32_t first = group * strips;
	uint32_t limit = first + strips < builder->block_count
	    ? first + strips
	    : builder->block_count;

	for (uint32_t b = first; b < limit; b++)
		for (uint32_t z = 0; z < builder->zone_count; z++)
			buf_put(out, zone_words(builder, z) + (size_t)b * WORDS,
			    FILTER_BLOCK_BYTES);
}

void
filter_put_directory(const struct filter_builder *builder,
    const struct block_ref *groups, struct buf *out)
{
	uint32_t count =
	    filter_group_count(builder->block_count, builder->zone_count);

	buf_put_u32(out, builder->block_count);
	buf_put_u32(out, builder->zone_count);
	buf_put_u32(out, filter_group_strips(builder->zone_count));
	buf_put_u32(out, 0);
	for (uint32_t g = 0; g < count; g++)
		segment_put_ref(out, &groups[g]);
}

/* ---- asking ---- */

bool
filter_open(const void *data, size_t len, uint32_t zone_count,
    struct filter_directory *directory)
{
	struct reader r = reader_over(data, len);
	uint64_t groups;
	uint32_t zero;

	directory->block_count = reader_u32(&r);
	directory->zone_count = reader_u32(&r);
	directory->group_strips = reader_u32(&r);
	zero = reader_u32(&r);
	if (r.failed || directory->block_count == 0 || zero != 0 ||
	    directory->zone_count != zone_count || directory->group_strips == 0)
		return false;
	groups =
	    ((uint64_t)directory->block_count + directory->group_strips - 1) /
	    directory->group_strips;
	directory->refs = r.next;
	return groups * BLOCK_REF_SIZE == reader_left(&r);
}

uint32_t
filter_group_number(const struct filter_directory *directory, uint64_t hash)
{
	return block_of(hash, directory->block_count) / directory->group_strips;
}

struct block_ref
filter_group_of(const struct filter_directory *directory, uint64_t hash,
    size_t *offset)
{
	uint32_t strip = block_of(hash, directory->block_count);
	uint32_t group = filter_group_number(directory, hash);
	struct reader r =
	    reader_over(directory->refs + (size_t)group * BLOCK_REF_SIZE,
		BLOCK_REF_SIZE);

	*offset = (size_t)(strip % directory->group_strips) *
	    directory->zone_count * FILTER_BLOCK_BYTES;
	return segment_take_ref(&r);
}

STELE_CLONES static void
test_strip(const uint32_t *restrict strip, uint32_t zone_count,
    const uint32_t *restrict bits, bool *restrict keep)
{
	for (uint32_t z = 0; z < zone_count; z++, strip += WORDS) {
		uint32_t missing = 0;

		for (unsigned w = 0; w < WORDS; w++)
			missing |= ~strip[w] & bits[w];
		keep[z] &= missing == 0;
	}
}

void
filter_drop_zones(const uint8_t *strip, uint32_t zone_count, uint64_t hash,
    bool *keep)
{
	uint32_t bits[WORDS];

	for (unsigned w = 0; w < WORDS; w++)
		bits[w] = bit_of(hash, w);
	assert((uintptr_t)strip % sizeof(uint32_t) == 0);
	test_strip((const uint32_t *)(const void *)strip, zone_count, bits,
	    keep);
}
