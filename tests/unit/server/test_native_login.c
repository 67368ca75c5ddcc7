/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in at the native doors: every form of proof against every kind of
 * rule, from near and far; what is used twice, has ended, was taken back.
 */
#include "server/login/native_login.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/fixture.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/user_key.h"
#include "engine/catalog/catalog.h"
#include "net/tls.h"
#include "os/clock.h"
#include "server/login/auth.h"

#define NOW_S    INT64_C(1732100000) /* since 1970 */
#define KEY      "secret-key"
#define PASSWORD "pencil"

static struct error err;
static struct fixture fixture;
static struct auth auth;
static struct native_gate gate;
static struct native_admission out;
static struct tls_facts tls; /* without a certificate */
static char line[1024];

/* ---- the world ---- */

static void
set_rules(const char *text)
{
	static const struct hba_reader reader = { .allows_remote_trust = true };
	struct hba *hba;

	ck_assert_int_eq(hba_parse(str_of_cstr(text), &reader, &hba, &err), 0);
	ck_assert_int_eq(hba_check(hba, "rules", &err), 0);
	auth_set_hba(&auth, hba);
}

static uint32_t
change(struct ddl ddl)
{
	struct write_batch *batch = write_batch_new(fixture.engine);
	struct commit commit;

	ck_assert_msg(write_batch_ddl(batch, &ddl, &err) == 0, "%s",
	    err.message);
	ck_assert_int_eq(fixture_commit(&fixture, batch, SYNC_ON, &commit), 0);
	return ddl.oid;
}

static struct str
wrapped(const char *key, struct buf *space)
{
	buf_init(space);
	ck_assert_int_eq(user_key_wrap(auth.key_wrapping, str_of_cstr(key),
			     space, &err),
	    0);
	return buf_str(space);
}

/* A role that can log in with KEY, and is a superuser, unless taken away. */
static uint32_t
make_role(const char *name, uint32_t without, int64_t valid_until)
{
	struct buf space;
	struct str key = wrapped(KEY, &space);
	struct ddl ddl = { .kind = DDL_CREATE_ROLE,
		.name = str_of_cstr(name),
		.role = { .set = ROLE_LOGIN | ROLE_SUPERUSER |
			ROLE_SET_VALID_UNTIL | ROLE_SET_KEY,
		    .attributes = (ROLE_LOGIN | ROLE_SUPERUSER) & ~without,
		    .valid_until = valid_until } };
	uint32_t oid;

	if ((without & ROLE_SET_KEY) == 0)
		ddl.role.key = key;
	oid = change(ddl);
	buf_release(&space);
	return oid;
}

static void
make_roles(void)
{
	make_role("root", 0, ROLE_VALID_FOREVER);
	make_role("bob", ROLE_SUPERUSER, ROLE_VALID_FOREVER);
	make_role("locked", ROLE_LOGIN, ROLE_VALID_FOREVER);
	make_role("expired", 0, gate.wall_us);
	make_role("keyless", ROLE_SET_KEY, ROLE_VALID_FOREVER);
}

static void
set_password(const char *name)
{
	const struct catalog *catalog = engine_catalog(fixture.engine);
	struct scram_verifier verifier;
	struct buf text;

	buf_init(&text);
	ck_assert_int_eq(scram_make(STR(PASSWORD), 4096, &verifier, &err), 0);
	scram_put(&verifier, &text);
	change((struct ddl){ .kind = DDL_ALTER_ROLE,
	    .oid = catalog_role_by_name(catalog, str_of_cstr(name))->oid,
	    .role = { .set = ROLE_SET_VERIFIER, .verifier = buf_str(&text) } });
	buf_release(&text);
	catalog_unref(catalog);
}

/* ALTER ROLE bob. */
static void
change_bob(struct role_change to)
{
	const struct catalog *catalog = engine_catalog(fixture.engine);
	uint32_t oid = catalog_role_by_name(catalog, STR("bob"))->oid;

	catalog_unref(catalog);
	change((struct ddl){ .kind = DDL_ALTER_ROLE, .oid = oid, .role = to });
}

