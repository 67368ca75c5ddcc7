/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pgcatalog/type_row.h"

#include "common/attr.h"
#include "engine/catalog/catalog.h"
#include "plan/schema.h"

/* ---- built in ---- */

struct builtin_type {
	const char *name;
	struct type_row row; /* all but the name */
};

static const struct builtin_type builtins[] = {
/* clang-format off */
#define TYPE(oid, name, schema, len, by_value, type, category, preferred, \
	delimiter, element, array, subscript, input, output, receive, send, \
	mod_in, mod_out, analyze, align, storage, base, base_mod, collation) \
	{ name, { oid, { NULL, 0 }, false, schema, len, by_value, type, \
	    category, preferred, delimiter, 0, element, array, subscript, \
	    input, output, receive, send, mod_in, mod_out, analyze, align, \
	    storage, base, base_mod, collation } },
#include "server/pgcatalog/types.def"
#undef TYPE
	/* clang-format on */
};

static void
get_builtin(const struct builtin_type *type, struct type_row *out)
{
	*out = type->row;
	out->name = str_of_cstr(type->name);
}

static bool
builtin_by_oid(uint32_t oid, struct type_row *out)
{
	size_t low = 0, high = ARRAY_LEN(builtins);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (builtins[middle].row.oid == oid) {
			get_builtin(&builtins[middle], out);
			return true;
		}
		if (builtins[middle].row.oid < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* ---- users' ---- */

/* OIDs of what reads and writes each kind, as in PostgreSQL. */
static struct type_row
enum_row(const struct enum_type *type)
{
	return (struct type_row){
		.oid = type->oid,
		.name = type->name,
		.schema = SCHEMA_PUBLIC,
		.len = 4,
		.is_by_value = true,
		.type = 'e',
		.category = 'E',
		.delimiter = ',',
		.array = type->array_oid,
		.input = 3506,   /* enum_in */
		.output = 3507,  /* enum_out */
		.receive = 3532, /* enum_recv */
		.send = 3533,    /* enum_send */
		.align = 'i',
		.storage = 'p',
		.base_mod = -1,
	};
}

static struct type_row
record_row(const struct relation *relation)
{
	return (struct type_row){
		.oid = relation_row_type(relation),
		.name = relation->name,
		.schema = relation->schema,
		.len = -1,
		.type = 'c',
		.category = 'C',
		.delimiter = ',',
		.relation = relation->oid,
		.array = relation_array_type(relation),
		.input = 2290,   /* record_in */
		.output = 2291,  /* record_out */
		.receive = 2402, /* record_recv */
		.send = 2403,    /* record_send */
		.align = 'd',
		.storage = 'x',
		.base_mod = -1,
	};
}

static struct type_row
array_row(const struct type_row *element)
{
	return (struct type_row){
		.oid = element->array,
		.name = element->name,
		.is_array_of_name = true,
		.schema = element->schema,
		.len = -1,
		.type = 'b',
		.category = 'A',
		.delimiter = ',',
		.element = element->oid,
		.subscript = 6179, /* array_subscript_handler */
		.input = 750,      /* array_in */
		.output = 751,     /* array_out */
		.receive = 2400,   /* array_recv */
		.send = 2401,      /* array_send */
		.analyze = 3816,   /* array_typanalyze */
		.align = element->align,
		.storage = 'x',
		.base_mod = -1,
	};
}

bool
type_row_by_oid(const struct relation_space *space, uint32_t oid,
    struct type_row *out)
{
	const struct enum_type *enum_type;
	struct relation relation;

	if (oid < FIRST_USER_OID)
		return builtin_by_oid(oid, out);
	enum_type = catalog_enum_of_type(space->catalog, oid);
	if (enum_type != NULL)
		*out = enum_row(enum_type);
	else if (relation_of_rows(space, oid, &relation))
		*out = record_row(&relation);
	else
		return false;
	if (out->oid != oid)
		*out = array_row(out);
	return true;
}

static int
with_array(const struct type_row *row,
    int (*fn)(void *arg, const struct type_row *row), void *arg)
{
	struct type_row array = array_row(row);
	int rc = fn(arg, row);

	return rc == 0 ? fn(arg, &array) : rc;
}

int
type_rows_each(const struct relation_space *space,
    int (*fn)(void *arg, const struct type_row *row), void *arg)
{
	struct relation_cursor cursor;
	struct relation relation;
	struct type_row row;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(builtins) && rc == 0; i++) {
		get_builtin(&builtins[i], &row);
		rc = fn(arg, &row);
	}
	for (uint32_t i = 0; i < space->catalog->enum_count && rc == 0; i++) {
		row = enum_row(space->catalog->enums[i]);
		rc = with_array(&row, fn, arg);
	}
	relation_cursor_init(&cursor, space);
	while (rc == 0 && relation_next(&cursor, &relation)) {
		if (relation_row_type(&relation) == 0)
			continue;
		row = record_row(&relation);
		rc = with_array(&row, fn, arg);
	}
	return rc;
}
