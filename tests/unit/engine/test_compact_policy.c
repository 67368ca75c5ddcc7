/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is merged when, rule by rule, and how it is cut; then a year of flushes
 * with late and hostile times, merged as the policy says: what is written and
 * how many files there are stays bounded.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/hash.h"
#include "engine/compact/policy.h"

#define DAY_US  INT64_C(86400000000)
#define HOUR_US (DAY_US / 24)
#define MIN     524288u /* weight_min of zones of 8192 rows */
#define ZONES   8192u

static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

/* ---- choosing, by tables ---- */

/* Segments are written down as rows, first and last day; ids go on by ten. */
struct row {
	uint64_t rows;
	int first_day;
	int last_day;
};

#define CASE_ROWS 16

static const struct {
	const char *what;
	struct row rows[CASE_ROWS];
	bool is_forced;
	enum compact_kind kind;
	const char *inputs; /* as letters, a is the first row */
} choice_case[] = {
	{ "nothing", { { 0 } }, false, COMPACT_NOTHING, "" },
	{ "one", { { 10, 1, 1 } }, true, COMPACT_NOTHING, "" },
	{ "three small ones wait", { { 10, 1, 1 }, { 11, 1, 1 }, { 12, 2, 2 } },
	    false, COMPACT_NOTHING, "" },
	{ "four do not, wherever they lie",
	    { { 10, 1, 1 }, { 11, 9, 9 }, { 12, 2, 700 }, { 13, 5, 5 } }, false,
	    COMPACT_SMALL, "abcd" },
	{ "of different classes they do",
	    { { 10, 1, 1 }, { 11, 1, 1 }, { 12, 2, 2 }, { 16, 1, 1 } }, false,
	    COMPACT_NOTHING, "" },
	{ "the smaller ones come along, the larger do not",
	    { { 3, 1, 1 }, { 20, 1, 1 }, { 21, 1, 1 }, { 70, 1, 1 },
		{ 22, 1, 1 }, { 23, 1, 1 } },
	    false, COMPACT_SMALL, "abcef" },
	{ "asked for, two of any class", { { 10, 1, 1 }, { 100000, 1, 1 } },
	    true, COMPACT_SMALL, "ab" },
	{ "small and others do not meet",
	    { { MIN - 1, 1, 1 }, { MIN, 1, 1 }, { MIN, 2, 9 } }, true,
	    COMPACT_NOTHING, "" },
	{ "three mixed ones wait",
	    { { MIN, 1, 2 }, { MIN, 2, 3 }, { MIN, 1, 5 } }, false,
	    COMPACT_NOTHING, "" },
	{ "four over one window do not; what lies beside stays",
	    { { MIN, 1, 3 }, { MIN, 2, 3 }, { MIN, 3, 5 }, { MIN, 4, 9 },
		{ MIN, -9, 9 } },
	    false, COMPACT_MIXED, "abce" },
	{ "four one after the other do",
	    { { MIN, 1, 2 }, { MIN, 3, 4 }, { MIN, 5, 6 }, { MIN, 7, 8 } },
	    false, COMPACT_NOTHING, "" },
	{ "they only touch, but that is a window",
	    { { MIN, 1, 4 }, { MIN, 4, 5 }, { MIN, 4, 8 }, { MIN, 2, 4 } },
	    false, COMPACT_MIXED, "abcd" },
	{ "asked for, two over one window",
	    { { MIN, 1, 2 }, { MIN, 2, 3 }, { MIN, 4, 5 } }, true,
	    COMPACT_MIXED, "ab" },
	{ "the lightest first, as many as may be",
	    { { 9 * MIN, 1, 2 }, { 4 * MIN, 1, 2 }, { 7 * MIN, 1, 2 },
		{ 5 * MIN, 1, 2 }, { 8 * MIN, 1, 2 } },
	    false, COMPACT_MIXED, "bcd" },
	{ "full ones are not counted",
	    { { 9 * MIN, 1, 2 }, { 9 * MIN, 1, 2 }, { 9 * MIN, 1, 2 },
		{ 9 * MIN, 1, 2 } },
	    true, COMPACT_NOTHING, "" },
	{ "nor do they hide others",
	    { { 9 * MIN, 1, 2 }, { 9 * MIN, 1, 2 }, { 9 * MIN, 1, 2 },
		{ MIN, 8, 9 }, { MIN, 8, 9 } },
	    true, COMPACT_MIXED, "de" },
	{ "three alike in an open window wait",
	    { { MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 1, 1 } }, false,
	    COMPACT_NOTHING, "" },
	{ "four do not",
	    { { MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 2, 2 }, { MIN, 1, 1 },
		{ MIN, 1, 1 } },
	    false, COMPACT_SETTLED, "abde" },
	{ "a heavier one that is like them together comes along",
	    { { 4 * MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 1, 1 },
		{ MIN, 1, 1 } },
	    false, COMPACT_SETTLED, "abcde" },
	{ "one that is not stays",
	    { { 9 * MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 1, 1 }, { MIN, 1, 1 },
		{ MIN, 1, 1 } },
	    false, COMPACT_SETTLED, "bcde" },
	{ "windows do not meet",
	    { { MIN, 1, 1 }, { MIN, 2, 2 }, { MIN, 3, 3 }, { MIN, 4, 4 } },
	    true, COMPACT_NOTHING, "" },
	{ "two in a closed window",
	    { { MIN, 1, 1 }, { 2 * MIN, 1, 1 }, { 3 * MIN, 2, 2 } }, false,
	    COMPACT_SETTLED, "ab" },
	{ "not before as much was written",
	    { { MIN, 1, 1 }, { 2 * MIN, 1, 1 }, { 3 * MIN - 1, 2, 2 } }, false,
	    COMPACT_NOTHING, "" },
	{ "nor if the last came late",
	    { { MIN, 1, 1 }, { 3 * MIN, 2, 2 }, { 2 * MIN, 1, 1 } }, false,
	    COMPACT_NOTHING, "" },
	{ "late ones wait until they are a tenth",
	    { { 10 * MIN + 1, 1, 1 }, { MIN, 1, 1 }, { 12 * MIN, 2, 2 } },
	    false, COMPACT_NOTHING, "" },
	{ "then the window is written again",
	    { { 10 * MIN, 1, 1 }, { MIN, 1, 1 }, { 12 * MIN, 2, 2 } }, false,
	    COMPACT_SETTLED, "ab" },
	{ "what would be too heavy stays",
	    { { 15 * MIN, 1, 1 }, { 2 * MIN, 1, 1 }, { 17 * MIN, 2, 2 } }, true,
	    COMPACT_NOTHING, "" },
	{ "days before the epoch are windows as well",
	    { { MIN, -1, -1 }, { MIN, 0, 0 }, { MIN, -1, -1 } }, true,
	    COMPACT_SETTLED, "ac" },
};

