/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saslprep.h -- one spelling for passwords that look alike (RFC 4013).
 *
 * As PostgreSQL's libpq does it, since what the server keeps must fit what the
 * client computes: a password that is no UTF-8, or that the profile prohibits,
 * is taken as its bytes are.
 */
#pragma once

#include "common/buf.h"
#include "common/str.h"

/*
 * Append the prepared password; `out->failed` tells that there was no memory.
 * What is appended is a secret: crypto_release_buf().
 */
void saslprep_put(struct buf *out, struct str password);
