/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema change:
 *
 *   u8 kind · varint oid · varint row type oid · varint array type oid ·
 *   varint version · string name · varint count, fields · varint count, labels
 *   · of kinds that make a view: the view
 *   · of CREATE_KEPT and SET_KEPT: the rows that are kept
 *   · of SET_RETAIN and SET_HORIZON: zigzag time
 *   · of COMMENT: the comment
 *   · of roles and rights: role_format.c
 *   · of SET_SETTING: catalog_setting.c
 *
 * A field:
 *
 *   string name · varint type oid · zigzag modifier ·
 *   u8 flags (1 not null, 2 has a default, 4 the default is null,
 *   8 unsigned) ·
 *   if the default is not null: u8 form (enum phys) and the value
 *
 * A view, but for its OIDs and its name:
 *
 *   string query · string time zone · u8 date style · u8 date order ·
 *   u8 interval style · zigzag now ·
 *   varint count, columns: string name, varint type oid, zigzag modifier ·
 *   varint count, dependencies: varint oid, varint columns
 *
 * The rows that are kept of a query:
 *
 *   varint oid of their type · u8 flags (1 populated) · varint position ·
 *   varint number · zigzag generation · varint rows · varint rows at first ·
 *   zigzag refreshed at
 *
 * A comment:
 *
 *   u8 class · varint oid · varint column (0: none) · string text
 *
 * A catalogue:
 *
 *   u32 format (9) · u64 generation · u32 next oid ·
 *   varint count, enums: oid, array oid, string name, u8 flags (1 inline; none
 *     in format 1), varint owner (from format 5 on), varint count, labels ·
 *   varint count, types: oid, row type oid, array type oid, string name,
 *     varint dropped at, zigzag retain and zigzag horizon (from format 4 on),
 *     varint owner (from format 5 on), varint kept by (from format 7 on),
 *     varint count, fields,
 *     varint count, versions: varint number, varint field count ·
 *   varint count, views: oid, row type oid, array type oid, string name,
 *     varint owner (from format 5 on), view, u8 whether it is kept and if so
 *     the rows that are (from format 7 on) (no views in formats 1 and 2) ·
 *   from format 5 on: varint count, roles · varint count, lists of rights ·
 *   from format 6 on: varint count, comments ·
 *   from format 8 on: varint count, lists of settings (catalog_setting.c) ·
 *   from format 9 on: varint count, lists of rights on columns (role_format.c)
 *
 * Strings are a varint length and bytes; values as in value_format.h.  The
 * checksum is that of the block around it.
 */
#include "engine/catalog/catalog_format.h"

#include <assert.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"
#include "engine/catalog/value_format.h"

#define CATALOG_FORMAT           9
#define CATALOG_FORMAT_COLUMNS   9 /* rights on them */
#define CATALOG_FORMAT_SETTINGS  8
#define CATALOG_FORMAT_KEPT      7
#define CATALOG_FORMAT_COMMENTS  6
#define CATALOG_FORMAT_ROLES     5 /* and owners and rights */
#define CATALOG_FORMAT_RETENTION 4 /* types have theirs */
#define CATALOG_FORMAT_VIEWS     3
#define CATALOG_FORMAT_MIN       1 /* enums had no flags */

enum field_flag { /* on disk: do not renumber */
	FIELD_NOT_NULL = 1,
	FIELD_HAS_DEFAULT = 2,
	FIELD_DEFAULT_IS_NULL = 4,
	FIELD_UNSIGNED = 8,
	FIELD_ALL = 15,
};

enum kept_flag { /* on disk: do not renumber */
	KEPT_POPULATED = 1,
	KEPT_ALL = 1,
};

enum enum_flag { /* on disk: do not renumber */
	ENUM_INLINE = 1,
	ENUM_ALL = 1,
};

static_assert(PHYS_BOOL == 0 && PHYS_I64 == 1 && PHYS_F64 == 2 &&
	PHYS_NUMERIC == 3 && PHYS_STR == 4 && PHYS_UUID == 5 &&
	PHYS_INTERVAL == 6,
    "the forms of defaults are on disk");

