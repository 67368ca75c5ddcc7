/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/write_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/append/write_stage.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "types/datetime.h"

struct write_batch *
write_batch_new(struct engine *engine)
{
	struct write_batch *batch = calloc(1,
	    sizeof(*batch) + engine->shard_count * sizeof(batch->tickets[0]));
	uint8_t *headers;

	if (batch == NULL)
		return NULL;
	batch->engine = engine;
	buf_init_charged(&batch->bytes, engine->options.memory);
	buf_init(&batch->more_types);
	row_gather_init(&batch->gather);
	headers = buf_take(&batch->bytes, WAL_BATCH_HEADROOM);
	if (headers == NULL) {
		free(batch);
		return NULL;
	}
	memset(headers, 0, WAL_BATCH_HEADROOM);
	batch->changes_end = WAL_BATCH_HEADROOM;
	batch->base = engine_catalog(engine);
	for (uint32_t i = 0; i < engine->shard_count; i++)
		batch->tickets[i].batch = batch;
	return batch;
}

/* Small ones do not trouble the memory that all share. */
#define COUNTED_BYTES_MIN ((size_t)64 * 1024)

static void
set_counted(struct write_batch *batch, size_t bytes)
{
	/* Unsigned: the difference may be negative. */
	atomic_fetch_add_explicit(&batch->engine->batch_bytes,
	    bytes - batch->counted_bytes, memory_order_relaxed);
	batch->counted_bytes = bytes;
}

void
write_batch_count_bytes(struct write_batch *batch)
{
	size_t bytes = batch->bytes.capacity + batch->part_bytes;
	size_t counted = batch->counted_bytes;

	if (bytes >= counted + COUNTED_BYTES_MIN ||
	    counted >= bytes + COUNTED_BYTES_MIN)
		set_counted(batch, bytes);
}

static void
drop_ddls(struct write_batch *batch, uint32_t kept)
{
	while (batch->ddl_count > kept) {
		struct batch_ddl *ddl = &batch->ddls[--batch->ddl_count];

		batch->ddl_bytes -= ddl->len;
		catalog_unref(ddl->after);
	}
}

void
write_batch_free(struct write_batch *batch)
{
	if (batch == NULL)
		return;
	if (batch->counted_bytes > 0)
		set_counted(batch, 0);
	write_stage_free(batch);
	row_gather_release(&batch->gather);
	drop_ddls(batch, 0);
	free(batch->ddls);
	catalog_unref(batch->base);
	catalog_unref(batch->catalog);
	buf_release(&batch->bytes);
	buf_release(&batch->more_types);
	free(batch);
}

const struct catalog *
write_batch_catalog(const struct write_batch *batch)
{
	if (batch->ddl_count == 0)
		return batch->base;
	return batch->ddls[batch->ddl_count - 1].after;
}

bool
write_batch_makes_view(const struct write_batch *batch, uint32_t oid)
{
	return catalog_view_by_oid(batch->base, oid) == NULL &&
	    catalog_view_by_oid(write_batch_catalog(batch), oid) != NULL;
}

uint64_t
write_batch_row_count(const struct write_batch *batch)
{
	return batch->row_count + batch->gather.count;
}

bool
write_batch_is_empty(const struct write_batch *batch)
{
	return write_batch_row_count(batch) == 0 && batch->ddl_count == 0;
}

/* ---- marks ---- */

struct write_batch_mark
write_batch_mark(struct write_batch *batch)
{
	write_batch_encode_gathered(batch);
	return (struct write_batch_mark){
		.bytes = batch->bytes.len,
		.rows = batch->row_count,
		.ddls = batch->ddl_count,
		.stagings = batch->stagings,
	};
}

/* Take the rows after the mark off the counts of their shards. */
static void
uncount_rows(struct write_batch *batch, size_t from)
{
	struct reader r =
	    reader_over(batch->bytes.data + from, batch->bytes.len - from);
	struct entry entry;
	struct rows rows;

	while (entry_next(&r, &entry) == 1) {
		if (entry.kind != ENTRY_ROWS)
			continue;
		MUST(rows_decode(&entry, &rows));
		batch->tickets[entry.shard].row_count -= rows.count;
	}
}

/*
 * Where the bytes were at a mark.  If rows were staged since, all of them came
 * after it but some of the changes that were kept.
 */
static size_t
bytes_at(const struct write_batch *batch, struct write_batch_mark mark)
{
	size_t end = batch->changes_end;

	if (mark.stagings == batch->stagings)
		return mark.bytes;
	if (mark.ddls < batch->ddl_count && batch->ddls[mark.ddls].offset < end)
		return batch->ddls[mark.ddls].offset;
	return end;
}

