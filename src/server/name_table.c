/* SPDX-License-Identifier: Apache-2.0 */
#include "server/name_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

#define BUCKETS_MIN 16u

void
name_table_release(struct name_table *table)
{
	assert(table->first == NULL);
	free(table->buckets);
	*table = (struct name_table){ .count = 0 };
}

static struct named **
bucket_of(const struct name_table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->bucket_count - 1)];
}

struct named *
name_table_find(const struct name_table *table, struct str name)
{
	struct named *named;
	uint64_t hash;

	if (name.len == 0)
		return table->unnamed;
	if (table->count == 0)
		return NULL;
	hash = hash_bytes(name.data, name.len);
	named = *bucket_of(table, hash);
	while (named != NULL &&
	    (named->hash != hash || !str_equal(named->name, name)))
		named = named->in_bucket;
	return named;
}

/* At most one entry a bucket, on average. */
static bool
reserve(struct name_table *table)
{
	uint32_t count =
	    table->bucket_count == 0 ? BUCKETS_MIN : table->bucket_count * 2;
	struct named **buckets;

	if (table->count < table->bucket_count)
		return true;
	buckets = calloc(count, sizeof(*buckets));
	if (buckets == NULL)
		return false;
	free(table->buckets);
	table->buckets = buckets;
	table->bucket_count = count;
	for (struct named *named = table->first; named != NULL;
	     named = named->next) {
		struct named **bucket = bucket_of(table, named->hash);

		named->in_bucket = *bucket;
		*bucket = named;
	}
	return true;
}

bool
name_table_add(struct name_table *table, struct named *named, struct str name)
{
	struct named **bucket;

	assert(name_table_find(table, name) == NULL);
	if (!reserve(table))
		return false;
	named->storage = malloc(name.len + 1);
	if (named->storage == NULL)
		return false;
	if (name.len > 0)
		memcpy(named->storage, name.data, name.len);
	named->storage[name.len] = '\0';
	named->name = str_of(named->storage, name.len);
	named->hash = hash_bytes(name.data, name.len);
	bucket = bucket_of(table, named->hash);
	named->in_bucket = *bucket;
	*bucket = named;
	named->previous = NULL;
	named->next = table->first;
	if (table->first != NULL)
		table->first->previous = named;
	table->first = named;
	table->count++;
	if (name.len == 0)
		table->unnamed = named;
	return true;
}

void
name_table_remove(struct name_table *table, struct named *named)
{
	struct named **link = bucket_of(table, named->hash);

	while (*link != named)
		link = &(*link)->in_bucket;
	*link = named->in_bucket;
	if (named->previous != NULL)
		named->previous->next = named->next;
	else
		table->first = named->next;
	if (named->next != NULL)
		named->next->previous = named->previous;
	table->count--;
	if (table->unnamed == named)
		table->unnamed = NULL;
	free(named->storage);
	named->storage = NULL;
}
