/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simfs.h -- a file system in memory that can lose power.
 *
 * It behind the table of os/file.h, and knows of every file and directory what
 * is synced and which changes are not.  simfs_crash() is the power cut: it
 * makes the file system that a machine may find when it starts again, in
 * which any part of the unsynced changes has reached the disk and the rest has
 * not.  What "any part" means is the weakest that POSIX and Linux promise:
 *
 *   - Of a file's bytes, each sector of 512 bytes is as it was synced, or as
 *     it was after any of the writes since, whatever its neighbours are.
 *   - A file's size is as it was synced or as it was at any time since,
 *     whatever of its bytes there is; bytes that never came read as zeros or
 *     as what the disk held there before, anybody's.
 *   - Each change of a directory (a name made, removed, renamed) has happened
 *     or not, whatever came before or after it.  A rename within a directory
 *     happens as a whole: the new name leads to the old file or to the new.
 *   - fsync() of a file keeps its bytes and its size, fdatasync() its bytes
 *     and a size that has grown.  Neither keeps a name: that is for fsync() of
 *     the directory, which keeps no bytes.
 *   - A sync that failed keeps nothing, and no later one makes up for it: the
 *     kernel has marked the pages clean (simfs_lose()).
 *
 * A process that is killed loses nothing of this; only its open files and
 * locks go.
 *
 * Threads: any, under one lock.  Copies share pages, counted atomically.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os_file;
struct os_fs;
struct simfs;

#define SIMFS_SECTOR 512

/* An empty root directory. */
struct simfs *simfs_new(void);
void simfs_free(struct simfs *fs); /* its processes must have closed all */

/*
 * A process that uses the file system; it has the table, the locks and the
 * open files.  After simfs_kill() each of its calls answers -EIO and changes
 * nothing, so that its threads can be brought to an end.
 */
struct os_fs *simfs_process(struct simfs *fs);
void simfs_kill(struct os_fs *process);

/* ---- power ---- */

/* The same files, with what is not synced; no processes. */
struct simfs *simfs_copy(struct simfs *fs);

/* A power cut, now: what may be found afterwards, all of it synced. */
struct simfs *simfs_crash(struct simfs *fs, uint64_t seed);

/*
 * What the sync of this file would keep is not kept by any sync any more, only
 * by chance: the sync that was asked for has failed.
 */
void simfs_lose(struct os_file *file);

/* ---- watching ---- */

/* Calls so far that changed or synced something. */
uint64_t simfs_change_count(struct simfs *fs);

/*
 * `before` is called before each call of a process, whatever it does; `after`
 * after each that is counted.  On the caller's thread, without the lock.
 */
struct simfs_hooks {
	void (*before)(void *arg);
	void (*after)(void *arg, uint64_t change_count);
	void *arg;
};
void simfs_set_hooks(struct simfs *fs, const struct simfs_hooks *hooks);

/* Bytes that files may have together, in blocks of 4 KiB; 0: no limit. */
void simfs_set_space(struct simfs *fs, uint64_t bytes);
uint64_t simfs_space_used(struct simfs *fs);

/* ---- looking inside, and damaging ---- */

/* Every file's path and size, in no order. */
void simfs_each_file(struct simfs *fs,
    void (*fn)(void *arg, const char *path, uint64_t size), void *arg);

/* False if there is no such file.  Both are cut at the end of the file. */
bool simfs_peek(struct simfs *fs, const char *path, void *data, size_t len,
    uint64_t offset);
bool simfs_poke(struct simfs *fs, const char *path, const void *data,
    size_t len, uint64_t offset);
