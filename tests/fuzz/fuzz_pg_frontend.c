/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of a session: frames of a stream that comes in two pieces, and
 * the body of each by its type.  What the first piece gives does not change
 * when the second is there; arrays have what their counts say, within the body.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/pg_frontend.h"

#define SIZE_MAX_OF_FRAMES 100000

static struct error err;

static void
check_within(struct str part, struct str body)
{
	MUST(part.len == 0 ||
	    (part.data >= body.data &&
		part.data + part.len <= body.data + body.len));
}

/* The message that was decoded is like itself. */
static void
read_bind_again(struct str body, const struct pg_bind *bind,
    struct arena *arena)
{
	struct str message = str_of(body.data - PG_FRAME_HEADER_SIZE,
	    body.len + PG_FRAME_HEADER_SIZE);
	struct pg_value *values = arena_alloc_array(arena,
	    (size_t)bind->param_count + 1, sizeof(*values));
	struct str statement;

	MUST(pg_bind_at(message, bind, SIZE_MAX_OF_FRAMES, &statement,
		 values) == message.len);
	MUST(str_equal(statement, bind->statement));
	for (uint32_t i = 0; i < bind->param_count; i++)
		MUST(values[i].is_null == bind->params[i].is_null &&
		    str_equal(values[i].bytes, bind->params[i].bytes));
}

static void
read_bind(struct str body, struct arena *arena)
{
	struct pg_bind bind;

	if (pg_bind_decode(body, arena, &bind, &err) != 0)
		return;
	check_within(bind.portal, body);
	check_within(bind.statement, body);
	for (uint32_t i = 0; i < bind.param_count; i++) {
		check_within(bind.params[i].bytes, body);
		(void)pg_format_of(bind.formats, bind.format_count, i);
	}
	for (uint32_t i = 0; i < bind.result_format_count; i++)
		MUST(bind.result_formats[i] <= UINT16_MAX);
	read_bind_again(body, &bind, arena);
}

static void
read_parse(struct str body, struct arena *arena)
{
	struct pg_parse parse;
	uint64_t sum = 0;

	if (pg_parse_decode(body, arena, &parse, &err) != 0)
		return;
	check_within(parse.name, body);
	check_within(parse.query, body);
	for (uint32_t i = 0; i < parse.type_count; i++)
		sum += parse.types[i];
	MUST(sum <= (uint64_t)UINT32_MAX * parse.type_count);
	if (pg_check_text(parse.query, &err) != 0)
		MUST(err.code == STELE_E_CHARACTER_NOT_IN_REPERTOIRE);
}

static void
read_body(const struct pg_frame *frame)
{
	struct pg_execute execute;
	struct pg_target target;
	struct arena arena;
	struct str text;

	arena_init(&arena, NULL);
	switch (frame->type) {
	case 'P':
		read_parse(frame->body, &arena);
		break;
	case 'B':
		read_bind(frame->body, &arena);
		break;
	case 'Q':
		if (pg_query_decode(frame->body, &text, &err) == 0)
			check_within(text, frame->body);
		break;
	case 'f':
		if (pg_copy_fail_decode(frame->body, &text, &err) == 0)
			check_within(text, frame->body);
		break;
	case 'E':
		if (pg_execute_decode(frame->body, &execute, &err) == 0)
			check_within(execute.portal, frame->body);
		break;
	case 'C':
	case 'D':
		if (pg_target_decode(frame->body, "TEST", &target, &err) == 0)
			MUST(target.kind == 'S' || target.kind == 'P');
		break;
	default:
		MUST(pg_frame_is_known(frame->type));
		break;
	}
	arena_release(&arena);
}

/* The next frame of exactly these bytes; its body is read if it is whole. */
static int
take_frame(const uint8_t *data, size_t size, struct pg_frame *frame)
{
	uint8_t *copy = malloc(size + 1);
	bool is_described;
	size_t behind;
	int rc;

	MUST(copy != NULL);
	memcpy(copy, data, size);
	behind =
	    pg_execution_at(str_of((const char *)copy, size), &is_described);
	MUST(behind <= size);
	MUST(behind == 0 || copy[0] == (is_described ? 'D' : 'E'));
	rc = pg_frame_next(copy, size, SIZE_MAX_OF_FRAMES, frame, &err);
	MUST(rc == 0 || rc == 1 || rc == STELE_E_PROTOCOL_VIOLATION ||
	    rc == STELE_E_LIMIT);
	if (rc == 1) {
		MUST(frame->size == frame->body.len + PG_FRAME_HEADER_SIZE &&
		    frame->size <= size);
		read_body(frame);
	} else if (rc == 0) {
		MUST(frame->size == 0 || frame->size > size);
	}
	free(copy);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first;

	if (size == 0)
		return 0;
	/* How much of it comes first. */
	first = --size * *data++ / 255;
	while (size > 0) {
		struct pg_frame early, frame;
		int rc_early = take_frame(data, first, &early);
		int rc = take_frame(data, size, &frame);

		if (rc_early != 0)
			MUST(rc_early == rc && early.size == frame.size);
		if (rc != 1)
			return 0;
		data += frame.size;
		size -= frame.size;
		first -= first < frame.size ? first : frame.size;
	}
	return 0;
}
