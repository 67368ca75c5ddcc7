/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_rows.c -- the rows of one type of a piece: from the inputs, merged by
 * event_id, to the writer.
 */
#include <assert.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/compact/merge_private.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- passes ---- */

int
merge_run_pass(struct merge *m, const struct merge_pass *pass,
    struct error *err)
{
	struct merge_source *source = calloc(1, sizeof(*source));
	struct arena arena;
	int rc, more = 0;

	if (source == NULL)
		return no_memory(err);
	arena_init(&arena, NULL);
	rc = merge_source_open(source, pass->section, pass->type, pass->attnums,
	    pass->attnum_count, merge_batch_rows(m, 1, pass->attnum_count),
	    pass->choice, &arena, err);
	for (uint32_t i = 0; rc == 0 && source->cursor != NULL &&
	     pass->wants_codes != NULL && i < pass->attnum_count;
	     i++)
		if (pass->wants_codes[i])
			segment_cursor_want_codes(source->cursor, i);
	while (rc == 0 && (more = merge_source_next(source, err)) == 1) {
		rc = pass->fn(pass->arg, pass->input, &source->batch, err);
		if (rc == 0)
			rc = m->spec->pace(m->spec->arg, m->rows_done, err);
	}
	merge_source_close(source);
	arena_release(&arena);
	free(source);
	return rc == 0 ? more : rc;
}

/* ---- a type ---- */

/* One input's rows of the type. */
struct type_input {
	struct merge_source source;
	uint32_t input;                 /* its number in the merge */
	const uint32_t **string_hashes; /* by column */
	struct vec *cols;               /* source.batch as it is written */
	struct arena arena;             /* of those */
	struct batch batch;             /* the same */
	uint32_t at;                    /* next row of batch.sel */
	int64_t last_event_id;          /* of what was read; 0: nothing */
};

struct type_merge {
	struct merge *m;
	const struct event_type *type;
	uint32_t index;             /* of the type in the merge */
	struct merge_choice choice; /* rows of the piece */
	uint32_t column_count;      /* the most that an input has */
	uint32_t *attnums;          /* of the columns */
	enum phys *phys;
	/* By column; attnum 0 where it is none of strings, but contexts. */
	struct merge_strings *strings;
	struct segment_section **sections; /* by input; NULL: no rows */
	struct type_input *inputs;         /* owned; they do not move */
	uint32_t input_count;
	struct type_input **active; /* those with rows left */
	uint32_t active_count;
	int64_t last_event_id; /* that was written; 0: none */
};

static bool
is_field_of_strings(const struct type_merge *t, uint32_t column)
{
	return t->phys[column] == PHYS_STR && column >= SEGMENT_CORE_COLUMNS;
}

/* What stands for a column's strings; NULL if it is none of strings. */
static struct merge_strings *
strings_of(const struct type_merge *t, uint32_t column)
{
	if (column == segment_column_index(COLUMN_CONTEXT_ID))
		return &t->m->contexts;
	return is_field_of_strings(t, column) ? &t->strings[column] : NULL;
}

static int
find_sections(struct type_merge *t, struct error *err)
{
	struct merge *m = t->m;
	int rc = 0;

	t->sections = arena_try_alloc(&m->arena,
	    m->spec->input_count * sizeof(struct segment_section *));
	if (t->sections == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < m->spec->input_count && rc == 0; i++) {
		uint32_t count;

		rc = segment_section(m->inputs[i], m->types[t->index],
		    &t->sections[i], err);
		if (rc != 0 || t->sections[i] == NULL)
			continue;
		count = segment_section_column_count(t->sections[i]);
		if (count > t->column_count)
			t->column_count = count;
	}
	if (rc == 0 &&
	    t->column_count > SEGMENT_CORE_COLUMNS + t->type->field_count)
		rc = error_set(err, STELE_E_CORRUPT,
		    "a segment has more columns than its type");
	return rc;
}

static int
describe_columns(struct type_merge *t, struct error *err)
{
	struct arena *arena = &t->m->arena;
	uint32_t count = t->column_count;

	t->attnums = arena_try_alloc(arena, count * sizeof(*t->attnums));
	t->phys = arena_try_alloc(arena, count * sizeof(*t->phys));
	if (t->attnums == NULL || t->phys == NULL)
		return no_memory(err);
	for (uint32_t attnum = COLUMN_VERSION; attnum < count; attnum++) {
		uint32_t column = segment_column_index(attnum);

		t->attnums[column] = attnum;
		t->phys[column] = event_type_column_phys(t->type, attnum);
	}
	return 0;
}

/* ---- its strings ---- */

