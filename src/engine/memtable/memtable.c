/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/memtable/memtable_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/append/row_format.h"
#include "engine/catalog/catalog.h"
#include "os/memory.h"

#define CHUNK_ROWS_FIRST 64u /* of a type; then twice as many, up to the most */
#define SLAB_SIZE_MIN    ((size_t)64 << 10)
#define SLAB_SIZE_MAX    (4 * OS_LARGE_BLOCK_SIZE) /* goes back when freed */
#define CONTEXT_BYTES    256u /* of data per bucket of the hash, expected */
#define CONTEXT_ROOM_MIN 1024u
#define CONTEXT_ROOM_MAX (1u << 20)

static uint32_t
context_room(size_t size_bytes)
{
	uint32_t room = CONTEXT_ROOM_MIN;

	while (room < CONTEXT_ROOM_MAX &&
	    (size_t)room * CONTEXT_BYTES < size_bytes)
		room *= 2;
	return room;
}

struct memtable *
memtable_new(uint64_t hash_seed, size_t size_bytes)
{
	uint32_t room = context_room(size_bytes);
	struct memtable *memtable =
	    calloc(1, sizeof(*memtable) + room * sizeof(memtable->contexts[0]));

	if (memtable == NULL)
		return NULL;
	atomic_init(&memtable->refs, 1);
	atomic_init(&memtable->time_max, INT64_MIN);
	memtable->hash_seed = hash_seed;
	memtable->context_mask = room - 1;
	return memtable;
}

struct memtable *
memtable_ref(struct memtable *memtable)
{
	atomic_fetch_add_explicit(&memtable->refs, 1, memory_order_relaxed);
	return memtable;
}

void
memtable_unref(struct memtable *memtable)
{
	if (memtable == NULL ||
	    atomic_fetch_sub_explicit(&memtable->refs, 1,
		memory_order_acq_rel) != 1)
		return;
	while (memtable->slab != NULL) {
		struct mem_slab *older = memtable->slab->older;

		free(memtable->slab);
		memtable->slab = older;
	}
	free(memtable);
}

/* ---- memory of the generation ---- */

/* Another slab, with room for `size` bytes: twice as large, up to the most. */
static struct mem_slab *
add_slab(struct memtable *memtable, size_t size)
{
	struct mem_slab *newest = memtable->slab;
	size_t room = SLAB_SIZE_MIN;
	struct mem_slab *slab;

	if (newest != NULL)
		room = newest->size < SLAB_SIZE_MAX / 2 ? newest->size * 2
							: SLAB_SIZE_MAX;
	if (room < size)
		room = size;
	slab = malloc(sizeof(*slab) + room);
	if (slab == NULL)
		return NULL;
	*slab = (struct mem_slab){ .older = newest, .size = room };
	memtable->slab = slab;
	return slab;
}

/* Where a piece so aligned may begin, from the slab's `used` on. */
static size_t
aligned_offset(const struct mem_slab *slab, size_t align)
{
	uintptr_t next = (uintptr_t)slab->data + slab->used;

	return slab->used + (size_t)(-next & (align - 1));
}

void *
memtable_alloc(struct memtable *memtable, size_t size, size_t align)
{
	struct mem_slab *slab = memtable->slab;
	size_t at = 0;

	if (slab != NULL)
		at = aligned_offset(slab, align);
	if (slab == NULL || at > slab->size || size > slab->size - at) {
		slab = add_slab(memtable, size + align);
		if (slab == NULL)
			return NULL;
		at = aligned_offset(slab, align);
	}
	slab->used = at + size;
	memtable->bytes += size;
	return slab->data + at;
}

/* Bytes of one array of a chunk, kept aligned. */
static size_t
array_size(size_t count, size_t size)
{
	return (count * size + 15) & ~(size_t)15;
}

