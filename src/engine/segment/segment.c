/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.c -- opening a segment and getting at its parts, through the cache.
 */
#include "engine/segment/segment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/must.h"
#include "common/reader.h"
#include "engine/haste.h"
#include "engine/segment/codec_zstd.h"
#include "engine/segment/segment_desk.h"
#include "engine/segment/segment_private.h"
#include "engine/zone/zone_filter.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- life ---- */

int
segment_open(struct os_fs *fs, const char *dir, const struct segment_meta *meta,
    const struct uuid *directory, struct block_cache *cache,
    struct segment **out, struct error *err)
{
	struct segment *segment = calloc(1, sizeof(*segment));
	int rc;

	*out = NULL;
	if (segment == NULL)
		return no_memory(err);
	atomic_init(&segment->refs, 1);
	segment->fs = fs;
	segment->cache = cache;
	segment->directory = *directory;
	segment->cache_key = block_cache_new_key(cache);
	rc = segment_path(segment->path, sizeof(segment->path), dir,
	    meta->number, err);
	if (rc == 0)
		rc = segment_meta_copy(&segment->meta, meta, err);
	if (rc != 0) {
		free(segment);
		return rc;
	}
	*out = segment;
	return 0;
}

struct segment *
segment_ref(struct segment *segment)
{
	atomic_fetch_add_explicit(&segment->refs, 1, memory_order_relaxed);
	return segment;
}

void
segment_unref(struct segment *segment)
{
	/* Acquire: the last owner sees what all others did with it. */
	if (segment == NULL ||
	    atomic_fetch_sub_explicit(&segment->refs, 1, memory_order_acq_rel) >
		1)
		return;
	context_desk_free(segment);
	segment_state_free(
	    atomic_load_explicit(&segment->state, memory_order_relaxed));
	if (atomic_load_explicit(&segment->is_removed_at_end,
		memory_order_relaxed))
		(void)segment->fs->unlink(segment->fs, segment->path);
	segment_meta_release(&segment->meta);
	free(segment);
}

void
segment_remove_at_end(struct segment *segment)
{
	/* Ordered by the release of the caller's own reference. */
	atomic_store_explicit(&segment->is_removed_at_end, true,
	    memory_order_relaxed);
}

void
segment_keep_file(struct segment *segment)
{
	atomic_store_explicit(&segment->is_removed_at_end, false,
	    memory_order_relaxed);
}

const struct segment_meta *
segment_meta(const struct segment *segment)
{
	return &segment->meta;
}

/* ---- the file ---- */

static void
section_free(struct segment_section *section)
{
	if (section == NULL)
		return;
	segment_desk_free(section);
	free(section->columns);
	free(section->zone_first);
	free(section->zone_granule);
	free(section);
}

void
segment_state_free(struct segment_state *state)
{
	if (state == NULL)
		return;
	for (uint32_t i = 0;
	     state->sections != NULL && i < state->footer.section_count; i++)
		section_free(atomic_load_explicit(&state->sections[i],
		    memory_order_relaxed));
	free(state->sections);
	free(state->footer.sections);
	os_close(state->file.file);
	free(state);
}

static int
corrupt_file(const char *path, const char *what, uint64_t offset,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "%s in file \"%s\" at offset %" PRIu64, what, path, offset);
}

/* Does the footer say what the MANIFEST says, but for the base of ids? */
static bool
footer_agrees(const struct segment_footer *footer,
    const struct segment_meta *meta)
{
	uint32_t zone_count = 0;

	for (uint32_t i = 0; i < footer->section_count; i++)
		zone_count += footer->sections[i].zone_count;
	if (zone_count != meta->zone_count ||
	    footer->row_count != meta->row_count ||
	    footer->event_id_first > meta->event_id_first ||
	    footer->event_id_last - footer->event_id_first !=
		meta->event_id_last - meta->event_id_first ||
	    footer->time_min != meta->time_min ||
	    footer->time_max != meta->time_max ||
	    footer->section_count != meta->type_count)
		return false;
	for (uint32_t i = 0; i < footer->section_count; i++)
		if (footer->sections[i].type_oid != meta->types[i].type_oid ||
		    footer->sections[i].row_count != meta->types[i].row_count)
			return false;
	return true;
}

