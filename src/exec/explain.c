/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c -- EXPLAIN: runs the plan if ANALYZE asks for it, then gives the
 * tree of the plan as lines of text, or as one value in JSON, in PostgreSQL's
 * forms.
 *
 * Estimated rows of scans are those of the snapshot that pruning leaves; what
 * is above them is guessed from these.  A cost is in hundredths of a row read.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "common/json.h"
#include "exec/estimate.h"
#include "exec/exec_private.h"
#include "exec/subplan.h"
#include "os/clock.h"
#include "plan/explain.h"

#define COST_ROW       0.01 /* to read or make a row */
#define COST_CONDITION 0.0025
#define TEXT_WIDTH     32

struct explain_op {
	struct op_state op;
	const struct plan_explain *explain;
	struct exec_env env; /* of the plan that is explained */
	double elapsed_ms;
	struct buf text; /* all lines */
	size_t at;       /* of the next line */
	bool is_written;
};

/* What is thought of one node. */
struct estimate {
	double rows;
	double cost;
	double start_cost; /* until the first row */
	uint32_t width;
};

/* ---- estimates ---- */

static uint32_t
row_width(const struct rel *rel)
{
	uint32_t width = 0;

	for (uint32_t i = 0; i < rel->column_count; i++) {
		const struct type_info *info = type_info(rel->types[i].oid);

		int len = info != NULL ? info->len : -1;

		width += (uint32_t)(len > 0 ? len : TEXT_WIDTH);
	}
	return width;
}

/* From what is known of the node's first input, `in`. */
static int
estimate_rel(const struct exec_env *env, const struct rel *rel,
    const struct estimate *in, struct estimate *out, struct error *err)
{
	int rc;

	rc =
	    estimate_rows(env, rel, ESTIMATE_PRUNED, in->rows, &out->rows, err);
	out->start_cost = in->start_cost;
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
	case REL_VALUES:
	case REL_FUNCTION:
		out->cost += out->rows * COST_ROW;
		break;
	case REL_FILTER:
		out->cost += in->rows * rel->filter.count * COST_CONDITION;
		break;
	case REL_AGG:
		out->cost += in->rows * COST_ROW;
		out->start_cost = out->cost;
		break;
	case REL_SORT:
		out->cost += in->rows * log2(in->rows + 2) * COST_CONDITION;
		out->start_cost = out->cost;
		break;
	default:
		out->cost += in->rows * COST_ROW;
		break;
	}
	return rc;
}

static int
estimate_node(const struct exec_env *env, const struct explain_node *node,
    struct estimate *out, struct error *err)
{
	struct estimate in = { .rows = 0 };
	int rc = 0;

	*out = (struct estimate){ .rows = 0 };
	for (uint32_t i = 0; i < node->child_count && rc == 0; i++) {
		struct estimate child;

		rc = estimate_node(env, node->children[i], &child, err);
		out->cost += child.cost;
		if (i == 0)
			in = child;
		else if (child.rows > in.rows)
			in.rows = child.rows;
	}
	if (rc != 0)
		return rc;
	if (node->rel == NULL) {
		out->rows = in.rows;
		return 0;
	}
	out->width = row_width(node->rel);
	return estimate_rel(env, node->rel, &in, out, err);
}

/* ---- the figures of a node ---- */

static const struct op_stats *
stats_of(const struct explain_op *explain, const struct explain_node *node)
{
	const struct op_stats *stats;

	if (explain->env.stats == NULL || node->rel == NULL)
		return NULL;
	stats = &explain->env.stats[node->rel->index];
	/* an operator that does the work of two counts for the upper one */
	return stats->loops == 0 ? NULL : stats;
}

static double
ms_of(uint64_t ns, uint64_t loops)
{
	return (double)ns / 1e6 / (double)loops;
}

/* ---- text ---- */

