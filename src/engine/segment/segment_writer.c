/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_writer.c -- collecting sections and writing them.
 *
 * Columns are collected and encoded one after the other, zone by zone.  Those
 * of contexts, and the tables of sections that name them, are written at the
 * end (writer_contexts.h).
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/must.h"
#include "engine/segment/codec_zstd.h"
#include "engine/segment/context_index.h"
#include "engine/segment/segment.h"
#include "engine/segment/segment_output.h"
#include "engine/segment/writer_column.h"
#include "engine/segment/writer_contexts.h"
#include "os/file.h"
#include "os/rest.h"

/*
 * A zone ends early with the row that brings its strings past this, those of
 * all columns but the context: who reads or merges it has them in memory.
 */
#define ZONE_STRING_BYTES ((size_t)32 << 20)
/* Filters of a section take no more memory; columns beyond go without. */
#define FILTER_BYTES (UINT64_C(64) << 20)

/* A section that is complete but for its contexts. */
struct writer_section {
	struct section_info info;
	struct column_info *columns; /* owned */
	uint32_t first_zone;         /* among those of all sections */
};

struct segment_writer {
	struct os_fs *fs;
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	char folder[OS_PATH_SIZE];
	struct segment_header header;
	struct segment_output out;

	struct writer_section *sections; /* the last may be open */
	uint32_t section_count;
	uint32_t section_capacity;
	struct writer_column *columns; /* of the open section; NULL: none */
	uint32_t column_count;
	uint32_t fill;         /* rows in its last zone */
	size_t string_bytes;   /* of these, but their contexts */
	int64_t last_event_id; /* of its rows, 0 at its start */

	struct writer_contexts contexts;
	uint64_t filter_budget;       /* of the open section */
	struct segment_footer footer; /* counts and bounds so far */
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- life ---- */

static void
free_columns(struct segment_writer *w)
{
	for (uint32_t c = 0; w->columns != NULL && c < w->column_count; c++)
		writer_column_release(&w->columns[c]);
	free(w->columns);
	w->columns = NULL;
}

static void
writer_free(struct segment_writer *w)
{
	free_columns(w);
	for (uint32_t s = 0; s < w->section_count; s++)
		free(w->sections[s].columns);
	free(w->sections);
	free(w->footer.sections);
	writer_contexts_release(&w->contexts);
	segment_output_release(&w->out);
	os_close(w->out.file);
	free(w);
}

static int
writer_paths(struct segment_writer *w, const char *dir, struct error *err)
{
	int rc = segment_path(w->path, sizeof(w->path) - sizeof(OS_TEMP_SUFFIX),
	    dir, w->header.number, err);

	if (rc != 0)
		return rc;
	snprintf(w->temp, sizeof(w->temp), "%.*s" OS_TEMP_SUFFIX,
	    (int)(sizeof(w->temp) - sizeof(OS_TEMP_SUFFIX)), w->path);
	return os_path(w->folder, dir, SEGMENT_DIRECTORY, err);
}

static int
writer_start_file(struct segment_writer *w, struct error *err)
{
	int rc =
	    os_open(w->fs, w->temp, OS_WRITE | OS_CREATE, &w->out.file, err);

	if (rc == 0)
		rc = os_truncate(w->out.file, 0, err); /* one left by a crash */
	if (rc != 0)
		return rc;
	segment_put_header(&w->out.scratch, &w->header, w->out.identity);
	if (w->out.scratch.failed)
		return no_memory(err);
	return segment_output_bytes(&w->out, w->out.scratch.data,
	    w->out.scratch.len, err);
}

int
segment_writer_open(struct os_fs *fs, const char *dir, uint64_t number,
    uint32_t shard, const struct segment_options *options,
    struct segment_writer **out, struct error *err)
{
	struct segment_writer *w = calloc(1, sizeof(*w));
	int rc;

