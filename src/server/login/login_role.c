/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/login_role.h"

#include "common/error.h"
#include "common/user_key.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"

/* Why a role cannot log in by a password; NULL if it can. */
static const char *
reason_against(const struct role *role, int64_t now_us,
    struct scram_verifier *verifier)
{
	if (role == NULL)
		return "no such role";
	if (!role_can_login(role))
		return "the role cannot log in";
	if (role->verifier.len == 0)
		return "the role has no password";
	if (role->valid_until <= now_us)
		return "the password has expired";
	if (!scram_parse(role->verifier, verifier))
		return "the role's password is no verifier";
	return NULL;
}

int
login_secret_find(struct engine *engine, struct str name, int64_t now_us,
    struct str mock_secret, uint32_t mock_iterations, struct login_secret *out,
    struct error *err)
{
	const struct catalog *catalog;
	struct scram_verifier real;
	int rc;

	/* Made in any case, so that it takes as long. */
	rc =
	    scram_mock(mock_secret, name, mock_iterations, &out->verifier, err);
	if (rc != 0)
		return rc;
	catalog = engine_catalog(engine);
	out->reason =
	    reason_against(catalog_role_by_name(catalog, name), now_us, &real);
	out->is_mock = out->reason != NULL;
	if (!out->is_mock)
		out->verifier = real;
	catalog_unref(catalog);
	crypto_wipe(&real, sizeof(real));
	return 0;
}

const char *
login_reason_against(struct engine *engine, struct str name, int64_t now_us)
{
	const struct catalog *catalog = engine_catalog(engine);
	struct scram_verifier verifier;
	const char *reason = reason_against(catalog_role_by_name(catalog, name),
	    now_us, &verifier);

	catalog_unref(catalog);
	crypto_wipe(&verifier, sizeof(verifier));
	return reason;
}

bool
login_has_admin(struct engine *engine)
{
	const struct catalog *catalog = engine_catalog(engine);
	bool has_admin = false;

	for (uint32_t i = 0; i < catalog->role_count && !has_admin; i++) {
		const struct role *role = catalog->roles[i];

		has_admin = role_is_superuser(role) && role_can_login(role) &&
		    (role->verifier.len > 0 || role->key.len > 0);
	}
	catalog_unref(catalog);
	return has_admin;
}

uint32_t
login_lost_keys(struct engine *engine,
    const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE])
{
	const struct catalog *catalog = engine_catalog(engine);
	uint32_t count = 0;

	for (uint32_t i = 0; i < catalog->role_count; i++) {
		const struct role *role = catalog->roles[i];
		struct user_key key;
		struct error ignored;

		if (role->key.len > 0 &&
		    user_key_unwrap(wrapping, role->key, &key, &ignored) != 0)
			count++;
		crypto_wipe(&key, sizeof(key));
	}
	catalog_unref(catalog);
	return count;
}

bool
login_role_is_member(struct engine *engine, struct str name, struct str group)
{
	const struct catalog *catalog = engine_catalog(engine);
	const struct role *role = catalog_role_by_name(catalog, name);
	const struct role *of = catalog_role_by_name(catalog, group);
	bool is_member = role != NULL && of != NULL &&
	    (role == of || catalog_role_reaches(catalog, role->oid, of->oid));

	catalog_unref(catalog);
	return is_member;
}
