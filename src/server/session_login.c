/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_login.c -- from the startup packet to knowing that the client is who
 * it says: the first rule of hba_file that fits, and the messages of its method.
 *
 * Nobody learns from an answer, nor from its time, whether a role exists: who
 * has no password to be checked gets the same exchange with a mock verifier.
 * Failures make the next attempt wait, with the message unread; see offenders.h.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "net/tls.h"
#include "server/login/login.h"
#include "server/session_private.h"
#include "server/voice_pg.h"
#include "wire/pg_backend.h"

#define NAME_LOGGED_MAX 128 /* of what a stranger calls himself */
#define WAITS_MAX       3   /* after failures, of one attempt */

/* ---- who connects ---- */

static bool
is_member_cb(void *arg, struct str group)
{
	const struct session *session = arg;

	return login_role_is_member(session->server->engine,
	    session->facts.session_user, group);
}

static void
know_client(struct session *session, struct hba_client *out)
{
	const struct plan_session *facts = &session->facts;

	*out = (struct hba_client){
		.is_local = session->is_local,
		.is_tls = conn_is_tls(session->conn),
		.database = facts->database,
		.role = facts->session_user,
		.is_member = is_member_cb,
		.arg = session,
	};
	(void)hba_address_parse(facts->client.address, &out->address);
}

static struct str
cut(struct str name)
{
	return str_of(name.data,
	    name.len < NAME_LOGGED_MAX ? name.len : NAME_LOGGED_MAX);
}

static struct str
peer_name(const struct session *session)
{
	return session->is_local ? STR("[local]")
				 : session->facts.client.address;
}

/* ---- passwords that are looked at ---- */

static bool
take_check(struct session *session)
{
	struct login *login = session->login;

	login->is_counted =
	    password_checks_take(&session->server->password_checks,
		(uint32_t)session->settings.server->max_password_checks);
	return login->is_counted;
}

static void
give_check(struct session *session)
{
	struct login *login = session->login;

	if (login->is_counted)
		password_checks_give(&session->server->password_checks);
	login->is_counted = false;
}

/* ---- the end of it ---- */

void
login_free(struct session *session)
{
	struct login *login = session->login;

	if (login == NULL)
		return;
	give_check(session);
	session->login = NULL;
	loop_timer_release(&login->wait);
	scram_exchange_release(&login->exchange);
	crypto_wipe(login->password, sizeof(login->password));
	free(login);
}

static enum step
let_in(struct session *session)
{
	struct login *login = session->login;
	struct config *config = server_config(session->server);
	enum step step;

	if (config->log_connections)
		log_every(LOG_LEVEL_INFO, LOG_SESSION, "connection authorized",
		    LOG_STR("user", cut(session->facts.session_user)),
		    LOG_STR("database", cut(session->facts.database)),
		    LOG_STR("address", peer_name(session)),
		    LOG_CSTR("method", hba_method_name(login->method)),
		    LOG_INT("tls", conn_is_tls(session->conn)));
	config_unref(config);
	step = startup_admit(session, str_of(login->packet, login->packet_len));
	login_free(session);
	return step;
}

/* What is told is in session->err; `reason` is for the log. */
static enum step
turn_away(struct session *session, const char *reason)
{
	const struct login *login = session->login;

	log_warn(LOG_SESSION, "login failed",
	    LOG_STR("user", cut(session->facts.session_user)),
	    LOG_STR("database", cut(session->facts.database)),
	    LOG_STR("address", peer_name(session)),
	    LOG_CSTR("method",
		login->rule_line == 0 ? "none"
				      : hba_method_name(login->method)),
	    LOG_INT("hba_line", login->rule_line), LOG_CSTR("reason", reason));
	session_fatal(session);
	return STEP_IDLE;
}

static enum step
turn_away_failed(struct session *session)
{
	return turn_away(session, session->err.message);
}

static enum step
wrong_password(struct session *session, const char *reason)
{
	(void)error_set(&session->err, STELE_E_INVALID_PASSWORD,
	    "password authentication failed for user \"%.*s\"",
	    STR_FMT(session->facts.session_user));
	return turn_away(session, reason);
}