static int
state_read_header(struct segment_state *state, const struct segment_meta *meta,
    const struct uuid *directory, struct error *err)
{
	const char *path = state->file.file->path;
	uint8_t data[SEGMENT_HEADER_SIZE];
	int rc = os_pread_full(state->file.file, data, sizeof(data), 0, err);

	if (rc != 0)
		return rc;
	if (!segment_take_header(data, state->file.identity, &state->header))
		return corrupt_file(path, "invalid header", 0, err);
	if (state->header.number != meta->number ||
	    state->header.shard != meta->shard ||
	    memcmp(&state->header.directory, directory, sizeof(*directory)) !=
		0)
		return corrupt_file(path, "header of another segment", 0, err);
	return 0;
}

static int
state_read_footer(struct segment_state *state, const struct segment_meta *meta,
    struct error *err)
{
	const char *path = state->file.file->path;
	uint64_t offset = state->file.size_bytes - SEGMENT_TRAILER_SIZE;
	uint8_t data[SEGMENT_TRAILER_SIZE];
	struct block_ref ref;
	uint8_t *footer = NULL;
	int rc;

	rc = os_pread_full(state->file.file, data, sizeof(data), offset, err);
	if (rc != 0)
		return rc;
	if (!segment_take_trailer(data, state->file.identity, offset, &ref))
		return corrupt_file(path, "invalid trailer", offset, err);
	state->footer_offset = ref.offset;
	if (ref.checksum != meta->hash)
		return corrupt_file(path, "footer of another segment",
		    ref.offset, err);
	rc = block_read(&state->file, &ref, &footer, err);
	if (rc != 0)
		return rc;
	rc = segment_take_footer(footer, ref.len, &state->footer, err);
	free(footer);
	if (rc != 0)
		return rc;
	if (!footer_agrees(&state->footer, meta))
		return corrupt_file(path, "unexpected footer", ref.offset, err);
	state->id_base = meta->event_id_first - state->footer.event_id_first;
	state->sections =
	    calloc(state->footer.section_count, sizeof(*state->sections));
	return state->sections == NULL ? no_memory(err) : 0;
}

int
segment_state_open(struct os_fs *fs, const char *path,
    const struct segment_meta *meta, const struct uuid *directory,
    struct segment_state **out, struct error *err)
{
	struct segment_state *state = calloc(1, sizeof(*state));
	int rc;

	*out = NULL;
	if (state == NULL)
		return no_memory(err);
	state->file.identity = segment_identity(directory, meta->number);
	rc = os_open(fs, path, OS_READ, &state->file.file, err);
	if (rc == 0)
		rc = os_size(state->file.file, &state->file.size_bytes, err);
	if (rc != 0)
		goto out;
	if (state->file.size_bytes != meta->size_bytes ||
	    meta->size_bytes < SEGMENT_HEADER_SIZE + SEGMENT_TRAILER_SIZE) {
		rc = error_set(err, STELE_E_CORRUPT,
		    "file \"%s\" has %" PRIu64 " bytes instead of %" PRIu64,
		    path, state->file.size_bytes, meta->size_bytes);
		goto out;
	}
	rc = state_read_header(state, meta, directory, err);
	if (rc == 0)
		rc = state_read_footer(state, meta, err);
out:
	if (rc != 0) {
		segment_state_free(state);
		return rc;
	}
	*out = state;
	return 0;
}

int
segment_load(struct segment *segment, struct segment_state **out,
    struct error *err)
{
	struct segment_state *state, *expected = NULL;
	int rc;

