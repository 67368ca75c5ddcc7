/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive/archiver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/archive/archive.h"
#include "engine/engine_private.h"
#include "engine/recovery.h"
#include "engine/segment/segment.h"
#include "engine/wal/wal_read.h"
#include "os/clock.h"

#define TICK_NS      ((int64_t)1000000000) /* how often it is looked */
#define PAUSE_MAX_NS (32 * TICK_NS)        /* between tries that fail */
#define THREAD_NICE  15

/* ---- is it an archive of ours? ---- */

static int
other_history(const struct archiver *a, const char *why, struct error *err)
{
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "archive \"%s\" cannot go on with the log of this directory",
	    a->dir);
	(void)error_detail(err, "%s", why);
	return error_hint(err,
	    "Set wal_archive_directory to an empty directory, and take a "
	    "backup.");
}

/* The content of a group of a finished file, as archive_content_hash(). */
static int
hash_group(struct archiver *a, const struct wal_finished *finished,
    uint64_t number, uint64_t *hash, struct error *err)
{
	struct engine *engine = a->engine;
	struct wal_source source = { .key = wal_key(&engine->directory) };
	struct wal_group_header header = { .number = 0 };
	struct buf group;
	uint64_t offset = 0;
	int rc;

	*hash = 0;
	buf_init(&group);
	rc = wal_source_open(&source, engine->fs, engine->wal_dir,
	    finished->number, err);
	while (rc == 0 && header.number < number) {
		rc = wal_read_group(&source, offset, &group, &header, err);
		if (rc != 1)
			break;
		offset += wal_group_size(header.len);
		rc = 0;
	}
	if (rc == 0 && header.number == number)
		*hash = archive_content_hash(number, header.first_event_id,
		    group.data + WAL_GROUP_HEADER_SIZE, (size_t)header.len);
	wal_source_close(&source);
	buf_release(&group);
	return rc;
}

/* Keeps V3. */
static int
check_history(struct archiver *a, const struct archive_info *last,
    struct error *err)
{
	const struct archive_trailer *trailer = &last->trailer;
	struct wal_finished finished;
	uint64_t hash;
	int rc;

	if (memcmp(&last->header.directory, &a->engine->directory,
		sizeof(struct uuid)) != 0)
		return other_history(a,
		    "It has log files of another directory.", err);
	if (trailer->last_group > a->start_group)
		return other_history(a,
		    "It goes further than this log: this directory is older, "
		    "or a copy.",
		    err);
	if (trailer->content_group == 0 ||
	    !wal_next_finished(a->engine->wal, trailer->content_group - 1,
		&finished) ||
	    finished.first_group > trailer->content_group)
		return 0; /* the log does not have it any more */
	rc = hash_group(a, &finished, trailer->content_group, &hash, err);
	if (rc == 0 && hash != trailer->content_hash)
		rc = other_history(a, "The two differ in what both have.", err);
	return rc;
}

/* Where the archive ends. */
static int
find_end(struct archiver *a, struct error *err)
{
	struct os_fs *fs = a->engine->fs;
	struct archive_info last;
	char path[OS_PATH_SIZE];
	uint64_t *numbers = NULL;
	size_t count;
	int rc = archive_list(fs, a->dir, &numbers, &count, err);

	a->group = a->file = 0;
	if (rc == 0 && count > 0) {
		a->file = numbers[count - 1];
		rc = archive_path(path, a->dir, numbers[count - 1], err);
		if (rc == 0)
			rc = archive_read_info(fs, path, &last, err);
		if (rc == 0)
			rc = check_history(a, &last, err);
		if (rc == 0)
			a->group = last.trailer.last_group;
	}
	free(numbers);
	return rc;
}

static int
open_archive(struct archiver *a, struct error *err)
{
	struct engine *engine = a->engine;
	char path[OS_PATH_SIZE];
	int rc = os_mkdir(engine->fs, a->dir, err);

	if (rc == 0)
		rc = recovery_sync_name(engine->fs, a->dir, err);
	if (rc == 0)
		rc = os_path(path, a->dir, LOCK_NAME, err);
	if (rc == 0)
		rc = os_lock(engine->fs, path, &a->file_lock, err);
	if (rc == 0)
		rc = os_fsync_dir(engine->fs, a->dir, err);
	if (rc == 0)
		rc = find_end(a, err);
	if (rc != 0) {
		os_close(a->file_lock);
		a->file_lock = NULL;
	}
	return rc;
}

/* ---- segments that the log names ---- */

