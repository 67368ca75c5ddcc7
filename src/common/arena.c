/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks form a list, newest first.  The first is CHUNK_SIZE_MIN and each next
 * one is twice as large, until one is larger than CHUNK_SIZE_MAX; a larger
 * request has a chunk of its own.  Those largest ones, which nearly all the memory
 * of a large statement is in, are to go back to the kernel when they are freed:
 * os/memory.h has a word on what they must not be smaller than.
 *
 * arena_alloc() overdraws a budget that is used up, whatever the size: a
 * statement goes past its limit by what it asks for until it looks at
 * arena_check(), which is little more than a batch where sizes are ours, and no
 * more than a statement's text makes of itself in the planner.  To end the
 * process for one statement's sake would cost all others theirs.  The reserve,
 * one static block for the whole process, is for the time when malloc itself has
 * nothing; then a large request has no answer.
 */
#include "common/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/must.h"

#if defined(__has_feature) /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define ARENA_IS_CHECKED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_IS_CHECKED
#endif

#ifdef ARENA_IS_CHECKED
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define GAP            16 /* behind each allocation: who writes there is seen */
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define GAP            0
#endif

#define ALIGN          16
#define GROW_MIN       4   /* items */
#define CHUNK_SIZE_MIN 992 /* with its head: what malloc() has at hand */
#define CHUNK_SIZE_MAX (1024 * 1024)
#define SHARE_GRAIN    ((size_t)1 << 20) /* of a budget in its total */
#define RESERVE_SIZE   (4 * 1024 * 1024)
#define RESERVE_PIECE  (64 * 1024) /* the most one refused request may take */

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of data[] */
	size_t used;
	_Alignas(ALIGN) unsigned char data[];
};

/*
 * Refused requests are served from here, round and round: their statement is
 * already lost, what is written is never read as a result.
 */
static _Alignas(ALIGN) unsigned char reserve[RESERVE_SIZE];
static atomic_size_t reserve_next;

void
arena_init(struct arena *arena, struct mem_budget *budget)
{
	*arena = (struct arena){
		.budget = budget,
		.chunk_size_bytes = CHUNK_SIZE_MIN,
	};
}

/* What a budget of `used` bytes is charged for in the total. */
static size_t
share_of(size_t used)
{
	if (used <= MEM_BUDGET_FREE_BYTES)
		return 0;
	return (used + SHARE_GRAIN - 1) / SHARE_GRAIN * SHARE_GRAIN;
}

/* Charge the total for `share` bytes, if that is more than before. */
static bool
raise_share(struct mem_budget *budget, size_t share)
{
	size_t shared =
	    atomic_load_explicit(&budget->shared_bytes, memory_order_relaxed);

	while (shared < share) {
		if (!atomic_compare_exchange_weak_explicit(
			&budget->shared_bytes, &shared, share,
			memory_order_relaxed, memory_order_relaxed))
			continue;
		if (mem_budget_take(budget->total, share - shared))
			return true;
		atomic_fetch_sub_explicit(&budget->shared_bytes, share - shared,
		    memory_order_relaxed);
		return false;
	}
	return true;
}

/* Give back what is more than `share`, but for a grain, which may be wanted. */
static void
lower_share(struct mem_budget *budget, size_t share)
{
	size_t shared =
	    atomic_load_explicit(&budget->shared_bytes, memory_order_relaxed);

	while (shared > share && (share == 0 || shared - share > SHARE_GRAIN)) {
		if (!atomic_compare_exchange_weak_explicit(
			&budget->shared_bytes, &shared, share,
			memory_order_relaxed, memory_order_relaxed))
			continue;
		mem_budget_give(budget->total, shared - share);
		return;
	}
}

void
mem_budget_give(struct mem_budget *budget, size_t size)
{
	size_t before;

	if (budget == NULL)
		return;
	before = atomic_fetch_sub_explicit(&budget->used_bytes, size,
	    memory_order_relaxed);
	if (budget->total != NULL)
		lower_share(budget, share_of(before - size));
}

bool
mem_budget_take(struct mem_budget *budget, size_t size)
{
	size_t before;

	if (budget == NULL)
		return true;
	before = atomic_fetch_add_explicit(&budget->used_bytes, size,
	    memory_order_relaxed);
	if ((budget->limit_bytes == 0 ||
		(size <= budget->limit_bytes &&
		    before <= budget->limit_bytes - size)) &&
	    (budget->total == NULL ||
		raise_share(budget, share_of(before + size))))
		return true;
	mem_budget_give(budget, size);
	return false;
}

static void
chunk_free(struct arena *arena, struct arena_chunk *chunk)
{
	size_t size = sizeof(*chunk) + chunk->size;

	mem_budget_give(arena->budget, size);
	arena->used_bytes -= size;
	UNPOISON(chunk->data, chunk->size);
	free(chunk);
}

/*
 * Start a chunk with room for at least `size` bytes, or return NULL.  If the
 * budget may be overdrawn only malloc can fail.
 */