static void
put_figures(const struct explain_op *explain, const struct explain_node *node,
    const struct estimate *estimate, struct buf *out)
{
	const struct op_stats *stats = stats_of(explain, node);

	if (explain->explain->has_costs)
		buf_printf(out,
		    "  (cost=%.2f..%.2f rows=%.0f width=%" PRIu32 ")",
		    estimate->start_cost, estimate->cost, estimate->rows,
		    estimate->width);
	if (explain->env.stats == NULL)
		return;
	if (stats == NULL) {
		buf_put_cstr(out,
		    explain->explain->has_costs ? " (not counted apart)"
						: "  (not counted apart)");
		return;
	}
	buf_put_cstr(out,
	    explain->explain->has_costs ? " (actual " : "  (actual ");
	if (explain->explain->has_timing)
		buf_printf(out, "time=%.3f..%.3f ",
		    ms_of(stats->first_ns, stats->loops),
		    ms_of(stats->total_ns, stats->loops));
	buf_printf(out, "rows=%.0f loops=%" PRIu64 ")",
	    (double)stats->rows / (double)stats->loops, stats->loops);
}

static void
put_indent(uint32_t indent, struct buf *out)
{
	for (uint32_t i = 0; i < indent; i++)
		buf_put_cstr(out, " ");
}

static void
put_details(const struct explain_node *node, uint32_t indent, struct buf *out)
{
	for (uint32_t i = 0; i < node->detail_count; i++) {
		const struct explain_detail *detail = &node->details[i];

		put_indent(indent, out);
		buf_printf(out, "%s: ", detail->name);
		for (uint32_t v = 0; v < detail->value_count; v++) {
			buf_put_cstr(out, v > 0 ? ", " : "");
			buf_put_str(out, detail->values[v]);
		}
		buf_put_cstr(out, "\n");
	}
}

static const char *const sort_methods[] = {
	[SORT_IN_MEMORY] = "merge sort",
	[SORT_TOP] = "top-N",
	[SORT_EXTERNAL] = "external merge",
};

/*
 * How an operator kept its rows: in memory, or partly in temporary files; and how
 * it found their groups.
 */
static void
put_kept(const struct explain_op *explain, const struct op_stats *stats,
    uint32_t indent, struct buf *out)
{
	bool has_bytes = explain->explain->has_bytes;
	const char *gap = "";

	if (stats->sort_method == SORT_NONE && !has_bytes)
		return;
	if (stats->sort_method == SORT_NONE && stats->memory_bytes == 0)
		return;
	put_indent(indent, out);
	if (stats->sort_method != SORT_NONE) {
		buf_printf(out, "Sort Method: %s",
		    sort_methods[stats->sort_method]);
		gap = "  ";
	}
	if (has_bytes && stats->part_count > 0) {
		buf_printf(out, "%s%s: %" PRIu64, gap,
		    stats->sort_method == SORT_NONE ? "Batches" : "Runs",
		    stats->part_count);
		gap = "  ";
	}
	if (has_bytes)
		buf_printf(out, "%sMemory: %" PRIu64 "kB", gap,
		    (stats->memory_bytes + 1023) / 1024);
	if (has_bytes && stats->disk_bytes > 0)
		buf_printf(out, "  Disk: %" PRIu64 "kB",
		    (stats->disk_bytes + 1023) / 1024);
	if (has_bytes && stats->merge_count > 0)
		buf_printf(out, "  Merged: %" PRIu64 " dictionar%s",
		    stats->merge_count, stats->merge_count == 1 ? "y" : "ies");
	buf_put_cstr(out, "\n");
}

static const struct {
	const char *what;
	const char *by;
	const char *json;
} pruners[] = {
	[PRUNED_BY_TYPE] = { "segment", "type", "Pruned by Type" },
	[PRUNED_BY_EVENT_ID] = { "segment", "event_id", "Pruned by Event Id" },
	[PRUNED_BY_TIME] = { "segment", "time", "Pruned by Time" },
	[PRUNED_BY_ZONE_MAP] = { "zone", "zone map", "Pruned by Zone Map" },
	[PRUNED_BY_ZONE_SET] = { "zone", "zone set", "Pruned by Zone Set" },
	[PRUNED_BY_DICTIONARY] = { "zone", "dictionary",
	    "Pruned by Dictionary" },
	[PRUNED_BY_FILTER] = { "zone", "filter", "Pruned by Filter" },
	[PRUNED_BY_DEFAULT] = { "zone", "default", "Pruned by Default" },
	[PRUNED_BY_CONTEXT_INDEX] = { "zone", "context index",
	    "Pruned by Context Index" },
};
static_assert(ARRAY_LEN(pruners) == PRUNER_COUNT, "each has its words");

