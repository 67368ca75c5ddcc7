/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MANIFESTs of any steps.  The first byte is the number of shards; then come the
 * bodies of records, each behind two bytes of its length.  Headers and checksums
 * are made here, as a fuzzer would not get past them.  Such a file is refused, or
 * what it stands for is sound, and written anew is read as the same.
 *
 * Behind a first byte of 0 stands a file as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/must.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"
#include "fuzz/fuzz.h"

static const struct uuid directory = { { 1, 2, 3 } };
static struct error err;

/* ---- files ---- */

static void
put_header(struct buf *file, uint32_t shard_count, size_t first_body_len)
{
	const struct manifest_header header = {
		.shard_count = shard_count,
		.directory = directory,
		.hash_seed = 7,
		.base_size = MANIFEST_HEADER_SIZE +
		    MANIFEST_RECORD_HEADER_SIZE + first_body_len,
	};

	manifest_put_header(file, &header);
}

static void
put_record(struct buf *file, uint64_t sequence, const uint8_t *body, size_t len)
{
	size_t start = manifest_begin_record(file);

	buf_put(file, body, len);
	manifest_end_record(file, start, RECORD_STEP, sequence,
	    manifest_identity(&directory), start);
}

/* The length that two bytes say, of what is there. */
static size_t
body_len(const uint8_t *data, size_t size)
{
	size_t len = (size_t)data[0] << 8 | data[1];

	return len < size - 2 ? len : size - 2;
}

static void
put_steps(struct buf *file, uint32_t shard_count, const uint8_t *data,
    size_t size)
{
	uint64_t sequence = 0;

	put_header(file, shard_count, size < 2 ? 0 : body_len(data, size));
	while (size >= 2) {
		size_t len = body_len(data, size);

		put_record(file, ++sequence, data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
}

/* ---- what they stand for ---- */

static struct manifest *
read_file(const struct buf *file)
{
	struct manifest *manifest = NULL;
	uint64_t torn_bytes;

	MUST(!file->failed);
	if (manifest_read(NULL, "fuzz", MANIFEST_NAME, file->data, file->len,
		&manifest, &torn_bytes, &err) != 0) {
		MUST(manifest == NULL);
		return NULL;
	}
	MUST(torn_bytes <= file->len);
	return manifest;
}

static void
check_state(const struct manifest_state *state)
{
	for (uint32_t i = 0; i < state->segment_count; i++) {
		const struct segment_meta *segment = &state->segments[i];

		MUST(i == 0 || segment[-1].number < segment->number);
		MUST(segment->shard < state->shard_count);
		MUST(manifest_find(state, segment->number) == i);
	}
}

/* A new MANIFEST of the state is read as the state. */
static void
check_again(const struct manifest_state *state)
{
	struct buf body, file, again;
	struct manifest *other;

	buf_init(&body);
	buf_init(&file);
	buf_init(&again);
	manifest_put_state(&body, state);
	put_header(&file, state->shard_count, body.len);
	put_record(&file, 1, body.data, body.len);
	other = read_file(&file);
	MUST(other != NULL);
	manifest_put_state(&again, manifest_state(other));
	MUST(str_equal(buf_str(&body), buf_str(&again)));
	manifest_close(other);
	buf_release(&body);
	buf_release(&file);
	buf_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest *manifest;
	struct buf file;

	if (size == 0)
		return 0;
	buf_init(&file);
	if (data[0] == 0)
		buf_put(&file, data + 1, size - 1);
	else
		put_steps(&file, data[0], data + 1, size - 1);
	manifest = read_file(&file);
	if (manifest != NULL) {
		check_state(manifest_state(manifest));
		if (manifest_state(manifest)->shard_count <= UINT8_MAX)
			check_again(manifest_state(manifest));
	}
	manifest_close(manifest);
	buf_release(&file);
	return 0;
}
