/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/set_table.h"

#include <inttypes.h>
#include <string.h>

#include "common/must.h"
#include "engine/catalog/acl.h"
#include "exec/op.h"
#include "exec/set_object.h"
#include "types/array.h"
#include "types/object_names.h"
#include "types/xid_snapshot.h"

/* What is being made. */
struct table_maker {
	const struct exec_env *env;
	const struct set_call *call;
	const struct datum *args;
	struct arena *arena;
	struct datum *cells;
	uint32_t count, capacity;
	struct error *err;
};

/* Room for a row, NULL without memory. */
static struct datum *
add_row(struct table_maker *m)
{
	const size_t width = m->call->column_count;

	if (m->count == m->capacity) {
		uint32_t capacity = m->capacity * 2 + 16;
		struct datum *cells = arena_try_alloc(m->arena,
		    capacity * width * sizeof(*cells));

		if (cells == NULL) {
			(void)error_no_memory(m->err);
			return NULL;
		}
		if (m->count > 0)
			memcpy(cells, m->cells,
			    m->count * width * sizeof(*cells));
		m->cells = cells;
		m->capacity = capacity;
	}
	memset(&m->cells[m->count * width], 0, width * sizeof(*m->cells));
	return &m->cells[m->count++ * width];
}

/* ---- keywords ---- */

static const struct {
	const char *word;
	char category;
	bool is_bare_label;
} keywords[] = {
#define KEYWORD(word, category, is_bare_label) \
	{ word, category, is_bare_label },
#include "exec/keywords.def"
#undef KEYWORD
};

static const char *
category_text(char category)
{
	switch (category) {
	case 'U':
		return "unreserved";
	case 'C':
		return "unreserved (cannot be function or type name)";
	case 'T':
		return "reserved (can be function or type name)";
	default: /* 'R' */
		return "reserved";
	}
}

static int
make_keywords(struct table_maker *m)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		struct datum *row = add_row(m);

		if (row == NULL)
			return m->err->code;
		row[0].str = str_of_cstr(keywords[i].word);
		row[1].str = str_of(&keywords[i].category, 1);
		row[2].boolean = keywords[i].is_bare_label;
		row[3].str = str_of_cstr(category_text(keywords[i].category));
		row[4].str = keywords[i].is_bare_label
		    ? STR("can be bare label")
		    : STR("requires AS");
	}
	return 0;
}

/* ---- options ---- */

/* "a=b"; what has no sign has no value. */
static int
make_options(struct table_maker *m)
{
	const struct array array = array_open(m->args[0].str);

	for (uint32_t i = 0; i < array.count; i++) {
		struct datum item = array_get(&array, PHYS_STR, i, m->arena);
		struct datum *row;
		const char *sign;

		if (item.is_null)
			return error_set(m->err, STELE_E_NULL_NOT_ALLOWED,
			    "null array element not allowed in this context");
		row = add_row(m);
		if (row == NULL)
			return m->err->code;
		row[0] = item;
		row[1].is_null = true;
		sign = item.str.len == 0
		    ? NULL
		    : memchr(item.str.data, '=', item.str.len);
		if (sign == NULL)
			continue;
		row[0].str.len = (size_t)(sign - item.str.data);
		row[1] =
		    (struct datum){ .str = str_of(sign + 1,
					item.str.len - row[0].str.len - 1) };
	}
	return 0;
}

/* ---- access rights ---- */

/* Of each letter, in the order of an item. */
static const struct {
	char letter;
	const char *word;
} privileges[] = {
	{ 'a', "INSERT" },
	{ 'r', "SELECT" },
	{ 'w', "UPDATE" },
	{ 'd', "DELETE" },
	{ 'D', "TRUNCATE" },
	{ 'x', "REFERENCES" },
	{ 't', "TRIGGER" },
	{ 'X', "EXECUTE" },
	{ 'U', "USAGE" },
	{ 'C', "CREATE" },
	{ 'T', "TEMPORARY" },
	{ 'c', "CONNECT" },
	{ 's', "SET" },
	{ 'A', "ALTER SYSTEM" },
};

static const char *
privilege_word(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(privileges); i++)
		if (privileges[i].letter == letter)
			return privileges[i].word;
	return "";
}

/* The role of a name; 0 for everybody. */
static int
role_oid(const struct table_maker *m, struct str name, int64_t *out)
{
	const struct object_names *names = m->env->context->settings->names;
	struct type type = type_of(TYPE_REGROLE);
	struct datum value;
	int rc;

	*out = 0;
	if (name.len == 0 || names == NULL)
		return 0;
	rc = type_in_text(&type, m->env->context->settings, name, m->arena,
	    &value, m->err);
	if (rc == 0)
		*out = value.i64;
	return rc;
}

