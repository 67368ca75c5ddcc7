/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_plain.c -- statements that store one row of parameters and
 * constants: the net thread stores it where it stands.
 *
 * Most clients send Bind, Describe and Execute for it, one behind the other.
 * When all three are there, and nothing is out of the ordinary, the row is made
 * of the parameters where they lie in the message: these are not copied into a
 * portal, and the messages behind the first are not looked at one by one.  What
 * follows of a pipeline is the same with other values, mostly: then nothing is
 * looked up again, and what is counted and shown of statements is so once for
 * all of them.
 *
 * Nobody sees that but by the time it takes: what cannot be done this way has
 * done nothing yet, and goes message by message, which says what is wrong.
 */
#include "plan/logical.h"
#include "server/session_private.h"
#include "wire/pg_backend.h"

/* Executions that are made in a row before others have their turn. */
#define ALIKE_MAX 256

#define MODEL_ANSWER_SIZE 64 /* three messages, one with a tag */

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
	    !transaction_needs_snapshot(session) &&
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

/* What has come behind the messages that are handled. */
static struct str
input_behind(const struct session *session)
{
	struct str input = conn_input(session->conn);

	return str_of(input.data + session->frame_size,
	    input.len - session->frame_size);
}

/* Room for the values of one message; NULL: no memory. */
static struct datum *
new_params(struct session *session, const struct pg_bind *bind)
{
	struct arena *scratch = &session->net->scratch;
	struct datum *params =
	    arena_alloc_array(scratch, bind->param_count + 1, sizeof(*params));

	return scratch->failed ? NULL : params;
}

/* A payload's reader refuses what is not UTF-8 itself. */
static bool
is_payload(const struct plan *plan, uint32_t i)
{
	return plan->payload_param == i + 1 &&
	    plan->param_types[i].oid == TYPE_JSON;
}

/* The values, as long as the message. */
static bool
read_params(struct session *session, struct portal *portal,
    const struct pg_bind *bind, struct datum *params)
{
	const struct plan *plan = portal->planned->plan;
	struct arena *scratch = &session->net->scratch;

	for (uint32_t i = 0; i < bind->param_count; i++) {
		const struct pg_value *value = &bind->params[i];

		if (is_payload(plan, i))
			params[i] = (struct datum){ .str = value->bytes,
				.is_null = value->is_null };
		else if (session_read_param(session, portal, bind, i, scratch,
			     &params[i]) != 0)
			return false;
	}
	return !scratch->failed;
}

/* The row of the values; false: nothing was done. */
static bool
insert_values(struct session *session, struct portal *portal,
    const struct pg_bind *bind, struct datum *params)
{
	return read_params(session, portal, bind, params) &&
	    session_insert_plain(session, portal, params) == 0;
}

/* One execution that was answered, and that others are like. */
struct model {
	const struct planned *planned;
	const struct pg_bind *bind;
	bool is_described;
	char answer[MODEL_ANSWER_SIZE];
	size_t answer_len; /* 0: nothing is like it */
};

static void
keep_answer(struct model *model, const struct buf *out, size_t begin)
{
	size_t len = out->len - begin;

	model->answer_len = 0;
	if (out->failed || len > sizeof(model->answer))
		return;
	memcpy(model->answer, out->data + begin, len);
	model->answer_len = len;
}

/* A statement of the same plan, be it under another name. */
static bool
has_plan(const struct session *session, struct str name,
    const struct planned *planned)
{
	const struct prepared *prepared = prepared_find(&session->table, name);

	return prepared != NULL && prepared->planned == planned;
}

/* The size of the next execution if it is like the model; 0: it is not. */
static size_t
next_like(const struct session *session, const struct model *model,
    struct pg_value *values)
{
	struct str input = input_behind(session), name;
	bool is_described;
	size_t size, behind;

	size = pg_bind_at(input, model->bind,
	    (size_t)session->settings.server->max_statement_size_bytes, &name,
	    values);
	if (size == 0 || size > CHEAP_PARAM_BYTES)
		return 0;
	behind = pg_execution_at(str_of(input.data + size, input.len - size),
	    &is_described);
	if (behind == 0 || is_described != model->is_described ||
	    !has_plan(session, name, model->planned) ||
	    write_batch_is_full(session->transaction.batch))
		return 0;
	return size + behind;
}

/* As many as there are; what is wrong with one its message will say. */
static uint64_t
insert_alike(struct session *session, struct portal *portal,
    const struct model *model, struct datum *params)
{
	struct arena *scratch = &session->net->scratch;
	struct pg_value *values = arena_alloc_array(scratch,
	    model->bind->param_count + 1, sizeof(*values));
	struct pg_bind bind = *model->bind;
	struct buf *out = session_out(session);
	struct arena_mark mark = arena_mark(scratch);
	uint64_t count = 0;
	size_t size;

	bind.params = values;
	while (!scratch->failed && count < ALIKE_MAX &&
	    (size = next_like(session, model, values)) > 0 &&
	    insert_values(session, portal, &bind, params)) {
		buf_put(out, model->answer, model->answer_len);
		session->frame_size += size;
		arena_rewind(scratch, mark);
		count++;
	}
	return count;
}

/* What follows of the pipeline, as one run of the statement. */
static void
execute_alike(struct session *session, struct portal *portal,
    const struct model *model, struct datum *params)
{
	struct statement_runs runs = { .calls = 0 };

	if (model->answer_len == 0)
		return;
	session->started_ns = session->now_ns;
	runs.calls = runs.rows = insert_alike(session, portal, model, params);
	if (runs.calls == 0)
		return;
	session_look_at_clock(session);
	runs.total_ns = session->now_ns - session->started_ns;
	session_count_runs(session, &runs);
}

bool
execute_at_hand(struct session *session, const struct prepared *prepared,
    const struct pg_bind *bind)
{
	const struct planned *planned = prepared->planned;
	struct model model = { .planned = planned, .bind = bind };
	struct portal *portal;
	struct datum *params;
	size_t size, begin;

	if (bind->portal.len > 0 || planned == NULL ||
	    !session_is_plain(session, planned, bytes_of(bind)))
		return false;
	size = pg_execution_at(input_behind(session), &model.is_described);
	if (size == 0 || !is_ordinary(session, planned) ||
	    transaction_batch(session) == NULL)
		return false;
	portal = session_portal(session, prepared, bind->portal);
	params = new_params(session, bind);
	if (portal == NULL || params == NULL)
		return false;
	session_types(session, portal);
	if (!insert_values(session, portal, bind, params))
		return false;
	begin = session_out(session)->len;
	pg_put_empty(session_out(session), '2');
	if (model.is_described)
		pg_put_empty(session_out(session), 'n');
	statement_begin(session, planned->source, planned->stmt);
	session_inserted(session, portal);
	session->frame_size += size;
	keep_answer(&model, session_out(session), begin);
	execute_alike(session, portal, &model, params);
	return true;
}
