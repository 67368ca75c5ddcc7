/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check_each.h"
#include "common/error.h"

static struct error err;

#define OK(call) \
	do { \
		int ok_rc = (call); \
		ck_assert_msg(ok_rc == 0, "%s: %d %s (%s)", #call, ok_rc, \
		    err.message, err.detail); \
	} while (0)

void
fixture_init(struct fixture *fixture)
{
	const char *base = "/tmp";

	*fixture = (struct fixture){ .fs = os_fs_real() };
	/* Kills of the process lose nothing: memory does, and is fast. */
	if (access("/dev/shm", W_OK) == 0)
		base = "/dev/shm";
	snprintf(fixture->dir, sizeof(fixture->dir), "%s/stele-test-XXXXXX",
	    base);
	ck_assert_ptr_nonnull(mkdtemp(fixture->dir));
	fixture->options = (struct engine_options){
		.shard_count = 3,
		.worker_count = 1,
		.memtable_size_bytes = 4 << 20,
		.zone_rows = 256,
		.max_wal_size_bytes = 64 << 20,
		.wal_file_size_bytes = 1 << 20,
		.wal_sync_interval_ms = 10,
		.batch_memory_bytes = 64 << 20,
		.block_cache_size_bytes = 8 << 20,
		.max_fields = 100,
		.max_event_types = 100,
		.max_context_size_bytes = 1024,
		.max_string_size_bytes = 1 << 20,
		.max_row_size_bytes = 2 << 20,
	};
}

void
fixture_remove(struct fixture *fixture)
{
	char command[128];

	fixture_close(fixture);
	snprintf(command, sizeof(command), "rm -rf '%s'", fixture->dir);
	ck_assert_int_eq(system(command), 0);
}

void
fixture_open(struct fixture *fixture)
{
	OK(engine_open(fixture->fs, fixture->dir, &fixture->options,
	    &fixture->engine, &err));
}

void
fixture_close(struct fixture *fixture)
{
	engine_close(fixture->engine);
	fixture->engine = NULL;
}

void
fixture_reopen(struct fixture *fixture)
{
	fixture_close(fixture);
	fixture_open(fixture);
}

/* ---- waiting for a commit ---- */

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t told;
	bool is_done;
};

static void
tell(struct commit *commit)
{
	struct waiter *waiter = commit->arg;

	pthread_mutex_lock(&waiter->lock);
	waiter->is_done = true;
	pthread_cond_signal(&waiter->told);
	pthread_mutex_unlock(&waiter->lock);
}

static void
wait_told(struct waiter *waiter)
{
	pthread_mutex_lock(&waiter->lock);
	while (!waiter->is_done)
		pthread_cond_wait(&waiter->told, &waiter->lock);
	pthread_mutex_unlock(&waiter->lock);
}

int
fixture_commit(struct fixture *fixture, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit)
{
	struct waiter waiter = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.told = PTHREAD_COND_INITIALIZER,
	};

	*commit = (struct commit){ .done = tell, .arg = &waiter };
	engine_commit(fixture->engine, batch, mode, commit);
	wait_told(&waiter);
	return commit->rc;
}

void
fixture_flush(struct fixture *fixture)
{
	struct waiter waiter = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.told = PTHREAD_COND_INITIALIZER,
	};
	struct commit commit = { .done = tell, .arg = &waiter };

	engine_flush(fixture->engine, &commit);
	wait_told(&waiter);
	ck_assert_msg(commit.rc == 0, "%s (%s)", commit.err.message,
	    commit.err.detail);
}

/* ---- payments ---- */

void
fixture_define(struct fixture *fixture)
{
	const struct field fields[] = {
		{ .name = STR("amount"),
		    .type = type_of(TYPE_INT8),
		    .is_not_null = true },
		{ .name = STR("note"), .type = type_of(TYPE_TEXT) },
		{ .name = STR("price"),
		    .type = { .oid = TYPE_NUMERIC,
			.mod = type_numeric_mod(10, 2) } },
	};
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.name = STR("payment"),
		.fields = fields,
		.field_count = ARRAY_LEN(fields),
	};
	struct write_batch *batch = write_batch_new(fixture->engine);
	struct commit commit;

	OK(write_batch_ddl(batch, &ddl, &err));
	fixture->payment = ddl.oid;
	ck_assert_int_eq(fixture_commit(fixture, batch, SYNC_ON, &commit), 0);
}

const struct event_type *
fixture_type(struct fixture *fixture)
{
	const struct catalog *catalog = engine_catalog(fixture->engine);
	const struct event_type *type =
	    catalog_type_by_name(catalog, STR("payment"));

	catalog_unref(
	    catalog); /* the engine keeps it while nobody changes it */
	ck_assert_ptr_nonnull(type);
	return type;
}

