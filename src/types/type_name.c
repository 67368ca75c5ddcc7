/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types as people read them: format_type() of PostgreSQL.
 */
#include "common/must.h"
#include "common/quote.h"
#include "types/array.h"
#include "types/interval.h"
#include "types/type.h"

#define MOD_HEADER 4

static struct str
quote_name(struct str name, struct arena *arena)
{
	struct buf text;
	struct str out;

	buf_init(&text);
	quote_put_name(&text, name);
	arena->failed |= text.failed;
	out = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return out;
}

static struct str
format_with_mod(const struct type_info *info, int32_t mod, struct arena *arena)
{
	switch (info->oid) {
	case TYPE_NUMERIC:
		return arena_printf(arena, "numeric(%d,%d)",
		    type_numeric_precision(mod), type_numeric_scale(mod));
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
		return arena_printf(arena, "%s(%d)", info->sql_name,
		    mod - MOD_HEADER);
	case TYPE_BIT:
	case TYPE_VARBIT:
		return arena_printf(arena, "%s(%d)", info->sql_name, mod);
	case TYPE_TIME:
		return arena_printf(arena, "time(%d) without time zone", mod);
	case TYPE_TIMESTAMP:
		return arena_printf(arena, "timestamp(%d) without time zone",
		    mod);
	case TYPE_TIMESTAMPTZ:
		return arena_printf(arena, "timestamp(%d) with time zone", mod);
	case TYPE_INTERVAL:
		return interval_format_mod(mod, arena);
	default:
		break;
	}
	return str_of_cstr(info->sql_name);
}

static struct str
format_array(struct str element, struct arena *arena)
{
	return arena_printf(arena, "%.*s[]", STR_FMT(element));
}

/* Vectors are arrays that have a name of their own. */
static bool
has_brackets(const struct type *type)
{
	return type_is_array(type) && type->oid != TYPE_INT2VECTOR &&
	    type->oid != TYPE_OIDVECTOR;
}

struct str
type_format_bare(const struct type *type, struct arena *arena)
{
	const struct type_info *info = type_info(type->oid);
	struct type element;

	if (has_brackets(type)) {
		element = type_element(type);
		return format_array(type_format_bare(&element, arena), arena);
	}
	if (type->enum_type != NULL) {
		return quote_name(type->enum_type->name, arena);
	}
	MUST(info != NULL);
	return str_of_cstr(info->sql_name);
}

struct str
type_format(const struct type *type, struct arena *arena)
{
	struct type element = type_element(type);

	if (has_brackets(type))
		return format_array(type_format(&element, arena), arena);
	if (type->mod >= 0 && type->enum_type == NULL)
		return format_with_mod(type_info(type->oid), type->mod, arena);
	if (type->oid == TYPE_BPCHAR)
		return STR("bpchar"); /* "character" alone means one */
	if (type->oid == TYPE_BIT)
		return STR("\"bit\""); /* likewise */
	return type_format_bare(type, arena);
}
