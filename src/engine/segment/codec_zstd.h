/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec_zstd.h -- the door to libzstd: whole blocks, smaller and back.
 *
 * Threads: an encoder belongs to one thread at a time; decompression has no
 * state.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct block_memory;
struct buf;
struct error;

#define ZSTD_LEVEL_DEFAULT 1

struct zstd_encoder;

/* NULL without memory. */
struct zstd_encoder *zstd_encoder_new(int level);
void zstd_encoder_free(struct zstd_encoder *encoder); /* NULL is allowed */

/*
 * Append the compressed bytes to `out`; returns how many.  0, and nothing
 * appended, if they are not fewer than `limit`.
 */
size_t zstd_compress(struct zstd_encoder *encoder, const void *data, size_t len,
    size_t limit, struct buf *out);

/*
 * A block_decode_fn: the bytes that were compressed, at most ZSTD_RAW_MAX.
 * STELE_E_CORRUPT if it is not one whole block of such.
 */
#define ZSTD_RAW_MAX ((size_t)256 << 20)
MUST_USE int zstd_block_decode(const uint8_t *data, size_t len,
    struct block_memory *memory, void **out, size_t *out_len,
    struct error *err);
