/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_format.c -- the layout of the MANIFEST, version 2.
 *
 *   header     64 bytes
 *   record     the checkpoint: one step that says everything
 *   records    steps since then, and the seal of the last one
 *
 * header: offset, bytes          record: offset, bytes
 *    0  8  "STELEMAN"               0  8  checksum of all that follows
 *    8  2  version, 2               8  4  length of the body
 *   10  2  zero                    12  1  kind
 *   12  4  shards                  13  3  zero
 *   16 16  directory's uuid        16  8  sequence number
 *   32  8  hash seed               24  .  body
 *   40  8  base size
 *   48  8  zero
 *   56  8  checksum of bytes 0..55
 *
 * Checksums are XXH3-64, seeded with a hash of the directory's uuid and the
 * offset.  Sequence numbers go on by one from step to step, over rewrites too;
 * a seal has its step's.
 *
 * A seal is written, and not synced, when its step has been synced; the next
 * step is written over it.  Whatever precedes a valid record was therefore
 * synced once, and damage there is corruption; only what follows the last
 * valid record can be a torn tail.  The file as far as `base size` was synced
 * before it got its name.
 *
 * body of a step
 *    0  8  next event_id           after that
 *    8  8  next segment              20 A'  segments added (see below)
 *   16  8  first file of the log      8  .  each number removed
 *   24  8  first group in it         12  .  shard (4), flushed event_id (8)
 *   32  8  last synced group          .  .  the catalogue's bytes
 *   40  4  next oid
 *   44  4  flushed shards
 *   48  4  segments added A
 *   52  4  segments removed
 *   56  4  1: has a catalogue
 *   60  4  its length
 *
 * segment: as segment_meta.c has it.
 */
#include "engine/manifest/manifest_format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment_format.h"

#define IDENTITY_NUMBER UINT64_MAX /* no segment has it */

static const char manifest_magic[8] = { 'S', 'T', 'E', 'L', 'E', 'M', 'A',
	'N' };

uint64_t
manifest_identity(const struct uuid *directory)
{
	return segment_identity(directory, IDENTITY_NUMBER);
}

/* ---- header ---- */

void
manifest_put_header(struct buf *out, const struct manifest_header *header)
{
	size_t start = out->len;

	buf_put(out, manifest_magic, sizeof(manifest_magic));
	buf_put_u16(out, MANIFEST_VERSION);
	buf_put_u16(out, 0);
	buf_put_u32(out, header->shard_count);
	buf_put(out, header->directory.bytes, sizeof(header->directory.bytes));
	buf_put_u64(out, header->hash_seed);
	buf_put_u64(out, header->base_size);
	buf_put_u64(out, 0);
	if (!out->failed)
		buf_put_u64(out,
		    block_checksum(out->data + start, MANIFEST_HEADER_SIZE - 8,
			manifest_identity(&header->directory), 0));
}

bool
manifest_take_header(const uint8_t *data, size_t len,
    struct manifest_header *out)
{
	struct reader r = reader_over(data, len);
	const uint8_t *magic = reader_take(&r, sizeof(manifest_magic));
	uint16_t version = reader_u16(&r);
	uint64_t zeros = reader_u16(&r);
	const uint8_t *uuid;
	uint64_t checksum;

	out->shard_count = reader_u32(&r);
	uuid = reader_take(&r, sizeof(out->directory.bytes));
	out->hash_seed = reader_u64(&r);
	out->base_size = reader_u64(&r);
	zeros |= reader_u64(&r);
	checksum = reader_u64(&r);
	if (r.failed || magic == NULL || uuid == NULL)
		return false;
	memcpy(out->directory.bytes, uuid, sizeof(out->directory.bytes));
	return memcmp(magic, manifest_magic, sizeof(manifest_magic)) == 0 &&
	    checksum ==
	    block_checksum(data, MANIFEST_HEADER_SIZE - 8,
		manifest_identity(&out->directory), 0) &&
	    version == MANIFEST_VERSION && zeros == 0 && out->shard_count > 0 &&
	    out->shard_count <= MANIFEST_SHARDS_MAX;
}

/* ---- records ---- */

size_t
manifest_begin_record(struct buf *out)
{
	size_t start = out->len;

	(void)buf_take(out, MANIFEST_RECORD_HEADER_SIZE);
	return start;
}

