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

static uint32_t
groups_back(const struct window_frames *frames, uint32_t position,
    uint64_t offset)
{
	uint32_t at = window_peers_first(frames->window, position);

	while (offset > 0 && at > frames->partition.first) {
		at = window_peers_first(frames->window, at - 1);
		offset--;
	}
	/* before the first group there is nothing */
	return offset > 0 ? UINT32_MAX : at;
}

static uint32_t
groups_forward(const struct window_frames *frames, uint32_t position,
    uint64_t offset)
{
	uint32_t at = window_peers_first(frames->window, position);

	while (offset > 0 && at < frames->partition.limit) {
		at = window_peers_limit(frames->window, at);
		offset--;
	}
	return at; /* may be the partition's end */
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
offset_start(const struct window_frames *frames, uint32_t position,
    bool is_following)
{
	uint64_t offset = frames->start_offset;
	uint32_t at;

	switch (frame_of(frames)->mode) {
	case FRAME_ROWS:
		return is_following
		    ? forward(position, offset, frames->partition.limit)
		    : back(position, offset, frames->partition.first);
	case FRAME_GROUPS:
		if (is_following)
			return groups_forward(frames, position, offset);
		at = groups_back(frames, position, offset);
		return at == UINT32_MAX ? frames->partition.first : at;
	case FRAME_RANGE:
		break;
	}
	return range_bound(frames, position,
	    frames->result->columns.start_offset, true);
}

static uint32_t
offset_limit(const struct window_frames *frames, uint32_t position,
    bool is_following)
{
	uint64_t offset = frames->end_offset;
	uint32_t at;

	switch (frame_of(frames)->mode) {
	case FRAME_ROWS:
		if (is_following)
			return forward(position + 1, offset,
			    frames->partition.limit);
		return back(position + 1, offset, frames->partition.first);
	case FRAME_GROUPS:
		at = is_following ? groups_forward(frames, position, offset)
				  : groups_back(frames, position, offset);
		if (at == UINT32_MAX)
			return frames->partition.first;
		return at == frames->partition.limit
		    ? at
		    : window_peers_limit(frames->window, at);
	case FRAME_RANGE:
		break;
	}
	return range_bound(frames, position, frames->result->columns.end_offset,
	    false);
}

static uint32_t
frame_start(const struct window_frames *frames, uint32_t position)
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
frame_limit(const struct window_frames *frames, uint32_t position)
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
window_frames_at(const struct window_frames *frames, uint32_t position)
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
