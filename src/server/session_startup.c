/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_startup.c -- from the first byte to the first ReadyForQuery.
 *
 * TLS begins after SSLRequest, or with the connection's first byte, which is
 * that of a TLS record: such a client must name the protocol by ALPN, so that
 * nobody is tricked into talking to us.
 *
 * Between the startup packet and what it asks for the client proves who it is:
 * session_login.c.
 */
#include <string.h>
#include <sys/random.h>

#include "common/log.h"
#include "server/session_private.h"
#include "server/voice_pg.h"
#include "wire/pg_backend.h"

#define UNKNOWN_OPTIONS_MAX 64
#define TLS_RECORD_FIRST    0x16 /* of a handshake */
#define CANCEL_KEY_SHORT    4    /* protocol 3.0 */
#define CANCEL_KEY_LONG     32   /* protocol 3.2 */

/* The startup parameters that are no settings. */
struct request {
	uint32_t version;
	struct str user;
	struct str database;
	struct str options;
	struct str replication;
	struct str unknown[UNKNOWN_OPTIONS_MAX];
	uint32_t unknown_count;
};

static int
read_parameters(struct session *session, struct pg_startup *startup,
    struct request *request)
{
	struct str name, value;
	int rc;

	while ((rc = pg_startup_next(startup, &name, &value, &session->err)) ==
	    1) {
		if (str_equal(name, STR("user")))
			request->user = value;
		else if (str_equal(name, STR("database")))
			request->database = value;
		else if (str_equal(name, STR("options")))
			request->options = value;
		else if (str_equal(name, STR("replication")))
			request->replication = value;
		else if (str_starts_with(name, STR("_pq_.")) &&
		    request->unknown_count < UNKNOWN_OPTIONS_MAX)
			request->unknown[request->unknown_count++] = name;
	}
	return rc;
}

/* The settings among the parameters: once the client is known. */
static int
apply_settings(struct session *session, struct pg_startup startup,
    struct request *request)
{
	struct error *err = &session->err;
	struct str name, value, rest = request->options;
	int rc;

	while ((rc = pg_options_next(&rest, &session->arena, &name, &value,
		    err)) == 1) {
		rc = settings_set(&session->settings, name, value,
		    SETTING_STARTUP, err);
		if (rc != 0)
			return rc;
	}
	while (rc == 0 &&
	    (rc = pg_startup_next(&startup, &name, &value, err)) == 1) {
		rc = 0;
		if (str_equal(name, STR("user")) ||
		    str_equal(name, STR("database")) ||
		    str_equal(name, STR("options")) ||
		    str_equal(name, STR("replication")) ||
		    str_starts_with(name, STR("_pq_.")))
			continue;
		rc = settings_set(&session->settings, name, value,
		    SETTING_STARTUP, err);
	}
	return rc;
}

static int
check_request(struct session *session, const struct request *request)
{
	static const char *const refusals[] = { "false", "off", "no", "0" };
	struct error *err = &session->err;
	int rc;

	if (request->user.len == 0)
		return error_set(err, STELE_E_INVALID_AUTHORIZATION,
		    "no PostgreSQL user name specified in startup packet");
	rc = pg_check_text(request->user, err);
	if (rc == 0)
		rc = pg_check_text(request->database, err);
	if (rc != 0 || request->replication.len == 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (str_equal_nocase(request->replication,
			str_of_cstr(refusals[i])))
			return 0;
	return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "replication connections are not supported");
}

/* The version that we speak, of that which the client asked for. */
static void
negotiate(struct session *session, const struct request *request)
{
	uint32_t spoken = request->version > PG_PROTOCOL_3_2 ? PG_PROTOCOL_3_2
	    : request->version == PG_PROTOCOL_3_2            ? PG_PROTOCOL_3_2
							     : PG_PROTOCOL_3_0;

	session->key_len =
	    spoken == PG_PROTOCOL_3_2 ? CANCEL_KEY_LONG : CANCEL_KEY_SHORT;
	if (spoken != request->version || request->unknown_count > 0)
		pg_put_negotiate(session_out(session), spoken, request->unknown,
		    request->unknown_count);
}

static int
make_key(struct session *session)
{
	if (getrandom(session->key, session->key_len, 0) !=
	    (ssize_t)session->key_len)
		return error_set_os(&session->err,
		    "could not make a cancel key");
	return 0;
}

/* What is known before the client has proved who it is. */
static int
prepare_session(struct session *session, struct pg_startup *startup)
{
	struct request request = { .version = startup->version };
	int rc = read_parameters(session, startup, &request);

	if (rc == 0)
		rc = check_request(session, &request);
	if (rc != 0)
		return rc;
	rc = session_know_client(session, request.user,
	    request.database.len == 0 ? request.user : request.database);
	if (rc == 0)
		negotiate(session, &request);
	return rc;
}

static int
begin_session(struct session *session, struct pg_startup *startup)
{
	struct request request = { .version = startup->version };
	struct pg_startup parameters = *startup;
	int rc = read_parameters(session, startup, &request);

	if (rc == 0)
		rc = make_key(session);
	if (rc == 0)
		rc = session_begin(session);
	if (rc != 0)
		return rc;
	pg_put_authentication_ok(session_out(session));
	session_take_settings(session, session_warn);
	rc = apply_settings(session, parameters, &request);
	if (rc != 0)
		return rc;
	session_report_settings(session);
	pg_put_backend_key(session_out(session), session->pid,
	    str_of((const char *)session->key, session->key_len));
	return 0;
}

