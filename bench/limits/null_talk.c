/* SPDX-License-Identifier: Apache-2.0 */
#include "null_talk.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "null_log.h"

#define SSL_REQUEST 80877103u
#define GSS_REQUEST 80877104u

#define LINE_REPLY "200 OK\nEvent accepted for storage\n"
#define HTTP_HEAD \
	"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n" \
	"Transfer-Encoding: chunked\r\n\r\n"
#define HTTP_REPORT "{\"line\":1000000,\"ok\":true,\"event_id\":1000000}\n"
#define HTTP_END    "0\r\n\r\n"

/* The bytes of a literal, without its NUL. */
#define LITERAL(s) (s), sizeof(s) - 1

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(EXIT_FAILURE);
}

static void
put_bytes(struct talk *talk, const char *bytes, size_t len)
{
	if (len > OUT_SIZE - talk->out_len)
		die("a pipeline is too long");
	memcpy(talk->out + talk->out_len, bytes, len);
	talk->out_len += len;
}

/* What is answered so far waits for its statements. */
static void
log_statements(struct talk *talk)
{
	if (talk->statements > 0 && null_log_is_open()) {
		uint64_t group = null_log_append(talk->statements);

		if (talk->wait_group == 0) {
			talk->wait_group = group;
			talk->wait_len = talk->out_len;
		} else {
			talk->later_group = group;
		}
	}
	talk->statements = 0;
}

/* ---- PostgreSQL ---- */

static uint32_t
read_be32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

static void
put(struct talk *talk, char type, const char *body, uint32_t len)
{
	uint32_t be = htonl(len + 4);

	put_bytes(talk, &type, 1);
	put_bytes(talk, (const char *)&be, sizeof(be));
	put_bytes(talk, body, len);
}

static void
put_start(struct talk *talk)
{
	static const char *const parameters[][2] = {
		{ "server_version", "15.0" },
		{ "server_encoding", "UTF8" },
		{ "client_encoding", "UTF8" },
		{ "standard_conforming_strings", "on" },
		{ "integer_datetimes", "on" },
	};

	put(talk, 'R', "\0\0\0\0", 4);
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]);
	     i++) {
		char body[64];
		size_t name = strlen(parameters[i][0]) + 1;
		size_t value = strlen(parameters[i][1]) + 1;

		memcpy(body, parameters[i][0], name);
		memcpy(body + name, parameters[i][1], value);
		put(talk, 'S', body, (uint32_t)(name + value));
	}
	put(talk, 'Z', "I", 1);
}

static void
end_statements(struct talk *talk)
{
	put(talk, 'Z', "I", 1);
	log_statements(talk);
}

static void
put_insert(struct talk *talk)
{
	put(talk, 'C', "INSERT 0 1", sizeof("INSERT 0 1"));
	talk->statements++;
}

/* False: the client is leaving. */
static bool
pg_message(struct talk *talk, char type, const char *body)
{
	switch (type) {
	case 'P':
		put(talk, '1', "", 0);
		break;
	case 'B':
		put(talk, '2', "", 0);
		break;
	case 'D':
		put(talk, 'n', "", 0);
		break;
	case 'E':
		put_insert(talk);
		break;
	case 'C':
		put(talk, '3', "", 0);
		break;
	case 'S':
		end_statements(talk);
		break;
	case 'Q':
		if (strncasecmp(body, "copy", 4) == 0) {
			put(talk, 'G', "\0\0\0", 3);
			break;
		}
		put_insert(talk);
		end_statements(talk);
		break;
	case 'c':
		put(talk, 'C', "COPY 1", sizeof("COPY 1"));
		talk->statements++;
		end_statements(talk);
		break;
	case 'X':
		return false;
	default:
		break; /* Flush and CopyData have no answer */
	}
	return true;
}

/* The length of the first message if it is complete, else 0. */
static size_t
pg_first(const struct talk *talk, const char *at, size_t left)
{
	size_t header = talk->is_started ? 1 : 0;
	size_t len;

	if (left < header + 4)
		return 0;
	len = header + read_be32(at + header);
	if (len > IN_SIZE || len < header + 4)
		die("a message is too long");
	return len <= left ? len : 0;
}

static bool
pg_answer(struct talk *talk, size_t *used)
{
	size_t len;

	while ((len = pg_first(talk, talk->in + *used, talk->in_len - *used)) >
	    0) {
		const char *message = talk->in + *used;

		*used += len;
		if (talk->is_started) {
			if (!pg_message(talk, message[0], message + 5))
				return false;
			continue;
		}
		if (len >= 8 &&
		    (read_be32(message + 4) == SSL_REQUEST ||
			read_be32(message + 4) == GSS_REQUEST)) {
			put_bytes(talk, "N", 1);
			continue;
		}
		talk->is_started = true;
		put_start(talk);
	}
	return true;
}

/* ---- lines ---- */

