/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of HTTP: the same bytes are the same requests, bodies and failure,
 * whole or cut anywhere, and nothing is read beyond what is there.
 *
 * The first byte says where the data is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/http_request.h"
#include "wire/http_target.h"

#define LINES_MAX 50
#define HEAD_MAX  500
#define BODY_MAX  600

/* What a stream came to. */
struct outcome {
	uint64_t hash;
	uint64_t head_count, end_count;
	uint64_t body_bytes;
	int rc;
	int status;
};

static struct error err;

static void
add(struct outcome *outcome, struct str text)
{
	outcome->hash =
	    hash_combine(outcome->hash, hash_bytes(text.data, text.len));
}

/* The parts of a target: all of it is one segment or pair after another. */
static void
add_target(struct outcome *outcome, const struct http_request *request)
{
	struct str rest = request->path, query = request->query;
	struct str name, value;
	struct arena arena;

	arena_init(&arena, NULL);
	while (http_path_next(&rest, &name))
		if (http_unescape(name, HTTP_IN_PATH, &arena, &value, &err) ==
		    0) {
			MUST(value.len <= name.len);
			add(outcome, value);
		}
	MUST(rest.len == 0 || str_equal(rest, STR("*")));
	while (http_query_next(&query, &arena, &name, &value, &err) == 1) {
		add(outcome, name);
		add(outcome, value);
	}
	arena_release(&arena);
}

static void
add_head(struct outcome *outcome, const struct http_request *request)
{
	outcome->head_count++;
	MUST(request->path.len > 0);
	MUST(!request->is_chunked || request->content_length == 0);
	MUST(request->field_count <= HTTP_FIELDS_MAX);
	add(outcome, request->host);
	for (uint32_t i = 0; i < request->field_count; i++)
		add(outcome, request->fields[i].value);
	add_target(outcome, request);
}

/* One event of exactly these bytes; false if there is none. */
static bool
take_event(struct http_request *request, struct str input, size_t *used,
    struct outcome *outcome)
{
	char *copy = malloc(input.len + 1);
	int rc;

	MUST(copy != NULL);
	memcpy(copy, input.data, input.len);
	rc = http_request_next(request, str_of(copy, input.len), used, &err);
	MUST(*used <= input.len);
	if (rc == HTTP_EVENT_HEAD) {
		add_head(outcome, request);
		rc = http_request_limit_body(request, BODY_MAX, &err);
		rc = rc == 0 ? (int)HTTP_EVENT_HEAD : rc;
	} else if (rc == HTTP_EVENT_BODY) {
		MUST(request->piece.len > 0 && request->piece.data >= copy &&
		    request->piece.data + request->piece.len <=
			copy + input.len);
		MUST(request->body_bytes <= BODY_MAX);
		for (size_t i = 0; i < request->piece.len; i++)
			add(outcome, str_of(request->piece.data + i, 1));
		outcome->body_bytes += request->piece.len;
	} else if (rc == HTTP_EVENT_END) {
		outcome->end_count++;
	}
	free(copy);
	outcome->rc = rc;
	return rc > 0;
}

static struct outcome
read_stream(const uint8_t *data, size_t size, size_t piece)
{
	struct outcome outcome = { .rc = 0 };
	struct http_request request;
	size_t begin = 0;

	MUST(http_request_init(&request, HEAD_MAX, LINES_MAX, &err) == 0);
	for (size_t end = 0; end < size && outcome.rc >= 0;) {
		size_t used;
		bool again;

		end = size - end < piece ? size : end + piece;
		do {
			again = take_event(&request,
			    str_of((const char *)data + begin, end - begin),
			    &used, &outcome);
			begin += used;
		} while (again);
	}
	if (outcome.rc < 0) {
		outcome.status = request.status;
		MUST(outcome.status >= 400 && outcome.status <= 599);
		MUST(!request.keeps_alive);
	} else {
		MUST(size - begin < HEAD_MAX);
	}
	MUST(outcome.end_count <= outcome.head_count &&
	    outcome.head_count <= outcome.end_count + 1);
	http_request_release(&request);
	return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;

	if (size == 0)
		return 0;
	whole = read_stream(data + 1, size - 1, size);
	cut = read_stream(data + 1, size - 1, data[0] + (size_t)1);
	MUST(whole.rc == cut.rc && whole.status == cut.status);
	MUST(whole.hash == cut.hash);
	MUST(whole.head_count == cut.head_count);
	MUST(whole.end_count == cut.end_count);
	MUST(whole.body_bytes == cut.body_bytes);
	return 0;
}
