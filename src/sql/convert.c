/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every converter uses: failures, names, strings, types and options.
 */
#include "sql/convert.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE 256

int
convert_location(const struct convert *c, int32_t byte)
{
	if (byte < 0)
		return 0;
	return position_of(c->positions, c->base + (size_t)byte);
}

void
convert_fail(struct convert *c, int code, int location, const char *fmt, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;

	if (convert_failed(c))
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	c->rc = error_set(c->err, code, "%s", text);
	error_position(c->err, location != 0 ? location : c->stmt_location);
}

void
convert_unsupported(struct convert *c, int location, const char *hint,
    const char *fmt, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;

	if (convert_failed(c))
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	convert_fail(c, STELE_E_FEATURE_NOT_SUPPORTED, location,
	    "%s is not supported", text);
	if (hint != NULL)
		error_hint(c->err, "%s", hint);
}

void
convert_no_param(struct convert *c, const PgQuery__ParamRef *param)
{
	convert_fail(c, STELE_E_SYNTAX, convert_location(c, param->location),
	    "syntax error at or near \"$%d\"", param->number);
}

void *
convert_array(struct convert *c, size_t count, size_t size)
{
	size_t bytes;
	void *items = NULL;

	if (!__builtin_mul_overflow(count, size, &bytes))
		items = arena_try_alloc(c->arena, bytes);
	if (items == NULL)
		convert_fail(c, STELE_E_OUT_OF_MEMORY, 0, "out of memory");
	else
		memset(items, 0, bytes);
	return items;
}

struct str
convert_str(struct convert *c, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);
	char *copy;

	if (len == 0)
		return str_of("", 0);
	copy = convert_array(c, len + 1, 1);
	if (copy == NULL)
		return str_of("", 0);
	memcpy(copy, text, len + 1);
	return str_of(copy, len);
}

struct str
convert_lower(struct convert *c, const char *text)
{
	struct str lower = { "", 0 };
	size_t len = strlen(text);
	char *copy = convert_array(c, len + 1, 1);

	if (copy == NULL)
		return lower;
	for (size_t i = 0; i < len; i++) {
		char byte = text[i];

		copy[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a')
						     : byte;
	}
	return str_of(copy, len);
}

/* The text of a String node. */
struct str
convert_string_node(struct convert *c, const PgQuery__Node *node)
{
	if (node != NULL && node->node_case == PG_QUERY__NODE__NODE_STRING)
		return convert_str(c, node->string->sval);
	convert_unsupported(c, 0, NULL, "a name of this form");
	return str_of("", 0);
}

struct str *
convert_strings(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct str *items;

	*count = 0;
	if (list.count == 0)
		return NULL;
	items = convert_array(c, list.count, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < list.count; i++)
		items[i] = convert_string_node(c, list.items[i]);
	*count = (uint32_t)list.count;
	return items;
}

struct ast_name
convert_name(struct convert *c, struct pg_list parts, int location)
{
	struct ast_name name = { .location = location };

	if (parts.count > ARRAY_LEN(name.parts)) {
		convert_fail(c, STELE_E_SYNTAX, location,
		    "improper qualified name (too many dotted names)");
		return name;
	}
	for (size_t i = 0; i < parts.count; i++)
		name.parts[i] = convert_string_node(c, parts.items[i]);
	name.count = (uint32_t)parts.count;
	return name;
}

/* The name alone; alias, ONLY and TEMP are the caller's. */
struct ast_name
convert_range_name(struct convert *c, const PgQuery__RangeVar *range)
{
	const char *parts[] = { range->catalogname, range->schemaname,
		range->relname };
	struct ast_name name = { .location =
				     convert_location(c, range->location) };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i] != NULL && parts[i][0] != '\0')
			name.parts[name.count++] = convert_str(c, parts[i]);
	return name;
}

static void
convert_type_mods(struct convert *c, struct pg_list mods, struct ast_type *out)
{
	if (mods.count > ARRAY_LEN(out->mods)) {
		convert_fail(c, STELE_E_INVALID_PARAMETER_VALUE, out->location,
		    "invalid type modifier");
		return;
	}
	for (size_t i = 0; i < mods.count; i++) {
		const PgQuery__Node *node = mods.items[i];

		if (node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
		    node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL) {
			convert_unsupported(c, out->location, NULL,
			    "a type modifier that is not an integer");
			return;
		}
		out->mods[i] = node->a_const->ival->ival;
	}
	out->mod_count = (uint32_t)mods.count;
}

struct ast_type
convert_type(struct convert *c, const PgQuery__TypeName *type)
{
	struct ast_type out = { .location =
				    convert_location(c, type->location) };

	out.name = convert_name(c, PG_LIST(type, names), out.location);
	convert_type_mods(c, PG_LIST(type, typmods), &out);
	out.array_bounds = (uint32_t)type->n_array_bounds;
	out.is_setof = type->setof;
	if (type->pct_type)
		convert_unsupported(c, out.location, NULL, "%%TYPE");
	return out;
}

static void
convert_option(struct convert *c, const PgQuery__DefElem *in,
    struct ast_option *out)
{
	out->name = convert_lower(c, in->defname);
	out->location = convert_location(c, in->location);
	if (in->defnamespace != NULL && in->defnamespace[0] != '\0')
		convert_unsupported(c, out->location, NULL,
		    "an option with a namespace (\"%s.%s\")", in->defnamespace,
		    in->defname);
	if (in->arg == NULL)
		return;
	if (in->arg->node_case == PG_QUERY__NODE__NODE_LIST) {
		const PgQuery__List *list = in->arg->list;

		out->list.items =
		    convert_array(c, list->n_items, sizeof(struct ast_expr *));
		if (out->list.items == NULL)
			return;
		for (size_t i = 0; i < list->n_items; i++)
			out->list.items[i] =
			    convert_value_node(c, list->items[i]);
		out->list.count = (uint32_t)list->n_items;
		return;
	}
	out->value = convert_value_node(c, in->arg);
	if (out->value != NULL && out->value->location == 0)
		out->value->location = out->location;
}

struct ast_option *
convert_options(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_option *items;

	*count = 0;
	if (list.count == 0)
		return NULL;
	items = convert_array(c, list.count, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < list.count; i++) {
		const PgQuery__Node *node = list.items[i];

		if (node->node_case != PG_QUERY__NODE__NODE_DEF_ELEM) {
			convert_unsupported(c, 0, NULL, "this option");
			return NULL;
		}
		convert_option(c, node->def_elem, &items[i]);
	}
	*count = (uint32_t)list.count;
	return items;
}
