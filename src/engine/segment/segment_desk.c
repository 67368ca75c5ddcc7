/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/segment_desk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/segment/chunk_card.h"

#define LINE_BYTES 64 /* of the processor's cache */

enum { CARD_NONE, CARD_BEING_WRITTEN, CARD_THERE };

/* What is known of a chunk. */
struct desk_chunk {
	_Alignas(LINE_BYTES) struct block_slot slot;
	atomic_uchar state; /* of the card */
	bool has_bytes;     /* with the card */
	struct chunk_card card;
};

static_assert(sizeof(struct desk_chunk) == 3 * LINE_BYTES,
    "the last line is for what is not packed alone");

/* The pages of a dictionary. */
struct desk_dict {
	struct block_slot *pages;
	uint32_t page_count;
};

struct segment_desk {
	struct desk_chunk *chunks; /* of zone 0 all columns, of zone 1 ... */
	struct desk_dict *dicts;   /* by column */
	size_t bytes;              /* of all */
};

/* ---- making it ---- */

static size_t
whole_lines(size_t bytes)
{
	return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

/* Pages of the dictionary of number `c` that lookups ask for: contexts' no. */
static uint32_t
dict_pages(const struct segment_section *section, uint32_t c)
{
	const struct column_info *column = &section->columns[c];

	return column->has_dict && c != COLUMN_CONTEXT_ID - 1
	    ? dict_page_count(column->dict_count)
	    : 0;
}

/* All in one piece; NULL without memory. */
static struct segment_desk *
desk_new(const struct segment_section *section)
{
	uint32_t column_count = section->info.column_count;
	size_t head = whole_lines(sizeof(struct segment_desk) +
	    column_count * sizeof(struct desk_dict));
	size_t chunks_bytes = (size_t)section->info.zone_count * column_count *
	    sizeof(struct desk_chunk);
	struct segment_desk *desk;
	struct block_slot *slots;
	size_t pages = 0, bytes;

	for (uint32_t c = 0; c < column_count; c++)
		pages += dict_pages(section, c);
	bytes = head + chunks_bytes + whole_lines(pages * sizeof(*slots));
	desk = block_cache_take_desk(section->segment->cache, bytes);
	if (desk == NULL)
		return NULL;
	desk->bytes = bytes;
	desk->dicts = (struct desk_dict *)(void *)(desk + 1);
	desk->chunks = (struct desk_chunk *)(void *)((char *)desk + head);
	slots =
	    (struct block_slot *)(void *)((char *)desk->chunks + chunks_bytes);
	for (uint32_t c = 0; c < column_count; c++) {
		uint32_t count = dict_pages(section, c);

		desk->dicts[c] = (struct desk_dict){ slots, count };
		slots += count;
	}
	return desk;
}

static void
desk_give(const struct segment_section *section, struct segment_desk *desk)
{
	block_cache_give_desk(section->segment->cache, desk, desk->bytes);
}

void
segment_desk_free(struct segment_section *section)
{
	struct segment_desk *desk =
	    atomic_load_explicit(&section->desk, memory_order_relaxed);
	struct segment *segment = section->segment;
	size_t count =
	    (size_t)section->info.zone_count * section->info.column_count;

	if (desk == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		block_cache_forget(segment->cache, segment->cache_key,
		    &desk->chunks[i].slot);
	for (uint32_t c = 0; c < section->info.column_count; c++)
		for (uint32_t p = 0; p < desk->dicts[c].page_count; p++)
			block_cache_forget(segment->cache, segment->cache_key,
			    &desk->dicts[c].pages[p]);
	desk_give(section, desk);
}

static int
desk_of(struct segment_section *section, struct segment_desk **out,
    struct error *err)
{
	struct segment_desk *expected = NULL, *desk;

	/* Acquire pairs with the release below: see all that it points to. */
	*out = atomic_load_explicit(&section->desk, memory_order_acquire);
	if (*out != NULL)
		return 0;
	desk = desk_new(section);
	if (desk == NULL)
		return error_no_memory(err);
	if (!atomic_compare_exchange_strong_explicit(&section->desk, &expected,
		desk, memory_order_acq_rel, memory_order_acquire)) {
		desk_give(section, desk); /* another thread was faster */
		desk = expected;
	}
	*out = desk;
	return 0;
}

static struct desk_chunk *
chunk_on(const struct segment_desk *desk, const struct segment_section *section,
    const struct column_info *column, uint32_t zone)
{
	return &desk->chunks[(size_t)zone * section->info.column_count +
	    (size_t)(column - section->columns)];
}

/* ---- chunks ---- */

/* What the table of chunks says. */
static int
read_info(struct segment_section *section, const struct column_info *column,
    uint32_t zone, struct chunk_info *out, uint64_t *bytes_read,
    struct error *err)
{
	const struct block *table;
	int rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, bytes_read, err);

	if (rc != 0)
		return rc;
	rc = segment_chunk_info(section, column, table, zone, out, err);
	block_cache_unpin(section->segment->cache, table);
	return rc;
}

/* One thread writes it; others do without meanwhile. */
static void
put_card(struct desk_chunk *at, const struct chunk_view *view, const void *data)
{
	unsigned char expected = CARD_NONE;

	if (!atomic_compare_exchange_strong_explicit(&at->state, &expected,
		CARD_BEING_WRITTEN, memory_order_relaxed, memory_order_relaxed))
		return;
	at->has_bytes = view->info.block.len > 0;
	chunk_card_make(view, data, &at->card);
	atomic_store_explicit(&at->state, CARD_THERE, memory_order_release);
}

/* The chunk as the cache has it, without a card. */
static int
open_chunk(struct segment_section *section, const struct column_info *column,
    uint32_t zone, struct desk_chunk *at, struct segment_chunk *out,
    uint64_t *bytes_read, struct error *err)
{
	static const uint64_t nothing[1];
	struct segment *segment = section->segment;
	const void *data = nothing;
	struct chunk_info info;
	int rc = read_info(section, column, zone, &info, bytes_read, err);

	if (rc == 0 && info.block.len > 0) {
		rc = block_cache_enter(segment->cache, &section->state->file,
		    &info.block, NULL, &at->slot, &data, bytes_read, err);
		out->slot = rc == 0 ? &at->slot : NULL;
	}
	if (rc != 0)
		return rc;
	rc = chunk_open(&info, column_chunk_phys(column), data, info.block.len,
	    &out->view, err);
	if (rc == 0) {
		put_card(at, &out->view, data);
		rc = segment_chunk_init_pages(out, err);
	}
	if (rc != 0) {
		error_add_context(err, "while reading file \"%s\"",
		    segment->path);
		out->view.text.page_count = 0;
	}
	return rc;
}

/*
 * The same by the card; *is_open says whether that could be done: the bytes must
 * be there, and the card be enough for `need`.
 */
static int
open_by_card(const struct column_info *column, struct desk_chunk *at,
    enum desk_need need, struct segment_chunk *out, bool *is_open,
    struct error *err)
{
	static const uint64_t nothing[1];
	const void *data = nothing;
	int rc = 0;

	*is_open = false;
	if (atomic_load_explicit(&at->state, memory_order_acquire) !=
		CARD_THERE ||
	    (need == DESK_VALUES && !at->card.is_whole))
		return 0;
	if (at->has_bytes) {
		rc = block_slot_enter(&at->slot, &data, err);
		if (rc != 0 || data == NULL)
			return rc;
		out->slot = &at->slot;
	}
	chunk_card_open(&at->card, column_chunk_phys(column), data, &out->view);
	out->view.info.block.offset =
	    atomic_load_explicit(&at->slot.offset, memory_order_relaxed);
	out->is_nulls = !at->card.is_whole;
	*is_open = true;
	return 0;
}

/* Values as the file has them. */
static int
open_plain(struct segment_section *section, const struct column_info *column,
    uint32_t zone, enum desk_need need, struct segment_chunk *out,
    uint64_t *bytes_read, struct error *err)
{
	struct segment_desk *desk;
	struct desk_chunk *at;
	bool is_open;
	int rc;

	segment_chunk_init(out);
	rc = desk_of(section, &desk, err);
	if (rc != 0)
		return rc;
	at = chunk_on(desk, section, column, zone);
	rc = open_by_card(column, at, need, out, &is_open, err);
	if (rc == 0 && !is_open)
		rc =
		    open_chunk(section, column, zone, at, out, bytes_read, err);
	return rc;
}

/* The event_ids of the zone, for values that follow them. */
static int
need_ids(struct segment_section *section, uint32_t zone,
    struct segment_chunk *chunk, uint64_t *bytes_read, struct error *err)
{
	const struct column_info *ids = &section->columns[COLUMN_EVENT_ID - 1];

	chunk->ids = malloc(sizeof(*chunk->ids));
	if (chunk->ids == NULL)
		return error_no_memory(err);
	chunk->view.ids = &chunk->ids->view;
	return open_plain(section, ids, zone, DESK_VALUES, chunk->ids,
	    bytes_read, err);
}

/* A constant is what the table says, which does not know the base. */
static void
add_base(struct chunk_view *view, int64_t base)
{
	int64_t value;

	view->base = base;
	if (base == 0 || view->info.encoding != ENC_CONSTANT)
		return;
	memcpy(&value, view->info.low, sizeof(value));
	value += base;
	memcpy(view->info.low, &value, sizeof(value));
}

int
segment_desk_chunk(struct segment_section *section,
    const struct column_info *column, uint32_t zone, enum desk_need need,
    const struct segment_chunk *ids, struct segment_chunk *out,
    uint64_t *bytes_read, struct error *err)
{
	int rc = open_plain(section, column, zone, need, out, bytes_read, err);

	if (rc != 0)
		return rc;
	add_base(&out->view, segment_column_base(section, column));
	if (out->view.info.encoding != ENC_INT_BY_ID)
		return 0;
	if (ids == NULL)
		return need_ids(section, zone, out, bytes_read, err);
	out->view.ids = &ids->view;
	return 0;
}

/* NULL if there is no desk yet. */
static const struct desk_chunk *
known_chunk(const struct segment_section *section,
    const struct column_info *column, uint32_t zone)
{
	/* Acquire, as desk_of(). */
	const struct segment_desk *desk =
	    atomic_load_explicit(&section->desk, memory_order_acquire);

	return desk == NULL ? NULL : chunk_on(desk, section, column, zone);
}

void
segment_desk_hint(const struct segment_section *section,
    const struct column_info *column, uint32_t zone)
{
	const struct desk_chunk *at = known_chunk(section, column, zone);

	if (at == NULL)
		return;
	__builtin_prefetch(at, 1);
	__builtin_prefetch((const char *)at + LINE_BYTES);
	__builtin_prefetch((const char *)at + 2 * (size_t)LINE_BYTES);
}

void
segment_desk_hint_row(const struct segment_section *section,
    const struct column_info *column, uint32_t zone, uint32_t row)
{
	const struct desk_chunk *at = known_chunk(section, column, zone);
	const void *data = at == NULL ? NULL : block_slot_hint(&at->slot);

	/* Acquire, as open_by_card(). */
	if (data != NULL &&
	    atomic_load_explicit(&at->state, memory_order_acquire) ==
		CARD_THERE)
		chunk_card_hint(&at->card, data, row);
}

/* ---- contexts ---- */

struct context_desk {
	uint32_t page_count; /* of the dictionary, and as many of the index */
	struct block_slot root;
	struct block_slot index;
	struct block_slot *pages; /* behind the lists */
	struct list_slot lists[];
};

static size_t
context_desk_bytes(uint32_t pages)
{
	return sizeof(struct context_desk) +
	    pages * (sizeof(struct list_slot) + sizeof(struct block_slot));
}

static struct context_desk *
context_desk_new(struct block_cache *cache, const struct segment_state *state)
{
	uint32_t pages = dict_page_count(state->footer.context_count);
	struct context_desk *desk =
	    block_cache_take_desk(cache, context_desk_bytes(pages));

	if (desk == NULL)
		return NULL;
	desk->page_count = pages;
	desk->pages = (struct block_slot *)(void *)(desk->lists + pages);
	return desk;
}

static void
context_desk_give(struct block_cache *cache, struct context_desk *desk)
{
	block_cache_give_desk(cache, desk,
	    context_desk_bytes(desk->page_count));
}

int
context_desk_slots(struct segment *segment, const struct segment_state *state,
    struct context_slots *out, struct error *err)
{
	/* As desk_of(). */
	struct context_desk *desk =
	    atomic_load_explicit(&segment->contexts, memory_order_acquire);
	struct context_desk *expected = NULL;

	if (desk == NULL) {
		desk = context_desk_new(segment->cache, state);
		if (desk == NULL)
			return error_no_memory(err);
		if (!atomic_compare_exchange_strong_explicit(&segment->contexts,
			&expected, desk, memory_order_acq_rel,
			memory_order_acquire)) {
			context_desk_give(segment->cache, desk);
			desk = expected;
		}
	}
	*out = (struct context_slots){
		.root = &desk->root,
		.index = &desk->index,
		.pages = desk->pages,
		.lists = desk->lists,
	};
	return 0;
}

void
context_desk_free(struct segment *segment)
{
	struct context_desk *desk =
	    atomic_load_explicit(&segment->contexts, memory_order_relaxed);

	if (desk == NULL)
		return;
	block_cache_forget(segment->cache, segment->cache_key, &desk->root);
	block_cache_forget(segment->cache, segment->cache_key, &desk->index);
	for (uint32_t p = 0; p < desk->page_count; p++) {
		block_cache_forget(segment->cache, segment->cache_key,
		    &desk->pages[p]);
		block_cache_forget(segment->cache, segment->cache_key,
		    &desk->lists[p].slot);
	}
	context_desk_give(segment->cache, desk);
}

/* ---- strings ---- */

/* A page that the desk does not know: its place is in the root. */
static int
enter_page(struct segment_section *section, const struct column_info *column,
    uint32_t page, struct block_slot *slot, const void **out,
    uint64_t *bytes_read, struct error *err)
{
	struct segment *segment = section->segment;
	const struct dict_root *root;
	const struct block *block;
	int rc = segment_dict_root(segment, section->state, &column->dict_root,
	    column->dict_count, &block, bytes_read, err);

	if (rc != 0)
		return rc;
	root = block->data;
	rc = block_cache_enter(segment->cache, &section->state->file,
	    &root->pages[page].ref, dict_page_decode, slot, out, bytes_read,
	    err);
	block_cache_unpin(segment->cache, block);
	return rc;
}

static int
page_slot(struct segment_section *section, const struct column_info *column,
    uint32_t page, struct block_slot **out, struct error *err)
{
	struct context_slots contexts;
	struct segment_desk *desk;
	int rc;

	if (column == &section->columns[COLUMN_CONTEXT_ID - 1]) {
		rc = context_desk_slots(section->segment, section->state,
		    &contexts, err);
		*out = rc == 0 ? &contexts.pages[page] : NULL;
		return rc;
	}
	rc = desk_of(section, &desk, err);
	if (rc == 0)
		*out = &desk->dicts[column - section->columns].pages[page];
	return rc;
}

int
segment_desk_page(struct segment_section *section,
    const struct column_info *column, uint32_t page,
    const struct dict_page **out, struct block_slot **slot,
    uint64_t *bytes_read, struct error *err)
{
	struct block_slot *at;
	const void *data;
	int rc;

	*slot = NULL;
	rc = page_slot(section, column, page, &at, err);
	if (rc != 0)
		return rc;
	rc = block_slot_enter(at, &data, err);
	if (rc == 0 && data == NULL)
		rc = enter_page(section, column, page, at, &data, bytes_read,
		    err);
	if (rc != 0)
		return rc;
	*out = data;
	*slot = at;
	return 0;
}
