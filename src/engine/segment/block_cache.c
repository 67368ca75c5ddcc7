/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/block_cache.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "os/file.h"
#include "os/thread.h"

#define PARTS          16
#define ALIGNMENT      64
#define BUCKETS_MIN    64
#define ENTRY_OVERHEAD 64 /* accounted for each block besides its bytes */

/*
 * One block.  On its bucket's list and on the ring of its part.
 * Under the part's lock: pins, is_recent and the links.
 */
struct cache_entry {
	struct block block; /* first: what callers hold */
	uint64_t file_key;
	uint64_t offset;
	struct cache_entry *in_bucket;
	struct cache_entry *ring_next;
	struct cache_entry *ring_previous;
	uint32_t pins;
	bool is_recent; /* asked for since the hand last passed */
};

struct cache_part {
	pthread_mutex_t lock;
	struct cache_entry **buckets;
	struct cache_entry *hand; /* of the clock; NULL: empty */
	uint32_t bucket_count;    /* power of two */
	uint32_t entry_count;
	size_t bytes;
	uint64_t hits;
	uint64_t misses;
	uint64_t evictions;
};

struct block_cache {
	size_t part_limit_bytes;
	atomic_uint_least64_t next_key;
	struct cache_part parts[PARTS];
};

/* ---- life ---- */

struct block_cache *
block_cache_new(size_t limit_bytes)
{
	struct block_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	cache->part_limit_bytes = limit_bytes / PARTS;
	atomic_init(&cache->next_key, 1);
	for (uint32_t i = 0; i < PARTS; i++) {
		struct cache_part *part = &cache->parts[i];

		MUST(pthread_mutex_init(&part->lock, NULL) == 0);
		part->bucket_count = BUCKETS_MIN;
		part->buckets = calloc(BUCKETS_MIN, sizeof(*part->buckets));
		if (part->buckets == NULL) {
			block_cache_free(cache);
			return NULL;
		}
	}
	return cache;
}

static void
entry_free(struct cache_entry *entry)
{
	union {
		const void *data;
		void *owned;
	} bytes = { .data = entry->block.data };

	free(bytes.owned);
	free(entry);
}

void
block_cache_free(struct block_cache *cache)
{
	if (cache == NULL)
		return;
	for (uint32_t i = 0; i < PARTS; i++) {
		struct cache_part *part = &cache->parts[i];

		if (part->buckets == NULL)
			continue;
		for (uint32_t b = 0; b < part->bucket_count; b++) {
			struct cache_entry *entry = part->buckets[b];

			while (entry != NULL) {
				struct cache_entry *next = entry->in_bucket;

				MUST(entry->pins == 0);
				entry_free(entry);
				entry = next;
			}
		}
		free(part->buckets);
		pthread_mutex_destroy(&part->lock);
	}
	free(cache);
}

uint64_t
block_cache_new_key(struct block_cache *cache)
{
	/* Only uniqueness matters: no other memory is published by it. */
	return atomic_fetch_add_explicit(&cache->next_key, 1,
	    memory_order_relaxed);
}

/* ---- one part, under its lock ---- */

static uint64_t
hash_of(uint64_t file_key, uint64_t offset)
{
	return hash_combine(file_key, offset);
}

static struct cache_part *
part_of(struct block_cache *cache, uint64_t hash)
{
	return &cache->parts[hash % PARTS];
}

static struct cache_entry **
bucket_of(struct cache_part *part, uint64_t hash)
{
	return &part->buckets[hash / PARTS & (part->bucket_count - 1)];
}

static struct cache_entry *
part_find(struct cache_part *part, uint64_t file_key, uint64_t offset)
{
	struct cache_entry *entry;

	entry = *bucket_of(part, hash_of(file_key, offset));
	while (entry != NULL &&
	    (entry->file_key != file_key || entry->offset != offset))
		entry = entry->in_bucket;
	return entry;
}

static size_t
entry_bytes(const struct cache_entry *entry)
{
	return entry->block.len + sizeof(*entry) + ENTRY_OVERHEAD;
}

