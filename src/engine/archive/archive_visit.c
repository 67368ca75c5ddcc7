/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in an archive, for those who look at it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/archive/archive.h"
#include "engine/archive/visit_segments.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine.h"
#include "engine/wal/wal_replay.h"

/* ---- files ---- */

static void
describe(const struct archive_info *info, const char *path,
    struct archived_file *out)
{
	*out = (struct archived_file){
		.path = path,
		.number = info->header.file,
		.first_event_id = info->header.first_event_id,
		.last_event_id = info->trailer.next_event_id - 1,
		.time_min = info->trailer.time_min,
		.time_max = info->trailer.time_max,
		.schema_changes = info->trailer.schema_changes,
		.first_group = info->header.first_group,
		.last_group = info->trailer.last_group,
		.bytes = info->file_bytes,
		.log_bytes = info->trailer.log_bytes,
		.archived_us = info->header.archived_us,
		.shard_count = info->header.shard_count,
		.directory = info->header.directory,
	};
}

struct teller {
	struct os_fs *fs;
	void (*fn)(void *arg, const struct archived_file *file,
	    const struct error *damage);
	void *arg;
};

static int
tell_file(const struct teller *teller, const char *path, uint64_t number,
    struct error *err)
{
	struct archived_file file = { .path = path, .number = number };
	struct archive_info info;
	int rc = archive_read_info(teller->fs, path, &info, err);

	if (rc == 0)
		describe(&info, path, &file);
	else if (rc != STELE_E_CORRUPT)
		return rc;
	teller->fn(teller->arg, &file, rc == 0 ? NULL : err);
	return 0;
}

static int
tell_folder(const struct teller *teller, const char *dir,
    const uint64_t *numbers, size_t count, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		char path[OS_PATH_SIZE];

		rc = archive_path(path, dir, numbers[i], err);
		if (rc == 0)
			rc = tell_file(teller, path, numbers[i], err);
	}
	return rc;
}

int
engine_each_archived(struct os_fs *fs, const char *path,
    void (*fn)(void *arg, const struct archived_file *file,
	const struct error *damage),
    void *arg, struct error *err)
{
	const struct teller teller = { .fs = fs, .fn = fn, .arg = arg };
	const char *slash = strrchr(path, '/');
	uint64_t *numbers = NULL, number;
	size_t count;
	int rc = archive_list(fs, path, &numbers, &count, err);

	if (rc == STELE_E_OS && err->os_errno == ENOTDIR) {
		if (!archive_file_number(slash == NULL ? path : slash + 1,
			&number))
			return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
			    "file \"%s\" has not the name of an archived log "
			    "file",
			    path);
		return tell_file(&teller, path, number, err);
	}
	if (rc == 0 && count == 0)
		rc = error_set(err, STELE_E_FILE_MISSING,
		    "directory \"%s\" has no archived log files", path);
	if (rc == 0)
		rc = tell_folder(&teller, path, numbers, count, err);
	free(numbers);
	return rc;
}

/* ---- content ---- */

struct visit {
	const struct archive_visitor *visitor;
	const struct catalog *catalog; /* owned */
	struct arena arena;            /* of one batch */
	const char *path;
	struct segment_visit segments;
};

static int
malformed(const struct visit *v, uint64_t event_id, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "archived log file \"%s\" has a malformed record of event %" PRIu64,
	    v->path, event_id);
}

static bool
tell_change(struct visit *v, struct entry *entry, uint64_t event_id)
{
	struct str name;
	struct error ignored;
	struct ddl ddl;

	(void)reader_u64(&entry->content); /* the generation */
	if (ddl_decode(&entry->content, &v->arena, &ddl, &ignored) != 0)
		return false;
	name = ddl.name;
	if (name.len == 0) {
		const struct event_type *type =
		    catalog_type_by_oid(v->catalog, ddl.oid);

		if (type != NULL)
			name = type->name;
	}
	v->visitor->change(v->visitor->arg, event_id, ddl_kind_name(ddl.kind),
	    name);
	return true;
}

static bool
take_columns(struct visit *v, struct rows *rows, const struct event_type *type,
    struct vec *cols)
{
	const struct datum null = { .is_null = true };
	uint32_t f;
	bool is_sound = row_column_vec(&rows->columns, PHYS_I64, rows->count,
			    &v->arena, &cols[0]) &&
	    row_column_vec(&rows->columns, PHYS_STR, rows->count, &v->arena,
		&cols[1]);

	for (f = 0; f < rows->field_count && is_sound; f++)
		is_sound =
		    row_column_vec(&rows->columns, field_phys(&type->fields[f]),
			rows->count, &v->arena, &cols[2 + f]);
	for (; f < type->field_count; f++)
		vec_init_constant(&cols[2 + f], field_phys(&type->fields[f]),
		    &null, &v->arena);
	return is_sound;
}

