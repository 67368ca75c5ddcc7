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
#include "engine/segment/dict.h"
#include "engine/segment/segment_format.h"
#include "fuzz/fuzz.h"
#include "vec/vec.h"

enum target {
	TARGET_CHUNK,
	TARGET_DICT_PAGE,
	TARGET_DICT_ROOT,
	TARGET_FOOTER,
	TARGET_STEP,
	TARGET_TABLES,
	TARGET_COUNT,
};

static struct error err;

/* A chunk_info, then the chunk: every row, in vectors and one by one. */
static void
fuzz_chunk(const uint8_t *data, size_t len)
{
	static struct numeric values[VEC_ROWS + INT_DECODE_SLACK];
	static uint8_t nulls[VEC_ROWS];
	struct chunk_view view;
	struct chunk_info info;
	uint8_t *aligned;

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
		uint32_t first = data[1] % info.row_count;
		uint32_t count = info.row_count - first;

		count = count > VEC_ROWS ? VEC_ROWS : count;
		(void)chunk_nulls(&view, first, count, nulls);
		if (chunk_decode(&view, first, count, values, &err) == 0)
			for (uint32_t i = first; i < first + count; i++)
				if (chunk_at(&view, i, values, &err) != 0)
					break;
	}
	free(aligned);
}

static void
fuzz_dict(const uint8_t *data, size_t len, block_decode_fn decode)
{
	void *decoded = NULL;
	size_t decoded_len;

	if (decode(data, len, &decoded, &decoded_len, &err) == 0)
		free(decoded);
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
	case TARGET_TABLES:
	case TARGET_COUNT:
		fuzz_tables(data, len);
		break;
	}
	return 0;
}