bool
archiver_hold(struct archiver *a, struct segment *const *segments,
    uint32_t count)
{
	size_t len;
	bool is_held;

	if (a->engine == NULL)
		return true;
	pthread_mutex_lock(&a->lock);
	len = a->held.len;
	for (uint32_t i = 0; i < count; i++)
		buf_put(&a->held, &segments[i], sizeof(segments[i]));
	is_held = !a->held.failed;
	if (is_held) {
		for (uint32_t i = 0; i < count; i++)
			(void)segment_ref(segments[i]);
	} else {
		a->held.len = len;
		a->held.failed = false;
	}
	pthread_mutex_unlock(&a->lock);
	return is_held;
}

/* Under the lock: one whose events are none after this one; NULL: no more. */
static struct segment *
take_held(struct archiver *a, uint64_t event_id)
{
	struct segment **held = (struct segment **)(void *)a->held.data;
	size_t count = a->held.len / sizeof(struct segment *);

	for (size_t i = 0; i < count; i++) {
		struct segment *segment = held[i];

		if (segment_meta(segment)->event_id_last > event_id)
			continue;
		held[i] = held[count - 1];
		a->held.len -= sizeof(struct segment *);
		return segment;
	}
	return NULL;
}

static void
release_held(struct archiver *a, uint64_t event_id)
{
	struct segment *segment;

	do {
		pthread_mutex_lock(&a->lock);
		segment = take_held(a, event_id);
		pthread_mutex_unlock(&a->lock);
		segment_unref(segment); /* maybe the last: its file goes */
	} while (segment != NULL);
}

/* ---- one file ---- */

static void
note_done(struct archiver *a, const struct archive_info *info)
{
	pthread_mutex_lock(&a->lock);
	a->status.files++;
	a->status.bytes += info->file_bytes;
	a->status.log_bytes += info->trailer.log_bytes;
	a->status.event_id = info->trailer.next_event_id - 1;
	a->status.archived_us = info->header.archived_us;
	pthread_mutex_unlock(&a->lock);
	release_held(a, info->trailer.next_event_id - 1);
	log_debug(LOG_WAL, "archived", LOG_UINT("file", info->header.file),
	    LOG_UINT("bytes", info->file_bytes));
}

static void
note_failure(struct archiver *a, const struct error *failure)
{
	log_warn(LOG_WAL, "could not archive the log, it grows",
	    LOG_FAILURE(failure));
	pthread_mutex_lock(&a->lock);
	a->status.failures++;
	a->status.failed_us = os_clock_wall_us(os_clock_real());
	snprintf(a->status.message, sizeof(a->status.message), "%s",
	    failure->message);
	pthread_mutex_unlock(&a->lock);
}

/* Up to the end of this file: it may go now. */
static void
go_on_after(struct archiver *a, const struct wal_finished *finished)
{
	a->group = finished->last_group;
	wal_archived(a->engine->wal, a->group); /* keeps V2 */
}

/*
 * It names a segment that was merged away when nobody kept it: it is from before
 * archiving was switched on, or of a backup.  No try would ever be better, and
 * the log would grow for ever.
 */
static void
leave_out(struct archiver *a, const struct wal_finished *finished,
    uint64_t segment)
{
	log_warn(LOG_WAL,
	    "a log file cannot be archived any more, the archive has a gap, "
	    "take a backup to go on from",
	    LOG_UINT("file", finished->number), LOG_UINT("segment", segment),
	    LOG_UINT("first_group", finished->first_group),
	    LOG_UINT("last_group", finished->last_group));
	go_on_after(a, finished);
}

static int
archive_file(struct archiver *a, const struct wal_finished *finished,
    struct error *err)
{
	struct engine *engine = a->engine;
	struct archive_info info;
	uint64_t lost_segment;
	const struct archive_source source = {
		.dir = engine->dir,
		.wal_dir = engine->wal_dir,
		.header = {
			.directory = engine->directory,
			.shard_count = engine->shard_count,
			.hash_seed = engine->hash_seed,
			.file = finished->number,
			.first_group = finished->first_group,
			.archived_us = os_clock_wall_us(os_clock_real()),
		},
		.last_group = finished->last_group,
		.catalog = commit_catalog(engine),
	};
	int rc = archive_write(engine->fs, a->dir, &source, &info,
	    &lost_segment, err);

	catalog_unref(source.catalog);
	if (rc != 0 && lost_segment != 0) {
		leave_out(a, finished, lost_segment);
		return 0;
	}
	if (rc != 0)
		return rc;
	a->file = finished->number;
	go_on_after(a, finished);
	note_done(a, &info);
	return 0;
}

/* The next file: 1, 0 if none is finished, or an error. */
static int
archive_next(struct archiver *a, struct error *err)
{
	struct wal_finished finished;
	int rc = a->file_lock == NULL ? open_archive(a, err) : 0;

	if (rc != 0)
		return rc;
	wal_archived(a->engine->wal, a->group);
	if (!wal_next_finished(a->engine->wal, a->group, &finished))
		return 0;
	if (finished.number <= a->file) /* keeps V5 */
		return other_history(a,
		    "It has a file with the number of the next one.", err);
	if (a->group != 0 && finished.first_group > a->group + 1)
		log_warn(LOG_WAL,
		    "the archive has a gap, take a backup to go on from",
		    LOG_UINT("last_group", a->group),
		    LOG_UINT("next_group", finished.first_group));
	rc = archive_file(a, &finished, err);
	return rc == 0 ? 1 : rc;
}

