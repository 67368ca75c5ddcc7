/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_private.h -- what the parts of the log share.
 */
#pragma once

#include <stdatomic.h>

#include "common/error.h"
#include "common/histogram.h"
#include "engine/wal/wal.h"
#include "os/file.h"
#include "os/thread.h"

#define WAL_BUFFER_COUNT 4
#define WAL_SPARE_MAX    2 /* files kept for being renamed */

/* One log file.  Owned by the list or slot that it is in. */
struct wal_file {
	struct wal_file *next;
	uint64_t number;
	uint64_t size_bytes;
	struct os_file *file;   /* NULL: of an earlier run */
	uint64_t first_group;   /* number; 0: none has a place in it */
	uint64_t last_event_id; /* greatest of its groups */
	uint64_t generation;    /* greatest of its groups */
};

struct wal {
	struct os_fs *fs;
	struct wal_options options;
	char dir[OS_PATH_SIZE];
	struct wal_hooks hooks;
	struct os_thread log_thread;
	struct os_thread file_thread;

	/* All below are under the lock, unless a thread is named. */
	pthread_mutex_t lock;
	pthread_cond_t log_wake;
	pthread_cond_t file_wake;
	bool log_is_waiting;
	bool is_stopping;
	bool has_failed;
	struct error failure; /* once it has */

	/*
	 * Groups: filling is the last one, not yet in the queue; none that was
	 * adopted (W5).
	 */
	struct wal_group *filling;
	struct wal_group *queue_head;
	struct wal_group **queue_tail;
	uint64_t next_group_number;
	uint8_t *buffer_memory;             /* of all, owned */
	uint8_t *buffers[WAL_BUFFER_COUNT]; /* free ones, on a stack */
	unsigned buffer_count;
	bool room_is_wanted; /* wal_admit() said: wait */

	/* Files: oldest first, the last is the one groups are placed in. */
	struct wal_file *files_head;
	struct wal_file **files_tail;
	struct wal_file *current; /* NULL before the first */
	uint64_t current_offset;  /* end of the last closed group in it */
	struct wal_file *ready;   /* the next one, or NULL while it is made */
	uint64_t wanted_size;     /* at least, of the next one */
	uint64_t next_file_number;
	struct wal_file *spare; /* to be recycled, size is file_size_bytes */
	unsigned spare_count;
	struct wal_file *retired; /* to be removed */
	struct error make_error;  /* code 0: none; why there is no next file */
	uint64_t archived_group;  /* files with later ones stay */

	/* The log thread's own. */
	struct wal_group *unsynced_head; /* written */
	struct wal_group **unsynced_tail;
	bool unsynced_must_sync;
	int64_t unsynced_since_ns;
	struct wal_file *written_file;
	atomic_uint_least64_t synced_number; /* others only read it */
	uint64_t next_event_id;              /* after what is written */

	/* The same of all that was done, for who watches: wal_status(). */
	atomic_uint_least64_t written_event_id;
	atomic_uint_least64_t synced_event_id;
	atomic_uint_least64_t written_bytes;
	struct histogram group_rows;
	struct histogram write_ns;
	struct histogram sync_ns;
};

/* The path of file `number`. */
MUST_USE int wal_file_path(const char *dir, uint64_t number,
    char out[OS_PATH_SIZE], struct error *err);

/* The number in a log file's name; false if it is another file. */
bool wal_file_number(const char *name, uint64_t *number);

/* Body of the file thread. */
void wal_file_thread(void *arg);

void wal_file_free(struct wal_file *file);
