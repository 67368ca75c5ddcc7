/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_step.c -- what a step makes of the state, in two halves: what can fail
 * (memory, checks) before it is written, what cannot when it is synced.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/manifest/manifest_private.h"

uint32_t
manifest_find(const struct manifest_state *state, uint64_t number)
{
	uint32_t first = 0, limit = state->segment_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (state->segments[middle].number < number)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}

bool
manifest_has(const struct manifest_state *state, uint64_t number)
{
	uint32_t i = manifest_find(state, number);

	return i < state->segment_count && state->segments[i].number == number;
}

static bool
is_listed(const uint64_t *numbers, uint32_t count, uint64_t number)
{
	for (uint32_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

const char *
manifest_step_fault(const struct manifest_state *state,
    const struct manifest_step *step)
{
	if ((step->next_event_id != 0 &&
		step->next_event_id < state->next_event_id) ||
	    (step->next_oid != 0 && step->next_oid < state->next_oid) ||
	    (step->next_segment != 0 &&
		step->next_segment < state->next_segment) ||
	    (step->wal_file != 0 && step->wal_file < state->wal_file) ||
	    (step->wal_group != 0 && step->wal_group < state->wal_group) ||
	    (step->wal_synced != 0 && step->wal_synced < state->wal_synced))
		return "a counter goes back";
	if (step->has_flushed &&
	    (step->flushed_shard >= state->shard_count ||
		step->flushed_event_id < state->flushed[step->flushed_shard]))
		return "a flushed position goes back";
	for (uint32_t i = 0; i < step->removed_count; i++)
		if (!manifest_has(state, step->removed[i]) ||
		    is_listed(step->removed, i, step->removed[i]))
			return "an unknown segment is removed";
	for (uint32_t i = 0; i < step->added_count; i++) {
		const struct segment_meta *added = &step->added[i];

		if (added->shard >= state->shard_count)
			return "a segment is of no shard";
		if (manifest_has(state, added->number) ||
		    (i > 0 && added->number <= added[-1].number))
			return "a segment is added twice";
	}
	return NULL;
}

void
manifest_prepared_release(struct prepared_step *prepared)
{
	for (uint32_t i = 0; i < prepared->added_count; i++)
		segment_meta_release(&prepared->added[i]);
	free(prepared->added);
	free(prepared->catalog);
	*prepared = (struct prepared_step){ 0 };
}

static int
reserve_segments(struct manifest *m, uint32_t count, struct error *err)
{
	size_t need = (size_t)m->state.segment_count + count;
	size_t capacity = 2 * (size_t)m->segment_capacity + 8;
	struct segment_meta *segments;

	if (need > MANIFEST_SEGMENTS_MAX)
		return error_set(err, STELE_E_LIMIT, "too many segments");
	if (need <= m->segment_capacity)
		return 0;
	if (capacity < need)
		capacity = need;
	segments = realloc(m->state.segments, capacity * sizeof(*segments));
	if (segments == NULL)
		return error_no_memory(err);
	m->state.segments = segments;
	m->segment_capacity = (uint32_t)capacity;
	return 0;
}

int
manifest_prepare_step(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *out, struct error *err)
{
	int rc = reserve_segments(m, step->added_count, err);

	*out = (struct prepared_step){ 0 };
	if (rc != 0)
		return rc;
	out->added = calloc((size_t)step->added_count + 1, sizeof(*out->added));
	if (out->added == NULL)
		return error_no_memory(err);
	while (out->added_count < step->added_count && rc == 0) {
		rc = segment_meta_copy(&out->added[out->added_count],
		    &step->added[out->added_count], err);
		if (rc == 0)
			out->added_count++;
	}
	if (rc == 0 && step->has_catalog) {
		out->catalog = malloc(step->catalog.len + 1);
		if (out->catalog == NULL)
			rc = error_no_memory(err);
		else if (step->catalog.len > 0)
			memcpy(out->catalog, step->catalog.data,
			    step->catalog.len);
	}
	if (rc != 0)
		manifest_prepared_release(out);
	return rc;
}

static void
apply_segments(struct manifest_state *state, const struct manifest_step *step,
    struct prepared_step *prepared)
{
	for (uint32_t i = 0; i < step->removed_count; i++) {
		uint32_t at = manifest_find(state, step->removed[i]);

		segment_meta_release(&state->segments[at]);
		state->segment_count--;
		memmove(&state->segments[at], &state->segments[at + 1],
		    (state->segment_count - at) * sizeof(*state->segments));
	}
	for (uint32_t i = 0; i < prepared->added_count; i++) {
		uint32_t at = manifest_find(state, prepared->added[i].number);

		memmove(&state->segments[at + 1], &state->segments[at],
		    (state->segment_count - at) * sizeof(*state->segments));
		state->segments[at] = prepared->added[i];
		state->segment_count++;
	}
	prepared->added_count = 0; /* taken */
}

void
manifest_apply_step(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *prepared)
{
	struct manifest_state *state = &m->state;
	union {
		const char *data;
		void *owned;
	} old = { .data = state->catalog.data };

	apply_segments(state, step, prepared);
	if (step->next_event_id != 0)
		state->next_event_id = step->next_event_id;
	if (step->next_oid != 0)
		state->next_oid = step->next_oid;
	if (step->next_segment != 0)
		state->next_segment = step->next_segment;
	if (step->wal_file != 0)
		state->wal_file = step->wal_file;
	if (step->wal_group != 0)
		state->wal_group = step->wal_group;
	if (step->wal_synced != 0)
		state->wal_synced = step->wal_synced;
	if (step->has_flushed)
		state->flushed[step->flushed_shard] = step->flushed_event_id;
	if (step->has_catalog) {
		free(old.owned);
		state->catalog = str_of(prepared->catalog, step->catalog.len);
		prepared->catalog = NULL; /* taken */
	}
	manifest_prepared_release(prepared);
}
