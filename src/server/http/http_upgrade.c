/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_upgrade.c -- a request that makes the connection a WebSocket.
 */
#include "server/http/http_private.h"

#include "common/crypto.h"
#include "server/login/native_headers.h"
#include "server/native/websocket_door.h"
#include "server/session_private.h"

/* Whoever the head names is the connection's user; it need name nobody. */
static enum step
identify(struct session *session)
{
	struct native_request request;
	struct native_basic space;
	enum step step = STEP_DONE;

	http_know_request(session, str_of("", 0), &space, &request);
	if (request.proof != NATIVE_NO_PROOF)
		step = native_identify(session, &request);
	crypto_wipe(&space, sizeof(space));
	return step;
}

/* The session goes on without HTTP, with what has come behind the head. */
static enum step
go_over(struct session *session, struct str answer)
{
	if (!websocket_take_over(session)) {
		(void)session_out_of_memory(session);
		return http_refuse(session, 503);
	}
	http_free_state(session);
	if (session->native->has_begun)
		session_begin_idle(session);
	buf_put_str(session_out(session), answer);
	session_flush(session);
	return STEP_DONE;
}

enum step
http_upgrade(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step = STEP_DONE;
	struct buf answer;
	int status;

	/* Replies to what came before are of HTTP. */
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	buf_init(&answer);
	status =
	    websocket_answer(session, &http->request, &answer, &session->err);
	if (status == 0 && answer.failed) {
		(void)session_out_of_memory(session);
		status = 503;
	}
	if (status == 0)
		step = identify(session);
	if (step == STEP_FAIL)
		status = session->err.code == STELE_E_OUT_OF_MEMORY
		    ? 503
		    : http_not_let_in(session);
	if (status != 0)
		step = http_refuse(session, status);
	else if (step == STEP_DONE)
		step = go_over(session, buf_str(&answer));
	buf_release(&answer);
	return step;
}