static void
put_field(struct buf *out, const struct field *field)
{
	bool has_value = field->has_default && !field->default_value.is_null;
	unsigned flags = (field->is_not_null ? FIELD_NOT_NULL : 0) |
	    (field->has_default ? FIELD_HAS_DEFAULT : 0) |
	    (field->has_default && !has_value ? FIELD_DEFAULT_IS_NULL : 0) |
	    (field->is_unsigned ? FIELD_UNSIGNED : 0);

	value_put_str(out, field->name);
	buf_put_varint(out, field->type.oid);
	value_put_i64(out, field->type.mod);
	buf_put_u8(out, (uint8_t)flags);
	if (has_value) {
		enum phys phys = field_phys(field);

		buf_put_u8(out, (uint8_t)phys);
		value_put(out, phys, &field->default_value);
	}
}

uint32_t
format_get_u32(struct reader *r)
{
	uint64_t value = reader_varint(r);

	if (value > UINT32_MAX)
		r->failed = true;
	return r->failed ? 0 : (uint32_t)value;
}

static void
get_field(struct reader *r, struct field *out)
{
	unsigned flags;
	int64_t mod;

	*out = (struct field){ .name = value_get_str(r) };
	out->type.oid = format_get_u32(r);
	mod = value_get_i64(r);
	flags = reader_u8(r);
	if (mod < INT32_MIN || mod > INT32_MAX || flags > FIELD_ALL)
		r->failed = true;
	out->type.mod = (int32_t)mod;
	out->is_not_null = (flags & FIELD_NOT_NULL) != 0;
	out->is_unsigned = (flags & FIELD_UNSIGNED) != 0;
	out->has_default = (flags & FIELD_HAS_DEFAULT) != 0;
	out->default_value.is_null = true;
	if (out->has_default && (flags & FIELD_DEFAULT_IS_NULL) == 0) {
		uint8_t phys = reader_u8(r);

		if (phys >= PHYS_COUNT)
			r->failed = true;
		else
			out->default_value = value_get(r, (enum phys)phys);
	}
}

uint32_t
format_get_count(struct reader *r)
{
	uint64_t count = reader_varint(r);

	if (count > reader_left(r) || count > UINT32_MAX)
		r->failed = true;
	return r->failed ? 0 : (uint32_t)count;
}

void *
format_get_array(struct reader *r, struct arena *arena, uint32_t count,
    size_t size)
{
	void *array = arena_try_alloc(arena, (count + (size_t)1) * size);

	if (array == NULL) {
		arena->failed = true;
		r->failed = true;
	}
	return array;
}

static struct field *
get_fields(struct reader *r, struct arena *arena, uint32_t *count)
{
	struct field *fields;

	*count = format_get_count(r);
	fields = format_get_array(r, arena, *count, sizeof(*fields));
	for (uint32_t i = 0; i < *count && !r->failed; i++)
		get_field(r, &fields[i]);
	return fields;
}

static struct str *
get_labels(struct reader *r, struct arena *arena, uint32_t *count)
{
	struct str *labels;

	*count = format_get_count(r);
	labels = format_get_array(r, arena, *count, sizeof(*labels));
	for (uint32_t i = 0; i < *count && !r->failed; i++)
		labels[i] = value_get_str(r);
	return labels;
}

static void
put_view(struct buf *out, const struct sql_view *view)
{
	value_put_str(out, view->query);
	value_put_str(out, view->reading.time_zone);
	buf_put_u8(out, view->reading.date_style);
	buf_put_u8(out, view->reading.date_order);
	buf_put_u8(out, view->reading.interval_style);
	value_put_i64(out, view->reading.now);
	buf_put_varint(out, view->column_count);
	for (uint32_t i = 0; i < view->column_count; i++) {
		value_put_str(out, view->columns[i].name);
		buf_put_varint(out, view->columns[i].type_oid);
		value_put_i64(out, view->columns[i].type_mod);
	}
	buf_put_varint(out, view->dependency_count);
	for (uint32_t i = 0; i < view->dependency_count; i++) {
		buf_put_varint(out, view->dependencies[i].oid);
		buf_put_varint(out, view->dependencies[i].column_count);
	}
}