/* ---- waiting after failures ---- */

static int64_t
now_ms(const struct session *session)
{
	return os_clock_monotonic_ns(session->server->clock) / 1000000;
}

static void
waited_cb(void *arg)
{
	struct session *session = arg;

	if (session->login != NULL)
		session->login->is_waiting = false;
	if (session->conn != NULL)
		session_run(session);
}

/* The message stays where it is until a timer runs the session. */
static enum step
look_again(struct session *session, int64_t wait_ms)
{
	struct login *login = session->login;
	struct error ignored;

	login->is_waiting = true;
	if (loop_timer_arm(session->net->loop, &login->wait, (uint64_t)wait_ms,
		waited_cb, session, &ignored) != 0)
		conn_close(session->conn);
	return STEP_MORE;
}

/*
 * STEP_DONE if the client's password may be looked at now; STEP_MORE if the
 * message has to stay where it is until a timer runs the session.  It is us who
 * make the client wait: that does not count as its time to log in.  Who waits
 * again and again, because others have their turn, is turned away.
 */
static enum step
wait_for_turn(struct session *session)
{
	struct login *login = session->login;
	int64_t wait_ms;

	if (login->is_waiting)
		return STEP_MORE;
	wait_ms = offenders_begin(&session->server->auth.offenders,
	    login->offender_key, now_ms(session));
	if (wait_ms == 0)
		return STEP_DONE;
	if (login->wait_count++ == WAITS_MAX)
		return wrong_password(session, "too many attempts at a time");
	loop_timer_disarm(&session->timer);
	return look_again(session, wait_ms);
}

/* How the password was: rc, with session->err. */
static enum step
judge(struct session *session, int rc)
{
	struct login *login = session->login;
	struct offenders *offenders = &session->server->auth.offenders;
	const char *reason;

	if (rc == 0) {
		offenders_succeeded(offenders, login->offender_key);
		/* The role may have changed since it was asked for. */
		reason = login_reason_against(session->server->engine,
		    session->facts.session_user,
		    os_clock_wall_us(session->server->clock));
		return reason == NULL ? let_in(session)
				      : wrong_password(session, reason);
	}
	if (rc != STELE_E_INVALID_PASSWORD)
		return turn_away_failed(session);
	offenders_failed(offenders, login->offender_key, now_ms(session));
	return wrong_password(session,
	    login->secret.is_mock ? login->secret.reason : "wrong password");
}

static int
find_secret(struct session *session)
{
	struct server *server = session->server;
	struct config *config = server_config(server);
	uint32_t iterations = (uint32_t)config->session.scram_iterations;

	config_unref(config);
	return login_secret_find(server->engine, session->facts.session_user,
	    os_clock_wall_us(server->clock), auth_secret(&server->auth),
	    iterations, &session->login->secret, &session->err);
}

/* ---- scram-sha-256 ---- */

static enum step
begin_scram(struct session *session)
{
	static const char *const mechanisms[] = { SCRAM_MECHANISM_PLUS,
		SCRAM_MECHANISM };
	struct login *login = session->login;
	uint8_t binding[TLS_HASH_MAX];
	size_t binding_len = 0;
	uint32_t first;

	if (find_secret(session) != 0)
		return turn_away_failed(session);
	if (conn_is_tls(session->conn))
		binding_len = conn_channel_binding(session->conn, binding);
	scram_exchange_init(&login->exchange, &login->secret.verifier,
	    login->secret.is_mock, str_of((const char *)binding, binding_len));
	first = binding_len > 0 ? 0 : 1;
	pg_put_authentication_sasl(session_out(session), mechanisms + first,
	    2 - first);
	session_flush(session);
	login->stage = LOGIN_FIRST;
	return STEP_DONE;
}

