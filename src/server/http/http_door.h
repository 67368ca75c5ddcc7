/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_door.h -- the native language and SQL over HTTP: what the sockets of
 * http_port speak.
 */
#pragma once

#include "server/voice.h"

extern const struct voice voice_http;
