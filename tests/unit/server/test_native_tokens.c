/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session tokens: whose they are, when they end, who is driven out; nonces: that
 * each is taken once, whatever the clock does.
 */
#include "server/login/native_tokens.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "server/login/native_nonces.h"

#define EXPIRY INT64_C(300000)

static struct error err;
static struct native_tokens tokens;
static struct native_identity found;

static void
setup(void)
{
	native_tokens_init(&tokens);
}

static void
teardown(void)
{
	native_tokens_release(&tokens);
}

struct given {
	char text[NATIVE_TOKEN_SIZE];
};

static struct given
give(uint32_t role_oid, int64_t now_ms)
{
	const struct native_identity identity = { .role_oid = role_oid };
	struct given given;

	ck_assert_int_eq(native_tokens_give(&tokens, &identity, now_ms,
			     given.text, &err),
	    0);
	return given;
}

static bool
is_good(const struct given *given, int64_t now_ms)
{
	return native_tokens_find(&tokens,
	    str_of(given->text, sizeof(given->text)), now_ms, EXPIRY, &found);
}

START_TEST(a_token_is_its_users)
{
	struct given first = give(11, 0), second = give(12, 0), other;

	ck_assert_mem_ne(first.text, second.text, sizeof(first.text));
	ck_assert(is_good(&first, 1));
	ck_assert_uint_eq(found.role_oid, 11);
	ck_assert(is_good(&second, 1));
	ck_assert_uint_eq(found.role_oid, 12);
	for (size_t i = 0; i < sizeof(other.text); i++) {
		other = first;
		other.text[i] = other.text[i] == '0' ? '1' : '0';
		ck_assert(!is_good(&other, 1));
	}
	other = first;
	for (size_t i = 0; i < sizeof(other.text); i++)
		if (other.text[i] >= 'a')
			other.text[i] = (char)(other.text[i] - 'a' + 'A');
	ck_assert(is_good(&other, 1));
	ck_assert(!native_tokens_find(&tokens,
	    str_of(first.text, sizeof(first.text) - 1), 1, EXPIRY, &found));
	native_tokens_drop(&tokens, str_of(first.text, sizeof(first.text)));
	ck_assert(!is_good(&first, 1));
	ck_assert(is_good(&second, 1));
}
END_TEST

START_TEST(what_is_not_used_ends)
{
	struct given token = give(11, 0);

	ck_assert(is_good(&token, EXPIRY - 1));
	ck_assert(is_good(&token, 2 * EXPIRY - 2));
	ck_assert(!is_good(&token, 3 * EXPIRY - 2));
	ck_assert_uint_eq(tokens.count, 0);
	/* and it does not come back */
	ck_assert(!is_good(&token, 2 * EXPIRY));
}
END_TEST

START_TEST(what_is_used_ends_after_a_day)
{
	struct given token = give(11, 0);
	int64_t now = 0;

	for (; now < TOKEN_AGE_MAX_MS; now += EXPIRY / 2)
		ck_assert(is_good(&token, now));
	ck_assert(!is_good(&token, now));
}
END_TEST

START_TEST(a_user_drives_out_his_own)
{
	struct given others = give(12, 0), first = give(11, 1),
		     second = give(11, 2);

	ck_assert(is_good(&first, 3)); /* now `second` is the oldest */
	for (uint32_t i = 2; i < TOKEN_USER_MAX; i++)
		(void)give(11, 4);
	ck_assert(is_good(&first, 5));
	(void)give(11, 6);
	ck_assert(!is_good(&second, 7));
	ck_assert(is_good(&first, 7));
	ck_assert(is_good(&others, 7));
	ck_assert_uint_eq(tokens.count, TOKEN_USER_MAX + 1);
}
END_TEST

START_TEST(all_together_are_bounded)
{
	struct given first = give(1, 0);

	for (uint32_t i = 1; i < TOKEN_COUNT_MAX; i++)
		(void)give(i % 100, 1);
	ck_assert_uint_eq(tokens.count, TOKEN_COUNT_MAX);
	(void)give(200, 2);
	ck_assert_uint_eq(tokens.count, TOKEN_COUNT_MAX);
	ck_assert(!is_good(&first, 3));
}
END_TEST

/* ---- nonces ---- */

static struct native_nonces nonces;

static bool
takes(const char *nonce, int64_t time_s, int64_t now_s)
{
	return native_nonces_take(&nonces, 11, str_of_cstr(nonce), time_s,
		   now_s) == NULL;
}

