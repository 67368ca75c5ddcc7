/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/dict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/reader.h"

#define SLOTS_MIN 64

/* ---- building ---- */

void
dict_builder_init(struct dict_builder *dict)
{
	*dict = (struct dict_builder){ 0 };
	arena_init(&dict->arena, NULL);
}

void
dict_builder_release(struct dict_builder *dict)
{
	arena_release(&dict->arena);
	free(dict->strings);
	free(dict->slots);
	free(dict->ranks);
	dict_builder_init(dict);
}

static uint32_t *
find_slot(const struct dict_builder *dict, struct str s)
{
	uint32_t mask = dict->slot_count - 1;
	uint32_t i = (uint32_t)hash_bytes(s.data, s.len) & mask;

	while (dict->slots[i] != 0 &&
	    !str_equal(dict->strings[dict->slots[i] - 1], s))
		i = (i + 1) & mask;
	return &dict->slots[i];
}

/* Room for one more string; the table stays at most half full. */
static bool
dict_grow(struct dict_builder *dict)
{
	uint32_t slot_count =
	    dict->slot_count == 0 ? SLOTS_MIN : 2 * dict->slot_count;
	struct str *strings;
	uint32_t *slots;

	if (dict->count < dict->slot_count / 2)
		return true;
	if (slot_count > UINT32_C(1) << 31)
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
	dict->slot_count = slot_count;
	for (uint32_t code = 0; code < dict->count; code++)
		*find_slot(dict, dict->strings[code]) = code + 1;
	return true;
}

uint32_t
dict_builder_add(struct dict_builder *dict, struct str s)
{
	uint32_t *slot;
	char *bytes;

	assert(dict->ranks == NULL);
	if (!dict_grow(dict))
		return DICT_FULL;
	slot = find_slot(dict, s);
	if (*slot != 0)
		return *slot - 1;
	bytes = arena_try_alloc(&dict->arena, s.len == 0 ? 1 : s.len);
	if (bytes == NULL)
		return DICT_FULL;
	if (s.len > 0)
		memcpy(bytes, s.data, s.len);
	dict->strings[dict->count] = str_of(bytes, s.len);
	dict->bytes += s.len;
	*slot = ++dict->count;
	return dict->count - 1;
}

struct sort_item {
	struct str string;
	uint32_t code;
};

static int
compare_items(const void *a, const void *b)
{
	const struct sort_item *x = a, *y = b;

	return str_compare(x->string, y->string);
}

int
dict_builder_sort(struct dict_builder *dict, struct error *err)
{
	struct sort_item *items = malloc((dict->count + 1) * sizeof(*items));

	dict->ranks = malloc((dict->count + 1) * sizeof(*dict->ranks));
	if (items == NULL || dict->ranks == NULL) {
		free(items);
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	}
	for (uint32_t i = 0; i < dict->count; i++)
		items[i] = (struct sort_item){ dict->strings[i], i };
	qsort(items, dict->count, sizeof(*items), compare_items);
	for (uint32_t i = 0; i < dict->count; i++) {
		dict->strings[i] = items[i].string;
		dict->ranks[items[i].code] = i;
	}
	free(items);
	free(dict->slots); /* codes of first use: no more adds */
	dict->slots = NULL;
	dict->slot_count = 0;
	return 0;
}

uint32_t
dict_page_count(uint32_t string_count)
{
	return (string_count + DICT_PAGE_STRINGS - 1) / DICT_PAGE_STRINGS;
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
dict_put_page(struct buf *out, const struct dict_builder *dict, uint32_t page)
{
	uint32_t first = page * DICT_PAGE_STRINGS;
	uint32_t limit = dict->count - first < DICT_PAGE_STRINGS
	    ? dict->count
	    : first + DICT_PAGE_STRINGS;
	struct str before = { 0 };

	buf_put_u32(out, limit - first);
	for (uint32_t i = first; i < limit; i++) {
		struct str s = dict->strings[i];
		size_t shared = shared_prefix(before, s);

		buf_put_varint(out, shared);
		buf_put_varint(out, s.len - shared);
		buf_put(out, s.data + shared, s.len - shared);
		before = s;
	}
}

void
dict_put_root(struct buf *out, const struct dict_builder *dict,
    const struct block_ref *pages)
{
	uint32_t page_count = dict_page_count(dict->count);

	buf_put_u32(out, dict->count);
	buf_put_u32(out, page_count);
	for (uint32_t p = 0; p < page_count; p++) {
		struct str first = dict->strings[p * DICT_PAGE_STRINGS];

		segment_put_ref(out, &pages[p]);
		buf_put_varint(out, first.len);
		buf_put_str(out, first);
	}
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
dict_page_decode(const uint8_t *data, size_t len, void **out, size_t *out_len,
    struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t count = reader_u32(&r);
	struct dict_page *page;
	size_t total;
	char *bytes;

	if (r.failed || count == 0 || count > DICT_PAGE_STRINGS ||
	    !measure_page(r, count, &total))
		return bad_dict(err);
	*out_len = sizeof(*page) + count * sizeof(*page->strings) + total;
	page = malloc(*out_len);
	if (page == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	page->count = count;
	bytes = (char *)(page->strings + count);
	for (uint32_t i = 0; i < count; i++) {
		size_t shared = (size_t)reader_varint(&r);
		size_t rest = (size_t)reader_varint(&r);

		if (shared > 0)
			memcpy(bytes, page->strings[i - 1].data, shared);
		if (rest > 0)
			memcpy(bytes + shared, reader_take(&r, rest), rest);
		page->strings[i] = str_of(bytes, shared + rest);
		bytes += shared + rest;
		if (i > 0 &&
		    str_compare(page->strings[i - 1], page->strings[i]) >= 0) {
			free(page);
			return bad_dict(err);
		}
	}
	*out = page;
	return 0;
}

int
dict_root_decode(const uint8_t *data, size_t len, void **out, size_t *out_len,
    struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t count = reader_u32(&r);
	uint32_t page_count = reader_u32(&r);
	struct dict_root *root;
	char *bytes;

	if (r.failed || count == 0 || page_count != dict_page_count(count) ||
	    page_count > reader_left(&r) / BLOCK_REF_SIZE)
		return bad_dict(err);
	*out_len =
	    sizeof(*root) + page_count * sizeof(*root->pages) + reader_left(&r);
	root = malloc(*out_len);
	if (root == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	root->count = count;
	root->page_count = page_count;
	bytes = (char *)(root->pages + page_count);
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
		free(root);
		return bad_dict(err);
	}
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
	uint32_t first = 0, limit = root->page_count;

	/* The last page whose first string is not greater. */
	while (limit - first > 1) {
		uint32_t middle = first + (limit - first) / 2;

		if (str_compare(root->pages[middle].first, s) <= 0)
			first = middle;
		else
			limit = middle;
	}
	return first;
}

uint32_t
dict_page_find(const struct dict_page *page, struct str s)
{
	uint32_t first = 0, limit = page->count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (str_compare(page->strings[middle], s) < 0)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}
