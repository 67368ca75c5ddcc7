/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups: their room, their place, and the thread that writes them.
 *
 *   wal_begin()            queue          log thread
 *   filling  --- closed ---> o o o ---> written ---> synced
 *
 * A group closes when the log thread is free and takes it, when the next batch
 * does not fit it, or at once if it is an adopted one.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/must.h"
#include "engine/engine.h"
#include "engine/wal/wal_private.h"
#include "os/clock.h"
#include "os/rest.h"

void
wal_lock(struct wal *wal)
{
	pthread_mutex_lock(&wal->lock);
}

static bool
has_group(const struct wal *wal)
{
	return wal->queue_head != NULL || wal->filling != NULL;
}

void
wal_unlock(struct wal *wal)
{
	bool wake = wal->log_is_waiting && has_group(wal);

	if (wake)
		wal->log_is_waiting = false; /* one wake-up is enough */
	pthread_mutex_unlock(&wal->lock);
	if (wake)
		pthread_cond_signal(&wal->log_wake);
}

/* ---- room and place ---- */

static bool
fits_filling(const struct wal *wal, uint64_t len)
{
	const struct wal_group *group = wal->filling;

	return group != NULL && group->len + len <= WAL_BUFFER_SIZE &&
	    group->offset +
		wal_group_size(group->len - WAL_GROUP_HEADER_SIZE + len) <=
	    group->file->size_bytes;
}

/* Where the group after all that are begun starts, in the current file. */
static uint64_t
next_offset(const struct wal *wal)
{
	if (wal->filling == NULL)
		return wal->current_offset;
	return wal->filling->offset +
	    wal_group_size(wal->filling->len - WAL_GROUP_HEADER_SIZE);
}

static bool
fits_current(const struct wal *wal, uint64_t len)
{
	return wal->current != NULL &&
	    next_offset(wal) + wal_group_size(len) <= wal->current->size_bytes;
}

int
wal_admit(struct wal *wal, uint64_t len, struct wal_group **group,
    struct error *err)
{
	*group = NULL;
	if (wal->has_failed) {
		*err = wal->failure;
		return err->code;
	}
	if (fits_filling(wal, len)) {
		*group = wal->filling;
		return 1;
	}
	if (len <= WAL_COPY_SIZE_MAX && wal->buffer_count == 0) {
		wal->room_is_wanted = true;
		return 0;
	}
	if (fits_current(wal, len))
		return 1;
	if (wal->ready != NULL && wal_group_size(len) <= wal->ready->size_bytes)
		return 1;
	if (wal->make_error.code != 0) {
		*err = wal->make_error;
		return wal->make_error.code;
	}
	if (wal_group_size(len) > wal->wanted_size)
		wal->wanted_size = wal_group_size(len);
	wal->room_is_wanted = true;
	pthread_cond_signal(&wal->file_wake);
	return 0;
}

static void
close_filling(struct wal *wal)
{
	struct wal_group *group = wal->filling;

	if (group == NULL)
		return;
	wal->filling = NULL;
	wal->current_offset =
	    group->offset + wal_group_size(group->len - WAL_GROUP_HEADER_SIZE);
	group->next = NULL;
	*wal->queue_tail = group;
	wal->queue_tail = &group->next;
}

/* Give a group of `len` content bytes its number and its place. */
static void
place_group(struct wal *wal, struct wal_group *group, uint64_t len)
{
	close_filling(wal);
	if (!fits_current(wal, len)) {
		MUST(wal->ready != NULL); /* wal_admit() has seen it */
		wal->current = wal->ready;
		wal->current_offset = 0;
		wal->ready = NULL;
		wal->wanted_size = 0;
		wal->current->first_group = wal->next_group_number;
		wal->current->next = NULL;
		*wal->files_tail = wal->current;
		wal->files_tail = &wal->current->next;
		pthread_cond_signal(&wal->file_wake);
	}
	group->number = wal->next_group_number++;
	group->file = wal->current;
	group->offset = wal->current_offset;
	group->last_event_id = 0;
	group->generation = 0;
	group->must_sync = false;
	group->next = NULL;
	wal->filling = group;
}

