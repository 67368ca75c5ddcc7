/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faultfs.h -- a file system over another one, in which calls fail as told.
 *
 * A rule says which calls: of these kinds, on paths that contain a text, and
 * of those from the k-th on, one or more.  What is not hit goes through.
 *
 * Threads: any; a rule is set while no call runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct faultfs;
struct os_file;
struct os_fs;

enum fault_call { /* bits */
	FAULT_OPEN = 1 << 0,
	FAULT_READ = 1 << 1,
	FAULT_WRITE = 1 << 2,
	FAULT_SIZE = 1 << 3,
	FAULT_TRUNCATE = 1 << 4,
	FAULT_FDATASYNC = 1 << 5,
	FAULT_FSYNC = 1 << 6,
	FAULT_FSYNC_DIR = 1 << 7,
	FAULT_RENAME = 1 << 8,
	FAULT_LINK = 1 << 9,
	FAULT_UNLINK = 1 << 10,
	FAULT_MKDIR = 1 << 11,
	FAULT_LIST = 1 << 12,
	FAULT_LOCK = 1 << 13,
	FAULT_SPACE = 1 << 14,
	FAULT_ALLOCATE = 1 << 15,

	FAULT_SYNCS = FAULT_FDATASYNC | FAULT_FSYNC | FAULT_FSYNC_DIR,
	FAULT_ALL = (1 << 16) - 1,
};

enum fault_way {
	FAULT_ERROR,   /* the call answers `error` and does nothing */
	FAULT_SHORT,   /* a read or write is cut to a part; others go through */
	FAULT_SKIP,    /* it does nothing and says that it did */
	FAULT_APART,   /* a rename in two steps: remove, then link and remove */
	FAULT_IN_PLACE /* a file is opened without the suffix of temporary
			  files, so that its rename has nothing to do */
};

struct fault_rule {
	unsigned calls;   /* enum fault_call */
	const char *path; /* part of it, at its end with a '$'; NULL: any */
	uint64_t first;   /* 1 is the first call that is of these kinds */
	uint64_t times;   /* that many from there on; 0: once */
	enum fault_way way;
	int error; /* -EIO ... */
};

struct faultfs *faultfs_new(struct os_fs *under);
void faultfs_free(struct faultfs *faultfs);
struct os_fs *faultfs_os(struct faultfs *faultfs);

/* Another one below, while no file is open. */
void faultfs_set_under(struct faultfs *faultfs, struct os_fs *under);

/* NULL: none.  Counts begin anew.  Copied but for the path. */
void faultfs_set(struct faultfs *faultfs, const struct fault_rule *rule);

/*
 * Told of each call before it is made, and before the rule is asked, which it
 * may set; NULL: nobody.
 */
void faultfs_on_call(struct faultfs *faultfs,
    void (*fn)(void *arg, enum fault_call call), void *arg);

/* Calls that the rule has hit. */
uint64_t faultfs_hits(const struct faultfs *faultfs);

/* Write a line about each call that makes, changes or syncs; NULL: none. */
void faultfs_trace(struct faultfs *faultfs, FILE *out);

/* A line about the last call that was hit, for messages. */
const char *faultfs_last_hit(const struct faultfs *faultfs);

/*
 * Told of a file below whose sync was made to fail: simfs_lose() for simfs.
 */
void faultfs_on_failed_sync(struct faultfs *faultfs,
    void (*fn)(struct os_file *file));
