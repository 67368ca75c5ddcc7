/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stele.hba: lines and what each means or why it means nothing, with its place;
 * and which rule decides about a connection.
 */
#include "server/hba/hba.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"

static struct error err;

static struct hba *
parse_with(const char *text, const struct hba_reader *reader)
{
	struct hba *hba;

	ck_assert_int_eq(hba_parse(str_of_cstr(text), reader, &hba, &err), 0);
	return hba;
}

static struct hba *
parse(const char *text)
{
	static const struct hba_reader reader;

	return parse_with(text, &reader);
}

/* ---- mistakes ---- */

static const struct {
	const char *text;
	int line;
	int column;
	const char *mistake; /* NULL: there is none */
} mistakes[] = {
	{ "", 0, 0, NULL },
	{ "# nothing\n\n  \t\n", 0, 0, NULL },
	{ "local all all trust", 0, 0, NULL },
	{ "local all all trust # a comment", 0, 0, NULL },
	{ "local\tall\tall\ttrust\r\n", 0, 0, NULL },
	{ "local a,b,c d,+e trust", 0, 0, NULL },
	{ "local a, b all trust", 0, 0, NULL },
	{ "host all all 10.0.0.0/8 scram-sha-256", 0, 0, NULL },
	{ "host all all 10.0.0.0 255.0.0.0 reject", 0, 0, NULL },
	{ "host all all 2001:db8::/32 scram-sha-256", 0, 0, NULL },
	{ "host all all 127.0.0.1/32 trust", 0, 0, NULL },
	{ "host all all 127.0.0.0/8 trust", 0, 0, NULL },
	{ "host all all 127.0.0.0 255.0.0.0 trust", 0, 0, NULL },
	{ "host all all ::1/128 trust", 0, 0, NULL },
	{ "host all all samehost trust", 0, 0, NULL },
	{ "host all all samenet md5", 0, 0, NULL },
	{ "hostnogssenc all all all scram-sha-256", 0, 0, NULL },
	{ "hostssl all all all cert clientcert=verify-full", 0, 0, NULL },
	{ "hostssl all all all cert clientname=DN", 0, 0, NULL },
	{ "hostssl all all all password clientcert=verify-ca", 0, 0, NULL },
	{ "local all all \\\n peer", 0, 0, NULL },
	{ "local all all tr\\\nust", 0, 0, NULL },
	{ "local all all \\\r\n\\\n peer", 0, 0, NULL },
	{ "\\\nlocal all all peer\\", 0, 0, NULL },
	{ "local all \"a\\\nb\" peer", 0, 0, NULL },
	{ "# x \\\nlocal all all magic", 0, 0, NULL },
	{ "local all all peer # x \\\r\nlocal all all magic", 0, 0, NULL },
	{ "# x \\\\\n\\\nlocal all all magic", 0, 0, NULL },
	{ "local all \"a \"\"b\"\" c\" peer", 0, 0, NULL },

	{ "locale all all trust", 1, 1, "invalid connection type \"locale\"" },
	{ "\n\n  x", 3, 3, "invalid connection type \"x\"" },
	{ "local,host all all trust", 1, 1,
	    "multiple values specified for connection type" },
	{ "hostgssenc all all all gss", 1, 1,
	    "\"hostgssenc\" is not supported: there is no GSSAPI" },
	{ "include other.hba", 1, 1,
	    "\"include\" is not supported: all rules are in one file" },
	{ "include_dir hba.d", 1, 1,
	    "\"include_dir\" is not supported: all rules are in one file" },
	{ "local", 1, 6, "end-of-line before database specification" },
	{ "local all", 1, 10, "end-of-line before role specification" },
	{ "local all all", 1, 14, "end-of-line before authentication method" },
	{ "local all all # trust", 1, 22,
	    "end-of-line before authentication method" },
	{ "local a, # b", 1, 13, "end-of-line before database specification" },
	{ "local @dbs all trust", 1, 7,
	    "lists in other files are not supported: \"@dbs\"" },
	{ "local all \"all trust", 1, 11, "unterminated quoted name" },
	{ "\"local all all trust", 1, 1, "unterminated quoted name" },
	{ "local all all trust \"x", 1, 21, "unterminated quoted name" },
	{ "host all all", 1, 13,
	    "end-of-line before IP address specification" },
	{ "host all all 10.0.0.1", 1, 22,
	    "end-of-line before netmask specification" },
	{ "host all all 10.0.0.1 trust", 1, 23, "invalid IP mask \"trust\"" },
	{ "host all all 10.0.0.1 ffff:: trust", 1, 23,
	    "IP address and mask do not match" },
	{ "host all all 10.0.0.0/33 reject", 1, 14,
	    "invalid CIDR mask in address \"10.0.0.0/33\"" },
	{ "host all all 10.0.0.0/ reject", 1, 14,
	    "invalid CIDR mask in address \"10.0.0.0/\"" },
	{ "host all all 10.0.0.0/-1 reject", 1, 14,
	    "invalid CIDR mask in address \"10.0.0.0/-1\"" },
	{ "host all all ::/129 reject", 1, 14,
	    "invalid CIDR mask in address \"::/129\"" },
	{ "host all all 10.0.0/8 reject", 1, 14,
	    "invalid IP address \"10.0.0\"" },
	{ "host all all example.org reject", 1, 14,
	    "invalid IP address \"example.org\"" },
	{ "host all all \"all\" reject", 1, 14, "invalid IP address \"all\"" },
	{ "host all all a,b reject", 1, 14,
	    "multiple values specified for IP address specification" },
	{ "host all all all magic", 1, 18,
	    "invalid authentication method \"magic\"" },
	{ "host all all all ldap", 1, 18,
	    "authentication method \"ldap\" is not supported" },
	{ "host all all all peer", 1, 18,
	    "peer authentication is only supported on local sockets" },
	{ "host all all all cert", 1, 18,
	    "cert authentication is only supported on hostssl connections" },
	{ "host all all all password", 1, 18,
	    "password authentication is only supported on hostssl "
	    "connections" },
	{ "hostnossl all all all password", 1, 23,
	    "password authentication is only supported on hostssl "
	    "connections" },
	{ "local all all password", 1, 15,
	    "password authentication is only supported on hostssl "
	    "connections" },
	{ "host all all all trust", 1, 18,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "host all all 10.0.0.1/32 trust", 1, 26,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "host all all 127.0.0.0/7 trust", 1, 26,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "host all all 127.0.0.1 254.0.0.0 trust", 1, 34,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "host all all 127.0.0.1 0.255.255.255 trust", 1, 38,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "host all all ::1/127 trust", 1, 22,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "hostssl all all samenet trust", 1, 25,
	    "trust beyond loopback needs allow_remote_trust = on" },
	{ "local all all trust junk", 1, 21,
	    "authentication option not in name=value format: junk" },
	{ "local all all peer map=m", 1, 20,
	    "user name maps are not supported" },
	{ "local all all peer a=b", 1, 20,
	    "unrecognized authentication option name: \"a\"" },
	{ "host all all all reject clientcert=verify-ca", 1, 25,
	    "clientcert can only be configured for \"hostssl\" rows" },
	{ "hostssl all all all reject clientcert=1", 1, 28,
	    "invalid value for clientcert: \"1\"" },
	{ "hostssl all all all cert clientcert=verify-ca", 1, 26,
	    "clientcert only accepts \"verify-full\" when using \"cert\" "
	    "authentication" },
	{ "local all all magic\\\n\n", 1, 15,
	    "invalid authentication method \"magic\"" },
	{ "local all all trust\nlocal all \\\n all \\\n magic\n", 4, 2,
	    "invalid authentication method \"magic\"" },
};

