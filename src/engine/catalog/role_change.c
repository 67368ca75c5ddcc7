/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_change.c -- roles as objects of the catalogue, and what changes them.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"

struct role_object {
	struct role pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size;
	struct arena arena;
};

/* Casts away const: the reference count is the one thing that changes. */
static struct role_object *
role_object_of(const struct role *role)
{
	union {
		const struct role *pub;
		struct role_object *object;
	} u = { .pub = role };

	return u.object;
}

static const struct role *
role_ref(const struct role *role)
{
	/* the taker has a reference already: relaxed */
	atomic_fetch_add_explicit(&role_object_of(role)->refs, 1,
	    memory_order_relaxed);
	return role;
}

void
role_unref(const struct role *role)
{
	struct role_object *object;

	if (role == NULL)
		return;
	object = role_object_of(role);
	/* all uses happen before the free */
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) !=
	    1)
		return;
	arena_release(&object->arena);
	free(object);
}

int
role_make(const struct role *source, const struct role **out, struct error *err)
{
	struct role_object *object = calloc(1, sizeof(*object));
	struct role_membership *memberships;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	memberships = arena_alloc_array(&object->arena,
	    (size_t)source->membership_count + 1, sizeof(*memberships));
	object->pub = *source;
	object->pub.name = arena_str(&object->arena, source->name);
	object->pub.verifier = arena_str(&object->arena, source->verifier);
	object->pub.key = arena_str(&object->arena, source->key);
	for (uint32_t i = 0; i < source->membership_count; i++)
		memberships[i] = source->memberships[i];
	object->pub.memberships = memberships;
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = role_measure(&object->pub, &object->size, err);
	if (rc != 0)
		role_unref(&object->pub);
	else
		*out = &object->pub;
	return rc;
}

void
catalog_put_role(struct catalog *catalog, const struct role *role)
{
	const struct role **roles =
	    (const struct role **)(uintptr_t)catalog->roles;
	uint32_t at = catalog->role_count++;

	for (; at > 0 && roles[at - 1]->oid > role->oid; at--)
		roles[at] = roles[at - 1];
	roles[at] = role_ref(role);
	catalog->size += role_object_of(role)->size;
	if (catalog->next_oid <= role->oid)
		catalog->next_oid = role->oid + 1;
}

/* ---- checks ---- */

static int
find_role(const struct catalog *catalog, uint32_t oid, const struct role **out,
    struct error *err)
{
	*out = catalog_role_by_oid(catalog, oid);
	if (*out != NULL && (oid >= FIRST_USER_OID || oid == ROLE_OWNER_OID))
		return 0;
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "role with OID %u does not exist", (unsigned)oid);
}

static int
check_name(const struct catalog *catalog, struct str name, struct error *err)
{
	int rc = catalog_check_name_length(name, err);

	if (rc != 0)
		return rc;
	if (str_equal(name, STR("public")) || str_equal(name, STR("none")))
		return error_set(err, STELE_E_RESERVED_NAME,
		    "role name \"%.*s\" is reserved", STR_FMT(name));
	if (str_starts_with(name, STR("pg_"))) {
		(void)error_set(err, STELE_E_RESERVED_NAME,
		    "role name \"%.*s\" is reserved", STR_FMT(name));
		return error_detail(err,
		    "Role names starting with \"pg_\" are reserved.");
	}
	if (catalog_role_by_name(catalog, name) != NULL)
		return error_set(err, STELE_E_DUPLICATE_OBJECT,
		    "role \"%.*s\" already exists", STR_FMT(name));
	return 0;
}

static bool
administers(const struct role *role)
{
	return role_can_login(role) && role_is_superuser(role);
}

/* R2, when `role` becomes what cannot log in and do everything, or goes. */
static int
check_another_admin(const struct catalog *catalog, const struct role *role,
    struct error *err)
{
	if (!administers(role))
		return 0;
	for (uint32_t i = 0; i < catalog->role_count; i++)
		if (catalog->roles[i]->oid != role->oid &&
		    administers(catalog->roles[i]))
			return 0;
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "role \"%.*s\" is the last superuser that can log in",
	    STR_FMT(role->name));
	return error_hint(err,
	    "Nobody could administer the server any more: give another role"
	    " SUPERUSER and LOGIN first.");
}

