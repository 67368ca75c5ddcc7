/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_change.c -- lists of rights as objects of the catalogue, and what GRANT,
 * REVOKE and another owner make of them.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"

struct acl_list_object {
	struct acl pub; /* first: the catalogue points to it */
	atomic_uint refs;
	struct arena arena;
};

/* Casts away const: the reference count is the one thing that changes. */
static struct acl_list_object *
acl_list_object_of(const struct acl *acl)
{
	union {
		const struct acl *pub;
		struct acl_list_object *object;
	} u = { .pub = acl };

	return u.object;
}

static const struct acl *
acl_ref(const struct acl *acl)
{
	/* the taker has a reference already: relaxed */
	atomic_fetch_add_explicit(&acl_list_object_of(acl)->refs, 1,
	    memory_order_relaxed);
	return acl;
}

void
acl_unref(const struct acl *acl)
{
	struct acl_list_object *object;

	if (acl == NULL)
		return;
	object = acl_list_object_of(acl);
	/* all uses happen before the free */
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) !=
	    1)
		return;
	arena_release(&object->arena);
	free(object);
}

int
acl_make(const struct acl *source, const struct acl **out, struct error *err)
{
	struct acl_list_object *object = calloc(1, sizeof(*object));
	struct acl_entry *entries;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	entries = arena_alloc_array(&object->arena,
	    (size_t)source->entry_count + 1, sizeof(*entries));
	object->pub = *source;
	object->pub.entries = entries;
	for (uint32_t i = 0; i < source->entry_count; i++)
		entries[i] = source->entries[i];
	rc = arena_check(&object->arena, err);
	if (rc != 0)
		acl_unref(&object->pub);
	else
		*out = &object->pub;
	return rc;
}

void
catalog_put_acl(struct catalog *catalog, const struct acl *acl)
{
	const struct acl **acls = (const struct acl **)(uintptr_t)catalog->acls;
	uint32_t at = catalog->acl_count++;

	for (; at > 0 && acls[at - 1]->object_oid > acl->object_oid; at--)
		acls[at] = acls[at - 1];
	acls[at] = acl_ref(acl);
}

void
catalog_copy_acls(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after)
{
	for (uint32_t i = 0; i < before->acl_count; i++) {
		const struct acl *acl = before->acls[i];

		if (acl->object_oid != change->gone_acl_oid &&
		    (change->new_acl == NULL ||
			acl->object_oid != change->new_acl->object_oid))
			catalog_put_acl(after, acl);
	}
	if (change->new_acl != NULL)
		catalog_put_acl(after, change->new_acl);
}

/* ---- a list that changes ---- */

struct acl_list {
	struct acl_entry *entries; /* room for two more than there were */
	uint32_t count;
	uint32_t owner;
};

static int
list_of(const struct catalog *catalog, const struct acl_object *object,
    struct arena *arena, struct acl_list *out, struct error *err)
{
	const struct acl *acl = catalog_acl(catalog, object->oid);
	uint32_t had = acl == NULL ? ACL_DEFAULT_MAX : acl->entry_count;

	out->owner = object->owner;
	out->entries =
	    arena_try_alloc(arena, ((size_t)had + 2) * sizeof(*out->entries));
	if (out->entries == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	out->count = acl == NULL
	    ? acl_default(object->kind, object->owner, out->entries)
	    : acl->entry_count;
	if (acl != NULL && acl->entry_count > 0)
		memcpy(out->entries, acl->entries,
		    acl->entry_count * sizeof(*out->entries));
	return 0;
}

/* The entry of a pair, made if it is not there (keeps L1). */
static struct acl_entry *
list_entry(struct acl_list *list, uint32_t grantee, uint32_t grantor)
{
	uint32_t at = 0, i;

	while (at < list->count &&
	    (list->entries[at].grantee < grantee ||
		(list->entries[at].grantee == grantee &&
		    list->entries[at].grantor < grantor)))
		at++;
	if (at < list->count && list->entries[at].grantee == grantee &&
	    list->entries[at].grantor == grantor)
		return &list->entries[at];
	for (i = list->count++; i > at; i--)
		list->entries[i] = list->entries[i - 1];
	list->entries[at] =
	    (struct acl_entry){ .grantee = grantee, .grantor = grantor };
	return &list->entries[at];
}

static void
list_drop_empty(struct acl_list *list)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < list->count; i++)
		if ((list->entries[i].rights | list->entries[i].denied) != 0)
			list->entries[kept++] = list->entries[i];
	list->count = kept;
}

