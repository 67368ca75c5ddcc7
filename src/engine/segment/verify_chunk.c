/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_chunk.c -- every value of a chunk lies within its zone map, and
 * follows the rules of its column.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/segment/codec_zstd.h"
#include "engine/segment/verify_private.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static bool
str_in_bounds(const struct chunk_info *info, struct str s)
{
	struct str low =
	    str_of((const char *)info->low, info->low[BOUND_STR_BYTES]);
	struct str high =
	    str_of((const char *)info->high, info->high[BOUND_STR_BYTES]);

	return str_compare(low, s) <= 0 &&
	    (str_compare(s, high) <= 0 ||
		((info->flags & CHUNK_HIGH_IS_PREFIX) != 0 &&
		    str_starts_with(s, high)));
}

static bool
f64_in_bounds(const struct chunk_info *info, double value)
{
	double low, high;

	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	if (value != value) /* NaN: the greatest */
		return high != high;
	return (low <= value) && (high != high || value <= high);
}

static bool
numeric_in_bounds(const struct chunk_info *info, const struct numeric *value)
{
	i128 low, high;

	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	return low <= value->small && value->small <= high;
}

/* Is value i of an array of a form within the zone map?  Keeps Z1. */
static bool
in_bounds(const struct chunk_view *view, const void *values, uint32_t i)
{
	const struct chunk_info *info = &view->info;
	int64_t low, high, value;

	if ((info->flags & CHUNK_HAS_BOUNDS) == 0)
		return true;
	switch (view->phys) {
	case PHYS_BOOL:
	case PHYS_I64:
		memcpy(&low, info->low, sizeof(low));
		memcpy(&high, info->high, sizeof(high));
		value = view->phys == PHYS_BOOL ? ((const uint8_t *)values)[i]
						: ((const int64_t *)values)[i];
		return low <= value && value <= high &&
		    ((info->flags & CHUNK_HAS_SET) == 0 ||
			chunk_set_has(info, value));
	case PHYS_F64:
		return f64_in_bounds(info, ((const double *)values)[i]);
	case PHYS_NUMERIC:
		return numeric_in_bounds(info,
		    (const struct numeric *)values + i);
	case PHYS_STR:
		return info->low[BOUND_STR_BYTES] <= BOUND_STR_BYTES &&
		    info->high[BOUND_STR_BYTES] <= BOUND_STR_BYTES &&
		    str_in_bounds(info, ((const struct str *)values)[i]);
	case PHYS_UUID:
		return memcmp(info->low, (const struct uuid *)values + i, 16) <=
		    0 &&
		    memcmp((const struct uuid *)values + i, info->high, 16) <=
		    0;
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return true;
}

/* The rules of core columns; notes the contexts' codes. */
static bool
follows_rules(struct verify *v, const struct chunk_rules *rules, int64_t value)
{
	const struct segment_footer *footer = &v->state->footer;

	if (rules->code_limit > 0 && (value < 0 || value >= rules->code_limit))
		return false;
	switch (rules->place) { /* of these, that is the attnum */
	case COLUMN_CONTEXT_ID:
		v->context_codes[v->row_count++] = (uint32_t)value;
		return true;
	case COLUMN_TIMESTAMP:
		return footer->time_min <= value && value <= footer->time_max;
	case COLUMN_EVENT_ID:
		if (value <= v->last_event_id) /* breaks G1 */
			return false;
		v->last_event_id = value;
		return (uint64_t)value >= footer->event_id_first &&
		    (uint64_t)value <= footer->event_id_last;
	default:
		return true;
	}
}

static int
verify_values(struct verify *v, const struct chunk_view *view,
    const struct chunk_rules *rules, struct error *err)
{
	bool is_i64 = view->phys == PHYS_I64;
	void *values = is_i64 ? (void *)v->values : (void *)v->any;
	uint32_t row_count = view->info.row_count;
	uint32_t null_count = 0;
	bool has_nulls;
	int rc = 0;

	for (uint32_t first = 0; first < row_count; first += VEC_ROWS) {
		uint32_t count = row_count - first;

		count = count > VEC_ROWS ? VEC_ROWS : count;
		rc = chunk_decode(view, first, count, values, v->nulls,
		    &has_nulls, err);
		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < count; i++) {
			if (has_nulls && v->nulls[i] != 0) {
				null_count++;
				continue;
			}
			if (!in_bounds(view, values, i))
				return verify_broken(v,
				    "value outside its zone map",
				    view->info.block.offset, err);
			if (!verify_filter_has(rules->filter, rules->zone,
				(const char *)values +
				    i * phys_size(view->phys)))
				return verify_broken(v,
				    "value that its filter does not have",
				    view->info.block.offset, err);
			if (is_i64 && !follows_rules(v, rules, v->values[i]))
				return verify_broken(v,
				    "value against the rules",
				    view->info.block.offset, err);
		}
	}
	if (null_count != view->info.null_count ||
	    (null_count > 0 && rules->place <= SEGMENT_CORE_COLUMNS))
		return verify_broken(v, "unexpected nulls",
		    view->info.block.offset, err);
	return 0;
}