void
wal_begin(struct wal *wal, struct wal_group *group, uint64_t len)
{
	MUST(wal->buffer_count > 0 && len <= WAL_COPY_SIZE_MAX);
	place_group(wal, group, len);
	group->data = wal->buffers[--wal->buffer_count];
	group->len = WAL_GROUP_HEADER_SIZE;
	group->is_adopted = false;
}

void
wal_append(struct wal *wal, struct wal_group *group, const uint8_t *batch,
    size_t len)
{
	assert(group == wal->filling);
	MUST(group->len + len <= WAL_BUFFER_SIZE);
	memcpy(group->data + group->len, batch, len);
	group->len += len;
}

void
wal_adopt(struct wal *wal, struct wal_group *group, uint8_t *data, uint64_t len)
{
	place_group(wal, group, len - WAL_GROUP_HEADER_SIZE);
	group->data = data;
	group->len = len;
	group->is_adopted = true;
	close_filling(wal); /* its bytes are those of one batch: W5 */
}

/* ---- the log thread ---- */

/*
 * W4: from now on nothing is written, and nobody is admitted.  Whatever the
 * reason was, a full disk too: what the groups left on disk is not known.
 */
static void
fail(struct wal *wal, const struct error *err)
{
	pthread_mutex_lock(&wal->lock);
	wal->has_failed = true;
	wal->failure = *err;
	wal->failure.code = STELE_E_OS;
	wal->filling = NULL;
	wal->queue_head = NULL;
	wal->queue_tail = &wal->queue_head;
	pthread_mutex_unlock(&wal->lock);
	wal->unsynced_head = NULL;
	wal->unsynced_tail = &wal->unsynced_head;
	wal->hooks.failed(wal->hooks.arg, &wal->failure); /* constant now */
}

/* What others do with the number depends on no other memory. */
static void
note_synced(struct wal *wal, uint64_t number)
{
	atomic_store_explicit(&wal->synced_number, number,
	    memory_order_relaxed);
}

uint64_t
wal_synced_group(const struct wal *wal)
{
	return atomic_load_explicit(&wal->synced_number, memory_order_relaxed);
}

/* One of the numbers that others may look at; this thread alone changes it. */
static void
note(atomic_uint_least64_t *number, uint64_t value)
{
	atomic_store_explicit(number, value, memory_order_relaxed);
}

