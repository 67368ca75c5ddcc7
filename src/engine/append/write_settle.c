/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_settle.c -- a savepoint is gone back to, and some of the rows that came
 * after it were staged already: those before it are copied.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/append/stage_part.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "engine/shard/memtable_segment.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static int
copy_rows(struct segment_writer *writer, struct segment_cursor *cursor,
    struct error *err)
{
	struct batch batch;
	int rc = 0, more;

	while (
	    rc == 0 && (more = segment_cursor_next(cursor, &batch, err)) != 0)
		rc = more < 0 ? more
			      : segment_writer_append(writer, &batch, err);
	return rc;
}

/* The rows of a type up to an id. */
static int
copy_section(struct segment_writer *writer, struct segment_section *section,
    const struct event_type *type, uint64_t last_id, struct error *err)
{
	uint32_t cols = SEGMENT_CORE_COLUMNS + type->field_count;
	uint32_t *attnums = malloc(cols * sizeof(*attnums));
	const struct scan_spec spec = {
		.type = type,
		.attnums = attnums,
		.attnum_count = cols,
		.event_id_last = last_id,
	};
	struct segment_cursor *cursor = NULL;
	int rc = attnums == NULL ? no_memory(err) : 0;

	for (uint32_t attnum = COLUMN_VERSION; attnum < cols && rc == 0;
	     attnum++)
		attnums[segment_column_index(attnum)] = attnum;
	if (rc == 0)
		rc = segment_cursor_open_all(section, &spec, &cursor, err);
	if (rc == 0)
		rc = segment_writer_begin_event_type(writer, type, err);
	if (rc == 0)
		rc = copy_rows(writer, cursor, err);
	if (rc == 0)
		rc = segment_writer_end_type(writer, err);
	segment_cursor_close(cursor);
	free(attnums);
	return rc;
}

static int
copy_types(const struct write_batch *batch, const struct staged *staged,
    struct segment_writer *writer, struct error *err)
{
	const struct segment_meta *meta = segment_meta(staged->segment);
	const struct catalog *catalog = staged->catalog != NULL
	    ? staged->catalog
	    : write_batch_catalog(batch);
	int rc = 0;

	for (uint32_t i = 0; i < meta->type_count && rc == 0; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(catalog, meta->types[i].type_oid);
		struct segment_section *section;

		if (type == NULL)
			continue; /* made after all rows that are left */
		rc = segment_section(staged->segment, type->oid, &section, err);
		if (rc == 0)
			rc = copy_section(writer, section, type,
			    staged->last_id, err);
	}
	return rc;
}

/* A new segment takes its place. */
static int
rewrite(struct write_batch *batch, struct staged *staged, struct error *err)
{
	struct engine *engine = batch->engine;
	const struct segment_options options = {
		.directory = engine->directory,
		.zone_rows = engine->options.zone_rows,
		.sync_bytes = STAGE_SYNC_BYTES,
	};
	uint32_t shard = segment_meta(staged->segment)->shard;
	struct segment_writer *writer = NULL;
	struct segment_meta meta = { .number = 0 };
	struct segment *segment = NULL;
	uint64_t number;
	int rc = publish_new_number(&engine->publisher, &number, err);

	if (rc == 0)
		rc = segment_writer_open(engine->fs, engine->dir, number, shard,
		    &options, &writer, err);
	if (rc == 0)
		rc = copy_types(batch, staged, writer, err);
	if (rc == 0)
		rc = segment_writer_finish(writer, &meta, err);
	else
		segment_writer_abort(writer);
	if (rc != 0)
		return rc;
	rc = segment_open(engine->fs, engine->dir, &meta, &engine->directory,
	    engine->cache, &segment, err);
	if (rc == 0) {
		flusher_discard(&engine->flusher, staged->segment);
		staged->segment = segment;
		staged->last_id = meta.event_id_last;
		if (staged->catalog == NULL)
			staged->ddl_count = batch->ddl_count;
		catalog_unref(staged->catalog);
		staged->catalog = NULL;
	} else {
		segment_file_remove(engine, number);
	}
	segment_meta_release(&meta);
	return rc;
}

int
write_batch_settle(struct write_batch *batch, struct error *err)
{
	int rc = write_stage_end(batch, err);

	if (rc != 0 || !batch->must_settle)
		return rc;
	for (uint32_t i = 0; i < batch->staged_count && rc == 0; i++) {
		struct staged *staged = &batch->staged[i];

		if (staged->catalog != NULL ||
		    staged->last_id <
			segment_meta(staged->segment)->event_id_last)
			rc = rewrite(batch, staged, err);
	}
	batch->must_settle = rc != 0;
	return rc;
}
