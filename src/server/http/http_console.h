/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_console.h -- the console in the browser: its files over HTTP.
 *
 * They are for everybody and tell nothing that is stored: the page asks for that
 * by requests of its own, which need what all others need.
 */
#pragma once

#include "common/buf.h"
#include "common/str.h"

struct session;

/* Answer the request for one of its files. */
void http_console_answer(struct session *session);

/* The fields that such a reply has besides. */
void http_console_put_fields(const struct session *session, struct buf *out,
    int status);
