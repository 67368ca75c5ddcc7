/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large the catalogue may become, and what of it: one byte less and as much
 * are taken, one more is refused with 54000, and what there is goes on.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/append/write_batch.h"
#include "engine/catalog/catalog_format.h"
#include "engine/shard/publish.h"
#include "fixture.h"

#define WIDE_FIELDS 96 /* of each of two types */

static struct fixture world;
static struct error err;
static char *text; /* CATALOG_TEXT_MAX and more */

static struct ddl
comment_on(uint32_t oid, uint32_t attnum, size_t len)
{
	return (struct ddl){
		.kind = DDL_COMMENT,
		.comment = {
			.object = {
				.class = OBJECT_RELATION,
				.oid = oid,
				.attnum = attnum,
			},
			.text = str_of(text, len),
		},
	};
}

/* One change: what it is refused with, when it is made or committed. */
static int
change(struct ddl *ddl)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;
	int rc = write_batch_ddl(batch, ddl, &err);

	if (rc != 0) {
		write_batch_free(batch);
		return rc;
	}
	return fixture_commit(&world, batch, SYNC_ON, &commit);
}

static int
comment(uint32_t oid, uint32_t attnum, size_t len)
{
	struct ddl ddl = comment_on(oid, attnum, len);

	return change(&ddl);
}

static uint32_t
create_wide(const char *name)
{
	struct field fields[WIDE_FIELDS];
	char names[WIDE_FIELDS][8];
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.name = str_of_cstr(name),
		.fields = fields,
		.field_count = WIDE_FIELDS,
	};

	for (uint32_t i = 0; i < WIDE_FIELDS; i++) {
		snprintf(names[i], sizeof(names[i]), "f%u", (unsigned)i);
		fields[i] = (struct field){
			.name = str_of_cstr(names[i]),
			.type = type_of(TYPE_INT8),
		};
	}
	ck_assert_int_eq(change(&ddl), 0);
	return ddl.oid;
}

static uint64_t
size_now(void)
{
	const struct catalog *catalog = engine_catalog(world.engine);
	uint64_t size = catalog->size;

	catalog_unref(catalog);
	return size;
}

/* It is what its bytes are: as few more as numbers before them may be. */
static void
ck_assert_measured(void)
{
	const struct catalog *catalog = engine_catalog(world.engine);
	struct buf bytes;

	buf_init(&bytes);
	catalog_encode(catalog, &bytes);
	ck_assert(!bytes.failed);
	ck_assert_uint_ge(catalog->size, bytes.len);
	ck_assert_uint_le(catalog->size, bytes.len + 96);
	buf_release(&bytes);
	catalog_unref(catalog);
}

START_TEST(a_comment_has_a_limit)
{
	ck_assert_int_eq(comment(world.payment, 0, CATALOG_TEXT_MAX - 1), 0);
	ck_assert_int_eq(comment(world.payment, 0, CATALOG_TEXT_MAX), 0);
	ck_assert_int_eq(comment(world.payment, 0, CATALOG_TEXT_MAX + 1),
	    STELE_E_LIMIT);
	ck_assert_str_eq(err.message, "comment is too long");
	fixture_reopen(&world);
	ck_assert_measured();
}
END_TEST

static int
create_view(const char *name, size_t len)
{
	const struct view_column column = { .name = STR("c"),
		.type_oid = TYPE_INT8,
		.type_mod = -1 };
	const struct sql_view view = {
		.query = str_of(text, len),
		.column_count = 1,
		.columns = &column,
	};
	struct ddl ddl = {
		.kind = DDL_CREATE_VIEW,
		.name = str_of_cstr(name),
		.view = &view,
	};

	return change(&ddl);
}

START_TEST(a_view_has_a_limit)
{
	ck_assert_int_eq(create_view("less", CATALOG_TEXT_MAX - 1), 0);
	ck_assert_int_eq(create_view("as_much", CATALOG_TEXT_MAX), 0);
	ck_assert_int_eq(create_view("more", CATALOG_TEXT_MAX + 1),
	    STELE_E_LIMIT);
	ck_assert_str_eq(err.message, "query of the view is too long");
	fixture_reopen(&world);
	ck_assert_measured();
}
END_TEST