/* "grantee=letters/grantor": quotes may hide both signs. */
static size_t
find_sign(struct str item, size_t at, char sign)
{
	bool in_quotes = false;

	for (; at < item.len && (in_quotes || item.data[at] != sign); at++)
		if (item.data[at] == '"')
			in_quotes = !in_quotes;
	return at;
}

static int
make_item(struct table_maker *m, struct str item)
{
	size_t equals = find_sign(item, 0, '=');
	size_t slash = find_sign(item, equals, '/');
	int64_t grantee, grantor;
	int rc;

	MUST(equals < slash && slash < item.len);
	rc = role_oid(m, str_of(item.data, equals), &grantee);
	if (rc == 0)
		rc = role_oid(m,
		    str_of(item.data + slash + 1, item.len - slash - 1),
		    &grantor);
	for (size_t at = equals + 1; at < slash && rc == 0; at++) {
		struct datum *row = add_row(m);

		if (row == NULL)
			return m->err->code;
		row[0].i64 = grantor;
		row[1].i64 = grantee;
		row[2].str = str_of_cstr(privilege_word(item.data[at]));
		row[3].boolean = item.data[at + 1] == '*';
		at += row[3].boolean;
	}
	return rc;
}

static int
make_acl_items(struct table_maker *m)
{
	const struct array array = array_open(m->args[0].str);
	int rc = 0;

	for (uint32_t i = 0; i < array.count && rc == 0; i++) {
		struct datum item = array_get(&array, PHYS_STR, i, m->arena);

		if (item.is_null)
			return error_set(m->err, STELE_E_NULL_NOT_ALLOWED,
			    "ACL arrays must not contain null values");
		rc = make_item(m, item.str);
	}
	return rc;
}

/* ---- objects ---- */

static int
make_object(struct table_maker *m)
{
	struct datum *row = add_row(m);

	if (row == NULL)
		return m->err->code;
	return set_object_row(m->env->context->names, m->call->function->id,
	    m->args, row, m->arena, m->err);
}

/* ---- databases ---- */

#define DEFAULT_TABLESPACE_OID 1663
#define GLOBAL_TABLESPACE_OID  1664

static void
warn(const struct table_maker *m, const struct error *notice)
{
	const struct exec_context *context = m->env->context;

	if (context->notice != NULL)
		context->notice(context->notice_arg, notice);
}

/* The one that there is, in the tablespace that has all. */
static int
make_databases(struct table_maker *m)
{
	int64_t oid = m->args[0].i64;
	struct datum *row;
	struct error notice;

	if (oid == DEFAULT_TABLESPACE_OID) {
		row = add_row(m);
		if (row == NULL)
			return m->err->code;
		row[0].i64 = ACL_DATABASE_OID;
		return 0;
	}
	if (oid == GLOBAL_TABLESPACE_OID)
		(void)error_set(&notice, STELE_E_WARNING,
		    "global tablespace never has databases");
	else
		(void)error_set(&notice, STELE_E_WARNING,
		    "%" PRId64 " is not a tablespace OID", oid);
	warn(m, &notice);
	return 0;
}

/* ---- snapshots ---- */

static int
make_running(struct table_maker *m)
{
	bool is_xid8 = m->call->types[0].oid == TYPE_XID8;
	struct xid_snapshot snapshot;

	if (!xid_snapshot_parse(m->args[0].str, m->arena, &snapshot))
		return m->arena->failed ? error_no_memory(m->err)
					: error_set(m->err, STELE_E_CORRUPT,
					      "invalid value of type"
					      " pg_snapshot");
	for (uint32_t i = 0; i < snapshot.count; i++) {
		struct datum *row = add_row(m);

		if (row == NULL)
			return m->err->code;
		row[0].i64 = (int64_t)snapshot.running[i];
		if (is_xid8) /* is kept with its highest bit flipped */
			row[0].i64 ^= INT64_MIN;
	}
	return 0;
}

int
set_table_make(const struct exec_env *env, const struct set_call *call,
    const struct datum *args, struct arena *arena, struct set_table *out,
    struct error *err)
{
	struct table_maker maker = {
		.env = env,
		.call = call,
		.args = args,
		.arena = arena,
		.err = err,
	};
	int rc = 0;

	if (call->function->id == SET_KEYWORDS)
		rc = make_keywords(&maker);
	else if (call->function->id == SET_OPTIONS)
		rc = make_options(&maker);
	else if (call->function->id == SET_SNAPSHOT)
		rc = make_running(&maker);
	else if (call->function->id == SET_DATABASES)
		rc = make_databases(&maker);
	else if (call->function->id == SET_ACL_ITEMS)
		rc = make_acl_items(&maker);
	else if (call->function->id == SET_OBJECT_IDENTITY ||
	    call->function->id == SET_OBJECT_NAMES ||
	    call->function->id == SET_OBJECT_ADDRESS)
		rc = make_object(&maker);
	*out = (struct set_table){ .cells = maker.cells, .count = maker.count };
	return rc;
}
