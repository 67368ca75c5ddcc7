/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive/restore_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/archive/archive_segments.h"
#include "engine/engine_private.h"
#include "engine/keep/restore_mark.h"
#include "engine/wal/wal_read.h"
#include "engine/wal/wal_replay.h"

static int
refuse(struct error *err, const struct restore_plan *plan, const char *what)
{
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "archive \"%s\" %s", plan->archive_dir, what);
}

/* ---- the archive ---- */

static int
read_info(struct restore_plan *plan, size_t i, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = archive_path(path, plan->archive_dir, plan->numbers[i], err);

	if (rc == 0)
		rc = archive_read_info(plan->fs, path, &plan->infos[i], err);
	return rc;
}

/* A file that is damaged is an error only if it is needed. */
static int
read_infos(struct restore_plan *plan, struct error *err)
{
	int rc = archive_list(plan->fs, plan->archive_dir, &plan->numbers,
	    &plan->count, err);

	if (rc == 0 && plan->count == 0)
		rc = error_set(err, STELE_E_FILE_MISSING,
		    "directory \"%s\" has no archived log files",
		    plan->archive_dir);
	if (rc != 0)
		return rc;
	plan->infos = calloc(plan->count, sizeof(plan->infos[0]));
	if (plan->infos == NULL)
		return error_no_memory(err);
	for (size_t i = 0; i < plan->count; i++) {
		rc = read_info(plan, i, err);
		if (rc == 0)
			plan->last = &plan->infos[i];
		else if (rc == STELE_E_CORRUPT)
			plan->infos[i].file_bytes = 0;
		else
			return rc;
	}
	return plan->last != NULL ? 0 : rc;
}

static bool
is_damaged(const struct archive_info *info)
{
	return info->file_bytes == 0;
}

/* ---- the directory ---- */

static void
note_others(void *arg, const char *name)
{
	if (!restore_mark_is(name))
		*(bool *)arg = true;
}

/* One without a MANIFEST: it is empty, or we have begun to make it. */
static int
check_is_new(struct restore_plan *plan, struct error *err)
{
	bool is_ours = false, is_used = false;
	int rc = restore_mark_look(plan->fs, plan->dir, &is_ours, err);

	if (rc == 0 && !is_ours) {
		rc = os_list(plan->fs, plan->dir, note_others, &is_used, err);
		if (rc == STELE_E_FILE_MISSING)
			rc = 0;
	}
	if (rc == 0 && is_used)
		rc = error_set(err, STELE_E_OBJECT_IN_USE,
		    "directory \"%s\" is not empty, and no data directory",
		    plan->dir);
	plan->is_new = true;
	plan->end = (struct log_end){ .next_group = 1, .next_event_id = 1 };
	return rc;
}

/* The last group with content that the archive has too, in one file. */
static int
find_content(struct restore_plan *plan, struct wal_source *source,
    struct error *err)
{
	uint64_t last = plan->last->trailer.last_group;
	struct wal_group_header header;
	struct buf group;
	uint64_t offset = 0;
	int rc;

	buf_init(&group);
	while (
	    (rc = wal_read_group(source, offset, &group, &header, err)) == 1 &&
	    header.number <= last) {
		offset += wal_group_size(header.len);
		if (header.len == 0)
			continue;
		plan->end.content_group = header.number;
		plan->end.content_len = header.len;
		plan->end.content_hash =
		    archive_content_hash(header.number, header.first_event_id,
			group.data + WAL_GROUP_HEADER_SIZE, (size_t)header.len);
	}
	buf_release(&group);
	return rc < 0 ? rc : 0;
}

static int
ignore_batch(void *arg UNUSED, struct wal_replay_batch *batch UNUSED,
    struct error *err UNUSED)
{
	return 0;
}

static int
read_log(struct restore_plan *plan, const struct manifest_state *state,
    struct error *err)
{
	char wal_dir[OS_PATH_SIZE];
	const struct wal_replay_options options = {
		.dir = wal_dir,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
		.synced_group = state->wal_synced,
		.is_read_only = true,
		.batch = ignore_batch,
	};
	struct wal_source source = { .key = options.key };
	struct wal_replay replay;
	int rc = os_path(wal_dir, plan->dir, WAL_DIRECTORY, err);