	/* Acquire pairs with the release below: see all that it points to. */
	*out = atomic_load_explicit(&segment->state, memory_order_acquire);
	if (*out != NULL)
		return 0;
	rc = haste_check_read(err);
	if (rc == 0)
		rc = segment_state_open(segment->fs, segment->path,
		    &segment->meta, &segment->directory, &state, err);
	if (rc != 0)
		return rc;
	state->file.cache_key = segment->cache_key;
	if (!atomic_compare_exchange_strong_explicit(&segment->state, &expected,
		state, memory_order_acq_rel, memory_order_acquire)) {
		segment_state_free(state); /* another thread was faster */
		state = expected;
	}
	*out = state;
	return 0;
}

int
segment_check(struct segment *segment, struct error *err)
{
	struct segment_state *state;
	int rc = segment_load(segment, &state, err);

	if (rc == STELE_E_FILE_MISSING)
		rc = error_set(err, STELE_E_CORRUPT, "file \"%s\" is missing",
		    segment->path);
	return rc;
}

int
segment_breaks_order(const struct segment *segment, int64_t event_id,
    struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "event_id %" PRId64 " in file \"%s\" does not ascend", event_id,
	    segment->path);
	return error_detail(err,
	    "There is a later one before it, or it is there twice, perhaps in "
	    "another file too.");
}

/* ---- parts ---- */

int
segment_chunk_table(struct segment *segment, const struct segment_state *state,
    const struct block_ref *ref, uint32_t count, const struct block **out,
    uint64_t *bytes_read, struct error *err)
{
	if (ref->len != (uint64_t)count * CHUNK_INFO_SIZE)
		return corrupt_file(segment->path, "invalid table of chunks",
		    ref->offset, err);
	return block_cache_get(segment->cache, &state->file, ref, NULL, out,
	    bytes_read, err);
}

static bool
may_have_nulls(const struct segment_section *section,
    const struct column_info *column)
{
	return column - section->columns >= SEGMENT_CORE_COLUMNS;
}

int
segment_chunk_info(const struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    struct chunk_info *out, struct error *err)
{
	const uint8_t *entry =
	    (const uint8_t *)table->data + (size_t)zone * CHUNK_INFO_SIZE;

	assert((size_t)zone * CHUNK_INFO_SIZE < table->len);
	if (segment_take_chunk_info(entry, out) &&
	    out->row_count == segment_section_zone_rows(section, zone) &&
	    (out->null_count == 0 || may_have_nulls(section, column)))
		return 0;
	return error_set(err, STELE_E_CORRUPT,
	    "invalid entry %" PRIu32 " in a table of chunks of file \"%s\"",
	    zone, section->segment->path);
}

static void
shift_bound(uint8_t bound[16], int64_t base)
{
	int64_t value;

	memcpy(&value, bound, sizeof(value));
	value += base;
	memcpy(bound, &value, sizeof(value));
}

int
segment_zone_info(const struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    struct chunk_info *out, struct error *err)
{
	int64_t base = segment_column_base(section, column);
	int rc = segment_chunk_info(section, column, table, zone, out, err);

	if (rc == 0 && base != 0) { /* the set counts from the least */
		shift_bound(out->low, base);
		shift_bound(out->high, base);
	}
	return rc;
}

int
segment_chunk_init_pages(struct segment_chunk *chunk, struct error *err)
{
	size_t count = chunk->view.text.page_count;

	if (count == 0)
		return 0;
	chunk->text = calloc(count, sizeof(void *) + sizeof(void *));
	if (chunk->text == NULL)
		return no_memory(err);
	chunk->pages = (const uint8_t **)(void *)(chunk->text + count);
	chunk->view.pages = chunk->pages;
	return 0;
}

int
segment_chunk_get(struct segment *segment, const struct segment_state *state,
    const struct chunk_info *info, enum phys phys, struct segment_chunk *out,
    uint64_t *bytes_read, struct error *err)
{
	static const uint64_t nothing[1];
	int rc;

	segment_chunk_init(out);
	out->view.text.page_count = 0;
	if (info->block.len == 0)
		return chunk_open(info, phys, nothing, 0, &out->view, err);
	rc = block_cache_get(segment->cache, &state->file, &info->block, NULL,
	    &out->block, bytes_read, err);
	if (rc != 0)
		return rc;
	assert(out->block != NULL);
	rc = chunk_open(info, phys, out->block->data, out->block->len,
	    &out->view, err);
	if (rc == 0)
		rc = segment_chunk_init_pages(out, err);
	if (rc != 0) {
		error_add_context(err, "while reading file \"%s\"",
		    segment->path);
		out->view.text.page_count = 0;
		segment_chunk_release(segment, out);
	}
	return rc;
}

