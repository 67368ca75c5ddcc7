/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_describe.c -- what the parts of a segment take, from its tables.
 */
#include "common/reader.h"
#include "engine/segment/segment_private.h"
#include "engine/zone/zone_filter.h"

struct describe {
	struct segment *segment;
	struct segment_state *state;
	segment_part_fn fn;
	void *arg;
	uint64_t bytes_read;
};

/* Chunks of one table. */
struct chunk_sums {
	uint64_t bytes[SEGMENT_ENCODINGS];
	uint32_t chunks[SEGMENT_ENCODINGS];
	uint64_t text_bytes;
	uint32_t text_pages;
};

/* The pages of text of a chunk of strings. */
static int
add_text(struct describe *d, const struct chunk_info *info,
    struct chunk_sums *sums, struct error *err)
{
	struct segment_chunk chunk;
	struct text_page page;
	int rc = segment_chunk_get(d->segment, d->state, info, PHYS_STR, &chunk,
	    &d->bytes_read, err);

	if (rc != 0)
		return rc;
	for (uint32_t p = 0; p < chunk.view.text.page_count; p++) {
		sums->text_pages++;
		if (text_page_at(&chunk.view.text, p, &page))
			sums->text_bytes += page.ref.len;
	}
	segment_chunk_release(d->segment, &chunk);
	return 0;
}

static int
sum_chunks(struct describe *d, const struct block *table, uint32_t count,
    struct chunk_sums *sums, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct chunk_info info;

		/* Rows of a zone are its section's matter, not this table's. */
		if (!segment_take_chunk_info((const uint8_t *)table->data +
			    (size_t)i * CHUNK_INFO_SIZE,
			&info))
			return error_set(err, STELE_E_CORRUPT,
			    "invalid entry in a table of chunks of file "
			    "\"%s\"",
			    d->segment->path);
		sums->bytes[info.encoding] += info.block.len;
		sums->chunks[info.encoding]++;
		if (info.encoding == ENC_STR)
			rc = add_text(d, &info, sums, err);
	}
	return rc;
}

/* Chunks of a table, by encoding, their text, and the table itself. */
static int
describe_chunks(struct describe *d, struct segment_part part,
    const struct block_ref *ref, uint32_t count, struct error *err)
{
	struct chunk_sums sums = { .text_pages = 0 };
	const struct block *table;
	int rc;

	rc = segment_chunk_table(d->segment, d->state, ref, count, &table,
	    &d->bytes_read, err);
	if (rc != 0)
		return rc;
	rc = sum_chunks(d, table, count, &sums, err);
	block_cache_unpin(d->segment->cache, table);
	if (rc != 0)
		return rc;
	part.kind = SEGMENT_PART_CHUNKS;
	for (unsigned e = 0; e < SEGMENT_ENCODINGS; e++) {
		part.encoding = segment_encoding_name(e);
		part.count = sums.chunks[e];
		part.bytes = sums.bytes[e];
		if (part.count > 0)
			d->fn(d->arg, &part);
	}
	part.encoding = NULL;
	part.kind = SEGMENT_PART_TEXT;
	part.count = sums.text_pages;
	part.bytes = sums.text_bytes;
	if (part.count > 0)
		d->fn(d->arg, &part);
	part.kind = SEGMENT_PART_CHUNK_TABLE;
	part.count = 1;
	part.bytes = ref->len;
	d->fn(d->arg, &part);
	return 0;
}

static int
describe_dict(struct describe *d, struct segment_part part,
    const struct block_ref *ref, uint32_t count, struct error *err)
{
	const struct block *block;
	const struct dict_root *root;
	int rc;

	rc = segment_dict_root(d->segment, d->state, ref, count, &block,
	    &d->bytes_read, err);
	if (rc != 0)
		return rc;
	root = block->data;
	part.kind = SEGMENT_PART_DICTIONARY;
	part.count = count;
	part.bytes = ref->len;
	for (uint32_t p = 0; p < root->page_count; p++)
		part.bytes += root->pages[p].ref.len;
	block_cache_unpin(d->segment->cache, block);
	d->fn(d->arg, &part);
	return 0;
}