	if (rc != 0)
		return rc;
	rc = wal_replay(plan->fs, &options, &replay, err);
	for (size_t i = 0; i < replay.file_count && rc == 0; i++) {
		rc = wal_source_open(&source, plan->fs, wal_dir,
		    replay.files[i].number, err);
		if (rc == 0)
			rc = find_content(plan, &source, err);
	}
	wal_source_close(&source);
	plan->end.next_group = replay.next_group_number;
	plan->end.next_event_id = state->next_event_id;
	if (replay.next_event_id > state->next_event_id)
		plan->end.next_event_id = replay.next_event_id;
	wal_replay_release(&replay);
	return rc;
}

static int
check_directory(struct restore_plan *plan, const struct manifest_state *state,
    struct error *err)
{
	if (memcmp(&state->directory, &plan->last->header.directory,
		sizeof(struct uuid)) == 0)
		return 0;
	(void)refuse(err, plan, "is of another directory");
	return error_detail(err, "It does not belong to what is in \"%s\".",
	    plan->dir);
}

static int
read_directory(struct restore_plan *plan, struct error *err)
{
	const struct manifest_state *state;
	struct os_file *lock = NULL;
	char path[OS_PATH_SIZE];
	uint64_t torn_bytes;
	int rc = manifest_load(plan->fs, plan->dir, &plan->manifest,
	    &torn_bytes, err);

	if (rc == STELE_E_FILE_MISSING)
		return check_is_new(plan, err);
	if (rc != 0)
		return rc;
	state = manifest_state(plan->manifest);
	rc = os_path(path, plan->dir, LOCK_NAME, err);
	if (rc == 0)
		rc = os_lock(plan->fs, path, &lock, err);
	if (rc == 0)
		rc = check_directory(plan, state, err);
	if (rc == 0)
		rc = read_log(plan, state, err);
	plan->shard_count = state->shard_count;
	plan->hash_seed = state->hash_seed;
	os_close(lock);
	return rc;
}

/* ---- what is needed ---- */

/* Is the end that is asked for before that of this file? */
static bool
reaches(const struct restore_until *until, const struct archive_info *info)
{
	if (until->has_event_id &&
	    until->event_id < info->trailer.next_event_id - 1)
		return true;
	return until->has_time && info->trailer.time_max > until->time;
}

/* Files [first, limit), from the one with the next group on. */
static void
choose_files(struct restore_plan *plan, const struct restore_until *until)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct archive_info *info = &plan->infos[i];

		if (is_damaged(info))
			continue;
		if (info->trailer.last_group < plan->end.next_group)
			plan->first = i + 1;
		else if (info->header.first_group <= plan->end.next_group)
			plan->first = i;
		else
			break;
	}
	plan->limit = plan->first;
	while (plan->limit < plan->count) {
		const struct archive_info *info = &plan->infos[plan->limit++];

		if (!is_damaged(info) && reaches(until, info))
			break;
	}
}

static int
has_gap(const struct restore_plan *plan, uint64_t next_event_id,
    const struct archive_info *info, struct error *err)
{
	(void)refuse(err, plan, "lacks a part of the log");
	(void)error_detail(err,
	    "After event %" PRIu64 " it goes on in file %016" PRIx64
	    " with event %" PRIu64 ".",
	    next_event_id - 1, info->header.file, info->header.first_event_id);
	return error_hint(err, "Restore a later backup first.");
}

static int
check_one(const struct restore_plan *plan, const struct archive_info *info,
    struct error *err)
{
	if (memcmp(&info->header.directory, &plan->last->header.directory,
		sizeof(struct uuid)) != 0) {
		(void)refuse(err, plan, "has files of several directories");
		return error_detail(err, "One is file %016" PRIx64 ".",
		    info->header.file);
	}
	if (info->header.shard_count == plan->shard_count &&
	    info->header.hash_seed == plan->hash_seed)
		return 0;
	(void)refuse(err, plan, "is of another number of shards");
	(void)error_detail(err,
	    "From event %" PRIu64 " on it has %u shards, the directory %u.",
	    info->header.first_event_id, (unsigned)info->header.shard_count,
	    (unsigned)plan->shard_count);
	return error_hint(err,
	    "Restore until the event before that one, run \"stele reshard\", "
	    "and go on.");
}

