/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine holds, for those who watch it.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"

uint32_t
engine_shard_count(const struct engine *engine)
{
	return engine->shard_count;
}

static void
add_segments(const struct shard_view *part, struct shard_status *out)
{
	out->segment_count = part->segment_count;
	for (uint32_t i = 0; i < part->segment_count; i++) {
		const struct segment_meta *meta =
		    segment_meta(part->segments[i]);

		out->segment_rows += meta->row_count;
		out->segment_bytes += meta->size_bytes;
	}
}

void
engine_shard_status(struct engine *engine, uint32_t shard,
    struct shard_status *out)
{
	struct shard_view *part = view_shard(&engine->view, shard);

	*out = (struct shard_status){ .memtable_bytes = 0 };
	shard_status(&engine->shards[shard], out);
	out->flushed_event_id = shard_flushed_position(&engine->shards[shard],
	    engine_position(engine));
	add_segments(part, out);
	shard_view_unref(part);
}

/* ---- segments ---- */

struct segment_teller {
	const struct catalog *catalog;
	const struct event_type **types; /* room for all; owned */
	void (*fn)(void *arg, const struct segment_status *segment);
	void *arg;
};

static void
tell_segment(const struct segment_teller *teller,
    const struct segment_meta *meta)
{
	struct segment_status status = {
		.shard = meta->shard,
		.number = meta->number,
		.row_count = meta->row_count,
		.zone_count = meta->zone_count,
		.size_bytes = meta->size_bytes,
		.event_id_first = meta->event_id_first,
		.event_id_last = meta->event_id_last,
		.time_min = meta->time_min,
		.time_max = meta->time_max,
		.types = teller->types,
	};

	for (uint32_t i = 0; i < meta->type_count; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(teller->catalog,
			meta->types[i].type_oid);

		if (type != NULL)
			teller->types[status.type_count++] = type;
	}
	teller->fn(teller->arg, &status);
}

int
engine_each_segment(struct engine *engine,
    void (*fn)(void *arg, const struct segment_status *segment), void *arg,
    struct error *err)
{
	struct snapshot *snapshot = engine_snapshot(engine, 0, NULL, NULL);
	struct segment_teller teller = { .fn = fn, .arg = arg };

	if (snapshot == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	teller.catalog = snapshot->catalog;
	teller.types = calloc(snapshot->catalog->type_count + (size_t)1,
	    sizeof(teller.types[0]));
	for (uint32_t s = 0; teller.types != NULL && s < engine->shard_count;
	     s++) {
		const struct shard_view *part = snapshot->view->shards[s];

		for (uint32_t i = 0; i < part->segment_count; i++)
			tell_segment(&teller, segment_meta(part->segments[i]));
	}
	snapshot_unref(snapshot);
	if (teller.types == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	free(teller.types);
	return 0;
}