void
write_batch_rewind(struct write_batch *batch, struct write_batch_mark mark)
{
	size_t end = bytes_at(batch, mark);

	assert(end <= batch->bytes.len);
	row_gather_clear(&batch->gather); /* a mark has none before it */
	uncount_rows(batch, end);
	batch->bytes.len = end;
	batch->bytes.failed = false;
	if (batch->changes_end > end)
		batch->changes_end = end;
	batch->row_count = mark.rows;
	drop_ddls(batch, mark.ddls);
	write_stage_rewind(batch);
}

/* ---- limits ---- */

int
write_batch_check_size(const struct write_batch *batch, struct error *err)
{
	size_t limit = ENGINE_TUNED(batch->engine, batch_memory_bytes);

	if (batch->is_lost || batch->bytes.failed || batch->more_types.failed)
		return error_no_memory(err);
	if (batch->ddl_bytes <= limit)
		return 0;
	(void)error_set(err, STELE_E_LIMIT, "transaction is too large");
	return error_detail(err,
	    "Its schema changes take more than batch_memory, %zu bytes.",
	    limit);
}

/* ---- schema changes ---- */

static void
assign_oids(const struct write_batch *batch, struct ddl *ddl)
{
	bool is_type =
	    ddl->kind == DDL_CREATE_TYPE || ddl->kind == DDL_CREATE_VIEW;
	bool is_enum =
	    ddl->kind == DDL_CREATE_ENUM || ddl->kind == DDL_CREATE_INLINE_ENUM;
	bool is_role = ddl->kind == DDL_CREATE_ROLE;
	bool is_kept = ddl->kind == DDL_CREATE_KEPT; /* two of three */
	unsigned count = is_kept ? 6 : is_type ? 3 : is_role ? 1 : 2;
	uint32_t oid;

	if (!is_type && !is_enum && !is_role && !is_kept)
		return;
	if (is_role && !catalog_has_roles(write_batch_catalog(batch))) {
		ddl->oid = ROLE_OWNER_OID; /* the first of all */
		return;
	}
	/* A number alone: nothing else is published with it. */
	oid = (uint32_t)atomic_fetch_add_explicit(&batch->engine->next_oid,
	    count, memory_order_relaxed);
	ddl->oid = oid;
	if (!is_role)
		ddl->array_type_oid = oid + 1;
	if (is_type || is_kept)
		ddl->row_type_oid = oid + 2;
	if (is_kept)
		ddl->kept.type_oid = oid + 3;
}

static int
check_limits(const struct write_batch *batch, const struct ddl *ddl,
    struct error *err)
{
	const struct engine *engine = batch->engine;
	const struct catalog *catalog = write_batch_catalog(batch);
	const struct event_type *type = NULL;
	uint32_t fields = ddl->field_count;
	int rc = ddl_check_texts(ddl, err);

	if (rc != 0)
		return rc;
	if (ddl->kind == DDL_ADD_FIELDS)
		type = catalog_type_by_oid(catalog, ddl->oid);
	if (type != NULL)
		fields += type->field_count;
	if (fields > ENGINE_TUNED(engine, max_fields))
		return error_set(err, STELE_E_TOO_MANY_COLUMNS,
		    "tables can have at most %u columns",
		    ENGINE_TUNED(engine, max_fields));
	if ((ddl->kind == DDL_CREATE_TYPE || ddl->kind == DDL_CREATE_KEPT) &&
	    catalog->type_count >= ENGINE_TUNED(engine, max_event_types)) {
		(void)error_set(err, STELE_E_TOO_MANY_COLUMNS,
		    "there are %u event types already",
		    (unsigned)catalog->type_count);
		return error_hint(err, "Drop some, or raise max_event_types.");
	}
	return 0;
}

static int
need_ddl_room(struct write_batch *batch, struct error *err)
{
	uint32_t room = batch->ddl_room == 0 ? 4 : batch->ddl_room * 2;
	struct batch_ddl *ddls;

	if (batch->ddl_count < batch->ddl_room)
		return 0;
	ddls = realloc(batch->ddls, room * sizeof(*ddls));
	if (ddls == NULL)
		return error_no_memory(err);
	batch->ddls = ddls;
	batch->ddl_room = room;
	return 0;
}

/* catalog_apply(), within the limit of what a catalogue may be. */
static int
apply_within_limit(const struct catalog *before, const struct ddl *ddl,
    uint64_t position, const struct catalog **after, struct error *err)
{
	int rc = catalog_apply(before, ddl, position, after, err);

	if (rc == 0)
		rc = ddl_check_growth(ddl, before, *after, err);
	if (rc != 0) {
		catalog_unref(*after);
		*after = NULL;
	}
	return rc;
}

