/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matches of sequences against a model that tries every combination of events,
 * and the example of doc/sequences.md.
 */
#include "exec/sequence_match.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define EVENTS_MAX 12
#define STEPS_MAX  5
#define CASES      20000

static struct error err;

struct event {
	int64_t time;
	int64_t id;
	uint32_t steps; /* a bit for each that it satisfies */
};

struct world {
	struct event events[EVENTS_MAX];
	uint32_t event_count;
	uint32_t step_count;
	bool has_within;
	int64_t within;
};

/* Positions as ids: of the events of a match; ids[0] is the entry. */
struct found {
	int64_t ids[STEPS_MAX];
};

/* ---- the model ---- */

struct model {
	const struct world *world;
	uint32_t picked[STEPS_MAX];
	uint32_t best[STEPS_MAX];
	bool has_best;
};

/* The times of the steps in order, then the ids of the steps in order. */
static bool
is_better(const struct model *m)
{
	const struct world *w = m->world;

	if (!m->has_best)
		return true;
	for (uint32_t k = 1; k < w->step_count; k++) {
		int64_t a = w->events[m->picked[k]].time;
		int64_t b = w->events[m->best[k]].time;

		if (a != b)
			return a < b;
	}
	for (uint32_t k = 1; k < w->step_count; k++) {
		int64_t a = w->events[m->picked[k]].id;
		int64_t b = w->events[m->best[k]].id;

		if (a != b)
			return a < b;
	}
	return false;
}

static void
model_try(struct model *m, uint32_t k)
{
	const struct world *w = m->world;

	if (k == w->step_count) {
		int64_t distance = w->events[m->picked[k - 1]].time -
		    w->events[m->picked[0]].time;

		if ((w->has_within && distance > w->within) || !is_better(m))
			return;
		memcpy(m->best, m->picked, sizeof(m->best));
		m->has_best = true;
		return;
	}
	for (uint32_t e = 0; e < w->event_count; e++) {
		bool is_used = false;

		for (uint32_t j = 0; j < k; j++)
			is_used |= m->picked[j] == e;
		if (is_used || (w->events[e].steps & 1u << k) == 0 ||
		    w->events[e].time < w->events[m->picked[k - 1]].time)
			continue;
		m->picked[k] = e;
		model_try(m, k + 1);
	}
}

/* Events are sorted by (time, id), hence entries are, too. */
static uint32_t
model_matches(const struct world *w, struct found *found)
{
	uint32_t count = 0;

	for (uint32_t e = 0; e < w->event_count; e++) {
		struct model m = { .world = w, .picked = { e } };

		if ((w->events[e].steps & 1) == 0)
			continue;
		model_try(&m, 1);
		if (!m.has_best)
			continue;
		for (uint32_t k = 0; k < w->step_count; k++)
			found[count].ids[k] = w->events[m.best[k]].id;
		count++;
	}
	return count;
}

/* ---- what is tested ---- */

static uint32_t
matches(const struct world *w, bool is_shared, struct found *found)
{
	int64_t times[STEPS_MAX][EVENTS_MAX];
	int64_t ids[STEPS_MAX][EVENTS_MAX];
	struct sequence_step steps[STEPS_MAX];
	uint32_t positions[SEQUENCE_STEPS_MAX];
	struct sequence_match match = { .step_count = w->step_count,
		.has_within = w->has_within,
		.within_us = (uint64_t)w->within,
		.is_shared = is_shared };
	uint32_t count = 0;

	for (uint32_t k = 0; k < w->step_count; k++) {
		uint32_t n = 0;

		for (uint32_t e = 0; e < w->event_count; e++) {
			if ((w->events[e].steps & 1u << k) == 0)
				continue;
			times[k][n] = w->events[e].time;
			ids[k][n++] = w->events[e].id;
		}
		steps[k] = (struct sequence_step){ times[k], ids[k], n };
	}
	sequence_match_begin(&match, steps);
	while (sequence_match_next(&match, positions, &err) > 0) {
		for (uint32_t k = 0; k < w->step_count; k++)
			found[count].ids[k] = ids[k][positions[k]];
		count++;
	}
	return count;
}

static uint32_t
random_below(uint64_t *state, uint32_t limit)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % limit;
}