/* Do they follow the directory, and each other? */
static int
check_files(struct restore_plan *plan, struct error *err)
{
	uint64_t group = plan->end.next_group;
	uint64_t event_id = plan->end.next_event_id;
	int rc = 0;

	for (size_t i = plan->first; i < plan->limit && rc == 0; i++) {
		const struct archive_info *info = &plan->infos[i];

		if (is_damaged(info))
			return read_info(plan, i, err);
		if (plan->is_new && i == plan->first) {
			plan->shard_count = info->header.shard_count;
			plan->hash_seed = info->header.hash_seed;
		}
		if (info->header.first_group > group)
			return has_gap(plan, event_id, info, err);
		rc = check_one(plan, info, err);
		group = info->trailer.last_group + 1;
		event_id = info->trailer.next_event_id;
	}
	return rc;
}

static int
check_until(const struct restore_plan *plan, const struct restore_until *until,
    struct error *err)
{
	if (!until->has_event_id)
		return 0;
	if (until->event_id >= plan->last->trailer.next_event_id &&
	    until->event_id >= plan->end.next_event_id) {
		(void)refuse(err, plan, "does not go so far");
		return error_detail(err, "Its last event is %" PRIu64 ".",
		    plan->last->trailer.next_event_id - 1);
	}
	if (until->event_id + 1 >= plan->end.next_event_id)
		return 0;
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "directory \"%s\" has event %" PRIu64 " already", plan->dir,
	    plan->end.next_event_id - 1);
}

/* ---- every group ---- */

/* A group that the directory has too: is it the same? */
static int
compare_group(struct restore_plan *plan, const struct archive_group *group,
    struct error *err)
{
	const struct log_end *end = &plan->end;
	const struct wal_group_header *header = &group->header;

	if (header->number == end->content_group &&
	    (header->len < end->content_len ||
		archive_content_hash(header->number, header->first_event_id,
		    group->content,
		    (size_t)end->content_len) != end->content_hash)) {
		(void)refuse(err, plan, "is of another history");
		return error_detail(err,
		    "Before event %" PRIu64
		    " the directory has stored something else.",
		    end->next_event_id);
	}
	if (header->number == end->next_group &&
	    header->first_event_id != end->next_event_id) {
		(void)refuse(err, plan, "is of another history");
		return error_detail(err,
		    "It has event %" PRIu64
		    " where the directory is at %" PRIu64 ".",
		    header->first_event_id, end->next_event_id);
	}
	return 0;
}

/*
 * Two directories that were restored from one archive number their segments
 * alike from then on, and both may go on with it.
 */
static int
check_number(const struct restore_plan *plan, const struct segment_meta *meta,
    struct error *err)
{
	const struct manifest_state *state;

	if (plan->manifest == NULL)
		return 0;
	state = manifest_state(plan->manifest);
	if (!manifest_has(state, meta->number) ||
	    state->segments[manifest_find(state, meta->number)].hash ==
		meta->hash)
		return 0;
	(void)refuse(err, plan,
	    "names another segment than the directory's under one number");
	(void)error_detail(err,
	    "Number %" PRIu64 " is that of a segment which \"%s\" has made "
	    "since it was restored.",
	    meta->number, plan->dir);
	return error_hint(err,
	    "Restore into a new directory, or a later backup.");
}

static int
check_segment(void *arg, const struct segment_meta *meta, struct error *err)
{
	struct restore_plan *plan = arg;
	int rc = check_number(plan, meta, err);

	if (rc != 0)
		return rc;
	if (meta->number > plan->segment_max)
		plan->segment_max = meta->number;
	return segment_verify(plan->fs, plan->archive_dir, meta,
	    &plan->last->header.directory, err);
}