static int
describe_filter(struct describe *d, struct segment_part part,
    const struct block_ref *ref, uint32_t zone_count, struct error *err)
{
	struct filter_directory directory;
	const struct block *block;
	struct reader r;
	int rc;

	rc = block_cache_get(d->segment->cache, &d->state->file, ref, NULL,
	    &block, &d->bytes_read, err);
	if (rc != 0)
		return rc;
	if (!filter_open(block->data, block->len, zone_count, &directory))
		rc = error_set(err, STELE_E_CORRUPT,
		    "invalid filters in file \"%s\"", d->segment->path);
	part.kind = SEGMENT_PART_FILTERS;
	part.count = zone_count;
	part.bytes = ref->len;
	r = reader_over(block->data, block->len);
	(void)reader_take(&r, FILTER_DIRECTORY_FIXED);
	while (rc == 0 && reader_left(&r) > 0)
		part.bytes += segment_take_ref(&r).len;
	block_cache_unpin(d->segment->cache, block);
	if (rc == 0)
		d->fn(d->arg, &part);
	return rc;
}

static int
describe_section(struct describe *d, const struct section_info *info,
    struct error *err)
{
	struct segment_part part = { .type_oid = info->type_oid };
	struct segment_section *section;
	int rc = segment_section(d->segment, info->type_oid, &section, err);

	for (uint32_t c = 0; c < info->column_count && rc == 0; c++) {
		const struct column_info *column = &section->columns[c];

		part.place = c + 1;
		rc = describe_chunks(d, part, &column->chunks, info->zone_count,
		    err);
		/* That of contexts is the segment's. */
		if (rc == 0 && column->has_dict &&
		    part.place != COLUMN_CONTEXT_ID)
			rc = describe_dict(d, part, &column->dict_root,
			    column->dict_count, err);
		if (rc == 0 && column->filter.len > 0)
			rc = describe_filter(d, part, &column->filter,
			    info->zone_count, err);
	}
	part.place = 0;
	part.kind = SEGMENT_PART_FRAME;
	part.count = 1;
	part.bytes = info->columns.len;
	if (rc == 0)
		d->fn(d->arg, &part);
	return rc;
}

/* The pages of the context index, and the table of them. */
static int
describe_index(struct describe *d, struct segment_part part, struct error *err)
{
	const struct segment_footer *footer = &d->state->footer;
	const struct block *table;
	struct reader r;
	int rc;

	rc = block_cache_get(d->segment->cache, &d->state->file, &footer->index,
	    NULL, &table, &d->bytes_read, err);
	if (rc != 0)
		return rc;
	r = reader_over(table->data, table->len);
	part.kind = SEGMENT_PART_INDEX;
	part.bytes = footer->index.len;
	part.count = footer->index.len / BLOCK_REF_SIZE;
	for (uint32_t p = 0; p < part.count; p++)
		part.bytes += segment_take_ref(&r).len;
	block_cache_unpin(d->segment->cache, table);
	d->fn(d->arg, &part);
	return 0;
}

int
segment_describe(struct segment *segment, segment_part_fn fn, void *arg,
    struct error *err)
{
	struct describe d = { .segment = segment, .fn = fn, .arg = arg };
	struct segment_part part = { .place = COLUMN_CONTEXT_ID };
	const struct segment_footer *footer;
	int rc = segment_load(segment, &d.state, err);

	if (rc != 0)
		return rc;
	footer = &d.state->footer;
	for (uint32_t s = 0; s < footer->section_count && rc == 0; s++)
		rc = describe_section(&d, &footer->sections[s], err);
	if (rc == 0)
		rc = describe_dict(&d, part, &footer->contexts,
		    footer->context_count, err);
	if (rc == 0)
		rc = describe_index(&d, part, err);
	if (rc != 0)
		return rc;
	part.place = 0;
	part.kind = SEGMENT_PART_FRAME;
	part.count = 1;
	part.bytes = SEGMENT_HEADER_SIZE + d.state->file.size_bytes -
	    d.state->footer_offset;
	fn(arg, &part);
	return 0;
}