static void
get_view_column(struct reader *r, struct view_column *out)
{
	int64_t mod;

	out->name = value_get_str(r);
	out->type_oid = format_get_u32(r);
	mod = value_get_i64(r);
	if (mod < INT32_MIN || mod > INT32_MAX)
		r->failed = true;
	out->type_mod = (int32_t)mod;
}

static void
get_view(struct reader *r, struct arena *arena, struct sql_view *out)
{
	struct view_dependency *dependencies;
	struct view_column *columns;

	out->query = value_get_str(r);
	out->reading.time_zone = value_get_str(r);
	out->reading.date_style = reader_u8(r);
	out->reading.date_order = reader_u8(r);
	out->reading.interval_style = reader_u8(r);
	if (out->reading.date_style > DATE_STYLE_GERMAN ||
	    out->reading.date_order > DATE_ORDER_YMD ||
	    out->reading.interval_style > INTERVAL_STYLE_ISO_8601)
		r->failed = true;
	out->reading.now = value_get_i64(r);
	out->column_count = format_get_count(r);
	columns =
	    format_get_array(r, arena, out->column_count, sizeof(*columns));
	for (uint32_t i = 0; i < out->column_count && !r->failed; i++)
		get_view_column(r, &columns[i]);
	out->columns = columns;
	out->dependency_count = format_get_count(r);
	dependencies = format_get_array(r, arena, out->dependency_count,
	    sizeof(*dependencies));
	for (uint32_t i = 0; i < out->dependency_count && !r->failed; i++) {
		dependencies[i].oid = format_get_u32(r);
		dependencies[i].column_count = format_get_u32(r);
	}
	out->dependencies = dependencies;
}

static bool
makes_view(enum ddl_kind kind)
{
	return kind == DDL_CREATE_VIEW || kind == DDL_REPLACE_VIEW ||
	    kind == DDL_CREATE_KEPT;
}

static bool
has_kept(enum ddl_kind kind)
{
	return kind == DDL_CREATE_KEPT || kind == DDL_SET_KEPT;
}

static void
put_kept(struct buf *out, const struct kept_rows *kept)
{
	buf_put_varint(out, kept->type_oid);
	buf_put_u8(out, kept->is_populated ? KEPT_POPULATED : 0);
	buf_put_varint(out, kept->position);
	buf_put_varint(out, kept->number);
	value_put_i64(out, kept->generation);
	buf_put_varint(out, kept->row_count);
	buf_put_varint(out, kept->base_count);
	value_put_i64(out, kept->refreshed_at);
}

static void
get_kept(struct reader *r, struct kept_rows *out)
{
	uint8_t flags;

	out->type_oid = format_get_u32(r);
	flags = reader_u8(r);
	if (out->type_oid < FIRST_USER_OID || flags > KEPT_ALL)
		r->failed = true;
	out->is_populated = (flags & KEPT_POPULATED) != 0;
	out->position = reader_varint(r);
	out->number = reader_varint(r);
	out->generation = value_get_i64(r);
	out->row_count = reader_varint(r);
	out->base_count = reader_varint(r);
	out->refreshed_at = value_get_i64(r);
}

static bool
has_time(enum ddl_kind kind)
{
	return kind == DDL_SET_RETAIN || kind == DDL_SET_HORIZON;
}

static void
put_comment(struct buf *out, const struct object_comment *comment)
{
	buf_put_u8(out, (uint8_t)comment->object.class);
	buf_put_varint(out, comment->object.oid);
	buf_put_varint(out, comment->object.attnum);
	value_put_str(out, comment->text);
}

static void
get_comment(struct reader *r, struct object_comment *out)
{
	uint8_t class = reader_u8(r);

	if (class < OBJECT_RELATION || class > OBJECT_DATABASE)
		r->failed = true;
	out->object.class = (enum object_class) class;
	out->object.oid = format_get_u32(r);
	out->object.attnum = format_get_u32(r);
	out->text = value_get_str(r);
}

