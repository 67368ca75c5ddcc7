/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_privilege.c -- has_table_privilege() and its like.
 *
 * There is one role, which may do everything: what is left to say is whether
 * the object, the role and the privilege exist.
 */
#include <ctype.h>
#include <string.h>

#include "engine/catalog/catalog.h"
#include "exec/func_catalog.h"
#include "types/foreign_type.h"

/* The object that a name means, or that an OID is. */
struct finding {
	struct function_call *call;
	const struct plan_context *names;
	struct str name; /* or */
	uint32_t oid;
	bool has_name;
};

/* 1: it is there; 0: it is not, which is null; or an error. */
typedef int (*find_fn)(const struct finding *f, struct relation *relation);

struct privilege_kind {
	const char *words; /* those that there are, blanks between */
	find_fn find;
};

/* ---- objects ---- */

/* By a name, as regtype and its like read it. */
static int
find_by_reg(const struct finding *f, uint32_t reg)
{
	const struct object_names *names = &f->call->context->names->base;
	uint32_t oid;
	int rc;

	rc = names->find(names, reg, f->name, &oid, f->call->err);
	return rc == 0 ? 1 : rc;
}

static int
find_table(const struct finding *f, struct relation *relation)
{
	int rc;

	if (!f->has_name)
		return find_relation(f->names, f->oid, relation);
	rc = names_find_relation(f->names, f->name, relation, f->call->err);
	return rc == 0 ? 1 : rc;
}

static int
find_sequence(const struct finding *f, struct relation *relation)
{
	int rc = find_table(f, relation);

	if (rc == 1)
		return error_set(f->call->err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a sequence", STR_FMT(relation->name));
	return rc;
}

static int
find_schema(const struct finding *f, struct relation *relation UNUSED)
{
	const struct schema *schema =
	    f->has_name ? schema_by_name(f->name) : schema_by_oid(f->oid);

	if (schema != NULL || !f->has_name)
		return schema != NULL;
	return error_set(f->call->err, STELE_E_INVALID_SCHEMA_NAME,
	    "schema \"%.*s\" does not exist", STR_FMT(f->name));
}

static int
find_database(const struct finding *f, struct relation *relation UNUSED)
{
	if (!f->has_name)
		return f->oid == DATABASE_OID;
	if (str_equal(f->name, f->names->session->database))
		return 1;
	return error_set(f->call->err, STELE_E_INVALID_CATALOG_NAME,
	    "database \"%.*s\" does not exist", STR_FMT(f->name));
}

static int
find_type(const struct finding *f, struct relation *relation)
{
	const struct relation_space space = names_space(f->names);

	if (f->has_name)
		return find_by_reg(f, TYPE_REGTYPE);
	return type_info(f->oid) != NULL ||
	    foreign_type_by_oid(f->oid) != NULL ||
	    catalog_enum_of_type(f->names->catalog, f->oid) != NULL ||
	    relation_of_rows(&space, f->oid, relation);
}

static int
find_function(const struct finding *f, struct relation *relation UNUSED)
{
	if (f->has_name)
		return find_by_reg(f, TYPE_REGPROCEDURE);
	return f->oid > 0 && f->oid < FIRST_USER_OID;
}

/* One of a fixed list of names and OIDs. */
static int
find_listed(const struct finding *f, const char *const *list,
    const uint32_t *oids, size_t count, const char *what)
{
	for (size_t i = 0; i < count; i++)
		if (f->has_name ? str_equal(f->name, str_of_cstr(list[i]))
				: f->oid == oids[i])
			return 1;
	if (!f->has_name)
		return 0;
	return error_set(f->call->err, STELE_E_UNDEFINED_OBJECT,
	    "%s \"%.*s\" does not exist", what, STR_FMT(f->name));
}

static int
find_language(const struct finding *f, struct relation *relation UNUSED)
{
	static const char *const list[] = { "internal", "c", "sql" };
	static const uint32_t oids[] = { 12, 13, 14 };

	return find_listed(f, list, oids, ARRAY_LEN(list), "language");
}

static int
find_tablespace(const struct finding *f, struct relation *relation UNUSED)
{
	static const char *const list[] = { "pg_default", "pg_global" };
	static const uint32_t oids[] = { 1663, 1664 };

	return find_listed(f, list, oids, ARRAY_LEN(list), "tablespace");
}

static int
find_wrapper(const struct finding *f, struct relation *relation UNUSED)
{
	return find_listed(f, NULL, NULL, 0, "foreign-data wrapper");
}

static int
find_server(const struct finding *f, struct relation *relation UNUSED)
{
	return find_listed(f, NULL, NULL, 0, "server");
}

/* ---- privileges ---- */

#define GRANT_OPTION "WITH GRANT OPTION"

/* Without blanks around, and without the option to grant. */
static struct str
privilege_word(struct str text)
{
	const size_t option = sizeof(GRANT_OPTION) - 1;

	while (text.len > 0 && isspace((unsigned char)text.data[0]))
		text = str_of(text.data + 1, text.len - 1);
	while (text.len > 0 && isspace((unsigned char)text.data[text.len - 1]))
		text.len--;
	if (text.len > option &&
	    str_equal_nocase(str_of(text.data + text.len - option, option),
		STR(GRANT_OPTION)))
		return privilege_word(str_of(text.data, text.len - option));
	return text;
}

static bool
is_listed(struct str word, const char *words)
{
	for (const char *at = words; *at != '\0'; at += *at == ' ') {
		size_t len = strcspn(at, " ");

		if (str_equal_nocase(word, str_of(at, len)))
			return true;
		at += len;
	}
	return false;
}

/* 22023 for a word that is no privilege of such objects. */
static int
check_words(struct function_call *call, struct str list, const char *words)
{
	size_t first = 0;

	for (size_t i = 0; i <= list.len; i++) {
		struct str word;

		if (i < list.len && list.data[i] != ',')
			continue;
		word = privilege_word(str_of(list.data + first, i - first));
		if (!is_listed(word, words))
			return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "unrecognized privilege type: \"%.*s\"",
			    STR_FMT(word));
		first = i + 1;
	}
	return 0;
}

