/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/dict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/int128.h"
#include "common/reader.h"
#include "engine/segment/block_memory.h"
#include "engine/segment/str_sort.h"

#define SLOTS_MIN     64
#define STRINGS_AHEAD 128  /* hashed before the first is looked for */
#define LARGE_COUNT   2048 /* strings that do not lie in the first cache */

/* ---- building ---- */

void
dict_builder_init(struct dict_builder *dict, uint64_t seed)
{
	*dict = (struct dict_builder){ .seed = seed };
	arena_init(&dict->arena, NULL);
}

void
dict_builder_release(struct dict_builder *dict)
{
	arena_release(&dict->arena);
	free(dict->strings);
	free(dict->slots);
	free(dict->ranks);
	dict_builder_init(dict, dict->seed);
}

static inline uint64_t
load_8(const char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline uint64_t
load_4(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/*
 * Most strings are short: their bytes are two words, which are multiplied (as
 * in Wang Yi's wyhash).  Not stored, so it may change.
 */
static inline uint64_t
hash_str(struct str s, uint64_t seed)
{
	uint64_t a, b;
	u128 product;

	if (s.len > 16)
		return hash_bytes_seeded(s.data, s.len, seed);
	if (s.len >= 8) {
		a = load_8(s.data);
		b = load_8(s.data + s.len - 8);
	} else if (s.len >= 4) {
		a = load_4(s.data);
		b = load_4(s.data + s.len - 4);
	} else if (s.len > 0) {
		a = (uint8_t)s.data[0] |
		    (uint64_t)(uint8_t)s.data[s.len / 2] << 8;
		b = (uint8_t)s.data[s.len - 1];
	} else {
		a = b = 0;
	}
	a ^= seed ^ UINT64_C(0xa0761d6478bd642f);
	b ^= (uint64_t)s.len * UINT64_C(0x9e3779b97f4a7c15) ^
	    UINT64_C(0xe7037ed1a0b428db);
	product = (u128)a * b;
	return hash_u64((uint64_t)product ^ (uint64_t)(product >> 64));
}

/* Short strings without a call. */
static inline bool
same_str(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	if (a.len > 16 || a.len < 4)
		return str_equal(a, b);
	if (a.len >= 8)
		return load_8(a.data) == load_8(b.data) &&
		    load_8(a.data + a.len - 8) == load_8(b.data + b.len - 8);
	return load_4(a.data) == load_4(b.data) &&
	    load_4(a.data + a.len - 4) == load_4(b.data + b.len - 4);
}

static struct dict_slot *
find_slot(const struct dict_builder *dict, struct str s, uint64_t hash)
{
	uint32_t mask = dict->slot_count - 1;
	uint32_t tag = (uint32_t)(hash >> 32);
	uint32_t i = (uint32_t)hash & mask;

	while (dict->slots[i].code != 0 &&
	    (dict->slots[i].tag != tag ||
		!same_str(dict->strings[dict->slots[i].code - 1], s)))
		i = (i + 1) & mask;
	return &dict->slots[i];
}

/* Room for `count` more strings; the table stays at most half full. */
static bool
dict_reserve(struct dict_builder *dict, uint32_t count)
{
	uint64_t slot_count =
	    dict->slot_count == 0 ? SLOTS_MIN : dict->slot_count;
	struct dict_slot *slots;
	struct str *strings;

	while (((uint64_t)dict->count + count) * 2 > slot_count)
		slot_count *= 2;
	if (slot_count == dict->slot_count)
		return true;
	if (slot_count > UINT64_C(1) << 31)
		return false;
	strings = realloc(dict->strings, slot_count / 2 * sizeof(*strings));
	if (strings == NULL)
		return false;
	dict->strings = strings;
	slots = calloc(slot_count, sizeof(*slots));
	if (slots == NULL)
		return false;
	free(dict->slots);
	dict->slots = slots;
	dict->slot_count = (uint32_t)slot_count;
	for (uint32_t code = 0; code < dict->count; code++) {
		uint64_t hash = hash_str(dict->strings[code], dict->seed);

		*find_slot(dict, dict->strings[code], hash) =
		    (struct dict_slot){ (uint32_t)(hash >> 32), code + 1 };
	}
	return true;
}

/* A new string in its free slot. */
static bool
dict_insert(struct dict_builder *dict, struct str s, uint64_t hash,
    struct dict_slot *slot)
{
	char *bytes = arena_try_alloc(&dict->arena, s.len == 0 ? 1 : s.len);

	if (bytes == NULL)
		return false;
	if (s.len > 0)
		memcpy(bytes, s.data, s.len);
	dict->strings[dict->count] = str_of(bytes, s.len);
	dict->bytes += s.len;
	*slot = (struct dict_slot){ (uint32_t)(hash >> 32), ++dict->count };
	return true;
}

/*
 * Ask for the memory of a large dictionary before it is needed: slots, then
 * the strings that they name, then their bytes.
 */
static void
prefetch_strings(const struct dict_builder *dict, const uint64_t *hashes,
    uint32_t count)
{
	uint32_t mask = dict->slot_count - 1;
	uint32_t codes[STRINGS_AHEAD];

	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(&dict->slots[(uint32_t)hashes[i] & mask]);
	for (uint32_t i = 0; i < count; i++) {
		codes[i] = dict->slots[(uint32_t)hashes[i] & mask].code;
		if (codes[i] != 0)
			__builtin_prefetch(&dict->strings[codes[i] - 1]);
	}
	for (uint32_t i = 0; i < count; i++)
		if (codes[i] != 0)
			__builtin_prefetch(dict->strings[codes[i] - 1].data);
}

/* At most STRINGS_AHEAD of them. */
static bool
dict_add_some(struct dict_builder *dict, const struct str *strings,
    const uint8_t *nulls, uint32_t count, uint32_t *codes)
{
	uint64_t hashes[STRINGS_AHEAD];

	if (!dict_reserve(dict, count))
		return false;
	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(strings[i].data);
	for (uint32_t i = 0; i < count; i++)
		hashes[i] = nulls != NULL && nulls[i] != 0
		    ? 0
		    : hash_str(strings[i], dict->seed);
	if (dict->count > LARGE_COUNT)
		prefetch_strings(dict, hashes, count);
	for (uint32_t i = 0; i < count; i++) {
		struct dict_slot *slot;

		codes[i] = DICT_FULL;
		if (nulls != NULL && nulls[i] != 0)
			continue;
		slot = find_slot(dict, strings[i], hashes[i]);
		if (slot->code == 0 &&
		    !dict_insert(dict, strings[i], hashes[i], slot))
			return false;
		codes[i] = slot->code - 1;
	}
	return true;
}

int
dict_builder_add(struct dict_builder *dict, const struct str *strings,
    const uint8_t *nulls, uint32_t count, uint32_t *codes, struct error *err)
{
	assert(dict->ranks == NULL);
	for (uint32_t done = 0; done < count; done += STRINGS_AHEAD) {
		uint32_t n = count - done;

		if (!dict_add_some(dict, strings + done,
			nulls == NULL ? NULL : nulls + done,
			n < STRINGS_AHEAD ? n : STRINGS_AHEAD, codes + done))
			return error_no_memory(err);
	}
	return 0;
}

int
dict_builder_sort(struct dict_builder *dict, struct error *err)
{
	size_t count = (size_t)dict->count + 1;
	struct str_item *items = malloc(2 * count * sizeof(*items));

	dict->ranks = malloc(count * sizeof(*dict->ranks));
	if (items == NULL || dict->ranks == NULL) {
		free(items);
		return error_no_memory(err);
	}
	for (uint32_t i = 0; i < dict->count; i++)
		items[i] =
		    (struct str_item){ .string = dict->strings[i], .tag = i };
	str_sort(items, items + count, dict->count);
	for (uint32_t i = 0; i < dict->count; i++) {
		dict->strings[i] = items[i].string;
		dict->ranks[items[i].tag] = i;
	}
	free(items);
	free(dict->slots); /* codes of first use: no more adds */
	dict->slots = NULL;
	dict->slot_count = 0;
	return 0;
}

/* ---- writing ---- */

uint32_t
dict_page_count(uint32_t string_count)
{
	return string_count / DICT_PAGE_STRINGS +
	    (string_count % DICT_PAGE_STRINGS != 0);
}

static size_t
shared_prefix(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	size_t i = 0;

	while (i < len && a.data[i] == b.data[i])
		i++;
	return i;
}

void
dict_put_page(struct buf *out, const struct str *strings, uint32_t count)
{
	struct str before = { 0 };

	assert(count > 0 && count <= DICT_PAGE_STRINGS);
	buf_put_u32(out, count);
	for (uint32_t i = 0; i < count; i++) {
		struct str s = strings[i];
		size_t shared = shared_prefix(before, s);

		buf_put_varint(out, shared);
		buf_put_varint(out, s.len - shared);
		buf_put(out, s.data + shared, s.len - shared);
		before = s;
	}
}

void
dict_put_root_entry(struct buf *entries, const struct block_ref *page,
    struct str first)
{
	segment_put_ref(entries, page);
	buf_put_varint(entries, first.len);
	buf_put_str(entries, first);
}

void
dict_put_root(struct buf *out, uint32_t string_count, const struct buf *entries)
{
	buf_put_u32(out, string_count);
	buf_put_u32(out, dict_page_count(string_count));
	buf_put_str(out, buf_str(entries));
}

/* ---- reading ---- */

static int
bad_dict(struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "segment has an invalid dictionary");
}

/* Bytes of all strings of a page together; false if it is malformed. */
static bool
measure_page(struct reader r, uint32_t count, size_t *total)
{
	size_t before = 0;

	*total = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t shared = reader_varint(&r);
		uint64_t rest = reader_varint(&r);

		if (shared > before || rest > reader_left(&r))
			return false;
		(void)reader_take(&r, rest);
		before = (size_t)(shared + rest);
		if (__builtin_add_overflow(*total, before, total))
			return false;
	}
	return !r.failed && reader_left(&r) == 0;
}

