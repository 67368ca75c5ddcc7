/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_dump.c -- a log file as text: each group, batch and entry.
 *
 * The rows' columns have no types of their own: those of the MANIFEST's
 * catalogue are used, and where it has none, or an older version, only the
 * core columns are told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/catalog_format.h"
#include "engine/dump_private.h"
#include "engine/engine_private.h"
#include "engine/manifest/manifest.h"
#include "engine/segment/segment.h"
#include "os/file.h"

struct wal_dumper {
	struct dump *dump;
	const struct catalog *catalog; /* owned; NULL: there is no MANIFEST */
	uint64_t key;
	uint64_t file_number;
	uint64_t offset;
	struct buf group;
};

/* ---- rows ---- */

/*
 * The event's fields as "name=value"; their vectors are after the two of
 * timestamp and context.
 */
static void
put_fields(struct buf *out, const struct event_type *type,
    const struct vec *cols, uint32_t count, uint32_t row)
{
	for (uint32_t f = 0; f < count; f++) {
		buf_printf(out, " %.*s=", STR_FMT(type->fields[f].name));
		dump_put_value(out, &type->fields[f].type, &cols[2 + f], row);
	}
}

static void
dump_events(struct wal_dumper *d, const struct rows *rows,
    const struct event_type *type, const struct vec *cols,
    uint64_t first_event_id)
{
	const struct type timestamp = type_of(TYPE_TIMESTAMPTZ);
	struct buf text;

	buf_init(&text);
	for (uint32_t i = 0; i < rows->count; i++) {
		buf_reset(&text);
		dump_put_value(&text, &timestamp, &cols[0], i);
		buf_put_u8(&text, ' ');
		dump_put_quoted(&text, cols[1].str[i]);
		if (type != NULL)
			put_fields(&text, type, cols, rows->field_count, i);
		dump_line(d->dump, "      event %" PRIu64 ": %.*s",
		    first_event_id + rows_ordinal(rows, i),
		    STR_FMT(buf_str(&text)));
	}
	buf_release(&text);
}

static void
dump_rows(struct wal_dumper *d, const struct entry *entry,
    uint64_t first_event_id)
{
	const struct event_type *type = NULL;
	uint32_t field_count = 0;
	bool is_sound;
	struct arena arena;
	struct rows rows;
	struct vec *cols;

	if (!rows_decode(entry, &rows)) {
		dump_problem(d->dump, "    rows that are malformed");
		return;
	}
	if (d->catalog != NULL)
		type = catalog_type_by_oid(d->catalog, rows.type_oid);
	if (type != NULL && !rows_bind(&rows, type))
		type = NULL;
	if (type != NULL)
		field_count = rows.field_count;
	dump_line(d->dump, "    %u rows of type %u version %u, shard %u",
	    (unsigned)rows.count, (unsigned)rows.type_oid,
	    (unsigned)rows.version, (unsigned)entry->shard);
	arena_init(&arena, NULL);
	cols =
	    arena_alloc_array(&arena, 2 + (size_t)field_count, sizeof(*cols));
	is_sound = row_column_vec(&rows.columns, PHYS_I64, rows.count, &arena,
		       &cols[0]) &&
	    row_column_vec(&rows.columns, PHYS_STR, rows.count, &arena,
		&cols[1]);
	for (uint32_t f = 0; f < field_count && is_sound; f++)
		is_sound =
		    row_column_vec(&rows.columns, field_phys(&type->fields[f]),
			rows.count, &arena, &cols[2 + f]);
	if (is_sound)
		dump_events(d, &rows, type, cols, first_event_id);
	else
		dump_problem(d->dump, "      its columns are malformed");
	arena_release(&arena);
}

/* ---- schema changes ---- */

