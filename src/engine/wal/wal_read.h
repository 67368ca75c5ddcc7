/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_read.h -- one group of a log file, read and checked.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "engine/wal/wal_format.h"

struct buf;
struct error;
struct os_file;
struct os_fs;

/* A log file that is open for reading.  Zeroed, it is none. */
struct wal_source {
	struct os_file *file; /* owned */
	uint64_t number;
	uint64_t size_bytes;
	uint64_t key; /* of the checksums */
};

/* Open file `number` of the folder, with the key that it has. */
MUST_USE int wal_source_open(struct wal_source *source, struct os_fs *fs,
    const char *dir, uint64_t number, struct error *err);
void wal_source_close(struct wal_source *source); /* again is fine */

/*
 * Replace *group by the group that lies at `offset`, header and content: 1 if
 * a valid one does, 0 if not, STELE_E_OUT_OF_MEMORY or an error of the file.
 * At 0 *header says nothing.
 */
MUST_USE int wal_read_group(const struct wal_source *source, uint64_t offset,
    struct buf *group, struct wal_group_header *header, struct error *err);
