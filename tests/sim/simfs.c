/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simfs.c -- the table of os/file.h over files in memory.
 *
 * Each call that changes something does it to what processes see and notes it
 * as a change that is not synced; a sync moves changes to what is on disk.
 */
#include "sim/simfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/simfs_private.h"

struct sim_file {
	struct os_file file; /* first */
	struct process *process;
	uint32_t number; /* of the inode */
	struct inode *inode;
	bool holds_lock;
};

/* ---- entering and leaving ---- */

static struct process *
process_of(struct os_fs *os)
{
	return (struct process *)os;
}

static struct sim_file *
file_of(struct os_file *file)
{
	return (struct sim_file *)file;
}

/* Take the lock for a call: 0, or -EIO for a process that was killed. */
static int
enter(struct process *process)
{
	struct simfs *fs = process->fs;

	if (fs->hooks.before != NULL && !process->is_dead)
		fs->hooks.before(fs->hooks.arg);
	pthread_mutex_lock(&fs->lock);
	if (!process->is_dead)
		return 0;
	pthread_mutex_unlock(&fs->lock);
	return -EIO;
}

static void
leave(struct process *process)
{
	pthread_mutex_unlock(&process->fs->lock);
}

/* Leave after a call that changed or synced something. */
static void
leave_changed(struct process *process)
{
	struct simfs *fs = process->fs;
	uint64_t count = ++fs->change_count;

	pthread_mutex_unlock(&fs->lock);
	if (fs->hooks.after != NULL)
		fs->hooks.after(fs->hooks.arg, count);
}

/* ---- paths ---- */

/* The next part of a path into `name`: 1, 0 at the end, or -ENAMETOOLONG. */
static int
next_name(const char **path, char name[NAME_SIZE])
{
	size_t len;

	*path += strspn(*path, "/");
	len = strcspn(*path, "/");
	if (len == 0)
		return 0;
	if (len >= NAME_SIZE)
		return -ENAMETOOLONG;
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += len;
	return 1;
}

/* The directory that the last name of a path is in, and that name. */
static int
find_parent(struct simfs *fs, const char *path, struct inode **directory,
    char name[NAME_SIZE])
{
	struct inode *at = fs->inodes[ROOT_INODE];
	int rc = next_name(&path, name);

	if (rc <= 0)
		return rc == 0 ? -EINVAL : rc;
	for (;;) {
		char next[NAME_SIZE];
		struct entry *entry;

		rc = next_name(&path, next);
		if (rc < 0)
			return rc;
		if (rc == 0) {
			*directory = at;
			return 0;
		}
		entry = directory_find(&at->names_now, name);
		if (entry == NULL)
			return -ENOENT;
		at = fs->inodes[entry->inode];
		if (!at->is_directory)
			return -ENOTDIR;
		memcpy(name, next, NAME_SIZE);
	}
}

/* What a path leads to; the root is "" or "/". */
static int
find_number(struct simfs *fs, const char *path, uint32_t *number)
{
	char name[NAME_SIZE];
	struct inode *directory;
	struct entry *entry;
	int rc;

	*number = ROOT_INODE;
	if (path[strspn(path, "/")] == '\0')
		return 0;
	rc = find_parent(fs, path, &directory, name);
	if (rc != 0)
		return rc;
	entry = directory_find(&directory->names_now, name);
	if (entry == NULL)
		return -ENOENT;
	*number = entry->inode;
	return 0;
}

struct inode *
simfs_find(struct simfs *fs, const char *path)
{
	uint32_t number;

	return find_number(fs, path, &number) == 0 ? fs->inodes[number] : NULL;
}

/* ---- changes ---- */

static struct change *
change_new(struct simfs *fs, enum change_kind kind, size_t len)
{
	struct change *change = sim_alloc(sizeof(*change) + len);

	atomic_init(&change->refs, 1);
	change->kind = kind;
	change->number = fs->next_change++;
	change->len = len;
	return change;
}