static bool
take_rows(struct visit *v, const struct entry *entry, uint64_t first_event_id,
    struct archived_rows *out)
{
	const struct event_type *type = NULL;
	uint64_t *event_ids;
	struct vec *cols;
	struct rows rows;

	if (rows_decode(entry, &rows))
		type = catalog_type_by_oid(v->catalog, rows.type_oid);
	if (type == NULL || !rows_bind(&rows, type))
		return false;
	cols = arena_alloc_array(&v->arena, 2 + (size_t)type->field_count,
	    sizeof(*cols));
	event_ids =
	    arena_alloc_array(&v->arena, rows.count, sizeof(*event_ids));
	for (uint32_t i = 0; i < rows.count; i++)
		event_ids[i] = first_event_id + rows_ordinal(&rows, i);
	*out = (struct archived_rows){
		.type = type,
		.count = rows.count,
		.event_ids = event_ids,
		.cols = cols,
	};
	return take_columns(v, &rows, type, cols);
}

/* How many entries there are; -1 if one is none. */
static int64_t
count_entries(const struct wal_replay_batch *batch)
{
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	int64_t count = 0;
	int more;

	while ((more = entry_next(&r, &entry)) == 1)
		count++;
	return more == 0 ? count : -1;
}

static bool
take_entry(struct visit *v, struct entry *entry, uint64_t first_event_id,
    struct archived_rows *parts, uint32_t *part_count)
{
	switch (entry->kind) {
	case ENTRY_DDL:
		return tell_change(v, entry, first_event_id);
	case ENTRY_ROWS:
		return take_rows(v, entry, first_event_id,
		    &parts[(*part_count)++]);
	case ENTRY_SEGMENT:
		break;
	}
	return true; /* read from its file */
}

static int
visit_batch(struct visit *v, const struct wal_replay_batch *batch,
    struct error *err)
{
	struct reader r = reader_over(batch->entries, batch->len);
	int64_t entry_count = count_entries(batch);
	struct archived_rows *parts;
	uint32_t part_count = 0;
	struct entry entry;
	int rc;

	if (entry_count < 0 || entry_count > UINT32_MAX)
		return malformed(v, batch->first_event_id, err);
	parts = arena_alloc_array(&v->arena, (size_t)entry_count + 1,
	    sizeof(*parts));
	while (entry_next(&r, &entry) == 1)
		if (!take_entry(v, &entry, batch->first_event_id, parts,
			&part_count))
			return malformed(v, batch->first_event_id, err);
	rc = visit_segments(&v->segments, batch, err); /* they come first */
	if (rc != 0 || part_count == 0)
		return rc;
	return v->visitor->batch(v->visitor->arg, parts, part_count, err);
}

static int
visit_group(struct visit *v, const struct archive_group *group,
    struct error *err)
{
	struct reader r =
	    reader_over(group->content, (size_t)group->header.len);
	uint64_t event_id = group->header.first_event_id;
	struct wal_replay_batch batch;
	int rc = 0;

	while (rc == 0 && wal_next_batch(&r, &event_id, &batch) == 1) {
		struct arena_mark mark = arena_mark(&v->arena);

		rc = visit_batch(v, &batch, err);
		arena_rewind(&v->arena, mark);
	}
	return rc;
}

static const char *
folder_of(const char *path, char out[OS_PATH_SIZE])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL || len >= OS_PATH_SIZE)
		return slash == NULL ? "." : path;
	memcpy(out, path, len);
	out[len] = '\0';
	return len == 0 ? "/" : out;
}

int
engine_visit_archived(struct os_fs *fs, const char *path,
    const struct archive_visitor *visitor, struct error *err)
{
	struct visit v = { .visitor = visitor, .path = path };
	struct archive_reader *reader = NULL;
	struct archive_group group;
	char folder[OS_PATH_SIZE];
	int rc = archive_open(fs, path, &reader, err);

	arena_init(&v.arena, NULL);
	if (rc == 0)
		rc = archive_catalog(reader, &v.catalog, err);
	if (rc == 0)
		v.segments = (struct segment_visit){
			.fs = fs,
			.archive_dir = folder_of(path, folder),
			.directory = &archive_info(reader)->header.directory,
			.catalog = v.catalog,
			.visitor = visitor,
		};
	while (rc == 0 && (rc = archive_next_group(reader, &group, err)) == 1)
		rc = visit_group(&v, &group, err);
	archive_close(reader);
	catalog_unref(v.catalog);
	arena_release(&v.arena);
	return rc;
}
