/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory whose log is corrupt becomes one that can be opened; before, a
 * MANIFEST that is gets what its copy has (manifest_repair.c).
 *
 *   1  is the log corrupt?  If not, nothing is done.
 *   2  open it past the losses, flush: all that is left is in segments, of
 *      which the MANIFEST in memory alone knows (manifest_defer())
 *   3  what is lost is told, and written to quarantine/, where files that are
 *      suspected get a second name
 *   4  the MANIFEST is replaced: it has the segments, and a log that begins
 *      anew
 *
 * A crash before 4 leaves a directory that has lost nothing of what it was made
 * of: the next time finds the same.  After it the next start removes the files
 * of the old log.
 */
#include "engine/keep/salvage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/keep/flush_all.h"
#include "engine/recovery.h"
#include "engine/wal/wal_private.h"

struct salvager {
	struct os_fs *fs;
	const char *dir;
	char wal_dir[OS_PATH_SIZE];
	struct engine_options options;
	struct salvage salvage;
	struct engine *engine;
	void (*loss)(void *arg, const struct salvage_loss *loss);
	void *arg;
	struct salvage_report *report;
	struct buf ids;  /* uint64_t, of the events that are there */
	struct buf list; /* of what is lost, lines */
	uint64_t next_file;
	uint64_t next_group;
};

/* ---- is it corrupt? ---- */

/* A MANIFEST that is loses nothing, while its copy has what it lacks. */
static int
repair_manifest(struct salvager *s, struct error *err)
{
	char path[OS_PATH_SIZE];
	struct os_file *lock = NULL;
	int rc = os_path(path, s->dir, LOCK_NAME, err);

	if (rc == 0)
		rc = os_lock(s->fs, path, &lock, err);
	if (rc == 0)
		rc = manifest_repair(s->fs, s->dir, err);
	if (rc > 0) {
		s->report->has_repaired = true;
		rc = 0;
	}
	os_close(lock);
	return rc;
}

/* As far as a start would be refused for it. */
static int
look_at_log(struct salvager *s, const struct manifest_state *state,
    uint64_t *losses, struct error *err)
{
	const struct wal_replay_options log = {
		.dir = s->wal_dir,
		.key = wal_key(&state->directory),
		.first_file = state->wal_file,
		.first_group = state->wal_group,
		.synced_group = state->wal_synced,
	};
	const struct catalog *catalog = NULL;
	struct salvage found = { .event_id_floor = 0 };
	struct wal_replay replay;
	int rc = recovery_first_catalog(state, &catalog, err);

	if (rc != 0)
		return rc;
	buf_init(&found.gaps);
	rc = salvage_replay(&found, s->fs, s->dir, &log, state, &catalog,
	    state->shard_count, &replay, err);
	*losses = found.gaps.len / sizeof(struct salvage_gap);
	s->next_file = replay.next_file_number;
	s->next_group = replay.next_group_number;
	buf_release(&found.gaps);
	catalog_unref(catalog);
	return rc;
}

static int
look(struct salvager *s, uint64_t *losses, struct error *err)
{
	struct manifest *manifest = NULL;
	uint64_t torn_bytes;
	int rc = manifest_load(s->fs, s->dir, &manifest, &torn_bytes, err);

	*losses = 0;
	if (rc != 0)
		return rc;
	rc = look_at_log(s, manifest_state(manifest), losses, err);
	manifest_close(manifest);
	return rc;
}

/* ---- what is there ---- */

static int
note_run(struct salvager *s, struct scan *scan, uint32_t run, struct error *err)
{
	int rc = 0;

	for (uint32_t p = 0; p < scan_part_count(scan, run) && rc == 0; p++) {
		struct scan_cursor *cursor = NULL;
		struct batch batch;

		rc = scan_cursor_open(scan, run, p, &cursor, err);
		while (rc == 0 &&
		    (rc = scan_cursor_next(cursor, &batch, err)) == 1) {
			const struct vec *ids = &batch.cols[0];

			for (uint32_t i = 0; i < batch.sel.count; i++)
				buf_put(&s->ids,
				    &ids->i64[vec_index(ids,
					sel_row(batch.sel, i))],
				    sizeof(uint64_t));
			rc = 0;
		}
		scan_cursor_close(cursor);
	}
	return rc;
}

/* The ids of one type's events from `first` to before `limit`; 0: the end. */
static int
note_type(struct salvager *s, struct snapshot *snapshot,
    const struct event_type *type, uint64_t first, uint64_t limit,
    struct error *err)
{
	const uint32_t attnum = COLUMN_EVENT_ID;
	const struct scan_spec spec = {
		.snapshot = snapshot,
		.type = type,
		.attnums = &attnum,
		.attnum_count = 1,
		.event_id_first = first,
		.event_id_last = limit == 0 ? 0 : limit - 1,
	};
	struct scan *scan = NULL;
	struct arena arena;
	int rc;

