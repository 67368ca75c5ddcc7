/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_rows.c -- pg_authid, pg_auth_members, pg_db_role_setting, and lists of
 * rights.
 */
#include "common/attr.h"
#include "common/buf.h"
#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "server/pgcatalog/rows.h"

/* ---- roles ---- */

static void
put_role(struct system_rows *rows, const struct role *role)
{
	uint32_t has = role->attributes;

	if (!system_wants_str(rows, pg_authid_rolname, role->name) ||
	    !system_wants_i64(rows, pg_authid_oid, role->oid))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_authid_oid, role->oid);
	system_put_str(rows, pg_authid_rolname, role->name);
	system_put_bool(rows, pg_authid_rolsuper, (has & ROLE_SUPERUSER) != 0);
	system_put_bool(rows, pg_authid_rolinherit, (has & ROLE_INHERIT) != 0);
	system_put_bool(rows, pg_authid_rolcreaterole,
	    (has & ROLE_CREATE_ROLE) != 0);
	system_put_bool(rows, pg_authid_rolcreatedb,
	    (has & ROLE_CREATE_DB) != 0);
	system_put_bool(rows, pg_authid_rolcanlogin, (has & ROLE_LOGIN) != 0);
	system_put_bool(rows, pg_authid_rolreplication,
	    (has & ROLE_REPLICATION) != 0);
	system_put_bool(rows, pg_authid_rolbypassrls,
	    (has & ROLE_BYPASS_RLS) != 0);
	system_put_i64(rows, pg_authid_rolconnlimit, role->connection_limit);
	if (role->verifier.len > 0)
		system_put_str(rows, pg_authid_rolpassword, role->verifier);
	if (role->valid_until != ROLE_VALID_FOREVER)
		system_put_i64(rows, pg_authid_rolvaliduntil,
		    role->valid_until);
}

/* While there are no roles: who is logged in, and may do everything. */
static void
put_owner(struct system_rows *rows, const struct session *session)
{
	const struct role owner = {
		.oid = ROLE_OWNER_OID,
		.name = session->facts.session_user,
		.attributes = ROLE_ATTRIBUTES_ALL,
		.connection_limit = -1,
		.valid_until = ROLE_VALID_FOREVER,
	};

	put_role(rows, &owner);
}

int
pg_authid_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	if (!catalog_has_roles(catalog))
		put_owner(rows, arg);
	for (uint32_t i = 0; i < catalog->role_count; i++)
		put_role(rows, catalog->roles[i]);
	for (uint32_t i = 0; i < role_predefined_count(); i++)
		put_role(rows, role_predefined(i));
	return 0;
}

static void
put_memberships(struct system_rows *rows, const struct role *role)
{
	for (uint32_t i = 0; i < role->membership_count; i++) {
		const struct role_membership *membership =
		    &role->memberships[i];

		system_rows_next(rows);
		system_put_i64(rows, pg_auth_members_roleid,
		    membership->role_oid);
		system_put_i64(rows, pg_auth_members_member, role->oid);
		system_put_i64(rows, pg_auth_members_grantor,
		    membership->grantor_oid);
		system_put_bool(rows, pg_auth_members_admin_option,
		    membership->is_admin);
	}
}

int
pg_auth_members_rows(void *arg UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	for (uint32_t i = 0; i < catalog->role_count; i++)
		put_memberships(rows, catalog->roles[i]);
	for (uint32_t i = 0; i < role_predefined_count(); i++)
		put_memberships(rows, role_predefined(i));
	return 0;
}

static void
put_setting_list(struct system_rows *rows, const struct setting_list *list)
{
	struct arena *arena = system_rows_arena(rows);
	struct datum *items =
	    arena_zalloc(arena, ((size_t)list->count + 1) * sizeof(*items));

	for (uint32_t i = 0; i < list->count; i++)
		items[i].str = arena_printf(arena, "%.*s=%.*s",
		    STR_FMT(list->settings[i].name),
		    STR_FMT(list->settings[i].value));
	system_rows_next(rows);
	system_put_i64(rows, pg_db_role_setting_setdatabase,
	    list->database_oid);
	system_put_i64(rows, pg_db_role_setting_setrole, list->role_oid);
	system_put_array(rows, pg_db_role_setting_setconfig, TYPE_TEXT, items,
	    list->count);
}

