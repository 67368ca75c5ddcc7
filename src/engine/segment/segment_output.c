/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/segment_output.h"

#include <stdlib.h>

#include "common/error.h"
#include "engine/segment/chunk.h"
#include "engine/segment/dict.h"
#include "os/file.h"

#define WRITE_BYTES ((size_t)1 << 20)

static int
check_buf(const struct buf *buf, struct error *err)
{
	if (buf->failed)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	return 0;
}

int
segment_output_flush(struct segment_output *out, struct error *err)
{
	int rc = check_buf(&out->pending, err);

	if (rc != 0 || out->pending.len == 0)
		return rc;
	rc = os_pwrite_full(out->file, out->pending.data, out->pending.len,
	    out->offset - out->pending.len, err);
	buf_reset(&out->pending);
	return rc;
}

int
segment_output_bytes(struct segment_output *out, const void *data, size_t len,
    struct error *err)
{
	buf_put(&out->pending, data, len);
	out->offset += len;
	if (out->pending.failed || out->pending.len >= WRITE_BYTES)
		return segment_output_flush(out, err);
	return 0;
}

int
segment_output_block(struct segment_output *out, const struct buf *block,
    struct block_ref *ref, struct error *err)
{
	int rc = check_buf(block, err);

	*ref = (struct block_ref){ 0 };
	if (rc != 0 || block->len == 0)
		return rc;
	if (block->len > UINT32_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "block of a segment is too large: %zu bytes", block->len);
	*ref = (struct block_ref){
		.offset = out->offset,
		.len = (uint32_t)block->len,
		.checksum = block_checksum(block->data, block->len,
		    out->identity, out->offset),
	};
	return segment_output_bytes(out, block->data, block->len, err);
}

int
segment_output_chunk(struct segment_output *out, enum phys phys, void *values,
    const uint8_t *nulls, uint32_t row_count, struct chunk_info *info,
    struct error *err)
{
	buf_reset(&out->scratch);
	chunk_encode(phys, values, nulls, row_count, &out->scratch, info);
	return segment_output_block(out, &out->scratch, &info->block, err);
}

int
segment_output_chunk_table(struct segment_output *out,
    const struct chunk_info *infos, uint32_t count, struct block_ref *ref,
    struct error *err)
{
	buf_reset(&out->scratch);
	for (uint32_t i = 0; i < count; i++)
		segment_put_chunk_info(&out->scratch, &infos[i]);
	return segment_output_block(out, &out->scratch, ref, err);
}

int
segment_output_dict(struct segment_output *out, const struct dict_builder *dict,
    struct block_ref *ref, struct error *err)
{
	uint32_t page_count = dict_page_count(dict->count);
	struct block_ref *pages = calloc(page_count + 1, sizeof(*pages));
	int rc = 0;

	if (pages == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t p = 0; p < page_count && rc == 0; p++) {
		buf_reset(&out->scratch);
		dict_put_page(&out->scratch, dict, p);
		rc = segment_output_block(out, &out->scratch, &pages[p], err);
	}
	if (rc == 0) {
		buf_reset(&out->scratch);
		dict_put_root(&out->scratch, dict, pages);
		rc = segment_output_block(out, &out->scratch, ref, err);
	}
	free(pages);
	return rc;
}
