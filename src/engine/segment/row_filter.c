/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/row_filter.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/zone/zone_map.h"
#include "vec/vec.h"

#define LANES     16
#define SET_MAX   16 /* values that are compared one by one */
#define FEW_SHARE 64 /* of so many rows one is left: they are looked at alone */

enum predicate_kind {
	PREDICATE_INTS,    /* low <= value <= high; codes too */
	PREDICATE_DOUBLES, /* the same, in the order of float8 */
	PREDICATE_SET,     /* one of few integers */
	PREDICATE_STR,     /* equal to a string */
	PREDICATE_UUID,    /* equal to an uuid */
};

struct predicate {
	enum predicate_kind kind;
	const struct column_info *column;
	const struct block *table;  /* pinned */
	struct segment_chunk chunk; /* of the zone */
	bool is_passed;             /* by all rows of the zone */
	int64_t low, high;          /* of PREDICATE_INTS */
	double f64_low, f64_high;   /* of PREDICATE_DOUBLES; low may be NaN */
	bool nan_passes;            /* likewise: the upper bound */
	int64_t set[SET_MAX];
	uint32_t set_count;
	struct str str; /* borrowed from the scan */
	struct uuid uuid;
};

struct row_filter {
	struct segment_section *section;
	uint64_t *bytes_read; /* of the cursor */
	bool has_zone_maps;   /* they may be believed */
	struct predicate *predicates;
	uint32_t count;
	uint8_t matches[VEC_ROWS + LANES];
	uint8_t passes[VEC_ROWS + LANES]; /* one predicate */
	uint8_t nulls[VEC_ROWS];
	/* Values of one predicate's column: numerics are the largest. */
	int64_t values[(VEC_ROWS + INT_DECODE_SLACK) * 2];
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- making predicates ---- */

/* One more predicate, zeroed: there is room. */
static struct predicate *
add_predicate(struct row_filter *filter, const struct column_info *column,
    enum predicate_kind kind)
{
	struct predicate *predicate = &filter->predicates[filter->count++];

	predicate->kind = kind;
	predicate->column = column;
	return predicate;
}

static int
add_codes(struct row_filter *filter, const struct column_info *column,
    const struct scan_range *range, struct error *err)
{
	struct segment_section *section = filter->section;
	struct predicate *predicate;
	struct code_range codes;
	int rc = segment_range_in_codes(section, column, range, &codes,
	    filter->bytes_read, err);

	if (rc != 0)
		return rc;
	predicate = add_predicate(filter, column, PREDICATE_INTS);
	predicate->low = codes.first;
	predicate->high = codes.last;
	return 0;
}

static int
add_range(struct row_filter *filter, const struct type *type,
    const struct column_info *column, const struct scan_range *range,
    struct error *err)
{
	struct predicate *predicate;
	bool is_equality = zone_map_is_equality(type, range);