/* Change a directory as processes see it. */
static void
change_names(struct simfs *fs, struct inode *directory, enum change_kind kind,
    const char *name, const char *old_name, uint32_t inode)
{
	struct change *change = change_new(fs, kind, 0);

	snprintf(change->name, NAME_SIZE, "%s", name);
	snprintf(change->old_name, NAME_SIZE, "%s", old_name);
	change->inode = inode;
	directory_apply(&directory->names_now, change);
	changes_add(&directory->changes, change);
}

static uint32_t
add_inode(struct simfs *fs, bool is_directory)
{
	fs->inodes =
	    sim_grow(fs->inodes, fs->inode_count, sizeof(struct inode *));
	fs->inodes[fs->inode_count] = inode_new(is_directory);
	return (uint32_t)fs->inode_count++;
}

/* ---- files ---- */

static int
open_inode(struct simfs *fs, const char *path, unsigned flags, uint32_t *number,
    bool *is_made)
{
	char name[NAME_SIZE];
	struct inode *directory;
	struct entry *entry;
	int rc = find_parent(fs, path, &directory, name);

	*is_made = false;
	if (rc != 0)
		return rc;
	entry = directory_find(&directory->names_now, name);
	if (entry != NULL) {
		*number = entry->inode;
		if ((flags & OS_EXCLUSIVE) != 0)
			return -EEXIST;
		return fs->inodes[*number]->is_directory ? -EISDIR : 0;
	}
	if ((flags & OS_CREATE) == 0)
		return -ENOENT;
	*number = add_inode(fs, false);
	fs->inodes[*number]->name_count = 1;
	change_names(fs, directory, CHANGE_SET, name, "", *number);
	*is_made = true;
	return 0;
}

static struct os_file *
file_new(struct process *process, const char *path, uint32_t number)
{
	struct sim_file *file = sim_alloc(sizeof(*file));

	file->file.fs = &process->os;
	file->file.path = sim_alloc(strlen(path) + 1);
	memcpy(file->file.path, path, strlen(path));
	file->process = process;
	file->number = number;
	file->inode = process->fs->inodes[number];
	file->inode->open_count++;
	return &file->file;
}

static int
sim_open(struct os_fs *os, const char *path, unsigned flags,
    struct os_file **out)
{
	struct process *process = process_of(os);
	struct simfs *fs = process->fs;
	uint32_t number;
	bool is_made;
	int rc = enter(process);

	if (rc != 0)
		return rc;
	rc = open_inode(fs, path, flags, &number, &is_made);
	if (rc != 0) {
		leave(process);
		return rc;
	}
	*out = file_new(process, path, number);
	if (is_made)
		leave_changed(process);
	else
		leave(process);
	return 0;
}

static int
sim_open_dir(struct os_fs *os, const char *path, struct os_file **out)
{
	struct process *process = process_of(os);
	uint32_t number;
	int rc = enter(process);

	if (rc != 0)
		return rc;
	rc = find_number(process->fs, path, &number);
	if (rc == 0 && !process->fs->inodes[number]->is_directory)
		rc = -ENOTDIR;
	if (rc == 0)
		*out = file_new(process, path, number);
	leave(process);
	return rc;
}

static void
sim_close(struct os_file *os_file)
{
	struct sim_file *file = file_of(os_file);
	struct simfs *fs = file->process->fs;

	pthread_mutex_lock(&fs->lock);
	file->inode->open_count--;
	if (file->holds_lock && !file->process->is_dead)
		file->inode->is_locked = false;
	pthread_mutex_unlock(&fs->lock);
	free(os_file->path);
	free(file);
}

static ssize_t
sim_pread(struct os_file *os_file, void *data, size_t len, uint64_t offset)
{
	struct sim_file *file = file_of(os_file);
	const struct content *content = &file->inode->now;
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (offset >= content->size)
		len = 0;
	else if (len > content->size - offset)
		len = (size_t)(content->size - offset);
	content_read(content, data, len, offset);
	leave(file->process);
	return (ssize_t)len;
}