/* How many lines end in the bytes; behind the last one. */
static uint32_t
count_lines(const char *at, size_t len, const char **end)
{
	const char *newline;
	uint32_t count = 0;

	*end = at;
	while (
	    (newline = memchr(*end, '\n', len - (size_t)(*end - at))) != NULL) {
		*end = newline + 1;
		count++;
	}
	return count;
}

static void
lines_answer(struct talk *talk, size_t *used)
{
	const char *end;
	uint32_t count = count_lines(talk->in, talk->in_len, &end);

	for (uint32_t i = 0; i < count; i++)
		put_bytes(talk, LITERAL(LINE_REPLY));
	*used = (size_t)(end - talk->in);
	talk->statements += count;
	log_statements(talk);
}

/* ---- HTTP ---- */

static void
put_chunk(struct talk *talk, const char *bytes, size_t len, uint32_t count)
{
	char head[16];
	int head_len = snprintf(head, sizeof(head), "%zx\r\n", len * count);

	put_bytes(talk, head, (size_t)head_len);
	for (uint32_t i = 0; i < count; i++)
		put_bytes(talk, bytes, len);
	put_bytes(talk, LITERAL("\r\n"));
}

/* The length of a head that is whole, else 0. */
static size_t
http_head(struct talk *talk, const char *at, size_t left)
{
	const char *end = memmem(at, left, LITERAL("\r\n\r\n"));
	const char *field;

	if (end == NULL)
		return 0;
	field = memmem(at, (size_t)(end - at), LITERAL("Content-Length: "));
	if (field == NULL)
		die("a request has no Content-Length");
	talk->body_lines = 0;
	talk->body_left =
	    strtoull(field + strlen("Content-Length: "), NULL, 10);
	return (size_t)(end - at) + 4;
}

static void
put_sum(struct talk *talk)
{
	char sum[80];
	int len = snprintf(sum, sizeof(sum),
	    "{\"lines\":%" PRIu64 ",\"stored\":%" PRIu64 ",\"failed\":0}\n",
	    talk->body_lines, talk->body_lines);

	put_chunk(talk, sum, (size_t)len, 1);
}

/* What there is of a body, of which the last line ends in a newline. */
static size_t
http_body(struct talk *talk, const char *at, size_t left)
{
	size_t len = left < talk->body_left ? left : talk->body_left;
	const char *end;
	uint32_t count = count_lines(at, len, &end);

	if (count > 0)
		put_chunk(talk, LITERAL(HTTP_REPORT), count);
	talk->statements += count;
	talk->body_lines += count;
	talk->body_left -= len;
	if (talk->body_left == 0) {
		put_sum(talk);
		put_bytes(talk, LITERAL(HTTP_END));
		talk->is_in_body = false;
	}
	log_statements(talk);
	return len;
}

static void
http_answer(struct talk *talk, size_t *used)
{
	while (*used < talk->in_len) {
		const char *at = talk->in + *used;
		size_t left = talk->in_len - *used, len;

		if (talk->is_in_body) {
			*used += http_body(talk, at, left);
			continue;
		}
		len = http_head(talk, at, left);
		if (len == 0)
			return;
		*used += len;
		put_bytes(talk, LITERAL(HTTP_HEAD));
		talk->is_in_body = true;
	}
}

/* ---- all ---- */

static enum protocol
guess(const struct talk *talk)
{
	if (talk->in_len < 5)
		return PROTOCOL_UNKNOWN;
	if (talk->in[0] == '\0') /* a length */
		return PROTOCOL_PG;
	return memcmp(talk->in, "POST ", 5) == 0 ? PROTOCOL_HTTP
						 : PROTOCOL_LINES;
}

bool
talk_has_room(const struct talk *talk)
{
	return talk->out_len < OUT_SIZE / 4;
}

bool
talk_answer(struct talk *talk)
{
	bool is_staying = true;
	size_t used = 0;

	if (talk->protocol == PROTOCOL_UNKNOWN)
		talk->protocol = guess(talk);
	switch (talk->protocol) {
	case PROTOCOL_UNKNOWN:
		break;
	case PROTOCOL_PG:
		is_staying = pg_answer(talk, &used);
		break;
	case PROTOCOL_LINES:
		lines_answer(talk, &used);
		break;
	case PROTOCOL_HTTP:
		http_answer(talk, &used);
		break;
	}
	memmove(talk->in, talk->in + used, talk->in_len - used);
	talk->in_len -= used;
	return is_staying;
}

size_t
talk_sendable(const struct talk *talk, uint64_t durable)
{
	if (talk->wait_group == 0)
		return talk->out_len;
	if (talk->wait_group > durable)
		return 0;
	return talk->later_group > durable ? talk->wait_len : talk->out_len;
}

void
talk_sent(struct talk *talk, size_t len)
{
	memmove(talk->out, talk->out + len, talk->out_len - len);
	talk->out_len -= len;
	talk->wait_len = talk->out_len;
	talk->wait_group = talk->out_len > 0 ? talk->later_group : 0;
	talk->later_group = 0;
}