static void
part_remove(struct cache_part *part, struct cache_entry *entry)
{
	struct cache_entry **link;

	link = bucket_of(part, hash_of(entry->file_key, entry->offset));
	while (*link != entry)
		link = &(*link)->in_bucket;
	*link = entry->in_bucket;
	if (part->hand == entry)
		part->hand =
		    entry->ring_next == entry ? NULL : entry->ring_next;
	entry->ring_previous->ring_next = entry->ring_next;
	entry->ring_next->ring_previous = entry->ring_previous;
	part->bytes -= entry_bytes(entry);
	part->entry_count--;
}

/* Twice the buckets when the lists grow long; staying as it is is no error. */
static void
part_grow(struct cache_part *part)
{
	struct cache_entry **old = part->buckets;
	uint32_t old_count = part->bucket_count;
	struct cache_entry **buckets;

	if (part->entry_count < 2 * old_count)
		return;
	buckets = calloc(2 * (size_t)old_count, sizeof(*buckets));
	if (buckets == NULL)
		return;
	part->buckets = buckets;
	part->bucket_count = 2 * old_count;
	for (uint32_t b = 0; b < old_count; b++) {
		while (old[b] != NULL) {
			struct cache_entry *entry = old[b];
			struct cache_entry **bucket;

			old[b] = entry->in_bucket;
			bucket = bucket_of(part,
			    hash_of(entry->file_key, entry->offset));
			entry->in_bucket = *bucket;
			*bucket = entry;
		}
	}
	free(old);
}

static void
part_insert(struct cache_part *part, struct cache_entry *entry)
{
	struct cache_entry **bucket;

	part_grow(part);
	bucket = bucket_of(part, hash_of(entry->file_key, entry->offset));
	entry->in_bucket = *bucket;
	*bucket = entry;
	if (part->hand == NULL) {
		entry->ring_next = entry->ring_previous = entry;
		part->hand = entry;
	} else {
		/* Behind the hand: the last that it will come to. */
		entry->ring_next = part->hand;
		entry->ring_previous = part->hand->ring_previous;
		entry->ring_previous->ring_next = entry;
		part->hand->ring_previous = entry;
	}
	part->bytes += entry_bytes(entry);
	part->entry_count++;
}

/*
 * CLOCK: take out entries that are not pinned and were not asked for since the
 * hand passed last, until the part is within its limit or two rounds found
 * nothing.  Keeps B3.  They are freed by the caller, without the lock.
 */
static struct cache_entry *
part_evict(struct cache_part *part, size_t limit_bytes)
{
	uint64_t steps = 2 * (uint64_t)part->entry_count;
	struct cache_entry *evicted = NULL;

	while (part->bytes > limit_bytes && part->hand != NULL && steps-- > 0) {
		struct cache_entry *entry = part->hand;

		part->hand = entry->ring_next;
		if (entry->pins > 0)
			continue;
		if (entry->is_recent) {
			entry->is_recent = false;
			continue;
		}
		part_remove(part, entry);
		part->evictions++;
		entry->in_bucket = evicted;
		evicted = entry;
	}
	return evicted;
}

static void
free_evicted(struct cache_entry *entry)
{
	while (entry != NULL) {
		struct cache_entry *next = entry->in_bucket;

		entry_free(entry);
		entry = next;
	}
}

/* ---- reading ---- */

static uint8_t *
aligned_bytes(size_t len)
{
	size_t size = (len + ALIGNMENT) / ALIGNMENT * ALIGNMENT;

	return aligned_alloc(ALIGNMENT, size);
}

