/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters never miss a key that is there and seldom find one that is not; they
 * are given up where they would be of no use.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/hash.h"
#include "engine/segment/segment_format.h"
#include "engine/zone/zone_filter.h"

#define ZONES     40
#define ZONE_ROWS 2048

static struct filter_builder builder;
static struct buf buf;
static uint64_t budget, seed;
static int64_t keys[ZONES][ZONE_ROWS];
static uint8_t nulls[ZONES][ZONE_ROWS];

static uint64_t
draw(void)
{
	return hash_u64(++seed);
}

/* What the chunk's table would say of a zone. */
static struct chunk_info
info_of(uint32_t zone, uint32_t row_count)
{
	struct chunk_info info = { .encoding = ENC_INT,
		.row_count = row_count };
	int64_t low = INT64_MAX, high = INT64_MIN;

	for (uint32_t i = 0; i < row_count; i++) {
		info.null_count += nulls[zone][i] != 0;
		if (nulls[zone][i] != 0)
			continue;
		low = keys[zone][i] < low ? keys[zone][i] : low;
		high = keys[zone][i] > high ? keys[zone][i] : high;
	}
	memcpy(info.low, &low, sizeof(low));
	memcpy(info.high, &high, sizeof(high));
	return info;
}

static void
add_zones(uint32_t row_count)
{
	filter_builder_init(&builder, PHYS_I64, ZONE_ROWS, &budget);
	for (uint32_t z = 0; z < ZONES; z++) {
		struct chunk_info info = info_of(z, row_count);

		filter_builder_add(&builder, keys[z], nulls[z], row_count,
		    &info);
	}
}

static int64_t
unique(uint32_t z UNUSED)
{
	return (int64_t)(draw() >> 20);
}

static int64_t
ascending(uint32_t z)
{
	static int64_t last;

	return last += 1 + (int64_t)(draw() % 10) + (z == 0);
}

static int64_t
repeated(uint32_t z UNUSED)
{
	return (int64_t)(draw() % 3000);
}

static int64_t
always(uint32_t z UNUSED)
{
	return 7;
}

static const struct {
	const char *what;
	int64_t (*key)(uint32_t z);
	uint32_t row_count;
	uint32_t null_share; /* of 100 */
	uint64_t budget;
	bool is_kept;
	uint32_t bytes_max; /* of a zone's filter */
} filter_case[] = {
	{ "unique", unique, ZONE_ROWS, 0, UINT64_MAX, true, 2560 },
	{ "half null", unique, ZONE_ROWS, 50, UINT64_MAX, true, 2560 },
	{ "mostly null", unique, ZONE_ROWS, 95, UINT64_MAX, true, 320 },
	{ "small zones", unique, 100, 0, UINT64_MAX, true, 256 },
	{ "zone maps do", ascending, ZONE_ROWS, 0, UINT64_MAX, false, 0 },
	{ "in every zone", repeated, ZONE_ROWS, 0, UINT64_MAX, false, 0 },
	{ "one value", always, ZONE_ROWS, 0, UINT64_MAX, false, 0 },
	{ "all null", unique, ZONE_ROWS, 100, UINT64_MAX, false, 0 },
	{ "no memory", unique, ZONE_ROWS, 0, 10000, false, 0 },
};

/* All groups of the finished builder, one after the other. */
static bool
zone_keeps(uint32_t zone, int64_t key)
{
	uint64_t hash = filter_hash(PHYS_I64, &key);
	bool keep[ZONES];
	struct block_ref groups[4096] = { 0 };
	struct filter_directory directory;
	size_t offset;

	buf_reset(&buf);
	filter_put_directory(&builder, groups, &buf);
	if (!filter_open(buf.data, buf.len, ZONES, &directory))
		ck_abort_msg("directory");
	(void)filter_group_of(&directory, hash, &offset);
	zone = zone % ZONES;
	memset(keep, 1, sizeof(keep));
	buf_reset(&buf);
	filter_put_group(&builder, filter_group_number(&directory, hash), &buf);
	filter_drop_zones(buf.data + offset, ZONES, hash, keep);
	return keep[zone];
}

START_TEST(keys_are_found)
{
	uint32_t row_count = filter_case[_i].row_count, found = 0;

	budget = filter_case[_i].budget;
	for (uint32_t z = 0; z < ZONES; z++)
		for (uint32_t i = 0; i < row_count; i++) {
			keys[z][i] = filter_case[_i].key(z);
			nulls[z][i] = draw() % 100 < filter_case[_i].null_share;
		}
	add_zones(row_count);
	ck_assert(filter_builder_finish(&builder) == filter_case[_i].is_kept);
	if (!filter_case[_i].is_kept) {
		ck_assert_uint_eq(budget, filter_case[_i].budget);
		return;
	}
	ck_assert_uint_le(builder.block_count * FILTER_BLOCK_BYTES,
	    filter_case[_i].bytes_max);
	for (uint32_t z = 0; z < ZONES; z++)
		for (uint32_t i = 0; i < row_count; i += 7)
			if (nulls[z][i] == 0 && !zone_keeps(z, keys[z][i]))
				ck_abort_msg("key %u of zone %u", i, z);
	for (uint32_t i = 0; i < 10000; i++)
		found += zone_keeps(i, -(int64_t)(draw() >> 1) - 1);
	/* 1.2 % when it is full. */
	ck_assert_msg(found < 180, "%s: %u of 10000 seem to be there",
	    filter_case[_i].what, found);
}
END_TEST

START_TEST(a_directory_is_checked)
{
	struct block_ref groups[64] = { 0 };
	struct filter_directory directory;

	budget = UINT64_MAX;
	for (uint32_t z = 0; z < ZONES; z++)
		for (uint32_t i = 0; i < ZONE_ROWS; i++)
			keys[z][i] = unique(z);
	add_zones(ZONE_ROWS);
	ck_assert(filter_builder_finish(&builder));
	filter_put_directory(&builder, groups, &buf);
	ck_assert(filter_open(buf.data, buf.len, ZONES, &directory));
	ck_assert(!filter_open(buf.data, buf.len, ZONES + 1, &directory));
	for (size_t cut = 0; cut < buf.len; cut++)
		ck_assert(!filter_open(buf.data, cut, ZONES, &directory));
	for (size_t bit = 0; bit < 8 * FILTER_DIRECTORY_FIXED; bit++) {
		size_t offset;

		buf.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (filter_open(buf.data, buf.len, ZONES, &directory))
			for (int i = 0; i < 100; i++)
				(void)filter_group_of(&directory, draw(),
				    &offset);
		buf.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

static void
setup(void)
{
	buf_init(&buf);
	seed = 1;
	memset(nulls, 0, sizeof(nulls));
}

static void
teardown(void)
{
	filter_builder_release(&builder);
	buf_release(&buf);
}

int
main(void)
{
	Suite *suite = suite_create("zone_filter");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, keys_are_found, 0, ARRAY_LEN(filter_case));
	tcase_add_test(tc, a_directory_is_checked);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
