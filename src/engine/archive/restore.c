/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory is brought up to an archive's end, or to an event in it: what is
 * needed is planned and checked (restore_plan.h), then put behind the
 * directory's log (restore_log.h).
 */
#include <inttypes.h>

#include "common/error.h"
#include "common/reader.h"
#include "engine/archive/archive_segments.h"
#include "engine/archive/restore_log.h"
#include "engine/archive/restore_plan.h"
#include "engine/engine_private.h"
#include "engine/keep/restore_mark.h"
#include "engine/recovery.h"
#include "engine/wal/wal_replay.h"

/*
 * Numbers of segments.  The archive's batches name some, and what flushes make
 * of them must have others, also when the archive has grown and more is
 * restored of it: from each restore on the directory's are in the next stretch.
 */
#define NUMBERS_APART ((uint64_t)1 << 40)

static uint64_t
next_segment(const struct restore_plan *plan, uint64_t next)
{
	if (plan->segment_max >= next)
		next = plan->segment_max + 1;
	return (next / NUMBERS_APART + 1) * NUMBERS_APART;
}

static int
set_next_segment(const struct restore_plan *plan, struct error *err)
{
	struct manifest_step step = { .next_segment = 0 };
	struct manifest *manifest = NULL;
	struct os_file *lock = NULL;
	char path[OS_PATH_SIZE];
	uint64_t torn_bytes;
	int rc = os_path(path, plan->dir, LOCK_NAME, err);

	if (rc == 0)
		rc = os_lock(plan->fs, path, &lock, err);
	if (rc == 0)
		rc = manifest_open(plan->fs, plan->dir, &manifest, &torn_bytes,
		    err);
	if (rc == 0) {
		step.next_segment =
		    next_segment(plan, manifest_state(manifest)->next_segment);
		rc = manifest_append(manifest, &step, err);
	}
	manifest_close(manifest);
	os_close(lock);
	return rc;
}

/* ---- a new directory ---- */

/* Like the one that the archive is of, before its first event. */
static int
make_directory(const struct restore_plan *plan, struct error *err)
{
	const struct manifest_state initial = {
		.directory = plan->last->header.directory,
		.shard_count = plan->shard_count,
		.hash_seed = plan->hash_seed,
		.next_event_id = 1,
		.next_oid = FIRST_USER_OID,
		.next_segment = next_segment(plan, 1),
		.wal_file = 1,
		.wal_group = 1,
	};
	struct manifest *manifest = NULL;
	char path[OS_PATH_SIZE];
	int rc = os_path(path, plan->dir, WAL_DIRECTORY, err);

	if (rc == 0)
		rc = os_mkdir(plan->fs, path, err);
	if (rc == 0)
		rc = manifest_create(plan->fs, plan->dir, &initial, &manifest,
		    err);
	manifest_close(manifest);
	return rc;
}

/* From here on the directory is not to be used before the end. */
static int
begin(const struct restore_plan *plan, struct error *err)
{
	int rc = 0;

	if (plan->is_new) {
		rc = os_mkdir(plan->fs, plan->dir, err);
		if (rc == 0)
			rc = recovery_sync_name(plan->fs, plan->dir, err);
	}
	if (rc == 0)
		rc = restore_mark_set(plan->fs, plan->dir, err);
	if (rc == 0)
		rc = plan->is_new ? make_directory(plan, err)
				  : set_next_segment(plan, err);
	return rc;
}

/* ---- groups ---- */

/* How much of the group comes before the end. */
static size_t
wanted_length(const struct restore_plan *plan,
    const struct archive_group *group)
{
	if (group->header.number < plan->end_group)
		return (size_t)group->header.len;
	return group->header.number == plan->end_group ? plan->end_len : 0;
}

static int
copy_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	const struct restore_plan *const *plan = arg;

	return archive_copy_segment((*plan)->fs, (*plan)->archive_dir,
	    (*plan)->dir, meta, &(*plan)->last->header.directory, err);
}

/*
 * Those that the batches in the first `len` bytes of a group name; and what
 * event_id comes after them.
 */
static int
copy_segments(const struct restore_plan *plan,
    const struct archive_group *group, size_t len, uint64_t *next_event_id,
    struct error *err)
{
	struct reader r = reader_over(group->content, len);
	struct wal_replay_batch batch;
	int rc = 0;

	*next_event_id = group->header.first_event_id;
	while (rc == 0 && wal_next_batch(&r, next_event_id, &batch) == 1)
		rc = archive_each_segment(&batch, copy_segment, &plan, err);
	return rc;
}

static int
restore_group(const struct restore_plan *plan, struct restore_log *log,
    const struct archive_group *group, struct restore_report *report,
    struct error *err)
{
	uint64_t next_event_id;
	size_t len = wanted_length(plan, group);
	int rc;

	report->is_cut = group->header.number >= plan->end_group;
	if (report->is_cut && len == 0)
		return 0;
	rc = restore_log_make_room(log, len, err);
	if (rc == 0)
		rc = copy_segments(plan, group, len, &next_event_id, err);
	if (rc != 0)
		return rc;
	report->groups++;
	report->event_id = next_event_id - 1;
	return restore_log_add(log, &group->header, group->content, len, err);
}

static int
restore_file(const struct restore_plan *plan, struct restore_log *log,
    uint64_t number, struct restore_report *report, struct error *err)
{
	struct archive_reader *reader = NULL;
	struct archive_group group;
	char path[OS_PATH_SIZE];
	int rc = archive_path(path, plan->archive_dir, number, err);

	if (rc == 0)
		rc = archive_open(plan->fs, path, &reader, err);
	while (rc == 0 && !report->is_cut &&
	    (rc = archive_next_group(reader, &group, err)) == 1) {
		rc = 0;
		if (group.header.number >= plan->end.next_group)
			rc = restore_group(plan, log, &group, report, err);
	}
	archive_close(reader);
	report->files++;
	return rc;
}

static int
restore_files(const struct restore_plan *plan,
    const struct engine_options *options, struct restore_report *report,
    struct error *err)
{
	struct restore_log log;
	int rc = 0;

	restore_log_init(&log, plan->fs, plan->dir, options,
	    wal_key(&plan->last->header.directory));
	log.must_recover = !plan->is_new;
	log.archived_file = plan->numbers[plan->count - 1];
	for (size_t i = plan->first;
	     i < plan->limit && rc == 0 && !report->is_cut; i++)
		rc = restore_file(plan, &log, plan->numbers[i], report, err);
	if (rc == 0)
		rc = restore_log_end(&log, err);
	restore_log_release(&log);
	return rc;
}

int
engine_archive_restore(struct os_fs *fs, const char *dir,
    const char *archive_dir, const struct engine_options *options,
    const struct restore_until *until, struct restore_report *report,
    struct error *err)
{
	struct restore_plan plan = {
		.fs = fs,
		.dir = dir,
		.archive_dir = archive_dir,
	};
	int rc = restore_plan_make(&plan, until, err);

	*report = (struct restore_report){ .files = 0 };
	if (rc == 0) {
		report->event_id = plan.end.next_event_id - 1;
		rc = begin(&plan, err);
	}
	if (rc == 0)
		rc = restore_files(&plan, options, report, err);
	if (rc == 0)
		rc = restore_mark_clear(fs, dir, err);
	restore_plan_release(&plan);
	return rc;
}