const char *
ddl_kind_name(enum ddl_kind kind)
{
	switch (kind) {
	case DDL_CREATE_ENUM:
	case DDL_CREATE_INLINE_ENUM:
		return "create enum";
	case DDL_ADD_LABEL:
		return "add label";
	case DDL_CREATE_TYPE:
		return "create type";
	case DDL_ADD_FIELDS:
		return "add fields";
	case DDL_DROP_TYPE:
		return "drop type";
	case DDL_DROP_ENUM:
		return "drop enum";
	case DDL_CREATE_VIEW:
		return "create view";
	case DDL_REPLACE_VIEW:
		return "replace view";
	case DDL_DROP_VIEW:
		return "drop view";
	case DDL_CREATE_KEPT:
		return "create kept query";
	case DDL_SET_KEPT:
		return "set kept query";
	case DDL_SET_RETAIN:
		return "set retain";
	case DDL_SET_HORIZON:
		return "set horizon";
	case DDL_COMMENT:
		return "comment";
	case DDL_CREATE_ROLE:
		return "create role";
	case DDL_ALTER_ROLE:
		return "alter role";
	case DDL_DROP_ROLE:
		return "drop role";
	case DDL_GRANT_ROLE:
		return "grant role";
	case DDL_REVOKE_ROLE:
		return "revoke role";
	case DDL_GRANT:
		return "grant";
	case DDL_REVOKE:
		return "revoke";
	case DDL_SET_OWNER:
		return "set owner";
	case DDL_SET_SETTING:
		return "set setting";
	}
	return NULL;
}

void
ddl_encode(const struct ddl *ddl, struct buf *out)
{
	buf_put_u8(out, (uint8_t)ddl->kind);
	buf_put_varint(out, ddl->oid);
	buf_put_varint(out, ddl->row_type_oid);
	buf_put_varint(out, ddl->array_type_oid);
	buf_put_varint(out, ddl->version);
	value_put_str(out, ddl->name);
	buf_put_varint(out, ddl->field_count);
	for (uint32_t i = 0; i < ddl->field_count; i++)
		put_field(out, &ddl->fields[i]);
	buf_put_varint(out, ddl->label_count);
	for (uint32_t i = 0; i < ddl->label_count; i++)
		value_put_str(out, ddl->labels[i]);
	if (makes_view(ddl->kind))
		put_view(out, ddl->view);
	if (has_kept(ddl->kind))
		put_kept(out, &ddl->kept);
	if (has_time(ddl->kind))
		value_put_i64(out, ddl->time);
	if (ddl->kind == DDL_COMMENT)
		put_comment(out, &ddl->comment);
	if (ddl->kind == DDL_SET_SETTING)
		setting_change_put(out, &ddl->setting);
	role_change_put(out, ddl);
}

int
ddl_decode(struct reader *r, struct arena *arena, struct ddl *out,
    struct error *err)
{
	uint8_t kind = reader_u8(r);

	*out = (struct ddl){ .kind = (enum ddl_kind)kind };
	if (ddl_kind_name(out->kind) == NULL)
		r->failed = true;
	out->oid = format_get_u32(r);
	out->row_type_oid = format_get_u32(r);
	out->array_type_oid = format_get_u32(r);
	out->version = format_get_u32(r);
	out->name = value_get_str(r);
	out->fields = get_fields(r, arena, &out->field_count);
	out->labels = get_labels(r, arena, &out->label_count);
	if (!r->failed && makes_view(out->kind)) {
		struct sql_view *view = arena_zalloc(arena, sizeof(*view));

		get_view(r, arena, view);
		out->view = view;
	}
	if (has_kept(out->kind))
		get_kept(r, &out->kept);
	if (has_time(out->kind))
		out->time = value_get_i64(r);
	if (out->kind == DDL_COMMENT)
		get_comment(r, &out->comment);
	if (out->kind == DDL_SET_SETTING)
		setting_change_get(r, &out->setting);
	if (out->kind == DDL_SET_RETAIN && out->time < 0)
		r->failed = true;
	role_change_get(r, out);
	if (arena_check(arena, err) != 0) /* fails the reader too */
		return err->code;
	if (r->failed)
		return error_set(err, STELE_E_CORRUPT,
		    "schema change is malformed");
	return 0;
}

