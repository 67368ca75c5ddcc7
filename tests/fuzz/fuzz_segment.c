/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoders of segments and of the MANIFEST over any bytes.  They are
 * called behind the checksums, which a fuzzer would not get past: the first
 * byte chooses the decoder, the next ones what it is told of the bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/manifest/manifest_format.h"
#include "engine/segment/chunk.h"
#include "engine/segment/codec_zstd.h"
#include "engine/segment/context_index.h"
#include "engine/segment/dict.h"
#include "engine/segment/segment_format.h"
#include "fuzz/fuzz.h"
#include "vec/vec.h"

#define PAGE_BYTES_MAX 65536
#define GRANULES       1000
#define ONE_BY_ONE     64

enum target {
	TARGET_CHUNK,
	TARGET_DICT_PAGE,
	TARGET_DICT_ROOT,
	TARGET_FOOTER,
	TARGET_STEP,
	TARGET_TABLES,
	TARGET_ZSTD,
	TARGET_INDEX,
	TARGET_COUNT,
};

static struct error err;

/* Pages of as many bytes as the directory says, up to a bound; else NULL. */
static uint8_t **
make_pages(const struct chunk_view *view)
{
	uint32_t count = view->text.page_count;
	uint8_t **pages = calloc(count + (size_t)1, sizeof(*pages));
	struct text_page page;

	for (uint32_t p = 0; pages != NULL && p < count; p++)
		if (text_page_at(&view->text, p, &page) &&
		    page.raw_len <= PAGE_BYTES_MAX)
			pages[p] = calloc(1, page.raw_len + (size_t)1);
	return pages;
}

static void
free_pages(uint8_t **pages, uint32_t count)
{
	for (uint32_t p = 0; pages != NULL && p < count; p++)
		free(pages[p]);
	free(pages);
}

/* Read every byte that a value leads to. */
static unsigned
touch(enum phys phys, const void *values, uint32_t count)
{
	const struct str *strs = values;
	unsigned sum = 0;

	for (uint32_t i = 0; phys == PHYS_STR && i < count; i++)
		for (size_t k = 0; k < strs[i].len; k++)
			sum += (unsigned char)strs[i].data[k];
	return sum;
}

static volatile unsigned harmless; /* so that what is read is read */

/* Rows from `first` on as a vector, and up to ONE_BY_ONE of them alone. */
static void
fuzz_rows(const struct chunk_view *view, uint32_t first)
{
	static struct numeric values[VEC_ROWS + INT_DECODE_SLACK];
	static uint8_t nulls[VEC_ROWS];
	uint32_t count = view->info.row_count - first, page, limit;
	bool has_nulls;

	count = count > VEC_ROWS ? VEC_ROWS : count;
	chunk_text_pages(view, first, count, &page, &limit);
	if (limit > view->text.page_count)
		abort();
	if (chunk_decode(view, first, count, values, nulls, &has_nulls, &err) ==
	    0)
		harmless += touch(view->phys, values, count);
	for (uint32_t i = first; i < first + count; i += count / ONE_BY_ONE + 1)
		if (chunk_at(view, i, values, &err) == 0)
			harmless += touch(view->phys, values, 1);
}

/* A chunk_info, then the chunk. */
static void
fuzz_chunk(const uint8_t *data, size_t len)
{
	struct chunk_view view;
	struct chunk_info info;
	uint8_t *aligned, **pages;

	if (len < 8 + CHUNK_INFO_SIZE ||
	    !segment_take_chunk_info(data + 8, &info))
		return;
	len -= 8 + CHUNK_INFO_SIZE;
	aligned = malloc(len + 1);
	if (aligned == NULL)
		return;
	memcpy(aligned, data + 8 + CHUNK_INFO_SIZE, len);
	if (chunk_open(&info, (enum phys)(data[0] % PHYS_COUNT), aligned, len,
		&view, &err) == 0) {
		pages = make_pages(&view);
		view.pages = (const uint8_t *const *)pages;
		if (pages != NULL)
			fuzz_rows(&view, data[1] % info.row_count);
		free_pages(pages, view.text.page_count);
	}
	free(aligned);
}

static void
fuzz_dict(const uint8_t *data, size_t len, block_decode_fn decode)
{
	void *decoded = NULL;
	size_t decoded_len;

	if (decode(data, len, NULL, &decoded, &decoded_len, &err) == 0)
		free(decoded);
}

/* A page of the context index, of as many contexts as it says. */
static void
fuzz_index(const uint8_t *data, size_t len)
{
	static uint32_t granules[GRANULES];
	struct index_page page;
	uint8_t *aligned;
	uint32_t count;

	if (len < sizeof(count))
		return;
	memcpy(&count, data, sizeof(count));
	aligned = malloc(len);
	if (aligned == NULL)
		return;
	memcpy(aligned, data, len);
	if (count > 0 && count <= INDEX_PAGE_CONTEXTS &&
	    index_page_open(aligned, len, count, &page))
		for (uint32_t i = 0; i < count; i++)
			if (index_list_count(&page, i) <= GRANULES &&
			    index_list_get(&page, i, GRANULES, granules) &&
			    granules[0] >= GRANULES)
				abort();
	free(aligned);
}

static void
fuzz_tables(const uint8_t *data, size_t len)
{
	struct manifest_header header;
	struct column_info column;
	struct record record;

	if (len >= COLUMN_INFO_SIZE)
		(void)segment_take_column_info(data, &column);
	(void)manifest_take_header(data, len, &header);
	(void)manifest_take_record(data, len, 0, 1, &record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct segment_footer footer;
	struct decoded_step step;

	if (len == 0)
		return 0;
	len--;
	switch ((enum target)(*data++ % TARGET_COUNT)) {
	case TARGET_CHUNK:
		fuzz_chunk(data, len);
		break;
	case TARGET_DICT_PAGE:
		fuzz_dict(data, len, dict_page_decode);
		break;
	case TARGET_DICT_ROOT:
		fuzz_dict(data, len, dict_root_decode);
		break;
	case TARGET_FOOTER:
		if (segment_take_footer(data, len, &footer, &err) == 0)
			free(footer.sections);
		break;
	case TARGET_STEP:
		if (manifest_take_step(data, len, &step, &err) == 0)
			manifest_step_release(&step);
		break;
	case TARGET_ZSTD:
		fuzz_dict(data, len, zstd_block_decode);
		break;
	case TARGET_INDEX:
		fuzz_index(data, len);
		break;
	case TARGET_TABLES:
	case TARGET_COUNT:
		fuzz_tables(data, len);
		break;
	}
	return 0;
}