	*out = NULL;
	if (w == NULL)
		return no_memory(err);
	MUST(options->zone_rows > 0 &&
	    options->zone_rows % INT_BLOCK_ROWS == 0 &&
	    options->zone_rows <= INT_ROWS_MAX);
	w->fs = fs;
	w->header.number = number;
	w->header.shard = shard;
	w->header.zone_rows = options->zone_rows;
	w->header.directory = options->directory;
	segment_output_init(&w->out,
	    segment_identity(&options->directory, number),
	    options->zstd_level == 0      ? ZSTD_LEVEL_DEFAULT
		: options->zstd_level < 0 ? 0
					  : options->zstd_level);
	w->out.sync_bytes = options->sync_bytes;
	writer_contexts_init(&w->contexts, w->out.identity);
	w->footer.event_id_first = UINT64_MAX;
	w->footer.time_min = INT64_MAX;
	w->footer.time_max = INT64_MIN;
	rc = writer_paths(w, dir, err);
	if (rc == 0)
		rc = writer_start_file(w, err);
	if (rc != 0) {
		segment_writer_abort(w);
		return rc;
	}
	*out = w;
	return 0;
}

void
segment_writer_abort(struct segment_writer *w)
{
	if (w == NULL)
		return;
	if (w->out.file != NULL)
		(void)w->fs->unlink(w->fs, w->temp); /* else removed at start */
	writer_free(w);
}

/* ---- sections ---- */

static struct writer_section *
open_section(struct segment_writer *w)
{
	return &w->sections[w->section_count - 1];
}

static int
grow_sections(struct segment_writer *w, struct error *err)
{
	uint32_t capacity =
	    w->section_capacity == 0 ? 8 : 2 * w->section_capacity;
	struct writer_section *sections;

	if (w->section_count < w->section_capacity)
		return 0;
	sections = realloc(w->sections, capacity * sizeof(*sections));
	if (sections == NULL)
		return no_memory(err);
	w->sections = sections;
	w->section_capacity = capacity;
	return 0;
}

int
segment_writer_begin_type(struct segment_writer *w, uint32_t type_oid,
    const enum phys *phys, uint32_t column_count, struct error *err)
{
	struct writer_section *section;
	int rc = grow_sections(w, err);

	if (rc != 0)
		return rc;
	MUST(w->columns == NULL && column_count >= SEGMENT_CORE_COLUMNS);
	MUST(phys[COLUMN_CONTEXT_ID - 1] == PHYS_STR &&
	    phys[COLUMN_TIMESTAMP - 1] == PHYS_I64 &&
	    phys[COLUMN_EVENT_ID - 1] == PHYS_I64 &&
	    phys[segment_column_index(COLUMN_VERSION)] == PHYS_I64);
	MUST(
	    w->section_count == 0 || type_oid > open_section(w)->info.type_oid);
	section = &w->sections[w->section_count];
	*section = (struct writer_section){
		.info = { .type_oid = type_oid, .column_count = column_count },
		.first_zone = w->contexts.zone_count,
	};
	section->columns = calloc(column_count, sizeof(*section->columns));
	w->columns = calloc(column_count, sizeof(*w->columns));
	w->column_count = column_count;
	w->section_count++;
	if (section->columns == NULL || w->columns == NULL)
		return no_memory(err);
	w->fill = 0;
	w->string_bytes = 0;
	w->last_event_id = 0;
	w->filter_budget = FILTER_BYTES;
	for (uint32_t c = COLUMN_CONTEXT_ID; c < column_count && rc == 0; c++) {
		const struct writer_column_options options = {
			.phys = phys[c],
			.zone_limit = w->header.zone_rows,
			.seed = w->out.identity,
			.filter_budget = &w->filter_budget,
			.is_filtered = c >= SEGMENT_CORE_COLUMNS,
		};

		rc = writer_column_init(&w->columns[c], &options, err);
	}
	return rc;
}

int
segment_writer_begin_event_type(struct segment_writer *w,
    const struct event_type *type, struct error *err)
{
	uint32_t cols = SEGMENT_CORE_COLUMNS + type->field_count;
	enum phys *phys = malloc(cols * sizeof(*phys));
	int rc;

	if (phys == NULL)
		return no_memory(err);
	for (uint32_t c = 0; c < SEGMENT_CORE_COLUMNS; c++)
		phys[c] = c == COLUMN_CONTEXT_ID - 1 ? PHYS_STR : PHYS_I64;
	for (uint32_t i = 0; i < type->field_count; i++)
		phys[SEGMENT_CORE_COLUMNS + i] = field_phys(&type->fields[i]);
	rc = segment_writer_begin_type(w, type->oid, phys, cols, err);
	free(phys);
	return rc;
}

/* Rows of the zones of the open section. */
static const uint32_t *
open_zone_rows(const struct segment_writer *w)
{
	return w->contexts.zone_rows +
	    w->sections[w->section_count - 1].first_zone;
}

static int
end_zone(struct segment_writer *w, struct error *err)
{
	struct section_info *info = &open_section(w)->info;
	int rc = writer_contexts_end_zone(&w->contexts, w->fill, err);

	info->zone_count++;
	info->granule_count += index_granules(w->fill);
	w->fill = 0;
	w->string_bytes = 0;
	for (uint32_t c = COLUMN_CONTEXT_ID; c < w->column_count && rc == 0;
	     c++)
		rc = writer_column_end_zone(&w->columns[c], &w->out,
		    c == COLUMN_TIMESTAMP - 1
			? w->columns[COLUMN_EVENT_ID - 1].values
			: NULL,
		    open_zone_rows(w), info->zone_count, err);
	return rc;
}

/* The bounds of the core columns of some rows; ids ascend (MUST). */
static void
note_bounds(struct segment_writer *w, const struct batch *batch, uint32_t first,
    uint32_t count)
{
	const struct vec *time = &batch->cols[COLUMN_TIMESTAMP - 1];
	const struct vec *id = &batch->cols[COLUMN_EVENT_ID - 1];
	struct segment_footer *footer = &w->footer;
	int64_t last = w->last_event_id;
	int64_t time_min = footer->time_min, time_max = footer->time_max;
	bool ascends = true;

	for (uint32_t i = first; i < first + count; i++) {
		uint32_t row = sel_row(batch->sel, i);
		int64_t event_id = id->i64[vec_index(id, row)];
		int64_t at = time->i64[vec_index(time, row)];

		if (i == first && (uint64_t)event_id < footer->event_id_first)
			footer->event_id_first = (uint64_t)event_id;
		ascends &= event_id > last;
		last = event_id;
		time_min = at < time_min ? at : time_min;
		time_max = at > time_max ? at : time_max;
	}
	MUST(ascends);
	w->last_event_id = last;
	if ((uint64_t)last > footer->event_id_last)
		footer->event_id_last = (uint64_t)last;
	footer->time_min = time_min;
	footer->time_max = time_max;
	footer->row_count += count;
	open_section(w)->info.row_count += count;
}

/* The strings of some rows; codes are none. */
static size_t
string_bytes(const struct segment_writer *w, const struct batch *batch,
    uint32_t first, uint32_t count)
{
	size_t bytes = 0;

	for (uint32_t c = COLUMN_CONTEXT_ID; c < w->column_count; c++)
		if (w->columns[c].chunk_phys == PHYS_STR)
			bytes += writer_column_bytes(&batch->cols[c],
			    batch->sel, first, count);
	return bytes;
}

/*
 * How many of `count` rows the zone takes, at least one: with the last of them
 * it is full or its strings, which are counted here, have passed their limit.
 */
static uint32_t
rows_that_fit(struct segment_writer *w, const struct batch *batch,
    uint32_t first, uint32_t count)
{
	size_t bytes = string_bytes(w, batch, first, count);
	uint32_t fit = 0;

	if (w->string_bytes + bytes <= ZONE_STRING_BYTES) {
		w->string_bytes += bytes;
		return count;
	}
	while (w->string_bytes <= ZONE_STRING_BYTES)
		w->string_bytes += string_bytes(w, batch, first + fit++, 1);
	return fit;
}

static bool
zone_is_full(const struct segment_writer *w)
{
	return w->fill == w->header.zone_rows ||
	    w->string_bytes > ZONE_STRING_BYTES;
}

int
segment_writer_append(struct segment_writer *w, const struct batch *batch,
    struct error *err)
{
	uint32_t done = 0;
	int rc = 0;

