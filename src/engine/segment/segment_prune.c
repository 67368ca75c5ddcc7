/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_prune.c -- which zones, or which rows, a scan has to read.
 *
 * A predicate on a string with a dictionary becomes a range of codes, once per
 * segment.  A context is looked up in the segment's index, exactly.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/segment/segment_private.h"
#include "engine/zone/zone_map.h"

struct prune {
	struct segment_section *section;
	const struct scan_spec *spec;
	struct arena *arena;
	bool *keep; /* per zone */
	uint64_t bytes_read;
};

static int
no_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

/* ---- zones ---- */

/* The codes of a dictionary that lie in a range of strings. */
static int
range_in_codes(struct prune *p, const struct column_info *column,
    const struct scan_range *range, struct code_range *out, struct error *err)
{
	struct segment_section *section = p->section;
	uint32_t code;
	bool is_found;
	int rc;

	*out = (struct code_range){ 0, (int64_t)column->dict_count - 1 };
	if (range->has_low) {
		rc = segment_dict_find(section->segment, section->state,
		    &column->dict_root, column->dict_count, range->low.str,
		    &code, &is_found, &p->bytes_read, err);
		if (rc != 0)
			return rc;
		out->first = code;
	}
	if (range->has_high) {
		rc = segment_dict_find(section->segment, section->state,
		    &column->dict_root, column->dict_count, range->high.str,
		    &code, &is_found, &p->bytes_read, err);
		if (rc != 0)
			return rc;
		out->last = is_found ? (int64_t)code : (int64_t)code - 1;
	}
	return 0;
}

/* Drop the zones of a column that a range (or its codes) does not touch. */
static int
drop_zones(struct prune *p, const struct column_info *column,
    const struct type *type, const struct scan_range *range,
    const struct code_range *codes, struct error *err)
{
	struct segment_section *section = p->section;
	const struct block *table;
	struct chunk_info info;
	int rc;

	rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, &p->bytes_read,
	    err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->info.zone_count && rc == 0; z++) {
		if (!p->keep[z])
			continue;
		rc = segment_chunk_info(section->state, table, z,
		    segment_section_zone_rows(section, z), &info, err);
		if (rc == 0)
			p->keep[z] = codes != NULL
			    ? zone_map_may_match_codes(&info, *codes)
			    : zone_map_may_match(&info, type, range);
	}
	block_cache_unpin(section->segment->cache, table);
	return rc;
}

/* A column that is younger than the segment has one value for all rows. */
static void
drop_by_default(struct prune *p, const struct type *type,
    const struct scan_range *range)
{
	const struct field *field =
	    &p->spec->type->fields[range->attnum - COLUMN_FIRST_FIELD];
	struct datum value = { .is_null = true };

	if (field->has_default)
		value = field->default_value;
	if (!zone_map_value_matches(&value, type, range))
		memset(p->keep, 0, p->section->info.zone_count);
}

static int
apply_range(struct prune *p, const struct scan_range *range, struct error *err)
{
	struct type type = event_type_column_type(p->spec->type, range->attnum);
	const struct column_info *column =
	    segment_section_column(p->section, range->attnum);
	struct code_range codes;
	int rc;

	if (column == NULL) {
		drop_by_default(p, &type, range);
		return 0;
	}
	if (!column->has_dict)
		return drop_zones(p, column, &type, range, NULL, err);
	if (!zone_map_has_order(&type))
		return 0;
	rc = range_in_codes(p, column, range, &codes, err);
	if (rc != 0)
		return rc;
	return drop_zones(p, column, &type, range, &codes, err);
}

/* The limits of event_id as a range; false if there are none. */
static bool
event_id_range(const struct scan_spec *spec, struct scan_range *range)
{
	*range = (struct scan_range){
		.attnum = COLUMN_EVENT_ID,
		.has_low = spec->event_id_first > 1,
		.has_high = spec->event_id_last != 0,
		.low = { .i64 = (int64_t)spec->event_id_first },
		.high = { .i64 = (int64_t)spec->event_id_last },
	};
	if (spec->event_id_first > INT64_MAX)
		range->low.i64 = INT64_MAX;
	if (spec->event_id_last > INT64_MAX)
		range->high.i64 = INT64_MAX;
	return range->has_low || range->has_high;
}

static int
prune_zones(struct prune *p, struct segment_parts *out, struct error *err)
{
	uint32_t zone_count = p->section->info.zone_count;
	struct scan_range ids;
	int rc = 0;

	p->keep = arena_try_alloc(p->arena, zone_count);
	out->zones =
	    arena_try_alloc(p->arena, zone_count * sizeof(*out->zones));
	if (p->keep == NULL || out->zones == NULL)
		return no_memory(err);
	memset(p->keep, 1, zone_count);
	if (event_id_range(p->spec, &ids))
		rc = apply_range(p, &ids, err);
	for (uint32_t i = 0; i < p->spec->range_count && rc == 0; i++)
		rc = apply_range(p, &p->spec->ranges[i], err);
	for (uint32_t z = 0; z < zone_count && rc == 0; z++)
		if (p->keep[z])
			out->zones[out->zone_count++] = z;
	return rc;
}