static uint64_t
noted(const atomic_uint_least64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

static uint64_t
ns_since(int64_t started_ns)
{
	int64_t now_ns = os_clock_monotonic_ns(os_clock_real());

	return now_ns > started_ns ? (uint64_t)(now_ns - started_ns) : 0;
}

/* Sync what is written and hand it back. */
static int
sync_written(struct wal *wal, struct error *err)
{
	struct wal_group *groups = wal->unsynced_head;
	int64_t started_ns;
	int rc;

	if (groups == NULL)
		return 0;
	os_rest_note_short();
	started_ns = os_clock_monotonic_ns(os_clock_real());
	rc = os_fdatasync(wal->written_file->file, err);
	if (rc != 0)
		return rc;
	histogram_add(&wal->sync_ns, ns_since(started_ns));
	for (struct wal_group *group = groups; group != NULL;
	     group = group->next)
		note_synced(wal, group->number);
	note(&wal->synced_event_id, wal->next_event_id - 1);
	wal->unsynced_head = NULL;
	wal->unsynced_tail = &wal->unsynced_head;
	wal->unsynced_must_sync = false;
	wal->hooks.synced(wal->hooks.arg, groups);
	return 0;
}

static void
encode_group(const struct wal *wal, struct wal_group *group)
{
	const struct wal_group_header header = {
		.file = group->file->number,
		.offset = group->offset,
		.number = group->number,
		.len = group->len - WAL_GROUP_HEADER_SIZE,
		.synced = wal_synced_group(wal), /* keeps W3 */
		.first_event_id = group->first_event_id,
	};
	uint64_t size = wal_group_size(header.len);

	memset(group->data + group->len, 0, (size_t)(size - group->len));
	wal_group_encode(group->data, &header, wal->options.key);
}

/* The group's bytes are written: its buffer may be filled again. */
static void
give_buffer_back(struct wal *wal, struct wal_group *group)
{
	bool is_wanted;

	if (group->is_adopted)
		return;
	pthread_mutex_lock(&wal->lock);
	wal->buffers[wal->buffer_count++] = group->data;
	is_wanted = wal->room_is_wanted;
	wal->room_is_wanted = false;
	pthread_mutex_unlock(&wal->lock);
	group->data = NULL;
	if (is_wanted)
		wal->hooks.room(wal->hooks.arg);
}

/* A group is written. */
static void
count_group(struct wal *wal, const struct wal_group *group, uint64_t size,
    int64_t started_ns)
{
	uint64_t next_event_id = group->last_event_id == 0
	    ? group->first_event_id
	    : group->last_event_id + 1;

	wal->next_event_id = next_event_id;
	note(&wal->written_event_id, next_event_id - 1);
	note(&wal->written_bytes, noted(&wal->written_bytes) + size);
	histogram_add(&wal->group_rows, next_event_id - group->first_event_id);
	histogram_add(&wal->write_ns, ns_since(started_ns));
}

static int
write_group(struct wal *wal, struct wal_group *group, struct error *err)
{
	uint64_t size = wal_group_size(group->len - WAL_GROUP_HEADER_SIZE);
	int64_t started_ns;
	int rc;

	wal->hooks.closed(wal->hooks.arg, group);
	if (wal->written_file != group->file) {
		rc = sync_written(wal, err); /* keeps W2 */
		if (rc != 0)
			return rc;
		wal->written_file = group->file;
	}
	encode_group(wal, group);
	started_ns = os_clock_monotonic_ns(os_clock_real());
	rc = os_pwrite_full(group->file->file, group->data, (size_t)size,
	    group->offset, err);
	if (rc != 0)
		return rc;
	count_group(wal, group, size, started_ns);
	if (wal->unsynced_head == NULL)
		wal->unsynced_since_ns = os_clock_monotonic_ns(os_clock_real());
	wal->unsynced_must_sync |= group->must_sync;
	group->next = NULL;
	*wal->unsynced_tail = group;
	wal->unsynced_tail = &group->next;
	give_buffer_back(wal, group);
	wal->hooks.written(wal->hooks.arg, group);
	return 0;
}

/* Under the lock. */
static struct wal_group *
take_group(struct wal *wal)
{
	struct wal_group *group;

	if (wal->queue_head == NULL)
		close_filling(wal);
	group = wal->queue_head;
	if (group == NULL)
		return NULL;
	wal->queue_head = group->next;
	if (wal->queue_head == NULL)
		wal->queue_tail = &wal->queue_head;
	if (group->last_event_id > group->file->last_event_id)
		group->file->last_event_id = group->last_event_id;
	if (group->generation > group->file->generation)
		group->file->generation = group->generation;
	return group;
}

/* Under the lock: what to write next, or NULL when it is time to sync. */
static struct wal_group *
wait_for_group(struct wal *wal)
{
	for (;;) {
		struct wal_group *group = NULL;
		bool in_time = true;

		if (!wal->has_failed)
			group = take_group(wal);
		if (group != NULL || wal->is_stopping)
			return group;
		wal->log_is_waiting = true;
		if (wal->unsynced_head == NULL)
			pthread_cond_wait(&wal->log_wake, &wal->lock);
		else
			in_time = os_cond_wait_until(&wal->log_wake, &wal->lock,
			    wal->unsynced_since_ns +
				wal->options.sync_interval_ns);
		wal->log_is_waiting = false;
		if (!in_time)
			return NULL;
	}
}

/*
 * The end of a clean run: an empty group whose header says that all before it
 * is synced, so that the next start need not copy the tail.  Best effort.
 */
static void
write_end_mark(struct wal *wal)
{
	uint8_t bytes[WAL_ALIGN] = { 0 };
	struct wal_group_header header = {
		.number = wal_synced_group(wal) + 1,
		.synced = wal_synced_group(wal),
		.first_event_id = wal->next_event_id,
	};
	struct error err;

	if (wal->has_failed || wal->written_file == NULL ||
	    wal->written_file != wal->current || !fits_current(wal, 0))
		return;
	header.file = wal->current->number;
	header.offset = wal->current_offset;
	wal_group_encode(bytes, &header, wal->options.key);
	if (os_pwrite_full(wal->current->file, bytes, sizeof(bytes),
		header.offset, &err) != 0 ||
	    os_fdatasync(wal->current->file, &err) != 0)
		log_warn(LOG_WAL, "could not mark the end of the log",
		    LOG_FAILURE(&err));
	else
		note_synced(wal, header.number);
}

static bool
must_sync_now(const struct wal *wal)
{
	return wal->unsynced_head != NULL &&
	    (wal->unsynced_must_sync ||
		os_clock_monotonic_ns(os_clock_real()) >=
		    wal->unsynced_since_ns + wal->options.sync_interval_ns);
}

static void
log_thread(void *arg)
{
	struct wal *wal = arg;

	for (;;) {
		struct wal_group *group;
		struct error err;
		bool stop;
		int rc = 0;

		pthread_mutex_lock(&wal->lock);
		group = wait_for_group(wal);
		stop = wal->is_stopping && group == NULL;
		pthread_mutex_unlock(&wal->lock);
		if (group != NULL)
			rc = write_group(wal, group, &err);
		if (rc == 0 && (stop || must_sync_now(wal)))
			rc = sync_written(wal, &err);
		if (rc != 0)
			fail(wal, &err);
		if (stop) {
			write_end_mark(wal);
			return;
		}
	}
}

/* ---- files that are needed no more ---- */

/* Under the lock: a file that was released goes to the spares or away. */
static void
retire_file(struct wal *wal, struct wal_file *file)
{
	if (file->size_bytes == wal->options.file_size_bytes &&
	    wal->spare_count < WAL_SPARE_MAX) {
		file->next = wal->spare;
		wal->spare = file;
		wal->spare_count++;
		return;
	}
	file->next = wal->retired;
	wal->retired = file;
}

/* Under the lock: groups of it are still to be written? */
static bool
is_being_written(const struct wal *wal, const struct wal_file *file)
{
	const struct wal_group *first =
	    wal->queue_head != NULL ? wal->queue_head : wal->filling;

	return file == wal->current || (first != NULL && file == first->file);
}

/* Under the lock: of a file that is not being written. */
static uint64_t
last_group(const struct wal *wal, const struct wal_file *file)
{
	return file->next != NULL ? file->next->first_group - 1
				  : wal_synced_group(wal);
}

static bool
is_released(const struct wal_file *file, uint64_t event_id, uint64_t generation)
{
	return file->last_event_id <= event_id &&
	    file->generation <= generation;
}

uint64_t
wal_first_needed(struct wal *wal, uint64_t event_id, uint64_t generation,
    uint64_t *first_group)
{
	struct wal_file *file;
	uint64_t number = 0;

	pthread_mutex_lock(&wal->lock);
	*first_group = wal->next_group_number;
	for (file = wal->files_head; file != NULL; file = file->next) {
		number = file->number;
		if (is_being_written(wal, file) ||
		    !is_released(file, event_id, generation) ||
		    last_group(wal, file) > wal->archived_group)
			break;
	}
	if (file != NULL)
		*first_group = file->first_group;
	else if (number != 0)
		number++;
	pthread_mutex_unlock(&wal->lock);
	return number;
}

void
wal_release(struct wal *wal, uint64_t first_needed)
{
	pthread_mutex_lock(&wal->lock);
	while (
	    wal->files_head != NULL && wal->files_head->number < first_needed) {
		struct wal_file *file = wal->files_head;

		MUST(!is_being_written(wal, file));
		wal->files_head = file->next;
		if (wal->files_head == NULL)
			wal->files_tail = &wal->files_head;
		retire_file(wal, file);
	}
	pthread_cond_signal(&wal->file_wake);
	pthread_mutex_unlock(&wal->lock);
}

bool
wal_next_finished(struct wal *wal, uint64_t group, struct wal_finished *out)
{
	bool is_found = false;

	pthread_mutex_lock(&wal->lock);
	for (struct wal_file *file = wal->files_head;
	     file != NULL && !is_found && !is_being_written(wal, file);
	     file = file->next) {
		*out = (struct wal_finished){
			.number = file->number,
			.first_group = file->first_group,
			.last_group = last_group(wal, file),
		};
		if (out->last_group > wal_synced_group(wal))
			break; /* the log thread is at its end */
		is_found = out->last_group > group;
	}
	pthread_mutex_unlock(&wal->lock);
	return is_found;
}

void
wal_archived(struct wal *wal, uint64_t group)
{
	pthread_mutex_lock(&wal->lock);
	wal->archived_group = group;
	pthread_mutex_unlock(&wal->lock);
}

uint64_t
wal_size(struct wal *wal, uint64_t event_id, uint64_t generation)
{
	const struct wal_file *file;
	uint64_t size = 0;

	pthread_mutex_lock(&wal->lock);
	file = wal->files_head;
	while (file != NULL && file != wal->current &&
	    is_released(file, event_id, generation))
		file = file->next;
	for (; file != NULL; file = file->next)
		size += file->size_bytes;
	pthread_mutex_unlock(&wal->lock);
	return size;
}

/* ---- watching ---- */

static struct log_times
times_of(const struct histogram_summary *summary)
{
	return (struct log_times){
		.count = summary->count,
		.total_ns = summary->sum,
		.median_ns = summary->median,
		.p99_ns = summary->p99,
		.max_ns = summary->max,
	};
}

/* Under the lock. */
static void
count_files(const struct wal *wal, struct log_status *out)
{
	const struct wal_file *file = wal->files_head;

	for (; file != NULL; file = file->next) {
		out->file_count++;
		out->file_bytes += file->size_bytes;
		if (!is_being_written(wal, file) &&
		    last_group(wal, file) > wal->archived_group)
			out->unarchived_count++;
	}
	out->spare_count = wal->spare_count + (wal->ready != NULL);
	if (wal->current != NULL)
		out->current_file = wal->current->number;
	out->current_offset = next_offset(wal);
}

void
wal_status(struct wal *wal, struct log_status *out)
{
	struct histogram_summary groups = histogram_summary(&wal->group_rows);
	struct histogram_summary writes = histogram_summary(&wal->write_ns);
	struct histogram_summary syncs = histogram_summary(&wal->sync_ns);

	out->group_count = groups.count;
	out->row_count = groups.sum;
	out->group_rows_p99 = groups.p99;
	out->group_rows_max = groups.max;
	out->writes = times_of(&writes);
	out->syncs = times_of(&syncs);
	/* synced first: it is never ahead of what is written */
	out->synced_event_id = noted(&wal->synced_event_id);
	out->written_event_id = noted(&wal->written_event_id);
	out->written_bytes = noted(&wal->written_bytes);
	out->buffer_bytes = WAL_BUFFER_COUNT * (WAL_BUFFER_SIZE + WAL_ALIGN);
	pthread_mutex_lock(&wal->lock);
	count_files(wal, out);
	pthread_mutex_unlock(&wal->lock);
}

/* ---- life ---- */

static void
free_files(struct wal_file *files)
{
	while (files != NULL) {
		struct wal_file *file = files;

		files = file->next;
		wal_file_free(file);
	}
}

static void
wal_free(struct wal *wal)
{
	free_files(wal->files_head);
	free_files(wal->spare);
	free_files(wal->retired);
	wal_file_free(wal->ready);
	free(wal->buffer_memory);
	pthread_mutex_destroy(&wal->lock);
	pthread_cond_destroy(&wal->log_wake);
	pthread_cond_destroy(&wal->file_wake);
	free(wal);
}

static int
add_old_files(struct wal *wal, const struct wal_old_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct wal_file *file = calloc(1, sizeof(*file));

		if (file == NULL)
			return -1;
		file->number = files[i].number;
		file->size_bytes = files[i].size_bytes;
		file->first_group = files[i].first_group;
		file->last_event_id = files[i].last_event_id;
		file->generation = files[i].generation;
		*wal->files_tail = file;
		wal->files_tail = &file->next;
	}
	return 0;
}

