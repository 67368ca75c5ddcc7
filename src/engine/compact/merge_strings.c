/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/merge_strings.h"

#include <string.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/catalog/catalog.h"
#include "engine/segment/segment.h"

/* A dictionary past one of these is not worth its memory to those who read. */
#define DICT_STRING_BYTES_MAX 4096
#define DICT_BYTES_MAX        ((size_t)16 << 20)
#define DICT_COUNT_MAX        (UINT32_C(1) << 20)
#define DICT_COUNT_FREE       65536 /* up to here repeats are not asked for */

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static void *
try_zalloc(struct arena *arena, size_t size)
{
	void *bytes = arena_try_alloc(arena, size);

	if (bytes != NULL)
		memset(bytes, 0, size);
	return bytes;
}

/* ---- life ---- */

static int
init_source(struct merge_strings *strings, struct dict_source *source,
    struct segment_section *section, struct error *err)
{
	size_t size;

	source->count = segment_section_dict_count(section, strings->attnum);
	if (source->count == 0)
		return 0;
	source->section = section;
	source->attnum = strings->attnum;
	size = source->count * sizeof(uint32_t);
	source->codes = try_zalloc(strings->arena, size);
	source->hashes = try_zalloc(strings->arena, size);
	strings->has_dict = true;
	return source->codes == NULL || source->hashes == NULL ? no_memory(err)
							       : 0;
}

int
merge_strings_init(struct merge_strings *strings, uint32_t attnum,
    struct segment_section *const *sections, uint32_t input_count,
    uint64_t seed, struct arena *arena, struct error *err)
{
	int rc = 0;

	*strings = (struct merge_strings){
		.arena = arena,
		.attnum = attnum,
		.input_count = input_count,
	};
	dict_builder_init(&strings->gathered, seed);
	strings->sources = try_zalloc(arena,
	    (input_count + (size_t)1) * sizeof(*strings->sources));
	if (strings->sources == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < input_count && rc == 0; i++)
		if (sections[i] != NULL)
			rc = init_source(strings, &strings->sources[i],
			    sections[i], err);
	return rc;
}

void
merge_strings_release(struct merge_strings *strings)
{
	dict_builder_release(&strings->gathered);
}

/* ---- what is used ---- */

int
merge_strings_want_used(struct merge_strings *strings, struct error *err)
{
	for (uint32_t i = 0; i < strings->input_count; i++) {
		struct dict_source *source = &strings->sources[i];

		if (source->count == 0)
			continue;
		source->used = try_zalloc(strings->arena,
		    ((size_t)source->count / 64 + 1) * sizeof(uint64_t));
		if (source->used == NULL)
			return no_memory(err);
	}
	return 0;
}

void
merge_strings_use(struct merge_strings *strings, uint32_t input,
    const struct vec *codes, struct sel sel)
{
	uint64_t *used = strings->sources[input].used;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint32_t code = (uint32_t)codes->i64[vec_index(codes, row)];

		if (!vec_is_null(codes, row))
			used[code / 64] |= UINT64_C(1) << code % 64;
	}
}

/* ---- strings without a dictionary ---- */

bool
merge_strings_collect(struct merge_strings *strings, const struct vec *vec,
    struct sel sel)
{
	struct dict_builder *gathered = &strings->gathered;
	struct str values[VEC_ROWS];
	uint32_t codes[VEC_ROWS];
	size_t longest = 0;
	uint32_t count = 0;
	struct error err;

	MUST(sel.count <= VEC_ROWS);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		struct str s;

		if (vec_is_null(vec, row))
			continue;
		s = vec->str[vec_index(vec, row)];
		values[count++] = s;
		strings->gathered_bytes += s.len;
		longest = s.len > longest ? s.len : longest;
	}
	strings->gathered_rows += sel.count;
	/* Without memory for one it is not worth it either. */
	strings->gave_up = longest > DICT_STRING_BYTES_MAX ||
	    dict_builder_add(gathered, values, NULL, count, codes, &err) != 0 ||
	    gathered->count > DICT_COUNT_MAX ||
	    gathered->bytes > DICT_BYTES_MAX ||
	    (gathered->count > DICT_COUNT_FREE &&
		gathered->count > strings->gathered_rows / 4 * 3);
	return !strings->gave_up;
}

