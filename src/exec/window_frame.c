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

/* The same for all of the partition. */
static int
read_offset(const struct window_frames *frames, uint32_t column,
    const char *which, struct datum *out, struct error *err)
{
	*out = window_value(frames->window, column, frames->partition.first);
	if (out->is_null)
		return error_set(err, STELE_E_NULL_NOT_ALLOWED,
		    "frame %s offset must not be null", which);
	return 0;
}

/* ROWS and GROUPS. */
static int
read_count(const struct window_frames *frames, uint32_t column,
    const char *which, uint64_t *out, struct error *err)
{
	struct datum value;
	int rc;

	*out = 0;
	if (column == NO_COLUMN)
		return 0;
	rc = read_offset(frames, column, which, &value, err);
	if (rc != 0)
		return rc;
	if (value.i64 < 0)
		return error_set(err, STELE_E_INVALID_WINDOW_FRAME,
		    "frame %s offset must not be negative", which);
	*out = (uint64_t)value.i64;
	return 0;
}

static int
counts_init(struct window_frames *frames, struct error *err)
{
	const struct window_columns *columns = &frames->result->columns;
	int rc = read_count(frames, columns->start_offset, "starting",
	    &frames->start_offset, err);

	return rc != 0 ? rc
		       : read_count(frames, columns->end_offset, "ending",
			     &frames->end_offset, err);
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
    const struct window_bound *bound)
{
	const struct order_key *order =
	    &frames->window->op.rel->window.order[0];
	int result = -bound->beyond;
	struct datum key;

	if (result == 0) {
		key = window_value(frames->window,
		    frames->result->columns.range_key, position);
		result = type_compare(&frame_of(frames)->range_key->type, &key,
		    &bound->value);
	}
	return order->is_descending ? -result : result;
}

static int
reach_init(struct window_frames *frames, bool is_start, bool is_following,
    struct window_reach *reach, struct error *err)
{
	const struct window_columns *columns = &frames->result->columns;
	struct window_op *window = frames->window;
	const struct order_key *order = &window->op.rel->window.order[0];
	uint32_t column =
	    is_start ? columns->start_offset : columns->end_offset;
	const struct expr *expr = is_start ? frame_of(frames)->start_offset
					   : frame_of(frames)->end_offset;
	struct datum offset;
	int rc;

	if (column == NO_COLUMN)
		return 0;
	rc = read_offset(frames, column, is_start ? "starting" : "ending",
	    &offset, err);
	if (rc != 0)
		return rc;
	*reach = (struct window_reach){
		.type = &frame_of(frames)->range_key->type,
		.zone = window->op.env->context->settings->time_zone,
		.offset =
		    datum_copy(type_phys(&expr->type), &offset, &window->arena),
		.is_minus = is_following == order->is_descending,
		.is_lower = is_start != order->is_descending,
	};
	return frames->keyed.first == frames->keyed.limit
	    ? 0
	    : window_reach_check(reach, err);
}

static int
range_init(struct window_frames *frames, struct error *err)
{
	const struct window_frame *frame = frame_of(frames);
	int rc;

	frames->keyed = without_null_keys(frames->window, frames->partition);
	rc = reach_init(frames, true, frame->start == FRAME_FOLLOWING,
	    &frames->start_reach, err);
	return rc != 0
	    ? rc
	    : reach_init(frames, false, frame->end == FRAME_FOLLOWING,
		  &frames->end_reach, err);
}

int
window_frames_init(struct window_frames *frames, struct window_op *window,
    const struct window_result *result, struct window_span partition,
    struct error *err)
{
	int rc;

	*frames = (struct window_frames){ .window = window,
		.result = result,
		.partition = partition,
		.keyed = partition,
		.err = err };
	if (frame_of(frames)->mode == FRAME_RANGE)
		return range_init(frames, err);
	rc = counts_init(frames, err);
	if (rc == 0 && frame_of(frames)->mode == FRAME_GROUPS)
		rc = groups_init(frames, err);
	return rc;
}

/* The first keyed position whose key is not before (or is behind) the bound. */
static uint32_t
search_key(const struct window_frames *frames, const struct window_bound *bound,
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

/* What fails is kept. */
static uint32_t
range_bound(struct window_frames *frames, uint32_t position, bool is_start)
{
	struct window_bound bound;
	struct datum key;

	/* a null is as far from every value: its frame is its peers */
	if (has_null_key(frames, position))
		return is_start ? window_peers_first(frames->window, position)
				: window_peers_limit(frames->window, position);
	key = window_value(frames->window, frames->result->columns.range_key,
	    position);
	arena_reset(&frames->window->bound_arena);
	if (frames->rc == 0)
		frames->rc = window_reach_bound(is_start ? &frames->start_reach
							 : &frames->end_reach,
		    &key, &frames->window->bound_arena, &bound, frames->err);
	return frames->rc != 0 ? position
			       : search_key(frames, &bound, is_start ? 0 : 1);
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
	return range_bound(frames, position, true);
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
	return range_bound(frames, position, false);
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

int
window_frames_at(struct window_frames *frames, uint32_t position,
    struct window_span *out)
{
	out->first = frame_start(frames, position);
	out->limit = frame_limit(frames, position);
	if (out->limit < out->first)
		out->limit = out->first;
	return frames->rc;
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
