/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_file.h -- temporary files, for what a statement cannot keep in memory.
 *
 * A file loses its name as soon as it is open: it is gone when it is closed,
 * however the process ends.  It is written at its end only, read anywhere, and
 * never synced.  What is left by a process that ended between making a name and
 * removing it goes at the next start.
 *
 * Errors are those of os/file.h (53100 for a full disk, 58030), and 53400 past
 * the limit; each fails the statement and nothing else.
 *
 * Threads: a file belongs to one; a space may be shared.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "os/file.h"

#define TEMP_DIRECTORY "temp" /* in the data directory */

struct error;
struct temp_file;

/* Of all files that there were; only grows. */
struct temp_usage {
	atomic_uint_least64_t files;
	atomic_uint_least64_t bytes;
};

/* Where one statement's files are, and how large they may be together. */
struct temp_space {
	struct os_fs *fs;
	const char *dir;      /* the data directory */
	uint64_t limit_bytes; /* UINT64_MAX: none */
	atomic_uint_least64_t used_bytes;
	struct temp_usage *usage; /* NULL: not counted */
};

/*
 * At the start: remove what is in the directory.  It need not be there: it is
 * made for the first file, so that a start needs no room on the disk.
 */
MUST_USE int temp_directory_clean(struct os_fs *fs, const char *dir,
    struct error *err);

MUST_USE int temp_file_open(struct temp_space *space, struct temp_file **out,
    struct error *err);

/* NULL is allowed. */
void temp_file_close(struct temp_file *file);

/* Write at the end; *offset is where that was. */
MUST_USE int temp_file_append(struct temp_file *file, const void *data,
    size_t len, uint64_t *offset, struct error *err);

/* Exactly `len` bytes. */
MUST_USE int temp_file_read(struct temp_file *file, void *data, size_t len,
    uint64_t offset, struct error *err);

/* What was written so far. */
uint64_t temp_file_size(const struct temp_file *file);
