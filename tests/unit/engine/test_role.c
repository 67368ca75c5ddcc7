/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles and rights of a catalogue: what changes make of them, who may do what,
 * and their bytes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/catalog_format.h"

enum {
	ADMIN = ROLE_OWNER_OID,
	ALICE = 20001,
	BOB = 20002,
	GROUP = 20003,
	TABLE = 20010,
	VIEW = 20020,
};

static const struct catalog *catalog;
static struct error err;

static int
try_change(const struct ddl *ddl)
{
	const struct catalog *after;
	int rc = catalog_apply(catalog, ddl, 7, &after, &err);

	if (rc == 0) {
		catalog_unref(catalog);
		catalog = after;
	}
	return rc;
}

static void
change(const struct ddl *ddl)
{
	ck_assert_msg(try_change(ddl) == 0, "%s", err.message);
}

static struct ddl
new_role(uint32_t oid, const char *name, uint32_t attributes)
{
	return (struct ddl){ .kind = DDL_CREATE_ROLE,
		.oid = oid,
		.name = str_of_cstr(name),
		.role = { .set = attributes | ROLE_INHERIT,
		    .attributes = attributes } };
}

static void
add_role(uint32_t oid, const char *name, uint32_t attributes)
{
	struct ddl ddl = new_role(oid, name, attributes);

	change(&ddl);
}

static struct ddl
member(enum ddl_kind kind, uint32_t role_oid, uint32_t member_oid)
{
	return (struct ddl){ .kind = kind,
		.oid = role_oid,
		.membership = { .member_oid = member_oid,
		    .grantor_oid = ADMIN } };
}

static struct ddl
grant(enum ddl_kind kind, uint32_t grantee, uint32_t grantor, uint32_t rights,
    uint32_t flags)
{
	return (struct ddl){ .kind = kind,
		.oid = TABLE,
		.grant = { .grantee = grantee,
		    .grantor = grantor,
		    .rights = rights,
		    .flags = flags } };
}

static void
setup(void)
{
	static const struct field field = { .name = { "a", 1 },
		.type = { .oid = TYPE_INT8, .mod = -1 } };
	struct ddl table = { .kind = DDL_CREATE_TYPE,
		.oid = TABLE,
		.row_type_oid = TABLE + 1,
		.array_type_oid = TABLE + 2,
		.name = STR("t"),
		.fields = &field,
		.field_count = 1 };

	ck_assert_int_eq(catalog_new(&catalog, &err), 0);
	change(&table);
	ck_assert(!catalog_has_roles(catalog));
	add_role(ADMIN, "admin", ROLE_SUPERUSER | ROLE_LOGIN);
	add_role(ALICE, "alice", ROLE_LOGIN | ROLE_INHERIT);
	add_role(BOB, "bob", ROLE_LOGIN);
	add_role(GROUP, "group", ROLE_INHERIT);
}

static void
teardown(void)
{
	catalog_unref(catalog);
}

static uint32_t
rights(uint32_t role_oid)
{
	struct acl_object object;

	ck_assert(catalog_acl_object(catalog, TABLE, &object));
	return catalog_rights(catalog, role_oid, &object, RIGHTS_TABLE);
}

/* ---- roles ---- */

