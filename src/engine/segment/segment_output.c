/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/segment_output.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/segment/chunk.h"
#include "engine/segment/codec_zstd.h"
#include "engine/segment/dict.h"
#include "engine/segment/segment.h"
#include "engine/zone/zone_filter.h"
#include "os/file.h"

#define WRITE_BYTES    ((size_t)1 << 20)
#define PAGE_BYTES_MIN 256 /* smaller ones are not compressed */
#define SKIPS_MAX      64  /* pages, after many that did not shrink */

void
segment_output_init(struct segment_output *out, uint64_t identity,
    int zstd_level)
{
	*out = (struct segment_output){ .identity = identity,
		.zstd_level = zstd_level };
	buf_init(&out->pending);
	buf_init(&out->scratch);
	buf_init(&out->text);
	buf_init(&out->packed);
}

void
segment_output_release(struct segment_output *out)
{
	buf_release(&out->pending);
	buf_release(&out->scratch);
	buf_release(&out->text);
	buf_release(&out->packed);
	zstd_encoder_free(out->zstd);
	out->zstd = NULL;
}

static int
check_buf(const struct buf *buf, struct error *err)
{
	if (buf->failed)
		return error_no_memory(err);
	return 0;
}

int
segment_output_flush(struct segment_output *out, struct error *err)
{
	int rc = check_buf(&out->pending, err);

	if (rc != 0 || out->pending.len == 0)
		return rc;
	rc = os_pwrite_full(out->file, out->pending.data, out->pending.len,
	    out->offset - out->pending.len, err);
	buf_reset(&out->pending);
	if (rc == 0 && out->sync_bytes > 0 &&
	    out->offset - out->synced_bytes >= out->sync_bytes) {
		out->synced_bytes = out->offset;
		rc = os_fdatasync(out->file, err);
	}
	return rc;
}

int
segment_output_bytes(struct segment_output *out, const void *data, size_t len,
    struct error *err)
{
	buf_put(&out->pending, data, len);
	out->offset += len;
	if (out->pending.failed || out->pending.len >= WRITE_BYTES)
		return segment_output_flush(out, err);
	return 0;
}

int
segment_output_block(struct segment_output *out, const struct buf *block,
    struct block_ref *ref, struct error *err)
{
	int rc = check_buf(block, err);

	*ref = (struct block_ref){ 0 };
	if (rc != 0 || block->len == 0)
		return rc;
	if (block->len > UINT32_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "block of a segment is too large: %zu bytes", block->len);
	*ref = (struct block_ref){
		.offset = out->offset,
		.len = (uint32_t)block->len,
		.checksum = block_checksum(block->data, block->len,
		    out->identity, out->offset),
	};
	return segment_output_bytes(out, block->data, block->len, err);
}

/* ---- pages of text ---- */

/*
 * Compress out->text into out->packed if that saves an eighth.  Text that does
 * not shrink is tried less and less often.
 */
static int
pack_text(struct segment_output *out, bool *is_packed, struct error *err)
{
	size_t len = out->text.len;

	*is_packed = false;
	if (out->zstd_level == 0 || len < PAGE_BYTES_MIN || len > ZSTD_RAW_MAX)
		return 0;
	if (out->zstd_skips > 0) {
		out->zstd_skips--;
		return 0;
	}
	if (out->zstd == NULL)
		out->zstd = zstd_encoder_new(out->zstd_level);
	if (out->zstd == NULL)
		return error_no_memory(err);
	buf_reset(&out->packed);
	*is_packed = zstd_compress(out->zstd, out->text.data, len,
			 len - len / 8, &out->packed) > 0;
	out->zstd_misses = *is_packed ? 0 : out->zstd_misses + 1;
	if (out->zstd_misses > 1)
		out->zstd_skips =
		    out->zstd_misses < SKIPS_MAX ? out->zstd_misses : SKIPS_MAX;
	return check_buf(&out->packed, err);
}

/* The page that out->text has; its strings end at value `limit`. */
static int
put_text_page(struct segment_output *out, uint32_t limit, struct buf *directory,
    struct error *err)
{
	struct text_page page = { .limit = limit };
	bool is_packed;
	int rc = check_buf(&out->text, err);

	if (rc == 0)
		rc = pack_text(out, &is_packed, err);
	if (rc != 0)
		return rc;
	page.raw_len = (uint32_t)out->text.len;
	page.form = is_packed ? TEXT_ZSTD : TEXT_PLAIN;
	rc = segment_output_block(out, is_packed ? &out->packed : &out->text,
	    &page.ref, err);
	text_put_page(directory, &page);
	buf_reset(&out->text);
	return rc;
}

int
segment_output_pack(struct segment_output *out, size_t *len, struct error *err)
{
	bool is_packed;
	int rc = check_buf(&out->text, err);

	if (rc == 0)
		rc = pack_text(out, &is_packed, err);
	if (rc == 0)
		*len = is_packed ? out->packed.len : out->text.len;
	return rc;
}

/* Does the page end with a string that brings it to `len` bytes? */
static bool
page_ends(size_t len, uint32_t i, uint32_t count)
{
	return len >= TEXT_PAGE_BYTES || i + 1 == count;
}

static uint32_t
count_pages(const struct str *values, uint32_t count)
{
	uint32_t pages = 0;
	size_t len = 0;

	for (uint32_t i = 0; i < count; i++) {
		len += values[i].len;
		if (page_ends(len, i, count)) {
			pages++;
			len = 0;
		}
	}
	return pages;
}

