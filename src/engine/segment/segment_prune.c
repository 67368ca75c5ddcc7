/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_prune.c -- which zones, or which rows, a scan has to read.
 *
 * A predicate on a string with a dictionary becomes a range of codes, once per
 * segment.  Equality asks the column's filters first, if it has any, and then
 * the zone maps of what they leave.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/segment/segment_private.h"
#include "engine/zone/zone_filter.h"
#include "engine/zone/zone_map.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- zones ---- */

static bool
is_without(const struct prune *p, enum scan_without index)
{
	return (p->spec->without & index) != 0;
}

static void
drop(struct prune *p, uint32_t zone, enum scan_pruner why)
{
	p->keep[zone] = false;
	p->why[zone] = (uint8_t)why;
}

static void
drop_all(struct prune *p, enum scan_pruner why)
{
	for (uint32_t z = 0; z < p->section->info.zone_count; z++)
		if (p->keep[z])
			drop(p, z, why);
}

/* By its set of codes, or already by the least and the greatest of them. */
static void
test_codes(struct prune *p, uint32_t zone, struct chunk_info info,
    struct code_range codes)
{
	if (is_without(p, SCAN_WITHOUT_ZONE_SETS))
		info.flags &= (uint8_t)~CHUNK_HAS_SET;
	if (zone_map_may_match_codes(&info, codes))
		return;
	info.flags &= (uint8_t)~CHUNK_HAS_SET;
	drop(p, zone,
	    zone_map_may_match_codes(&info, codes) ? PRUNED_BY_ZONE_SET
						   : PRUNED_BY_ZONE_MAP);
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

	if (is_without(p, SCAN_WITHOUT_ZONE_MAPS))
		return 0;
	rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, &p->bytes_read,
	    err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->info.zone_count && rc == 0; z++) {
		if (!p->keep[z])
			continue;
		rc = segment_zone_info(section, column, table, z, &info, err);
		if (rc == 0 && codes != NULL)
			test_codes(p, z, info, *codes);
		else if (rc == 0 && !zone_map_may_match(&info, type, range))
			drop(p, z, PRUNED_BY_ZONE_MAP);
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

	if (is_without(p, SCAN_WITHOUT_ZONE_MAPS))
		return;
	if (field->has_default)
		value = field->default_value;
	if (!zone_map_value_matches(&value, type, range))
		drop_all(p, PRUNED_BY_DEFAULT);
}

/* Drop the zones whose filter does not have a key. */
static int
apply_filter(struct prune *p, const struct column_info *column, uint64_t hash,
    struct error *err)
{
	struct segment_section *section = p->section;
	const struct block *strip;
	size_t offset;
	bool *kept;
	int rc;

	if (column->filter.len == 0 || is_without(p, SCAN_WITHOUT_FILTERS))
		return 0;
	kept = arena_try_alloc(p->arena, section->info.zone_count + (size_t)1);
	if (kept == NULL)
		return no_memory(err);
	rc = segment_filter_strip(section, column, hash, &strip, &offset,
	    &p->bytes_read, err);
	if (rc != 0)
		return rc;
	memcpy(kept, p->keep, section->info.zone_count);
	filter_drop_zones((const uint8_t *)strip->data + offset,
	    section->info.zone_count, hash, p->keep);
	for (uint32_t z = 0; z < section->info.zone_count; z++)
		if (kept[z] && !p->keep[z])
			p->why[z] = PRUNED_BY_FILTER;
	block_cache_unpin(section->segment->cache, strip);
	return 0;
}

/* A range of strings that have codes. */
static int
apply_coded(struct prune *p, const struct column_info *column,
    const struct type *type, const struct scan_range *range, struct error *err)
{
	struct code_range codes;
	int rc;

	if (!zone_map_has_order(type))
		return 0;
	rc = segment_range_in_codes(p->section, column, range, &codes,
	    &p->bytes_read, err);
	if (rc != 0)
		return rc;
	if (codes.first == codes.last)
		rc = apply_filter(p, column,
		    filter_hash(PHYS_I64, &codes.first), err);
	else if (codes.first > codes.last && /* the segment does not have it */
	    !is_without(p, SCAN_WITHOUT_ZONE_MAPS))
		drop_all(p, PRUNED_BY_DICTIONARY);
	return rc == 0 ? drop_zones(p, column, type, range, &codes, err) : rc;
}

static int
apply_range(struct prune *p, const struct scan_range *range, struct error *err)
{
	struct type type = event_type_column_type(p->spec->type, range->attnum);
	const struct column_info *column =
	    segment_section_column(p->section, range->attnum);
	enum phys phys = type_phys(&type);
	int rc = 0;

	if (column == NULL) {
		drop_by_default(p, &type, range);
		return 0;
	}
	if (column->has_dict)
		return apply_coded(p, column, &type, range, err);
	if (filter_has_keys(phys) && zone_map_has_order(&type) &&
	    zone_map_is_equality(&type, range))
		rc = apply_filter(p, column, filter_hash(phys, &range->low),
		    err);
	return rc == 0 ? drop_zones(p, column, &type, range, NULL, err) : rc;
}