/* ---- CREATE and ALTER ROLE ---- */

static void
set_members(struct role *role, const struct role_change *change)
{
	uint32_t mask = change->set & ROLE_ATTRIBUTES_ALL;

	role->attributes =
	    (role->attributes & ~mask) | (change->attributes & mask);
	if ((change->set & ROLE_SET_CONNECTION_LIMIT) != 0)
		role->connection_limit = change->connection_limit;
	if ((change->set & ROLE_SET_VALID_UNTIL) != 0)
		role->valid_until = change->valid_until;
	if ((change->set & ROLE_SET_VERIFIER) != 0)
		role->verifier = change->verifier;
	if ((change->set & ROLE_SET_KEY) != 0)
		role->key = change->key;
}

static int
create_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct role role = { .oid = ddl->oid,
		.name = ddl->name,
		.attributes = ROLE_INHERIT,
		.connection_limit = -1,
		.valid_until = ROLE_VALID_FOREVER };
	int rc = check_name(catalog, ddl->name, err);

	if (rc != 0)
		return rc;
	set_members(&role, &ddl->role);
	if (catalog_role_by_oid(catalog, role.oid) != NULL)
		return error_set(err, STELE_E_SERIALIZATION_FAILURE,
		    "could not serialize access: another role was created "
		    "concurrently");
	if (!catalog_has_roles(catalog) && !administers(&role)) {
		(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "the first role must be a superuser that can log in");
		return error_hint(err,
		    "From the first role on only roles can log in: begin with"
		    " CREATE ROLE name SUPERUSER LOGIN PASSWORD '...'.");
	}
	return role_make(&role, &change->new_role, err);
}

static int
alter_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct role *before;
	struct role after;
	int rc = find_role(catalog, ddl->oid, &before, err);

	if (rc != 0)
		return rc;
	after = *before;
	if (ddl->name.len > 0) {
		rc = check_name(catalog, ddl->name, err);
		if (rc != 0)
			return rc;
		after.name = ddl->name;
	}
	set_members(&after, &ddl->role);
	if (!administers(&after))
		rc = check_another_admin(catalog, before, err);
	return rc != 0 ? rc : role_make(&after, &change->new_role, err);
}

/* ---- DROP ROLE ---- */

/* What needs a role, a line each. */
struct role_uses {
	struct arena arena;
	struct str text;
};

static void
note_use(struct role_uses *uses, const char *what, const char *kind,
    struct str name)
{
	uses->text =
	    arena_printf(&uses->arena, "%.*s%s%s %s %.*s", STR_FMT(uses->text),
		uses->text.len == 0 ? "" : "\n", what, kind, STR_FMT(name));
}

static bool
entries_name(const struct acl_entry *entries, uint32_t count, uint32_t role_oid)
{
	for (uint32_t i = 0; i < count; i++)
		if (entries[i].grantee == role_oid ||
		    entries[i].grantor == role_oid)
			return true;
	return false;
}

static struct str
column_name(const struct catalog *catalog, uint32_t oid, uint32_t attnum)
{
	const struct event_type *type = catalog_type_by_oid(catalog, oid);

	return type != NULL
	    ? event_type_column_name(type, attnum)
	    : catalog_view_by_oid(catalog, oid)->columns[attnum - 1].name;
}

static void
note_granted_columns(const struct catalog *catalog, const struct acl *acl,
    uint32_t oid, const struct acl_object *object, struct role_uses *uses)
{
	uint32_t i = 0, count;

	for (; i < acl->column_entry_count; i += count) {
		uint32_t attnum = acl->column_entries[i].attnum;
		const struct acl_entry *entries =
		    acl_of_column(acl, attnum, &count);
		struct str name;

		if (!entries_name(entries, count, oid))
			continue;
		name = arena_printf(&uses->arena, "%.*s of %s %.*s",
		    STR_FMT(column_name(catalog, object->oid, attnum)),
		    acl_object_words(object), STR_FMT(object->name));
		note_use(uses, "privileges for", "column", name);
	}
}