START_TEST(places_of_mistakes)
{
	struct hba *hba = parse(mistakes[_i].text);
	int rc = hba_check(hba, "x.hba", &err);
	char place[64];

	if (mistakes[_i].mistake == NULL) {
		ck_assert_msg(rc == 0, "%s: %s", mistakes[_i].text,
		    err.message);
	} else {
		ck_assert_msg(rc == STELE_E_CONFIG_FILE, "%s",
		    mistakes[_i].text);
		ck_assert_str_eq(err.message, mistakes[_i].mistake);
		(void)snprintf(place, sizeof(place),
		    "line %d, column %d of \"x.hba\"", mistakes[_i].line,
		    mistakes[_i].column);
		ck_assert_str_eq(err.context, place);
	}
	hba_unref(hba);
}
END_TEST

START_TEST(lines_with_mistakes_are_no_rules)
{
	struct hba *hba = parse("local all all magic\nlocal all all reject\n");
	const struct hba_client client = { .is_local = true, .role = STR("x") };

	ck_assert_uint_eq(hba_rule_count(hba), 2);
	ck_assert_int_eq(hba_rule_at(hba, 1)->line, 2);
	ck_assert_ptr_eq(hba_match(hba, &client), hba_rule_at(hba, 1));
	hba_unref(hba);
}
END_TEST

