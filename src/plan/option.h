/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option.h -- which improvements of plans the session wants; private to
 * src/plan/.
 *
 * All are on but in tests: the same queries must give the same rows without
 * them.
 */
#pragma once

#include <stdbool.h>

struct binder;

enum plan_option {
	OPTION_HASH_JOIN,        /* enable_hashjoin */
	OPTION_MEMOIZE,          /* enable_memoize: results of subqueries */
	OPTION_CONTEXT_WALK,     /* stele.enable_...: sequences by context */
	OPTION_DECORRELATION,    /* subqueries as joins */
	OPTION_DISTINCT_COUNT,   /* groups that are only counted are not made */
	OPTION_EQUALITIES,       /* a = b and b = 1, hence a = 1 */
	OPTION_FILTER_PUSHDOWN,  /* conditions as far down as they go */
	OPTION_HASHED_SUBQUERY,  /* IN (SELECT ...) as a hash table */
	OPTION_JOIN_ORDER,       /* inner joins in another order */
	OPTION_LATE_PAYLOAD,     /* payloads of the rows that are left */
	OPTION_SCAN_BOUNDS,      /* conditions prune scans */
	OPTION_SEQUENCE_NEAREST, /* events that no match can have are not kept */
	OPTION_TOP_BOUND,        /* LIMIT bounds the scan below a sort */
	OPTION_UNORDERED_SCAN,   /* no order where nobody can see it */
	OPTION_WORK_MEM,         /* rows are kept in memory, up to work_mem */
	OPTION_COUNT,
};

bool option_is_on(struct binder *binder, enum plan_option option);
