/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_door.h -- the native language over WebSocket: what the sockets of
 * ws_port speak, and those of http_port behind a request for it.
 */
#pragma once

#include "common/attr.h"
#include "server/voice.h"

struct buf;
struct error;
struct http_request;
struct session;

extern const struct voice voice_websocket;

/*
 * Answer a request that asks for a WebSocket: with 101 in `out`, and 0; or with
 * the status to refuse it by, and why.  Only the head counts: a request that
 * has a body is refused.
 */
MUST_USE int websocket_answer(struct session *session,
    const struct http_request *request, struct buf *out, struct error *err);

/*
 * A session of another native door, which has nothing left to answer, has
 * voice_websocket from now on: frames come next.  What the other door has made is
 * the caller's to free.  False: no memory, and nothing has changed.
 */
MUST_USE bool websocket_take_over(struct session *session);