START_TEST(remote_trust_can_be_meant)
{
	struct hba *hba = parse_with("host all all all trust",
	    &(struct hba_reader){ .allows_remote_trust = true });

	ck_assert_int_eq(hba_check(hba, "x", &err), 0);
	hba_unref(hba);
}
END_TEST

START_TEST(the_default_has_no_mistake)
{
	static const struct hba_reader reader;
	struct hba *hba;

	ck_assert_int_eq(hba_parse(hba_default_text(), &reader, &hba, &err), 0);
	ck_assert_int_eq(hba_check(hba, "x", &err), 0);
	ck_assert_uint_eq(hba_rule_count(hba), 4);
	ck_assert_int_eq(hba_rule_at(hba, 3)->type, HBA_HOSTSSL);
	ck_assert_int_eq(hba_rule_at(hba, 3)->method, HBA_SCRAM);
	hba_unref(hba);
}
END_TEST

/* ---- matching ---- */

/* "reader" is a member of itself and of "staff". */
static bool
is_member_cb(void *arg UNUSED, struct str group)
{
	return str_equal(group, STR("staff")) || str_equal(group, STR("r"));
}

static const struct {
	const char *rule;
	const char *address; /* "" is a UNIX socket */
	bool is_tls;
	bool fits;
} matches[] = {
	{ "local all all trust", "", false, true },
	{ "local all all trust", "127.0.0.1", false, false },
	{ "host all all all reject", "", false, false },
	{ "host all all all reject", "10.0.0.1", false, true },
	{ "host all all all reject", "::1", true, true },
	{ "hostssl all all all reject", "10.0.0.1", false, false },
	{ "hostssl all all all reject", "10.0.0.1", true, true },
	{ "hostnossl all all all reject", "10.0.0.1", false, true },
	{ "hostnossl all all all reject", "10.0.0.1", true, false },

	{ "host all all 10.1.0.0/16 reject", "10.1.255.255", false, true },
	{ "host all all 10.1.0.0/16 reject", "10.2.0.0", false, false },
	{ "host all all 10.1.77.0/16 reject", "10.1.0.1", false, true },
	{ "host all all 10.1.0.0/15 reject", "10.0.0.1", false, true },
	{ "host all all 10.1.1.1/32 reject", "10.1.1.1", false, true },
	{ "host all all 10.1.1.1/32 reject", "10.1.1.0", false, false },
	{ "host all all 10.1.1.1/31 reject", "10.1.1.0", false, true },
	{ "host all all 0.0.0.0/0 reject", "255.255.255.255", false, true },
	{ "host all all 0.0.0.0/0 reject", "::1", false, false },
	{ "host all all ::/0 reject", "10.0.0.1", false, false },
	{ "host all all ::/0 reject", "fe80::1", false, true },
	{ "host all all 2001:db8::/33 reject", "2001:db8:7fff::", false, true },
	{ "host all all 2001:db8::/33 reject", "2001:db8:8000::", false,
	    false },
	{ "host all all 10.0.1.0 255.0.255.0 reject", "10.9.1.9", false, true },
	{ "host all all 10.0.1.0 255.0.255.0 reject", "10.9.2.9", false,
	    false },
	{ "host all all samehost reject", "192.0.2.7", false, true },
	{ "host all all samehost reject", "192.0.2.8", false, false },
	{ "host all all samenet reject", "192.0.2.8", false, true },
	{ "host all all samenet reject", "192.0.3.8", false, false },
	{ "host all all samenet reject", "::1", false, false },

	{ "local d all trust", "", false, true },
	{ "local D all trust", "", false, false },
	{ "local x\\\n,d all trust", "", false, true },
	{ "local \\\nd all trust", "", false, true },
	{ "local x\\\nd all trust", "", false, false },
	{ "local \"d\\\n\" all trust", "", false, true },
	{ "local x,d all trust", "", false, true },
	{ "local \"all\" all trust", "", false, false },
	{ "local \"d\" all trust", "", false, true },
	{ "local sameuser all trust", "", false, false },
	{ "local samerole all trust", "", false, false },
	{ "local replication all trust", "", false, false },
	{ "local replication,d all trust", "", false, true },
	{ "local all r trust", "", false, true },
	{ "local all R trust", "", false, false },
	{ "local all x,r trust", "", false, true },
	{ "local all +staff trust", "", false, true },
	{ "local all +r trust", "", false, true },
	{ "local all +others trust", "", false, false },
	{ "local all \"+staff\" trust", "", false, false },
	{ "local all staff trust", "", false, false },
	{ "local all \"all\" trust", "", false, false },
};

