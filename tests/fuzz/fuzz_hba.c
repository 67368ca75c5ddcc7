/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stele.hba, and connections that the rules are asked about: whatever the file,
 * its mistakes have a place in it, and a rule that admits other machines by
 * trust is none unless that is meant.
 */
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "server/hba/hba.h"

static struct error err;

static bool
is_member_cb(void *arg UNUSED, struct str group)
{
	return group.len % 2 == 0;
}

static void
ask(const struct hba *hba, const char *address, bool is_tls)
{
	struct hba_client client = {
		.is_local = address[0] == '\0',
		.is_tls = is_tls,
		.database = STR("all"),
		.role = STR("bob"),
		.is_member = is_member_cb,
	};
	const struct hba_rule *rule;

	(void)hba_address_parse(str_of_cstr(address), &client.address);
	rule = hba_match(hba, &client);
	if (rule == NULL)
		return;
	MUST(rule->mistake.len == 0);
	MUST(rule->method != HBA_PASSWORD || is_tls);
	MUST(rule->method != HBA_CERT || is_tls);
	MUST(rule->method != HBA_PEER || client.is_local);
	MUST(rule->method != HBA_TRUST || client.is_local ||
	    hba_address_is_loopback(&client.address));
}

static void
check_lines(const struct hba *hba, struct str text)
{
	int line = 1, newlines = 0;

	for (size_t i = 0; i < text.len; i++)
		newlines += text.data[i] == '\n';
	for (uint32_t i = 0; i < hba_rule_count(hba); i++) {
		const struct hba_rule *rule = hba_rule_at(hba, i);

		MUST(rule->line >= line && rule->line <= newlines + 1);
		line = rule->line + 1;
		if (rule->mistake.len == 0)
			continue;
		MUST(rule->mistake_line >= rule->line &&
		    rule->mistake_line <= newlines + 1);
		MUST(rule->mistake_column >= 1 &&
		    (size_t)rule->mistake_column <= text.len + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hba_reader reader;
	char *copy = malloc(size + 1);
	struct hba *hba;
	int rc;

	MUST(copy != NULL);
	memcpy(copy, data, size);
	MUST(hba_parse(str_of(copy, size), &reader, &hba, &err) == 0);
	check_lines(hba, str_of(copy, size));
	free(copy); /* what is kept is no part of it */
	rc = hba_check(hba, "x", &err);
	MUST(rc == 0 || rc == STELE_E_CONFIG_FILE);
	ask(hba, "", false);
	ask(hba, "127.0.0.1", false);
	ask(hba, "192.0.2.1", false);
	ask(hba, "192.0.2.1", true);
	ask(hba, "2001:db8::1", true);
	hba_unref(hba);
	return 0;
}
