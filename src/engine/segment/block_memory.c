/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/block_memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/must.h"
#include "os/memory.h"
#include "os/thread.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define FORBID(block, size) ASAN_POISON_MEMORY_REGION((block), (size))
#define PERMIT(block, size) ASAN_UNPOISON_MEMORY_REGION((block), (size))
#else
#define FORBID(block, size) ((void)(block), (void)(size))
#define PERMIT(block, size) ((void)(block), (void)(size))
#endif

#define ALIGNMENT    64
#define UNIT_BYTES   512
#define UNITS        (OS_HUGE_PAGE / UNIT_BYTES)
#define WORDS        (UNITS / 64)
#define LARGEST      (OS_HUGE_PAGE / 8)
#define EXTENTS_MORE 64 /* room for extents grows by half and as many */

/* At the beginning of each extent, in its first units. */
struct extent_head {
	uint64_t words[WORDS]; /* a bit a unit, 1 is used */
	uint32_t place;        /* among the extents */
};

#define HEAD_UNITS ((sizeof(struct extent_head) + UNIT_BYTES - 1) / UNIT_BYTES)

struct extent {
	struct extent_head *head; /* NULL: there is none at this place */
	uint32_t used;            /* units */
	uint32_t fits;            /* no run is longer: a bound */
};

struct block_memory {
	pthread_mutex_t lock;
	struct extent *extents; /* owned */
	uint32_t count;         /* places */
	uint32_t capacity;
	uint32_t first; /* none before it has a free unit: a bound */
	uint32_t live;  /* extents */
	bool has_empty; /* one of them */
};

struct block_memory *
block_memory_new(void)
{
	struct block_memory *memory = calloc(1, sizeof(*memory));

	if (memory != NULL)
		MUST(pthread_mutex_init(&memory->lock, NULL) == 0);
	return memory;
}

static void
extent_free(struct block_memory *memory, struct extent *extent)
{
	PERMIT(extent->head, OS_HUGE_PAGE);
	os_huge_free(extent->head, OS_HUGE_PAGE);
	*extent = (struct extent){ .head = NULL };
	memory->live--;
}

