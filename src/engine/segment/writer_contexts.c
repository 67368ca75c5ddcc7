/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/writer_contexts.h"

#include <assert.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/segment/chunk.h"
#include "engine/segment/context_index.h"
#include "engine/segment/segment.h"
#include "engine/segment/segment_output.h"

static_assert(INDEX_PAGE_CONTEXTS == DICT_PAGE_STRINGS,
    "a page of the index is one of the dictionary");

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

void
writer_contexts_init(struct writer_contexts *contexts, uint64_t seed)
{
	*contexts = (struct writer_contexts){ .codes = NULL };
	dict_builder_init(&contexts->dict, seed);
}

void
writer_contexts_release(struct writer_contexts *contexts)
{
	dict_builder_release(&contexts->dict);
	free(contexts->codes);
	free(contexts->zone_rows);
	*contexts = (struct writer_contexts){ .codes = NULL };
}

int
writer_contexts_use(struct writer_contexts *contexts,
    struct segment_output *out, const struct segment_strings *strings,
    struct error *err)
{
	assert(contexts->row_count == 0);
	contexts->is_known = true;
	return segment_output_strings(out, strings, &contexts->known_root,
	    &contexts->known_count, err);
}

uint32_t
writer_contexts_count(const struct writer_contexts *contexts)
{
	return contexts->is_known ? contexts->known_count
				  : contexts->dict.count;
}

/* ---- rows ---- */

static int
reserve_rows(struct writer_contexts *contexts, uint32_t count,
    struct error *err)
{
	size_t need = (size_t)contexts->row_count + count;
	size_t capacity = 2 * (size_t)contexts->row_capacity;
	uint32_t *codes;

	if (need <= contexts->row_capacity)
		return 0;
	if (need > UINT32_MAX - 1)
		return error_set(err, STELE_E_LIMIT,
		    "segment has too many rows");
	if (capacity < need)
		capacity = need + VEC_ROWS;
	if (capacity > UINT32_MAX)
		capacity = UINT32_MAX;
	codes = realloc(contexts->codes, capacity * sizeof(*codes));
	if (codes == NULL)
		return no_memory(err);
	contexts->codes = codes;
	contexts->row_capacity = (uint32_t)capacity;
	return 0;
}

static void
append_codes(struct writer_contexts *contexts, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count)
{
	uint32_t *codes = contexts->codes + contexts->row_count;
	uint32_t greatest = 0;

	for (uint32_t i = 0; i < count; i++) {
		codes[i] =
		    (uint32_t)vec->i64[vec_index(vec, sel_row(sel, first + i))];
		greatest = codes[i] > greatest ? codes[i] : greatest;
	}
	MUST(greatest < contexts->known_count);
}

static int
append_strings(struct writer_contexts *contexts, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count, struct error *err)
{
	struct str strings[VEC_ROWS];

	for (uint32_t i = 0; i < count; i++) {
		strings[i] = vec->str[vec_index(vec, sel_row(sel, first + i))];
		if (strings[i].len > SEGMENT_CONTEXT_BYTES_MAX)
			return error_set(err, STELE_E_LIMIT,
			    "context_id is too long: %zu bytes",
			    strings[i].len);
	}
	return dict_builder_add(&contexts->dict, strings, NULL, count,
	    contexts->codes + contexts->row_count, err);
}

int
writer_contexts_append(struct writer_contexts *contexts, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count, struct error *err)
{
	int rc = reserve_rows(contexts, count, err);

	assert(count <= VEC_ROWS);
	if (rc != 0)
		return rc;
	if (contexts->is_known)
		append_codes(contexts, vec, sel, first, count);
	else
		rc = append_strings(contexts, vec, sel, first, count, err);
	contexts->row_count += count;
	return rc;
}

int
writer_contexts_end_zone(struct writer_contexts *contexts, uint32_t row_count,
    struct error *err)
{
	if (contexts->zone_count == contexts->zone_capacity) {
		uint32_t capacity = 2 * contexts->zone_capacity + 16;
		uint32_t *zone_rows =
		    realloc(contexts->zone_rows, capacity * sizeof(*zone_rows));

		if (zone_rows == NULL)
			return no_memory(err);
		contexts->zone_rows = zone_rows;
		contexts->zone_capacity = capacity;
	}
	contexts->zone_rows[contexts->zone_count++] = row_count;
	contexts->granule_count += index_granules(row_count);
	return 0;
}

/* ---- the dictionary and the columns ---- */

int
writer_contexts_put_dict(struct writer_contexts *contexts,
    struct segment_output *out, struct block_ref *ref, struct error *err)
{
	int rc;

	*ref = contexts->known_root;
	if (contexts->is_known)
		return 0;
	rc = dict_builder_sort(&contexts->dict, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < contexts->row_count; i++)
		contexts->codes[i] = contexts->dict.ranks[contexts->codes[i]];
	return segment_output_dict(out, &contexts->dict, ref, err);
}