static void
setup(void)
{
	struct buf mock;

	fixture_init(&fixture);
	fixture_open(&fixture);
	auth_init(&auth);
	ck_assert_int_eq(offenders_open(&auth.offenders, &err), 0);
	native_nonces_release(&auth.nonces);
	native_nonces_init(&auth.nonces, NOW_S - 1000);
	memset(auth.key_wrapping, 7, sizeof(auth.key_wrapping));
	wrapped("nobody's", &mock);
	memcpy(auth.mock_key, mock.data, mock.len);
	auth.mock_key_len = mock.len;
	buf_release(&mock);
	gate = (struct native_gate){
		.engine = fixture.engine,
		.auth = &auth,
		.trust = CONFIG_NATIVE_TRUST_FIRST,
		.signed_commands = CONFIG_SIGNED_TLS,
		.token_expiry_ms = 300000,
		.scram_iterations = 4096,
		.now_ms = 1000000,
		.wall_us = (NOW_S - OS_EPOCH_2000_SECONDS) * 1000000,
	};
}

static void
teardown(void)
{
	auth_release(&auth);
	fixture_remove(&fixture);
}

/* ---- peers ---- */

static struct native_peer
peer_of(const char *address)
{
	struct native_peer peer = { .is_local =
					strcmp(address, "socket") == 0 };

	if (peer.is_local)
		peer.socket_user = STR("bob");
	else if (address[0] == 's')
		peer.tls = &tls;
	if (!peer.is_local)
		ck_assert(hba_address_parse(str_of_cstr(address +
						(address[0] == 's' ? 1 : 0)),
		    &peer.address));
	return peer;
}

#define NEAR   "127.0.0.1"
#define FAR    "192.0.2.7"
#define SECURE "s192.0.2.7" /* by TLS */
#define SOCKET "socket"     /* of bob's */

/* ---- requests ---- */

static void
sign(const char *key, const char *text, char hex[CRYPTO_HEX_SIZE + 1])
{
	uint8_t mac[CRYPTO_SHA256_SIZE];

	ck_assert_int_eq(crypto_hmac_sha256(str_of_cstr(key), str_of_cstr(text),
			     mac, &err),
	    0);
	crypto_hex_put(mac, hex);
	hex[CRYPTO_HEX_SIZE] = '\0';
}

/* "user:signature:command", or "AUTH user:signature". */
static const char *
signed_line(const char *user, const char *key, const char *command)
{
	bool is_auth = strcmp(command, "AUTH") == 0;
	char hex[CRYPTO_HEX_SIZE + 1];

	sign(key, is_auth ? user : command, hex);
	snprintf(line, sizeof(line), is_auth ? "AUTH %s:%s" : "%s:%s:%s", user,
	    hex, command);
	return line;
}

static const char *
fresh_line(const char *user, const char *salt, const char *command)
{
	bool is_auth = strcmp(command, "AUTH") == 0;
	char text[256], derived[CRYPTO_HEX_SIZE + 1], hex[CRYPTO_HEX_SIZE + 1];

	snprintf(text, sizeof(text), "%s.%s", salt, user);
	sign(KEY, text, derived);
	sign(derived, is_auth ? user : command, hex);
	snprintf(line, sizeof(line), is_auth ? "AUTH %s:%s.%s" : "%s:%s.%s:%s",
	    user, salt, hex, command);
	return line;
}

/* What is asked is for all that follows it. */
static bool is_lasting;

static void
ask(const char *from, const struct native_identity *connection,
    const char *text)
{
	struct native_request request;
	struct native_peer peer = peer_of(from);

	native_request_parse(str_of_cstr(text), &request);
	request.is_lasting = is_lasting;
	native_login(&gate, &peer, connection, &request, &out);
}

static bool
is_let_in(const char *name)
{
	return out.verdict == NATIVE_ADMITTED &&
	    str_equal(native_identity_name(&out.identity), str_of_cstr(name));
}

static void
expect_denied(const char *reason)
{
	ck_assert_int_eq(out.verdict, NATIVE_DENIED);
	ck_assert_str_eq(out.reason, reason);
}

/* ---- a table: who, from where, by which rule ---- */

#define RULES_SCRAM \
	"host all all all scram-sha-256\nlocal all all scram-sha-256"
#define RULES_TRUST  "host all all all trust\nlocal all all trust"
#define TRUST_ON     "on " RULES_TRUST /* native_trust too */
#define RULES_PEER   "local all all peer\nhost all all all reject"
#define RULES_CERT   "hostssl all all all cert"
#define RULES_REJECT "host all bob all reject\n" RULES_SCRAM
#define NOT_HERE     "native_signed_commands does not allow it here"