START_TEST(somebody_can_always_administer)
{
	const struct catalog *fresh, *after;
	struct ddl first = new_role(ADMIN, "x", ROLE_SUPERUSER);
	struct ddl demote = { .kind = DDL_ALTER_ROLE,
		.oid = ADMIN,
		.role = { .set = ROLE_SUPERUSER } };
	struct ddl drop = { .kind = DDL_DROP_ROLE, .oid = ALICE };
	struct ddl promote = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.role = { .set = ROLE_SUPERUSER,
		    .attributes = ROLE_SUPERUSER } };

	ck_assert_int_eq(catalog_new(&fresh, &err), 0);
	ck_assert(catalog_is_superuser(fresh, ADMIN));
	ck_assert_int_eq(catalog_apply(fresh, &first, 1, &after, &err),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	catalog_unref(fresh);
	ck_assert_int_eq(try_change(&demote),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	demote.role.set = ROLE_LOGIN;
	ck_assert_int_eq(try_change(&demote),
	    STELE_E_NOT_IN_PREREQUISITE_STATE);
	change(&promote);
	change(&demote);
	ck_assert(!role_can_login(catalog_role_by_oid(catalog, ADMIN)));
	ck_assert_int_eq(try_change(&drop), STELE_E_NOT_IN_PREREQUISITE_STATE);
	/* whose the catalogue is stays in any case */
	drop.oid = ADMIN;
	ck_assert_int_eq(try_change(&drop), STELE_E_DEPENDENT_OBJECTS_EXIST);
}
END_TEST

START_TEST(changes_only_what_is_set)
{
	struct ddl ddl = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.name = STR("carol"),
		.role = { .set = ROLE_CREATE_ROLE | ROLE_SET_VERIFIER,
		    .attributes = ROLE_CREATE_ROLE | ROLE_SUPERUSER,
		    .connection_limit = 3,
		    .verifier = STR("v") } };
	const struct role *role;

	change(&ddl);
	role = catalog_role_by_name(catalog, STR("carol"));
	ck_assert_ptr_nonnull(role);
	ck_assert_ptr_null(catalog_role_by_name(catalog, STR("alice")));
	ck_assert_uint_eq(role->oid, ALICE);
	ck_assert_uint_eq(role->attributes,
	    ROLE_LOGIN | ROLE_INHERIT | ROLE_CREATE_ROLE);
	ck_assert_int_eq(role->connection_limit, -1);
	ck_assert_int_eq(role->valid_until, ROLE_VALID_FOREVER);
	ck_assert(str_equal(role->verifier, STR("v")));
	ck_assert_uint_eq(role->key.len, 0);
}
END_TEST

START_TEST(a_key_is_beside_the_password)
{
	struct ddl give = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.role = { .set = ROLE_SET_KEY, .key = STR("wrapped") } };
	struct ddl password = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.role = { .set = ROLE_SET_VERIFIER,
		    .verifier = STR("v"),
		    .key = STR("ignored") } };
	struct ddl revoke = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.role = { .set = ROLE_SET_KEY } };
	const struct role *role;

	change(&give);
	change(&password);
	role = catalog_role_by_oid(catalog, ALICE);
	ck_assert(str_equal(role->key, STR("wrapped")));
	change(&revoke);
	role = catalog_role_by_oid(catalog, ALICE);
	ck_assert_uint_eq(role->key.len, 0);
	ck_assert(str_equal(role->verifier, STR("v")));
	ck_assert(role_can_login(role));
}
END_TEST

START_TEST(members_have_what_they_inherit)
{
	struct ddl alice = member(DDL_GRANT_ROLE, GROUP, ALICE);
	struct ddl bob = member(DDL_GRANT_ROLE, GROUP, BOB);
	struct ddl reader =
	    member(DDL_GRANT_ROLE, ROLE_PG_READ_ALL_DATA, GROUP);
	struct ddl circle = member(DDL_GRANT_ROLE, ALICE, GROUP);
	struct ddl out = member(DDL_REVOKE_ROLE, GROUP, ALICE);

	change(&alice);
	change(&bob); /* NOINHERIT */
	change(&reader);
	ck_assert_int_eq(try_change(&circle), STELE_E_INVALID_GRANT_OPERATION);
	ck_assert(catalog_role_uses(catalog, ALICE, GROUP));
	ck_assert(catalog_role_uses(catalog, ALICE, ROLE_PG_READ_ALL_DATA));
	ck_assert(catalog_role_is_member(catalog, BOB, GROUP));
	ck_assert(!catalog_role_uses(catalog, BOB, GROUP));
	ck_assert(!catalog_role_is_member(catalog, GROUP, ALICE));
	ck_assert(!catalog_role_admins(catalog, ALICE, GROUP));
	alice.membership.is_admin = true;
	change(&alice);
	ck_assert(catalog_role_admins(catalog, ALICE, GROUP));
	ck_assert_uint_eq(catalog_native_roles(catalog, ALICE), NATIVE_READER);
	ck_assert_uint_eq(catalog_native_roles(catalog, BOB), 0);
	ck_assert_uint_eq(rights(ALICE), RIGHT_SELECT);
	ck_assert_uint_eq(rights(BOB), 0);
	change(&out);
	ck_assert_uint_eq(rights(ALICE), 0);
}
END_TEST