static struct arena_chunk *
chunk_new(struct arena *arena, size_t size, bool may_overdraw)
{
	struct arena_chunk *chunk;
	size_t room = may_overdraw ? CHUNK_SIZE_MIN : arena->chunk_size_bytes;

	if (size > SIZE_MAX - sizeof(*chunk))
		return NULL;
	if (room < size)
		room = size;
	if (!mem_budget_take(arena->budget, sizeof(*chunk) + room)) {
		if (!may_overdraw)
			return NULL;
		atomic_fetch_add_explicit(&arena->budget->used_bytes,
		    sizeof(*chunk) + room, memory_order_relaxed);
	}
	chunk = malloc(sizeof(*chunk) + room);
	if (chunk == NULL) {
		mem_budget_give(arena->budget, sizeof(*chunk) + room);
		return NULL;
	}
	*chunk = (struct arena_chunk){ .older = arena->head, .size = room };
	POISON(chunk->data, room);
	arena->head = chunk;
	arena->used_bytes += sizeof(*chunk) + room;
	if (arena->chunk_size_bytes < CHUNK_SIZE_MAX)
		arena->chunk_size_bytes *= 2;
	return chunk;
}

static void *
alloc(struct arena *arena, size_t size, bool may_overdraw)
{
	struct arena_chunk *chunk = arena->head;
	size_t rounded = ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1)) + GAP;
	unsigned char *bytes;

	if (rounded < size)
		return NULL;
	if (chunk == NULL || rounded > chunk->size - chunk->used) {
		chunk = chunk_new(arena, rounded, may_overdraw);
		if (chunk == NULL)
			return NULL;
	}
	bytes = chunk->data + chunk->used;
	chunk->used += rounded;
	UNPOISON(bytes, size);
	return bytes;
}

void *
arena_try_alloc(struct arena *arena, size_t size)
{
	return alloc(arena, size, false);
}

void *
arena_try_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_try_alloc(arena, bytes);
}

/* A piece of the reserve for a request that was refused. */
static void *
reserve_alloc(struct arena *arena, size_t size)
{
	size_t at;

	arena->failed = true;
	MUST(size <= RESERVE_PIECE); /* what may be larger can be refused */
	at = atomic_fetch_add_explicit(&reserve_next, RESERVE_PIECE,
	    memory_order_relaxed);
	return reserve + at % RESERVE_SIZE;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *bytes = alloc(arena, size, false);

	if (bytes == NULL) {
		arena->failed = true;
		bytes = alloc(arena, size, true);
	}
	return bytes != NULL ? bytes : reserve_alloc(arena, size);
}

void *
arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *
arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX;
	return arena_alloc(arena, bytes);
}

void *
arena_grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity,
    size_t size)
{
	void *larger;

	if (count < *capacity)
		return items;
	MUST(*capacity <= UINT32_MAX / 2);
	*capacity = *capacity == 0 ? GROW_MIN : 2 * *capacity;
	larger = arena_alloc_array(arena, *capacity, size);
	if (count > 0)
		memcpy(larger, items, count * size);
	return larger;
}

int
arena_check(const struct arena *arena, struct error *err)
{
	if (!arena->failed)
		return 0;
	return error_no_memory(err);
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	return (struct arena_mark){
		.head = arena->head,
		.chunk_used = arena->head == NULL ? 0 : arena->head->used,
	};
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->head != mark.head) {
		struct arena_chunk *newest = arena->head;

		assert(newest != NULL);
		arena->head = newest->older;
		chunk_free(arena, newest);
	}
	if (arena->head != NULL) {
		assert(mark.chunk_used <= arena->head->used);
		arena->head->used = mark.chunk_used;
		POISON(arena->head->data + mark.chunk_used,
		    arena->head->size - mark.chunk_used);
	}
}

void
arena_release(struct arena *arena)
{
	arena_rewind(arena, (struct arena_mark){ .head = NULL });
	arena_init(arena, arena->budget);
}

void
arena_reset(struct arena *arena)
{
	struct arena_chunk *kept = arena->head;

	arena->failed = false;
	if (kept == NULL)
		return;
	while (kept->older != NULL) {
		struct arena_chunk *older = kept->older;

		kept->older = older->older;
		chunk_free(arena, older);
	}
	if (kept->size > CHUNK_SIZE_MAX) { /* one huge request: do not keep */
		arena_release(arena);
		return;
	}
	kept->used = 0;
	POISON(kept->data, kept->size);
}

struct str
arena_str(struct arena *arena, struct str s)
{
	char *copy = arena_try_alloc(arena, s.len + 1);

	if (copy == NULL) {
		arena->failed = true;
		return STR("");
	}
	if (s.len > 0)
		memcpy(copy, s.data, s.len);
	copy[s.len] = '\0';
	return str_of(copy, s.len);
}

struct str
arena_printf(struct arena *arena, const char *fmt, ...)
{
	char small[256];
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (len < 0)
		return STR("");
	if ((size_t)len < sizeof(small))
		return arena_str(arena, str_of(small, (size_t)len));
	text = arena_try_alloc(arena, (size_t)len + 1);
	if (text == NULL) {
		arena->failed = true;
		return STR("");
	}
	va_start(ap, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return str_of(text, (size_t)len);
}
