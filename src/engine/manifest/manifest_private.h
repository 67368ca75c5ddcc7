/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_private.h -- the MANIFEST in memory, for the files of this folder.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/manifest/manifest.h"
#include "os/file.h"

struct buf;

struct manifest {
	struct os_fs *fs;     /* borrowed */
	struct os_file *file; /* owned; NULL: only read */
	struct os_file *copy; /* owned; NULL: there is none */
	struct manifest_state state;
	uint32_t segment_capacity;
	uint64_t identity;
	uint64_t sequence;      /* of the last step */
	uint64_t rewrite_bytes; /* of steps, before they are rewritten */
	uint64_t base_size;     /* of the file's checkpoint */
	uint64_t last_step;     /* as it was read: where it begins, and */
	bool is_sealed;         /* whether it is known to be synced */
	uint64_t size;          /* where the next step goes, and the seal */
	bool is_deferred;       /* manifest_defer() */
	struct error failure;   /* code 0: none; else every step answers it */
	const char *name;       /* of the file that was read */
	char dir[OS_PATH_SIZE];
};

#define MANIFEST_FILE_MAX ((size_t)1 << 32)

/* Of a directory, with no state yet; closed by who gets it, error or not. */
MUST_USE int manifest_new(struct os_fs *fs, const char *dir,
    struct manifest **out, struct error *err);

/*
 * Say that the last step was synced; not synced itself, and may fail.  The
 * next step is written over it: a valid record is only ever behind what was
 * synced.
 */
void manifest_write_seal(struct manifest *manifest);

/* ---- manifest_step.c ---- */

/* Can this step follow the state?  NULL, or what is wrong. */
const char *manifest_step_fault(const struct manifest_state *state,
    const struct manifest_step *step);

/* What a step needs before it can be applied without fail. */
struct prepared_step {
	struct segment_meta *added; /* copies; owned until applied */
	uint32_t added_count;
	char *catalog; /* copy; owned until applied */
};

MUST_USE int manifest_prepare_step(struct manifest *manifest,
    const struct manifest_step *step, struct prepared_step *out,
    struct error *err);
/* The state after the step; nothing is left of `prepared`. */
void manifest_apply_step(struct manifest *manifest,
    const struct manifest_step *step, struct prepared_step *prepared);
/* Of one that was not applied, or of nothing. */
void manifest_prepared_release(struct prepared_step *prepared);

/* ---- manifest_checkpoint.c ---- */

/*
 * Write the state as a new file in place of the old.  *is_renamed tells
 * whether the name may already be the new file's when this fails.
 */
MUST_USE int manifest_write_checkpoint(struct manifest *manifest,
    bool *is_renamed, struct error *err);

/* ---- manifest_read.c ---- */

/* The state that these bytes of the directory's MANIFEST, or copy, stand for. */
MUST_USE int manifest_read(struct os_fs *fs, const char *dir, const char *name,
    const uint8_t *file, size_t size, struct manifest **out,
    uint64_t *torn_bytes, struct error *err);

/* ---- manifest_copy.c ---- */

/* The bytes of a file of the directory, malloc'd. */
MUST_USE int manifest_read_file(struct os_fs *fs, const char *dir,
    const char *name, uint8_t **out, size_t *size, struct error *err);

/* STELE_E_CORRUPT if the copy has a step that the MANIFEST had, and has not. */
MUST_USE int manifest_check_copy(const struct manifest *manifest,
    struct error *err);

/* Keep M5: is it what the MANIFEST is?  Else make it anew. */
void manifest_copy_open(struct manifest *manifest);
void manifest_copy_make(struct manifest *manifest);

/* The last record of the MANIFEST, which is synced; and the seal, which is not. */
void manifest_copy_append(struct manifest *manifest, const struct buf *record);
void manifest_copy_seal(struct manifest *manifest, const struct buf *seal);

/* Another history begins: no copy of the one before is left, for sure. */
MUST_USE int manifest_copy_remove(struct os_fs *fs, const char *dir,
    struct error *err);
