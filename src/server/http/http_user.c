/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_user.c -- what the HTTP door answers itself about who asks: who he is and
 * what he may do, and tokens with which he need not show it each time.
 *
 *   GET /v1/session     {"user": ..., "may_define": ..., ...}
 *   POST /v1/token      the same and "token"; the body is {"user", "password"},
 *                       or {"user", "signature"}, where the signature is that
 *                       of AUTH
 *   DELETE /v1/token    the token of the request is worth nothing any more
 *
 *   POST /v1/cancel     what runs by a request with this X-Request-Id is cancelled,
 *                       as far as he may; the body is {"request_id"}
 *
 * Whoever sends no body to /v1/token shows who he is by the fields of his request,
 * or by where he comes from.
 */
#include <inttypes.h>

#include "common/crypto.h"
#include "common/error.h"
#include "common/json.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "plan/rights.h"
#include "server/http/http_private.h"
#include "server/http/http_route.h"
#include "server/login/native_headers.h"
#include "server/session_private.h"

/* ---- bodies: objects of texts ---- */

struct text_member {
	const char *name;
	struct str text; /* data NULL: it is not there */
	bool is_copy;    /* in the arena, not in the body */
};

static struct text_member *
find_member(struct text_member *members, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(str_of_cstr(members[i].name), name))
			return &members[i];
	return NULL;
}

static int
read_member(struct json_reader *r, struct text_member *members, size_t count,
    struct arena *arena, struct error *err)
{
	struct text_member *member = find_member(members, count, r->text);
	enum json_token token;

	if (member == NULL || member->text.data != NULL)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "the object has \"%.*s\" %s", STR_FMT(r->text),
		    member == NULL ? "that is not known" : "more than once");
	token = json_next(r);
	if (token == JSON_FAULT)
		return json_error(r, "json", err);
	if (token != JSON_STRING)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "\"%s\" of the object is not a string", member->name);
	member->is_copy = r->has_escape;
	return json_unescape(r->text, r->has_escape, arena, &member->text, err);
}

static int
read_members(struct str body, struct text_member *members, size_t count,
    struct arena *arena, struct error *err)
{
	struct json_reader r;
	enum json_token token;
	int rc = 0;

	json_reader_init(&r, body, 1);
	token = json_next(&r);
	if (token > JSON_END && token != JSON_OBJECT_BEGIN)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "the body is not a JSON object");
	while (rc == 0 && token != JSON_FAULT &&
	    (token = json_next(&r)) == JSON_KEY)
		rc = read_member(&r, members, count, arena, err);
	if (rc == 0 && (token == JSON_FAULT || json_next(&r) != JSON_END))
		rc = json_error(&r, "json", err);
	return rc;
}

/* ---- who he is ---- */

static bool
may_store(const struct catalog *catalog, uint32_t role_oid)
{
	if (catalog_role_uses(catalog, role_oid, ROLE_PG_WRITE_ALL_DATA))
		return true;
	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (event_type_has_name(catalog->types[i]) &&
		    plan_may_write(catalog, role_oid, catalog->types[i]))
			return true;
	return false;
}

static bool
may_define(const struct catalog *catalog, uint32_t role_oid)
{
	struct acl_object schema;

	return catalog_is_superuser(catalog, role_oid) ||
	    (catalog_acl_object(catalog, ACL_SCHEMA_OID, &schema) &&
		catalog_rights(catalog, role_oid, &schema, RIGHT_CREATE) != 0);
}

