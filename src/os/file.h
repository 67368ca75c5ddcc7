/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h -- every file call of the server, through one table of functions.
 *
 * A struct os_fs is a file system: the real one, or one of a test that loses,
 * tears, refuses or counts.  Its table holds the bare calls, with the kernel's
 * freedoms (short reads and writes, EINTR) and its answers (-errno); the
 * functions below it are what the engine calls: they loop where a call may be
 * cut short, and word the errors.  Nothing above this header names a
 * descriptor.
 *
 * What a file system may forget in a crash, and every user must assume:
 *   F1  Written bytes that os_fdatasync() or os_fsync() has not covered, any
 *       512-byte sector of them apart from the others.
 *   F2  A created, renamed, linked or removed name, until os_fsync_dir() of
 *       its directory.
 *   F3  A file's size, until os_fsync() (os_fdatasync() covers a growth that
 *       is needed to read the bytes).
 * A failed sync says that the bytes may be lost: it is never tried again.
 *
 * Paths are strings, absolute or relative to the working directory.
 *
 * Threads: any call from any thread; one file may be read and written by
 * several at once.  Closing it while another call uses it is the caller's bug.
 *
 * Errors: STELE_E_FILE_MISSING (ENOENT), STELE_E_DISK_FULL (ENOSPC, EDQUOT),
 * STELE_E_INSUFFICIENT_RESOURCES (EMFILE, ENFILE), STELE_E_OUT_OF_MEMORY,
 * STELE_E_OS for all else, always with os_errno and the file's name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/attr.h"

struct error;
struct os_fs;

#define OS_PATH_SIZE   1024   /* with the terminating NUL */
#define OS_TEMP_SUFFIX ".tmp" /* of files that are being made */

enum os_open_flag {
	OS_READ = 1,
	OS_WRITE = 2,
	OS_CREATE = 4,    /* mode 0600 */
	OS_EXCLUSIVE = 8, /* with OS_CREATE: must not be there */
	/*
	 * A link is followed: of what an operator names, and is only read.  A
	 * link among the server's own files is an error.
	 */
	OS_FOLLOW = 16,
};

/* Each file system embeds this first in its own struct. */
struct os_file {
	struct os_fs *fs; /* borrowed */
	char *path;       /* owned; for messages */
};

/*
 * The table.  Every call returns 0, a count, or -errno; none sets errno or
 * words an error.  `ctx` is the implementation's.  Open fills file->fs and
 * file->path (malloc'd); close frees the file and cannot fail.
 */
struct os_fs {
	void *ctx;
	int (*open)(struct os_fs *fs, const char *path, unsigned flags,
	    struct os_file **out);
	void (*close)(struct os_file *file);
	ssize_t (*pread)(struct os_file *file, void *data, size_t len,
	    uint64_t offset);
	ssize_t (*pwrite)(struct os_file *file, const void *data, size_t len,
	    uint64_t offset);
	int (*size)(struct os_file *file, uint64_t *out);
	int (*truncate)(struct os_file *file, uint64_t size);
	int (*allocate)(struct os_file *file, uint64_t size); /* or NULL */
	int (*fdatasync)(struct os_file *file);
	int (*fsync)(struct os_file *file);
	int (*lock)(struct os_file *file); /* exclusive; -EWOULDBLOCK */
	int (*fsync_dir)(struct os_fs *fs, const char *path);
	/* for fsync(), of the names in it, and close() alone */
	int (*open_dir)(struct os_fs *fs, const char *path,
	    struct os_file **out);
	int (*rename)(struct os_fs *fs, const char *from, const char *to);
	int (*link)(struct os_fs *fs, const char *from, const char *to);
	int (*unlink)(struct os_fs *fs, const char *path);
	int (*mkdir)(struct os_fs *fs, const char *path);
	int (*list)(struct os_fs *fs, const char *path,
	    void (*fn)(void *arg, const char *name), void *arg);
	int (*space_left)(struct os_fs *fs, const char *path, uint64_t *out);
};

/* The kernel's.  One for the process, never freed. */
struct os_fs *os_fs_real(void);

/* ---- files ---- */

MUST_USE int os_open(struct os_fs *fs, const char *path, unsigned flags,
    struct os_file **out, struct error *err);

/* NULL is allowed.  What was not synced may be lost without a word. */
void os_close(struct os_file *file);

