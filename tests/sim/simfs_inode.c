/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and directories of simfs: bytes in shared pages, names, and the
 * changes that are not synced.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/simfs_private.h"

/* ---- pages ---- */

static void
page_unref(struct page *page)
{
	if (page != NULL &&
	    atomic_fetch_sub_explicit(&page->refs, 1, memory_order_acq_rel) ==
		1)
		free(page);
}

/* A page of the content that nobody shares. */
static struct page *
own_page(struct content *content, size_t index)
{
	struct page *shared = content->pages[index];
	struct page *page;

	if (shared != NULL &&
	    atomic_load_explicit(&shared->refs, memory_order_acquire) == 1)
		return shared;
	page = sim_alloc(sizeof(*page));
	atomic_init(&page->refs, 1);
	if (shared != NULL)
		memcpy(page->bytes, shared->bytes, PAGE_SIZE);
	page_unref(shared);
	content->pages[index] = page;
	return page;
}

static void
need_pages(struct content *content, uint64_t end)
{
	size_t need = (size_t)((end + PAGE_SIZE - 1) / PAGE_SIZE);

	if (need <= content->page_count)
		return;
	content->pages =
	    sim_realloc(content->pages, need * sizeof(struct page *));
	memset(content->pages + content->page_count, 0,
	    (need - content->page_count) * sizeof(struct page *));
	content->page_count = need;
}

/* ---- contents ---- */

void
content_release(struct content *content)
{
	for (size_t i = 0; i < content->page_count; i++)
		page_unref(content->pages[i]);
	free(content->pages);
	*content = (struct content){ .size = 0 };
}

struct content
content_copy(const struct content *content)
{
	struct content copy = *content;

	copy.pages = sim_alloc(copy.page_count * sizeof(struct page *));
	for (size_t i = 0; i < copy.page_count; i++) {
		copy.pages[i] = content->pages[i];
		if (copy.pages[i] != NULL)
			atomic_fetch_add_explicit(&copy.pages[i]->refs, 1,
			    memory_order_relaxed);
	}
	return copy;
}

void
content_read(const struct content *content, void *data, size_t len,
    uint64_t offset)
{
	uint8_t *out = data;

	while (len > 0) {
		size_t index = (size_t)(offset / PAGE_SIZE);
		size_t at = (size_t)(offset % PAGE_SIZE);
		size_t piece = PAGE_SIZE - at < len ? PAGE_SIZE - at : len;

		if (index < content->page_count &&
		    content->pages[index] != NULL)
			memcpy(out, content->pages[index]->bytes + at, piece);
		else
			memset(out, 0, piece);
		out += piece;
		offset += piece;
		len -= piece;
	}
}

static bool
is_zero(const uint8_t *data, size_t len)
{
	return len == 0 ||
	    (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

void
content_write(struct content *content, const void *data, size_t len,
    uint64_t offset)
{
	const uint8_t *in = data;

	need_pages(content, offset + len);
	while (len > 0) {
		size_t index = (size_t)(offset / PAGE_SIZE);
		size_t at = (size_t)(offset % PAGE_SIZE);
		size_t piece = PAGE_SIZE - at < len ? PAGE_SIZE - at : len;

		/* Files of zeros, of which there are many, take no memory. */
		if (content->pages[index] != NULL || !is_zero(in, piece))
			memcpy(own_page(content, index)->bytes + at, in, piece);
		in += piece;
		offset += piece;
		len -= piece;
	}
}

void
content_resize(struct content *content, uint64_t size)
{
	size_t first = (size_t)((size + PAGE_SIZE - 1) / PAGE_SIZE);
	size_t at = (size_t)(size % PAGE_SIZE);

	if (size < content->size) {
		for (size_t i = first; i < content->page_count; i++) {
			page_unref(content->pages[i]);
			content->pages[i] = NULL;
		}
		if (at != 0 && content->pages[first - 1] != NULL)
			memset(own_page(content, first - 1)->bytes + at, 0,
			    PAGE_SIZE - at);
	}
	need_pages(content, size);
	content->size = size;
}

/* ---- changes ---- */

void
change_unref(struct change *change)
{
	if (atomic_fetch_sub_explicit(&change->refs, 1, memory_order_acq_rel) ==
	    1)
		free(change);
}

void
changes_add(struct changes *changes, struct change *change)
{
	changes->items =
	    sim_grow(changes->items, changes->count, sizeof(struct change *));
	changes->items[changes->count++] = change;
}

void
changes_clear(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		change_unref(changes->items[i]);
	free(changes->items);
	*changes = (struct changes){ .count = 0 };
}

/* ---- directories ---- */

struct directory
directory_copy(const struct directory *directory)
{
	struct directory copy = { .count = 0 };

	for (size_t i = 0; i < directory->count; i++)
		directory_set(&copy, directory->entries[i].name,
		    directory->entries[i].inode);
	return copy;
}

void
directory_release(struct directory *directory)
{
	free(directory->entries);
	*directory = (struct directory){ .count = 0 };
}

struct entry *
directory_find(struct directory *directory, const char *name)
{
	for (size_t i = 0; i < directory->count; i++)
		if (strcmp(directory->entries[i].name, name) == 0)
			return &directory->entries[i];
	return NULL;
}

void
directory_set(struct directory *directory, const char *name, uint32_t inode)
{
	struct entry *entry = directory_find(directory, name);

	if (entry == NULL) {
		directory->entries = sim_grow(directory->entries,
		    directory->count, sizeof(*entry));
		entry = &directory->entries[directory->count++];
		memset(entry->name, 0, sizeof(entry->name));
		memcpy(entry->name, name, strlen(name));
	}
	entry->inode = inode;
}

void
directory_remove(struct directory *directory, const char *name)
{
	struct entry *entry = directory_find(directory, name);

	if (entry != NULL)
		*entry = directory->entries[--directory->count];
}

void
directory_apply(struct directory *directory, const struct change *change)
{
	if (change->kind == CHANGE_RENAME)
		directory_remove(directory, change->old_name);
	if (change->kind == CHANGE_REMOVE)
		directory_remove(directory, change->name);
	else
		directory_set(directory, change->name, change->inode);
}

/* ---- inodes ---- */

struct inode *
inode_new(bool is_directory)
{
	struct inode *inode = sim_alloc(sizeof(*inode));

	inode->is_directory = is_directory;
	return inode;
}

void
inode_free(struct inode *inode)
{
	if (inode == NULL)
		return;
	content_release(&inode->now);
	content_release(&inode->disk);
	directory_release(&inode->names_now);
	directory_release(&inode->names_disk);
	changes_clear(&inode->changes);
	free(inode);
}
