/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_privilege.c -- has_table_privilege() and its like: what a role may do with
 * an object, if the object, the role and the privilege exist.
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

#define ROLE_NOBODY UINT32_MAX /* a number that is no role */

/* Who may do what, and whether he may grant it. */
struct asked {
	const struct catalog *catalog;
	uint32_t role_oid; /* or ACL_PUBLIC, or ROLE_NOBODY */
	uint32_t rights;   /* of acl.h: any of these, */
	uint32_t options;  /* or any of these to grant it */
	uint32_t attnum;   /* of a column; 0: of the whole */
};

typedef bool (
    *may_fn)(const struct asked *asked, const struct relation *object);

struct privilege_kind {
	const char *words; /* those that there are, blanks between */
	find_fn find;      /* sets the object's OID where `may` looks at it */
	may_fn may;
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

	if (rc == 1 && relation_kind(relation) != 'S')
		return error_set(f->call->err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a sequence", STR_FMT(relation->name));
	return rc;
}

static int
find_schema(const struct finding *f, struct relation *relation)
{
	const struct schema *schema =
	    f->has_name ? schema_by_name(f->name) : schema_by_oid(f->oid);

	relation->oid = schema == NULL ? 0 : schema->oid;

	if (schema != NULL || !f->has_name)
		return schema != NULL;
	return error_set(f->call->err, STELE_E_INVALID_SCHEMA_NAME,
	    "schema \"%.*s\" does not exist", STR_FMT(f->name));
}

static int
find_database(const struct finding *f, struct relation *relation)
{
	relation->oid = DATABASE_OID;
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
has_option(struct str text)
{
	const size_t option = sizeof(GRANT_OPTION) - 1;

	while (text.len > 0 && isspace((unsigned char)text.data[text.len - 1]))
		text.len--;
	return text.len > option &&
	    str_equal_nocase(str_of(text.data + text.len - option, option),
		STR(GRANT_OPTION));
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

static uint32_t
right_of(struct str word)
{
	static const struct {
		struct str word;
		uint32_t right;
	} rights[] = {
#define X(name, bit, letter, text) { { text, sizeof(text) - 1 }, RIGHT_##name },
		RIGHTS(X)
#undef X
		    { { "TEMP", 4 }, RIGHT_TEMPORARY },
	};

	for (size_t i = 0; i < ARRAY_LEN(rights); i++)
		if (str_equal_nocase(word, rights[i].word))
			return rights[i].right;
	return 0; /* RULE, which there is no more */
}

/* 22023 for a word that is no privilege of such objects. */
static int
read_words(struct function_call *call, struct str list, const char *words,
    struct asked *asked)
{
	size_t first = 0;

	asked->rights = asked->options = asked->attnum = 0;
	for (size_t i = 0; i <= list.len; i++) {
		struct str part, word;

		if (i < list.len && list.data[i] != ',')
			continue;
		part = str_of(list.data + first, i - first);
		word = privilege_word(part);
		if (!is_listed(word, words))
			return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "unrecognized privilege type: \"%.*s\"",
			    STR_FMT(word));
		if (has_option(part))
			asked->options |= right_of(word);
		else
			asked->rights |= right_of(word);
		first = i + 1;
	}
	return 0;
}

/*
 * The role that an argument means; an error for a name that is no role.  A number
 * that is no role may do nothing.
 */
static int
find_role(struct function_call *call, uint32_t arg, uint32_t row,
    const struct plan_context *names, uint32_t *out)
{
	struct str name;

	if (call->arg_types[arg].oid == TYPE_OID) {
		*out = arg_oid(call, arg, row);
		return 0;
	}
	name = ARG(call, arg, str, row);
	if (names_role_oid(names, name, out))
		return 0;
	return error_set(call->err, STELE_E_UNDEFINED_OBJECT,
	    "role \"%.*s\" does not exist", STR_FMT(name));
}

/* The same where rights are granted to all, too: they are no role. */
static int
find_grantee(struct function_call *call, uint32_t row,
    const struct plan_context *names, uint32_t *out)
{
	*out = ACL_PUBLIC;
	if (call->arg_types[0].oid != TYPE_OID &&
	    str_equal(ARG(call, 0, str, row), STR("public")))
		return 0;
	return find_role(call, 0, row, names, out);
}

/* Of objects that have lists. */
static bool
may_by_list(const struct asked *asked, const struct acl_object *object)
{
	if (asked->role_oid == ROLE_NOBODY)
		return false;
	if (asked->role_oid == ACL_PUBLIC)
		return (catalog_column_public_rights(asked->catalog, object,
			    asked->attnum) &
			   asked->rights) != 0;
	return catalog_column_rights(asked->catalog, asked->role_oid, object,
		   asked->attnum, asked->rights) != 0 ||
	    catalog_column_grantable(asked->catalog, asked->role_oid, object,
		asked->attnum, asked->options) != 0;
}

static bool
is_superuser(const struct asked *asked)
{
	return asked->role_oid != ACL_PUBLIC &&
	    asked->role_oid != ROLE_NOBODY &&
	    catalog_is_superuser(asked->catalog, asked->role_oid);
}

/* `events`: if one of the types may be read; the server's: rights.def. */
static bool
may_read_system(const struct asked *asked, const struct system_table *table)
{
	const struct catalog *catalog = asked->catalog;
	bool is_empty = true;

	if ((asked->rights & RIGHT_SELECT) == 0 ||
	    asked->role_oid == ROLE_NOBODY)
		return false;
	if (table != &events_table)
		return rights_role_has(catalog, asked->role_oid,
		    system_table_need(table));
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		if (!event_type_has_name(catalog->types[i]))
			continue;
		is_empty = false;
		if (plan_may_read(catalog, asked->role_oid, catalog->types[i]))
			return true;
	}
	return is_empty;
}

static bool
may_table(const struct asked *asked, const struct relation *relation)
{
	struct acl_object object;

	if (is_superuser(asked))
		return true;
	if (relation->system != NULL)
		return may_read_system(asked, relation->system);
	return catalog_acl_object(asked->catalog, relation->oid, &object) &&
	    may_by_list(asked, &object);
}

static bool
may_any_column(const struct asked *asked, const struct relation *relation)
{
	struct asked column = *asked;

	for (; column.attnum <= relation_column_count(relation);
	     column.attnum++)
		if (may_table(&column, relation))
			return true;
	return false;
}

static bool
may_schema(const struct asked *asked, const struct relation *relation)
{
	struct acl_object object;

	if (relation->oid != ACL_SCHEMA_OID)
		return is_superuser(asked) ||
		    (asked->role_oid != ROLE_NOBODY &&
			(asked->rights & RIGHT_USAGE) != 0);
	(void)catalog_acl_object(asked->catalog, relation->oid, &object);
	return may_by_list(asked, &object);
}

static bool
may_database(const struct asked *asked, const struct relation *relation UNUSED)
{
	struct acl_object object;

	(void)catalog_acl_object(asked->catalog, ACL_DATABASE_OID, &object);
	return may_by_list(asked, &object);
}

/* What everybody may use, and nobody but a superuser grant. */
static bool
may_use(const struct asked *asked, const struct relation *relation UNUSED)
{
	return (asked->role_oid != ROLE_NOBODY && asked->rights != 0) ||
	    is_superuser(asked);
}

static bool
may_nothing(const struct asked *asked, const struct relation *relation UNUSED)
{
	return is_superuser(asked);
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

/* Of an object that was found, or not. */
static int
answer(struct function_call *call, uint32_t row, int found, bool may)
{
	if (found < 0)
		return found;
	if (found == 0)
		put_null(call, row);
	else
		call->result->boolean[row] = may;
	return 0;
}

/* Who is asked of: the first of the arguments, or current_user. */
static int
read_role(struct function_call *call, uint32_t row, bool has_role,
    const struct plan_context *names, struct asked *asked)
{
	asked->catalog = names->catalog;
	asked->role_oid = names->session->role_oid;
	return has_role ? find_grantee(call, row, names, &asked->role_oid) : 0;
}

static bool
is_role(const struct plan_context *names, uint32_t oid)
{
	struct str ignored;

	return names_role_name(names, oid, &ignored);
}

/* A number that is no role may do nothing. */
static void
ask_nothing_of_nobody(const struct plan_context *names, struct asked *asked)
{
	if (asked->role_oid != ACL_PUBLIC && !is_role(names, asked->role_oid))
		asked->role_oid = ROLE_NOBODY;
}

static int
has_privilege(struct function_call *call, const struct privilege_kind *kind)
{
	const uint32_t last = call->arg_count - 1;
	const struct plan_context *names;
	int rc = call_names(call, &names);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct relation relation = { .oid = 0 };
		struct asked asked;
		int found;

		rc = read_role(call, row, last == 2, names, &asked);
		if (rc == 0)
			rc = read_words(call, ARG(call, last, str, row),
			    kind->words, &asked);
		if (rc != 0)
			return rc;
		ask_nothing_of_nobody(names, &asked);
		found =
		    find_object(call, last - 1, row, names, kind, &relation);
		rc = answer(call, row, found,
		    found == 1 && kind->may(&asked, &relation));
	}
	return rc;
}

#define TABLE_WORDS \
	"SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER RULE"
#define COLUMN_WORDS "SELECT INSERT UPDATE REFERENCES"

#define KIND(name, list, finder, answers) \
	static int run_##name(struct function_call *call) \
	{ \
		static const struct privilege_kind kind = { list, finder, \
			answers }; \
		return has_privilege(call, &kind); \
	}
KIND(table, TABLE_WORDS, find_table, may_table)
KIND(any_column, COLUMN_WORDS, find_table, may_any_column)
KIND(sequence, "USAGE SELECT UPDATE", find_sequence, may_table)
KIND(schema, "CREATE USAGE", find_schema, may_schema)
KIND(database, "CREATE TEMPORARY TEMP CONNECT", find_database, may_database)
KIND(type, "USAGE", find_type, may_use)
KIND(function, "EXECUTE", find_function, may_use)
KIND(language, "USAGE", find_language, may_use)
KIND(tablespace, "CREATE", find_tablespace, may_nothing)
KIND(wrapper, "USAGE", find_wrapper, may_nothing)
KIND(server, "USAGE", find_server, may_nothing)

/* ---- columns ---- */

/* A column by name must exist; one by number may not, which is null. */
static int
find_column(struct function_call *call, uint32_t arg, uint32_t row,
    const struct plan_context *names, const struct relation *relation,
    uint32_t *attnum)
{
	const struct relation_space space = names_space(names);
	struct str name;
	int64_t number;

	if (call->arg_types[arg].oid == TYPE_INT2) {
		number = ARG(call, arg, i64, row);
		*attnum = number > 0 ? (uint32_t)number : 0;
		return number > 0 && number <= relation_column_count(relation);
	}
	name = ARG(call, arg, str, row);
	*attnum = relation_column_find(&space, relation, name);
	if (*attnum != 0)
		return 1;
	return error_set(call->err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(relation->name));
}

static int
has_column(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	static const struct privilege_kind kind = { COLUMN_WORDS, find_table,
		may_table };
	const uint32_t last = call->arg_count - 1;
	struct relation relation = { .oid = 0 };
	struct asked asked;
	int found, rc;

	rc = read_role(call, row, last == 3, names, &asked);
	if (rc == 0)
		rc = read_words(call, ARG(call, last, str, row), kind.words,
		    &asked);
	if (rc != 0)
		return rc;
	ask_nothing_of_nobody(names, &asked);
	found = find_object(call, last - 2, row, names, &kind, &relation);
	if (found == 1)
		found = find_column(call, last - 1, row, names, &relation,
		    &asked.attnum);
	return answer(call, row, found,
	    found == 1 && kind.may(&asked, &relation));
}
CATALOG_KERNEL(has_column)

/* ---- roles ---- */

/* What is asked of a membership; any of several. */
struct role_asked {
	bool is_member;
	bool is_user; /* has its rights without SET ROLE */
	bool is_admin;
};

/* "MEMBER WITH ADMIN OPTION" is as "... WITH GRANT OPTION" elsewhere. */
static int
read_role_word(struct function_call *call, struct str word,
    struct role_asked *asked)
{
	static const struct str options[] = { { " WITH ADMIN OPTION", 18 },
		{ " WITH GRANT OPTION", 18 } };
	struct str bare = privilege_word(word);
	bool is_admin = has_option(word);

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		size_t len = options[i].len;

