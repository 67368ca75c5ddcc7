/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shard_private.h -- a shard from the inside, for the files of this folder.
 *
 * Threads: the shard's, or recovery's before there are any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/reader.h"
#include "engine/shard/shard.h"

/* Freeze the active MemTable and start another: false without memory. */
bool shard_rotate(struct shard *shard);

/* Under the lock: one more that waits; keep is_full true to what there is. */
void shard_push_frozen(struct shard *shard, struct frozen *frozen);
void shard_update_full(struct shard *shard);
void frozen_free(struct frozen *frozen); /* NULL is allowed */

/*
 * Adopt the segments of this shard among the entries of a batch, before its
 * other rows are applied; what was flushed before a start is passed over.
 * `must_check`: nobody has looked at the files since.
 *
 * Returns 0; STELE_E_OUT_OF_MEMORY: it may be tried again; or, if they are to
 * be checked, what segment_check() answers.
 */
MUST_USE int shard_adopt(struct shard *shard, struct reader entries,
    uint64_t first_event_id, bool must_check, struct error *err);
