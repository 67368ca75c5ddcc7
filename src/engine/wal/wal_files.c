/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file thread: keeps one file of zeros ready, so that the log thread never
 * waits for the disk to grow, and clears away what is needed no more.
 *
 * A file is written full of zeros once: its blocks exist then, and a sync of a
 * group changes no metadata (measured: 96 us against 190 us per 4 KiB; mere
 * fallocate gains nothing).  Later it is renamed and used again; the groups of
 * its earlier life bear another file number.
 *
 * A file larger than usual is for one large group, whose single write and sync
 * would gain less from zeros than these cost: its room is only allocated.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "engine/wal/wal_private.h"
#include "os/clock.h"

#define ZERO_BLOCK_SIZE (1024u * 1024)
#define ZERO_SYNC_SIZE  (8u * 1024 * 1024) /* small syncs: commits go between */
#define RETRY_NS        1000000000 /* after a failure, for instance disk full */
#define SUFFIX          ".wal"
#define NAME_DIGITS     16

int
wal_file_path(const char *dir, uint64_t number, char out[OS_PATH_SIZE],
    struct error *err)
{
	char name[NAME_DIGITS + sizeof(SUFFIX)];

	snprintf(name, sizeof(name), "%016" PRIx64 SUFFIX, number);
	return os_path(out, dir, name, err);
}

bool
wal_file_number(const char *name, uint64_t *number)
{
	uint64_t value = 0;

	if (strlen(name) != NAME_DIGITS + strlen(SUFFIX) ||
	    strcmp(name + NAME_DIGITS, SUFFIX) != 0)
		return false;
	for (int i = 0; i < NAME_DIGITS; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, name[i]);

		if (digit == NULL)
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*number = value;
	return true;
}

void
wal_file_free(struct wal_file *file)
{
	if (file == NULL)
		return;
	os_close(file->file);
	free(file);
}

static bool
is_stopping(struct wal *wal)
{
	bool stop;

	pthread_mutex_lock(&wal->lock);
	stop = wal->is_stopping;
	pthread_mutex_unlock(&wal->lock);
	return stop;
}

static int
write_zeros(struct wal *wal, struct os_file *file, uint64_t size,
    struct error *err)
{
	uint8_t *zeros = calloc(1, ZERO_BLOCK_SIZE);
	uint64_t at = 0;
	int rc = 0;

	if (zeros == NULL)
		return error_no_memory(err);
	while (at < size && rc == 0) {
		size_t len = ZERO_BLOCK_SIZE;

		if (size - at < len)
			len = (size_t)(size - at);
		rc = os_pwrite_full(file, zeros, len, at, err);
		at += len;
		if (rc == 0 && at % ZERO_SYNC_SIZE == 0)
			rc = os_fdatasync(file, err);
		if (rc == 0 && is_stopping(wal))
			rc = error_set(err, STELE_E_ADMIN_SHUTDOWN, "stopping");
	}
	free(zeros);
	if (rc == 0)
		rc = os_fsync(file, err);
	return rc;
}

static int
take_room(struct wal *wal, struct os_file *file, uint64_t size,
    struct error *err)
{
	bool is_done = false;
	int rc = 0;

	if (size > wal->options.file_size_bytes)
		rc = os_allocate(file, size, &is_done, err);
	if (rc != 0)
		return rc;
	return is_done ? os_fsync(file, err)
		       : write_zeros(wal, file, size, err);
}

/* A new file under a temporary name, of zeros and synced. */
static int
make_zeros(struct wal *wal, const char *temp, uint64_t size,
    struct os_file **out, struct error *err)
{
	struct error ignored;
	int rc;

	rc = os_open(wal->fs, temp, OS_READ | OS_WRITE | OS_CREATE, out, err);
	if (rc != 0)
		return rc;
	rc = take_room(wal, *out, size, err);
	if (rc == 0)
		return 0;
	os_close(*out);
	*out = NULL;
	if (os_unlink(wal->fs, temp, &ignored) != 0)
		log_debug(LOG_WAL, "could not remove temporary file",
		    LOG_FAILURE(&ignored)); /* the next start does */
	return rc;
}

/*
 * Bring a file under its new number: `from` is a temporary or an old name.
 * When this fails the file may have either name; both are cleared at start.
 */
static int
name_file(struct wal *wal, const char *from, uint64_t number, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = wal_file_path(wal->dir, number, path, err);

	if (rc == 0)
		rc = os_rename(wal->fs, from, path, err);
	if (rc == 0)
		rc = os_fsync_dir(wal->fs, wal->dir, err);
	return rc;
}

static int
make_file(struct wal *wal, uint64_t number, uint64_t size,
    struct wal_file **out, struct error *err)
{
	struct wal_file *file = calloc(1, sizeof(*file));
	char path[OS_PATH_SIZE], temp[OS_PATH_SIZE + sizeof(OS_TEMP_SUFFIX)];
	int rc;

	if (file == NULL)
		return error_no_memory(err);
	file->number = number;
	file->size_bytes = size;
	rc = wal_file_path(wal->dir, number, path, err);
	if (rc != 0)
		goto out;
	snprintf(temp, sizeof(temp), "%s%s", path, OS_TEMP_SUFFIX);
	rc = make_zeros(wal, temp, size, &file->file, err);
	if (rc == 0)
		rc = name_file(wal, temp, number, err);
	if (rc == 0) {
		os_renamed(file->file, path);
		*out = file;
		file = NULL;
	}
out:
	wal_file_free(file);
	return rc;
}

