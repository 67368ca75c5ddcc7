/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h -- what EXPLAIN shows of a finished plan: a tree of nodes with
 * their texts, made while the names of the statement are still known.
 *
 * src/exec/explain.c adds estimates and what was measured, and writes it.
 *
 * Memory: the plan's arena.  Threads: immutable.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

struct rel;

enum explain_format { EXPLAIN_TEXT, EXPLAIN_JSON };

/* "Filter: (a > 1)": a list has more than one value. */
struct explain_detail {
	const char *name;
	struct str *values;
	uint32_t value_count;
};

#define EXPLAIN_DETAILS_MAX 4

struct explain_node {
	const char *kind;    /* "Scan", "Hash Join" ... */
	const char *role;    /* "Outer", "Inner", "SubPlan" ...; NULL: root */
	struct str label;    /* "SubPlan 1", "CTE w"; empty: none */
	struct str relation; /* "pay"; empty: none */
	struct str alias;    /* if it differs from the relation; or empty */
	struct explain_detail details[EXPLAIN_DETAILS_MAX];
	uint32_t detail_count;
	const struct rel *rel; /* NULL: what writes */
	struct explain_node **children;
	uint32_t child_count;
};

struct plan_explain {
	enum explain_format format;
	bool is_analyze; /* run it, and say what happened */
	bool has_costs;
	bool has_timing;
	bool has_bytes; /* read, and of memory */
	bool has_summary;
	const struct explain_node *root;
};
