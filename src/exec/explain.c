/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c -- EXPLAIN: runs the plan if ANALYZE asks for it, then gives the
 * tree of the plan as lines of text, or as one value in JSON.
 */
#include "exec/explain_private.h"
#include "exec/subplan.h"
#include "os/clock.h"

struct explain_op {
	struct op_state op;
	struct explained its;
	double elapsed_ms;
	struct buf text; /* all lines */
	size_t at;       /* of the next line */
	bool is_written;
};

const char *const explain_sort_methods[] = {
	[SORT_IN_MEMORY] = "merge sort",
	[SORT_TOP] = "top-N",
	[SORT_EXTERNAL] = "external merge",
};

const struct op_stats *
explain_stats(const struct explained *its, const struct explain_node *node)
{
	const struct op_stats *stats;

	if (its->env.stats == NULL || node->rel == NULL)
		return NULL;
	stats = &its->env.stats[node->rel->index];
	/* an operator that does the work of two counts for the upper one */
	return stats->loops == 0 ? NULL : stats;
}

static int
write_plan(struct explain_op *explain, struct error *err)
{
	const struct plan_explain *spec = explain->its.spec;
	struct buf *out = &explain->text;
	int rc;

	if (spec->format == EXPLAIN_JSON) {
		buf_put_cstr(out, "[\n  {\n    \"Plan\": ");
		rc = explain_put_json(&explain->its, 4, out, err);
		if (explain->its.env.stats != NULL && spec->has_summary)
			buf_printf(out, ",\n    \"Execution Time\": %.3f",
			    explain->elapsed_ms);
		buf_put_cstr(out, "\n  }\n]");
	} else {
		rc = explain_put_text(&explain->its, out, err);
		if (explain->its.env.stats != NULL && spec->has_summary)
			buf_printf(out, "Execution Time: %.3f ms\n",
			    explain->elapsed_ms);
	}
	if (rc == 0 && out->failed)
		return error_no_memory(err);
	return rc;
}

/* Run the plan and look at nothing it gives. */
static int
run_plan(struct explain_op *explain, const struct rel *root, struct error *err)
{
	struct op_state *op;
	struct batch batch;
	int64_t start = os_clock_monotonic_ns(os_clock_real());
	int rc;

	explain->its.env.stats = arena_zalloc(explain->its.env.arena,
	    (explain->its.env.plan->rel_count + 1) * sizeof(struct op_stats));
	subplans_init(&explain->its.env);
	op = op_new(&explain->its.env, root);
	rc = op_open(op, err);
	if (rc == 0)
		rc = 1;
	while (rc > 0)
		rc = op_next(op, &batch, err);
	op_close(op);
	explain->elapsed_ms = explain_ms(
	    (uint64_t)(os_clock_monotonic_ns(os_clock_real()) - start), 1);
	return rc;
}

/* The next line, without its end; JSON is one. */
static struct str
next_line(struct explain_op *explain)
{
	struct str all = buf_str(&explain->text);
	size_t start = explain->at;
	size_t end = start;

	if (explain->its.spec->format == EXPLAIN_JSON)
		end = all.len;
	while (end < all.len && all.data[end] != '\n')
		end++;
	explain->at = end < all.len ? end + 1 : end;
	return str_of(all.data + start, end - start);
}

static int
explain_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct explain_op *explain = (struct explain_op *)op;
	uint32_t count = 0;
	int rc = 0;

	if (!explain->is_written) {
		if (explain->its.spec->is_analyze)
			rc = run_plan(explain, op->env->plan->root, err);
		if (rc == 0)
			rc = write_plan(explain, err);
		if (rc != 0)
			return rc;
		explain->is_written = true;
	}
	out->cols = arena_alloc_array(&op->batch_arena, 1, sizeof(*out->cols));
	vec_init(&out->cols[0], PHYS_STR, VEC_ROWS, &op->batch_arena);
	while (explain->at < explain->text.len && count < VEC_ROWS)
		out->cols[0].str[count++] = next_line(explain);
	out->col_count = 1;
	out->row_count = count;
	out->sel = sel_all(count);
	return count > 0;
}

/* The run's subqueries are needed as long as scans are estimated by them. */
static void
explain_close(struct op_state *op)
{
	struct explain_op *explain = (struct explain_op *)op;

	if (explain->its.env.stats != NULL)
		subplans_release(&explain->its.env);
	buf_release(&explain->text);
}

static const struct op_class explain_class = {
	.name = "explain",
	.next = explain_next,
	.close = explain_close,
};

struct op_state *
explain_op_new(const struct exec_env *env, const struct plan *plan)
{
	static const struct rel no_rel = { .kind = REL_VALUES };
	struct explain_op *explain = arena_zalloc(env->arena, sizeof(*explain));

	op_init(&explain->op, &explain_class, env, &no_rel);
	explain->its.spec = plan->explain;
	explain->its.env = *env;
	buf_init(&explain->text);
	return &explain->op;
}
