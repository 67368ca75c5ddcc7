/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem_context.c -- from a context's name to its newest row.
 *
 * A hash of fixed size, whose buckets and contexts are mostly not in the
 * processor's caches: names are looked up in groups, and memory is asked for a
 * step before it is needed.
 */
#include <string.h>

#include "common/hash.h"
#include "engine/memtable/memtable_private.h"

#define GROUP_SIZE 32u

static struct mem_context *
find_context(const struct memtable *memtable, struct str name, uint64_t hash)
{
	/* Pairs with the release in add_context(). */
	struct mem_context *context = atomic_load_explicit(
	    &memtable->contexts[hash & memtable->context_mask],
	    memory_order_acquire);

	while (context != NULL &&
	    (context->hash != hash || !str_equal(context->name, name)))
		context = context->next;
	return context;
}

static struct mem_context *
add_context(struct memtable *memtable, struct str name, uint64_t hash)
{
	_Atomic(struct mem_context *) *bucket =
	    &memtable->contexts[hash & memtable->context_mask];
	struct mem_context *context = memtable_alloc(memtable,
	    sizeof(*context) + name.len, _Alignof(struct mem_context));

	if (context == NULL)
		return NULL;
	if (name.len > 0)
		memcpy(context + 1, name.data, name.len);
	context->hash = hash;
	context->name = str_of((const char *)(context + 1), name.len);
	atomic_init(&context->newest, 0);
	context->next = atomic_load_explicit(bucket, memory_order_relaxed);
	atomic_store_explicit(bucket, context, memory_order_release);
	return context;
}

/* At most GROUP_SIZE names. */
static bool
need_group(struct memtable *memtable, const struct str *names, uint32_t count,
    struct mem_context **out)
{
	uint64_t hashes[GROUP_SIZE];

	for (uint32_t i = 0; i < count; i++) {
		hashes[i] = hash_bytes_seeded(names[i].data, names[i].len,
		    memtable->hash_seed);
		__builtin_prefetch(
		    &memtable->contexts[hashes[i] & memtable->context_mask]);
	}
	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(atomic_load_explicit(
		    &memtable->contexts[hashes[i] & memtable->context_mask],
		    memory_order_relaxed));
	for (uint32_t i = 0; i < count; i++) {
		out[i] = find_context(memtable, names[i], hashes[i]);
		if (out[i] == NULL)
			out[i] = add_context(memtable, names[i], hashes[i]);
		if (out[i] == NULL)
			return false;
	}
	return true;
}

bool
memtable_need_contexts(struct memtable *memtable, const struct str *names,
    uint32_t count, struct mem_context **out)
{
	for (uint32_t i = 0; i < count; i += GROUP_SIZE)
		if (!need_group(memtable, names + i,
			count - i < GROUP_SIZE ? count - i : GROUP_SIZE,
			out + i))
			return false;
	return true;
}

mem_ref
memtable_context_newest(const struct memtable *memtable, struct str name)
{
	struct mem_context *context = find_context(memtable, name,
	    hash_bytes_seeded(name.data, name.len, memtable->hash_seed));

	if (context == NULL)
		return 0;
	/* Pairs with the release in mem_append.c, publish(). */
	return atomic_load_explicit(&context->newest, memory_order_acquire);
}
