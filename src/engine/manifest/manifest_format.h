/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_format.h -- the bytes of the MANIFEST: header and records.  Layouts
 * stand at the top of manifest_format.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/manifest/manifest.h"

struct buf;
struct error;

#define MANIFEST_VERSION            2
#define MANIFEST_HEADER_SIZE        64
#define MANIFEST_RECORD_HEADER_SIZE 24

struct manifest_header {
	uint32_t shard_count;
	struct uuid directory;
	uint64_t hash_seed;
	uint64_t base_size; /* header and first record */
};

enum record_kind { /* on disk: do not renumber */
	RECORD_STEP = 1,
	RECORD_SEAL = 2, /* the step before it was synced; no body */
};

struct record {
	enum record_kind kind;
	uint64_t sequence;
	const uint8_t *body; /* borrowed */
	uint32_t body_len;
};

/* A decoded step: `step` borrows these arrays and the body. */
struct decoded_step {
	struct manifest_step step;
	struct segment_meta *added; /* owned, with their types */
	uint64_t *removed;          /* owned */
	uint32_t flushed_count;     /* of a checkpoint: all shards */
	uint64_t *flushed;          /* owned; NULL: see step.has_flushed */
};

void manifest_put_header(struct buf *out, const struct manifest_header *header);
bool manifest_take_header(const uint8_t *data, size_t len,
    struct manifest_header *out);

/* What the checksums of records are mixed with. */
uint64_t manifest_identity(const struct uuid *directory);

/*
 * Append a record that will stand at `offset` of the file; begin it, put the
 * body, end it.
 */
size_t manifest_begin_record(struct buf *out);
void manifest_end_record(struct buf *out, size_t start, enum record_kind kind,
    uint64_t sequence, uint64_t identity, uint64_t offset);

/* The record at `offset` of the whole file; false if there is no valid one. */
bool manifest_take_record(const uint8_t *file, size_t size, size_t offset,
    uint64_t identity, struct record *out);

/* Bodies.  A checkpoint is a step that says everything. */
void manifest_put_step(struct buf *out, const struct manifest_step *step);
void manifest_put_state(struct buf *out, const struct manifest_state *state);

/* STELE_E_CORRUPT for what no step can be, STELE_E_OUT_OF_MEMORY. */
MUST_USE int manifest_take_step(const uint8_t *body, size_t len,
    struct decoded_step *out, struct error *err);
void manifest_step_release(struct decoded_step *decoded);
