/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_text.c -- the tree of a plan as lines of text, in PostgreSQL's form.
 */
#include <assert.h>
#include <inttypes.h>

#include "exec/explain_private.h"

static void
put_figures(const struct explained *its, const struct explain_node *node,
    const struct estimate *estimate, struct buf *out)
{
	const struct op_stats *stats = explain_stats(its, node);

	if (its->spec->has_costs)
		buf_printf(out,
		    "  (cost=%.2f..%.2f rows=%.0f width=%" PRIu32 ")",
		    estimate->start_cost, estimate->cost, estimate->rows,
		    estimate->width);
	if (its->env.stats == NULL)
		return;
	if (stats == NULL) {
		buf_put_cstr(out,
		    its->spec->has_costs ? " (not counted apart)"
					 : "  (not counted apart)");
		return;
	}
	buf_put_cstr(out, its->spec->has_costs ? " (actual " : "  (actual ");
	if (its->spec->has_timing)
		buf_printf(out, "time=%.3f..%.3f ",
		    explain_ms(stats->first_ns, stats->loops),
		    explain_ms(stats->total_ns, stats->loops));
	buf_printf(out, "rows=%.0f loops=%" PRIu64 ")",
	    (double)stats->rows / (double)stats->loops, stats->loops);
}

static void
put_details(const struct explain_node *node, uint32_t indent, struct buf *out)
{
	for (uint32_t i = 0; i < node->detail_count; i++) {
		const struct explain_detail *detail = &node->details[i];

		explain_indent(indent, out);
		buf_printf(out, "%s: ", detail->name);
		for (uint32_t v = 0; v < detail->value_count; v++) {
			buf_put_cstr(out, v > 0 ? ", " : "");
			buf_put_str(out, detail->values[v]);
		}
		buf_put_cstr(out, "\n");
	}
}

/*
 * How an operator kept its rows: in memory, or partly in temporary files; and how
 * it found their groups.
 */
static void
put_kept(const struct explained *its, const struct op_stats *stats,
    uint32_t indent, struct buf *out)
{
	bool has_bytes = its->spec->has_bytes;
	const char *gap = "";

	if (stats->sort_method == SORT_NONE && !has_bytes)
		return;
	if (stats->sort_method == SORT_NONE && stats->memory_bytes == 0)
		return;
	explain_indent(indent, out);
	if (stats->sort_method != SORT_NONE) {
		buf_printf(out, "Sort Method: %s",
		    explain_sort_methods[stats->sort_method]);
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
} pruners[] = {
	[PRUNED_BY_TYPE] = { "segment", "type" },
	[PRUNED_BY_EVENT_ID] = { "segment", "event_id" },
	[PRUNED_BY_TIME] = { "segment", "time" },
	[PRUNED_BY_ZONE_MAP] = { "zone", "zone map" },
	[PRUNED_BY_ZONE_SET] = { "zone", "zone set" },
	[PRUNED_BY_DICTIONARY] = { "zone", "dictionary" },
	[PRUNED_BY_FILTER] = { "zone", "filter" },
	[PRUNED_BY_DEFAULT] = { "zone", "default" },
	[PRUNED_BY_CONTEXT_INDEX] = { "zone", "context index" },
};
static_assert(ARRAY_LEN(pruners) == PRUNER_COUNT, "each has its words");

/* "Pruned: 3 segments by time, 1 zone by filter" */
static void
put_pruned(const struct scan_stats *scan, uint32_t indent, struct buf *out)
{
	const char *gap = "Pruned: ";

	if (scan->segments_pruned + scan->zones_pruned == 0)
		return;
	explain_indent(indent, out);
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
put_measured(const struct explained *its, const struct explain_node *node,
    uint32_t indent, struct buf *out)
{
	const struct op_stats *stats = explain_stats(its, node);

	if (stats == NULL)
		return;
	if (stats->is_scan) {
		explain_indent(indent, out);
		buf_printf(out,
		    "Segments: %" PRIu64 " of %" PRIu64 "  Zones: %" PRIu64
		    " of %" PRIu64,
		    stats->scan.segments - stats->scan.segments_pruned,
		    stats->scan.segments,
		    stats->scan.zones - stats->scan.zones_pruned,
		    stats->scan.zones);
		if (its->spec->has_bytes)
			buf_printf(out, "  Read: %" PRIu64 "kB",
			    (stats->scan.bytes_read + 1023) / 1024);
		buf_put_cstr(out, "\n");
		put_pruned(&stats->scan, indent, out);
	}
	put_kept(its, stats, indent, out);
}

/* Children in the order in which they are shown: what runs first, first. */
static uint32_t
rank_of(const struct explain_node *node)
{
	if (node->label.len == 0)
		return 1;
	return strcmp(node->role, "InitPlan") == 0 ? 0 : 2;
}

static int put_node(const struct explained *its,
    const struct explain_node *node, uint32_t indent, struct buf *out,
    struct error *err);

static int
put_children(const struct explained *its, const struct explain_node *node,
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
				explain_indent(indent, out);
				buf_put_str(out, child->label);
				buf_put_cstr(out, "\n");
			}
			rc = put_node(its, child,
			    has_label ? indent + 2 : indent, out, err);
		}
	}
	return rc;
}

/* A node, its arrow at `indent`; the root, at 0, has none. */
static int
put_node(const struct explained *its, const struct explain_node *node,
    uint32_t indent, struct buf *out, struct error *err)
{
	uint32_t below = indent == 0 ? 2 : indent + 6;
	struct estimate estimate;
	int rc;

	rc = explain_estimate(&its->env, node, &estimate, err);
	if (rc != 0)
		return rc;
	explain_indent(indent, out);
	buf_printf(out, "%s%s", indent == 0 ? "" : "->  ", node->kind);
	if (node->relation.len > 0)
		buf_printf(out, " on %.*s", STR_FMT(node->relation));
	if (node->alias.len > 0)
		buf_printf(out, " %.*s", STR_FMT(node->alias));
	put_figures(its, node, &estimate, out);
	buf_put_cstr(out, "\n");
	put_details(node, below, out);
	put_measured(its, node, below, out);
	return put_children(its, node, below, out, err);
}

int
explain_put_text(const struct explained *its, struct buf *out,
    struct error *err)
{
	return put_node(its, its->spec->root, 0, out, err);
}
