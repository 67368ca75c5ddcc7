/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_contexts.c -- where a context is in a segment: its code by the
 * dictionary, and the granules of all sections by the index.
 */
#include <inttypes.h>

#include "common/ascending.h"
#include "common/reader.h"
#include "engine/segment/segment_desk.h"
#include "engine/segment/segment_private.h"

/* A lookup, and what it has entered so far. */
struct finding {
	struct segment *segment;
	const struct segment_state *state;
	struct context_slots slots;
	struct block_slot *entered[4]; /* to be left */
	uint32_t entered_count;
	uint64_t bytes_read;
};

static int
enter(struct finding *f, struct block_slot *slot, const struct block_ref *ref,
    block_decode_fn decode, const void **out, struct error *err)
{
	int rc = block_cache_enter(f->segment->cache, &f->state->file, ref,
	    decode, slot, out, &f->bytes_read, err);

	if (rc == 0)
		f->entered[f->entered_count++] = slot;
	return rc;
}

static void
leave_all(struct finding *f)
{
	for (uint32_t i = 0; i < f->entered_count; i++)
		block_cache_leave(f->segment->cache, f->segment->cache_key,
		    f->entered[i]);
}

static int
corrupt(const struct finding *f, const char *what, uint64_t offset,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "%s in file \"%s\" at offset %" PRIu64, what, f->segment->path,
	    offset);
}

/* Its code, if any row of the segment has the context. */
static int
find_code(struct finding *f, struct str context, uint32_t *code, bool *is_found,
    struct error *err)
{
	const struct segment_footer *footer = &f->state->footer;
	const struct dict_page *strings;
	const struct dict_root *root;
	const void *data;
	uint32_t page, at;
	int rc;

	rc = enter(f, f->slots.root, &footer->contexts, dict_root_decode, &data,
	    err);
	if (rc != 0)
		return rc;
	root = data;
	if (root->count != footer->context_count)
		return corrupt(f, "unexpected dictionary",
		    footer->contexts.offset, err);
	page = dict_root_find(root, context);
	rc = enter(f, &f->slots.pages[page], &root->pages[page].ref,
	    dict_page_decode, &data, err);
	if (rc != 0)
		return rc;
	strings = data;
	if (strings->count != dict_page_strings(root, page))
		return corrupt(f, "unexpected page of a dictionary",
		    root->pages[page].ref.offset, err);
	at = dict_page_find(strings, context);
	*code = page * DICT_PAGE_STRINGS + at;
	*is_found =
	    at < strings->count && str_equal(strings->strings[at], context);
	return 0;
}

/* Enter and open the page of the index that has a code. */
static int
open_lists(struct finding *f, uint32_t code, struct index_page *out,
    struct error *err)
{
	const struct segment_footer *footer = &f->state->footer;
	uint32_t number = code / INDEX_PAGE_CONTEXTS;
	uint32_t count = footer->context_count - number * INDEX_PAGE_CONTEXTS;
	struct block_ref ref;
	struct reader r;
	const void *data;
	int rc;

	if (footer->index.len !=
	    (uint64_t)dict_page_count(footer->context_count) * BLOCK_REF_SIZE)
		return corrupt(f, "invalid context index", footer->index.offset,
		    err);
	rc = enter(f, f->slots.index, &footer->index, NULL, &data, err);
	if (rc != 0)
		return rc;
	r = reader_over((const uint8_t *)data + (size_t)number * BLOCK_REF_SIZE,
	    BLOCK_REF_SIZE);
	ref = segment_take_ref(&r);
	rc = enter(f, &f->slots.lists[number], &ref, NULL, &data, err);
	if (rc != 0)
		return rc;
	if (!index_page_open(data, ref.len,
		count < INDEX_PAGE_CONTEXTS ? count : INDEX_PAGE_CONTEXTS, out))
		return corrupt(f, "invalid page of the context index",
		    ref.offset, err);
	return 0;
}

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* The granules of a context, in all sections. */
static int
read_list(struct finding *f, struct arena *arena, struct segment_context *out,
    struct error *err)
{
	uint32_t granule_count = segment_granule_count(f->state);
	uint64_t offset = f->state->footer.index.offset;
	struct index_page page;
	uint32_t at = out->code % INDEX_PAGE_CONTEXTS;
	int rc = open_lists(f, out->code, &page, err);

	if (rc != 0)
		return rc;
	out->count = index_list_count(&page, at);
	if (out->count > granule_count)
		return corrupt(f, "invalid context index", offset, err);
	out->granules = arena_try_alloc(arena,
	    (out->count + (size_t)1) * sizeof(*out->granules));
	if (out->granules == NULL)
		return no_memory(err);
	if (!index_list_get(&page, at, granule_count, out->granules))
		return corrupt(f, "invalid context index", offset, err);
	return 0;
}

/* All granules: what there is to search without an index. */
static int
all_granules(const struct segment_state *state, struct arena *arena,
    struct segment_context *out, struct error *err)
{
	out->count = segment_granule_count(state);
	out->granules =
	    arena_try_alloc(arena, out->count * sizeof(*out->granules));
	if (out->granules == NULL)
		return no_memory(err);
	for (uint32_t g = 0; g < out->count; g++)
		out->granules[g] = g;
	return 0;
}

int
segment_context_find(struct segment *segment, struct str context,
    unsigned without, struct arena *arena, struct segment_context *out,
    struct error *err)
{
	struct finding f = { .segment = segment };
	struct segment_state *state;
	bool is_found = false;
	int rc;

	*out = (struct segment_context){ .is_asked = true };
	rc = segment_load(segment, &state, err);
	if (rc != 0)
		return rc;
	f.state = state;
	rc = context_desk_slots(segment, state, &f.slots, err);
	if (rc == 0)
		rc = find_code(&f, context, &out->code, &is_found, err);
	if (rc == 0 && is_found)
		rc = (without & SCAN_WITHOUT_CONTEXT_INDEX) != 0
		    ? all_granules(state, arena, out, err)
		    : read_list(&f, arena, out, err);
	leave_all(&f);
	return rc;
}

/* The section that has a granule. */
static const struct section_info *
section_of(const struct segment_footer *footer, uint32_t granule)
{
	uint32_t first = 0, limit = footer->section_count;

	while (limit - first > 1) {
		uint32_t middle = first + (limit - first) / 2;

		if (footer->sections[middle].granule_first <= granule)
			first = middle;
		else
			limit = middle;
	}
	return &footer->sections[first];
}

bool
segment_context_next_type(struct segment *segment,
    const struct segment_context *context, uint32_t *at, uint32_t *type_oid)
{
	/* Acquire: it was there when the context was found. */
	const struct segment_state *state =
	    atomic_load_explicit(&segment->state, memory_order_acquire);
	const struct section_info *section;

	if (*at >= context->count)
		return false;
	section = section_of(&state->footer, context->granules[*at]);
	*type_oid = section->type_oid;
	*at = ascending_find(context->granules, context->count,
	    section->granule_first + section->granule_count);
	return true;
}
