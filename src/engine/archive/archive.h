/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.h -- archived log files: written, read, listed.
 *
 * An archive is a folder of files, each a finished log file of one directory,
 * compressed (archive_format.h).  The groups of the log go on from file to
 * file; where archiving was off for a while some are missing, which whoever
 * reads several files has to look for.
 *
 * Threads: any; a reader belongs to one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "engine/archive/archive_format.h"
#include "engine/wal/wal_format.h"
#include "os/file.h"

struct catalog;
struct error;
struct wal_replay_batch;

/* What a file says of itself, without its content being read. */
struct archive_info {
	struct archive_header header;
	struct archive_trailer trailer;
	uint64_t identity; /* of the header */
	uint64_t file_bytes;
};

/* ---- writing ---- */

/* A log file that is finished: all its groups are there, and synced. */
struct archive_source {
	const char *dir; /* the log's directory */
	const char *wal_dir;
	struct archive_header header; /* without first_event_id */
	uint64_t last_group;
	const struct catalog *catalog; /* of now */
};

/*
 * Archive it, and before the segments that its batches name
 * (archive_segments.h): written under a temporary name, synced, read back, renamed, its
 * folder synced.  Replaces a file of this number.  The temporary file is
 * removed after a failure.
 *
 * *lost_segment is the number of one that is nowhere any more, so that the file
 * can never be archived (STELE_E_FILE_MISSING), else 0.
 * STELE_E_CORRUPT if the log file lacks one of its groups; STELE_E_DISK_FULL,
 * STELE_E_OS, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int archive_write(struct os_fs *fs, const char *dir,
    const struct archive_source *source, struct archive_info *out,
    uint64_t *lost_segment, struct error *err);

/* ---- reading ---- */

/* The path of the file with this number. */
MUST_USE int archive_path(char out[OS_PATH_SIZE], const char *dir,
    uint64_t number, struct error *err);

/* The number in an archived file's name; false if it is another file. */
bool archive_file_number(const char *name, uint64_t *number);

/* The numbers of a folder's files, ascending; free() them. */
MUST_USE int archive_list(struct os_fs *fs, const char *dir, uint64_t **numbers,
    size_t *count, struct error *err);

/* STELE_E_CORRUPT with the file if it is none, or is not whole. */
MUST_USE int archive_read_info(struct os_fs *fs, const char *path,
    struct archive_info *out, struct error *err);

struct archive_group {
	struct wal_group_header header;
	const uint8_t *content; /* header.len bytes, until the next call */
};

struct archive_reader;

MUST_USE int archive_open(struct os_fs *fs, const char *path,
    struct archive_reader **out, struct error *err);
void archive_close(struct archive_reader *reader); /* NULL is allowed */

const struct archive_info *archive_info(const struct archive_reader *reader);

/* A new reference to the catalogue in it. */
MUST_USE int archive_catalog(const struct archive_reader *reader,
    const struct catalog **out, struct error *err);

/*
 * The next group: 1; 0 at the end, when all that the file says of itself has
 * been found true; STELE_E_CORRUPT with file and offset, or what else keeps it
 * from being read.
 */
MUST_USE int archive_next_group(struct archive_reader *reader,
    struct archive_group *out, struct error *err);

/* ---- what is in a batch ---- */

struct archive_counts {
	uint64_t schema_changes;
	int64_t time_min; /* above time_max: no events */
	int64_t time_max;
};

void archive_counts_init(struct archive_counts *counts);

/* Add a batch; false if it is malformed. */
bool archive_count(struct archive_counts *counts,
    const struct wal_replay_batch *batch);
