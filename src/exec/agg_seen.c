/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_seen.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"

#define KEY_COUNT 2
#define SET_SHARE 2 /* of so many parts of work_mem, one for the set */

static void
begin_table(struct agg_seen *seen)
{
	group_table_init(&seen->table, seen->types, KEY_COUNT, KEY_EQUAL,
	    seen->context->budget);
	seen->table.keys.cancel = seen->context->cancel;
	seen->is_full = false;
}

void
agg_seen_init(struct agg_seen *seen, const struct agg_call *call,
    const struct exec_context *context)
{
	*seen = (struct agg_seen){ .context = context };
	seen->types[0] = type_of(TYPE_INT8);
	seen->types[1] = call->arg->type;
	seen->types[2] =
	    call->second != NULL ? call->second->type : type_of(TYPE_INT8);
	seen_set_init(&seen->set, &seen->types[1],
	    context->work_mem_bytes / SET_SHARE, context->budget);
	seen->set.values.keys.cancel = context->cancel;
	begin_table(seen);
}

void
agg_seen_release(struct agg_seen *seen)
{
	seen_set_release(&seen->set);
	group_table_release(&seen->table);
	if (seen->has_parts)
		partitions_release(&seen->parts);
	seen->has_parts = false;
}

static bool
is_too_large(const struct agg_seen *seen, uint32_t count)
{
	return seen->context->temp != NULL &&
	    group_table_count(&seen->table) > 0 &&
	    group_table_bytes_with(&seen->table, count) >
	    seen->context->work_mem_bytes;
}

/* Rows whose values are not in the full table. */
static int
let_wait(struct agg_seen *seen, const struct vec *columns, struct sel sel,
    struct arena *arena, struct error *err)
{
	uint32_t *groups =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*groups));
	uint64_t *hashes =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*hashes));
	uint16_t *rows = arena_alloc_array(arena, sel.count + 1, sizeof(*rows));
	struct sel others = { .rows = rows };

	if (!seen->has_parts)
		partitions_init(&seen->parts, seen->context, seen->types,
		    AGG_SEEN_COLUMNS);
	seen->has_parts = true;
	group_table_lookup(&seen->table, columns, sel, arena, groups);
	for (uint32_t i = 0; i < sel.count; i++) {
		rows[others.count] = (uint16_t)sel_row(sel, i);
		others.count += groups[i] == GROUP_NONE;
	}
	row_key_hash(seen->types, KEY_COUNT, columns, others, hashes);
	return partitions_add(&seen->parts, columns, others, hashes, err);
}

/* is_new[] of the rows that the set does not know. */
static int
ask_table(struct agg_seen *seen, const struct vec *columns, struct sel sel,
    struct arena *arena, bool *is_new, struct error *err)
{
	uint32_t *groups =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*groups));

	memset(is_new, 0, sel.count * sizeof(*is_new));
	if (is_too_large(seen, sel.count))
		seen->is_full = true;
	if (seen->is_full)
		return let_wait(seen, columns, sel, arena, err);
	return group_table_find(&seen->table, columns, sel, arena, groups,
	    is_new, err);
}

int
agg_seen_filter(struct agg_seen *seen, const struct vec *columns,
    struct sel sel, struct arena *arena, uint16_t *kept, uint32_t *count,
    struct error *err)
{
	uint16_t *rows = arena_alloc_array(arena, sel.count + 1, sizeof(*rows));
	bool *is_new = arena_alloc_array(arena, sel.count + 1, sizeof(*is_new));
	enum seen *known =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*known));
	struct sel others = { .rows = rows };
	uint32_t other = 0;
	int rc;

	*count = 0;
	rc = seen_set_add(&seen->set, &columns[0], &columns[1], sel, arena,
	    known, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		rows[others.count] = (uint16_t)sel_row(sel, i);
		others.count += known[i] == SEEN_ELSEWHERE;
	}
	if (rc == 0)
		rc = vec_need_strings(&columns[1], others, err);
	if (rc == 0 && others.count > 0)
		rc = ask_table(seen, columns, others, arena, is_new, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		kept[*count] = (uint16_t)sel_row(sel, i);
		*count += known[i] == SEEN_ELSEWHERE ? is_new[other++]
						     : known[i] == SEEN_FIRST;
	}
	return rc;
}

/* ---- what waited ---- */

static int
add_block(struct agg_seen *seen, const struct batch *block,
    struct agg_state *state, struct arena *arena, struct error *err)
{
	uint16_t kept[VEC_ROWS];
	uint32_t groups[VEC_ROWS];
	struct sel sel = { .rows = kept };
	int rc;

	rc = agg_seen_filter(seen, block->cols, block->sel, arena, kept,
	    &sel.count, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++)
		groups[i] = (uint32_t)block->cols[0].i64[kept[i]];
	if (rc == 0)
		rc = agg_state_add(state, &block->cols[1], &block->cols[2], sel,
		    groups, err);
	return rc == 0 ? cancel_check(seen->context->cancel, err) : rc;
}

static int
add_part(struct agg_seen *seen, const struct part *part,
    struct agg_state *state, struct error *err)
{
	struct spill_reader reader;
	struct arena arena;
	struct batch block;
	int rc;

	group_table_release(&seen->table);
	begin_table(seen);
	arena_init(&arena, seen->context->budget);
	spill_reader_init(&reader, &seen->parts.spill, part->run);
	while ((rc = spill_reader_next(&reader, &block, err)) > 0) {
		rc = add_block(seen, &block, state, &arena, err);
		if (rc == 0)
			rc = arena_check(&arena, err);
		if (rc != 0)
			break;
		arena_reset(&arena);
	}
	spill_reader_release(&reader);
	arena_release(&arena);
	return rc == 0 ? partitions_end(&seen->parts, err) : rc;
}

int
agg_seen_finish(struct agg_seen *seen, struct agg_state *state,
    struct error *err)
{
	struct part part;
	int rc;

	if (!seen->has_parts)
		return 0;
	rc = partitions_end(&seen->parts, err);
	while (rc == 0 && partitions_next(&seen->parts, &part))
		rc = add_part(seen, &part, state, err);
	return rc;
}
