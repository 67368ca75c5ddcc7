/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_value.h -- any value as JSON, as PostgreSQL's to_json() writes it.
 *
 * Numbers and booleans are themselves, json and jsonb are put in as they are,
 * arrays become arrays, rows become objects, times ISO 8601 in the session's zone, and all else the
 * string of its text form.
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"
#include "types/type.h"

/* Append the value of one row, or null. */
void json_value_put(const struct type *type,
    const struct type_settings *settings, const struct datum *value,
    struct buf *out);

/* An array that is not null, its first dimension with a line each. */
void json_array_put_lines(const struct type *type,
    const struct type_settings *settings, struct str value, struct buf *out);

/* A row, with a line for each field or not. */
void json_record_put(const struct type_settings *settings, struct str value,
    bool has_lines, struct buf *out);

/* The same as a member's name, in quotes; the value is not null. */
void json_name_put(const struct type *type,
    const struct type_settings *settings, const struct datum *value,
    struct buf *out);

/* Whether values can be names: not arrays, rows and documents. */
bool json_can_be_name(const struct type *type);
