/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_contexts.c -- where a context is in segments: its code by the
 * dictionary, and the granules of all sections by the index.
 *
 * Each step waits for memory that is in no cache of the processor, and the next
 * step depends on it; but one segment does not depend on another.  So all
 * segments take a step, which ends with asking for the memory of the next, before
 * one of them takes that: they wait together.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/ascending.h"
#include "common/reader.h"
#include "engine/segment/segment_desk.h"
#include "engine/segment/segment_private.h"

#define LINE_BYTES   64 /* of the processor's cache */
#define FINDINGS_MAX 16 /* segments that take steps together */
#define ENTERED_MAX  4

/* What all of them look for. */
struct question {
	struct str context;
	unsigned without; /* enum scan_without */
	struct arena *arena;
};

/* A lookup in one segment, and how far it is. */
struct finding {
	const struct question *question;
	struct segment *segment; /* NULL: it is over, or never began */
	const struct segment_state *state;
	struct context_slots slots;
	const struct dict_root *root;
	const struct dict_page *strings; /* of page `page` */
	uint32_t page;
	uint32_t at; /* in the page */
	struct segment_context *out;
	struct block_slot *entered[ENTERED_MAX]; /* to be left */
	uint32_t entered_count;
	uint64_t bytes_read;
};

typedef int (*finding_step)(struct finding *f, struct error *err);

