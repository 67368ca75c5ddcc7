/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/write_stage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/append/stage_part.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- the list ---- */

static int
need_room(struct write_batch *batch, uint32_t count, struct error *err)
{
	uint32_t room = batch->staged_room == 0 ? 8 : batch->staged_room;
	struct staged *staged;

	if (count <= batch->staged_room - batch->staged_count)
		return 0;
	while (room - batch->staged_count < count)
		room *= 2;
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
give_up_part(struct write_batch *batch)
{
	if (batch->part != NULL)
		flusher_stage_give_up(&batch->engine->flusher, batch->part);
	batch->part = NULL;
	batch->part_bytes = 0;
}

void
write_stage_free(struct write_batch *batch)
{
	give_up_part(batch);
	for (uint32_t i = 0; i < batch->staged_count; i++) {
		if (batch->is_numbered)
			segment_unref(batch->staged[i].segment);
		else
			drop(batch, &batch->staged[i]);
	}
	free(batch->staged);
}

/* ---- going back ---- */

/* Rows after the last that is left, and changes since, were taken back. */
static void
take_back(const struct write_batch *batch, struct staged *staged)
{
	if (staged->last_id > batch->staged_rows)
		staged->last_id = batch->staged_rows;
	if (staged->ddl_count > batch->ddl_count) {
		catalog_unref(staged->catalog);
		staged->catalog = catalog_ref(write_batch_catalog(batch));
		staged->ddl_count = batch->ddl_count;
	}
}

/* Some of what is in its file was taken back. */
static bool
is_cut(const struct staged *staged)
{
	return staged->catalog != NULL ||
	    staged->last_id < segment_meta(staged->segment)->event_id_last;
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

		if (segment_meta(staged->segment)->event_id_first >
		    batch->staged_rows) {
			drop(batch, staged);
			continue;
		}
		take_back(batch, staged);
		batch->must_settle |= is_cut(staged);
		batch->staged[kept++] = *staged;
	}
	batch->staged_count = kept;
	if (batch->part != NULL && batch->part->first_row >= batch->staged_rows)
		give_up_part(batch);
	else if (batch->part != NULL)
		take_back(batch, &batch->part->kept);
}

/* ---- the end of a part ---- */

/* A segment of the part becomes the batch's, as far as it was not taken back. */
static void
take_segment(struct write_batch *batch, struct segment *segment)
{
	const struct segment_meta *meta = segment_meta(segment);
	const struct staged *kept = &batch->part->kept;
	struct staged staged = {
		.segment = segment,
		.last_id = meta->event_id_last < kept->last_id
		    ? meta->event_id_last
		    : kept->last_id,
		.ddl_count = kept->ddl_count,
		.catalog =
		    kept->catalog == NULL ? NULL : catalog_ref(kept->catalog),
	};

	if (meta->event_id_first > kept->last_id) {
		drop(batch, &staged);
		return;
	}
	batch->must_settle |= is_cut(&staged);
	batch->staged[batch->staged_count++] = staged;
}

/* The part is done: its segments are the batch's, and it is no more. */
static int
take_segments(struct write_batch *batch, struct error *err)
{
	struct stage_part *part = batch->part;
	uint32_t count = 0;
	int rc;

	for (uint32_t i = 0; i < batch->engine->shard_count; i++)
		count += part->shards[i].segment_count;
	rc = need_room(batch, count, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < batch->engine->shard_count; i++) {
		struct stage_shard *shard = &part->shards[i];

		for (uint32_t k = 0; k < shard->segment_count; k++)
			take_segment(batch, shard->segments[k]);
		shard->segment_count = 0;
	}
	stage_part_free(part);
	batch->part = NULL;
	batch->part_bytes = 0;
	write_batch_count_bytes(batch);
	return 0;
}

int
write_stage_end(struct write_batch *batch, struct error *err)
{
	struct flusher *flusher = &batch->engine->flusher;
	int rc;

	if (batch->part == NULL)
		return 0;
	while ((rc = flusher_stage_ask(flusher, batch->part, NULL, NULL,
		    err)) == 0)
		flusher_stage_wait(flusher, batch->part);
	return rc == 1 ? take_segments(batch, err) : rc;
}

/* ---- the beginning of a part ---- */

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

/* Bytes with the schema changes alone: they stay with the batch. */
static int
copy_changes(struct write_batch *batch, struct buf *out, struct error *err)
{
	uint8_t *headroom = NULL;

	buf_init_charged(out, batch->engine->options.memory);
	if (buf_reserve(out, WAL_BATCH_HEADROOM + batch->ddl_bytes))
		headroom = buf_take(out, WAL_BATCH_HEADROOM);
	if (headroom == NULL) {
		buf_release(out);
		return no_memory(err);
	}
	memset(headroom, 0, WAL_BATCH_HEADROOM);
	for (uint32_t i = 0; i < batch->ddl_count; i++) {
		struct batch_ddl *ddl = &batch->ddls[i];

		buf_put(out, batch->bytes.data + ddl->offset, ddl->len);
		ddl->offset = out->len - ddl->len;
	}
	return 0;
}

/* All entries become a part, but the schema changes. */
static int
move_entries(struct write_batch *batch, struct error *err)
{
	struct stage_part *part =
	    stage_part_new(batch->engine, write_batch_catalog(batch));
	struct buf changes;
	int rc =
	    part == NULL ? no_memory(err) : copy_changes(batch, &changes, err);

	if (rc != 0) {
		stage_part_free(part);
		return rc;
	}
	part->bytes = batch->bytes;
	part->first_row = batch->staged_rows;
	part->kept.last_id = batch->row_count;
	part->kept.ddl_count = batch->ddl_count;
	for (uint32_t i = 0; i < batch->engine->shard_count; i++) {
		part->shards[i].row_count = batch->tickets[i].row_count;
		batch->tickets[i].row_count = 0;
	}
	batch->part = part;
	batch->part_bytes = part->bytes.capacity;
	batch->bytes = changes;
	batch->changes_end = changes.len;
	batch->staged_rows = batch->row_count;
	batch->stagings++;
	return 0;
}

/* There is no part: begin one. */
static int
begin_part(struct write_batch *batch, struct error *err)
{
	int rc;

	write_batch_encode_gathered(batch);
	rc = write_batch_check_size(batch, err);
	if (rc != 0 || !has_entries(batch))
		return rc;
	rc = move_entries(batch, err);
	return rc == 0 ? flusher_stage_ask(&batch->engine->flusher, batch->part,
			     NULL, NULL, err)
		       : rc;
}

int
write_batch_stage(struct write_batch *batch, struct error *err)
{
	int rc = write_stage_end(batch, err);

	return rc == 0 ? begin_part(batch, err) : rc;
}

int
write_batch_try_stage(struct write_batch *batch, void (*wake)(void *arg),
    void *arg, struct error *err)
{
	int rc = 1;

	if (batch->part != NULL)
		rc = flusher_stage_ask(&batch->engine->flusher, batch->part,
		    wake, arg, err);
	if (rc != 1)
		return rc;
	rc = batch->part == NULL ? 0 : take_segments(batch, err);
	if (rc == 0)
		rc = begin_part(batch, err);
	return rc == 0 ? 1 : rc;
}