START_TEST(nobody_is_a_member_of_too_many)
{
	int rc = 0;
	uint32_t n = 0;

	while (rc == 0 && n < 400) {
		uint32_t oid = 30000 + n++;
		struct ddl join = member(DDL_GRANT_ROLE, oid, oid - 1);
		char name[16];

		(void)snprintf(name, sizeof(name), "r%u", (unsigned)oid);
		add_role(oid, name, ROLE_INHERIT);
		if (n > 1)
			rc = try_change(&join);
	}
	ck_assert_int_eq(rc, STELE_E_LIMIT);
	ck_assert_uint_eq(n, 257);
	ck_assert(catalog_role_uses(catalog, 30000, 30255));
}
END_TEST

START_TEST(what_is_used_is_not_dropped)
{
	struct ddl own = { .kind = DDL_SET_OWNER,
		.oid = TABLE,
		.owner = ALICE };
	struct ddl read = grant(DDL_GRANT, BOB, ALICE, RIGHT_SELECT, 0);
	struct ddl drop = { .kind = DDL_DROP_ROLE, .oid = ALICE };
	struct ddl join = member(DDL_GRANT_ROLE, GROUP, BOB);
	struct ddl drop_table = { .kind = DDL_DROP_TYPE, .oid = TABLE };

	join.membership.grantor_oid = ALICE;
	change(&own);
	change(&read);
	change(&join);
	ck_assert_int_eq(try_change(&drop), STELE_E_DEPENDENT_OBJECTS_EXIST);
	ck_assert_str_eq(err.detail, "owner of table t");
	drop.oid = BOB;
	ck_assert_int_eq(try_change(&drop), STELE_E_DEPENDENT_OBJECTS_EXIST);
	ck_assert_str_eq(err.detail, "privileges for table t");
	change(&drop_table);
	ck_assert_ptr_null(catalog_acl(catalog, TABLE));
	drop.oid = ALICE;
	change(&drop);
	ck_assert_uint_eq(
	    catalog_role_by_oid(catalog, BOB)->memberships[0].grantor_oid,
	    ADMIN);
	drop.oid = GROUP;
	change(&drop);
	ck_assert_uint_eq(catalog_role_by_oid(catalog, BOB)->membership_count,
	    0);
}
END_TEST

/* ---- rights ---- */

START_TEST(the_default_is_the_owners)
{
	struct acl_object schema;

	ck_assert_uint_eq(rights(ADMIN), RIGHTS_TABLE);
	ck_assert_uint_eq(rights(ALICE), 0);
	ck_assert_uint_eq(rights(12345), 0); /* there is no such role */
	ck_assert(catalog_acl_object(catalog, ACL_SCHEMA_OID, &schema));
	ck_assert_uint_eq(catalog_rights(catalog, ALICE, &schema,
			      RIGHTS_SCHEMA),
	    RIGHT_USAGE);
}
END_TEST

START_TEST(grants_add_up)
{
	struct ddl all = grant(DDL_GRANT, ACL_PUBLIC, ADMIN, RIGHT_INSERT, 0);
	struct ddl group = grant(DDL_GRANT, GROUP, ADMIN, RIGHT_SELECT, 0);
	struct ddl join = member(DDL_GRANT_ROLE, GROUP, ALICE);

	change(&all);
	change(&group);
	change(&join);
	ck_assert_uint_eq(rights(ALICE), RIGHT_INSERT | RIGHT_SELECT);
	ck_assert_uint_eq(rights(BOB), RIGHT_INSERT);
	all.kind = DDL_REVOKE;
	change(&all);
	ck_assert_uint_eq(rights(ALICE), RIGHT_SELECT);
	all.grant.flags = ACL_WITH_OPTION;
	all.kind = DDL_GRANT;
	ck_assert_int_eq(try_change(&all), STELE_E_INVALID_GRANT_OPERATION);
}
END_TEST