/* "Pruned: 3 segments by time, 1 zone by filter" */
static void
put_pruned(const struct scan_stats *scan, uint32_t indent, struct buf *out)
{
	const char *gap = "Pruned: ";

	if (scan->segments_pruned + scan->zones_pruned == 0)
		return;
	put_indent(indent, out);
	for (uint32_t i = 0; i < PRUNER_COUNT; i++) {
		uint64_t count = scan->pruned_by[i];

		if (count == 0)
			continue;
		buf_printf(out, "%s%" PRIu64 " %s%s by %s", gap, count,
		    pruners[i].what, count == 1 ? "" : "s", pruners[i].by);
		gap = ", ";
	}
	buf_put_cstr(out, "\n");
}

static void
put_measured(const struct explain_op *explain, const struct explain_node *node,
    uint32_t indent, struct buf *out)
{
	const struct op_stats *stats = stats_of(explain, node);

	if (stats == NULL)
		return;
	if (stats->is_scan) {
		put_indent(indent, out);
		buf_printf(out,
		    "Segments: %" PRIu64 " of %" PRIu64 "  Zones: %" PRIu64
		    " of %" PRIu64,
		    stats->scan.segments - stats->scan.segments_pruned,
		    stats->scan.segments,
		    stats->scan.zones - stats->scan.zones_pruned,
		    stats->scan.zones);
		if (explain->explain->has_bytes)
			buf_printf(out, "  Read: %" PRIu64 "kB",
			    (stats->scan.bytes_read + 1023) / 1024);
		buf_put_cstr(out, "\n");
		put_pruned(&stats->scan, indent, out);
	}
	put_kept(explain, stats, indent, out);
}

/* Children in the order in which they are shown: what runs first, first. */
static uint32_t
rank_of(const struct explain_node *node)
{
	if (node->label.len == 0)
		return 1;
	return strcmp(node->role, "InitPlan") == 0 ? 0 : 2;
}

static int put_text(const struct explain_op *explain,
    const struct explain_node *node, uint32_t indent, struct buf *out,
    struct error *err);

static int
put_children(const struct explain_op *explain, const struct explain_node *node,
    uint32_t indent, struct buf *out, struct error *err)
{
	int rc = 0;

	for (uint32_t rank = 0; rank <= 2; rank++) {
		for (uint32_t i = 0; i < node->child_count && rc == 0; i++) {
			const struct explain_node *child = node->children[i];
			bool has_label = child->label.len > 0;

			if (rank_of(child) != rank)
				continue;
			if (has_label) {
				put_indent(indent, out);
				buf_put_str(out, child->label);
				buf_put_cstr(out, "\n");
			}
			rc = put_text(explain, child,
			    has_label ? indent + 2 : indent, out, err);
		}
	}
	return rc;
}

/* A node, its arrow at `indent`; the root, at 0, has none. */
static int
put_text(const struct explain_op *explain, const struct explain_node *node,
    uint32_t indent, struct buf *out, struct error *err)
{
	uint32_t below = indent == 0 ? 2 : indent + 6;
	struct estimate estimate;
	int rc;

	rc = estimate_node(&explain->env, node, &estimate, err);
	if (rc != 0)
		return rc;
	put_indent(indent, out);
	buf_printf(out, "%s%s", indent == 0 ? "" : "->  ", node->kind);
	if (node->relation.len > 0)
		buf_printf(out, " on %.*s", STR_FMT(node->relation));
	if (node->alias.len > 0)
		buf_printf(out, " %.*s", STR_FMT(node->alias));
	put_figures(explain, node, &estimate, out);
	buf_put_cstr(out, "\n");
	put_details(node, below, out);
	put_measured(explain, node, below, out);
	return put_children(explain, node, below, out, err);
}