uint64_t
simfs_usage(const struct simfs *fs)
{
	uint64_t used = 0;

	for (size_t i = 0; i < fs->inode_count; i++) {
		const struct inode *inode = fs->inodes[i];

		if (inode != NULL && inode->name_count + inode->open_count > 0)
			used += (inode->now.size + PAGE_SIZE - 1) / PAGE_SIZE *
			    PAGE_SIZE;
	}
	return used;
}

static bool
has_space(const struct simfs *fs, const struct inode *inode, uint64_t end)
{
	uint64_t have = (inode->now.size + PAGE_SIZE - 1) / PAGE_SIZE;
	uint64_t want = (end + PAGE_SIZE - 1) / PAGE_SIZE;

	return fs->space_limit == 0 || want <= have ||
	    simfs_usage(fs) + (want - have) * PAGE_SIZE <= fs->space_limit;
}

static ssize_t
sim_pwrite(struct os_file *os_file, const void *data, size_t len,
    uint64_t offset)
{
	struct sim_file *file = file_of(os_file);
	struct inode *inode = file->inode;
	struct simfs *fs = file->process->fs;
	struct change *change;
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (!has_space(fs, inode, offset + len)) {
		leave(file->process);
		return -ENOSPC;
	}
	change = change_new(fs, CHANGE_WRITE, len);
	change->offset = offset;
	memcpy(change->data, data, len);
	changes_add(&inode->changes, change);
	if (offset + len > inode->now.size)
		content_resize(&inode->now, offset + len);
	content_write(&inode->now, data, len, offset);
	leave_changed(file->process);
	return (ssize_t)len;
}

static int
sim_size(struct os_file *os_file, uint64_t *out)
{
	struct sim_file *file = file_of(os_file);
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	*out = file->inode->now.size;
	leave(file->process);
	return 0;
}

static int
sim_truncate(struct os_file *os_file, uint64_t size)
{
	struct sim_file *file = file_of(os_file);
	struct change *change;
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	change = change_new(file->process->fs, CHANGE_TRUNCATE, 0);
	change->offset = size;
	changes_add(&file->inode->changes, change);
	content_resize(&file->inode->now, size);
	leave_changed(file->process);
	return 0;
}

/* A size with its room: where that is no growth it does nothing. */
static int
sim_allocate(struct os_file *os_file, uint64_t size)
{
	struct sim_file *file = file_of(os_file);
	struct content *content = &file->inode->now;
	struct change *change;
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (size <= content->size ||
	    !has_space(file->process->fs, file->inode, size)) {
		leave(file->process);
		return size <= content->size ? 0 : -ENOSPC;
	}
	change = change_new(file->process->fs, CHANGE_TRUNCATE, 0);
	change->offset = size;
	changes_add(&file->inode->changes, change);
	content_resize(content, size);
	leave_changed(file->process);
	return 0;
}

/* ---- syncs ---- */

/* Bring a change of a file to the disk. */
static void
settle(struct content *disk, const struct change *change)
{
	if (change->kind == CHANGE_TRUNCATE) {
		content_resize(disk, change->offset);
		return;
	}
	if (change->offset + change->len > disk->size)
		content_resize(disk, change->offset + change->len);
	content_write(disk, change->data, change->len, change->offset);
}

static bool
has_lost(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i]->is_lost)
			return true;
	return false;
}

static uint64_t
end_of(const struct change *change)
{
	return change->kind == CHANGE_TRUNCATE ? UINT64_MAX
					       : change->offset + change->len;
}

/*
 * Lost changes that a newer one concerns are forgotten: the sector that it
 * brings to the disk is whole, and so is the size.
 */
static void
forget_lost(struct content *disk, struct changes *lost,
    const struct change *newer)
{
	size_t kept = 0;

	for (size_t i = 0; i < lost->count; i++) {
		struct change *old = lost->items[i];

		if (old->offset >= end_of(newer) ||
		    newer->offset >= end_of(old)) {
			lost->items[kept++] = old;
			continue;
		}
		if (old->kind == CHANGE_TRUNCATE)
			settle(disk, old);
		change_unref(old);
	}
	lost->count = kept;
}

