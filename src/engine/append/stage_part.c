/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/stage_part.h"

#include <stdlib.h>

#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "engine/shard/memtable_segment.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- life ---- */

struct stage_part *
stage_part_new(struct engine *engine, const struct catalog *catalog)
{
	struct stage_part *part = calloc(1,
	    sizeof(*part) + engine->shard_count * sizeof(part->shards[0]));

	if (part == NULL)
		return NULL;
	part->engine = engine;
	part->catalog = catalog_ref(catalog);
	buf_init(&part->bytes);
	return part;
}

void
stage_part_drop_segments(struct stage_part *part)
{
	for (uint32_t i = 0; i < part->engine->shard_count; i++) {
		struct stage_shard *shard = &part->shards[i];

		while (shard->segment_count > 0)
			flusher_discard(&part->engine->flusher,
			    shard->segments[--shard->segment_count]);
	}
}

void
stage_part_free(struct stage_part *part)
{
	if (part == NULL)
		return;
	stage_part_drop_segments(part);
	for (uint32_t i = 0; i < part->engine->shard_count; i++)
		free(part->shards[i].segments);
	catalog_unref(part->kept.catalog);
	catalog_unref(part->catalog);
	buf_release(&part->bytes);
	free(part);
}

/* ---- one shard's rows ---- */

static int
need_room(struct stage_shard *shard, struct error *err)
{
	uint32_t room = shard->segment_room == 0 ? 2 : shard->segment_room * 2;
	struct segment **segments;

	if (shard->segment_count < shard->segment_room)
		return 0;
	segments = realloc(shard->segments, room * sizeof(struct segment *));
	if (segments == NULL)
		return no_memory(err);
	shard->segments = segments;
	shard->segment_room = room;
	return 0;
}

/* Entries as one more segment. */
static int
write_places(struct stage_part *part, uint32_t shard, const struct buf *places,
    struct error *err)
{
	struct engine *engine = part->engine;
	struct stage_shard *own = &part->shards[shard];
	struct segment_meta meta = { .number = 0 };
	uint64_t number;
	int rc = need_room(own, err);

	if (rc == 0)
		rc = publish_new_number(&engine->publisher, &number, err);
	if (rc == 0)
		rc = stage_write_segment(part, shard, places, number, &meta,
		    err);
	if (rc != 0)
		return rc;
	rc = segment_open(engine->fs, engine->dir, &meta, &engine->directory,
	    engine->cache, &own->segments[own->segment_count], err);
	if (rc == 0)
		own->segment_count++;
	else
		segment_file_remove(engine, number);
	segment_meta_release(&meta);
	return rc;
}

int
stage_part_write(struct stage_part *part, uint32_t shard, struct error *err)
{
	struct reader entries =
	    reader_over(part->bytes.data + WAL_BATCH_HEADROOM,
		part->bytes.len - WAL_BATCH_HEADROOM);
	struct buf places;
	int rc;

	buf_init(&places);
	do {
		rc = stage_find_entries(part, shard, &entries, &places, err);
		if (rc == 0 && places.len > 0)
			rc = write_places(part, shard, &places, err);
	} while (rc == 0 && places.len > 0);
	buf_release(&places);
	return rc;
}
