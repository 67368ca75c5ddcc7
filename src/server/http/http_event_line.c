/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_event_line.c -- see http_event_line.h.
 */
#include "server/http/http_event_line.h"

#include <time.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/json.h"
#include "common/utf8.h"
#include "os/clock.h"
#include "plan/native_time.h"

/* As payloads: what is deeper they refuse. */
#define DEPTH_MAX 1000

int
http_line_position(struct str line, size_t off)
{
	return (int)utf8_length(str_of(line.data,
		   utf8_valid_prefix(
		       str_of(line.data, off < line.len ? off : line.len)))) +
	    1;
}

static int
wrong_key(struct str line, const struct json_reader *r, const char *what,
    struct error *err)
{
	(void)error_set(err, STELE_E_SYNTAX, "key \"%.*s\" of the event %s",
	    STR_FMT(r->text), what);
	return error_position(err, http_line_position(line, r->token_off));
}

static int
wrong_value(struct str line, const struct json_reader *r, struct str key,
    const char *what, struct error *err)
{
	(void)error_set(err, STELE_E_SYNTAX, "\"%.*s\" of the event is not %s",
	    STR_FMT(key), what);
	return error_position(err, http_line_position(line, r->token_off));
}

static int
no_json(struct str line, const struct json_reader *r, struct error *err)
{
	(void)json_error(r, "json", err);
	return error_position(err, http_line_position(line, r->fault_off));
}

/* A number of seconds, or of what its digits say, as a timestamptz's text. */
static int
read_number(struct str line, const struct json_reader *r, struct arena *arena,
    struct str *out, struct error *err)
{
	int64_t micros, seconds, rest;
	time_t unix_s;
	struct tm tm;

	if (!native_time_read(r->text, &micros)) {
		(void)error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
		    "%.*s is no time", STR_FMT(r->text));
		return error_position(err,
		    http_line_position(line, r->token_off));
	}
	seconds = micros / 1000000;
	rest = micros % 1000000;
	if (rest < 0) {
		rest += 1000000;
		seconds--;
	}
	unix_s = (time_t)(seconds + OS_EPOCH_2000_SECONDS);
	(void)gmtime_r(&unix_s, &tm);
	*out = arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d.%06d+00",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)rest);
	return 0;
}

static int
read_text(struct str line, const struct json_reader *r, enum json_token token,
    struct str key, struct arena *arena, struct str *out, struct error *err)
{
	if (token != JSON_STRING)
		return wrong_value(line, r, key, "a string", err);
	return json_unescape(r->text, r->has_escape, arena, out, err);
}

static int
read_time(struct str line, const struct json_reader *r, enum json_token token,
    struct str key, struct arena *arena, struct str *out, struct error *err)
{
	if (token == JSON_NUMBER)
		return read_number(line, r, arena, out, err);
	if (token != JSON_STRING)
		return wrong_value(line, r, key, "a string or a number", err);
	return json_unescape(r->text, r->has_escape, arena, out, err);
}

enum line_depth {
	LINE_KEYS, /* the payload is for its reader to check */
	LINE_WHOLE,
};

enum part { PART_TYPE, PART_CONTEXT, PART_AT, PART_PAYLOAD, PART_NONE };

static enum part
part_of(struct str key)
{
	if (str_equal(key, STR("type")) || str_equal(key, STR("event_type")))
		return PART_TYPE;
	if (str_equal(key, STR("context")) || str_equal(key, STR("context_id")))
		return PART_CONTEXT;
	if (str_equal(key, STR("at")) || str_equal(key, STR("timestamp")))
		return PART_AT;
	return str_equal(key, STR("payload")) ? PART_PAYLOAD : PART_NONE;
}

/* Over the payload, in full or to where it must end. */
static bool
skip_payload(struct str line, struct json_reader *r, enum line_depth depth)
{
	size_t end;

	if (depth == LINE_WHOLE)
		return json_skip(r, JSON_OBJECT_BEGIN);
	end = json_object_end(line, r->token_off);
	if (end != 0)
		json_leave_object(r, end);
	return end != 0;
}

/* The value behind a key. */
static int
read_part(struct str line, struct json_reader *r, enum part part,
    struct str key, enum line_depth depth, struct arena *arena,
    struct http_event_line *out, struct error *err)
{
	enum json_token token = json_next(r);

	if (token == JSON_FAULT)
		return no_json(line, r, err);
	if (token == JSON_NULL)
		return 0; /* as good as nothing */
	switch (part) {
	case PART_TYPE:
		return read_text(line, r, token, key, arena, &out->type, err);
	case PART_CONTEXT:
		return read_text(line, r, token, key, arena, &out->context,
		    err);
	case PART_AT:
		return read_time(line, r, token, key, arena, &out->at, err);
	case PART_PAYLOAD:
	case PART_NONE:
		break;
	}
	if (token != JSON_OBJECT_BEGIN)
		return wrong_value(line, r, key, "an object", err);
	out->payload_off = r->token_off;
	if (!skip_payload(line, r, depth))
		return no_json(line, r, err);
	out->payload = str_of(line.data + out->payload_off,
	    json_offset(r) - out->payload_off);
	return 0;
}

static int
check_whole(const struct http_event_line *event, struct error *err)
{
	const char *missing = event->type.data == NULL ? "type"
	    : event->context.data == NULL              ? "context"
	    : event->payload.data == NULL              ? "payload"
						       : NULL;

	if (missing == NULL)
		return 0;
	(void)error_set(err, STELE_E_NOT_NULL_VIOLATION,
	    "the event has no \"%s\"", missing);
	return error_position(err, 1);
}

static int
read_event(struct str line, const struct http_event_line *defaults,
    enum line_depth depth, struct arena *arena, struct http_event_line *out,
    struct error *err)
{
	bool is_there[PART_NONE] = { false };
	struct json_reader r;
	enum json_token token;

	*out = (struct http_event_line){
		.type = defaults->type,
		.context = defaults->context,
		.at = STR("now"),
	};
	json_reader_init(&r, line, DEPTH_MAX);
	token = json_next(&r);
	if (token > JSON_OBJECT_BEGIN) {
		(void)error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "an event is a JSON object");
		return error_position(err,
		    http_line_position(line, r.token_off));
	}
	while (token != JSON_FAULT && (token = json_next(&r)) == JSON_KEY) {
		enum part part = part_of(r.text);
		int rc;

		if (part == PART_NONE)
			return wrong_key(line, &r, "is not known", err);
		if (is_there[part])
			return wrong_key(line, &r, "is given more than once",
			    err);
		is_there[part] = true;
		rc = read_part(line, &r, part, r.text, depth, arena, out, err);
		if (rc != 0)
			return rc;
	}
	if (token == JSON_FAULT || json_next(&r) != JSON_END)
		return no_json(line, &r, err);
	return check_whole(out, err);
}

/* What is wrong first is said, be it in the payload. */
int
http_event_line_check(struct str line, const struct http_event_line *defaults,
    struct arena *arena, struct error *err)
{
	struct http_event_line ignored;

	return read_event(line, defaults, LINE_WHOLE, arena, &ignored, err);
}

int
http_event_line_read(struct str line, const struct http_event_line *defaults,
    struct arena *arena, struct http_event_line *out, struct error *err)
{
	struct error ignored;
	int rc = read_event(line, defaults, LINE_KEYS, arena, out, &ignored);

	if (rc == 0)
		return 0;
	return read_event(line, defaults, LINE_WHOLE, arena, out, err);
}