/* All but what a failed sync has lost. */
static void
settle_all(struct inode *inode)
{
	struct changes *changes = &inode->changes;
	struct changes lost = { .count = 0 };

	if (!has_lost(changes)) {
		content_release(&inode->disk);
		inode->disk = content_copy(&inode->now);
		changes_clear(changes);
		return;
	}
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->items[i]->is_lost) {
			changes_add(&lost, changes->items[i]);
			continue;
		}
		forget_lost(&inode->disk, &lost, changes->items[i]);
		settle(&inode->disk, changes->items[i]);
		change_unref(changes->items[i]);
	}
	free(changes->items);
	*changes = lost;
}

/* All names that a directory has now. */
static void
settle_names(struct inode *directory)
{
	directory_release(&directory->names_disk);
	directory->names_disk = directory_copy(&directory->names_now);
	changes_clear(&directory->changes);
}

static int
sim_fsync(struct os_file *os_file)
{
	struct sim_file *file = file_of(os_file);
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (file->inode->is_directory)
		settle_names(file->inode);
	else
		settle_all(file->inode);
	leave_changed(file->process);
	return 0;
}

/* As fsync(), but a size that has shrunk may come back, with its old bytes. */
static int
sim_fdatasync(struct os_file *os_file)
{
	struct sim_file *file = file_of(os_file);
	struct inode *inode = file->inode;
	struct content old = { .size = 0 };
	struct change *shrink = NULL;
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (inode->disk.size > inode->now.size && !has_lost(&inode->changes)) {
		old = content_copy(&inode->disk);
		shrink = change_new(file->process->fs, CHANGE_TRUNCATE, 0);
		shrink->offset = inode->now.size;
	}
	settle_all(inode);
	if (shrink != NULL) {
		size_t len = (size_t)(old.size - inode->now.size);
		uint8_t *tail = sim_alloc(len);

		content_read(&old, tail, len, inode->now.size);
		content_resize(&inode->disk, old.size);
		content_write(&inode->disk, tail, len, inode->now.size);
		free(tail);
		content_release(&old);
		changes_add(&inode->changes, shrink);
	}
	leave_changed(file->process);
	return 0;
}

static int
sim_fsync_dir(struct os_fs *os, const char *path)
{
	struct process *process = process_of(os);
	struct inode *inode;
	int rc = enter(process);

	if (rc != 0)
		return rc;
	inode = simfs_find(process->fs, path);
	if (inode == NULL || !inode->is_directory) {
		leave(process);
		return inode == NULL ? -ENOENT : -ENOTDIR;
	}
	settle_names(inode);
	leave_changed(process);
	return 0;
}

void
simfs_lose(struct os_file *os_file)
{
	struct sim_file *file = file_of(os_file);
	struct inode *inode = file->inode;

	pthread_mutex_lock(&file->process->fs->lock);
	for (size_t i = 0; i < inode->changes.count; i++)
		inode->changes.items[i]->is_lost = true;
	pthread_mutex_unlock(&file->process->fs->lock);
}

static int
sim_lock(struct os_file *os_file)
{
	struct sim_file *file = file_of(os_file);
	int rc = enter(file->process);

	if (rc != 0)
		return rc;
	if (file->inode->is_locked && !file->holds_lock)
		rc = -EWOULDBLOCK;
	else
		file->inode->is_locked = file->holds_lock = true;
	leave(file->process);
	return rc;
}

/* ---- names ---- */