void
segment_chunk_release(struct segment *segment, struct segment_chunk *chunk)
{
	for (uint32_t p = 0;
	     chunk->text != NULL && p < chunk->view.text.page_count; p++)
		block_cache_unpin(segment->cache, chunk->text[p]);
	free(chunk->text);
	chunk->text = NULL;
	if (chunk->ids != NULL)
		segment_chunk_release(segment, chunk->ids);
	free(chunk->ids);
	chunk->ids = NULL;
	block_cache_unpin(segment->cache, chunk->block);
	chunk->block = NULL;
	if (chunk->slot != NULL)
		block_cache_leave(segment->cache, segment->cache_key,
		    chunk->slot);
	chunk->slot = NULL;
}

/*
 * The event_ids of the zone, for a chunk whose values follow them as the file
 * has them.
 */
static int
chunk_need_ids(struct segment_section *section, uint32_t zone,
    struct segment_chunk *chunk, uint64_t *bytes_read, struct error *err)
{
	const struct column_info *ids = &section->columns[COLUMN_EVENT_ID - 1];
	const struct block *table;
	struct chunk_info info;
	int rc;

	chunk->ids = malloc(sizeof(*chunk->ids));
	if (chunk->ids == NULL)
		return no_memory(err);
	segment_chunk_init(chunk->ids);
	rc = segment_chunk_table(section->segment, section->state, &ids->chunks,
	    section->info.zone_count, &table, bytes_read, err);
	if (rc != 0)
		return rc;
	rc = segment_chunk_info(section, ids, table, zone, &info, err);
	block_cache_unpin(section->segment->cache, table);
	if (rc == 0)
		rc = segment_chunk_get(section->segment, section->state, &info,
		    PHYS_I64, chunk->ids, bytes_read, err);
	chunk->view.ids = &chunk->ids->view;
	return rc;
}

int
segment_zone_chunk(struct segment_section *section,
    const struct column_info *column, const struct block *table, uint32_t zone,
    const struct segment_chunk *ids, struct chunk_info *info,
    struct segment_chunk *out, uint64_t *bytes_read, struct error *err)
{
	int rc;

	segment_chunk_init(out);
	rc = segment_zone_info(section, column, table, zone, info, err);
	if (rc == 0)
		rc = segment_chunk_get(section->segment, section->state, info,
		    column_chunk_phys(column), out, bytes_read, err);
	if (rc == 0)
		out->view.base = segment_column_base(section, column);
	if (rc != 0 || info->encoding != ENC_INT_BY_ID)
		return rc;
	if (ids == NULL)
		return chunk_need_ids(section, zone, out, bytes_read, err);
	out->view.ids = &ids->view;
	return rc;
}

int
segment_text_page(struct segment *segment, const struct segment_state *state,
    const struct chunk_view *view, uint32_t p, const struct block **out,
    const uint8_t **bytes, uint64_t *bytes_read, struct error *err)
{
	static const uint8_t nothing[1];
	struct text_page page;
	int rc;

	*out = NULL;
	*bytes = nothing;
	if (!text_page_at(&view->text, p, &page))
		return corrupt_file(segment->path, "invalid page of text",
		    view->info.block.offset, err);
	if (page.ref.len == 0)
		return 0;
	rc = block_cache_get(segment->cache, &state->file, &page.ref,
	    page.form == TEXT_ZSTD ? zstd_block_decode : NULL, out, bytes_read,
	    err);
	if (rc != 0)
		return rc;
	*bytes = (*out)->data;
	if ((*out)->len == page.raw_len)
		return 0;
	block_cache_unpin(segment->cache, *out);
	*out = NULL;
	return corrupt_file(segment->path, "unexpected page of text",
	    page.ref.offset, err);
}

