/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simfs_private.h -- what the parts of simfs share.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/file.h"
#include "sim/simfs.h"

#define PAGE_SIZE  4096u
#define NAME_SIZE  64 /* of a name, with its NUL */
#define ROOT_INODE 0u

/* ---- bytes ---- */

/* Shared by all contents that have the same page; copied before a write. */
struct page {
	atomic_uint refs;
	uint8_t bytes[PAGE_SIZE];
};

/* A file's bytes.  Pages that are NULL are zeros; so is all past the size. */
struct content {
	uint64_t size;
	size_t page_count; /* of the array */
	struct page **pages;
};

void content_release(struct content *content);
struct content content_copy(const struct content *content);
void content_read(const struct content *content, void *data, size_t len,
    uint64_t offset);
/* Does not change the size; room is made. */
void content_write(struct content *content, const void *data, size_t len,
    uint64_t offset);
/* Bytes behind a smaller size become zeros. */
void content_resize(struct content *content, uint64_t size);

/* ---- changes that are not synced ---- */

enum change_kind {
	CHANGE_WRITE,    /* of a file */
	CHANGE_TRUNCATE, /* of a file, to `offset` bytes */
	CHANGE_SET,      /* of a directory: `name` leads to `inode` */
	CHANGE_REMOVE,   /* of a directory: `name` is no more */
	CHANGE_RENAME,   /* of a directory: `old_name` goes, `name` is set */
};

/* Constant once made, but for is_lost; shared by copies. */
struct change {
	atomic_uint refs;
	enum change_kind kind;
	uint64_t number; /* order over the whole file system */
	bool is_lost;    /* a sync of it failed: none will keep it */
	uint64_t offset;
	size_t len;
	uint32_t inode;
	char name[NAME_SIZE];
	char old_name[NAME_SIZE];
	uint8_t data[];
};

struct changes {
	struct change **items;
	size_t count;
};

void changes_add(struct changes *changes, struct change *change);
void changes_clear(struct changes *changes);
void change_unref(struct change *change);

/* ---- files and directories ---- */

struct entry {
	char name[NAME_SIZE];
	uint32_t inode;
};

struct directory {
	struct entry *entries;
	size_t count;
};

struct directory directory_copy(const struct directory *directory);
void directory_release(struct directory *directory);
struct entry *directory_find(struct directory *directory, const char *name);
void directory_set(struct directory *directory, const char *name,
    uint32_t inode);
void directory_remove(struct directory *directory, const char *name);
void directory_apply(struct directory *directory, const struct change *change);

/* What processes see is `now`; `disk` and any of the changes survive. */
struct inode {
	bool is_directory;
	bool is_locked;
	unsigned open_count;
	unsigned name_count;
	struct content now, disk;
	struct directory names_now, names_disk;
	struct changes changes;
};

struct inode *inode_new(bool is_directory);
void inode_free(struct inode *inode);

struct process {
	struct os_fs os; /* first */
	struct process *next;
	struct simfs *fs;
	bool is_dead;
};

struct simfs {
	pthread_mutex_t lock;
	struct inode **inodes; /* by number; NULL: unknown to a copy */
	size_t inode_count;
	uint64_t change_count; /* of calls */
	uint64_t next_change;  /* numbers of struct change */
	uint64_t space_limit;
	struct simfs_hooks hooks;
	struct process *processes;
};

/* The file at a path, under the lock; NULL if there is none. */
struct inode *simfs_find(struct simfs *fs, const char *path);

/* Bytes of all files that have a name or are open, in whole pages. */
uint64_t simfs_usage(const struct simfs *fs);