enum form { BARE, INLINE, WRONG, FRESH, GARBAGE, UNKNOWN_TOKEN };

static const struct {
	const char *what;
	const char *rules;
	const char *from;
	enum form form;
	const char *user;   /* "ann>bob": is let in as bob */
	const char *reason; /* NULL: let in */
} cases[] = {
	{ "a signature, near", RULES_SCRAM, NEAR, INLINE, "bob", NULL },
	{ "by a socket", RULES_SCRAM, SOCKET, INLINE, "root", NULL },
	{ "by TLS", RULES_SCRAM, SECURE, INLINE, "bob", NULL },
	{ "over the network", RULES_SCRAM, FAR, INLINE, "bob", NOT_HERE },
	{ "a fresh one there", RULES_SCRAM, FAR, FRESH, "bob", NULL },
	{ "a fresh one near", RULES_SCRAM, NEAR, FRESH, "bob", NULL },
	{ "a wrong one", RULES_SCRAM, NEAR, WRONG, "bob", "wrong signature" },
	{ "none", RULES_SCRAM, NEAR, GARBAGE, "bob",
	    "what it sends is no signature" },
	{ "nobody's", RULES_SCRAM, NEAR, INLINE, "nobody", "no such role" },
	{ "of one who cannot log in", RULES_SCRAM, NEAR, INLINE, "locked",
	    "the role cannot log in" },
	{ "of one who is past", RULES_SCRAM, NEAR, INLINE, "expired",
	    "the role's key has expired" },
	{ "of one without a key", RULES_SCRAM, NEAR, INLINE, "keyless",
	    "the role has no key" },
	{ "without a name", RULES_SCRAM, NEAR, BARE, "",
	    "it does not say who it is" },
	{ "a token of nobody", RULES_SCRAM, NEAR, UNKNOWN_TOKEN, "",
	    "no such token, or it has ended" },
	{ "whom a rule rejects", RULES_REJECT, NEAR, INLINE, "bob",
	    "a rule of hba_file rejects it" },
	{ "and who is not", RULES_REJECT, NEAR, INLINE, "root", NULL },
	{ "no rule", "local all all trust", NEAR, INLINE, "bob",
	    "no rule of hba_file fits" },
	{ "another database", "host other all all trust", NEAR, INLINE, "bob",
	    "no rule of hba_file fits" },
	{ "ours", "on host stele all all trust", NEAR, WRONG, "bob", NULL },
	{ "trusted, whatever he shows", TRUST_ON, NEAR, WRONG, "bob", NULL },
	{ "trusted by a socket", TRUST_ON, SOCKET, GARBAGE, "bob", NULL },
	{ "not trusted from afar", TRUST_ON, FAR, GARBAGE, "root",
	    "what it sends is no signature" },
	{ "but let in with a proof", TRUST_ON, SECURE, INLINE, "root", NULL },
	{ "trusted, but not there", TRUST_ON, NEAR, INLINE, "nobody>root",
	    NULL },
	{ "trusted, but locked", TRUST_ON, NEAR, INLINE, "locked>root", NULL },
	{ "trusted without a name", TRUST_ON, NEAR, BARE, ">root", NULL },
	{ "trusted with a token of nobody", TRUST_ON, NEAR, UNKNOWN_TOKEN,
	    ">root", NULL },
	{ "trusted before there were roles", RULES_TRUST, NEAR, WRONG, "bob",
	    "wrong signature" },
	{ "and without a name", RULES_TRUST, NEAR, BARE, "",
	    "it does not say who it is" },
	{ "and with a proof", RULES_TRUST, NEAR, INLINE, "bob", NULL },
	{ "the peer without a word", RULES_PEER, SOCKET, BARE, "bob", NULL },
	{ "the peer with one", RULES_PEER, SOCKET, WRONG, "bob", NULL },
	{ "the peer as another", RULES_PEER, SOCKET, INLINE, "root",
	    "another name on this machine" },
	{ "nobody's certificate", RULES_CERT, SECURE, INLINE, "bob",
	    "no certificate, or one of another name" },
};

