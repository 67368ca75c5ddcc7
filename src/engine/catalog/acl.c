/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl.c -- what a role may do with an object.
 */
#include "engine/catalog/acl.h"

#include "engine/catalog/catalog_private.h"
#include "engine/catalog/role.h"

#define RIGHTS_READ  ((uint32_t)RIGHT_SELECT)
#define RIGHTS_WRITE ((uint32_t)(RIGHT_INSERT | RIGHT_UPDATE | RIGHT_DELETE))

/* ---- objects ---- */

bool
catalog_acl_object(const struct catalog *catalog, uint32_t oid,
    struct acl_object *out)
{
	const struct event_type *type = catalog_type_by_oid(catalog, oid);
	const struct sql_view *view = catalog_view_by_oid(catalog, oid);

	*out = (struct acl_object){ .oid = oid, .owner = ROLE_OWNER_OID };
	if (type != NULL && type->dropped_at == 0) {
		out->owner = type->owner;
		out->name = type->name;
	} else if (view != NULL) {
		out->owner = view->owner;
		out->name = view->name;
		out->is_view = true;
		out->is_kept = view_is_kept(view);
	} else if (oid == ACL_SCHEMA_OID) {
		out->kind = ACL_SCHEMA;
		out->owner = ROLE_PG_DATABASE_OWNER;
		out->name = STR("public");
	} else if (oid == ACL_DATABASE_OID) {
		out->kind = ACL_DATABASE;
	} else {
		return false;
	}
	return true;
}

uint32_t
acl_kind_rights(enum acl_kind kind)
{
	switch (kind) {
	case ACL_TABLE:
		return RIGHTS_TABLE;
	case ACL_SCHEMA:
		return RIGHTS_SCHEMA;
	case ACL_DATABASE:
		return RIGHTS_DATABASE;
	}
	return 0;
}

/* ---- lists ---- */

const struct acl *
catalog_acl_list(const struct catalog *catalog, uint32_t object_oid)
{
	uint32_t low = 0, high = catalog->acl_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (catalog->acls[middle]->object_oid < object_oid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == catalog->acl_count ||
	    catalog->acls[low]->object_oid != object_oid)
		return NULL;
	return catalog->acls[low];
}

const struct acl *
catalog_acl(const struct catalog *catalog, uint32_t object_oid)
{
	const struct acl *acl = catalog_acl_list(catalog, object_oid);

	return acl == NULL || acl->is_default ? NULL : acl;
}

const struct acl_entry *
acl_of_column(const struct acl *acl, uint32_t attnum, uint32_t *count)
{
	uint32_t first = 0, end;

	*count = 0;
	if (acl == NULL)
		return NULL;
	while (first < acl->column_entry_count &&
	    acl->column_entries[first].attnum < attnum)
		first++;
	end = first;
	while (end < acl->column_entry_count &&
	    acl->column_entries[end].attnum == attnum)
		end++;
	*count = end - first;
	return acl->column_entries + first;
}

const struct acl_entry *
catalog_column_acl(const struct catalog *catalog, uint32_t object_oid,
    uint32_t attnum, uint32_t *count)
{
	return acl_of_column(catalog_acl_list(catalog, object_oid), attnum,
	    count);
}

uint32_t
acl_default(enum acl_kind kind, uint32_t owner,
    struct acl_entry out[ACL_DEFAULT_MAX])
{
	static const uint32_t everybody[] = {
		[ACL_SCHEMA] = RIGHT_USAGE,
		[ACL_DATABASE] = RIGHT_TEMPORARY | RIGHT_CONNECT,
	};
	uint32_t count = 0;

	if (kind != ACL_TABLE)
		out[count++] = (struct acl_entry){ .grantee = ACL_PUBLIC,
			.grantor = owner,
			.rights = everybody[kind] };
	out[count++] = (struct acl_entry){ .grantee = owner,
		.grantor = owner,
		.rights = acl_kind_rights(kind) };
	return count;
}

/* The list, or what stands for it; `space` holds that. */
static const struct acl_entry *
entries_of(const struct catalog *catalog, const struct acl_object *object,
    uint32_t attnum, struct acl_entry space[ACL_DEFAULT_MAX], uint32_t *count)
{
	const struct acl *acl = catalog_acl_list(catalog, object->oid);

	if (attnum != 0)
		return acl_of_column(acl, attnum, count);
	if (acl == NULL || acl->is_default) {
		*count = acl_default(object->kind, object->owner, space);
		return space;
	}
	*count = acl->entry_count;
	return acl->entries;
}

/* ---- rights ---- */

/*
 * The owner of the database is what the schema belongs to; it is nobody's member
 * by a grant.
 */
static bool
uses(const struct catalog *catalog, uint32_t role_oid, uint32_t other)
{
	if (other == ROLE_PG_DATABASE_OWNER)
		other = ROLE_OWNER_OID;
	return catalog_role_uses(catalog, role_oid, other);
}

bool
catalog_owns(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object)
{
	return catalog_is_superuser(catalog, role_oid) ||
	    uses(catalog, role_oid, object->owner);
}

/* What reader and writer give; `denied` by the role's own entries. */
static uint32_t
blanket_rights(const struct catalog *catalog, uint32_t role_oid,
    uint32_t missing, uint32_t denied)
{
	uint32_t given = 0;

	if ((missing & RIGHTS_READ & ~denied) != 0 &&
	    catalog_role_uses(catalog, role_oid, ROLE_PG_READ_ALL_DATA))
		given |= RIGHTS_READ;
	if ((missing & RIGHTS_WRITE & ~denied) != 0 &&
	    catalog_role_uses(catalog, role_oid, ROLE_PG_WRITE_ALL_DATA))
		given |= RIGHTS_WRITE;
	return given & missing & ~denied;
}

