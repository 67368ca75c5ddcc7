/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_text.h -- a STORE as programs write it, without a tree.
 *
 *	STORE payment FOR "order-9001" PAYLOAD {"amount": 19.90}
 *
 * What a server of events is sent most, one line after the other: its three
 * parts are found without asking the parser, which means the same by them.
 * Anything else that a STORE may be (comments, escapes, a time, a payload in
 * quotes) is not found, nor is what is no STORE.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"
#include "common/str.h"

struct store_text {
	struct str statement; /* without blanks and a semicolon behind it */
	struct str name;      /* of the event type, as it is written */
	struct str context;
	struct str payload; /* begins with { and ends with }; may be no JSON */
};

/*
 * Whether `text` is one such statement; out borrows from it.  The parser finds
 * the same parts in it, provided that the payload is one JSON object.
 */
MUST_USE bool store_text_scan(struct str text, struct store_text *out);
