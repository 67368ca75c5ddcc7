/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voice_pg.c -- PostgreSQL's protocol 3: which messages come, and which answer.
 *
 * Messages are made in UTF-8; what a client of another encoding gets is
 * rewritten as soon as it is put.
 */
#include "server/voice_pg.h"

#include <assert.h>

#include "server/session_private.h"
#include "wire/pg_backend.h"
#include "wire/pg_frontend.h"
#include "wire/pg_recode.h"

static const struct text_encoding *
encoding_of(const struct session *session)
{
	return session->settings.types.encoding;
}

void
voice_pg_recode(const struct session *session, struct buf *out, size_t begin)
{
	if (encoding_of(session) != NULL)
		pg_recode_messages(out, begin, encoding_of(session));
}

int
voice_pg_take_text(struct session *session, struct arena *arena,
    struct str *text)
{
	if (encoding_of(session) == NULL)
		return pg_check_text(*text, &session->err);
	return pg_recode_text(encoding_of(session), arena, text, &session->err);
}

/* ---- requests ---- */

/* UTF-8 is checked when it is parsed: on a worker, if it is long. */
static enum step
on_query(struct session *session, struct str body)
{
	struct arena scratch;
	struct str text;
	enum step step;
	int rc;

	arena_init(&scratch, NULL);
	rc = pg_query_decode(body, &text, &session->err);
	if (rc == 0 && encoding_of(session) != NULL)
		rc = voice_pg_take_text(session, &scratch, &text);
	if (rc == 0) {
		step = simple_begin(session, text);
	} else {
		session_fail_ready(session);
		step = STEP_DONE;
	}
	arena_release(&scratch);
	return step;
}

/* Anything else means that the two sides disagree about where they are. */
static enum step
lost_in_copy(struct session *session, char type)
{
	(void)error_set(&session->err, STELE_E_PROTOCOL_VIOLATION,
	    "unexpected message type 0x%02X during COPY from stdin",
	    (unsigned)(uint8_t)type);
	return copy_in_lost(session);
}

static enum step
copy_step(struct session *session, const struct pg_frame *frame)
{
	struct str reason;

	if (session_check_cancel(session) != 0)
		return copy_in_cancelled(session);
	switch (frame->type) {
	case 'd':
		return copy_in_data(session, frame->body);
	case 'c':
		return copy_in_done(session);
	case 'f':
		if (pg_copy_fail_decode(frame->body, &reason, &session->err) !=
		    0)
			return copy_in_fail(session, NULL);
		return copy_in_fail(session, &reason);
	case 'H':
	case 'S':
		return STEP_DONE;
	default:
		return lost_in_copy(session, frame->type);
	}
}

static enum step
message_step(struct session *session, const struct pg_frame *frame)
{
	if (session->copy != NULL)
		return copy_step(session, frame);
	if (session->skip_to_sync && frame->type != 'S')
		return STEP_DONE;
	if (frame->type == 'Q')
		return on_query(session, frame->body);
	return extended_step(session, frame);
}

/*
 * What is left of a COPY that has failed: it is dropped, and since no reply ends
 * it, it begins nothing.
 */
static bool
is_left_of_copy(const struct session *session, const struct pg_frame *frame)
{
	return session->copy == NULL &&
	    (frame->type == 'd' || frame->type == 'c' || frame->type == 'f');
}

static enum step
next_message(struct session *session)
{
	struct str input = conn_input(session->conn);
	struct pg_frame frame;
	enum step step;
	int rc;

	rc = pg_frame_next((const uint8_t *)input.data, input.len,
	    (size_t)session->settings.server->max_statement_size_bytes, &frame,
	    &session->err);
	if (rc < 0) {
		session_fatal(session);
		return STEP_IDLE;
	}
	if (rc == 0) {
		conn_want(session->conn, frame.size);
		return STEP_IDLE;
	}
	conn_want(session->conn, 0);
	session->frame_size = frame.size;
	if (frame.type == 'X') {
		session_goodbye(session);
		return STEP_IDLE;
	}
	if (!session->is_busy && !is_left_of_copy(session, &frame))
		session_begin_work(session);
	step = message_step(session, &frame);
	if (step != STEP_AGAIN && step != STEP_MORE && step != STEP_YIELD &&
	    step != STEP_IDLE && session->conn != NULL)
		conn_consume(session->conn, session->frame_size);
	return step;
}