/* Codes of an input's dictionaries that are used, column by column. */
struct code_user {
	struct type_merge *t;
	uint32_t *columns; /* of the batch, behind the timestamp */
};

static int
use_codes(void *arg, uint32_t input, const struct batch *batch,
    struct error *err UNUSED)
{
	struct code_user *user = arg;

	for (uint32_t i = 1; i < batch->col_count; i++)
		merge_strings_use(&user->t->strings[user->columns[i]], input,
		    &batch->cols[i], batch->sel);
	return 0;
}

static int
use_codes_of_input(struct type_merge *t, uint32_t input, struct error *err)
{
	struct arena_mark mark = arena_mark(&t->m->arena);
	struct arena *arena = &t->m->arena;
	size_t room = (size_t)t->column_count + 1;
	struct code_user user = { .t = t };
	uint32_t *attnums = arena_try_alloc(arena, room * sizeof(*attnums));
	bool *wants_codes = arena_try_alloc(arena, room * sizeof(bool));
	struct merge_pass pass = {
		.type = t->type,
		.input = input,
		.section = t->sections[input],
		.attnums = attnums,
		.attnum_count = 1,
		.wants_codes = wants_codes,
		.choice = t->choice,
		.fn = use_codes,
		.arg = &user,
	};
	int rc = 0;

	user.columns = arena_try_alloc(arena, room * sizeof(*user.columns));
	if (attnums == NULL || wants_codes == NULL || user.columns == NULL)
		return no_memory(err);
	attnums[0] = COLUMN_TIMESTAMP;
	wants_codes[0] = false;
	for (uint32_t c = 0; c < t->column_count; c++) {
		if (!is_field_of_strings(t, c) ||
		    !merge_strings_from_dict(&t->strings[c], input))
			continue;
		attnums[pass.attnum_count] = t->attnums[c];
		wants_codes[pass.attnum_count] = true;
		user.columns[pass.attnum_count++] = c;
	}
	if (pass.attnum_count > 1)
		rc = merge_run_pass(t->m, &pass, err);
	arena_rewind(arena, mark);
	return rc;
}

/* In a part of the rows not all strings may be used. */
static int
find_used(struct type_merge *t, struct error *err)
{
	int rc = 0;

	if (merge_is_whole(t->m, t->index))
		return 0;
	for (uint32_t c = 0; c < t->column_count && rc == 0; c++)
		if (is_field_of_strings(t, c))
			rc = merge_strings_want_used(&t->strings[c], err);
	for (uint32_t i = 0; i < t->m->spec->input_count && rc == 0; i++)
		if (t->sections[i] != NULL)
			rc = use_codes_of_input(t, i, err);
	return rc;
}

static int
collect(void *arg, uint32_t input UNUSED, const struct batch *batch,
    struct error *err UNUSED)
{
	/* 1 ends the pass: more would not change the decision. */
	return merge_strings_collect(arg, &batch->cols[1], batch->sel) ? 0 : 1;
}

/* Of inputs without a dictionary for the column. */
static int
collect_strings(struct type_merge *t, uint32_t column, struct error *err)
{
	struct merge_strings *strings = &t->strings[column];
	const uint32_t attnums[] = { COLUMN_TIMESTAMP, t->attnums[column] };
	struct merge_pass pass = {
		.type = t->type,
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.choice = t->choice,
		.fn = collect,
		.arg = strings,
	};
	int rc = 0;

	for (uint32_t i = 0; i < t->m->spec->input_count && rc == 0; i++) {
		if (t->sections[i] == NULL ||
		    merge_strings_from_dict(strings, i))
			continue;
		pass.input = i;
		pass.section = t->sections[i];
		rc = merge_run_pass(t->m, &pass, err);
	}
	return rc == 1 ? 0 : rc;
}

struct dict_giver {
	struct segment_writer *writer;
	uint32_t attnum;
};

static int
give_dict(void *arg, const struct segment_strings *strings, struct error *err)
{
	const struct dict_giver *giver = arg;

	return segment_writer_use_dict(giver->writer, giver->attnum, strings,
	    err);
}

/* Decide for each column of strings, and write its dictionary. */
static int
write_dicts(struct type_merge *t, uint64_t row_count, struct error *err)
{
	struct dict_giver giver = { .writer = t->m->writer };
	int rc = 0;

	for (uint32_t c = 0; c < t->column_count && rc == 0; c++) {
		if (!is_field_of_strings(t, c))
			continue;
		giver.attnum = t->attnums[c];
		rc = collect_strings(t, c, err);
		if (rc == 0)
			rc = merge_strings_decide(&t->strings[c], row_count,
			    err);
		if (rc != 0)
			break;
		if (t->strings[c].has_codes)
			rc = merge_strings_unite(&t->strings[c], give_dict,
			    &giver, err);
		else
			segment_writer_use_plain(t->m->writer, giver.attnum);
	}
	return rc;
}

