/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static struct mem_budget budget;
static struct buf buf;

static size_t
used(void)
{
	return atomic_load(&budget.used_bytes);
}

static void
fill(size_t len)
{
	uint8_t bytes[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	while (len > 0 && !buf.failed) {
		size_t at = buf.len % sizeof(bytes);
		size_t part =
		    sizeof(bytes) - at < len ? sizeof(bytes) - at : len;

		buf_put(&buf, bytes + at, part);
		len -= part;
	}
}

static void
begin(size_t limit_bytes)
{
	budget = (struct mem_budget){ .limit_bytes = limit_bytes };
	buf_init_charged(&buf, &budget);
}

static void
check_content(void)
{
	size_t i = 0;

	while (i < buf.len && buf.data[i] == (uint8_t)i)
		i++;
	ck_assert_uint_eq(i, buf.len);
}

START_TEST(small_ones_are_not_charged)
{
	begin(1);
	fill(32 * KIB);
	ck_assert(!buf.failed);
	ck_assert_uint_eq(used(), 0);
	buf_release(&buf);
	ck_assert_uint_eq(used(), 0);
}
END_TEST

START_TEST(large_ones_are_charged_with_all_they_have)
{
	begin(0);
	fill(64 * KIB);
	ck_assert_uint_eq(used(), buf.capacity);
	fill(MIB);
	ck_assert_uint_eq(used(), buf.capacity);
	check_content();
	buf_release(&buf);
	ck_assert_uint_eq(used(), 0);
}
END_TEST

/* It cannot be doubled to 8 MiB: it goes on to the limit in steps. */
START_TEST(the_limit_is_reached)
{
	begin(7 * MIB);
	fill(6 * MIB);
	ck_assert(!buf.failed);
	ck_assert_uint_le(used(), 7 * MIB);
	fill(MIB);
	ck_assert(!buf.failed);
	ck_assert_uint_eq(buf.len, 7 * MIB);
	fill(1);
	ck_assert(buf.failed);
	ck_assert_uint_eq(buf.len, 7 * MIB);
	ck_assert_uint_le(used(), 7 * MIB);
	buf_release(&buf);
	ck_assert_uint_eq(used(), 0);
}
END_TEST

/* Arenas may go past a limit; a short reply must still be possible then. */
START_TEST(an_overdrawn_budget)
{
	begin(MIB);
	atomic_store(&budget.used_bytes, 2 * MIB);
	fill(KIB);
	ck_assert(!buf.failed);
	fill(MIB);
	ck_assert(buf.failed);
	check_content();
	buf_release(&buf);
	ck_assert_uint_eq(used(), 2 * MIB);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buf");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, all);
	tcase_add_test(all, small_ones_are_not_charged);
	tcase_add_test(all, large_ones_are_charged_with_all_they_have);
	tcase_add_test(all, the_limit_is_reached);
	tcase_add_test(all, an_overdrawn_budget);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
