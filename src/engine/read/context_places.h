/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context_places.h -- where a context is: asked once for the scans of all types.
 *
 * A segment's context index numbers granules through all of its sections, so one
 * list says which types the context has there; in a MemTable its chain does,
 * whose rows are of all types.  Who replays a context asks here first and scans
 * the types that it has, be there thousands of others.
 *
 * Everything lies in the caller's arena and borrows the snapshot.
 */
#pragma once

#include "engine/engine.h"
#include "engine/segment/segment.h"

struct context_places {
	uint32_t *types; /* OIDs, ascending */
	uint32_t type_count;
	uint32_t type_room;
	/*
	 * By their number in the shard's part of the view, the adopted ones
	 * after the others; those that hold no row of the scan are not asked.
	 */
	struct segment_context *segments;
};
