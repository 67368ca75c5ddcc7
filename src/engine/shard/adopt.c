/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adopt.c -- the segments of a large batch become a shard's.
 */
#include <stdlib.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/append/row_format.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "engine/shard/shard_private.h"

/* Open the segment of an entry, unless its rows were flushed before. */
static int
adopt_one(const struct shard *shard, struct frozen *frozen,
    const struct segment_meta *meta, struct error *err)
{
	struct engine *engine = shard->engine;
	struct segment **segments;
	int rc;

	if (meta->event_id_last <= shard->flushed_event_id)
		return 0;
	segments = realloc(frozen->segments,
	    (frozen->segment_count + (size_t)1) * sizeof(struct segment *));
	if (segments == NULL)
		return error_no_memory(err);
	frozen->segments = segments;
	rc = segment_open(engine->fs, engine->dir, meta, &engine->directory,
	    engine->cache, &segments[frozen->segment_count], err);
	if (rc == 0)
		frozen->segment_count++;
	return rc;
}

/* The segments of this shard among the entries of a batch. */
static int
open_adopted(const struct shard *shard, struct reader entries,
    uint64_t first_event_id, struct frozen *frozen, struct error *err)
{
	struct entry entry;
	int rc = 0;

	while (rc == 0 && entry_next(&entries, &entry) == 1) {
		struct segment_meta meta;

		if (entry.kind != ENTRY_SEGMENT || entry.shard != shard->id)
			continue;
		rc = entry_segment_decode(&entry, first_event_id, &meta, err);
		if (rc == 0)
			rc = adopt_one(shard, frozen, &meta, err);
		segment_meta_release(&meta);
	}
	return rc;
}

/*
 * Freeze what came before, show the segments, queue them for the MANIFEST.
 * STELE_E_OUT_OF_MEMORY: it may be tried again.
 */
static int
queue_adopted(struct shard *shard, struct frozen *frozen, struct error *err)
{
	int rc;

	if (memtable_row_count(shard->active) > 0 && !shard_rotate(shard))
		return error_no_memory(err);
	if (!archiver_hold(&shard->engine->archiver, frozen->segments,
		frozen->segment_count))
		return error_no_memory(err);
	pthread_mutex_lock(&shard->view_lock);
	rc = view_add_adopted(&shard->engine->view, shard->id, frozen->segments,
	    frozen->segment_count, err);
	pthread_mutex_unlock(&shard->view_lock);
	if (rc != 0)
		return rc;
	pthread_mutex_lock(&shard->lock);
	shard_push_frozen(shard, frozen);
	shard_update_full(shard);
	pthread_mutex_unlock(&shard->lock);
	flusher_wake(&shard->engine->flusher);
	return 0;
}

static int
check_adopted(const struct frozen *frozen, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < frozen->segment_count && rc == 0; i++)
		rc = segment_check(frozen->segments[i], err);
	return rc;
}

int
shard_adopt(struct shard *shard, struct reader entries, uint64_t first_event_id,
    bool must_check, struct error *err)
{
	struct frozen *frozen = calloc(1, sizeof(*frozen));
	int rc;

	if (frozen == NULL)
		return error_no_memory(err);
	rc = open_adopted(shard, entries, first_event_id, frozen, err);
	if (rc == 0 && must_check)
		rc = check_adopted(frozen, err);
	if (rc == 0 && frozen->segment_count > 0) {
		rc = queue_adopted(shard, frozen, err);
		if (rc == 0)
			return 0;
	}
	frozen_free(frozen);
	return rc;
}

void
shard_adopted_numbers(const struct shard *shard, struct buf *out)
{
	for (const struct frozen *frozen = shard->frozen_head; frozen != NULL;
	     frozen = frozen->next)
		for (uint32_t i = 0; i < frozen->segment_count; i++) {
			uint64_t number =
			    segment_meta(frozen->segments[i])->number;

			buf_put(out, &number, sizeof(number));
		}
}
