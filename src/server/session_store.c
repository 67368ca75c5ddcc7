/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_store.c -- a STORE that comes as text, by the plan of one before.
 *
 * A client that sends STORE after STORE sends the same statement with another
 * context and payload each time.  The session keeps the plan of
 * "STORE type FOR $1 PAYLOAD $2" for the types it has stored last, and a text
 * that says no more than that (sql/store_text.h) becomes its two parameters,
 * neither parsed nor planned.
 *
 * Nobody sees that but by the time it takes: a statement that fails this way has
 * done nothing yet, and is begun once more as any other, which says what is
 * wrong and where.
 */
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"
#include "plan/logical.h"
#include "server/session_private.h"
#include "sql/ast.h"
#include "sql/store_text.h"

#define HEAD     "STORE "
#define TAIL     " FOR $1 PAYLOAD $2"
#define NAME_MAX 65 /* with its quotes */

/* Longer ones are no matter of a text that is read twice. */
#define STORE_TEXT_MAX ((size_t)4 << 10)

/* As it stands in the text of the plan. */
static struct str
name_of(const struct planned *planned)
{
	struct str text = planned->source->text;

	return str_of(text.data + strlen(HEAD),
	    text.len - strlen(HEAD) - strlen(TAIL));
}

static void
forget(struct session *session, uint32_t at)
{
	planned_unref(session->stores.plans[at]);
	session->stores.plans[at] = NULL;
}

void
store_plans_release(struct session *session)
{
	for (uint32_t i = 0; i < STORE_PLANS; i++)
		forget(session, i);
}

static bool
is_plain(const struct planned *planned)
{
	const struct plan *plan = planned->plan;

	return plan->kind == PLAN_INSERT && plan->insert->plain != NULL &&
	    plan->column_count == 0 && plan->param_count == 2;
}

/* Why it cannot be made is said when the statement itself is planned. */
static struct planned *
make_plan(struct session *session, struct str name)
{
	char text[sizeof(HEAD) + NAME_MAX + sizeof(TAIL)];
	int len = snprintf(text, sizeof(text), HEAD "%.*s" TAIL, STR_FMT(name));
	struct planned *planned = NULL;
	struct source *source;
	struct error ignored;

	source = session_source(session, str_of(text, (size_t)len));
	if (source == NULL)
		return NULL;
	if (source_parse(source, SQL_DIALECT_NATIVE, &ignored) == 0 &&
	    session_plan(session, source, source_stmt(source), NULL, 0,
		&planned, &ignored) == 0 &&
	    !is_plain(planned)) {
		planned_unref(planned);
		planned = NULL;
	}
	source_unref(source);
	return planned;
}

/* Borrowed; NULL if there is none and none can be made. */
static struct planned *
plan_of(struct session *session, struct str name)
{
	struct store_plans *stores = &session->stores;
	uint32_t at = 0;

	while (at < STORE_PLANS &&
	    (stores->plans[at] == NULL ||
		!str_equal(name_of(stores->plans[at]), name)))
		at++;
	if (at < STORE_PLANS && session_is_fresh(session, stores->plans[at]))
		return stores->plans[at];
	if (at == STORE_PLANS)
		at = stores->next++ % STORE_PLANS;
	forget(session, at);
	stores->plans[at] = make_plan(session, name);
	return stores->plans[at];
}

/* The text itself is logged, or a worker is to do it. */
static bool
is_for_others(const struct session *session, struct str text)
{
	const struct transaction *transaction = &session->transaction;

	return text.len > STORE_TEXT_MAX ||
	    session->settings.config.log_min_duration_statement_ms >= 0 ||
	    transaction->state == TRANSACTION_FAILED ||
	    (transaction->batch != NULL &&
		write_batch_is_full(transaction->batch));
}

/* Where it lies in the copy of the text. */
static struct datum
param_of(struct str copy, struct str text, struct str part)
{
	return (struct datum){
		.str = str_of(copy.data + (part.data - text.data), part.len),
	};
}

bool
store_begin(struct session *session, struct str text)
{
	struct portal *portal = &session->simple;
	struct store_text store;
	struct planned *planned;

	if (is_for_others(session, text) || !store_text_scan(text, &store) ||
	    !utf8_is_valid(text))
		return false;
	planned = plan_of(session, store.name);
	if (planned == NULL)
		return false;
	portal->stored = arena_str(&portal->arena, text);
	portal->params =
	    arena_alloc_array(&portal->arena, 2, sizeof(*portal->params));
	if (portal->arena.failed) {
		portal_reset(portal);
		return false;
	}
	portal->params[0] = param_of(portal->stored, text, store.context);
	portal->params[1] = param_of(portal->stored, text, store.payload);
	portal->param_count = 2;
	portal->param_bytes = text.len;
	portal->planned = planned_ref(planned);
	session->source = source_ref(planned->source);
	session->next_stmt = 0;
	transaction_start(session);
	statement_begin_as(session, session->source, planned->stmt,
	    store.statement);
	return true;
}

enum step
store_anew(struct session *session)
{
	struct portal *portal = &session->simple;
	struct source *source = session_source(session, portal->stored);

	source_unref(session->source);
	session->source = source;
	portal_reset(portal);
	if (source != NULL)
		return simple_parse(session);
	(void)session_out_of_memory(session);
	session_fail_ready(session);
	return STEP_DONE;
}