int
segment_chunk_need(struct segment *segment, const struct segment_state *state,
    struct segment_chunk *chunk, uint32_t first, uint32_t count,
    uint64_t *bytes_read, struct error *err)
{
	uint32_t page, limit;
	int rc = 0;

	if (chunk->text == NULL)
		return 0;
	chunk_text_pages(&chunk->view, first, count, &page, &limit);
	for (; page < limit && rc == 0; page++)
		if (chunk->pages[page] == NULL)
			rc = segment_text_page(segment, state, &chunk->view,
			    page, &chunk->text[page], &chunk->pages[page],
			    bytes_read, err);
	return rc;
}

void
segment_chunk_let_go(struct segment *segment, struct segment_chunk *chunk,
    uint32_t row)
{
	uint32_t page, limit;

	if (chunk->text == NULL)
		return;
	chunk_text_pages(&chunk->view, row, 1, &page, &limit);
	while (page-- > 0 && chunk->pages[page] != NULL) {
		block_cache_unpin(segment->cache, chunk->text[page]);
		chunk->text[page] = NULL;
		chunk->pages[page] = NULL;
	}
}

int
segment_dict_root(struct segment *segment, const struct segment_state *state,
    const struct block_ref *ref, uint32_t count, const struct block **out,
    uint64_t *bytes_read, struct error *err)
{
	const struct dict_root *root;
	int rc = block_cache_get(segment->cache, &state->file, ref,
	    dict_root_decode, out, bytes_read, err);

	if (rc != 0)
		return rc;
	root = (*out)->data;
	if (root->count == count)
		return 0;
	block_cache_unpin(segment->cache, *out);
	*out = NULL;
	return corrupt_file(segment->path, "unexpected dictionary", ref->offset,
	    err);
}

int
segment_dict_page(struct segment *segment, const struct segment_state *state,
    const struct dict_root *root, uint32_t page, const struct block **out,
    uint64_t *bytes_read, struct error *err)
{
	const struct block_ref *ref = &root->pages[page].ref;
	const struct dict_page *decoded;
	int rc = block_cache_get(segment->cache, &state->file, ref,
	    dict_page_decode, out, bytes_read, err);

	if (rc != 0)
		return rc;
	decoded = (*out)->data;
	if (decoded->count == dict_page_strings(root, page))
		return 0;
	block_cache_unpin(segment->cache, *out);
	*out = NULL;
	return corrupt_file(segment->path, "unexpected page of a dictionary",
	    ref->offset, err);
}

uint32_t
segment_granule_count(const struct segment_state *state)
{
	const struct segment_footer *footer = &state->footer;
	const struct section_info *last =
	    &footer->sections[footer->section_count - 1];

	return last->granule_first + last->granule_count;
}

int
segment_filter_strip(struct segment_section *section,
    const struct column_info *column, uint64_t hash, const struct block **out,
    size_t *offset, uint64_t *bytes_read, struct error *err)
{
	struct segment *segment = section->segment;
	const struct block_file *file = &section->state->file;
	uint32_t zone_count = section->info.zone_count;
	struct filter_directory directory;
	struct block_ref ref = { 0 };
	const struct block *block;
	bool is_good;
	int rc = block_cache_get(segment->cache, file, &column->filter, NULL,
	    &block, bytes_read, err);

	if (rc != 0)
		return rc;
	is_good = filter_open(block->data, block->len, zone_count, &directory);
	if (is_good)
		ref = filter_group_of(&directory, hash, offset);
	block_cache_unpin(segment->cache, block);
	if (!is_good || ref.len < *offset ||
	    ref.len - *offset < (size_t)zone_count * FILTER_BLOCK_BYTES)
		return corrupt_file(segment->path, "invalid filters",
		    column->filter.offset, err);
	return block_cache_get(segment->cache, file, &ref, NULL, out,
	    bytes_read, err);
}