/* Few times for many events, so that most have others beside them. */
static void
make_world(struct world *w, uint64_t seed, bool is_shared)
{
	uint64_t state = seed;
	uint32_t times = 1 + random_below(&state, 6);
	int64_t time = 0;

	memset(w, 0, sizeof(*w));
	w->step_count = 2 + random_below(&state, STEPS_MAX - 1);
	w->event_count = random_below(&state, EVENTS_MAX - 2) + 1;
	w->has_within = random_below(&state, 2) == 0;
	w->within = random_below(&state, 8);
	for (uint32_t e = 0; e < w->event_count; e++) {
		time += random_below(&state, 12) < times;
		w->events[e].time = time;
		w->events[e].id = e;
		w->events[e].steps = is_shared
		    ? random_below(&state, 1u << w->step_count)
		    : 1u << random_below(&state, w->step_count);
	}
}

static void
compare(const struct world *w, bool is_shared, uint64_t seed)
{
	struct found expected[EVENTS_MAX];
	struct found got[EVENTS_MAX];
	uint32_t expected_count = model_matches(w, expected);
	uint32_t count = matches(w, is_shared, got);

	ck_assert_msg(count == expected_count,
	    "seed %llu: %u matches, the model has %u", (unsigned long long)seed,
	    count, expected_count);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < w->step_count; k++)
			ck_assert_msg(got[i].ids[k] == expected[i].ids[k],
			    "seed %llu, match %u, step %u: event %lld, the "
			    "model has %lld",
			    (unsigned long long)seed, i, k,
			    (long long)got[i].ids[k],
			    (long long)expected[i].ids[k]);
}

START_TEST(agrees_with_the_model)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct world w;

		make_world(&w, seed, true);
		compare(&w, true, seed);
		make_world(&w, seed, false);
		compare(&w, false, seed);
		compare(&w, true, seed);
	}
}
END_TEST

/* Ten thousand events at one time: each entry finds the next by id. */
START_TEST(many_at_the_same_time)
{
	enum { COUNT = 10000 };
	int64_t *times = calloc(COUNT, sizeof(*times));
	int64_t *ids = calloc(COUNT, sizeof(*ids));
	struct sequence_step step = { times, ids, COUNT };
	const struct sequence_step steps[3] = { step, step, step };
	uint32_t positions[SEQUENCE_STEPS_MAX];
	struct sequence_match match = { .step_count = 3, .is_shared = true };
	uint32_t count = 0;

	for (uint32_t i = 0; i < COUNT; i++)
		ids[i] = i;
	sequence_match_begin(&match, steps);
	while (sequence_match_next(&match, positions, &err) > 0) {
		ck_assert_uint_eq(positions[0], count);
		ck_assert_uint_eq(positions[1], count == 0 ? 1 : 0);
		ck_assert_uint_eq(positions[2], count <= 1 ? 2 : 1);
		count++;
	}
	ck_assert_uint_eq(count, COUNT);
	free(times);
	free(ids);
}
END_TEST

/* Infinite times are no further from themselves than others. */
START_TEST(distance_does_not_overflow)
{
	const int64_t early[] = { INT64_MIN, 0, INT64_MAX };
	const int64_t late[] = { INT64_MAX, INT64_MAX, INT64_MAX };
	const int64_t ids[] = { 1, 2, 3 };
	const struct sequence_step steps[2] = { { early, ids, 3 },
		{ late, ids, 3 } };
	struct sequence_match match = { .step_count = 2,
		.has_within = true,
		.within_us = 10 };
	uint32_t positions[SEQUENCE_STEPS_MAX];

	sequence_match_begin(&match, steps);
	ck_assert_int_eq(sequence_match_next(&match, positions, &err), 1);
	ck_assert_uint_eq(positions[0], 2);
	ck_assert_int_eq(sequence_match_next(&match, positions, &err), 0);
}
END_TEST

/* Of a million entries none has a match: soon over all the same. */
START_TEST(without_matches_is_cancelled)
{
	enum { COUNT = 1000000 };
	const atomic_bool cancel = true;
	const int64_t last = COUNT, last_id = COUNT + 1;
	int64_t *times = calloc(COUNT, sizeof(*times));
	struct sequence_step steps[2] = { { times, times, COUNT },
		{ &last, &last_id, 1 } };
	uint32_t positions[SEQUENCE_STEPS_MAX];
	struct sequence_match match = { .step_count = 2,
		.has_within = true,
		.cancel = &cancel };

	for (int64_t i = 0; i < COUNT; i++)
		times[i] = i;
	sequence_match_begin(&match, steps);
	ck_assert_int_eq(sequence_match_next(&match, positions, &err),
	    STELE_E_QUERY_CANCELED);
	ck_assert_uint_lt(match.entry, 1000);
	free(times);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sequence_match");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, agrees_with_the_model);
	tcase_add_test(tcase, many_at_the_same_time);
	tcase_add_test(tcase, distance_does_not_overflow);
	tcase_add_test(tcase, without_matches_is_cancelled);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
