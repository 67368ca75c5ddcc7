/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/write_stage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "engine/shard/memtable_segment.h"

static int
no_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

/* ---- the list ---- */

static int
need_room(struct write_batch *batch, struct error *err)
{
	uint32_t room = batch->staged_room == 0 ? 8 : batch->staged_room * 2;
	struct staged *staged;

	if (batch->staged_count < batch->staged_room)
		return 0;
	staged = realloc(batch->staged, room * sizeof(*staged));
	if (staged == NULL)
		return no_memory(err);
	batch->staged = staged;
	batch->staged_room = room;
	return 0;
}

/* It goes, with its file. */
static void
drop(struct write_batch *batch, struct staged *staged)
{
	flusher_discard(&batch->engine->flusher, staged->segment);
	catalog_unref(staged->catalog);
}

static void
drop_from(struct write_batch *batch, uint32_t kept)
{
	while (batch->staged_count > kept)
		drop(batch, &batch->staged[--batch->staged_count]);
}

void
write_stage_free(struct write_batch *batch)
{
	if (!batch->is_numbered)
		drop_from(batch, 0);
	for (uint32_t i = 0; i < batch->staged_count; i++)
		segment_unref(batch->staged[i].segment); /* it is settled */
	free(batch->staged);
}

/* Some of its changes were taken back, its rows from before them were not. */
static void
forget_changes(const struct write_batch *batch, struct staged *staged)
{
	catalog_unref(staged->catalog);
	staged->catalog = catalog_ref(write_batch_catalog(batch));
	staged->ddl_count = batch->ddl_count;
}

void
write_stage_rewind(struct write_batch *batch)
{
	uint32_t kept = 0;

	if (batch->staged_rows > batch->row_count)
		batch->staged_rows = batch->row_count;
	batch->must_settle = false;
	for (uint32_t i = 0; i < batch->staged_count; i++) {
		struct staged *staged = &batch->staged[i];
		const struct segment_meta *meta = segment_meta(staged->segment);

		if (meta->event_id_first > batch->staged_rows) {
			drop(batch, staged);
			continue;
		}
		if (staged->last_id > batch->staged_rows)
			staged->last_id = batch->staged_rows;
		if (staged->ddl_count > batch->ddl_count)
			forget_changes(batch, staged);
		batch->must_settle |= staged->catalog != NULL ||
		    staged->last_id < meta->event_id_last;
		batch->staged[kept++] = *staged;
	}
	batch->staged_count = kept;
}

/* ---- staging ---- */

static bool
has_entries(const struct write_batch *batch)
{
	return batch->row_count > batch->staged_rows;
}

bool
write_batch_is_full(const struct write_batch *batch)
{
	return has_entries(batch) &&
	    batch->bytes.len > ENGINE_TUNED(batch->engine, batch_memory_bytes);
}

/* A MemTable as one more segment. */
static int
stage_memtable(struct write_batch *batch, uint32_t shard,
    const struct memtable *memtable, struct error *err)
{
	struct engine *engine = batch->engine;
	struct segment_meta meta = { .number = 0 };
	struct segment *segment;
	uint64_t number;
	int rc = need_room(batch, err);

	if (rc == 0)
		rc = publish_new_number(&engine->publisher, &number, err);
	if (rc == 0)
		rc = memtable_write_segment(engine, memtable,
		    write_batch_catalog(batch), shard, number, STAGE_SYNC_BYTES,
		    &meta, err);
	if (rc != 0)
		return rc;
	rc = segment_open(engine->fs, engine->dir, &meta, &engine->directory,
	    engine->cache, &segment, err);
	if (rc == 0)
		batch->staged[batch->staged_count++] = (struct staged){
			.segment = segment,
			.last_id = meta.event_id_last,
			.ddl_count = batch->ddl_count,
		};
	else
		segment_file_remove(engine, number);
	segment_meta_release(&meta);
	return rc;
}

/* Numbered as if the batch began with event 1. */
static int
append_entry(struct memtable *memtable, const struct catalog *catalog,
    const struct entry *entry, struct error *err)
{
	enum memtable_result result = MEMTABLE_MALFORMED;
	const struct event_type *type = NULL;
	struct rows rows;

	if (rows_decode(entry, &rows))
		type = catalog_type_by_oid(catalog, rows.type_oid);
	if (type != NULL && rows_bind(&rows, type))
		result = memtable_append(memtable, type, &rows, 0, 1);
	switch (result) {
	case MEMTABLE_OK:
		return 0;
	case MEMTABLE_NO_MEMORY:
		return no_memory(err);
	case MEMTABLE_MALFORMED:
		break;
	}
	return error_set(err, STELE_E_INTERNAL,
	    "rows of a batch are not what its catalogue says");
}

/*
 * A shard's entries from *entries on, until a MemTable is full; *at_end if none
 * is left.
 */
static int
fill_memtable(const struct write_batch *batch, uint32_t shard,
    struct reader *entries, struct memtable *memtable, bool *at_end,
    struct error *err)
{
	size_t limit = ENGINE_TUNED(batch->engine, memtable_size_bytes);
	const struct catalog *catalog = write_batch_catalog(batch);
	struct entry entry;
	int rc = 0;

	*at_end = false;
	while (rc == 0 && memtable_bytes(memtable) < limit) {
		*at_end = entry_next(entries, &entry) != 1;
		if (*at_end)
			break;
		if (entry.kind == ENTRY_ROWS && entry.shard == shard)
			rc = append_entry(memtable, catalog, &entry, err);
	}
	return rc;
}

static int
stage_shard(struct write_batch *batch, uint32_t shard, struct error *err)
{
	const struct engine *engine = batch->engine;
	struct reader entries = write_batch_entries(batch);
	bool at_end = false;
	int rc = 0;

	while (!at_end && rc == 0) {
		struct memtable *memtable = memtable_new(engine->hash_seed,
		    ENGINE_TUNED(engine, memtable_size_bytes));

		if (memtable == NULL)
			return no_memory(err);
		rc = fill_memtable(batch, shard, &entries, memtable, &at_end,
		    err);
		if (rc == 0 && memtable_row_count(memtable) > 0)
			rc = stage_memtable(batch, shard, memtable, err);
		memtable_unref(memtable);
	}
	return rc;
}

/* All rows are in segments: of the entries only the schema changes stay. */
static void
forget_entries(struct write_batch *batch)
{
	size_t end = WAL_BATCH_HEADROOM;

	for (uint32_t i = 0; i < batch->ddl_count; i++) {
		struct batch_ddl *ddl = &batch->ddls[i];

		memmove(batch->bytes.data + end,
		    batch->bytes.data + ddl->offset, ddl->len);
		ddl->offset = end;
		end += ddl->len;
	}
	batch->bytes.len = end;
	batch->changes_end = end;
	batch->staged_rows = batch->row_count;
	batch->stagings++;
	for (uint32_t i = 0; i < batch->engine->shard_count; i++)
		batch->tickets[i].row_count = 0;
}

int
write_batch_stage(struct write_batch *batch, struct error *err)
{
	uint32_t kept = batch->staged_count;
	int rc = 0;

	assert(!batch->bytes.failed);
	if (!has_entries(batch))
		return 0;
	for (uint32_t i = 0; i < batch->engine->shard_count && rc == 0; i++)
		if (batch->tickets[i].row_count > 0)
			rc = stage_shard(batch, i, err);
	if (rc == 0)
		forget_entries(batch);
	else
		drop_from(batch, kept); /* gives the room back */
	return rc;
}
