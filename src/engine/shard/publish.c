/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shard/publish.h"

#include <assert.h>

#include "common/buf.h"
#include "common/log.h"
#include "engine/catalog/catalog_format.h"
#include "engine/engine_private.h"
#include "engine/keep/keep_lock.h"

#define NUMBERS_AT_ONCE 16 /* given out by one step of the MANIFEST */

static_assert(CATALOG_SIZE_MAX <= MANIFEST_CATALOG_MAX / 4,
    "the catalogue has room, with what a change may add past its bound");

void
publisher_init(struct publisher *publisher, struct engine *engine,
    struct manifest *manifest)
{
	const struct manifest_state *state = manifest_state(manifest);

	*publisher = (struct publisher){
		.engine = engine,
		.manifest = manifest,
		.next_segment = state->next_segment,
		.given_segment = state->next_segment,
		.wal_file = state->wal_file,
	};
	pthread_mutex_init(&publisher->lock, NULL);
}

void
publisher_release(struct publisher *publisher)
{
	if (publisher->engine == NULL)
		return;
	manifest_close(publisher->manifest);
	pthread_mutex_destroy(&publisher->lock);
}

bool
publish_is_taken_back(int rc)
{
	return rc == STELE_E_DISK_FULL || rc == STELE_E_OUT_OF_MEMORY ||
	    rc == STELE_E_LIMIT;
}

/*
 * A failed sync of the MANIFEST is the end (D3); a full disk is not.  Without
 * the lock, as others are told.
 */
static void
judge_step(struct publisher *publisher, int rc, const struct error *err)
{
	if (rc != 0 && !publish_is_taken_back(rc))
		engine_fail(publisher->engine, err);
}

int
publish_new_number(struct publisher *publisher, uint64_t *out,
    struct error *err)
{
	int rc = 0;

	pthread_mutex_lock(&publisher->lock);
	if (publisher->next_segment == publisher->given_segment) {
		const struct manifest_step step = {
			.next_segment =
			    publisher->given_segment + NUMBERS_AT_ONCE,
		};

		rc = manifest_append(publisher->manifest, &step, err);
		if (rc == 0)
			publisher->given_segment = step.next_segment;
	}
	if (rc == 0)
		*out = publisher->next_segment++;
	pthread_mutex_unlock(&publisher->lock);
	judge_step(publisher, rc, err);
	return rc;
}

/*
 * Append a step that names segments, and with it what must not be behind it:
 * the number of the next event, and the catalogue if the MANIFEST has an older
 * one.
 */
static int
append_step(struct publisher *publisher, struct manifest_step *step,
    struct error *err)
{
	struct engine *engine = publisher->engine;
	const struct catalog *catalog = engine_catalog(engine);
	struct buf bytes;
	int rc;

	buf_init(&bytes);
	pthread_mutex_lock(&publisher->lock); /* keeps L2 */
	step->next_event_id = engine_position(engine) + 1;
	step->wal_synced = wal_synced_group(engine->wal);
	if (catalog->generation > publisher->generation) {
		catalog_encode(catalog, &bytes);
		step->has_catalog = true;
		step->catalog = buf_str(&bytes);
		step->next_oid = catalog->next_oid;
	}
	if (bytes.failed)
		rc = error_no_memory(err);
	else
		rc = manifest_append(publisher->manifest, step, err);
	if (rc == 0 && step->has_catalog)
		publisher->generation = catalog->generation;
	pthread_mutex_unlock(&publisher->lock);
	judge_step(publisher, rc, err);
	buf_release(&bytes);
	catalog_unref(catalog);
	return rc;
}

int
publish_flush(struct publisher *publisher, const struct segment_meta *metas,
    uint32_t count, struct error *err)
{
	struct manifest_step step = {
		.added = metas,
		.added_count = count,
		.has_flushed = true,
		.flushed_shard = metas[0].shard,
	};

	for (uint32_t i = 0; i < count; i++)
		if (metas[i].event_id_last > step.flushed_event_id)
			step.flushed_event_id = metas[i].event_id_last;

	return append_step(publisher, &step, err);
}

int
publish_merge(struct publisher *publisher, const struct segment_meta *added,
    uint32_t added_count, const uint64_t *removed, uint32_t removed_count,
    struct error *err)
{
	struct manifest_step step = {
		.added = added,
		.added_count = added_count,
		.removed = removed,
		.removed_count = removed_count,
	};

