/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window_frame.c -- see window_private.h.
 */
#include "common/error.h"
#include "exec/window_private.h"

static const struct window_frame *
frame_of(const struct window_frames *frames)
{
	return &frames->result->call->frame;
}

static int
read_offset(const struct window_frames *frames, uint32_t column,
    const char *which, uint64_t *out, struct error *err)
{
	struct datum value;

	*out = 0;
	if (column == NO_COLUMN || frame_of(frames)->mode == FRAME_RANGE)
		return 0;
	value = window_value(frames->window, column, frames->partition.first);
	if (value.is_null)
		return error_set(err, STELE_E_NULL_NOT_ALLOWED,
		    "frame %s offset must not be null", which);
	if (value.i64 < 0)
		return error_set(err, STELE_E_INVALID_WINDOW_FRAME,
		    "frame %s offset must not be negative", which);
	*out = (uint64_t)value.i64;
	return 0;
}

/* Nulls of the first key stand together, at one end. */
static struct window_span
without_null_keys(const struct window_op *window, struct window_span span)
{
	uint32_t key = window->op.rel->window.partition_count;

	if (window->op.rel->window.order_count != 1)
		return span; /* no RANGE with an offset */
	while (span.first < span.limit &&
	    window_value(window, key, span.first).is_null)
		span.first = window_peers_limit(window, span.first);
	while (span.limit > span.first &&
	    window_value(window, key, span.limit - 1).is_null)
		span.limit = window_peers_first(window, span.limit - 1);
	return span;
}

/* ---- ROWS ---- */

static uint32_t
back(uint32_t position, uint64_t offset, uint32_t least)
{
	return offset > position - least ? least : position - (uint32_t)offset;
}

static uint32_t
forward(uint32_t position, uint64_t offset, uint32_t most)
{
	return offset > most - position ? most : position + (uint32_t)offset;
}

/* ---- GROUPS ---- */

static void
next_group(const struct window_frames *frames, struct window_group *group)
{
	if (group->missing > 0)
		group->missing--;
	else if (group->at < frames->partition.limit)
		group->at = window_peers_limit(frames->window, group->at);
}

/* The position is the partition's first. */
static int
group_init(const struct window_frames *frames, uint64_t offset,
    bool is_following, struct window_group *group, struct error *err)
{
	int rc = 0;

	*group = (struct window_group){ .own = frames->partition.first,
		.at = frames->partition.first,
		.missing = is_following ? 0 : offset };
	for (uint64_t i = 0; is_following && i < offset && rc == 0 &&
	     group->at < frames->partition.limit;
	     i++) {
		next_group(frames, group);
		rc = op_check_cancel(&frames->window->op, err);
	}
	return rc;
}

static int
groups_init(struct window_frames *frames, struct error *err)
{
	const struct window_frame *frame = frame_of(frames);
	int rc;

	rc = group_init(frames, frames->start_offset,
	    frame->start == FRAME_FOLLOWING, &frames->start_group, err);
	return rc != 0
	    ? rc
	    : group_init(frames, frames->end_offset,
		  frame->end == FRAME_FOLLOWING, &frames->end_group, err);
}

static void
group_go_to(const struct window_frames *frames, struct window_group *group,
    uint32_t position)
{
	uint32_t limit = window_peers_limit(frames->window, group->own);

	while (limit <= position) {
		group->own = limit;
		next_group(frames, group);
		limit = window_peers_limit(frames->window, group->own);
	}
}

static uint32_t
groups_start(struct window_frames *frames, uint32_t position)
{
	struct window_group *group = &frames->start_group;

	group_go_to(frames, group, position);
	return group->at;
}

/* Before the first group there is nothing. */
static uint32_t
groups_limit(struct window_frames *frames, uint32_t position)
{
	struct window_group *group = &frames->end_group;

	group_go_to(frames, group, position);
	return group->missing > 0 || group->at == frames->partition.limit
	    ? group->at
	    : window_peers_limit(frames->window, group->at);
}

/* ---- RANGE with an offset ---- */

/* How the key at a position compares with a bound, in the window's order. */
static int
compare_key(const struct window_frames *frames, uint32_t position,
    const struct datum *bound)
{
	const struct order_key *order =
	    &frames->window->op.rel->window.order[0];
	struct datum key = window_value(frames->window,
	    frames->result->columns.range_key, position);
	int result =
	    type_compare(&frame_of(frames)->range_key->type, &key, bound);

	return order->is_descending ? -result : result;
}

/*
 * An offset of RANGE that is null or negative: then the moved key is null, or
 * on the wrong side of the key.
 */
static int
check_range_offset(const struct window_frames *frames, uint32_t column,
    bool is_following, const char *which, struct error *err)
{
	for (uint32_t i = frames->keyed.first;
	     column != NO_COLUMN && i < frames->keyed.limit; i++) {
		struct datum bound = window_value(frames->window, column, i);
		int side;

		if (bound.is_null)
			return error_set(err, STELE_E_NULL_NOT_ALLOWED,
			    "frame %s offset must not be null", which);
		side = compare_key(frames, i, &bound);
		if (is_following ? side > 0 : side < 0)
			return error_set(err, STELE_E_INVALID_WINDOW_FRAME,
			    "invalid preceding or following size in window"
			    " function");
	}
	return 0;
}

int
window_frames_init(struct window_frames *frames, struct window_op *window,
    const struct window_result *result, struct window_span partition,
    struct error *err)
{
	int rc;