static struct compact_segment
segment_of(const struct row *row, uint32_t i)
{
	return (struct compact_segment){
		.row_count = row->rows,
		.time_min = row->first_day * DAY_US,
		.time_max = row->last_day * DAY_US + HOUR_US,
		.event_id_first = 10 * i + 1,
		.event_id_last = 10 * i + 9,
	};
}

static int
compare_letters(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

START_TEST(chooses)
{
	struct compact_policy policy = compact_policy(DAY_US, ZONES);
	struct compact_segment segments[CASE_ROWS];
	char inputs[COMPACT_INPUTS_MAX + 1] = "";
	struct compact_choice choice;
	uint32_t count = 0;

	ck_assert_uint_eq(policy.weight_min, MIN);
	ck_assert_uint_eq(policy.weight_max, 16 * MIN);
	policy.is_forced = choice_case[_i].is_forced;
	policy.forced_us = DAY_US;
	while (choice_case[_i].rows[count].rows > 0) {
		segments[count] =
		    segment_of(&choice_case[_i].rows[count], count);
		count++;
	}
	compact_choose(&policy, segments, count, &arena, &choice);
	for (uint32_t i = 0; i < choice.input_count; i++)
		inputs[i] = (char)('a' + (int)choice.inputs[i]);
	qsort(inputs, choice.input_count, 1, compare_letters);
	ck_assert_msg(choice.kind == choice_case[_i].kind &&
		strcmp(inputs, choice_case[_i].inputs) == 0,
	    "%s: kind %d, \"%s\"", choice_case[_i].what, choice.kind, inputs);
}
END_TEST

/* Segments of day 1, and how many of their rows are past. */
static const struct {
	const char *what;
	uint64_t rows[5];
	uint64_t past[5];
	bool is_forced;
	enum compact_kind kind;
	uint32_t input;
} past_case[] = {
	{ "a quarter", { 9, 16 }, { 0, 4 }, false, COMPACT_PAST, 1 },
	{ "of one alone", { 16 }, { 4 }, false, COMPACT_PAST, 0 },
	{ "less waits", { 9, 17 }, { 0, 4 }, false, COMPACT_NOTHING, 0 },
	{ "unless it is asked for", { 9 * MIN }, { 1 }, true, COMPACT_PAST, 0 },
	{ "but not for none", { 9 * MIN }, { 0 }, true, COMPACT_NOTHING, 0 },
	{ "the most first", { 9, 9 * MIN, MIN }, { 9, 3 * MIN, MIN }, false,
	    COMPACT_PAST, 1 },
	{ "merges leave it out anyway", { 10, 11, 12, 13 }, { 0, 11 }, false,
	    COMPACT_SMALL, 0 },
};

START_TEST(chooses_what_is_past)
{
	struct compact_policy policy = compact_policy(DAY_US, ZONES);
	struct compact_segment segments[5];
	struct compact_choice choice;
	uint32_t count = 0;

	policy.is_forced = past_case[_i].is_forced;
	policy.forced_us = DAY_US;
	for (; past_case[_i].rows[count] > 0; count++) {
		const struct row row = { past_case[_i].rows[count], 1, 1 };

		segments[count] = segment_of(&row, count);
		segments[count].past_rows = past_case[_i].past[count];
	}
	compact_choose(&policy, segments, count, &arena, &choice);
	ck_assert_msg(choice.kind == past_case[_i].kind &&
		(choice.kind == COMPACT_NOTHING ||
		    choice.inputs[0] == past_case[_i].input),
	    "%s: kind %d", past_case[_i].what, choice.kind);
	if (choice.kind == COMPACT_PAST)
		ck_assert_uint_eq(choice.input_count, 1);
}
END_TEST

START_TEST(who_is_behind_rests_less)
{
	uint32_t last = COMPACT_REST_SHARE;

	ck_assert_uint_eq(compact_rest_share(0), COMPACT_REST_SHARE);
	/* As many as wait of all classes of flushes that are not tiny. */
	ck_assert_uint_eq(compact_rest_share(5 * COMPACT_FAN_IN),
	    COMPACT_REST_SHARE);
	for (uint32_t small = 0; small < 100; small++) {
		ck_assert_uint_le(compact_rest_share(small), last);
		last = compact_rest_share(small);
	}
	ck_assert_uint_eq(last, 0);
}
END_TEST

/* More than 50 windows: they get wider, until there are 50 at most. */
START_TEST(windows_widen)
{
	const struct compact_policy policy = compact_policy(DAY_US, ZONES);
	struct compact_segment segments[200];

	for (uint32_t i = 0; i < ARRAY_LEN(segments); i++)
		segments[i] =
		    segment_of(&(struct row){ MIN, (int)i, (int)i }, i);
	ck_assert_int_eq(compact_window(&policy, segments, 50, &arena), DAY_US);
	ck_assert_int_eq(compact_window(&policy, segments, 51, &arena),
	    2 * DAY_US);
	ck_assert_int_eq(compact_window(&policy, segments, 100, &arena),
	    2 * DAY_US);
	ck_assert_int_eq(compact_window(&policy, segments, 101, &arena),
	    4 * DAY_US);
	ck_assert_int_eq(compact_window(&policy, segments, 200, &arena),
	    4 * DAY_US);
	/* Small ones have no windows. */
	for (uint32_t i = 0; i < 190; i++)
		segments[i].row_count = MIN - 1;
	ck_assert_int_eq(compact_window(&policy, segments, 200, &arena),
	    DAY_US);
	/* Any times: the widest window holds half of all there are. */
	for (uint32_t i = 0; i < 200; i++) {
		segments[i].row_count = MIN;
		segments[i].time_min = ((int64_t)i - 100) * (INT64_MAX / 100);
		segments[i].time_max = INT64_MAX;
	}
	ck_assert_int_gt(compact_window(&policy, segments, 200, &arena),
	    INT64_MAX / 100);
}
END_TEST

START_TEST(bytes_weigh_too)
{
	ck_assert_uint_eq(compact_weight(1000, 127 * 1000), 1000);
	ck_assert_uint_eq(compact_weight(1000, 256 * 1000), 2000);
}
END_TEST

/* ---- cutting, by tables ---- */

static const struct {
	const char *what;
	uint64_t rows[10];   /* of consecutive days, ends with 0 */
	uint64_t row_weight; /* of each */
	const char *pieces;  /* of each day, as letters */
} cut_case[] = {
	{ "one window", { 5 }, 1, "a" },
	{ "no window is worth a segment", { 5, 7, 9 }, 1, "aaa" },
	{ "one is", { 5, MIN, 9 }, 1, "aba" },
	{ "each is", { MIN, MIN, 2 * MIN }, 1, "abc" },
	{ "small ones together are", { MIN / 2, MIN / 2, MIN / 2, MIN / 2 }, 1,
	    "aabb" },
	{ "what is left joins the last",
	    { MIN / 2, MIN / 2, MIN / 2, MIN / 2, MIN / 2 }, 1, "aabbb" },
	{ "over those that stand alone",
	    { MIN / 2, MIN, MIN / 2, 2 * MIN, MIN / 2, MIN }, 1, "abacad" },
	{ "or stays alone", { MIN, 1, MIN, 1 }, 1, "abcb" },
	{ "heavy rows", { MIN / 8, 1, MIN / 8, 1 }, 8, "abcb" },
	{ "one heavier than a segment", { 1, 1 }, 2 * MIN, "ab" },
};

START_TEST(cuts)
{
	const struct compact_policy policy = compact_policy(DAY_US, ZONES);
	struct compact_bin bins[10];
	char pieces[11] = "";
	uint64_t weight = 0;
	uint32_t count = 0, piece_count, greatest = 0;

	for (; cut_case[_i].rows[count] > 0; count++) {
		bins[count] = (struct compact_bin){
			.window = (int64_t)count - 3,
			.row_count = cut_case[_i].rows[count],
		};
		weight += bins[count].row_count * cut_case[_i].row_weight;
	}
	piece_count = compact_cut(&policy, bins, count, weight);
	for (uint32_t i = 0; i < count; i++) {
		pieces[i] = (char)('a' + (int)bins[i].piece);
		if (bins[i].piece > greatest)
			greatest = bins[i].piece;
	}
	ck_assert_msg(strcmp(pieces, cut_case[_i].pieces) == 0, "%s: \"%s\"",
	    cut_case[_i].what, pieces);
	ck_assert_uint_eq(piece_count, greatest + 1);
}
END_TEST

/* ---- a year ---- */

/* Rows by day. */
struct day {
	int64_t day;
	uint64_t rows;
};

struct file {
	struct day *days; /* ascending; owned */
	uint32_t day_count;
	uint64_t rows;
	uint64_t first, last; /* event_ids */
};

#define FILES_MAX 4096

struct year {
	struct compact_policy policy;
	struct file files[FILES_MAX];
	uint32_t file_count;
	uint64_t random;
	uint64_t next_event_id;
	uint64_t rows_flushed;
	uint64_t rows_written; /* by flushes and merges */
	uint64_t merges;
	uint32_t files_max;
	uint64_t heaviest;
};

static uint64_t
draw(struct year *year, uint64_t limit)
{
	return hash_u64(++year->random) % limit;
}

static int
compare_days(const void *a, const void *b)
{
	const struct day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

/* Sort, and one entry a day. */
static void
file_tidy(struct file *file)
{
	uint32_t kept = 0;

	qsort(file->days, file->day_count, sizeof(*file->days), compare_days);
	file->rows = 0;
	for (uint32_t i = 0; i < file->day_count; i++) {
		file->rows += file->days[i].rows;
		if (kept > 0 && file->days[kept - 1].day == file->days[i].day)
			file->days[kept - 1].rows += file->days[i].rows;
		else
			file->days[kept++] = file->days[i];
	}
	file->day_count = kept;
}

static void
file_add(struct file *file, int64_t day, uint64_t rows)
{
	if ((file->day_count & (file->day_count - 1)) == 0) {
		uint32_t room = file->day_count == 0 ? 1 : 2 * file->day_count;

		file->days = realloc(file->days, room * sizeof(*file->days));
		ck_assert_ptr_nonnull(file->days);
	}
	if (rows > 0)
		file->days[file->day_count++] = (struct day){ day, rows };
}

static struct file *
new_file(struct year *year)
{
	struct file *file;

	ck_assert_uint_lt(year->file_count, FILES_MAX);
	file = &year->files[year->file_count++];
	*file = (struct file){ .first = UINT64_MAX };
	return file;
}

static struct compact_segment
file_segment(const struct file *file)
{
	return (struct compact_segment){
		.row_count = file->rows,
		.size_bytes = 15 * file->rows,
		.time_min = file->days[0].day * DAY_US,
		.time_max = file->days[file->day_count - 1].day * DAY_US,
		.event_id_first = file->first,
		.event_id_last = file->last,
	};
}

static void
drop_file(struct year *year, uint32_t i)
{
	free(year->files[i].days);
	year->files[i] = year->files[--year->file_count];
}

static int
compare_down(const void *a, const void *b)
{
	return (int)*(const uint32_t *)b - (int)*(const uint32_t *)a;
}

/* Rows of all inputs by window; at most as many as days. */
static struct compact_bin *
bins_of(const struct file *all, int64_t width, uint32_t *count)
{
	struct compact_bin *bins = calloc(all->day_count, sizeof(*bins));

	*count = 0;
	for (uint32_t i = 0; i < all->day_count; i++) {
		int64_t window =
		    compact_window_of(all->days[i].day * DAY_US, width);

		if (*count == 0 || bins[*count - 1].window != window)
			bins[(*count)++].window = window;
		bins[*count - 1].row_count += all->days[i].rows;
	}
	return bins;
}

static void
merge(struct year *year, struct compact_choice *choice)
{
	struct file all = { .first = UINT64_MAX };
	struct compact_bin *bins;
	uint32_t bin_count, piece_count, bin = 0, base;

	for (uint32_t i = 0; i < choice->input_count; i++) {
		const struct file *file = &year->files[choice->inputs[i]];

		for (uint32_t d = 0; d < file->day_count; d++)
			file_add(&all, file->days[d].day, file->days[d].rows);
		all.first = file->first < all.first ? file->first : all.first;
		all.last = file->last > all.last ? file->last : all.last;
	}
	file_tidy(&all);
	bins = bins_of(&all, choice->window_us, &bin_count);
	piece_count = compact_cut(&year->policy, bins, bin_count,
	    compact_weight(all.rows, 15 * all.rows));
	qsort(choice->inputs, choice->input_count, sizeof(choice->inputs[0]),
	    compare_down);
	for (uint32_t i = 0; i < choice->input_count; i++)
		drop_file(year, choice->inputs[i]);
	base = year->file_count;
	for (uint32_t p = 0; p < piece_count; p++) {
		struct file *file = new_file(year);

		file->first = all.first;
		file->last = all.last;
	}
	for (uint32_t d = 0; d < all.day_count; d++) {
		int64_t window = compact_window_of(all.days[d].day * DAY_US,
		    choice->window_us);

		while (bins[bin].window != window)
			bin++;
		file_add(&year->files[base + bins[bin].piece], all.days[d].day,
		    all.days[d].rows);
	}
	for (uint32_t p = 0; p < piece_count; p++) {
		file_tidy(&year->files[base + p]);
		if (year->files[base + p].rows > year->heaviest)
			year->heaviest = year->files[base + p].rows;
	}
	year->rows_written += all.rows;
	year->merges++;
	free(bins);
	free(all.days);
}

static struct compact_segment segments[FILES_MAX];

static void
list_segments(const struct year *year)
{
	for (uint32_t i = 0; i < year->file_count; i++)
		segments[i] = file_segment(&year->files[i]);
}

static void
compact(struct year *year)
{
	struct compact_choice choice;

	for (;;) {
		list_segments(year);
		arena_reset(&arena);
		compact_choose(&year->policy, segments, year->file_count,
		    &arena, &choice);
		if (choice.kind == COMPACT_NOTHING)
			return;
		merge(year, &choice);
	}
}

static void
flush(struct year *year, struct file *file)
{
	file_tidy(file);
	file->first = year->next_event_id;
	year->next_event_id += file->rows;
	file->last = year->next_event_id - 1;
	year->rows_flushed += file->rows;
	year->rows_written += file->rows;
	compact(year);
	if (year->file_count > year->files_max)
		year->files_max = year->file_count;
}

/* Spread rows over a range of days, one by one. */
static void
scatter(struct year *year, struct file *file, uint64_t rows, int64_t first,
    uint64_t days)
{
	for (uint64_t i = 0; i < rows; i++)
		file_add(file, first + (int64_t)draw(year, days), 1);
}

/* What a day is made of; `rows` a flush. */
static void
in_order(struct year *year UNUSED, struct file *file, int64_t day,
    uint64_t rows)
{
	file_add(file, day, rows);
}

/* One in a hundred is up to a month late. */
static void
some_late(struct year *year, struct file *file, int64_t day, uint64_t rows)
{
	uint64_t late = rows / 100;

	file_add(file, day, rows - late);
	for (uint64_t i = 0; i < 30; i++)
		file_add(file, day - (int64_t)draw(year, 30), late / 30);
}

/* A few are anywhere in the time that there is, in every flush. */
static void
some_hostile(struct year *year, struct file *file, int64_t day, uint64_t rows)
{
	file_add(file, day, rows - 100);
	scatter(year, file, 100, -500000, 100000000);
}

/* All are anywhere in a century, in lumps, as a draw a row takes long. */
static void
all_hostile(struct year *year, struct file *file, int64_t day UNUSED,
    uint64_t rows)
{
	for (int i = 0; i < 400; i++)
		file_add(file, (int64_t)draw(year, 36500), rows / 400);
}

/* The past is loaded, the last day first. */
static void
backwards(struct year *year UNUSED, struct file *file, int64_t day,
    uint64_t rows)
{
	file_add(file, -day, rows);
}

/* While the present goes on, the years before it are loaded in order. */
static void
backfill(struct year *year UNUSED, struct file *file, int64_t day,
    uint64_t rows)
{
	file_add(file, day, rows / 2);
	file_add(file, day - 1000, rows / 2);
}

/* Every day of a month gets some, all the time: all is late. */
static void
round_and_round(struct year *year, struct file *file, int64_t day,
    uint64_t rows)
{
	for (uint64_t i = 0; i < 30; i++)
		file_add(file, (day / 30) * 30 + (int64_t)i, rows / 30);
	(void)year;
}

static void
one_instant(struct year *year UNUSED, struct file *file, int64_t day UNUSED,
    uint64_t rows)
{
	file_add(file, 0, rows);
}

/* Two days in one flush, as around midnight, of which one is later full. */
static void
astride(struct year *year UNUSED, struct file *file, int64_t day, uint64_t rows)
{
	file_add(file, day, rows / 2);
	file_add(file, day + 1, rows / 2);
}

static const struct {
	const char *what;
	void (*fill)(struct year *year, struct file *file, int64_t day,
	    uint64_t rows);
	uint64_t flushes; /* a day */
	uint64_t rows;    /* a flush */
	uint32_t days;
	double writes_max;  /* rows written for each that was flushed */
	uint32_t files_max; /* full ones alone would be rows / weight_max */
} year_case[] = {
	{ "in order", in_order, 12, 600000, 365, 3.5, 430 },
	{ "in order, little", in_order, 24, 400, 365, 7.5, 24 },
	{ "in order, tiny", in_order, 24, 3, 365, 7.5, 24 },
	{ "in order, two a day", in_order, 2, 600000, 730, 3.6, 170 },
	{ "some late", some_late, 12, 600000, 365, 4.0, 520 },
	{ "some late, little", some_late, 24, 3000, 365, 7.0, 60 },
	{ "some hostile", some_hostile, 12, 600000, 365, 3.5, 430 },
	{ "some hostile, little", some_hostile, 24, 400, 200, 7.5, 24 },
	{ "all hostile", all_hostile, 4, 600000, 365, 12.5, 220 },
	{ "all hostile, little", all_hostile, 24, 12000, 90, 11.0, 60 },
	{ "backwards", backwards, 12, 600000, 365, 3.5, 430 },
	{ "backfill", backfill, 12, 600000, 365, 3.5, 560 },
	{ "round and round", round_and_round, 12, 600000, 365, 6.0, 450 },
	{ "one instant", one_instant, 12, 600000, 365, 3.5, 430 },
	{ "astride", astride, 12, 600000, 365, 3.6, 430 },
};

START_TEST(a_year_is_bounded)
{
	struct year *year = calloc(1, sizeof(*year));
	uint32_t before;
	double writes;

	year->policy = compact_policy(DAY_US, ZONES);
	year->next_event_id = 1;
	for (uint32_t day = 0; day < year_case[_i].days; day++)
		for (uint64_t i = 0; i < year_case[_i].flushes; i++) {
			struct file *file = new_file(year);

			year_case[_i].fill(year, file, day, year_case[_i].rows);
			flush(year, file);
		}
	writes = (double)year->rows_written / (double)year->rows_flushed;
	before = year->file_count;
	/* Asked for: it ends, and leaves no more files than there were. */
	list_segments(year);
	year->policy.forced_us =
	    compact_window(&year->policy, segments, year->file_count, &arena);
	year->policy.is_forced = true;
	compact(year);
	printf("%-22s %4.0fM rows: %.2f written each, %u files at most, %u "
	       "at the end, %u when forced, heaviest %.1fM\n",
	    year_case[_i].what, (double)year->rows_flushed / 1e6, writes,
	    year->files_max, before, year->file_count,
	    (double)year->heaviest / 1e6);
	ck_assert_uint_le(year->heaviest, year->policy.weight_max);
	ck_assert_uint_le(year->file_count, before);
	ck_assert_uint_le(year->files_max, year_case[_i].files_max);
	ck_assert_msg(writes <= year_case[_i].writes_max, "%.2f", writes);
	while (year->file_count > 0)
		drop_file(year, 0);
	free(year);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compact_policy");
	TCase *tcase = tcase_create("compact_policy");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, chooses, 0, ARRAY_LEN(choice_case));
	tcase_add_loop_test(tcase, chooses_what_is_past, 0,
	    ARRAY_LEN(past_case));
	tcase_add_test(tcase, who_is_behind_rests_less);
	tcase_add_test(tcase, windows_widen);
	tcase_add_test(tcase, bytes_weigh_too);
	tcase_add_loop_test(tcase, cuts, 0, ARRAY_LEN(cut_case));
	tcase_add_loop_test(tcase, a_year_is_bounded, 0, ARRAY_LEN(year_case));
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
