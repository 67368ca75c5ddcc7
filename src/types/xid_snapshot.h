/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xid_snapshot.h -- which transactions a snapshot sees: pg_snapshot, which is
 * txid_snapshot too.
 *
 * A value is the text, "10:20:10,14": all below the first number have ended,
 * none from the second on has begun, and those behind it are running.
 *
 * Memory: the arena that is passed.  Threads: none are involved.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/str.h"

struct xid_snapshot {
	uint64_t min; /* never 0; not above .. */
	uint64_t limit;
	const uint64_t *running; /* in order, each once, of this range */
	uint32_t count;
};

/* False if it is none, or without memory: arena->failed. */
bool xid_snapshot_parse(struct str text, struct arena *arena,
    struct xid_snapshot *out);
void xid_snapshot_put(const struct xid_snapshot *snapshot, struct buf *out);

/* Whether what a transaction has done is seen. */
bool xid_snapshot_sees(const struct xid_snapshot *snapshot, uint64_t id);
