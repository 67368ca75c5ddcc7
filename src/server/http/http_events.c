/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_events.c -- see http_events.h.
 *
 *   READING --> BEGINNING --> ADDING --> STORING --> READING ...
 *                                                       `--> ENDED
 *
 * READING    lines of a group come, while none is on its way
 * BEGINNING  COPY is given to the session, or is to be once more
 * ADDING     COPY is on: the lines of the group are added, batch by batch
 * STORING    its transaction is on its way; then the group is reported
 * ENDED      all of the body is reported
 */
#include "server/http/http_events.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/json.h"
#include "server/http/http_event_line.h"
#include "server/http/http_private.h"
#include "server/session_private.h"
#include "types/type_int.h"
#include "wire/http_target.h"

#define GROUP_BYTES ((size_t)256 << 10)

static const struct str copy_text = {
	"COPY events (event_type, context_id, timestamp, payload) FROM STDIN",
	67
};

enum events_state { READING, BEGINNING, ADDING, STORING, ENDED };

/* What became of a line. */
struct events_record {
	uint64_t line;
	size_t error_at; /* in `errors`, from 1; 0: it is stored */
};

struct http_events {
	enum events_state state;
	bool is_atomic;
	bool is_over; /* of the body all is there */
	struct http_event_line defaults;

	struct buf text;  /* of the body, from the first line not added */
	size_t searched;  /* so far there is no newline behind group_len */
	size_t group_len; /* of whole lines; ADDING: of the group's */
	size_t next;      /* of the group: not read yet */
	uint64_t line;    /* the last one that was read */

	/* The batch that is being added. */
	struct arena arena;
	struct vec cols[4];
	size_t record_of[VEC_ROWS];   /* of each row */
	uint64_t number_of[VEC_ROWS]; /* of its line */
	struct str line_of[VEC_ROWS]; /* for positions */
	size_t payload_of[VEC_ROWS];
	uint32_t row_count;
	uint32_t first_row; /* not added yet */

	/* What the group's lines, or the whole body's, came to. */
	struct buf records; /* of struct events_record */
	struct buf errors;  /* the end of each wrong line's report, and NUL */
	uint64_t good_count;
	uint64_t stored_count, failed_count;
	uint64_t first_id, last_id; /* of what is stored; 0: nothing */
};

/* ---- the request ---- */

static bool
is_yes(struct str value)
{
	return str_equal(value, STR("1")) || str_equal(value, STR("true")) ||
	    value.len == 0;
}

/* ?type=&context=&atomic= */
static int
read_query(struct session *session, struct http_events *events)
{
	struct http_door *http = session->native->http;
	struct str query = http->request.query, name, value;
	int rc;

	while ((rc = http_query_next(&query, &http->arena, &name, &value,
		    &session->err)) == 1) {
		if (str_equal(name, STR("type"))) {
			events->defaults.type = value;
		} else if (str_equal(name, STR("context"))) {
			events->defaults.context = value;
		} else if (str_equal(name, STR("atomic"))) {
			events->is_atomic = is_yes(value);
		} else {
			(void)error_set(&session->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "parameter \"%.*s\" is not known", STR_FMT(name));
			return 400;
		}
	}
	return rc == 0 ? 0 : 400;
}

int
http_events_begin(struct session *session)
{
	struct http_events *events = calloc(1, sizeof(*events));
	struct mem_budget *memory = &session->server->memory;

	if (events == NULL) {
		(void)session_out_of_memory(session);
		return 503;
	}
	session->native->http->events = events;
	arena_init(&events->arena, memory);
	buf_init_charged(&events->text, memory);
	buf_init_charged(&events->records, memory);
	buf_init_charged(&events->errors, memory);
	return read_query(session, events);
}

void
http_events_free(struct http_events *events)
{
	if (events == NULL)
		return;
	arena_release(&events->arena);
	buf_release(&events->text);
	buf_release(&events->records);
	buf_release(&events->errors);
	free(events);
}

/* ---- the body ---- */

void
http_events_feed(struct session *session)
{
	const struct http_door *http = session->native->http;

	buf_put_str(&http->events->text, http->request.piece);
}

void
http_events_end(struct session *session)
{
	session->native->http->events->is_over = true;
}

bool
http_events_has_enough(const struct session *session)
{
	const struct http_events *events = session->native->http->events;

	/*
	 * COPY of ?atomic=1 is on between groups, too.  What was searched is the
	 * beginning of a long line.
	 */
	return events->group_len > 0 ||
	    events->text.len - events->searched >= GROUP_BYTES ||
	    (events->state != READING && events->state != ADDING);
}

/* Up to the last newline, or to the end of the body. */
static void
find_group(struct http_events *events)
{
	const char *data = (const char *)events->text.data;
	size_t at = events->text.len;

	while (at > events->searched && data[at - 1] != '\n')
		at--;
	if (at > events->searched)
		events->group_len = at;
	events->searched = events->text.len;
	if (events->is_over)
		events->group_len = events->text.len;
}

/* The lines of the group are done with. */
static void
drop_group(struct http_events *events)
{
	size_t rest = events->text.len - events->group_len;

	if (rest > 0)
		memmove(events->text.data,
		    events->text.data + events->group_len, rest);
	events->text.len = rest;
	events->searched = 0;
	events->group_len = 0;
	events->next = 0;
}

/* ---- wrong lines ---- */

static struct events_record *
record_at(struct http_events *events, size_t i)
{
	return (struct events_record *)(void *)events->records.data + i;
}

static size_t
record_count(const struct http_events *events)
{
	return events->records.len / sizeof(struct events_record);
}

/* Of errors that are not a line's own. */
static bool
ends_all(int code)
{
	switch ((enum stele_error)code) {
	case STELE_E_OUT_OF_MEMORY:
	case STELE_E_DISK_FULL:
	case STELE_E_QUERY_CANCELED:
	case STELE_E_ADMIN_SHUTDOWN:
	case STELE_E_OS:
	case STELE_E_CORRUPT:
	case STELE_E_INTERNAL:
		return true;
	default:
		return false;
	}
}

/* The end of a wrong line's report. */
static size_t
put_reason(struct http_events *events, const struct error *err)
{
	size_t at = events->errors.len + 1;

	buf_printf(&events->errors, ",\"ok\":false,\"sqlstate\":\"%s\",",
	    error_sqlstate(err->code));
	buf_put_cstr(&events->errors, "\"message\":");
	json_put_string(&events->errors, str_of_cstr(err->message));
	if (err->detail[0] != '\0') {
		buf_put_cstr(&events->errors, ",\"detail\":");
		json_put_string(&events->errors, str_of_cstr(err->detail));
	}
	if (err->position != 0)
		buf_printf(&events->errors, ",\"position\":%d", err->position);
	buf_put_u8(&events->errors, 0);
	return at;
}

/*
 * Line `number`, of record `i`, is wrong, as session->err says: STEP_DONE, or
 * STEP_FAIL if that undoes all.
 */
static enum step
wrong_line(struct session *session, size_t i, uint64_t number)
{
	struct http_events *events = session->native->http->events;
	struct error *err = &session->err;
	struct error line_error;

	if (ends_all(err->code))
		return STEP_FAIL;
	if (!events->is_atomic) {
		record_at(events, i)->error_at = put_reason(events, err);
		events->failed_count++;
		return STEP_DONE;
	}
	line_error = *err;
	(void)error_set(err, line_error.code, "line %" PRIu64 ": %s", number,
	    line_error.message);
	return STEP_FAIL;
}

/* ---- batches ---- */

static struct str
take_line(struct http_events *events)
{
	const char *data = (const char *)events->text.data + events->next;
	size_t left = events->group_len - events->next;
	const char *end = memchr(data, '\n', left);
	size_t len = end == NULL ? left : (size_t)(end - data);

	events->next += end == NULL ? len : len + 1;
	events->line++;
	while (len > 0 &&
	    (data[len - 1] == '\r' || data[len - 1] == ' ' ||
		data[len - 1] == '\t'))
		len--;
	return str_of(data, len);
}

static void
set_row(struct http_events *events, const struct http_event_line *event,
    struct str line)
{
	uint32_t row = events->row_count++;

	events->cols[0].str[row] = event->type;
	events->cols[1].str[row] = event->context;
	events->cols[2].str[row] = event->at;
	events->cols[3].str[row] = event->payload;
	events->record_of[row] = record_count(events) - 1;
	events->number_of[row] = events->line;
	events->line_of[row] = line;
	events->payload_of[row] = event->payload_off;
}

static enum step
read_line(struct session *session, struct str line)
{
	struct http_events *events = session->native->http->events;
	const struct events_record record = { .line = events->line };
	struct http_event_line event;
	int rc;

	if (events->is_atomic)
		buf_reset(&events->records); /* nobody is told of lines */
	buf_put(&events->records, &record, sizeof(record));
	if (events->records.failed || events->errors.failed)
		return session_out_of_memory(session);
	rc = http_event_line_read(line, &events->defaults, &events->arena,
	    &event, &session->err);
	if (rc != 0)
		return wrong_line(session, record_count(events) - 1,
		    events->line);
	set_row(events, &event, line);
	return STEP_DONE;
}

/* Lines of the group as rows, until there is a batch. */
static enum step
read_batch(struct session *session)
{
	struct http_events *events = session->native->http->events;
	enum step step = STEP_DONE;

	arena_reset(&events->arena);
	events->row_count = 0;
	events->first_row = 0;
	for (size_t i = 0; i < ARRAY_LEN(events->cols); i++) {
		vec_init(&events->cols[i], PHYS_STR, VEC_ROWS, &events->arena);
		(void)vec_need_nulls(&events->cols[i], VEC_ROWS,
		    &events->arena);
	}
	if (arena_check(&events->arena, &session->err) != 0)
		return STEP_FAIL;
	while (step == STEP_DONE && events->row_count < VEC_ROWS &&
	    events->next < events->group_len) {
		size_t begin = events->next;
		struct str line = take_line(events);

		if (line.len > 0)
			step = read_line(session, line);
		if (step == STEP_FAIL && events->row_count > 0) {
			/* What is wrong before it is to be told instead. */
			events->next = begin;
			events->line--;
			return STEP_DONE;
		}
	}
	return step;
}

/* The row that COPY does not take. */
static enum step
wrong_row(struct session *session, uint32_t row)
{
	struct http_events *events = session->native->http->events;
	int position = session->err.position;
	struct error line_error;

	if (!ends_all(session->err.code) &&
	    http_event_line_check(events->line_of[row], &events->defaults,
		&events->arena, &line_error) != 0)
		session->err = line_error;
	else if (position > 0)
		session->err.position = position - 1 +
		    http_line_position(events->line_of[row],
			events->payload_of[row]);
	return wrong_line(session, events->record_of[row],
	    events->number_of[row]);
}

/* The rows that are left of the batch. */
static enum step
add_batch(struct session *session)
{
	struct http_events *events = session->native->http->events;
	enum step step = STEP_DONE;

	while (step == STEP_DONE && events->first_row < events->row_count) {
		struct vec cols[ARRAY_LEN(events->cols)];
		uint32_t count = events->row_count - events->first_row;
		struct batch rows = {
			.row_count = count,
			.col_count = ARRAY_LEN(cols),
			.cols = cols,
			.sel = sel_all(count),
		};
		uint32_t good;

		for (size_t i = 0; i < ARRAY_LEN(cols); i++) {
			cols[i] = events->cols[i];
			cols[i].str += events->first_row;
			cols[i].nulls += events->first_row;
		}
		step = copy_in_rows(session, &rows, &good);
		if (session->copy == NULL ||
		    (step != STEP_DONE && step != STEP_FAIL))
			return step;
		events->good_count += good;
		events->first_row += good;
		if (step == STEP_FAIL)
			step = wrong_row(session, events->first_row++);
	}
	return step;
}

/* ---- reports ---- */

/* One for each line: neither number is ever near 2^63. */
static void
put_record(struct http_events *events, struct buf *out,
    const struct events_record *record, uint64_t event_id)
{
	buf_put_str(out, STR("{\"line\":"));
	int_put((int64_t)record->line, out);
	if (record->error_at == 0) {
		buf_put_str(out, STR(",\"ok\":true,\"event_id\":"));
		int_put((int64_t)event_id, out);
	} else {
		buf_put_cstr(out,
		    (const char *)events->errors.data + record->error_at - 1);
	}
	buf_put_str(out, STR("}\n"));
}

static void
report_group(struct session *session, struct buf *out, uint64_t first_id)
{
	struct http_events *events = session->native->http->events;
	size_t begin, count = record_count(events);
	uint64_t id = first_id;

	if (events->errors.failed) { /* of no use without its reports */
		http_break_stream(session);
		return;
	}
	if (count == 0)
		return;
	http_begin_stream(session, out, "application/x-ndjson");
	begin = http_begin_part(session, out);
	for (size_t i = 0; i < count; i++) {
		const struct events_record *record = record_at(events, i);

		put_record(events, out, record, id);
		id += record->error_at == 0;
	}
	http_end_part(session, out, begin);
}

void
http_events_stored(struct session *session, struct buf *out,
    uint64_t first_event_id)
{
	struct http_events *events = session->native->http->events;

	if (events->good_count > 0) {
		if (events->first_id == 0)
			events->first_id = first_event_id;
		events->last_id = first_event_id + events->good_count - 1;
	}
	if (!events->is_atomic)
		report_group(session, out, first_event_id);
	events->stored_count += events->good_count;
	events->good_count = 0;
	buf_reset(&events->records);
	buf_reset(&events->errors);
}

void
http_events_ended(struct session *session, struct buf *out)
{
	const struct http_events *events = session->native->http->events;

	if (events->state == STORING && events->good_count == 0)
		http_events_stored(session, out, 0);
}

/* Those lines that were good fail together. */
bool
http_events_not_stored(struct session *session, struct buf *out,
    const struct error *err)
{
	struct http_events *events = session->native->http->events;
	size_t reason;

	if (events->is_atomic)
		return false;
	reason = put_reason(events, err);
	for (size_t i = 0; i < record_count(events); i++)
		if (record_at(events, i)->error_at == 0)
			record_at(events, i)->error_at = reason;
	events->failed_count += events->good_count;
	events->good_count = 0;
	http_events_stored(session, out, 0);
	return true;
}

static void
put_summary(struct session *session)
{
	struct http_events *events = session->native->http->events;
	struct buf *out = session_out(session);
	size_t begin;

	http_begin_stream(session, out, "application/x-ndjson");
	begin = http_begin_part(session, out);
	buf_printf(out,
	    "{\"lines\":%" PRIu64 ",\"stored\":%" PRIu64 ",\"failed\":%" PRIu64,
	    events->line, events->stored_count, events->failed_count);
	if (events->first_id != 0)
		buf_printf(out,
		    ",\"first_event_id\":%" PRIu64
		    ",\"last_event_id\":%" PRIu64,
		    events->first_id, events->last_id);
	buf_put_cstr(out, "}\n");
	http_end_part(session, out, begin);
	http_end_stream(session, out);
	session_flush(session);
}

/* ---- the steps ---- */

/* No COPY is on: the request fails by itself. */
static enum step
fail(struct session *session, int status)
{
	struct http_door *http = session->native->http;

	http->events->state = ENDED;
	http->is_last = true;
	if (http->reply.answer == HTTP_IN_ROWS)
		http_break_stream(session);
	else
		http_answer_error(session, status);
	return STEP_DONE;
}

static enum step
too_long(struct session *session)
{
	const struct http_events *events = session->native->http->events;

	(void)error_set(&session->err, STELE_E_LIMIT,
	    "line %" PRIu64 " is longer than %" PRId64 " bytes",
	    events->line + 1, session->settings.server->max_row_size_bytes);
	return fail(session, 413);
}

/* A group, if there is one: COPY begins. */
static enum step
read_group(struct session *session)
{
	struct http_events *events = session->native->http->events;
	size_t line_max = (size_t)session->settings.server->max_row_size_bytes;

	if (events->text.failed) {
		(void)session_out_of_memory(session);
		return fail(session, 503);
	}
	find_group(events);
	if (events->group_len > 0) {
		events->state = BEGINNING;
		return STEP_DONE;
	}
	if (events->text.len > line_max)
		return too_long(session);
	if (!events->is_over)
		return STEP_IDLE;
	events->state = ENDED;
	put_summary(session);
	return STEP_DONE;
}

/* What COPY was to add is not: an error that has been told, or all of it. */
static bool
has_failed(const struct session *session)
{
	const struct http_door *http = session->native->http;

	return session->copy == NULL &&
	    (http->reply.answer == HTTP_ANSWERED ||
		http->reply.answer == HTTP_BROKEN);
}

static enum step
begin_copy(struct session *session)
{
	struct http_events *events = session->native->http->events;
	enum step step = http_run(session, copy_text);

	if (step != STEP_AGAIN && step != STEP_MORE && step != STEP_YIELD)
		events->state = ADDING;
	return step;
}

bool
http_events_may_copy(const struct session *session)
{
	const struct http_door *http = session->native->http;

	return http->stage == HTTP_APPENDING;
}

/*
 * The transaction of ?atomic=1 is that of all groups: STEP_DONE when there are no
 * more of them.
 */
static enum step
next_atomic_group(struct http_events *events)
{
	if (!events->is_atomic)
		return STEP_DONE;
	find_group(events);
	if (events->group_len > 0)
		return STEP_YIELD;
	return events->is_over ? STEP_DONE : STEP_IDLE;
}

static enum step
add_group(struct session *session)
{
	struct http_events *events = session->native->http->events;
	enum step step;

	if (events->first_row == events->row_count &&
	    events->next < events->group_len) {
		step = read_batch(session);
		if (step != STEP_DONE)
			return step;
	}
	step = add_batch(session);
	if (step != STEP_DONE)
		return step;
	if (events->next < events->group_len)
		return STEP_YIELD;
	drop_group(events);
	return STEP_DONE;
}

/* COPY is on. */
static enum step
add_or_end(struct session *session)
{
	struct http_events *events = session->native->http->events;
	enum step step;

	if (events->group_len > 0) {
		step = add_group(session);
		if (step != STEP_DONE)
			return step;
	}
	step = next_atomic_group(events);
	if (step != STEP_DONE)
		return step;
	events->state = STORING;
	return copy_in_done(session);
}

enum step
http_events_step(struct session *session)
{
	struct http_events *events = session->native->http->events;

	if (has_failed(session))
		events->state = ENDED;
	switch (events->state) {
	case READING:
		return read_group(session);
	case BEGINNING:
		return begin_copy(session);
	case ADDING:
		return add_or_end(session);
	case STORING:
		if (session->copy != NULL)
			return copy_in_done(session);
		if (!session_is_quiet(session))
			return session_wait(session, WAIT_QUIET, STEP_AGAIN);
		events->state = READING;
		return STEP_DONE;
	case ENDED:
		break;
	}
	return STEP_DONE;
}

bool
http_events_is_over(const struct session *session)
{
	return session->native->http->events->state == ENDED;
}
