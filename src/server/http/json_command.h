/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_command.h -- SnelDB's commands as JSON objects: to the text of a
 * statement of the native language.
 *
 *	{"type":"Store","event_type":"order","context_id":"c1","payload":{"id":1}}
 *	STORE "order" FOR "c1" PAYLOAD {"id":1}
 *
 * Nothing is quoted anew: a string of JSON is one of the native language as it
 * stands, an object of JSON a payload or a list of fields.  So no value of the
 * object becomes anything but a value of the statement.
 *
 * Unlike SnelDB this refuses what it does not know: a key, an operator, a
 * condition that says nothing.
 *
 * Threads: pure functions.
 */
#pragma once

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;

/*
 * Append the statement.  STELE_E_INVALID_TEXT_REPRESENTATION for what is no
 * JSON, STELE_E_SYNTAX for what is no command; what is wrong with the statement
 * itself, who parses it says.
 */
MUST_USE int json_command_put(struct buf *out, struct str text,
    struct error *err);