START_TEST(one_request)
{
	const char *rules = cases[_i].rules;
	const char *as = strchr(cases[_i].user, '>');
	char user[32];
	char unsigned_line[sizeof(line)];

	make_roles();
	snprintf(user, sizeof(user), "%.*s", (int)strcspn(cases[_i].user, ">"),
	    cases[_i].user);
	as = as == NULL ? user : as + 1;
	if (strncmp(rules, "on ", 3) == 0) {
		gate.trust = CONFIG_NATIVE_TRUST_ON;
		rules += 3;
	}
	set_rules(rules);
	switch (cases[_i].form) {
	case BARE:
		ask(cases[_i].from, NULL, "PING");
		break;
	case INLINE:
		ask(cases[_i].from, NULL, signed_line(user, KEY, "PING"));
		break;
	case WRONG:
		ask(cases[_i].from, NULL, signed_line(user, "other", "PING"));
		break;
	case FRESH:
		ask(cases[_i].from, NULL,
		    fresh_line(user, "1732100003.abcdefgh", "PING"));
		break;
	case GARBAGE:
		snprintf(unsigned_line, sizeof(unsigned_line), "%s:bad:PING",
		    user);
		ask(cases[_i].from, NULL, unsigned_line);
		break;
	case UNKNOWN_TOKEN:
		snprintf(unsigned_line, sizeof(unsigned_line),
		    "PING TOKEN %064d", 7);
		ask(cases[_i].from, NULL, unsigned_line);
		break;
	}
	ck_assert_msg((out.verdict == NATIVE_ADMITTED) ==
		(cases[_i].reason == NULL),
	    "%s: %s", cases[_i].what,
	    out.reason == NULL ? "let in" : out.reason);
	if (cases[_i].reason != NULL)
		expect_denied(cases[_i].reason);
	else
		ck_assert_msg(is_let_in(as), "%s", cases[_i].what);
	ck_assert(str_equal(out.command, STR("PING")));
}
END_TEST

/* ---- who signs what ---- */

START_TEST(a_signature_is_of_the_command)
{
	char hex[CRYPTO_HEX_SIZE + 1];

	make_roles();
	set_rules(RULES_SCRAM);
	sign(KEY, "PING", hex);
	snprintf(line, sizeof(line), "bob:%s:FLUSH", hex);
	ask(NEAR, NULL, line);
	expect_denied("wrong signature");
	/* the blanks around it do not count */
	snprintf(line, sizeof(line), " bob:%s: \t PING \r\n", hex);
	ask(NEAR, NULL, line);
	ck_assert(is_let_in("bob"));
	/* a fresh one is of the user, too */
	(void)fresh_line("bob", "1732100000.abcdefgh", "PING");
	memcpy(line, "rob", 3);
	ask(NEAR, NULL, line);
	expect_denied("no such role");
}
END_TEST

START_TEST(where_signatures_are_taken)
{
	static const struct {
		enum config_signed_commands allowed;
		const char *from;
		bool is_taken;
	} places[] = {
		{ CONFIG_SIGNED_OFF, NEAR, false },
		{ CONFIG_SIGNED_OFF, SOCKET, false },
		{ CONFIG_SIGNED_OFF, SECURE, false },
		{ CONFIG_SIGNED_LOOPBACK, NEAR, true },
		{ CONFIG_SIGNED_LOOPBACK, "::1", true },
		{ CONFIG_SIGNED_LOOPBACK, SOCKET, true },
		{ CONFIG_SIGNED_LOOPBACK, SECURE, false },
		{ CONFIG_SIGNED_LOOPBACK, FAR, false },
		{ CONFIG_SIGNED_TLS, "::1", true },
		{ CONFIG_SIGNED_TLS, SECURE, true },
		{ CONFIG_SIGNED_TLS, FAR, false },
		{ CONFIG_SIGNED_ON, FAR, true },
	};

	make_roles();
	set_rules(RULES_SCRAM);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		gate.signed_commands = places[i].allowed;
		for (int is_auth = 0; is_auth <= 1; is_auth++) {
			ask(places[i].from, NULL,
			    signed_line("bob", KEY, is_auth ? "AUTH" : "PING"));
			ck_assert_msg((out.verdict == NATIVE_ADMITTED) ==
				places[i].is_taken,
			    "%zu", i);
			ck_assert_int_eq(out.has_token,
			    is_auth && places[i].is_taken);
			if (!places[i].is_taken)
				expect_denied(NOT_HERE);
		}
	}
}
END_TEST

