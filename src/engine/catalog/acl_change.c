/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_change.c -- lists of rights as objects of the catalogue, and what GRANT,
 * REVOKE and another owner make of them.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"

struct acl_list_object {
	struct acl pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size;
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
	struct acl_entry *entries, *column_entries;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	entries = arena_alloc_array(&object->arena,
	    (size_t)source->entry_count + 1, sizeof(*entries));
	column_entries = arena_alloc_array(&object->arena,
	    (size_t)source->column_entry_count + 1, sizeof(*column_entries));
	object->pub = *source;
	object->pub.entries = entries;
	object->pub.column_entries = column_entries;
	for (uint32_t i = 0; i < source->entry_count; i++)
		entries[i] = source->entries[i];
	for (uint32_t i = 0; i < source->column_entry_count; i++)
		column_entries[i] = source->column_entries[i];
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = acl_measure(&object->pub, &object->size, err);
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
	catalog->size += acl_list_object_of(acl)->size;
}

void
catalog_replace_acl(struct catalog *catalog, const struct acl *acl)
{
	const struct acl **acls = (const struct acl **)(uintptr_t)catalog->acls;

	for (uint32_t i = 0; i < catalog->acl_count; i++) {
		if (acls[i]->object_oid != acl->object_oid)
			continue;
		catalog->size -= acl_list_object_of(acls[i])->size;
		acl_unref(acls[i]);
		acls[i] = acl_ref(acl);
		catalog->size += acl_list_object_of(acl)->size;
		return;
	}
	catalog_put_acl(catalog, acl);
}

/* Default rights on the whole, and none on a column, are no list. */
static void
put_unless_empty(struct catalog *catalog, const struct acl *acl)
{
	if (!acl->is_default || acl->column_entry_count > 0)
		catalog_put_acl(catalog, acl);
}

/* The list of a view that was replaced: a column may have gone; keeps L4. */
static int
put_for_columns(struct catalog *after, const struct acl *acl, struct error *err)
{
	struct acl_entry *kept =
	    malloc((acl->column_entry_count + (size_t)1) * sizeof(*kept));
	struct acl source = *acl;
	const struct acl *fresh;
	int rc;

	if (kept == NULL)
		return error_no_memory(err);
	source.column_entries = kept;
	source.column_entry_count = 0;
	for (uint32_t i = 0; i < acl->column_entry_count; i++)
		if (catalog_has_column(after, acl->object_oid,
			acl->column_entries[i].attnum))
			kept[source.column_entry_count++] =
			    acl->column_entries[i];
	rc = acl_make(&source, &fresh, err);
	free(kept);
	if (rc != 0)
		return rc;
	put_unless_empty(after, fresh);
	acl_unref(fresh);
	return 0;
}

int
catalog_copy_acls(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after,
    struct error *err)
{
	const struct sql_view *view = change->new_view;
	const struct acl *changed = change->new_acl;
	int rc = 0;

	for (uint32_t i = 0; i < before->acl_count && rc == 0; i++) {
		const struct acl *acl = before->acls[i];

		if (acl->object_oid == change->gone_acl_oid ||
		    (changed != NULL && acl->object_oid == changed->object_oid))
			continue;
		if (view != NULL && acl->object_oid == view->oid)
			rc = put_for_columns(after, acl, err);
		else
			catalog_put_acl(after, acl);
	}
	if (changed != NULL && rc == 0)
		put_unless_empty(after, changed);
	return rc;
}

/* ---- a list that changes ---- */

struct acl_list {
	struct acl_entry *entries; /* room for two more than there were */
	uint32_t count;
	uint32_t owner;
	uint32_t attnum; /* of the column that it is of, or 0 */
};

static int
list_of(const struct catalog *catalog, const struct acl_object *object,
    uint32_t attnum, struct arena *arena, struct acl_list *out,
    struct error *err)
{
	const struct acl *acl = catalog_acl_list(catalog, object->oid);
	struct acl_entry space[ACL_DEFAULT_MAX];
	const struct acl_entry *had = space;

