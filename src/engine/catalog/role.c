/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role.c -- finding roles, and what they have through others.
 */
#include "engine/catalog/role.h"

#include "engine/catalog/catalog_private.h"

/* GRANT refuses more, so that whoever asks needs no memory. */
struct role_set_walk {
	uint32_t oids[ROLE_REACH_MAX];
	uint32_t count;
};

/* ---- predefined roles ---- */

#define PREDEFINED(role_oid, role_name) \
	{ \
		.oid = (role_oid), \
		.name = { (role_name), sizeof(role_name) - 1 }, \
		.attributes = ROLE_INHERIT, .connection_limit = -1, \
		.valid_until = ROLE_VALID_FOREVER \
	}

static const struct role_membership monitor_is[] = {
	{ ROLE_PG_READ_ALL_SETTINGS, ROLE_OWNER_OID, false },
	{ ROLE_PG_READ_ALL_STATS, ROLE_OWNER_OID, false },
	{ 3377, ROLE_OWNER_OID, false },
};

static const struct role predefined[] = {
	{
	    .oid = ROLE_PG_MONITOR,
	    .name = { "pg_monitor", 10 },
	    .attributes = ROLE_INHERIT,
	    .connection_limit = -1,
	    .valid_until = ROLE_VALID_FOREVER,
	    .membership_count = ARRAY_LEN(monitor_is),
	    .memberships = monitor_is,
	},
	PREDEFINED(ROLE_PG_READ_ALL_SETTINGS, "pg_read_all_settings"),
	PREDEFINED(ROLE_PG_READ_ALL_STATS, "pg_read_all_stats"),
	PREDEFINED(3377, "pg_stat_scan_tables"),
	PREDEFINED(ROLE_PG_SIGNAL_BACKEND, "pg_signal_backend"),
	PREDEFINED(ROLE_PG_CHECKPOINT, "pg_checkpoint"),
	PREDEFINED(4569, "pg_read_server_files"),
	PREDEFINED(4570, "pg_write_server_files"),
	PREDEFINED(4571, "pg_execute_server_program"),
	PREDEFINED(ROLE_PG_DATABASE_OWNER, "pg_database_owner"),
	PREDEFINED(ROLE_PG_READ_ALL_DATA, "pg_read_all_data"),
	PREDEFINED(ROLE_PG_WRITE_ALL_DATA, "pg_write_all_data"),
};

uint32_t
role_predefined_count(void)
{
	return (uint32_t)ARRAY_LEN(predefined);
}

const struct role *
role_predefined(uint32_t index)
{
	return &predefined[index];
}

/* ---- finding ---- */

bool
catalog_has_roles(const struct catalog *catalog)
{
	return catalog->role_count > 0;
}

static const struct role *
predefined_by_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(predefined); i++)
		if (str_equal(predefined[i].name, name))
			return &predefined[i];
	return NULL;
}

const struct role *
catalog_role_by_name(const struct catalog *catalog, struct str name)
{
	const struct role *const *by_name = catalog_roles_by_name(catalog);
	uint32_t low = 0, high = catalog->role_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_compare(by_name[middle]->name, name);

		if (order == 0)
			return by_name[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return predefined_by_name(name);
}

const struct role *
catalog_role_by_oid(const struct catalog *catalog, uint32_t oid)
{
	uint32_t low = 0, high = catalog->role_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (catalog->roles[middle]->oid < oid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < catalog->role_count && catalog->roles[low]->oid == oid)
		return catalog->roles[low];
	for (size_t i = 0; i < ARRAY_LEN(predefined); i++)
		if (predefined[i].oid == oid)
			return &predefined[i];
	return NULL;
}

/* ---- memberships ---- */

static bool
walk_add(struct role_set_walk *walk, uint32_t oid)
{
	for (uint32_t i = 0; i < walk->count; i++)
		if (walk->oids[i] == oid)
			return true;
	if (walk->count == ROLE_REACH_MAX)
		return false;
	walk->oids[walk->count++] = oid;
	return true;
}

/*
 * The role and all that it is a member of, the nearest first; those behind a
 * role that does not inherit only if asked for.  False if there are too many.
 */
static bool
walk_memberships(const struct catalog *catalog, uint32_t oid,
    bool with_not_inherited, struct role_set_walk *walk)
{
	walk->count = 0;
	(void)walk_add(walk, oid);
	for (uint32_t i = 0; i < walk->count; i++) {
		const struct role *role =
		    catalog_role_by_oid(catalog, walk->oids[i]);

		if (role == NULL ||
		    (!with_not_inherited &&
			(role->attributes & ROLE_INHERIT) == 0))
			continue;
		for (uint32_t k = 0; k < role->membership_count; k++)
			if (!walk_add(walk, role->memberships[k].role_oid))
				return false;
	}
	return true;
}

static bool
walk_has(const struct role_set_walk *walk, uint32_t oid)
{
	for (uint32_t i = 0; i < walk->count; i++)
		if (walk->oids[i] == oid)
			return true;
	return false;
}

bool
catalog_role_fits(const struct catalog *catalog, uint32_t oid)
{
	struct role_set_walk walk;

	return walk_memberships(catalog, oid, true, &walk);
}

bool
catalog_is_superuser(const struct catalog *catalog, uint32_t oid)
{
	const struct role *role;

	if (!catalog_has_roles(catalog))
		return true;
	role = catalog_role_by_oid(catalog, oid);
	return role != NULL && role_is_superuser(role);
}

bool
catalog_role_has(const struct catalog *catalog, uint32_t oid,
    enum role_attribute attribute)
{
	const struct role *role;

	if (catalog_is_superuser(catalog, oid))
		return true;
	role = catalog_role_by_oid(catalog, oid);
	return role != NULL && (role->attributes & attribute) != 0;
}

bool
catalog_role_reaches(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid)
{
	struct role_set_walk walk;

	(void)walk_memberships(catalog, oid, true, &walk);
	return walk_has(&walk, role_oid);
}

bool
catalog_role_is_member(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid)
{
	return oid == role_oid || catalog_is_superuser(catalog, oid) ||
	    catalog_role_reaches(catalog, oid, role_oid);
}

bool
catalog_role_uses(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid)
{
	struct role_set_walk walk;

	if (oid == role_oid || catalog_is_superuser(catalog, oid))
		return true;
	(void)walk_memberships(catalog, oid, false, &walk);
	return walk_has(&walk, role_oid);
}

bool
catalog_role_admins(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid)
{
	struct role_set_walk walk;

	if (catalog_is_superuser(catalog, oid))
		return true;
	(void)walk_memberships(catalog, oid, true, &walk);
	for (uint32_t i = 0; i < walk.count; i++) {
		const struct role *role =
		    catalog_role_by_oid(catalog, walk.oids[i]);

		for (uint32_t k = 0; role != NULL && k < role->membership_count;
		     k++)
			if (role->memberships[k].role_oid == role_oid &&
			    role->memberships[k].is_admin)
				return true;
	}
	return false;
}

unsigned
catalog_native_roles(const struct catalog *catalog, uint32_t oid)
{
	unsigned roles = 0;

	if (catalog_is_superuser(catalog, oid))
		roles |= NATIVE_ADMIN;
	if (catalog_role_uses(catalog, oid, ROLE_PG_READ_ALL_DATA))
		roles |= NATIVE_READER;
	if (catalog_role_uses(catalog, oid, ROLE_PG_WRITE_ALL_DATA))
		roles |= NATIVE_WRITER;
	return roles;
}
