/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of a file system: what a power cut leaves, copies, and the bytes of
 * files for tests that damage them.
 *
 * A cut is a rule, drawn from the seed, that says of each change whether it
 * has reached the disk.  For a file it is asked once for each sector, "how
 * many of the changes, in their order, has this sector seen?", and once for
 * the size.  So a sector never mixes an old write with the lack of an older
 * one: the kernel writes the sector as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/random.h"
#include "sim/simfs_private.h"

enum cut_rule {
	CUT_NOTHING, /* only what was synced */
	CUT_ALL,     /* as if all had been synced */
	CUT_NAMES,   /* names and sizes, but no byte */
	CUT_BYTES,   /* bytes, but no name */
	CUT_BEFORE,  /* what came before a moment; its last write is torn */
	CUT_AFTER,   /* the late changes without the early ones */
	CUT_RANDOM,  /* each for itself */
};

struct cut {
	enum cut_rule rule;
	uint64_t random;
	uint64_t moment;   /* number of a change */
	uint64_t keep_256; /* CUT_RANDOM: of 256, as many are kept whole */
	bool has_garbage;  /* of sectors that never came */
};

/* Numbers of the oldest and newest change that is not synced. */
static bool
find_range(const struct simfs *fs, uint64_t *first, uint64_t *last)
{
	bool is_found = false;

	for (size_t i = 0; i < fs->inode_count; i++) {
		const struct inode *inode = fs->inodes[i];

		if (inode == NULL || inode->changes.count == 0)
			continue;
		for (size_t k = 0; k < inode->changes.count; k++) {
			uint64_t number = inode->changes.items[k]->number;

			if (!is_found || number < *first)
				*first = number;
			if (!is_found || number > *last)
				*last = number;
			is_found = true;
		}
	}
	return is_found;
}

static struct cut
draw_cut(const struct simfs *fs, uint64_t seed)
{
	static const enum cut_rule rules[] = { CUT_NOTHING, CUT_ALL, CUT_NAMES,
		CUT_BYTES, CUT_AFTER, CUT_BEFORE, CUT_BEFORE, CUT_BEFORE,
		CUT_RANDOM, CUT_RANDOM, CUT_RANDOM, CUT_RANDOM };
	static const uint64_t keep[] = { 0, 16, 128, 240 };
	struct cut cut = { .random = seed };
	uint64_t first = 0, last = 0;

	cut.rule = rules[random_below(&cut.random, ARRAY_LEN(rules))];
	cut.keep_256 = keep[random_below(&cut.random, ARRAY_LEN(keep))];
	cut.has_garbage = random_once_in(&cut.random, 3);
	if (find_range(fs, &first, &last))
		cut.moment =
		    first + random_below(&cut.random, last - first + 2);
	return cut;
}

/* Has this change of a directory reached the disk? */
static bool
keeps_name(struct cut *cut, const struct change *change)
{
	switch (cut->rule) {
	case CUT_NOTHING:
	case CUT_BYTES:
		return false;
	case CUT_ALL:
	case CUT_NAMES:
		return true;
	case CUT_BEFORE:
		return change->number < cut->moment;
	case CUT_AFTER:
		return change->number >= cut->moment;
	case CUT_RANDOM:
		return random_below(&cut->random, 256) < cut->keep_256 ||
		    random_once_in(&cut->random, 2);
	}
	return false;
}

/*
 * How many of a file's changes has a sector, or the size, seen?  `last` is the
 * newest that concerns it.
 */
static size_t
count_seen(struct cut *cut, const struct changes *changes, size_t last)
{
	size_t seen = 0;

	switch (cut->rule) {
	case CUT_NOTHING:
	case CUT_NAMES:
		return 0;
	case CUT_ALL:
	case CUT_BYTES:
		return changes->count;
	case CUT_BEFORE:
		while (seen < changes->count &&
		    changes->items[seen]->number < cut->moment)
			seen++;
		/* The write that power went away in, sector by sector. */
		if (seen < changes->count && random_once_in(&cut->random, 2) &&
		    changes->items[seen]->number == cut->moment)
			seen++;
		return seen;
	case CUT_AFTER:
		return changes->items[last]->number >= cut->moment
		    ? changes->count
		    : 0;
	case CUT_RANDOM:
		if (random_below(&cut->random, 256) < cut->keep_256)
			return changes->count;
		return random_below(&cut->random, changes->count + 1);
	}
	return 0;
}