int
writer_contexts_put_column(struct writer_contexts *contexts,
    struct segment_output *out, uint32_t first_zone, uint32_t zone_count,
    struct block_ref *chunk_table, struct error *err)
{
	struct chunk_info *infos = calloc(zone_count, sizeof(*infos));
	int64_t *codes = malloc(INT_ROWS_MAX * sizeof(*codes));
	const uint32_t *next = contexts->codes;
	int rc = 0;

	if (infos == NULL || codes == NULL) {
		rc = no_memory(err);
		goto out;
	}
	for (uint32_t z = 0; z < first_zone; z++)
		next += contexts->zone_rows[z];
	for (uint32_t z = 0; z < zone_count && rc == 0; z++) {
		const struct chunk_rows rows = {
			.phys = PHYS_I64,
			.row_count = contexts->zone_rows[first_zone + z],
			.values = codes,
		};

		for (uint32_t i = 0; i < rows.row_count; i++)
			codes[i] = next[i];
		rc = segment_output_chunk(out, &rows, &infos[z], err);
		next += rows.row_count;
	}
	if (rc == 0)
		rc = segment_output_chunk_table(out, infos, zone_count,
		    chunk_table, err);
out:
	free(codes);
	free(infos);
	return rc;
}

/* ---- the index ---- */

/* Of a context while lists are made. */
struct context_mark {
	uint32_t last_granule; /* plus one; 0: none yet */
	uint32_t next; /* number of granules, then where the next goes */
};

/* Call for each granule that a context has: in this order they ascend. */
struct granule_visit {
	struct context_mark *marks;
	uint32_t *granules; /* NULL: count only */
};

static void
visit_granules(const struct writer_contexts *contexts,
    const struct granule_visit *visit)
{
	const uint32_t *codes = contexts->codes;
	uint32_t granule = 0;

	for (uint32_t z = 0; z < contexts->zone_count; z++) {
		uint32_t row_count = contexts->zone_rows[z];

		for (uint32_t i = 0; i < row_count; i++) {
			struct context_mark *mark;

			if (i % INDEX_GRANULE_ROWS == 0)
				granule++;
			mark = &visit->marks[codes[i]];
			if (mark->last_granule == granule)
				continue;
			mark->last_granule = granule;
			if (visit->granules != NULL)
				visit->granules[mark->next] = granule - 1;
			mark->next++;
		}
		codes += row_count;
	}
}

/*
 * Lists of granules by code: a counting sort.  `starts` has one more than the
 * contexts; *granules is malloc'd.
 */
static int
make_lists(const struct writer_contexts *contexts, struct context_mark *marks,
    uint32_t *starts, uint32_t **granules, struct error *err)
{
	const uint32_t count = writer_contexts_count(contexts);
	struct granule_visit visit = { .marks = marks };
	uint32_t sum = 0;

	visit_granules(contexts, &visit);
	for (uint32_t c = 0; c < count; c++) {
		starts[c] = sum;
		sum += marks[c].next;
		marks[c] = (struct context_mark){ .next = starts[c] };
	}
	starts[count] = sum;
	*granules = malloc((sum + (size_t)1) * sizeof(**granules));
	if (*granules == NULL)
		return no_memory(err);
	visit.granules = *granules;
	visit_granules(contexts, &visit);
	return 0;
}

static int
put_pages(const struct writer_contexts *contexts, struct segment_output *out,
    const uint32_t *starts, const uint32_t *granules, struct block_ref *ref,
    struct error *err)
{
	uint32_t context_count = writer_contexts_count(contexts);
	uint32_t page_count = dict_page_count(context_count);
	struct block_ref *pages = calloc(page_count, sizeof(*pages));
	int rc = 0;

	if (pages == NULL)
		return no_memory(err);
	for (uint32_t p = 0; p < page_count && rc == 0; p++) {
		uint32_t first = p * INDEX_PAGE_CONTEXTS;
		uint32_t count = context_count - first < INDEX_PAGE_CONTEXTS
		    ? context_count - first
		    : INDEX_PAGE_CONTEXTS;

		buf_reset(&out->scratch);
		index_put_page(&out->scratch, starts + first, granules, count,
		    contexts->granule_count);
		rc = segment_output_block(out, &out->scratch, &pages[p], err);
	}
	buf_reset(&out->scratch);
	for (uint32_t p = 0; p < page_count; p++)
		segment_put_ref(&out->scratch, &pages[p]);
	if (rc == 0)
		rc = segment_output_block(out, &out->scratch, ref, err);
	free(pages);
	return rc;
}

int
writer_contexts_put_index(struct writer_contexts *contexts,
    struct segment_output *out, struct block_ref *ref, struct error *err)
{
	size_t count = writer_contexts_count(contexts);
	struct context_mark *marks = calloc(count, sizeof(*marks));
	uint32_t *starts = calloc(count + 1, sizeof(*starts));
	uint32_t *granules = NULL;
	int rc;

	if (marks == NULL || starts == NULL)
		rc = no_memory(err);
	else
		rc = make_lists(contexts, marks, starts, &granules, err);
	if (rc == 0)
		rc = put_pages(contexts, out, starts, granules, ref, err);
	free(granules);
	free(starts);
	free(marks);
	return rc;
}
