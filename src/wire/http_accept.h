/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_accept.h -- which of the forms that an answer may have a client wants
 * (RFC 9110, 12.5.1).
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

struct http_request;

/*
 * How much the client wants a media type, whose parameters do not count: what the
 * most specific range of its fields "accept" that the type is in says, in
 * thousandths, times HTTP_ACCEPT_EXACT; of equal ones the type that is named
 * more exactly is wanted more.  0 if it is in none.  Without the field all are
 * wanted alike.  Ranges that cannot be read are passed over.
 */
#define HTTP_ACCEPT_EXACT 4u

uint32_t http_accept_rank(const struct http_request *request, struct str type);

/*
 * Whether the client takes a body that is encoded like this ("gzip"): one of its
 * fields "accept-encoding" names it, or "*", with another weight than 0.
 */
bool http_accepts_coding(const struct http_request *request, struct str coding);

/*
 * Whether one of the fields "if-none-match" has the tag (W/"...", with its
 * quotes), or is "*" (RFC 9110, 13.1.2).
 */
bool http_has_tag(const struct http_request *request, struct str tag);