int
write_batch_ddl(struct write_batch *batch, struct ddl *ddl, struct error *err)
{
	struct write_batch_mark mark = write_batch_mark(batch);
	struct batch_ddl *slot;
	size_t begin;
	int rc = check_limits(batch, ddl, err);

	if (rc == 0)
		rc = need_ddl_room(batch, err);
	if (rc != 0)
		return rc;
	assign_oids(batch, ddl);
	slot = &batch->ddls[batch->ddl_count];
	slot->offset = batch->bytes.len;
	slot->len = 0;
	rc = apply_within_limit(write_batch_catalog(batch), ddl,
	    engine_position(batch->engine) + 1, &slot->after, err);
	if (rc != 0)
		return rc;
	batch->ddl_count++;
	begin = entry_ddl_begin(&batch->bytes);
	ddl_encode(ddl, &batch->bytes);
	entry_ddl_end(&batch->bytes, begin);
	slot->len = batch->bytes.len - begin;
	batch->ddl_bytes += slot->len;
	rc = write_batch_check_size(batch, err);
	if (rc != 0)
		write_batch_rewind(batch, mark);
	return rc;
}

/* ---- commit ---- */

int
write_batch_seal(struct write_batch *batch, struct error *err)
{
	struct wal_batch_header header = { .len = 0 };
	int rc;

	assert(write_batch_is_settled(batch));
	write_batch_encode_gathered(batch);
	row_gather_release(&batch->gather);
	header.row_count = batch->row_count;
	for (uint32_t i = 0; i < batch->staged_count; i++) {
		const struct segment_meta *meta =
		    segment_meta(batch->staged[i].segment);

		entry_segment_encode(&batch->bytes, meta);
		batch->tickets[meta->shard].row_count += meta->row_count;
	}
	rc = write_batch_check_size(batch, err);
	if (rc != 0)
		return rc;
	header.len = batch->bytes.len - WAL_BATCH_HEADROOM;
	/* Zeros behind it are written with a group of its own. */
	if (!buf_reserve(&batch->bytes, WAL_ALIGN))
		return error_no_memory(err);
	wal_batch_encode(batch->bytes.data + WAL_GROUP_HEADER_SIZE, &header);
	return 0;
}

static int
check_age(const struct event_type *type, int64_t time_min, struct error *err)
{
	const struct type_settings settings = { .now = 0 };
	struct buf text;

	if (time_min >= type->horizon)
		return 0;
	/* The rows of a kept query: another refresh began a new generation. */
	if (type->kept_by != 0)
		return error_set(err, STELE_E_SERIALIZATION_FAILURE,
		    "could not serialize access due to concurrent update");
	buf_init(&text);
	timestamptz_put(time_min, &settings, &text);
	(void)error_set(err, STELE_E_DATETIME_OVERFLOW,
	    "timestamp %.*s is older than what \"%.*s\" retains",
	    STR_FMT(buf_str(&text)), STR_FMT(type->name));
	buf_reset(&text);
	timestamptz_put(type->horizon, &settings, &text);
	(void)error_detail(err, "Its events before %.*s are gone.",
	    STR_FMT(buf_str(&text)));
	buf_release(&text);
	return err->code;
}

int
write_batch_check_type(const struct event_type *type, int64_t time_min,
    struct error *err)
{
	if (type->dropped_at == 0)
		return check_age(type, time_min, err);
	return error_set(err, STELE_E_SERIALIZATION_FAILURE,
	    "could not serialize access: relation \"%.*s\" was dropped "
	    "concurrently",
	    STR_FMT(type->name));
}

bool
write_batch_has_type(const struct write_batch *batch, uint32_t oid)
{
	const struct batch_type *types =
	    (const struct batch_type *)(const void *)batch->more_types.data;
	size_t count = batch->more_types.len / sizeof(*types);

	if (batch->first_type.oid == oid)
		return true;
	for (size_t i = 0; i < count; i++)
		if (types[i].oid == oid)
			return true;
	return false;
}

void
write_batch_each_type(const struct write_batch *batch,
    void (*fn)(void *arg, uint32_t oid), void *arg)
{
	const struct batch_type *types =
	    (const struct batch_type *)(const void *)batch->more_types.data;
	size_t count = batch->more_types.len / sizeof(*types);

	if (batch->first_type.oid != 0)
		fn(arg, batch->first_type.oid);
	for (size_t i = 0; i < count; i++)
		fn(arg, types[i].oid);
}