/* Every client ends its Execute with a Sync, or flushes it. */
static enum alone
follows(const struct session *session)
{
	struct str rest = conn_input(session->conn);

	rest.data += session->frame_size;
	rest.len -= session->frame_size;
	while (rest.len > PG_FRAME_HEADER_SIZE && rest.data[0] == 'H') {
		rest.data += PG_FRAME_HEADER_SIZE;
		rest.len -= PG_FRAME_HEADER_SIZE;
	}
	if (rest.len == 0)
		return NOT_KNOWN;
	return rest.data[0] == 'S' ? IS_ALONE : IS_NOT_ALONE;
}

/* ---- rows ---- */

void
voice_pg_describe(struct session *session, struct buf *out,
    const struct planned *planned, struct row_format format)
{
	size_t begin = out->len;

	pg_put_row_description(out, planned->columns, planned->column_count,
	    format.formats, format.count);
	voice_pg_recode(session, out, begin);
}

static void
put_columns(struct session *session, struct buf *out,
    const struct portal *portal, struct row_format format)
{
	voice_pg_describe(session, out, portal->planned, format);
}

/*
 * A row has been put from `begin` on: in the client's encoding, or taken back
 * with session->job.rc if it cannot be said in that, or had no memory.
 */
static bool
keep_row(struct session *session, struct buf *out, size_t begin, int rc)
{
	session->job.rc = rc;
	if (!out->failed)
		return rc == 0;
	/* What was put before it is whole, and is sent. */
	out->len = begin;
	out->failed = false;
	session->job.rc = error_no_memory(&session->err);
	return false;
}

static uint32_t
put_data_rows(struct session *session, struct buf *out,
    const struct batch *batch, uint32_t first, uint32_t count,
    size_t limit_bytes)
{
	const struct portal *portal = session->job.portal;
	const struct pg_column *columns = portal->planned->columns;
	const struct row_format format = session->job.format;
	const struct text_encoding *encoding = encoding_of(session);
	uint32_t i = 0;

	while (i < count) {
		size_t begin = out->len;
		int rc = 0;

		pg_put_data_row(out, columns, format.formats, format.count,
		    &portal->types, batch, sel_row(batch->sel, first + i));
		if (encoding != NULL)
			rc = pg_recode_row(out, begin, columns, format.formats,
			    format.count, encoding, &session->err);
		if ((rc != 0 || out->failed) &&
		    !keep_row(session, out, begin, rc))
			break;
		i++;
		if (out->len >= limit_bytes)
			break;
	}
	return i;
}

static uint32_t
put_copy_rows(struct session *session, struct buf *out,
    const struct batch *batch, uint32_t first, uint32_t count,
    size_t limit_bytes)
{
	const struct portal *portal = session->job.portal;
	const struct pg_column *columns = portal->planned->columns;
	const struct text_encoding *encoding = copy_encoding(session, portal);
	struct buf scratch;
	uint32_t i = 0;

	buf_init_charged(&scratch, &session->server->memory);
	while (i < count) {
		bool is_first = session->job.row_count == 0 && i == 0;
		size_t begin = out->len;
		int rc = 0;

		pg_put_copy_row(out, &portal->copy, columns, &portal->types,
		    batch, sel_row(batch->sel, first + i), is_first, &scratch);
		if (encoding != NULL)
			rc = pg_recode_copy_row(out, begin, &portal->copy,
			    columns, is_first, encoding, &session->err);
		if ((rc != 0 || out->failed) &&
		    !keep_row(session, out, begin, rc))
			break;
		i++;
		if (out->len >= limit_bytes)
			break;
	}
	buf_release(&scratch);
	return i;
}

static uint32_t
put_rows(struct session *session, struct buf *out, const struct batch *batch,
    uint32_t first, uint32_t count, size_t limit_bytes)
{
	if (session->job.portal->planned->plan->kind == PLAN_COPY_TO)
		return put_copy_rows(session, out, batch, first, count,
		    limit_bytes);
	return put_data_rows(session, out, batch, first, count, limit_bytes);
}

