/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_openapi.h -- GET /openapi.json: the table of http_route.c as OpenAPI 3.0
 * has it, for who makes clients: openapi.json, without its indents.
 *
 * tests/unit/server/test_http_route holds both to each other.
 */
#pragma once

struct buf;

void http_openapi_put(struct buf *out);