static size_t
chunk_size(const struct event_type *type, uint32_t field_count, uint32_t rows)
{
	size_t size = array_size(1, sizeof(struct mem_chunk)) +
	    array_size(field_count, sizeof(struct mem_column)) +
	    array_size(rows, sizeof(struct str)) +
	    2 * array_size(rows, sizeof(int64_t)) +
	    array_size(rows, sizeof(mem_ref));

	for (uint32_t i = 0; i < field_count; i++)
		size +=
		    array_size(rows, phys_size(field_phys(&type->fields[i]))) +
		    array_size(rows, 1);
	return size;
}

/* The next piece of a chunk's memory. */
static void *
take_array(char **at, size_t count, size_t size)
{
	void *array = *at;

	*at += array_size(count, size);
	return array;
}

static struct mem_chunk *
chunk_new(struct memtable *memtable, const struct event_type *type,
    const struct rows *rows, uint32_t capacity)
{
	uint32_t field_count = rows->field_count;
	size_t size = chunk_size(type, field_count, capacity);
	struct mem_chunk *chunk =
	    memtable_alloc(memtable, size, MEM_CHUNK_ROWS);
	char *at = (char *)chunk;

	if (chunk == NULL)
		return NULL;
	(void)take_array(&at, 1, sizeof(*chunk));
	atomic_init(&chunk->next, NULL);
	chunk->type_oid = type->oid;
	chunk->version = rows->version;
	chunk->field_count = field_count;
	chunk->capacity = capacity;
	atomic_init(&chunk->count, 0);
	chunk->columns =
	    take_array(&at, field_count, sizeof(struct mem_column));
	chunk->contexts = take_array(&at, capacity, sizeof(struct str));
	chunk->timestamps = take_array(&at, capacity, sizeof(int64_t));
	chunk->event_ids = take_array(&at, capacity, sizeof(int64_t));
	chunk->previous = take_array(&at, capacity, sizeof(mem_ref));
	for (uint32_t i = 0; i < field_count; i++) {
		struct mem_column *column = &chunk->columns[i];

		column->phys = field_phys(&type->fields[i]);
		atomic_init(&column->has_null, false);
		column->data =
		    take_array(&at, capacity, phys_size(column->phys));
		column->nulls = take_array(&at, capacity, 1);
	}
	return chunk;
}

/* ---- types ---- */

const struct mem_type *
memtable_type(const struct memtable *memtable, uint32_t type_oid)
{
	/* Pairs with the release in memtable_need_type(). */
	const struct mem_type *type =
	    atomic_load_explicit(&memtable->types[type_oid % TYPE_BUCKETS],
		memory_order_acquire);

	while (type != NULL && type->type_oid != type_oid)
		type = type->next;
	return type;
}

uint64_t
memtable_type_rows(const struct memtable *memtable, uint32_t type_oid)
{
	const struct mem_type *type = memtable_type(memtable, type_oid);
	const struct mem_chunk *chunk =
	    type == NULL ? NULL : mem_type_first(type);
	uint64_t rows = 0;

	for (; chunk != NULL; chunk = mem_chunk_next(chunk))
		rows += mem_chunk_count(chunk);
	return rows;
}

struct mem_type *
memtable_need_type(struct memtable *memtable, uint32_t type_oid)
{
	_Atomic(struct mem_type *) *bucket =
	    &memtable->types[type_oid % TYPE_BUCKETS];
	struct mem_type *head =
	    atomic_load_explicit(bucket, memory_order_relaxed);
	struct mem_type *type = head;

	while (type != NULL && type->type_oid != type_oid)
		type = type->next;
	if (type != NULL)
		return type;
	type =
	    memtable_alloc(memtable, sizeof(*type), _Alignof(struct mem_type));
	if (type == NULL)
		return NULL;
	*type = (struct mem_type){ .next = head, .type_oid = type_oid };
	memtable->type_count++;
	atomic_store_explicit(bucket, type, memory_order_release);
	return type;
}

static int
compare_types(const void *a, const void *b)
{
	const struct mem_type *const *left = a;
	const struct mem_type *const *right = b;

	return ((*left)->type_oid > (*right)->type_oid) -
	    ((*left)->type_oid < (*right)->type_oid);
}