static void
put_at(uint8_t *at, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void
manifest_end_record(struct buf *out, size_t start, enum record_kind kind,
    uint64_t sequence, uint64_t identity, uint64_t offset)
{
	size_t body = start + MANIFEST_RECORD_HEADER_SIZE;
	uint8_t *record;

	if (out->len > UINT32_MAX)
		out->failed = true; /* also by all limits of a state */
	if (out->failed)
		return;
	record = out->data + start;
	put_at(record + 8, out->len - body, 4);
	put_at(record + 12, (uint64_t)kind, 4);
	put_at(record + 16, sequence, 8);
	put_at(record,
	    block_checksum(record + 8, out->len - start - 8, identity, offset),
	    8);
}

bool
manifest_take_record(const uint8_t *file, size_t size, size_t offset,
    uint64_t identity, struct record *out)
{
	struct reader r = reader_over(file + offset, size - offset);
	uint64_t checksum = reader_u64(&r);
	uint32_t kind;

	out->body_len = reader_u32(&r);
	kind = reader_u32(&r);
	out->sequence = reader_u64(&r);
	out->body = reader_take(&r, out->body_len);
	if (r.failed || (kind != RECORD_STEP && kind != RECORD_SEAL) ||
	    (kind == RECORD_SEAL && out->body_len != 0))
		return false;
	out->kind = (enum record_kind)kind;
	return checksum ==
	    block_checksum(file + offset + 8,
		MANIFEST_RECORD_HEADER_SIZE - 8 + (size_t)out->body_len,
		identity, offset);
}

/* ---- bodies ---- */

/* The fixed part, with the numbers of what follows. */
static void
put_fixed(struct buf *out, const struct manifest_step *step,
    uint32_t flushed_count)
{
	buf_put_u64(out, step->next_event_id);
	buf_put_u64(out, step->next_segment);
	buf_put_u64(out, step->wal_file);
	buf_put_u64(out, step->wal_group);
	buf_put_u64(out, step->wal_synced);
	buf_put_u32(out, step->next_oid);
	buf_put_u32(out, flushed_count);
	buf_put_u32(out, step->added_count);
	buf_put_u32(out, step->removed_count);
	buf_put_u32(out, step->has_catalog);
	buf_put_u32(out, step->has_catalog ? (uint32_t)step->catalog.len : 0);
	for (uint32_t i = 0; i < step->added_count; i++)
		segment_meta_put(out, &step->added[i]);
	for (uint32_t i = 0; i < step->removed_count; i++)
		buf_put_u64(out, step->removed[i]);
}

void
manifest_put_step(struct buf *out, const struct manifest_step *step)
{
	put_fixed(out, step, step->has_flushed);
	if (step->has_flushed) {
		buf_put_u32(out, step->flushed_shard);
		buf_put_u64(out, step->flushed_event_id);
	}
	if (step->has_catalog)
		buf_put_str(out, step->catalog);
}

void
manifest_put_state(struct buf *out, const struct manifest_state *state)
{
	const struct manifest_step step = {
		.added = state->segments,
		.added_count = state->segment_count,
		.next_event_id = state->next_event_id,
		.next_oid = state->next_oid,
		.next_segment = state->next_segment,
		.wal_file = state->wal_file,
		.wal_group = state->wal_group,
		.wal_synced = state->wal_synced,
		.has_catalog = true,
		.catalog = state->catalog,
	};

	put_fixed(out, &step, state->shard_count);
	for (uint32_t s = 0; s < state->shard_count; s++) {
		buf_put_u32(out, s);
		buf_put_u64(out, state->flushed[s]);
	}
	buf_put_str(out, state->catalog);
}

static int
bad_step(struct error *err)
{
	return error_set(err, STELE_E_CORRUPT, "invalid step of the MANIFEST");
}

static int
take_flushed(struct reader *r, struct decoded_step *out, struct error *err)
{
	struct manifest_step *step = &out->step;
	uint32_t count = out->flushed_count;

	if (count <= 1) {
		step->has_flushed = count == 1;
		if (step->has_flushed) {
			step->flushed_shard = reader_u32(r);
			step->flushed_event_id = reader_u64(r);
		}
		return 0;
	}
	out->flushed = calloc(count, sizeof(*out->flushed));
	if (out->flushed == NULL)
		return error_no_memory(err);
	for (uint32_t s = 0; s < count; s++) {
		if (reader_u32(r) != s)
			return bad_step(err);
		out->flushed[s] = reader_u64(r);
	}
	return 0;
}

static int
take_lists(struct reader *r, struct decoded_step *out, struct error *err)
{
	struct manifest_step *step = &out->step;
	uint32_t added_count = step->added_count;
	int rc = 0;

	out->added = calloc((size_t)added_count + 1, sizeof(*out->added));
	out->removed =
	    calloc((size_t)step->removed_count + 1, sizeof(*out->removed));
	if (out->added == NULL || out->removed == NULL)
		return error_no_memory(err);
	step->added = out->added;
	step->removed = out->removed;
	for (uint32_t i = 0; i < added_count && rc == 0; i++)
		rc = segment_meta_take(r, &out->added[i], err);
	for (uint32_t i = 0; i < step->removed_count; i++)
		out->removed[i] = reader_u64(r);
	if (rc == 0)
		rc = take_flushed(r, out, err);
	return rc;
}

int
manifest_take_step(const uint8_t *body, size_t len, struct decoded_step *out,
    struct error *err)
{
	struct reader r = reader_over(body, len);
	struct manifest_step *step = &out->step;
	uint32_t has_catalog, catalog_len;
	int rc;

	*out = (struct decoded_step){ 0 };
	step->next_event_id = reader_u64(&r);
	step->next_segment = reader_u64(&r);
	step->wal_file = reader_u64(&r);
	step->wal_group = reader_u64(&r);
	step->wal_synced = reader_u64(&r);
	step->next_oid = reader_u32(&r);
	out->flushed_count = reader_u32(&r);
	step->added_count = reader_u32(&r);
	step->removed_count = reader_u32(&r);
	has_catalog = reader_u32(&r);
	catalog_len = reader_u32(&r);
	if (r.failed || out->flushed_count > MANIFEST_SHARDS_MAX ||
	    step->added_count > reader_left(&r) / SEGMENT_META_SIZE ||
	    step->removed_count > reader_left(&r) / 8 || has_catalog > 1) {
		*out = (struct decoded_step){ 0 };
		return bad_step(err);
	}
	rc = take_lists(&r, out, err);
	step->has_catalog = has_catalog == 1;
	step->catalog = reader_str(&r, catalog_len);
	if (rc == 0 && (r.failed || reader_left(&r) != 0))
		rc = bad_step(err);
	if (rc != 0)
		manifest_step_release(out);
	return rc;
}

void
manifest_step_release(struct decoded_step *decoded)
{
	for (uint32_t i = 0;
	     decoded->added != NULL && i < decoded->step.added_count; i++)
		segment_meta_release(&decoded->added[i]);
	free(decoded->added);
	free(decoded->removed);
	free(decoded->flushed);
	*decoded = (struct decoded_step){ 0 };
}