	return append_step(publisher, &step, err);
}

void
publish_catalog(struct publisher *publisher)
{
	const struct catalog *catalog = engine_catalog(publisher->engine);
	struct manifest_step step = { .wal_file = 0 };
	struct error err;
	bool is_newer;

	pthread_mutex_lock(&publisher->lock);
	is_newer = catalog->generation > publisher->generation;
	pthread_mutex_unlock(&publisher->lock);
	catalog_unref(catalog);
	if (is_newer && append_step(publisher, &step, &err) != 0)
		log_warn(LOG_CATALOG, "could not record the catalogue",
		    LOG_FAILURE(&err));
}

/* Under the lock.  Who copies the log keeps it: another time. */
static int
record_release(struct publisher *publisher, struct manifest_step *step,
    struct error *err)
{
	struct engine *engine = publisher->engine;
	struct os_file *keep;
	int rc = keep_lock_try(engine->fs, engine->dir, &keep, err);

	if (rc != 0) {
		if (rc != STELE_E_OBJECT_IN_USE)
			log_warn(LOG_WAL, "could not look who keeps the log",
			    LOG_FAILURE(err));
		return 0;
	}
	step->wal_synced = wal_synced_group(engine->wal);
	rc = manifest_append(publisher->manifest, step, err);
	if (rc == 0) {
		publisher->wal_file = step->wal_file;
		wal_release(engine->wal, step->wal_file);
	}
	os_close(keep);
	return rc;
}

/* Every row up to here is in a segment. */
static uint64_t
flushed_event_id(struct engine *engine)
{
	uint64_t visible = engine_position(engine);
	uint64_t flushed = visible;

	for (uint32_t i = 0; i < engine->shard_count; i++) {
		uint64_t position =
		    shard_flushed_position(&engine->shards[i], visible);

		if (position < flushed)
			flushed = position;
	}
	return flushed;
}

void
publish_log_release(struct publisher *publisher)
{
	uint64_t flushed = flushed_event_id(publisher->engine);
	struct manifest_step step = { .wal_file = 0 };
	struct error err;
	int rc = 0;

	pthread_mutex_lock(&publisher->lock);
	step.wal_file = wal_first_needed(publisher->engine->wal, flushed,
	    publisher->generation, &step.wal_group);
	if (step.wal_file > publisher->wal_file)
		rc = record_release(publisher, &step, &err);
	pthread_mutex_unlock(&publisher->lock);
	if (rc != 0)
		log_warn(LOG_WAL, "could not release log files",
		    LOG_FAILURE(&err));
	judge_step(publisher, rc, &err);
}

int
publish_salvaged(struct publisher *publisher, uint64_t wal_file,
    uint64_t wal_group, uint32_t *quarantined, struct error *err)
{
	struct manifest_step step = {
		.wal_file = wal_file,
		.wal_group = wal_group,
	};
	int rc = append_step(publisher, &step, err);

	if (rc != 0)
		return rc;
	pthread_mutex_lock(&publisher->lock);
	rc = manifest_link_unknown(publisher->manifest, quarantined, err);
	if (rc == 0)
		rc = manifest_commit(publisher->manifest, err);
	pthread_mutex_unlock(&publisher->lock);
	judge_step(publisher, rc, err);
	return rc;
}

uint64_t
publish_log_size(struct publisher *publisher)
{
	uint64_t flushed = flushed_event_id(publisher->engine);
	uint64_t generation;

	pthread_mutex_lock(&publisher->lock);
	generation = publisher->generation;
	pthread_mutex_unlock(&publisher->lock);
	return wal_size(publisher->engine->wal, flushed, generation);
}

void
publish_log_end(struct publisher *publisher, uint64_t synced_group)
{
	const struct manifest_step step = {
		.next_event_id = engine_position(publisher->engine) + 1,
		.wal_synced = synced_group,
	};
	struct error err;

	if (synced_group <= manifest_state(publisher->manifest)->wal_synced)
		return;
	if (manifest_append(publisher->manifest, &step, &err) != 0)
		log_warn(LOG_WAL, "could not note the end of the log",
		    LOG_FAILURE(&err));
}