/* What a role itself may grant on: the owner all. */
static uint32_t
list_options(const struct acl_list *list, uint32_t role_oid)
{
	uint32_t options = 0;

	if (role_oid == list->owner)
		return RIGHTS_ALL;
	for (uint32_t i = 0; i < list->count; i++)
		if (list->entries[i].grantee == role_oid)
			options |= list->entries[i].options;
	return options;
}

/*
 * Take rights that `role_oid` may not grant on any more from whom it has
 * granted them to, and so on.  Each round takes something: it ends.
 */
static int
list_cascade(struct acl_list *list, uint32_t role_oid, bool is_cascade,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		struct acl_entry *entry = &list->entries[i];
		uint32_t lost = entry->rights & ~list_options(list, role_oid);
		uint32_t had_options = entry->options;

		if (entry->grantor != role_oid || lost == 0)
			continue;
		if (!is_cascade) {
			(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
			    "dependent privileges exist");
			return error_hint(err,
			    "Use CASCADE to revoke them too.");
		}
		entry->rights &= ~lost;
		entry->options &= ~lost;
		if (entry->options != had_options)
			rc = list_cascade(list, entry->grantee, true, err);
	}
	return rc;
}

/* ---- GRANT, REVOKE ---- */

/* Without what `grantee` could grant, is there enough left of the grantor's? */
static int
check_circle(struct acl_list list, const struct acl_grant *grant,
    struct arena *arena, struct error *err)
{
	struct acl_entry *copy =
	    arena_try_alloc(arena, (list.count + 1) * sizeof(*copy));
	int rc;

	if (copy == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	if (list.count > 0)
		memcpy(copy, list.entries, list.count * sizeof(*copy));
	list.entries = copy;
	for (uint32_t i = 0; i < list.count; i++)
		if (copy[i].grantee == grant->grantee)
			copy[i].options = 0;
	rc = list_cascade(&list, grant->grantee, true, err);
	if (rc == 0 && (grant->rights & ~list_options(&list, grant->grantor)))
		rc = error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "grant options cannot be granted back to your own grantor");
	return rc;
}

static int
grant_rights(struct acl_list *list, const struct acl_grant *grant,
    struct arena *arena, struct error *err)
{
	bool with_option = (grant->flags & ACL_WITH_OPTION) != 0;
	struct acl_entry *entry;
	int rc = 0;

	if (with_option && grant->grantee == ACL_PUBLIC)
		return error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "grant options can only be granted to roles");
	if ((grant->rights & ~list_options(list, grant->grantor)) != 0)
		return error_set(err, STELE_E_SERIALIZATION_FAILURE, /* L2 */
		    "could not serialize access: rights of the grantor were"
		    " revoked concurrently");
	if (with_option && grant->grantee != list->owner)
		rc = check_circle(*list, grant, arena, err);
	if (rc != 0)
		return rc;
	entry = list_entry(list, grant->grantee, grant->grantor);
	entry->rights |= grant->rights;
	if (with_option)
		entry->options |= grant->rights;
	for (uint32_t i = 0; i < list->count; i++)
		if (list->entries[i].grantee == grant->grantee)
			list->entries[i].denied &= ~grant->rights;
	return 0;
}

static int
revoke_rights(struct acl_list *list, const struct acl_grant *grant,
    struct error *err)
{
	bool is_denied = (grant->flags & ACL_DENY) != 0;

	for (uint32_t i = 0; i < list->count; i++) {
		struct acl_entry *entry = &list->entries[i];

		if (entry->grantee != grant->grantee ||
		    (!is_denied && entry->grantor != grant->grantor))
			continue;
		entry->options &= ~grant->rights;
		if ((grant->flags & ACL_WITH_OPTION) == 0)
			entry->rights &= ~grant->rights;
	}
	if (is_denied)
		list_entry(list, grant->grantee, grant->grantor)->denied |=
		    grant->rights & (RIGHT_SELECT | RIGHT_INSERT);
	return list_cascade(list, grant->grantee,
	    is_denied || (grant->flags & ACL_CASCADE) != 0, err);
}

