/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.c -- reading, appending, rewriting.
 *
 * A step is applied in two halves: what can fail (memory, checks) before it is
 * written, what cannot when it is synced.
 */
#include "engine/manifest/manifest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/must.h"
#include "engine/manifest/manifest_format.h"
#include "engine/manifest/manifest_private.h"

#define REWRITE_BYTES ((uint64_t)1 << 20) /* log behind the checkpoint */

static int
no_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

void
manifest_set_log_size(struct manifest *m, uint64_t bytes)
{
	m->rewrite_bytes = bytes == 0 ? REWRITE_BYTES : bytes;
}

const struct manifest_state *
manifest_state(const struct manifest *manifest)
{
	return &manifest->state;
}

void
manifest_close(struct manifest *m)
{
	union {
		const char *data;
		void *owned;
	} catalog;

	if (m == NULL)
		return;
	for (uint32_t i = 0; i < m->state.segment_count; i++)
		segment_meta_release(&m->state.segments[i]);
	catalog.data = m->state.catalog.data;
	free(catalog.owned);
	free(m->state.segments);
	free(m->state.flushed);
	os_close(m->file);
	os_close(m->copy);
	free(m);
}

/* ---- steps ---- */

uint32_t
manifest_find(const struct manifest_state *state, uint64_t number)
{
	uint32_t first = 0, limit = state->segment_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (state->segments[middle].number < number)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}

bool
manifest_has(const struct manifest_state *state, uint64_t number)
{
	uint32_t i = manifest_find(state, number);

	return i < state->segment_count && state->segments[i].number == number;
}