void
block_memory_free(struct block_memory *memory)
{
	if (memory == NULL)
		return;
	for (uint32_t i = 0; i < memory->count; i++) {
		if (memory->extents[i].head == NULL)
			continue;
		MUST(memory->extents[i].used == HEAD_UNITS);
		extent_free(memory, &memory->extents[i]);
	}
	free(memory->extents);
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

/* ---- runs ---- */

/* Units from `at` on that are, or are not, used; up to the end of its word. */
static uint32_t
same_in_word(const struct extent *extent, uint32_t at, bool is_used)
{
	uint64_t word = extent->head->words[at / 64];
	uint64_t others = (is_used ? ~word : word) >> (at % 64);
	uint32_t left = 64 - at % 64;

	return others == 0 ? left : (uint32_t)__builtin_ctzll(others);
}

/* The first run of so many free units; else UNITS, and extent->fits is known. */
static uint32_t
find_run(struct extent *extent, uint32_t units)
{
	uint32_t longest = 0, at = 0, length = 0;

	while (at < UNITS) {
		uint32_t n = same_in_word(extent, at, false);

		at += n;
		length += n;
		if (length >= units)
			return at - length;
		if (at % 64 == 0 && n > 0)
			continue; /* it may go on in the next word */
		longest = length > longest ? length : longest;
		length = 0;
		at += same_in_word(extent, at, true);
	}
	extent->fits = length > longest ? length : longest;
	return UNITS;
}

/* Free units around `at`, one of a free run, which become its first. */
static uint32_t
free_around(const struct extent *extent, uint32_t *at)
{
	uint32_t first = *at, limit = *at;

	while (limit < UNITS) {
		uint32_t n = same_in_word(extent, limit, false);

		limit += n;
		if (n == 0 || limit % 64 != 0)
			break;
	}
	while (first > 0) { /* the head is used */
		uint64_t below = extent->head->words[(first - 1) / 64]
		    << (63 - (first - 1) % 64);
		uint32_t n = below == 0 ? (first - 1) % 64 + 1
					: (uint32_t)__builtin_clzll(below);

		first -= n;
		if (n == 0 || first % 64 != 0)
			break;
	}
	*at = first;
	return limit - first;
}

static void
mark(struct extent *extent, uint32_t first, uint32_t units, bool is_used)
{
	uint32_t limit = first + units;

	extent->used += is_used ? units : 0;
	extent->used -= is_used ? 0 : units;
	while (first < limit) {
		uint32_t n = 64 - first % 64;
		uint64_t bits;

		n = n < limit - first ? n : limit - first;
		bits = (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1)
		    << (first % 64);
		assert((extent->head->words[first / 64] & bits) ==
		    (is_used ? 0 : bits));
		extent->head->words[first / 64] ^= bits;
		first += n;
	}
}

static void *
take_from(struct block_memory *memory, struct extent *extent, uint32_t units)
{
	uint32_t first;

	if (extent->head == NULL || extent->fits < units)
		return NULL;
	first = find_run(extent, units);
	if (first == UNITS)
		return NULL;
	if (extent->used == HEAD_UNITS)
		memory->has_empty = false;
	mark(extent, first, units, true);
	return (char *)extent->head + (size_t)first * UNIT_BYTES;
}

/* ---- extents ---- */

/* A place for one more; NULL without memory. */
static struct extent *
free_place(struct block_memory *memory)
{
	uint32_t i = 0;

	while (i < memory->count && memory->extents[i].head != NULL)
		i++;
	if (i == memory->capacity) {
		uint32_t capacity = i + i / 2 + EXTENTS_MORE;
		struct extent *extents =
		    realloc(memory->extents, capacity * sizeof(*extents));

		if (extents == NULL)
			return NULL;
		memory->extents = extents;
		memory->capacity = capacity;
	}
	if (i == memory->count)
		memory->extents[memory->count++] =
		    (struct extent){ .head = NULL };
	memory->first = i < memory->first ? i : memory->first;
	return &memory->extents[i];
}

static struct extent *
add_extent(struct block_memory *memory)
{
	struct extent *extent = free_place(memory);

	if (extent == NULL)
		return NULL;
	extent->head = os_huge_alloc(OS_HUGE_PAGE);
	if (extent->head == NULL)
		return NULL;
	FORBID((char *)extent->head + HEAD_UNITS * UNIT_BYTES,
	    OS_HUGE_PAGE - HEAD_UNITS * UNIT_BYTES);
	extent->head->place = (uint32_t)(extent - memory->extents);
	mark(extent, 0, HEAD_UNITS, true); /* all else is zero */
	extent->fits = UNITS - HEAD_UNITS;
	memory->live++;
	return extent;
}

/* Extents before the first that have no free unit are not looked at again. */
static void *
take_run(struct block_memory *memory, uint32_t units)
{
	struct extent *extent;

	while (memory->first < memory->count &&
	    memory->extents[memory->first].used == UNITS)
		memory->first++;
	for (uint32_t i = memory->first; i < memory->count; i++) {
		void *block = take_from(memory, &memory->extents[i], units);

		if (block != NULL)
			return block;
	}
	extent = add_extent(memory);
	return extent == NULL ? NULL : take_from(memory, extent, units);
}

static uint32_t
units_of(size_t size)
{
	return size == 0 ? 1 : (uint32_t)((size + UNIT_BYTES - 1) / UNIT_BYTES);
}

void *
block_memory_take(struct block_memory *memory, size_t size)
{
	void *block;

	if (memory == NULL)
		return malloc(size + (size == 0)); /* not a byte more */
	if (size > LARGEST)
		return aligned_alloc(ALIGNMENT,
		    (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
	pthread_mutex_lock(&memory->lock);
	block = take_run(memory, units_of(size));
	pthread_mutex_unlock(&memory->lock);
	if (block != NULL)
		PERMIT(block, size);
	return block;
}

/* One empty extent stays: another would soon be needed. */
static void
give_run(struct block_memory *memory, char *block, uint32_t units)
{
	size_t at = (uintptr_t)block % OS_HUGE_PAGE;
	const struct extent_head *head = (void *)(block - at);
	uint32_t place = head->place, first = (uint32_t)(at / UNIT_BYTES), run;
	struct extent *extent = &memory->extents[place];

	MUST(place < memory->count && extent->head == head);
	mark(extent, first, units, false);
	run = free_around(extent, &first);
	extent->fits = run > extent->fits ? run : extent->fits;
	memory->first = place < memory->first ? place : memory->first;
	if (extent->used > HEAD_UNITS)
		return;
	if (memory->has_empty)
		extent_free(memory, extent);
	else
		memory->has_empty = true;
}

void
block_memory_give(struct block_memory *memory, void *block, size_t size)
{
	if (memory == NULL || size > LARGEST) {
		free(block);
		return;
	}
	FORBID(block, units_of(size) * (size_t)UNIT_BYTES);
	pthread_mutex_lock(&memory->lock);
	give_run(memory, block, units_of(size));
	pthread_mutex_unlock(&memory->lock);
}

size_t
block_memory_bytes(struct block_memory *memory)
{
	size_t bytes;

	pthread_mutex_lock(&memory->lock);
	bytes = (size_t)memory->live * OS_HUGE_PAGE;
	pthread_mutex_unlock(&memory->lock);
	return bytes;
}