START_TEST(options_are_granted_on_and_taken_back)
{
	struct ddl to_alice =
	    grant(DDL_GRANT, ALICE, ADMIN, RIGHT_SELECT, ACL_WITH_OPTION);
	struct ddl to_bob =
	    grant(DDL_GRANT, BOB, ALICE, RIGHT_SELECT, ACL_WITH_OPTION);
	struct ddl back =
	    grant(DDL_GRANT, ALICE, BOB, RIGHT_SELECT, ACL_WITH_OPTION);
	struct ddl to_group = grant(DDL_GRANT, GROUP, BOB, RIGHT_SELECT, 0);
	struct ddl take = grant(DDL_REVOKE, ALICE, ADMIN, RIGHT_SELECT, 0);

	ck_assert_int_eq(try_change(&to_bob), STELE_E_SERIALIZATION_FAILURE);
	change(&to_alice);
	change(&to_bob);
	ck_assert_int_eq(try_change(&back), STELE_E_INVALID_GRANT_OPERATION);
	change(&to_group);
	ck_assert_int_eq(try_change(&take), STELE_E_DEPENDENT_OBJECTS_EXIST);
	take.grant.flags = ACL_CASCADE;
	change(&take);
	ck_assert_uint_eq(rights(ALICE) | rights(BOB) | rights(GROUP), 0);
	ck_assert_uint_eq(catalog_acl(catalog, TABLE)->entry_count, 1);
}
END_TEST

START_TEST(a_denial_beats_reader_and_writer_alone)
{
	struct ddl reader =
	    member(DDL_GRANT_ROLE, ROLE_PG_READ_ALL_DATA, ALICE);
	struct ddl writer =
	    member(DDL_GRANT_ROLE, ROLE_PG_WRITE_ALL_DATA, ALICE);
	struct ddl deny =
	    grant(DDL_REVOKE, ALICE, ADMIN, RIGHT_SELECT, ACL_DENY);
	struct ddl all = grant(DDL_GRANT, ACL_PUBLIC, ADMIN, RIGHT_SELECT, 0);
	struct ddl again = grant(DDL_GRANT, ALICE, ADMIN, RIGHT_SELECT, 0);

	change(&reader);
	change(&writer);
	ck_assert_uint_eq(rights(ALICE),
	    RIGHT_SELECT | RIGHT_INSERT | RIGHT_UPDATE | RIGHT_DELETE);
	change(&deny);
	ck_assert_uint_eq(rights(ALICE),
	    RIGHT_INSERT | RIGHT_UPDATE | RIGHT_DELETE);
	change(&all);
	ck_assert_uint_eq(rights(ALICE) & RIGHT_SELECT, RIGHT_SELECT);
	all.kind = DDL_REVOKE;
	change(&all);
	change(&again); /* which forgets that it was denied */
	again.kind = DDL_REVOKE;
	change(&again);
	ck_assert_uint_eq(rights(ALICE) & RIGHT_SELECT, RIGHT_SELECT);
}
END_TEST

START_TEST(another_owner_takes_the_list_over)
{
	struct ddl read = grant(DDL_GRANT, BOB, ADMIN, RIGHT_SELECT, 0);
	struct ddl own = { .kind = DDL_SET_OWNER, .oid = TABLE, .owner = BOB };
	struct acl_object object;

	change(&read);
	change(&own);
	ck_assert_uint_eq(rights(BOB), RIGHTS_TABLE);
	ck_assert_uint_eq(catalog_acl(catalog, TABLE)->entry_count, 1);
	ck_assert_uint_eq(catalog_acl(catalog, TABLE)->entries[0].grantor, BOB);
	ck_assert(catalog_acl_object(catalog, TABLE, &object));
	ck_assert(catalog_owns(catalog, BOB, &object));
	ck_assert(!catalog_owns(catalog, ALICE, &object));
	ck_assert_uint_eq(catalog_best_grantor(catalog, ADMIN, &object, 0, 1),
	    BOB);
}
END_TEST

