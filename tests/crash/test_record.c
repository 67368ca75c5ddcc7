/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record.c -- the kill test's judge finds what it is there to find.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "crash/record.h"

enum { WHY_SIZE = 256 };

/*
 * What every case was sent, by writers 0 and 1, in one type and context:
 *
 *	0.1          acknowledged
 *	0.2 0.3 0.4  acknowledged, one transaction
 *	0.5 0.6      in flight, one transaction
 *	0.7          rolled back
 *	1.1          acknowledged, returned as event_id 2
 */
static struct record record;

static void
send_unit(struct writer_record *own, uint32_t count, enum unit_state state)
{
	record_begin_unit(own);
	for (uint32_t i = 0; i < count; i++)
		record_add_event(own, 0, 0);
	record_settle_unit(own, state);
}

static void
setup(void)
{
	struct writer_record *first = &record.writers[0];
	struct writer_record *second = &record.writers[1];

	record_init(&record);
	send_unit(first, 1, UNIT_PRESENT);
	send_unit(first, 3, UNIT_PRESENT);
	send_unit(first, 2, UNIT_OPEN);
	send_unit(first, 1, UNIT_ABSENT);
	send_unit(second, 1, UNIT_PRESENT);
	second->events[1].returned_id = 2;
}

static void
teardown(void)
{
	record_release(&record);
}

/* clang-format off */
static const struct {
	const char *what;
	const char *rule; /* that is broken, NULL if none */
	const char *rows; /* writer.number in the order of event_id */
} record_case[] = {
	{ "all, in flight too", NULL, "01 11 02 03 04 05 06" },
	{ "all but in flight", NULL, "01 11 02 03 04" },
	{ "nothing", "R1", "" },
	{ "the last one lost", "R1", "01 11" },
	{ "a writer's only one lost", "R1", "01 02 03 04" },
	{ "half an acknowledged batch", "R2", "01 11 02 03" },
	{ "half of what was in flight", "R2", "01 11 02 03 04 05" },
	{ "the other half", "R2", "01 11 02 03 04 06" },
	{ "twice", "R1", "01 11 02 03 04 02" },
	{ "twice in a row", "R1", "01 11 02 02" },
	{ "rolled back but there", "R2", "01 11 02 03 04 07" },
	{ "never sent", "R3", "01 11 02 03 04 08" },
	{ "by nobody", "R3", "01 11 02 03 04 91" },
	{ "out of order", "R5", "01 11 03 02 04" },
	{ "another event_id than was returned", "R6", "01 02 11 03 04" },
};
/* clang-format on */

enum { RECORD_CASES = sizeof(record_case) / sizeof(record_case[0]) };

static bool
see(uint64_t event_id, uint32_t writer, uint32_t seq, char *why)
{
	char body[BODY_SIZE_MAX];
	struct row row = {
		.event_id = event_id,
		.writer = writer,
		.seq = seq,
		.body = body,
	};

	record_body(writer, seq, body);
	return record_see(&record, &row, why, WHY_SIZE);
}

static bool
see_all(const char *rows, char *why)
{
	uint64_t event_id = 0;

	for (const char *at = rows; *at != '\0'; at += at[2] == ' ' ? 3 : 2)
		if (!see(++event_id, (uint32_t)(at[0] - '0'),
			(uint32_t)(at[1] - '0'), why))
			return false;
	return record_judge(&record, why, WHY_SIZE);
}

START_TEST(judges)
{
	char why[WHY_SIZE] = "";
	bool is_right = see_all(record_case[_i].rows, why);

	ck_assert_msg(is_right == (record_case[_i].rule == NULL), "%s: %s",
	    record_case[_i].what, why);
	if (!is_right)
		ck_assert_msg(strncmp(why, record_case[_i].rule, 2) == 0,
		    "%s: %s", record_case[_i].what, why);
}
END_TEST

START_TEST(a_gap_is_found)
{
	char why[WHY_SIZE];

	ck_assert(see(1, 0, 1, why));
	ck_assert(!see(3, 0, 2, why));
	ck_assert(strncmp(why, "R4", 2) == 0);
}
END_TEST

START_TEST(other_content_is_found)
{
	char why[WHY_SIZE];
	struct row row = { .event_id = 1, .seq = 1, .body = "not this" };

	ck_assert(!record_see(&record, &row, why, sizeof(why)));
	ck_assert(strncmp(why, "R3", 2) == 0);
}
END_TEST

/* What the first look decided holds for all that follow. */
START_TEST(in_flight_is_settled_once)
{
	char why[WHY_SIZE];

	ck_assert(see_all("01 11 02 03 04", why));
	record_unsee(&record);
	ck_assert(see_all("01 11 02 03 04", why));
	record_unsee(&record);
	ck_assert(!see_all("01 11 02 03 04 05 06", why));
	ck_assert(strncmp(why, "R2", 2) == 0);
}
END_TEST

START_TEST(found_in_flight_stays)
{
	char why[WHY_SIZE];

	ck_assert(see_all("01 11 02 03 04 05 06", why));
	record_unsee(&record);
	ck_assert(!see_all("01 11 02 03 04", why));
	ck_assert(strncmp(why, "R1", 2) == 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("rules");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, judges, 0, RECORD_CASES);
	tcase_add_test(tcase, a_gap_is_found);
	tcase_add_test(tcase, other_content_is_found);
	tcase_add_test(tcase, in_flight_is_settled_once);
	tcase_add_test(tcase, found_in_flight_stays);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
