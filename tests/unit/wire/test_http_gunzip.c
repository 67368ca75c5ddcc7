/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of gzip -9n, whole and damaged.
 */
#include "wire/http_gunzip.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"

#define PLAIN      "to be or not to be\nto be or not to be\nto be or not to be\n"
#define PLAIN_SIZE (sizeof(PLAIN) - 1)

/* clang-format off */
static const uint8_t packed[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0xc9,
	0x57, 0x48, 0x4a, 0x55, 0xc8, 0x2f, 0x52, 0xc8, 0xcb, 0x2f, 0x51, 0x28,
	0x01, 0x71, 0xb8, 0x4a, 0x88, 0x12, 0x02, 0x00, 0xf7, 0xdf, 0xb3, 0xdc,
	0x39, 0x00, 0x00, 0x00,
};
/* clang-format on */

#define HEAD_SIZE 10u /* of which time and system say nothing of the content */

static struct error err;
static struct buf out;

static void
setup(void)
{
	buf_init(&out);
	buf_put_cstr(&out, "<");
}

static void
teardown(void)
{
	buf_release(&out);
}

START_TEST(what_was_packed)
{
	ck_assert_int_eq(http_gunzip(packed, sizeof(packed), PLAIN_SIZE, &out,
			     &err),
	    0);
	ck_assert(str_equal(buf_str(&out), STR("<" PLAIN)));
}
END_TEST

START_TEST(of_another_size)
{
	ck_assert_int_eq(http_gunzip(packed, sizeof(packed),
			     PLAIN_SIZE - 1 + 2 * (size_t)_i, &out, &err),
	    STELE_E_CORRUPT);
	ck_assert_uint_eq(out.len, 1);
}
END_TEST

START_TEST(cut_off)
{
	ck_assert_int_eq(http_gunzip(packed, (size_t)_i, PLAIN_SIZE, &out,
			     &err),
	    STELE_E_CORRUPT);
	ck_assert_uint_eq(out.len, 1);
}
END_TEST

/* Of the last byte of the bits some are none: what is taken is what it was. */
START_TEST(any_flipped_byte)
{
	uint8_t bad[sizeof(packed)];
	int rc;

	memcpy(bad, packed, sizeof(packed));
	bad[_i] ^= 0x40;
	rc = http_gunzip(bad, sizeof(bad), PLAIN_SIZE, &out, &err);
	if (rc == 0) {
		ck_assert_int_eq(_i, (int)sizeof(packed) - 9);
		ck_assert(str_equal(buf_str(&out), STR("<" PLAIN)));
		return;
	}
	ck_assert_int_eq(rc, STELE_E_CORRUPT);
	ck_assert_uint_eq(out.len, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_gunzip");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_was_packed);
	tcase_add_loop_test(tc, of_another_size, 0, 2);
	tcase_add_loop_test(tc, cut_off, 0, (int)sizeof(packed));
	tcase_add_loop_test(tc, any_flipped_byte, (int)HEAD_SIZE,
	    (int)sizeof(packed));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
