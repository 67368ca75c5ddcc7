/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_users.c -- stele.users and stele.permissions: who can log in, and what
 * each of them may do with each event type, in the native language's words.
 */
#include "engine/catalog/catalog.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

/* ---- users ---- */

enum users_column {
	USERS_NAME,
	USERS_ACTIVE,
	USERS_ADMIN,
	USERS_READER,
	USERS_WRITER,
	USERS_HAS_KEY,
	USERS_HAS_PASSWORD,
	USERS_COLUMN_COUNT,
};

static const struct system_column users_columns[USERS_COLUMN_COUNT] = {
	[USERS_NAME] = { "user_name", TYPE_TEXT, true },
	[USERS_ACTIVE] = { "active", TYPE_BOOL, true },
	[USERS_ADMIN] = { "admin", TYPE_BOOL, true },
	[USERS_READER] = { "reader", TYPE_BOOL, true },
	[USERS_WRITER] = { "writer", TYPE_BOOL, true },
	[USERS_HAS_KEY] = { "has_key", TYPE_BOOL, true },
	[USERS_HAS_PASSWORD] = { "has_password", TYPE_BOOL, true },
};

/* Whether there is something that he can log in with at this moment. */
static bool
is_active(const struct role *role, int64_t now_us)
{
	return (role->key.len > 0 || role->verifier.len > 0) &&
	    role->valid_until > now_us;
}

static int
users_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;
	const struct session *session = arg;
	int64_t now_us = os_clock_wall_us(session->server->clock);

	for (uint32_t i = 0; i < catalog->role_count; i++) {
		const struct role *role = catalog->roles[i];
		unsigned roles = catalog_native_roles(catalog, role->oid);

		if (!role_can_login(role))
			continue;
		system_rows_next(rows);
		system_put_str(rows, USERS_NAME, role->name);
		system_put_bool(rows, USERS_ACTIVE, is_active(role, now_us));
		system_put_bool(rows, USERS_ADMIN, (roles & NATIVE_ADMIN) != 0);
		system_put_bool(rows, USERS_READER,
		    (roles & NATIVE_READER) != 0);
		system_put_bool(rows, USERS_WRITER,
		    (roles & NATIVE_WRITER) != 0);
		system_put_bool(rows, USERS_HAS_KEY, role->key.len > 0);
		system_put_bool(rows, USERS_HAS_PASSWORD,
		    role->verifier.len > 0);
	}
	return 0;
}

const struct system_provider server_users = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "users",
		.oid = 15012,
		.kind = 'v',
		.columns = users_columns,
		.column_count = USERS_COLUMN_COUNT,
	},
	.fill = users_fill,
};

/* ---- permissions ---- */

enum permissions_column {
	PERMISSIONS_USER,
	PERMISSIONS_TYPE,
	PERMISSIONS_READ,
	PERMISSIONS_WRITE,
	PERMISSIONS_COLUMN_COUNT,
};

static const struct system_column
    permissions_columns[PERMISSIONS_COLUMN_COUNT] = {
	    [PERMISSIONS_USER] = { "user_name", TYPE_TEXT, true },
	    [PERMISSIONS_TYPE] = { "event_type", TYPE_TEXT, true },
	    [PERMISSIONS_READ] = { "read", TYPE_BOOL, true },
	    [PERMISSIONS_WRITE] = { "write", TYPE_BOOL, true },
    };

static void
put_permissions(struct system_rows *rows, const struct role *role)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		if (!event_type_has_name(type))
			continue;
		system_rows_next(rows);
		system_put_str(rows, PERMISSIONS_USER, role->name);
		system_put_str(rows, PERMISSIONS_TYPE, type->name);
		system_put_bool(rows, PERMISSIONS_READ,
		    plan_may_read(catalog, role->oid, type));
		system_put_bool(rows, PERMISSIONS_WRITE,
		    plan_may_write(catalog, role->oid, type));
	}
}

static int
permissions_fill(void *arg UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct catalog *catalog = system_rows_space(rows)->catalog;

	for (uint32_t i = 0; i < catalog->role_count; i++) {
		const struct role *role = catalog->roles[i];

		if (role_can_login(role) &&
		    system_wants_str(rows, PERMISSIONS_USER, role->name))
			put_permissions(rows, role);
	}
	return 0;
}

const struct system_provider server_permissions = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "permissions",
		.oid = 15011,
		.kind = 'v',
		.columns = permissions_columns,
		.column_count = PERMISSIONS_COLUMN_COUNT,
	},
	.fill = permissions_fill,
};
