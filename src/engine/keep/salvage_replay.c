/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/keep/salvage.h"

#include "common/error.h"
#include "common/reader.h"
#include "engine/append/row_format.h"
#include "engine/archive/archive_segments.h"
#include "engine/catalog/catalog.h"
#include "engine/manifest/manifest.h"
#include "engine/recovery.h"
#include "engine/segment/segment.h"

/*
 * Rows that one byte of the log may stand for, at most: an entry of up to 2,048
 * takes 18 bytes if all its columns are constant.
 */
#define ROWS_A_BYTE 128

/* Where no file is left of those that are missing: as many as one has. */
#define BYTES_GONE ((uint64_t)64 << 20)

struct salvage_run {
	struct salvage *salvage;
	struct os_fs *fs;
	const char *dir;
	const struct manifest_state *state;
	const struct wal_replay_options *options; /* the caller's */
	const struct catalog **catalog;
	uint32_t shard_count;
};

static void
add_gap(struct salvage *salvage, const struct salvage_gap *gap)
{
	buf_put(&salvage->gaps, gap, sizeof(*gap));
}

static void
on_loss(void *arg, const struct wal_loss *loss)
{
	struct salvage_run *run = arg;
	const struct salvage_gap gap = { .loss = *loss };

	add_gap(run->salvage, &gap);
	if (loss->next_event_id != 0)
		return;
	/* How many events were there is not known: their ids stay theirs. */
	run->salvage->event_id_floor = loss->first_event_id +
	    (loss->bytes > 0 ? loss->bytes : BYTES_GONE) * ROWS_A_BYTE;
}

/* As in shard_replay(): what it has in segments is not read again. */
static bool
has_flushed(const struct salvage_run *run, uint32_t shard,
    const struct wal_replay_batch *batch)
{
	return batch->first_event_id + batch->row_count <=
	    run->state->flushed[shard] + 1;
}

/* Every row has a type, in a version that the catalogue knows. */
static bool
are_types_known(const struct salvage_run *run,
    const struct wal_replay_batch *batch)
{
	const struct catalog *catalog = *run->catalog;
	struct reader r = reader_over(batch->entries, batch->len);
	struct entry entry;
	struct rows rows;

	while (entry_next(&r, &entry) == 1) {
		const struct event_type *type = NULL;

		if (entry.kind != ENTRY_ROWS ||
		    has_flushed(run, entry.shard, batch))
			continue;
		if (rows_decode(&entry, &rows))
			type = catalog_type_by_oid(catalog, rows.type_oid);
		if (type == NULL || !rows_bind(&rows, type))
			return false;
	}
	return true;
}

/* A segment of a batch, unless its rows are known to be in the MANIFEST's. */
static int
check_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	const struct salvage_run *run = arg;

	if (meta->event_id_last <= run->state->flushed[meta->shard])
		return 0;
	return segment_verify(run->fs, run->dir, meta, &run->state->directory,
	    err);
}

/* What the batch lacks, NULL: nothing; or an error. */
static int
look_at_batch(struct salvage_run *run, struct wal_replay_batch *batch,
    const char **lacks, struct error *err)
{
	int rc =
	    recovery_apply_changes(run->catalog, run->shard_count, batch, err);

	*lacks = NULL;
	if (rc == STELE_E_OUT_OF_MEMORY)
		return rc;
	if (rc != 0 || !are_types_known(run, batch)) {
		*lacks = "a schema change";
		return 0;
	}
	if (run->options->batch == NULL)
		return 0;
	rc = archive_each_segment(batch, check_segment, run, err);
	if (rc == STELE_E_CORRUPT || rc == STELE_E_FILE_MISSING) {
		*lacks = "a segment";
		return 0;
	}
	return rc;
}

/*
 * A batch that lacks something cannot be applied, no part of it; the catalogue
 * stays as it was.
 */
static int
salvage_batch(void *arg, struct wal_replay_batch *batch, struct error *err)
{
	struct salvage_run *run = arg;
	const struct catalog *before = catalog_ref(*run->catalog);
	struct salvage_gap gap = {
		.loss = {
			.first_event_id = batch->first_event_id,
			.next_event_id =
			    batch->first_event_id + batch->row_count,
		},
	};
	int rc = look_at_batch(run, batch, &gap.why, err);

	if (rc != 0 || gap.why == NULL) {
		catalog_unref(before);
		if (rc != 0 || run->options->batch == NULL)
			return rc;
		return run->options->batch(run->options->arg, batch, err);
	}
	catalog_unref(*run->catalog);
	*run->catalog = before;
	add_gap(run->salvage, &gap);
	return 0;
}

/*
 * Events are lost that are in the rows of kept queries, or these rows are: they
 * are to be made anew, of the events that there are.
 */
static int
forget_kept(struct salvage_run *run, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < (*run->catalog)->view_count && rc == 0; i++) {
		const struct sql_view *view = (*run->catalog)->views[i];
		struct ddl ddl = { .kind = DDL_SET_KEPT,
			.oid = view->oid,
			.kept = view->kept };
		const struct catalog *after;

		if (!view_is_kept(view))
			continue;
		ddl.kept.position = 0;
		ddl.kept.row_count = ddl.kept.base_count = 0;
		ddl.kept.number++;
		ddl.kept.generation++;
		rc = catalog_apply(*run->catalog, &ddl, 0, &after, err);
		if (rc != 0)
			break;
		catalog_unref(*run->catalog);
		*run->catalog = after;
	}
	return rc;
}

int
salvage_replay(struct salvage *salvage, struct os_fs *fs, const char *dir,
    const struct wal_replay_options *options,
    const struct manifest_state *state, const struct catalog **catalog,
    uint32_t shard_count, struct wal_replay *out, struct error *err)
{
	struct salvage_run run = {
		.salvage = salvage,
		.fs = fs,
		.dir = dir,
		.state = state,
		.options = options,
		.catalog = catalog,
		.shard_count = shard_count,
	};
	struct wal_salvage_options salvaged = {
		.log = *options,
		.first_event_id = recovery_least_next(state),
		.next_event_id = state->next_event_id,
		.loss = on_loss,
		.loss_arg = &run,
	};
	int rc;

	salvaged.log.batch = salvage_batch;
	salvaged.log.arg = &run;
	rc = wal_salvage(fs, &salvaged, out, err);
	if (rc == 0 && salvage->gaps.failed)
		rc = error_no_memory(err);
	if (rc == 0 && salvage->gaps.len > 0)
		rc = forget_kept(&run, err);
	return rc;
}
