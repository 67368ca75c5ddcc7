/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null_talk.h -- three protocols, as far as a server needs them that does
 * nothing: PostgreSQL's, lines, and HTTP's POST of lines.  The first bytes say
 * which.
 *
 * A statement of PostgreSQL's protocol is answered as an INSERT of one row,
 * and its COPY swallowed; a line is answered as a STORE; of a body each line
 * is reported as stored.  What was answered waits for the log, if there is one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IN_SIZE = 1 << 20, OUT_SIZE = 4 << 20 };

enum protocol { PROTOCOL_UNKNOWN, PROTOCOL_PG, PROTOCOL_LINES, PROTOCOL_HTTP };

struct talk {
	enum protocol protocol;
	bool is_started;     /* PG: its first message is over */
	bool is_in_body;     /* HTTP */
	uint64_t body_left;  /* HTTP: bytes */
	uint64_t body_lines; /* HTTP: that have ended */
	uint32_t statements; /* that are not given to the log yet */

	/*
	 * The first wait_len bytes of what goes out wait for a group of the
	 * log, the others for a later one.  0: nothing waits.
	 */
	uint64_t wait_group;
	uint64_t later_group;
	size_t wait_len;

	size_t in_len;
	size_t out_len;
	char in[IN_SIZE];
	char out[OUT_SIZE];
};

/* Whether the answers to a full `in` have room. */
bool talk_has_room(const struct talk *talk);

/* Answer what is whole in `in`, and take it out.  False: the client leaves. */
bool talk_answer(struct talk *talk);

/*
 * How much of `out` may go, of groups up to `durable`; talk_sent() takes it out.
 */
size_t talk_sendable(const struct talk *talk, uint64_t durable);
void talk_sent(struct talk *talk, size_t len);