int
segment_dict_find(struct segment *segment, const struct segment_state *state,
    const struct block_ref *ref, uint32_t count, struct str s, uint32_t *code,
    bool *is_found, uint64_t *bytes_read, struct error *err)
{
	const struct block *root_block = NULL, *page_block = NULL;
	const struct dict_page *strings;
	uint32_t page, at;
	int rc;

	rc = segment_dict_root(segment, state, ref, count, &root_block,
	    bytes_read, err);
	if (rc != 0)
		return rc;
	page = dict_root_find(root_block->data, s);
	rc = segment_dict_page(segment, state, root_block->data, page,
	    &page_block, bytes_read, err);
	if (rc == 0) {
		strings = page_block->data;
		at = dict_page_find(strings, s);
		*code = page * DICT_PAGE_STRINGS + at;
		*is_found =
		    at < strings->count && str_equal(strings->strings[at], s);
	}
	block_cache_unpin(segment->cache, page_block);
	block_cache_unpin(segment->cache, root_block);
	return rc;
}

int
segment_range_in_codes(const struct segment_section *section,
    const struct column_info *column, const struct scan_range *range,
    struct code_range *out, uint64_t *bytes_read, struct error *err)
{
	uint32_t code;
	bool is_found;
	int rc;

	*out = (struct code_range){ 0, (int64_t)column->dict_count - 1 };
	if (range->has_low) {
		rc = segment_dict_find(section->segment, section->state,
		    &column->dict_root, column->dict_count, range->low.str,
		    &code, &is_found, bytes_read, err);
		if (rc != 0)
			return rc;
		out->first = code;
	}
	if (range->has_high) {
		rc = segment_dict_find(section->segment, section->state,
		    &column->dict_root, column->dict_count, range->high.str,
		    &code, &is_found, bytes_read, err);
		if (rc != 0)
			return rc;
		out->last = is_found ? (int64_t)code : (int64_t)code - 1;
	}
	return 0;
}

/* ---- sections ---- */

static int
section_read_columns(struct segment_section *section, struct error *err)
{
	struct segment *segment = section->segment;
	const struct section_info *info = &section->info;
	const struct block *block = NULL;
	uint64_t bytes_read = 0;
	bool is_good = true;
	int rc;

	section->columns =
	    calloc(info->column_count, sizeof(*section->columns));
	if (section->columns == NULL)
		return no_memory(err);
	rc = block_cache_get(segment->cache, &section->state->file,
	    &info->columns, NULL, &block, &bytes_read, err);
	if (rc != 0)
		return rc;
	for (uint32_t c = 0; c < info->column_count && is_good; c++)
		is_good =
		    segment_take_column_info((const uint8_t *)block->data +
			    (size_t)c * COLUMN_INFO_SIZE,
			&section->columns[c]);
	block_cache_unpin(segment->cache, block);
	for (uint32_t c = COLUMN_CONTEXT_ID; c < SEGMENT_CORE_COLUMNS; c++)
		is_good &= section->columns[c].phys == PHYS_I64;
	if (!is_good || section->columns[0].phys != PHYS_STR ||
	    !section->columns[0].has_dict)
		return corrupt_file(segment->path, "invalid table of columns",
		    info->columns.offset, err);
	return 0;
}

/* The event_id column says how many rows each zone has. */
static int
section_read_zones(struct segment_section *section, struct error *err)
{
	struct segment *segment = section->segment;
	const struct block_ref *ref =
	    &section->columns[COLUMN_EVENT_ID - 1].chunks;
	uint32_t zone_count = section->info.zone_count;
	uint32_t granule = section->zone_granule[0];
	uint32_t limit = granule + section->info.granule_count;
	const struct block *table = NULL;
	uint64_t bytes_read = 0, row = 0;
	struct chunk_info info;
	bool is_good = true;
	int rc;

	rc = segment_chunk_table(segment, section->state, ref, zone_count,
	    &table, &bytes_read, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < zone_count && is_good; z++) {
		is_good = segment_take_chunk_info((const uint8_t *)table->data +
			(size_t)z * CHUNK_INFO_SIZE,
		    &info);
		section->zone_first[z] = (uint32_t)row;
		section->zone_granule[z] = granule;
		row += info.row_count;
		granule += index_granules(info.row_count);
		is_good &= row <= section->info.row_count && granule <= limit;
	}
	block_cache_unpin(segment->cache, table);
	if (!is_good || row != section->info.row_count || granule != limit)
		return corrupt_file(segment->path, "invalid rows of zones",
		    ref->offset, err);
	section->zone_first[zone_count] = (uint32_t)row;
	section->zone_granule[zone_count] = granule;
	return 0;
}

