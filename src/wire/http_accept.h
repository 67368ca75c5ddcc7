/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_accept.h -- which of the forms that an answer may have a client wants
 * (RFC 9110, 12.5.1).
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

struct http_request;

/*
 * How much the client wants a media type, in thousandths: what the most specific
 * range of its fields "accept" that the type is in says, 0 if it is in none.
 * 1000 for all without the field.  Ranges that cannot be read are passed over.
 */
uint32_t http_accept_quality(const struct http_request *request,
    struct str type);