/* Comments, until `left` bytes can be added, and some. */
static void
fill(uint32_t oid, uint32_t other, uint64_t left)
{
	uint64_t more;

	for (uint32_t i = 0;
	     size_now() + left + CATALOG_TEXT_MAX < CATALOG_SIZE_MAX; i++) {
		ck_assert_uint_lt(i, 2 * WIDE_FIELDS);
		ck_assert_int_eq(comment(i < WIDE_FIELDS ? oid : other,
				     COLUMN_FIRST_FIELD + i % WIDE_FIELDS,
				     CATALOG_TEXT_MAX - 100),
		    0);
	}
	more = CATALOG_SIZE_MAX - size_now() - left;
	if (more > 100)
		ck_assert_int_eq(comment(world.payment, COLUMN_EVENT_ID,
				     (size_t)more - 100),
		    0);
}

START_TEST(all_together_have_a_limit)
{
	const size_t len = CATALOG_TEXT_MAX / 2;
	uint32_t oid = create_wide("first"), other = create_wide("second");
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = oid };
	struct write_batch *batches[2];
	struct commit commit;
	size_t rest;

	fill(oid, other, len + len / 2);
	ck_assert_int_eq(comment(world.payment, 0, len), 0);
	rest = len + (size_t)(CATALOG_SIZE_MAX - size_now());
	ck_assert_uint_lt(rest, CATALOG_TEXT_MAX);
	/* Each fits, and both do not: who comes second is refused. */
	for (uint32_t i = 0; i < 2; i++) {
		struct ddl ddl =
		    comment_on(world.payment, 1 + i, (rest - len) / 2 + 1000);

		batches[i] = write_batch_new(world.engine);
		ck_assert_int_eq(write_batch_ddl(batches[i], &ddl, &err), 0);
	}
	ck_assert_int_eq(fixture_commit(&world, batches[0], SYNC_ON, &commit),
	    0);
	ck_assert_int_eq(fixture_commit(&world, batches[1], SYNC_ON, &commit),
	    STELE_E_LIMIT);
	ck_assert_int_eq(comment(world.payment, 1, 0), 0);
	/* To the byte. */
	ck_assert_int_eq(comment(world.payment, 0, rest - 1), 0);
	ck_assert_uint_eq(size_now(), CATALOG_SIZE_MAX - 1);
	ck_assert_int_eq(comment(world.payment, 0, rest + 1), STELE_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.message, "too large"));
	ck_assert_int_eq(comment(world.payment, 0, rest), 0);
	ck_assert_uint_eq(size_now(), CATALOG_SIZE_MAX);
	ck_assert_measured();
	/* It is in the MANIFEST, and what is stored goes on. */
	fixture_store(&world, 0, 10);
	fixture_flush(&world);
	fixture_reopen(&world);
	ck_assert_uint_eq(size_now(), CATALOG_SIZE_MAX);
	fixture_check(&world, 10);
	/* What makes room is never refused. */
	ck_assert_int_eq(change(&drop), 0);
	ck_assert_uint_lt(size_now(), CATALOG_SIZE_MAX);
	ck_assert_int_eq(comment(world.payment, 1, 1000), 0);
}
END_TEST

/* Nothing of it was written: no reason for the process to end. */
START_TEST(what_a_manifest_cannot_hold_is_taken_back)
{
	ck_assert(publish_is_taken_back(STELE_E_LIMIT));
}
END_TEST

static void
setup(void)
{
	text = malloc(CATALOG_TEXT_MAX + 1);
	ck_assert_ptr_nonnull(text);
	memset(text, 'x', CATALOG_TEXT_MAX + 1);
	fixture_init(&world);
	/* The MANIFEST gets the catalogue when it is told to. */
	world.options.max_wal_size_bytes = 1u << 30;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
	free(text);
}

int
main(void)
{
	Suite *suite = suite_create("catalog size");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_comment_has_a_limit);
	tcase_add_test(tc, a_view_has_a_limit);
	tcase_add_test(tc, all_together_have_a_limit);
	tcase_add_test(tc, what_a_manifest_cannot_hold_is_taken_back);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