/* An open file has got another name: for messages, which keep the old one when
 * there is no memory. */
void os_renamed(struct os_file *file, const char *path);

/*
 * Exactly `len` bytes.  A file that ends before is STELE_E_CORRUPT, naming the
 * offset: who cannot know the size asks os_size() first.
 */
MUST_USE int os_pread_full(struct os_file *file, void *data, size_t len,
    uint64_t offset, struct error *err);
MUST_USE int os_pwrite_full(struct os_file *file, const void *data, size_t len,
    uint64_t offset, struct error *err);

MUST_USE int os_size(struct os_file *file, uint64_t *out, struct error *err);
MUST_USE int os_truncate(struct os_file *file, uint64_t size,
    struct error *err);

/*
 * Give a new file `size` bytes, which read as zeros and whose room is taken.
 * *is_done is false if the file system has no such call: nothing has happened.
 */
MUST_USE int os_allocate(struct os_file *file, uint64_t size, bool *is_done,
    struct error *err);

MUST_USE int os_fdatasync(struct os_file *file, struct error *err);
MUST_USE int os_fsync(struct os_file *file, struct error *err);

/*
 * Create or open `path`, lock it for this process and write the process id
 * into it, unless the disk is full.  The lock ends with os_close() or the process.  If another holds
 * it: STELE_E_OBJECT_IN_USE, whose detail names the holder's id.
 */
MUST_USE int os_lock(struct os_fs *fs, const char *path, struct os_file **out,
    struct error *err);

/* The same without writing anything: for locks that are held for a moment. */
MUST_USE int os_try_lock(struct os_fs *fs, const char *path,
    struct os_file **out, struct error *err);

/* A new file `to` with the content of `from`, synced; its name is not. */
MUST_USE int os_copy_file(struct os_fs *fs, const char *from, const char *to,
    struct error *err);

/* ---- names ---- */

MUST_USE int os_fsync_dir(struct os_fs *fs, const char *path,
    struct error *err);

/*
 * A directory whose names os_fsync() syncs: for who has to before a name
 * changes, since os_fsync_dir() may fail for want of a descriptor.
 */
MUST_USE int os_open_dir(struct os_fs *fs, const char *path,
    struct os_file **out, struct error *err);

/* The directory that `path` is a name in: what makes a new directory last. */
MUST_USE int os_fsync_parent(struct os_fs *fs, const char *path,
    struct error *err);
MUST_USE int os_rename(struct os_fs *fs, const char *from, const char *to,
    struct error *err);
MUST_USE int os_link(struct os_fs *fs, const char *from, const char *to,
    struct error *err);
MUST_USE int os_unlink(struct os_fs *fs, const char *path, struct error *err);

/* Mode 0700.  A directory that is there already is fine. */
MUST_USE int os_mkdir(struct os_fs *fs, const char *path, struct error *err);

/* Call fn for each entry but "." and "..", in no order, on this thread. */
MUST_USE int os_list(struct os_fs *fs, const char *path,
    void (*fn)(void *arg, const char *name), void *arg, struct error *err);

/* Bytes that an ordinary user can still write on the file system of `path`. */
MUST_USE int os_space_left(struct os_fs *fs, const char *path, uint64_t *out,
    struct error *err);

/* "dir/name" into `out`; STELE_E_LIMIT if that is too long. */
MUST_USE int os_path(char out[OS_PATH_SIZE], const char *dir, const char *name,
    struct error *err);

/*
 * Make or replace dir/name as a whole: temporary name, write, fsync, rename,
 * fsync of the directory.  After a crash the name has the old or the new
 * content; a failure before the rename leaves the old and no temporary file.
 */
MUST_USE int os_write_file(struct os_fs *fs, const char *dir, const char *name,
    const void *data, size_t len, struct error *err);

/*
 * The whole content of a file, malloc'd, with a NUL after it that *len does
 * not count.  STELE_E_LIMIT if it is larger than `limit`.
 */
MUST_USE int os_read_file(struct os_fs *fs, const char *path, size_t limit,
    uint8_t **out, size_t *len, struct error *err);

/* The same of a file that an operator names, who may say so by a link. */
MUST_USE int os_read_given_file(struct os_fs *fs, const char *path,
    size_t limit, uint8_t **out, size_t *len, struct error *err);
