/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_with.c -- WITH, and what changes rows; see layout.h.
 */
#include "plan/layout_private.h"

#include "plan/temp_table.h"

/* ---- WITH ---- */

static struct cte *
lay_out_cte(struct layouter *l, const struct cte *from)
{
	struct cte *to = arena_alloc(l->arena, sizeof(*to));
	struct placed_cte *placed = arena_alloc(l->arena, sizeof(*placed));

	*to = *from;
	to->index = l->binder->cte_count++;
	to->rel = lay_out_whole(l, from->rel, from->column_count);
	*placed =
	    (struct placed_cte){ .outer = l->ctes, .from = from, .to = to };
	l->ctes = placed;
	return to;
}

struct rel *
lay_out_with(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct placed_cte *outer = l->ctes;
	struct rel *out = layout_copy(l, rel);

	out->with.ctes = arena_alloc_array(l->arena, rel->with.count + 1,
	    sizeof(struct cte *));
	for (uint32_t i = 0; i < rel->with.count; i++)
		out->with.ctes[i] = lay_out_cte(l, rel->with.ctes[i]);
	out->input = lay_out(l, rel->input, wanted);
	layout_same_columns(out);
	l->ctes = outer;
	return out;
}

/* Rows that are stored whole: of a CTE, or of a round of a recursive one. */
struct rel *
lay_out_stored(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = layout_copy(l, rel);

	layout_add_wanted(l, rel, wanted, out);
	if (rel->kind == REL_CTE) {
		const struct placed_cte *placed = l->ctes;

		while (placed->from != rel->cte)
			placed = placed->outer;
		out->cte = placed->to;
	}
	return out;
}

/* ---- changes ---- */

/* What expressions over `names` see, as they are in batches of `count`. */
static const struct rel *
seen_by_names(struct layouter *l, struct column_id *names, struct type *types,
    uint32_t count)
{
	struct rel *seen = arena_zalloc(l->arena, sizeof(*seen));

	seen->columns = names;
	seen->types = types;
	seen->column_count = count;
	return seen;
}

/* The columns of a table twice: of the row that is there, and of the other. */
static struct modify_conflict *
place_conflict(struct layouter *l, const struct rel_modify *modify)
{
	const struct temp_table *table = modify->table;
	struct modify_conflict *conflict =
	    arena_alloc(l->arena, sizeof(*conflict));
	struct type *types = arena_alloc_array(l->arena,
	    2 * (size_t)table->column_count + 1, sizeof(*types));
	const struct rel *seen;

	*conflict = *modify->conflict;
	if (!conflict->is_update)
		return conflict;
	for (uint32_t i = 0; i < table->column_count; i++)
		types[i] = types[table->column_count + i] =
		    table->columns[i].type;
	seen =
	    seen_by_names(l, conflict->names, types, 2 * table->column_count);
	conflict->values =
	    layout_place_all(l, conflict->values, table->column_count, seen);
	conflict->where = layout_place_optional(l, conflict->where, seen);
	return conflict;
}

struct rel *
lay_out_modify(struct layouter *l, const struct rel *rel)
{
	struct rel *out = layout_copy(l, rel);
	const struct rel *seen;

	layout_all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input, rel->input->column_count);
	seen = seen_by_names(l, rel->modify.names, out->input->types,
	    out->input->column_count);
	out->modify.checks = layout_place_all(l, rel->modify.checks,
	    rel->modify.check_count, seen);
	out->modify.returning =
	    layout_place_all(l, rel->modify.returning, rel->column_count, seen);
	if (rel->modify.conflict != NULL)
		out->modify.conflict = place_conflict(l, &rel->modify);
	return out;
}