struct str
fixture_context(uint64_t i)
{
	static const char *const names[FIXTURE_CONTEXTS] = { "order-0",
		"order-1", "order-2", "order-3", "order-4", "order-5", "" };

	return str_of_cstr(names[i % FIXTURE_CONTEXTS]);
}

int
fixture_add_one_by_one(struct write_batch *batch, const struct event_type *type,
    const struct vec *cols, uint32_t count, struct error *refusal)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct row_slot slot;

		write_batch_row_begin(batch, type, &slot);
		for (uint32_t c = 0; c < 2 + type->field_count; c++) {
			struct datum value = vec_get(&cols[c], i);

			value = datum_copy(cols[c].phys, &value, slot.arena);
			vec_set(&slot.cols[c], slot.row, &value);
		}
		rc = write_batch_row_end(batch, type, refusal);
	}
	return rc;
}

static bool
is_one_by_one(struct fixture *fixture)
{
	return fixture->rows == ROWS_ONE_BY_ONE ||
	    (fixture->rows == ROWS_EITHER_WAY && fixture->row_turn++ % 2 == 0);
}

/* At most VEC_ROWS rows. */
static void
add_some(struct fixture *fixture, struct write_batch *batch, int64_t first,
    uint32_t count)
{
	const struct event_type *type =
	    catalog_type_by_oid(write_batch_catalog(batch), fixture->payment);
	const struct datum null = { .is_null = true };
	struct vec cols[10];
	struct arena arena;

	CHECK_EACH(type->field_count <= ARRAY_LEN(cols) - 2);
	arena_init(&arena, NULL);
	for (uint32_t i = 5; i < 2 + type->field_count; i++)
		vec_init_constant(&cols[i], field_phys(&type->fields[i - 2]),
		    &null, &arena);
	vec_init(&cols[0], PHYS_STR, count, &arena);
	vec_init(&cols[1], PHYS_I64, count, &arena);
	vec_init(&cols[2], PHYS_I64, count, &arena);
	vec_init(&cols[3], PHYS_STR, count, &arena);
	vec_init(&cols[4], PHYS_NUMERIC, count, &arena);
	if (fixture->time_of == NULL)
		memset(vec_need_nulls(&cols[1], count, &arena), 1, count);
	(void)vec_need_nulls(&cols[3], count, &arena);
	for (uint32_t i = 0; i < count; i++) {
		int64_t amount = first + i;

		cols[0].str[i] = fixture_context((uint64_t)amount);
		cols[1].i64[i] =
		    fixture->time_of == NULL ? 0 : fixture->time_of(amount);
		cols[2].i64[i] = amount;
		cols[3].nulls[i] = amount % 2 != 0;
		cols[3].str[i] =
		    arena_printf(&arena, "note %lld", (long long)amount);
		cols[4].numeric[i] =
		    (struct numeric){ .small = amount * 25, .scale = 2 };
	}
	if (write_batch_is_full(batch))
		OK(write_batch_stage(batch, &err));
	if (is_one_by_one(fixture))
		OK(fixture_add_one_by_one(batch, type, cols, count, &err));
	else
		OK(write_batch_rows(batch, type, cols, 2 + type->field_count,
		    sel_all(count), &err));
	arena_release(&arena);
}

void
fixture_add(struct fixture *fixture, struct write_batch *batch, int64_t first,
    uint32_t count)
{
	while (count > 0) {
		uint32_t some = count < VEC_ROWS ? count : VEC_ROWS;

		add_some(fixture, batch, first, some);
		first += some;
		count -= some;
	}
}

void
fixture_store(struct fixture *fixture, int64_t first, uint32_t count)
{
	struct write_batch *batch = write_batch_new(fixture->engine);
	struct commit commit;

	fixture_add(fixture, batch, first, count);
	ck_assert_int_eq(fixture_commit(fixture, batch, SYNC_ON, &commit), 0);
	ck_assert_uint_eq(commit.last_event_id - commit.first_event_id + 1,
	    count);
}

/* ---- reading back ---- */

static const uint32_t attnums[] = { COLUMN_EVENT_ID, COLUMN_TIMESTAMP,
	COLUMN_CONTEXT_ID, PAYMENT_AMOUNT, PAYMENT_NOTE, PAYMENT_PRICE,
	COLUMN_VERSION };

static struct fixture_row
row_of(const struct batch *batch, uint32_t row)
{
	struct fixture_row out = {
		.event_id = vec_get(&batch->cols[0], row).i64,
		.timestamp = vec_get(&batch->cols[1], row).i64,
		.amount = vec_get(&batch->cols[3], row).i64,
		.version = vec_get(&batch->cols[6], row).i64,
		.price = -1,
	};
	struct str context = vec_get(&batch->cols[2], row).str;
	struct datum note = vec_get(&batch->cols[4], row);
	struct datum price = vec_get(&batch->cols[5], row);

	snprintf(out.context, sizeof(out.context), "%.*s", STR_FMT(context));
	if (!note.is_null)
		snprintf(out.note, sizeof(out.note), "%.*s", STR_FMT(note.str));
	if (!price.is_null) {
		CHECK_EACH(price.numeric.scale == 2);
		out.price = (int64_t)price.numeric.small;
	}
	return out;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct fixture_row *left = a, *right = b;

	return (left->event_id > right->event_id) -
	    (left->event_id < right->event_id);
}

