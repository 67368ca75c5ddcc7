/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_gate.h -- whether a session takes a request, for its origin and its host.
 *
 * Thread: the session's.
 */
#pragma once

#include "common/attr.h"

struct error;
struct http_request;
struct session;

/*
 * http_guard.h, by the options and by whom the connection is let in: 0, or the
 * status of the answer, with err filled.
 */
MUST_USE int http_gate(struct session *session,
    const struct http_request *request, struct error *err);