/* ---- columns ---- */

static const struct view_column view_columns[] = {
	{ { "a", 1 }, TYPE_INT4, -1 },
	{ { "b", 1 }, TYPE_INT4, -1 },
};
static const struct sql_view wide_view = {
	.query = { "SELECT 1 AS a, 2 AS b", 21 },
	.columns = view_columns,
	.column_count = 2,
};
static const struct sql_view narrow_view = {
	.query = { "SELECT 1 AS a", 13 },
	.columns = view_columns,
	.column_count = 1,
};

static void
grant_column(uint32_t grantee, uint32_t attnum)
{
	struct ddl ddl = { .kind = DDL_GRANT,
		.oid = VIEW,
		.grant = { .grantee = grantee,
		    .grantor = ADMIN,
		    .rights = RIGHT_SELECT,
		    .attnum = attnum } };

	change(&ddl);
}

/* A view of two columns; Bob may read both, Alice the second. */
static void
add_view(void)
{
	struct ddl make = { .kind = DDL_CREATE_VIEW,
		.oid = VIEW,
		.row_type_oid = VIEW + 1,
		.array_type_oid = VIEW + 2,
		.name = STR("v"),
		.view = &wide_view };

	change(&make);
	grant_column(BOB, 1);
	grant_column(BOB, 2);
	grant_column(ALICE, 2);
}

static uint32_t
column_entries(const struct catalog *of, uint32_t attnum)
{
	uint32_t count;

	(void)catalog_column_acl(of, VIEW, attnum, &count);
	return count;
}

/* As a log may say that an older server has written. */
START_TEST(rights_go_with_their_column)
{
	struct ddl replace = { .kind = DDL_REPLACE_VIEW,
		.oid = VIEW,
		.view = &narrow_view };
	struct ddl drop = { .kind = DDL_DROP_ROLE, .oid = ALICE };
	struct ddl revoke = { .kind = DDL_REVOKE,
		.oid = VIEW,
		.grant = { .grantee = BOB,
		    .grantor = ADMIN,
		    .rights = RIGHT_SELECT,
		    .attnum = 1 } };

	add_view();
	ck_assert_int_eq(try_change(&drop), STELE_E_DEPENDENT_OBJECTS_EXIST);
	ck_assert_str_eq(err.detail, "privileges for column b of view v");
	change(&replace);
	ck_assert_uint_eq(column_entries(catalog, 1), 1);
	ck_assert_uint_eq(column_entries(catalog, 2), 0);
	change(&drop);
	/* It does not get them back. */
	replace.view = &wide_view;
	change(&replace);
	ck_assert_uint_eq(column_entries(catalog, 1), 1);
	ck_assert_uint_eq(column_entries(catalog, 2), 0);
	/* Nor is there a list when the last of them goes. */
	change(&revoke);
	grant_column(BOB, 2);
	ck_assert_uint_eq(catalog->acl_count, 1);
	replace.view = &narrow_view;
	change(&replace);
	ck_assert_uint_eq(catalog->acl_count, 0);
}
END_TEST

/* What an older server may have written. */
START_TEST(rights_on_no_column_are_not_read)
{
	const struct sql_view *view, *views[1];
	struct catalog damaged;
	struct sql_view narrow;
	const struct catalog *copy;
	struct buf bytes;

	add_view();
	view = catalog_view_by_oid(catalog, VIEW);
	narrow = *view;
	narrow.column_count = 1;
	views[0] = &narrow;
	damaged = *catalog;
	damaged.views = views;
	buf_init(&bytes);
	catalog_encode(&damaged, &bytes);
	ck_assert_msg(catalog_decode(buf_str(&bytes), &copy, &err) == 0, "%s",
	    err.message);
	ck_assert_uint_eq(column_entries(copy, 1), 1);
	ck_assert_uint_eq(column_entries(copy, 2), 0);
	catalog_unref(copy);
	/* Of nothing at all they are damage. */
	buf_reset(&bytes);
	damaged.view_count = 0;
	catalog_encode(&damaged, &bytes);
	ck_assert_int_eq(catalog_decode(buf_str(&bytes), &copy, &err),
	    STELE_E_CORRUPT);
	buf_release(&bytes);
}
END_TEST

