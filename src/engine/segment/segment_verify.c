/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_verify.c -- reading all of a segment and holding it against the
 * rules of its format.
 *
 * Nothing is cached and nothing is trusted but the checksums.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/segment/verify_private.h"

struct extent {
	uint64_t offset;
	uint64_t len;
};

int
verify_broken(const struct verify *v, const char *what, uint64_t offset,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "%s in file \"%s\" at offset %" PRIu64, what, v->path, offset);
}

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static void
add_extent(struct verify *v, uint64_t offset, uint64_t len)
{
	struct extent extent = { offset, len };

	buf_put(&v->extents, &extent, sizeof(extent));
}

int
verify_read_block(struct verify *v, const struct block_ref *ref, uint8_t **out,
    struct error *err)
{
	add_extent(v, ref->offset, ref->len);
	return block_read(&v->state->file, ref, out, err);
}

/* ---- dictionaries ---- */

static int
verify_page(struct verify *v, const struct dict_root *root, uint32_t p,
    struct buf *last, struct error *err)
{
	const struct block_ref *ref = &root->pages[p].ref;
	struct dict_page *page = NULL;
	void *decoded = NULL;
	uint8_t *data;
	size_t len;
	int rc = verify_read_block(v, ref, &data, err);

	if (rc != 0)
		return rc;
	rc = dict_page_decode(data, ref->len, NULL, &decoded, &len, err);
	free(data);
	if (rc != 0)
		return rc;
	page = decoded;
	if (page->count != dict_page_strings(root, p) ||
	    !str_equal(page->strings[0], root->pages[p].first) ||
	    (p > 0 && str_compare(buf_str(last), page->strings[0]) >= 0))
		rc = verify_broken(v, "unexpected page of a dictionary",
		    ref->offset, err);
	buf_reset(last);
	buf_put_str(last, page->strings[page->count - 1]);
	free(page);
	return rc;
}

static int
verify_dict(struct verify *v, const struct block_ref *ref, uint32_t count,
    struct error *err)
{
	struct dict_root *root;
	void *decoded = NULL;
	struct buf last; /* string of the page before */
	uint8_t *data;
	size_t len;
	int rc = verify_read_block(v, ref, &data, err);

	if (rc != 0)
		return rc;
	rc = dict_root_decode(data, ref->len, NULL, &decoded, &len, err);
	free(data);
	if (rc != 0)
		return rc;
	root = decoded;
	buf_init(&last);
	if (root->count != count)
		rc =
		    verify_broken(v, "unexpected dictionary", ref->offset, err);
	for (uint32_t p = 0; p < root->page_count && rc == 0; p++)
		rc = verify_page(v, root, p, &last, err);
	buf_release(&last);
	free(root);
	return rc;
}

/* ---- columns ---- */

/* All chunks of a column, whose zones have `zone_rows` rows. */
static int
verify_chunks(struct verify *v, const struct block_ref *table, uint32_t count,
    enum phys phys, struct chunk_rules rules, const uint32_t *zone_rows,
    struct error *err)
{
	uint8_t *data;
	int rc;

	if (table->len != (uint64_t)count * CHUNK_INFO_SIZE)
		return verify_broken(v, "invalid table of chunks",
		    table->offset, err);
	rc = verify_read_block(v, table, &data, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < count && rc == 0; z++) {
		struct chunk_info info;

		rules.zone = z;
		if (!segment_take_chunk_info(data + (size_t)z * CHUNK_INFO_SIZE,
			&info) ||
		    info.row_count != zone_rows[z])
			rc = verify_broken(v, "invalid table of chunks",
			    table->offset, err);
		else
			rc = verify_chunk(v, &info, phys, &rules, err);
	}
	free(data);
	return rc;
}

/* ---- sections ---- */

/* Rows of each zone, as the table of event_id has them, added to those of v. */
static int
read_zone_rows(struct verify *v, const struct section_info *section,
    const struct block_ref *table, struct error *err)
{
	uint32_t granule_count = 0;
	uint64_t row_count = 0;
	uint8_t *data;
	int rc;

	if (table->len != (uint64_t)section->zone_count * CHUNK_INFO_SIZE)
		return verify_broken(v, "invalid table of chunks",
		    table->offset, err);
	free(v->ids);
	v->ids = calloc(section->zone_count, sizeof(*v->ids));
	if (v->ids == NULL)
		return no_memory(err);
	rc = block_read(&v->state->file, table, &data, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->zone_count && rc == 0; z++) {
		struct chunk_info info;

		if (!segment_take_chunk_info(data + (size_t)z * CHUNK_INFO_SIZE,
			&info) ||
		    info.row_count > v->state->header.zone_rows)
			rc = verify_broken(v, "invalid table of chunks",
			    table->offset, err);
		v->ids[z] = info;
		v->zone_rows[v->zone_count++] = info.row_count;
		row_count += info.row_count;
		granule_count += index_granules(info.row_count);
	}
	free(data);
	if (rc == 0 &&
	    (row_count != section->row_count ||
		granule_count != section->granule_count))
		rc = verify_broken(v, "invalid rows of zones", table->offset,
		    err);
	return rc;
}

