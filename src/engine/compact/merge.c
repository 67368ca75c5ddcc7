/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "engine/compact/merge_private.h"
#include "engine/compact/policy.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment_format.h"
#include "os/file.h"

#define CACHE_BYTES ((size_t)8 << 20)
#define SYNC_BYTES  ((uint32_t)8 << 20)
/* A value with its null flag; with its code too, if it is a string. */
#define VALUE_BYTES (sizeof(struct numeric) + 1)

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- inputs ---- */

static int
open_inputs(struct merge *m, struct error *err)
{
	const struct merge_spec *spec = m->spec;
	int rc = 0;

	m->cache = block_cache_new(CACHE_BYTES);
	m->inputs = calloc(spec->input_count, sizeof(struct segment *));
	if (m->cache == NULL || m->inputs == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < spec->input_count && rc == 0; i++)
		rc = segment_open(spec->fs, spec->dir, spec->inputs[i],
		    &spec->directory, m->cache, &m->inputs[i], err);
	return rc;
}

static int
compare_oids(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static int
list_types(struct merge *m, struct error *err)
{
	const struct merge_spec *spec = m->spec;
	size_t room = 1;
	uint32_t count = 0;

	for (uint32_t i = 0; i < spec->input_count; i++)
		room += spec->inputs[i]->type_count;
	m->types = calloc(room, sizeof(*m->types));
	m->type_rows = calloc(room, sizeof(*m->type_rows));
	m->past_rows = calloc(room, sizeof(*m->past_rows));
	if (m->types == NULL || m->type_rows == NULL || m->past_rows == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < spec->input_count; i++)
		for (uint32_t t = 0; t < spec->inputs[i]->type_count; t++)
			m->types[count++] = spec->inputs[i]->types[t].type_oid;
	qsort(m->types, count, sizeof(*m->types), compare_oids);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || m->types[i] != m->types[i - 1])
			m->types[m->type_count++] = m->types[i];
	return 0;
}

int
merge_event_type(const struct merge *m, uint32_t type_oid,
    const struct event_type **out, struct error *err)
{
	*out = catalog_type_by_oid(m->spec->catalog, type_oid);
	if (*out == NULL)
		return error_set(err, STELE_E_CORRUPT,
		    "a segment has events of type %" PRIu32
		    ", which the catalogue does not know",
		    type_oid);
	return 0;
}

uint32_t
merge_batch_rows(const struct merge *m, uint32_t input_count,
    uint32_t column_count)
{
	uint64_t values = (uint64_t)input_count * column_count;
	uint64_t rows = m->spec->policy->batch_bytes / VALUE_BYTES / values;

	if (rows > VEC_ROWS)
		return VEC_ROWS;
	rows -= rows % INT_BLOCK_ROWS; /* blocks are decoded whole */
	return rows == 0 ? INT_BLOCK_ROWS : (uint32_t)rows;
}

int
merge_pass_over_type(struct merge *m, const struct merge_pass *common,
    uint32_t type, struct error *err)
{
	struct merge_pass pass = *common;
	int rc = merge_event_type(m, m->types[type], &pass.type, err);

	for (uint32_t i = 0; i < m->spec->input_count && rc == 0; i++) {
		pass.input = i;
		rc = segment_section(m->inputs[i], m->types[type],
		    &pass.section, err);
		if (rc == 0 && pass.section != NULL)
			rc = merge_run_pass(m, &pass, err);
	}
	return rc;
}

/* Rows of a type that are not left out, of all pieces. */
static struct merge_choice
merge_choose_type(const struct merge *m, uint32_t type)
{
	struct merge_choice choice = merge_choice_all();

	/* merge_count_past() has seen that the catalogue knows it. */
	if (m->past_rows[type] > 0)
		choice.low =
		    catalog_type_by_oid(m->spec->catalog, m->types[type])
			->horizon;
	return choice;
}

struct merge_choice
merge_choose_piece(const struct merge *m, uint32_t type)
{
	struct merge_choice choice = merge_choose_type(m, type);

	choice.cut = &m->cut;
	choice.piece = m->piece;
	return choice;
}

/* ---- cutting ---- */

static int
count_times(void *arg, uint32_t input UNUSED, const struct batch *batch,
    struct error *err)
{
	return cut_counter_add(arg, &batch->cols[0], batch->sel, err);
}

static uint64_t
input_rows(const struct merge_spec *spec)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < spec->input_count; i++)
		rows += spec->inputs[i]->row_count;
	return rows;
}

