/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_int.h -- the text of integers and booleans, for casts too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"

#define INT_TEXT_SIZE 20 /* the most that int_text() writes */

/* Write the decimal form of value, without a NUL; returns its length. */
size_t int_text(int64_t value, char *out);

void int_put(int64_t value, struct buf *out);