static int
init_strings(struct type_merge *t, struct error *err)
{
	int rc = 0;

	t->strings = arena_try_alloc(&t->m->arena,
	    t->column_count * sizeof(*t->strings));
	if (t->strings == NULL)
		return no_memory(err);
	for (uint32_t c = 0; c < t->column_count; c++)
		t->strings[c] = (struct merge_strings){ .arena = NULL };
	for (uint32_t c = 0; c < t->column_count && rc == 0; c++)
		if (is_field_of_strings(t, c))
			rc = merge_strings_init(&t->strings[c], t->attnums[c],
			    t->sections, t->m->spec->input_count, t->m->seed,
			    &t->m->arena, err);
	return rc;
}

/* ---- its rows ---- */

static bool
reads_codes(const struct type_merge *t, uint32_t input, uint32_t column)
{
	const struct merge_strings *strings = strings_of(t, column);

	return strings != NULL && strings->has_codes &&
	    merge_strings_from_dict(strings, input);
}

static int
open_input(struct type_merge *t, struct type_input *in, uint32_t input,
    struct error *err)
{
	struct arena *arena = &t->m->arena;
	uint32_t count = t->column_count;
	uint32_t batch_rows =
	    merge_batch_rows(t->m, t->m->spec->input_count, count);
	int rc;

	in->input = input;
	arena_init(&in->arena, NULL);
	in->string_hashes =
	    arena_try_alloc(arena, count * sizeof(*in->string_hashes));
	in->cols = arena_try_alloc(arena, count * sizeof(*in->cols));
	if (in->string_hashes == NULL || in->cols == NULL)
		return no_memory(err);
	rc = merge_source_open(&in->source, t->sections[input], t->type,
	    t->attnums, count, batch_rows, t->choice, arena, err);
	for (uint32_t c = 0; c < count && rc == 0; c++) {
		bool wants_codes = reads_codes(t, input, c);

		in->string_hashes[c] = wants_codes
		    ? merge_strings_hashes(strings_of(t, c), input)
		    : NULL;
		if (wants_codes && in->source.cursor != NULL)
			segment_cursor_want_codes(in->source.cursor, c);
	}
	return rc;
}