/* All that are finished; what cannot be archived now is tried again. */
static void
archive_all(struct archiver *a)
{
	struct error err;
	int rc;

	while ((rc = archive_next(a, &err)) == 1) {
		publish_log_release(&a->engine->publisher);
		a->pause_ns = 0;
	}
	if (rc == 0) {
		a->pause_ns = 0; /* it can be opened, if nothing else */
		return;
	}
	note_failure(a, &err);
	a->pause_ns = a->pause_ns == 0 ? TICK_NS : 2 * a->pause_ns;
	if (a->pause_ns > PAUSE_MAX_NS)
		a->pause_ns = PAUSE_MAX_NS;
}

/* ---- the thread ---- */

/* Until there may be work; after a failure for some time in any case. */
static bool
wait_for_work(struct archiver *a)
{
	int64_t until_ns = os_clock_monotonic_ns(os_clock_real()) +
	    (a->pause_ns != 0 ? a->pause_ns : TICK_NS);
	bool go_on;

	pthread_mutex_lock(&a->lock);
	while (!a->is_stopping && (!a->has_work || a->pause_ns != 0) &&
	    os_cond_wait_until(&a->wake, &a->lock, until_ns))
		continue;
	a->has_work = false;
	go_on = !a->is_stopping;
	pthread_mutex_unlock(&a->lock);
	return go_on;
}

static void
archiver_thread(void *arg)
{
	struct archiver *a = arg;

	do
		archive_all(a);
	while (wait_for_work(a));
}

void
archiver_wake(struct archiver *a)
{
	if (a->engine == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->has_work = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

/* ---- life ---- */

int
archiver_init(struct archiver *a, struct engine *engine, struct error *err)
{
	const char *dir = engine->options.wal_archive_dir;
	int rc = 0;

	*a = (struct archiver){ .engine = NULL };
	if (dir == NULL || dir[0] == '\0')
		return 0;
	if (dir[0] != '/')
		rc = os_path(a->dir, engine->dir, dir, err);
	else if (strlen(dir) >= sizeof(a->dir))
		rc = error_set(err, STELE_E_LIMIT,
		    "path of the archive is too long");
	else
		memcpy(a->dir, dir, strlen(dir) + 1);
	if (rc != 0)
		return rc;
	a->engine = engine;
	a->status.dir = a->dir;
	buf_init(&a->held);
	pthread_mutex_init(&a->lock, NULL);
	os_cond_init(&a->wake);
	return 0;
}

bool
archiver_is_on(const struct archiver *a)
{
	return a->engine != NULL;
}

int
archiver_start(struct archiver *a, struct error *err)
{
	const struct os_thread_options options = {
		.name = "archive",
		.nice = THREAD_NICE,
	};
	int rc;

	if (a->engine == NULL)
		return 0;
	a->start_group = wal_synced_group(a->engine->wal);
	rc = open_archive(a, err);
	if (rc == STELE_E_OBJECT_IN_USE ||
	    rc == STELE_E_NOT_IN_PREREQUISITE_STATE)
		return rc;
	return os_thread_start(&a->thread, &options, archiver_thread, a, err);
}

void
archiver_stop(struct archiver *a)
{
	if (a->engine == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->is_stopping = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	os_thread_join(&a->thread);
}

void
archiver_finish(struct archiver *a)
{
	struct error err;
	int rc;

	/* Opened: the last try has not failed in a way that this one would. */
	if (a->engine == NULL || a->file_lock == NULL ||
	    a->engine->wal == NULL || a->pause_ns != 0)
		return;
	do
		rc = archive_next(a, &err);
	while (rc == 1);
	if (rc != 0)
		note_failure(a, &err);
}

void
archiver_release(struct archiver *a)
{
	struct segment *segment;

	if (a->engine == NULL)
		return;
	/* What is not archived yet stays for the next start (V4). */
	while ((segment = take_held(a, UINT64_MAX)) != NULL) {
		segment_keep_file(segment);
		segment_unref(segment);
	}
	buf_release(&a->held);
	os_close(a->file_lock);
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	a->engine = NULL;
}

void
engine_archive_status(struct engine *engine, struct archive_status *out)
{
	struct archiver *a = &engine->archiver;

	*out = (struct archive_status){ .dir = NULL };
	if (a->engine == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	*out = a->status;
	pthread_mutex_unlock(&a->lock);
}
