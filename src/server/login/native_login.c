/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_login.h"

#include <assert.h>
#include <string.h>

#include "common/error.h"
#include "common/user_key.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "net/tls.h"
#include "os/clock.h"
#include "server/admin_command.h"
#include "server/login/auth.h"

/* What is known of a request while it is looked at. */
struct attempt {
	const struct native_gate *gate;
	const struct native_peer *peer;
	const struct native_request *request;
	struct native_admission *out;
	const struct catalog *catalog; /* a reference */
};

static void
deny(struct attempt *attempt, const char *reason)
{
	attempt->out->verdict = NATIVE_DENIED;
	attempt->out->reason = reason;
}

static void
admit(struct attempt *attempt, const struct role *role, struct str name)
{
	attempt->out->verdict = NATIVE_ADMITTED;
	attempt->out->identity = native_identity_of(role, name);
}

/* ---- rules ---- */

static bool
is_member_cb(void *arg, struct str group)
{
	const struct attempt *attempt = arg;

	return login_role_is_member(attempt->gate->engine, attempt->out->user,
	    group);
}

/* What the first rule that fits says of the user; false: there is none. */
static bool
find_rule(struct attempt *attempt, struct hba_rule *out)
{
	struct hba *hba = auth_hba(attempt->gate->auth);
	const struct hba_client client = {
		.is_local = attempt->peer->is_local,
		.address = attempt->peer->address,
		.is_tls = attempt->peer->tls != NULL,
		.database = STR(ADMIN_NAME),
		.role = attempt->out->user,
		.is_member = is_member_cb,
		.arg = attempt,
	};
	const struct hba_rule *rule = hba_match(hba, &client);

	if (rule != NULL)
		*out = *rule; /* of which the strings are not used */
	hba_unref(hba);
	return rule != NULL;
}

/* Whether the peer's certificate is what the rule asks for. */
static bool
has_certificate(const struct attempt *attempt, const struct hba_rule *rule)
{
	const struct tls_facts *tls = attempt->peer->tls;

	if (rule->client_cert == HBA_CERT_ANY)
		return true;
	if (tls == NULL || !tls->has_client)
		return false;
	return rule->client_cert != HBA_CERT_NAMED ||
	    str_equal(rule->name_is_dn ? tls->client.subject_dn
				       : tls->client.common_name,
		attempt->out->user);
}

/* ---- failures ---- */

/*
 * What is counted: a name from an address; without a name, the address.  True if
 * this attempt may be looked at now.
 */
static bool
may_try(struct attempt *attempt)
{
	struct offenders *offenders = &attempt->gate->auth->offenders;
	struct native_admission *out = attempt->out;

	out->offender_key =
	    offenders_key(offenders, &attempt->peer->address, out->user);
	out->wait_ms = offenders_begin(offenders, out->offender_key,
	    attempt->gate->now_ms);
	if (out->wait_ms > 0)
		out->verdict = NATIVE_WAIT;
	return out->wait_ms == 0;
}

static void
fail(struct attempt *attempt, const char *reason)
{
	offenders_failed(&attempt->gate->auth->offenders,
	    attempt->out->offender_key, attempt->gate->now_ms);
	deny(attempt, reason);
}

/* ---- signatures ---- */

/* Nobody between the ends is on this machine. */
static bool
is_near(const struct native_peer *peer)
{
	return peer->is_local || hba_address_is_loopback(&peer->address);
}

/* Whether what others could use who have read it may be shown here. */
static bool
may_repeat(const struct attempt *attempt)
{
	const struct native_peer *peer = attempt->peer;

	switch (attempt->gate->signed_commands) {
	case CONFIG_SIGNED_OFF:
		return false;
	case CONFIG_SIGNED_LOOPBACK:
		return is_near(peer);
	case CONFIG_SIGNED_TLS:
		return is_near(peer) || peer->tls != NULL;
	case CONFIG_SIGNED_ON:
		return true;
	}
	return false;
}