	MUST(w->columns != NULL && batch->col_count == w->column_count);
	for (uint32_t c = 0; c < SEGMENT_CORE_COLUMNS; c++)
		MUST(batch->cols[c].nulls == NULL);
	while (done < batch->sel.count && rc == 0) {
		uint32_t count = w->header.zone_rows - w->fill;

		if (count > batch->sel.count - done)
			count = batch->sel.count - done;
		count = rows_that_fit(w, batch, done, count);
		note_bounds(w, batch, done, count);
		rc = writer_contexts_append(&w->contexts, &batch->cols[0],
		    batch->sel, done, count, err);
		for (uint32_t c = COLUMN_CONTEXT_ID;
		     c < w->column_count && rc == 0; c++)
			rc = writer_column_append(&w->columns[c],
			    &batch->cols[c], batch->sel, done, count, err);
		done += count;
		w->fill += count;
		if (rc == 0 && zone_is_full(w))
			rc = end_zone(w, err);
		os_rest();
	}
	return rc;
}

int
segment_writer_end_type(struct segment_writer *w, struct error *err)
{
	struct writer_section *section = open_section(w);
	int rc = 0;

	if (w->fill > 0)
		rc = end_zone(w, err);
	for (uint32_t c = COLUMN_CONTEXT_ID; c < w->column_count && rc == 0;
	     c++) {
		rc = writer_column_finish(&w->columns[c], &w->out,
		    open_zone_rows(w), section->info.zone_count,
		    &section->columns[c], err);
		if (section->columns[c].filter.len > 0)
			w->footer.indexes |= SEGMENT_FILTERS;
	}
	free_columns(w);
	if (section->info.row_count == 0) {
		/* A type without rows leaves no trace. */
		free(section->columns);
		w->section_count--;
	}
	return rc;
}

/* ---- what is known beforehand ---- */

int
segment_writer_use_contexts(struct segment_writer *w,
    const struct segment_strings *strings, struct error *err)
{
	MUST(w->section_count == 0 && w->columns == NULL);
	return writer_contexts_use(&w->contexts, &w->out, strings, err);
}

static struct writer_column *
string_column(struct segment_writer *w, uint32_t attnum)
{
	uint32_t index = segment_column_index(attnum);

	MUST(w->columns != NULL && index >= SEGMENT_CORE_COLUMNS &&
	    index < w->column_count && w->columns[index].phys == PHYS_STR &&
	    open_section(w)->info.row_count == 0);
	return &w->columns[index];
}

int
segment_writer_use_dict(struct segment_writer *w, uint32_t attnum,
    const struct segment_strings *strings, struct error *err)
{
	return writer_column_use_dict(string_column(w, attnum), &w->out,
	    strings, err);
}

void
segment_writer_use_plain(struct segment_writer *w, uint32_t attnum)
{
	writer_column_use_plain(string_column(w, attnum));
}

/* ---- the end ---- */

/* The context column of one section. */
static int
put_context_column(struct segment_writer *w, struct writer_section *section,
    struct error *err)
{
	struct column_info *column = &section->columns[COLUMN_CONTEXT_ID - 1];