static void
put_enum(struct buf *out, const struct enum_type *type)
{
	buf_put_varint(out, type->oid);
	buf_put_varint(out, type->array_oid);
	value_put_str(out, type->name);
	buf_put_u8(out, type->is_inline ? ENUM_INLINE : 0);
	buf_put_varint(out, type->owner);
	buf_put_varint(out, type->label_count);
	for (uint32_t i = 0; i < type->label_count; i++)
		value_put_str(out, type->labels[i]);
}

static void
put_type(struct buf *out, const struct event_type *type)
{
	buf_put_varint(out, type->oid);
	buf_put_varint(out, type->row_type_oid);
	buf_put_varint(out, type->array_type_oid);
	value_put_str(out, type->name);
	buf_put_varint(out, type->dropped_at);
	value_put_i64(out, type->retain_us);
	value_put_i64(out, type->horizon);
	buf_put_varint(out, type->owner);
	buf_put_varint(out, type->kept_by);
	buf_put_varint(out, type->field_count);
	for (uint32_t i = 0; i < type->field_count; i++)
		put_field(out, &type->fields[i]);
	buf_put_varint(out, type->version_count);
	for (uint32_t i = 0; i < type->version_count; i++) {
		buf_put_varint(out, type->versions[i].number);
		buf_put_varint(out, type->versions[i].field_count);
	}
}

static void
put_whole_view(struct buf *out, const struct sql_view *view)
{
	buf_put_varint(out, view->oid);
	buf_put_varint(out, view->row_type_oid);
	buf_put_varint(out, view->array_type_oid);
	value_put_str(out, view->name);
	buf_put_varint(out, view->owner);
	put_view(out, view);
	buf_put_u8(out, view_is_kept(view));
	if (view_is_kept(view))
		put_kept(out, &view->kept);
}

void
catalog_encode(const struct catalog *catalog, struct buf *out)
{
	buf_put_u32(out, CATALOG_FORMAT);
	buf_put_u64(out, catalog->generation);
	buf_put_u32(out, catalog->next_oid);
	buf_put_varint(out, catalog->enum_count);
	for (uint32_t i = 0; i < catalog->enum_count; i++)
		put_enum(out, catalog->enums[i]);
	buf_put_varint(out, catalog->type_count);
	for (uint32_t i = 0; i < catalog->type_count; i++)
		put_type(out, catalog->types[i]);
	buf_put_varint(out, catalog->view_count);
	for (uint32_t i = 0; i < catalog->view_count; i++)
		put_whole_view(out, catalog->views[i]);
	catalog_put_security(out, catalog);
	buf_put_varint(out, catalog->comment_count);
	for (uint32_t i = 0; i < catalog->comment_count; i++)
		put_comment(out, catalog->comments[i]);
	catalog_encode_settings(out, catalog);
	catalog_put_column_rights(out, catalog);
}

/* ---- sizes ---- */

int
format_measure(struct buf *bytes, size_t *size, struct error *err)
{
	int rc = bytes->failed ? error_no_memory(err) : 0;

	*size = bytes->len;
	buf_release(bytes);
	return rc;
}

int
enum_type_measure(const struct enum_type *type, size_t *size, struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_enum(&bytes, type);
	return format_measure(&bytes, size, err);
}

int
event_type_measure(const struct event_type *type, size_t *size,
    struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_type(&bytes, type);
	return format_measure(&bytes, size, err);
}

int
sql_view_measure(const struct sql_view *view, size_t *size, struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_whole_view(&bytes, view);
	return format_measure(&bytes, size, err);
}

int
comment_measure(const struct object_comment *comment, size_t *size,
    struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_comment(&bytes, comment);
	return format_measure(&bytes, size, err);
}

/* ---- reading ---- */

