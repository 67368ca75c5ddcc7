/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_read.c -- the state that the bytes of a MANIFEST, or of its copy, stand
 * for.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

static int
corrupt_at(const struct manifest *m, const char *what, uint64_t offset,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "%s in file \"%s/%s\" at offset %" PRIu64, what, m->dir, m->name,
	    offset);
}

static int
replay_record(struct manifest *m, const struct record *record, uint64_t offset,
    struct error *err)
{
	struct prepared_step prepared;
	struct decoded_step decoded;
	const char *fault;
	int rc =
	    manifest_take_step(record->body, record->body_len, &decoded, err);

	if (rc != 0)
		return rc;
	fault = manifest_step_fault(&m->state, &decoded.step);
	if (decoded.flushed != NULL &&
	    (decoded.flushed_count != m->state.shard_count ||
		offset != MANIFEST_HEADER_SIZE))
		fault = "another number of shards";
	if (fault != NULL) {
		rc = corrupt_at(m, fault, offset, err);
		goto out;
	}
	rc = manifest_prepare_step(m, &decoded.step, &prepared, err);
	if (rc != 0)
		goto out;
	manifest_apply_step(m, &decoded.step, &prepared);
	if (decoded.flushed != NULL)
		memcpy(m->state.flushed, decoded.flushed,
		    m->state.shard_count * sizeof(*m->state.flushed));
	m->sequence = record->sequence;
out:
	manifest_step_release(&decoded);
	return rc;
}

/* Does a valid record that is younger stand anywhere behind the damage? */
static bool
has_later_record(const struct manifest *m, const uint8_t *file, size_t size,
    size_t offset)
{
	struct record record;

	for (size_t at = offset + 1; at + MANIFEST_RECORD_HEADER_SIZE <= size;
	     at++)
		if (manifest_take_record(file, size, at, m->identity,
			&record) &&
		    record.sequence > m->sequence)
			return true;
	return false;
}

/* Is there, behind the last step, the seal that says it was synced? */
static bool
has_seal(const struct manifest *m, const uint8_t *file, size_t size,
    size_t offset)
{
	struct record record;

	return offset < size &&
	    manifest_take_record(file, size, offset, m->identity, &record) &&
	    record.kind == RECORD_SEAL && record.sequence == m->sequence;
}

static int
replay_all(struct manifest *m, const uint8_t *file, size_t size,
    uint64_t *torn_bytes, struct error *err)
{
	size_t offset = MANIFEST_HEADER_SIZE;
	struct record record;
	int rc = 0;

	while (offset < size && rc == 0) {
		if (!manifest_take_record(file, size, offset, m->identity,
			&record) ||
		    record.kind != RECORD_STEP ||
		    (offset != MANIFEST_HEADER_SIZE &&
			record.sequence != m->sequence + 1))
			break;
		rc = replay_record(m, &record, offset, err);
		m->last_step = offset;
		offset += MANIFEST_RECORD_HEADER_SIZE + record.body_len;
	}
	if (rc != 0)
		return rc;
	/* keeps M2 */
	if (offset < m->base_size ||
	    (offset < size && has_later_record(m, file, size, offset)))
		return corrupt_at(m, "invalid record", offset, err);
	m->size = offset;
	*torn_bytes = size - offset;
	m->is_sealed = has_seal(m, file, size, offset);
	if (m->is_sealed)
		*torn_bytes -= MANIFEST_RECORD_HEADER_SIZE;
	return 0;
}

static int
start_state(struct manifest *m, const uint8_t *file, size_t size,
    struct error *err)
{
	struct manifest_header header;

	if (size < MANIFEST_HEADER_SIZE ||
	    !manifest_take_header(file, MANIFEST_HEADER_SIZE, &header))
		return corrupt_at(m, "invalid header", 0, err);
	m->identity = manifest_identity(&header.directory);
	m->base_size = header.base_size;
	m->state.directory = header.directory;
	m->state.shard_count = header.shard_count;
	m->state.hash_seed = header.hash_seed;
	m->state.flushed =
	    calloc(header.shard_count, sizeof(*m->state.flushed));
	return m->state.flushed == NULL ? error_no_memory(err) : 0;
}

int
manifest_read(struct os_fs *fs, const char *dir, const char *name,
    const uint8_t *file, size_t size, struct manifest **out,
    uint64_t *torn_bytes, struct error *err)
{
	struct manifest *m = NULL;
	int rc = manifest_new(fs, dir, &m, err);

	*out = NULL;
	*torn_bytes = 0;
	if (rc == 0) {
		m->name = name;
		rc = start_state(m, file, size, err);
	}
	if (rc == 0)
		rc = replay_all(m, file, size, torn_bytes, err);
	if (rc != 0) {
		manifest_close(m);
		return rc;
	}
	*out = m;
	return 0;
}

int
manifest_load(struct os_fs *fs, const char *dir, struct manifest **out,
    uint64_t *torn_bytes, struct error *err)
{
	uint8_t *file = NULL;
	size_t size;
	int rc;

	*out = NULL;
	*torn_bytes = 0;
	rc = manifest_read_file(fs, dir, MANIFEST_NAME, &file, &size, err);
	if (rc == 0)
		rc = manifest_read(fs, dir, MANIFEST_NAME, file, size, out,
		    torn_bytes, err);
	if (rc == 0)
		rc = manifest_check_copy(*out, err);
	free(file);
	if (rc != 0) {
		manifest_close(*out);
		*out = NULL;
	}
	return rc;
}
