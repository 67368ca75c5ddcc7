/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_plain.c -- statements that store one row of parameters and
 * constants: the net thread stores it where it stands.
 *
 * Most clients send Bind, Describe and Execute for it, one behind the other.
 * When all three are there, and nothing is out of the ordinary, the row is made
 * of the parameters where they lie in the message: these are not copied into a
 * portal, and the messages behind the first are not looked at one by one.
 *
 * Nobody sees that but by the time it takes: what cannot be done this way has
 * done nothing yet, and goes message by message, which says what is wrong.
 */
#include "plan/logical.h"
#include "server/session_private.h"
#include "wire/pg_backend.h"

bool
session_is_plain(const struct session *session, const struct planned *planned,
    size_t param_bytes)
{
	const struct plan *plan = planned->plan;

	return plan->kind == PLAN_INSERT && plan->insert->plain != NULL &&
	    plan->column_count == 0 && !planned->source->is_large &&
	    param_bytes <= CHEAP_PARAM_BYTES &&
	    !(session->transaction.batch != NULL &&
		write_batch_is_full(session->transaction.batch));
}

int
session_insert_plain(struct session *session, struct portal *portal,
    const struct datum *params)
{
	int rc;

	session->transaction.has_statement = true;
	rc = exec_insert_plain(portal->planned->plan->insert, params,
	    &session->settings.types, session->transaction.batch,
	    &session->err);
	if (rc == 0)
		portal->tag_count = 1;
	return rc;
}

void
session_inserted(struct session *session, struct portal *portal)
{
	char tag[PLAN_TAG_SIZE];

	portal->state = PORTAL_DONE;
	plan_tag(portal->planned->plan, portal->tag_count, tag);
	session_complete(session, tag, true);
	statement_end(session);
}

/* ---- Bind, Describe and Execute ---- */

/* What the messages would be refused for, or wait for, one by one. */
static bool
is_ordinary(struct session *session, const struct planned *planned)
{
	return session->settings.types.encoding == NULL &&
	    session_check_cancel(session) == 0 &&
	    session_check_rights(session, planned->plan, planned->catalog) ==
	    0 &&
	    session_check_writable(session, "INSERT") == 0 &&
	    session_check_no_reader(session) == 0 && !session->is_wake_due &&
	    !engine_may_be_full(session->server->engine);
}

static size_t
bytes_of(const struct pg_bind *bind)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < bind->param_count; i++)
		bytes += bind->params[i].bytes.len;
	return bytes;
}

/* The size of Describe and Execute; 0 if they are not there. */
static size_t
messages_behind(const struct session *session, bool *is_described)
{
	struct str input = conn_input(session->conn);

	return pg_execution_at(str_of(input.data + session->frame_size,
				   input.len - session->frame_size),
	    is_described);
}

/* The values, as long as the message; NULL if one cannot be read. */
static struct datum *
read_params(struct session *session, struct portal *portal,
    const struct pg_bind *bind)
{
	struct arena *scratch = &session->net->scratch;
	struct datum *params =
	    arena_alloc_array(scratch, bind->param_count + 1, sizeof(*params));

	session_types(session, portal);
	for (uint32_t i = 0; i < bind->param_count; i++)
		if (session_read_param(session, portal, bind, i, scratch,
			&params[i]) != 0)
			return NULL;
	return scratch->failed ? NULL : params;
}

bool
execute_at_hand(struct session *session, const struct prepared *prepared,
    const struct pg_bind *bind)
{
	const struct planned *planned = prepared->planned;
	const struct datum *params;
	struct portal *portal;
	bool is_described;
	size_t size;

	if (bind->portal.len > 0 || planned == NULL ||
	    !session_is_plain(session, planned, bytes_of(bind)))
		return false;
	size = messages_behind(session, &is_described);
	if (size == 0 || !is_ordinary(session, planned) ||
	    transaction_batch(session) == NULL)
		return false;
	portal = session_portal(session, prepared, bind->portal);
	if (portal == NULL)
		return false;
	params = read_params(session, portal, bind);
	if (params == NULL ||
	    session_insert_plain(session, portal, params) != 0)
		return false;
	pg_put_empty(session_out(session), '2');
	if (is_described)
		pg_put_empty(session_out(session), 'n');
	statement_begin(session, planned->source, planned->stmt);
	session_inserted(session, portal);
	session->frame_size += size;
	return true;
}