int
format_malformed(const struct arena *arena, struct error *err)
{
	if (arena_check(arena, err) != 0)
		return err->code;
	return error_set(err, STELE_E_CORRUPT, "catalog is malformed");
}

/* Before there were roles all was the one owner's. */
static uint32_t
get_owner(struct reader *r, uint32_t format)
{
	return format >= CATALOG_FORMAT_ROLES ? format_get_u32(r)
					      : ROLE_OWNER_OID;
}

static int
get_enum(struct reader *r, uint32_t format, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	struct enum_type source = { .oid = format_get_u32(r) };
	const struct enum_type *type;
	uint8_t flags = 0;
	int rc;

	source.array_oid = format_get_u32(r);
	source.name = value_get_str(r);
	if (format > CATALOG_FORMAT_MIN)
		flags = reader_u8(r);
	source.is_inline = (flags & ENUM_INLINE) != 0;
	source.owner = get_owner(r, format);
	source.labels = get_labels(r, arena, &source.label_count);
	if (r->failed || flags > ENUM_ALL || source.oid < FIRST_USER_OID ||
	    catalog_enum_by_oid(catalog, source.oid) != NULL)
		return format_malformed(arena, err);
	rc = enum_type_make(&source, &type, err);
	if (rc != 0)
		return rc;
	catalog_put_enum(catalog, type);
	enum_unref(type);
	return 0;
}

static void
get_versions(struct reader *r, struct arena *arena, struct event_type *type)
{
	struct schema_version *versions;

	type->version_count = format_get_count(r);
	versions =
	    format_get_array(r, arena, type->version_count, sizeof(*versions));
	for (uint32_t i = 0; i < type->version_count && !r->failed; i++) {
		versions[i].number = format_get_u32(r);
		versions[i].field_count = format_get_u32(r);
		if (versions[i].field_count > type->field_count)
			r->failed = true;
	}
	type->versions = versions;
}

static int
get_type(struct reader *r, uint32_t format, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	struct event_type source = { .oid = format_get_u32(r),
		.horizon = HORIZON_NONE };
	const struct event_type *type;
	int rc;

	source.row_type_oid = format_get_u32(r);
	source.array_type_oid = format_get_u32(r);
	source.name = value_get_str(r);
	source.dropped_at = reader_varint(r);
	if (format >= CATALOG_FORMAT_RETENTION) {
		source.retain_us = value_get_i64(r);
		source.horizon = value_get_i64(r);
	}
	source.owner = get_owner(r, format);
	if (format >= CATALOG_FORMAT_KEPT)
		source.kept_by = format_get_u32(r);
	source.fields = get_fields(r, arena, &source.field_count);
	get_versions(r, arena, &source);
	if (r->failed || source.version_count == 0 || source.retain_us < 0 ||
	    source.oid < FIRST_USER_OID ||
	    catalog_type_by_oid(catalog, source.oid) != NULL)
		return format_malformed(arena, err);
	rc = event_type_make(&source, catalog, &type, err);
	if (rc != 0)
		return rc;
	catalog_put_type(catalog, type);
	event_type_unref(type);
	return 0;
}

/* Whether the type of a kept query's rows is there: K8. */
static bool
has_rows_of(const struct catalog *catalog, const struct sql_view *view)
{
	const struct event_type *type =
	    catalog_type_by_oid(catalog, view->kept.type_oid);

	return type != NULL && type->dropped_at == 0 &&
	    type->kept_by == view->oid;
}

static int
get_catalog_view(struct reader *r, uint32_t format, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	struct sql_view source = { .oid = format_get_u32(r) };
	const struct sql_view *view;
	uint8_t is_kept = 0;
	int rc;

	source.row_type_oid = format_get_u32(r);
	source.array_type_oid = format_get_u32(r);
	source.name = value_get_str(r);
	source.owner = get_owner(r, format);
	get_view(r, arena, &source);
	if (format >= CATALOG_FORMAT_KEPT)
		is_kept = reader_u8(r);
	if (is_kept == 1)
		get_kept(r, &source.kept);
	if (r->failed || is_kept > 1 || source.oid < FIRST_USER_OID ||
	    catalog_view_by_oid(catalog, source.oid) != NULL ||
	    (is_kept == 1 && !has_rows_of(catalog, &source)))
		return format_malformed(arena, err);
	rc = sql_view_make(&source, &view, err);
	if (rc != 0)
		return rc;
	catalog_put_view(catalog, view);
	sql_view_unref(view);
	return 0;
}

