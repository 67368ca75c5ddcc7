/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_format.c -- roles and rights as bytes.
 *
 * What a change says:
 *
 *   CREATE_ROLE, ALTER_ROLE   varint set (enum role_attribute and role_set) ·
 *     varint attributes · zigzag connection limit · zigzag valid until ·
 *     string verifier · if it is set: string key
 *   GRANT_ROLE, REVOKE_ROLE   varint member oid · varint grantor oid ·
 *     u8 admin option
 *   GRANT, REVOKE   varint grantee oid · varint grantor oid · varint rights ·
 *     u8 flags (enum acl_grant_flag) · if they say so: varint attnum
 *   SET_OWNER   varint owner oid
 *
 * A role of a catalogue:
 *
 *   varint oid · string name · varint attributes (128: it has a key) ·
 *   zigzag connection limit · zigzag valid until · string verifier ·
 *   if it has one: string key ·
 *   varint count, memberships: varint role oid, varint grantor oid, u8 admin
 *
 * A list of rights:
 *
 *   varint object oid · varint count, entries: varint grantee oid,
 *     varint grantor oid, varint rights, varint options, varint denied
 *
 * And one of columns, which may be of an object that has no list else:
 *
 *   varint object oid · varint count, entries: varint attnum, varint grantee
 *     oid, varint grantor oid, varint rights, varint options
 */
#include <assert.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/catalog/catalog_format.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"
#include "engine/catalog/value_format.h"

/* A role's key is there only if this says so, beside the attributes. */
#define HAS_KEY 128u

static_assert((ROLE_ATTRIBUTES_ALL & HAS_KEY) == 0, "a bit of its own");

/* ---- changes ---- */

void
role_change_put(struct buf *out, const struct ddl *ddl)
{
	switch ((int)ddl->kind) {
	case DDL_CREATE_ROLE:
	case DDL_ALTER_ROLE:
		buf_put_varint(out, ddl->role.set);
		buf_put_varint(out, ddl->role.attributes);
		value_put_i64(out, ddl->role.connection_limit);
		value_put_i64(out, ddl->role.valid_until);
		value_put_str(out, ddl->role.verifier);
		if ((ddl->role.set & ROLE_SET_KEY) != 0)
			value_put_str(out, ddl->role.key);
		break;
	case DDL_GRANT_ROLE:
	case DDL_REVOKE_ROLE:
		buf_put_varint(out, ddl->membership.member_oid);
		buf_put_varint(out, ddl->membership.grantor_oid);
		buf_put_u8(out, ddl->membership.is_admin ? 1 : 0);
		break;
	case DDL_GRANT:
	case DDL_REVOKE:
		buf_put_varint(out, ddl->grant.grantee);
		buf_put_varint(out, ddl->grant.grantor);
		buf_put_varint(out, ddl->grant.rights);
		buf_put_u8(out,
		    (uint8_t)(ddl->grant.flags |
			(ddl->grant.attnum != 0 ? ACL_OF_COLUMN : 0)));
		if (ddl->grant.attnum != 0)
			buf_put_varint(out, ddl->grant.attnum);
		break;
	case DDL_SET_OWNER:
		buf_put_varint(out, ddl->owner);
		break;
	}
}

/* Bits of which none is outside `all`. */
static uint32_t
get_bits(struct reader *r, uint32_t all)
{
	uint32_t bits = format_get_u32(r);

	if ((bits & ~all) != 0)
		r->failed = true;
	return bits;
}

static bool
get_flag(struct reader *r)
{
	uint8_t flag = reader_u8(r);

	if (flag > 1)
		r->failed = true;
	return flag == 1;
}

static int32_t
get_limit(struct reader *r)
{
	int64_t limit = value_get_i64(r);

	if (limit < -1 || limit > INT32_MAX)
		r->failed = true;
	return (int32_t)limit;
}

/* Of a column, if its number is there. */
static void
get_grant_flags(struct reader *r, struct acl_grant *out)
{
	uint8_t flags = reader_u8(r);

	out->flags = flags & ACL_FLAGS_ALL;
	if ((flags & ~(ACL_FLAGS_ALL | ACL_OF_COLUMN)) != 0)
		r->failed = true;
	if ((flags & ACL_OF_COLUMN) == 0)
		return;
	out->attnum = format_get_u32(r);
	if (out->attnum == 0)
		r->failed = true;
}

void
role_change_get(struct reader *r, struct ddl *out)
{
	switch ((int)out->kind) {
	case DDL_CREATE_ROLE:
	case DDL_ALTER_ROLE:
		out->role.set = get_bits(r, ROLE_SET_ALL);
		out->role.attributes = get_bits(r, ROLE_ATTRIBUTES_ALL);
		out->role.connection_limit = get_limit(r);
		out->role.valid_until = value_get_i64(r);
		out->role.verifier = value_get_str(r);
		if ((out->role.set & ROLE_SET_KEY) != 0)
			out->role.key = value_get_str(r);
		break;
	case DDL_GRANT_ROLE:
	case DDL_REVOKE_ROLE:
		out->membership.member_oid = format_get_u32(r);
		out->membership.grantor_oid = format_get_u32(r);
		out->membership.is_admin = get_flag(r);
		break;
	case DDL_GRANT:
	case DDL_REVOKE:
		out->grant.grantee = format_get_u32(r);
		out->grant.grantor = format_get_u32(r);
		out->grant.rights = get_bits(r, RIGHTS_ALL);
		get_grant_flags(r, &out->grant);
		break;
	case DDL_SET_OWNER:
		out->owner = format_get_u32(r);
		break;
	}
}

