/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_helper.h -- sql_parse() on a thread with the stack that it asks for.
 */
#pragma once

#include "common/arena.h"
#include "common/error.h"
#include "common/str.h"
#include "sql/ast.h"
#include "sql/parse.h"

/* One parsed text; release() frees it. */
struct parsed {
	struct arena arena;
	struct sql_statements statements;
	struct error err;
	int rc;
};

void parsed_init(struct parsed *parsed, struct str text,
    enum sql_dialect dialect);
void parsed_release(struct parsed *parsed);

/* The statement of a text that has one; fails the test with the error. */
const struct ast_stmt *parsed_one(struct parsed *parsed, const char *text);