/* ---- settings ---- */

static struct ddl
setting_of(uint32_t database_oid, uint32_t role_oid, struct str name,
    struct str value)
{
	return (struct ddl){ .kind = DDL_SET_SETTING,
		.oid = role_oid,
		.setting = { .database_oid = database_oid,
		    .setting = { name, value } } };
}

static void
set_setting(uint32_t database_oid, uint32_t role_oid, struct str name,
    struct str value)
{
	struct ddl ddl = setting_of(database_oid, role_oid, name, value);

	change(&ddl);
}

static void
reset_setting(uint32_t database_oid, uint32_t role_oid, struct str name)
{
	struct ddl ddl = setting_of(database_oid, role_oid, name, STR(""));

	ddl.setting.is_reset = true;
	change(&ddl);
}

/* "name=value" of each, a blank before. */
static struct str
settings_text(uint32_t database_oid, uint32_t role_oid)
{
	static char text[256];
	const struct setting_list *list =
	    catalog_settings(catalog, database_oid, role_oid);
	size_t len = 0;

	for (uint32_t i = 0; list != NULL && i < list->count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    " %.*s=%.*s", STR_FMT(list->settings[i].name),
		    STR_FMT(list->settings[i].value));
	return str_of(text, len);
}

START_TEST(settings_are_kept_in_their_places)
{
	set_setting(0, ALICE, STR("b"), STR("1"));
	set_setting(0, ALICE, STR("a"), STR("2"));
	set_setting(0, ALICE, STR("B"), STR("3")); /* keeps S2 */
	set_setting(ACL_DATABASE_OID, ALICE, STR("b"), STR("4"));
	set_setting(0, 0, STR("b"), STR("5"));
	ck_assert(str_equal(settings_text(0, ALICE), STR(" B=3 a=2")));
	ck_assert(
	    str_equal(settings_text(ACL_DATABASE_OID, ALICE), STR(" b=4")));
	ck_assert(str_equal(settings_text(0, 0), STR(" b=5")));
	ck_assert_ptr_null(catalog_settings(catalog, ACL_DATABASE_OID, 0));
	reset_setting(0, ALICE, STR("b"));
	reset_setting(0, ALICE, STR("there is none"));
	ck_assert(str_equal(settings_text(0, ALICE), STR(" a=2")));
	reset_setting(0, ALICE, STR("a")); /* keeps S1 */
	ck_assert_ptr_null(catalog_settings(catalog, 0, ALICE));
	ck_assert_uint_eq(catalog->setting_list_count, 2);
}
END_TEST

START_TEST(settings_go_with_their_role)
{
	struct ddl drop = { .kind = DDL_DROP_ROLE, .oid = ALICE };

	set_setting(0, ALICE, STR("a"), STR("1"));
	set_setting(ACL_DATABASE_OID, ALICE, STR("a"), STR("1"));
	set_setting(0, BOB, STR("a"), STR("1"));
	set_setting(0, 0, STR("a"), STR("1"));
	change(&drop);
	ck_assert_uint_eq(catalog->setting_list_count, 2);
	ck_assert_ptr_nonnull(catalog_settings(catalog, 0, BOB));
	ck_assert_ptr_nonnull(catalog_settings(catalog, 0, 0));
}
END_TEST