const struct mem_type **
memtable_types(const struct memtable *memtable, uint32_t *count)
{
	const struct mem_type **types =
	    calloc((size_t)memtable->type_count + 1, sizeof(*types));

	*count = 0;
	if (types == NULL)
		return NULL;
	for (uint32_t i = 0; i < TYPE_BUCKETS; i++) {
		const struct mem_type *type =
		    atomic_load_explicit(&memtable->types[i],
			memory_order_acquire);

		for (; type != NULL; type = type->next)
			types[(*count)++] = type;
	}
	qsort(types, *count, sizeof(types[0]), compare_types);
	return types;
}

/* One more chunk for at least `count` rows; later ones hold more. */
static struct mem_chunk *
add_chunk(struct memtable *memtable, struct mem_type *mem_type,
    const struct event_type *type, const struct rows *rows, uint32_t count)
{
	struct mem_chunk *last = mem_type->last;
	uint32_t capacity = CHUNK_ROWS_FIRST;
	struct mem_chunk *chunk;

	if (last != NULL && last->version == rows->version)
		capacity = last->capacity * 2;
	if (capacity < count)
		capacity = count;
	if (capacity > MEM_CHUNK_ROWS)
		capacity = MEM_CHUNK_ROWS;
	chunk = chunk_new(memtable, type, rows, capacity);
	if (chunk == NULL)
		return NULL;
	/* T2: pairs with mem_type_first() and mem_chunk_next(). */
	atomic_store_explicit(last == NULL ? &mem_type->first : &last->next,
	    chunk, memory_order_release);
	mem_type->last = chunk;
	return chunk;
}

uint32_t
memtable_places(struct memtable *memtable, struct mem_type *mem_type,
    const struct event_type *type, const struct rows *rows, uint32_t count,
    struct mem_place places[MEM_PLACES_MAX])
{
	struct mem_chunk *chunk = mem_type->last;
	uint32_t place_count = 0, used, room;

	if (chunk != NULL && chunk->version == rows->version) {
		used =
		    atomic_load_explicit(&chunk->count, memory_order_relaxed);
		room = chunk->capacity - used;
		if (room > count)
			room = count;
		if (room > 0)
			places[place_count++] =
			    (struct mem_place){ chunk, used, room };
		count -= room;
	}
	if (count == 0)
		return place_count;
	chunk = add_chunk(memtable, mem_type, type, rows, count);
	if (chunk == NULL)
		return 0;
	places[place_count++] = (struct mem_place){ chunk, 0, count };
	return place_count;
}

/* ---- reading ---- */

size_t
memtable_bytes(const struct memtable *memtable)
{
	return memtable->bytes;
}

uint64_t
memtable_row_count(const struct memtable *memtable)
{
	return memtable->row_count;
}

void
memtable_set_flushed(struct memtable *memtable)
{
	memtable->is_flushed = true;
}

size_t
memtable_mark_kept(struct memtable *memtable, uint64_t mark)
{
	if (!memtable->is_flushed || memtable->kept_mark == mark)
		return 0;
	memtable->kept_mark = mark;
	return memtable->bytes;
}

int64_t
memtable_time_max(const struct memtable *memtable)
{
	return atomic_load_explicit(&memtable->time_max, memory_order_relaxed);
}

uint64_t
memtable_first_event_id(const struct memtable *memtable)
{
	return memtable->first_event_id;
}

uint64_t
memtable_last_event_id(const struct memtable *memtable)
{
	return memtable->last_event_id;
}

uint32_t
mem_chunk_count_upto(const struct mem_chunk *chunk, uint64_t last)
{
	uint32_t low = 0, high = mem_chunk_count(chunk);

	if (high > 0 && (uint64_t)chunk->event_ids[high - 1] <= last)
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if ((uint64_t)chunk->event_ids[middle] <= last)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
