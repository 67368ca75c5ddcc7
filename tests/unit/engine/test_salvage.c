/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log whose groups are all there and whole, but one lacks its batches, as
 * builds have written it: a start is refused, and a salvage names what is lost.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/manifest/manifest.h"
#include "engine/wal/wal_format.h"
#include "fixture.h"

static struct fixture world;
static struct error err;

/* ---- what was stored ---- */

static void
change(struct ddl *ddl)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;

	ck_assert_msg(write_batch_ddl(batch, ddl, &err) == 0, "%s",
	    err.message);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

static void
create_type(const char *name)
{
	const struct field fields[] = {
		{ .name = STR("n"), .type = type_of(TYPE_INT8) },
	};
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.name = str_of_cstr(name),
		.fields = fields,
		.field_count = ARRAY_LEN(fields),
	};

	change(&ddl);
}

static void
add_field(void)
{
	const struct field fields[] = {
		{ .name = STR("more"), .type = type_of(TYPE_INT8) },
	};
	struct ddl ddl = {
		.kind = DDL_ADD_FIELDS,
		.oid = world.payment,
		.fields = fields,
		.field_count = ARRAY_LEN(fields),
	};

	change(&ddl);
}

/* Each waits for the one before: a group of its own. */
static void
store_five(void)
{
	for (int64_t i = 0; i < 5; i++)
		fixture_store(&world, i, 1);
}

static void
store_and_flush(void)
{
	for (int64_t i = 0; i < 3; i++)
		fixture_store(&world, i, 1);
	fixture_flush(&world);
	fixture_store(&world, 3, 1);
	fixture_store(&world, 4, 1);
}

static void
change_twice(void)
{
	create_type("first");
	fixture_store(&world, 0, 1);
	create_type("second");
	fixture_store(&world, 1, 1);
}

static void
store_changed(void)
{
	fixture_store(&world, 0, 1);
	add_field();
	fixture_store(&world, 1, 1);
}

/* Group 1 is what makes the type. */
static const struct {
	const char *what;
	void (*store)(void);
	uint64_t group; /* loses what it has */
	uint64_t first, last;
	bool has_why;
	size_t rows; /* that are left */
	int64_t next_id;
} cases[] = {
	{ "an event between others", store_five, 4, 3, 3, false, 4, 6 },
	{ "the last event of a clean end", store_five, 6, 5, 5, false, 4, 6 },
	{ "an event that a segment has", store_and_flush, 4, 4, 3, false, 5,
	    6 },
	{ "a schema change that another follows", change_twice, 2, 2, 1, true,
	    2, 3 },
	{ "a schema change that rows need", store_changed, 3, 2, 2, true, 1,
	    3 },
};

/* ---- the log ---- */

static uint64_t
log_key(void)
{
	struct manifest *manifest;
	uint64_t torn, key;

	ck_assert_int_eq(manifest_load(os_fs_real(), world.dir, &manifest,
			     &torn, &err),
	    0);
	key = wal_key(&manifest_state(manifest)->directory);
	manifest_close(manifest);
	return key;
}

/* All groups are small: each takes one unit of the first file. */
static void
empty_group(uint64_t number)
{
	const off_t offset = (off_t)((number - 1) * WAL_ALIGN);
	uint8_t bytes[WAL_ALIGN];
	struct wal_group_header header;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/wal/%016x.wal", world.dir, 1u);
	fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), offset),
	    (ssize_t)sizeof(bytes));
	ck_assert(wal_group_decode(bytes, 1, (uint64_t)offset, &header));
	ck_assert_uint_eq(header.number, number);
	ck_assert_uint_gt(header.len, 0);
	header.len = 0;
	wal_group_encode(bytes, &header, log_key());
	ck_assert_int_eq(pwrite(fd, bytes, sizeof(bytes), offset),
	    (ssize_t)sizeof(bytes));
	close(fd);
}

/* ---- what is said of it ---- */

static struct salvage_loss told;
static unsigned told_count;

static void
on_loss(void *arg UNUSED, const struct salvage_loss *loss)
{
	told = *loss;
	told_count++;
}

static void
ck_assert_told(int i)
{
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(told.first_event_id, cases[i].first);
	ck_assert_uint_eq(told.last_event_id, cases[i].last);
	ck_assert_int_eq(told.why != NULL, cases[i].has_why);
	if (!cases[i].has_why)
		ck_assert_uint_eq(told.first_group, cases[i].group + 1);
}

static void
on_problem(void *arg UNUSED, const struct error *problem)
{
	ck_abort_msg("%s (%s)", problem->message, problem->detail);
}

static void
verify(void)
{
	const struct verify_watcher watcher = { .problem = on_problem };
	struct verify_report report;

	ck_assert_msg(engine_verify(os_fs_real(), world.dir, &watcher, &report,
			  &err) == 0,
	    "%s", err.message);
}

static int
salvage(struct salvage_report *report)
{
	told_count = 0;
	return engine_salvage(world.fs, world.dir, &world.options, on_loss,
	    NULL, report, &err);
}

START_TEST(what_a_group_lacks_is_named)
{
	struct salvage_report report;
	struct fixture_row *rows;
	size_t count;

	cases[_i].store();
	fixture_close(&world);
	empty_group(cases[_i].group);
	ck_assert_msg(engine_open(world.fs, world.dir, &world.options,
			  &world.engine, &err) == STELE_E_CORRUPT,
	    "%s", cases[_i].what);
	ck_assert_msg(salvage(&report) == 0, "%s: %s", cases[_i].what,
	    err.message);
	ck_assert_told(_i);
	fixture_open(&world);
	fixture_store(&world, 1000, 1);
	rows = fixture_scan(&world, NULL, 0, 0, &count);
	ck_assert_uint_eq(count, cases[_i].rows + 1);
	for (size_t i = 0; i + 1 < count; i++)
		fixture_check_row(&world, &rows[i], rows[i].event_id - 1);
	ck_assert_int_eq(rows[count - 1].event_id, cases[_i].next_id);
	free(rows);
	fixture_close(&world);
	verify();
	/* Nothing of it is left for another. */
	ck_assert_int_eq(salvage(&report), 0);
	ck_assert_uint_eq(told_count, 0);
}
END_TEST

/* The log is as it should be: it stays, whatever it needs of segments. */
START_TEST(a_whole_log_is_left_as_it_is)
{
	struct salvage_report report;

	world.options.batch_memory_bytes = 4096;
	fixture_reopen(&world);
	create_type("other");
	add_field();
	fixture_store(&world, 0, 10);
	fixture_flush(&world);
	fixture_store(&world, 10, 5000);
	fixture_close(&world);
	ck_assert_int_eq(salvage(&report), 0);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(report.losses, 0);
	ck_assert_uint_eq(report.quarantined, 0);
	fixture_open(&world);
	fixture_check(&world, 5010);
}
END_TEST

static void
setup(void)
{
	fixture_init(&world);
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

int
main(void)
{
	Suite *suite = suite_create("salvage");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_a_group_lacks_is_named, 0,
	    ARRAY_LEN(cases));
	tcase_add_test(tc, a_whole_log_is_left_as_it_is);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