START_TEST(a_fresh_signature_is_good_once)
{
	make_roles();
	set_rules(RULES_SCRAM);
	(void)fresh_line("bob", "1732100000.abcdefgh", "PING");
	ask(FAR, NULL, line);
	ck_assert(is_let_in("bob"));
	ask(FAR, NULL, line);
	expect_denied("the signature was used before");
	ask(NEAR, NULL, line);
	expect_denied("the signature was used before");
	ask(FAR, NULL, fresh_line("root", "1732100000.abcdefgh", "PING"));
	ck_assert(is_let_in("root"));
	ask(FAR, NULL, fresh_line("bob", "1732099000.ijklmnop", "PING"));
	expect_denied("the signature's time is not the server's");
	/* what AUTH gives is not for those who can be overheard */
	ask(FAR, NULL, fresh_line("bob", "1732100000.qrstuvwx", "AUTH"));
	expect_denied(NOT_HERE);
	ask(SECURE, NULL, fresh_line("bob", "1732100000.yzabcdef", "AUTH"));
	ck_assert(is_let_in("bob") && out.has_token);
	/* nor is a connection */
	is_lasting = true;
	ask(FAR, NULL, fresh_line("bob", "1732100000.12345678", ""));
	expect_denied(NOT_HERE);
	ask(SECURE, NULL, fresh_line("bob", "1732100000.23456789", ""));
	ck_assert(is_let_in("bob") && !out.has_token);
	is_lasting = false;
}
END_TEST

/* ---- connections and tokens ---- */

static const char *
with_token(const char *command)
{
	snprintf(line, sizeof(line), "%s TOKEN %.*s", command,
	    (int)sizeof(out.token), out.token);
	return line;
}

START_TEST(auth_shows_the_connections_user)
{
	struct native_identity bob;
	char token_line[sizeof(line)], hex[CRYPTO_HEX_SIZE + 1];

	make_roles();
	set_rules(RULES_SCRAM);
	ask(NEAR, NULL, signed_line("bob", KEY, "AUTH"));
	ck_assert(is_let_in("bob") && out.has_token);
	ck_assert_uint_eq(out.command.len, 0);
	bob = out.identity;
	snprintf(token_line, sizeof(token_line), "%s", with_token("PING"));
	/* on any connection, and from elsewhere if nobody can read it */
	ask(NEAR, NULL, token_line);
	ck_assert(is_let_in("bob") && !out.has_token);
	ask(SECURE, NULL, token_line);
	ck_assert(is_let_in("bob"));
	ask(FAR, NULL, token_line);
	expect_denied("no such token, or it has ended");
	/* on this one, signed or not */
	sign(KEY, "PING", hex);
	snprintf(line, sizeof(line), "%s:PING", hex);
	ask(NEAR, &bob, line);
	ck_assert(is_let_in("bob"));
	snprintf(line, sizeof(line), "%s:FLUSH", hex);
	ask(NEAR, &bob, line);
	expect_denied("wrong signature");
	ask(NEAR, NULL, line);
	expect_denied("it does not say who it is");
	ask(NEAR, &bob, "PING");
	ck_assert(is_let_in("bob"));
	/* another user for one command */
	ask(NEAR, &bob, signed_line("root", KEY, "PING"));
	ck_assert(is_let_in("root"));
	/* a token that is none falls back to the connection's */
	snprintf(line, sizeof(line), "PING TOKEN %064d", 7);
	ask(NEAR, &bob, line);
	ck_assert(is_let_in("bob"));
}
END_TEST

START_TEST(tokens_end)
{
	char first[sizeof(line)];

	make_roles();
	set_rules(RULES_SCRAM);
	ask(NEAR, NULL, signed_line("bob", KEY, "AUTH"));
	snprintf(first, sizeof(first), "%s", with_token("PING"));
	gate.now_ms += 299999;
	ask(NEAR, NULL, first);
	ck_assert(is_let_in("bob"));
	gate.now_ms += 300000;
	ask(NEAR, NULL, first);
	expect_denied("no such token, or it has ended");
}
END_TEST

START_TEST(a_token_does_not_pass_rules_by)
{
	make_roles();
	set_rules("host all bob 127.0.0.1/32 scram-sha-256\n"
		  "host all all all reject");
	ask(NEAR, NULL, signed_line("bob", KEY, "AUTH"));
	(void)with_token("PING");
	ask(SECURE, NULL, line);
	expect_denied("no such token, or it has ended");
	ask(NEAR, NULL, line);
	ck_assert(is_let_in("bob"));
}
END_TEST