static void
note_owned(const struct catalog *catalog, uint32_t oid, struct role_uses *uses)
{
	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (catalog->types[i]->dropped_at == 0 &&
		    catalog->types[i]->owner == oid)
			note_use(uses, "owner of", "table",
			    catalog->types[i]->name);
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (catalog->views[i]->owner == oid)
			note_use(uses, "owner of", "view",
			    catalog->views[i]->name);
	for (uint32_t i = 0; i < catalog->enum_count; i++)
		if (catalog->enums[i]->owner == oid)
			note_use(uses, "owner of", "type",
			    catalog->enums[i]->name);
}

static void
note_granted(const struct catalog *catalog, uint32_t oid,
    struct role_uses *uses)
{
	for (uint32_t i = 0; i < catalog->acl_count; i++) {
		const struct acl *acl = catalog->acls[i];
		struct acl_object object;

		if (!catalog_acl_object(catalog, acl->object_oid, &object) ||
		    object.owner == oid)
			continue;
		if (entries_name(acl->entries, acl->entry_count, oid))
			note_use(uses, "privileges for",
			    acl_object_words(&object),
			    object.kind == ACL_DATABASE ? STR("stele")
							: object.name);
		note_granted_columns(catalog, acl, oid, &object, uses);
	}
}

static int
check_role_unused(const struct catalog *catalog, const struct role *role,
    struct error *err)
{
	struct role_uses uses = { .text = { NULL, 0 } };
	int rc;

	arena_init(&uses.arena, NULL);
	note_owned(catalog, role->oid, &uses);
	note_granted(catalog, role->oid, &uses);
	rc = arena_check(&uses.arena, err);
	if (rc == 0 && uses.text.len > 0) {
		(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "role \"%.*s\" cannot be dropped because some objects"
		    " depend on it",
		    STR_FMT(role->name));
		rc = error_detail(err, "%.*s", STR_FMT(uses.text));
	}
	arena_release(&uses.arena);
	return rc;
}

static int
drop_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct role *role;
	int rc = find_role(catalog, ddl->oid, &role, err);

	if (rc == 0)
		rc = check_another_admin(catalog, role, err);
	if (rc != 0)
		return rc;
	if (role->oid == ROLE_OWNER_OID) {
		(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot drop role %.*s because it is required by the "
		    "database system",
		    STR_FMT(role->name));
		return error_hint(err,
		    "The first role owns the catalogue: it can be renamed.");
	}
	change->gone_role_oid = role->oid;
	return check_role_unused(catalog, role, err);
}

/* A role without what a dropped one was to it. */
static int
put_without(const struct role *role, uint32_t gone_oid, struct catalog *after,
    struct error *err)
{
	struct role_membership memberships[ROLE_REACH_MAX];
	struct role copy = *role;
	const struct role *fresh;
	int rc;

	copy.membership_count = 0;
	copy.memberships = memberships;
	for (uint32_t i = 0; i < role->membership_count; i++) {
		struct role_membership membership = role->memberships[i];

		if (membership.role_oid == gone_oid)
			continue;
		if (membership.grantor_oid == gone_oid) /* keeps R4 */
			membership.grantor_oid = ROLE_OWNER_OID;
		memberships[copy.membership_count++] = membership;
	}
	rc = role_make(&copy, &fresh, err);
	if (rc != 0)
		return rc;
	catalog_put_role(after, fresh);
	role_unref(fresh);
	return 0;
}

static bool
role_names(const struct role *role, uint32_t oid)
{
	for (uint32_t i = 0; i < role->membership_count; i++)
		if (role->memberships[i].role_oid == oid ||
		    role->memberships[i].grantor_oid == oid)
			return true;
	return false;
}

int
catalog_copy_roles(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after,
    struct error *err)
{
	uint32_t gone_oid = change->gone_role_oid;
	int rc = 0;