static void
prefetch(const void *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += LINE_BYTES)
		__builtin_prefetch((const char *)at + i);
}

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
leave_all(struct finding *f, struct segment *segment)
{
	for (uint32_t i = 0; i < f->entered_count; i++)
		block_cache_leave(segment->cache, segment->cache_key,
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

/* ---- the code ---- */

static int
begin(struct finding *f, struct error *err)
{
	struct segment_state *state;
	int rc = segment_load(f->segment, &state, err);

	if (rc != 0)
		return rc;
	f->state = state;
	rc = context_desk_slots(f->segment, state, &f->slots, err);
	if (rc != 0)
		return rc;
	__builtin_prefetch(&state->footer.contexts);
	__builtin_prefetch(&state->footer.context_count);
	__builtin_prefetch(f->slots.root, 1);
	return 0;
}

static int
enter_root(struct finding *f, struct error *err)
{
	const void *data;
	int rc = enter(f, f->slots.root, &f->state->footer.contexts,
	    dict_root_decode, &data, err);

	if (rc != 0)
		return rc;
	f->root = data;
	prefetch(f->root, sizeof(*f->root));
	return 0;
}

static int
check_root(struct finding *f, struct error *err)
{
	const struct segment_footer *footer = &f->state->footer;

	if (f->root->count != footer->context_count)
		return corrupt(f, "unexpected dictionary",
		    footer->contexts.offset, err);
	str_heads_hint(&f->root->heads);
	return 0;
}

static int
find_page(struct finding *f, struct error *err)
{
	(void)err;
	f->page = dict_root_find(f->root, f->question->context);
	__builtin_prefetch(&f->slots.pages[f->page], 1);
	__builtin_prefetch(&f->slots.lists[f->page], 1);
	return 0;
}

static int
enter_page(struct finding *f, struct error *err)
{
	const void *list = block_slot_hint(&f->slots.lists[f->page].slot);
	const void *data;
	int rc = enter(f, &f->slots.pages[f->page],
	    &f->root->pages[f->page].ref, dict_page_decode, &data, err);

	if (rc != 0)
		return rc;
	f->strings = data;
	prefetch(f->strings, sizeof(*f->strings));
	if (list != NULL)
		__builtin_prefetch(list);
	return 0;
}

static int
check_page(struct finding *f, struct error *err)
{
	if (f->strings->count != dict_page_strings(f->root, f->page))
		return corrupt(f, "unexpected page of a dictionary",
		    f->root->pages[f->page].ref.offset, err);
	str_heads_hint(&f->strings->heads);
	return 0;
}

static int
find_string(struct finding *f, struct error *err)
{
	(void)err;
	f->at = dict_page_find(f->strings, f->question->context);
	if (f->at < f->strings->count)
		__builtin_prefetch(&f->strings->strings[f->at]);
	return 0;
}

/* If it is not there, no row of the segment has it. */
static int
take_code(struct finding *f, struct error *err)
{
	bool is_found = f->at < f->strings->count &&
	    str_equal(f->strings->strings[f->at], f->question->context);

	(void)err;
	f->out->code = f->page * DICT_PAGE_STRINGS + f->at;
	if (!is_found)
		f->segment = NULL;
	return 0;
}

/* ---- the granules ---- */

/* A page of the index that its slot does not know: the index has its place. */
static int
enter_list(struct finding *f, struct list_slot *list, const void **out,
    struct error *err)
{
	const struct segment_footer *footer = &f->state->footer;
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
	r = reader_over((const uint8_t *)data +
		(size_t)f->page * BLOCK_REF_SIZE,
	    BLOCK_REF_SIZE);
	ref = segment_take_ref(&r);
	rc = enter(f, &list->slot, &ref, NULL, out, err);
	/* Release: who has the length finds the bytes in the slot, or none. */
	if (rc == 0)
		atomic_store_explicit(&list->len, ref.len,
		    memory_order_release);
	return rc;
}

/* Enter and open the page of the index that has the code. */
static int
open_lists(struct finding *f, struct index_page *out, struct error *err)
{
	const struct segment_footer *footer = &f->state->footer;
	struct list_slot *list = &f->slots.lists[f->page];
	uint32_t count = footer->context_count - f->page * INDEX_PAGE_CONTEXTS;
	uint64_t len = atomic_load_explicit(&list->len, memory_order_acquire);
	const void *data = NULL;
	int rc = 0;

	if (len != 0)
		rc = block_slot_enter(&list->slot, &data, err);
	if (rc == 0 && data != NULL)
		f->entered[f->entered_count++] = &list->slot;
	else if (rc == 0)
		rc = enter_list(f, list, &data, err);
	if (rc != 0)
		return rc;
	len = atomic_load_explicit(&list->len, memory_order_relaxed);
	if (!index_page_open(data, len,
		count < INDEX_PAGE_CONTEXTS ? count : INDEX_PAGE_CONTEXTS, out))
		return corrupt(f, "invalid page of the context index",
		    footer->index.offset, err);
	return 0;
}

/* All granules: what there is to search without an index. */
static int
all_granules(const struct finding *f, struct error *err)
{
	struct segment_context *out = f->out;

	out->count = segment_granule_count(f->state);
	out->granules = arena_try_alloc(f->question->arena,
	    out->count * sizeof(*out->granules));
	if (out->granules == NULL)
		return error_no_memory(err);
	for (uint32_t g = 0; g < out->count; g++)
		out->granules[g] = g;
	return 0;
}

/* The granules of a context, in all sections. */
static int
read_list(struct finding *f, struct error *err)
{
	uint32_t granule_count = segment_granule_count(f->state);
	uint64_t offset = f->state->footer.index.offset;
	struct segment_context *out = f->out;
	struct index_page page;
	int rc;

	if ((f->question->without & SCAN_WITHOUT_CONTEXT_INDEX) != 0)
		return all_granules(f, err);
	rc = open_lists(f, &page, err);
	if (rc != 0)
		return rc;
	out->count = index_list_count(&page, f->at);
	if (out->count > granule_count)
		return corrupt(f, "invalid context index", offset, err);
	out->granules = arena_try_alloc(f->question->arena,
	    (out->count + (size_t)1) * sizeof(*out->granules));
	if (out->granules == NULL)
		return error_no_memory(err);
	if (!index_list_get(&page, f->at, granule_count, out->granules))
		return corrupt(f, "invalid context index", offset, err);
	return 0;
}

/* ---- segments together ---- */

static_assert(DICT_PAGE_STRINGS == INDEX_PAGE_CONTEXTS,
    "a page of the index is of the contexts of one page of the dictionary");

static int
take_steps(struct finding *findings, uint32_t count, struct error *err)
{
	static const finding_step steps[] = { begin, enter_root, check_root,
		find_page, enter_page, check_page, find_string, take_code,
		read_list };
	int rc = 0;

	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
		for (uint32_t i = 0; i < count && rc == 0; i++)
			if (findings[i].segment != NULL)
				rc = steps[s](&findings[i], err);
	return rc;
}

/* At most FINDINGS_MAX. */
static int
find_in_some(struct segment *const *segments, uint32_t count,
    const struct question *question, struct segment_context *out,
    struct error *err)
{
	struct finding findings[FINDINGS_MAX];
	int rc;

	for (uint32_t i = 0; i < count; i++) {
		out[i] = (struct segment_context){
			.is_asked = segments[i] != NULL,
		};
		findings[i] = (struct finding){
			.question = question,
			.segment = segments[i],
			.out = &out[i],
		};
	}
	rc = take_steps(findings, count, err);
	for (uint32_t i = 0; i < count; i++)
		leave_all(&findings[i], segments[i]);
	return rc;
}

int
segment_contexts_find(struct segment *const *segments, uint32_t count,
    struct str context, unsigned without, struct arena *arena,
    struct segment_context *out, struct error *err)
{
	const struct question question = { context, without, arena };
	int rc = 0;

	for (uint32_t at = 0; at < count && rc == 0; at += FINDINGS_MAX) {
		uint32_t left = count - at;

		rc = find_in_some(segments + at,
		    left < FINDINGS_MAX ? left : FINDINGS_MAX, &question,
		    out + at, err);
	}
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
