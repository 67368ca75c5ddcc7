/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_acl.c -- access rights as values: what an object's are when nobody has
 * granted any.
 */
#include <inttypes.h>

#include "common/quote.h"
#include "exec/func_catalog.h"

/* By PostgreSQL's letters of kinds of objects. */
static const struct {
	char kind;
	const char *everybody; /* what all may do; empty: nothing */
	const char *owner;     /* NULL: not even the owner has a list */
} defaults[] = {
	{ 'r', "", "arwdDxt" },
	{ 's', "", "rwU" },
	{ 'd', "Tc", "CTc" },
	{ 'f', "X", "X" },
	{ 'l', "U", "U" },
	{ 'L', "", "rw" },
	{ 'n', "", "UC" },
	{ 'p', "", "sA" },
	{ 't', "", "C" },
	{ 'F', "", "U" },
	{ 'S', "", "U" },
	{ 'T', "U", "U" },
	{ 'c', "", NULL },
};

static void
put_role(const struct plan_context *names, uint32_t oid, struct buf *out)
{
	struct str name;

	if (names_role_name(names, oid, &name))
		quote_put_name(out, name);
	else if (oid != 0)
		buf_printf(out, "%" PRIu32, oid);
}

static struct datum
make_item(struct function_call *call, const struct plan_context *names,
    uint32_t grantee, const char *rights, uint32_t grantor)
{
	struct datum item = { .is_null = false };
	struct buf text;

	buf_init(&text);
	put_role(names, grantee, &text);
	buf_printf(&text, "=%s/", rights);
	put_role(names, grantor, &text);
	call->arena->failed |= text.failed;
	item.str = arena_str(call->arena, buf_str(&text));
	buf_release(&text);
	return item;
}

static int
acl_default(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct str kind = ARG(call, 0, str, row);
	uint32_t owner = arg_oid(call, 1, row);
	struct array_shape shape;
	struct datum items[2];
	uint32_t count = 0;
	size_t i = 0;

	while (i < ARRAY_LEN(defaults) &&
	    (kind.len != 1 || kind.data[0] != defaults[i].kind))
		i++;
	if (i == ARRAY_LEN(defaults))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "unrecognized objtype abbreviation: %.*s", STR_FMT(kind));
	if (defaults[i].everybody[0] != '\0')
		items[count++] =
		    make_item(call, names, 0, defaults[i].everybody, owner);
	if (defaults[i].owner != NULL)
		items[count++] =
		    make_item(call, names, owner, defaults[i].owner, owner);
	shape = array_shape_list(count);
	return put_array(call, row, &shape, PHYS_STR, items);
}
CATALOG_KERNEL(acl_default)

static const struct {
	const char *word;
	char letter;
} rights[] = {
	{ "INSERT", 'a' },
	{ "SELECT", 'r' },
	{ "UPDATE", 'w' },
	{ "DELETE", 'd' },
	{ "TRUNCATE", 'D' },
	{ "REFERENCES", 'x' },
	{ "TRIGGER", 't' },
	{ "EXECUTE", 'X' },
	{ "USAGE", 'U' },
	{ "CREATE", 'C' },
	{ "TEMPORARY", 'T' },
	{ "TEMP", 'T' },
	{ "CONNECT", 'c' },
	{ "SET", 's' },
	{ "ALTER SYSTEM", 'A' },
};

static int
make_acl_item(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct str word = ARG(call, 2, str, row);
	char letters[3] = "";

	for (size_t i = 0; i < ARRAY_LEN(rights); i++)
		if (str_equal_nocase(word, str_of_cstr(rights[i].word)))
			letters[0] = rights[i].letter;
	if (letters[0] == '\0')
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "unrecognized privilege type: \"%.*s\"", STR_FMT(word));
	if (ARG(call, 3, boolean, row) != 0)
		letters[1] = '*';
	call->result->str[row] = make_item(call, names, arg_oid(call, 0, row),
	    letters, arg_oid(call, 1, row))
				     .str;
	return 0;
}
CATALOG_KERNEL(make_acl_item)

static const struct func_row rows[] = {
	{ FN_ACLDEFAULT, { run_acl_default, false } },
	{ FN_MAKEACLITEM, { run_make_acl_item, false } },
};

const struct func_family func_acl = { rows, ARRAY_LEN(rows) };