/*
 * 1: it is the role; 0: it is everybody, or a number that is no role, who may
 * do nothing; an error for a name that is no role.
 */
static int
find_role(struct function_call *call, uint32_t arg, uint32_t row,
    const struct plan_context *names)
{
	struct str name;

	if (call->arg_types[arg].oid == TYPE_OID)
		return arg_oid(call, arg, row) == OWNER_OID;
	name = ARG(call, arg, str, row);
	if (str_equal(name, names->session->user))
		return 1;
	if (str_equal(name, STR("public")))
		return 0;
	return error_set(call->err, STELE_E_UNDEFINED_OBJECT,
	    "role \"%.*s\" does not exist", STR_FMT(name));
}

/* The object is argument `arg`. */
static int
find_object(struct function_call *call, uint32_t arg, uint32_t row,
    const struct plan_context *names, const struct privilege_kind *kind,
    struct relation *relation)
{
	struct finding finding = { .call = call, .names = names };

	finding.has_name = call->arg_types[arg].oid != TYPE_OID;
	if (finding.has_name)
		finding.name = ARG(call, arg, str, row);
	else
		finding.oid = arg_oid(call, arg, row);
	return kind->find(&finding, relation);
}

/* Of an object that was found, or not, for a role that may do all or nothing. */
static int
answer(struct function_call *call, uint32_t row, int role, int found)
{
	if (found < 0)
		return found;
	if (found == 0)
		put_null(call, row);
	else
		call->result->boolean[row] = role == 1;
	return 0;
}

static int
has_privilege(struct function_call *call, const struct privilege_kind *kind)
{
	const uint32_t last = call->arg_count - 1;
	const struct plan_context *names;
	int rc = call_names(call, &names);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct relation relation;
		int role = last == 2 ? find_role(call, 0, row, names) : 1;

		rc = role < 0
		    ? role
		    : check_words(call, ARG(call, last, str, row), kind->words);
		if (rc == 0)
			rc = answer(call, row, role,
			    find_object(call, last - 1, row, names, kind,
				&relation));
	}
	return rc;
}

#define TABLE_WORDS \
	"SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER RULE"
#define COLUMN_WORDS "SELECT INSERT UPDATE REFERENCES"

#define KIND(name, list, finder) \
	static int run_##name(struct function_call *call) \
	{ \
		static const struct privilege_kind kind = { list, finder }; \
		return has_privilege(call, &kind); \
	}
KIND(table, TABLE_WORDS, find_table)
KIND(any_column, COLUMN_WORDS, find_table)
KIND(sequence, "USAGE SELECT UPDATE", find_sequence)
KIND(schema, "CREATE USAGE", find_schema)
KIND(database, "CREATE TEMPORARY TEMP CONNECT", find_database)
KIND(type, "USAGE", find_type)
KIND(function, "EXECUTE", find_function)
KIND(language, "USAGE", find_language)
KIND(tablespace, "CREATE", find_tablespace)
KIND(wrapper, "USAGE", find_wrapper)
KIND(server, "USAGE", find_server)

/* ---- columns ---- */