/* Under the lock: `to` of another directory or none is two changes. */
static int
rename_inode(struct simfs *fs, const char *from, const char *to)
{
	char old_name[NAME_SIZE], name[NAME_SIZE];
	struct inode *source, *target;
	struct entry *entry, *replaced;
	uint32_t number;
	int rc = find_parent(fs, from, &source, old_name);

	if (rc == 0)
		rc = find_parent(fs, to, &target, name);
	if (rc != 0)
		return rc;
	entry = directory_find(&source->names_now, old_name);
	if (entry == NULL)
		return -ENOENT;
	number = entry->inode;
	replaced = directory_find(&target->names_now, name);
	if (replaced != NULL && replaced->inode == number)
		return 0; /* two names of one file: rename(2) does nothing */
	if (replaced != NULL)
		fs->inodes[replaced->inode]->name_count--;
	if (source == target) {
		change_names(fs, target, CHANGE_RENAME, name, old_name, number);
		return 0;
	}
	change_names(fs, target, CHANGE_SET, name, "", number);
	change_names(fs, source, CHANGE_REMOVE, old_name, "", 0);
	return 0;
}

static int
link_inode(struct simfs *fs, const char *from, const char *to)
{
	char name[NAME_SIZE];
	struct inode *target;
	uint32_t number;
	int rc = find_number(fs, from, &number);

	if (rc == 0)
		rc = find_parent(fs, to, &target, name);
	if (rc != 0)
		return rc;
	if (fs->inodes[number]->is_directory)
		return -EPERM;
	if (directory_find(&target->names_now, name) != NULL)
		return -EEXIST;
	fs->inodes[number]->name_count++;
	change_names(fs, target, CHANGE_SET, name, "", number);
	return 0;
}

static int
unlink_inode(struct simfs *fs, const char *path)
{
	char name[NAME_SIZE];
	struct inode *directory;
	struct entry *entry;
	int rc = find_parent(fs, path, &directory, name);

	if (rc != 0)
		return rc;
	entry = directory_find(&directory->names_now, name);
	if (entry == NULL)
		return -ENOENT;
	if (fs->inodes[entry->inode]->is_directory)
		return -EISDIR;
	fs->inodes[entry->inode]->name_count--;
	change_names(fs, directory, CHANGE_REMOVE, name, "", 0);
	return 0;
}

static int
make_directory(struct simfs *fs, const char *path)
{
	char name[NAME_SIZE];
	struct inode *directory;
	uint32_t number;
	int rc = find_parent(fs, path, &directory, name);

	if (rc != 0)
		return rc;
	if (directory_find(&directory->names_now, name) != NULL)
		return -EEXIST;
	number = add_inode(fs, true);
	fs->inodes[number]->name_count = 1;
	change_names(fs, directory, CHANGE_SET, name, "", number);
	return 0;
}

static int
leave_with(struct process *process, int rc)
{
	if (rc == 0)
		leave_changed(process);
	else
		leave(process);
	return rc;
}

static int
sim_rename(struct os_fs *os, const char *from, const char *to)
{
	int rc = enter(process_of(os));

	if (rc != 0)
		return rc;
	rc = rename_inode(process_of(os)->fs, from, to);
	return leave_with(process_of(os), rc);
}

static int
sim_link(struct os_fs *os, const char *from, const char *to)
{
	int rc = enter(process_of(os));

	if (rc != 0)
		return rc;
	rc = link_inode(process_of(os)->fs, from, to);
	return leave_with(process_of(os), rc);
}

static int
sim_unlink(struct os_fs *os, const char *path)
{
	int rc = enter(process_of(os));

	if (rc != 0)
		return rc;
	rc = unlink_inode(process_of(os)->fs, path);
	return leave_with(process_of(os), rc);
}

static int
sim_mkdir(struct os_fs *os, const char *path)
{
	int rc = enter(process_of(os));

	if (rc != 0)
		return rc;
	rc = make_directory(process_of(os)->fs, path);
	return leave_with(process_of(os), rc);
}