		if (bare.len <= len ||
		    !str_equal_nocase(str_of(bare.data + bare.len - len, len),
			options[i]))
			continue;
		bare.len -= len;
		is_admin = true;
	}
	if (!is_listed(bare, "MEMBER USAGE"))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "unrecognized privilege type: \"%.*s\"", STR_FMT(word));
	asked->is_admin |= is_admin;
	asked->is_member |= !is_admin && str_equal_nocase(bare, STR("MEMBER"));
	asked->is_user |= !is_admin && str_equal_nocase(bare, STR("USAGE"));
	return 0;
}

static int
read_role_words(struct function_call *call, struct str list,
    struct role_asked *asked)
{
	size_t first = 0;
	int rc = 0;

	*asked = (struct role_asked){ .is_member = false };
	for (size_t i = 0; i <= list.len && rc == 0; i++) {
		if (i < list.len && list.data[i] != ',')
			continue;
		rc = read_role_word(call, str_of(list.data + first, i - first),
		    asked);
		first = i + 1;
	}
	return rc;
}

static int
has_role(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const uint32_t last = call->arg_count - 1;
	const struct catalog *catalog = names->catalog;
	uint32_t member = names->session->role_oid, role;
	struct role_asked asked;
	int rc = 0;

	if (last == 2)
		rc = find_role(call, 0, row, names, &member);
	if (rc == 0)
		rc = find_role(call, last - 1, row, names, &role);
	if (rc == 0)
		rc = read_role_words(call, ARG(call, last, str, row), &asked);
	if (rc != 0)
		return rc;
	call->result->boolean[row] = is_role(names, member) &&
	    ((asked.is_member &&
		 catalog_role_is_member(catalog, member, role)) ||
		(asked.is_user && catalog_role_uses(catalog, member, role)) ||
		(asked.is_admin && catalog_role_admins(catalog, member, role)));
	return 0;
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
