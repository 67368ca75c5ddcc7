/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long work gives the processor away while others work for short, and only
 * then: the kernel counts how often a thread has done so of its own accord.
 */
#include "os/rest.h"

#include <check.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "common/error.h"
#include "os/thread.h"

#define WORK_NS 10000000 /* of the processor's time: some fifty rests */
#define FEW     5        /* a sanitizer may wait now and then, too */

static struct error err;

struct work {
	bool notes_short;
	long rests;
};

static long
voluntary_switches(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_THREAD, &usage), 0);
	return usage.ru_nvcsw;
}

static int64_t
worked_ns(void)
{
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void
work(void *arg)
{
	struct work *work = arg;
	int64_t end_ns = worked_ns() + WORK_NS;
	long before;

	os_rest(); /* its first call may read the program from the disk */
	before = voluntary_switches();
	do {
		if (work->notes_short)
			os_rest_note_short();
		os_rest();
	} while (worked_ns() < end_ns);
	work->rests = voluntary_switches() - before;
}

/* By a thread of this niceness. */
static long
rests_of(int nice, bool notes_short)
{
	const struct os_thread_options options = { .name = "test",
		.nice = nice };
	struct work arg = { .notes_short = notes_short };
	struct os_thread thread;

	ck_assert_int_eq(os_thread_start(&thread, &options, work, &arg, &err),
	    0);
	os_thread_join(&thread);
	return arg.rests;
}

/* On a machine that is slow a rest may be over before it has begun. */
START_TEST(long_work_rests)
{
	long rests = 0;

	for (int i = 0; i < 20 && rests <= FEW; i++)
		rests = rests_of(1, true);
	ck_assert_int_gt(rests, FEW);
}
END_TEST

/* The first of all: nobody has noted short work. */
START_TEST(nobody_works_for_short)
{
	ck_assert_int_lt(rests_of(1, false), FEW);
}
END_TEST

START_TEST(short_work_does_not_rest)
{
	ck_assert_int_lt(rests_of(0, true), FEW);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rest");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, nobody_works_for_short);
	tcase_add_test(tc, short_work_does_not_rest);
	tcase_add_test(tc, long_work_rests);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