/* On a copy of the names, as fn may change the directory. */
static int
sim_list(struct os_fs *os, const char *path,
    void (*fn)(void *arg, const char *name), void *arg)
{
	struct process *process = process_of(os);
	struct directory names = { .count = 0 };
	struct inode *inode;
	int rc = enter(process);

	if (rc != 0)
		return rc;
	inode = simfs_find(process->fs, path);
	if (inode == NULL)
		rc = -ENOENT;
	else if (!inode->is_directory)
		rc = -ENOTDIR;
	else
		names = directory_copy(&inode->names_now);
	leave(process);
	for (size_t i = 0; i < names.count; i++)
		fn(arg, names.entries[i].name);
	directory_release(&names);
	return rc;
}

static int
sim_space_left(struct os_fs *os, const char *path, uint64_t *out)
{
	struct process *process = process_of(os);
	struct simfs *fs = process->fs;
	uint64_t used;
	int rc = enter(process);

	(void)path; /* it is all one */
	if (rc != 0)
		return rc;
	used = simfs_usage(fs);
	*out = (uint64_t)1 << 40;
	if (fs->space_limit != 0)
		*out = used < fs->space_limit ? fs->space_limit - used : 0;
	leave(process);
	return 0;
}

/* ---- life ---- */

static const struct os_fs sim_table = {
	.open = sim_open,
	.close = sim_close,
	.pread = sim_pread,
	.pwrite = sim_pwrite,
	.size = sim_size,
	.truncate = sim_truncate,
	.allocate = sim_allocate,
	.fdatasync = sim_fdatasync,
	.fsync = sim_fsync,
	.lock = sim_lock,
	.fsync_dir = sim_fsync_dir,
	.open_dir = sim_open_dir,
	.rename = sim_rename,
	.link = sim_link,
	.unlink = sim_unlink,
	.mkdir = sim_mkdir,
	.list = sim_list,
	.space_left = sim_space_left,
};

struct simfs *
simfs_new(void)
{
	struct simfs *fs = sim_alloc(sizeof(*fs));

	pthread_mutex_init(&fs->lock, NULL);
	(void)add_inode(fs, true); /* ROOT_INODE */
	return fs;
}

void
simfs_free(struct simfs *fs)
{
	if (fs == NULL)
		return;
	for (size_t i = 0; i < fs->inode_count; i++)
		inode_free(fs->inodes[i]);
	free(fs->inodes);
	while (fs->processes != NULL) {
		struct process *process = fs->processes;

		fs->processes = process->next;
		free(process);
	}
	pthread_mutex_destroy(&fs->lock);
	free(fs);
}

struct os_fs *
simfs_process(struct simfs *fs)
{
	struct process *process = sim_alloc(sizeof(*process));

	process->os = sim_table;
	process->os.ctx = process;
	process->fs = fs;
	pthread_mutex_lock(&fs->lock);
	process->next = fs->processes;
	fs->processes = process;
	pthread_mutex_unlock(&fs->lock);
	return &process->os;
}

void
simfs_kill(struct os_fs *os)
{
	struct process *process = process_of(os);
	struct simfs *fs = process->fs;

	pthread_mutex_lock(&fs->lock);
	process->is_dead = true;
	for (size_t i = 0; i < fs->inode_count; i++)
		if (fs->inodes[i] != NULL)
			fs->inodes[i]->is_locked = false;
	pthread_mutex_unlock(&fs->lock);
}

/* ---- watching ---- */

uint64_t
simfs_change_count(struct simfs *fs)
{
	uint64_t count;

	pthread_mutex_lock(&fs->lock);
	count = fs->change_count;
	pthread_mutex_unlock(&fs->lock);
	return count;
}

void
simfs_set_hooks(struct simfs *fs, const struct simfs_hooks *hooks)
{
	fs->hooks = *hooks;
}

void
simfs_set_space(struct simfs *fs, uint64_t bytes)
{
	pthread_mutex_lock(&fs->lock);
	fs->space_limit = bytes;
	pthread_mutex_unlock(&fs->lock);
}

uint64_t
simfs_space_used(struct simfs *fs)
{
	uint64_t used;

	pthread_mutex_lock(&fs->lock);
	used = simfs_usage(fs);
	pthread_mutex_unlock(&fs->lock);
	return used;
}
