/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_match.c -- which rule decides about a connection.
 */
#include "server/hba/hba_private.h"

/* A word with a meaning, which it loses in quotes. */
static bool
is_keyword(const struct hba_name *name, struct str keyword)
{
	return !name->is_quoted && str_equal(name->text, keyword);
}

static bool
fits_type(const struct hba_rule *rule, const struct hba_client *client)
{
	switch (rule->type) {
	case HBA_LOCAL:
		return client->is_local;
	case HBA_HOST:
		return !client->is_local;
	case HBA_HOSTSSL:
		return !client->is_local && client->is_tls;
	case HBA_HOSTNOSSL:
		return !client->is_local && !client->is_tls;
	}
	return false;
}

static bool
is_one_of_ours(const struct hba *hba, const struct hba_address *address,
    bool is_whole_net)
{
	struct hba_address all;

	if (!hba_mask_of_bits(address->len, 8u * address->len, &all))
		return false;
	for (uint32_t i = 0; i < hba->network_count; i++)
		if (hba_address_in(address, &hba->networks[i].address,
			is_whole_net ? &hba->networks[i].mask : &all))
			return true;
	return false;
}

static bool
fits_address(const struct hba *hba, const struct hba_rule *rule,
    const struct hba_client *client)
{
	switch (rule->address_kind) {
	case HBA_ADDRESS_NONE:
	case HBA_ADDRESS_ALL:
		return true;
	case HBA_ADDRESS_SAMEHOST:
		return is_one_of_ours(hba, &client->address, false);
	case HBA_ADDRESS_SAMENET:
		return is_one_of_ours(hba, &client->address, true);
	case HBA_ADDRESS_MASK:
		return hba_address_in(&client->address, &rule->address,
		    &rule->mask);
	}
	return false;
}

static bool
fits_databases(const struct hba_names *databases,
    const struct hba_client *client)
{
	for (uint32_t i = 0; i < databases->count; i++) {
		const struct hba_name *name = &databases->names[i];

		if (is_keyword(name, STR("all")))
			return true;
		if (is_keyword(name, STR("replication")))
			continue;
		if (is_keyword(name, STR("sameuser"))) {
			if (str_equal(client->database, client->role))
				return true;
		} else if (is_keyword(name, STR("samerole")) ||
		    is_keyword(name, STR("samegroup"))) {
			if (client->is_member(client->arg, client->database))
				return true;
		} else if (str_equal(name->text, client->database)) {
			return true;
		}
	}
	return false;
}

static bool
fits_roles(const struct hba_names *roles, const struct hba_client *client)
{
	for (uint32_t i = 0; i < roles->count; i++) {
		const struct hba_name *name = &roles->names[i];
		struct str text = name->text;

		if (!name->is_quoted && text.len > 0 && text.data[0] == '+') {
			if (client->is_member(client->arg,
				str_of(text.data + 1, text.len - 1)))
				return true;
		} else if (is_keyword(name, STR("all")) ||
		    str_equal(text, client->role)) {
			return true;
		}
	}
	return false;
}

const struct hba_rule *
hba_match(const struct hba *hba, const struct hba_client *client)
{
	for (uint32_t i = 0; i < hba->rule_count; i++) {
		const struct hba_rule *rule = &hba->rules[i];

		if (rule->mistake.len == 0 && fits_type(rule, client) &&
		    fits_address(hba, rule, client) &&
		    fits_databases(&rule->databases, client) &&
		    fits_roles(&rule->roles, client))
			return rule;
	}
	return NULL;
}