/* The key of a role; that of nobody, by which no signature is made, else. */
static int
find_key(const struct attempt *attempt, const struct role *role,
    struct user_key *out, const char **reason, struct error *err)
{
	const struct auth *auth = attempt->gate->auth;
	struct str wrapped = auth_mock_key(auth);
	int rc;

	*reason = NULL;
	if (role == NULL)
		*reason = "no such role";
	else if (!role_can_login(role))
		*reason = "the role cannot log in";
	else if (role->key.len == 0)
		*reason = "the role has no key";
	else if (role->valid_until <= attempt->gate->wall_us)
		*reason = "the role's key has expired";
	else
		wrapped = role->key;
	rc = user_key_unwrap(auth->key_wrapping, wrapped, out, err);
	if (rc == STELE_E_CORRUPT) {
		*reason = "the role's key was wrapped with another "
			  "native_key_file";
		rc = 0;
	}
	return rc;
}

/* hex(HMAC(key, "time.nonce.user")): what a fresh signature is made with. */
static int
derive_key(struct str salt, struct str user, struct user_key *key,
    struct error *err)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char text[12 + 1 + NATIVE_NONCE_MAX + 1 + NATIVE_USER_MAX];
	size_t len = 0;
	int rc;

	assert(salt.len + 1 + user.len <= sizeof(text));
	memcpy(text, salt.data, salt.len);
	len = salt.len;
	text[len++] = '.';
	memcpy(text + len, user.data, user.len);
	len += user.len;
	rc = crypto_hmac_sha256(user_key_str(key), str_of(text, len), mac, err);
	crypto_hex_put(mac, key->text);
	key->len = CRYPTO_HEX_SIZE;
	return rc;
}

/* Whether the text was signed with the key: 1, 0, or a code. */
static int
is_signed(struct user_key *key, const struct native_signature *signature,
    struct str user, struct str text, struct error *err)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	int rc = 0;

	if (signature->is_fresh)
		rc = derive_key(signature->salt, user, key, err);
	if (rc == 0)
		rc = crypto_hmac_sha256(user_key_str(key), text, mac, err);
	if (rc != 0)
		return rc;
	return crypto_equal(str_of((const char *)mac, sizeof(mac)),
	    str_of((const char *)signature->mac, sizeof(signature->mac)));
}

static int64_t
since_1970(int64_t wall_us)
{
	return wall_us / 1000000 + OS_EPOCH_2000_SECONDS;
}

/* The signature is right, and is counted as used if it is a fresh one. */
static void
take_signature(struct attempt *attempt, const struct role *role,
    const struct native_signature *signature)
{
	struct auth *auth = attempt->gate->auth;
	const char *reason = NULL;

	if (signature->is_fresh)
		reason = native_nonces_take(&auth->nonces, role->oid,
		    signature->nonce, signature->time_s,
		    since_1970(attempt->gate->wall_us));
	if (reason != NULL) {
		deny(attempt, reason); /* it is no guess */
		return;
	}
	offenders_succeeded(&auth->offenders, attempt->out->offender_key);
	admit(attempt, role, attempt->out->user);
}

static void
check_signature(struct attempt *attempt, const struct role *role)
{
	struct native_signature signature;
	const char *reason;
	struct user_key key;
	struct error err;
	int rc;

	if (!may_try(attempt))
		return;
	if (attempt->out->user.len > NATIVE_USER_MAX ||
	    !native_signature_parse(attempt->request->signature, &signature)) {
		fail(attempt, "what it sends is no signature");
		return;
	}
	if (!signature.is_fresh && !may_repeat(attempt)) {
		deny(attempt, "native_signed_commands does not allow it here");
		return;
	}
	rc = find_key(attempt, role, &key, &reason, &err);
	if (rc == 0)
		rc = is_signed(&key, &signature, attempt->out->user,
		    attempt->request->text, &err);
	crypto_wipe(&key, sizeof(key));
	if (rc < 0)
		deny(attempt, "the cryptographic library has failed");
	else if (rc == 0 || reason != NULL)
		fail(attempt, reason != NULL ? reason : "wrong signature");
	else
		take_signature(attempt, role, &signature);
}