/* What entries give to a role; `denied`: what its own ones deny. */
static uint32_t
given_rights(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_entry *entries, uint32_t count, uint32_t wanted,
    uint32_t *denied)
{
	uint32_t had = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (entries[i].grantee == role_oid)
			*denied |= entries[i].denied;
		if (entries[i].grantee == role_oid ||
		    entries[i].grantee == ACL_PUBLIC)
			had |= entries[i].rights;
	}
	for (uint32_t i = 0; i < count && (wanted & ~had) != 0; i++)
		if ((entries[i].rights & wanted & ~had) != 0 &&
		    entries[i].grantee != ACL_PUBLIC &&
		    uses(catalog, role_oid, entries[i].grantee))
			had |= entries[i].rights;
	return had;
}

uint32_t
catalog_rights(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t wanted)
{
	struct acl_entry space[ACL_DEFAULT_MAX];
	const struct acl_entry *entries;
	uint32_t count, had, denied = 0;

	if (catalog_is_superuser(catalog, role_oid))
		return wanted;
	if (catalog_role_by_oid(catalog, role_oid) == NULL)
		return 0;
	entries = entries_of(catalog, object, 0, space, &count);
	had = given_rights(catalog, role_oid, entries, count, wanted, &denied);
	if (object->kind == ACL_TABLE && (wanted & ~had) != 0)
		had |= blanket_rights(catalog, role_oid, wanted & ~had, denied);
	if (object->kind == ACL_SCHEMA && (wanted & ~had & RIGHT_USAGE) != 0 &&
	    catalog_native_roles(catalog, role_oid) != 0)
		had |= RIGHT_USAGE; /* what is read or written lies in it */
	return had & wanted;
}

uint32_t
catalog_column_rights(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t attnum, uint32_t wanted)
{
	uint32_t had = catalog_rights(catalog, role_oid, object, wanted);
	const struct acl_entry *entries;
	uint32_t count, ignored = 0;

	if (had == wanted || attnum == 0 ||
	    catalog_role_by_oid(catalog, role_oid) == NULL)
		return had;
	entries = entries_of(catalog, object, attnum, NULL, &count);
	return had |
	    (given_rights(catalog, role_oid, entries, count, wanted, &ignored) &
		wanted);
}

uint32_t
catalog_column_public_rights(const struct catalog *catalog,
    const struct acl_object *object, uint32_t attnum)
{
	struct acl_entry space[ACL_DEFAULT_MAX];
	const struct acl_entry *entries;
	uint32_t count, had = 0;

	entries = entries_of(catalog, object, attnum, space, &count);
	for (uint32_t i = 0; i < count; i++)
		if (entries[i].grantee == ACL_PUBLIC)
			had |= entries[i].rights;
	return attnum == 0
	    ? had
	    : had | catalog_column_public_rights(catalog, object, 0);
}

uint32_t
catalog_column_grantable(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t attnum, uint32_t wanted)
{
	struct acl_entry space[ACL_DEFAULT_MAX];
	const struct acl_entry *entries;
	uint32_t count, had = 0;

	if (catalog_owns(catalog, role_oid, object))
		return wanted;
	if (attnum != 0)
		had = catalog_column_grantable(catalog, role_oid, object, 0,
		    wanted);
	entries = entries_of(catalog, object, attnum, space, &count);
	for (uint32_t i = 0; i < count; i++)
		if ((entries[i].options & wanted & ~had) != 0 &&
		    entries[i].grantee != ACL_PUBLIC &&
		    uses(catalog, role_oid, entries[i].grantee))
			had |= entries[i].options;
	return had & wanted;
}

static unsigned
bit_count(uint32_t bits)
{
	unsigned count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/* What may be granted of an object, or of a column: in two lists then. */
struct option_lists {
	const struct acl_entry *entries[2];
	uint32_t counts[2];
};

/* What this very role may grant on, not through others. */
static uint32_t
own_options(const struct option_lists *lists, uint32_t grantee)
{
	uint32_t options = 0;

	for (size_t k = 0; k < 2; k++)
		for (uint32_t i = 0; i < lists->counts[k]; i++)
			if (lists->entries[k][i].grantee == grantee)
				options |= lists->entries[k][i].options;
	return options;
}

uint32_t
catalog_best_grantor(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t attnum, uint32_t wanted)
{
	struct acl_entry space[ACL_DEFAULT_MAX];
	struct option_lists lists = { .counts = { 0 } };
	uint32_t best = role_oid;
	unsigned best_bits = 0;

	if (catalog_owns(catalog, role_oid, object))
		return object->owner;
	lists.entries[0] =
	    entries_of(catalog, object, 0, space, &lists.counts[0]);
	if (attnum != 0)
		lists.entries[1] =
		    entries_of(catalog, object, attnum, NULL, &lists.counts[1]);
	for (uint32_t i = 0; i < lists.counts[0] + lists.counts[1]; i++) {
		const struct acl_entry *entry = i < lists.counts[0]
		    ? &lists.entries[0][i]
		    : &lists.entries[1][i - lists.counts[0]];
		uint32_t grantee = entry->grantee;
		unsigned bits =
		    bit_count(own_options(&lists, grantee) & wanted);

		if (grantee == ACL_PUBLIC || bits < best_bits || bits == 0 ||
		    !uses(catalog, role_oid, grantee))
			continue;
		if (bits == best_bits && grantee != role_oid)
			continue;
		best = grantee;
		best_bits = bits;
	}
	return best;
}