static void
put_flag(struct buf *out, const char *name, bool value)
{
	buf_printf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
put_rights(struct buf *out, const struct catalog *catalog, uint32_t role_oid)
{
	bool is_superuser = catalog_is_superuser(catalog, role_oid);

	put_flag(out, "is_superuser", is_superuser);
	put_flag(out, "may_define", may_define(catalog, role_oid));
	put_flag(out, "may_store",
	    is_superuser || may_store(catalog, role_oid));
	put_flag(out, "may_monitor",
	    is_superuser ||
		rights_role_has(catalog, role_oid, NEED_STATISTICS));
	put_flag(out, "may_signal",
	    is_superuser ||
		catalog_role_uses(catalog, role_oid, ROLE_PG_SIGNAL_BACKEND));
	put_flag(out, "has_roles", catalog_has_roles(catalog));
}

static void
put_text(struct buf *out, const char *name, struct str text)
{
	buf_printf(out, ",\"%s\":", name);
	json_put_string(out, text);
}

/* What a session of his begins with. */
static void
put_setting(struct session *session, struct buf *out, const char *member,
    struct str name)
{
	struct http_door *http = session->native->http;
	struct str own_name, value;
	struct error ignored;

	if (settings_show(&session->settings, name, &http->arena, &own_name,
		&value, &ignored) == 0)
		put_text(out, member, value);
}

/* The members of a session, behind those that the object has already. */
static void
put_session(struct session *session, struct buf *out)
{
	const struct native_identity identity = session->native->identity;
	struct server *server = session->server;
	const struct catalog *catalog = engine_catalog(server->engine);
	struct config *config = server_config(server);
	struct native_admission ignored;
	int64_t uptime_us =
	    os_clock_wall_us(server->clock) - server->started_us;

	buf_put_cstr(out, "\"user\":");
	json_put_string(out, native_identity_name(&identity));
	put_rights(out, catalog, identity.role_oid);
	session->native->has_identity = false; /* it was for this request */
	put_flag(out, "is_trusted", native_is_trusted(session, &ignored));
	put_text(out, "version", STR(VERSION));
	put_setting(session, out, "server_version", STR("server_version"));
	put_setting(session, out, "time_zone", STR("TimeZone"));
	put_text(out, "environment", str_of_cstr(config->environment));
	buf_printf(out, ",\"uptime_seconds\":%" PRId64, uptime_us / 1000000);
	buf_printf(out, ",\"token_expiry_seconds\":%" PRId64 "}\n",
	    config->native_token_expiry_ms / 1000);
	config_unref(config);
	catalog_unref(catalog);
}

/* ---- the requests ---- */

/* The end of each of them; what is left of a password is wiped. */
static enum step
finish(struct session *session, int status, struct buf *body)
{
	struct http_door *http = session->native->http;

	crypto_release_buf(&http->body);
	if (status == 0 && body->failed) {
		(void)session_out_of_memory(session);
		status = 503;
	}
	if (status == 0)
		http_answer(session, 200, "application/json", buf_str(body));
	else
		http_answer_error(session, status);
	crypto_release_buf(body);
	return http_answered(session);
}

/* What came of native_identify(): 0, or a status. */
static int
identified(struct session *session, enum step step)
{
	if (step != STEP_FAIL)
		return 0;
	if (session->err.code == STELE_E_OUT_OF_MEMORY)
		return 503;
	return http_not_let_in(session);
}

static enum step
identify(struct session *session)
{
	struct native_request request;
	struct native_basic space;
	enum step step;

	http_know_request(session, str_of("", 0), &space, &request);
	step = native_identify(session, &request);
	crypto_wipe(&space, sizeof(space));
	return step;
}

static enum step
tell_session(struct session *session)
{
	enum step step = identify(session);
	struct buf body;

	if (step != STEP_DONE && step != STEP_FAIL)
		return step;
	buf_init(&body);
	if (step == STEP_DONE) {
		buf_put_u8(&body, '{');
		put_session(session, &body);
	}
	return finish(session, identified(session, step), &body);
}

/* A token for the identity: 0, or a status. */
static int
put_token(struct session *session, struct buf *body)
{
	struct native_admission answer;

	if (!native_lend(session, &session->native->identity, &answer)) {
		(void)error_set(&session->err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "no token is given over this connection: %s",
		    answer.reason);
		return 403;
	}
	buf_put_cstr(body, "{\"token\":\"");
	buf_put_str(body, str_of(answer.token, NATIVE_TOKEN_SIZE));
	buf_put_cstr(body, "\",");
	crypto_wipe(answer.token, sizeof(answer.token));
	put_session(session, body);
	return 0;
}

enum { SIGN_IN_USER, SIGN_IN_PASSWORD, SIGN_IN_SIGNATURE, SIGN_IN_COUNT };

/* Who the body says it is from: 0, or 400. */
static int
sign_in_request(struct session *session, struct text_member *members,
    struct arena *arena, struct native_request *out)
{
	int rc = read_members(buf_str(&session->native->http->body), members,
	    SIGN_IN_COUNT, arena, &session->err);
	bool has_password = members[SIGN_IN_PASSWORD].text.data != NULL;

	if (rc == 0 &&
	    (members[SIGN_IN_USER].text.data == NULL ||
		has_password == (members[SIGN_IN_SIGNATURE].text.data != NULL)))
		rc = error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "\"user\" and one of \"password\" and \"signature\" are "
		    "needed");
	*out = (struct native_request){
		.proof = has_password ? NATIVE_PASSWORD : NATIVE_INLINE,
		.user = members[SIGN_IN_USER].text,
		.password = members[SIGN_IN_PASSWORD].text,
		.signature = members[SIGN_IN_SIGNATURE].text,
		.text = members[SIGN_IN_USER].text, /* as AUTH's */
		.command = STR(""),
	};
	return rc == 0 ? 0 : 400;
}

