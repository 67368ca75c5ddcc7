/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_copy.c -- COPY FROM STDIN.
 *
 * The lines of a COPY go into the transaction's batch as they come; the reply
 * is that of any write.  An error drops what COPY has added; the rest of the
 * client's data is dropped because nobody waits for it any more.
 */
#include <stdlib.h>

#include "exec/exec.h"
#include "plan/logical.h"
#include "server/session_private.h"
#include "sql/ast.h"
#include "types/encoding.h"
#include "wire/pg_recode.h"

/* What one session reads before others have their turn: some milliseconds. */
#define BATCHES_PER_TURN 4

struct copy_in {
	struct portal *portal; /* borrowed */
	struct copy_sink *sink;
	struct pg_copy_decoder decoder;
	struct write_batch_mark mark;
	bool is_fed; /* the decoder has the message that is handled */
	struct pg_recode_rest rest; /* see feed() */
	struct arena recoded;       /* values of a batch; see recode_values() */
};

const struct text_encoding *
copy_encoding(const struct session *session, const struct portal *portal)
{
	const struct text_encoding *own = portal->copy.encoding;

	if (own == NULL)
		return session->settings.types.encoding;
	return own == encoding_utf8 ? NULL : own;
}

/* A message's bytes to the decoder, which reads UTF-8. */
static int
feed(struct session *session, struct copy_in *copy, struct str bytes)
{
	const struct text_encoding *encoding =
	    copy_encoding(session, copy->portal);
	struct buf text;
	int rc;

	if (encoding == NULL || copy->portal->copy.is_binary)
		return pg_copy_decoder_feed(&copy->decoder, bytes,
		    &session->err);
	buf_init(&text);
	rc =
	    pg_recode_piece(encoding, &copy->rest, bytes, &text, &session->err);
	if (rc == 0)
		rc = pg_copy_decoder_feed(&copy->decoder, buf_str(&text),
		    &session->err);
	buf_release(&text);
	return rc;
}

/* Values in binary form that are texts, to UTF-8; *bad_row is one that is none. */
static int
recode_values(struct session *session, struct copy_in *copy,
    struct batch *values, uint32_t *bad_row)
{
	const struct plan *plan = copy->portal->planned->plan;
	const struct text_encoding *encoding =
	    copy_encoding(session, copy->portal);

	if (encoding == NULL || !copy->portal->copy.is_binary)
		return 0;
	arena_reset(&copy->recoded);
	for (*bad_row = 0; *bad_row < values->row_count; ++*bad_row) {
		for (uint32_t i = 0; i < values->col_count; i++) {
			struct vec *vec = &values->cols[i];
			int rc;

			if (vec_is_null(vec, *bad_row))
				continue;
			rc = pg_recode_value(encoding, &plan->columns[i].type,
			    &copy->recoded, &vec->str[*bad_row], &session->err);
			if (rc != 0)
				return rc;
		}
	}
	return arena_check(&copy->recoded, &session->err);
}

void
copy_in_abandon(struct session *session)
{
	struct copy_in *copy = session->copy;

	if (copy == NULL)
		return;
	session->copy = NULL;
	if (copy->sink != NULL)
		copy_sink_close(copy->sink);
	pg_copy_decoder_release(&copy->decoder);
	arena_release(&copy->recoded);
	free(copy);
}

static int
open_copy(struct session *session, struct copy_in *copy)
{
	struct portal *portal = copy->portal;
	const struct planned *planned = portal->planned;
	const struct ast_copy *stmt = &planned->stmt->copy;
	uint32_t count = planned->plan->column_count;
	struct str *names;
	int rc;

	names = arena_alloc_array(&portal->arena, count + 1, sizeof(*names));
	for (uint32_t i = 0; i < count; i++)
		names[i] = planned->plan->columns[i].name;
	rc = arena_check(&portal->arena, &session->err);
	if (rc == 0)
		rc = pg_copy_decoder_init(&copy->decoder, &portal->copy,
		    ast_name_last(&stmt->table), names, count,
		    (size_t)session->settings.server->max_row_size_bytes,
		    &session->err);
	if (rc == 0)
		rc = copy_sink_open(planned->plan, &portal->context,
		    session->transaction.batch,
		    portal->copy.is_binary ? COPY_VALUES : COPY_TEXTS,
		    &copy->sink, &session->err);
	return rc;
}

enum step
copy_in_begin(struct session *session, struct portal *portal, bool is_simple)
{
	struct copy_in *copy;

	if (is_simple &&
	    copy_options_parse(portal->planned->stmt, portal, &session->err) !=
		0)
		return STEP_FAIL;
	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	copy = calloc(1, sizeof(*copy));
	if (copy == NULL)
		return session_out_of_memory(session);
	session->copy = copy;
	session_context(session, portal);
	copy->portal = portal;
	arena_init(&copy->recoded, NULL);
	copy->mark = write_batch_mark(session->transaction.batch);
	if (open_copy(session, copy) != 0)
		return STEP_FAIL;
	session->voice->copy->begin_in(session, session_out(session), portal);
	session_flush(session);
	return STEP_DONE;
}

/* Undo what this COPY has written; the caller fails the statement. */
static enum step
copy_failed(struct session *session)
{
	write_batch_rewind(session->transaction.batch, session->copy->mark);
	copy_in_abandon(session);
	return STEP_FAIL;
}

