/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that stand before those of the engine, to make the mistakes that
 * no rule about file calls can make.
 */
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "engine/append/stage_part.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"
#include "engine/manifest/manifest.h"
#include "engine/segment/block_cache.h"
#include "engine/wal/wal_format.h"
#include "engine/wal/wal_private.h"
#include "sim/mutant.h"
#include "sim/real_calls.h"

WRAPPED(bool, view_wait, struct view_holder *holder, uint64_t position);
WRAPPED(uint64_t, wal_first_needed, struct wal *wal, uint64_t event_id,
    uint64_t generation, uint64_t *first_group);
WRAPPED(uint64_t, shard_flushed_position, struct shard *shard,
    uint64_t visible);
WRAPPED(void, engine_commit, struct engine *engine, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit);
WRAPPED(void, wal_adopt, struct wal *wal, struct wal_group *group,
    uint8_t *data, uint64_t len);
WRAPPED(bool, wal_group_is_valid, const uint8_t *group, uint64_t content_len,
    uint64_t key);
WRAPPED(bool, wal_group_decode,
    const uint8_t header_bytes[WAL_GROUP_HEADER_SIZE], uint64_t file,
    uint64_t offset, struct wal_group_header *out);
WRAPPED(uint64_t, block_checksum, const void *data, size_t len,
    uint64_t identity, uint64_t offset);
WRAPPED(int, manifest_append, struct manifest *manifest,
    const struct manifest_step *step, struct error *err);
WRAPPED(int, manifest_check_files, struct manifest *manifest,
    struct error *err);
WRAPPED(int, manifest_clear_files, struct manifest *manifest,
    const uint64_t *kept, size_t kept_count, struct manifest_files *done,
    struct error *err);
WRAPPED(int, stage_write_segment, const struct stage_part *part, uint32_t shard,
    const struct buf *places, uint64_t number, struct segment_meta *out,
    struct error *err);
WRAPPED(int, os_fsync, struct os_file *file, struct error *err);
WRAPPED(void, write_stage_free, struct write_batch *batch);
WRAPPED(int, publish_merge, struct publisher *publisher,
    const struct segment_meta *added, uint32_t added_count,
    const uint64_t *removed, uint32_t removed_count, struct error *err);

bool
__wrap_view_wait(struct view_holder *holder, uint64_t position)
{
	if (mutant_is(MUTANT_FLUSH_UNSYNCED))
		return true;
	return __real_view_wait(holder, position);
}

uint64_t
__wrap_wal_first_needed(struct wal *wal, uint64_t event_id, uint64_t generation,
    uint64_t *first_group)
{
	uint64_t number;

	if (mutant_is(MUTANT_RELEASE_UNFLUSHED))
		event_id = UINT64_MAX;
	if (mutant_is(MUTANT_UNARCHIVED))
		wal_archived(wal, UINT64_MAX);
	number =
	    __real_wal_first_needed(wal, event_id, generation, first_group);
	if (mutant_is(MUTANT_RELEASE_EARLY))
		wal_release(wal, number);
	return number;
}

uint64_t
__wrap_shard_flushed_position(struct shard *shard, uint64_t visible)
{
	if (mutant_is(MUTANT_SHARDS_FLUSHED) && shard->id != 0)
		return visible;
	return __real_shard_flushed_position(shard, visible);
}

void
__wrap_engine_commit(struct engine *engine, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit)
{
	if (mutant_is(MUTANT_ACK_WRITTEN))
		mode = SYNC_OFF;
	__real_engine_commit(engine, batch, mode, commit);
}

/* Its group, the last in the queue, is the one that fills again. */
void
__wrap_wal_adopt(struct wal *wal, struct wal_group *group, uint8_t *data,
    uint64_t len)
{
	struct wal_group **link = &wal->queue_head;

	__real_wal_adopt(wal, group, data, len);
	if (!mutant_is(MUTANT_ADOPTED_FILLS))
		return;
	while (*link != group)
		link = &(*link)->next;
	*link = NULL;
	wal->queue_tail = link;
	wal->filling = group;
}