/* By the body: STEP_DONE once he is known; *status is not 0 for a wrong body. */
static enum step
sign_in_by_body(struct session *session, int *status)
{
	struct text_member members[SIGN_IN_COUNT] = {
		[SIGN_IN_USER] = { .name = "user" },
		[SIGN_IN_PASSWORD] = { .name = "password" },
		[SIGN_IN_SIGNATURE] = { .name = "signature" },
	};
	const struct text_member *password = &members[SIGN_IN_PASSWORD];
	struct native_request request;
	enum step step = STEP_DONE;
	struct arena arena;

	arena_init(&arena, NULL);
	*status = sign_in_request(session, members, &arena, &request);
	if (*status == 0)
		step = native_identify(session, &request);
	if (password->is_copy && password->text.data != NULL)
		crypto_wipe((void *)(uintptr_t)password->text.data,
		    password->text.len);
	arena_release(&arena);
	return step;
}

static enum step
give_token(struct session *session)
{
	int status = 0;
	struct buf body;
	enum step step;

	if (session->native->http->body.len == 0)
		step = identify(session);
	else
		step = sign_in_by_body(session, &status);
	if (step != STEP_DONE && step != STEP_FAIL)
		return step;
	if (status == 0)
		status = identified(session, step);
	buf_init(&body);
	if (status == 0)
		status = put_token(session, &body);
	return finish(session, status, &body);
}

static enum step
end_token(struct session *session)
{
	enum step step = identify(session);
	struct native_request request;
	struct native_basic space;
	struct buf body;

	if (step != STEP_DONE && step != STEP_FAIL)
		return step;
	http_know_request(session, str_of("", 0), &space, &request);
	if (request.proof == NATIVE_TOKEN)
		native_tokens_drop(&session->server->auth.tokens,
		    request.token);
	crypto_wipe(&space, sizeof(space));
	buf_init(&body);
	buf_put_cstr(&body, "{\"token\":null}\n");
	return finish(session, identified(session, step), &body);
}

/* ---- cancelling ---- */

struct cancel_search {
	struct str request_id;
	const struct catalog *catalog;
	uint32_t role_oid;
	uint32_t found;
	uint32_t cancelled;
};

/* With the server's mutex. */
static void
cancel_if_it_is(void *arg, struct session *session)
{
	struct cancel_search *search = arg;
	struct activity_view view;

	activity_get(&session->activity, &view);
	if (view.state != ACTIVITY_ACTIVE ||
	    !str_equal(search->request_id,
		str_of(view.request_id, view.request_id_len)))
		return;
	search->found++;
	if (!session_role_may_signal(search->catalog, search->role_oid,
		session->login_role_oid))
		return;
	search->cancelled++;
	session_cancel(session, CANCEL_USER);
}

/* 0, or a status. */
static int
put_cancelled(struct session *session, struct buf *body)
{
	struct http_door *http = session->native->http;
	struct text_member member = { .name = "request_id" };
	struct cancel_search search = { .found = 0 };

	if (read_members(buf_str(&http->body), &member, 1, &http->arena,
		&session->err) != 0)
		return 400;
	if (member.text.len == 0) {
		(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "\"request_id\" is needed");
		return 400;
	}
	search.request_id = member.text;
	search.role_oid = session->native->identity.role_oid;
	search.catalog = engine_catalog(session->server->engine);
	server_each_session(session->server, cancel_if_it_is, &search);
	catalog_unref(search.catalog);
	if (search.found > 0 && search.cancelled == 0) {
		(void)error_set(&session->err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "what another user has asked for may not be cancelled");
		return 403;
	}
	buf_printf(body, "{\"cancelled\":%" PRIu32 "}\n", search.cancelled);
	return 0;
}

static enum step
cancel(struct session *session)
{
	enum step step = identify(session);
	struct buf body;
	int status;

	if (step != STEP_DONE && step != STEP_FAIL)
		return step;
	status = identified(session, step);
	buf_init(&body);
	if (status == 0)
		status = put_cancelled(session, &body);
	session->native->has_identity = false; /* it was for this request */
	return finish(session, status, &body);
}

enum step
http_user_step(struct session *session)
{
	enum http_action action = session->native->http->route->action;

	/* Replies to what came before stand before this one. */
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	if (action == HTTP_GIVE_TOKEN)
		return give_token(session);
	if (action == HTTP_END_TOKEN)
		return end_token(session);
	if (action == HTTP_CANCEL)
		return cancel(session);
	return tell_session(session);
}
