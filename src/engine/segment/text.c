/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/text.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/segment_format.h"

void
text_put_count(struct buf *directory, uint32_t page_count)
{
	buf_put_u32(directory, page_count);
	buf_put_u32(directory, 0);
}

void
text_put_page(struct buf *directory, const struct text_page *page)
{
	buf_put_u32(directory, page->limit);
	buf_put_u32(directory, page->raw_len);
	buf_put_u32(directory, (uint32_t)page->form);
	segment_put_ref(directory, &page->ref);
}

bool
text_open(struct reader *reader, uint32_t value_count, struct text_view *view)
{
	uint32_t zero;

	view->page_count = reader_u32(reader);
	zero = reader_u32(reader);
	if (view->page_count > value_count || zero != 0)
		return false;
	view->entries = reader_take(reader,
	    (size_t)view->page_count * TEXT_PAGE_ENTRY_BYTES);
	return !reader->failed;
}

static const uint8_t *
entry_of(const struct text_view *view, uint32_t p)
{
	assert(p < view->page_count);
	return view->entries + (size_t)p * TEXT_PAGE_ENTRY_BYTES;
}

uint32_t
text_page_limit(const struct text_view *view, uint32_t p)
{
	uint32_t limit;

	memcpy(&limit, entry_of(view, p), sizeof(limit));
	return limit;
}

bool
text_page_at(const struct text_view *view, uint32_t p, struct text_page *page)
{
	struct reader r = reader_over(entry_of(view, p), TEXT_PAGE_ENTRY_BYTES);
	uint32_t form;

	page->limit = reader_u32(&r);
	page->raw_len = reader_u32(&r);
	form = reader_u32(&r);
	page->form = (enum text_form)form;
	page->ref = segment_take_ref(&r);
	return form <= TEXT_ZSTD &&
	    (form == TEXT_ZSTD || page->ref.len == page->raw_len);
}

uint32_t
text_page_of(const struct text_view *view, uint32_t value)
{
	uint32_t first = 0, limit = view->page_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (text_page_limit(view, middle) <= value)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}