	out->owner = object->owner;
	out->attnum = attnum;
	if (attnum != 0) {
		had = acl_of_column(acl, attnum, &out->count);
	} else if (acl == NULL || acl->is_default) {
		out->count = acl_default(object->kind, object->owner, space);
	} else {
		had = acl->entries;
		out->count = acl->entry_count;
	}
	out->entries = arena_try_alloc(arena,
	    ((size_t)out->count + 2) * sizeof(*out->entries));
	if (out->entries == NULL)
		return error_no_memory(err);
	if (out->count > 0)
		memcpy(out->entries, had, out->count * sizeof(*out->entries));
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
	list->entries[at] = (struct acl_entry){ .grantee = grantee,
		.grantor = grantor,
		.attnum = list->attnum };
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
		return error_no_memory(err);
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

/* `whole`: the options on the whole, of which a column may be granted, too. */
static int
grant_rights(struct acl_list *list, const struct acl_grant *grant,
    uint32_t whole, struct arena *arena, struct error *err)
{
	bool with_option = (grant->flags & ACL_WITH_OPTION) != 0;
	struct acl_entry *entry;
	int rc = 0;

	if (with_option && grant->grantee == ACL_PUBLIC)
		return error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "grant options can only be granted to roles");
	if ((grant->rights & ~whole & ~list_options(list, grant->grantor)) != 0)
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

/* The list as it was, with those that changed in their places. */
static int
make_changed(const struct acl *before, const struct acl_list *lists,
    uint32_t list_count, struct arena *arena, struct acl *out,
    struct error *err)
{
	uint32_t room = before == NULL ? 0 : before->column_entry_count;
	struct acl_entry *columns;
	uint32_t k = 0, i = 0;

	for (uint32_t n = 0; n < list_count; n++)
		room += lists[n].count;
	columns = arena_try_alloc(arena, ((size_t)room + 1) * sizeof(*columns));
	if (columns == NULL)
		return error_no_memory(err);
	if (list_count > 0 && lists[0].attnum == 0) {
		out->is_default = false;
		out->entries = lists[0].entries;
		out->entry_count = lists[0].count;
		k = 1;
	}
	while (before != NULL && i <= before->column_entry_count) {
		uint32_t attnum = i == before->column_entry_count
		    ? UINT32_MAX
		    : before->column_entries[i].attnum;

		for (; k < list_count && lists[k].attnum <= attnum; k++)
			for (uint32_t n = 0; n < lists[k].count; n++)
				columns[out->column_entry_count++] =
				    lists[k].entries[n];
		if (i < before->column_entry_count &&
		    (k == 0 || lists[k - 1].attnum != attnum))
			columns[out->column_entry_count++] =
			    before->column_entries[i];
		i++;
	}
	for (; before == NULL && k < list_count; k++)
		for (uint32_t n = 0; n < lists[k].count; n++)
			columns[out->column_entry_count++] =
			    lists[k].entries[n];
	out->column_entries = columns;
	return 0;
}

/* One list, of the whole or of a column. */
static int
change_list(const struct catalog *catalog, const struct ddl *ddl,
    const struct acl_object *object, uint32_t attnum, struct arena *arena,
    struct acl_list *out, struct error *err)
{
	struct acl_grant grant = ddl->grant;
	struct acl_list whole = { .count = 0 };
	int rc = list_of(catalog, object, attnum, arena, out, err);

	if (rc == 0 && attnum != 0) {
		grant.rights &= RIGHTS_COLUMN;
		/* the whole denies them as well */
		grant.flags &= ~(uint32_t)ACL_DENY;
		if ((ddl->grant.flags & ACL_DENY) != 0)
			grant.flags |= ACL_CASCADE;
		rc = list_of(catalog, object, 0, arena, &whole, err);
	}
	if (rc == 0)
		rc = ddl->kind == DDL_GRANT
		    ? grant_rights(out, &grant,
			  attnum == 0 ? 0 : list_options(&whole, grant.grantor),
			  arena, err)
		    : revoke_rights(out, &grant, err);
	list_drop_empty(out);
	return rc;
}

/* How many columns have entries of their own. */
static uint32_t
column_count(const struct acl *acl)
{
	uint32_t count = 0;

	for (uint32_t i = 0; acl != NULL && i < acl->column_entry_count; i++)
		if (i == 0 ||
		    acl->column_entries[i].attnum !=
			acl->column_entries[i - 1].attnum)
			count++;
	return count;
}

/* That of a column alone; or that of the whole, and REVOKE: of its columns. */
static int
change_lists(const struct catalog *catalog, const struct ddl *ddl,
    const struct acl_object *object, struct arena *arena, struct acl *out,
    struct error *err)
{
	const struct acl *before = catalog_acl_list(catalog, ddl->oid);
	bool with_columns = ddl->grant.attnum == 0 && ddl->kind == DDL_REVOKE;
	uint32_t columns = with_columns ? column_count(before) : 0, count = 0;
	struct acl_list *lists =
	    arena_try_alloc(arena, ((size_t)columns + 1) * sizeof(*lists));
	int rc;