static int
check_grantee(const struct catalog *catalog, uint32_t oid, bool may_be_public,
    struct error *err)
{
	if ((may_be_public && oid == ACL_PUBLIC) ||
	    catalog_role_by_oid(catalog, oid) != NULL ||
	    (oid == ROLE_OWNER_OID && !catalog_has_roles(catalog)))
		return 0;
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "role with OID %u does not exist", (unsigned)oid);
}

int
catalog_change_acl(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct acl acl = { .object_oid = ddl->oid };
	struct acl_object object;
	struct acl_list list;
	struct arena arena;
	int rc = check_grantee(catalog, ddl->grant.grantee, true, err);

	if (rc == 0)
		rc = check_grantee(catalog, ddl->grant.grantor, false, err);
	if (rc != 0)
		return rc;
	if (!catalog_acl_object(catalog, ddl->oid, &object))
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist", (unsigned)ddl->oid);
	arena_init(&arena, NULL);
	rc = list_of(catalog, &object, &arena, &list, err);
	if (rc == 0)
		rc = ddl->kind == DDL_GRANT
		    ? grant_rights(&list, &ddl->grant, &arena, err)
		    : revoke_rights(&list, &ddl->grant, err);
	if (rc == 0) {
		list_drop_empty(&list);
		acl.entries = list.entries;
		acl.entry_count = list.count;
		rc = acl_make(&acl, &change->new_acl, err);
	}
	arena_release(&arena);
	return rc;
}

/* ---- another owner ---- */

/* What the old owner had and has granted is the new one's. */
static int
change_acl_owner(const struct catalog *catalog, uint32_t object_oid,
    uint32_t old_owner, uint32_t new_owner, struct catalog_change *change,
    struct error *err)
{
	const struct acl *before = catalog_acl(catalog, object_oid);
	struct acl acl = { .object_oid = object_oid };
	struct acl_list list = { .owner = new_owner };
	struct arena arena;
	int rc;

	if (before == NULL)
		return 0;
	arena_init(&arena, NULL);
	list.entries = arena_alloc_array(&arena,
	    (size_t)before->entry_count + 1, sizeof(*list.entries));
	for (uint32_t i = 0; i < before->entry_count; i++) {
		struct acl_entry entry = before->entries[i];
		struct acl_entry *into;

		if (entry.grantee == old_owner)
			entry.grantee = new_owner;
		if (entry.grantor == old_owner)
			entry.grantor = new_owner;
		into = list_entry(&list, entry.grantee, entry.grantor);
		into->rights |= entry.rights;
		into->options |= entry.options;
		into->denied |= entry.denied;
	}
	acl.entries = list.entries;
	acl.entry_count = list.count;
	rc = arena_check(&arena, err);
	if (rc == 0)
		rc = acl_make(&acl, &change->new_acl, err);
	arena_release(&arena);
	return rc;
}

int
catalog_change_owner(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct event_type *type = catalog_type_by_oid(catalog, ddl->oid);
	const struct sql_view *view = catalog_view_by_oid(catalog, ddl->oid);
	const struct enum_type *labels = catalog_enum_by_oid(catalog, ddl->oid);
	uint32_t old_owner = ROLE_OWNER_OID;
	int rc = check_grantee(catalog, ddl->owner, false, err);

	if (rc == 0 && type != NULL && type->dropped_at == 0) {
		struct event_type after = *type;

		old_owner = type->owner;
		after.owner = ddl->owner;
		rc = event_type_make(&after, catalog, &change->new_type, err);
	} else if (rc == 0 && view != NULL) {
		struct sql_view after = *view;

		old_owner = view->owner;
		after.owner = ddl->owner;
		rc = sql_view_make(&after, &change->new_view, err);
	} else if (rc == 0 && labels != NULL) {
		struct enum_type after = *labels;

		after.owner = ddl->owner;
		return enum_type_make(&after, &change->new_enum, err);
	} else if (rc == 0) {
		rc = error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist", (unsigned)ddl->oid);
	}
	return rc != 0 ? rc
		       : change_acl_owner(catalog, ddl->oid, old_owner,
			     ddl->owner, change, err);
}
