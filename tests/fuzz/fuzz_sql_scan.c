/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizer and its guard: tokens go forward, lie in the text, and end;
 * the guard keeps its bounds.
 */
#include <stdlib.h>

#include "common/must.h"
#include "fuzz/fuzz.h"
#include "sql/scan.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan_guard guard;
	struct scanner scanner =
	    scanner_at(str_of((const char *)data, size), 0);
	size_t last = 0;

	scan_guard_init(&guard);
	for (;;) {
		struct scan_token token = scan_next(&scanner);
		enum scan_verdict verdict;

		MUST(token.start >= last && token.end <= size);
		MUST(scanner.at == token.end);
		if (token.kind == SCAN_END)
			break;
		MUST(token.end > token.start);
		last = token.end;
		verdict = scan_guard_take(&guard, &scanner, token);
		MUST(guard.depth <= SQL_NESTING_MAX);
		if (verdict == SCAN_TOO_LONG)
			return 0;
		MUST(guard.run <= SQL_RUN_MAX);
		MUST(guard.level[guard.depth].floor <= guard.run);
		MUST(verdict != SCAN_STATEMENT_ENDS || guard.depth == 0);
	}
	return 0;
}
