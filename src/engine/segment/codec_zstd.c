/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/codec_zstd.h"

#include <stdlib.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/segment/block_memory.h"

struct zstd_encoder {
	ZSTD_CCtx *context; /* owned */
	int level;
};

struct zstd_encoder *
zstd_encoder_new(int level)
{
	struct zstd_encoder *encoder = malloc(sizeof(*encoder));

	if (encoder == NULL)
		return NULL;
	encoder->level = level;
	encoder->context = ZSTD_createCCtx();
	if (encoder->context == NULL) {
		free(encoder);
		return NULL;
	}
	return encoder;
}

void
zstd_encoder_free(struct zstd_encoder *encoder)
{
	if (encoder == NULL)
		return;
	(void)ZSTD_freeCCtx(encoder->context);
	free(encoder);
}

size_t
zstd_compress(struct zstd_encoder *encoder, const void *data, size_t len,
    size_t limit, struct buf *out)
{
	size_t start = out->len, written;
	uint8_t *at;

	if (limit == 0)
		return 0;
	at = buf_take(out, limit - 1);
	if (at == NULL)
		return 0;
	written = ZSTD_compressCCtx(encoder->context, at, limit - 1, data, len,
	    encoder->level);
	/* Most often there was no room: it does not pay. */
	if (ZSTD_isError(written))
		written = 0;
	out->len = start + written;
	return written;
}

int
zstd_block_decode(const uint8_t *data, size_t len, struct block_memory *memory,
    void **out, size_t *out_len, struct error *err)
{
	unsigned long long raw = ZSTD_getFrameContentSize(data, len);
	size_t written;
	void *bytes;

	/* Larger than any: the two answers that are no size. */
	if (raw > ZSTD_RAW_MAX)
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid compressed block");
	bytes = block_memory_take(memory, (size_t)raw);
	if (bytes == NULL)
		return error_no_memory(err);
	written = ZSTD_decompress(bytes, (size_t)raw, data, len);
	if (ZSTD_isError(written) || written != raw) {
		block_memory_give(memory, bytes, (size_t)raw);
		if (ZSTD_isError(written) &&
		    ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation)
			return error_no_memory(err);
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid compressed block");
	}
	*out = bytes;
	*out_len = (size_t)raw;
	return 0;
}
