/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/block_cache.h"

#include <assert.h>
#include <inttypes.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "engine/haste.h"
#include "engine/segment/block_memory.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/thread.h"

#define PARTS_MAX      64
#define PART_BYTES_MIN ((size_t)1 << 20) /* a part smaller would hold little */
#define ALIGNMENT      64
#define BUCKETS_MIN    16
#define BUCKETS_MAX    (UINT32_C(1) << 16)
#define BLOCK_USUAL    1024 /* bytes: a bucket for as many */
#define DECODERS_MAX   4
#define ENTRY_OVERHEAD 64 /* accounted for each block besides its bytes */

/*
 * One block, on its bucket's list and on the ring of its part.  What was read
 * lies behind the entry, in the same memory; what was decoded, elsewhere.
 *
 * Under the part's lock: is_recent, the links, the slot, and every pin but the
 * last unpin: pins go up only under the lock, so that what has none there stays
 * so.  Users of a slot come without it: see slot_lets_go().
 */
struct cache_entry {
	struct block block; /* first: what callers hold */
	uint64_t file_key;
	uint64_t offset;
	_Atomic(struct cache_entry *) in_bucket;
	struct cache_entry *ring_next;
	struct block_slot *slot; /* knows the block; or NULL */
	atomic_uint pins;
	bool is_recent; /* asked for since the hand last passed */
	uint8_t form;   /* form_of() */
};