static int
add_buffers(struct wal *wal)
{
	const size_t size = WAL_BUFFER_SIZE + WAL_ALIGN;

	wal->buffer_memory = malloc(WAL_BUFFER_COUNT * size);
	if (wal->buffer_memory == NULL)
		return -1;
	while (wal->buffer_count < WAL_BUFFER_COUNT) {
		wal->buffers[wal->buffer_count] =
		    wal->buffer_memory + wal->buffer_count * size;
		wal->buffer_count++;
	}
	return 0;
}

static void
stop_threads(struct wal *wal)
{
	pthread_mutex_lock(&wal->lock);
	wal->is_stopping = true;
	pthread_cond_signal(&wal->log_wake);
	pthread_cond_signal(&wal->file_wake);
	pthread_mutex_unlock(&wal->lock);
	os_thread_join(&wal->log_thread);
	os_thread_join(&wal->file_thread);
}

static int
start_threads(struct wal *wal, struct error *err)
{
	const struct os_thread_options log = { .name = "log" };
	const struct os_thread_options files = { .name = "log-files" };
	int rc = os_thread_start(&wal->log_thread, &log, log_thread, wal, err);

	if (rc == 0)
		rc = os_thread_start(&wal->file_thread, &files, wal_file_thread,
		    wal, err);
	return rc;
}