static int
verify_column(struct verify *v, const struct section_info *section,
    const struct column_info *column, uint32_t place, const uint32_t *zone_rows,
    struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	struct verify_filter filter;
	struct chunk_rules rules = {
		.place = place,
		.code_limit = column->has_dict ? column->dict_count : 0,
		.filter = &filter,
	};
	int rc = 0;

	if (place == COLUMN_CONTEXT_ID) {
		if (column->dict_root.offset != footer->contexts.offset ||
		    column->dict_count != footer->context_count)
			return verify_broken(v,
			    "another dictionary of contexts",
			    section->columns.offset, err);
	} else if (column->has_dict) {
		rc =
		    verify_dict(v, &column->dict_root, column->dict_count, err);
	}
	if (rc != 0)
		return rc;
	rc = verify_filter_load(v, column, section->zone_count, &filter, err);
	if (rc == 0)
		rc = verify_chunks(v, &column->chunks, section->zone_count,
		    column_chunk_phys(column), rules, zone_rows, err);
	verify_filter_release(&filter);
	return rc;
}

static int
verify_columns(struct verify *v, const struct section_info *section,
    const uint8_t *data, struct error *err)
{
	struct column_info column, ids;
	const uint32_t *zone_rows = v->zone_rows + v->zone_count;
	int rc;

	if (!segment_take_column_info(data +
		    (size_t)(COLUMN_EVENT_ID - 1) * COLUMN_INFO_SIZE,
		&ids) ||
	    ids.phys != PHYS_I64)
		return verify_broken(v, "invalid table of columns",
		    section->columns.offset, err);
	rc = read_zone_rows(v, section, &ids.chunks, err);
	v->last_event_id = 0;
	for (uint32_t c = 0; c < section->column_count && rc == 0; c++) {
		if (!segment_take_column_info(data +
			    (size_t)c * COLUMN_INFO_SIZE,
			&column) ||
		    (c == 0 && !column.has_dict) ||
		    (c > 0 && c < SEGMENT_CORE_COLUMNS &&
			column.phys != PHYS_I64))
			rc = verify_broken(v, "invalid table of columns",
			    section->columns.offset, err);
		else
			rc = verify_column(v, section, &column, c + 1,
			    zone_rows, err);
	}
	return rc;
}

static int
verify_sections(struct verify *v, struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	int rc = 0;

	for (uint32_t s = 0; s < footer->section_count && rc == 0; s++) {
		uint8_t *data;

		rc = verify_read_block(v, &footer->sections[s].columns, &data,
		    err);
		if (rc != 0)
			return rc;
		rc = verify_columns(v, &footer->sections[s], data, err);
		free(data);
	}
	return rc;
}

/* ---- all of it ---- */

static int
compare_extents(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* No byte lies outside of all blocks, none in two: keeps G3. */
static int
verify_extents(struct verify *v, struct error *err)
{
	uint64_t size = v->state->file.size_bytes;
	struct extent *extents;
	uint64_t offset = 0;
	size_t count;

	/* The footer lies before the trailer, as the trailer was checked. */
	add_extent(v, 0, SEGMENT_HEADER_SIZE);
	add_extent(v, v->state->footer_offset, size - v->state->footer_offset);
	if (v->extents.failed)
		return no_memory(err);
	extents = (void *)v->extents.data;
	count = v->extents.len / sizeof(*extents);
	qsort(extents, count, sizeof(*extents), compare_extents);
	for (size_t i = 0; i < count; i++) {
		if (extents[i].offset != offset)
			return verify_broken(v, "gap or overlap of blocks",
			    offset, err);
		offset += extents[i].len;
	}
	return offset == size
	    ? 0
	    : verify_broken(v, "bytes after the end", offset, err);
}

/* For what is noted of all rows. */
static int
make_room(struct verify *v, struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	size_t zones = 0;

	for (uint32_t s = 0; s < footer->section_count; s++)
		zones += footer->sections[s].zone_count;
	v->context_codes =
	    malloc(footer->row_count * sizeof(*v->context_codes));
	v->zone_rows = malloc((zones + 1) * sizeof(*v->zone_rows));
	if (v->context_codes == NULL || v->zone_rows == NULL)
		return no_memory(err);
	return 0;
}

int
segment_verify(struct os_fs *fs, const char *dir,
    const struct segment_meta *meta, const struct uuid *directory,
    struct error *err)
{
	struct verify *v = calloc(1, sizeof(*v));
	char path[OS_PATH_SIZE];
	int rc;

	if (v == NULL)
		return no_memory(err);
	buf_init(&v->extents);
	v->path = path;
	rc = segment_path(path, sizeof(path), dir, meta->number, err);
	if (rc == 0)
		rc = segment_state_open(fs, path, meta, directory, &v->state,
		    err);
	if (rc != 0)
		goto out;
	rc = make_room(v, err);
	if (rc != 0)
		goto out;
	rc = verify_dict(v, &v->state->footer.contexts,
	    v->state->footer.context_count, err);
	if (rc == 0)
		rc = verify_sections(v, err);
	if (rc == 0)
		rc = verify_index(v, err);
	if (rc == 0)
		rc = verify_extents(v, err);
out:
	segment_state_free(v->state);
	free(v->context_codes);
	free(v->zone_rows);
	free(v->ids);
	buf_release(&v->extents);
	free(v);
	return rc;
}
