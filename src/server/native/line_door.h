/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line_door.h -- the native language over lines: what the sockets of line_port
 * speak.
 */
#pragma once

#include "server/voice.h"

extern const struct voice voice_line;