	if (column->has_dict)
		return add_codes(filter, column, range, err);
	switch (column->phys) {
	case PHYS_I64:
		predicate = add_predicate(filter, column, PREDICATE_INTS);
		predicate->low = range->has_low ? range->low.i64 : INT64_MIN;
		predicate->high = range->has_high ? range->high.i64 : INT64_MAX;
		break;
	case PHYS_F64:
		predicate = add_predicate(filter, column, PREDICATE_DOUBLES);
		predicate->nan_passes =
		    !range->has_high || isnan(range->high.f64);
		predicate->f64_low =
		    range->has_low ? range->low.f64 : -INFINITY;
		predicate->f64_high =
		    predicate->nan_passes ? INFINITY : range->high.f64;
		break;
	case PHYS_STR:
		if (is_equality)
			add_predicate(filter, column, PREDICATE_STR)->str =
			    range->low.str;
		break;
	case PHYS_UUID:
		if (is_equality)
			add_predicate(filter, column, PREDICATE_UUID)->uuid =
			    range->low.uuid;
		break;
	case PHYS_BOOL:
	case PHYS_NUMERIC:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return 0;
}

static int
add_set(struct row_filter *filter, const struct column_info *column,
    const struct scan_set *set, struct error *err)
{
	struct predicate *predicate;
	int rc = 0;

	if (set->value_count > SET_MAX ||
	    (!column->has_dict && column->phys != PHYS_I64))
		return 0;
	predicate = add_predicate(filter, column, PREDICATE_SET);
	for (uint32_t i = 0; i < set->value_count && rc == 0; i++) {
		const struct scan_range one = { .attnum = set->attnum,
			.has_low = true,
			.has_high = true,
			.low = set->values[i],
			.high = set->values[i] };
		struct code_range codes = { set->values[i].i64,
			set->values[i].i64 };

		if (column->has_dict)
			rc = segment_range_in_codes(filter->section, column,
			    &one, &codes, filter->bytes_read, err);
		if (rc == 0 && codes.first == codes.last)
			predicate->set[predicate->set_count++] = codes.first;
	}
	return rc;
}

static int
add_all(struct row_filter *filter, const struct scan_spec *spec,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < spec->range_count && rc == 0; i++) {
		const struct scan_range *range = &spec->ranges[i];
		struct type type =
		    event_type_column_type(spec->type, range->attnum);
		const struct column_info *column =
		    segment_section_column(filter->section, range->attnum);

		if (column != NULL && column->phys == type_phys(&type) &&
		    zone_map_has_order(&type))
			rc = add_range(filter, &type, column, range, err);
	}
	for (uint32_t i = 0; i < spec->set_count && rc == 0; i++) {
		const struct scan_set *set = &spec->sets[i];
		struct type type =
		    event_type_column_type(spec->type, set->attnum);
		const struct column_info *column =
		    segment_section_column(filter->section, set->attnum);

		if (column != NULL && column->phys == type_phys(&type) &&
		    zone_map_has_order(&type))
			rc = add_set(filter, column, set, err);
	}
	for (uint32_t i = 0; i < filter->count && rc == 0; i++)
		rc = segment_chunk_table(filter->section->segment,
		    filter->section->state,
		    &filter->predicates[i].column->chunks,
		    filter->section->info.zone_count,
		    &filter->predicates[i].table, filter->bytes_read, err);
	return rc;
}

int
row_filter_open(struct segment_section *section, const struct scan_spec *spec,
    struct row_filter **out, uint64_t *bytes_read, struct error *err)
{
	size_t most = (size_t)spec->range_count + spec->set_count;
	struct row_filter *filter;
	int rc;

	*out = NULL;
	if (most == 0 || (spec->without & SCAN_WITHOUT_ROW_FILTER) != 0)
		return 0;
	filter = malloc(sizeof(*filter));
	if (filter == NULL)
		return no_memory(err);
	filter->section = section;
	filter->bytes_read = bytes_read;
	filter->has_zone_maps = (spec->without & SCAN_WITHOUT_ZONE_MAPS) == 0;
	filter->count = 0;
	filter->predicates = calloc(most, sizeof(*filter->predicates));
	if (filter->predicates == NULL)
		rc = no_memory(err);
	else
		rc = add_all(filter, spec, err);
	if (rc != 0 || filter->count == 0) {
		row_filter_close(filter);
		return rc;
	}
	*out = filter;
	return 0;
}

void
row_filter_close(struct row_filter *filter)
{
	if (filter == NULL)
		return;
	for (uint32_t i = 0; i < filter->count; i++) {
		struct predicate *predicate = &filter->predicates[i];
		struct segment *segment = filter->section->segment;

		segment_chunk_release(segment, &predicate->chunk);
		block_cache_unpin(segment->cache, predicate->table);
	}
	free(filter->predicates);
	free(filter);
}

/* ---- zones ---- */

/* Do all rows of a chunk pass, by its zone map? */
static bool
all_pass(const struct predicate *predicate, const struct chunk_info *info)
{
	int64_t low, high;

	if (predicate->kind != PREDICATE_INTS || info->null_count > 0 ||
	    (info->flags & CHUNK_HAS_BOUNDS) == 0)
		return false;
	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	return predicate->low <= low && high <= predicate->high;
}

int
row_filter_zone(struct row_filter *filter, uint32_t zone, bool *is_all,
    struct error *err)
{
	struct segment_section *section = filter->section;
	int rc = 0;