static int
check_used_type(const struct catalog *head, const struct batch_type *used,
    struct error *err)
{
	const struct event_type *type = catalog_type_by_oid(head, used->oid);

	if (type == NULL)
		return 0; /* not there: the batch makes it itself */
	return write_batch_check_type(type, used->time_min, err);
}

static int
check_used_types(const struct write_batch *batch, const struct catalog *head,
    struct error *err)
{
	const struct batch_type *types =
	    (const struct batch_type *)(const void *)batch->more_types.data;
	size_t count = batch->more_types.len / sizeof(*types);
	int rc = 0;

	if (batch->first_type.oid != 0)
		rc = check_used_type(head, &batch->first_type, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = check_used_type(head, &types[i], err);
	return rc;
}

/*
 * Rows of the batch were encoded for what its own change makes of an object:
 * nobody else may have changed that object in between.
 */
static int
check_unchanged(const struct write_batch *batch, const struct catalog *head,
    uint32_t oid, struct error *err)
{
	if (batch->row_count == 0 || head == batch->base ||
	    (catalog_type_by_oid(head, oid) ==
		    catalog_type_by_oid(batch->base, oid) &&
		catalog_enum_by_oid(head, oid) ==
		    catalog_enum_by_oid(batch->base, oid)))
		return 0;
	return error_set(err, STELE_E_SERIALIZATION_FAILURE,
	    "could not serialize access: object with OID %u was changed "
	    "concurrently",
	    (unsigned)oid);
}

/*
 * A view that is replaced keeps its columns, those too that it has got since
 * the statement ran: rights may be on them, and other views use them.
 */
static int
check_replaced(const struct catalog *catalog, const struct ddl *ddl,
    struct error *err)
{
	const struct sql_view *before = catalog_view_by_oid(catalog, ddl->oid);

	if (ddl->kind != DDL_REPLACE_VIEW || before == NULL ||
	    view_first_change(before, ddl->view) == before->column_count)
		return 0;
	return error_set(err, STELE_E_SERIALIZATION_FAILURE,
	    "could not serialize access: view \"%.*s\" was changed "
	    "concurrently",
	    STR_FMT(before->name));
}

static int
apply_one(struct write_batch *batch, size_t offset, uint64_t position,
    const struct catalog **catalog, struct error *err)
{
	struct reader r =
	    reader_over(batch->bytes.data + offset, batch->bytes.len - offset);
	const struct catalog *after;
	struct arena arena;
	struct entry entry;
	struct ddl ddl;
	int rc;

	MUST(entry_next(&r, &entry) == 1 && entry.kind == ENTRY_DDL);
	(void)reader_u64(&entry.content);
	arena_init(&arena, NULL);
	rc = ddl_decode(&entry.content, &arena, &ddl, err);
	if (rc == 0)
		rc = check_replaced(*catalog, &ddl, err);
	if (rc == 0)
		rc = apply_within_limit(*catalog, &ddl, position, &after, err);
	if (rc == 0) {
		entry_ddl_stamp(batch->bytes.data + offset, after->generation);
		catalog_unref(*catalog);
		*catalog = after;
	}
	arena_release(&arena);
	return rc;
}

/* The objects that existed before the batch and that it changes. */
static int
check_changed_objects(const struct write_batch *batch,
    const struct catalog *head, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < batch->ddl_count && rc == 0; i++) {
		struct reader r =
		    reader_over(batch->bytes.data + batch->ddls[i].offset,
			batch->bytes.len - batch->ddls[i].offset);
		struct entry entry;

		MUST(entry_next(&r, &entry) == 1);
		(void)reader_u64(&entry.content);
		(void)reader_u8(&entry.content); /* kind, then oid */
		rc = check_unchanged(batch, head,
		    (uint32_t)reader_varint(&entry.content), err);
	}
	return rc;
}

int
write_batch_rebase(struct write_batch *batch, const struct catalog *head,
    uint64_t position, const struct catalog **out, struct error *err)
{
	int rc = 0;

	*out = NULL;
	if (head != batch->base)
		rc = check_used_types(batch, head, err);
	if (rc == 0)
		rc = check_changed_objects(batch, head, err);
	if (rc != 0)
		return rc;
	*out = catalog_ref(head);
	for (uint32_t i = 0; i < batch->ddl_count && rc == 0; i++)
		rc =
		    apply_one(batch, batch->ddls[i].offset, position, out, err);
	if (rc != 0) {
		catalog_unref(*out);
		*out = NULL;
	}
	return rc;
}