/* See struct chunk_text_sink. */
static int
put_text(void *arg, const struct str *values, uint32_t count,
    struct buf *directory, struct error *err)
{
	struct segment_output *out = arg;
	int rc = 0;

	text_put_count(directory, count_pages(values, count));
	buf_reset(&out->text);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		buf_put_str(&out->text, values[i]);
		if (page_ends(out->text.len, i, count))
			rc = put_text_page(out, i + 1, directory, err);
	}
	return rc;
}

int
segment_output_chunk(struct segment_output *out, const struct chunk_rows *rows,
    struct chunk_info *info, struct error *err)
{
	const struct chunk_text_sink text = { .put = put_text, .arg = out };
	int rc;

	buf_reset(&out->scratch);
	rc = chunk_encode(rows, &text, &out->scratch, info, err);
	if (rc != 0)
		return rc;
	return segment_output_block(out, &out->scratch, &info->block, err);
}

int
segment_output_chunk_table(struct segment_output *out,
    const struct chunk_info *infos, uint32_t count, struct block_ref *ref,
    struct error *err)
{
	buf_reset(&out->scratch);
	for (uint32_t i = 0; i < count; i++)
		segment_put_chunk_info(&out->scratch, &infos[i]);
	return segment_output_block(out, &out->scratch, ref, err);
}

/* ---- dictionaries ---- */

/* One that is being written: the page that is not full yet, and the root. */
struct dict_output {
	struct str strings[DICT_PAGE_STRINGS]; /* in the arena */
	uint32_t fill;
	uint32_t count; /* of all strings */
	struct arena arena;
	struct buf entries; /* of the root */
};

static int
put_dict_page(struct segment_output *out, struct dict_output *dict,
    struct error *err)
{
	struct block_ref ref;
	int rc;

	buf_reset(&out->scratch);
	dict_put_page(&out->scratch, dict->strings, dict->fill);
	rc = segment_output_block(out, &out->scratch, &ref, err);
	dict_put_root_entry(&dict->entries, &ref, dict->strings[0]);
	dict->fill = 0;
	arena_reset(&dict->arena);
	return rc;
}

static int
put_dict_string(struct segment_output *out, struct dict_output *dict,
    struct str s, struct error *err)
{
	char *bytes;

	if (dict->count == DICT_FULL - 1)
		return error_set(err, STELE_E_LIMIT,
		    "dictionary of a segment has too many strings");
	bytes = arena_try_alloc(&dict->arena, s.len + 1);
	if (bytes == NULL)
		return error_no_memory(err);
	if (s.len > 0)
		memcpy(bytes, s.data, s.len);
	dict->strings[dict->fill++] = str_of(bytes, s.len);
	dict->count++;
	return dict->fill < DICT_PAGE_STRINGS ? 0
					      : put_dict_page(out, dict, err);
}

int
segment_output_strings(struct segment_output *out,
    const struct segment_strings *strings, struct block_ref *ref,
    uint32_t *count, struct error *err)
{
	struct dict_output *dict = calloc(1, sizeof(*dict));
	struct str s;
	int rc = 0, more = 0;

	if (dict == NULL)
		return error_no_memory(err);
	arena_init(&dict->arena, NULL);
	buf_init(&dict->entries);
	do {
		more = strings->next(strings->arg, &s, err);
		rc = more < 0 ? more : 0;
		if (more > 0)
			rc = put_dict_string(out, dict, s, err);
	} while (more > 0 && rc == 0);
	if (rc == 0 && dict->fill > 0)
		rc = put_dict_page(out, dict, err);
	if (rc == 0)
		rc = check_buf(&dict->entries, err);
	if (rc == 0) {
		buf_reset(&out->scratch);
		dict_put_root(&out->scratch, dict->count, &dict->entries);
		rc = segment_output_block(out, &out->scratch, ref, err);
	}
	*count = dict->count;
	buf_release(&dict->entries);
	arena_release(&dict->arena);
	free(dict);
	return rc;
}

struct sorted_strings {
	const struct dict_builder *dict;
	uint32_t next;
};

static int
next_sorted(void *arg, struct str *out, struct error *err UNUSED)
{
	struct sorted_strings *sorted = arg;

	if (sorted->next == sorted->dict->count)
		return 0;
	*out = sorted->dict->strings[sorted->next++];
	return 1;
}

int
segment_output_dict(struct segment_output *out, const struct dict_builder *dict,
    struct block_ref *ref, struct error *err)
{
	struct sorted_strings sorted = { .dict = dict };
	const struct segment_strings strings = {
		.next = next_sorted,
		.arg = &sorted,
	};
	uint32_t count;

	return segment_output_strings(out, &strings, ref, &count, err);
}

int
segment_output_filter(struct segment_output *out,
    const struct filter_builder *filter, struct block_ref *ref,
    struct error *err)
{
	uint32_t count =
	    filter_group_count(filter->block_count, filter->zone_count);
	struct block_ref *groups = calloc(count, sizeof(*groups));
	int rc = 0;

	if (groups == NULL)
		return error_no_memory(err);
	for (uint32_t g = 0; g < count && rc == 0; g++) {
		buf_reset(&out->scratch);
		filter_put_group(filter, g, &out->scratch);
		rc = segment_output_block(out, &out->scratch, &groups[g], err);
	}
	buf_reset(&out->scratch);
	filter_put_directory(filter, groups, &out->scratch);
	if (rc == 0)
		rc = segment_output_block(out, &out->scratch, ref, err);
	free(groups);
	return rc;
}
