/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.c -- who is trusted without a proof: a peer on this machine, if
 * native_trust says so and the rules of hba_file trust it too.
 */
#include "server/native/admit.h"

#include <string.h>

#include "server/admin_command.h"
#include "server/hba/hba.h"
#include "server/session_private.h"

static bool
never_cb(void *arg UNUSED, struct str group UNUSED)
{
	return false;
}

/* Whether the first rule that fits the client as this role is `trust`. */
static bool
rules_trust(struct session *session, struct str role)
{
	struct hba *hba = auth_hba(&session->server->auth);
	struct hba_client client = {
		.is_tls = conn_is_tls(session->conn),
		.database = STR(ADMIN_NAME),
		.role = role,
		.is_member = never_cb,
		.arg = session,
	};
	const struct hba_rule *rule;
	bool is_trusted;

	(void)hba_address_parse(session->facts.client.address, &client.address);
	rule = hba_match(hba, &client);
	is_trusted = rule != NULL && rule->method == HBA_TRUST &&
	    rule->client_cert == HBA_CERT_ANY;
	hba_unref(hba);
	return is_trusted;
}

static bool
is_on_this_machine(const struct session *session)
{
	struct hba_address address;

	if (session->facts.client.address.len == 0)
		return true; /* a UNIX socket */
	return hba_address_parse(session->facts.client.address, &address) &&
	    hba_address_is_loopback(&address);
}

/* The role that a trusted peer has; false if none is trusted. */
static bool
trusted_role(struct session *session, const struct catalog *catalog,
    struct str *out)
{
	const struct role *role = catalog_role_by_oid(catalog, ROLE_OWNER_OID);

	switch (session->settings.server->native_trust) {
	case CONFIG_NATIVE_TRUST_OFF:
		return false;
	case CONFIG_NATIVE_TRUST_FIRST:
		if (catalog_has_roles(catalog))
			return false;
		break;
	case CONFIG_NATIVE_TRUST_ON:
		break;
	}
	*out = STR(ADMIN_NAME);
	if (catalog_has_roles(catalog) && role != NULL)
		*out = role->name;
	return is_on_this_machine(session);
}

bool
native_is_trusted(struct session *session, struct native_admission *out)
{
	const struct catalog *catalog = engine_catalog(session->server->engine);
	struct str role;
	bool is_trusted =
	    trusted_role(session, catalog, &role) && rules_trust(session, role);

	if (is_trusted) {
		size_t len = role.len < sizeof(out->role_name)
		    ? role.len
		    : sizeof(out->role_name);

		memcpy(out->role_name, role.data, len);
		out->role = str_of(out->role_name, len);
		out->command = str_of("", 0);
	}
	catalog_unref(catalog);
	return is_trusted;
}

int
native_admit(struct session *session, struct str line,
    struct native_admission *out, struct error *err)
{
	if (!native_is_trusted(session, out))
		return error_set(err, STELE_E_INVALID_AUTHORIZATION,
		    "authentication failed");
	out->command = line;
	return 0;
}
