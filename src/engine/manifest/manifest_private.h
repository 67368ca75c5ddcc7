/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_private.h -- the MANIFEST in memory, for the files of this folder.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/manifest/manifest.h"
#include "os/file.h"

struct manifest {
	struct os_fs *fs;     /* borrowed */
	struct os_file *file; /* owned; NULL: only read */
	struct manifest_state state;
	uint32_t segment_capacity;
	uint64_t identity;
	uint64_t sequence;      /* of the last step */
	uint64_t rewrite_bytes; /* of steps, before they are rewritten */
	uint64_t base_size;     /* of the file's checkpoint */
	uint64_t last_step;     /* as it was read: where it begins, and */
	bool is_sealed;         /* whether it is known to be synced */
	uint64_t size;          /* where the next step goes, and the seal */
	bool keeps_leftovers;   /* manifest_keep_leftovers() */
	struct error failure;   /* code 0: none; else every step answers it */
	char dir[OS_PATH_SIZE];
};

/* Index of a segment by its number, or of the first greater one. */
uint32_t manifest_find(const struct manifest_state *state, uint64_t number);
bool manifest_has(const struct manifest_state *state, uint64_t number);
