/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a section is older than some time, as far as zone maps tell.
 */
#include <string.h>

#include "engine/segment/segment_private.h"

static int64_t
bound_of(const uint8_t bound[16])
{
	int64_t value;

	memcpy(&value, bound, sizeof(value));
	return value;
}

/* Times are taken to be spread evenly over those of the zone. */
static uint64_t
rows_before(const struct chunk_info *info, uint32_t row_count, int64_t time)
{
	int64_t low = bound_of(info->low), high = bound_of(info->high);
	double share;
	uint64_t rows;

	if ((info->flags & CHUNK_HAS_BOUNDS) == 0 || low >= time)
		return 0;
	if (high < time)
		return row_count;
	share = ((double)time - (double)low) / ((double)high - (double)low);
	rows = (uint64_t)(share * (double)row_count);
	if (rows == 0)
		return 1; /* that of the bound itself */
	return rows < row_count ? rows : row_count - 1;
}

int
segment_rows_before(struct segment_section *section, int64_t time,
    uint64_t *out, struct error *err)
{
	const struct column_info *column =
	    segment_section_column(section, COLUMN_TIMESTAMP);
	uint64_t bytes_read = 0;
	const struct block *table;
	int rc = segment_chunk_table(section->segment, section->state,
	    &column->chunks, section->info.zone_count, &table, &bytes_read,
	    err);

	*out = 0;
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->info.zone_count && rc == 0; z++) {
		uint32_t row_count = segment_section_zone_rows(section, z);
		struct chunk_info info;

		rc = segment_chunk_info(section, column, table, z, &info, err);
		if (rc == 0)
			*out += rows_before(&info, row_count, time);
	}
	block_cache_unpin(section->segment->cache, table);
	return rc;
}