START_TEST(settings_are_few_and_short)
{
	static char text[SETTING_VALUE_MAX + 1];
	struct ddl ddl = setting_of(0, ALICE, STR("x"), STR("1"));
	char name[16];

	for (unsigned i = 0; i < SETTING_LIST_MAX; i++) {
		int len = snprintf(name, sizeof(name), "a%u", i);

		set_setting(0, ALICE, str_of(name, (size_t)len), STR("1"));
	}
	ck_assert_int_eq(try_change(&ddl), STELE_E_LIMIT);
	ddl.oid = 0;
	ddl.setting.setting.value = str_of(text, sizeof(text));
	ck_assert_int_eq(try_change(&ddl), STELE_E_LIMIT);
	ddl.setting.setting.value = STR("1");
	ddl.setting.setting.name = str_of(text, SETTING_NAME_MAX + 1);
	ck_assert_int_eq(try_change(&ddl), STELE_E_LIMIT);
	ddl.setting.setting.name = STR("a");
	ddl.oid = ROLE_PG_MONITOR;
	ck_assert_int_eq(try_change(&ddl), STELE_E_UNDEFINED_OBJECT);
	ddl.oid = 0;
	ddl.setting.database_oid = TABLE;
	ck_assert_int_eq(try_change(&ddl), STELE_E_UNDEFINED_OBJECT);
}
END_TEST

/* ---- bytes ---- */

static void
add_all(void)
{
	struct ddl password = { .kind = DDL_ALTER_ROLE,
		.oid = ALICE,
		.role = { .set = ROLE_SET_VERIFIER | ROLE_SET_VALID_UNTIL |
			ROLE_SET_CONNECTION_LIMIT,
		    .valid_until = -5,
		    .connection_limit = 9,
		    .verifier = STR("secret") } };
	struct ddl key = { .kind = DDL_ALTER_ROLE,
		.oid = BOB,
		.role = { .set = ROLE_SET_KEY, .key = STR("wrapped") } };
	struct ddl join = member(DDL_GRANT_ROLE, GROUP, ALICE);
	struct ddl reader =
	    member(DDL_GRANT_ROLE, ROLE_PG_READ_ALL_DATA, ALICE);
	struct ddl read =
	    grant(DDL_GRANT, BOB, ADMIN, RIGHT_SELECT, ACL_WITH_OPTION);
	struct ddl deny =
	    grant(DDL_REVOKE, ALICE, ADMIN, RIGHT_SELECT, ACL_DENY);
	struct ddl own = { .kind = DDL_SET_OWNER, .oid = TABLE, .owner = BOB };

	change(&password);
	change(&key);
	change(&join);
	change(&reader);
	change(&read);
	change(&deny);
	change(&own);
	read.grant = (struct acl_grant){ .grantee = ALICE,
		.grantor = BOB,
		.rights = RIGHT_SELECT,
		.attnum = COLUMN_FIRST_FIELD };
	change(&read);
	set_setting(0, 0, STR("TimeZone"), STR("UTC"));
	set_setting(ACL_DATABASE_OID, ALICE, STR("a.b"), STR(""));
	set_setting(0, ALICE, STR("a.b"), STR("1"));
}

