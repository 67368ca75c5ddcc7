/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h -- JSON (RFC 8259) without a tree.
 *
 * A reader walks over a text token by token and checks it on the way: grammar,
 * escapes, control characters, UTF-8, depth.  Tokens borrow from the text; a
 * string is given as it is written, without its quotes, and is unescaped only
 * by who needs it.
 *
 *	json_reader_init(&r, text, depth_max);
 *	while ((token = json_next(&r)) > JSON_END)
 *		...
 *	if (token < 0)
 *		return json_error(&r, "json", err);
 *
 * Invariants
 *   J1  After JSON_KEY the value's tokens follow, whole.
 *   J2  A scalar is one token; what BEGIN opens, the same END closes.
 *   J3  JSON_END comes once, after one whole value; a fault stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;

enum json_token {
	JSON_FAULT = -1,
	JSON_END,
	JSON_OBJECT_BEGIN,
	JSON_OBJECT_END,
	JSON_ARRAY_BEGIN,
	JSON_ARRAY_END,
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

enum json_fault {
	JSON_FAULT_NONE,
	JSON_FAULT_TOKEN, /* no token of JSON */
	JSON_FAULT_VALUE, /* what was expected: */
	JSON_FAULT_ARRAY_NEXT,
	JSON_FAULT_COLON,
	JSON_FAULT_OBJECT_FIRST,
	JSON_FAULT_OBJECT_NEXT,
	JSON_FAULT_KEY,
	JSON_FAULT_AFTER_END,
	JSON_FAULT_ENDED, /* the text is too short */
	JSON_FAULT_CONTROL,
	JSON_FAULT_ESCAPE,
	JSON_FAULT_UNICODE,
	JSON_FAULT_UTF8,
	JSON_FAULT_DEPTH,
};

#define JSON_DEPTH_LIMIT 1024 /* what depth_max may be at most */

struct json_reader {
	/* The last token. */
	struct str text;  /* of a string, key or number; borrowed */
	bool has_escape;  /* `text` has backslashes */
	size_t token_off; /* where the token starts */
	enum json_fault fault;
	size_t fault_off; /* where it is wrong */
	struct str found; /* what is there instead */

	/* private */
	struct str input;
	size_t next_off;
	uint32_t depth;
	uint32_t depth_max;
	uint8_t state;
	uint64_t is_object[JSON_DEPTH_LIMIT / 64]; /* a bit per open level */
};

void json_reader_init(struct json_reader *r, struct str input,
    uint32_t depth_max);

/* The next token, or JSON_FAULT. */
enum json_token json_next(struct json_reader *r);

/*
 * A member of an object as programs write it: no escapes, and a value that is a
 * string, true, false, null, or a number of up to 18 digits without exponent.
 */
struct json_member {
	struct str key;
	enum json_token token; /* of the value */
	struct str text;       /* a string's */
	uint64_t digits; /* a number is digits / 10^scale, or less than 0 */
	uint8_t scale;
	bool is_negative; /* -0 is, too */

	/* private */
	size_t value_off;
	size_t next_off;
};

/*
 * Whether such a member is what comes next in an object.  The reader stays
 * where it is: who takes the member says so, anybody else has json_next() say
 * what it is, or why it is none.
 */
MUST_USE bool json_peek_member(const struct json_reader *r,
    struct json_member *out);
void json_take_member(struct json_reader *r, const struct json_member *member);

/*
 * The offset behind the brace that closes the one at `off`, if the object is
 * JSON: who looks for its end only has it checked by who reads it.  0: there is
 * none.
 */
size_t json_object_end(struct str text, size_t off);

/*
 * Read over the value whose first token was `token`; after it the reader is
 * past the value.  False on a fault.
 */
MUST_USE bool json_skip(struct json_reader *r, enum json_token token);

/* Behind JSON_OBJECT_BEGIN: step over the object, which ends at `end`. */
void json_leave_object(struct json_reader *r, size_t end);

/* Offset just past the last token. */
static inline size_t
json_offset(const struct json_reader *r)
{
	return r->next_off;
}

/*
 * Word a fault as PostgreSQL does: "invalid input syntax for type json" with a
 * detail (22P02); 54001 for depth, 22021 for UTF-8.
 */
int json_error(const struct json_reader *r, const char *type_name,
    struct error *err);

/*
 * Whether what was made of JSON, and is, can be read again: 54001 for more than
 * JSON_DEPTH_LIMIT levels.
 */
MUST_USE int json_check_depth(struct str text, struct error *err);

/* Add to an error of a fault the line that it is in, up to it, as context. */
int json_error_place(const struct json_reader *r, struct error *err);

/* Whether all of `text` is one JSON value; an error of it says its line. */
MUST_USE int json_validate(struct str text, const char *type_name,
    uint32_t depth_max, struct error *err);

/*
 * The characters of a string token.  Without escapes it borrows `raw`, else it
 * is in the arena.  \u0000 and lone surrogates cannot be text: 22P05, 22P02.
 */
MUST_USE int json_unescape(struct str raw, bool has_escape, struct arena *arena,
    struct str *out, struct error *err);

/* Append `text` as a JSON string, quotes included. */
void json_put_string(struct buf *out, struct str text);

/*
 * Append the form that jsonb shows: keys by length, then bytes, the last of
 * equal ones; one space after ':' and ','; numbers without exponent.  `scratch`
 * is used meanwhile.  An error of the text says its line.
 */
MUST_USE int json_canonical(struct str text, uint32_t depth_max,
    struct arena *scratch, struct buf *out, struct error *err);

/* A number token without exponent and minus zero, as numeric writes it. */
MUST_USE int json_put_number(struct buf *out, struct str number,
    struct error *err);
