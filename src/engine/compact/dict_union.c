/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/dict_union.h"

#include <assert.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/compact/content_hash.h"
#include "engine/segment/segment.h"

/* ---- sources ---- */

static int
source_open(struct dict_source *source, struct error *err)
{
	source->next = 0;
	source->cursor = NULL;
	if (source->section == NULL || source->count == 0)
		return 0;
	return segment_dict_cursor_open(source->section, source->attnum,
	    &source->cursor, err);
}

static int
read_string(struct dict_source *source, struct error *err)
{
	int rc;

	if (source->next == source->count)
		return 0;
	if (source->section == NULL) {
		source->current = source->strings[source->next++];
		return 1;
	}
	rc = segment_dict_cursor_next(source->cursor, &source->current, err);
	if (rc == 0)
		return error_set(err, STELE_E_CORRUPT,
		    "a dictionary has fewer strings than its column says");
	source->next++;
	return rc;
}

/* The next string that is used; the current code is next - 1 then. */
static int
source_next(struct dict_source *source, struct error *err)
{
	int rc;

	do
		rc = read_string(source, err);
	while (rc == 1 && !dict_is_used(source->used, source->next - 1));
	return rc;
}

/* ---- the heap ---- */

static bool
is_before(const struct dict_source *a, const struct dict_source *b)
{
	return str_compare(a->current, b->current) < 0;
}

static void
heap_push(struct dict_union *u, struct dict_source *source)
{
	uint32_t i = u->heap_count++;

	while (i > 0 && is_before(source, u->heap[(i - 1) / 2])) {
		u->heap[i] = u->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	u->heap[i] = source;
}

static struct dict_source *
heap_pop(struct dict_union *u)
{
	struct dict_source *top = u->heap[0];
	struct dict_source *moved = u->heap[--u->heap_count];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= u->heap_count)
			break;
		if (child + 1 < u->heap_count &&
		    is_before(u->heap[child + 1], u->heap[child]))
			child++;
		if (!is_before(u->heap[child], moved))
			break;
		u->heap[i] = u->heap[child];
		i = child;
	}
	u->heap[i] = moved;
	return top;
}

/* ---- the union ---- */

int
dict_union_open(struct dict_union *u, struct dict_source *sources,
    uint32_t source_count, struct error *err)
{
	int rc = 0;

	*u = (struct dict_union){ .sources = sources,
		.source_count = source_count };
	buf_init(&u->last);
	u->heap = calloc(source_count + (size_t)1, sizeof(void *));
	u->spent = calloc(source_count + (size_t)1, sizeof(void *));
	for (uint32_t i = 0; i < source_count; i++)
		sources[i].cursor = NULL;
	if (u->heap == NULL || u->spent == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < source_count && rc == 0; i++) {
		rc = source_open(&sources[i], err);
		u->spent[u->spent_count++] = &sources[i];
	}
	return rc;
}

void
dict_union_release(struct dict_union *u)
{
	for (uint32_t i = 0; i < u->source_count; i++) {
		segment_dict_cursor_close(u->sources[i].cursor);
		u->sources[i].cursor = NULL;
	}
	free(u->heap);
	free(u->spent);
	buf_release(&u->last);
	*u = (struct dict_union){ 0 };
}

/* Those that gave the last string go on to their next. */
static int
refill(struct dict_union *u, struct error *err)
{
	while (u->spent_count > 0) {
		struct dict_source *source = u->spent[--u->spent_count];
		int rc = source_next(source, err);

		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		assert(u->last.len == 0 || u->last.data != NULL);
		if (u->has_last &&
		    str_compare(source->current, buf_str(&u->last)) <= 0)
			return error_set(err, STELE_E_CORRUPT,
			    "strings of a dictionary are not in order");
		heap_push(u, source);
	}
	return 0;
}

/* The source's current string has got the code u->count. */
static void
spend(struct dict_union *u, struct dict_source *source, uint32_t hash)
{
	if (source->codes != NULL)
		source->codes[source->next - 1] = u->count;
	if (source->hashes != NULL)
		source->hashes[source->next - 1] = hash;
	u->spent[u->spent_count++] = source;
}

int
dict_union_next(struct dict_union *u, struct str *out, struct error *err)
{
	struct dict_source *source;
	uint32_t hash;
	int rc = refill(u, err);

	if (rc != 0 || u->heap_count == 0)
		return rc;
	source = heap_pop(u);
	*out = source->current;
	hash = content_hash_string(*out);
	spend(u, source, hash);
	while (u->heap_count > 0 && str_equal(u->heap[0]->current, *out))
		spend(u, heap_pop(u), hash);
	u->count++;
	u->bytes += out->len;
	if (out->len > u->longest)
		u->longest = out->len;
	buf_reset(&u->last);
	buf_put_str(&u->last, *out);
	u->has_last = true;
	if (u->last.failed)
		return error_no_memory(err);
	return 1;
}

int
dict_union_count(struct dict_union *u, struct error *err)
{
	struct str ignored;
	int rc;

	do
		rc = dict_union_next(u, &ignored, err);
	while (rc == 1);
	return rc;
}