	*column = (struct column_info){
		.phys = PHYS_STR,
		.has_dict = true,
		.dict_count = writer_contexts_count(&w->contexts),
		.dict_root = w->footer.contexts,
	};
	return writer_contexts_put_column(&w->contexts, &w->out,
	    section->first_zone, section->info.zone_count, &column->chunks,
	    err);
}

static int
put_section_tables(struct segment_writer *w, struct error *err)
{
	int rc = 0;

	for (uint32_t s = 0; s < w->section_count && rc == 0; s++) {
		struct writer_section *section = &w->sections[s];

		rc = put_context_column(w, section, err);
		if (rc != 0)
			break;
		buf_reset(&w->out.scratch);
		for (uint32_t c = 0; c < section->info.column_count; c++)
			segment_put_column_info(&w->out.scratch,
			    &section->columns[c]);
		rc = segment_output_block(&w->out, &w->out.scratch,
		    &section->info.columns, err);
	}
	return rc;
}

static int
put_footer(struct segment_writer *w, struct block_ref *ref, struct error *err)
{
	struct segment_footer *footer = &w->footer;
	int rc;

	footer->indexes |= SEGMENT_ZONE_MAPS | SEGMENT_CONTEXTS;
	footer->section_count = w->section_count;
	footer->context_count = writer_contexts_count(&w->contexts);
	footer->sections = calloc(w->section_count, sizeof(*footer->sections));
	if (footer->sections == NULL)
		return no_memory(err);
	for (uint32_t s = 0; s < w->section_count; s++)
		footer->sections[s] = w->sections[s].info;
	buf_reset(&w->out.scratch);
	segment_put_footer(&w->out.scratch, footer);
	rc = segment_output_block(&w->out, &w->out.scratch, ref, err);
	if (rc != 0)
		return rc;
	buf_reset(&w->out.scratch);
	segment_put_trailer(&w->out.scratch, ref, w->out.identity,
	    w->out.offset);
	if (w->out.scratch.failed)
		return no_memory(err);
	rc = segment_output_bytes(&w->out, w->out.scratch.data,
	    w->out.scratch.len, err);
	if (rc == 0)
		rc = segment_output_flush(&w->out, err);
	return rc;
}

static int
fill_meta(const struct segment_writer *w, const struct block_ref *footer,
    struct segment_meta *out, struct error *err)
{
	*out = (struct segment_meta){
		.number = w->header.number,
		.shard = w->header.shard,
		.size_bytes = w->out.offset,
		.hash = footer->checksum,
		.row_count = w->footer.row_count,
		.event_id_first = w->footer.event_id_first,
		.event_id_last = w->footer.event_id_last,
		.time_min = w->footer.time_min,
		.time_max = w->footer.time_max,
		.type_count = w->section_count,
	};
	out->types = calloc(w->section_count, sizeof(*out->types));
	if (out->types == NULL)
		return no_memory(err);
	for (uint32_t s = 0; s < w->section_count; s++) {
		const struct section_info *info = &w->sections[s].info;

		out->types[s] = (struct segment_type_rows){
			.type_oid = info->type_oid,
			.row_count = info->row_count,
		};
		out->zone_count += info->zone_count;
	}
	return 0;
}

int
segment_writer_finish(struct segment_writer *w, struct segment_meta *out,
    struct error *err)
{
	struct block_ref footer;
	int rc;

	*out = (struct segment_meta){ 0 };
	MUST(w->columns == NULL && w->footer.row_count > 0);
	rc = writer_contexts_put_dict(&w->contexts, &w->out,
	    &w->footer.contexts, err);
	if (rc == 0)
		rc = put_section_tables(w, err);
	if (rc == 0)
		rc = writer_contexts_put_index(&w->contexts, &w->out,
		    &w->footer.index, err);
	if (rc == 0)
		rc = put_footer(w, &footer, err);
	if (rc == 0)
		rc = fill_meta(w, &footer, out, err);
	if (rc == 0)
		rc = os_fsync(w->out.file, err);
	if (rc == 0)
		rc = os_rename(w->fs, w->temp, w->path, err); /* keeps G2 */
	if (rc == 0) {
		rc = os_fsync_dir(w->fs, w->folder, err);
		if (rc != 0) /* else a file for each try */
			(void)w->fs->unlink(w->fs, w->path);
	}
	if (rc != 0) {
		segment_meta_release(out);
		segment_writer_abort(w);
		return rc;
	}
	writer_free(w);
	return 0;
}
