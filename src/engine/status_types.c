/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is of each event type, and what was done with it, for those who
 * watch.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"

void
engine_type_activity(struct engine *engine, uint32_t oid,
    struct type_activity *out)
{
	type_counters_get(&engine->activity, oid, out);
}

void
engine_reset_activity(struct engine *engine, uint32_t oid)
{
	type_counters_reset(&engine->activity, oid);
}

/* What is counted for each type of a catalogue, in its order: ascending oid. */
struct type_counting {
	const struct catalog *catalog;
	struct type_rows *types;
	uint32_t zone_rows;
};

static void
count_type(const struct type_counting *counting, uint32_t oid, uint64_t rows,
    const struct segment_meta *meta)
{
	uint32_t low = 0, high = counting->catalog->type_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (counting->types[middle].oid < oid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == counting->catalog->type_count ||
	    counting->types[low].oid != oid)
		return; /* it was dropped */
	counting->types[low].rows += rows;
	counting->types[low].bytes += (uint64_t)((double)meta->size_bytes *
	    (double)rows / (double)meta->row_count);
	counting->types[low].zones +=
	    (rows + counting->zone_rows - 1) / counting->zone_rows;
}

static void
count_segments(const struct type_counting *counting,
    struct segment *const *segments, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct segment_meta *meta = segment_meta(segments[i]);

		for (uint32_t t = 0; t < meta->type_count; t++) {
			uint64_t rows = meta->types[t].row_count;

			count_type(counting, meta->types[t].type_oid, rows,
			    meta);
		}
	}
}

static void
count_shard(const struct type_counting *counting, const struct shard_view *part)
{
	count_segments(counting, part->segments, part->segment_count);
	count_segments(counting, part->adopted, part->adopted_count);
	for (uint32_t i = 0; i < counting->catalog->type_count; i++)
		for (uint32_t m = 0; m < part->memtable_count; m++)
			counting->types[i].rows +=
			    memtable_type_rows(part->memtables[m],
				counting->types[i].oid);
}

int
engine_type_rows(struct engine *engine, struct type_rows **out, uint32_t *count,
    struct error *err)
{
	struct snapshot *snapshot = engine_snapshot(engine, 0, NULL, NULL);
	struct type_counting counting;
	int rc;

	*out = NULL;
	*count = 0;
	if (snapshot == NULL)
		return error_no_memory(err);
	counting.catalog = snapshot->catalog;
	counting.zone_rows = engine->options.zone_rows;
	counting.types = calloc(counting.catalog->type_count + (size_t)1,
	    sizeof(counting.types[0]));
	if (counting.types == NULL)
		rc = error_no_memory(err);
	else
		rc = snapshot_enter(snapshot, err);
	if (rc == 0) {
		*out = counting.types;
		*count = counting.catalog->type_count;
		for (uint32_t i = 0; i < *count; i++)
			counting.types[i].oid = counting.catalog->types[i]->oid;
		for (uint32_t s = 0; s < engine->shard_count; s++)
			count_shard(&counting, snapshot->view->shards[s]);
		snapshot_leave(snapshot);
	} else {
		free(counting.types);
	}
	snapshot_unref(snapshot);
	return rc;
}

static int
by_oid(const void *key, const void *item)
{
	const uint32_t *oid = key;
	const struct type_rows *type = item;

	return *oid < type->oid ? -1 : *oid > type->oid;
}

struct type_rows
type_rows_find(const struct type_rows *types, uint32_t count, uint32_t oid)
{
	const struct type_rows *type = NULL;

	if (count > 0) /* or there is no array */
		type = bsearch(&oid, types, count, sizeof(*types), by_oid);
	if (type == NULL)
		return (struct type_rows){ .oid = oid };
	return *type;
}