	arena_init(&arena, NULL);
	rc = scan_open(s->engine, &spec, &arena, &scan, err);
	for (uint32_t r = 0; rc == 0 && r < scan_run_count(scan); r++)
		rc = note_run(s, scan, r, err);
	if (scan != NULL)
		scan_close(scan);
	arena_release(&arena);
	return rc;
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
note_events(struct salvager *s, const struct wal_loss *loss, struct error *err)
{
	struct snapshot *snapshot = engine_snapshot(s->engine, 0, NULL, NULL);
	const struct catalog *catalog;
	int rc = 0;

	if (snapshot == NULL)
		return error_no_memory(err);
	catalog = snapshot_catalog(snapshot);
	buf_reset(&s->ids);
	for (uint32_t i = 0; i < catalog->type_count && rc == 0; i++)
		rc = note_type(s, snapshot, catalog->types[i],
		    loss->first_event_id, loss->next_event_id, err);
	snapshot_unref(snapshot);
	if (rc == 0 && s->ids.failed)
		rc = error_no_memory(err);
	if (s->ids.len > 0)
		qsort(s->ids.data, s->ids.len / sizeof(uint64_t),
		    sizeof(uint64_t), compare_ids);
	return rc;
}

/* ---- what is lost ---- */

void
salvage_loss_put(struct buf *out, const struct salvage_loss *loss)
{
	if (loss->last_event_id == 0)
		buf_printf(out, "events from %" PRIu64 " on",
		    loss->first_event_id);
	else if (loss->last_event_id < loss->first_event_id)
		buf_printf(out, "no event, before event %" PRIu64,
		    loss->first_event_id);
	else
		buf_printf(out, "events %" PRIu64 " .. %" PRIu64,
		    loss->first_event_id, loss->last_event_id);
	if (loss->why != NULL)
		buf_printf(out, ", stored by a statement that lacks %s\n",
		    loss->why);
	else if (loss->last_group < loss->first_group)
		buf_printf(out,
		    ", at the beginning of group %" PRIu64 " of the log, in "
		    "file \"%s\" from offset %" PRIu64 " on\n",
		    loss->first_group, loss->path, loss->offset);
	else
		buf_printf(out,
		    ", groups %" PRIu64 " .. %" PRIu64 " of the log, in file "
		    "\"%s\" from offset %" PRIu64 " on\n",
		    loss->first_group, loss->last_group, loss->path,
		    loss->offset);
}

static void
tell(struct salvager *s, struct salvage_loss *loss, uint64_t first,
    uint64_t last)
{
	loss->first_event_id = first;
	loss->last_event_id = last;
	s->report->losses++;
	salvage_loss_put(&s->list, loss);
	s->loss(s->arg, loss);
}

/*
 * The events of a gap that segments do not have, as ranges; at least one line,
 * as schema changes may have been in it.
 */
static int
tell_gap(struct salvager *s, const struct salvage_gap *gap, struct error *err)
{
	const struct wal_loss *lost = &gap->loss;
	char path[OS_PATH_SIZE] = "";
	struct salvage_loss loss = {
		.first_group = lost->first_group,
		.last_group = lost->last_group,
		.path = path,
		.offset = lost->offset,
		.why = gap->why,
	};
	uint64_t next = lost->first_event_id, told = s->report->losses;
	const uint64_t *ids;
	int rc = note_events(s, lost, err);

	if (rc == 0 && gap->why == NULL)
		rc = wal_file_path(s->wal_dir, lost->first_file, path, err);
	if (rc != 0)
		return rc;
	ids = (const void *)s->ids.data;
	for (size_t i = 0; i < s->ids.len / sizeof(*ids); i++) {
		if (ids[i] > next)
			tell(s, &loss, next, ids[i] - 1);
		next = ids[i] + 1;
	}
	if (lost->next_event_id == 0)
		tell(s, &loss, next, 0);
	else if (next < lost->next_event_id)
		tell(s, &loss, next, lost->next_event_id - 1);
	else if (s->report->losses == told)
		tell(s, &loss, next, next - 1);
	return 0;
}

static int
tell_gaps(struct salvager *s, struct error *err)
{
	const struct salvage_gap *gaps = (const void *)s->salvage.gaps.data;
	size_t count = s->salvage.gaps.len / sizeof(*gaps);
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = tell_gap(s, &gaps[i], err);
	return rc;
}

/* ---- the log begins anew ---- */

/* Is the file one whose bytes may have been of what is lost? */
static bool
is_suspect(const struct salvager *s, uint64_t number)
{
	const struct salvage_gap *gaps = (const void *)s->salvage.gaps.data;
	size_t count = s->salvage.gaps.len / sizeof(*gaps);

	for (size_t i = 0; i < count; i++)
		if (gaps[i].why == NULL && number >= gaps[i].loss.first_file &&
		    number <= gaps[i].loss.last_file)
			return true;
	return false;
}

/* It may have that name of a time before, which did not come to its end. */
static int
link_file(struct salvager *s, const char *from, const char *to,
    struct error *err)
{
	int rc = s->fs->link(s->fs, from, to);

