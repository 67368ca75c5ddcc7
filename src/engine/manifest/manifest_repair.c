/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_repair.c -- a MANIFEST of what it and its copy have.
 *
 * Both have the same records at the same offsets, unless one was written anew
 * and the other was not yet.  So the header and the checkpoint of either are
 * followed through the records of both: the one that leads further is taken.
 * It must lead to the last step that is valid anywhere, else something is lost
 * for which there is no other source.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

enum { ORIGINAL, COPY, SOURCE_COUNT };

static const char *const names[] = { MANIFEST_NAME, MANIFEST_COPY_NAME };

struct source {
	uint8_t *data;
	size_t size; /* 0: it cannot be read */
	bool has_header;
	struct manifest_header header;
};

/* A file as it could be: the bytes of `image` up to a step. */
struct image {
	struct buf bytes;
	uint64_t sequence; /* of its last step; 0: it has none */
};

struct repair {
	struct os_fs *fs;
	const char *dir;
	struct source sources[SOURCE_COUNT];
	struct image image;
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- what there is ---- */

static int
read_sources(struct repair *r, struct error *err)
{
	for (int i = 0; i < SOURCE_COUNT; i++) {
		struct source *source = &r->sources[i];
		int rc = manifest_read_file(r->fs, r->dir, names[i],
		    &source->data, &source->size, err);

		if (rc == STELE_E_OUT_OF_MEMORY)
			return rc;
		if (rc != 0)
			source->size = 0;
		source->has_header = source->size >= MANIFEST_HEADER_SIZE &&
		    manifest_take_header(source->data, MANIFEST_HEADER_SIZE,
			&source->header);
	}
	return 0;
}

/* May the record at `offset` be the checkpoint of this header, or the next step? */
static bool
may_follow(const struct record *record, size_t offset,
    const struct manifest_header *header, uint64_t sequence)
{
	if (record->kind != RECORD_STEP)
		return false;
	if (offset > MANIFEST_HEADER_SIZE)
		return record->sequence == sequence + 1;
	return offset + MANIFEST_RECORD_HEADER_SIZE + record->body_len ==
	    header->base_size;
}

/* The step of either file at this offset. */
static bool
find_step(const struct repair *r, const struct manifest_header *header,
    size_t offset, uint64_t sequence, struct record *out)
{
	uint64_t identity = manifest_identity(&header->directory);

	for (int i = 0; i < SOURCE_COUNT; i++) {
		const struct source *source = &r->sources[i];

		if (offset < source->size &&
		    manifest_take_record(source->data, source->size, offset,
			identity, out) &&
		    may_follow(out, offset, header, sequence))
			return true;
	}
	return false;
}

/* From the header of a file as far as there are steps. */
static void
follow(const struct repair *r, const struct source *first, struct image *out)
{
	struct record record;

	buf_put(&out->bytes, first->data, MANIFEST_HEADER_SIZE);
	while (!out->bytes.failed &&
	    find_step(r, &first->header, out->bytes.len, out->sequence,
		&record)) {
		buf_put(&out->bytes, record.body - MANIFEST_RECORD_HEADER_SIZE,
		    MANIFEST_RECORD_HEADER_SIZE + (size_t)record.body_len);
		out->sequence = record.sequence;
	}
}

/* Is a later step valid anywhere? */
static bool
has_later(const struct source *source, uint64_t identity, uint64_t sequence)
{
	struct record record;

	for (size_t at = MANIFEST_HEADER_SIZE;
	     at + MANIFEST_RECORD_HEADER_SIZE <= source->size; at++)
		if (manifest_take_record(source->data, source->size, at,
			identity, &record) &&
		    record.sequence > sequence)
			return true;
	return false;
}

static int
lost(const struct repair *r, struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "neither file \"%s/" MANIFEST_NAME
	    "\" nor its copy can be read to its end",
	    r->dir);
	return error_detail(err,
	    "Nothing else has the catalogue, the seed by which contexts belong "
	    "to shards, and which segments are valid: a backup is needed.");
}