	if (lists == NULL)
		return error_no_memory(err);
	if (before == NULL || before->is_default) {
		out->is_default = true;
	} else {
		out->entries = before->entries;
		out->entry_count = before->entry_count;
	}
	rc = change_list(catalog, ddl, object, ddl->grant.attnum, arena,
	    &lists[count++], err);
	for (uint32_t i = 0;
	     rc == 0 && columns > 0 && i < before->column_entry_count; i++) {
		uint32_t attnum = before->column_entries[i].attnum;

		if (attnum != lists[count - 1].attnum)
			rc = change_list(catalog, ddl, object, attnum, arena,
			    &lists[count++], err);
	}
	return rc != 0 ? rc
		       : make_changed(before, lists, count, arena, out, err);
}

static int
check_column(const struct catalog *catalog, const struct ddl *ddl,
    struct error *err)
{
	if (ddl->grant.attnum == 0 ||
	    catalog_has_column(catalog, ddl->oid, ddl->grant.attnum))
		return 0;
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "relation with OID %u has no column %u", (unsigned)ddl->oid,
	    (unsigned)ddl->grant.attnum);
}

int
catalog_change_acl(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct acl acl = { .object_oid = ddl->oid };
	struct acl_object object;
	struct arena arena;
	int rc = check_grantee(catalog, ddl->grant.grantee, true, err);

	if (rc == 0)
		rc = check_grantee(catalog, ddl->grant.grantor, false, err);
	if (rc == 0)
		rc = check_column(catalog, ddl, err);
	if (rc != 0)
		return rc;
	if (!catalog_acl_object(catalog, ddl->oid, &object))
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist", (unsigned)ddl->oid);
	arena_init(&arena, NULL);
	rc = change_lists(catalog, ddl, &object, &arena, &acl, err);
	if (rc == 0)
		rc = acl_make(&acl, &change->new_acl, err);
	arena_release(&arena);
	return rc;
}

/* ---- another owner ---- */

/* What the old owner had and has granted is the new one's. */
static void
hand_over(const struct acl_entry *entries, uint32_t count, uint32_t old_owner,
    struct acl_list *list)
{
	for (uint32_t i = 0; i < count; i++) {
		struct acl_entry entry = entries[i];
		struct acl_entry *into;

		if (entry.grantee == old_owner)
			entry.grantee = list->owner;
		if (entry.grantor == old_owner)
			entry.grantor = list->owner;
		into = list_entry(list, entry.grantee, entry.grantor);
		into->rights |= entry.rights;
		into->options |= entry.options;
		into->denied |= entry.denied;
	}
}

/* Column by column, into what has room for all of them. */
static void
hand_over_columns(const struct acl *before, uint32_t old_owner,
    uint32_t new_owner, struct acl_entry *entries, struct acl *out)
{
	uint32_t i = 0, count;

	while (i < before->column_entry_count) {
		uint32_t attnum = before->column_entries[i].attnum;
		const struct acl_entry *column =
		    acl_of_column(before, attnum, &count);
		struct acl_list list = { .owner = new_owner,
			.attnum = attnum,
			.entries = entries + out->column_entry_count };

		hand_over(column, count, old_owner, &list);
		out->column_entry_count += list.count;
		i += count;
	}
	out->column_entries = entries;
}

static int
change_acl_owner(const struct catalog *catalog, uint32_t object_oid,
    uint32_t old_owner, uint32_t new_owner, struct catalog_change *change,
    struct error *err)
{
	const struct acl *before = catalog_acl_list(catalog, object_oid);
	struct acl acl = { .object_oid = object_oid };
	struct acl_list list = { .owner = new_owner };
	struct acl_entry *columns;
	struct arena arena;
	int rc;

	if (before == NULL)
		return 0;
	arena_init(&arena, NULL);
	list.entries = arena_alloc_array(&arena,
	    (size_t)before->entry_count + 1, sizeof(*list.entries));
	columns = arena_alloc_array(&arena,
	    (size_t)before->column_entry_count + 1, sizeof(*columns));
	hand_over(before->entries, before->entry_count, old_owner, &list);
	hand_over_columns(before, old_owner, new_owner, columns, &acl);
	acl.is_default = before->is_default;
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
