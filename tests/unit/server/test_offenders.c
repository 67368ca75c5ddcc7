/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failed logins and what they cost: when the wait begins, how it grows, that
 * attempts take turns, who is forgotten and who is not; sockets and cancel
 * requests of one address.
 */
#include "server/login/offenders.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "server/login/peers.h"

static struct error err;
static struct offenders offenders;

static void
setup(void)
{
	offenders_init(&offenders);
	ck_assert_int_eq(offenders_open(&offenders, &err), 0);
}

static void
teardown(void)
{
	offenders_release(&offenders);
}

static uint64_t
key_of(const char *address, const char *role)
{
	struct hba_address parsed;

	(void)hba_address_parse(str_of_cstr(address), &parsed);
	return offenders_key(&offenders, &parsed, str_of_cstr(role));
}

/* The wait after so many failures. */
static const int64_t waits[] = { 0, 0, 0, 0, 0, 100, 200, 400, 800, 1600, 3200,
	6400, 12800, 25600, 30000, 30000, 30000 };

START_TEST(waits_grow_from_the_fifth_failure_on)
{
	uint64_t key = key_of("192.0.2.1", "bob");
	int64_t now = 1000000;

	for (int i = 0; i < _i; i++)
		offenders_failed(&offenders, key, now);
	ck_assert_int_eq(offenders_begin(&offenders, key, now), waits[_i]);
	if (waits[_i] == 0)
		return;
	ck_assert_int_eq(offenders_begin(&offenders, key, now + waits[_i] - 1),
	    1);
	ck_assert_int_eq(offenders_begin(&offenders, key, now + waits[_i]), 0);
	/* It had its turn; the next one waits as long. */
	ck_assert_int_eq(offenders_begin(&offenders, key, now + waits[_i]),
	    waits[_i]);
}
END_TEST

START_TEST(address_and_role_count_together)
{
	uint64_t key = key_of("192.0.2.1", "bob");

	for (int i = 0; i < 6; i++)
		offenders_failed(&offenders, key, 0);
	ck_assert_int_eq(offenders_begin(&offenders, key, 0), 200);
	ck_assert_int_eq(offenders_begin(&offenders, key_of("192.0.2.1", "ann"),
			     0),
	    0);
	ck_assert_int_eq(offenders_begin(&offenders, key_of("192.0.2.2", "bob"),
			     0),
	    0);
	ck_assert_int_eq(offenders_begin(&offenders, key_of("", "bob"), 0), 0);
}
END_TEST

START_TEST(a_network_of_64_bits_is_one_address)
{
	ck_assert_uint_eq(key_of("2001:db8::1", "x"),
	    key_of("2001:db8::ffff:1", "x"));
	ck_assert_uint_ne(key_of("2001:db8::1", "x"),
	    key_of("2001:db8:0:1::1", "x"));
}
END_TEST

START_TEST(success_and_time_forget)
{
	uint64_t key = key_of("192.0.2.1", "bob");

	for (int i = 0; i < 9; i++)
		offenders_failed(&offenders, key, 0);
	ck_assert_int_eq(offenders_begin(&offenders, key, 0), 1600);
	offenders_succeeded(&offenders, key);
	ck_assert_int_eq(offenders_begin(&offenders, key, 0), 0);

	for (int i = 0; i < 100; i++)
		offenders_failed(&offenders, key, 0);
	ck_assert_int_eq(offenders_begin(&offenders, key, 29999), 1);
	offenders_failed(&offenders, key, OFFENDER_FORGET_MS);
	ck_assert_int_eq(offenders_begin(&offenders, key, OFFENDER_FORGET_MS),
	    30000);
	offenders_failed(&offenders, key, 2 * OFFENDER_FORGET_MS + 1);
	ck_assert_int_eq(offenders_begin(&offenders, key,
			     2 * OFFENDER_FORGET_MS + 1),
	    0);
}
END_TEST