int
block_read(const struct block_file *file, const struct block_ref *ref,
    uint8_t **out, struct error *err)
{
	uint8_t *data;
	int rc;

	*out = NULL;
	if (ref->offset > file->size_bytes ||
	    ref->len > file->size_bytes - ref->offset)
		return error_set(err, STELE_E_CORRUPT,
		    "invalid block in file \"%s\": %" PRIu32
		    " bytes at offset %" PRIu64 " lie outside of it",
		    file->file->path, ref->len, ref->offset);
	data = aligned_bytes(ref->len);
	if (data == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	rc = os_pread_full(file->file, data, ref->len, ref->offset, err);
	if (rc == 0 &&
	    block_checksum(data, ref->len, file->identity, ref->offset) !=
		ref->checksum)
		rc = error_set(err, STELE_E_CORRUPT,
		    "checksum mismatch in file \"%s\": %" PRIu32
		    " bytes at offset %" PRIu64,
		    file->file->path, ref->len, ref->offset);
	if (rc != 0) {
		free(data);
		return rc;
	}
	*out = data;
	return 0;
}

static int
entry_load(const struct block_file *file, const struct block_ref *ref,
    block_decode_fn decode, struct cache_entry **out, struct error *err)
{
	struct cache_entry *entry = calloc(1, sizeof(*entry));
	void *decoded;
	uint8_t *data;
	int rc;

	if (entry == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	rc = block_read(file, ref, &data, err);
	if (rc != 0) {
		free(entry);
		return rc;
	}
	entry->file_key = file->cache_key;
	entry->offset = ref->offset;
	entry->pins = 1;
	entry->block = (struct block){ .data = data, .len = ref->len };
	*out = entry;
	if (decode == NULL)
		return 0;
	rc = decode(data, ref->len, &decoded, &entry->block.len, err);
	free(data);
	if (rc != 0) {
		error_add_context(err,
		    "while reading file \"%s\" at offset %" PRIu64,
		    file->file->path, ref->offset);
		free(entry);
		*out = NULL;
		return rc;
	}
	entry->block.data = decoded;
	return 0;
}

int
block_cache_get(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, block_decode_fn decode,
    const struct block **out, uint64_t *bytes_read, struct error *err)
{
	uint64_t hash = hash_of(file->cache_key, ref->offset);
	struct cache_part *part = part_of(cache, hash);
	struct cache_entry *loaded = NULL, *entry, *evicted;
	int rc;

	*out = NULL;
	pthread_mutex_lock(&part->lock);
	entry = part_find(part, file->cache_key, ref->offset);
	if (entry != NULL) {
		entry->pins++;
		entry->is_recent = true;
		part->hits++;
	} else {
		part->misses++;
	}
	pthread_mutex_unlock(&part->lock);
	if (entry != NULL) {
		*out = &entry->block;
		return 0;
	}
	rc = entry_load(file, ref, decode, &loaded, err);
	if (rc != 0)
		return rc;
	*bytes_read += ref->len;
	pthread_mutex_lock(&part->lock);
	entry = part_find(part, file->cache_key, ref->offset);
	if (entry == NULL) {
		entry = loaded;
		loaded = NULL;
		part_insert(part, entry);
	} else {
		entry->pins++; /* another thread was faster */
	}
	evicted = part_evict(part, cache->part_limit_bytes);
	pthread_mutex_unlock(&part->lock);
	if (loaded != NULL)
		entry_free(loaded);
	free_evicted(evicted);
	*out = &entry->block;
	return 0;
}

void
block_cache_unpin(struct block_cache *cache, const struct block *block)
{
	struct cache_entry *evicted = NULL;
	struct cache_part *part;
	union {
		const struct block *block;
		struct cache_entry *entry;
	} held = { .block = block };

	if (block == NULL)
		return;
	part =
	    part_of(cache, hash_of(held.entry->file_key, held.entry->offset));
	pthread_mutex_lock(&part->lock);
	MUST(held.entry->pins > 0);
	held.entry->pins--;
	if (held.entry->pins == 0 && part->bytes > cache->part_limit_bytes)
		evicted = part_evict(part, cache->part_limit_bytes);
	pthread_mutex_unlock(&part->lock);
	free_evicted(evicted);
}

struct block_cache_stats
block_cache_stats(struct block_cache *cache)
{
	struct block_cache_stats stats = { 0 };

	for (uint32_t i = 0; i < PARTS; i++) {
		struct cache_part *part = &cache->parts[i];

		pthread_mutex_lock(&part->lock);
		stats.hits += part->hits;
		stats.misses += part->misses;
		stats.evictions += part->evictions;
		stats.bytes += part->bytes;
		pthread_mutex_unlock(&part->lock);
	}
	return stats;
}