	*is_all = true;
	for (uint32_t i = 0; i < filter->count && rc == 0; i++) {
		struct predicate *predicate = &filter->predicates[i];
		struct chunk_info info;

		segment_chunk_release(section->segment, &predicate->chunk);
		rc = segment_zone_info(section, predicate->column,
		    predicate->table, zone, &info, err);
		if (rc != 0)
			break;
		predicate->is_passed =
		    filter->has_zone_maps && all_pass(predicate, &info);
		if (predicate->is_passed)
			continue;
		*is_all = false;
		rc = segment_zone_chunk(section, predicate->column,
		    predicate->table, zone, NULL, &info, &predicate->chunk,
		    filter->bytes_read, err);
	}
	return rc;
}

/* ---- rows ---- */

STELE_CLONES static void
match_ints(const int64_t *restrict values, uint32_t line_count, int64_t low,
    int64_t high, uint8_t *restrict matches)
{
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++)
			matches[l] &= (values[l] >= low) & (values[l] <= high);
		values += LANES;
		matches += LANES;
	}
}

STELE_CLONES static void
match_set(const int64_t *restrict values, uint32_t line_count,
    const int64_t *restrict set, uint32_t set_count, uint8_t *restrict matches)
{
	for (uint32_t line = 0; line < line_count; line++) {
		uint8_t any[LANES] = { 0 };

		for (uint32_t k = 0; k < set_count; k++)
			for (unsigned l = 0; l < LANES; l++)
				any[l] |= values[l] == set[k];
		for (unsigned l = 0; l < LANES; l++)
			matches[l] &= any[l];
		values += LANES;
		matches += LANES;
	}
}

/*
 * NaN is equal to itself and greater than all others: it passes every lower bound,
 * and an upper one if that is NaN too, or there is none.  Only NaN passes a lower
 * bound of NaN.
 */
STELE_CLONES static void
match_doubles(const double *restrict values, uint32_t line_count, double low,
    double high, uint8_t nan_passes, uint8_t *restrict matches)
{
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++) {
			uint8_t is_nan = values[l] != values[l];

			matches[l] &= (is_nan | (values[l] >= low)) &
			    ((is_nan & nan_passes) | (values[l] <= high));
		}
		values += LANES;
		matches += LANES;
	}
}

/* Clear the matches of what does not pass; values are of the chunk's form. */
static void
match_values(const struct predicate *predicate, const void *values,
    uint32_t count, uint8_t *matches)
{
	const struct str *strs = values;
	const struct uuid *uuids = values;
	uint32_t line_count = (count + LANES - 1) / LANES;

	switch (predicate->kind) {
	case PREDICATE_INTS:
		match_ints(values, line_count, predicate->low, predicate->high,
		    matches);
		break;
	case PREDICATE_SET:
		match_set(values, line_count, predicate->set,
		    predicate->set_count, matches);
		break;
	case PREDICATE_DOUBLES:
		match_doubles(values, line_count, predicate->f64_low,
		    predicate->f64_high, predicate->nan_passes, matches);
		break;
	case PREDICATE_STR:
		for (uint32_t i = 0; i < count; i++)
			matches[i] &= str_equal(strs[i], predicate->str);
		break;
	case PREDICATE_UUID:
		for (uint32_t i = 0; i < count; i++)
			matches[i] &= memcmp(&uuids[i], &predicate->uuid,
					  sizeof(uuids[i])) == 0;
		break;
	}
}

/* Decode the values of some rows, and match them. */
static int
match_decoded(struct row_filter *filter, const struct predicate *predicate,
    uint32_t first, uint32_t count, struct error *err)
{
	bool has_nulls;
	int rc = chunk_decode(&predicate->chunk.view, first, count,
	    filter->values, filter->nulls, &has_nulls, err);

	if (rc != 0)
		return rc;
	match_values(predicate, filter->values, count, filter->matches);
	for (uint32_t i = 0; has_nulls && i < count; i++)
		filter->matches[i] &= filter->nulls[i] == 0;
	return 0;
}