/* ---- passwords ---- */

static void
find_password(struct attempt *attempt)
{
	struct native_admission *out = attempt->out;
	const struct native_gate *gate = attempt->gate;
	struct error err;

	if (!is_near(attempt->peer) && attempt->peer->tls == NULL) {
		deny(attempt, "a password needs TLS");
		return;
	}
	if (!may_try(attempt))
		return;
	if (login_secret_find(gate->engine, out->user, gate->wall_us,
		auth_secret(gate->auth), gate->scram_iterations, &out->secret,
		&err) != 0)
		deny(attempt, "the cryptographic library has failed");
	else
		out->verdict = NATIVE_CHECK_PASSWORD;
}

/* ---- a request that names a user ---- */

static void
check_proof(struct attempt *attempt, const struct role *role)
{
	switch (attempt->request->proof) {
	case NATIVE_AUTH:
	case NATIVE_SIGNED:
	case NATIVE_INLINE:
		check_signature(attempt, role);
		break;
	case NATIVE_PASSWORD:
		find_password(attempt);
		break;
	case NATIVE_NO_PROOF:
	case NATIVE_TOKEN:
		deny(attempt, "no proof");
		break;
	}
}

/* Whether `trust` means that nothing need be shown. */
static bool
is_trusted(const struct attempt *attempt)
{
	switch (attempt->gate->trust) {
	case CONFIG_NATIVE_TRUST_OFF:
		return false;
	case CONFIG_NATIVE_TRUST_FIRST:
		if (catalog_has_roles(attempt->catalog))
			return false;
		break;
	case CONFIG_NATIVE_TRUST_ON:
		break;
	}
	return is_near(attempt->peer);
}

/* As whom he says, if there is such a role; else as the first. */
static void
admit_trusted(struct attempt *attempt, const struct role *role)
{
	struct str name = attempt->out->user;

	if (name.len == 0)
		name = STR(ADMIN_NAME);
	if (role == NULL || !role_can_login(role))
		role = catalog_role_by_oid(attempt->catalog, ROLE_OWNER_OID);
	if (!catalog_has_roles(attempt->catalog))
		admit(attempt, NULL, name);
	else if (role == NULL || !role_can_login(role))
		deny(attempt, "the first role cannot log in");
	else
		admit(attempt, role, name);
}

/* The rule has looked at who he is: but there must be such a role. */
static void
admit_unproved(struct attempt *attempt, const struct role *role)
{
	if (!catalog_has_roles(attempt->catalog))
		admit(attempt, NULL, attempt->out->user);
	else if (role == NULL)
		deny(attempt, "no such role");
	else if (!role_can_login(role))
		deny(attempt, "the role cannot log in");
	else
		admit(attempt, role, attempt->out->user);
}

static void
try_user(struct attempt *attempt)
{
	const struct role *role =
	    catalog_role_by_name(attempt->catalog, attempt->out->user);
	struct hba_rule rule;

	if (!find_rule(attempt, &rule)) {
		deny(attempt, "no rule of hba_file fits");
		return;
	}
	if (!has_certificate(attempt, &rule)) {
		deny(attempt, "no certificate, or one of another name");
		return;
	}
	switch (rule.method) {
	case HBA_CERT:
		admit_unproved(attempt, role);
		break;
	case HBA_REJECT:
		deny(attempt, "a rule of hba_file rejects it");
		break;
	case HBA_TRUST:
		if (is_trusted(attempt)) {
			admit_trusted(attempt, role);
			break;
		}
		check_proof(attempt, role);
		break;
	case HBA_SCRAM:
	case HBA_PASSWORD:
		check_proof(attempt, role);
		break;
	case HBA_PEER:
		if (str_equal(attempt->peer->socket_user, attempt->out->user))
			admit_unproved(attempt, role);
		else
			deny(attempt, "another name on this machine");
		break;
	}
}