static enum step
refuse(struct session *session)
{
	log_debug(LOG_SESSION, "connection refused",
	    LOG_FAILURE(&session->err));
	session_fatal(session);
	return STEP_IDLE;
}

enum step
startup_admit(struct session *session, struct str packet)
{
	struct pg_startup startup;
	int rc = pg_startup_decode(packet, &startup, &session->err);

	session_leave_pending(session);
	if (rc == 0)
		rc = begin_session(session, &startup);
	if (rc != 0)
		return refuse(session);
	session_begun(session);
	session_set_state(session, SESSION_READY);
	session_end_request(session);
	return STEP_DONE;
}

/* ---- encryption ---- */

/* What comes next is TLS.  Takes the context. */
static enum step
start_tls(struct session *session, struct tls_context *tls, bool is_direct)
{
	const struct tls_wish wish = {
		.protocol = "postgresql",
		.needs_protocol = is_direct,
	};

	return session_start_tls(session, tls, &wish);
}

/* One byte, no message. */
static void
answer_request(struct session *session, char answer)
{
	buf_put_u8(session_out(session), (uint8_t)answer);
	session_flush(session);
}

/* The request has been consumed. */
static enum step
answer_ssl(struct session *session)
{
	struct tls_context *tls;

	if (session->seen_ssl || conn_is_tls(session->conn)) {
		conn_close(session->conn);
		return STEP_IDLE;
	}
	session->seen_ssl = true;
	tls = server_tls(session->server);
	/* There is nobody between the ends of a UNIX socket. */
	if (tls == NULL || session->is_local) {
		tls_context_unref(tls);
		answer_request(session, 'N');
		return STEP_DONE;
	}
	if (conn_input(session->conn).len > 0) {
		/* CVE-2021-23214: who has put it there? */
		log_info(LOG_NET, "no TLS: plain text came after SSLRequest");
		tls_context_unref(tls);
		conn_close(session->conn);
		return STEP_IDLE;
	}
	answer_request(session, 'S');
	return start_tls(session, tls, false);
}

static enum step
answer_gssenc(struct session *session)
{
	if (session->seen_gssenc || conn_is_tls(session->conn)) {
		conn_close(session->conn);
		return STEP_IDLE;
	}
	session->seen_gssenc = true;
	answer_request(session, 'N');
	return STEP_DONE;
}

/* Whether the connection's first bytes are TLS. */
static bool
begins_tls(const struct session *session, struct str input)
{
	return input.len > 0 && (uint8_t)input.data[0] == TLS_RECORD_FIRST &&
	    !session->seen_ssl && !session->seen_gssenc &&
	    !conn_is_tls(session->conn);
}

/* ---- packets ---- */

static enum step
session_startup(struct session *session, struct pg_startup *startup,
    struct str packet)
{
	if (prepare_session(session, startup) != 0)
		return refuse(session);
	return login_begin(session, packet);
}

/* Its answer is a closed connection, whether there was something or not. */
static void
cancel(struct session *session, const struct pg_startup *startup)
{
	struct server *server = session->server;
	int64_t now_ms = os_clock_monotonic_ns(server->clock) / 1000000;

	if (session->pending_key == 0 ||
	    peers_may_cancel(&server->auth.peers, session->pending_key, now_ms))
		server_cancel(server, startup->cancel_pid, startup->cancel_key);
	conn_close(session->conn);
}

static enum step
startup_packet(struct session *session, struct str body)
{
	size_t size = body.len + sizeof(uint32_t); /* with its length */
	struct pg_startup startup;
	enum step step;
	int rc = pg_startup_decode(body, &startup, &session->err);

	if (rc == STELE_E_FEATURE_NOT_SUPPORTED && startup.version >> 16 > 3) {
		session_fatal(session);
		return STEP_IDLE;
	}
	if (rc != 0) {
		conn_close(session->conn);
		return STEP_IDLE;
	}
	switch (startup.kind) {
	case PG_STARTUP_SSL:
		conn_consume(session->conn, size);
		return answer_ssl(session);
	case PG_STARTUP_GSSENC:
		conn_consume(session->conn, size);
		return answer_gssenc(session);
	case PG_STARTUP_CANCEL:
		cancel(session, &startup);
		return STEP_IDLE;
	case PG_STARTUP_SESSION:
		step = session_startup(session, &startup, body);
		/* An answer without memory has closed it. */
		if (step == STEP_DONE && session->conn != NULL)
			conn_consume(session->conn, size);
		return step;
	}
	return STEP_IDLE;
}

enum step
startup_step(struct session *session)
{
	struct str input = conn_input(session->conn);
	struct tls_context *tls;
	struct str body;
	int rc;

	if (session->login != NULL)
		return login_step(session);
	if (begins_tls(session, input) &&
	    (tls = server_tls(session->server)) != NULL)
		return start_tls(session, tls, true);
	rc = pg_startup_frame((const uint8_t *)input.data, input.len, &body,
	    &session->err);
	if (rc < 0)
		conn_close(session->conn);
	if (rc <= 0)
		return STEP_IDLE;
	return startup_packet(session, body);
}
