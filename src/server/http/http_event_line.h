/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_event_line.h -- one line of POST /v1/events: an event as a JSON object.
 *
 *	{"type":"payment","context":"order-1","at":"2025-01-01T00:00:00Z",
 *	 "payload":{"amount":19.90}}
 *
 * "type" and "context" may be left out where the request says them; without
 * "at" the event is of now.  "event_type", "context_id" and "timestamp" are the
 * same keys, by the names that REPLAY's rows have.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stddef.h>

#include "common/attr.h"
#include "common/str.h"

struct arena;
struct error;

/* Texts as COPY takes them; empty strings are left for their columns to refuse. */
struct http_event_line {
	struct str type;
	struct str context;
	struct str at; /* "now" if it is not told */
	struct str
	    payload; /* from brace to brace; JSON, if it is read as such */
	size_t payload_off; /* where it begins in the line */
};

/*
 * `defaults`: the type and the context of lines that have none; NULL data: there
 * is none.  Strings borrow from the line and the defaults, or are in the arena.
 *
 * Returns 0; STELE_E_INVALID_TEXT_REPRESENTATION for what is no JSON object,
 * STELE_E_SYNTAX for wrong keys, STELE_E_INVALID_DATETIME_FORMAT for a number
 * that is no time; with the position in the line, in characters from 1.
 */
MUST_USE int http_event_line_read(struct str line,
    const struct http_event_line *defaults, struct arena *arena,
    struct http_event_line *out, struct error *err);

/*
 * The same, and that the payload is JSON, which else is not looked at: when its
 * reader refuses it, this says whether the line was wrong before.
 */
MUST_USE int http_event_line_check(struct str line,
    const struct http_event_line *defaults, struct arena *arena,
    struct error *err);

/* The position of a byte of a line, in characters from 1. */
int http_line_position(struct str line, size_t off);