/* ---- roles of a catalogue ---- */

static void
put_role(struct buf *out, const struct role *role)
{
	buf_put_varint(out, role->oid);
	value_put_str(out, role->name);
	buf_put_varint(out,
	    role->attributes | (role->key.len > 0 ? HAS_KEY : 0));
	value_put_i64(out, role->connection_limit);
	value_put_i64(out, role->valid_until);
	value_put_str(out, role->verifier);
	if (role->key.len > 0)
		value_put_str(out, role->key);
	buf_put_varint(out, role->membership_count);
	for (uint32_t i = 0; i < role->membership_count; i++) {
		buf_put_varint(out, role->memberships[i].role_oid);
		buf_put_varint(out, role->memberships[i].grantor_oid);
		buf_put_u8(out, role->memberships[i].is_admin ? 1 : 0);
	}
}

static void
get_memberships(struct reader *r, struct arena *arena, struct role *out)
{
	struct role_membership *memberships;

	out->membership_count = format_get_count(r);
	if (out->membership_count >= ROLE_REACH_MAX)
		r->failed = true;
	memberships = format_get_array(r, arena,
	    r->failed ? 0 : out->membership_count, sizeof(*memberships));
	for (uint32_t i = 0; i < out->membership_count && !r->failed; i++) {
		memberships[i].role_oid = format_get_u32(r);
		memberships[i].grantor_oid = format_get_u32(r);
		memberships[i].is_admin = get_flag(r);
		if (i > 0 &&
		    memberships[i].role_oid <= memberships[i - 1].role_oid)
			r->failed = true;
	}
	out->memberships = memberships;
}

/* Nobody writes that there is one and then an empty one. */
static struct str
get_key(struct reader *r)
{
	struct str key = value_get_str(r);

	if (key.len == 0)
		r->failed = true;
	return key;
}

static int
get_role(struct reader *r, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
	struct role source = { .oid = format_get_u32(r) };
	const struct role *role;
	uint32_t bits;
	int rc;

	source.name = value_get_str(r);
	bits = get_bits(r, ROLE_ATTRIBUTES_ALL | HAS_KEY);
	source.attributes = bits & ROLE_ATTRIBUTES_ALL;
	source.connection_limit = get_limit(r);
	source.valid_until = value_get_i64(r);
	source.verifier = value_get_str(r);
	if ((bits & HAS_KEY) != 0)
		source.key = get_key(r);
	get_memberships(r, arena, &source);
	if (r->failed ||
	    (source.oid < FIRST_USER_OID && source.oid != ROLE_OWNER_OID) ||
	    catalog_role_by_oid(catalog, source.oid) != NULL)
		return format_malformed(arena, err);
	rc = role_make(&source, &role, err);
	if (rc != 0)
		return rc;
	catalog_put_role(catalog, role);
	role_unref(role);
	return 0;
}

/* ---- lists of rights ---- */

static void
put_acl(struct buf *out, const struct acl *acl)
{
	buf_put_varint(out, acl->object_oid);
	buf_put_varint(out, acl->entry_count);
	for (uint32_t i = 0; i < acl->entry_count; i++) {
		const struct acl_entry *entry = &acl->entries[i];

		buf_put_varint(out, entry->grantee);
		buf_put_varint(out, entry->grantor);
		buf_put_varint(out, entry->rights);
		buf_put_varint(out, entry->options);
		buf_put_varint(out, entry->denied);
	}
}

static bool
is_after(const struct acl_entry *entry, const struct acl_entry *before)
{
	return entry->grantee > before->grantee ||
	    (entry->grantee == before->grantee &&
		entry->grantor > before->grantor);
}

static int
get_acl(struct reader *r, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
	struct acl source = { .object_oid = format_get_u32(r) };
	struct acl_entry *entries;
	const struct acl *acl;
	int rc;

	source.entry_count = format_get_count(r);
	entries =
	    format_get_array(r, arena, source.entry_count, sizeof(*entries));
	for (uint32_t i = 0; i < source.entry_count && !r->failed; i++) {
		entries[i].grantee = format_get_u32(r);
		entries[i].grantor = format_get_u32(r);
		entries[i].rights = get_bits(r, RIGHTS_ALL);
		entries[i].options = get_bits(r, entries[i].rights);
		entries[i].denied = get_bits(r, RIGHTS_ALL);
		if (i > 0 && !is_after(&entries[i], &entries[i - 1])) /* L1 */
			r->failed = true;
	}
	if (r->failed || catalog_acl(catalog, source.object_oid) != NULL)
		return format_malformed(arena, err);
	source.entries = entries;
	rc = acl_make(&source, &acl, err);
	if (rc != 0)
		return rc;
	catalog_put_acl(catalog, acl);
	acl_unref(acl);
	return 0;
}

