/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_rows.c -- pg_hba_file_rules: what hba_file says now, not what was last
 * taken from it, so that it can be looked at before a reload.
 */
#include "engine/catalog/catalog.h"
#include "server/pgcatalog/rows.h"

static void
put_names(struct system_rows *rows, uint32_t column,
    const struct hba_names *names)
{
	struct datum *values = arena_zalloc(system_rows_arena(rows),
	    ((size_t)names->count + 1) * sizeof(*values));

	for (uint32_t i = 0; i < names->count; i++)
		values[i].str = names->names[i].text;
	system_put_array(rows, column, TYPE_TEXT, values, names->count);
}

static void
put_address(struct system_rows *rows, const struct hba_rule *rule)
{
	char address[HBA_ADDRESS_TEXT];

	switch (rule->address_kind) {
	case HBA_ADDRESS_NONE:
		return;
	case HBA_ADDRESS_ALL:
		system_put_cstr(rows, pg_hba_file_rules_address, "all");
		return;
	case HBA_ADDRESS_SAMEHOST:
		system_put_cstr(rows, pg_hba_file_rules_address, "samehost");
		return;
	case HBA_ADDRESS_SAMENET:
		system_put_cstr(rows, pg_hba_file_rules_address, "samenet");
		return;
	case HBA_ADDRESS_MASK:
		hba_address_print(&rule->address, address);
		system_put_cstr(rows, pg_hba_file_rules_address, address);
		hba_address_print(&rule->mask, address);
		system_put_cstr(rows, pg_hba_file_rules_netmask, address);
		return;
	}
}

static void
put_options(struct system_rows *rows, const struct hba_rule *rule)
{
	struct datum values[2] = { { .is_null = false } };
	uint32_t count = 0;

	if (rule->client_cert == HBA_CERT_SIGNED)
		values[count++].str = STR("clientcert=verify-ca");
	if (rule->client_cert == HBA_CERT_NAMED)
		values[count++].str = STR("clientcert=verify-full");
	if (rule->name_is_dn)
		values[count++].str = STR("clientname=DN");
	if (count > 0)
		system_put_array(rows, pg_hba_file_rules_options, TYPE_TEXT,
		    values, count);
}

static void
put_rule(struct system_rows *rows, const struct hba_rule *rule)
{
	system_rows_next(rows);
	system_put_i64(rows, pg_hba_file_rules_line_number, rule->line);
	if (rule->mistake.len > 0) {
		system_put_str(rows, pg_hba_file_rules_error, rule->mistake);
		return;
	}
	system_put_cstr(rows, pg_hba_file_rules_type,
	    hba_type_name(rule->type));
	put_names(rows, pg_hba_file_rules_database, &rule->databases);
	put_names(rows, pg_hba_file_rules_user_name, &rule->roles);
	put_address(rows, rule);
	system_put_cstr(rows, pg_hba_file_rules_auth_method,
	    hba_method_name(rule->method));
	put_options(rows, rule);
}

/* As in PostgreSQL, not everybody may see it. */
static int
check_right(struct session *session, struct error *err)
{
	const struct catalog *catalog = engine_catalog(session->server->engine);
	bool may_see = catalog_is_superuser(catalog, session->facts.role_oid);

	catalog_unref(catalog);
	if (may_see)
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for view pg_hba_file_rules");
}

int
pg_hba_file_rules_rows(void *arg, struct system_rows *rows, struct error *err)
{
	struct session *session = arg;
	struct config *config;
	struct hba *hba;
	int rc = check_right(session, err);

	if (rc != 0)
		return rc;
	config = server_config(session->server);
	rc = auth_read_hba(session->server->dir, config, &hba, err);
	config_unref(config);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < hba_rule_count(hba); i++)
		put_rule(rows, hba_rule_at(hba, i));
	hba_unref(hba);
	return 0;
}
