/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog.c -- what is in a catalogue: found by name or OID, and read.
 */
#include "engine/catalog/catalog.h"

#include <inttypes.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "types/numeric.h"

static const struct {
	const char *name;
	uint32_t oid;
} core_column[] = {
	[COLUMN_VERSION] = { "version", TYPE_INT4 },
	[COLUMN_CONTEXT_ID] = { "context_id", TYPE_TEXT },
	[COLUMN_TIMESTAMP] = { "timestamp", TYPE_TIMESTAMPTZ },
	[COLUMN_EVENT_ID] = { "event_id", TYPE_INT8 },
};

/* The OIDs of one object follow each other: the object's own is the least. */

/* The last of the types whose OID is at most `oid`. */
static const struct event_type *
type_floor(const struct catalog *catalog, uint32_t oid)
{
	uint32_t low = 0, high = catalog->type_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (catalog->types[middle]->oid <= oid)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? NULL : catalog->types[low - 1];
}

const struct event_type *
catalog_type_by_oid(const struct catalog *catalog, uint32_t oid)
{
	const struct event_type *type = type_floor(catalog, oid);

	return type != NULL && type->oid == oid ? type : NULL;
}

const struct event_type *
catalog_type_of_rows(const struct catalog *catalog, uint32_t oid)
{
	const struct event_type *type = type_floor(catalog, oid);

	if (type == NULL || !event_type_has_name(type) ||
	    (type->row_type_oid != oid && type->array_type_oid != oid))
		return NULL;
	return type;
}

const struct enum_type *
catalog_enum_by_name(const struct catalog *catalog, struct str name)
{
	for (uint32_t i = 0; i < catalog->enum_count; i++)
		if (str_equal(catalog->enums[i]->name, name))
			return catalog->enums[i];
	return NULL;
}

const struct enum_type *
catalog_enum_by_array_name(const struct catalog *catalog, struct str name)
{
	if (name.len == 0 || name.data[0] != '_')
		return NULL;
	name = str_of(name.data + 1, name.len - 1);
	for (uint32_t i = 0; i < catalog->enum_count; i++) {
		struct str own = catalog->enums[i]->name;

		if (own.len > NAME_SIZE_MAX - 1)
			own.len = NAME_SIZE_MAX - 1;
		if (str_equal(own, name))
			return catalog->enums[i];
	}
	return NULL;
}

/* How many enums have an OID of at most `oid`. */
static uint32_t
enums_up_to(const struct catalog *catalog, uint32_t oid)
{
	uint32_t low = 0, high = catalog->enum_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (catalog->enums[middle]->oid <= oid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct enum_type *
catalog_enum_by_oid(const struct catalog *catalog, uint32_t oid)
{
	uint32_t count = enums_up_to(catalog, oid);

	if (count == 0 || catalog->enums[count - 1]->oid != oid)
		return NULL;
	return catalog->enums[count - 1];
}

const struct enum_type *
catalog_enum_of_type(const struct catalog *catalog, uint32_t oid)
{
	uint32_t count = enums_up_to(catalog, oid);
	const struct enum_type *type;

	if (count == 0)
		return NULL;
	type = catalog->enums[count - 1];
	return type->oid == oid || type->array_oid == oid ? type : NULL;
}

uint32_t
catalog_core_column(struct str name)
{
	for (uint32_t i = COLUMN_CONTEXT_ID; i < COLUMN_FIRST_FIELD; i++)
		if (str_equal(str_of_cstr(core_column[i].name), name))
			return i;
	return 0;
}

uint32_t
event_type_column(const struct event_type *type, struct str name)
{
	for (uint32_t i = 0; i < type->field_count; i++)
		if (str_equal(type->fields[i].name, name))
			return COLUMN_FIRST_FIELD + i;
	return catalog_core_column(name);
}

const struct schema_version *
event_type_current(const struct event_type *type)
{
	return &type->versions[type->version_count - 1];
}

/* Most rows have the current one. */
const struct schema_version *
event_type_version(const struct event_type *type, uint32_t number)
{
	for (uint32_t i = type->version_count; i > 0; i--)
		if (type->versions[i - 1].number == number)
			return &type->versions[i - 1];
	return NULL;
}

struct type
event_type_column_type(const struct event_type *type, uint32_t attnum)
{
	if (attnum < COLUMN_FIRST_FIELD)
		return type_of(core_column[attnum].oid);
	return type->fields[attnum - COLUMN_FIRST_FIELD].type;
}

enum phys
event_type_column_phys(const struct event_type *type, uint32_t attnum)
{
	struct type core;

	if (attnum >= COLUMN_FIRST_FIELD)
		return field_phys(&type->fields[attnum - COLUMN_FIRST_FIELD]);
	core = event_type_column_type(type, attnum);
	return type_phys(&core);
}

struct str
event_type_column_name(const struct event_type *type, uint32_t attnum)
{
	if (attnum < COLUMN_FIRST_FIELD)
		return str_of_cstr(core_column[attnum].name);
	return type->fields[attnum - COLUMN_FIRST_FIELD].name;
}

int
field_check(const struct field *field, const struct datum *value,
    struct error *err)
{
	struct buf text;
	i128 number;

	if (!field->is_unsigned ||
	    (numeric_to_i128(&value->numeric, 0, &number) && number >= 0 &&
		number <= UINT64_MAX))
		return 0;
	buf_init(&text);
	numeric_put(&value->numeric, &text);
	(void)error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value \"%.*s\" is out of range for type u64",
	    STR_FMT(buf_str(&text)));
	buf_release(&text);
	return error_detail(err,
	    "Field \"%.*s\" holds whole numbers from 0 to %" PRIu64 ".",
	    STR_FMT(field->name), UINT64_MAX);
}