static bool
is_listed(const uint64_t *numbers, uint32_t count, uint64_t number)
{
	for (uint32_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* Can this step follow the state?  If not: what is wrong. */
static const char *
step_fault(const struct manifest_state *state, const struct manifest_step *step)
{
	if ((step->next_event_id != 0 &&
		step->next_event_id < state->next_event_id) ||
	    (step->next_oid != 0 && step->next_oid < state->next_oid) ||
	    (step->next_segment != 0 &&
		step->next_segment < state->next_segment) ||
	    (step->wal_file != 0 && step->wal_file < state->wal_file) ||
	    (step->wal_group != 0 && step->wal_group < state->wal_group) ||
	    (step->wal_synced != 0 && step->wal_synced < state->wal_synced))
		return "a counter goes back";
	if (step->has_flushed &&
	    (step->flushed_shard >= state->shard_count ||
		step->flushed_event_id < state->flushed[step->flushed_shard]))
		return "a flushed position goes back";
	for (uint32_t i = 0; i < step->removed_count; i++)
		if (!manifest_has(state, step->removed[i]) ||
		    is_listed(step->removed, i, step->removed[i]))
			return "an unknown segment is removed";
	for (uint32_t i = 0; i < step->added_count; i++) {
		const struct segment_meta *added = &step->added[i];

		if (added->shard >= state->shard_count)
			return "a segment is of no shard";
		if (manifest_has(state, added->number) ||
		    (i > 0 && added->number <= added[-1].number))
			return "a segment is added twice";
	}
	return NULL;
}

/* What a step needs before it can be applied without fail. */
struct prepared_step {
	struct segment_meta *added; /* copies; owned until applied */
	uint32_t added_count;
	char *catalog; /* copy; owned until applied */
};

static void
prepared_release(struct prepared_step *prepared)
{
	for (uint32_t i = 0; i < prepared->added_count; i++)
		segment_meta_release(&prepared->added[i]);
	free(prepared->added);
	free(prepared->catalog);
	*prepared = (struct prepared_step){ 0 };
}

static int
reserve_segments(struct manifest *m, uint32_t count, struct error *err)
{
	size_t need = (size_t)m->state.segment_count + count;
	size_t capacity = 2 * (size_t)m->segment_capacity + 8;
	struct segment_meta *segments;

	if (need > MANIFEST_SEGMENTS_MAX)
		return error_set(err, STELE_E_LIMIT, "too many segments");
	if (need <= m->segment_capacity)
		return 0;
	if (capacity < need)
		capacity = need;
	segments = realloc(m->state.segments, capacity * sizeof(*segments));
	if (segments == NULL)
		return no_memory(err);
	m->state.segments = segments;
	m->segment_capacity = (uint32_t)capacity;
	return 0;
}

static int
prepare_step(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *out, struct error *err)
{
	int rc = reserve_segments(m, step->added_count, err);

	*out = (struct prepared_step){ 0 };
	if (rc != 0)
		return rc;
	out->added = calloc((size_t)step->added_count + 1, sizeof(*out->added));
	if (out->added == NULL)
		return no_memory(err);
	while (out->added_count < step->added_count && rc == 0) {
		rc = segment_meta_copy(&out->added[out->added_count],
		    &step->added[out->added_count], err);
		if (rc == 0)
			out->added_count++;
	}
	if (rc == 0 && step->has_catalog) {
		out->catalog = malloc(step->catalog.len + 1);
		if (out->catalog == NULL)
			rc = no_memory(err);
		else if (step->catalog.len > 0)
			memcpy(out->catalog, step->catalog.data,
			    step->catalog.len);
	}
	if (rc != 0)
		prepared_release(out);
	return rc;
}

static void
apply_segments(struct manifest_state *state, const struct manifest_step *step,
    struct prepared_step *prepared)
{
	for (uint32_t i = 0; i < step->removed_count; i++) {
		uint32_t at = manifest_find(state, step->removed[i]);

		segment_meta_release(&state->segments[at]);
		state->segment_count--;
		memmove(&state->segments[at], &state->segments[at + 1],
		    (state->segment_count - at) * sizeof(*state->segments));
	}
	for (uint32_t i = 0; i < prepared->added_count; i++) {
		uint32_t at = manifest_find(state, prepared->added[i].number);

		memmove(&state->segments[at + 1], &state->segments[at],
		    (state->segment_count - at) * sizeof(*state->segments));
		state->segments[at] = prepared->added[i];
		state->segment_count++;
	}
	prepared->added_count = 0; /* taken */
}

static void
apply_step(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *prepared)
{
	struct manifest_state *state = &m->state;
	union {
		const char *data;
		void *owned;
	} old = { .data = state->catalog.data };

	apply_segments(state, step, prepared);
	if (step->next_event_id != 0)
		state->next_event_id = step->next_event_id;
	if (step->next_oid != 0)
		state->next_oid = step->next_oid;
	if (step->next_segment != 0)
		state->next_segment = step->next_segment;
	if (step->wal_file != 0)
		state->wal_file = step->wal_file;
	if (step->wal_group != 0)
		state->wal_group = step->wal_group;
	if (step->wal_synced != 0)
		state->wal_synced = step->wal_synced;
	if (step->has_flushed)
		state->flushed[step->flushed_shard] = step->flushed_event_id;
	if (step->has_catalog) {
		free(old.owned);
		state->catalog = str_of(prepared->catalog, step->catalog.len);
		prepared->catalog = NULL; /* taken */
	}
	prepared_release(prepared);
}

/* ---- reading ---- */

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
	fault = step_fault(&m->state, &decoded.step);
	if (decoded.flushed != NULL &&
	    (decoded.flushed_count != m->state.shard_count ||
		offset != MANIFEST_HEADER_SIZE))
		fault = "another number of shards";
	if (fault != NULL) {
		rc = corrupt_at(m, fault, offset, err);
		goto out;
	}
	rc = prepare_step(m, &decoded.step, &prepared, err);
	if (rc != 0)
		goto out;
	apply_step(m, &decoded.step, &prepared);
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
	return m->state.flushed == NULL ? no_memory(err) : 0;
}

static int
manifest_new(struct os_fs *fs, const char *dir, struct manifest **out,
    struct error *err)
{
	struct manifest *m = calloc(1, sizeof(*m));

	*out = m;
	if (m == NULL)
		return no_memory(err);
	m->fs = fs;
	m->name = MANIFEST_NAME;
	m->rewrite_bytes = REWRITE_BYTES;
	if (snprintf(m->dir, sizeof(m->dir), "%s", dir) < (int)sizeof(m->dir))
		return 0;
	return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long", dir);
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

/* ---- writing the checkpoint ---- */

/*
 * Say that the last step was synced; not synced itself, and may fail.  The
 * next step is written over it: a valid record is only ever behind what was
 * synced.
 */
static void
write_seal(struct manifest *m)
{
	struct error err;
	struct buf seal;
	size_t start;

	buf_init(&seal);
	start = manifest_begin_record(&seal);
	manifest_end_record(&seal, start, RECORD_SEAL, m->sequence, m->identity,
	    m->size);
	if (!seal.failed &&
	    os_pwrite_full(m->file, seal.data, seal.len, m->size, &err) != 0)
		log_debug(LOG_SEGMENT, "could not seal the MANIFEST",
		    LOG_FAILURE(&err));
	manifest_copy_seal(m, &seal);
	buf_release(&seal);
}

static int
put_checkpoint(const struct manifest *m, struct buf *out, struct error *err)
{
	struct manifest_header header = {
		.shard_count = m->state.shard_count,
		.directory = m->state.directory,
		.hash_seed = m->state.hash_seed,
	};
	struct buf record;
	size_t start;

	buf_init(&record);
	start = manifest_begin_record(&record);
	manifest_put_state(&record, &m->state);
	manifest_end_record(&record, start, RECORD_STEP, m->sequence,
	    m->identity, MANIFEST_HEADER_SIZE);
	header.base_size = MANIFEST_HEADER_SIZE + record.len;
	manifest_put_header(out, &header);
	buf_put(out, record.data, record.len);
	out->failed |= record.failed;
	buf_release(&record);
	return out->failed ? no_memory(err) : 0;
}

static int
write_temp(struct manifest *m, const char *temp, const struct buf *content,
    struct error *err)
{
	struct os_file *file;
	int rc = os_open(m->fs, temp, OS_WRITE | OS_CREATE, &file, err);

	if (rc != 0)
		return rc;
	rc = os_truncate(file, 0, err);
	if (rc == 0)
		rc = os_pwrite_full(file, content->data, content->len, 0, err);
	if (rc == 0)
		rc = os_fsync(file, err);
	os_close(file);
	return rc;
}

/*
 * Write the state as a new file in place of the old.  *is_renamed tells
 * whether the name may already be the new file's when this fails.
 */
static int
write_checkpoint(struct manifest *m, bool *is_renamed, struct error *err)
{
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	struct os_file *file = NULL;
	struct buf content;
	int rc;

	*is_renamed = false;
	buf_init(&content);
	rc = os_path(path, m->dir, MANIFEST_NAME, err);
	if (rc == 0)
		rc = os_path(temp, m->dir, MANIFEST_NAME OS_TEMP_SUFFIX, err);
	if (rc == 0)
		rc = put_checkpoint(m, &content, err);
	if (rc != 0)
		goto out;
	rc = write_temp(m, temp, &content, err);
	if (rc != 0) {
		(void)m->fs->unlink(m->fs, temp);
		goto out;
	}
	*is_renamed = true;
	rc = os_rename(m->fs, temp, path, err);
	if (rc == 0)
		rc = os_fsync_dir(m->fs, m->dir, err);
	if (rc == 0)
		rc = os_open(m->fs, path, OS_READ | OS_WRITE, &file, err);
	if (rc != 0)
		goto out;
	os_close(m->file);
	m->file = file;
	m->base_size = content.len;
	m->size = content.len;
	manifest_copy_make(m);
	write_seal(m);
out:
	buf_release(&content);
	return rc;
}

/* ---- opening ---- */

/*
 * A last step without a seal may be in the page cache alone, left there by a
 * process that ended before its sync was done, or whose sync failed; the same
 * holds for the name of a file without steps.  Nobody may rely on either
 * before it is synced.  The step is written again, as pages of a failed sync
 * count as clean.  Needs no free space: a full disk must not hinder a start.
 */
static int
resync(struct manifest *m, struct error *err)
{
	size_t len = (size_t)(m->size - m->last_step);
	uint8_t *step = malloc(len);
	int rc = 0;

	if (step == NULL)
		return no_memory(err);
	/* The checkpoint was synced before it had its name. */
	if (m->last_step >= m->base_size) {
		rc = os_pread_full(m->file, step, len, m->last_step, err);
		if (rc == 0)
			rc = os_pwrite_full(m->file, step, len, m->last_step,
			    err);
	}
	free(step);
	if (rc == 0)
		rc = os_truncate(m->file, m->size, err);
	if (rc == 0)
		rc = os_fsync(m->file, err);
	if (rc == 0)
		rc = os_fsync_dir(m->fs, m->dir, err);
	if (rc == 0)
		write_seal(m);
	return rc;
}

int
manifest_open(struct os_fs *fs, const char *dir, struct manifest **out,
    uint64_t *torn_bytes, struct error *err)
{
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	struct manifest *m = NULL;
	int rc;

	*out = NULL;
	rc = manifest_load(fs, dir, &m, torn_bytes, err);
	if (rc == 0)
		rc = os_path(path, dir, MANIFEST_NAME, err);
	if (rc == 0)
		rc = os_path(temp, dir, MANIFEST_NAME OS_TEMP_SUFFIX, err);
	if (rc == 0)
		rc = os_open(fs, path, OS_READ | OS_WRITE, &m->file, err);
	if (rc == 0 && (*torn_bytes > 0 || !m->is_sealed))
		rc = resync(m, err);
	if (rc != 0) {
		manifest_close(m);
		return rc;
	}
	(void)fs->unlink(fs, temp); /* of a rewrite that did not end */
	manifest_copy_open(m);
	*out = m;
	return 0;
}

static int
make_folder(struct os_fs *fs, const char *dir, const char *name,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, name, err);

	return rc == 0 ? os_mkdir(fs, path, err) : rc;
}

int
manifest_create(struct os_fs *fs, const char *dir,
    const struct manifest_state *initial, struct manifest **out,
    struct error *err)
{
	struct manifest *m = NULL;
	bool is_renamed;
	int rc;

	*out = NULL;
	MUST(initial->shard_count > 0 &&
	    initial->shard_count <= MANIFEST_SHARDS_MAX);
	rc = manifest_new(fs, dir, &m, err);
	if (rc != 0)
		goto out;
	m->identity = manifest_identity(&initial->directory);
	m->sequence = 1;
	m->state = *initial;
	m->state.segments = NULL;
	m->state.segment_count = 0;
	m->state.catalog = str_of(NULL, 0);
	m->state.flushed =
	    calloc(initial->shard_count, sizeof(*m->state.flushed));
	if (m->state.flushed == NULL) {
		rc = no_memory(err);
		goto out;
	}
	rc = make_folder(fs, dir, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = make_folder(fs, dir, QUARANTINE_DIRECTORY, err);
	if (rc == 0) /* where there is a MANIFEST there are folders */
		rc = os_fsync_dir(fs, dir, err);
	if (rc == 0)
		rc = manifest_copy_remove(fs, dir, err);
	if (rc == 0)
		rc = write_checkpoint(m, &is_renamed, err);
out:
	if (rc != 0) {
		manifest_close(m);
		return rc;
	}
	*out = m;
	return 0;
}

int
manifest_write(struct os_fs *fs, const char *dir,
    const struct manifest_state *state, struct error *err)
{
	struct manifest *m;
	bool is_renamed;
	int rc = manifest_new(fs, dir, &m, err);

	if (rc == 0) {
		m->identity = manifest_identity(&state->directory);
		m->sequence = 1;
		m->state = *state;
		rc = manifest_copy_remove(fs, dir, err);
		if (rc == 0)
			rc = write_checkpoint(m, &is_renamed, err);
		os_close(m->file); /* the state is the caller's */
		os_close(m->copy);
	}
	free(m);
	return rc;
}

/* ---- appending ---- */

/* What the file has is not known any more: also if the disk was full. */
static int
fail(struct manifest *m, struct error *err)
{
	err->code = STELE_E_OS;
	m->failure = *err;
	return err->code;
}

/* Write and sync one record behind the last; keeps M1. */
static int
write_record(struct manifest *m, const struct buf *record, struct error *err)
{
	struct error second;
	int rc =
	    os_pwrite_full(m->file, record->data, record->len, m->size, err);

	if (rc != 0) {
		if (os_truncate(m->file, m->size, &second) != 0)
			return fail(m, err); /* half of it may stand there */
		write_seal(m);               /* again */
		return rc;
	}
	return os_fdatasync(m->file, err) == 0 ? 0 : fail(m, err);
}

static void
rewrite_if_long(struct manifest *m)
{
	struct error err;
	bool is_renamed;

	if (m->size - m->base_size < m->rewrite_bytes)
		return;
	if (write_checkpoint(m, &is_renamed, &err) != 0 && is_renamed)
		(void)fail(m, &err); /* whose the name is is not known */
}

/* Write a step that is prepared and apply it. */
static int
append_record(struct manifest *m, const struct manifest_step *step,
    struct prepared_step *prepared, struct error *err)
{
	struct buf record;
	size_t start;
	int rc;

	buf_init(&record);
	start = manifest_begin_record(&record);
	manifest_put_step(&record, step);
	manifest_end_record(&record, start, RECORD_STEP, m->sequence + 1,
	    m->identity, m->size);
	rc = record.failed ? no_memory(err) : write_record(m, &record, err);
	if (rc == 0) {
		m->sequence++;
		m->size += record.len;
		manifest_copy_append(m, &record);
		apply_step(m, step, prepared);
		write_seal(m);
		rewrite_if_long(m);
	}
	buf_release(&record);
	return rc;
}

int
manifest_append(struct manifest *m, const struct manifest_step *step,
    struct error *err)
{
	struct prepared_step prepared;
	int rc;

	if (m->failure.code != 0) {
		*err = m->failure;
		return err->code;
	}
	MUST(step_fault(&m->state, step) == NULL);
	if (step->has_catalog && step->catalog.len > MANIFEST_CATALOG_MAX)
		return error_set(err, STELE_E_LIMIT, "catalog is too large");
	rc = prepare_step(m, step, &prepared, err);
	if (rc != 0)
		return rc;
	if (m->is_deferred)
		apply_step(m, step, &prepared);
	else
		rc = append_record(m, step, &prepared, err);
	prepared_release(&prepared);
	return rc;
}

void
manifest_defer(struct manifest *m)
{
	m->is_deferred = true;
}

int
manifest_commit(struct manifest *m, struct error *err)
{
	bool is_renamed;
	int rc;

	if (m->failure.code != 0) {
		*err = m->failure;
		return err->code;
	}
	m->sequence++; /* all of them are one */
	rc = write_checkpoint(m, &is_renamed, err);
	if (rc == 0) {
		m->is_deferred = false;
		return 0;
	}
	m->sequence--;
	return is_renamed ? fail(m, err) : rc; /* as in rewrite_if_long() */
}