/* Read page p of a chunk's text; the caller frees it. */
static int
read_page(struct verify *v, const struct chunk_view *view, uint32_t p,
    uint32_t *limit, uint64_t *bytes, uint8_t **out, struct error *err)
{
	struct text_page page;
	void *decoded = NULL;
	uint8_t *data;
	size_t len;
	int rc;

	if (!text_page_at(&view->text, p, &page) || page.limit <= *limit)
		return verify_broken(v, "invalid page of text",
		    view->info.block.offset, err);
	*limit = page.limit;
	*bytes += page.raw_len;
	if (page.ref.len == 0) {
		*out = calloc(1, 1);
		return *out == NULL ? no_memory(err) : 0;
	}
	rc = verify_read_block(v, &page.ref, &data, err);
	if (rc != 0 || page.form == TEXT_PLAIN) {
		*out = data;
		return rc;
	}
	rc = zstd_block_decode(data, page.ref.len, NULL, &decoded, &len, err);
	free(data);
	*out = decoded;
	if (rc == 0 && len != page.raw_len)
		rc = verify_broken(v, "unexpected page of text",
		    page.ref.offset, err);
	return rc;
}

/* The values of a chunk with its pages of text. */
static int
verify_text(struct verify *v, struct chunk_view *view,
    const struct chunk_rules *rules, struct error *err)
{
	uint32_t count = view->text.page_count, limit = 0;
	uint8_t **pages = calloc(count, sizeof(*pages));
	uint64_t bytes = 0;
	int rc = 0;

	if (pages == NULL)
		return no_memory(err);
	for (uint32_t p = 0; p < count && rc == 0; p++)
		rc = read_page(v, view, p, &limit, &bytes, &pages[p], err);
	if (rc == 0 &&
	    (limit != view->value_count ||
		bytes !=
		    (uint64_t)int_at(&view->parts[0], view->value_count - 1)))
		rc = verify_broken(v, "unexpected pages of text",
		    view->info.block.offset, err);
	view->pages = (const uint8_t *const *)pages;
	if (rc == 0)
		rc = verify_values(v, view, rules, err);
	for (uint32_t p = 0; p < count; p++)
		free(pages[p]);
	free(pages);
	return rc;
}

/* The values of a chunk that follow the event_ids of their zone. */
static int
verify_by_id(struct verify *v, struct chunk_view *view,
    const struct chunk_rules *rules, struct error *err)
{
	const struct chunk_info *info = &v->ids[rules->zone];
	static const uint64_t nothing[1];
	struct chunk_view ids;
	uint8_t *data = NULL;
	int rc = 0;

	if (info->block.len > 0) /* noted when the ids are checked */
		rc = block_read(&v->state->file, &info->block, &data, err);
	if (rc == 0)
		rc = chunk_open(info, PHYS_I64,
		    data == NULL ? (const void *)nothing : data,
		    info->block.len, &ids, err);
	view->ids = &ids;
	if (rc == 0)
		rc = verify_values(v, view, rules, err);
	view->ids = NULL; /* they end here */
	free(data);
	return rc;
}

int
verify_chunk(struct verify *v, const struct chunk_info *info, enum phys phys,
    const struct chunk_rules *rules, struct error *err)
{
	static const uint64_t nothing[1];
	struct chunk_view view;
	uint8_t *data = NULL;
	int rc = 0;

	if (info->block.len > 0)
		rc = verify_read_block(v, &info->block, &data, err);
	if (rc == 0)
		rc = chunk_open(info, phys,
		    data == NULL ? (const void *)nothing : data,
		    info->block.len, &view, err);
	if (rc == 0 && info->encoding == ENC_INT_BY_ID)
		rc = verify_by_id(v, &view, rules, err);
	else if (rc == 0 && view.text.page_count > 0)
		rc = verify_text(v, &view, rules, err);
	else if (rc == 0)
		rc = verify_values(v, &view, rules, err);
	free(data);
	return rc;
}