/* ---- rows of a context ---- */

/* Numbers first..first+count-1 of a column of the index. */
static int
read_numbers(struct prune *p, const struct block_ref *ref, uint32_t total,
    uint32_t first, uint32_t count, uint32_t *out, struct error *err)
{
	struct segment *segment = p->section->segment;
	const struct segment_state *state = p->section->state;
	int64_t values[VEC_ROWS + INT_DECODE_SLACK];
	uint8_t nulls[VEC_ROWS]; /* there are none */
	const struct block *table;
	uint32_t done = 0;
	bool has_nulls;
	int rc;

	rc = segment_chunk_table(segment, state, ref,
	    (total + INDEX_CHUNK_ROWS - 1) / INDEX_CHUNK_ROWS, &table,
	    &p->bytes_read, err);
	if (rc != 0)
		return rc;
	while (done < count && rc == 0) {
		uint32_t k = (first + done) / INDEX_CHUNK_ROWS;
		uint32_t at = (first + done) % INDEX_CHUNK_ROWS;
		uint32_t rows = total - k * INDEX_CHUNK_ROWS;
		uint32_t n = count - done;
		struct segment_chunk chunk;
		struct chunk_info info;

		rows = rows > INDEX_CHUNK_ROWS ? INDEX_CHUNK_ROWS : rows;
		n = n > rows - at ? rows - at : n;
		n = n > VEC_ROWS ? VEC_ROWS : n;
		segment_chunk_init(&chunk);
		rc = segment_chunk_info(state, table, k, rows, &info, err);
		if (rc == 0)
			rc = segment_chunk_get(segment, state, &info, PHYS_I64,
			    &chunk, &p->bytes_read, err);
		if (rc == 0)
			rc = chunk_decode(&chunk.view, at, n, values, nulls,
			    &has_nulls, err);
		for (uint32_t i = 0; rc == 0 && i < n; i++)
			out[done + i] = (uint32_t)values[i];
		segment_chunk_release(segment, &chunk);
		done += n;
	}
	block_cache_unpin(segment->cache, table);
	return rc;
}

static int
bad_index(const struct prune *p, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "invalid context index in file \"%s\"", p->section->segment->path);
}

/* All rows of the context in the section, ascending. */
static int
context_rows(struct prune *p, struct segment_parts *out, struct error *err)
{
	struct segment_section *section = p->section;
	const struct segment_footer *footer = &section->state->footer;
	uint32_t total = (uint32_t)footer->row_count;
	uint32_t bounds[2];
	uint32_t code, count, *rows;
	bool is_found;
	int rc;

	rc = segment_dict_find(section->segment, section->state,
	    &footer->contexts, footer->context_count, p->spec->context, &code,
	    &is_found, &p->bytes_read, err);
	if (rc != 0 || !is_found)
		return rc;
	rc = read_numbers(p, &footer->starts, footer->context_count + 1, code,
	    2, bounds, err);
	if (rc != 0)
		return rc;
	if (bounds[0] >= bounds[1] || bounds[1] > total)
		return bad_index(p, err);
	count = bounds[1] - bounds[0];
	rows = arena_try_alloc(p->arena, count * sizeof(*rows));
	if (rows == NULL)
		return no_memory(err);
	rc = read_numbers(p, &footer->rows, total, bounds[0], count, rows, err);
	if (rc != 0)
		return rc;
	out->rows = rows;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = rows[i] - section->first_ordinal;

		if (rows[i] >= section->first_ordinal &&
		    row < section->info.row_count)
			rows[out->row_count++] = row;
		if (out->row_count > 1 &&
		    rows[out->row_count - 1] <= rows[out->row_count - 2])
			return bad_index(p, err);
	}
	return 0;
}

static int
event_id_at(struct prune *p, const struct block *table, uint32_t row,
    int64_t *out, struct error *err)
{
	struct segment_section *section = p->section;
	uint32_t zone = segment_section_zone_of(section, row);
	struct segment_chunk chunk;
	struct chunk_info info;
	int rc;

	segment_chunk_init(&chunk);
	rc = segment_chunk_info(section->state, table, zone,
	    segment_section_zone_rows(section, zone), &info, err);
	if (rc == 0)
		rc = segment_chunk_get(section->segment, section->state, &info,
		    PHYS_I64, &chunk, &p->bytes_read, err);
	if (rc == 0)
		rc = chunk_at(&chunk.view, row - section->zone_first[zone], out,
		    err);
	segment_chunk_release(section->segment, &chunk);
	return rc;
}

