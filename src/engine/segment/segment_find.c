/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_find.c -- exact rows of a section: those of a context in the granules
 * that have it, and those of a list of events, by their ids.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/ascending.h"
#include "engine/segment/segment_desk.h"
#include "engine/segment/segment_private.h"
#include "engine/zone/zone_map.h"

#define HINTS_MAX 32 /* granules that are asked for together */
#define PLACES_MAX \
	1024 /* granules that are searched at once, and of one zone */

/* Ascending, in the arena. */
struct found_rows {
	uint32_t *rows;
	uint32_t count;
	uint32_t capacity;
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- rows of a context ---- */

static int
bad_index(const struct segment *segment, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "invalid context index in file \"%s\"", segment->path);
}

static bool
is_without_index(const struct prune *p)
{
	return (p->spec->without & SCAN_WITHOUT_CONTEXT_INDEX) != 0;
}

/* Rows of a granule that have the code, added to the parts. */
static int
add_granule(struct prune *p, const struct chunk_view *view, uint32_t first_row,
    uint32_t within, int64_t code, struct found_rows *found, struct error *err)
{
	uint32_t count = view->info.row_count - within, hits;

	count = count < INDEX_GRANULE_ROWS ? count : INDEX_GRANULE_ROWS;
	if (found->capacity - found->count < INDEX_GRANULE_ROWS) {
		uint32_t capacity = 2 * found->capacity + INDEX_GRANULE_ROWS;
		uint32_t *rows =
		    arena_try_alloc(p->arena, capacity * sizeof(*rows));

		if (rows == NULL)
			return no_memory(err);
		if (found->count > 0)
			memcpy(rows, found->rows, found->count * sizeof(*rows));
		found->rows = rows;
		found->capacity = capacity;
	}
	hits =
	    chunk_find(view, within, count, code, found->rows + found->count);
	if (hits == 0 && !is_without_index(p))
		return bad_index(p->section->segment, err);
	for (uint32_t i = 0; i < hits; i++)
		found->rows[found->count++] += first_row;
	return 0;
}

/* Granules of one zone, from number `next` of the list on. */
static int
add_zone(struct prune *p, const uint32_t *granules, uint32_t *next,
    uint32_t limit, int64_t code, struct found_rows *found, struct error *err)
{
	struct segment_section *section = p->section;
	uint32_t zone =
	    segment_section_zone_of_granule(section, granules[*next]);
	struct segment_chunk chunk;
	int rc;

	rc = segment_desk_chunk(section,
	    &section->columns[COLUMN_CONTEXT_ID - 1], zone, DESK_VALUES, NULL,
	    &chunk, &p->bytes_read, err);
	for (; rc == 0 && *next < limit &&
	     granules[*next] < section->zone_granule[zone + 1];
	     ++*next)
		rc = add_granule(p, &chunk.view, section->zone_first[zone],
		    (granules[*next] - section->zone_granule[zone]) *
			INDEX_GRANULE_ROWS,
		    code, found, err);
	segment_chunk_release(section->segment, &chunk);
	return rc;
}

/* Where the rows of the next granules begin; the first that was not hinted at. */
static uint32_t
hint_granules(const struct prune *p, const uint32_t *granules, uint32_t next,
    uint32_t count)
{
	const struct segment_section *section = p->section;
	const struct column_info *contexts =
	    &section->columns[COLUMN_CONTEXT_ID - 1];
	uint32_t limit = count - next > HINTS_MAX ? next + HINTS_MAX : count;
	uint32_t zones[HINTS_MAX];

	for (uint32_t i = next; i < limit; i++) {
		zones[i - next] =
		    segment_section_zone_of_granule(section, granules[i]);
		segment_desk_hint(section, contexts, zones[i - next]);
	}
	for (uint32_t i = next; i < limit; i++) {
		uint32_t zone = zones[i - next];

		segment_desk_hint_row(section, contexts, zone,
		    (granules[i] - section->zone_granule[zone]) *
			INDEX_GRANULE_ROWS);
	}
	return limit;
}

/* Rows of some of the section's granules. */
static int
find_in_granules(struct prune *p, struct segment_places places, int64_t code,
    struct segment_parts *out, struct error *err)
{
	struct found_rows found = { .rows = NULL };
	uint32_t next = 0, hinted = 0;
	int rc = 0;

	while (next < places.count && rc == 0) {
		if (next >= hinted)
			hinted = hint_granules(p, places.granules, next,
			    places.count);
		rc = add_zone(p, places.granules, &next, places.count, code,
		    &found, err);
	}
	out->rows = found.rows;
	out->row_count = found.count;
	return rc;
}

/* Those of the context's granules that lie in the section. */
static struct segment_places
places_in(const struct segment_section *section,
    const struct segment_context *context)
{
	uint32_t first = ascending_find(context->granules, context->count,
	    section->info.granule_first);
	uint32_t limit = ascending_find(context->granules, context->count,
	    section->info.granule_first + section->info.granule_count);

	if (first == limit)
		return (struct segment_places){ .granules = NULL };
	return (struct segment_places){
		.granules = context->granules + first,
		.count = limit - first,
	};
}