int
dict_page_decode(const uint8_t *data, size_t len, struct block_memory *memory,
    void **out, size_t *out_len, struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t count = reader_u32(&r);
	struct dict_page *page;
	uint32_t *numbers;
	size_t total;
	char *bytes;

	if (r.failed || count == 0 || count > DICT_PAGE_STRINGS ||
	    !measure_page(r, count, &total))
		return bad_dict(err);
	*out_len = sizeof(*page) + count * sizeof(*page->strings) +
	    str_heads_numbers(count) * sizeof(uint32_t) + total;
	page = block_memory_take(memory, *out_len);
	if (page == NULL)
		return error_no_memory(err);
	page->count = count;
	numbers = (uint32_t *)(void *)(page->strings + count);
	bytes = (char *)(numbers + str_heads_numbers(count));
	for (uint32_t i = 0; i < count; i++) {
		size_t shared = (size_t)reader_varint(&r);
		size_t rest = (size_t)reader_varint(&r);

		assert(shared == 0 || i > 0); /* as measured */
		if (shared > 0)
			memcpy(bytes, page->strings[i - 1].data, shared);
		if (rest > 0)
			memcpy(bytes + shared, reader_take(&r, rest), rest);
		page->strings[i] = str_of(bytes, shared + rest);
		bytes += shared + rest;
		if (i > 0 &&
		    str_compare(page->strings[i - 1], page->strings[i]) >= 0) {
			block_memory_give(memory, page, *out_len);
			return bad_dict(err);
		}
	}
	str_heads_init(&page->heads, numbers, page->strings,
	    sizeof(*page->strings), count);
	*out = page;
	return 0;
}