/* Room for the zones; those of other sections have the granules before. */
static int
section_init_zones(struct segment_section *section, uint32_t i,
    struct error *err)
{
	size_t count = (size_t)section->info.zone_count + 1;

	section->zone_first = calloc(count, sizeof(*section->zone_first));
	section->zone_granule = calloc(count, sizeof(*section->zone_granule));
	if (section->zone_first == NULL || section->zone_granule == NULL)
		return no_memory(err);
	for (uint32_t s = 0; s < i; s++)
		section->zone_granule[0] +=
		    section->state->footer.sections[s].granule_count;
	return 0;
}

static int
section_open(struct segment *segment, struct segment_state *state, uint32_t i,
    struct segment_section **out, struct error *err)
{
	struct segment_section *section = calloc(1, sizeof(*section));
	struct segment_section *expected = NULL;
	int rc;

	if (section == NULL)
		return no_memory(err);
	section->segment = segment;
	section->state = state;
	section->info = state->footer.sections[i];
	rc = section_init_zones(section, i, err);
	if (rc == 0)
		rc = section_read_columns(section, err);
	if (rc == 0)
		rc = section_read_zones(section, err);
	if (rc != 0) {
		section_free(section);
		return rc;
	}
	if (!atomic_compare_exchange_strong_explicit(&state->sections[i],
		&expected, section, memory_order_acq_rel,
		memory_order_acquire)) {
		section_free(section); /* another thread was faster */
		section = expected;
	}
	*out = section;
	return 0;
}

int
segment_section(struct segment *segment, uint32_t type_oid,
    struct segment_section **out, struct error *err)
{
	struct segment_state *state;
	int rc;

	*out = NULL;
	if (segment_meta_type_rows(&segment->meta, type_oid) == 0)
		return 0;
	rc = segment_load(segment, &state, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < state->footer.section_count; i++) {
		if (state->footer.sections[i].type_oid != type_oid)
			continue;
		/* Acquire pairs with the release of section_open(). */
		*out = atomic_load_explicit(&state->sections[i],
		    memory_order_acquire);
		if (*out != NULL)
			return 0;
		return section_open(segment, state, i, out, err);
	}
	return 0;
}

uint32_t
segment_section_row_count(const struct segment_section *section)
{
	return section->info.row_count;
}

uint32_t
segment_section_zone_count(const struct segment_section *section)
{
	return section->info.zone_count;
}

uint32_t
segment_section_zone_rows(const struct segment_section *section, uint32_t zone)
{
	return section->zone_first[zone + 1] - section->zone_first[zone];
}

/* The last of `count` ascending numbers that is not greater. */
static uint32_t
last_not_greater(const uint32_t *numbers, uint32_t count, uint32_t number)
{
	uint32_t first = 0, limit = count;

	while (limit - first > 1) {
		uint32_t middle = first + (limit - first) / 2;

		if (numbers[middle] <= number)
			first = middle;
		else
			limit = middle;
	}
	return first;
}

uint32_t
segment_section_zone_of(const struct segment_section *section, uint32_t row)
{
	return last_not_greater(section->zone_first, section->info.zone_count,
	    row);
}

uint32_t
segment_section_zone_of_granule(const struct segment_section *section,
    uint32_t granule)
{
	return last_not_greater(section->zone_granule, section->info.zone_count,
	    granule);
}