int
pg_db_role_setting_rows(void *arg UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	for (uint32_t i = 0; i < catalog->setting_list_count; i++)
		put_setting_list(rows, catalog->setting_lists[i]);
	return 0;
}

/* ---- lists of rights ---- */

static void
put_name(struct buf *out, const struct catalog *catalog,
    const struct session *session, uint32_t oid)
{
	const struct role *role = catalog_role_by_oid(catalog, oid);

	if (role != NULL)
		quote_put_name(out, role->name);
	else if (oid == ROLE_OWNER_OID)
		quote_put_name(out, session->facts.session_user);
}

/* "alice=r*a/admin"; an entry that only denies has no such form. */
static struct str
entry_text(const struct catalog *catalog, const struct session *session,
    const struct acl_entry *entry, struct arena *arena)
{
	static const struct {
		uint32_t right;
		char letter;
	} letters[] = {
#define X(name, bit, right_letter, word) { RIGHT_##name, right_letter },
		RIGHTS(X)
#undef X
	};
	struct buf text;
	struct str copy;

	buf_init(&text);
	put_name(&text, catalog, session, entry->grantee);
	buf_put_u8(&text, '=');
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if ((entry->rights & letters[i].right) == 0)
			continue;
		buf_put_u8(&text, (uint8_t)letters[i].letter);
		if ((entry->options & letters[i].right) != 0)
			buf_put_u8(&text, '*');
	}
	buf_put_u8(&text, '/');
	put_name(&text, catalog, session, entry->grantor);
	arena->failed |= text.failed;
	copy = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

static void
put_entries(struct system_rows *rows, uint32_t column,
    const struct session *session, const struct acl_entry *entries,
    uint32_t entry_count)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	struct arena *arena = system_rows_arena(rows);
	struct datum *items;
	uint32_t count = 0;

	if (!system_reads(rows, column))
		return;
	items = arena_zalloc(arena, ((size_t)entry_count + 1) * sizeof(*items));
	for (uint32_t i = 0; i < entry_count; i++)
		if (entries[i].rights != 0)
			items[count++].str =
			    entry_text(catalog, session, &entries[i], arena);
	system_put_array(rows, column, TYPE_ACLITEM, items, count);
}

void
put_column_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t object_oid, uint32_t attnum)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	uint32_t count;
	const struct acl_entry *entries =
	    catalog_column_acl(catalog, object_oid, attnum, &count);

	if (count > 0)
		put_entries(rows, column, session, entries, count);
}

void
put_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t object_oid)
{
	const struct acl *acl =
	    catalog_acl(system_rows_space(rows)->catalog, object_oid);

	if (acl != NULL)
		put_entries(rows, column, session, acl->entries,
		    acl->entry_count);
}

void
put_first_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t schema_oid)
{
	struct acl_entry entries[ACL_DEFAULT_MAX], everybody;
	uint32_t count =
	    acl_default(ACL_SCHEMA, owner_of(rows, schema_oid), entries);

	everybody = entries[0]; /* initdb has granted it after all else */
	entries[0] = entries[1];
	entries[1] = everybody;
	put_entries(rows, column, session, entries, count);
}

void
put_schema_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t schema_oid)
{
	if (catalog_acl(system_rows_space(rows)->catalog, schema_oid) != NULL)
		put_acl(rows, column, session, schema_oid);
	else
		put_first_acl(rows, column, session, schema_oid);
}

uint32_t
owner_of(const struct system_rows *rows, uint32_t object_oid)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	const struct enum_type *labels =
	    catalog_enum_of_type(catalog, object_oid);
	const struct event_type *type =
	    catalog_type_of_rows(catalog, object_oid);
	const struct sql_view *view = catalog_view_of_rows(catalog, object_oid);
	struct acl_object object;

	if (labels != NULL)
		return labels->owner;
	if (type != NULL)
		return type->owner;
	if (view != NULL)
		return view->owner;
	return catalog_acl_object(catalog, object_oid, &object)
	    ? object.owner
	    : ROLE_OWNER_OID;
}
