/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_gunzip.h -- bytes that are kept compressed, for those who cannot read them
 * so (RFC 1952).
 *
 * Threads: pure functions.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"

struct error;

/*
 * Append what `size` bytes have become `data` of.  STELE_E_OUT_OF_MEMORY, or
 * STELE_E_CORRUPT if it is no such thing, or of another size; nothing is appended
 * then.
 */
MUST_USE int http_gunzip(const uint8_t *data, size_t data_len, size_t size,
    struct buf *out, struct error *err);
