/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_words.h -- errors in the words that SnelDB has for them: what programs
 * that were written for it look for.
 *
 * Memory: nothing is kept.
 * Thread: any.
 */
#pragma once

#include <stdbool.h>

struct ast_stmt;
struct buf;
struct error;

/*
 * Append what SnelDB says of an error of a statement of the native language, or
 * of a text that is not one if `stmt` is NULL; false, and nothing, if it has no
 * words for it.
 */
bool native_words_put(const struct ast_stmt *stmt, const struct error *err,
    struct buf *out);

/* Whether it is about a payload that is no JSON: "Invalid JSON: ...". */
bool native_words_is_json(const struct ast_stmt *stmt, const struct error *err);