	for (uint32_t i = 0; i < before->role_count && rc == 0; i++) {
		const struct role *role = before->roles[i];

		if (role->oid == gone_oid ||
		    (change->new_role != NULL &&
			role->oid == change->new_role->oid))
			continue;
		if (gone_oid != 0 && role_names(role, gone_oid))
			rc = put_without(role, gone_oid, after, err);
		else
			catalog_put_role(after, role);
	}
	if (rc == 0 && change->new_role != NULL)
		catalog_put_role(after, change->new_role);
	return rc;
}

/* ---- GRANT and REVOKE of roles ---- */

static int
check_grant(const struct catalog *catalog, const struct role *role,
    const struct role *member, struct error *err)
{
	if (role->oid == ROLE_PG_DATABASE_OWNER)
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "role \"%.*s\" cannot have explicit members",
		    STR_FMT(role->name));
	if (catalog_role_reaches(catalog, role->oid, member->oid)) /* R3 */
		return error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "role \"%.*s\" is a member of role \"%.*s\"",
		    STR_FMT(role->name), STR_FMT(member->name));
	if (member->membership_count < ROLE_REACH_MAX - 1)
		return 0;
	return error_set(err, STELE_E_LIMIT,
	    "role \"%.*s\" is a member of too many roles",
	    STR_FMT(member->name));
}

static int
find_membership(const struct catalog *catalog, const struct ddl *ddl,
    const struct role **role, const struct role **member, struct error *err)
{
	*role = catalog_role_by_oid(catalog, ddl->oid);
	if (*role == NULL)
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "role with OID %u does not exist", (unsigned)ddl->oid);
	return find_role(catalog, ddl->membership.member_oid, member, err);
}

/* The members of `before`, and `added` in its place, or merged with its like. */
static uint32_t
merge_membership(const struct role *before, struct role_membership added,
    struct role_membership *out)
{
	bool is_placed = false;
	uint32_t count = 0;

	for (uint32_t i = 0; i < before->membership_count; i++) {
		const struct role_membership *had = &before->memberships[i];

		if (had->role_oid == added.role_oid)
			added.is_admin |= had->is_admin;
		if (!is_placed && had->role_oid >= added.role_oid) {
			out[count++] = added;
			is_placed = true;
		}
		if (had->role_oid != added.role_oid)
			out[count++] = *had;
	}
	if (!is_placed)
		out[count++] = added;
	return count;
}

static int
grant_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct role_membership memberships[ROLE_REACH_MAX];
	const struct role *role, *member;
	struct role after;
	int rc = find_membership(catalog, ddl, &role, &member, err);

	if (rc == 0)
		rc = check_grant(catalog, role, member, err);
	if (rc != 0)
		return rc;
	after = *member;
	after.memberships = memberships;
	after.membership_count = merge_membership(member,
	    (struct role_membership){
		.role_oid = role->oid,
		.grantor_oid = ddl->membership.grantor_oid,
		.is_admin = ddl->membership.is_admin,
	    },
	    memberships);
	return role_make(&after, &change->new_role, err);
}

static int
revoke_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct role_membership memberships[ROLE_REACH_MAX];
	const struct role *role, *member;
	struct role after;
	int rc = find_membership(catalog, ddl, &role, &member, err);

	if (rc != 0)
		return rc;
	after = *member;
	after.memberships = memberships;
	after.membership_count = 0;
	for (uint32_t i = 0; i < member->membership_count; i++) {
		struct role_membership membership = member->memberships[i];

		if (membership.role_oid == role->oid) {
			if (!ddl->membership.is_admin)
				continue;
			membership.is_admin = false;
		}
		memberships[after.membership_count++] = membership;
	}
	return role_make(&after, &change->new_role, err);
}

int
catalog_change_role(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	switch ((int)ddl->kind) {
	case DDL_CREATE_ROLE:
		return create_role(catalog, ddl, change, err);
	case DDL_ALTER_ROLE:
		return alter_role(catalog, ddl, change, err);
	case DDL_DROP_ROLE:
		return drop_role(catalog, ddl, change, err);
	case DDL_GRANT_ROLE:
		return grant_role(catalog, ddl, change, err);
	default:
		return revoke_role(catalog, ddl, change, err);
	}
}
