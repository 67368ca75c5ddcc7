/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore_log.h -- groups are put behind the log of a directory.
 *
 * They get places in files of their own, one after the other; a file counts
 * when the MANIFEST says that its last group is synced.  Past a size the engine
 * is opened and flushed, and the next file begins: the log stays short, and so
 * does the memory that its rows take.  The last file stays as log, so that it
 * is known how the directory's history ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/engine.h"
#include "engine/wal/wal_format.h"
#include "os/file.h"

struct error;

struct restore_log {
	struct os_fs *fs;
	const char *dir;
	struct engine_options options; /* to open the engine */
	uint64_t key;                  /* of the checksums */
	uint64_t size_max;             /* of a file, but for a large group */
	uint64_t archived_file;        /* ours come behind it; init: 0 */
	bool must_recover; /* what is there was not synced, maybe; init: no */

	/* The file that is written. */
	struct os_file *file; /* NULL: none */
	char path[OS_PATH_SIZE];
	uint64_t number;
	uint64_t offset;
	uint64_t last_group; /* of all that were added */
	struct buf group;
};

void restore_log_init(struct restore_log *log, struct os_fs *fs,
    const char *dir, const struct engine_options *options, uint64_t key);
void restore_log_release(struct restore_log *log);

/*
 * Before a group with so much content is added: a file is begun for it, which
 * may flush.  From then on segments that it names may be in the directory.
 */
MUST_USE int restore_log_make_room(struct restore_log *log, size_t len,
    struct error *err);

/* Add a group with `len` bytes of content; its file and offset are ours. */
MUST_USE int restore_log_add(struct restore_log *log,
    const struct wal_group_header *header, const uint8_t *content, size_t len,
    struct error *err);

/* All that was added is the directory's. */
MUST_USE int restore_log_end(struct restore_log *log, struct error *err);