static void
dump_ddl(struct wal_dumper *d, struct entry *entry)
{
	uint64_t generation = reader_u64(&entry->content);
	struct arena arena;
	struct error err;
	struct ddl ddl;

	arena_init(&arena, NULL);
	if (ddl_decode(&entry->content, &arena, &ddl, &err) != 0) {
		dump_problem(d->dump, "    schema change: %s", err.message);
	} else {
		dump_line(d->dump,
		    "    schema change to generation %" PRIu64
		    ": %s, oid %u, \"%.*s\"",
		    generation, ddl_kind_name(ddl.kind), (unsigned)ddl.oid,
		    STR_FMT(ddl.name));
		for (uint32_t f = 0; f < ddl.field_count; f++)
			dump_line(d->dump, "      field \"%.*s\"",
			    STR_FMT(ddl.fields[f].name));
		for (uint32_t l = 0; l < ddl.label_count; l++)
			dump_line(d->dump, "      label \"%.*s\"",
			    STR_FMT(ddl.labels[l]));
	}
	arena_release(&arena);
}

static void
dump_segment(struct wal_dumper *d, const struct entry *entry,
    uint64_t first_event_id)
{
	struct segment_meta meta;
	struct error err;

	if (entry_segment_decode(entry, first_event_id, &meta, &err) != 0)
		dump_problem(d->dump, "    segment: %s", err.message);
	else
		dump_line(d->dump,
		    "    segment %" PRIu64 " of shard %u: %" PRIu64
		    " rows, %" PRIu64 " bytes, events %" PRIu64 " to %" PRIu64,
		    meta.number, (unsigned)meta.shard, meta.row_count,
		    meta.size_bytes, meta.event_id_first, meta.event_id_last);
	segment_meta_release(&meta);
}

/* ---- groups ---- */

static void
dump_batches(struct wal_dumper *d, const struct wal_group_header *header)
{
	struct reader content =
	    reader_over(d->group.data + WAL_GROUP_HEADER_SIZE,
		(size_t)header->len);
	uint64_t event_id = header->first_event_id;

	while (reader_left(&content) > 0) {
		const uint8_t *bytes =
		    reader_take(&content, WAL_BATCH_HEADER_SIZE);
		struct wal_batch_header batch = { 0 };
		struct reader entries;
		struct entry entry;
		int more;

		if (bytes != NULL)
			batch = wal_batch_decode(bytes);
		if (bytes == NULL || batch.len > reader_left(&content)) {
			dump_problem(d->dump, "  a batch is malformed");
			return;
		}
		dump_line(d->dump,
		    "  batch: %" PRIu64 " rows, %" PRIu64 " bytes",
		    batch.row_count, batch.len);
		entries = reader_over(reader_take(&content, (size_t)batch.len),
		    (size_t)batch.len);
		while ((more = entry_next(&entries, &entry)) == 1) {
			if (entry.kind == ENTRY_DDL)
				dump_ddl(d, &entry);
			else if (entry.kind == ENTRY_SEGMENT)
				dump_segment(d, &entry, event_id);
			else
				dump_rows(d, &entry, event_id);
		}
		if (more < 0)
			dump_problem(d->dump, "    an entry is malformed");
		event_id += batch.row_count;
	}
}

/*
 * The group that lies at d->offset, if its header is of this place: 1 and the
 * bytes that it takes, 0 if there is none, or an error.
 */
static int
dump_group(struct wal_dumper *d, uint64_t *taken, struct error *err)
{
	struct wal_group_header header;
	const char *checksum = "not checked, there is no MANIFEST";
	uint8_t *bytes;
	int rc;

	buf_reset(&d->group);
	bytes = buf_take(&d->group, WAL_GROUP_HEADER_SIZE);
	if (bytes == NULL)
		return error_no_memory(err);
	rc = os_pread_full(d->dump->file, bytes, WAL_GROUP_HEADER_SIZE,
	    d->offset, err);
	if (rc != 0)
		return rc;
	if (!wal_group_decode(bytes, d->file_number, d->offset, &header) ||
	    header.len > d->dump->size - d->offset - WAL_GROUP_HEADER_SIZE)
		return 0;
	bytes = buf_take(&d->group, (size_t)header.len);
	if (bytes == NULL)
		return error_no_memory(err);
	rc = os_pread_full(d->dump->file, bytes, (size_t)header.len,
	    d->offset + WAL_GROUP_HEADER_SIZE, err);
	if (rc != 0)
		return rc;
	*taken = wal_group_size(header.len);
	if (d->catalog != NULL)
		checksum = wal_group_is_valid(d->group.data, header.len, d->key)
		    ? "right"
		    : "wrong";
	dump_line(d->dump,
	    "offset %" PRIu64 ": group %" PRIu64 ", %" PRIu64
	    " bytes, synced before: %" PRIu64 ", next event %" PRIu64
	    ", checksum %s",
	    d->offset, header.number, header.len, header.synced,
	    header.first_event_id, checksum);
	if (strcmp(checksum, "wrong") == 0) {
		d->dump->problems++;
		*taken = WAL_ALIGN; /* its length is not to be believed */
		return 1;
	}
	dump_batches(d, &header);
	return 1;
}

