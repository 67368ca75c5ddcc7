/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/regex_cache.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static bool
options_equal(const struct regex_options *a, const struct regex_options *b)
{
	return a->syntax == b->syntax && a->any_case == b->any_case &&
	    a->newline_stops == b->newline_stops &&
	    a->newline_anchors == b->newline_anchors &&
	    a->is_expanded == b->is_expanded && a->is_similar == b->is_similar;
}

static void
entry_release(struct regex_cache_entry *entry)
{
	regex_release(&entry->regex);
	free(entry->pattern);
	*entry = (struct regex_cache_entry){ 0 };
}

/* The entry of a pattern, or the one to give up for it. */
static struct regex_cache_entry *
find(struct regex_cache *cache, struct str pattern,
    const struct regex_options *options)
{
	struct regex_cache_entry *oldest = &cache->entries[0];

	for (uint32_t i = 0; i < REGEX_CACHE_SIZE; i++) {
		struct regex_cache_entry *entry = &cache->entries[i];

		if (entry->pattern != NULL &&
		    str_equal(pattern, str_of(entry->pattern, entry->len)) &&
		    options_equal(options, &entry->options))
			return entry;
		if (entry->last_use < oldest->last_use)
			oldest = entry;
	}
	entry_release(oldest);
	return oldest;
}

static int
entry_fill(struct regex_cache_entry *entry, struct str pattern,
    const struct regex_options *options, struct error *err)
{
	int rc = regex_compile(pattern, options, &entry->regex, err);

	if (rc != 0)
		return rc;
	entry->pattern = malloc(pattern.len + 1);
	if (entry->pattern == NULL) {
		entry_release(entry);
		return error_no_memory(err);
	}
	if (pattern.len > 0)
		memcpy(entry->pattern, pattern.data, pattern.len);
	entry->len = pattern.len;
	entry->options = *options;
	return 0;
}

int
regex_cache_get(struct regex_cache *cache, struct str pattern,
    const struct regex_options *options, struct regex **out, struct error *err)
{
	struct regex_cache_entry *entry = find(cache, pattern, options);
	int rc;

	*out = NULL;
	if (entry->pattern == NULL) {
		rc = entry_fill(entry, pattern, options, err);
		if (rc != 0)
			return rc;
	}
	entry->last_use = ++cache->use_count;
	*out = &entry->regex;
	return 0;
}

void
regex_cache_release(struct regex_cache *cache)
{
	for (uint32_t i = 0; i < REGEX_CACHE_SIZE; i++)
		entry_release(&cache->entries[i]);
}
