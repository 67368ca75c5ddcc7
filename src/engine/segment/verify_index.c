/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_index.c -- the context index is the column of contexts inverted.
 */
#include <stdlib.h>
#include <string.h>

#include "common/reader.h"
#include "engine/segment/verify_private.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* Lists of granules as the rows have them, and as the index should. */
struct expected_lists {
	uint32_t *starts;        /* by context, and one more */
	uint32_t *granules;      /* as many as the last start */
	uint32_t *last_granules; /* by context, plus one, while rows are read */
	uint32_t granule_count;
};

/* One pass over all rows: count (granules NULL) or write the lists. */
static void
visit_rows(const struct verify *v, struct expected_lists *lists, uint32_t *next)
{
	const uint32_t *codes = v->context_codes;
	uint32_t granule = 0;

	memset(lists->last_granules, 0,
	    v->state->footer.context_count * sizeof(*lists->last_granules));
	for (uint32_t z = 0; z < v->zone_count; z++) {
		for (uint32_t i = 0; i < v->zone_rows[z]; i++) {
			uint32_t code = codes[i];

			granule += i % INDEX_GRANULE_ROWS == 0;
			if (lists->last_granules[code] == granule)
				continue;
			lists->last_granules[code] = granule;
			if (lists->granules != NULL)
				lists->granules[next[code]] = granule - 1;
			next[code]++;
		}
		codes += v->zone_rows[z];
	}
	lists->granule_count = granule;
}

static int
expect_lists(const struct verify *v, struct expected_lists *lists,
    struct error *err)
{
	size_t count = v->state->footer.context_count;
	uint32_t *next = calloc(count + 1, sizeof(*next));
	uint32_t sum = 0;

	lists->starts = calloc(count + 1, sizeof(*lists->starts));
	lists->last_granules = calloc(count, sizeof(*lists->last_granules));
	if (next == NULL || lists->starts == NULL ||
	    lists->last_granules == NULL) {
		free(next);
		return no_memory(err);
	}
	visit_rows(v, lists, next);
	for (size_t c = 0; c < count; c++) {
		lists->starts[c] = sum;
		sum += next[c];
		next[c] = lists->starts[c];
	}
	lists->starts[count] = sum;
	lists->granules = malloc((sum + (size_t)1) * sizeof(*lists->granules));
	if (lists->granules != NULL)
		visit_rows(v, lists, next);
	free(next);
	return lists->granules == NULL ? no_memory(err) : 0;
}

/* The lists of contexts from `first` on are those that are expected. */
static bool
page_agrees(const struct index_page *page, uint32_t first,
    const struct expected_lists *lists, uint32_t *scratch)
{
	for (uint32_t i = 0; i < page->count; i++) {
		uint32_t start = lists->starts[first + i];
		uint32_t count = lists->starts[first + i + 1] - start;

		if (count == 0 || index_list_count(page, i) != count ||
		    !index_list_get(page, i, lists->granule_count, scratch) ||
		    memcmp(scratch, lists->granules + start,
			count * sizeof(*scratch)) != 0)
			return false;
	}
	return true;
}

static int
verify_index_page(struct verify *v, const struct block_ref *ref, uint32_t first,
    const struct expected_lists *lists, uint32_t *scratch, struct error *err)
{
	uint32_t count = v->state->footer.context_count - first;
	struct index_page page;
	uint8_t *data;
	int rc = verify_read_block(v, ref, &data, err);

	if (rc != 0)
		return rc;
	if (count > INDEX_PAGE_CONTEXTS)
		count = INDEX_PAGE_CONTEXTS;
	if (!index_page_open(data, ref->len, count, &page) ||
	    !page_agrees(&page, first, lists, scratch))
		rc = verify_broken(v, "context index that does not agree",
		    ref->offset, err);
	free(data);
	return rc;
}

static int
verify_pages(struct verify *v, const struct expected_lists *lists,
    struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	uint32_t page_count = dict_page_count(footer->context_count);
	uint32_t *scratch;
	uint8_t *data;
	struct reader r;
	int rc;

	if (footer->index.len != (uint64_t)page_count * BLOCK_REF_SIZE ||
	    lists->granule_count != segment_granule_count(v->state))
		return verify_broken(v, "invalid context index",
		    footer->index.offset, err);
	scratch = calloc(lists->granule_count, sizeof(*scratch));
	if (scratch == NULL)
		return no_memory(err);
	rc = verify_read_block(v, &footer->index, &data, err);
	if (rc != 0) {
		free(scratch);
		return rc;
	}
	r = reader_over(data, footer->index.len);
	for (uint32_t p = 0; p < page_count && rc == 0; p++) {
		struct block_ref ref = segment_take_ref(&r);

		rc = verify_index_page(v, &ref, p * INDEX_PAGE_CONTEXTS, lists,
		    scratch, err);
	}
	free(data);
	free(scratch);
	return rc;
}

int
verify_index(struct verify *v, struct error *err)
{
	struct expected_lists lists = { .starts = NULL };
	int rc = expect_lists(v, &lists, err);

	if (rc == 0)
		rc = verify_pages(v, &lists, err);
	free(lists.starts);
	free(lists.granules);
	free(lists.last_granules);
	return rc;
}