static int
make_image(struct repair *r, struct error *err)
{
	const struct source *best = NULL;

	for (int i = 0; i < SOURCE_COUNT; i++) {
		const struct source *first = &r->sources[i];
		struct image image = { .sequence = 0 };

		if (!first->has_header)
			continue;
		buf_init(&image.bytes);
		follow(r, first, &image);
		if (image.bytes.failed) {
			buf_release(&image.bytes);
			return no_memory(err);
		}
		if (image.sequence > r->image.sequence) {
			buf_release(&r->image.bytes);
			r->image = image;
			best = first;
		} else {
			buf_release(&image.bytes);
		}
	}
	if (best == NULL)
		return lost(r, err);
	for (int i = 0; i < SOURCE_COUNT; i++)
		if (has_later(&r->sources[i],
			manifest_identity(&best->header.directory),
			r->image.sequence))
			return lost(r, err);
	return 0;
}

/* ---- in its place ---- */

/* What there was gets another name. */
static int
keep(const struct repair *r, const char *name, struct error *err)
{
	char folder[OS_PATH_SIZE], from[OS_PATH_SIZE], to[OS_PATH_SIZE];
	char kept[64];
	int rc;

	(void)snprintf(kept, sizeof(kept), "%s.%llu", name,
	    (unsigned long long)r->image.sequence);
	rc = os_path(from, r->dir, name, err);
	if (rc == 0)
		rc = os_path(folder, r->dir, QUARANTINE_DIRECTORY, err);
	if (rc == 0)
		rc = os_mkdir(r->fs, folder, err);
	if (rc == 0)
		rc = os_path(to, folder, kept, err);
	if (rc != 0)
		return rc;
	switch (r->fs->link(r->fs, from, to)) {
	case 0:
	case -EEXIST: /* a repair before did not end */
	case -ENOENT:
		return 0;
	default:
		return os_link(r->fs, from, to, err);
	}
}

static int
put_in_place(const struct repair *r, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = 0;

	for (int i = 0; i < SOURCE_COUNT && rc == 0; i++)
		rc = keep(r, names[i], err);
	if (rc == 0)
		rc = os_path(path, r->dir, QUARANTINE_DIRECTORY, err);
	if (rc == 0)
		rc = os_fsync_dir(r->fs, path, err);
	return rc == 0 ? os_write_file(r->fs, r->dir, MANIFEST_NAME,
			     r->image.bytes.data, r->image.bytes.len, err)
		       : rc;
}

static int
repair(struct repair *r, struct error *err)
{
	struct manifest *manifest = NULL;
	uint64_t torn_bytes;
	int rc = read_sources(r, err);

	if (rc == 0)
		rc = make_image(r, err);
	if (rc == 0)
		rc = manifest_read(r->fs, r->dir, MANIFEST_NAME,
		    r->image.bytes.data, r->image.bytes.len, &manifest,
		    &torn_bytes, err);
	manifest_close(manifest);
	return rc == 0 ? put_in_place(r, err) : rc;
}

static bool
has_copy(struct os_fs *fs, const char *dir)
{
	uint8_t *data = NULL;
	struct error ignored;
	size_t size;
	int rc = manifest_read_file(fs, dir, MANIFEST_COPY_NAME, &data, &size,
	    &ignored);

	free(data);
	return rc == 0;
}

int
manifest_repair(struct os_fs *fs, const char *dir, struct error *err)
{
	struct repair r = { .fs = fs, .dir = dir };
	struct manifest *manifest = NULL;
	struct error found;
	uint64_t torn_bytes;
	int rc = manifest_load(fs, dir, &manifest, &torn_bytes, &found);

	manifest_close(manifest);
	if (rc == 0 || (rc == STELE_E_FILE_MISSING && !has_copy(fs, dir)))
		return 0;
	if (rc != STELE_E_CORRUPT && rc != STELE_E_FILE_MISSING) {
		*err = found;
		return rc;
	}
	buf_init(&r.image.bytes);
	rc = repair(&r, err);
	for (int i = 0; i < SOURCE_COUNT; i++)
		free(r.sources[i].data);
	buf_release(&r.image.bytes);
	if (rc != 0)
		return rc;
	log_warn(LOG_SEGMENT, "the MANIFEST is made of its copy",
	    LOG_FAILURE(&found));
	return 1;
}
