/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_text.c -- the values of SET, as PostgreSQL writes them down.
 */
#include "server/set_text.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "sql/ast.h"
#include "types/time_zone.h"
#include "types/type.h"

/* Whether an identifier can stand without quotes. */
static bool
is_plain_identifier(struct str name)
{
	if (name.len == 0)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && c != '_' &&
		    (i == 0 || !(c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

static void
put_identifier(struct buf *out, struct str name)
{
	if (is_plain_identifier(name)) {
		buf_put_str(out, name);
		return;
	}
	buf_put_u8(out, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '"')
			buf_put_u8(out, '"');
		buf_put_u8(out, (uint8_t)name.data[i]);
	}
	buf_put_u8(out, '"');
}

const struct ast_const *
set_constant(const struct ast_expr *value)
{
	if (value->kind == AST_CAST)
		value = value->cast.arg;
	if (value->kind == AST_CONST)
		return &value->constant;
	return NULL;
}

static int
put_value(const struct ast_set *set, const struct ast_expr *value,
    struct buf *out, struct error *err)
{
	const struct ast_const *constant = set_constant(value);

	if (constant == NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "SET %.*s takes constants", STR_FMT(set->name));
	switch (constant->kind) {
	case AST_INTEGER:
		buf_printf(out, "%d", constant->integer);
		break;
	case AST_BOOLEAN:
		buf_put_cstr(out, constant->boolean ? "on" : "off");
		break;
	case AST_NULL:
		break;
	case AST_STRING:
		if (str_equal_nocase(set->name, STR("search_path")))
			put_identifier(out, constant->text);
		else
			buf_put_str(out, constant->text);
		break;
	case AST_NUMBER:
	case AST_BITS:
		buf_put_str(out, constant->text);
		break;
	}
	return 0;
}

/* SET TIME ZONE INTERVAL '+02:00': an offset, by the name of its zone. */
static int
put_zone(const struct ast_const *constant, const struct type_settings *types,
    struct buf *out, struct error *err)
{
	struct type interval = type_of(TYPE_INTERVAL);
	const struct time_zone *zone;
	struct datum datum;
	struct arena arena;
	int64_t offset;
	int rc;

	arena_init(&arena, NULL);
	rc =
	    type_in_text(&interval, types, constant->text, &arena, &datum, err);
	arena_release(&arena);
	if (rc != 0)
		return rc;
	offset = datum.interval.microseconds / 1000000;
	if (offset < -167 * 3600 || offset > 167 * 3600) {
		(void)error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid value for parameter \"TimeZone\": \"%.*s\"",
		    STR_FMT(constant->text));
		return error_detail(err,
		    "UTC timezone offset is out of range.");
	}
	zone = time_zone_fixed(types->time_zones, (int32_t)offset);
	if (zone == NULL)
		return error_no_memory(err);
	buf_put_cstr(out, time_zone_name(zone));
	return 0;
}

/* The interval of SET TIME ZONE; NULL if it is none. */
static const struct ast_const *
zone_offset(const struct ast_set *set)
{
	const struct ast_expr *value;
	const struct ast_const *constant;

	if (set->values.count != 1 ||
	    !str_equal_nocase(set->name, STR("timezone")))
		return NULL;
	value = set->values.items[0];
	constant = set_constant(value);
	return constant != NULL && value->kind == AST_CAST &&
		constant->kind == AST_STRING
	    ? constant
	    : NULL;
}

int
set_text(const struct ast_set *set, const struct type_settings *types,
    struct buf *out, struct error *err)
{
	const struct ast_const *offset = zone_offset(set);
	int rc = 0;

	if (offset != NULL)
		rc = put_zone(offset, types, out, err);
	for (uint32_t i = 0; offset == NULL && i < set->values.count && rc == 0;
	     i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		rc = put_value(set, set->values.items[i], out, err);
	}
	if (rc == 0 && out->failed)
		rc = error_no_memory(err);
	return rc;
}