/* Give a spare file a new number; it keeps its open descriptor. */
static int
recycle_file(struct wal *wal, uint64_t number, struct wal_file *file,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = wal_file_path(wal->dir, file->number, path, err);

	if (rc == 0)
		rc = name_file(wal, path, number, err);
	if (rc == 0)
		rc = wal_file_path(wal->dir, number, path, err);
	if (rc == 0 && file->file != NULL)
		os_renamed(file->file, path);
	else if (rc == 0)
		rc = os_open(wal->fs, path, OS_READ | OS_WRITE, &file->file,
		    err);
	file->number = number;
	file->first_group = 0;
	file->last_event_id = 0;
	file->generation = 0;
	file->next = NULL;
	return rc;
}

static void
remove_files(struct wal *wal, struct wal_file *files)
{
	while (files != NULL) {
		struct wal_file *file = files;
		char path[OS_PATH_SIZE];
		struct error err;
		int rc = wal_file_path(wal->dir, file->number, path, &err);

		files = file->next;
		if (rc == 0)
			rc = os_unlink(wal->fs, path, &err);
		if (rc != 0) /* it stays, and is skipped by every replay */
			log_warn(LOG_WAL, "could not remove log file",
			    LOG_FAILURE(&err));
		wal_file_free(file);
	}
}

/* Under the lock: bytes of the files that are still needed. */
static uint64_t
wal_files_size(const struct wal *wal)
{
	uint64_t size = 0;

	for (const struct wal_file *file = wal->files_head; file != NULL;
	     file = file->next)
		size += file->size_bytes;
	return size;
}

/* Under the lock. */
static bool
needs_file(const struct wal *wal)
{
	return wal->ready == NULL || wal->ready->size_bytes < wal->wanted_size;
}

/* A file that was ready, and is too small, goes back to the spares. */
static void
put_back_ready(struct wal *wal)
{
	struct wal_file *file = wal->ready;

	if (file == NULL)
		return;
	wal->ready = NULL;
	file->next = wal->spare;
	wal->spare = file;
	wal->spare_count++;
}

/*
 * The next file is there, or why it is not.  One that is larger than usual
 * takes the place of one that is ready, but not before it is made: the batch
 * that wants it may be refused, and others need no more than they have.
 */
static void
note_next(struct wal *wal, struct wal_file *made, uint64_t size, int rc,
    const struct error *err)
{
	if (made != NULL) {
		put_back_ready(wal);
		wal->ready = made;
	} else if (size > wal->options.file_size_bytes) {
		wal->wanted_size = 0;
	}
	wal->make_error = *err;
	wal->make_error.code = rc;
}

/*
 * Under the lock on entry and return; without it in between.  The size of the
 * file that it has tried to make.
 */
static uint64_t
make_next(struct wal *wal)
{
	struct wal_file *spare = NULL, *made = NULL;
	uint64_t size = wal->options.file_size_bytes;
	uint64_t number = wal->next_file_number++;
	struct error err = { 0 };
	int rc;

	/* An ordinary one is always there first: others wait for it. */
	if (wal->wanted_size > size && wal->ready != NULL) {
		size = wal->wanted_size;
	} else if (wal->spare != NULL) {
		spare = wal->spare;
		wal->spare = spare->next;
		wal->spare_count--;
	}
	pthread_mutex_unlock(&wal->lock);
	if (spare != NULL) {
		rc = recycle_file(wal, number, spare, &err);
		if (rc == 0)
			made = spare;
		else
			wal_file_free(spare);
	} else {
		rc = make_file(wal, number, size, &made, &err);
	}
	if (rc != 0 && rc != STELE_E_ADMIN_SHUTDOWN)
		log_warn(LOG_WAL, "could not make the next log file",
		    LOG_FAILURE(&err));
	pthread_mutex_lock(&wal->lock);
	note_next(wal, made, size, rc, &err);
	return size;
}

/* Under the lock on entry and return. */
static void
tell_room(struct wal *wal)
{
	if (!wal->room_is_wanted)
		return;
	wal->room_is_wanted = false;
	pthread_mutex_unlock(&wal->lock);
	wal->hooks.room(wal->hooks.arg);
	pthread_mutex_lock(&wal->lock);
}

/* Under the lock on entry and return. */
static void
tell_grown(struct wal *wal)
{
	uint64_t size = wal_files_size(wal);

	pthread_mutex_unlock(&wal->lock);
	wal->hooks.grown(wal->hooks.arg, size);
	pthread_mutex_lock(&wal->lock);
}

/*
 * Under the lock on entry and return.  An error lasts until the next try, a
 * while later.  One of a file larger than usual says nothing of the others: it
 * is for the batch that wanted it, which has been told.
 */
static void
make_and_tell(struct wal *wal)
{
	uint64_t size = make_next(wal);

	tell_room(wal);
	tell_grown(wal);
	if (wal->make_error.code == 0 || wal->is_stopping)
		return;
	if (size > wal->options.file_size_bytes)
		wal->make_error.code = 0;
	else
		(void)os_cond_wait_until(&wal->file_wake, &wal->lock,
		    os_clock_monotonic_ns(os_clock_real()) + RETRY_NS);
}

void
wal_file_thread(void *arg)
{
	struct wal *wal = arg;

	pthread_mutex_lock(&wal->lock);
	while (!wal->is_stopping) {
		if (wal->retired != NULL) {
			struct wal_file *files = wal->retired;

			wal->retired = NULL;
			pthread_mutex_unlock(&wal->lock);
			remove_files(wal, files);
			pthread_mutex_lock(&wal->lock);
		} else if (!needs_file(wal)) {
			pthread_cond_wait(&wal->file_wake, &wal->lock);
		} else {
			make_and_tell(wal);
		}
	}
	pthread_mutex_unlock(&wal->lock);
}