#define ENTRY_BYTES \
	((sizeof(struct cache_entry) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct cache_part {
	alignas(ALIGNMENT) pthread_mutex_t lock;
	/* Links are atomic for hints alone, which read them without a lock. */
	_Atomic(struct cache_entry *) *buckets; /* the cache's */
	struct cache_entry *hand;               /* of the clock; NULL: empty */
	struct cache_entry *behind_hand;        /* whose next it is */
	uint32_t bucket_count; /* power of two; does not change */
	uint32_t entry_count;
	atomic_size_t bytes; /* written under the lock */
	uint64_t hits;
	uint64_t misses;
	uint64_t evictions;
};

struct block_cache {
	size_t part_limit_bytes;
	uint32_t part_count; /* power of two */
	struct block_memory *memory;
	void *buckets; /* of all parts; owned */
	size_t buckets_bytes;
	atomic_uint_least64_t next_key;
	atomic_size_t desk_bytes;
	atomic_bool has_been_full;     /* some part; for good */
	atomic_uint_least64_t entered; /* hits of slots */
	_Atomic(block_decode_fn) decoders[DECODERS_MAX]; /* NULL: no more */
	struct cache_part parts[PARTS_MAX];
};

/* ---- life ---- */

static uint32_t
bucket_count_for(size_t part_limit_bytes)
{
	uint32_t count = BUCKETS_MIN;

	while (count < BUCKETS_MAX && count < part_limit_bytes / BLOCK_USUAL)
		count *= 2;
	return count;
}

/* All in large pages: which of them is looked at is chance. */
static bool
take_buckets(struct block_cache *cache)
{
	uint32_t count = bucket_count_for(cache->part_limit_bytes);
	_Atomic(struct cache_entry *) *buckets;
	size_t bytes = cache->part_count * (size_t)count * sizeof(*buckets);

	bytes = (bytes + OS_HUGE_PAGE - 1) / OS_HUGE_PAGE * OS_HUGE_PAGE;
	cache->buckets = buckets = os_huge_alloc(bytes);
	cache->buckets_bytes = bytes;
	if (buckets == NULL)
		return false;
	for (uint32_t i = 0; i < cache->part_count; i++) {
		struct cache_part *part = &cache->parts[i];

		MUST(pthread_mutex_init(&part->lock, NULL) == 0);
		part->bucket_count = count;
		part->buckets = buckets + (size_t)i * count;
	}
	return true;
}

struct block_cache *
block_cache_new(size_t limit_bytes)
{
	struct block_cache *cache = aligned_alloc(ALIGNMENT, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	memset(cache, 0, sizeof(*cache));
	cache->part_count = 1;
	while (cache->part_count < PARTS_MAX &&
	    limit_bytes / cache->part_count >= 2 * PART_BYTES_MIN)
		cache->part_count *= 2;
	cache->part_limit_bytes = limit_bytes / cache->part_count;
	cache->memory = block_memory_new();
	if (cache->memory == NULL) {
		free(cache);
		return NULL;
	}
	atomic_init(&cache->next_key, 1);
	if (!take_buckets(cache)) {
		block_memory_free(cache->memory);
		free(cache);
		return NULL;
	}
	return cache;
}

/* Does the entry's block lie behind it? */
static bool
is_inline(const struct cache_entry *entry)
{
	return entry->block.data == (const char *)entry + ENTRY_BYTES;
}

/* Bytes of an entry with a block of `len` bytes behind it, or none. */
static size_t
memory_bytes(size_t len)
{
	return ENTRY_BYTES + (len + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
}

static void
entry_free(struct block_cache *cache, struct cache_entry *entry)
{
	union {
		const void *data;
		void *owned;
	} bytes = { .data = entry->block.data };
	size_t len = 0;

	if (is_inline(entry))
		len = entry->block.len;
	else
		block_memory_give(cache->memory, bytes.owned, entry->block.len);
	block_memory_give(cache->memory, entry, memory_bytes(len));
}

static struct cache_entry *
next_in_bucket(const struct cache_entry *entry)
{
	/* Relaxed: under the lock that is all that is needed. */
	return atomic_load_explicit(&entry->in_bucket, memory_order_relaxed);
}

void
block_cache_free(struct block_cache *cache)
{
	if (cache == NULL)
		return;
	for (uint32_t i = 0; i < cache->part_count; i++) {
		struct cache_part *part = &cache->parts[i];

		for (uint32_t b = 0; b < part->bucket_count; b++) {
			struct cache_entry *entry =
			    atomic_load_explicit(&part->buckets[b],
				memory_order_relaxed);

			while (entry != NULL) {
				struct cache_entry *next =
				    next_in_bucket(entry);

				MUST(atomic_load_explicit(&entry->pins,
					 memory_order_relaxed) == 0);
				entry_free(cache, entry);
				entry = next;
			}
		}
		pthread_mutex_destroy(&part->lock);
	}
	os_huge_free(cache->buckets, cache->buckets_bytes);
	block_memory_free(cache->memory);
	free(cache);
}

void *
block_cache_take_desk(struct block_cache *cache, size_t size)
{
	void *desk = block_memory_take(cache->memory, size);

	if (desk == NULL)
		return NULL;
	memset(desk, 0, size);
	/* A number for who watches. */
	atomic_fetch_add_explicit(&cache->desk_bytes, size,
	    memory_order_relaxed);
	return desk;
}

void
block_cache_give_desk(struct block_cache *cache, void *desk, size_t size)
{
	block_memory_give(cache->memory, desk, size);
	atomic_fetch_sub_explicit(&cache->desk_bytes, size,
	    memory_order_relaxed);
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

static uint32_t
part_number(const struct block_cache *cache, uint64_t hash)
{
	return (uint32_t)hash & (cache->part_count - 1);
}

static struct cache_part *
part_of(struct block_cache *cache, uint64_t file_key, uint64_t offset)
{
	return &cache->parts[part_number(cache, hash_of(file_key, offset))];
}

static _Atomic(struct cache_entry *) *
bucket_of(const struct cache_part *part, uint64_t hash)
{
	return &part->buckets[hash >> 32 & (part->bucket_count - 1)];
}

static struct cache_entry *
part_find(struct cache_part *part, uint64_t hash, uint64_t file_key,
    uint64_t offset)
{
	struct cache_entry *entry =
	    atomic_load_explicit(bucket_of(part, hash), memory_order_relaxed);

	while (entry != NULL &&
	    (entry->file_key != file_key || entry->offset != offset))
		entry = next_in_bucket(entry);
	return entry;
}

static size_t
entry_bytes(const struct cache_entry *entry)
{
	return entry->block.len + ENTRY_BYTES + ENTRY_OVERHEAD;
}

/* The bytes of a part; only its lock's holder calls it. */
static size_t
part_bytes(struct cache_part *part)
{
	return atomic_load_explicit(&part->bytes, memory_order_relaxed);
}

/* The entry that the hand is at. */
static void
part_remove(struct cache_part *part)
{
	struct cache_entry *entry = part->hand, *at;
	_Atomic(struct cache_entry *) *link =
	    bucket_of(part, hash_of(entry->file_key, entry->offset));

	while ((at = atomic_load_explicit(link, memory_order_relaxed)) != entry)
		link = &at->in_bucket;
	atomic_store_explicit(link, next_in_bucket(entry),
	    memory_order_relaxed);
	part->hand = entry->ring_next == entry ? NULL : entry->ring_next;
	part->behind_hand->ring_next = entry->ring_next;
	atomic_store_explicit(&part->bytes,
	    part_bytes(part) - entry_bytes(entry), memory_order_relaxed);
	part->entry_count--;
}

static void
part_insert(struct cache_part *part, struct cache_entry *entry)
{
	_Atomic(struct cache_entry *) *bucket =
	    bucket_of(part, hash_of(entry->file_key, entry->offset));

	atomic_store_explicit(&entry->in_bucket,
	    atomic_load_explicit(bucket, memory_order_relaxed),
	    memory_order_relaxed);
	atomic_store_explicit(bucket, entry, memory_order_relaxed);
	if (part->hand == NULL) {
		part->hand = entry->ring_next = entry;
	} else {
		/* Behind the hand: the last that it will come to. */
		entry->ring_next = part->hand;
		part->behind_hand->ring_next = entry;
	}
	part->behind_hand = entry;
	atomic_store_explicit(&part->bytes,
	    part_bytes(part) + entry_bytes(entry), memory_order_relaxed);
	part->entry_count++;
}

/* Has anybody asked for it since the last look? */
static bool
take_recent(struct cache_entry *entry)
{
	struct block_slot *slot = entry->slot;
	bool is_recent = entry->is_recent;

	entry->is_recent = false;
	if (slot == NULL ||
	    !atomic_load_explicit(&slot->is_recent, memory_order_relaxed))
		return is_recent;
	atomic_store_explicit(&slot->is_recent, false, memory_order_relaxed);
	return true;
}

/*
 * Whether a block may go as far as its slot is concerned, which then does not
 * know it any more.  Who enters a slot counts himself and looks for the data;
 * here the data goes and then the users are counted.  All four are in one
 * order, so that one of both sees the other (B4).
 */
static bool
slot_lets_go(struct cache_entry *entry)
{
	struct block_slot *slot = entry->slot;

	if (slot == NULL)
		return true;
	atomic_store_explicit(&slot->data, NULL, memory_order_seq_cst);
	if (atomic_load_explicit(&slot->users, memory_order_seq_cst) > 0) {
		atomic_store_explicit(&slot->data, entry->block.data,
		    memory_order_release);
		return false;
	}
	entry->slot = NULL;
	return true;
}

/*
 * CLOCK: take out entries that are not pinned and were not asked for since the
 * hand passed last, until the part is within its limit or two rounds found
 * nothing.  Keeps B3.  They are freed by the caller, without the lock.
 */
static struct cache_entry *
part_evict(struct block_cache *cache, struct cache_part *part)
{
	uint64_t steps = 2 * (uint64_t)part->entry_count;
	struct cache_entry *evicted = NULL;

	if (part_bytes(part) <= cache->part_limit_bytes)
		return NULL;
	/* Before users are counted: who leaves from now on looks himself. */
	atomic_store_explicit(&cache->has_been_full, true,
	    memory_order_seq_cst);
	while (part_bytes(part) > cache->part_limit_bytes &&
	    part->hand != NULL && steps-- > 0) {
		struct cache_entry *entry = part->hand;

		/* Acquire: after what the last user did with it. */
		if (atomic_load_explicit(&entry->pins, memory_order_acquire) >
			0 ||
		    take_recent(entry) || !slot_lets_go(entry)) {
			part->behind_hand = entry;
			part->hand = entry->ring_next;
			continue;
		}
		part_remove(part);
		part->evictions++;
		entry->ring_next = evicted;
		evicted = entry;
	}
	return evicted;
}

static void
free_evicted(struct block_cache *cache, struct cache_entry *entry)
{
	while (entry != NULL) {
		struct cache_entry *next = entry->ring_next;

		entry_free(cache, entry);
		entry = next;
	}
}

/* ---- reading ---- */

static int
check_ref(const struct block_file *file, const struct block_ref *ref,
    struct error *err)
{
	if (ref->offset > file->size_bytes ||
	    ref->len > file->size_bytes - ref->offset)
		return error_set(err, STELE_E_CORRUPT,
		    "invalid block in file \"%s\": %" PRIu32
		    " bytes at offset %" PRIu64 " lie outside of it",
		    file->file->path, ref->len, ref->offset);
	return 0;
}

/* Read the block of a ref that was checked, and check its bytes. */
static int
read_checked(const struct block_file *file, const struct block_ref *ref,
    uint8_t *data, struct error *err)
{
	int rc = os_pread_full(file->file, data, ref->len, ref->offset, err);

	if (rc == 0 &&
	    block_checksum(data, ref->len, file->identity, ref->offset) !=
		ref->checksum)
		rc = error_set(err, STELE_E_CORRUPT,
		    "checksum mismatch in file \"%s\": %" PRIu32
		    " bytes at offset %" PRIu64,
		    file->file->path, ref->len, ref->offset);
	return rc;
}

int
block_read(const struct block_file *file, const struct block_ref *ref,
    uint8_t **out, struct error *err)
{
	uint8_t *data;
	int rc = check_ref(file, ref, err);

	*out = NULL;
	if (rc != 0)
		return rc;
	data = aligned_alloc(ALIGNMENT,
	    ((size_t)ref->len + ALIGNMENT) / ALIGNMENT * ALIGNMENT);
	if (data == NULL)
		return error_no_memory(err);
	rc = read_checked(file, ref, data, err);
	if (rc != 0) {
		free(data);
		return rc;
	}
	*out = data;
	return 0;
}

/*
 * What a block is kept as: 0 as it was read, else the number of who decodes it.
 * An entry has room for no more than that.
 */
static uint8_t
form_of(struct block_cache *cache, block_decode_fn decode)
{
	uint8_t form = 0;
	block_decode_fn known = NULL;

	if (decode == NULL)
		return 0;
	do {
		MUST(form < DECODERS_MAX);
		known = NULL;
		/* Relaxed: nothing is read through it. */
		(void)atomic_compare_exchange_strong_explicit(
		    &cache->decoders[form], &known, decode,
		    memory_order_relaxed, memory_order_relaxed);
		form++;
	} while (known != NULL && known != decode);
	return form;
}

/* Is it what the ref leads to, for who decodes so? */
static bool
entry_fits(const struct cache_entry *entry, const struct block_ref *ref,
    uint8_t form)
{
	return entry->form == form &&
	    (form != 0 || entry->block.len == ref->len);
}

static int
two_blocks(const struct block_file *file, const struct block_ref *ref,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "invalid block in file \"%s\": two are at offset %" PRIu64,
	    file->file->path, ref->offset);
}

/* An entry with room for `len` bytes behind it, with one pin. */
static struct cache_entry *
entry_new(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, size_t len)
{
	uint8_t *memory = block_memory_take(cache->memory, memory_bytes(len));
	struct cache_entry *entry = (struct cache_entry *)(void *)memory;

	if (entry == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	entry->block = (struct block){ memory + ENTRY_BYTES, len };
	entry->file_key = file->cache_key;
	entry->offset = ref->offset;
	atomic_init(&entry->pins, 1);
	return entry;
}

static int
load_decoded(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, block_decode_fn decode,
    struct cache_entry *entry, struct error *err)
{
	void *decoded;
	uint8_t *data;
	int rc = block_read(file, ref, &data, err);

	if (rc != 0)
		return rc;
	rc = decode(data, ref->len, cache->memory, &decoded, &entry->block.len,
	    err);
	free(data);
	if (rc == 0)
		entry->block.data = decoded;
	else
		error_add_context(err,
		    "while reading file \"%s\" at offset %" PRIu64,
		    file->file->path, ref->offset);
	return rc;
}

static int
entry_load(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, block_decode_fn decode,
    struct cache_entry **out, struct error *err)
{
	size_t len = decode == NULL ? ref->len : 0;
	struct cache_entry *entry;
	int rc = check_ref(file, ref, err);

	*out = NULL;
	if (rc != 0)
		return rc;
	entry = entry_new(cache, file, ref, len);
	if (entry == NULL)
		return error_no_memory(err);
	if (decode == NULL)
		rc = read_checked(file, ref, (uint8_t *)entry + ENTRY_BYTES,
		    err);
	else
		rc = load_decoded(cache, file, ref, decode, entry, err);
	entry->form = form_of(cache, decode);
	if (rc != 0)
		block_memory_give(cache->memory, entry, memory_bytes(len));
	else
		*out = entry;
	return rc;
}

/* Of an entry under its part's lock. */
static void
entry_pin(struct cache_entry *entry)
{
	atomic_fetch_add_explicit(&entry->pins, 1, memory_order_relaxed);
}

static _Thread_local struct block_usage usage;

struct block_usage
block_usage(void)
{
	return usage;
}

int
block_cache_get(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, block_decode_fn decode,
    const struct block **out, uint64_t *bytes_read, struct error *err)
{
	uint64_t hash = hash_of(file->cache_key, ref->offset);
	struct cache_part *part = &cache->parts[part_number(cache, hash)];
	struct cache_entry *loaded = NULL, *entry, *evicted;
	int rc;

	*out = NULL;
	pthread_mutex_lock(&part->lock);
	entry = part_find(part, hash, file->cache_key, ref->offset);
	if (entry != NULL) {
		entry_pin(entry);
		entry->is_recent = true;
		part->hits++;
	} else {
		part->misses++;
	}
	pthread_mutex_unlock(&part->lock);
	if (entry != NULL) {
		usage.hits++;
		rc = haste_take(1, err);
		if (rc == 0 && !entry_fits(entry, ref, form_of(cache, decode)))
			rc = two_blocks(file, ref, err);
		if (rc != 0)
			block_cache_unpin(cache, &entry->block);
		else
			*out = &entry->block;
		return rc;
	}
	rc = haste_check_read(err);
	if (rc == 0)
		rc = entry_load(cache, file, ref, decode, &loaded, err);
	if (rc != 0)
		return rc;
	usage.reads++;
	*bytes_read += ref->len;
	pthread_mutex_lock(&part->lock);
	entry = part_find(part, hash, file->cache_key, ref->offset);
	if (entry == NULL) {
		entry = loaded;
		loaded = NULL;
		part_insert(part, entry);
	} else {
		entry_pin(entry); /* another thread was faster */
	}
	evicted = part_evict(cache, part);
	pthread_mutex_unlock(&part->lock);
	if (loaded != NULL)
		entry_free(cache, loaded);
	free_evicted(cache, evicted);
	if (!entry_fits(entry, ref, form_of(cache, decode))) {
		block_cache_unpin(cache, &entry->block);
		return two_blocks(file, ref, err);
	}
	*out = &entry->block;
	return 0;
}

void
block_cache_prefetch_entry(const struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref)
{
	uint64_t hash = hash_of(file->cache_key, ref->offset);

	__builtin_prefetch(
	    bucket_of(&cache->parts[part_number(cache, hash)], hash));
}

void
block_cache_prefetch_block(const struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref)
{
	uint64_t hash = hash_of(file->cache_key, ref->offset);
	/* Most often the first of the bucket; it is not looked at. */
	const char *entry = (const char *)atomic_load_explicit(
	    bucket_of(&cache->parts[part_number(cache, hash)], hash),
	    memory_order_relaxed);

	if (entry == NULL)
		return;
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + ALIGNMENT);
	__builtin_prefetch(entry + ENTRY_BYTES);
}

/* Somebody has let go what may have been too much. */
static void
make_room(struct block_cache *cache, struct cache_part *part)
{
	struct cache_entry *evicted;

	if (atomic_load_explicit(&part->bytes, memory_order_relaxed) <=
	    cache->part_limit_bytes)
		return;
	pthread_mutex_lock(&part->lock);
	evicted = part_evict(cache, part);
	pthread_mutex_unlock(&part->lock);
	free_evicted(cache, evicted);
}

void
block_cache_unpin(struct block_cache *cache, const struct block *block)
{
	struct cache_part *part;
	union {
		const struct block *block;
		struct cache_entry *entry;
	} held = { .block = block };

	if (block == NULL)
		return;
	part = part_of(cache, held.entry->file_key, held.entry->offset);
	/*
	 * Release: what was read of it is done before it may go (part_evict).
	 * The entry may be gone behind this; the part is not.
	 */
	if (atomic_fetch_sub_explicit(&held.entry->pins, 1,
		memory_order_release) == 1)
		make_room(cache, part);
}

/* ---- slots ---- */

static struct cache_part *
part_of_slot(struct block_cache *cache, uint64_t file_key,
    const struct block_slot *slot)
{
	/* Relaxed: it is always the same, and known to who was inside. */
	return part_of(cache, file_key,
	    atomic_load_explicit(&slot->offset, memory_order_relaxed));
}

int
block_slot_enter(struct block_slot *slot, const void **out, struct error *err)
{
	/* As slot_lets_go() says. */
	atomic_fetch_add_explicit(&slot->users, 1, memory_order_seq_cst);
	*out = atomic_load_explicit(&slot->data, memory_order_seq_cst);
	if (*out != NULL && haste_take(1, err) == 0) {
		if (!atomic_load_explicit(&slot->is_recent,
			memory_order_relaxed))
			atomic_store_explicit(&slot->is_recent, true,
			    memory_order_relaxed);
		usage.hits++;
		usage.entered++;
		return 0;
	}
	atomic_fetch_sub_explicit(&slot->users, 1, memory_order_seq_cst);
	if (*out == NULL)
		return 0;
	*out = NULL;
	return err->code;
}

/*
 * The slot knows a block, which is pinned, from now on, and is entered; false if
 * another slot does.
 */
static bool
slot_fill(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, const struct block *block,
    struct block_slot *slot)
{
	struct cache_part *part = part_of(cache, file->cache_key, ref->offset);
	union {
		const struct block *block;
		struct cache_entry *entry;
	} held = { .block = block };

	bool is_ours;

	pthread_mutex_lock(&part->lock);
	is_ours = held.entry->slot == NULL || held.entry->slot == slot;
	if (is_ours) {
		atomic_fetch_add_explicit(&slot->users, 1,
		    memory_order_relaxed);
		held.entry->slot = slot;
		atomic_store_explicit(&slot->offset, ref->offset,
		    memory_order_relaxed);
		atomic_store_explicit(&slot->data, block->data,
		    memory_order_release);
	}
	pthread_mutex_unlock(&part->lock);
	return is_ours;
}

int
block_cache_enter(struct block_cache *cache, const struct block_file *file,
    const struct block_ref *ref, block_decode_fn decode,
    struct block_slot *slot, const void **out, uint64_t *bytes_read,
    struct error *err)
{
	const struct block *block;
	int rc = block_slot_enter(slot, out, err);

	if (rc != 0 || *out != NULL)
		return rc;
	rc = block_cache_get(cache, file, ref, decode, &block, bytes_read, err);
	if (rc != 0)
		return rc;
	if (slot_fill(cache, file, ref, block, slot))
		*out = block->data;
	else
		rc = two_blocks(file, ref, err);
	block_cache_unpin(cache, block);
	return rc;
}

void
block_cache_leave(struct block_cache *cache, uint64_t file_key,
    struct block_slot *slot)
{
	/* Release too: what was read of it is done before it may go. */
	if (atomic_fetch_sub_explicit(&slot->users, 1, memory_order_seq_cst) ==
		1 &&
	    atomic_load_explicit(&cache->has_been_full, memory_order_seq_cst))
		make_room(cache, part_of_slot(cache, file_key, slot));
}

void
block_cache_forget(struct block_cache *cache, uint64_t file_key,
    struct block_slot *slot)
{
	uint64_t offset =
	    atomic_load_explicit(&slot->offset, memory_order_relaxed);
	uint64_t hash = hash_of(file_key, offset);
	struct cache_part *part = &cache->parts[part_number(cache, hash)];
	struct cache_entry *entry;

	if (offset == 0) /* where a file has its header, and no block */
		return;
	pthread_mutex_lock(&part->lock);
	entry = part_find(part, hash, file_key, offset);
	if (entry != NULL && entry->slot == slot)
		entry->slot = NULL;
	pthread_mutex_unlock(&part->lock);
}

void
block_cache_count_entered(struct block_cache *cache, uint64_t count)
{
	/* A number for those who watch: no order with other memory. */
	atomic_fetch_add_explicit(&cache->entered, count, memory_order_relaxed);
}

struct block_cache_stats
block_cache_stats(struct block_cache *cache)
{
	struct block_cache_stats stats = {
		.hits =
		    atomic_load_explicit(&cache->entered, memory_order_relaxed),
		.desk_bytes = atomic_load_explicit(&cache->desk_bytes,
		    memory_order_relaxed),
	};

	for (uint32_t i = 0; i < cache->part_count; i++) {
		struct cache_part *part = &cache->parts[i];

		pthread_mutex_lock(&part->lock);
		stats.hits += part->hits;
		stats.misses += part->misses;
		stats.evictions += part->evictions;
		stats.bytes += part_bytes(part);
		pthread_mutex_unlock(&part->lock);
	}
	return stats;
}
