/* SPDX-License-Identifier: Apache-2.0 */
/* How many passwords are looked at at a time. */
#include <check.h>

#include "common/attr.h"
#include "server/login/password_checks.h"

static const struct {
	uint32_t workers;
	uint32_t max;
	uint32_t taken;
} check_case[] = {
	{ 8, 4, 4 },
	{ 8, 7, 7 },
	{ 8, 8, 7 }, /* one is left */
	{ 2, 4, 1 },
	{ 1, 4, 1 }, /* there is no other */
	{ 4, 1, 1 },
};

START_TEST(as_many_as_may_be)
{
	struct password_checks checks;
	uint32_t taken = 0;

	password_checks_init(&checks, check_case[_i].workers);
	while (password_checks_take(&checks, check_case[_i].max))
		taken++;
	ck_assert_uint_eq(taken, check_case[_i].taken);
	/* What was refused is not counted. */
	password_checks_give(&checks);
	ck_assert(password_checks_take(&checks, check_case[_i].max));
	ck_assert(!password_checks_take(&checks, check_case[_i].max));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("password_checks");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, as_many_as_may_be, 0, ARRAY_LEN(check_case));
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
