/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema change:
 *
 *   u8 kind · varint oid · varint row type oid · varint array type oid ·
 *   varint version · string name · varint count, fields · varint count, labels
 *
 * A field:
 *
 *   string name · varint type oid · zigzag modifier ·
 *   u8 flags (1 not null, 2 has a default, 4 the default is null,
 *   8 unsigned) ·
 *   if the default is not null: u8 form (enum phys) and the value
 *
 * A catalogue:
 *
 *   u32 format (2) · u64 generation · u32 next oid ·
 *   varint count, enums: oid, array oid, string name, u8 flags (1 inline; none
 *     in format 1), varint count, labels ·
 *   varint count, types: oid, row type oid, array type oid, string name,
 *     varint dropped at, varint count, fields,
 *     varint count, versions: varint number, varint field count
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
#include "engine/catalog/value_format.h"

#define CATALOG_FORMAT     2
#define CATALOG_FORMAT_MIN 1 /* enums had no flags */

enum field_flag { /* on disk: do not renumber */
	FIELD_NOT_NULL = 1,
	FIELD_HAS_DEFAULT = 2,
	FIELD_DEFAULT_IS_NULL = 4,
	FIELD_UNSIGNED = 8,
	FIELD_ALL = 15,
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

static uint32_t
get_u32(struct reader *r)
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
	out->type.oid = get_u32(r);
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

/* A count of things that take at least one byte each. */
static uint32_t
get_count(struct reader *r)
{
	uint64_t count = reader_varint(r);

	if (count > reader_left(r) || count > UINT32_MAX)
		r->failed = true;
	return r->failed ? 0 : (uint32_t)count;
}

/* Arrays are bounded by the bytes that are there, by get_count(). */
static void *
get_array(struct reader *r, struct arena *arena, uint32_t count, size_t size)
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

	*count = get_count(r);
	fields = get_array(r, arena, *count, sizeof(*fields));
	for (uint32_t i = 0; i < *count && !r->failed; i++)
		get_field(r, &fields[i]);
	return fields;
}

static struct str *
get_labels(struct reader *r, struct arena *arena, uint32_t *count)
{
	struct str *labels;

	*count = get_count(r);
	labels = get_array(r, arena, *count, sizeof(*labels));
	for (uint32_t i = 0; i < *count && !r->failed; i++)
		labels[i] = value_get_str(r);
	return labels;
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
}

int
ddl_decode(struct reader *r, struct arena *arena, struct ddl *out,
    struct error *err)
{
	uint8_t kind = reader_u8(r);

	*out = (struct ddl){ .kind = (enum ddl_kind)kind };
	if (kind < DDL_CREATE_ENUM || kind > DDL_CREATE_INLINE_ENUM)
		r->failed = true;
	out->oid = get_u32(r);
	out->row_type_oid = get_u32(r);
	out->array_type_oid = get_u32(r);
	out->version = get_u32(r);
	out->name = value_get_str(r);
	out->fields = get_fields(r, arena, &out->field_count);
	out->labels = get_labels(r, arena, &out->label_count);
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
	buf_put_varint(out, type->field_count);
	for (uint32_t i = 0; i < type->field_count; i++)
		put_field(out, &type->fields[i]);
	buf_put_varint(out, type->version_count);
	for (uint32_t i = 0; i < type->version_count; i++) {
		buf_put_varint(out, type->versions[i].number);
		buf_put_varint(out, type->versions[i].field_count);
	}
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
}

/* Or there was no memory for it, which fails the reader too. */
static int
malformed(const struct arena *arena, struct error *err)
{
	if (arena_check(arena, err) != 0)
		return err->code;
	return error_set(err, STELE_E_CORRUPT, "catalog is malformed");
}

static int
get_enum(struct reader *r, uint32_t format, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	struct enum_type source = { .oid = get_u32(r) };
	const struct enum_type *type;
	uint8_t flags = 0;
	int rc;

	source.array_oid = get_u32(r);
	source.name = value_get_str(r);
	if (format > CATALOG_FORMAT_MIN)
		flags = reader_u8(r);
	source.is_inline = (flags & ENUM_INLINE) != 0;
	source.labels = get_labels(r, arena, &source.label_count);
	if (r->failed || flags > ENUM_ALL || source.oid < FIRST_USER_OID ||
	    catalog_enum_by_oid(catalog, source.oid) != NULL)
		return malformed(arena, err);
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

	type->version_count = get_count(r);
	versions = get_array(r, arena, type->version_count, sizeof(*versions));
	for (uint32_t i = 0; i < type->version_count && !r->failed; i++) {
		versions[i].number = get_u32(r);
		versions[i].field_count = get_u32(r);
		if (versions[i].field_count > type->field_count)
			r->failed = true;
	}
	type->versions = versions;
}

static int
get_type(struct reader *r, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
	struct event_type source = { .oid = get_u32(r) };
	const struct event_type *type;
	int rc;

	source.row_type_oid = get_u32(r);
	source.array_type_oid = get_u32(r);
	source.name = value_get_str(r);
	source.dropped_at = reader_varint(r);
	source.fields = get_fields(r, arena, &source.field_count);
	get_versions(r, arena, &source);
	if (r->failed || source.version_count == 0 ||
	    source.oid < FIRST_USER_OID ||
	    catalog_type_by_oid(catalog, source.oid) != NULL)
		return malformed(arena, err);
	rc = event_type_make(&source, catalog, &type, err);
	if (rc != 0)
		return rc;
	catalog_put_type(catalog, type);
	event_type_unref(type);
	return 0;
}

static int
get_catalog(struct reader *r, struct arena *arena, struct catalog **out,
    struct error *err)
{
	struct reader ahead;
	uint32_t format = reader_u32(r);
	uint64_t generation = reader_u64(r);
	uint32_t next_oid = reader_u32(r);
	uint32_t enum_count = get_count(r);
	uint32_t type_count = 0;
	struct catalog *catalog;
	int rc;

	if (r->failed || format < CATALOG_FORMAT_MIN ||
	    format > CATALOG_FORMAT || next_oid < FIRST_USER_OID)
		return malformed(arena, err);
	ahead = *r; /* every type takes a byte at least: enough room */
	rc = catalog_make((uint32_t)reader_left(&ahead), enum_count, out, err);
	if (rc != 0)
		return rc;
	catalog = *out;
	catalog->generation = generation;
	catalog->next_oid = next_oid;
	for (uint32_t i = 0; i < enum_count && rc == 0; i++)
		rc = get_enum(r, format, arena, catalog, err);
	if (rc == 0)
		type_count = get_count(r);
	for (uint32_t i = 0; i < type_count && rc == 0; i++)
		rc = get_type(r, arena, catalog, err);
	if (rc == 0 && (r->failed || reader_left(r) != 0))
		rc = malformed(arena, err);
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