	*frames = (struct window_frames){ .window = window,
		.bound_arena = &window->bound_arena,
		.result = result,
		.partition = partition,
		.keyed = partition };
	rc = read_offset(frames, result->columns.start_offset, "starting",
	    &frames->start_offset, err);
	if (rc == 0)
		rc = read_offset(frames, result->columns.end_offset, "ending",
		    &frames->end_offset, err);
	if (rc == 0 && frame_of(frames)->mode == FRAME_GROUPS)
		rc = groups_init(frames, err);
	if (rc != 0 || frame_of(frames)->mode != FRAME_RANGE)
		return rc;
	frames->keyed = without_null_keys(window, partition);
	rc = check_range_offset(frames, result->columns.start_offset,
	    frame_of(frames)->start == FRAME_FOLLOWING, "starting", err);
	return rc != 0
	    ? rc
	    : check_range_offset(frames, result->columns.end_offset,
		  frame_of(frames)->end == FRAME_FOLLOWING, "ending", err);
}

/* The first keyed position whose key is not before (or is behind) the bound. */
static uint32_t
search_key(const struct window_frames *frames, const struct datum *bound,
    int least)
{
	uint32_t low = frames->keyed.first;
	uint32_t high = frames->keyed.limit;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_key(frames, middle, bound) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_null_key(const struct window_frames *frames, uint32_t position)
{
	return position < frames->keyed.first ||
	    position >= frames->keyed.limit;
}

static uint32_t
range_bound(const struct window_frames *frames, uint32_t position,
    uint32_t column, bool is_start)
{
	struct datum bound;

	/* a null is as far from every value: its frame is its peers */
	if (has_null_key(frames, position))
		return is_start ? window_peers_first(frames->window, position)
				: window_peers_limit(frames->window, position);
	bound = window_value(frames->window, column, position);
	arena_reset(frames->bound_arena);
	bound = datum_copy(type_phys(&frame_of(frames)->range_key->type),
	    &bound, frames->bound_arena);
	return search_key(frames, &bound, is_start ? 0 : 1);
}

/* ---- both ends ---- */

static uint32_t
offset_start(struct window_frames *frames, uint32_t position, bool is_following)
{
	uint64_t offset = frames->start_offset;

	switch (frame_of(frames)->mode) {
	case FRAME_ROWS:
		return is_following
		    ? forward(position, offset, frames->partition.limit)
		    : back(position, offset, frames->partition.first);
	case FRAME_GROUPS:
		return groups_start(frames, position);
	case FRAME_RANGE:
		break;
	}
	return range_bound(frames, position,
	    frames->result->columns.start_offset, true);
}

static uint32_t
offset_limit(struct window_frames *frames, uint32_t position, bool is_following)
{
	uint64_t offset = frames->end_offset;

	switch (frame_of(frames)->mode) {
	case FRAME_ROWS:
		if (is_following)
			return forward(position + 1, offset,
			    frames->partition.limit);
		return back(position + 1, offset, frames->partition.first);
	case FRAME_GROUPS:
		return groups_limit(frames, position);
	case FRAME_RANGE:
		break;
	}
	return range_bound(frames, position, frames->result->columns.end_offset,
	    false);
}

static uint32_t
frame_start(struct window_frames *frames, uint32_t position)
{
	const struct window_frame *frame = frame_of(frames);

	switch (frame->start) {
	case FRAME_UNBOUNDED_PRECEDING:
		return frames->partition.first;
	case FRAME_PRECEDING:
		return offset_start(frames, position, false);
	case FRAME_CURRENT_ROW:
		return frame->mode == FRAME_ROWS
		    ? position
		    : window_peers_first(frames->window, position);
	case FRAME_FOLLOWING:
		return offset_start(frames, position, true);
	case FRAME_UNBOUNDED_FOLLOWING:
		break;
	}
	return frames->partition.limit;
}

static uint32_t
frame_limit(struct window_frames *frames, uint32_t position)
{
	const struct window_frame *frame = frame_of(frames);

	switch (frame->end) {
	case FRAME_UNBOUNDED_PRECEDING:
		break;
	case FRAME_PRECEDING:
		return offset_limit(frames, position, false);
	case FRAME_CURRENT_ROW:
		return frame->mode == FRAME_ROWS
		    ? position + 1
		    : window_peers_limit(frames->window, position);
	case FRAME_FOLLOWING:
		return offset_limit(frames, position, true);
	case FRAME_UNBOUNDED_FOLLOWING:
		return frames->partition.limit;
	}
	return frames->partition.first;
}

struct window_span
window_frames_at(struct window_frames *frames, uint32_t position)
{
	struct window_span span = { frame_start(frames, position),
		frame_limit(frames, position) };

	if (span.limit < span.first)
		span.limit = span.first;
	return span;
}

static bool
are_peers(const struct window_op *window, uint32_t position, uint32_t other)
{
	return other >= window_peers_first(window, position) &&
	    other < window_peers_limit(window, position);
}

bool
window_is_excluded(const struct window_frames *frames, uint32_t position,
    uint32_t other)
{
	switch (frame_of(frames)->exclude) {
	case FRAME_EXCLUDE_NONE:
		return false;
	case FRAME_EXCLUDE_CURRENT_ROW:
		return other == position;
	case FRAME_EXCLUDE_GROUP:
		return are_peers(frames->window, position, other);
	case FRAME_EXCLUDE_TIES:
		return other != position &&
		    are_peers(frames->window, position, other);
	}
	return false;
}
