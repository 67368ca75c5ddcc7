/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_strings.c -- walking over the dictionaries of a segment, a page at a
 * time.
 */
#include <assert.h>
#include <stdlib.h>

#include "engine/segment/segment_private.h"

struct segment_dict_cursor {
	struct segment_section *section;
	struct segment *segment;  /* referenced */
	const struct block *root; /* pinned */
	const struct block *page; /* pinned; NULL: none yet */
	uint32_t page_next;
	uint32_t string_next; /* in the page */
	uint64_t bytes_read;
};

uint32_t
segment_section_column_count(const struct segment_section *section)
{
	return section->info.column_count;
}

uint32_t
segment_section_dict_count(const struct segment_section *section,
    uint32_t attnum)
{
	const struct column_info *column =
	    segment_section_column(section, attnum);

	return column != NULL && column->has_dict ? column->dict_count : 0;
}

int
segment_dict_cursor_open(struct segment_section *section, uint32_t attnum,
    struct segment_dict_cursor **out, struct error *err)
{
	const struct column_info *column =
	    segment_section_column(section, attnum);
	struct segment_dict_cursor *cursor = calloc(1, sizeof(*cursor));
	int rc;

	assert(column != NULL);
	*out = NULL;
	if (cursor == NULL)
		return error_no_memory(err);
	cursor->section = section;
	cursor->segment = segment_ref(section->segment);
	rc = segment_dict_root(cursor->segment, section->state,
	    &column->dict_root, column->dict_count, &cursor->root,
	    &cursor->bytes_read, err);
	if (rc != 0)
		segment_dict_cursor_close(cursor);
	else
		*out = cursor;
	return rc;
}

void
segment_dict_cursor_close(struct segment_dict_cursor *cursor)
{
	if (cursor == NULL)
		return;
	block_cache_unpin(cursor->segment->cache, cursor->page);
	block_cache_unpin(cursor->segment->cache, cursor->root);
	segment_unref(cursor->segment);
	free(cursor);
}

int
segment_dict_cursor_next(struct segment_dict_cursor *cursor, struct str *out,
    struct error *err)
{
	const struct dict_root *root = cursor->root->data;
	const struct dict_page *page;
	int rc;

	if (cursor->page != NULL) {
		page = cursor->page->data;
		if (cursor->string_next < page->count) {
			*out = page->strings[cursor->string_next++];
			return 1;
		}
	}
	if (cursor->page_next == root->page_count)
		return 0;
	block_cache_unpin(cursor->segment->cache, cursor->page);
	cursor->page = NULL;
	rc = segment_dict_page(cursor->segment, cursor->section->state, root,
	    cursor->page_next, &cursor->page, &cursor->bytes_read, err);
	if (rc != 0)
		return rc;
	cursor->page_next++;
	page = cursor->page->data; /* none is empty */
	*out = page->strings[0];
	cursor->string_next = 1;
	return 1;
}