int
dict_root_decode(const uint8_t *data, size_t len, struct block_memory *memory,
    void **out, size_t *out_len, struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t count = reader_u32(&r);
	uint32_t page_count = reader_u32(&r);
	struct dict_root *root;
	uint32_t *numbers;
	char *bytes;

	if (r.failed || count == 0 || page_count != dict_page_count(count) ||
	    page_count > reader_left(&r) / BLOCK_REF_SIZE)
		return bad_dict(err);
	*out_len = sizeof(*root) + page_count * sizeof(*root->pages) +
	    str_heads_numbers(page_count) * sizeof(uint32_t) + reader_left(&r);
	root = block_memory_take(memory, *out_len);
	if (root == NULL)
		return error_no_memory(err);
	root->count = count;
	root->page_count = page_count;
	numbers = (uint32_t *)(void *)(root->pages + page_count);
	bytes = (char *)(numbers + str_heads_numbers(page_count));
	for (uint32_t p = 0; p < page_count; p++) {
		struct str first;

		root->pages[p].ref = segment_take_ref(&r);
		first = reader_str(&r, (size_t)reader_varint(&r));
		if (first.len > 0)
			memcpy(bytes, first.data, first.len);
		root->pages[p].first = str_of(bytes, first.len);
		bytes += first.len;
	}
	if (r.failed || reader_left(&r) != 0) {
		block_memory_give(memory, root, *out_len);
		return bad_dict(err);
	}
	str_heads_init(&root->heads, numbers, &root->pages[0].first,
	    sizeof(root->pages[0]), page_count);
	*out = root;
	return 0;
}

uint32_t
dict_page_strings(const struct dict_root *root, uint32_t page)
{
	uint32_t first = page * DICT_PAGE_STRINGS;

	return root->count - first < DICT_PAGE_STRINGS ? root->count - first
						       : DICT_PAGE_STRINGS;
}

uint32_t
dict_root_find(const struct dict_root *root, struct str s)
{
	uint32_t first, limit;

	/* The last page whose first string is not greater. */
	str_heads_find(&root->heads, s, &first, &limit);
	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (str_compare(root->pages[middle].first, s) <= 0)
			first = middle + 1;
		else
			limit = middle;
	}
	return first > 0 ? first - 1 : 0;
}

uint32_t
dict_page_find(const struct dict_page *page, struct str s)
{
	uint32_t first, limit;

	str_heads_find(&page->heads, s, &first, &limit);
	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (str_compare(page->strings[middle], s) < 0)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}
