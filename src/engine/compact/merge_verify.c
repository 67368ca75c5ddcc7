/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_verify.c -- what was written is read again: the rules of the format,
 * then what the rows say.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/compact/merge_private.h"

/* Hashes of a column's dictionary, by code; malloc'd. */
static int
hash_dict(struct segment_section *section, uint32_t attnum, uint32_t count,
    uint32_t **out, struct error *err)
{
	struct segment_dict_cursor *cursor;
	struct str s;
	int rc;

	*out = malloc(count * sizeof(**out));
	if (*out == NULL)
		return error_no_memory(err);
	rc = segment_dict_cursor_open(section, attnum, &cursor, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++) {
		rc = segment_dict_cursor_next(cursor, &s, err);
		if (rc != 1)
			break;
		(*out)[i] = content_hash_string(s);
	}
	segment_dict_cursor_close(cursor);
	return rc < 0 ? rc : 0;
}

struct type_reader {
	struct merge *m;
	const struct event_type *type;
	struct segment_section *section;
	uint32_t column_count;
	uint32_t *attnums; /* owned, as all below */
	bool *wants_codes;
	uint32_t **hashes; /* NULL: no dictionary */
	struct content_hash *content;
};

static int
add_batch(void *arg, uint32_t input UNUSED, const struct batch *batch,
    struct error *err UNUSED)
{
	struct type_reader *reader = arg;

	content_hash_add(reader->content, reader->type->oid, batch,
	    (const uint32_t *const *)reader->hashes);
	reader->m->rows_done += batch->sel.count;
	return 0;
}

static int
prepare(struct type_reader *reader, struct error *err)
{
	uint32_t count = segment_section_column_count(reader->section);
	int rc = 0;

	reader->column_count = count;
	reader->attnums = calloc(count, sizeof(*reader->attnums));
	reader->wants_codes = calloc(count, sizeof(bool));
	reader->hashes = calloc(count, sizeof(uint32_t *));
	if (reader->attnums == NULL || reader->wants_codes == NULL ||
	    reader->hashes == NULL)
		return error_no_memory(err);
	for (uint32_t attnum = 0; attnum < count && rc == 0; attnum++) {
		uint32_t column = segment_column_index(attnum);
		uint32_t strings =
		    segment_section_dict_count(reader->section, attnum);

		reader->attnums[column] = attnum;
		reader->wants_codes[column] = strings > 0;
		if (strings > 0)
			rc = hash_dict(reader->section, attnum, strings,
			    &reader->hashes[column], err);
	}
	return rc;
}

static void
type_reader_release(struct type_reader *reader)
{
	for (uint32_t c = 0; reader->hashes != NULL && c < reader->column_count;
	     c++)
		free(reader->hashes[c]);
	free(reader->hashes);
	free(reader->wants_codes);
	free(reader->attnums);
}

static int
read_type(struct merge *m, struct segment *segment, uint32_t type_oid,
    struct content_hash *content, struct error *err)
{
	struct type_reader reader = { .m = m, .content = content };
	struct merge_pass pass = {
		.choice = merge_choice_all(),
		.fn = add_batch,
		.arg = &reader,
	};
	int rc = merge_event_type(m, type_oid, &reader.type, err);

	if (rc == 0)
		rc = segment_section(segment, type_oid, &reader.section, err);
	if (rc == 0)
		rc = prepare(&reader, err);
	if (rc == 0) {
		pass.type = reader.type;
		pass.section = reader.section;
		pass.attnums = reader.attnums;
		pass.attnum_count = reader.column_count;
		pass.wants_codes = reader.wants_codes;
		rc = merge_run_pass(m, &pass, err);
	}
	type_reader_release(&reader);
	return rc;
}

int
merge_verify(struct merge *m, const struct segment_meta *output,
    const struct content_hash *content, struct error *err)
{
	const struct merge_spec *spec = m->spec;
	struct content_hash found = { .row_count = 0 };
	struct segment *segment = NULL;
	int rc =
	    segment_verify(spec->fs, spec->dir, output, &spec->directory, err);

	if (rc == 0)
		rc = segment_open(spec->fs, spec->dir, output, &spec->directory,
		    m->cache, &segment, err);
	for (uint32_t t = 0; t < output->type_count && rc == 0; t++)
		rc = read_type(m, segment, output->types[t].type_oid, &found,
		    err);
	segment_unref(segment);
	if (rc != 0)
		return rc;
	if (found.row_count == content->row_count && found.sum == content->sum)
		return 0;
	return error_set(err, STELE_E_INTERNAL,
	    "segment %" PRIu64 " was merged wrongly: it has %" PRIu64
	    " rows with content %016" PRIx64 " instead of %" PRIu64
	    " with %016" PRIx64,
	    output->number, found.row_count, found.sum, content->row_count,
	    content->sum);
}