/*
 * The first batch that is not restored is the end.  A batch that was cut off by
 * an earlier restore counts as one.
 */
static int
look_for_end(struct restore_plan *plan, const struct restore_until *until,
    const struct archive_group *group, struct error *err)
{
	struct reader r =
	    reader_over(group->content, (size_t)group->header.len);
	uint64_t event_id = group->header.first_event_id;
	struct wal_replay_batch batch;
	size_t batch_at = 0;
	int rc = 0;

	while (rc == 0 && wal_next_batch(&r, &event_id, &batch) == 1) {
		uint64_t last = batch.row_count == 0 ? event_id : event_id - 1;
		struct archive_counts counts;

		archive_counts_init(&counts);
		if (!archive_count(&counts, &batch))
			return error_set(err, STELE_E_CORRUPT,
			    "log record of event %" PRIu64 " is malformed",
			    batch.first_event_id);
		if ((until->has_event_id && last > until->event_id) ||
		    (until->has_time && counts.time_max > until->time)) {
			plan->end_group = group->header.number;
			plan->end_len = batch_at;
			return 0;
		}
		rc = archive_each_segment(&batch, check_segment, plan, err);
		batch_at = (size_t)group->header.len - reader_left(&r);
	}
	return rc;
}

/* The directory ends within the group: its first statements alone. */
static bool
is_cut_within(const struct restore_plan *plan,
    const struct archive_group *group)
{
	return group->header.number == plan->end.content_group &&
	    group->header.len > plan->end.content_len &&
	    (plan->end_group != group->header.number ||
		plan->end_len != plan->end.content_len);
}

/* One group, in its turn: does it fit, and does the end lie in it? */
static int
plan_group(struct restore_plan *plan, const struct restore_until *until,
    const struct archive_group *group, struct error *err)
{
	uint64_t number = group->header.number;
	int rc;

	if (plan->end_group != UINT64_MAX)
		return 0; /* it comes after the end */
	rc = compare_group(plan, group, err);
	if (rc == 0 &&
	    (number >= plan->end.next_group ||
		number == plan->end.content_group))
		rc = look_for_end(plan, until, group, err);
	if (rc != 0 || !is_cut_within(plan, group))
		return rc;
	(void)refuse(err, plan, "has gone another way");
	return error_detail(err,
	    "The directory was restored until event %" PRIu64
	    ", within a group of the log.",
	    plan->end.next_event_id - 1);
}

static int
read_file(struct restore_plan *plan, const struct restore_until *until,
    size_t i, struct error *err)
{
	struct archive_reader *reader = NULL;
	struct archive_group group;
	char path[OS_PATH_SIZE];
	int rc = archive_path(path, plan->archive_dir, plan->numbers[i], err);

	if (rc == 0)
		rc = archive_open(plan->fs, path, &reader, err);
	while (rc == 0 && (rc = archive_next_group(reader, &group, err)) == 1)
		rc = plan_group(plan, until, &group, err);
	archive_close(reader);
	return rc;
}

static int
read_groups(struct restore_plan *plan, const struct restore_until *until,
    struct error *err)
{
	size_t i = plan->first;
	int rc = 0;

	/* The one that both have may be in a file that is not needed. */
	while (i > 0 && plan->end.content_group != 0 &&
	    plan->infos[i - 1].trailer.last_group >= plan->end.content_group)
		i--;
	plan->end_group = UINT64_MAX;
	for (; i < plan->limit && rc == 0; i++)
		rc = read_file(plan, until, i, err);
	return rc;
}

int
restore_plan_make(struct restore_plan *plan, const struct restore_until *until,
    struct error *err)
{
	int rc = read_infos(plan, err);

	if (rc == 0)
		rc = read_directory(plan, err);
	if (rc != 0)
		return rc;
	choose_files(plan, until);
	rc = check_files(plan, err);
	if (rc == 0)
		rc = check_until(plan, until, err);
	return rc == 0 ? read_groups(plan, until, err) : rc;
}

void
restore_plan_release(struct restore_plan *plan)
{
	free(plan->numbers);
	free(plan->infos);
	manifest_close(plan->manifest);
}