static enum step
scram_first(struct session *session, struct str body)
{
	struct str mechanism, message;
	struct buf answer;
	int rc;

	buf_init(&answer);
	rc = pg_sasl_initial_decode(body, &mechanism, &message, &session->err);
	if (rc == 0)
		rc = scram_exchange_first(&session->login->exchange, mechanism,
		    message, &answer, &session->err);
	if (rc == 0) {
		pg_put_authentication_data(session_out(session), false,
		    buf_str(&answer));
		session_flush(session);
		session->login->stage = LOGIN_FINAL;
	}
	buf_release(&answer);
	return rc == 0 ? STEP_DONE : turn_away_failed(session);
}

static enum step
scram_final(struct session *session, struct str body)
{
	struct buf answer;
	enum step step = wait_for_turn(session);
	int rc;

	if (step != STEP_DONE)
		return step;
	buf_init(&answer);
	rc = scram_exchange_final(&session->login->exchange, body, &answer,
	    &session->err);
	if (rc == 0)
		pg_put_authentication_data(session_out(session), true,
		    buf_str(&answer));
	step = judge(session, rc);
	buf_release(&answer);
	return step;
}

/* ---- password ---- */

static enum step
begin_clear(struct session *session)
{
	if (find_secret(session) != 0)
		return turn_away_failed(session);
	pg_put_authentication_clear(session_out(session));
	session_flush(session);
	session->login->stage = LOGIN_CLEAR;
	return STEP_DONE;
}

static void
check_work(struct session *session)
{
	struct login *login = session->login;

	session->job.rc = scram_check(&login->secret.verifier,
	    str_of(login->password, login->password_len), &session->err);
	crypto_wipe(login->password, sizeof(login->password));
}

static void
check_finish(struct session *session)
{
	int rc = session->job.rc;

	give_check(session);
	/* An empty password, or one that is too long, is a wrong one. */
	if (rc == STELE_E_INVALID_PARAMETER_VALUE ||
	    (rc == 0 && session->login->secret.is_mock))
		rc = STELE_E_INVALID_PASSWORD;
	(void)judge(session, rc);
}

/* take_check() has counted it. */
static enum step
check_clear(struct session *session, struct str body)
{
	struct login *login = session->login;
	struct str password;
	enum step step = wait_for_turn(session);

	if (step != STEP_DONE)
		return step;
	if (pg_password_decode(body, &password, &session->err) != 0)
		return turn_away_failed(session);
	if (password.len > sizeof(login->password))
		return judge(session, STELE_E_INVALID_PASSWORD);
	memcpy(login->password, password.data, password.len);
	login->password_len = password.len;
	login->stage = LOGIN_CHECKING;
	return session_submit(session, check_work, check_finish);
}

/* Who finds no room in time to log in gets none. */
static enum step
clear_password(struct session *session, struct str body)
{
	enum step step;

	if (session->login->is_waiting)
		return STEP_MORE;
	if (!take_check(session))
		return look_again(session, PASSWORD_CHECK_WAIT_MS);
	step = check_clear(session, body);
	if (session->login->stage != LOGIN_CHECKING)
		give_check(session);
	return step;
}

/* ---- peer ---- */

/* The name of who is at the other end of a UNIX socket. */
static bool
is_own_name(const struct session *session)
{
	char space[4096];
	struct passwd entry, *found = NULL;
	uid_t uid;

	if (!conn_peer_uid(session->conn, &uid) ||
	    getpwuid_r(uid, &entry, space, sizeof(space), &found) != 0 ||
	    found == NULL)
		return false;
	return str_equal(str_of_cstr(found->pw_name),
	    session->facts.session_user);
}

static enum step
ask_peer(struct session *session)
{
	if (is_own_name(session))
		return let_in(session);
	(void)error_set(&session->err, STELE_E_INVALID_AUTHORIZATION,
	    "peer authentication failed for user \"%.*s\"",
	    STR_FMT(session->facts.session_user));
	return turn_away(session, "another name on this machine");
}

/* ---- certificates ---- */

