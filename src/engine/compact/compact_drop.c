/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of which every event is older than the horizon of its type: they are
 * not merged, they go.  Snapshots that are older than the horizon keep them.
 * And how much of the others is.
 */
#include "common/error.h"
#include "common/log.h"
#include "engine/compact/compact_task.h"
#include "engine/compact/compactor.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"

/* By its times, which are those of all its types together. */
static bool
is_past(const struct segment_meta *meta, const struct catalog *catalog)
{
	for (uint32_t i = 0; i < meta->type_count; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(catalog, meta->types[i].type_oid);

		if (type == NULL || meta->time_max >= type->horizon)
			return false;
	}
	return true;
}

int
compact_drop(struct compact_task *task, struct error *err)
{
	struct engine *engine = task->compactor->engine;
	uint64_t numbers[COMPACT_INPUTS_MAX];
	uint32_t count = 0;
	int rc;

	for (uint32_t i = 0;
	     i < task->part->segment_count && count < COMPACT_INPUTS_MAX; i++) {
		struct segment *segment = task->part->segments[i];
		const struct segment_meta *meta = segment_meta(segment);

		if (!is_past(meta, task->catalog))
			continue;
		task->inputs[count] = segment;
		numbers[count++] = meta->number;
	}
	if (count == 0)
		return 0;
	rc = publish_merge(&engine->publisher, NULL, 0, numbers, count, err);
	if (rc != 0)
		return rc;
	compact_swap_view(task, count, NULL, 0);
	log_debug(LOG_SEGMENT, "dropped", LOG_UINT("shard", task->shard),
	    LOG_UINT("segments", count));
	return 1;
}

uint64_t
compact_past_rows(const struct compact_task *task, struct segment *segment)
{
	const struct segment_meta *meta = segment_meta(segment);
	uint64_t past = 0;

	for (uint32_t i = 0; i < meta->type_count; i++) {
		const struct event_type *type =
		    catalog_type_by_oid(task->catalog, meta->types[i].type_oid);
		struct segment_section *section;
		struct error ignored;
		uint64_t rows = 0;

		if (type == NULL || meta->time_min >= type->horizon)
			continue;
		/* One that cannot be read is left as it is, and as old. */
		if (segment_section(segment, type->oid, &section, &ignored) !=
			0 ||
		    segment_rows_before(section, type->horizon, &rows,
			&ignored) != 0)
			return 0;
		past += rows;
	}
	return past;
}
