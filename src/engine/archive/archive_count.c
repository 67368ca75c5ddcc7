/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a batch of the log, as far as that can be told without a
 * catalogue.
 */
#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_column.h"
#include "engine/append/row_format.h"
#include "engine/archive/archive.h"
#include "engine/segment/segment.h"
#include "engine/wal/wal_replay.h"

void
archive_counts_init(struct archive_counts *counts)
{
	*counts = (struct archive_counts){
		.time_min = INT64_MAX,
		.time_max = INT64_MIN,
	};
}

/* The first column is the timestamp. */
static bool
count_times(struct archive_counts *counts, const struct entry *entry)
{
	struct row_column column;
	struct rows rows;
	int64_t times[VEC_ROWS];
	uint8_t nulls[VEC_ROWS];

	if (!rows_decode(entry, &rows) ||
	    !row_column_take(&rows.columns, PHYS_I64, rows.count, &column) ||
	    !row_column_read(&column, rows.count, times, nulls))
		return false;
	for (uint32_t i = 0; i < rows.count; i++) {
		if (times[i] < counts->time_min)
			counts->time_min = times[i];
		if (times[i] > counts->time_max)
			counts->time_max = times[i];
	}
	return true;
}

static bool
count_segment(struct archive_counts *counts, const struct entry *entry)
{
	struct segment_meta meta;
	struct error ignored;
	bool is_sound = entry_segment_decode(entry, 1, &meta, &ignored) == 0;

	if (is_sound && meta.time_min < counts->time_min)
		counts->time_min = meta.time_min;
	if (is_sound && meta.time_max > counts->time_max)
		counts->time_max = meta.time_max;
	segment_meta_release(&meta);
	return is_sound;
}

bool
archive_count(struct archive_counts *counts,
    const struct wal_replay_batch *batch)
{
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	int more;

	while ((more = entry_next(&r, &entry)) == 1) {
		if (entry.kind == ENTRY_DDL)
			counts->schema_changes++;
		else if (entry.kind == ENTRY_ROWS
			? !count_times(counts, &entry)
			: !count_segment(counts, &entry))
			return false;
	}
	return more == 0;
}
