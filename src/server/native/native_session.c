/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_session.c -- the sessions of native doors: their first byte, who they
 * are for, their commands.
 *
 * There is no login: the connection is trusted, or each command says who it is
 * from.  The session has begun with the first byte then, or once a command is
 * let in; until then it counts as one that has not logged in, with the limits of
 * those.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "net/tls.h"
#include "server/admin_command.h"
#include "server/native/admit.h"
#include "server/native/native.h"
#include "server/session_private.h"

#define TLS_RECORD_FIRST 0x16 /* of a handshake */

bool
native_open(struct session *session, const struct native_door *door)
{
	struct native *native = calloc(1, sizeof(*native));

	if (native == NULL)
		return false;
	native->door = door;
	native->format = result_format_of_name(STR("frames"));
	result_writer_init(&native->writer, native->format,
	    &session->server->memory);
	buf_init_charged(&native->lines, &session->server->memory);
	session->native = native;
	return true;
}

void
native_release(struct session *session)
{
	struct native *native = session->native;

	if (native == NULL)
		return;
	session->native = NULL;
	result_writer_release(&native->writer);
	buf_release(&native->lines);
	free(native);
}

/* ---- who a command is from ---- */

static void
take_role(struct native *native, const struct native_admission *admission)
{
	memcpy(native->role_name, admission->role_name,
	    sizeof(native->role_name));
	native->role = str_of(native->role_name, admission->role.len);
}

/* The first command that is let in: 0, or a code after which it ends. */
static int
begin(struct session *session, const struct native_admission *admission)
{
	struct config *config = server_config(session->server);
	int rc = session_know_client(session, admission->role, STR(ADMIN_NAME));

	if (rc == 0)
		rc = session_begin(session);
	if (rc == 0) {
		session_begun(session);
		take_role(session->native, admission);
		session->native->has_begun = true;
		if (config->log_connections)
			log_every(LOG_LEVEL_INFO, LOG_SESSION,
			    "connection authorized",
			    LOG_STR("user", admission->role),
			    LOG_STR("address", session->facts.client.address),
			    LOG_CSTR("door", session->native->door->name),
			    LOG_INT("tls", conn_is_tls(session->conn)));
	}
	config_unref(config);
	return rc;
}

/* What is pending was said by another: its notices and errors are its own. */
static int
change(struct session *session, const struct native_admission *admission)
{
	int rc = session_role_change(session, admission->role, &session->err);

	if (rc == 0)
		take_role(session->native, admission);
	return rc;
}

/* Who has not been let in yet has a transaction no more than a timeout. */
static enum step
refuse(struct session *session)
{
	log_warn(LOG_SESSION, "command not let in",
	    LOG_STR("address", session->facts.client.address),
	    LOG_CSTR("door", session->native->door->name),
	    LOG_CSTR("reason", session->err.message));
	if (session->native->has_begun) {
		session_fail_ready(session);
	} else {
		session->voice->error(session, session_out(session),
		    VOICE_ERROR, &session->err);
		session->voice->ready(session, session_out(session), 'I');
		session_flush(session);
	}
	return STEP_DONE;
}

/* ---- the first byte ---- */

enum step
native_startup(struct session *session)
{
	const char *alpn = session->native->door->alpn;
	struct tls_wish wish = { .protocol = alpn == NULL ? "stele" : alpn };
	struct str input = conn_input(session->conn);
	struct native_admission admission;
	struct tls_context *tls;

	if (input.len == 0) {
		if (conn_input_has_ended(session->conn))
			conn_close(session->conn);
		return STEP_IDLE;
	}
	if ((uint8_t)input.data[0] == TLS_RECORD_FIRST &&
	    !conn_is_tls(session->conn) &&
	    (tls = server_tls(session->server)) != NULL) {
		(void)session_start_tls(session, tls, &wish);
		return STEP_IDLE;
	}
	session_set_state(session, SESSION_READY);
	if (native_is_trusted(session, &admission) &&
	    begin(session, &admission) != 0) {
		session_fatal(session);
		return STEP_IDLE;
	}
	return STEP_DONE;
}

/* ---- commands ---- */

enum step
native_command(struct session *session, struct str line)
{
	struct native *native = session->native;
	struct native_admission admission;

	/* The options of now say who is trusted. */
	if (native->has_begun && !session->is_busy)
		session_begin_work(session);
	if (native_admit(session, line, &admission, &session->err) != 0)
		return refuse(session);
	if (!native->has_begun) {
		if (begin(session, &admission) != 0) {
			session_fatal(session);
			return STEP_IDLE;
		}
	} else if (!str_equal(native->role, admission.role) &&
	    change(session, &admission) != 0) {
		return refuse(session);
	}
	if (!session->is_busy)
		session_begin_work(session);
	return simple_begin(session, admission.command);
}
