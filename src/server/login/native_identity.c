/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_identity.h"

#include <string.h>

#include "common/hash.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"

static uint64_t
print_of(struct str key)
{
	return key.len == 0 ? 0 : hash_bytes(key.data, key.len);
}

static void
set_name(struct native_identity *identity, struct str name)
{
	size_t len = name.len < NATIVE_NAME_SIZE ? name.len : NATIVE_NAME_SIZE;

	identity->name_len = (uint8_t)len;
	if (len > 0)
		memcpy(identity->name, name.data, len);
}

struct native_identity
native_identity_of(const struct role *role, struct str name)
{
	struct native_identity identity = {
		.role_oid = role == NULL ? ROLE_OWNER_OID : role->oid,
		.key_print = role == NULL ? 0 : print_of(role->key),
		.was_open = role == NULL,
	};

	set_name(&identity, role == NULL ? name : role->name);
	return identity;
}

bool
native_identity_find(struct engine *engine, struct str name,
    struct native_identity *out)
{
	const struct catalog *catalog = engine_catalog(engine);
	const struct role *role = catalog_role_by_name(catalog, name);

	if (role != NULL)
		*out = native_identity_of(role, name);
	catalog_unref(catalog);
	return role != NULL;
}

static const char *
reason_against(const struct catalog *catalog, int64_t now_us,
    struct native_identity *identity)
{
	const struct role *role;

	if (identity->was_open)
		return catalog_has_roles(catalog)
		    ? "it is from before there were roles"
		    : NULL;
	role = catalog_role_by_oid(catalog, identity->role_oid);
	if (role == NULL)
		return "the role is not there any more";
	if (!role_can_login(role))
		return "the role cannot log in";
	if (role->valid_until <= now_us)
		return "the role's key has expired";
	if (print_of(role->key) != identity->key_print)
		return "the role has another key";
	set_name(identity, role->name);
	return NULL;
}

const char *
native_identity_check(struct engine *engine, int64_t now_us,
    struct native_identity *identity)
{
	const struct catalog *catalog = engine_catalog(engine);
	const char *reason = reason_against(catalog, now_us, identity);

	catalog_unref(catalog);
	return reason;
}