/* How many of the sectors from d->offset on hold no group of this place. */
static int
dump_gap(struct wal_dumper *d, uint64_t *taken, struct error *err)
{
	uint8_t sector[WAL_ALIGN];
	struct wal_group_header header;
	uint64_t end = d->offset;
	bool is_zero = true;
	int rc = 0;

	while (end + WAL_ALIGN <= d->dump->size && rc == 0) {
		rc = os_pread_full(d->dump->file, sector, sizeof(sector), end,
		    err);
		if (rc != 0 ||
		    wal_group_decode(sector, d->file_number, end, &header))
			break;
		for (size_t i = 0; i < sizeof(sector); i++)
			is_zero &= sector[i] == 0;
		end += WAL_ALIGN;
	}
	if (rc != 0)
		return rc;
	if (end == d->offset)
		end = d->dump->size; /* less than a sector is left */
	dump_line(d->dump, "offset %" PRIu64 ": %" PRIu64 " bytes %s",
	    d->offset, end - d->offset,
	    is_zero ? "of zeros" : "that are no group of this file");
	*taken = end - d->offset;
	return 0;
}

/* The MANIFEST of the directory that the log file is in: "../MANIFEST". */
static void
find_manifest(struct wal_dumper *d)
{
	char dir[OS_PATH_SIZE];
	struct manifest *manifest;
	const struct manifest_state *state;
	const char *slash = strrchr(d->dump->path, '/');
	int len = slash == NULL ? 0 : (int)(slash + 1 - d->dump->path);
	uint64_t torn_bytes;
	struct error err;

	if (snprintf(dir, sizeof(dir), "%.*s..", len, d->dump->path) >=
		(int)sizeof(dir) ||
	    manifest_load(d->dump->fs, dir, &manifest, &torn_bytes, &err) != 0)
		return;
	state = manifest_state(manifest);
	d->key = wal_key(&state->directory);
	if ((state->catalog.len == 0
		    ? catalog_new(&d->catalog, &err)
		    : catalog_decode(state->catalog, &d->catalog, &err)) != 0)
		d->catalog = NULL;
	manifest_close(manifest);
}

/* The number in the file's name, or what its first group says. */
static int
find_number(struct wal_dumper *d, struct error *err)
{
	const char *slash = strrchr(d->dump->path, '/');
	const char *name = slash == NULL ? d->dump->path : slash + 1;
	uint8_t header[WAL_GROUP_HEADER_SIZE];
	struct reader r;
	char *end;
	int rc;

	d->file_number = strtoull(name, &end, 16);
	if (end == name + 16 || d->dump->size < sizeof(header))
		return 0;
	rc = os_pread_full(d->dump->file, header, sizeof(header), 0, err);
	if (rc != 0)
		return rc;
	r = reader_over(header + 8, 8);
	d->file_number = reader_u64(&r);
	return 0;
}

int
wal_dump(struct dump *dump, struct error *err)
{
	struct wal_dumper d = { .dump = dump };
	int rc;

	buf_init(&d.group);
	find_manifest(&d);
	rc = find_number(&d, err);
	if (rc == 0)
		dump_line(dump,
		    "log file number %" PRIu64 ", %" PRIu64 " bytes",
		    d.file_number, dump->size);
	while (rc >= 0 && d.offset < dump->size) {
		uint64_t taken = 0;

		rc = d.offset + WAL_GROUP_HEADER_SIZE > dump->size
		    ? 0
		    : dump_group(&d, &taken, err);
		if (rc == 0)
			rc = dump_gap(&d, &taken, err);
		d.offset += taken;
	}
	catalog_unref(d.catalog);
	buf_release(&d.group);
	return rc < 0 ? rc : 0;
}
