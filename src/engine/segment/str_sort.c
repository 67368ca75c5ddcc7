/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/str_sort.h"

#include <stdlib.h>
#include <string.h>

#define KEY_BYTES  8
#define FEW        32 /* are sorted by comparing */
#define LEVELS_MAX 64 /* of recursion; then by comparing too */

static int
compare_items(const void *a, const void *b)
{
	const struct str_item *x = a, *y = b;

	return str_compare(x->string, y->string);
}

static void
sort_few(struct str_item *items, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		struct str_item item = items[i];
		uint32_t at = i;

		for (; at > 0 &&
		     str_compare(items[at - 1].string, item.string) > 0;
		     at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

/* Eight bytes from `depth` on, as a big-endian number; zeros past the end. */
static uint64_t
key_at(struct str s, size_t depth)
{
	uint64_t key = 0;

	if (s.len >= depth + KEY_BYTES)
		memcpy(&key, s.data + depth, KEY_BYTES);
	else if (s.len > depth)
		memcpy(&key, s.data + depth, s.len - depth);
	return __builtin_bswap64(key);
}

/* One pass by a byte of the keys; stable. */
static void
pass(const struct str_item *from, struct str_item *to, uint32_t count,
    unsigned shift)
{
	uint32_t starts[257] = { 0 };

	for (uint32_t i = 0; i < count; i++)
		starts[(from[i].key >> shift & 0xff) + 1]++;
	for (unsigned b = 0; b < 256; b++)
		starts[b + 1] += starts[b];
	for (uint32_t i = 0; i < count; i++)
		to[starts[from[i].key >> shift & 0xff]++] = from[i];
}

/* Sort by keys, of which the bits in `differing` are not all equal. */
static void
sort_by_key(struct str_item *items, struct str_item *spare, uint32_t count,
    uint64_t differing)
{
	struct str_item *from = items, *to = spare;

	for (unsigned shift = 0; shift < 64; shift += 8) {
		if ((differing >> shift & 0xff) == 0)
			continue;
		pass(from, to, count, shift);
		if (from == items) {
			from = spare;
			to = items;
		} else {
			from = items;
			to = spare;
		}
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
}

/*
 * The keys from `depth` on, and further as long as all are equal; the bits in
 * which they differ, 0 if the strings end before they do.
 */
static uint64_t
take_keys(struct str_item *items, uint32_t count, size_t *depth)
{
	uint64_t differing = 0;
	size_t longest;

	do {
		longest = 0;
		for (uint32_t i = 0; i < count; i++) {
			struct str s = items[i].string;

			items[i].key = key_at(s, *depth);
			differing |= items[i].key ^ items[0].key;
			longest = s.len > longest ? s.len : longest;
		}
		*depth += KEY_BYTES;
	} while (differing == 0 && longest > *depth);
	return differing;
}

/* Items whose strings are equal before `depth`. */
static void
sort_from(struct str_item *items, struct str_item *spare, uint32_t count,
    size_t depth, unsigned level)
{
	uint64_t differing;
	uint32_t limit;

	if (count <= FEW) {
		sort_few(items, count);
		return;
	}
	differing = take_keys(items, count, &depth);
	if (differing == 0 || level == LEVELS_MAX) {
		/* Equal, or equal but for zeros at the end; or too deep. */
		qsort(items, count, sizeof(*items), compare_items);
		return;
	}
	sort_by_key(items, spare, count, differing);
	for (uint32_t first = 0; first < count; first = limit) {
		limit = first + 1;
		while (limit < count && items[limit].key == items[first].key)
			limit++;
		if (limit - first > 1)
			sort_from(items + first, spare, limit - first, depth,
			    level + 1);
	}
}

void
str_sort(struct str_item *items, struct str_item *spare, uint32_t count)
{
	sort_from(items, spare, count, 0, 0);
}
