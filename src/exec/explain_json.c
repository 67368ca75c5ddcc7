/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_json.c -- the tree of a plan as a value in JSON, in PostgreSQL's form.
 */
#include <assert.h>

#include "common/json.h"
#include "exec/explain_private.h"

static void
put_member(uint32_t indent, const char *name, struct buf *out)
{
	explain_indent(indent, out);
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

static const char *const pruned_by[] = {
	[PRUNED_BY_TYPE] = "Pruned by Type",
	[PRUNED_BY_EVENT_ID] = "Pruned by Event Id",
	[PRUNED_BY_TIME] = "Pruned by Time",
	[PRUNED_BY_ZONE_MAP] = "Pruned by Zone Map",
	[PRUNED_BY_ZONE_SET] = "Pruned by Zone Set",
	[PRUNED_BY_DICTIONARY] = "Pruned by Dictionary",
	[PRUNED_BY_FILTER] = "Pruned by Filter",
	[PRUNED_BY_DEFAULT] = "Pruned by Default",
	[PRUNED_BY_CONTEXT_INDEX] = "Pruned by Context Index",
};
static_assert(ARRAY_LEN(pruned_by) == PRUNER_COUNT, "each has its name");

static void
put_json_measured(const struct explained *its, const struct explain_node *node,
    uint32_t indent, struct buf *out)
{
	const struct op_stats *stats = explain_stats(its, node);

	if (stats == NULL)
		return;
	if (its->spec->has_timing) {
		put_number(indent, "Actual Startup Time", "time",
		    explain_ms(stats->first_ns, stats->loops), out);
		put_number(indent, "Actual Total Time", "time",
		    explain_ms(stats->total_ns, stats->loops), out);
	}
	put_number(indent, "Actual Rows", "count",
	    (double)stats->rows / (double)stats->loops, out);
	put_number(indent, "Actual Loops", "count", (double)stats->loops, out);
	if (stats->sort_method != SORT_NONE)
		put_string(indent, "Sort Method",
		    str_of_cstr(explain_sort_methods[stats->sort_method]), out);
	if (its->spec->has_bytes)
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
			put_number(indent, pruned_by[i], "count",
			    (double)stats->scan.pruned_by[i], out);
	if (its->spec->has_bytes)
		put_number(indent, "Bytes Read", "count",
		    (double)stats->scan.bytes_read, out);
}

static int
put_json(const struct explained *its, const struct explain_node *node,
    uint32_t indent, struct buf *out, struct error *err)
{
	struct estimate estimate;
	int rc;

	rc = explain_estimate(&its->env, node, &estimate, err);
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
	if (its->spec->has_costs) {
		put_number(indent + 2, "Startup Cost", "cost",
		    estimate.start_cost, out);
		put_number(indent + 2, "Total Cost", "cost", estimate.cost,
		    out);
		put_number(indent + 2, "Plan Rows", "count", estimate.rows,
		    out);
		put_number(indent + 2, "Plan Width", "count", estimate.width,
		    out);
	}
	put_json_measured(its, node, indent + 2, out);
	put_json_details(node, indent + 2, out);
	if (node->child_count > 0)
		put_member(indent + 2, "Plans", out);
	for (uint32_t i = 0; i < node->child_count && rc == 0; i++) {
		buf_put_cstr(out, i == 0 ? "[" : ", ");
		rc = put_json(its, node->children[i], indent + 4, out, err);
	}
	if (node->child_count > 0)
		buf_put_cstr(out, "]\n");
	else /* no comma behind the last member */
		out->len -= !out->failed ? 2 : 0;
	buf_put_cstr(out, node->child_count > 0 ? "" : "\n");
	explain_indent(indent, out);
	buf_put_cstr(out, "}");
	return rc;
}

int
explain_put_json(const struct explained *its, uint32_t indent, struct buf *out,
    struct error *err)
{
	return put_json(its, its->spec->root, indent, out, err);
}