static int
open_inputs(struct type_merge *t, struct error *err)
{
	uint32_t count = t->m->spec->input_count;
	int rc = 0;

	t->inputs = calloc(count, sizeof(*t->inputs));
	t->active =
	    arena_try_alloc(&t->m->arena, count * sizeof(struct type_input *));
	if (t->inputs == NULL || t->active == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		if (t->sections[i] != NULL)
			rc =
			    open_input(t, &t->inputs[t->input_count++], i, err);
	return rc;
}

/* The source's batch in the form in which it is written. */
static int
translate(struct type_merge *t, struct type_input *in, struct error *err)
{
	const struct batch *from = &in->source.batch;
	int rc = 0;

	arena_reset(&in->arena);
	for (uint32_t c = 0; c < t->column_count && rc == 0; c++) {
		const struct merge_strings *strings = strings_of(t, c);

		in->cols[c] = from->cols[c];
		if (strings != NULL && strings->has_codes)
			rc = merge_strings_translate(strings, in->input,
			    &from->cols[c], from->sel, from->row_count,
			    &in->arena, &in->cols[c], err);
	}
	in->batch = *from;
	in->batch.cols = in->cols;
	in->at = 0;
	return rc == 0 ? arena_check(&in->arena, err) : rc;
}

static int64_t
event_id_at(const struct type_input *in, uint32_t i)
{
	const struct vec *ids =
	    &in->cols[segment_column_index(COLUMN_EVENT_ID)];

	return ids->i64[vec_index(ids, sel_row(in->batch.sel, i))];
}

/* Nothing but a file that somebody has made breaks it. */
static int
check_order(const struct type_merge *t, struct type_input *in,
    struct error *err)
{
	for (uint32_t i = 0; i < in->batch.sel.count; i++) {
		int64_t event_id = event_id_at(in, i);

		if (event_id <= in->last_event_id)
			return segment_breaks_order(t->m->inputs[in->input],
			    event_id, err);
		in->last_event_id = event_id;
	}
	return 0;
}

/* The next batch of an input: 1, 0 at the end, or a code. */
static int
fill(struct type_merge *t, struct type_input *in, struct error *err)
{
	struct merge *m = t->m;
	int rc = merge_source_next(&in->source, err);

	if (rc != 1)
		return rc;
	content_hash_add(&m->content, t->type->oid, &in->source.batch,
	    in->string_hashes);
	m->rows_done += in->source.batch.sel.count;
	rc = m->spec->pace(m->spec->arg, m->rows_done, err);
	if (rc == 0)
		rc = translate(t, in, err);
	if (rc == 0)
		rc = check_order(t, in, err);
	return rc == 0 ? 1 : rc;
}

/* The input with the least next event_id; *limit is the least of the others. */
static struct type_input *
first_input(const struct type_merge *t, int64_t *limit)
{
	struct type_input *first = NULL;
	int64_t least = INT64_MAX;

	*limit = INT64_MAX;
	for (uint32_t i = 0; i < t->active_count; i++) {
		struct type_input *in = t->active[i];
		int64_t id = event_id_at(in, in->at);

		if (first == NULL || id < least) {
			*limit = least;
			least = id;
			first = in;
		} else if (id < *limit) {
			*limit = id;
		}
	}
	assert(first != NULL);
	return first;
}

/* Append the input's rows that come before `limit`. */
static int
append_span(struct type_merge *t, struct type_input *in, int64_t limit,
    struct error *err)
{
	struct batch span = in->batch;
	uint32_t first = in->at, end = in->at + 1;
	uint16_t rows[VEC_ROWS];

	if (event_id_at(in, first) <= t->last_event_id)
		return segment_breaks_order(t->m->inputs[in->input],
		    event_id_at(in, first), err);
	if (event_id_at(in, span.sel.count - 1) < limit)
		end = span.sel.count;
	while (end < span.sel.count && event_id_at(in, end) < limit)
		end++;
	in->at = end;
	t->last_event_id = event_id_at(in, end - 1);
	if (first > 0 || end < span.sel.count) {
		for (uint32_t i = first; i < end; i++)
			rows[i - first] = (uint16_t)sel_row(span.sel, i);
		span.sel = (struct sel){ .rows = rows, .count = end - first };
	}
	return segment_writer_append(t->m->writer, &span, err);
}

/* The input has no row left. */
static void
retire(struct type_merge *t, const struct type_input *in)
{
	uint32_t i = 0;

	while (t->active[i] != in)
		i++;
	t->active[i] = t->active[--t->active_count];
}

static int
merge_rows(struct type_merge *t, struct error *err)
{
	int rc = open_inputs(t, err);

	for (uint32_t i = 0; i < t->input_count && rc == 0; i++) {
		rc = fill(t, &t->inputs[i], err);
		if (rc == 1)
			t->active[t->active_count++] = &t->inputs[i];
		rc = rc > 0 ? 0 : rc;
	}
	while (rc == 0 && t->active_count > 0) {
		int64_t limit;
		struct type_input *in = first_input(t, &limit);

		rc = append_span(t, in, limit, err);
		if (rc != 0 || in->at < in->batch.sel.count)
			continue;
		rc = fill(t, in, err);
		if (rc == 0)
			retire(t, in);
		rc = rc > 0 ? 0 : rc;
	}
	return rc;
}

static void
type_merge_release(struct type_merge *t)
{
	for (uint32_t i = 0; i < t->input_count; i++) {
		merge_source_close(&t->inputs[i].source);
		arena_release(&t->inputs[i].arena);
	}
	free(t->inputs);
	for (uint32_t c = 0; t->strings != NULL && c < t->column_count; c++)
		merge_strings_release(&t->strings[c]);
}

int
merge_write_type(struct merge *m, uint32_t type, struct error *err)
{
	struct type_merge t = {
		.m = m,
		.index = type,
		.choice = merge_choose_piece(m, type),
	};
	struct arena_mark mark = arena_mark(&m->arena);
	int rc = merge_event_type(m, m->types[type], &t.type, err);

	if (rc == 0)
		rc = find_sections(&t, err);
	if (rc == 0)
		rc = describe_columns(&t, err);
	if (rc == 0)
		rc = init_strings(&t, err);
	if (rc == 0)
		rc = find_used(&t, err);
	if (rc == 0)
		rc = segment_writer_begin_type(m->writer, m->types[type],
		    t.phys, t.column_count, err);
	if (rc == 0)
		rc = write_dicts(&t, m->type_rows[type], err);
	if (rc == 0)
		rc = merge_rows(&t, err);
	if (rc == 0)
		rc = segment_writer_end_type(m->writer, err);
	if (rc == 0)
		rc = arena_check(&m->arena, err);
	type_merge_release(&t);
	arena_rewind(&m->arena, mark);
	return rc;
}