/* 0, or 28000 in session->err and why in *reason. */
static int
check_certificate(struct session *session, const struct hba_rule *rule,
    const char **reason)
{
	struct tls_facts facts;
	struct arena arena;
	struct str name;
	int rc;

	arena_init(&arena, NULL);
	rc = conn_tls_facts(session->conn, &arena, &facts, &session->err);
	if (rc == 0 && !facts.has_client) {
		*reason = "no certificate";
		rc = error_set(&session->err, STELE_E_INVALID_AUTHORIZATION,
		    "connection requires a valid client certificate");
	}
	if (rc == 0 && rule->client_cert == HBA_CERT_NAMED) {
		name = rule->name_is_dn ? facts.client.subject_dn
					: facts.client.common_name;
		if (!str_equal(name, session->facts.session_user)) {
			*reason = "certificate of another name";
			rc = error_set(&session->err,
			    STELE_E_INVALID_AUTHORIZATION,
			    "certificate authentication failed for user "
			    "\"%.*s\"",
			    STR_FMT(session->facts.session_user));
		}
	}
	arena_release(&arena);
	return rc;
}

/* ---- the rule ---- */

static const char *
encryption(const struct session *session)
{
	return conn_is_tls(session->conn) ? "SSL encryption" : "no encryption";
}

static enum step
reject(struct session *session, const char *fmt_reason)
{
	(void)error_set(&session->err, STELE_E_INVALID_AUTHORIZATION,
	    "%s for host \"%.*s\", user \"%.*s\", database \"%.*s\", %s",
	    fmt_reason, STR_FMT(peer_name(session)),
	    STR_FMT(cut(session->facts.session_user)),
	    STR_FMT(cut(session->facts.database)), encryption(session));
	return turn_away(session, fmt_reason);
}

static enum step
begin_method(struct session *session)
{
	switch (session->login->method) {
	case HBA_TRUST:
	case HBA_CERT: /* which has been checked */
		return let_in(session);
	case HBA_REJECT:
		return reject(session, "stele.hba rejects connection");
	case HBA_SCRAM:
		return begin_scram(session);
	case HBA_PASSWORD:
		return begin_clear(session);
	case HBA_PEER:
		return ask_peer(session);
	}
	return STEP_IDLE;
}

static enum step
find_rule(struct session *session)
{
	struct server *server = session->server;
	struct login *login = session->login;
	struct hba *hba = auth_hba(&server->auth);
	const struct hba_rule *rule;
	struct hba_client client;
	const char *reason = "";
	int rc = 0;

	know_client(session, &client);
	login->offender_key = offenders_key(&server->auth.offenders,
	    &client.address, client.role);
	rule = hba_match(hba, &client);
	if (rule != NULL) {
		login->method = rule->method;
		login->rule_line = rule->line;
		if (rule->client_cert != HBA_CERT_ANY)
			rc = check_certificate(session, rule, &reason);
	}
	hba_unref(hba);
	if (rule == NULL)
		return reject(session, "no stele.hba entry");
	return rc == 0 ? begin_method(session) : turn_away(session, reason);
}

enum step
login_begin(struct session *session, struct str packet)
{
	struct login *login = calloc(1, sizeof(*login) + packet.len);

	if (login == NULL) {
		(void)session_out_of_memory(session);
		session_fatal(session);
		return STEP_IDLE;
	}
	memcpy(login->packet, packet.data, packet.len);
	login->packet_len = packet.len;
	session->login = login;
	return find_rule(session);
}

enum step
login_step(struct session *session)
{
	struct str input = conn_input(session->conn);
	enum step step = STEP_IDLE;
	struct str body;
	int rc = pg_password_frame((const uint8_t *)input.data, input.len,
	    &body, &session->err);

	if (rc < 0)
		return turn_away_failed(session);
	if (rc == 0)
		return STEP_IDLE;
	switch (session->login->stage) {
	case LOGIN_FIRST:
		step = scram_first(session, body);
		break;
	case LOGIN_FINAL:
		step = scram_final(session, body);
		break;
	case LOGIN_CLEAR:
		step = clear_password(session, body);
		break;
	case LOGIN_BEGUN:
	case LOGIN_CHECKING:
		break;
	}
	if (step != STEP_MORE && step != STEP_IDLE && session->conn != NULL)
		conn_consume(session->conn, body.len + PG_FRAME_HEADER_SIZE);
	return step;
}
