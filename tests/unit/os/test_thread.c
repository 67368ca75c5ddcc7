/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads run what they are given under the name they are given, and a wait
 * ends at its deadline.
 */
#include "os/thread.h"

#include <check.h>
#include <stdlib.h>

#include "common/error.h"
#include "os/clock.h"

static struct error err;

static void
note_name(void *arg)
{
	ck_assert_int_eq(pthread_getname_np(pthread_self(), arg, 16), 0);
}

START_TEST(runs_by_name)
{
	const struct os_thread_options options = {
		.name = "a name that is too long",
		.stack_size_bytes = 1 << 20,
		.nice = 5,
	};
	struct os_thread thread;
	char name[16];

	ck_assert_int_eq(os_thread_start(&thread, &options, note_name, name,
			     &err),
	    0);
	os_thread_join(&thread);
	os_thread_join(&thread); /* has ended */
	ck_assert_str_eq(name, "a name that is ");
}
END_TEST

START_TEST(waits_until_the_deadline)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond;
	int64_t deadline_ns;

	os_cond_init(&cond);
	deadline_ns = os_clock_monotonic_ns(os_clock_real()) + 2000000;
	pthread_mutex_lock(&mutex);
	while (os_cond_wait_until(&cond, &mutex, deadline_ns))
		continue; /* woken by chance */
	pthread_mutex_unlock(&mutex);
	ck_assert_int_ge(os_clock_monotonic_ns(os_clock_real()), deadline_ns);
	pthread_cond_destroy(&cond);
}
END_TEST

/* 2020-01-01 to 2100-01-01, in microseconds since 2000. */
START_TEST(wall_time_counts_from_2000)
{
	int64_t now = os_clock_wall_us(os_clock_real());

	ck_assert_int_gt(now, INT64_C(631152000000000));
	ck_assert_int_lt(now, INT64_C(3155760000000000));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("thread");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, runs_by_name);
	tcase_add_test(tc, waits_until_the_deadline);
	tcase_add_test(tc, wall_time_counts_from_2000);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