/* ---- files ---- */

/* What is decided for each sector of a file. */
struct sectors {
	size_t count;
	size_t *last;     /* newest change that concerns it, plus 1 */
	size_t *seen;     /* changes before this one have reached it */
	bool *is_written; /* by one that has */
};

static uint64_t
furthest_end(const struct inode *inode)
{
	uint64_t end = inode->disk.size;

	for (size_t i = 0; i < inode->changes.count; i++) {
		const struct change *change = inode->changes.items[i];

		if (change->offset + change->len > end)
			end = change->offset + change->len;
	}
	return end;
}

/* First and limit of the sectors that a change concerns. */
static void
sectors_of(const struct change *change, size_t count, size_t *first,
    size_t *limit)
{
	uint64_t end = change->offset + change->len;

	*first = (size_t)(change->offset / SIMFS_SECTOR);
	*limit = (size_t)((end + SIMFS_SECTOR - 1) / SIMFS_SECTOR);
	if (change->kind == CHANGE_TRUNCATE || *limit > count)
		*limit = count;
}

static void
decide_sectors(struct cut *cut, const struct inode *inode,
    struct sectors *sectors)
{
	const struct changes *changes = &inode->changes;
	uint64_t end = furthest_end(inode);

	sectors->count = (size_t)((end + SIMFS_SECTOR - 1) / SIMFS_SECTOR);
	sectors->last = sim_alloc(sectors->count * sizeof(size_t));
	sectors->seen = sim_alloc(sectors->count * sizeof(size_t));
	sectors->is_written = sim_alloc(sectors->count);
	for (size_t i = 0; i < changes->count; i++) {
		size_t first, limit;

		sectors_of(changes->items[i], sectors->count, &first, &limit);
		for (size_t s = first; s < limit; s++)
			sectors->last[s] = i + 1;
	}
	for (size_t s = 0; s < sectors->count; s++)
		if (sectors->last[s] != 0)
			sectors->seen[s] =
			    count_seen(cut, changes, sectors->last[s] - 1);
}

/* The part of change number `i` that lies in sector `s`, if it was seen. */
static void
apply_to_sector(struct content *content, const struct change *change, size_t s)
{
	static const uint8_t zeros[SIMFS_SECTOR];
	uint64_t begin = (uint64_t)s * SIMFS_SECTOR;
	uint64_t end = begin + SIMFS_SECTOR;

	if (change->offset > begin)
		begin = change->offset;
	if (change->kind == CHANGE_TRUNCATE) {
		content_write(content, zeros, (size_t)(end - begin), begin);
		return;
	}
	if (change->offset + change->len < end)
		end = change->offset + change->len;
	content_write(content, change->data + (begin - change->offset),
	    (size_t)(end - begin), begin);
}

/* Sectors that never came hold what the disk had there before. */
static void
put_garbage(struct cut *cut, const struct simfs *fs, struct content *content,
    uint64_t disk_size, const struct sectors *sectors)
{
	size_t first = (size_t)(disk_size / SIMFS_SECTOR) + 1;

	for (size_t s = first; s < sectors->count; s++) {
		uint8_t bytes[SIMFS_SECTOR];
		const struct inode *other =
		    fs->inodes[random_below(&cut->random, fs->inode_count)];
		uint64_t offset = (uint64_t)s * SIMFS_SECTOR;

		if (sectors->is_written[s])
			continue;
		if (other != NULL && offset < other->now.size)
			content_read(&other->now, bytes, sizeof(bytes), offset);
		else
			for (size_t i = 0; i < sizeof(bytes); i++)
				bytes[i] = (uint8_t)random_next(&cut->random);
		content_write(content, bytes, sizeof(bytes), offset);
	}
}

static uint64_t
draw_size(struct cut *cut, const struct inode *inode)
{
	const struct changes *changes = &inode->changes;
	size_t seen = cut->rule == CUT_NAMES
	    ? changes->count
	    : count_seen(cut, changes, changes->count - 1);
	uint64_t size = inode->disk.size;

	for (size_t i = 0; i < seen; i++) {
		const struct change *change = changes->items[i];

		if (change->kind == CHANGE_TRUNCATE ||
		    change->offset + change->len > size)
			size = change->offset + change->len;
	}
	return size;
}

