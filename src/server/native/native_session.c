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

#include "common/crypto.h"
#include "common/log.h"
#include "common/scram.h"
#include "net/tls.h"
#include "server/admin_command.h"
#include "server/native/admit.h"
#include "server/native/native.h"
#include "server/session_private.h"

#define TLS_RECORD_FIRST 0x16 /* of a handshake */

/* A password that a worker looks at, and what comes of it. */
struct native_password {
	struct native_admission admission;
	char user[NATIVE_USER_MAX]; /* of admission.user */
	char text[SCRAM_PASSWORD_SIZE_MAX];
	size_t len;
	int rc; /* of scram_check(), once the session goes on */
};

static bool
take_check(struct session *session)
{
	return password_checks_take(&session->server->password_checks,
	    (uint32_t)session->settings.server->max_password_checks);
}

static void
give_check(struct session *session)
{
	password_checks_give(&session->server->password_checks);
}

/* As long as there is one, it is counted. */
static void
forget_password(struct session *session)
{
	struct native *native = session->native;

	if (native->password == NULL)
		return;
	crypto_wipe(native->password, sizeof(*native->password));
	free(native->password);
	native->password = NULL;
	give_check(session);
}

static void
begin_door(struct session *session, struct native *native,
    const struct native_door *door)
{
	native->door = door;
	native->format = result_format_of_name(STR("frames"));
	result_writer_init(&native->writer, native->format,
	    &session->server->memory);
}

bool
native_open(struct session *session, const struct native_door *door)
{
	struct native *native = calloc(1, sizeof(*native));

	if (native == NULL)
		return false;
	begin_door(session, native, door);
	buf_init_charged(&native->lines, &session->server->memory);
	session->native = native;
	return true;
}

void
native_enter(struct session *session, const struct native_door *door)
{
	result_writer_release(&session->native->writer);
	begin_door(session, session->native, door);
}

void
native_release(struct session *session)
{
	struct native *native = session->native;

	if (native == NULL)
		return;
	forget_password(session);
	session->native = NULL;
	loop_timer_release(&native->wait);
	result_writer_release(&native->writer);
	buf_release(&native->lines);
	free(native);
}

/* ---- who a command is from ---- */

/* The first command that is let in: 0, or a code after which it ends. */
static int
begin(struct session *session, const struct native_identity *identity)
{
	struct native *native = session->native;
	struct config *config = server_config(session->server);
	struct str name = native_identity_name(identity);
	int rc = session_know_client(session, name, STR(ADMIN_NAME));

	if (rc == 0)
		rc = session_begin(session);
	if (rc == 0) {
		session_take_settings(session, NULL);
		session_begun(session);
		native->acts_as = *identity;
		native->has_begun = true;
		if (config->log_connections)
			log_every(LOG_LEVEL_INFO, LOG_SESSION,
			    "connection authorized", LOG_STR("user", name),
			    LOG_STR("address", session->facts.client.address),
			    LOG_CSTR("door", native->door->name),
			    LOG_INT("tls", conn_is_tls(session->conn)));
	}
	config_unref(config);
	return rc;
}

static bool
is_same(const struct native_identity *a, const struct native_identity *b)
{
	return a->role_oid == b->role_oid &&
	    str_equal(native_identity_name(a), native_identity_name(b));
}

/* 0, or a code in session->err; it may have said why and ended. */
static int
act_as(struct session *session, const struct native_identity *identity)
{
	struct native *native = session->native;
	int rc;

	if (!native->has_begun) {
		rc = begin(session, identity);
		if (rc != 0)
			session_fatal(session);
		return rc;
	}
	if (is_same(&native->acts_as, identity))
		return 0;
	/* What was said before it was said by another: its notices and errors
	 * are its own. */
	rc = session_role_change(session, native_identity_name(identity),
	    &session->err);
	if (rc == 0)
		native->acts_as = *identity;
	return rc;
}