void
catalog_put_security(struct buf *out, const struct catalog *catalog)
{
	uint32_t count = 0;

	buf_put_varint(out, catalog->role_count);
	for (uint32_t i = 0; i < catalog->role_count; i++)
		put_role(out, catalog->roles[i]);
	for (uint32_t i = 0; i < catalog->acl_count; i++)
		count += !catalog->acls[i]->is_default;
	buf_put_varint(out, count);
	for (uint32_t i = 0; i < catalog->acl_count; i++)
		if (!catalog->acls[i]->is_default)
			put_acl(out, catalog->acls[i]);
}

/* ---- rights on columns ---- */

static void
put_column_acl(struct buf *out, const struct acl *acl)
{
	buf_put_varint(out, acl->object_oid);
	buf_put_varint(out, acl->column_entry_count);
	for (uint32_t i = 0; i < acl->column_entry_count; i++) {
		const struct acl_entry *entry = &acl->column_entries[i];

		buf_put_varint(out, entry->attnum);
		buf_put_varint(out, entry->grantee);
		buf_put_varint(out, entry->grantor);
		buf_put_varint(out, entry->rights);
		buf_put_varint(out, entry->options);
	}
}

void
catalog_put_column_rights(struct buf *out, const struct catalog *catalog)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < catalog->acl_count; i++)
		count += catalog->acls[i]->column_entry_count > 0;
	buf_put_varint(out, count);
	for (uint32_t i = 0; i < catalog->acl_count; i++)
		if (catalog->acls[i]->column_entry_count > 0)
			put_column_acl(out, catalog->acls[i]);
}

/* `last` is the entry before it, or all zero. */
static struct acl_entry
get_column_entry(struct reader *r, const struct acl_entry *last)
{
	struct acl_entry entry = { .attnum = format_get_u32(r) };

	entry.grantee = format_get_u32(r);
	entry.grantor = format_get_u32(r);
	entry.rights = get_bits(r, RIGHTS_COLUMN);
	entry.options = get_bits(r, entry.rights);
	if (entry.attnum == 0 || entry.attnum < last->attnum ||
	    (entry.attnum == last->attnum && !is_after(&entry, last))) /* L1 */
		r->failed = true;
	return entry;
}

/*
 * Older servers could keep rights on columns that a view had lost: these are
 * left out (L4).
 */
static struct acl_entry *
get_column_entries(struct reader *r, struct arena *arena,
    const struct catalog *catalog, uint32_t object_oid, uint32_t *count)
{
	uint32_t given = format_get_count(r);
	struct acl_entry *entries =
	    format_get_array(r, arena, given, sizeof(*entries));
	struct acl_entry last = { .attnum = 0 };

	*count = 0;
	for (uint32_t i = 0; i < given && !r->failed; i++) {
		last = get_column_entry(r, &last);
		if (catalog_has_column(catalog, object_oid, last.attnum))
			entries[(*count)++] = last;
	}
	if (given == 0)
		r->failed = true;
	return entries;
}

/* Beside the list of the whole, if there is one. */
static int
get_column_acl(struct reader *r, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
	uint32_t oid = format_get_u32(r);
	const struct acl *had = catalog_acl_list(catalog, oid);
	struct acl source = { .object_oid = oid, .is_default = had == NULL };
	struct acl_object object;
	const struct acl *acl;
	int rc;

	if (!catalog_acl_object(catalog, oid, &object) ||
	    object.kind != ACL_TABLE)
		r->failed = true;

	if (had != NULL) {
		source.entries = had->entries;
		source.entry_count = had->entry_count;
		if (had->column_entry_count > 0)
			r->failed = true;
	}
	source.column_entries = get_column_entries(r, arena, catalog, oid,
	    &source.column_entry_count);
	if (r->failed)
		return format_malformed(arena, err);
	if (source.column_entry_count == 0)
		return 0;
	rc = acl_make(&source, &acl, err);
	if (rc != 0)
		return rc;
	catalog_replace_acl(catalog, acl);
	acl_unref(acl);
	return 0;
}

int
catalog_get_column_rights(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	uint32_t count = format_get_count(r);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = get_column_acl(r, arena, catalog, err);
	return rc;
}

int
catalog_get_security(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	uint32_t count = format_get_count(r);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = get_role(r, arena, catalog, err);
	count = rc == 0 ? format_get_count(r) : 0;
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = get_acl(r, arena, catalog, err);
	return rc;
}

/* ---- sizes ---- */

int
role_measure(const struct role *role, size_t *size, struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_role(&bytes, role);
	return format_measure(&bytes, size, err);
}

/* In the lists of objects, in those of columns, or in both. */
int
acl_measure(const struct acl *acl, size_t *size, struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	if (!acl->is_default)
		put_acl(&bytes, acl);
	if (acl->column_entry_count > 0)
		put_column_acl(&bytes, acl);
	return format_measure(&bytes, size, err);
}
