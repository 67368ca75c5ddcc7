/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_login.h -- who a request of the native doors comes from: the rules of
 * hba_file, signatures, tokens, passwords, certificates, names of UNIX sockets.
 *
 * The first rule that fits the peer and the user that the request names decides,
 * as at the PostgreSQL port:
 *
 *   trust            on this machine, as far as native_trust goes: the user is
 *                    who he says, or the first role; what else he says is not
 *                    looked at.  Elsewhere as the next:
 *   scram-sha-256,
 *   password         a signature with his key, a token, or (HTTP's Basic) his
 *                    password, as far as native_signed_commands allows it here
 *   cert, peer       his certificate, or his name on this machine
 *   reject, no rule  nobody
 *
 * A request that names nobody is that of the connection's user, if AUTH has
 * shown one; else of the name of the socket's peer or of his certificate, if a
 * rule of `peer` or `cert` fits it; else of the first role, if a rule trusts that,
 * or of the owner while there are no roles.
 *
 * Failures are counted and delayed as those of the other port, and told by the
 * same words whatever was wrong.  Names that cannot log in take as long as
 * others.
 *
 * Threads: any; a password is checked by the caller, on a worker.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/config.h"
#include "common/str.h"
#include "server/hba/hba.h"
#include "server/login/login_role.h"
#include "server/login/native_identity.h"
#include "server/login/native_request.h"

struct auth;
struct engine;
struct tls_facts;

/* What the server gives to it. */
struct native_gate {
	struct engine *engine;
	struct auth *auth;
	enum config_native_trust trust;
	enum config_signed_commands signed_commands;
	int64_t token_expiry_ms;
	uint32_t scram_iterations; /* of mock verifiers */
	int64_t now_ms;            /* monotonic */
	int64_t wall_us;           /* since 2000 */
};

/* The other end of a connection.  Borrowed. */
struct native_peer {
	bool is_local; /* over a UNIX socket; else it has an .. */
	struct hba_address address;
	const struct tls_facts *tls; /* NULL: no TLS */
	struct str socket_user;      /* of a UNIX socket's peer; may be empty */
};

enum native_verdict {
	NATIVE_ADMITTED,
	NATIVE_DENIED,
	NATIVE_WAIT,           /* ask again in `wait_ms`, the request unread */
	NATIVE_CHECK_PASSWORD, /* `secret`, then native_login_judge() */
};

struct native_admission {
	enum native_verdict verdict;
	struct native_identity identity; /* ADMITTED */
	struct str command;              /* without its proof */
	bool has_token;                  /* it was AUTH: this is the answer */
	char token[NATIVE_TOKEN_SIZE];
	int64_t wait_ms;            /* WAIT */
	struct login_secret secret; /* CHECK_PASSWORD */
	uint64_t offender_key;      /* likewise */
	struct str user;            /* whom it names, for the log */
	const char *reason;         /* DENIED; for the log alone */
};

/*
 * `connection` is whom AUTH has shown on this one, or NULL.  After AUTH that is
 * what the caller makes of out->identity.
 */
void native_login(const struct native_gate *gate,
    const struct native_peer *peer, const struct native_identity *connection,
    const struct native_request *request, struct native_admission *out);

/* What scram_check() of the password has returned: ADMITTED or DENIED. */
void native_login_judge(const struct native_gate *gate, int rc,
    struct native_admission *out);

/*
 * A token for whom has been ADMITTED, however he has shown it: out->token; or
 * DENIED, where tokens are not taken.
 */
void native_login_lend(const struct native_gate *gate,
    const struct native_peer *peer, struct native_admission *out);