/* Who has not been let in yet has a transaction no more than a timeout. */
static enum step
refuse(struct session *session)
{
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

static void
waited_cb(void *arg)
{
	struct session *session = arg;

	if (session->native != NULL)
		session->native->is_waiting = false;
	if (session->conn != NULL)
		session_run(session);
}

/* The request stays where it is until a timer runs the session. */
static enum step
wait_for_turn(struct session *session, int64_t wait_ms)
{
	struct native *native = session->native;
	struct error ignored;

	native->is_waiting = true;
	if (loop_timer_arm(session->net->loop, &native->wait, (uint64_t)wait_ms,
		waited_cb, session, &ignored) != 0)
		conn_close(session->conn);
	return STEP_MORE;
}

/* AUTH: the connection is the user's, and the answer is a token. */
static enum step
give_token(struct session *session, const struct native_admission *answer)
{
	struct native *native = session->native;
	struct buf *out = session_out(session);
	char text[9 + NATIVE_TOKEN_SIZE] = "OK TOKEN ";
	struct str line = str_of(text, sizeof(text));

	memcpy(text + 9, answer->token, NATIVE_TOKEN_SIZE);
	native->identity = answer->identity;
	native->has_identity = true;
	if (native->door->put_token != NULL)
		native->door->put_token(session, out, line);
	else
		native->door->put_lines(session, out, &line, 1);
	crypto_wipe(text, sizeof(text));
	if (!session->is_busy)
		session_begin_work(session);
	session_end_request(session);
	return STEP_DONE;
}

/* ---- the first byte ---- */

/*
 * A handshake is no text: a browser that is led here makes one, and what others
 * have put into it, such as the ticket of a session, may have lines in it.
 */
static void
refuse_tls(struct session *session)
{
	log_info(LOG_NET, "no TLS: ssl is off",
	    LOG_STR("address", session->facts.client.address));
	conn_close(session->conn);
}

enum step
native_startup(struct session *session)
{
	const struct native_door *door = session->native->door;
	struct tls_wish wish = {
		.protocol = door->alpn == NULL ? "stele" : door->alpn,
		.has_line_records = door->is_of_lines,
	};
	struct str input = conn_input(session->conn);
	struct native_admission answer;
	struct tls_context *tls;

	if (input.len == 0) {
		if (conn_input_has_ended(session->conn))
			conn_close(session->conn);
		return STEP_IDLE;
	}
	if ((uint8_t)input.data[0] == TLS_RECORD_FIRST &&
	    !conn_is_tls(session->conn)) {
		tls = server_tls(session->server);
		if (tls != NULL)
			(void)session_start_tls(session, tls, &wish);
		else
			refuse_tls(session);
		return STEP_IDLE;
	}
	session_set_state(session, SESSION_READY);
	if (native_know_peer(session) != 0 ||
	    (native_is_trusted(session, &answer) &&
		begin(session, &answer.identity) != 0)) {
		session_fatal(session);
		return STEP_IDLE;
	}
	if (session->native->has_begun) /* the first command may never end */
		session_begin_idle(session);
	return STEP_DONE;
}

/* ---- commands ---- */

/* ---- passwords ---- */

static void
password_work(struct session *session)
{
	struct native_password *password = session->native->password;

	session->job.rc = scram_check(&password->admission.secret.verifier,
	    str_of(password->text, password->len), &session->err);
	crypto_wipe(password->text, sizeof(password->text));
}

/* The request is seen again. */
static void
password_finish(struct session *session)
{
	session->native->password->rc = session->job.rc;
}

/* take_check() has counted it. */
static enum step
look_at_password(struct session *session, const struct native_request *request,
    struct native_admission *admission)
{
	struct native_password *password;

	if (request->password.len > sizeof(password->text) ||
	    admission->user.len > sizeof(password->user)) {
		give_check(session);
		native_admit_password(session, STELE_E_INVALID_PASSWORD,
		    admission);
		return STEP_FAIL;
	}
	password = calloc(1, sizeof(*password));
	if (password == NULL) {
		give_check(session);
		(void)session_out_of_memory(session);
		return STEP_FAIL;
	}
	password->admission = *admission;
	if (admission->user.len > 0)
		memcpy(password->user, admission->user.data,
		    admission->user.len);
	password->admission.user = str_of(password->user, admission->user.len);
	password->len = request->password.len;
	if (password->len > 0)
		memcpy(password->text, request->password.data, password->len);
	session->native->password = password;
	(void)session_submit(session, password_work, password_finish);
	return STEP_MORE;
}

/* Who the request is from: what is known of its password, if that is in work. */
static void
admit(struct session *session, const struct native_request *request,
    struct native_admission *out)
{
	struct native *native = session->native;

	if (native->password == NULL) {
		native_admit(session, request, out);
		return;
	}
	*out = native->password->admission;
	native_admit_password(session, native->password->rc, out);
	out->command = request->command;
	forget_password(session);
}

/* STEP_DONE once it is; STEP_MORE; or STEP_FAIL: session->err says why. */
static enum step
let_in(struct session *session, const struct native_request *request,
    struct native_admission *out)
{
	bool is_counted;

	if (session->native->is_waiting)
		return STEP_MORE;
	/* The options of now say who is trusted. */
	if (session->native->has_begun && !session->is_busy)
		session_begin_work(session);
	is_counted = request->proof == NATIVE_PASSWORD &&
	    session->native->password == NULL;
	if (is_counted && !take_check(session))
		return wait_for_turn(session, PASSWORD_CHECK_WAIT_MS);
	admit(session, request, out);
	if (out->verdict == NATIVE_CHECK_PASSWORD)
		return look_at_password(session, request, out);
	if (is_counted)
		give_check(session);
	switch (out->verdict) {
	case NATIVE_WAIT:
		return wait_for_turn(session, out->wait_ms);
	case NATIVE_DENIED:
		return STEP_FAIL;
	case NATIVE_CHECK_PASSWORD:
	case NATIVE_ADMITTED:
		break;
	}
	return STEP_DONE;
}

enum step
native_identify(struct session *session, const struct native_request *request)
{
	struct native *native = session->native;
	struct native_request lasting = *request;
	struct native_admission answer;
	enum step step;

	lasting.is_lasting = true;
	step = let_in(session, &lasting, &answer);
	if (step == STEP_MORE)
		return step;
	session->is_busy = false;
	if (native->has_begun)
		session_begin_idle(session);
	if (step == STEP_FAIL)
		return step;
	if (!native->has_begun && begin(session, &answer.identity) != 0) {
		session_fatal(session);
		return STEP_IDLE;
	}
	native->identity = answer.identity;
	native->has_identity = true;
	return STEP_DONE;
}

enum step
native_request_run(struct session *session,
    const struct native_request *request)
{
	struct native_admission answer;
	enum step step = let_in(session, request, &answer);

	if (step == STEP_FAIL)
		return refuse(session);
	if (step != STEP_DONE)
		return step;
	if (act_as(session, &answer.identity) != 0)
		return session->is_fatal ? STEP_IDLE : refuse(session);
	if (answer.has_token)
		return give_token(session, &answer);
	if (!session->is_busy)
		session_begin_work(session);
	return simple_begin(session, answer.command);
}

enum step
native_command(struct session *session, struct str line)
{
	struct native_request request;

	native_request_parse(line, &request);
	return native_request_run(session, &request);
}
