/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_copy.h -- the log as far as it goes now, copied while it is written.
 *
 * Group after group is read, checked and, unless it is only looked at, written
 * into a file of the same number.  It ends before the first group that is not there entirely: one that
 * is being written, and was acknowledged to nobody.  If a later group says that
 * one was synced which cannot be read, the log is damaged.
 *
 * Threads: none of its own.  The files must not be recycled meanwhile
 * (keep/keep_lock.h).
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"

struct error;
struct os_fs;

struct wal_copy_options {
	const char *from;     /* folder of log files */
	const char *to;       /* another, there and empty; NULL: only look */
	uint64_t key;         /* of the checksums */
	uint64_t first_file;  /* that is needed */
	uint64_t first_group; /* that is in it */
};

struct wal_copied {
	uint64_t files;
	uint64_t bytes;
	uint64_t next_group; /* number after the last that was copied */
};

/*
 * Returns 0, with every file and name synced; STELE_E_CORRUPT with file and
 * offset; what a file call answers; STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int wal_copy(struct os_fs *fs, const struct wal_copy_options *options,
    struct wal_copied *out, struct error *err);