START_TEST(a_nonce_is_taken_once)
{
	int64_t now = 1000;

	native_nonces_init(&nonces, 900);
	ck_assert(takes("a", now, now));
	ck_assert(!takes("a", now, now));
	ck_assert(takes("b", now, now));
	ck_assert_ptr_null(native_nonces_take(&nonces, 12, STR("a"), now, now));
	/* until it would be too old anyway, a set having gone round */
	for (int64_t at = now; at <= now + NONCE_AGE_S; at++) {
		ck_assert(!takes("a", now, at));
		(void)takes("c", at, at);
	}
	ck_assert(!takes("a", now, now + NONCE_AGE_S + 1));
	ck_assert(takes("a", now + NONCE_AGE_S + 200, now + NONCE_AGE_S + 200));
	native_nonces_release(&nonces);
}
END_TEST

/* A set that goes round has it still. */
START_TEST(a_nonce_of_the_past_set_is_known)
{
	int64_t now = 900 + NONCE_SPAN_S - 1;

	native_nonces_init(&nonces, 900);
	ck_assert(takes("a", now, now));
	for (int64_t at = now; at <= now + NONCE_AGE_S; at++)
		ck_assert(!takes("a", now, at));
	native_nonces_release(&nonces);
}
END_TEST

START_TEST(times_are_near_the_servers)
{
	native_nonces_init(&nonces, 900);
	ck_assert(!takes("a", 1000 - NONCE_AGE_S - 1, 1000));
	ck_assert(takes("a", 1000 - NONCE_AGE_S, 1000));
	ck_assert(!takes("b", 1000 + NONCE_AHEAD_S + 1, 1000));
	ck_assert(takes("b", 1000 + NONCE_AHEAD_S, 1000));
	ck_assert(!takes("c", INT64_C(999999999999), 1000));
	ck_assert(!takes("c", 0, 1000));
	native_nonces_release(&nonces);
}
END_TEST

/* What was used before the start, by a clock that may be ahead, is not known. */
START_TEST(nothing_from_before_the_start)
{
	native_nonces_init(&nonces, 1000);
	ck_assert(!takes("a", 1000, 1000));
	ck_assert(!takes("a", 1000 + NONCE_AHEAD_S, 1000 + NONCE_AHEAD_S));
	ck_assert(takes("a", 1001 + NONCE_AHEAD_S, 1001 + NONCE_AHEAD_S));
	native_nonces_release(&nonces);
}
END_TEST

/* A clock that is set back brings no used signature back. */
START_TEST(a_clock_that_jumps)
{
	native_nonces_init(&nonces, 0);
	ck_assert(takes("a", 10000, 10000));
	ck_assert(takes("b", 5000, 5000));
	for (int64_t now = 5000; now <= 10000 + NONCE_AGE_S; now++) {
		char other[32];

		snprintf(other, sizeof(other), "x%lld", (long long)now);
		(void)takes(other, now, now);
		ck_assert(!takes("a", 10000, now));
	}
	ck_assert(!takes("a", 10000, 100000));
	ck_assert(takes("a", 100000, 100000));
	ck_assert(!takes("a", 100000, 100000 - NONCE_AHEAD_S));
	native_nonces_release(&nonces);
}
END_TEST

START_TEST(a_full_set_refuses)
{
	char nonce[32];

	native_nonces_init(&nonces, 0);
	for (uint32_t i = 0; i < NONCE_COUNT_MAX; i++) {
		snprintf(nonce, sizeof(nonce), "n%u", i);
		if (!takes(nonce, 1000, 1000))
			ck_abort_msg("%s is refused", nonce);
	}
	ck_assert(!takes("one more", 1000, 1000));
	ck_assert(!takes("n0", 1000, 1000));
	ck_assert(takes("one more", 1000 + NONCE_SPAN_S, 1000 + NONCE_SPAN_S));
	native_nonces_release(&nonces);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native_tokens");
	TCase *tests = tcase_create("native_tokens");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_token_is_its_users);
	tcase_add_test(tests, what_is_not_used_ends);
	tcase_add_test(tests, what_is_used_ends_after_a_day);
	tcase_add_test(tests, a_user_drives_out_his_own);
	tcase_add_test(tests, all_together_are_bounded);
	tcase_add_test(tests, a_nonce_is_taken_once);
	tcase_add_test(tests, a_nonce_of_the_past_set_is_known);
	tcase_add_test(tests, times_are_near_the_servers);
	tcase_add_test(tests, nothing_from_before_the_start);
	tcase_add_test(tests, a_clock_that_jumps);
	tcase_add_test(tests, a_full_set_refuses);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
