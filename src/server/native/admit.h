/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h -- the one gate of the native doors: who a command is from, and
 * whether that may run commands at all.
 *
 * Every command of every native door passes native_admit() before anything else
 * looks at it.  Who is let in is decided by login/native_login.h; what the role
 * may do is then checked as on PostgreSQL's port.
 *
 * Thread: the session's.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"
#include "server/login/native_login.h"

struct session;

/*
 * The other end, as far as it is known without a word of its own: once, when the
 * first plain text has come.  0, or a code in session->err.
 */
MUST_USE int native_know_peer(struct session *session);

/*
 * Whether the connection is let in by itself, with whatever comes over it; then
 * out->identity says as whom.
 */
bool native_is_trusted(struct session *session, struct native_admission *out);

/*
 * Who the request is from; out->verdict says what to do.  Whoever is denied gets
 * 28000 in session->err, and is logged with the reason, which he is not told; the
 * connection stays open.
 */
void native_admit(struct session *session, const struct native_request *request,
    struct native_admission *out);

/*
 * The password for out->secret was looked at, with this of scram_check(): now it
 * is ADMITTED, or DENIED as above.
 */
void native_admit_password(struct session *session, int rc,
    struct native_admission *out);

/*
 * A token for whom the request that was let in is from: out->token; false if
 * there is none to be had over this connection.
 */
bool native_lend(struct session *session,
    const struct native_identity *identity, struct native_admission *out);
