/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/estimate.h"

#include <math.h>

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/scan_spec.h"
#include "exec/temp_rows.h"
#include "plan/rel_walk.h"

#define KEPT_BY_FILTER  0.33
#define KEPT_BY_TEST    0.5   /* by a semi or anti join */
#define LOOKED_UP_ROWS  100.0 /* of one context */
#define SYSTEM_ROWS     1000.0
#define SYSTEM_KEY_ROWS 2.0 /* of a system table, by a key */
#define SYSTEM_FAN_OUT  10  /* rows of one that join a row */
#define GROUPS_MAX      200.0
#define RECURSION_DEPTH 10.0
#define FUNCTION_ROWS   1000.0
#define SET_ROWS        10 /* of one in a select list */

static int
scan_rows(const struct exec_env *env, const struct rel *rel,
    enum estimate_mode mode, double *rows, struct error *err)
{
	struct snapshot *snapshot = env->context->snapshot;
	struct scan_spec spec = { .snapshot = snapshot,
		.type = rel->scan.type,
		.without = env->context->scan_without };
	bool is_empty = false;
	struct scan *scan;
	int rc = 0;

	*rows = 0;
	if (mode == ESTIMATE_PRUNED && env->pieces != NULL) {
		*rows = (double)scan_piece_estimate(&env->pieces[rel->index]);
		return 0;
	}
	if (mode == ESTIMATE_PRUNED)
		rc = scan_spec_bounds(env, rel, &spec, &is_empty, err);
	if (rc != 0 || is_empty)
		return rc;
	if (rel->kind == REL_EVENTS || rel->scan.type == NULL) {
		*rows = spec.has_context ? LOOKED_UP_ROWS
					 : (double)snapshot_position(snapshot);
		return 0;
	}
	if (catalog_type_by_oid(snapshot_catalog(snapshot),
		rel->scan.type->oid) == NULL)
		return 0;
	spec.is_estimate = true;
	rc = scan_open(env->context->engine, &spec, env->arena, &scan, err);
	if (rc != 0)
		return rc;
	*rows = (double)scan_row_estimate(scan);
	if (spec.has_context && *rows > LOOKED_UP_ROWS)
		*rows = LOOKED_UP_ROWS;
	scan_close(scan);
	return 0;
}

static double
groups_of(double rows, uint32_t key_count)
{
	return key_count == 0 ? 1 : rows < GROUPS_MAX ? rows : GROUPS_MAX;
}

static int
limit_rows(const struct exec_env *env, const struct rel *rel, double in,
    double *out, struct error *err)
{
	uint64_t limit, offset;
	int rc;

	rc = limit_eval(env, rel, &limit, &offset, err);
	*out = rc == 0 && (double)limit < in ? (double)limit : in;
	return rc;
}

static double
system_rows(const struct rel_scan *scan)
{
	for (uint32_t i = 0; i < scan->bound_count; i++)
		if (scan->bounds[i].kind == BOUND_EQ ||
		    scan->bounds[i].kind == BOUND_ANY)
			return SYSTEM_KEY_ROWS;
	return SYSTEM_ROWS;
}

int
estimate_rows(const struct exec_env *env, const struct rel *rel,
    enum estimate_mode mode, double in, double *out, struct error *err)
{
	*out = in;
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
		return scan_rows(env, rel, mode, out, err);
	case REL_VALUES:
		*out = rel->values.row_count;
		return 0;
	case REL_FUNCTION:
		*out = FUNCTION_ROWS;
		return 0;
	case REL_FILTER:
		*out = ceil(in *
		    pow(KEPT_BY_FILTER,
			rel->filter.count < 3 ? rel->filter.count : 3));
		return 0;
	case REL_AGG:
		*out = groups_of(in, rel->agg.key_count);
		return 0;
	case REL_LIMIT:
		return limit_rows(env, rel, in, out, err);
	case REL_PROJECT_SET:
		*out = in * SET_ROWS;
		return 0;
	case REL_UNPIVOT:
		*out = in * rel->unpivot.row_count;
		return 0;
	case REL_CTE:
	case REL_WORK:
		*out = LOOKED_UP_ROWS;
		return 0;
	case REL_SYSTEM:
		*out = system_rows(&rel->scan);
		return 0;
	case REL_TEMP:
		*out = rel->scan.sequence != NULL
		    ? 1
		    : (double)temp_rows_count(rel->scan.temp->rows);
		return 0;
	case REL_RECURSIVE:
		*out = in * RECURSION_DEPTH;
		return 0;
	case REL_PROJECT:
	case REL_JOIN:
	case REL_SORT:
	case REL_UNIQUE:
	case REL_PAYLOAD:
	case REL_APPEND:
	case REL_SET_OP:
	case REL_WITH:
	case REL_WINDOW:
	case REL_SEQUENCE:
	case REL_MODIFY:
	case REL_READING:
		return 0;
	}
	return 0;
}

static bool
is_system(const struct rel *rel)
{
	while (rel->kind == REL_FILTER || rel->kind == REL_PROJECT)
		rel = rel->input;
	return rel->kind == REL_SYSTEM;
}

/* The catalogue is joined by names and OIDs: few rows have many partners. */
static double
system_join_rows(double left, double right)
{
	double few = left < right ? left : right;
	double many = left < right ? right : left;

	return few * SYSTEM_FAN_OUT < many ? few * SYSTEM_FAN_OUT : many;
}

static double
join_rows(const struct rel *rel, double left, double right)
{
	if (rel->join.kind == JOIN_SEMI || rel->join.kind == JOIN_ANTI)
		return ceil(left * KEPT_BY_TEST);
	if (rel->join.key_count == 0 && !rel->join.is_lateral)
		return left * right;
	if (rel->join.key_count > 0 && is_system(rel->join.right))
		return system_join_rows(left, right);
	return left > right ? left : right;
}

int
estimate_tree(const struct exec_env *env, const struct rel *rel,
    enum estimate_mode mode, double *out, struct error *err)
{
	double rows[2] = { 0, 0 }; /* of the first input, and of the others */

	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		double its;
		int rc;

		if (rel->kind == REL_WITH && i > 0)
			break; /* whoever reads a CTE counts it */
		rc = estimate_tree(env, rel_child(rel, i), mode, &its, err);
		if (rc != 0)
			return rc;
		rows[i > 0] += its;
	}
	if (rel->kind == REL_JOIN)
		rows[0] = join_rows(rel, rows[0], rows[1]);
	else if (rel->kind == REL_APPEND)
		rows[0] += rows[1];
	return estimate_rows(env, rel, mode, rows[0], out, err);
}