/* ---- JSON ---- */

static void
put_member(uint32_t indent, const char *name, struct buf *out)
{
	put_indent(indent, out);
	json_put_string(out, str_of_cstr(name));
	buf_put_cstr(out, ": ");
}

static void
put_string(uint32_t indent, const char *name, struct str value, struct buf *out)
{
	put_member(indent, name, out);
	json_put_string(out, value);
	buf_put_cstr(out, ",\n");
}

static void
put_number(uint32_t indent, const char *name, const char *format, double value,
    struct buf *out)
{
	put_member(indent, name, out);
	/* the formats are this file's */
	if (str_equal(str_of_cstr(format), STR("cost")))
		buf_printf(out, "%.2f,\n", value);
	else if (str_equal(str_of_cstr(format), STR("time")))
		buf_printf(out, "%.3f,\n", value);
	else
		buf_printf(out, "%.0f,\n", value);
}

static void
put_json_details(const struct explain_node *node, uint32_t indent,
    struct buf *out)
{
	for (uint32_t i = 0; i < node->detail_count; i++) {
		const struct explain_detail *detail = &node->details[i];

		if (detail->value_count == 1) {
			put_string(indent, detail->name, detail->values[0],
			    out);
			continue;
		}
		put_member(indent, detail->name, out);
		for (uint32_t v = 0; v < detail->value_count; v++) {
			buf_put_cstr(out, v == 0 ? "[" : ", ");
			json_put_string(out, detail->values[v]);
		}
		buf_put_cstr(out, "],\n");
	}
}

static void
put_json_kept(const struct op_stats *stats, uint32_t indent, struct buf *out)
{
	if (stats->memory_bytes > 0)
		put_number(indent, "Memory Bytes", "count",
		    (double)stats->memory_bytes, out);
	if (stats->merge_count > 0)
		put_number(indent, "Dictionaries Merged", "count",
		    (double)stats->merge_count, out);
	if (stats->disk_bytes == 0)
		return;
	put_number(indent, stats->sort_method == SORT_NONE ? "Batches" : "Runs",
	    "count", (double)stats->part_count, out);
	put_number(indent, "Disk Bytes", "count", (double)stats->disk_bytes,
	    out);
}

static void
put_json_measured(const struct explain_op *explain,
    const struct explain_node *node, uint32_t indent, struct buf *out)
{
	const struct op_stats *stats = stats_of(explain, node);

	if (stats == NULL)
		return;
	if (explain->explain->has_timing) {
		put_number(indent, "Actual Startup Time", "time",
		    ms_of(stats->first_ns, stats->loops), out);
		put_number(indent, "Actual Total Time", "time",
		    ms_of(stats->total_ns, stats->loops), out);
	}
	put_number(indent, "Actual Rows", "count",
	    (double)stats->rows / (double)stats->loops, out);
	put_number(indent, "Actual Loops", "count", (double)stats->loops, out);
	if (stats->sort_method != SORT_NONE)
		put_string(indent, "Sort Method",
		    str_of_cstr(sort_methods[stats->sort_method]), out);
	if (explain->explain->has_bytes)
		put_json_kept(stats, indent, out);
	if (!stats->is_scan)
		return;
	put_number(indent, "Segments", "count", (double)stats->scan.segments,
	    out);
	put_number(indent, "Segments Pruned", "count",
	    (double)stats->scan.segments_pruned, out);
	put_number(indent, "Zones", "count", (double)stats->scan.zones, out);
	put_number(indent, "Zones Pruned", "count",
	    (double)stats->scan.zones_pruned, out);
	for (uint32_t i = 0; i < PRUNER_COUNT; i++)
		if (stats->scan.pruned_by[i] > 0)
			put_number(indent, pruners[i].json, "count",
			    (double)stats->scan.pruned_by[i], out);
	if (explain->explain->has_bytes)
		put_number(indent, "Bytes Read", "count",
		    (double)stats->scan.bytes_read, out);
}

