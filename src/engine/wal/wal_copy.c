/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wal/wal_copy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/wal/wal_private.h"
#include "engine/wal/wal_read.h"
#include "os/file.h"

struct copier {
	struct os_fs *fs;
	const struct wal_copy_options *options;
	struct wal_copied *copied;
	struct buf names; /* uint64_t numbers of the files, ascending */
	struct buf group; /* the group being read */

	struct wal_source from; /* the file that is read */

	/* Where the next group is expected, or at the start of a later file. */
	uint64_t end_file;
	uint64_t end_offset;
	bool has_groups;    /* it has, of those that were copied */
	struct os_file *to; /* its copy; NULL until a group is written */
};

/* ---- files ---- */

static void
note_name(void *arg, const char *name)
{
	struct copier *c = arg;
	uint64_t number;

	if (wal_file_number(name, &number) && number >= c->end_file)
		buf_put(&c->names, &number, sizeof(number));
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The files from the end on, as they are now. */
static int
list_files(struct copier *c, struct error *err)
{
	int rc;

	buf_reset(&c->names);
	rc = os_list(c->fs, c->options->from, note_name, c, err);
	if (rc == 0 && c->names.failed)
		rc = error_no_memory(err);
	if (rc == 0 && c->names.len > 0)
		qsort(c->names.data, c->names.len / sizeof(uint64_t),
		    sizeof(uint64_t), compare_numbers);
	return rc;
}

static int
open_from(struct copier *c, size_t i, struct error *err)
{
	uint64_t number;

	memcpy(&number, c->names.data + i * sizeof(number), sizeof(number));
	return wal_source_open(&c->from, c->fs, c->options->from, number, err);
}

/*
 * Call fn for each file from the end on, until it returns something but 0.  A
 * file that is gone was an empty one.
 */
static int
each_file(struct copier *c, int (*fn)(struct copier *c, struct error *err),
    struct error *err)
{
	int rc = list_files(c, err);

	for (size_t i = 0; rc == 0 && i < c->names.len / sizeof(uint64_t);
	     i++) {
		rc = open_from(c, i, err);
		if (rc == 0)
			rc = fn(c, err);
		else if (rc == STELE_E_FILE_MISSING)
			rc = 0;
		wal_source_close(&c->from);
	}
	return rc;
}

/* ---- groups ---- */

/* The file that is written is whole. */
static int
end_file(struct copier *c, struct error *err)
{
	int rc = c->to == NULL ? 0 : os_fsync(c->to, err);

	os_close(c->to);
	c->to = NULL;
	return rc;
}

static int
begin_file(struct copier *c, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = end_file(c, err);

	if (rc == 0)
		rc = wal_file_path(c->options->to, c->from.number, path, err);
	if (rc == 0)
		rc = os_open(c->fs, path, OS_WRITE | OS_CREATE | OS_EXCLUSIVE,
		    &c->to, err);
	return rc;
}

/* The group that was read follows at an offset of the file that is read. */
static int
take_group(struct copier *c, uint64_t offset, struct error *err)
{
	static const uint8_t zeros[WAL_ALIGN];
	bool is_first = !c->has_groups || c->from.number != c->end_file;
	int rc = 0;

	/* What stands behind it in its last sector. */
	buf_put(&c->group, zeros,
	    (WAL_ALIGN - c->group.len % WAL_ALIGN) % WAL_ALIGN);
	if (c->group.failed)
		return error_no_memory(err);
	if (c->options->to != NULL && is_first)
		rc = begin_file(c, err);
	if (rc == 0 && c->options->to != NULL)
		rc = os_pwrite_full(c->to, c->group.data, c->group.len, offset,
		    err);
	if (rc != 0)
		return rc;
	c->has_groups = true;
	c->copied->files += is_first;
	c->copied->bytes += c->group.len;
	c->copied->next_group++;
	c->end_file = c->from.number;
	c->end_offset = offset + c->group.len;
	return 0;
}

static uint64_t
start_offset(const struct copier *c)
{
	return c->from.number == c->end_file ? c->end_offset : 0;
}

/* What follows in this file. */
static int
copy_groups(struct copier *c, struct error *err)
{
	struct wal_group_header header;
	int rc;

	while ((rc = wal_read_group(&c->from, start_offset(c), &c->group,
		    &header, err)) == 1 &&
	    header.number == c->copied->next_group) {
		rc = take_group(c, start_offset(c), err);
		if (rc != 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

/* 1 if a group of this file says that the next one was synced. */
static int
find_later(struct copier *c, struct error *err)
{
	struct wal_group_header header;
	int rc = 0;

	for (uint64_t at = start_offset(c); at < c->from.size_bytes && rc == 0;
	     at += WAL_ALIGN) {
		rc = wal_read_group(&c->from, at, &c->group, &header, err);
		if (rc == 1 && header.synced < c->copied->next_group)
			rc = 0;
	}
	return rc;
}

/*
 * The log has gone on meanwhile, or is damaged: then the group that was synced
 * is still not there.
 */
static int
check_end(struct copier *c, struct error *err)
{
	uint64_t next_group = c->copied->next_group;
	char path[OS_PATH_SIZE];
	int rc = each_file(c, find_later, err);

	if (rc != 1)
		return rc;
	rc = each_file(c, copy_groups, err);
	if (rc != 0 || c->copied->next_group != next_group)
		return rc;
	rc = wal_file_path(c->options->from, c->end_file, path, err);
	if (rc != 0)
		return rc;
	(void)error_set(err, STELE_E_CORRUPT,
	    "log file \"%s\" is corrupt at offset %" PRIu64, path,
	    c->end_offset);
	return error_detail(err,
	    "Group number %" PRIu64
	    " is missing there, or at the beginning of a later file.",
	    next_group);
}

int
wal_copy(struct os_fs *fs, const struct wal_copy_options *options,
    struct wal_copied *out, struct error *err)
{
	struct copier c = {
		.fs = fs,
		.options = options,
		.copied = out,
		.from.key = options->key,
		.end_file = options->first_file,
	};
	int rc;

	*out = (struct wal_copied){ .next_group = options->first_group };
	buf_init(&c.names);
	buf_init(&c.group);
	rc = each_file(&c, copy_groups, err);
	if (rc == 0)
		rc = check_end(&c, err);
	if (rc == 0)
		rc = end_file(&c, err);
	if (rc == 0 && options->to != NULL)
		rc = os_fsync_dir(fs, options->to, err);
	os_close(c.to);
	buf_release(&c.names);
	buf_release(&c.group);
	return rc;
}