static int
get_catalog_comment(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	const struct object_comment *comment;
	struct object_comment source;
	int rc;

	get_comment(r, &source);
	if (r->failed || !comment_is_kept(&source) ||
	    !catalog_has_object(catalog, &source.object) ||
	    catalog_comment(catalog, &source.object) != NULL)
		return format_malformed(arena, err);
	rc = comment_make(&source, &comment, err);
	if (rc != 0)
		return rc;
	catalog_put_comment(catalog, comment);
	comment_unref(comment);
	return 0;
}

static int
get_comments(struct reader *r, uint32_t format, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	uint32_t count =
	    format >= CATALOG_FORMAT_COMMENTS ? format_get_count(r) : 0;
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = get_catalog_comment(r, arena, catalog, err);
	return rc;
}

static int
get_catalog(struct reader *r, struct arena *arena, struct catalog **out,
    struct error *err)
{
	struct catalog_room room;
	uint32_t format = reader_u32(r);
	uint64_t generation = reader_u64(r);
	uint32_t next_oid = reader_u32(r);
	uint32_t enum_count = format_get_count(r);
	uint32_t type_count = 0;
	uint32_t view_count = 0;
	struct catalog *catalog;
	int rc;

	if (r->failed || format < CATALOG_FORMAT_MIN ||
	    format > CATALOG_FORMAT || next_oid < FIRST_USER_OID)
		return format_malformed(arena, err);
	/* every object takes a byte at least: enough room */
	room.types = (uint32_t)reader_left(r);
	room.views = room.roles = room.acls = room.comments = room.types;
	room.setting_lists = room.types;
	room.enums = enum_count;
	rc = catalog_make(&room, out, err);
	if (rc != 0)
		return rc;
	catalog = *out;
	catalog->generation = generation;
	catalog->next_oid = next_oid;
	for (uint32_t i = 0; i < enum_count && rc == 0; i++)
		rc = get_enum(r, format, arena, catalog, err);
	if (rc == 0)
		type_count = format_get_count(r);
	for (uint32_t i = 0; i < type_count && rc == 0; i++)
		rc = get_type(r, format, arena, catalog, err);
	if (rc == 0 && format >= CATALOG_FORMAT_VIEWS)
		view_count = format_get_count(r);
	for (uint32_t i = 0; i < view_count && rc == 0; i++)
		rc = get_catalog_view(r, format, arena, catalog, err);
	if (rc == 0 && format >= CATALOG_FORMAT_ROLES)
		rc = catalog_get_security(r, arena, catalog, err);
	if (rc == 0)
		rc = get_comments(r, format, arena, catalog, err);
	if (rc == 0 && format >= CATALOG_FORMAT_SETTINGS)
		rc = catalog_decode_settings(r, arena, catalog, err);
	if (rc == 0 && format >= CATALOG_FORMAT_COLUMNS)
		rc = catalog_get_column_rights(r, arena, catalog, err);
	if (rc == 0 && (r->failed || reader_left(r) != 0))
		rc = format_malformed(arena, err);
	return rc;
}

int
catalog_decode(struct str bytes, const struct catalog **out, struct error *err)
{
	struct reader r = reader_over(bytes.data, bytes.len);
	struct catalog *catalog = NULL;
	struct arena arena;
	int rc;

	*out = NULL;
	arena_init(&arena, NULL);
	rc = get_catalog(&r, &arena, &catalog, err);
	if (rc == 0) {
		catalog_seal(catalog);
		*out = catalog;
	} else {
		catalog_unref(catalog);
	}
	arena_release(&arena);
	return rc;
}