/* Append the rows of one part; a run ascends over its parts. */
static void
read_part(struct scan *scan, uint32_t run, uint32_t part, int64_t *previous,
    struct fixture_row **rows, size_t *count)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc;

	OK(scan_cursor_open(scan, run, part, &cursor, &err));
	while ((rc = scan_cursor_next(cursor, &batch, &err)) == 1) {
		*rows =
		    realloc(*rows, (*count + batch.sel.count) * sizeof(**rows));
		for (uint32_t i = 0; i < batch.sel.count; i++) {
			struct fixture_row row =
			    row_of(&batch, sel_row(batch.sel, i));

			CHECK_EACH(row.event_id > *previous);
			*previous = row.event_id;
			(*rows)[(*count)++] = row;
		}
	}
	ck_assert_msg(rc == 0, "%s", err.message);
	scan_cursor_close(cursor);
}

/* What a scan of payments gives: the spec says which. */
static struct fixture_row *
read_rows(struct fixture *fixture, struct scan_spec spec, size_t *count)
{
	struct fixture_row *rows = NULL;
	struct arena arena;
	struct scan *scan;

	spec.snapshot = engine_snapshot(fixture->engine, 0, NULL, NULL);
	spec.type = fixture_type(fixture);
	spec.attnums = attnums;
	spec.attnum_count = ARRAY_LEN(attnums);
	arena_init(&arena, NULL);
	*count = 0;
	OK(scan_open(fixture->engine, &spec, &arena, &scan, &err));
	for (uint32_t run = 0; run < scan_run_count(scan); run++) {
		int64_t previous = 0;

		for (uint32_t part = 0; part < scan_part_count(scan, run);
		     part++)
			read_part(scan, run, part, &previous, &rows, count);
	}
	scan_close(scan);
	arena_release(&arena);
	snapshot_unref(spec.snapshot);
	if (*count > 1)
		qsort(rows, *count, sizeof(*rows), compare_rows);
	return rows;
}

struct fixture_row *
fixture_scan(struct fixture *fixture, const struct str *context, uint64_t first,
    uint64_t last, size_t *count)
{
	struct scan_spec spec = {
		.event_id_first = first,
		.event_id_last = last,
	};

	if (context != NULL) {
		spec.has_context = true;
		spec.context = *context;
	}
	return read_rows(fixture, spec, count);
}

struct fixture_row *
fixture_find(struct fixture *fixture, const int64_t *ids, uint32_t id_count,
    size_t *count)
{
	const struct scan_spec spec = {
		.event_ids = ids,
		.event_id_count = id_count,
	};

	return read_rows(fixture, spec, count);
}

void
fixture_check_row(const struct fixture *fixture, const struct fixture_row *row,
    int64_t amount)
{
	struct str context = fixture_context((uint64_t)amount);
	char note[32] = "";

	if (amount % 2 == 0)
		snprintf(note, sizeof(note), "note %lld", (long long)amount);
	CHECK_EACH(row->amount == amount);
	CHECK_EACH(row->event_id == amount + 1);
	CHECK_EACH(fixture->time_of == NULL
		? row->timestamp > 0
		: row->timestamp == fixture->time_of(amount));
	CHECK_EACH(str_equal(str_of_cstr(row->context), context));
	CHECK_EACH(strcmp(row->note, note) == 0);
	CHECK_EACH(row->price == amount * 25);
}

void
fixture_check(struct fixture *fixture, size_t count)
{
	size_t found;
	struct fixture_row *rows = fixture_scan(fixture, NULL, 0, 0, &found);

	ck_assert_uint_eq(found, count);
	for (size_t i = 0; i < count; i++)
		fixture_check_row(fixture, &rows[i], (int64_t)i);
	free(rows);
	for (uint64_t c = 0; c < FIXTURE_CONTEXTS; c++) {
		struct str context = fixture_context(c);
		size_t expected =
		    (count + FIXTURE_CONTEXTS - 1 - c) / FIXTURE_CONTEXTS;

		rows = fixture_scan(fixture, &context, 0, 0, &found);
		ck_assert_uint_eq(found, expected);
		for (size_t i = 0; i < found; i++)
			fixture_check_row(fixture, &rows[i],
			    (int64_t)(c + i * FIXTURE_CONTEXTS));
		free(rows);
	}
}
