/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_reply.h -- what the line and the WebSocket door say where there are no
 * rows: lines as SnelDB writes them.
 *
 *   200 OK\n<lines>\n      what has no rows
 *   <code> <message>\n     what was understood and is refused
 *   ERROR: <message>\n     what was not, or is not about a command
 */
#pragma once

#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"
#include "server/native/native.h"

void line_put_error(struct buf *out, const struct native_error *error);
void line_put_lines(struct buf *out, const struct str *lines, uint32_t count);
/* "OK TOKEN ...": nothing else begins with OK. */
void line_put_token(struct buf *out, struct str line);
