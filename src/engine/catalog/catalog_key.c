/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_key.c -- the key of an event type as a relation of its own: its name
 * and its OID are made of the type's.
 */
#include <inttypes.h>

#include "engine/catalog/catalog_private.h"

#define NAME_BYTES_MAX 63
#define SUFFIX         "_pkey"

static uint32_t event_columns[] = { COLUMN_EVENT_ID - 1 };

/* As many bytes of a name as there is room for, of whole characters. */
static struct str
cut(struct str name, size_t room)
{
	if (name.len <= room)
		return name;
	while (room > 0 && ((uint8_t)name.data[room] & 0xc0) == 0x80)
		room--;
	return str_of(name.data, room);
}

/* "payment_pkey"; where that is too long, with the type's OID in it. */
static struct str
key_name(struct arena *arena, const struct event_type *type)
{
	struct str suffix;

	if (type->name.len + sizeof(SUFFIX) - 1 <= NAME_BYTES_MAX)
		return arena_printf(arena, "%.*s" SUFFIX, STR_FMT(type->name));
	suffix = arena_printf(arena, "_%" PRIu32 SUFFIX, type->oid);
	return arena_printf(arena, "%.*s%.*s",
	    STR_FMT(cut(type->name, NAME_BYTES_MAX - suffix.len)),
	    STR_FMT(suffix));
}

struct table_key
event_type_key(struct arena *arena, const struct event_type *type)
{
	uint32_t oid = KEY_OID_FIRST + type->oid;

	return (struct table_key){ .name = key_name(arena, type),
		.oid = oid,
		.constraint_oid = oid,
		.columns = event_columns,
		.count = ARRAY_LEN(event_columns),
		.is_primary = true,
		.is_unique = true };
}

/* The number that a text ends with, behind '_'; 0: there is none. */
static uint32_t
oid_at_end(struct str text)
{
	uint64_t oid = 0, unit = 1;

	while (text.len > 0 && text.data[text.len - 1] >= '0' &&
	    text.data[text.len - 1] <= '9' && unit < UINT64_C(10000000000)) {
		oid += (uint64_t)(text.data[--text.len] - '0') * unit;
		unit *= 10;
	}
	if (text.len == 0 || text.data[text.len - 1] != '_')
		return 0;
	return oid <= UINT32_MAX ? (uint32_t)oid : 0;
}

const struct event_type *
catalog_type_by_key_name(const struct catalog *catalog, struct str name)
{
	const size_t suffix = sizeof(SUFFIX) - 1;
	const struct event_type *type;
	struct str base;

	if (name.len <= suffix ||
	    !str_equal(str_of(name.data + name.len - suffix, suffix),
		STR(SUFFIX)))
		return NULL;
	base = str_of(name.data, name.len - suffix);
	type = catalog_type_by_name(catalog, base);
	if (type == NULL)
		type = catalog_type_by_oid(catalog, oid_at_end(base));
	return type != NULL && event_type_has_name(type) &&
		str_equal(type->key.name, name)
	    ? type
	    : NULL;
}

const struct event_type *
catalog_type_by_key(const struct catalog *catalog, uint32_t oid)
{
	const struct event_type *type =
	    catalog_type_by_oid(catalog, oid - KEY_OID_FIRST);

	return type != NULL && event_type_has_name(type) ? type : NULL;
}