/* What passes, in filter->passes; false if values have to be decoded. */
static bool
test_in_place(struct row_filter *filter, const struct predicate *predicate,
    uint32_t first, uint32_t count)
{
	const struct chunk_view *view = &predicate->chunk.view;

	if (predicate->kind == PREDICATE_INTS)
		return chunk_test_ints(view, first, count, predicate->low,
		    predicate->high, filter->passes);
	return predicate->kind == PREDICATE_DOUBLES &&
	    !isnan(predicate->f64_low) &&
	    chunk_test_doubles(view, first, count, predicate->f64_low,
		predicate->f64_high, predicate->nan_passes, filter->passes);
}

STELE_CLONES static void
keep_passes(const uint8_t *restrict passes, uint32_t line_count,
    uint8_t *restrict matches)
{
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++)
			matches[l] &= passes[l];
		passes += LANES;
		matches += LANES;
	}
}

static int
apply_predicate(struct row_filter *filter, struct predicate *predicate,
    uint32_t first, uint32_t count, struct error *err)
{
	struct segment_section *section = filter->section;
	int rc;

	segment_chunk_let_go(section->segment, &predicate->chunk, first);
	rc = segment_chunk_need(section->segment, section->state,
	    &predicate->chunk, first, count, filter->bytes_read, err);
	if (rc != 0)
		return rc;
	if (!test_in_place(filter, predicate, first, count))
		return match_decoded(filter, predicate, first, count, err);
	keep_passes(filter->passes, (count + LANES - 1) / LANES,
	    filter->matches);
	return 0;
}

/* The same of few rows, which are named: those that pass stay in `rows`. */
static int
apply_to_few(struct row_filter *filter, struct predicate *predicate,
    uint32_t first, uint16_t *rows, uint32_t *row_count, struct error *err)
{
	struct segment_section *section = filter->section;
	const struct chunk_view *view = &predicate->chunk.view;
	size_t size = phys_size(view->phys);
	uint32_t kept = 0;
	int rc = 0;

	segment_chunk_let_go(section->segment, &predicate->chunk, first);
	for (uint32_t i = 0; i < *row_count && rc == 0; i++) {
		uint32_t row = first + rows[i];

		rc = segment_chunk_need(section->segment, section->state,
		    &predicate->chunk, row, 1, filter->bytes_read, err);
		if (rc == 0)
			rc = chunk_at(view, row,
			    (char *)filter->values + i * size, err);
		filter->matches[i] = !chunk_is_null(view, row);
	}
	if (rc != 0)
		return rc;
	match_values(predicate, filter->values, *row_count, filter->matches);
	for (uint32_t i = 0; i < *row_count; i++) {
		rows[kept] = rows[i];
		kept += filter->matches[i];
	}
	*row_count = kept;
	return 0;
}

/* Rows whose match is 1, ascending; where they are few, eight at a look. */
static uint32_t
matching_rows(const uint8_t *matches, uint32_t count, uint16_t *rows)
{
	uint32_t found = 0;

	for (uint32_t first = 0; first < count; first += sizeof(uint64_t)) {
		uint64_t any;

		memcpy(&any, matches + first, sizeof(any));
		if (any == 0)
			continue;
		for (; any != 0; any &= any - 1)
			rows[found++] = (uint16_t)(first +
			    (unsigned)__builtin_ctzll(any) / 8);
	}
	return found;
}

int
row_filter_rows(struct row_filter *filter, uint32_t first, uint32_t count,
    uint16_t *rows, uint32_t *row_count, struct error *err)
{
	bool are_few = false; /* they are in `rows`, and not in the matches */
	int rc = 0;

	assert(count <= VEC_ROWS);
	memset(filter->matches, 1, count);
	*row_count = count;
	for (uint32_t i = 0; i<filter->count && * row_count> 0 && rc == 0;
	     i++) {
		struct predicate *predicate = &filter->predicates[i];

		if (predicate->is_passed)
			continue;
		if (are_few) {
			rc = apply_to_few(filter, predicate, first, rows,
			    row_count, err);
			continue;
		}
		rc = apply_predicate(filter, predicate, first, count, err);
		/* of the last line */
		memset(filter->matches + count, 0, LANES);
		*row_count = matching_rows(filter->matches, count, rows);
		are_few = *row_count <= count / FEW_SHARE;
	}
	return rc;
}
