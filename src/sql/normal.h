/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normal.h -- a statement's text without what differs from one call to the next.
 *
 * Constants become parameters, numbered behind those that the text has; comments
 * go, blanks become one, words without quotes are in lower case.  The tokens alone
 * are looked at: it costs a fraction of parsing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"

/*
 * Append the normal form, cut behind the token that reaches max_bytes.  Returns
 * the hash of all tokens, which does not know where blanks are; never 0.
 */
uint64_t sql_put_normal(struct buf *out, struct str text, uint32_t param_count,
    size_t max_bytes);

/*
 * The same of a statement of the native language.  Names keep their case there;
 * contexts, bare words that are values, and payloads are constants.
 */
uint64_t native_put_normal(struct buf *out, struct str text,
    uint32_t param_count, size_t max_bytes);