bool
__wrap_wal_group_is_valid(const uint8_t *group, uint64_t content_len,
    uint64_t key)
{
	if (mutant_is(MUTANT_LOG_UNCHECKED))
		return true;
	return __real_wal_group_is_valid(group, content_len, key);
}

/* As if the header said that it is of this place. */
bool
__wrap_wal_group_decode(const uint8_t header_bytes[WAL_GROUP_HEADER_SIZE],
    uint64_t file, uint64_t offset, struct wal_group_header *out)
{
	if (mutant_is(MUTANT_LOG_ANYWHERE)) {
		memcpy(&file, header_bytes + 8, sizeof(file));
		memcpy(&offset, header_bytes + 16, sizeof(offset));
	}
	return __real_wal_group_decode(header_bytes, file, offset, out);
}

uint64_t
__wrap_block_checksum(const void *data, size_t len, uint64_t identity,
    uint64_t offset)
{
	if (mutant_is(MUTANT_BLOCK_UNCHECKED))
		return identity ^ offset ^ len;
	if (mutant_is(MUTANT_BLOCK_ANYWHERE))
		offset = 0;
	if (mutant_is(MUTANT_BLOCK_ANY_FILE))
		identity = 0;
	return __real_block_checksum(data, len, identity, offset);
}

/* Who releases the log believes that the catalogue is in the MANIFEST. */
int
__wrap_manifest_append(struct manifest *manifest,
    const struct manifest_step *step, struct error *err)
{
	struct manifest_step without = *step;

	if (mutant_is(MUTANT_RELEASE_CATALOG))
		without.has_catalog = false;
	return __real_manifest_append(manifest, &without, err);
}

int
__wrap_manifest_check_files(struct manifest *manifest, struct error *err)
{
	if (mutant_is(MUTANT_FILES_UNCHECKED))
		return 0;
	return __real_manifest_check_files(manifest, err);
}

int
__wrap_manifest_clear_files(struct manifest *manifest, const uint64_t *kept,
    size_t kept_count, struct manifest_files *done, struct error *err)
{
	if (mutant_is(MUTANT_FILES_UNCHECKED)) {
		*done = (struct manifest_files){ 0 };
		return 0;
	}
	if (mutant_is(MUTANT_ADOPTED_CLEARED))
		kept_count = 0;
	return __real_manifest_clear_files(manifest, kept, kept_count, done,
	    err);
}

/* The inputs of a merge go before the MANIFEST names what replaces them. */
int
__wrap_publish_merge(struct publisher *publisher,
    const struct segment_meta *added, uint32_t added_count,
    const uint64_t *removed, uint32_t removed_count, struct error *err)
{
	const struct engine *engine = publisher->engine;
	char path[OS_PATH_SIZE];

	for (uint32_t i = 0;
	     mutant_is(MUTANT_INPUTS_EARLY) && i < removed_count; i++)
		if (segment_path(path, sizeof(path), engine->dir, removed[i],
			err) == 0)
			(void)!os_unlink(engine->fs, path, err);
	return __real_publish_merge(publisher, added, added_count, removed,
	    removed_count, err);
}

static uint64_t staged[1 << 16]; /* numbers of segments */
static size_t staged_count;

int
__wrap_stage_write_segment(const struct stage_part *part, uint32_t shard,
    const struct buf *places, uint64_t number, struct segment_meta *out,
    struct error *err)
{
	if (staged_count < ARRAY_LEN(staged))
		staged[staged_count++] = number;
	return __real_stage_write_segment(part, shard, places, number, out,
	    err);
}

int
__wrap_os_fsync(struct os_file *file, struct error *err)
{
	const char *slash = strrchr(file->path, '/');
	uint64_t number = strtoull(slash + 1, NULL, 16);

	for (size_t i = 0; mutant_is(MUTANT_STAGED_UNSYNCED) &&
	     strstr(slash, ".seg.tmp") != NULL && i < staged_count;
	     i++)
		if (staged[i] == number)
			return 0;
	return __real_os_fsync(file, err);
}

void
__wrap_write_stage_free(struct write_batch *batch)
{
	if (mutant_is(MUTANT_STAGED_GO))
		batch->is_numbered = false;
	__real_write_stage_free(batch);
}
