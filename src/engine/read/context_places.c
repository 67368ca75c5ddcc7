/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/read/context_places.h"

#include <string.h>

#include "common/ascending.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/haste.h"
#include "engine/read/scan_private.h"
#include "engine/segment/block_cache.h"

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- types ---- */

bool
context_places_has(const struct context_places *places, uint32_t type_oid)
{
	uint32_t at =
	    ascending_find(places->types, places->type_count, type_oid);

	return at < places->type_count && places->types[at] == type_oid;
}

static int
add_type(struct context_places *places, struct arena *arena, uint32_t oid,
    struct error *err)
{
	uint32_t at = ascending_find(places->types, places->type_count, oid);

	if (at < places->type_count && places->types[at] == oid)
		return 0;
	if (places->type_count == places->type_room) {
		uint32_t room = 2 * places->type_room + 8;
		uint32_t *types = arena_try_alloc(arena, room * sizeof(*types));

		if (types == NULL)
			return out_of_memory(err);
		if (places->type_count > 0)
			memcpy(types, places->types,
			    places->type_count * sizeof(*types));
		places->types = types;
		places->type_room = room;
	}
	memmove(places->types + at + 1, places->types + at,
	    (places->type_count - at) * sizeof(*places->types));
	places->types[at] = oid;
	places->type_count++;
	return 0;
}

/* ---- segments and MemTables ---- */

/* Of the shard, those that may hold a row of the scan; NULL for others. */
static void
choose_segments(const struct scan_spec *spec, const struct shard_view *part,
    struct segment **out)
{
	uint32_t count = part->segment_count + part->adopted_count;
	enum scan_pruner why;

	for (uint32_t i = 0; i < count; i++) {
		struct segment *segment = i < part->segment_count
		    ? part->segments[i]
		    : part->adopted[i - part->segment_count];

		out[i] = scan_may_hold(spec, segment_meta(segment), &why)
		    ? segment
		    : NULL;
	}
}

static int
ask_segments(struct context_places *places, const struct scan_spec *spec,
    const struct shard_view *part, struct arena *arena, struct error *err)
{
	uint32_t count = part->segment_count + part->adopted_count;
	struct segment **segments = arena_try_alloc(arena,
	    (count + (size_t)1) * sizeof(struct segment *));
	int rc;

	places->segments = arena_try_alloc(arena,
	    (count + (size_t)1) * sizeof(*places->segments));
	if (segments == NULL || places->segments == NULL)
		return out_of_memory(err);
	choose_segments(spec, part, segments);
	rc = segment_contexts_find(segments, count, spec->context,
	    spec->without, arena, places->segments, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		uint32_t at = 0, oid;

		while (rc == 0 && segments[i] != NULL &&
		    segment_context_next_type(segments[i], &places->segments[i],
			&at, &oid))
			rc = add_type(places, arena, oid, err);
	}
	return rc;
}

/* The types of the rows in its chain, newest first. */
static int
ask_memtable(struct context_places *places, const struct scan_spec *spec,
    const struct memtable *memtable, struct arena *arena, struct error *err)
{
	mem_ref ref = memtable_context_newest(memtable, spec->context);
	uint32_t last_oid = 0;
	int rc = 0;

	while (ref != 0 && rc == 0) {
		const struct mem_chunk *chunk = mem_ref_chunk(ref);
		uint32_t row = mem_ref_row(ref);

		rc = haste_take(1, err);
		if (rc != 0 ||
		    (uint64_t)chunk->event_ids[row] < spec->event_id_first)
			break;
		if (chunk->type_oid != last_oid)
			rc = add_type(places, arena, chunk->type_oid, err);
		last_oid = chunk->type_oid;
		ref = chunk->previous[row];
	}
	return rc;
}

static int
ask_shard(struct context_places *places, const struct scan_spec *spec,
    const struct shard_view *part, struct arena *arena, struct error *err)
{
	int rc = ask_segments(places, spec, part, arena, err);

	for (uint32_t i = 0; i < part->memtable_count && rc == 0; i++)
		rc = ask_memtable(places, spec, part->memtables[i], arena, err);
	return rc;
}

int
context_places_find(struct engine *engine, const struct scan_spec *spec,
    struct arena *arena, struct context_places **out, struct error *err)
{
	struct context_places *places = arena_zalloc(arena, sizeof(*places));
	uint32_t shard = engine_shard_of(engine, spec->context);
	struct scan_spec bounded = *spec;
	uint64_t entered = block_usage().entered;
	int rc;

	*out = NULL;
	scan_bound_spec(&bounded);
	rc = snapshot_enter(spec->snapshot, err);
	if (rc != 0)
		return rc;
	rc = ask_shard(places, &bounded, spec->snapshot->view->shards[shard],
	    arena, err);
	snapshot_leave(spec->snapshot);
	block_cache_count_entered(engine->cache,
	    block_usage().entered - entered);
	if (rc == 0)
		rc = arena_check(arena, err);
	if (rc == 0)
		*out = places;
	return rc;
}