int
wal_open(struct os_fs *fs, const struct wal_options *options,
    const struct wal_old_file *old_files, size_t old_file_count,
    const struct wal_hooks *hooks, struct wal **out, struct error *err)
{
	struct wal *wal = calloc(1, sizeof(*wal));
	int rc;

	*out = NULL;
	if (wal == NULL)
		return error_no_memory(err);
	wal->fs = fs;
	wal->options = *options;
	snprintf(wal->dir, sizeof(wal->dir), "%s", options->dir);
	wal->options.dir = wal->dir;
	wal->hooks = *hooks;
	wal->queue_tail = &wal->queue_head;
	wal->files_tail = &wal->files_head;
	wal->unsynced_tail = &wal->unsynced_head;
	wal->next_file_number = options->next_file_number;
	wal->next_group_number = options->next_group_number;
	wal->next_event_id = options->next_event_id;
	atomic_init(&wal->written_event_id, options->next_event_id - 1);
	atomic_init(&wal->synced_event_id, options->next_event_id - 1);
	wal->archived_group = options->is_archived ? 0 : UINT64_MAX;
	atomic_init(&wal->synced_number, options->next_group_number - 1);
	pthread_mutex_init(&wal->lock, NULL);
	os_cond_init(&wal->log_wake);
	os_cond_init(&wal->file_wake);
	if (add_buffers(wal) != 0 ||
	    add_old_files(wal, old_files, old_file_count) != 0)
		rc = error_no_memory(err);
	else
		rc = start_threads(wal, err);
	if (rc != 0)
		wal_close(wal);
	else
		*out = wal;
	return rc;
}

uint64_t
wal_stop(struct wal *wal)
{
	stop_threads(wal);
	if (!wal->has_failed)
		wal->current = NULL; /* no group gets a place any more */
	return wal_synced_group(wal);
}

void
wal_close(struct wal *wal)
{
	if (wal == NULL)
		return;
	(void)wal_stop(wal);
	wal_free(wal);
}