/* ---- a request that names nobody ---- */

/* By what the connection itself shows: a rule of `peer`, or of `cert`. */
static bool
try_name_of_peer(struct attempt *attempt)
{
	const struct tls_facts *tls = attempt->peer->tls;
	enum hba_method method = HBA_PEER;
	struct hba_rule rule;

	attempt->out->user = attempt->peer->socket_user;
	if (tls != NULL && tls->has_client) {
		attempt->out->user = tls->client.common_name;
		method = HBA_CERT;
	}
	if (attempt->out->user.len > 0 && find_rule(attempt, &rule) &&
	    rule.method == method)
		try_user(attempt);
	else
		attempt->out->user = str_of("", 0);
	return attempt->out->user.len > 0;
}

/* As the first role, or the owner. */
static bool
try_first(struct attempt *attempt)
{
	const struct role *role =
	    catalog_role_by_oid(attempt->catalog, ROLE_OWNER_OID);
	struct hba_rule rule;

	attempt->out->user = role == NULL ? STR(ADMIN_NAME) : role->name;
	if (is_trusted(attempt) && find_rule(attempt, &rule) &&
	    rule.method == HBA_TRUST && has_certificate(attempt, &rule))
		admit_trusted(attempt, role);
	attempt->out->user = str_of("", 0);
	return attempt->out->verdict == NATIVE_ADMITTED;
}

static void
try_nobody(struct attempt *attempt)
{
	if (!try_name_of_peer(attempt) && !try_first(attempt))
		deny(attempt, "it does not say who it is");
}

static bool
try_connection(struct attempt *attempt,
    const struct native_identity *connection)
{
	struct native_identity identity;

	if (connection == NULL)
		return false;
	identity = *connection;
	if (native_identity_check(attempt->gate->engine, attempt->gate->wall_us,
		&identity) != NULL)
		return false;
	attempt->out->identity = identity;
	attempt->out->verdict = NATIVE_ADMITTED;
	return true;
}

/* The request of whom AUTH has shown, signed. */
static void
try_signed(struct attempt *attempt, const struct native_identity *connection)
{
	struct native_admission *out = attempt->out;
	const char *reason = NULL;

	if (connection != NULL) {
		out->identity = *connection;
		reason = native_identity_check(attempt->gate->engine,
		    attempt->gate->wall_us, &out->identity);
		out->user = native_identity_name(&out->identity);
	}
	if (connection != NULL && reason == NULL) {
		try_user(attempt);
		return;
	}
	out->user = str_of("", 0);
	try_nobody(attempt);
	if (out->verdict == NATIVE_DENIED && reason != NULL)
		out->reason = reason;
}

/* ---- tokens ---- */

/* A token is its user's from wherever he may come. */
static bool
may_come_from_here(struct attempt *attempt)
{
	struct hba_rule rule;

	return find_rule(attempt, &rule) && has_certificate(attempt, &rule) &&
	    rule.method != HBA_REJECT &&
	    (rule.method != HBA_PEER ||
		str_equal(attempt->peer->socket_user, attempt->out->user));
}

static bool
find_token(struct attempt *attempt)
{
	const struct native_gate *gate = attempt->gate;
	struct native_tokens *tokens = &gate->auth->tokens;
	struct str token = attempt->request->token;
	struct native_admission *out = attempt->out;

	if (!may_repeat(attempt) ||
	    !native_tokens_find(tokens, token, gate->now_ms,
		gate->token_expiry_ms, &out->identity))
		return false;
	if (native_identity_check(gate->engine, gate->wall_us,
		&out->identity) != NULL) {
		native_tokens_drop(tokens, token);
		return false;
	}
	out->user = native_identity_name(&out->identity);
	if (!may_come_from_here(attempt))
		return false;
	out->verdict = NATIVE_ADMITTED;
	return true;
}

