/* SPDX-License-Identifier: Apache-2.0 */
#include "server/native/admit.h"

#include <pwd.h>
#include <string.h>

#include "common/log.h"
#include "server/native/native.h"
#include "server/session_private.h"

#define NAME_LOGGED_MAX 128 /* of what a stranger calls himself */

/* ---- the peer ---- */

/* The name of who is at the other end of a UNIX socket. */
static void
know_socket_user(struct session *session)
{
	struct native *native = session->native;
	char space[4096];
	struct passwd entry, *found = NULL;
	uid_t uid;
	size_t len;

	if (!conn_peer_uid(session->conn, &uid) ||
	    getpwuid_r(uid, &entry, space, sizeof(space), &found) != 0 ||
	    found == NULL)
		return;
	len = strlen(found->pw_name);
	if (len > sizeof(native->peer_name))
		return; /* no role has it */
	memcpy(native->peer_name, found->pw_name, len);
	native->peer.socket_user = str_of(native->peer_name, len);
}

int
native_know_peer(struct session *session)
{
	struct native_peer *peer = &session->native->peer;
	int rc = 0;

	peer->is_local = session->is_local;
	if (peer->is_local)
		know_socket_user(session);
	else if (!hba_address_parse(session->facts.client.address,
		     &peer->address))
		return error_set(&session->err, STELE_E_CONNECTION_FAILURE,
		    "the client's address is not known");
	if (conn_is_tls(session->conn)) {
		rc = conn_tls_facts(session->conn, &session->arena,
		    &session->tls, &session->err);
		peer->tls = &session->tls;
	}
	return rc;
}

/* ---- its requests ---- */

static struct native_gate
gate_of(struct session *session)
{
	struct server *server = session->server;
	const struct config *config = session->settings.server;

	return (struct native_gate){
		.engine = server->engine,
		.auth = &server->auth,
		.trust = (enum config_native_trust)config->native_trust,
		.signed_commands =
		    (enum config_signed_commands)config->native_signed_commands,
		.token_expiry_ms = config->native_token_expiry_ms,
		.scram_iterations = (uint32_t)config->session.scram_iterations,
		.now_ms = os_clock_monotonic_ns(server->clock) / 1000000,
		.wall_us = os_clock_wall_us(server->clock),
	};
}

static void
look_up(struct session *session, const struct native_request *request,
    struct native_admission *out)
{
	const struct native *native = session->native;
	const struct native_gate gate = gate_of(session);

	native_login(&gate, &native->peer,
	    native->has_identity ? &native->identity : NULL, request, out);
}

bool
native_is_trusted(struct session *session, struct native_admission *out)
{
	const struct native_request nothing = { .proof = NATIVE_NO_PROOF };

	look_up(session, &nothing, out);
	return out->verdict == NATIVE_ADMITTED;
}

/* For the log; the client is told less. */
static void
deny(struct session *session, const struct native_admission *answer)
{
	struct str user = answer->user;

	if (user.len > NAME_LOGGED_MAX)
		user.len = NAME_LOGGED_MAX;
	log_warn(LOG_SESSION, "command not let in", LOG_STR("user", user),
	    LOG_STR("address", session->facts.client.address),
	    LOG_CSTR("door", session->native->door->name),
	    LOG_INT("tls", conn_is_tls(session->conn)),
	    LOG_CSTR("reason", answer->reason));
	(void)error_set(&session->err, STELE_E_INVALID_AUTHORIZATION,
	    "authentication failed");
}

void
native_admit(struct session *session, const struct native_request *request,
    struct native_admission *out)
{
	look_up(session, request, out);
	if (out->verdict == NATIVE_DENIED)
		deny(session, out);
}

void
native_admit_password(struct session *session, int rc,
    struct native_admission *out)
{
	const struct native_gate gate = gate_of(session);

	native_login_judge(&gate, rc, out);
	if (out->verdict == NATIVE_DENIED)
		deny(session, out);
}

bool
native_lend(struct session *session, const struct native_identity *identity,
    struct native_admission *out)
{
	const struct native_gate gate = gate_of(session);

	*out = (struct native_admission){
		.verdict = NATIVE_ADMITTED,
		.identity = *identity,
		.user = native_identity_name(identity),
	};
	native_login_lend(&gate, &session->native->peer, out);
	return out->verdict == NATIVE_ADMITTED;
}
