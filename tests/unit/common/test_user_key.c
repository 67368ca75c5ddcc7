/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of users: made, checked, wrapped and unwrapped; what was changed, cut, or
 * wrapped with another key is refused.
 */
#include "common/user_key.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"

static struct error err;
static const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE] = { 7, 1, 255 };
static const uint8_t other[CRYPTO_SEAL_KEY_SIZE] = { 7, 1, 254 };

/* Test case 14 of the paper that proposed GCM: all zero. */
START_TEST(seals_as_the_standard_says)
{
	static const uint8_t zero_key[CRYPTO_SEAL_KEY_SIZE];
	static const uint8_t zero_text[16];
	static const uint8_t sealed[12 + 16 + 16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07,
		0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1, 0xc8,
		0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4,
		0x8a, 0xb9, 0x19 };
	uint8_t text[16];

	memset(text, 1, sizeof(text));
	ck_assert_int_eq(crypto_unseal(zero_key,
			     str_of((const char *)sealed, sizeof(sealed)), text,
			     &err),
	    0);
	ck_assert_mem_eq(text, zero_text, sizeof(text));
}
END_TEST

static void
wrap(struct str key, struct buf *out)
{
	buf_init(out);
	ck_assert_int_eq(user_key_wrap(wrapping, key, out, &err), 0);
}

static const size_t lengths[] = { 1, 2, 15, 16, 17, 63, 64, 65, 511,
	USER_KEY_SIZE_MAX };

START_TEST(unwraps_what_it_has_wrapped)
{
	char text[USER_KEY_SIZE_MAX];
	struct str key = str_of(text, lengths[_i]);
	struct user_key back;
	struct buf first, second;

	memset(text, 'k', sizeof(text));
	ck_assert_int_eq(user_key_check(key, &err), 0);
	wrap(key, &first);
	wrap(key, &second);
	ck_assert_uint_eq(first.len, 1 + key.len + CRYPTO_SEAL_SIZE);
	ck_assert_uint_le(first.len, USER_KEY_WRAPPED_MAX);
	ck_assert(!str_equal(buf_str(&first), buf_str(&second)));
	ck_assert_int_eq(user_key_unwrap(wrapping, buf_str(&first), &back,
			     &err),
	    0);
	ck_assert(str_equal(user_key_str(&back), key));
	ck_assert_int_eq(user_key_unwrap(other, buf_str(&first), &back, &err),
	    STELE_E_CORRUPT);
	ck_assert_uint_eq(back.len, 0);
	buf_release(&first);
	buf_release(&second);
}
END_TEST

START_TEST(refuses_what_was_changed_or_cut)
{
	struct user_key back;
	struct buf wrapped;

	wrap(STR("secret-key"), &wrapped);
	for (size_t i = 0; i < wrapped.len * 8; i++) {
		wrapped.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		ck_assert_int_eq(user_key_unwrap(wrapping, buf_str(&wrapped),
				     &back, &err),
		    STELE_E_CORRUPT);
		ck_assert_uint_eq(back.len, 0);
		wrapped.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	for (size_t len = 0; len < wrapped.len; len++)
		ck_assert_int_eq(user_key_unwrap(wrapping,
				     str_of((const char *)wrapped.data, len),
				     &back, &err),
		    STELE_E_CORRUPT);
	/* longer than any that is wrapped here */
	while (wrapped.len <= USER_KEY_WRAPPED_MAX)
		buf_put_u8(&wrapped, 0);
	ck_assert_int_eq(user_key_unwrap(wrapping, buf_str(&wrapped), &back,
			     &err),
	    STELE_E_CORRUPT);
	buf_release(&wrapped);
}
END_TEST

START_TEST(makes_keys_that_differ)
{
	struct user_key a, b;

	ck_assert_int_eq(user_key_make(&a, &err), 0);
	ck_assert_int_eq(user_key_make(&b, &err), 0);
	ck_assert_uint_eq(a.len, 64);
	ck_assert_uint_eq(strspn(a.text, "0123456789abcdef"), 64);
	ck_assert(!str_equal(user_key_str(&a), user_key_str(&b)));
}
END_TEST

START_TEST(refuses_keys_of_other_lengths)
{
	char text[USER_KEY_SIZE_MAX + 1] = { 'k' };

	ck_assert_int_eq(user_key_check(STR(""), &err),
	    STELE_E_INVALID_PARAMETER_VALUE);
	ck_assert_str_eq(err.message, "key must not be empty");
	ck_assert_int_eq(user_key_check(str_of(text, sizeof(text)), &err),
	    STELE_E_INVALID_PARAMETER_VALUE);
	ck_assert_str_eq(err.message, "key must not have more than 512 bytes");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("user_key");
	TCase *tests = tcase_create("user_key");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, seals_as_the_standard_says);
	tcase_add_loop_test(tests, unwraps_what_it_has_wrapped, 0,
	    ARRAY_LEN(lengths));
	tcase_add_test(tests, refuses_what_was_changed_or_cut);
	tcase_add_test(tests, makes_keys_that_differ);
	tcase_add_test(tests, refuses_keys_of_other_lengths);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