/* Zones in which none of the rows lies that the context index has found. */
static void
count_zones_without(const struct prune *p, struct segment_parts *out)
{
	uint32_t zones = p->section->info.zone_count;
	uint32_t last = UINT32_MAX;

	for (uint32_t i = 0; i < out->row_count; i++) {
		uint32_t zone =
		    segment_section_zone_of(p->section, out->rows[i]);

		zones -= zone != last;
		last = zone;
	}
	out->pruned_by[PRUNED_BY_CONTEXT_INDEX] = zones;
}

/* Whether the limits of event_id leave nothing of the segment out. */
static bool
is_within(const struct segment_meta *meta, const struct scan_range *ids)
{
	return (!ids->has_low ||
		   meta->event_id_first >= (uint64_t)ids->low.i64) &&
	    (!ids->has_high || meta->event_id_last <= (uint64_t)ids->high.i64);
}

int
segment_find_places(struct segment_section *section,
    const struct scan_spec *spec, uint32_t code, struct segment_places places,
    struct arena *arena, struct segment_parts *out, struct error *err)
{
	struct prune p = { .section = section, .spec = spec, .arena = arena };
	struct scan_range ids;
	int rc;

	*out = (struct segment_parts){ 0 };
	rc = find_in_granules(&p, places, code, out, err);
	if (rc == 0 && out->row_count > 0 && prune_event_id_range(spec, &ids) &&
	    !is_within(&section->segment->meta, &ids) &&
	    (spec->without & SCAN_WITHOUT_SEGMENT_RANGES) == 0)
		rc = prune_limit_rows(&p, &ids, out, err);
	return rc;
}

int
segment_prune_context(struct segment_section *section,
    const struct scan_spec *spec, const struct segment_context *context,
    struct arena *arena, struct segment_parts *out, struct error *err)
{
	const struct prune p = { .section = section, .spec = spec };
	int rc;

	assert(context->is_asked);
	rc = segment_find_places(section, spec, context->code,
	    places_in(section, context), arena, out, err);
	if (rc == 0 && !is_without_index(&p))
		count_zones_without(&p, out);
	return rc;
}

/* ---- a context with many rows ---- */

bool
segment_context_is_large(const struct segment_section *section,
    const struct segment_context *context)
{
	return places_in(section, context).count > PLACES_MAX;
}

bool
segment_places_next(const struct segment_section *section,
    const struct segment_context *context, struct segment_places *places)
{
	struct segment_places all = places_in(section, context);
	uint32_t first = places->granules == NULL
	    ? 0
	    : (uint32_t)(places->granules - all.granules) + places->count;
	uint32_t next = first, zones = 0;

	while (next < all.count && next - first < PLACES_MAX) {
		uint32_t zone = segment_section_zone_of_granule(section,
		    all.granules[next]);

		zones++;
		next += ascending_find(all.granules + next, all.count - next,
		    section->zone_granule[zone + 1]);
	}
	if (next == first)
		return false;
	*places = (struct segment_places){
		.granules = all.granules + first,
		.count = next - first,
		.zone_count = zones,
	};
	return true;
}

int
segment_places_range(struct segment_section *section,
    const struct segment_places *places, struct scan_range *out,
    struct error *err)
{
	uint32_t zones[2] = {
		segment_section_zone_of_granule(section, places->granules[0]),
		segment_section_zone_of_granule(section,
		    places->granules[places->count - 1]),
	};

	*out = (struct scan_range){ .attnum = COLUMN_EVENT_ID };
	return segment_zones_range(section, zones, ARRAY_LEN(zones), out, err);
}

/* ---- limits of event_id ---- */

static int
event_id_at(struct prune *p, const struct block *table, uint32_t row,
    int64_t *out, struct error *err)
{
	struct segment_section *section = p->section;
	uint32_t zone = segment_section_zone_of(section, row);
	struct segment_chunk chunk;
	struct chunk_info info;
	int rc;

	rc = segment_zone_chunk(section, &section->columns[COLUMN_EVENT_ID - 1],
	    table, zone, NULL, &info, &chunk, &p->bytes_read, err);
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

int
prune_limit_rows(struct prune *p, const struct scan_range *ids,
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
int
prune_find_events(struct prune *p, struct segment_parts *out, struct error *err)
{
	struct segment_section *section = p->section;
	const struct column_info *column =
	    &section->columns[COLUMN_EVENT_ID - 1];
	const struct scan_spec *spec = p->spec;
	const struct block *table;
	uint32_t next = 0;
	int rc;

	out->rows = arena_try_alloc(p->arena,
	    (spec->event_id_count + (size_t)1) * sizeof(*out->rows));
	if (out->rows == NULL)
		return no_memory(err);
	rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, &p->bytes_read,
	    err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->info.zone_count && rc == 0; z++) {
		struct segment_chunk chunk;
		struct chunk_info info;

		rc = segment_zone_info(section, column, table, z, &info, err);
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
		rc = segment_zone_chunk(section, column, table, z, NULL, &info,
		    &chunk, &p->bytes_read, err);
		if (rc == 0)
			rc = zone_events(p, &chunk.view, section->zone_first[z],
			    &next, out, err);
		segment_chunk_release(section->segment, &chunk);
	}
	block_cache_unpin(section->segment->cache, table);
	return rc;
}
