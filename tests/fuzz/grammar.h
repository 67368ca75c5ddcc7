/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grammar.h -- statements by choice: each byte is one between rules of a grammar
 * whose functions and operators are those of functions.def.  Most statements are
 * right, and about the tables that fuzz_statement.c makes:
 *
 *	t (i int, f float8, n numeric, s text, b bool, d date, j jsonb, g uuid)
 *	u (i int, z timestamptz, s text)
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct buf;

struct choices {
	const uint8_t *data; /* what is left of the input */
	size_t size;
	struct buf *out; /* text is appended to it */
	uint32_t depth;  /* private */
};

void grammar_put_statement(struct choices *choices);