/* What of a file has reached the disk. */
static struct content
cut_file(struct cut *cut, const struct simfs *fs, const struct inode *inode)
{
	struct content content = content_copy(&inode->disk);
	struct sectors sectors;
	uint64_t size;

	if (inode->changes.count == 0)
		return content;
	decide_sectors(cut, inode, &sectors);
	for (size_t i = 0; i < inode->changes.count; i++) {
		const struct change *change = inode->changes.items[i];
		size_t first, limit;

		sectors_of(change, sectors.count, &first, &limit);
		for (size_t s = first; s < limit; s++) {
			if (i >= sectors.seen[s])
				continue;
			apply_to_sector(&content, change, s);
			sectors.is_written[s] = true;
		}
	}
	if (cut->has_garbage)
		put_garbage(cut, fs, &content, inode->disk.size, &sectors);
	size = draw_size(cut, inode);
	content_resize(&content, (uint64_t)sectors.count * SIMFS_SECTOR);
	content_resize(&content, size);
	free(sectors.last);
	free(sectors.seen);
	free(sectors.is_written);
	return content;
}

/* ---- file systems ---- */

static void
mark_names(const struct simfs *fs, const struct directory *names, bool *marks)
{
	for (size_t i = 0; i < names->count; i++)
		if (fs->inodes[names->entries[i].inode] != NULL)
			marks[names->entries[i].inode] = true;
}

/* Which inodes can be reached.  A directory's number is less than those of
 * what is in it, unless a hard link leads to an older file. */
static bool *
mark_reachable(const struct simfs *fs)
{
	bool *marks = sim_alloc(fs->inode_count);

	marks[ROOT_INODE] = true;
	for (size_t i = 0; i < fs->inode_count; i++) {
		const struct inode *inode = fs->inodes[i];

		if (!marks[i] || !inode->is_directory)
			continue;
		mark_names(fs, &inode->names_now, marks);
		mark_names(fs, &inode->names_disk, marks);
		for (size_t k = 0; k < inode->changes.count; k++)
			marks[inode->changes.items[k]->inode] = true;
	}
	return marks;
}

static struct simfs *
empty_like(const struct simfs *fs)
{
	struct simfs *copy = sim_alloc(sizeof(*copy));

	pthread_mutex_init(&copy->lock, NULL);
	copy->inode_count = fs->inode_count;
	copy->change_count = fs->change_count;
	copy->next_change = fs->next_change;
	copy->space_limit = fs->space_limit;
	/* sim_grow() has made the array that large. */
	copy->inodes = NULL;
	for (size_t i = 0; i < fs->inode_count; i++) {
		copy->inodes =
		    sim_grow(copy->inodes, i, sizeof(struct inode *));
		copy->inodes[i] = NULL;
	}
	return copy;
}

static struct inode *
inode_copy(const struct inode *inode)
{
	struct inode *copy = inode_new(inode->is_directory);

	copy->name_count = inode->name_count;
	copy->now = content_copy(&inode->now);
	copy->disk = content_copy(&inode->disk);
	copy->names_now = directory_copy(&inode->names_now);
	copy->names_disk = directory_copy(&inode->names_disk);
	for (size_t i = 0; i < inode->changes.count; i++) {
		struct change *change = inode->changes.items[i];

		atomic_fetch_add_explicit(&change->refs, 1,
		    memory_order_relaxed);
		changes_add(&copy->changes, change);
	}
	return copy;
}

struct simfs *
simfs_copy(struct simfs *fs)
{
	struct simfs *copy;
	bool *marks;

	pthread_mutex_lock(&fs->lock);
	copy = empty_like(fs);
	marks = mark_reachable(fs);
	for (size_t i = 0; i < fs->inode_count; i++)
		if (marks[i])
			copy->inodes[i] = inode_copy(fs->inodes[i]);
	pthread_mutex_unlock(&fs->lock);
	free(marks);
	return copy;
}

