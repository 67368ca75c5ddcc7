/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload_read.h -- a STORE's JSON object into vectors, field by field.
 *
 * Strict: what is unknown, missing, ill-typed or given twice is an error that
 * names the field.  A field that is left out gets its default, or null if it
 * may be.  JSON null is null.
 *
 *	bool            true, false
 *	integers        an integer
 *	float           a number
 *	decimal         a number or a string of one; no digit may be lost
 *	text            a string
 *	enum, uuid      a string
 *	datetime, date  a string, or a number (plan/native_time.h)
 *	json            anything
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "vec/vec.h"

struct error;
struct event_type;
struct type_settings;

/*
 * Write the object's fields to row `row` of fields[], one for each field of
 * the type, with null flags.  Strings borrow from `json` or the arena.
 *
 * err->position is the character in `json`, from 1, where it is wrong.
 *
 * Returns 0; STELE_E_INVALID_PARAMETER_VALUE (no object, an unknown field, an
 * ill-typed one), STELE_E_NOT_NULL_VIOLATION, STELE_E_DUPLICATE_JSON_KEY, or
 * those of JSON and of the type's text form.
 */
MUST_USE int payload_read(const struct event_type *type,
    const struct type_settings *settings, struct str json, struct vec *fields,
    uint32_t row, struct arena *arena, struct error *err);
