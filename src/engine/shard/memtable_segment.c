/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shard/memtable_segment.h"

#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/engine_private.h"
#include "engine/memtable/mem_scan.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"

static int
write_chunk(struct segment_writer *writer, const struct mem_chunk *chunk,
    const struct event_type *type, struct arena *arena, struct error *err)
{
	uint32_t cols = SEGMENT_CORE_COLUMNS + type->field_count;
	struct batch batch = {
		.row_count = mem_chunk_count(chunk),
		.col_count = cols,
		.cols = arena_try_alloc(arena, cols * sizeof(struct vec)),
	};
	int rc;

	if (batch.cols == NULL)
		return error_no_memory(err);
	if (batch.row_count == 0)
		return 0;
	batch.sel = sel_all(batch.row_count);
	for (uint32_t attnum = COLUMN_VERSION; attnum < cols; attnum++)
		mem_chunk_vec(chunk, type, attnum, 0, arena,
		    &batch.cols[segment_column_index(attnum)]);
	rc = arena_check(arena, err);
	return rc == 0 ? segment_writer_append(writer, &batch, err) : rc;
}

static int
write_type(struct segment_writer *writer, const struct mem_type *mem_type,
    const struct catalog *catalog, struct error *err)
{
	const struct event_type *type =
	    catalog_type_by_oid(catalog, mem_type->type_oid);
	const struct mem_chunk *chunk = mem_type_first(mem_type);
	struct arena arena;
	int rc;

	if (chunk == NULL || mem_chunk_count(chunk) == 0)
		return 0;
	MUST(type != NULL); /* it has rows */
	arena_init(&arena, NULL);
	rc = segment_writer_begin_event_type(writer, type, err);
	for (; chunk != NULL && rc == 0; chunk = mem_chunk_next(chunk)) {
		struct arena_mark mark = arena_mark(&arena);

		rc = write_chunk(writer, chunk, type, &arena, err);
		arena_rewind(&arena, mark);
	}
	if (rc == 0)
		rc = segment_writer_end_type(writer, err);
	arena_release(&arena);
	return rc;
}

static int
write_types(struct segment_writer *writer, const struct memtable *memtable,
    const struct catalog *catalog, struct error *err)
{
	uint32_t count;
	const struct mem_type **types = memtable_types(memtable, &count);
	int rc = 0;

	if (types == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = write_type(writer, types[i], catalog, err);
	free(types);
	return rc;
}

int
memtable_write_segment(struct engine *engine, const struct memtable *memtable,
    const struct catalog *catalog, uint32_t shard, uint64_t number,
    struct segment_meta *out, struct error *err)
{
	const struct segment_options options = {
		.directory = engine->directory,
		.zone_rows = engine->options.zone_rows,
	};
	struct segment_writer *writer = NULL;
	int rc;

	rc = segment_writer_open(engine->fs, engine->dir, number, shard,
	    &options, &writer, err);
	if (rc == 0)
		rc = write_types(writer, memtable, catalog, err);
	if (rc == 0)
		return segment_writer_finish(writer, out, err);
	segment_writer_abort(writer);
	return rc;
}

void
segment_file_remove(struct engine *engine, uint64_t number)
{
	char path[OS_PATH_SIZE];
	struct error err;

	if (segment_path(path, sizeof(path), engine->dir, number, &err) != 0 ||
	    os_unlink(engine->fs, path, &err) != 0)
		log_warn(LOG_SEGMENT, "could not remove segment",
		    LOG_FAILURE(&err));
}