/* Whether all times lie in one window; and what all that is kept weighs. */
static bool
is_one_window(const struct merge *m, uint64_t *weight)
{
	const struct merge_spec *spec = m->spec;
	uint64_t rows = input_rows(spec), all = 0;
	int64_t min = INT64_MAX, max = INT64_MIN;

	for (uint32_t i = 0; i < spec->input_count; i++) {
		const struct segment_meta *meta = spec->inputs[i];

		min = meta->time_min < min ? meta->time_min : min;
		max = meta->time_max > max ? meta->time_max : max;
		all += compact_weight(meta->row_count, meta->size_bytes);
	}
	*weight = (uint64_t)((double)all * (double)(rows - m->past_count) /
	    (double)rows);
	return compact_window_of(min, spec->window_us) ==
	    compact_window_of(max, spec->window_us);
}

static int
find_cut(struct merge *m, struct error *err)
{
	static const uint32_t attnums[] = { COLUMN_TIMESTAMP };
	struct cut_counter counter;
	struct merge_pass pass = {
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.fn = count_times,
		.arg = &counter,
	};
	uint64_t weight;
	int rc;

	if (is_one_window(m, &weight))
		return cut_make_whole(&m->cut, err);
	rc = cut_counter_init(&counter, m->spec->window_us, err);
	for (uint32_t t = 0; t < m->type_count && rc == 0; t++) {
		pass.choice = merge_choose_type(m, t);
		rc = merge_pass_over_type(m, &pass, t, err);
	}
	if (rc == 0)
		rc = cut_make(&m->cut, &counter, m->spec->policy, weight, err);
	cut_counter_release(&counter);
	return rc;
}

/* ---- one piece ---- */

/* Which contexts are in the piece, and how many rows of each type. */
struct context_user {
	struct merge *m;
	uint64_t row_count;
};

static int
use_contexts(void *arg, uint32_t input, const struct batch *batch,
    struct error *err UNUSED)
{
	struct context_user *user = arg;

	merge_strings_use(&user->m->contexts, input, &batch->cols[1],
	    batch->sel);
	user->row_count += batch->sel.count;
	return 0;
}

static int
count_piece(struct merge *m, struct error *err)
{
	static const uint32_t attnums[] = { COLUMN_TIMESTAMP,
		COLUMN_CONTEXT_ID };
	static const bool wants_codes[] = { false, true };
	struct context_user user = { .m = m };
	struct merge_pass pass = {
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.wants_codes = wants_codes,
		.fn = use_contexts,
		.arg = &user,
	};
	int rc = merge_strings_want_used(&m->contexts, err);

	for (uint32_t t = 0; t < m->type_count && rc == 0; t++) {
		user.row_count = 0;
		pass.choice = merge_choose_piece(m, t);
		rc = merge_pass_over_type(m, &pass, t, err);
		m->type_rows[t] = user.row_count;
	}
	return rc;
}

/* All rows are in the one piece. */
static void
count_whole(struct merge *m)
{
	for (uint32_t t = 0; t < m->type_count; t++) {
		m->type_rows[t] = 0;
		for (uint32_t i = 0; i < m->spec->input_count; i++)
			m->type_rows[t] +=
			    segment_meta_type_rows(m->spec->inputs[i],
				m->types[t]);
	}
}