/* Number of rows of the list whose event_id is less than `id`. */
static int
rows_below(struct prune *p, const struct block *table,
    const struct segment_parts *parts, int64_t id, uint32_t *out,
    struct error *err)
{
	uint32_t first = 0, limit = parts->row_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;
		int64_t value;
		int rc =
		    event_id_at(p, table, parts->rows[middle], &value, err);

		if (rc != 0)
			return rc;
		if (value < id)
			first = middle + 1;
		else
			limit = middle;
	}
	*out = first;
	return 0;
}

static int
limit_rows(struct prune *p, const struct scan_range *ids,
    struct segment_parts *out, struct error *err)
{
	struct segment_section *section = p->section;
	const struct column_info *column =
	    &section->columns[COLUMN_EVENT_ID - 1];
	uint32_t first = 0, limit = out->row_count;
	const struct block *table;
	int rc;

	rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, &p->bytes_read,
	    err);
	if (rc != 0)
		return rc;
	if (ids->has_low)
		rc = rows_below(p, table, out, ids->low.i64, &first, err);
	if (rc == 0 && ids->has_high && ids->high.i64 < INT64_MAX)
		rc = rows_below(p, table, out, ids->high.i64 + 1, &limit, err);
	block_cache_unpin(section->segment->cache, table);
	if (rc != 0)
		return rc;
	out->rows += first;
	out->row_count = limit > first ? limit - first : 0;
	return 0;
}

/* ---- rows by their event_id ---- */

/* First row from `first` on whose event_id is not less than `id`. */
static int
row_from(const struct chunk_view *view, int64_t id, uint32_t first,
    uint32_t *out, struct error *err)
{
	uint32_t limit = view->info.row_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;
		int64_t value;
		int rc = chunk_at(view, middle, &value, err);

		if (rc != 0)
			return rc;
		if (value < id)
			first = middle + 1;
		else
			limit = middle;
	}
	*out = first;
	return 0;
}

/* The events of a zone from number `next` of the list on. */
static int
zone_events(struct prune *p, const struct chunk_view *view, uint32_t zone_first,
    uint32_t *next, struct segment_parts *out, struct error *err)
{
	uint32_t row = 0;

	for (; *next < p->spec->event_id_count; ++*next) {
		int64_t id = p->spec->event_ids[*next], value;
		int rc = row_from(view, id, row, &row, err);

		if (rc != 0 || row == view->info.row_count)
			return rc;
		rc = chunk_at(view, row, &value, err);
		if (rc != 0)
			return rc;
		if (value == id)
			out->rows[out->row_count++] = zone_first + row;
	}
	return 0;
}

/* Both ascend: one pass over the zones, of which only few are read. */
static int
find_events(struct prune *p, struct segment_parts *out, struct error *err)
{
	struct segment_section *section = p->section;
	const struct scan_spec *spec = p->spec;
	const struct block *table;
	uint32_t next = 0;
	int rc;

	out->rows = arena_try_alloc(p->arena,
	    (spec->event_id_count + (size_t)1) * sizeof(*out->rows));
	if (out->rows == NULL)
		return no_memory(err);
	rc = segment_chunk_table(section->segment, section->state,
	    &section->columns[COLUMN_EVENT_ID - 1].chunks,
	    section->info.zone_count, &table, &p->bytes_read, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->info.zone_count && rc == 0; z++) {
		struct segment_chunk chunk;
		struct chunk_info info;

		rc = segment_chunk_info(section->state, table, z,
		    segment_section_zone_rows(section, z), &info, err);
		while (rc == 0 && next < spec->event_id_count &&
		    !zone_map_may_match_codes(&info,
			(struct code_range){ 0, spec->event_ids[next] }))
			next++; /* before this zone, and in none before */
		if (rc != 0 || next == spec->event_id_count)
			break;
		if (!zone_map_may_match_codes(&info,
			(struct code_range){ spec->event_ids[next],
			    INT64_MAX }))
			continue;
		rc = segment_chunk_get(section->segment, section->state, &info,
		    PHYS_I64, &chunk, &p->bytes_read, err);
		if (rc == 0)
			rc = zone_events(p, &chunk.view, section->zone_first[z],
			    &next, out, err);
		segment_chunk_release(section->segment, &chunk);
	}
	block_cache_unpin(section->segment->cache, table);
	return rc;
}

int
segment_prune(struct segment_section *section, const struct scan_spec *spec,
    struct arena *arena, struct segment_parts *out, struct error *err)
{
	struct prune p = { .section = section, .spec = spec, .arena = arena };
	struct scan_range ids;
	int rc;

	*out = (struct segment_parts){ 0 };
	if (spec->event_ids != NULL)
		return find_events(&p, out, err);
	if (!spec->has_context)
		return prune_zones(&p, out, err);
	rc = context_rows(&p, out, err);
	if (rc == 0 && out->row_count > 0 && event_id_range(spec, &ids))
		rc = limit_rows(&p, &ids, out, err);
	return rc;
}