static struct inode *
cut_inode(struct cut *cut, const struct simfs *fs, const struct inode *inode)
{
	struct inode *after = inode_new(inode->is_directory);

	if (!inode->is_directory) {
		after->now = cut_file(cut, fs, inode);
		after->disk = content_copy(&after->now);
		return after;
	}
	after->names_now = directory_copy(&inode->names_disk);
	for (size_t i = 0; i < inode->changes.count; i++)
		if (keeps_name(cut, inode->changes.items[i]))
			directory_apply(&after->names_now,
			    inode->changes.items[i]);
	after->names_disk = directory_copy(&after->names_now);
	return after;
}

static void
count_names(struct simfs *fs)
{
	for (size_t i = 0; i < fs->inode_count; i++) {
		const struct inode *inode = fs->inodes[i];

		for (size_t k = 0; inode != NULL && k < inode->names_now.count;
		     k++)
			fs->inodes[inode->names_now.entries[k].inode]
			    ->name_count++;
	}
}

struct simfs *
simfs_crash(struct simfs *fs, uint64_t seed)
{
	struct simfs *after;
	struct cut cut;
	bool *marks;

	pthread_mutex_lock(&fs->lock);
	cut = draw_cut(fs, seed);
	after = empty_like(fs);
	marks = mark_reachable(fs);
	for (size_t i = 0; i < fs->inode_count; i++)
		if (marks[i])
			after->inodes[i] = cut_inode(&cut, fs, fs->inodes[i]);
	pthread_mutex_unlock(&fs->lock);
	free(marks);
	marks = mark_reachable(after);
	for (size_t i = 0; i < after->inode_count; i++)
		if (!marks[i]) {
			inode_free(after->inodes[i]);
			after->inodes[i] = NULL;
		}
	free(marks);
	count_names(after);
	return after;
}

/* ---- looking inside, and damaging ---- */

struct walk {
	struct simfs *fs;
	void (*fn)(void *arg, const char *path, uint64_t size);
	void *arg;
};

static void
walk_directory(struct walk *walk, const struct inode *directory,
    const char *path)
{
	for (size_t i = 0; i < directory->names_now.count; i++) {
		const struct entry *entry = &directory->names_now.entries[i];
		const struct inode *inode = walk->fs->inodes[entry->inode];
		char below[OS_PATH_SIZE];

		snprintf(below, sizeof(below), "%s/%s", path, entry->name);
		if (inode->is_directory)
			walk_directory(walk, inode, below);
		else
			walk->fn(walk->arg, below, inode->now.size);
	}
}

void
simfs_each_file(struct simfs *fs,
    void (*fn)(void *arg, const char *path, uint64_t size), void *arg)
{
	struct walk walk = { .fs = fs, .fn = fn, .arg = arg };

	pthread_mutex_lock(&fs->lock);
	walk_directory(&walk, fs->inodes[ROOT_INODE], "");
	pthread_mutex_unlock(&fs->lock);
}

/* Under the lock: a file, and `len` cut at its end. */
static struct inode *
file_part(struct simfs *fs, const char *path, size_t *len, uint64_t offset)
{
	struct inode *inode = simfs_find(fs, path);

	if (inode == NULL || inode->is_directory)
		return NULL;
	if (offset >= inode->now.size)
		*len = 0;
	else if (*len > inode->now.size - offset)
		*len = (size_t)(inode->now.size - offset);
	return inode;
}

bool
simfs_peek(struct simfs *fs, const char *path, void *data, size_t len,
    uint64_t offset)
{
	struct inode *inode;

	pthread_mutex_lock(&fs->lock);
	inode = file_part(fs, path, &len, offset);
	if (inode != NULL)
		content_read(&inode->now, data, len, offset);
	pthread_mutex_unlock(&fs->lock);
	return inode != NULL;
}

bool
simfs_poke(struct simfs *fs, const char *path, const void *data, size_t len,
    uint64_t offset)
{
	struct inode *inode;

	pthread_mutex_lock(&fs->lock);
	inode = file_part(fs, path, &len, offset);
	if (inode != NULL) {
		content_write(&inode->now, data, len, offset);
		content_write(&inode->disk, data, len, offset);
	}
	pthread_mutex_unlock(&fs->lock);
	return inode != NULL;
}