static void
take_back(unsigned way)
{
	struct buf space;

	switch (way) {
	case 0: /* REVOKE KEY */
		change_bob((struct role_change){ .set = ROLE_SET_KEY });
		break;
	case 1: /* ROTATE KEY, even by the same one */
		change_bob((struct role_change){ .set = ROLE_SET_KEY,
		    .key = wrapped(KEY, &space) });
		buf_release(&space);
		break;
	case 2:
		change_bob((struct role_change){ .set = ROLE_LOGIN });
		break;
	case 3:
		change_bob((struct role_change){ .set = ROLE_SET_VALID_UNTIL,
		    .valid_until = gate.wall_us });
		break;
	default: {
		const struct catalog *catalog = engine_catalog(fixture.engine);
		uint32_t oid = catalog_role_by_name(catalog, STR("bob"))->oid;

		catalog_unref(catalog);
		change((struct ddl){ .kind = DDL_DROP_ROLE, .oid = oid });
		make_role("bob", ROLE_SUPERUSER, ROLE_VALID_FOREVER);
		break;
	}
	}
}

#define TAKE_BACK_WAYS 5

START_TEST(what_is_taken_back_ends_at_once)
{
	struct native_identity bob;

	make_roles();
	set_rules(RULES_SCRAM);
	ask(NEAR, NULL, signed_line("bob", KEY, "AUTH"));
	bob = out.identity;
	(void)with_token("PING");
	ask(NEAR, NULL, line);
	ck_assert(is_let_in("bob"));
	take_back((unsigned)_i);
	ask(NEAR, NULL, line);
	expect_denied("no such token, or it has ended");
	ask(NEAR, &bob, "PING");
	expect_denied("it does not say who it is");
}
END_TEST

START_TEST(before_there_are_roles)
{
	struct native_identity somebody;
	char token_line[sizeof(line)];

	set_rules(RULES_TRUST);
	ask(NEAR, NULL, "PING");
	ck_assert(is_let_in("stele"));
	ck_assert_uint_eq(out.identity.role_oid, ROLE_OWNER_OID);
	ask(NEAR, NULL, signed_line("anybody", "any key", "AUTH"));
	ck_assert(is_let_in("anybody") && out.has_token);
	somebody = out.identity;
	snprintf(token_line, sizeof(token_line), "%s", with_token("PING"));
	ask(NEAR, NULL, token_line);
	ck_assert(is_let_in("anybody"));
	/* a token that is none is taken off, and that is all */
	snprintf(line, sizeof(line), "PING TOKEN %064d", 7);
	ask(NEAR, NULL, line);
	ck_assert(is_let_in("stele"));
	ck_assert(str_equal(out.command, STR("PING")));
	gate.trust = CONFIG_NATIVE_TRUST_OFF;
	ask(NEAR, NULL, "PING");
	expect_denied("it does not say who it is");
	ask(NEAR, NULL, signed_line("anybody", "any key", "PING"));
	expect_denied("no such role");
	gate.trust = CONFIG_NATIVE_TRUST_FIRST;
	ask(FAR, NULL, "PING");
	expect_denied("it does not say who it is");
	set_rules(RULES_SCRAM);
	ask(NEAR, NULL, signed_line("anybody", "any key", "PING"));
	expect_denied("no such role");
	set_rules(RULES_TRUST);
	make_roles();
	ask(NEAR, NULL, token_line);
	expect_denied("no such token, or it has ended");
	ask(NEAR, &somebody, "PING");
	expect_denied("it does not say who it is");
	ask(NEAR, NULL, "PING");
	expect_denied("it does not say who it is");
}
END_TEST

/* ---- failures ---- */

START_TEST(failures_make_the_next_wait)
{
	make_roles();
	set_rules(RULES_SCRAM);
	for (unsigned i = 0; i < OFFENDER_FREE; i++) {
		ask(NEAR, NULL, signed_line("bob", "wrong", "PING"));
		expect_denied("wrong signature");
	}
	ask(NEAR, NULL, signed_line("bob", KEY, "PING"));
	ck_assert_int_eq(out.verdict, NATIVE_WAIT);
	ck_assert_int_eq(out.wait_ms, OFFENDER_DELAY_MIN_MS);
	/* others, and he from elsewhere, do not */
	ask(NEAR, NULL, signed_line("root", KEY, "PING"));
	ck_assert(is_let_in("root"));
	ask(SECURE, NULL, signed_line("bob", KEY, "PING"));
	ck_assert(is_let_in("bob"));
	gate.now_ms += OFFENDER_DELAY_MIN_MS;
	ask(NEAR, NULL, signed_line("bob", KEY, "PING"));
	ck_assert(is_let_in("bob"));
	ask(NEAR, NULL, signed_line("bob", KEY, "PING"));
	ck_assert(is_let_in("bob"));
}
END_TEST