/* Keep what any value of the set keeps. */
static int
apply_set(struct prune *p, const struct scan_set *set, struct error *err)
{
	uint32_t zone_count = p->section->info.zone_count;
	bool *keep = p->keep;
	bool *any = arena_try_alloc(p->arena, zone_count);
	bool *one = arena_try_alloc(p->arena, zone_count);
	int rc = 0;

	if (any == NULL || one == NULL)
		return no_memory(err);
	memset(any, 0, zone_count);
	for (uint32_t i = 0; i < set->value_count && rc == 0; i++) {
		const struct scan_range range = {
			.attnum = set->attnum,
			.has_low = true,
			.has_high = true,
			.low = set->values[i],
			.high = set->values[i],
		};

		p->keep = memcpy(one, keep, zone_count);
		rc = apply_range(p, &range, err);
		for (uint32_t z = 0; z < zone_count; z++)
			any[z] |= one[z];
	}
	p->keep = any;
	return rc;
}

bool
prune_event_id_range(const struct scan_spec *spec, struct scan_range *range)
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
	p->why = arena_try_alloc(p->arena, zone_count);
	out->zones =
	    arena_try_alloc(p->arena, zone_count * sizeof(*out->zones));
	if (p->keep == NULL || p->why == NULL || out->zones == NULL)
		return no_memory(err);
	memset(p->keep, 1, zone_count);
	memset(p->why, PRUNED_BY_ZONE_MAP, zone_count); /* of an empty set */
	if (prune_event_id_range(p->spec, &ids))
		rc = apply_range(p, &ids, err);
	for (uint32_t i = 0; i < p->spec->range_count && rc == 0; i++)
		rc = apply_range(p, &p->spec->ranges[i], err);
	for (uint32_t i = 0; i < p->spec->set_count && rc == 0; i++)
		rc = apply_set(p, &p->spec->sets[i], err);
	for (uint32_t z = 0; z < zone_count && rc == 0; z++) {
		if (p->keep[z])
			out->zones[out->zone_count++] = z;
		else
			out->pruned_by[p->why[z]]++;
	}
	return rc;
}

int
segment_prune(struct segment_section *section, const struct scan_spec *spec,
    struct arena *arena, struct segment_parts *out, struct error *err)
{
	struct prune p = { .section = section, .spec = spec, .arena = arena };
	struct segment_context context;
	int rc;

	*out = (struct segment_parts){ 0 };
	if (spec->event_ids != NULL)
		return prune_find_events(&p, out, err);
	if (!spec->has_context)
		return prune_zones(&p, out, err);
	rc = segment_contexts_find(&section->segment, 1, spec->context,
	    spec->without, arena, &context, err);
	return rc == 0
	    ? segment_prune_context(section, spec, &context, arena, out, err)
	    : rc;
}

/* ---- ranges ---- */

/* Make a range, which is none before the first, wide enough for a chunk. */
static void
widen(struct scan_range *range, const struct chunk_info *info,
    const struct type *type, bool is_first)
{
	struct datum low, high;

	if ((info->flags & CHUNK_HAS_BOUNDS) == 0) {
		range->has_low = range->has_high = false;
		return;
	}
	zone_map_bounds(info, type_phys(type), &low, &high);
	if (is_first || type_compare(type, &low, &range->low) < 0)
		range->low = low;
	if (is_first || type_compare(type, &high, &range->high) > 0)
		range->high = high;
}

int
segment_zones_range(struct segment_section *section, const uint32_t *zones,
    uint32_t count, struct scan_range *out, struct error *err)
{
	const struct segment_state *state = section->state;
	const struct column_info *column =
	    segment_section_column(section, out->attnum);
	const struct block *table;
	uint64_t bytes_read = 0;
	struct type type;
	int rc;

	out->has_low = out->has_high = false;
	if (column == NULL || count == 0 ||
	    (column->phys != PHYS_I64 && column->phys != PHYS_F64))
		return 0;
	type = type_of(column->phys == PHYS_I64 ? TYPE_INT8 : TYPE_FLOAT8);
	rc = segment_chunk_table(section->segment, state, &column->chunks,
	    section->info.zone_count, &table, &bytes_read, err);
	if (rc != 0)
		return rc;
	out->has_low = out->has_high = true;
	for (uint32_t i = 0; i < count && rc == 0 && out->has_low; i++) {
		struct chunk_info info;

		rc = segment_zone_info(section, column, table, zones[i], &info,
		    err);
		if (rc == 0)
			widen(out, &info, &type, i == 0);
	}
	block_cache_unpin(section->segment->cache, table);
	return rc;
}