/* A column by name must exist; one by number may not, which is null. */
static int
find_column(struct function_call *call, uint32_t arg, uint32_t row,
    const struct plan_context *names, const struct relation *relation)
{
	const struct relation_space space = names_space(names);
	struct str name;
	int64_t number;

	if (call->arg_types[arg].oid == TYPE_INT2) {
		number = ARG(call, arg, i64, row);
		return number > 0 && number <= relation_column_count(relation);
	}
	name = ARG(call, arg, str, row);
	if (relation_column_find(&space, relation, name) != 0)
		return 1;
	return error_set(call->err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(relation->name));
}

static int
has_column(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	static const struct privilege_kind kind = { COLUMN_WORDS, find_table };
	const uint32_t last = call->arg_count - 1;
	int role = last == 3 ? find_role(call, 0, row, names) : 1;
	struct relation relation;
	int found, rc;

	rc = role < 0
	    ? role
	    : check_words(call, ARG(call, last, str, row), kind.words);
	if (rc != 0)
		return rc;
	found = find_object(call, last - 2, row, names, &kind, &relation);
	if (found == 1)
		found = find_column(call, last - 1, row, names, &relation);
	return answer(call, row, role, found);
}
CATALOG_KERNEL(has_column)

/* ---- roles ---- */

#define ROLE_WORDS "MEMBER USAGE"

/* "MEMBER WITH ADMIN OPTION" is as "... WITH GRANT OPTION" elsewhere. */
static int
check_role_words(struct function_call *call, struct str list)
{
	const struct str option = STR(" WITH ADMIN OPTION");

	if (list.len > option.len &&
	    str_equal_nocase(str_of(list.data + list.len - option.len,
				 option.len),
		option))
		list.len -= option.len;
	return check_words(call, list, ROLE_WORDS);
}

static int
has_role(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const uint32_t last = call->arg_count - 1;
	int rc = 0;

	/* The one there is may do what any other could. */
	for (uint32_t i = 0; i < last && rc >= 0; i++)
		rc = find_role(call, i, row, names);
	if (rc >= 0)
		rc = check_role_words(call, ARG(call, last, str, row));
	call->result->boolean[row] = 1;
	return rc;
}
CATALOG_KERNEL(has_role)

/* clang-format off */
#define FORMS(kind, kernel) \
	{ FN_HAS_##kind##_TEXT, { run_##kernel, false } }, \
	{ FN_HAS_##kind##_OID, { run_##kernel, false } }, \
	{ FN_HAS_##kind##_NAME_TEXT, { run_##kernel, false } }, \
	{ FN_HAS_##kind##_NAME_OID, { run_##kernel, false } }, \
	{ FN_HAS_##kind##_OID_TEXT, { run_##kernel, false } }, \
	{ FN_HAS_##kind##_OID_OID, { run_##kernel, false } },
#define COLUMN_FORMS(table, column) \
	{ FN_HAS_COLUMN_##table##_##column, { run_has_column, false } }, \
	{ FN_HAS_COLUMN_NAME_##table##_##column, { run_has_column, false } }, \
	{ FN_HAS_COLUMN_OID_##table##_##column, { run_has_column, false } },

static const struct func_row rows[] = {
	FORMS(ANY_COLUMN, any_column)
	FORMS(DATABASE, database)
	FORMS(FOREIGN_DATA_WRAPPER, wrapper)
	FORMS(FUNCTION, function)
	FORMS(LANGUAGE, language)
	FORMS(SCHEMA, schema)
	FORMS(SEQUENCE, sequence)
	FORMS(SERVER, server)
	FORMS(TABLE, table)
	FORMS(TABLESPACE, tablespace)
	FORMS(TYPE, type)
	COLUMN_FORMS(TEXT, TEXT)
	COLUMN_FORMS(TEXT, INT2)
	COLUMN_FORMS(OID, TEXT)
	COLUMN_FORMS(OID, INT2)
	{ FN_PG_HAS_ROLE_NAME_NAME_TEXT, { run_has_role, false } },
	{ FN_PG_HAS_ROLE_NAME_OID_TEXT, { run_has_role, false } },
	{ FN_PG_HAS_ROLE_NAME_TEXT, { run_has_role, false } },
	{ FN_PG_HAS_ROLE_OID_NAME_TEXT, { run_has_role, false } },
	{ FN_PG_HAS_ROLE_OID_OID_TEXT, { run_has_role, false } },
	{ FN_PG_HAS_ROLE_OID_TEXT, { run_has_role, false } },
};
/* clang-format on */

const struct func_family func_privilege = { rows, ARRAY_LEN(rows) };