START_TEST(wrong_tokens_count)
{
	char good[sizeof(line)];

	make_roles();
	set_rules(RULES_SCRAM);
	ask(NEAR, NULL, signed_line("bob", KEY, "AUTH"));
	snprintf(good, sizeof(good), "%s", with_token("PING"));
	for (unsigned i = 0; i < OFFENDER_FREE; i++) {
		snprintf(line, sizeof(line), "PING TOKEN %064u", i);
		ask(NEAR, NULL, line);
		expect_denied("no such token, or it has ended");
	}
	ask(NEAR, NULL, line);
	ck_assert_int_eq(out.verdict, NATIVE_WAIT);
	ask(NEAR, NULL, good);
	ck_assert(is_let_in("bob"));
}
END_TEST

/* ---- passwords: HTTP's Basic ---- */

static void
ask_password(const char *from, const char *user, const char *password)
{
	struct native_request request = { .proof = NATIVE_PASSWORD,
		.user = str_of_cstr(user),
		.password = str_of_cstr(password),
		.command = STR("PING"),
		.text = STR("PING") };
	struct native_peer peer = peer_of(from);

	native_login(&gate, &peer, NULL, &request, &out);
	if (out.verdict == NATIVE_CHECK_PASSWORD)
		native_login_judge(&gate,
		    scram_check(&out.secret.verifier, request.password, &err),
		    &out);
}

START_TEST(passwords_are_for_ears_of_ours)
{
	make_roles();
	set_password("keyless");
	set_rules(RULES_SCRAM);
	ask_password(NEAR, "keyless", PASSWORD);
	ck_assert(is_let_in("keyless"));
	ask_password(SECURE, "keyless", PASSWORD);
	ck_assert(is_let_in("keyless"));
	ask_password(FAR, "keyless", PASSWORD);
	expect_denied("a password needs TLS");
	ask_password(NEAR, "keyless", "other");
	expect_denied("wrong password");
	ask_password(NEAR, "keyless", "");
	expect_denied("wrong password");
	ask_password(NEAR, "bob", KEY);
	expect_denied("the role has no password");
	ask_password(NEAR, "nobody", PASSWORD);
	expect_denied("no such role");
	for (unsigned i = 0; i < OFFENDER_FREE; i++)
		ask_password(NEAR, "keyless", "other");
	ask_password(NEAR, "keyless", PASSWORD);
	ck_assert_int_eq(out.verdict, NATIVE_WAIT);
}
END_TEST

START_TEST(another_key_file_is_told_in_the_log)
{
	make_roles();
	set_rules(RULES_SCRAM);
	auth.key_wrapping[0]++;
	ask(NEAR, NULL, signed_line("bob", KEY, "PING"));
	expect_denied("the role's key was wrapped with another "
		      "native_key_file");
	ck_assert_uint_eq(login_lost_keys(fixture.engine, auth.key_wrapping),
	    4);
	auth.key_wrapping[0]--;
	ck_assert_uint_eq(login_lost_keys(fixture.engine, auth.key_wrapping),
	    0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("native_login");
	TCase *tests = tcase_create("native_login");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, one_request, 0, ARRAY_LEN(cases));
	tcase_add_test(tests, a_signature_is_of_the_command);
	tcase_add_test(tests, where_signatures_are_taken);
	tcase_add_test(tests, a_fresh_signature_is_good_once);
	tcase_add_test(tests, auth_shows_the_connections_user);
	tcase_add_test(tests, tokens_end);
	tcase_add_test(tests, a_token_does_not_pass_rules_by);
	tcase_add_loop_test(tests, what_is_taken_back_ends_at_once, 0,
	    TAKE_BACK_WAYS);
	tcase_add_test(tests, before_there_are_roles);
	tcase_add_test(tests, failures_make_the_next_wait);
	tcase_add_test(tests, wrong_tokens_count);
	tcase_add_test(tests, passwords_are_for_ears_of_ours);
	tcase_add_test(tests, another_key_file_is_told_in_the_log);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
