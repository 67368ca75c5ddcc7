/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore_plan.h -- which files of an archive a directory needs, and whether
 * they fit it.  Nothing is changed.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "engine/archive/archive.h"
#include "engine/engine.h"

struct error;
struct manifest;
struct os_fs;

/* The log of the directory: where it ends, and what tells its history. */
struct log_end {
	uint64_t next_group;
	uint64_t next_event_id;

	/*
	 * The last group of it that the archive has too and that is not empty:
	 * number, length and hash of its content; 0: there is none.
	 */
	uint64_t content_group;
	uint64_t content_len;
	uint64_t content_hash;
};

struct restore_plan {
	struct os_fs *fs;
	const char *archive_dir;

	/* The archive; a file that is damaged has no file_bytes. */
	uint64_t *numbers; /* owned */
	struct archive_info *infos;
	size_t count;
	const struct archive_info *last; /* that is not damaged */

	/* The directory; is_new: it is to be made like the archive's. */
	const char *dir;
	bool is_new;
	struct manifest *manifest; /* as it was; owned; NULL: is_new */
	uint32_t shard_count;
	uint64_t hash_seed;
	struct log_end end;

	/* Files infos[first] .. infos[limit - 1] have what is needed. */
	size_t first;
	size_t limit;
	uint64_t segment_max; /* greatest number that its batches name; 0 */

	/*
	 * The end: where the first batch begins that is not restored, in bytes of
	 * its group's content.  No event_id can say it: changes alone have the
	 * one of the event after them.
	 */
	uint64_t end_group; /* UINT64_MAX: all there are */
	size_t end_len;
};

/*
 * Read the archive's list, the directory, and every group of the files that
 * are needed.  Errors as engine_archive_restore().  Release it in any case.
 */
MUST_USE int restore_plan_make(struct restore_plan *plan,
    const struct restore_until *until, struct error *err);
void restore_plan_release(struct restore_plan *plan);