/* ---- deciding ---- */

/* Is what the dictionaries come to together still worth one? */
static bool
is_worth_it(const struct merge_strings *strings, const struct dict_union *u,
    uint64_t row_count)
{
	if (u->count == 0 || u->count > DICT_COUNT_MAX ||
	    u->bytes > DICT_BYTES_MAX || u->longest > DICT_STRING_BYTES_MAX ||
	    (u->count > DICT_COUNT_FREE && u->count > row_count / 4 * 3))
		return false;
	/* Each input that has one has found that it pays. */
	return strings->has_dict ||
	    u->bytes + 4 * (uint64_t)u->count < strings->gathered_bytes / 2;
}

/* The gathered strings as one more dictionary. */
static int
sort_gathered(struct merge_strings *strings, struct error *err)
{
	struct dict_source *source = &strings->sources[strings->input_count];
	struct dict_builder *gathered = &strings->gathered;
	int rc;

	if (gathered->count == 0)
		return 0;
	rc = dict_builder_sort(gathered, err);
	if (rc != 0)
		return rc;
	source->strings = gathered->strings;
	source->count = gathered->count;
	source->codes =
	    try_zalloc(strings->arena, gathered->count * sizeof(uint32_t));
	return source->codes == NULL ? no_memory(err) : 0;
}

int
merge_strings_decide(struct merge_strings *strings, uint64_t row_count,
    struct error *err)
{
	struct dict_union u = { .sources = NULL };
	int rc;

	if (strings->attnum == COLUMN_CONTEXT_ID) {
		strings->has_codes = true;
		return 0;
	}
	if (strings->gave_up ||
	    (!strings->has_dict && strings->gathered.count == 0))
		return 0;
	rc = sort_gathered(strings, err);
	if (rc == 0)
		rc = dict_union_open(&u, strings->sources,
		    strings->input_count + 1, err);
	if (rc == 0)
		rc = dict_union_count(&u, err);
	if (rc == 0)
		strings->has_codes = is_worth_it(strings, &u, row_count);
	dict_union_release(&u);
	return rc;
}

static int
next_string(void *arg, struct str *out, struct error *err)
{
	return dict_union_next(arg, out, err);
}

int
merge_strings_unite(struct merge_strings *strings,
    int (*use)(void *arg, const struct segment_strings *strings,
	struct error *err),
    void *arg, struct error *err)
{
	struct dict_union u;
	const struct segment_strings all = { .next = next_string, .arg = &u };
	int rc = dict_union_open(&u, strings->sources, strings->input_count + 1,
	    err);

	if (rc == 0)
		rc = use(arg, &all, err);
	dict_union_release(&u);
	return rc;
}

/* ---- rows ---- */

static int
find_gathered(const struct merge_strings *strings, struct str s, uint32_t *code,
    struct error *err)
{
	const struct dict_source *source =
	    &strings->sources[strings->input_count];
	uint32_t first = 0, limit = source->count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;
		int order = str_compare(source->strings[middle], s);

		if (order == 0) {
			*code = source->codes[middle];
			return 0;
		}
		if (order < 0)
			first = middle + 1;
		else
			limit = middle;
	}
	return error_set(err, STELE_E_INTERNAL,
	    "a string of a merge was not gathered");
}

int
merge_strings_translate(const struct merge_strings *strings, uint32_t input,
    const struct vec *vec, struct sel sel, uint32_t row_count,
    struct arena *arena, struct vec *out, struct error *err)
{
	const uint32_t *codes = strings->sources[input].codes;
	int rc = 0;

	if (vec->is_constant) { /* row 0 stands for all */
		row_count = 1;
		sel = sel_all(1);
	}
	vec_init(out, PHYS_I64, row_count, arena);
	out->is_constant = vec->is_constant;
	out->nulls = vec->nulls;
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i), code = 0;

		if (vec_is_null(vec, row))
			code = 0;
		else if (codes != NULL)
			code = codes[vec->i64[row]];
		else
			rc = find_gathered(strings, vec->str[row], &code, err);
		out->i64[row] = code;
	}
	return rc;
}

const uint32_t *
merge_strings_hashes(const struct merge_strings *strings, uint32_t input)
{
	return strings->sources[input].hashes;
}