	if (rc == 0 || rc == -EEXIST)
		return 0;
	return os_link(s->fs, from, to, err);
}

struct suspects {
	struct salvager *salvager;
	const char *quarantine;
	int rc;
	struct error *err;
};

static void
link_suspect(void *arg, const char *name)
{
	struct suspects *suspects = arg;
	struct salvager *s = suspects->salvager;
	char from[OS_PATH_SIZE], to[OS_PATH_SIZE];
	uint64_t number;

	if (suspects->rc != 0 || !wal_file_number(name, &number) ||
	    number >= s->next_file || !is_suspect(s, number))
		return;
	suspects->rc = os_path(from, s->wal_dir, name, suspects->err);
	if (suspects->rc == 0)
		suspects->rc =
		    os_path(to, suspects->quarantine, name, suspects->err);
	if (suspects->rc == 0)
		suspects->rc = link_file(s, from, to, suspects->err);
	s->report->quarantined++;
}

/* The list outlives a log of the server's that nobody has kept. */
static int
write_list(struct salvager *s, const char *quarantine, struct error *err)
{
	char name[64];

	if (s->list.failed)
		return error_no_memory(err);
	(void)snprintf(name, sizeof(name), "lost.%" PRIu64, s->next_group);
	return os_write_file(s->fs, quarantine, name, s->list.data, s->list.len,
	    err);
}

static int
quarantine(struct salvager *s, struct error *err)
{
	char path[OS_PATH_SIZE];
	struct suspects suspects = {
		.salvager = s,
		.quarantine = path,
		.err = err,
	};
	int rc = os_path(path, s->dir, QUARANTINE_DIRECTORY, err);

	if (rc == 0)
		rc = os_mkdir(s->fs, path, err);
	if (rc == 0)
		rc = os_list(s->fs, s->wal_dir, link_suspect, &suspects, err);
	if (rc == 0)
		rc = suspects.rc;
	if (rc == 0)
		rc = write_list(s, path, err);
	return rc == 0 ? os_fsync_dir(s->fs, path, err) : rc;
}

/* The MANIFEST knows nothing of it until the last call. */
static int
begin_log(struct salvager *s, struct error *err)
{
	uint32_t unknown = 0;
	int rc = engine_open(s->fs, s->dir, &s->options, &s->engine, err);

	if (rc == 0)
		rc = flush_all(s->engine, err);
	if (rc == 0)
		rc = tell_gaps(s, err);
	if (rc == 0)
		rc = quarantine(s, err);
	if (rc == 0)
		rc = publish_salvaged(&s->engine->publisher, s->next_file,
		    s->next_group, &unknown, err);
	if (rc == 0)
		s->report->event_id = engine_position(s->engine);
	s->report->quarantined += unknown;
	engine_close(s->engine);
	return rc;
}

int
engine_salvage(struct os_fs *fs, const char *dir,
    const struct engine_options *options,
    void (*loss)(void *arg, const struct salvage_loss *loss), void *arg,
    struct salvage_report *report, struct error *err)
{
	struct salvager s = {
		.fs = fs,
		.dir = dir,
		.options = *options,
		.loss = loss,
		.arg = arg,
		.report = report,
	};
	uint64_t losses;
	int rc = os_path(s.wal_dir, dir, WAL_DIRECTORY, err);

	*report = (struct salvage_report){ .losses = 0 };
	buf_init(&s.salvage.gaps);
	buf_init(&s.ids);
	buf_init(&s.list);
	s.options.salvage = &s.salvage;
	s.options.is_retention_off = true;
	s.options.compaction = false;
	s.options.wal_archive_dir = NULL;
	if (rc == 0)
		rc = repair_manifest(&s, err);
	if (rc == 0)
		rc = look(&s, &losses, err);
	if (rc == STELE_E_FILE_MISSING)
		return 0; /* there is no directory yet, or no log */
	if (rc == 0 && losses > 0)
		rc = begin_log(&s, err);
	buf_release(&s.salvage.gaps);
	buf_release(&s.ids);
	buf_release(&s.list);
	return rc;
}
