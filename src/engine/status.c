/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine holds, for those who watch it.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/compact/policy.h"
#include "engine/engine_private.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment.h"

uint32_t
engine_shard_count(const struct engine *engine)
{
	return engine->shard_count;
}

uint64_t
engine_last_event_id(struct engine *engine)
{
	return engine_position(engine);
}

static void
add_segments(struct segment *const *segments, uint32_t count,
    struct shard_status *out)
{
	out->segment_count += count;
	for (uint32_t i = 0; i < count; i++) {
		const struct segment_meta *meta = segment_meta(segments[i]);

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
	if (shard_is_full(&engine->shards[shard]))
		out->writers_wait_for =
		    compactor_holds_flush(&engine->compactor, shard)
		    ? SHARD_WAITS_FOR_MERGE
		    : SHARD_WAITS_FOR_FLUSH;
	out->flushed_event_id = shard_flushed_position(&engine->shards[shard],
	    engine_position(engine));
	add_segments(part->segments, part->segment_count, out);
	add_segments(part->adopted, part->adopted_count, out);
	shard_view_unref(part);
}

/* ---- the log, memory ---- */

void
engine_log_status(struct engine *engine, struct log_status *out)
{
	*out = (struct log_status){
		.visible_event_id = engine_position(engine),
		.is_full = atomic_load(&engine->commit.has_waiting),
	};
	wal_status(engine->wal, out);
	wal_lock(engine->wal);
	out->appended_event_id = engine->commit.next_event_id - 1;
	wal_unlock(engine->wal);
}

void
engine_memory(struct engine *engine, struct engine_memory *out)
{
	struct block_cache_stats cache = block_cache_stats(engine->cache);
	struct log_status log = { .file_count = 0 };

	wal_status(engine->wal, &log);
	*out = (struct engine_memory){
		.cache_bytes = cache.bytes,
		.cache_limit_bytes = engine->options.block_cache_size_bytes,
		.desk_bytes = cache.desk_bytes,
		.cache_hits = cache.hits,
		.cache_misses = cache.misses,
		.cache_evictions = cache.evictions,
		.log_buffer_bytes = log.buffer_bytes,
		.batch_bytes = atomic_load_explicit(&engine->batch_bytes,
		    memory_order_relaxed),
		.snapshot_bytes = view_kept_bytes(&engine->view),
		.snapshot_limit_bytes =
		    ENGINE_TUNED(engine, old_snapshot_memory_bytes),
		.memtable_limit_bytes =
		    ENGINE_TUNED(engine, memtable_size_bytes),
		.passive_max = FROZEN_MAX,
	};
}

/* ---- segments ---- */

struct segment_teller {
	const struct catalog *catalog;
	const struct event_type **types; /* room for all; owned */
	uint64_t *type_rows;             /* of these */
	struct arena arena;              /* of one shard */
	const struct compact_policy *policy;
	int64_t window_us; /* of the shard */
	void (*fn)(void *arg, const struct segment_status *segment);
	void *arg;
};

static void
set_level(const struct segment_teller *teller,
    const struct compact_segment *segment, struct segment_status *status)
{
	enum compact_kind kind =
	    compact_segment_kind(teller->policy, segment, teller->window_us);

	status->level = compact_kind_name(kind);
	status->has_window = kind == COMPACT_SETTLED;
	if (status->has_window)
		compact_window_bounds(segment->time_min, teller->window_us,
		    &status->window_min, &status->window_max);
}

static void
tell_segment(const struct segment_teller *teller,
    const struct segment_meta *meta, const struct compact_segment *segment)
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
		.type_rows = teller->type_rows,
	};

	set_level(teller, segment, &status);
	for (uint32_t i = 0; i < meta->type_count; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(teller->catalog,
			meta->types[i].type_oid);

		if (type == NULL)
			continue;
		teller->type_rows[status.type_count] = meta->types[i].row_count;
		teller->types[status.type_count++] = type;
	}
	teller->fn(teller->arg, &status);
}

static int
tell_shard(struct segment_teller *teller, const struct shard_view *part,
    struct error *err)
{
	uint32_t count = part->segment_count;
	struct compact_segment *segments = arena_try_alloc(&teller->arena,
	    (count + (size_t)1) * sizeof(*segments));

	if (segments == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		segments[i] =
		    compact_segment_of(segment_meta(part->segments[i]));
	teller->window_us =
	    compact_window(teller->policy, segments, count, &teller->arena);
	for (uint32_t i = 0; i < count; i++)
		tell_segment(teller, segment_meta(part->segments[i]),
		    &segments[i]);
	arena_reset(&teller->arena);
	return 0;
}

int
engine_each_segment(struct engine *engine,
    void (*fn)(void *arg, const struct segment_status *segment), void *arg,
    struct error *err)
{
	struct snapshot *snapshot = engine_snapshot(engine, 0, NULL, NULL);
	struct segment_teller teller = {
		.policy = &engine->compactor.policy,
		.fn = fn,
		.arg = arg,
	};
	int rc;

	if (snapshot == NULL)
		return error_no_memory(err);
	rc = snapshot_enter(snapshot, err);
	if (rc != 0) {
		snapshot_unref(snapshot);
		return rc;
	}
	arena_init(&teller.arena, NULL);
	teller.catalog = snapshot->catalog;
	teller.types = calloc(snapshot->catalog->type_count + (size_t)1,
	    sizeof(teller.types[0]));
	teller.type_rows = calloc(snapshot->catalog->type_count + (size_t)1,
	    sizeof(teller.type_rows[0]));
	if (teller.types == NULL || teller.type_rows == NULL)
		rc = error_no_memory(err);
	for (uint32_t s = 0; s < engine->shard_count && rc == 0; s++)
		rc = tell_shard(&teller, snapshot->view->shards[s], err);
	snapshot_leave(snapshot);
	snapshot_unref(snapshot);
	free(teller.types);
	free(teller.type_rows);
	arena_release(&teller.arena);
	return rc;
}