START_TEST(rules_fit)
{
	static const struct hba_network network = {
		{ 4, { 192, 0, 2, 7 } },
		{ 4, { 255, 255, 255, 0 } },
	};
	struct hba *hba = parse_with(matches[_i].rule,
	    &(struct hba_reader){ .networks = &network, .network_count = 1 });
	struct hba_client client = {
		.is_local = matches[_i].address[0] == '\0',
		.is_tls = matches[_i].is_tls,
		.database = STR("d"),
		.role = STR("r"),
		.is_member = is_member_cb,
	};

	ck_assert_int_eq(hba_check(hba, "x", &err), 0);
	if (!client.is_local)
		ck_assert(hba_address_parse(str_of_cstr(matches[_i].address),
		    &client.address));
	ck_assert_msg((hba_match(hba, &client) != NULL) == matches[_i].fits,
	    "%s, from \"%s\"", matches[_i].rule, matches[_i].address);
	hba_unref(hba);
}
END_TEST

START_TEST(the_first_rule_decides)
{
	struct hba *hba = parse("local all bob reject\n"
				"local sameuser all peer\n"
				"local all all trust\n");
	struct hba_client client = {
		.is_local = true,
		.database = STR("d"),
		.role = STR("bob"),
		.is_member = is_member_cb,
	};

	ck_assert_int_eq(hba_match(hba, &client)->method, HBA_REJECT);
	client.role = STR("ann");
	ck_assert_int_eq(hba_match(hba, &client)->method, HBA_TRUST);
	client.database = STR("ann");
	ck_assert_int_eq(hba_match(hba, &client)->method, HBA_PEER);
	hba_unref(hba);
}
END_TEST

/* ---- addresses ---- */

static const struct {
	const char *text;
	bool is_address;
	bool is_loopback;
} addresses[] = {
	{ "127.0.0.1", true, true },
	{ "127.255.255.255", true, true },
	{ "128.0.0.0", true, false },
	{ "::1", true, true },
	{ "::2", true, false },
	{ "::ffff:127.0.0.1", true, false },
	{ "", false, false },
	{ "127.1", false, false },
	{ "127.0.0.1 ", false, false },
	{ "0x7f.0.0.1", false, false },
	{ "localhost", false, false },
	{ "fe80::1%eth0", false, false },
	{ "11111111111111111111111111111111111111111111111", false, false },
};

START_TEST(numbers_of_addresses)
{
	struct hba_address address;

	ck_assert_int_eq(hba_address_parse(str_of_cstr(addresses[_i].text),
			     &address),
	    addresses[_i].is_address);
	ck_assert_int_eq(hba_address_is_loopback(&address),
	    addresses[_i].is_loopback);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hba");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, places_of_mistakes, 0, ARRAY_LEN(mistakes));
	tcase_add_test(tc, lines_with_mistakes_are_no_rules);
	tcase_add_test(tc, remote_trust_can_be_meant);
	tcase_add_test(tc, the_default_has_no_mistake);
	tcase_add_loop_test(tc, rules_fit, 0, ARRAY_LEN(matches));
	tcase_add_test(tc, the_first_rule_decides);
	tcase_add_loop_test(tc, numbers_of_addresses, 0, ARRAY_LEN(addresses));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