/*
 * A million names, ten times what the table holds, from the same address: who
 * has failed often stays.
 */
START_TEST(a_flood_does_not_wash_away_the_worst)
{
	uint64_t key = key_of("192.0.2.1", "root");
	char role[32];

	for (int i = 0; i < 6; i++)
		offenders_failed(&offenders, key, 0);
	for (int i = 0; i < 1000000; i++) {
		(void)snprintf(role, sizeof(role), "role%d", i);
		offenders_failed(&offenders, key_of("192.0.2.1", role), 1);
	}
	ck_assert_int_eq(offenders_begin(&offenders, key, 0), 200);
}
END_TEST

/* ---- peers ---- */

START_TEST(sockets_of_an_address)
{
	struct peers peers;

	peers_init(&peers);
	for (int i = 0; i < 63; i++)
		ck_assert(peers_enter(&peers, 7, 64, 0));
	ck_assert(peers_enter(&peers, 7, 64, 0));
	ck_assert(!peers_enter(&peers, 7, 64, 0));
	ck_assert(peers_enter(&peers, 7 + PEER_BUCKETS, 64, 0));
	peers_leave(&peers, 7);
	ck_assert(peers_enter(&peers, 7, 64, 0));
	ck_assert(!peers_enter(&peers, 7, 64, 0));
	for (int i = 0; i < 64; i++)
		peers_leave(&peers, 7);
	peers_leave(&peers, 7 + PEER_BUCKETS);
	/* Both are forgotten when somebody else comes by. */
	ck_assert(peers_enter(&peers, 7 + 2 * PEER_BUCKETS, 64, 1));
	ck_assert_uint_eq(peers.count, 1);
	peers_leave(&peers, 7 + 2 * PEER_BUCKETS);
	peers_release(&peers);
}
END_TEST

START_TEST(cancel_requests_of_an_address)
{
	struct peers peers;

	peers_init(&peers);
	for (int i = 0; i < PEER_CANCELS; i++)
		ck_assert(peers_may_cancel(&peers, 7, 1000));
	ck_assert(!peers_may_cancel(&peers, 7, 1000));
	ck_assert(peers_may_cancel(&peers, 8, 1000));
	ck_assert(!peers_may_cancel(&peers, 7, 1049));
	ck_assert(peers_may_cancel(&peers, 7, 1050));
	ck_assert(!peers_may_cancel(&peers, 7, 1050));
	/* After a while all of them again, and not more. */
	for (int i = 0; i < PEER_CANCELS; i++)
		ck_assert(peers_may_cancel(&peers, 7, 100000));
	ck_assert(!peers_may_cancel(&peers, 7, 100000));
	peers_release(&peers);
}
END_TEST

START_TEST(only_so_many_are_remembered)
{
	struct peers peers;

	peers_init(&peers);
	for (uint64_t key = 1; key <= PEER_MAX; key++)
		ck_assert(peers_may_cancel(&peers, key, 0));
	ck_assert(!peers_may_cancel(&peers, PEER_MAX + 1, 0));
	ck_assert_uint_eq(peers.count, PEER_MAX);
	/* Once they have paid there is room. */
	ck_assert(peers_may_cancel(&peers, PEER_MAX + 1, 1000));
	peers_release(&peers);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("offenders");
	TCase *tc = tcase_create("offenders");
	TCase *peer_tc = tcase_create("peers");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, waits_grow_from_the_fifth_failure_on, 0,
	    ARRAY_LEN(waits));
	tcase_add_test(tc, address_and_role_count_together);
	tcase_add_test(tc, a_network_of_64_bits_is_one_address);
	tcase_add_test(tc, success_and_time_forget);
	tcase_add_test(tc, a_flood_does_not_wash_away_the_worst);
	tcase_add_test(peer_tc, sockets_of_an_address);
	tcase_add_test(peer_tc, cancel_requests_of_an_address);
	tcase_add_test(peer_tc, only_so_many_are_remembered);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, peer_tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