/* The dictionary of contexts is one for all sections of an input. */
static int
init_contexts(struct merge *m, struct error *err)
{
	uint32_t count = m->spec->input_count;
	struct segment_section **sections =
	    calloc(count, sizeof(struct segment_section *));
	int rc = 0;

	if (sections == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = segment_section(m->inputs[i],
		    m->spec->inputs[i]->types[0].type_oid, &sections[i], err);
	if (rc == 0)
		rc = merge_strings_init(&m->contexts, COLUMN_CONTEXT_ID,
		    sections, count, m->seed, &m->arena, err);
	free(sections);
	if (rc == 0)
		rc = merge_strings_decide(&m->contexts, 0, err);
	return rc;
}

static int
give_contexts(void *arg, const struct segment_strings *strings,
    struct error *err)
{
	return segment_writer_use_contexts(arg, strings, err);
}

static int
write_piece(struct merge *m, struct segment_meta *out, struct error *err)
{
	const struct merge_spec *spec = m->spec;
	const struct segment_options options = {
		.directory = spec->directory,
		.zone_rows = spec->zone_rows,
		.sync_bytes = SYNC_BYTES,
	};
	uint64_t number;
	int rc = spec->new_number(spec->arg, &number, err);

	if (rc == 0)
		rc = segment_writer_open(spec->fs, spec->dir, number,
		    spec->shard, &options, &m->writer, err);
	if (rc != 0)
		return rc;
	rc = merge_strings_unite(&m->contexts, give_contexts, m->writer, err);
	for (uint32_t t = 0; t < m->type_count && rc == 0; t++)
		if (m->type_rows[t] > 0)
			rc = merge_write_type(m, t, err);
	if (rc == 0)
		rc = segment_writer_finish(m->writer, out, err);
	else
		segment_writer_abort(m->writer);
	m->writer = NULL;
	return rc;
}

/* Write the piece, if it has rows, and verify it. */
static int
merge_piece(struct merge *m, struct merge_result *result, struct error *err)
{
	struct segment_meta *output = &result->outputs[result->output_count];
	uint64_t row_count = 0;
	int rc;

	arena_reset(&m->arena);
	m->content = (struct content_hash){ .row_count = 0 };
	rc = init_contexts(m, err);
	if (rc == 0 && m->cut.piece_count == 1 && m->past_count == 0)
		count_whole(m);
	else if (rc == 0)
		rc = count_piece(m, err);
	for (uint32_t t = 0; t < m->type_count; t++)
		row_count += m->type_rows[t];
	if (rc == 0 && row_count > 0) {
		rc = write_piece(m, output, err);
		if (rc == 0) {
			result->output_count++;
			rc = merge_verify(m, output, &m->content, err);
		}
	}
	merge_strings_release(&m->contexts);
	return rc;
}

/* ---- the whole ---- */

static int
check_total(const struct merge *m, const struct merge_result *result,
    struct error *err)
{
	uint64_t wanted = input_rows(m->spec) - m->past_count, out = 0;

	for (uint32_t i = 0; i < result->output_count; i++)
		out += result->outputs[i].row_count;
	if (wanted == out)
		return 0;
	return error_set(err, STELE_E_INTERNAL,
	    "merged segments have %" PRIu64 " rows instead of %" PRIu64, out,
	    wanted);
}

static int
merge_all(struct merge *m, struct merge_result *result, struct error *err)
{
	int rc = open_inputs(m, err);

	if (rc == 0)
		rc = list_types(m, err);
	if (rc == 0)
		rc = merge_count_past(m, err);
	if (rc == 0)
		rc = find_cut(m, err);
	if (rc != 0)
		return rc;
	result->past_rows = m->past_count;
	result->outputs =
	    calloc(m->cut.piece_count + (size_t)1, sizeof(*result->outputs));
	if (result->outputs == NULL)
		return no_memory(err);
	for (m->piece = 0; m->piece < m->cut.piece_count && rc == 0; m->piece++)
		rc = merge_piece(m, result, err);
	return rc == 0 ? check_total(m, result, err) : rc;
}

static void
merge_release(struct merge *m)
{
	for (uint32_t i = 0; m->inputs != NULL && i < m->spec->input_count; i++)
		segment_unref(m->inputs[i]);
	free(m->inputs);
	free(m->types);
	free(m->type_rows);
	free(m->past_rows);
	cut_release(&m->cut);
	arena_release(&m->arena);
	block_cache_free(m->cache);
}

int
merge_run(const struct merge_spec *spec, struct merge_result *out,
    struct error *err)
{
	struct merge m = {
		.spec = spec,
		.seed =
		    segment_identity(&spec->directory, spec->inputs[0]->number),
	};
	int rc;

	*out = (struct merge_result){ .outputs = NULL };
	arena_init(&m.arena, NULL);
	rc = merge_all(&m, out, err);
	merge_release(&m);
	if (rc != 0) {
		merge_result_remove(spec, out);
		merge_result_release(out);
	}
	return rc;
}

void
merge_result_release(struct merge_result *result)
{
	for (uint32_t i = 0; i < result->output_count; i++)
		segment_meta_release(&result->outputs[i]);
	free(result->outputs);
	*result = (struct merge_result){ .outputs = NULL };
}

void
merge_result_remove(const struct merge_spec *spec,
    const struct merge_result *result)
{
	char path[OS_PATH_SIZE];
	struct error ignored;

	/* What stays all the same is removed at the next start. */
	for (uint32_t i = 0; i < result->output_count; i++)
		if (segment_path(path, sizeof(path), spec->dir,
			result->outputs[i].number, &ignored) == 0)
			(void)spec->fs->unlink(spec->fs, path);
}