static int
put_text_rows(struct session *session, struct buf *out,
    const struct text_rows *rows, uint32_t first, uint32_t count)
{
	const struct str *row =
	    rows->values + (size_t)first * rows->column_count;
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		size_t begin = out->len;

		pg_put_text_row(out, row, rows->column_count);
		if (encoding_of(session) != NULL)
			rc = pg_recode_row(out, begin, NULL, NULL, 0,
			    encoding_of(session), &session->err);
		row += rows->column_count;
	}
	return rc;
}

static void
put_suspended(struct session *session UNUSED, struct buf *out)
{
	pg_put_empty(out, 's');
}

static void
put_empty(struct session *session UNUSED, struct buf *out)
{
	pg_put_empty(out, 'I');
}

/* ---- COPY ---- */

static void
begin_copy_in(struct session *session UNUSED, struct buf *out,
    const struct portal *portal)
{
	pg_put_copy_response(out, 'G', portal->copy.is_binary,
	    portal->planned->plan->column_count);
}

static void
begin_copy_out(struct session *session UNUSED, struct buf *out,
    const struct portal *portal)
{
	pg_put_copy_response(out, 'H', portal->copy.is_binary,
	    portal->planned->column_count);
}

static int
put_copy_header(struct session *session, struct buf *out,
    const struct portal *portal)
{
	const struct planned *planned = portal->planned;
	const struct text_encoding *encoding = copy_encoding(session, portal);
	size_t begin = out->len;

	pg_put_copy_header(out, &portal->copy, planned->columns,
	    planned->column_count);
	return encoding == NULL
	    ? 0
	    : pg_recode_copy_row(out, begin, &portal->copy, planned->columns,
		  false, encoding, &session->err);
}

static void
end_copy_out(struct session *session UNUSED, struct buf *out,
    const struct portal *portal, uint64_t row_count)
{
	pg_put_copy_trailer(out, &portal->copy, row_count == 0);
	pg_put_empty(out, 'c');
}

static const struct voice_copy copy = {
	.begin_in = begin_copy_in,
	.begin_out = begin_copy_out,
	.header = put_copy_header,
	.end_out = end_copy_out,
};

/* ---- the rest ---- */

static void
put_complete(struct session *session UNUSED, struct buf *out, const char *tag)
{
	pg_put_command_complete(out, tag);
}

static const enum pg_severity severities[] = {
	[VOICE_ERROR] = PG_ERROR,
	[VOICE_FATAL] = PG_FATAL,
	[VOICE_WARNING] = PG_WARNING,
	[VOICE_NOTICE] = PG_NOTICE,
};

static void
put_report(struct session *session, struct buf *out,
    enum voice_severity severity, const struct error *err)
{
	size_t begin = out->len;

	pg_put_error(out, severities[severity], err);
	voice_pg_recode(session, out, begin);
}

static void
put_note(struct session *session, struct buf *out, enum voice_severity severity,
    const char *sqlstate, const char *message)
{
	size_t begin = out->len;

	pg_put_notice(out, severities[severity], sqlstate, message);
	voice_pg_recode(session, out, begin);
}

static void
put_setting(void *arg, struct str name, struct str value)
{
	pg_put_parameter_status(arg, name, value);
}

static void
put_settings(struct session *session, struct buf *out)
{
	size_t begin = out->len;

	settings_report(&session->settings, put_setting, out);
	voice_pg_recode(session, out, begin);
}

static void
put_ready(struct session *session UNUSED, struct buf *out, char status)
{
	pg_put_ready(out, status);
}

static void
put_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid UNUSED)
{
	put_report(session, out, VOICE_ERROR, err);
	pg_put_ready(out, 'I');
	/* Reports that were cut off are sent again. */
	settings_forget_reports(&session->settings);
}

const struct voice voice_pg = {
	.dialect = SQL_DIALECT_POSTGRES,
	.can_listen = true,
	.copy = &copy,
	.startup = startup_step,
	.input = next_message,
	.follows = follows,
	.columns = put_columns,
	.rows = put_rows,
	.text_rows = put_text_rows,
	.suspended = put_suspended,
	.empty = put_empty,
	.complete = put_complete,
	.error = put_report,
	.notice = put_report,
	.note = put_note,
	.settings = put_settings,
	.ready = put_ready,
	.commit_failed = put_commit_failed,
};
