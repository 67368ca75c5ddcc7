/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h -- which segments of a shard are merged next, and how what comes of
 * it is cut: pure functions.
 *
 * A segment's *weight* says what it is worth and costs, in rows: its rows, or
 * its bytes if they are more than WEIGHT_BYTES a row.  A *window* is a stretch
 * of time; all have the same width, a power of two times the configured one,
 * so that the segments that are not small begin in at most WINDOWS_MAX windows.
 *
 *   small     lighter than weight_min: not worth a stretch of time of its own
 *   settled   all its times lie in one window
 *   mixed     they do not: a flush with late events, or at midnight
 *
 * Each kind is merged with its own kind only:
 *
 *   P1  Small ones, wherever their times lie, when FAN_IN of one size class (a
 *       power of FAN_IN) are there: these, and all of smaller classes.
 *   P2  Mixed ones, when FAN_IN lie over one window: those that do.
 *   P3  Settled ones of a window.  While the window takes rows: when there are
 *       FAN_IN none of which is heavier than twice the lighter ones together.
 *       When it is closed, that is when as much as it holds has been written
 *       since: when there are two, and none is heavier than ten times the
 *       lighter ones together.  So late events wait until they are a tenth of
 *       what has to be written again for them.
 *   P4  Nothing is merged that together is heavier than weight_max, or more
 *       than INPUTS_MAX.
 *   P5  When nothing is to be merged: one of which a quarter or more of the rows
 *       is past, older than the horizons of their types, is written again
 *       without them, that with most of them first.  So what is past takes no
 *       more than a quarter of the disk for long, and each row of it costs
 *       three that are written again, at most.
 *
 * What is merged is cut by windows:
 *
 *   C1  A window with weight_min or more becomes a segment of its own.
 *   C2  Windows with less are put together, in the order of time, until they
 *       have weight_min; what is left joins the last of these, or if there is
 *       none is a small segment of its own.
 *
 * So all that comes of a merge is settled, or covers, as a mixed one, windows
 * that nothing else of the same merge does; and a shard has few files, however
 * its times are spread: FAN_IN - 1 small ones of each class, FAN_IN - 1 mixed
 * ones over each window, and few in each of WINDOWS_MAX windows, or full ones.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"

struct arena;
struct segment_meta;

#define COMPACT_FAN_IN       4
#define COMPACT_INPUTS_MAX   32
#define COMPACT_WINDOWS_MAX  50
#define COMPACT_PIECE_ZONES  64       /* weight_min in zones of full length */
#define COMPACT_WEIGHT_BYTES 128      /* one row's worth */
#define COMPACT_WEIGHT_MAX   8388608u /* of a segment; bounds memory */
#define COMPACT_BATCH_BYTES  (64u << 20)
#define COMPACT_LATE_SHARE   10 /* P3: one part in so many */
#define COMPACT_LIKE_SHARE   2  /* P3: heavier by this is still alike */
#define COMPACT_PAST_SHARE   4  /* P5: one part in so many */
#define COMPACT_REST_SHARE   3  /* it rests so many times as long */
#define COMPACT_BEHIND       24 /* small segments: it rests less */
#define COMPACT_FAR_BEHIND   48 /* .. not at all */

struct compact_policy {
	int64_t window_us; /* width that was configured */
	uint64_t weight_min;
	uint64_t weight_max;
	/*
	 * What a merge reads of a type at a time, its text apart; more only if
	 * INT_BLOCK_ROWS rows of so many columns and inputs take more.
	 */
	uint64_t batch_bytes;
	/*
	 * Asked for: whatever can be merged is, without waiting for more.  Ends
	 * for sure only with one width from beginning to end, `forced_us`.
	 */
	bool is_forced;
	int64_t forced_us; /* of compact_window(), at the beginning */
};

/* The policy for zones of this many rows. */
struct compact_policy compact_policy(int64_t window_us, uint32_t zone_rows);

struct compact_segment {
	uint64_t row_count;
	uint64_t past_rows; /* of these, about */
	uint64_t size_bytes;
	int64_t time_min;
	int64_t time_max;
	uint64_t event_id_first;
	uint64_t event_id_last;
};

/* Without past rows. */
struct compact_segment compact_segment_of(const struct segment_meta *meta);

enum compact_kind {
	COMPACT_NOTHING,
	COMPACT_SMALL,
	COMPACT_MIXED,
	COMPACT_SETTLED,
	COMPACT_PAST, /* one, of any of these: P5 */
};

enum compact_kind compact_segment_kind(const struct compact_policy *policy,
    const struct compact_segment *segment, int64_t window_us);

/* "small", "mixed", "window", "past"; "" for nothing. */
const char *compact_kind_name(enum compact_kind kind);

uint64_t compact_weight(uint64_t row_count, uint64_t size_bytes);

/* The width that windows have for a shard with these segments. */
int64_t compact_window(const struct compact_policy *policy,
    const struct compact_segment *segments, uint32_t count,
    struct arena *scratch);

/* The window of a time: windows are numbered from the epoch, both ways. */
int64_t compact_window_of(int64_t time, int64_t window_us);

/* The first and the last time of the window that a time lies in. */
void compact_window_bounds(int64_t time, int64_t window_us, int64_t *first,
    int64_t *last);

struct compact_choice {
	enum compact_kind kind;              /* what is merged */
	int64_t window_us;                   /* the width by which to cut */
	uint32_t inputs[COMPACT_INPUTS_MAX]; /* indexes; P5: one, else more */
	uint32_t input_count;
};

/*
 * Choose from all segments of one shard, in any order.  `scratch` gets some
 * bytes a segment; when it fails nothing is chosen.
 */
void compact_choose(const struct compact_policy *policy,
    const struct compact_segment *segments, uint32_t count,
    struct arena *scratch, struct compact_choice *out);

/*
 * How many times as long as it works a merge rests while others are busy.  A
 * shard that keeps up has less than FAN_IN small segments of each class (P1),
 * and those that are being merged.
 */
uint32_t compact_rest_share(uint32_t small_count);

/* ---- cutting ---- */

/* Rows of one window, or of several that are taken together. */
struct compact_bin {
	int64_t window;
	uint64_t row_count;
	uint32_t piece; /* filled in */
};

/*
 * Give each bin the piece that its rows go to; bins ascend by window, all of
 * them together weigh `weight`.  Returns the number of pieces.
 */
uint32_t compact_cut(const struct compact_policy *policy,
    struct compact_bin *bins, uint32_t count, uint64_t weight);