/* Whoever sends a wrong one may still be let in as he is without it. */
static void
try_token(struct attempt *attempt, const struct native_identity *connection)
{
	if (find_token(attempt))
		return;
	attempt->out->user = str_of("", 0);
	if (try_connection(attempt, connection))
		return;
	try_nobody(attempt);
	if (attempt->out->verdict != NATIVE_DENIED)
		return;
	if (may_try(attempt))
		fail(attempt, "no such token, or it has ended");
}

/* ---- */

static void
give_token(struct attempt *attempt)
{
	struct native_admission *out = attempt->out;
	struct error err;

	if (native_tokens_give(&attempt->gate->auth->tokens, &out->identity,
		attempt->gate->now_ms, out->token, &err) != 0)
		deny(attempt, "there is no memory for a token");
	else
		out->has_token = true;
}

/*
 * A signature was good, and the connection is to be the user's: with a token if
 * it was AUTH's.  Both are for peers whose words nobody else reads or changes,
 * however it was signed.
 */
static void
lend(struct attempt *attempt)
{
	if (!may_repeat(attempt))
		deny(attempt, "native_signed_commands does not allow it here");
	else if (attempt->request->proof == NATIVE_AUTH)
		give_token(attempt);
}

static void
look_at(struct attempt *attempt, const struct native_identity *connection)
{
	const struct native_request *request = attempt->request;

	switch (request->proof) {
	case NATIVE_TOKEN:
		try_token(attempt, connection);
		return;
	case NATIVE_NO_PROOF:
		if (!try_connection(attempt, connection))
			try_nobody(attempt);
		return;
	case NATIVE_SIGNED:
		try_signed(attempt, connection);
		return;
	case NATIVE_AUTH:
	case NATIVE_INLINE:
	case NATIVE_PASSWORD:
		attempt->out->user = request->user;
		try_user(attempt);
		break;
	}
	if ((request->proof == NATIVE_AUTH ||
		(request->proof == NATIVE_INLINE && request->is_lasting)) &&
	    attempt->out->verdict == NATIVE_ADMITTED)
		lend(attempt);
}

void
native_login(const struct native_gate *gate, const struct native_peer *peer,
    const struct native_identity *connection,
    const struct native_request *request, struct native_admission *out)
{
	struct attempt attempt = {
		.gate = gate,
		.peer = peer,
		.request = request,
		.out = out,
		.catalog = engine_catalog(gate->engine),
	};

	*out = (struct native_admission){
		.verdict = NATIVE_DENIED,
		.command = request->command,
	};
	look_at(&attempt, connection);
	catalog_unref(attempt.catalog);
}

void
native_login_lend(const struct native_gate *gate,
    const struct native_peer *peer, struct native_admission *out)
{
	struct attempt attempt = { .gate = gate, .peer = peer, .out = out };

	assert(out->verdict == NATIVE_ADMITTED);
	if (!may_repeat(&attempt))
		deny(&attempt, "native_signed_commands does not allow it here");
	else
		give_token(&attempt);
}

void
native_login_judge(const struct native_gate *gate, int rc,
    struct native_admission *out)
{
	struct offenders *offenders = &gate->auth->offenders;
	const char *reason;

	assert(out->verdict == NATIVE_CHECK_PASSWORD);
	/* An empty password, or one that is too long, is a wrong one. */
	if (rc == 0 && !out->secret.is_mock) {
		offenders_succeeded(offenders, out->offender_key);
		reason = login_reason_against(gate->engine, out->user,
		    gate->wall_us);
	} else {
		offenders_failed(offenders, out->offender_key, gate->now_ms);
		reason =
		    out->secret.is_mock ? out->secret.reason : "wrong password";
	}
	if (reason == NULL &&
	    !native_identity_find(gate->engine, out->user, &out->identity))
		reason = "no such role";
	out->verdict = reason == NULL ? NATIVE_ADMITTED : NATIVE_DENIED;
	out->reason = reason;
	crypto_wipe(&out->secret, sizeof(out->secret));
}