static int
put_json(const struct explain_op *explain, const struct explain_node *node,
    uint32_t indent, struct buf *out, struct error *err)
{
	struct estimate estimate;
	int rc;

	rc = estimate_node(&explain->env, node, &estimate, err);
	if (rc != 0)
		return rc;
	buf_put_cstr(out, "{\n");
	put_string(indent + 2, "Node Type", str_of_cstr(node->kind), out);
	if (node->role != NULL)
		put_string(indent + 2, "Parent Relationship",
		    str_of_cstr(node->role), out);
	if (node->label.len > 0)
		put_string(indent + 2, "Subplan Name", node->label, out);
	if (node->relation.len > 0) {
		put_string(indent + 2, "Relation Name", node->relation, out);
		put_string(indent + 2, "Alias",
		    node->alias.len > 0 ? node->alias : node->relation, out);
	}
	if (explain->explain->has_costs) {
		put_number(indent + 2, "Startup Cost", "cost",
		    estimate.start_cost, out);
		put_number(indent + 2, "Total Cost", "cost", estimate.cost,
		    out);
		put_number(indent + 2, "Plan Rows", "count", estimate.rows,
		    out);
		put_number(indent + 2, "Plan Width", "count", estimate.width,
		    out);
	}
	put_json_measured(explain, node, indent + 2, out);
	put_json_details(node, indent + 2, out);
	if (node->child_count > 0)
		put_member(indent + 2, "Plans", out);
	for (uint32_t i = 0; i < node->child_count && rc == 0; i++) {
		buf_put_cstr(out, i == 0 ? "[" : ", ");
		rc = put_json(explain, node->children[i], indent + 4, out, err);
	}
	if (node->child_count > 0)
		buf_put_cstr(out, "]\n");
	else /* no comma behind the last member */
		out->len -= !out->failed ? 2 : 0;
	buf_put_cstr(out, node->child_count > 0 ? "" : "\n");
	put_indent(indent, out);
	buf_put_cstr(out, "}");
	return rc;
}

/* ---- the whole ---- */

static int
write_plan(struct explain_op *explain, struct error *err)
{
	const struct plan_explain *spec = explain->explain;
	struct buf *out = &explain->text;
	int rc;

	if (spec->format == EXPLAIN_JSON) {
		buf_put_cstr(out, "[\n  {\n    \"Plan\": ");
		rc = put_json(explain, spec->root, 4, out, err);
		if (explain->env.stats != NULL && spec->has_summary)
			buf_printf(out, ",\n    \"Execution Time\": %.3f",
			    explain->elapsed_ms);
		buf_put_cstr(out, "\n  }\n]");
	} else {
		rc = put_text(explain, spec->root, 0, out, err);
		if (explain->env.stats != NULL && spec->has_summary)
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

	explain->env.stats = arena_zalloc(explain->env.arena,
	    (explain->env.plan->rel_count + 1) * sizeof(struct op_stats));
	subplans_init(&explain->env);
	op = op_new(&explain->env, root);
	rc = op_open(op, err);
	if (rc == 0)
		rc = 1;
	while (rc > 0)
		rc = op_next(op, &batch, err);
	op_close(op);
	explain->elapsed_ms =
	    ms_of((uint64_t)(os_clock_monotonic_ns(os_clock_real()) - start),
		1);
	return rc;
}

/* The next line, without its end; JSON is one. */
static struct str
next_line(struct explain_op *explain)
{
	struct str all = buf_str(&explain->text);
	size_t start = explain->at;
	size_t end = start;

	if (explain->explain->format == EXPLAIN_JSON)
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
		if (explain->explain->is_analyze)
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

	if (explain->env.stats != NULL)
		subplans_release(&explain->env);
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
	explain->explain = plan->explain;
	explain->env = *env;
	buf_init(&explain->text);
	return &explain->op;
}
