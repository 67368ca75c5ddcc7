/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of granules come back as they were, dense or thin; pages that are
 * damaged or cut give no granule that does not exist.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/hash.h"
#include "engine/segment/context_index.h"

#define CONTEXTS 300
#define GRANULES 5000

static struct buf buf;
static uint64_t seed;
static uint32_t starts[CONTEXTS + 1];
static uint32_t granules[CONTEXTS * GRANULES];

static uint64_t
draw(void)
{
	return hash_u64(++seed);
}

/* Of context i, one granule of how many. */
static uint32_t
thinness(uint32_t i)
{
	static const uint32_t of[] = { 1, 2, 3, 40, 700, GRANULES };

	return of[i % ARRAY_LEN(of)];
}

static void
make_lists(uint32_t granule_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < CONTEXTS; i++) {
		starts[i] = count;
		for (uint32_t g = 0; g < granule_count; g++)
			if (draw() % thinness(i) == 0)
				granules[count++] = g;
		if (count == starts[i]) /* every context has one */
			granules[count++] = (uint32_t)(draw() % granule_count);
	}
	starts[CONTEXTS] = count;
}

static const uint32_t granule_counts[] = { 1, 2, 63, GRANULES };

START_TEST(lists_come_back)
{
	uint32_t granule_count = granule_counts[_i];
	static uint32_t out[GRANULES];
	struct index_page page;

	make_lists(granule_count);
	index_put_page(&buf, starts, granules, CONTEXTS, granule_count);
	ck_assert(!buf.failed);
	ck_assert(index_page_open(buf.data, buf.len, CONTEXTS, &page));
	for (uint32_t i = 0; i < CONTEXTS; i++) {
		uint32_t count = starts[i + 1] - starts[i];

		ck_assert_uint_eq(index_list_count(&page, i), count);
		ck_assert(index_list_get(&page, i, granule_count, out));
		ck_assert_mem_eq(out, granules + starts[i],
		    count * sizeof(*out));
	}
	ck_assert(!index_page_open(buf.data, buf.len, CONTEXTS - 1, &page));
}
END_TEST

/* Near what such lists have to take: their entropy. */
START_TEST(lists_are_small)
{
	uint32_t count = 0;

	/* One of a hundred: 8.1 bits each. */
	for (uint32_t i = 0; i < CONTEXTS; i++) {
		starts[i] = count;
		for (uint32_t g = 0; g < GRANULES; g++)
			if (draw() % 100 == 0)
				granules[count++] = g;
	}
	starts[CONTEXTS] = count;
	index_put_page(&buf, starts, granules, CONTEXTS, GRANULES);
	ck_assert_msg(8.0 * (double)buf.len / count < 8.6, "%.2f bits",
	    8.0 * (double)buf.len / count);
}
END_TEST

/* What is read is within bounds: ascending granules that exist. */
static void
read_harmlessly(const void *data, size_t len)
{
	static uint32_t out[GRANULES];
	struct index_page page;

	if (!index_page_open(data, len, CONTEXTS, &page))
		return;
	for (uint32_t i = 0; i < CONTEXTS; i++) {
		uint32_t count = index_list_count(&page, i);

		if (count > 63 || !index_list_get(&page, i, 63, out))
			continue;
		for (uint32_t k = 0; k < count; k++)
			if (out[k] >= 63 || (k > 0 && out[k] <= out[k - 1]))
				ck_abort_msg("granule %u of %u", k, count);
	}
}

START_TEST(damage_does_no_harm)
{
	struct index_page page;
	uint8_t *copy;
	size_t len;

	make_lists(63);
	index_put_page(&buf, starts, granules, CONTEXTS, 63);
	len = buf.len;
	copy = aligned_alloc(8, len);
	ck_assert_ptr_nonnull(copy);
	for (size_t bit = 0; bit < 8 * len; bit += 3) {
		memcpy(copy, buf.data, len);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		read_harmlessly(copy, len);
	}
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!index_page_open(buf.data, cut, CONTEXTS, &page));
	free(copy);
}
END_TEST

static void
setup(void)
{
	buf_init(&buf);
	seed = 1;
}

static void
teardown(void)
{
	buf_release(&buf);
}

int
main(void)
{
	Suite *suite = suite_create("context_index");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, lists_come_back, 0, ARRAY_LEN(granule_counts));
	tcase_add_test(tc, lists_are_small);
	tcase_add_test(tc, damage_does_no_harm);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