START_TEST(reads_back_what_it_wrote)
{
	const struct catalog *copy;
	struct buf first, second;

	add_all();
	buf_init(&first);
	buf_init(&second);
	catalog_encode(catalog, &first);
	ck_assert_int_eq(catalog_decode(buf_str(&first), &copy, &err), 0);
	catalog_encode(copy, &second);
	ck_assert(str_equal(buf_str(&first), buf_str(&second)));
	ck_assert(str_equal(catalog_role_by_name(copy, STR("alice"))->verifier,
	    STR("secret")));
	ck_assert_int_eq(catalog_role_by_oid(copy, ALICE)->valid_until, -5);
	ck_assert_uint_eq(catalog_role_by_oid(copy, ALICE)->key.len, 0);
	ck_assert(
	    str_equal(catalog_role_by_oid(copy, BOB)->key, STR("wrapped")));
	catalog_unref(copy);
	/* Cut anywhere, it is an error and nothing else. */
	for (size_t len = 0; len < first.len; len++)
		ck_assert_int_eq(catalog_decode(str_of((const char *)first.data,
						    len),
				     &copy, &err),
		    STELE_E_CORRUPT);
	for (size_t i = 0; i < first.len * 8; i++) {
		first.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (catalog_decode(buf_str(&first), &copy, &err) == 0)
			catalog_unref(copy);
		first.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	buf_release(&first);
	buf_release(&second);
}
END_TEST

static const struct ddl changes[] = {
	{ .kind = DDL_CREATE_ROLE,
	    .oid = 20100,
	    .name = { "r", 1 },
	    .role = { .set = ROLE_SET_ALL,
		.attributes = ROLE_LOGIN,
		.connection_limit = -1,
		.valid_until = ROLE_VALID_FOREVER,
		.verifier = { "v", 1 },
		.key = { "k", 1 } } },
	{ .kind = DDL_ALTER_ROLE, .oid = 20100, .role = { .set = 1 } },
	{ .kind = DDL_DROP_ROLE, .oid = 20100 },
	{ .kind = DDL_GRANT_ROLE,
	    .oid = 20100,
	    .membership = { 20101, 10, true } },
	{ .kind = DDL_REVOKE_ROLE,
	    .oid = 20100,
	    .membership = { 20101, 0, 0 } },
	{ .kind = DDL_GRANT,
	    .oid = TABLE,
	    .grant = { 0, 10, RIGHTS_ALL, 1, 0 } },
	{ .kind = DDL_REVOKE, .oid = TABLE, .grant = { 20100, 10, 2, 7, 0 } },
	{ .kind = DDL_GRANT, .oid = TABLE, .grant = { 20100, 10, 2, 1, 4 } },
	{ .kind = DDL_SET_OWNER, .oid = TABLE, .owner = 20100 },
	{ .kind = DDL_SET_SETTING,
	    .oid = 20100,
	    .setting = { 5, { { "TimeZone", 8 }, { "UTC", 3 } }, false } },
	{ .kind = DDL_SET_SETTING,
	    .setting = { 0, { { "a.b", 3 }, { NULL, 0 } }, true } },
};

START_TEST(changes_are_read_back)
{
	struct buf first, second;
	struct arena arena;
	struct reader r;
	struct ddl copy;

	buf_init(&first);
	buf_init(&second);
	arena_init(&arena, NULL);
	ddl_encode(&changes[_i], &first);
	r = reader_over(first.data, first.len);
	ck_assert_int_eq(ddl_decode(&r, &arena, &copy, &err), 0);
	ck_assert_uint_eq(reader_left(&r), 0);
	ddl_encode(&copy, &second);
	ck_assert(str_equal(buf_str(&first), buf_str(&second)));
	for (size_t len = 0; len < first.len; len++) {
		r = reader_over(first.data, len);
		ck_assert_int_eq(ddl_decode(&r, &arena, &copy, &err),
		    STELE_E_CORRUPT);
	}
	arena_release(&arena);
	buf_release(&first);
	buf_release(&second);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("role");
	TCase *tc = tcase_create("role");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, somebody_can_always_administer);
	tcase_add_test(tc, changes_only_what_is_set);
	tcase_add_test(tc, a_key_is_beside_the_password);
	tcase_add_test(tc, members_have_what_they_inherit);
	tcase_add_test(tc, nobody_is_a_member_of_too_many);
	tcase_add_test(tc, what_is_used_is_not_dropped);
	tcase_add_test(tc, the_default_is_the_owners);
	tcase_add_test(tc, grants_add_up);
	tcase_add_test(tc, options_are_granted_on_and_taken_back);
	tcase_add_test(tc, a_denial_beats_reader_and_writer_alone);
	tcase_add_test(tc, another_owner_takes_the_list_over);
	tcase_add_test(tc, rights_go_with_their_column);
	tcase_add_test(tc, rights_on_no_column_are_not_read);
	tcase_add_test(tc, settings_are_kept_in_their_places);
	tcase_add_test(tc, settings_go_with_their_role);
	tcase_add_test(tc, settings_are_few_and_short);
	tcase_add_test(tc, reads_back_what_it_wrote);
	tcase_add_loop_test(tc, changes_are_read_back, 0,
	    (int)(sizeof(changes) / sizeof(changes[0])));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