enum step
copy_in_cancelled(struct session *session)
{
	pg_copy_decoder_context(&session->copy->decoder, &session->err);
	return copy_failed(session);
}

void
copy_in_cancel(struct session *session)
{
	(void)session_check_cancel(session);
	(void)copy_in_cancelled(session);
	session_fail(session);
}

/*
 * What there is becomes a part that is staged.  STEP_AGAIN if the part before
 * is not done; what came with the message that is handled is still there.
 */
static enum step
stage_rows(struct session *session)
{
	int rc = 0;

	if (!session->is_wake_due)
		rc = write_batch_try_stage(session->transaction.batch,
		    session_wake_cb, session, &session->err);
	if (rc == 0)
		return session_wait_wake(session);
	return rc == 1 ? STEP_DONE : copy_in_cancelled(session);
}

/*
 * The rows that are there; STEP_YIELD if there may be more of them, STEP_AGAIN
 * when those that came before are staged.
 */
static enum step
take_rows(struct session *session)
{
	struct copy_in *copy = session->copy;
	struct pg_copy_decoder *decoder = &copy->decoder;
	struct batch texts;
	uint32_t bad_row;
	enum step step = STEP_DONE;
	int batches = 0;
	int rc;

	if (write_batch_is_full(session->transaction.batch))
		step = stage_rows(session);
	if (step != STEP_DONE)
		return step;
	while (
	    (rc = pg_copy_decoder_next(decoder, &texts, &session->err)) == 1) {
		rc = recode_values(session, copy, &texts, &bad_row);
		if (rc == 0)
			rc = copy_sink_add(copy->sink, &texts,
			    pg_copy_decoder_lines(decoder), &bad_row,
			    &session->err);
		if (rc != 0) {
			pg_copy_decoder_row_context(decoder, bad_row,
			    &session->err);
			break;
		}
		if (++batches == BATCHES_PER_TURN ||
		    write_batch_is_full(session->transaction.batch))
			return STEP_YIELD;
	}
	return rc < 0 ? copy_failed(session) : STEP_DONE;
}

enum step
copy_in_done(struct session *session)
{
	struct copy_in *copy = session->copy;
	struct portal *portal = copy->portal;
	char tag[PLAN_TAG_SIZE];
	enum step step;

	if (session_check_cancel(session) != 0)
		return copy_in_cancelled(session);
	if (copy->rest.len > 0 &&
	    pg_recode_end(copy_encoding(session, portal), &copy->rest,
		&session->err) != 0)
		return copy_failed(session);
	pg_copy_decoder_end(&copy->decoder);
	step = take_rows(session);
	if (step != STEP_DONE)
		return step;
	portal->state = PORTAL_DONE;
	plan_tag(portal->planned->plan, copy_sink_row_count(copy->sink), tag);
	copy_in_abandon(session);
	session_complete(session, tag, true);
	statement_end(session);
	return STEP_DONE;
}

/* What is wrong with the lines that have come is said first. */
enum step
copy_in_fail(struct session *session, const struct str *reason)
{
	struct pg_copy_decoder *decoder = &session->copy->decoder;
	enum step step;

	pg_copy_decoder_hurry(decoder);
	step = take_rows(session);
	if (step != STEP_DONE)
		return step;
	if (reason != NULL)
		(void)error_set(&session->err, STELE_E_QUERY_CANCELED,
		    "COPY from stdin failed: %.*s", STR_FMT(*reason));
	pg_copy_decoder_context(decoder, &session->err);
	session->keep_error = true;
	return copy_failed(session);
}

enum step
copy_in_lost(struct session *session)
{
	pg_copy_decoder_context(&session->copy->decoder, &session->err);
	session->voice->error(session, session_out(session), VOICE_ERROR,
	    &session->err);
	(void)copy_failed(session);
	(void)error_set(&session->err, STELE_E_PROTOCOL_VIOLATION,
	    "terminating connection because protocol synchronization was "
	    "lost");
	session_fatal(session);
	return STEP_IDLE;
}

enum step
copy_in_rows(struct session *session, const struct batch *texts,
    uint32_t *good_count)
{
	enum step step = STEP_DONE;
	int rc;

	*good_count = 0;
	/* It may have come while this waited for the rows before. */
	if (session_check_cancel(session) != 0)
		return copy_in_cancelled(session);
	if (write_batch_is_full(session->transaction.batch))
		step = stage_rows(session);
	if (step != STEP_DONE)
		return step;
	rc = copy_sink_add(session->copy->sink, texts, NULL, good_count,
	    &session->err);
	if (rc != 0) {
		(void)error_position(&session->err,
		    copy_sink_payload_position(session->copy->sink));
		return STEP_FAIL;
	}
	*good_count = texts->row_count;
	return STEP_DONE;
}

enum step
copy_in_data(struct session *session, struct str bytes)
{
	struct copy_in *copy = session->copy;
	enum step step;

	if (!copy->is_fed && feed(session, copy, bytes) != 0)
		return copy_failed(session);
	step = take_rows(session);
	if (session->copy != NULL)
		copy->is_fed = step == STEP_YIELD || step == STEP_AGAIN;
	return step;
}
